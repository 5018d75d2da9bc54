//! What holds for every ledger, whatever the document says.

use super::super::finding::FindingKind;
use super::super::{
    Account, AccountKind, Data, Ledger, Row, Transaction, TransactionSource, TransactionStatus,
};
use crate::error::Cause;
use crate::id::Id;
use crate::limits::Limits;
use crate::limits::WIRE_MAX;
use crate::money::Currency;
use crate::time::{At, Date, Instant, UtcOffset};
use proptest::prelude::*;

fn at() -> impl Strategy<Value = At> {
    let day = prop_oneof![0_i32..40, Just(-25_567), Just(2_932_896)]
        .prop_map(|day| Date::from_epoch_days(day).unwrap());
    prop_oneof![
        day.prop_map(At::Date),
        (0_i64..40 * 86_400).prop_map(|seconds| At::Instant(Instant::from_epoch_seconds(seconds).unwrap())),
        Just(At::Instant(Instant::MIN)),
        Just(At::Instant(Instant::MAX)),
    ]
}

fn transaction(amount: BoxedStrategy<i64>) -> impl Strategy<Value = Transaction> {
    let status = prop_oneof![4 => Just(TransactionStatus::Posted), 1 => Just(TransactionStatus::Pending), 1 => Just(TransactionStatus::Failed)];
    (
        at(),
        amount.clone(),
        prop::option::of(amount),
        status,
        prop::option::of(0_u8..4),
        prop::option::of("[aA ]{0,2}"),
    )
        .prop_map(|(at, amount_minor, balance_minor, status, id, counterparty)| Transaction {
            amount_minor,
            at,
            balance_minor,
            category: None,
            counterparty,
            description: None,
            id: id.map(|id| Id::parse(&id.to_string()).unwrap()),
            pending_id: None,
            status,
            direction: None,
        })
}

fn data(
    transactions: Vec<Transaction>,
    opening_balance_minor: Option<i64>,
    tolerance: i64,
    minutes: i32,
) -> Data {
    let account = Account {
        account_id: Id::parse("a").unwrap(),
        chain_tolerance_minor: tolerance,
        closing_balance_minor: None,
        currency: Currency::parse("KES").unwrap(),
        kind: AccountKind::MobileMoney,
        opening_balance_minor,
        period: None,
        provider: None,
        reading_doubts: None,
        transactions,
        utc_offset: UtcOffset::from_minutes(minutes).unwrap(),
    };
    let source = TransactionSource {
        accounts: vec![account],
        period: None,
        provider: None,
        retrieved_at: Some(Instant::from_epoch_seconds(30 * 86_400).unwrap()),
    };
    Data { mobile_money: Some(source), ..Data::default() }
}

fn count(ledger: &Ledger, kind: FindingKind) -> u64 {
    ledger.findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.count).sum()
}

