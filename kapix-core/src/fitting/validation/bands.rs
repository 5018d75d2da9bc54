//! Bands of a score whose bad rates fall from one to the next.

use super::super::calibration::{Cell, Cells, total};
use super::super::optimal::{self, Constraints, Counts, Objective, Problem, Trend, solve};
use super::report::ValidationNull;
use crate::error::{Cause, Detail, Error, Result};
use serde::{Deserialize, Serialize};

/// How bands are chosen.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BandSettings {
    /// Least weight of bads of a band, at least 0; default 1.
    pub bads_min: f64,
    /// Number of bands, 2..=20; default 7. Fewer if the limits allow no more.
    pub count: u8,
    /// Largest p-value of the test (two proportions, pooled) that neighbours have the same bad rate, above 0 and up to 1.
    /// Default: no test, rates fall strictly.
    pub p_value_max: Option<f64>,
    /// Least share of the rows of a band, in 0..=0.5; default 0.05.
    pub share_min: f64,
}

impl Default for BandSettings {
    fn default() -> Self {
        Self { bads_min: 1.0, count: 7, p_value_max: None, share_min: 0.05 }
    }
}

/// The bands of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BandReport {
    /// From the riskiest to the safest; empty with `refusal`.
    pub bands: Vec<ScoreBand>,
    /// Information value of the bands, in nats; null with `refusal`.
    pub iv: Option<f64>,
    /// Why there are no bands: one outcome only, or no two bands within the limits.
    pub refusal: Option<ValidationNull>,
}

/// One band of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreBand {
    /// Bad rate, in 0..=1.
    pub bad_rate: f64,
    /// Weight of the bad rows.
    pub bads: f64,
    /// Weight of the good rows.
    pub goods: f64,
    /// Least score of the band; null in the riskiest.
    pub score_min: Option<f64>,
    /// Share of the rows, in 0..=1.
    pub share: f64,
}

/// Most candidates for a bound.
const CANDIDATES_MAX: usize = 200;

/// Rates that fall by less count as equal; above the rounding that the search allows.
const RATE_STEP_MIN: f64 = 1e-9;

/// Returns the bands of a score (higher is safer) with the greatest information value among those whose bad rates fall
/// strictly and that keep the limits: exact over all scores as bounds, or over 200 quantiles of the rows where there are
/// more. If no partition has the wanted number of bands, the greatest number that one has is taken.
///
/// Errors: settings outside their range, and `frame.shape` where the slices differ in length.
///
/// ```
/// use kapix_core::fitting::{BandSettings, bands};
///
/// // 40, 20, 10 and 5 bads of 100 rows at each score.
/// let score = [500.0, 500.0, 540.0, 540.0, 580.0, 580.0, 620.0, 620.0];
/// let bad = [1, 0, 1, 0, 1, 0, 1, 0];
/// let weight = [40.0, 60.0, 20.0, 80.0, 10.0, 90.0, 5.0, 95.0];
/// let settings = BandSettings { count: 3, ..BandSettings::default() };
/// let report = bands(&score, &bad, Some(&weight), &settings)?;
/// let rates: Vec<f64> = report.bands.iter().map(|band| band.bad_rate).collect();
/// assert_eq!(rates, [0.4, 0.2, 0.075]);
/// assert_eq!(report.bands[2].score_min, Some(580.0));
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[expect(
    clippy::indexing_slicing,
    reason = "a partition ends at ascending cells, the last one at the last cell"
)]
pub fn bands(
    score: &[f64],
    bad: &[u8],
    weight: Option<&[f64]>,
    settings: &BandSettings,
) -> Result<BandReport> {
    check(settings)?;
    let cells = Cells::of(score, bad, weight)?;
    let none = |refusal| Ok(BandReport { bands: Vec::new(), iv: None, refusal: Some(refusal) });
    if !cells.has_both() {
        return none(ValidationNull::OneClass);
    }
    let groups: Vec<&[Cell]> = if cells.by_value.len() <= CANDIDATES_MAX {
        cells.by_value.chunks(1).collect()
    } else {
        cells.groups(CANDIDATES_MAX)
    };
    let counts: Vec<Counts> = groups
        .iter()
        .map(|group| Counts { goods: total(group, |cell| cell.goods), bads: total(group, |cell| cell.bads) })
        .collect();
    let solution = (2..=usize::from(settings.count))
        .rev()
        .find_map(|wanted| solve(&problem(&counts, &cells, settings, wanted)));
    let Some(solution) = solution else { return none(ValidationNull::TooFew) };
    let mut start = 0;
    let mut found = Vec::with_capacity(solution.ends.len());
    for end in solution.ends {
        let members = &counts[start..=end];
        let goods: f64 = members.iter().map(|cell| cell.goods).sum();
        let bads: f64 = members.iter().map(|cell| cell.bads).sum();
        let first = groups.get(start).and_then(|group| group.first());
        found.push(ScoreBand {
            bad_rate: bads / (goods + bads),
            bads,
            goods,
            score_min: first.filter(|_| start > 0).map(|cell| cell.value),
            share: ((goods + bads) / cells.size()).min(1.0),
        });
        start = end + 1;
    }
    Ok(BandReport { bands: found, iv: Some(solution.value), refusal: None })
}

