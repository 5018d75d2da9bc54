//! Columns beside the roles that change what a row means: whether it took effect, on which side its balance stands, and
//! a second currency. A column that nothing reads may not say of a row that it took no effect.

use super::amounts;
use super::cut::Cut;
use super::dates;
use super::effect;
use super::fees;
use super::layout::Places;
use super::place;
use super::rows::Rows;
use super::words::{self, folded};
use crate::domain::{Direction, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::money::Currency;
use crate::statement::profile::ColumnRole;

/// What a column says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// A name of the account.
    Account,
    /// Whether its balance is owned or owed, as `CR` and `DR`.
    BalanceSide,
    /// When it was booked or settled, beside its day.
    Booked,
    /// A code of a response.
    Code,
    /// A currency beside that of the column `currency`.
    Currency,
    /// Whether it failed.
    Failed,
    /// Money beside the amount.
    Fee,
    /// Whether it is pending.
    Pending,
    /// Whether, or when, it was posted.
    Posted,
    /// Why it failed.
    Reason,
    /// Whether it was reversed.
    Reversed,
    /// By what, or when, it was reversed.
    ReversedBy,
    /// A word of status.
    Status,
}

/// Names of the columns, folded.
const NAMES: &[(Says, &[&str])] = &[
    (
        Says::Account,
        &[
            "account",
            "account name",
            "account title",
            "account nickname",
            "account label",
            "acct name",
            "wallet",
            "wallet id",
            "wallet name",
            "wallet no",
            "wallet number",
            "pocket",
            "product",
            "msisdn",
            "card",
            "card no",
            "card number",
            "card id",
            "sub account",
            "subaccount",
            "sub account name",
            "account holder",
            "account owner",
            "holder",
            "space",
            "space name",
            "pot",
            "pot name",
            "vault",
            "phone",
            "phone no",
            "phone number",
            "mobile no",
            "mobile number",
            "customer id",
            "customer no",
            "customer number",
            "client",
            "client id",
            "client no",
            "client number",
        ],
    ),
    (
        Says::BalanceSide,
        &[
            "balance dr cr",
            "balance cr dr",
            "bal dr cr",
            "bal cr dr",
            "balance type",
            "bal type",
            "balance sign",
            "balance indicator",
            "balance direction",
            "balance side",
            "balance dr cr indicator",
            "balance debit credit",
        ],
    ),
    (
        Says::Booked,
        &[
            "booking date",
            "booked date",
            "booked on",
            "posting date",
            "posted date",
            "post date",
            "completed date",
            "completion date",
            "completed at",
            "completed on",
            "settlement date",
            "settled date",
            "settled at",
            "settled on",
            "cleared date",
            "clearing date",
            "cleared on",
        ],
    ),
    (Says::Code, &["response code", "resp code", "response cd", "result code", "return code", "status code"]),
    (
        Says::Failed,
        &[
            "bounced",
            "is bounced",
            "dishonoured",
            "is dishonoured",
            "dishonored",
            "is dishonored",
            "returned",
            "is returned",
            "unpaid",
            "is unpaid",
            "failed",
            "is failed",
            "declined",
            "is declined",
            "rejected",
            "is rejected",
            "cancelled",
            "canceled",
            "is cancelled",
            "voided",
            "void",
            "failed flag",
            "declined flag",
        ],
    ),
    (
        Says::Pending,
        &["pending", "is pending", "pending flag", "uncleared", "on hold", "is on hold", "pending status"],
    ),
    (
        Says::Posted,
        &[
            "approved",
            "is approved",
            "honoured",
            "posted",
            "is posted",
            "booked",
            "is booked",
            "cleared",
            "is cleared",
            "settled",
            "is settled",
            "completed",
            "is completed",
            "successful",
            "success",
        ],
    ),
    (
        Says::Reason,
        &[
            "cancelled at",
            "cancelled on",
            "canceled at",
            "declined at",
            "failed at",
            "failure reason",
            "rejected at",
            "rejected on",
            "failed reason",
            "reason for failure",
            "decline reason",
            "rejection reason",
            "reject reason",
            "failure code",
            "decline code",
            "error",
            "error message",
        ],
    ),
    (
        Says::Reversed,
        &[
            "reversed",
            "is reversed",
            "reversal",
            "is reversal",
            "reversal flag",
            "reversed flag",
            "reversal indicator",
        ],
    ),
    (Says::ReversedBy, &["reversed by", "reversed on", "reversed at", "reversal date"]),
    (
        Says::Status,
        &[
            "payment status",
            "posting status",
            "booking status",
            "settlement status",
            "clearing status",
            "processing status",
            "approval status",
            "entry status",
            "transfer status",
            "txn status",
            "trans status",
            "tran status",
            "trx status",
            "status description",
            "txn state",
            "transaction state",
            "payment state",
            "outcome",
            "result",
            "transaction result",
            "payment result",
            "response",
        ],
    ),
];

