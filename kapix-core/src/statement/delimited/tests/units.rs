//! Units in the names of columns, and columns of gross and net amounts.

use super::{error, read, rows, with};
use crate::error::Cause;
use crate::statement::{ColumnRole, Profile};

fn columns(names: &[(ColumnRole, &str)]) -> Profile {
    let columns = names.iter().map(|(column, name)| (*column, (*name).to_owned())).collect();
    Profile { columns, ..Profile::default() }
}

#[test]
fn a_mark_of_another_currency_in_a_name_is_refused() {
    for (before, name, field) in [
        ("", "Amount ($)", "/document/1/amount"),
        ("", "Amount (£)", "/document/1/amount"),
        ("", "Amount (N)", "/document/1/amount"),
        ("", "$ Amount", "/document/1/amount"),
        ("Currency: $\n", "Amount", "/document/1"),
        ("All amounts in $\n", "Amount", "/document/1"),
    ] {
        let text = format!("{before}Date,Details,{name}\n2026-03-01,Pay,50.00\n2026-03-02,Rent,-20.00\n");
        let refused = error(&text, "KES");
        assert_eq!((refused.cause, &*refused.fields[0]), (Cause::MoneyCurrencyMixed, field), "{text}");
        let own = if name.contains('N') {
            "NGN"
        } else if name.contains('£') {
            "GBP"
        } else {
            "USD"
        };
        assert_eq!(rows(&text, own).len(), 2, "{text}");
        // A mark of several currencies names none.
        assert_eq!(error(&text, "").cause, Cause::StatementUnstated, "{text}");
    }
    let euro = "Date,Details,\u{20ac} Amount\n2026-03-01,Pay,50.00\n2026-03-02,Rent,-20.00\n";
    assert_eq!(error(euro, "KES").cause, Cause::MoneyCurrencyMixed);
    assert_eq!(read(euro, "").unwrap().accounts[0].account.currency.as_str(), "EUR");
    let text = "Date,Details,Debit (Sh),Credit (Sh)\n2026-03-01,Pay,,50.00\n2026-03-02,Rent,20.00,\n";
    assert_eq!(rows(text, "UGX").len(), 2);
    let column = "Date,Details,Amount ($),Currency\n2026-03-01,Pay,50.00,KES\n2026-03-02,Rent,-20.00,KES\n";
    assert_eq!(error(column, "").fields, ["/document/1/amount"]);
}

#[test]
fn minor_units_and_thousands_in_a_name_are_refused() {
    for (name, advice) in [
        ("Amount (cents)", "`amount_minor`"),
        ("Amount in minor units", "`amount_minor`"),
        ("Amount (KES cents)", "`amount_minor`"),
        ("Amount (KES '000)", "units of the currency"),
        ("Amount in thousands", "units of the currency"),
        ("Amount (x1000)", "units of the currency"),
        ("Amount (lakhs)", "units of the currency"),
        ("Amount (KES millions)", "units of the currency"),
    ] {
        let text = format!("Date,Details,{name}\n2026-03-01,Pay,5000\n2026-03-02,Rent,-2000\n");
        let stated = with(&text, columns(&[(ColumnRole::Amount, name)])).map(|it| it.accounts).unwrap_err();
        for refused in [error(&text, "KES"), stated] {
            assert_eq!(
                (refused.cause, &*refused.fields[0]),
                (Cause::StatementForm, "/document/1/amount"),
                "{name}"
            );
            assert!(refused.message.contains(advice), "{refused}");
        }
        if advice == "`amount_minor`" {
            let reading = with(&text, columns(&[(ColumnRole::AmountMinor, name)])).unwrap();
            assert_eq!(reading.accounts[0].account.transactions[0].amount_minor, 5_000, "{name}");
        }
    }
    let two = "Date,Details,Debit (cents),Credit (cents)\n2026-03-01,Pay,,50\n2026-03-02,Rent,20,\n";
    assert!(error(two, "KES").message.contains("minor units"));
    let balance = "Date,Details,Amount,Balance (cents)\n2026-03-01,Pay,5.00,500\n2026-03-02,Rent,-2.00,300\n";
    assert_eq!(read(balance, "KES").unwrap().proof.columns_not_read, ["Balance (cents)"]);
    let stated = with(balance, columns(&[(ColumnRole::Balance, "Balance (cents)")]));
    assert!(stated.map(|it| it.accounts).unwrap_err().message.contains("`balance_minor`"));
    let minor = with(balance, columns(&[(ColumnRole::BalanceMinor, "Balance (cents)")])).unwrap();
    assert_eq!((minor.proof.balances_chained, minor.proof.balances_checked), (1, 1));
}

