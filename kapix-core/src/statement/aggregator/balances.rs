//! The order of rows and the sign of amounts, by the balances that the rows state.

use crate::domain::{Account, Transaction, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::statement::reading::LISTED_MAX;
use crate::statement::{AccountRead, Proof, ReadingFinding, ReadingFindingKind};
use crate::time::At;

/// What nothing but balances tells of a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignIs {
    /// The preset has it: balances may turn it.
    Open,
    /// The request states it: balances may refuse it.
    Stated,
    /// Types or sides tell it.
    Told,
}

/// Puts the rows in the order of the oldest first, enters how many balances chain, and returns whether the amounts were
/// turned round because balances chain only so: nine of ten and at least two, as in delimited documents.
pub(super) fn settle(
    accounts: &mut [AccountRead],
    sign: SignIs,
    proof: &mut Proof,
    findings: &mut Vec<ReadingFinding>,
) -> Result<bool> {
    let mut newest_first = Vec::new();
    for it in &mut *accounts {
        if is_newest_first(&it.account) {
            newest_first.extend(it.lines.iter().min().copied());
            it.account.transactions.reverse();
            it.lines.reverse();
        }
    }
    if !newest_first.is_empty() {
        findings.push(ReadingFindingKind::NewestFirst.at(newest_first));
    }
    let chains = accounts.iter().map(|it| chain(it.account.transactions.iter()));
    let (chained, turned, checked) =
        chains.fold((0, 0, 0), |all, own| (all.0 + own.0, all.1 + own.1, all.2 + own.2));
    let contradicts =
        sign != SignIs::Told && turned >= 2 && turned * 10 >= checked * 9 && chained * 2 < turned;
    if contradicts && sign == SignIs::Stated {
        let message = "the balances chain only the other way round; state the other `profile.sign`";
        return Err(Error::new(Cause::TransactionSign, message).at("/profile/sign"));
    }
    if contradicts {
        let mut lines = Vec::new();
        for it in &mut *accounts {
            for row in &mut it.account.transactions {
                row.amount_minor = -row.amount_minor;
            }
            lines.extend(it.lines.iter().copied().take(LISTED_MAX));
        }
        findings.push(ReadingFindingKind::SignFound.at(lines));
    }
    proof.balances_chained = if contradicts { turned } else { chained };
    proof.balances_checked = checked;
    Ok(contradicts)
}

/// Returns whether more neighbours fall in time than rise, or, where no time tells, whether more balances chain backwards.
fn is_newest_first(account: &Account) -> bool {
    let (mut rising, mut falling) = (0_usize, 0_usize);
    for (earlier, later) in account.transactions.iter().zip(account.transactions.iter().skip(1)) {
        let order = match (earlier.at, later.at) {
            (At::Instant(earlier), At::Instant(later)) => later.cmp(&earlier),
            (earlier, later) => later.date(account.utc_offset).cmp(&earlier.date(account.utc_offset)),
        };
        rising += usize::from(order.is_gt());
        falling += usize::from(order.is_lt());
    }
    if rising != falling {
        return falling > rising;
    }
    let best = |(plus, minus, _): (u64, u64, u64)| plus.max(minus);
    best(chain(account.transactions.iter().rev())) > best(chain(account.transactions.iter()))
}

/// Returns how many balances follow from the balance before and the amount, how many do with the amount turned round, and
/// how many could be compared.
fn chain<'r>(rows: impl Iterator<Item = &'r Transaction>) -> (u64, u64, u64) {
    let (mut plus, mut minus, mut checked) = (0, 0, 0);
    let mut before: Option<i64> = None;
    for row in rows.filter(|row| row.status != TransactionStatus::Failed) {
        if let (Some(before), Some(balance)) = (before, row.balance_minor)
            && row.amount_minor != 0
        {
            let change = i128::from(balance) - i128::from(before);
            checked += 1;
            plus += u64::from(change == i128::from(row.amount_minor));
            minus += u64::from(change == -i128::from(row.amount_minor));
        }
        before = row.balance_minor;
    }
    (plus, minus, checked)
}
