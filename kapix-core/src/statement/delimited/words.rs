//! The words of documents as data: names of columns (`columns.txt`), and the texts of special rows, in the languages of the statements
//! that were seen. A word is compared without case, accents, spaces and punctuation.

use crate::domain::{AccountKind, Direction, TransactionStatus};
use crate::statement::profile::ColumnRole;
use std::sync::LazyLock;
use strum::VariantArray;

/// Names of each column, one column a line, the surest name first: of two columns for one use, the surer name is taken.
const COLUMNS: &str = include_str!("columns.txt");

const CREDIT: &[&str] = &[
    "credit", "cr", "c", "in", "deposit", "money in", "paid in", "received", "incoming", "haben", "h",
    "credito", "entrada", "abono",
];
const DEBIT: &[&str] = &[
    "debit",
    "dr",
    "d",
    "out",
    "withdrawal",
    "money out",
    "paid out",
    "withdrawn",
    "sent",
    "outgoing",
    "soll",
    "s",
    "debito",
    "saida",
    "cargo",
];
const POSTED: &[&str] = &[
    "posted",
    "completed",
    "complete",
    "success",
    "successful",
    "succeeded",
    "booked",
    "settled",
    "cleared",
    "paid",
    "done",
    "approved",
    "processed",
    "accepted",
    "confirmed",
    "ok",
    "00",
    "termine",
    "gebucht",
    "concluido",
    "completado",
    "imekamilika",
];
const PENDING: &[&str] = &[
    "pending",
    "processing",
    "in progress",
    "authorised",
    "authorized",
    "on hold",
    "hold",
    "reserved",
    "uncleared",
    "unposted",
    "not posted",
    "awaiting",
    "scheduled",
    "en attente",
    "vorgemerkt",
    "pendente",
    "pendiente",
    "inasubiri",
];
const FAILED: &[&str] = &[
    "failed",
    "failure",
    "declined",
    "cancelled",
    "canceled",
    "rejected",
    "expired",
    "unsuccessful",
    "void",
    "voided",
    "refused",
    "bounced",
    "timed out",
    "error",
    "declined by bank",
    "echoue",
    "echouee",
    "annule",
    "annulee",
    "rejete",
    "rejetee",
    "refuse",
    "refusee",
    "storniert",
    "abgelehnt",
    "zuruckgewiesen",
    "zurueckgewiesen",
    "fallida",
    "estornado",
    "estornada",
    "cancelado",
    "cancelada",
    "rejeitado",
    "rejeitada",
    "recusado",
    "anulado",
    "anulada",
    "rechazado",
    "rechazada",
    "fehlgeschlagen",
    "falhou",
    "fallido",
    "imeshindwa",
];
const KINDS: &[(AccountKind, &[&str])] = &[
    (AccountKind::Current, &["current", "checking", "cheque", "chequing", "transaction", "giro"]),
    (AccountKind::Savings, &["savings", "saving"]),
    (AccountKind::MobileMoney, &["mobile money", "wallet"]),
    (AccountKind::Till, &["till", "merchant"]),
    (AccountKind::Pos, &["pos"]),
    (AccountKind::Card, &["card", "credit card"]),
    (AccountKind::Loan, &["loan"]),
    (AccountKind::Other, &["other"]),
];
const OPENING: &[&str] = &[
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
}

/// Returns a text in lower case, with one space for all that is no letter or digit, and without accents.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        match char {
            'à'..='å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è'..='ë' => folded.push('e'),
            'ì'..='ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò'..='ö' => folded.push('o'),
            'ù'..='ü' => folded.push('u'),
            'ß' => folded.push_str("ss"),
            _ if char.is_alphanumeric() => folded.push(char),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Returns what a folded name of a column holds, and how far down its list the name stands.
pub(super) fn column(name: &str) -> Option<(ColumnRole, usize)> {
    COLUMNS.lines().find_map(|line| {
        let (column, names) = line.split_once(": ")?;
        let rank = names.split(", ").position(|own| own == name)?;
        Some((*ColumnRole::VARIANTS.iter().find(|own| own.as_str() == column)?, rank))
    })
}

/// Returns the direction that a value states.
pub(super) fn direction(text: &str) -> Option<Direction> {
    match text {
        "" => None,
        "+" => Some(Direction::Credit),
        "-" => Some(Direction::Debit),
        _ => meaning(text, &[(CREDIT, Direction::Credit), (DEBIT, Direction::Debit)]),
    }
}

/// Returns the status that a value states.
pub(super) fn status(text: &str) -> Option<TransactionStatus> {
    let all = [
        (POSTED, TransactionStatus::Posted),
        (PENDING, TransactionStatus::Pending),
        (FAILED, TransactionStatus::Failed),
    ];
    meaning(text, &all)
}

