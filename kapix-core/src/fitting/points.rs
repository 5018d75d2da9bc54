//! From regression coefficients to integer points that sum to the score.
//!
//! The score of a row is offset + factor x ln(odds good : bad), factor = pdo / ln 2, offset = points0 - factor x
//! ln(odds0). Source: N. Siddiqi, "Credit Risk Scorecards" (2006), chapter 6, "Scorecard Scaling". Each slot's part of
//! it, -factor x coefficient x WoE, becomes an integer; the intercept's part becomes one integer too, kept as base
//! points or spread over the characteristics. So points sum to the total by construction, a slot of WoE 0 has exactly
//! the neutral points, and the effect of rounding is measured in [`RoundingReport`].

mod report;
mod rounding;
mod settings;

#[cfg(test)]
mod tests;

pub use report::DevelopmentRows;
pub use report::RoundingReport;
pub use settings::{InterceptPlace, ScalingMethod, ScalingSettings};

use crate::error::{Cause, Error, Result};
use crate::numeric;
use rounding::Rounded;
use settings::{Proved, Range};

/// Points of one slot, and base points, lie within +- this, the limit of a card.
pub(super) const POINTS_MAX: f64 = 1_000_000.0;
/// Halvings of an interval of factors; two neighbouring doubles are reached before.
const BISECTIONS: usize = 80;

/// A fitted model: logit PD = intercept + sum of coefficient x WoE; all lists follow the order of the card.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// In nats.
    pub intercept: f64,
    /// One a characteristic.
    pub coefficients: &'a [f64],
    /// WoE of every slot in nats, by characteristic.
    pub woe: &'a [Vec<f64>],
    /// Weight of the development rows in every slot, by characteristic.
    pub population: &'a [Vec<f64>],
}

/// The points-to-odds scaling of a card: odds(points) = odds0 x 2^((points - points0) / pdo), good : bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointsToOdds {
    /// Odds good : bad at `points0`, above 0.
    pub odds0: f64,
    /// Points that double the odds, above 0.
    pub pdo: f64,
    /// Total at which the odds are `odds0`.
    pub points0: f64,
}

/// Integer points of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaledPoints {
    /// Points of every applicant; 0 where the intercept is spread.
    pub base_points: i32,
    /// Points at WoE 0, by characteristic.
    pub neutral_points: Vec<i32>,
    /// Points of every slot, by characteristic.
    pub points: Vec<Vec<i32>>,
    /// The points-to-odds scaling of the totals.
    pub scaling: PointsToOdds,
    /// Points minus the exact part of every slot, by characteristic.
    errors: Vec<Vec<f64>>,
    /// The same for the intercept's part.
    base_error: f64,
    ties: u64,
}

impl PointsToOdds {
    /// Returns points a nat of log-odds, pdo / ln 2.
    ///
    /// ```
    /// use kapix_core::fitting::PointsToOdds;
    ///
    /// // The example of Siddiqi's chapter: 600 points at odds of 50:1, and 20 points double them.
    /// let scaling = PointsToOdds { odds0: 50.0, pdo: 20.0, points0: 600.0 };
    /// assert!((scaling.factor() - 28.8539).abs() < 5e-5);
    /// ```
    pub fn factor(&self) -> f64 {
        self.pdo / core::f64::consts::LN_2
    }

    /// Returns the total at odds 1:1, points0 - factor x ln(odds0).
    ///
    /// ```
    /// use kapix_core::fitting::PointsToOdds;
    ///
    /// // The example of Siddiqi's chapter: 600 points at odds of 50:1, and 20 points double them.
    /// let scaling = PointsToOdds { odds0: 50.0, pdo: 20.0, points0: 600.0 };
    /// assert!((scaling.offset() - 487.123).abs() < 5e-4);
    /// ```
    pub fn offset(&self) -> f64 {
        self.points0 - self.factor() * numeric::ln(self.odds0)
    }
}

impl ScaledPoints {
    /// Lowers a slot to the neutral points of its characteristic and returns whether it had more. The difference counts as
    /// rounding. A bin for missing values whose rows are no safer than the sample may not have more.
    ///
    /// ```
    /// # use core::f64::consts::LN_2;
    /// # use kapix_core::fitting::{PointsModel, ScalingSettings, scale};
    /// # let model = PointsModel {
    /// #     intercept: -4_f64.ln(),
    /// #     coefficients: &[-1.0],
    /// #     woe: &[vec![0.0, LN_2, -LN_2]],
    /// #     population: &[vec![5.0, 3.0, 2.0]],
    /// # };
    /// # let (odds0, pdo, points0) = (Some(1.0), Some(10.0), Some(100.0));
    /// # let settings = ScalingSettings { odds0, pdo, points0, ..ScalingSettings::default() };
    /// let mut scaled = scale(&model, &settings)?;
    /// assert_eq!((&scaled.points[0], scaled.neutral_points[0]), (&vec![120, 130, 110], 120));
    /// assert!(scaled.lower_to_neutral(0, 1));
    /// assert!(!scaled.lower_to_neutral(0, 2));
    /// assert_eq!(scaled.points, [[120, 120, 110]]);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn lower_to_neutral(&mut self, characteristic: usize, slot: usize) -> bool {
        let neutral = self.neutral_points.get(characteristic).copied();
        let points = self.points.get_mut(characteristic).and_then(|own| own.get_mut(slot));
        let error = self.errors.get_mut(characteristic).and_then(|own| own.get_mut(slot));
        let (Some(neutral), Some(points), Some(error)) = (neutral, points, error) else { return false };
        if *points <= neutral {
            return false;
        }
        *error -= f64::from(*points - neutral);
        *points = neutral;
        true
    }
}

