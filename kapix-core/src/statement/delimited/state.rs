//! Rows of which a column leaves open whether they took effect: an empty status among filled ones, a code of a response
//! other than that of success, no day of booking where others have one.

use super::amounts;
use super::cut::Cut;
use super::effect;
use super::flags::{self, Says};
use super::layout::Layout;
use super::words;
use crate::domain::TransactionStatus;
use crate::statement::profile::ColumnRole;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind};
use std::collections::BTreeMap;

/// What the columns show, each by its place.
#[derive(Default)]
pub(super) struct States {
    columns: BTreeMap<usize, State>,
    /// Lines of rows of which a text tells that they took no effect.
    told: Vec<u64>,
    /// Lines of money in that was undone later: balances show that it came in, and not that it stayed.
    undone: Vec<u64>,
}

/// What a column shows.
#[derive(Default)]
struct State {
    /// Whether it says of a row that it took effect.
    has_usual: bool,
    /// Whether a value says something by itself: the reason of a return, or a code where other rows have none.
    says_alone: bool,
    /// Lines of rows of which it leaves that open.
    open: Vec<u64>,
    /// Those of them with a value.
    filled: Vec<u64>,
}

impl States {
    /// Sees a row that took effect as far as its columns say.
    pub(super) fn see(&mut self, record: &Cut<'_>, layout: &Layout, amount_minor: i64) {
        let own = layout.places.of(ColumnRole::Status);
        let says_own = own.is_some_and(|own| !record.cell(own).is_empty());
        for (at, says) in layout.flags.iter().copied().chain(own.map(|own| (own, Says::Status))) {
            let text = record.cell(at);
            let is_usual = match says {
                Says::Status if text.is_empty() => false,
                Says::Status => {
                    // Most rows have a status, and one is enough.
                    if !self.columns.get(&at).is_some_and(|it| it.has_usual)
                        && words::status(text) == Some(TransactionStatus::Posted)
                    {
                        self.columns.entry(at).or_default().has_usual = true;
                    }
                    continue;
                }
                Says::Code => is_success(text),
                Says::Booked if says_own => continue,
                Says::Booked => !amounts::is_empty(text),
                Says::Returned => is_no_return(text),
                _ => continue,
            };
            let state = self.columns.entry(at).or_default();
            state.has_usual |= is_usual;
            state.says_alone |= says == Says::Returned || (says == Says::Code && amounts::is_empty(text));
            if is_usual {
                continue;
            }
            state.open.push(record.line);
            state.filled.extend((!amounts::is_empty(text)).then_some(record.line));
            if says == Says::Returned && !amounts::is_empty(text) && amount_minor > 0 {
                self.undone.push(record.line);
            }
        }
    }

    /// Sees a row of which a text tells that it took no effect.
    pub(super) fn doubt(&mut self, line: u64) {
        self.told.push(line);
    }

    /// Sees a credit that a column says was undone later.
    pub(super) fn undone(&mut self, line: u64) {
        self.undone.push(line);
    }

    /// Adds what the part of the document behind shows.
    pub(super) fn join(&mut self, next: Self) {
        self.undone.extend(next.undone);
        self.told.extend(next.told);
        for (at, next) in next.columns {
            let own = self.columns.entry(at).or_default();
            own.has_usual |= next.has_usual;
            own.says_alone |= next.says_alone;
            own.open.extend(next.open);
            own.filled.extend(next.filled);
        }
    }

    /// Returns the findings of rows of which a column leaves open what it says of others, and of those of them that balances do not
    /// settle.
    pub(super) fn findings(self) -> [Option<ReadingFinding>; 2] {
        let open = self.columns.into_values().flat_map(|it| match (it.has_usual, it.says_alone) {
            (true, _) => it.open,
            (false, true) => it.filled,
            (false, false) => Vec::new(),
        });
        let all: Vec<u64> = open.chain(self.told).chain(self.undone.iter().copied()).collect();
        [all, self.undone].map(|mut lines| {
            lines.sort_unstable();
            lines.dedup();
            (!lines.is_empty()).then(|| ReadingFindingKind::StateUnknown.at(lines))
        })
    }
}

/// Returns whether a code or a reason of a return says that there was none.
fn is_no_return(text: &str) -> bool {
    let is_zero = amounts::cut(text).is_some_and(|written| written.is_zero());
    let first = words::folded(text);
    let is_negated = matches!(first.split(' ').next(), Some("not" | "no" | "never" | "non"));
    flags::is_yes(text) == Some(false) || amounts::is_empty(text) || is_zero || is_negated || is_success(text)
}

/// Returns whether a code of a response is that of success, or a word that says so.
fn is_success(text: &str) -> bool {
    let is_zero = !text.is_empty() && text.bytes().all(|byte| byte == b'0');
    is_zero || words::status(text) == Some(TransactionStatus::Posted) || effect::says_success(text)
}
