//! What is open is stated or refused; never guessed.

use super::{brief, error, read, refused, request, rows, with};
use crate::domain::{Direction, Period, TransactionStatus};
use crate::error::Cause;
use crate::limits::Limits;
use crate::statement::{
    self, Choice, ColumnRole, DateOrder, DebitSign, DecimalMark, Profile, Quotes, ReadingFindingKind, Sign,
};
use crate::time::{Date, UtcOffset};
use std::collections::BTreeMap;

#[test]
fn a_day_that_may_be_a_month_is_stated_or_refused() {
    let text = "Date,Amount\n01/05/2026,-5.00\n02/05/2026,7.00\n";
    let error = error(text, "KES");
    assert_eq!((error.cause, error.fields), (Cause::StatementUnstated, vec!["/document/2/at".to_owned()]));
    assert!(error.message.contains("profile.date_order"), "{}", error.message);
    let stated = |order| {
        let reading = with(text, Profile { date_order: Some(order), ..Profile::default() }).unwrap();
        reading.accounts[0].account.transactions[1].at.to_string()
    };
    assert_eq!((stated(DateOrder::Dmy), stated(DateOrder::Mdy)), ("2026-05-02".into(), "2026-02-05".into()));
    // One row that can be read in one way decides for all.
    assert_eq!(brief(&format!("{text}13/05/2026,1.00\n"), "KES")[0].0, "2026-05-01");
    assert_eq!(
        refused(&format!("{text}13/05/2026,1.00\n05/13/2026,1.00\n"), "KES"),
        (Cause::StatementForm, "/document/5/at".into())
    );
}

#[test]
fn the_stated_period_and_the_order_of_the_rows_prove_which_is_the_day() {
    let text = "Date,Amount\n01/05/2026,-5.00\n02/05/2026,7.00\n";
    let mut stated = request("KES", Profile::default());
    let day = |text: &str| Date::parse(text).unwrap();
    stated.account.period = Some(Period { from: day("2026-05-01"), to: day("2026-05-31") });
    let reading = statement::read(text.as_bytes(), &stated, &Limits::default()).unwrap();
    assert_eq!(reading.accounts[0].account.transactions[1].at.to_string(), "2026-05-02");
    assert_eq!(reading.proof.choices["date_order"], Choice::Found { line: 0 });

    // Days first the rows go forward; months first they go back and forth.
    let days = ["10/02", "11/02", "12/02", "01/03", "02/03", "03/03", "04/03", "05/03", "06/03"];
    let text = days.map(|day| format!("{day}/2026,-1.00\n")).concat();
    assert_eq!(brief(&format!("Date,Amount\n{text}"), "KES")[3].0, "2026-03-01");
    // Both ways forward: nothing is proved.
    let text = (1..=12).map(|day| format!("{day:02}/03/2026,-1.00\n")).collect::<Vec<_>>().concat();
    assert_eq!(refused(&format!("Date,Amount\n{text}"), "KES").0, Cause::StatementUnstated);
}

#[test]
fn rows_without_an_amount_and_totals_that_differ_are_doubts_that_a_score_is_told() {
    let doubts = |text: &str| read(text, "KES").unwrap().accounts[0].account.reading_doubts;
    let sides = "Date,Details,Debit,Credit,Card purchases\n2026-01-01,a,,500,\n2026-01-02,b,,,300\n2026-01-03,c,20,,\n";
    assert_eq!(doubts(sides), Some(1));
    assert_eq!(doubts("Date,Details,Debit,Credit\n2026-01-01,a,,500\n2026-01-03,c,20,\n"), None);
    // Balances that chain past the row show that it moved nothing.
    let chained = "Date,Details,Amount,Balance\n2026-01-01,a,5,5\n2026-01-02,note,,\n2026-01-03,c,-2,3\n";
    assert_eq!(doubts(chained), None);
    let total = "Date,Details,Debit,Credit\n2026-01-01,a,,500\n2026-01-03,c,20,\nTotal,,20,600\n";
    assert_eq!(doubts(total), Some(1));
}

