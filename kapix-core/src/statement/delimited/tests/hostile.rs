//! Bad input: an error with its line and the name of the limit, never a panic and never a row that is lost.

use super::{read, read_bytes, refused, request};
use crate::error::Cause;
use crate::limits::Limits;
use crate::statement::{self, Profile};
use core::fmt::Write;
use proptest::prelude::*;

const HEADER: &str = "Date,Details,Amount\n";

fn limited(document: &str, change: impl Fn(&mut Limits)) -> String {
    let mut limits = Limits::default();
    change(&mut limits);
    let error =
        statement::read(document.as_bytes(), &request("KES", Profile::default()), &limits).unwrap_err();
    assert_eq!(error.cause, Cause::LimitExceeded, "{error}");
    error.message
}

#[test]
fn what_is_too_large_is_refused_by_the_name_of_its_limit() {
    let row = "2026-03-28,Rent,-5.00\n";
    let two = format!("{HEADER}{row}{row}");
    assert!(limited(&two, |limits| limits.document_bytes = 10).starts_with("document_bytes"));
    assert!(limited(&two, |limits| limits.rows = 1).contains("line `3`: rows"));
    let wide = format!("{}Date,Amount\n", "x,".repeat(10_000));
    assert!(limited(&wide, |_| {}).contains("document_columns"));
    let long = format!("{HEADER}2026-03-28,{},-5.00\n", "x".repeat(2_000_000));
    assert!(limited(&long, |_| {}).contains("line `2`: document_line_bytes"));
    let text = format!("{HEADER}2026-03-28,{},-5.00\n", "x".repeat(70_000));
    assert!(limited(&text, |_| {}).contains("string_bytes"));
    let lines = format!("{HEADER}2026-03-28,\"{}\",-5.00\n", "x\n".repeat(70_000));
    assert!(limited(&lines, |_| {}).contains("line `2`: string_bytes"));
    let mut many = String::from("Account,Date,Amount\n");
    (0..2_000).for_each(|account| writeln!(many, "a{account},2026-03-28,-5.00").unwrap());
    assert!(limited(&many, |_| {}).contains("line `1002`, column `account`: accounts"));
}

#[test]
fn broken_characters_have_their_line() {
    let refused = |bytes: &[u8]| {
        let error = read_bytes(bytes, "KES").map(|it| it.accounts).unwrap_err();
        (error.cause, error.fields[0].clone())
    };
    let form = |line: u32| (Cause::StatementForm, format!("/document/{line}"));
    assert_eq!(refused(b"Date,Amount\n2026-03-28,-5\0\n"), form(2));
    assert_eq!(refused("Date,Amount\n\u{feff}Date,Amount\n2026-03-28,-5\n".as_bytes()), form(2));
    assert_eq!(
        refused(
            "Date,Details,Amount\n2026-03-28,\u{e9},-5\n2026-03-28,\u{fffd}"
                .as_bytes()
                .split_last()
                .unwrap()
                .1
        ),
        form(3)
    );
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut broken = wide("Date,Amount\n2026-03-28,");
    broken.extend([0x00, 0xd8]);
    broken.extend(wide("\n"));
    assert_eq!(refused(&broken), form(2));
    let odd = wide("Date,Amount\n2026-03-28,-5");
    assert_eq!(refused(odd.split_last().unwrap().1), form(2));
    assert_eq!(refused(b"Date,Amount\n2026-03-28,-5\x81\n"), form(2));
}

#[test]
fn ragged_rows_and_rows_without_a_day_are_errors() {
    assert_eq!(
        refused(&format!("{HEADER}2026-03-28,Rent\n"), "KES"),
        (Cause::TransactionCsv, "/document/2".into())
    );
    assert_eq!(
        refused(&format!("{HEADER}2026-03-28,Rent,-5.00,x\n"), "KES"),
        (Cause::TransactionCsv, "/document/2".into())
    );
    assert!(read(&format!("{HEADER}2026-03-28,Rent,-5.00,,\n"), "KES").is_ok());
    for day in ["", "0000-01-01", "99999-01-01", "31/02/2026", "2026-00-10", "soon"] {
        assert_eq!(
            refused(&format!("{HEADER}{day},Rent,-5.00\n"), "KES"),
            (Cause::TransactionCsv, "/document/2/at".into()),
            "{day}"
        );
    }
}

