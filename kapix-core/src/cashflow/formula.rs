//! The formulas of the features over the facts of a ledger.
//!
//! Sums are exact integers. They turn into `f64` once, where they lie within +-(2^53 - 1) and no digit is lost;
//! what follows is one or two divisions.

use super::definition::{NullReason, Value};
use super::facts::{Facts, Flows, RECENT_DAYS};
use super::parties::Concentration;
use crate::limits::WIRE_MAX;

/// Days of the window of most features.
const RECENT: i32 = 90;
/// [`RECENT`] as a divisor.
const RECENT_F: f64 = 90.0;
/// Months in the recent window.
const RECENT_MONTHS: f64 = 3.0;
/// Days at either end of the recent window that a balance trend compares.
const EDGE_DAYS: usize = 30;
/// Monthly features that compare months need three of them.
const MONTHS_MIN: usize = 3;

pub(super) fn active_days_share_90d(facts: &Facts) -> Value {
    facts.window(RECENT)?;
    let active = facts.active.iter().filter(|active| **active).count();
    Ok(count(active) / RECENT_F)
}

pub(super) fn balance_last_minor(facts: &Facts) -> Value {
    facts.money(1)?;
    exact(last_balance(facts)?)
}

pub(super) fn balance_mean_minor_90d(facts: &Facts) -> Value {
    mean(balances(facts)?)
}

pub(super) fn balance_min_minor_90d(facts: &Facts) -> Value {
    exact(lowest(balances(facts)?)?)
}

pub(super) fn balance_min_to_outflow_ratio_90d(facts: &Facts) -> Value {
    let lowest = exact(lowest(balances(facts)?)?)?;
    Ok(lowest / monthly_outflow(facts)?)
}

pub(super) fn balance_outflow_days(facts: &Facts) -> Value {
    let flows = recent(facts)?;
    let balance = exact(last_balance(facts)?)?;
    Ok(balance / (outflow(flows)? / RECENT_F))
}

pub(super) fn balance_trend_90d(facts: &Facts) -> Value {
    let balances = balances(facts)?;
    let (latest, _) = balances.split_at(EDGE_DAYS);
    let (_, earliest) = balances.split_at(RECENT_DAYS - EDGE_DAYS);
    Ok((mean(latest)? - mean(earliest)?) / monthly_outflow(facts)?)
}

pub(super) fn balance_variability(facts: &Facts) -> Value {
    variation(balances(facts)?)
}

pub(super) fn counterparties_90d(facts: &Facts) -> Value {
    facts.window(RECENT)?;
    match facts.parties.recent() {
        0 => Err(NullReason::NoCounterparties),
        named => Ok(f64::from(named)),
    }
}

pub(super) fn coverage_age_days(facts: &Facts) -> Value {
    seen(facts)?;
    Ok(f64::from(facts.age_days))
}

pub(super) fn credits_90d(facts: &Facts) -> Value {
    facts.window(RECENT)?;
    Ok(f64::from(facts.recent.credits))
}

pub(super) fn days_since_last_income(facts: &Facts) -> Value {
    seen(facts)?;
    facts.last_income_days.map(f64::from).ok_or(NullReason::NoIncome)
}

pub(super) fn days_since_last_transaction(facts: &Facts) -> Value {
    facts.last_row_days.map(f64::from).ok_or(NullReason::NoRows)
}

pub(super) fn debits_90d(facts: &Facts) -> Value {
    facts.window(RECENT)?;
    Ok(f64::from(facts.recent.debits))
}

pub(super) fn history_days(facts: &Facts) -> Value {
    seen(facts)?;
    Ok(f64::from(facts.history_days))
}

pub(super) fn history_transactions(facts: &Facts) -> Value {
    seen(facts)?;
    Ok(f64::from(facts.rows))
}

pub(super) fn income_mean_monthly_minor(facts: &Facts) -> Value {
    mean(monthly_income(facts, 1)?)
}

pub(super) fn income_minor_90d(facts: &Facts) -> Value {
    exact(recent(facts)?.income_minor)
}

