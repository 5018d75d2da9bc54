//! How a target writes good and bad: by values that everybody reads alike, or as the request states.

use super::outcome::Listed;
use crate::domain::{Column, is_missing_text, number_of};
use crate::error::{Cause, Error, Result};
use crate::json::Scalar;
use std::collections::BTreeSet;

/// Good and bad as text, where they need not be stated; as numbers they are 0 and 1.
const TEXTS: [[&str; 2]; 3] = [["good", "bad"], ["false", "true"], ["0", "1"]];
/// The most values that a message shows.
const SHOWN_MAX: usize = 5;
/// The most values that are told apart.
const TOLD_MAX: usize = 1000;
/// The longest text of a value that a message shows.
const SHOWN_CHARS_MAX: usize = 16;

/// The values of a target, without those that mean that there is none.
pub(super) struct Coding {
    numbers: Vec<f64>,
    texts: BTreeSet<String>,
}

impl Coding {
    /// Returns the values that rows hold.
    pub(super) fn of(column: &Column<'_>, missing_texts: &[String]) -> Self {
        let (mut numbers, mut texts) = (BTreeSet::new(), BTreeSet::new());
        for row in 0..column.len() {
            if numbers.len() + texts.len() > TOLD_MAX {
                break;
            }
            if let Some(number) = column.number(row) {
                numbers.insert((number + 0.0).to_bits());
            } else if let Some(text) = column.text(row)
                && !texts.contains(text)
                && !is_missing_text(text, missing_texts)
            {
                texts.insert(text.to_owned());
            }
        }
        let mut numbers: Vec<f64> = numbers.into_iter().map(f64::from_bits).collect();
        numbers.sort_unstable_by(f64::total_cmp);
        Self { numbers, texts }
    }

    /// Returns the values that are bad where none are stated.
    ///
    /// Error `fitting.target` where the values are not 0 and 1, `good` and `bad`, or false and true.
    pub(super) fn bad(&self) -> Result<Vec<Scalar>> {
        let known = |pair: &&[&str; 2]| self.texts.iter().all(|text| pair.contains(&text.as_str()));
        let is_number = |wanted: f64| move |number: &f64| (number - wanted).abs() <= 0.0;
        let is_known = |number: &f64| is_number(0.0)(number) || is_number(1.0)(number);
        let pair = TEXTS.iter().find(known).filter(|_| self.numbers.iter().all(is_known));
        let Some([_, bad]) = pair else {
            let message = format!(
                "the target holds {}: state in `bad` which of its values are bad; only 0 and 1, `good` and `bad`, and false and true are read without it",
                self.shown()
            );
            return Err(Error::new(Cause::FittingTarget, message).at("/target"));
        };
        Ok(vec![Scalar::Number(1.0), Scalar::Text((*bad).to_owned())])
    }

    /// Checks that rows hold one value that is not bad, where the good ones are not stated.
    pub(super) fn check_two(&self, bad: &[Scalar]) -> Result<()> {
        let bad = Listed::of(bad);
        let good = self.numbers.iter().filter(|number| !bad.holds_number(**number)).count()
            + self.texts.iter().filter(|text| !bad.holds_text(text)).count();
        if good <= 1 {
            return Ok(());
        }
        let message = if good == self.count() && good <= TOLD_MAX {
            format!("no row of the target holds a value of `bad`; it holds {}", self.shown())
        } else {
            format!(
                "the target has more than two values: it holds {}; name the bad ones in `bad` and the good ones in `good`; rows with others are left out",
                self.shown()
            )
        };
        Err(Error::new(Cause::FittingTarget, message).at("/target"))
    }

    fn count(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }

    /// Returns the values, or their number where they are many or no codes.
    fn shown(&self) -> String {
        let count = self.count();
        let short = |text: &String| text.chars().count() <= SHOWN_CHARS_MAX;
        if count > SHOWN_MAX || !self.texts.iter().all(short) {
            return format!(
                "{}`{}` values",
                if count > TOLD_MAX { "more than " } else { "" },
                count.min(TOLD_MAX)
            );
        }
        let numbers = self.numbers.iter().map(|number| format!("`{number}`"));
        let texts = self.texts.iter().map(|text| {
            if number_of(text).is_some() { format!("the text `{text}`") } else { format!("`{text}`") }
        });
        let mut shown: Vec<String> = numbers.chain(texts).collect();
        match (shown.pop(), shown.is_empty()) {
            (Some(last), false) => format!("{} and {last}", shown.join(", ")),
            (last, _) => last.unwrap_or_else(|| "no value".to_owned()),
        }
    }
}
