//! The texts of rows that are no transactions as data: balances at the ends of a document, balances between rows, and totals, in the
//! languages of the statements that were seen.

use super::amounts;
use super::words::folded;
use std::sync::LazyLock;

const OPENING: &[&str] = &[
    "balance forward",
    "balance fwd",
    "bal forward",
    "bal fwd",
    "brought fwd",
    "balance brought fwd",
    "bal brought forward",
    "bal bf",
    "opening bal",
    "op bal",
    "op balance",
    "solde reporte",
    "saldo transportado",
    "opening balance",
    "balance brought forward",
    "brought forward",
    "balance b f",
    "balance bf",
    "balance b fwd",
    "bal b fwd",
    "b fwd",
    "bal b f",
    "b f",
    "beginning balance",
    "previous balance",
    "starting balance",
    "solde initial",
    "ancien solde",
    "saldo anterior",
    "saldo inicial",
    "anfangssaldo",
    "anfangsbestand",
    "alter kontostand",
    "salio la mwanzo",
];
const CLOSING: &[&str] = &[
    "carried fwd",
    "balance carried fwd",
    "bal carried forward",
    "balance c fwd",
    "bal c fwd",
    "c fwd",
    "bal cf",
    "closing bal",
    "closing balance",
    "balance carried forward",
    "carried forward",
    "balance c f",
    "balance cf",
    "bal c f",
    "c f",
    "ending balance",
    "final balance",
    "solde final",
    "nouveau solde",
    "saldo final",
    "endsaldo",
    "endbestand",
    "neuer kontostand",
    "salio la mwisho",
];
const TOTAL: &[&str] = &[
    "month total",
    "monthly total",
    "statement total",
    "daily total",
    "day total",
    "week total",
    "weekly total",
    "year total",
    "account total",
    "period total",
    "total for the month",
    "total du mois",
    "total do mes",
    "total del mes",
    "monatssumme",
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "page total",
    "sum",
    "summe",
    "gesamt",
    "totaux",
    "totais",
    "totales",
    "suma",
    "soma",
    "jumla",
];

/// Balances of which the words do not say at which end they stand: its place says it. Only a text that holds nothing else is
/// one: `Balance enquiry` is a row.
const BALANCE: &[&str] = &[
    "balance",
    "bal",
    "account balance",
    "acc balance",
    "acct balance",
    "current balance",
    "ledger balance",
    "book balance",
    "running balance",
    "available balance",
    "cleared balance",
    "daily balance",
    "day end balance",
    "end of day balance",
    "interim balance",
    "statement balance",
    "balance on",
    "solde",
    "solde crediteur",
    "solde debiteur",
    "solde du compte",
    "solde intermediaire",
    "saldo",
    "saldo do dia",
    "saldo del dia",
    "saldo diario",
    "saldo em conta",
    "saldo atual",
    "saldo actual",
    "saldo disponible",
    "saldo disponivel",
    "kontostand",
    "kontosaldo",
    "tagessaldo",
    "zwischensaldo",
    "salio",
];

/// Words that may follow a total.
const BESIDE_TOTALS: &[&str] = &[
    "amount",
    "amounts",
    "credit",
    "credits",
    "debit",
    "debits",
    "deposits",
    "in",
    "money",
    "out",
    "paid",
    "transactions",
    "withdrawals",
];
/// Words that may follow a balance at an end, beside numbers.
const BESIDE_BALANCES: &[&str] = &[
    "au",
    "am",
    "du",
    "vom",
    "zum",
    "per",
    "em",
    "del",
    "do",
    "dia",
    "al",
    "hari",
    "cr",
    "dr",
    "credit",
    "debit",
    "only",
    "brought",
    "carried",
    "forward",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "januar",
    "februar",
    "marz",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "janeiro",
    "fevereiro",
    "marco",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "dezembro",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "as",
    "at",
    "date",
    "for",
    "from",
    "of",
    "on",
    "the",
    "to",
    "until",
    "jan",
    "january",
    "feb",
    "february",
    "mar",
    "march",
    "apr",
    "april",
    "may",
    "jun",
    "june",
    "jul",
    "july",
    "aug",
    "august",
    "sep",
    "sept",
    "september",
    "oct",
    "october",
    "nov",
    "november",
    "dec",
    "december",
];

