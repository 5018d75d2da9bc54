//! Payments that were given back: a credit whose text says so, and the debit before it; and the other way round, a debit that
//! takes back the credit before it.

use super::account::Transaction;
use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::Row;
use super::texts;
use super::uploads::Uploads;
use crate::time::Date;
use std::collections::BTreeMap;

/// Days from a payment to its reversal at most.
const REVERSED_WITHIN_DAYS: i32 = 30;

/// The categories of a debit that takes back a credit.
const TAKEN_BACK: [&str; 2] = ["reversal", "refund"];

/// Takes credits out of the income whose text begins with a word of reversal where a debit of their amount lies at most 30
/// days before, and returns them with the latest of these debits. `rows` are in the order of their days.
///
/// The text says that the money was given back; the debit shows that there was something to give back. So one debit may
/// stand for several credits. A debit whose text or category says that it takes money back takes the latest credit of its
/// amount out, which is income and lies at most 30 days before: one debit one credit.
pub(super) fn mark(uploads: &Uploads<'_>, rows: &mut [Row]) -> Tally {
    let mut tally = Tally::new(FindingKind::Reversals);
    given_back(uploads, rows, &mut tally);
    taken_back(uploads, rows, &mut tally);
    tally
}

fn given_back(uploads: &Uploads<'_>, rows: &mut [Row], tally: &mut Tally) {
    let reverses = |row: &Row| {
        let text = uploads.transaction(row.input).map(texts::text);
        row.income && text.is_some_and(texts::names_reversal)
    };
    if !rows.iter().any(reverses) {
        return;
    }
    // The debits so far, by amount: of each the latest.
    let mut debits: BTreeMap<i64, (Date, u32)> = BTreeMap::new();
    for day in rows.chunk_by_mut(|a, b| a.date == b.date) {
        for row in day.iter().filter(|row| row.amount_minor < 0) {
            debits.insert(row.amount_minor, (row.date, row.input));
        }
        for row in day.iter_mut().filter(|row| reverses(row)) {
            let debit = debits.get(&row.amount_minor.saturating_neg());
            if let Some((date, input)) =
                debit.filter(|(date, _)| row.date.days_since(*date) <= REVERSED_WITHIN_DAYS)
            {
                row.income = false;
                let amounts = [row.amount_minor.saturating_neg(), row.amount_minor];
                tally.case(&[*input, row.input], &amounts, *date, row.date);
            }
        }
    }
}

