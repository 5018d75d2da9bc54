//! The weight of evidence of missing, special and unseen values.

use super::bin_totals::BinTotals;
use super::settings::BinRule;
use super::table::Sample;

/// The weight of evidence of a slot by its rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Applied {
    /// In nats; `None` where the card refuses the input.
    pub(super) woe: Option<f64>,
    /// Slot of the attribute that it comes from.
    pub(super) merged_with: Option<u16>,
    /// The rule gave more than 0, but the rows do not show that the slot is safer than the sample.
    pub(super) is_capped: bool,
}

impl Applied {
    /// Returns the weight of evidence of an attribute: its own.
    pub(super) fn own(sample: &Sample, totals: &BinTotals) -> Self {
        let woe = sample.evidence(totals).map_or(0.0, |(woe, _)| woe);
        Self { woe: Some(woe), merged_with: None, is_capped: false }
    }

    /// Returns the weight of evidence of a slot for missing, special or unseen values by its rule.
    pub(super) fn by_rule(
        rule: BinRule,
        sample: &Sample,
        totals: &BinTotals,
        attributes: &[BinTotals],
    ) -> Self {
        let woe_of = |totals: &BinTotals| sample.evidence(totals).map(|(woe, _)| woe);
        let numbered = (0_u16..).zip(attributes);
        let source = match rule {
            BinRule::Refuse => return Self { woe: None, merged_with: None, is_capped: false },
            BinRule::Neutral => None,
            BinRule::Own => woe_of(totals).map(|woe| (None, woe)),
            BinRule::Worst => {
                least(numbered.filter_map(|(slot, other)| Some((slot, woe_of(other)?, woe_of(other)?))))
            }
            BinRule::Closest => totals.rate().and_then(|rate| {
                let distance = |other: &BinTotals| Some((other.rate()? - rate).abs());
                least(numbered.filter_map(|(slot, other)| Some((slot, distance(other)?, woe_of(other)?))))
            }),
        };
        let Some((merged_with, woe)) = source else {
            return Self { woe: Some(0.0), merged_with: None, is_capped: false };
        };
        let is_capped = woe > 0.0 && !sample.is_safer(totals);
        Self { woe: Some(if is_capped { 0.0 } else { woe }), merged_with, is_capped }
    }
}

/// Returns slot and weight of evidence of the least measure, the lowest slot in a tie.
fn least(candidates: impl Iterator<Item = (u16, f64, f64)>) -> Option<(Option<u16>, f64)> {
    let first_least =
        |best: (u16, f64, f64), next: (u16, f64, f64)| if next.1 < best.1 { next } else { best };
    candidates.reduce(first_least).map(|(slot, _, woe)| (Some(slot), woe))
}
