//! The development record against plain loops over rows, and the reasons of a developed card by hand.

use super::{body, card, numeric};
use crate::error::Cause;
use crate::numeric::{Random, count};
use crate::scorecard::development::{DevelopmentSample, Population, SlotPoints};
use crate::scorecard::{CharacteristicBody, Input, ReasonMethod};
use serde_json::json;

/// A sample and the points of its slots.
struct Given {
    bad: Vec<u8>,
    columns: Vec<Vec<u16>>,
    points: Vec<Vec<i32>>,
    weight: Vec<f64>,
}

impl Given {
    fn random(random: &mut Random, rows: usize, characteristics: usize) -> Self {
        let mut below = |limit: u64| random.below(limit.try_into().unwrap());
        let slots = |below: &mut dyn FnMut(u64) -> u64| u16::try_from(below(5)).unwrap();
        let columns = (0..characteristics).map(|_| (0..rows).map(|_| slots(&mut below)).collect()).collect();
        let points = (0..characteristics)
            .map(|_| (0..5).map(|_| i32::try_from(below(61)).unwrap() - 20).collect())
            .collect();
        let bad = (0..rows).map(|_| u8::from(below(4) == 0)).collect();
        let weight = (0..rows).map(|_| 0.5 + random.uniform()).collect();
        Self { bad, columns, points, weight }
    }

    fn measure(&self, weighted: bool, approve: Option<i32>, threads: usize) -> Population {
        let slots: Vec<&[u16]> = self.columns.iter().map(Vec::as_slice).collect();
        let weight = weighted.then_some(&self.weight[..]);
        let sample = DevelopmentSample { bad: &self.bad, slots: &slots, weight };
        let card = SlotPoints { approve, base_points: 7, pdo: 20.0, points: &self.points };
        Population::measure(&sample, &card, threads).unwrap()
    }

    fn points_of(&self, row: usize) -> Vec<f64> {
        let one = |(column, points): (&Vec<u16>, &Vec<i32>)| f64::from(points[usize::from(column[row])]);
        self.columns.iter().zip(&self.points).map(one).collect()
    }
}

#[test]
fn moments_and_counts_are_those_of_plain_loops() {
    let mut random = Random::new(21, 0);
    for (rows, characteristics, weighted) in
        [(1, 1, false), (700, 3, true), (5000, 4, false), (5000, 5, true)]
    {
        let given = Given::random(&mut random, rows, characteristics);
        let found = given.measure(weighted, None, 2);
        let weight = |row: usize| if weighted { given.weight[row] } else { 1.0 };
        let total: f64 = (0..rows).map(weight).sum();
        let mean =
            |value: &dyn Fn(usize) -> f64| (0..rows).map(|row| weight(row) * value(row)).sum::<f64>() / total;
        // Plain sums of up to 5,000 terms below 4,000 are good to about 1e-12 of their size.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * b.abs().max(1.0);
        assert!(close(found.goods + found.bads, total));
        for i in 0..characteristics {
            let own = mean(&|row| given.points_of(row)[i]);
            assert!(close(found.mean_points[i], own));
            for j in 0..characteristics {
                let other = mean(&|row| given.points_of(row)[j]);
                let covariance =
                    mean(&|row| (given.points_of(row)[i] - own) * (given.points_of(row)[j] - other));
                assert!(close(found.points_covariance[i][j], covariance), "{i} {j}");
            }
            for slot in 0..5 {
                let inside = |row: &usize| usize::from(given.columns[i][*row]) == slot;
                let bads = (0..rows).filter(inside).filter(|row| given.bad[*row] == 1).map(weight).sum();
                let goods = (0..rows).filter(inside).filter(|row| given.bad[*row] == 0).map(weight).sum();
                assert!(close(found.counts[i][slot].bads, bads) && close(found.counts[i][slot].goods, goods));
            }
        }
        for row in [0, rows / 2, rows - 1] {
            assert!(close(f64::from(found.totals[row]), 7.0 + given.points_of(row).iter().sum::<f64>()));
        }
    }
}

