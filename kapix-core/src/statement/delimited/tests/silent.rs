//! What would change or merge money silently is refused, left out and counted, or told.

use super::{error, read, read_bytes, request, with};
use crate::error::Cause;
use crate::limits::Limits;
use crate::statement::{
    self, ColumnRole, DebitSign, LeftOutReason, Profile, Reading, ReadingFindingKind, Sign,
};

fn told(reading: &Reading, kind: ReadingFindingKind) -> bool {
    reading.findings.iter().any(|found| found.kind == kind)
        && reading.accounts[0].account.reading_doubts.is_some()
}

#[test]
fn two_currencies_of_one_document_are_refused_by_both_names_and_the_line() {
    for (document, currency, line, names) in [
        ("Date,Debit (KES),Credit (USD)\n2026-03-13,5.00,\n2026-03-14,,7.00\n", "", 1, ["KES", "USD"]),
        ("Date,Details,Amount (USD)\n2026-03-13,Rent,-5.00\n", "KES", 1, ["KES", "USD"]),
        ("Date,Details,Amount (KES),Currency\n2026-03-13,Rent,-5.00,USD\n", "", 2, ["KES", "USD"]),
        ("Currency,USD\nDate,Details,Amount (KES)\n2026-03-13,Rent,-5.00\n", "", 1, ["KES", "USD"]),
        ("Date,Details,Amount\n2026-03-13,Rent,-€5.00\n2026-03-14,Pay,$7.00\n", "", 3, ["$", "EUR"]),
        ("Date,Details,Amount\n2026-03-13,Rent,-£5.00\n", "KES", 2, ["£", "KES"]),
        (
            "Date,Details,Amount,Currency\n2026-03-13,Rent,-5.00,KES\n2026-03-14,Pay,7.00,USD\n",
            "",
            3,
            ["KES", "USD"],
        ),
        (
            "Date,Details,Amount\n2026-03-13,Rent,-5.00\nCurrency: USD,,\n2026-03-14,Pay,7.00\n",
            "KES",
            3,
            ["KES", "USD"],
        ),
    ] {
        let error = error(document, currency);
        assert_eq!(error.cause, Cause::MoneyCurrencyMixed, "{document}");
        assert!(error.fields[0].starts_with(&format!("/document/{line}")), "{error}");
        assert!(names.iter().all(|name| error.message.contains(name)), "{error}");
    }
    // A mark that is of the currency says nothing against it.
    assert!(read("Date,Details,Amount\n2026-03-13,Rent,-$5.00\n", "USD").is_ok());
    let marked = read("Date,Details,Amount (₦)\n2026-03-13,Rent,-5.00\n", "").unwrap();
    assert_eq!(marked.accounts[0].account.currency.as_str(), "NGN");
}

#[test]
fn a_second_account_below_the_first_is_refused_at_its_line() {
    let section =
        |number: &str| format!("Account number,{number},\nDate,Details,Amount\n2026-03-13,Rent,-5.00\n");
    let two = error(&format!("{}{}", section("11112222"), section("33334444")), "KES");
    assert_eq!((two.cause, two.fields[0].as_str()), (Cause::TransactionCsv, "/document/4"));
    assert!(!two.message.contains("33334444"), "{two}");
    // The same account, whole or masked, goes on.
    for again in ["11112222", "****2222"] {
        let read = read(&format!("{}{}", section("11112222"), section(again)), "KES").unwrap();
        assert_eq!(read.accounts[0].lines, [3, 6]);
    }
}

