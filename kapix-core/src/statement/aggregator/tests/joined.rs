//! Pages and repeated pulls.

use super::given::{left_out, mono, plaid, reading, rows};
use crate::domain::AccountKind;
use crate::statement::{LeftOutReason, ReadingFindingKind};
use serde_json::{Value, json};

fn page(added: &[Value], modified: &[Value], removed: &[&str], has_more: bool) -> Value {
    let removed: Vec<Value> =
        removed.iter().map(|id| json!({"transaction_id": id, "account_id": "A1"})).collect();
    json!({"added": added, "modified": modified, "removed": removed, "has_more": has_more})
}

#[test]
fn modified_replaces_and_removed_leaves_whatever_the_page() {
    let pages = [
        page(&[plaid("a", "2026-03-01", 1.0), plaid("b", "2026-03-02", 2.0)], &[], &["c"], true),
        page(&[plaid("c", "2026-03-03", 3.0)], &[plaid("a", "2026-03-01", 1.5)], &["never_here"], false),
    ];
    for documents in [pages.to_vec(), vec![json!(pages)]] {
        let read = reading(&documents, &json!({})).unwrap();
        assert_eq!(
            rows(&read),
            [("2026-03-01".to_owned(), -150, None), ("2026-03-02".to_owned(), -200, None)]
        );
        assert_eq!(left_out(&read, LeftOutReason::Removed), 1);
        assert_eq!(left_out(&read, LeftOutReason::Replaced), 1);
        assert!(read.findings.is_empty());
        // The replacing row is element 3: a, b, c, a.
        assert_eq!(read.accounts[0].lines, [3, 1]);
    }
}

#[test]
fn the_same_row_on_two_pages_counts_once_and_equal_rows_of_two_ids_twice() {
    let shared = mono("b", "2026-03-02T09:00:00.000Z", 200, "debit", 700);
    let twin = mono("c", "2026-03-02T09:00:00.000Z", 200, "debit", 500);
    let first = json!({"data": [shared, twin], "meta": {"total": 3, "next": "https://example.test/2"}});
    let second = json!({"data": [shared, mono("d", "2026-03-01T09:00:00.000Z", 900, "credit", 900)], "meta": {"total": 3, "next": null}});
    let read = reading(&[first.clone(), second], &json!({})).unwrap();
    assert_eq!(rows(&read).len(), 3);
    assert_eq!(left_out(&read, LeftOutReason::Repeated), 1);
    assert_eq!(read.proof.totals[0].found_minor, 3);
    assert!(
        read.findings.iter().all(|finding| finding.kind == ReadingFindingKind::NewestFirst),
        "{:?}",
        read.findings
    );
    // The first page alone says that rows are missing.
    let read = reading(&[first], &json!({})).unwrap();
    let kinds: Vec<ReadingFindingKind> = read.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [ReadingFindingKind::PagesMissing, ReadingFindingKind::TotalMismatch]);
}

#[test]
fn a_later_pull_replaces_and_one_page_keeps_both() {
    let early = mono("a", "2026-03-01T09:00:00.000Z", 200, "debit", 700);
    let mut late = early.clone();
    late["category"] = json!("reversal");
    let read = reading(&[json!({"data": [early]}), json!({"data": [late]})], &json!({})).unwrap();
    assert_eq!(rows(&read).len(), 1);
    assert_eq!(read.accounts[0].account.transactions[0].category.as_deref(), Some("reversal"));
    assert_eq!(left_out(&read, LeftOutReason::Replaced), 1);
    // One page that has two rows of one id contradicts itself: both stay, and the ledger tells of the shared id.
    let read = reading(&[json!({"data": [early, late]})], &json!({})).unwrap();
    assert_eq!(rows(&read).len(), 2);
}

#[test]
fn a_receipt_of_a_payment_and_its_charge_is_two_rows() {
    let row = |withdrawn: &str, balance: &str| {
        json!({"receipt_no": "UA1", "completion_time": "2026-03-02 10:00:00",
        "details": "d", "status": "Completed", "withdrawn": withdrawn, "balance": balance})
    };
    let pull = json!({"rows": [row("100.00", "900.00"), row("5.00", "895.00")]});
    let read = reading(&[pull.clone(), pull], &json!({})).unwrap();
    assert_eq!(rows(&read).iter().map(|row| row.1).collect::<Vec<_>>(), [-10_000, -500]);
    assert_eq!(left_out(&read, LeftOutReason::Repeated), 2);
}

#[test]
fn every_element_is_a_row_or_is_counted() {
    let rows_of = |ids: &[usize]| -> Vec<Value> {
        ids.iter().map(|id| plaid(&id.to_string(), "2026-03-01", 1.0)).collect()
    };
    for removed in [vec![], vec!["1"], vec!["1", "2", "9"]] {
        let pages = [
            page(&rows_of(&[0, 1, 2, 1]), &rows_of(&[2]), &removed, false),
            page(&rows_of(&[3, 0]), &[], &[], false),
        ];
        let read = reading(&pages, &json!({})).unwrap();
        let counted: u64 = read.left_out.counts.values().sum();
        assert_eq!(rows(&read).len() as u64 + counted, 7);
    }
}

