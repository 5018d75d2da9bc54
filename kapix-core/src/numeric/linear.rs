//! Dense symmetric linear algebra in one fixed order of operations: small matrices (covariances, information
//! matrices), so plain loops, and the same bits everywhere. The matrices are ndarray's; its products and a library's
//! factors are not used, since they sum in another order on another CPU.
#![expect(clippy::indexing_slicing, reason = "each function checks sizes first")]

use super::special::{count, sqrt};
use ndarray::{Array2, Axis};

/// Returns the matrix times a column vector, each product summed from the first column on, or `None` unless `vector`
/// has one value a column and the matrix lies row by row.
pub fn times(matrix: &Array2<f64>, vector: &[f64]) -> Option<Vec<f64>> {
    matrix.rows().into_iter().map(|row| dot(row.to_slice()?, vector)).collect()
}

/// Returns the sum of products from the first value on, or `None` if the lengths differ.
pub fn dot(left: &[f64], right: &[f64]) -> Option<f64> {
    (left.len() == right.len())
        .then(|| left.iter().zip(right).map(|(a, b)| a * b).fold(0.0, |total, x| total + x))
}

/// Returns whether the matrix is square and all its values are finite.
fn is_square_and_finite(matrix: &Array2<f64>) -> bool {
    matrix.is_square() && matrix.iter().all(|value| value.is_finite())
}

/// Returns the lower triangle L with A = L L' of a symmetric matrix A, of which only the lower triangle is read. Where
/// a pivot is not above `least_share` times its diagonal value, L ends before it and the number of that row is beside.
pub(crate) fn triangle(matrix: &Array2<f64>, least_share: f64) -> (Array2<f64>, Option<usize>) {
    let n = matrix.nrows().min(matrix.ncols());
    let mut lower = Array2::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let mut rest = matrix[[i, j]];
            for k in 0..j {
                rest -= lower[[i, k]] * lower[[j, k]];
            }
            if i > j {
                lower[[i, j]] = rest / lower[[j, j]];
            } else if rest > least_share * matrix[[i, i]] {
                lower[[i, i]] = sqrt(rest);
            } else {
                return (lower, Some(i));
            }
        }
    }
    (lower, None)
}

/// The lower triangle L with A = L L' of a symmetric positive definite A.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Array2<f64>,
}

impl Cholesky {
    /// Returns the factor of a symmetric matrix, of which only the lower triangle is read; `None` if it is not square,
    /// not finite, or not positive definite beyond rounding.
    ///
    /// A pivot must exceed n 2^-52 times its diagonal value, the size of its rounding error: N. J. Higham, Accuracy and
    /// Stability of Numerical Algorithms, 2nd edition, 2002, section 10.1.
    pub fn factor(matrix: &Array2<f64>) -> Option<Self> {
        if !is_square_and_finite(matrix) {
            return None;
        }
        match triangle(matrix, count(matrix.nrows()) * f64::EPSILON) {
            (lower, None) => Some(Self { lower }),
            _ => None,
        }
    }

    /// Returns L.
    pub const fn lower(&self) -> &Array2<f64> {
        &self.lower
    }

    /// Returns the x with A x = `right`, or `None` unless `right` has one value a row.
    pub fn solve(&self, right: &[f64]) -> Option<Vec<f64>> {
        let n = self.lower.nrows();
        if right.len() != n {
            return None;
        }
        let mut x = right.to_vec();
        for i in 0..n {
            for k in 0..i {
                x[i] -= self.lower[[i, k]] * x[k];
            }
            x[i] /= self.lower[[i, i]];
        }
        for i in (0..n).rev() {
            for k in i + 1..n {
                x[i] -= self.lower[[k, i]] * x[k];
            }
            x[i] /= self.lower[[i, i]];
        }
        Some(x)
    }

    /// Returns the inverse of A, exactly symmetric.
    pub fn inverse(&self) -> Array2<f64> {
        let n = self.lower.nrows();
        let mut inverse = Array2::zeros((n, n));
        let mut unit = vec![0.0; n];
        for col in 0..n {
            unit[col] = 1.0;
            for (row, value) in self.solve(&unit).unwrap_or_default().into_iter().enumerate().skip(col) {
                inverse[[row, col]] = value;
                inverse[[col, row]] = value;
            }
            unit[col] = 0.0;
        }
        inverse
    }
}

/// The eigenvalues and orthonormal eigenvectors of a symmetric matrix.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// The eigenvalues, descending.
    pub values: Vec<f64>,
    /// The eigenvectors, one a row, in the order of the values; signs are arbitrary but fixed.
    pub vectors: Array2<f64>,
}

