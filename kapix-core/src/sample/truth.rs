//! What is true of a sample.

use super::options::{Country, Persona};
use crate::domain::Transaction;
use crate::id::Id;
use crate::money::Currency;
use crate::time::Date;
use serde::Serialize;

/// What is true of an applicant, whether or not the delivered rows show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// The day on which somebody else emptied the account, or `None`.
    pub account_takeover_on: Option<Date>,
    /// What each row of each account is, and the rows after `as_of`.
    pub accounts: Vec<AccountTruth>,
    /// Stakes over all debits of the main account without own transfers, up to `as_of`, 0..=1.
    pub betting_share: f64,
    /// Country.
    pub country: Country,
    /// Currency of every amount.
    pub currency: Currency,
    /// `logistic(-4.5 + 5 latent_risk)`.
    pub default_probability: f64,
    /// Whether the person defaults within 12 months of `as_of`, drawn with `default_probability`.
    pub defaults_within_12_months: bool,
    /// First civil day of the 90 after `as_of` on which the main account stands at or below zero at any moment,
    /// its beginning included; `None` if on none of them.
    pub first_zero_on: Option<Date>,
    /// Income up to `as_of`.
    pub income: Income,
    /// The risk r that habits and default follow from, 0..=1.
    pub latent_risk: f64,
    /// Every loan, in the order of disbursement.
    pub loans: Vec<Loan>,
    /// The account that income comes to.
    pub main_account_id: Id,
    /// The account collects from strangers and cashes out at once.
    pub mule: bool,
    /// Overdraft of the main account.
    pub overdraft: Overdraft,
    /// Rows of transfers between the person's own accounts up to `as_of`, both sides counted.
    pub own_transfers: usize,
    /// Persona.
    pub persona: Persona,
    /// Rent, or `None` if the person pays none.
    pub rent: Option<Rent>,
    /// Rows that give back an erroneous payment, up to `as_of`.
    pub reversals: usize,
}

/// The truth of one account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccountTruth {
    /// Id of the account in the delivered data.
    pub account_id: Id,
    /// Rows of the 90 days after `as_of`, which the data do not hold.
    pub future: Vec<Transaction>,
    /// What each delivered row is, in their order.
    pub labels: Vec<Label>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Airtime or a data bundle.
    Airtime,
    /// Winnings of a bet.
    BettingIn,
    /// A stake.
    BettingStake,
    /// A utility, insurance or school bill.
    Bill,
    /// Cash withdrawn.
    Cash,
    /// A charge of the provider, or a levy.
    Charge,
    /// Income by the schedule.
    Income,
    /// Interest on savings.
    Interest,
    /// A loan that is paid out.
    LoanIn,
    /// A loan that is paid back.
    LoanRepayment,
    /// Money from a stranger that a mule collects.
    MuleIn,
    /// Money that a mule passes on.
    MuleOut,
    /// A draw of the operator's overdraft.
    OverdraftIn,
    /// The operator takes its overdraft back.
    OverdraftRepayment,
    /// A transfer between the person's own accounts.
    OwnTransfer,
    /// Rent.
    Rent,
    /// An erroneous payment comes back.
    Reversal,
    /// Goods and services of daily life.
    Shopping,
    /// Goods that a trader buys to sell.
    Stock,
    /// Money from relatives.
    Support,
    /// Money that somebody else takes from an account taken over.
    TakeoverOut,
    /// Money to relatives and friends.
    Transfer,
}

/// How income comes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Income {
    /// Number of payments up to `as_of`.
    pub payments: usize,
    /// How it is meant to come.
    pub schedule: IncomeSchedule,
    /// Sum of the payments up to `as_of`, in minor units.
    pub total_minor: i64,
}

/// The schedule of an income.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IncomeSchedule {
    /// One payment of a salary or wage in minor units; for other kinds what a month brings on average.
    pub amount_minor: i64,
    /// Day of the month of a salary, 1..=28; day of the week of a wage, 1 Monday to 7 Sunday.
    pub day: Option<u32>,
    /// Kind.
    pub kind: IncomeKind,
    /// Harvest months of a farmer, 1..=12.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<u32>,
}

/// Kind of an income.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IncomeKind {
    /// Once a month.
    MonthlySalary,
    /// Once a week.
    WeeklyWage,
    /// Whenever there is work.
    Gig,
    /// Sales of a trader, before the cost of goods.
    Trader,
    /// In the harvest months.
    FarmerSeasonal,
    /// None.
    None,
}

/// Rent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rent {
    /// One month in minor units.
    pub amount_minor: i64,
    /// Day of the month on which it falls due, 1..=28.
    pub day: u32,
}

/// A loan.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Loan {
    /// Day of disbursement.
    pub disbursed_on: Date,
    /// Day on which principal and fee fall due.
    pub due_on: Date,
    /// What became of it.
    pub outcome: LoanOutcome,
    /// Principal in minor units.
    pub principal_minor: i64,
    /// Principal and fee in minor units.
    pub repayable_minor: i64,
    /// Day on which it was paid back.
    pub repaid_on: Option<Date>,
}

/// What became of a loan by 90 days after `as_of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoanOutcome {
    /// Paid on or before its due day.
    Repaid,
    /// Paid up to 60 days after its due day.
    Late,
    /// Not paid 60 days after its due day.
    Defaulted,
    /// Neither paid nor 60 days past due.
    Open,
}

/// Use of an overdraft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Overdraft {
    /// Days up to `as_of` that closed below zero, or with money of the operator's overdraft outstanding.
    pub days_used: u32,
    /// Limit in minor units, 0 without an overdraft.
    pub limit_minor: i64,
}
