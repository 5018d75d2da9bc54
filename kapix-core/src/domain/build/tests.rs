use crate::domain::{
    Account, AccountKind, Data, Direction, Finding, FindingKind, FlatSource, Ledger, Period, Severity,
    Transaction, TransactionSource, TransactionStatus,
};
use crate::error::{Cause, Error};
use crate::id::Id;
use crate::limits::Limits;
use crate::limits::WIRE_MAX;
use crate::money::Currency;
use crate::time::{At, Date, Instant, UtcOffset};
use std::collections::BTreeMap;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// A posted row without text.
fn row(at: &str, amount_minor: i64, balance_minor: Option<i64>) -> Transaction {
    Transaction {
        amount_minor,
        at: At::parse(at).unwrap(),
        balance_minor,
        category: None,
        counterparty: None,
        description: None,
        id: None,
        pending_id: None,
        status: TransactionStatus::Posted,
        direction: None,
    }
}

fn account(id: &str, transactions: Vec<Transaction>) -> Account {
    Account {
        account_id: Id::parse(id).unwrap(),
        chain_tolerance_minor: 0,
        closing_balance_minor: None,
        currency: Currency::parse("KES").unwrap(),
        kind: AccountKind::Current,
        opening_balance_minor: None,
        period: None,
        provider: None,
        reading_doubts: None,
        transactions,
        utc_offset: UtcOffset::UTC,
    }
}

fn bank(accounts: Vec<Account>) -> Data {
    let source = TransactionSource { accounts, period: None, provider: None, retrieved_at: None };
    Data { bank: Some(source), ..Data::default() }
}

fn build_at(data: &Data, as_of: &str) -> Result<Ledger, Error> {
    Ledger::build(data, Instant::parse(as_of).unwrap(), &Limits::default())
}

fn ledger(transactions: Vec<Transaction>) -> Ledger {
    build_at(&bank(vec![account("a", transactions)]), "2026-01-31T12:00:00Z").unwrap()
}

/// The kinds of all findings but the age of the data, which most ledgers of these tests have.
fn kinds(ledger: &Ledger) -> Vec<FindingKind> {
    ledger.findings.iter().map(|finding| finding.kind).filter(|kind| *kind != FindingKind::DataAge).collect()
}

/// The one finding of a kind.
fn finding(ledger: &Ledger, kind: FindingKind) -> &Finding {
    let mut found = ledger.findings.iter().filter(|finding| finding.kind == kind);
    let first = found.next().unwrap_or_else(|| panic!("{kind:?} in {:?}", ledger.findings));
    assert!(found.next().is_none());
    assert_eq!(first.severity, kind.severity());
    first
}

fn balances(ledger: &Ledger) -> Vec<Option<i64>> {
    ledger.accounts[0].rows.iter().map(|row| row.balance_minor).collect()
}

fn inputs(ledger: &Ledger) -> Vec<u32> {
    ledger.accounts[0].rows.iter().map(|row| row.input).collect()
}

#[test]
fn empty_and_single_accounts_have_a_ledger() {
    let empty = ledger(vec![]);
    let account = &empty.accounts[0];
    assert_eq!(
        (account.days, account.days_chained, account.covered, account.opening_minor),
        (0, 0, None, None)
    );
    assert!(empty.findings.is_empty());
    let none = build_at(&Data::default(), "2026-01-31T12:00:00Z").unwrap();
    assert_eq!((none.accounts.len(), none.currency), (0, None));

    let one = ledger(vec![row("2026-01-20", 0, Some(7))]);
    let account = &one.accounts[0];
    assert_eq!((account.days, account.days_chained, account.opening_minor), (1, 1, Some(7)));
    assert_eq!(account.covered, Some((date("2026-01-20"), date("2026-01-20"))));
    assert_eq!((account.last_day, one.currency), (date("2026-01-20"), Some(account.currency)));
    assert_eq!((one.features_as_of, one.age_days), (date("2026-01-20"), 11));
    let age = finding(&one, FindingKind::DataAge);
    assert_eq!((age.count, age.from, age.to), (11, Some(date("2026-01-20")), Some(date("2026-01-31"))));
    assert_eq!(kinds(&one), [FindingKind::ZeroRows]);
}

