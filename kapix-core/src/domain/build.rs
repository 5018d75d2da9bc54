//! From the accounts of a request to the ledger.

use super::account::TransactionStatus;
use super::balances::{self, Overflow, Walk, walk};
use super::cases::Tally;
use super::check;
use super::cover::{self, Cover};
use super::ends;
use super::finding::{Finding, FindingKind};
use super::ledger::{AccountLedger, Ledger, Row};
use super::order::{DayOrder, Orderer};
use super::overlap;
use super::pending;
use super::readings::Reading;
use super::reversals;
use super::sign;
use super::source::Data;
use super::texts;
use super::transfers;
use super::twice;
use super::uploads::Uploads;
use super::validate::{self, Problems, on_wire};
use crate::error::{Cause, Result};
use crate::limits::Limits;
use crate::limits::WIRE_MAX;
use crate::time::{At, Date, Instant, UtcOffset};
use std::collections::BTreeMap;

/// Categories whose credits are not income: the holder's own money, borrowed money, money given back.
const NOT_INCOME: [&str; 3] = [transfers::OWN_TRANSFER, "loan", "reversal"];

impl Ledger {
    /// Returns the ledger of all accounts up to `as_of`, with what was found on the way.
    ///
    /// Rows are put in the order of their civil dates at the account's offset; dates never move. Inside a day the
    /// rows take an order in which each stated balance is the balance before it plus the amount, within the
    /// account's `chain_tolerance_minor`; where no order does, that of the document. Rows after `as_of` and rows
    /// that failed are left out and counted in a finding. The sum of any rows of the ledger, over all accounts,
    /// lies within +-(2^53 - 1).
    ///
    /// Errors, up to 100 places in one: `limit.exceeded`; `transaction.sign`; `ledger.account_duplicate`;
    /// `value.out_of_range` for a period or a tolerance; `money.overflow` for an amount, a carried balance or the
    /// sum of all credits or of all debits.
    ///
    /// ```
    /// use kapix_core::{Limits, ledger::{Data, FindingKind, Ledger}, time::Instant};
    ///
    /// let data: Data = serde_json::from_str(
    ///     r#"{"bank": {"accounts": [{
    ///         "account_id": "a-1", "kind": "current", "currency": "KES", "opening_balance_minor": 50000,
    ///         "transactions": [
    ///             {"at": "2026-03-28", "amount_minor": -20000, "balance_minor": 30000},
    ///             {"at": "2026-03-29", "amount_minor": -10000, "balance_minor": 25000}
    ///         ]
    ///     }]}}"#,
    /// )?;
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    ///
    /// assert_eq!(ledger.accounts[0].rows.len(), 2);
    /// // 300.00 less 100.00 is 200.00; the document states 250.00.
    /// let finding = &ledger.findings[0];
    /// assert_eq!((finding.kind, &finding.amounts_minor[..]), (FindingKind::ChainBreak, &[20_000, 25_000][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(data: &Data, as_of: Instant, limits: &Limits) -> Result<Self> {
        validate::check(data, limits)?;
        let mut builder = Builder::new(as_of);
        for (key, source) in data.transaction_sources() {
            for uploads in Uploads::of_source(key, source) {
                builder.account(uploads);
            }
        }
        builder.finish()
    }
}

struct Builder<'a> {
    as_of: Instant,
    orderer: Orderer,
    names: Names<'a>,
    problems: Problems,
    /// Sums of all credits and of all debits so far.
    credits_minor: i64,
    debits_minor: i64,
    accounts: Vec<AccountLedger>,
    /// By account: what the request brings of it, the days that it covers, and what was found.
    uploads: Vec<Uploads<'a>>,
    covers: Vec<Cover>,
    findings: Vec<Vec<Finding>>,
}

/// Rows of an account that count, and what was found while they were chosen.
struct Chosen {
    rows: Vec<Row>,
    after_as_of: Tally,
    future: Tally,
    failed: Tally,
    outside: Tally,
}

