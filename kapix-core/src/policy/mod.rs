//! Policies: typed documents that decide, in which nothing is approved in silence.
//!
//! A [`PolicyBody`] is proved as it becomes a [`Policy`]: names resolve, types agree, no row that could refuse or limit
//! is passed over for a missing input. A run reads inputs into slots, goes through the steps in their order, and ends
//! with a [`Verdict`], or with what it needs of another operation. Whatever is unknown and could change the result
//! refers; an approval needs a row that says so.

mod analysis;
mod check;
mod columns;
mod counterfactual;
mod document;
mod evaluate_json;
mod evaluation;
mod explain;
mod hit;
mod index;
mod input;
mod inputs;
mod lenient;
mod load;
mod movable;
mod offer;
mod remarks;
mod replay;
mod run;
mod settle;
mod state;
mod step;
mod table;
#[cfg(test)]
mod tests;
mod texts;
mod trace;
mod verdict;

pub use analysis::{
    DocumentDifference, RuleDifference, RuleFinding, RuleFindingKind, RuleFindingLevel, RuleGives,
    TableAnalysis, TableDifference,
};
pub use check::{JurisdictionFinding, TestResult};
pub(crate) use columns::{DATED, REFERRED};
pub(crate) use counterfactual::LeastChange;
pub use counterfactual::{CounterfactualNull, InputChange};
pub use document::{
    ByIdBody, CallBody, CollectBy, DeriveBody, EffectiveBody, ExpectBody, GridBody, Ground, HitPolicy,
    InputBody, InputType, OfferBody, OnMissing, Outcome, OutputBody, OverrideBody, PolicyBody,
    ReasonAudience, ReasonBody, ResultBody, RuleBody, StepBody, TableBody, TestBody, ThenBody,
};
pub use evaluation::{Evaluation, InputNumber, InputValue};
pub(crate) use explain::{DecisionView, Hits, Options as ExplainOptions, ReasonLine};
pub use input::Dated;
pub use load::Policy;
pub use remarks::{PolicyInput, PolicyRemark, PolicyRemarkCode};
pub(crate) use replay::{CauseCount, Replay};
pub(crate) use run::Progress;
pub(crate) use state::State;
pub(crate) use step::{CallNeed, StepResult, StepResults};
pub use texts::LANGUAGES;
pub use trace::{CellTrace, ColumnTrace, RuleResult, RuleTrace, TableTrace};
pub use verdict::{Because, MatchedRule, PolicyDoubt, ReasonCode, Terms, Verdict};
