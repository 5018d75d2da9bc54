//! How an aggregator's answer is read, as data: where each part of a transaction stands, and what its words mean.

use super::pointer::Pointer;
use crate::domain::{AccountKind, Direction, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::limits::{self, Limits};
use crate::money::Currency;
use crate::statement::Sign;
use crate::time::UtcOffset;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The presets that ship, by name.
const SHIPPED: &str = include_str!("presets.json");

/// Pointers to one thing at most.
const POINTERS_MAX: usize = 32;
/// Bytes of a word of a table at most.
const WORD_BYTES_MAX: usize = 256;

/// Where an aggregator's answer holds the parts of a transaction, by JSON pointers (RFC 6901).
///
/// Of several pointers the first that leads to a value counts. Those of `rows`, `modified`, `removed`, `next`, `total`,
/// `account_of_rows`, `listed_id` and `listed_kind` start at the page, all others at a row. In those of a page, `*` stands
/// for every element of an array.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AggregatorPreset {
    /// Id of the account of a row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_id: Vec<String>,
    /// Id of the account of all rows of an array, where it stands beside the array: `*` is the same element as in `rows`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_of_rows: Vec<String>,
    /// Amount with its sign, or without one where `type` tells the direction.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amount: Vec<String>,
    /// Balance after the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub balance: Vec<String>,
    /// Currency of the balance; must be the row's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub balance_currency: Vec<String>,
    /// Category of Kapix of the provider's word, whatever its case. Only what stands here becomes a category.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, String>,
    /// The provider's category; of several the first that `categories` names counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// The other side.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counterparty: Vec<String>,
    /// Money in, in place of `amount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credit: Vec<String>,
    /// Currency of the amount, ISO 4217 in any case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub currency: Vec<String>,
    /// Currency of rows that state none, unless the request states one.
    pub currency_default: Option<Currency>,
    /// Money out, in place of `amount`, with or without a minus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub debit: Vec<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub description: Vec<String>,
    /// Id of the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id: Vec<String>,
    /// Whether an id is that of one row, so that a later page replaces it; default false.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub id_is_unique: bool,
    /// What the accounts are, unless the request states it.
    pub kind: Option<AccountKind>,
    /// What a word of `listed_kind` means, whatever its case; another one says nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, AccountKind>,
    /// Ids of the accounts that a page lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed_id: Vec<String>,
    /// What the accounts are that a page lists: `*` is the same element as in `listed_id`; the first known word counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed_kind: Vec<String>,
    /// What a row must have beside time and amount for the preset to be found by the shape of a document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// Arrays of rows that replace those with the same id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modified: Vec<String>,
    /// What says that another page follows: true, or any text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
    /// Id of the pending row that a row replaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending_id: Vec<String>,
    /// Bank or operator, unless the request states it.
    pub provider: Option<String>,
    /// Arrays of rows, of which only the id is read, that the provider removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Arrays of rows; all that exist are read. An empty pointer is the document itself.
    pub rows: Vec<String>,
    /// What the sign of `amount` means; without it `type` tells the direction.
    pub sign: Option<Sign>,
    /// Whether a row took effect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
    /// What a word of `status` means, whatever its case; an unknown one is an error.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub statuses: BTreeMap<String, TransactionStatus>,
    /// When the row took place: a date, an instant, a local time, or seconds or milliseconds since 1970.
    pub time: Vec<String>,
    /// Number of rows of all pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub total: Vec<String>,
    /// Whether a row is a credit or a debit.
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    pub direction: Vec<String>,
    /// What a word of `type` means, whatever its case; `credit` and `debit` mean themselves.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, Direction>,
    /// Unit of the amounts.
    pub unit: AmountUnit,
    /// Offset of local times, and whose civil days are the account's days, unless the request states one.
    pub utc_offset: Option<UtcOffset>,
}

/// Unit of an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AmountUnit {
    /// The currency itself, such as shillings.
    #[default]
    Major,
    /// Its minor unit, such as cents.
    Minor,
}

/// Returns the presets that ship, by name.
///
/// ```
/// let presets = kapix_core::statement::aggregator_presets()?;
/// let names: Vec<&str> = presets.keys().map(String::as_str).collect();
/// assert_eq!(names, ["akiba", "mono", "mpesa", "plaid", "stitch"]);
/// assert_eq!(presets["plaid"].time, ["/date"]);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn aggregator_presets() -> Result<BTreeMap<String, AggregatorPreset>> {
    json::read(SHIPPED.as_bytes(), &Limits::default())
}

/// What the words of all presets that ship mean, and the categories of Kapix themselves, each word plain.
static CATEGORIES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let presets = aggregator_presets().unwrap_or_default();
    let words = presets.into_values().flat_map(|preset| preset.categories);
    let own = ["loan", "own_transfer", "reversal"].map(|name| (name.to_owned(), name.to_owned()));
    words.chain(own).map(|(word, category)| (plain(&word), category)).collect()
});

/// Returns the category of Kapix of a word of any provider, without case, spaces, hyphens and underscores; an unknown
/// word is none.
pub(crate) fn category(word: &str) -> Option<&'static str> {
    CATEGORIES.get(&plain(word)).map(String::as_str)
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(|char| !matches!(char, ' ' | '-' | '_'));
    letters.flat_map(char::to_lowercase).collect()
}

