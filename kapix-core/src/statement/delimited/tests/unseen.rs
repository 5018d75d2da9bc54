//! Money that stands where no row is, or in a column that nothing reads, is refused at its line, or told.

use super::{error, read, rows};
use crate::error::Cause;
use crate::statement::{ColumnRole, Profile, Reading, ReadingFindingKind};

fn refused(document: &str, cause: Cause, field: &str) {
    let error = error(document, "KES");
    assert_eq!((error.cause, error.fields[0].as_str()), (cause, field), "{document}\n{error}");
}

fn told(reading: &Reading, kind: ReadingFindingKind) -> bool {
    reading.findings.iter().any(|found| found.kind == kind)
        && reading.accounts[0].account.reading_doubts.is_some()
}

#[test]
fn a_row_in_one_value_is_refused_at_its_line_and_the_foot_of_a_page_is_a_note() {
    let document = |line: &str| {
        format!(
            "Date,Details,Amount\n2026-03-01,Pay,50.00\n2026-03-02,Bus,-1.00\n{line}\n2026-03-04,Tea,-2.00\n"
        )
    };
    for line in [
        "\"2026-03-03,RENT,-4500.00\"",
        "\"2026-03-03,RENT,-4,500.00\"",
        "\"2026-03-03,RENT,-4500\",,",
        "2026-03-03;RENT;-4500,00",
        "2026-03-03\tRENT\t-4500.00",
        "2026-03-03|RENT|-4500.00,,",
        "2026-03-03 RENT -4500.00,,",
        "03/03/2026;RENT;4500",
        "=\"2026-03-03\",=\"RENT\",=\"-4500.00\"",
    ] {
        refused(&document(line), Cause::TransactionCsv, "/document/4");
    }
    // The day is not the first value, or the text goes on that of the row above: it may be no row.
    for line in ["RENT;2026-03-03;-4500.00", ",\"2026-03-03;RENT;-4500.00\","] {
        assert!(told(&read(&document(line), "KES").unwrap(), ReadingFindingKind::HiddenRows), "{line}");
    }
    for line in [
        "Page 1 of 2,,",
        "Printed on 28/03/2026,,Page 1",
        "Statement date,28/03/2026,",
        "28/03/2026 Page 1 of 2,,",
        "Available limit;28/03/2026;1000.00",
        "Generated 2026-03-31 14:00:33,,",
        "Contact 0700000001,5,",
    ] {
        assert!(read(&document(line), "KES").unwrap().findings.is_empty(), "{line}");
    }
}

#[test]
fn a_row_before_the_header_is_refused_at_its_line() {
    let document =
        |before: &str| format!("{before}Date,Details,Amount\n2026-03-02,Pay,5.00\n2026-03-03,Food,-1.00\n");
    refused(&document("2026-03-01,RENT,-4.00\n"), Cause::TransactionCsv, "/document/1");
    refused(&document("Bokf.dag,Text,Belopp\n2026-03-01,RENT,-4.00\n"), Cause::TransactionCsv, "/document/2");
    let other = read(&document("RENT,2026-03-01,-4.00\n"), "KES").unwrap();
    assert!(told(&other, ReadingFindingKind::HiddenRows));
    for honest in [
        "Statement date,28/03/2026\n",
        "Opening balance,01/03/2026,1.00\n",
        "Period,01/03/2026,31/03/2026\n",
        "Available balance,28/03/2026,50.00\n",
        "31/03/2026,Closing balance,5.00\n",
        "Printed,28/03/2026 14:05,1\n",
    ] {
        let reading = read(&document(honest), "KES").unwrap();
        assert!(!told(&reading, ReadingFindingKind::HiddenRows), "{honest}");
    }
}

#[test]
fn amounts_that_stand_for_thousands_are_refused_at_the_line_that_says_so() {
    for line in [
        "Amounts in thousands of KES",
        "All figures in millions",
        "KES '000",
        "Montants en milliers",
        "Betr\u{e4}ge in Tausend",
        "(KES in thousands),,",
    ] {
        refused(
            &format!("{line}\nDate,Details,Amount\n2026-03-02,Pay,5.00\n"),
            Cause::StatementForm,
            "/document/1",
        );
    }
    for line in ["Account number 000 123", "Branch 000", "Thousand Oaks Bank", "Miles Bank,KES"] {
        assert!(
            read(&format!("{line}\nDate,Details,Amount\n2026-03-02,Pay,5.00\n2026-03-02,x,-5.00\n"), "KES")
                .is_ok(),
            "{line}"
        );
    }
}

