//! From a request to the inputs of a card: the data checked against what it names, the ledger and its features, and
//! for each missing input the reason.

use super::super::unnamed;
use super::null_reason::{InputNullReason, RequestNullReason};
use super::request::CreditScoreRequest;
use crate::cashflow::{self, FeatureId, Features};
use crate::domain::{Data, Finding, FindingKind, FlatSource, Ledger, Severity, SourceKey};
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::json::Scalar;
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use crate::money::Currency;
use crate::scorecard::{Card, Input, InputSource, NO_RECORD};
use crate::time::{Date, Instant};
use crate::view::origin::Origin;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The features that a card's stated minimum is about.
const HISTORY_DAYS: &str = "history_days";
const HISTORY_TRANSACTIONS: &str = "history_transactions";
const COVERAGE_AGE_DAYS: &str = "coverage_age_days";

/// Days that data of a card which states no `age_days_max` may be old.
const AGE_DAYS_MAX: u32 = 31;
/// Days that data may be old whose end the applicant may have chosen.
const CHOSEN_AGE_DAYS_MAX: u32 = 7;

/// Why an input that the request does not bring is missing.
pub(super) const NOT_GIVEN: InputNullReason = InputNullReason::Request(RequestNullReason::NotGiven);

/// What a request brings, checked.
pub(super) enum Evidence<'r> {
    /// Named values.
    Named(&'r BTreeMap<String, Scalar>),
    /// Sources, and the ledger of their accounts.
    Sources { data: Box<Cow<'r, Data>>, ledger: Ledger, origin: Option<Origin> },
}

/// The inputs of a card in its order, and why those that are missing are.
pub(super) struct Inputs<'e> {
    pub(super) values: Vec<Input<'e>>,
    /// Why each input is missing, if it is; empty when those that are were not given.
    pub(super) null_reasons: Vec<Option<InputNullReason>>,
    /// Days from the last covered day to `as_of`.
    pub(super) age_days: Option<f64>,
    /// The most of them that a decision may rest on.
    pub(super) age_days_max: Option<u32>,
    /// The applicant may have chosen the last covered day.
    pub(super) end_is_chosen: bool,
}

impl<'r> Evidence<'r> {
    /// Checks what the request brings against what it names, and builds the ledger.
    pub(super) fn gather(request: &'r CreditScoreRequest, as_of: Instant, limits: &Limits) -> Result<Self> {
        let brought = [request.data.is_some(), request.features.is_some(), request.akiba.is_some()];
        if brought.iter().filter(|brought| **brought).count() > 1 {
            let message = "give one of `data`, `features` and `akiba`; each replaces the others";
            return Err(Error::new(Cause::DataExclusive, message).at("/features"));
        }
        if let Some(features) = &request.features {
            limits::check("features", limits.features, features.len())
                .map_err(|error| error.at("/features"))?;
            check_texts(features, "/features", limits)?;
            return Ok(Self::Named(features));
        }
        let (data, origin) = match (&request.data, &request.akiba) {
            (Some(data), _) => (Cow::Borrowed(data), None),
            (None, Some(akiba)) => {
                let (data, origin) = akiba.data(limits)?;
                (Cow::Owned(data), Some(origin))
            }
            (None, None) => return Err(nothing(&request.data_sources)),
        };
        if request.akiba.is_none() {
            check_sources(&data, &request.data_sources)?;
        }
        for (key, source) in data.flat_sources() {
            let place = format!("/data/{}/values", key.as_str());
            limits::check("features", limits.features, source.values.len())
                .map_err(|error| error.at(&*place))?;
            check_texts(&source.values, &place, limits)?;
            if source.no_record && !source.values.is_empty() {
                let message = "give `no_record` or `values`: a source without a record has no values";
                return Err(Error::new(Cause::DataExclusive, message).at(place));
            }
        }
        let ledger = ledger(&data, origin.as_ref(), as_of, limits)?;
        if let Some(mixed) = ledger.findings.iter().find(|it| it.kind == FindingKind::MixedCurrencies) {
            let message = "the accounts have more than one currency; Kapix holds no exchange rates";
            return Err(Error::new(Cause::LedgerCurrencyMixed, message).at(mixed.pointer.as_str()));
        }
        Ok(Self::Sources { data: Box::new(data), ledger, origin })
    }

