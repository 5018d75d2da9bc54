//! Scorecards against brute force, published scaling and the other path through the same card.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{body, card, numeric};
use kapix_core::numeric::{Random, count};
use kapix_core::{
    Cause, Limits,
    frame::{Column, Frame},
    scorecard::{Card, Decision, Input, ReasonMethod, RowStatus, ScoredRows},
};
use serde_json::{Value, json};

/// A card of `n` characteristics with `k` attributes each and random points.
fn random_card(random: &mut Random, n: usize, k: usize) -> Card {
    let mut below = |limit: u64| i32::try_from(random.below(limit.try_into().unwrap())).unwrap();
    let cuts: Vec<f64> = (1..k).map(count).collect();
    let characteristics: Vec<Value> = (0..n)
        .map(|index| {
            let points: Vec<i32> = (0..k).map(|_| below(41) - 20).collect();
            let mut characteristic = numeric(&format!("c{index:02}"), &cuts, &points, 0);
            characteristic["immovable"] = json!(below(5) == 0);
            characteristic
        })
        .collect();
    card(&body(&characteristics, 25, 0)).unwrap()
}

fn attribute_of(random: &mut Random, k: usize) -> f64 {
    let attribute = random.below(u64::try_from(k).unwrap().try_into().unwrap());
    count(usize::try_from(attribute).unwrap()) + 0.5
}

fn pointer(_: usize, name: &str) -> String {
    format!("/features/{name}")
}

/// Every assignment of attributes, as fewest moves, then fewest bins.
fn cheapest_by_enumeration(
    card: &Card,
    slots: &[u16],
    points: i32,
    target: i32,
    k: u16,
) -> Option<(usize, usize)> {
    let n = slots.len();
    let mut best: Option<(usize, usize)> = None;
    for number in 0..usize::from(k).pow(u32::try_from(n).unwrap()) {
        let mut rest = number;
        let (mut total, mut moves, mut bins, mut allowed) = (points, 0, 0, true);
        for (position, from) in slots.iter().enumerate() {
            let to = u16::try_from(rest % usize::from(k)).unwrap();
            rest /= usize::from(k);
            if to != *from {
                allowed &= !card.body.characteristics[position].immovable;
                moves += 1;
                bins += usize::from(to.abs_diff(*from));
                total += card.slot(position, to).unwrap().1 - card.slot(position, *from).unwrap().1;
            }
        }
        if allowed && total >= target && best.is_none_or(|best| (moves, bins) < best) {
            best = Some((moves, bins));
        }
    }
    best
}

#[test]
fn counterfactuals_are_the_cheapest_of_all_changes() {
    let mut random = Random::new(7, 0);
    let mut found = 0;
    for _ in 0..400 {
        let (n, k) = (4, 4);
        let card = random_card(&mut random, n, k);
        let values: Vec<Input<'_>> = (0..n).map(|_| Input::Number(attribute_of(&mut random, k))).collect();
        let slots = card.place(&values, pointer).unwrap();
        let target = match card.decision(slots.points) {
            Some(Decision::Decline) => 0,
            Some(Decision::Refer) => 25,
            _ => continue,
        };
        let answer = card.counterfactual(&slots);
        let expected = cheapest_by_enumeration(&card, &slots.slots, slots.points, target, 4);
        let cost = answer.as_ref().map(|it| {
            let bins = it.moves.iter().map(|step| usize::from(step.to.abs_diff(step.from))).sum();
            (it.moves.len(), bins)
        });
        assert_eq!(cost, expected);
        if let Some(answer) = answer {
            let gains: i32 = answer.moves.iter().map(|step| step.gain).sum();
            assert_eq!(answer.points, slots.points + gains);
            assert!(answer.points >= target && answer.decision > card.decision(slots.points).unwrap());
            assert!(
                answer.moves.iter().all(|step| !card.body.characteristics[step.characteristic].immovable)
            );
            found += 1;
        }
    }
    assert!(found > 200, "only {found} cases had an answer");
}

#[test]
fn ties_of_a_counterfactual_go_by_card_order() {
    let characteristics = ["b", "a", "c"].map(|id| numeric(id, &[1.0], &[0, 10], 0));
    let card = card(&body(&characteristics, 10, -1)).unwrap();
    let slots = card.place(&[Input::Number(0.0); 3], pointer).unwrap();
    let moves = card.counterfactual(&slots).unwrap().moves;
    assert_eq!(moves.iter().map(|step| step.characteristic).collect::<Vec<_>>(), [0]);
}

