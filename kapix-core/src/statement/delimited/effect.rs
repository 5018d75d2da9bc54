//! Values that say of a row that it took no effect.

use super::words::{folded, status};
use crate::domain::TransactionStatus;

/// Words of a cell that say of a row that it took no effect, wherever they stand in it.
const NO_EFFECT: &[&str] = &[
    "pending",
    "uncleared",
    "unposted",
    "vorgemerkt",
    "attente",
    "pendente",
    "pendiente",
    "declined",
    "rejected",
    "cancelled",
    "canceled",
    "failed",
    "reversed",
    "annule",
    "annulee",
    "rejete",
    "rejetee",
    "storniert",
    "abgelehnt",
    "fehlgeschlagen",
    "estornado",
    "estornada",
    "cancelado",
    "cancelada",
    "anulado",
    "anulada",
    "rechazado",
    "rechazada",
    "rejeitado",
    "rejeitada",
];
/// Bytes and words of the longest value in which such a word counts: longer ones are texts about a payment.
const SAYING_BYTES_MAX: usize = 40;
const SAYING_WORDS_MAX: usize = 4;
/// Bytes of the longest word of a row that took no effect.
const NO_EFFECT_BYTES_MAX: usize = 16;

/// Returns whether a value is a word of a row that took no effect: few texts of a document are of its length.
pub(super) fn is_of_no_effect(text: &str) -> bool {
    let is_short = (4..=NO_EFFECT_BYTES_MAX).contains(&text.len());
    is_short
        && text.bytes().all(|byte| !byte.is_ascii_digit())
        && (text.eq_ignore_ascii_case("reversed")
            || matches!(status(text), Some(TransactionStatus::Pending | TransactionStatus::Failed)))
}

/// Returns whether a value says in a few words that a row took no effect, as `Umsatz vorgemerkt`.
pub(super) fn says_no_effect(text: &str) -> bool {
    if is_of_no_effect(text) {
        return true;
    }
    let is_short = (7..=SAYING_BYTES_MAX).contains(&text.len());
    // Most texts begin no word as these do, which needs no memory.
    let begins = |word: &str| {
        let starts = NO_EFFECT.iter().filter_map(|own| own.get(..3));
        word.get(..3).is_some_and(|own| starts.into_iter().any(|start| start.eq_ignore_ascii_case(own)))
    };
    if !is_short || !text.split(|char: char| !char.is_alphanumeric()).any(begins) {
        return false;
    }
    let text = folded(text);
    text.split(' ').count() <= SAYING_WORDS_MAX && text.split(' ').any(|word| NO_EFFECT.contains(&word))
}
