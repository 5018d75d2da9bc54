//! A leaf's place, the proof and the checkpoint in one file, by C2SP tlog-proof (c2sp.org/tlog-proof).

use super::checkpoint::{Checkpoint, hash, number, text_of};
use super::note::{NOTE_BYTES, Note, Verifier, form};
use super::tree::leaf_hash;
use super::verify::verify_inclusion;
use crate::canonical::Hash;
use crate::error::{Cause, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt::{self, Display};

/// The first line of the file.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Hashes of a proof: one for each level of the largest log.
const PATH_MAX: usize = 53;

/// A file, by custom `.tlog-proof`, from which anyone with the log's public key and the leaf sees that the leaf is in the
/// log.
///
/// ```
/// use kapix_core::audit::LogProof;
///
/// let text = "c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n1\nypeBEsobvcr6wjGznjyisFrtQ0bo92R0Z8r3FyzqBOU=\n\n— log AAAAAQI=\n";
/// let proof = LogProof::parse(text)?;
/// assert_eq!((proof.index, proof.path.len(), proof.to_string().as_str()), (0, 0, text));
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// What goes with it and nothing vouches for, such as the leaf.
    pub extra: Option<Vec<u8>>,
    /// Number of the leaf in the log, from 0.
    pub index: u64,
    /// The hashes from the leaf's neighbour to the root's child.
    pub path: Vec<Hash>,
    /// The checkpoint, signed.
    pub checkpoint: Note,
}

impl LogProof {
    /// Returns the proof that a file holds; nothing of it is proved by that.
    ///
    /// Error `audit.form`: it is none.
    ///
    /// ```
    /// assert!(kapix_core::audit::LogProof::parse("c2sp.org/tlog-proof@v1\nindex 01\n").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > 2 * NOTE_BYTES {
            return Err(form(format!(
                "a proof has at most `{}` bytes, not `{}`",
                2 * NOTE_BYTES,
                text.len()
            )));
        }
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or_else(|| form("a proof has an empty line between its hashes and its checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(form(format!("the first line of a proof is `{HEADER}`")));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            None => None,
            Some(line) => {
                let bytes = line.strip_prefix("extra ").and_then(|it| STANDARD.decode(it).ok());
                Some(bytes.ok_or_else(|| form("the extra data of a proof are in base64"))?)
            }
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = number(index.ok_or_else(|| form("a proof states the `index` of its leaf"))?)?;
        let path: Vec<Hash> = lines.take(PATH_MAX + 1).map(hash).collect::<Result<_>>()?;
        if path.len() > PATH_MAX {
            return Err(form(format!("a proof has at most `{PATH_MAX}` hashes")));
        }
        Ok(Self { extra, index, path, checkpoint: Note::parse(checkpoint)? })
    }

    /// Returns the checkpoint, after a known key is found to have signed it, its origin to be this one, and the proof to
    /// lead from the leaf to its root.
    ///
    /// Errors: `audit.signature`, `audit.form` if the checkpoint is one of another log, and `audit.proof` if the leaf is
    /// not number `index` of the log.
    ///
    /// ```
    /// # #[cfg(feature = "signing")] {
    /// use kapix_core::audit::{Checkpoint, Ed25519Signer, LogProof, leaf_hash};
    ///
    /// let key = Ed25519Signer::from_seed("lender.example/log", &[7; 32])?;
    /// let head = Checkpoint { origin: "lender.example/log".to_owned(), size: 1, root: leaf_hash(b"a") };
    /// let proof = LogProof { extra: None, index: 0, path: Vec::new(), checkpoint: head.signed(&[&key])? };
    /// assert_eq!(proof.verify(b"a", "lender.example/log", &[&key.verifier()])?.size, 1);
    /// assert!(proof.verify(b"b", "lender.example/log", &[&key.verifier()]).is_err());
    /// # }
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn verify(&self, leaf: &[u8], origin: &str, keys: &[&dyn Verifier]) -> Result<Checkpoint> {
        self.checkpoint.verify(keys)?;
        let head = Checkpoint::parse(self.checkpoint.text())?;
        if head.origin != origin {
            return Err(form("the checkpoint is one of another log: its origin differs"));
        }
        if !verify_inclusion(&leaf_hash(leaf), self.index, head.size, &self.path, &head.root) {
            let message =
                format!("the leaf is not number `{}` of the log of `{}` leaves", self.index, head.size);
            return Err(Error::new(Cause::AuditProof, message));
        }
        Ok(head)
    }
}

impl Display for LogProof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(formatter, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(formatter, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(formatter, "{}", text_of(hash))?;
        }
        write!(formatter, "\n{}", self.checkpoint)
    }
}
