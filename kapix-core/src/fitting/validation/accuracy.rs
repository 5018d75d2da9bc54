//! How a PD fits the outcomes: distance, groups, recalibration line.

use super::super::calibration::{Cell, Cells, Term, line, logit_fit, separates, total};
use super::backtest::{binomial, jeffreys};
use super::report::{Brier, CalibrationMeasures, Estimate, HosmerLemeshow, TestedGroup, ValidationNull};
use crate::numeric::{chi_square_sf, count, ln, ln_1p, logit};

/// Figures that are null: pointer below `/calibration` and cause.
pub(super) type Nulls = Vec<(&'static str, ValidationNull)>;

/// Returns the measures of PDs in 0..=1, and what is null and why; `None` without rows.
///
/// Brier: G. W. Brier, Monthly Weather Review 78, 1950; parts over the groups: A. H. Murphy, A new vector partition of
/// the probability score, Journal of Applied Meteorology 12, 1973, with the rest within groups as one term.
/// Calibration in the large and slope: D. R. Cox, Two further applications of a model for binary regression, Biometrika
/// 45, 1958. `development` states that the PDs were fitted on these rows: it sets the degrees of freedom.
pub(super) fn measures(
    cells: &Cells,
    groups: usize,
    development: bool,
) -> Option<(CalibrationMeasures, Nulls)> {
    if cells.by_value.is_empty() {
        return None;
    }
    let list = &cells.by_value;
    let size = cells.size();
    let tested: Vec<TestedGroup> =
        cells.groups(groups).into_iter().map(|group| of_cells(group, cells)).collect();
    let mut nulls = Nulls::new();
    let mut or_null = |pointer, cause: Option<ValidationNull>| {
        if let Some(cause) = cause {
            nulls.push((pointer, cause));
        }
    };
    let mean_pd = (total(list, |cell| cell.size() * cell.value) / size).clamp(0.0, 1.0);
    let ((in_the_large, large_cause), (slope, slope_cause)) = match by_log_odds(cells) {
        Ok(list) => (in_the_large(&list, cells.weighted), slope(&list, cells.weighted)),
        Err(cause) => ((None, Some(cause)), (None, Some(cause))),
    };
    let (hosmer_lemeshow, hosmer_cause) = hosmer_lemeshow(&tested, cells.weighted, development);
    let log_loss = Some(total(list, loss) / size).filter(|loss| loss.is_finite());
    let jeffreys_p = if cells.weighted { None } else { jeffreys(cells.bads, size, mean_pd) };
    or_null("/hosmer_lemeshow", hosmer_cause);
    or_null("/in_the_large", large_cause);
    or_null("/jeffreys_p", jeffreys_p.is_none().then_some(ValidationNull::Weighted));
    or_null("/log_loss", log_loss.is_none().then_some(ValidationNull::CertainPd));
    or_null("/slope", slope_cause);
    let distance = |group: &TestedGroup| {
        let mean = group.mean_pd.unwrap_or_default();
        (group.goods + group.bads) * (group.bad_rate.unwrap_or_default() - mean).abs()
    };
    let measures = CalibrationMeasures {
        brier: brier(cells, &tested),
        ece: crate::numeric::sum(tested.iter().map(distance)) / size,
        groups: tested,
        hosmer_lemeshow,
        in_the_large,
        jeffreys_p,
        log_loss,
        mean_pd,
        slope,
    };
    Some((measures, nulls))
}

/// Returns the group of cells whose value is the PD.
fn of_cells(group: &[Cell], all: &Cells) -> TestedGroup {
    let pd = total(group, |cell| cell.size() * cell.value);
    let (goods, bads) = (total(group, |cell| cell.goods), total(group, |cell| cell.bads));
    let mut tested = tested_group(goods, bads, Some(pd), all.weighted);
    tested.lower = group.first().map(|cell| cell.value);
    tested.upper = group.last().map(|cell| cell.value);
    tested
}

/// Returns a group without bounds from its weights and the weighted sum of its PDs.
pub(super) fn tested_group(goods: f64, bads: f64, sum_of_pd: Option<f64>, weighted: bool) -> TestedGroup {
    let size = goods + bads;
    let mean_pd = sum_of_pd.filter(|_| size > 0.0).map(|sum| (sum / size).clamp(0.0, 1.0));
    let test = |test: fn(f64, f64, f64) -> Option<f64>| {
        mean_pd.filter(|_| !weighted).and_then(|pd| test(bads, size, pd))
    };
    TestedGroup {
        bad_rate: (size > 0.0).then(|| bads / size),
        bads,
        binomial_p: test(binomial),
        goods,
        jeffreys_p: test(jeffreys),
        lower: None,
        mean_pd,
        upper: None,
    }
}

/// Returns the weighted sum of -ln P(outcome) of a cell.
fn loss(cell: &Cell) -> f64 {
    let of_bads = if cell.bads > 0.0 { -cell.bads * ln(cell.value) } else { 0.0 };
    let of_goods = if cell.goods > 0.0 { -cell.goods * ln_1p(-cell.value) } else { 0.0 };
    of_bads + of_goods
}

fn brier(cells: &Cells, groups: &[TestedGroup]) -> Brier {
    let size = cells.size();
    let rate = cells.bads / size;
    let square = |cell: &Cell| {
        cell.bads * (1.0 - cell.value) * (1.0 - cell.value) + cell.goods * cell.value * cell.value
    };
    let score = total(&cells.by_value, square) / size;
    let mean_square = |distance: &dyn Fn(&TestedGroup) -> f64| {
        let term = |group: &TestedGroup| (group.goods + group.bads) * distance(group) * distance(group);
        crate::numeric::sum(groups.iter().map(term)) / size
    };
    let rate_of = |group: &TestedGroup| group.bad_rate.unwrap_or_default();
    let reliability = mean_square(&|group| rate_of(group) - group.mean_pd.unwrap_or_default());
    let resolution = mean_square(&|group| rate_of(group) - rate);
    let uncertainty = rate * (1.0 - rate);
    Brier {
        reliability,
        resolution,
        score,
        uncertainty,
        within: score - (reliability - resolution + uncertainty),
    }
}

/// Returns the test of D. W. Hosmer and S. Lemeshow, Goodness of fit tests for the multiple logistic regression model,
/// Communications in Statistics A9, 1980; degrees of freedom by Hosmer, Lemeshow, Applied Logistic Regression, 2nd
/// edition, 2000, sections 5.2.2 (rows of the fit) and 5.5 (other rows).
pub(super) fn hosmer_lemeshow(
    groups: &[TestedGroup],
    weighted: bool,
    development: bool,
) -> (Option<HosmerLemeshow>, Option<ValidationNull>) {
    if weighted {
        return (None, Some(ValidationNull::Weighted));
    }
    let lost = if development { 2 } else { 0 };
    let Some(freedom) = groups.len().checked_sub(lost).filter(|freedom| *freedom > 0) else {
        return (None, Some(ValidationNull::TooFew));
    };
    let term = |group: &TestedGroup| {
        let size = group.goods + group.bads;
        let expected = size * group.mean_pd.unwrap_or_default();
        let difference = group.bads - expected;
        difference * difference / expected + difference * difference / (size - expected)
    };
    let chi_square = crate::numeric::sum(groups.iter().map(term));
    if !chi_square.is_finite() {
        return (None, Some(ValidationNull::CertainPd));
    }
    let p_value = chi_square_sf(chi_square, count(freedom));
    let degrees_of_freedom = u32::try_from(freedom).unwrap_or(u32::MAX);
    (Some(HosmerLemeshow { chi_square, degrees_of_freedom, p_value }), None)
}

/// Returns why the PDs have no recalibration fit, or their cells by log-odds.
fn by_log_odds(cells: &Cells) -> Result<Vec<Cell>, ValidationNull> {
    if !cells.has_both() {
        return Err(ValidationNull::OneClass);
    }
    let list = cells.map(logit);
    if list.iter().all(|cell| cell.value.is_finite()) { Ok(list) } else { Err(ValidationNull::CertainPd) }
}

type Fitted = (Option<Estimate>, Option<ValidationNull>);

fn in_the_large(list: &[Cell], weighted: bool) -> Fitted {
    let terms: Vec<Term<1>> = list.iter().map(|cell| Term { features: [1.0], offset: cell.value }).collect();
    match logit_fit(list, &terms, weighted) {
        Some(fit) => {
            let ([value], [standard_error]) = (fit.coefficients, fit.standard_errors);
            (Some(Estimate { standard_error, value }), None)
        }
        None => (None, Some(ValidationNull::Separated)),
    }
}

fn slope(list: &[Cell], weighted: bool) -> Fitted {
    let fit = if separates(list) { None } else { line(list, weighted) };
    match fit {
        Some(fit) => {
            let ([_, value], [_, standard_error]) = (fit.coefficients, fit.standard_errors);
            (Some(Estimate { standard_error, value }), None)
        }
        None => (None, Some(ValidationNull::Separated)),
    }
}
