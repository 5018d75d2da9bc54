//! What the lines before the header say that the account is: by a name and a value, or by a title. A loan and a card are what
//! their holder owes, so that money in is no income.

use super::flags;
use super::preamble::name_and_value;
use super::records::Record;
use super::words::{self, folded};
use crate::domain::AccountKind;
use crate::statement::profile::ColumnRole;
use std::collections::BTreeMap;

/// Words of what is owed, folded: cards first, since some hold a word of loans.
const OWED: &[(AccountKind, &[&str])] = &[
    (
        AccountKind::Card,
        &[
            "credit card",
            "credit cards",
            "creditcard",
            "charge card",
            "carte de credit",
            "kreditkarte",
            "tarjeta de credito",
            "cartao de credito",
            "kadi ya mkopo",
        ],
    ),
    (
        AccountKind::Loan,
        &[
            "loan",
            "loans",
            "mortgage",
            "line of credit",
            "credit line",
            "credit facility",
            "hire purchase",
            "vehicle finance",
            "auto finance",
            "car finance",
            "asset finance",
            "home finance",
            "bnpl",
            "buy now pay later",
            "pret",
            "emprunt",
            "darlehen",
            "kredit",
            "hypothek",
            "emprestimo",
            "financiamento",
            "prestamo",
            "hipoteca",
            "mkopo",
        ],
    ),
];
/// How German words of what is owed begin.
const COMPOUNDS: &[(AccountKind, &str)] = &[
    (AccountKind::Card, "kreditkart"),
    (AccountKind::Loan, "darlehen"),
    (AccountKind::Loan, "hypothek"),
    (AccountKind::Loan, "kreditkonto"),
    (AccountKind::Loan, "loanstatement"),
    (AccountKind::Loan, "loanaccount"),
    (AccountKind::Loan, "mortgagestatement"),
    (AccountKind::Card, "creditcardstatement"),
    (AccountKind::Card, "creditcardaccount"),
];
/// Words behind them in a title, and before them.
const BEHIND: &[&str] = &[
    "account",
    "accounts",
    "acct",
    "a",
    "ac",
    "statement",
    "statements",
    "transaction",
    "transactions",
    "history",
    "activity",
    "ledger",
    "konto",
    "kontoauszug",
    "auszug",
    "abrechnung",
    "umsatze",
    "umsaetze",
];
const BEFORE: &[&str] = &[
    "extracto de",
    "extracto de la",
    "extrait de",
    "resumen de",
    "fatura de",
    "fatura do",
    "statement of",
    "statement for",
    "transactions of",
    "transactions for",
    "history of",
    "releve de",
    "releve du",
    "releve de compte de",
    "compte de",
    "extrato de",
    "extrato do",
    "conta de",
    "estado de cuenta",
    "estado de cuenta de",
    "cuenta de",
    "akaunti ya",
    "taarifa ya",
];
/// Words that may be of a card that is owed, or of one that spends what is there; and of which it is none.
const CARDS: &[&str] =
    &["card", "cards", "visa", "mastercard", "amex", "carte", "karte", "tarjeta", "cartao"];
const NO_CARDS: &[&str] = &[
    "debit", "prepaid", "number", "no", "deposit", "debito", "ending", "electron", "maestro", "street",
    "road",
];
/// Names of cards that most often are owed: they are titles by themselves.
const BRANDS: &[&str] = &["visa", "mastercard", "amex", "diners"];
/// How the titles of cards begin that are written short; and codes of kinds.
const SHORT_TITLES: &[&str] = &["cc statement", "cc account", "cc transactions"];
const CODES: &[&str] = &["ln", "lns", "cc", "crd", "mtg"];
/// Words that may follow what is owed beside numbers, in a line that names one.
const WORDS_BEHIND: &[&str] = &[
    "a",
    "c",
    "ac",
    "account",
    "acct",
    "number",
    "no",
    "id",
    "ref",
    "personnel",
    "personal",
    "pessoal",
    "immobilier",
    "hipotecario",
    "habitacao",
    "consommation",
    "etudiant",
    "automotriz",
    "auto",
    "x",
];
/// Columns of cards and their schemes have the name of one that spends what is there, too.
const NAMES_OF_CARDS: &[&str] = &["card", "scheme", "pan"];
/// Titles of what may be owed.
const OPEN_TITLES: &[&str] =
    &["credit account", "repayment schedule", "amortisation schedule", "amortization schedule"];
