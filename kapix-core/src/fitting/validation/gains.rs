//! Tables of a score: gains and lift, the points of the ROC curve, the distribution of scores.

use super::super::calibration::{Cell, Cells, total};
use super::report::{GainsRow, RocPoint, ScoreBin};
use crate::numeric::count;

/// Returns up to `groups` rows from the lowest scores on; none with one outcome only. A score stays in one group: the
/// one in which the middle of its rows falls.
pub(super) fn gains(cells: &Cells, groups: usize) -> Vec<GainsRow> {
    if !cells.has_both() {
        return Vec::new();
    }
    let rate = cells.bads / cells.size();
    let (mut goods_so_far, mut bads_so_far) = (0.0, 0.0);
    let mut rows = Vec::new();
    for group in cells.groups(groups) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (goods, bads) = (total(group, |cell| cell.goods), total(group, |cell| cell.bads));
        goods_so_far += goods;
        bads_so_far += bads;
        let bad_rate = bads / (goods + bads);
        rows.push(GainsRow {
            bad_rate,
            bads,
            cumulative_bads: (bads_so_far / cells.bads).min(1.0),
            cumulative_goods: (goods_so_far / cells.goods).min(1.0),
            cumulative_lift: bads_so_far / (goods_so_far + bads_so_far) / rate,
            goods,
            lift: bad_rate / rate,
            score_max: last.value,
            score_min: first.value,
        });
    }
    rows
}

/// Returns the ROC curve from (0, 0) to (1, 1), thinned to groups of about equal size; empty with one outcome only.
pub(super) fn roc(cells: &Cells, groups: usize) -> Vec<RocPoint> {
    if !cells.has_both() {
        return Vec::new();
    }
    let mut points = vec![RocPoint { bads: 0.0, goods: 0.0 }];
    let (mut goods, mut bads) = (0.0, 0.0);
    for group in cells.groups(groups) {
        goods += total(group, |cell| cell.goods);
        bads += total(group, |cell| cell.bads);
        points.push(RocPoint { bads: (bads / cells.bads).min(1.0), goods: (goods / cells.goods).min(1.0) });
    }
    points
}

/// Returns the distribution of the scores in up to `bins` bins of equal width from the lowest score on. The width of
/// whole scores is a whole number, so that every bin may hold as many of them.
pub(super) fn distribution(cells: &Cells, bins: usize) -> Vec<ScoreBin> {
    let (Some(first), Some(last)) = (cells.by_value.first(), cells.by_value.last()) else {
        return Vec::new();
    };
    let is_whole = |cell: &Cell| libm::rint(cell.value) >= cell.value && libm::rint(cell.value) <= cell.value;
    let width = if cells.by_value.iter().all(is_whole) {
        libm::ceil((last.value - first.value + 1.0) / count(bins))
    } else {
        (last.value - first.value) / count(bins)
    };
    if !(width > 0.0 && width.is_finite()) {
        let (lower, upper) = (first.value, last.value);
        return vec![ScoreBin { bads: cells.bads, goods: cells.goods, lower, upper }];
    }
    let mut rest = cells.by_value.as_slice();
    let mut filled = Vec::new();
    for bin in 0..bins {
        let lower = first.value + width * count(bin);
        let upper = first.value + width * count(bin + 1);
        // Rounding may leave the highest score above the last bound.
        let inside = if bin + 1 == bins {
            rest.len()
        } else {
            rest.iter().take_while(|cell| cell.value < upper).count()
        };
        let (now, later) = rest.split_at_checked(inside).unwrap_or((rest, &[]));
        rest = later;
        filled.push(ScoreBin {
            bads: total(now, |cell| cell.bads),
            goods: total(now, |cell| cell.goods),
            lower,
            upper,
        });
        if rest.is_empty() {
            break;
        }
    }
    filled
}
