use super::super::ledger::Row;
use super::{DayOrder, Orderer, breaks, index};
use crate::time::Date;
use proptest::prelude::*;

fn rows(steps: &[(i64, i64)]) -> Vec<Row> {
    let date = Date::parse("2026-01-05").unwrap();
    let row = |(input, &(amount_minor, close)): (u32, &(i64, i64))| Row {
        input,
        date,
        amount_minor,
        balance_minor: Some(close),
        counterparty: None,
        income: false,
        transfer: false,
        disputed: false,
    };
    (0..).zip(steps).map(row).collect()
}

/// Positions of the day in the order that was found.
fn positions(order: &DayOrder, len: usize) -> Vec<u32> {
    let all = 0..u32::try_from(len).unwrap();
    match order {
        DayOrder::Input => all.collect(),
        DayOrder::Reversed => all.rev().collect(),
        DayOrder::Permuted(order) => order.clone(),
    }
}

fn breaks_of(rows: &[Row], order: &[u32], previous: Option<i64>, tolerance: i64) -> usize {
    breaks(order.iter().map(|&at| &rows[index(at)]), previous, tolerance)
}

/// Every permutation of `0..len` in lexicographic order.
fn permutations(len: u32) -> Vec<Vec<u32>> {
    if len == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(len - 1);
    let with_first = |first: u32| {
        shorter.iter().map(move |rest| {
            core::iter::once(first).chain(rest.iter().map(|&at| at + u32::from(at >= first))).collect()
        })
    };
    (0..len).flat_map(with_first).collect()
}

/// The first permutation whose rows chain, found by trying all.
fn brute(rows: &[Row], previous: Option<i64>, tolerance: i64) -> Option<Vec<u32>> {
    let chains = |order: &Vec<u32>| {
        let mut close = previous;
        order.iter().all(|&at| {
            let row = &rows[index(at)];
            let stated = row.balance_minor.unwrap();
            let meets = close.is_none_or(|close| (close + row.amount_minor - stated).abs() <= tolerance);
            close = Some(stated);
            meets
        })
    };
    permutations(u32::try_from(rows.len()).unwrap()).into_iter().find(chains)
}

fn check(rows: &[Row], previous: Option<i64>, tolerance: i64) -> Result<(), TestCaseError> {
    let order = Orderer::new().order(rows, previous, &[], tolerance);
    let found = positions(&order, rows.len());
    let mut sorted = found.clone();
    sorted.sort_unstable();
    prop_assert!(sorted.iter().copied().eq(0..u32::try_from(rows.len()).unwrap()), "{order:?}");
    if let Some(first) = brute(rows, previous, tolerance) {
        prop_assert_eq!(breaks_of(rows, &found, previous, tolerance), 0);
        if tolerance == 0 && order != DayOrder::Reversed {
            prop_assert_eq!(found, first);
        }
    } else if brute(rows, None, tolerance).is_some() {
        prop_assert_eq!(breaks_of(rows, &found, None, tolerance), 0);
    }
    Ok(())
}

