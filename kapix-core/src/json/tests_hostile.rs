//! Hostile and random documents: nothing panics, nothing takes quadratic time, no message repeats a string, and
//! serde_json agrees on what is JSON.

use super::read::{again, quickly};
use super::tests::{Account, Currency, Level, Request, Source, refusal, request};
use super::{Scalar, read};
use crate::canonical::{to_string, to_vec};
use crate::error::Cause;
use crate::limits::Limits;
use core::marker::PhantomData;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

#[test]
fn hostile_documents_of_a_megabyte_are_read_in_one_pass() {
    let limits = Limits::default();
    let names: Vec<String> = (0..80_000).map(|n| format!("\"n{n}\":0")).collect();
    let names = names.join(",");
    for text in [
        format!("{{\"features\":{{{names},\"n0\":0}}}}"),
        format!("{{\"features\":{{{names},\"x\":[]}}}}"),
        format!("{{\"sources\":[{}1]}}", "\"bank\",".repeat(150_000)),
        format!("[{}", "[],".repeat(400_000)),
        format!("{{\"rate\":{}}}", "9".repeat(1_000_000)),
        format!("{{\"rate\":0.{}1,\"accounts\":1}}", "0".repeat(1_000_000)),
        "\\".repeat(1_000_000),
        "\"".repeat(1_000_000),
        "{\"a\":".repeat(200_000),
        "[\"\\ud800\",".repeat(100_000),
    ] {
        assert!(read::<Request>(text.as_bytes(), &limits).is_err());
    }
}

/// Text that is JSON or nearly so: pieces of JSON in a row.
fn nearly_json() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "null",
        "true",
        "false",
        "0",
        "-1",
        "12.5",
        "1e3",
        "1E-2",
        "-",
        ".",
        "e",
        "01",
        " ",
        "\n",
        "\"",
        "\\",
        "é",
        "\u{1}",
        "x",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..12).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        (-9_007_199_254_740_991..=9_007_199_254_740_991_i64).prop_map(serde_json::Value::from),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(serde_json::Value::from),
        ".{0,6}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 48, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(".{0,3}", inner, 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Null),
        any::<bool>().prop_map(Scalar::Bool),
        any::<f64>()
            .prop_filter("readable", |value| value.is_finite()
                && !(9_007_199_254_740_992.0..1e21).contains(&value.abs()))
            .prop_map(|value| Scalar::Number(value + 0.0)),
        (-1_000_000..1_000_000_i32).prop_map(|value| Scalar::Number(f64::from(value))),
        ".{0,8}".prop_map(Scalar::Text),
    ]
}

fn any_request() -> impl Strategy<Value = Request> {
    let wide = -9_007_199_254_740_991..=9_007_199_254_740_991_i64;
    let account = (wide.clone(), "[A-Z]{3}", proptest::option::of(wide)).prop_map(
        |(balance_minor, currency, opening_minor)| Account {
            balance_minor,
            currency: Currency(currency),
            opening_minor,
        },
    );
    let source = prop_oneof![
        Just(Source::Bank),
        any::<u16>().prop_map(|days| Source::Window { days }),
        ".{0,4}".prop_map(Source::Named)
    ];
    let level = proptest::sample::select(vec![Level::Low, Level::High]);
    (
        proptest::collection::vec(account, 0..3),
        proptest::collection::btree_map(".{0,4}", scalar(), 0..4),
        proptest::collection::btree_map(level, any::<bool>(), 0..3),
        0.0..1.0_f64,
        proptest::option::of(-1.0..1e15_f64),
        proptest::collection::vec(source, 0..3),
    )
        .prop_map(|(accounts, features, levels, rate, share, sources)| Request {
            accounts,
            features,
            levels,
            rate,
            share,
            sources,
        })
}

/// Returns whether a value holds a number that only the second reading can judge.
fn is_left_to_the_second(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => {
            number.is_f64() && number.as_f64().is_some_and(|it| it.abs() >= 1e21)
        }
        serde_json::Value::Array(values) => values.iter().any(is_left_to_the_second),
        serde_json::Value::Object(members) => members.values().any(is_left_to_the_second),
        _ => false,
    }
}

proptest! {
    #[test]
    fn what_is_written_canonically_is_read_again_on_both_paths(request in any_request()) {
        let text = to_string(&request).unwrap();
        assert_eq!(read::<Request>(text.as_bytes(), &Limits::default()).unwrap(), request);
        assert_eq!(again(&text, PhantomData::<Request>, &Limits::default()).unwrap(), request);
    }

    #[test]
    fn both_readings_agree_with_serde_json_on_values(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { serde_json::to_string(&value).unwrap() };
        let read = again(&text, PhantomData, &Limits::default());
        // Canonical text, because zero is never negative here.
        let same = |read: &serde_json::Value| assert_eq!(to_string(read).unwrap(), to_string(&value).unwrap());
        match (quickly(&text, PhantomData::<serde_json::Value>, &Limits::default()), read) {
            (Ok(quick), Ok(read)) => { same(&quick); same(&read); }
            (Err(_), Ok(read)) => { assert!(is_left_to_the_second(&read)); same(&read); }
            (Err(_), Err(error)) => assert_eq!(error.cause, Cause::JsonInteger),
            (Ok(_), Err(error)) => panic!("{text}: {error}"),
        }
    }

    #[test]
    fn both_readings_agree_with_serde_json_on_what_is_json(text in nearly_json()) {
        let oracle = serde_json::from_str::<serde_json::Value>(&text);
        let quick = quickly(&text, PhantomData::<serde_json::Value>, &Limits::default());
        match again(&text, PhantomData::<serde_json::Value>, &Limits::default()) {
            Ok(read) => {
                assert_eq!(to_string(&read).unwrap(), to_string(&oracle.unwrap()).unwrap());
                match quick {
                    Ok(quick) => assert_eq!(to_string(&quick).unwrap(), to_string(&read).unwrap()),
                    Err(_) => assert!(is_left_to_the_second(&read)),
                }
            }
            Err(error) => {
                let ours = matches!(error.cause, Cause::JsonDuplicateKey | Cause::JsonInteger);
                assert!(oracle.is_err() || ours, "{text:?}: {error}");
                assert!(quick.is_err());
            }
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = read::<Request>(&bytes, &Limits::default());
    }

    #[test]
    fn a_changed_byte_never_panics(request in any_request(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut text = to_vec(&request).unwrap();
        let at = at.index(text.len());
        text[at] = byte;
        let limits = Limits { string_bytes: 6, json_depth: 3, ..Limits::default() };
        let _ = read::<Request>(&text, &limits);
    }

    #[test]
    fn a_string_of_the_request_is_never_in_a_message(value in value(), secret in "[#@]{12}") {
        let text = serde_json::to_string(&value).unwrap().replace(":null", &format!(":\"{secret}\""));
        for members in [format!(", \"features\": {{\"a\": [\"{secret}\"], \"b\": {text}}}"), format!(", \"sources\": [\"{secret}\"]"),
            format!(", \"sources\": [{{\"window\": {{\"days\": \"{secret}\"}}}}]"), format!(", \"levels\": {{\"1\": \"{secret}\"}}"),
            format!(", \"rate\": \"{secret}\""), format!(", \"share\": \"{secret}\""), format!(", \"x\": \"{secret}\""),
            format!(", \"share\": \"{secret}\\x\""), format!(", \"share\": \"{secret}")]
        {
            let error = refusal::<Request>(&request(&members));
            assert!(!error.to_string().contains(&secret), "{error}");
        }
    }
}
