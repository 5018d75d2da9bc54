//! A curve from rows that the card was not fitted on.

use super::cells::{Cell, Cells, total};
use super::curve::{BetaCurve, CalibrationCurve, LogitCurve};
use super::isotonic;
use super::newton::{self, LogitFit, Term, softplus};
use crate::error::{Cause, Error, Result};
use crate::numeric::logit;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// How log-odds become a PD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CalibrationMethod {
    /// logit(PD) = c + a ln s - b ln(1 - s) with a, b >= 0, s the PD by the card's points-to-odds scaling: Kull, Silva
    /// Filho, Flach 2017.
    Beta,
    /// Block means of the pool-adjacent-violators algorithm, linear between block centres.
    Isotonic,
    /// logit(PD) = log-odds + intercept; the mean PD is the target rate.
    Offset,
    /// logit(PD) = intercept + slope x log-odds: J. Platt, Probabilistic outputs for support vector machines, 1999.
    #[default]
    Platt,
}

/// How the PD of a card is calibrated on rows outside the fit.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationSettings {
    /// The form of the curve; default `platt`.
    pub method: CalibrationMethod,
    /// With `platt`: bads count as (B + 1)/(B + 2) and goods as 1/(G + 2) of a bad, B and G their weights (Platt 1999,
    /// section 2.2), which keeps the PDs of a small sample away from 0 and 1.
    pub smoothing: bool,
    /// Bad rate of the population, in 0..1, both excluded: logit(PD) is shifted until the mean PD over the rows is this
    /// rate, which corrects a sample whose shares of goods and bads were chosen (G. King and L. Zeng, Logistic regression
    /// in rare events data, Political Analysis 9, 2001; C. Elkan, IJCAI 2001, theorem 2). Default: for `offset` the rate
    /// of the rows, else no shift.
    pub target_rate: Option<f64>,
}

/// Why there is no curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum CalibrationRefusal {
    /// The bad rate does not rise with the log-odds.
    NotAscending,
    /// The rows hold no bads or no goods.
    OneClass,
    /// The log-odds separate goods from bads, so that the best slope is infinite; `smoothing` or `isotonic` help.
    Separated,
    /// No shift within 100 nats gives the target rate.
    TargetOutOfReach,
}

impl CalibrationRefusal {
    /// Returns the wire name.
    pub(crate) fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The calibration of a card.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationReport {
    /// Bad rate of the rows, weighted, in 0..=1; null without rows.
    pub bad_rate: Option<f64>,
    /// From log-odds by the card's points-to-odds scaling to a PD; null with `refusal`.
    pub curve: Option<CalibrationCurve>,
    /// Mean PD of the rows by the curve, weighted, in 0..1.
    pub mean_pd: Option<f64>,
    /// The form of the curve.
    pub method: CalibrationMethod,
    /// Bad rows among those that it was measured on.
    pub outside_bads: u64,
    /// Rows outside the fit that it was measured on.
    pub outside_rows: u64,
    /// Why there is no curve.
    pub refusal: Option<CalibrationRefusal>,
}

/// Returns the calibration of `log_odds` on rows that the card was not fitted on. They are the log-odds of bad by the
/// card's points-to-odds scaling, finite; `bad` is 0 or 1, weights are above 0. A curve that cannot be measured is a
/// refusal in the report.
///
/// Errors: a target outside 0..1, and `frame.shape` where the slices differ in length.
///
/// ```
/// use kapix_core::fitting::{CalibrationMethod, CalibrationSettings, calibrate};
///
/// // Of the rows at a log-odds of 0 half are bad; of the population 10 %.
/// let settings = CalibrationSettings {
///     method: CalibrationMethod::Offset,
///     target_rate: Some(0.1),
///     ..CalibrationSettings::default()
/// };
/// let report = calibrate(&[0.0, 0.0, 0.0, 0.0], &[1, 0, 1, 0], None, &settings)?;
/// assert_eq!((report.outside_rows, report.outside_bads), (4, 2));
/// assert!((report.curve.unwrap().pd(0.0) - 0.1).abs() < 1e-12);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn calibrate(
    log_odds: &[f64],
    bad: &[u8],
    weight: Option<&[f64]>,
    settings: &CalibrationSettings,
) -> Result<CalibrationReport> {
    if settings.target_rate.is_some_and(|rate| !(rate > 0.0 && rate < 1.0)) {
        let message = "target_rate must be above `0` and below `1`";
        return Err(Error::new(Cause::FittingSettings, message).at("/target_rate"));
    }
    let cells = Cells::of(log_odds, bad, weight)?;
    let (curve, refusal) = match curve(&cells, settings) {
        Ok(curve) => (Some(curve), None),
        Err(refusal) => (None, Some(refusal)),
    };
    let rows = cells.bad_rows + cells.good_rows;
    Ok(CalibrationReport {
        bad_rate: (rows > 0).then(|| cells.bads / cells.size()),
        mean_pd: curve.as_ref().map(|curve| mean_pd(curve, &cells)),
        curve,
        method: settings.method,
        outside_bads: cells.bad_rows,
        outside_rows: rows,
        refusal,
    })
}

