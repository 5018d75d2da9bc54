//! What the tests of binning share.

use crate::domain::Column;
use crate::fitting::Target;
use crate::fitting::binning::{
    BinRule, Binning, BinningOptions, BinningSettings, PrebinningMethod, PrebinningSettings, bin,
};
use crate::numeric::Random;

/// Settings without any limit or test, so that a test adds what it is about.
pub(super) fn free() -> BinningSettings {
    BinningSettings {
        bins_max: Some(50),
        p_value_max: Some(1.0),
        rare_share: Some(0.0),
        size_min: Some(0.0),
        trend: Some(crate::fitting::optimal::Trend::None),
        ..BinningSettings::default()
    }
}

pub(super) fn given(cuts: &[f64]) -> BinningSettings {
    BinningSettings { cuts: Some(cuts.to_vec()), ..free() }
}

pub(super) fn prebinning(method: PrebinningMethod, bins_max: u32, size_min: f64) -> PrebinningSettings {
    PrebinningSettings { bins_max: Some(bins_max), method: Some(method), size_min: Some(size_min) }
}

pub(super) fn options(settings: &BinningSettings) -> BinningOptions {
    BinningOptions::new(settings).unwrap()
}

pub(super) fn all_rows(column: &Column<'_>) -> Vec<u32> {
    (0..u32::try_from(column.len()).unwrap()).collect()
}

pub(super) fn bin_all(column: &Column<'_>, bad: &[u8], settings: &BinningSettings) -> Binning {
    bin(column, &all_rows(column), Target::Binary { bad, weight: None }, &options(settings)).unwrap()
}

pub(super) fn bin_weighted(
    column: &Column<'_>,
    bad: &[u8],
    weight: &[f64],
    settings: &BinningSettings,
) -> Binning {
    let target = Target::Binary { bad, weight: Some(weight) };
    bin(column, &all_rows(column), target, &options(settings)).unwrap()
}

pub(super) fn slots(binning: &Binning, column: &Column<'_>) -> Vec<u16> {
    let mut out = vec![u16::MAX; column.len()];
    binning.slots(column, &all_rows(column), &mut out).unwrap();
    out
}

/// Values in 0..=100 with a bad rate that falls from 1/2 to 0 along them, one in ten missing, one in ten -9.
pub(super) fn noisy(rows: usize, seed: u64) -> (Vec<f64>, Vec<u8>) {
    let mut random = Random::new(seed, 0);
    (0..rows)
        .map(|_| {
            let value = libm::floor(random.uniform() * 101.0);
            let bad = u8::from(random.uniform() < 0.5 - value / 200.0);
            match random.uniform() {
                kind if kind < 0.1 => (f64::NAN, bad),
                kind if kind < 0.2 => (-9.0, bad),
                _ => (value, bad),
            }
        })
        .unzip()
}

/// The rule of a slot that is not an attribute.
pub(super) fn with_rule(rule: BinRule) -> BinningSettings {
    BinningSettings { missing: Some(rule), ..free() }
}
