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
    AuditCheckpointRequest, AuditCheckpointResponse, AuditFinding, AuditFindingCode, AuditKeyRequest,
    AuditKeyResponse, AuditProveRequest, AuditProveResponse, AuditVerifyRequest, AuditVerifyResponse,
    CashflowAnalyzeRequest, CashflowAnalyzeResponse, Challenger, CharacteristicView, CheckpointMade, Context,
    CounterOffer, CounterfactualView, CreditScoreBatchRequest, CreditScoreBatchResponse,
    CreditScoreCompleted, CreditScoreRequest, CreditScoreResponse, DecisionEntry, DecisionMade,
    DecisionSample, DecisionsExportRequest, DecisionsExportResponse, DecisionsGetRequest,
    DecisionsGetResponse, DecisionsListRequest, DecisionsListResponse, DecisionsRunRequest,
    DecisionsRunResponse, Effect, EngineBackupRequest, EngineBackupResponse, EngineDescribeRequest,
    EngineDescribeResponse, EngineHealthRequest, EngineHealthResponse, EntityForgetRequest,
    EntityForgetResponse, EntityPutRequest, EntityPutResponse, EventsAckRequest, EventsChangedResponse,
    EventsFailRequest, EventsPollRequest, EventsPollResponse, EventsRetryRequest, ExplainFormat, Explained,
    Explanation, GroupRates, InputNullReason, KnownOutcome, LeasedEvent, MoveView, NotDecided, ObservedRates,
    Operation, OperationEntry, OutcomeStatus, OutcomesRecordRequest, OutcomesRecordResponse, OverrideView,
    PointsRange, PolicyArm, PolicyCheckRequest, PolicyCheckResponse, PolicyCounterfactual, PolicyDiffRequest,
    PolicyDiffResponse, PolicyExplainRequest, PolicyExplainResponse, PolicyReason, PolicyReplayRequest,
    PolicyReplayResponse, PolicyRule, PolicyRunRequest, PolicyRunResponse, PolicySplit, PolicyStep,
    PortfolioDifference, PortfolioRates, Problem, RateChange, ReasonChange, ReasonCount, ReasonSource,
    ReasonView, RecordEntry, RecordsGetRequest, RecordsGetResponse, RecordsLapseRequest,
    RecordsLapseResponse, RecordsListRequest, RecordsListResponse, RecordsReplayRequest,
    RecordsReplayResponse, ReferralCode, ReferralReason, ReplayChange, ReplayFrom, Request,
    RequestNullReason, Response, RuleCount, SampleBy, ScoreNullReason, ScorecardDevelopResponse,
    ScorecardEvaluateResponse, ShadowView, SourceChange, SourceSummary, SubjectEraseRequest,
    SubjectEraseResponse, SubjectExportRequest, SubjectExportResponse, SubjectRestrictRequest,
    SubjectRestrictResponse, Swap, SwapRule, TopFeature, TransactionsReadResponse, WebhookSignRequest,
    WebhookSignResponse, WebhookVerifyRequest, WebhookVerifyResponse,
};
pub use registry::{ArtefactEntry, EngineOptions, Provenance, ProvenanceStatus, Route};
