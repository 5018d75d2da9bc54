//! `policy.replay`: one policy over a portfolio, given as columns, each application at its own instant.

pub(super) mod rates;
mod steps;

pub use rates::{AdverseImpact, GroupRates, ObservedRates, PortfolioRates};

use super::{Call, Done, Interrupt, Operate, instant, recorded};
use super::{names, one_or_many};
use crate::audit::ArtefactRef;
use crate::canonical::Hash;
use crate::domain::{Codes, Column, Frame, ResultColumn, ResultColumns, ResultValues, Values};
use crate::engine::registry::Chosen;
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::id::Id;
use crate::json::Scalar;
use crate::policy::{CauseCount, DATED, InputBody, InputType, Outcome, Policy, Replay};
use crate::scorecard::EntityType;
use crate::time::Instant;
use core::cmp::Reverse;
use core::sync::atomic::{AtomicU64, Ordering};
use rates::Portfolio;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Asks what a policy decides of many applications.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyReplayRequest {
    /// The instant of every application; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// The column of the instant of each application, which stands before `as_of`: dates (their first instant in UTC) or
    /// instants.
    pub as_of_column: Option<String>,
    /// Inputs by name, their dates as `NAME@at`, results of steps as `STEP.RESULT` and `STEP.referred`, one value a row,
    /// when no columns come beside the request. The value of a list is the text of a JSON array, such as `[0, 12]`.
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Whom the cards of its steps must score; needed where a step is answered from columns.
    pub entity_type: Option<EntityType>,
    /// Columns of text whose groups have rates of their own, or one as a text; at most 16, each of at most 1,000 groups. Rules need not read them.
    #[serde(default, deserialize_with = "one_or_many::read", skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// The column of what came of past loans: 1 bad, 0 good, missing not observed.
    pub observed: Option<String>,
    /// `id` or `id@version` of a policy.
    pub policy: String,
    /// Seed of simulations; a policy uses none itself and echoes it.
    #[serde(default)]
    pub seed: i64,
}

/// What a policy decides of many applications.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyReplayResponse {
    /// Inputs without a column: every application misses them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// The instant of applications, unless a column states it.
    pub as_of: Instant,
    /// The result columns, when the inputs came as JSON; otherwise they come beside this answer: `outcome`, `reason`,
    /// `rule`, `approved_amount_minor` and `status`, null where there is none.
    pub columns: Option<ResultColumns>,
    /// Days from the first to the last instant of the applications, both included, where a column states them.
    pub days: Option<u64>,
    /// The rates of each group of the columns of `group_by`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRates>,
    /// Which columns kept applications from being decided, the most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_decided: Vec<NotDecided>,
    /// The policy that decided.
    pub policy: ArtefactRef,
    /// The rates of all.
    pub rates: PortfolioRates,
    /// How often each reason was one, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// How often each row of each table matched: 0 for a row that no application needs.
    pub rules: Vec<RuleCount>,
    /// The request's seed.
    pub seed: i64,
    /// Number of applications by status: `decided`, or the cause.
    pub statuses: BTreeMap<&'static str, u64>,
    /// Columns that neither the policy, nor a step that was answered from columns, nor the request reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<String>,
}

/// Applications that could not be decided.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotDecided {
    /// The column whose value kept them; absent where the policy may not decide at their instant.
    pub column: Option<String>,
    /// Applications.
    pub rows: u64,
    /// Their status, which is the cause.
    pub status: &'static str,
}

/// How often a reason was one.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonCount {
    /// Its code.
    pub code: Arc<str>,
    /// Applications by the input that is missing or cannot be used.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<Arc<str>, u64>,
    /// The outcome that it asks for.
    pub outcome: Outcome,
    /// Applications a day, where a column states their instants.
    pub per_day: Option<f64>,
    /// Applications.
    pub rows: u64,
}

/// How often a row of a table matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleCount {
    /// Applications that it matched.
    pub rows: u64,
    /// Its name.
    pub rule: String,
    /// Name of its table.
    pub table: String,
}

