//! Text as a development reads it: what means no value is missing, and numbers are numbers where that is asked for.

use super::candidates::Names;
use super::findings::finding;
use super::marks::mark_of;
use super::request::{CharacteristicSettings, ScorecardDevelopRequest};
use super::sample::{Part, row_index};
use crate::domain::{Column, Frame, Values, is_missing_text, number_of};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::fitting::BinKind;
use crate::json::Scalar;
use crate::scorecard::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use std::collections::BTreeSet;

/// Texts from which a column of numbers as text is told: one or two are codes, such as `0` and `1`.
const NUMBERS_MIN: usize = 3;
/// Percent of the rows with text that numbers fill in a column of numbers as text: a stray text hides them from nobody.
const NUMBERS_PERCENT: usize = 90;

/// The columns that are read otherwise than they stand in the frame.
pub(super) struct Reading<'a> {
    columns: Vec<Option<ReadColumn<'a>>>,
    /// Names of columns of text that are read as numbers.
    numbers: BTreeSet<String>,
}

/// One column, read.
enum ReadColumn<'a> {
    /// Codes, negative where the text means no value.
    Codes(Vec<i32>, Vec<&'a str>),
    Numbers(Vec<f64>),
}

/// What a category of a column means.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Missing,
    Number(f64),
    Category,
}

impl<'a> Reading<'a> {
    /// Reads the columns that may become characteristics, and adds what it found in the rows of a part.
    ///
    /// Error `frame.column_type` where text that is to be numbers is none.
    pub(super) fn of(
        request: &ScorecardDevelopRequest,
        frame: &Frame<'a>,
        part: &Part,
        findings: &mut Vec<DevelopmentFinding>,
    ) -> Result<Self> {
        let (names, missing) = (Names::of(request), request.missing.texts());
        let mut reading = Self { columns: Vec::new(), numbers: BTreeSet::new() };
        for (name, column) in frame.columns() {
            let Some(text) = Text::of(column).filter(|_| names.holds(name)) else {
                reading.columns.push(None);
                continue;
            };
            let settings = request.characteristics.get(name);
            let meanings = text.meanings(request, settings, &missing);
            text.note(name, &meanings, part, findings);
            let kind = settings.and_then(|own| own.binning.kind).or(request.binning.kind);
            let read = match kind {
                Some(BinKind::Numeric) => {
                    reading.numbers.insert(name.to_owned());
                    let place = format!("/columns/{}", escape_segment(name));
                    Some(text.numbers(&meanings).map_err(|error| error.at(place))?)
                }
                kind => {
                    if kind.is_none() {
                        text.note_numbers(name, &meanings, findings);
                    }
                    meanings.contains(&Meaning::Missing).then(|| text.codes(&meanings))
                }
            };
            reading.columns.push(read);
        }
        Ok(reading)
    }

    /// Returns the frame as it is read.
    pub(super) fn frame<'f>(&'f self, frame: &'f Frame<'a>) -> Frame<'f> {
        frame.with(self.columns.iter().map(|read| {
            Some(match read.as_ref()? {
                ReadColumn::Codes(codes, categories) => Column::dictionary(codes, categories.clone()),
                ReadColumn::Numbers(numbers) => Column::float(numbers),
            })
        }))
    }

    /// Returns whether a column of text is read as numbers.
    pub(super) fn reads_numbers(&self, name: &str) -> bool {
        self.numbers.contains(name)
    }
}

/// A column of text by codes.
struct Text<'c, 'a> {
    column: &'c Column<'a>,
    categories: &'c [&'a str],
    /// Whether a row holds the category.
    used: Vec<bool>,
}

impl<'c, 'a> Text<'c, 'a> {
    fn of(column: &'c Column<'a>) -> Option<Self> {
        let Values::Dictionary { categories, .. } = &column.values else { return None };
        let mut used = vec![false; categories.len()];
        for code in (0..column.len()).filter_map(|row| column.code(row)) {
            if let Some(used) = used.get_mut(code) {
                *used = true;
            }
        }
        Some(Self { column, categories, used })
    }

