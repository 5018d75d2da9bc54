//! Weights. They count rows beside each other, so their scale says nothing: they are brought to mean 1.

use super::outcome::find;
use crate::domain::{Frame, Kind};
use crate::error::{Cause, Error, Result};

/// Returns the weight of every row.
pub(super) fn read(frame: &Frame<'_>, name: &str) -> Result<Vec<f64>> {
    let column = find(frame, name, "/weight")?;
    let refusal = |message: String| Error::new(Cause::FittingWeight, message).at("/weight");
    if column.kind() != Kind::Numbers && !column.is_void() {
        return Err(refusal(format!("weights are numbers; the column holds {}", column.kind_name())));
    }
    let weight = |row: usize| match column.number(row) {
        Some(weight) if weight > 0.0 && weight.is_finite() => Ok(weight),
        Some(weight) => {
            Err(refusal(format!("a weight must be finite and above `0`; row `{row}` has `{weight}`")))
        }
        None => Err(refusal(format!("row `{row}` has no weight"))),
    };
    (0..frame.rows()).map(weight).collect()
}

/// The scale of some weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    greatest: f64,
    /// Mean of the weights over the greatest one, which no sum exceeds.
    mean: f64,
    is_constant: bool,
}

impl Scale {
    /// Returns the scale of weights above 0; `None` without any.
    pub(super) fn of(weights: &[f64]) -> Option<Self> {
        let greatest = weights.iter().copied().reduce(f64::max)?;
        let least = weights.iter().copied().reduce(f64::min)?;
        let sum: f64 = weights.iter().map(|weight| weight / greatest).sum();
        let mean = sum / crate::numeric::count(weights.len());
        Some(Self { greatest, mean, is_constant: least.to_bits() == greatest.to_bits() })
    }

    /// Returns the mean of the weights.
    pub(super) fn mean(self) -> f64 {
        if self.is_constant { self.greatest } else { self.greatest * self.mean }
    }

    /// Divides weights by the mean; equal ones become 1.
    ///
    /// Error `fitting.weight` where one is too far from the mean for a quotient.
    pub(super) fn apply(self, weights: &mut [f64]) -> Result<()> {
        for (row, weight) in weights.iter_mut().enumerate() {
            let is_same = self.is_constant && weight.to_bits() == self.greatest.to_bits();
            *weight = if is_same { 1.0 } else { *weight / self.greatest / self.mean };
            if !(*weight > 0.0 && weight.is_finite()) {
                let message =
                    format!("the weight of row `{row}` is more than `1e300` times from the mean weight");
                return Err(Error::new(Cause::FittingWeight, message).at("/weight"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn weights_of_any_scale_become_the_same_with_mean_1() {
        let own = [0.5, 1.0, 3.0, 1.5, 0.25, 7.0];
        let scaled = |factor: f64| {
            let mut weights = own.map(|weight| weight * factor);
            Scale::of(&weights).unwrap().apply(&mut weights).unwrap();
            weights
        };
        let one = scaled(1.0);
        // 1e-15: the rounding of a product, a quotient and a sum of six.
        assert!((one.iter().sum::<f64>() / 6.0 - 1.0).abs() < 1e-15);
        for factor in [1e-300, 0.01, 10.0, 1000.0, 1e300] {
            for (weight, expected) in scaled(factor).iter().zip(&one) {
                assert!((weight - expected).abs() < 4e-15 * expected, "{factor}");
            }
        }
        for constant in [0.01, 0.1, 7.0, 1e300, f64::MAX] {
            let mut weights = [constant; 7];
            Scale::of(&weights).unwrap().apply(&mut weights).unwrap();
            assert_eq!(weights.map(f64::to_bits), [1.0_f64.to_bits(); 7]);
        }
        assert!(Scale::of(&[]).is_none());
    }

    #[test]
    fn a_weight_without_a_quotient_is_refused() {
        let mut weights = [f64::MIN_POSITIVE, f64::MAX];
        assert!(Scale::of(&weights).unwrap().apply(&mut weights).is_err());
    }
}
