//! Data that a hyperplane separates: then no finite maximum of the likelihood exists.
//!
//! A. Albert, J. A. Anderson, On the existence of maximum likelihood estimates in logistic regression models,
//! Biometrika 71, 1984, pages 1-10: complete separation if a direction d has x'd > 0 for every bad row and x'd < 0
//! for every good row; quasi-complete if both hold with equality allowed, and not x'd = 0 throughout.

use super::design::Prepared;
use super::evaluate::Pass;
use super::report::{Separation, SeparationKind};
use crate::error::Result;

/// Margins below this share of the largest one are the rounding of zero. The parts of a diverging Newton step that
/// stay finite fade like e^-k in step k, so that a direction of separation shows up to this within 15 steps.
const MARGIN_ROUNDING: f64 = 1e-6;

/// A column takes part if its standardised coefficient is above this share of the largest one.
const PART_MIN: f64 = 1e-3;

/// Returns the kind of separation and the direction, if one of the directions separates the rows: this is a proof
/// of complete separation, and of quasi-complete separation up to [`MARGIN_ROUNDING`].
pub(super) fn along(
    pass: &Pass<'_, '_>,
    directions: &[&[f64]],
) -> Result<Option<(SeparationKind, Vec<f64>)>> {
    let mut quasi = None;
    for direction in directions {
        if direction.len() != pass.kept.len() + 1 {
            continue;
        }
        let [least, most] = pass.margins(direction)?;
        let rounding = MARGIN_ROUNDING * most.abs().max(least.abs());
        if least > rounding {
            return Ok(Some((SeparationKind::Complete, direction.to_vec())));
        }
        if least >= -rounding && most > rounding && quasi.is_none() {
            quasi = Some((SeparationKind::Quasi, direction.to_vec()));
        }
    }
    Ok(quasi)
}

/// Returns what is known of separation: what the search found, and the columns that separate alone.
///
/// A column separates alone if its values of good and bad rows do not overlap (complete), or touch in one value only
/// (quasi-complete). This is exact, and holds with a penalty too, where the search ends at a finite maximum.
pub(super) fn describe(
    data: &Prepared<'_>,
    kept: &[usize],
    found: Option<&(SeparationKind, Vec<f64>)>,
) -> Separation {
    let mut kind = found.map_or(SeparationKind::None, |(kind, _)| *kind);
    let mut names = Vec::new();
    let slopes =
        found.and_then(|(_, direction)| direction.split_first()).map_or(&[][..], |(_, slopes)| slopes);
    let largest = slopes.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for (at, &column) in kept.iter().enumerate() {
        let Some(column) = data.columns.get(column) else { continue };
        let alone = alone(column.ranges);
        kind = kind.max(alone);
        let takes_part = slopes.get(at).is_some_and(|x| x.abs() > PART_MIN * largest);
        if takes_part || alone > SeparationKind::None {
            names.push(column.name.to_owned());
        }
    }
    Separation { characteristics: names, kind }
}

/// Returns how the values of the two classes lie to each other.
fn alone(ranges: [[f64; 2]; 2]) -> SeparationKind {
    let [[good_least, good_most], [bad_least, bad_most]] = ranges;
    let is_constant = good_least.min(bad_least) >= good_most.max(bad_most);
    if good_most < bad_least || bad_most < good_least {
        SeparationKind::Complete
    } else if !is_constant && (good_most <= bad_least || bad_most <= good_least) {
        SeparationKind::Quasi
    } else {
        SeparationKind::None
    }
}
