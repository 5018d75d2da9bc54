//! The rates of a portfolio and of its groups.

use crate::domain::{Column, Frame, Kind, Values};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::limits;
use crate::policy::Outcome;
use crate::time::{At, Date, Instant, UtcOffset};
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Columns whose groups are told, and groups of one column.
const COLUMNS_MAX: u64 = 16;
const GROUPS_MAX: u64 = 1_000;

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What was decided of many applications.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortfolioRates {
    /// Share of the decided applications that are approved, 0..1.
    pub approval_rate: Option<f64>,
    /// Approved applications.
    pub approved: u64,
    /// Share that is declined, 0..1.
    pub decline_rate: Option<f64>,
    /// Declined applications.
    pub declined: u64,
    /// What came of past loans, by what the policy decides of them; absent unless the request names their column.
    pub observed: Option<BTreeMap<&'static str, ObservedRates>>,
    /// Share that is referred, 0..1.
    pub referral_rate: Option<f64>,
    /// Referred applications.
    pub referred: u64,
}

/// What came of past loans.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObservedRates {
    /// Share of the bad ones, 0..1; absent where nothing was observed.
    pub bad_rate: Option<f64>,
    /// Bad ones.
    pub bads: u64,
    /// Applications whose outcome was observed.
    pub observed: u64,
    /// `not_observed` where none was, as of those that no policy approved before.
    pub reason: Option<&'static str>,
}

/// The rates of one group.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupRates {
    /// Its approval rate beside that of the group with the highest; absent for that group, and where no group is approved.
    pub adverse_impact: Option<AdverseImpact>,
    /// The column.
    pub column: String,
    /// Its rates.
    pub rates: PortfolioRates,
    /// The value; absent for missing.
    pub value: Option<Arc<str>>,
}

/// The approval rate of a group over that of the group with the highest (29 CFR 1607.4 D: below four fifths is evidence of
/// adverse impact).
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdverseImpact {
    /// Upper end of the 95 % interval of the ratio; absent where nobody of the group is approved.
    pub high: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Approval rate over that of the reference.
    pub ratio: f64,
    /// The group with the highest approval rate.
    pub reference: Arc<str>,
}

/// What the columns of a portfolio say beside its inputs.
pub(in crate::engine::operations) struct Portfolio<'f, 'a> {
    frame: &'f Frame<'a>,
    /// Whether the loan of each row went bad; none where that was not observed.
    observed: Option<Vec<Option<bool>>>,
    days: Option<u64>,
}

impl<'f, 'a> Portfolio<'f, 'a> {
    pub(in crate::engine::operations) fn of(
        frame: &'f Frame<'a>,
        observed: Option<&str>,
        as_of_column: Option<&str>,
    ) -> Result<Self> {
        let observed = observed.map(|name| outcomes(frame, name)).transpose()?;
        let days = as_of_column.and_then(|name| frame.column(name)).and_then(|column| days(column));
        Ok(Self { frame, observed, days })
    }

    /// Returns the days from the first to the last instant.
    pub(in crate::engine::operations) const fn days(&self) -> Option<u64> {
        self.days
    }

    pub(in crate::engine::operations) fn rates(&self, outcomes: &[Option<Outcome>]) -> PortfolioRates {
        let mut count = Count::default();
        for (row, outcome) in outcomes.iter().enumerate() {
            count.add(*outcome, self.is_bad(row));
        }
        count.rates(self.observed.is_some())
    }

    /// Returns whether the loan of a row went bad.
    pub(in crate::engine::operations) fn is_bad(&self, row: usize) -> Option<bool> {
        self.observed.as_ref()?.get(row).copied().flatten()
    }

    pub(in crate::engine::operations) fn groups(
        &self,
        columns: &[String],
        outcomes: &[Option<Outcome>],
    ) -> Result<Vec<GroupRates>> {
        limits::check("group_by", COLUMNS_MAX, columns.len()).map_err(|error| error.at("/group_by"))?;
        let mut all = Vec::new();
        for (number, name) in columns.iter().enumerate() {
            let at = format!("/group_by/{number}");
            let Some(column) = self.frame.column(name) else {
                return Err(Error::new(Cause::FrameColumnMissing, "no column has this name").at(at));
            };
            if !column.is_text() && !column.is_void() {
                let message = "the groups of a column of text have rates; write numbers as text";
                return Err(Error::new(Cause::FrameColumnType, message).at(at));
            }
            all.extend(self.groups_of(name, column, outcomes).map_err(|error| error.at(at))?);
        }
        Ok(all)
    }

    fn groups_of(
        &self,
        name: &str,
        column: &Column<'_>,
        outcomes: &[Option<Outcome>],
    ) -> Result<Vec<GroupRates>> {
        let mut counts: BTreeMap<Option<&str>, Count> = BTreeMap::new();
        for (row, outcome) in outcomes.iter().enumerate() {
            counts.entry(column.text(row)).or_default().add(*outcome, self.is_bad(row));
            limits::check("groups", GROUPS_MAX, counts.len())?;
        }
        let best = counts
            .iter()
            .filter_map(|(value, count)| Some(((*value)?, count)))
            .max_by(|one, other| one.1.approval_rate().total_cmp(&other.1.approval_rate()))
            .map(|(value, count)| (value.to_owned(), *count));
        let rates = counts.iter().map(|(value, count)| GroupRates {
            adverse_impact: best.as_ref().and_then(|(reference, best)| {
                let is_another = value.is_some_and(|value| value != reference);
                if is_another { count.impact(best, reference) } else { None }
            }),
            column: name.to_owned(),
            rates: count.rates(self.observed.is_some()),
            value: value.map(Arc::from),
        });
        Ok(rates.collect())
    }
}

