//! Reads the oracle tables of `oracle/*.csv` in tests; `oracle/oracle.py` writes them.

/// Returns the cells of each line that is not a comment.
pub(super) fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(',').collect()).collect()
}

/// Returns the double nearest to a decimal of any length.
pub(super) fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("`{cell}` is not a number"))
}

/// Returns `abs(got - want) / abs(want)`, 0 when both are 0; not a number when `got` is not.
pub(super) fn relative_error(got: f64, want: f64) -> f64 {
    if got.to_bits() == want.to_bits() { 0.0 } else { (got - want).abs() / want.abs() }
}
