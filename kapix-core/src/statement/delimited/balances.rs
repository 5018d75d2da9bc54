//! What the balances of a document prove: the order of its rows, and what the sign of an amount means.

use super::found::Building;
use super::mixed;
use super::place;
use super::survey::Choices;
use super::totals::Totals;
use crate::domain::{Account, AccountKind, Period};
use crate::error::{Cause, Error, Result};
use crate::statement::columns::RowColumns;
use crate::statement::profile::{ColumnRole, Sign};
use crate::statement::reading::{AccountRead, Choice, ReadingFinding, ReadingFindingKind};
use crate::statement::request::StatedAccount;
use crate::time::{At, UtcOffset};

/// How far the balances of accounts chain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chain {
    /// Pairs of rows with balances and an amount other than zero.
    pub(super) checked: u64,
    /// Those in which the second balance is the first plus the amount, or minus it.
    pub(super) plus: u64,
    pub(super) minus: u64,
}

impl Chain {
    /// Returns whether nine of ten rows chain, two at least: payments and their charges may share a balance.
    pub(super) const fn proves(self) -> bool {
        self.plus >= 2 && self.plus * 10 >= self.checked * 9
    }

    /// Returns whether nine of ten rows that have a row before them were compared.
    fn is_of_most(self, accounts: &[Building]) -> bool {
        let rows: usize = accounts.iter().map(|it| it.rows.len().saturating_sub(1)).sum();
        self.checked * 10 >= u64::try_from(rows).unwrap_or(u64::MAX) * 9
    }
}

/// Puts the rows of each account in the order of the oldest first, and returns those that were the other way round.
pub(super) fn oldest_first(accounts: &mut [Building]) -> Option<ReadingFinding> {
    let mut turned = Vec::new();
    for account in accounts.iter_mut() {
        if is_newest_first(account) {
            turned.extend(account.rows.lines.first());
            account.rows.reverse();
            account.newest_first = true;
        }
        account.place_edges();
    }
    (!turned.is_empty()).then(|| ReadingFindingKind::NewestFirst.at(turned))
}

/// By the days and times; where they go neither way, by the balances.
fn is_newest_first(account: &Building) -> bool {
    let (mut up, mut down) = (0_u64, 0_u64);
    for pair in account.rows.at.windows(2) {
        let [first, second] = pair else { continue };
        let order = match (*first, *second) {
            (At::Instant(first), At::Instant(second)) => second.cmp(&first),
            (first, second) => second.date(UtcOffset::UTC).cmp(&first.date(UtcOffset::UTC)),
        };
        up += u64::from(order.is_gt());
        down += u64::from(order.is_lt());
    }
    if up != down {
        return down > up;
    }
    let forward = chain(account.rows.moves());
    let backward = chain(account.rows.moves().rev());
    backward.plus.max(backward.minus) > forward.plus.max(forward.minus)
}

/// Returns how far the balances of rows in their order chain.
fn chain(rows: impl Iterator<Item = (i64, Option<i64>)>) -> Chain {
    let mut chain = Chain::default();
    let mut before: Option<i64> = None;
    for (amount, balance) in rows {
        if let (Some(before), Some(balance)) = (before, balance)
            && amount != 0
        {
            let change = i128::from(balance) - i128::from(before);
            chain.checked += 1;
            chain.plus += u64::from(change == i128::from(amount));
            chain.minus += u64::from(change == -i128::from(amount));
        }
        before = balance;
    }
    chain
}

/// Returns how far the balances of all accounts chain.
pub(super) fn chained(accounts: &[Building]) -> Chain {
    let mut all = Chain::default();
    for account in accounts {
        let own = chain(account.rows.moves());
        all.checked += own.checked;
        all.plus += own.plus;
        all.minus += own.minus;
    }
    all
}