/// Stated balances that the balance stated before them and the amounts since do not lead to.
fn breaks(ledger: &Ledger, transactions: &[Transaction], opening: Option<i64>, tolerance: i64) -> u64 {
    let mut before = opening;
    let mut breaks = 0;
    for row in &ledger.accounts[0].rows {
        let stated = transactions[usize::try_from(row.input).unwrap()].balance_minor;
        if let (Some(before), Some(stated)) = (before, stated) {
            breaks += u64::from(
                (i128::from(before) + i128::from(row.amount_minor) - i128::from(stated)).abs()
                    > i128::from(tolerance),
            );
        }
        before = stated.or(before.map(|before| before + row.amount_minor));
    }
    breaks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_row_is_lost_and_every_break_is_counted(
        transactions in prop::collection::vec(transaction((-3_i64..=3).boxed()), 0..40),
        opening in prop::option::of(-3_i64..=3),
        tolerance in 0_i64..=1,
        minutes in -1_080_i32..=1_080,
        as_of in 0_i64..45 * 86_400,
    ) {
        let data = data(transactions.clone(), opening, tolerance, minutes);
        let ledger = Ledger::build(&data, Instant::from_epoch_seconds(as_of).unwrap(), &Limits::default()).unwrap();
        let account = &ledger.accounts[0];
        let left_out = [FindingKind::AfterAsOf, FindingKind::FailedRows, FindingKind::PendingSettled];
        let left_out: u64 = left_out.into_iter().map(|kind| count(&ledger, kind)).sum();
        // A disputed row is in one of the two readings.
        let other = ledger.other_reading.iter().flat_map(|other| &other.accounts[0].rows);
        let mut inputs: Vec<u32> = account.rows.iter().chain(other).map(|row| row.input).collect();
        inputs.sort_unstable();
        inputs.dedup();
        // A row of 0 without a balance proves no day, booked or pending, so it may lie after the last one.
        let as_of_day = ledger.as_of.date_at(account.utc_offset);
        let proves_nothing = |row: &&Transaction| {
            let date = row.at.date(account.utc_offset);
            row.amount_minor == 0
                && row.balance_minor.is_none()
                && row.status != TransactionStatus::Failed
                && account.last_day < date
                && match row.at {
                    At::Date(date) => date <= as_of_day,
                    At::Instant(instant) => instant <= ledger.as_of,
                }
        };
        let later = transactions.iter().filter(proves_nothing).count();
        let known = u64::try_from(inputs.len() + later).unwrap() + left_out;
        prop_assert!(known >= u64::try_from(transactions.len()).unwrap());
        prop_assert!(account.rows.windows(2).all(|pair| pair[0].date <= pair[1].date));
        for row in &account.rows {
            let transaction = &transactions[usize::try_from(row.input).unwrap()];
            prop_assert_eq!(row.date, transaction.at.date(account.utc_offset));
            prop_assert_eq!(row.amount_minor, transaction.amount_minor);
            prop_assert!(row.date <= account.last_day);
            // Of a reading, stated balances are less what they hold and it leaves out.
            let is_read = ledger.other_reading.is_some() || transaction.balance_minor.is_none();
            prop_assert!(is_read || transaction.balance_minor == row.balance_minor);
        }
        if ledger.other_reading.is_some() {
            return Ok(());
        }
        let reported = count(&ledger, FindingKind::ChainBreak) + count(&ledger, FindingKind::OpeningBalanceMismatch);
        prop_assert_eq!(reported, breaks(&ledger, &transactions, account.opening_minor, tolerance));
        prop_assert!(account.days_chained <= account.days);
        // Balances are known from end to end, or up to a gap of more than 45 days that nothing bridges.
        let known = account.rows.partition_point(|row| row.balance_minor.is_some());
        let (known, unknown) = account.rows.split_at(known);
        prop_assert!(unknown.iter().all(|row| row.balance_minor.is_none()));
        if let Some((last, first)) = known.last().zip(unknown.first()) {
            prop_assert!(first.date.days_since(last.date) > 45 || last.amount_minor == 0);
            let stated = |row: &Row| transactions[usize::try_from(row.input).unwrap()].balance_minor.is_some();
            prop_assert!(!unknown.iter().any(stated));
        }
        prop_assert!(opening.is_none() || !known.is_empty() || account.rows.is_empty());
    }

    #[test]
    fn hostile_numbers_give_a_ledger_on_the_wire_or_an_overflow(
        transactions in prop::collection::vec(
            transaction(prop_oneof![
                any::<i64>(),
                Just(WIRE_MAX),
                Just(-WIRE_MAX),
                -WIRE_MAX / 4..=WIRE_MAX / 4,
                Just(i64::MIN),
                Just(i64::MAX),
                -1_i64..=1,
            ].boxed()),
            0..6,
        ),
        opening in any::<Option<i64>>(),
    ) {
        let data = data(transactions, opening.map(|opening| opening % (WIRE_MAX + 2)), 0, 0);
        match Ledger::build(&data, Instant::MAX, &Limits::default()) {
            Err(error) => prop_assert_eq!(error.cause, Cause::MoneyOverflow),
            Ok(ledger) => {
                let balances = ledger.accounts[0].rows.iter().filter_map(|row| row.balance_minor);
                prop_assert!(balances.chain(ledger.accounts[0].opening_minor).all(|balance| balance.abs() <= WIRE_MAX));
                let amounts = ledger.findings.iter().flat_map(|finding| &finding.amounts_minor);
                prop_assert!(amounts.copied().all(|amount| amount.abs() <= WIRE_MAX));
            }
        }
    }
}