impl Operate for PolicyReplayRequest {
    const NAME: &'static str = "policy.replay";
    const COLUMNAR: bool = true;
    const RETURNS_COLUMNS: bool = true;
    type Response = PolicyReplayResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<PolicyReplayResponse>, Interrupt> {
        let policy = call.registry.named::<Policy>(&self.policy, |_| false)?;
        let policies = [&*policy];
        let is_text = is_text(&policies, &self.group_by);
        call.with_typed_frame(self.columns.as_ref(), is_text, |frame| {
            let replayed = self.replayed(call, (&policy, &[]), frame)?;
            let columns = result_columns(&replayed.replay);
            let artefacts = replayed.artefacts.clone();
            let mut response = self.response(&policy, frame, replayed)?;
            if call.frame.is_none() {
                response.columns = Some(columns);
                return Ok(Done::new(response, artefacts));
            }
            let columns_sha256 = call.control.draft.then(|| columns_hash(frame, &columns));
            Ok(Done { columns, columns_sha256, ..Done::new(response, artefacts) })
        })
        .map_err(Interrupt::Failed)
    }
}

/// A policy over the columns of a request.
pub(super) struct Replayed {
    pub(super) replay: Replay,
    pub(super) not_decided: Vec<NotDecided>,
    pub(super) artefacts: Vec<ArtefactRef>,
    pub(super) unused: Vec<String>,
    pub(super) absent: Vec<String>,
}

