//! Names: of columns that are stated, and of currencies in words.

use super::{brief, error, request, rows, with};
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
