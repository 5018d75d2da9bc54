//! Whose the rows are, which way they went, whether they took effect, and on which day: where the document leaves it open it
//! is refused, or told.

use super::{error, read, request, rows, with};
use crate::domain::{
    AccountKind,
    TransactionStatus::{Failed, Pending, Posted},
};
use crate::error::{Cause, Error};
use crate::limits::Limits;
use crate::statement::{self, ColumnRole, LeftOutReason, Profile, Reading, ReadingFindingKind, Sign};

fn refused(document: &str, cause: Cause, field: &str) {
    let error = error(document, "KES");
    assert_eq!((error.cause, error.fields[0].as_str()), (cause, field), "{document}\n{error}");
}

fn told(reading: &Reading, kind: ReadingFindingKind) -> bool {
    reading.findings.iter().any(|found| found.kind == kind)
        && reading.accounts[0].account.reading_doubts.is_some()
}

fn stated(document: &str, kind: Option<AccountKind>, opening: Option<i64>) -> Result<Reading, Error> {
    let mut request = request("KES", Profile::default());
    request.account.kind = kind;
    request.account.opening_balance_minor = opening;
    statement::read(document.as_bytes(), &request, &Limits::default())
}

#[test]
fn what_the_request_states_of_one_account_is_refused_for_several() {
    let two = "Account,Date,Amount\nCUR,2026-03-01,5.00\nSAV,2026-03-01,-1.00\n";
    let refused = stated(two, None, Some(500)).map(|it| it.accounts).unwrap_err();
    assert_eq!(
        (refused.cause, refused.fields[0].as_str()),
        (Cause::DataExclusive, "/account/opening_balance_minor")
    );
    assert!(refused.message.contains("is of one account; the document holds `2`"), "{refused}");
    assert!(stated(two, Some(AccountKind::Current), None).is_ok());
    let one = stated(&two.replace("SAV", "CUR"), None, Some(500)).unwrap();
    assert_eq!(one.accounts[0].account.opening_balance_minor, Some(500));
}

#[test]
fn a_kind_that_the_document_contradicts_is_refused() {
    let text = "Date,Details,Amount,Account Type\n2026-03-01,Repayment,5.00,Loan\n2026-03-02,x,-1.00,Loan\n";
    let refused = stated(text, Some(AccountKind::Current), None).map(|it| it.accounts).unwrap_err();
    assert_eq!((refused.cause, refused.fields[0].as_str()), (Cause::TransactionCsv, "/document/2/kind"));
    assert!(stated(text, Some(AccountKind::Loan), None).is_ok());
    let before =
        "Account type: Loan account\nDate,Details,Amount\n2026-03-01,Repayment,5.00\n2026-03-02,x,-1.00\n";
    assert_eq!(read(before, "KES").unwrap().accounts[0].account.kind, AccountKind::Loan);
    let refused = stated(before, Some(AccountKind::Current), None).map(|it| it.accounts).unwrap_err();
    assert_eq!(refused.fields[0], "/document/1/kind");
}

#[test]
fn a_balance_without_an_account_is_that_of_the_only_one() {
    let two = "Account,Date,Details,Amount,Balance\nA,2026-03-01,a,5.00,5.00\nB,2026-03-01,b,-1.00,9.00\n,,Closing balance,,9.00\n";
    let reading = read(two, "KES").unwrap();
    assert_eq!(reading.accounts.len(), 2);
    assert!(reading.accounts.iter().all(|it| it.account.closing_balance_minor.is_none()));
    assert_eq!(reading.left_out.counts[&LeftOutReason::UnplacedBalance], 1);
    let one = "Account,Date,Details,Amount,Balance\n,,Opening balance,,14.00\nA,2026-03-01,a,-5.00,9.00\n,,Closing balance,,9.00\n";
    let reading = read(one, "KES").unwrap();
    assert_eq!(reading.accounts.len(), 1);
    let account = &reading.accounts[0].account;
    assert_eq!((account.opening_balance_minor, account.closing_balance_minor), (Some(1_400), Some(900)));
}

