//! The Berka data: 1,229 accounts of a Czech bank in 1993 and early 1994, with a balance after every row.
//!
//! Source: P. Berka and M. Sochorova, "Discovery Challenge: Financial data set", PKDD'99, table `trans`, rows of
//! 1993-01-01..1994-03-31. The last day is incomplete and is left out. The file has no times, and the rows of a day
//! are not in order; interest is booked to the heller and printed to ten, hence the tolerance.

use flate2::read::GzDecoder;
use kapix_core::{
    Id,
    ledger::{Account, AccountKind, Data, Transaction, TransactionSource, TransactionStatus},
    money::{Currency, Money},
    time::{At, Date, Instant, UtcOffset},
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

/// Difference between a stated and a chained balance that is rounding, in hellers.
const TOLERANCE_MINOR: i64 = 15;

/// The last day that the file holds whole, as it writes it.
const LAST_DAY: &str = "940330";

/// Returns account numbers and accounts, by number, from `trans_1993.asc.gz` in the directory.
pub fn accounts(dir: &Path) -> io::Result<Vec<(u32, Account)>> {
    let file = GzDecoder::new(File::open(dir.join("trans_1993.asc.gz"))?);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(file);
    let currency = Currency::parse("CZK").map_err(io::Error::other)?;
    let mut accounts = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let [id, account, day, kind, operation, amount, balance, symbol, bank, other] = fields(&record)?;
        if day > LAST_DAY {
            continue;
        }
        let transaction = Transaction {
            amount_minor: signed(kind, minor(amount, currency)?)?,
            at: At::Date(date(day)?),
            balance_minor: Some(minor(balance, currency)?),
            category: text(symbol),
            counterparty: text(&format!("{bank} {other}")),
            description: text(operation),
            id: Some(Id::parse(id).map_err(io::Error::other)?),
            pending_id: None,
            status: TransactionStatus::Posted,
            direction: None,
        };
        let number: u32 = account.parse().map_err(io::Error::other)?;
        let found = match accounts.entry(number) {
            std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(empty(account, currency)?),
        };
        found.transactions.push(transaction);
    }
    Ok(accounts.into_iter().collect())
}

/// Returns the end of the last day on which the account has a row, in Prague's winter time.
pub fn as_of(account: &Account) -> io::Result<Instant> {
    let last = account.transactions.iter().map(|row| row.at.date(account.utc_offset)).max();
    let last = last.ok_or_else(|| io::Error::other("an account without rows"))?;
    Instant::parse(&format!("{last}T23:59:59{}", account.utc_offset)).map_err(io::Error::other)
}

/// Returns the account as the only one of an applicant.
pub fn applicant(account: Account) -> Data {
    let bank =
        TransactionSource { accounts: vec![account], period: None, provider: None, retrieved_at: None };
    Data { bank: Some(bank), ..Data::default() }
}

fn empty(number: &str, currency: Currency) -> io::Result<Account> {
    Ok(Account {
        account_id: Id::parse(number).map_err(io::Error::other)?,
        chain_tolerance_minor: TOLERANCE_MINOR,
        closing_balance_minor: None,
        currency,
        kind: AccountKind::Current,
        opening_balance_minor: None,
        period: None,
        provider: None,
        reading_doubts: None,
        transactions: Vec::new(),
        utc_offset: UtcOffset::from_minutes(60).map_err(io::Error::other)?,
    })
}

fn fields(record: &csv::StringRecord) -> io::Result<[&str; 10]> {
    let fields: Vec<&str> = record.iter().collect();
    fields.try_into().map_err(|_| io::Error::other("a row must have ten values"))
}

fn minor(text: &str, currency: Currency) -> io::Result<i64> {
    Ok(Money::from_decimal_str(text, currency).map_err(io::Error::other)?.minor)
}

/// `PRIJEM` is income; `VYDAJ` and `VYBER` are payments and withdrawals.
fn signed(kind: &str, amount: i64) -> io::Result<i64> {
    match kind {
        "PRIJEM" => Ok(amount),
        "VYDAJ" | "VYBER" => Ok(-amount),
        _ => Err(io::Error::other("a type must be PRIJEM, VYDAJ or VYBER")),
    }
}

fn date(day: &str) -> io::Result<Date> {
    let number: u32 = day.parse().map_err(io::Error::other)?;
    let year = i32::try_from(number / 10_000).map_err(io::Error::other)?;
    Date::from_ymd(1900 + year, number / 100 % 100, number % 100).map_err(io::Error::other)
}

fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
