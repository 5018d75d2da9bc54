//! What forbids the decision of the points.

use super::answer::{ReferralCode, ReferralReason};
use super::inputs::Inputs;
use crate::domain::{Finding, FindingKind, Severity};
use crate::scorecard::{Card, Decision, Judged, MissingEffect};
use std::sync::Arc;

/// What a decision rests on beside the points.
pub(super) struct Doubts<'d> {
    pub(super) card: &'d Card,
    pub(super) findings: &'d [Finding],
    /// The inputs that the last findings are about, one each.
    pub(super) meant: &'d [String],
    pub(super) inputs: &'d Inputs<'d>,
    pub(super) judged: &'d Judged,
    /// The other reading of disputed rows decides otherwise, or cannot score.
    pub(super) is_disputed: bool,
}

impl Doubts<'_> {
    /// Returns whatever forbids the decision of the points, with its places. What forbids an approval is reported even
    /// where the points decline.
    pub(super) fn reasons(&self) -> Vec<ReferralReason> {
        let found = [self.data_quality(), self.input_stale(), self.missing_input(), self.no_cutoffs()];
        found.into_iter().flatten().collect()
    }

    /// Returns the decision under these reasons. Data that are too old, or of which the end of an account is missing, or
    /// that two readings decide in two ways, decide nothing; any other doubt forbids an approval.
    pub(super) fn decide(&self, by_points: Decision, reasons: &[ReferralReason]) -> Decision {
        let ends_early = |it: &Finding| it.kind == FindingKind::EndsEarly && self.is_doubted(it);
        if self.is_disputed || self.is_stale() || self.findings.iter().any(ends_early) {
            return Decision::Refer;
        }
        let decision = self.judged.decide(by_points);
        if reasons.is_empty() { decision } else { decision.min(Decision::Refer) }
    }

    fn data_quality(&self) -> Option<ReferralReason> {
        let refers = |it: &Finding| self.is_doubted(it);
        let first_meant = self.findings.len() - self.meant.len();
        let doubtful: Vec<usize> =
            self.findings.iter().enumerate().filter(|(_, it)| refers(it)).map(|(index, _)| index).collect();
        let meant = doubtful.iter().filter_map(|index| self.meant.get(index.checked_sub(first_meant)?));
        (!doubtful.is_empty()).then(|| ReferralReason {
            code: ReferralCode::DataQuality,
            fields: doubtful.iter().map(|index| format!("/findings/{index}")).collect(),
            inputs: meant.map(|name| Arc::from(name.as_str())).collect(),
        })
    }

    /// Returns whether a finding refers: its kind does, or the two readings differ, and the card does not accept it.
    fn is_doubted(&self, finding: &Finding) -> bool {
        let refers = match finding.severity {
            Severity::Refer => true,
            Severity::Disputed => self.is_disputed,
            Severity::Info => false,
        };
        refers && !self.card.body.accepts.contains(&finding.kind)
    }

    fn is_stale(&self) -> bool {
        self.inputs.age_days_max.zip(self.inputs.age_days).is_some_and(|(most, age)| age > f64::from(most))
    }

    fn input_stale(&self) -> Option<ReferralReason> {
        self.is_stale().then(|| ReferralReason {
            code: ReferralCode::InputStale,
            fields: vec!["/as_of".to_owned()],
            inputs: Vec::new(),
        })
    }

    fn missing_input(&self) -> Option<ReferralReason> {
        let positions = &self.judged.positions;
        let field = |position: &usize| format!("/explanation/characteristics/{position}");
        let name = |position: &usize| self.card.names(*position).map(|(_, feature)| Arc::clone(feature));
        (self.judged.effect != MissingEffect::None).then(|| ReferralReason {
            code: ReferralCode::MissingInput,
            fields: positions.iter().map(field).collect(),
            inputs: positions.iter().filter_map(name).collect(),
        })
    }

    fn no_cutoffs(&self) -> Option<ReferralReason> {
        let none = self.card.body.cutoffs.is_none();
        let reason = ReferralReason { code: ReferralCode::NoCutoffs, fields: Vec::new(), inputs: Vec::new() };
        none.then_some(reason)
    }
}