#[test]
fn accounts_in_a_column_that_is_not_read_are_refused() {
    for name in [
        "MSISDN",
        "Card number",
        "Sub-account",
        "Account holder",
        "Space",
        "Phone Number",
        "Customer ID",
        "Client",
    ] {
        let text = |other: &str| {
            format!(
                "Date,Details,Amount,{name}\n2026-03-01,a,5.00,254722000001\n2026-03-02,b,-5.00,{other}\n"
            )
        };
        refused(&text("254722000002"), Cause::TransactionCsv, "/document/3/account");
        assert!(read(&text("254722000001"), "KES").is_ok() && read(&text(""), "KES").is_ok(), "{name}");
    }
    // Each such column by itself.
    let two = "Date,Amount,Wallet,MSISDN\n2026-03-01,5.00,Main,1\n2026-03-02,-5.00,Main,2\n";
    refused(two, Cause::TransactionCsv, "/document/3/account");
}

#[test]
fn a_few_signs_do_not_show_what_the_other_amounts_are() {
    let unsigned: String =
        (1..=9).map(|day| format!("2026-03-0{day},a,5.00,x\n")).collect::<Vec<_>>().concat();
    let text = format!("Date,Details,Amount,Info\n{unsigned}2026-03-10,CORRECTION,-1.00,x\n");
    refused(&text, Cause::StatementUnstated, "/profile/sign");
    assert!(with(&text, Profile { sign: Some(Sign::CreditPositive), ..Profile::default() }).is_ok());
    // A column that nothing reads is named where its values are sides.
    for (name, debit, credit) in [
        ("In/Out", "Out", "In"),
        ("+/-", "-", "+"),
        ("S/H", "S", "H"),
        ("Af Bij", "Af", "Bij"),
        ("DC", "D", "C"),
        ("Entry", "DR", "CR"),
        ("CRDT_DBIT", "DBIT", "CRDT"),
        ("Flow", "outflow", "inflow"),
        ("Mode", "Debit Card", "Credit Transfer"),
    ] {
        let rows: String = (1..=9)
            .map(|day| format!("2026-03-0{day},a,5.00,{}\n", if day == 3 { credit } else { debit }))
            .collect::<Vec<_>>()
            .concat();
        for more in ["", "2026-03-10,FEE CORRECTION,-1.00,"] {
            let more = if more.is_empty() { String::new() } else { format!("{more}{debit}\n") };
            let text = format!("Date,Details,Amount,{name}\n{rows}{more}");
            let error = error(&text, "KES");
            assert!(error.message.contains(&format!("`{name}`")), "{text}{error}");
        }
    }
    // Three rows, of which the side contradicts the sign in one.
    let small = "Date,Details,Amount,DC\n2026-06-01,RENT,22000.00,D\n2026-06-02,SALARY,86400.00,C\n2026-06-03,FEE,-1.00,D\n";
    refused(small, Cause::TransactionSign, "/document/2/amount");
    // A side that says what the sign says, and types of payments.
    let same = small.replace("22000", "-22000");
    assert_eq!(rows(&same, "KES").len(), 3);
    let types = "Date,Details,Amount,Mode\n2026-06-01,a,-5.00,Credit Transfer\n2026-06-02,b,7.00,Credit Transfer\n2026-06-03,c,-1.00,Debit Card\n";
    assert_eq!(rows(types, "KES").len(), 3);
    // The names of columns of sides that are known.
    let known = "Date,Details,Amount,D/C Indicator\n2026-06-01,RENT,22.00,D\n2026-06-02,SALARY,86.00,C\n";
    assert_eq!(rows(known, "KES")[0].amount_minor, -2_200);
}

#[test]
fn balances_that_show_both_sides_turn_no_amounts() {
    let mut balance = 10_000;
    let mut lines = vec!["Date,Details,Amount,DC,Balance\n".to_owned()];
    for day in 1..=28 {
        let (amount, side) = if day == 14 { (500, "C") } else { (-100, "D") };
        balance += amount;
        lines.push(format!("2026-03-{day:02},a,{}.00,{side},{}.00\n", i64::abs(amount) / 100, balance / 100));
    }
    let text = lines.concat();
    refused(&text, Cause::StatementUnstated, "/profile/sign");
    assert!(error(&text, "KES").message.contains("`DC`"));
}