#[test]
fn rows_after_as_of_are_left_out_and_counted() {
    let mut nairobi = account(
        "a",
        vec![
            row("2026-01-31T20:59:59Z", 1, None),
            row("2026-01-31T21:00:00Z", 2, None),
            row("2026-01-31T21:00:01Z", 4, None),
            row("2026-02-01", 8, None),
            row("2026-02-02", 16, None),
        ],
    );
    nairobi.utc_offset = UtcOffset::parse("+03:00").unwrap();
    // There it is already 1 February.
    let ledger = build_at(&bank(vec![nairobi]), "2026-01-31T21:00:00Z").unwrap();
    assert_eq!(inputs(&ledger), [0, 1, 3]);
    assert_eq!(ledger.accounts[0].rows[1].date, date("2026-02-01"));
    let after = finding(&ledger, FindingKind::AfterAsOf);
    assert_eq!((after.count, after.rows.as_slice(), after.severity), (2, &[2, 4][..], Severity::Info));
    assert_eq!((after.from, after.to), (Some(date("2026-02-01")), Some(date("2026-02-02"))));
    assert_eq!(after.pointer, "/data/bank/accounts/0");
}

#[test]
fn failed_rows_are_left_out_and_counted() {
    let mut failed = row("2026-01-20", -500, Some(100));
    failed.status = TransactionStatus::Failed;
    let mut pending = row("2026-01-20", -10, Some(90));
    pending.status = TransactionStatus::Pending;
    let ledger = ledger(vec![row("2026-01-20", 100, Some(100)), failed, pending]);
    assert_eq!(inputs(&ledger), [0, 2]);
    assert_eq!(kinds(&ledger), [FindingKind::PendingOpen, FindingKind::FailedRows]);
    assert_eq!(finding(&ledger, FindingKind::FailedRows).rows, [1]);
}

#[test]
fn a_break_tells_the_expected_and_the_stated_balance() {
    let ledger = ledger(vec![
        row("2026-01-10", 100, Some(100)),
        row("2026-01-11", 50, Some(900)),
        row("2026-01-12", -1, Some(899)),
    ]);
    let found = finding(&ledger, FindingKind::ChainBreak);
    assert_eq!(
        (found.amounts_minor.as_slice(), found.rows.as_slice(), found.count),
        (&[150, 900][..], &[1][..], 1)
    );
    assert_eq!((found.severity, found.from), (Severity::Refer, Some(date("2026-01-11"))));
    assert_eq!((ledger.accounts[0].days, ledger.accounts[0].days_chained), (3, 2));
}

#[test]
fn the_stated_opening_balance_must_meet_the_first_stated_balance() {
    let mut stated = account("a", vec![row("2026-01-10", 5, None), row("2026-01-11", 10, Some(115))]);
    stated.opening_balance_minor = Some(101);
    let ledger = build_at(&bank(vec![stated.clone()]), "2026-01-31T12:00:00Z").unwrap();
    assert_eq!(kinds(&ledger), [FindingKind::OpeningBalanceMismatch]);
    let found = finding(&ledger, FindingKind::OpeningBalanceMismatch);
    assert_eq!((found.amounts_minor.as_slice(), found.rows.as_slice()), (&[116, 115][..], &[1][..]));
    assert_eq!((ledger.accounts[0].days_chained, balances(&ledger)), (0, vec![Some(106), Some(115)]));

    stated.chain_tolerance_minor = 1;
    let ledger = build_at(&bank(vec![stated]), "2026-01-31T12:00:00Z").unwrap();
    assert!(kinds(&ledger).is_empty());
    assert_eq!((ledger.accounts[0].days_chained, ledger.accounts[0].opening_minor), (2, Some(101)));
}

