//! Which names are taken for misspelt ones.

use super::{Likeness, Misspelt, misspelt};

fn found<'n>(given: &'n str, missing: &'n str) -> Option<Likeness> {
    misspelt([given].into_iter(), [missing].into_iter()).first().map(|it: &Misspelt<'_>| it.likeness)
}

#[test]
fn a_name_that_folds_to_a_missing_input_is_the_same() {
    for given in ["Income", "IN-COME", "in come", "in_come"] {
        assert_eq!(found(given, "income"), Some(Likeness::Same), "{given}");
    }
    assert_eq!(found("Application.Income", "application.income"), Some(Likeness::Same));
    assert_eq!(found("Internal-Loans.Days Late", "internal_loans.days_late"), Some(Likeness::Same));
}

#[test]
fn two_edits_are_near_and_three_are_not() {
    for given in ["incme", "icnome", "incomes", "imcone", "applicaton.income"] {
        let input = if given.contains('.') { "application.income" } else { "income" };
        assert_eq!(found(given, input), Some(Likeness::Near), "{given}");
    }
    for given in ["outcome", "incoherence", "age"] {
        assert_eq!(found(given, "income"), None, "{given}");
    }
}

#[test]
fn short_names_and_other_digits_are_other_names() {
    assert_eq!(found("sex", "age"), None);
    assert_eq!(found("application.sex", "application.age"), None);
    assert_eq!(found("inquiries_3m", "inquiries_6m"), None);
    assert_eq!(found("inquires_6m", "inquiries_6m"), Some(Likeness::Near));
}

#[test]
fn names_are_compared_only_with_what_is_missing() {
    assert_eq!(misspelt(["Income"].into_iter(), core::iter::empty()), []);
}

#[test]
fn letters_of_other_scripts_are_compared_by_letter() {
    assert_eq!(found("доход", "доходы"), Some(Likeness::Near));
    assert_eq!(found("ДОХОДЫ", "доходы"), Some(Likeness::Same));
}

#[test]
fn long_names_cost_no_time() {
    let long = "a".repeat(60_000);
    let other = "b".repeat(60_000);
    assert_eq!(found(&long, &other), None);
}
