//! Payments that were given back: a credit whose text says so, and the debit before it.

use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::Row;
use super::texts;
use super::uploads::Uploads;
use crate::time::Date;
use std::collections::BTreeMap;

/// Days from a payment to its reversal at most.
const REVERSED_WITHIN_DAYS: i32 = 30;

/// Takes credits out of the income whose text begins with a word of reversal where a debit of their amount lies at most 30
/// days before, and returns them with the latest of these debits. `rows` are in the order of their days.
///
/// The text says that the money was given back; the debit shows that there was something to give back. So one debit may
/// stand for several credits.
pub(super) fn mark(uploads: &Uploads<'_>, rows: &mut [Row]) -> Tally {
    let mut tally = Tally::new(FindingKind::Reversals);
    let reverses = |row: &Row| {
        let text = uploads.transaction(row.input).map(texts::text);
        row.income && text.is_some_and(texts::names_reversal)
    };
    if !rows.iter().any(reverses) {
        return tally;
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
    tally
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
}
