//! One table of everything that can go wrong: a published code with its HTTP status, a stable fine cause,
//! and for each error a sentence, the places in the request, and the limit that was broken.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::BTreeSet;
use strum::{IntoStaticStr, VariantArray};

/// The result of every fallible function of the crate.
pub type Result<T> = core::result::Result<T, Error>;

/// A published error code; see `docs/ERRORS.md`. The first nine are those of the public Kapix API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// 400: the request or artefact is not of the documented form.
    ValidationError,
    /// 401: a host's answer; the engine never gives it.
    Unauthorized,
    /// 403: the artefact or operation may not be used here.
    Forbidden,
    /// 404: nothing has this id.
    EntityNotFound,
    /// 409: the idempotency key was used with another body.
    DuplicateRequest,
    /// 422: not enough data for a reliable result.
    InsufficientData,
    /// 429: a host's answer; the engine never gives it.
    RateLimitExceeded,
    /// 500: a defect of the engine, caught and reported.
    InternalError,
    /// 503: a store that is busy, full or unreachable.
    ServiceUnavailable,
    /// 499: the caller cancelled the operation.
    Cancelled,
}

impl Code {
    /// Every code, in the order of its HTTP status table.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the code as it is written on the wire, for example `VALIDATION_ERROR`.
    ///
    /// ```
    /// use kapix_core::error::Code;
    ///
    /// assert_eq!(Code::InsufficientData.as_str(), "INSUFFICIENT_DATA");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the HTTP status, 400..=503.
    ///
    /// ```
    /// use kapix_core::error::Code;
    ///
    /// assert_eq!((Code::ValidationError.http_status(), Code::InsufficientData.http_status()), (400, 422));
    /// ```
    pub const fn http_status(self) -> u16 {
        match self {
            Self::ValidationError => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::EntityNotFound => 404,
            Self::DuplicateRequest => 409,
            Self::InsufficientData => 422,
            Self::RateLimitExceeded => 429,
            Self::InternalError => 500,
            Self::ServiceUnavailable => 503,
            Self::Cancelled => 499,
        }
    }
}

macro_rules! causes {
    ($($variant:ident, $name:literal, $code:ident, $meaning:literal;)+) => {
        /// A stable, fine cause of an error; the table is printed in `docs/ERRORS.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Cause { $(#[doc = $meaning] $variant,)+ }

        impl Cause {
            /// Every cause, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the cause as it is written on the wire, for example `card.bins_overlap`.
            ///
            /// ```
            /// use kapix_core::Cause;
            ///
            /// assert_eq!(Cause::CardBinsOverlap.as_str(), "card.bins_overlap");
            /// ```
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $name,)+ } }

            /// Returns the published code that this cause belongs to.
            ///
            /// ```
            /// use kapix_core::{Cause, error::Code};
            ///
            /// assert_eq!(Cause::DataMissing.code(), Code::InsufficientData);
            /// ```
            pub const fn code(self) -> Code { match self { $(Self::$variant => Code::$code,)+ } }

            /// Returns one sentence on what the cause means and what to do.
            ///
            /// ```
            /// use kapix_core::Cause;
            ///
            /// assert_eq!(Cause::JsonNumber.meaning(), "A number is not finite.");
            /// ```
            pub const fn meaning(self) -> &'static str { match self { $(Self::$variant => $meaning,)+ } }
        }
    };
}

