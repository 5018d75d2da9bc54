//! The requests `scorecard.develop` and `scorecard.evaluate`, as they are on the wire.

use super::super::body::{EntityType, Minimum, ReasonText};
use super::sample_settings::SampleSettings;
use crate::domain::MISSING_TEXTS;
use crate::error::{Cause, Error, Result};
use crate::fitting::{
    BandSettings, BinningSettings, CalibrationSettings, CutoffSettings, RegressionSettings, ScalingSettings,
    SelectionSettings, ValidationSettings,
};
use crate::id::Id;
use crate::json::Scalar;
use crate::time::{Date, Instant};
use core::fmt;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most texts that a card takes for no value.
const TEXTS_MAX: usize = 100;

/// Asks for a scorecard developed from rows with known outcomes; the rows come as columns.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScorecardDevelopRequest {
    /// The instant of the development; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Values of the target that are bad; default 1, `bad` and true where the others are 0, `good` and false. Any other
    /// target must state them.
    #[serde(default, deserialize_with = "listed", skip_serializing_if = "Vec::is_empty")]
    pub bad: Vec<Scalar>,
    /// How risk bands are made.
    #[serde(default)]
    pub bands: BandSettings,
    /// How each column is binned, unless `characteristics` states otherwise for one.
    #[serde(default)]
    pub binning: BinningSettings,
    /// From the score to a probability.
    #[serde(default)]
    pub calibration: CalibrationSettings,
    /// Name, version and owner of the card.
    #[serde(default)]
    pub card: CardSettings,
    /// What differs for one column, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub characteristics: BTreeMap<String, CharacteristicSettings>,
    /// The rows by column, when no columns come beside the request.
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Totals at which the decision changes. Without them the card refers every application.
    pub cutoffs: Option<CardCutoffs>,
    /// Whom the card scores; default individuals.
    #[serde(default = "individuals")]
    pub entity_types: Vec<EntityType>,
    /// Columns that are no characteristics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Folds of the cross-validation of the card, 2..=20, or 0 for none; default 5, and 0 with a hold-out part.
    pub folds: Option<u8>,
    /// Values of the target that are good, when others mean that the outcome is not known; default: the one other
    /// value.
    #[serde(default, deserialize_with = "listed", skip_serializing_if = "Vec::is_empty")]
    pub good: Vec<Scalar>,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// The only columns that may be characteristics; default all but those named elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// The least history that the card accepts; default none.
    pub minimum: Option<Minimum>,
    /// What it means that an input is missing.
    #[serde(default, skip_serializing_if = "MissingSettings::is_default")]
    pub missing: MissingSettings,
    /// How coefficients are fitted.
    #[serde(default)]
    pub regression: RegressionSettings,
    /// What the rows are, and how they are set aside.
    #[serde(default)]
    pub sample: SampleSettings,
    /// From coefficients to points.
    #[serde(default)]
    pub scaling: ScalingSettings,
    /// Seed of splits and folds.
    #[serde(default)]
    pub seed: i64,
    /// Which characteristics enter.
    #[serde(default)]
    pub selection: SelectionSettings,
    /// How far to go; default `card`.
    #[serde(default)]
    pub stage: Stage,
    /// Column with the outcome; it has two values in the sample, or numbers at stage `binning` with `target_kind`
    /// `continuous`.
    pub target: String,
    /// Whether the target is an outcome or a number; default `binary`.
    #[serde(default)]
    pub target_kind: TargetKind,
    /// What is measured of the card.
    #[serde(default)]
    pub validation: ValidationSettings,
    /// Column with the weight of each row, finite and above 0; they are divided by their mean over the development rows.
    pub weight: Option<String>,
}

/// Totals at which the decision changes: stated, or chosen by the effect of each total.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CardCutoffs {
    /// Least total that is approved; default by `curve`: the greatest expected profit, else the target bad rate, else the
    /// target approval rate.
    pub approve: Option<i32>,
    /// Targets and profit that choose the cut-off.
    #[serde(default)]
    pub curve: CutoffSettings,
    /// Least total that is referred; default: `approve` minus the points that double the odds, rounded down.
    pub refer: Option<i32>,
}

/// What it means that an input is missing.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingSettings {
    /// Names of inputs without which no application is approved: their missing bins state `refer`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refer: Vec<String>,
    /// Special values of the binning that say that there is no value: they count as missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<Scalar>,
    /// Texts that say that there is no value, without white space at their ends, at most 100; default the empty text,
    /// `#N/A`, `-`, `<NA>`, `?`, `N/A`, `NA`, `NULL`, `NaN`, `NaT`, `None`, `n/a`, `nan` and `null`. An empty list takes
    /// every text as it stands. The card states them; a special value of the binning keeps its bin.
    pub texts: Option<Vec<String>>,
}

impl MissingSettings {
    fn is_default(&self) -> bool {
        self.refer.is_empty() && self.special.is_empty() && self.texts.is_none()
    }