impl Says {
    /// Returns whether the column is read: others are looked at, and named as not read.
    pub(super) const fn is_read(self) -> bool {
        !matches!(self, Self::Account | Self::Booked | Self::Fee)
    }
}

/// Names of the currency of an amount that was billed.
const BILLED: &[&str] = &["billing currency", "billed currency"];
/// Values of yes and no.
const YES: &[&str] = &["yes", "y", "true", "t", "1", "x", "ja", "oui", "si", "sim", "ndiyo"];
const NO: &[&str] = &["", "no", "n", "false", "f", "0", "none", "n a", "na", "null", "nil", "hapana"];
/// The United States by their letters.
const STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC",
    "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
];
/// Values of a flag of reversal.
const REVERSED: &[&str] = &["reversed", "reversal", "rev", "r"];

/// Returns what the columns of a header that no role takes say of a row, each with its place.
pub(super) fn of(header: &[String], places: &Places) -> Vec<(usize, Says)> {
    let is_used = |at: usize| places.used().any(|(_, place)| place == at);
    let rest = header.iter().enumerate().filter(|(at, _)| !is_used(*at));
    let has_account = places.has(ColumnRole::Account);
    // An amount as it was billed is in the currency that was billed, whatever was paid.
    let currency = places.of(ColumnRole::Currency).and_then(|at| header.get(at));
    let is_billed = currency.is_some_and(|name| BILLED.contains(&&*folded(name)));
    let known = rest.filter_map(|(at, name)| {
        if fees::is_name(name) {
            return Some((at, Says::Fee));
        }
        let name = folded(name);
        if words::column(&name).is_some_and(|(column, _)| column == ColumnRole::Currency) {
            return (!is_billed).then_some((at, Says::Currency));
        }
        let known = NAMES.iter().find(|(_, names)| names.contains(&&*name)).map(|(says, _)| (at, *says));
        known.filter(|(_, says)| *says != Says::Account || !has_account)
    });
    known.collect()
}

/// Returns the status that a value states; `None` where it is no known word.
fn status(says: Says, text: &str, is_credit: bool) -> Option<TransactionStatus> {
    use TransactionStatus::{Failed, Pending, Posted};
    let word = folded(text);
    let (yes, no) = (YES.contains(&&*word), NO.contains(&&*word));
    let flag = |when_yes, when_no| match (yes, no) {
        (true, _) => Some(when_yes),
        (_, true) => Some(when_no),
        _ => words::status(text),
    };
    // A debit that was reversed stays money out, which is the cautious reading.
    let reversed = if is_credit { Failed } else { Posted };
    match says {
        Says::Account | Says::BalanceSide | Says::Booked | Says::Currency | Says::Fee => Some(Posted),
        // What another code than that of success means is told as open.
        Says::Code => words::status(text).or(Some(Posted)),
        Says::Failed => flag(Failed, Posted),
        Says::Pending => flag(Pending, Posted),
        Says::Posted if dates::cut(text).is_some() => Some(Posted),
        Says::Posted => flag(Posted, Pending),
        Says::Reason if no || words::status(text) == Some(Posted) => Some(Posted),
        Says::Reason => Some(Failed),
        Says::ReversedBy => Some(if no { Posted } else { reversed }),
        Says::Reversed if REVERSED.contains(&&*word) => Some(reversed),
        Says::Reversed => flag(reversed, Posted),
        Says::Status if word.is_empty() => Some(Posted),
        Says::Status => words::status(text),
    }
}

/// Refuses a row of which a second column of currencies names another one, or one that is unknown.
fn check_currency(record: &Cut<'_>, text: &str, currency: Currency) -> Result<()> {
    if !text.chars().any(char::is_alphabetic) {
        return Ok(());
    }
    let refuse = |cause, message: &str| place(cause, record.line, Some(ColumnRole::Currency), message);
    let other = amounts::currency_of_cell(text).map_err(|error| refuse(error.cause, &error.message))?;
    if other == currency {
        return Ok(());
    }
    let message = format!("the row is in {currency}, and a second column of currencies names {other}");
    Err(refuse(Cause::MoneyCurrencyMixed, &message))
}

