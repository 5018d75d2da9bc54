//! Names: of columns that are stated, and of currencies in words.

use super::{brief, error, read, request, rows, with};
use crate::error::Cause;
use crate::limits::Limits;
use crate::statement::{self, ColumnRole, Profile};

fn stated(columns: &[(ColumnRole, &str)]) -> Profile {
    let columns = columns.iter().map(|(column, name)| (*column, (*name).to_owned())).collect();
    Profile { columns, ..Profile::default() }
}

#[test]
fn a_stated_column_that_the_header_lacks_is_named_beside_the_nearest_names() {
    let text = "My Bank\nDate,Details,Amount,Balance\n2026-03-01,Salary,5.00,9.00\n";
    let refused = with(text, stated(&[(ColumnRole::Balance, "Bal")])).unwrap_err();
    assert_eq!(refused.cause, Cause::StatementForm);
    assert_eq!(refused.fields, ["/profile/columns/balance"]);
    assert_eq!(
        refused.message,
        "`profile.columns` states `Bal` for `balance`, which the header in line `2` does not have; it has `Balance`, \
         `Date`, `Details`, `Amount`"
    );
}

#[test]
fn a_line_that_is_no_header_is_never_shown() {
    let text = "Jane Doe,254712345678\nx,y\n2026-03-01,5.00\n";
    let refused = with(text, stated(&[(ColumnRole::At, "Day"), (ColumnRole::Amount, "Sum")])).unwrap_err();
    assert!(!refused.message.contains("Jane"), "{refused}");
    let line = Profile { header_line: Some(2), ..stated(&[(ColumnRole::At, "Day")]) };
    let refused = with(text, line).unwrap_err();
    assert!(refused.message.ends_with("it has `y`, `x`"), "{refused}");
}

#[test]
fn a_currency_in_words_is_read_where_it_is_one() {
    for (line, code) in [
        ("Currency,Naira", "NGN"),
        ("Currency,Ksh", "KES"),
        ("Currency: KSH", "KES"),
        ("Currency,Kenya Shillings", "KES"),
        ("Currency,Rand", "ZAR"),
        ("Account Currency,KES", "KES"),
        ("Opening balance,\"\u{20a6}50,000.00\"", "NGN"),
        ("Balance: \u{20a6}50000.00", "NGN"),
    ] {
        let text = format!("{line}\nDate,Details,Amount\n2026-03-01,Salary,5.00\n2026-03-02,Rent,-3.00\n");
        let reading = statement::read(text.as_bytes(), &request("", Profile::default()), &Limits::default());
        let reading = reading.unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(reading.accounts[0].account.currency.as_str(), code, "{line}");
    }
    let row = "Date,Currency,Amount\n2026-03-01,Ksh,5.00\n2026-03-02,kes,-3.00\n";
    assert_eq!(rows(row, "").len(), 2);
}

#[test]
fn a_word_of_several_currencies_is_none() {
    for line in ["Currency,Shillings", "Currency,All", "Currency,K", "Balance: $50", "Tax: \u{20a6}50"] {
        let text = format!("{line}\nDate,Details,Amount\n2026-03-01,Salary,5.00\n2026-03-02,Rent,-3.00\n");
        assert_eq!(error(&text, "").cause, Cause::StatementUnstated, "{line}");
        assert_eq!(brief(&text, "KES").len(), 2);
    }
}

#[test]
fn words_of_a_name_that_are_written_together_are_told_apart() {
    use super::super::words::name;
    for (written, expected) in [
        ("ValueDate", "value date"),
        ("VALUEDATE", "value date"),
        ("TranDate", "tran date"),
        ("createdAt", "created at"),
        ("DebitAmount", "debit amount"),
        ("RunningBalance", "running balance"),
        ("runningbalance", "running balance"),
        ("AccountNo", "account no"),
        ("ACCOUNTNO", "account no"),
        ("CurrencyCode", "currency code"),
        ("IsReversed", "is reversed"),
        ("TranStatus", "tran status"),
        ("CustomerNo", "customer no"),
        ("PaidIn", "paid in"),
        ("DrCr", "dr cr"),
        // A known name stays as it is, and what is not known keeps its letters.
        ("DateTime", "date time"),
        ("datetime", "datetime"),
        ("Narration", "narration"),
        ("KSh", "ksh"),
        ("IBAN", "iban"),
        ("WITHDRAWN", "withdrawn"),
    ] {
        assert_eq!(name(written), expected, "{written}");
    }
}

