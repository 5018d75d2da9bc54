//! Dense symmetric linear algebra in one fixed order of operations: small matrices (covariances, information
//! matrices), so plain loops, and the same bits everywhere.
#![expect(
    clippy::indexing_slicing,
    reason = "`Matrix::new` proves data.len() = rows * cols; each function checks sizes first"
)]

use super::special::{count, sqrt};

/// A dense matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// Returns the matrix of `data` row by row, or `None` unless its length is `rows * cols`.
    pub fn new(rows: usize, cols: usize, data: Vec<f64>) -> Option<Self> {
        (rows.checked_mul(cols)? == data.len()).then_some(Self { rows, cols, data })
    }

    /// Returns the matrix of `value(row, col)`.
    pub fn from_fn(rows: usize, cols: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let mut data = Vec::with_capacity(rows * cols);
        for row in 0..rows {
            data.extend((0..cols).map(|col| value(row, col)));
        }
        Self { rows, cols, data }
    }

    /// Returns the square zero matrix.
    fn zero(n: usize) -> Self {
        Self { rows: n, cols: n, data: vec![0.0; n * n] }
    }

    /// Returns the number of rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the number of columns.
    pub const fn cols(&self) -> usize {
        self.cols
    }

    /// Returns the values row by row.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// Returns one value, or `None` outside.
    pub fn get(&self, row: usize, col: usize) -> Option<f64> {
        (row < self.rows && col < self.cols).then(|| self.data[row * self.cols + col])
    }

    /// Returns one row, or `None` outside.
    pub fn row(&self, row: usize) -> Option<&[f64]> {
        (row < self.rows).then(|| &self.data[row * self.cols..(row + 1) * self.cols])
    }

    /// Returns the matrix times a column vector, each product summed from the first column on, or `None` unless
    /// `vector` has one value a column.
    pub fn times(&self, vector: &[f64]) -> Option<Vec<f64>> {
        (0..self.rows).map(|row| dot(self.row(row)?, vector)).collect()
    }

    /// Returns whether the matrix is square and all its values are finite.
    fn is_square_and_finite(&self) -> bool {
        self.rows == self.cols && self.data.iter().all(|value| value.is_finite())
    }

    /// Returns the value at a place inside.
    fn at(&self, row: usize, col: usize) -> f64 {
        self.data[row * self.cols + col]
    }

    /// Sets the value at a place inside.
    fn set(&mut self, row: usize, col: usize, value: f64) {
        self.data[row * self.cols + col] = value;
    }
}

/// Returns the sum of products from the first value on, or `None` if the lengths differ.
pub fn dot(left: &[f64], right: &[f64]) -> Option<f64> {
    (left.len() == right.len())
        .then(|| left.iter().zip(right).map(|(a, b)| a * b).fold(0.0, |total, x| total + x))
}

