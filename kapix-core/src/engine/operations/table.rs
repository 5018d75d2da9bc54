//! One row an operation. The order is that of the names; `engine.describe` lists them so.

use super::call::{Call, Interrupt};
#[cfg(test)]
use super::toy;
use super::{
    ArtefactCheckRequest, ArtefactCheckResponse, AuditCheckpointRequest, AuditCheckpointResponse,
    AuditKeyRequest, AuditKeyResponse, AuditProveRequest, AuditProveResponse, AuditVerifyRequest,
    AuditVerifyResponse, CashflowAnalyzeRequest, CashflowAnalyzeResponse, Common, CreditScoreBatchRequest,
    CreditScoreBatchResponse, CreditScoreRequest, CreditScoreResponse, DecisionsExportRequest,
    DecisionsExportResponse, DecisionsGetRequest, DecisionsGetResponse, DecisionsListRequest,
    DecisionsListResponse, DecisionsRunRequest, DecisionsRunResponse, EngineBackupRequest,
    EngineBackupResponse, EngineDescribeRequest, EngineDescribeResponse, EngineHealthRequest,
    EngineHealthResponse, EntityForgetRequest, EntityForgetResponse, EntityPutRequest, EntityPutResponse,
    EventsAckRequest, EventsChangedResponse, EventsFailRequest, EventsPollRequest, EventsPollResponse,
    EventsRetryRequest, Operate, OutcomesRecordRequest, OutcomesRecordResponse, PolicyCheckRequest,
    PolicyCheckResponse, PolicyDiffRequest, PolicyDiffResponse, PolicyExplainRequest, PolicyExplainResponse,
    PolicyReplayRequest, PolicyReplayResponse, PolicyRunRequest, PolicyRunResponse, RecordsGetRequest,
    RecordsGetResponse, RecordsLapseRequest, RecordsLapseResponse, RecordsListRequest, RecordsListResponse,
    RecordsReplayRequest, RecordsReplayResponse, ScorecardDevelopResponse, ScorecardEvaluateResponse,
    SubjectEraseRequest, SubjectEraseResponse, SubjectExportRequest, SubjectExportResponse,
    SubjectRestrictRequest, SubjectRestrictResponse, TransactionsReadResponse, WebhookSignRequest,
    WebhookSignResponse, WebhookVerifyRequest, WebhookVerifyResponse,
};
use crate::domain::Frame;
use crate::engine::door::Reply;
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::scorecard::development::{ScorecardDevelopRequest, ScorecardEvaluateRequest};
use crate::statement::TransactionsReadRequest;
use crate::time::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! operations {
    ($($(#[cfg($gate:meta)])? #[doc = $about:literal] $variant:ident: $request:ty => $response:ty;)+) => {
        /// An operation that this engine answers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Operation {
            $($(#[cfg($gate)])? #[doc = $about] $variant,)+
        }

        /// A request of any operation.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Request {
            $($(#[cfg($gate)])? #[doc = $about] $variant(Box<$request>),)+
        }

        /// The answer of any operation.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Response {
            $($(#[cfg($gate)])? #[doc = $about] $variant(Box<$response>),)+
            /// The answer that an idempotency key gave back from a durable store, with its envelope.
            Stored(JsonValue),
        }

        impl Operation {
            /// Every operation, in the order of its name.
            pub const ALL: &'static [Self] = &[$($(#[cfg($gate)])? Self::$variant,)+];

            /// Returns the name, `area.verb`.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert_eq!(Operation::CreditScoreBatch.as_str(), "credit.score_batch");
            /// ```
            pub const fn as_str(self) -> &'static str {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::NAME,)+ }
            }

            /// Returns one sentence: what the operation answers.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert_eq!(Operation::ArtefactCheck.about(), "Proves an artefact before it is used.");
            /// ```
            pub const fn about(self) -> &'static str {
                match self { $($(#[cfg($gate)])? Self::$variant => $about.trim_ascii(),)+ }
            }

            /// Returns whether the operation takes columns beside its request.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::CreditScoreBatch.is_columnar() && !Operation::CreditScore.is_columnar());
            /// ```
            pub const fn is_columnar(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::COLUMNAR,)+ }
            }

            /// Returns whether a call without columns may take seconds: it tells its progress and can be cancelled.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::PolicyCheck.is_long() && !Operation::PolicyRun.is_long());
            /// ```
            pub const fn is_long(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::LONG,)+ }
            }

            /// Returns whether columns of transactions may come beside the request, as `transactions.read` returns them:
            /// they become the rows of its accounts.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::CreditScore.takes_rows() && !Operation::CreditScoreBatch.takes_rows());
            /// ```
            pub const fn takes_rows(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::TAKES_ROWS,)+ }
            }

            /// Returns whether result columns go beside the answer when columns came beside the request.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::CreditScoreBatch.returns_columns());
            /// // It takes columns; its answer is a document.
            /// assert!(!Operation::ScorecardDevelop.returns_columns());
            /// ```
            pub const fn returns_columns(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::RETURNS_COLUMNS,)+ }
            }

            /// Returns whether a call leaves a record.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::CreditScore.is_recorded() && !Operation::EngineDescribe.is_recorded());
            /// ```
            pub const fn is_recorded(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::RECORDED,)+ }
            }

            /// Returns whether the operation judges a person, which a restriction forbids.
            pub(in crate::engine) const fn judges(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::JUDGES,)+ }
            }

            /// Returns whether the operation is nothing without its record: a [`Desk`](crate::Desk) that keeps none refuses it.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::DecisionsRun.needs_record() && !Operation::PolicyRun.needs_record());
            /// ```
            pub const fn needs_record(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::NEEDS_RECORD,)+ }
            }

            /// Returns whether the operation reads and changes the resident state of a [`Desk`](crate::Desk).
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(!Operation::CreditScore.is_stateful());
            /// ```
            pub const fn is_stateful(self) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::STATEFUL,)+ }
            }

            /// Returns whether the operation is about one applicant, so that a policy may ask it as a step.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// assert!(Operation::CreditScore.is_of_applicant() && !Operation::CreditScoreBatch.is_of_applicant());
            /// ```
            pub const fn is_of_applicant(self) -> bool {
                !self.applicant_fields().is_empty()
            }

            /// Returns the fields of an applicant that its request has.
            pub(in crate::engine) const fn applicant_fields(self) -> &'static [&'static str] {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::APPLICANT,)+ }
            }

            /// Returns the members of its request, and those of its answer where a policy may ask it as a step.
            pub(in crate::engine) fn members(self) -> [&'static [&'static str]; 2] {
                match self {
                    $($(#[cfg($gate)])? Self::$variant => {
                        [super::members::of::<$request>(), <$request as Operate>::ANSWERS]
                    })+
                }
            }

            /// Returns how a portfolio of applicants, given as columns, is answered.
            pub(in crate::engine) const fn twin(self) -> Option<super::operate::Twin> {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::TWIN,)+ }
            }

            /// Returns whether an answer, as it is on the wire, asks for a person itself.
            pub(in crate::engine) fn refers(self, answer: &JsonValue) -> bool {
                match self { $($(#[cfg($gate)])? Self::$variant => <$request as Operate>::refers(answer),)+ }
            }

            /// Returns the JSON Schemas of the request and of the answer without its envelope.
            ///
            /// ```
            /// use kapix_core::Operation;
            ///
            /// let (request, answer) = Operation::CreditScore.schemas();
            /// assert_eq!(request.get("title").and_then(|it| it.as_str()), Some("CreditScoreRequest"));
            /// assert_eq!(answer.get("title").and_then(|it| it.as_str()), Some("CreditScoreResponse"));
            /// ```
            #[cfg(feature = "schema")]
            pub fn schemas(self) -> (schemars::Schema, schemars::Schema) {
                match self {
                    $($(#[cfg($gate)])? Self::$variant => schemas::<$request>(),)+
                }
            }
        }

        impl Request {
            /// Returns the request of an operation from any serde source, with every check of the wire, or an error
            /// without its place.
            ///
            /// ```
            /// use kapix_core::{Limits, Operation, Request};
            ///
            /// let mut json = serde_json::Deserializer::from_str("{}");
            /// let request = Request::deserialize(Operation::EngineDescribe, &mut json, &Limits::default()).unwrap();
            /// assert_eq!(request.operation(), Operation::EngineDescribe);
            /// ```
            pub fn deserialize<'de, D: Deserializer<'de>>(
                operation: Operation,
                deserializer: D,
                limits: &Limits,
            ) -> Result<Self> {
                Ok(match operation {
                    $($(#[cfg($gate)])? Operation::$variant => {
                        Self::$variant(json::read_values(deserializer, limits)?)
                    })+
                })
            }

            /// Returns the request of an operation from JSON, or the error with its place.
            ///
            /// ```
            /// use kapix_core::{Cause, Limits, Operation, Request};
            ///
            /// let error = Request::read(Operation::EngineDescribe, br#"{"verbose": true}"#, &Limits::default()).unwrap_err();
            /// assert_eq!((error.cause, &error.fields[..]), (Cause::JsonUnknownField, &["/verbose".to_owned()][..]));
            /// ```
            pub fn read(operation: Operation, text: &[u8], limits: &Limits) -> Result<Self> {
                Ok(match operation {
                    $($(#[cfg($gate)])? Operation::$variant => Self::$variant(json::read(text, limits)?),)+
                })
            }

            /// Returns the operation that the request belongs to.
            ///
            /// ```
            /// use kapix_core::{Limits, Operation, Request};
            ///
            /// let request = Request::read(Operation::EngineDescribe, b"{}", &Limits::default())?;
            /// assert_eq!(request.operation().as_str(), "engine.describe");
            /// # Ok::<(), kapix_core::Error>(())
            /// ```
            pub const fn operation(&self) -> Operation {
                match self { $($(#[cfg($gate)])? Self::$variant(_) => Operation::$variant,)+ }
            }

            /// Returns the fields that the Desk reads and fills.
            pub(in crate::engine) fn common(&mut self) -> Option<Common<'_>> {
                match self { $($(#[cfg($gate)])? Self::$variant(request) => request.common(),)+ }
            }

            /// Returns the instant that the Desk's clock fills where it is absent.
            pub(in crate::engine) fn clocked(&mut self) -> Option<&mut Option<Instant>> {
                match self { $($(#[cfg($gate)])? Self::$variant(request) => request.clocked(),)+ }
            }

            /// Returns `as_of` and the seed of a request that leaves a record.
            pub(in crate::engine) fn when(&self) -> Option<(Instant, i64)> {
                match self { $($(#[cfg($gate)])? Self::$variant(request) => request.when(),)+ }
            }

            /// Returns whom the request is about, as the host names them.
            pub(in crate::engine) fn subject(&self) -> Option<&str> {
                match self { $($(#[cfg($gate)])? Self::$variant(request) => request.subject(),)+ }
            }

            /// Takes the columns that came beside the request into it; false where they stay beside it.
            pub(in crate::engine) fn absorb(&mut self, frame: &Frame<'_>, limits: &Limits) -> Result<bool> {
                match self { $($(#[cfg($gate)])? Self::$variant(request) => request.absorb(frame, limits),)+ }
            }

            /// Answers the request.
            pub(in crate::engine) fn run(
                &self,
                call: &Call<'_, '_>,
            ) -> core::result::Result<Reply, Interrupt> {
                match self {
                    $($(#[cfg($gate)])? Self::$variant(request) => {
                        call.answer(Operation::$variant, &**request, |it| Response::$variant(Box::new(it)))
                    })+
                }
            }
        }

        impl Serialize for Request {
            fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
                match self { $($(#[cfg($gate)])? Self::$variant(it) => it.serialize(serializer),)+ }
            }
        }

        impl Serialize for Response {
            fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
                match self {
                    $($(#[cfg($gate)])? Self::$variant(it) => it.serialize(serializer),)+
                    Self::Stored(it) => it.serialize(serializer),
                }
            }
        }
    };
}

operations! {
    /// Proves an artefact before it is used.
    ArtefactCheck: ArtefactCheckRequest => ArtefactCheckResponse;
    /// The head of the log, signed, and the proof that an earlier one is its beginning.
    AuditCheckpoint: AuditCheckpointRequest => AuditCheckpointResponse;
    /// A new key for the checkpoints of a log.
    AuditKey: AuditKeyRequest => AuditKeyResponse;
    /// The proof that a record is in the log.
    AuditProve: AuditProveRequest => AuditProveResponse;
    /// Whether anything in the log was altered, taken out, put in or moved.
    AuditVerify: AuditVerifyRequest => AuditVerifyResponse;
    /// Cash-flow features of an applicant with their transactions.
    CashflowAnalyze: CashflowAnalyzeRequest => CashflowAnalyzeResponse;
    /// Scores an applicant: points, score, PD where calibrated, band, decision, confidence, reasons.
    CreditScore: CreditScoreRequest => CreditScoreResponse;
    /// Scores many applicants, given as columns.
    CreditScoreBatch: CreditScoreBatchRequest => CreditScoreBatchResponse;
    /// Decisions as columns, with what they rested on and what became of them.
    DecisionsExport: DecisionsExportRequest => DecisionsExportResponse;
    /// A decision as it stands.
    DecisionsGet: DecisionsGetRequest => DecisionsGetResponse;
    /// Decisions by date, outcome, reason, policy, arm and actor; a page, or a sample by stratum.
    DecisionsList: DecisionsListRequest => DecisionsListResponse;
    /// Decides an application on record, on values or on earlier results by their id: outcome, reason, terms, confidence.
    DecisionsRun: DecisionsRunRequest => DecisionsRunResponse;
    /// Copies the store to another file, as of one moment, while calls go on.
    EngineBackup: EngineBackupRequest => EngineBackupResponse;
    /// What the engine is and holds: versions, artefacts, limits, operations.
    EngineDescribe: EngineDescribeRequest => EngineDescribeResponse;
    /// How the store does: log, checkpoint, what is held; in a form for Prometheus too.
    EngineHealth: EngineHealthRequest => EngineHealthResponse;
    /// Forgets the data that were kept of an applicant.
    EntityForget: EntityForgetRequest => EntityForgetResponse;
    /// Keeps the data of an applicant, for requests that name their sources.
    EntityPut: EntityPutRequest => EntityPutResponse;
    /// Says that events are done.
    EventsAck: EventsAckRequest => EventsChangedResponse;
    /// Says that events could not be handled: they are sent again later.
    EventsFail: EventsFailRequest => EventsChangedResponse;
    /// Fetches events, at least once, and leases them to a consumer.
    EventsPoll: EventsPollRequest => EventsPollResponse;
    /// Sends dead letters again.
    EventsRetry: EventsRetryRequest => EventsChangedResponse;
    /// Says what became of a decision, and since when it is known.
    OutcomesRecord: OutcomesRecordRequest => OutcomesRecordResponse;
    /// Proves a policy and finds what is wrong with it: gaps, conflicts, hidden rows, failing cases.
    PolicyCheck: PolicyCheckRequest => PolicyCheckResponse;
    /// What two versions of a policy decide differently: by their documents, and over a portfolio.
    PolicyDiff: PolicyDiffRequest => PolicyDiffResponse;
    /// A policy in plain language, as Markdown or a page: tables, gaps, hit counts, another version, a decision.
    PolicyExplain: PolicyExplainRequest => PolicyExplainResponse;
    /// What a policy decides of a portfolio: rates, reasons, how often each row matched.
    PolicyReplay: PolicyReplayRequest => PolicyReplayResponse;
    /// Decides an application by a policy: outcome, reasons, matched rules, terms.
    PolicyRun: PolicyRunRequest => PolicyRunResponse;
    /// The record of a call: what it was asked and answered.
    RecordsGet: RecordsGetRequest => RecordsGetResponse;
    /// Takes parts out of records whose time is over; the leaves of the log stay.
    RecordsLapse: RecordsLapseRequest => RecordsLapseResponse;
    /// Records of calls by applicant, operation and time.
    RecordsList: RecordsListRequest => RecordsListResponse;
    /// Answers the request of a record again, and says what changed: data, model, policy or engine.
    RecordsReplay: RecordsReplayRequest => RecordsReplayResponse;
    /// Develops a card from rows with known outcomes.
    ScorecardDevelop: ScorecardDevelopRequest => ScorecardDevelopResponse;
    /// Measures how well a card ranks and is calibrated on rows with known outcomes.
    ScorecardEvaluate: ScorecardEvaluateRequest => ScorecardEvaluateResponse;
    /// Erases what is held of a person; the leaves of the log stay.
    SubjectErase: SubjectEraseRequest => SubjectEraseResponse;
    /// Everything that is held of a person.
    SubjectExport: SubjectExportRequest => SubjectExportResponse;
    /// Says whether a person's data may be used, and whether they may be erased.
    SubjectRestrict: SubjectRestrictRequest => SubjectRestrictResponse;
    #[cfg(test)]
    /// Counts events by key.
    ToyCount: toy::ToyCountRequest => toy::ToyCountResponse;
    #[cfg(test)]
    /// Doubles a number, or a column of them.
    ToyDouble: toy::ToyDoubleRequest => toy::ToyDoubleResponse;
    #[cfg(test)]
    /// Doubles a number as often as asked, and keeps the total in the store.
    ToyTally: toy::ToyTallyRequest => toy::ToyTallyResponse;
    /// Reads the transactions of a document: delimited text, or an aggregator's answer in JSON.
    TransactionsRead: TransactionsReadRequest => TransactionsReadResponse;
    /// The headers of a message: the signature that the Kapix API published, and those of Standard Webhooks.
    WebhookSign: WebhookSignRequest => WebhookSignResponse;
    /// Whether a message is from whom it says, and of now.
    WebhookVerify: WebhookVerifyRequest => WebhookVerifyResponse;
}

impl Operation {
    /// Returns the operation of this name.
    ///
    /// ```
    /// use kapix_core::{Cause, Operation};
    ///
    /// assert_eq!(Operation::parse("credit.score")?, Operation::CreditScore);
    /// assert_eq!(Operation::parse("credit.scores").map_err(|error| error.cause), Err(Cause::OperationUnknown));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|operation| operation.as_str() == name).ok_or_else(|| {
            let meant = match nearest(name) {
                Some(meant) => format!("did you mean `{}`?", meant.as_str()),
                None => "see engine.describe".to_owned(),
            };
            let message = format!("no operation has this name of `{}` bytes; {meant}", name.len());
            Error::new(Cause::OperationUnknown, message)
        })
    }
}

/// Returns the operation that a misspelt name is nearest to, if a third of its characters or fewer are wrong.
fn nearest(name: &str) -> Option<Operation> {
    // What is much longer than any name means none of them, and is not compared.
    let name = Some(name).filter(|name| name.len() <= 64)?;
    let edits = |operation: &Operation| strsim::damerau_levenshtein(name, operation.as_str());
    Operation::ALL.iter().copied().min_by_key(edits).filter(|it| 3 * edits(it) <= it.as_str().len())
}

/// Written as its name.
impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).map_err(|error| serde::de::Error::custom(error.message))
    }
}

#[cfg(feature = "schema")]
fn schemas<O>() -> (schemars::Schema, schemars::Schema)
where
    O: Operate + schemars::JsonSchema,
    O::Response: schemars::JsonSchema,
{
    use schemars::generate::SchemaSettings;
    let settings = SchemaSettings::draft2020_12;
    let request = settings().into_generator().into_root_schema_for::<O>();
    (request, settings().for_serialize().into_generator().into_root_schema_for::<O::Response>())
}
