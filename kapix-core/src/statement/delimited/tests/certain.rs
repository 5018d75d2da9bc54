//! What a document says of its accounts and days is read, or refused where it says two things.

use super::{error, read, rows, with};
use crate::domain::{AccountKind, TransactionStatus};
use crate::error::Cause;
use crate::statement::{Choice, DateOrder, Profile};

fn refused(document: &str, cause: Cause, field: &str) {
    let error = error(document, "KES");
    assert_eq!((error.cause, error.fields[0].as_str()), (cause, field), "{document}\n{error}");
}

#[test]
fn two_kinds_or_names_of_one_account_are_refused_at_the_line() {
    let kinds =
        |kind: &str| format!("Date,Account Type,Amount\n2026-03-01,current,5\n2026-03-02,{kind},-5\n");
    refused(&kinds("loan"), Cause::TransactionCsv, "/document/3/kind");
    assert_eq!(
        read(&kinds("Current Account"), "KES").unwrap().accounts[0].account.kind,
        AccountKind::Current
    );
    for (name, kind) in [
        ("Savings Account", AccountKind::Savings),
        ("Cheque Account", AccountKind::Current),
        ("Checking A/C", AccountKind::Current),
        ("Credit Card", AccountKind::Card),
        ("Transaction account", AccountKind::Current),
    ] {
        let text = format!("Date,Account Type,Amount\n2026-03-01,{name},5\n2026-03-02,,-5\n");
        assert_eq!(read(&text, "KES").unwrap().accounts[0].account.kind, kind, "{name}");
    }
    for name in ["Account Name", "Wallet", "Wallet ID", "Product"] {
        let named = |value: &str| format!("Date,{name},Amount\n2026-03-01,Main,5\n2026-03-02,{value},-5\n");
        refused(&named("Savings"), Cause::TransactionCsv, "/document/3/account");
        assert!(read(&named(""), "KES").is_ok() && read(&named("Main"), "KES").is_ok(), "{name}");
        // With the account in a column of its own it says nothing.
        let own =
            named("Other").replace("Date", "Date,Account").replace("01,", "01,A,").replace("02,", "02,B,");
        assert_eq!(read(&own, "KES").unwrap().accounts.len(), 2, "{name}");
    }
}

#[test]
fn the_account_number_of_the_other_side_names_no_account() {
    for (other, number) in
        [("Payee", "Account number"), ("Zahlungsempf\u{e4}nger*in", "IBAN"), ("Partner Name", "IBAN")]
    {
        let text =
            format!("Date,{other},{number},Amount\n2026-03-01,Firm,DE1,500\n2026-03-02,Landlord,DE2,-5\n");
        let reading = read(&text, "KES").unwrap();
        assert_eq!(reading.accounts.len(), 1, "{other}");
        assert_eq!(reading.proof.columns_not_read, [number]);
    }
    // Before the other side it is the account of the row.
    let own = "Account number,Date,Payee,Amount\n1,2026-03-01,Firm,500\n2,2026-03-02,Landlord,-5\n";
    assert_eq!(read(own, "KES").unwrap().accounts.len(), 2);
}

#[test]
fn a_title_of_another_account_and_of_rows_without_effect_is_refused() {
    let text = |before: &str, line: &str| {
        format!("{before}Date,Details,Amount\n2026-03-01,a,-5\n{line}\nDate,Details,Amount\n2026-03-02,b,5\n")
    };
    for line in [
        "Loan Account",
        "Savings Account,,",
        "CURRENT ACCOUNT",
        "Sparkonto",
        "Girokonto",
        "Pending deposits",
        "Uncleared cheques",
        "Upcoming transactions",
        "Scheduled payments,,",
        "Transactions pending",
    ] {
        if line != "Sparkonto" {
            refused(&text("", line), Cause::TransactionCsv, "/document/3");
        }
    }
    assert!(read(&text("Savings Account\n", "Savings Account,,"), "KES").is_ok());
    refused(&text("Savings Account\n", "Loan Account,,"), Cause::TransactionCsv, "/document/4");
    // A description of two lines.
    let two = "Date,Details,Amount\n2026-03-01,Transfer to,-5\n,Savings Account,\n2026-03-02,b,5\n";
    assert_eq!(rows(two, "KES")[0].description.as_deref(), Some("Transfer to Savings Account"));
}

