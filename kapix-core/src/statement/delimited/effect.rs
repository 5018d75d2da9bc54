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
/// Words beside them of a text that tells of a payment that came back or did not go.
const TELLING: &[&str] = &[
    "returned",
    "unpaid",
    "bounced",
    "dishonoured",
    "dishonored",
    "refused",
    "voided",
    "aborted",
    "stopped",
    "impaye",
    "impayee",
    "retourne",
    "retournee",
    "refuse",
    "refusee",
    "devolvido",
    "devolvida",
    "devuelto",
    "devuelta",
    "rucklastschrift",
    "ruecklastschrift",
    "zuruckgegeben",
    "imerudishwa",
    "imekataliwa",
];
/// Words of the text of money in that took no effect, beside those of [`NO_EFFECT`].
const NO_MONEY_IN: &[&str] = &[
    "insufficient",
    "void",
    "blocked",
    "held",
    "hold",
    "stopped",
    "provisional",
    "awaiting",
    "expected",
    "scheduled",
    "upcoming",
    "unconfirmed",
    "unsettled",
    "nsf",
    "unsuccessful",
    "failure",
    "expired",
    "unpaid",
    "bounced",
    "dishonoured",
    "dishonored",
    "refused",
    "voided",
    "aborted",
    "impaye",
    "impayee",
    "imekataliwa",
    "imeshindwa",
    "reject",
    "rejects",
    "rejection",
    "rtd",
    "timeout",
];
/// Pairs of words of such a text.
const NO_MONEY_IN_PAIRS: &[&str] = &[
    "timed out",
    "time out",
    "not paid",
    "not received",
    "not credited",
    "not cleared",
    "not honoured",
    "not honored",
    "not processed",
    "not completed",
    "not successful",
    "nicht gebucht",
];
/// A word of a status that is a kind of payment too: that of a bank.
const DRAFT: &str = "draft";
/// Words of the text of money that came back: it did come in.
const GIVEN_BACK: &[&str] = &[
    "reversal",
    "reversals",
    "reversed",
    "reverse",
    "rev",
    "rvsl",
    "rvs",
    "refund",
    "refunds",
    "refunded",
    "return",
    "returned",
    "returns",
    "retour",
    "chargeback",
    "cashback",
    "rebate",
    "waiver",
    "reimbursement",
    "correction",
    "storno",
    "storniert",
    "estorno",
    "estornado",
    "estornada",
    "extourne",
    "contrepassation",
    "remboursement",
    "reembolso",
    "erstattung",
    "ruckerstattung",
    "gutschrift",
    "urejesho",
];
/// Words that say the opposite of the word behind.
const NEGATIONS: &[&str] = &["not", "never", "non", "nicht", "kein", "keine", "nao"];
/// Words of the answer to a payment that took effect.
const SUCCESS: &[&str] = &["success", "successful", "successfully", "approved", "accepted", "completed"];
/// Words with which a note of a row begins that gives money back.
const REVERSALS: &[&str] = &[
    "reversal",
    "reversals",
    "rvsl",
    "refund",
    "refunds",
    "refunded",
    "chargeback",
    "storno",
    "estorno",
    "extourne",
    "contrepassation",
    "remboursement",
    "reembolso",
    "urejesho",
];
/// Bytes of the longest text about a payment that is looked at.
const TEXT_BYTES_MAX: usize = 200;
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
        && !text.eq_ignore_ascii_case(DRAFT)
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
    if !is_short || !has_word(text, begins) {
        return false;
    }
    let text = folded(text);
    text.split(' ').count() <= SAYING_WORDS_MAX && says(&text, |word| NO_EFFECT.contains(&word))
}

/// Returns whether a folded text has such a word that no negation stands before, as in `NOT_REVERSED`.
fn says(text: &str, is: impl Fn(&str) -> bool) -> bool {
    let mut words = text.split(' ').scan("", |before, word| Some((core::mem::replace(before, word), word)));
    words.any(|(before, word)| is(word) && !NEGATIONS.contains(&before))
}

/// Returns whether a text of any words says that a row took effect, as `The request was processed successfully`.
pub(super) fn says_success(text: &str) -> bool {
    text.len() <= TEXT_BYTES_MAX && says(&folded(text), |word| SUCCESS.contains(&word))
}

/// Returns whether a note says that a row gives money back: it begins or ends with a word of that.
pub(super) fn says_reversal(text: &str) -> bool {
    let is_short = (4..=TEXT_BYTES_MAX).contains(&text.len());
    let mut words = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    let ends = [words.next(), words.next_back()];
    let is_word = |word: &str| REVERSALS.iter().any(|own| own.eq_ignore_ascii_case(word));
    is_short && ends.into_iter().flatten().any(is_word)
}

