//! What a reader of a developed card must know.

use super::candidates::Candidate;
use super::model::Model;
use super::request::ScorecardDevelopRequest;
use super::response::DevelopmentValidation;
use crate::error::{Detail, Error, escape_segment};
use crate::fitting::{
    Binning, BinningFinding, BinningFindingKind, BinningStatus, RowKind, ValidationReport, is_same_value,
};
use crate::json::Scalar;
use crate::scorecard::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use std::collections::BTreeMap;

/// Findings of one code that a card holds; the others are counted.
const OF_A_CODE_MAX: usize = 50;
/// What became of a bin that shows too little.
const UNSUPPORTED: &str = "a bin for missing, special or unseen values gets the neutral points: its rows do not show that it is safer than the sample";

/// Returns a finding; without `feature` it is about the fit.
pub(super) fn finding(code: Code, feature: Option<&str>, message: impl Into<String>) -> DevelopmentFinding {
    DevelopmentFinding { code, feature: feature.map(str::to_owned), message: message.into() }
}

/// Returns an error with the findings of some codes as details: what became of each column, the first of them in its
/// message.
pub(super) fn with_details(error: Error, findings: &[DevelopmentFinding], codes: &[Code]) -> Error {
    let own = findings.iter().filter(|own| codes.contains(&own.code));
    let detail = |own: &DevelopmentFinding| {
        let name = own.feature.as_deref()?;
        let field = format!("/columns/{}", escape_segment(name));
        Some(Detail { cause: error.cause, message: own.message.clone(), field })
    };
    let details: Vec<Detail> = own.filter_map(detail).take(OF_A_CODE_MAX).collect();
    let Some(first) = details.first() else { return error };
    let message = format!("{}: {}", error.message, first.message);
    let fields = details.iter().map(|detail| detail.field.clone()).collect();
    Error { message, fields, details, ..error }
}

/// Returns the findings that a card holds: the first fifty of each code, and how many more there are.
pub(super) fn of_a_card(findings: &[DevelopmentFinding]) -> Vec<DevelopmentFinding> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for own in findings {
        let count = counts.entry(own.code.into()).or_default();
        *count += 1;
        if *count <= OF_A_CODE_MAX {
            kept.push(own.clone());
        }
    }
    for (code, count) in counts.into_iter().filter(|(_, count)| *count > OF_A_CODE_MAX) {
        let last = findings.iter().find(|own| <&str>::from(own.code) == code).map(|own| own.code);
        let message = format!("`{}` more findings of this code", count - OF_A_CODE_MAX);
        kept.extend(last.map(|code| finding(code, None, message)));
    }
    kept
}

/// Adds that more than half of the rows are bad.
pub(super) fn mostly_bad(bad: &[u8], weight: Option<&[f64]>, findings: &mut Vec<DevelopmentFinding>) {
    let weight = |row: usize| weight.and_then(|own| own.get(row)).copied().unwrap_or(1.0);
    let all: f64 = (0..bad.len()).map(weight).sum();
    let bads: f64 = bad.iter().enumerate().filter(|(_, bad)| **bad == 1).map(|(row, _)| weight(row)).sum();
    if bads > all / 2.0 {
        let rate = bads / all;
        let message =
            format!("the bad rate is `{rate:.3}`: check that `bad` names the bad values of the target");
        findings.push(finding(Code::MostlyBad, None, message));
    }
}

/// Adds that a part of the sample is ranked the wrong way round.
pub(super) fn ranks_backwards(part: &str, report: &ValidationReport, findings: &mut Vec<DevelopmentFinding>) {
    if let Some(auc) = report.auc.as_ref().filter(|auc| auc.value < 0.5) {
        let message = format!(
            "the AUC of the {part} rows is `{:.3}`: bad rows have higher totals than good ones",
            auc.value
        );
        findings.push(finding(Code::RanksBackwards, None, message));
    }
}

/// Adds which parts outside the fit are ranked the wrong way round.
pub(super) fn note_ranks(validation: &DevelopmentValidation, findings: &mut Vec<DevelopmentFinding>) {
    for (part, report) in [
        ("cross-validated", &validation.cross),
        ("held-out", &validation.hold_out),
        ("out-of-time", &validation.out_of_time),
    ] {
        if let Some(report) = report {
            ranks_backwards(part, report, findings);
        }
    }
}

