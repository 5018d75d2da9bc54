//! `policy.diff`: what two versions of a policy decide differently, by their documents and over a portfolio.

use super::policy_replay::rates::{self, Count, Portfolio};
use super::policy_replay::{
    GroupRates, ObservedRates, PolicyReplayRequest, PortfolioRates, Replayed, coded, columns_hash, is_text,
};
use super::{Call, Done, Interrupt, Operate, one_or_many, recorded};
use crate::audit::ArtefactRef;
use crate::domain::{Frame, ResultColumns};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::fitting::Run;
use crate::id::Id;
use crate::json::Scalar;
use crate::policy::{DocumentDifference, Outcome, Policy, TableDifference};
use crate::scorecard::EntityType;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pairs of rows that are told of one change.
const RULES_MAX: usize = 20;

/// Asks what two versions of a policy decide differently.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyDiffRequest {
    /// The instant of every application; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// The column of the instant of each application, as in `policy.replay`.
    pub as_of_column: Option<String>,
    /// Applications, as in `policy.replay`; without any, the documents alone are compared.
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Whom the cards of their steps must score; needed where a step is answered from columns.
    pub entity_type: Option<EntityType>,
    /// Columns of text whose groups have rates of their own, or one as a text.
    #[serde(default, deserialize_with = "one_or_many::read", skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// The column of what came of past loans: 1 bad, 0 good, missing not observed.
    pub observed: Option<String>,
    /// `id` or `id@version` of the second version.
    pub other: String,
    /// The column of a calibrated PD, 0..1: the bad rate that is expected where none was observed.
    pub pd: Option<String>,
    /// `id` or `id@version` of the first version, as of the one in force.
    pub policy: String,
    /// Seed of simulations; a policy uses none itself and echoes it.
    #[serde(default)]
    pub seed: i64,
}

/// What two versions of a policy decide differently.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyDiffResponse {
    /// The result columns, when the applications came as JSON; otherwise they come beside this answer: `outcome` and `reason` of
    /// the first version, `other_outcome` and `other_reason` of the second.
    pub columns: Option<ResultColumns>,
    /// What the documents state differently beside the rows that `tables` compares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentDifference>,
    /// The second version.
    pub other: ArtefactRef,
    /// The first version.
    pub policy: ArtefactRef,
    /// The difference over the applications; absent without any.
    pub portfolio: Option<PortfolioDifference>,
    /// The request's seed.
    pub seed: i64,
    /// Where tables give different things, with an applicant for each part: without data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableDifference>,
}

/// The difference of two versions over a portfolio.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortfolioDifference {
    /// Rates of the second version less those of the first.
    pub change: RateChange,
    /// Days from the first to the last instant, where a column states them.
    pub days: Option<u64>,
    /// Rates of the groups by the first version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRates>,
    /// Rates of the groups by the second version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_groups: Vec<GroupRates>,
    /// Rates by the second version.
    pub other_rates: PortfolioRates,
    /// Rates by the first version.
    pub rates: PortfolioRates,
    /// Reasons whose count changes, the largest change first.
    pub reasons: Vec<ReasonChange>,
    /// Applications by what both versions decide of them.
    pub swaps: Vec<Swap>,
}

/// Change of the rates of a portfolio.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateChange {
    /// Of the approval rate, -1..1.
    pub approval_rate: Option<f64>,
    /// Of the decline rate.
    pub decline_rate: Option<f64>,
    /// Of the referral rate.
    pub referral_rate: Option<f64>,
    /// Of the referrals a day, where a column states the instants.
    pub referrals_per_day: Option<f64>,
}

/// A reason whose count changes.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReasonChange {
    /// Its code.
    pub code: Arc<str>,
    /// Applications less or more, by the input that is missing or cannot be used.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<Arc<str>, i64>,
    /// The outcome that it asks for.
    pub outcome: Outcome,
    /// Applications a day less or more, where a column states the instants.
    pub per_day: Option<f64>,
    /// Applications less or more.
    pub rows: i64,
}

/// Applications of which two versions decide so.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Swap {
    /// Mean PD of those, where the request names its column: expected, not observed.
    pub expected_bad_rate: Option<f64>,
    /// What the first version decides; absent where it could not.
    pub from: Option<Outcome>,
    /// What came of them, where the request names the column.
    pub observed: Option<ObservedRates>,
    /// Applications.
    pub rows: u64,
    /// The rows of tables that made it so, the most frequent first, 20 at most; none where both decide alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<SwapRule>,
    /// What the second version decides.
    pub to: Option<Outcome>,
}

/// Rows of tables that made a change.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SwapRule {
    /// First reason of the second version.
    pub other_reason: Option<Arc<str>>,
    /// `TABLE.ROW` of the second version; absent where no row made its outcome.
    pub other_rule: Option<Arc<str>>,
    /// First reason of the first version.
    pub reason: Option<Arc<str>>,
    /// Applications.
    pub rows: u64,
    /// `TABLE.ROW` of the first version.
    pub rule: Option<Arc<str>>,
}

