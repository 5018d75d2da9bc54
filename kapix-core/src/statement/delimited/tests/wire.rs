//! Documents with the names of the fields of the wire, `at` among them.

use super::{brief, error, read, refused, rows, with};
use crate::domain::{Direction, TransactionStatus};
use crate::error::Cause;
use crate::money::{Currency, Money};
use crate::statement::{Profile, Sign};
use core::fmt::Write;
use proptest::prelude::*;

#[test]
fn columns_are_found_by_name_in_any_order() {
    let text = "\u{feff}status,id,category,counterparty,description,balance,type,amount,at\r\n\
        pending,T-1,loan,Bank,\"a, \"\"b\"\"\nc\",10.00,credit,0.05,2026-03-28T10:00:00+03:00\r\n\
        ,,,,,,,-7,2026-03-29T00:00:00Z\r\n";
    let rows = rows(text, "KES");
    assert_eq!((rows[0].amount_minor, rows[0].balance_minor), (5, Some(1_000)));
    assert_eq!(rows[0].at.to_string(), "2026-03-28T07:00:00Z");
    assert_eq!(rows[0].description.as_deref(), Some("a, \"b\"\nc"));
    assert_eq!((rows[0].status, rows[0].direction), (TransactionStatus::Pending, Some(Direction::Credit)));
    assert_eq!(rows[0].id.as_ref().map(crate::id::Id::as_str), Some("T-1"));
    assert_eq!((rows[0].category.as_deref(), rows[0].counterparty.as_deref()), (Some("loan"), Some("Bank")));
    assert_eq!((rows[1].amount_minor, rows[1].balance_minor), (-700, None));
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
        ("BHD", "1.234", 1_234),
        ("KES", "-0.00", 0),
    ] {
        let text = format!("at,amount\n2026-01-01,{text}\n2026-01-01,-1");
        assert_eq!(rows(&text, currency)[0].amount_minor, minor);
    }
    let most = rows("amount_minor,at\n-9007199254740991,9999-12-31", "KES");
    assert_eq!(most[0].amount_minor, -9_007_199_254_740_991);
    for amount in ["0.001", "-3.000", "1e3", "1.000,00", "--1", "NaN", "99999999999999999999"] {
        let text = format!("at,amount\n2026-01-01,1\n2026-01-01,\"{amount}\"\n");
        assert_eq!(refused(&text, "KES").1, "/document/3/amount", "{amount}");
    }
    for amount in ["9007199254740992", "1.0", "0x1", "5 KES"] {
        let text = format!("at,amount_minor\n2026-01-01,{amount}\n2026-01-01,1\n");
        assert_eq!(
            refused(&text, "KES"),
            (Cause::TransactionCsv, "/document/2/amount_minor".into()),
            "{amount}"
        );
    }
}

#[test]
fn a_type_beside_minor_units_never_lends_them_its_sign() {
    let refusal = (Cause::TransactionSign, "/document/2/type".to_owned());
    assert_eq!(refused("type,amount_minor,at\ncredit,-5,2026-01-01", "KES"), refusal);
    assert_eq!(refused("type,amount_minor,at\ndebit,5,2026-01-01", "KES"), refusal);
    assert_eq!(brief("at,amount_minor\n2026-01-01,5", "KES"), [("2026-01-01".to_owned(), 5)]);
    assert_eq!(
        refused("at,amount,type\n2026-01-01,5,Sale", "KES"),
        (Cause::TransactionCsv, "/document/2/type".into())
    );
}

#[test]
fn the_name_of_the_days_says_nothing_of_signs() {
    let days =
        |amounts: [i64; 2]| [("2026-01-01".to_owned(), amounts[0]), ("2026-01-02".to_owned(), amounts[1])];
    let typed = "at,amount,type\n2026-01-01,5.00,DR\n2026-01-02,7.00,CR\n";
    assert_eq!(brief(typed, "KES"), days([-500, 700]));
    let turned = "at,amount,type\n2026-01-01,5.00,debit\n2026-01-02,-7.00,credit\n";
    assert_eq!(brief(turned, "KES"), days([-500, 700]));
    let chained = "at,amount,balance\n2026-01-01,5,100\n2026-01-02,7,93\n2026-01-03,3,90\n";
    assert_eq!(rows(chained, "KES")[1].amount_minor, -700);
    let silent = "at,amount\n2026-01-01,5\n2026-01-02,7\n";
    assert_eq!(refused(silent, "KES"), (Cause::StatementUnstated, "/profile/sign".into()));
    for (sign, amounts) in [(Sign::CreditPositive, [500, 700]), (Sign::DebitPositive, [-500, -700])] {
        let read = with(silent, Profile { sign: Some(sign), ..Profile::default() }).unwrap();
        let found: Vec<i64> =
            read.accounts[0].account.transactions.iter().map(|row| row.amount_minor).collect();
        assert_eq!(found, amounts);
    }
    let opening = "at,amount,balance,description\n2026-01-01,50,50,Opening balance\n2026-01-02,-7,43,Rent\n";
    assert_eq!(brief(opening, "KES"), [("2026-01-02".to_owned(), -700)]);
}

#[test]
fn the_name_of_the_days_says_nothing_of_their_form() {
    let named = |at: &str| brief(&format!("at,amount\n{at},-5\n"), "KES")[0].0.clone();
    for (at, day) in
        [("28/03/2026", "2026-03-28"), ("28 Mar 2026", "2026-03-28"), ("2026-03-28", "2026-03-28")]
    {
        assert_eq!(named(at), day);
    }
    assert_eq!(error("at,amount\n01/05/2026,-5", "KES").cause, Cause::StatementUnstated);
}

proptest! {
    #[test]
    fn rows_come_back_from_their_text(rows in prop::collection::vec(
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991, any::<Option<i32>>(), "[!-~][ -~]{0,10}[!-~]", 0..30_000_i32),
        1..20,
    )) {
        let kes = Currency::parse("KES").unwrap();
        let mut text = String::from("description,balance_minor,amount_minor,amount,at\n");
        let mut sorted = rows.clone();
        sorted.sort_by_key(|row| row.3);
        for (minor, balance, description, day) in &sorted {
            let date = crate::time::Date::from_epoch_days(*day).unwrap();
            let amount = Money::new(*minor, kes).unwrap().to_decimal_string();
            let balance = balance.map_or_else(String::new, |balance| balance.to_string());
            writeln!(text, "\"{}\",{balance},{minor},{amount},{date}", description.replace('"', "\"\"")).unwrap();
        }
        let read = read(&text, "KES").unwrap();
        let found = &read.accounts[0].account.transactions;
        prop_assert_eq!(found.len(), sorted.len());
        for (found, (amount, balance, description, day)) in found.iter().zip(&sorted) {
            prop_assert_eq!(found.amount_minor, *amount);
            prop_assert_eq!(found.balance_minor, balance.map(i64::from));
            prop_assert_eq!(found.description.as_deref().unwrap_or_default(), description);
            prop_assert_eq!(found.at.date(crate::time::UtcOffset::UTC).epoch_days(), *day);
        }
    }
}
