//! Every public function that a user calls has an example that runs.

use crate::tree::File;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::str::FromStr;

/// Public for tests and benches only.
const HIDDEN: &str = "kapix-core/src/numeric/";

/// Returns a finding for each public function of the core whose documentation holds no block of code.
pub(crate) fn missing(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|file| {
        file.extension() == "rs" && file.path.starts_with("kapix-core/src/") && !file.path.starts_with(HIDDEN)
    });
    let mut findings = Vec::new();
    for file in sources {
        for (line, name) in without_example(TokenStream::from_str(&file.text).unwrap_or_default()) {
            let advice = "add an example that runs, or make it `pub(crate)`";
            findings.push(format!("{}:{line}: `pub fn {name}` has no example; {advice}", file.path));
        }
    }
    findings
}

/// Returns line and name of each `pub fn` without an example, at any depth. Items under `#[cfg(test)]` are left out.
/// A method of a trait has no `pub`.
fn without_example(stream: TokenStream) -> Vec<(usize, String)> {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut found = Vec::new();
    let mut attributes = Vec::new();
    let mut rest = trees.as_slice();
    while let [tree, after @ ..] = rest {
        rest = after;
        match (tree, after) {
            (TokenTree::Punct(hash), [TokenTree::Group(attribute), after @ ..])
                if hash.as_char() == '#' && attribute.delimiter() == Delimiter::Bracket =>
            {
                attributes.push(attribute.stream().to_string());
                rest = after;
                continue;
            }
            _ if attributes.iter().any(|it| it.replace(' ', "").starts_with("cfg(test)")) => {
                rest = after_item(trees.get(trees.len() - rest.len() - 1..).unwrap_or_default());
            }
            (TokenTree::Ident(word), _) if word == "pub" => {
                let documented = attributes.iter().any(|it| it.starts_with("doc") && it.contains("```"));
                let name = function(after).filter(|_| !documented);
                found.extend(name.map(|name| (word.span().start().line, name)));
            }
            (TokenTree::Group(group), _) => found.extend(without_example(group.stream())),
            _ => {}
        }
        attributes.clear();
    }
    found
}

/// Returns the name of the function that `rest` declares, or `None` for another item.
fn function(rest: &[TokenTree]) -> Option<String> {
    let mut words = rest.iter().map_while(|tree| match tree {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words
        .find(|word| !["const", "async", "unsafe", "extern"].contains(&word.as_str()))
        .filter(|it| it == "fn")?;
    words.next()
}

/// Returns what follows an item: it ends with its first block or semicolon.
fn after_item(rest: &[TokenTree]) -> &[TokenTree] {
    let is_end = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(sign) => sign.as_char() == ';',
        _ => false,
    };
    let end = rest.iter().position(is_end).map_or(rest.len(), |end| end + 1);
    rest.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{File, missing};

    fn found(path: &str, text: &str) -> Vec<String> {
        missing(&[File { path: path.to_owned(), text: text.to_owned() }])
    }

    #[test]
    fn a_public_function_needs_a_block_of_code() {
        let text = "/// Returns one.\n///\n/// ```\n/// assert_eq!(x::one(), 1);\n/// ```\n#[must_use]\npub fn one() -> u8 { 1 }\n\
                    impl X {\n    /// Returns two.\n    #[must_use]\n    pub const fn two(self) -> u8 { 2 }\n}\n\
                    macro_rules! m { () => { pub fn three() {} }; }";
        let found = found("kapix-core/src/a.rs", text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found.iter().any(|it| it.starts_with("kapix-core/src/a.rs:11:") && it.contains("two")),
            "{found:?}"
        );
        assert!(found.iter().any(|it| it.contains("three")), "{found:?}");
    }

    #[test]
    fn what_no_user_calls_needs_none() {
        for text in [
            "pub(crate) fn a() {}\nfn b() {}\npub struct C { pub d: fn() }\npub use e::f;\npub mod g;",
            "impl T for X { fn a() {} }\npub trait T { fn a(); }",
            "#[cfg(test)]\nmod tests { pub fn a() {} }\n#[cfg(test)]\npub fn b() {}",
        ] {
            assert_eq!(found("kapix-core/src/a.rs", text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("kapix-core/src/numeric/a.rs", "pub fn a() {}").len(), 0);
        assert_eq!(found("kapix-ffi/src/a.rs", "pub fn a() {}").len(), 0);
    }
}
