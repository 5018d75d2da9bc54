//! What the whole document shows: the decimal mark, the order of days and months, what signs
//! mean. Each is stated, or shown by a row, or open; what is open is never guessed.

use super::amounts::Evidence;
use super::cut::Cut;
use super::dates::{Day, Stamp};
use super::layout::Places;
use super::place;
use crate::domain::{Direction, Period};
use crate::error::{Cause, Result};
use crate::money::Currency;
use crate::statement::profile::{ColumnRole, DateOrder, DebitSign, DecimalMark, Profile, Sign};
use crate::statement::reading::Choice;
use crate::time::Date;

/// Changes of the day that prove an order of parts where they go one way under it and both ways under the other.
const CHANGES_MIN: u32 = 8;

/// What a document shows, by the first line that does.
#[derive(Default)]
pub(super) struct Survey {
    point: Option<u64>,
    comma: Option<u64>,
    /// An amount with one mark and three digits after it.
    open: Option<u64>,
    dates: DateSurvey,
    debit_above: Option<u64>,
    debit_below: Option<u64>,
    /// An amount with a sign of its own.
    signed: Option<u64>,
    /// An amount below zero.
    below: Option<u64>,
    /// Amounts whose sign agrees with their type, or does not.
    agree: Option<u64>,
    disagree: Option<u64>,
    /// A type that is no direction.
    foreign_type: Option<u64>,
    /// A balance that is written below zero.
    balance_below: Option<u64>,
    /// Currencies beside amounts.
    pub(super) currency: Option<(Currency, u64)>,
}

/// What the days show.
#[derive(Default)]
struct DateSurvey {
    known: Option<u64>,
    year_last: Option<u64>,
    seconds: Option<u64>,
    milliseconds: Option<u64>,
    /// A first number above 12, and a second one.
    dmy: Option<u64>,
    mdy: Option<u64>,
    /// The rows as days first, and as months first.
    orders: [Walk; 2],
    last: Option<Day>,
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

/// What was decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choices {
    pub(super) date_order: (DateOrder, Choice),
    pub(super) debit_sign: (DebitSign, Choice),
    pub(super) decimal_mark: (DecimalMark, Choice),
    pub(super) sign: (Sign, Choice),
    /// Amounts have no sign; their type has it.
    pub(super) sign_by_type: bool,
    /// Nothing tells debits from credits unless the balances do.
    pub(super) one_sign: Option<u64>,
    /// A balance is written below zero: then those without a sign are above it.
    pub(super) has_balance_below: bool,
    /// A debit, where all have the other sign than is stated.
    pub(super) debits_against: Option<u64>,
}

impl Survey {
    /// Reads a record after the header.
    pub(super) fn see(&mut self, cut: &Cut<'_>, places: &Places, period: Option<Period>) {
        let line = cut.line;
        let Some(stamp) = cut.stamp else { return };
        self.dates.see(&stamp, line, period);
        let mut amount = None;
        for (column, written) in cut.amounts() {
            match written.evidence() {
                Evidence::Nothing => {}
                Evidence::Decimal(DecimalMark::Point) => see(&mut self.point, line),
                Evidence::Decimal(DecimalMark::Comma) => see(&mut self.comma, line),
                Evidence::Open => see(&mut self.open, line),
            }
            if let (None, Some(currency)) = (self.currency, written.currency) {
                self.currency = Some((currency, line));
            }
            let negative = written.negative.unwrap_or_default();
            match column {
                ColumnRole::Balance if negative => see(&mut self.balance_below, line),
                ColumnRole::Debit if !written.is_zero() => {
                    see(if negative { &mut self.debit_below } else { &mut self.debit_above }, line);
                }
                ColumnRole::Amount if !written.is_zero() => {
                    amount = Some(negative);
                    if written.negative.is_some() {
                        see(&mut self.signed, line);
                    }
                    if negative {
                        see(&mut self.below, line);
                    }
                }
                _ => {}
            }
        }
        match (cut.direction, amount) {
            (Some(direction), Some(negative)) => {
                let agrees = negative == (direction == Direction::Debit);
                see(if agrees { &mut self.agree } else { &mut self.disagree }, line);
            }
            (None, _) if places.of(ColumnRole::Type).is_some_and(|place| !cut.cell(place).is_empty()) => {
                see(&mut self.foreign_type, line);
            }
            _ => {}
        }
    }

