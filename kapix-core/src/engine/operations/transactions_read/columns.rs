//! The rows of accounts as result columns, in one pass that takes the texts of the rows.

use crate::domain::{
    Codes, Direction, ResultColumn, ResultColumns, ResultValues, Texts, Transaction, TransactionStatus,
};
use crate::id::Id;
use crate::statement::AccountRead;
use crate::time::At;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Returns every row as columns, in the order of the accounts. Each account keeps its first rows, `listed` in all.
pub(super) fn take(accounts: &mut [AccountRead], mut listed: usize) -> ResultColumns {
    let names = accounts.iter().map(|it| Arc::from(it.account.account_id.as_str())).collect();
    let mut columns = Columns::with_capacity(accounts.iter().map(|it| it.lines.len()).sum());
    for (index, it) in accounts.iter_mut().enumerate() {
        let rows = &mut it.account.transactions;
        let kept = rows.get(..listed.min(rows.len())).unwrap_or_default().to_vec();
        listed -= kept.len();
        columns.account.extend(core::iter::repeat_n(i32::try_from(index).unwrap_or(-1), rows.len()));
        columns.lines.extend(it.lines.iter().map(|line| i64::try_from(*line).unwrap_or(i64::MAX)));
        for row in core::mem::replace(rows, kept) {
            columns.push(&row);
        }
    }
    columns.finish(names)
}

/// The columns while rows are taken.
#[derive(Default)]
struct Columns {
    account: Vec<i32>,
    amounts: Vec<i64>,
    at: Vec<At>,
    balances: Vec<i64>,
    with_balance: Validity,
    category: Few,
    counterparty: Written,
    description: Written,
    id: Written,
    lines: Vec<i64>,
    pending_id: Written,
    status: Few,
    direction: Few,
}

impl Columns {
    fn with_capacity(rows: usize) -> Self {
        Self {
            account: Vec::with_capacity(rows),
            amounts: Vec::with_capacity(rows),
            at: Vec::with_capacity(rows),
            balances: Vec::with_capacity(rows),
            lines: Vec::with_capacity(rows),
            ..Self::default()
        }
    }

    fn push(&mut self, row: &Transaction) {
        self.amounts.push(row.amount_minor);
        self.at.push(row.at);
        self.balances.push(row.balance_minor.unwrap_or_default());
        self.with_balance.push(row.balance_minor.is_some());
        self.category.push(row.category.as_deref());
        self.counterparty.push(row.counterparty.as_deref());
        self.description.push(row.description.as_deref());
        self.id.push(row.id.as_ref().map(Id::as_str));
        self.pending_id.push(row.pending_id.as_ref().map(Id::as_str));
        self.status.push(Some(match row.status {
            TransactionStatus::Posted => "posted",
            TransactionStatus::Pending => "pending",
            TransactionStatus::Failed => "failed",
        }));
        self.direction.push(row.direction.map(|direction| match direction {
            Direction::Credit => "credit",
            Direction::Debit => "debit",
        }));
    }

    fn finish(self, names: Vec<Arc<str>>) -> ResultColumns {
        let account = ResultValues::Dictionary { codes: Codes::Wide(self.account), names };
        ResultColumns::from_iter([
            ResultColumn::new("account", account, None),
            ResultColumn::new("amount_minor", ResultValues::Integer(self.amounts), None),
            at(&self.at),
            ResultColumn::new(
                "balance_minor",
                ResultValues::Integer(self.balances),
                self.with_balance.bits(),
            ),
            self.category.column("category"),
            self.counterparty.column("counterparty"),
            self.description.column("description"),
            self.id.column("id"),
            ResultColumn::new("line", ResultValues::Integer(self.lines), None),
            self.pending_id.column("pending_id"),
            self.status.column("status"),
            self.direction.column("type"),
        ])
    }
}

/// Returns the column of days or of instants; of text where the document has both.
fn at(rows: &[At]) -> ResultColumn {
    let date = |at: &At| match at {
        At::Date(date) => Some(date.epoch_days()),
        At::Instant(_) => None,
    };
    let instant = |at: &At| match at {
        At::Date(_) => None,
        At::Instant(instant) => Some(instant.epoch_microseconds()),
    };
    let dates = rows.iter().map(date).collect::<Option<_>>().map(ResultValues::Date);
    let values = dates.or_else(|| rows.iter().map(instant).collect::<Option<_>>().map(ResultValues::Instant));
    let text = || ResultValues::Text(rows.iter().map(At::to_string).collect());
    ResultColumn::new("at", values.unwrap_or_else(text), None)
}

/// The bits of the rows that hold a value.
#[derive(Default)]
struct Validity {
    bits: Vec<u8>,
    rows: usize,
    valid: usize,
}

impl Validity {
    fn push(&mut self, is_valid: bool) {
        if self.rows.is_multiple_of(8) {
            self.bits.push(0);
        }
        if let Some(byte) = self.bits.last_mut() {
            *byte |= u8::from(is_valid) << (self.rows % 8);
        }
        self.rows += 1;
        self.valid += usize::from(is_valid);
    }

    /// Returns the bits; `None` where all rows hold a value.
    fn bits(self) -> Option<Vec<u8>> {
        (self.valid < self.rows).then_some(self.bits)
    }
}

/// A column of text, in memory of its own from the first row that holds one.
#[derive(Default)]
struct Written {
    texts: Texts,
    validity: Validity,
}

impl Written {
    fn push(&mut self, text: Option<&str>) {
        if self.texts.is_empty() && text.is_some() {
            self.texts = Texts::empty(self.validity.rows);
        }
        self.validity.push(text.is_some());
        if text.is_some() || !self.texts.is_empty() {
            self.texts.push(text.unwrap_or_default());
        }
    }

    fn column(self, name: &'static str) -> ResultColumn {
        let texts = if self.texts.is_empty() { Texts::empty(self.validity.rows) } else { self.texts };
        ResultColumn::new(name, ResultValues::Text(texts), self.validity.bits())
    }
}

/// A column of few texts, in the order in which they occur.
#[derive(Default)]
struct Few {
    codes: Vec<i32>,
    names: Vec<Arc<str>>,
    known: BTreeMap<Arc<str>, i32>,
    /// The code of the row before.
    last: Option<i32>,
    validity: Validity,
}

impl Few {
    fn push(&mut self, text: Option<&str>) {
        self.validity.push(text.is_some());
        let code = text.map_or(-1, |text| self.code(text));
        self.codes.push(code);
    }

    fn code(&mut self, text: &str) -> i32 {
        let name = |code: i32| usize::try_from(code).ok().and_then(|code| self.names.get(code));
        if let Some(last) = self.last.filter(|code| name(*code).is_some_and(|own| &**own == text)) {
            return last;
        }
        let code = self.known.get(text).copied().unwrap_or_else(|| {
            let (code, name) = (i32::try_from(self.names.len()).unwrap_or(-1), Arc::<str>::from(text));
            self.names.push(Arc::clone(&name));
            self.known.insert(name, code);
            code
        });
        self.last = Some(code);
        code
    }

    fn column(self, name: &'static str) -> ResultColumn {
        let values = ResultValues::Dictionary { codes: Codes::Wide(self.codes), names: self.names };
        ResultColumn::new(name, values, self.validity.bits())
    }
}
