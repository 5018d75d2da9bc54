//! The regression of the missing points on the observed ones, factored once for each set of missing inputs.

use crate::numeric;
use ndarray::Array2;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, TryLockError};

/// Eigenvalues below this share of the largest are taken as 0: characteristics that move together.
const PSEUDO_INVERSE_TOLERANCE: f64 = 1e-10;
/// Sets of missing inputs that a card remembers: 2 MB at most, for a card of 1,000 characteristics.
const REMEMBERED: usize = 256;

/// The regression of the sum of the missing points on the observed points.
#[derive(Debug)]
pub(super) struct Regression {
    /// Positions of the missing characteristics, ascending.
    missing: Box<[usize]>,
    /// One an observed characteristic, in card order.
    pub(super) coefficients: Vec<f64>,
    /// Variance of the sum of the missing points, given the observed ones.
    pub(super) residual_variance: f64,
}

/// Regressions by set of missing inputs. Each set has one place, which the last set with this place takes: the memory
/// is bounded, and an answer never depends on what is remembered.
#[derive(Debug)]
pub(super) struct Regressions(Box<[Mutex<Option<Arc<Regression>>>]>);

impl Default for Regressions {
    fn default() -> Self {
        Self((0..REMEMBERED).map(|_| Mutex::default()).collect())
    }
}

impl Regressions {
    /// Returns the regression on all characteristics but `missing`, which ascend; `None` where the covariance of the
    /// points has no eigenvectors to be found. It never waits: a place that another thread uses is passed by.
    pub(super) fn on(&self, missing: &[usize], covariance: &[Vec<f64>]) -> Option<Arc<Regression>> {
        let place = self.0.get(place(missing))?;
        let held = || match place.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(known) = held().and_then(|held| held.clone())
            && *known.missing == *missing
        {
            return Some(known);
        }
        let found = Arc::new(Regression::on(missing, covariance)?);
        if let Some(mut held) = held() {
            *held = Some(Arc::clone(&found));
        }
        Some(found)
    }
}

impl Regression {
    #[expect(
        clippy::indexing_slicing,
        reason = "a loaded card has a row and a column of covariances a characteristic"
    )]
    fn on(missing: &[usize], covariance: &[Vec<f64>]) -> Option<Self> {
        let sigma = |i: usize, j: usize| covariance[i][j];
        let total: f64 = missing.iter().flat_map(|i| missing.iter().map(move |j| sigma(*i, *j))).sum();
        let observed: Vec<usize> =
            (0..covariance.len()).filter(|position| missing.binary_search(position).is_err()).collect();
        let missing = missing.into();
        if observed.is_empty() {
            return Some(Self { missing, coefficients: Vec::new(), residual_variance: total });
        }
        // One vector suffices: the covariance of each observed input with the sum of the missing ones.
        let cross: Vec<f64> =
            observed.iter().map(|o| missing.iter().map(|m: &usize| sigma(*m, *o)).sum()).collect();
        let size = observed.len();
        let entries = observed.iter().flat_map(|i| observed.iter().map(move |j| sigma(*i, *j)));
        let matrix = Array2::from_shape_vec((size, size), entries.collect()).ok()?;
        let inverse = numeric::pseudo_inverse(&matrix, PSEUDO_INVERSE_TOLERANCE)?;
        let coefficients = numeric::times(&inverse, &cross)?;
        let explained = numeric::dot(&coefficients, &cross)?;
        Some(Self { missing, coefficients, residual_variance: (total - explained).max(0.0) })
    }
}

/// Returns the place of a set.
fn place(missing: &[usize]) -> usize {
    let mut hasher = DefaultHasher::new();
    missing.hash(&mut hasher);
    usize::try_from(hasher.finish()).unwrap_or_default() % REMEMBERED
}