#[test]
fn balances_are_carried_forward_and_backward_from_the_stated_ones() {
    let rows = vec![
        row("2026-01-10", 100, None),
        row("2026-01-11", -30, Some(270)),
        row("2026-01-12", 5, None),
        row("2026-01-13", 5, Some(280)),
        row("2026-01-14", 1, None),
    ];
    let whole = ledger(rows);
    assert_eq!(balances(&whole), [Some(300), Some(270), Some(275), Some(280), Some(281)]);
    // Nothing tests the first and the last day; the third is met by the fourth.
    assert_eq!((whole.accounts[0].opening_minor, whole.accounts[0].days_chained), (Some(200), 3));

    let unstated = ledger(vec![row("2026-01-10", 100, None), row("2026-01-11", -30, None)]);
    assert_eq!((balances(&unstated), unstated.accounts[0].opening_minor), (vec![None, None], None));
    assert_eq!((unstated.accounts[0].days, unstated.accounts[0].days_chained), (2, 0));
}

#[test]
fn a_day_without_balances_that_the_next_does_not_meet_is_not_chained() {
    let ledger = ledger(vec![
        row("2026-01-10", 100, Some(100)),
        row("2026-01-11", 7, None),
        row("2026-01-12", 1, Some(101)),
    ]);
    assert_eq!(finding(&ledger, FindingKind::ChainBreak).amounts_minor, [108, 101]);
    assert_eq!((ledger.accounts[0].days, ledger.accounts[0].days_chained), (3, 1));
}

#[test]
fn equal_rows_are_duplicates_unless_their_balances_chain() {
    let named = |balance| {
        let mut row = row("2026-01-10T08:00:00Z", -50, balance);
        row.description = Some("Airtime".into());
        row
    };
    let twice = ledger(vec![named(None), named(None), named(None)]);
    let found = finding(&twice, FindingKind::LikelyDuplicate);
    assert_eq!((found.count, found.rows.as_slice()), (2, &[0, 1, 0, 2][..]));
    assert_eq!(found.amounts_minor, [-50, -50, -50, -50]);

    let stated = ledger(vec![named(Some(100)), named(Some(100))]);
    assert_eq!(kinds(&stated), [FindingKind::ChainBreak, FindingKind::LikelyDuplicate]);

    let chained = ledger(vec![named(Some(100)), named(Some(50))]);
    assert!(kinds(&chained).is_empty());
    // Bought, given back, bought again: both purchases moved the money.
    let reversed = ledger(vec![named(Some(50)), row("2026-01-10T08:00:00Z", 50, Some(100)), named(Some(50))]);
    assert!(kinds(&reversed).is_empty());

    for change in [
        |row: &mut Transaction| row.description = None,
        |row: &mut Transaction| row.at = At::parse("2026-01-10T08:00:01Z").unwrap(),
        |row: &mut Transaction| row.amount_minor = -51,
        |row: &mut Transaction| row.balance_minor = Some(5),
    ] {
        let mut other = named(None);
        change(&mut other);
        assert!(kinds(&ledger(vec![named(None), other])).is_empty());
    }
}

/// The request example of Akiba's Risk Scoring API: the two rows share an id, and balances chain in the order of the
/// document while the dates run backwards by six years.
#[test]
fn a_shared_id_is_a_warning_and_dates_never_move() {
    let published = |seconds: i64, amount: i64, balance: i64| {
        let instant = Instant::from_epoch_seconds(seconds).unwrap();
        let id = Id::parse("958d14298-91ee-405d-89da-248c30eaf0e81-pending").unwrap();
        Transaction { at: At::Instant(instant), id: Some(id), ..row("2026-01-01", amount, Some(balance)) }
    };
    let rows = vec![published(1_774_672_448, -255, 12_105), published(1_574_672_448, -100, 12_005)];
    let ledger = build_at(&bank(vec![account("a", rows)]), "2026-04-01T00:00:00Z").unwrap();
    assert_eq!(
        kinds(&ledger),
        [
            FindingKind::ChainBreak,
            FindingKind::SharedId,
            FindingKind::IsolatedRows,
            FindingKind::Gap,
            FindingKind::Reordered
        ]
    );
    assert_eq!(inputs(&ledger), [1, 0]);
    assert_eq!(ledger.accounts[0].rows[0].date, date("2019-11-25"));
    // Six years lie between them: the older one opens no window.
    assert_eq!(ledger.accounts[0].covered, Some((date("2026-03-28"), date("2026-03-28"))));
    let shared = finding(&ledger, FindingKind::SharedId);
    assert_eq!((shared.rows.as_slice(), shared.count), (&[0, 1][..], 1));
    assert_eq!((shared.from, shared.to), (Some(date("2019-11-25")), Some(date("2026-03-28"))));
    assert_eq!(finding(&ledger, FindingKind::Gap).rows, [1, 0]);
    assert_eq!(finding(&ledger, FindingKind::Reordered).rows, [0]);
    assert_eq!(finding(&ledger, FindingKind::ChainBreak).amounts_minor, [11_750, 12_105]);
}

