//! Why a figure of a score is null, and why an input of its card is missing.

use crate::cashflow::NullReason;
use crate::codes::AnswerCode;
use serde::{Serialize, Serializer};
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Why a figure of a score is null.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, IntoStaticStr, VariantArray, EnumMessage,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum ScoreNullReason {
    /// The card is an expert card: nothing was estimated, so nothing is known of its errors.
    #[strum(message = "Develop a card on outcomes where a confidence is needed.")]
    ExpertCard,
    /// The card's development record holds no covariance of the coefficients.
    #[strum(message = "State `coefficient_covariance` in the development record.")]
    NoCoefficientCovariance,
    /// The card has no cut-offs, so its points decide nothing.
    #[strum(message = "State `cutoffs` in the card.")]
    NoCutoffs,
    /// The card has no calibration: its odds are assumed, and its score is only a rank.
    #[strum(message = "Develop a card with a calibration where a PD is needed.")]
    PdAssumed,
    /// A rule referred the application; a confidence is about decisions that the points take.
    #[strum(message = "Read `referral_reasons`.")]
    ReferredByRule,
}

/// Why an input of a card is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputNullReason {
    /// The input is a feature of transactions, which has no value for this reason.
    Feature(NullReason),
    /// The request was to bring the input.
    Request(RequestNullReason),
}

/// The input is a spread against a mean that is not above zero: no data can bring it.
pub(super) const NO_MEAN: InputNullReason = InputNullReason::Feature(NullReason::MeanNotPositive);

/// The input is of balances, and none is known.
pub(super) const NO_BALANCES: InputNullReason = InputNullReason::Feature(NullReason::NoBalances);

/// Returns what the applicant is told of a feature that has no value because a mean is not above zero.
pub(super) fn text_without_mean(feature: &str) -> Option<&'static str> {
    match feature {
        "balance_variability" => Some("On average of the last 90 days your account was empty or overdrawn."),
        "income_volatility" => Some("No income came in during the complete months of your data."),
        _ => None,
    }
}

/// Why an input that the request was to bring is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray, EnumMessage)]
#[strum(serialize_all = "snake_case")]
pub enum RequestNullReason {
    /// The currency of the loan is not that of the accounts.
    #[strum(message = "Give the loan in the currency of the accounts; Kapix holds no exchange rates.")]
    CurrencyDiffers,
    /// The request gives no value for the input.
    #[strum(message = "Give the value if it is known.")]
    NotGiven,
    /// The request gives no data of the source that holds the input.
    #[strum(message = "Give the source in `data` and name it in `data_sources`.")]
    SourceNotGiven,
}

impl AnswerCode for InputNullReason {
    fn all() -> impl Iterator<Item = Self> {
        NullReason::all().map(Self::Feature).chain(RequestNullReason::all().map(Self::Request))
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Feature(reason) => reason.as_str(),
            Self::Request(reason) => reason.as_str(),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Feature(reason) => reason.meaning(),
            Self::Request(reason) => reason.meaning(),
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Feature(reason) => reason.remedy(),
            Self::Request(reason) => reason.remedy(),
        }
    }
}

impl Serialize for InputNullReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for InputNullReason {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "InputNullReason".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let case = |it: Self| serde_json::json!({ "type": "string", "const": it.as_str(), "description": it.meaning() });
        let cases: Vec<_> = Self::all().map(case).collect();
        schemars::json_schema!({ "description": "Why an input of a card is missing.", "oneOf": cases })
    }
}
