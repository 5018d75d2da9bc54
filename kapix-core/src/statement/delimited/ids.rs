//! Ids of rows that are none: placeholders, and texts such as `SALARY` that stand in a column of references.

use super::found::Building;
use super::layout::Layout;
use super::words::{self, folded};
use crate::statement::columns::{RowColumns, Written};
use crate::statement::profile::ColumnRole;
use crate::time::UtcOffset;
use std::collections::BTreeMap;

/// Values that stand for no id, folded.
const PLACEHOLDERS: &[&str] = &[
    "",
    "n a",
    "na",
    "nan",
    "none",
    "null",
    "nil",
    "not provided",
    "notprovided",
    "not available",
    "not applicable",
    "no reference",
    "no ref",
    "unknown",
    "undefined",
    "empty",
    "blank",
    "x",
    "xx",
    "xxx",
    "keine",
    "aucune",
    "neant",
    "nenhuma",
    "ninguna",
    "sin referencia",
    "sem referencia",
    "hakuna",
];
/// What is in the name of a column of references.
const REFERENCES: &[&str] = &["ref", "kumbukumbu"];
/// Days on which a value of a column of texts stands at least: the rows of one payment are of a day or two.
const DAYS_MIN: usize = 3;

/// Returns whether a value stands for no id.
pub(super) fn is_placeholder(text: &str) -> bool {
    if text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return false;
    }
    text.bytes().all(|byte| byte == b'0') || PLACEHOLDERS.contains(&&*folded(text))
}

/// What the rows of one value show.
struct Uses {
    rows: usize,
    first_amount: i64,
    has_more_amounts: bool,
    /// The first days, each once.
    days: Vec<i32>,
}

/// Takes the ids from the accounts of which most are shared by rows of other days and amounts. Without any description
/// they are the descriptions.
pub(super) fn leave_texts(accounts: &mut [Building], layout: &Layout) {
    let name = layout.places.of(ColumnRole::Id).and_then(|place| layout.header.get(place));
    let is_reference = name
        .map(|name| words::name(name))
        .is_some_and(|name| REFERENCES.iter().any(|own| name.contains(own)));
    let are_words = |rows: &RowColumns| is_reference && are_words(rows);
    let is_text = |it: &&mut Building| are_words(&it.rows) || (may_repeat(&it.rows) && are_texts(&it.rows));
    for account in accounts.iter_mut().filter(is_text) {
        let rows = &mut account.rows;
        let mut none = Written::default();
        (0..rows.len()).for_each(|_| none.push(None));
        let is_described = (0..rows.len()).any(|row| rows.description.get(row).is_some());
        let texts = core::mem::replace(&mut rows.id, none);
        if !is_described {
            rows.description = texts;
        }
    }
}

/// Returns whether most references have no digit: ids of banks and operators have some.
fn are_words(rows: &RowColumns) -> bool {
    let (mut with_id, mut words) = (0_usize, 0_usize);
    for id in (0..rows.len()).filter_map(|row| rows.id.get(row)) {
        with_id += 1;
        words += usize::from(id.bytes().all(|byte| !byte.is_ascii_digit()));
    }
    words * 2 > with_id
}

/// Returns whether most ids are shared by rows of several amounts and days.
fn are_texts(rows: &RowColumns) -> bool {
    let mut all: BTreeMap<&str, Uses> = BTreeMap::new();
    let mut with_id = 0_usize;
    for (row, (amount, at)) in rows.amounts.iter().zip(&rows.at).enumerate() {
        let Some(id) = rows.id.get(row) else { continue };
        with_id += 1;
        let uses = all.entry(id).or_insert_with(|| Uses {
            rows: 0,
            first_amount: *amount,
            has_more_amounts: false,
            days: Vec::new(),
        });
        uses.rows += 1;
        uses.has_more_amounts |= uses.first_amount != *amount;
        let day = at.date(UtcOffset::UTC).epoch_days();
        if uses.days.len() < DAYS_MIN && !uses.days.contains(&day) {
            uses.days.push(day);
        }
    }
    let is_text = |uses: &&Uses| {
        let is_of_most = uses.rows * 2 > with_id && uses.days.len() > 1;
        uses.has_more_amounts && (is_of_most || uses.days.len() >= DAYS_MIN)
    };
    let rows: usize = all.values().filter(is_text).map(|uses| uses.rows).sum();
    rows * 2 > with_id
}

/// Returns whether more than a quarter of the ids may have stood before, by a bit for each hash: ids proper are read
/// without a look at them all.
fn may_repeat(rows: &RowColumns) -> bool {
    let bits = rows.len().saturating_mul(16).next_power_of_two();
    let mut seen = vec![0_u64; bits / 64 + 1];
    let (mut with_id, mut again) = (0_usize, 0_usize);
    for id in (0..rows.len()).filter_map(|row| rows.id.get(row)) {
        with_id += 1;
        // FNV-1a.
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, step);
        let place = usize::try_from(hash ^ (hash >> 32)).unwrap_or_default() & (bits - 1);
        if let Some(word) = seen.get_mut(place / 64) {
            again += usize::from(*word >> (place % 64) & 1 == 1);
            *word |= 1 << (place % 64);
        }
    }
    again * 4 > with_id
}
