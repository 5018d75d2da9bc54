//! The document of a policy, as it is written. [`super::Policy`] is what it becomes once it is proved.

use crate::json_value::JsonValue;
use crate::money::Currency;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// The body of an artefact of kind `policy`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyBody {
    /// Whether all steps run after a knock-out, so that a decline has every reason; false: the first one ends the run.
    #[serde(default)]
    pub all_reasons: bool,
    /// Currency of every amount that states no other.
    pub currency: Option<Currency>,
    /// When it may decide.
    #[serde(default)]
    pub effective: EffectiveBody,
    /// What it reads, by name.
    pub inputs: BTreeMap<String, InputBody>,
    /// Country whose rules it is checked against, ISO 3166-1 alpha-2.
    pub jurisdiction: Option<String>,
    /// The amount that an approval grants, and its terms.
    pub offer: Option<OfferBody>,
    /// Whether and how long people may decide otherwise.
    #[serde(rename = "override")]
    pub overriding: Option<OverrideBody>,
    /// The texts of its reasons, by code.
    pub reasons: BTreeMap<String, ReasonBody>,
    /// What it does, in order.
    pub steps: Vec<StepBody>,
    /// Cases with what must come of them.
    #[serde(default)]
    pub tests: Vec<TestBody>,
}

/// From when until when a policy may decide.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EffectiveBody {
    /// The first instant.
    pub from: Option<Instant>,
    /// The first instant at which it may no longer.
    pub until: Option<Instant>,
}

/// One input.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputBody {
    /// Currency of an amount; that of the policy without it.
    pub currency: Option<Currency>,
    /// What it is, in one sentence.
    pub description: Option<String>,
    /// What the value is, for the rules of a jurisdiction.
    #[serde(default)]
    pub ground: Ground,
    /// Whether it is a list of values.
    #[serde(default)]
    pub list: bool,
    /// The largest value.
    pub max: Option<f64>,
    /// Calendar days of UTC that a value may be old; such a value must be dated.
    pub max_age_days: Option<u32>,
    /// The most values of a list, at most 10,000; 1,000 without it.
    pub max_items: Option<u32>,
    /// The least value.
    pub min: Option<f64>,
    /// Whether the applicant can change it, true without it: what would change the decision names only such inputs.
    #[serde(default = "yes")]
    pub movable: bool,
    /// What becomes of an application that lacks it where it matters.
    #[serde(default)]
    pub on_missing: OnMissing,
    /// Whether no rule may read it: it is for the figures of groups only.
    #[serde(default)]
    pub protected: bool,
    /// Type of its values.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// What one is.
    pub unit: Option<String>,
    /// The texts that it may have.
    pub values: Option<Vec<String>>,
}

const fn yes() -> bool {
    true
}

/// Type of an input, of the result of a step, and of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum InputType {
    /// `true` or `false`.
    Boolean,
    /// A civil date.
    Date,
    /// A whole number.
    Integer,
    /// Whole minor units of a currency.
    Money,
    /// A 64-bit float.
    Number,
    /// A text.
    Text,
}

/// What becomes of an application where a missing input could change the result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// It is referred with MISSING_INPUT.
    #[default]
    Refer,
    /// It is declined with this reason.
    Decline(String),
    /// The input has this value. The answer lists it as assumed.
    Value(JsonValue),
    /// The row does not match.
    Skip,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepBody {
    /// Another operation is asked.
    Call(CallBody),
    /// A value is computed.
    Derive(DeriveBody),
    /// A table decides.
    Table(TableBody),
}

impl StepBody {
    /// Returns its name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Call(call) => &call.name,
            Self::Derive(derive) => &derive.name,
            Self::Table(table) => &table.name,
        }
    }

    /// Returns the names that later steps read it by.
    pub(super) fn gives(&self) -> Vec<String> {
        match self {
            Self::Call(call) => call.results.keys().map(|it| format!("{}.{it}", call.name)).collect(),
            Self::Derive(derive) => vec![derive.name.clone()],
            Self::Table(table) => table.outputs.keys().map(|it| format!("{}.{it}", table.name)).collect(),
        }
    }
}

/// A value that is computed from others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeriveBody {
    /// The expression.
    pub expression: String,
    /// Its name.
    pub name: String,
}

/// Which earlier results may stand for a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByIdBody {
    /// The artefacts that may have made them, each as `id` or `id@version`.
    pub artefacts: Vec<String>,
    /// Days that a result may be old, 1 to 3,660: from when it was recorded, and from the last day of its data.
    pub max_age_days: u32,
}

/// An operation on the applicant whose result later steps read.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    /// Members of its request that are the same for every applicant.
    #[serde(default)]
    pub arguments: BTreeMap<String, JsonValue>,
    /// Which earlier results may stand for the step, where an application brings one by its id; without it none may.
    pub by_id: Option<ByIdBody>,
    /// Its name: results are read as `NAME.RESULT`.
    pub name: String,
    /// The operation.
    pub operation: String,
    /// What is read of its answer, by name.
    pub results: BTreeMap<String, ResultBody>,
    /// Expressions whose values enter its request, by JSON pointer.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// One value of the answer of a step.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultBody {
    /// Currency of an amount; that of the policy without it.
    pub currency: Option<Currency>,
    /// What the value is, for the rules of a jurisdiction.
    #[serde(default)]
    pub ground: Ground,
    /// Where it stands in the answer, as JSON pointer.
    pub pointer: String,
    /// Type of the value.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// The texts that it may have.
    pub values: Option<Vec<String>>,
}

