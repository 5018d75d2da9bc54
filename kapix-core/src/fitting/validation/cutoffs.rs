//! The effect of each cut-off: approvals, bad rate and profit.

use super::super::calibration::Cells;
use crate::error::{Cause, Detail, Error, Result};
use serde::{Deserialize, Serialize};

/// Targets and profit for choosing a cut-off.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CutoffSettings {
    /// Profit of an approved account; default: profits are not computed.
    pub profit: Option<AccountProfit>,
    /// Share of the rows to approve, in 0..=1.
    pub target_approval_rate: Option<f64>,
    /// Greatest bad rate of the approved, in 0..=1.
    pub target_bad_rate: Option<f64>,
}

/// Average profit of an approved account, in minor units of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountProfit {
    /// Gain of a good account, at least 0.
    pub gain_per_good_minor: i64,
    /// Loss of a bad account, at least 0.
    pub loss_per_bad_minor: i64,
}

/// The effect of cut-offs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CutoffReport {
    /// The highest cut-off that approves the target share or more; null without target or rows.
    pub at_approval_rate: Option<CutoffPoint>,
    /// The lowest cut-off whose approved have at most the target bad rate; null without target or where none has.
    pub at_bad_rate: Option<CutoffPoint>,
    /// The cut-off of the greatest expected profit, of equal ones the lowest; null without `profit` or rows.
    pub best: Option<CutoffPoint>,
    /// From approving nobody to approving all: every score as cut-off, or 200 quantiles of the rows.
    pub points: Vec<CutoffPoint>,
}

/// The effect of one cut-off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CutoffPoint {
    /// Share of the rows at or above the cut-off, in 0..=1.
    pub approval_rate: f64,
    /// Bad rate of the approved, in 0..=1; null if nobody is.
    pub approved_bad_rate: Option<f64>,
    /// Least score that is approved; null: nobody is.
    pub cutoff: Option<f64>,
    /// Share of all bads that are declined, in 0..=1; null without bads.
    pub declined_bads: Option<f64>,
    /// Expected profit per applicant, approved or not, in minor units: (goods x gain - bads x loss)/rows.
    pub expected_profit_minor: Option<f64>,
}

/// Most points of the curve besides the first.
const POINTS_MAX: usize = 200;

/// Returns the effect of cut-offs on the score (higher is safer). Best and target cut-offs are exact over all scores,
/// also where the curve shows only some.
///
/// Errors: settings outside their range, and `frame.shape` where the slices differ in length.
///
/// ```
/// use kapix_core::fitting::{AccountProfit, CutoffSettings, cutoffs};
///
/// // 40, 20, 10 and 5 bads of 100 rows at each score. An account pays off below a bad rate of 10,000/55,000 = 18 %.
/// let score = [500.0, 500.0, 540.0, 540.0, 580.0, 580.0, 620.0, 620.0];
/// let bad = [1, 0, 1, 0, 1, 0, 1, 0];
/// let weight = [40.0, 60.0, 20.0, 80.0, 10.0, 90.0, 5.0, 95.0];
/// let profit = AccountProfit { gain_per_good_minor: 10_000, loss_per_bad_minor: 45_000 };
/// let settings = CutoffSettings { profit: Some(profit), ..CutoffSettings::default() };
/// let best = cutoffs(&score, &bad, Some(&weight), &settings)?.best.unwrap();
/// assert_eq!((best.cutoff, best.approval_rate), (Some(580.0), 0.5));
/// // (185 x 10,000 - 15 x 45,000)/400
/// assert_eq!(best.expected_profit_minor, Some(2937.5));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn cutoffs(
    score: &[f64],
    bad: &[u8],
    weight: Option<&[f64]>,
    settings: &CutoffSettings,
) -> Result<CutoffReport> {
    check(settings)?;
    let cells = Cells::of(score, bad, weight)?;
    let mut report =
        CutoffReport { at_approval_rate: None, at_bad_rate: None, best: None, points: Vec::new() };
    if cells.by_value.is_empty() {
        return Ok(report);
    }
    let shown: Vec<f64> = if cells.by_value.len() <= POINTS_MAX {
        cells.by_value.iter().map(|cell| cell.value).collect()
    } else {
        cells.groups(POINTS_MAX).iter().filter_map(|group| group.first()).map(|cell| cell.value).collect()
    };
    let mut shown = shown.into_iter().rev().peekable();
    let (mut goods, mut bads) = (0.0, 0.0);
    let nobody = point(&cells, settings.profit, None, (goods, bads));
    report.best = settings.profit.map(|_| nobody);
    report.points.push(nobody);
    let reaches =
        |point: &CutoffPoint| settings.target_approval_rate.is_some_and(|share| point.approval_rate >= share);
    report.at_approval_rate = Some(nobody).filter(reaches);
    for cell in cells.by_value.iter().rev() {
        goods += cell.goods;
        bads += cell.bads;
        let point = point(&cells, settings.profit, Some(cell.value), (goods, bads));
        if report.best.is_some_and(|best| point.expected_profit_minor >= best.expected_profit_minor) {
            report.best = Some(point);
        }
        if report.at_approval_rate.is_none() && reaches(&point) {
            report.at_approval_rate = Some(point);
        }
        if let (Some(most), Some(rate)) = (settings.target_bad_rate, point.approved_bad_rate)
            && rate <= most
        {
            report.at_bad_rate = Some(point);
        }
        if shown.next_if(|value| *value >= cell.value).is_some() {
            report.points.push(point);
        }
    }
    Ok(report)
}

