//! What a document leaves open and the words of a value, a line or a header do not show: refused with what to state, or told.

use super::{error, read, rows, with};
use crate::domain::Direction;
use crate::error::Cause;
use crate::statement::{ColumnRole, LeftOutReason, Profile, Reading, ReadingFindingKind, Sign};
use core::fmt::Write;

fn told(reading: &Reading, kind: ReadingFindingKind) -> bool {
    reading.findings.iter().any(|found| found.kind == kind)
        && reading.accounts[0].account.reading_doubts.is_some()
}

fn columns(names: &[(ColumnRole, &str)]) -> Profile {
    let columns = names.iter().map(|(column, name)| (*column, (*name).to_owned())).collect();
    Profile { columns, ..Profile::default() }
}

#[test]
fn a_line_without_a_day_that_carries_an_amount_is_told() {
    let document = |line: &str| {
        format!(
            "Date,Details,Amount,Balance\n2026-06-01,Pay,50.00,\n2026-06-02,Bus,-1.00,\n{line}\n2026-06-04,Tea,-2.00,\n"
        )
    };
    for line in [
        "RENT,4500.00,,",
        ",RENT 4500.00 DR,,",
        "on 2026-06-02,RENT 4500,,",
        "RENT 4500.00,,,",
        "RENT KES 4500.00",
        ",RENT -4500.00,,",
        "2 June,RENT,,4500",
        "RENT,4500,,",
        "RENT;4500.00",
        "\"RENT,4500.00\",,,",
        ",4500.00 RENT,,",
    ] {
        let reading = read(&document(line), "KES").unwrap();
        assert!(told(&reading, ReadingFindingKind::HiddenRows), "{line}: {:?}", reading.findings);
        assert_eq!(reading.findings[0].lines, [4], "{line}");
    }
    for line in [
        "Page 2 of 3,,,",
        "Contact 0700000001,5,,",
        "Available limit 1000.00,,,",
        "Interest rate 5.00 %,,,",
        "Exchange rate 129.50,,,",
        ",USD 12.50 @ 129.00,,",
        "Deposits are insured up to 500000.00 KES by the fund,,,",
        ",at branch 12,,",
        "Ref 12345,,,",
        "Branch,1204,,",
        "Copyright,2026,,",
        "Nairobi,00100,,",
        "Thank you,,,",
        "Printed on 28/03/2026,,Branch 1204,",
    ] {
        assert_eq!(read(&document(line), "KES").unwrap().findings, [], "{line}");
    }
}

#[test]
fn signs_that_only_some_debits_have_are_told() {
    // Of 214 debits 37 have a minus; six credits have none.
    let mut text = "Date,Details,Amount\n".to_owned();
    for row in 0..214 {
        let sign = if row * 37 % 214 < 37 { "-" } else { "" };
        let _ = writeln!(text, "2026-{:02}-{:02},Shop {row},{sign}5.00", 1 + row / 28, 1 + row % 28);
        if row % 36 == 0 {
            let _ = writeln!(text, "2026-{:02}-{:02},Pay,500.00", 1 + row / 28, 1 + row % 28);
        }
    }
    let reading = read(&text, "KES").unwrap();
    assert!(told(&reading, ReadingFindingKind::SignDoubtful));
    assert_eq!(reading.profile.sign, None);
    let stated = Profile { sign: Some(Sign::CreditPositive), ..Profile::default() };
    assert_eq!(with(&text, stated).unwrap().findings, []);
    // A few rows, and debits that all have a minus.
    let few = text.lines().take(12).collect::<Vec<_>>().join("\n");
    assert!(!told(&read(&few, "KES").unwrap(), ReadingFindingKind::SignDoubtful));
    // As many debits with a minus as without one: their texts have both.
    let texts = ["Shop", "Fuel", "Bus", "Airtime"];
    let mut half = "Date,Details,Amount\n".to_owned();
    for row in 0..96 {
        let (sign, text) = (if row % 2 == 0 { "-" } else { "" }, texts[row / 2 % 4]);
        let _ = writeln!(half, "2026-{:02}-{:02},{text} {row},{sign}5.00", 1 + row / 28, 1 + row % 28);
    }
    assert!(told(&read(&half, "KES").unwrap(), ReadingFindingKind::SignDoubtful));
    let refunds =
        half.replace(",5.00", ",-5.00").replace("Shop 90,-", "Shop 90,").replace("Fuel 92,-", "Fuel 92,");
    assert_eq!(read(&refunds, "KES").unwrap().findings, []);
    let signed = text.replace(",5.00", ",-5.00");
    assert_eq!(read(&signed, "KES").unwrap().findings, []);
}

