//! What the strict reading refuses, why and where; serde_json is the oracle of what is JSON.

use super::shape::Fault;
use super::{Scalar, fail, read, read_values};
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;
use serde::de::value::{Error as ValueError, F64Deserializer, MapDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// A currency that reports its own cause, as typed fields of the crate do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Currency(pub(super) String);

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 3 {
            return Ok(Self(text));
        }
        Err(fail(Error::new(Cause::MoneyCurrency, "a currency has three letters")))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    Bank,
    Window { days: u16 },
    Named(String),
}

/// A name of a member that only some texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    Low,
    High,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) balance_minor: i64,
    pub(super) currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) opening_minor: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) accounts: Vec<Account>,
    #[serde(default)]
    pub(super) features: BTreeMap<String, Scalar>,
    #[serde(default)]
    pub(super) levels: BTreeMap<Level, bool>,
    pub(super) rate: f64,
    pub(super) share: Option<f64>,
    #[serde(default)]
    pub(super) sources: Vec<Source>,
}

pub(super) fn refusal<T: DeserializeOwned + core::fmt::Debug>(text: &str) -> Error {
    read::<T>(text.as_bytes(), &Limits::default()).unwrap_err()
}

fn account(members: &str) -> String {
    format!(r#"{{"rate": 1, "accounts": [{{"balance_minor": 1, "currency": "KES"}}, {{{members}}}]}}"#)
}

pub(super) fn request(members: &str) -> String {
    format!(r#"{{"accounts": [], "rate": 0.5{members}}}"#)
}

fn refused_as_listed(cases: Vec<(String, Cause, &str)>) {
    for (text, cause, pointer) in cases {
        let error = refusal::<Request>(&text);
        assert_eq!(
            (error.cause, error.fields.as_slice()),
            (cause, [pointer.to_owned()].as_slice()),
            "{text}: {error}"
        );
        assert!(error.message.starts_with(|c: char| c.is_ascii_lowercase()), "{error}");
        assert!(!error.message.ends_with('.'), "{error}");
    }
}

#[test]
fn each_bad_value_has_its_cause_and_place() {
    refused_as_listed(vec![
        (account(r#""balance_minor": 1"#), Cause::JsonShape, "/accounts/1/currency"),
        (
            account(r#""balance_minor": 1, "currency": "KES", "colour": 1"#),
            Cause::JsonUnknownField,
            "/accounts/1/colour",
        ),
        (
            account(r#""balance_minor": 1.5, "currency": "KES""#),
            Cause::JsonShape,
            "/accounts/1/balance_minor",
        ),
        (
            account(r#""balance_minor": 1e300, "currency": "KES""#),
            Cause::JsonShape,
            "/accounts/1/balance_minor",
        ),
        (
            account(r#""balance_minor": "1", "currency": "KES""#),
            Cause::JsonShape,
            "/accounts/1/balance_minor",
        ),
        (
            account(r#""balance_minor": null, "currency": "KES""#),
            Cause::JsonShape,
            "/accounts/1/balance_minor",
        ),
        (account(r#""balance_minor": 9007199254740992"#), Cause::JsonInteger, "/accounts/1/balance_minor"),
        (account(r#""balance_minor": -9007199254740992"#), Cause::JsonInteger, "/accounts/1/balance_minor"),
        (
            account(r#""opening_minor": 99999999999999999999999"#),
            Cause::JsonInteger,
            "/accounts/1/opening_minor",
        ),
        (account(r#""opening_minor": [1]"#), Cause::JsonShape, "/accounts/1/opening_minor"),
        (account(r#""currency": "KESX""#), Cause::MoneyCurrency, "/accounts/1/currency"),
        (account(r#""currency": {}"#), Cause::JsonShape, "/accounts/1/currency"),
        (account(r#""currency": "KES", "currency": "KES""#), Cause::JsonDuplicateKey, "/accounts/1/currency"),
        (
            account(r#""currency": "KES", "curr\u0065ncy": "KES""#),
            Cause::JsonDuplicateKey,
            "/accounts/1/currency",
        ),
        (request(r#", "features": {"a": {"b": 1, "b": 1}}"#), Cause::JsonDuplicateKey, "/features/a/b"),
        (request(r#", "features": {"a": 1, "\u0061": 1}"#), Cause::JsonDuplicateKey, "/features/a"),
        (request(r#", "features": {"a/b~c": []}"#), Cause::JsonShape, "/features/a~1b~0c"),
        (request(r#", "features": {"a": 9007199254740993}"#), Cause::JsonInteger, "/features/a"),
        (request(r#", "features": {"a": 1e16}"#), Cause::JsonInteger, "/features/a"),
        (request(r#", "features": {"a": 1e400}"#), Cause::JsonNumber, "/features/a"),
        (request(r#", "features": {"a": "\ud800"}"#), Cause::JsonUnpairedSurrogate, "/features/a"),
        (request(r#", "features": {"a": "\ud800\ud800"}"#), Cause::JsonUnpairedSurrogate, "/features/a"),
        (request(r#", "features": {"a": "\udc00\ud800"}"#), Cause::JsonUnpairedSurrogate, "/features/a"),
        (request(r#", "features": [1]"#), Cause::JsonShape, "/features"),
    ]);
}

#[test]
fn each_bad_shape_has_its_cause_and_place() {
    let long = "n".repeat(100);
    let cut = format!("/{}", &long[..64]);
    refused_as_listed(vec![
        (request(r#", "levels": {"low": true, "x": true}"#), Cause::JsonShape, "/levels/x"),
        (request(r#", "levels": {"low": true, "high": 1}"#), Cause::JsonShape, "/levels/high"),
        (request(r#", "share": "0.5""#), Cause::JsonShape, "/share"),
        (request(r#", "share": 1000000000000000000000"#), Cause::JsonInteger, "/share"),
        (request(r#", "sources": ["bank", "bonk"]"#), Cause::JsonShape, "/sources/1"),
        (
            request(r#", "sources": [{"window": {"days": 65536}}]"#),
            Cause::ValueOutOfRange,
            "/sources/0/window/days",
        ),
        (request(r#", "sources": [{"window": {}}]"#), Cause::JsonShape, "/sources/0/window/days"),
        (request(r#", "sources": [{"bonk": 1}]"#), Cause::JsonShape, "/sources/0/bonk"),
        (request(r#", "sources": [{"named": 1}]"#), Cause::JsonShape, "/sources/0/named"),
        (request(r#", "sources": [{"named": "a", "bank": null}]"#), Cause::JsonShape, "/sources/0"),
        (request(r#", "sources": ["window"]"#), Cause::JsonShape, "/sources/0"),
        (request(r#", "sources": [{"bank": 1}]"#), Cause::JsonShape, "/sources/0/bank"),
        (request(r#", "sources": [1]"#), Cause::JsonShape, "/sources/0"),
        (request(r#", "sources": [{}]"#), Cause::JsonShape, "/sources/0"),
        (request(&format!(r#", "{long}": 1"#)), Cause::JsonUnknownField, &cut),
        ("[]".into(), Cause::JsonShape, ""),
        ("null".into(), Cause::JsonShape, ""),
        ("{}".into(), Cause::JsonShape, "/accounts"),
    ]);
}

#[test]
fn an_error_in_a_name_or_where_one_was_to_come_is_placed_at_the_object() {
    let long = format!(r#", "features": {{"a": 1, "{}": 2}}"#, "n".repeat(65_537));
    for members in [
        r#", "features": {"a": 1, "\ud800": 2}"#,
        r#", "features": {"a": 1, "\x": 2}"#,
        ", \"features\": {\"a\": 1, \"\n\": 2}",
        r#", "features": {"a": 1, }"#,
        r#", "features": {"a": 1, 2: 3}"#,
        long.as_str(),
    ] {
        let error = refusal::<Request>(&request(members));
        assert_eq!(error.fields, ["/features"], "{error}");
    }
    // Where the object itself goes wrong, the member before is the place.
    assert_eq!(refusal::<Request>(&request(r#", "features": {"a": 1 2}"#)).fields, ["/features/a"]);
    assert_eq!(refusal::<Request>(&request(r#", "sources": ["bank", ]"#)).fields, ["/sources/1"]);
    assert_eq!(refusal::<Request>(&request(r#", "sources": ["bank" "bank"]"#)).fields, ["/sources/0"]);
}

#[test]
fn messages_say_what_was_expected_and_what_came() {
    for (text, message) in [
        (request(r#", "share": "half""#), "expected a number; got a string of 4 bytes"),
        (account(r#""balance_minor": true"#), "expected an integer within +-(2^53 - 1); got a boolean"),
        (account(r#""currency": 12"#), "expected a string; got an integer"),
        (request(r#", "sources": {}"#), "expected an array; got an object"),
        (
            request(r#", "sources": ["bonk"]"#),
            "expected one of `bank`, `window`, `named`; got a string of 4 bytes",
        ),
        (request(r#", "sources": [{"window": {"days": -1}}]"#), "expected an integer in 0..=65535; got `-1`"),
        (request(r#", "sources": [3]"#), "expected a string; got an integer"),
        (
            account(r#""colour": 1"#),
            "unknown field; expected one of `balance_minor`, `currency`, `opening_minor`",
        ),
        (account(r#""balance_minor": 1"#), "missing field `currency`"),
        (
            account(r#""balance_minor": 12345678901234567"#),
            "an integer must be within +-(2^53 - 1), `9007199254740991`; got an integer of 17 digits",
        ),
        ("3".to_owned(), "expected an object; got an integer"),
    ] {
        assert_eq!(refusal::<Request>(&text).message, message, "{text}");
    }
}

#[test]
fn bad_syntax_has_line_and_column() {
    for (text, place) in [
        ("", "expected a value; the text is empty (line 1, column 1)"),
        (" \n ", "expected a value; the text is empty (line 2, column 2)"),
        ("\u{feff}{}", "expected a value (line 1, column 1)"),
        ("{} x", "expected the end of the text (line 1, column 4)"),
        ("{}{}", "expected the end of the text (line 1, column 3)"),
        ("[1,\n \"é\", x]", "expected a value (line 2, column 7)"),
        ("[1,]", "trailing comma (line 1, column 4)"),
        ("{\"a\":1,}", "trailing comma (line 1, column 8)"),
        ("{\"a\" 1}", "expected `:` (line 1, column 6)"),
        ("{'a': 1}", "expected a name in quotes (line 1, column 2)"),
        ("[1 2]", "expected `,` or `]` (line 1, column 4)"),
        ("{\"a\":1 2}", "expected `,` or `}` (line 1, column 8)"),
        ("[1", "expected `,` or `]`; the text ends inside an array (line 1, column 3)"),
        ("{\"a\":", "expected a value; the text ends (line 1, column 6)"),
        ("[\"ab", "the text ends inside a string (line 1, column 5)"),
        ("[\"a\\", "the text ends inside a string (line 1, column 5)"),
        ("[\"a\tb\"]", "control character (\\u0000-\\u001F) found while parsing a string (line 1, column 4)"),
        ("[\"\\x\"]", "invalid escape (line 1, column 4)"),
        ("[\"\\u12g4\"]", "invalid escape (line 1, column 8)"),
        ("[01]", "invalid number (line 1, column 3)"),
        ("[1.]", "invalid number (line 1, column 4)"),
        ("[-]", "invalid number (line 1, column 3)"),
        ("[1e+]", "invalid number (line 1, column 5)"),
        ("[", "expected `,` or `]`; the text ends inside an array (line 1, column 2)"),
        ("{", "expected `,` or `}`; the text ends inside an object (line 1, column 2)"),
        ("{\"a\"", "expected `,` or `}`; the text ends inside an object (line 1, column 5)"),
        ("{\"a\":1,", "expected a value; the text ends (line 1, column 8)"),
        ("[NaN]", "expected a value (line 1, column 2)"),
        ("[tru]", "expected a value (line 1, column 5)"),
    ] {
        let error = refusal::<serde_json::Value>(text);
        assert_eq!((error.cause, error.message.as_str()), (Cause::JsonSyntax, place), "{text:?}");
    }
    let error = read::<Scalar>(b"[\"a\n\xff\"]", &Limits::default()).unwrap_err();
    assert_eq!(
        (error.cause, error.message.as_str()),
        (Cause::JsonSyntax, "the text is not UTF-8 (line 2, column 1)")
    );
}

#[test]
fn limits_are_named_with_their_value() {
    let small = Limits { request_bytes: 400_000, ..Limits::default() };
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    let refused = |text: &[u8]| -> (Cause, String, Vec<String>) {
        let error = read::<serde_json::Value>(text, &small).unwrap_err();
        (error.cause, error.message, error.fields)
    };
    assert!(read::<serde_json::Value>(&nested(64), &small).is_ok());
    let (cause, message, fields) = refused(&nested(65));
    assert_eq!(
        (cause, message.as_str()),
        (Cause::LimitExceeded, "json_depth must be at most `64`; got `65`")
    );
    assert_eq!(fields, ["/0".repeat(64)]);
    // The reading ends where it is too deep.
    assert_eq!(refused(&nested(100_000)).1, "json_depth must be at most `64`; got `65`");
    assert_eq!(refused(&vec![b'['; 100_000]).1, "json_depth must be at most `64`; got `65`");
    assert_eq!(refused(&b"{\"a\":".repeat(65)).2, ["/a".repeat(64)]);
    assert_eq!(refused(&vec![b' '; 400_001]).1, "request_bytes must be at most `400000`; got `400001`");

    let string =
        |length: usize| format!(r#"{{"a":[0,"{}"]}}"#, "é".repeat(length / 2) + &"x".repeat(length % 2));
    assert!(read::<serde_json::Value>(string(65_536).as_bytes(), &small).is_ok());
    let (_, message, fields) = refused(string(65_537).as_bytes());
    assert_eq!(
        (message.as_str(), fields),
        ("string_bytes must be at most `65536`; got `65537`", vec!["/a/1".to_owned()])
    );
    // Escapes make the text longer, not the string.
    let escaped = |count: usize| format!("[\"{}\"]", r"\u0041".repeat(count));
    assert!(read::<serde_json::Value>(escaped(65_536).as_bytes(), &small).is_ok());
    assert_eq!(refused(escaped(65_537).as_bytes()).1, "string_bytes must be at most `65536`; got `65537`");
}

#[test]
fn a_depth_limit_above_what_the_stack_bears_is_held_at_127() {
    let limits = Limits { json_depth: u64::MAX, ..Limits::default() };
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    assert!(read::<serde_json::Value>(&nested(127), &limits).is_ok());
    // The slow reading bears the same depth: a wide integer goes there.
    let wide = String::from_utf8(nested(126)).unwrap().replace("[]", "[[9007199254740992]]");
    assert_eq!(read::<serde_json::Value>(wide.as_bytes(), &limits).unwrap_err().cause, Cause::JsonInteger);
    let error = read::<serde_json::Value>(&nested(128), &limits).unwrap_err();
    assert_eq!(error.message, "json_depth must be at most `127`; got `128`");
}

#[derive(Debug, Deserialize, PartialEq)]
struct Numbers {
    i: Option<i64>,
    n: Option<f64>,
}

#[test]
fn numbers_at_the_edges() {
    let edge = 9_007_199_254_740_991_i64;
    let integer_of = |text: &str| -> Result<Option<i64>> {
        read::<Numbers>(format!("{{\"i\":{text}}}").as_bytes(), &Limits::default()).map(|read| read.i)
    };
    let number_of = |text: &str| -> Result<Option<f64>> {
        read::<Numbers>(format!("{{\"n\":{text}}}").as_bytes(), &Limits::default()).map(|read| read.n)
    };
    assert_eq!(integer_of(&edge.to_string()), Ok(Some(edge)));
    assert_eq!(integer_of(&(-edge).to_string()), Ok(Some(-edge)));
    assert_eq!((integer_of("-0"), integer_of("null")), (Ok(Some(0)), Ok(None)));
    for wide in [
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "9999999999999999999999999",
    ] {
        assert_eq!(integer_of(wide).unwrap_err().cause, Cause::JsonInteger, "{wide}");
        assert_eq!(number_of(wide).unwrap_err().cause, Cause::JsonInteger, "{wide}");
    }
    for (whole, value) in [("1.0", 1), ("-0.0", 0), ("1e0", 1), ("1E5", 100_000), ("-250e-1", -25)] {
        assert_eq!(integer_of(whole), Ok(Some(value)), "{whole}");
    }
    assert_eq!(integer_of("9007199254740991.0"), Ok(Some(edge)));
    for float in ["0.5", "100.5", "-25e-1", "1e-5", "1e21", "1e300"] {
        assert_eq!(integer_of(float).unwrap_err().cause, Cause::JsonShape, "{float}");
    }
    assert_eq!(integer_of("1e16").unwrap_err().cause, Cause::JsonInteger);
    for (text, value) in [
        ("1e300", 1e300),
        ("1e21", 1e21),
        ("9007199254740991.0", 9_007_199_254_740_991.0),
        ("5e-324", 5e-324),
        ("1e-400", 0.0),
        ("0.1234567890123456789012345", 0.123_456_789_012_345_68),
        ("1.7976931348623157e308", f64::MAX),
        ("12", 12.0),
    ] {
        assert_eq!(number_of(text).unwrap().map(f64::to_bits), Some(value.to_bits()), "{text}");
    }
    for zero in ["-0", "-0.0", "-0e5"] {
        assert_eq!(number_of(zero).unwrap().map(f64::to_bits), Some(0), "{zero}");
    }
    for text in ["9007199254740992.0", "1e16", "-1e20", "9.99999999999999e20"] {
        assert_eq!(number_of(text).unwrap_err().cause, Cause::JsonInteger, "{text}");
    }
    for text in ["1e309", "-1e400", "1e99999999999999999999"] {
        assert_eq!(number_of(text).unwrap_err().cause, Cause::JsonNumber, "{text}");
    }
}

#[test]
fn a_coded_error_travels_through_any_serde_error() {
    let error = Error::new(Cause::TimeRange, "a date").at("/from").at("/to");
    let coded: serde_json::Error = fail(error.clone());
    assert!(coded.to_string().contains("time.out_of_range"));
    assert_eq!(*fail::<Fault>(error.clone()).0, error);
}

#[test]
fn values_that_are_no_text_are_checked_as_text_is() {
    let limits = Limits { request_bytes: 100, string_bytes: 20, ..Limits::default() };
    let cause = |read: Result<serde_json::Value>| {
        let error = read.unwrap_err();
        assert!(error.fields.is_empty(), "{error}");
        error.cause
    };
    let refused = |value: serde_json::Value| cause(read_values(value, &limits));
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    assert!(read_values::<serde_json::Value, _>(nested(64), &Limits::default()).is_ok());
    assert_eq!(cause(read_values(nested(65), &Limits::default())), Cause::LimitExceeded);
    assert!(read_values::<serde_json::Value, _>(json!(["x".repeat(20)]), &limits).is_ok());
    assert_eq!(refused(json!(["x".repeat(21)])), Cause::LimitExceeded);
    assert_eq!(refused(json!({("x".repeat(21)): 1})), Cause::LimitExceeded);
    // Of the array one byte is counted and of each string three: JSON takes more.
    assert!(read_values::<Vec<String>, _>(json!(vec!["x"; 33]), &limits).is_ok());
    assert!(read_values::<Vec<String>, _>(json!(vec!["x"; 34]), &limits).is_err());
    assert_eq!(refused(json!(9_007_199_254_740_992_u64)), Cause::JsonInteger);
    assert_eq!(refused(json!(1e16)), Cause::JsonInteger);
    assert!(read_values::<Scalar, _>(json!(1e21), &limits).is_ok());
    let number =
        |value: f64| read_values::<f64, F64Deserializer<ValueError>>(value.into_deserializer(), &limits);
    assert_eq!(number(f64::NAN).unwrap_err().cause, Cause::JsonNumber);
    assert_eq!(number(-0.0).map(f64::to_bits), Ok(0));
    let twice = MapDeserializer::<_, ValueError>::new([("b", 1), ("a", 1), ("b", 1)].into_iter());
    assert_eq!(cause(read_values(twice, &limits)), Cause::JsonDuplicateKey);
    let account = json!({"balance_minor": 1, "currency": "KES"});
    assert!(read_values::<Account, _>(account, &limits).is_ok());
    assert!(read_values::<Account, _>(json!([1, "KES", null]), &limits).is_err());
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
enum Tagged {
    One {
        #[expect(dead_code, reason = "only its reading is tested")]
        a: u8,
    },
}

#[test]
fn tagged_types_name_the_field() {
    for (error, cause, pointer) in [
        (
            refusal::<Vec<Tagged>>(r#"[{"kind": "One", "a": 1, "secret": 1}]"#),
            Cause::JsonUnknownField,
            "/0/secret",
        ),
        (refusal::<Vec<Tagged>>(r#"[{"kind": "One"}]"#), Cause::JsonShape, "/0/a"),
        (refusal::<Vec<Tagged>>(r#"[{"kind": "secret"}]"#), Cause::JsonShape, "/0/kind"),
        (refusal::<(u8, u8)>("[1, 2, 3]"), Cause::JsonShape, ""),
        (refusal::<(u8, u8)>("[1]"), Cause::JsonShape, ""),
    ] {
        assert_eq!(
            (error.cause, error.fields.as_slice()),
            (cause, [pointer.to_owned()].as_slice()),
            "{error}"
        );
        assert!(!error.message.contains("secret"), "{error}");
    }
}
