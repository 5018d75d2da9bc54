//! Scorecards: a versioned document of characteristics, attributes and integer points, proved when it is loaded,
//! and the score of one applicant with its reasons.
//!
//! [`CardBody`] is the document, [`Card`] its proved and compiled form. Scoring puts each input into a slot
//! (an attribute, a special value, missing, unseen); points, reasons, counterfactual and confidence are all read
//! from the slots, so none of them can disagree with the score.

mod batch;
mod body;
mod card;
mod check;
mod confidence;
mod counterfactual;
pub(crate) mod development;
mod explain;
mod finding;
mod input_source;
mod knapsack;
mod missing;
mod safer_bin;
mod score;
#[cfg(test)]
mod tests;

pub use batch::{BatchOutput, RowStatus, ScoreInclude, ScoredRows};
pub(crate) use batch::{Misnamed, inputs_hash, score_frame};
pub use body::{
    AttributeBody, BandBody, BinCounts, Calibration, CardBody, CharacteristicBody, CharacteristicCounts,
    CharacteristicKind, Cutoffs, Decision, DevelopmentBody, EntityType, Fallback, Minimum, PdBasis, PdKind,
    ReasonText, SampleDates, Scaling, SpecialBody, ValueRange,
};
pub use card::Card;
pub(crate) use check::NO_RECORD;
pub use counterfactual::{Counterfactual, Move};
pub use development::{
    BinnedColumn, CardCutoffs, CardSettings, CharacteristicSettings, DevelopmentValidation, ExcludedRows,
    Exclusion, MissingInput, MissingReport, MissingSettings, PartReport, SampleReport, SampleSettings,
    SplitMethod, SplitSettings, Stage, TargetKind,
};
pub(crate) use explain::{Part, Ranking, Top, WEIGHTS_MAX};
pub use explain::{Reason, ReasonMethod, Weight};
pub use finding::{DevelopmentFinding, DevelopmentFindingCode};
pub use input_source::{ContextInput, InputSource};
pub use missing::{Judged, MissingEffect, WithheldSet};
pub use score::{Input, Slots};