#[test]
fn names_of_columns_may_carry_the_currency() {
    let text =
        "Date,Details,Paid Out (KES),Paid In (KES)\n28/03/2026,Rent,500.00,\n29/03/2026,Salary,,900.00\n";
    let reading = with(text, Profile::default()).unwrap();
    let amounts: Vec<i64> =
        reading.accounts[0].account.transactions.iter().map(|row| row.amount_minor).collect();
    assert_eq!((amounts, reading.left_out.counts.len()), (vec![-50_000, 90_000], 1)); // the header
}

#[test]
fn years_of_two_digits_are_of_this_century_and_come_last_unless_stated() {
    assert_eq!(brief("Date,Amount\n31-12-99,-1.00\n", "KES")[0].0, "2099-12-31");
    let text = "Date,Amount\n26-03-28,-1.00\n";
    let stated = with(text, Profile { date_order: Some(DateOrder::Ymd), ..Profile::default() }).unwrap();
    assert_eq!(stated.accounts[0].account.transactions[0].at.to_string(), "2026-03-28");
}

#[test]
fn dates_are_read_in_every_form_of_documents() {
    for (text, at) in [
        ("2026-03-28", "2026-03-28"),
        ("2026/03/28", "2026-03-28"),
        ("2026.3.28", "2026-03-28"),
        ("28/03/2026", "2026-03-28"),
        ("28-03-2026", "2026-03-28"),
        ("28.03.2026", "2026-03-28"),
        ("28.3.26", "2026-03-28"),
        ("28 Mar 2026", "2026-03-28"),
        ("28-Mar-26", "2026-03-28"),
        ("28MAR2026", "2026-03-28"),
        ("Mar 28 2026", "2026-03-28"),
        ("28th March 2026", "2026-03-28"),
        ("28 f\u{e9}vr. 2026", "2026-02-28"),
        ("28. M\u{e4}rz 2026", "2026-03-28"),
        ("20260328", "2026-03-28"),
        ("28/03/2026 14:05", "2026-03-28T14:05:00Z"),
        ("28/03/2026 2:05:09 pm", "2026-03-28T14:05:09Z"),
        ("2026-03-28 00:00:00.5", "2026-03-28T00:00:00.500Z"),
        ("2026-03-28T10:00:00+03:00", "2026-03-28T07:00:00Z"),
        ("1774951200", "2026-03-31T10:00:00Z"),
        ("1774951200123", "2026-03-31T10:00:00.123Z"),
        ("12:30 AM", ""),
        ("28/3", ""),
        ("31 Foo 2026", ""),
        ("2026-13", ""),
        ("28/03/26/1", ""),
        ("1/2/3", ""),
        ("99999-01-01", ""),
    ] {
        let document = format!("Date;Amount\n{text};-1.00\n");
        match read(&document, "KES") {
            Ok(reading) => {
                assert_eq!(reading.accounts[0].account.transactions[0].at.to_string(), at, "{text}");
            }
            Err(error) => assert_eq!((at, error.fields), ("", vec!["/document/2/at".to_owned()]), "{text}"),
        }
    }
}

#[test]
fn a_time_without_an_offset_is_at_the_stated_one() {
    let mut stated = request("KES", Profile::default());
    stated.account.utc_offset = Some(UtcOffset::parse("+03:00").unwrap());
    let text = "Date,Amount\n2026-03-28 01:00:00,-1.00\n2026-03-28T01:00:00Z,-1.00\n";
    let reading = statement::read(text.as_bytes(), &stated, &Limits::default()).unwrap();
    let at: Vec<_> = reading.accounts[0].account.transactions.iter().map(|row| row.at.to_string()).collect();
    assert_eq!(at, ["2026-03-27T22:00:00Z", "2026-03-28T01:00:00Z"]);
}

