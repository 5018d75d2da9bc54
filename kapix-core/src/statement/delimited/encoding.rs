//! From the bytes of a document to its text.

use super::place;
use crate::error::{Cause, Error, Result};
use crate::statement::profile::Encoding;
use crate::statement::reading::Choice;
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252, mem};
use memchr::{memchr, memmem};
use std::borrow::Cow;

/// Bytes that are looked at for the zeros of UTF-16.
const SAMPLE: usize = 1024;
/// A byte order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Bytes that Windows code page 1252 leaves undefined (The Unicode Consortium, CP1252.TXT, version 2.01).
const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// The text of a document.
pub(super) struct Decoded<'d> {
    pub(super) text: Cow<'d, str>,
    pub(super) encoding: Encoding,
    pub(super) choice: Choice,
}

/// Returns the text in the stated encoding, else by the byte order mark, else UTF-16 where every other byte is zero,
/// else UTF-8, else Windows-1252 where no character of UTF-8 beyond ASCII occurs.
pub(super) fn decode(document: &[u8], stated: Option<Encoding>) -> Result<Decoded<'_>> {
    let (marked, body) = match document {
        [0xef, 0xbb, 0xbf, body @ ..] => (Some(Encoding::Utf8), body),
        [0xff, 0xfe, body @ ..] => (Some(Encoding::Utf16Le), body),
        [0xfe, 0xff, body @ ..] => (Some(Encoding::Utf16Be), body),
        _ => (None, document),
    };
    if let (Some(stated), Some(marked)) = (stated, marked)
        && stated != marked
    {
        let message = "the byte order mark of the document contradicts the stated encoding";
        return Err(Error::new(Cause::StatementForm, message).at("/profile/encoding"));
    }
    let encoding = stated.or(marked).or_else(|| utf16(body));
    let choice = if stated.is_some() { Choice::Stated } else { Choice::Found { line: 0 } };
    let (encoding, text) = match encoding {
        Some(encoding) => (encoding, decode_as(body, encoding)?),
        None => match core::str::from_utf8(body) {
            Ok(text) => (Encoding::Utf8, Cow::Borrowed(text)),
            Err(error) => single_bytes(body, error.valid_up_to())?,
        },
    };
    if let Some(at) = memchr(0, text.as_bytes()) {
        return Err(refused(text.as_bytes(), at, "a zero byte must not be in a text"));
    }
    if let Some(at) = memmem::find(text.as_bytes(), MARK) {
        let message = "a byte order mark must stand at the start only: two documents seem to be joined";
        return Err(refused(text.as_bytes(), at, message));
    }
    Ok(Decoded { text, encoding, choice })
}

/// Text of the first kilobyte is mostly of Latin letters, digits and marks, whose other byte is zero in UTF-16.
fn utf16(body: &[u8]) -> Option<Encoding> {
    let sample = body.get(..body.len().min(SAMPLE)).unwrap_or_default();
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let most = |count: usize| count > 1 && count * 20 >= sample.len() / 2 * 18;
    match (most(zeros(1)), most(zeros(0))) {
        (true, false) => Some(Encoding::Utf16Le),
        (false, true) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

fn decode_as(body: &[u8], encoding: Encoding) -> Result<Cow<'_, str>> {
    let wide = |encoding: &'static encoding_rs::Encoding, unit: fn([u8; 2]) -> u16| {
        encoding
            .decode_without_bom_handling_and_without_replacement(body)
            .filter(|_| body.len().is_multiple_of(2))
            .ok_or_else(|| broken_utf16(body, unit))
    };
    match encoding {
        Encoding::Utf8 => core::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
            refused(body, error.valid_up_to(), "the document is not UTF-8 here; state `profile.encoding`")
        }),
        Encoding::Utf16Le => wide(UTF_16LE, u16::from_le_bytes),
        Encoding::Utf16Be => wide(UTF_16BE, u16::from_be_bytes),
        Encoding::Windows1252 => Ok(WINDOWS_1252.decode_without_bom_handling(body).0),
        Encoding::Latin1 => Ok(mem::decode_latin1(body)),
    }
}

/// Returns a text that is not UTF-8 from `valid` on.
fn single_bytes(body: &[u8], valid: usize) -> Result<(Encoding, Cow<'_, str>)> {
    let has_utf8 = body.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if has_utf8 || body.iter().any(|byte| UNDEFINED.contains(byte)) {
        let message = "the document is neither UTF-8 nor Windows-1252 here; state `profile.encoding`";
        return Err(refused(body, valid, message));
    }
    Ok((Encoding::Windows1252, decode_as(body, Encoding::Windows1252)?))
}

#[cold]
fn broken_utf16(body: &[u8], unit: fn([u8; 2]) -> u16) -> Error {
    let units = body.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let valid = char::decode_utf16(units).take_while(core::result::Result::is_ok).flatten();
    let line = 1 + valid.filter(|it| *it == '\n').count();
    let message = "the document is broken UTF-16: a surrogate without its other half, or half a character";
    place(Cause::StatementForm, u64::try_from(line).unwrap_or(u64::MAX), None, message)
}

#[cold]
fn refused(text: &[u8], at: usize, message: &str) -> Error {
    let before = text.get(..at).unwrap_or_default();
    let line = 1 + memchr::memchr_iter(b'\n', before).count();
    place(Cause::StatementForm, u64::try_from(line).unwrap_or(u64::MAX), None, message)
}