causes! {
    // Shape of a document
    JsonSyntax, "json.syntax", ValidationError, "The text is not JSON; the message gives line and column.";
    JsonShape, "json.shape", ValidationError, "A value has another type than the documented one, or a required field is absent.";
    JsonUnknownField, "json.unknown_field", ValidationError, "A field is not documented; it may be misspelt.";
    JsonDuplicateKey, "json.duplicate_key", ValidationError, "A key occurs twice in one object.";
    JsonInteger, "json.integer_out_of_range", ValidationError, "An integer lies outside +-(2^53 - 1), the range that every language reads exactly.";
    JsonNumber, "json.number_not_finite", ValidationError, "A number is not finite.";
    JsonUnpairedSurrogate, "json.unpaired_surrogate", ValidationError, "A string holds an unpaired surrogate and has no UTF-8 form.";
    YamlSyntax, "yaml.syntax", ValidationError, "The text is not YAML; the message gives line and column.";
    YamlLeftOut, "yaml.left_out", ValidationError, "A document in YAML uses what documents may not have, such as an anchor, a merge or a number that JSON does not write so; the message gives line and column.";
    LimitExceeded, "limit.exceeded", ValidationError, "A request is larger than a configured limit; the message names both.";
    OperationUnknown, "operation.unknown", EntityNotFound, "No operation has this name; `engine.describe` lists them.";
    OperationNotColumnar, "operation.not_columnar", ValidationError, "The operation takes no columns; call it with a request alone.";
    OperationColumnsMissing, "operation.columns_missing", ValidationError, "The operation needs columns, beside its request or in its field `columns`.";
    OperationNeedsStore, "operation.needs_store", ValidationError, "The operation needs a durable store: open the engine on one (`Engine.open`).";
    OperationNeedsDesk, "operation.needs_desk", ValidationError, "The operation reads or keeps state; call it on a Desk, which has a store, not on an Engine.";
    // The language of policies
    ExpressionSyntax, "expression.syntax", ValidationError, "A text is no expression of the language; the message gives line and column.";
    ExpressionName, "expression.name", ValidationError, "An expression reads a name, or calls a function, that does not exist.";
    ExpressionType, "expression.type", ValidationError, "Parts of an expression have types that do not go together; nothing is converted.";
    PolicyShape, "policy.shape", ValidationError, "A field of a policy does not go with another one.";
    PolicyName, "policy.name", ValidationError, "A name of a policy is not well formed, stands for two things, or for nothing.";
    PolicyReason, "policy.reason", ValidationError, "A row that declines or refers states no reason, or one that the policy's `reasons` does not hold, or a reason has no English text.";
    PolicyTable, "policy.table", ValidationError, "A decision table is not well formed: cells beside columns, outputs, priorities, or a cell that nothing passes.";
    PolicyMissing, "policy.missing", ValidationError, "`skip` or `value` of `on_missing` could gain an approval, a larger amount or other terms by what is missing.";
    PolicyOffer, "policy.offer", ValidationError, "The offer of a policy names no amount, or its grid of counter-offers is too long.";
    PolicyInput, "policy.input", ValidationError, "An input of a policy has another type than the policy states; nothing is converted.";
    PolicyStepUnanswered, "policy.step_unanswered", ValidationError, "The policy asks other operations, which only an engine answers.";
    PolicyNotEffective, "policy.not_effective", Forbidden, "`as_of` lies outside the time in which the policy may decide.";
    // Ground types
    ValueOutOfRange, "value.out_of_range", ValidationError, "A value lies outside its documented range.";
    MoneyCurrency, "money.currency_unknown", ValidationError, "The currency is not an ISO 4217 code with a minor unit.";
    MoneyCurrencyMixed, "money.currency_mixed", ValidationError, "Amounts of two currencies meet in one sum; Kapix holds no exchange rates.";
    MoneyOverflow, "money.overflow", ValidationError, "A sum of amounts leaves the range +-(2^53 - 1) minor units.";
    MoneyPrecision, "money.precision", ValidationError, "A decimal amount has more digits than the currency's minor unit, or than a JSON number carries exactly.";
    MoneySyntax, "money.syntax", ValidationError, "A decimal amount is not an optional sign, digits, and optionally a point with digits.";
    TimeSyntax, "time.syntax", ValidationError, "An instant is not RFC 3339, or a date not YYYY-MM-DD.";
    TimeRange, "time.out_of_range", ValidationError, "A date lies outside 1900-01-01..9999-12-31.";
    TimeOffset, "time.offset", ValidationError, "A UTC offset is not `+HH:MM` or `-HH:MM` within 18 hours, or `Z`.";
    TimeAsOfMissing, "time.as_of_missing", ValidationError, "`as_of` is absent and the engine was loaded without a clock.";
    IdInvalid, "id.invalid", ValidationError, "An id is empty, longer than 128 bytes or holds control characters.";
    // Frames
    FrameShape, "frame.shape", ValidationError, "Columns differ in length, or a stride, offset, validity or code does not fit what it leads to.";
    FrameColumnMissing, "frame.column_missing", ValidationError, "A column that the card needs is not in the frame.";
    FrameColumnDuplicate, "frame.column_duplicate", ValidationError, "Two columns of a frame have the same name.";
    FrameColumnType, "frame.column_type", ValidationError, "A column has another type than its characteristic.";
    FrameInfinity, "frame.infinity", ValidationError, "A column holds an infinity; NaN and null are missing, infinity is an error.";
    // Transactions and ledgers
    TransactionSign, "transaction.sign", ValidationError, "The sign of an amount contradicts its type: credit > 0, debit < 0.";
    TransactionCsv, "transaction.csv", ValidationError, "A row of a delimited document does not have the values of its columns, or its quotes do not close.";
    StatementForm, "statement.form", ValidationError, "A document has no form that can be read: its encoding, its header or its columns.";
    StatementUnstated, "statement.unstated", ValidationError, "What a document leaves open must be stated: `account` or `profile` of the request.";
    StatementEmpty, "statement.empty", InsufficientData, "No row of a document is a transaction.";
    LedgerCurrencyMixed, "ledger.currency_mixed", ValidationError, "The accounts of one applicant have more than one currency; Kapix holds no exchange rates.";
    LedgerAccountDuplicate, "ledger.account_duplicate", ValidationError, "Two accounts of one source have the same account_id.";
    // Data of a request
    DataMissing, "data.missing", InsufficientData, "A source that the request names carries no data.";
    DataNotNamed, "data.not_named", ValidationError, "Data of a source is present that `data_sources` does not name.";
    DataExclusive, "data.features_and_data", ValidationError, "`data`, `features` and `akiba` replace each other, and so do `values` and `no_record` of a source; give one.";
    DataInsufficient, "data.insufficient", InsufficientData, "The history is shorter than the card's stated minimum.";
    DataInputMissing, "data.input_missing", InsufficientData, "An input is missing and the card states no points for that.";
    DataInputType, "data.input_type", ValidationError, "An input has another type than its characteristic.";
    DataInputUnseen, "data.input_unseen", InsufficientData, "A category is unknown to the card, which states no points for such.";
    DataInputRange, "data.input_out_of_range", ValidationError, "An input lies outside the range that the card states for it.";
    DataInputUnknown, "data.input_unknown", ValidationError, "A name that the card does not read differs from a missing input only in case, spaces, hyphens or underscores.";
    // Artefacts
    ArtefactKind, "artefact.kind", ValidationError, "The kind of the artefact is not known to this engine.";
    ArtefactFormat, "artefact.format", ValidationError, "The artefact was written for a newer format than this engine reads.";
    ArtefactDuplicate, "artefact.duplicate", ValidationError, "Two artefacts have the same kind, id and version.";
    ArtefactHash, "artefact.hash", ValidationError, "The artefact does not have the SHA-256 that names it.";
    ArtefactCycle, "artefact.cycle", ValidationError, "Bundles contain each other.";
    ArtefactReference, "artefact.reference", ValidationError, "A reference names nothing in the bundle.";
    ArtefactNotFound, "artefact.not_found", EntityNotFound, "No loaded artefact has this id, or none is routed to this operation and entity type.";
    ArtefactAmbiguous, "artefact.ambiguous", ValidationError, "Two artefacts answer the same operation and entity type: add a route to a bundle. Of a request: pin `id@version`.";
    ArtefactNotApproved, "artefact.not_approved", Forbidden, "`production` is on and the artefact is not approved, or does not say by whom and when.";
    // Scorecards
    CardEmpty, "card.empty", ValidationError, "A card has no characteristics, or a characteristic no attributes.";
    CardDuplicate, "card.duplicate", ValidationError, "Two characteristics, attributes, bands or categories of a card have the same id or value.";
    CardBinsGap, "card.bins_gap", ValidationError, "The attributes of a characteristic leave values uncovered.";
    CardBinsOverlap, "card.bins_overlap", ValidationError, "Two attributes of a characteristic cover the same value, or cut points do not ascend.";
    CardKind, "card.kind", ValidationError, "An attribute has bounds in a categorical characteristic, or categories in a numeric one.";
    CardPointsRange, "card.points_range", ValidationError, "Points lie outside -1,000,000..=1,000,000.";
    CardScaling, "card.scaling", ValidationError, "points0, odds0 and pdo must be finite, odds0 and pdo above zero.";
    CardBands, "card.bands", ValidationError, "Bands do not descend from safest to riskiest or leave totals uncovered.";
    CardCutoffs, "card.cutoffs", ValidationError, "The approve cut-off must lie above the refer cut-off.";
    CardMissingGenerous, "card.missing_generous", ValidationError, "A bin for missing, special or unseen values gives more than the neutral points without support in the development counts.";
    CardMissing, "card.missing", ValidationError, "`required` names no input of the card or one twice, `withheld` states no reason, or `completeness` lies outside 0..=1.";
    CardFeatureUnknown, "card.feature_unknown", ValidationError, "A characteristic reads a feature that this engine does not compute and no source carries.";
    CardDefinition, "card.definition_changed", ValidationError, "The definition of a feature differs from the one that the card was built on.";
    CardProtected, "card.protected", ValidationError, "A characteristic is marked protected and states no legal basis.";
    CardReason, "card.reason", ValidationError, "A characteristic names a reason code that the card's table does not hold.";
    CardPdBasis, "card.pd_basis", ValidationError, "`pd_basis` claims a calibration that the development record does not hold.";
    CardMoves, "card.moves", ValidationError, "A cost of moving lies outside 1..=1000, or characteristics that move together are not two or more numeric ones of one cost.";
    CardDevelopment, "card.development", ValidationError, "The development record does not fit the characteristics in shape or values.";
    FittingTarget, "fitting.target", ValidationError, "The target of a fit is not of the asked kind, not 0 or 1, or all rows are of one class.";
    FittingWeight, "fitting.weight", ValidationError, "A weight of a row is not finite or not above 0.";
    FittingColumn, "fitting.column", ValidationError, "A column of a fit has another length, a slot outside, or values that are not finite.";
    FittingCollinear, "fitting.collinear", ValidationError, "A characteristic is constant or a linear function of others, so that its coefficient is not determined; leave one out or set l2 above 0.";
    FittingSeparation, "fitting.separation", ValidationError, "Characteristics separate good and bad, so that no maximum of the likelihood exists; leave them out or set l2 above 0.";
    FittingSettings, "fitting.settings", ValidationError, "A setting of a development lies outside its range.";
    FittingNothing, "fitting.nothing", ValidationError, "No column separates good from bad under the constraints, or the selection left none.";
    // C ABI
    ArgumentInvalid, "argument.invalid", ValidationError, "A pointer is NULL or misaligned, or a length does not fit; only callers by the C ABI can see it.";
    EngineClosed, "engine.closed", ValidationError, "The engine was closed, or the handle never was one.";
    // Desk
    IdempotencyReuse, "idempotency.reused", DuplicateRequest, "The idempotency key was used before with another body.";
    IdempotencyNotDurable, "idempotency.not_durable", ValidationError, "An idempotency key needs a durable store, or the option `idempotency: process`.";
    EntropyUnavailable, "entropy.unavailable", ServiceUnavailable, "The operating system gives no random bytes for ids and salts.";
    SubjectHeld, "subject.held", Forbidden, "The person's data are under a legal hold: nothing may be erased until `subject.restrict` lifts it.";
    SubjectRestricted, "subject.restricted", Forbidden, "The person's data may not be used until `subject.restrict` lifts the restriction.";
    RecordNotFound, "record.not_found", EntityNotFound, "No record has this audit id in the store.";
    RecordBodyErased, "record.body_erased", EntityNotFound, "Parts of the record have lapsed or were erased; its leaf stays.";
    RecordAltered, "record.altered", ValidationError, "A record does not hold what its leaf was sealed over.";
    AuditForm, "audit.form", ValidationError, "A note, checkpoint, proof or key is not of its published form.";
    AuditSignature, "audit.signature", ValidationError, "No known key signed a note, or a signature does not fit it.";
    AuditProof, "audit.proof", ValidationError, "A proof does not lead from its leaf to the root of the log.";
    AuditRange, "audit.range", ValidationError, "A log has no such leaf, or is shorter.";
    StoreCorrupt, "store.corrupt", ServiceUnavailable, "The file of the store is damaged, or no database.";
    StoreSchema, "store.schema", ValidationError, "The file is a store of another schema, or a database of another application.";
    StoreUnavailable, "store.unavailable", ServiceUnavailable, "The store cannot be opened, read or written.";
    StoreBusy, "store.busy", ServiceUnavailable, "Other calls kept changing what the call had read; try again.";
    StoreFull, "store.full", ServiceUnavailable, "The store holds as much as it may; the message names the limit.";
    Cancelled, "cancelled", Cancelled, "The caller cancelled the operation.";
    Panic, "internal.panic", InternalError, "A defect of the engine was caught; please report it.";
}

