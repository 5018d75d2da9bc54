//! Lines between rows that begin another part of a document: another account, another currency, or rows that took no
//! effect. Rows behind such a line are not those of the account before it.

use super::amounts::{self, Mark};
use super::cut::Cut;
use super::effect;
use super::kinds;
use super::place;
use super::preamble::named_value;
use super::records::Record;
use super::rows::Rows;
use super::words::{self, folded};
use crate::error::{Cause, Error, Result};
use crate::money::Currency;
use crate::statement::profile::ColumnRole;

/// Letters and digits at the end of a number that tell it where the others are masked.
const MASKED_MIN: usize = 4;

/// Names of what tells an account, folded.
const ACCOUNTS: &[&str] = &[
    "account",
    "account id",
    "account no",
    "account number",
    "acc no",
    "acc number",
    "acct no",
    "acct number",
    "a c no",
    "a c number",
    "a c",
    "iban",
    "card",
    "card no",
    "card number",
    "wallet",
    "wallet id",
    "wallet no",
    "wallet number",
    "phone",
    "phone no",
    "phone number",
    "mobile",
    "mobile no",
    "mobile number",
    "msisdn",
    "till no",
    "till number",
];
/// What rows of a section are called.
const ROWS: &[&str] = &[
    "transactions",
    "transaction",
    "payments",
    "items",
    "entries",
    "operations",
    "authorisations",
    "authorizations",
    "activity",
    "debits",
    "credits",
    "deposits",
    "withdrawals",
    "cheques",
    "checks",
    "transfers",
    "purchases",
    "orders",
    "effects",
    "card",
    "bank",
    "and",
];
/// Words before them of rows that are still to come.
const AHEAD: &[&str] =
    &["upcoming", "future", "expected", "unpresented", "outstanding", "planned", "scheduled", "uncleared"];
/// Titles of rows that took no effect, folded.
const NO_EFFECT: &[&str] = &[
    "vorgemerkte umsatze",
    "vorgemerkte umsaetze",
    "vorgemerkte buchungen",
    "not yet booked",
    "not yet posted",
    "not booked",
    "card authorisations",
    "card authorizations",
    "authorisations",
    "authorizations",
    "operations en attente",
    "operations a venir",
    "held funds",
    "funds on hold",
    "held transactions",
    "future dated",
    "future dated transactions",
    "future dated payments",
    "lancamentos futuros",
    "movimentos pendentes",
    "movimientos pendientes",
];
/// A word that may be the title of such rows, or end a sentence.
const OPEN: &str = "reserved";
/// Words of the title of an account behind its currency; and codes of currencies that are words too.
const OF_TITLES: &[&str] = &[
    "account",
    "accounts",
    "acct",
    "konto",
    "compte",
    "conta",
    "cuenta",
    "statement",
    "savings",
    "current",
    "checking",
    "cheque",
    "wallet",
    "call",
    "transactions",
    "ledger",
];
const CODES_AND_WORDS: &[&str] = &["all", "top", "try", "cup", "mop"];
/// Words behind a kind of account in a title.
const TITLES: &[&str] = &[" account", " accounts", " acct", " a c", "konto"];

/// A line that begins another part of a document.
pub(super) struct Section {
    pub(super) names: Names,
    pub(super) line: u64,
    /// Rows before it.
    pub(super) rows_before: usize,
}

impl Section {
    /// Returns whether the rows behind may be of another account.
    pub(super) const fn is_of_account(&self) -> bool {
        matches!(self.names, Names::Account(_) | Names::Kind(_))
    }
}

/// What a section is of.
pub(super) enum Names {
    /// An account, by its id or number.
    Account(String),
    /// An account, by what it is.
    Kind(String),
    /// Rows that are pending or failed.
    NoEffect,
    /// Rows of which a word leaves that open: it may end a sentence.
    Open,
}

/// Returns line and error of rows behind a line that names another account than is known before, or that says that they took
/// no effect.
pub(super) fn check(
    sections: &[Section],
    known: [Option<&str>; 2],
    titles: &[String],
    rows: usize,
) -> Option<(u64, Error)> {
    let mut known: Vec<String> = known.into_iter().flatten().map(plain).collect();
    for section in sections {
        let message = match &section.names {
            Names::Account(account) => {
                let own = plain(account);
                if known.iter().any(|known| is_same(known, &own)) {
                    continue;
                }
                if known.is_empty() && section.rows_before == 0 {
                    known.push(own);
                    continue;
                }
                "the line names another account than the lines before; split the document where an account ends"
            }
            Names::Kind(title) if titles.contains(title) => continue,
            Names::Open => continue,
            Names::Kind(_) => {
                "the line is the title of another account; split the document where an account ends"
            }
            Names::NoEffect => {
                "the line begins rows that took no effect, as pending or declined ones; split the document there"
            }
        };
        if section.rows_before < rows {
            return Some((section.line, place(Cause::TransactionCsv, section.line, None, message)));
        }
    }
    None
}

