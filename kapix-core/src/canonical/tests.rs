//! The published vectors of RFC 8785, and an independent implementation as an oracle.

use super::{hash, to_string, to_vec};
use crate::canonical::Hash;
use crate::error::Cause;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn rfc_8785_section_3_2_sample_has_the_published_bytes() {
    let input: serde_json::Value = serde_json::from_str(
        r#"{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"#,
    )
    .unwrap();
    // RFC 8785, section 3.2.4, the sample of 3.2.2 as hexadecimal UTF-8.
    let published = "\
        7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d \
        62 65 72 73 22 3a 5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31 65 2b 33 30 2c 34 2e 35 \
        2c 30 2e 30 30 32 2c 31 65 2d 32 37 5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 \
        5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d";
    let published: Vec<u8> = published.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    assert_eq!(to_vec(&input).unwrap(), published);
}

#[test]
fn rfc_8785_section_3_2_3_sample_is_sorted_as_published() {
    let input = json!({
        "\u{20ac}": "Euro Sign",
        "\r": "Carriage Return",
        "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\u{1f600}": "Emoji: Grinning Face",
        "\u{80}": "Control",
        "\u{f6}": "Latin Small Letter O With Diaeresis",
    });
    let text = to_string(&input).unwrap();
    let published = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ];
    let places: Vec<usize> =
        published.iter().map(|value| text.find(&format!(":\"{value}\"")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn rfc_8785_appendix_b_numbers_are_written_as_published() {
    // RFC 8785, appendix B, all rows of the table; the last two are its errors, NaN and Infinity.
    let published = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];
    for (bits, text) in published {
        assert_eq!(to_string(&f64::from_bits(bits)).unwrap(), text, "{bits:016x}");
    }
    for bits in [0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000] {
        assert_eq!(to_vec(&f64::from_bits(bits)).unwrap_err().cause, Cause::JsonNumber, "{bits:016x}");
    }
}

#[test]
fn integers_beyond_two_to_the_53_are_refused() {
    let edge = 9_007_199_254_740_991_i64;
    assert_eq!(to_string(&[edge, -edge, 0]).unwrap(), "[9007199254740991,-9007199254740991,0]");
    assert_eq!(to_string(&(7_u8, -7_i8, 1_u128, -1_i128)).unwrap(), "[7,-7,1,-1]");
    let refused = |result: crate::Result<Vec<u8>>| assert_eq!(result.unwrap_err().cause, Cause::JsonInteger);
    refused(to_vec(&(edge + 1)));
    refused(to_vec(&(-edge - 1)));
    refused(to_vec(&i64::MIN));
    refused(to_vec(&u64::MAX));
    refused(to_vec(&i128::MIN));
    refused(to_vec(&u128::MAX));
}

#[derive(Serialize)]
enum Variant {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { b: u8, a: u8 },
}

#[test]
fn enums_nulls_and_text_take_the_forms_of_serde() {
    let all = (Variant::Unit, Variant::Newtype(1), Variant::Tuple(1, 2), Variant::Struct { b: 1, a: 2 });
    assert_eq!(
        to_string(&all).unwrap(),
        r#"["Unit",{"Newtype":1},{"Tuple":[1,2]},{"Struct":{"a":2,"b":1}}]"#
    );
    assert_eq!(to_string(&((), None::<u8>, Some('"'), 0.5_f32)).unwrap(), r#"[null,null,"\"",0.5]"#);
    assert_eq!(to_string(&BTreeMap::from([(10, 'a'), (9, 'b')])).unwrap(), r#"{"10":"a","9":"b"}"#);
    assert_eq!(to_string(&format_args!("a{}b", '\n')).unwrap(), r#""a\nb""#);
    // Every control character, after ECMA-262 QuoteJSONString, which RFC 8785, section 3.2.2.2 restates.
    let controls: String = (0..0x20_u8).map(char::from).chain(['\u{7f}', '\u{2028}', '/']).collect();
    assert_eq!(to_string(&controls).unwrap(), serde_json::to_string(&controls).unwrap());
}

struct Bytes;

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(b"x")
    }
}

#[test]
fn what_has_no_json_form_is_refused() {
    assert_eq!(to_vec(&Bytes).unwrap_err().cause, Cause::JsonShape);
    assert_eq!(to_vec(&BTreeMap::from([((), 1)])).unwrap_err().cause, Cause::JsonShape);
    assert_eq!(to_vec(&BTreeMap::from([(vec![1], 1)])).unwrap_err().cause, Cause::JsonShape);
}

/// A JSON value whose members keep the order in which they were made.
#[derive(Clone, Debug)]
enum Tree {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => {
                let mut list = serializer.serialize_seq(None)?;
                values.iter().try_for_each(|value| list.serialize_element(value))?;
                list.end()
            }
            Self::Map(members) => {
                let mut map = serializer.serialize_map(None)?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

impl Tree {
    fn has_duplicate(&self) -> bool {
        match self {
            Self::List(values) => values.iter().any(Self::has_duplicate),
            Self::Map(members) => {
                let names: BTreeSet<&String> = members.iter().map(|(name, _)| name).collect();
                names.len() < members.len() || members.iter().any(|(_, value)| value.has_duplicate())
            }
            _ => false,
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    let mixed = prop_oneof![
        4 => proptest::sample::select(vec!['a', 'b', 'c', '"', '\\', '\n', '\u{1}', 'é', '\u{e000}', '\u{ffff}', '😀']),
        1 => any::<char>(),
    ];
    proptest::collection::vec(mixed, 0..5).prop_map(String::from_iter)
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Bool),
        (-9_007_199_254_740_991..=9_007_199_254_740_991_i64).prop_map(Tree::Integer),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Tree::Number),
        (-1000..1000_i32).prop_map(|value| Tree::Number(f64::from(value) / 100.0)),
        text().prop_map(Tree::Text),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Tree::List),
            proptest::collection::vec((text(), inner), 0..6).prop_map(Tree::Map),
        ]
    })
}

proptest! {
    #[test]
    fn nested_values_are_written_as_an_independent_implementation_writes_them(value in tree()) {
        if value.has_duplicate() {
            assert_eq!(to_vec(&value).unwrap_err().cause, Cause::JsonDuplicateKey);
        } else {
            let expected = serde_json_canonicalizer::to_vec(&value).unwrap();
            assert_eq!(to_vec(&value).unwrap(), expected);
            assert_eq!(hash(&value).unwrap(), Hash::of(&expected));
        }
    }
}
