//! The categories of a column, the rare ones in one bin.
//!
//! Categories become cells by ascending rate, so groups are contiguous in rate. Without limits on sizes, counts or
//! p-values no other grouping has a higher IV (proved by trying all 877 set partitions of seven categories in 400
//! random cases). With a least size of 15 % another one is better in 71 of these 400, at worst .4496 against .3445.

use super::bin_totals::{BinTotals, total};
use super::options::BinningOptions;
use super::sorted::Sorted;
use super::special;
use crate::domain::{Column, Values};
use crate::error::Result;
use crate::fitting::Target;

/// Most categories that stand alone. Beyond, the least frequent count as rare: each has less than 1 in 200 rows.
const KEPT_MAX: usize = 200;

/// A column of categories, read.
pub(super) struct Levels {
    /// Rows of each category kept, by ascending rate, in a tie by text.
    pub(super) kept: Vec<BinTotals>,
    /// Names of those.
    pub(super) names: Vec<String>,
    /// Rows without a value.
    pub(super) missing: BinTotals,
    /// Rows of each special value.
    pub(super) special: Vec<(String, BinTotals)>,
    /// Rows of rare categories.
    pub(super) unseen: BinTotals,
    /// Number of rare categories.
    pub(super) rare: u64,
}

/// Returns the categories of `rows`.
pub(super) fn read(
    column: &Column<'_>,
    rows: &[u32],
    target: Target<'_>,
    options: &BinningOptions,
) -> Result<Levels> {
    let (mut levels, missing, beyond) = if let Values::Dictionary { categories, .. } = &column.values {
        dictionary(column, categories, rows, target)
    } else {
        let sorted = Sorted::new(column, rows, target, &[])?;
        let mut levels = Vec::new();
        sorted.each(|value, totals| levels.push((value.to_string(), totals)));
        (levels, sorted.missing, BinTotals::default())
    };
    levels.sort_by(|a, b| a.0.cmp(&b.0));
    levels.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    let mut special: Vec<(String, BinTotals)> = Vec::new();
    for text in special::texts(&options.special_values, column.is_text()) {
        let place = levels.binary_search_by(|(own, _)| own.as_str().cmp(&text));
        special.push(place.map_or((text, BinTotals::default()), |place| levels.remove(place)));
    }
    let all = total(levels.iter().chain(&special).map(|(_, totals)| totals)).weight
        + missing.weight
        + beyond.weight;
    // The most frequent first; what is too infrequent is rare.
    levels.sort_by(|a, b| b.1.weight.total_cmp(&a.1.weight));
    let heavy = levels.partition_point(|(_, totals)| totals.weight >= options.rare_share * all).min(KEPT_MAX);
    let light = levels.split_off(heavy);
    let rare = u64::try_from(light.len()).unwrap_or(u64::MAX);
    let mut unseen = total(light.iter().map(|(_, totals)| totals));
    unseen += beyond;
    levels.sort_by(|a, b| {
        let rate = |totals: &BinTotals| totals.rate().unwrap_or_default();
        rate(&a.1).total_cmp(&rate(&b.1)).then_with(|| a.0.cmp(&b.0))
    });
    let (names, kept) = levels.into_iter().unzip();
    Ok(Levels { kept, names, missing, special, unseen, rare })
}

/// Returns categories with rows, the rows without a value, and those whose code no category has.
fn dictionary(
    column: &Column<'_>,
    categories: &[&str],
    rows: &[u32],
    target: Target<'_>,
) -> (Vec<(String, BinTotals)>, BinTotals, BinTotals) {
    let mut by_code = vec![BinTotals::default(); categories.len()];
    let (mut missing, mut beyond) = (BinTotals::default(), BinTotals::default());
    for row in rows.iter().filter_map(|row| usize::try_from(*row).ok()) {
        let totals = BinTotals::of_row(target, row);
        match super::slots::code(column, row) {
            None => missing += totals,
            Some(code) => *by_code.get_mut(code).unwrap_or(&mut beyond) += totals,
        }
    }
    let named = categories.iter().map(|text| (*text).to_owned()).zip(by_code);
    (named.filter(|(_, totals)| totals.rows > 0).collect(), missing, beyond)
}
