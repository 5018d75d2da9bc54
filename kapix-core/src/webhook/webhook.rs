//! Signing and verifying.

use crate::canonical::{Hash, hmac};
use crate::error::{Cause, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret (Standard Webhooks, "Signature scheme").
const BYTES: core::ops::RangeInclusive<usize> = 24..=64;
/// Signatures of one header that are looked at.
const SIGNATURES_MAX: usize = 16;

/// A secret of one receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    text: String,
    key: Vec<u8>,
}

impl core::fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("WebhookSecret")
    }
}

impl WebhookSecret {
    /// Returns the secret of a text: `whsec_` and 24 to 64 bytes in base64.
    ///
    /// Error `value.out_of_range`: it is none; the text is never echoed.
    ///
    /// ```
    /// use kapix_core::webhook::WebhookSecret;
    ///
    /// assert!(WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
    /// assert!(WebhookSecret::parse("whsec_c2hvcnQ=").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let key = text.strip_prefix(PREFIX).and_then(|it| STANDARD.decode(it).ok());
        let key = key.filter(|key| BYTES.contains(&key.len())).ok_or_else(|| {
            let message = format!(
                "a secret is `{PREFIX}` and 24 to 64 bytes in base64; got `{}` bytes of text",
                text.len()
            );
            Error::new(Cause::ValueOutOfRange, message)
        })?;
        Ok(Self { text: text.to_owned(), key })
    }

    /// Returns the signature that the Kapix API published.
    fn published(&self, body: &[u8]) -> Hash {
        hmac(self.text.as_bytes(), body)
    }

    /// Returns the signature of Standard Webhooks.
    fn standard(&self, id: &str, timestamp: i64, body: &[u8]) -> Hash {
        hmac(&self.key, &[format!("{id}.{timestamp}.").as_bytes(), body].concat())
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Verdict {
    /// It is signed, and of now. Whether its id was seen before is the receiver's to look up.
    Valid,
    /// No signature is of a known secret, or the headers are not of their form.
    Unsigned,
    /// It is signed, and its time lies too far from now.
    Stale,
}

/// Returns whether an id may be signed: letters, digits, `_` and `-`, so that no body can pass for one.
fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=256).contains(&id.len()) && id.bytes().all(plain)
}

/// Returns the headers of a message, signed under each secret: the first one is the present one, another the one before it
/// until every receiver has changed over.
///
/// Error `value.out_of_range`: the id has other characters than letters, digits, `_` and `-`, or there is no secret.
///
/// ```
/// use kapix_core::webhook::{WebhookSecret, sign};
///
/// // The example of the specification.
/// let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let body = br#"{"test": 2432232314}"#;
/// let headers = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)?;
/// assert_eq!(headers[3], ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn sign(
    secrets: &[WebhookSecret],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<[(&'static str, String); 4]> {
    if !is_id(id) {
        let message = "the id of a message has 1 to 256 letters, digits, `_` and `-`";
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/id"));
    }
    let first = secrets.first().ok_or_else(|| {
        Error::new(Cause::ValueOutOfRange, "a message is signed under at least `1` secret").at("/secrets")
    })?;
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| format!("v1,{}", STANDARD.encode(secret.standard(id, timestamp, body).as_bytes())))
        .collect();
    Ok([
        ("kapix-signature", first.published(body).to_string()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ])
}

/// Returns what a message of Standard Webhooks is. Its time may lie `tolerance` seconds from `now` on either side. No
/// header, whatever it holds, is an error.
///
/// ```
/// use kapix_core::webhook::{Verdict, WebhookSecret, verify};
///
/// let secrets = [WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?];
/// let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
/// let headers = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature);
/// let body = br#"{"test": 2432232314}"#;
/// assert_eq!(verify(&secrets, headers, body, 1_614_265_400, 300), Verdict::Valid);
/// assert_eq!(verify(&secrets, headers, body, 1_614_266_000, 300), Verdict::Stale);
/// assert_eq!(verify(&secrets, headers, b"{}", 1_614_265_400, 300), Verdict::Unsigned);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn verify(
    secrets: &[WebhookSecret],
    (id, timestamp, signatures): (&str, &str, &str),
    body: &[u8],
    now: i64,
    tolerance: u32,
) -> Verdict {
    // As it was signed: digits, none of them a leading zero.
    let is_digits = !timestamp.is_empty() && timestamp.bytes().all(|it| it.is_ascii_digit());
    let is_plain = is_digits && (timestamp == "0" || !timestamp.starts_with('0'));
    let Some(time) = timestamp.parse::<i64>().ok().filter(|_| is_plain && is_id(id)) else {
        return Verdict::Unsigned;
    };
    let mut is_signed = false;
    for given in signatures.split(' ').take(SIGNATURES_MAX) {
        let bytes = given.strip_prefix("v1,").and_then(|it| STANDARD.decode(it).ok());
        let Some(claimed) = bytes.and_then(|it| <[u8; 32]>::try_from(it).ok()) else { continue };
        for secret in secrets {
            is_signed |= same(&secret.standard(id, time, body), &claimed);
        }
    }
    match (is_signed, now.abs_diff(time) <= u64::from(tolerance)) {
        (false, _) => Verdict::Unsigned,
        (true, false) => Verdict::Stale,
        (true, true) => Verdict::Valid,
    }
}

