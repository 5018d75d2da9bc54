//! The curve from log-odds to a PD, as a card holds it.

use super::newton::softplus;
use crate::numeric::{logistic, logit};
use serde::{Deserialize, Serialize};

/// Least distance of a PD from 0 and from 1, about 27.6 nats of log-odds: no sample is large enough to show a more
/// extreme one.
const PD_EDGE: f64 = 1e-12;

/// From the log-odds of bad by the card's points-to-odds scaling to a PD; it never falls as the log-odds rise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CalibrationCurve {
    /// logit(PD) = c + a ln s - b ln(1 - s), s the PD by the card's points-to-odds scaling.
    Beta(BetaCurve),
    /// Linear in the log-odds between knots, constant outside.
    Isotonic(IsotonicCurve),
    /// logit(PD) = intercept + slope x log-odds.
    Logit(LogitCurve),
}

/// Beta calibration: M. Kull, T. Silva Filho, P. Flach, Beta calibration, AISTATS 2017 (PMLR 54), equation 3 and section 3.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BetaCurve {
    /// Factor of ln s, at least 0; a and b are not both 0.
    pub a: f64,
    /// Factor of -ln(1 - s), at least 0.
    pub b: f64,
    /// In nats.
    pub c: f64,
}

/// The centres of the blocks of an isotonic regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IsotonicCurve {
    /// At least two; log-odds and PD ascend strictly.
    pub knots: Vec<Knot>,
}

/// One block of an isotonic regression.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Knot {
    /// Mean log-odds of bad over the block, by the card's points-to-odds scaling, in nats.
    pub log_odds: f64,
    /// PD of the block, in 0..1, both excluded; the curve answers 1e-12..=1 - 1e-12.
    pub pd: f64,
}

/// A straight line on the scale of log-odds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogitCurve {
    /// In nats.
    pub intercept: f64,
    /// Above 0, so that the rank of totals is kept.
    pub slope: f64,
}

impl CalibrationCurve {
    /// Returns the PD, in 1e-12..=1 - 1e-12, at finite log-odds of bad by the card's points-to-odds scaling.
    ///
    /// ```
    /// use kapix_core::fitting::{CalibrationCurve, LogitCurve};
    ///
    /// let curve = CalibrationCurve::Logit(LogitCurve { intercept: 0.0, slope: 1.0 });
    /// // 19 goods to 1 bad.
    /// assert!((curve.pd(-19_f64.ln()) - 0.05).abs() < 1e-12);
    /// ```
    pub fn pd(&self, log_odds: f64) -> f64 {
        let pd = match self {
            Self::Logit(curve) => logistic(curve.intercept + curve.slope * log_odds),
            Self::Beta(curve) => {
                logistic(curve.c - curve.a * softplus(-log_odds) + curve.b * softplus(log_odds))
            }
            Self::Isotonic(curve) => curve.pd(log_odds),
        };
        pd.clamp(PD_EDGE, 1.0 - PD_EDGE)
    }

    /// Returns the curve whose logit(PD) lies higher by `nats` at every log-odds (at the knots, for an isotonic one).
    ///
    /// ```
    /// use kapix_core::fitting::{CalibrationCurve, LogitCurve};
    ///
    /// // Half of the sample is bad, and one in ten of the population: its odds of bad are lower by a factor of 9.
    /// let sample = CalibrationCurve::Logit(LogitCurve { intercept: 0.0, slope: 1.0 });
    /// let population = sample.shifted(-9_f64.ln());
    /// assert!((sample.pd(0.0) - 0.5).abs() < 1e-12);
    /// assert!((population.pd(0.0) - 0.1).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn shifted(&self, nats: f64) -> Self {
        match self {
            Self::Logit(curve) => Self::Logit(LogitCurve { intercept: curve.intercept + nats, ..*curve }),
            Self::Beta(curve) => Self::Beta(BetaCurve { c: curve.c + nats, ..*curve }),
            Self::Isotonic(curve) => {
                let raised = |knot: &Knot| Knot { pd: logistic(logit(knot.pd) + nats), ..*knot };
                Self::Isotonic(IsotonicCurve { knots: curve.knots.iter().map(raised).collect() })
            }
        }
    }

    /// Returns what is wrong with the curve, as the end of a sentence, or `None` if it is a calibration.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Logit(LogitCurve { intercept, slope }) => {
                let is_sound = intercept.is_finite() && slope.is_finite() && *slope > 0.0;
                (!is_sound).then_some("`slope` must be above 0")
            }
            Self::Beta(BetaCurve { a, b, c }) => {
                let are_finite = a.is_finite() && b.is_finite() && c.is_finite();
                let is_sound = are_finite && *a >= 0.0 && *b >= 0.0 && *a + *b > 0.0;
                (!is_sound).then_some("`a` and `b` must be at least 0 and not both 0")
            }
            Self::Isotonic(IsotonicCurve { knots }) => {
                let inside = |knot: &Knot| knot.log_odds.is_finite() && knot.pd > 0.0 && knot.pd < 1.0;
                let ascends =
                    |pair: (&Knot, &Knot)| pair.0.log_odds < pair.1.log_odds && pair.0.pd < pair.1.pd;
                let is_sound = knots.len() >= 2
                    && knots.iter().all(inside)
                    && knots.iter().zip(knots.iter().skip(1)).all(ascends);
                (!is_sound).then_some(
                    "`knots` must be two or more, their log-odds and PDs strictly ascending, PDs above 0 and below 1",
                )
            }
        }
    }
}

