//! What reading a document gives, whatever its form.

use super::columns::{Row, RowColumns};
use super::profile::Profile;
use crate::domain::{Account, Severity};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Rows left out, and lines of a finding, that an answer lists at most; all are counted.
pub(crate) const LISTED_MAX: usize = 100;

/// What a document holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The accounts in the order of the document, at least one.
    pub accounts: Vec<AccountRead>,
    /// What reading shows of the data.
    pub findings: Vec<ReadingFinding>,
    /// Rows that became no transaction.
    pub left_out: LeftOutRows,
    /// The form that was used, whole.
    pub profile: Profile,
    /// What the profile rests on.
    pub proof: Proof,
}

/// One account of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountRead {
    /// The account with its rows, the oldest first where the order of the document is known.
    pub account: Account,
    /// Where each row begins in the document: its line, from 1, or the number of its element in JSON, from 0.
    pub lines: Vec<u64>,
}

impl AccountRead {
    /// Adds doubts, of which a score is told.
    pub(crate) fn doubt(&mut self, doubts: u64) {
        let own = self.account.reading_doubts.unwrap_or_default();
        let all = own.saturating_add(u32::try_from(doubts).unwrap_or(u32::MAX));
        self.account.reading_doubts = (all > 0).then_some(all);
    }
}

/// A reading whose accounts list no rows: those of each account are columns.
pub(crate) struct ColumnReading {
    pub(crate) reading: Reading,
    /// The rows of each account.
    pub(crate) rows: Vec<RowColumns>,
}

impl ColumnReading {
    /// Returns the reading with all rows.
    pub(crate) fn with_rows(mut self) -> Reading {
        for (read, rows) in self.reading.accounts.iter_mut().zip(self.rows) {
            read.account.transactions = rows.transactions(usize::MAX);
            read.lines = rows.lines;
        }
        self.reading
    }
}

impl From<Reading> for ColumnReading {
    fn from(mut reading: Reading) -> Self {
        let columns = |read: &mut AccountRead| {
            let mut columns = RowColumns::default();
            let rows = core::mem::take(&mut read.account.transactions);
            for (row, line) in rows.into_iter().zip(core::mem::take(&mut read.lines)) {
                columns.push(&Row::from(&row), line);
            }
            columns
        };
        let rows = reading.accounts.iter_mut().map(columns).collect();
        Self { reading, rows }
    }
}

/// What a reading rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proof {
    /// Rows whose balance follows from the balance of the row before and the amount.
    pub balances_chained: u64,
    /// Rows with an amount and a balance after a row with a balance.
    pub balances_checked: u64,
    /// How each part of the profile came about, by its name.
    pub choices: BTreeMap<&'static str, Choice>,
    /// Columns of the document that were not read, by their names in the header: the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns_not_read: Vec<String>,
    /// Totals that the document states, beside the sums of its rows.
    pub totals: Vec<TotalCheck>,
}

/// How a part of a profile came about; on the wire `{"how": "found", "line": 3}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The request stated it.
    Stated,
    /// Found in the document.
    Found {
        /// The line that proves it, or one of those that do, from 1; 0 where the whole document does.
        line: u64,
    },
    /// Nothing in the document depends on it.
    Default,
}

/// A choice as it is on the wire.
#[serde_with::skip_serializing_none]
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Chosen {
    /// `stated`, `found`, or `default` where nothing in the document depends on it.
    how: &'static str,
    /// The line that proves it, or one of those that do, from 1; 0 where the whole document does.
    line: Option<u64>,
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (how, line) = match self {
            Self::Stated => ("stated", None),
            Self::Found { line } => ("found", Some(*line)),
            Self::Default => ("default", None),
        };
        Chosen { how, line }.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Choice {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Choice".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Chosen::json_schema(generator)
    }
}

/// A total that a document states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TotalCheck {
    /// What the rows add up to, in minor units.
    pub found_minor: i64,
    /// What it is.
    pub kind: TotalKind,
    /// Its line, from 1.
    pub line: u64,
    /// What the document states, in minor units.
    pub stated_minor: i64,
}

/// What a total is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TotalKind {
    /// Of all amounts.
    Amounts,
    /// The balance after the last row.
    Closing,
    /// Of money in.
    Credits,
    /// Of money out.
    Debits,
    /// The number of rows, in place of minor units.
    Rows,
}

/// Rows of a document that became no transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOutRows {
    /// Number of rows by reason.
    pub counts: BTreeMap<LeftOutReason, u64>,
    /// The first hundred, in the order of the document.
    pub rows: Vec<LeftOutRow>,
}

impl LeftOutRows {
    /// Counts a row.
    pub(crate) fn push(&mut self, line: u64, reason: LeftOutReason) {
        *self.counts.entry(reason).or_default() += 1;
        if self.rows.len() < LISTED_MAX {
            self.rows.push(LeftOutRow { line, reason });
        }
    }

    /// Gives a row that is counted another reason.
    pub(crate) fn change(&mut self, line: u64, from: LeftOutReason, to: LeftOutReason) {
        if let Some(count) = self.counts.get_mut(&from) {
            *count -= 1;
        }
        self.counts.retain(|_, count| *count > 0);
        *self.counts.entry(to).or_default() += 1;
        self.rows.iter_mut().filter(|row| row.line == line).for_each(|row| row.reason = to);
    }