#[test]
fn modified_replaces_a_row_that_was_of_another_account() {
    let mut moved = plaid("a", "2026-03-01", 1.5);
    moved["account_id"] = json!("A2");
    let pages = [page(&[plaid("a", "2026-03-01", 1.0)], &[], &[], true), page(&[], &[moved], &[], false)];
    let read = reading(&pages, &json!({})).unwrap();
    assert_eq!(read.accounts.len(), 1);
    assert_eq!(read.accounts[0].account.account_id.as_str(), "A2");
    assert_eq!(rows(&read), [("2026-03-01".to_owned(), -150, None)]);
    assert_eq!(left_out(&read, LeftOutReason::Replaced), 1);
}

#[test]
fn an_empty_first_page_is_of_the_account_behind_it() {
    let kinds = |pages: &[Value]| -> Vec<ReadingFindingKind> {
        reading(pages, &json!({"profile": {"preset": "plaid"}}))
            .unwrap()
            .findings
            .iter()
            .map(|found| found.kind)
            .collect()
    };
    let full = |has_more: bool| page(&[plaid("a", "2026-03-01", 1.0)], &[], &[], has_more);
    assert_eq!(kinds(&[page(&[], &[], &[], true), full(false)]), []);
    // That no page follows an empty one says nothing of the others.
    let missing = [ReadingFindingKind::PagesMissing];
    assert_eq!(kinds(&[page(&[], &[], &[], false), full(true)]), missing);
    assert_eq!(kinds(&[page(&[], &[], &[], true), full(true)]), missing);
    assert_eq!(kinds(&[full(true), page(&[], &[], &[], false)]), []);
}

#[test]
fn pages_and_totals_are_of_each_account() {
    let stitch = |account: &str, more: bool| {
        let row = json!({"node": {"id": format!("{account}1"), "amount": {"quantity": "5.00", "currency": "ZAR"},
            "description": "d", "date": "2026-03-01"}});
        json!({"data": {"node": {"id": account, "transactions": {"pageInfo": {"hasNextPage": more}, "edges": [row]}}}})
    };
    let kinds = |pages: &[Value]| -> Vec<ReadingFindingKind> {
        reading(pages, &json!({})).unwrap().findings.iter().map(|found| found.kind).collect()
    };
    let missing = [ReadingFindingKind::PagesMissing];
    assert_eq!(kinds(&[stitch("A", false), stitch("B", true)]), missing);
    assert_eq!(kinds(&[stitch("B", true), stitch("A", false)]), missing);
    assert_eq!(kinds(&[stitch("A", false), stitch("B", false)]), []);
    assert_eq!(kinds(&[stitch("B", true), stitch("A", false), stitch("B", false)]), []);
    // Several accounts on one page.
    let two = |more: bool| {
        let account = |id: &str, more: bool| {
            let one = stitch(id, more);
            json!({"id": id, "transactions": one["data"]["node"]["transactions"]})
        };
        json!({"data": {"user": {"bankAccounts": [account("A", false), account("B", more)]}}})
    };
    assert_eq!((kinds(&[two(true)]), kinds(&[two(false)])), (missing.to_vec(), vec![]));
    // Two connections of Plaid, and one of two accounts whose last page is empty.
    let of = |id: &str, account: &str| {
        let mut row = plaid(id, "2026-03-01", 1.0);
        row["account_id"] = json!(account);
        row
    };
    let first = page(&[of("a", "A1"), of("b", "A2")], &[], &[], true);
    assert_eq!(kinds(&[page(&[of("c", "B1")], &[], &[], false), first.clone()]), missing);
    assert_eq!(kinds(&[first.clone(), page(&[], &[], &[], false)]), []);
    assert_eq!(kinds(&[first, page(&[of("d", "A2")], &[], &[], false)]), []);
    let counted = |id: &str, account: &str, total: u64| json!({"transactions": [of(id, account)], "total_transactions": total});
    assert_eq!(kinds(&[counted("a", "A1", 1), counted("b", "B1", 2)]), [ReadingFindingKind::TotalMismatch]);
    assert_eq!(kinds(&[counted("a", "A1", 1), counted("b", "B1", 1)]), []);
}

#[test]
fn an_account_is_what_the_page_lists_it_as() {
    let row = |id: &str, account: &str| {
        let mut row = plaid(id, "2026-03-01", 1.0);
        row["account_id"] = json!(account);
        row
    };
    let lists = json!([{"account_id": "A", "type": "depository", "subtype": "checking"},
        {"account_id": "B", "type": "credit", "subtype": "credit card"}, {"account_id": "C", "type": "loan", "subtype": "student"},
        {"account_id": "D", "type": "depository", "subtype": "savings"}, {"account_id": "E", "type": "other", "subtype": null}]);
    let rows: Vec<Value> = ["A", "B", "C", "D", "E"].iter().map(|id| row(id, id)).collect();
    let of = |request: Value| -> Vec<AccountKind> {
        let document =
            json!({"accounts": lists, "added": rows, "modified": [], "removed": [], "has_more": false});
        reading(&[document], &request).unwrap().accounts.iter().map(|it| it.account.kind).collect()
    };
    assert_eq!(
        of(json!({})),
        [
            AccountKind::Current,
            AccountKind::Card,
            AccountKind::Loan,
            AccountKind::Savings,
            AccountKind::Other
        ]
    );
    assert_eq!(
        of(json!({"account": {"kind": "current"}})),
        [
            AccountKind::Current,
            AccountKind::Card,
            AccountKind::Loan,
            AccountKind::Savings,
            AccountKind::Current
        ]
    );
}