impl SymmetricEigen {
    /// Returns the decomposition of a symmetric matrix, of which only the lower triangle is read; `None` if it is not
    /// square or not finite. The error of a value is of the order of 2^-52 times the largest one.
    ///
    /// Cyclic Jacobi rotations, row by row, until all values off the diagonal are below 2^-55 of the largest value:
    /// G. H. Golub and C. F. Van Loan, Matrix Computations, 4th edition, 2013, section 8.5.
    pub fn of(matrix: &Array2<f64>) -> Option<Self> {
        /// Sweeps converge quadratically; up to n = 1000 about ten are seen.
        const SWEEPS_MAX: usize = 60;
        if !is_square_and_finite(matrix) {
            return None;
        }
        let n = matrix.nrows();
        let mut a = Array2::zeros((n, n));
        let mut vectors = Array2::zeros((n, n));
        for i in 0..n {
            vectors[[i, i]] = 1.0;
            for j in 0..=i {
                a[[i, j]] = matrix[[i, j]];
                a[[j, i]] = matrix[[i, j]];
            }
        }
        let largest = a.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let negligible = largest * (f64::EPSILON / 8.0);
        for _ in 0..SWEEPS_MAX {
            let mut rotated = false;
            for p in 0..n {
                for q in p + 1..n {
                    if a[[p, q]].abs() > negligible {
                        rotate(&mut a, &mut vectors, p, q);
                        rotated = true;
                    }
                }
            }
            if !rotated {
                return Some(Self::sorted(&a, &vectors));
            }
        }
        None
    }

    /// Returns the diagonal of `a` descending, with the rows of `vectors` in the same order; ties keep their order.
    fn sorted(a: &Array2<f64>, vectors: &Array2<f64>) -> Self {
        let n = a.nrows();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| a[[j, j]].total_cmp(&a[[i, i]]));
        let values = order.iter().map(|&i| a[[i, i]]).collect();
        Self { values, vectors: vectors.select(Axis(0), &order) }
    }
}

/// Makes matrix[p][q] zero by a rotation of rows and columns p and q; the rows of `vectors` turn along.
fn rotate(matrix: &mut Array2<f64>, vectors: &mut Array2<f64>, p: usize, q: usize) {
    let off = matrix[[p, q]];
    let cotangent = (matrix[[q, q]] - matrix[[p, p]]) / (2.0 * off);
    let tangent = 1.0 / (cotangent.abs() + sqrt(1.0 + cotangent * cotangent));
    let tangent = if cotangent < 0.0 { -tangent } else { tangent };
    let cosine = 1.0 / sqrt(1.0 + tangent * tangent);
    let sine = tangent * cosine;
    let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
    for k in 0..matrix.nrows() {
        if k != p && k != q {
            let (x, y) = turn(matrix[[k, p]], matrix[[k, q]]);
            matrix[[k, p]] = x;
            matrix[[p, k]] = x;
            matrix[[k, q]] = y;
            matrix[[q, k]] = y;
        }
        let (x, y) = turn(vectors[[p, k]], vectors[[q, k]]);
        vectors[[p, k]] = x;
        vectors[[q, k]] = y;
    }
    let (diagonal_p, diagonal_q) = (matrix[[p, p]] - tangent * off, matrix[[q, q]] + tangent * off);
    matrix[[p, p]] = diagonal_p;
    matrix[[q, q]] = diagonal_q;
    matrix[[p, q]] = 0.0;
    matrix[[q, p]] = 0.0;
}

