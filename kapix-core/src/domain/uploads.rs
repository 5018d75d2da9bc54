//! The uploads of one account: what the request brings under one `account_id`, their rows numbered on.

use super::account::{Account, Period, Transaction};
use super::source::{SourceKey, TransactionSource};
use crate::time::{Date, Instant};

/// The uploads of one account, in the order of the request.
pub(super) struct Uploads<'a> {
    pub(super) key: SourceKey,
    /// When the provider was read, where the source states it.
    pub(super) retrieved_at: Option<Instant>,
    parts: Vec<Part<'a>>,
}

/// What an upload states of its ends.
pub(super) struct Ends {
    pub(super) opening_minor: Option<i64>,
    pub(super) closing_minor: Option<i64>,
    /// The first day of its period or of its rows.
    pub(super) begins: Option<Date>,
}

struct Part<'a> {
    account: &'a Account,
    /// Index in `/data/SOURCE/accounts`.
    index: usize,
    /// Number of its first row.
    first: u32,
    pointer: String,
    period: Option<Period>,
}

impl<'a> Uploads<'a> {
    /// Returns the accounts of a source, uploads of one `account_id` together, in the order of their first ones.
    pub(super) fn of_source(key: SourceKey, source: &'a TransactionSource) -> Vec<Self> {
        let mut places = std::collections::BTreeMap::new();
        let mut all: Vec<Self> = Vec::with_capacity(source.accounts.len());
        for (index, account) in source.accounts.iter().enumerate() {
            let place = *places.entry(account.account_id.as_str()).or_insert(all.len());
            if place == all.len() {
                all.push(Self { key, retrieved_at: source.retrieved_at, parts: Vec::with_capacity(1) });
            }
            let Some(uploads) = all.get_mut(place) else { continue };
            let first = uploads.rows();
            uploads.parts.push(Part {
                account,
                index,
                first,
                pointer: format!("/data/{}/accounts/{index}", key.as_str()),
                period: account.period.or(source.period),
            });
        }
        all
    }

    /// Returns the account that names currency, kind and offset: the first upload.
    pub(super) fn account(&self) -> &'a Account {
        #[expect(
            clippy::indexing_slicing,
            reason = "made with its first part, and parts are never taken out"
        )]
        self.parts[0].account
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Returns the number of rows of all uploads.
    pub(super) fn rows(&self) -> u32 {
        let last = self.parts.last();
        last.map_or(0, |part| part.first.saturating_add(len_of(part.account)))
    }

    /// Returns every row with its number, in the order of the uploads.
    pub(super) fn transactions(&self) -> impl Iterator<Item = (u32, &'a Transaction)> + '_ {
        self.parts.iter().flat_map(|part| (part.first..).zip(&part.account.transactions))
    }

    /// Returns the upload that a row number lies in, and its row there.
    pub(super) fn place(&self, input: u32) -> (usize, u32) {
        let upload = self.parts.partition_point(|part| part.first <= input).saturating_sub(1);
        (upload, input - self.parts.get(upload).map_or(0, |part| part.first))
    }

    /// Returns the transaction that a row number stands for.
    pub(super) fn transaction(&self, input: u32) -> Option<&'a Transaction> {
        let (upload, row) = self.place(input);
        self.parts.get(upload)?.account.transactions.get(usize::try_from(row).ok()?)
    }

    /// Returns the JSON pointer to an upload.
    pub(super) fn pointer(&self, upload: usize) -> &str {
        self.parts.get(upload).map_or("/data", |part| &part.pointer)
    }

    /// Returns the JSON pointer to a row.
    pub(super) fn row_pointer(&self, input: u32) -> String {
        let (upload, row) = self.place(input);
        format!("{}/transactions/{row}", self.pointer(upload))
    }

    /// Returns the index of the first upload, and index and first row number of the others.
    pub(super) fn indices(&self) -> (usize, Vec<(usize, u32)>) {
        let mut parts = self.parts.iter().map(|part| (part.index, part.first));
        let (first, _) = parts.next().unwrap_or_default();
        (first, parts.collect())
    }

    /// Returns the stated period of the upload that a row lies in.
    pub(super) fn period_of(&self, input: u32) -> Option<Period> {
        self.parts.get(self.place(input).0)?.period
    }

    /// Returns the days for which a provider answered: the stated period of a source that says when it was read.
    pub(super) fn attested(&self) -> Option<Period> {
        self.retrieved_at.and_then(|_| self.period())
    }

    /// Returns the days from the first to the last that any upload states.
    pub(super) fn period(&self) -> Option<Period> {
        let mut periods = self.parts.iter().filter_map(|part| part.period);
        let first = periods.next()?;
        Some(periods.fold(first, |all, one| Period { from: all.from.min(one.from), to: all.to.max(one.to) }))
    }

    /// Returns how many doubts the reading of the documents left.
    pub(super) fn reading_doubts(&self) -> u64 {
        self.parts.iter().filter_map(|part| part.account.reading_doubts).map(u64::from).sum()
    }

    /// Returns the balance that the upload which begins first states before its rows.
    pub(super) fn opening_minor(&self) -> Option<i64> {
        self.parts.get(self.first_begun()?)?.account.opening_balance_minor
    }

    /// Returns the upload that begins first; `None` where none of several has a day.
    pub(super) fn first_begun(&self) -> Option<usize> {
        if self.parts.len() < 2 {
            return Some(0);
        }
        let begins = self.parts.iter().enumerate().filter_map(|(at, part)| {
            let opening = part.account.opening_balance_minor;
            Some((part.begins()?, opening.is_none(), opening, at))
        });
        begins.min().map(|(.., at)| at)
    }

    /// Returns what each upload states of its ends.
    pub(super) fn ends(&self) -> impl Iterator<Item = Ends> + '_ {
        self.parts.iter().map(|part| Ends {
            opening_minor: part.account.opening_balance_minor,
            closing_minor: part.account.closing_balance_minor,
            begins: part.begins(),
        })
    }

    /// Returns the balance that the upload which ends last states after its rows.
    pub(super) fn closing_minor(&self) -> Option<i64> {
        if let [only] = &*self.parts {
            return only.account.closing_balance_minor;
        }
        // Of those that end on one day one that states its balance, the lowest.
        let ends = |part: &&Part<'_>| {
            let closing = part.account.closing_balance_minor;
            (part.ends(), closing.is_some(), core::cmp::Reverse(closing))
        };
        self.parts.iter().max_by_key(ends)?.account.closing_balance_minor
    }
}

impl Part<'_> {
    fn begins(&self) -> Option<Date> {
        self.period.map(|period| period.from).into_iter().chain(self.days().min()).min()
    }

    fn ends(&self) -> Option<Date> {
        self.period.map(|period| period.to).into_iter().chain(self.days().max()).max()
    }

    fn days(&self) -> impl Iterator<Item = Date> + '_ {
        self.account.transactions.iter().map(|row| row.at.date(self.account.utc_offset))
    }
}

fn len_of(account: &Account) -> u32 {
    u32::try_from(account.transactions.len()).unwrap_or(u32::MAX)
}
