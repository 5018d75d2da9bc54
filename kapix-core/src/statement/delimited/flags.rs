//! Columns beside the roles that change what a row means: whether it took effect, on which side its balance stands, and
//! a second currency. A column that nothing reads may not say of a row that it took no effect.

use super::amounts;
use super::cut::Cut;
use super::dates;
use super::effect;
use super::fees;
use super::layout::{Layout, Places};
use super::place;
use super::rows::Rows;
use super::units;
use super::words::{self, folded};
use crate::domain::{Direction, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::money::Currency;
use crate::statement::profile::ColumnRole;
use strum::{IntoStaticStr, VariantArray};

/// What a column says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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
    /// What the account is.
    Kind,
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
    /// Why, or when, it came back: that of a payment that did, or of its return.
    Returned,
    /// A word of status.
    Status,
    /// The unit of the amounts.
    Unit,
}

/// Names of the columns by what they say, one of these a line.
pub(super) const NAMES: &str = include_str!("flags.txt");

impl Says {
    /// Returns whether the column is read: others are looked at, and named as not read.
    pub(super) const fn is_read(self) -> bool {
        !matches!(self, Self::Account | Self::Booked | Self::Fee | Self::Kind | Self::Unit)
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
/// The category of a row that gives money back.
const REVERSAL: &str = "reversal";
/// Values of a flag of reversal.
const REVERSED: &[&str] = &["reversed", "reversal", "rev", "r"];

/// Returns what a column says by its name, folded.
fn said(name: &str) -> Option<Says> {
    let line = NAMES.lines().filter_map(|line| line.split_once(": "));
    let mut line = line.filter(|(_, names)| names.split(", ").any(|own| own == name));
    let (says, _) = line.next()?;
    Says::VARIANTS.iter().copied().find(|own| <&str>::from(own) == says)
}

/// Returns whether a folded name is that of what an account is, or of its product.
pub(super) fn names_kind(name: &str) -> bool {
    name == "product" || said(name) == Some(Says::Kind)
}

/// Returns what the columns of a header that no role takes say of a row, each with its place.
pub(super) fn of(header: &[String], places: &Places) -> Vec<(usize, Says)> {
    let is_used = |at: usize| places.used().any(|(_, place)| place == at);
    let rest = header.iter().enumerate().filter(|(at, _)| !is_used(*at));
    let has_account = places.has(ColumnRole::Account);
    // An amount as it was billed is in the currency that was billed, whatever was paid.
    let currency = places.of(ColumnRole::Currency).and_then(|at| header.get(at));
    let is_billed = currency.is_some_and(|name| BILLED.contains(&&*words::name(name)));
    let known = rest.filter_map(|(at, name)| {
        if fees::is_name(name) {
            return Some((at, Says::Fee));
        }
        let name = words::name(name);
        if words::column(&name).is_some_and(|(column, _)| column == ColumnRole::Currency) {
            return (!is_billed).then_some((at, Says::Currency));
        }
        let known = said(&name).map(|says| (at, says));
        known.filter(|(_, says)| *says != Says::Account || !has_account)
    });
    known.collect()
}

/// Returns whether a value is one of yes, or of no; `None` where it is neither.
pub(super) fn is_yes(text: &str) -> Option<bool> {
    answer(&folded(text))
}

fn answer(word: &str) -> Option<bool> {
    let is_yes = YES.contains(&word);
    (is_yes || NO.contains(&word)).then_some(is_yes)
}

/// Returns the status that a value states; `None` where it is no known word.
fn status(says: Says, text: &str, is_credit: bool) -> Option<TransactionStatus> {
    use TransactionStatus::{Failed, Pending, Posted};
    let word = folded(text);
    // A mark such as `*` is yes.
    let is_mark = word.is_empty() && !amounts::is_empty(text);
    let answer = if is_mark { Some(true) } else { answer(&word) };
    let is_zero = amounts::cut(text).is_some_and(|written| written.is_zero());
    // The day on which a row was cancelled says that it was.
    let is_day = matches!(says, Says::Failed | Says::Reversed) && dates::cut(text).is_some();
    let (yes, no) = (answer == Some(true) || is_day, answer == Some(false) || is_zero);
    let flag = |when_yes, when_no| match (yes, no) {
        (true, _) => Some(when_yes),
        (_, true) => Some(when_no),
        _ => words::status(text),
    };
    // A debit that was reversed stays money out, which is the cautious reading.
    let reversed = if is_credit { Failed } else { Posted };
    match says {
        Says::Account
        | Says::BalanceSide
        | Says::Booked
        | Says::Currency
        | Says::Fee
        | Says::Kind
        | Says::Returned
        | Says::Unit => Some(Posted),
        // What another code than that of success means is told as open.
        Says::Code => words::status(text).or(Some(Posted)),
        Says::Failed => flag(Failed, Posted),
        Says::Pending => flag(Pending, Posted),
        // `C` is cleared, `R` reconciled.
        Says::Posted if dates::cut(text).is_some() || matches!(&*word, "c" | "r") => Some(Posted),
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

/// Refuses a row of which a second column of currencies names another one, or one that is unknown, unless balances settle it.
fn check_currency(record: &Cut<'_>, text: &str, currency: Currency) -> Result<()> {
    let by_number = amounts::currency_of_number(text);
    if by_number.is_none() && !text.chars().any(char::is_alphabetic) {
        return Ok(());
    }
    let refuse = |cause, message: &str| place(cause, record.line, Some(ColumnRole::Currency), message);
    let other = by_number.map_or_else(|| amounts::currency_of_cell(text), Ok);
    let other = other.map_err(|error| refuse(error.cause, &error.message))?;
    if other == currency {
        return Ok(());
    }
    let message = format!(
        "the row is in {currency}, and a second column of currencies names {other}; no balances of all rows chain, which would \
         show that its amount is in {currency}"
    );
    Err(refuse(Cause::MoneyCurrencyMixed, &message))
}

/// Returns the error of a row with a second name of an account.
#[cold]
pub(super) fn named_again(line: u64, layout: &Layout, at: usize) -> Error {
    let message = "it is not read, seems to tell accounts, and has another value than in rows before; no balances of all rows \
        chain, which would show one account: state it as `account` in `profile.columns`, or as `counterparty` where it \
        names the other side";
    at_column(line, &layout.name(at), ColumnRole::Account, message)
}

/// Returns the error of a row of which a column that is not read says that it took no effect.
#[cold]
pub(super) fn says_no_effect(line: u64, layout: &Layout, at: usize) -> Error {
    let message = "it is not read as a status, and says that the row took no effect; state it as `status` in \
        `profile.columns`";
    at_column(line, &layout.name(at), ColumnRole::Status, message)
}

/// Returns an error at a line and a column of it, which the message names as the header does.
#[cold]
fn at_column(line: u64, name: &str, column: ColumnRole, message: &str) -> Error {
    let message = format!("line `{line}`, column `{name}`: {message}");
    Error::new(Cause::TransactionCsv, message).at(format!("/document/{line}/{}", column.as_str()))
}

impl Rows<'_> {
    /// Refuses a row of which a column names another unit of amounts than that of the currency.
    pub(super) fn check_unit(&self, record: &Cut<'_>) -> Result<()> {
        let mut units = self.layout.flags.iter().filter(|(_, says)| *says == Says::Unit);
        units.try_for_each(|(at, _)| self.layout.refuse_unit(record.line, units::of_value(record.cell(*at))))
    }

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
                let (name, message) = (self.layout.name(*at), "the side of the balance must be `DR` or `CR`");
                Err(at_column(record.line, &name, ColumnRole::Balance, message))
            }
        }
    }

