//! `policy.explain`: a policy for people, as Markdown or as a page of HTML that needs nothing beside itself.

use super::policy_run::{PolicyRunRequest, PolicyRunResponse};
use super::{Call, Done, Interrupt, Operate, RuleCount};
use crate::audit::ArtefactRef;
use crate::engine::registry::Chosen;
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::policy::{DecisionView, ExplainOptions, Hits, Outcome, Policy, ReasonLine};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Rows of one table that a page may show.
const ROWS_MAX: u32 = 1_000;

/// Asks for a policy in plain language.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyExplainRequest {
    /// Applications of the portfolio that `hits` counts, decided or not: the page gives shares of them too.
    pub applications: Option<u64>,
    /// `id` or `id@version` of a second policy, such as the one in force: the page lays both side by side, each under its name.
    pub against: Option<String>,
    /// The instant of cases that state none, and of a decision that states none.
    pub as_of: Option<Instant>,
    /// An application, as `policy.run` takes it: the page tells how this policy decides it, or the one that its `split` draws.
    pub decision: Option<Box<PolicyRunRequest>>,
    /// `markdown` or `html`; default `markdown`.
    #[serde(default)]
    pub format: ExplainFormat,
    /// The member `rules` of an answer of `policy.replay` by this policy: the page shows how often each row matched.
    pub hits: Option<Vec<RuleCount>>,
    /// Language of the texts of reasons, ISO 639-1, those of the decision too; default `en`, also where a reason has no text
    /// in it. The page's own words are English.
    #[serde(default = "english")]
    pub language: String,
    /// `id` or `id@version` of a policy.
    pub policy: String,
    /// Rows of each table that the page shows, 1..=1000; default 100.
    #[serde(default = "hundred")]
    pub rows_max: u32,
}

fn english() -> String {
    "en".to_owned()
}

const fn hundred() -> u32 {
    100
}

/// The form of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ExplainFormat {
    /// One HTML document with its style, without scripts and without anything from elsewhere.
    Html,
    /// CommonMark with tables.
    #[default]
    Markdown,
}

/// A policy in plain language.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyExplainResponse {
    /// The second policy.
    pub against: Option<ArtefactRef>,
    /// The policy that decided, where the split of the decision drew another one than `policy`.
    pub decided_by: Option<ArtefactRef>,
    /// The form of the page.
    pub format: ExplainFormat,
    /// Language of the texts of reasons.
    pub language: String,
    /// The outcome of the decision.
    pub outcome: Option<Outcome>,
    /// The policy.
    pub policy: ArtefactRef,
    /// Rows of tables that the page does not show.
    pub rows_left_out: u64,
    /// The page.
    pub text: String,
}

impl Operate for PolicyExplainRequest {
    const NAME: &'static str = "policy.explain";
    const JUDGES: bool = true;
    const LONG: bool = true;
    type Response = PolicyExplainResponse;

    /// The instant of the decision stands for all that states none.
    fn clocked(&mut self) -> Option<&mut Option<Instant>> {
        let decision = self.decision.as_ref()?;
        self.as_of = self.as_of.or(decision.as_of);
        Some(&mut self.as_of)
    }

    fn subject(&self) -> Option<&str> {
        self.decision.as_ref().map(|decision| decision.entity_id.as_str())
    }

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<PolicyExplainResponse>, Interrupt> {
        let policy = call.registry.named::<Policy>(&self.policy, |_| false)?;
        let against = self.against.as_ref().map(|name| {
            call.registry.named::<Policy>(name, |_| false).map_err(|error| {
                if error.fields.iter().any(|it| it == "/policy") {
                    Error { fields: vec!["/against".to_owned()], ..error }
                } else {
                    error
                }
            })
        });
        let against = against.transpose()?;
        if self.rows_max == 0 || self.rows_max > ROWS_MAX {
            let message = format!("rows_max must be in 1..={ROWS_MAX}; got `{}`", self.rows_max);
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/rows_max").into());
        }
        let hits = self.counted(&policy)?;
        let mut artefacts = vec![policy.reference()];
        artefacts.extend(against.as_ref().map(Chosen::reference));
        let decided = match &self.decision {
            None => None,
            Some(decision) => {
                let request = self.decision(decision, &policy, call)?;
                let done = request.run(call).map_err(|interrupt| match interrupt {
                    Interrupt::Failed(error) => Interrupt::Failed(error.under("/decision")),
                    other => other,
                })?;
                Some((request, done.response))
            }
        };
        // A split may draw another policy: the decision is told by the tables of the one that took it.
        let by = decided.as_ref().map(|(_, answer)| &answer.policy).filter(|it| **it != policy.reference());
        let by = by
            .map(|it| call.registry.named::<Policy>(&format!("{}@{}", it.id, it.version), |_| false))
            .transpose()?;
        artefacts.extend(by.as_ref().map(Chosen::reference));
        let decision = decided.as_ref().map(|(request, answer)| DecisionView {
            by: by.as_ref().map(|it| (&**it, name(it))),
            ..view(request, answer)
        });
        let options = ExplainOptions {
            name: name(&policy),
            against: against.as_ref().map(|it| (&**it, name(it))),
            as_of: self.as_of.or_else(|| decided.as_ref().map(|(_, answer)| answer.as_of)),
            decision,
            applications: self.applications,
            hits,
            language: &self.language,
            is_html: self.format == ExplainFormat::Html,
            limits: call.limits(),
            rows_max: usize::try_from(self.rows_max).unwrap_or(usize::MAX),
        };
        let explained = call.control.run(|run| policy.explain(&options, run))?;
        let response = PolicyExplainResponse {
            against: against.as_ref().map(Chosen::reference),
            decided_by: by.as_ref().map(Chosen::reference),
            format: self.format,
            language: self.language.clone(),
            outcome: decided.as_ref().map(|(_, answer)| answer.outcome),
            policy: policy.reference(),
            rows_left_out: explained.rows_left_out,
            text: explained.text,
        };
        Ok(Done::new(response, artefacts))
    }
}

