//! Records of calls, the log that their leaves are in, and the canonical form and hashes that both rest on.
//!
//! | file | what it holds |
//! |---|---|
//! | `leaf`, `record` | the record of a call, and what stays of it for ever |
//! | `parts`, `places` | the parts of its body, each with a salt of its own, and how documents are divided |
//! | `tree` | the Merkle tree over the leaves (RFC 6962, section 2.1), as far as a log that grows keeps it |
//! | `path` | the proofs that a leaf is in a tree, and that a tree is the beginning of another one |
//! | `verify` | whether such a proof holds |
//! | `note` | text with signatures (C2SP signed-note) |
//! | `checkpoint` | the head of the log as a note (C2SP tlog-checkpoint) |
//! | `proof` | leaf, proof and checkpoint in one file (C2SP tlog-proof) |
//! | `ed25519` | keys (feature `signing`) |

mod checkpoint;
#[cfg(feature = "signing")]
mod ed25519;
mod leaf;
mod note;
mod parts;
mod path;
mod places;
mod proof;
mod record;
#[cfg(test)]
mod tests;
mod tree;
mod verify;

pub use crate::canonical::{Hash, hash, hmac, hmac_verify, to_string, to_vec};
pub use checkpoint::Checkpoint;
#[cfg(feature = "signing")]
pub use ed25519::{Ed25519Signer, Ed25519Verifier};
pub use leaf::{ArtefactRef, ENGINE_VERSION, Leaf, Removal, SEMANTICS};
pub use note::{Note, NoteSignature, Signer, Verifier};
pub use parts::{Part, SealedPart};
pub(crate) use parts::{Whole, divide};
pub use path::{consistency_path, inclusion_path};
pub use proof::LogProof;
pub use record::Record;
pub use tree::{Node, Nodes, Peaks, leaf_hash};
pub use verify::{verify_consistency, verify_inclusion};
