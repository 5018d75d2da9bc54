//! What single steps compute: dates and their parts, rounding, and what is found of lists.

use super::program::{Aggregate, Bound, Direction, Part, TextTest, joined, undefined};
use super::slot::{Slot, Unknown};
use super::types::Scalar;
use crate::time::Date;

/// Returns a date, or overflow beyond 1900-01-01..9999-12-31.
pub(super) fn in_calendar(days: f64) -> Slot {
    let known = date(days).is_some_and(|date| date.epoch_days() >= Date::MIN.epoch_days());
    if known { Slot::number(days) } else { Slot::without(Unknown::OVERFLOW) }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to lie within the calendar")]
fn date(days: f64) -> Option<Date> {
    if days.abs() > 1e7 { None } else { Date::from_epoch_days(days as i32).ok() }
}

/// Returns the whole months from one date to another, as FEEL's `years and months duration` (section 10.3.4.1).
pub(super) fn months_between(from: f64, to: f64) -> Slot {
    let Some((from, to)) = date(from).zip(date(to)) else { return undefined() };
    let months = to.month_index() - from.month_index();
    let short = match months.signum() {
        1 => i32::from(to.day() < from.day()),
        -1 => -i32::from(to.day() > from.day()),
        _ => 0,
    };
    Slot::number(f64::from(months - short))
}

impl Part {
    pub(super) fn of(self, value: f64) -> Slot {
        let of_date = |part: fn(Date) -> i32| {
            date(value).map_or_else(undefined, |date| Slot::number(f64::from(part(date))))
        };
        match self {
            Self::Days => Slot::number(value),
            Self::Years => Slot::number((value / 12.0).trunc()),
            Self::Months => Slot::number(value % 12.0),
            Self::Year => of_date(Date::year),
            Self::Month => of_date(|date| date.month().cast_signed()),
            Self::Day => of_date(|date| date.day().cast_signed()),
            // 1970-01-01 was a Thursday, day 4 of the week of ISO 8601.
            Self::Weekday => of_date(|date| (date.epoch_days() + 3).rem_euclid(7) + 1),
        }
    }
}

impl TextTest {
    pub(super) fn holds(self, text: &str, part: &str) -> bool {
        match self {
            Self::Contains => text.contains(part),
            Self::EndsWith => text.ends_with(part),
            Self::StartsWith => text.starts_with(part),
        }
    }
}

impl Direction {
    /// Returns the number rounded to decimals, or to tens and hundreds where they are negative: the product with a
    /// power of ten is rounded to a whole number, after it was taken for the whole number or the half that it means.
    pub(super) fn round(self, value: f64, decimals: i8) -> f64 {
        let power = libm::exp10(f64::from(decimals.unsigned_abs()));
        let scaled = if decimals < 0 { value / power } else { value * power };
        let scaled = match self {
            Self::HalfUp | Self::HalfDown | Self::HalfEven => meant(2.0 * scaled) / 2.0,
            Self::Floor | Self::Ceiling | Self::Up | Self::Down => meant(scaled),
        };
        let (floor, ceiling) = (libm::floor(scaled), libm::ceil(scaled));
        let fraction = scaled - floor;
        let whole = match self {
            Self::Floor => floor,
            Self::Ceiling => ceiling,
            Self::Down => libm::trunc(scaled),
            Self::Up => {
                if scaled < 0.0 {
                    floor
                } else {
                    ceiling
                }
            }
            Self::HalfUp | Self::HalfDown | Self::HalfEven => {
                let up = match self {
                    _ if fraction < 0.5 => false,
                    _ if fraction > 0.5 => true,
                    // "Up" is away from zero.
                    Self::HalfUp => scaled > 0.0,
                    Self::HalfDown => scaled < 0.0,
                    _ => floor % 2.0 != 0.0,
                };
                if up { ceiling } else { floor }
            }
        };
        if decimals < 0 { whole * power } else { whole / power }
    }
}

/// Returns the whole number that a result of a few operations on floats means: each of them is off by half a unit in the last
/// place at most, and what people write (an amount by a rate of some decimals) never lies that near to a whole number by itself.
fn meant(value: f64) -> f64 {
    let whole = libm::rint(value);
    let near = (value.abs() / NEAR).min(NEAR_MAX);
    if (value - whole).abs() <= near { whole } else { value }
}

/// The part of a number that is taken for an error of floats, over 1: 2^50, for 4 units in its last place.
const NEAR: f64 = 1_125_899_906_842_624.0;
/// The most that is taken for one, 2^-10.
const NEAR_MAX: f64 = 1.0 / 1024.0;

impl Aggregate {
    /// Returns what is found of the items that a condition keeps: unknown where one of them, or its condition, is.
    pub(crate) fn of(self, items: &[Slot], scalar: Scalar, condition: impl Fn(Slot) -> Slot) -> Slot {
        let bound = if scalar.is_whole() { Bound::Whole } else { Bound::Finite };
        let (mut causes, mut count) = (Unknown::default(), 0.0);
        let mut found: Option<Slot> = None;
        for item in items {
            let kept = condition(*item);
            match kept.truth() {
                Some(false) => continue,
                Some(true) => count += 1.0,
                None => {
                    causes = causes.with(kept.causes());
                    // It decides nothing about `any` and `all` where another item does.
                    if !matches!(self, Self::All | Self::Any) {
                        continue;
                    }
                }
            }
            let item = if kept.value().is_some() { *item } else { kept };
            found = Some(match (found, self) {
                (None, _) => item,
                (Some(so_far), Self::All) => joined(so_far, item, false),
                (Some(so_far), Self::Any) => joined(so_far, item, true),
                (Some(so_far), _) => match (so_far.value(), item.value()) {
                    (Some(so_far), Some(item)) => match self {
                        Self::Max => Slot::number(so_far.max(item)),
                        Self::Min => Slot::number(so_far.min(item)),
                        _ => bound.of(so_far + item),
                    },
                    _ => Slot::without(so_far.causes().with(item.causes())),
                },
            });
        }
        match self {
            Self::All => found.unwrap_or(Slot::boolean(true)),
            Self::Any => found.unwrap_or(Slot::boolean(false)),
            _ if !causes.is_empty() => Slot::without(causes),
            Self::Count => Slot::number(count),
            Self::Sum => found.unwrap_or(Slot::number(0.0)),
            Self::Mean => {
                found.map_or_else(undefined, |sum| sum.value().map_or(sum, |sum| Slot::finite(sum / count)))
            }
            Self::Max | Self::Min => found.unwrap_or_else(undefined),
        }
    }
}
