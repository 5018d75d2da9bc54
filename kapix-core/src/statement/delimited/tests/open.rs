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

#[test]
fn rows_without_a_balance_at_an_end_are_told_where_every_other_one_states_it() {
    let doubts = |text: &str| {
        let reading = read(text, "KES").unwrap();
        let of = reading.findings.iter().filter(|it| it.kind == ReadingFindingKind::StateUnknown);
        of.flat_map(|it| it.lines.clone()).collect::<Vec<u64>>()
    };
    let booked = "2026-03-01,Shop,-5,95\n2026-03-02,Shop,-5,90\n2026-03-03,Shop,-5,85\n";
    let head = "Date,Details,Amount,Balance\n";
    for none in ["", "-"] {
        let pending = format!("2026-03-04,SALARY,60000,{none}\n");
        assert_eq!(doubts(&format!("{head}{booked}{pending}")), [5], "{none}");
        assert_eq!(doubts(&format!("{head}2026-02-28,SALARY,60000,{none}\n{booked}")), [2], "{none}");
        assert_eq!(doubts(&format!("{head}{booked}{pending}{pending}")), [5, 6], "{none}");
    }
    // Behind a title that no list knows, and the newest first.
    let newest = "2026-03-03,Shop,-5,85\n2026-03-02,Shop,-5,90\n2026-03-01,Shop,-5,95\n";
    assert_eq!(doubts(&format!("{head}2026-03-04,SALARY,60000,\n{newest}")), [2]);
    // Balances of the last row of each day, and rows that moved nothing, leave nothing open.
    let of_days =
        "2026-03-01,a,-5,\n2026-03-01,b,-5,90\n2026-03-02,c,-5,\n2026-03-02,d,-5,80\n2026-03-03,e,-5,75\n";
    assert_eq!(doubts(&format!("{head}{of_days}")), [] as [u64; 0]);
    assert_eq!(doubts(&format!("{head}{booked}2026-03-04,Balance check,0,\n")), [] as [u64; 0]);
}

#[test]
fn words_for_openings_totals_and_states_of_more_banks_are_known() {
    for word in ["BBF", "BCF", "BALFWD", "Saldo Ant.", "Sdo Inicial", "Transferred balance"] {
        let text = format!(
            "Date,Details,Debit,Credit,Balance\n2026-03-01,{word},,900,900\n2026-03-02,Shop,5,,895\n2026-03-03,Shop,5,,890\n"
        );
        assert!(rows(&text, "KES").iter().all(|row| row.amount_minor == -500), "{word}");
    }
    let pay = "2026-03-01,Pay,,900,900\n2026-03-02,Shop,5,,895\n2026-03-03,Shop,5,,890\n";
    for word in ["TOTAL CR", "Sum of credits", "Credit turnover", "Total inflow", "Total général"] {
        let text = format!("Date,Details,Debit,Credit,Balance\n{pay}2026-03-31,{word},,900,\n");
        assert_eq!(rows(&text, "KES").len(), 3, "{word}");
    }
    let reading = read(
        "Date,Details,Amount,Status\n2026-03-01,a,-5,Umsatz gebucht\n2026-03-02,b,-5,TS\n2026-03-03,c,-5,Fail\n2026-03-04,d,-5,Queued\n",
        "EUR",
    )
    .unwrap();
    let statuses: Vec<String> =
        reading.accounts[0].account.transactions.iter().map(|row| format!("{:?}", row.status)).collect();
    assert_eq!(statuses.iter().filter(|it| *it == "Posted").count(), 2, "{statuses:?}");
    for name in ["Acct", "A/C"] {
        let text = format!("{name},Date,Details,Amount\n1,2026-03-01,a,-5.00\n2,2026-03-02,b,-5.00\n");
        assert_eq!(read(&text, "KES").unwrap().accounts.len(), 2, "{name}");
    }
    let told = error("Own Number,Date,Details,Amount\n1,2026-03-01,a,-5.00\n2,2026-03-02,b,-5.00\n", "KES");
    assert!(told.message.contains("Own Number"), "{told}");
}

#[test]
fn the_period_of_a_document_has_the_order_of_its_rows() {
    let period = |rows: &str, period: &str| {
        let text = format!("Currency,KES,\nStatement period,{period},\nDate,Details,Amount\n{rows}");
        let reading = read(&text, "").unwrap();
        reading.accounts[0].account.period.map(|it| (it.from.to_string(), it.to.to_string()))
    };
    let days = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
    // 20/02 shows that the day comes first; the last row lies outside, so nothing is said.
    let outside = "01/02/2026,A,-1.00\n20/02/2026,B,-2.00\n06/03/2026,C,-3.00\n";
    assert_eq!(period(outside, "01/02/2026 - 05/03/2026"), None);
    assert_eq!(period(outside, "01/02/2026 - 06/03/2026"), days("2026-02-01", "2026-03-06"));
    // Both readings hold the rows, whose order is proved.
    let rows = "05/03/2026,A,-1.00\n28/03/2026,B,-2.00\n";
    assert_eq!(period(rows, "01/03/2026 - 05/04/2026"), days("2026-03-01", "2026-04-05"));
    let named = "2025-09-17,A,-1.00\n2025-10-09,B,-2.00\n";
    for written in [
        "Sep 17, 2025 - Oct 9, 2025",
        "\"Sep 17, 2025 - Oct 9, 2025\"",
        "September 17 2025 to October 9 2025",
    ] {
        assert_eq!(period(named, written), days("2025-09-17", "2025-10-09"), "{written}");
    }
    // Rows in another form leave both readings of the period.
    let iso = "2026-03-05,A,-1.00\n2026-03-28,B,-2.00\n";
    assert_eq!(period(iso, "01/03/2026 - 31/03/2026"), days("2026-03-01", "2026-03-31"));
}