pub(super) fn income_months_share(facts: &Facts) -> Value {
    let months = facts.complete_months(MONTHS_MIN)?;
    let paid = monthly(&facts.income_by_month_minor, months).iter().filter(|income| **income > 0).count();
    Ok(count(paid) / count(months))
}

pub(super) fn income_top_payer_share_180d(facts: &Facts) -> Value {
    facts.money(2 * RECENT)?;
    let income = facts.recent.income_minor + facts.income_before_minor;
    if income <= 0 {
        return Err(NullReason::NoIncome);
    }
    top_share(facts.parties.income(), income)
}

pub(super) fn income_trend(facts: &Facts) -> Value {
    facts.money(2 * RECENT)?;
    if facts.income_before_minor <= 0 {
        return Err(NullReason::NoIncome);
    }
    Ok(exact(facts.recent.income_minor)? / exact(facts.income_before_minor)?)
}

pub(super) fn income_volatility(facts: &Facts) -> Value {
    variation(monthly_income(facts, MONTHS_MIN)?)
}

pub(super) fn inflow_minor_90d(facts: &Facts) -> Value {
    exact(recent(facts)?.inflow_minor)
}

pub(super) fn inflow_outflow_ratio_90d(facts: &Facts) -> Value {
    let flows = recent(facts)?;
    Ok(exact(flows.inflow_minor)? / outflow(flows)?)
}

pub(super) fn longest_gap_days_90d(facts: &Facts) -> Value {
    facts.window(RECENT)?;
    let (longest, _) = facts.active.iter().fold((0, 0), |(longest, gap): (usize, usize), active| {
        let gap = if *active { 0 } else { gap + 1 };
        (longest.max(gap), gap)
    });
    Ok(count(longest))
}

pub(super) fn low_balance_days_share_90d(facts: &Facts) -> Value {
    let balances = balances(facts)?;
    let outflow = facts.recent.outflow_minor;
    if outflow <= 0 {
        return Err(NullReason::NoOutflow);
    }
    // b < 0.1 x outflow / 3, in integers.
    Ok(count(balances.iter().filter(|balance| **balance * 30 < outflow).count()) / RECENT_F)
}

pub(super) fn negative_balance_days_90d(facts: &Facts) -> Value {
    Ok(count(balances(facts)?.iter().filter(|balance| **balance < 0).count()))
}

pub(super) fn negative_net_months_share(facts: &Facts) -> Value {
    months_money(facts)?;
    let months = facts.complete_months(MONTHS_MIN)?;
    let negative = monthly(&facts.net_by_month_minor, months).iter().filter(|net| **net < 0).count();
    Ok(count(negative) / count(months))
}

pub(super) fn net_flow_minor_90d(facts: &Facts) -> Value {
    let flows = recent(facts)?;
    exact(flows.inflow_minor - flows.outflow_minor)
}

pub(super) fn net_flow_to_inflow_90d(facts: &Facts) -> Value {
    let flows = recent(facts)?;
    if flows.inflow_minor <= 0 {
        return Err(NullReason::NoInflow);
    }
    Ok(exact(flows.inflow_minor - flows.outflow_minor)? / exact(flows.inflow_minor)?)
}

pub(super) fn outflow_minor_90d(facts: &Facts) -> Value {
    exact(recent(facts)?.outflow_minor)
}

pub(super) fn outflow_top_counterparty_share_90d(facts: &Facts) -> Value {
    let flows = recent(facts)?;
    if flows.outflow_minor <= 0 {
        return Err(NullReason::NoOutflow);
    }
    top_share(facts.parties.debits(), flows.outflow_minor)
}

pub(super) fn transactions_90d(facts: &Facts) -> Value {
    facts.window(RECENT)?;
    Ok(f64::from(facts.recent.rows))
}

fn seen(facts: &Facts) -> Result<(), NullReason> {
    if facts.seen { Ok(()) } else { Err(NullReason::NoRows) }
}

