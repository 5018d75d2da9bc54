//! More of what balances settle that chain over all rows: statuses, second currencies, other sides, orders within a day. And
//! days that a program turned round, which they do not.

use super::{error, read, rows, with};
use crate::domain::TransactionStatus::{Pending, Posted};
use crate::error::Cause;
use crate::statement::{DateOrder, Profile, ReadingFindingKind};
use core::fmt::Write;

const AMOUNTS: [i64; 6] = [500, -45, -1, -200, 70, -12];

/// Six rows whose balances chain, with one more value each.
fn document(name: &str, values: [&str; 6]) -> String {
    let mut balance = 1_000;
    let mut text = format!("Date,Details,Amount,Balance,{name}\n");
    for (place, (amount, value)) in AMOUNTS.iter().zip(values).enumerate() {
        balance += amount;
        let _ = writeln!(text, "2026-03-{:02},a{place},{amount}.00,{balance}.00,{value}", place + 10);
    }
    text
}

/// The same with a balance that does not chain, and with a row without one.
fn unproved(text: &str) -> [String; 2] {
    [text.replacen(",1454.00,", ",1459.00,", 1), text.replacen(",1454.00,", ",,", 1)]
}

fn kinds(text: &str) -> Vec<ReadingFindingKind> {
    read(text, "KES").unwrap().findings.iter().map(|found| found.kind).collect()
}

#[test]
fn a_status_without_a_known_word_is_settled_by_balances_and_else_refused_with_a_way_out() {
    for (name, word) in [("Status", "Matched"), ("Outcome", "zz"), ("Posted", "perhaps")] {
        let text = document(
            name,
            ["Yes", word, "Yes", "Yes", "Yes", "Yes"].map(|own| match name {
                "Posted" => own,
                _ if own == "Yes" => "Completed",
                _ => own,
            }),
        );
        assert!(rows(&text, "KES").iter().all(|row| row.status == Posted), "{name}");
        assert_eq!(kinds(&text), [], "{name}");
        for text in unproved(&text) {
            let refused = error(&text, "KES");
            assert_eq!(
                (refused.cause, &*refused.fields[0]),
                (Cause::TransactionCsv, "/document/3/status"),
                "{name}"
            );
            assert!(
                refused.message.contains(name) && refused.message.contains("write the word"),
                "{refused}"
            );
        }
    }
}

#[test]
fn a_row_that_was_undone_later_took_effect_where_balances_chain() {
    for word in ["Reversed", "Refunded", "Partially refunded", "Chargeback"] {
        let status = |at: usize| {
            let mut values = ["Completed"; 6];
            values[at] = word;
            document("Status", values)
        };
        // A credit came in, and went again.
        for (at, found) in [(1, vec![]), (4, vec![ReadingFindingKind::StateUnknown])] {
            assert!(rows(&status(at), "KES").iter().all(|row| row.status == Posted), "{word}");
            assert_eq!(kinds(&status(at)), found, "{word}");
        }
        for text in unproved(&status(4)) {
            assert_eq!(kinds(&text), [ReadingFindingKind::StateUnknown], "{word}");
        }
        // Money out counts as spent.
        for text in unproved(&status(1)) {
            assert_eq!(kinds(&text), [], "{word}");
        }
    }
}

#[test]
fn a_second_currency_is_settled_by_balances() {
    let text = document(
        "Currency,Transaction Currency",
        ["KES,KES", "KES,USD", "KES,KES", "KES,EUR", "KES,", "KES,KES"],
    );
    assert_eq!((rows(&text, "").len(), kinds(&text)), (6, vec![]));
    for text in unproved(&text) {
        let refused = error(&text, "");
        assert_eq!((refused.cause, &*refused.fields[0]), (Cause::MoneyCurrencyMixed, "/document/3/currency"));
    }
    // The same name twice: equal values are one currency.
    let twice = |second: &str| {
        format!(
            "Date,Details,Amount,Currency,Fee,Currency\n2026-03-01,a,5.00,KES,0.00,KES\n2026-03-02,b,-1.00,KES,0.00,{second}\n"
        )
    };
    assert_eq!(rows(&twice("KES"), "").len(), 2);
    assert_eq!(error(&twice("USD"), "").fields, ["/document/3/currency"]);
}

#[test]
fn the_account_of_the_other_side_is_no_account_where_balances_chain_over_all_rows() {
    for values in [
        ["DE1", "DE2", "DE1", "", "DE3", "DE2"],
        ["DE1", "DE2", "DE3", "DE4", "DE5", "DE6"],
        ["", "DE2", "", "DE4", "DE2", ""],
    ] {
        let text = document("IBAN", values);
        let reading = read(&text, "KES").unwrap();
        assert_eq!((reading.accounts.len(), reading.accounts[0].lines.len()), (1, 6), "{values:?}");
        assert_eq!((reading.findings, reading.proof.columns_not_read), (vec![], vec!["IBAN".to_owned()]));
        for text in unproved(&text) {
            let apart = read(&text, "KES").map(|it| it.accounts.len());
            assert!(apart.is_err() || apart.is_ok_and(|count| count > 1), "{values:?}");
        }
    }
    // Two accounts, of which the first ends empty.
    let two = "Account,Date,Details,Amount,Balance\nA,2026-03-01,a,50.00,90.00\nA,2026-03-02,b,-90.00,0.00\n\
        B,2026-03-03,c,70.00,70.00\nB,2026-03-04,d,-5.00,65.00\n";
    assert_eq!(read(two, "KES").unwrap().accounts.len(), 2);
}

