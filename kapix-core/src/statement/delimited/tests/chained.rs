//! Balances that chain over all rows prove whose the rows are, that all took effect, and that none is hidden: what words leave
//! open is settled. Where they do not, the doubt stays.

use super::{error, read, rows};
use crate::domain::Severity;
use crate::domain::TransactionStatus::{Failed, Pending, Posted};
use crate::error::Cause;
use crate::statement::{Reading, ReadingFindingKind};
use core::fmt::Write;

const AMOUNTS: [i64; 6] = [50_000, -4_500, -100, -20_000, 700, -1_200];

/// Six rows whose balances chain, with one more value each.
fn document(name: &str, values: [&str; 6]) -> String {
    let mut balance = 100_000;
    let mut text = format!("Date,Details,Amount,Balance,{name}\n");
    for (place, (amount, value)) in AMOUNTS.iter().zip(values).enumerate() {
        balance += amount;
        let _ = writeln!(
            text,
            "2026-03-{:02},a{place},{}.00,{}.00,{value}",
            place + 10,
            amount / 100,
            balance / 100
        );
    }
    text
}

/// The same with a balance that does not chain.
fn broken(text: &str) -> String {
    text.replacen(",1454.00,", ",1459.00,", 1)
}

fn kinds(reading: &Reading) -> Vec<ReadingFindingKind> {
    reading.findings.iter().map(|found| found.kind).collect()
}

#[test]
fn names_of_accounts_are_settled_by_balances_and_else_named_as_the_header_does() {
    for name in [
        "Card Number",
        "Card",
        "Card No",
        "Phone",
        "Mobile Number",
        "Client",
        "Account Holder",
        "Till",
        "SIM",
        "Line",
        "Card ending",
        "Member",
        "User",
        "Portfolio",
        "Plan",
        "Nickname",
    ] {
        let text = document(name, ["1111", "2222", "1111", "", "2222", "1111"]);
        let reading = read(&text, "KES").unwrap();
        assert!(reading.findings.is_empty(), "{name}: {:?}", reading.findings);
        assert_eq!((reading.accounts.len(), reading.accounts[0].lines.len()), (1, 6));
        for text in [broken(&text), text.replace(",1454.00,", ",,")] {
            let error = error(&text, "KES");
            assert_eq!(
                (error.cause, &*error.fields[0]),
                (Cause::TransactionCsv, "/document/3/account"),
                "{name}"
            );
            assert!(error.message.contains(&format!("column `{name}`")), "{error}");
            assert!(!error.message.contains("column `account`"), "{error}");
        }
        // An empty account, and behind it another one.
        let zero =
            text.replace(",500.00,1500.00,", ",500.00,0.00,").replace(",-45.00,1455.00,", ",-45.00,-45.00,");
        let zero = zero
            .replace(",1454.00,", ",-46.00,")
            .replace(",1254.00,", ",-246.00,")
            .replace(",1261.00,", ",-239.00,");
        assert_eq!(
            error(&zero.replace(",1249.00,", ",-251.00,"), "KES").fields,
            ["/document/3/account"],
            "{name}"
        );
        // One of two rows is by chance.
        let two = text.lines().take(3).collect::<Vec<_>>().join("\n");
        assert_eq!(error(&two, "KES").fields, ["/document/3/account"], "{name}");
    }
}

#[test]
fn numbers_of_rows_are_no_names_of_accounts() {
    let numbered = broken(&document("Line", ["1", "2", "3", "4", "5", "6"]));
    assert_eq!(read(&numbered, "KES").unwrap().findings, []);
    for values in
        [["1", "2", "3", "4", "5", "7"], ["1", "2", "3", "4", "5", "5"], ["1", "2", "1", "2", "1", "2"]]
    {
        assert_eq!(error(&broken(&document("Line", values)), "KES").fields, ["/document/3/account"]);
    }
}