/// Adds what the binnings of the candidates found.
pub(super) fn note_binnings(
    request: &ScorecardDevelopRequest,
    (candidates, binnings): (&[Candidate<'_, '_>], &[Binning]),
    findings: &mut Vec<DevelopmentFinding>,
) {
    for (candidate, binning) in candidates.iter().zip(binnings) {
        let name = Some(candidate.name);
        if let Some(message) = not_binned(binning) {
            findings.push(finding(Code::NotBinned, name, message));
        }
        if candidate.settings.protected && candidate.settings.legal_basis.is_none() {
            let message = "is protected and states no legal basis: not in the card";
            findings.push(finding(Code::Protected, name, message));
        }
        for own in &binning.findings {
            if let Some((code, message)) = of_a_binning(own) {
                findings.push(finding(code, name, message));
            }
        }
        let own = candidate.settings.binning.special_values.iter().flatten();
        for value in own.filter(|value| !holds(binning, value)) {
            findings.push(special_idle(name, value));
        }
    }
    for value in request.binning.special_values.iter().flatten() {
        if !binnings.iter().any(|binning| holds(binning, value)) {
            findings.push(special_idle(None, value));
        }
    }
}

/// Names what became of columns that tell nothing apart by their values and stand in the card all the same.
pub(super) fn note_missing_only(
    model: &Model,
    candidates: &[Candidate<'_, '_>],
    findings: &mut [DevelopmentFinding],
) {
    let chosen: Vec<&str> =
        model.chosen.iter().filter_map(|place| candidates.get(*place)).map(|it| it.name).collect();
    let is_chosen = |own: &&mut DevelopmentFinding| {
        own.code == Code::NotBinned && own.feature.as_deref().is_some_and(|name| chosen.contains(&name))
    };
    for own in findings.iter_mut().filter(is_chosen) {
        own.code = Code::MissingOnly;
        own.message.push_str("; it stands in the card by its bins for missing, special or unseen values");
    }
}

/// Returns why a column has one attribute or none.
fn not_binned(binning: &Binning) -> Option<String> {
    let message = match binning.status {
        BinningStatus::Optimal => return None,
        BinningStatus::NoSplit => {
            let mut own = binning.findings.iter().filter(|own| own.kind == BinningFindingKind::NoSplit);
            return Some(match own.next().filter(|own| !own.constraints.is_empty()) {
                Some(own) => {
                    let names = own.constraints.join("`, `");
                    format!("has one attribute: relaxing one of `{names}` would allow a split")
                }
                None => "has one attribute: relaxing no limit alone would allow a split".to_owned(),
            });
        }
        BinningStatus::Constant => "has one value",
        BinningStatus::AllMissing => "has no values",
        BinningStatus::AllRare => "has only rare categories",
        BinningStatus::Infeasible => "no partition keeps the constraints: not in the card",
        BinningStatus::OneClass => "its rows are all good or all bad",
    };
    Some(message.to_owned())
}

/// Returns code and message of a finding of a binning; `None` where it is reported elsewhere.
fn of_a_binning(own: &BinningFinding) -> Option<(Code, String)> {
    Some(match own.kind {
        BinningFindingKind::FixedCutIdle => (Code::Binning, "fixed cut points separate no rows".to_owned()),
        BinningFindingKind::Infeasible => {
            (Code::Binning, format!("relaxing one of `{}` would do", own.constraints.join("`, `")))
        }
        BinningFindingKind::RareLevels => {
            let (share, number) = (own.share.unwrap_or_default(), own.count.unwrap_or_default());
            let message =
                format!("`{number}` categories with `{share}` of the weight are rare and count as unseen");
            (Code::RareCategories, message)
        }
        BinningFindingKind::Unsupported => (Code::PointsLowered, UNSUPPORTED.to_owned()),
        // The first is said of the column, the second is known only when the card is fitted.
        BinningFindingKind::NoSplit | BinningFindingKind::Together => return None,
    })
}

/// Returns whether a row holds a special value.
fn holds(binning: &Binning, value: &Scalar) -> bool {
    binning.table.rows.iter().any(|row| {
        row.kind == RowKind::Special
            && row.count > 0
            && row.value.as_ref().is_some_and(|own| is_same_value(own, value))
    })
}

fn special_idle(name: Option<&str>, value: &Scalar) -> DevelopmentFinding {
    let value = match value {
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => text.clone(),
        Scalar::Null | Scalar::Bool(_) => String::new(),
    };
    let whose = if name.is_some() { "of the column" } else { "of any column" };
    finding(Code::SpecialIdle, name, format!("no row {whose} holds the special value `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::{Code, finding, of_a_card};

    #[test]
    fn a_card_holds_fifty_findings_of_a_code_and_the_number_of_the_others() {
        let name = |number: usize| format!("x{number}");
        let mut findings: Vec<_> =
            (0..60).map(|number| finding(Code::ReasonTexts, Some(&name(number)), "made")).collect();
        findings.push(finding(Code::PdAssumed, None, "a rank"));
        let kept = of_a_card(&findings);
        assert_eq!(kept.len(), 52);
        assert_eq!(kept[49], findings[49]);
        assert_eq!(kept[50], findings[60]);
        assert_eq!(kept[51], finding(Code::ReasonTexts, None, "`10` more findings of this code"));
        assert_eq!(of_a_card(&findings[..50]), findings[..50]);
    }
}
