//! What a request gives and the card does not read.

use super::context;
use super::inputs::{Evidence, Inputs, needed};
use super::request::CreditScoreRequest;
use crate::domain::Finding;
use crate::engine::operations::names::{self, Likeness};
use crate::engine::registry::Registry;
use crate::error::{Cause, Detail, Error, Result, escape_segment};
use crate::scorecard::{Card, Input, InputSource};
use std::collections::BTreeSet;

/// What is not read, and what was probably meant.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// JSON pointers to what the card does not read.
    pub(super) pointers: Vec<String>,
    /// Names that are near a missing input.
    pub(super) findings: Vec<Finding>,
    /// The input that each finding is about.
    pub(super) meant: Vec<String>,
}

/// An unread name, its place, and the name by which a card would read it.
struct Name<'n> {
    own: &'n str,
    full: String,
    pointer: String,
}

impl Unread {
    /// Finds what the card does not read.
    ///
    /// Error `data.input_unknown` for a name that is the name of a missing input but for case, spaces, hyphens and
    /// underscores.
    pub(super) fn find(
        request: &CreditScoreRequest,
        (evidence, inputs): (&Evidence<'_>, &Inputs<'_>),
        card: &Card,
        registry: &Registry,
    ) -> Result<Self> {
        let mut unread = Self::default();
        match evidence {
            Evidence::Named(named) => {
                let names = named.keys().filter(|name| !card.reads_column(name));
                let names = names.map(|name| Name {
                    own: name,
                    full: name.clone(),
                    pointer: format!("/features/{}", escape_segment(name)),
                });
                let missing = || {
                    let needed = needed(card).map(|name| -> &str { name });
                    let mut missing = missing(card, inputs, |name, _| Some(name));
                    missing.extend(needed.filter(|name| evidence.named_number(name).is_none()));
                    missing
                };
                unread.take(names.collect(), missing, registry)?;
            }
            Evidence::Sources { data, origin, .. } => {
                let reads_rows =
                    card.inputs().any(|(_, _, source)| source.needs_rows()) || needed(card).next().is_some();
                if !reads_rows {
                    let place = |key: &str| origin.as_ref().map_or(format!("/data/{key}"), |it| it.field(""));
                    unread.pointers.extend(data.transaction_sources().map(|(key, _)| place(key.as_str())));
                }
                for (key, source) in data.flat_sources() {
                    let own = |source: &InputSource| matches!(source, InputSource::Flat(of, _) if *of == key);
                    let place = format!("/data/{}", key.as_str());
                    let read: BTreeSet<&str> =
                        card.inputs().filter_map(|(_, _, source)| source.name_in(key)).collect();
                    let names = source.values.keys().filter(|name| !read.contains(name.as_str()));
                    let names = names.map(|name| Name {
                        own: name,
                        full: format!("{}.{name}", key.as_str()),
                        pointer: format!("{place}/values/{}", escape_segment(name)),
                    });
                    if card.inputs().any(|(_, _, source)| own(source)) {
                        let missing = || missing(card, inputs, |_, source| source.name_in(key));
                        unread.take(names.collect(), missing, registry)?;
                    } else {
                        unread.pointers.push(place);
                    }
                }
            }
        }
        unread.pointers.extend(request.context.iter().flat_map(|it| context::unread(it, card)));
        Ok(unread)
    }

    fn take<'n>(
        &mut self,
        names: Vec<Name<'n>>,
        missing: impl FnOnce() -> Vec<&'n str>,
        registry: &Registry,
    ) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let missing = missing();
        let mut details = Vec::new();
        let found = names::misspelt(names.iter().map(|name| name.own), missing.iter().copied());
        for it in found {
            let Some(name) = names.iter().find(|name| name.own == it.given) else { continue };
            if names::is_known(&name.full, registry) {
                continue;
            }
            match it.likeness {
                Likeness::Same => details.push(Detail {
                    cause: Cause::DataInputUnknown,
                    message: names::refusal(it.input),
                    field: name.pointer.clone(),
                }),
                Likeness::Near => {
                    self.findings.push(names::finding(name.pointer.clone(), 1));
                    let source = name.full.strip_suffix(name.own).unwrap_or_default();
                    self.meant.push(format!("{source}{}", it.input));
                }
            }
        }
        self.pointers.extend(names.into_iter().map(|name| name.pointer));
        Error::from_details(details).map_or(Ok(()), Err)
    }
}

/// Returns what `name` makes of each missing input.
fn missing<'c>(
    card: &'c Card,
    inputs: &Inputs<'_>,
    name: impl Fn(&'c str, &'c InputSource) -> Option<&'c str>,
) -> Vec<&'c str> {
    let own = card.inputs().zip(&inputs.values).filter(|(_, value)| **value == Input::Missing);
    own.filter_map(|((feature, _, source), _)| name(feature, source)).collect()
}
