//! From risk, country and persona to the habits that a path follows.

use super::dice::{Dice, times};
use super::options::{Country, Persona};
use super::truth::{IncomeKind, IncomeSchedule, Rent};

/// Weights of the personas, in the order of [`Persona::ALL`], at risk 0 and at risk 1; between them a straight line.
const WEIGHTS: [(f64, f64); 9] = [
    (40.0, 18.0),
    (16.0, 16.0),
    (10.0, 16.0),
    (18.0, 12.0),
    (10.0, 8.0),
    (3.0, 10.0),
    (1.0, 15.0),
    (0.5, 4.0),
    (1.5, 1.5),
];

/// The habits of one applicant; amounts in minor units.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) country: Country,
    pub(super) persona: Persona,
    pub(super) risk: f64,
    pub(super) schedule: IncomeSchedule,
    pub(super) rent: Option<Rent>,
    /// What a month brings on average, after the cost of goods.
    pub(super) monthly_minor: i64,
    /// What a month of daily life costs when the balance stands at `buffer_minor`.
    pub(super) living_minor: i64,
    /// Bills of a month.
    pub(super) bills_minor: i64,
    /// Balance that spending steers to.
    pub(super) buffer_minor: i64,
    /// Part of the living money that goes to betting, 0..1.
    pub(super) betting: f64,
    pub(super) overdraft_minor: i64,
    /// Chance that a payment which the balance does not cover draws on the overdraft.
    pub(super) overdraft_appetite: f64,
    pub(super) loans_yearly: f64,
    /// Chance that a payment of income does not come, or that a day has no sales.
    pub(super) missed_income: f64,
    pub(super) saves: bool,
    /// Days before `as_of` on which strangers use the account.
    pub(super) incidents: Vec<i32>,
}

/// Draws the persona for a risk.
pub(super) fn persona(risk: f64, dice: &mut Dice) -> Persona {
    let weights = WEIGHTS.map(|(low, high)| low + risk * (high - low));
    Persona::ALL.get(dice.place(&weights)).copied().unwrap_or(Persona::Salaried)
}

/// Returns the smallest step of an everyday price, in minor units.
pub(super) const fn step(country: Country) -> i64 {
    match country {
        Country::Kenya => 1_000,
        Country::Nigeria => 10_000,
        Country::SouthAfrica => 50,
    }
}

/// Draws the habits of a person.
pub(super) fn profile(country: Country, persona: Persona, risk: f64, dice: &mut Dice) -> Profile {
    let step = step(country);
    let monthly_minor = times(typical_month(country), level(persona) * dice.factor(0.3), 10 * step);
    let safety = (1.0 - risk) * (1.0 - risk);
    let is_overdrawn = persona == Persona::Overdrawn;
    let kept = if is_overdrawn { 0.1 } else { 0.05 + 2.2 * safety * dice.factor(0.25) };
    let rent_share = match persona {
        Persona::Farmer | Persona::Unemployed | Persona::Mule => 0.0,
        Persona::Trader => 0.14,
        _ => 0.24,
    };
    let rent = (rent_share > 0.0).then(|| Rent {
        amount_minor: times(monthly_minor, rent_share * dice.factor(0.12), 10 * step),
        day: u32::try_from(dice.whole(1, 5)).unwrap_or(1),
    });
    let bills_minor = times(monthly_minor, 0.06, step);
    let fixed = rent.map_or(0, |rent| rent.amount_minor) + bills_minor;
    // Charges, airtime bought beside and savings take the rest of the month's money.
    let living = times(monthly_minor, 0.88 + 0.06 * risk, step) - fixed;
    let bets = is_overdrawn || dice.chance(0.1 + 0.5 * risk);
    let least = if is_overdrawn { 0.08 } else { 0.02 };
    let betting = if bets { least + (0.05 + 0.3 * risk) * dice.uniform() } else { 0.0 };
    let has_overdraft = is_overdrawn || (country != Country::Nigeria && dice.chance(0.15 + 0.5 * risk));
    let overdraft = if is_overdrawn { 0.45 } else { 0.12 };
    let saves = matches!(persona, Persona::Salaried | Persona::WageEarner | Persona::Trader)
        && dice.chance(0.75 * (1.0 - risk));
    Profile {
        country,
        persona,
        risk,
        schedule: schedule(persona, country, monthly_minor, dice),
        rent,
        monthly_minor,
        living_minor: living.max(step),
        bills_minor,
        buffer_minor: times(monthly_minor, kept, step),
        betting,
        overdraft_minor: if has_overdraft { times(monthly_minor, overdraft, 10 * step) } else { 0 },
        overdraft_appetite: if is_overdrawn { 0.95 } else { 0.15 + 0.5 * risk },
        loans_yearly: if is_overdrawn { 5.0 } else { 0.2 + 4.0 * risk },
        missed_income: 0.005 + 0.06 * risk * risk,
        saves,
        incidents: incidents(persona, dice),
    }
}

