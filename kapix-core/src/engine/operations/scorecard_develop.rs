//! `scorecard.develop`: a card from rows with known outcomes. Its request stands with the development that reads it.

use super::{Call, Done, Interrupt, Operate, instant, recorded};
use crate::engine::registry::{self, Kind, Provenance, ProvenanceStatus};
use crate::error::Result;
use crate::fitting::{
    BandReport, CalibrationReport, CutoffReport, Regression, RoundingReport, SelectionReport,
};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::scorecard::development::{
    self, BinnedColumn, CardSettings, DevelopmentValidation, MissingReport, SampleReport,
    ScorecardDevelopRequest,
};
use crate::scorecard::{Card, CardBody, DevelopmentFinding};
use crate::time::{Instant, UtcOffset};
use serde::Serialize;

/// A developed card, and everything that was measured on the way to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScorecardDevelopResponse {
    /// The card, whole and with status `draft`: load it as it is. Absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artefact: Option<JsonValue>,
    /// The instant of the development.
    pub as_of: Instant,
    /// The bands, from the riskiest to the safest; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bands: Option<BandReport>,
    /// Bins and table of every column that was looked at, in the order of their names.
    pub binning: Vec<BinnedColumn>,
    /// From the score to a probability; absent at stage `binning` and without rows outside the fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationReport>,
    /// Cut-offs and profit by total; absent without `cutoffs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cutoffs: Option<CutoffReport>,
    /// What a reader must know before the card is used.
    pub findings: Vec<DevelopmentFinding>,
    /// How many rows the card refers since inputs are missing; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReport>,
    /// The coefficients of the card; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regression: Option<Regression>,
    /// What rounding the points changed; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingReport>,
    /// What became of the rows.
    pub sample: SampleReport,
    /// The request's seed.
    pub seed: i64,
    /// How the characteristics were chosen; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionReport>,
    /// How the card ranks and is calibrated; absent at stage `binning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<DevelopmentValidation>,
}

impl Operate for ScorecardDevelopRequest {
    const NAME: &'static str = "scorecard.develop";
    const COLUMNAR: bool = true;
    type Response = ScorecardDevelopResponse;
    recorded!();

    fn run(&self, call: &Call<'_, '_>) -> core::result::Result<Done<ScorecardDevelopResponse>, Interrupt> {
        let limits = call.limits();
        let (as_of, made) = call.with_frame(
            self.columns.as_ref(),
            |_| false,
            |frame| {
                let as_of = instant(self.as_of)?;
                let day = as_of.date_at(UtcOffset::UTC);
                Ok((as_of, call.control.run(|run| development::develop(self, frame, day, limits, run))?))
            },
        )?;
        let artefact = made.card.as_ref().map(|body| artefact(&self.card, body, limits)).transpose()?;
        let columns_sha256 = made.sample.sha256;
        let response = ScorecardDevelopResponse {
            artefact,
            as_of,
            bands: made.bands,
            binning: made.binning,
            calibration: made.calibration,
            cutoffs: made.cutoffs,
            findings: made.findings,
            missing: made.missing,
            regression: made.regression,
            rounding: made.rounding,
            sample: made.sample,
            seed: self.seed,
            selection: made.selection,
            validation: made.validation,
        };
        Ok(Done { columns_sha256, ..Done::new(response, Vec::new()) })
    }
}

/// Returns the artefact of a developed card, status `draft`.
fn artefact(settings: &CardSettings, body: &CardBody, limits: &Limits) -> Result<JsonValue> {
    let stated = |text: &Option<String>| text.clone().unwrap_or_else(|| "not stated".to_owned());
    let id = Id::parse(settings.id.as_deref().unwrap_or("card")).map_err(|error| error.at("/card/id"))?;
    let version = settings.version.clone().unwrap_or_else(|| "1".to_owned());
    let provenance = Provenance {
        approved_at: None,
        approved_by: None,
        limitations: stated(&settings.limitations),
        owner: stated(&settings.owner),
        population: body.pd_basis.population.clone(),
        purpose: stated(&settings.purpose),
        review_due: settings.review_due,
        status: ProvenanceStatus::Draft,
    };
    registry::draft(Card::KIND, (id, version), provenance, body, limits)
}
