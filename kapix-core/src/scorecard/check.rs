//! The proof of a card: everything that could make scoring fail or give a false answer is found here, all at once.

mod development;
mod missing;

use super::body::{
    AttributeBody, BinCounts, CardBody, CharacteristicBody, CharacteristicCounts, CharacteristicKind,
};
use super::safer_bin;
use crate::cashflow;
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::json::Scalar;
use crate::limits::{self, Limits};
use development::development;
use std::collections::{BTreeMap, BTreeSet};

/// Points of one attribute lie within +- this.
const POINTS_MAX: i32 = 1_000_000;
/// Slots are numbered with 16 bits; a configured limit beyond is cut here.
const ATTRIBUTES_MAX: u64 = 60_000;
/// Greatest cost of a bin in a counterfactual.
const MOVE_COST_MAX: u32 = 1_000;
/// Most texts that a card takes for no value.
const MISSING_TEXTS_MAX: usize = 100;
/// Findings of one card that are reported.
const DETAILS_MAX: usize = 100;
/// The special value of a flat source without a record.
pub(crate) const NO_RECORD: &str = "no_record";

/// Proves a card, or returns one error with all findings; pointers start at the body.
pub(super) fn prove(body: &CardBody, limits: &Limits) -> Result<()> {
    limits::check("characteristics", limits.characteristics, body.characteristics.len())
        .map_err(|error| error.at("/characteristics"))?;
    limits::check("attributes", limits.attributes, body.bands.len()).map_err(|error| error.at("/bands"))?;
    limits::check("attributes", limits.attributes.min(ATTRIBUTES_MAX), body.reasons.len())
        .map_err(|error| error.at("/reasons"))?;
    let mut findings = Findings(Vec::new());
    card(body, &mut findings);
    for (index, characteristic) in body.characteristics.iter().enumerate() {
        let pointer = format!("/characteristics/{index}");
        let (attributes, special) = (characteristic.attributes.len(), characteristic.special.len());
        let categories = characteristic.attributes.iter().map(|attribute| attribute.categories.len());
        for (list, length) in [
            ("special", special),
            // Slots of attributes and of special values are numbered together.
            ("attributes", attributes + special),
            ("attributes", categories.sum()),
        ] {
            limits::check("attributes", limits.attributes.min(ATTRIBUTES_MAX), length)
                .map_err(|error| error.at(format!("{pointer}/{list}")))?;
        }
        characteristic_rules(characteristic, body, &pointer, &mut findings);
        match characteristic.kind {
            CharacteristicKind::Numeric => numeric(characteristic, &pointer, &mut findings),
            CharacteristicKind::Categorical => categorical(characteristic, &pointer, &mut findings),
        }
        points(characteristic, &pointer, &mut findings);
        let counts = body.development.as_ref().and_then(|development| development.counts.get(index));
        generosity(characteristic, body, counts, &pointer, &mut findings);
    }
    moves(body, &mut findings);
    missing::missing(body, &mut findings);
    development(body, &mut findings);
    Error::from_details(findings.0).map_or(Ok(()), Err)
}

struct Findings(Vec<Detail>);

impl Findings {
    fn add(&mut self, cause: Cause, field: impl Into<String>, message: impl Into<String>) {
        if self.0.len() < DETAILS_MAX {
            self.0.push(Detail { cause, message: message.into(), field: field.into() });
        }
    }
}

