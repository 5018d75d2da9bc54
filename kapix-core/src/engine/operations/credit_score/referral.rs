//! What forbids the decision of the points.

use super::answer::{ReferralCode, ReferralReason};
use super::inputs::Inputs;
use super::null_reason::{NO_BALANCES, NO_MEAN};
use crate::cashflow::NullReason;
use crate::codes::AnswerCode;
use crate::domain::{Finding, FindingKind, Severity};
use crate::scorecard::{Card, Decision, Judged, MissingEffect};
use std::collections::BTreeSet;
use std::sync::Arc;
use strum::EnumMessage;

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
        if self.is_disputed || self.stale().is_some() || self.findings.iter().any(ends_early) {
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
            message: advice(ReferralCode::DataQuality),
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

    /// Returns the age of the data and the most that it may be, in days, where it is more.
    fn stale(&self) -> Option<(f64, u32)> {
        let age_days = self.inputs.age_days.zip(self.inputs.age_days_max);
        age_days.filter(|(age, most)| *age > f64::from(*most))
    }

    fn input_stale(&self) -> Option<ReferralReason> {
        let code = ReferralCode::InputStale;
        self.stale().map(|(age, most)| ReferralReason {
            code,
            fields: vec!["/as_of".to_owned()],
            inputs: Vec::new(),
            message: format!(
                "The data end `{age}` days before `as_of`, `{most}` at most. {}",
                if self.inputs.end_is_chosen { CHOSEN } else { OLD }
            ),
        })
    }

    fn missing_input(&self) -> Option<ReferralReason> {
        let positions = &self.judged.positions;
        let field = |position: &usize| format!("/explanation/characteristics/{position}");
        (self.judged.effect != MissingEffect::None).then(|| ReferralReason {
            code: ReferralCode::MissingInput,
            fields: positions.iter().map(field).collect(),
            inputs: inputs(self.card, positions.iter().copied()),
            message: self.bring(),
        })
    }

    /// Returns what to do about inputs: those that are missing are brought, a value that the development did not see is there
    /// already, and one that no data can give is nobody's to bring.
    fn bring(&self) -> String {
        let unseen = &self.judged.unseen;
        let is_unseen = |position: &usize| unseen.contains(position);
        let is_undefined = |position: &usize| self.inputs.null_reason(*position) == Some(NO_MEAN);
        let missing = || self.judged.positions.iter().copied().filter(|position| !is_unseen(position));
        let names = |positions: &mut dyn Iterator<Item = usize>| {
            let names = inputs(self.card, positions).into_iter().map(|name| format!("`{name}`"));
            Some(names.collect::<Vec<String>>().join(", ")).filter(|names| !names.is_empty())
        };
        let unseen = names(&mut unseen.iter().copied())
            .map(|names| format!("The value of {names} was not seen in development. {UNSEEN}"));
        let undefined = names(&mut missing().filter(is_undefined))
            .map(|names| format!("{names}: a mean of zero or below has no spread. {UNDEFINED}"));
        let has_no_balance = |position: &usize| self.inputs.null_reason(*position) == Some(NO_BALANCES);
        let balances = names(&mut missing().filter(has_no_balance))
            .map(|names| format!("{names}: {}", NullReason::NoBalances.remedy()));
        let is_brought = |position: &usize| !is_undefined(position) && !has_no_balance(position);
        let bring = names(&mut missing().filter(is_brought)).map(|names| format!("Bring {names}."));
        let all: Vec<String> = [unseen, undefined, balances, bring].into_iter().flatten().collect();
        all.join(" ")
    }

    fn no_cutoffs(&self) -> Option<ReferralReason> {
        let none = self.card.body.cutoffs.is_none();
        let code = ReferralCode::NoCutoffs;
        none.then(|| ReferralReason { code, fields: Vec::new(), inputs: Vec::new(), message: advice(code) })
    }
}

/// What to do where data are too old.
const OLD: &str = "Bring newer data.";
/// The same, where the applicant may have chosen the day on which they end.
const CHOSEN: &str = "Bring newer data or state `retrieved_at`.";

/// What to do where a value is none that the card knows.
const UNSEEN: &str = "Check how it is written; else a person decides.";

/// What to do where no data can give a value.
const UNDEFINED: &str = "A person decides.";

/// Returns what a reason says where it has no figures.
fn advice(code: ReferralCode) -> String {
    code.get_message().unwrap_or_default().to_owned()
}

/// Returns the names of the inputs of characteristics, each once, in card order.
pub(super) fn inputs(card: &Card, positions: impl Iterator<Item = usize>) -> Vec<Arc<str>> {
    let mut seen = BTreeSet::new();
    let names = positions.filter_map(|position| card.names(position));
    names
        .filter(|(_, feature)| seen.insert(Arc::clone(feature)))
        .map(|(_, feature)| Arc::clone(feature))
        .collect()
}