impl PolicyReplayRequest {
    /// Decides every row of a frame by a policy; what the other policies read is no misspelt column of this one.
    pub(super) fn replayed(
        &self,
        call: &Call<'_, '_>,
        (policy, others): (&Chosen<'_, Policy>, &[&Policy]),
        frame: &Frame<'_>,
    ) -> Result<Replayed> {
        let as_of = instant(self.as_of)?;
        // Truth values stay what they are: a policy tells them from the texts `true` and `false`.
        let is_text = |column: &Column<'_>| !matches!(column.values, Values::Bool { .. });
        let encoded: Vec<_> =
            frame.columns().map(|(_, column)| if is_text(column) { column.encode() } else { None }).collect();
        let coded = frame.with_codes(&encoded);
        let (answers, mut artefacts) = self.answers(call, policy, &coded)?;
        let (unused, absent) = self.unread((policy, others), frame, &answers.read)?;
        let whole = answers.beside(&coded, call.limits())?;
        let applications =
            policy.applications(&whole, (as_of, self.as_of_column.as_deref()), call.limits())?;
        let rows = frame.rows();
        let (total, so_far) = (u64::try_from(rows).unwrap_or(u64::MAX), AtomicU64::new(0));
        let replay = call.control.run(|run| {
            policy.replay(&applications, rows, run.threads, &|own| {
                (run.check)()?;
                let own = u64::try_from(own).unwrap_or_default();
                (run.progress)(so_far.fetch_add(own, Ordering::Relaxed) + own, total);
                Ok(())
            })
        })?;
        artefacts.insert(0, policy.reference());
        let mut counts: BTreeMap<(&'static str, Option<String>), u64> = BTreeMap::new();
        for (row, cause) in &replay.refused {
            let of_instant = || self.as_of_column.clone().filter(|_| *cause != Cause::PolicyNotEffective);
            let column = applications.refused_by(*row).or_else(of_instant);
            *counts.entry((cause.as_str(), column)).or_default() += 1;
        }
        let counted = counts.into_iter().map(|((status, column), rows)| NotDecided { column, rows, status });
        let mut not_decided: Vec<NotDecided> = counted.collect();
        not_decided.sort_by_key(|it| Reverse(it.rows));
        Ok(Replayed { replay, not_decided, artefacts, unused, absent })
    }

    /// Returns the columns that nothing reads, and the inputs without a column; one that was probably meant as an input, or as
    /// the dates of one, is refused. The steps have read some columns too.
    fn unread(
        &self,
        (policy, others): (&Policy, &[&Policy]),
        frame: &Frame<'_>,
        by_steps: &BTreeSet<String>,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let own = self.group_by.iter().chain(&self.observed).chain(&self.as_of_column).cloned();
        let policies = others.iter().copied().chain([policy]);
        let mut read: BTreeSet<String> = policies.flat_map(Policy::column_names).chain(own).collect();
        read.extend(by_steps.iter().cloned());
        let unread: Vec<&str> =
            frame.columns().map(|(name, _)| name).filter(|name| !read.contains(*name)).collect();
        let inputs = || policy.body.inputs.iter().filter(|(_, input)| !input.protected);
        let absent: Vec<&str> =
            inputs().map(|(name, _)| name.as_str()).filter(|name| frame.column(name).is_none()).collect();
        // The dates that an input needs are missed under any name; others only where a name says that it is of dates.
        let undated = |needs: bool| -> Vec<String> {
            let all = inputs().filter(|(_, input)| !needs || input.max_age_days.is_some());
            let names = all.map(|(name, _)| format!("{name}{DATED}"));
            names.filter(|name| frame.column(name).is_none()).collect()
        };
        let (needed, all) = (undated(true), undated(false));
        let missing = absent.iter().copied().chain(needed.iter().map(String::as_str));
        let of_dates = unread.iter().copied().filter(|name| name.contains('@'));
        let mut meant = names::misspelt(unread.iter().copied(), missing);
        meant.extend(names::misspelt(of_dates, all.iter().map(String::as_str)));
        let mut seen = BTreeSet::new();
        meant.retain(|it| seen.insert((it.given, it.input)));
        let seen_name = |given: &str| meant.iter().any(|it| it.given == given);
        let details = meant.iter().map(|it| Detail {
            cause: Cause::DataInputUnknown,
            message: names::refusal_near(it),
            field: format!("/columns/{}", escape_segment(it.given)),
        });
        let of_dates = unread.iter().filter_map(|given| {
            let needs = |input: &InputBody| input.max_age_days.is_some() || given.contains('@');
            let undated = |name: &str| frame.column(&format!("{name}{DATED}")).is_none();
            let values = inputs().filter(|(name, input)| needs(input) && undated(name) && !seen_name(given));
            let name = names::dated(given, values.map(|(name, _)| name.as_str()))?;
            Some(Detail {
                cause: Cause::DataInputUnknown,
                message: format!(
                    "nothing reads this name: the dates of `{name}` stand in the column `{name}{DATED}`"
                ),
                field: format!("/columns/{}", escape_segment(given)),
            })
        });
        if let Some(error) = Error::from_details(details.chain(of_dates).collect()) {
            return Err(error);
        }
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Ok((owned(unread), owned(absent)))
    }

    fn response(
        &self,
        policy: &Chosen<'_, Policy>,
        frame: &Frame<'_>,
        replayed: Replayed,
    ) -> Result<PolicyReplayResponse> {
        let Replayed { replay, not_decided, unused, absent, .. } = replayed;
        let portfolio = Portfolio::of(frame, self.observed.as_deref(), self.as_of_column.as_deref())?;
        let days = portfolio.days();
        let mut statuses = BTreeMap::new();
        let rows = frame.rows() - replay.refused.len();
        if rows > 0 {
            statuses.insert("decided", u64::try_from(rows).unwrap_or(u64::MAX));
        }
        for (_, cause) in &replay.refused {
            *statuses.entry(cause.as_str()).or_default() += 1;
        }
        Ok(PolicyReplayResponse {
            absent,
            as_of: instant(self.as_of)?,
            columns: None,
            days,
            groups: portfolio.groups(&self.group_by, &replay.outcomes)?,
            not_decided,
            policy: policy.reference(),
            rates: portfolio.rates(&replay.outcomes),
            reasons: reasons(&replay, days),
            rules: rules(policy, &replay),
            seed: self.seed,
            statuses,
            unused,
        })
    }
}

/// Returns which columns are text when they hold nothing but nulls.
pub(super) fn is_text<'t>(policies: &'t [&Policy], groups: &'t [String]) -> impl Fn(&str) -> bool + use<'t> {
    move |name| {
        let inputs = policies.iter().filter_map(|policy| policy.body.inputs.get(name));
        let is_of_text = |input: &InputBody| {
            input.list || matches!(input.kind, InputType::Boolean | InputType::Date | InputType::Text)
        };
        groups.iter().any(|group| group == name) || inputs.into_iter().any(is_of_text)
    }
}

/// Returns how often each reason was one, the most frequent first.
fn reasons(replay: &Replay, days: Option<u64>) -> Vec<ReasonCount> {
    let mut counts = Vec::new();
    for (code, CauseCount { rows, inputs }) in &replay.causes {
        let outcomes = [Outcome::Approve, Outcome::Refer, Outcome::Decline];
        for ((outcome, rows), inputs) in outcomes.into_iter().zip(rows).zip(inputs) {
            if *rows > 0 {
                counts.push(ReasonCount {
                    code: replay.reason_names.get(*code).cloned().unwrap_or_else(|| "".into()),
                    inputs: inputs.clone(),
                    outcome,
                    per_day: days.map(|days| rates::share(*rows, days).unwrap_or_default()),
                    rows: *rows,
                });
            }
        }
    }
    counts.sort_by(|one, other| {
        (other.rows, &one.code, one.outcome).cmp(&(one.rows, &other.code, other.outcome))
    });
    counts
}

fn rules(policy: &Policy, replay: &Replay) -> Vec<RuleCount> {
    let mut counts = Vec::new();
    for (step, hits) in &replay.hits {
        let step = u32::try_from(*step).unwrap_or(u32::MAX);
        for (row, rows) in (0..).zip(hits) {
            counts.push(RuleCount {
                rows: *rows,
                rule: policy.rule_name(step, row),
                table: policy.step_name(step).to_owned(),
            });
        }
    }
    counts
}

/// Returns the result columns of a replay.
fn result_columns(replay: &Replay) -> ResultColumns {
    let outcomes = [Outcome::Approve, Outcome::Refer, Outcome::Decline];
    let codes = replay.outcomes.iter().map(|it| it.map_or(-1, |outcome| outcome as i8));
    let mut statuses: Vec<Arc<str>> = vec!["decided".into()];
    let mut of_rows = vec![0_i32; replay.outcomes.len()];
    for (row, cause) in &replay.refused {
        let name = cause.as_str();
        let place = statuses.iter().position(|it| &**it == name).unwrap_or_else(|| {
            statuses.push(name.into());
            statuses.len() - 1
        });
        if let Some(of_row) = of_rows.get_mut(*row) {
            *of_row = i32::try_from(place).unwrap_or(-1);
        }
    }
    let granted = bitmap(replay.amounts.iter().map(|amount| !amount.is_nan()));
    ResultColumns::from_iter([
        ResultColumn::new(
            "outcome",
            ResultValues::Dictionary {
                codes: Codes::Narrow(codes.collect()),
                names: outcomes.map(|it| it.as_str().into()).to_vec(),
            },
            (!replay.refused.is_empty()).then(|| bitmap(replay.outcomes.iter().map(Option::is_some))),
        ),
        coded("reason", replay.reasons.clone(), replay.reason_names.clone()),
        coded("rule", replay.rules.clone(), replay.rule_names.clone()),
        ResultColumn::new(
            "approved_amount_minor",
            ResultValues::Float(replay.amounts.clone()),
            Some(granted),
        ),
        coded("status", of_rows, statuses),
    ])
}

/// Returns a result column of codes; -1 is no value.
pub(super) fn coded(name: &'static str, codes: Vec<i32>, names: Vec<Arc<str>>) -> ResultColumn {
    let validity = codes.contains(&-1).then(|| bitmap(codes.iter().map(|code| *code >= 0)));
    ResultColumn::new(name, ResultValues::Dictionary { codes: Codes::Wide(codes), names }, validity)
}

/// Returns which rows hold a value, as Arrow lays it out.
fn bitmap(rows: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (row, is_set) in rows.enumerate() {
        if row % 8 == 0 {
            bytes.push(0);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= u8::from(is_set) << (row % 8);
        }
    }
    bytes
}

/// Returns the SHA-256 of all columns that came beside the request, in the order of their names, and of the result columns.
pub(super) fn columns_hash(frame: &Frame<'_>, columns: &ResultColumns) -> Hash {
    let names: BTreeSet<&str> = frame.columns().map(|(name, _)| name).collect();
    Hash::of(format!("{}{}", frame.hash(names.into_iter()), columns.hash()).as_bytes())
}