fn card(body: &CardBody, findings: &mut Findings) {
    if body.characteristics.is_empty() {
        findings.add(Cause::CardEmpty, "/characteristics", "a card needs at least `1` characteristic");
    }
    if body.entity_types.is_empty() {
        findings.add(Cause::CardEmpty, "/entity_types", "a card scores at least `1` entity type");
    }
    let mut ids = BTreeSet::new();
    for (index, characteristic) in body.characteristics.iter().enumerate() {
        if !ids.insert(&characteristic.id) {
            findings.add(
                Cause::CardDuplicate,
                format!("/characteristics/{index}/id"),
                "two characteristics have the same id",
            );
        }
    }
    let scaling = body.scaling;
    if !(scaling.odds0 > 0.0 && scaling.pdo > 0.0 && scaling.points0.abs() <= 1e9) {
        findings.add(Cause::CardScaling, "/scaling", "odds0 and pdo must be above `0`, points0 within +-1e9");
    }
    if let Some(cutoffs) = body.cutoffs
        && cutoffs.approve <= cutoffs.refer
    {
        let message = format!(
            "approve must lie above refer; got approve `{}`, refer `{}`",
            cutoffs.approve, cutoffs.refer
        );
        findings.add(Cause::CardCutoffs, "/cutoffs/approve", message);
    }
    for (index, text) in body.missing_texts.iter().enumerate() {
        let is_first = body.missing_texts.iter().position(|own| own == text) == Some(index);
        if index >= MISSING_TEXTS_MAX || text.trim() != text || !is_first {
            let message = format!(
                "`missing_texts` holds at most `{MISSING_TEXTS_MAX}` texts, each once and without white space at its ends"
            );
            findings.add(Cause::CardMissing, format!("/missing_texts/{index}"), message);
            break;
        }
    }
    if body.base_points.unsigned_abs() > POINTS_MAX.unsigned_abs() {
        findings.add(Cause::CardPointsRange, "/base_points", "points must be within +-1,000,000");
    }
    bands(body, findings);
    definitions(body, findings);
}

fn bands(body: &CardBody, findings: &mut Findings) {
    let mut ids = BTreeSet::new();
    let mut above: Option<i32> = None;
    for (index, band) in body.bands.iter().enumerate() {
        let pointer = format!("/bands/{index}");
        if !ids.insert(&band.id) {
            findings.add(Cause::CardDuplicate, format!("{pointer}/id"), "two bands have the same id");
        }
        let last = index + 1 == body.bands.len();
        match band.points_min {
            Some(_) if last => {
                findings.add(
                    Cause::CardBands,
                    pointer,
                    "the last band has no least total: points_min must be null",
                );
            }
            None if !last => {
                findings.add(Cause::CardBands, pointer, "only the last band may have a null points_min");
            }
            Some(points) if above.is_some_and(|above| points >= above) => {
                findings.add(Cause::CardBands, pointer, "bands must descend from the safest to the riskiest");
            }
            _ => {}
        }
        above = band.points_min.or(above);
    }
    if body.bands.is_empty() {
        findings.add(Cause::CardBands, "/bands", "a card needs at least `1` band");
    }
}

fn definitions(body: &CardBody, findings: &mut Findings) {
    for (name, hash) in &body.definitions {
        let pointer = format!("/definitions/{}", escape_segment(name));
        match cashflow::definition(name) {
            None => {
                findings.add(Cause::CardFeatureUnknown, pointer, "this engine does not compute the feature");
            }
            Some(definition) if definition.hash() != *hash => {
                let message = format!(
                    "feature `{name}` means something else since semantics `{}`: develop the card anew on its \
                     values, or check its bins by hand and state the hash `{}`",
                    definition.semantics,
                    definition.hash()
                );
                findings.add(Cause::CardDefinition, pointer, message);
            }
            Some(_) => {}
        }
    }
    for (index, characteristic) in body.characteristics.iter().enumerate() {
        if let Some(definition) = cashflow::definition(&characteristic.feature)
            && !body.definitions.contains_key(&characteristic.feature)
        {
            findings.add(
                Cause::CardDefinition,
                format!("/characteristics/{index}/feature"),
                format!("`definitions` must state the feature's hash `{}`", definition.hash()),
            );
        }
    }
}

