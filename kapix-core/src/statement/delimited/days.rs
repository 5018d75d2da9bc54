//! What the days of a whole document show of their order: it is stated, or shown by a row or by all of them, or open.

use super::dates::{Day, Stamp};
use super::place;
use super::survey::see;
use crate::domain::Period;
use crate::error::{Cause, Result};
use crate::statement::profile::{ColumnRole, DateOrder};
use crate::statement::reading::Choice;
use crate::time::Date;

/// Changes of the day that prove an order of parts where they go one way under it and both ways under the other.
const CHANGES_MIN: u32 = 8;

/// Days that are turned round before that is said; and steps back that turning takes away but for one of as many.
const TURNS_MIN: u32 = 3;
const BACK_MIN: u32 = 4;

/// What the days show.
#[derive(Default)]
pub(super) struct DateSurvey {
    known: Option<u64>,
    year_last: Option<u64>,
    seconds: Option<u64>,
    milliseconds: Option<u64>,
    /// A first number above 12, and a second one.
    dmy: Option<u64>,
    mdy: Option<u64>,
    /// The rows as days first, and as months first; and each with the days turned round that may be either.
    orders: [Walk; 2],
    turned: [Walk; 2],
    /// The rows whose year comes first, as they are written and with the days turned round that may be either; those days and the
    /// first line of them, and one that may not.
    year_first: [Walk; 2],
    year_first_turns: (u32, Option<u64>),
    year_first_above: Option<u64>,
    /// Days that may be either and are two days then, and the first line of them.
    turns: u32,
    turned_line: Option<u64>,
    last: Option<Day>,
    /// Days whose year has two digits.
    short: Short,
}

/// The first and the third numbers of days whose year has two digits, a bit for each, and whether the year comes last.
#[derive(Default)]
struct Short {
    first: u128,
    third: u128,
    is_year_last: bool,
}

impl Short {
    fn see(&mut self, [first, second, third]: [u32; 3]) {
        self.first |= 1 << first.min(127);
        self.third |= 1 << third.min(127);
        self.is_year_last |= !(1..=12).contains(&second) || !(1..=31).contains(&third);
    }

    /// Returns whether the year may come first: its number changes less than that of a day. One day alone is of the
    /// later year.
    fn may_have_year_first(&self) -> bool {
        let (first, third) = (self.first.count_ones(), self.third.count_ones());
        let is_later = self.third < 1 << 20;
        !self.is_year_last && third > 0 && (first < third || (first == third && is_later))
    }
}

/// How days follow each other under one order.
#[derive(Clone, Copy, Default)]
struct Walk {
    first: Option<Date>,
    last: Option<Date>,
    up: u32,
    down: u32,
    outside: bool,
}

impl DateSurvey {
    /// Reads a day.
    pub(super) fn see(&mut self, stamp: &Stamp, line: u64, period: Option<Period>) {
        // Many rows have the day of the row above, which shows nothing new.
        if self.last.replace(stamp.day) == Some(stamp.day) {
            return;
        }
        match stamp.day {
            Day::Known(parts) => {
                see(&mut self.known, line);
                self.see_year_first(stamp, parts, line);
            }
            Day::Seconds(_) => see(&mut self.seconds, line),
            Day::Milliseconds(_) => see(&mut self.milliseconds, line),
            Day::YearLast([first, second, _]) | Day::Short([first, second, _]) => {
                see(&mut self.year_last, line);
                if let Day::Short(parts) = stamp.day {
                    self.short.see(parts);
                }
                if first > 12 {
                    see(&mut self.dmy, line);
                }
                if second > 12 {
                    see(&mut self.mdy, line);
                }
                let may_turn = first <= 12 && second <= 12 && first != second;
                if may_turn {
                    self.turns += 1;
                    see(&mut self.turned_line, line);
                }
                let [dmy, mdy] = [DateOrder::Dmy, DateOrder::Mdy].map(|order| stamp.date(order));
                let turned = if may_turn { [mdy, dmy] } else { [dmy, mdy] };
                for (walk, date) in self.orders.iter_mut().zip([dmy, mdy]) {
                    walk.step(date, period);
                }
                for (walk, date) in self.turned.iter_mut().zip(turned) {
                    walk.step(date, None);
                }
            }
        }
    }

