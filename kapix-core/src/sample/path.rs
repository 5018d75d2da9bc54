//! The history of one applicant, day by day: each event of the plan is booked as far as the balance allows.

use super::book::{Book, Entry};
use super::dice::{Dice, times};
use super::options::Country;
use super::persona::{Profile, step};
use super::plan::{self, Event, Morning};
use super::truth::{Label, Loan, LoanOutcome};
use super::wording::{self, Wording, Words};
use crate::error::Result;
use crate::time::Date;

/// Days after `as_of` that a path goes on.
pub(super) const FUTURE_DAYS: i32 = 90;
/// Days after which an unpaid loan counts as defaulted.
const DEFAULT_DAYS: i32 = 60;
/// Days of a loan.
const TERM_DAYS: i32 = 30;

/// The history of one applicant so far.
pub(super) struct Path<'a> {
    profile: &'a Profile,
    as_of: Date,
    dice: Dice,
    wording: Wording,
    pub(super) main: Book,
    pub(super) savings: Option<Book>,
    pub(super) loans: Vec<Loan>,
    /// Day from which the borrower means to pay the open loan; `None` for never.
    pays_from: Option<Date>,
    /// What the operator's overdraft is owed, in minor units.
    owed_minor: i64,
    rent_is_due: bool,
    unstocked_minor: i64,
    pub(super) overdraft_days: u32,
    pub(super) first_zero_on: Option<Date>,
}

impl<'a> Path<'a> {
    /// Returns a path at its start: names and draws of the applicant, then the accounts.
    pub(super) fn new(
        profile: &'a Profile,
        as_of: Date,
        draws: (Wording, Dice),
        books: (Book, Option<Book>),
    ) -> Self {
        let ((wording, dice), (main, savings)) = (draws, books);
        Self {
            profile,
            as_of,
            dice,
            wording,
            main,
            savings,
            loans: Vec::new(),
            pays_from: None,
            owed_minor: 0,
            rent_is_due: false,
            unstocked_minor: 0,
            overdraft_days: 0,
            first_zero_on: None,
        }
    }

    /// Runs the days from `from` to 90 days after `as_of`.
    pub(super) fn run_days(&mut self, from: Date) -> Result<()> {
        for day in 0..=self.as_of.days_since(from) + FUTURE_DAYS {
            self.day(from.add_days(day)?)?;
        }
        for loan in &mut self.loans {
            let last = self.as_of.add_days(FUTURE_DAYS)?;
            if loan.outcome == LoanOutcome::Open && last.days_since(loan.due_on) > DEFAULT_DAYS {
                loan.outcome = LoanOutcome::Defaulted;
            }
        }
        Ok(())
    }

    fn day(&mut self, today: Date) -> Result<()> {
        self.note_zero(today);
        self.open_orders(today)?;
        let morning = Morning {
            today,
            days_left: self.as_of.days_since(today),
            balance_minor: self.main.balance_minor,
            unstocked_minor: self.unstocked_minor,
        };
        for event in plan::day(self.profile, morning, &mut self.dice) {
            self.event(today, event)?;
        }
        self.borrow(today)?;
        self.save(today)?;
        let used = self.main.balance_minor < 0 || self.owed_minor > 0;
        self.overdraft_days += u32::from(used && today <= self.as_of);
        Ok(())
    }

    /// Rent, bills, the bank's own charge and loan repayments come first in a day.
    fn open_orders(&mut self, today: Date) -> Result<()> {
        let morning = |label, amount_minor| Event { second: 6 * 3_600, label, amount_minor };
        if let Some((words, amount)) = wording::monthly(self.profile.country).filter(|_| today.day() == 1) {
            self.charge(today, 60, (words, amount))?;
        }
        if let Some(rent) = self.profile.rent {
            let falls_due = rent.day == today.day();
            self.rent_is_due |= falls_due;
            // An order that fails is tried again until the middle of the month.
            if self.rent_is_due && today.day() < 16 {
                let paid = self.event(today, morning(Label::Rent, rent.amount_minor))?;
                self.rent_is_due = !paid;
                if !paid && falls_due {
                    self.unpaid(today)?;
                }
            }
        }
        if today.day() == 7 && !self.event(today, morning(Label::Bill, self.profile.bills_minor))? {
            self.unpaid(today)?;
        }
        let Some(loan) = self.loans.last().copied().filter(|loan| loan.outcome == LoanOutcome::Open) else {
            return Ok(());
        };
        let overdue = today.days_since(loan.due_on);
        if overdue > DEFAULT_DAYS {
            self.close_loan(LoanOutcome::Defaulted, None);
        } else if self.pays_from.is_some_and(|day| today >= day)
            && self.event(today, morning(Label::LoanRepayment, loan.repayable_minor))?
        {
            let outcome = if overdue > 0 { LoanOutcome::Late } else { LoanOutcome::Repaid };
            self.close_loan(outcome, Some(today));
        }
        Ok(())
    }

