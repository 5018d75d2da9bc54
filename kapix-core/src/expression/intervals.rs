//! Sets of numbers as closed intervals: the geometry of cells.

/// A set of numbers: intervals in ascending order that do not touch. An open end is the next number inside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intervals(Vec<(f64, f64)>);

/// Intervals of a set up to which they are looked through rather than searched.
const SEARCHED: usize = 8;

/// The numbers that a set is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// Whole numbers.
    Whole,
    /// 64-bit floats.
    Floats,
}

impl Grid {
    /// Returns the next number above one of the grid.
    pub(crate) fn above(self, value: f64) -> f64 {
        match self {
            Self::Whole => libm::floor(value) + 1.0,
            Self::Floats => value.next_up(),
        }
    }

    /// Returns the next number below one of the grid.
    pub(crate) fn below(self, value: f64) -> f64 {
        match self {
            Self::Whole => libm::ceil(value) - 1.0,
            Self::Floats => value.next_down(),
        }
    }

    fn first_at(self, value: f64) -> f64 {
        if self == Self::Whole { libm::ceil(value) } else { value }
    }

    fn last_at(self, value: f64) -> f64 {
        if self == Self::Whole { libm::floor(value) } else { value }
    }
}

impl Intervals {
    /// Returns every number.
    ///
    /// ```
    /// use kapix_core::expression::Intervals;
    ///
    /// assert!(Intervals::all().contains(-1e300));
    /// ```
    pub fn all() -> Self {
        Self(vec![(f64::NEG_INFINITY, f64::INFINITY)])
    }

    /// Returns the numbers of a grid from one to another, both included; none where the first lies above.
    ///
    /// ```
    /// use kapix_core::expression::{Grid, Intervals};
    ///
    /// let scores = Intervals::between(580.0, 639.0, Grid::Whole);
    /// assert!(scores.contains(580.0) && !scores.contains(640.0));
    /// ```
    pub fn between(low: f64, high: f64, grid: Grid) -> Self {
        let (low, high) = (grid.first_at(low), grid.last_at(high));
        if low <= high { Self(vec![(low, high)]) } else { Self::default() }
    }

    /// Returns the intervals, in ascending order.
    ///
    /// ```
    /// use kapix_core::expression::{Grid, Intervals};
    ///
    /// assert_eq!(Intervals::between(1.0, 2.0, Grid::Floats).ranges(), [(1.0, 2.0)]);
    /// ```
    pub fn ranges(&self) -> &[(f64, f64)] {
        &self.0
    }

    /// Returns whether a number belongs to the set.
    ///
    /// ```
    /// use kapix_core::expression::Intervals;
    ///
    /// assert!(!Intervals::default().contains(0.0));
    /// ```
    #[inline]
    pub fn contains(&self, value: f64) -> bool {
        if self.0.len() > SEARCHED {
            let after = self.0.partition_point(|(low, _)| *low <= value);
            return after
                .checked_sub(1)
                .and_then(|at| self.0.get(at))
                .is_some_and(|(_, high)| value <= *high);
        }
        self.0.iter().any(|(low, high)| *low <= value && value <= *high)
    }

    /// Returns whether the set is empty.
    ///
    /// ```
    /// use kapix_core::expression::Intervals;
    ///
    /// assert!(Intervals::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the numbers of either set.
    ///
    /// ```
    /// use kapix_core::expression::{Grid, Intervals};
    ///
    /// let set = |low, high| Intervals::between(low, high, Grid::Whole);
    /// assert_eq!(set(1.0, 2.0).or(&set(3.0, 4.0), Grid::Whole), set(1.0, 4.0), "they touch");
    /// ```
    #[must_use]
    pub fn or(&self, other: &Self, grid: Grid) -> Self {
        let mut ranges: Vec<(f64, f64)> = self.0.iter().chain(&other.0).copied().collect();
        ranges.sort_by(|one, two| one.0.total_cmp(&two.0));
        Self::joined(ranges, grid)
    }

    /// Returns the numbers of both sets.
    ///
    /// ```
    /// use kapix_core::expression::{Grid, Intervals};
    ///
    /// let set = |low, high| Intervals::between(low, high, Grid::Floats);
    /// assert_eq!(set(1.0, 3.0).and(&set(2.0, 4.0)), set(2.0, 3.0));
    /// ```
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut common = Vec::new();
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(left), Some(right)) = (one.peek(), two.peek()) {
            let (low, high) = (left.0.max(right.0), left.1.min(right.1));
            if low <= high {
                common.push((low, high));
            }
            if left.1 < right.1 {
                one.next()
            } else {
                two.next()
            };
        }
        Self(common)
    }

    /// Returns whether the sets have a number in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(left), Some(right)) = (one.peek(), two.peek()) {
            if left.0.max(right.0) <= left.1.min(right.1) {
                return true;
            }
            if left.1 < right.1 {
                one.next()
            } else {
                two.next()
            };
        }
        false
    }

    /// Returns whether every interval of another set lies in one of this.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let mut own = self.0.iter().peekable();
        other.0.iter().all(|(low, high)| {
            while own.peek().is_some_and(|it| it.1 < *high) {
                own.next();
            }
            own.peek().is_some_and(|it| it.0 <= *low)
        })
    }

    /// Returns a set of intervals that are in ascending order; those that touch become one.
    pub(crate) fn joined(ranges: impl IntoIterator<Item = (f64, f64)>, grid: Grid) -> Self {
        let mut joined: Vec<(f64, f64)> = Vec::new();
        for (low, high) in ranges {
            match joined.last_mut() {
                Some(last) if low <= grid.above(last.1) => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Self(joined)
    }

    /// Returns the numbers of the grid outside the set.
    ///
    /// ```
    /// use kapix_core::expression::{Grid, Intervals};
    ///
    /// let others = Intervals::between(580.0, 580.0, Grid::Whole).complement(Grid::Whole);
    /// assert!(others.contains(579.0) && !others.contains(580.0) && others.contains(581.0));
    /// ```
    #[must_use]
    pub fn complement(&self, grid: Grid) -> Self {
        let mut outside = Vec::new();
        let mut from = f64::NEG_INFINITY;
        for (low, high) in &self.0 {
            if *low > from {
                outside.push((from, grid.below(*low)));
            }
            if *high == f64::INFINITY {
                return Self(outside);
            }
            from = grid.above(*high);
        }
        outside.push((from, f64::INFINITY));
        Self(outside)
    }
}
