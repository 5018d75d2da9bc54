//! A document is one, however many parts of it are read at the same time.

use super::request;
use crate::domain::{AccountKind, Direction};
use crate::error::{Cause, Result};
use crate::limits::Limits;
use crate::statement::delimited::read;
use crate::statement::{ColumnReading, Profile, Reading, TransactionsReadRequest};
use core::fmt::Write;

fn read_in_parts(
    text: &[u8],
    request: &TransactionsReadRequest,
    limits: &Limits,
    parts: (usize, usize),
) -> Result<Reading> {
    read::read_in_parts(text, request, limits, parts).map(ColumnReading::with_rows)
}

/// Rows with all that may stand between them, and the form of which shows late: the day in the last rows alone.
fn document(rows: u32) -> String {
    let mut text =
        "Account number,0102030405\n\nDate,Narrative,Debit,Credit,Balance\nBalance b/f,,,,100.00\n"
            .to_owned();
    for row in 1..=rows {
        let (day, balance) = (1 + row / 30, 100 + i64::from(row));
        let _ = writeln!(text, "{day:02}/01/2026,\"A \"\"quoted\"\"\nname {row}\",,1.00,\"{balance}.00\"\r");
        match row % 11 {
            0 => text.push_str(",and more of it,,,\n"),
            3 => text.push_str("Page total,,,3.00,\n"),
            5 => text.push_str("Date,Narrative,Debit,Credit,Balance\n\n"),
            7 => text.push_str("02/01/2026,a note,,,\n,of two lines,,,\n"),
            _ => {}
        }
    }
    let _ = writeln!(text, "Closing balance,,,,{}.00", 100 + rows);
    text
}

#[test]
fn a_document_reads_the_same_in_parts_of_any_size_on_any_number_of_threads() {
    let (limits, request) = (Limits::default(), request("KES", Profile::default()));
    let text = document(400);
    let whole = read_in_parts(text.as_bytes(), &request, &limits, (usize::MAX / 2, 1)).unwrap();
    assert_eq!(whole.accounts[0].lines.len(), 400);
    assert_eq!(whole.proof.balances_chained, 399);
    assert!(!whole.proof.totals.is_empty());
    for size in [1, 7, 60, 333, 5_000] {
        for threads in [1, 3] {
            let parts = read_in_parts(text.as_bytes(), &request, &limits, (size, threads)).unwrap();
            assert_eq!(parts, whole, "parts of {size} bytes on {threads} threads");
        }
    }
}

#[test]
fn the_first_error_of_a_document_is_that_of_its_first_line() {
    let request = request("KES", Profile::default());
    let text = document(400);
    let broken = text.replacen("name 90\"", "name 90\",5", 1).replacen("name 350\"", "name 350\",x", 1);
    let refused = |text: &str, limits: &Limits, size| {
        read_in_parts(text.as_bytes(), &request, limits, (size, 2)).map(|it| it.accounts).unwrap_err()
    };
    let few = Limits { rows: 120, ..Limits::default() };
    for (text, limits, cause) in [
        (&broken, Limits::default(), Cause::TransactionCsv),
        (&text, few.clone(), Cause::LimitExceeded),
        (&broken, few, Cause::TransactionCsv),
    ] {
        let whole = refused(text, &limits, usize::MAX / 2);
        assert_eq!(whole.cause, cause, "{whole}");
        for size in [1, 100, 2_000] {
            assert_eq!(refused(text, &limits, size), whole, "parts of {size} bytes");
        }
    }
}

#[test]
fn a_column_of_currencies_or_of_kinds_is_read_in_parts_too() {
    let request = TransactionsReadRequest::default();
    let row = |currency: &str, kind: &str| format!("28/03/2026,Shop,-1.50,{currency},{kind}\n");
    let (shillings, dollars) = (row("KES", ""), row("USD", ""));
    let text = |last: &str| {
        format!("Date,Details,Amount,Currency,Kind\n{}{last}{}", shillings.repeat(90), shillings.repeat(20))
    };
    let read = |last: &str, rows, size| {
        let limits = Limits { rows, ..Limits::default() };
        read_in_parts(text(last).as_bytes(), &request, &limits, (size, 2))
    };
    let whole = read(&row("KES", "savings"), 200, usize::MAX / 2).unwrap();
    assert_eq!((whole.accounts[0].lines.len(), whole.accounts[0].account.kind), (111, AccountKind::Savings));
    let refused = |rows, size| read(&dollars, rows, size).map(|it| it.accounts).unwrap_err();
    for size in [1, 100, 500] {
        assert_eq!(read(&row("KES", "savings"), 200, size).unwrap(), whole, "parts of {size} bytes");
        // A row of another currency is refused as that before as one too many.
        for rows in [200, 90] {
            let error = refused(rows, usize::MAX / 2);
            assert_eq!(error.fields, ["/document/92/currency"], "{error}");
            assert_eq!(refused(rows, size), error, "parts of {size} bytes");
        }
        assert_eq!(refused(89, size), refused(89, usize::MAX / 2), "parts of {size} bytes");
    }
}

#[test]
fn a_form_that_only_a_row_beyond_the_sample_shows_is_that_of_all_rows() {
    let read = |row: &str, last: &str| {
        let text = format!("Date,Details,Amount,Type\n{}{last}", row.repeat(300));
        let request = request("KES", Profile::default());
        let read = read_in_parts(text.as_bytes(), &request, &Limits::default(), (1 << 20, 1)).unwrap();
        let row = read.accounts[0].account.transactions[0].clone();
        (row.at.to_string(), row.amount_minor, row.direction)
    };
    // Day first, and a comma before decimals.
    let rows = read("03/04/2026,Shop,-1.234,DR\n", "13/04/2026,Pay,\"1,5\",CR\n");
    assert_eq!(rows, ("2026-04-03".to_owned(), -123_400, Some(Direction::Debit)));
    // A type that is no direction leaves theirs to the others.
    let rows = read("13/04/2026,Shop,-1.50,DR\n", "14/04/2026,Pay,1.50,Salary\n");
    assert_eq!(rows, ("2026-04-13".to_owned(), -150, Some(Direction::Debit)));
}

#[test]
fn doubts_and_second_names_are_those_of_the_whole_document() {
    let (limits, request) = (Limits::default(), request("KES", Profile::default()));
    let read = |text: &str, size| {
        let read = read_in_parts(text.as_bytes(), &request, &limits, (size, 2));
        read.map(|it| (it.accounts, it.findings)).map_err(|error| (error.message, error.fields))
    };
    let row = "2026-03-01,x,-1.00,Main,0.50,\n2026-03-02,y,,Main,,\n2026-03-03,z,-2.00,Main,,\n";
    let text = format!("Date,Details,Amount,Wallet,Fee,Balance\n{}", row.repeat(60));
    let other = text.clone() + &row.replace("Main", "Other") + &row.repeat(20);
    let whole = [read(&text, usize::MAX / 2), read(&other, usize::MAX / 2)];
    assert_eq!(whole[0].as_ref().unwrap().0[0].account.reading_doubts, Some(60));
    assert!(whole[1].is_err());
    for size in [1, 50, 400, 2_000] {
        assert_eq!([read(&text, size), read(&other, size)], whole, "parts of {size} bytes");
    }
}
