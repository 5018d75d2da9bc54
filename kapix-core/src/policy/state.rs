//! What a run knows so far. It is used again for the next run, which then allocates nothing.

use super::verdict::{Because, MatchedRule};
use crate::expression::{Slot, Symbols, Unknown, Values};
use core::cell::RefCell;
use core::ops::{Deref, DerefMut};
use std::sync::Arc;

thread_local! {
    /// The memory of the last run of a thread.
    static SPARE: RefCell<State> = RefCell::default();
}

/// The memory of a run, which goes back to its thread; a run in a run, and one of a thread that ends, has memory of its own.
#[derive(Debug)]
pub(crate) struct Spare(State);

impl Deref for Spare {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl DerefMut for Spare {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.0
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        let state = core::mem::take(&mut self.0);
        let _ = SPARE.try_with(|spare| spare.replace(state));
    }
}

/// The memory of a run.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(super) slots: Vec<Slot>,
    pub(super) lists: Vec<Result<Vec<Slot>, Unknown>>,
    pub(super) texts: Vec<String>,
    /// Inputs that have a value of the policy, since they are missing.
    pub(super) assumed: Vec<Arc<str>>,
    pub(super) found: Option<Box<Found>>,
    /// Values of an output that the rows of a table give.
    pub(super) given: Vec<Slot>,
    pub(super) matched: Vec<MatchedRule>,
    pub(super) because: Vec<Because>,
    /// Rows that approve and matched.
    pub(super) approvals: u32,
    /// Steps that the run came to.
    pub(super) reached: usize,
}

/// What was found of the table that is being read.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Values of the columns.
    pub(super) columns: Vec<Slot>,
    /// Where the bits of these values start in the table's index.
    pub(super) starts: Vec<usize>,
    /// Whether every row matches whose bits are set.
    pub(super) are_matches: bool,
    /// Rows that match, and those that may.
    pub(super) yes: Vec<u32>,
    pub(super) maybe: Vec<u32>,
}

impl State {
    /// Returns the memory of the thread's last run.
    pub(crate) fn spare() -> Spare {
        Spare(SPARE.try_with(RefCell::take).unwrap_or_default())
    }

    /// Forgets everything; memory is kept.
    pub(super) fn clear(&mut self, slots: usize, lists: usize) {
        self.slots.clear();
        self.slots.resize(slots, Slot::without(Unknown::MISSING));
        self.lists.truncate(lists);
        self.lists.iter_mut().for_each(|list| *list = Err(Unknown::MISSING));
        self.lists.resize(lists, Err(Unknown::MISSING));
        self.texts.clear();
        self.assumed.clear();
        self.forget_steps();
    }

    /// Forgets what steps gave, and keeps the inputs.
    pub(super) fn forget_steps(&mut self) {
        self.matched.clear();
        self.because.clear();
        self.approvals = 0;
        self.reached = 0;
    }

    pub(super) fn set(&mut self, slot: u16, value: Slot) {
        if let Some(place) = self.slots.get_mut(usize::from(slot)) {
            *place = value;
        }
    }

    pub(super) fn set_list(&mut self, list: u16, items: Result<Vec<Slot>, Unknown>) {
        if let Some(place) = self.lists.get_mut(usize::from(list)) {
            *place = items;
        }
    }

    pub(super) fn get(&self, slot: u16) -> Slot {
        self.slots.get(usize::from(slot)).copied().unwrap_or_else(|| Slot::without(Unknown::UNDEFINED))
    }

    pub(super) fn values<'s>(&'s self, symbols: &'s Symbols) -> Values<'s> {
        Values { slots: &self.slots, lists: &self.lists, symbols, texts: &self.texts }
    }
}