#[test]
fn of_gross_and_net_amounts_balances_show_the_one_of_the_account_or_the_request_states_it() {
    for (names, values) in [
        (["Amount", "Net Amount"], ["50.00,49.00", "-20.00,-21.00", "-1.00,-2.00"]),
        (["Gross Amount", "Net Amount"], ["50.00,49.00", "-20.00,-21.00", "-1.00,-2.00"]),
        (["Amount", "Net"], ["50.00,49.00", "-20.00,-21.00", "-1.00,-2.00"]),
        (["Amount", "Amount after fees"], ["50.00,49.00", "-20.00,-21.00", "-1.00,-2.00"]),
        (["Amount", "Payout"], ["50.00,49.00", "-20.00,-21.00", "-1.00,-2.00"]),
        (["Amount", "Amount Received"], ["50.00,49.00", "-20.00,-21.00", "-1.00,-2.00"]),
    ] {
        let [first, second] = names;
        let document = |balances: [&str; 3]| {
            let row = |at: usize| format!("2026-03-0{},a,{},{}\n", at + 1, values[at], balances[at]);
            let rows = (0..3).map(row).collect::<Vec<_>>().concat();
            format!("Date,Details,{first},{second},Balance\n{rows}")
        };
        let refused = error(&document(["", "", ""]), "KES");
        assert_eq!(refused.fields, ["/profile/columns/amount"], "{names:?}");
        assert!(refused.message.contains(first) && refused.message.contains(second), "{refused}");
        for (stated, minor) in [(first, 5_000), (second, 4_900)] {
            let read = with(&document(["", "", ""]), columns(&[(ColumnRole::Amount, stated)])).unwrap();
            assert_eq!(read.accounts[0].account.transactions[0].amount_minor, minor, "{stated}");
        }
        let gross = rows(&document(["150.00", "130.00", "129.00"]), "KES");
        assert_eq!(gross[0].amount_minor, 5_000, "{names:?}");
        let net = rows(&document(["149.00", "128.00", "126.00"]), "KES");
        assert_eq!(net[0].amount_minor, 4_900, "{names:?}");
    }
    // `Net` alone is an amount beside `Gross`.
    let paid = |balances: [&str; 3]| {
        let [first, second, third] = balances;
        format!(
            "Date,Name,Status,Currency,Gross,Fee,Net,Balance\n2026-03-01,a,Completed,KES,50.00,-1.00,49.00,{first}\n\
             2026-03-02,b,Completed,KES,-20.00,0.00,-20.00,{second}\n2026-03-03,c,Completed,KES,10.00,-0.50,9.50,{third}\n"
        )
    };
    let net: Vec<i64> =
        rows(&paid(["149.00", "129.00", "138.50"]), "").iter().map(|row| row.amount_minor).collect();
    assert_eq!(net, [4_900, -2_000, 950]);
    assert_eq!(error(&paid(["", "", ""]), "").fields, ["/profile/columns/amount"]);
    // With a fee, and with the same values.
    let fee = "Date,Details,Amount,Fee,Total\n2026-03-01,Pay,50.00,0.00,50.00\n2026-03-02,Rent,-20.00,1.00,-21.00\n";
    assert_eq!(error(fee, "KES").fields, ["/profile/columns/amount"]);
    let running = "Date,Details,Amount,Total\n2026-03-01,Pay,50.00,50.00\n2026-03-02,Rent,-20.00,30.00\n";
    assert_eq!(rows(running, "KES").len(), 2);
    let same = "Date,Details,Amount,Net Amount\n2026-03-01,Pay,50.00,50.00\n2026-03-02,Rent,-20.00,-20.00\n";
    assert_eq!(read(same, "KES").unwrap().findings, []);
}

#[test]
fn units_named_outside_the_names_of_columns_are_refused() {
    const HEADER: &str = "Date,Details,Amount,Balance\n";
    const ROWS: &str = "2026-03-01,Pay,5000,5000\n2026-03-02,Rent,-2000,3000\n";
    let refuses = |text: &str, line: u64| {
        let refused = error(text, "KES");
        let place = format!("/document/{line}");
        assert_eq!((refused.cause, &*refused.fields[0]), (Cause::StatementForm, &*place), "{text}");
    };
    for line in [
        "Amounts in cents",
        "All amounts are in cents",
        "All amounts shown in Kenyan cents",
        "Amounts in minor units",
        "Values in kobo",
        "Statement (in cents)",
        "Unit,cents",
        "Unit: pence",
        "Denomination,kobo",
        "KES cents",
        "Amounts: cents",
        "Betr\u{e4}ge in Tsd. EUR",
        "Betr\u{e4}ge in TEUR",
        "Montants en centimes",
        "Figures in 1000s",
        "\"Figures in 1,000s\"",
        "Figures in 1000",
        "Amounts in lakhs",
        "Amounts in crore",
        "All amounts in thousands",
        "Scale,1000",
        "KES'000",
    ] {
        refuses(&format!("Invented Bank\n{line}\n{HEADER}{ROWS}"), 2);
        refuses(&format!("{HEADER}{ROWS}{line}\n"), 4);
    }
    refuses(&format!("{HEADER},,cents,cents\n{ROWS}"), 2);
    refuses(&format!("{HEADER},,KES '000,KES '000\n{ROWS}"), 2);
    refuses(&format!("{HEADER}{ROWS},Amounts are in cents,,\n"), 4);
    refuses("Date,Details,Amount,Unit\n2026-03-01,Pay,5000,cents\n2026-03-02,Rent,-2000,cents\n", 2);
    // Stated as amounts in minor units they are read.
    let text = format!("Amounts in cents\nDate,Details,Amount\n{}", ROWS.replace(",5000,5000", ",5000"))
        .replace(",-2000,3000", ",-2000");
    let stated = with(&text, columns(&[(ColumnRole::AmountMinor, "Amount")])).unwrap();
    assert_eq!(stated.accounts[0].account.transactions[0].amount_minor, 5_000);
}

