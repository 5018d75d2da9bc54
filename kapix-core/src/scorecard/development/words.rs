//! Words made from the name of a column, until a person writes better ones.

use super::super::body::ReasonText;

/// Returns a reason code of a name: upper-case letters, digits and single underscores.
pub(super) fn reason_code(name: &str) -> String {
    let upper = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    let code: String = name.chars().map(upper).collect();
    let parts: Vec<&str> = code.split('_').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "REASON".to_owned() } else { parts.join("_") }
}

/// Returns texts of a reason that say no more than the name does.
pub(super) fn reason_text(name: &str) -> ReasonText {
    let words = name.replace(['_', '.'], " ");
    let words = words.trim();
    ReasonText {
        adverse: format!("{words}: less favourable than others"),
        favourable: format!("{words}: more favourable than others"),
        internal: None,
        missing: Some(format!("{words}: not known")),
    }
}