    /// Returns what the ledger says of the data.
    pub(super) fn findings(&self) -> &[Finding] {
        match self {
            Self::Named(_) => &[],
            Self::Sources { ledger, .. } => &ledger.findings,
        }
    }

    /// Returns the last day of every window.
    pub(super) fn features_as_of(&self) -> Option<Date> {
        match self {
            Self::Named(_) => None,
            Self::Sources { ledger, .. } => ledger
                .accounts
                .iter()
                .any(|account| account.covered.is_some())
                .then_some(ledger.features_as_of),
        }
    }

    /// Returns the ledger in the other reading, where rows are disputed.
    pub(super) fn other_reading(&self) -> Option<&Ledger> {
        if let Self::Sources { ledger, .. } = self { ledger.other_reading.as_deref() } else { None }
    }

    /// Returns the features of the ledger.
    pub(super) fn features(&self) -> Option<Features<'_>> {
        match self {
            Self::Named(_) => None,
            Self::Sources { ledger, .. } => Some(cashflow::features(ledger)),
        }
    }

    /// Returns where the rows of a view stood.
    pub(super) fn origin(&self) -> Option<&Origin> {
        if let Self::Sources { origin, .. } = self { origin.as_ref() } else { None }
    }

    /// Returns the place of an input in the request.
    pub(super) fn pointer(&self, feature: &str, source: Option<&InputSource>) -> String {
        match (self, source) {
            (Self::Named(_), _) => format!("/features/{}", escape_segment(feature)),
            (Self::Sources { .. }, Some(InputSource::Flat(key, name))) => {
                format!("/data/{}/values/{}", key.as_str(), escape_segment(name))
            }
            (Self::Sources { .. }, Some(InputSource::Context(input))) => {
                format!("/context/{}", input.as_str())
            }
            (Self::Sources { origin: Some(origin), .. }, _) => origin.field(""),
            (Self::Sources { .. }, _) => "/data".to_owned(),
        }
    }

    /// Returns the one currency of the accounts.
    pub(super) fn currency(&self) -> Option<Currency> {
        if let Self::Sources { ledger, .. } = self { ledger.currency } else { None }
    }

    /// Returns the inputs of the card; those of the context are still missing.
    pub(super) fn read<'e>(&'e self, card: &Card, features: Option<&Features<'_>>) -> Inputs<'e> {
        match self {
            Self::Named(named) => named_inputs(named, card),
            Self::Sources { data, .. } => source_inputs(data, card, features),
        }
    }

    /// Returns the inputs of the card that were computed of rows or read of sources, by name, so that the call can be answered
    /// again once the rows are gone; none where they were named.
    pub(super) fn computed(
        &self,
        card: &Card,
        inputs: &Inputs<'_>,
        features: Option<&Features<'_>>,
    ) -> Option<JsonValue> {
        if matches!(self, Self::Named(_)) {
            return None;
        }
        let history = [HISTORY_DAYS, HISTORY_TRANSACTIONS, COVERAGE_AGE_DAYS].into_iter().map(|name| {
            let value = FeatureId::of(name).and_then(|id| features.and_then(|it| it.value(id)));
            (name.to_owned(), value.map_or(JsonValue::Null, JsonValue::Number))
        });
        let mut computed: BTreeMap<String, JsonValue> = history.collect();
        let own = card.inputs().zip(&inputs.values);
        // What the context gives stands in the request.
        computed.extend(own.filter(|((_, _, source), _)| !matches!(source, InputSource::Context(_))).map(
            |((name, _, _), value)| {
                let value = match value {
                    Input::NoRecord => JsonValue::Text(NO_RECORD.to_owned()),
                    Input::Number(number) if number.is_finite() => JsonValue::Number(*number),
                    Input::Missing | Input::Number(_) => JsonValue::Null,
                    Input::Text(text) => JsonValue::Text((*text).to_owned()),
                };
                (name.to_owned(), value)
            },
        ));
        Some(JsonValue::Object(computed))
    }

    /// Returns a named number.
    pub(super) fn named_number(&self, name: &str) -> Option<f64> {
        match self {
            Self::Named(named) => match named.get(name) {
                Some(Scalar::Number(number)) => Some(*number),
                _ => None,
            },
            Self::Sources { .. } => None,
        }
    }

    /// Returns the inputs, if the card's stated minimum is met.
    pub(super) fn check_minimum<'e>(
        &'e self,
        card: &Card,
        features: Option<&Features<'_>>,
        inputs: Inputs<'e>,
    ) -> Result<Inputs<'e>> {
        let value = |name: &str| match self {
            Self::Named(_) => self.named_number(name),
            Self::Sources { .. } => FeatureId::of(name).and_then(|id| features.and_then(|it| it.value(id))),
        };
        let minimum = card.body.minimum;
        self.check_numbers(needed(card))?;
        let mut details = Vec::new();
        for name in needed(card).filter(|name| value(name).is_some_and(f64::is_infinite)) {
            details.push(Detail {
                cause: Cause::FrameInfinity,
                message: format!("input `{name}` must be a finite number"),
                field: self.pointer(name, None),
            });
        }
        for (name, least) in
            [(HISTORY_DAYS, minimum.history_days), (HISTORY_TRANSACTIONS, minimum.transactions)]
        {
            let got = value(name);
            if least > 0 && got.is_none_or(|got| got < f64::from(least)) {
                let got = got.map_or_else(|| self.nothing().to_owned(), |got| format!("got `{got}`"));
                details.push(Detail {
                    cause: Cause::DataInsufficient,
                    message: format!("{name} must be at least `{least}` for this card; {got}{}", self.lost()),
                    field: self.pointer(name, None),
                });
            }
        }
        let age_days = value(COVERAGE_AGE_DAYS);
        if minimum.age_days_max.is_some() && age_days.is_none() {
            details.push(Detail {
                cause: Cause::DataInsufficient,
                message: format!("{COVERAGE_AGE_DAYS} is needed: the card limits the age of its data"),
                field: self.pointer(COVERAGE_AGE_DAYS, None),
            });
        }
        if minimum.age_days_max.is_some() && age_days.is_some_and(|age| age < 0.0) {
            details.push(Detail {
                cause: Cause::DataInputRange,
                message: format!("{COVERAGE_AGE_DAYS} must be at least `0`"),
                field: self.pointer(COVERAGE_AGE_DAYS, None),
            });
        }
        let age_days_max = self.age_days_max(card);
        let end_is_chosen = matches!(self, Self::Sources { ledger, .. } if !ledger.end_is_given);
        Error::from_details(details)
            .map_or(Ok(Inputs { age_days, age_days_max, end_is_chosen, ..inputs }), Err)
    }

    /// Returns what to say of a history that has no rows.
    fn nothing(&self) -> &'static str {
        let has_rows = matches!(self, Self::Sources { ledger, .. } if ledger.accounts.iter().any(|it| !it.rows.is_empty()));
        let is_later = self.findings().iter().any(|it| it.kind == FindingKind::AfterAsOf);
        if is_later && !has_rows { "every row lies after `as_of`" } else { "got `none`" }
    }

    /// Returns which findings took rows out of the history, as the end of a message.
    fn lost(&self) -> String {
        let takes = |it: &&Finding| {
            it.severity == Severity::Disputed && it.kind != FindingKind::SharedBalance
                || it.kind == FindingKind::AfterAsOf
        };
        let mut kinds: Vec<&str> = self.findings().iter().filter(takes).map(|it| it.kind.into()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            return String::new();
        }
        format!("; rows were left out or are in dispute: `{}`", kinds.join("`, `"))
    }

    /// Returns the age in days that the card accepts. Where accounts are read it is 31 unless the card states it, and at
    /// most 7 where the applicant may have chosen the day on which the data end.
    fn age_days_max(&self, card: &Card) -> Option<u32> {
        let stated = card.body.minimum.age_days_max;
        let Self::Sources { ledger, .. } = self else { return stated };
        if !card.inputs().any(|(_, _, source)| source.needs_rows()) {
            return stated;
        }
        let most = stated.unwrap_or(AGE_DAYS_MAX);
        Some(if ledger.end_is_given { most } else { most.min(CHOSEN_AGE_DAYS_MAX) })
    }

    /// Refuses text and booleans under the names of numbers that the card's minimum needs.
    fn check_numbers(&self, names: impl Iterator<Item = &'static str>) -> Result<()> {
        let Self::Named(named) = self else { return Ok(()) };
        let other = |name: &str| matches!(named.get(name), Some(Scalar::Text(_) | Scalar::Bool(_)));
        let details = names.filter(|name| other(name)).map(|name| Detail {
            cause: Cause::DataInputType,
            message: format!("input `{name}` must be a number"),
            field: self.pointer(name, None),
        });
        Error::from_details(details.collect()).map_or(Ok(()), Err)
    }
}