/// Returns whether two numbers are of one account. A number may be masked: its end counts.
fn is_same(one: &str, other: &str) -> bool {
    let is_end = |whole: &str, end: &str| end.len() >= MASKED_MIN && whole.ends_with(end);
    one == other || is_end(one, other) || is_end(other, one)
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

/// Returns the currency that a line says amounts are in: `USD` alone, or `All amounts in USD`.
pub(super) fn currency_said(record: Record<'_>) -> Option<Currency> {
    let mut cells = record.cells().filter(|cell| !cell.is_empty());
    let (first, None) = (cells.next()?, cells.next()) else { return None };
    let text =
        first.trim_matches(|char: char| !char.is_alphanumeric() && !matches!(char, '€' | '₦' | '₵' | '₹'));
    let (before, last) = text.rsplit_once(' ').unwrap_or(("", text));
    let is_said = before.is_empty() || matches!(folded(before).rsplit(' ').next(), Some("in" | "currency"));
    amounts::currency_named(last).filter(|_| is_said).or_else(|| currency_of_title(text))
}

/// Returns the currency with which the title of an account begins, as `USD ACCOUNT` and `Ugandan Shilling Account` do.
fn currency_of_title(text: &str) -> Option<Currency> {
    let words: Vec<&str> = text.split(' ').collect();
    let is_behind = |word: &&str| OF_TITLES.contains(&&*folded(word));
    let behind = words.iter().rev().take_while(|word| is_behind(word)).count();
    let name = words.get(..words.len() - behind)?.join(" ");
    let is_word = CODES_AND_WORDS.iter().any(|code| name.eq_ignore_ascii_case(code));
    amounts::currency_named(&name).filter(|_| behind > 0 && !is_word)
}

/// Returns the mark of several currencies that a line says amounts are in: `All amounts in $`.
pub(super) fn mark_said(record: Record<'_>) -> Option<&'static Mark> {
    let mut cells = record.cells().filter(|cell| !cell.is_empty());
    let (first, None) = (cells.next()?, cells.next()) else { return None };
    let (before, last) = first.trim_end_matches([')', '.', ' ']).rsplit_once(' ')?;
    let is_said = matches!(folded(before).rsplit(' ').next(), Some("in" | "currency"));
    amounts::mark_of_several(last).filter(|_| is_said)
}

/// Returns the number of the account that a line names, as `Account number 0110998877`.
pub(super) fn account_said(record: Record<'_>) -> Option<String> {
    if let Some((ColumnRole::Account, value)) = named_value(record) {
        return Some(value.to_owned());
    }
    let cells: Vec<&str> = record.cells().filter(|cell| !cell.is_empty()).collect();
    let text = folded(&cells.join(" "));
    let names = ACCOUNTS.iter().filter_map(|name| text.strip_prefix(name)?.strip_prefix(' '));
    let value = names.min_by_key(|value| value.len())?;
    let is_number = value.len() <= 40
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.split(' ').all(|word| word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'x'));
    is_number.then(|| value.to_owned())
}

/// Returns whether a line says that the rows behind it took no effect, as `Pending transactions`.
pub(super) fn is_of_no_effect(record: Record<'_>) -> bool {
    let mut cells = record.cells().filter(|cell| !cell.is_empty());
    let (Some(first), None) = (cells.next(), cells.next()) else { return false };
    if effect::is_of_no_effect(first) {
        return true;
    }
    let text = folded(first);
    if NO_EFFECT.contains(&&*text) {
        return true;
    }
    let says = |word: &str| effect::is_of_no_effect(word) || AHEAD.contains(&word);
    let are_rows = |text: &str| text.split(' ').all(|word| ROWS.contains(&word));
    let ends = [text.split_once(' '), text.rsplit_once(' ').map(|(rest, word)| (word, rest))];
    ends.into_iter().flatten().any(|(word, rest)| says(word) && are_rows(rest))
}

/// Returns the title of an account by its kind that stands alone in a line, as `Savings Account`, folded.
pub(super) fn title(record: Record<'_>) -> Option<String> {
    // Text behind empty values continues a description.
    let first = record.cells().next().filter(|cell| !cell.is_empty())?;
    if record.cells().skip(1).any(|cell| !cell.is_empty()) {
        return None;
    }
    let text = folded(first);
    if kinds::is_title(&text) {
        return Some(text);
    }
    let is_titled = TITLES.iter().any(|end| text.ends_with(end));
    let kind = ["konto", "s"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(&text);
    (is_titled && (words::kind(&text).is_some() || words::kind(kind).is_some())).then_some(text)
}

impl Rows<'_> {
    /// Keeps what a line between rows begins; refuses one that names another currency.
    pub(super) fn section(&mut self, record: &Cut<'_>) -> Result<()> {
        let named = match named_value(**record) {
            Some((ColumnRole::Currency, value)) => {
                amounts::currency_named(value).or_else(|| amounts::currency_of_number(value))
            }
            _ => None,
        };
        if let Some((other, currency)) = named.or_else(|| currency_said(**record)).zip(self.currency)
            && other != currency
        {
            let message = format!("the line names the currency {other}; the rows before are in {currency}");
            return Err(place(Cause::MoneyCurrencyMixed, record.line, None, &message));
        }
        let names = if is_of_no_effect(**record) {
            let is_open = record.cells().any(|cell| cell.eq_ignore_ascii_case(OPEN));
            Some(if is_open { Names::Open } else { Names::NoEffect })
        } else {
            account_said(**record).map(Names::Account).or_else(|| title(**record).map(Names::Kind))
        };
        let (line, rows_before) = (record.line, self.found.rows);
        self.found.sections.extend(names.map(|names| Section { names, line, rows_before }));
        Ok(())
    }
}
