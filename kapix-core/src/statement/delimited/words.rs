//! The words of documents as data: names of columns, and the texts of special rows, in the languages of the statements
//! that were seen. A word is compared without case, accents, spaces and punctuation.

use crate::domain::{AccountKind, Direction, TransactionStatus};
use crate::statement::profile::Column;

/// Names of each column, the surest first: of two columns for one use, the earlier name is taken.
const COLUMNS: &[(Column, &[&str])] = &[
    (
        Column::Account,
        &[
            "account",
            "account id",
            "account no",
            "account number",
            "acc no",
            "acct no",
            "a c no",
            "iban",
            "konto",
            "kontonummer",
            "compte",
            "numero de compte",
            "conta",
            "cuenta",
            "numero de cuenta",
            "akaunti",
            "nambari ya akaunti",
        ],
    ),
    (
        Column::Amount,
        &[
            "amount",
            "transaction amount",
            "txn amount",
            "tran amount",
            "amt",
            "net amount",
            "montant",
            "betrag",
            "umsatz",
            "valor",
            "quantia",
            "montante",
            "importe",
            "monto",
            "kiasi",
        ],
    ),
    (Column::AmountMinor, &["amount minor"]),
    (
        Column::At,
        &[
            "at",
            "date",
            "transaction date",
            "txn date",
            "trans date",
            "tran date",
            "trx date",
            "date of transaction",
            "operation date",
            "posting date",
            "post date",
            "posted date",
            "posted on",
            "booking date",
            "booked date",
            "entry date",
            "completion time",
            "completed date",
            "completed at",
            "date time",
            "datetime",
            "timestamp",
            "date and time",
            "transaction time",
            "created at",
            "initiation time",
            "effective date",
            "value date",
            "value",
            "val date",
            "date operation",
            "date de l operation",
            "date comptable",
            "date de valeur",
            "date valeur",
            "buchungstag",
            "buchungsdatum",
            "datum",
            "valuta",
            "wertstellung",
            "data",
            "data do movimento",
            "data mov",
            "data lancamento",
            "data valor",
            "fecha",
            "fecha de operacion",
            "fecha operacion",
            "fecha valor",
            "tarehe",
            "tarehe ya muamala",
        ],
    ),
    (
        Column::Balance,
        &[
            "balance",
            "running balance",
            "ledger balance",
            "account balance",
            "book balance",
            "balance after",
            "bal",
            "closing balance",
            "current balance",
            "available balance",
            "solde",
            "saldo",
            "kontostand",
            "salio",
        ],
    ),
    (Column::BalanceMinor, &["balance minor"]),
    (Column::Category, &["category", "transaction category", "categorie", "kategorie", "categoria", "kundi"]),
    (
        Column::Counterparty,
        &[
            "counterparty",
            "counter party",
            "other party",
            "other party info",
            "payee",
            "beneficiary",
            "beneficiary name",
            "merchant",
            "merchant name",
            "recipient",
            "sender",
            "payer",
            "to from",
            "beneficiaire",
            "empfanger",
            "auftraggeber empfanger",
            "begunstigter",
            "beneficiario",
            "favorecido",
            "mpokeaji",
        ],
    ),
    (
        Column::Credit,
        &[
            "credit",
            "credits",
            "credit amount",
            "money in",
            "paid in",
            "deposit",
            "deposits",
            "deposit amount",
            "deposit amt",
            "cr",
            "cr amount",
            "in",
            "received",
            "amount in",
            "inflow",
            "lodgement",
            "lodgements",
            "haben",
            "gutschrift",
            "credito",
            "creditos",
            "entrada",
            "entradas",
            "abono",
            "abonos",
            "ingreso",
            "entree",
            "entrees",
            "zilizoingia",
            "iliyoingia",
        ],
    ),
    (
        Column::Currency,
        &["currency", "ccy", "curr", "currency code", "devise", "wahrung", "moeda", "moneda", "sarafu"],
    ),
    (
        Column::Debit,
        &[
            "debit",
            "debits",
            "debit amount",
            "money out",
            "paid out",
            "withdrawn",
            "withdrawal",
            "withdrawals",
            "withdrawal amount",
            "withdrawal amt",
            "dr",
            "dr amount",
            "out",
            "spent",
            "amount out",
            "outflow",
            "soll",
            "belastung",
            "debito",
            "debitos",
            "saida",
            "saidas",
            "cargo",
            "cargos",
            "retiro",
            "egreso",
            "sortie",
            "sorties",
            "zilizotoka",
            "iliyotolewa",
        ],
    ),
    (
        Column::Description,
        &[
            "description",
            "transaction description",
            "details",
            "transaction details",
            "narrative",
            "narration",
            "transaction narration",
            "particulars",
            "transaction particulars",
            "description narration",
            "detail",
            "remarks",
            "memo",
            "text",
            "label",
            "libelle",
            "verwendungszweck",
            "buchungstext",
            "descricao",
            "historico",
            "descripcion",
            "concepto",
            "detalle",
            "maelezo",
        ],
    ),
    (
        Column::Id,
        &[
            "id",
            "transaction id",
            "txn id",
            "trans id",
            "receipt no",
            "receipt number",
            "receipt",
            "transaction reference",
            "transaction ref",
            "transaction no",
            "transaction number",
            "reference",
            "reference no",
            "reference number",
            "ref",
            "ref no",
            "ref number",
            "bank reference",
            "referenz",
            "referencia",
            "numero de operacion",
            "kumbukumbu",
        ],
    ),
    (Column::Kind, &["kind", "account kind", "account type"]),
    (Column::PendingId, &["pending id", "pending transaction id"]),
    (Column::Status, &["status", "transaction status", "state", "statut", "estado", "hali"]),
    (Column::Time, &["time", "time of day", "heure", "uhrzeit", "hora", "saa", "muda"]),
    (
        Column::Type,
        &[
            "type",
            "dr cr",
            "cr dr",
            "drcr",
            "crdr",
            "debit credit",
            "credit debit",
            "debit credit indicator",
            "transaction type",
            "txn type",
            "direction",
            "sens",
            "soll haben",
            "tipo",
            "aina",
        ],
    ),
];