#[test]
fn thousands_or_decimals_are_told_by_the_document_or_stated() {
    let text = |amount: &str| format!("Date;Amount\n2026-03-28;{amount}\n2026-03-29;-5\n");
    for (amount, currency, minor) in [
        ("1,234.50", "EUR", 123_450),
        ("1.234,50", "EUR", 123_450),
        ("1 234,50", "EUR", 123_450),
        ("1'234.50", "EUR", 123_450),
        ("1,23,456.00", "INR", 12_345_600),
        ("1.234.567", "XOF", 1_234_567),
        ("0,5", "EUR", 50),
        (".50", "EUR", 50),
        ("0.500", "EUR", 50),
        ("12105.500000", "KES", 1_210_550),
        ("1\u{202f}234\u{a0}", "XOF", 1_234),
        ("1234,5", "EUR", 12_350 + 111_100),
    ] {
        assert_eq!(brief(&text(amount), currency)[0].1, minor, "{amount}");
    }
    for (amount, currency) in [
        ("-3.000", "EUR"),
        ("25.000", "XOF"),
        ("1,500", "KES"),
        ("1.234", "KWD"),
        ("1.5", "XOF"),
        ("0.005", "KES"),
    ] {
        assert_eq!(refused(&text(amount), currency).0, Cause::MoneyPrecision, "{amount} {currency}");
    }
    assert_eq!(
        refused(&format!("{}2026-03-30;1,5\n2026-03-31;1.5\n", text("1")), "KES"),
        (Cause::MoneyPrecision, "/document/5".into())
    );
    // One other amount decides: the point groups thousands.
    assert_eq!(brief(&format!("{}2026-03-30;1,5\n", text("3.000")), "EUR")[0].1, 300_000);
    let stated = |mark| {
        let reading = with(&text("1.500"), Profile { decimal_mark: Some(mark), ..Profile::default() });
        reading.map(|it| it.accounts[0].account.transactions[0].amount_minor).map_err(|error| error.cause)
    };
    assert_eq!(stated(DecimalMark::Comma), Ok(150_000));
    assert_eq!(stated(DecimalMark::Point), Err(Cause::MoneyPrecision));
    for bad in
        ["1,2345.00", "12,34,5.00", "1,,000.00", "1..5", "--1", "1-2", "(1", "1e5", "NaN", "=1+1", "=cmd()"]
    {
        let (cause, field) = refused(&text(bad), "KES");
        assert!(matches!(cause, Cause::TransactionCsv | Cause::MoneySyntax), "{bad} {cause:?}");
        assert_eq!(field, "/document/2/amount", "{bad}");
    }
}

#[test]
fn the_meaning_of_a_sign_is_proved_or_stated() {
    // Nothing says which of these are debits.
    let text = "Date,Details,Amount\n2026-03-28,Salary,500.00\n2026-03-29,Rent,200.00\n";
    assert_eq!(refused(text, "KES"), (Cause::StatementUnstated, "/profile/sign".into()));
    let stated = |sign| {
        with(text, Profile { sign: Some(sign), ..Profile::default() }).unwrap().accounts[0]
            .account
            .transactions[0]
            .amount_minor
    };
    assert_eq!((stated(Sign::CreditPositive), stated(Sign::DebitPositive)), (50_000, -50_000));

    let text =
        "Date,Amount,Balance\n2026-03-28,-500.00,500.00\n2026-03-29,200.00,300.00\n2026-03-30,10.00,290.00\n";
    let found = read(text, "KES").unwrap();
    assert_eq!((found.profile.sign, found.findings[0].kind), (None, ReadingFindingKind::SignFound));
    let error = with(text, Profile { sign: Some(Sign::CreditPositive), ..Profile::default() }).unwrap_err();
    assert_eq!(error.cause, Cause::TransactionSign);
    assert!(error.message.contains("debit_positive"), "{}", error.message);

    let typed = "Date,Amount,Type\n2026-03-28,-500.00,credit\n2026-03-29,200.00,debit\n";
    assert_eq!(rows(typed, "KES")[0].direction, Some(Direction::Credit));
    assert_eq!(brief(typed, "KES")[1].1, -20_000);
    let mixed = format!("{typed}2026-03-30,5.00,credit\n");
    assert_eq!(refused(&mixed, "KES"), (Cause::TransactionSign, "/document/4/amount".into()));
    // A column of types that are no directions says nothing of the sign.
    let other = "Date,Transaction Type,Amount\n2026-03-28,Card purchase,-500.00\n2026-03-29,Credit,200.00\n";
    assert_eq!(brief(other, "KES")[0].1, -50_000);
}

