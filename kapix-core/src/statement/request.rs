//! The request of `transactions.read`, as it is on the wire.

use super::delimited;
use super::profile::Profile;
use crate::domain::{AccountKind, Period};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::money::Currency;
use crate::string_types::TextVisitor;
use crate::time::UtcOffset;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The kinds of accounts, as an error lists them.
const KINDS: &str = "one of `current`, `savings`, `mobile_money`, `till`, `pos`, `card`, `loan`, `other`";

/// Asks for the transactions of a document: a delimited text (CSV), or an aggregator's answer in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransactionsReadRequest {
    /// What is known of the account; it goes before what the document says.
    pub account: StatedAccount,
    /// The bytes of the document in base64, when no column `document` comes beside the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Pages of an aggregator in base64, the earlier pull first; in place of `document`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// What is known of the form of the document; what is absent is found.
    pub profile: Profile,
    /// Rows that the answer lists in its `accounts` at most, the rest is counted; default 1,000.
    pub rows: u64,
}

impl Default for TransactionsReadRequest {
    fn default() -> Self {
        Self {
            account: StatedAccount::default(),
            document: None,
            documents: Vec::new(),
            profile: Profile::default(),
            rows: 1_000,
        }
    }
}

/// The bytes of a document, in base64 on the wire (RFC 4648, section 4, with padding); as long as a request may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document(pub Vec<u8>);

impl Document {
    fn parse(text: &str) -> Result<Self> {
        STANDARD.decode(text).map(Self).map_err(|_| {
            let message = "a document must be base64 of RFC 4648, section 4, with its padding";
            Error::new(Cause::StatementForm, message)
        })
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        // Asked for as bytes, a string may be longer than `string_bytes`.
        deserializer.deserialize_byte_buf(TextVisitor { expecting: "base64 text", parse: Self::parse })
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Document {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Document".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "contentEncoding": "base64"})
    }
}

/// What is known of an account beside its document.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatedAccount {
    /// Id of the account at its provider; default the document's, or `account`.
    pub account_id: Option<Id>,
    /// Balance after the last row, in minor units.
    pub closing_balance_minor: Option<i64>,
    /// Currency of the amounts, ISO 4217; default the document's. Without either the document is refused.
    pub currency: Option<Currency>,
    /// What the account is; default the document's, or `other`.
    #[serde(deserialize_with = "kind")]
    pub kind: Option<AccountKind>,
    /// Balance before the first row, in minor units.
    pub opening_balance_minor: Option<i64>,
    /// Days that the document covers.
    pub period: Option<Period>,
    /// Bank or operator.
    pub provider: Option<String>,
    /// Offset whose civil days are the account's days, and of the times in the document that state none; default that of
    /// the times, then of the preset (`mpesa`: `+03:00`), else `Z`. The accounts of the answer have it.
    pub utc_offset: Option<UtcOffset>,
}

/// A kind of account as a request states it.
struct Kind(AccountKind);

impl Kind {
    fn parse(text: &str) -> Result<Self> {
        let known = StrDeserializer::<ValueError>::new(text);
        AccountKind::deserialize(known).map(Self).map_err(|_| {
            let hint = delimited::kind_of_word(text).map(<&str>::from);
            let hint = hint.map_or_else(String::new, |kind| format!("; that word means `{kind}`"));
            let message = format!("expected {KINDS}; got a string of {} bytes{hint}", text.len());
            Error::new(Cause::JsonShape, message)
        })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor { expecting: "a kind of account", parse: Self::parse })
    }
}

/// Reads a kind of account; where the word is another one for it, the error says which.
fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Option<AccountKind>, D::Error> {
    Ok(Option::<Kind>::deserialize(deserializer)?.map(|Kind(kind)| kind))
}

#[cfg(test)]
mod tests {
    use super::StatedAccount;
    use crate::domain::AccountKind;
    use crate::json;
    use crate::limits::Limits;

    #[test]
    fn a_word_of_a_kind_that_is_not_its_name_is_refused_with_the_name() {
        let read = |kind: &str| {
            json::read::<StatedAccount>(format!("{{\"kind\": {kind}}}").as_bytes(), &Limits::default())
        };
        assert_eq!(read("\"current\"").unwrap().kind, Some(AccountKind::Current));
        assert_eq!(read("null").unwrap().kind, None);
        for (word, kind) in [("checking", "current"), ("Credit Card", "card"), ("wallet", "mobile_money")] {
            let refused = read(&format!("\"{word}\"")).unwrap_err();
            assert_eq!(refused.fields, ["/kind"]);
            assert!(refused.message.contains(&format!("means `{kind}`")), "{refused}");
        }
        let refused = read("\"zz\"").unwrap_err();
        assert!(
            refused.message.contains("`mobile_money`") && !refused.message.contains("means"),
            "{refused}"
        );
    }
}
