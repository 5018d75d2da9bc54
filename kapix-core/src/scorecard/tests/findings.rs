//! The codes of what a development found, in a card and on the page of the format.

use super::{body, card, numeric};
use crate::scorecard::DevelopmentFindingCode;
use serde_json::json;
use strum::VariantArray;

fn names() -> Vec<&'static str> {
    DevelopmentFindingCode::VARIANTS.iter().map(Into::into).collect()
}

/// A developed card with one finding.
fn with_finding(code: &str) -> serde_json::Value {
    let mut characteristic = numeric("x", &[500, 600]);
    characteristic["neutral_points"] = json!(600);
    let mut body = body(&[characteristic], 600, 500);
    let bin = json!({"goods": 10, "bads": 1});
    body["development"] = json!({
        "bads": 2, "goods": 20, "counts": [{"attributes": [bin, bin]}], "mean_points": [550],
        "points_covariance": [[2500]], "sample_sha256": "0".repeat(64),
        "findings": [{"code": code, "message": "one sentence"}],
    });
    body
}

#[test]
fn a_card_with_an_unknown_code_is_refused_with_the_names_that_are_known() {
    for name in names() {
        let card = card(&with_finding(name)).unwrap();
        let found = card.body.development.unwrap().findings[0].code;
        assert_eq!(serde_json::to_value(found).unwrap(), name);
    }
    let error = card(&with_finding("separated")).unwrap_err();
    assert_eq!(error.fields, ["/development/findings/0/code"]);
    let known = format!("expected one of `{}`; got a string of 9 bytes", names().join("`, `"));
    assert_eq!(error.message, known);
}

#[test]
fn the_page_of_the_format_lists_every_code() {
    const PAGE: &str = include_str!("../../../docs/ARTEFACT.md");
    let listed = PAGE.lines().find_map(|line| line.strip_prefix("The codes of findings: ")).unwrap();
    assert_eq!(listed, format!("`{}`.", names().join("`, `")));
}
