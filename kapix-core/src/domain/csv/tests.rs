use super::transactions_from_csv;
use crate::domain::{Direction, Transaction, TransactionStatus};
use crate::error::{Cause, Result};
use crate::limits::Limits;
use crate::money::{Currency, Money};
use core::fmt::Write;
use proptest::prelude::*;

fn read(text: &str, currency: &str) -> Result<Vec<Transaction>> {
    transactions_from_csv(text.as_bytes(), Currency::parse(currency).unwrap(), &Limits::default())
}

/// Cause and place of the error that the text gives.
fn refused(text: &str) -> (Cause, String) {
    let error = read(text, "KES").unwrap_err();
    assert_eq!(error.fields.len(), 1, "{error}");
    (error.cause, error.fields[0].clone())
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let text = "\u{feff}status,id,category,counterparty,description,balance,type,amount,at\r\n\
        pending,T-1,loan,Bank,\"a, \"\"b\"\"\nc\",10.00,credit,0.05,2026-03-28T10:00:00+03:00\r\n\
        ,,,,,,,-7,1900-01-01\r\n";
    let rows = read(text, "KES").unwrap();
    assert_eq!((rows[0].amount_minor, rows[0].balance_minor), (5, Some(1_000)));
    assert_eq!(rows[0].at.to_string(), "2026-03-28T07:00:00Z");
    assert_eq!(rows[0].description.as_deref(), Some("a, \"b\"\nc"));
    assert_eq!((rows[0].status, rows[0].direction), (TransactionStatus::Pending, Some(Direction::Credit)));
    assert_eq!(rows[0].id.as_ref().map(crate::id::Id::as_str), Some("T-1"));
    assert_eq!((rows[0].category.as_deref(), rows[0].counterparty.as_deref()), (Some("loan"), Some("Bank")));
    assert_eq!(
        (rows[1].amount_minor, rows[1].balance_minor, rows[1].at.to_string().as_str()),
        (-700, None, "1900-01-01")
    );
    assert_eq!(
        (rows[1].status, &rows[1].id, &rows[1].description),
        (TransactionStatus::Posted, &None, &None)
    );
}

#[test]
fn amounts_are_exact_at_the_exponent_of_the_currency() {
    for (currency, text, minor) in [
        ("KES", "9007199254740.99", 900_719_925_474_099),
        ("UGX", "-12105", -12_105),
        ("BHD", "0.001", 1),
        ("KES", "-0.00", 0),
    ] {
        assert_eq!(read(&format!("at,amount\n2026-01-01,{text}"), currency).unwrap()[0].amount_minor, minor);
    }
    let most = read("amount_minor,at\n-9007199254740991,9999-12-31", "KES").unwrap();
    assert_eq!(most[0].amount_minor, -9_007_199_254_740_991);
    for amount in ["0.001", "1e3", "1,000.00", "", " 1", "--1", "NaN", "99999999999999999999"] {
        let text = format!("at,amount\n2026-01-01,1\n2026-01-01,\"{amount}\"\n");
        assert_eq!(refused(&text), (Cause::TransactionCsv, "/rows/1/amount".into()), "{amount}");
    }
    for amount in ["9007199254740992", "1.0", "", "-", "0x1"] {
        let text = format!("at,amount_minor\n2026-01-01,{amount}\n2026-01-01,1\n");
        assert_eq!(refused(&text), (Cause::TransactionCsv, "/rows/0/amount_minor".into()), "{amount}");
    }
}

#[test]
fn a_type_never_lends_an_amount_its_sign() {
    assert_eq!(
        refused("at,amount,type\n2026-01-01,5.00,debit"),
        (Cause::TransactionSign, "/rows/0/amount".into())
    );
    let minor = "type,amount_minor,at\ncredit,-5,2026-01-01";
    assert_eq!(refused(minor), (Cause::TransactionSign, "/rows/0/amount_minor".into()));
    assert_eq!(read("at,amount,type\n2026-01-01,0,debit", "KES").unwrap()[0].amount_minor, 0);
}

