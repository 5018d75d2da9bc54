//! Long tables: how many steps an analysis takes of them, and what it says where they do not last.

use super::{QUIET, policy};
use crate::error::{Cause, Error};
use crate::expression::Intervals;
use crate::fitting::Run;
use crate::limits::Limits;
use crate::policy::RuleFindingKind::{Conflict, Duplicate, Gap, Shadowed};
use crate::policy::analysis::{STEPS_MAX, Steps, Tree, meets};
use crate::policy::{Policy, RuleFindingKind, TableAnalysis};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A table over two whole numbers and a text, whose rows give an outcome in turn.
fn table(hit: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Value {
    let decline = json!({"outcome": "decline", "reason": "BAD"});
    let thens = [json!({"outcome": "approve"}), decline];
    let rules = rows.enumerate().map(|(at, when)| json!({"when": when, "then": thens[at % 2]}));
    json!({
        "inputs": {"a": {"type": "integer", "min": 0}, "b": {"type": "integer", "min": 0}, "c": {"type": "text"}},
        "reasons": {"BAD": {"texts": {"en": "b"}}},
        "steps": [{"table": {"name": "t", "hit": hit, "columns": columns, "rules": rules.collect::<Vec<_>>()}}]
    })
}

/// Returns what was found of the only table, and in how many steps.
fn looked_at(policy: &Policy) -> (TableAnalysis, usize) {
    let mut steps = Steps::new(&QUIET, STEPS_MAX);
    let found = policy.analyse_within(&mut steps).unwrap().remove(0);
    (found, STEPS_MAX - steps.left())
}

fn kinds(found: &TableAnalysis) -> Vec<RuleFindingKind> {
    found.findings.iter().map(|it| it.kind).collect()
}

const ROWS: usize = 4_000;

#[test]
fn steps_grow_with_the_rows_of_a_table_and_not_with_their_pairs() {
    let next = |at: usize| format!("[{}..{})", at * 10, at * 10 + 10);
    let rows = || 0..ROWS;
    let all = [
        ("a unique column", table("unique", &["a"], rows().map(|at| vec![next(at)]))),
        ("keys", table("unique", &["c"], rows().map(|at| vec![format!("\"k{at}\"")]))),
        (
            "falling thresholds",
            table("first", &["a"], rows().map(|at| vec![format!(">= {}", 9 * (ROWS - at))])),
        ),
        ("rising thresholds", table("first", &["a"], rows().map(|at| vec![format!("< {}", 9 * (at + 1))]))),
        ("two columns", table("unique", &["a", "b"], rows().map(|at| vec![next(at / 50), next(at % 50)]))),
        (
            "a wide column first",
            table("unique", &["b", "a"], rows().map(|at| vec!["-".to_owned(), next(at)])),
        ),
        ("any", table("any", &["a", "c"], rows().map(|at| vec![next(at / 2), format!("\"k{}\"", at % 2)]))),
    ];
    for (name, document) in all {
        let (found, steps) = looked_at(&policy(&document));
        // 20 gaps are told, and whether there are more.
        let is_more = found.findings.len() >= 20;
        assert_eq!((found.whole, &*found.unfinished), (!is_more, &[Gap][..usize::from(is_more)]), "{name}");
        assert!(kinds(&found).iter().all(|kind| *kind == Gap), "{name} {:?}", kinds(&found));
        assert!(steps < 150 * ROWS, "{name}: {steps}");
    }
}

#[test]
fn what_is_wrong_with_a_long_table_is_found() {
    let next = |at: usize| format!("[{}..{})", at * 10, at * 10 + 10);
    let twice = table("unique", &["a"], (0..ROWS).map(|at| vec![next(if at == 3_000 { 500 } else { at })]));
    let (found, _) = looked_at(&policy(&twice));
    assert_eq!(kinds(&found), [Duplicate, Conflict, Gap]);
    assert_eq!(found.findings[1].rules, ["rule_501", "rule_3001"]);
    let hidden = table(
        "first",
        &["a", "b"],
        (0..ROWS).map(|at| {
            if at == 3_000 {
                vec!["[5..15)".to_owned(), "-".to_owned()]
            } else {
                vec![next(at), "-".to_owned()]
            }
        }),
    );
    let (found, _) = looked_at(&policy(&hidden));
    let shadowed: Vec<_> =
        found.findings.iter().filter(|it| it.kind == Shadowed).map(|it| &it.rules[..]).collect();
    assert_eq!(shadowed, [["rule_3001", "rule_1", "rule_2"]]);
}

#[test]
fn an_analysis_whose_steps_do_not_last_says_what_it_did_not_look_for() {
    let rows = || (0..40).map(|at| vec![format!(">= {at}"), format!("< {}", at + 50)]);
    let looked_for = |hit: &str, most: usize| {
        let found = policy(&table(hit, &["a", "b"], rows())).analyse_within(&mut Steps::new(&QUIET, most));
        let found = found.unwrap().remove(0);
        assert_eq!(found.whole, found.unfinished.is_empty());
        found.unfinished
    };
    // More gaps are there than are told.
    assert_eq!(looked_for("first", STEPS_MAX), [Gap]);
    assert_eq!(looked_for("first", 100), [Shadowed, Gap]);
    assert_eq!(looked_for("unique", 20), [Conflict, Gap]);
    assert_eq!(looked_for("collect", 10), [Gap]);
}

#[test]
fn two_versions_of_a_long_table_are_compared_in_few_steps() {
    let overlapping = |changed: usize| {
        let cell = |at: usize| format!("[{at}..{})", at + if at == changed { 25 } else { 20 });
        policy(&table("first", &["a"], (0..ROWS).map(|at| vec![cell(at)])))
    };
    let (one, other) = (overlapping(usize::MAX), overlapping(2_000));
    let mut steps = Steps::new(&QUIET, STEPS_MAX);
    let found = one.difference_within(&other, &Limits::default(), &mut steps).unwrap();
    let used = STEPS_MAX - steps.left();
    assert!(found.tables[0].whole && used < 1_500 * ROWS, "{used}");
    let spent =
        one.difference_within(&other, &Limits::default(), &mut Steps::new(&QUIET, 1_000_000)).unwrap();
    assert!(!spent.tables[0].whole);
}

#[test]
fn an_analysis_that_is_cancelled_ends() {
    let cancelled = || Err(Error::new(Cause::Cancelled, "stop"));
    let run = Run { check: &cancelled, ..QUIET };
    let one = policy(&table("first", &["a"], (0..10).map(|at| vec![format!("{at}")])));
    let other = policy(&table("first", &["a"], (0..10).map(|at| vec![format!("{}", at + 1)])));
    let cause = |error: Error| error.cause;
    assert_eq!(one.analyse(&run).map_err(cause), Err(Cause::Cancelled));
    let compared = one.difference(&other, &Limits::default(), &run).map(|_| ());
    assert_eq!(compared.map_err(cause), Err(Cause::Cancelled));
}

proptest! {
    #[test]
    fn a_tree_finds_the_boxes_that_meet_a_region(
        boxes in prop::collection::vec(prop::collection::vec((0..3_u8, 0..40_i32, 0..12_i32), 3), 1..90),
        from in 0..40_usize, count in 0..90_usize,
    ) {
        use crate::expression::Grid::Whole;
        let side = |(kind, low, width): &(u8, i32, i32)| match kind {
            0 => Intervals::all(),
            1 => Intervals::between(f64::from(*low), f64::from(low + width), Whole),
            _ => Intervals::between(f64::from(*low), f64::from(low + width), Whole).complement(Whole),
        };
        let boxes: Vec<Vec<Intervals>> = boxes.iter().map(|sides| sides.iter().map(side).collect()).collect();
        let tree = Tree::of(3, boxes.iter().enumerate().map(|(at, sides)| (at, &sides[..])));
        let mut steps = Steps::new(&QUIET, STEPS_MAX);
        for region in &boxes {
            let met = tree.all_meeting(region, from..from + count, &mut steps).unwrap();
            let wanted: Vec<usize> = (from..(from + count).min(boxes.len())).filter(|at| meets(&boxes[*at], region)).collect();
            prop_assert_eq!(met, wanted);
        }
    }
}