#[test]
fn many_cases_are_counted_and_the_first_twenty_rows_shown() {
    let day = |at: i32| Date::from_epoch_days(20_000 + at).unwrap().to_string();
    let rows = (0..50).map(|at| row(&day(at), 1, Some(0))).collect();
    let ledger = ledger(rows);
    let breaks = finding(&ledger, FindingKind::ChainBreak);
    assert_eq!((breaks.count, breaks.rows.len(), breaks.amounts_minor.len()), (49, 20, 40));
    assert_eq!((breaks.from, breaks.to), (Some(date(&day(1))), Some(date(&day(49)))));
}

#[test]
fn rows_after_the_reading_and_outside_the_period_are_told() {
    let mut data = bank(vec![account(
        "a",
        vec![
            row("2026-01-01", 1, None),
            row("2026-01-10", 1, None),
            row("2026-01-11T00:30:00Z", 1, None),
            row("2026-01-12", 1, None),
        ],
    )]);
    let source = data.bank.as_mut().unwrap();
    source.retrieved_at = Some(Instant::parse("2026-01-11T00:00:00Z").unwrap());
    source.period = Some(Period { from: date("2026-01-02"), to: date("2026-03-01") });
    let as_of = "2026-01-11T12:00:00Z";
    let ledger = build_at(&data, as_of).unwrap();
    assert_eq!(kinds(&ledger), [FindingKind::AfterAsOf, FindingKind::FutureDate, FindingKind::OutsidePeriod]);
    // The day of the reading is not the future; a row after as_of can be.
    assert_eq!(finding(&ledger, FindingKind::FutureDate).rows, [3]);
    assert_eq!(finding(&ledger, FindingKind::OutsidePeriod).rows, [0]);
    assert_eq!(ledger.accounts[0].covered, Some((date("2026-01-01"), date("2026-01-11"))));

    // An account's own period goes before its source's.
    let source = data.bank.as_mut().unwrap();
    source.accounts[0].period = Some(Period { from: date("2026-01-01"), to: date("2026-01-10") });
    let ledger = build_at(&data, as_of).unwrap();
    assert_eq!(finding(&ledger, FindingKind::OutsidePeriod).rows, [2]);
    assert_eq!(ledger.accounts[0].covered, Some((date("2026-01-01"), date("2026-01-11"))));
}

#[test]
fn gaps_are_longer_than_thirty_days() {
    let build = |last: &str, as_of: &str| {
        build_at(&bank(vec![account("a", vec![row("2026-01-01", 1, None), row(last, 1, None)])]), as_of)
            .unwrap()
    };
    assert!(kinds(&build("2026-01-31", "2026-03-02T00:00:00Z")).is_empty());
    let between = build("2026-02-01", "2026-02-02T00:00:00Z");
    assert_eq!(finding(&between, FindingKind::Gap).rows, [0, 1]);
    let both = build("2026-02-01", "2026-03-04T00:00:00Z");
    let found = finding(&both, FindingKind::Gap);
    assert_eq!((found.count, found.rows.as_slice()), (2, &[0, 1, 1][..]));
    assert_eq!((found.from, found.to), (Some(date("2026-01-01")), Some(date("2026-03-04"))));
}

#[test]
fn accounts_of_two_currencies_are_told_and_have_no_common_one() {
    let mut dollars = account("b", vec![]);
    dollars.currency = Currency::parse("USD").unwrap();
    let ledger = build_at(&bank(vec![account("a", vec![]), dollars]), "2026-01-31T12:00:00Z").unwrap();
    let found = finding(&ledger, FindingKind::MixedCurrencies);
    assert_eq!((found.pointer.as_str(), found.count, ledger.currency), ("/data", 2, None));
}

