//! Rows of several pages and pulls as one list: each row once, the latest form of it, without those that the provider
//! removed.

use super::row::RowRead;
use crate::id::Id;
use crate::money::Currency;
use crate::statement::{LeftOutReason, LeftOutRows};
use std::collections::{BTreeMap, BTreeSet};

/// The account of a row: its id, or the number of its array where several have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Id(Id),
    Array(Vec<usize>),
}

/// A row, with its number among all elements and that of its page.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) page: usize,
    pub(super) owner: Owner,
    pub(super) row: RowRead,
}

/// How a row stands to an earlier one with its id and another content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versions {
    /// Two rows share the id.
    Apart,
    /// The row of an earlier page is replaced; two of one page stand side by side.
    ByPage,
    /// It is replaced.
    Latest,
}

/// The rows so far.
#[derive(Default)]
pub(super) struct Joined {
    entries: Vec<Entry>,
    /// Places of rows by account, id and hash of the content.
    by_content: BTreeMap<(Owner, Currency, Id, u64), Vec<usize>>,
    /// Place of the last row by account and id.
    by_id: BTreeMap<(Owner, Currency, Id), usize>,
    /// Place of the last row by id alone, for a later form of it in another account.
    by_id_alone: BTreeMap<Id, usize>,
    removed: BTreeSet<Id>,
    pub(super) left_out: LeftOutRows,
}

/// The rows of one account.
pub(super) type AccountRows = (Owner, Currency, Vec<(u64, RowRead)>);

impl Joined {
    /// Adds a row; one with the same id and the same content is there already.
    pub(super) fn add(&mut self, entry: Entry, versions: Versions) {
        let Some(id) = entry.row.transaction.id.clone() else {
            self.entries.push(entry);
            return;
        };
        let key = (entry.owner.clone(), entry.row.currency, id);
        let (owner, currency, id) = key.clone();
        let same = self.by_content.entry((owner, currency, id, entry.row.content())).or_default();
        let is_same = |place: &usize| {
            self.entries.get(*place).is_some_and(|known| known.row.transaction == entry.row.transaction)
        };
        if same.iter().any(is_same) {
            self.left_out.push(entry.number, LeftOutReason::Repeated);
            return;
        }
        let elsewhere = || self.by_id_alone.get(&key.2).filter(|_| versions == Versions::Latest);
        let last = self
            .by_id
            .get(&key)
            .or_else(elsewhere)
            .and_then(|place| Some((*place, self.entries.get(*place)?)));
        let replaces = |known: &Entry| match versions {
            Versions::Apart => false,
            Versions::ByPage => known.page != entry.page,
            Versions::Latest => true,
        };
        let place = match last {
            Some((place, known)) if replaces(known) => {
                self.left_out.push(known.number, LeftOutReason::Replaced);
                place
            }
            _ => self.entries.len(),
        };
        same.push(place);
        self.by_id_alone.insert(key.2.clone(), place);
        self.by_id.insert(key, place);
        match self.entries.get_mut(place) {
            Some(slot) => *slot = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes note of an id whose rows leave, whatever page they are on.
    pub(super) fn remove(&mut self, id: Id) {
        self.removed.insert(id);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the rows by account, in the order in which accounts and rows come, and what was left out.
    pub(super) fn accounts(mut self) -> (Vec<AccountRows>, LeftOutRows) {
        let mut accounts: Vec<AccountRows> = Vec::new();
        let mut known: BTreeMap<(Owner, Currency), usize> = BTreeMap::new();
        for entry in self.entries {
            if entry.row.transaction.id.as_ref().is_some_and(|id| self.removed.contains(id)) {
                self.left_out.push(entry.number, LeftOutReason::Removed);
                continue;
            }
            let key = (entry.owner, entry.row.currency);
            let place = *known.entry(key.clone()).or_insert(accounts.len());
            if place == accounts.len() {
                accounts.push((key.0, key.1, Vec::new()));
            }
            if let Some((_, _, rows)) = accounts.get_mut(place) {
                rows.push((entry.number, entry.row));
            }
        }
        self.left_out.rows.sort_by_key(|row| row.line);
        (accounts, self.left_out)
    }
}