/// Words of a title.
const STATEMENTS: &[&str] =
    &["statement", "statements", "transactions", "activity", "abrechnung", "releve", "extrato", "extracto"];
/// Words of the longest line that is the name of a product alone, as `Staff loan`.
const NAME_WORDS_MAX: usize = 5;
/// Words before them in the name of a bank, as `Savings and Loans`.
const BANKS: &[&str] = &["and", "savings", "thrift"];
/// Words beside them in a line that may be of the account, or of another one.
const BESIDE: &[&str] = &[
    "account",
    "acct",
    "statement",
    "facility",
    "number",
    "no",
    "id",
    "ref",
    "reference",
    "product",
    "type",
    "schedule",
    "outstanding",
    "principal",
    "amount",
    "tenor",
    "term",
    "balance",
];
/// Names of lines that only loans and cards have.
const SIGNS: &[&str] = &[
    "minimum payment",
    "minimum payment due",
    "minimum amount due",
    "minimum due",
    "total amount due",
    "payment due date",
    "outstanding principal",
    "principal outstanding",
    "principal balance",
    "amount financed",
    "amount disbursed",
    "disbursed amount",
    "disbursement date",
    "date of disbursement",
    "instalment amount",
    "installment amount",
    "next instalment",
    "next installment",
    "emi",
    "emi amount",
];
/// Words of sentences: such a line is no title.
const SENTENCES: &[&str] = &[
    "you", "we", "us", "our", "please", "call", "apply", "if", "visit", "contact", "have", "offer", "get",
    "dear", "ask", "about", "need", "now", "today",
];
/// Words of the longest line that is a title or names a value.
const WORDS_MAX: usize = 12;
/// Words of the longest value that names a product.
const PRODUCT_WORDS_MAX: usize = 4;

/// What a line says that the account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Kind(AccountKind),
    /// It names a loan or a card, which may be the account or another one.
    Open,
}

/// Returns what a line says that the account is.
pub(super) fn of(record: Record<'_>) -> Option<Said> {
    if let Some((name, value)) = name_and_value(record) {
        let name = words::name(name);
        let is_kind = matches!(words::column(&name), Some((ColumnRole::Kind, _)));
        if is_kind || flags::names_kind(&name) {
            return words::kind(value).map(Said::Kind).or_else(|| product(&folded(value)));
        }
        if SIGNS.contains(&&*name) {
            return Some(Said::Open);
        }
    }
    let cells: Vec<&str> = record.cells().filter(|cell| !cell.is_empty()).collect();
    line(&folded(&cells.join(" ")))
}

/// Returns whether a folded text is the title of an account of what is owed.
pub(super) fn is_title(text: &str) -> bool {
    matches!(line(text), Some(Said::Kind(_)))
}

fn product(value: &str) -> Option<Said> {
    let Some((kind, ..)) = owed(value) else {
        return (CODES.contains(&value) || is_card(value)).then_some(Said::Open);
    };
    let is_name = value.split(' ').count() <= PRODUCT_WORDS_MAX;
    Some(if is_name { Said::Kind(kind) } else { Said::Open })
}

fn line(text: &str) -> Option<Said> {
    if words_of(text) > WORDS_MAX || text.split(' ').any(|word| SENTENCES.contains(&word)) {
        return None;
    }
    if is_sign(text) {
        return Some(Said::Open);
    }
    let Some((kind, before, behind)) = owed(text) else { return may_be_owed(text).then_some(Said::Open) };
    if before.rsplit(' ').next().is_some_and(|word| BANKS.contains(&word)) {
        return None;
    }
    let next = behind.split(' ').next().unwrap_or_default();
    let is_before = BEFORE
        .iter()
        .any(|own| before.strip_suffix(own).is_some_and(|it| it.is_empty() || it.ends_with(' ')));
    if (before.is_empty() && behind.is_empty()) || is_before {
        return Some(Said::Kind(kind));
    }
    // `Loan account 123` and `Loan account number` may name the account from which another one is repaid.
    let rest = behind.split(' ').skip(1);
    let is_numbered = rest
        .clone()
        .any(|word| matches!(word, "number" | "no" | "id") || word.bytes().all(|it| it.is_ascii_digit()))
        && !behind.contains("statement");
    if BEHIND.contains(&next) && !is_numbered {
        return Some(Said::Kind(kind));
    }
    let is_beside = |text: &str| text.split(' ').any(|word| BESIDE.contains(&word));
    let is_name = behind.is_empty() && text.split(' ').count() <= NAME_WORDS_MAX;
    let is_numbered = words_of(before) < NAME_WORDS_MAX
        && behind.split(' ').all(|word| is_number(word) || WORDS_BEHIND.contains(&word));
    (is_name || is_numbered || is_beside(before) || is_beside(behind)).then_some(Said::Open)
}