#[test]
fn means_at_the_cutoff_take_rows_slightly_above_it_and_widen_by_half_a_pdo() {
    let mut random = Random::new(22, 0);
    let (mut wide, mut narrow, mut none) = (0, 0, 0);
    for approve in (-40..180).step_by(6) {
        let given = Given::random(&mut random, 1200, 4);
        let found = given.measure(true, Some(approve), 2);
        // The rule word for word: [approve, approve + 10), widened by 10 until 100 rows.
        let rows = |width: i32| -> Vec<usize> {
            (0..1200).filter(|row| (approve..approve + width).contains(&found.totals[*row])).collect()
        };
        let width = (1..100).map(|times| times * 10).find(|width| rows(*width).len() >= 100);
        let Some(width) = width else {
            assert_eq!(found.means_at_cutoff, None);
            none += 1;
            continue;
        };
        let means = found.means_at_cutoff.clone().unwrap();
        let weight: f64 = rows(width).iter().map(|row| given.weight[*row]).sum();
        for (position, mean) in means.iter().enumerate() {
            let sum: f64 =
                rows(width).iter().map(|row| given.weight[*row] * given.points_of(*row)[position]).sum();
            assert!((mean - sum / weight).abs() < 1e-9);
        }
        *(if width > 10 { &mut wide } else { &mut narrow }) += 1;
    }
    assert!(wide > 3 && narrow > 3 && none > 3, "{wide} {narrow} {none}");
}

#[test]
fn a_measure_is_the_same_bytes_on_any_number_of_threads() {
    let given = Given::random(&mut Random::new(23, 0), 70_000, 7);
    for weighted in [false, true] {
        let one = given.measure(weighted, Some(60), 1);
        for threads in [2, 3, 16] {
            assert_eq!(given.measure(weighted, Some(60), threads), one);
        }
    }
}

#[test]
fn a_constant_characteristic_has_no_variance() {
    let mut given = Given::random(&mut Random::new(24, 0), 3000, 2);
    given.points[1] = vec![17; 5];
    let found = given.measure(true, None, 1);
    assert!((found.mean_points[1] - 17.0).abs() < 1e-12 && found.points_covariance[1][1] < 1e-12);
    assert!(found.points_covariance[0][1].abs() < 1e-12);
}

#[test]
fn samples_that_do_not_fit_are_refused() {
    let bad = [0, 1];
    let refused = |slots: &[&[u16]], points: &[Vec<i32>], weight: Option<&[f64]>| {
        let sample = DevelopmentSample { bad: &bad, slots, weight };
        let card = SlotPoints { approve: None, base_points: 0, pdo: 20.0, points };
        Population::measure(&sample, &card, 1).err().map(|error| error.cause)
    };
    let points = [vec![1, 2]];
    assert_eq!(refused(&[&[0, 1]], &points, Some(&[1.0, 1.0])), None);
    assert_eq!(refused(&[&[0, 2]], &points, None), Some(Cause::FrameShape));
    assert_eq!(refused(&[&[0]], &points, None), Some(Cause::FrameShape));
    assert_eq!(refused(&[&[0, 1]], &points, Some(&[1.0])), Some(Cause::FrameShape));
    assert_eq!(refused(&[], &[], None), Some(Cause::FrameShape));
}

/// 400 rows of two characteristics: u has slots 0, 1, 2 (missing is 3, unseen 4), v has 0 and 1 (2 and 3).
///
/// 100 rows each of (0, 0), (1, 0), (1, 1), (2, 1); of each hundred 40, 20, 10, 5 are bad. Points u: 0, 20, 40; v: 10, 30.
/// Totals: 10, 30, 50, 70. Means: u 20, v 20. At the cut-off 30 with pdo 20 the rows of total 30 alone: u 20, v 10.
fn by_hand() -> (Given, Population) {
    let rows: [(u16, u16, usize); 4] = [(0, 0, 40), (1, 0, 20), (1, 1, 10), (2, 1, 5)];
    let mut given =
        Given { bad: vec![], columns: vec![vec![], vec![]], points: vec![], weight: vec![1.0; 400] };
    for (u, v, bads) in rows {
        given.bad.extend((0..100).map(|row| u8::from(row < bads)));
        given.columns[0].extend([u; 100]);
        given.columns[1].extend([v; 100]);
    }
    given.points = vec![vec![0, 20, 40, 0, 0], vec![10, 30, 0, 0]];
    let slots: Vec<&[u16]> = given.columns.iter().map(Vec::as_slice).collect();
    let sample = DevelopmentSample { bad: &given.bad, slots: &slots, weight: None };
    let points = SlotPoints { approve: Some(30), base_points: 0, pdo: 20.0, points: &given.points };
    let found = Population::measure(&sample, &points, 2).unwrap();
    (given, found)
}

