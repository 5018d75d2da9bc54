//! SHA-256 (FIPS 180-4) over canonical bytes, and HMAC-SHA256 (RFC 2104, FIPS 198-1).

use super::writer::Writer;
use crate::error::{Cause, Error, Result};
use base16ct::lower;
use core::fmt;
use core::str::FromStr;
use hmac::{Hmac, KeyInit, Mac};
use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A SHA-256 or HMAC-SHA256 value; as text and in JSON 64 lower-case hexadecimal digits.
///
/// ```
/// let hash = kapix_core::audit::Hash::of(b"abc");
/// assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// assert_eq!(hash.to_string().parse::<kapix_core::audit::Hash>()?, hash);
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

/// Returns the SHA-256 of the canonical JSON of `value`; refuses what [`to_vec`](super::to_vec) refuses.
///
/// ```
/// assert_eq!(kapix_core::audit::hash(&[1, 2])?, kapix_core::audit::Hash::of(b"[1,2]"));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn hash<T: Serialize + ?Sized>(value: &T) -> Result<Hash> {
    Writer::with_spare(|writer| {
        writer.write(value)?;
        Ok(Hash::of(&writer.out))
    })
}

/// Returns the HMAC-SHA256 of `bytes` under `key`; a key may have any length, and 32 random bytes are enough.
///
/// ```
/// use kapix_core::audit::hmac;
///
/// // RFC 4231, test case 2.
/// let tag = hmac(b"Jefe", b"what do ya want for nothing?");
/// assert_eq!(tag.to_string(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
/// ```
pub fn hmac(key: &[u8], bytes: &[u8]) -> Hash {
    Hash(keyed(key, bytes).finalize().into_bytes().into())
}

/// Returns whether `claimed` is the HMAC-SHA256 of `bytes` under `key`, in a time that does not depend on where
/// the two differ; comparing hashes with `==` would tell a forger how many bytes are right.
///
/// ```
/// use kapix_core::audit::{hmac, hmac_verify};
///
/// let tag = hmac(b"salt", b"request");
/// assert!(hmac_verify(b"salt", b"request", &tag));
/// assert!(!hmac_verify(b"salt", b"requesT", &tag));
/// ```
pub fn hmac_verify(key: &[u8], bytes: &[u8], claimed: &Hash) -> bool {
    keyed(key, bytes).verify_slice(&claimed.0).is_ok()
}

fn keyed(key: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
    #[expect(
        clippy::expect_used,
        reason = "RFC 2104 defines HMAC for keys of any length; only block ciphers refuse one"
    )]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(bytes);
    mac
}

/// A SHA-256 whose bytes come in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    /// Returns the hasher of no bytes yet.
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the hash of all bytes.
    pub(crate) fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

impl Hash {
    /// Returns the SHA-256 of `bytes`.
    ///
    /// ```
    /// use kapix_core::audit::Hash;
    ///
    /// // The SHA-256 of no bytes, by `printf '' | sha256sum`.
    /// let none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    /// assert_eq!(Hash::of(b"").to_string(), none);
    /// ```
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the hash that these 32 bytes are, for example read from a store.
    ///
    /// ```
    /// use kapix_core::audit::Hash;
    ///
    /// let hash = Hash::of(b"abc");
    /// assert_eq!(Hash::from_bytes(*hash.as_bytes()), hash);
    /// ```
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    ///
    /// ```
    /// use kapix_core::audit::Hash;
    ///
    /// assert_eq!(Hash::of(b"abc").as_bytes()[..4], [0xba, 0x78, 0x16, 0xbf]);
    /// ```
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the hash that 64 lower-case hexadecimal digits name.
    fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        (lower::decode(text, &mut bytes).ok()?.len() == bytes.len()).then_some(Self(bytes))
    }
}

const EXPECTED: &str = "64 lower-case hexadecimal digits";

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(lower::encode_str(&self.0, &mut [0; 64]).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_hex(text).ok_or_else(|| {
            Error::new(Cause::JsonShape, format!("expected {EXPECTED}; got a string of {} bytes", text.len()))
        })
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        use serde::ser::Error;
        serializer.serialize_str(lower::encode_str(&self.0, &mut [0; 64]).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        struct Hex;
        impl Visitor<'_> for Hex {
            type Value = Hash;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> core::result::Result<Hash, E> {
                Hash::from_hex(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Hex)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Hash {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hash".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::{Hash, hmac, hmac_verify};
    use crate::error::Cause;

    #[test]
    fn sha256_gives_the_published_digests() {
        // NIST, "Cryptographic Standards: Example Values", SHA-256 (the examples of FIPS 180-2, appendix B.1 to
        // B.3): one block, two blocks, a million letters.
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        for (message, digest) in [
            (b"abc".as_slice(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (two_blocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (&vec![b'a'; 1_000_000], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(Hash::of(message).to_string(), digest);
        }
    }

    #[test]
    fn hmac_gives_the_values_of_rfc_4231() {
        // RFC 4231, section 4.2 to 4.8, test cases 1 to 7; case 5 publishes the first 128 bits.
        let counting: Vec<u8> = (1..=25).collect();
        let cases: [(&[u8], &[u8], &str); 7] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&counting, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                b"This is a test using a larger than block-size key and a larger than block-size data. The key \
                  needs to be hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, bytes, published) in cases {
            let value = hmac(key, bytes);
            assert_eq!(&value.to_string()[..published.len()], published);
            assert!(hmac_verify(key, bytes, &value));
            assert!(!hmac_verify(key, &[bytes, b"."].concat(), &value));
        }
    }

    #[test]
    fn one_wrong_bit_of_a_mac_is_refused() {
        let value = hmac(b"key", b"bytes");
        for bit in 0..256 {
            let mut forged = *value.as_bytes();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(!hmac_verify(b"key", b"bytes", &Hash::from_bytes(forged)));
        }
    }

    #[test]
    fn text_that_is_no_hash_is_refused_without_an_echo() {
        let good = Hash::of(b"").to_string();
        for bad in
            ["", &good[1..], &format!("{good}0"), &good.to_uppercase(), &good.replacen('e', "g", 1), "é"]
        {
            let error = bad.parse::<Hash>().unwrap_err();
            assert_eq!(error.cause, Cause::JsonShape);
            assert_eq!(
                error.message,
                format!("expected 64 lower-case hexadecimal digits; got a string of {} bytes", bad.len())
            );
            assert!(serde_json::from_value::<Hash>(bad.into()).is_err());
        }
    }

    #[test]
    fn hashes_sort_like_their_digits_and_survive_json() {
        let mut hashes: Vec<Hash> = (0..50u8).map(|n| Hash::of(&[n])).collect();
        hashes.sort();
        let mut digits: Vec<String> = hashes.iter().map(Hash::to_string).collect();
        digits.sort();
        let text = serde_json::to_string(&hashes).unwrap();
        assert_eq!(text, serde_json::to_string(&digits).unwrap());
        assert_eq!(serde_json::from_str::<Vec<Hash>>(&text).unwrap(), hashes);
    }
}
