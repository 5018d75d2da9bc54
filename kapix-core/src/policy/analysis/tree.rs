//! Boxes in a tree: those that meet a region are found without looking at all of them.
//!
//! Each node holds the ends of its boxes along every axis, and is split where the fewest boxes lie on both sides: a long table of
//! keys or of neighbouring ranges falls into parts that do not touch, whichever of its columns tells them apart.

use super::steps::Steps;
use crate::expression::{Intervals, Range};
use core::cmp::Ordering;
use core::ops::Range as Numbers;

/// Boxes of a leaf.
const LEAF: usize = 8;

/// Boxes by their numbers, in ascending order.
#[derive(Debug)]
pub(in crate::policy) struct Tree<'b> {
    /// The boxes of the leaves, in the order of the nodes.
    items: Vec<(usize, &'b [Intervals])>,
    nodes: Vec<Node>,
    /// Ends of the boxes of each node, axis by axis.
    ends: Vec<Range>,
    axes: usize,
}

#[derive(Debug)]
struct Node {
    items: Numbers<usize>,
    /// Number of the second half; the first one is the next node. None of a leaf.
    second: Option<usize>,
    /// The least and the greatest number of its boxes.
    numbers: (usize, usize),
}

impl<'b> Tree<'b> {
    /// Returns the tree of boxes; empty ones are left out.
    pub(in crate::policy) fn of(
        axes: usize,
        boxes: impl IntoIterator<Item = (usize, &'b [Intervals])>,
    ) -> Self {
        let items: Vec<_> =
            boxes.into_iter().filter(|(_, sides)| !sides.iter().any(Intervals::is_empty)).collect();
        let mut tree = Self { items: Vec::new(), nodes: Vec::new(), ends: Vec::new(), axes };
        let mut left = items;
        let count = left.len();
        if count > 0 {
            tree.node(&mut left, 0);
        }
        tree.items = left;
        tree
    }

    fn node(&mut self, items: &mut [(usize, &'b [Intervals])], from: usize) {
        let number = self.nodes.len();
        let numbers =
            items.iter().fold((usize::MAX, 0), |(least, most), (it, _)| (least.min(*it), most.max(*it)));
        self.nodes.push(Node { items: from..from + items.len(), second: None, numbers });
        for axis in 0..self.axes {
            self.ends.push(around(items, axis));
        }
        if items.len() <= LEAF {
            return;
        }
        let middle = items.len() / 2;
        let scored = (0..self.axes).filter_map(|axis| Some((split(items, axis, middle)?, axis)));
        let Some((_, axis)) = scored.min() else { return };
        items.select_nth_unstable_by(middle, |one, other| order(one, other, axis));
        let Some((first, second)) = items.split_at_mut_checked(middle) else { return };
        self.node(first, from);
        let at = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(number) {
            node.second = Some(at);
        }
        self.node(second, from + middle);
    }

    /// Calls with each box that meets a region and whose number lies in a range, in no order, until it says that this is enough.
    /// Returns false where the steps did not last.
    pub(super) fn meeting(
        &self,
        region: &[Intervals],
        numbers: Numbers<usize>,
        steps: &mut Steps<'_>,
        found: &mut dyn FnMut(usize, &'b [Intervals]) -> bool,
    ) -> bool {
        if self.nodes.is_empty() {
            return true;
        }
        let sides: Vec<Option<Range>> = region.iter().map(ends).collect();
        let mut open = vec![0];
        while let Some(number) = open.pop() {
            let Some(node) = self.nodes.get(number) else { continue };
            if !steps.spend(1) {
                return false;
            }
            let (least, most) = node.numbers;
            let own = self.ends.get(number * self.axes..(number + 1) * self.axes).unwrap_or_default();
            let apart = |(own, side): (&Range, &Option<Range>)| {
                side.is_none_or(|side| own.1 < side.0 || side.1 < own.0)
            };
            if least >= numbers.end || most < numbers.start || own.iter().zip(&sides).any(apart) {
                continue;
            }
            if let Some(second) = node.second {
                open.extend([second, number + 1]);
                continue;
            }
            if !steps.spend(node.items.len()) {
                return false;
            }
            for (at, sides) in self.items.get(node.items.clone()).unwrap_or_default() {
                if numbers.contains(at) && meets(sides, region) && !found(*at, sides) {
                    return true;
                }
            }
        }
        true
    }

    /// Returns the numbers of the boxes that meet a region, in ascending order; none where the steps did not last.
    pub(in crate::policy) fn all_meeting(
        &self,
        region: &[Intervals],
        numbers: Numbers<usize>,
        steps: &mut Steps<'_>,
    ) -> Option<Vec<usize>> {
        let mut all = Vec::new();
        let is_whole = self.meeting(region, numbers, steps, &mut |at, _| {
            all.push(at);
            true
        });
        all.sort_unstable();
        is_whole.then_some(all)
    }
}

/// Returns whether a box and a region have a point in common.
pub(in crate::policy) fn meets(row: &[Intervals], region: &[Intervals]) -> bool {
    row.iter().zip(region).all(|(one, other)| one.meets(other))
}

/// Returns the first and the last number of a set.
fn ends(side: &Intervals) -> Option<Range> {
    Some((side.ranges().first()?.0, side.ranges().last()?.1))
}

fn side(item: &(usize, &[Intervals]), axis: usize) -> Range {
    item.1.get(axis).and_then(ends).unwrap_or((f64::NEG_INFINITY, f64::INFINITY))
}

fn order(one: &(usize, &[Intervals]), other: &(usize, &[Intervals]), axis: usize) -> Ordering {
    let (left, right) = (side(one, axis), side(other, axis));
    left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)).then(one.0.cmp(&other.0))
}

fn around(items: &[(usize, &[Intervals])], axis: usize) -> Range {
    let wider = |all: Range, item| {
        let side = side(item, axis);
        (all.0.min(side.0), all.1.max(side.1))
    };
    items.iter().fold((f64::INFINITY, f64::NEG_INFINITY), wider)
}

/// Returns how many boxes lie on both sides of a split, and whether it tells none apart; puts the boxes in that order.
fn split(items: &mut [(usize, &[Intervals])], axis: usize, middle: usize) -> Option<(usize, bool)> {
    items.select_nth_unstable_by(middle, |one, other| order(one, other, axis));
    let (first, second) = items.split_at_checked(middle)?;
    let at = side(second.first()?, axis);
    let both = first.iter().filter(|it| side(it, axis).1 >= at.0).count();
    let is_same = first.iter().all(|it| order_of_sides(side(it, axis), at).is_eq());
    Some((both, is_same))
}

fn order_of_sides(one: Range, other: Range) -> Ordering {
    one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
}
