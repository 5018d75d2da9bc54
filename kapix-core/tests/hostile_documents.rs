//! The parsers of documents under hostile text, as the fuzz targets run them, for the time of a test: shipped policies
//! and expressions, broken at random places, and what broke other parsers.
#![cfg(feature = "yaml")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/parsers.rs"]
mod parsers;

use kapix_core::artefact::EXAMPLE_POLICIES;
use serde_json::Value;

/// What is put into a text: the signs and words that parsers tell apart.
const PIECES: [&str; 40] = [
    "\n",
    "  ",
    ": ",
    "- ",
    "#",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "|\n",
    ">\n",
    "---\n",
    "\t",
    "0x1F",
    "1e999",
    "-",
    ".nan",
    "~",
    "(",
    ")",
    "..",
    "not(",
    " and ",
    "if ",
    " then ",
    " else ",
    "**",
    "count(",
    "date(\"2026-02-30\")",
    "item",
    "between ",
    "\u{e9}",
    "\u{0}",
];

/// Numbers below another one: a linear congruential generator, D. E. Knuth's MMIX.
struct Draws(u64);

impl Draws {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(most.max(1)).unwrap()).unwrap()
    }

    /// Returns a text with a few changes: a part that is gone, doubled or moved, a piece or a byte that came.
    fn broken(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(5) {
                0 => drop(bytes.drain(at..end)),
                1 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                2 => {
                    let part = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, part);
                }
                3 => {
                    let byte = u8::try_from(self.below(256)).unwrap();
                    bytes.insert(at, byte);
                }
                _ => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].bytes())),
            }
        }
        bytes
    }
}

const EXPRESSIONS: [&str; 8] = [
    "n * 2 + i / 3\n< 18\n[1..5)\nnot(3)\n-",
    "if b then m else floor(m * 0.3, -2)\n> n\n(0..1]",
    "count(ns[item > 1]) + sum(ns)\n\"a\", \"b\"\nnot(\"a\")",
    "date(\"2026-01-31\") + duration(\"P30D\")\n> date(\"2026-01-01\")",
    "(1 - (1 + n) ** (0 - i)) / n\n1, 2, [3..4]",
    "starts with(t, \"a\") or not(b) and i in [1..3]\ntrue\nfalse",
    "years and months duration(d, date(\"2026-06-30\")).years\n>= 2",
    "min(n, max(i, 2), abs(-3))\n< 1\n>= 1",
];

#[test]
fn documents_in_yaml_end_in_a_policy_or_an_error() {
    let mut draws = Draws(1);
    let parts: Vec<&str> = EXAMPLE_POLICIES.split("---\n").collect();
    for _ in 0..200 {
        let part = parts[draws.below(parts.len())];
        parsers::yaml(&draws.broken(part));
    }
    for text in [
        "a: &a [b]\nc: *a",
        "? - [: {",
        "[[[[",
        "a: 'x",
        "\u{feff}a: 1",
        "a:\n b\n  c: d",
        "%TAG ! !\n--- 1",
        "!!binary x",
        "a: !!set {b}",
    ] {
        parsers::yaml(text.as_bytes());
        for _ in 0..100 {
            parsers::yaml(&draws.broken(text));
        }
    }
}

#[test]
fn expressions_and_cells_compile_and_run_or_are_refused() {
    let mut draws = Draws(2);
    for text in EXPRESSIONS {
        parsers::expression(text.as_bytes());
        for _ in 0..60 {
            parsers::expression(&draws.broken(text));
        }
    }
    for motif in [
        "(", "[", "not(", "if ", "-", "1+", "n and ", "((n)*", "a.", "\"", "{a:", "[[]", "x[item>", "1..",
        "**",
    ] {
        let text = motif.repeat(65_536 / motif.len());
        parsers::expression(text.as_bytes());
        parsers::expression(format!("n\n{text}").as_bytes());
    }
}

#[test]
fn bodies_of_policies_load_and_run_or_are_refused() {
    let mut draws = Draws(3);
    for part in EXAMPLE_POLICIES.split("---\n") {
        let document: Value = serde_saphyr::from_str(part).unwrap();
        let body = document["body"].to_string();
        parsers::policy(body.as_bytes());
        for _ in 0..60 {
            parsers::policy(&draws.broken(&body));
        }
    }
}
