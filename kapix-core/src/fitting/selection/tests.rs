//! Selections against other programs, all subsets, and their own laws.

use super::correlation::{clusters, variance_inflation};
use super::{
    Candidate, Criterion, Selected, SelectionAction, SelectionMethod, SelectionReason, SelectionSettings,
    SelectionStep, select,
};
use crate::error::Cause;
use crate::fitting::Run;
use crate::fitting::Target;
use crate::fitting::regression::{
    Design, Predictor, Prepared, RegressionSettings, Values, correlations, fit,
};
use crate::numeric::{Random, logistic};
use ndarray::Array2;

/// The rows of the tests of the regression, made again: the generator x -> (1103515245 x + 12345) mod 2^31 from 12345.
fn made() -> (Vec<Vec<f64>>, Vec<u8>) {
    let tables = [
        [0.9, 0.35, -0.1, -0.5, -1.2],
        [1.4, 0.2, -0.3, -0.6, 0.05],
        [0.5, 0.25, 0.0, -0.25, -0.75],
        [2.0, 1.0, 0.1, -0.4, -0.9],
    ];
    let mut x = 12_345_u64;
    let mut next = || {
        x = (x * 1_103_515_245 + 12_345) % (1 << 31);
        u32::try_from(x >> 16).unwrap()
    };
    let (mut columns, mut bad) = (vec![vec![]; 4], vec![]);
    for row in 0..400 {
        let mut slots: Vec<usize> = (0..4).map(|_| (next() % 5) as usize).collect();
        if row % 3 == 0 {
            slots[2] = slots[1];
        }
        let woe: Vec<f64> = slots.iter().zip(tables).map(|(&slot, table)| table[slot]).collect();
        let p = logistic(-1.0 - 0.8 * woe[0] - 0.5 * woe[1] - 0.3 * woe[3]);
        bad.push(u8::from((f64::from(next()) + 0.5) / 32_768.0 < p));
        woe.into_iter().zip(&mut columns).for_each(|(woe, column)| column.push(woe));
    }
    (columns, bad)
}

/// Correlated normal columns of which every second one lowers the log-odds of bad; `wrong` raises it.
fn drawn(rows: usize, columns: usize, wrong: usize) -> (Vec<Vec<f64>>, Vec<u8>) {
    let mut random = Random::new(11, 3);
    let (mut x, mut bad) = (vec![vec![]; columns], vec![]);
    for _ in 0..rows {
        let common = random.normal();
        let mut eta = -1.5;
        for (at, column) in x.iter_mut().enumerate() {
            let value = 0.6 * common + 0.8 * random.normal();
            eta -= if at == wrong {
                -0.3
            } else if at % 2 == 0 {
                0.4
            } else {
                0.0
            } * value;
            column.push(value);
        }
        bad.push(u8::from(random.uniform() < logistic(eta)));
    }
    (x, bad)
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn run() -> Run<'static> {
    Run { check: &|| Ok(()), progress: &|_, _| {}, threads: 1 }
}

fn design<'a>(names: &[&'a str], columns: &'a [Vec<f64>], bad: &'a [u8]) -> Design<'a> {
    let pairs = names.iter().zip(columns);
    Design {
        predictors: pairs.map(|(name, x)| Predictor { name, values: Values::Dense(x) }).collect(),
        target: Target::Binary { bad, weight: None },
        offset: None,
    }
}

fn chosen_of(columns: &[Vec<f64>], bad: &[u8], ivs: &[f64], settings: &SelectionSettings) -> Selected {
    let data = Prepared::new(&design(&NAMES, columns, bad), &run()).unwrap();
    let candidates: Vec<Candidate> = ivs
        .iter()
        .map(|&iv| Candidate {
            gini: 0.3,
            iv,
            p_value: Some(if iv < 0.002 { 0.9 } else { 1e-4 }),
            protected: iv > 0.45,
        })
        .collect();
    select(&data, &candidates, settings, &RegressionSettings::maximum_likelihood(), &run()).unwrap()
}

fn steps(selected: &Selected) -> Vec<(SelectionAction, &str)> {
    selected.report.steps.iter().map(|step| (step.action, step.characteristic.as_str())).collect()
}