/// What went wrong, where, and what to do: never holds ids, names, phones or free text of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({}): {message}{}", .cause.code().as_str(), .cause.as_str(), places(.fields))]
pub struct Error {
    /// The stable, fine cause; its [`Code`] is `cause.code()`.
    pub cause: Cause,
    /// One lower-case sentence with the limit and the value in backticks.
    pub message: String,
    /// JSON pointers (RFC 6901) to every place that is wrong.
    pub fields: Vec<String>,
    /// All findings, when one pass over the request found more than one.
    pub details: Vec<Detail>,
    /// Ids of the call, where it left a record.
    pub recorded: Option<Box<Recorded>>,
}

/// Ids of a refused call that left a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Id of the record.
    pub audit_id: String,
    /// Id of the call.
    pub request_id: String,
}

/// One finding among several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The stable, fine cause.
    pub cause: Cause,
    /// One lower-case sentence.
    pub message: String,
    /// JSON pointer to the place.
    pub field: String,
}

impl Error {
    /// Returns an error without a place; add one with [`Error::at`].
    ///
    /// ```
    /// use kapix_core::{Cause, Error};
    ///
    /// let error = Error::new(Cause::ValueOutOfRange, "tenor_days must be in 1..=3650; got `0`");
    /// assert_eq!(error.to_string(), "VALIDATION_ERROR (value.out_of_range): tenor_days must be in 1..=3650; got `0`");
    /// ```
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into(), fields: Vec::new(), details: Vec::new(), recorded: None }
    }

    /// Returns the error with one more place, a JSON pointer such as `/data/bank/accounts/0`.
    ///
    /// ```
    /// use kapix_core::{Cause, Error};
    ///
    /// let error = Error::new(Cause::IdInvalid, "an id must have 1..=128 bytes; got `0`").at("/entity_id");
    /// assert_eq!(error.fields, ["/entity_id"]);
    /// ```
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.fields.push(pointer.into());
        self
    }

    /// Returns the error with `prefix` before each of its pointers.
    ///
    /// ```
    /// use kapix_core::{Cause, Error};
    ///
    /// let error = Error::new(Cause::TransactionSign, "a debit must be below zero").at("/transactions/3");
    /// assert_eq!(error.under("/data/bank/accounts/0").fields, ["/data/bank/accounts/0/transactions/3"]);
    /// ```
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        if self.fields.is_empty() {
            self.fields.push(prefix.to_owned());
        } else {
            for field in &mut self.fields {
                field.insert_str(0, prefix);
            }
        }
        for detail in &mut self.details {
            detail.field.insert_str(0, prefix);
        }
        self
    }

    /// Returns one error for all findings, led by the first, or `None` when there are none.
    ///
    /// ```
    /// use kapix_core::{Cause, Error, error::Detail};
    ///
    /// let missing = |field: &str| Detail {
    ///     cause: Cause::DataInputMissing,
    ///     message: "the card states no points for it".to_owned(),
    ///     field: field.to_owned(),
    /// };
    /// let error = Error::from_details(vec![missing("/features/a"), missing("/features/b")]);
    /// assert_eq!(error.map(|it| it.message), Some("the card states no points for it (and 1 more)".to_owned()));
    /// assert_eq!(Error::from_details(Vec::new()), None);
    /// ```
    pub fn from_details(details: Vec<Detail>) -> Option<Self> {
        let first = details.first()?.clone();
        let message = match details.len() - 1 {
            0 => first.message.clone(),
            more => format!("{} (and {more} more)", first.message),
        };
        let left_out = details.len().saturating_sub(DETAILS_MAX);
        let mut details = details;
        // One more is told as it is: the line that counts the others takes its place.
        if left_out > 1 {
            details.truncate(DETAILS_MAX);
            let message = format!("`{left_out}` more findings are not told: mend these first");
            details.push(Detail { cause: Cause::LimitExceeded, message, field: String::new() });
        }
        let mut seen = BTreeSet::new();
        let places = details.iter().filter(|detail| seen.insert(&detail.field));
        let fields = places.map(|detail| detail.field.clone()).collect();
        let cause = first.cause;
        let details = if details.len() > 1 { details } else { Vec::new() };
        Some(Self { cause, message, fields, details, recorded: None })
    }

    /// Returns the published code.
    ///
    /// ```
    /// use kapix_core::{Cause, Error, error::Code};
    ///
    /// assert_eq!(Error::new(Cause::StoreFull, "100 records at most").code(), Code::ServiceUnavailable);
    /// ```
    pub const fn code(&self) -> Code {
        self.cause.code()
    }
}