fn characteristic_rules(
    characteristic: &CharacteristicBody,
    body: &CardBody,
    pointer: &str,
    findings: &mut Findings,
) {
    if characteristic.attributes.is_empty() {
        findings.add(Cause::CardEmpty, format!("{pointer}/attributes"), "a characteristic needs attributes");
    }
    if characteristic.protected
        && characteristic.legal_basis.as_ref().is_none_or(|basis| basis.trim().is_empty())
    {
        findings.add(
            Cause::CardProtected,
            format!("{pointer}/legal_basis"),
            "a protected characteristic must state its legal basis",
        );
    }
    if !body.reasons.contains_key(&characteristic.reason) {
        findings.add(Cause::CardReason, format!("{pointer}/reason"), "`reasons` holds no text for this code");
    }
    if let Some(range) = characteristic.range {
        let numeric = characteristic.kind == CharacteristicKind::Numeric;
        if !numeric || matches!((range.min, range.max), (Some(min), Some(max)) if min > max) {
            findings.add(
                Cause::CardKind,
                format!("{pointer}/range"),
                "a range belongs to a numeric characteristic and its min must not lie above its max",
            );
        }
    }
    if characteristic.reads_text && characteristic.kind != CharacteristicKind::Numeric {
        let message = "`reads_text` belongs to a numeric characteristic: categories are text";
        findings.add(Cause::CardKind, format!("{pointer}/reads_text"), message);
    }
    let mut seen: Vec<&Scalar> = Vec::new();
    for (index, special) in characteristic.special.iter().enumerate() {
        let place = format!("{pointer}/special/{index}/value");
        let fits = match &special.value {
            Scalar::Text(text) if text == NO_RECORD => true,
            Scalar::Number(_) => characteristic.kind == CharacteristicKind::Numeric,
            Scalar::Text(_) => characteristic.kind == CharacteristicKind::Categorical,
            Scalar::Null | Scalar::Bool(_) => false,
        };
        if !fits {
            findings.add(
                Cause::CardKind,
                place.as_str(),
                "a special value is a number, a category, or `no_record`, as the kind asks",
            );
        }
        if seen.contains(&&special.value) {
            findings.add(Cause::CardDuplicate, place, "two special values are equal");
        }
        seen.push(&special.value);
    }
}

/// Checks the cost of a bin in a counterfactual, and the groups that it moves as one.
fn moves(body: &CardBody, findings: &mut Findings) {
    let mut groups: BTreeMap<&str, (usize, u32, usize)> = BTreeMap::new();
    for (index, characteristic) in body.characteristics.iter().enumerate() {
        let pointer = format!("/characteristics/{index}");
        let cost = characteristic.move_cost.unwrap_or(1);
        if !(1..=MOVE_COST_MAX).contains(&cost) {
            let message = format!("move_cost must be in 1..={MOVE_COST_MAX}; got `{cost}`");
            findings.add(Cause::CardMoves, format!("{pointer}/move_cost"), message);
        }
        let Some(group) = &characteristic.moves_with else { continue };
        if characteristic.kind != CharacteristicKind::Numeric {
            let message = "only numeric characteristics move together: categories have no direction";
            findings.add(Cause::CardMoves, format!("{pointer}/moves_with"), message);
        }
        let (_, first_cost, members) = groups.entry(group).or_insert((index, cost, 0));
        *members += 1;
        if *first_cost != cost {
            let message = format!("what moves together has one move_cost; got `{cost}` after `{first_cost}`");
            findings.add(Cause::CardMoves, format!("{pointer}/move_cost"), message);
        }
    }
    for (index, _, members) in groups.values() {
        if *members < 2 {
            let message = "no other characteristic moves with this one";
            findings.add(Cause::CardMoves, format!("/characteristics/{index}/moves_with"), message);
        }
    }
}

fn numeric(characteristic: &CharacteristicBody, pointer: &str, findings: &mut Findings) {
    let attributes = &characteristic.attributes;
    if characteristic.unseen.is_some() {
        findings.add(Cause::CardKind, format!("{pointer}/unseen"), "only categories can be unseen");
    }
    for (index, attribute) in attributes.iter().enumerate() {
        let place = format!("{pointer}/attributes/{index}");
        if !attribute.categories.is_empty() {
            findings.add(
                Cause::CardKind,
                place.as_str(),
                "an attribute of numbers has bounds, not categories",
            );
        }
        if matches!((attribute.lower, attribute.upper), (Some(lower), Some(upper)) if lower >= upper) {
            findings.add(Cause::CardBinsOverlap, place.as_str(), "lower must lie below upper");
        }
        match (index, attribute.lower) {
            (0, Some(lower)) => {
                let message =
                    format!("numbers below `{lower}` are not covered: the first lower must be null");
                findings.add(Cause::CardBinsGap, place.as_str(), message);
            }
            (1.., None) => {
                findings.add(Cause::CardBinsOverlap, place.as_str(), "only the first lower may be null");
            }
            _ => {}
        }
        match (index + 1 == attributes.len(), attribute.upper) {
            (true, Some(upper)) => {
                let message = format!("numbers from `{upper}` are not covered: the last upper must be null");
                findings.add(Cause::CardBinsGap, place.as_str(), message);
            }
            (false, None) => {
                findings.add(Cause::CardBinsOverlap, place.as_str(), "only the last upper may be null");
            }
            _ => {}
        }
    }
    for (index, pair) in attributes.windows(2).enumerate() {
        if let [AttributeBody { upper: Some(upper), .. }, AttributeBody { lower: Some(lower), .. }] = pair {
            let place = format!("{pointer}/attributes/{}/lower", index + 1);
            let message = format!("lower must be the upper before it; got `{lower}` after `{upper}`");
            if lower > upper {
                findings.add(Cause::CardBinsGap, place, message);
            } else if lower < upper {
                findings.add(Cause::CardBinsOverlap, place, message);
            }
        }
    }
}

