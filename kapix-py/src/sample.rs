//! Invented applicants with known truth, for trying things out.

use kapix_core::sample::{SampleOptions, member};
use kapix_core::{Cause, DoorReply, Error, to_vec};
use pyo3::prelude::*;

/// Returns 0 and one invented applicant as JSON, or the status and JSON of the error.
#[pyfunction]
pub(crate) fn sample(py: Python<'_>, seed: u64, index: u64, options: &[u8]) -> (u16, Vec<u8>) {
    let made = py.detach(|| {
        let options: SampleOptions = serde_json::from_slice(options).map_err(|error| {
            Error::new(
                Cause::JsonShape,
                format!("an option is not of the documented form, at column {}", error.column()),
            )
        })?;
        to_vec(&member(seed, index, &options)?)
    });
    match made {
        Ok(text) => (0, text),
        Err(error) => {
            let reply = DoorReply::refusal(&error);
            (reply.status, reply.body)
        }
    }
}