#[test]
fn lines_between_rows_that_name_an_account_are_settled_by_balances() {
    let between =
        |line: &str| document("Info", ["x"; 6]).replacen("2026-03-12", &format!("{line}\n2026-03-12"), 1);
    for line in ["Card number 1234,,,,", "Savings Account,,,,", "Pending transactions"] {
        assert_eq!(read(&between(line), "KES").unwrap().findings, [], "{line}");
        assert_eq!(error(&broken(&between(line)), "KES").fields[0], "/document/4", "{line}");
    }
    // `All rights` stands on the line before, or nothing.
    for line in ["Reserved,,,,", "Reserved", "All rights\nreserved"] {
        assert_eq!(read(&between(line), "KES").unwrap().findings, [], "{line}");
        let told = read(&broken(&between(line)), "KES").unwrap();
        assert_eq!(kinds(&told), [ReadingFindingKind::StateUnknown], "{line}");
    }
    assert_eq!(
        read("Date,Details,Amount\n2026-03-01,a,5.00\n2026-03-02,a,-5.00\nReserved\n", "KES")
            .unwrap()
            .findings,
        []
    );
}

#[test]
fn rows_of_which_a_word_leaves_open_whether_they_took_effect_are_settled_by_balances() {
    let reversed = document("Category", ["Food", "Food", "Reversed", "Food", "Food", "Food"]);
    let statuses: Vec<_> = rows(&reversed, "KES").iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Posted; 6]);
    let refused = error(&broken(&reversed), "KES");
    assert_eq!(refused.fields, ["/document/4/status"]);
    assert!(refused.message.contains("column `Category`"), "{refused}");
    for (name, values) in [
        ("Settlement Date", ["2026-03-20", "", "2026-03-20", "", "2026-03-20", "2026-03-20"]),
        ("Status", ["Posted", "", "Posted", "", "Posted", "Posted"]),
        ("Response Code", ["00", "", "00", "", "00", "00"]),
        ("Response Code", ["00", "51", "00", "51", "00", "00"]),
        ("Value Date", ["2026-03-20", "", "2026-03-20", "", "2026-03-20", "2026-03-20"]),
        ("Processed at", ["2026-03-20", "", "2026-03-20", "", "2026-03-20", "2026-03-20"]),
        ("Return reason", ["", "R01", "", "R01", "", ""]),
        ("Remarks", ["", "Returned unpaid", "", "returned by the bank", "", ""]),
        ("Note", ["", "this one was declined by the bank", "", "Cheque returned", "", "paid"]),
    ] {
        let text = document(name, values);
        assert_eq!(read(&text, "KES").unwrap().findings, [], "{name}");
        for text in [broken(&text), text.replace("00,1454.00,", "00,,")] {
            let reading = read(&text, "KES").unwrap();
            assert_eq!(kinds(&reading), [ReadingFindingKind::StateUnknown], "{name}");
            assert_eq!(reading.findings[0].lines, [3, 5], "{name}");
            assert_eq!(reading.accounts[0].account.reading_doubts, Some(1));
        }
    }
}

