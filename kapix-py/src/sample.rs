//! Invented applicants with known truth, for trying things out.

use crate::desk::raise;
use kapix_core::sample::{SampleOptions, member};
use kapix_core::{Cause, Error, audit::to_vec};
use pyo3::prelude::*;

/// Returns one invented applicant as JSON.
#[pyfunction]
pub(crate) fn sample(py: Python<'_>, seed: u64, index: u64, options: &[u8]) -> PyResult<Vec<u8>> {
    let make = || {
        let options: SampleOptions = serde_json::from_slice(options).map_err(|error| {
            let message = format!("an option is not of the documented form, at column {}", error.column());
            Error::new(Cause::JsonShape, message)
        })?;
        to_vec(&member(seed, index, &options)?)
    };
    py.detach(make).map_err(|error| raise(py, &error))
}