#[test]
fn days_that_begin_anew_behind_a_line_that_is_no_row_are_told() {
    let part =
        |amount: &str| (1..=9).map(|day| format!("2026-03-0{day},a,{amount}\n")).collect::<Vec<_>>().concat();
    let document =
        |line: &str, behind: &str| format!("Date,Details,Amount\n{}{line}\n{behind}", part("-5.00"));
    for line in [
        "Savings,,",
        "Fixed Deposit",
        "Livret A,,",
        "Compte 123456,,",
        "KE12 3456 7890 1234,,",
        "Date,Details,Amount",
        ",,",
        "",
    ] {
        let reading = read(&document(line, &part("5.00")), "KES").unwrap();
        assert!(told(&reading, ReadingFindingKind::SectionDoubtful), "{line}");
        // The days go on.
        let on = read(&document(line, &part("5.00").replace("-03-", "-04-")), "KES").unwrap();
        assert!(!told(&on, ReadingFindingKind::SectionDoubtful), "{line}");
    }
    for line in [
        "Vorgemerkte Ums\u{e4}tze,,",
        "Not yet booked",
        "Card authorisations,,",
        "Op\u{e9}rations en attente,,",
        "Held funds,,",
        "Future dated,,",
        "Lan\u{e7}amentos futuros,,",
    ] {
        refused(&document(line, "2026-03-10,b,5.00\n"), Cause::TransactionCsv, "/document/11");
    }
    // The newest first; and pages of a document whose days are not in order.
    let newest: String =
        (1..=9).rev().map(|day| format!("2026-03-0{day},a,-5.00\n")).collect::<Vec<_>>().concat();
    let two = format!("Date,Details,Amount\n{newest}Savings,,\n{newest}");
    assert!(told(&read(&two, "KES").unwrap(), ReadingFindingKind::SectionDoubtful));
    let uneven = "Date,Details,Amount\n2026-03-03,a,-5.00\n2026-03-01,a,-5.00\n2026-03-05,a,-5.00\nPage 2,,\n2026-03-04,a,5.00\n2026-03-06,a,5.00\n";
    assert!(!told(&read(uneven, "KES").unwrap(), ReadingFindingKind::SectionDoubtful));
}

#[test]
fn columns_of_state_are_read_or_leave_a_doubt() {
    let document = |name: &str, usual: &str, other: &str| {
        format!(
            "Date,Details,Amount,{name}\n2026-03-13,Pay,500.00,{usual}\n2026-03-14,Pay,60.00,{other}\n2026-03-15,Bus,-1.00,{usual}\n"
        )
    };
    for (name, usual, other, status) in [
        ("Approved", "Yes", "No", Pending),
        ("Bounced", "No", "Yes", Failed),
        ("Dishonoured", "N", "Y", Failed),
        ("Reversed By", "", "TX1", Failed),
        ("Response Code", "00", "Declined", Failed),
    ] {
        let statuses: Vec<_> =
            rows(&document(name, usual, other), "KES").iter().map(|row| row.status).collect();
        assert_eq!(statuses, [Posted, status, Posted], "{name}");
    }
    for (name, usual, other) in [
        ("Response Code", "00", "51"),
        ("Response Code", "000", ""),
        ("Booking Date", "2026-03-16", ""),
        ("Completed Date", "2026-03-16", ""),
        ("Settlement Date", "2026-03-16", ""),
        ("Status", "Posted", ""),
        ("Payment Status", "Completed", ""),
    ] {
        let reading = read(&document(name, usual, other), "KES").unwrap();
        assert!(told(&reading, ReadingFindingKind::StateUnknown), "{name}");
        assert_eq!(reading.findings[0].lines, [3], "{name}");
        assert!(read(&document(name, usual, usual), "KES").unwrap().findings.is_empty(), "{name}");
        assert!(read(&document(name, other, other), "KES").unwrap().findings.is_empty(), "{name}");
    }
    // Only what failed is marked.
    assert!(read(&document("Status", "", "Failed"), "KES").unwrap().findings.is_empty());
    refused(&document("Category", "Food", "Declined"), Cause::TransactionCsv, "/document/3/status");
}

