//! Text with signatures, by C2SP signed-note v1.0.0 (c2sp.org/signed-note).
//!
//! ```text
//! the text, lines that end in a newline
//!
//! — NAME BASE64(key id, 4 bytes, and signature)
//! ```

use crate::error::{Cause, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt::{self, Debug, Display};

/// Bytes of a note: signatures that outlast quantum computers take up to 5 kB each.
pub(super) const NOTE_BYTES: usize = 1 << 20;
/// Signatures of a note; the specification asks for 16 at least.
const SIGNATURES_MAX: usize = 64;
/// What a line of a signature begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// A key that signs, such as [`Ed25519Signer`](super::Ed25519Signer); a host may bring its own, in a hardware module or
/// with another kind of signature.
pub trait Signer: Debug + Send + Sync {
    /// Returns the name of the key: not empty, without spaces, control characters and `+`.
    fn name(&self) -> &str;

    /// Returns the id of the key: the first four bytes, as a big-endian number, of the SHA-256 of its name, a newline,
    /// the byte of the kind of signature, and the public key.
    fn key_id(&self) -> u32;

    /// Returns the signature of a text, without the id.
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>>;

    /// Returns the public key.
    fn public(&self) -> Box<dyn Verifier>;
}

/// A public key, such as [`Ed25519Verifier`](super::Ed25519Verifier).
pub trait Verifier: Debug + Send + Sync {
    /// Returns the name of the key.
    fn name(&self) -> &str;

    /// Returns the id of the key, as [`Signer::key_id`] does.
    fn key_id(&self) -> u32;

    /// Returns whether this is the signature of a text.
    fn verify(&self, text: &[u8], signature: &[u8]) -> bool;
}

/// A signature of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub key_id: u32,
    /// The signature, without the id.
    pub signature: Vec<u8>,
}