#[test]
fn a_small_sample_by_hand() {
    let (_, found) = by_hand();
    assert_eq!((found.goods, found.bads), (325.0, 75.0));
    assert_eq!(found.mean_points, [20.0, 20.0]);
    assert_eq!(found.means_at_cutoff.as_deref(), Some(&[20.0, 10.0][..]));
    // Var u = (400 + 0 + 0 + 400) / 4, Var v = 100, Cov = ((-20)(-10) + 0 + 0 + 20 x 10) / 4.
    assert_eq!(found.points_covariance, [[200.0, 100.0], [100.0, 100.0]]);
    let mut u = numeric("u", &[0, 20, 40]);
    u["missing"] = json!({"points": 0});
    let u: CharacteristicBody = serde_json::from_value(u).unwrap();
    let counts = found.counts_of(0, &u);
    let pairs: Vec<(f64, f64)> = counts.attributes.iter().map(|bin| (bin.goods, bin.bads)).collect();
    assert_eq!(pairs, [(60.0, 40.0), (170.0, 30.0), (95.0, 5.0)]);
    assert_eq!(counts.missing.map(|bin| bin.goods + bin.bads), Some(0.0));
    assert!(counts.unseen.is_none() && counts.special.is_empty());
}

#[test]
fn every_reason_method_of_a_developed_card_compares_with_its_own_reference() {
    let (_, found) = by_hand();
    let mut characteristics = [numeric("u", &[0, 20, 40]), numeric("v", &[10, 30])];
    for (it, (code, neutral)) in characteristics.iter_mut().zip([("U", 25), ("V", 15)]) {
        it["neutral_points"] = json!(neutral);
        it["reason"] = json!(code);
    }
    let mut body = body(&characteristics, 30, 20);
    let text = json!({"adverse": "low", "favourable": "high"});
    body["reasons"] = json!({"U": text, "V": text});
    let bodies: Vec<CharacteristicBody> =
        characteristics.iter().map(|it| serde_json::from_value(it.clone()).unwrap()).collect();
    let counts: Vec<_> = bodies.iter().enumerate().map(|(at, it)| found.counts_of(at, it)).collect();
    body["development"] = json!({
        "bads": found.bads, "goods": found.goods, "counts": counts, "mean_points": found.mean_points,
        "means_at_cutoff": found.means_at_cutoff, "points_covariance": found.points_covariance,
        "sample_sha256": "0".repeat(64),
    });
    let card = card(&body).unwrap();
    assert_eq!(card.default_method(), ReasonMethod::MeansAtCutoff);
    // The applicant has u = 0 points and v = 30 points.
    let slots = card.place(&[Input::Number(0.0), Input::Number(1.0)], |_, name| name.to_owned()).unwrap();
    for (method, adverse, favourable) in [
        (ReasonMethod::MeansAtCutoff, vec![("U", -20.0)], vec![("V", 20.0)]),
        (ReasonMethod::Mean, vec![("U", -20.0)], vec![("V", 10.0)]),
        (ReasonMethod::Neutral, vec![("U", -25.0)], vec![("V", 15.0)]),
        (ReasonMethod::Maximum, vec![("U", -40.0)], vec![]),
    ] {
        let (low, high) = card.reasons(&slots, method);
        let pairs = |reasons: &[crate::scorecard::Reason]| -> Vec<(String, f64)> {
            reasons.iter().map(|it| (it.code.to_string(), it.difference)).collect()
        };
        let named = |expected: Vec<(&str, f64)>| -> Vec<(String, f64)> {
            expected.into_iter().map(|(code, points)| (code.to_owned(), points)).collect()
        };
        assert_eq!((pairs(&low), pairs(&high)), (named(adverse), named(favourable)), "{method:?}");
    }
    // Weights follow the development means: |0 - 20| and |30 - 20| of 30.
    let weights: Vec<f64> = card.weights(&slots).iter().map(|it| it.weight).collect();
    assert!((weights[0] - count(2) / 3.0).abs() < 1e-15 && (weights[1] - 1.0 / 3.0).abs() < 1e-15);
}
