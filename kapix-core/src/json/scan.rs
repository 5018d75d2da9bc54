//! One pass over the bytes before any parser sees them: depth, length of strings, integers beyond 2^53 - 1.
//!
//! The text is taken in blocks of 64 bytes. Eight bytes at a time are compared with a character in one word (a
//! byte of the result is 0x80 where they are equal), and the results of a block become a mask with one bit for
//! each byte. What lies inside strings follows from the quotes by a prefix exclusive-or (Langdale and Lemire,
//! "Parsing Gigabytes of JSON per Second", The VLDB Journal 28 (2019), section 3.1). Nothing recurs, so
//! depth costs no stack. For text that is not JSON the answers are some numbers; the parser refuses it.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x80 * ONES;

/// What the text holds, for a text that is JSON.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Depth of the deepest array or object, and the offset of the first one beyond the limit.
    pub(super) depth: usize,
    pub(super) too_deep_at: Option<usize>,
    /// Decoded bytes of the first string beyond the limit, and the offset of its quote.
    pub(super) long_string: Option<(usize, usize)>,
    /// Whether an integer literal lies outside +-(2^53 - 1).
    pub(super) wide_integer: bool,
}

/// Scans `text`; `depth` and `string_bytes` are the limits.
pub(super) fn scan(text: &[u8], depth: usize, string_bytes: usize) -> Scan {
    let mut scanner = Scanner {
        text,
        depth_max: i64::try_from(depth).unwrap_or(i64::MAX),
        string_bytes,
        depth: 0,
        deepest: 0,
        in_string: false,
        escaped: false,
        opened_at: 0,
        digits_end: 0,
        found: Scan::default(),
    };
    let (blocks, tail) = text.as_chunks::<64>();
    let mut base = 0;
    for block in blocks {
        scanner.block(base, block);
        base += 64;
    }
    let mut last = [b' '; 64];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    scanner.block(base, &last);
    scanner.found.depth = usize::try_from(scanner.deepest).unwrap_or(0);
    scanner.found
}

struct Scanner<'t> {
    text: &'t [u8],
    depth_max: i64,
    string_bytes: usize,
    depth: i64,
    deepest: i64,
    in_string: bool,
    /// Whether the last byte of the previous block escapes the first one of this block.
    escaped: bool,
    /// Offset of the quote that opened the last string.
    opened_at: usize,
    /// Offset after the last run of digits that was looked at.
    digits_end: usize,
    found: Scan,
}

/// The characters of a block that matter; bit i is byte i.
#[derive(Default)]
struct Masks {
    quotes: u64,
    backslashes: u64,
    opening: u64,
    closing: u64,
    /// Bit 8i: the eight bytes from 8i on may all be digits.
    digits: u64,
}

impl Masks {
    fn of(block: &[u8; 64]) -> Self {
        let mut masks = Self::default();
        let (words, _) = block.as_chunks::<8>();
        for (bytes, shift) in words.iter().zip((0..64).step_by(8)) {
            let word = u64::from_le_bytes(*bytes);
            // `[` and `{`, `]` and `}` differ in bit 5 alone, and no third character falls on them.
            let braces = word | (0x20 * ONES);
            masks.quotes |= equal(word, b'"') << shift;
            masks.backslashes |= equal(word, b'\\') << shift;
            masks.opening |= equal(braces, b'{') << shift;
            masks.closing |= equal(braces, b'}') << shift;
            masks.digits |= u64::from(word & (0xf0 * ONES) == 0x30 * ONES) << shift;
        }
        masks
    }
}

/// Returns eight bits, bit i for byte i of `word`, set where the byte is `character`.
fn equal(word: u64, character: u8) -> u64 {
    let differing = word ^ (u64::from(character) * ONES);
    // The high bit of each byte of the sum is set if any of its lower seven bits is; no byte carries.
    let low = (differing & !HIGH_BITS) + !HIGH_BITS;
    let zero = !(low | differing) & HIGH_BITS;
    // Moves bit 8i + 7 to bit 56 + i; the partial products do not overlap.
    zero.wrapping_mul(0x0002_0408_1020_4081) >> 56
}

