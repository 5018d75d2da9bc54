//! Correlations of columns, their clusters and their variance inflation.
#![expect(clippy::indexing_slicing, reason = "indices are below the order of the square matrix")]

use crate::numeric::{Cholesky, count};
use ndarray::Array2;

/// A cluster: its members ascending, and the similarity at which it was joined last.
pub(super) type Group = (Vec<usize>, f64);

/// Returns the clusters of the columns 0..n by average linkage: while the greatest average of abs(r) between two
/// clusters is at least `least`, they join; of equal ones those of the lowest members. Single columns have similarity 1.
///
/// R. R. Sokal, C. D. Michener, A statistical method for evaluating systematic relationships, University of Kansas
/// Science Bulletin 38, 1958, pages 1409-1438 (group average, UPGMA).
pub(super) fn clusters(correlation: &Array2<f64>, least: f64) -> Vec<Group> {
    let mut groups: Vec<Group> = (0..correlation.nrows()).map(|at| (vec![at], 1.0)).collect();
    let mut similar: Vec<Vec<f64>> =
        correlation.rows().into_iter().map(|row| row.iter().map(|r| r.abs()).collect()).collect();
    loop {
        let mut best: Option<(usize, usize, f64)> = None;
        for (i, row) in similar.iter().enumerate() {
            for (j, &similarity) in row.iter().enumerate().take(i) {
                if similarity >= least && best.is_none_or(|(.., most)| similarity > most) {
                    best = Some((i, j, similarity));
                }
            }
        }
        let Some((i, j, similarity)) = best else { return groups };
        // The average over pairs is that of the two averages weighted by size (Lance and Williams).
        let (left, right) = (count(groups[i].0.len()), count(groups[j].0.len()));
        #[expect(clippy::needless_range_loop, reason = "rows i, j and k of one matrix are read and written")]
        for k in 0..groups.len() {
            let mixed = (left * similar[i][k] + right * similar[j][k]) / (left + right);
            similar[j][k] = mixed;
            similar[k][j] = mixed;
        }
        similar.remove(i);
        for row in &mut similar {
            row.remove(i);
        }
        let (members, _) = groups.remove(i);
        groups[j].0.extend(members);
        groups[j].0.sort_unstable();
        groups[j].1 = similarity;
    }
}

/// Returns the variance inflation 1/(1 - R2) of each column: the diagonal of the inverse of the correlations.
/// `None` if they are singular.
pub(super) fn variance_inflation(correlation: &Array2<f64>) -> Option<Vec<f64>> {
    Some(Cholesky::factor(correlation)?.inverse().diag().to_vec())
}
