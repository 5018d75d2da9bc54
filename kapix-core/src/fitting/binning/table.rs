//! The binning table: the statistics of each slot and of the whole.

use super::bin_totals::{BinTotals, total};
use super::fallback::Applied;
use super::statistics::{self, Shares, TableTest};
use crate::fitting::optimal::PValueTest;
use crate::json::Scalar;
use crate::numeric::sum;
use serde::Serialize;

/// The table of one characteristic. Weights are numbers of rows where the sample has no weights.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinningTable {
    /// Weight of all bad rows; absent for a continuous target.
    pub bads: Option<f64>,
    /// Pearson's test that all bins have one bad rate; absent below two bins, and for a continuous target.
    pub chi_square: Option<TableTest>,
    /// Number of rows.
    pub count: u64,
    /// Gini coefficient of the applied weights of evidence, -1..=1; absent for a continuous target.
    pub gini: Option<f64>,
    /// Weight of all good rows; absent for a continuous target.
    pub goods: Option<f64>,
    /// Squared Hellinger distance between the goods' and the bads' distributions over the bins, 0..=1.
    pub hellinger: Option<f64>,
    /// Information value, the sum over all bins in nats; for a continuous target the mean absolute deviation of the
    /// bins' means from the sample's.
    pub iv: f64,
    /// Jensen-Shannon divergence in nats, 0..=ln 2.
    pub js: Option<f64>,
    /// P-value of the test between each attribute and the next.
    pub p_values: Vec<f64>,
    /// OptBinning's quality score, 0..=1: strength of the IV times significance between neighbours times evenness.
    pub quality: Option<f64>,
    /// Bad rate of the sample, or its mean.
    pub rate: f64,
    /// One row a slot: attributes, special values, missing, and for categories unseen.
    pub rows: Vec<BinningRow>,
    /// How often the rate changes direction from attribute to attribute; 0 is monotone.
    pub turns: u32,
}

/// One row of the table.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinningRow {
    /// Weight of bad rows.
    pub bads: Option<f64>,
    /// Categories of an attribute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Number of rows.
    pub count: u64,
    /// Weight of good rows.
    pub goods: Option<f64>,
    /// The bin's part of the IV; absent without rows.
    pub iv: Option<f64>,
    /// The bin's part of the Jensen-Shannon divergence.
    pub js: Option<f64>,
    /// What the slot is for.
    pub kind: RowKind,
    /// Least number of the interval, included.
    pub lower: Option<f64>,
    /// Slot of the attribute whose weight of evidence it shares.
    pub merged_with: Option<u16>,
    /// Bad rate, or mean of a continuous target; absent without rows.
    pub rate: Option<f64>,
    /// Lower end of the 95 % Jeffreys interval of the bad rate.
    pub rate_lower: Option<f64>,
    /// Upper end of the 95 % Jeffreys interval of the bad rate.
    pub rate_upper: Option<f64>,
    /// Standard deviation of a continuous target, divisor weight - 1.
    pub sd: Option<f64>,
    /// Share of the total weight, 0..=1.
    pub share: f64,
    /// End of the interval, not included.
    pub upper: Option<f64>,
    /// The special value.
    pub value: Option<Scalar>,
    /// Weight of evidence of these rows in nats, positive when safer than the sample; of a continuous target the
    /// sample's mean minus the bin's. Absent without rows.
    pub woe: Option<f64>,
    /// Weight of evidence that the slot gets by its rule; absent where the card refuses the input.
    pub woe_applied: Option<f64>,
}

/// What a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RowKind {
    /// An interval or a set of categories.
    Attribute,
    /// A special value.
    Special,
    /// Inputs without a value.
    Missing,
    /// Categories that no attribute names, rare ones included.
    Unseen,
}

/// What one slot holds, before its statistics are computed.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) kind: RowKind,
    pub(super) totals: BinTotals,
    pub(super) applied: Applied,
    pub(super) categories: Vec<String>,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    pub(super) value: Option<Scalar>,
}

/// The sample that bins are compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) all: BinTotals,
    pub(super) is_binary: bool,
}

impl Sample {
    /// Returns weight of evidence and IV of a bin, or for a continuous target M - m and share x |M - m| with the
    /// means M of the sample and m of the bin.
    pub(super) fn evidence(&self, bin: &BinTotals) -> Option<(f64, f64)> {
        if self.is_binary {
            return Shares::new(bin, &self.all).map(|shares| (shares.woe(), shares.iv()));
        }
        let woe = self.all.rate()? - bin.rate()?;
        Some((woe, bin.weight / self.all.weight * woe.abs()))
    }

