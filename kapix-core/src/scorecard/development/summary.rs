//! The figures of its validation that a card holds: those that an auditor asks for first.

use super::response::DevelopmentValidation;
use crate::fitting::ValidationReport;
use crate::json_value::JsonValue;
use std::collections::BTreeMap;

/// Returns AUC with its interval, KS, Brier score, log-loss and calibration by part of the sample.
pub(super) fn of(validation: &DevelopmentValidation) -> JsonValue {
    let parts = [
        ("cross", validation.cross.as_ref()),
        ("development", Some(&validation.development)),
        ("hold_out", validation.hold_out.as_ref()),
        ("out_of_time", validation.out_of_time.as_ref()),
    ];
    let present = parts.into_iter().filter_map(|(name, report)| Some((name.to_owned(), part(report?))));
    JsonValue::Object(present.collect())
}

fn part(report: &ValidationReport) -> JsonValue {
    let measures = report.calibration.as_ref();
    let interval = report.auc.and_then(|auc| auc.interval);
    let figures = [
        ("auc", report.auc.map(|auc| auc.value)),
        ("auc_lower", interval.map(|it| it.lower)),
        ("auc_upper", interval.map(|it| it.upper)),
        ("brier", measures.map(|it| it.brier.score)),
        ("calibration_in_the_large", measures.and_then(|it| it.in_the_large.as_ref()).map(|it| it.value)),
        ("calibration_slope", measures.and_then(|it| it.slope.as_ref()).map(|it| it.value)),
        ("ks", report.ks.map(|ks| ks.value)),
        ("log_loss", measures.and_then(|it| it.log_loss)),
    ];
    let number = |value: Option<f64>| value.map_or(JsonValue::Null, JsonValue::Number);
    let members: BTreeMap<String, JsonValue> =
        figures.into_iter().map(|(name, value)| (name.to_owned(), number(value))).collect();
    JsonValue::Object(members)
}