impl Inputs<'_> {
    /// Returns why a missing input is missing.
    pub(super) fn null_reason(&self, position: usize) -> Option<InputNullReason> {
        self.null_reasons.get(position).copied().unwrap_or(Some(NOT_GIVEN))
    }
}

/// Returns the features that the card's stated minimum needs.
pub(in crate::engine) fn needed(card: &Card) -> impl Iterator<Item = &'static str> {
    let minimum = card.body.minimum;
    let rules = [
        (HISTORY_DAYS, minimum.history_days > 0),
        (HISTORY_TRANSACTIONS, minimum.transactions > 0),
        (COVERAGE_AGE_DAYS, minimum.age_days_max.is_some()),
    ];
    rules.into_iter().filter(|(_, is_needed)| *is_needed).map(|(name, _)| name)
}

/// Returns the ledger. Findings about accounts that a view made point to the rows of the view.
pub(in crate::engine) fn ledger(
    data: &Data,
    origin: Option<&Origin>,
    as_of: Instant,
    limits: &Limits,
) -> Result<Ledger> {
    let Some(origin) = origin else {
        unnamed::check(data)?;
        return Ledger::build(data, as_of, limits);
    };
    let built = Ledger::build(data, as_of, limits);
    let mut ledger = built.map_err(|error| origin.error(error))?;
    for finding in &mut ledger.findings {
        origin.finding(finding);
    }
    Ok(ledger)
}

