//! What stands beside the rows, and changes what they mean: sides of balances, statuses, second currencies, sections,
//! and footers.

use super::{error, read, rows};
use crate::domain::TransactionStatus::{Failed, Pending, Posted};
use crate::error::Cause;
use crate::statement::{LeftOutReason, Reading, ReadingFindingKind, TotalKind};

fn told(reading: &Reading, kind: ReadingFindingKind) -> bool {
    reading.findings.iter().any(|found| found.kind == kind)
        && reading.accounts[0].account.reading_doubts.is_some()
}

fn refused(document: &str, cause: Cause, field: &str) {
    let error = error(document, "KES");
    assert_eq!((error.cause, error.fields[0].as_str()), (cause, field), "{document}");
}

#[test]
fn the_side_of_a_balance_is_read_and_an_overdraft_without_one_is_doubtful() {
    for name in
        ["Balance DR/CR", "Balance Type", "Bal Dr/Cr", "Balance Sign", "Balance Indicator", "BALANCE CR/DR"]
    {
        let document = format!(
            "Date,Details,Amount,Balance,{name}\n2026-03-01,Rent,-100.00,600.00,DR\n2026-03-02,Pay,250.00,350.00,DR\n\
             2026-03-03,Bus,-50.00,400.00,DR\n2026-03-04,Pay,500.00,100.00,CR\n"
        );
        let reading = read(&document, "KES").unwrap();
        assert!(reading.findings.is_empty(), "{name}: {:?}", reading.findings);
        let read = &reading.accounts[0].account.transactions;
        assert_eq!(
            read.iter().map(|row| row.amount_minor).collect::<Vec<_>>(),
            [-10_000, 25_000, -5_000, 50_000]
        );
        assert_eq!((read[0].balance_minor, reading.proof.balances_chained), (Some(-60_000), 3));
        refused(&document.replace("600.00,DR", "600.00,over"), Cause::TransactionCsv, "/document/2/balance");
    }
    let none = "Date,Details,Amount,Balance\n2026-03-01,Rent,-100.00,600.00\n2026-03-02,Pay,250.00,350.00\n\
        2026-03-03,Bus,-50.00,400.00\n";
    assert!(told(&read(none, "KES").unwrap(), ReadingFindingKind::SignDoubtful));
    // A balance below zero shows that those without a sign are above it.
    let proved = "Date,Details,Amount,Balance\n2026-03-01,Rent,100.00,50.00\n2026-03-02,Rent,100.00,-50.00\n\
        2026-03-03,Pay,-250.00,200.00\n";
    let proved = read(proved, "KES").unwrap();
    assert_eq!(proved.findings.len(), 1);
    assert_eq!(proved.findings[0].kind, ReadingFindingKind::SignFound);
}

#[test]
fn columns_that_say_whether_a_row_took_effect_are_read() {
    for (name, value, status) in [
        ("Pending", "true", Pending),
        ("Pending", "no", Posted),
        ("Is Pending", "Yes", Pending),
        ("Posted", "N", Pending),
        ("Posted", "2026-03-14", Posted),
        ("Booked?", "false", Pending),
        ("Declined", "Y", Failed),
        ("Reversed", "yes", Failed),
        ("Reversal Flag", "R", Failed),
        ("Payment Status", "Failed", Failed),
        ("Posting Status", "unposted", Pending),
        ("Txn State", "declined", Failed),
        ("Outcome", "Success", Posted),
        ("Result", "FAILED", Failed),
        ("Response", "Declined", Failed),
        ("Failure Reason", "Insufficient funds", Failed),
        ("Failure Reason", "", Posted),
    ] {
        let document =
            format!("Date,Details,Amount,{name}\n2026-03-13,Pay,500.00,{value}\n2026-03-14,Bus,-1.00,\n");
        assert_eq!(rows(&document, "KES")[0].status, status, "{name} {value}");
    }
    refused(
        "Date,Details,Amount,Outcome\n2026-03-13,Pay,-5.00,zz\n",
        Cause::TransactionCsv,
        "/document/2/status",
    );
    // The worst of two statuses counts.
    let two = "Date,Details,Amount,Status,Reversed\n2026-03-13,Pay,5.00,completed,Y\n2026-03-13,Bus,-5.00,pending,N\n";
    assert_eq!(rows(two, "KES").iter().map(|row| row.status).collect::<Vec<_>>(), [Failed, Pending]);
    // A column that nothing reads may not say so unseen.
    for word in ["pending", "FAILED", "Declined", "reversed"] {
        let document =
            format!("Date,Details,Amount,Info\n2026-03-13,Bus,-5.00,\n2026-03-13,Pay,5.00,{word}\n");
        refused(&document, Cause::TransactionCsv, "/document/3/status");
    }
}