/// Returns the points of a model, whose rank of slots within a characteristic is that of the exact parts: never
/// reversed, though two parts less than a point apart may get the same points.
///
/// The slots of a characteristic become the integers whose error has the least variance over the development rows (see
/// module `rounding`); the base absorbs the mean error. Under `min_max` the integers meet the range instead, and the
/// scaling absorbs the mean error.
///
/// Errors: `value.out_of_range` at a setting, `card.points_range` where points leave +-1,000,000 or the model is not finite.
///
/// ```
/// use core::f64::consts::LN_2;
/// use kapix_core::fitting::{PointsModel, ScalingSettings, scale};
///
/// let model = PointsModel {
///     intercept: -4_f64.ln(),
///     coefficients: &[-1.0],
///     woe: &[vec![0.0, LN_2, -LN_2]],
///     population: &[vec![5.0, 3.0, 2.0]],
/// };
/// // 100 points are even odds, and 10 points double them.
/// let (odds0, pdo, points0) = (Some(1.0), Some(10.0), Some(100.0));
/// let settings = ScalingSettings { odds0, pdo, points0, ..ScalingSettings::default() };
/// let scaled = scale(&model, &settings)?;
/// // Odds of 4:1 are two doublings. A weight of evidence of ln 2 doubles the odds, one of -ln 2 halves them.
/// assert_eq!(scaled.points, [[120, 130, 110]]);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn scale(model: &Model<'_>, settings: &ScalingSettings) -> Result<ScaledPoints> {
    let proved = settings.proved()?;
    if !is_usable(model) {
        return Err(Error::new(Cause::CardPointsRange, "coefficients and WoEs must be finite, one a slot"));
    }
    let (scaling, rounded, base) = match proved {
        Proved::Stated(scaling) => {
            let rounded = round(model, scaling.factor())?;
            let exact = scaling.offset() - scaling.factor() * model.intercept;
            let mean_error = numeric::sum(rounded.iter().map(|it| it.mean_error));
            (scaling, rounded, whole((exact - mean_error).round(), "base points")?)
        }
        Proved::Range(range) => between(model, range)?,
    };
    assemble(model, scaling, rounded, &Base { points: base, place: settings.intercept })
}

fn is_usable(model: &Model<'_>) -> bool {
    let n = model.coefficients.len();
    let fits = n > 0 && model.woe.len() == n && model.population.len() == n;
    let finite = model.intercept.is_finite() && model.coefficients.iter().all(|it| it.is_finite());
    let slots = model.woe.iter().zip(model.population).all(|(woe, population)| {
        !woe.is_empty() && woe.len() == population.len() && woe.iter().all(|it| it.is_finite())
    });
    fits && finite && slots
}

/// Returns the integers of every characteristic at a factor.
fn round(model: &Model<'_>, factor: f64) -> Result<Vec<Rounded>> {
    exact(model, factor)
        .into_iter()
        .zip(model.population)
        .map(|(exact, population)| {
            if exact.iter().any(|points| points.abs() > POINTS_MAX) {
                return Err(beyond("points"));
            }
            Ok(Rounded::best(&exact, population))
        })
        .collect()
}

/// Returns the exact part of every slot, -factor x coefficient x WoE, by characteristic.
fn exact(model: &Model<'_>, factor: f64) -> Vec<Vec<f64>> {
    let rows = model.coefficients.iter().zip(model.woe);
    rows.map(|(coefficient, woe)| woe.iter().map(|woe| -(factor * coefficient) * woe).collect()).collect()
}

