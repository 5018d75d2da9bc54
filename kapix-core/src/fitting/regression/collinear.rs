//! Columns that are linear functions of others.
#![expect(clippy::indexing_slicing, reason = "all indices are below the order of the square matrix")]

use crate::numeric::{Matrix, sqrt};

/// Share of a column's variance that the earlier columns leave; below it the column is taken as their linear
/// function. Rounding leaves about 1e-14 of an exact one; a variance inflation of 1e10 has no use in a card.
const LEFT_MIN: f64 = 1e-10;

/// Share of the dependency that a column must carry to be named.
const PART_MIN: f64 = 1e-6;

/// Returns the first row of a symmetric non-negative matrix that is a linear function of earlier rows, with those
/// rows; `None` if the matrix is positive definite beyond rounding.
pub(in crate::fitting) fn first_dependency(matrix: &Matrix) -> Option<(usize, Vec<usize>)> {
    let n = matrix.rows();
    let at = |row, col| matrix.get(row, col).unwrap_or(f64::NAN);
    let mut lower = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = (0..j).fold(at(i, j), |rest, k| rest - lower[i][k] * lower[j][k]);
            if i > j {
                lower[i][j] = rest / lower[j][j];
            } else if rest > LEFT_MIN * at(i, i) {
                lower[i][i] = sqrt(rest);
            } else {
                return Some((i, parts(&lower, i, &at)));
            }
        }
    }
    None
}

/// Returns the rows before `row` that carry it: with row i of L computed, back substitution gives its coefficients.
fn parts(lower: &[Vec<f64>], row: usize, at: &impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let mut coefficients = lower[row][..row].to_vec();
    for k in (0..row).rev() {
        coefficients[k] /= lower[k][k];
        for j in 0..k {
            coefficients[j] -= lower[k][j] * coefficients[k];
        }
    }
    let size = sqrt(at(row, row));
    (0..row).filter(|&k| coefficients[k].abs() * sqrt(at(k, k)) > PART_MIN * size).collect()
}
