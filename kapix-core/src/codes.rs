//! The closed sets of codes that answers hold: why a value is null, what a ledger found in the data, and why an
//! application is referred. `docs/CODES.md` lists them all. Causes of errors are in [`crate::error`].

use strum::{EnumMessage, VariantArray};

/// A code that answers hold, with what it means and what to do about it.
///
/// ```
/// use kapix_core::{cashflow::NullReason, codes::AnswerCode, credit::ReferralCode};
///
/// let reason = NullReason::NoBalances;
/// assert_eq!(reason.as_str(), "no_balances");
/// assert_eq!(reason.meaning(), "An account states no balance, or none after a break in its rows, or covers no day.");
/// assert!(reason.remedy().contains("`opening_balance_minor`"));
///
/// let codes: Vec<&str> = ReferralCode::all().map(AnswerCode::as_str).collect();
/// assert_eq!(codes, ["DATA_QUALITY", "INPUT_STALE", "MISSING_INPUT", "NO_CUTOFFS"]);
/// ```
pub trait AnswerCode: Copy {
    /// Returns every code, in the order of its table in `docs/CODES.md`.
    fn all() -> impl Iterator<Item = Self>;

    /// Returns the code as it is written on the wire, for example `no_balances`.
    fn as_str(self) -> &'static str;

    /// Returns what the code means.
    fn meaning(self) -> &'static str;

    /// Returns what to do about it.
    fn remedy(self) -> &'static str;
}

/// The documentation of a variant is what it means, its `strum(message)` what to do.
impl<T: Copy + EnumMessage + Into<&'static str> + VariantArray> AnswerCode for T {
    fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }

    fn as_str(self) -> &'static str {
        self.into()
    }

    fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }

    fn remedy(self) -> &'static str {
        self.get_message().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::AnswerCode;
    use crate::cashflow::NullReason;
    use crate::credit::{InputNullReason, ReferralCode, ScoreNullReason};
    use crate::fitting::ValidationNull;
    use crate::ledger::FindingKind;
    use crate::policy::{CounterfactualNull, PolicyDoubt, RuleFindingKind};
    use crate::scorecard::DevelopmentFindingCode;
    use crate::statement::{LeftOutReason, ReadingFindingKind};
    use serde::Serialize;

    fn check<T: AnswerCode + Serialize>() {
        let mut names: Vec<&str> = T::all().map(T::as_str).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
        for code in T::all() {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            for sentence in [code.meaning(), code.remedy()] {
                assert!(sentence.trim_end().ends_with('.'), "{}: {sentence:?}", code.as_str());
            }
        }
    }

    #[test]
    fn a_code_is_written_by_its_name_and_has_a_meaning_and_a_remedy() {
        check::<CounterfactualNull>();
        check::<DevelopmentFindingCode>();
        check::<FindingKind>();
        check::<LeftOutReason>();
        check::<ReadingFindingKind>();
        check::<InputNullReason>();
        check::<NullReason>();
        check::<PolicyDoubt>();
        check::<ReferralCode>();
        check::<RuleFindingKind>();
        check::<ScoreNullReason>();
        check::<ValidationNull>();
    }
}
