//! From a fit and its points to the body of a card.

use super::candidates::Candidate;
use super::findings::finding;
use super::model::Model;
use super::reason_texts;
use super::request::MissingSettings;
use crate::canonical::Hash;
use crate::cashflow;
use crate::fitting::{BinKind, Binning, RowKind, ScaledPoints, is_same_value};
use crate::json::Scalar;
use crate::scorecard::body::{
    AttributeBody, CharacteristicBody, CharacteristicKind, Fallback, ReasonText, SpecialBody,
};
use crate::scorecard::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use crate::scorecard::missing::ROWS_MIN;
use std::collections::BTreeMap;

/// The characteristics of a card, with their definitions and reasons.
#[derive(Debug, Default)]
pub(super) struct Characteristics {
    pub(super) bodies: Vec<CharacteristicBody>,
    pub(super) definitions: BTreeMap<String, Hash>,
    pub(super) reasons: BTreeMap<String, ReasonText>,
}

/// Returns the characteristics of the chosen candidates with their points; adds a finding for each reason whose text was
/// made from a name.
pub(super) fn characteristics(
    candidates: &[Candidate<'_, '_>],
    (model, scaled): (&Model, &ScaledPoints),
    missing: &MissingSettings,
    findings: &mut Vec<DevelopmentFinding>,
) -> Characteristics {
    let mut made = Characteristics::default();
    let points = scaled.points.iter().zip(&scaled.neutral_points);
    for (place, (points, neutral)) in model.chosen.iter().zip(points) {
        let (Some(candidate), Some(binning)) = (candidates.get(*place), model.binnings.get(*place)) else {
            continue;
        };
        let mut body = characteristic(candidate, binning, (points, *neutral), missing);
        if candidate.settings.reason.is_none() {
            body.reason = reason_texts::free_code(&body.reason, &made.reasons);
        }
        if let Some(definition) = cashflow::definition(candidate.name) {
            made.definitions.insert(candidate.name.to_owned(), definition.hash());
        }
        if candidate.settings.reason_text.is_none() && !made.reasons.contains_key(&body.reason) {
            let message = "the texts of its reason were made from its name; state `reason_text` before an applicant reads them";
            findings.push(finding(Code::ReasonTexts, Some(candidate.name), message));
        }
        let text = candidate
            .settings
            .reason_text
            .clone()
            .unwrap_or_else(|| reason_texts::reason_text(candidate.name));
        made.reasons.entry(body.reason.clone()).or_insert(text);
        made.bodies.push(body);
    }
    made
}

fn characteristic(
    candidate: &Candidate<'_, '_>,
    binning: &Binning,
    (points, neutral): (&[i32], i32),
    missing: &MissingSettings,
) -> CharacteristicBody {
    let settings = &candidate.settings;
    let mut body = CharacteristicBody {
        attributes: Vec::new(),
        feature: candidate.name.to_owned(),
        id: candidate.name.to_owned(),
        immovable: settings.immovable,
        kind: match binning.kind {
            BinKind::Categorical => CharacteristicKind::Categorical,
            BinKind::Numeric => CharacteristicKind::Numeric,
        },
        legal_basis: settings.legal_basis.clone(),
        missing: None,
        move_cost: settings.move_cost,
        moves_with: settings.moves_with.clone(),
        neutral_points: neutral,
        protected: settings.protected,
        range: None,
        reads_text: candidate.reads_text,
        reason: settings.reason.clone().unwrap_or_else(|| reason_texts::reason_code(candidate.name)),
        special: Vec::new(),
        unseen: None,
        withheld: settings.withheld.clone(),
    };
    let refers = missing.refer.iter().any(|name| name == candidate.name);
    for ((row, points), woe) in binning.table.rows.iter().zip(points).zip(&binning.woe) {
        let woe = Some(*woe);
        let fallback = |refer: bool| row.woe_applied.map(|_| Fallback { points: *points, refer, woe });
        match row.kind {
            RowKind::Attribute => body.attributes.push(AttributeBody {
                categories: row.categories.clone(),
                label: None,
                lower: row.lower,
                points: *points,
                upper: row.upper,
                woe,
            }),
            RowKind::Special => {
                let value = row.value.clone().unwrap_or(Scalar::Null);
                // What hardly a row of the development holds is no answer: nothing shows what it means.
                let is_rare = row.count < ROWS_MIN;
                let missing = is_rare || missing.special.iter().any(|own| is_same_value(own, &value));
                body.special.push(SpecialBody { label: None, missing, points: *points, value, woe });
            }
            RowKind::Missing => body.missing = fallback(refers || row.count < ROWS_MIN),
            // No row of the development shows what an unseen category means, so a person decides.
            RowKind::Unseen => body.unseen = fallback(true),
        }
    }
    body
}
