//! Cards and columns that are made to hang, overflow or be approved.

use super::{body, card, numeric};
use crate::domain::{Column, Frame};
use crate::error::Cause;
use crate::fitting::Run;
use crate::limits::Limits;
use crate::scorecard::{Input, RowStatus, inputs_hash, score_frame};
use serde_json::json;

fn frame<'a>(columns: Vec<(&str, Column<'a>)>) -> Frame<'a> {
    let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    Frame::new(columns, &Limits::default()).unwrap()
}

#[test]
fn an_infinite_history_is_no_history() {
    let mut short = body(&[numeric("x", &[0, 10])], 10, 0);
    short["minimum"] = json!({"history_days": 90, "transactions": 0});
    let card = card(&short).unwrap();
    let (x, days) = ([1.0; 3], [f64::INFINITY, 90.0, 89.0]);
    let frame = frame(vec![("x", Column::float(&x)), ("history_days", Column::float(&days))]);
    let run = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };
    let scores = score_frame(&card, &frame, Some(card.body.minimum), &[], &run).unwrap();
    let wanted = [RowStatus::Infinity, RowStatus::Scored, RowStatus::HistoryShort];
    assert_eq!(scores.rows.status, wanted.map(|status| status as i8));
}

#[test]
fn the_minimum_of_a_card_goes_before_what_its_inputs_lack() {
    let mut x = numeric("x", &[0, 10]);
    x["range"] = json!({"min": 0, "max": 5});
    let mut body = body(&[x], 10, 0);
    body["minimum"] = json!({"history_days": 90, "transactions": 0, "age_days_max": 31});
    let card = card(&body).unwrap();
    let x = [9.0, 9.0, f64::NAN, f64::INFINITY, 9.0];
    let (days, age) = ([89.0, 90.0, f64::NAN, 1.0, 90.0], [0.0, 0.0, 0.0, 0.0, f64::NAN]);
    let frame = frame(vec![
        ("x", Column::float(&x)),
        ("history_days", Column::float(&days)),
        ("coverage_age_days", Column::float(&age)),
    ]);
    let run = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };
    let scores = score_frame(&card, &frame, Some(card.body.minimum), &[], &run).unwrap();
    let short = RowStatus::HistoryShort;
    let wanted = [short, RowStatus::OutOfRange, short, short, short];
    assert_eq!(scores.rows.status, wanted.map(|status| status as i8));
}

#[test]
fn a_search_without_end_gives_no_counterfactual() {
    // 200 characteristics of 10 bins, each with another cost: the frontiers would take gigabytes.
    let points: Vec<i32> = (0..10).map(|bin| bin * bin).collect();
    let characteristics: Vec<_> = (0..200_u32)
        .map(|index| {
            let mut it = numeric(&format!("c{index}"), &points);
            it["move_cost"] = json!(1 + index * 7919 % 1000);
            it
        })
        .collect();
    let card = card(&body(&characteristics, 8_000, 0)).unwrap();
    let slots = card.place(&[Input::Number(0.0); 200], |_, name| name.to_owned()).unwrap();
    assert_eq!(card.counterfactual(&slots), None);
}

#[test]
fn numbers_and_lists_that_would_overflow_or_hang_are_refused_at_their_place() {
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut body = body(&[numeric("x", &[0, 10])], 10, 0);
        change(&mut body);
        card(&body).map_err(|error| (error.cause, error.fields.join(" "))).unwrap_err()
    };
    let place = |cause, field: &str| (cause, field.to_owned());
    assert_eq!(
        refused(&|it| it["base_points"] = json!(i32::MIN)),
        place(Cause::CardPointsRange, "/base_points")
    );
    let bands: Vec<_> =
        (0..10_001).map(|band| json!({"id": band.to_string(), "points_min": -band})).collect();
    assert_eq!(refused(&|it| it["bands"] = json!(bands)), place(Cause::LimitExceeded, "/bands"));
    let special: Vec<_> = (0..10_001).map(|value| json!({"value": -value, "points": 0})).collect();
    let field = "/characteristics/0/special";
    assert_eq!(
        refused(&|it| it["characteristics"][0]["special"] = json!(special)),
        place(Cause::LimitExceeded, field)
    );
}

#[test]
fn other_columns_have_another_hash() {
    let mut home = numeric("home", &[0]);
    home["kind"] = json!("categorical");
    home["attributes"] = json!([{"categories": ["a"], "points": 0}]);
    let card = card(&body(&[home], 10, 0)).unwrap();
    let hash = |column: Column<'_>| inputs_hash(&card, &frame(vec![("home", column)]));
    let texts = |names: [&'static str; 2]| hash(Column::dictionary(&[0, 1], names.to_vec()));
    assert_ne!(texts(["a\0", "b"]), texts(["a", "\0b"]));
    // The eight bytes of `ABCDEFG` and its end are those of a number.
    let number = f64::from_le_bytes(*b"ABCDEFG\0");
    assert_ne!(hash(Column::dictionary(&[0], vec!["ABCDEFG"])), hash(Column::float(&[number])));
}
