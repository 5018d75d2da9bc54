//! The events of a day with their times, as if the balance always sufficed.

use super::dice::{Dice, ratio, times};
use super::options::{Country, Persona};
use super::persona::{Profile, SALES_TO_MARGIN, step};
use super::truth::{IncomeKind, Label};
use crate::numeric::{exp, sqrt};
use crate::time::Date;

/// Something that is to happen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// Second of the day.
    pub(super) second: i64,
    pub(super) label: Label,
    /// Amount in minor units, above zero; the label gives the direction.
    pub(super) amount_minor: i64,
}

/// Where a path stands on the morning of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Morning {
    pub(super) today: Date,
    /// Days from today to `as_of`, negative after it.
    pub(super) days_left: i32,
    pub(super) balance_minor: i64,
    /// Sales since goods were last bought, in minor units.
    pub(super) unstocked_minor: i64,
}

/// Returns the events of a day, in the order of their times.
pub(super) fn day(profile: &Profile, morning: Morning, dice: &mut Dice) -> Vec<Event> {
    let mut plan = Plan { profile, morning, dice, events: Vec::new() };
    plan.income();
    plan.stock();
    plan.living();
    plan.support();
    if profile.incidents.contains(&morning.days_left) {
        plan.incident();
    }
    let mut events = plan.events;
    events.sort_by_key(|event| event.second);
    events
}

struct Plan<'a> {
    profile: &'a Profile,
    morning: Morning,
    dice: &'a mut Dice,
    events: Vec<Event>,
}

