//! Shadow policies: what others would decide of the application. They never touch the outcome.

use super::PolicyRunRequest;
use crate::audit::ArtefactRef;
use crate::canonical;
use crate::engine::operations::{Call, Interrupt};
use crate::error::{Cause, Error, Result};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::{Outcome, Policy, ReasonCode, State, Verdict};
use crate::time::Instant;
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::sync::Arc;

/// Shadows of one request.
const SHADOWS_MAX: usize = 8;

/// What a shadow policy would decide.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShadowView {
    /// The amount that its approval would grant, in minor units.
    pub approved_amount_minor: Option<i64>,
    /// Whether it would decide otherwise: another outcome, other reasons, amount or terms.
    pub differs: Option<bool>,
    /// Why it decides nothing.
    pub error: Option<JsonValue>,
    /// What it would decide.
    pub outcome: Option<Outcome>,
    /// The policy, where it is loaded.
    pub policy: Option<ArtefactRef>,
    /// Codes of the reasons for its outcome, in the order of its steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Arc<str>>,
    /// Its name in the request.
    pub shadow: String,
}

impl PolicyRunRequest {
    /// Returns what the shadows of the request would decide.
    pub(super) fn shadowed(
        &self,
        call: &Call<'_, '_>,
        as_of: Instant,
        verdict: &Verdict,
    ) -> core::result::Result<Vec<ShadowView>, Interrupt> {
        if self.shadows.len() > SHADOWS_MAX {
            let message =
                format!("a request has at most `{SHADOWS_MAX}` shadows; got `{}`", self.shadows.len());
            return Err(Error::new(Cause::LimitExceeded, message).at("/shadows").into());
        }
        self.shadows.iter().map(|name| self.shadow(call, as_of, name, verdict)).collect()
    }

    fn shadow(
        &self,
        call: &Call<'_, '_>,
        as_of: Instant,
        name: &str,
        decided: &Verdict,
    ) -> core::result::Result<ShadowView, Interrupt> {
        let view = ShadowView {
            approved_amount_minor: None,
            differs: None,
            error: None,
            outcome: None,
            policy: None,
            reasons: Vec::new(),
            shadow: name.to_owned(),
        };
        let policy = match call.registry.named::<Policy>(name, |_| false) {
            Ok(policy) => policy,
            Err(error) => return Ok(ShadowView { error: Some(told(&error)?), ..view }),
        };
        let view = ShadowView { policy: Some(policy.reference()), ..view };
        let mut state = State::default();
        let begun = policy.begin(&self.inputs, as_of, Some(&self.entity_id), &mut state);
        let found = match begun {
            Ok(()) => self.decide(call, &policy, as_of, &mut state),
            Err(error) => return Ok(ShadowView { error: Some(told(&error)?), ..view }),
        };
        let (verdict, _) = match found {
            Ok(found) => found,
            Err(Interrupt::Failed(error)) => return Ok(ShadowView { error: Some(told(&error)?), ..view }),
            Err(Interrupt::Result(_)) if call.is_full() => {
                let error = Error::new(
                    Cause::LimitExceeded,
                    "the call needs too many results of steps for this shadow",
                );
                return Ok(ShadowView { error: Some(told(&error)?), ..view });
            }
            // What it needs of another operation is found, and the run starts again.
            Err(interrupt) => return Err(interrupt),
        };
        let reasons = reasons(&verdict);
        let differs = verdict.outcome != decided.outcome
            || verdict.terms != decided.terms
            || reasons != self::reasons(decided);
        Ok(ShadowView {
            approved_amount_minor: verdict.terms.as_ref().map(|terms| terms.amount_minor),
            differs: Some(differs),
            outcome: Some(verdict.outcome),
            reasons,
            ..view
        })
    }
}

/// Returns the codes of the reasons for an outcome, each once, in the order of the steps.
fn reasons(verdict: &Verdict) -> Vec<Arc<str>> {
    let mut reasons: Vec<Arc<str>> = Vec::new();
    for because in verdict.because.iter().filter(|it| it.outcome == verdict.outcome) {
        let code: Arc<str> = match &because.code {
            ReasonCode::Policy(code) => Arc::clone(code),
            ReasonCode::Doubt(doubt) => <&str>::from(*doubt).into(),
        };
        if !reasons.contains(&code) {
            reasons.push(code);
        }
    }
    reasons
}

/// Returns an error as it is told in an answer.
fn told(error: &Error) -> Result<JsonValue> {
    JsonValue::read_text(&canonical::to_vec(error)?, &Limits::DEFAULT)
}