impl<'a> Builder<'a> {
    const fn new(as_of: Instant) -> Self {
        Self {
            as_of,
            orderer: Orderer::new(),
            names: Names { raw: BTreeMap::new(), folded: BTreeMap::new() },
            problems: Problems::new(),
            credits_minor: 0,
            debits_minor: 0,
            accounts: Vec::new(),
            uploads: Vec::new(),
            covers: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn account(&mut self, mut uploads: Uploads<'a>) {
        let account = uploads.account();
        let last_day = self.as_of.date_at(account.utc_offset);
        let mut chosen = self.choose(&mut uploads, last_day);
        let tolerance = account.chain_tolerance_minor;
        chosen.rows.sort_by_key(|row| row.date);
        let overlap = overlap::merge(&uploads, &mut chosen.rows);
        let pending = pending::settle(&uploads, &mut chosen.rows);
        let stated_opening = uploads.opening_minor();
        order_days(&mut self.orderer, &mut chosen.rows, stated_opening, tolerance);
        let walk = match walk(&mut chosen.rows, stated_opening, tolerance, uploads.attested())
            .and_then(|walk| anchored(&mut chosen.rows, &uploads, walk))
        {
            Ok(walk) => walk,
            Err(overflow) => return self.balance_overflow(&overflow, &uploads),
        };
        let sign = sign::reversed(&uploads, &chosen.rows, (tolerance, &walk.breaks));
        let duplicates = twice::likely_duplicates(&mut chosen.rows, &uploads);
        let one_id = twice::one_id(&mut chosen.rows, &uploads, &duplicates);
        let doubts = [&one_id.repeated, &duplicates];
        let stretches = match again(&mut chosen.rows, &uploads, (walk.stretches, doubts)) {
            Ok(stretches) => stretches,
            Err(overflow) => return self.balance_overflow(&overflow, &uploads),
        };
        let isolated = cover::isolated(&mut chosen.rows, &stretches);
        let cover = cover::cover(&uploads, &chosen.rows, balances::latest(&stretches), last_day);
        let reversals = reversals::mark(&uploads, &mut chosen.rows);
        let (index, further) = uploads.indices();
        let mut ledger = AccountLedger {
            source: uploads.key,
            index,
            uploads: further,
            kind: account.kind,
            currency: account.currency,
            utc_offset: account.utc_offset,
            last_day,
            covered: cover.days,
            balance_disputed: false,
            rows: chosen.rows,
            opening_minor: walk.opening_minor,
            days: walk.days,
            days_chained: walk.days_chained,
        };
        let ends = ends::mismatches(&mut self.orderer, &uploads, &ledger, !chosen.after_as_of.is_empty());
        forget_unproven(&mut ledger, &cover, balances::latest(&stretches));
        let chain = [walk.breaks, sign, walk.opening];
        let rows = [
            duplicates,
            one_id.repeated,
            one_id.shared,
            pending.open,
            pending.settled,
            pending.differing,
            overlap.disputed,
            overlap.merged,
            isolated,
            reversals,
            chosen.after_as_of,
            chosen.future,
            chosen.outside,
            check::gaps(&ledger.rows, last_day),
            check::reordered(&ledger.rows),
            check::zero_rows(&ledger.rows),
            chosen.failed,
        ];
        let findings = |tally: Tally| tally.findings(&uploads);
        let of_rows = rows.into_iter().flat_map(findings);
        self.findings.push(chain.into_iter().flat_map(findings).chain(ends).chain(of_rows).collect());
        self.accounts.push(ledger);
        self.uploads.push(uploads);
        self.covers.push(cover);
    }

    /// Returns the rows that took effect on or before `as_of`, in the order of the document. A reading that a row contradicts
    /// proves no day: it is forgotten.
    fn choose(&mut self, uploads: &mut Uploads<'a>, last_day: Date) -> Chosen {
        let offset = uploads.account().utc_offset;
        let read_on = uploads.retrieved_at.map(|instant| instant.date_at(offset));
        let mut chosen = Chosen {
            rows: Vec::with_capacity(usize::try_from(uploads.rows()).unwrap_or_default()),
            after_as_of: Tally::new(FindingKind::AfterAsOf),
            future: Tally::new(FindingKind::FutureDate),
            failed: Tally::new(FindingKind::FailedRows),
            outside: Tally::new(FindingKind::OutsidePeriod),
        };
        for (row, transaction) in uploads.transactions() {
            let date = transaction.at.date(offset);
            let failed = transaction.status == TransactionStatus::Failed;
            if !failed && read_on.is_some_and(|read_on| date > read_on) {
                chosen.future.row(row, date);
            }
            let after = match transaction.at {
                At::Date(date) => date > last_day,
                At::Instant(instant) => instant > self.as_of,
            };
            if after {
                chosen.after_as_of.row(row, date);
                continue;
            }
            if failed {
                chosen.failed.row(row, date);
                continue;
            }
            if uploads.period_of(row).is_some_and(|period| date < period.from || date > period.to) {
                chosen.outside.row(row, date);
            }
            let amount_minor = transaction.amount_minor;
            let repays = amount_minor > 0 && uploads.account().kind.is_owed();
            self.add(amount_minor, uploads, row);
            let category = transaction.category.as_deref();
            chosen.rows.push(Row {
                input: row,
                date,
                amount_minor,
                balance_minor: transaction.balance_minor,
                counterparty: transaction.counterparty.as_deref().and_then(|name| self.names.number(name)),
                income: amount_minor > 0
                    && !repays
                    && category
                        .is_none_or(|category| !NOT_INCOME.iter().any(|name| texts::names(category, name))),
                transfer: repays
                    || category.is_some_and(|category| texts::names(category, transfers::OWN_TRANSFER)),
                disputed: false,
            });
        }
        uploads.retrieved_at = uploads.retrieved_at.filter(|_| chosen.future.is_empty());
        chosen
    }

    /// Adds a row to the sums of the applicant.
    fn add(&mut self, amount_minor: i64, uploads: &Uploads<'_>, row: u32) {
        let sum = if amount_minor > 0 { &mut self.credits_minor } else { &mut self.debits_minor };
        // Both are within 2^53: the sum stays below 2^54, and it stops growing at the first that is too large.
        let total = sum.saturating_add(amount_minor);
        if on_wire(total) {
            *sum = total;
        } else {
            let message =
                format!("the sum of all credits or of all debits leaves `+-{WIRE_MAX}` minor units");
            self.overflow(message, uploads, row);
        }
    }

    fn balance_overflow(&mut self, Overflow { input }: &Overflow, uploads: &Uploads<'_>) {
        let message = format!("the balance before or after the row leaves `+-{WIRE_MAX}` minor units");
        self.overflow(message, uploads, *input);
    }

    fn overflow(&mut self, message: String, uploads: &Uploads<'_>, row: u32) {
        let field = format!("{}/amount_minor", uploads.row_pointer(row));
        self.problems.push(Cause::MoneyOverflow, message, field);
    }

    fn finish(mut self) -> Result<Ledger> {
        self.problems.result()?;
        let shared = overlap::shared(&mut self.accounts, &self.uploads);
        let transfers = transfers::mark(&mut self.accounts, &self.uploads, &self.covers);
        let end = cover::end(&self.accounts, &self.covers);
        let mut findings = Vec::new();
        for (at, of_account) in self.findings.into_iter().enumerate() {
            findings.extend(of_account);
            let Some((uploads, cover)) = self.uploads.get(at).zip(self.covers.get(at)) else { continue };
            for tallies in [&shared.rows, &shared.differing, &transfers.own, &transfers.possible] {
                findings.extend(tallies.get(at).into_iter().flat_map(|tally| tally.findings(uploads)));
            }
            let balance = shared.balances.get(at).copied().flatten();
            findings.extend(balance.map(|balance| Finding {
                pointer: uploads.pointer(0).to_owned(),
                amounts_minor: vec![balance],
                ..Finding::of_applicant(FindingKind::SharedBalance, 1, None)
            }));
            let doubts = uploads.reading_doubts();
            findings.extend((doubts > 0).then(|| Finding {
                pointer: uploads.pointer(0).to_owned(),
                ..Finding::of_applicant(FindingKind::ReadingDoubts, doubts, None)
            }));
            let early = end.as_ref().and_then(|end| Some((cover::ends_early(*cover, end.day)?, end.day)));
            findings.extend(early.map(|((own, days), end)| Finding {
                pointer: uploads.pointer(0).to_owned(),
                ..Finding::of_applicant(FindingKind::EndsEarly, days.unsigned_abs().into(), Some((own, end)))
            }));
        }
        findings.extend(check::mixed_currencies(&self.accounts));
        renumber(&mut self.accounts);
        let first = self.accounts.first().map(|ledger| ledger.currency);
        let currency = first.filter(|first| self.accounts.iter().all(|ledger| ledger.currency == *first));
        let mut ledger = Ledger {
            accounts: Vec::new(),
            age_days: end.as_ref().map_or(0, |end| end.age_days),
            as_of: self.as_of,
            currency,
            end_is_given: end.as_ref().is_some_and(|end| end.is_given),
            features_as_of: end.map_or_else(|| self.as_of.date_at(UtcOffset::UTC), |end| end.day),
            findings,
            other_reading: None,
        };
        if ledger.age_days > 0 {
            let (age, end) = (ledger.age_days, ledger.features_as_of);
            let days = end.add_days(age).ok().map(|day| (end, day));
            let kind = FindingKind::DataAge;
            ledger.findings.push(Finding::of_applicant(kind, age.unsigned_abs().into(), days));
        }
        for account in &mut self.accounts {
            account.last_day = ledger.features_as_of;
            // Only rows of 0 that state no balance can lie later: they prove no day.
            account.rows.retain(|row| row.date <= ledger.features_as_of);
        }
        ledger.read(self.accounts, (&self.uploads, &self.covers));
        Ok(ledger)
    }
}

impl Ledger {
    /// Takes the accounts as they are, or in two readings where rows are disputed.
    fn read(&mut self, accounts: Vec<AccountLedger>, of: (&[Uploads<'_>], &[Cover])) {
        let is_sure = |account: &AccountLedger| {
            !account.balance_disputed && account.rows.iter().all(|row| !row.disputed)
        };
        if accounts.iter().all(is_sure) {
            self.accounts = accounts;
            return;
        }
        let other = Self { accounts: Reading::Other.of(&accounts, of), ..self.clone() };
        self.accounts = Reading::Cautious.of(&accounts, of);
        self.other_reading = Some(Box::new(other));
    }
}

/// Walks rows once more if some were found to be in doubt by the balances of the first walk, and returns where their
/// stretches begin: a row in doubt bridges no gap.
fn again(
    rows: &mut [Row],
    uploads: &Uploads<'_>,
    (stretches, doubts): (Vec<usize>, [&Tally; 2]),
) -> core::result::Result<Vec<usize>, Overflow> {
    if doubts.iter().all(|tally| tally.is_empty()) {
        return Ok(stretches);
    }
    for row in rows.iter_mut() {
        row.balance_minor = uploads.transaction(row.input).and_then(|row| row.balance_minor);
    }
    let tolerance = uploads.account().chain_tolerance_minor;
    let walk = walk(rows, uploads.opening_minor(), tolerance, uploads.attested())?;
    Ok(anchored(rows, uploads, walk)?.stretches)
}

/// Takes the balances of the latest stretch from the first one that it states, where it states one: after a break that
/// nothing bridges those carried to it are not known.
fn anchored(rows: &mut [Row], uploads: &Uploads<'_>, walk: Walk) -> core::result::Result<Walk, Overflow> {
    let stretch = balances::latest(&walk.stretches);
    let latest = rows.get_mut(stretch..).filter(|_| stretch > 0).unwrap_or_default();
    let stated = |row: &Row| uploads.transaction(row.input).is_some_and(|row| row.balance_minor.is_some());
    let anchor = latest.iter().position(stated);
    if anchor.is_some() {
        balances::restart(latest, anchor)?;
    }
    Ok(walk)
}

/// Puts each day of rows sorted by date into an order in which balances chain.
#[expect(clippy::indexing_slicing, reason = "a day is no longer than the rows that it begins")]
pub(super) fn order_days(orderer: &mut Orderer, rows: &mut [Row], opening: Option<i64>, tolerance: i64) {
    let mut previous = opening;
    let mut rest = rows;
    let mut len = first_day(rest);
    while len > 0 {
        let (day, later) = rest.split_at_mut(len);
        let next_len = first_day(later);
        match orderer.order(day, previous, &later[..next_len], tolerance) {
            DayOrder::Input => {}
            DayOrder::Reversed => day.reverse(),
            DayOrder::Permuted(order) => {
                let ordered: Vec<Row> =
                    order.into_iter().filter_map(|at| day.get(super::order::index(at)).copied()).collect();
                day.copy_from_slice(&ordered);
            }
        }
        previous = day.iter().fold(previous, |balance, row| {
            row.balance_minor.or(balance.map(|balance| balance.saturating_add(row.amount_minor)))
        });
        rest = later;
        len = next_len;
    }
}

/// Returns the number of rows that have the date of the first.
fn first_day(rows: &[Row]) -> usize {
    rows.chunk_by(|a, b| a.date == b.date).next().map_or(0, <[Row]>::len)
}

/// Numbers of counterparties: the same text after trimming and case folding has the same number.
struct Names<'a> {
    /// Text as it was written; most rows are answered here without a copy.
    raw: BTreeMap<&'a str, Option<u32>>,
    folded: BTreeMap<String, u32>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: &'a str) -> Option<u32> {
        if let Some(&number) = self.raw.get(name) {
            return number;
        }
        let folded = name.trim().to_lowercase();
        let next = u32::try_from(self.folded.len()).unwrap_or(u32::MAX);
        let number = (!folded.is_empty()).then(|| *self.folded.entry(folded).or_insert(next));
        self.raw.insert(name, number);
        number
    }
}

/// Numbers the counterparties again in ledger order, so that the order of the document does not show.
fn renumber(accounts: &mut [AccountLedger]) {
    let mut numbers: Vec<Option<u32>> = Vec::new();
    let mut next = 0;
    for row in accounts.iter_mut().flat_map(|ledger| &mut ledger.rows) {
        let Some(old) = row.counterparty else { continue };
        let old = super::order::index(old);
        if numbers.len() <= old {
            numbers.resize(old + 1, None);
        }
        if let Some(slot) = numbers.get_mut(old) {
            let number = *slot.get_or_insert(next);
            next += u32::from(number == next);
            row.counterparty = Some(number);
        }
    }
}

#[cfg(test)]
mod break_tests;
#[cfg(test)]
mod caution_tests;
#[cfg(test)]
mod copied_tests;
#[cfg(test)]
mod cover_tests;
#[cfg(test)]
mod disputed_tests;
#[cfg(test)]
mod doubt_tests;
#[cfg(test)]
mod once_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
/// Forgets the balances of the latest stretch where nothing proves what came before it.
fn forget_unproven(ledger: &mut AccountLedger, cover: &Cover, stretch: usize) {
    if cover.is_unproven {
        for row in ledger.rows.iter_mut().skip(stretch) {
            row.balance_minor = None;
        }
    }
}

#[cfg(test)]
mod transfer_tests;
