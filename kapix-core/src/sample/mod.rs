//! Invented applicants with known truth: a sandbox for integration, demonstrations and tests.
//!
//! A sample is the bank and mobile-money history of a person who does not exist, and beside it the truth, which
//! real data do not show: the schedule of the income, the rent, what became of each loan, the share that went to betting,
//! the day on which the balance first runs dry, whether the account is a mule's or was taken over, and whether the
//! person defaults. The generator runs day by day past `as_of` and delivers the rows up to it; the rest stays in
//! the truth. The same seed and options give the same bytes on every platform.
//!
//! Everybody has one latent risk r in 0..=1. It lowers the balance that the person keeps, and raises borrowing,
//! betting, the use of an overdraft and missed pay; the person defaults within 12 months with the probability
//! `logistic(-4.5 + 5 r)`. So a card developed on samples finds differences in risk, and none of them holds for real people:
//! every weight, amount and name here is invented.

mod applicant;
mod book;
mod dice;
mod options;
mod path;
mod persona;
mod plan;
mod truth;
mod wording;

pub use applicant::{Sample, applicant, member, population};
pub use options::{Country, Persona, SampleOptions};
pub use truth::{
    AccountTruth, Income, IncomeKind, IncomeSchedule, Label, Loan, LoanOutcome, Overdraft, Rent, Truth,
};

#[cfg(test)]
mod tests;
