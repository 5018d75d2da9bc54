//! What a run ends with.

use super::document::Outcome;
use crate::json_value::JsonValue;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::sync::Arc;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// What became of an application, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// Every reason for it, and every doubt, in the order of the steps.
    pub because: Vec<Because>,
    /// The rows that matched, in the order of the steps.
    pub matched: Vec<MatchedRule>,
    /// Inputs that have a value of the policy, since they are missing.
    pub assumed: Vec<Arc<str>>,
    /// What an approval grants.
    pub terms: Option<Terms>,
}

/// What an approval grants.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The amount, in minor units.
    pub amount_minor: i64,
    /// What the offer states beside it, by name.
    pub stated: BTreeMap<String, JsonValue>,
}

/// A row of a table that matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedRule {
    /// Number of the step, from 0.
    pub step: u32,
    /// Number of the row, from 0.
    pub row: u32,
}

/// One reason for an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Because {
    /// The outcome that it asks for.
    pub outcome: Outcome,
    /// Its code.
    pub code: ReasonCode,
    /// The step that gave it.
    pub step: Option<u32>,
    /// The row that gave it, or rows in doubt.
    pub rows: SmallVec<[u32; 2]>,
    /// Inputs that are missing or cannot be used.
    pub inputs: Vec<Arc<str>>,
    /// Where a referral goes.
    pub queue: Option<Arc<str>>,
}

/// The code of a reason: one of the policy's table, or one of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonCode {
    /// A code of the policy's `reasons`.
    Policy(Arc<str>),
    /// A doubt that the engine found.
    Doubt(PolicyDoubt),
}

/// Why the engine refers an application although no row says so.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumMessage,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PolicyDoubt {
    /// An input that could change the result is missing.
    #[strum(message = "Send the input, or state its `on_missing` in the policy.")]
    MissingInput,
    /// An input that could change the result is older than its `max_age_days`, or has no date.
    #[strum(message = "Send a newer value with its date, `{\"value\": ..., \"at\": ...}`.")]
    InputStale,
    /// An input that could change the result lies outside its range.
    #[strum(message = "Check the value, and the range in the policy.")]
    InputOutOfRange,
    /// An input is stated to be of another applicant, or an earlier result may not stand for a step.
    #[strum(
        message = "Send values of the applicant who asks; an earlier result must be theirs, of an artefact under `by_id`, and asked as the step asks."
    )]
    InputMismatch,
    /// A value that could change the result was divided by zero.
    #[strum(message = "Let a row before it refuse or refer where the divisor is zero.")]
    DivisionByZero,
    /// A value that could change the result is beyond what can be computed.
    #[strum(message = "Check the values, and state ranges for the inputs.")]
    Overflow,
    /// A value that could change the result does not exist, as the least of an empty list.
    #[strum(message = "Let a row before it decide where the value does not exist.")]
    NoValue,
    /// A step was refused, or did not give what the policy reads.
    #[strum(
        message = "Send what the operation needs: `steps` has its error, or in `missing` the pointers that its answer does not have."
    )]
    StepRefused,
    /// A step referred the application itself.
    #[strum(
        message = "`steps` names it. Its whole answer, with why, is in the record of the call, under `found`; or ask the operation itself."
    )]
    StepReferred,
    /// No row that approves, refers or declines matched.
    #[strum(message = "Add a row for such applications; `policy.check` shows the gap.")]
    NoRowMatched,
    /// Rows matched that must not match together.
    #[strum(message = "Let the rows exclude each other; `policy.check` shows the overlap.")]
    RowsDisagree,
    /// The requested amount lies above the limit.
    #[strum(message = "Ask for the amount of the counter-offer.")]
    AboveLimit,
}
