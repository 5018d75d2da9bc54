//! What became of a row.

use crate::error::Cause;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum RowStatus {
    /// The row is scored.
    Scored = 0,
    /// An input is missing and the card states no points for that.
    InputMissing = 1,
    /// An input is infinite.
    Infinity = 2,
    /// An input lies outside the range that the card states.
    OutOfRange = 3,
    /// A category is unknown to the card and it states no points for that.
    Unseen = 4,
    /// The history is shorter than the card's stated minimum.
    HistoryShort = 5,
    /// An input is missing, and a column has its name but for case, spaces, hyphens or underscores.
    InputUnknown = 6,
    /// An input must be a number, and its text is none.
    InputType = 7,
    /// An input is a number that several integers share, which no request can state.
    Wide = 8,
}

impl RowStatus {
    /// Every status, in the order of its number.
    pub const ALL: [Self; 9] = [
        Self::Scored,
        Self::InputMissing,
        Self::Infinity,
        Self::OutOfRange,
        Self::Unseen,
        Self::HistoryShort,
        Self::InputUnknown,
        Self::InputType,
        Self::Wide,
    ];

    /// Returns the wire name: `scored` or the cause.
    ///
    /// ```
    /// assert_eq!(kapix_core::scorecard::RowStatus::HistoryShort.as_str(), "data.insufficient");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::InputMissing => Cause::DataInputMissing.as_str(),
            Self::Infinity => Cause::FrameInfinity.as_str(),
            Self::OutOfRange => Cause::DataInputRange.as_str(),
            Self::Unseen => Cause::DataInputUnseen.as_str(),
            Self::HistoryShort => Cause::DataInsufficient.as_str(),
            Self::InputUnknown => Cause::DataInputUnknown.as_str(),
            Self::InputType => Cause::DataInputType.as_str(),
            Self::Wide => Cause::JsonInteger.as_str(),
        }
    }

    pub(super) const fn of(cause: Cause) -> Self {
        match cause {
            Cause::FrameInfinity => Self::Infinity,
            Cause::DataInputRange => Self::OutOfRange,
            Cause::DataInputUnseen => Self::Unseen,
            Cause::DataInputType => Self::InputType,
            Cause::JsonInteger => Self::Wide,
            _ => Self::InputMissing,
        }
    }
}