#[test]
fn counterparties_are_one_after_trimming_and_case_folding() {
    let named = |amount: i64, name: &str, category: Option<&str>| {
        let mut row = row("2026-01-10", amount, None);
        row.counterparty = Some(name.into());
        row.category = category.map(str::to_owned);
        row
    };
    let rows = vec![
        named(1, "Žofie Ltd", None),
        named(2, " žofie ltd ", Some("own_transfer")),
        named(3, "  ", Some("loan")),
        named(4, "Other", Some("reversal")),
        named(5, "ŽOFIE LTD", Some("salary")),
    ];
    let ledger = ledger(rows);
    let rows = &ledger.accounts[0].rows;
    let numbers: Vec<_> = rows.iter().map(|row| row.counterparty).collect();
    assert_eq!(numbers, [Some(0), Some(0), None, Some(1), Some(0)]);
    let income: Vec<_> = rows.iter().map(|row| row.income).collect();
    assert_eq!(income, [true, false, false, false, true]);
}

#[test]
fn shuffled_days_with_one_chain_give_the_same_ledger() {
    let mut rows = Vec::new();
    let mut balance = 0;
    for at in 0..300_i64 {
        // Powers never meet: every balance occurs once, so each day has one chain.
        balance += at * at + 1;
        let day = Date::from_epoch_days(20_000 + i32::try_from(at / 7).unwrap()).unwrap();
        let mut row = row(&day.to_string(), at * at + 1, Some(balance));
        row.counterparty = Some(format!("payee {}", at % 11));
        rows.push(row);
    }
    let strip = |ledger: Ledger| {
        let mut account = ledger.accounts.into_iter().next().unwrap();
        account.rows.iter_mut().for_each(|row| row.input = 0);
        account
    };
    let expected = strip(ledger(rows.clone()));
    assert_eq!((expected.days, expected.days_chained), (43, 43));
    for step in [7, 11, 13, 17, 299] {
        let shuffled = (0..300).map(|at| rows[at * step % 300].clone()).collect();
        assert_eq!(strip(ledger(shuffled)), expected, "{step}");
    }
}

#[test]
fn hostile_amounts_are_told_with_their_place() {
    let place = |rows: Vec<Transaction>, opening: Option<i64>| {
        let mut hostile = account("a", rows);
        hostile.opening_balance_minor = opening;
        let error = build_at(&bank(vec![hostile]), "9999-12-31T23:59:59Z").unwrap_err();
        assert_eq!(error.cause, Cause::MoneyOverflow, "{error}");
        error
            .fields
            .iter()
            .map(|field| field.trim_start_matches("/data/bank/accounts/0/").to_owned())
            .collect::<Vec<_>>()
    };
    let most = |at: &str| row(at, WIRE_MAX, None);
    // One row at the edge is legal.
    assert_eq!(ledger(vec![row("1900-01-01", WIRE_MAX, Some(WIRE_MAX))]).accounts[0].opening_minor, Some(0));
    let both = ledger(vec![row("1900-01-01", WIRE_MAX, None), row("1900-01-02", -WIRE_MAX, Some(0))]);
    assert_eq!(balances(&both), [Some(WIRE_MAX), Some(0)]);
    assert_eq!(
        place(vec![most("1900-01-01"), row("9999-12-31", 1, None)], None),
        ["transactions/1/amount_minor"]
    );
    assert_eq!(place(vec![most("1900-01-01")], Some(1)), ["transactions/0/amount_minor"]);
    // The opening balance that follows lies beyond the range.
    assert_eq!(place(vec![row("1900-01-01", -WIRE_MAX, Some(1))], None), ["transactions/0/amount_minor"]);
    for amount in [WIRE_MAX + 1, -WIRE_MAX - 1, i64::MAX, i64::MIN] {
        assert_eq!(place(vec![row("2026-01-01", amount, None)], None), ["transactions/0/amount_minor"]);
        assert_eq!(place(vec![row("2026-01-01", 0, Some(amount))], None), ["transactions/0/balance_minor"]);
        assert_eq!(place(vec![], Some(amount)), ["opening_balance_minor"]);
    }
}

