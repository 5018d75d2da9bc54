//! From a seed to a sample.

use super::book::{Book, Opening, Posted};
use super::dice::{Dice, ratio, times};
use super::options::{Country, Persona, SampleOptions};
use super::path::Path;
use super::persona::{self, Profile, step};
use super::truth::{AccountTruth, Income, Label, Overdraft, Truth};
use super::wording::Wording;
use crate::domain::{AccountKind, Data, Period, TransactionSource};
use crate::error::{Cause, Error, Result};
use crate::numeric::{Random, logistic};
use crate::time::{Date, Instant, UtcOffset};
use serde::Serialize;

/// Samples of one population at most, so that it fits in memory; more come one by one from [`member`].
const POPULATION_MAX: usize = 10_000;

/// Streams of a seed: who the person is, the names around it, the days, the outcome.
const STREAM_PERSON: u64 = 0;
const STREAM_WORDING: u64 = 1;
const STREAM_DAYS: u64 = 2;
const STREAM_DEFAULT: u64 = 3;
/// Member k of a population takes its seed from stream 2^32 + k.
const STREAM_MEMBERS: u64 = 1 << 32;

/// An invented applicant: the data as a lender would receive them, and what is true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// The last second of the last delivered day, at the offset of the accounts.
    pub as_of: Instant,
    /// Accounts and rows up to `as_of`; balances chain exactly.
    pub data: Data,
    /// What is true, rows after `as_of` included.
    pub truth: Truth,
}

/// Returns the applicant of a seed; the same seed and options give the same bytes everywhere.
///
/// Error `value.out_of_range`: an option lies outside its documented range.
///
/// ```
/// use kapix_core::sample::{Persona, SampleOptions, applicant};
/// use kapix_core::{Limits, ledger::Ledger};
///
/// let options = SampleOptions { persona: Some(Persona::Trader), days: Some(180), ..SampleOptions::default() };
/// let sample = applicant(7, &options)?;
/// let ledger = Ledger::build(&sample.data, sample.as_of, &Limits::default())?;
/// assert!(ledger.findings.is_empty());
/// assert!(sample.truth.income.payments > 100);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn applicant(seed: u64, options: &SampleOptions) -> Result<Sample> {
    options.check()?;
    let mut dice = Dice::new(seed, STREAM_PERSON);
    let drawn = dice.uniform();
    // A person who lives in an overdraft is no safe borrower.
    let usual = if options.persona == Some(Persona::Overdrawn) { 0.5 + drawn / 2.0 } else { drawn * drawn };
    let risk = options.risk.unwrap_or(usual);
    let drawn = dice.pick(&[Some(Country::Kenya), Some(Country::Nigeria), Some(Country::SouthAfrica)]);
    let country = options.country.or(drawn).unwrap_or(Country::Kenya);
    let drawn = persona::persona(risk, &mut dice);
    let persona = options.persona.unwrap_or(drawn);
    let drawn = u32::try_from(dice.whole(180, 365)).unwrap_or(180);
    let days = options.days.unwrap_or(drawn);
    let mut profile = persona::profile(country, persona, risk, &mut dice);
    for day in &mut profile.incidents {
        // A short history keeps its incidents: they move to its first day.
        *day = (*day).min(i32::try_from(days).unwrap_or(1) - 1);
    }
    let last_day = options.last_day()?;
    let period = Period { from: last_day.add_days(1 - i32::try_from(days).unwrap_or(1))?, to: last_day };
    let wording = Wording::new(country, persona, profile.schedule.kind, Dice::new(seed, STREAM_WORDING));
    let opening = times(profile.buffer_minor, 0.9 * dice.factor(0.15), step(country));
    let main = Book::open(&main_account(country, opening)?)?;
    let saved = times(profile.monthly_minor, 0.1 + 1.2 * (1.0 - risk) * dice.uniform(), step(country));
    let savings = if profile.saves { Some(Book::open(&savings_account(country, saved)?)?) } else { None };
    let draws = (wording, Dice::new(seed, STREAM_DAYS));
    let mut path = Path::new(&profile, last_day, draws, (main, savings));
    path.run_days(period.from)?;
    let outcome = Dice::new(seed, STREAM_DEFAULT).uniform();
    sample(&profile, &path, (period, outcome))
}

/// Returns member `index` of the population of a seed; what the options leave open is drawn.
///
/// ```
/// use kapix_core::sample::{SampleOptions, member, population};
///
/// let third = member(7, 2, &SampleOptions::default())?;
/// assert_eq!(third.truth, population(7, 3)?[2].truth);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn member(seed: u64, index: u64, options: &SampleOptions) -> Result<Sample> {
    applicant(Random::new(seed, STREAM_MEMBERS.saturating_add(index)).next_u64(), options)
}

/// Returns the first `n` members of the population of a seed, 0..=10,000.
///
/// Error `value.out_of_range`: more than 10,000; take them one by one from [`member`].
///
/// ```
/// use kapix_core::sample::population;
///
/// let samples = population(7, 20)?;
/// assert_eq!(samples.len(), 20);
/// assert!(samples.iter().all(|it| (0.0..=1.0).contains(&it.truth.default_probability)));
/// assert_eq!(population(7, 10_001).unwrap_err().fields, ["/n"]);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn population(seed: u64, n: usize) -> Result<Vec<Sample>> {
    if n > POPULATION_MAX {
        let message = format!("n must be in 0..={POPULATION_MAX}; got `{n}`");
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/n"));
    }
    let options = SampleOptions::default();
    (0..u64::try_from(n).unwrap_or(0)).map(|index| member(seed, index, &options)).collect()
}