impl PolicyExplainRequest {
    /// Returns the counts by table and row; a row that the policy does not have is refused, since they are of another one.
    fn counted(&self, policy: &Policy) -> Result<Option<Hits>> {
        let Some(hits) = &self.hits else { return Ok(None) };
        let tables = policy.rule_names_by_table();
        let mut counted = Hits::new();
        for (number, hit) in hits.iter().enumerate() {
            let refused = |message: &str| {
                Err(Error::new(Cause::PolicyName, message.to_owned()).at(format!("/hits/{number}")))
            };
            if !tables.get(&hit.table).is_some_and(|rows| rows.contains(&hit.rule)) {
                return refused("the policy has no such row: give the `rules` of a replay by this policy");
            }
            let of_table = counted.entry(hit.table.clone()).or_default();
            if of_table.insert(hit.rule.clone(), hit.rows).is_some() {
                return refused("a row has two counts");
            }
        }
        let most = hits.iter().map(|hit| hit.rows).max().unwrap_or(0);
        if let Some(applications) = self.applications.filter(|it| *it < most) {
            let message = format!(
                "applications must be at least the `{most}` that one row matched; got `{applications}`"
            );
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/applications"));
        }
        Ok(Some(counted))
    }

    /// Returns the decision to be told, with all that a page tells of it.
    fn decision(
        &self,
        decision: &PolicyRunRequest,
        policy: &Chosen<'_, Policy>,
        call: &Call<'_, '_>,
    ) -> core::result::Result<PolicyRunRequest, Interrupt> {
        let own =
            call.registry.named::<Policy>(&decision.policy, |_| false).map_err(|it| it.under("/decision"))?;
        if own.reference() != policy.reference() {
            let message = "the decision names another policy than the one that is explained";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/decision/policy").into());
        }
        let request = PolicyRunRequest {
            earlier: Vec::new(),
            as_of: decision.as_of.or(self.as_of),
            counterfactual: true,
            language: self.language.clone(),
            trace: true,
            ..decision.clone()
        };
        Ok(request.completed(call)?.unwrap_or(request))
    }
}

fn name(policy: &Chosen<'_, Policy>) -> String {
    let reference = policy.reference();
    format!("{}@{}", reference.id, reference.version)
}

/// Returns an answer of `policy.run` as the page tells it.
fn view<'d>(request: &'d PolicyRunRequest, answer: &'d PolicyRunResponse) -> DecisionView<'d> {
    let reasons = answer.reasons.iter().map(|it| ReasonLine {
        code: &it.code,
        inputs: &it.inputs,
        outcome: it.outcome,
        queue: it.queue.as_deref(),
        rules: &it.rules,
        step: it.step.as_deref(),
        text: &it.text,
    });
    let change = match &answer.counterfactual {
        Some(found) => Ok((&*found.changes, found.exact, &*found.held)),
        None => Err(answer.null_reasons.get("/counterfactual").copied()),
    };
    let steps = |is_wanted: fn(&super::PolicyStep) -> bool| {
        answer.steps.iter().filter(|it| is_wanted(it)).map(|it| &*it.name).collect()
    };
    DecisionView {
        approved_amount_minor: answer.approved_amount_minor,
        as_of: answer.as_of,
        assumed: &answer.assumed,
        by: None,
        change,
        counter_offer_minor: answer.counter_offer.as_ref().map(|it| it.amount_minor),
        explanation: &answer.explanation,
        inputs: &request.inputs,
        matched: answer.matched_rules.iter().map(|it| (&*it.table, &*it.rule)).collect(),
        outcome: answer.outcome,
        reasons: reasons.collect(),
        refused: answer.steps.iter().filter_map(|it| Some((&*it.name, refusal(it)?))).collect(),
        referred: steps(|it| it.referred),
        terms: answer.terms.as_ref(),
        trace: answer.trace.as_deref().unwrap_or_default(),
        unused: &answer.unused,
    }
}

/// Returns why a step gave no result: its error, or the pointers that its answer does not have.
fn refusal(step: &super::PolicyStep) -> Option<String> {
    if let Some(error) = &step.error {
        let of = |name: &str| error.member(name).and_then(JsonValue::as_str).unwrap_or_default();
        return Some(format!("{}: {}", of("cause"), of("message")));
    }
    (!step.missing.is_empty()).then(|| format!("its answer does not have {}", step.missing.join(", ")))
}