/// A shuffled walk over few balances, so that days hold cycles; `noise` moves stated balances.
fn walk() -> impl Strategy<Value = (Vec<(i64, i64)>, i64)> {
    let steps = prop::collection::vec((0_i64..4, -1_i64..=1), 1..=7);
    (steps, 0_i64..4, 0_i64..=2, any::<bool>()).prop_flat_map(|(steps, start, noise, whole)| {
        let mut balance = start * 2;
        let mut day = Vec::new();
        for (to, off) in steps {
            let close = to * 2 + off * noise.min(1);
            day.push((close - balance + if whole { 0 } else { off * noise }, close));
            balance = close;
        }
        (Just(day).prop_shuffle(), Just(start * 2))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_chain_is_found_whenever_some_order_of_seven_rows_chains((day, start) in walk(), tolerance in 0_i64..=3) {
        let rows = rows(&day);
        check(&rows, Some(start), tolerance)?;
        check(&rows, None, tolerance)?;
    }

    #[test]
    fn days_without_a_chain_are_told_apart(
        day in prop::collection::vec((-2_i64..=2, 0_i64..4), 0..=7),
        start in 0_i64..4,
        tolerance in 0_i64..=1,
    ) {
        let rows = rows(&day);
        check(&rows, Some(start), tolerance)?;
        check(&rows, None, tolerance)?;
    }
}

#[test]
fn newest_first_days_are_reversed() {
    let day = rows(&[(-30, 70), (-50, 100), (100, 150)]);
    assert_eq!(Orderer::new().order(&day, Some(50), &[], 0), DayOrder::Reversed);
    // With both orders possible the document's own wins: 100 -> 200 -> 100.
    let both = rows(&[(100, 200), (-100, 100)]);
    assert_eq!(Orderer::new().order(&both, Some(100), &[], 0), DayOrder::Input);
}

#[test]
fn first_day_starts_where_its_close_meets_the_next_day() {
    // Both orders chain; the close is 100 or 200, and only 200 meets the next day.
    let day = rows(&[(100, 200), (-100, 100)]);
    assert_eq!(Orderer::new().order(&day, None, &rows(&[(-20, 180)]), 0), DayOrder::Reversed);
    assert_eq!(Orderer::new().order(&day, None, &rows(&[(-20, 80)]), 0), DayOrder::Input);
    // A cycle of three: 10 -> 20 -> 30 -> 10 can be entered at each; the next day starts at 20.
    let cycle = rows(&[(10, 20), (-20, 10), (10, 30)]);
    let order = Orderer::new().order(&cycle, None, &rows(&[(5, 25)]), 0);
    assert_eq!(order, DayOrder::Permuted(vec![2, 1, 0]).min_equivalent());
}

impl DayOrder {
    /// The reverse written as a permutation is the reverse.
    fn min_equivalent(self) -> Self {
        match self {
            Self::Permuted(order) if order.windows(2).all(|pair| pair[0] == pair[1] + 1) => Self::Reversed,
            other => other,
        }
    }
}

#[test]
fn a_day_that_does_not_continue_chains_within_itself() {
    let day = rows(&[(5, 115), (10, 110), (-15, 100)]);
    let order = Orderer::new().order(&day, Some(7), &[], 0);
    // 115 -> 100 -> 110 -> 115: closed, so the first row of the document leads.
    let found = positions(&order, 3);
    assert_eq!(breaks_of(&day, &found, None, 0), 0);
    assert_eq!(breaks_of(&day, &found, Some(7), 0), 1);
}

#[test]
fn rows_without_balances_keep_the_order_of_the_document() {
    let mut day = rows(&[(5, 5), (10, 15), (20, 35)]);
    day[1].balance_minor = None;
    assert_eq!(Orderer::new().order(&day, Some(0), &[], 0), DayOrder::Input);
    // Newest first: 0 -> 20 -> 30 -> 35.
    let mut newest_first = rows(&[(5, 35), (10, 30), (20, 20)]);
    newest_first[1].balance_minor = None;
    assert_eq!(Orderer::new().order(&newest_first, Some(0), &[], 0), DayOrder::Reversed);
}

/// A day of 100,000 rows in an order without meaning: a multiplicative shuffle of a walk with cycles.
fn long_day(tolerance_noise: i64) -> Vec<Row> {
    let len: u64 = 100_003; // prime, so that multiples of 7,919 visit every position
    let mut balance = 0;
    let mut day = Vec::new();
    for at in 0..len {
        let close = i64::try_from(at * at % 977).unwrap();
        day.push((close - balance + i64::try_from(at % 3).unwrap() * tolerance_noise, close));
        balance = close;
    }
    let order = (0..len).map(|at| day[usize::try_from(at * 7_919 % len).unwrap()]);
    rows(&order.collect::<Vec<_>>())
}

#[test]
fn a_day_of_a_hundred_thousand_rows_is_ordered_in_linear_work() {
    let day = long_day(0);
    let order = Orderer::new().order(&day, Some(0), &[], 0);
    assert_eq!(breaks_of(&day, &positions(&order, day.len()), Some(0), 0), 0);
}

#[test]
fn a_hostile_day_spends_no_more_than_its_budget() {
    // Every balance lies within the tolerance of its neighbour, so all are one wide group.
    let day = long_day(1);
    let mut orderer = Orderer::new();
    let before = orderer.budget;
    orderer.order(&day, Some(0), &[], 2);
    let spent = before - orderer.budget;
    // Two searches, from the close before and free, each of 2^18 and 64 for a row.
    assert!(spent <= 2 * ((1 << 18) + 64 * 100_003), "{spent}");
    for _ in 0..10 {
        orderer.order(&day, Some(0), &[], 2);
    }
}
