//! The curves of a calibrated card: one applicant, many rows, and every total.

use super::{body, card, numeric};
use crate::domain::{Column, Frame};
use crate::error::{Cause, Result};
use crate::limits::Limits;
use crate::numeric::{count, ln};
use crate::scorecard::{BatchOutput, Card, Input};
use serde_json::{Value, json};

/// A calibrated card of one characteristic whose totals are `low`, the middle, and `high`.
fn calibrated(curve: &Value, low: i32, high: i32) -> Result<Card> {
    let middle = i32::midpoint(low, high);
    let mut it = numeric("x", &[low, middle, high]);
    it["neutral_points"] = json!(high);
    let mut body = body(&[it], middle, low);
    body["pd_basis"]["kind"] = json!("calibrated");
    let bin = json!({"goods": 10, "bads": 1});
    body["development"] = json!({
        "bads": 3, "goods": 30, "counts": [{"attributes": [bin, bin, bin]}], "mean_points": [1],
        "points_covariance": [[1]], "sample_sha256": "0".repeat(64),
        "calibration": {"curve": curve, "outside_rows": 100, "outside_bads": 20},
    });
    card(&body)
}

fn curves() -> [Value; 4] {
    [
        json!({"logit": {"intercept": -0.5, "slope": 0.8}}),
        json!({"logit": {"intercept": 30, "slope": 5}}),
        json!({"beta": {"a": 1.3, "b": 0, "c": -0.2}}),
        json!({"isotonic": {"knots": [{"log_odds": -3, "pd": 0.01}, {"log_odds": 0.5, "pd": 0.6}]}}),
    ]
}

/// PDs of totals low, middle, high, missing-free, by columns.
fn by_columns(card: &Card) -> Vec<f64> {
    let values = [0.5, 1.5, 2.5];
    let frame = Frame::new(vec![("x".to_owned(), Column::float(&values))], &Limits::default()).unwrap();
    let (mut points, mut pd, mut score) = ([0; 3], [0.0; 3], [0.0; 3]);
    let (mut decision, mut band, mut status) = ([0; 3], [0; 3], [0; 3]);
    let mut output = BatchOutput {
        points: &mut points,
        pd: &mut pd,
        score: &mut score,
        decision: &mut decision,
        band: &mut band,
        status: &mut status,
    };
    card.score_rows(&frame, 0, &mut output).unwrap();
    pd.to_vec()
}

#[test]
fn many_rows_have_the_pd_of_one_whether_outcomes_are_tabled_or_not() {
    for curve in curves() {
        // The second card has more totals than a table holds.
        for (low, high) in [(500, 700), (0, 200_000)] {
            let card = calibrated(&curve, low, high).unwrap();
            let single: Vec<f64> = [0.5, 1.5, 2.5]
                .into_iter()
                .map(|x| card.pd(card.place(&[Input::Number(x)], |_, name| name.to_owned()).unwrap().points))
                .collect();
            assert_eq!(by_columns(&card), single, "{curve}");
        }
    }
}

#[test]
fn a_pd_never_rises_with_the_total_and_stays_between_0_and_1() {
    for curve in curves() {
        let card = calibrated(&curve, -2000, 3000).unwrap();
        let mut above = 1.0;
        for points in -2000..=3000 {
            let pd = card.pd(points);
            assert!(pd > 0.0 && pd < 1.0 && pd <= above, "{curve} {points} {pd}");
            above = pd;
        }
    }
}

#[test]
fn a_logit_curve_by_hand() {
    // At 600 points the odds are even: the logit of the PD is the intercept, ln 3 says 3/4.
    let card = calibrated(&json!({"logit": {"intercept": ln(3.0), "slope": 2}}), 500, 700).unwrap();
    assert!((card.pd(600) - 0.75).abs() < 1e-15);
    // 20 points more halve the odds of bad, by slope 2 to a quarter: 3/4 : 1.
    assert!((card.pd(620) - 3.0 / 7.0).abs() < 1e-15, "{}", count(3) / 7.0);
}

#[test]
fn curves_that_lose_the_rank_or_leave_the_unit_interval_are_refused() {
    let knots = |pairs: &[(f64, f64)]| {
        let list: Vec<Value> = pairs.iter().map(|(x, pd)| json!({"log_odds": x, "pd": pd})).collect();
        json!({"isotonic": {"knots": list}})
    };
    for curve in [
        json!({"logit": {"intercept": 0, "slope": 0}}),
        json!({"logit": {"intercept": 0, "slope": -1}}),
        json!({"beta": {"a": -0.1, "b": 1, "c": 0}}),
        json!({"beta": {"a": 0, "b": 0, "c": 0}}),
        knots(&[(0.0, 0.5)]),
        knots(&[(0.0, 0.5), (1.0, 0.4)]),
        knots(&[(1.0, 0.1), (0.0, 0.4)]),
        knots(&[(0.0, 0.0), (1.0, 0.4)]),
        knots(&[(0.0, 0.5), (1.0, 1.0)]),
    ] {
        let error = calibrated(&curve, 500, 700).unwrap_err();
        let place = vec!["/development/calibration/curve".to_owned()];
        assert_eq!((error.cause, error.fields), (Cause::CardDevelopment, place), "{curve}");
    }
}
