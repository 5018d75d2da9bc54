//! Which balances of several accounts are known, built from a request.

use crate::cashflow::features;
use crate::domain::Ledger;
use crate::domain::given::{account, ledger, row, with};
use serde_json::{Value, json};

fn last(ledger: &Ledger) -> Option<f64> {
    features(ledger).get("balance_last_minor").unwrap().value
}

/// One row a day, each with the balance after it, from a day of January on.
fn overdrawn() -> Vec<Value> {
    let days = (1..=28).map(|day| row(&format!("2026-01-{day:02}"), -10, -10 * day));
    let more = (1..=28).map(|day| row(&format!("2026-02-{day:02}"), -10, -280 - 10 * day));
    days.chain(more)
        .chain((1..=31).map(|day| row(&format!("2026-03-{day:02}"), -10, -560 - 10 * day)))
        .collect()
}

#[test]
fn an_account_that_covers_no_day_has_no_known_balance() {
    let both = |second: Value| last(&ledger(&json!([account("a", &overdrawn()), second])));
    let savings = |rows: &[Value]| with(account("s", rows), "opening_balance_minor", json!(100_000_000));
    let mut late = savings(&[]);
    late["period"] = json!({"from": "2026-04-01", "to": "2026-04-30"});
    let status = |row: Value, status: &str| with(row, "status", json!(status));
    for second in [
        savings(&[]),
        with(savings(&[]), "closing_balance_minor", json!(0)),
        late,
        savings(&[status(row("2026-03-10", 5, None), "failed")]),
        savings(&[row("2026-04-10", 5, 100_000_005)]),
        savings(&[status(row("2026-03-10", 5, 100_000_005), "pending")]),
        savings(&[row("2026-03-10", 0, None)]),
    ] {
        assert_eq!(both(second.clone()), None, "{second}");
    }
    assert_eq!(
        both(savings(&[row("2026-01-01", 0, 100_000_000), row("2026-03-31", 0, 100_000_000)])),
        Some(99_999_130.0)
    );
}

#[test]
fn what_is_owed_is_neither_balance_nor_income() {
    for kind in ["loan", "card"] {
        let debt = account("d", &[row("2026-01-01", 100, 970_000), row("2026-03-31", 100, 970_100)]);
        let debt = with(debt, "kind", json!(kind));
        let both = ledger(&json!([account("a", &overdrawn()), debt.clone()]));
        assert_eq!(last(&both), Some(-870.0), "{kind}");
        let value = |name: &str| features(&both).get(name).unwrap().value;
        assert_eq!([value("income_minor_90d"), value("inflow_minor_90d")], [Some(0.0), Some(0.0)]);
        assert_eq!(last(&ledger(&json!([debt]))), None);
    }
}