#[test]
fn the_newest_day_first_with_rows_that_ascend_within_a_day_is_put_in_order() {
    let text = "Date,Details,Amount,Balance,Card Number\n2026-03-12,e,10.00,1254.00,1111\n2026-03-12,f,-5.00,1249.00,2222\n\
        2026-03-11,c,-200.00,1254.00,1111\n2026-03-11,d,-10.00,1244.00,1111\n2026-03-10,a,500.00,1500.00,2222\n\
        2026-03-10,b,-46.00,1454.00,1111\n";
    let reading = read(text, "KES").unwrap();
    assert_eq!(kinds(text), [ReadingFindingKind::NewestFirst]);
    assert_eq!(reading.accounts[0].lines, [6, 7, 4, 5, 2, 3]);
    assert_eq!((reading.proof.balances_chained, reading.proof.balances_checked), (5, 5));
    assert!(error(&text.replace("1244.00", "1243.00"), "KES").message.contains("`Card Number`"));
}

#[test]
fn an_account_that_begins_at_zero_behind_an_opening_balance_stays_told() {
    let text = |balances: [&str; 6]| {
        let [pay, shop, out, forward, deposit, last] = balances;
        format!(
            "Date,Details,Amount,Balance\n2026-03-01,Pay,50.00,{pay}\n2026-03-02,Shop,-40.00,{shop}\n2026-03-03,Out,-50.00,{out}\n\
             ,BALANCE B/F,,{forward}\n2026-03-01,Deposit,70.00,{deposit}\n2026-03-02,Shop,-5.00,{last}\n"
        )
    };
    for forward in ["0.00", ""] {
        let two = text(["90.00", "50.00", "0.00", forward, "70.00", "65.00"]);
        assert_eq!(kinds(&two), [ReadingFindingKind::SectionDoubtful], "{forward}");
    }
    assert_eq!(kinds(&text(["95.00", "55.00", "5.00", "5.00", "75.00", "70.00"])), []);
}

#[test]
fn a_statement_with_settlement_columns_is_read_by_them() {
    let text = "Date,Account Name,Transaction Type,Transaction Status,Transaction Ref,Reversal Status,Transaction Amount (NGN),\
        Settlement Debit (NGN),Settlement Credit (NGN),Balance Before (NGN),Balance After (NGN),Charge (NGN),Beneficiary,Narration\n\
        2026-03-01 10:00:00,Shop,PURCHASE,Approved,T1,NOT_REVERSED,1000.00,0.00,995.00,0.00,995.00,5.00,,pos\n\
        2026-03-02 10:00:00,Shop,TRANSFER,Approved,T2,NOT_REVERSED,200.00,210.00,0.00,995.00,785.00,10.00,J. Doe,rent\n\
        2026-03-03 10:00:00,Shop,PURCHASE,Approved,T3,NOT_REVERSED,500.00,0.00,497.50,785.00,1282.50,2.50,,pos\n";
    let reading = read(text, "").unwrap();
    let amounts: Vec<i64> =
        reading.accounts[0].account.transactions.iter().map(|row| row.amount_minor).collect();
    assert_eq!((amounts, reading.findings), (vec![99_500, -21_000, 49_750], vec![]));
    assert_eq!(error(&text.replace("785.00,10.00", "784.00,10.00"), "").fields, ["/document/2/amount"]);
}

#[test]
fn days_that_a_program_turned_round_are_refused() {
    let document = |turns: bool| {
        let mut text = "Date,Details,Amount\n".to_owned();
        for row in 0..30 {
            let (month, day) = (1 + row / 10, 1 + row % 10 * 3);
            let (first, second) = if turns && day <= 12 { (month, day) } else { (day, month) };
            let _ = writeln!(text, "{first:02}/{second:02}/2026,a,-{row}.50");
        }
        text
    };
    assert_eq!(rows(&document(false), "KES")[1].at.to_string(), "2026-01-04");
    let turned = document(true);
    assert_eq!(
        (error(&turned, "KES").cause, &*error(&turned, "KES").fields[0]),
        (Cause::StatementForm, "/document/3/at")
    );
    let stated = Profile { date_order: Some(DateOrder::Dmy), ..Profile::default() };
    assert_eq!(with(&turned, stated).map(|it| it.accounts).unwrap_err().fields, ["/document/3/at"]);
    // The newest first.
    let mut lines: Vec<&str> = turned.lines().collect();
    lines[1..].reverse();
    assert_eq!(error(&lines.join("\n"), "KES").cause, Cause::StatementForm);
    // Rows that follow no order say nothing.
    let mut lines: Vec<String> = document(false).lines().map(str::to_owned).collect();
    lines[1..].rotate_left(7);
    lines.swap(3, 9);
    assert_eq!(rows(&lines.join("\n"), "KES").len(), 30);
}

#[test]
fn a_pending_row_that_repeats_the_balance_before_it_breaks_no_chain() {
    let text =
        document("Status", ["Completed", "Completed", "Completed", "Completed", "Completed", "Pending"])
            .replace("-12.00,1312.00", "-12.00,1324.00");
    let read = rows(&text, "KES");
    assert_eq!((read[5].status, read[5].balance_minor), (Pending, Some(132_400)));
}