#[test]
fn a_second_header_with_other_columns_is_an_error() {
    let again = format!("{HEADER}2026-03-28,Rent,-5.00\n{HEADER}2026-03-29,Rent,-5.00\n");
    assert!(read(&again, "KES").is_ok());
    let turned =
        "Date,Details,Debit,Credit\n2026-01-02,Rent,300,\nDate,Details,Credit,Debit\n2026-01-03,Rent,,300\n";
    assert_eq!(refused(turned, "KES"), (Cause::TransactionCsv, "/document/3".into()));
}

#[test]
fn a_document_of_which_nothing_is_left_is_an_error() {
    for text in
        [HEADER.to_owned(), format!("{HEADER}2026-03-28,Rent,\n"), format!("{HEADER},,\n,,\nPage 1 of 1,,\n")]
    {
        assert_eq!(refused(&text, "KES"), (Cause::StatementEmpty, "/document".into()));
    }
    for text in ["", "\n\n", "\u{feff}", "hello", "a,b,c\n1,2,3\n"] {
        assert_eq!(refused(text, "KES"), (Cause::StatementForm, "/document".into()), "{text:?}");
    }
}

#[test]
fn a_formula_is_text_and_no_amount() {
    let text = format!("{HEADER}2026-03-28,=cmd(),-5.00\n");
    assert_eq!(
        read(&text, "KES").unwrap().accounts[0].account.transactions[0].description.as_deref(),
        Some("=cmd()")
    );
    let error = read(&format!("{HEADER}2026-03-28,x,=1+1\n"), "KES").map(|it| it.accounts).unwrap_err();
    assert!(
        error.message.contains("line `2`, column `amount`: the value must be an amount; got a formula"),
        "{error}"
    );
}

#[test]
fn values_are_not_echoed() {
    let error =
        read(&format!("{HEADER}2026-03-28,x,+254700000000x\n"), "KES").map(|it| it.accounts).unwrap_err();
    assert!(!error.to_string().contains("254700000000"), "{error}");
}

proptest! {
    #[test]
    fn no_document_panics(bytes in any::<Vec<u8>>(), tail in "[-0-9a-zA-Z,;./:()\"' \r\n\u{20a6}\u{e9}]{0,120}") {
        let _ = read_bytes(&bytes, "KES");
        for header in ["Date,Details,Debit,Credit,Balance", "Date;Amount;Type;Time;Id", "at,amount_minor,type"] {
            let _ = read(&format!("{header}\n2026-01-01,1,2,3,4\n{tail}"), "KES");
            let _ = read(&format!("{header}\n{tail}\n{tail}"), "");
        }
    }

    #[test]
    fn every_line_is_a_row_or_is_counted(lines in prop::collection::vec(
        prop_oneof![
            Just("2026-03-28,Rent,-5.00,100.00"), Just(",more text,,"), Just("Total,,-5.00,"), Just(",,,"), Just("Page 1,,,"),
            Just("Date,Details,Amount,Balance"), Just("2026-03-29,no amount,,"), Just("Closing balance,,,95.00"),
        ],
        1..30,
    )) {
        let text = format!("Date,Details,Amount,Balance\n2026-03-28,Rent,-5.00,100.00\n{}\n", lines.join("\n"));
        let reading = read(&text, "KES").unwrap();
        let rows: usize = reading.accounts.iter().map(|it| it.lines.len()).sum();
        let left: u64 = reading.left_out.counts.values().sum();
        prop_assert_eq!(u64::try_from(rows).unwrap() + left, u64::try_from(lines.len() + 2).unwrap());
    }
}