    /// Returns the status of a row by all columns that state one: failed before pending, and pending before posted.
    pub(super) fn status(
        &mut self,
        record: &Cut<'_>,
        amount_minor: i64,
        currency: Currency,
    ) -> TransactionStatus {
        let at = self.layout.places.of(ColumnRole::Status);
        let text = at.map(|at| record.cell(at)).unwrap_or_default();
        let mut all = TransactionStatus::Posted;
        if let Some(at) = at.filter(|_| !text.is_empty() && !self.is_place(text)) {
            all = words::status(text).unwrap_or_else(|| self.posted_unless(record, at, amount_minor));
        }
        for (at, says) in &self.layout.flags {
            let text = record.cell(*at);
            if !says.is_read() {
                continue;
            }
            if *says == Says::Currency {
                let error = check_currency(record, text, currency).err();
                self.found.unsettled =
                    self.found.unsettled.take().or(error.map(|error| (record.line, error)));
                continue;
            }
            let own = status(*says, text, amount_minor > 0)
                .unwrap_or_else(|| self.posted_unless(record, *at, amount_minor));
            all = match (all, own) {
                (TransactionStatus::Failed, _) | (_, TransactionStatus::Failed) => TransactionStatus::Failed,
                (TransactionStatus::Pending, _) => all,
                _ => own,
            };
        }
        self.see_unread(record, amount_minor > 0);
        all
    }

