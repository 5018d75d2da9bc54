//! Strings of canonical JSON: the escapes of RFC 8785, section 3.2.2.2, and the order of names, section 3.2.3.

use core::cmp::Ordering;

/// Appends `text` in quotes, with the two-character escapes where JSON has one and `\u00xx` for other controls.
pub(super) fn write(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    write_inner(out, text);
    out.push(b'"');
}

/// Appends `text` escaped, without the quotes.
pub(super) fn write_inner(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    if !has_escaped(rest) {
        out.extend_from_slice(rest);
        return;
    }
    while let Some(at) = rest.iter().position(|byte| is_escaped(*byte)) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        if let Some((byte, tail)) = tail.split_first() {
            write_escape(out, *byte);
            rest = tail;
        }
    }
    out.extend_from_slice(rest);
}

/// Returns whether any byte is escaped; almost no string has one, and most are short.
#[inline]
pub(super) fn has_escaped(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else { return bytes.iter().any(|byte| is_escaped(*byte)) };
    // Eight at once are one vector; the last eight may be looked at twice.
    let (eights, _) = bytes.as_chunks::<8>();
    let any = |eight: &[u8; 8]| eight.iter().fold(false, |any, byte| any | is_escaped(*byte));
    eights.iter().any(any) || any(last)
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            let low = byte & 0x0f;
            let digit = if low < 10 { b'0' + low } else { b'a' + low - 10 };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Returns the order of two strings in UTF-8 by their UTF-16 code units.
///
/// It is the order of the bytes, except where one string has a character of U+E000..=U+FFFF (lead byte EE or EF)
/// and the other one above U+FFFF (lead byte F0..=F4), whose UTF-16 form starts with a surrogate, D800..=DBFF.
#[inline]
pub(super) fn utf16_order(a: &[u8], b: &[u8]) -> Ordering {
    let differing = a.iter().zip(b).find(|(x, y)| x != y);
    match differing {
        Some((x, y)) if *x >= 0xee && *y >= 0xee => (*x < 0xf0).cmp(&(*y < 0xf0)).then(x.cmp(y)),
        Some((x, y)) => x.cmp(y),
        None => a.len().cmp(&b.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::utf16_order;
    use proptest::prelude::{Strategy, any, proptest};

    proptest! {
        #[test]
        fn order_is_that_of_utf16_code_units(
            a in proptest::collection::vec(any::<char>(), 0..4).prop_map(String::from_iter),
            b in proptest::collection::vec(any::<char>(), 0..4).prop_map(String::from_iter),
        ) {
            assert_eq!(utf16_order(a.as_bytes(), b.as_bytes()), a.encode_utf16().cmp(b.encode_utf16()));
        }
    }

    #[test]
    fn order_of_the_edges_of_each_utf8_length_is_that_of_utf16() {
        let edges = [
            '\0',
            '\u{7f}',
            '\u{80}',
            '\u{7ff}',
            '\u{800}',
            '\u{d7ff}',
            '\u{e000}',
            '\u{efff}',
            '\u{f000}',
            '\u{ffff}',
            '\u{10000}',
            '\u{10ffff}',
        ];
        for a in edges {
            for b in edges {
                let (a, b) = (format!("x{a}y"), format!("x{b}"));
                assert_eq!(
                    utf16_order(a.as_bytes(), b.as_bytes()),
                    a.encode_utf16().cmp(b.encode_utf16()),
                    "{a:?} {b:?}"
                );
            }
        }
    }
}