#[test]
fn rows_inside_a_quoted_value_are_told() {
    let document = "Date,Details,Amount\n2026-03-01,\"POS A,-1.00\n2026-03-02,RENT,-4500.00\n2026-03-03,WATER\",-2.00\n2026-03-04,Pay,5.00\n";
    assert!(told(&read(document, "KES").unwrap(), ReadingFindingKind::HiddenRows));
    let text = "Date,Details,Amount\n2026-03-01,\"POS A\nNairobi 2026\",-2.00\n2026-03-04,Pay,5.00\n";
    assert!(read(text, "KES").unwrap().findings.is_empty());
}

#[test]
fn balances_and_totals_alone_are_no_rows_whatever_their_words() {
    let document = |first: &str, last: &str| {
        format!(
            "Date,Details,Debit,Credit\n2026-03-01,{first},,100.00\n2026-03-02,Pay,,50.00\n2026-03-03,Rent,20.00,\n\
             2026-03-31,{last},,130.00\n"
        )
    };
    for (first, last) in [
        ("SOLDE CREDITEUR AU 31/12/2025", "SOLDE CREDITEUR AU 30/06/2026"),
        ("BALANCE", "BALANCE"),
        ("BALANCE FORWARD", "CURRENT BALANCE"),
        ("Brought Fwd", "Carried Fwd"),
        ("Kontostand am 31.12.2025", "Kontostand am 30.06.2026"),
        ("Opening Balance KES", "Closing Balance KES"),
        ("BAL B/FWD", "BAL C/FWD"),
        ("ACCOUNT BALANCE", "ACCOUNT BALANCE"),
        ("Balance as at 28 Feb 2026", "Balance as at 31 Mar 2026"),
        ("SALDO DO DIA", "SALDO DO DIA"),
        ("OPENING BAL.", "CLOSING BAL."),
    ] {
        let reading = read(&document(first, last), "KES").unwrap();
        let account = &reading.accounts[0].account;
        let amounts: Vec<i64> = account.transactions.iter().map(|row| row.amount_minor).collect();
        assert_eq!(amounts, [5_000, -2_000], "{first}");
        assert_eq!(
            (account.opening_balance_minor, account.closing_balance_minor),
            (Some(10_000), Some(13_000)),
            "{first}"
        );
        assert!(reading.findings.is_empty(), "{first}: {:?}", reading.findings);
        let wrong = read(&document(first, last).replace("130.00", "131.00"), "KES").unwrap();
        assert!(told(&wrong, ReadingFindingKind::ClosingMismatch), "{first}");
    }
    // The newest first.
    let newest = "Date,Details,Amount\n2026-03-31,SALDO,130.00\n2026-03-03,Rent,-20.00\n2026-03-02,Pay,50.00\n2026-03-01,SALDO,100.00\n";
    let reading = read(newest, "KES").unwrap();
    let account = &reading.accounts[0].account;
    assert_eq!((account.opening_balance_minor, account.closing_balance_minor), (Some(10_000), Some(13_000)));
    // A balance of each day, without any other balance.
    let daily = "Date,Details,Amount\n2026-03-02,Pay,50.00\n2026-03-02,SALDO DO DIA,150.00\n2026-03-03,Rent,-20.00\n\
        2026-03-03,SALDO DO DIA,130.00\n2026-03-04,Bus,-1.00\n";
    assert!(read(daily, "KES").unwrap().findings.is_empty());
    assert!(told(
        &read(&daily.replace("130.00", "135.00"), "KES").unwrap(),
        ReadingFindingKind::ClosingMismatch
    ));
    for total in ["MONTH TOTAL", "STATEMENT TOTAL"] {
        let text = format!("Date,Details,Debit,Credit\n2026-03-02,Pay,,50.00\n2026-03-31,{total},,50.00\n");
        assert_eq!(rows(&text, "KES").len(), 1, "{total}");
    }
    let inquiry = "Date,Details,Amount,Balance\n2026-03-02,Pay,50.00,50.00\n2026-03-02,Balance enquiry,0.00,50.00\n2026-03-03,a,-1.00,49.00\n";
    assert_eq!(rows(inquiry, "KES").len(), 3);
    assert_eq!(rows("Date,Details,Amount\n2026-03-02,Balance of rent,-5.00\n", "KES").len(), 1);
}