impl Operate for PolicyDiffRequest {
    const NAME: &'static str = "policy.diff";
    const COLUMNAR: bool = true;
    const LONG: bool = true;
    const RETURNS_COLUMNS: bool = true;
    type Response = PolicyDiffResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<PolicyDiffResponse>, Interrupt> {
        let policy = call.registry.named::<Policy>(&self.policy, |_| false)?;
        let other = call.registry.named::<Policy>(&self.other, |_| false).map_err(|error| {
            if error.fields.iter().any(|it| it == "/policy") {
                Error { fields: vec!["/other".to_owned()], ..error }
            } else {
                error
            }
        })?;
        let has_rows = self.columns.is_some() || call.frame.is_some();
        let mut found = call.control.run(|run| {
            // Over applications, progress counts these.
            let quiet = Run { progress: &|_, _| (), ..*run };
            policy.difference(&other, call.limits(), if has_rows { &quiet } else { run })
        })?;
        for part in found.tables.iter_mut().flat_map(|table| &mut table.differences) {
            let dated = |it| other.dated(policy.dated(it, self.as_of), self.as_of);
            part.witness = part.witness.take().map(dated);
        }
        let mut response = PolicyDiffResponse {
            columns: None,
            documents: found.documents,
            other: other.reference(),
            policy: policy.reference(),
            portfolio: None,
            seed: self.seed,
            tables: found.tables,
        };
        if !has_rows {
            return Ok(Done::new(response, vec![policy.reference(), other.reference()]));
        }
        let policies = [&*policy, &*other];
        call.with_typed_frame(self.columns.as_ref(), is_text(&policies, &self.group_by), |frame| {
            let replayed = self.of(&self.policy).replayed(call, (&policy, &[&other]), frame)?;
            let second = self.of(&self.other).replayed(call, (&other, &[&policy]), frame)?;
            let columns = result_columns(&replayed, &second);
            response.portfolio = Some(self.portfolio(frame, &replayed, &second)?);
            let mut artefacts = replayed.artefacts;
            artefacts.extend(second.artefacts);
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

impl PolicyDiffRequest {
    /// Returns the request that replays one of the versions.
    fn of(&self, policy: &str) -> PolicyReplayRequest {
        PolicyReplayRequest {
            as_of: self.as_of,
            as_of_column: self.as_of_column.clone(),
            columns: None,
            entity_type: self.entity_type,
            // The column of the PD is read beside those of the groups.
            group_by: self.group_by.iter().chain(&self.pd).cloned().collect(),
            idempotency_key: None,
            observed: self.observed.clone(),
            policy: policy.to_owned(),
            seed: self.seed,
        }
    }

    fn portfolio(&self, frame: &Frame<'_>, one: &Replayed, other: &Replayed) -> Result<PortfolioDifference> {
        let portfolio = Portfolio::of(frame, self.observed.as_deref(), self.as_of_column.as_deref())?;
        let days = portfolio.days();
        let (rates, other_rates) =
            (portfolio.rates(&one.replay.outcomes), portfolio.rates(&other.replay.outcomes));
        let less = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| other - one);
        let per_day = |rates: &PortfolioRates| days.and_then(|days| rates::share(rates.referred, days));
        Ok(PortfolioDifference {
            change: RateChange {
                approval_rate: less(rates.approval_rate, other_rates.approval_rate),
                decline_rate: less(rates.decline_rate, other_rates.decline_rate),
                referral_rate: less(rates.referral_rate, other_rates.referral_rate),
                referrals_per_day: less(per_day(&rates), per_day(&other_rates)),
            },
            days,
            groups: portfolio.groups(&self.group_by, &one.replay.outcomes)?,
            other_groups: portfolio.groups(&self.group_by, &other.replay.outcomes)?,
            reasons: reasons(one, other, days),
            swaps: self.swaps(frame, &portfolio, one, other)?,
            rates,
            other_rates,
        })
    }

    fn swaps(
        &self,
        frame: &Frame<'_>,
        portfolio: &Portfolio<'_, '_>,
        one: &Replayed,
        other: &Replayed,
    ) -> Result<Vec<Swap>> {
        let pd = self.pd.as_deref().map(|name| pds(frame, name)).transpose()?;
        let mut swaps: BTreeMap<(Option<Outcome>, Option<Outcome>), Swapped> = BTreeMap::new();
        let name = |names: &[Arc<str>], code: Option<&i32>| {
            code.and_then(|code| names.get(usize::try_from(*code).ok()?)).cloned()
        };
        for (row, (from, to)) in one.replay.outcomes.iter().zip(&other.replay.outcomes).enumerate() {
            let swap = swaps.entry((*from, *to)).or_default();
            swap.rows += 1;
            swap.count.add(Some(Outcome::Approve), portfolio.is_bad(row));
            if let Some(pd) = pd.as_ref().and_then(|pd| pd.get(row)).copied().flatten() {
                swap.pd += pd;
                swap.with_pd += 1;
            }
            if from != to {
                let rule = SwapRule {
                    other_reason: name(&other.replay.reason_names, other.replay.reasons.get(row)),
                    other_rule: name(&other.replay.rule_names, other.replay.rules.get(row)),
                    reason: name(&one.replay.reason_names, one.replay.reasons.get(row)),
                    rows: 0,
                    rule: name(&one.replay.rule_names, one.replay.rules.get(row)),
                };
                *swap.rules.entry(rule).or_default() += 1;
            }
        }
        let told = swaps.into_iter().map(|((from, to), swap)| {
            let mut rules: Vec<SwapRule> =
                swap.rules.into_iter().map(|(rule, rows)| SwapRule { rows, ..rule }).collect();
            rules.sort_by_key(|rule| core::cmp::Reverse(rule.rows));
            rules.truncate(RULES_MAX);
            let all = swap.count.rates(self.observed.is_some());
            let observed = all.observed.and_then(|by| by.get(Outcome::Approve.as_str()).copied());
            let expected_bad_rate = rates::share(1, swap.with_pd).map(|share| swap.pd * share);
            Swap { expected_bad_rate, from, observed, rows: swap.rows, rules, to }
        });
        Ok(told.collect())
    }
}

#[derive(Default)]
struct Swapped {
    rows: u64,
    count: Count,
    pd: f64,
    with_pd: u64,
    rules: BTreeMap<SwapRule, u64>,
}

/// Returns the PD of each row.
fn pds(frame: &Frame<'_>, name: &str) -> Result<Vec<Option<f64>>> {
    let Some(column) = frame.column(name) else {
        return Err(Error::new(Cause::FrameColumnMissing, "no column has this name").at("/pd"));
    };
    let pd = |row: usize| match column.number(row) {
        None if column.is_missing(row) => Ok(None),
        Some(pd) if (0.0..=1.0).contains(&pd) => Ok(Some(pd)),
        _ => {
            let message = format!("a PD is a number from `0` to `1`; row `{row}` has another value");
            Err(Error::new(Cause::FrameColumnType, message).at(format!("/columns/{}", escape_segment(name))))
        }
    };
    (0..frame.rows()).map(pd).collect()
}

/// Returns how the counts of reasons change, the largest change first.
fn reasons(one: &Replayed, other: &Replayed, days: Option<u64>) -> Vec<ReasonChange> {
    type Counts = (i64, BTreeMap<Arc<str>, i64>);
    let mut changes: BTreeMap<(Arc<str>, Outcome), Counts> = BTreeMap::new();
    for (replayed, sign) in [(one, -1), (other, 1)] {
        for (code, count) in &replayed.replay.causes {
            let Some(code) = replayed.replay.reason_names.get(*code) else { continue };
            let outcomes = [Outcome::Approve, Outcome::Refer, Outcome::Decline];
            for ((outcome, rows), of_outcome) in outcomes.into_iter().zip(count.rows).zip(&count.inputs) {
                if rows == 0 {
                    continue;
                }
                let (all, inputs) = changes.entry((Arc::clone(code), outcome)).or_default();
                *all += sign * i64::try_from(rows).unwrap_or(i64::MAX);
                for (input, rows) in of_outcome {
                    *inputs.entry(Arc::clone(input)).or_default() +=
                        sign * i64::try_from(*rows).unwrap_or(i64::MAX);
                }
            }
        }
    }
    let told = changes.into_iter().filter_map(|((code, outcome), (rows, mut inputs))| {
        inputs.retain(|_, rows| *rows != 0);
        let per_day = days.and_then(|days| {
            let share = rates::share(rows.unsigned_abs(), days)?;
            Some(if rows < 0 { -share } else { share })
        });
        (rows != 0 || !inputs.is_empty()).then_some(ReasonChange { code, inputs, outcome, per_day, rows })
    });
    let mut told: Vec<ReasonChange> = told.collect();
    told.sort_by_key(|it| core::cmp::Reverse(it.rows.abs()));
    told
}

fn result_columns(one: &Replayed, other: &Replayed) -> ResultColumns {
    let outcomes = |replayed: &Replayed| -> Vec<i32> {
        replayed.replay.outcomes.iter().map(|it| it.map_or(-1, |outcome| outcome as i32)).collect()
    };
    let names =
        || [Outcome::Approve, Outcome::Refer, Outcome::Decline].map(|it| Arc::from(it.as_str())).to_vec();
    ResultColumns::from_iter([
        coded("outcome", outcomes(one), names()),
        coded("reason", one.replay.reasons.clone(), one.replay.reason_names.clone()),
        coded("other_outcome", outcomes(other), names()),
        coded("other_reason", other.replay.reasons.clone(), other.replay.reason_names.clone()),
    ])
}