/// What was decided of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine::operations) struct Count {
    outcomes: [u64; 3],
    bads: [u64; 3],
    observed: [u64; 3],
}

impl Count {
    pub(in crate::engine::operations) fn add(&mut self, outcome: Option<Outcome>, is_bad: Option<bool>) {
        let Some(place) = outcome.map(|outcome| outcome as usize) else { return };
        let add = |counts: &mut [u64; 3], by: u64| {
            if let Some(count) = counts.get_mut(place) {
                *count += by;
            }
        };
        add(&mut self.outcomes, 1);
        add(&mut self.observed, u64::from(is_bad.is_some()));
        add(&mut self.bads, u64::from(is_bad == Some(true)));
    }

    fn decided(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    fn approval_rate(&self) -> f64 {
        let [approved, ..] = self.outcomes;
        share(approved, self.decided()).unwrap_or(0.0)
    }

    pub(in crate::engine::operations) fn rates(&self, has_observed: bool) -> PortfolioRates {
        let [approved, referred, declined] = self.outcomes;
        let decided = self.decided();
        let names = [Outcome::Approve, Outcome::Refer, Outcome::Decline].map(Outcome::as_str);
        let observed = names.into_iter().zip(self.observed.into_iter().zip(self.bads));
        PortfolioRates {
            approval_rate: share(approved, decided),
            approved,
            decline_rate: share(declined, decided),
            declined,
            observed: has_observed
                .then(|| observed.map(|(name, (observed, bads))| (name, rates(observed, bads))).collect()),
            referral_rate: share(referred, decided),
            referred,
        }
    }

    /// Returns the ratio of approval rates with its interval: normal on the scale of the logarithm, its variance
    /// 1/a - 1/n + 1/b - 1/m (Katz et al. 1978, Biometrics 34, 469).
    fn impact(&self, best: &Self, reference: &str) -> Option<AdverseImpact> {
        let (rate, highest) = (self.approval_rate(), best.approval_rate());
        if highest <= 0.0 || self.decided() == 0 {
            return None;
        }
        let ratio = rate / highest;
        let ([own, ..], [other, ..]) = (self.outcomes, best.outcomes);
        let part = |approved: u64, decided: u64| {
            share(1, approved).zip(share(1, decided)).map(|(approved, decided)| approved - decided)
        };
        let spread = part(own, self.decided()).zip(part(other, best.decided()));
        // Where both groups are approved whole the variance is 0 and says nothing.
        let spread = spread.map(|(own, other)| own + other).filter(|it| *it > 0.0);
        let factor = spread.map(|it| libm::exp(Z * libm::sqrt(it)));
        Some(AdverseImpact {
            high: factor.map(|factor| ratio * factor),
            low: factor.map(|factor| ratio / factor),
            ratio,
            reference: reference.into(),
        })
    }
}

/// Returns the bad rate of past loans.
pub(in crate::engine::operations) fn rates(observed: u64, bads: u64) -> ObservedRates {
    let bad_rate = share(bads, observed);
    ObservedRates { bad_rate, bads, observed, reason: bad_rate.is_none().then_some("not_observed") }
}

/// Returns one number over another; none over 0.
#[expect(clippy::cast_precision_loss, reason = "a frame has fewer than 2^53 rows")]
pub(in crate::engine::operations) fn share(part: u64, whole: u64) -> Option<f64> {
    if whole == 0 { None } else { Some(part as f64 / whole as f64) }
}

/// Returns what came of past loans: 1 bad, 0 good, missing not observed.
fn outcomes(frame: &Frame<'_>, name: &str) -> Result<Vec<Option<bool>>> {
    let Some(column) = frame.column(name) else {
        return Err(Error::new(Cause::FrameColumnMissing, "no column has this name").at("/observed"));
    };
    let place = || format!("/columns/{}", escape_segment(name));
    let is_bad = |row: usize| {
        if column.is_missing(row) {
            return Ok(None);
        }
        match (column.number(row), column.text(row)) {
            (Some(1.0), _) | (None, Some("true")) => Ok(Some(true)),
            (Some(0.0), _) | (None, Some("false")) => Ok(Some(false)),
            _ => {
                let message =
                    format!("an outcome is `1` (bad), `0` (good) or missing; row `{row}` has another");
                Err(Error::new(Cause::FrameColumnType, message).at(place()))
            }
        }
    };
    (0..frame.rows()).map(is_bad).collect()
}

/// Returns the days from the first to the last instant of a column, both included.
fn days(column: &Column<'_>) -> Option<u64> {
    let day = |row: usize| {
        if !column.is_valid(row) {
            return None;
        }
        match (&column.values, column.kind()) {
            (Values::Date(days), _) => Some(Date::from_epoch_days(*days.get(row)?).ok()?.epoch_days()),
            (Values::Instant(all), _) => {
                let instant = Instant::from_epoch_microseconds(*all.get(row)?).ok()?;
                Some(instant.date_at(UtcOffset::UTC).epoch_days())
            }
            (_, Kind::Text) => Some(At::parse(column.text(row)?).ok()?.date(UtcOffset::UTC).epoch_days()),
            _ => None,
        }
    };
    let (first, last) = (0..column.len()).filter_map(day).fold(None, |ends: Option<(i32, i32)>, day| {
        Some(ends.map_or((day, day), |(first, last)| (first.min(day), last.max(day))))
    })?;
    u64::try_from(last - first + 1).ok()
}