impl Scanner<'_> {
    fn block(&mut self, base: usize, block: &[u8; 64]) {
        let masks = Masks::of(block);
        let quotes = masks.quotes & !self.escaped_bytes(masks.backslashes);
        let inside = prefix_xor(quotes) ^ if self.in_string { u64::MAX } else { 0 };
        self.strings(base, quotes);
        let opening = masks.opening & !inside;
        let closing = masks.closing & !inside;
        if self.depth + i64::from(opening.count_ones()) > self.deepest {
            self.brackets(base, opening, closing);
        } else {
            self.depth += i64::from(opening.count_ones()) - i64::from(closing.count_ones());
        }
        let mut digits = masks.digits & !inside;
        while digits != 0 {
            self.digits(base + bit(digits));
            digits &= digits - 1;
        }
    }

    /// Returns the bytes that a backslash escapes.
    fn escaped_bytes(&mut self, backslashes: u64) -> u64 {
        let mut escaped = u64::from(self.escaped);
        let mut left = backslashes & !escaped;
        self.escaped = false;
        while left != 0 {
            let backslash = left & left.wrapping_neg();
            let next = backslash << 1;
            self.escaped = next == 0;
            escaped |= next;
            left &= !(backslash | next);
        }
        escaped
    }

    /// Measures the strings that end in this block.
    fn strings(&mut self, base: usize, mut quotes: u64) {
        while quotes != 0 {
            let at = base + bit(quotes);
            if self.in_string
                && at - self.opened_at - 1 > self.string_bytes
                && self.found.long_string.is_none()
            {
                let raw = self.text.get(self.opened_at + 1..at).unwrap_or_default();
                let length = decoded_length(raw);
                if length > self.string_bytes {
                    self.found.long_string = Some((length, self.opened_at));
                }
            }
            self.opened_at = at;
            self.in_string = !self.in_string;
            quotes &= quotes - 1;
        }
    }

    /// Follows the brackets of this block one by one.
    fn brackets(&mut self, base: usize, opening: u64, closing: u64) {
        let mut left = opening | closing;
        while left != 0 {
            let first = left & left.wrapping_neg();
            if opening & first == 0 {
                self.depth -= 1;
            } else {
                self.depth += 1;
                self.deepest = self.deepest.max(self.depth);
                if self.depth > self.depth_max && self.found.too_deep_at.is_none() {
                    self.found.too_deep_at = Some(base + bit(first));
                }
            }
            left &= left - 1;
        }
    }

    /// Looks at the number around `at`, where eight bytes in a row may be digits: any integer literal of 16
    /// digits, the fewest beyond 2^53 - 1, holds eight such bytes at a multiple of eight.
    fn digits(&mut self, at: usize) {
        if at < self.digits_end {
            return;
        }
        let before = self.text.get(..at).unwrap_or_default();
        let start = at - before.iter().rev().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        let run = self.text.get(start..).unwrap_or_default();
        let length = run.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (run, after) = run.split_at_checked(length).unwrap_or_default();
        self.digits_end = start + length;
        let fraction = start.checked_sub(1).and_then(|last| self.text.get(last)) == Some(&b'.');
        let float = matches!(after.first(), Some(b'.' | b'e' | b'E'));
        let wide = length > 16 || (length == 16 && run > b"9007199254740991".as_slice());
        self.found.wide_integer |= wide && !fraction && !float;
    }
}

/// Returns the place of the lowest bit that is set, 0..=63.
fn bit(mask: u64) -> usize {
    usize::try_from(mask.trailing_zeros()).unwrap_or(0)
}

/// Returns a mask whose bit i is the parity of the bits 0..=i.
fn prefix_xor(mut mask: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        mask ^= mask << shift;
    }
    mask
}

