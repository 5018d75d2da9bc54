use super::wording::bookmakers;
use super::{Country, Label, LoanOutcome, Persona, Sample, SampleOptions, applicant, member, population};
use crate::canonical::hash;
use crate::cashflow::features;
use crate::domain::{Account, FindingKind, Ledger, Transaction};
use crate::error::Cause;
use crate::limits::Limits;
use crate::numeric::logistic;
use crate::time::{At, Date};

fn options(persona: Persona, country: Country, risk: f64) -> SampleOptions {
    SampleOptions {
        persona: Some(persona),
        country: Some(country),
        risk: Some(risk),
        ..SampleOptions::default()
    }
}

/// Two samples of every persona in every country, one safe and one risky.
fn everyone() -> Vec<Sample> {
    let mut samples = Vec::new();
    for &persona in Persona::ALL {
        for &country in Country::ALL {
            for (seed, risk) in [(5, 0.1), (6, 0.9)] {
                samples.push(applicant(seed, &options(persona, country, risk)).unwrap());
            }
        }
    }
    samples.extend(population(3, 40).unwrap());
    samples
}

fn main_account(sample: &Sample) -> &Account {
    let mut accounts = sample.data.transaction_sources().flat_map(|(_, source)| &source.accounts);
    accounts.find(|account| account.account_id == sample.truth.main_account_id).unwrap()
}

/// Rows of the main account with their civil dates, those of the 90 days after `as_of` included.
fn all_rows(sample: &Sample) -> Vec<(Date, &Transaction)> {
    let account = main_account(sample);
    let future = &sample.truth.accounts[0].future;
    let rows = account.transactions.iter().chain(future);
    rows.map(|row| (row.at.date(account.utc_offset), row)).collect()
}

fn labelled(sample: &Sample, label: Label) -> Vec<&Transaction> {
    let rows = main_account(sample).transactions.iter().zip(&sample.truth.accounts[0].labels);
    rows.filter(|(_, of)| **of == label).map(|(row, _)| row).collect()
}

/// Seconds since midnight at the account's offset.
fn second(sample: &Sample, row: &Transaction) -> i64 {
    let At::Instant(instant) = row.at else { panic!("a row without a time") };
    let offset = i64::from(main_account(sample).utc_offset.minutes());
    (instant.epoch_microseconds() / 1_000_000 + 60 * offset).rem_euclid(86_400)
}

#[test]
fn balances_chain_on_every_day_and_the_ledger_finds_transfers_only() {
    for sample in everyone() {
        let ledger = Ledger::build(&sample.data, sample.as_of, &Limits::default()).unwrap();
        let doubts = ledger.findings.iter().find(|found| found.kind != FindingKind::OwnTransfers);
        assert_eq!(doubts, None, "{:?}", sample.truth.persona);
        for account in &ledger.accounts {
            assert!(account.days > 10);
            assert_eq!(account.days, account.days_chained);
        }
        let rows: usize = ledger.accounts.iter().map(|account| account.rows.len()).sum();
        let labels: usize = sample.truth.accounts.iter().map(|account| account.labels.len()).sum();
        assert_eq!(rows, labels);
        if sample.truth.country == Country::Kenya {
            assert!(all_rows(&sample).iter().all(|(_, row)| row.balance_minor >= Some(0)));
        }
    }
}

#[test]
fn the_income_of_the_truth_is_that_of_the_rows() {
    let mut salaries = 0;
    for sample in everyone() {
        let income = labelled(&sample, Label::Income);
        let truth = &sample.truth.income;
        assert_eq!(income.len(), truth.payments);
        assert_eq!(income.iter().map(|row| row.amount_minor).sum::<i64>(), truth.total_minor);
        if matches!(sample.truth.persona, Persona::Salaried | Persona::Overdrawn) {
            let says = |row: &&Transaction| {
                let words = row.description.as_deref().unwrap_or_default().to_uppercase();
                words.contains("SALARY")
            };
            let worded: Vec<_> = main_account(&sample).transactions.iter().filter(says).collect();
            assert_eq!(worded, income);
            let offset = main_account(&sample).utc_offset;
            let due = |row: &&&Transaction| Some(row.at.date(offset).day()) == truth.schedule.day;
            assert!(worded.iter().all(|row| row.amount_minor == truth.schedule.amount_minor && due(&row)));
            salaries += worded.len();
        }
    }
    assert!(salaries > 80, "{salaries}");
}

