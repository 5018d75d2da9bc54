//! Texts of rows, as far as two rows are compared by them.

use super::account::Transaction;

/// Words that say in what state a row is, and nothing of what it is.
const STATES: [&str; 2] = ["pending", "posted"];

/// Words of moving: one of them names a transfer.
const MOVES: [&str; 12] = [
    "transfer",
    "transfers",
    "trf",
    "tfr",
    "xfer",
    "virement",
    "transferencia",
    "transferência",
    "uhamisho",
    "überweisung",
    "sweep",
    "topup",
];

/// Words that say whose a place is, and words of places: together they name a transfer. One alone is in many a text that is
/// none: a refund to a wallet, a shop's own brand.
const WHOSE: [&str; 3] = ["own", "self", "internal"];
const PLACES: [&str; 6] = ["account", "wallet", "saving", "savings", "akiba", "epargne"];

/// Words that name a credit card, beside those that end with the first two.
const CARDS: [&str; 11] =
    ["card", "karte", "cards", "cc", "visa", "amex", "carte", "tarjeta", "cartao", "cartão", "kadi"];

/// Words of buying by a card: such a text is no payment of its bill.
const PURCHASES: [&str; 6] = ["purchase", "pos", "achat", "compra", "kauf", "withdrawal"];

/// Words by which a card account names a payment of its bill.
const PAYMENTS: [&str; 12] = [
    "payment",
    "payments",
    "pmt",
    "pymt",
    "paid",
    "thank",
    "autopay",
    "paiement",
    "pago",
    "pagamento",
    "zahlung",
    "malipo",
];

/// Words of money that a card account has back from elsewhere.
const REFUNDS: [&str; 8] =
    ["refund", "refunded", "return", "returned", "cashback", "chargeback", "remboursement", "reembolso"];

/// Words by which a debit takes back the credit before it, beside those of [`REVERSALS`].
const TAKES_BACK: [&str; 10] = [
    "refund",
    "refunded",
    "returned",
    "unpaid",
    "bounced",
    "dishonoured",
    "dishonored",
    "chargeback",
    "remboursement",
    "reembolso",
];

/// Words of giving a payment back, in lower case, each as the letters that a text begins with.
const REVERSALS: [&[&str]; 8] = [
    &["reversal"],
    &["reversed"],
    &["contrepassation"],
    &["contre", "passation"],
    &["extourne"],
    &["estorno"],
    &["storno"],
    &["urejesho"],
];

/// Returns the text of a row: its description, or the counterparty where it has none.
pub(super) fn text(transaction: &Transaction) -> &str {
    let description = transaction.description.as_deref().filter(|text| !text.trim().is_empty());
    description.or(transaction.counterparty.as_deref()).unwrap_or_default()
}

/// Returns whether a text begins with a word of reversal, whatever its case.
pub(super) fn names_reversal(text: &str) -> bool {
    let words = text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty());
    let first: Vec<String> =
        words.map(str::to_lowercase).filter(|word| !STATES.contains(&word.as_str())).take(2).collect();
    REVERSALS
        .iter()
        .any(|name| first.iter().zip(*name).filter(|(word, name)| word == name).count() == name.len())
}

/// Returns whether the text of a debit says that it takes back a credit: it begins with a word of reversal or of return.
pub(super) fn takes_back(text: &str) -> bool {
    let words = lower_words(text);
    let first = words.iter().find(|word| !STATES.contains(&word.as_str()));
    first.is_some_and(|word| TAKES_BACK.contains(&word.as_str())) || names_reversal(text)
}

/// Returns whether a text of a debit names a credit card as what is paid.
pub(super) fn names_card(text: &str) -> bool {
    let words = lower_words(text);
    let is_card = |word: &String| {
        CARDS.contains(&word.as_str()) || CARDS.iter().take(2).any(|ending| word.ends_with(ending))
    };
    words.iter().any(is_card) && !words.iter().any(|word| PURCHASES.contains(&word.as_str()))
}

/// Returns whether a text of a card account names a payment of its bill.
pub(super) fn names_payment(text: &str) -> bool {
    let words = lower_words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    (has(&PAYMENTS) || has(&MOVES)) && !has(&REFUNDS) && !names_reversal(text)
}

fn lower_words(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Returns the words of a text in lower case, without digits, punctuation and the words of a row's state.
///
/// Two rows of one payment differ in references, times and the word `pending`, seldom in anything else.
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if !STATES.contains(&word.as_str()) {
            words.push_str(&word);
        }
    }
    words
}

/// Returns the letters and digits of a text in lower case, without the words of a row's state: the references by which equal
/// rows of one day differ stay.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if !STATES.contains(&word.as_str()) {
            folded.push_str(&word);
        }
    }
    folded
}

/// Returns whether a caller's word is a name, whatever its case, spaces, hyphens and underscores.
pub(super) fn names(word: &str, name: &str) -> bool {
    let letters = |text: &'_ str| -> String {
        let joins = |one: &char| one.is_whitespace() || matches!(one, '-' | '_');
        text.chars().filter(|one| !joins(one)).flat_map(char::to_lowercase).collect()
    };
    word == name || letters(word) == letters(name)
}

/// What a text says of a transfer between own accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TransferText {
    /// There is no text.
    Empty,
    /// It names a transfer.
    Transfer,
    /// Anything else.
    Other(String),
}

impl TransferText {
    pub(super) fn of(text: &str) -> Self {
        let all = || text.split(|character: char| !character.is_alphabetic());
        let has = |list: &[&str]| all().any(|word| list.contains(&word.to_lowercase().as_str()));
        if has(&MOVES) || has(&WHOSE) && has(&PLACES) {
            return Self::Transfer;
        }
        let words = words(text);
        if words.is_empty() { Self::Empty } else { Self::Other(words) }
    }

    /// Returns whether both may tell of one transfer: equal texts, both name a transfer, or one does and the other
    /// is silent.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Empty, Self::Transfer) | (Self::Transfer, Self::Empty) => true,
            (Self::Empty, Self::Empty) => false,
            (one, other) => one == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TransferText, words};

    #[test]
    fn references_case_and_state_do_not_tell_two_texts_apart() {
        assert_eq!(words("PENDING - Acme Ltd, salary 03/2026"), "acmeltdsalary");
        assert_eq!(words("Acme LTD salary 04/2026 (posted)"), "acmeltdsalary");
        assert_eq!(words("Depending on Acme"), "dependingonacme");
        assert_eq!(words("  123-456 "), "");
    }

    #[test]
    fn texts_of_a_transfer_agree_and_silence_proves_nothing() {
        let text = TransferText::of;
        assert!(text("Transfer to savings").agrees(&text("TRF from current 0123")));
        assert!(text("").agrees(&text("own account")));
        assert!(text("Internal savings 7").agrees(&text("TFR")));
        assert!(text("J. Doe 12").agrees(&text("j doe 99")));
        assert!(!text("").agrees(&text("")));
        assert!(!text("Rent March").agrees(&text("Salary")));
    }

    #[test]
    fn one_word_of_a_place_or_of_its_holder_names_no_transfer() {
        let text = TransferText::of;
        for word in ["Wallet refund", "Own brand shop", "Savings club", "Akiba interest", "internal medicine"]
        {
            assert!(!text(word).agrees(&text("Transfer from current")), "{word}");
            assert!(!text(word).agrees(&text("")), "{word}");
            assert!(text(word).agrees(&text(word)), "{word}");
        }
    }
}