fn curve(
    cells: &Cells,
    settings: &CalibrationSettings,
) -> core::result::Result<CalibrationCurve, CalibrationRefusal> {
    if !cells.has_both() {
        return Err(CalibrationRefusal::OneClass);
    }
    let curve = match settings.method {
        CalibrationMethod::Offset => CalibrationCurve::Logit(LogitCurve { intercept: 0.0, slope: 1.0 }),
        CalibrationMethod::Platt => platt(cells, settings.smoothing)?,
        CalibrationMethod::Beta => beta(cells)?,
        CalibrationMethod::Isotonic => isotonic::fit(&cells.by_value)
            .map(CalibrationCurve::Isotonic)
            .ok_or(CalibrationRefusal::NotAscending)?,
    };
    let is_offset = settings.method == CalibrationMethod::Offset;
    let target = settings.target_rate.or_else(|| is_offset.then(|| cells.bads / cells.size()));
    let Some(target) = target else { return Ok(curve) };
    let shifted = shift_to(&curve, cells, target).ok_or(CalibrationRefusal::TargetOutOfReach)?;
    // A shift may bring knots near 0 or 1 together.
    if shifted.fault().is_some() { Err(CalibrationRefusal::TargetOutOfReach) } else { Ok(shifted) }
}

/// Returns the weighted mean PD of the rows.
fn mean_pd(curve: &CalibrationCurve, cells: &Cells) -> f64 {
    total(&cells.by_value, |cell| cell.size() * curve.pd(cell.value)) / cells.size()
}

/// Returns whether no value of a good row lies above one of a bad row.
pub(in crate::fitting) fn separates(cells: &[Cell]) -> bool {
    let highest_good = cells.iter().rev().find(|cell| cell.goods > 0.0);
    let lowest_bad = cells.iter().find(|cell| cell.bads > 0.0);
    match (highest_good, lowest_bad) {
        (Some(good), Some(bad)) => good.value <= bad.value,
        _ => true,
    }
}

/// Returns the fit of logit P(bad) = b0 + b1 value, or `None` without a finite maximum. The search starts at
/// b0 = 0 and b1 = 1, where the values are calibrated already.
pub(in crate::fitting) fn line(cells: &[Cell], robust: bool) -> Option<LogitFit<2>> {
    let term = |cell: &Cell| Term { features: [1.0, cell.value], offset: cell.value };
    let mut fit = newton::fit(cells, &cells.iter().map(term).collect::<Vec<_>>(), robust)?;
    fit.coefficients[1] += 1.0;
    Some(fit)
}

fn platt(cells: &Cells, smoothing: bool) -> core::result::Result<CalibrationCurve, CalibrationRefusal> {
    let smoothed;
    let used = if smoothing {
        smoothed = with_platt_targets(cells);
        &smoothed
    } else {
        if separates(&cells.by_value) {
            return Err(CalibrationRefusal::Separated);
        }
        &cells.by_value
    };
    let fit = line(used, cells.weighted).ok_or(CalibrationRefusal::NotAscending)?;
    let [intercept, slope] = fit.coefficients;
    if slope > 0.0 {
        Ok(CalibrationCurve::Logit(LogitCurve { intercept, slope }))
    } else {
        Err(CalibrationRefusal::NotAscending)
    }
}