    /// Takes a row of which a status has no known word as booked, which the balances must show. One that was undone later took
    /// effect; of money in that is told.
    fn posted_unless(&mut self, record: &Cut<'_>, at: usize, amount_minor: i64) -> TransactionStatus {
        if words::is_undone(record.cell(at)) {
            if amount_minor > 0 {
                self.found.states.undone(record.line);
            }
        } else if self.found.unsettled.is_none() {
            let message = "the value must be a known word, such as `posted`, `completed`, `pending`, `failed`, `yes` or `no`; no \
                balances of all rows chain, which would show that the row took effect: write the word so, or give the column \
                another name where it is no status";
            let error = at_column(record.line, &self.layout.name(at), ColumnRole::Status, message);
            self.found.unsettled = Some((record.line, error));
        }
        TransactionStatus::Posted
    }

    /// Returns whether a value of a column named `State` is one of the United States: a place, and no status.
    fn is_place(&self, text: &str) -> bool {
        let place = self.layout.places.of(ColumnRole::Status);
        let name = place.and_then(|place| self.layout.header.get(place));
        text.len() == 2 && STATES.contains(&text) && name.is_some_and(|name| words::name(name) == "state")
    }

    /// Sees the names of the account of a row in columns that are not read.
    pub(super) fn see_names(&mut self, record: &Cut<'_>) {
        let account = self.layout.places.of(ColumnRole::Account).map(|at| (at, Says::Kind));
        for (at, says) in self.layout.flags.iter().copied().chain(account) {
            let text = record.cell(at);
            if text.is_empty() || !matches!(says, Says::Account | Says::Kind) {
                continue;
            }
            self.found.owed.see(text, (record.line, at), &self.layout.name(at));
            if says == Says::Account {
                self.found.names.entry(at).or_default().see(text, record.line);
            }
        }
    }

    /// Returns the category of a row of which a column that is not read, or a category that no table knows, says that it gives
    /// money back.
    pub(super) fn reverses(&self, record: &Cut<'_>) -> Option<&'static str> {
        let (known, behind) = &self.unread;
        let category = self.layout.places.of(ColumnRole::Category);
        let mut places = known.iter().copied().chain(behind.start..record.len()).chain(category);
        places.any(|at| effect::says_reversal(record.cell(at))).then_some(REVERSAL)
    }

    /// Sees whether a column that is not read says of a row that it took no effect.
    fn see_unread(&mut self, record: &Cut<'_>, is_credit: bool) {
        let (known, behind) = &self.unread;
        let is_told = |at: usize| effect::tells(record.cell(at));
        if known.iter().copied().chain(behind.start..record.len()).any(is_told) {
            self.found.states.doubt(record.line);
        }
        let category = self.layout.places.of(ColumnRole::Category);
        let is_reversed = |at: usize| record.cell(at).eq_ignore_ascii_case("reversed");
        if is_credit
            && known.iter().copied().chain(behind.start..record.len()).chain(category).any(is_reversed)
        {
            self.found.states.undone(record.line);
        }
        if self.found.no_effect.is_some() {
            return;
        }
        let mut places = known.iter().copied().chain(behind.start..record.len()).chain(category);
        let says = |at: &usize| {
            // A text about a payment may have such words; one of them alone says it there too.
            let is_text = self.texts.contains(at) || category == Some(*at);
            let says = if is_text { effect::is_of_no_effect } else { effect::says_no_effect };
            says(record.cell(*at))
        };
        self.found.no_effect = places.find(says).map(|at| (record.line, at));
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, folded, said};

    #[test]
    fn every_name_is_folded_and_of_one_meaning() {
        let lines =
            NAMES.lines().filter_map(|line| line.split_once(": ")).filter(|(says, _)| !says.contains(' '));
        let mut all: Vec<&str> = lines.flat_map(|(_, names)| names.split(", ")).collect();
        for name in &all {
            assert_eq!((folded(name).as_str(), said(name).is_some()), (*name, true));
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), count > 100), (count, true));
    }
}
