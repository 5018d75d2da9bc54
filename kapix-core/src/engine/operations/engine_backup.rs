//! `engine.backup`: a copy of the store.

use super::{Call, Done, Interrupt, Operate};
use serde::{Deserialize, Serialize};

/// Asks for a copy of the store as of one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineBackupRequest {
    /// Path of the copy, on this machine; nothing may be there. Erasures do not reach it: it is the host's to keep and to end.
    pub path: String,
}

/// The copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineBackupResponse {
    /// Bytes of the copy.
    pub bytes: u64,
}

impl Operate for EngineBackupRequest {
    const NAME: &'static str = "engine.backup";
    type Response = EngineBackupResponse;

    fn run(&self, call: &Call<'_, '_>) -> Result<Done<EngineBackupResponse>, Interrupt> {
        let bytes = call.archive()?.backup(&self.path).map_err(|error| error.at("/path"))?;
        Ok(Done::new(EngineBackupResponse { bytes }, Vec::new()))
    }
}
