//! The proof of what a card states of missing inputs.

use super::Findings;
use crate::error::Cause;
use crate::scorecard::body::{
    BinCounts, CardBody, CharacteristicBody, CharacteristicCounts, DevelopmentBody,
};
use crate::scorecard::input_source::InputSource;
use crate::scorecard::missing::{self, ROWS_MIN, SETS_MAX, WithheldSet};
use std::collections::BTreeSet;

/// A sum of weights may be this share above the same sum in another order.
const ROUNDING: f64 = 1e-9;

/// Finds what a card states of missing inputs and may not.
pub(super) fn missing(body: &CardBody, findings: &mut Findings) {
    let names: BTreeSet<&str> = body.characteristics.iter().map(|it| it.feature.as_str()).collect();
    let mut seen = BTreeSet::new();
    for (index, name) in body.required.iter().flatten().enumerate() {
        if !names.contains(name.as_str()) || !seen.insert(name) {
            let message = "`required` names inputs of the card, each once";
            findings.add(Cause::CardMissing, format!("/required/{index}"), message);
        }
    }
    if body.minimum.completeness.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        let message = "completeness must be in `0`..=`1`";
        findings.add(Cause::CardMissing, "/minimum/completeness", message);
    }
    for (index, characteristic) in body.characteristics.iter().enumerate() {
        if characteristic.withheld.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            let message = "`withheld` says why a source withholds the input";
            findings.add(Cause::CardMissing, format!("/characteristics/{index}/withheld"), message);
        }
        if characteristic.feature.starts_with("context.") && !is_of_context(&characteristic.feature) {
            let message = "the context holds `currency`, `loan_amount`, `loan_purpose`, `loan_to_income` and `tenure_days`";
            findings.add(Cause::CardFeatureUnknown, format!("/characteristics/{index}/feature"), message);
        }
    }
    if let Some(development) = &body.development {
        sets(body, development, findings);
    }
}

fn is_of_context(feature: &str) -> bool {
    matches!(InputSource::of(feature), InputSource::Context(_))
}

/// The sets of withheld inputs are disjoint in their rows, so together they hold no more than the missing bins.
fn sets(body: &CardBody, development: &DevelopmentBody, findings: &mut Findings) {
    let own = &development.withheld;
    let mut refuse = |place: String, message: String| {
        findings.add(Cause::CardDevelopment, format!("/development/withheld{place}"), message);
    };
    if own.len() > SETS_MAX {
        refuse(String::new(), format!("at most `{SETS_MAX}` sets; got `{}`", own.len()));
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, set) in own.iter().enumerate() {
        if !seen.insert(&set.inputs) {
            refuse(format!("/{index}/inputs"), "two sets are equal".to_owned());
        }
        if let Some(fault) = fault(set, &body.characteristics) {
            refuse(format!("/{index}"), fault);
        }
    }
    let rows = own.iter().fold(0_u64, |sum, set| sum.saturating_add(set.rows));
    if body.pd_basis.n.is_some_and(|n| rows > n) {
        refuse(String::new(), format!("the sets have `{rows}` rows, more than the sample"));
    }
    for (position, (bins, it)) in development.counts.iter().zip(&body.characteristics).enumerate() {
        let holding = own.iter().filter(|set| set.inputs.as_bytes().get(position) == Some(&b'1'));
        let (mut goods, mut bads) = (0.0, 0.0);
        for set in holding {
            goods += set.goods;
            bads += set.bads;
        }
        let all = lacking(it, bins);
        let exceeds = |sum: f64, all: f64| sum > all * (1.0 + ROUNDING);
        if exceeds(goods, all.goods) || exceeds(bads, all.bads) {
            let message = format!(
                "the sets hold more rows without `{}` than the counts of its missing bin",
                it.feature
            );
            refuse(String::new(), message);
        }
    }
}

/// Returns the weights of the rows without an input: its missing bin and the special values that mean no value.
fn lacking(characteristic: &CharacteristicBody, bins: &CharacteristicCounts) -> BinCounts {
    let special = characteristic.special.iter().zip(&bins.special);
    let special = special.filter(|(special, _)| special.missing).map(|(_, bin)| bin);
    special.chain(&bins.missing).fold(BinCounts { bads: 0.0, goods: 0.0 }, |sum, bin| BinCounts {
        bads: sum.bads + bin.bads,
        goods: sum.goods + bin.goods,
    })
}

/// Returns what is wrong with one set.
fn fault(set: &WithheldSet, characteristics: &[CharacteristicBody]) -> Option<String> {
    let digits = set.inputs.as_bytes();
    let is_digits = digits.iter().all(|digit| matches!(digit, b'0' | b'1')) && digits.contains(&b'1');
    if digits.len() != characteristics.len() || !is_digits {
        let n = characteristics.len();
        return Some(format!(
            "inputs must hold `{n}` digits `0` and `1`, one a characteristic and one of them `1`"
        ));
    }
    let held = digits.iter().zip(characteristics).filter(|(digit, _)| **digit == b'1');
    if held.into_iter().any(|(_, own)| !missing::is_withheld(own)) {
        return Some("an input that no source withholds is no evidence; state its `withheld`".to_owned());
    }
    if set.rows < ROWS_MIN {
        return Some(format!("rows must be at least `{ROWS_MIN}`; got `{}`", set.rows));
    }
    let is_weight = |weight: f64| weight.is_finite() && weight >= 0.0;
    let is_filled = is_weight(set.goods) && is_weight(set.bads) && set.goods + set.bads > 0.0;
    (!is_filled).then(|| "goods and bads must be >= 0 and not both 0".to_owned())
}