fn near(got: Option<f64>, want: f64) {
    assert!((got.unwrap() - want).abs() < 1e-9 * want.abs().max(1.0), "{got:?} is not {want}");
}

const FREE: fn() -> SelectionSettings = || SelectionSettings { sign: false, ..SelectionSettings::default() };

#[test]
fn backward_and_forward_take_the_steps_of_a_loop_over_statsmodels() {
    let (columns, bad) = made();
    let ivs = [0.4, 0.3, 0.2, 0.1];
    let backward = SelectionSettings { method: SelectionMethod::Backward, ..FREE() };
    let selected = chosen_of(&columns, &bad, &ivs, &backward);
    // statsmodels 0.15.0, Logit.fit(method="newton", tol=1e-14), every submodel.
    assert_eq!(steps(&selected), [(SelectionAction::Remove, "d"), (SelectionAction::Remove, "c")]);
    near(selected.report.steps[0].value, 1.881_398_272_246_713);
    near(selected.report.steps[1].value, 1.619_678_693_392_984_3);
    for method in [SelectionMethod::Forward, SelectionMethod::Stepwise] {
        let settings = SelectionSettings { method, criterion: Criterion::PValue, ..FREE() };
        let selected = chosen_of(&columns, &bad, &ivs, &settings);
        assert_eq!(steps(&selected), [(SelectionAction::Add, "a"), (SelectionAction::Add, "b")]);
        near(selected.report.steps[0].value, 1.309_149_817_241_455_4e-5);
        near(selected.report.steps[1].value, 0.000_966_404_560_066_913_2);
        assert_eq!(selected.report.chosen, ["a", "b"]);
    }
}

#[test]
fn the_best_of_all_subsets_is_found() {
    let (columns, bad) = drawn(600, 6, 9);
    let score = |subset: u32, bic: bool| {
        let kept: Vec<usize> = (0..6).filter(|at| subset >> at & 1 == 1).collect();
        let part: Vec<Vec<f64>> = kept.iter().map(|&at| columns[at].clone()).collect();
        let report = fit(&design(&NAMES, &part, &bad), &RegressionSettings::maximum_likelihood(), &run())
            .unwrap()
            .report;
        (if bic { report.bic } else { report.aic }, kept)
    };
    for (criterion, bic) in [(Criterion::Aic, false), (Criterion::Bic, true)] {
        let best = (0..64).map(|subset| score(subset, bic)).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        for method in [SelectionMethod::Forward, SelectionMethod::Backward, SelectionMethod::Stepwise] {
            let selected =
                chosen_of(&columns, &bad, &[0.4; 6], &SelectionSettings { criterion, method, ..FREE() });
            assert_eq!(selected.fit.kept, best.1, "{method:?} {criterion:?}");
            assert!(selected.report.steps.iter().all(|step: &SelectionStep| step.is_exact));
        }
    }
}

#[test]
fn the_quadratic_takes_the_steps_of_the_fits() {
    // 100,000 rows of 8 columns are above the work of exact fits.
    let (columns, bad) = drawn(100_000, 8, 9);
    for method in [SelectionMethod::Backward, SelectionMethod::Forward, SelectionMethod::Stepwise] {
        let settings = SelectionSettings { method, criterion: Criterion::Bic, ..FREE() };
        let selected = chosen_of(&columns, &bad, &[0.4; 8], &settings);
        assert_eq!(selected.report.chosen, ["a", "c", "e", "g"], "{method:?}");
        assert!(selected.report.steps.iter().all(|step| !step.is_exact));
        assert!(selected.fit.report.converged);
    }
    let settings = SelectionSettings { characteristics_max: Some(3), forced: vec!["h".into()], ..FREE() };
    let selected = chosen_of(&columns, &bad, &[0.4; 8], &settings);
    assert!(selected.report.chosen.len() == 3 && selected.report.chosen[2] == "h");
}