    fn close_loan(&mut self, outcome: LoanOutcome, repaid_on: Option<Date>) {
        if let Some(loan) = self.loans.last_mut() {
            loan.outcome = outcome;
            loan.repaid_on = repaid_on;
        }
    }

    /// Takes a loan now and then; after an unpaid loan there is no other.
    fn borrow(&mut self, today: Date) -> Result<()> {
        let profile = self.profile;
        let refused = |loan: &Loan| matches!(loan.outcome, LoanOutcome::Open | LoanOutcome::Defaulted);
        if self.loans.last().is_some_and(refused)
            || !self.dice.chance(plan::loan_chance(profile.loans_yearly))
        {
            return Ok(());
        }
        let share = plan::loan_share(profile.risk, &mut self.dice);
        let principal_minor = times(profile.monthly_minor, share, 10 * step(profile.country));
        let due_on = today.add_days(TERM_DAYS)?;
        let (never, late) = (0.02 + 0.3 * profile.risk * profile.risk, 0.05 + 0.35 * profile.risk);
        let days = i32::try_from(self.dice.whole(3, 25)).unwrap_or(3);
        let means = self.dice.uniform();
        self.pays_from = match means {
            means if means < never => None,
            means if means < never + late => Some(due_on.add_days(days)?),
            _ => Some(due_on.add_days(-3)?),
        };
        self.loans.push(Loan {
            disbursed_on: today,
            due_on,
            outcome: LoanOutcome::Open,
            principal_minor,
            repayable_minor: times(principal_minor, 1.09, 1),
            repaid_on: None,
        });
        let second = 20 * 3_600 + self.dice.whole(0, 3_600);
        self.event(today, Event { second, label: Label::LoanIn, amount_minor: principal_minor })?;
        Ok(())
    }

    /// Carries out an event as far as the balance allows; returns whether it was paid in full.
    fn event(&mut self, today: Date, event: Event) -> Result<bool> {
        match event.label {
            Label::Income
            | Label::Support
            | Label::MuleIn
            | Label::BettingIn
            | Label::LoanIn
            | Label::Reversal => {
                if event.label == Label::Income {
                    self.unstocked_minor += event.amount_minor;
                }
                self.credit(today, event)?;
                Ok(true)
            }
            _ => self.debit(today, event),
        }
    }

    fn credit(&mut self, today: Date, event: Event) -> Result<()> {
        self.post(today, event.second, event.label, event.amount_minor)?;
        if let Some(charge) = wording::charge(self.profile, event.label, event.amount_minor) {
            self.charge(today, event.second, charge)?;
        }
        if self.owed_minor > 0 {
            let back = self.owed_minor.min(event.amount_minor);
            self.owed_minor -= back;
            self.post(today, event.second, Label::OverdraftRepayment, -back)?;
        }
        Ok(())
    }

    fn debit(&mut self, today: Date, mut event: Event) -> Result<bool> {
        let planned = event.amount_minor;
        let charge = |amount| wording::charge(self.profile, event.label, amount);
        let mut with_charge = planned + charge(planned).map_or(0, |(_, minor)| minor);
        let mut on_credit = false;
        if with_charge > self.main.balance_minor.max(0) {
            let room = self.room();
            on_credit = room >= with_charge && self.dice.chance(self.profile.overdraft_appetite);
            if !on_credit {
                let Some(affordable) = self.affordable(event) else { return Ok(false) };
                event.amount_minor = affordable;
                with_charge = affordable + charge(affordable).map_or(0, |(_, minor)| minor);
            }
        }
        let charged = charge(event.amount_minor);
        let short = with_charge - self.main.balance_minor;
        // A wallet never goes below zero: the operator lends what is missing as a row of its own, for 1 %.
        if on_credit && short > 0 && self.profile.country == Country::Kenya {
            self.post(today, event.second, Label::OverdraftIn, short)?;
            self.owed_minor += short + short / 100;
        }
        let words = self.wording.of(event.label, on_credit);
        self.book(today, event.second, (event.label, -event.amount_minor), words)?;
        if let Some(charge) = charged {
            self.charge(today, event.second, charge)?;
        }
        if event.label == Label::Stock {
            self.unstocked_minor = 0;
        }
        // One payment to a person in a hundred goes to the wrong one and comes back.
        if event.label == Label::Transfer && self.dice.chance(0.01) {
            let back = Event { second: event.second + 1_500, label: Label::Reversal, ..event };
            self.credit(today, back)?;
        }
        Ok(event.amount_minor == planned)
    }