#[test]
fn a_stated_sign_that_balances_contradict_is_refused_or_told() {
    let debits = "Date,Details,Debit,Credit,Balance\n2026-03-13,Pay,,50.00,150.00\n2026-03-14,Rent,20.00,,130.00\n\
        2026-03-15,Bus,10.00,,120.00\n";
    let profile = |debit_sign| Profile { debit_sign: Some(debit_sign), ..Profile::default() };
    let refused = with(debits, profile(DebitSign::Negative)).map(|it| it.accounts).unwrap_err();
    assert_eq!((refused.cause, refused.fields[0].as_str()), (Cause::TransactionSign, "/document/3/debit"));
    assert!(with(debits, profile(DebitSign::Positive)).is_ok());
    // Reversals alone: the balances say that the profile is right.
    let reversals = "Date,Details,Debit,Credit,Balance\n2026-03-13,Back,50.00,,150.00\n2026-03-14,Back,20.00,,170.00\n\
        2026-03-15,Back,10.00,,180.00\n";
    assert_eq!(with(reversals, profile(DebitSign::Negative)).unwrap().proof.balances_chained, 2);
    // Too few balances to refuse by.
    let two = "Date,Details,Amount,Balance\n2026-03-13,Pay,50.00,150.00\n2026-03-14,Rent,20.00,130.00\n\
        2026-03-15,Bus,-1.00,\n";
    let stated = Profile { sign: Some(Sign::CreditPositive), ..Profile::default() };
    assert!(told(&with(two, stated).unwrap(), ReadingFindingKind::SignDoubtful));
    assert!(told(&read(two, "KES").unwrap(), ReadingFindingKind::SignDoubtful));
}

#[test]
fn dated_balances_and_totals_are_no_transactions_by_their_words() {
    let document = "Date,Details,Debit,Credit\n2026-03-01,Opening balance,,100.00\n2026-03-13,Salary,,50.00\n\
        2026-03-14,Total Energies,20.00,\n2026-03-31,Total credits,,50.00\n2026-03-31,Closing balance,,130.00\n";
    let reading = read(document, "KES").unwrap();
    let account = &reading.accounts[0].account;
    let amounts: Vec<i64> = account.transactions.iter().map(|row| row.amount_minor).collect();
    assert_eq!(amounts, [5_000, -2_000]);
    assert_eq!((account.opening_balance_minor, account.closing_balance_minor), (Some(10_000), Some(13_000)));
    for reason in [LeftOutReason::OpeningBalance, LeftOutReason::ClosingBalance, LeftOutReason::Total] {
        assert_eq!(reading.left_out.counts[&reason], 1);
    }
    assert!(reading.findings.is_empty());
    // An overdraft brought forward is left out; which balance it is stays open.
    let forward =
        read("Date,Details,Debit,Credit\n2026-03-01,Balance b/f,100.00,\n2026-03-13,Pay,,50.00\n", "KES");
    let forward = forward.unwrap();
    assert_eq!(forward.accounts[0].account.opening_balance_minor, None);
    assert_eq!(forward.accounts[0].lines, [3]);
    // A row of the wire with an amount is a transaction.
    let wire = read("at,amount_minor,description\n2026-03-01,0,!b:F\n2026-03-02,-5,Total\n", "KES").unwrap();
    assert_eq!(wire.accounts[0].lines, [2, 3]);
    // A total that is none of the rows is told.
    let wrong = read(
        "Date,Details,Amount\n2026-03-13,Pay,50.00\n2026-03-14,Rent,-20.00\n2026-03-14,Total,31.00\n",
        "KES",
    );
    assert!(told(&wrong.unwrap(), ReadingFindingKind::TotalMismatch));
}

#[test]
fn multiples_and_exponents_are_no_amounts() {
    for amount in ["5k", "5K", "1.2m", "1e5", "5N", "5R"] {
        let refused =
            error(&format!("Date,Details,Amount\n2026-03-13,Rent,-5.00\n2026-03-14,Pay,{amount}\n"), "KES");
        assert_eq!(
            (refused.cause, refused.fields[0].as_str()),
            (Cause::TransactionCsv, "/document/3/amount")
        );
    }
}