#[test]
fn debits_have_one_sign_or_it_is_stated() {
    let text = "Date,Debit,Credit\n2026-03-28,500.00,\n2026-03-29,-20.00,\n";
    assert_eq!(refused(text, "KES"), (Cause::StatementUnstated, "/document/3/debit".into()));
    let stated = with(text, Profile { debit_sign: Some(DebitSign::Positive), ..Profile::default() }).unwrap();
    let amounts: Vec<_> =
        stated.accounts[0].account.transactions.iter().map(|row| row.amount_minor).collect();
    assert_eq!(amounts, [-50_000, 2_000]);
    assert_eq!(
        refused("Date,Debit,Credit\n2026-03-28,5.00,4.00\n", "KES"),
        (Cause::TransactionCsv, "/document/2/debit".into())
    );
    assert_eq!(brief("Date,Debit,Credit\n2026-03-28,0.00,4.00\n2026-03-28,3.00,-\n", "KES")[1].1, -300);
}

#[test]
fn columns_are_stated_by_name_or_without_a_header_by_number() {
    let columns = |of: &[(ColumnRole, &str)]| {
        of.iter().map(|(column, name)| (*column, (*name).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let text = "When;What;Value date;How much\n2026-03-28;Rent;2026-03-30;-5\n";
    let profile = Profile {
        columns: columns(&[
            (ColumnRole::Amount, "how much"),
            (ColumnRole::At, "When"),
            (ColumnRole::Description, "WHAT"),
        ]),
        ..Profile::default()
    };
    let reading = with(text, profile).unwrap();
    assert_eq!(reading.accounts[0].account.transactions[0].at.to_string(), "2026-03-28");
    let profile = Profile {
        columns: columns(&[(ColumnRole::Amount, "4"), (ColumnRole::At, "1")]),
        header_line: Some(0),
        ..Profile::default()
    };
    assert_eq!(
        with("2026-03-28;Rent;x;-5\n", profile.clone()).unwrap().accounts[0].account.transactions.len(),
        1
    );
    let wrong = Profile { columns: columns(&[(ColumnRole::Amount, "0")]), ..profile };
    assert_eq!(with(text, wrong).unwrap_err().cause, Cause::ValueOutOfRange);
    assert_eq!(refused("2026-03-28;Rent;-5\n", "KES"), (Cause::StatementForm, "/document".into()));
    // The surer of two names is taken; one name twice must be stated.
    assert_eq!(
        brief("Value Date,Transaction Date,Amount\n2026-03-30,2026-03-28,-5.00\n", "KES")[0].0,
        "2026-03-28"
    );
    assert_eq!(
        refused("Date,Date,Amount\n2026-03-30,2026-03-28,-5.00\n", "KES"),
        (Cause::StatementUnstated, "/document/1/at".into())
    );
}

#[test]
fn accounts_currencies_and_kinds_come_from_columns_or_the_request() {
    let text = "Account,Account type,Currency,Date,Amount\nA,savings,KES,2026-03-28,-5.00\nB,current,USD,2026-03-28,-6.00\nA,,KES,2026-03-29,-7.00\n";
    let reading = read(text, "").unwrap();
    let of: Vec<_> = reading
        .accounts
        .iter()
        .map(|it| (it.account.account_id.as_str(), it.account.currency.as_str(), it.lines.clone()))
        .collect();
    assert_eq!(of, [("A", "KES", vec![2, 4]), ("B", "USD", vec![3])]);
    assert_eq!(
        refused("Date,Amount\n2026-03-28,-5.00\n", ""),
        (Cause::StatementUnstated, "/account/currency".into())
    );
    assert_eq!(refused(text, "KES"), (Cause::MoneyCurrencyMixed, "/document/3/currency".into()));
    assert_eq!(
        refused("Account,Currency,Date,Amount\nA,KES,2026-03-28,-5\nA,USD,2026-03-28,-5\n", ""),
        (Cause::MoneyCurrencyMixed, "/document/3/currency".into())
    );
    assert_eq!(
        refused("Date,Amount\n2026-03-28,USD 5.00\n", "KES"),
        (Cause::MoneyCurrencyMixed, "/document/2/amount".into())
    );
    let statuses =
        "Date,Amount,Status\n2026-03-28,-5.00,Completed\n2026-03-28,-5.00,FAILED\n2026-03-28,-5.00,On hold\n";
    let found: Vec<_> = rows(statuses, "KES").iter().map(|row| row.status).collect();
    assert_eq!(found, [TransactionStatus::Posted, TransactionStatus::Failed, TransactionStatus::Pending]);
}

#[test]
fn quotes_enclose_values_or_are_characters() {
    assert_eq!(
        rows("Date,Details,Amount\n2026-03-28,\"a, \"\"b\"\"\nc\",-5.00\n", "KES")[0].description.as_deref(),
        Some("a, \"b\"\nc")
    );
    // No value begins with a quote: it is a sign of inches.
    assert_eq!(
        rows("Date,Details,Amount\n2026-03-28,12\" pipe,-5.00\n", "KES")[0].description.as_deref(),
        Some("12\" pipe")
    );
    let open = "Date,Details,Amount\n2026-03-01,\"a\",-1.00\n2026-03-02,\"CAFE,-5.00\n2026-03-03,b,-1.00\n2026-03-04,c,-1.00\n";
    assert_eq!(refused(open, "KES"), (Cause::TransactionCsv, "/document/3".into()));
    assert_eq!(
        refused("Date,Details,Amount\n2026-03-01,\"a\"b,-1.00\n", "KES"),
        (Cause::TransactionCsv, "/document/2".into())
    );
    let mixed = "Date,Details,Amount\n2026-03-01,\"a\",-1.00\n2026-03-01,b\"c,-1.00\n";
    assert_eq!(refused(mixed, "KES"), (Cause::TransactionCsv, "/document/3".into()));
    let stated = with(open, Profile { quotes: Some(Quotes::None), ..Profile::default() }).unwrap();
    assert_eq!(stated.accounts[0].account.transactions.len(), 4);
}

#[test]
fn a_balance_brought_forward_is_no_income_even_where_it_is_written_as_a_credit() {
    let text = "Date,Details,Debit,Credit,Balance\n28/03/2026,Opening balance,,100.00,100.00\n29/03/2026,Fee,10.00,,90.00\n";
    let reading = read(text, "KES").unwrap();
    let account = &reading.accounts[0].account;
    assert_eq!((account.opening_balance_minor, account.transactions.len()), (Some(10_000), 1));
}

#[test]
fn columns_of_credits_and_debits_go_before_one_of_amounts() {
    let text = "Date,Amount,Debit,Credit\n2026-03-28,5.00,5.00,\n2026-03-29,7.00,,7.00\n";
    assert_eq!(brief(text, "KES").iter().map(|row| row.1).collect::<Vec<_>>(), [-500, 700]);
    let minor = "date,amount_minor\n2026-03-28,-500\n";
    let turned = Profile { sign: Some(Sign::DebitPositive), ..Profile::default() };
    assert_eq!(with(minor, turned).unwrap().accounts[0].account.transactions[0].amount_minor, 500);
}

#[test]
fn text_in_a_total_is_left_out_and_a_header_behind_an_open_quote_is_found_out() {
    let text = "Date,Details,Amount\n2026-03-28,Rent,-5.00\nTotal transactions:,one,see above\n";
    let reading = read(text, "KES").unwrap();
    assert!(reading.proof.totals.is_empty());
    assert_eq!(reading.left_out.counts.len(), 2);
    let hidden = "\"Invented Bank\nDate,Details,Amount\n2026-03-28,Rent,-5.00\n";
    assert_eq!(refused(hidden, "KES"), (Cause::TransactionCsv, "/document/1".into()));
}
