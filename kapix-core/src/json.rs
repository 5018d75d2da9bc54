//! How a value that is read reports a fine cause through the error type of any reader.

/// Returns the reader's error for `error`; the door takes cause and message apart again.
pub(crate) fn fail<E: serde::de::Error>(error: crate::Error) -> E {
    E::custom(format!("\u{1}{}\u{1}{}", error.cause.as_str(), error.message))
}
