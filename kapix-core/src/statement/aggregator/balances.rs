//! The order of rows and the sign of amounts, by the balances that the rows state.

use crate::domain::{Account, TransactionStatus};
use crate::statement::reading::LISTED_MAX;
use crate::statement::{AccountRead, Proof, ReadingFinding, ReadingFindingKind};

/// Balances that must all chain the other way, and none this way, before a sign is turned round: fewer may be chance.
const TURNED_MIN: u64 = 3;

/// Puts the rows in the order of the oldest first, enters how many balances chain, and returns whether the amounts were
/// turned round because balances chain only so.
pub(super) fn settle(
    accounts: &mut [AccountRead],
    is_open: bool,
    proof: &mut Proof,
    findings: &mut Vec<ReadingFinding>,
) -> bool {
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
    let sums = |accounts: &[AccountRead], sign: i64| {
        accounts.iter().fold((0_u64, 0_u64), |(chained, checked), it| {
            let (more_chained, more_checked) = chained_of(&it.account, sign);
            (chained + more_chained, checked + more_checked)
        })
    };
    let (chained, checked) = sums(accounts, 1);
    let (turned, _) = sums(accounts, -1);
    let turns = is_open && checked >= TURNED_MIN && turned == checked && chained == 0;
    if turns {
        let mut lines = Vec::new();
        for it in &mut *accounts {
            for row in &mut it.account.transactions {
                row.amount_minor = -row.amount_minor;
            }
            lines.extend(it.lines.iter().copied().take(LISTED_MAX));
        }
        findings.push(ReadingFindingKind::SignFound.at(lines));
    }
    proof.balances_chained = if turns { turned } else { chained };
    proof.balances_checked = checked;
    turns
}

/// Returns whether more neighbours fall in time than rise, or, where no time tells, whether more balances chain backwards.
fn is_newest_first(account: &Account) -> bool {
    let days = account.transactions.iter().map(|row| row.at.date(account.utc_offset));
    let (mut rising, mut falling) = (0_usize, 0_usize);
    for (earlier, later) in days.clone().zip(days.skip(1)) {
        rising += usize::from(earlier < later);
        falling += usize::from(earlier > later);
    }
    if rising == falling {
        let backwards =
            Account { transactions: account.transactions.iter().rev().cloned().collect(), ..account.clone() };
        return rising == 0 && chained_of(&backwards, 1).0 > chained_of(account, 1).0;
    }
    falling > rising
}

/// Returns how many balances follow from the balance before and the amount, and how many could be compared.
fn chained_of(account: &Account, sign: i64) -> (u64, u64) {
    let (mut chained, mut checked) = (0, 0);
    let mut before: Option<i64> = None;
    for row in &account.transactions {
        if row.status == TransactionStatus::Failed {
            continue;
        }
        if let (Some(before), Some(balance)) = (before, row.balance_minor) {
            checked += 1;
            chained += u64::from(before.checked_add(sign * row.amount_minor) == Some(balance));
        }
        before = row.balance_minor;
    }
    (chained, checked)
}