#[test]
fn months_the_newest_first_are_put_in_order_where_only_so_balances_chain() {
    let month = |month: i64, first: i64, line: &str| -> String {
        let mut balance = first;
        let mut text = format!("{line}\n");
        for (amount, day) in [900_i64, -300, -100].iter().zip([2, 12, 25]) {
            balance += amount;
            let _ = writeln!(text, "2026-{month:02}-{day:02},m{month},{amount}.00,{balance}.00");
        }
        text
    };
    let document = |lines: [&str; 3], opening: i64| {
        let months = [(5, 1_000), (4, 500), (3, opening)];
        let months: String =
            months.iter().zip(lines).map(|((at, first), line)| month(*at, *first, line)).collect();
        format!("Date,Details,Amount,Balance\n{months}")
    };
    for lines in [
        ["May 2026", "April 2026", "March 2026"],
        ["May,,,", "April,,,", "March,,,"],
        ["", "", ""],
        ["Opening balance,,,1000.00", "Opening balance,,,500.00", "Opening balance,,,0.00"],
        ["May", "Closing balance,,,1500.00", "Closing balance,,,1000.00"],
    ] {
        let reading = read(&document(lines, 0), "KES").unwrap();
        assert_eq!(kinds(&reading), [ReadingFindingKind::NewestFirst], "{lines:?}");
        let account = &reading.accounts[0].account;
        let days: Vec<String> = account.transactions.iter().map(|row| row.at.to_string()).collect();
        assert!(days.is_sorted() && days.len() == 9, "{days:?}");
        assert_eq!((reading.proof.balances_chained, reading.proof.balances_checked), (8, 8));
        assert_eq!(account.opening_balance_minor, lines[0].contains("1000").then_some(0));
        assert_eq!(account.closing_balance_minor, lines[1].contains("1500").then_some(150_000));
        // A month that begins with another balance.
        let other = read(&document(lines, 70), "KES").unwrap();
        assert!(kinds(&other).contains(&ReadingFindingKind::SectionDoubtful), "{lines:?}");
    }
}

#[test]
fn months_without_a_line_between_are_put_in_order_too() {
    let text = "Date,Details,Amount,Balance\n2026-04-02,a,900.00,1400.00\n2026-04-20,b,-300.00,1100.00\n\
        2026-03-02,c,700.00,700.00\n2026-03-20,d,-200.00,500.00\n";
    let reading = read(text, "KES").unwrap();
    assert_eq!(
        (reading.proof.balances_chained, reading.accounts[0].lines.as_slice()),
        (3, &[4, 5, 2, 3][..])
    );
    // Where they chain in no order, the order of the document stays.
    let other = read(&text.replace("1400.00", "1401.00"), "KES").unwrap();
    assert_eq!(other.accounts[0].lines, [2, 3, 4, 5]);
}

#[test]
fn lines_that_may_hide_a_row_are_settled_by_balances_but_behind_the_last_row() {
    for (before, line) in [
        (2, ",28/06/2026 KES 1500.00,,,"),
        (3, ",RENT 4500.00 DR,,,"),
        (3, "RENT;2026-03-03;-4500.00,,,,"),
        (3, "RENT,4500.00,,,"),
        (0, "Last payment,28/06/2026,1500.00"),
    ] {
        let mut lines: Vec<String> =
            document("Info", ["x"; 6]).lines().map(|line| format!("{line}\n")).collect();
        lines.insert(before, format!("{line}\n"));
        let text = lines.concat();
        assert_eq!(read(&text, "KES").unwrap().findings, [], "{line}");
        let told = read(&broken(&text), "KES").unwrap();
        assert_eq!(kinds(&told), [ReadingFindingKind::HiddenRows], "{line}");
    }
    for line in ["28/06/2026 KES 1500.00,,,,", "2026-03-12;RENT;-4500.00"] {
        let text = document("Info", ["x"; 6]).replacen("2026-03-12", &format!("{line}\n2026-03-12"), 1);
        assert_eq!(read(&text, "KES").unwrap().findings, [], "{line}");
        assert_eq!(error(&broken(&text), "KES").fields, ["/document/4"], "{line}");
        let last = format!("{}{line}\n", document("Info", ["x"; 6]));
        assert_eq!(error(&last, "KES").fields, ["/document/8"], "{line}");
    }
    let text = document("Info", ["x"; 6]);
    let last = format!("{text},RENT 4500.00 DR,,,\n");
    assert_eq!(kinds(&read(&last, "KES").unwrap()), [ReadingFindingKind::HiddenRows]);
    // A closing balance stands behind it; and a day and an amount alone tell of the row above.
    assert_eq!(read(&format!("{last}Closing balance,,,1249.00,\n"), "KES").unwrap().findings, []);
    assert_eq!(read(&format!("{text},15/03/2026 KES 12.50,,,\n"), "KES").unwrap().findings, []);
}