#[test]
fn rows_that_state_balances_or_limits_only_are_none_by_their_words() {
    for (first, last) in [
        ("START BALANCE", "END BALANCE"),
        ("PREV BAL", "NEW BAL"),
        ("Saldovortrag", "Saldo neu"),
        ("STATEMENT OPENING BALANCE", "STATEMENT CLOSING BALANCE"),
        ("BALANCE B/D", "BALANCE C/D"),
        ("Balance at start", "Balance at end"),
        ("Saldo awal", "Saldo akhir"),
        ("Solde d'ouverture", "Solde de cl\u{f4}ture"),
        ("BALANCE C/D - B/D", "BALANCE C/D - B/D"),
    ] {
        for columns in ["Amount", "Debit,Credit"] {
            let (pay, rent) = if columns == "Amount" { ("50.00", "-20.00") } else { (",50.00", "20.00,") };
            let [from, to] = ["100.00", "130.00"]
                .map(|own| if columns == "Amount" { own.to_owned() } else { format!(",{own}") });
            let text = format!(
                "Date,Details,{columns}\n2026-03-01,{first},{from}\n2026-03-02,Pay,{pay}\n2026-03-03,Rent,{rent}\n2026-03-31,{last},{to}\n"
            );
            let reading = read(&text, "KES").unwrap();
            let account = &reading.accounts[0].account;
            let amounts: Vec<i64> = account.transactions.iter().map(|row| row.amount_minor).collect();
            assert_eq!(amounts, [5_000, -2_000], "{first}");
            assert_eq!(
                (account.opening_balance_minor, account.closing_balance_minor),
                (Some(10_000), Some(13_000)),
                "{first}"
            );
            assert_eq!(reading.findings, [], "{first}");
            let wrong = read(&text.replace("130.00", "131.00"), "KES").unwrap();
            assert!(told(&wrong, ReadingFindingKind::ClosingMismatch), "{first}");
        }
    }
    for name in ["Overdraft limit", "CREDIT LIMIT", "Dispositionskredit", "Limite de cr\u{e9}dito"] {
        let text = format!(
            "Date,Details,Amount,Balance\n2026-03-01,{name},50000.00,\n2026-03-02,Pay,50.00,50.00\n2026-03-03,{name},50000.00,50.00\n2026-03-03,Rent,-20.00,30.00\n2026-03-04,Tea,-1.00,29.00\n"
        );
        let reading = read(&text, "KES").unwrap();
        assert_eq!(reading.accounts[0].lines, [3, 5, 6], "{name}");
        assert_eq!((reading.left_out.counts[&LeftOutReason::Note], reading.findings.len()), (2, 0));
    }
    assert_eq!(
        rows(
            "Date,Details,Amount\n2026-03-02,Overdraft limit fee,-5.00\n2026-03-02,Limited Brands,-5.00\n",
            "KES"
        )
        .len(),
        2
    );
}

#[test]
fn of_two_amounts_balances_show_the_one_of_the_account_or_the_request_states_it() {
    for name in [
        "Local Amount",
        "Settlement Amount",
        "Converted Amount",
        "KES Amount",
        "KES Equivalent",
        "Amount in KES",
        "KES",
        "Value in KES",
    ] {
        let document = |balances: [&str; 3]| {
            let [first, second, third] = balances;
            format!(
                "Date,Details,Transaction Amount,{name},Balance\n2026-03-01,Pay,5.00,645.00,{first}\n\
                 2026-03-02,Shop,-10.00,-1290.00,{second}\n2026-03-03,Bus,-1.00,-129.00,{third}\n"
            )
        };
        let refused = error(&document(["", "", ""]), "KES");
        assert_eq!(
            (refused.cause, &*refused.fields[0]),
            (Cause::StatementUnstated, "/profile/columns/amount"),
            "{name}"
        );
        assert!(
            refused.message.contains("`Transaction Amount`")
                && refused.message.contains(&format!("`{name}`"))
        );
        let amounts =
            |text: &str| -> Vec<i64> { rows(text, "KES").iter().map(|row| row.amount_minor).collect() };
        assert_eq!(
            amounts(&document(["2000.00", "710.00", "581.00"])),
            [64_500, -129_000, -12_900],
            "{name}"
        );
        assert_eq!(amounts(&document(["2000.00", "1990.00", "1989.00"])), [500, -1_000, -100], "{name}");
        for (stated, first) in [("Transaction Amount", 500), (name, 64_500)] {
            let read = with(&document(["", "", ""]), columns(&[(ColumnRole::Amount, stated)])).unwrap();
            assert_eq!(read.accounts[0].account.transactions[0].amount_minor, first, "{name}");
        }
        // The same amounts twice.
        let same = document(["", "", ""]).replace("645", "5").replace("1290", "10").replace("129", "1");
        assert_eq!(read(&same, "KES").unwrap().findings, [], "{name}");
    }
}