#[test]
fn a_column_that_is_not_read_may_not_say_that_a_row_took_no_effect() {
    for value in [
        "Umsatz vorgemerkt",
        "Annul\u{e9}",
        "Annul\u{e9}e",
        "Rejet\u{e9}e",
        "Storniert",
        "Estornado",
        "Anulado",
        "declined by bank",
    ] {
        let text =
            format!("Date,Details,Amount,Info\n2026-03-01,a,-5,Umsatz gebucht\n2026-03-02,b,5,{value}\n");
        refused(&text, Cause::TransactionCsv, "/document/3/status");
        assert!(error(&text, "KES").message.contains("`Info`"));
    }
    let long = "Date,Details,Amount,Info\n2026-03-01,a,-5,fee of a payment that was declined by the bank\n2026-03-02,b,5,pension\n";
    assert!(read(long, "KES").is_ok());
    let memo = "Date,Details,Amount,Memo\n2026-03-01,a,-5,Failed payment fee\n2026-03-02,b,5,\n";
    assert!(read(memo, "KES").is_ok());
    refused(&memo.replace(" payment fee", ""), Cause::TransactionCsv, "/document/2/status");
    let status = "Date,Details,Amount,Status\n2026-03-01,a,-5,Annul\u{e9}\n2026-03-02,b,5,Declined by bank\n";
    assert!(rows(status, "KES").iter().all(|row| row.status == TransactionStatus::Failed));
    // A place is no status.
    let state = "Date,Details,City,State,Amount\n2026-03-01,a,x,CA,-5\n2026-03-02,b,y,NY,5\n";
    assert!(rows(state, "KES").iter().all(|row| row.status == TransactionStatus::Posted));
    for name in ["Waehrung", "W\u{e4}hrung", "Devise", "Moeda", "Moneda"] {
        let text = format!("Date,Details,Amount,{name}\n2026-03-01,a,-5,EUR\n");
        refused(&text, Cause::MoneyCurrencyMixed, "/document/2/currency");
    }
}

#[test]
fn days_of_two_forms_are_refused_with_both_lines() {
    let mixed = "Date,Amount\n13/04/2026,-5\n2026-03-04,5\n";
    refused(mixed, Cause::StatementForm, "/document/3/at");
    let message = error(mixed, "KES").message;
    assert!(message.contains("`2`") && message.contains("`3`"), "{message}");
    let stated = Profile { date_order: Some(DateOrder::Dmy), ..Profile::default() };
    assert_eq!(with(mixed, stated).map(|it| it.accounts).unwrap_err().cause, Cause::StatementForm);
}

#[test]
fn an_order_of_days_is_in_the_profile_only_where_the_document_needs_one() {
    for day in ["13-Apr-26", "2026-04-13", "20260413"] {
        let text = format!("Date,Amount\n{day},-5\n");
        let reading = read(&text, "KES").unwrap();
        assert_eq!(
            (reading.profile.date_order, reading.proof.choices["date_order"]),
            (None, Choice::Default)
        );
        // The next document needs one.
        let next = with("Date,Amount\n03/04/26,-5\n", reading.profile).map(|it| it.accounts).unwrap_err();
        assert_eq!(next.cause, Cause::StatementUnstated);
    }
    assert_eq!(read("Date,Amount\n13/04/2026,-5\n", "KES").unwrap().profile.date_order, Some(DateOrder::Dmy));
}

#[test]
fn a_year_of_two_digits_may_come_first() {
    let days = "Date,Amount\n26-06-01,-5\n26-06-02,5\n26-06-14,5\n";
    refused(days, Cause::StatementUnstated, "/document/2/at");
    refused("Date,Amount\n26-06-01,-5\n", Cause::StatementUnstated, "/document/2/at");
    let stated = Profile { date_order: Some(DateOrder::Ymd), ..Profile::default() };
    let reading = with(days, stated).unwrap();
    assert_eq!(reading.accounts[0].account.transactions[2].at.to_string(), "2026-06-14");
    assert_eq!(reading.profile.date_order, Some(DateOrder::Ymd));
    // The day changes more than the year.
    assert_eq!(rows("Date,Amount\n26.06.26,-5\n28.06.26,5\n", "KES")[1].at.to_string(), "2026-06-28");
}

#[test]
fn a_name_that_begins_as_a_balance_is_no_balance() {
    let text = "Date,Details,Debit,Credit,Balance\n2026-03-01,B F KARANJA,,3000.00,3000.00\n2026-03-02,Food,10.00,,2990.00\n";
    let reading = read(text, "KES").unwrap();
    assert_eq!(
        (reading.accounts[0].lines.len(), reading.accounts[0].account.opening_balance_minor),
        (2, None)
    );
    for whole in ["B/F", "Balance b/f", "Balance brought forward 01/03/2026"] {
        let reading = read(&text.replace("B F KARANJA", whole), "KES").unwrap();
        assert_eq!(reading.accounts[0].account.opening_balance_minor, Some(300_000), "{whole}");
    }
}

#[test]
fn days_with_the_year_first_that_a_program_turned_round_are_refused() {
    let days = [
        "01-05", "01-07", "01-14", "01-20", "02-03", "02-09", "02-17", "02-25", "03-04", "03-11", "03-19",
        "03-28",
    ];
    let document = |turn: bool| {
        let day = |day: &&str| match day.split_once('-') {
            Some((month, day)) if turn && day < "13" => format!("2026-{day}-{month}"),
            _ => format!("2026-{day}"),
        };
        let rows: Vec<String> = days.iter().map(|own| format!("{},x,-5.00\n", day(own))).collect();
        let rows = rows.concat();
        format!("Date,Details,Amount\n{rows}2026-03-29,Pay,90.00\n")
    };
    assert_eq!(read(&document(false), "KES").unwrap().accounts[0].account.transactions.len(), 13);
    assert_eq!(error(&document(true), "KES").cause, Cause::StatementForm);
}
