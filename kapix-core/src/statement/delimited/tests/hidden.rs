//! Money that a document hides or leaves open is a doubt of its account, or refused at its line.

use super::{error, read, rows};
use crate::error::Cause;
use crate::statement::{Reading, ReadingFindingKind};

fn doubts(reading: &Reading) -> Vec<Option<u32>> {
    reading.accounts.iter().map(|it| it.account.reading_doubts).collect()
}

fn amounts(document: &str) -> Vec<i64> {
    rows(document, "KES").iter().map(|row| row.amount_minor).collect()
}

#[test]
fn a_row_without_an_amount_is_a_doubt_unless_the_balances_around_it_chain() {
    let of = |rows: &str| doubts(&read(&format!("Date,Details,Amount,Balance\n{rows}"), "KES").unwrap());
    // Two balances that chain say nothing of the rows behind them.
    assert_eq!(
        of("2026-03-01,a,5,5\n2026-03-02,b,-2,3\n2026-03-03,c,,\n2026-03-04,d,,\n2026-03-05,e,1,\n"),
        [Some(2)]
    );
    // A hidden amount stands between two balances, at the end as well.
    assert_eq!(of("2026-03-01,a,5,5\n2026-03-02,b,,3\n2026-03-03,c,-1,2\n"), [Some(1)]);
    assert_eq!(of("2026-03-01,a,5,5\n2026-03-02,b,-1,4\n2026-03-03,c,,2\n2026-03-04,d,,1\n"), [Some(2)]);
    assert_eq!(of("2026-03-01,a,5,5\n2026-03-02,b,-1,4\n2026-03-03,c,,\n"), [Some(1)]);
    assert_eq!(of("2026-03-03,c,,\n2026-03-04,a,5,5\n2026-03-05,b,-1,4\n"), [Some(1)]);
    // It moved nothing.
    assert_eq!(
        of("2026-03-01,a,5,5\n2026-03-02,b,,\n2026-03-02,b,,5\n2026-03-03,c,-1,4\n2026-03-04,d,,4\n"),
        [None]
    );
    assert_eq!(of("2026-03-04,d,,4\n2026-03-03,c,-1,4\n2026-03-02,b,,\n2026-03-01,a,5,5\n"), [None]);
    assert_eq!(
        of("Opening balance,,,4\n2026-03-01,b,,\n2026-03-02,a,-1,3\n2026-03-03,c,,\nClosing balance,,,3\n"),
        [None]
    );
    // Each account by itself.
    let two = "Account,Date,Amount,Balance\nA,2026-03-01,5,5\nA,2026-03-02,-1,4\nB,2026-03-01,9,\nB,2026-03-02,,\nC,2026-03-02,,\n";
    assert_eq!(doubts(&read(two, "KES").unwrap()), [None, Some(1), Some(1)]);
}

#[test]
fn a_foreign_type_leaves_the_directions_of_the_other_rows() {
    let unsigned = "Date,Details,Type,Amount\n2026-03-01,Pay,Credit,90.00\n2026-03-02,Rent,Debit,20.00\n";
    assert_eq!(amounts(&format!("{unsigned}2026-03-03,FEE,Charge,-1.00\n")), [9_000, -2_000, -100]);
    assert_eq!(
        amounts(&format!("{unsigned}2026-03-03,FEE,,-1.00\n2026-03-04,x,Other,+1.00\n"))[2..],
        [-100, 100]
    );
    let refused =
        error(&format!("{unsigned}2026-03-03,FEE,Charge,-1.00\n2026-03-04,FEE,Charge,1.00\n"), "KES");
    assert_eq!((refused.cause, refused.fields[0].as_str()), (Cause::TransactionCsv, "/document/5/type"));
    // Where debits have a minus, an amount without one is money in, whatever its type.
    let signed = "Date,Details,Type,Amount\n2026-03-01,Pay,Salary,90.00\n2026-03-02,Rent,Debit,-20.00\n";
    assert_eq!(amounts(signed), [9_000, -2_000]);
    let credits = "Date,Details,Type,Amount\n2026-03-01,Pay,Deposit,90.00\n";
    let cards = "2026-03-02,Shop,Card,-2.00\n2026-03-03,Shop,Card,-2.00\n2026-03-03,x,Interest,1.00\n";
    assert_eq!(amounts(&format!("{credits}{cards}")), [9_000, -200, -200, 100]);
    // Here nothing shows what a charge without a sign is.
    let refused = error(&format!("{credits}2026-03-02,a,Charge,5.00\n2026-03-03,b,Charge,-1.00\n"), "KES");
    assert_eq!((refused.cause, refused.fields[0].as_str()), (Cause::TransactionCsv, "/document/3/type"));
    // A direction that only a row beyond the sample states counts for all rows.
    let late = format!(
        "Date,Details,Type,Amount\n{}2026-03-02,y,Debit,-3.00\n",
        "2026-03-01,x,Charge,-1.00\n".repeat(90)
    );
    assert_eq!(amounts(&late)[90], -300);
    let late = format!(
        "Date,Details,Type,Amount\n{}2026-03-02,y,Debit,3.00\n",
        "2026-03-01,x,Charge,-1.00\n".repeat(90)
    );
    assert_eq!(amounts(&late)[90], -300);
}

