//! When a bin for missing, special or unseen values may have more than the neutral points.

use super::body::BinCounts;
use crate::numeric;

/// Returns whether the development counts show that the bin is safer than the sample.
///
/// The lower end of the 95 % Jeffreys interval of the bin's good rate, the 2.5 % quantile of
/// Beta(goods + 1/2, bads + 1/2), must lie above the good rate of the whole sample. Source: L. Brown, T. Cai,
/// A. DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16 (2001), section 4.1.2.
pub(crate) fn is_safer_than_sample(bin: BinCounts, all: BinCounts) -> bool {
    let sample = all.goods / (all.goods + all.bads);
    let lower = numeric::beta_quantile(0.025, bin.goods + 0.5, bin.bads + 0.5);
    sample.is_finite() && lower > sample
}