    /// Returns what may be spent at most, the overdraft included, in minor units.
    fn room(&self) -> i64 {
        (self.main.balance_minor + self.profile.overdraft_minor - self.owed_minor).max(0)
    }

    /// Returns the part of an everyday payment that the balance covers, charge included; `None` where only the
    /// whole amount will do, or too little is left.
    fn affordable(&self, event: Event) -> Option<i64> {
        if matches!(event.label, Label::Rent | Label::Bill | Label::LoanRepayment) {
            return None;
        }
        let step = step(self.profile.country);
        let most = self.main.balance_minor.min(event.amount_minor);
        // Charges rise with the amount, so the charge of more is enough for less.
        let charge = wording::charge(self.profile, event.label, most).map_or(0, |(_, minor)| minor);
        let affordable = (self.main.balance_minor - charge).min(event.amount_minor) / step * step;
        (affordable >= 2 * step).then_some(affordable)
    }

    fn unpaid(&mut self, today: Date) -> Result<()> {
        match wording::unpaid(self.profile.country) {
            Some(charge) => self.charge(today, 7 * 3_600, charge),
            None => Ok(()),
        }
    }

    /// Moves money to savings after a full month and back when the account runs low; posts interest twice a month.
    fn save(&mut self, today: Date) -> Result<()> {
        let Some(savings) = self.savings.as_ref() else { return Ok(()) };
        let (profile, saved) = (self.profile, savings.balance_minor);
        let step = step(profile.country);
        let part = times(profile.monthly_minor, 0.08, step);
        let keep = times(profile.monthly_minor, 0.02, step);
        if [1, 16].contains(&today.day()) {
            let interest = times(saved, 0.04 / 24.0, 1);
            self.savings_row(today, Label::Interest, interest)?;
        }
        let moved = if today.day() == 28 && self.main.balance_minor > profile.buffer_minor / 2 + part {
            part
        } else if self.main.balance_minor < keep && saved > part + keep {
            -part
        } else {
            return Ok(());
        };
        let words = |wording: &mut Wording| Words {
            description: wording::own_transfer(profile.country, moved > 0).to_owned(),
            ..wording.of(Label::OwnTransfer, false)
        };
        let here = words(&mut self.wording);
        self.book(today, 22 * 3_600, (Label::OwnTransfer, -moved), here)?;
        self.savings_row(today, Label::OwnTransfer, moved)
    }

    fn savings_row(&mut self, today: Date, label: Label, amount_minor: i64) -> Result<()> {
        let mut words = self.wording.of(label, false);
        if label == Label::OwnTransfer {
            wording::own_transfer(self.profile.country, amount_minor > 0).clone_into(&mut words.description);
        }
        let entry = Entry { id: self.wording.id(), amount_minor, label, words };
        match self.savings.as_mut() {
            Some(savings) => savings.post(today, 22 * 3_600 + 1, entry),
            None => Ok(()),
        }
    }

    fn charge(&mut self, today: Date, second: i64, charge: (&str, i64)) -> Result<()> {
        let words = Words { description: charge.0.to_owned(), counterparty: None };
        self.book(today, second, (Label::Charge, -charge.1), words)
    }

    fn post(&mut self, today: Date, second: i64, label: Label, amount_minor: i64) -> Result<()> {
        let words = self.wording.of(label, false);
        self.book(today, second, (label, amount_minor), words)
    }

    /// Books a row of the main account. A charge of a wallet carries the receipt of the payment before it, marked.
    fn book(&mut self, today: Date, second: i64, row: (Label, i64), words: Words) -> Result<()> {
        let (label, amount_minor) = row;
        let before = self.main.rows.last().and_then(|row| row.transaction.id.as_ref());
        let id = match before {
            Some(id) if label == Label::Charge && self.profile.country == Country::Kenya => {
                format!("{}-1", id.as_str())
            }
            _ => self.wording.id(),
        };
        self.main.post(today, second, Entry { id, amount_minor, label, words })?;
        self.note_zero(today);
        Ok(())
    }

    fn note_zero(&mut self, today: Date) {
        if today > self.as_of && self.main.balance_minor <= 0 && self.first_zero_on.is_none() {
            self.first_zero_on = Some(today);
        }
    }
}