#[test]
fn a_row_that_is_not_booked_yet_has_the_day_on_which_it_began() {
    let text = "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n\
        TOPUP,Current,2026-03-01 08:00:00,2026-03-01 08:00:05,Top up,500.00,0.00,KES,COMPLETED,500.00\n\
        CARD_PAYMENT,Current,2026-03-02 09:00:00,2026-03-03 10:00:00,Shop,-20.00,0.00,KES,COMPLETED,480.00\n\
        CARD_PAYMENT,Current,2026-03-04 09:00:00,2026-03-05 10:00:00,Shop,-30.00,0.00,KES,COMPLETED,450.00\n\
        CARD_PAYMENT,Current,2026-03-05 11:00:00,,Fuel,-45.00,0.00,KES,PENDING,\n\
        CARD_PAYMENT,Current,2026-03-05 12:00:00,,Shop,-9.00,0.00,KES,REVERTED,\n";
    let found = rows(text, "");
    let statuses: Vec<_> = found.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Posted, Posted, Posted, Pending, Failed]);
    assert_eq!(found[3].at.to_string(), "2026-03-05T11:00:00Z");
    assert!(read(text, "").unwrap().findings.is_empty());
    // One that is said to be booked must have its day.
    let booked = error(&text.replace("PENDING", "COMPLETED"), "");
    assert_eq!((booked.cause, &*booked.fields[0]), (Cause::TransactionCsv, "/document/5/at"));
    // Balances chain over the rows that are booked: two products are told all the same.
    let two = text.replace("CARD_PAYMENT,Current,2026-03-04", "CARD_PAYMENT,Savings,2026-03-04");
    assert!(read(&two, "").is_ok());
    let error = error(&two.replace("450.00", "950.00"), "");
    assert!(error.message.contains("column `Product`"), "{error}");
}

#[test]
fn accounts_that_meet_where_one_is_empty_stay_apart_in_any_order() {
    let doubtful = |text: &str| match read(text, "KES") {
        Err(_) => true,
        Ok(reading) => {
            reading.accounts.len() > 1 || reading.findings.iter().any(|it| it.severity == Severity::Refer)
        }
    };
    let head = "Date,Details,Amount,Balance";
    let (older, newer) = (
        "2026-03-01,Pay,50,90\n2026-03-02,Shop,-40,50\n2026-03-03,Out,-50,0\n",
        "2026-04-01,Deposit,70,70\n2026-04-02,Shop,-5,65\n2026-04-03,Shop,-5,60\n",
    );
    // Blocks newest first, with a title between them, and with names in a column.
    assert!(doubtful(&format!("{head}\n{newer}Account number 0110998877,,,\n{older}")));
    let named = |rows: &str, name: &str| rows.replace('\n', &format!(",{name}\n"));
    let tom = named(older, "Tom");
    let jane = named(newer, "Jane");
    assert!(doubtful(&format!("{head},Account Name\n{jane}{tom}")));
    assert!(doubtful(&format!("{head},Account Name\n{tom}{jane}")));
    // A name that is missing in the row where it begins.
    let blank = jane.replacen("70,70,Jane", "70,70,", 1);
    assert!(doubtful(&format!("{head},Account Name\n{tom}{blank}")));
    // One account whose balance is never 0 there goes on.
    let (older, newer) = (
        "2026-03-01,Pay,50,95\n2026-03-02,Shop,-40,55\n2026-03-03,Out,-50,5\n",
        "2026-04-01,Deposit,70,75\n2026-04-02,Shop,-5,70\n2026-04-03,Shop,-5,65\n",
    );
    let (tom, jane) = (named(older, "Tom"), named(newer, "Jane"));
    assert!(!doubtful(&format!("{head},Card Number\n{tom}{jane}")));
    assert!(!doubtful(&format!("{head},Card Number\n{jane}{tom}")));
}
