//! Special values, read as what a column holds: -9 and the text `-9` are one value.

use crate::domain::number_of;
use crate::json::Scalar;

/// Returns whether two special values are the same in some column.
pub(crate) fn is_same_value(a: &Scalar, b: &Scalar) -> bool {
    match (text_of(a), text_of(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// Returns the numbers among special values, each once.
pub(crate) fn numbers(values: &[Scalar]) -> Vec<f64> {
    let mut numbers: Vec<f64> = Vec::new();
    let number = |value: &Scalar| match value {
        Scalar::Number(number) => Some(number + 0.0),
        Scalar::Text(text) => number_of(text).map(|number| number + 0.0),
        Scalar::Null | Scalar::Bool(_) => None,
    };
    for number in values.iter().filter_map(number) {
        if !numbers.iter().any(|own| own.to_bits() == number.to_bits()) {
            numbers.push(number);
        }
    }
    numbers
}

/// Returns special values as the categories of a column, each once: text as it stands, unless the categories were made
/// from numbers, and numbers by their shortest text.
pub(crate) fn texts(values: &[Scalar], is_text: bool) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let text = |value: &Scalar| match value {
        Scalar::Text(text) if is_text => Some(text.clone()),
        value => text_of(value),
    };
    for text in values.iter().filter_map(text) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Returns the shortest text of a number, also of one that is written as text, and other text as it stands.
fn text_of(value: &Scalar) -> Option<String> {
    let number = match value {
        Scalar::Number(number) => Some(*number),
        Scalar::Text(text) => number_of(text),
        Scalar::Null | Scalar::Bool(_) => None,
    };
    match (number, value) {
        (Some(number), _) => Some((number + 0.0).to_string()),
        (None, Scalar::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_same_value, numbers, texts};
    use crate::json::Scalar;

    fn text(text: &str) -> Scalar {
        Scalar::Text(text.to_owned())
    }

    #[test]
    fn a_special_value_is_read_as_what_the_column_holds_and_stands_once() {
        let values =
            [text("-9"), Scalar::Number(-9.0), text("no_record"), Scalar::Number(-0.0), text(" 7.50 ")];
        assert_eq!(numbers(&values), [-9.0, 0.0, 7.5]);
        assert_eq!(texts(&values, true), ["-9", "no_record", "0", " 7.50 "]);
        assert_eq!(texts(&values, false), ["-9", "no_record", "0", "7.5"]);
        assert!(is_same_value(&text("-9.0"), &Scalar::Number(-9.0)));
        assert!(is_same_value(&text("x"), &text("x")) && !is_same_value(&text("x"), &Scalar::Number(1.0)));
        assert!(!is_same_value(&Scalar::Null, &Scalar::Null));
    }
}
