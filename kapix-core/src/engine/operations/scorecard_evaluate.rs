//! `scorecard.evaluate`: a loaded card beside rows with known outcomes. Its request stands with the evaluation that
//! reads it.

use super::table::Operation;
use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::audit::ArtefactRef;
use crate::engine::registry::RouteKey;
use crate::fitting::ValidationReport;
use crate::scorecard::development::{self, ScorecardEvaluateRequest};
use crate::scorecard::{Card, DevelopmentFinding};
use crate::time::Instant;
use serde::Serialize;
use std::collections::BTreeMap;

/// How well a card ranks and is calibrated on rows with known outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScorecardEvaluateResponse {
    /// The instant of the evaluation.
    pub as_of: Instant,
    /// The card that was evaluated.
    pub card: ArtefactRef,
    /// Decisions by kind.
    pub decisions: BTreeMap<&'static str, u64>,
    /// What a reader must know of the figures.
    pub findings: Vec<DevelopmentFinding>,
    /// The request's seed.
    pub seed: i64,
    /// Rows by status; only scored rows with a known outcome are measured.
    pub statuses: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub validation: ValidationReport,
}

impl Operate for ScorecardEvaluateRequest {
    const NAME: &'static str = "scorecard.evaluate";
    const COLUMNAR: bool = true;
    type Response = ScorecardEvaluateResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<ScorecardEvaluateResponse>, Interrupt> {
        let (as_of, card, found) = call.with_frame(
            self.columns.as_ref(),
            |_| false,
            |frame| {
                let as_of = instant(self.as_of)?;
                let key = RouteKey::Entity(self.entity_type);
                let operation = Operation::ScorecardEvaluate;
                let card = call.registry.choose::<Card>(operation, key, self.card.as_deref())?;
                let found = call.control.run(|run| development::evaluate(&card, self, frame, run))?;
                Ok((as_of, card, found))
            },
        )?;
        let response = ScorecardEvaluateResponse {
            as_of,
            card: card.reference(),
            decisions: found.decisions,
            findings: found.findings,
            seed: self.seed,
            statuses: found.statuses,
            validation: found.validation,
        };
        let columns_sha256 = Some(found.sha256);
        Ok(Done { columns_sha256, ..Done::new(response, vec![card.reference()]) })
    }
}
