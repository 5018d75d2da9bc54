//! The other reading of disputed rows: whether the decision hangs on them.

use super::context;
use super::inputs::Evidence;
use super::request::CreditScoreRequest;
use crate::cashflow;
use crate::domain::{Finding, Ledger, Severity};
use crate::scorecard::{Card, Decision};

/// Returns whether disputed rows, read the other way round, give another decision or none.
pub(super) fn differs(
    request: &CreditScoreRequest,
    card: &Card,
    (evidence, findings): (&Evidence<'_>, &[Finding]),
    decision: Decision,
) -> bool {
    let Some(other) = evidence.other_reading() else { return false };
    let accepted = |it: &Finding| it.severity != Severity::Disputed || card.body.accepts.contains(&it.kind);
    !findings.iter().all(accepted) && decide(request, card, evidence, other) != Some(decision)
}

fn decide(
    request: &CreditScoreRequest,
    card: &Card,
    evidence: &Evidence<'_>,
    other: &Ledger,
) -> Option<Decision> {
    let features = cashflow::features(other);
    let mut inputs = evidence.read(card, Some(&features));
    context::fill(request, card, (evidence, Some(&features)), &mut inputs).ok()?;
    let inputs = evidence.check_minimum(card, Some(&features), inputs).ok()?;
    let slots = card.place(&inputs.values, |_, feature| feature.to_owned()).ok()?;
    Some(card.judge(&slots).decide(card.decision(slots.points).unwrap_or(Decision::Refer)))
}
