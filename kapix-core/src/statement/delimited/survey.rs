//! What the whole document shows: the decimal mark, the order of days and months, what signs
//! mean. Each is stated, or shown by a row, or open; what is open is never guessed.

use super::amounts::Evidence;
use super::cut::Cut;
use super::days::DateSurvey;
use super::layout::Layout;
use super::place;
use super::words;
use crate::domain::{Direction, Period};
use crate::error::{Cause, Result};
use crate::money::Currency;
use crate::statement::profile::{ColumnRole, DateOrder, DebitSign, DecimalMark, Profile, Sign};
use crate::statement::reading::Choice;
use crate::time::UtcOffset;

/// Amounts without a sign to one below zero, beyond which signs say nothing: a statement has more money out.
const FEW: u64 = 5;
/// Such amounts to one below zero, beyond which signs are in doubt in a document of so many amounts: those of a shop may be so.
const DOUBTFUL: u64 = 2;
const DOUBTFUL_ROWS: u64 = 30;

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
    /// An amount with a sign of its own, one with a plus or `CR`, and one without a sign.
    signed: Option<u64>,
    plus: Option<u64>,
    bare: Option<u64>,
    /// Amounts without a sign, and those below zero.
    bare_rows: u64,
    below_rows: u64,
    /// The offset of times, the greatest of them.
    zone: Option<UtcOffset>,
    /// An amount below zero, and one whose type states a direction.
    below: Option<u64>,
    below_typed: Option<u64>,
    /// A debit without a sign, and one below zero, by their types.
    debit_bare: Option<u64>,
    debit_signed: Option<u64>,
    /// A type that is a direction.
    direction: Option<u64>,
    /// Amounts of types that are no direction: without a sign, and how many there are of them and below zero.
    foreign_bare: Option<u64>,
    foreign: [u64; 2],
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

/// What was decided.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Choices {
    pub(super) date_order: (DateOrder, Choice),
    pub(super) debit_sign: (DebitSign, Choice),
    pub(super) decimal_mark: (DecimalMark, Choice),
    pub(super) sign: (Sign, Choice),
    /// Amounts have no sign; their type has it.
    pub(super) sign_by_type: bool,
    /// Nothing tells debits from credits unless the balances do: no sign, or a few, of which the first line is this.
    pub(super) one_sign: Option<u64>,
    /// Some debits may have no sign: the first amount with one.
    pub(super) mixed: Option<u64>,
    /// An amount without a sign beside others with a plus or `CR`: only balances tell what it is.
    pub(super) bare: Option<u64>,
    /// Such amounts are money out.
    pub(super) bare_is_debit: bool,
    /// The offset that times state, the greatest of them.
    pub(super) zone: Option<UtcOffset>,
    /// An amount has a plus or `CR`.
    pub(super) has_plus: bool,
    /// A balance is written below zero: then those without a sign are above it.
    pub(super) has_balance_below: bool,
    /// A debit, where all have the other sign than is stated.
    pub(super) debits_against: Option<u64>,
}