#[test]
fn the_sum_of_all_accounts_stays_on_the_wire() {
    let half = |id| account(id, vec![row("2026-01-01", WIRE_MAX / 2 + 1, None)]);
    let error = build_at(&bank(vec![half("a"), half("b")]), "2026-01-31T12:00:00Z").unwrap_err();
    assert_eq!(
        (error.cause, error.fields.as_slice()),
        (Cause::MoneyOverflow, &["/data/bank/accounts/1/transactions/0/amount_minor".to_owned()][..],)
    );
}

#[test]
fn every_wrong_place_is_told_up_to_a_hundred() {
    let mut wrong = account("a", vec![row("2026-01-01", 1, None), row("2026-01-01", -1, None)]);
    wrong.transactions[0].direction = Some(Direction::Debit);
    wrong.transactions[1].direction = Some(Direction::Credit);
    wrong.period = Some(Period { from: date("2026-01-02"), to: date("2026-01-01") });
    wrong.chain_tolerance_minor = 1_000_001;
    let mut twin = account("a", vec![]);
    twin.kind = AccountKind::Savings;
    let mut data = bank(vec![wrong, twin.clone()]);
    data.mobile_money = bank(vec![twin]).bank;
    data.bureau = Some(FlatSource {
        no_record: false,
        period: Some(Period { from: date("2026-01-02"), to: date("2026-01-01") }),
        provider: None,
        retrieved_at: None,
        values: BTreeMap::new(),
    });
    let error = build_at(&data, "2026-01-31T12:00:00Z").unwrap_err();
    let places: Vec<_> =
        error.details.iter().map(|detail| (detail.cause.as_str(), detail.field.as_str())).collect();
    assert_eq!(
        places,
        [
            ("value.out_of_range", "/data/bureau/period"),
            ("value.out_of_range", "/data/bank/accounts/0/period"),
            ("value.out_of_range", "/data/bank/accounts/0/chain_tolerance_minor"),
            ("transaction.sign", "/data/bank/accounts/0/transactions/0/amount_minor"),
            ("transaction.sign", "/data/bank/accounts/0/transactions/1/amount_minor"),
            ("ledger.account_duplicate", "/data/bank/accounts/1/account_id"),
        ]
    );
    let mut many = account("a", vec![row("2026-01-01", 1, None); 500]);
    many.transactions.iter_mut().for_each(|row| row.direction = Some(Direction::Debit));
    let error = build_at(&bank(vec![many]), "2026-01-31T12:00:00Z").unwrap_err();
    assert_eq!(error.details.len(), 100);
    let mut zero = row("2026-01-01", 0, None);
    zero.direction = Some(Direction::Debit);
    assert_eq!(ledger(vec![zero]).accounts[0].rows.len(), 1);
}

#[test]
fn limits_are_named() {
    let build = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        let mut named = account("b", vec![row("2026-01-01", 1, None); 2]);
        named.provider = Some("Bank".into());
        named.transactions[1].counterparty = Some("Payee".into());
        let data = bank(vec![account("a", vec![row("2026-01-01", 1, None)]), named]);
        let as_of = Instant::parse("2026-01-31T12:00:00Z").unwrap();
        Ledger::build(&data, as_of, &limits).map_err(|error| (error.cause, error.fields))
    };
    assert!(build(|limits| (limits.rows, limits.accounts, limits.string_bytes) = (3, 2, 5)).is_ok());
    for change in [|limits: &mut Limits| limits.rows = 2, |limits: &mut Limits| limits.accounts = 1] {
        assert_eq!(build(change).unwrap_err(), (Cause::LimitExceeded, vec!["/data".to_owned()]));
    }
    let places =
        ["provider", "transactions/1/counterparty"].map(|place| format!("/data/bank/accounts/1/{place}"));
    assert_eq!(build(|limits| limits.string_bytes = 3).unwrap_err(), (Cause::LimitExceeded, places.to_vec()));
}