/// A decision table.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableBody {
    /// Expressions whose values the cells of each row test, in their order.
    pub columns: Vec<String>,
    /// How rows that match become a result.
    pub hit: HitPolicy,
    /// Its name: outputs are read as `NAME.OUTPUT`.
    pub name: String,
    /// What rows give beside outcome, reason and queue.
    #[serde(default)]
    pub outputs: BTreeMap<String, OutputBody>,
    /// The rows.
    pub rules: Vec<RuleBody>,
}

/// How rows that match become a result (OMG, DMN 1.5, section 8.2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitPolicy {
    /// One row matches at most; two refer.
    Unique,
    /// Rows that match say the same; rows that differ refer.
    Any,
    /// The first row that matches.
    First,
    /// The row whose output comes first in the order of its values.
    Priority,
    /// All rows, in their order.
    RuleOrder,
    /// All rows, in the order of the values of their output.
    OutputOrder,
    /// All rows; numbers are joined by the aggregate of their output.
    Collect,
}

/// What the rows of a table give beside an outcome.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputBody {
    /// How the values of several rows become one; `collect` needs it.
    pub aggregate: Option<CollectBy>,
    /// Currency of an amount; that of the policy without it.
    pub currency: Option<Currency>,
    /// Type of the value.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// Its values, the one of the highest priority first; `priority` and `output_order` read the first output that has them, or else the outcome.
    pub priority: Option<Vec<JsonValue>>,
}

/// How the values of several rows become one (OMG, DMN 1.5, section 8.2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectBy {
    /// Their sum, 0 of none.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// How many rows matched.
    Count,
}

/// One row.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleBody {
    /// Its name in the table; `rule_N`, counted from 1, without it.
    pub id: Option<String>,
    /// Why it is there.
    pub note: Option<String>,
    /// What it gives.
    pub then: ThenBody,
    /// The cells, one a column.
    pub when: Vec<String>,
}

/// What a row gives.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThenBody {
    /// What it says of the application.
    pub outcome: Option<Outcome>,
    /// Values of the outputs: numbers, truth values, and expressions as text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, JsonValue>,
    /// To whom a referral goes.
    pub queue: Option<String>,
    /// Why; a decline and a referral need it.
    pub reason: Option<String>,
}

/// What becomes of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// It is granted.
    Approve,
    /// A person decides.
    Refer,
    /// It is refused.
    Decline,
}

impl Outcome {
    /// Returns the outcome as it is written on the wire.
    ///
    /// ```
    /// use kapix_core::policy::Outcome;
    ///
    /// assert_eq!(Outcome::Refer.as_str(), "refer");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refer => "refer",
            Self::Decline => "decline",
        }
    }
}

/// The amount that an approval grants, and its terms.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferBody {
    /// What becomes of a request above the limit: refer or decline.
    pub above_limit: Option<Outcome>,
    /// Amounts from which a counter-offer is chosen.
    pub counter_offer: Option<GridBody>,
    /// The largest amount that is granted; an expression.
    pub limit: Option<String>,
    /// Why a request above the limit is not granted.
    pub reason: Option<String>,
    /// Name of the input that is the requested amount.
    pub requested: String,
    /// What the offer states beside the amount, by name; expressions.
    #[serde(default)]
    pub terms: BTreeMap<String, String>,
    /// Days for which an approval is valid.
    pub valid_days: Option<u32>,
}

/// Amounts from one to another in equal steps, in minor units: 200 at most, since each is a run of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridBody {
    /// The least.
    pub from: i64,
    /// From one to the next.
    pub step: i64,
    /// The largest.
    pub to: i64,
}

/// Whether and how long people may decide otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideBody {
    /// Whether a second person must agree.
    #[serde(default)]
    pub four_eyes: bool,
    /// Reasons that nobody may set aside.
    #[serde(default)]
    pub never: Vec<String>,
    /// Seconds from the decision on.
    pub window_s: u32,
}

/// The texts of a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// Who is told.
    #[serde(default)]
    pub audience: ReasonAudience,
    /// Whether it is about inquiries: it is then told as a fifth reason beside four others.
    #[serde(default)]
    pub inquiries: bool,
    /// The text by language: `en`, `sw`, `fr`, or another code of ISO 639-1. English must be there.
    pub texts: BTreeMap<String, String>,
}

/// Who is told a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ReasonAudience {
    /// The applicant, and everybody inside.
    #[default]
    Customer,
    /// The lender's staff only.
    Internal,
}

/// What a value is, where the rules of a jurisdiction ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// A score that a credit bureau made.
    BureauScore,
    /// A score that the lender made.
    OwnScore,
    /// Anything else.
    #[default]
    Other,
}

/// A case with what must come of it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    /// The instant of the application.
    pub as_of: Option<Instant>,
    /// What must come of it.
    pub expect: ExpectBody,
    /// The inputs.
    pub inputs: BTreeMap<String, JsonValue>,
    /// The case in a few words.
    pub name: String,
    /// Results of the steps, by `STEP.RESULT`; a step without them gave no result.
    #[serde(default)]
    pub results: BTreeMap<String, JsonValue>,
}

/// What must come of a case; what is not stated may be anything.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectBody {
    /// The outcome.
    pub outcome: Option<Outcome>,
    /// The codes of its reasons, in any order.
    pub reasons: Option<Vec<String>>,
    /// Terms of the offer.
    pub terms: Option<BTreeMap<String, JsonValue>>,
}
