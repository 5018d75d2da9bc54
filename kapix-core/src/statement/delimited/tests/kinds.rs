//! What the lines before the header say that the account is: money into a loan or a card is no income.

use super::{error, read, request};
use crate::domain::AccountKind;
use crate::error::Result;
use crate::limits::Limits;
use crate::statement::{self, Profile, Reading, ReadingFindingKind};

const ROWS: &str = "Date,Details,Amount\n2026-03-01,Repayment,500.00\n2026-03-02,Interest,-20.00\n";

fn doubts(reading: &Reading) -> Vec<(ReadingFindingKind, Vec<u64>)> {
    reading.findings.iter().map(|found| (found.kind, found.lines.clone())).collect()
}

fn stated(document: &str, kind: AccountKind) -> Result<Reading> {
    let mut request = request("KES", Profile::default());
    request.account.kind = Some(kind);
    statement::read(document.as_bytes(), &request, &Limits::default())
}

#[test]
fn a_title_of_a_loan_or_a_card_is_the_kind_of_the_account() {
    for (title, kind) in [
        ("Loan Account Statement", AccountKind::Loan),
        ("LOAN ACCOUNT STATEMENT 01/01/2026 - 31/03/2026", AccountKind::Loan),
        ("Invented Bank Personal Loan Statement,,", AccountKind::Loan),
        ("Statement of Loan", AccountKind::Loan),
        ("Mortgage Statement", AccountKind::Loan),
        ("Product type: Loan", AccountKind::Loan),
        ("Product,Staff Car Loan,", AccountKind::Loan),
        ("Facility type,Line of credit,", AccountKind::Loan),
        ("Darlehenskontoauszug", AccountKind::Loan),
        ("Relev\u{e9} de pr\u{ea}t", AccountKind::Loan),
        ("Credit Card Statement", AccountKind::Card),
        ("Credit Card", AccountKind::Card),
        ("Gold Credit Card Transactions", AccountKind::Card),
        ("Kreditkartenabrechnung", AccountKind::Card),
        ("Extrato de cart\u{e3}o de cr\u{e9}dito", AccountKind::Card),
        ("Account type: Loan account", AccountKind::Loan),
    ] {
        let text = format!("{title}\n{ROWS}");
        let reading = read(&text, "KES").unwrap();
        assert_eq!((reading.accounts[0].account.kind, doubts(&reading)), (kind, vec![]), "{title}");
        let refused = stated(&text, AccountKind::Current).map(|it| it.accounts).unwrap_err();
        assert_eq!(refused.fields, ["/document/1/kind"], "{title}");
        assert!(stated(&text, kind).is_ok(), "{title}");
    }
}

#[test]
fn a_line_that_may_name_a_loan_of_another_account_is_told() {
    for line in [
        "Loan account number: 5511",
        "Loan repayment account,0110",
        "Credit card number,1111",
        "Statement of account - Loan",
        "Staff Loan",
        "Card Statement",
        "VISA GOLD STATEMENT",
        "Credit Account Statement",
        "Loan repayment schedule",
        "Product,Salary account with loan at 1 % a month,",
        "Minimum payment due,50.00,",
        "Outstanding principal: x",
    ] {
        let text = format!("Invented Bank\n{line}\n{ROWS}");
        let reading = read(&text, "KES").unwrap();
        assert_eq!(doubts(&reading), [(ReadingFindingKind::KindUnknown, vec![2])], "{line}");
        assert!(reading.accounts[0].account.reading_doubts.is_some(), "{line}");
        for kind in [AccountKind::Current, AccountKind::Loan] {
            let reading = stated(&text, kind).unwrap();
            assert_eq!((reading.accounts[0].account.kind, doubts(&reading)), (kind, vec![]), "{line}");
        }
        let known = format!("Account type: Savings\n{text}");
        assert_eq!(doubts(&read(&known, "KES").unwrap()), [], "{line}");
    }
}

