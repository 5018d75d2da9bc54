//! `credit.score_batch`: many applicants as columns. A bad row has its status and never fails the others.

use super::artefact::Loaded;
use super::control::Control;
use super::operation::Operation;
use super::owned::Owned;
use super::record::Draft;
use super::registry::Registry;
use super::reply::{ColumnsReply, Reply};
use super::request::{self, CreditScoreBatchRequest};
use super::response::{CreditScoreBatchResponse, Response};
use crate::canonical::Hash;
use crate::domain::{Frame, ResultColumns};
use crate::error::{Cause, Error, Result};
use crate::scorecard::{self, Card, CharacteristicKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Scores the columns of the request itself.
pub(super) fn score_json(
    registry: &Registry,
    request: &CreditScoreBatchRequest,
    control: &Control<'_>,
) -> Result<Reply> {
    let loaded =
        registry.choose(Operation::CreditScoreBatch, request.entity_type, request.card.as_deref())?;
    let categorical = |name: &str| {
        let mut inputs = loaded.card.inputs();
        inputs.any(|(own, kind, _)| own == name && kind == CharacteristicKind::Categorical)
    };
    let limits = registry.limits();
    let owned = Owned::all(request.columns.as_ref(), limits, categorical)?;
    let frame = Frame::new(owned.iter().map(Owned::column).collect(), limits)?;
    let (mut response, columns) = run(loaded, request, &frame, control)?;
    response.columns = Some(columns);
    let draft = if control.draft { Some(draft(request, &response, loaded)?) } else { None };
    Ok(Reply { response: Response::CreditScoreBatch(Box::new(response)), draft, events: Vec::new() })
}

/// Scores borrowed columns.
pub(super) fn score(
    registry: &Registry,
    request: &CreditScoreBatchRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<ColumnsReply> {
    if request.columns.is_some() {
        let message = "columns came beside the request; `columns` must not be in it too";
        return Err(Error::new(Cause::DataExclusive, message).at("/columns"));
    }
    request::instant(request.as_of)?;
    let loaded =
        registry.choose(Operation::CreditScoreBatch, request.entity_type, request.card.as_deref())?;
    let (response, columns) = run(loaded, request, frame, control)?;
    let mut draft = if control.draft { Some(draft(request, &response, loaded)?) } else { None };
    if let Some(draft) = &mut draft {
        draft.columns_sha256 = Some(columns_hash(&loaded.card, frame, &columns));
    }
    let response = Response::CreditScoreBatch(Box::new(response));
    Ok(ColumnsReply { reply: Reply { response, draft, events: Vec::new() }, columns })
}

/// Returns the answer without its columns, and the columns.
fn run(
    loaded: &Loaded,
    request: &CreditScoreBatchRequest,
    frame: &Frame<'_>,
    control: &Control<'_>,
) -> Result<(CreditScoreBatchResponse, ResultColumns)> {
    let as_of = request::instant(request.as_of)?;
    let card = &*loaded.card;
    let minimum = Some(card.body.minimum);
    let scores = control.run(|run| scorecard::score_frame(card, frame, minimum, &request.include, run))?;
    let read = scorecard::columns_read(card);
    let unused = frame.columns().map(|(name, _)| name).filter(|name| !read.contains(name));
    let mut null_reasons = BTreeMap::new();
    if !card.is_calibrated() {
        null_reasons.insert("/columns/pd", "pd_assumed");
    }
    let response = CreditScoreBatchResponse {
        as_of,
        bands: card
            .body
            .bands
            .iter()
            .enumerate()
            .filter_map(|(band, _)| card.band_name(band).cloned())
            .collect(),
        card: loaded.reference(),
        columns: None,
        decisions: scores.rows.decisions(),
        null_reasons,
        pd_basis: Arc::clone(card.pd_basis()),
        rows: u64::try_from(frame.rows()).unwrap_or(u64::MAX),
        seed: request.seed,
        statuses: scores.rows.statuses(),
        unused_columns: unused.map(str::to_owned).collect(),
    };
    Ok((response, scores.into_columns(card)))
}

fn draft(
    request: &CreditScoreBatchRequest,
    response: &CreditScoreBatchResponse,
    loaded: &Loaded,
) -> Result<Draft> {
    let when = (response.as_of, request.seed);
    Draft::new(Operation::CreditScoreBatch, when, request, response, vec![loaded.reference()])
}

/// Returns the SHA-256 of the columns that the card reads and of the result columns.
fn columns_hash(card: &Card, frame: &Frame<'_>, columns: &ResultColumns) -> Hash {
    Hash::of(format!("{}{}", scorecard::inputs_hash(card, frame), columns.hash()).as_bytes())
}
