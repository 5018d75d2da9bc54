//! Rust sources as tokens: enough of the grammar to tell code from comments, strings and lifetimes.

/// One word, number or sign of the code; `::` is one token.
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

/// Returns the code of `source` in order, without comments, literals and lifetimes.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while !rest.is_empty() {
        let (is_code, length) = lexeme(rest);
        let (text, after) = rest.split_at(length.clamp(1, rest.len()));
        if is_code {
            tokens.push(Token { line, text: text.trim_start_matches("r#") });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

/// Returns whether `rest` starts with a token of the code, and the bytes of what it starts with.
fn lexeme(rest: &str) -> (bool, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    if let Some(length) = comment(rest).or_else(|| raw_string(rest)).or_else(|| quoted(rest)) {
        return (false, length);
    }
    if first.is_whitespace() {
        return (false, first.len_utf8());
    }
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if let Some(name) = rest.strip_prefix("r#") {
        return (true, 2 + word(name));
    }
    if let Some(name) = rest.strip_prefix('\'') {
        return (false, 1 + word(name));
    }
    if rest.starts_with("::") {
        return (true, 2);
    }
    (true, word(rest).max(first.len_utf8()))
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.strip_prefix("/*")?;
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..) {
        let Some(next) = tail.find("/*").into_iter().chain(tail.find("*/")).min() else { break };
        let opens = tail.get(next..).is_some_and(|sign| sign.starts_with("/*"));
        depth = if opens { depth + 1 } else { depth.saturating_sub(1) };
        at += next + 2;
        if depth == 0 {
            return Some(at);
        }
    }
    Some(rest.len())
}

fn raw_string(rest: &str) -> Option<usize> {
    let body = ["r", "br", "cr"].iter().find_map(|prefix| {
        let tail = rest.strip_prefix(prefix)?;
        tail.trim_start_matches('#').starts_with('"').then_some(tail)
    })?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let start = rest.len() - body.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = rest.get(start..)?.find(&end).map_or(rest.len(), |at| start + at + end.len());
    Some(length)
}

/// Returns the bytes of a string, byte string or character; a lifetime is none of them.
fn quoted(rest: &str) -> Option<usize> {
    let prefix = usize::from(["b\"", "c\"", "b'"].iter().any(|prefix| rest.starts_with(prefix)));
    let body = rest.get(prefix..)?;
    let quote = body.chars().next().filter(|quote| "\"'".contains(*quote))?;
    let mut letters = body.char_indices().skip(1);
    if quote == '\'' {
        let (_, first) = letters.next()?;
        let (at, second) = letters.next()?;
        if first != '\\' {
            return (second == '\'').then_some(prefix + at + 1);
        }
    }
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            return Some(prefix + at + 1);
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn comments_literals_and_lifetimes_are_no_code() {
        let source = r##"
fn f<'a>(x: &'a str) -> char { // unsafe { }
    /* a /* nested */ unsafe */ let _ = ("un\"safe", r#"un"safe"#, b'\'', '"', '\u{1F600}', b"unsafe");
    r#type::g(1_000.5, '\'', c"unsafe") as char
}"##;
        let code: Vec<_> = tokens(source).iter().map(|token| token.text).collect();
        let expected = "fn f < > ( x : & str ) - > char { let _ = ( , , , , , ) ; \
                        type :: g ( 1_000 . 5 , , ) as char }";
        assert_eq!(code.join(" "), expected);
        assert_eq!(tokens(source).last().map(|token| token.line), Some(5));
    }

    #[test]
    fn unclosed_text_ends_with_the_file() {
        for source in ["a \"b", "a /* b", "a r#\"b\"", "a '", "a '\\", "a b'"] {
            let code = tokens(source);
            assert_eq!(code.first().map(|token| token.text), Some("a"), "{source}");
        }
    }
}
