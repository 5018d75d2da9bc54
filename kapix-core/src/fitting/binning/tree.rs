//! Pre-bins as the leaves of a regression tree on one characteristic.

use super::decimal;
use super::sorted::Sorted;

/// Gains within this factor of each other are equal, so that rounding does not choose between them.
const TIE: f64 = 1.0 + 1e-9;

/// Distinct values in order with what lies at or below each.
struct Steps {
    values: Vec<f64>,
    weights: Vec<f64>,
    sums: Vec<f64>,
}

/// One leaf: the distinct values `start..end`, and its best split.
struct Leaf {
    start: usize,
    end: usize,
    split: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    /// First distinct value of the right part.
    at: usize,
    gain: f64,
}

/// Returns the cut points of the tree with at most `leaves` leaves of weight `least` each, in no order.
///
/// Each step splits the leaf and at the place where the weighted sum of squared deviations falls most, by
/// S_l^2/W_l + S_r^2/W_r - S^2/W with sums S of outcomes and weights W; of equal gains the leftmost. For a binary
/// target that sum is half of the Gini impurity times the weight (Breiman and others, 1984, sections 4.3 and 8.3).
pub(super) fn cuts(sorted: &Sorted, leaves: usize, least: f64) -> Vec<f64> {
    let mut steps = Steps { values: Vec::new(), weights: Vec::new(), sums: Vec::new() };
    let (mut weight, mut sum) = (0.0, 0.0);
    sorted.each(|value, totals| {
        weight += totals.weight;
        sum += totals.sum;
        steps.values.push(value);
        steps.weights.push(weight);
        steps.sums.push(sum);
    });
    let mut tree = vec![steps.leaf(0, steps.values.len(), least)];
    let mut cuts = Vec::new();
    while tree.len() < leaves {
        let mut best: Option<(usize, Split)> = None;
        for (index, leaf) in tree.iter().enumerate() {
            if let Some(split) = leaf.split
                && best.is_none_or(|(_, other)| split.gain > other.gain * TIE)
            {
                best = Some((index, split));
            }
        }
        let Some((index, Split { at, .. })) = best else { break };
        let Some(Leaf { start, end, .. }) = tree.get(index) else { break };
        let parts = [steps.leaf(*start, at, least), steps.leaf(at, *end, least)];
        tree.splice(index..=index, parts);
        cuts.extend(steps.gap(at).and_then(|(a, b)| decimal::between(a, b)));
    }
    cuts
}

impl Steps {
    /// Returns the values on both sides of a split.
    fn gap(&self, at: usize) -> Option<(f64, f64)> {
        Some((*self.values.get(at.checked_sub(1)?)?, *self.values.get(at)?))
    }

    /// Returns weight and sum below a distinct value.
    #[expect(clippy::indexing_slicing, reason = "leaves and splits lie within the distinct values")]
    fn below(&self, at: usize) -> (f64, f64) {
        at.checked_sub(1).map_or((0.0, 0.0), |last| (self.weights[last], self.sums[last]))
    }

    #[expect(clippy::indexing_slicing, reason = "leaves and splits lie within the distinct values")]
    fn leaf(&self, start: usize, end: usize, least: f64) -> Leaf {
        let ((weight_before, sum_before), (weight_after, sum_after)) = (self.below(start), self.below(end));
        let (weight, sum) = (weight_after - weight_before, sum_after - sum_before);
        let whole = sum * sum / weight;
        // A gain below the rounding of its terms is none.
        let mut best = Split { at: 0, gain: 1e-12 * whole.max(f64::MIN_POSITIVE) };
        let inner = start..end.saturating_sub(1);
        let pairs = self.weights[inner.clone()].iter().zip(&self.sums[inner]);
        for (offset, (weights, sums)) in pairs.enumerate() {
            let (left, left_sum) = (weights - weight_before, sums - sum_before);
            let (right, right_sum) = (weight - left, sum - left_sum);
            let gain = left_sum * left_sum / left + right_sum * right_sum / right - whole;
            if gain > best.gain * TIE && left >= least && right >= least {
                best = Split { at: start + offset + 1, gain };
            }
        }
        let is_cut =
            self.gap(best.at).is_some_and(|(a, b)| best.at > start && decimal::between(a, b).is_some());
        Leaf { start, end, split: is_cut.then_some(best) }
    }
}
