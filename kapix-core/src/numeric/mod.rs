//! The numbers of the whole crate: every transcendental function goes through `libm`, every sum runs in a fixed
//! order and every random number is a function of seed, stream and counter. So results are the same bytes on every
//! platform and any number of threads. Nothing here knows a domain type.

mod beta;
mod gamma;
mod linear;
mod normal;
mod quantile;
mod random;
mod special;
mod sum;
#[cfg(test)]
mod table;

pub use beta::{beta_cdf, beta_quantile};
pub use gamma::{chi_square_sf, gamma_cdf, gamma_sf, ln_gamma};
pub(crate) use linear::triangle;
pub use linear::{Cholesky, SymmetricEigen, dot, pseudo_inverse, times};
pub use normal::{normal_cdf, normal_log_cdf, normal_pdf, normal_quantile};
pub use quantile::{QuantileType, quantile};
pub use random::Random;
pub use special::{count, exp, exp_m1, exp2, ln, ln_1p, logistic, logit, pow, sqrt};
pub use sum::{Sum, mean, sample_variance, sum};
