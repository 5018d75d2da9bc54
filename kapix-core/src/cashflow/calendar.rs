//! The complete calendar months of a history.

use crate::time::Date;

/// Complete calendar months in a row, by [`Date::month_index`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Months {
    /// Index of the first month.
    pub(super) first: i32,
    /// How many months, from 0.
    pub(super) count: usize,
}

impl Months {
    /// The most months that a monthly feature looks at: one year. Each season then counts once, and
    /// older months no longer describe the applicant.
    pub(super) const MAX: usize = 12;

    /// No month.
    pub(super) const NONE: Self = Self { first: 0, count: 0 };

    /// Returns the last [`Months::MAX`] calendar months that lie wholly in `from..=to`.
    pub(super) fn complete(from: Date, to: Date) -> Self {
        let first = from.month_index() + i32::from(from != from.first_of_month());
        let end = to.month_index() + i32::from(to == to.last_of_month());
        let count = usize::try_from(end.saturating_sub(first)).unwrap_or(0).min(Self::MAX);
        Self { first: end.saturating_sub(i32::try_from(count).unwrap_or(0)), count }
    }

    /// Returns the place of the date's month among these months, from 0, or `None` if it is not among them.
    pub(super) fn place(self, date: Date) -> Option<usize> {
        usize::try_from(date.month_index() - self.first).ok().filter(|place| *place < self.count)
    }

    /// Returns whether every one of these months comes after the date.
    pub(super) fn is_after(self, date: Date) -> bool {
        self.count == 0 || date.month_index() < self.first
    }
}
