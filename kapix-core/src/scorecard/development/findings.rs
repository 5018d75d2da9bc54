//! What a reader of a developed card must know.

use crate::scorecard::body::{DevelopmentFinding, DevelopmentFindingCode};

/// Returns a finding; without `feature` it is about the fit.
pub(super) fn finding(
    code: DevelopmentFindingCode,
    feature: Option<&str>,
    message: impl Into<String>,
) -> DevelopmentFinding {
    DevelopmentFinding { code, feature: feature.map(str::to_owned), message: message.into() }
}
