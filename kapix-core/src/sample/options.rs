//! What a caller may fix of a sample; the rest is drawn from the seed.

use crate::error::{Cause, Error, Result};
use crate::money::Currency;
use crate::time::{Date, UtcOffset};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// Days of history at most.
const DAYS_MAX: u32 = 3_650;
/// Years of `as_of`.
const YEARS: core::ops::RangeInclusive<i32> = 1990..=2100;

/// The country of an applicant: it sets currency, offset, wording, charges and the size of amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    /// KES, +03:00, a mobile-money wallet.
    Kenya,
    /// NGN, +01:00, a bank account.
    Nigeria,
    /// ZAR, +02:00, a bank account that may be overdrawn.
    SouthAfrica,
}

impl Country {
    /// Every country.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    pub(super) fn currency(self) -> Result<Currency> {
        Currency::parse(match self {
            Self::Kenya => "KES",
            Self::Nigeria => "NGN",
            Self::SouthAfrica => "ZAR",
        })
    }

    pub(super) fn utc_offset(self) -> Result<UtcOffset> {
        UtcOffset::from_minutes(match self {
            Self::Kenya => 180,
            Self::Nigeria => 60,
            Self::SouthAfrica => 120,
        })
    }
}

/// How an applicant lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum Persona {
    /// One salary a month, from one employer.
    Salaried,
    /// One wage a week.
    WageEarner,
    /// Several small payments a week from platforms, on no fixed day.
    GigWorker,
    /// Sales on every working day, and stock to buy.
    Trader,
    /// Payments in the harvest months and little between them.
    Farmer,
    /// No income of the person's own; relatives send money.
    Unemployed,
    /// A salary that is spent before it comes: overdraft, betting, late loans.
    Overdrawn,
    /// An account that collects from strangers and cashes out at once.
    Mule,
    /// A salaried person whose account is emptied at night by somebody else shortly before `as_of`.
    TakenOver,
}

impl Persona {
    /// Every persona.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

/// The fixed options of a sample; each field that is not given is drawn from the seed.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SampleOptions {
    /// Last day of the delivered history, in 1990..=2100; default 2026-06-30.
    pub as_of: Option<Date>,
    /// Country; default drawn.
    pub country: Option<Country>,
    /// Days of history up to and with `as_of`, 1..=3,650; default drawn from 180..=365.
    pub days: Option<u32>,
    /// Persona; default drawn, risky ones more often where the risk is high.
    pub persona: Option<Persona>,
    /// Latent risk, 0..=1; default the square of a uniform number u, for a given `overdrawn` persona (1 + u) / 2.
    pub risk: Option<f64>,
}

impl SampleOptions {
    /// Returns `as_of` with its default.
    pub(super) fn last_day(&self) -> Result<Date> {
        self.as_of.map_or_else(|| Date::from_ymd(2026, 6, 30), Ok)
    }

    /// Error `value.out_of_range`: a field lies outside its documented range; nothing is clamped.
    pub(super) fn check(&self) -> Result<()> {
        let out = |name: &str, range: String, value: String| {
            let message = format!("{name} must be in {range}; got `{value}`");
            Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/{name}")))
        };
        if let Some(days) = self.days.filter(|days| !(1..=DAYS_MAX).contains(days)) {
            return out("days", format!("1..={DAYS_MAX}"), days.to_string());
        }
        if let Some(date) = self.as_of.filter(|date| !YEARS.contains(&date.year())) {
            return out("as_of", format!("the years {}..={}", YEARS.start(), YEARS.end()), date.to_string());
        }
        if let Some(risk) = self.risk.filter(|risk| !(0.0..=1.0).contains(risk)) {
            return out("risk", "0..=1".to_owned(), risk.to_string());
        }
        Ok(())
    }
}
