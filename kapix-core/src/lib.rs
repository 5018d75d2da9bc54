#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

// Test files that the tests in `tests/` share are those of a user of the crate.
#[cfg(test)]
extern crate self as kapix_core;

mod canonical;
mod cashflow;
#[cfg(doc)]
pub mod docs;
mod domain;
mod engine;
mod error;
pub mod fitting;
mod id;
mod json;
mod limits;
mod money;
pub mod numeric;
mod parallel;
#[cfg(feature = "sample")]
pub mod sample;
mod scorecard;
mod store;
mod text;
mod time;
mod tree;
mod view;

pub use canonical::{Hash, hash, hmac, hmac_verify, to_string, to_vec};
pub use cashflow::{
    Analysis, DEFINITIONS, Definition, Feature, FeatureEntry, FeatureId, Features, NullReason, RowRanges,
    SelectedRows, Selection, Unit, definition, features,
};
#[cfg(feature = "arrow")]
pub use domain::arrow;
pub use domain::{
    Account, AccountKind, AccountLedger, Bitmap, Codes, Column, Data, Direction, Finding, FindingKind,
    FlatSource, Frame, Ledger, Offsets, Period, ResultColumn, ResultColumns, ResultValues, Row, Severity,
    Slices, SourceKey, Transaction, TransactionSource, TransactionStatus, Values, transactions_from_csv,
};
pub use engine::{
    AccountView, Answer, ArtefactCheckRequest, ArtefactCheckResponse, ArtefactEntry, ArtefactRef, Audience,
    CancelFlag, CashflowAnalyzeRequest, CashflowAnalyzeResponse, CharacteristicView, Clock, Context, Control,
    CounterfactualView, CreditScoreBatchRequest, CreditScoreBatchResponse, CreditScoreCompleted,
    CreditScoreRequest, CreditScoreResponse, Desk, DeskOptions, DoorReply, Draft, ENGINE_VERSION, Effect,
    Engine, EngineDescribeRequest, EngineDescribeResponse, EngineOptions, Envelope, Event, EventData,
    Explanation, Idempotency, Leaf, MoveView, Operation, OperationEntry, PointsRange, Problem, Progress,
    Provenance, ProvenanceStatus, ReasonView, Record, ReferralCode, ReferralReason, Reply, Request, Response,
    Route, SEMANTICS, ScorecardDevelopResponse, ScorecardEvaluateResponse, TopFeature,
};
pub use error::{Cause, Code, Detail, Error, Result};
pub use id::Id;
pub use json::Scalar;
pub use limits::{Limits, WIRE_MAX};
pub use money::{Currency, Money, Rounding};
pub use scorecard::development::{
    BinnedColumn, CardCutoffs, CardSettings, CharacteristicSettings, DevelopmentValidation, ExcludedRows,
    Exclusion, PartReport, SampleReport, SampleSettings, ScorecardDevelopRequest, ScorecardEvaluateRequest,
    SplitMethod, SplitSettings, Stage, TargetKind,
};
pub use scorecard::{
    AttributeBody, BandBody, BatchOutput, BinCounts, Calibration, Card, CardBody, CharacteristicBody,
    CharacteristicCounts, CharacteristicKind, Counterfactual, Cutoffs, Decision, DevelopmentBody,
    DevelopmentFinding, EntityType, Fallback, Input, InputSource, Minimum, Move, PdBasis, PdKind, Reason,
    ReasonMethod, ReasonText, ReasonTexts, RowStatus, SampleDates, Scaling, ScoreInclude, ScoredRows, Slots,
    SpecialBody, ValueRange, Weight,
};
pub use store::StoreStatistics;
pub use time::{At, Date, Instant, UtcOffset, Window, complete_months};
pub use tree::Tree;
pub use view::akiba::{AkibaBalance, AkibaRequest, AkibaStatus, AkibaTransaction};

/// The three expert cards (individual, sme, corporate) that ship as examples: a bundle in JSON. They have no PD,
/// only a rank; `docs/methods/expert_cards.md` gives the reason of every weight.
pub const EXPERT_CARDS: &str = include_str!("../artefacts/expert.json");