/// A text with its signatures. The text is nobody's until [`Note::verify`] has found a signature of a known key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Returns a text signed by each of these keys.
    ///
    /// Errors: `audit.form` if the text does not end in a newline or has control characters, or if there is no key or one
    /// with a name that no note can hold; what a key says that cannot sign.
    ///
    /// ```
    /// # #[cfg(feature = "signing")] {
    /// use kapix_core::audit::{Ed25519Signer, Note};
    ///
    /// let key = Ed25519Signer::from_seed("lender.example/log", &[7; 32])?;
    /// let note = Note::signed("hello\n", &[&key])?;
    /// assert!(note.to_string().starts_with("hello\n\n— lender.example/log "));
    /// # }
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn signed(text: &str, signers: &[&dyn Signer]) -> Result<Self> {
        check_text(text)?;
        if signers.is_empty() || signers.len() > SIGNATURES_MAX {
            return Err(form(format!(
                "a note has 1 to {SIGNATURES_MAX} signatures, not `{}`",
                signers.len()
            )));
        }
        let signature = |signer: &&dyn Signer| {
            check_name(signer.name())?;
            let signature = signer.sign(text.as_bytes())?;
            Ok(NoteSignature { name: signer.name().to_owned(), key_id: signer.key_id(), signature })
        };
        Ok(Self { text: text.to_owned(), signatures: signers.iter().map(signature).collect::<Result<_>>()? })
    }

    /// Returns the note that a text is.
    ///
    /// Error `audit.form`: it is none.
    ///
    /// ```
    /// use kapix_core::audit::Note;
    ///
    /// let note = Note::parse("hello\n\n— key.example AAAAAQI=\n")?;
    /// assert_eq!((note.text(), note.signatures()[0].key_id), ("hello\n", 1));
    /// assert!(Note::parse("hello\n").is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(note: &str) -> Result<Self> {
        if note.len() > NOTE_BYTES {
            return Err(form(format!("a note has at most `{NOTE_BYTES}` bytes, not `{}`", note.len())));
        }
        // The text may have empty lines: the last one of the note ends it.
        let split =
            note.rfind("\n\n").ok_or_else(|| form("a note has an empty line before its signatures"))?;
        let (text, lines) = note.split_at(split + 1);
        check_text(text)?;
        let lines = lines.strip_prefix('\n').and_then(|it| it.strip_suffix('\n'));
        let lines = lines.ok_or_else(|| form("the last line of a note ends in a newline"))?;
        if lines.split('\n').count() > SIGNATURES_MAX {
            return Err(form(format!("a note has at most `{SIGNATURES_MAX}` signatures")));
        }
        let signatures = lines.split('\n').map(signature).collect::<Result<_>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Returns the text, with its last newline.
    ///
    /// ```
    /// use kapix_core::audit::Note;
    ///
    /// assert_eq!(Note::parse("a\n\nb\n\n— key.example AAAAAQI=\n")?.text(), "a\n\nb\n");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the signatures.
    ///
    /// ```
    /// use kapix_core::audit::Note;
    ///
    /// let note = Note::parse("a\n\n— key.example AAAAAQI=\n")?;
    /// assert_eq!(note.signatures()[0].signature, [2]);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Finds one of these keys that signed the text. Signatures of other keys are left aside.
    ///
    /// Error `audit.signature`: none did, or a signature under the name and id of one is not its own.
    ///
    /// ```
    /// use kapix_core::audit::Note;
    ///
    /// // A note that nobody known has signed.
    /// assert!(Note::parse("a\n\n— key.example AAAAAQI=\n")?.verify(&[]).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn verify(&self, keys: &[&dyn Verifier]) -> Result<()> {
        let mut is_signed = false;
        for own in &self.signatures {
            let known = keys.iter().filter(|key| key.key_id() == own.key_id && key.name() == own.name);
            for key in known {
                if !key.verify(self.text.as_bytes(), &own.signature) {
                    let message =
                        format!("the signature of the key `{:08x}` does not fit the text", own.key_id);
                    return Err(Error::new(Cause::AuditSignature, message));
                }
                is_signed = true;
            }
        }
        if is_signed {
            return Ok(());
        }
        let message = format!("no known key, of `{}` given, signed the note", keys.len());
        Err(Error::new(Cause::AuditSignature, message))
    }
}

impl Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        for own in &self.signatures {
            let bytes = [&own.key_id.to_be_bytes(), own.signature.as_slice()].concat();
            writeln!(formatter, "{DASH}{} {}", own.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

fn signature(line: &str) -> Result<NoteSignature> {
    let malformed = || form("a line of a signature is an em dash, a name and bytes in base64");
    let (name, bytes) = line.strip_prefix(DASH).and_then(|it| it.split_once(' ')).ok_or_else(malformed)?;
    check_name(name)?;
    let bytes = STANDARD.decode(bytes).map_err(|_| malformed())?;
    let (id, signature) = bytes.split_first_chunk::<4>().ok_or_else(malformed)?;
    if signature.is_empty() {
        return Err(malformed());
    }
    Ok(NoteSignature {
        name: name.to_owned(),
        key_id: u32::from_be_bytes(*id),
        signature: signature.to_vec(),
    })
}

/// Refuses a name that no line of a signature can hold.
pub(super) fn check_name(name: &str) -> Result<()> {
    let is_odd = |it: char| it.is_whitespace() || it.is_control() || it == '+';
    if name.is_empty() || name.contains(is_odd) {
        return Err(form("the name of a key is not empty and has no spaces, control characters or `+`"));
    }
    Ok(())
}

fn check_text(text: &str) -> Result<()> {
    if !text.ends_with('\n') || text.contains(|it: char| it < ' ' && it != '\n') {
        return Err(form("the text of a note ends in a newline and has no other control character"));
    }
    Ok(())
}

/// Returns the error of a text that is not what it should be.
pub(super) fn form(message: impl Into<String>) -> Error {
    Error::new(Cause::AuditForm, message)
}