    /// Reads a day whose year comes first, which a program may have turned round before.
    fn see_year_first(&mut self, stamp: &Stamp, [year, month, day]: [u32; 3], line: u64) {
        let may_turn = day <= 12 && month != day;
        if may_turn {
            self.year_first_turns.0 += 1;
            see(&mut self.year_first_turns.1, line);
        } else if day > 12 {
            see(&mut self.year_first_above, line);
        }
        let turned = if may_turn { [year, day, month] } else { [year, month, day] };
        let stamps = [*stamp, Stamp { day: Day::Known(turned), ..*stamp }];
        for (walk, stamp) in self.year_first.iter_mut().zip(stamps) {
            walk.step(stamp.date(DateOrder::Ymd), None);
        }
    }

    /// Adds what the part of the document behind shows.
    pub(super) fn join(&mut self, next: &Self) {
        self.year_first_turns.0 += next.year_first_turns.0;
        for (own, next) in [
            (&mut self.known, next.known),
            (&mut self.year_last, next.year_last),
            (&mut self.seconds, next.seconds),
            (&mut self.milliseconds, next.milliseconds),
            (&mut self.dmy, next.dmy),
            (&mut self.mdy, next.mdy),
            (&mut self.turned_line, next.turned_line),
            (&mut self.year_first_turns.1, next.year_first_turns.1),
            (&mut self.year_first_above, next.year_first_above),
        ] {
            *own = own.or(next);
        }
        self.turns += next.turns;
        self.turned.iter_mut().zip(next.turned).for_each(|(own, next)| own.join(next));
        self.orders.iter_mut().zip(next.orders).for_each(|(own, next)| own.join(next));
        self.year_first.iter_mut().zip(next.year_first).for_each(|(own, next)| own.join(next));
        self.last = next.last.or(self.last);
        self.short.first |= next.short.first;
        self.short.third |= next.short.third;
        self.short.is_year_last |= next.short.is_year_last;
    }

    /// Returns the order of day and month; an error where it is open.
    pub(super) fn order(&self, stated: Option<DateOrder>) -> Result<(DateOrder, Choice)> {
        if let (Some(known), Some(last)) = (self.known, self.year_last)
            && stated != Some(DateOrder::Ymd)
        {
            let message = format!(
                "line `{known}` has the year first or the month by its name, and line `{last}` the year last: a program may \
                 have turned days and months round; export the document again with days of one form"
            );
            return Err(place(Cause::StatementForm, known.max(last), Some(ColumnRole::At), &message));
        }
        let line = self.turned_line.filter(|_| self.are_turned());
        if let Some(line) = line.or(self.year_first_turns.1.filter(|_| self.are_years_turned())) {
            let message = "days of 12 or less seem to be turned round, and only those: so the rows go one way, and as they are \
                written they do not; a program may have taken the day for the month: export the document again";
            return Err(place(Cause::StatementForm, line, Some(ColumnRole::At), message));
        }
        if let Some(stated) = stated {
            return Ok((stated, Choice::Stated));
        }
        let Some(open) = self.year_last else { return self.other_order() };
        match (self.dmy, self.mdy) {
            (Some(_), None) if self.short.may_have_year_first() => {
                let message = "the year may come first or last: no row of the document shows it; state \
                    `profile.date_order` as `ymd` or `dmy`";
                Err(place(Cause::StatementUnstated, open, Some(ColumnRole::At), message))
            }
            (Some(line), None) => Ok((DateOrder::Dmy, Choice::Found { line })),
            (None, Some(line)) => Ok((DateOrder::Mdy, Choice::Found { line })),
            (Some(dmy), Some(mdy)) => {
                let message = format!("line `{dmy}` has the day first and line `{mdy}` the month");
                Err(place(Cause::StatementForm, dmy.max(mdy), Some(ColumnRole::At), &message))
            }
            (None, None) => {
                let [dmy, mdy] = self.orders;
                let proves = |own: Walk, other: Walk| {
                    (!own.outside && other.outside)
                        || (own.is_one_way() && !other.is_one_way() && own.up + own.down >= CHANGES_MIN)
                };
                match (proves(dmy, mdy), proves(mdy, dmy)) {
                    (true, false) => Ok((DateOrder::Dmy, Choice::Found { line: 0 })),
                    (false, true) => Ok((DateOrder::Mdy, Choice::Found { line: 0 })),
                    _ => {
                        let message = "day or month first cannot be told: no row of the document shows it; state \
                            `profile.date_order` as `dmy` or `mdy`";
                        Err(place(Cause::StatementUnstated, open, Some(ColumnRole::At), message))
                    }
                }
            }
        }
    }