/// Returns whether a word is a number, or the part of one that is not masked.
fn is_number(word: &str) -> bool {
    word.bytes().any(|it| it.is_ascii_digit()) || word.bytes().all(|it| it == b'x')
}

/// Returns how many words of a folded text are no numbers.
fn words_of(text: &str) -> usize {
    text.split(' ').filter(|word| !word.is_empty() && !is_number(word)).count()
}

/// Returns whether a line without a mark between name and value is one that only loans and cards have, as `EMI 500`.
fn is_sign(text: &str) -> bool {
    let mut rests = SIGNS.iter().filter_map(|sign| text.strip_prefix(sign)?.strip_prefix(' '));
    rests.any(|rest| words_of(rest) <= 1 && rest.bytes().any(|it| it.is_ascii_digit()))
}

/// Returns whether a short text is the name of a card that may be owed, as `Visa Gold`.
fn is_card(text: &str) -> bool {
    let has = |list: &[&str]| text.split(' ').any(|word| list.contains(&word));
    has(BRANDS) && !has(NO_CARDS) && words_of(text) <= PRODUCT_WORDS_MAX
}

/// What columns of names and kinds of the account say that it is.
#[derive(Default)]
pub(super) struct Owed {
    /// The last value of each column, by its place: most rows have that of the row above.
    last: BTreeMap<usize, String>,
    /// The first line that names a loan or a card.
    line: Option<u64>,
}

impl Owed {
    /// Sees the value of a row, in a column of such a name.
    pub(super) fn see(&mut self, text: &str, (line, at): (u64, usize), name: &str) {
        if self.line.is_some() || self.last.get(&at).is_some_and(|last| last == text) {
            return;
        }
        self.last.insert(at, text.to_owned());
        let (text, name) = (folded(text), words::name(name));
        let is_of_bank = |before: &str| before.rsplit(' ').next().is_some_and(|word| BANKS.contains(&word));
        let is_owed = owed(&text).is_some_and(|(_, before, _)| !is_of_bank(before));
        let is_code = flags::names_kind(&name) && CODES.contains(&&*text);
        let is_card = is_card(&text) && !name.split(' ').any(|word| NAMES_OF_CARDS.contains(&word));
        self.line = (is_owed || is_code || is_card).then_some(line);
    }

    /// Adds what the part of the document behind shows.
    pub(super) fn join(&mut self, next: &Self) {
        self.line = self.line.or(next.line);
    }

    pub(super) const fn line(&self) -> Option<u64> {
        self.line
    }
}

/// Returns whether a folded text without a word of what is owed is a title of what may be.
fn may_be_owed(text: &str) -> bool {
    let has = |list: &[&str]| text.split(' ').any(|word| list.contains(&word));
    (has(CARDS) && has(STATEMENTS) && !has(NO_CARDS))
        || is_card(text)
        || SHORT_TITLES.iter().any(|own| text.starts_with(own))
        || OPEN_TITLES.iter().any(|own| text.contains(own))
}

/// Returns what is owed by the words of a folded text, and what stands before and behind them.
fn owed(text: &str) -> Option<(AccountKind, &str, &str)> {
    let cut = |at: usize, length: usize| {
        let (before, rest) = text.split_at_checked(at)?;
        let behind = rest.get(length..)?;
        let is_whole =
            (before.is_empty() || before.ends_with(' ')) && (behind.is_empty() || behind.starts_with(' '));
        is_whole.then_some((before.trim_end(), behind.trim_start()))
    };
    for (kind, words) in OWED {
        for word in *words {
            let found = text.match_indices(word).find_map(|(at, _)| cut(at, word.len()));
            if let Some((before, behind)) = found {
                return Some((*kind, before, behind));
            }
        }
    }
    COMPOUNDS.iter().find_map(|(kind, start)| {
        let is_compound = text.split(' ').any(|word| word.starts_with(start));
        is_compound.then_some((*kind, "", ""))
    })
}
