//! The engine: pure operations, the Desk around them, and the ways in by JSON and by columns.
//!
//! [`Engine`] is pure and immutable after load: a typed request in, a typed reply out. [`Desk`] is an engine with a
//! store and a clock: it alone does idempotency, ids, recorded time and records. Calls by
//! JSON and by columns are thin: they read a [`Request`], run it and write the [`Response`] in canonical form.
//!
//! | folder | what it holds |
//! |---|---|
//! | `operations` | one file and one row an operation |
//! | `registry` | one file and one row a kind of artefact; bundles and routes |
//! | `desk` | calls, records, resident state |
//! | `door` | JSON and columns, options, control, what is given back |

mod desk;
mod door;
#[expect(clippy::module_inception, reason = "the file holds what the folder is named after")]
mod engine;
mod operations;
mod registry;

pub(crate) use desk::Unsealed;
pub use desk::{Answer, Clock, Desk, DeskOptions, Draft, Envelope, Idempotency};
pub use door::{CancelFlag, Control, DoorReply, Event, EventData, Progress, Reply};
pub use engine::Engine;
pub use operations::{
    AccountView, AdverseImpact, Applicant, ArmRole, ArtefactCheckRequest, ArtefactCheckResponse, Audience,
    CashflowAnalyzeRequest, CashflowAnalyzeResponse, Challenger, CharacteristicView, Context, CounterOffer,
    CounterfactualView, CreditScoreBatchRequest, CreditScoreBatchResponse, CreditScoreCompleted,
    CreditScoreRequest, CreditScoreResponse, Effect, EngineDescribeRequest, EngineDescribeResponse,
    EntityForgetRequest, EntityForgetResponse, EntityPutRequest, EntityPutResponse, ExplainFormat, Explained,
    Explanation, GroupRates, InputNullReason, MoveView, NotDecided, ObservedRates, Operation, OperationEntry,
    OverrideView, PointsRange, PolicyArm, PolicyCheckRequest, PolicyCheckResponse, PolicyCounterfactual,
    PolicyDiffRequest, PolicyDiffResponse, PolicyExplainRequest, PolicyExplainResponse, PolicyReason,
    PolicyReplayRequest, PolicyReplayResponse, PolicyRule, PolicyRunRequest, PolicyRunResponse, PolicySplit,
    PolicyStep, PortfolioDifference, PortfolioRates, Problem, RateChange, ReasonChange, ReasonCount,
    ReasonSource, ReasonView, ReferralCode, ReferralReason, Request, RequestNullReason, Response, RuleCount,
    ScoreNullReason, ScorecardDevelopResponse, ScorecardEvaluateResponse, ShadowView, SourceChange,
    SourceSummary, Swap, SwapRule, TopFeature, TransactionsReadResponse,
};
pub use registry::{ArtefactEntry, EngineOptions, Provenance, ProvenanceStatus, Route};