    /// Returns whether the rows of a bin show that it is safer than the sample: by Jeffreys' interval, or for a
    /// continuous target where 1.96 standard errors of the bin's mean lie between the means.
    pub(super) fn is_safer(&self, bin: &BinTotals) -> bool {
        if self.is_binary {
            return statistics::is_safer(bin, &self.all);
        }
        let Some((woe, deviation)) = self.evidence(bin).zip(statistics::standard_deviation(bin)) else {
            return false;
        };
        woe.0 > 1.96 * deviation / crate::numeric::sqrt(bin.weight)
    }
}

impl BinningTable {
    pub(super) fn new(sample: &Sample, slots: Vec<Slot>, test: PValueTest) -> Self {
        let bins: Vec<BinTotals> = slots.iter().map(|slot| slot.totals).collect();
        let attributes: Vec<BinTotals> =
            slots.iter().filter(|slot| slot.kind == RowKind::Attribute).map(|slot| slot.totals).collect();
        let p_values: Vec<f64> = attributes
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] => Some(statistics::p_value(a, b, sample.is_binary, test)),
                _ => None,
            })
            .collect();
        let scored: Vec<(f64, BinTotals)> =
            slots.iter().filter_map(|slot| Some((slot.applied.woe?, slot.totals))).collect();
        let rows: Vec<BinningRow> = slots.into_iter().map(|slot| row(sample, slot)).collect();
        let all = sample.all;
        let binary = |value: f64| sample.is_binary.then_some(value);
        let shares = bins.iter().filter_map(|totals| Shares::new(totals, &all));
        let filled: Vec<f64> = rows.iter().filter(|row| row.count > 0).map(|row| row.share).collect();
        let iv = sum(rows.iter().filter_map(|row| row.iv));
        Self {
            bads: binary(all.sum),
            chi_square: statistics::chi_square(&bins).filter(|_| sample.is_binary),
            count: total(&bins).rows,
            gini: statistics::gini(&scored).filter(|_| sample.is_binary),
            goods: binary(all.goods),
            hellinger: binary(sum(shares.map(Shares::hellinger))),
            iv,
            js: binary(sum(rows.iter().filter_map(|row| row.js))),
            quality: binary(statistics::quality(iv, &p_values, &filled)),
            p_values,
            rate: all.rate().unwrap_or_default(),
            rows,
            turns: turns(&attributes),
        }
    }
}

fn row(sample: &Sample, slot: Slot) -> BinningRow {
    let totals = slot.totals;
    let evidence = sample.evidence(&totals);
    let interval = (sample.is_binary && totals.weight > 0.0).then(|| statistics::jeffreys(&totals));
    BinningRow {
        bads: sample.is_binary.then_some(totals.sum),
        categories: slot.categories,
        count: totals.rows,
        goods: sample.is_binary.then_some(totals.goods),
        iv: evidence.map(|(_, iv)| iv),
        js: Shares::new(&totals, &sample.all).filter(|_| sample.is_binary).map(Shares::jensen_shannon),
        kind: slot.kind,
        lower: slot.lower,
        merged_with: slot.applied.merged_with,
        rate: totals.rate(),
        rate_lower: interval.map(|(lower, _)| lower),
        rate_upper: interval.map(|(_, upper)| upper),
        sd: if sample.is_binary { None } else { statistics::standard_deviation(&totals) },
        share: if sample.all.weight > 0.0 { totals.weight / sample.all.weight } else { 0.0 },
        upper: slot.upper,
        value: slot.value,
        woe: evidence.map(|(woe, _)| woe),
        woe_applied: slot.applied.woe,
    }
}

/// Returns how often the rate changes direction; equal neighbours have none.
fn turns(attributes: &[BinTotals]) -> u32 {
    let rates: Vec<f64> = attributes.iter().filter_map(BinTotals::rate).collect();
    let steps = rates.windows(2).filter_map(|pair| match pair {
        [a, b] if a < b => Some(true),
        [a, b] if a > b => Some(false),
        _ => None,
    });
    let mut turns = 0;
    let mut last = None;
    for step in steps {
        turns += u32::from(last.is_some_and(|last| last != step));
        last = Some(step);
    }
    turns
}
