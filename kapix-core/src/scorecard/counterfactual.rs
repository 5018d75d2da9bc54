//! What would have to be different for the next better decision: the fewest units moved to other attributes, then the
//! least cost, then card order; exact, and verified by scoring the moved applicant again.
//!
//! A unit is one characteristic, or the windows of one attribute, which move together. The cost of a move is the number
//! of bins times the card's cost of a bin.

use super::body::Decision;
use super::card::{Bins, Card, Characteristic};
use super::knapsack::{Choice, fewest};
use super::score::Slots;

/// The smallest change that improves the decision by one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterfactual {
    /// The decision after the moves.
    pub decision: Decision,
    /// The total after the moves.
    pub points: i32,
    /// The moves, in card order.
    pub moves: Vec<Move>,
}

/// One characteristic that moves to another attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Position of the characteristic in the card.
    pub characteristic: usize,
    /// The slot that it leaves.
    pub from: u16,
    /// The attribute that it moves to.
    pub to: u16,
    /// Points that the move adds: above 0, unless it is one of the windows of a unit.
    pub gain: i32,
}

/// A member of a unit that moves by bins.
struct Member<'c> {
    position: usize,
    from: u16,
    characteristic: &'c Characteristic,
}

impl Card {
    /// Returns the smallest change that reaches the next better decision, `None` when the application is
    /// approved, the card has no cut-offs, or no moves suffice.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::{Decision, Input};
    ///
    /// // Every characteristic near its neutral points: 579 in all, where 600 are approved.
    /// let inputs = [0.2, 0.6, 0.2, 2.0, 5.0, 0.0, 0.8, 0.3, 40.0, 1.0, 0.5, 0.2, 200.0].map(Input::Number);
    /// let slots = card.place(&inputs, |_, feature| feature.to_owned())?;
    /// assert_eq!((slots.points, card.decision(slots.points)), (579, Some(Decision::Refer)));
    ///
    /// // One move is enough: the lowest balance at the outflow of a month or more, with 55 points instead of 28.
    /// let found = card.counterfactual(&slots).unwrap();
    /// assert_eq!((found.decision, found.points, found.moves.len()), (Decision::Approve, 606, 1));
    /// let to = card.slot(found.moves[0].characteristic, found.moves[0].to).unwrap();
    /// assert_eq!((&**to.0, to.1), ("1 or more", 55));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn counterfactual(&self, slots: &Slots) -> Option<Counterfactual> {
        let cutoffs = self.body.cutoffs?;
        let target = match self.decision(slots.points)? {
            Decision::Approve => return None,
            Decision::Refer => cutoffs.approve,
            Decision::Decline => cutoffs.refer,
        };
        let need = i64::from(target) - i64::from(slots.points);
        let choices: Vec<Vec<Choice>> = self.units.iter().map(|unit| self.choices(unit, slots)).collect();
        let mut moved = slots.clone();
        let mut moves = Vec::new();
        for (unit, choice) in fewest(&choices, need)? {
            for (position, to) in self.targets(self.units.get(unit)?, slots, choice.step) {
                let slot = moved.slots.get_mut(position)?;
                let points = |slot| self.characteristics.get(position).map(|it| it.points_of(slot));
                moves.push(Move {
                    characteristic: position,
                    from: *slot,
                    to,
                    gain: points(to)? - points(*slot)?,
                });
                *slot = to;
            }
        }
        moves.sort_by_key(|it| it.characteristic);
        let scored = self.characteristics.iter().zip(&moved.slots).map(|(it, slot)| it.points_of(*slot));
        let points = self.body.base_points + scored.sum::<i32>();
        let decision = self.decision(points)?;
        (points >= target).then_some(Counterfactual { decision, points, moves })
    }

    /// Returns the changes of a unit that gain points, the cheapest first, each with more gain than every cheaper one.
    #[expect(clippy::indexing_slicing, reason = "units hold places of characteristics, and each has a slot")]
    fn choices(&self, unit: &[usize], slots: &Slots) -> Vec<Choice> {
        let own = || unit.iter().filter_map(|position| self.characteristics.get(*position));
        if own().any(|it| it.immovable) {
            return Vec::new();
        }
        let mut choices = match (unit, own().next()) {
            ([position], Some(characteristic)) => characteristic.choices(slots.slots[*position]),
            (_, Some(first)) => self.steps(unit, slots, first.move_cost),
            (_, None) => Vec::new(),
        };
        choices.retain(|choice| choice.gain > 0);
        choices.sort_by_key(|choice| (choice.cost, -choice.gain, choice.step));
        let mut best = 0;
        choices.retain(|choice| {
            let better = choice.gain > best;
            best = best.max(choice.gain);
            better
        });
        choices
    }

    /// Returns every step of windows that move together: the same number of bins up or down, up to where the last of
    /// them reaches its end.
    fn steps(&self, unit: &[usize], slots: &Slots, move_cost: u64) -> Vec<Choice> {
        let members = self.members(unit, slots);
        let down = members.iter().map(|it| i32::from(it.from)).max().unwrap_or_default();
        let up =
            members.iter().map(|it| i32::from(it.characteristic.attributes) - 1 - i32::from(it.from)).max();
        let gain = |step: i32| {
            let gains = members.iter().map(|it| {
                let points = |slot| i64::from(it.characteristic.points_of(slot));
                points(it.moved_by(step)) - points(it.from)
            });
            gains.sum()
        };
        (-down..=up.unwrap_or_default())
            .filter(|step| *step != 0)
            .map(|step| Choice { cost: u64::from(step.unsigned_abs()) * move_cost, gain: gain(step), step })
            .collect()
    }

    /// Returns the attribute to which a choice moves each characteristic of a unit.
    fn targets(&self, unit: &[usize], slots: &Slots, step: i32) -> Vec<(usize, u16)> {
        if let [position] = unit {
            return u16::try_from(step).map(|to| (*position, to)).into_iter().collect();
        }
        let members = self.members(unit, slots);
        let targets = members.iter().map(|it| (it.position, it.from, it.moved_by(step)));
        targets.filter(|(_, from, to)| from != to).map(|(position, _, to)| (position, to)).collect()
    }

    /// Returns the windows of a unit whose value lies in an attribute: a missing or special value has no direction.
    fn members(&self, unit: &[usize], slots: &Slots) -> Vec<Member<'_>> {
        let own = unit.iter().filter_map(|position| {
            let characteristic = self.characteristics.get(*position)?;
            Some(Member { position: *position, from: *slots.slots.get(*position)?, characteristic })
        });
        own.filter(|it| it.from < it.characteristic.attributes).collect()
    }
}

impl Member<'_> {
    fn moved_by(&self, step: i32) -> u16 {
        let last = i32::from(self.characteristic.attributes) - 1;
        u16::try_from((i32::from(self.from) + step).clamp(0, last)).unwrap_or(self.from)
    }
}

impl Characteristic {
    /// Returns every other attribute as a target. A move between attributes of a numeric characteristic counts the bins
    /// between them; any other move counts one.
    fn choices(&self, from: u16) -> Vec<Choice> {
        let points = i64::from(self.points_of(from));
        let ordered = matches!(self.bins, Bins::Numeric { .. }) && from < self.attributes;
        let targets = (0..self.attributes).map(|to| {
            let bins = if ordered { u64::from(to.abs_diff(from)) } else { 1 };
            Choice {
                cost: bins * self.move_cost,
                gain: i64::from(self.points_of(to)) - points,
                step: i32::from(to),
            }
        });
        targets.collect()
    }
}
