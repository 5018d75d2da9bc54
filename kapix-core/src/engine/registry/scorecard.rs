//! The kind `scorecard`.

use super::artefact::Document;
use super::kind::{Kind, RouteKey};
use crate::engine::operations::Operation;
use crate::error::Result;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::scorecard::{Card, CardBody, EntityType};

impl Kind for Card {
    const KIND: &'static str = "scorecard";
    const NOUN: &'static str = "card";
    const ANSWERS: &'static [Operation] =
        &[Operation::CreditScore, Operation::CreditScoreBatch, Operation::ScorecardEvaluate];

    fn load(artefact: &JsonValue, limits: &Limits) -> Result<Self> {
        let document: Document<CardBody> = Document::read(artefact, limits)?;
        Self::load(document.body, limits).map_err(|error| error.under("/body"))
    }

    fn keys(&self) -> Vec<RouteKey> {
        [EntityType::Individual, EntityType::Sme, EntityType::Corporate]
            .into_iter()
            .filter(|entity_type| self.body.entity_types.contains(entity_type))
            .map(RouteKey::Entity)
            .collect()
    }
}