/// Returns what a word of one of the lists means: as it stands, which needs no memory, else folded.
fn meaning<T: Copy>(text: &str, lists: &[(&[&str], T)]) -> Option<T> {
    let of = |is: &dyn Fn(&str) -> bool| {
        lists.iter().find(|(words, _)| words.iter().any(|word| is(word))).map(|(_, meaning)| *meaning)
    };
    of(&|word| word.eq_ignore_ascii_case(text)).or_else(|| {
        let folded = folded(text);
        of(&|word| word == folded)
    })
}

/// Returns what a total is of by its words: money in, money out, or all amounts; `None` for a number of rows.
pub(super) fn side_of_total(text: &str) -> Option<ColumnRole> {
    let text = folded(text);
    let has = |words: &[&str]| text.split(' ').any(|word| words.contains(&word));
    let credit = has(&["in", "credit", "credits", "deposits", "received", "inflow"]);
    let debit = has(&["out", "debit", "debits", "withdrawals", "withdrawn", "spent", "outflow"]);
    match (credit, debit) {
        (true, false) => Some(ColumnRole::Credit),
        (false, true) => Some(ColumnRole::Debit),
        _ if has(&["number", "count", "transactions", "rows"]) => None,
        _ => Some(ColumnRole::Amount),
    }
}

/// Returns the kind of account that a value states.
pub(super) fn kind(text: &str) -> Option<AccountKind> {
    let text = folded(text);
    let named =
        ["account", "acct", "a c"].into_iter().find_map(|end| text.strip_suffix(end)?.strip_suffix(' '));
    let text = named.unwrap_or(&text);
    KINDS.iter().find(|(_, words)| words.contains(&text)).map(|(kind, _)| *kind)
}

/// Returns what a row is that begins with the text, or is described by it.
pub(super) fn label(text: &str) -> Option<Label> {
    Some(labelled(&folded(text))?.0)
}

/// Returns what a row is that the whole text names: nothing follows but a day, a side or such a word. The petrol of
/// `Total Energies` is no total.
pub(super) fn whole_label(text: &str) -> Option<Label> {
    if !begins_as_a_label(text) {
        return None;
    }
    let text = folded(text);
    let (label, rest) = labelled(&text)?;
    let is_beside = |word: &str| match label {
        Label::Total => BESIDE_TOTALS.contains(&word),
        _ => BESIDE_BALANCES.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit()),
    };
    rest.split_whitespace().all(is_beside).then_some(label)
}

/// Returns the label that a folded text begins with, and what follows.
fn labelled(text: &str) -> Option<(Label, &str)> {
    let all = [(OPENING, Label::Opening), (CLOSING, Label::Closing), (TOTAL, Label::Total)];
    all.into_iter().find_map(|(words, label)| {
        let rests = words.iter().filter_map(|word| text.strip_prefix(word));
        Some((
            label,
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
    for word in [OPENING, CLOSING, TOTAL].into_iter().flatten() {
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
    use super::{CLOSING, COLUMNS, OPENING, TOTAL, column, folded, whole_label};
    use crate::statement::profile::ColumnRole;
    use strum::VariantArray;

    #[test]
    fn every_column_has_names_each_folded_and_of_one_column() {
        let mut all = Vec::new();
        for (line, own) in COLUMNS.lines().filter(|line| line.contains(": ")).zip(ColumnRole::VARIANTS) {
            let (name, names) = line.split_once(": ").unwrap();
            assert_eq!(name, own.as_str());
            all.extend(names.split(", "));
        }
        for name in &all {
            assert_eq!(folded(name), *name);
            assert!(column(name).is_some(), "{name}");
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(COLUMNS.lines().filter(|line| line.contains(": ")).count(), ColumnRole::VARIANTS.len());
    }

    #[test]
    fn every_label_is_found_by_its_first_letters() {
        for word in [OPENING, CLOSING, TOTAL].into_iter().flatten() {
            assert_eq!(folded(word), *word);
            assert!(whole_label(word).is_some() && whole_label(&word.to_uppercase()).is_some(), "{word}");
        }
        for text in ["B/F", "*** TOTAL ***", "Opening balance as at 01/03/2026", "Total debits"] {
            assert!(whole_label(text).is_some(), "{text}");
        }
        for text in
            ["Total Energies", "TOTAL 0123", "C.F. Motors", "Final balance payment car", "Salary", "", "B"]
        {
            assert_eq!(whole_label(text), None, "{text}");
        }
    }
}
