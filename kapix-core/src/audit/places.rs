//! Taking values out of a document in canonical JSON, and putting them back: the bytes of what is left, and of what is
//! taken, stay those of the document.

use memchr::memchr2;
use std::collections::BTreeMap;

/// Names on the way to a value that is taken out; `*` stands for any name and any item of a list.
pub(crate) type Place = &'static [&'static str];

/// What stands in the place of a value that was taken out.
const GONE: &[u8] = b"null";
/// How deep a document is followed: records are read to 127.
const DEPTH_MAX: usize = 127;

/// Takes the values at these places out of a document, at most 64 places; `null` stands where they were. Returns what is
/// left, and the values by their JSON pointers.
pub(crate) fn cut(document: &[u8], places: &[Place]) -> (Vec<u8>, BTreeMap<String, Vec<u8>>) {
    let mut walk = Walk::new(document, Cut { places, taken: BTreeMap::new() });
    walk.value(every(places), 0);
    walk.finish(|guide| guide.taken)
}

/// Returns a bit for each place.
fn every(places: &[Place]) -> u64 {
    let unused = 64_u32.saturating_sub(u32::try_from(places.len()).unwrap_or(64));
    u64::MAX.checked_shr(unused).unwrap_or(0)
}

/// Puts what `instead` gives in place of the values at these places; a value for which it gives nothing stays. Returns the
/// document and how many were replaced.
pub(crate) fn replace(
    document: &[u8],
    places: &[Place],
    instead: &dyn Fn(&[u8]) -> Option<Vec<u8>>,
) -> (Vec<u8>, usize) {
    let mut walk =
        Walk::new(document, Replace { cut: Cut { places, taken: BTreeMap::new() }, instead, number: 0 });
    walk.value(every(places), 0);
    walk.finish(|guide| guide.number)
}

/// Puts values back into a document, by their JSON pointers, where `null` stands for them.
pub(crate) fn fill(document: &[u8], values: &BTreeMap<String, &[u8]>) -> Vec<u8> {
    let mut walk = Walk::new(document, Fill { values });
    walk.value(0, 0);
    walk.finish(|_| ()).0
}

/// What becomes of a value.
enum Way {
    /// It is passed over.
    Over,
    /// Its members are looked at.
    Into,
    /// It is replaced.
    Replace,
}

/// Says where a walk goes. `routes` are the places that are still possible, as bits.
trait Guide {
    fn way(&self, routes: u64, depth: usize, name: &str, pointer: &str) -> (u64, Way);

    fn instead(&mut self, pointer: &str, value: &[u8]) -> Option<Vec<u8>>;
}

struct Cut<'p> {
    places: &'p [Place],
    taken: BTreeMap<String, Vec<u8>>,
}

impl Guide for Cut<'_> {
    fn way(&self, routes: u64, depth: usize, name: &str, _pointer: &str) -> (u64, Way) {
        let (mut open, mut ends) = (0, false);
        for (number, place) in self.places.iter().enumerate() {
            let bit = 1 << number;
            let passes = routes & bit != 0 && place.get(depth).is_some_and(|it| *it == "*" || *it == name);
            if passes {
                open |= bit;
                ends |= place.len() == depth + 1;
            }
        }
        match (open, ends) {
            (_, true) => (open, Way::Replace),
            (0, false) => (0, Way::Over),
            _ => (open, Way::Into),
        }
    }

    fn instead(&mut self, pointer: &str, value: &[u8]) -> Option<Vec<u8>> {
        self.taken.insert(pointer.to_owned(), value.to_vec());
        Some(GONE.to_vec())
    }
}

struct Replace<'p> {
    cut: Cut<'p>,
    instead: &'p dyn Fn(&[u8]) -> Option<Vec<u8>>,
    number: usize,
}

impl Guide for Replace<'_> {
    fn way(&self, routes: u64, depth: usize, name: &str, pointer: &str) -> (u64, Way) {
        self.cut.way(routes, depth, name, pointer)
    }

    fn instead(&mut self, _pointer: &str, value: &[u8]) -> Option<Vec<u8>> {
        let instead = (self.instead)(value)?;
        self.number += 1;
        Some(instead)
    }
}

struct Fill<'v> {
    values: &'v BTreeMap<String, &'v [u8]>,
}

impl Guide for Fill<'_> {
    fn way(&self, _routes: u64, _depth: usize, _name: &str, pointer: &str) -> (u64, Way) {
        if self.values.contains_key(pointer) {
            return (0, Way::Replace);
        }
        let below = format!("{pointer}/");
        let next = self.values.range(below.clone()..).next();
        (0, if next.is_some_and(|(key, _)| key.starts_with(&below)) { Way::Into } else { Way::Over })
    }

    fn instead(&mut self, pointer: &str, value: &[u8]) -> Option<Vec<u8>> {
        if value == GONE { self.values.get(pointer).map(|it| it.to_vec()) } else { None }
    }
}

/// One pass over a document. One that is no JSON is copied from where it is none.
struct Walk<'t, G> {
    text: &'t [u8],
    at: usize,
    /// How much of the text is written.
    written: usize,
    out: Vec<u8>,
    pointer: String,
    guide: G,
}

