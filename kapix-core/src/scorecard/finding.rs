//! What the development and the evaluation of a card find.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// One thing that an auditor must know of a fit.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevelopmentFinding {
    /// What was found.
    pub code: DevelopmentFindingCode,
    /// The feature that it concerns; absent when it concerns the fit.
    pub feature: Option<String>,
    /// One sentence.
    pub message: String,
}

/// What the development of a card found.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumMessage, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[strum(serialize_all = "snake_case")]
pub enum DevelopmentFindingCode {
    /// No two bands keep the limits, so every total is in one band.
    #[strum(message = "Use more rows, or relax `bands`.")]
    Bands,
    /// Fixed cut points separate no rows, or the constraints of a column cannot be met.
    #[strum(message = "Relax one of the settings that the message names.")]
    Binning,
    /// A column holds neither numbers nor text and was left out.
    #[strum(
        message = "Bring it as numbers or text, such as the days before the observation, or name it in `exclude`."
    )]
    ColumnType,
    /// A column numbers the rows and was left out.
    #[strum(message = "Nothing, or name it in `include`.")]
    IdLike,
    /// Rows whose outcome is not yet known were not left out.
    #[strum(message = "State `horizon_days`.")]
    Immature,
    /// A characteristic predicts the outcome better than anything known before it should.
    #[strum(message = "Ask when its values became known; leave it out if that was after the outcome.")]
    Leaking,
    /// One value tells nothing apart: the characteristic stands in the card by its bins for missing, special or unseen
    /// values alone.
    #[strum(message = "Ask why values are missing, or name the column in `exclude`.")]
    MissingOnly,
    /// Of the development rows, more than 5 % would be referred since inputs are missing.
    #[strum(message = "Leave out inputs that are often missing, or plan for the referrals.")]
    MissingRefers,
    /// Text that says that there is no value, such as `NA`, was read as missing.
    #[strum(message = "Nothing; where such a text is a category, name the right ones in `missing.texts`.")]
    MissingTexts,
    /// A bin for missing, special or unseen values has the neutral points: its rows count in another characteristic.
    #[strum(message = "Nothing.")]
    MissingTogether,
    /// Of the rows, by weight, more than half are bad.
    #[strum(message = "Check that `bad` names the bad values, and not the good ones.")]
    MostlyBad,
    /// The card or its cut-offs were not measured on rows outside the fit.
    #[strum(message = "Set rows aside, or let `folds` be 2 or more.")]
    NoOutsideRows,
    /// A column has one attribute only, or no partition meets its constraints.
    #[strum(message = "Nothing, or relax one of the settings that the message names.")]
    NotBinned,
    /// The PD is a rank, not a probability.
    #[strum(message = "State and measure what the message names.")]
    PdAssumed,
    /// A bin for missing, special or unseen values has the neutral points: its rows do not show that it is safer.
    #[strum(message = "Nothing.")]
    PointsLowered,
    /// A protected characteristic is in the card, or was left out because no legal basis is stated.
    #[strum(message = "Have the law checked before the card is used.")]
    Protected,
    /// The AUC of rows outside the fit is below one half: the card ranks the bad above the good.
    #[strum(message = "Check that `bad` names the bad values; if it does, do not use the card.")]
    RanksBackwards,
    /// The card does not rank rows outside the fit.
    #[strum(message = "Use more rows or other columns; do not use the card.")]
    RanksNothing,
    /// Rare categories count as unseen.
    #[strum(message = "Join categories, or lower `rare_share`.")]
    RareCategories,
    /// The texts of a column are numbers, in 90 % of its rows or more, and were read as categories.
    #[strum(
        message = "State `kind` in the binning of the column: `numeric` reads them as numbers, `categorical` keeps them."
    )]
    ReadsAsNumbers,
    /// The texts of a reason were made from the name of its column.
    #[strum(message = "State `reason_text` before an applicant reads them.")]
    ReasonTexts,
    /// Rounding to points changes more than 5 % of the decisions.
    #[strum(message = "Choose a larger `pdo` or range.")]
    Rounding,
    /// A characteristic takes part in separating good and bad rows.
    #[strum(message = "Ask whether it is known before the outcome; its coefficient rests on the penalty.")]
    Separation,
    /// No row holds a special value that is stated.
    #[strum(message = "Check the value, or take it out of `special_values`.")]
    SpecialIdle,
    /// A safer bin of a characteristic raises the risk in the card.
    #[strum(message = "Leave one of the characteristics out that say the same.")]
    WrongSign,
}
