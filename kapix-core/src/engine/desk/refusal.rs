//! What a refused call leaves.

use super::desk::{Call, Desk};
use super::draft::Draft;
use crate::canonical;
use crate::engine::operations::Request;
use crate::error::{Code, Error, Recorded, Result};
use crate::store::Commit;
use serde::Serialize;

impl Desk {
    /// Returns the error of a call that ended so, after what a record keeps of a refusal is stored: an applicant who was
    /// not judged for want of data may ask why. Its key stays free.
    pub(super) fn refused(&self, error: Error, request: &Request, call: &Call) -> Result<Error> {
        let Some((as_of, seed)) = request.when().filter(|_| self.options.record) else { return Ok(error) };
        if error.code() != Code::InsufficientData {
            return Ok(error);
        }
        let draft = Draft {
            operation: request.operation(),
            as_of,
            seed,
            request: canonical::to_shared(request)?,
            response: canonical::to_shared(&Refusal { error: &error })?,
            answer: None,
            computed: None,
            found: None,
            entity_id: request.subject().map(str::to_owned),
            artefacts: Vec::new(),
            columns_sha256: None,
            refused: Some(error.code().as_str()),
            removal: None,
        };
        let record = call.unsealed(draft, &self.options.tenant, None)?;
        let recorded =
            Recorded { audit_id: record.audit_id().to_owned(), request_id: record.request_id().to_owned() };
        let tenant = self.options.tenant.clone();
        let (reads, writes, events) = (Vec::new(), Vec::new(), Vec::new());
        self.store.commit(Commit {
            forgets: None,
            tenant,
            reads,
            writes,
            record: Some(record),
            key: None,
            events,
        })?;
        let recorded = self.options.envelope.then(|| Box::new(recorded));
        Ok(Error { recorded, ..error })
    }
}

/// What the record of a refusal has for its response.
#[derive(Serialize)]
struct Refusal<'e> {
    error: &'e Error,
}