#[test]
fn wrong_headers_and_values_have_their_place() {
    for header in
        ["", "at", "amount", "at,amount,amount_minor", "at,amount,at", "at,amount,balance,balance_minor"]
    {
        assert_eq!(
            refused(&format!("{header}\n2026-01-01,1\n")),
            (Cause::TransactionCsv, "/rows".into()),
            "{header}"
        );
    }
    assert_eq!(refused("at,amount,Amount\n"), (Cause::TransactionCsv, "/rows".into()));
    assert_eq!(refused("at,amount\n2026-01-01,1,2\n"), (Cause::TransactionCsv, "/rows/0".into()));
    for (column, value) in
        [("type", "Credit"), ("status", "done"), ("id", "a\u{1}"), ("balance", "x"), ("at", "1/2/2026")]
    {
        let others = if column == "at" { ("", "") } else { ("at,", "2026-01-01,") };
        let text = format!("{}amount,{column}\n{}1,{value}\n", others.0, others.1);
        assert_eq!(refused(&text), (Cause::TransactionCsv, format!("/rows/0/{column}")));
    }
    let error = read("at,amount\n2026-01-01,1\n2026-01-01,x\n", "KES").unwrap_err();
    assert!(error.message.starts_with("row `1` (line `3`), column `amount`: "), "{error}");
    let bytes =
        transactions_from_csv(b"at,amount\n\xff,1\n", Currency::parse("KES").unwrap(), &Limits::default());
    assert_eq!(bytes.unwrap_err().fields, ["/rows/0"]);
}

#[test]
fn a_text_without_a_header_is_not_echoed() {
    let error = read("2026-01-01,+254700000000\n", "KES").unwrap_err();
    assert!(!error.to_string().contains("254700000000"));
}

#[test]
fn limits_hold() {
    let kes = Currency::parse("KES").unwrap();
    let text = b"at,amount,description\n2026-01-01,1,abc\n2026-01-01,1,abcd\n";
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        transactions_from_csv(text, kes, &limits).map_err(|error| (error.cause, error.fields))
    };
    assert_eq!(with(|limits| limits.rows = 2).unwrap().len(), 2);
    assert_eq!(with(|limits| limits.rows = 1).unwrap_err(), (Cause::LimitExceeded, vec!["/rows".into()]));
    let place = vec!["/rows/1/description".into()];
    assert_eq!(with(|limits| limits.string_bytes = 3).unwrap_err(), (Cause::LimitExceeded, place));
    assert_eq!(with(|limits| limits.request_bytes = 10).unwrap_err().0, Cause::LimitExceeded);
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<Vec<u8>>(), tail in "[-0-9a-z,.\"\r\n]{0,80}") {
        let kes = Currency::parse("KES").unwrap();
        let _ = transactions_from_csv(&text, kes, &Limits::default());
        let shaped = format!("at,amount,type,balance,id\n2026-01-01,1,credit,5,{tail}");
        let _ = transactions_from_csv(shaped.as_bytes(), kes, &Limits::default());
    }

    #[test]
    fn rows_come_back_from_their_text(rows in prop::collection::vec(
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991, any::<Option<i32>>(), "[ -~]{0,12}", 0..30_000_i32),
        0..20,
    )) {
        let kes = Currency::parse("KES").unwrap();
        let mut text = String::from("description,balance_minor,amount,at\n");
        for (amount, balance, description, day) in &rows {
            let date = crate::time::Date::from_epoch_days(*day).unwrap();
            let amount = Money::new(*amount, kes).unwrap().to_decimal_string();
            let balance = balance.map_or_else(String::new, |balance| balance.to_string());
            writeln!(text, "\"{}\",{balance},{amount},{date}", description.replace('"', "\"\"")).unwrap();
        }
        let read = transactions_from_csv(text.as_bytes(), kes, &Limits::default()).unwrap();
        prop_assert_eq!(read.len(), rows.len());
        for (found, (amount, balance, description, day)) in read.iter().zip(&rows) {
            prop_assert_eq!(found.amount_minor, *amount);
            prop_assert_eq!(found.balance_minor, balance.map(i64::from));
            prop_assert_eq!(found.description.as_deref().unwrap_or_default(), description);
            prop_assert_eq!(found.at.date(crate::time::UtcOffset::UTC).epoch_days(), *day);
        }
    }
}