impl Plan<'_> {
    fn add(&mut self, hours: (i64, i64), label: Label, amount_minor: i64) {
        let second = self.dice.whole(hours.0 * 3_600, hours.1 * 3_600 - 1);
        self.events.push(Event { second, label, amount_minor });
    }

    fn income(&mut self) {
        let schedule = &self.profile.schedule;
        let step = step(self.profile.country);
        let missed = self.dice.chance(self.profile.missed_income);
        let spread = 0.15 + 0.5 * self.profile.risk;
        let today = self.morning.today;
        match schedule.kind {
            IncomeKind::None => {}
            _ if missed => {}
            IncomeKind::MonthlySalary => {
                if schedule.day == Some(today.day()) {
                    self.add((2, 9), Label::Income, schedule.amount_minor);
                }
            }
            IncomeKind::WeeklyWage => {
                if schedule.day == Some(weekday(today)) {
                    let hours = self.dice.factor(0.06);
                    self.add((15, 19), Label::Income, times(schedule.amount_minor, hours, step));
                }
            }
            IncomeKind::Gig => {
                for _ in 0..self.dice.whole(0, 2) {
                    let amount = times(schedule.amount_minor, self.dice.factor(spread) / 30.0, step);
                    self.add((9, 22), Label::Income, amount);
                }
            }
            IncomeKind::Trader => {
                if weekday(today) < 7 {
                    let sales = self.dice.whole(2, 4);
                    for _ in 0..sales {
                        // 26 working days of 3 sales each.
                        let amount = times(schedule.amount_minor, self.dice.factor(spread) / 78.0, step);
                        self.add((8, 20), Label::Income, amount);
                    }
                }
            }
            IncomeKind::FarmerSeasonal => {
                let in_season = schedule.months.contains(&today.month());
                // Four months of about 10 sales carry 85 % of the year, the rest is milk and vegetables.
                let (chance, share) = if in_season { (0.33, 12.0 * 0.85 / 40.0) } else { (0.12, 0.06) };
                if self.dice.chance(chance) {
                    let amount = times(schedule.amount_minor, share * self.dice.factor(spread), step);
                    self.add((7, 15), Label::Income, amount);
                }
            }
        }
    }

    fn stock(&mut self) {
        let buys = self.profile.persona == Persona::Trader && [2, 5].contains(&weekday(self.morning.today));
        if buys && self.morning.unstocked_minor > 0 {
            let goods = (1.0 - 1.0 / SALES_TO_MARGIN) * self.dice.factor(0.1);
            let amount = times(self.morning.unstocked_minor, goods, step(self.profile.country));
            self.add((6, 8), Label::Stock, amount);
        }
    }

    /// Daily life: the fuller the account, the more is spent. So balances steer to the person's buffer.
    fn living(&mut self) {
        let profile = self.profile;
        let step = step(profile.country);
        let within_reach = match profile.persona {
            Persona::Overdrawn => self.morning.balance_minor + profile.overdraft_minor,
            _ => self.morning.balance_minor,
        };
        let ease = ratio(within_reach, profile.buffer_minor).clamp(0.25, 1.8);
        let daily = times(profile.living_minor, ease / 30.4, 1);
        let bets = profile.betting > 0.0 && self.dice.chance(0.4);
        if bets {
            let stake = times(daily, profile.betting / 0.4 * self.dice.factor(0.5), step.min(5_000));
            self.add((17, 23), Label::BettingStake, stake);
            // Bookmakers keep a tenth of the stakes; one bet in eight wins.
            if self.dice.chance(0.125) {
                let winnings = times(stake, 7.2 * self.dice.factor(0.4), step);
                self.add((23, 24), Label::BettingIn, winnings);
            }
        }
        let rest = 1.0 - profile.betting;
        for (label, chance, share, hours) in [
            (Label::Shopping, 0.75, 0.28, (7, 14)),
            (Label::Shopping, 0.55, 0.26, (15, 21)),
            (Label::Transfer, 0.22, 0.20, (8, 22)),
            (Label::Airtime, 0.3, 0.05, (7, 23)),
            (Label::Cash, 0.12, 0.21, (9, 19)),
        ] {
            if self.dice.chance(chance) {
                // The mean of a log-normal factor is exp(sigma^2 / 2).
                let sigma = 0.45;
                let factor = self.dice.factor(sigma) / exp(sigma * sigma / 2.0);
                self.add(hours, label, times(daily, rest * share / chance * factor, step));
            }
        }
    }

    /// Relatives send money when there is little left, and pay for everything where the person has no income.
    fn support(&mut self) {
        let profile = self.profile;
        let is_low = self.morning.balance_minor < profile.monthly_minor / 50;
        let depends = matches!(profile.persona, Persona::Unemployed | Persona::Mule);
        let (chance, share) = match (depends, is_low) {
            (true, _) => (0.2, 1.0 / 6.0),
            (false, true) => (0.1, 0.06),
            (false, false) => (0.004, 0.06),
        };
        if self.dice.chance(chance) {
            let amount = times(profile.monthly_minor, share * self.dice.factor(0.35), step(profile.country));
            self.add((8, 21), Label::Support, amount);
        }
    }

    fn incident(&mut self) {
        let profile = self.profile;
        let step = step(profile.country);
        if profile.persona == Persona::TakenOver {
            // A burst between one and two at night that takes nearly all there is.
            let payments = self.dice.whole(6, 10);
            let part = times(self.morning.balance_minor, 0.97, step) / payments;
            for _ in 0..payments {
                self.add((1, 2), Label::TakeoverOut, (part / step).max(1) * step);
            }
            return;
        }
        let typical = match profile.country {
            Country::Kenya => 600_000,
            Country::Nigeria => 2_500_000,
            Country::SouthAfrica => 180_000,
        };
        let mut collected = 0;
        for _ in 0..self.dice.whole(7, 13) {
            let amount = times(typical, self.dice.factor(0.4), step);
            collected += amount;
            self.add((10, 12), Label::MuleIn, amount);
        }
        for _ in 0..2 {
            self.add((12, 13), Label::MuleOut, times(collected, 0.47, step));
        }
    }
}

/// Returns the day of the week, 1 Monday to 7 Sunday; 1970-01-01 was a Thursday.
pub(super) fn weekday(date: Date) -> u32 {
    u32::try_from((date.epoch_days() + 3).rem_euclid(7) + 1).unwrap_or(1)
}

/// Returns the chance that a loan is taken on a day without one, so that a year brings about `yearly`.
pub(super) fn loan_chance(yearly: f64) -> f64 {
    (yearly / 365.0).min(1.0)
}

/// Returns a loan's principal over the month's money: more where the risk is high.
pub(super) fn loan_share(risk: f64, dice: &mut Dice) -> f64 {
    (0.12 + 0.3 * sqrt(risk)) * dice.factor(0.3)
}