#[test]
fn an_amount_in_a_currency_is_no_money_in() {
    let text = "Date,Details,Amount in KES\n2026-03-01,Pay,5.00\n2026-03-02,Rent,-4.00\n";
    assert_eq!(rows(text, "")[1].amount_minor, -400);
    let two = "Date,Details,Amount in KES,Amount out KES\n2026-03-01,Pay,5.00,\n2026-03-02,Rent,,4.00\n";
    assert_eq!(rows(two, "")[1].amount_minor, -400);
}

#[test]
fn what_the_error_advises_to_state_as_type_is_read() {
    let flags = "date,description,amount,debit,credit\n2026-03-01,Rent,22000,1,0\n2026-03-02,Pay,86400,0,1\n";
    assert!(error(flags, "KES").message.contains("`type`"));
    for name in ["debit", "credit"] {
        let stated = columns(&[(ColumnRole::Amount, "amount"), (ColumnRole::Type, name)]);
        let reading = with(flags, stated).unwrap();
        let account = &reading.accounts[0].account;
        let read: Vec<_> = account.transactions.iter().map(|row| (row.amount_minor, row.direction)).collect();
        assert_eq!(
            read,
            [(-2_200_000, Some(Direction::Debit)), (8_640_000, Some(Direction::Credit))],
            "{name}"
        );
        // The profile of the answer reads the next document.
        assert_eq!(with(flags, reading.profile.clone()).unwrap().accounts, reading.accounts, "{name}");
    }
    for (name, debit, credit) in [
        ("Af Bij", "Af", "Bij"),
        ("Outflow/Inflow", "Outflow", "Inflow"),
        ("Flow", "outflow", "inflow"),
        ("CRDT_DBIT", "DBIT", "CRDT"),
        ("Mode", "Debit Card", "Credit Transfer"),
        ("In/Out", "Out", "In"),
        ("+/-", "-", "+"),
        ("Is debit?", "Y", "N"),
        ("Type", "Debit Card", "Credit Transfer"),
    ] {
        let text = format!(
            "Date,Details,Amount,{name}\n2026-03-01,Rent,20.00,{debit}\n2026-03-02,Pay,50.00,{credit}\n2026-03-03,Bus,1.00,{debit}\n"
        );
        assert_eq!(error(&text, "KES").cause, Cause::StatementUnstated, "{name}");
        let reading = with(&text, columns(&[(ColumnRole::Type, name)]))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let account = &reading.accounts[0].account;
        let amounts: Vec<i64> = account.transactions.iter().map(|row| row.amount_minor).collect();
        assert_eq!(amounts, [-2_000, 5_000, -100], "{name}");
    }
    assert_eq!(
        rows("Date,Details,Amount,Type\n2026-03-01,Rent,20.00,Outflow\n2026-03-02,Pay,50.00,Inflow\n", "KES")
            [0]
        .amount_minor,
        -2_000
    );
}

#[test]
fn a_document_of_formulas_is_told_that_they_are_never_evaluated() {
    let text =
        "Date,Details,Amount\n=\"2026-03-01\",=\"Pay\",=\"50.00\"\n=\"2026-03-02\",=\"Rent\",=\"-20.00\"\n";
    let refused = error(text, "KES");
    assert_eq!((refused.cause, &*refused.fields[0]), (Cause::TransactionCsv, "/document/2"));
    assert!(
        refused.message.contains("formulas, which are never evaluated")
            && !refused.message.contains("other rows")
    );
}
