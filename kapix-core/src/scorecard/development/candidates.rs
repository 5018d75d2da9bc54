//! Which columns may become characteristics.

use super::findings::{finding, with_details};
use super::outcome::find;
use super::reading::Reading;
use super::request::{CharacteristicSettings, ScorecardDevelopRequest};
use super::sample::{Part, row_index};
use crate::domain::{Column, Frame, Kind};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::fitting::{self, BinningOptions};
use crate::json::Scalar;
use crate::limits::{self, Limits};
use crate::scorecard::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use std::collections::BTreeSet;

/// Rows from which a column of consecutive whole numbers is taken as a number of the rows.
const ID_ROWS_MIN: usize = 100;

/// A column that may become a characteristic.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'f, 'a> {
    pub(super) name: &'f str,
    pub(super) column: &'f Column<'a>,
    pub(super) options: BinningOptions,
    pub(super) settings: CharacteristicSettings,
    /// Whether its numbers came as text.
    pub(super) reads_text: bool,
}

impl Candidate<'_, '_> {
    /// Returns whether it may be in a card: a protected one only with a legal basis.
    pub(super) fn is_allowed(&self) -> bool {
        !self.settings.protected || self.settings.legal_basis.is_some()
    }

    /// Returns an error of the column with its pointer.
    pub(super) fn place(&self, error: Error) -> Error {
        if error.fields.is_empty() {
            error.at(format!("/columns/{}", escape_segment(self.name)))
        } else {
            error
        }
    }
}

/// Which names may become characteristics.
pub(super) struct Names<'r> {
    taken: BTreeSet<&'r str>,
    include: BTreeSet<&'r str>,
}

impl<'r> Names<'r> {
    /// Returns the names that the request leaves.
    pub(super) fn of(request: &'r ScorecardDevelopRequest) -> Self {
        let taken = [Some(&request.target), request.weight.as_ref()]
            .into_iter()
            .chain([request.sample.observation_date.as_ref(), request.sample.split.column.as_ref()])
            .flatten()
            .chain(&request.exclude)
            .map(String::as_str)
            .collect();
        Self { taken, include: request.include.iter().map(String::as_str).collect() }
    }

    /// Returns whether a column of this name may become a characteristic.
    pub(super) fn holds(&self, name: &str) -> bool {
        !self.taken.contains(name) && (self.include.is_empty() || self.include.contains(name))
    }
}

/// Returns the columns that may become characteristics, in the order of their names, and adds a finding for each
/// that a rule left out.
pub(super) fn candidates<'f, 'a>(
    request: &ScorecardDevelopRequest,
    (frame, reading): (&'f Frame<'a>, &Reading<'_>),
    part: &Part,
    (limits, findings): (&Limits, &mut Vec<DevelopmentFinding>),
) -> Result<Vec<Candidate<'f, 'a>>> {
    let names = Names::of(request);
    let include = &names.include;
    let mut candidates = Vec::new();
    for (name, column) in frame.columns().filter(|(name, _)| names.holds(name)) {
        let settings = request.characteristics.get(name);
        if !matches!(column.kind(), Kind::Numbers | Kind::Text) {
            let message = unread(column);
            if settings.is_some() || !include.is_empty() {
                let place = format!("/columns/{}", escape_segment(name));
                return Err(Error::new(Cause::FrameColumnType, message).at(place));
            }
            findings.push(finding(Code::ColumnType, Some(name), format!("left out: {message}")));
            continue;
        }
        if settings.is_none() && include.is_empty() && numbers_the_rows(column, part) {
            let message = "left out: consecutive whole numbers, each once; name it in `include` to keep it";
            findings.push(finding(Code::IdLike, Some(name), message));
            continue;
        }
        let settings = settings.cloned().unwrap_or_default();
        let own = settings.binning.over(&request.binning);
        let options = BinningOptions::new(&own).map_err(|error| {
            // An error that the request's own `binning` has too is reported there.
            let is_own = BinningOptions::new(&request.binning).is_ok();
            let place = format!("/characteristics/{}/binning", escape_segment(name));
            error.under(if is_own { &place } else { "/binning" })
        })?;
        let reads_text = reading.reads_numbers(name);
        candidates.push(Candidate { name, column, options, settings, reads_text });
    }
    limits::check("characteristics", limits.characteristics, candidates.len())
        .map_err(|error| error.at("/columns"))?;
    if candidates.is_empty() {
        let message = "no column is left that may become a characteristic";
        let error = Error::new(Cause::CardEmpty, message).at("/columns");
        return Err(with_details(error, findings, &[Code::ColumnType, Code::IdLike]));
    }
    candidates.sort_by_key(|candidate| candidate.name);
    special_values(request, &candidates)?;
    Ok(candidates)
}

/// Every value that the request takes as missing must be a special value of a column.
fn special_values(request: &ScorecardDevelopRequest, candidates: &[Candidate<'_, '_>]) -> Result<()> {
    for (index, value) in request.missing.special.iter().enumerate() {
        let is_same = |own: &Scalar| fitting::is_same_value(own, value);
        if !candidates.iter().any(|candidate| candidate.options.special_values.iter().any(is_same)) {
            let message = "no column has this special value; name it in `special_values` of its binning too";
            let place = format!("/missing/special/{index}");
            return Err(Error::new(Cause::ValueOutOfRange, message).at(place));
        }
    }
    Ok(())
}

/// Returns why a column is not read, and what to do.
fn unread(column: &Column<'_>) -> String {
    let what = match column.kind() {
        Kind::Dates | Kind::Instants => "bring it as a number, such as the days before the observation",
        _ => "bring it as numbers or text",
    };
    format!("the column holds {}; a characteristic reads numbers or text: {what}", column.kind_name())
}

/// Every name that the request uses must be a column.
pub(super) fn named(request: &ScorecardDevelopRequest, frame: &Frame<'_>) -> Result<()> {
    let selection = &request.selection;
    for (field, names) in [
        ("include", &request.include),
        ("exclude", &request.exclude),
        ("missing/refer", &request.missing.refer),
        ("selection/forced", &selection.forced),
        ("selection/excluded", &selection.excluded),
    ] {
        for (index, name) in names.iter().enumerate() {
            find(frame, name, &format!("/{field}/{index}"))?;
        }
    }
    for name in request.characteristics.keys() {
        find(frame, name, &format!("/characteristics/{}", escape_segment(name)))?;
    }
    Ok(())
}

/// Returns whether the rows hold consecutive whole numbers, each once.
fn numbers_the_rows(column: &Column<'_>, part: &Part) -> bool {
    if part.rows.len() < ID_ROWS_MIN || column.is_text() {
        return false;
    }
    let whole = |number: &f64| number.is_finite() && libm::trunc(*number).to_bits() == number.to_bits();
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for row in &part.rows {
        let Some(number) = column.number(row_index(*row)).filter(whole) else {
            return false;
        };
        (least, most) = (least.min(number), most.max(number));
    }
    // The other parts take the numbers in between: each number may occur once, and a good share of them must.
    let span = most - least + 1.0;
    let rows = crate::numeric::count(part.rows.len());
    if span < rows || span > 2.0 * rows {
        return false;
    }
    let mut numbers: Vec<f64> = part.rows.iter().filter_map(|row| column.number(row_index(*row))).collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
}
