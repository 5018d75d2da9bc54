//! The operations: one file each, with its wire types in it, and one row each in `table.rs`.
//!
//! An operation is its request: a type that implements [`Operate`]. Its row makes the variants of
//! [`Operation`](table::Operation), [`Request`](table::Request) and [`Response`](table::Response), the reading and
//! writing of both, the entry of `engine.describe`, the JSON Schemas, and from those the methods of every language.

mod artefact_check;
mod call;
mod cashflow_analyze;
mod columns_as_rows;
mod columns_in_json;
mod credit_score;
mod credit_score_batch;
mod engine_describe;
mod entity;
mod members;
mod names;
mod one_or_many;
mod operate;
mod policy_check;
mod policy_diff;
mod policy_explain;
mod policy_replay;
mod policy_run;
mod scorecard_develop;
mod scorecard_evaluate;
mod table;
#[cfg(test)]
mod toy;
mod transactions_read;
mod unnamed;

pub use artefact_check::{ArtefactCheckRequest, ArtefactCheckResponse, Problem};
pub use cashflow_analyze::{AccountView, CashflowAnalyzeRequest, CashflowAnalyzeResponse};
pub use credit_score::{
    Audience, CharacteristicView, Context, CounterfactualView, CreditScoreCompleted, CreditScoreRequest,
    CreditScoreResponse, Effect, Explained, Explanation, InputNullReason, MoveView, PointsRange, ReasonView,
    ReferralCode, ReferralReason, RequestNullReason, ScoreNullReason, TopFeature,
};
pub use credit_score_batch::{CreditScoreBatchRequest, CreditScoreBatchResponse};
pub use engine_describe::{EngineDescribeRequest, EngineDescribeResponse, OperationEntry};
pub use entity::{
    EntityForgetRequest, EntityForgetResponse, EntityPutRequest, EntityPutResponse, SourceChange,
    SourceSummary,
};
pub use policy_check::{PolicyCheckRequest, PolicyCheckResponse};
pub use policy_diff::{
    PolicyDiffRequest, PolicyDiffResponse, PortfolioDifference, RateChange, ReasonChange, Swap, SwapRule,
};
pub use policy_explain::{ExplainFormat, PolicyExplainRequest, PolicyExplainResponse};
pub use policy_replay::{
    AdverseImpact, GroupRates, NotDecided, ObservedRates, PolicyReplayRequest, PolicyReplayResponse,
    PortfolioRates, ReasonCount, RuleCount,
};
pub use policy_run::{
    Applicant, ArmRole, Challenger, CounterOffer, OverrideView, PolicyArm, PolicyCounterfactual,
    PolicyReason, PolicyRule, PolicyRunRequest, PolicyRunResponse, PolicySplit, PolicyStep, ReasonSource,
    ShadowView,
};
pub use scorecard_develop::ScorecardDevelopResponse;
pub use scorecard_evaluate::ScorecardEvaluateResponse;
pub use table::{Operation, Request, Response};
pub use transactions_read::TransactionsReadResponse;

pub(in crate::engine) use call::{Beside, Call, Fulfilled, Interrupt, Known, Need, Statistics, Surroundings};
pub(in crate::engine) use operate::{Common, Operate};
use operate::{Done, instant, recorded, yes};
