//! The log-likelihood near its maximum as a quadratic: every submodel without reading a row again.
//!
//! With b the maximum and A the information there, a model without the coefficients R has a deviance higher by
//! b_R' C_RR^-1 b_R, C the inverse of A: J. F. Lawless, K. Singhal, Efficient screening of nonnormal regression models,
//! Biometrics 34, 1978, pages 318-327. That is least squares with the matrix A and the right side A b, so the sweep
//! operator leads from submodel to submodel: J. H. Goodnight, A tutorial on the SWEEP operator, The American
//! Statistician 33, 1979, pages 149-158.
#![expect(
    clippy::indexing_slicing,
    reason = "the table has one row and one column a coefficient and one for the right side"
)]

use crate::fitting::regression::Start;
use crate::numeric::{sqrt, times};

/// The quadratic of a fitted model of `size` characteristics and the intercept.
#[derive(Clone, Debug)]
pub(super) struct Quadratic {
    /// [A, Ab; b'A, b'Ab] by rows.
    table: Vec<Vec<f64>>,
}

/// What changing one characteristic does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// By how much the deviance changes: rises on removal, falls when it enters; at least 0.
    pub(super) deviance: f64,
    /// Coefficient by its standard error, in the model that holds the characteristic.
    pub(super) z: f64,
}

impl Quadratic {
    /// Returns the quadratic around a maximum.
    pub(super) fn of(fit: &Start) -> Self {
        let right = times(&fit.information, &fit.theta).unwrap_or_default();
        let rows = fit.information.rows().into_iter().zip(&right);
        let mut table: Vec<Vec<f64>> =
            rows.map(|(row, right)| row.iter().chain([right]).copied().collect()).collect();
        let corner = right.iter().zip(&fit.theta).fold(0.0, |sum, (a, b)| sum + a * b);
        table.push(right.into_iter().chain([corner]).collect());
        Self { table }
    }

    /// Returns what a change of each characteristic does to the model of those that are `inside`.
    pub(super) fn changes(&self, inside: &[bool]) -> Vec<Change> {
        let mut table = self.table.clone();
        sweep(&mut table, 0);
        for (at, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
            sweep(&mut table, at + 1);
        }
        let right = table.len() - 1;
        let change = |at: usize| {
            let (pivot, effect) = (table[at + 1][at + 1].abs(), table[at + 1][right]);
            // Inside: effect is the coefficient and the pivot its variance; outside: score and its variance.
            let z = if pivot > 0.0 { effect / sqrt(pivot) } else { 0.0 };
            Change { deviance: z * z, z }
        };
        (0..inside.len()).map(change).collect()
    }
}

/// Sweeps one pivot: the coefficient enters.
fn sweep(table: &mut [Vec<f64>], pivot: usize) {
    let d = table[pivot][pivot];
    let head: Vec<f64> = table[pivot].iter().map(|x| x / d).collect();
    for (row, values) in table.iter_mut().enumerate() {
        if row == pivot {
            continue;
        }
        let factor = values[pivot];
        for (x, head) in values.iter_mut().zip(&head) {
            *x -= factor * head;
        }
        values[pivot] = -factor / d;
    }
    table[pivot].copy_from_slice(&head);
    table[pivot][pivot] = 1.0 / d;
}
