//! Ed25519 keys of notes (RFC 8032), in the texts that Go's `golang.org/x/mod/sumdb/note` writes: `NAME+ID+KEY` of a public
//! key and `PRIVATE+KEY+NAME+ID+KEY` of a private one, the id in eight hexadecimal digits, the key in base64 after the
//! byte of its kind.

use super::note::{Signer, Verifier, check_name, form};
use crate::canonical::Hash;
use crate::error::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt::{self, Debug, Display};
use ed25519_dalek::ed25519::signature::Signer as _;
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};

/// The byte of this kind of signature.
const KIND: u8 = 1;
/// What the text of a private key begins with.
const PRIVATE: &str = "PRIVATE+KEY+";

/// A private key. Its secret is never printed by `{:?}`, and is overwritten when it is dropped.
pub struct Ed25519Signer {
    name: String,
    key: SigningKey,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ed25519Verifier {
    name: String,
    key: VerifyingKey,
}

impl Ed25519Signer {
    /// Returns the key of 32 secret bytes, which must be random: whoever knows them signs in its name.
    ///
    /// Error `audit.form`: no note can hold the name.
    ///
    /// ```
    /// use kapix_core::audit::{Ed25519Signer, Signer};
    ///
    /// assert_eq!(Ed25519Signer::from_seed("lender.example/log", &[7; 32])?.name(), "lender.example/log");
    /// assert!(Ed25519Signer::from_seed("two words", &[7; 32]).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// Returns the key that a text `PRIVATE+KEY+NAME+ID+KEY` holds.
    ///
    /// Error `audit.form`: it is none, or its id is that of another key.
    ///
    /// ```
    /// use kapix_core::audit::Ed25519Signer;
    ///
    /// let key = Ed25519Signer::from_seed("lender.example/log", &[7; 32])?;
    /// assert_eq!(Ed25519Signer::from_text(&key.to_text())?.verifier(), key.verifier());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Self> {
        let text = text.strip_prefix(PRIVATE);
        let (name, id, seed) =
            parts(text.ok_or_else(|| form(format!("a private key begins with `{PRIVATE}`")))?)?;
        let own = Self::from_seed(name, &seed)?;
        if own.key_id() != id {
            return Err(form("the id of the key is not that of its name and its bytes"));
        }
        Ok(own)
    }

    /// Returns the key as text. It holds the secret: keep it as a password is kept.
    ///
    /// ```
    /// use kapix_core::audit::Ed25519Signer;
    ///
    /// let text = Ed25519Signer::from_seed("lender.example/log", &[7; 32])?.to_text();
    /// assert!(text.starts_with("PRIVATE+KEY+lender.example/log+"));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn to_text(&self) -> String {
        format!("{PRIVATE}{}", text_of(&self.name, self.key_id(), self.key.as_bytes()))
    }

    /// Returns the public key of it.
    ///
    /// ```
    /// use kapix_core::audit::{Ed25519Signer, Verifier};
    ///
    /// let key = Ed25519Signer::from_seed("lender.example/log", &[7; 32])?;
    /// assert_eq!(key.verifier().name(), "lender.example/log");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn verifier(&self) -> Ed25519Verifier {
        Ed25519Verifier { name: self.name.clone(), key: self.key.verifying_key() }
    }
}

impl Signer for Ed25519Signer {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, &self.key.verifying_key())
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        let signature = self.key.try_sign(text).map_err(|_| form("the key cannot sign this text"))?;
        Ok(signature.to_bytes().to_vec())
    }

    fn public(&self) -> Box<dyn Verifier> {
        Box::new(self.verifier())
    }
}

impl Debug for Ed25519Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ed25519Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Ed25519Verifier {
    /// Returns the key that a text `NAME+ID+KEY` holds.
    ///
    /// Error `audit.form`: it is none, or its id is that of another key.
    ///
    /// ```
    /// use kapix_core::audit::{Ed25519Verifier, Verifier};
    ///
    /// // The key of the examples of Go's note package.
    /// let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    /// let key = Ed25519Verifier::from_text(text)?;
    /// assert_eq!((key.name(), key.key_id(), key.to_string().as_str()), ("PeterNeumann", 0xc74f_20a3, text));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Self> {
        let (name, id, key) = parts(text)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| form("these 32 bytes are no public key"))?;
        if key_id(name, &key) != id {
            return Err(form("the id of the key is not that of its name and its bytes"));
        }
        Ok(Self { name: name.to_owned(), key })
    }
}

impl Verifier for Ed25519Verifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, &self.key)
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        // Strict: a key or signature of small order would fit texts that nobody signed.
        signature.is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl Display for Ed25519Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text_of(&self.name, self.key_id(), self.key.as_bytes()))
    }
}

fn key_id(name: &str, key: &VerifyingKey) -> u32 {
    let hash = Hash::of(&[name.as_bytes(), b"\n", &[KIND], key.as_bytes()].concat());
    hash.as_bytes().first_chunk().map_or(0, |id| u32::from_be_bytes(*id))
}

fn text_of(name: &str, id: u32, key: &[u8; 32]) -> String {
    format!("{name}+{id:08x}+{}", STANDARD.encode([&[KIND], key.as_slice()].concat()))
}

/// Returns name, id and the 32 bytes of a key; base64 has a `+` too.
fn parts(text: &str) -> Result<(&str, u32, [u8; 32])> {
    let malformed = || {
        form("a key is its name, its id in 8 hexadecimal digits and its bytes in base64, with `+` between")
    };
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(malformed());
    };
    check_name(name)?;
    let is_plain = id.len() == 8 && id.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| is_plain).ok_or_else(malformed)?;
    let bytes = STANDARD.decode(key).map_err(|_| malformed())?;
    match bytes.split_first() {
        Some((&KIND, key)) => Ok((name, id, key.try_into().map_err(|_| malformed())?)),
        Some(_) => Err(form("the key is no Ed25519 key")),
        None => Err(malformed()),
    }
}
