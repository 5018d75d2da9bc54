//! Reasons that are told beside that of the row which decides: where a row of `first` or `priority` declines, every other row of its
//! table that declines and holds is told too, up to one that spares (holds and does not decline), so that versions in which the same
//! row decides may tell other reasons.

use super::both::{Both, PARTS_OF_PAIR, Part};
use super::boxes::{Boxes, common};
use super::pairs::{Choice, Decides};
use super::steps::Steps;
use super::tree::Tree;
use crate::canonical::Hash;
use crate::expression::Intervals;
use crate::policy::document::{HitPolicy, Outcome, ThenBody};
use std::collections::{BTreeMap, BTreeSet};

/// The rows of both versions that can be told beside another.
pub(super) struct Beside<'b> {
    one: Declines,
    other: Declines,
    /// Boxes around the rows that only one version has.
    near: Tree<'b>,
    /// Parts that are told of each row.
    told: BTreeMap<usize, usize>,
    /// Whether no part was left out.
    pub(super) is_whole: bool,
}

/// The rows of a version that decline, and those which the other version does not have with the same cells and reason behind the
/// same rows that spare.
struct Declines {
    all: Vec<usize>,
    own: Vec<usize>,
    behind: Behind,
}

/// What stands before the rows of a version that decline.
struct Behind {
    /// The rows that do not decline, in their order.
    spares: Vec<usize>,
    /// Of a row that declines, how many of them come before it, and a mark of their cells.
    of: BTreeMap<usize, (usize, Hash)>,
}

impl Behind {
    fn of(both: &Both<'_>, order: &[usize]) -> Self {
        let mut behind = Self { spares: Vec::new(), of: BTreeMap::new() };
        let mut mark = Hash::of(b"");
        for row in order {
            if reason(both.then(*row)).is_some() {
                behind.of.insert(*row, (behind.spares.len(), mark));
            } else {
                let cells = both.rule(*row).map(|rule| rule.when.join("\n"));
                mark = Hash::of(&[mark.as_bytes(), cells.unwrap_or_default().as_bytes()].concat());
                behind.spares.push(*row);
            }
        }
        behind
    }

    fn before(&self, row: usize) -> &[usize] {
        let count = self.of.get(&row).map_or(0, |(count, _)| *count);
        self.spares.get(..count).unwrap_or_default()
    }

    fn mark(&self, row: usize) -> Option<&Hash> {
        self.of.get(&row).map(|(_, mark)| mark)
    }
}

fn reason(then: Option<&ThenBody>) -> Option<&String> {
    then.filter(|then| then.outcome == Some(Outcome::Decline)).and_then(|then| then.reason.as_ref())
}

impl<'b> Beside<'b> {
    /// Returns them, of versions with these hit policies and rows.
    pub(super) fn of(
        both: &Both<'_>,
        hits: [HitPolicy; 2],
        (one, other): (&[usize], &[usize]),
        boxes: &'b Boxes,
    ) -> Self {
        let declining = |hit: HitPolicy, rows: &[usize]| -> Vec<usize> {
            let tells = matches!(hit, HitPolicy::First | HitPolicy::Priority);
            let declines = |row: &usize| tells && reason(both.then(*row)).is_some();
            rows.iter().copied().filter(declines).collect()
        };
        let [hit, other_hit] = hits;
        let (behind, other_behind) = (Behind::of(both, one), Behind::of(both, other));
        let (one, other) = (declining(hit, one), declining(other_hit, other));
        let key = |row: usize, behind: &Behind| {
            (reason(both.then(row)), both.rule(row).map(|rule| &rule.when), behind.mark(row).copied())
        };
        let beyond =
            |(rows, own): (&[usize], &Behind), (others, behind): (&[usize], &Behind)| -> Vec<usize> {
                let others: BTreeSet<_> = others.iter().map(|row| key(*row, behind)).collect();
                rows.iter().copied().filter(|row| !others.contains(&key(*row, own))).collect()
            };
        let of_one = beyond((&one, &behind), (&other, &other_behind));
        let of_other = beyond((&other, &other_behind), (&one, &behind));
        let own = of_one.iter().chain(&of_other);
        let around = own.filter_map(|row| Some((*row, &**boxes.around(*row)?)));
        Self {
            near: Tree::of(boxes.axes.len(), around),
            one: Declines { all: one, own: of_one, behind },
            other: Declines { all: other, own: of_other, behind: other_behind },
            told: BTreeMap::new(),
            is_whole: true,
        }
    }

