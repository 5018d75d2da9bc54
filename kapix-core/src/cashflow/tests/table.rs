//! The table of definitions: its order, its hashes, its page docs/methods/cash_flow.md, and the form of an analysis.

use super::given::{account, ledger};
use crate::canonical;
use crate::cashflow::{DEFINITIONS, FeatureId, NullReason, Selection, Unit, definition, features};
use crate::codes::AnswerCode;
use serde_json::json;
use std::fmt::Write;

const METHODS: &str = include_str!("../../../docs/methods/cash_flow.md");

#[test]
fn names_ascend_and_lead_to_their_definition() {
    assert!(DEFINITIONS.is_sorted_by(|one, two| one.name < two.name));
    for (id, entry) in FeatureId::all().zip(DEFINITIONS) {
        assert_eq!(FeatureId::of(entry.name), Some(id));
        assert_eq!(definition(entry.name).unwrap().name, entry.name);
        assert_eq!(
            entry.name.ends_with("_minor") || entry.name.contains("_minor_"),
            entry.unit == Unit::Minor
        );
        assert!(entry.nulls.is_sorted_by(|one, two| one.as_str() < two.as_str()), "{}", entry.name);
    }
    assert_eq!(FeatureId::all().count(), DEFINITIONS.len());
    assert!(definition("balance").is_none());
}

#[test]
fn wire_names_ascend_and_are_those_of_serde() {
    assert!(NullReason::all().is_sorted_by(|one, two| one.as_str() < two.as_str()));
    assert!(Selection::ALL.is_sorted_by(|one, two| one.as_str() < two.as_str()));
    for reason in NullReason::all() {
        assert_eq!(json!(reason), json!(reason.as_str()));
    }
    for selection in Selection::ALL {
        assert_eq!(json!(selection), json!(selection.as_str()));
    }
    for entry in DEFINITIONS {
        assert_eq!(json!(entry.unit), json!(entry.unit.as_str()));
    }
}

#[test]
fn a_hash_covers_name_semantics_unit_and_window() {
    for entry in DEFINITIONS {
        let meaning = json!({"name": entry.name, "semantics": entry.semantics, "unit": entry.unit, "window": entry.window_days});
        assert_eq!(entry.hash(), canonical::hash(&meaning).unwrap());
    }
}

#[test]
fn hashes_change_only_with_a_meaning() {
    // A formula, null rule or selection that changes needs a new `semantics` number, and its new hash here:
    // cards that were built on the old meaning are then refused.
    let hashes: Vec<(&str, String)> =
        DEFINITIONS.iter().map(|entry| (entry.name, entry.hash().to_string())).collect();
    let pinned: Vec<(&str, String)> = PINNED.iter().map(|(name, hash)| (*name, (*hash).to_owned())).collect();
    assert_eq!(hashes, pinned);
}

