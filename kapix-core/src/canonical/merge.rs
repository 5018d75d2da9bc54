//! Adding members to an object that is canonical text already, as the Desk does with the envelope.

use super::text;
use crate::error::{Cause, Error, Result};
use core::cmp::Ordering;
use std::borrow::Cow;

/// Returns `object` with `members` (name, canonical JSON of the value) inserted where their names belong.
///
/// `object` must be canonical; one pass over the part before the last insertion, then a copy. A name that occurs
/// twice is refused (`json.duplicate_key`), text that is not an object too (`json.syntax`).
pub(crate) fn merge_members(object: &[u8], members: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let inner =
        object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).ok_or_else(not_canonical)?;
    let mut added: Vec<&(&str, &[u8])> = members.iter().collect();
    added.sort_by(|(a, _), (b, _)| text::utf16_order(a, b));
    if added.iter().zip(added.iter().skip(1)).any(|((a, _), (b, _))| a == b) {
        return Err(duplicate());
    }
    let room: usize = members.iter().map(|(name, value)| name.len() + value.len() + 8).sum();
    let mut out = Vec::with_capacity(object.len() + room);
    out.push(b'{');
    let mut rest = inner;
    for (name, value) in added {
        while let Some((before, length)) = first_member(rest)? {
            match text::utf16_order(&before, name) {
                Ordering::Less => rest = copy_member(&mut out, rest, length),
                Ordering::Equal => return Err(duplicate()),
                Ordering::Greater => break,
            }
        }
        separate(&mut out);
        text::write(&mut out, name);
        out.push(b':');
        out.extend_from_slice(value);
    }
    if !rest.is_empty() {
        separate(&mut out);
        out.extend_from_slice(rest);
    }
    out.push(b'}');
    Ok(out)
}

fn not_canonical() -> Error {
    Error::new(Cause::JsonSyntax, "the text is not an object of canonical JSON")
}

fn duplicate() -> Error {
    Error::new(Cause::JsonDuplicateKey, "two members of an object have the same name")
}

fn separate(out: &mut Vec<u8>) {
    if out.len() > 1 {
        out.push(b',');
    }
}

/// Copies the first `length` bytes of `rest` and returns what follows the comma.
fn copy_member<'o>(out: &mut Vec<u8>, rest: &'o [u8], length: usize) -> &'o [u8] {
    let (member, tail) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    separate(out);
    out.extend_from_slice(member);
    tail.strip_prefix(b",").unwrap_or(tail)
}

/// Returns the name of the first member and the length of its text, or `None` when `rest` is empty.
fn first_member(rest: &[u8]) -> Result<Option<(Cow<'_, str>, usize)>> {
    if rest.is_empty() {
        return Ok(None);
    }
    let name_length = string_length(rest).ok_or_else(not_canonical)?;
    let (quoted, tail) = rest.split_at_checked(name_length).ok_or_else(not_canonical)?;
    let name = if quoted.contains(&b'\\') {
        Cow::Owned(serde_json::from_slice(quoted).map_err(|_| not_canonical())?)
    } else {
        let bare = quoted.get(1..name_length - 1).ok_or_else(not_canonical)?;
        Cow::Borrowed(core::str::from_utf8(bare).map_err(|_| not_canonical())?)
    };
    let length = value_length(tail).ok_or_else(not_canonical)?;
    Ok(Some((name, name_length + length)))
}

/// Returns the length of the string that `text` starts with, its quotes included.
fn string_length(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    if text.first() != Some(&b'"') {
        return None;
    }
    loop {
        at += text.get(at..)?.iter().position(|byte| *byte == b'"' || *byte == b'\\')?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Returns the length of `text` up to the comma that ends the value, or to the end.
fn value_length(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at += string_length(text.get(at..)?)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    (depth == 0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::merge_members;
    use crate::canonical::to_vec;
    use crate::error::Cause;
    use proptest::prelude::{Strategy, any, proptest};
    use std::collections::BTreeMap;

    #[test]
    fn members_come_to_stand_where_they_belong() {
        let object = br#"{"b":[1,{"z":"},\"]"}],"d":"\\"}"#;
        let added: [(&str, &[u8]); 3] = [("e", b"0"), ("a", b"{}"), ("c", b"null")];
        assert_eq!(
            merge_members(object, &added).unwrap(),
            br#"{"a":{},"b":[1,{"z":"},\"]"}],"c":null,"d":"\\","e":0}"#
        );
        assert_eq!(merge_members(b"{}", &[("a", b"1")]).unwrap(), br#"{"a":1}"#);
        assert_eq!(merge_members(b"{}", &[]).unwrap(), b"{}");
    }

    #[test]
    fn a_name_that_is_there_is_refused() {
        for (object, added) in [
            (br#"{"a":1}"#.as_slice(), [("a", b"2".as_slice())].as_slice()),
            (br#"{"\n":1,"b":2}"#, &[("b", b"2"), ("\n", b"1")]),
            (b"{}", &[("a", b"1"), ("a", b"1")]),
        ] {
            assert_eq!(merge_members(object, added).unwrap_err().cause, Cause::JsonDuplicateKey);
        }
    }

    #[test]
    fn text_that_is_no_object_is_refused() {
        for text in
            ["", "{", "[]", "{a}", "{\"a}", "{\"a\":[}", "{\"a\":]}", "{\"\\", "{\"\\u12\":1}", "{\"a\\\"}"]
        {
            assert_eq!(
                merge_members(text.as_bytes(), &[("z", b"1")]).unwrap_err().cause,
                Cause::JsonSyntax,
                "{text}"
            );
        }
    }

    fn name() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            proptest::sample::select(vec!['a', 'b', '"', '\\', '\n', 'é', '\u{fb33}', '😀']),
            0..3,
        )
        .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn merging_gives_what_writing_all_members_gives(
            all in proptest::collection::btree_map(name(), (any::<bool>(), proptest::collection::vec(name(), 0..3)), 0..8),
        ) {
            let pick = |wanted: bool| {
                let chosen = all.iter().filter(move |(_, (added, _))| *added == wanted);
                chosen.map(|(name, (_, value))| (name.as_str(), value)).collect::<BTreeMap<_, _>>()
            };
            let values: Vec<(&str, Vec<u8>)> = pick(true).into_iter().rev().map(|(n, v)| (n, to_vec(v).unwrap())).collect();
            let added: Vec<(&str, &[u8])> = values.iter().map(|(n, v)| (*n, v.as_slice())).collect();
            let merged = merge_members(&to_vec(&pick(false)).unwrap(), &added).unwrap();
            let whole: BTreeMap<_, _> = all.iter().map(|(name, (_, value))| (name, value)).collect();
            assert_eq!(merged, to_vec(&whole).unwrap());
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let object = [b"{\"".as_slice(), &bytes, b"}"].concat();
            let _ = merge_members(&object, &[("z", b"1")]);
        }
    }
}