    /// Returns the texts that say that there is no value.
    pub(super) fn texts(&self) -> Cow<'_, [String]> {
        let default = || MISSING_TEXTS.iter().map(|text| (*text).to_owned()).collect();
        self.texts.as_deref().map_or_else(|| Cow::Owned(default()), Cow::Borrowed)
    }

    /// Returns an error unless the texts may stand in a card.
    pub(super) fn check(&self) -> Result<()> {
        let texts = self.texts.as_deref().unwrap_or_default();
        let is_wrong = |(index, text): &(usize, &String)| {
            *index >= TEXTS_MAX
                || text.trim() != *text
                || texts.iter().position(|own| own == *text) != Some(*index)
        };
        match texts.iter().enumerate().find(is_wrong) {
            None => Ok(()),
            Some((index, _)) => {
                let message =
                    format!("at most `{TEXTS_MAX}` texts, each once and without white space at its ends");
                Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/missing/texts/{index}")))
            }
        }
    }
}

/// How far a development goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Stage {
    /// To the bins and their tables.
    Binning,
    /// To a card.
    #[default]
    Card,
}

/// What the target is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TargetKind {
    /// Bad or good.
    #[default]
    Binary,
    /// A number; only for `stage` `binning`.
    Continuous,
}

/// Name, version and owner of the card that is developed; what is not stated reads `not stated` in the artefact.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CardSettings {
    /// Id of the artefact; default `card`.
    pub id: Option<String>,
    /// Uses that are excluded, and what is not known of the card.
    pub limitations: Option<String>,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// Its purpose.
    pub purpose: Option<String>,
    /// Day by which it must be reviewed.
    pub review_due: Option<Date>,
    /// Version of the artefact; default `1`.
    pub version: Option<String>,
}

/// What differs for one characteristic.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CharacteristicSettings {
    /// How it is binned; default for each field is that of the request's `binning`.
    #[serde(default)]
    pub binning: BinningSettings,
    /// A counterfactual may not move it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub immovable: bool,
    /// Why a protected characteristic may be used; without it a protected one stays out of the card.
    pub legal_basis: Option<String>,
    /// Cost of moving it by one bin in a counterfactual; default 1.
    pub move_cost: Option<u32>,
    /// Characteristics of the same name move together in a counterfactual: windows of one attribute.
    pub moves_with: Option<String>,
    /// The input is protected by law (age, sex, ...).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub protected: bool,
    /// Code of its reason; default made from its name. Characteristics of one code are one reason.
    pub reason: Option<String>,
    /// Texts of its reason; default made from its name.
    pub reason_text: Option<ReasonText>,
    /// Why a source, and not the applicant, withholds it; not needed for `bureau.NAME` and `internal_loans.NAME`.
    pub withheld: Option<String>,
}

/// Asks how well a loaded card ranks and is calibrated on rows with known outcomes; the rows come as columns.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScorecardEvaluateRequest {
    /// The instant of the evaluation; the engine's clock fills it when absent.
    pub as_of: Option<Instant>,
    /// Values of the target that are bad; default 1, `bad` and true where the others are 0, `good` and false. Any other
    /// target must state them.
    #[serde(default, deserialize_with = "listed", skip_serializing_if = "Vec::is_empty")]
    pub bad: Vec<Scalar>,
    /// `id` or `id@version` of a card; default by the routes.
    pub card: Option<String>,
    /// The rows by column, when no columns come beside the request.
    pub columns: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Whom the card must score.
    pub entity_type: EntityType,
    /// Values of the target that are good, when others mean that the outcome is not known.
    #[serde(default, deserialize_with = "listed", skip_serializing_if = "Vec::is_empty")]
    pub good: Vec<Scalar>,
    /// The same key and request give the stored answer.
    pub idempotency_key: Option<Id>,
    /// Seed; an evaluation does not use it and returns it.
    #[serde(default)]
    pub seed: i64,
    /// Column with the outcome.
    pub target: String,
    /// What is measured.
    #[serde(default)]
    pub validation: ValidationSettings,
    /// Column with the weight of each row, finite and above 0; they are divided by their mean over the measured rows.
    pub weight: Option<String>,
}

fn individuals() -> Vec<EntityType> {
    vec![EntityType::Individual]
}

/// Reads a list of values; what is no list is refused with how one is written.
fn listed<'de, D: Deserializer<'de>>(source: D) -> core::result::Result<Vec<Scalar>, D::Error> {
    struct List;

    impl<'de> Visitor<'de> for List {
        type Value = Vec<Scalar>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of values, such as `[1]`")
        }

        fn visit_seq<A: SeqAccess<'de>>(
            self,
            mut elements: A,
        ) -> core::result::Result<Vec<Scalar>, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = elements.next_element()? {
                values.push(value);
            }
            Ok(values)
        }
    }

    source.deserialize_seq(List)
}