    /// Adds what the part of the document behind shows.
    pub(super) fn join(&mut self, next: &Self) {
        self.currency = self.currency.or(next.currency);
        self.dates.join(&next.dates);
        for (own, next) in [
            (&mut self.point, next.point),
            (&mut self.comma, next.comma),
            (&mut self.open, next.open),
            (&mut self.debit_above, next.debit_above),
            (&mut self.debit_below, next.debit_below),
            (&mut self.signed, next.signed),
            (&mut self.below, next.below),
            (&mut self.agree, next.agree),
            (&mut self.disagree, next.disagree),
            (&mut self.foreign_type, next.foreign_type),
            (&mut self.balance_below, next.balance_below),
        ] {
            *own = own.or(next);
        }
    }

    /// Returns the line of a type that states no direction: then the column is none of directions.
    pub(super) fn foreign_type(&self) -> Option<u64> {
        self.foreign_type
    }

    /// Decides what the profile leaves open. A column of days with the name of the wire states the decimal mark.
    pub(super) fn decide(&self, profile: &Profile, places: &Places, is_wire: bool) -> Result<Choices> {
        let (sign, sign_by_type, one_sign) = self.sign(profile, places)?;
        Ok(Choices {
            date_order: self.dates.order(profile.date_order)?,
            debit_sign: self.debit_sign(profile.debit_sign)?,
            decimal_mark: self.decimal_mark(profile.decimal_mark, is_wire)?,
            sign,
            sign_by_type,
            one_sign,
            has_balance_below: self.balance_below.is_some(),
            debits_against: match (profile.debit_sign, self.debit_above, self.debit_below) {
                (Some(DebitSign::Positive), None, below) => below,
                (Some(DebitSign::Negative), above, None) => above,
                _ => None,
            },
        })
    }

    fn decimal_mark(&self, stated: Option<DecimalMark>, is_wire: bool) -> Result<(DecimalMark, Choice)> {
        if let Some(stated) = stated {
            return Ok((stated, Choice::Stated));
        }
        match (self.point, self.comma) {
            _ if is_wire => Ok((DecimalMark::Point, Choice::Default)),
            (Some(line), None) => Ok((DecimalMark::Point, Choice::Found { line })),
            (None, Some(line)) => Ok((DecimalMark::Comma, Choice::Found { line })),
            (Some(point), Some(comma)) => {
                let message = format!(
                    "line `{point}` has a point before decimals and line `{comma}` a comma; state `profile.decimal_mark`"
                );
                Err(place(Cause::MoneyPrecision, point.max(comma), None, &message))
            }
            (None, None) => match self.open {
                None => Ok((DecimalMark::Point, Choice::Default)),
                Some(line) => {
                    let message = "thousands or decimals cannot be told: no amount of the document shows what its mark \
                        means; state `profile.decimal_mark`";
                    Err(place(Cause::MoneyPrecision, line, None, message))
                }
            },
        }
    }

    fn debit_sign(&self, stated: Option<DebitSign>) -> Result<(DebitSign, Choice)> {
        match (stated, self.debit_above, self.debit_below) {
            (Some(stated), _, _) => Ok((stated, Choice::Stated)),
            (None, None, None) => Ok((DebitSign::Positive, Choice::Default)),
            (None, Some(line), None) => Ok((DebitSign::Positive, Choice::Found { line })),
            (None, None, Some(line)) => Ok((DebitSign::Negative, Choice::Found { line })),
            (None, Some(above), Some(below)) => {
                let message = format!(
                    "line `{above}` has a debit above zero and line `{below}` one below; state `profile.debit_sign`: the \
                     other sign then is a reversal"
                );
                Err(place(Cause::StatementUnstated, above.max(below), Some(ColumnRole::Debit), &message))
            }
        }
    }

