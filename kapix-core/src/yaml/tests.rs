//! The subset beside JSON: what is read has the value of the JSON that says the same, and the rest is refused with its
//! place.

use super::{placed, read};
use crate::canonical;
use crate::error::{Cause, Detail, Error};
use crate::json_value::JsonValue;
use crate::limits::Limits;
use proptest::prelude::*;
use serde_json::{Value, json};

fn yaml(text: &str) -> crate::Result<JsonValue> {
    read((text.as_bytes(), 1), &Limits::default())
}

/// Asserts that both texts say the same, down to the canonical bytes.
fn same(text: &str, json: &str) {
    let expected = JsonValue::read_text(json.as_bytes(), &Limits::default()).unwrap();
    let found = yaml(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(canonical::to_vec(&found).unwrap(), canonical::to_vec(&expected).unwrap(), "{text}");
}

fn refused(text: &str) -> (Cause, String, Vec<String>) {
    let error = yaml(text).expect_err(text);
    (error.cause, error.message, error.fields)
}

#[test]
fn a_document_has_the_value_of_the_json_that_says_the_same() {
    for (text, json) in [
        (
            "a: 1\nb: [x, \"y\", 'z']\nc: {d: null, e: true}\n",
            r#"{"a":1,"b":["x","y","z"],"c":{"d":null,"e":true}}"#,
        ),
        ("# a comment\na: # another\n  - 1.0\n  - 1e2\n  - -0\n  - -0.0\n", r#"{"a":[1,100,0,0]}"#),
        ("a: 9007199254740991\nb: 1e21\nc: 0.1", r#"{"a":9007199254740991,"b":1e21,"c":0.1}"#),
        (
            "a: ~\nb: null\nc: true\nd: false\ne: 'Null'\nf: \"TRUE\"",
            r#"{"a":null,"b":null,"c":true,"d":false,"e":"Null","f":"TRUE"}"#,
        ),
        (
            "a: yes\nb: no\nc: on\nd: off\ne: y\nf: N",
            r#"{"a":"yes","b":"no","c":"on","d":"off","e":"y","f":"N"}"#,
        ),
        (
            "a: 2026-01-31\nb: 2026-06-30T12:00:00Z\nc: 12:30\nd: 1.2.3",
            r#"{"a":"2026-01-31","b":"2026-06-30T12:00:00Z","c":"12:30","d":"1.2.3"}"#,
        ),
        (
            "a: inf\nb: nan\nc: infinity\nd: 0xZ\ne: 1_a\nf: .5.",
            r#"{"a":"inf","b":"nan","c":"infinity","d":"0xZ","e":"1_a","f":".5."}"#,
        ),
        (
            "a: '012'\nb: \"1_000\"\nc: '.inf'\nd: '0x1F'\ne: ''\nf: 'null'",
            r#"{"a":"012","b":"1_000","c":".inf","d":"0x1F","e":"","f":"null"}"#,
        ),
        ("a: >\n  one\n  two\nb: |\n  one\n  two\n", r#"{"a":"one two\n","b":"one\ntwo\n"}"#),
        (
            "a: one\n  two\nb: '[1..5)'\nc: < 18\nd: \"- 1\"",
            r#"{"a":"one two","b":"[1..5)","c":"< 18","d":"- 1"}"#,
        ),
        (
            "1: a\ntrue: b\n'': c\n\"null\": d\n012: e\nyes: f",
            r#"{"1":"a","true":"b","":"c","null":"d","012":"e","yes":"f"}"#,
        ),
        ("---\na: 1\n...\n", r#"{"a":1}"#),
        ("\u{feff}a: \"é\\u00e9\\n\"", r#"{"a":"éé\n"}"#),
        ("a: C#\nb: a # b\nc: a:b\nd: 'it''s'", r#"{"a":"C#","b":"a","c":"a:b","d":"it's"}"#),
        ("a: []\nb: {}\n", r#"{"a":[],"b":{}}"#),
    ] {
        same(text, json);
    }
}

#[test]
fn what_tools_read_in_different_ways_is_refused_with_its_place() {
    for (value, place) in [
        ("0x1F", "column 6"),
        ("0o17", "column 6"),
        ("0b101", "column 6"),
        ("012", "column 6"),
        ("-012", "column 6"),
        ("0_1", "column 6"),
        ("1_000", "column 6"),
        ("+5", "column 6"),
        (".5", "column 6"),
        ("5.", "column 6"),
        ("1.e3", "column 6"),
        (".inf", "column 6"),
        ("-.INF", "column 6"),
        (".NaN", "column 6"),
        ("True", "column 6"),
        ("TRUE", "column 6"),
        ("False", "column 6"),
        ("Null", "column 6"),
        ("NULL", "column 6"),
        ("&x 1", "column 9"),
        ("*x", "column 6"),
        ("!!str 1", "column 12"),
        ("!money 1", "column 13"),
        ("", "column 4"),
    ] {
        let (cause, message, fields) = refused(&format!("a:\n  b: {value}\n"));
        assert_eq!(
            (cause, &fields[..]),
            (Cause::YamlLeftOut, &["/a/b".to_owned()][..]),
            "{value}: {message}"
        );
        assert!(message.contains("line 2, ") && message.contains(place), "{value}: {message}");
    }
    for (text, message) in [
        ("a: 1\n<<: {b: 1}", "merges (`<<`)"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "anchors (`&`)"),
        ("a: 1\n---\na: 2", "one document"),
        ("? [a, b]\n: 1", "a name must be a text"),
        ("? {a: 1}\n: 1", "a name must be a text"),
        ("~: 1", "a name must be a text"),
        ("null: 1", "a name must be a text"),
        (": 1", "a name must be a text"),
        ("a: [1, , 2]", ""),
        ("a:\n- \n- 1", "a value must stand"),
    ] {
        let (cause, told, _) = refused(text);
        assert!(told.contains(message) && told.contains("(line "), "{text}: {cause:?} {told}");
        assert!(matches!(cause, Cause::YamlLeftOut | Cause::YamlSyntax), "{text}: {cause:?} {told}");
    }
}

#[test]
fn what_json_refuses_is_refused_too() {
    for (text, cause) in [
        ("a: 1\nb: 2\na: 3", Cause::JsonDuplicateKey),
        ("a: 1\n\"a\": 3", Cause::JsonDuplicateKey),
        ("x: {b: 1, b: 1}", Cause::JsonDuplicateKey),
        ("a: 9007199254740992", Cause::JsonInteger),
        ("a: 9007199254740992.0", Cause::JsonInteger),
        ("a: 123456789012345678901234567890", Cause::JsonInteger),
        ("a: 1e400", Cause::JsonNumber),
        ("", Cause::JsonSyntax),
        ("# nothing", Cause::JsonSyntax),
        ("card", Cause::JsonSyntax),
        ("\"a: 1\"", Cause::JsonSyntax),
        ("- a: 1", Cause::JsonSyntax),
        ("null", Cause::JsonSyntax),
        ("a: 'b", Cause::YamlSyntax),
        ("a: b: c", Cause::YamlSyntax),
        ("a:\n\t- b", Cause::YamlSyntax),
        ("a: [1", Cause::YamlSyntax),
        ("a: \"\\x\"", Cause::YamlSyntax),
        ("%YAML 1.1\n---\na: 1", Cause::YamlSyntax),
        ("a: \u{0}", Cause::YamlSyntax),
    ] {
        let (found, message, _) = refused(text);
        assert_eq!(found, cause, "{text}: {message}");
    }
    let broken = read((b"a: \xff", 1), &Limits::default()).unwrap_err();
    assert_eq!(
        (broken.cause, &*broken.message),
        (Cause::YamlSyntax, "the text is not UTF-8 (line 1, column 4)")
    );
}

#[test]
fn limits_are_those_of_json() {
    let deep = |depth: usize| format!("a: {}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(yaml(&deep(63)).is_ok());
    let blocks = |depth: usize| {
        let line = |at: usize| format!("{}a:\n", " ".repeat(at));
        (0..depth).map(line).collect::<String>() + &" ".repeat(depth) + "a: 1"
    };
    assert!(yaml(&blocks(63)).is_ok());
    for text in [deep(64), deep(100_000), blocks(64), blocks(2_000), format!("a: {}", "{b: ".repeat(5_000))] {
        assert_eq!(refused(&text).0, Cause::LimitExceeded, "{}", text.len());
    }
    // Billions of laughs need aliases.
    let laughs = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n";
    assert_eq!(refused(laughs).0, Cause::YamlLeftOut);
    let long = format!("a: {}", "x".repeat(65_537));
    assert_eq!(refused(&long).0, Cause::LimitExceeded);
    let text = format!("a: 1 #{}", "x".repeat(33_554_432 - 5));
    assert_eq!(refused(&text).0, Cause::LimitExceeded);
    let many = format!("a: [{}]", "1,".repeat(4_000_001));
    let (cause, message, _) = refused(&many);
    assert!(cause == Cause::LimitExceeded && message.contains("4000000"), "{message}");
}

#[test]
fn errors_of_a_document_are_told_with_line_and_column() {
    let text = "a:\n  b: [1, {c: 2}]\n  d/e: 3\n";
    let limits = Limits::default();
    let error = |field: &str| Error::new(Cause::PolicyShape, "wrong").at(field);
    let told = |field: &str, prefix: &str| placed(&error(field), (text, 1), prefix, &limits).message;
    assert_eq!(told("/a/b/1/c", ""), "wrong (line 2, column 14)");
    assert_eq!(told("/7/a/d~1e", "/7"), "wrong (line 3, column 8)");
    assert_eq!(told("/a/b/1/absent/too", ""), "wrong (line 2, column 10)", "what holds it");
    assert_eq!(told("/absent", ""), "wrong (line 1, column 1)");
    let detail = |field: &str| Detail {
        cause: Cause::PolicyShape,
        message: field.to_owned(),
        field: field.to_owned(),
    };
    let both = Error::from_details(vec![detail("/a/d~1e"), detail("/a/b")]).unwrap();
    let both = placed(&both, (text, 11), "", &limits);
    assert_eq!(both.message, "/a/d~1e (line 13, column 8) (and 1 more)");
    assert_eq!(both.details[1].message, "/a/b (line 12, column 6)");
}

/// Any document of JSON.
fn documents() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        "[ -~éλ\n\t]{0,12}",
        Just("yes".to_owned()),
        Just("0x1F".to_owned()),
        Just("1_000".to_owned()),
        Just("null".to_owned()),
        Just("<<".to_owned()),
        Just("2026-01-01".to_owned()),
        Just("- a".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
        texts.clone().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(texts.clone(), inner, 0..5).prop_map(|it| it.into_iter().collect()),
        ]
    });
    value.prop_map(|value| json!({ "document": value }))
}

/// Returns a value in block style, texts in double quotes.
fn written(value: &Value, indent: usize) -> String {
    let pad = "  ".repeat(indent);
    match value {
        Value::Array(items) if !items.is_empty() => {
            let lines = items.iter().map(|it| format!("\n{pad}-{}", written(it, indent + 1)));
            lines.collect()
        }
        Value::Object(members) if !members.is_empty() => {
            let lines = members
                .iter()
                .map(|(name, it)| format!("\n{pad}{}:{}", json!(name), written(it, indent + 1)));
            lines.collect()
        }
        other => format!(" {other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// JSON is YAML, in its own form and in blocks.
    #[test]
    fn every_document_of_json_is_read_alike(document in documents()) {
        let json = JsonValue::read_text(document.to_string().as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(yaml(&document.to_string()), Ok(json.clone()));
        let blocks = written(&document, 0);
        prop_assert_eq!(yaml(&blocks), Ok(json), "{}", blocks);
    }

    /// Any text ends in a value or in an error, never in a panic; what is read is read again from its JSON.
    #[test]
    fn any_text_is_a_document_or_an_error(text in "[a-c0-9:,{}\\[\\]&*!|>'\"%@`#~?<\\-. \n\t]{0,60}") {
        if let Ok(value) = yaml(&text) {
            let json = canonical::to_vec(&value).unwrap();
            prop_assert_eq!(JsonValue::read_text(&json, &Limits::default()), Ok(value));
        }
    }
}
