//! Reason codes and texts made from the name of a column, until a person writes better ones.

use super::super::body::ReasonText;
use std::collections::BTreeMap;

/// Returns the code, with `_2`, `_3`, ... added when another characteristic has it: two inputs never share a reason by
/// accident.
pub(super) fn free_code(code: &str, taken: &BTreeMap<String, ReasonText>) -> String {
    if !taken.contains_key(code) {
        return code.to_owned();
    }
    let mut numbered = (2..).map(|number: u32| format!("{code}_{number}"));
    numbered.find(|code| !taken.contains_key(code)).unwrap_or_default()
}

/// Returns a reason code of a name: upper-case letters, digits and single underscores.
pub(super) fn reason_code(name: &str) -> String {
    let upper = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
    let code: String = name.chars().map(upper).flat_map(char::to_uppercase).collect();
    let parts: Vec<&str> = code.split('_').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "REASON".to_owned() } else { parts.join("_") }
}

/// Returns texts of a reason that hold no more than the name.
pub(super) fn reason_text(name: &str) -> ReasonText {
    let name = name.replace(['_', '.'], " ");
    let name = name.trim();
    ReasonText {
        adverse: format!("{name}: less favourable than others"),
        favourable: format!("{name}: more favourable than others"),
        internal: None,
        missing: Some(format!("{name}: not known")),
    }
}