#[test]
fn the_first_zero_day_is_that_of_a_walk_over_each_day_after_as_of() {
    let mut hits = 0;
    for sample in everyone() {
        let account = main_account(&sample);
        let as_of = sample.as_of.date_at(account.utc_offset);
        let rows = all_rows(&sample);
        let mut first = None;
        for days in (1..=90).rev() {
            let day = as_of.add_days(days).unwrap();
            let before = rows.iter().rev().find(|(date, _)| *date < day);
            let opening = before.map_or(account.opening_balance_minor, |(_, row)| row.balance_minor);
            let mut balances = rows.iter().filter(|(date, _)| *date == day).map(|(_, row)| row.balance_minor);
            if opening <= Some(0) || balances.any(|balance| balance <= Some(0)) {
                first = Some(day);
            }
        }
        assert_eq!(sample.truth.first_zero_on, first);
        hits += usize::from(first.is_some());
    }
    assert!((10..60).contains(&hits), "{hits}");
}

#[test]
fn the_betting_share_is_that_of_the_bookmakers_rows() {
    let mut bettors = 0;
    for sample in everyone() {
        let (mut stakes, mut debits) = (0_i64, 0_i64);
        for row in &main_account(&sample).transactions {
            if row.amount_minor < 0 && row.category.is_none() {
                debits -= row.amount_minor;
                let party = row.counterparty.as_deref().unwrap_or_default();
                stakes -= if bookmakers().contains(&party) { row.amount_minor } else { 0 };
            }
        }
        let share =
            if debits > 0 { f64::from(i32::try_from(stakes * 10_000 / debits).unwrap()) } else { 0.0 };
        // The quotient above is cut to a ten-thousandth.
        assert!((sample.truth.betting_share - share / 1e4).abs() < 1.01e-4);
        bettors += usize::from(stakes > 0);
    }
    assert!(bettors > 20, "{bettors}");
}