fn main_account(country: Country, balance_minor: i64) -> Result<Opening> {
    let (id, kind, provider) = match country {
        Country::Kenya => ("wallet-1", AccountKind::MobileMoney, "M-PESA"),
        Country::Nigeria => ("current-1", AccountKind::Current, "LAGOON BANK"),
        Country::SouthAfrica => ("current-1", AccountKind::Current, "TABLE BAY BANK"),
    };
    opening(country, (id, kind, provider), balance_minor)
}

fn savings_account(country: Country, balance_minor: i64) -> Result<Opening> {
    let provider = match country {
        Country::Kenya => "M-Shwari",
        Country::Nigeria => "LAGOON BANK",
        Country::SouthAfrica => "TABLE BAY BANK",
    };
    opening(country, ("savings-1", AccountKind::Savings, provider), balance_minor)
}

fn opening(
    country: Country,
    account: (&'static str, AccountKind, &'static str),
    balance_minor: i64,
) -> Result<Opening> {
    let (id, kind, provider) = account;
    let (currency, offset) = (country.currency()?, country.utc_offset()?);
    Ok(Opening { id, kind, provider, currency, offset, balance_minor })
}

/// Returns the last second of a civil day at an offset.
fn last_second(date: Date, offset: UtcOffset) -> Result<Instant> {
    let local = (i64::from(date.epoch_days()) + 1) * super::book::DAY_SECONDS - 1;
    Instant::from_epoch_seconds(local - 60 * i64::from(offset.minutes()))
}

fn sample(profile: &Profile, path: &Path<'_>, drawn: (Period, f64)) -> Result<Sample> {
    let (period, outcome) = drawn;
    let default_probability = logistic(5.0 * profile.risk - 4.5);
    let past = |row: &&Posted| row.date <= period.to;
    let main: Vec<&Posted> = path.main.rows.iter().filter(past).collect();
    let saved = path.savings.iter().flat_map(|savings| savings.rows.iter().filter(past));
    let own_transfers = main.iter().copied().chain(saved).filter(|row| row.label == Label::OwnTransfer);
    let income: Vec<i64> = main
        .iter()
        .filter(|row| row.label == Label::Income)
        .map(|row| row.transaction.amount_minor)
        .collect();
    let takeover = main.iter().find(|row| row.label == Label::TakeoverOut);
    let truth = Truth {
        account_takeover_on: takeover.map(|row| row.date),
        accounts: [Some(&path.main), path.savings.as_ref()]
            .into_iter()
            .flatten()
            .map(|book| account_truth(book, period))
            .collect(),
        betting_share: betting_share(&main),
        country: profile.country,
        currency: profile.country.currency()?,
        default_probability,
        defaults_within_12_months: outcome < default_probability,
        first_zero_on: path.first_zero_on,
        income: Income {
            payments: income.len(),
            schedule: profile.schedule.clone(),
            total_minor: income.iter().sum(),
        },
        latent_risk: profile.risk,
        loans: path.loans.clone(),
        main_account_id: path.main.id.clone(),
        mule: profile.persona == Persona::Mule,
        overdraft: Overdraft { days_used: path.overdraft_days, limit_minor: profile.overdraft_minor },
        own_transfers: own_transfers.count(),
        persona: profile.persona,
        rent: profile.rent,
        reversals: main.iter().filter(|row| row.label == Label::Reversal).count(),
    };
    let as_of = last_second(period.to, profile.country.utc_offset()?)?;
    Ok(Sample { as_of, data: data(profile.country, path, (period, as_of)), truth })
}

fn account_truth(book: &Book, period: Period) -> AccountTruth {
    let (past, future) = book.rows.split_at(book.rows.partition_point(|row| row.date <= period.to));
    AccountTruth {
        account_id: book.id.clone(),
        future: future.iter().map(|row| row.transaction.clone()).collect(),
        labels: past.iter().map(|row| row.label).collect(),
    }
}

fn betting_share(rows: &[&Posted]) -> f64 {
    let debits = |stakes_only: bool| -> i64 {
        let counted = rows.iter().filter(|row| {
            row.label == Label::BettingStake || !stakes_only && row.label != Label::OwnTransfer
        });
        counted.map(|row| -row.transaction.amount_minor.min(0)).sum()
    };
    let all = debits(false);
    if all > 0 { ratio(debits(true), all) } else { 0.0 }
}

/// Returns the delivered data: a Kenyan wallet is mobile money, everything else a bank's.
fn data(country: Country, path: &Path<'_>, span: (Period, Instant)) -> Data {
    let (period, as_of) = span;
    let source = |book: &Book| TransactionSource {
        accounts: vec![book.deliver(period)],
        period: None,
        provider: None,
        retrieved_at: Some(as_of),
    };
    let (main, savings) = (source(&path.main), path.savings.as_ref().map(source));
    if country == Country::Kenya {
        return Data { bank: savings, mobile_money: Some(main), ..Data::default() };
    }
    let mut bank = main;
    bank.accounts.extend(savings.into_iter().flat_map(|savings| savings.accounts));
    Data { bank: Some(bank), ..Data::default() }
}
