//! The development of a card from rows with known outcomes, and a card beside such rows.
//!
//! A frame becomes a sample (exclusions, the definition of bad, the hold-out rows), every column is binned, the
//! characteristics are chosen and fitted, coefficients become points, and the card is measured on rows that it never
//! saw. Nothing here is random but by the request's seed, and nothing depends on the number of threads.

mod assemble;
mod candidates;
mod coding;
mod cutoffs;
mod develop;
mod digest;
mod evaluate;
mod findings;
mod marks;
mod measure;
mod missing_together;
mod model;
mod outcome;
mod population;
mod reading;
mod reason_texts;
mod request;
mod response;
mod sample;
mod sample_settings;
mod steps;
mod summary;
mod weights;
mod withheld;

pub(crate) use develop::develop;
pub(crate) use evaluate::evaluate;
#[cfg(test)]
pub(super) use population::{DevelopmentSample, Population, SlotPoints};
pub use request::{
    CardCutoffs, CardSettings, CharacteristicSettings, MissingSettings, ScorecardDevelopRequest,
    ScorecardEvaluateRequest, Stage, TargetKind,
};
pub use response::{
    BinnedColumn, DevelopmentValidation, ExcludedRows, MissingInput, MissingReport, PartReport, SampleReport,
};
pub use sample_settings::{Exclusion, SampleSettings, SplitMethod, SplitSettings};