fn categorical(characteristic: &CharacteristicBody, pointer: &str, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for special in &characteristic.special {
        if let Scalar::Text(text) = &special.value {
            seen.insert(text.as_str());
        }
    }
    for (index, attribute) in characteristic.attributes.iter().enumerate() {
        let place = format!("{pointer}/attributes/{index}");
        if attribute.lower.is_some() || attribute.upper.is_some() {
            findings.add(Cause::CardKind, place.as_str(), "an attribute of categories has no bounds");
        }
        if attribute.categories.is_empty() {
            findings.add(Cause::CardEmpty, format!("{place}/categories"), "an attribute needs categories");
        }
        for category in &attribute.categories {
            if !seen.insert(category) {
                findings.add(
                    Cause::CardBinsOverlap,
                    format!("{place}/categories"),
                    "a category stands in two attributes, or is a special value",
                );
            }
        }
    }
}

fn points(characteristic: &CharacteristicBody, pointer: &str, findings: &mut Findings) {
    let attributes = characteristic.attributes.iter().enumerate();
    let special = characteristic.special.iter().enumerate();
    let all = attributes
        .map(|(index, attribute)| (format!("{pointer}/attributes/{index}/points"), attribute.points))
        .chain(special.map(|(index, special)| (format!("{pointer}/special/{index}/points"), special.points)))
        .chain(characteristic.missing.iter().map(|bin| (format!("{pointer}/missing/points"), bin.points)))
        .chain(characteristic.unseen.iter().map(|bin| (format!("{pointer}/unseen/points"), bin.points)))
        .chain([(format!("{pointer}/neutral_points"), characteristic.neutral_points)]);
    for (place, points) in all {
        if !(-POINTS_MAX..=POINTS_MAX).contains(&points) {
            findings.add(
                Cause::CardPointsRange,
                place,
                format!("points must be within +-1,000,000; got `{points}`"),
            );
        }
    }
}

/// Finds bins for missing, special and unseen values with more points than their counts justify.
fn generosity(
    characteristic: &CharacteristicBody,
    body: &CardBody,
    counts: Option<&CharacteristicCounts>,
    pointer: &str,
    findings: &mut Findings,
) {
    let mut judge = |points: i32, bin: Option<BinCounts>, place: String| {
        if points <= characteristic.neutral_points {
            return;
        }
        let is_safer = bin.zip(body.development.as_ref()).is_some_and(|(bin, development)| {
            let all = BinCounts { bads: development.bads, goods: development.goods };
            safer_bin::is_safer_than_sample(bin, all)
        });
        if !is_safer {
            let message = format!(
                "`{points}` points are more than the neutral `{}`, but the development counts do not show a safer bin",
                characteristic.neutral_points
            );
            findings.add(Cause::CardMissingGenerous, place, message);
        }
    };
    if let Some(missing) = &characteristic.missing {
        judge(missing.points, counts.and_then(|counts| counts.missing), format!("{pointer}/missing/points"));
    }
    if let Some(unseen) = &characteristic.unseen {
        judge(unseen.points, counts.and_then(|counts| counts.unseen), format!("{pointer}/unseen/points"));
    }
    for (index, special) in characteristic.special.iter().enumerate() {
        let bin = counts.and_then(|counts| counts.special.get(index).copied());
        judge(special.points, bin, format!("{pointer}/special/{index}/points"));
    }
}
