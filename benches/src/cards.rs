//! Cards made in code: 20 numeric characteristics of 8 attributes each, as an expert wrote them or as a development
//! left them, and inputs for them.

use kapix_core::{
    Limits,
    cashflow::{DEFINITIONS, Unit},
    scorecard::{Card, CardBody},
};
use serde_json::{Value, json};
use std::io;

/// Characteristics of a card.
pub const CHARACTERISTICS: u32 = 20;
/// Attributes of a characteristic.
pub const ATTRIBUTES: u32 = 8;
/// Inputs of the card over cash flow: their names, so that a new feature changes no measured card.
const CASHFLOW: [&str; 20] = [
    "active_days_share_90d",
    "balance_last_minor",
    "balance_min_minor_90d",
    "balance_min_to_outflow_ratio_90d",
    "balance_trend_90d",
    "counterparties_90d",
    "coverage_age_days",
    "days_since_last_income",
    "debits_90d",
    "history_days",
    "income_mean_monthly_minor",
    "income_months_share",
    "income_top_payer_share_180d",
    "income_volatility",
    "inflow_outflow_ratio_90d",
    "longest_gap_days_90d",
    "negative_balance_days_90d",
    "net_flow_minor_90d",
    "net_flow_to_inflow_90d",
    "outflow_top_counterparty_share_90d",
];

/// How the points of a card came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By judgement: no development record, no PD.
    Expert,
    /// By development: means, covariances and a calibrated PD.
    Developed,
}

/// What the inputs of a card are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// Numbers of the host's, `input_00` and on, each within 0..1,000.
    Numbers,
    /// Categories of the host's, `input_00` and on, `c0` to `c7`.
    Categories,
    /// Features of the cash flow.
    Cashflow,
}

/// Returns the artefact of a card.
pub fn artefact(origin: Origin, inputs: Inputs) -> Value {
    let indices = || 0..CHARACTERISTICS;
    let features: Vec<String> = indices().map(|index| feature(inputs, index)).collect();
    let reasons: serde_json::Map<String, Value> = indices()
        .map(|index| (format!("R{index:02}"), json!({"adverse": "too low", "favourable": "high enough"})))
        .collect();
    let cashflow =
        DEFINITIONS.iter().filter(|definition| features.iter().any(|name| name == definition.name));
    let definitions: serde_json::Map<String, Value> =
        cashflow.map(|definition| (definition.name.to_owned(), json!(definition.hash()))).collect();
    let kind = if origin == Origin::Developed { "calibrated" } else { "assumed" };
    let mut body = json!({
        "bands": [
            {"id": "A", "points_min": 560}, {"id": "B", "points_min": 500}, {"id": "C", "points_min": 440},
            {"id": "D", "points_min": null}
        ],
        "base_points": 300,
        "characteristics": indices().map(|index| characteristic(inputs, index)).collect::<Vec<_>>(),
        "cutoffs": {"approve": 520, "refer": 460},
        "definitions": definitions,
        "entity_types": ["individual"],
        "minimum": {"history_days": 0, "transactions": 0},
        "pd_basis": {
            "kind": kind, "horizon_days": 365, "default_definition": "90 days past due", "population": "made in code"
        },
        "reasons": reasons,
        "scaling": {"points0": 500, "odds0": 30, "pdo": 20}
    });
    if let (Origin::Developed, Some(members)) = (origin, body.as_object_mut()) {
        members.insert("development".to_owned(), development());
    }
    json!({
        "kapix": 1, "kind": "scorecard", "id": "bench", "version": "1.0.0",
        "provenance": {
            "limitations": "decides nothing", "owner": "kapix", "population": "made in code",
            "purpose": "benchmarks", "status": "draft"
        },
        "body": body
    })
}

/// Returns the card alone, proved.
pub fn card(origin: Origin, inputs: Inputs) -> io::Result<Card> {
    let artefact = artefact(origin, inputs);
    let body: CardBody = serde_json::from_value(artefact.get("body").cloned().unwrap_or_default())?;
    Card::load(body, &Limits::default()).map_err(io::Error::other)
}

/// Returns the name of an input.
pub fn feature(inputs: Inputs, index: u32) -> String {
    let place = usize::try_from(index).unwrap_or_default();
    match (inputs, CASHFLOW.get(place)) {
        (Inputs::Cashflow, Some(name)) => (*name).to_owned(),
        _ => format!("input_{index:02}"),
    }
}

