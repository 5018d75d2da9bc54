//! What columns that nothing reads say of the way that money went: words of sides, and amounts where those that are read are
//! zero.

use super::amounts;
use super::cut::Cut;
use super::flags;
use super::layout::Layout;
use super::parts::Part;
use super::place;
use super::records::{Marks, Records};
use super::words::{self, folded};
use crate::domain::Direction;
use crate::error::{Cause, Result};
use crate::statement::profile::ColumnRole;

/// What a value of the column of types says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SideForm {
    /// A word of a direction.
    #[default]
    Words,
    /// The request states the column: its values may begin with a word of a side, as `Debit Card`.
    Stated,
    /// It does, and its name is of one side: `1` and `0` say whether a row is of that.
    Flag(Direction),
}

impl SideForm {
    /// Returns the direction that a value says.
    pub(super) fn direction(self, text: &str) -> Option<Direction> {
        let stated = || words::direction(text).or_else(|| side(text).0);
        match self {
            Self::Words => words::direction(text),
            Self::Stated => stated(),
            Self::Flag(own) => match flags::is_yes(text) {
                Some(is_own) if !text.is_empty() => {
                    let other = if own == Direction::Debit { Direction::Credit } else { Direction::Debit };
                    Some(if is_own { own } else { other })
                }
                _ => stated(),
            },
        }
    }
}

/// Returns what the values of a stated column of types say by its name, folded: one that is known needs not be stated.
pub(super) fn form(name: &str) -> SideForm {
    if words::column(name).is_some_and(|(column, _)| column == ColumnRole::Type) {
        return SideForm::Words;
    }
    let of = |word: &str| side(word).0.filter(|_| word.len() > 1);
    let mut words = name.split(' ').filter_map(of);
    let first = words.next();
    match first.filter(|first| words.all(|other| other == *first)) {
        Some(own) => SideForm::Flag(own),
        None => SideForm::Stated,
    }
}

/// Letters of the shortest word that counts where others follow it, as in `Debit Card`.
const FIRST_WORD_MIN: usize = 4;

/// What the columns that nothing reads show.
pub(super) struct Sides(Vec<Column>);

/// What one of them shows.
#[derive(Default)]
struct Column {
    place: usize,
    /// Rows whose value is a side, credits and debits, or begins with a word of one; and rows with another value.
    whole: [u64; 2],
    first: [u64; 2],
    other: u64,
    /// Rows whose sign agrees with the side, or does not, and the first line that does not.
    agree: u64,
    against: Option<u64>,
    /// Rows with an amount here and none where amounts are read, and the first line of them; rows with both.
    alone: Option<u64>,
    both: u64,
}

impl Column {
    fn are_sides(&self) -> bool {
        self.other == 0 && self.first == [0; 2] && self.whole.iter().all(|count| *count > 0)
    }

    fn begin_as_sides(&self) -> bool {
        let count = |at: usize| self.whole.get(at).unwrap_or(&0) + self.first.get(at).unwrap_or(&0);
        self.other == 0 && count(0) > 0 && count(1) > 0
    }

    fn contradicts(&self) -> bool {
        self.are_sides() && self.agree > 0 && self.against.is_some()
    }

    fn has_money_alone(&self) -> bool {
        self.alone.is_some() && self.both == 0
    }
}

impl Sides {
    /// Returns columns of which nothing is seen yet: those that nothing reads.
    pub(super) fn of(layout: &Layout) -> Self {
        let flagged = |at: &usize| layout.flags.iter().any(|(own, _)| own == at);
        let (known, _) = layout.unread();
        let places = known.into_iter().filter(|at| !flagged(at) && Some(*at) != layout.beside_amount);
        Self(places.map(|place| Column { place, ..Column::default() }).collect())
    }