/// Returns a name as one segment of a JSON pointer, with the escapes of RFC 6901, section 3.
///
/// ```
/// use kapix_core::error::escape_segment;
///
/// assert_eq!(escape_segment("debt/income"), "debt~1income");
/// assert_eq!(escape_segment("~tilde"), "~0tilde");
/// ```
pub fn escape_segment(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Findings of one error that are told; another one says how many more there are.
const DETAILS_MAX: usize = 1_000;

/// Places that follow a message at most; `fields` has all.
const PLACES_MAX: usize = 5;

/// Returns the places as they follow a message: ` at ` and the pointer in backticks, one after the other, and how many more.
fn places(fields: &[String]) -> String {
    let first: String = fields.iter().take(PLACES_MAX).flat_map(|field| [" at `", field, "`"]).collect();
    match fields.len().saturating_sub(PLACES_MAX) {
        0 => first,
        more => format!("{first} and `{more}` more places"),
    }
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("cause", self.cause.as_str())?;
        map.serialize_entry("field", &self.field)?;
        map.serialize_entry("message", &self.message)?;
        map.end()
    }
}

/// The error as the public API writes it inside `{"error": ...}`, without `request_id`, which the Desk adds.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("cause", self.cause.as_str())?;
        map.serialize_entry("code", self.code().as_str())?;
        if !self.details.is_empty() {
            map.serialize_entry("details", &self.details)?;
        }
        map.serialize_entry("docs", &format!("https://usekapix.com/docs/errors#{}", self.code().as_str()))?;
        map.serialize_entry("fields", &self.fields)?;
        map.serialize_entry("message", &self.message)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Code, Detail, Error};

    #[test]
    fn causes_are_unique_and_lower_case() {
        let mut names: Vec<_> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
        assert!(
            names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_'))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Cause::ALL.len());
    }

    #[test]
    fn published_codes_have_their_published_status() {
        // kapix-api.txt, "Errors & Codes": nine codes; CANCELLED 499 is ours.
        let statuses: Vec<u16> = Code::ALL.iter().map(|code| code.http_status()).collect();
        assert_eq!(statuses, [400, 401, 403, 404, 409, 422, 429, 500, 503, 499]);
    }

    #[test]
    fn several_findings_become_one_error_with_all_places() {
        let detail =
            |field: &str| Detail { cause: Cause::DataMissing, message: "m".into(), field: field.into() };
        let error = Error::from_details(vec![detail("/a"), detail("/b")]).unwrap().under("/x");
        assert_eq!(error.fields, ["/x/a", "/x/b"]);
        assert_eq!(error.details.len(), 2);
        assert_eq!(error.message, "m (and 1 more)");
        assert!(Error::from_details(vec![]).is_none());
        // A message names the first places.
        let many = Error::from_details((0..9).map(|at| detail(&format!("/{at}"))).collect()).unwrap();
        assert!(many.to_string().ends_with(" at `/3` at `/4` and `4` more places"), "{many}");
        assert_eq!(many.fields.len(), 9);
        // Of very many the first are told, and how many more there are.
        let many = Error::from_details((0..300_000).map(|at| detail(&format!("/{at}"))).collect()).unwrap();
        assert_eq!((many.details.len(), &*many.message), (super::DETAILS_MAX + 1, "m (and 299999 more)"));
        let last = many.details.last().unwrap();
        assert_eq!(
            (&*last.message, &*last.field),
            ("`299000` more findings are not told: mend these first", "")
        );
        assert_eq!(Error::from_details(many.details.clone()).unwrap().details, many.details);
        // A place of two findings is named once.
        let error = Error::from_details(vec![detail("/a"), detail("/b"), detail("/a")]).unwrap();
        assert_eq!(
            (error.fields.as_slice(), error.details.len()),
            (&["/a".to_owned(), "/b".to_owned()][..], 3)
        );
    }
}
