//! Signatures of webhooks: how a receiver knows that a message is from whom it says, and is not an old one sent again.
//!
//! Two schemes stand beside each other. `kapix-signature` is the one that the Kapix API published: the hexadecimal HMAC-SHA256
//! of the raw body under the text of the secret; it has no time, so an old message passes again. The headers `webhook-id`,
//! `webhook-timestamp` and `webhook-signature` are those of Standard Webhooks (standardwebhooks.com, specification of 2024):
//! HMAC-SHA256 of `id.timestamp.body` in base64 behind `v1,`, under the bytes that the secret holds in base64 behind `whsec_`.
//! The keys differ, so that no message of one scheme passes in the other.

#[expect(clippy::module_inception, reason = "the file holds what the folder is named after")]
mod webhook;

pub use webhook::{Verdict, WebhookSecret, sign, verify, verify_published};