impl<'t, G: Guide> Walk<'t, G> {
    fn new(text: &'t [u8], guide: G) -> Self {
        Self { text, at: 0, written: 0, out: Vec::new(), pointer: String::new(), guide }
    }

    fn finish<T>(mut self, result: impl FnOnce(G) -> T) -> (Vec<u8>, T) {
        self.out.extend_from_slice(self.text.get(self.written..).unwrap_or_default());
        (self.out, result(self.guide))
    }

    fn next_is(&mut self, byte: u8) -> bool {
        let is_next = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, routes: u64, depth: usize) {
        if self.next_is(b'{') {
            while let Some(name) = self.string() {
                if !self.next_is(b':') {
                    break;
                }
                self.child(routes, depth, name);
                if !self.next_is(b',') {
                    break;
                }
            }
            self.next_is(b'}');
        } else if self.next_is(b'[') {
            if self.next_is(b']') {
                return;
            }
            for number in 0.. {
                let before = self.at;
                self.child(routes, depth, &number.to_string());
                if self.at == before || !self.next_is(b',') {
                    break;
                }
            }
            self.next_is(b']');
        } else {
            self.pass();
        }
    }

    fn child(&mut self, routes: u64, depth: usize, name: &str) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        match self.guide.way(routes, depth, name, &self.pointer) {
            (open, Way::Into) if depth < DEPTH_MAX => self.value(open, depth + 1),
            (_, Way::Over | Way::Into) => self.pass(),
            (_, Way::Replace) => {
                let begin = self.at;
                self.pass();
                let own = self.text.get(begin..self.at).unwrap_or_default();
                if let Some(instead) = self.guide.instead(&self.pointer, own) {
                    self.out.extend_from_slice(self.text.get(self.written..begin).unwrap_or_default());
                    self.out.extend_from_slice(&instead);
                    self.written = self.at;
                }
            }
        }
        self.pointer.truncate(length);
    }

    /// Passes a string, and returns what stands between its quotes; none where there is no string.
    fn string(&mut self) -> Option<&'t str> {
        if !self.next_is(b'"') {
            return None;
        }
        let begin = self.at;
        loop {
            let rest = self.text.get(self.at..)?;
            let Some(length) = memchr2(b'"', b'\\', rest) else {
                self.at = self.text.len();
                return None;
            };
            self.at += length + 1;
            if rest.get(length) == Some(&b'"') {
                return core::str::from_utf8(self.text.get(begin..self.at - 1)?).ok();
            }
            self.at += 1;
        }
    }

    /// Passes a value.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.text.get(self.at) {
                None => return,
                Some(b'"') => drop(self.string()),
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                Some(b'}' | b']') if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(b'}' | b']' | b',') if depth == 0 => return,
                Some(_) => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACES: &[Place] = &[&["data", "*", "accounts", "*", "rows"], &["features"], &["a", "b"]];

    fn round(document: &str) -> (String, BTreeMap<String, Vec<u8>>) {
        let (rest, taken) = cut(document.as_bytes(), PLACES);
        let values = taken.iter().map(|(pointer, value)| (pointer.clone(), &**value)).collect();
        assert_eq!(fill(&rest, &values), document.as_bytes(), "{document}");
        (String::from_utf8(rest).unwrap(), taken)
    }

    #[test]
    fn what_is_taken_out_is_named_and_goes_back() {
        let document = r#"{"data":{"bank":{"accounts":[{"id":"x","rows":[1,{"a":"]}\""}]},{"rows":[]},{}]}},"features":{"f":null},"z":"\\"}"#;
        let (rest, taken) = round(document);
        assert_eq!(
            rest,
            r#"{"data":{"bank":{"accounts":[{"id":"x","rows":null},{"rows":null},{}]}},"features":null,"z":"\\"}"#
        );
        let pointers: Vec<&str> = taken.keys().map(String::as_str).collect();
        assert_eq!(pointers, ["/data/bank/accounts/0/rows", "/data/bank/accounts/1/rows", "/features"]);
        assert_eq!(taken["/data/bank/accounts/0/rows"], br#"[1,{"a":"]}\""}]"#);
    }

    #[test]
    fn names_with_slashes_and_numbers_that_follow_stay_apart() {
        for document in [
            r#"{"a":{"b":1,"b/c":2,"b~":3},"a/b":4}"#,
            r#"{"features":12,"g":[[],[[]],{}]}"#,
            "{}",
            "[]",
            "7",
            r#"{"data":{"a/b":{"accounts":[{"rows":"x"}]}}}"#,
            r#"{"features":null}"#,
        ] {
            round(document);
        }
    }

    #[test]
    fn more_than_ten_items_keep_their_places() {
        let accounts: Vec<String> = (0..25).map(|number| format!(r#"{{"rows":[{number}]}}"#)).collect();
        let (_, taken) = round(&format!(r#"{{"data":{{"bank":{{"accounts":[{}]}}}}}}"#, accounts.join(",")));
        assert_eq!(taken["/data/bank/accounts/19/rows"], b"[19]");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_are_lost(text in r#"[\[\]{}",:\\ab0/~]{0,40}"#) {
            let (rest, taken) = cut(text.as_bytes(), PLACES);
            let values = taken.iter().map(|(pointer, value)| (pointer.clone(), &**value)).collect();
            let _ = fill(&rest, &values);
        }
    }
}