    /// Returns what each category means; special values keep their bins.
    fn meanings(
        &self,
        request: &ScorecardDevelopRequest,
        settings: Option<&CharacteristicSettings>,
        missing: &[String],
    ) -> Vec<Meaning> {
        let own = settings.and_then(|own| own.binning.special_values.as_ref());
        let special = own.or(request.binning.special_values.as_ref());
        let is_special = |text: &str| {
            special.is_some_and(|values| {
                values.iter().any(|value| matches!(value, Scalar::Text(own) if own == text))
            })
        };
        let meaning = |text: &&str| match number_of(text) {
            _ if is_missing_text(text, missing) && !is_special(text) => Meaning::Missing,
            Some(number) => Meaning::Number(number),
            None => Meaning::Category,
        };
        self.categories.iter().map(meaning).collect()
    }

    fn numbers(&self, meanings: &[Meaning]) -> Result<ReadColumn<'a>> {
        let number = |row: usize| match self.column.code(row).and_then(|code| meanings.get(code)) {
            None | Some(Meaning::Missing) => Ok(f64::NAN),
            Some(Meaning::Number(number)) => Ok(*number),
            Some(Meaning::Category) => {
                let message = format!(
                    "the binning is numeric, and the text of row `{row}` is no number such as `-1.5`"
                );
                Err(Error::new(Cause::FrameColumnType, message))
            }
        };
        Ok(ReadColumn::Numbers((0..self.column.len()).map(number).collect::<Result<_>>()?))
    }

    fn codes(&self, meanings: &[Meaning]) -> ReadColumn<'a> {
        let code = |row: usize| {
            let code = self.column.code(row).filter(|code| meanings.get(*code) != Some(&Meaning::Missing));
            code.and_then(|code| i32::try_from(code).ok()).unwrap_or(-1)
        };
        ReadColumn::Codes((0..self.column.len()).map(code).collect(), self.categories.to_vec())
    }

    /// Adds how many rows hold text that means no value.
    fn note(&self, name: &str, meanings: &[Meaning], part: &Part, findings: &mut Vec<DevelopmentFinding>) {
        if !meanings.contains(&Meaning::Missing) {
            return;
        }
        let mut texts = BTreeSet::new();
        let mut rows = 0;
        for code in part.rows.iter().filter_map(|row| self.column.code(row_index(*row))) {
            if meanings.get(code) == Some(&Meaning::Missing) {
                rows += 1;
                texts.extend(self.categories.get(code).map(|text| text.trim()));
            }
        }
        if rows > 0 {
            let shown = |text: &str| if text.is_empty() { "a blank".to_owned() } else { format!("`{text}`") };
            let texts: Vec<String> = texts.into_iter().map(shown).collect();
            let message = format!("`{rows}` rows hold {}, read as missing", texts.join(", "));
            findings.push(finding(Code::MissingTexts, Some(name), message));
        }
    }

    /// Adds that the texts of the column are numbers, or nearly all of them.
    fn note_numbers(&self, name: &str, meanings: &[Meaning], findings: &mut Vec<DevelopmentFinding>) {
        let marks: Vec<Option<&str>> = self.categories.iter().map(|text| mark_of(text)).collect();
        let is_number = |code: usize| matches!(meanings.get(code), Some(Meaning::Number(_)));
        let is_like = |code: usize| is_number(code) || marks.get(code).is_some_and(Option::is_some);
        let used = self.used.iter().enumerate().filter(|(_, used)| **used);
        let numbers = used.filter(|(code, _)| is_like(*code)).count();
        if numbers < NUMBERS_MIN {
            return;
        }
        let known = (0..self.column.len()).filter_map(|row| Some((row, self.column.code(row)?)));
        let known: Vec<(usize, usize)> =
            known.filter(|(_, code)| meanings.get(*code) != Some(&Meaning::Missing)).collect();
        let rows = known.iter().filter(|(_, code)| is_like(*code)).count();
        if rows * 100 < known.len() * NUMBERS_PERCENT {
            return;
        }
        let message = match known.iter().find(|(_, code)| !is_number(*code)) {
            None => format!(
                "its `{numbers}` texts are numbers and were read as categories: state `kind` `numeric` in its binning to read them as numbers"
            ),
            Some((row, code)) => {
                let what = match marks.get(*code).copied().flatten() {
                    Some(mark) => format!("has {mark} beside the digits: bring the column as numbers"),
                    None => "is none: bring it as a number or as missing, and state `kind` `numeric` in its binning".to_owned(),
                };
                format!(
                    "`{rows}` of its `{}` rows with text hold numbers, and were read as categories; the text of row `{row}` {what}",
                    known.len()
                )
            }
        };
        findings.push(finding(Code::ReadsAsNumbers, Some(name), message));
    }
}
