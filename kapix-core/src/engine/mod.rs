//! The engine and its doors.
//!
//! [`Engine`] is pure and immutable after load: a typed request in, a typed reply out. [`Desk`] is an engine with a
//! store and a clock: it alone does idempotency, ids, recorded time and records. Both doors, JSON and columns, are
//! thin: they read a [`Request`], run it and write the [`Response`] in canonical form.

mod artefact;
mod batch;
mod bundle;
mod cashflow;
mod clock;
mod control;
mod credit;
mod describe;
mod desk;
mod develop;
mod door;
#[expect(clippy::module_inception, reason = "the engine is the heart of the engine room")]
mod engine;
mod explanation;
mod inputs;
mod operation;
mod options;
mod owned;
mod record;
mod registry;
mod reply;
mod request;
mod response;

pub use artefact::{Provenance, ProvenanceStatus};
pub use bundle::Route;
pub use clock::Clock;
pub use control::{CancelFlag, Control, Progress};
pub use describe::{ArtefactCheckResponse, ArtefactEntry, DescribeResponse, OperationEntry, Problem};
pub use desk::{Answer, ColumnsAnswer, Desk, DeskOptions, Envelope, Idempotency};
pub use develop::{DevelopResponse, EvaluateResponse};
pub use door::DoorReply;
pub use engine::Engine;
pub use operation::Operation;
pub use record::{Draft, ENGINE_VERSION, Leaf, Record, SEMANTICS};
pub use registry::EngineOptions;
pub use reply::{ColumnsReply, CreditScoreCompleted, Event, EventData, Reply};
pub use request::{
    ArtefactCheckRequest, Audience, CashflowAnalyzeRequest, Context, CreditScoreBatchRequest,
    CreditScoreRequest, DescribeRequest, Request,
};
pub use response::{
    AccountView, ArtefactRef, CashflowAnalyzeResponse, CharacteristicView, CounterfactualView,
    CreditScoreBatchResponse, CreditScoreResponse, Effect, Explanation, MoveView, PointsRange, ReasonView,
    ReferralCode, ReferralReason, Response, TopFeature,
};