/// The pointers of a preset, parsed, and its tables with folded words.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub(super) account_id: Vec<Pointer>,
    pub(super) account_of_rows: Vec<Pointer>,
    pub(super) amount: Vec<Pointer>,
    pub(super) balance: Vec<Pointer>,
    pub(super) balance_currency: Vec<Pointer>,
    pub(super) categories: BTreeMap<String, String>,
    pub(super) category: Vec<Pointer>,
    pub(super) counterparty: Vec<Pointer>,
    pub(super) credit: Vec<Pointer>,
    pub(super) currency: Vec<Pointer>,
    pub(super) debit: Vec<Pointer>,
    pub(super) description: Vec<Pointer>,
    pub(super) direction: Vec<Pointer>,
    pub(super) id: Vec<Pointer>,
    pub(super) kinds: BTreeMap<String, AccountKind>,
    pub(super) listed_id: Vec<Pointer>,
    pub(super) listed_kind: Vec<Pointer>,
    pub(super) marks: Vec<Pointer>,
    pub(super) modified: Vec<Pointer>,
    pub(super) next: Vec<Pointer>,
    pub(super) pending_id: Vec<Pointer>,
    pub(super) removed: Vec<Pointer>,
    pub(super) rows: Vec<Pointer>,
    pub(super) status: Vec<Pointer>,
    pub(super) statuses: BTreeMap<String, TransactionStatus>,
    pub(super) time: Vec<Pointer>,
    pub(super) total: Vec<Pointer>,
    pub(super) types: BTreeMap<String, Direction>,
    pub(super) is_signed: bool,
    pub(super) id_is_unique: bool,
    pub(super) unit: AmountUnit,
}

impl AggregatorPreset {
    /// Returns the parsed preset; places of errors start at it.
    pub(super) fn map(&self, limits: &Limits) -> Result<Map> {
        let row = |name: &str, texts: &[String]| pointers(name, texts, false);
        let page = |name: &str, texts: &[String]| pointers(name, texts, true);
        let wrong = |name: &str, message: &str| {
            Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}")))
        };
        if self.rows.is_empty() {
            return wrong("rows", "rows must hold a pointer to the array of rows");
        }
        if self.time.is_empty() {
            return wrong("time", "time must hold a pointer to the time of a row");
        }
        let has_sides = !self.credit.is_empty() || !self.debit.is_empty();
        if has_sides != self.amount.is_empty() {
            return wrong("amount", "either `amount`, or `credit` and `debit`, must be given");
        }
        if !self.removed.is_empty() && self.id.is_empty() {
            return wrong("removed", "`removed` needs `id`");
        }
        let mut types = folded("types", &self.types, limits)?;
        types.entry("credit".to_owned()).or_insert(Direction::Credit);
        types.entry("debit".to_owned()).or_insert(Direction::Debit);
        Ok(Map {
            account_id: row("account_id", &self.account_id)?,
            account_of_rows: page("account_of_rows", &self.account_of_rows)?,
            amount: row("amount", &self.amount)?,
            balance: row("balance", &self.balance)?,
            balance_currency: row("balance_currency", &self.balance_currency)?,
            categories: folded("categories", &self.categories, limits)?,
            category: row("category", &self.category)?,
            counterparty: row("counterparty", &self.counterparty)?,
            credit: row("credit", &self.credit)?,
            currency: row("currency", &self.currency)?,
            debit: row("debit", &self.debit)?,
            description: row("description", &self.description)?,
            direction: row("type", &self.direction)?,
            id: row("id", &self.id)?,
            kinds: folded("kinds", &self.kinds, limits)?,
            listed_id: page("listed_id", &self.listed_id)?,
            listed_kind: page("listed_kind", &self.listed_kind)?,
            marks: row("marks", &self.marks)?,
            modified: page("modified", &self.modified)?,
            next: page("next", &self.next)?,
            pending_id: row("pending_id", &self.pending_id)?,
            removed: page("removed", &self.removed)?,
            rows: page("rows", &self.rows)?,
            status: row("status", &self.status)?,
            statuses: folded("statuses", &self.statuses, limits)?,
            time: row("time", &self.time)?,
            total: page("total", &self.total)?,
            types,
            is_signed: self.sign.is_some() || self.direction.is_empty(),
            id_is_unique: self.id_is_unique,
            unit: self.unit,
        })
    }
}

/// Returns the pointers of a list; those of a row lead to a member, and have no `*`.
fn pointers(name: &str, texts: &[String], of_page: bool) -> Result<Vec<Pointer>> {
    if texts.len() > POINTERS_MAX {
        let message = format!("{name} must have at most `{POINTERS_MAX}` pointers; got `{}`", texts.len());
        return Err(Error::new(Cause::LimitExceeded, message).at(format!("/{name}")));
    }
    let parsed = (0_usize..).zip(texts).map(|(index, text)| {
        let pointer = Pointer::parse(text).map_err(|error| error.at(format!("/{name}/{index}")))?;
        if !of_page && (pointer.is_root() || pointer.has_star()) {
            let message = "a pointer of a row must lead to a member, and `*` stands in those of a page only";
            return Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}/{index}")));
        }
        Ok(pointer)
    });
    parsed.collect()
}

/// Returns a table by its words in lower case.
fn folded<T: Clone>(name: &str, table: &BTreeMap<String, T>, limits: &Limits) -> Result<BTreeMap<String, T>> {
    let place = |error: Error| error.at(format!("/{name}"));
    limits::check("attributes", limits.attributes, table.len()).map_err(place)?;
    if table.keys().any(|word| word.len() > WORD_BYTES_MAX) {
        let message = format!("a word must have at most `{WORD_BYTES_MAX}` bytes");
        return Err(place(Error::new(Cause::LimitExceeded, message)));
    }
    Ok(table.iter().map(|(word, meaning)| (word.to_lowercase(), meaning.clone())).collect())
}