#[test]
fn lines_that_name_no_unit_are_read() {
    for line in [
        "Branch,Thousand Oaks",
        "Account holder,Jane Cent",
        "Million Traders Ltd",
        "Amount in words: two million",
        "Unit 5 Industrial Area",
        "Account 000 123",
        "Facility amount,KES 2 million",
        "Fifty Cent Street",
        "Minor account in guardian's name",
        "Established in 1000",
        "Currency: KES",
    ] {
        let rows = "Date,Details,Amount,Units\n2026-03-01,Pay,50.00,1000\n2026-03-02,Rent,-20.00,10\n";
        let text = format!("{line}\n{rows}");
        assert_eq!(read(&text, "KES").map(|it| it.findings).unwrap(), [], "{line}");
        let below = format!("{rows}{line}\n");
        assert!(read(&below, "KES").is_ok(), "{line}");
    }
    let text = "Date,Details,Amount\n2026-03-01,Pay,50.00\n,in cents of the realm,\n2026-03-02,Rent,-20.00\n";
    assert_eq!(rows(text, "KES").len(), 2);
}

#[test]
fn the_code_of_pence_is_not_that_of_pounds() {
    for text in [
        "Date,Details,Amount,Currency\n2026-03-01,Pay,5000,GBp\n2026-03-02,Rent,-2000,GBp\n",
        "Date,Details,Amount\n2026-03-01,Pay,5000 GBp\n2026-03-02,Rent,-2000 GBp\n",
        "Date,Details,Amount\n2026-03-01,Pay,GBp 5000\n2026-03-02,Rent,GBp -2000\n",
        "Date,Details,Amount (GBp)\n2026-03-01,Pay,5000\n2026-03-02,Rent,-2000\n",
        "Currency: GBp\nDate,Details,Amount\n2026-03-01,Pay,5000\n2026-03-02,Rent,-2000\n",
        "Date,Details,Amount,Currency,Ccy\n2026-03-01,Pay,5000,GBP,GBp\n2026-03-02,Rent,-2000,GBP,GBp\n",
    ] {
        assert!(read(text, "GBP").is_err() && read(text, "").is_err(), "{text}");
        assert!(read(&text.replace("GBp", "GBP"), "GBP").is_ok(), "{text}");
    }
}

#[test]
fn names_of_currencies_that_contradict_are_refused() {
    for name in [
        "Account Ccy",
        "CCY Code",
        "Posting Currency",
        "Balance Currency",
        "Statement Ccy",
        "Currency ISO",
        "Acct Ccy",
        "Kontow\u{e4}hrung",
    ] {
        let text =
            format!("Date,Details,Amount,{name}\n2026-03-01,Pay,50.00,USD\n2026-03-02,Rent,-20.00,USD\n");
        assert_eq!(error(&text, "KES").cause, Cause::MoneyCurrencyMixed, "{name}");
        assert_eq!(read(&text, "").unwrap().accounts[0].account.currency.as_str(), "USD", "{name}");
        let number = text.replace("USD", "840");
        assert_eq!(error(&number, "KES").cause, Cause::MoneyCurrencyMixed, "{name}");
    }
    for line in [
        "Opening balance,USD 1000.00",
        "Account No,12345,USD",
        "USD ACCOUNT",
        "Currency: 840",
        "Currency,Dollar",
        "Ugandan Shilling Account",
    ] {
        let text = format!("{line}\nDate,Details,Amount\n2026-03-01,Pay,50.00\n2026-03-02,Rent,-20.00\n");
        assert_eq!(error(&text, "KES").cause, Cause::MoneyCurrencyMixed, "{line}");
    }
    for line in ["All accounts", "Account No,12345", "Currency: 404", "Kenya Shilling Account", "Top account"]
    {
        let text = format!("{line}\nDate,Details,Amount\n2026-03-01,Pay,50.00\n2026-03-02,Rent,-20.00\n");
        assert!(read(&text, "KES").is_ok(), "{line}");
    }
}
