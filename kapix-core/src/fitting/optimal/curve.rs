//! Concave and convex trends: a limit on the second difference of three consecutive rates.
//!
//! A state is a pair of neighbouring bins and the layer of the number of bins. For a given pair the bins that may stand
//! before it are, in the order of their rates, a prefix (concave) or a suffix (convex) of the list of those that end
//! there, and the best of each is found once for each bin.
#![expect(
    clippy::indexing_slicing,
    reason = "ids, places and states are made by `Bins` and by the loops over its lists"
)]

use super::bins::Bins;
use super::problem::Constraints;
use super::score::Score;
use super::solve::Layers;

pub(super) struct Curve<'a> {
    bins: &'a Bins,
    limits: &'a Constraints,
    layers: Layers,
    concave: bool,
    /// For each bin the index of its first pair in `scores`; a first bin has one entry without a partner.
    rows: Vec<usize>,
    /// By the second bin of a pair, layer, place of the first bin.
    scores: Vec<Score>,
    /// In the same order, the place of the best score of the prefix or suffix.
    champions: Vec<usize>,
}

/// Where a partial partition came from: the layer and, unless the pair's first bin is the first of all, the place of the bin
/// before.
#[derive(Clone, Copy)]
struct Source {
    score: Score,
    layer: usize,
    place: usize,
}

impl<'a> Curve<'a> {
    pub(super) fn new(bins: &'a Bins, limits: &'a Constraints, layers: Layers, concave: bool) -> Self {
        let mut size = 0;
        let mut rows = Vec::with_capacity(bins.table.len());
        for bin in &bins.table {
            rows.push(size);
            size += layers.count * partners(bins, bin.start);
        }
        let scores = vec![Score::NONE; size];
        Self { bins, limits, layers, concave, rows, scores, champions: vec![0; size] }
    }

    /// Returns the ends of the bins of the best partition.
    pub(super) fn search(mut self) -> Option<Vec<usize>> {
        for id in 0..self.bins.table.len() {
            self.fill(id);
        }
        let mut best = None;
        let mut score = Score::NONE;
        for layer in self.layers.enough..self.layers.count {
            for id in self.bins.ending_at(self.bins.count.checked_sub(1)?) {
                for place in 0..partners(self.bins, self.bins.table[*id].start) {
                    let found = self.scores[self.index(*id, layer, place)];
                    if found.beats(score) {
                        (best, score) = (Some((*id, layer, place)), found);
                    }
                }
            }
        }
        best.map(|(id, layer, place)| self.ends(id, layer, place))
    }

    fn index(&self, id: usize, layer: usize, place: usize) -> usize {
        self.rows[id] + layer * partners(self.bins, self.bins.table[id].start) + place
    }

    /// Fills in every pair whose second bin is `id`; pairs of bins that start earlier are known.
    fn fill(&mut self, id: usize) {
        let bin = self.bins.table[id];
        if bin.start == 0 {
            let state = self.index(id, 0, 0);
            self.scores[state] = Score::one(bin.value);
            return;
        }
        for (place, before) in self.bins.ending_at(bin.start - 1).iter().enumerate() {
            if !self.may_follow(*before, id) {
                continue;
            }
            for layer in 0..self.layers.count {
                if let Some(source) = self.source(*before, id, layer) {
                    let state = self.index(id, layer, place);
                    self.scores[state] = source.score.with(bin.value);
                }
            }
        }
        self.crown(id);
    }

    /// Finds the best score of each prefix (concave) or suffix (convex) of the pairs of a bin.
    fn crown(&mut self, id: usize) {
        let places = partners(self.bins, self.bins.table[id].start);
        for layer in 0..self.layers.count {
            let row = self.index(id, layer, 0);
            let mut best = if self.concave { 0 } else { places.saturating_sub(1) };
            for step in 0..places {
                let place = if self.concave { step } else { places - 1 - step };
                if self.scores[row + place].beats(self.scores[row + best]) {
                    best = place;
                }
                self.champions[row + place] = best;
            }
        }
    }

    /// Returns whether two bins may be neighbours.
    fn may_follow(&self, before: usize, id: usize) -> bool {
        let difference = (self.bins.table[id].rate - self.bins.table[before].rate).abs();
        difference >= self.limits.rate_difference_min - self.bins.slack
            && self.limits.p_value_max.is_none_or(|max| self.bins.p_value(self.limits, before, id) <= max)
    }

    /// Returns the best partial partition that ends with `middle`, may go on with `id` and has then arrived in the
    /// layer.
    fn source(&self, middle: usize, id: usize, layer: usize) -> Option<Source> {
        let place = self.place_of_champion(middle, id)?;
        let mut best: Option<Source> = None;
        for from in layer.saturating_sub(1)..=layer {
            if self.layers.next(from) != Some(layer) {
                continue;
            }
            let place = match place {
                Some(place) => self.champions[self.index(middle, from, place)],
                None => 0,
            };
            let score = self.scores[self.index(middle, from, place)];
            if score.beats(best.map_or(Score::NONE, |best| best.score)) {
                best = Some(Source { score, layer: from, place });
            }
        }
        best
    }

    /// Returns the place whose champion is the best bin before `middle` if `id` follows: `Some(None)` where `middle` is
    /// the first bin, `None` where no bin may stand there.
    #[expect(clippy::option_option, reason = "no bin needed and no bin possible are different answers")]
    fn place_of_champion(&self, middle: usize, id: usize) -> Option<Option<usize>> {
        let table = &self.bins.table;
        let Some(end) = table[middle].start.checked_sub(1) else { return Some(None) };
        let list = self.bins.ending_at(end);
        let straight = 2.0 * table[middle].rate - table[id].rate;
        // Three rates enter, one of them twice.
        let slack = 4.0 * self.bins.slack;
        if self.concave {
            list.partition_point(|before| table[*before].rate <= straight + slack).checked_sub(1).map(Some)
        } else {
            let first = list.partition_point(|before| table[*before].rate < straight - slack);
            (first < list.len()).then_some(Some(first))
        }
    }

    fn ends(&self, mut id: usize, mut layer: usize, mut place: usize) -> Vec<usize> {
        let mut ends = vec![self.bins.table[id].end];
        while let Some(end) = self.bins.table[id].start.checked_sub(1) {
            let before = self.bins.ending_at(end)[place];
            let Some(source) = self.source(before, id, layer) else { break };
            ends.push(end);
            (id, layer, place) = (before, source.layer, source.place);
        }
        ends.reverse();
        ends
    }
}

/// Returns the number of bins that end before a start, 1 for the first start.
fn partners(bins: &Bins, start: usize) -> usize {
    start.checked_sub(1).map_or(1, |end| bins.ending_at(end).len())
}