#[test]
fn doubling_the_odds_takes_pdo_points() {
    // R package KAscore, reference page of odds(): 300 points at odds 30:1 with 20 points to double the odds give
    // 60:1 at 320 and 120:1 at 340.
    let mut body = body(&[numeric("x", &[1.0], &[300, 340], 300)], 330, 310);
    body["scaling"]["points0"] = json!(300);
    let card = card(&body).unwrap();
    for (points, odds) in [(300, 30.0), (320, 60.0), (340, 120.0)] {
        // 4 ulp: one logarithm, one exponential.
        assert!((card.pd(points) * (1.0 + odds) - 1.0).abs() < 1e-15, "{points}");
    }
}

/// A card that uses every rule: special values, missing, ranges, categories, unseen.
fn card_with_every_rule() -> Card {
    let mut special = numeric("special", &[0.0, 10.0], &[3, 7, 20], 10);
    special["special"] = json!([{"value": -9, "points": 2}, {"value": 5, "points": 1}]);
    let mut missing = numeric("missing", &[-1.5, 2.5], &[1, 5, 9], 5);
    missing["missing"] = json!({"points": 0, "refer": true});
    let mut range = numeric("range", &[0.5], &[4, 8], 5);
    range["range"] = json!({"min": 0, "max": 1});
    let category = json!({
        "id": "category", "feature": "category", "kind": "categorical", "neutral_points": 5, "reason": "R",
        "attributes": [{"categories": ["a", "b"], "points": 6}, {"categories": ["c"], "points": 2}],
        "special": [{"value": "x", "points": -3}], "unseen": {"points": -5}, "missing": {"points": -4},
    });
    card(&body(&[special, missing, range, category], 30, 10)).unwrap()
}

/// All rows of a frame, scored in one piece.
fn score_all(card: &Card, frame: &Frame<'_>) -> ScoredRows {
    let mut found = ScoredRows::with_rows(frame.rows());
    card.score_rows(frame, 0, &mut found.output()).unwrap();
    found
}

#[test]
fn a_batch_says_of_each_row_what_one_score_says() {
    let card = card_with_every_rule();
    let mut random = Random::new(11, 0);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -9.0, 5.0, -0.0, 0.0, 10.0, 2.5, 0.5, -1.5, 1e300];
    let rows = 4_000;
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (low, high) in [(-12.0, 15.0), (-4.0, 5.0), (-0.1, 1.1)] {
        let mut value = || match random.below(6.try_into().unwrap()) {
            0 => odd[usize::try_from(random.below(12.try_into().unwrap())).unwrap()],
            _ => low + (high - low) * random.uniform(),
        };
        columns.push((0..rows).map(|_| value()).collect());
    }
    let categories = vec!["a", "b", "c", "x", "new"];
    let codes: Vec<i32> =
        (0..rows).map(|_| i32::try_from(random.below(6.try_into().unwrap())).unwrap() - 1).collect();
    let frame = Frame::new(
        vec![
            ("special".to_owned(), Column::float(&columns[0])),
            ("missing".to_owned(), Column::float(&columns[1])),
            ("range".to_owned(), Column::float(&columns[2])),
            ("category".to_owned(), Column::dictionary(&codes, categories.clone())),
        ],
        &Limits::default(),
    )
    .unwrap();
    let found = score_all(&card, &frame);
    let mut seen = [0; 7];
    for row in 0..rows {
        let text =
            usize::try_from(codes[row]).ok().map_or(Input::Missing, |code| Input::Text(categories[code]));
        let inputs = [
            Input::Number(columns[0][row]),
            Input::Number(columns[1][row]),
            Input::Number(columns[2][row]),
            text,
        ];
        seen[usize::try_from(found.status[row]).unwrap()] += 1;
        match card.place(&inputs, pointer) {
            Ok(slots) => {
                let own = card.decision(slots.points).unwrap();
                let number = card.judge(&slots).decide(own) as i8;
                assert_eq!(
                    (found.points[row], found.decision[row], found.status[row]),
                    (slots.points, number, 0),
                    "row {row}"
                );
                assert_eq!(usize::try_from(found.risk_band[row]), Ok(card.band(slots.points)));
                assert_eq!(found.score[row].to_bits(), (1.0 - card.pd(slots.points)).to_bits());
                assert!(found.pd[row].is_nan(), "an assumed PD is no probability");
            }
            Err(error) => {
                let own = match error.details.first().map_or(error.cause, |detail| detail.cause) {
                    Cause::FrameInfinity => RowStatus::Infinity,
                    Cause::DataInputRange => RowStatus::OutOfRange,
                    Cause::DataInputMissing => RowStatus::InputMissing,
                    _ => RowStatus::Unseen,
                };
                assert_eq!(
                    (found.status[row], found.points[row], found.decision[row], found.risk_band[row]),
                    (own as i8, 0, -1, -1),
                    "row {row}"
                );
                assert!(found.score[row].is_nan());
            }
        }
    }
    assert!(seen[0] > 1000 && seen[1] > 10 && seen[2] > 10 && seen[3] > 10, "{seen:?}");
}

