//! How points are scaled, as the request says it.

use super::{POINTS_MAX, PointsToOdds};
use crate::error::{Cause, Error, Result};
use serde::{Deserialize, Serialize};

/// The usual example of the field, 600 points at odds 50:1 and 20 points to double them: N. Siddiqi, "Credit Risk
/// Scorecards" (2006), chapter 6, "Scorecard Scaling".
const USUAL: PointsToOdds = PointsToOdds { odds0: 50.0, pdo: 20.0, points0: 600.0 };

/// How points translate to odds, and where the points of the intercept go.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScalingSettings {
    /// Where the points of the intercept go; default `spread`.
    pub intercept: InterceptPlace,
    /// Greatest total (`min_max` only), within +-1,000,000.
    pub max: Option<i32>,
    /// What is stated: odds and points that double them, or the range of totals; default `pdo_odds`.
    pub method: ScalingMethod,
    /// Least total (`min_max` only), below `max`.
    pub min: Option<i32>,
    /// Odds good : bad at `points0`, above 0 (`pdo_odds` only); default 50.
    pub odds0: Option<f64>,
    /// Points that double the odds, above 0 (`pdo_odds` only); default 20.
    pub pdo: Option<f64>,
    /// Total at which the odds are `odds0`, within +-1,000,000 (`pdo_odds` only); default 600.
    pub points0: Option<f64>,
}

/// What the settings of a scaling state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ScalingMethod {
    /// Odds at a total, and the points that double them.
    #[default]
    PdoOdds,
    /// The least and the greatest total of the card; odds and pdo follow.
    MinMax,
}

/// Where the points of the intercept go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum InterceptPlace {
    /// Evenly over the characteristics; the remainder goes to the first ones, a point each.
    #[default]
    Spread,
    /// Into the card's base points.
    Base,
}

/// Proved settings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Proved {
    Stated(PointsToOdds),
    Range(Range),
}

/// A least and a greatest total.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) min: i32,
    pub(super) max: i32,
}

impl ScalingSettings {
    /// Returns the proved scaling or range of totals, or `value.out_of_range` at the setting.
    pub(super) fn proved(&self) -> Result<Proved> {
        let refuse = |field: &str, message: &str| Error::new(Cause::ValueOutOfRange, message).at(field);
        let foreign = match self.method {
            ScalingMethod::PdoOdds => {
                [("/max", self.max.is_some()), ("/min", self.min.is_some()), ("", false)]
            }
            ScalingMethod::MinMax => [
                ("/odds0", self.odds0.is_some()),
                ("/pdo", self.pdo.is_some()),
                ("/points0", self.points0.is_some()),
            ],
        };
        if let Some((field, _)) = foreign.into_iter().find(|(_, given)| *given) {
            return Err(refuse(field, "this setting belongs to the other `method` of scaling"));
        }
        match self.method {
            ScalingMethod::PdoOdds => {
                let scaling = PointsToOdds {
                    odds0: self.odds0.unwrap_or(USUAL.odds0),
                    pdo: self.pdo.unwrap_or(USUAL.pdo),
                    points0: self.points0.unwrap_or(USUAL.points0),
                };
                for (field, value) in [("/odds0", scaling.odds0), ("/pdo", scaling.pdo)] {
                    if !(value > 0.0 && value.is_finite()) {
                        return Err(refuse(field, &format!("must be above `0`; got `{value}`")));
                    }
                }
                if scaling.points0.abs() <= POINTS_MAX {
                    Ok(Proved::Stated(scaling))
                } else {
                    Err(refuse("/points0", &format!("must be within +-1,000,000; got `{}`", scaling.points0)))
                }
            }
            ScalingMethod::MinMax => {
                let (Some(min), Some(max)) = (self.min, self.max) else {
                    let field = if self.min.is_none() { "/min" } else { "/max" };
                    return Err(refuse(field, "`min_max` needs min and max"));
                };
                let inside = |points: i32| f64::from(points).abs() <= POINTS_MAX;
                if min < max && inside(min) && inside(max) {
                    Ok(Proved::Range(Range { min, max }))
                } else {
                    let message =
                        format!("min must lie below max, both within +-1,000,000; got `{min}` and `{max}`");
                    Err(refuse("/min", &message))
                }
            }
        }
    }
}
