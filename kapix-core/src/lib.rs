#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

// Test files that the tests in `tests/` share are those of a user of the crate.
#[cfg(test)]
extern crate self as kapix_core;

pub mod audit;
mod canonical;
pub mod cashflow;
pub mod caught;
pub mod codes;
#[cfg(doc)]
pub mod docs;
mod domain;
mod engine;
pub mod error;
pub mod expression;
pub mod fitting;
pub mod fork;
mod id;
mod json;
mod json_value;
mod limits;
pub mod money;
#[doc(hidden)]
pub mod numeric;
mod parallel;
pub mod policy;
#[cfg(feature = "sample")]
pub mod sample;
pub mod scorecard;
pub mod statement;
pub mod store;
mod string_types;
pub mod time;
mod view;
pub mod webhook;
#[cfg(feature = "yaml")]
mod yaml;

pub use engine::{
    Answer, CancelFlag, Clock, Control, Desk, DeskOptions, Engine, EngineOptions, Envelope, Idempotency,
    Operation, Request, Response,
};
pub use error::{Cause, Error, Result};
pub use id::Id;
pub use json::Scalar;
pub use json_value::JsonValue;
pub use limits::Limits;

/// What decides: versioned documents with an owner and an approval, the routes to them, and examples.
pub mod artefact {
    pub use crate::audit::ArtefactRef;
    pub use crate::engine::{ArtefactEntry, Provenance, ProvenanceStatus, Route};

    /// The three expert cards (individual, sme, corporate) that ship as examples: a bundle in JSON. They have no PD,
    /// only a rank; `docs/methods/expert_cards.md` gives the reason of every weight.
    pub const EXPERT_CARDS: &str = include_str!("../artefacts/expert.json");

    /// The three policies that ship as examples, each a document in YAML with comments: `instalment_loan_za`,
    /// `nano_loan_ke`, `sme_working_capital_ng`. They ask the example cards: load both.
    ///
    /// ```
    /// use kapix_core::artefact::{EXAMPLE_POLICIES, EXPERT_CARDS};
    /// use kapix_core::{Engine, EngineOptions};
    ///
    /// assert!(Engine::load(&[EXPERT_CARDS, EXAMPLE_POLICIES], EngineOptions::default()).is_ok());
    /// ```
    pub const EXAMPLE_POLICIES: &str = concat!(
        include_str!("../artefacts/instalment_loan_za.yaml"),
        "---\n",
        include_str!("../artefacts/nano_loan_ke.yaml"),
        "---\n",
        include_str!("../artefacts/sme_working_capital_ng.yaml"),
    );
}

/// The score of an applicant and of many: requests, answers and what an explanation holds.
pub mod credit {
    pub use crate::engine::{
        Audience, CharacteristicView, Context, CounterfactualView, CreditScoreBatchRequest,
        CreditScoreBatchResponse, CreditScoreCompleted, CreditScoreRequest, CreditScoreResponse, Effect,
        Explained, Explanation, InputNullReason, MoveView, PointsRange, ReasonView, ReferralCode,
        ReferralReason, RequestNullReason, ScoreNullReason, TopFeature,
    };
    pub use crate::scorecard::ScoreInclude;
    pub use crate::view::akiba::{AkibaBalance, AkibaRequest, AkibaStatus, AkibaTransaction};
}

/// Columns, borrowed for a call, and the result columns that come back.
pub mod frame {
    #[cfg(feature = "arrow")]
    pub use crate::domain::arrow;
    pub use crate::domain::{
        Bitmap, Codes, Column, Frame, Offsets, ResultColumn, ResultColumns, ResultValues, Slices, Texts,
        Truths, Values,
    };
}

/// Transactions of accounts, and the ledger that features are computed from.
pub mod ledger {
    pub use crate::domain::{
        Account, AccountKind, AccountLedger, Data, Direction, Finding, FindingKind, FlatSource, Ledger,
        Period, Row, Severity, SourceKey, Transaction, TransactionSource, TransactionStatus,
    };
}

/// The request and the answer of each operation that `credit` does not hold, and what a call gives back beside them.
pub mod operations {
    pub use crate::engine::{
        AccountView, AdverseImpact, Applicant, ArmRole, ArtefactCheckRequest, ArtefactCheckResponse,
        AuditCheckpointRequest, AuditCheckpointResponse, AuditFinding, AuditFindingCode, AuditKeyRequest,
        AuditKeyResponse, AuditProveRequest, AuditProveResponse, AuditVerifyRequest, AuditVerifyResponse,
        CashflowAnalyzeRequest, CashflowAnalyzeResponse, Challenger, CheckpointMade, CounterOffer,
        DecisionEntry, DecisionMade, DecisionSample, DecisionsExportRequest, DecisionsExportResponse,
        DecisionsGetRequest, DecisionsGetResponse, DecisionsListRequest, DecisionsListResponse,
        DecisionsRunRequest, DecisionsRunResponse, DoorReply, Draft, EngineBackupRequest,
        EngineBackupResponse, EngineDescribeRequest, EngineDescribeResponse, EngineHealthRequest,
        EngineHealthResponse, EntityForgetRequest, EntityForgetResponse, EntityPutRequest, EntityPutResponse,
        Event, EventData, EventsAckRequest, EventsChangedResponse, EventsFailRequest, EventsPollRequest,
        EventsPollResponse, EventsRetryRequest, ExplainFormat, GroupRates, KnownOutcome, LeasedEvent,
        NotDecided, ObservedRates, OperationEntry, OutcomeStatus, OutcomesRecordRequest,
        OutcomesRecordResponse, OverrideView, PolicyArm, PolicyCheckRequest, PolicyCheckResponse,
        PolicyCounterfactual, PolicyDiffRequest, PolicyDiffResponse, PolicyExplainRequest,
        PolicyExplainResponse, PolicyReason, PolicyReplayRequest, PolicyReplayResponse, PolicyRule,
        PolicyRunRequest, PolicyRunResponse, PolicySplit, PolicyStep, PortfolioDifference, PortfolioRates,
        Problem, Progress, RateChange, ReasonChange, ReasonCount, ReasonSource, RecordEntry,
        RecordsGetRequest, RecordsGetResponse, RecordsLapseRequest, RecordsLapseResponse, RecordsListRequest,
        RecordsListResponse, RecordsReplayRequest, RecordsReplayResponse, ReplayChange, ReplayFrom, Reply,
        RuleCount, SampleBy, ScorecardDevelopResponse, ScorecardEvaluateResponse, ShadowView, SourceChange,
        SourceSummary, SubjectEraseRequest, SubjectEraseResponse, SubjectExportRequest,
        SubjectExportResponse, SubjectRestrictRequest, SubjectRestrictResponse, Swap, SwapRule,
        TransactionsReadResponse, WebhookSignRequest, WebhookSignResponse, WebhookVerifyRequest,
        WebhookVerifyResponse,
    };
    pub use crate::scorecard::development::{ScorecardDevelopRequest, ScorecardEvaluateRequest};
}