/// Returns the month's money of a typical salary, in minor units: KES 45,000, NGN 180,000, ZAR 14,000; invented.
const fn typical_month(country: Country) -> i64 {
    match country {
        Country::Kenya => 4_500_000,
        Country::Nigeria => 18_000_000,
        Country::SouthAfrica => 1_400_000,
    }
}

/// Returns the month's money of a persona in typical months.
const fn level(persona: Persona) -> f64 {
    match persona {
        Persona::Salaried | Persona::TakenOver => 1.2,
        Persona::Overdrawn | Persona::Trader => 1.0,
        Persona::GigWorker => 0.75,
        Persona::WageEarner | Persona::Farmer => 0.65,
        Persona::Mule => 0.35,
        Persona::Unemployed => 0.22,
    }
}

/// Sales of a trader over what stays after the goods are paid: goods cost 70 % of sales.
pub(super) const SALES_TO_MARGIN: f64 = 1.0 / 0.3;

fn schedule(persona: Persona, country: Country, monthly_minor: i64, dice: &mut Dice) -> IncomeSchedule {
    let step = step(country);
    let (kind, factor, day, months): (_, _, _, &[u32]) = match persona {
        Persona::Salaried | Persona::Overdrawn | Persona::TakenOver => {
            (IncomeKind::MonthlySalary, 1.0, Some(dice.whole(23, 28)), &[])
        }
        // 52 weeks over 12 months.
        Persona::WageEarner => (IncomeKind::WeeklyWage, 12.0 / 52.0, Some(dice.whole(5, 6)), &[]),
        Persona::GigWorker => (IncomeKind::Gig, 1.0, None, &[]),
        Persona::Trader => (IncomeKind::Trader, SALES_TO_MARGIN, None, &[]),
        Persona::Farmer => (IncomeKind::FarmerSeasonal, 1.0, None, harvest(country)),
        Persona::Unemployed | Persona::Mule => {
            return IncomeSchedule { amount_minor: 0, day: None, kind: IncomeKind::None, months: Vec::new() };
        }
    };
    IncomeSchedule {
        amount_minor: times(monthly_minor, factor, step),
        day: day.and_then(|day| u32::try_from(day).ok()),
        kind,
        months: months.to_vec(),
    }
}

/// Returns the months in which a farmer of the country sells; invented, two seasons a year.
const fn harvest(country: Country) -> &'static [u32] {
    match country {
        Country::Kenya => &[2, 3, 8, 9],
        Country::Nigeria => &[3, 4, 10, 11],
        Country::SouthAfrica => &[4, 5, 6, 11],
    }
}

fn incidents(persona: Persona, dice: &mut Dice) -> Vec<i32> {
    let mut day = |low, high| i32::try_from(dice.whole(low, high)).unwrap_or(0);
    match persona {
        Persona::TakenOver => vec![day(2, 12)],
        Persona::Mule => vec![day(1, 6), day(8, 14), day(16, 24), day(26, 40), day(42, 60)],
        _ => Vec::new(),
    }
}