    /// Sees a record after the header.
    pub(super) fn see(&mut self, record: &Cut<'_>, layout: &Layout) {
        if record.stamp.is_none() {
            return;
        }
        let moved = [ColumnRole::Amount, ColumnRole::Credit, ColumnRole::Debit];
        let moved = moved.iter().filter_map(|column| record.amount(*column));
        let (mut has_amount, mut is_negative, mut is_stated) = (false, false, false);
        for written in moved {
            is_stated = true;
            has_amount |= !written.is_zero();
            is_negative |= written.negative == Some(true);
        }
        for column in &mut self.0 {
            let text = record.cell(column.place);
            if text.is_empty() {
                continue;
            }
            if is_stated && amounts::cut(text).is_some_and(|it| !it.is_zero()) {
                column.other += 1;
                column.both += u64::from(has_amount);
                if !has_amount {
                    column.alone.get_or_insert(record.line);
                }
                continue;
            }
            let (side, is_whole) = side(text);
            let Some(side) = side else {
                column.other += u64::from(!amounts::is_empty(text));
                continue;
            };
            let is_debit = side == Direction::Debit;
            let counts = if is_whole { &mut column.whole } else { &mut column.first };
            if let Some(count) = counts.get_mut(usize::from(is_debit)) {
                *count += 1;
            }
            if has_amount && layout.places.has_one_amount() {
                if is_debit == is_negative {
                    column.agree += 1;
                } else {
                    column.against.get_or_insert(record.line);
                }
            }
        }
    }

    /// Keeps the columns that may say something by a sample, and sees the whole document where one does.
    pub(super) fn see_all(mut self, parts: &[Part<'_>], marks: Marks, layout: &Layout) -> Self {
        self.0.retain(|it| it.begin_as_sides() || it.alone.is_some());
        let places: Vec<usize> = self.0.iter().map(|it| it.place).collect();
        if places.is_empty() {
            return self;
        }
        let columns = places.into_iter().map(|place| Column { place, ..Column::default() });
        let mut all = Self(columns.collect());
        for part in parts {
            let mut records = Records::new(*part, marks);
            while let Some(record) = records.next() {
                all.see(&Cut::new(record, &layout.places), layout);
            }
        }
        all
    }

    /// Refuses a document of which a column that nothing reads says another way than the signs, or holds amounts just where
    /// those that are read are zero. Where no amount has a sign, a column of sides contradicts none.
    pub(super) fn check(&self, layout: &Layout, has_signs: bool) -> Result<()> {
        let against = self.0.iter().filter(|it| has_signs && it.contradicts());
        if let Some((line, column)) =
            against.filter_map(|it| Some((it.against?, it))).min_by_key(|(line, _)| *line)
        {
            let message = format!(
                "the column `{}`, which is not read, says another way than the sign of the amount, and in other rows the same; \
                 state it as `type` in `profile.columns`",
                layout.name(column.place)
            );
            return Err(place(Cause::TransactionSign, line, Some(ColumnRole::Amount), &message));
        }
        let alone = self.0.iter().filter(|it| it.has_money_alone());
        if let Some((line, column)) =
            alone.filter_map(|it| Some((it.alone?, it))).min_by_key(|(line, _)| *line)
        {
            let message = format!(
                "the column `{}`, which is not read, holds amounts in the rows whose amount is zero; state in `profile.columns` \
                 what it holds, such as `debit`",
                layout.name(column.place)
            );
            return Err(place(Cause::StatementUnstated, line, None, &message));
        }
        Ok(())
    }

    /// Returns the name of a column that seems to say which way the money went.
    pub(super) fn name(&self, layout: &Layout) -> Option<String> {
        self.0.iter().find(|it| it.begin_as_sides()).map(|it| layout.name(it.place))
    }
}

/// Returns the side that a value states, and whether it states nothing else.
fn side(text: &str) -> (Option<Direction>, bool) {
    if matches!(text, "+" | "-") {
        return (words::direction(text), true);
    }
    let text = folded(text);
    if let Some(side) = words::direction(&text) {
        return (Some(side), true);
    }
    let first = text.split(' ').next().filter(|first| first.len() >= FIRST_WORD_MIN);
    (first.and_then(words::direction), false)
}