#[test]
fn every_column_and_line_of_a_currency_counts() {
    for name in
        ["Transaction Currency", "Txn Ccy", "Tran Currency", "Account Currency", "Cur.", "iso_currency_code"]
    {
        let document =
            format!("Date,Details,Amount,{name}\n2026-03-13,Pay,5.00,USD\n2026-03-14,Bus,-1.00,USD\n");
        assert_eq!(read(&document, "").unwrap().accounts[0].account.currency.as_str(), "USD", "{name}");
        assert_eq!(error(&document, "KES").cause, Cause::MoneyCurrencyMixed, "{name}");
    }
    for document in [
        "Date,Amount,Currency,Account Currency\n2026-03-13,-5.00,KES,USD\n",
        "Date,Amount,Currency,Account Currency\n2026-03-13,-5.00,KES,US Dollar\n",
        "Date,Details,Amount\n2026-03-13,Rent,-5.00\nAll amounts in Naira,,\n2026-03-14,Pay,7.00\n",
        "Date,Details,Amount (Naira)\n2026-03-13,Rent,-5.00\n",
        "Account currency,USD\nDate,Details,Amount (KES)\n2026-03-13,Rent,-5.00\n",
        "All amounts in USD\nDate,Details,Amount (KES)\n2026-03-13,Rent,-5.00\n",
        "Date,Details,Amount\n2026-03-13,Rent,-5.00\nAll amounts in USD,,\n2026-03-14,Pay,7.00\n",
        "Date,Details,Amount\n2026-03-13,Rent,-5.00\nUSD,,\n2026-03-14,Pay,7.00\n",
        "Date,Details,Amount\n2026-03-13,Rent,-5.00\n,(Amounts in USD),\n2026-03-14,Pay,7.00\n",
    ] {
        assert_eq!(error(document, "KES").cause, Cause::MoneyCurrencyMixed, "{document}");
    }
    let unknown = "Date,Amount,Currency,Account Currency\n2026-03-13,-5.00,KES,BTC\n";
    assert_eq!(error(unknown, "KES").cause, Cause::MoneyCurrency);
    let blank = "Date,Amount,Currency,Account Currency\n2026-03-13,-5.00,KES,-\n";
    assert!(read(blank, "KES").is_ok());
}

#[test]
fn rows_behind_a_line_that_begins_another_part_are_refused_at_the_line() {
    let document = |before: &str, line: &str| {
        format!("{before}Date,Details,Amount\n2026-03-13,Rent,-5.00\n{line}\n2026-03-14,Pay,500.00\n")
    };
    for line in [
        "Declined transactions,,",
        "Pending transactions,,",
        "Account number 0110998877,,",
        "Account number,0110998877,",
        "Account number: 12,,",
        "Card number,1234,",
        "Wallet number: 7,,",
        "Phone number 0700000001,,",
        "Mobile Number,0700000001,",
    ] {
        refused(&document("", line), Cause::TransactionCsv, "/document/3");
        refused(&document("Account number,555\n", line), Cause::TransactionCsv, "/document/4");
        // Behind the last row such a line begins nothing.
        assert!(
            read(&format!("Date,Details,Amount\n2026-03-13,Rent,-5.00\n{line}\n"), "KES").is_ok(),
            "{line}"
        );
    }
    assert!(read(&document("Account number,0110998877\n", "Account number 0110998877,,"), "KES").is_ok());
    // A second statement without a number.
    let second = "Date,Details,Amount,Balance\n2026-03-13,Rent,-5.00,95.00\nOpening balance,,,1000.00\n\
        Date,Details,Amount,Balance\n2026-03-14,Pay,500.00,1500.00\n";
    assert!(told(&read(second, "KES").unwrap(), ReadingFindingKind::ClosingMismatch));
    let page = "Date,Details,Amount,Balance\n2026-03-13,Rent,-5.00,95.00\nBalance b/f,,,95.00\n2026-03-14,Pay,5.00,100.00\n";
    assert!(read(page, "KES").unwrap().findings.is_empty());
}

#[test]
fn balances_and_totals_in_footers_are_compared_or_counted_as_unread() {
    let document = |footer: &str| {
        format!(
            "Date,Details,Amount,Balance\n2026-03-13,Pay,100.00,150.00\n2026-03-14,Bus,-1.00,149.00\n{footer}\n"
        )
    };
    for (footer, kind) in [
        ("Closing balance 149.00,,,", TotalKind::Closing),
        ("Closing balance: KES 149.00,,,", TotalKind::Closing),
        ("Total credits: 100.00,,,", TotalKind::Credits),
        ("Total Money In,100.00,,", TotalKind::Credits),
        ("Total Money Out,1.00,,", TotalKind::Debits),
        ("Total,99.00,,", TotalKind::Amounts),
    ] {
        let right = read(&document(footer), "KES").unwrap();
        assert_eq!((right.findings.len(), right.proof.totals[0].kind), (0, kind), "{footer}");
        let wrong = read(&document(&footer.replace(".00", ".10")), "KES").unwrap();
        assert!(wrong.findings.len() == 1 && wrong.accounts[0].account.reading_doubts == Some(1), "{footer}");
    }
    let unread =
        read("Date,Details,Amount\n2026-03-13,Pay,5.00\n2026-03-14,Bus,-1.00\nTotal,see above,\n", "KES")
            .unwrap();
    assert_eq!(unread.left_out.counts.get(&LeftOutReason::NoAmount), Some(&1));
    assert_eq!(unread.accounts[0].account.reading_doubts, Some(1));
}

#[test]
fn a_row_without_an_account_behind_one_with_an_account_is_refused() {
    refused(
        "Account,Date,Amount\nA,2026-03-13,-5.00\n,2026-03-14,500.00\n",
        Cause::TransactionCsv,
        "/document/3/account",
    );
    let none = "Account,Date,Amount\n,2026-03-13,-5.00\n,2026-03-14,500.00\n";
    assert_eq!(rows(none, "KES").len(), 2);
}