impl IsotonicCurve {
    fn pd(&self, log_odds: f64) -> f64 {
        let above = self.knots.partition_point(|knot| knot.log_odds <= log_odds);
        let left = above.checked_sub(1).and_then(|index| self.knots.get(index));
        match (left, self.knots.get(above)) {
            (Some(left), Some(right)) => {
                let share = (log_odds - left.log_odds) / (right.log_odds - left.log_odds);
                (left.pd + share * (right.pd - left.pd)).clamp(left.pd, right.pd)
            }
            (Some(knot), None) | (None, Some(knot)) => knot.pd,
            (None, None) => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BetaCurve, CalibrationCurve, IsotonicCurve, Knot, LogitCurve};
    use proptest::prelude::{prop, prop_assert, proptest};

    fn isotonic(knots: &[(f64, f64)]) -> CalibrationCurve {
        let knots = knots.iter().map(|&(log_odds, pd)| Knot { log_odds, pd }).collect();
        CalibrationCurve::Isotonic(IsotonicCurve { knots })
    }

    #[test]
    fn curves_are_those_of_the_papers() {
        // By hand: s = 0.2; 0.3 + 2 ln 0.2 - 0.5 ln 0.8 = -2.807304... ; logistic = 0.05692...
        let beta = CalibrationCurve::Beta(BetaCurve { a: 2.0, b: 0.5, c: 0.3 });
        let odds = crate::numeric::exp(0.3) * 0.04 / 0.8_f64.sqrt();
        assert!((beta.pd(crate::numeric::ln(0.25)) - odds / (1.0 + odds)).abs() < 1e-15);
        // a = b = 1, c = 0 is the identity.
        let identity = CalibrationCurve::Beta(BetaCurve { a: 1.0, b: 1.0, c: 0.0 });
        assert!((identity.pd(crate::numeric::ln(3.0)) - 0.75).abs() < 1e-15);
        let logit = CalibrationCurve::Logit(LogitCurve { intercept: 1.0, slope: 2.0 });
        assert!((logit.pd(-0.5) - 0.5).abs() < 1e-15);
        let steps = isotonic(&[(-2.0, 0.1), (0.0, 0.2), (1.0, 0.6)]);
        for (log_odds, pd) in
            [(-9.0, 0.1), (-2.0, 0.1), (-1.0, 0.15), (0.0, 0.2), (0.25, 0.3), (1.0, 0.6), (7.0, 0.6)]
        {
            assert!((steps.pd(log_odds) - pd).abs() < 1e-15, "{log_odds}");
        }
    }

    #[test]
    fn faults_are_named() {
        let logit = |slope| CalibrationCurve::Logit(LogitCurve { intercept: 0.0, slope });
        assert!(logit(0.0).fault().is_some() && logit(f64::NAN).fault().is_some());
        assert!(logit(0.1).fault().is_none());
        let beta = |a, b| CalibrationCurve::Beta(BetaCurve { a, b, c: 0.0 });
        assert!(beta(0.0, 0.0).fault().is_some() && beta(-0.1, 1.0).fault().is_some());
        assert!(beta(0.0, 1.0).fault().is_none());
        assert!(isotonic(&[(0.0, 0.1)]).fault().is_some());
        assert!(isotonic(&[(0.0, 0.1), (0.0, 0.2)]).fault().is_some());
        assert!(isotonic(&[(0.0, 0.1), (1.0, 0.1)]).fault().is_some());
        assert!(isotonic(&[(0.0, 0.0), (1.0, 0.1)]).fault().is_some());
        assert!(isotonic(&[(0.0, 0.1), (1.0, 0.2)]).fault().is_none());
        assert!(isotonic(&[]).pd(0.0).is_nan());
    }

    #[test]
    fn a_curve_is_one_object_named_by_its_method() {
        let text = r#"{"isotonic":{"knots":[{"log_odds":-1.5,"pd":0.1},{"log_odds":2,"pd":0.5}]}}"#;
        let curve: CalibrationCurve =
            crate::json::read(text.as_bytes(), &crate::limits::Limits::default()).unwrap();
        assert_eq!(curve, isotonic(&[(-1.5, 0.1), (2.0, 0.5)]));
        assert_eq!(crate::canonical::to_string(&curve).unwrap(), text);
        for wrong in [
            r#"{"logit":{"intercept":0,"slope":1,"x":1}}"#,
            r#"{"logit":{"intercept":0,"slope":"1"}}"#,
            r#"{"probit":{}}"#,
        ] {
            let read: Result<CalibrationCurve, _> =
                crate::json::read(wrong.as_bytes(), &crate::limits::Limits::default());
            assert!(read.is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_curve_is_monotone_and_inside(
            a in 0.0_f64..3.0, b in 0.01_f64..3.0, c in -5.0_f64..5.0,
            mut points in prop::collection::vec((-9.0_f64..9.0, 0.001_f64..0.999), 2..9),
            x in -900.0_f64..900.0, step in 0.0_f64..5.0, nats in -3.0_f64..3.0,
        ) {
            let (mut left, mut right): (Vec<f64>, Vec<f64>) = points.drain(..).unzip();
            left.sort_by(f64::total_cmp);
            right.sort_by(f64::total_cmp);
            let knots: Vec<(f64, f64)> = left.into_iter().zip(right).collect();
            for curve in [
                CalibrationCurve::Beta(BetaCurve { a, b, c }),
                CalibrationCurve::Logit(LogitCurve { intercept: c, slope: b }),
                isotonic(&knots),
            ] {
                for x in [x, x / 50.0] {
                    let (low, high) = (curve.pd(x), curve.pd(x + step));
                    prop_assert!(low > 0.0 && high < 1.0 && low <= high, "{curve:?} {low} {high}");
                    let raised = curve.shifted(nats).pd(x);
                    let moved_right = if nats < 0.0 { raised <= low + 1e-15 } else { raised >= low - 1e-15 };
                    prop_assert!(moved_right);
                }
            }
        }
    }
}