/// What is read of a document, or refused, is the same with the words of its header written together.
#[test]
fn guards_hold_for_names_without_spaces() {
    let told = |text: &str| match read(text, "KES") {
        Ok(reading) => {
            let rows: Vec<String> =
                reading.accounts.iter().map(|it| format!("{:?}", it.account.transactions)).collect();
            let findings: Vec<String> = reading.findings.iter().map(|it| format!("{:?}", it.kind)).collect();
            (rows, findings)
        }
        Err(error) => (vec![error.cause.as_str().to_owned()], error.fields),
    };
    for (header, rows) in [
        (
            "Account No,Customer Name,Value Date,Narration,Amount",
            "1,JANE,2026-01-01,a,5.00\n2,PETER,2026-01-02,b,-7.00\n",
        ),
        ("Customer No,Value Date,Narration,Amount", "1,2026-01-01,a,5.00\n2,2026-01-02,b,-7.00\n"),
        ("Loan No,Value Date,Narration,Amount", "1,2026-01-01,a,5.00\n2,2026-01-02,b,-7.00\n"),
        ("Value Date,Narration,Amount,Currency Code", "2026-01-01,a,5.00,KES\n2026-01-02,b,-7.00,USD\n"),
        (
            "Value Date,Narration,Debit,Credit,Running Balance",
            "2026-01-01,a,,5.00,105.00\n2026-01-02,b,7.00,,98.00\n2026-01-03,c,7.00,,71.00\n",
        ),
        (
            "Tran Date,Debit Amount,Credit Amount,Ledger Balance",
            "2026-01-01,,5.00,105.00\n2026-01-02,7.00,,98.00\n",
        ),
        (
            "Value Date,Narration,Amount,Is Reversed",
            "2026-01-01,a,5.00,N\n2026-01-02,b,7.00,Y\n2026-01-03,c,-1.00,N\n",
        ),
        ("Value Date,Narration,Amount,Txn Status", "2026-01-01,a,5.00,posted\n2026-01-02,b,7.00,failed\n"),
        (
            "Receipt No,Completion Time,Details,Paid In,Withdrawn,Balance",
            "A,2026-01-01 10:00:00,a,5.00,,105.00\n",
        ),
    ] {
        let document = |header: &str| format!("{header}\n{rows}");
        let expected = told(&document(header));
        let joined = header.replace(' ', "");
        for other in [joined.clone(), joined.to_uppercase(), joined.to_lowercase(), header.replace(' ', "_")]
        {
            assert_eq!(told(&document(&other)), expected, "{other}");
        }
    }
    for name in ["CIF", "Cust_ID", "LOANACCOUNT"] {
        let error = error(&format!("{name},Date,Amount\n1,2026-01-01,5.00\n2,2026-01-02,-7.00\n"), "KES");
        assert!(error.message.contains(name), "{error}");
    }
}

#[test]
fn a_column_without_a_value_displaces_none_that_has_some() {
    let read = |header: &str, row: &str| {
        let row = rows(&format!("{header}\n{row}\n{row}\n"), "KES").remove(0);
        (row.description, row.category, row.balance_minor, row.id.map(|id| id.as_str().to_owned()))
    };
    let description = Some("REVERSAL PAYBILL X".to_owned());
    let (found, ..) = read("Date,Details,Amount,Description", "2026-03-01,REVERSAL PAYBILL X,-5.00,");
    assert_eq!(found, description);
    let (_, category, ..) =
        read("Date,Details,Amount,Category,Transaction Category", "2026-03-01,a,-5.00,,loan");
    assert!(category.is_some());
    let (.., balance, _) = read("Date,Details,Amount,Balance,Account Balance", "2026-03-01,a,-5.00,-,95.00");
    assert_eq!(balance, Some(9_500));
    // Of two with values the surer one is taken, as before, and a stated one in any case.
    let (found, ..) = read("Date,Details,Amount,Description", "2026-03-01,a,-5.00,b");
    assert_eq!(found.as_deref(), Some("b"));
    let text = "Date,Details,Amount,Description\n2026-03-01,a,-5.00,\n";
    let stated = with(text, stated(&[(ColumnRole::Description, "Description")])).unwrap();
    assert_eq!(stated.accounts[0].account.transactions[0].description, None);
    assert_eq!(stated.proof.columns_not_read, ["Details"]);
}