    /// Adds the rows of the part of the document behind.
    pub(crate) fn join(&mut self, next: Self) {
        for (reason, count) in next.counts {
            *self.counts.entry(reason).or_default() += count;
        }
        let room = LISTED_MAX - self.rows.len();
        self.rows.extend(next.rows.into_iter().take(room));
    }
}

/// A row that became no transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOutRow {
    /// Its line, from 1, or the number of its element in JSON, from 0.
    pub line: u64,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a row became no transaction.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr, VariantArray, EnumMessage,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LeftOutReason {
    /// A line of separators without values. Empty lines are passed over and not counted.
    #[strum(message = "Nothing.")]
    Blank,
    /// A balance that the document names as one at its end. After the last row it became the closing balance; between rows
    /// it was compared with the balance there.
    #[strum(message = "Nothing.")]
    ClosingBalance,
    /// Text that continues the row above: it was joined to its description.
    #[strum(message = "Nothing.")]
    Continuation,
    /// The header again.
    #[strum(message = "Nothing.")]
    Header,
    /// A row with a day, or a line of a balance or a total, of which no amount could be read.
    #[strum(message = "Compare with the document where the balances do not chain.")]
    NoAmount,
    /// Text without a day and without an amount, such as the foot of a page; or a limit of the account.
    #[strum(message = "Nothing.")]
    Note,
    /// A balance before the first row: it became the opening balance.
    #[strum(message = "Nothing.")]
    OpeningBalance,
    /// A line before the header.
    #[strum(message = "Nothing.")]
    Preamble,
    /// A row that the provider removed.
    #[strum(message = "Nothing.")]
    Removed,
    /// A row of another page or pull that is there already.
    #[strum(message = "Nothing.")]
    Repeated,
    /// A row of which a later page or pull has another form, which stands for it.
    #[strum(message = "Nothing.")]
    Replaced,
    /// A sum of the rows: it was compared.
    #[strum(message = "Nothing.")]
    Total,
    /// A balance at an end that names no account, in a document of several.
    #[strum(message = "State the balances of each account where they are known.")]
    UnplacedBalance,
}

/// What reading shows of the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadingFinding {
    /// Number of cases; `lines` shows the first ones.
    pub count: u64,
    /// What was found.
    pub kind: ReadingFindingKind,
    /// Lines of the document, from 1, or numbers of elements in JSON, from 0: at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
    /// What it should do to a decision.
    pub severity: Severity,
}

/// What reading may show of the data.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr, VariantArray, EnumMessage,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ReadingFindingKind {
    /// A stated balance at an end, or between rows, is not the balance that the rows lead to.
    #[strum(message = "Ask for the whole document: rows may be missing, added or changed.")]
    ClosingMismatch,
    /// Money stands in a column of fees that is not read (`columns_not_read`), and no balance shows that the amounts hold it.
    #[strum(message = "Give each fee a row of its own, or add it to the amount.")]
    FeesNotRead,
    /// A line holds an amount and became no row: without a day, all in one value, before the header, or in a quoted value of
    /// several lines.
    #[strum(message = "Write the line as the other rows, or read the rest of the document without it.")]
    HiddenRows,
    /// A line before the header names a loan or a card, and nothing says whether the account is that one.
    #[strum(message = "State `account.kind`: money into a `loan` or a `card` is no income.")]
    KindUnknown,
    /// The document was in the order of the newest first; the rows are given the oldest first.
    #[strum(message = "Nothing.")]
    NewestFirst,
    /// Every page says that another one follows, which did not come.
    #[strum(message = "Read all pages: rows are missing.")]
    PagesMissing,
    /// Behind a line that is no row the days begin anew: the rows may be of another account, or still to come.
    #[strum(message = "Split the document at the line, and read the parts by what they are.")]
    SectionDoubtful,
    /// More balances follow from the row before with the amount turned round than as it was read, and too few to turn it, or
    /// no balance is below zero; or only some debits seem to have a minus.
    #[strum(message = "Compare a row with the document, and state `sign` or `debit_sign`.")]
    SignDoubtful,
    /// Balances chain only when money out is above zero; the amounts were turned round.
    #[strum(message = "State `sign` as `debit_positive`.")]
    SignFound,
    /// It is open whether rows took effect: no status or day of booking where others have one, a code other than that of success,
    /// a text of a payment that came back, or a title of such rows.
    #[strum(message = "Find out whether the rows took effect, and state it in a column of `status`.")]
    StateUnknown,
    /// A stated total is not the sum of the rows.
    #[strum(message = "Ask for the whole document: rows may be missing, added or changed.")]
    TotalMismatch,
}

impl ReadingFindingKind {
    /// Returns what the finding should do to a decision.
    ///
    /// ```
    /// use kapix_core::{ledger::Severity, statement::ReadingFindingKind};
    ///
    /// assert_eq!(ReadingFindingKind::TotalMismatch.severity(), Severity::Refer);
    /// ```
    pub const fn severity(self) -> Severity {
        match self {
            Self::ClosingMismatch
            | Self::FeesNotRead
            | Self::HiddenRows
            | Self::KindUnknown
            | Self::PagesMissing
            | Self::SectionDoubtful
            | Self::SignDoubtful
            | Self::StateUnknown
            | Self::TotalMismatch => Severity::Refer,
            Self::NewestFirst | Self::SignFound => Severity::Info,
        }
    }

    /// Returns the finding of these lines.
    pub(crate) fn at(self, lines: Vec<u64>) -> ReadingFinding {
        let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let lines = lines.into_iter().take(LISTED_MAX).collect();
        ReadingFinding { count, kind: self, lines, severity: self.severity() }
    }
}