/// Returns whether a text tells of a row that it took no effect, as `declined by the bank` does, in any number of words.
pub(super) fn tells(text: &str) -> bool {
    let is_short = (6..=TEXT_BYTES_MAX).contains(&text.len());
    if !is_short || !has_word(text, |word| begins(word) || tells_first(word)) {
        return false;
    }
    says(&folded(text), |word| NO_EFFECT.contains(&word) || TELLING.contains(&word))
}

/// Returns whether the text of money in tells that it took no effect, as `FAILED: SALARY` and `Insufficient funds` do. A text of
/// money that was given back may have such words and tells of what went out before.
pub(crate) fn tells_of_money_in(text: &str) -> bool {
    let is_short = (3..=TEXT_BYTES_MAX).contains(&text.len());
    if !is_short || !has_word(text, begins_no_money_in) {
        return false;
    }
    let text = folded(text);
    let is_told = |word: &str| NO_EFFECT.contains(&word) || NO_MONEY_IN.contains(&word);
    let has_pair = || NO_MONEY_IN_PAIRS.iter().any(|pair| format!(" {text} ").contains(&format!(" {pair} ")));
    (text.split(' ').any(is_told) || has_pair()) && !text.split(' ').any(|word| GIVEN_BACK.contains(&word))
}

/// Returns whether a text has such a word; most texts are of ASCII alone, whose words need no look at their characters.
fn has_word(text: &str, is: impl Fn(&[u8]) -> bool) -> bool {
    if text.is_ascii() {
        return text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).any(is);
    }
    text.split(|char: char| !char.is_alphanumeric()).any(|word| is(word.as_bytes()))
}

/// Returns whether a word begins as one that [`tells_of_money_in`] looks for.
fn begins_no_money_in(word: &[u8]) -> bool {
    let Some([first, second, third]) = word.first_chunk() else { return false };
    let start = [first, second, third].map(u8::to_ascii_lowercase);
    begins(word)
        || tells_first(word)
        || matches!(
            &start,
            b"rtd"
                | b"tim"
                | b"not"
                | b"nic"
                | b"ins"
                | b"nsf"
                | b"uns"
                | b"exp"
                | b"blo"
                | b"hel"
                | b"hol"
                | b"pro"
                | b"awa"
                | b"sch"
                | b"upc"
        )
}

/// Returns whether a word begins as one of [`TELLING`] does.
fn tells_first(word: &[u8]) -> bool {
    let Some([first, second, third]) = word.first_chunk() else { return false };
    matches!(
        &[first, second, third].map(u8::to_ascii_lowercase),
        b"ret"
            | b"unp"
            | b"bou"
            | b"dis"
            | b"ref"
            | b"voi"
            | b"abo"
            | b"sto"
            | b"imp"
            | b"dev"
            | b"r\xc3\xbc"
            | b"ruc"
            | b"rue"
            | b"zur"
            | b"ime"
    )
}

/// Returns whether a word begins as one of [`NO_EFFECT`] does.
fn begins(word: &[u8]) -> bool {
    let Some([first, second, third]) = word.first_chunk() else { return false };
    let start = [first, second, third].map(u8::to_ascii_lowercase);
    matches!(
        &start,
        b"pen"
            | b"unc"
            | b"unp"
            | b"vor"
            | b"att"
            | b"dec"
            | b"rej"
            | b"can"
            | b"fai"
            | b"rev"
            | b"ann"
            | b"sto"
            | b"abg"
            | b"feh"
            | b"est"
            | b"anu"
            | b"rec"
    )
}

#[cfg(test)]
mod tests {
    use super::{
        GIVEN_BACK, NO_EFFECT, NO_MONEY_IN, NO_MONEY_IN_PAIRS, TELLING, begins, says_no_effect, tells,
        tells_of_money_in,
    };

    #[test]
    fn every_word_is_found_by_its_beginning() {
        for word in NO_EFFECT {
            assert!(
                begins(word.as_bytes())
                    && begins(word.to_uppercase().as_bytes())
                    && says_no_effect(&format!("x {word}")),
                "{word}"
            );
        }
        for word in NO_EFFECT.iter().chain(TELLING) {
            assert!(tells(&format!("this one was {}, it seems", word.to_uppercase())), "{word}");
        }
        for word in NO_EFFECT.iter().chain(NO_MONEY_IN).filter(|word| !GIVEN_BACK.contains(word)) {
            assert!(tells_of_money_in(&format!("{}: SALARY", word.to_uppercase())), "{word}");
        }
        for pair in NO_MONEY_IN_PAIRS {
            assert!(tells_of_money_in(&format!("SALARY {}", pair.to_uppercase())), "{pair}");
        }
        for word in GIVEN_BACK {
            assert!(!tells_of_money_in(&format!("{word} of a failed payment")), "{word}");
        }
        for text in ["Rent", "Refund of a fee", "Return ticket", "", "unp"] {
            assert!(!tells(text), "{text}");
        }
    }
}