/// Scales so that the least and the greatest total are those asked for.
///
/// The span of the integer totals rises with the factor in steps, so the factor is found by bisection with the
/// thresholds of the plain factor. Where several characteristics step at one factor and jump over the span, the
/// greatest total stays below the one asked for by at most their number.
fn between(model: &Model<'_>, range: Range) -> Result<(PointsToOdds, Vec<Rounded>, i32)> {
    let span = |rows: &[Vec<f64>]| {
        numeric::sum(rows.iter().map(|row| extreme(row, f64::max) - extreme(row, f64::min)))
    };
    let unit = exact(model, 1.0);
    let nats = span(&unit);
    let wanted = f64::from(range.max) - f64::from(range.min);
    if !(nats > 0.0 && (wanted / nats).is_finite()) {
        return Err(Error::new(Cause::ValueOutOfRange, "the model gives every row the same score").at("/min"));
    }
    let start = round(model, wanted / nats)?;
    // The products are those of the points themselves, so a span found is the span of the card, bit for bit.
    let reached = |factor: f64| -> f64 {
        let rows = exact(model, factor).into_iter().zip(&start);
        rows.map(|(row, own)| own.value_at(extreme(&row, f64::max)) - own.value_at(extreme(&row, f64::min)))
            .sum()
    };
    let factor = nearest_factor(wanted / nats, wanted, model.coefficients.len(), reached);
    let rows = exact(model, factor).into_iter().zip(model.population).zip(&start);
    let rounded: Vec<Rounded> =
        rows.map(|((exact, population), own)| own.again(&exact, population)).collect();
    let least: f64 = rounded.iter().map(|it| extreme(&it.points, f64::min)).sum();
    let base = f64::from(range.min) - least;
    let mean_error = numeric::sum(rounded.iter().map(|it| it.mean_error));
    let offset = base + factor * model.intercept + mean_error;
    let points0 = f64::midpoint(f64::from(range.min), f64::from(range.max));
    let scaling = PointsToOdds {
        odds0: numeric::exp((points0 - offset) / factor),
        pdo: factor * core::f64::consts::LN_2,
        points0,
    };
    if !(scaling.odds0 > 0.0 && scaling.odds0.is_finite()) {
        return Err(Error::new(Cause::ValueOutOfRange, "the odds of the range are not finite").at("/max"));
    }
    Ok((scaling, rounded, whole(base, "base points")?))
}

/// Returns the factor nearest to `plain` at which `reached`, which never falls, is `wanted`, or the last one before it
/// jumps over.
fn nearest_factor(plain: f64, wanted: f64, characteristics: usize, reached: impl Fn(f64) -> f64) -> f64 {
    // A span is off by less than one point a characteristic, so factors that far away enclose the one wanted.
    let widest = plain * (2.0 * numeric::count(characteristics) + 2.0) / wanted;
    let is_short = reached(plain) < wanted;
    if !is_short && reached(plain) <= wanted {
        return plain;
    }
    let (mut low, mut high) =
        if is_short { (plain, plain + widest) } else { ((plain - widest).max(0.0), plain) };
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        let below = if is_short { reached(middle) < wanted } else { reached(middle) <= wanted };
        if below {
            low = middle;
        } else {
            high = middle;
        }
    }
    if is_short && reached(high) <= wanted { high } else { low }
}

fn extreme(values: &[f64], pick: fn(f64, f64) -> f64) -> f64 {
    values.iter().copied().reduce(pick).unwrap_or_default()
}

/// The intercept's integer and where it goes.
struct Base {
    points: i32,
    place: InterceptPlace,
}

fn assemble(
    model: &Model<'_>,
    scaling: PointsToOdds,
    rounded: Vec<Rounded>,
    base: &Base,
) -> Result<ScaledPoints> {
    let n = i32::try_from(rounded.len()).map_err(|_| beyond("characteristics"))?;
    let (base_points, each, rest) = match base.place {
        InterceptPlace::Base => (base.points, 0, 0),
        InterceptPlace::Spread => (0, base.points.div_euclid(n), base.points.rem_euclid(n)),
    };
    let shares = (0..n).map(|position| each + i32::from(position < rest));
    let neutral_points: Vec<i32> = shares.collect();
    let mut points = Vec::with_capacity(rounded.len());
    for (own, share) in rounded.iter().zip(&neutral_points) {
        let slots = own.points.iter().map(|slot| whole(slot + f64::from(*share), "points"));
        points.push(slots.collect::<Result<Vec<i32>>>()?);
    }
    let ties = rounded
        .iter()
        .zip(exact(model, scaling.factor()))
        .map(|(own, exact)| ties(&own.points, &exact))
        .sum();
    Ok(ScaledPoints {
        base_points,
        neutral_points,
        points,
        base_error: f64::from(base.points) - (scaling.offset() - scaling.factor() * model.intercept),
        scaling,
        errors: rounded.into_iter().map(|it| it.errors).collect(),
        ties,
    })
}

/// Returns how many neighbours in rank have different exact parts and the same points.
fn ties(points: &[f64], exact: &[f64]) -> u64 {
    let mut pairs: Vec<(f64, f64)> = exact.iter().copied().zip(points.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let same = |pair: &&[(f64, f64)]| matches!(pair, [(a, p), (b, q)] if a < b && p >= q);
    pairs.windows(2).filter(same).map(|_| 1).sum()
}

/// Returns an integer that a double holds, or an error beyond the points of a card.
fn whole(value: f64, what: &str) -> Result<i32> {
    if value.abs() <= POINTS_MAX {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within +-1,000,000")]
        Ok(value as i32)
    } else {
        Err(beyond(what))
    }
}

fn beyond(what: &str) -> Error {
    Error::new(
        Cause::CardPointsRange,
        format!("{what} of the scaled card leave +-1,000,000; choose a smaller pdo"),
    )
}
