//! An independent recomputation: `tests/data/cashflow/features.py` with pandas.

use super::given::{answers, date, ledger};
use crate::cashflow::features;
use crate::domain::{AccountKind, AccountLedger, Row, SourceKey};
use crate::money::Currency;
use crate::time::{Date, UtcOffset};
use serde_json::Value;

const LEDGERS: &str = include_str!("../../../tests/data/cashflow/ledgers.json");

fn integer(value: &Value) -> Option<u32> {
    value.as_u64().map(|value| u32::try_from(value).unwrap())
}

fn day(value: &Value) -> Date {
    date(value.as_str().unwrap())
}

fn row(value: &Value) -> Row {
    Row {
        input: integer(&value[0]).unwrap(),
        date: day(&value[1]),
        amount_minor: value[2].as_i64().unwrap(),
        balance_minor: value[3].as_i64(),
        counterparty: integer(&value[4]),
        income: value[5].as_bool().unwrap(),
        transfer: value[6].as_bool().unwrap_or_default(),
        disputed: false,
    }
}

fn account(value: &Value) -> AccountLedger {
    let covered = &value["covered"];
    AccountLedger {
        source: SourceKey::Bank,
        index: 0,
        uploads: Vec::new(),
        kind: AccountKind::Current,
        currency: Currency::parse(value["currency"].as_str().unwrap()).unwrap(),
        utc_offset: UtcOffset::default(),
        last_day: day(&value["last_day"]),
        covered: covered.is_array().then(|| (day(&covered[0]), day(&covered[1]))),
        balance_disputed: false,
        rows: value["rows"].as_array().unwrap().iter().map(row).collect(),
        opening_minor: value["opening_minor"].as_i64(),
        days: 0,
        days_chained: 0,
    }
}

#[test]
fn features_of_random_ledgers_are_those_of_pandas() {
    let document: Value = serde_json::from_str(LEDGERS).unwrap();
    let cases = document["cases"].as_array().unwrap();
    let mut compared = 0;
    for case in cases {
        let ledger = ledger(case["accounts"].as_array().unwrap().iter().map(account).collect());
        let answers = answers(&features(&ledger));
        let expected = case["expected"].as_object().unwrap();
        assert_eq!(answers.len(), expected.len());
        for (name, value) in expected {
            let place = format!("{}: {name}", case["name"]);
            match (answers[name.as_str()], value.as_f64()) {
                // 1e-13: pandas computes sd and means in f64.
                (Ok(got), Some(value)) => {
                    assert!(
                        (got - value).abs() <= 1e-13 * value.abs().max(1.0),
                        "{place}: {got} is not {value}"
                    );
                }
                (got, _) => assert_eq!(got.err(), value.as_str(), "{place}"),
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 13 * 33);
}
