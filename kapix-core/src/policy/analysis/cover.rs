//! What boxes leave uncovered of a region, part by part between their ends.

use super::boxes::Axis;
use super::steps::Steps;
use crate::expression::{Grid, Intervals};
use std::collections::BTreeMap;

/// Operations that a row takes which is kept for a part: about 100 MB are held at most.
const HELD: usize = 4;

/// Returns boxes of a region that none of these boxes covers, a number of them at most; fewer where the steps do not last.
pub(super) fn uncovered(
    axes: &[Axis],
    region: &[Intervals],
    boxes: &[&[Intervals]],
    most: usize,
    steps: &mut Steps<'_>,
) -> Vec<Vec<Intervals>> {
    let mut cover = Cover { axes, region, boxes, most, found: Vec::new(), steps };
    let active: Vec<u32> = (0..u32::try_from(boxes.len()).unwrap_or(u32::MAX)).collect();
    cover.part(&active, &mut Vec::new());
    cover.found
}

/// A search for what is uncovered.
struct Cover<'c, 'r, 's> {
    axes: &'c [Axis],
    region: &'c [Intervals],
    boxes: &'c [&'c [Intervals]],
    most: usize,
    found: Vec<Vec<Intervals>>,
    steps: &'s mut Steps<'r>,
}

impl<'c> Cover<'c, '_, '_> {
    fn part(&mut self, active: &[u32], so_far: &mut Vec<Intervals>) {
        let depth = so_far.len();
        if self.found.len() >= self.most || !self.steps.spend(1 + active.len()) {
            return;
        }
        if active.is_empty() {
            let mut whole = so_far.clone();
            whole.extend(self.region.get(depth..).unwrap_or_default().iter().cloned());
            self.found.push(whole);
            return;
        }
        let (Some(side), Some(axis)) = (self.region.get(depth), self.axes.get(depth)) else { return };
        let sides: Vec<(u32, &'c [Intervals])> =
            active.iter().filter_map(|number| Some((*number, *self.boxes.get(*number as usize)?))).collect();
        // A row that covers all that is left leaves nothing.
        let covers = |row: &&'c [Intervals]| {
            let mut ours = self.region.iter().zip(row.iter()).skip(depth);
            ours.all(|(side, of_row)| of_row.includes(side))
        };
        if sides.iter().any(|(_, row)| covers(row)) {
            return;
        }
        let along: Vec<(u32, &'c Intervals)> =
            sides.iter().filter_map(|(number, row)| Some((*number, row.get(depth)?))).collect();
        let segments = segments(side, along.iter().map(|(_, it)| *it), axis.grid);
        let is_last = depth + 1 == self.axes.len();
        for (set, inside) in self.parts(&segments, &along, axis.grid, is_last) {
            so_far.push(set);
            self.part(&inside, so_far);
            so_far.pop();
        }
    }

    /// Returns the segments with the boxes that hold them, in ascending order; those with the same boxes are one part, since what
    /// lies behind them is the same. Along the last axis only what no box holds is a part.
    fn parts(
        &mut self,
        segments: &[(f64, f64)],
        along: &[(u32, &Intervals)],
        grid: Grid,
        is_last: bool,
    ) -> Vec<(Intervals, Vec<u32>)> {
        let mut inside: Vec<Vec<u32>> = vec![Vec::new(); segments.len()];
        // How many more boxes hold a segment than the one before it.
        let mut more = vec![0_i64; segments.len() + 1];
        for (number, side) in along {
            for (from, to) in held(segments, side) {
                let count = if is_last { 1 } else { HELD * (to - from) };
                if !self.steps.spend(count) {
                    return Vec::new();
                }
                if is_last {
                    more.get_mut(from).into_iter().for_each(|it| *it += 1);
                    more.get_mut(to).into_iter().for_each(|it| *it -= 1);
                } else {
                    inside.get_mut(from..to).into_iter().flatten().for_each(|it| it.push(*number));
                }
            }
        }
        let mut held = 0;
        let mut parts: BTreeMap<Vec<u32>, Vec<(f64, f64)>> = BTreeMap::new();
        for ((segment, inside), more) in segments.iter().zip(inside).zip(more) {
            held += more;
            if held == 0 {
                parts.entry(inside).or_default().push(*segment);
            }
        }
        let joined = parts.into_iter().map(|(inside, ranges)| (Intervals::joined(ranges, grid), inside));
        let mut parts: Vec<(Intervals, Vec<u32>)> = joined.collect();
        let start = |set: &Intervals| set.ranges().first().map_or(f64::INFINITY, |it| it.0);
        parts.sort_by(|one, other| start(&one.0).total_cmp(&start(&other.0)));
        parts
    }
}

/// Returns the segments that a side holds, as ranges of their numbers. A side holds a segment wholly or not at all.
pub(super) fn held<'s>(
    segments: &'s [(f64, f64)],
    side: &'s Intervals,
) -> impl Iterator<Item = (usize, usize)> + 's {
    let range = |(low, high): &(f64, f64)| {
        let from = segments.partition_point(|it| it.0 < *low);
        let to = segments.partition_point(|it| it.0 <= *high);
        (from, to.max(from))
    };
    side.ranges().iter().map(range)
}

/// Returns the parts of a side between the ends of others, in ascending order.
pub(super) fn segments<'s>(
    side: &Intervals,
    others: impl Iterator<Item = &'s Intervals>,
    grid: Grid,
) -> Vec<(f64, f64)> {
    let mut starts: Vec<f64> = Vec::new();
    for (low, high) in others.flat_map(Intervals::ranges) {
        starts.push(*low);
        if *high < f64::INFINITY {
            starts.push(grid.above(*high));
        }
    }
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    let mut parts = Vec::new();
    for (low, high) in side.ranges() {
        let mut from = *low;
        let (first, last) =
            (starts.partition_point(|it| *it <= *low), starts.partition_point(|it| *it <= *high));
        for start in starts.get(first..last).unwrap_or_default() {
            parts.push(Intervals::between(from, grid.below(*start), grid));
            from = *start;
        }
        parts.push(Intervals::between(from, *high, grid));
    }
    parts.iter().flat_map(Intervals::ranges).copied().collect()
}
