//! The head of a log as a note, by C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint): origin, size, root.

use super::note::{Note, Signer, Verifier, form};
use super::tree::check_size;
use crate::canonical::Hash;
use crate::error::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt::{self, Display};

/// What a log says of itself: so many leaves, and the root over them.
///
/// ```
/// use kapix_core::audit::{Checkpoint, Hash};
///
/// let head = Checkpoint { origin: "lender.example/log".to_owned(), size: 0, root: Hash::of(b"") };
/// assert_eq!(head.to_string(), "lender.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is: a name that no other log has, such as an address without its scheme.
    pub origin: String,
    /// Number of leaves, at most 2^53 - 1.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Returns the checkpoint signed by these keys; the first one is to have the log's name.
    ///
    /// Errors: `audit.form` if the origin is empty or has control characters; those of [`Note::signed`].
    ///
    /// ```
    /// # #[cfg(feature = "signing")] {
    /// use kapix_core::audit::{Checkpoint, Ed25519Signer, Hash};
    ///
    /// let key = Ed25519Signer::from_seed("lender.example/log", &[7; 32])?;
    /// let head = Checkpoint { origin: "lender.example/log".to_owned(), size: 0, root: Hash::of(b"") };
    /// assert_eq!(Checkpoint::open(&head.signed(&[&key])?.to_string(), &head.origin, &[&key.verifier()])?, head);
    /// # }
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn signed(&self, signers: &[&dyn Signer]) -> Result<Note> {
        check_origin(&self.origin)?;
        Note::signed(&self.to_string(), signers)
    }

    /// Returns the checkpoint of a log that one of these keys signed.
    ///
    /// Errors: `audit.form` if the note is no checkpoint, or one of another origin; `audit.signature` if none of the keys
    /// signed it.
    ///
    /// ```
    /// use kapix_core::audit::Checkpoint;
    ///
    /// let note = "log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— log AAAAAQI=\n";
    /// assert!(Checkpoint::open(note, "log", &[]).is_err());
    /// ```
    pub fn open(note: &str, origin: &str, keys: &[&dyn Verifier]) -> Result<Self> {
        let note = Note::parse(note)?;
        note.verify(keys)?;
        let own = Self::parse(note.text())?;
        if own.origin != origin {
            return Err(form("the checkpoint is one of another log: its origin differs"));
        }
        Ok(own)
    }

    /// Returns the checkpoint that the text of a note states, whoever signed it. Lines after the third are left aside.
    ///
    /// Error `audit.form`: it states none.
    ///
    /// ```
    /// use kapix_core::audit::Checkpoint;
    ///
    /// let text = "lender.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    /// assert_eq!(Checkpoint::parse(text)?.to_string(), text);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or_default().split('\n').collect();
        let [origin, size, root, more @ ..] = lines.as_slice() else {
            return Err(form("a checkpoint has three lines: origin, size and root"));
        };
        if more.iter().any(|line| line.is_empty()) {
            return Err(form("no line of a checkpoint is empty"));
        }
        check_origin(origin)?;
        let size = number(size)?;
        check_size(size)?;
        Ok(Self { origin: (*origin).to_owned(), size, root: hash(root)? })
    }
}

impl Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n{}\n{}", self.origin, self.size, text_of(&self.root))
    }
}

fn check_origin(origin: &str) -> Result<()> {
    if origin.is_empty() || origin.contains(char::is_control) {
        return Err(form("the origin of a log is not empty and has no control characters"));
    }
    Ok(())
}

/// Returns a whole number as these formats write it: decimal digits, none of them a leading zero.
pub(super) fn number(text: &str) -> Result<u64> {
    let is_plain =
        text.bytes().all(|digit| digit.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse()
        .ok()
        .filter(|_| is_plain)
        .ok_or_else(|| form("a size or index is a whole number in decimal digits"))
}

/// Returns a hash as these formats write it: 32 bytes in base64.
pub(super) fn hash(text: &str) -> Result<Hash> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(Hash::from_bytes).ok_or_else(|| form("a hash is 32 bytes in base64"))
}

/// Returns the text of a hash in these formats.
pub(super) fn text_of(hash: &Hash) -> String {
    STANDARD.encode(hash.as_bytes())
}