/// The lower triangle L with A = L L' of a symmetric positive definite A.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Returns the factor of a symmetric matrix, of which only the lower triangle is read; `None` if it is not square,
    /// not finite, or not positive definite beyond rounding.
    ///
    /// A pivot must exceed n 2^-52 times its diagonal value, the size of its rounding error: N. J. Higham, Accuracy and
    /// Stability of Numerical Algorithms, 2nd edition, 2002, section 10.1.
    pub fn factor(matrix: &Matrix) -> Option<Self> {
        if !matrix.is_square_and_finite() {
            return None;
        }
        let n = matrix.rows;
        let mut lower = Matrix::zero(n);
        for i in 0..n {
            for j in 0..=i {
                let mut rest = matrix.at(i, j);
                for k in 0..j {
                    rest -= lower.at(i, k) * lower.at(j, k);
                }
                if i > j {
                    lower.set(i, j, rest / lower.at(j, j));
                } else if rest > count(n) * f64::EPSILON * matrix.at(i, i) {
                    lower.set(i, i, sqrt(rest));
                } else {
                    return None;
                }
            }
        }
        Some(Self { lower })
    }

    /// Returns L.
    pub const fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// Returns the x with A x = `right`, or `None` unless `right` has one value a row.
    pub fn solve(&self, right: &[f64]) -> Option<Vec<f64>> {
        let n = self.lower.rows;
        if right.len() != n {
            return None;
        }
        let mut x = right.to_vec();
        for i in 0..n {
            for k in 0..i {
                x[i] -= self.lower.at(i, k) * x[k];
            }
            x[i] /= self.lower.at(i, i);
        }
        for i in (0..n).rev() {
            for k in i + 1..n {
                x[i] -= self.lower.at(k, i) * x[k];
            }
            x[i] /= self.lower.at(i, i);
        }
        Some(x)
    }

    /// Returns the inverse of A, exactly symmetric.
    pub fn inverse(&self) -> Matrix {
        let n = self.lower.rows;
        let mut inverse = Matrix::zero(n);
        let mut unit = vec![0.0; n];
        for col in 0..n {
            unit[col] = 1.0;
            for (row, value) in self.solve(&unit).unwrap_or_default().into_iter().enumerate().skip(col) {
                inverse.set(row, col, value);
                inverse.set(col, row, value);
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
    pub vectors: Matrix,
}

impl SymmetricEigen {
    /// Returns the decomposition of a symmetric matrix, of which only the lower triangle is read; `None` if it is not
    /// square or not finite. The error of a value is of the order of 2^-52 times the largest one.
    ///
    /// Cyclic Jacobi rotations, row by row, until all values off the diagonal are below 2^-55 of the largest value:
    /// G. H. Golub and C. F. Van Loan, Matrix Computations, 4th edition, 2013, section 8.5.
    pub fn of(matrix: &Matrix) -> Option<Self> {
        /// Sweeps converge quadratically; up to n = 1000 about ten are seen.
        const SWEEPS_MAX: usize = 60;
        if !matrix.is_square_and_finite() {
            return None;
        }
        let n = matrix.rows;
        let mut a = Matrix::zero(n);
        let mut vectors = Matrix::zero(n);
        for i in 0..n {
            vectors.set(i, i, 1.0);
            for j in 0..=i {
                a.set(i, j, matrix.at(i, j));
                a.set(j, i, matrix.at(i, j));
            }
        }
        let largest = a.data.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let negligible = largest * (f64::EPSILON / 8.0);
        for _ in 0..SWEEPS_MAX {
            let mut rotated = false;
            for p in 0..n {
                for q in p + 1..n {
                    if a.at(p, q).abs() > negligible {
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
    fn sorted(a: &Matrix, vectors: &Matrix) -> Self {
        let n = a.rows;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| a.at(j, j).total_cmp(&a.at(i, i)));
        let values = order.iter().map(|&i| a.at(i, i)).collect();
        let data = order.iter().flat_map(|&i| vectors.data[i * n..(i + 1) * n].iter().copied()).collect();
        Self { values, vectors: Matrix { rows: n, cols: n, data } }
    }
}

/// Makes matrix[p][q] zero by a rotation of rows and columns p and q; the rows of `vectors` turn along.
fn rotate(matrix: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let off = matrix.at(p, q);
    let cotangent = (matrix.at(q, q) - matrix.at(p, p)) / (2.0 * off);
    let tangent = 1.0 / (cotangent.abs() + sqrt(1.0 + cotangent * cotangent));
    let tangent = if cotangent < 0.0 { -tangent } else { tangent };
    let cosine = 1.0 / sqrt(1.0 + tangent * tangent);
    let sine = tangent * cosine;
    let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
    for k in 0..matrix.rows {
        if k != p && k != q {
            let (x, y) = turn(matrix.at(k, p), matrix.at(k, q));
            matrix.set(k, p, x);
            matrix.set(p, k, x);
            matrix.set(k, q, y);
            matrix.set(q, k, y);
        }
        let (x, y) = turn(vectors.at(p, k), vectors.at(q, k));
        vectors.set(p, k, x);
        vectors.set(q, k, y);
    }
    let (diagonal_p, diagonal_q) = (matrix.at(p, p) - tangent * off, matrix.at(q, q) + tangent * off);
    matrix.set(p, p, diagonal_p);
    matrix.set(q, q, diagonal_q);
    matrix.set(p, q, 0.0);
    matrix.set(q, p, 0.0);
}

/// Returns the Moore-Penrose inverse of a symmetric matrix, exactly symmetric: the sum of v v'/lambda over the
/// eigenvalues with abs(lambda) above `relative_tolerance` times the largest one. `None` if the matrix is not square or
/// not finite, or the tolerance not in 0..1.
pub fn pseudo_inverse(matrix: &Matrix, relative_tolerance: f64) -> Option<Matrix> {
    if !(0.0..1.0).contains(&relative_tolerance) {
        return None;
    }
    let eigen = SymmetricEigen::of(matrix)?;
    let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let mut inverse = Matrix::zero(matrix.rows);
    for (k, &value) in eigen.values.iter().enumerate() {
        if value.abs() <= relative_tolerance * largest {
            continue;
        }
        for i in 0..matrix.rows {
            for j in 0..=i {
                let entry = inverse.at(i, j) + eigen.vectors.at(k, i) * eigen.vectors.at(k, j) / value;
                inverse.set(i, j, entry);
                inverse.set(j, i, entry);
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::{Cholesky, Matrix, SymmetricEigen, dot, pseudo_inverse};
    use proptest::prelude::{Strategy, prop, prop_assert, proptest};

    fn square(n: usize, value: impl Fn(u32, u32) -> f64) -> Matrix {
        let m = u32::try_from(n).unwrap();
        Matrix::new(
            n,
            n,
            (0..m).flat_map(|i| (0..m).map(move |j| (i, j))).map(|(i, j)| value(i, j)).collect(),
        )
        .unwrap()
    }

    fn product(left: &Matrix, right: &Matrix) -> Matrix {
        let columns: Vec<Vec<f64>> = (0..right.cols())
            .map(|col| {
                left.times(&(0..right.rows()).map(|k| right.get(k, col).unwrap()).collect::<Vec<_>>())
                    .unwrap()
            })
            .collect();
        let data = (0..left.rows()).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
        Matrix::new(left.rows(), right.cols(), data).unwrap()
    }

    fn distance(left: &Matrix, right: &Matrix) -> f64 {
        left.data().iter().zip(right.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    fn identity(n: usize) -> Matrix {
        square(n, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    #[test]
    fn shapes_are_checked() {
        assert!(Matrix::new(2, 3, vec![0.0; 5]).is_none());
        assert!(Matrix::new(usize::MAX, 2, vec![]).is_none());
        let matrix = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        assert_eq!(matrix.times(&[1.0, 0.0, -1.0]).unwrap(), [-2.0, -2.0]);
        assert_eq!(matrix.row(1).unwrap(), [4.0, 5.0, 6.0]);
        assert!(matrix.get(1, 2).is_some() && matrix.get(2, 0).is_none() && matrix.get(0, 3).is_none());
        assert!(matrix.row(2).is_none() && matrix.times(&[1.0]).is_none() && dot(&[1.0], &[]).is_none());
        assert!(Cholesky::factor(&matrix).is_none() && SymmetricEigen::of(&matrix).is_none());
        assert!(Cholesky::factor(&identity(2)).unwrap().solve(&[1.0]).is_none());
        let empty = Matrix::new(0, 0, vec![]).unwrap();
        assert_eq!(Cholesky::factor(&empty).unwrap().inverse(), empty);
        assert_eq!(pseudo_inverse(&empty, 0.0).unwrap(), empty);
    }

    #[test]
    fn cholesky_of_integers_is_exact() {
        // L = [[2], [6, 1], [-8, 5, 3]]: L L' by hand; x = (1, -2, 3) gives the right side.
        let matrix =
            Matrix::new(3, 3, vec![4.0, 12.0, -16.0, 12.0, 37.0, -43.0, -16.0, -43.0, 98.0]).unwrap();
        let factor = Cholesky::factor(&matrix).unwrap();
        assert_eq!(factor.lower().data(), [2.0, 0.0, 0.0, 6.0, 1.0, 0.0, -8.0, 5.0, 3.0]);
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
            assert!((inverse.get(0, col).unwrap() / first[col] - 1.0).abs() < 1e-10);
            assert!((inverse.get(4, col).unwrap() / last[col] - 1.0).abs() < 1e-10);
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

    fn symmetric() -> impl Strategy<Value = Matrix> {
        (1_usize..9).prop_flat_map(|n| {
            prop::collection::vec(-1.0_f64..1.0, n * n)
                .prop_map(move |x| square(n, |i, j| x[i.min(j) as usize * n + i.max(j) as usize]))
        })
    }

    proptest! {
        #[test]
        fn eigenvectors_are_orthonormal_and_rebuild_the_matrix(matrix in symmetric()) {
            let n = matrix.rows();
            let SymmetricEigen { values, vectors } = SymmetricEigen::of(&matrix).unwrap();
            prop_assert!(values.windows(2).all(|pair| pair[0] >= pair[1]));
            let transposed = square(n, |i, j| vectors.get(j as usize, i as usize).unwrap());
            let diagonal = square(n, |i, j| if i == j { values[i as usize] } else { 0.0 });
            // n up to 8 and values up to 8: a few dozen units of 2^-52.
            prop_assert!(distance(&product(&vectors, &transposed), &identity(n)) < 1e-14);
            prop_assert!(distance(&product(&product(&transposed, &diagonal), &vectors), &matrix) < 5e-14);
        }

        #[test]
        fn pseudo_inverse_meets_the_four_conditions_of_penrose(matrix in symmetric(), rank in 1_usize..4) {
            // B'B of the first rows of B has at most that rank.
            let n = matrix.rows();
            let rows: Vec<&[f64]> = (0..rank.min(n)).map(|row| matrix.row(row).unwrap()).collect();
            let gram = square(n, |i, j| rows.iter().map(|row| row[i as usize] * row[j as usize]).sum());
            let inverse = pseudo_inverse(&gram, 1e-6).unwrap();
            // What the tolerance cuts off is below 1e-6 of the matrix (whose values are at most 3).
            prop_assert!(distance(&product(&product(&gram, &inverse), &gram), &gram) < 3e-5);
            let left = product(&gram, &inverse);
            let right = product(&inverse, &gram);
            let size = inverse.data().iter().fold(1.0_f64, |size, x| size.max(x.abs()));
            prop_assert!(distance(&product(&right, &inverse), &inverse) < 1e-8 * size);
            let transposed = square(n, |i, j| left.get(j as usize, i as usize).unwrap());
            prop_assert!(distance(&left, &transposed) < 1e-8);
            prop_assert!(distance(&left, &square(n, |i, j| right.get(j as usize, i as usize).unwrap())) < 1e-8);
        }

        #[test]
        fn solutions_solve_and_inverses_invert(matrix in symmetric(), seed in prop::collection::vec(-1.0_f64..1.0, 9)) {
            let n = matrix.rows();
            let shift = f64::from(u32::try_from(n).unwrap());
            // Diagonally dominant, so positive definite by 1/2 at least, values up to 2n + 1/2.
            let matrix = square(n, |i, j| {
                matrix.get(i as usize, j as usize).unwrap() + if i == j { shift + 0.5 } else { 0.0 }
            });
            let factor = Cholesky::factor(&matrix).unwrap();
            let x = factor.solve(&seed[..n]).unwrap();
            let back = matrix.times(&x).unwrap();
            prop_assert!(back.iter().zip(&seed).all(|(a, b)| (a - b).abs() < 1e-13));
            prop_assert!(distance(&product(&matrix, &factor.inverse()), &identity(n)) < 1e-12);
        }
    }
}