/// Returns the effect of a cut-off that approves these goods and bads.
fn point(
    cells: &Cells,
    profit: Option<AccountProfit>,
    cutoff: Option<f64>,
    (goods, bads): (f64, f64),
) -> CutoffPoint {
    let approved = goods + bads;
    let amount = |profit: AccountProfit| {
        (goods * amount(profit.gain_per_good_minor) - bads * amount(profit.loss_per_bad_minor)) / cells.size()
    };
    CutoffPoint {
        approval_rate: (approved / cells.size()).min(1.0),
        approved_bad_rate: (approved > 0.0).then(|| bads / approved),
        cutoff,
        declined_bads: (cells.bads > 0.0).then(|| (1.0 - bads / cells.bads).max(0.0)),
        expected_profit_minor: profit.map(amount),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact within +-(2^53 - 1), which the reader guarantees")]
fn amount(minor: i64) -> f64 {
    minor as f64
}

fn check(settings: &CutoffSettings) -> Result<()> {
    let mut details = Vec::new();
    let mut refuse = |field: &str, message: String| {
        details.push(Detail { cause: Cause::FittingSettings, message, field: field.to_owned() });
    };
    for (name, share) in [
        ("target_approval_rate", settings.target_approval_rate),
        ("target_bad_rate", settings.target_bad_rate),
    ] {
        if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            refuse(&format!("/{name}"), format!("{name} must be in `0..=1`"));
        }
    }
    if let Some(profit) = settings.profit {
        for (name, amount) in [
            ("gain_per_good_minor", profit.gain_per_good_minor),
            ("loss_per_bad_minor", profit.loss_per_bad_minor),
        ] {
            if amount < 0 {
                refuse(&format!("/profit/{name}"), format!("{name} must be at least `0`; got `{amount}`"));
            }
        }
    }
    Error::from_details(details).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::{AccountProfit, CutoffSettings, cutoffs};
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    fn settings() -> CutoffSettings {
        let profit = AccountProfit { gain_per_good_minor: 100, loss_per_bad_minor: 700 };
        CutoffSettings { profit: Some(profit), target_approval_rate: Some(0.5), target_bad_rate: Some(0.25) }
    }

    #[test]
    fn cutoffs_are_those_of_a_hand_count() {
        // From the top: 5 good, 4 good, 3 good and bad, 2 good, 1 bad.
        let score = [5.0, 4.0, 3.0, 3.0, 2.0, 1.0];
        let report = cutoffs(&score, &[0, 0, 0, 1, 0, 1], None, &settings()).unwrap();
        let seen: Vec<_> =
            report.points.iter().map(|p| (p.cutoff, p.expected_profit_minor.unwrap())).collect();
        let want = [
            (None, 0.0),
            (Some(5.0), 100.0 / 6.0),
            (Some(4.0), 200.0 / 6.0),
            (Some(3.0), -400.0 / 6.0),
            (Some(2.0), -300.0 / 6.0),
            (Some(1.0), -1000.0 / 6.0),
        ];
        assert_eq!(seen, want);
        assert_eq!(report.best.unwrap().cutoff, Some(4.0));
        assert_eq!(report.at_approval_rate.unwrap().cutoff, Some(3.0));
        // 1 bad of 5 at cut-off 2.
        assert_eq!(report.at_bad_rate.unwrap().cutoff, Some(2.0));
        assert_eq!(report.at_bad_rate.unwrap().declined_bads, Some(0.5));
    }

    #[test]
    fn nobody_is_approved_where_every_cutoff_loses() {
        let report = cutoffs(&[1.0, 2.0], &[1, 1], None, &settings()).unwrap();
        assert_eq!(report.best.unwrap().cutoff, None);
        assert!(report.at_bad_rate.is_none());
        let none = cutoffs(&[], &[], None, &settings()).unwrap();
        assert!(none.best.is_none() && none.points.is_empty());
        let profit = AccountProfit { gain_per_good_minor: -1, loss_per_bad_minor: 0 };
        let wrong = CutoffSettings { profit: Some(profit), target_bad_rate: Some(1.5), ..settings() };
        let error = cutoffs(&[], &[], None, &wrong).unwrap_err();
        assert_eq!(error.fields, ["/target_bad_rate", "/profit/gain_per_good_minor"]);
    }

    proptest! {
        #[test]
        fn no_cutoff_is_better_and_the_curve_is_thinned(
            rows in prop::collection::vec((0_u16..2000, 0_u8..2), 1..600),
        ) {
            let score: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
            let report = cutoffs(&score, &bad, None, &settings()).unwrap();
            prop_assert!(report.points.len() <= 201);
            prop_assert!((report.points.last().unwrap().approval_rate - 1.0).abs() < 1e-15);
            let profit = |at: f64| -> i64 {
                rows.iter().filter(|row| f64::from(row.0) >= at).map(|row| if row.1 == 1 { -700 } else { 100 }).sum()
            };
            let most = score.iter().map(|at| profit(*at)).max().unwrap_or(0).max(0);
            let got = report.best.unwrap().expected_profit_minor.unwrap() * crate::numeric::count(rows.len());
            prop_assert!((got - super::amount(most)).abs() < 1e-6);
            for pair in report.points.windows(2) {
                prop_assert!(pair[0].approval_rate < pair[1].approval_rate);
            }
            let half = report.at_approval_rate.unwrap().cutoff.unwrap();
            let approved = |at: f64| score.iter().filter(|score| **score >= at).count();
            prop_assert!(2 * approved(half) >= rows.len());
            prop_assert!(score.iter().filter(|at| **at > half).all(|at| 2 * approved(*at) < rows.len()));
            prop_assert_eq!(report.at_bad_rate.is_some(), score.iter().any(|at| {
                let bads = rows.iter().filter(|row| f64::from(row.0) >= *at && row.1 == 1).count();
                4 * bads <= approved(*at)
            }));
        }
    }
}
