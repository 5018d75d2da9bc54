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
    ("active_days_share_90d", "8d6c173bb266d736cc5552e387b67d7b281fb3a98355f201eda4ef00c292e69d"),
    ("balance_last_minor", "e54a1f5b7b9de265140ecdf074a78575533b68245ad9fd69936c11a3def1a6e3"),
    ("balance_mean_minor_90d", "a187ef117bcc42287d9c18cd6dd36830232cb17cc0b903a14f6e4fab9c1bc435"),
    ("balance_min_minor_90d", "1864e5930a177efeeee0be6c8a7cad0f813250ba74f5652d4f405a4445774c53"),
    ("balance_min_to_outflow_ratio_90d", "a15e05c670207b501acc2c9be799ba1cc14c1354d6c7480b6bbb0f642643a271"),
    ("balance_outflow_days", "e3a6a861ea8ab8c586e8a790699044f2ed636443010fc82ddc7b65cf18f0c0ad"),
    ("balance_trend_90d", "c0c90caf97d206ae29e025e10fe3ee0127f89b3d7bad493ab53b6fb3eafa45a3"),
    ("balance_variability", "c723858927df119434816e7c8c45ffb5de040f9218f9241cbdfc1c41540865eb"),
    ("counterparties_90d", "c15a5b357b7b41f8481f38e7a29f7ae4d560dd7d5af67814a25cbad036baefdf"),
    ("coverage_age_days", "878d6644e9028b37779bdfc31b2e01bbf0c48aab6f3c74169c6d98af13823385"),
    ("credits_90d", "bbf48dd7da67081ccbc7765eef5bcaa225352a2b0b1a1de61febb72dabc12f07"),
    ("days_since_last_income", "6318ea89189c7a21b64a7ca97eeb38ed412c0a027d56d2296513990b8f2663db"),
    ("days_since_last_transaction", "d68c15050039e3334a0615178e57afdeaa3902dcda793be3c3bb74bda4fa5617"),
    ("debits_90d", "005b138d69149f6f0a4c6687eeba9fae79ca6a3522129053730630e3964a34f3"),
    ("history_days", "c42351f8bb3726fbb7f879ac4da3651165f5f4e2060a0f96917b69a2fb31ed1d"),
    ("history_transactions", "04249d31bdc2017d799f13dab568130ec15d915f46201c402a837ccf9ab1cb16"),
    ("income_mean_monthly_minor", "bb533e91e59217e95a5e8bdfbcf0023bdda5d9b3ffb2cf0654dd1405af1e7e04"),
    ("income_minor_90d", "cb06d1d6b74f7d5847e58b866a8623bf37d096f7d46e9d42935a972cee09a52d"),
    ("income_months_share", "faa8a56c0e92920e9412c9fdc5e2fbe3f9b1fd8a09f247e83a6c12f3c623ad7a"),
    ("income_top_payer_share_180d", "f6dd9d8f9281078bbcdbbb9e60e510a9aad7ba0de7820b0efee7e106d43bd7fc"),
    ("income_trend", "5f776b7299829249cde7e1482fbda43b4276778fb91345457bfb2c04981e62c8"),
    ("income_volatility", "cadbeea7cbe522ebe825b43019ff196aed7d7862e46c9da4bbf27ddcaee50b70"),
    ("inflow_minor_90d", "38ed6e26d39e57b8b6522a7f87d706e04b82f49dde85bd61ad93e57165773394"),
    ("inflow_outflow_ratio_90d", "16f4d5f26f79ccc31634b9e841d26497b47e0dfe571875d18d1699bca1c26ed4"),
    ("longest_gap_days_90d", "13fbc5b1f801657d9abbb8529b1dfab9aee6cce2d4a754a87619fc44b8b763b3"),
    ("low_balance_days_share_90d", "66a98617d6e4382fb3b8ec628d9337436aa9bec785b4a0801e15c74584d1c624"),
    ("negative_balance_days_90d", "dbb7f67b14ae6dc66368d71fc2194a1b8581eb6f4a6c89e6e053a6f619ac44ba"),
    ("negative_net_months_share", "7ec8e455ec57c04cc4240a5f4d6df8d73f0658e75f5a77122a15bc4424cbeac7"),
    ("net_flow_minor_90d", "c7917de06870c484863dd2f4e90a6c7bb6673726241b26e169beec20a65572ba"),
    ("net_flow_to_inflow_90d", "29b0015a7353644ecb4547639cc479d20870be11e3ec2f674cd7117cef3bcaed"),
    ("outflow_minor_90d", "bac61839fce9760ff340a27668cbf179b6e390ebaadc275ead62833f15b449f8"),
    (
        "outflow_top_counterparty_share_90d",
        "9aa815516527c943b8709c3148bb42212daf9af20615e858d2d192e95fa9cf10",
    ),
    ("transactions_90d", "307556a7e9417011e6a40aab22acdf4aa3203331f7bf2d231982ceec24501cb5"),
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