#[test]
fn other_lines_say_nothing_of_a_loan() {
    for line in [
        "Invented Savings and Loans Statement",
        "Ask for a loan today",
        "If you have a loan account with us please call",
        "Branch,Nairobi",
        "Card number,1111",
        "Prepaid Card Statement",
        "Debit Card Statement",
        "Current Account Statement",
        "Loan officer: J. Doe",
        "Kreditbank Nord",
    ] {
        let reading = read(&format!("{line}\n{ROWS}"), "KES").unwrap();
        assert_eq!(
            (reading.accounts[0].account.kind, doubts(&reading)),
            (AccountKind::Other, vec![]),
            "{line}"
        );
    }
}

#[test]
fn a_title_of_a_loan_between_rows_is_that_of_another_account() {
    let between = ROWS.replace("2026-03-02", "Loan Account Statement,,\n2026-03-02");
    assert_eq!(error(&between, "KES").fields, ["/document/3"]);
    // On every page of one account.
    assert!(read(&format!("Loan Account Statement\n{between}"), "KES").is_ok());
}

#[test]
fn a_title_that_names_a_loan_or_a_card_with_more_beside_is_told() {
    for line in [
        "Credit Card ****1234",
        "Credit card: 5412****1234",
        "Loan 12345",
        "Home Loan 55",
        "Personal Loan - 12345",
        "Loan A/C: 55",
        "Acme Bank Loan Account Statement for the period 01/12/2025 to 30/06/2026",
        "JOHN DOE PERSONAL LOAN",
        "KCB M-PESA Loan",
        "LOANSTATEMENT",
        "CC Statement",
        "\"Product\",Visa Gold",
        "A/c type: LN",
        "DKB-VISA-Card",
        "Amex Gold",
        "Extracto de tarjeta de cr\u{e9}dito",
        "Pr\u{ea}t personnel",
        "Empr\u{e9}stimo pessoal",
        "Minimum payment due 500.00",
    ] {
        let reading = read(&format!("{line}\n{ROWS}"), "KES").unwrap();
        let kind = reading.accounts[0].account.kind;
        let is_told = doubts(&reading) == [(ReadingFindingKind::KindUnknown, vec![1])];
        assert!(is_told || matches!(kind, AccountKind::Card | AccountKind::Loan), "{line}: {kind:?}");
    }
}

#[test]
fn a_column_that_names_a_loan_or_a_card_is_told() {
    let document = |name: &str, value: &str| {
        format!(
            "Date,Details,Amount,{name}\n2026-03-01,Payment,500.00,{value}\n2026-03-02,Shop,-20.00,{value}\n"
        )
    };
    for (name, value) in [
        ("Account", "Credit Card"),
        ("Account", "Amex Gold"),
        ("Account Name", "Loan Account"),
        ("Acct Type", "CREDIT CARD"),
        ("A/C Type", "LN"),
        ("Product Name", "Visa Gold"),
        ("Product Type", "Personal Loan"),
        ("Product", "Staff loan"),
        ("Scheme", "HOME LOANS"),
        ("Facility", "Line of credit"),
        ("Kontoart", "Kreditkartenkonto"),
        ("Tipo de cuenta", "Tarjeta de cr\u{e9}dito"),
    ] {
        let text = document(name, value);
        let reading = read(&text, "KES").unwrap();
        assert_eq!(doubts(&reading), [(ReadingFindingKind::KindUnknown, vec![2])], "{name}: {value}");
        assert_eq!(doubts(&stated(&text, AccountKind::Card).unwrap()), [], "{name}: {value}");
    }
    for (name, value) in [
        ("Account", "0110998877"),
        ("Account Name", "Jane Doe"),
        ("Acct Type", "SAVINGS"),
        ("Product", "Current"),
        ("Scheme", "VISA"),
        ("Card", "VISA ****1234"),
        ("Institution", "Invented Savings and Loans"),
        ("Product Name", "Visa Debit"),
    ] {
        assert_eq!(doubts(&read(&document(name, value), "KES").unwrap()), [], "{name}: {value}");
    }
}
