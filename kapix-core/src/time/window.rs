use super::date::Date;
use crate::error::{Cause, Error, Result};

/// The N civil dates that end at a date: a window of 90 days at 2026-03-31 is 2026-01-01..=2026-03-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    first: Date,
    last: Date,
}

impl Window {
    /// Returns the `days` dates that end at `last`.
    ///
    /// Errors: `value.out_of_range` for zero days; `time.out_of_range` if the window begins before 1900-01-01.
    ///
    /// ```
    /// use kapix_core::time::{Date, Window};
    ///
    /// let window = Window::new(Date::parse("2026-03-31")?, 90)?;
    /// assert_eq!(window.first().to_string(), "2026-01-01");
    /// assert!(Window::new(window.last(), 0).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn new(last: Date, days: u32) -> Result<Self> {
        if days == 0 {
            return Err(Error::new(Cause::ValueOutOfRange, "a window must have at least `1` day; got `0`"));
        }
        let back = i32::try_from(days - 1).unwrap_or(i32::MAX);
        Ok(Self { first: last.add_days(-back)?, last })
    }

    /// Returns the first date.
    ///
    /// ```
    /// use kapix_core::time::{Date, Window};
    ///
    /// let window = Window::new(Date::parse("2026-03-31")?, 90)?;
    /// assert_eq!(window.first(), Date::parse("2026-01-01")?);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub const fn first(self) -> Date {
        self.first
    }

    /// Returns the last date.
    ///
    /// ```
    /// use kapix_core::time::{Date, Window};
    ///
    /// let window = Window::new(Date::parse("2026-03-31")?, 90)?;
    /// assert_eq!(window.last(), Date::parse("2026-03-31")?);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub const fn last(self) -> Date {
        self.last
    }

    /// Returns the number of dates, 1 or more.
    ///
    /// ```
    /// use kapix_core::time::{Date, Window};
    ///
    /// let window = Window::new(Date::parse("2026-03-31")?, 90)?;
    /// assert_eq!(window.days(), 90);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub const fn days(self) -> u32 {
        self.last.days_since(self.first).cast_unsigned() + 1
    }

    /// Returns whether the date lies in the window; both ends do.
    ///
    /// ```
    /// use kapix_core::time::{Date, Window};
    ///
    /// let window = Window::new(Date::parse("2026-03-31")?, 90)?;
    /// assert!(window.contains(Date::parse("2026-01-01")?));
    /// assert!(!window.contains(Date::parse("2026-04-01")?));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn contains(self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }

    /// Returns the dates from the first to the last.
    ///
    /// ```
    /// use kapix_core::time::{Date, Window};
    ///
    /// let window = Window::new(Date::parse("2026-03-01")?, 3)?;
    /// let dates: Vec<String> = window.dates().map(|date| date.to_string()).collect();
    /// assert_eq!(dates, ["2026-02-27", "2026-02-28", "2026-03-01"]);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn dates(self) -> impl DoubleEndedIterator<Item = Date> {
        (self.first.0..=self.last.0).map(Date)
    }
}

/// Returns `(month index, first day, last day)` of every calendar month that lies whole within `first..=last`, in
/// order; none if `last` comes before `first`. The index is that of [`Date::month_index`].
///
/// ```
/// use kapix_core::time::{Date, complete_months};
///
/// let months = complete_months(Date::parse("2026-01-15")?, Date::parse("2026-03-31")?);
/// let ends: Vec<String> = months.map(|(_, _, last)| last.to_string()).collect();
/// assert_eq!(ends, ["2026-02-28", "2026-03-31"]);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn complete_months(first: Date, last: Date) -> impl Iterator<Item = (i32, Date, Date)> {
    let next_month = |date: &Date| date.last_of_month().add_days(1).ok();
    let start = if first.day() == 1 { Some(first) } else { next_month(&first) };
    core::iter::successors(start, next_month)
        .map(|first| (first.month_index(), first, first.last_of_month()))
        .take_while(move |&(_, _, month_end)| month_end <= last)
}

#[cfg(test)]
mod tests {
    use super::{Window, complete_months};
    use crate::error::Cause;
    use crate::time::{Date, oracle};
    use proptest::prelude::{prop_assert_eq, proptest};

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_window_is_the_n_dates_that_end_at_its_last() {
        let window = Window::new(date("2026-03-31"), 90).unwrap();
        assert_eq!(
            (window.first(), window.last(), window.days()),
            (date("2026-01-01"), date("2026-03-31"), 90)
        );
        assert!(window.contains(window.first()) && window.contains(window.last()));
        assert!(!window.contains(date("2025-12-31")) && !window.contains(date("2026-04-01")));
        assert_eq!(window.dates().count(), 90);
        assert_eq!(window.dates().next_back(), Some(window.last()));
        let day = Window::new(Date::MIN, 1).unwrap();
        assert_eq!(day.dates().collect::<Vec<_>>(), [Date::MIN]);
    }

    #[test]
    fn a_window_without_days_or_before_the_calendar_is_refused() {
        assert_eq!(Window::new(Date::MAX, 0).unwrap_err().cause, Cause::ValueOutOfRange);
        assert_eq!(Window::new(Date::MIN, 2).unwrap_err().cause, Cause::TimeRange);
        assert_eq!(Window::new(Date::MAX, u32::MAX).unwrap_err().cause, Cause::TimeRange);
        assert_eq!(Window::new(Date::MAX, 2_958_464).unwrap().first(), Date::MIN);
    }

    #[test]
    fn complete_months_leave_out_the_broken_ones_at_both_ends() {
        let months = |first, last| complete_months(date(first), date(last)).collect::<Vec<_>>();
        let february = (2026 * 12 + 1, date("2026-02-01"), date("2026-02-28"));
        let march = (2026 * 12 + 2, date("2026-03-01"), date("2026-03-31"));
        assert_eq!(months("2026-01-02", "2026-03-31"), [february, march]);
        assert_eq!(months("2026-02-01", "2026-03-30"), [february]);
        assert_eq!(months("2026-02-02", "2026-03-30"), []);
        assert_eq!(months("2026-03-01", "2026-02-28"), []);
        assert_eq!(months("9999-12-01", "9999-12-31").len(), 1);
        assert_eq!(months("9999-12-02", "9999-12-31"), []);
        assert_eq!(months("1900-01-01", "9999-12-31").len(), 8_100 * 12);
    }

    proptest! {
        /// Oracle: a month is whole if as many of its days lie in the range as it has.
        #[test]
        fn complete_months_are_those_with_all_their_days(start in 0..20_000_i32, length in 0..800_i32) {
            let first = Date::from_epoch_days(start).unwrap();
            let last = first.add_days(length).unwrap();
            let mut counts = std::collections::BTreeMap::new();
            for days in start..=start + length {
                *counts.entry(Date::from_epoch_days(days).unwrap().month_index()).or_insert(0_u32) += 1;
            }
            let lengths: std::collections::BTreeMap<i32, u32> = oracle::months()
                .map(|(year, month, length)| (12 * year + month.cast_signed() - 1, length))
                .take_while(|&(index, _)| index <= last.month_index())
                .collect();
            let whole: Vec<i32> = counts.into_iter().filter(|(m, n)| lengths[m] == *n).map(|(m, _)| m).collect();
            let found: Vec<i32> = complete_months(first, last).map(|(index, _, _)| index).collect();
            prop_assert_eq!(found, whole);
        }
    }
}
