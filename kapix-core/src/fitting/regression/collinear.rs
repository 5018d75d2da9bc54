//! Columns that are linear functions of others.
#![expect(clippy::indexing_slicing, reason = "all indices are below the order of the square matrix")]

use crate::numeric::{sqrt, triangle};
use ndarray::Array2;

/// Share of a column's variance that the earlier columns leave; below it the column is taken as their linear
/// function. Rounding leaves about 1e-14 of an exact one; a variance inflation of 1e10 has no use in a card.
const LEFT_MIN: f64 = 1e-10;

/// Share of the dependency that a column must carry to be named.
const PART_MIN: f64 = 1e-6;

/// Returns the first row of a symmetric non-negative matrix that is a linear function of earlier rows, with those
/// rows; `None` if the matrix is positive definite beyond rounding.
pub(in crate::fitting) fn first_dependency(matrix: &Array2<f64>) -> Option<(usize, Vec<usize>)> {
    let (lower, dependent) = triangle(matrix, LEFT_MIN);
    dependent.map(|row| (row, parts(&lower, row, matrix)))
}

/// Returns the rows before `row` that carry it: with row i of L computed, back substitution gives its coefficients.
fn parts(lower: &Array2<f64>, row: usize, matrix: &Array2<f64>) -> Vec<usize> {
    let mut coefficients: Vec<f64> = lower.row(row).iter().copied().take(row).collect();
    for k in (0..row).rev() {
        coefficients[k] /= lower[[k, k]];
        for j in 0..k {
            coefficients[j] -= lower[[k, j]] * coefficients[k];
        }
    }
    let size = sqrt(matrix[[row, row]]);
    (0..row).filter(|&k| coefficients[k].abs() * sqrt(matrix[[k, k]]) > PART_MIN * size).collect()
}
