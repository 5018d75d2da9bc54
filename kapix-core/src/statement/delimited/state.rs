//! Rows of which a column leaves open whether they took effect: an empty status among filled ones, a code of a response
//! other than that of success, no day of booking where others have one.

use super::cut::Cut;
use super::flags::Says;
use super::layout::Layout;
use super::words;
use crate::domain::TransactionStatus;
use crate::statement::profile::ColumnRole;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind};
use std::collections::BTreeMap;

/// What the columns show, each by its place.
#[derive(Default)]
pub(super) struct States(BTreeMap<usize, State>);

/// What a column shows.
#[derive(Default)]
struct State {
    /// Whether it says of a row that it took effect.
    has_usual: bool,
    /// Lines of rows of which it leaves that open.
    open: Vec<u64>,
}

impl States {
    /// Sees a row that took effect as far as its columns say.
    pub(super) fn see(&mut self, record: &Cut<'_>, layout: &Layout) {
        let own = layout.places.of(ColumnRole::Status);
        let says_own = own.is_some_and(|own| !record.cell(own).is_empty());
        for (at, says) in layout.flags.iter().copied().chain(own.map(|own| (own, Says::Status))) {
            let text = record.cell(at);
            let is_usual = match says {
                Says::Status if text.is_empty() => false,
                Says::Status => {
                    // Most rows have a status, and one is enough.
                    if !self.0.get(&at).is_some_and(|it| it.has_usual)
                        && words::status(text) == Some(TransactionStatus::Posted)
                    {
                        self.0.entry(at).or_default().has_usual = true;
                    }
                    continue;
                }
                Says::Code => is_success(text),
                Says::Booked if says_own => continue,
                Says::Booked => !text.is_empty(),
                _ => continue,
            };
            let state = self.0.entry(at).or_default();
            state.has_usual |= is_usual;
            state.open.extend((!is_usual).then_some(record.line));
        }
    }

    /// Adds what the part of the document behind shows.
    pub(super) fn join(&mut self, next: Self) {
        for (at, next) in next.0 {
            let own = self.0.entry(at).or_default();
            own.has_usual |= next.has_usual;
            own.open.extend(next.open);
        }
    }

    /// Returns the finding of rows of which a column leaves open what it says of others.
    pub(super) fn finding(self) -> Option<ReadingFinding> {
        let mut lines: Vec<u64> =
            self.0.into_values().filter(|it| it.has_usual).flat_map(|it| it.open).collect();
        lines.sort_unstable();
        lines.dedup();
        (!lines.is_empty()).then(|| ReadingFindingKind::StateUnknown.at(lines))
    }
}

/// Returns whether a code of a response is that of success, or a word that says so.
fn is_success(text: &str) -> bool {
    let is_zero = !text.is_empty() && text.bytes().all(|byte| byte == b'0');
    is_zero || words::status(text) == Some(TransactionStatus::Posted)
}
