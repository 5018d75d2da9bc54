//! Names that a card does not read, beside inputs that it misses: a misspelt name would otherwise count as missing.

use crate::cashflow::FeatureId;
use crate::domain::{Finding, FindingKind};
use crate::engine::registry::Registry;
use crate::scorecard::{Card, InputSource};
use std::collections::BTreeMap;

/// Edits within which a name is taken for a misspelt one.
const EDITS_MAX: usize = 2;
/// Letters from which two edits are a slip of the pen.
const LETTERS_MIN: usize = 5;
/// Longer names are not compared letter by letter.
const LETTERS_MAX: usize = 200;
/// Sources whose names stand before those of their inputs.
const PREFIXES: [&str; 4] = ["application.", "bureau.", "context.", "internalloans."];

/// What an unread name was probably meant as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The name of a missing input, but for case, spaces, hyphens and underscores.
    Same,
    /// Within two edits of it.
    Near,
}

/// An unread name that was probably meant as an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misspelt<'n> {
    /// The name as it was given.
    pub(super) given: &'n str,
    /// The name of the input.
    pub(super) input: &'n str,
    pub(super) likeness: Likeness,
}

/// A name as it is compared.
struct Folded<'n> {
    name: &'n str,
    text: String,
    digits: String,
    letters: usize,
    /// How often each letter and digit occurs, by their last bits: two edits change at most four counts by one.
    bag: [i16; 32],
}

impl<'n> Folded<'n> {
    fn of(name: &'n str) -> Self {
        let kept = name.chars().filter(|it| !(it.is_whitespace() || matches!(it, '-' | '_')));
        let text: String = kept.flat_map(char::to_lowercase).collect();
        let mut bag = [0; 32];
        for byte in text.bytes() {
            if let Some(count) = bag.get_mut(usize::from(byte % 32)) {
                *count = i16::saturating_add(*count, 1);
            }
        }
        Self {
            name,
            digits: text.chars().filter(char::is_ascii_digit).collect(),
            letters: own(&text).chars().filter(|it| it.is_alphabetic()).count(),
            text,
            bag,
        }
    }

    /// Returns whether this name is within two edits of that of an input.
    fn is_near(&self, input: &Self) -> bool {
        let differs = |(a, b): (&i16, &i16)| i32::from(*a - *b).abs();
        // Outside ASCII one letter is up to four bytes.
        let most = if self.text.is_ascii() && input.text.is_ascii() { 4 } else { 16 };
        if input.letters < LETTERS_MIN
            || self.text.len().max(input.text.len()) > LETTERS_MAX
            || self.bag.iter().zip(&input.bag).map(differs).sum::<i32>() > most
            || self.digits != input.digits
        {
            return false;
        }
        let (given, name) = match (prefix(&self.text), prefix(&input.text)) {
            (Some(left), Some(right)) if left == right => (own(&self.text), own(&input.text)),
            _ => (&*self.text, &*input.text),
        };
        strsim::damerau_levenshtein(given, name) <= EDITS_MAX
    }
}

fn prefix(text: &str) -> Option<&'static str> {
    PREFIXES.into_iter().find(|prefix| text.starts_with(prefix))
}

/// Returns a folded name without its source.
fn own(text: &str) -> &str {
    prefix(text).and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

/// Returns the unread names that were probably meant as one of these inputs, in the order of the names.
pub(super) fn misspelt<'n>(
    unread: impl Iterator<Item = &'n str>,
    missing: impl Iterator<Item = &'n str>,
) -> Vec<Misspelt<'n>> {
    let missing: Vec<Folded<'n>> = missing.map(Folded::of).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let by_text: BTreeMap<&str, &str> = missing.iter().map(|it| (&*it.text, it.name)).collect();
    let meant = |given: &'n str| {
        let folded = Folded::of(given);
        if let Some(input) = by_text.get(&*folded.text) {
            return vec![Misspelt { given, input, likeness: Likeness::Same }];
        }
        let near = missing.iter().filter(|input| folded.is_near(input));
        near.map(|input| Misspelt { given, input: input.name, likeness: Likeness::Near }).collect()
    };
    unread.flat_map(meant).collect()
}

/// What guesses at the name of a date have behind that of the value.
const OF_DATES: [&str; 9] = ["@at", "@date", "@as_of", "_at", ".at", ":at", "_date", ".date", "_as_of"];

/// Returns the value whose date a name was probably meant as.
pub(super) fn dated<'n>(given: &str, mut values: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let name = OF_DATES.iter().find_map(|end| given.strip_suffix(end))?;
    values.find(|it| *it == name)
}

/// Returns whether a name is right elsewhere: a feature of the cash flow, or an input of a loaded card.
pub(super) fn is_known(name: &str, registry: &Registry) -> bool {
    FeatureId::of(name).is_some()
        || matches!(InputSource::of(name), InputSource::Context(_))
        || registry.bodies::<Card>().any(|card| card.reads(name))
}

/// Returns the message that refuses a name.
pub(super) fn refusal(input: &str) -> String {
    format!("write `{input}`: this name differs from it only in case, spaces, hyphens or underscores")
}

/// Returns the message that refuses a name that was probably meant as a missing input.
pub(super) fn refusal_near(misspelt: &Misspelt<'_>) -> String {
    match misspelt.likeness {
        Likeness::Same => refusal(misspelt.input),
        Likeness::Near => {
            format!("nothing reads this name, and `{}` is missing: did you mean it?", misspelt.input)
        }
    }
}

/// Returns the finding about a name that is near that of a missing input.
pub(super) fn finding(pointer: String, count: u64) -> Finding {
    Finding { pointer, ..Finding::of_applicant(FindingKind::MisspeltInput, count, None) }
}

#[cfg(test)]
mod tests;