#[test]
fn no_coefficient_has_the_wrong_sign_unless_forced() {
    for rows in [1500, 60_000] {
        let (columns, bad) = drawn(rows, 8, 4);
        let selected = chosen_of(&columns, &bad, &[0.4; 8], &SelectionSettings::default());
        assert!(selected.fit.coefficients[1..].iter().all(|slope| *slope < 0.0));
        let removed = selected.report.steps.iter().find(|step| step.characteristic == "e").unwrap();
        assert!(removed.reason == SelectionReason::Sign && removed.value.unwrap() > 0.0);
        let forced = SelectionSettings { forced: vec!["e".into()], ..SelectionSettings::default() };
        let selected = chosen_of(&columns, &bad, &[0.4; 8], &forced);
        assert_eq!(selected.report.wrong_sign, ["e"]);
        assert!(selected.report.chosen.contains(&"e".to_owned()));
    }
}

#[test]
fn filters_say_why() {
    let (mut columns, bad) = drawn(2000, 6, 9);
    columns[3] = columns[0].iter().map(|x| 2.0 * x + 1.0).collect();
    columns.push(columns[1].iter().zip(&columns[2]).map(|(x, y)| x - y).collect());
    columns.push(vec![1.5; 2000]);
    let ivs = [0.5, 0.4, 0.3, 0.2, 6.0, 0.001, 0.1, 0.05];
    let settings = SelectionSettings { excluded: vec!["c".into()], ..FREE() };
    let insignificant = chosen_of(&columns, &bad, &ivs, &settings).report.steps;
    assert_eq!(
        (insignificant[2].characteristic.as_str(), insignificant[2].reason),
        ("f", SelectionReason::Significance)
    );
    assert_eq!((insignificant[2].value, insignificant[2].limit), (Some(0.9), Some(0.01)));
    let settings = SelectionSettings { iv_min: 0.01, ..settings };
    let selected = chosen_of(&columns, &bad, &ivs, &settings);
    let why: Vec<(&str, SelectionReason)> =
        selected.report.steps.iter().map(|step| (step.characteristic.as_str(), step.reason)).collect();
    let want = [
        ("c", SelectionReason::Excluded),
        ("e", SelectionReason::LeakIv),
        ("f", SelectionReason::Iv),
        ("h", SelectionReason::Collinear),
        ("d", SelectionReason::Collinear),
    ];
    assert_eq!(why, want);
    assert_eq!(selected.report.steps[4].other.as_deref(), Some("a"));
    assert_eq!(
        (selected.report.leaking, selected.report.protected),
        (vec!["e".to_owned()], vec!["a".to_owned()])
    );
    assert_eq!(selected.report.chosen, ["a", "b", "g"]);
    let settings = SelectionSettings { correlation_max: Some(0.3), forced: vec!["b".into()], ..FREE() };
    let selected = chosen_of(&columns[..3], &bad, &ivs[..3], &settings);
    // Columns correlate by 0.36: the forced one stays, though another has the higher information value.
    assert_eq!(selected.report.chosen, ["b"]);
    assert!(selected.report.steps.iter().all(|step| step.other.as_deref() == Some("b")));
    let settings = SelectionSettings { vif_max: Some(1.01), ..FREE() };
    let selected = chosen_of(&columns[..3], &bad, &ivs[..3], &settings);
    assert_eq!((selected.report.chosen.len(), selected.report.steps[0].reason), (1, SelectionReason::Vif));
}

#[test]
fn the_order_of_columns_does_not_change_the_choice() {
    let (columns, bad) = drawn(3000, 8, 2);
    for method in [SelectionMethod::None, SelectionMethod::Backward, SelectionMethod::Stepwise] {
        let settings = SelectionSettings { method, vif_max: Some(1.9), ..SelectionSettings::default() };
        let ivs = [0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.1, 0.1];
        let mut choices = Vec::new();
        for shift in [0, 3, 5] {
            let order: Vec<usize> = (0..8).map(|at| (at * 3 + shift) % 8).collect();
            let names: Vec<&str> = order.iter().map(|&at| NAMES[at]).collect();
            let turned: Vec<Vec<f64>> = order.iter().map(|&at| columns[at].clone()).collect();
            let data = Prepared::new(&design(&names, &turned, &bad), &run()).unwrap();
            let candidate =
                |&at: &usize| Candidate { gini: 0.3, iv: ivs[at], p_value: None, protected: false };
            let candidates: Vec<Candidate> = order.iter().map(candidate).collect();
            let selected =
                select(&data, &candidates, &settings, &RegressionSettings::maximum_likelihood(), &run())
                    .unwrap();
            let mut chosen = selected.report.chosen;
            chosen.sort();
            choices.push(chosen);
        }
        assert!(choices.windows(2).all(|pair| pair[0] == pair[1]), "{method:?}: {choices:?}");
    }
}