/// Both the card's inputs and the named values are in the order of their names: one walk pairs them.
fn named_inputs<'e>(named: &'e BTreeMap<String, Scalar>, card: &Card) -> Inputs<'e> {
    let count = card.inputs().len();
    let mut values = vec![Input::Missing; count];
    let mut names = card.inputs_by_name().peekable();
    for (name, value) in named {
        // A name of the card that sorts before has no value here: it stays missing.
        while names.next_if(|(own, _)| *own < name.as_str()).is_some() {}
        while let Some((_, position)) = names.next_if(|(own, _)| *own == name.as_str()) {
            if let Some(slot) = values.get_mut(position) {
                *slot = input(value);
            }
        }
    }
    Inputs { values, null_reasons: Vec::new(), age_days: None, age_days_max: None, end_is_chosen: false }
}

fn source_inputs<'e>(data: &'e Data, card: &Card, features: Option<&Features<'_>>) -> Inputs<'e> {
    let mut values = Vec::with_capacity(card.inputs().len());
    let mut null_reasons = Vec::with_capacity(values.capacity());
    for (_, _, source) in card.inputs() {
        let (value, reason) = match source {
            InputSource::Cashflow(id) => match features.map(|features| features.feature(*id)) {
                Some(feature) => (
                    feature.value.map_or(Input::Missing, Input::Number),
                    feature.null_reason.map(InputNullReason::Feature),
                ),
                None => (Input::Missing, Some(NOT_GIVEN)),
            },
            InputSource::Flat(key, name) => flat(data, *key, name),
            InputSource::Context(_) | InputSource::Host => (Input::Missing, Some(NOT_GIVEN)),
        };
        values.push(value);
        null_reasons.push(reason);
    }
    Inputs { values, null_reasons, age_days: None, age_days_max: None, end_is_chosen: false }
}