/// SHA-256 by Python's hashlib over `json.dumps(..., sort_keys=True, separators=(",", ":"))`.
const PINNED: [(&str, &str); 33] = [
    ("active_days_share_90d", "cff82378f3915c50ef14a71c641fc19a2932a9e2b53265f3695324d4b2b6a19c"),
    ("balance_last_minor", "f839418c051ae1ed5bdd076c590a3d947f42fc0419327076607c107859c9cef5"),
    ("balance_mean_minor_90d", "74d565f045ef191b39fa5a71c532cf35f122e7fe9d17bd8283959ef04b2bafd2"),
    ("balance_min_minor_90d", "2e224ce0fc94a348655e7b48aba9f097fd03a6fbb66579908c4cbeb3f511fbbc"),
    ("balance_min_to_outflow_ratio_90d", "5dce2dddb9852efd40ab34b5066fb4f8d71ef0f14f288dd022178a2ed7f84654"),
    ("balance_outflow_days", "8b740b30b85fd7b89dc7010755b33f6f58503f27f65cfa61858fa73661d77a71"),
    ("balance_trend_90d", "d3ef7492b8f0a2fb651a2977d553ed9e71069f294edc91d6efcd0b3d22a847e4"),
    ("balance_variability", "86c482a26980ce405506828a493e1cd7d4563686fcaa44028302085bd28dc5bb"),
    ("counterparties_90d", "d0e2a936562493a828d1ce53d4a9f291543eecf977657c39ef8a4e287c9301ab"),
    ("coverage_age_days", "ac8ff18e1418212fa443182987de73a22dc8f5ade096da1d21cce194f40b63e3"),
    ("credits_90d", "3bc7199b3ca7ea244fca9afa52311e25837fd1d9e0e6479a916a7b4f27f9726b"),
    ("days_since_last_income", "635f3ce5701fd90dae9337d486267db86a6a0d8f97e69d727c4acee6573185f4"),
    ("days_since_last_transaction", "60a58f3123e05e9f92d667b4155c883ec78b2a238094d7dc10cb2d8a105807f3"),
    ("debits_90d", "5b1e44d5e20a0559a7edadfc16e1232d72bfe00d93ed033ecaaf9308ab2633d3"),
    ("history_days", "4684e087bcecaaf5fe9b75a36f966ce8a77686476df6e5684b0bff4f561d5fd4"),
    ("history_transactions", "c24a5974495b41898c0060d07171741ca450c8e7751c76a8496cfcfb98bebbc0"),
    ("income_mean_monthly_minor", "5723323058d0e502182fbc2cb2f25e08a5dc69eb1361cbc74fcf904df3b570d1"),
    ("income_minor_90d", "ea75834a97e0055de49f4b1b29eddfa2f09887964869c0e4172c24aab11f636a"),
    ("income_months_share", "6e48dddd281eb76fb89281c633238b18de8bd34f67ed110957fc468c83c33cd8"),
    ("income_top_payer_share_180d", "51f21ed60ca03d66fd871066b7f514ee546320852c3a5096e6be3e7a27bdc742"),
    ("income_trend", "0fbe523cb482298bebdb77f8dc4962872e8e43be546c37e0ba4d0e1fbc7107c3"),
    ("income_volatility", "6dba2cab1465da30a1d831ca08cceec0737c53cebb3496bba449f3459eeeedde"),
    ("inflow_minor_90d", "d94e986db28290c7ec30aeb4b8584b1e7ec5cd5726648a5d97f16b77f0e3e44e"),
    ("inflow_outflow_ratio_90d", "090c0b9a2ac2097c2234ca5fa767f22ba2f745b2fa69281d8f580d14d9da0858"),
    ("longest_gap_days_90d", "44f690446f8af1148e2abb3b20df5b3b1c1778fff63597235ebda270c2881a6d"),
    ("low_balance_days_share_90d", "9b04de1004e94c905393940fc74ca2b49eb58a8723026aa77f4ffd69d40253c3"),
    ("negative_balance_days_90d", "7a655376b5bb6e8ccadddd556f27600130c5d88a094925d6f8115b7d59a2d848"),
    ("negative_net_months_share", "427ec57aec66f6c5bdc9e6e22661e2f1fd5df1a2a3ed6107e512e1114396fe14"),
    ("net_flow_minor_90d", "50d018815febe2b61d5ad3868d10ad4daee3384c30d29e0c32aaf908aeca4ed1"),
    ("net_flow_to_inflow_90d", "c2f701012f15238c72c8e680094cb86421c0abc34b6aed9ce462ad8dce905f60"),
    ("outflow_minor_90d", "45ebd9f3367588ba87d2c28cb6a4adaa66b2692aeac7e7d7a2a86e1aff9e2f34"),
    (
        "outflow_top_counterparty_share_90d",
        "79ac1836e028a6e9fe8c57fb22f7f4af745bffe66e97d523c325ad4c849c1f83",
    ),
    ("transactions_90d", "d554e1a99d58db302ad0f45e4839cb681ab401c3790950dc798cbde41c2f102c"),
];

#[test]
fn the_chapter_of_methods_is_the_table() {
    let mut chapter = String::from("| name | unit | window | formula | null when |\n|---|---|---|---|---|\n");
    for entry in DEFINITIONS {
        let window = entry.window_days.map_or_else(|| "-".to_owned(), |days| format!("{days} d"));
        let nulls: Vec<&str> = entry.nulls.iter().map(|reason| reason.as_str()).collect();
        let (name, unit, formula, nulls) = (entry.name, entry.unit.as_str(), entry.formula, nulls.join(", "));
        writeln!(chapter, "| `{name}` | {unit} | {window} | {formula} | {nulls} |").unwrap();
    }
    assert!(METHODS.contains(&chapter), "docs/methods/cash_flow.md must hold:\n{chapter}");
    let mut reasons = String::from("| reason | meaning |\n|---|---|\n");
    for reason in NullReason::all() {
        writeln!(reasons, "| `{}` | {} |", reason.as_str(), reason.meaning()).unwrap();
    }
    assert!(METHODS.contains(&reasons), "docs/methods/cash_flow.md must hold:\n{reasons}");
}

#[test]
fn an_analysis_lists_features_and_the_rows_of_each_selection() {
    let rows = [
        ("2026-01-25", 3_000, None, true),
        ("2026-03-02", -500, None, false),
        ("2026-03-03", -1, None, false),
    ];
    let ledger = ledger(vec![
        account(("2025-10-01", "2026-03-31"), Some(1_000), &[]),
        account(("2025-10-01", "2026-03-31"), Some(1_000), &rows),
    ]);
    let analysis = features(&ledger).analysis();
    let document = serde_json::to_value(&analysis).unwrap();
    assert_eq!(document["features"].as_array().unwrap().len(), DEFINITIONS.len());
    assert_eq!(
        document["features"][1],
        json!({
            "definition": definition("balance_last_minor").unwrap().hash().to_string(),
            "name": "balance_last_minor",
            "selection": "last_balance",
            "unit": "minor",
            "value": 4_499.0,
            "window_days": 1,
        })
    );
    assert_eq!(document["features"][8]["null_reason"], "no_counterparties");
    assert_eq!(document["features"][8]["value"], json!(null));
    assert_eq!(
        document["selections"]["debits_90d"],
        json!([{"pointer": "/data/bank/accounts/1", "rows": [[1, 2]]}])
    );
    assert!(
        analysis.features.iter().all(|feature| analysis.selections.contains_key(feature.selection.as_str()))
    );
}