#[test]
fn an_amount_without_a_sign_beside_credits_with_a_mark_is_told_by_balances_or_refused() {
    for mark in ["Cr", "CR", " cr", "+"] {
        let credit =
            |digits: &str| if mark == "+" { format!("+{digits}") } else { format!("{digits}{mark}") };
        let text =
            format!("Date,Details,Amount\n2026-05-25,Pay,{}\n2026-05-28,Rent,20000.00\n", credit("50000.00"));
        let refused = error(&text, "KES");
        assert_eq!(
            (refused.cause, refused.fields[0].as_str()),
            (Cause::StatementUnstated, "/document/3/amount")
        );
        let chained = format!(
            "Date,Details,Amount,Balance\n2026-05-25,Pay,{},150.00\n2026-05-28,Rent,20.00,130.00\n2026-05-29,Bus,10.00,120.00\n",
            credit("50.00")
        );
        assert_eq!(amounts(&chained), [5_000, -2_000, -1_000]);
        // One minus does not make the others credits.
        assert_eq!(error(&format!("{text}2026-05-29,x,-1.00\n"), "KES").fields, ["/document/3/amount"]);
    }
    // Balances never turn what a mark says.
    let turned = "Date,Details,Amount,Balance\n2026-05-25,Pay,50.00Cr,150.00\n2026-05-28,Pay,20.00Cr,130.00\n2026-05-29,Bus,10.00Dr,140.00\n";
    assert_eq!(error(turned, "KES").cause, Cause::TransactionSign);
}

#[test]
fn money_in_a_column_of_fees_is_a_doubt_unless_balances_show_that_the_amounts_hold_it() {
    for name in [
        "Charges",
        "Fee (KES)",
        "Fees KES",
        "Tax",
        "VAT",
        "Frais",
        "Commission",
        "Levy",
        "Duty",
        "Excise Duty",
    ] {
        let document = |rows: &str| format!("Date,Details,Amount,{name},Balance\n{rows}");
        let open =
            read(&document("2026-03-01,a,50,,\n2026-03-02,b,-5,-3.00,\n2026-03-03,c,-5,0.00,\n"), "KES")
                .unwrap();
        assert_eq!(
            (doubts(&open), open.findings[0].kind),
            (vec![Some(1)], ReadingFindingKind::FeesNotRead),
            "{name}"
        );
        assert_eq!(
            (&open.findings[0].lines, &open.proof.columns_not_read),
            (&vec![3], &vec![name.to_owned()])
        );
        let held = document("2026-03-01,a,50,1,50\n2026-03-02,b,-5,3,45\n2026-03-03,c,-5,3.00,40\n");
        assert_eq!(doubts(&read(&held, "KES").unwrap()), [None], "{name}");
        // Each went out beside the amount.
        let fees =
            rows(&document("2026-03-01,a,50,,50\n2026-03-02,b,-5,-3,42\n2026-03-03,c,-5,1.00,36\n"), "KES");
        let all: Vec<_> = fees.iter().map(|row| (row.amount_minor, row.balance_minor)).collect();
        let expected = [(5_000, 5_000), (-500, 4_500), (-300, 4_200), (-500, 3_700), (-100, 3_600)];
        assert_eq!(all, expected.map(|(amount, balance)| (amount, Some(balance))));
        assert_eq!(fees[2].description.as_deref(), Some(name));
        let beside =
            error(&document("2026-03-01,a,50,,50\n2026-03-02,b,-5,3,42\n2026-03-03,c,-5,2,37\n"), "KES");
        assert_eq!((beside.cause, beside.fields[0].as_str()), (Cause::TransactionCsv, "/document/3/amount"));
        assert!(beside.message.contains(name), "{beside}");
        // The newest first.
        let newest = document("2026-03-03,c,-5,3.00,40\n2026-03-02,b,-5,3,45\n2026-03-01,a,50,,50\n");
        assert_eq!(doubts(&read(&newest, "KES").unwrap()), [None], "{name}");
    }
}

