//! `audit.key`: a new key for the checkpoints of a log.

use super::{Call, Done, Interrupt, Operate};
use serde::{Deserialize, Serialize};

/// Asks for a new key. No record keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditKeyRequest {
    /// The name of the log, such as `lender.example/kapix`: without spaces and `+`. No other log should have it.
    pub name: String,
}

/// A new key pair (Ed25519, RFC 8032), as Go's note package writes keys.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditKeyResponse {
    /// The secret, for the option `log_key`: keep it as a password is kept.
    pub private_key: String,
    /// The public key: give it to whoever verifies the log.
    pub public_key: String,
}

impl core::fmt::Debug for AuditKeyResponse {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut shown = formatter.debug_struct("AuditKeyResponse");
        shown.field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

impl Operate for AuditKeyRequest {
    const NAME: &'static str = "audit.key";
    type Response = AuditKeyResponse;

    #[cfg(feature = "signing")]
    fn run(&self, call: &Call<'_, '_>) -> Result<Done<AuditKeyResponse>, Interrupt> {
        use crate::audit::Ed25519Signer;

        let key = Ed25519Signer::from_seed(&self.name, &call.archive()?.entropy()?)
            .map_err(|error| error.at("/name"))?;
        let (private_key, public_key) = (key.to_text(), key.verifier().to_string());
        Ok(Done::new(AuditKeyResponse { private_key, public_key }, Vec::new()))
    }

    #[cfg(not(feature = "signing"))]
    fn run(&self, _call: &Call<'_, '_>) -> Result<Done<AuditKeyResponse>, Interrupt> {
        use crate::error::{Cause, Error};

        Err(Error::new(Cause::ValueOutOfRange, "this build makes no keys: it needs the feature `signing`")
            .into())
    }
}