/// What a row without a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Opening,
    Closing,
    Total,
    /// A balance of the place where it stands.
    Balance,
}

/// The labels that a text may begin with, whatever follows.
const BEGINNINGS: [(&[&str], Label); 3] =
    [(OPENING, Label::Opening), (CLOSING, Label::Closing), (TOTAL, Label::Total)];

/// Returns what a row is that begins with the text, or is described by it.
pub(super) fn label(text: &str) -> Option<Label> {
    Some(labelled(&folded(text), &BEGINNINGS)?.0)
}

/// Returns what a row is that the whole text names: nothing follows but a day, a side or such a word. The petrol of
/// `Total Energies` is no total.
pub(super) fn whole_label(text: &str) -> Option<Label> {
    if !begins_as_a_label(text) {
        return None;
    }
    let text = folded(text);
    let (label, rest) =
        labelled(&text, &BEGINNINGS).or_else(|| labelled(&text, &[(BALANCE, Label::Balance)]))?;
    let is_currency = |word: &str| amounts::currency_of_cell(word).is_ok();
    let is_beside = |word: &str| {
        let is_number = || word.bytes().all(|byte| byte.is_ascii_digit());
        let is_known = if label == Label::Total {
            BESIDE_TOTALS.contains(&word)
        } else {
            BESIDE_BALANCES.contains(&word) || is_number()
        };
        is_known || is_currency(word)
    };
    rest.split_whitespace().all(is_beside).then_some(label)
}

/// Returns the label that a folded text begins with, and what follows.
fn labelled<'t>(text: &'t str, all: &[(&[&str], Label)]) -> Option<(Label, &'t str)> {
    all.iter().find_map(|(words, label)| {
        let rests = words.iter().filter_map(|word| text.strip_prefix(word));
        Some((
            *label,
            rests.filter(|rest| rest.is_empty() || rest.starts_with(' ')).min_by_key(|rest| rest.len())?,
        ))
    })
}

/// Returns whether a text may be a label by its first three characters, which needs no memory: most texts are none.
fn begins_as_a_label(text: &str) -> bool {
    let text = text.trim_start_matches(|char: char| !char.is_alphanumeric());
    let [first, second, third, ..] = text.as_bytes() else { return false };
    let at = |byte: &u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
    let bits = |byte: &u8| if byte.is_ascii() { letter_bit(*byte) } else { u32::MAX };
    !first.is_ascii()
        || STARTS.get(at(first)).is_some_and(|own| own[0] & bits(second) != 0 && own[1] & bits(third) != 0)
}

/// The letters that follow each first letter of a label, in second and in third place.
static STARTS: LazyLock<[[u32; 2]; 26]> = LazyLock::new(|| {
    let mut starts = [[0; 2]; 26];
    for word in [OPENING, CLOSING, TOTAL, BALANCE].into_iter().flatten() {
        if let [first, second, third, ..] = word.as_bytes()
            && let Some(own) = starts.get_mut(usize::from(first.wrapping_sub(b'a')))
        {
            own[0] |= letter_bit(*second);
            own[1] |= letter_bit(*third);
        }
    }
    starts
});

/// Returns the bit of a letter; all else has one bit.
fn letter_bit(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte.to_ascii_lowercase() - b'a') } else { 1 << 26 }
}

#[cfg(test)]
mod tests {
    use super::{BALANCE, CLOSING, Label, OPENING, TOTAL, folded, whole_label};

    #[test]
    fn every_label_is_found_by_its_first_letters() {
        for word in [OPENING, CLOSING, TOTAL, BALANCE].into_iter().flatten() {
            assert_eq!(folded(word), *word);
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
