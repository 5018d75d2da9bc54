//! Documents of invented rows in the layouts of banks and wallets, read without a stated profile. The right amounts and
//! days are those of the comment of each layout, which a person reads off the text.

use super::{read, read_bytes};
use crate::statement::{Encoding, ReadingFindingKind};

/// A layout: what it is, its text, the currency that the request states, and the rows that a person reads off it.
type Layout = (&'static str, &'static str, &'static str, &'static [(&'static str, i64, Option<i64>)]);

const LAYOUTS: &[Layout] = &[
    (
        "one signed amount, iso dates",
        "Date,Description,Amount,Balance\n2026-03-01,Opening deposit,500.00,500.00\n2026-03-02,Rent,-200.00,300.00\n",
        "KES",
        &[("2026-03-01", 50_000, Some(50_000)), ("2026-03-02", -20_000, Some(30_000))],
    ),
    (
        "money out and in, thousands in quotes, day first",
        "Date,Value,Particulars,Money Out,Money In,Balance\n13-03-2026,13-03-2026,Salary,,\"40,000.00\",\"41,000.00\"\n\
      14-03-2026,14-03-2026,Rent,\"12,500.00\",,\"28,500.00\"\n",
        "KES",
        &[("2026-03-13", 4_000_000, Some(4_100_000)), ("2026-03-14", -1_250_000, Some(2_850_000))],
    ),
    (
        "debit and credit, month names of three letters",
        "Transaction Date,Description,Value Date,Debit,Credit,Ledger Balance,Available Balance\n\
      01 MAR 2026,Transfer in,01 MAR 2026,,1500.00,1500.00,1400.00\n02 MAR 2026,Fee,02 MAR 2026,50.00,,1450.00,1350.00\n",
        "KES",
        &[("2026-03-01", 150_000, Some(150_000)), ("2026-03-02", -5_000, Some(145_000))],
    ),
    (
        "a wallet of M-PESA, the newest first, withdrawn below zero, local time of +03:00",
        "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance\n\
      UCB7X81KQ2,2026-03-11 14:02:11,Pay Bill to 000000,COMPLETED,,-300.00,700.00\n\
      UCA1P90LMN,2026-03-10 08:15:00,Funds received,COMPLETED,1000.00,,1000.00\n",
        "KES",
        &[("2026-03-10T05:15:00Z", 100_000, Some(100_000)), ("2026-03-11T11:02:11Z", -30_000, Some(70_000))],
    ),
    (
        "preamble, currency in the names, a foot with totals",
        "Invented Bank Ltd\nAccount Number:,0102030405\nStatement of account,,,,\n\nPosting Date,Narrative,Debit (KES),Credit (KES),Running Balance (KES)\n\
      20/03/2026,Deposit,,900.00,900.00\n21/03/2026,Withdrawal,400.00,,500.00\nTotal,,400.00,900.00,\nPage 1 of 1,,,,\n",
        "",
        &[("2026-03-20", 90_000, Some(90_000)), ("2026-03-21", -40_000, Some(50_000))],
    ),
    (
        "semicolons, decimal comma, points of thousands, German names",
        "Buchungstag;Verwendungszweck;Betrag;Saldo;W\u{e4}hrung\n31.03.2026;Gehalt;2.500,00;3.100,50;EUR\n\
      01.04.2026;Miete;-1.200,00;1.900,50;EUR\n",
        "",
        &[("2026-03-31", 250_000, Some(310_050)), ("2026-04-01", -120_000, Some(190_050))],
    ),
    (
        "semicolons, French names, spaces of thousands",
        "Date op\u{e9}ration;Libell\u{e9};D\u{e9}bit;Cr\u{e9}dit;Solde\n31/03/2026;Salaire;;\"2 500,00\";2 500,00\n\
      01/04/2026;Loyer;1 200,50;;1 299,50\n",
        "EUR",
        &[("2026-03-31", 250_000, Some(250_000)), ("2026-04-01", -120_050, Some(129_950))],
    ),
    (
        "Portuguese names, reais",
        "Data;Hist\u{f3}rico;Valor;Saldo\n25/03/2026;Dep\u{f3}sito;R$ 1.000,00;R$ 1.000,00\n26/03/2026;Saque;-R$ 250,00;R$ 750,00\n",
        "BRL",
        &[("2026-03-25", 100_000, Some(100_000)), ("2026-03-26", -25_000, Some(75_000))],
    ),
    (
        "Spanish names, charge and payment in columns, tabs",
        "Fecha\tConcepto\tCargo\tAbono\tSaldo\n30/03/2026\tN\u{f3}mina\t\t1.800,00\t1.800,00\n31/03/2026\tAlquiler\t600,00\t\t1.200,00\n",
        "EUR",
        &[("2026-03-30", 180_000, Some(180_000)), ("2026-03-31", -60_000, Some(120_000))],
    ),
    (
        "Swahili names, pipes",
        "Tarehe|Maelezo|Zilizoingia|Zilizotoka|Salio\n15 Machi 2026|Mshahara|500,000.00||500,000.00\n16 Machi 2026|Kodi||120,000.00|380,000.00\n",
        "TZS",
        &[("2026-03-15", 50_000_000, Some(50_000_000)), ("2026-03-16", -12_000_000, Some(38_000_000))],
    ),
    (
        "an unsigned amount and DR or CR in a column",
        "Txn Date,Remarks,Amount,Dr/Cr,Balance\n17/03/2026,NEFT in,\"1,25,000.00\",CR,\"1,25,000.00\"\n18/03/2026,ATM,\"5,000.00\",DR,\"1,20,000.00\"\n",
        "INR",
        &[("2026-03-17", 12_500_000, Some(12_500_000)), ("2026-03-18", -500_000, Some(12_000_000))],
    ),
    (
        "DR and CR after amounts and balances",
        "Date,Narration,Amount,Balance\n19-Mar-26,Deposit,300.00CR,100.00 Cr\n20-Mar-26,Cheque,450.00DR,350.00 Dr\n",
        "NGN",
        &[("2026-03-19", 30_000, Some(10_000)), ("2026-03-20", -45_000, Some(-35_000))],
    ),
    (
        "debits in brackets, a dollar sign, the month first",
        "Posted Date,Payee,Amount,Running Balance\n03/25/2026,Payroll,\"$1,000.00\",\"$1,000.00\"\n03/26/2026,Store,($40.25),$959.75\n",
        "USD",
        &[("2026-03-25", 100_000, Some(100_000)), ("2026-03-26", -4_025, Some(95_975))],
    ),
    (
        "a minus behind the amount",
        "Datum;Text;Betrag;Kontostand\n30.03.26;Eingang;10,00;10,00\n31.03.26;Ausgang;2,50-;7,50\n",
        "EUR",
        &[("2026-03-30", 1_000, Some(1_000)), ("2026-03-31", -250, Some(750))],
    ),
    (
        "apostrophes of thousands",
        "Datum;Text;Betrag;Saldo\n2026-03-01;Lohn;6'500.00;6'500.00\n2026-03-02;Miete;-2'100.50;4'399.50\n",
        "CHF",
        &[("2026-03-01", 650_000, Some(650_000)), ("2026-03-02", -210_050, Some(439_950))],
    ),
    (
        "money out above zero, proved by the balances",
        "date,name,amount,balance\n2026-03-01,Pay,-1000.00,1000.00\n2026-03-02,Shop,250.00,750.00\n2026-03-03,Bus,50.00,700.00\n2026-03-04,Rent,900.00,-200.00\n",
        "USD",
        &[
            ("2026-03-01", 100_000, Some(100_000)),
            ("2026-03-02", -25_000, Some(75_000)),
            ("2026-03-03", -5_000, Some(70_000)),
            ("2026-03-04", -90_000, Some(-20_000)),
        ],
    ),
    (
        "seconds since 1970, a currency column, a status",
        "id,timestamp,type,amount,currency,status,counterparty\nt1,1774951200,credit,20000,UGX,successful,Invented Ltd\n\
      t2,1774954800,debit,5000,UGX,pending,Shop\n",
        "",
        &[("2026-03-31T10:00:00Z", 20_000, None), ("2026-03-31T11:00:00Z", -5_000, None)],
    ),
    (
        "instants with their offset and naira marks",
        "created_at,narration,debit,credit,balance\n2026-03-31T09:00:00+01:00,In,,\"\u{20a6}5,000.00\",\"\u{20a6}5,000.00\"\n\
      2026-03-31T10:30:00+01:00,Out,\"\u{20a6}1,500.00\",,\"\u{20a6}3,500.00\"\n",
        "",
        &[
            ("2026-03-31T08:00:00Z", 500_000, Some(500_000)),
            ("2026-03-31T09:30:00Z", -150_000, Some(350_000)),
        ],
    ),
    (
        "a date and a time in columns of their own, twelve hours",
        "Date,Time,Details,Money in,Money out\n31/03/2026,2:05 PM,Deposit,KSh 200.00,\n31/03/2026,11:59 PM,Airtime,,Ksh 50.00\n",
        "",
        &[("2026-03-31T14:05:00Z", 20_000, None), ("2026-03-31T23:59:00Z", -5_000, None)],
    ),
    (
        "balances brought and carried forward, text that continues, a header on each page",
        "Date,Details,Debit,Credit,Balance\n01/03/2026,BALANCE BROUGHT FORWARD,,,100.00\n29/03/2026,Pay from,,50.00,150.00\n\
      ,Invented Ltd,,,\nDate,Details,Debit,Credit,Balance\n30/03/2026,Fee,10.00,,140.00\n,Closing balance,,,140.00\n",
        "ZAR",
        &[("2026-03-29", 5_000, Some(15_000)), ("2026-03-30", -1_000, Some(14_000))],
    ),
    (
        "rands with spaces, compact dates",
        "\"Effective Date\",\"Description\",\"Amount\",\"Balance\"\n\"20260330\",\"Salary\",\"R 12 000.00\",\"R 12 000.00\"\n\
      \"20260331\",\"Debit order\",\"-R 1 500.50\",\"R 10 499.50\"\n",
        "ZAR",
        &[("2026-03-30", 1_200_000, Some(1_200_000)), ("2026-03-31", -150_050, Some(1_049_950))],
    ),
];

#[test]
fn layouts_are_read_without_a_stated_profile() {
    assert!(LAYOUTS.len() >= 20);
    for (name, text, currency, expected) in LAYOUTS {
        let reading = read(text, currency).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rows = &reading.accounts[0].account.transactions;
        let found: Vec<_> =
            rows.iter().map(|row| (row.at.to_string(), row.amount_minor, row.balance_minor)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(at, amount, balance)| ((*at).to_owned(), *amount, *balance)).collect();
        assert_eq!(found, expected, "{name}");
        let proof = &reading.proof;
        assert_eq!(proof.balances_chained, proof.balances_checked, "{name}");
        assert!(
            reading.findings.iter().all(|it| it.severity != crate::domain::Severity::Refer),
            "{name}: {reading:?}"
        );
    }
}

#[test]
fn the_profile_of_an_answer_reads_the_document_in_the_same_way() {
    for (name, text, currency, _) in LAYOUTS {
        let first = read(text, currency).unwrap();
        let again = crate::statement::read(
            text.as_bytes(),
            &super::request(currency, first.profile.clone()),
            &crate::Limits::default(),
        );
        let again = again.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((again.accounts, again.profile), (first.accounts, first.profile), "{name}");
    }
}

#[test]
fn a_document_is_the_same_in_every_encoding() {
    let text = "Date op\u{e9}ration;Libell\u{e9};D\u{e9}bit;Cr\u{e9}dit;Solde\n31/03/2026;Caf\u{e9};;2 500,00;2 500,00\n";
    let expected = read(text, "EUR").unwrap().accounts;
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let single: Vec<u8> = text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();
    for (bytes, encoding) in [
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
        (wide(u16::to_le_bytes), Encoding::Utf16Le),
        (wide(u16::to_be_bytes), Encoding::Utf16Be),
        ([vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat(), Encoding::Utf16Le),
        ([vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat(), Encoding::Utf16Be),
        (single, Encoding::Windows1252),
    ] {
        let reading = read_bytes(&bytes, "EUR").unwrap();
        assert_eq!((reading.profile.encoding, reading.accounts), (Some(encoding), expected.clone()));
    }
}

#[test]
fn what_is_left_out_is_counted_with_its_line_and_reason() {
    let (_, text, ..) = LAYOUTS.iter().find(|(name, ..)| name.starts_with("balances brought")).unwrap();
    let reading = read(text, "ZAR").unwrap();
    let account = &reading.accounts[0];
    assert_eq!(account.account.opening_balance_minor, Some(10_000));
    assert_eq!(account.account.closing_balance_minor, Some(14_000));
    assert_eq!(account.account.transactions[0].description.as_deref(), Some("Pay from Invented Ltd"));
    assert_eq!(account.lines, [3, 6]);
    let left: Vec<_> = reading.left_out.rows.iter().map(|row| (row.line, <&str>::from(row.reason))).collect();
    assert_eq!(
        left,
        [(1, "header"), (2, "opening_balance"), (4, "continuation"), (5, "header"), (7, "closing_balance")]
    );
}

#[test]
fn totals_and_ends_that_do_not_agree_are_findings() {
    let text = "Date,Details,Debit,Credit,Balance\n30/03/2026,In,,50.00,150.00\n31/03/2026,Fee,10.00,,140.00\nTotal,,11.00,50.00,\n,Closing balance,,,141.00\n";
    let reading = read(text, "ZAR").unwrap();
    let kinds: Vec<_> = reading.findings.iter().map(|it| (it.kind, it.lines.clone())).collect();
    assert_eq!(
        kinds,
        [(ReadingFindingKind::TotalMismatch, vec![4]), (ReadingFindingKind::ClosingMismatch, vec![5])]
    );
    let totals: Vec<_> = reading.proof.totals.iter().map(|it| (it.stated_minor, it.found_minor)).collect();
    assert_eq!(totals, [(5_000, 5_000), (1_100, 1_000), (14_100, 14_000)]);
}