/// Returns the UTF-8 length of a string from its text between the quotes.
fn decoded_length(raw: &[u8]) -> usize {
    let mut length = raw.len();
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = rest.get(at + 1..).unwrap_or_default();
        if escape.first() == Some(&b'u') {
            let hex = escape.get(1..5).and_then(|hex| core::str::from_utf8(hex).ok());
            // A surrogate pair takes twelve bytes of text and four of UTF-8, so two for each half.
            length -= match hex.and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
                Some(0..=0x7f) => 5,
                Some(0x80..=0x7ff | 0xd800..=0xdfff) => 4,
                _ => 3,
            };
        } else {
            length -= 1;
        }
        // After `\u` come four digits, no backslash; after another escape one character, which may be one.
        rest = escape.get(1..).unwrap_or_default();
    }
    length
}

#[cfg(test)]
mod tests {
    use super::{Scan, scan};
    use proptest::prelude::{Strategy, any, prop_oneof, proptest};

    /// The same answers byte by byte.
    fn plain_scan(text: &str, depth_max: usize, string_bytes: usize) -> Scan {
        let mut found = Scan::default();
        let (mut depth, mut at) = (0_i64, 0);
        let bytes = text.as_bytes();
        while at < bytes.len() {
            match bytes[at] {
                b'"' => {
                    let start = at;
                    at += 1;
                    while bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    let decoded: String = serde_json::from_str(&text[start..=at]).unwrap();
                    if decoded.len() > string_bytes && found.long_string.is_none() {
                        found.long_string = Some((decoded.len(), start));
                    }
                }
                b'[' | b'{' => {
                    depth += 1;
                    found.depth = found.depth.max(usize::try_from(depth).unwrap_or(0));
                    if depth > i64::try_from(depth_max).unwrap() && found.too_deep_at.is_none() {
                        found.too_deep_at = Some(at);
                    }
                }
                b']' | b'}' => depth -= 1,
                b'-' | b'0'..=b'9' => {
                    let end = text[at..]
                        .find(|c: char| !"+-.eE0123456789".contains(c))
                        .map_or(text.len(), |n| at + n);
                    let exact = text[at..end].parse::<i128>().map(|n| n.unsigned_abs() < 1 << 53);
                    found.wide_integer |= exact == Ok(false);
                    at = end - 1;
                }
                _ => {}
            }
            at += 1;
        }
        found
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            proptest::sample::select(vec!["[", "{", "]", "}", ",", ":", " ", "  \n", "true"])
                .prop_map(str::to_owned),
            "[-]?[1-9][0-9]{0,20}([.][0-9]{1,20})?(e[1-9])? ",
            (9_007_199_254_740_980..9_007_199_254_741_000_i64).prop_map(|n| format!("{n},")),
            proptest::collection::vec(
                proptest::sample::select(vec![
                    "a",
                    "\\\\",
                    "\\\"",
                    "\\n",
                    "é",
                    "[",
                    "12345678",
                    "\\u00e9",
                    "\\u20ac",
                    "\\u0041",
                    "\\ud83d\\ude00"
                ]),
                0..40
            )
            .prop_map(|parts| format!("\"{}\"", parts.concat())),
        ]
    }

    proptest! {
        #[test]
        fn blocks_give_what_single_bytes_give(
            pieces in proptest::collection::vec(piece(), 0..60), depth in 0_usize..6, string in 0_usize..80,
        ) {
            let text = pieces.concat();
            assert_eq!(scan(text.as_bytes(), depth, string), plain_scan(&text, depth, string), "{text}");
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            scan(&bytes, 3, 5);
        }
    }

    #[test]
    fn a_million_digits_are_looked_at_once() {
        let mut text = "9".repeat(1_000_000);
        assert!(scan(text.as_bytes(), 1, 1).wide_integer);
        text.insert_str(0, "0.");
        assert!(!scan(text.as_bytes(), 1, 1).wide_integer);
    }
}