fn flat<'e>(data: &'e Data, key: SourceKey, name: &str) -> (Input<'e>, Option<InputNullReason>) {
    let found: Option<&FlatSource> =
        data.flat_sources().find(|(own, _)| *own == key).map(|(_, source)| source);
    match found {
        None => (Input::Missing, Some(InputNullReason::Request(RequestNullReason::SourceNotGiven))),
        Some(source) if source.no_record => (Input::NoRecord, None),
        Some(source) => match source.values.get(name) {
            None | Some(Scalar::Null) => (Input::Missing, Some(NOT_GIVEN)),
            Some(value) => (input(value), None),
        },
    }
}

fn input(value: &Scalar) -> Input<'_> {
    match value {
        Scalar::Null => Input::Missing,
        Scalar::Number(number) => Input::Number(*number),
        Scalar::Text(text) => Input::Text(text),
        Scalar::Bool(true) => Input::Text("true"),
        Scalar::Bool(false) => Input::Text("false"),
    }
}

fn check_texts(values: &BTreeMap<String, Scalar>, place: &str, limits: &Limits) -> Result<()> {
    for (name, value) in values {
        let longest = if let Scalar::Text(text) = value { text.len().max(name.len()) } else { name.len() };
        if u64::try_from(longest).is_ok_and(|longest| longest <= limits.string_bytes) {
            continue;
        }
        limits::check("string_bytes", limits.string_bytes, longest).map_err(|error| error.at(place))?;
    }
    Ok(())
}

fn nothing(named: &[SourceKey]) -> Error {
    let details: Vec<Detail> = named
        .iter()
        .map(|key| Detail {
            cause: Cause::DataMissing,
            message: format!("data_sources names `{}`, which carries no data", key.as_str()),
            field: format!("/data/{}", key.as_str()),
        })
        .collect();
    Error::from_details(details).unwrap_or_else(|| {
        Error::new(Cause::DataMissing, "a score needs `data`, or `features` in its place").at("/data")
    })
}

/// A source is named once.
pub(in crate::engine) fn check_named(named: &[SourceKey]) -> Result<()> {
    let twice = |(at, key): &(usize, &SourceKey)| named.iter().take(*at).any(|earlier| earlier == *key);
    let details = named.iter().enumerate().filter(twice).map(|(at, key)| Detail {
        cause: Cause::ValueOutOfRange,
        message: format!("`{}` is named twice", key.as_str()),
        field: format!("/data_sources/{at}"),
    });
    Error::from_details(details.collect()).map_or(Ok(()), Err)
}

/// What is named must be there, and what is there must be named.
pub(in crate::engine) fn check_sources(data: &Data, named: &[SourceKey]) -> Result<()> {
    check_named(named)?;
    let mut details = Vec::new();
    for &key in SourceKey::ALL {
        let place = format!("/data/{}", key.as_str());
        let has_rows =
            data.transaction_sources().any(|(own, source)| own == key && !source.accounts.is_empty());
        let has_values = data
            .flat_sources()
            .any(|(own, source)| own == key && (source.no_record || !source.values.is_empty()));
        let detail = match (named.contains(&key), data.has(key)) {
            (true, true) if !(has_rows || has_values) => Some((Cause::DataMissing, "is empty")),
            (true, false) => Some((Cause::DataMissing, "carries no data")),
            (false, true) => Some((Cause::DataNotNamed, "is not named in data_sources")),
            _ => None,
        };
        details.extend(detail.map(|(cause, what)| Detail {
            cause,
            message: format!("source `{}` {what}", key.as_str()),
            field: place,
        }));
    }
    if named.is_empty() && details.is_empty() {
        return Err(nothing(named));
    }
    Error::from_details(details).map_or(Ok(()), Err)
}