/// Returns the flows of the recent window, when it is covered and amounts add up.
fn recent(facts: &Facts) -> Result<&Flows, NullReason> {
    facts.money(RECENT)?;
    Ok(&facts.recent)
}

/// Returns the end-of-day balances of the recent window, the last day first.
fn balances(facts: &Facts) -> Result<&[i128; RECENT_DAYS], NullReason> {
    facts.money(RECENT)?;
    facts.balances_minor.as_ref().ok_or(NullReason::NoBalances)
}

fn last_balance(facts: &Facts) -> Result<i128, NullReason> {
    facts.balances_minor.as_ref().and_then(|balances| balances.first()).copied().ok_or(NullReason::NoBalances)
}

fn lowest(balances: &[i128; RECENT_DAYS]) -> Result<i128, NullReason> {
    balances.iter().min().copied().ok_or(NullReason::NoBalances)
}

fn outflow(flows: &Flows) -> Value {
    if flows.outflow_minor > 0 { exact(flows.outflow_minor) } else { Err(NullReason::NoOutflow) }
}

/// Returns a third of the debits of the last 90 days, in minor units above zero.
fn monthly_outflow(facts: &Facts) -> Value {
    Ok(outflow(recent(facts)?)? / RECENT_MONTHS)
}

fn months_money(facts: &Facts) -> Result<(), NullReason> {
    if facts.seen && facts.mixed_currencies { Err(NullReason::MixedCurrencies) } else { Ok(()) }
}

/// Returns the income of each complete month, of which there must be at least `least`.
fn monthly_income(facts: &Facts, least: usize) -> Result<&[i128], NullReason> {
    months_money(facts)?;
    let months = facts.complete_months(least)?;
    Ok(monthly(&facts.income_by_month_minor, months))
}

fn monthly(sums: &[i128], months: usize) -> &[i128] {
    sums.get(..months).unwrap_or(sums)
}

/// Returns the part that one name carries, if names carry at least half of `whole_minor`; less would call an
/// unknown concentration low.
fn top_share(parties: Concentration, whole_minor: i128) -> Value {
    if parties.named_minor * 2 < whole_minor {
        return Err(NullReason::NoCounterparties);
    }
    Ok(exact(parties.top_minor)? / exact(whole_minor)?)
}

/// Returns the sample standard deviation over the mean. Numerator and denominator are exact: with n amounts,
/// s^2 = (n * sum x^2 - (sum x)^2) / (n (n - 1)), and 90 amounts below 2^53 keep it below 2^120.
fn variation(amounts: &[i128]) -> Value {
    let n = i128::try_from(amounts.len()).unwrap_or(i128::MAX);
    let sum: i128 = amounts.iter().sum();
    if n < 2 || sum <= 0 {
        return Err(NullReason::MeanNotPositive);
    }
    for amount in amounts {
        exact(*amount)?;
    }
    let squares: i128 = amounts.iter().map(|amount| amount * amount).sum();
    let variance = rounded(n * squares - sum * sum) / rounded(n * (n - 1));
    Ok(variance.sqrt() / (rounded(sum) / rounded(n)))
}

/// Returns the mean of amounts in minor units, each of which must be exact.
fn mean(amounts: &[i128]) -> Value {
    for amount in amounts {
        exact(*amount)?;
    }
    Ok(rounded(amounts.iter().sum()) / count(amounts.len()))
}

/// Returns an amount as the same `f64`.
fn exact(minor: i128) -> Value {
    if minor.unsigned_abs() <= u128::from(WIRE_MAX.unsigned_abs()) {
        Ok(rounded(minor))
    } else {
        Err(NullReason::MoneyOverflow)
    }
}

/// Returns the nearest `f64`, ties to even: the same on every platform.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53; above, one correctly rounded conversion")]
fn rounded(whole: i128) -> f64 {
    whole as f64
}

/// Returns a count of at most 90 places.
fn count(places: usize) -> f64 {
    u32::try_from(places).map_or(f64::from(u32::MAX), f64::from)
}