    /// Returns whether the rows go one way only with the days turned round that may be either, though others show the order.
    fn are_turned(&self) -> bool {
        let ([dmy, mdy], [dmy_turned, mdy_turned]) = (self.orders, self.turned);
        let (own, turned) = match (self.dmy, self.mdy) {
            (Some(_), None) => (dmy, dmy_turned),
            (None, Some(_)) => (mdy, mdy_turned),
            _ => return false,
        };
        self.turns >= TURNS_MIN && own.is_mended_by(turned)
    }

    /// Returns whether that is so of days whose year comes first: some lie above 12, which a program cannot turn.
    fn are_years_turned(&self) -> bool {
        let [own, turned] = self.year_first;
        self.year_first_above.is_some() && self.year_first_turns.0 >= TURNS_MIN && own.is_mended_by(turned)
    }

    fn other_order(&self) -> Result<(DateOrder, Choice)> {
        match (self.seconds, self.milliseconds) {
            (Some(line), None) => Ok((DateOrder::EpochSeconds, Choice::Found { line })),
            (None, Some(line)) => Ok((DateOrder::EpochMilliseconds, Choice::Found { line })),
            (Some(seconds), Some(milliseconds)) => {
                let message = format!("line `{seconds}` has seconds and line `{milliseconds}` milliseconds");
                Err(place(Cause::StatementForm, seconds.max(milliseconds), Some(ColumnRole::At), &message))
            }
            (None, None) => {
                // The days show their order, and that of no other document.
                Ok((DateOrder::Ymd, Choice::Default))
            }
        }
    }
}

impl Walk {
    fn step(&mut self, date: Option<Date>, period: Option<Period>) {
        let Some(date) = date else { return };
        self.outside |= period.is_some_and(|it| date < it.from || it.to < date);
        self.follow(date);
        self.first.get_or_insert(date);
        self.last = Some(date);
    }

    fn follow(&mut self, date: Date) {
        match self.last.map(|last| date.cmp(&last)) {
            Some(core::cmp::Ordering::Greater) => self.up += 1,
            Some(core::cmp::Ordering::Less) => self.down += 1,
            _ => {}
        }
    }

    fn join(&mut self, next: Self) {
        next.first.into_iter().for_each(|date| self.follow(date));
        self.up += next.up;
        self.down += next.down;
        self.outside |= next.outside;
        self.first = self.first.or(next.first);
        self.last = next.last.or(self.last);
    }

    /// Returns whether the rows go one way, or nearly so, only with days turned round.
    fn is_mended_by(self, turned: Self) -> bool {
        let (before, after) = (self.up.min(self.down), turned.up.min(turned.down));
        let is_mended = (before > 0 && after == 0) || (before >= BACK_MIN && after * BACK_MIN <= before);
        self.up + self.down >= CHANGES_MIN && is_mended
    }

    const fn is_one_way(self) -> bool {
        self.up == 0 || self.down == 0
    }
}