    /// Returns whether one of them may be told where this decides.
    pub(super) fn is_near(&self, choice: &Choice, steps: &mut Steps<'_>) -> bool {
        let mut is_near = false;
        self.near.meeting(&choice.region, 0..usize::MAX, steps, &mut |_, _| {
            is_near = true;
            false
        });
        is_near
    }

    /// Returns parts of a region in which the same decides by both versions, and other reasons are told beside it. `without` are the
    /// rows that do not match there.
    pub(super) fn parts(
        &mut self,
        both: &Both<'_>,
        (left, right): (&Choice, &Choice),
        (region, without): (&[Intervals], &[usize]),
        (boxes, steps): (&Boxes, &mut Steps<'_>),
    ) -> Vec<Part> {
        let (Decides::Rows(one), Decides::Rows(other)) = (&left.decides, &right.decides) else {
            return Vec::new();
        };
        let Some(decided) = reason(one.first().and_then(|row| both.then(*row))) else { return Vec::new() };
        let mut parts = Vec::new();
        for (version, others, is_one) in [(&self.one, &self.other, true), (&self.other, &self.one, false)] {
            for row in &version.own {
                if !steps.spend(1) {
                    break;
                }
                let why = reason(both.then(*row));
                let Some(sides) = boxes.rows.get(*row).and_then(Option::as_ref) else { continue };
                let part = common(region, sides);
                if why == Some(decided) || part.iter().any(Intervals::is_empty) {
                    continue;
                }
                let alike: Vec<usize> =
                    others.all.iter().copied().filter(|it| reason(both.then(*it)) == why).collect();
                let near = Near { row: *row, part: &part, without, alike: &alike };
                let (regions, is_whole) = near.untold((version, others), boxes, steps);
                let told = self.told.entry(*row).or_default();
                let room = PARTS_OF_PAIR - *told;
                self.is_whole &= is_whole && regions.len() <= room;
                *told += regions.len().min(room);
                let with = |decides: &[usize], tells: bool| {
                    let more = tells.then_some(*row);
                    let rows: Vec<usize> = decides.iter().copied().chain(more).collect();
                    if tells { Decides::Declines(rows) } else { Decides::Rows(rows) }
                };
                parts.extend(regions.into_iter().take(room).map(|region| Part {
                    one: with(one, is_one),
                    other: with(other, !is_one),
                    region,
                    is_turned: false,
                }));
            }
        }
        parts
    }
}

/// A row that declines, where another one decides.
struct Near<'n> {
    row: usize,
    part: &'n [Intervals],
    /// Rows that do not match there.
    without: &'n [usize],
    /// Rows of the other version with its reason.
    alike: &'n [usize],
}

impl Near<'_> {
    /// Returns the parts where the row is told and no row of the other version tells its reason, and whether there is no more of it
    /// that was not looked at.
    fn untold(
        &self,
        (version, others): (&Declines, &Declines),
        boxes: &Boxes,
        steps: &mut Steps<'_>,
    ) -> (Vec<Vec<Intervals>>, bool) {
        let spares = version.behind.before(self.row);
        let of = |row: usize| boxes.rows.get(row).and_then(Option::as_ref);
        let apart: Vec<usize> = self.without.iter().chain(spares).copied().collect();
        if !steps.spend(apart.len() + others.all.len()) {
            return (Vec::new(), true);
        }
        // A computed row among them may tell the same there: what it covers is not known.
        if apart.iter().chain(self.alike).any(|it| of(*it).is_none()) {
            return (Vec::new(), true);
        }
        let covering = [&*apart, self.alike].concat();
        // One more than are told shows that there are more.
        let most = PARTS_OF_PAIR + 1;
        let mut found = boxes.uncovered(self.part, &covering, most, steps);
        // One that tells the same does not where it stands behind a row of its own version that spares.
        let mark = version.behind.mark(self.row);
        let behind = |it: &&usize| others.behind.mark(**it) != mark && !others.behind.before(**it).is_empty();
        let hidden: Vec<usize> = self.alike.iter().filter(behind).copied().collect();
        for row in &hidden {
            let more = self.alike.iter().filter(|it| *it != row);
            let covering: Vec<usize> = apart.iter().chain(more).copied().collect();
            for spare in others.behind.before(*row) {
                let (Some(own), Some(spare)) = (of(*row), of(*spare)) else { return (found, false) };
                let part = common(&common(self.part, own), spare);
                if part.iter().any(Intervals::is_empty) {
                    continue;
                }
                // Where two rows spare, the same part is found once.
                let more = boxes.uncovered(&part, &covering, most, steps);
                found.extend(more.into_iter().filter(|it| !found.contains(it)).collect::<Vec<_>>());
            }
        }
        // Several may hide each other.
        (found, hidden.len() < 2)
    }
}
