//! What cannot be read is an error with its place.

use super::given::{mono, plaid, reading, rows};
use crate::error::Cause;
use crate::limits::Limits;
use crate::statement::{TransactionsReadRequest, read_pages};
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::{Value, json};

fn refusal(document: Value, request: &Value) -> (Cause, String) {
    let error = reading(&[document], request).map(|read| rows(&read)).unwrap_err();
    (error.cause, error.fields.first().cloned().unwrap_or_default())
}

/// The refusal of raw text.
fn of_text(text: &str) -> (Cause, String) {
    let error = read_pages(&[text.as_bytes()], &TransactionsReadRequest::default(), &Limits::default());
    let error = error.map(|read| rows(&read)).unwrap_err();
    (error.cause, error.fields.first().cloned().unwrap_or_default())
}

#[test]
fn an_answer_without_rows_or_of_a_failed_request_says_so() {
    let none = json!({});
    for document in [
        json!({"added": [], "modified": [], "removed": [], "has_more": false, "next_cursor": "x"}),
        json!({"accounts": [], "transactions": [], "total_transactions": 0}),
        json!({"status": "successful", "data": [], "meta": {"total": 0}}),
    ] {
        assert_eq!(
            refusal(document.clone(), &none),
            (Cause::StatementEmpty, "/document".to_owned()),
            "{document}"
        );
    }
    for (document, field) in [
        (json!({"status": "failed", "message": "x", "data": null}), "/document/status"),
        (json!({"status": "failed", "data": []}), "/document/status"),
        (json!([{"status": "failed", "message": "x"}]), "/document/0/status"),
        (json!({"error_code": "ITEM_LOGIN_REQUIRED", "error_type": "ITEM_ERROR"}), "/document/error_code"),
    ] {
        assert_eq!(refusal(document.clone(), &none), (Cause::StatementForm, field.to_owned()), "{document}");
    }
    let other = json!({"rows": [{"x": 1}]});
    assert_eq!(refusal(other, &none), (Cause::StatementForm, "/document".to_owned()));
}

#[test]
fn a_bad_value_is_an_error_with_its_pointer() {
    for (field, value, cause) in [
        ("amount", json!("12,5"), Cause::MoneyPrecision),
        ("amount", json!("1,234"), Cause::MoneyPrecision),
        ("amount", json!(0.001), Cause::MoneyPrecision),
        ("amount", json!({}), Cause::JsonShape),
        ("amount", json!(""), Cause::MoneySyntax),
        ("amount", json!("12e3"), Cause::MoneySyntax),
        ("amount", Value::Null, Cause::JsonShape),
        ("date", json!("03/01/2026"), Cause::TimeSyntax),
        ("date", json!("2026-03-01 10:00:00"), Cause::TimeOffset),
        ("date", json!("2026-02-30"), Cause::TimeSyntax),
        ("date", json!([]), Cause::JsonShape),
        ("date", json!(1e300), Cause::TimeSyntax),
        ("iso_currency_code", json!("BTC"), Cause::MoneyCurrency),
        ("iso_currency_code", Value::Null, Cause::StatementUnstated),
        ("pending", json!("maybe"), Cause::JsonShape),
        ("transaction_id", json!("x".repeat(129)), Cause::IdInvalid),
        ("name", json!(["x"]), Cause::JsonShape),
    ] {
        let mut row = plaid("a", "2026-03-01", 1.0);
        row[field] = value.clone();
        let document = json!({"added": [plaid("b", "2026-03-01", 1.0), row]});
        let found = refusal(document, &json!({"profile": {"preset": "plaid"}}));
        assert_eq!(found, (cause, format!("/document/added/1/{field}")), "{field} {value}");
    }
}

#[test]
fn a_removed_row_needs_an_id_and_a_row_is_an_object() {
    let request = json!({"profile": {"preset": "plaid"}});
    let document = json!({"added": [plaid("a", "2026-03-01", 1.0)], "removed": [{"account_id": "A1"}]});
    assert_eq!(
        refusal(document, &request),
        (Cause::JsonShape, "/document/removed/0/transaction_id".to_owned())
    );
    assert_eq!(refusal(json!({"added": [7]}), &request), (Cause::JsonShape, "/document/added/0".to_owned()));
}