/// Returns the Moore-Penrose inverse of a symmetric matrix, exactly symmetric: the sum of v v'/lambda over the
/// eigenvalues with abs(lambda) above `relative_tolerance` times the largest one. `None` if the matrix is not square or
/// not finite, or the tolerance not in 0..1.
pub fn pseudo_inverse(matrix: &Array2<f64>, relative_tolerance: f64) -> Option<Array2<f64>> {
    if !(0.0..1.0).contains(&relative_tolerance) {
        return None;
    }
    let eigen = SymmetricEigen::of(matrix)?;
    let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let mut inverse = Array2::zeros((matrix.nrows(), matrix.nrows()));
    for (k, &value) in eigen.values.iter().enumerate() {
        if value.abs() <= relative_tolerance * largest {
            continue;
        }
        for i in 0..matrix.nrows() {
            for j in 0..=i {
                let entry = inverse[[i, j]] + eigen.vectors[[k, i]] * eigen.vectors[[k, j]] / value;
                inverse[[i, j]] = entry;
                inverse[[j, i]] = entry;
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::{Cholesky, SymmetricEigen, dot, pseudo_inverse, times, triangle};
    use ndarray::{Array2, array};
    use proptest::prelude::{Strategy, prop, prop_assert, proptest};

    fn square(n: usize, value: impl Fn(u32, u32) -> f64) -> Array2<f64> {
        let place = |at: usize| u32::try_from(at).unwrap();
        Array2::from_shape_fn((n, n), |(i, j)| value(place(i), place(j)))
    }

    fn product(left: &Array2<f64>, right: &Array2<f64>) -> Array2<f64> {
        let columns: Vec<Vec<f64>> =
            right.columns().into_iter().map(|column| times(left, &column.to_vec()).unwrap()).collect();
        Array2::from_shape_fn((left.nrows(), right.ncols()), |(row, col)| columns[col][row])
    }

    fn distance(left: &Array2<f64>, right: &Array2<f64>) -> f64 {
        left.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    fn identity(n: usize) -> Array2<f64> {
        square(n, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    #[test]
    fn shapes_are_checked() {
        let matrix = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_eq!(times(&matrix, &[1.0, 0.0, -1.0]).unwrap(), [-2.0, -2.0]);
        assert!(times(&matrix, &[1.0]).is_none() && dot(&[1.0], &[]).is_none());
        assert!(times(&matrix.reversed_axes(), &[1.0, 1.0]).is_none());
        let matrix = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert!(Cholesky::factor(&matrix).is_none() && SymmetricEigen::of(&matrix).is_none());
        assert!(Cholesky::factor(&identity(2)).unwrap().solve(&[1.0]).is_none());
        let empty = Array2::zeros((0, 0));
        assert_eq!(Cholesky::factor(&empty).unwrap().inverse(), empty);
        assert_eq!(pseudo_inverse(&empty, 0.0).unwrap(), empty);
    }

    #[test]
    fn cholesky_of_integers_is_exact() {
        // L = [[2], [6, 1], [-8, 5, 3]]: L L' by hand; x = (1, -2, 3) gives the right side.
        let matrix = array![[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]];
        let factor = Cholesky::factor(&matrix).unwrap();
        assert_eq!(factor.lower(), array![[2.0, 0.0, 0.0], [6.0, 1.0, 0.0], [-8.0, 5.0, 3.0]]);
        assert_eq!(factor.solve(&[-68.0, -191.0, 364.0]).unwrap(), [1.0, -2.0, 3.0]);
    }

    #[test]
    fn the_hilbert_matrix_has_its_integer_inverse() {
        // First and last row of the inverse for n = 5: M.-D. Choi, Tricks or treats with the Hilbert matrix, The
        // American Mathematical Monthly 90, 1983: integers (-1)^(i+j) (i+j-1) C(n+i-1, n-j) C(n+j-1, n-i) C(i+j-2, i-1)^2.
        let inverse = Cholesky::factor(&square(5, |i, j| 1.0 / f64::from(i + j + 1))).unwrap().inverse();
        let first = [25.0, -300.0, 1050.0, -1400.0, 630.0];
        let last = [630.0, -12_600.0, 56_700.0, -88_200.0, 44_100.0];
        for col in 0..5 {
            // Condition 4.8e5 times 2^-52: relative error of the order 1e-10.
            assert!((inverse[[0, col]] / first[col] - 1.0).abs() < 1e-10);
            assert!((inverse[[4, col]] / last[col] - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        assert!(Cholesky::factor(&square(2, |_, _| 1.0)).is_none());
        assert!(Cholesky::factor(&square(2, |i, j| if i == j { -1.0 } else { 0.0 })).is_none());
        assert!(Cholesky::factor(&square(1, |_, _| 0.0)).is_none());
        assert!(Cholesky::factor(&square(2, |i, _| if i == 1 { f64::NAN } else { 1.0 })).is_none());
        // Rank two of three: the last pivot is rounding only.
        let rows = [[1.0, 0.1], [0.3, 0.7], [1.3, 0.8]];
        let gram = square(3, |i, j| dot(&rows[i as usize], &rows[j as usize]).unwrap());
        assert!(Cholesky::factor(&gram).is_none());
        assert_eq!((triangle(&gram, 1e-10).1, triangle(&identity(3), 1e-10).1), (Some(2), None));
    }

    #[test]
    fn second_differences_have_their_known_eigenvalues() {
        // The tridiagonal (-1, 2, -1) of order n has the eigenvalues 4 sin^2(k pi/(2n + 2)), k = 1..=n.
        for n in [1, 2, 7, 30] {
            let matrix = square(n, |i, j| {
                if i == j {
                    2.0
                } else if i.abs_diff(j) == 1 {
                    -1.0
                } else {
                    0.0
                }
            });
            let eigen = SymmetricEigen::of(&matrix).unwrap();
            for (k, value) in (1_u32..).zip(eigen.values.iter().rev()) {
                let order = f64::from(u32::try_from(n).unwrap());
                let sine = libm::sin(f64::from(k) * core::f64::consts::PI / (2.0 * order + 2.0));
                // 2^-52 times the largest eigenvalue 4, times ten for the rotations.
                assert!((value - 4.0 * sine * sine).abs() < 1e-14, "{n} {k}: {value}");
            }
        }
    }

    #[test]
    fn singular_matrices_have_their_exact_pseudo_inverse() {
        // All ones of order n: the pseudo-inverse is 1/n^2 everywhere.
        let inverse = pseudo_inverse(&square(4, |_, _| 1.0), 1e-12).unwrap();
        assert!(distance(&inverse, &square(4, |_, _| 1.0 / 16.0)) < 1e-16);
        // Centring matrix I - 1/n: a projection is its own pseudo-inverse.
        let centring = square(5, |i, j| if i == j { 0.8 } else { -0.2 });
        assert!(distance(&pseudo_inverse(&centring, 1e-12).unwrap(), &centring) < 1e-15);
        let zero = square(3, |_, _| 0.0);
        assert_eq!(pseudo_inverse(&zero, 1e-12).unwrap(), zero);
        assert!(pseudo_inverse(&zero, -0.1).is_none() && pseudo_inverse(&zero, f64::NAN).is_none());
        assert!(pseudo_inverse(&square(2, |_, _| f64::INFINITY), 0.1).is_none());
    }

    fn symmetric() -> impl Strategy<Value = Array2<f64>> {
        (1_usize..9).prop_flat_map(|n| {
            prop::collection::vec(-1.0_f64..1.0, n * n)
                .prop_map(move |x| square(n, |i, j| x[i.min(j) as usize * n + i.max(j) as usize]))
        })
    }

    proptest! {
        #[test]
        fn eigenvectors_are_orthonormal_and_rebuild_the_matrix(matrix in symmetric()) {
            let n = matrix.nrows();
            let SymmetricEigen { values, vectors } = SymmetricEigen::of(&matrix).unwrap();
            prop_assert!(values.windows(2).all(|pair| pair[0] >= pair[1]));
            let transposed = square(n, |i, j| vectors[[j as usize, i as usize]]);
            let diagonal = square(n, |i, j| if i == j { values[i as usize] } else { 0.0 });
            // n up to 8 and values up to 8: a few dozen units of 2^-52.
            prop_assert!(distance(&product(&vectors, &transposed), &identity(n)) < 1e-14);
            prop_assert!(distance(&product(&product(&transposed, &diagonal), &vectors), &matrix) < 5e-14);
        }

        #[test]
        fn pseudo_inverse_meets_the_four_conditions_of_penrose(matrix in symmetric(), rank in 1_usize..4) {
            // B'B of the first rows of B has at most that rank.
            let n = matrix.nrows();
            let rows: Vec<_> = (0..rank.min(n)).map(|row| matrix.row(row)).collect();
            let gram = square(n, |i, j| rows.iter().map(|row| row[i as usize] * row[j as usize]).sum());
            let inverse = pseudo_inverse(&gram, 1e-6).unwrap();
            // What the tolerance cuts off is below 1e-6 of the matrix (whose values are at most 3).
            prop_assert!(distance(&product(&product(&gram, &inverse), &gram), &gram) < 3e-5);
            let left = product(&gram, &inverse);
            let right = product(&inverse, &gram);
            let size = inverse.iter().fold(1.0_f64, |size, x| size.max(x.abs()));
            prop_assert!(distance(&product(&right, &inverse), &inverse) < 1e-8 * size);
            let transposed = square(n, |i, j| left[[j as usize, i as usize]]);
            prop_assert!(distance(&left, &transposed) < 1e-8);
            prop_assert!(distance(&left, &square(n, |i, j| right[[j as usize, i as usize]])) < 1e-8);
        }

        #[test]
        fn solutions_solve_and_inverses_invert(matrix in symmetric(), seed in prop::collection::vec(-1.0_f64..1.0, 9)) {
            let n = matrix.nrows();
            let shift = f64::from(u32::try_from(n).unwrap());
            // Diagonally dominant, so positive definite by 1/2 at least, values up to 2n + 1/2.
            let matrix = square(n, |i, j| {
                matrix[[i as usize, j as usize]] + if i == j { shift + 0.5 } else { 0.0 }
            });
            let factor = Cholesky::factor(&matrix).unwrap();
            let x = factor.solve(&seed[..n]).unwrap();
            let back = times(&matrix, &x).unwrap();
            prop_assert!(back.iter().zip(&seed).all(|(a, b)| (a - b).abs() < 1e-13));
            prop_assert!(distance(&product(&matrix, &factor.inverse()), &identity(n)) < 1e-12);
        }
    }
}
