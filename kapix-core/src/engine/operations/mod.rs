//! The operations: one file each, with its wire types in it, and one row each in `table.rs`.
//!
//! An operation is its request: a type that implements [`Operate`]. Its row makes the variants of
//! [`Operation`](table::Operation), [`Request`](table::Request) and [`Response`](table::Response), the reading and
//! writing of both, the entry of `engine.describe`, the JSON Schemas, and from those the methods of every language.

mod archive;
mod artefact_check;
mod audit_key;
mod audit_log;
mod audit_verify;
mod call;
mod cashflow_analyze;
mod columns_as_rows;
mod columns_in_json;
mod credit_score;
mod credit_score_batch;
mod decisions_export;
mod decisions_read;
mod decisions_run;
mod earlier;
mod engine_backup;
mod engine_describe;
mod engine_health;
mod entity;
mod events;
mod members;
mod names;
mod one_or_many;
mod operate;
mod outcomes;
mod policy_check;
mod policy_diff;
mod policy_explain;
mod policy_replay;
mod policy_run;
mod records;
mod records_lapse;
mod records_replay;
mod scorecard_develop;
mod scorecard_evaluate;
mod subject;
mod table;
#[cfg(test)]
mod toy;
mod transactions_read;
mod unnamed;
mod webhook;

pub use artefact_check::{ArtefactCheckRequest, ArtefactCheckResponse, Problem};
pub use audit_key::{AuditKeyRequest, AuditKeyResponse};
pub use audit_log::{AuditCheckpointRequest, AuditCheckpointResponse, AuditProveRequest, AuditProveResponse};
pub use audit_verify::{AuditFinding, AuditFindingCode, AuditVerifyRequest, AuditVerifyResponse};
pub use cashflow_analyze::{AccountView, CashflowAnalyzeRequest, CashflowAnalyzeResponse};
pub use credit_score::{
    Audience, CharacteristicView, Context, CounterfactualView, CreditScoreCompleted, CreditScoreRequest,
    CreditScoreResponse, Effect, Explained, Explanation, InputNullReason, MoveView, PointsRange, ReasonView,
    ReferralCode, ReferralReason, RequestNullReason, ScoreNullReason, TopFeature,
};
pub use credit_score_batch::{CreditScoreBatchRequest, CreditScoreBatchResponse};
pub use decisions_export::{DecisionsExportRequest, DecisionsExportResponse};
pub use decisions_read::{
    DecisionEntry, DecisionSample, DecisionsGetRequest, DecisionsGetResponse, DecisionsListRequest,
    DecisionsListResponse, SampleBy,
};
pub use decisions_run::{DecisionMade, DecisionsRunRequest, DecisionsRunResponse};
pub use engine_backup::{EngineBackupRequest, EngineBackupResponse};
pub use engine_describe::{EngineDescribeRequest, EngineDescribeResponse, OperationEntry};
pub use engine_health::{CheckpointMade, EngineHealthRequest, EngineHealthResponse};
pub use entity::{
    EntityForgetRequest, EntityForgetResponse, EntityPutRequest, EntityPutResponse, SourceChange,
    SourceSummary,
};
pub use events::{
    EventsAckRequest, EventsChangedResponse, EventsFailRequest, EventsPollRequest, EventsPollResponse,
    EventsRetryRequest, LeasedEvent,
};
pub use outcomes::{KnownOutcome, OutcomeStatus, OutcomesRecordRequest, OutcomesRecordResponse};
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
pub use records::{
    RecordEntry, RecordsGetRequest, RecordsGetResponse, RecordsListRequest, RecordsListResponse,
};
pub use records_lapse::{RecordsLapseRequest, RecordsLapseResponse};
pub use records_replay::{RecordsReplayRequest, RecordsReplayResponse, ReplayChange, ReplayFrom};
pub use scorecard_develop::ScorecardDevelopResponse;
pub use scorecard_evaluate::ScorecardEvaluateResponse;
pub use subject::{
    SubjectEraseRequest, SubjectEraseResponse, SubjectExportRequest, SubjectExportResponse,
    SubjectRestrictRequest, SubjectRestrictResponse,
};
pub use table::{Operation, Request, Response};
pub use transactions_read::TransactionsReadResponse;
pub use webhook::{WebhookSignRequest, WebhookSignResponse, WebhookVerifyRequest, WebhookVerifyResponse};

pub(in crate::engine) use archive::Archive;
pub(in crate::engine) use call::{Beside, Call, Fulfilled, Interrupt, Known, Need, Surroundings};
pub(in crate::engine) use earlier::Earlier;
pub(in crate::engine) use operate::{Common, Operate};
use operate::{Done, instant, reading, recorded, yes};