fn taken_back(uploads: &Uploads<'_>, rows: &mut [Row], tally: &mut Tally) {
    let takes_back = |row: &Row| {
        let of = |transaction: &Transaction| {
            let category = transaction.category.as_deref();
            let is_named = |category| TAKEN_BACK.iter().any(|name| texts::names(category, name));
            texts::takes_back(texts::text(transaction)) || category.is_some_and(is_named)
        };
        row.amount_minor < 0 && uploads.transaction(row.input).is_some_and(of)
    };
    let debits: Vec<Row> = rows.iter().filter(|row| takes_back(row)).copied().collect();
    if debits.is_empty() {
        return;
    }
    // The places of the credits of each amount, in the order of their days.
    let mut credits: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.income) {
        credits.entry(row.amount_minor).or_default().push(place);
    }
    for debit in debits {
        let Some(places) = credits.get_mut(&debit.amount_minor.saturating_neg()) else { continue };
        let is_before = |place: &usize| {
            let days = rows.get(*place).map(|row| debit.date.days_since(row.date));
            days.is_some_and(|days| (0..=REVERSED_WITHIN_DAYS).contains(&days))
        };
        let Some(latest) = places.iter().rposition(is_before) else { continue };
        let Some(credit) = rows.get_mut(places.remove(latest)) else { continue };
        credit.income = false;
        let amounts = [credit.amount_minor, debit.amount_minor];
        tally.case(&[credit.input, debit.input], &amounts, credit.date, debit.date);
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::FindingKind;
    use crate::domain::given::{account, ledger};
    use serde_json::json;

    #[test]
    fn a_payment_that_was_given_back_is_no_income() {
        let told = |text: &str, days: [&str; 2], amounts: [i64; 2]| {
            let rows = [
                json!({"at": days[0], "amount_minor": amounts[0], "description": "Pay bill 12"}),
                json!({"at": days[1], "amount_minor": amounts[1], "description": text}),
            ];
            let ledger = ledger(&json!([account("a", &rows)]));
            let found = ledger.findings.iter().find(|it| it.kind == FindingKind::Reversals);
            let credit = ledger.accounts[0].rows.iter().find(|row| row.amount_minor > 0).unwrap();
            assert_eq!(credit.income, found.is_none());
            assert!(!credit.transfer && !credit.disputed);
            found.map(|found| (found.rows.clone(), found.amounts_minor.clone()))
        };
        let (near, paid) = (["2026-03-01", "2026-03-31"], [-50, 50]);
        let both = Some((vec![0, 1], vec![-50, 50]));
        for text in [
            "Reversal of QX12",
            "REVERSED: pay bill",
            "pending reversal",
            "Contre-passation 3",
            "contrepassation",
            "Extourne",
            "ESTORNO pix",
            "urejesho wa malipo",
        ] {
            assert_eq!(told(text, near, paid), both, "{text}");
        }
        for text in ["Irreversal", "Salary reversal", "Contre tout", "", "Refund"] {
            assert_eq!(told(text, near, paid), None, "{text}");
        }
        assert_eq!(told("Reversal", ["2026-02-28", "2026-03-31"], paid), None, "31 days");
        assert_eq!(told("Reversal", ["2026-03-02", "2026-03-01"], paid), None, "before the payment");
        assert_eq!(told("Reversal", near, [-50, 51]), None);
        assert_eq!(told("Reversal", near, [50, 50]), None);
        assert_eq!(told("Reversal", ["2026-03-01", "2026-03-01"], paid), both);
    }

    #[test]
    fn a_credit_that_a_debit_takes_back_is_no_income() {
        let told = |debit: serde_json::Value, days: [&str; 2], amounts: [i64; 2]| {
            let mut debit = debit;
            debit["at"] = json!(days[1]);
            debit["amount_minor"] = json!(amounts[1]);
            let rows = [json!({"at": days[0], "amount_minor": amounts[0], "description": "Salary"}), debit];
            let ledger = ledger(&json!([account("a", &rows)]));
            let found = ledger.findings.iter().find(|it| it.kind == FindingKind::Reversals);
            let credit = ledger.accounts[0].rows.iter().find(|row| row.amount_minor > 0).unwrap();
            assert_eq!(credit.income, found.is_none());
            found.map(|found| (found.rows.clone(), found.amounts_minor.clone()))
        };
        let (near, paid) = (["2026-03-01", "2026-03-31"], [50, -50]);
        let both = Some((vec![0, 1], vec![50, -50]));
        for debit in [
            json!({"description": "Reversal of salary"}),
            json!({"description": "Returned cheque"}),
            json!({"description": "Acme", "category": "Reversal"}),
            json!({"category": "refund"}),
        ] {
            assert_eq!(told(debit.clone(), near, paid), both, "{debit}");
            assert_eq!(told(debit.clone(), ["2026-02-28", "2026-03-31"], paid), None, "31 days");
            assert_eq!(told(debit.clone(), ["2026-03-02", "2026-03-01"], paid), None, "before the credit");
            assert_eq!(told(debit, near, [50, -51]), None);
        }
        for debit in [json!({"description": "Rent"}), json!({"description": "Salary reversal"})] {
            assert_eq!(told(debit, near, paid), None);
        }
        // One debit takes back one credit, the latest.
        let rows = ["2026-03-01", "2026-03-02"]
            .map(|at| json!({"at": at, "amount_minor": 50, "description": "Sale"}));
        let debit = json!({"at": "2026-03-03", "amount_minor": -50, "description": "Refund"});
        let ledger = ledger(&json!([account("a", &[rows.to_vec(), vec![debit]].concat())]));
        let income: Vec<bool> = ledger.accounts[0].rows.iter().map(|row| row.income).collect();
        assert_eq!(income, [true, false, false]);
    }
}