/// Returns `count` numbers below `below`, always the same ones for a seed (the multiplier of Knuth's MMIX).
pub fn numbers(seed: u64, count: usize, below: u32) -> impl Iterator<Item = u32> {
    let mut state = seed;
    (0..count).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = u32::try_from(state >> 40).unwrap_or_default();
        high % below
    })
}

/// Points fall and rise with the attribute so that reasons of both directions occur.
fn points(index: u32, attribute: u32) -> i64 {
    i64::from((index * 7 + attribute * 5 + attribute * index % 3) % 41) - 10
}

fn cut(inputs: Inputs, index: u32, attribute: u32) -> f64 {
    let share = f64::from(attribute * 125 - index) / 1000.0;
    let definition = DEFINITIONS.iter().find(|definition| definition.name == feature(inputs, index));
    match definition.map(|definition| definition.unit) {
        Some(Unit::Minor) => share * 4_000_000.0,
        Some(Unit::Count) => share * 300.0,
        Some(Unit::Days) => share * 90.0,
        Some(Unit::Ratio) => share * 4.0,
        Some(Unit::Share) => share,
        None => share * 1000.0,
    }
}

fn characteristic(inputs: Inputs, index: u32) -> Value {
    let attribute = |attribute: u32| {
        let woe = f64::from(attribute) / 4.0 - 1.0;
        let mut own = json!({"points": points(index, attribute), "woe": woe});
        let Some(members) = own.as_object_mut() else { return own };
        if inputs == Inputs::Categories {
            members.insert("categories".to_owned(), json!([format!("c{attribute}")]));
            return own;
        }
        if attribute > 0 {
            members.insert("lower".to_owned(), json!(cut(inputs, index, attribute)));
        }
        if attribute + 1 < ATTRIBUTES {
            members.insert("upper".to_owned(), json!(cut(inputs, index, attribute + 1)));
        }
        own
    };
    json!({
        "id": format!("c{index:02}"),
        "feature": feature(inputs, index),
        "kind": if inputs == Inputs::Categories { "categorical" } else { "numeric" },
        "attributes": (0..ATTRIBUTES).map(attribute).collect::<Vec<_>>(),
        "missing": {"points": -5, "woe": -0.5},
        "neutral_points": 8,
        "reason": format!("R{index:02}"),
    })
}

fn development() -> Value {
    let mean = |index: u32| (0..ATTRIBUTES).map(|it| points(index, it)).sum::<i64>() / i64::from(ATTRIBUTES);
    let matrix = |size: u32, diagonal: f64, off: f64| -> Vec<Vec<f64>> {
        (0..size).map(|i| (0..size).map(|j| if i == j { diagonal } else { off }).collect()).collect()
    };
    let bins: Vec<Value> =
        (0..ATTRIBUTES).map(|it| json!({"goods": 1_000 + 100 * it, "bads": 100})).collect();
    json!({
        "bads": 800.0,
        "calibration": {
            "curve": {"logit": {"intercept": 0.05, "slope": 0.95}}, "outside_rows": 5_000, "outside_bads": 400
        },
        "coefficient_covariance": matrix(CHARACTERISTICS + 1, 0.004, 0.0002),
        "counts": vec![json!({"attributes": bins, "missing": {"goods": 50.0, "bads": 10.0}}); 20],
        "goods": 10_800.0,
        "mean_points": (0..CHARACTERISTICS).map(mean).collect::<Vec<_>>(),
        "means_at_cutoff": (0..CHARACTERISTICS).map(|it| mean(it) + 1).collect::<Vec<_>>(),
        "points_covariance": matrix(CHARACTERISTICS, 90.0, 12.0),
        "sample_sha256": "00".repeat(32),
    })
}

#[cfg(test)]
mod tests {
    use super::{CASHFLOW, CHARACTERISTICS, DEFINITIONS};

    #[test]
    fn every_cash_flow_input_is_a_feature() {
        let known = CASHFLOW.iter().filter(|name| DEFINITIONS.iter().any(|known| known.name == **name));
        assert_eq!(known.count(), usize::try_from(CHARACTERISTICS).unwrap());
    }
}