    /// Returns what the sign of an amount means, whether types have it, and where nothing has.
    fn sign(&self, profile: &Profile, places: &Places) -> Result<((Sign, Choice), bool, Option<u64>)> {
        let credit_positive = (Sign::CreditPositive, Choice::Default);
        if !places.has_one_amount() {
            return Ok((profile.sign.map_or(credit_positive, |sign| (sign, Choice::Stated)), false, None));
        }
        let stated = profile.sign.map(|sign| (sign, Choice::Stated));
        // A column with another type than directions tells none.
        let is_type = self.foreign_type.is_none();
        match (self.agree.filter(|_| is_type), self.disagree.filter(|_| is_type)) {
            (None, None) => {
                let silent = stated.is_none() && self.signed.is_none();
                Ok((stated.unwrap_or(credit_positive), false, silent.then_some(0)))
            }
            // No amount is below zero: the types alone have the sign.
            _ if self.below.is_none() => Ok((stated.unwrap_or(credit_positive), true, None)),
            (Some(line), None) => {
                Ok((stated.unwrap_or((Sign::CreditPositive, Choice::Found { line })), false, None))
            }
            (None, Some(line)) => {
                Ok((stated.unwrap_or((Sign::DebitPositive, Choice::Found { line })), false, None))
            }
            (Some(_), Some(_)) if stated.is_some() => Ok((stated.unwrap_or(credit_positive), false, None)),
            (Some(agree), Some(disagree)) => {
                let message = format!(
                    "the sign of an amount agrees with its type in line `{agree}` and contradicts it in line `{disagree}`"
                );
                Err(place(Cause::TransactionSign, agree.max(disagree), Some(ColumnRole::Amount), &message))
            }
        }
    }
}

impl DateSurvey {
    fn see(&mut self, stamp: &Stamp, line: u64, period: Option<Period>) {
        // Many rows have the day of the row above, which shows nothing new.
        if self.last.replace(stamp.day) == Some(stamp.day) {
            return;
        }
        match stamp.day {
            Day::Known(_) => see(&mut self.known, line),
            Day::Seconds(_) => see(&mut self.seconds, line),
            Day::Milliseconds(_) => see(&mut self.milliseconds, line),
            Day::YearLast([first, second, _]) | Day::Short([first, second, _]) => {
                see(&mut self.year_last, line);
                if first > 12 {
                    see(&mut self.dmy, line);
                }
                if second > 12 {
                    see(&mut self.mdy, line);
                }
                for (walk, order) in self.orders.iter_mut().zip([DateOrder::Dmy, DateOrder::Mdy]) {
                    walk.step(stamp.date(order), period);
                }
            }
        }
    }

    fn join(&mut self, next: &Self) {
        for (own, next) in [
            (&mut self.known, next.known),
            (&mut self.year_last, next.year_last),
            (&mut self.seconds, next.seconds),
            (&mut self.milliseconds, next.milliseconds),
            (&mut self.dmy, next.dmy),
            (&mut self.mdy, next.mdy),
        ] {
            *own = own.or(next);
        }
        self.orders.iter_mut().zip(next.orders).for_each(|(own, next)| own.join(next));
        self.last = next.last.or(self.last);
    }

    fn order(&self, stated: Option<DateOrder>) -> Result<(DateOrder, Choice)> {
        if let Some(stated) = stated {
            return Ok((stated, Choice::Stated));
        }
        let Some(open) = self.year_last else { return self.other_order() };
        match (self.dmy, self.mdy) {
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

    fn other_order(&self) -> Result<(DateOrder, Choice)> {
        match (self.seconds, self.milliseconds) {
            (Some(line), None) => Ok((DateOrder::EpochSeconds, Choice::Found { line })),
            (None, Some(line)) => Ok((DateOrder::EpochMilliseconds, Choice::Found { line })),
            (Some(seconds), Some(milliseconds)) => {
                let message = format!("line `{seconds}` has seconds and line `{milliseconds}` milliseconds");
                Err(place(Cause::StatementForm, seconds.max(milliseconds), Some(ColumnRole::At), &message))
            }
            (None, None) => {
                Ok((DateOrder::Ymd, self.known.map_or(Choice::Default, |line| Choice::Found { line })))
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

    const fn is_one_way(self) -> bool {
        self.up == 0 || self.down == 0
    }
}

fn see(place: &mut Option<u64>, line: u64) {
    place.get_or_insert(line);
}