impl Survey {
    /// Reads a record after the header.
    pub(super) fn see(&mut self, cut: &Cut<'_>, layout: &Layout, period: Option<Period>) {
        let (line, places) = (cut.line, &layout.places);
        let Some(stamp) = cut.stamp else { return };
        self.dates.see(&stamp, line, period);
        if let Some(offset) = stamp.offset {
            self.zone = Some(
                self.zone.map_or(offset, |own| if own.minutes() < offset.minutes() { offset } else { own }),
            );
        }
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
                    amount = Some(written.negative);
                    self.see_sign(written.negative, line);
                }
                _ => {}
            }
        }
        match (cut.direction, amount) {
            (Some(direction), Some(sign)) => {
                let negative = sign == Some(true);
                see(&mut self.direction, line);
                if negative {
                    see(&mut self.below_typed, line);
                }
                if direction == Direction::Debit && sign != Some(false) {
                    see(if negative { &mut self.debit_signed } else { &mut self.debit_bare }, line);
                }
                let agrees = negative == (direction == Direction::Debit);
                see(if agrees { &mut self.agree } else { &mut self.disagree }, line);
            }
            (None, sign) if places.of(ColumnRole::Type).is_some_and(|place| !cut.cell(place).is_empty()) => {
                see(&mut self.foreign_type, line);
                match sign {
                    Some(None) => {
                        see(&mut self.foreign_bare, line);
                        self.foreign[0] += 1;
                    }
                    Some(Some(true)) => self.foreign[1] += 1,
                    _ => {}
                }
            }
            _ => {}
        }
        if let (None, Some(at)) = (self.direction, layout.left_type)
            && words::direction(cut.cell(at)).is_some()
        {
            see(&mut self.direction, line);
        }
    }

    /// Sees the sign of an amount other than zero.
    fn see_sign(&mut self, negative: Option<bool>, line: u64) {
        match negative {
            Some(true) => {
                self.below_rows += 1;
                see(&mut self.below, line);
            }
            Some(false) => see(&mut self.plus, line),
            None => {
                self.bare_rows += 1;
                see(&mut self.bare, line);
            }
        }
        if negative.is_some() {
            see(&mut self.signed, line);
        }
    }

    /// Adds what the part of the document behind shows.
    pub(super) fn join(&mut self, next: &Self) {
        self.currency = self.currency.or(next.currency);
        self.zone = self.zone.into_iter().chain(next.zone).max_by_key(|zone| zone.minutes());
        self.bare_rows += next.bare_rows;
        self.below_rows += next.below_rows;
        self.dates.join(&next.dates);
        for (own, next) in [
            (&mut self.point, next.point),
            (&mut self.comma, next.comma),
            (&mut self.open, next.open),
            (&mut self.debit_above, next.debit_above),
            (&mut self.debit_below, next.debit_below),
            (&mut self.signed, next.signed),
            (&mut self.plus, next.plus),
            (&mut self.bare, next.bare),
            (&mut self.below, next.below),
            (&mut self.below_typed, next.below_typed),
            (&mut self.debit_bare, next.debit_bare),
            (&mut self.debit_signed, next.debit_signed),
            (&mut self.direction, next.direction),
            (&mut self.foreign_bare, next.foreign_bare),
            (&mut self.agree, next.agree),
            (&mut self.disagree, next.disagree),
            (&mut self.foreign_type, next.foreign_type),
            (&mut self.balance_below, next.balance_below),
        ] {
            *own = own.or(next);
        }
        self.foreign.iter_mut().zip(next.foreign).for_each(|(own, next)| *own += next);
    }

    /// Returns the line of a type that states no direction, where the column is none of directions: no type of it states
    /// one, or other columns tell them.
    pub(super) fn foreign_type(&self, layout: &Layout) -> Option<u64> {
        let tells = layout.places.has_one_amount() && self.direction.is_some();
        self.foreign_type.filter(|_| !tells)
    }

    /// Returns whether the column of types that was left states directions after all.
    pub(super) fn wants_type(&self, layout: &Layout) -> bool {
        layout.left_type.is_some() && layout.places.has_one_amount() && self.direction.is_some()
    }

    /// Decides what the profile leaves open. A column of days with the name of the wire states the decimal mark.
    pub(super) fn decide(&self, profile: &Profile, layout: &Layout) -> Result<Choices> {
        let (sign, sign_by_type, one_sign) = self.sign(profile, layout)?;
        let is_one = layout.places.has_one_amount() && profile.sign.is_none();
        let bare = self.bare.filter(|_| is_one && self.direction.is_none() && self.plus.is_some());
        Ok(Choices {
            date_order: self.dates.order(profile.date_order)?,
            debit_sign: self.debit_sign(profile.debit_sign)?,
            decimal_mark: self.decimal_mark(profile.decimal_mark, layout.is_wire())?,
            sign,
            sign_by_type,
            one_sign,
            mixed: self.mixed().filter(|_| is_one && !sign_by_type && self.direction.is_none()),
            bare,
            bare_is_debit: bare.is_some() && self.below.is_none(),
            has_plus: self.plus.is_some(),
            zone: self.zone,
            has_balance_below: self.balance_below.is_some(),
            debits_against: match (profile.debit_sign, self.debit_above, self.debit_below) {
                (Some(DebitSign::Positive), None, below) => below,
                (Some(DebitSign::Negative), above, None) => above,
                _ => None,
            },
        })
    }

    /// Returns the first amount with a minus, where they are too few for the debits of a document of its size.
    fn mixed(&self) -> Option<u64> {
        let are_few = self.below_rows * DOUBTFUL < self.bare_rows;
        let are_many = self.bare_rows + self.below_rows >= DOUBTFUL_ROWS;
        self.below.filter(|_| self.plus.is_none() && are_few && are_many)
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
    fn sign(&self, profile: &Profile, layout: &Layout) -> Result<((Sign, Choice), bool, Option<u64>)> {
        let credit_positive = (Sign::CreditPositive, Choice::Default);
        if !layout.places.has_one_amount() {
            return Ok((profile.sign.map_or(credit_positive, |sign| (sign, Choice::Stated)), false, None));
        }
        let stated = profile.sign.map(|sign| (sign, Choice::Stated));
        // A column with no directions tells none.
        let is_type = self.foreign_type(layout).is_none();
        if is_type && stated.is_none() {
            self.check_foreign()?;
        }
        match (self.agree.filter(|_| is_type), self.disagree.filter(|_| is_type)) {
            (None, None) => {
                let silent = stated.is_none() && self.signed.is_none();
                // A correction with a minus says nothing of the amounts without a sign.
                let few = stated.is_none() && self.plus.is_none() && self.below_rows * FEW < self.bare_rows;
                let line = if silent { Some(0) } else { self.below.filter(|_| few) };
                Ok((stated.unwrap_or(credit_positive), false, line))
            }
            // No amount with a type is below zero: the types alone have the sign, unless debits elsewhere have it.
            _ if self.has_sign_by_type() => Ok((stated.unwrap_or(credit_positive), true, None)),
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

impl Survey {
    /// Returns whether types have the sign of amounts, by those that state a direction.
    fn has_sign_by_type(&self) -> bool {
        self.below_typed.is_none() && (self.debit_bare.is_some() || self.below.is_none())
    }

    /// Refuses an amount without a sign whose type is no direction, where signs are all that could tell, and do not.
    fn check_foreign(&self) -> Result<()> {
        let Some(line) = self.foreign_bare.filter(|_| self.direction.is_some() && self.below.is_some())
        else {
            return Ok(());
        };
        let [bare, below] = self.foreign;
        let have_debits_signs =
            self.debit_bare.is_none() && (self.debit_signed.is_some() || (below >= 2 && below >= bare));
        // Types have the sign: the row is refused where it is read.
        if have_debits_signs || self.has_sign_by_type() {
            return Ok(());
        }
        let message = "the amount has no sign, and its type says neither credit nor debit, as other types do; state \
            `profile.sign`, or another column of `type`";
        Err(place(Cause::TransactionCsv, line, Some(ColumnRole::Type), message))
    }
}

/// Keeps the first line.
pub(super) fn see(place: &mut Option<u64>, line: u64) {
    place.get_or_insert(line);
}
