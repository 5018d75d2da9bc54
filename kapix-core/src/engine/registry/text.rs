//! The text of documents: JSON, or YAML that says the same.

use crate::error::{Error, Result};
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};

/// A document, and the line of its text on which it begins.
pub(super) type Part<'t> = (&'t [u8], usize);

/// Returns the documents of a text: a line that begins with `---` stands between two. In JSON no line does.
pub(super) fn documents<'t>(text: &'t [u8], limits: &Limits) -> Result<Vec<Part<'t>>> {
    limits::check("request_bytes", limits.request_bytes, text.len())?;
    let mut parts: Vec<Part<'_>> = Vec::new();
    let (mut start, mut line) = (0, 1);
    for at in memchr::memmem::find_iter(text, b"---") {
        let is_line = at == 0 || text.get(at - 1) == Some(&b'\n');
        let is_marker = text.get(at + 3).is_none_or(u8::is_ascii_whitespace);
        if cfg!(feature = "yaml") && is_line && is_marker {
            let part = text.get(start..at).unwrap_or_default();
            parts.push((part, line));
            line += memchr::memchr_iter(b'\n', part).count();
            start = at + 3;
        }
    }
    parts.push((text.get(start..).unwrap_or_default(), line));
    let several = parts.len() > 1;
    parts.retain(|(part, _)| !several || has_content(part));
    limits::check("artefacts", limits.artefacts, parts.len())?;
    Ok(if parts.is_empty() { vec![(text, 1)] } else { parts })
}

/// Returns whether a text has more than comments and empty lines.
fn has_content(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| !line.is_empty() && !line.starts_with(b"#") && line != b"...")
}

/// Returns the document in a text: one that begins with `{` or `[` is JSON, any other YAML.
pub(super) fn read(part: Part<'_>, limits: &Limits) -> Result<JsonValue> {
    #[cfg(feature = "yaml")]
    if !is_json(part.0) {
        return crate::yaml::read(part, limits);
    }
    JsonValue::read_text(part.0, limits)
}

/// Returns an error of documents that were read, with line and column of its places where they are in YAML.
#[cfg(feature = "yaml")]
pub(super) fn placed(error: Error, documents: &[Part<'_>], limits: &Limits) -> Error {
    let prefix = |index: usize| if documents.len() == 1 { String::new() } else { format!("/{index}") };
    let field = error.fields.first().map(String::as_str).unwrap_or_default();
    let is_in =
        |prefix: &str| field.strip_prefix(prefix).is_some_and(|it| it.is_empty() || it.starts_with('/'));
    let found = documents.iter().enumerate().find(|(index, _)| is_in(&prefix(*index)));
    match found {
        Some((index, (text, line))) if !is_json(text) && !field.is_empty() => {
            let text = core::str::from_utf8(text).unwrap_or_default();
            crate::yaml::placed(&error, (text, *line), &prefix(index), limits)
        }
        _ => error,
    }
}

#[cfg(not(feature = "yaml"))]
pub(super) fn placed(error: Error, _: &[Part<'_>], _: &Limits) -> Error {
    error
}

#[cfg(feature = "yaml")]
fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'{' | b'[', ..])
}

#[cfg(all(test, feature = "yaml"))]
mod tests {
    use super::documents;
    use crate::error::Cause;
    use crate::limits::Limits;

    #[test]
    fn a_line_of_three_hyphens_stands_between_documents() {
        for (text, parts) in [
            ("a: 1", &["a: 1"][..]),
            ("a: 1\n---\nb: 2", &["a: 1\n", "\nb: 2"]),
            ("---\na: 1\n...\n---\n# nothing\n", &["\na: 1\n...\n"]),
            ("# owner\n--- # first\na: 1", &[" # first\na: 1"]),
            ("{\"a\": \"---\"}\r\n---\r\nb: 2", &["{\"a\": \"---\"}\r\n", "\r\nb: 2"]),
            ("a: 1\n----\n ---\n---b", &["a: 1\n----\n ---\n---b"]),
            ("---", &["---"]),
            ("", &[""]),
        ] {
            let found = documents(text.as_bytes(), &Limits::default()).unwrap();
            for (part, line) in &found {
                let at = text.find(core::str::from_utf8(part).unwrap()).unwrap();
                assert_eq!(text[..at].matches('\n').count() + 1, *line, "{text}");
            }
            let found: Vec<&str> = found.iter().map(|it| core::str::from_utf8(it.0).unwrap()).collect();
            assert_eq!(found, parts, "{text}");
        }
    }

    #[test]
    fn documents_of_one_text_are_limited_together() {
        let cause = |text: &str| documents(text.as_bytes(), &Limits::default()).map_err(|it| it.cause).err();
        assert_eq!(cause(&"a: 1\n---\n".repeat(1_000)), None);
        assert_eq!(cause(&"a: 1\n---\n".repeat(1_001)), Some(Cause::LimitExceeded));
        assert_eq!(cause(&" ".repeat(33_554_433)), Some(Cause::LimitExceeded));
    }
}
