//! Where the card approves, refers and declines, and its bands.

use super::super::body::{BandBody, Cutoffs};
use super::super::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use super::findings::finding;
use super::request::CardCutoffs;
use super::sample::Part;
use crate::error::{Cause, Error, Result};
use crate::fitting::{self, BandReport, BandSettings, CutoffReport, PointsToOdds};

/// Names of bands from the safest on; a development makes at most twenty.
const BAND_NAMES: &str = "ABCDEFGHIJKLMNOPQRST";

/// Returns the card's cut-offs and the effect of each total as cut-off, or `None` when the request states none.
pub(super) fn cutoffs(
    settings: Option<&CardCutoffs>,
    (scores, bad, weight): (&[f64], &[u8], Option<&[f64]>),
    scaling: &PointsToOdds,
) -> Result<Option<(Cutoffs, CutoffReport)>> {
    let Some(settings) = settings else { return Ok(None) };
    let place = |error: Error| error.under("/cutoffs/curve");
    let report = fitting::cutoffs(scores, bad, weight, &settings.curve).map_err(place)?;
    let chosen = [&report.best, &report.at_bad_rate, &report.at_approval_rate];
    let found = chosen.into_iter().flatten().find_map(|point| point.cutoff);
    let Some(approve) = settings.approve.or_else(|| found.map(whole)) else {
        let message = "state `approve`, or in `curve` a profit or a target that some cut-off reaches";
        return Err(Error::new(Cause::CardCutoffs, message).at("/cutoffs"));
    };
    let refer = settings.refer.unwrap_or_else(|| approve.saturating_sub(whole(scaling.pdo).max(1)));
    if refer >= approve {
        let message = format!("refer must lie below approve, `{approve}`; got `{refer}`");
        return Err(Error::new(Cause::CardCutoffs, message).at("/cutoffs/refer"));
    }
    Ok(Some((Cutoffs { approve, refer }, report)))
}

/// Returns the bands of the card from the safest to the riskiest; one band for all where no two differ.
pub(super) fn bands(
    settings: &BandSettings,
    totals: &[f64],
    part: &Part,
    findings: &mut Vec<DevelopmentFinding>,
) -> Result<(Vec<BandBody>, BandReport)> {
    let report = fitting::bands(totals, &part.bad, part.weight.as_deref(), settings)
        .map_err(|error| error.under("/bands"))?;
    if report.bands.is_empty() {
        let message = "no two bands keep the limits; every total has band `A`";
        findings.push(finding(Code::Bands, None, message));
        return Ok((vec![BandBody { id: "A".to_owned(), points_min: None }], report));
    }
    let names = BAND_NAMES.chars().map(String::from);
    let bands = report.bands.iter().rev().zip(names);
    Ok((bands.map(|(band, id)| BandBody { id, points_min: band.score_min.map(whole) }).collect(), report))
}

/// Returns a total as an integer; totals are whole and within the points of a card.
pub(super) fn whole(total: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; totals of a card are far below 2^31")]
    let points = libm::ceil(total) as i32;
    points
}