#[test]
fn a_value_that_is_no_id_is_none() {
    let ids = |text: &str| -> Vec<Option<String>> {
        rows(text, "KES").iter().map(|row| row.id.as_ref().map(|id| id.as_str().to_owned())).collect()
    };
    let long = "x".repeat(140);
    for none in ["-", "N/A", "0", "000", "NOTPROVIDED", "none", "null", "NaN", long.as_str()] {
        let text = format!("Date,Details,Reference,Amount\n2026-03-01,a,{none},-5\n2026-03-02,b,R-1,5\n");
        assert_eq!(ids(&text), [None, Some("R-1".to_owned())], "{none}");
    }
    // Words of what was paid for, on many days and of many amounts.
    let words = "Date,Details,Reference,Amount\n2026-03-01,a,SALARY,500\n2026-03-02,b,FOOD,-5\n2026-03-03,c,FOOD,-6\n\
        2026-03-04,c,FOOD,-7\n2026-04-01,a,SALARY,500\n";
    assert_eq!(ids(words), [None, None, None, None, None]);
    let bare = rows(
        &words.replace(",Details", "").replace(",a,", ",").replace(",b,", ",").replace(",c,", ","),
        "KES",
    );
    assert_eq!(bare[1].description.as_deref(), Some("FOOD"));
    // Most have no digit.
    let once =
        "Date,Details,Reference,Amount\n2026-03-01,a,SALARY,500\n2026-03-02,b,RENT,-5\n2026-03-03,c,R-1,-6\n";
    assert_eq!(ids(once).iter().flatten().count(), 0);
    assert_eq!(ids(&once.replace("Reference", "Receipt No.")).iter().flatten().count(), 3);
    // One value on most rows.
    let most = "Date,Details,Receipt,Amount\n2026-03-01,a,X9,500\n2026-03-02,b,X9,-5\n";
    assert_eq!(ids(most), [None, None]);
    // A payment and its charges share a receipt; a row that came twice keeps its id.
    let receipt =
        "Date,Details,Reference,Amount\n2026-03-01,a,R1,-500\n2026-03-01,b,R1,-5\n2026-03-01,c,R1,-6\n";
    assert_eq!(ids(receipt).iter().flatten().count(), 3);
    let again = "Date,Details,Reference,Amount\n2026-03-01,a,R1,500\n2026-03-02,a,R1,500\n2026-03-03,a,R1,500\n2026-03-03,a,R2,-1\n";
    assert_eq!(ids(again).iter().flatten().count(), 4);
}

#[test]
fn a_category_of_a_bank_is_read_by_the_table_of_categories() {
    let text = "Date,Details,Category,Amount\n2026-03-01,a,Transfers,-5\n2026-03-01,b,Reversals,5\n2026-03-01,c,Own transfer,-5\n\
        2026-03-01,d,self_transfer,5\n2026-03-01,e,LOAN_DISBURSEMENTS,5\n";
    let categories: Vec<_> = rows(text, "KES").into_iter().map(|row| row.category).collect();
    let own = |name: &str| Some(name.to_owned());
    assert_eq!(categories, [None, own("reversal"), own("own_transfer"), own("own_transfer"), own("loan")]);
}

#[test]
fn two_rows_that_a_pair_of_quotes_makes_one_are_told() {
    let text = "Date,Details,Amount\n2026-06-13,A,-10.00\n2026-06-14,\"B,-100.00\n2026-06-15,C\",-20.00\n2026-06-16,D,50.00\n";
    let told = |text: &str| {
        let findings = read(text, "KES").unwrap().findings;
        findings.iter().any(|found| found.kind == ReadingFindingKind::HiddenRows)
    };
    assert!(told(text));
    for honest in ["\"B, Nairobi\n2026-06-15\"", "\"B\n2026-06-15, C\"", "\"Shop, 12\nNairobi, Kenya\""] {
        let text = format!(
            "Date,Details,Amount\n2026-06-13,A,-10.00\n2026-06-14,{honest},-20.00\n2026-06-16,D,50.00\n"
        );
        assert!(!told(&text), "{honest}");
    }
}