#[test]
fn an_attribute_holds_its_lower_bound_and_not_its_upper() {
    let card = card(&body(&[numeric("x", &[0.0, 1.0], &[1, 2, 3], 2)], 3, 2)).unwrap();
    let points = |x: f64| card.place(&[Input::Number(x)], pointer).unwrap().points;
    assert_eq!(
        [points(-1e-300), points(0.0), points(-0.0), points(1.0 - f64::EPSILON), points(1.0)],
        [1, 2, 2, 2, 3]
    );
}

#[test]
fn reasons_add_the_shortfalls_of_a_code_and_rank_them() {
    let mut characteristics: Vec<Value> =
        ["a", "b", "c"].iter().map(|id| numeric(id, &[1.0], &[0, 10], 6)).collect();
    characteristics[2]["attributes"][0]["points"] = json!(-3);
    characteristics[2]["reason"] = json!("S");
    let mut body = body(&characteristics, 40, 20);
    body["reasons"]["S"] = json!({"adverse": "s", "favourable": "s"});
    let card = card(&body).unwrap();
    let slots = card.place(&[Input::Number(0.0), Input::Number(0.0), Input::Number(0.0)], pointer).unwrap();
    let (adverse, favourable) = card.reasons(&slots, ReasonMethod::Neutral);
    let told: Vec<(&str, f64)> = adverse.iter().map(|reason| (&*reason.code, reason.difference)).collect();
    assert_eq!(told, [("R", -12.0), ("S", -9.0)]);
    assert!(favourable.is_empty());
    // One of two characteristics with a code is good: its surplus must not hide the other's shortfall.
    let slots = card.place(&[Input::Number(2.0), Input::Number(0.0), Input::Number(0.0)], pointer).unwrap();
    let (adverse, favourable) = card.reasons(&slots, ReasonMethod::Neutral);
    assert_eq!(adverse.iter().map(|reason| &*reason.code).collect::<Vec<_>>(), ["S", "R"]);
    assert_eq!(favourable.iter().map(|reason| reason.difference).collect::<Vec<_>>(), [4.0]);
}

#[test]
fn weights_are_shares_of_the_deviations_and_all_zero_without_one() {
    let characteristics = ["a", "b"].map(|id| numeric(id, &[1.0, 2.0], &[0, 6, 12], 6));
    let card = card(&body(&characteristics, 40, 20)).unwrap();
    let weights = |a: f64, b: f64| -> Vec<f64> {
        let slots = card.place(&[Input::Number(a), Input::Number(b)], pointer).unwrap();
        card.weights(&slots).into_iter().map(|it| it.weight).collect()
    };
    assert_eq!(weights(0.0, 1.0), [1.0, 0.0]);
    assert_eq!(weights(0.0, 2.0), [0.5, 0.5]);
    assert_eq!(weights(1.0, 1.0), [0.0, 0.0]);
}

/// The causes, with their places, that a changed card is refused for.
fn refusals(change: impl Fn(&mut Value)) -> Vec<(Cause, String)> {
    let mut body = body(&[numeric("x", &[1.0, 2.0], &[0, 6, 12], 6)], 10, 5);
    change(&mut body);
    let Err(error) = card(&body) else { return Vec::new() };
    if error.details.is_empty() {
        return vec![(error.cause, error.fields.first().cloned().unwrap_or_default())];
    }
    error.details.into_iter().map(|detail| (detail.cause, detail.field)).collect()
}

type Change = Box<dyn Fn(&mut Value)>;

/// Puts a value at a pointer.
fn set(pointer: &'static str, value: Value) -> Change {
    Box::new(move |body| *body.pointer_mut(pointer).unwrap() = value.clone())
}

/// Adds a member to the object at a pointer.
fn add(parent: &'static str, name: &'static str, value: Value) -> Change {
    Box::new(move |body| body.pointer_mut(parent).unwrap()[name] = value.clone())
}