/// Returns the cells with a share of each row moved to the other outcome.
fn with_platt_targets(cells: &Cells) -> Vec<Cell> {
    let (bad, good) = ((cells.bads + 1.0) / (cells.bads + 2.0), 1.0 / (cells.goods + 2.0));
    let moved = |cell: &Cell| Cell {
        bads: cell.bads * bad + cell.goods * good,
        goods: cell.bads * (1.0 - bad) + cell.goods * (1.0 - good),
        ..*cell
    };
    cells.by_value.iter().map(moved).collect()
}

/// Returns the best beta curve with a, b >= 0. The likelihood is concave, so where the free maximum has a negative factor
/// the best curve has a = 0 or b = 0, and the better of the two is it.
fn beta(cells: &Cells) -> core::result::Result<CalibrationCurve, CalibrationRefusal> {
    if separates(&cells.by_value) {
        return Err(CalibrationRefusal::Separated);
    }
    let list = &cells.by_value;
    let full =
        |cell: &Cell| Term { features: [1.0, -softplus(-cell.value), softplus(cell.value)], offset: 0.0 };
    let terms: Vec<Term<3>> = list.iter().map(full).collect();
    if let Some(fit) = newton::fit(list, &terms, false) {
        let [c, a, b] = fit.coefficients;
        if a >= 0.0 && b >= 0.0 && a + b > 0.0 {
            return Ok(CalibrationCurve::Beta(BetaCurve { a, b, c }));
        }
    }
    let only = |keep: fn(f64) -> f64| {
        let terms: Vec<Term<2>> =
            list.iter().map(|cell| Term { features: [1.0, keep(cell.value)], offset: 0.0 }).collect();
        newton::fit(list, &terms, false).filter(|fit| fit.coefficients[1] > 0.0)
    };
    let low = only(|x| -softplus(-x));
    let high = only(softplus);
    let best_is_low = match (&low, &high) {
        (Some(low), Some(high)) => low.log_likelihood >= high.log_likelihood,
        (low, _) => low.is_some(),
    };
    let curve = if best_is_low {
        low.map(|fit| BetaCurve { a: fit.coefficients[1], b: 0.0, c: fit.coefficients[0] })
    } else {
        high.map(|fit| BetaCurve { a: 0.0, b: fit.coefficients[1], c: fit.coefficients[0] })
    };
    curve.map(CalibrationCurve::Beta).ok_or(CalibrationRefusal::NotAscending)
}

/// Returns the curve shifted until its mean PD over the rows is `target`, to 1e-13 of it or to the last digit of the
/// shift; `None` if 100 nats do not reach it.
fn shift_to(curve: &CalibrationCurve, cells: &Cells, target: f64) -> Option<CalibrationCurve> {
    /// Bisection alone needs 60 steps from 200 nats.
    const STEPS_MAX: u32 = 90;
    let excess = |nats: f64| mean_pd(&curve.shifted(nats), cells) - target;
    let guess = logit(target) - logit(mean_pd(curve, cells));
    let (mut low, mut high, mut reach) = (guess, guess, 1.0);
    let (mut below, mut above) = (excess(low), excess(high));
    while (below > 0.0 || above < 0.0) && reach < 200.0 {
        if below > 0.0 {
            low = guess - reach;
            below = excess(low);
        } else {
            high = guess + reach;
            above = excess(high);
        }
        reach *= 2.0;
    }
    if below > 0.0 || above < 0.0 || guess.abs() > 100.0 {
        return None;
    }
    for step in 0..STEPS_MAX {
        let tolerance = 1e-13 * target;
        if above <= tolerance || high <= low {
            return Some(curve.shifted(high));
        }
        if -below <= tolerance {
            return Some(curve.shifted(low));
        }
        // The chord is exact near the root, the middle halves what the chord may leave.
        let chord = low - below * (high - low) / (above - below);
        let next = if step % 3 < 2 && chord > low && chord < high { chord } else { f64::midpoint(low, high) };
        let value = excess(next);
        if value < 0.0 {
            (low, below) = (next, value);
        } else {
            (high, above) = (next, value);
        }
    }
    Some(curve.shifted(f64::midpoint(low, high)))
}
