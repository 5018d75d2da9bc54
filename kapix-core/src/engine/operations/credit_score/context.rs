//! What the credit is for, as inputs of a card.

use super::inputs::{Evidence, Inputs, NOT_GIVEN};
use super::null_reason::{InputNullReason, RequestNullReason};
use super::request::{Context, CreditScoreRequest};
use crate::cashflow::{FeatureId, Features, NullReason};
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::scorecard::{Card, ContextInput, Input, InputSource};

/// The income that a loan is compared with.
const INCOME: &str = "income_mean_monthly_minor";

/// A value, or why there is none.
type Found<'e> = core::result::Result<Input<'e>, InputNullReason>;

/// Refuses a context that no credit has.
pub(super) fn check(context: Option<&Context>) -> Result<()> {
    let Some(context) = context else { return Ok(()) };
    if context.loan_amount.is_some_and(|amount| amount <= 0) {
        let message = "loan_amount must be above `0` minor units";
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/context/loan_amount"));
    }
    if context.tenure_days.is_some_and(|days| !(1..=36_500).contains(&days)) {
        let message = "tenure_days must be within `1`..=`36500`";
        return Err(Error::new(Cause::ValueOutOfRange, message).at("/context/tenure_days"));
    }
    Ok(())
}

/// Fills the inputs that the context gives.
///
/// Error `data.features_and_data` where `features` gives one of them too.
pub(super) fn fill<'e>(
    request: &'e CreditScoreRequest,
    card: &Card,
    (evidence, features): (&'e Evidence<'_>, Option<&Features<'_>>),
    inputs: &mut Inputs<'e>,
) -> Result<()> {
    let mut details = Vec::new();
    for (position, (name, _, source)) in card.inputs().enumerate() {
        let InputSource::Context(own) = source else { continue };
        let found = match &request.context {
            Some(context) => value(context, *own, (evidence, features)),
            None => Err(NOT_GIVEN),
        };
        let Some(slot) = inputs.values.get_mut(position) else { continue };
        if *slot != Input::Missing {
            if found.is_ok() {
                details.push(Detail {
                    cause: Cause::DataExclusive,
                    message: format!("`features` and `context` both give `{name}`; give one"),
                    field: format!("/features/{}", escape_segment(name)),
                });
            }
            continue;
        }
        match (found, inputs.null_reasons.get_mut(position)) {
            (Ok(value), reason) => {
                *slot = value;
                if let Some(reason) = reason {
                    *reason = None;
                }
            }
            (Err(cause), Some(reason)) => *reason = Some(cause),
            (Err(_), None) => {}
        }
    }
    Error::from_details(details).map_or(Ok(()), Err)
}

fn value<'e>(
    context: &'e Context,
    input: ContextInput,
    (evidence, features): (&Evidence<'_>, Option<&Features<'_>>),
) -> Found<'e> {
    let found = match input {
        ContextInput::Currency => context.currency.as_ref().map(|currency| Input::Text(currency.as_str())),
        ContextInput::LoanAmount => context.loan_amount.map(|amount| Input::Number(float(amount))),
        ContextInput::LoanPurpose => context.loan_purpose.as_deref().map(Input::Text),
        ContextInput::LoanToIncome => return loan_to_income(context, (evidence, features)),
        ContextInput::TenureDays => context.tenure_days.map(|days| Input::Number(f64::from(days))),
    };
    found.ok_or(NOT_GIVEN)
}

/// Returns the amount of the loan / the mean monthly income, both of one currency.
fn loan_to_income<'e>(
    context: &Context,
    (evidence, features): (&Evidence<'_>, Option<&Features<'_>>),
) -> Found<'e> {
    let (Some(amount), Some(currency)) = (context.loan_amount, context.currency) else {
        return Err(NOT_GIVEN);
    };
    let income = FeatureId::of(INCOME).zip(features).map(|(id, features)| features.feature(id));
    let (Some(income), Some(own)) = (income, evidence.currency()) else { return Err(NOT_GIVEN) };
    if own != currency {
        return Err(InputNullReason::Request(RequestNullReason::CurrencyDiffers));
    }
    match (income.value, income.null_reason) {
        (Some(income), _) if income > 0.0 => Ok(Input::Number(float(amount) / income)),
        (_, reason) => Err(InputNullReason::Feature(reason.unwrap_or(NullReason::NoIncome))),
    }
}

#[expect(clippy::cast_precision_loss, reason = "amounts on the wire lie within +-2^53")]
fn float(minor: i64) -> f64 {
    minor as f64
}

/// Returns the pointers to what the context gives and the card does not read.
pub(super) fn unread(context: &Context, card: &Card) -> impl Iterator<Item = String> {
    let reads = |input: ContextInput| {
        let mut sources = card.inputs().map(|(_, _, source)| source);
        sources.any(|source| *source == InputSource::Context(input))
    };
    let by_ratio = reads(ContextInput::LoanToIncome);
    let given = [
        (ContextInput::Currency, context.currency.is_some() && !by_ratio),
        (ContextInput::LoanAmount, context.loan_amount.is_some() && !by_ratio),
        (ContextInput::LoanPurpose, context.loan_purpose.is_some()),
        (ContextInput::TenureDays, context.tenure_days.is_some()),
    ];
    let unread: Vec<ContextInput> =
        given.into_iter().filter(|(input, given)| *given && !reads(*input)).map(|(input, _)| input).collect();
    unread.into_iter().map(|input| format!("/context/{}", input.as_str()))
}
