//! Rust sources as tokens of the compiler's grammar, by `proc_macro2`.

use crate::tree::File;
use proc_macro2::{Spacing, TokenStream, TokenTree};
use std::str::FromStr;

/// One word or sign of the code; `::` is one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) text: &'a str,
}

impl Token<'_> {
    /// Returns true for names and keywords.
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Returns the code of `source` in order, without comments, literals and lifetimes. What is no Rust has no tokens;
/// [`unreadable`] finds it.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    flatten(TokenStream::from_str(source).unwrap_or_default(), source, &mut tokens);
    tokens
}

/// Returns a finding for each Rust source without tokens.
pub(crate) fn unreadable(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|file| file.extension() == "rs");
    let errors = sources.filter_map(|file| Some((file, TokenStream::from_str(&file.text).err()?)));
    let say = |(file, error): (&File, proc_macro2::LexError)| {
        format!("{}:{}: this is no Rust: {error}", file.path, error.span().start().line)
    };
    errors.map(say).collect()
}

/// Adds the tokens of `stream`, which is part of `source`, group by group.
fn flatten<'a>(stream: TokenStream, source: &'a str, tokens: &mut Vec<Token<'a>>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let written = source.get(tree.span().byte_range()).unwrap_or_default();
        // A documenting comment reads as an attribute that covers it.
        if written.starts_with("//") || written.starts_with("/*") {
            continue;
        }
        let token = |line, text| Token { line, text };
        let line = tree.span().start().line;
        match tree {
            TokenTree::Ident(_) => tokens.push(token(line, written.trim_start_matches("r#"))),
            TokenTree::Group(group) => {
                let (open, close) = (written.get(..1), written.get(written.len() - 1..));
                tokens.extend(open.map(|text| token(line, text)));
                flatten(group.stream(), source, tokens);
                tokens.extend(close.map(|text| token(group.span_close().start().line, text)));
            }
            // The name of a lifetime comes next.
            TokenTree::Punct(sign) if sign.as_char() == '\'' => drop(trees.next()),
            TokenTree::Punct(sign) => {
                let is_colon = |next: &TokenTree| matches!(next, TokenTree::Punct(it) if it.as_char() == ':');
                let is_path = sign.as_char() == ':' && sign.spacing() == Spacing::Joint;
                let is_path = is_path && trees.next_if(is_colon).is_some();
                tokens.push(token(line, if is_path { "::" } else { written }));
            }
            TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{File, tokens, unreadable};

    #[test]
    fn comments_literals_and_lifetimes_are_no_code() {
        let source = r##"
/// unsafe { }
fn f<'a>(x: &'a str) -> char { // unsafe { }
    /* a /* nested */ unsafe */ let _ = ("un\"safe", r#"un"safe"#, b'\'', '"', '\u{1F600}', b"unsafe");
    r#type::g(1_000.5, '\'', c"unsafe") as char
}"##;
        let code: Vec<_> = tokens(source).iter().map(|token| token.text).collect();
        let expected = "fn f < > ( x : & str ) - > char { let _ = ( , , , , , ) ; \
                        type :: g ( , , ) as char }";
        assert_eq!(code.join(" "), expected);
        assert_eq!(tokens(source).last().map(|token| token.line), Some(6));
    }

    #[test]
    fn what_is_no_rust_is_found() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let files =
            [file("a.rs", "fn a() {}\n\"b"), file("b.rs", "fn b() {"), file("c.py", "'"), file("d.rs", "d")];
        let found = unreadable(&files);
        assert!(
            matches!(found.as_slice(), [a, b] if a.starts_with("a.rs:") && b.starts_with("b.rs:")),
            "{found:?}"
        );
    }
}