#[test]
fn correlation_and_inflation_are_those_of_numpy_and_statsmodels() {
    let (columns, bad) = made();
    let data = Prepared::new(&design(&NAMES, &columns, &bad), &run()).unwrap();
    let correlation = correlations(&data, &[0, 1, 2, 3], &run()).unwrap();
    // numpy 2.4.6, corrcoef; statsmodels 0.15.0, variance_inflation_factor with a constant.
    let upper = [0.005_108_228_890_644_637, -0.033_808_601_091_444_15, 0.052_805_759_868_804_36];
    for (at, want) in upper.into_iter().enumerate() {
        near(correlation.get((0, at + 1)).copied(), want);
    }
    near(correlation.get((2, 1)).copied(), 0.238_517_426_887_118);
    let inflation = variance_inflation(&correlation).unwrap();
    let want =
        [1.003_979_147_476_210_3, 1.061_310_041_784_156_3, 1.064_061_693_232_292, 1.006_607_241_264_031_4];
    inflation.into_iter().zip(want).for_each(|(got, want)| near(Some(got), want));
}

#[test]
fn clusters_join_by_the_average_as_by_hand() {
    // 0 and 1 join at 0.9; then with 2 at (0.8 + 0.6)/2 = 0.7; 3 stays alone at (0.1 + 0.2 + 0.3)/3.
    let r = [[1.0, -0.9, 0.8, 0.1], [-0.9, 1.0, -0.6, 0.2], [0.8, -0.6, 1.0, 0.3], [0.1, 0.2, 0.3, 1.0]];
    let matrix = Array2::from_shape_fn((4, 4), |(row, col)| r[row][col]);
    let found = clusters(&matrix, 0.65);
    assert_eq!(found.iter().map(|group| group.0.clone()).collect::<Vec<_>>(), [vec![0, 1, 2], vec![3]]);
    near(Some(found[0].1), 0.7);
    assert_eq!(clusters(&matrix, 0.75).len(), 3);
    near(Some(clusters(&matrix, 0.1)[0].1), 0.2);
}

#[test]
fn hostile_settings_and_separated_rows_are_refused() {
    let bad: Vec<u8> = (0..40).map(|row| u8::from(row >= 20)).collect();
    let columns = [(0..40).map(f64::from).collect::<Vec<f64>>()];
    let data = Prepared::new(&design(&NAMES, &columns, &bad), &run()).unwrap();
    let candidates = [Candidate { gini: 0.3, iv: 0.4, p_value: None, protected: false }];
    let cause = |settings: &SelectionSettings| {
        select(&data, &candidates, settings, &RegressionSettings::maximum_likelihood(), &run())
            .unwrap_err()
            .cause
    };
    assert_eq!(cause(&SelectionSettings::default()), Cause::FittingSeparation);
    let unknown = SelectionSettings { forced: vec!["z".into()], ..SelectionSettings::default() };
    assert_eq!(cause(&unknown), Cause::ValueOutOfRange);
    let range = SelectionSettings { p_enter: 0.2, p_remove: 0.1, ..SelectionSettings::default() };
    assert_eq!(cause(&range), Cause::ValueOutOfRange);
    // Nothing is left: the intercept alone.
    let none = SelectionSettings { iv_min: 1.0, ..SelectionSettings::default() };
    let selected =
        select(&data, &candidates, &none, &RegressionSettings::maximum_likelihood(), &run()).unwrap();
    assert!(selected.fit.coefficients.len() == 1 && selected.fit.coefficients[0].abs() < 1e-12);
    let read: SelectionSettings =
        serde_json::from_str("{\"method\": \"backward\", \"criterion\": \"p_value\"}").unwrap();
    assert_eq!(
        (read.method, read.criterion, read.sign),
        (SelectionMethod::Backward, Criterion::PValue, true)
    );
}