fn problem<'a>(counts: &'a [Counts], cells: &Cells, settings: &BandSettings, wanted: usize) -> Problem<'a> {
    let totals = Counts { goods: cells.goods, bads: cells.bads };
    Problem {
        cells: optimal::Cells::Binary { cells: counts, objective: Objective::Iv, totals },
        constraints: Constraints {
            bads_min: settings.bads_min,
            bins_max: wanted,
            bins_min: wanted,
            p_value_max: settings.p_value_max,
            rate_difference_min: RATE_STEP_MIN,
            size_min: settings.share_min * cells.size(),
            ..Constraints::default()
        },
        fixed: &[],
        trend: Trend::Descending,
    }
}

fn check(settings: &BandSettings) -> Result<()> {
    let mut details = Vec::new();
    let mut refuse = |is_sound: bool, name: &str, range: &str| {
        if !is_sound {
            let message = format!("{name} must be {range}");
            details.push(Detail { cause: Cause::FittingSettings, message, field: format!("/{name}") });
        }
    };
    refuse(settings.bads_min >= 0.0 && settings.bads_min.is_finite(), "bads_min", "at least `0`");
    refuse((2..=20).contains(&settings.count), "count", "in `2..=20`");
    refuse(settings.p_value_max.is_none_or(|p| p > 0.0 && p <= 1.0), "p_value_max", "above `0`, up to `1`");
    refuse((0.0..=0.5).contains(&settings.share_min), "share_min", "in `0..=0.5`");
    Error::from_details(details).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::{BandSettings, bands};
    use crate::fitting::validation::ValidationNull;
    use proptest::prelude::{prop, prop_assert, proptest};

    /// The greatest information value over all partitions of up to 10 scores into exactly `wanted` bands with falling
    /// rates, sizes and bads as asked.
    fn best_by_enumeration(cells: &[(u32, u32)], wanted: u32, size_min: f64, bads_min: f64) -> Option<f64> {
        let (all_goods, all_bads) = cells.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
        let mut best = None;
        for cuts in 0..1_u32 << (cells.len() - 1) {
            if cuts.count_ones() + 1 != wanted {
                continue;
            }
            let (mut groups, mut now) = (Vec::new(), (0, 0));
            for (index, cell) in cells.iter().enumerate() {
                now = (now.0 + cell.0, now.1 + cell.1);
                if index + 1 == cells.len() || cuts >> index & 1 == 1 {
                    groups.push(now);
                    now = (0, 0);
                }
            }
            let rate = |g: &(u32, u32)| f64::from(g.1) / f64::from(g.0 + g.1);
            let keeps = groups.iter().all(|g| f64::from(g.0 + g.1) >= size_min && f64::from(g.1) >= bads_min);
            if !keeps || groups.windows(2).any(|pair| rate(&pair[0]) <= rate(&pair[1]) + 1e-9) {
                continue;
            }
            let value: f64 = groups
                .iter()
                .map(|g| {
                    let half = if g.0 == 0 || g.1 == 0 { 0.5 } else { 0.0 };
                    let p = (f64::from(g.0) + half) / f64::from(all_goods);
                    let q = (f64::from(g.1) + half) / f64::from(all_bads);
                    (p - q) * crate::numeric::ln(p / q)
                })
                .sum();
            best = Some(best.map_or(value, |best: f64| best.max(value)));
        }
        best
    }

    proptest! {
        #[test]
        fn bands_are_the_best_of_all_partitions(
            cells in prop::collection::vec((0_u32..12, 0_u32..8), 2..9), count in 2_u8..5, share_min in 0.0_f64..0.3,
        ) {
            let cells: Vec<(u32, u32)> = cells.into_iter().filter(|cell| cell.0 + cell.1 > 0).collect();
            let (mut score, mut bad) = (Vec::new(), Vec::new());
            for (index, cell) in cells.iter().enumerate() {
                for row in 0..cell.0 + cell.1 {
                    score.push(f64::from(u8::try_from(index).unwrap()));
                    bad.push(u8::from(row < cell.1));
                }
            }
            let settings = BandSettings { count, share_min, ..BandSettings::default() };
            let report = bands(&score, &bad, None, &settings).unwrap();
            if report.refusal == Some(ValidationNull::OneClass) {
                return Ok(());
            }
            let size_min = share_min * crate::numeric::count(score.len());
            let want = (2..=u32::from(count)).rev()
                .find_map(|wanted| best_by_enumeration(&cells, wanted, size_min, 1.0));
            match (report.iv, want) {
                (Some(got), Some(want)) => prop_assert!((got - want).abs() < 1e-10, "{got} {want}"),
                (got, want) => prop_assert!(got.is_none() && want.is_none(), "{got:?} {want:?}"),
            }
            for pair in report.bands.windows(2) {
                prop_assert!(pair[0].bad_rate > pair[1].bad_rate && pair[0].score_min < pair[1].score_min);
            }
        }
    }

    #[test]
    fn scores_that_do_not_rank_have_no_bands() {
        let settings = BandSettings::default();
        let rising = bands(&[1.0, 2.0, 3.0, 4.0], &[0, 0, 1, 1], None, &settings).unwrap();
        assert_eq!(rising.refusal, Some(ValidationNull::TooFew));
        let one = bands(&[1.0, 2.0], &[0, 0], None, &settings).unwrap();
        assert_eq!(one.refusal, Some(ValidationNull::OneClass));
        let wrong = BandSettings { bads_min: f64::NAN, count: 1, p_value_max: Some(0.0), share_min: 0.9 };
        let error = bands(&[], &[], None, &wrong).unwrap_err();
        assert_eq!(error.fields, ["/bads_min", "/count", "/p_value_max", "/share_min"]);
    }

    #[test]
    fn many_scores_are_cut_at_quantiles() {
        let score: Vec<f64> = (0..5000).map(f64::from).collect();
        // Bad rate falls from 1/2 to 1/20 in ten steps.
        let bad: Vec<u8> = (0..5000_u32).map(|row| u8::from(row * 7919 % 20 < 10 - row / 500)).collect();
        let settings = BandSettings { count: 5, p_value_max: Some(0.05), ..BandSettings::default() };
        let report = bands(&score, &bad, None, &settings).unwrap();
        assert_eq!(report.bands.len(), 5);
        assert!(report.bands[0].score_min.is_none() && report.bands[4].score_min.is_some());
        assert!((report.bands.iter().map(|band| band.share).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