/// Returns whether a message has the signature that the Kapix API published. It has no time: an old message passes again.
///
/// ```
/// use kapix_core::webhook::{WebhookSecret, sign, verify_published};
///
/// let secrets = [WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?];
/// let headers = sign(&secrets, "evt_1", 0, b"{}")?;
/// assert!(verify_published(&secrets, &headers[0].1, b"{}"));
/// assert!(!verify_published(&secrets, "", b"{}"));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn verify_published(secrets: &[WebhookSecret], signature: &str, body: &[u8]) -> bool {
    let mut claimed = [0; 32];
    let is_hex = base16ct::mixed::decode(signature, &mut claimed).is_ok_and(|it| it.len() == 32);
    secrets.iter().fold(false, |held, secret| held | same(&secret.published(body), &claimed)) && is_hex
}

/// Compares in a time that does not depend on where they differ.
fn same(own: &Hash, claimed: &[u8; 32]) -> bool {
    own.as_bytes().iter().zip(claimed).fold(0, |differs, (own, claimed)| differs | (own ^ claimed)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const AT: i64 = 1_614_265_330;

    fn secret() -> WebhookSecret {
        WebhookSecret::parse(SECRET).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_verifies_and_nothing_near_it_does() {
        let told = |id: &str, time: &str, signature: &str, body: &[u8]| {
            verify(&[secret()], (id, time, signature), body, AT, 300)
        };
        assert_eq!(told(ID, "1614265330", SIGNATURE, BODY), Verdict::Valid);
        let many = format!("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x {SIGNATURE}");
        assert_eq!(told(ID, "1614265330", &many, BODY), Verdict::Valid, "one of several");
        for (id, time, signature, body) in [
            ("", "1614265330", SIGNATURE, BODY),
            ("msg.x", "1614265330", SIGNATURE, BODY),
            (ID, "", SIGNATURE, BODY),
            (ID, "now", SIGNATURE, BODY),
            (ID, "+1614265330", SIGNATURE, BODY),
            (ID, "1614265331", SIGNATURE, BODY),
            (ID, "99999999999999999999", SIGNATURE, BODY),
            (ID, "1614265330", "", BODY),
            (ID, "1614265330", "v1,", BODY),
            (ID, "1614265330", "v1", BODY),
            (ID, "1614265330", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY),
            (ID, "1614265330", "v1,g0hM9SsE", BODY),
            (ID, "1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY),
            (ID, "1614265330", "v1,é", BODY),
            (ID, "1614265330", SIGNATURE, b"{}"),
        ] {
            assert_eq!(told(id, time, signature, body), Verdict::Unsigned, "{id} {time} {signature}");
        }
    }

    #[test]
    fn the_time_of_a_message_lies_within_the_tolerance_on_both_sides() {
        for (now, verdict) in [
            (AT + 300, Verdict::Valid),
            (AT - 300, Verdict::Valid),
            (AT + 301, Verdict::Stale),
            (AT - 301, Verdict::Stale),
            (i64::MAX, Verdict::Stale),
            (i64::MIN, Verdict::Stale),
        ] {
            assert_eq!(verify(&[secret()], (ID, "1614265330", SIGNATURE), BODY, now, 300), verdict, "{now}");
        }
    }

    #[test]
    fn secrets_are_changed_without_a_message_lost() {
        let other = WebhookSecret::parse(&format!("{PREFIX}{}", STANDARD.encode([9; 32]))).unwrap();
        let headers = sign(&[other.clone(), secret()], ID, AT, BODY).unwrap();
        for known in [&other, &secret()] {
            let own = core::slice::from_ref(known);
            assert_eq!(verify(own, (ID, &headers[2].1, &headers[3].1), BODY, AT, 300), Verdict::Valid);
        }
        assert!(verify_published(&[other], &headers[0].1, BODY));
    }

    #[test]
    fn every_malformed_published_signature_is_false() {
        let good = sign(&[secret()], ID, AT, BODY).unwrap()[0].1.clone();
        assert!(verify_published(&[secret()], &good, BODY));
        assert!(verify_published(&[secret()], &good.to_uppercase(), BODY));
        let longer = format!("{good}00");
        let zeros = "0".repeat(64);
        for bad in ["", "0", &good[..62], &good[..63], &longer, "zz", "é", &zeros, &format!("0x{good}")] {
            assert!(!verify_published(&[secret()], bad, BODY), "{bad}");
        }
        assert!(!verify_published(&[], &good, BODY));
        // A body of the form of the other scheme signs nothing there: the keys differ.
        let body = [format!("{ID}.{AT}.").as_bytes(), BODY].concat();
        let crossed = STANDARD.encode(secret().published(&body).as_bytes());
        let told = verify(&[secret()], (ID, "1614265330", &format!("v1,{crossed}")), BODY, AT, 300);
        assert_eq!(told, Verdict::Unsigned);
    }
}