const CREDIT: &[&str] = &[
    "credit", "cr", "c", "in", "deposit", "money in", "paid in", "received", "incoming", "haben", "h",
    "credito", "entrada", "abono",
];
const DEBIT: &[&str] = &[
    "debit",
    "dr",
    "d",
    "out",
    "withdrawal",
    "money out",
    "paid out",
    "withdrawn",
    "sent",
    "outgoing",
    "soll",
    "s",
    "debito",
    "saida",
    "cargo",
];
const POSTED: &[&str] = &[
    "posted",
    "completed",
    "complete",
    "success",
    "successful",
    "succeeded",
    "booked",
    "settled",
    "cleared",
    "paid",
    "done",
    "approved",
    "processed",
    "termine",
    "gebucht",
    "concluido",
    "completado",
    "imekamilika",
];
const PENDING: &[&str] = &[
    "pending",
    "processing",
    "in progress",
    "authorised",
    "authorized",
    "on hold",
    "hold",
    "reserved",
    "uncleared",
    "en attente",
    "vorgemerkt",
    "pendente",
    "pendiente",
    "inasubiri",
];
const FAILED: &[&str] = &[
    "failed",
    "failure",
    "declined",
    "cancelled",
    "canceled",
    "rejected",
    "expired",
    "unsuccessful",
    "void",
    "voided",
    "echoue",
    "fehlgeschlagen",
    "falhou",
    "fallido",
    "imeshindwa",
];
const KINDS: &[(AccountKind, &[&str])] = &[
    (AccountKind::Current, &["current", "checking", "cheque"]),
    (AccountKind::Savings, &["savings", "saving"]),
    (AccountKind::MobileMoney, &["mobile money", "wallet"]),
    (AccountKind::Till, &["till", "merchant"]),
    (AccountKind::Pos, &["pos"]),
    (AccountKind::Card, &["card", "credit card"]),
    (AccountKind::Loan, &["loan"]),
    (AccountKind::Other, &["other"]),
];
const OPENING: &[&str] = &[
    "opening balance",
    "balance brought forward",
    "brought forward",
    "balance b f",
    "balance bf",
    "bal b f",
    "b f",
    "beginning balance",
    "previous balance",
    "starting balance",
    "solde initial",
    "ancien solde",
    "saldo anterior",
    "saldo inicial",
    "anfangssaldo",
    "anfangsbestand",
    "alter kontostand",
    "salio la mwanzo",
];
const CLOSING: &[&str] = &[
    "closing balance",
    "balance carried forward",
    "carried forward",
    "balance c f",
    "balance cf",
    "bal c f",
    "c f",
    "ending balance",
    "final balance",
    "solde final",
    "nouveau solde",
    "saldo final",
    "endsaldo",
    "endbestand",
    "neuer kontostand",
    "salio la mwisho",
];
const TOTAL: &[&str] = &[
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "page total",
    "sum",
    "summe",
    "gesamt",
    "totaux",
    "totais",
    "totales",
    "suma",
    "soma",
    "jumla",
];

/// What a row without a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Opening,
    Closing,
    Total,
}

/// Returns a text in lower case, with one space for all that is no letter or digit, and without accents.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        match char {
            'à'..='å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è'..='ë' => folded.push('e'),
            'ì'..='ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò'..='ö' => folded.push('o'),
            'ù'..='ü' => folded.push('u'),
            'ß' => folded.push_str("ss"),
            _ if char.is_alphanumeric() => folded.push(char),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Returns what a folded name of a column holds, and how far down its list the name stands.
pub(super) fn column(name: &str) -> Option<(Column, usize)> {
    COLUMNS.iter().find_map(|(column, names)| Some((*column, names.iter().position(|own| *own == name)?)))
}

/// Returns the direction that a value states.
pub(super) fn direction(text: &str) -> Option<Direction> {
    let text = match text {
        "+" => return Some(Direction::Credit),
        "-" => return Some(Direction::Debit),
        _ => folded(text),
    };
    let is = |words: &[&str]| words.contains(&&*text);
    if is(CREDIT) { Some(Direction::Credit) } else { is(DEBIT).then_some(Direction::Debit) }
}

/// Returns the status that a value states.
pub(super) fn status(text: &str) -> Option<TransactionStatus> {
    let text = folded(text);
    let all = [
        (POSTED, TransactionStatus::Posted),
        (PENDING, TransactionStatus::Pending),
        (FAILED, TransactionStatus::Failed),
    ];
    all.into_iter().find(|(words, _)| words.contains(&&*text)).map(|(_, status)| status)
}

/// Returns the kind of account that a value states.
pub(super) fn kind(text: &str) -> Option<AccountKind> {
    let text = folded(text);
    KINDS.iter().find(|(_, words)| words.contains(&&*text)).map(|(kind, _)| *kind)
}

/// Returns what a row is that begins with the text, or is described by it.
pub(super) fn label(text: &str) -> Option<Label> {
    let text = folded(text);
    let begins = |words: &[&str]| {
        words
            .iter()
            .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    };
    let all = [(OPENING, Label::Opening), (CLOSING, Label::Closing), (TOTAL, Label::Total)];
    all.into_iter().find(|(words, _)| begins(words)).map(|(_, label)| label)
}
