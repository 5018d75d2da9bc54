//! `webhook.sign` and `webhook.verify`. Secrets come with the request, and no record keeps them.

use super::{Archive, Call, Done, Interrupt, Operate};
use crate::error::{Cause, Error, Result};
use crate::time::Instant;
use crate::webhook::{Verdict, WebhookSecret, sign, verify, verify_published};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// Seconds that the time of a message may lie from now.
const TOLERANCE_S: u32 = 300;
/// Secrets of one receiver that are known at a time.
const SECRETS_MAX: usize = 8;

/// Asks for the headers of a message.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookSignRequest {
    /// When it is sent; the engine's clock when absent. It counts in seconds.
    pub at: Option<Instant>,
    /// The body, byte for byte as it is sent.
    pub body: Option<String>,
    /// The body in base64, in place of `body`, where it is no UTF-8.
    pub body_base64: Option<String>,
    /// Id of the message: letters, digits, `_` and `-`; the same when it is sent again.
    pub id: String,
    /// The secrets of the receiver, `whsec_` and base64: the present one, then those before it that are still known. At most 8.
    pub secrets: Vec<String>,
}

/// The headers of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookSignResponse {
    /// `kapix-signature`, `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub headers: BTreeMap<String, String>,
}

/// Asks whether a message is from whom it says.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookVerifyRequest {
    /// When it came; the engine's clock when absent.
    pub at: Option<Instant>,
    /// The body, byte for byte as it came.
    pub body: Option<String>,
    /// The body in base64, in place of `body`.
    pub body_base64: Option<String>,
    /// The headers as they came, by name in any case; others than those of the two schemes are passed over.
    pub headers: BTreeMap<String, String>,
    /// Whether `kapix-signature` alone is enough, default false: it has no time, so that an old message passes again.
    #[serde(default)]
    pub published: bool,
    /// The secrets of this receiver. At most 8.
    pub secrets: Vec<String>,
    /// Seconds that the time of the message may lie from now, on either side; default 300.
    pub tolerance_s: Option<u32>,
}

/// What a message is.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookVerifyResponse {
    /// Its id, to be looked up among those that were seen: a message may come twice. Absent of an invalid one.
    pub id: Option<String>,
    /// Whether it may be used.
    pub valid: bool,
    /// What it is.
    pub verdict: Verdict,
}

macro_rules! hides_secrets {
    ($($type:ident)+) => { $(
        impl core::fmt::Debug for $type {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+ };
}
hides_secrets! { WebhookSignRequest WebhookVerifyRequest }

impl Operate for WebhookSignRequest {
    const NAME: &'static str = "webhook.sign";
    type Response = WebhookSignResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<WebhookSignResponse>, Interrupt> {
        let body = body(self.body.as_deref(), self.body_base64.as_deref())?;
        let headers = sign(&secrets(&self.secrets)?, &self.id, seconds(call, self.at)?, &body)?;
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
        Ok(Done::new(WebhookSignResponse { headers }, Vec::new()))
    }
}

impl Operate for WebhookVerifyRequest {
    const NAME: &'static str = "webhook.verify";
    type Response = WebhookVerifyResponse;

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<WebhookVerifyResponse>, Interrupt> {
        let body = body(self.body.as_deref(), self.body_base64.as_deref())?;
        let secrets = secrets(&self.secrets)?;
        let now = seconds(call, self.at)?;
        // A header that comes twice in two cases is none: nobody can say which one counts.
        let header = |name: &str| {
            let mut found = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
            let value = found.next().map(|(_, value)| value.as_str());
            if found.next().is_some() { None } else { value }
        };
        let id = header("webhook-id");
        let standard = match (id, header("webhook-timestamp"), header("webhook-signature")) {
            (Some(id), Some(timestamp), Some(signatures)) => {
                let tolerance = self.tolerance_s.unwrap_or(TOLERANCE_S);
                verify(&secrets, (id, timestamp, signatures), &body, now, tolerance)
            }
            _ => Verdict::Unsigned,
        };
        let has_none = header("webhook-signature").is_none();
        let verdict = match header("kapix-signature") {
            Some(own) if self.published && has_none && verify_published(&secrets, own, &body) => {
                Verdict::Valid
            }
            _ => standard,
        };
        let valid = verdict == Verdict::Valid;
        let id = id.filter(|_| valid && !has_none).map(str::to_owned);
        Ok(Done::new(WebhookVerifyResponse { id, valid, verdict }, Vec::new()))
    }
}

fn body(text: Option<&str>, base64: Option<&str>) -> Result<Vec<u8>> {
    match (text, base64) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(text)) => STANDARD
            .decode(text)
            .map_err(|_| Error::new(Cause::ValueOutOfRange, "body_base64 is no base64").at("/body_base64")),
        _ => Err(Error::new(Cause::DataExclusive, "give one of `body` and `body_base64`").at("/body")),
    }
}

fn secrets(texts: &[String]) -> Result<Vec<WebhookSecret>> {
    if !(1..=SECRETS_MAX).contains(&texts.len()) {
        let message = format!("secrets must be `1..={SECRETS_MAX}`; got `{}`", texts.len());
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/secrets"));
    }
    let parse = |(number, text): (usize, &String)| {
        WebhookSecret::parse(text).map_err(|error| error.at(format!("/secrets/{number}")))
    };
    texts.iter().enumerate().map(parse).collect()
}

fn seconds(call: &Call<'_, '_>, at: Option<Instant>) -> Result<i64> {
    let now = match at {
        Some(at) => Some(at),
        None => call.archive().ok().and_then(Archive::now),
    };
    let now = now.ok_or_else(|| {
        Error::new(Cause::TimeAsOfMissing, "`at` is required: this engine has no clock").at("/at")
    })?;
    Ok(now.epoch_microseconds().div_euclid(1_000_000))
}
