//! The texts of rows that are no transactions as data: balances at the ends of a document, balances between rows, and totals, in the
//! languages of the statements that were seen.

use super::amounts;
use super::words::folded;
use std::sync::LazyLock;

/// The texts, one kind a line.
const TEXTS: &str = include_str!("labels.txt");

/// What a row without a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Opening,
    Closing,
    Total,
    /// A balance of the place where it stands.
    Balance,
    /// What the account may owe.
    Limit,
}

/// The texts of a label.
type Texts = (Vec<&'static str>, Label);

/// The labels that a text may begin with, whatever follows.
static BEGINNINGS: LazyLock<[Texts; 3]> = LazyLock::new(|| {
    [(texts("opening"), Label::Opening), (texts("closing"), Label::Closing), (texts("total"), Label::Total)]
});

/// Those that nothing but a day, a side or such a word may follow.
static WHOLE: LazyLock<[Texts; 2]> =
    LazyLock::new(|| [(texts("balance"), Label::Balance), (texts("limit"), Label::Limit)]);

/// Beginnings of the first row, where its amount is its balance; and words that must stand in it behind other labels.
static CARRIED: LazyLock<[Vec<&'static str>; 2]> =
    LazyLock::new(|| [texts("carried"), texts("carried_with")]);

/// Words that may follow a total; and those that may follow a balance, beside numbers.
static BESIDE: LazyLock<[Vec<&'static str>; 2]> =
    LazyLock::new(|| [texts("beside_totals"), texts("beside_balances")]);

/// Returns the texts of a kind.
fn texts(kind: &str) -> Vec<&'static str> {
    let lines = TEXTS.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(own, _)| *own == kind).flat_map(|(_, texts)| texts.split(", ")).collect()
}

/// Returns what a row is that begins with the text, or is described by it.
pub(super) fn label(text: &str) -> Option<Label> {
    Some(labelled(&folded(text), &*BEGINNINGS)?.0)
}

/// Returns whether a text begins with words of a balance, whatever follows: beside an amount that is the balance too the row moved
/// nothing.
pub(super) fn begins_with_balance(text: &str) -> bool {
    let text = folded(text);
    let [carried, sure] = &*CARRIED;
    let begins = |list: &[&str]| {
        let mut rests = list.iter().filter_map(|own| text.strip_prefix(own));
        rests.any(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    // `C.F. Motors` is a name.
    let is_sure = || text.split(' ').any(|word| sure.contains(&word));
    begins(carried)
        || labelled(&text, &*BEGINNINGS).is_some_and(|(label, _)| label != Label::Total && is_sure())
}

/// Returns what a row is that the whole text names: nothing follows but a day, a side or such a word. The petrol of
/// `Total Energies` is no total.
pub(super) fn whole_label(text: &str) -> Option<Label> {
    if !begins_as_a_label(text) {
        return None;
    }
    let text = folded(text);
    let [beside_totals, beside_balances] = &*BESIDE;
    let is_whole = |(label, rest): &(Label, &str)| {
        rest.split_whitespace().all(|word| {
            let is_number = || word.bytes().all(|byte| byte.is_ascii_digit());
            let is_known = if *label == Label::Total {
                beside_totals.contains(&word)
            } else {
                beside_balances.contains(&word) || is_number()
            };
            is_known || amounts::currency_of_cell(word).is_ok()
        })
    };
    let found = [labelled(&text, &*BEGINNINGS), labelled(&text, &*WHOLE)].into_iter().flatten();
    // The longer text: `Balance c/d - b/d` before `Balance c/d`.
    found.filter(is_whole).min_by_key(|(_, rest)| rest.len()).map(|(label, _)| label)
}

/// Returns the label that a folded text begins with, and what follows.
fn labelled<'t>(text: &'t str, all: &[Texts]) -> Option<(Label, &'t str)> {
    all.iter().find_map(|(words, label)| {
        let rests = words.iter().filter_map(|word| text.strip_prefix(*word));
        Some((
            *label,
            rests.filter(|rest| rest.is_empty() || rest.starts_with(' ')).min_by_key(|rest| rest.len())?,
        ))
    })
}

/// Returns whether a text begins with the first word of a label, or with letters that are yet to be folded; it needs no
/// memory, and most texts of a long document are none.
fn begins_as_a_label(text: &str) -> bool {
    let text = match text.as_bytes().first() {
        Some(first) if first.is_ascii_alphanumeric() => text,
        _ => text.trim_start_matches(|char: char| !char.is_alphanumeric()),
    };
    let end = text.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    let Some((word, rest)) = text.split_at_checked(end) else { return true };
    let known = word.bytes().next().and_then(|first| FIRST_WORDS.get(place(first)));
    rest.bytes().next().is_some_and(|byte| !byte.is_ascii())
        || known.is_some_and(|known| known.iter().any(|it| it.eq_ignore_ascii_case(word)))
}

/// The first words of labels, by their first letter.
static FIRST_WORDS: LazyLock<[Vec<&'static str>; 26]> = LazyLock::new(|| {
    let mut words: [Vec<&str>; 26] = Default::default();
    for label in BEGINNINGS.iter().chain(&*WHOLE).flat_map(|(texts, _)| texts) {
        if let Some(first) = label.split(' ').next()
            && let Some(own) = first.bytes().next().and_then(|letter| words.get_mut(place(letter)))
            && !own.contains(&first)
        {
            own.push(first);
        }
    }
    words
});

/// Returns the place of a letter in the alphabet; that of anything else lies beyond it.
fn place(letter: u8) -> usize {
    usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a'))
}

#[cfg(test)]
mod tests {
    use super::{BEGINNINGS, BESIDE, Label, WHOLE, folded, whole_label};

    #[test]
    fn every_label_is_found_by_its_first_letters() {
        assert!(BESIDE.iter().all(|words| words.len() > 5));
        for (word, label) in BEGINNINGS
            .iter()
            .chain(&*WHOLE)
            .flat_map(|(texts, label)| texts.iter().map(move |text| (text, label)))
        {
            assert_eq!((folded(word).as_str(), whole_label(word)), (*word, Some(*label)));
            assert!(whole_label(word).is_some() && whole_label(&word.to_uppercase()).is_some(), "{word}");
        }
        for text in ["B/F", "*** TOTAL ***", "Opening balance as at 01/03/2026", "Total debits"] {
            assert!(whole_label(text).is_some(), "{text}");
        }
        for text in [
            "SOLDE CR\u{c9}DITEUR AU 31/12/2025",
            "BALANCE",
            "Kontostand am 31.12.2025",
            "SALDO DO DIA",
            "Balance as at 31 March 2026",
            "ACCOUNT BALANCE KES",
        ] {
            assert_eq!(whole_label(text), Some(Label::Balance), "{text}");
        }
        for text in [
            "MONTH TOTAL",
            "STATEMENT TOTAL",
            "Opening Balance KES",
            "BAL C/FWD",
            "BALANCE FORWARD",
            "Brought Fwd",
        ] {
            assert!(whole_label(text).is_some_and(|label| label != Label::Balance), "{text}");
        }
        for text in [
            "Total Energies",
            "TOTAL 0123",
            "C.F. Motors",
            "Final balance payment car",
            "Salary",
            "",
            "B",
            "Balance enquiry",
            "Saldo Marta",
        ] {
            assert_eq!(whole_label(text), None, "{text}");
        }
    }
}