#[test]
fn loans_end_as_the_rows_say() {
    let mut seen = [0; 4];
    for sample in everyone() {
        let rows = all_rows(&sample);
        let end = sample.as_of.date_at(main_account(&sample).utc_offset).add_days(90).unwrap();
        let paid_in = rows.iter().filter(|(_, row)| {
            row.category.as_deref() == Some("loan")
                && row.description.as_deref() != Some("OverDraft of Credit Party")
        });
        let taken: Vec<(Date, i64)> = paid_in.map(|(date, row)| (*date, row.amount_minor)).collect();
        let loans = &sample.truth.loans;
        assert_eq!(
            taken,
            loans.iter().map(|loan| (loan.disbursed_on, loan.principal_minor)).collect::<Vec<_>>()
        );
        for loan in loans {
            let paid = |on: Date| {
                rows.iter().any(|(date, row)| *date == on && row.amount_minor == -loan.repayable_minor)
            };
            assert_eq!(loan.repaid_on.is_some_and(paid), loan.repaid_on.is_some());
            let outcome = match loan.repaid_on.map(|on| on.days_since(loan.due_on)) {
                Some(..=0) => LoanOutcome::Repaid,
                Some(1..=60) => LoanOutcome::Late,
                Some(_) => panic!("paid after it counted as defaulted"),
                None if end.days_since(loan.due_on) > 60 => LoanOutcome::Defaulted,
                None => LoanOutcome::Open,
            };
            assert_eq!(loan.outcome, outcome, "{loan:?}");
            seen[usize::from(loan.outcome as u8)] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

#[test]
fn a_mule_collects_from_strangers_and_cashes_out_within_three_hours() {
    for &country in Country::ALL {
        let sample = applicant(9, &options(Persona::Mule, country, 0.5)).unwrap();
        assert!(sample.truth.mule);
        let offset = main_account(&sample).utc_offset;
        let (credits, debits) = (labelled(&sample, Label::MuleIn), labelled(&sample, Label::MuleOut));
        let mut days: Vec<Date> = credits.iter().map(|row| row.at.date(offset)).collect();
        days.dedup();
        assert_eq!(days.len(), 5);
        for day in days {
            let on = |rows: &[&Transaction]| -> Vec<Transaction> {
                rows.iter().filter(|row| row.at.date(offset) == day).map(|row| (*row).clone()).collect()
            };
            let (came, left) = (on(&credits), on(&debits));
            let mut senders: Vec<_> = came.iter().map(|row| row.counterparty.as_deref()).collect();
            senders.sort_unstable();
            senders.dedup();
            assert!(senders.len() >= 6);
            let sum = |rows: &[Transaction]| rows.iter().map(|row| row.amount_minor.abs()).sum::<i64>();
            assert!(sum(&left) * 10 >= sum(&came) * 9, "{} of {}", sum(&left), sum(&came));
            let times = || came.iter().chain(&left).map(|row| second(&sample, row));
            assert!(times().max().unwrap() - times().min().unwrap() < 3 * 3_600);
        }
    }
}

#[test]
fn a_takeover_empties_the_account_at_night_to_new_counterparties() {
    for &country in Country::ALL {
        let sample = applicant(9, &options(Persona::TakenOver, country, 0.1)).unwrap();
        let burst = labelled(&sample, Label::TakeoverOut);
        assert!(burst.len() >= 6);
        let offset = main_account(&sample).utc_offset;
        let day = sample.truth.account_takeover_on.unwrap();
        let as_of = sample.as_of.date_at(offset);
        assert!((2..=12).contains(&as_of.days_since(day)));
        let rows = &main_account(&sample).transactions;
        for row in &burst {
            assert_eq!(row.at.date(offset), day);
            assert!((3_600..7_200).contains(&second(&sample, row)));
            assert_eq!(rows.iter().filter(|other| other.counterparty == row.counterparty).count(), 1);
        }
        let before = rows.iter().rfind(|row| row.at.date(offset) < day).unwrap().balance_minor.unwrap();
        let after = burst.last().unwrap().balance_minor.unwrap();
        assert!(after * 8 < before, "{after} of {before}");
    }
}

/// The bytes of the first twenty members of seed 1, over every platform and release.
#[test]
fn the_same_seed_gives_the_same_bytes() {
    let samples = population(1, 20).unwrap();
    assert_eq!(samples[13], member(1, 13, &SampleOptions::default()).unwrap());
    assert!(samples[0] != population(2, 1).unwrap()[0]);
    assert_eq!(
        hash(&samples).unwrap().to_string(),
        "d871a05c83474bb742577712a2833b58cb60f1a73f8886ddda714dcd8732b19d"
    );
}

/// Mean of a feature over thirty seeds; applicants for whom it has no value are left out.
fn mean(options: &SampleOptions, feature: &str) -> f64 {
    let values: Vec<f64> = (0..30)
        .filter_map(|seed| {
            let sample = applicant(seed, options).unwrap();
            let ledger = Ledger::build(&sample.data, sample.as_of, &Limits::default()).unwrap();
            features(&ledger).get(feature).unwrap().value
        })
        .collect();
    assert!(values.len() > 20, "{feature}");
    crate::numeric::mean(&values).unwrap()
}

#[test]
fn personas_and_risk_show_in_the_cash_flow() {
    use Persona::{Farmer, GigWorker, Mule, Overdrawn, Salaried, TakenOver, Trader, Unemployed, WageEarner};
    let of = |persona, risk, feature: &str| mean(&options(persona, Country::SouthAfrica, risk), feature);
    let descend = |feature: &str, cases: &[(Persona, f64)]| {
        let values: Vec<f64> = cases.iter().map(|&(persona, risk)| of(persona, risk, feature)).collect();
        assert!(values.windows(2).all(|pair| pair[0] > pair[1] * 1.05), "{feature}: {values:?}");
    };
    descend("income_volatility", &[(Farmer, 0.2), (GigWorker, 0.2), (WageEarner, 0.2), (Salaried, 0.2)]);
    descend("transactions_90d", &[(Trader, 0.2), (GigWorker, 0.2), (Salaried, 0.2)]);
    descend(
        "income_mean_monthly_minor",
        &[(Trader, 0.2), (Salaried, 0.2), (WageEarner, 0.2), (Unemployed, 0.2)],
    );
    descend("negative_balance_days_90d", &[(Overdrawn, 0.6), (Salaried, 0.6)]);
    descend("counterparties_90d", &[(Mule, 0.2), (Salaried, 0.2)]);
    descend("balance_min_to_outflow_ratio_90d", &[(Salaried, 0.2), (TakenOver, 0.2)]);
    descend("balance_min_to_outflow_ratio_90d", &[(Salaried, 0.0), (Salaried, 0.3), (Salaried, 0.9)]);
    descend("low_balance_days_share_90d", &[(WageEarner, 0.9), (WageEarner, 0.5), (WageEarner, 0.1)]);
}

#[test]
fn defaults_follow_the_stated_probability() {
    let mut before = 0.0;
    for risk in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let options = SampleOptions { days: Some(1), risk: Some(risk), ..SampleOptions::default() };
        let truths = (0..600).map(|seed| applicant(seed, &options).unwrap().truth);
        let bads = truths.filter(|truth| truth.defaults_within_12_months).count();
        let rate = f64::from(u32::try_from(bads).unwrap()) / 600.0;
        let p = logistic(-4.5 + 5.0 * risk);
        // Four standard errors.
        assert!((rate - p).abs() < 4.0 * crate::numeric::sqrt(p * (1.0 - p) / 600.0), "{risk}: {rate}");
        assert!(rate > before, "{risk}: {rate}");
        before = rate;
    }
}

#[test]
fn every_country_words_its_rows_in_its_own_way() {
    let cases: [(Country, &[&str]); 3] = [
        (
            Country::Kenya,
            &[
                "Customer Transfer to",
                "Customer Transfer Fuliza",
                "Customer Transfer of Funds Charge",
                "Pay Bill to",
                "Merchant Payment to",
                "Customer Withdrawal At Agent Till",
                "Airtime Purchase",
                "OverDraft of Credit Party",
                "OD Loan Repayment",
                "M-Shwari",
                "Salary Payment from",
                "Send Money Reversal",
            ],
        ),
        (
            Country::Nigeria,
            &[
                "NIP TRANSFER FROM",
                "NIP TRANSFER TO",
                "POS PURCHASE",
                "USSD SESSION CHARGE",
                "SMS ALERT CHARGE",
                "STAMP DUTY",
                "ELECTRONIC MONEY TRANSFER LEVY",
                "OWN ACCOUNT TRANSFER TO SAVINGS",
                "RVSL",
            ],
        ),
        (
            Country::SouthAfrica,
            &[
                "DEBIT ORDER",
                "DEBICHECK",
                "EFT CREDIT SALARY",
                "EFT PAYMENT TO",
                "CASH DEPOSIT",
                "CASH DEPOSIT FEE",
                "UNPAID DEBIT ORDER FEE",
                "TRANSFER TO SAVINGS POCKET",
                "EFT PAYMENT REVERSAL",
            ],
        ),
    ];
    for (country, phrases) in cases {
        let options = SampleOptions { country: Some(country), ..SampleOptions::default() };
        let samples: Vec<Sample> = (0..40).map(|seed| applicant(seed, &options).unwrap()).collect();
        let rows: Vec<&Transaction> =
            samples.iter().flat_map(|sample| &main_account(sample).transactions).collect();
        for phrase in phrases {
            let count =
                rows.iter().filter(|row| row.description.as_deref().unwrap().contains(phrase)).count();
            assert!(count > 0, "{country:?}: {phrase}");
        }
        let is_receipt = |id: &str| {
            let number = id.strip_suffix("-1").unwrap_or(id);
            number.len() == 10
                && number.chars().all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase())
        };
        if country == Country::Kenya {
            assert!(rows.iter().all(|row| is_receipt(row.id.as_ref().unwrap().as_str())));
        }
    }
}

#[test]
fn options_outside_their_range_are_refused_and_the_edges_work() {
    let base = SampleOptions::default();
    let date = |year| Date::from_ymd(year, 1, 1).ok();
    for (options, field) in [
        (SampleOptions { days: Some(0), ..base }, "/days"),
        (SampleOptions { days: Some(10_000), ..base }, "/days"),
        (SampleOptions { as_of: date(1900), ..base }, "/as_of"),
        (SampleOptions { as_of: date(2101), ..base }, "/as_of"),
        (SampleOptions { risk: Some(-0.1), ..base }, "/risk"),
        (SampleOptions { risk: Some(1.1), ..base }, "/risk"),
        (SampleOptions { risk: Some(f64::NAN), ..base }, "/risk"),
        (SampleOptions { risk: Some(f64::INFINITY), ..base }, "/risk"),
    ] {
        let error = applicant(1, &options).unwrap_err();
        assert_eq!((error.cause, error.fields.as_slice()), (Cause::ValueOutOfRange, &[field.to_owned()][..]));
    }
    assert_eq!(population(1, usize::MAX).unwrap_err().cause, Cause::ValueOutOfRange);
    assert_eq!(population(1, 0).unwrap(), []);
    assert!(member(u64::MAX, u64::MAX, &base).is_ok());
    for &persona in Persona::ALL {
        for (days, as_of) in [(1, date(1990)), (3_650, date(2100)), (2, None)] {
            let options = SampleOptions { days: Some(days), as_of, persona: Some(persona), ..base };
            let sample = applicant(u64::MAX, &options).unwrap();
            let ledger = Ledger::build(&sample.data, sample.as_of, &Limits::default()).unwrap();
            assert!(ledger.accounts.iter().all(|account| account.days == account.days_chained));
        }
    }
    assert!(serde_json::from_str::<SampleOptions>(r#"{"dayz":1}"#).is_err());
}