#[test]
fn every_bad_row_is_named_in_one_error() {
    let row = |direction: &str| mono("a", "2026-03-01T00:00:00Z", 1, direction, 1);
    let error =
        reading(&[json!({"data": [row("debit"), row("both"), row("none")]})], &json!({})).unwrap_err();
    assert_eq!(error.fields, ["/document/data/1/type", "/document/data/2/type"]);
}

#[test]
fn what_no_preset_fits_and_what_two_fit_must_be_stated() {
    assert_eq!(refusal(json!({"foo": []}), &json!({})).0, Cause::StatementForm);
    assert_eq!(refusal(json!({"data": []}), &json!({})).0, Cause::StatementEmpty);
    let mut both = mono("a", "2026-03-01T00:00:00Z", 1, "debit", 1);
    both["transaction_id"] = json!("a");
    both["account_id"] = json!("b");
    assert_eq!(refusal(json!([both]), &json!({})), (Cause::StatementUnstated, "/profile/preset".to_owned()));
    let stated = |preset: &str| json!({"profile": {"preset": preset}});
    assert_eq!(
        refusal(json!({"added": []}), &stated("plaid")),
        (Cause::StatementEmpty, "/document".to_owned())
    );
    assert_eq!(refusal(json!({"added": []}), &stated("paid")).0, Cause::ValueOutOfRange);
    assert_eq!(refusal(json!({"x": 1}), &stated("plaid")), (Cause::StatementForm, "/document".to_owned()));
    assert_eq!(refusal(json!(7), &stated("plaid")).0, Cause::StatementForm);
}

#[test]
fn a_preset_of_the_request_is_checked() {
    let wrong = |pointers: Value| refusal(json!({"rows": []}), &json!({"profile": {"pointers": pointers}}));
    for (pointers, place) in [
        (json!({"time": ["/a"], "amount": ["/b"]}), "/rows"),
        (json!({"rows": ["/rows"], "amount": ["/b"]}), "/time"),
        (json!({"rows": ["/rows"], "time": ["/a"]}), "/amount"),
        (json!({"rows": ["/rows"], "time": ["/a"], "amount": ["/b"], "debit": ["/c"]}), "/amount"),
        (json!({"rows": ["rows"], "time": ["/a"], "amount": ["/b"]}), "/rows/0"),
        (json!({"rows": ["/rows"], "time": ["/a/*/b"], "amount": ["/b"]}), "/time/0"),
        (json!({"rows": ["/rows"], "time": [""], "amount": ["/b"]}), "/time/0"),
        (json!({"rows": ["/r".repeat(17)], "time": ["/a"], "amount": ["/b"]}), "/rows/0"),
    ] {
        let (_, found) = wrong(pointers.clone());
        assert_eq!(found, format!("/profile/pointers{place}"), "{pointers}");
    }
}

#[test]
fn an_account_that_is_stated_is_one() {
    let mut other = plaid("b", "2026-03-02", 1.0);
    other["account_id"] = json!("A2");
    let document = json!({"added": [plaid("a", "2026-03-01", 1.0), other]});
    let request = json!({"account": {"opening_balance_minor": 5}});
    assert_eq!(
        refusal(document.clone(), &request),
        (Cause::DataExclusive, "/account/opening_balance_minor".to_owned())
    );
    let request = json!({"account": {"currency": "EUR"}});
    assert_eq!(
        refusal(document, &request),
        (Cause::MoneyCurrencyMixed, "/document/added/0/iso_currency_code".to_owned())
    );
}

