//! The files of `examples/data/`: four requests of `credit.score` with their truth, and a development sample.

use kapix_core::sample::{Country, Persona, Sample, SampleOptions, applicant, member};
use kapix_core::{
    Limits, Result,
    cashflow::features,
    ledger::{Data, Ledger},
    time::Date,
};
use serde_json::{Value, json};

/// The seed of the files in the repository.
pub(crate) const SEED: u64 = 2026;

/// Rows of the development sample.
const MEMBERS: u64 = 5_000;

/// Characters of a line up to which a JSON value stays on it.
const LINE_MAX: usize = 400;

/// Features of the development sample.
const COLUMNS: [&str; 18] = [
    "active_days_share_90d",
    "balance_last_minor",
    "balance_min_to_outflow_ratio_90d",
    "balance_outflow_days",
    "balance_trend_90d",
    "balance_variability",
    "counterparties_90d",
    "days_since_last_income",
    "history_days",
    "income_mean_monthly_minor",
    "income_months_share",
    "income_top_payer_share_180d",
    "income_volatility",
    "inflow_outflow_ratio_90d",
    "low_balance_days_share_90d",
    "negative_balance_days_90d",
    "negative_net_months_share",
    "transactions_90d",
];

/// A file.
pub(crate) struct File {
    /// Name without a folder.
    pub(crate) name: String,
    /// Content.
    pub(crate) text: String,
}

/// Returns every file of a seed.
pub(crate) fn files(seed: u64) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for (place, (name, country, persona, risk)) in (0..).zip(APPLICANTS) {
        let options = SampleOptions {
            country: Some(country),
            days: Some(240),
            persona: Some(persona),
            risk: Some(risk),
            ..SampleOptions::default()
        };
        let mut sample = applicant(seed.wrapping_add(place), &options)?;
        let truth = if name == "tampered_statement" {
            json!({ "damage": damage(&mut sample.data), "truth": sample.truth })
        } else {
            json!({ "truth": sample.truth })
        };
        let request = request(name, &sample);
        files.push(File { name: format!("{name}.json"), text: text(&request) });
        files.push(File { name: format!("{name}.truth.json"), text: text(&truth) });
    }
    files.push(File { name: "development.csv".to_owned(), text: development(seed)? });
    Ok(files)
}

/// Name, country, persona and risk. The risks were chosen so that the shipped expert card approves the first, refers
/// the second and declines the third.
const APPLICANTS: [(&str, Country, Persona, f64); 4] = [
    ("kenya_salaried", Country::Kenya, Persona::Salaried, 0.05),
    ("nigeria_trader", Country::Nigeria, Persona::Trader, 0.75),
    ("south_africa_overdrawn", Country::SouthAfrica, Persona::Overdrawn, 0.85),
    ("tampered_statement", Country::Kenya, Persona::WageEarner, 0.1),
];

fn request(name: &str, sample: &Sample) -> Value {
    let mut sources = Vec::new();
    for source in sample.data.transaction_sources() {
        sources.push(source.0.as_str());
    }
    let (loan_amount, loan_purpose) = match sample.truth.persona {
        Persona::Trader => (sample.truth.income.schedule.amount_minor / 4, "stock"),
        _ => (sample.truth.income.schedule.amount_minor / 2, "school_fees"),
    };
    json!({
        "as_of": sample.as_of,
        "context": {
            "currency": sample.truth.currency,
            "loan_amount": loan_amount,
            "loan_purpose": loan_purpose,
            "tenure_days": 90,
        },
        "data": sample.data,
        "data_sources": sources,
        "entity_id": name,
        "entity_type": "individual",
    })
}

/// Raises one stated balance and repeats one row of the wallet; returns what was done, by rows of the damaged list.
/// A history that is too short for it stays whole.
fn damage(data: &mut Data) -> Value {
    let wallet = data.mobile_money.as_mut().and_then(|source| source.accounts.first_mut());
    let Some(rows) = wallet.map(|account| &mut account.transactions) else { return Value::Null };
    let (raised, repeated) = (rows.len() * 2 / 3, rows.len().saturating_sub(20));
    let Some(row) = rows.get(repeated).cloned() else { return Value::Null };
    rows.insert(repeated + 1, row);
    let Some(balance) = rows.get_mut(raised).and_then(|row| row.balance_minor.as_mut()) else {
        return Value::Null;
    };
    let true_minor = *balance;
    *balance += 5_000_000;
    json!([
        { "kind": "balance_raised", "row": raised, "stated_minor": *balance, "true_minor": true_minor },
        { "kind": "row_repeated", "row": repeated + 1, "first": repeated },
    ])
}

/// Returns the development sample: one line an applicant, features as of the last day of a month, and whether the
/// person defaulted in the 12 months after.
fn development(seed: u64) -> Result<String> {
    let mut csv = format!("id,as_of,country,{},bad\n", COLUMNS.join(","));
    for index in 0..MEMBERS {
        let month = u32::try_from(index % 12).unwrap_or(0) + 1;
        let as_of = Date::from_ymd(2025, month, 1)?.last_of_month();
        let sample = member(seed, index, &SampleOptions { as_of: Some(as_of), ..SampleOptions::default() })?;
        let ledger = Ledger::build(&sample.data, sample.as_of, &Limits::default())?;
        let features = features(&ledger);
        let country = match sample.truth.country {
            Country::Kenya => "KE",
            Country::Nigeria => "NG",
            Country::SouthAfrica => "ZA",
        };
        let mut cells = vec![index.to_string(), as_of.to_string(), country.to_owned()];
        for column in COLUMNS {
            let value = features.get(column).and_then(|feature| feature.value);
            cells.push(value.map(number).unwrap_or_default());
        }
        cells.push(u8::from(sample.truth.defaults_within_12_months).to_string());
        csv.push_str(&cells.join(","));
        csv.push('\n');
    }
    Ok(csv)
}

/// Returns a number with at most four decimals.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// Returns JSON in which a value that fits a line stands on one, so that a row is a line.
fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    let short = value.to_string();
    let (signs, members): (_, Vec<(String, &Value)>) = match value {
        Value::Array(items) if short.len() > LINE_MAX => {
            (('[', ']'), items.iter().map(|item| (String::new(), item)).collect())
        }
        // The request itself and its sources open up whatever their length.
        Value::Object(members) if short.len() > LINE_MAX || depth == 0 => (
            ('{', '}'),
            members.iter().map(|(name, member)| (format!("{}: ", json!(name)), member)).collect(),
        ),
        _ => return text.push_str(&short),
    };
    text.push(signs.0);
    for (place, (name, member)) in members.iter().enumerate() {
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(depth + 1));
        text.push_str(name);
        write(member, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&" ".repeat(depth));
    text.push(signs.1);
}