/// Returns the error of a row with a second name of an account.
#[cold]
pub(super) fn named_again(line: u64) -> Error {
    let message = "a column of names of accounts or wallets, which is not read, has another value than in rows before; state \
        it as `account` in `profile.columns`, or as `counterparty` where it names the other side";
    place(Cause::TransactionCsv, line, Some(ColumnRole::Account), message)
}

impl Rows<'_> {
    /// Returns the balance of a row with the sign that a column beside it states.
    pub(super) fn balance_of(&self, record: &Cut<'_>, written: Option<i64>) -> Result<Option<i64>> {
        let side = self.layout.flags.iter().find(|(_, says)| *says == Says::BalanceSide);
        let (Some((at, _)), Some(balance)) = (side, written) else { return Ok(written) };
        let text = record.cell(*at);
        match words::direction(text) {
            Some(Direction::Credit) => Ok(Some(balance.abs())),
            Some(Direction::Debit) => Ok(Some(-balance.abs())),
            None if text.is_empty() => Ok(written),
            None => {
                let message = format!("the side of the balance, column `{}`, must be `DR` or `CR`", at + 1);
                Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Balance), &message))
            }
        }
    }

    /// Returns the status of a row by all columns that state one: failed before pending, and pending before posted.
    pub(super) fn status(
        &self,
        record: &Cut<'_>,
        amount_minor: i64,
        currency: Currency,
    ) -> Result<TransactionStatus> {
        let refuse =
            |message: &str| place(Cause::TransactionCsv, record.line, Some(ColumnRole::Status), message);
        let mut all = match self.cell(record, ColumnRole::Status) {
            "" => TransactionStatus::Posted,
            text if self.is_place(text) => TransactionStatus::Posted,
            text => words::status(text).ok_or_else(|| {
                refuse("the value must be a known word, such as `posted`, `completed`, `pending` or `failed`")
            })?,
        };
        for (at, says) in &self.layout.flags {
            let text = record.cell(*at);
            if !says.is_read() {
                continue;
            }
            if *says == Says::Currency {
                check_currency(record, text, currency)?;
                continue;
            }
            let own = status(*says, text, amount_minor > 0).ok_or_else(|| {
                refuse(&format!(
                    "the value of column `{}` must be a known word, such as `yes`, `no`, `posted`, `pending` or `failed`",
                    at + 1
                ))
            })?;
            all = match (all, own) {
                (TransactionStatus::Failed, _) | (_, TransactionStatus::Failed) => TransactionStatus::Failed,
                (TransactionStatus::Pending, _) => all,
                _ => own,
            };
        }
        self.check_unread(record)?;
        Ok(all)
    }

    /// Returns whether a value of a column named `State` is one of the United States: a place, and no status.
    fn is_place(&self, text: &str) -> bool {
        let place = self.layout.places.of(ColumnRole::Status);
        let name = place.and_then(|place| self.layout.header.get(place));
        text.len() == 2 && STATES.contains(&text) && name.is_some_and(|name| folded(name) == "state")
    }

    /// Refuses a row of which a name of its account is another one than before: nothing reads the column.
    pub(super) fn check_named(&mut self, record: &Cut<'_>) -> Result<()> {
        for (at, _) in self.layout.flags.iter().filter(|(_, says)| *says == Says::Account) {
            let text = record.cell(*at);
            if text.is_empty() {
                continue;
            }
            match self.found.named.get(at) {
                None => {
                    self.found.named.insert(*at, (text.to_owned(), record.line));
                }
                Some((known, _)) if known != text => return Err(named_again(record.line)),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Refuses a row of which a column that is not read says that it took no effect.
    fn check_unread(&self, record: &Cut<'_>) -> Result<()> {
        let (known, behind) = &self.unread;
        let category = self.layout.places.of(ColumnRole::Category);
        for at in known.iter().copied().chain(behind.start..record.len()).chain(category) {
            // A text about a payment may have such words; one of them alone says it there too.
            let is_text = self.texts.contains(&at) || category == Some(at);
            let says = if is_text { effect::is_of_no_effect } else { effect::says_no_effect };
            if !says(record.cell(at)) {
                continue;
            }
            let name = self.layout.header.get(at).filter(|name| !name.is_empty());
            let name = name.cloned().unwrap_or_else(|| (at + 1).to_string());
            let message = format!(
                "column `{name}`, which is not read as a status, says that the row took no effect; state it as `status` in \
                 `profile.columns`"
            );
            return Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Status), &message));
        }
        Ok(())
    }
}
