//! The words of documents as data: names of columns (`columns.txt`), and the texts of special rows, in the languages of the statements
//! that were seen. A word is compared without case, accents, spaces and punctuation.

pub(super) use super::labels::{Label, begins_with_balance, label, whole_label};
use crate::domain::{AccountKind, Direction, TransactionStatus};
use crate::statement::profile::ColumnRole;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use strum::VariantArray;

/// Names of each column, one column a line, the surest name first: of two columns for one use, the surer name is taken.
const COLUMNS: &str = include_str!("columns.txt");

const CREDIT: &[&str] = &[
    "credit", "cr", "c", "in", "deposit", "money in", "paid in", "received", "incoming", "haben", "h",
    "credito", "entrada", "abono", "crdt", "bij", "inflow",
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
    "dbit",
    "db",
    "af",
    "outflow",
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
    "active",
    "reconciled",
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
    "concluida",
    "completado",
    "imekamilika",
    "imefanikiwa",
    "transaction successful",
    "ts",
    "normal",
    "reussi",
    "reussie",
    "comptabilise",
    "comptabilisee",
    "execute",
    "executee",
    "umsatz gebucht",
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
    "initiated",
    "queued",
    "in process",
    "en attente",
    "vorgemerkt",
    "umsatz vorgemerkt",
    "pendente",
    "pendiente",
    "inasubiri",
    "unconfirmed",
    "not confirmed",
    "not cleared",
    "not booked",
    "not settled",
    "not completed",
    "incomplete",
    "draft",
    "nicht gebucht",
    "noch nicht gebucht",
    "nicht verbucht",
];
const FAILED: &[&str] = &[
    "failed",
    "fail",
    "failure",
    "declined",
    "cancelled",
    "canceled",
    "rejected",
    "expired",
    "unsuccessful",
    "void",
    "voided",
    "deleted",
    "removed",
    "inactive",
    "refused",
    "bounced",
    "timed out",
    "timeout",
    "time out",
    "nok",
    "not ok",
    "not successful",
    "not paid",
    "not approved",
    "not processed",
    "error",
    "declined by bank",
    "reverted",
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
    "recusada",
    "anulado",
    "anulada",
    "rechazado",
    "rechazada",
    "fehlgeschlagen",
    "falhou",
    "fallido",
    "imeshindwa",
];
/// Words of a row that took effect and was undone later.
const UNDONE: &[&str] = &[
    "reversed",
    "reversal",
    "refunded",
    "refund",
    "partially refunded",
    "partial refund",
    "charged back",
    "chargeback",
    "disputed",
    "rembourse",
    "remboursee",
    "reembolsado",
    "reembolsada",
    "extourne",
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

/// Letters of a name whose words may be written together.
const JOINED_MIN: usize = 4;

/// The known names of more than one word, by their letters alone.
static JOINED: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let lists = [COLUMNS, super::flags::NAMES];
    let names: Vec<&str> = lists
        .iter()
        .flat_map(|list| list.lines())
        .filter_map(|line| Some(line.split_once(": ")?.1))
        .flat_map(|names| names.split(", "))
        .collect();
    let joined = names.iter().filter(|name| name.contains(' ')).map(|name| (name.replace(' ', ""), *name));
    // Two letters side by side may be anything.
    joined.filter(|(letters, _)| letters.len() >= JOINED_MIN && !names.contains(&&**letters)).collect()
});

/// Returns a name of a header, folded. Words that are written together are told apart by their capitals (`ValueDate`), and where they
/// make up a known name also without them (`VALUEDATE`).
pub(super) fn name(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 4);
    let mut is_after_small = false;
    for char in text.chars() {
        if is_after_small && char.is_uppercase() {
            spaced.push(' ');
        }
        is_after_small = char.is_lowercase();
        spaced.push(char);
    }
    let folded = folded(&spaced);
    match JOINED.get(&folded) {
        Some(name) => (*name).to_owned(),
        None => folded,
    }
}

/// Returns what a folded name of a column holds, and how far down its list the name stands.
pub(super) fn column(name: &str) -> Option<(ColumnRole, usize)> {
    NAMES.get(name).copied()
}

/// What columns hold by their names; the first list that has a name counts.
static NAMES: LazyLock<BTreeMap<&str, (ColumnRole, usize)>> = LazyLock::new(|| {
    let mut known = BTreeMap::new();
    for (column, names) in COLUMNS.lines().filter_map(|line| line.split_once(": ")) {
        let Some(role) = ColumnRole::VARIANTS.iter().find(|own| own.as_str() == column) else { continue };
        for (rank, name) in names.split(", ").enumerate() {
            known.entry(name).or_insert((*role, rank));
        }
    }
    known
});

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

/// Returns whether a value of a status says that a row was undone later.
pub(super) fn is_undone(text: &str) -> bool {
    meaning(text, &[(UNDONE, ())]).is_some()
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
pub(crate) fn kind(text: &str) -> Option<AccountKind> {
    let text = folded(text);
    let named =
        ["account", "acct", "a c"].into_iter().find_map(|end| text.strip_suffix(end)?.strip_suffix(' '));
    let text = named.unwrap_or(&text);
    KINDS.iter().find(|(_, words)| words.contains(&text)).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, column, folded};
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
}
