//! Exact optimal partitions of ordered pre-bins into bins, by dynamic programming.
//!
//! The objective is a sum over bins, every limit is on one bin or on two neighbours (concave and convex shapes: three),
//! so the best partition that ends with a given bin follows from the best ones that end with its possible neighbours.
//! Nothing is approximated and no solver starts: the result is the optimum over all 2^(n - 1) partitions.
//! The problem is that of G. Navas-Palencia, Optimal binning: mathematical programming formulation, arXiv 2001.08025,
//! 2020, there given to a constraint or integer programming solver.

mod auto;
mod bins;
mod chain;
mod curve;
mod objective;
mod problem;
mod score;
mod significance;
mod solve;
#[cfg(test)]
mod tests;

pub(crate) use problem::{
    BINS_LIMIT, CURVED_PRE_BINS_MAX, Cells, Constraints, Counts, Moments, PRE_BINS_MAX, Problem, Solution,
};
pub use problem::{Objective, PValueTest, Trend};
pub(crate) use significance::{counts_p_value, moments_p_value};
pub(crate) use solve::solve;