#[test]
fn an_amount_beside_debits_and_credits_is_compared_with_them() {
    let flags = "date,description,amount,debit,credit\n2026-03-01,Rent,22000,1,0\n2026-03-02,Pay,86400,0,1\n";
    refused(flags, Cause::TransactionCsv, "/document/2/amount");
    let same = "Date,Details,Amount,Debit,Credit\n2026-03-01,Rent,-5.00,5.00,\n2026-03-02,Pay,7.00,,7.00\n";
    let reading = read(same, "KES").unwrap();
    assert_eq!(reading.accounts[0].account.transactions.len(), 2);
    assert_eq!(reading.profile.columns.get(&ColumnRole::Amount), None);
    assert_eq!(reading.proof.columns_not_read, ["Amount"]);
    refused(
        &same.replace("-5.00,5.00", "-6.00,5.00").replace("7.00,,", "8.00,,"),
        Cause::TransactionCsv,
        "/document/2/amount",
    );
    // What is stated is read.
    let columns = |names: &[(ColumnRole, &str)]| {
        names.iter().map(|(column, name)| (*column, (*name).to_owned())).collect()
    };
    let amount = Profile { columns: columns(&[(ColumnRole::Amount, "Amount")]), ..Profile::default() };
    let read = super::with(&same.replace(",5.00,", ",1,0"), amount);
    assert_eq!(read.unwrap().accounts[0].account.transactions[0].amount_minor, -500);
    let both = columns(&[(ColumnRole::Debit, "Debit"), (ColumnRole::Credit, "Credit")]);
    assert!(
        super::with(&same.replace("-5.00", "-6.00"), Profile { columns: both, ..Profile::default() }).is_ok()
    );
}

#[test]
fn debits_under_an_unknown_name_beside_credits_of_zero_are_refused() {
    for name in ["Outgoing", "Pagos", "Auszahlung", "Withdrawls"] {
        let text =
            format!("Date,Details,Credit,{name}\n2026-03-01,Pay,50.00,0.00\n2026-03-02,Rent,0.00,20.00\n");
        refused(&text, Cause::StatementUnstated, "/document/3");
        assert!(error(&text, "KES").message.contains(name));
    }
    let branch = "Date,Details,Amount,Branch\n2026-03-01,Pay,50.00,12\n2026-03-02,Enquiry,0.00,12\n2026-03-02,x,-1.00,3\n";
    assert_eq!(rows(branch, "KES").len(), 3);
}

#[test]
fn the_amount_that_was_billed_is_read_and_not_that_which_was_paid() {
    let text = "Date,Details,Transaction Amount,Transaction Currency,Billing Amount,Billing Currency\n\
        2026-03-01,Shop,-10.00,USD,-1290.00,KES\n2026-03-02,Pay,5.00,USD,645.00,KES\n";
    let amounts: Vec<i64> = rows(text, "KES").iter().map(|row| row.amount_minor).collect();
    assert_eq!(amounts, [-129_000, 64_500]);
}

#[test]
fn two_currencies_before_the_header_are_refused() {
    let text = "Currency,KES\nAccount Currency,USD\nDate,Details,Amount\n2026-03-01,a,5\n2026-03-02,b,-5\n";
    refused(text, Cause::MoneyCurrencyMixed, "/document/2");
    assert!(read(&text.replace("USD", "KES"), "").is_ok());
}

#[test]
fn a_limit_in_a_balance_is_no_ledger_balance() {
    for name in ["Available Balance", "Cleared Balance", "Available Balance (KES)", "Saldo disponible"] {
        let text = format!(
            "Date,Details,Amount,{name}\n2026-03-01,Pay,50.00,1050.00\n2026-03-02,Rent,-20.00,1030.00\n"
        );
        let reading = read(&text, "KES").unwrap();
        assert_eq!(reading.accounts[0].account.transactions[0].balance_minor, None, "{name}");
        assert_eq!(reading.proof.columns_not_read, [name]);
    }
}

#[test]
fn a_first_row_that_brings_a_balance_forward_is_no_transaction() {
    let document = |text: &str| {
        format!(
            "Date,Details,Amount,Balance\n2026-03-01,{text},900.00,900.00\n2026-03-02,Shop,-20.00,880.00\n2026-03-03,Shop,-30.00,850.00\n"
        )
    };
    for text in [
        "Opening ledger bal",
        "Account opening balance",
        "BALANCE FORWARDED",
        "Balance b/f from a/c 123",
        "Opening balance (system)",
        "C/F from previous page",
        "Balance carried over from 2025",
        "\u{dc}bertrag",
        "Saldo arrastrado",
    ] {
        let reading = read(&document(text), "KES").unwrap();
        let account = &reading.accounts[0].account;
        assert_eq!(account.transactions.len(), 2, "{text}");
        assert_eq!(account.opening_balance_minor, Some(90_000), "{text}");
    }
    for text in ["Salary", "Balance transfer from savings", "\u{dc}berweisung", "Total Energies"] {
        assert_eq!(read(&document(text), "KES").unwrap().accounts[0].account.transactions.len(), 3, "{text}");
    }
    // Later, and beside another balance, it is a transfer.
    let later = document("Salary").replace("2026-03-02,Shop,-20.00", "2026-03-02,\u{dc}bertrag,-20.00");
    assert_eq!(read(&later, "KES").unwrap().accounts[0].account.transactions.len(), 3);
}
