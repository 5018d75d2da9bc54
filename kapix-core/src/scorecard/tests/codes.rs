//! Categories that are numbers: read from text and from numbers alike.

use super::{body, card, numeric};
use crate::domain::{Column, Frame};
use crate::error::Cause;
use crate::limits::Limits;
use crate::scorecard::{Card, Input, RowStatus, ScoredRows};
use serde_json::json;

fn coded(categories: [&str; 2]) -> Card {
    let mut it = numeric("x", &[5, 9]);
    it["kind"] = json!("categorical");
    it["neutral_points"] = json!(9);
    it["attributes"] = json!([
        {"categories": [categories[0]], "points": 5},
        {"categories": [categories[1]], "points": 9},
    ]);
    it["unseen"] = json!({"points": 2});
    it["missing"] = json!({"points": 1});
    card(&body(&[it], 8, 3)).unwrap()
}

fn by_column(card: &Card, values: &[f64]) -> crate::Result<(Vec<i32>, Vec<i8>)> {
    let frame = Frame::new(vec![("x".to_owned(), Column::float(values))], &Limits::default()).unwrap();
    let mut found = ScoredRows::with_rows(values.len());
    card.score_rows(&frame, 0, &mut found.output())?;
    Ok((found.points, found.status))
}

#[test]
fn a_code_is_the_same_category_as_text_and_as_number_alone_and_in_a_batch() {
    let card = coded(["2", "-0.5"]);
    let values = [2.0, -0.5, 3.0, f64::NAN, 0.0];
    let expected = [5, 9, 2, 1, 2];
    let (points, status) = by_column(&card, &values).unwrap();
    assert_eq!(points, expected);
    assert_eq!(status, [0; 5]);
    for (value, expected) in values.into_iter().zip(expected) {
        let slots = card.place(&[Input::Number(value)], |_, _| String::new()).unwrap();
        assert_eq!(slots.points, expected, "{value}");
    }
    for (text, expected) in [("2", 5), ("-0.5", 9), ("2.0", 2)] {
        let slots = card.place(&[Input::Text(text)], |_, _| String::new()).unwrap();
        assert_eq!(slots.points, expected, "{text}");
    }
    let infinite = card.place(&[Input::Number(f64::INFINITY)], |_, _| String::new()).unwrap_err();
    assert_eq!(infinite.cause, Cause::FrameInfinity);
    let (_, status) = by_column(&card, &[f64::INFINITY]).unwrap();
    assert_ne!(status, [0], "{:?}", RowStatus::ALL);
}

#[test]
fn numbers_are_refused_where_no_category_is_one_but_a_column_without_values_is_missing() {
    let card = coded(["lake", "coast"]);
    let error = card.place(&[Input::Number(2.0)], |_, _| String::new()).unwrap_err();
    assert_eq!(error.cause, Cause::DataInputType);
    assert_eq!(by_column(&card, &[f64::NAN, 2.0]).unwrap_err().cause, Cause::FrameColumnType);
    assert_eq!(by_column(&card, &[f64::NAN, f64::NAN]).unwrap(), (vec![1, 1], vec![0, 0]));
}