/// Turns the amounts round where the balances chain only then and nothing states their sign, and returns how far the
/// balances chain.
pub(super) fn sign(
    accounts: &mut [Building],
    choices: &mut Choices,
    has_amounts: bool,
    findings: &mut Vec<ReadingFinding>,
    side: Option<&str>,
) -> Result<Chain> {
    let mut all = chained(accounts);
    // Nine of ten: payments and their charges may share a balance.
    let proves = |own: u64, other: u64| own >= 2 && own * 10 >= all.checked * 9 && other * 2 < own;
    let first_line = accounts.iter().find_map(|it| it.rows.lines.first().copied()).unwrap_or_default();
    let amounts = has_amounts && !choices.sign_by_type;
    if choices.one_sign.is_some() && all.plus > 0 && all.minus > 0 {
        let what = "the amounts of the document have no sign, or too few have one, and its balances show money in and money out";
        return Err(one_sign(side, what, ""));
    }
    if let Some(line) = choices.bare.filter(|_| !proves(all.plus, all.minus) || !all.is_of_most(accounts)) {
        let message = "the amount has no sign where others have a plus or `CR`, and no balances show whether it is money in \
            or out; state `profile.sign`, or a column of `type`";
        return Err(place(Cause::StatementUnstated, line, Some(ColumnRole::Amount), message));
    }
    if amounts && proves(all.minus, all.plus) {
        let is_open = choices.sign.1 == Choice::Default && !choices.has_plus;
        if !is_open {
            let (now, fix) = match choices.sign.0 {
                Sign::CreditPositive => ("in", "debit_positive"),
                Sign::DebitPositive => ("out", "credit_positive"),
            };
            let message = format!(
                "the balances chain only the other way round, with money {now} below zero; state `profile.sign` as `{fix}`, \
                 or, where the balances are of money owed, give them their sign"
            );
            return Err(place(Cause::TransactionSign, first_line, Some(ColumnRole::Amount), &message));
        }
        for amount in accounts.iter_mut().flat_map(|it| &mut it.rows.amounts) {
            *amount = -*amount;
        }
        core::mem::swap(&mut all.plus, &mut all.minus);
        choices.sign = (Sign::DebitPositive, Choice::Found { line: first_line });
        findings.push(ReadingFindingKind::SignFound.at(vec![first_line]));
        // Balances of an overdraft without a sign fall with money in, as others do with money out.
        if !choices.has_balance_below {
            findings.push(ReadingFindingKind::SignDoubtful.at(vec![first_line]));
        }
    } else if amounts && choices.sign.1 == Choice::Default && proves(all.plus, all.minus) {
        choices.sign.1 = Choice::Found { line: first_line };
    } else if let Some(signed) = choices.one_sign {
        let what = if signed == 0 {
            "no amount of the document has a sign, and nothing else says what is money in or out"
        } else {
            "a few amounts of the document have a minus, too few to show what those without a sign are"
        };
        return Err(one_sign(side, what, "`profile.sign`, or "));
    } else if amounts && choices.sign.1 == Choice::Default && !choices.has_plus {
        let line = choices.mixed.or_else(|| mixed::line(accounts));
        findings.extend(line.map(|line| ReadingFindingKind::SignDoubtful.at(vec![line])));
    }
    if let Some(line) = choices.debits_against.filter(|_| !proves(all.plus, all.minus)) {
        let message =
            "every debit has the other sign than `profile.debit_sign` states; state the other, or none";
        return Err(place(Cause::TransactionSign, line, Some(ColumnRole::Debit), message));
    }
    if all.minus > all.plus && findings.iter().all(|it| it.kind != ReadingFindingKind::SignDoubtful) {
        findings.push(ReadingFindingKind::SignDoubtful.at(vec![first_line]));
    }
    Ok(all)
}

/// Returns the error of amounts whose signs do not say which way the money went.
#[cold]
fn one_sign(side: Option<&str>, what: &str, sign: &str) -> Error {
    let column = side
        .map(|name| format!("; the column `{name}`, which is not read, seems to say it"))
        .unwrap_or_default();
    let message = format!(
        "{what}{column}; state {sign}the column `type`, or `debit` and `credit`, in `profile.columns`"
    );
    Error::new(Cause::StatementUnstated, message).at("/profile/sign")
}

/// Returns a number of doubts; `None` where there is none.
fn some_doubts(doubts: usize) -> Option<u32> {
    (doubts > 0).then(|| u32::try_from(doubts).unwrap_or(u32::MAX))
}

/// What a document says of an account beside its rows.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) period: Option<Period>,
    /// The balances before the first row and after the last, each with its line.
    pub(super) ends: [Option<(u64, i64)>; 2],
    pub(super) kind: Option<AccountKind>,
    pub(super) provider: Option<&'static str>,
    pub(super) utc_offset: UtcOffset,
}

/// Returns the account with its ends, and its rows: what is stated in the request goes before what the rows of the document say, and
/// that before what the lines before its header do.
pub(super) fn finish(
    building: Building,
    stated: &StatedAccount,
    known: Known,
    totals: &mut Totals,
    wrong: &mut Vec<u64>,
) -> (AccountRead, RowColumns) {
    let Known { period, ends: [named_opening, named_closing], .. } = known;
    wrong.extend(building.edges_against());
    let [opening, closing] = building.ends();
    let (opening, closing) = (opening.or(named_opening), closing.or(named_closing));
    let opening_balance_minor = stated.opening_balance_minor.or(opening.map(|(_, balance)| balance));
    let closing_balance_minor = stated.closing_balance_minor.or(closing.map(|(_, balance)| balance));
    let doubts = building.gaps_open([opening_balance_minor, closing_balance_minor]);
    let Building { id, currency, kind, rows, .. } = building;
    if let Some((line, stated_minor)) = closing {
        let sum = || rows.amounts.iter().map(|amount| i128::from(*amount)).sum::<i128>();
        let reached = rows.len().checked_sub(1).and_then(|last| rows.balance(last)).map(i128::from);
        let reached = reached.or_else(|| Some(i128::from(opening_balance_minor?) + sum()));
        if let Some(reached) = reached {
            let found = i64::try_from(reached).unwrap_or(i64::MAX);
            totals.closing(line, found, stated_minor);
            if found != stated_minor {
                wrong.push(line);
            }
        }
    }
    let account = Account {
        account_id: id,
        chain_tolerance_minor: 0,
        closing_balance_minor,
        currency,
        kind: stated.kind.or(kind).or(known.kind).unwrap_or(AccountKind::Other),
        opening_balance_minor,
        period: stated.period.or(period),
        provider: stated.provider.clone().or_else(|| known.provider.map(str::to_owned)),
        reading_doubts: some_doubts(doubts),
        transactions: Vec::new(),
        utc_offset: known.utc_offset,
    };
    (AccountRead { account, lines: Vec::new() }, rows)
}