#[test]
fn days_are_those_of_the_zone_that_the_times_state() {
    let text =
        "Date,Details,Amount\n2026-03-01T00:30:00+03:00,Pay,500.00\n2026-03-31T22:30:00+03:00,Bus,-1.00\n";
    let reading = read(text, "KES").unwrap();
    let account = &reading.accounts[0].account;
    let days: Vec<_> =
        account.transactions.iter().map(|row| row.at.date(account.utc_offset).to_string()).collect();
    assert_eq!(days, ["2026-03-01", "2026-03-31"]);
    assert_eq!(account.utc_offset.to_string(), "+03:00");
    // A zone with summer time: each row keeps its day.
    let summer = "Date,Details,Amount\n2026-03-01T00:00:00+01:00,a,5.00\n2026-03-10T23:30:00+01:00,a,5.00\n2026-06-01T00:00:00+02:00,b,-1.00\n";
    let reading = read(summer, "KES").unwrap();
    let account = &reading.accounts[0].account;
    let days: Vec<_> =
        account.transactions.iter().map(|row| row.at.date(account.utc_offset).to_string()).collect();
    assert_eq!(days, ["2026-03-01", "2026-03-10", "2026-06-01"]);
    // A stated offset goes before it, and times in UTC are of UTC.
    let mut request = request("KES", Profile::default());
    request.account.utc_offset = Some(crate::time::UtcOffset::UTC);
    let stated =
        statement::read(text.as_bytes(), &request, &Limits::default()).unwrap().accounts.remove(0).account;
    assert_eq!(stated.transactions[0].at.date(stated.utc_offset).to_string(), "2026-02-28");
    assert_eq!(
        read(&text.replace("+03:00", "Z"), "KES").unwrap().accounts[0].account.utc_offset.to_string(),
        "Z"
    );
}

#[test]
fn a_statement_of_mpesa_is_known_by_its_columns() {
    let text = "MPESA FULL STATEMENT\nReceipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance\n\
        SA1,2026-03-01 00:30:00,Pay,Completed,500.00,,500.00\nSA2,2026-03-02 10:00:00,Bus,Completed,,-1.00,499.00\n";
    let account = read(text, "").unwrap().accounts.remove(0).account;
    assert_eq!(
        (account.kind, account.currency.as_str(), account.utc_offset.to_string()),
        (AccountKind::MobileMoney, "KES", "+03:00".to_owned())
    );
    assert_eq!(account.transactions[0].at.date(account.utc_offset).to_string(), "2026-03-01");
    assert_eq!(account.provider.as_deref(), Some("M-PESA"));
    // In another currency it is of another country.
    let other = read(text, "TZS").unwrap().accounts.remove(0).account;
    assert_eq!((other.kind, other.utc_offset.to_string()), (AccountKind::MobileMoney, "Z".to_owned()));
}

#[test]
fn a_header_without_amounts_is_named_with_what_it_has() {
    let text = "Booked,Was,Betragshoehe\n2026-03-01,Rent,5\n";
    let profile = Profile { columns: [(ColumnRole::At, "Booked".to_owned())].into(), ..Profile::default() };
    let error = with(text, profile).map(|it| it.accounts).unwrap_err();
    assert_eq!(error.cause, Cause::StatementForm);
    for part in ["line `1`", "none of amounts", "`amount`", "`Betragshoehe`"] {
        assert!(error.message.contains(part), "{error}");
    }
}

#[test]
fn a_doubtful_sign_is_not_stated_for_the_next_document() {
    let overdraft = "Date,Details,Amount,Balance\n2026-03-01,Rent,-100.00,600.00\n2026-03-02,Pay,250.00,350.00\n2026-03-03,Bus,-50.00,400.00\n";
    let reading = read(overdraft, "KES").unwrap();
    assert_eq!(reading.profile.sign, None);
    assert!(told(&with(overdraft, reading.profile).unwrap(), ReadingFindingKind::SignDoubtful));
    let stated = Profile { sign: Some(Sign::DebitPositive), ..Profile::default() };
    assert_eq!(with(overdraft, stated).unwrap().profile.sign, Some(Sign::DebitPositive));
}