#[test]
fn a_row_whose_minor_units_contradict_its_amount_is_refused() {
    let document = |amount: &str, balance: &str| {
        format!("at,amount,amount_minor,balance,balance_minor\n2026-03-13,{amount},-500,{balance},900\n")
    };
    assert!(read(&document("-5.00", "9.00"), "KES").is_ok());
    assert!(read(&document("", ""), "KES").is_ok());
    for (amount, balance, column) in [("-6.00", "9.00", "amount"), ("-5.00", "9.01", "balance")] {
        let refused = error(&document(amount, balance), "KES");
        assert_eq!(refused.fields[0], format!("/document/2/{column}"));
        assert_eq!(refused.cause, Cause::TransactionCsv);
    }
    let empty = error("at,amount,amount_minor\n2026-03-13,-5.00,\n", "KES");
    assert_eq!(empty.fields[0], "/document/2/amount");
}

#[test]
fn files_of_another_kind_are_named() {
    for (bytes, name) in [
        (b"PK\x03\x04\x14\0\x06\0".as_slice(), "XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "XLS"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><table>", "HTML"),
        (b"<HTML>", "HTML"),
        (b"<?xml version=\"1.0\"?>", "XML"),
        (b"OFXHEADER:100\n", "OFX"),
    ] {
        let refused = read_bytes(bytes, "KES").map(|it| it.accounts).unwrap_err();
        assert_eq!((refused.cause, refused.fields[0].as_str()), (Cause::StatementForm, "/document"));
        assert!(refused.message.contains(name) && refused.message.contains("CSV"), "{refused}");
    }
}

#[test]
fn columns_that_are_not_read_are_named() {
    let reading = read("Date,Details,Amount,Branch,Teller\n2026-03-13,Rent,-5.00,1,2\n", "KES").unwrap();
    assert_eq!(reading.proof.columns_not_read, ["Branch", "Teller"]);
    assert_eq!(reading.profile.columns[&ColumnRole::Amount], "Amount");
}

#[test]
fn the_lines_before_the_header_give_period_and_balances_where_they_are_clear() {
    let document = |period: &str, opening: &str| {
        format!(
            "Invented Bank\nStatement period: {period}\nOpening balance: {opening}\nClosing balance,1284.00\nCurrency: KES\n\
             Date,Details,Amount\n2026-03-13,Pay,100.00\n2026-03-14,Rent,-50.00\n"
        )
    };
    let read = |period: &str, opening: &str| {
        let account = read(&document(period, opening), "").unwrap().accounts.remove(0).account;
        let period = account.period.map(|it| (it.from.to_string(), it.to.to_string()));
        (period, account.opening_balance_minor, account.closing_balance_minor)
    };
    let days = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
    let quarter = days("2026-01-01", "2026-03-31");
    assert_eq!(read("01/01/2026 - 31/03/2026", "1,234.00"), (quarter.clone(), Some(123_400), Some(128_400)));
    assert_eq!(read("1 Jan 2026 to 31 Mar 2026", "KES 1,234.00"), (quarter, Some(123_400), Some(128_400)));
    // Days that can be meant in two ways, and rows outside.
    assert_eq!(read("01/02/2026 - 04/05/2026", "-1.00").0, None);
    assert_eq!(read("01/01/2025 - 31/03/2025", "-1.00"), (None, Some(-100), Some(128_400)));
    // The balances are compared with the rows.
    let reading = statement::read(
        document("x", "1.00").as_bytes(),
        &request("", Profile::default()),
        &Limits::default(),
    );
    assert!(told(&reading.unwrap(), ReadingFindingKind::ClosingMismatch));
}

#[test]
fn a_profile_of_json_is_refused_for_delimited_text() {
    let document = "Date,Details,Amount\n2026-03-13,Rent,-5.00\n";
    for (name, profile) in [
        ("preset", Profile { preset: Some("mpesa".into()), ..Profile::default() }),
        ("categories", Profile { categories: Some([].into()), ..Profile::default() }),
    ] {
        let refused = with(document, profile).map(|it| it.accounts).unwrap_err();
        assert_eq!(
            (refused.cause, refused.fields[0].clone()),
            (Cause::StatementForm, format!("/profile/{name}"))
        );
    }
}