#[test]
fn text_that_is_no_strict_json_is_refused_with_its_place() {
    assert_eq!(
        of_text(r#"{"added": [{"transaction_id": "a", "transaction_id": "b"}]}"#),
        (Cause::JsonDuplicateKey, "/document/added/0/transaction_id".to_owned())
    );
    assert_eq!(of_text(r#"{"added": ["#).0, Cause::JsonSyntax);
    assert_eq!(of_text(&"[".repeat(100)).0, Cause::LimitExceeded);
    let small = Limits { rows: 2, document_bytes: 1_000, ..Limits::default() };
    let of = |text: &str| {
        read_pages(&[text.as_bytes()], &TransactionsReadRequest::default(), &small)
            .map(|read| rows(&read))
            .unwrap_err()
    };
    assert_eq!(of("[1,2,3]").cause, Cause::StatementForm);
    assert_eq!(
        of(&format!("[{}]", "1,".repeat(600))).message,
        "document_bytes must be at most `1000`; got `1202`"
    );
}

#[test]
fn amounts_keep_every_digit_of_the_document() {
    // 20000000000000.01 and 20000000000000.012 are one binary64; their texts are two.
    let read_amount = |text: &str| {
        let document = format!(r#"[{{"date_time": 0, "amount": {text}, "currency": "KES"}}]"#);
        read_pages(&[document.as_bytes()], &TransactionsReadRequest::default(), &Limits::default())
            .map(|read| rows(&read)[0].1)
            .map_err(|error| error.cause)
    };
    // Python 3.11: int(decimal.Decimal(text).scaleb(2)).
    for (text, minor) in [
        ("20000000000000.01", Ok(2_000_000_000_000_001)),
        ("20000000000000.012", Err(Cause::MoneyPrecision)),
        ("-0.07", Ok(-7)),
        ("25.000", Ok(2_500)),
        ("1.5E2", Ok(15_000)),
        ("15e-1", Ok(150)),
        ("1e-2", Ok(1)),
        ("1e-3", Err(Cause::MoneyPrecision)),
        ("1e5", Ok(10_000_000)),
        ("-1.25e+1", Ok(-1_250)),
        ("0e7", Ok(0)),
        ("\"1,234,567.89\"", Ok(123_456_789)),
        ("\"-1,234.50\"", Ok(-123_450)),
        ("\"1,23.50\"", Err(Cause::MoneyPrecision)),
    ] {
        assert_eq!(read_amount(text), minor, "{text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, text in "[\\[\\]{}:,\"a-c0-9.eE-]{0,60}") {
        let presets = ["akiba", "mono", "mpesa", "plaid", "stitch"];
        for preset in presets {
            let request = json!({"account": {"currency": "KES"}, "profile": {"preset": preset, "format": "json"}});
            let request: TransactionsReadRequest = serde_json::from_value(request).unwrap();
            let _ = read_pages(&[&bytes, text.as_bytes()], &request, &Limits::default());
        }
    }

    #[test]
    fn minor_units_round_trip_as_decimal_text_and_as_a_number(minor in -999_999_999_999_i64..=999_999_999_999) {
        let text = format!("{}{}.{:02}", if minor < 0 { "-" } else { "" }, minor.abs() / 100, minor.abs() % 100);
        for written in [text.clone(), format!("\"{text}\"")] {
            let document = format!(r#"{{"transactions": [{{"date_time": 1e0, "amount": {written}, "currency": "KES"}}]}}"#);
            let document = document.replace("1e0", "1774672448");
            let read = read_pages(&[document.as_bytes()], &TransactionsReadRequest::default(), &Limits::default()).unwrap();
            prop_assert_eq!(rows(&read)[0].1, minor);
        }
    }

    #[test]
    fn any_value_in_any_field_is_read_or_refused(field in 0_usize..7, number in any::<f64>(), text: String) {
        let names = ["date_time", "amount", "currency", "type", "status", "balance", "account_number"];
        for value in [json!(number), json!(text), json!({"amount": number}), json!([text]), json!(true)] {
            let mut row = json!({"date_time": 1, "amount": 1, "currency": "KES"});
            row[names[field]] = value;
            let _ = reading(&[json!([row])], &json!({"profile": {"preset": "akiba"}}));
        }
    }
}