/// Changes to a good card, each with the cause and the place of its refusal.
fn changes() -> Vec<(Change, Cause, &'static str)> {
    let x = "/characteristics/0";
    vec![
        (
            set("/characteristics/0/attributes/1/lower", json!(1.5)),
            Cause::CardBinsGap,
            "/characteristics/0/attributes/1/lower",
        ),
        (
            set("/characteristics/0/attributes/1/lower", json!(0.5)),
            Cause::CardBinsOverlap,
            "/characteristics/0/attributes/1/lower",
        ),
        (
            set("/characteristics/0/attributes/0/lower", json!(0.5)),
            Cause::CardBinsGap,
            "/characteristics/0/attributes/0",
        ),
        (
            set("/characteristics/0/attributes/2/upper", json!(9)),
            Cause::CardBinsGap,
            "/characteristics/0/attributes/2",
        ),
        (
            add(x, "missing", json!({"points": 7})),
            Cause::CardMissingGenerous,
            "/characteristics/0/missing/points",
        ),
        (
            add(x, "special", json!([{"value": -9, "points": 7}])),
            Cause::CardMissingGenerous,
            "/characteristics/0/special/0/points",
        ),
        (
            add(x, "special", json!([{"value": "a", "points": 1}])),
            Cause::CardKind,
            "/characteristics/0/special/0/value",
        ),
        (add(x, "unseen", json!({"points": 1})), Cause::CardKind, "/characteristics/0/unseen"),
        (add(x, "protected", json!(true)), Cause::CardProtected, "/characteristics/0/legal_basis"),
        (set("/characteristics/0/reason", json!("Q")), Cause::CardReason, "/characteristics/0/reason"),
        (
            set("/characteristics/0/attributes/0/points", json!(1_000_001)),
            Cause::CardPointsRange,
            "/characteristics/0/attributes/0/points",
        ),
        (set("/scaling/pdo", json!(0)), Cause::CardScaling, "/scaling"),
        (set("/cutoffs/approve", json!(5)), Cause::CardCutoffs, "/cutoffs/approve"),
        (set("/bands/2/points_min", json!(1)), Cause::CardBands, "/bands/2"),
        (set("/bands/1/points_min", json!(10)), Cause::CardBands, "/bands/1"),
        (set("/pd_basis/kind", json!("calibrated")), Cause::CardPdBasis, "/pd_basis/kind"),
        (set("/characteristics", json!([])), Cause::CardEmpty, "/characteristics"),
        (set("/entity_types", json!([])), Cause::CardEmpty, "/entity_types"),
        (
            set("/characteristics/0/feature", json!("income_volatility")),
            Cause::CardDefinition,
            "/characteristics/0/feature",
        ),
        (
            add("", "definitions", json!({"no_such": "0".repeat(64)})),
            Cause::CardFeatureUnknown,
            "/definitions/no_such",
        ),
        (
            add("", "definitions", json!({"income_volatility": "0".repeat(64)})),
            Cause::CardDefinition,
            "/definitions/income_volatility",
        ),
    ]
}

#[test]
fn a_card_that_could_fail_or_lie_is_refused_at_its_place() {
    for (number, (change, cause, place)) in changes().into_iter().enumerate() {
        assert!(refusals(change).contains(&(cause, place.to_owned())), "case {number}: {cause:?} at {place}");
    }
    assert!(refusals(|_| ()).is_empty());
}

#[test]
fn development_counts_decide_whether_a_missing_bin_may_be_generous() {
    let developed = |goods: f64, bads: f64| {
        refusals(move |body| {
            body["characteristics"][0]["missing"] = json!({"points": 7});
            body["development"] = json!({
                "goods": 900.0, "bads": 100.0, "sample_sha256": "0".repeat(64), "mean_points": [6.0],
                "points_covariance": [[1.0]],
                "counts": [{
                    "attributes": [{"goods": 300, "bads": 40}, {"goods": 300, "bads": 30}, {"goods": 200, "bads": 29}],
                    "missing": {"goods": goods, "bads": bads},
                }],
            });
        })
    };
    // The 2.5 % quantile of Beta(100.5, 1.5) is 0.9547 > 0.9; that of Beta(10.5, 0.5) is 0.7828 < 0.9 (mpmath 1.4.1).
    assert!(developed(100.0, 1.0).is_empty());
    assert_eq!(
        developed(10.0, 0.0),
        [(Cause::CardMissingGenerous, "/characteristics/0/missing/points".to_owned())]
    );
}
