//! Validation against published figures, programs under Python 3.11 (scikit-learn 1.9.1, scipy 1.17.1, statsmodels
//! 0.15.0), and sums over all pairs of rows.

use super::discrimination::{auc, kolmogorov_smirnov};
use super::{ValidationNull, ValidationSample, ValidationSettings, auc_difference, validate};
use crate::error::Cause;
use crate::fitting::calibration::Cells;
use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

/// E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson 1988: patients with ovarian cancer, as printed in SAS/STAT 14.1 User's
/// Guide, example 72.8: albumin, total protein, K-G score (10 minus the printed one), whether surgery succeeded.
const OVARIAN: [(f64, f64, f64, u8); 43] = [
    (3.0, 5.8, 10.0, 0),
    (3.2, 6.3, 5.0, 1),
    (3.9, 6.8, 3.0, 1),
    (2.8, 4.8, 6.0, 0),
    (3.2, 5.8, 3.0, 1),
    (0.9, 4.0, 5.0, 0),
    (2.5, 5.7, 8.0, 0),
    (1.6, 5.6, 5.0, 1),
    (3.8, 5.7, 5.0, 1),
    (3.7, 6.7, 6.0, 1),
    (3.2, 5.4, 4.0, 1),
    (3.8, 6.6, 6.0, 1),
    (4.1, 6.6, 5.0, 1),
    (3.6, 5.7, 5.0, 1),
    (4.3, 7.0, 4.0, 1),
    (3.6, 6.7, 4.0, 0),
    (2.3, 4.4, 6.0, 1),
    (4.2, 7.6, 4.0, 0),
    (4.0, 6.6, 6.0, 0),
    (3.5, 5.8, 6.0, 1),
    (3.8, 6.8, 7.0, 1),
    (3.0, 4.7, 8.0, 0),
    (4.5, 7.4, 5.0, 1),
    (3.7, 7.4, 5.0, 1),
    (3.1, 6.6, 6.0, 1),
    (4.1, 8.2, 6.0, 1),
    (4.3, 7.0, 5.0, 1),
    (4.3, 6.5, 4.0, 1),
    (3.2, 5.1, 5.0, 1),
    (2.6, 4.7, 6.0, 1),
    (3.3, 6.8, 6.0, 0),
    (1.7, 4.0, 7.0, 0),
    (3.7, 6.1, 5.0, 1),
    (3.3, 6.3, 7.0, 1),
    (4.2, 7.7, 6.0, 1),
    (3.5, 6.2, 5.0, 1),
    (2.9, 5.7, 9.0, 0),
    (2.1, 4.8, 7.0, 1),
    (2.8, 6.2, 8.0, 0),
    (4.0, 7.0, 7.0, 1),
    (3.3, 5.7, 6.0, 1),
    (3.7, 6.9, 5.0, 1),
    (3.6, 6.6, 5.0, 1),
];

struct Ovarian {
    albumin: Vec<f64>,
    bad: Vec<u8>,
    kg: Vec<f64>,
    protein: Vec<f64>,
}

fn ovarian() -> Ovarian {
    Ovarian {
        albumin: OVARIAN.iter().map(|row| row.0).collect(),
        bad: OVARIAN.iter().map(|row| 1 - row.3).collect(),
        kg: OVARIAN.iter().map(|row| 10.0 - row.2).collect(),
        protein: OVARIAN.iter().map(|row| row.1).collect(),
    }
}

/// 5e-5: the guide prints 4 decimals.
fn printed(got: f64, want: f64) -> bool {
    (got - want).abs() <= 5e-5
}

#[test]
fn areas_and_standard_errors_are_those_of_delong() {
    let data = ovarian();
    for (score, area, error, lower, upper) in [
        (&data.albumin, 0.7366, 0.0927, 0.5549, 0.9182),
        (&data.kg, 0.7258, 0.1028, 0.5243, 0.9273),
        (&data.protein, 0.6478, 0.1000, 0.4518, 0.8439),
    ] {
        let got = auc(&Cells::of(score, &data.bad, None).unwrap(), 0.95).unwrap();
        assert!(printed(got.value, area) && printed(got.standard_error.unwrap(), error), "{got:?}");
        let interval = got.interval.unwrap();
        assert!(printed(interval.lower, lower) && printed(interval.upper, upper), "{got:?}");
    }
}

#[test]
fn differences_of_areas_are_those_of_delong() {
    let data = ovarian();
    for (score, value, error, p) in
        [(&data.albumin, 0.0108, 0.0953, 0.9102), (&data.protein, -0.0780, 0.1046, 0.4561)]
    {
        let got = auc_difference(score, &data.kg, &data.bad, None, 0.95).unwrap();
        assert!(printed(got.value, value) && printed(got.standard_error.unwrap(), error), "{got:?}");
        assert!(printed(got.p_value.unwrap(), p), "{got:?}");
    }
    let got = auc_difference(&data.albumin, &data.kg, &data.bad, None, 0.95).unwrap();
    let interval = got.interval.unwrap();
    assert!(printed(interval.lower, -0.1761) && printed(interval.upper, 0.1976));
    let same = auc_difference(&data.kg, &data.kg, &data.bad, None, 0.95).unwrap();
    assert!(same.value.abs() <= 0.0 && same.p_value.is_none() && same.interval.is_none());
    assert!(auc_difference(&[1.0, 2.0], &[1.0, 2.0], &[0, 0], None, 0.95).is_none());
}

/// PDs, outcomes and weights of 2000 rows with distinct PDs.
fn distinct() -> (Vec<f64>, Vec<u8>, Vec<f64>) {
    let mut state = 7_u32;
    let (mut pds, mut bad, mut weight) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..2000_u32 {
        let pd = (f64::from(row * 1237 % 2000) + 0.5) / 2000.0 * 0.6;
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        let draw = f64::from((state >> 8) % 100_000) / 100_000.0;
        pds.push(pd);
        bad.push(u8::from(draw < pd * pd + 0.1));
        weight.push(1.0 + f64::from(row % 4) * 0.5);
    }
    (pds, bad, weight)
}

/// 1e-11: sums of 2000 terms in another order, and the last Newton step of the other program.
fn near(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-11 * want.abs().max(1.0)
}

fn sample<'a>(score: &'a [f64], pd: &'a [f64], bad: &'a [u8]) -> ValidationSample<'a> {
    ValidationSample { bad, band_floors: &[], development: false, pd: Some(pd), score, weight: None }
}

#[test]
fn a_report_has_the_figures_of_other_programs() {
    let (pd, bad, weight) = distinct();
    let score: Vec<f64> = pd.iter().map(|pd| -pd).collect();
    let rows = sample(&score, &pd, &bad);
    let report = validate(&rows, &ValidationSettings::default()).unwrap();
    assert!(report.null_reasons.is_empty(), "{:?}", report.null_reasons);
    assert!(near(report.auc.unwrap().value, 0.686_603_484_336_443));
    assert!(near(report.gini.unwrap(), 2.0 * 0.686_603_484_336_443 - 1.0));
    // scipy counts from the other end: just above -0.34485 here.
    assert!(near(report.ks.unwrap().value, 0.322_133_002_034_524_2));
    assert!(near(report.ks.unwrap().threshold, -0.345_15), "{:?}", report.ks);
    let calibration = report.calibration.unwrap();
    let hosmer = calibration.hosmer_lemeshow.unwrap();
    assert!(near(hosmer.chi_square, 147.753_468_131_620_54) && hosmer.degrees_of_freedom == 10);
    assert!((hosmer.p_value / 1.079_919_299_668_736_5e-26 - 1.0).abs() < 1e-9);
    assert!(near(calibration.ece, 0.095) && near(calibration.brier.score, 0.171_507_792_5));
    assert!(near(calibration.brier.reliability, 0.01092) && near(calibration.brier.resolution, 0.014_351));
    assert!(near(calibration.brier.uncertainty, 0.175_471));
    assert!(near(calibration.log_loss.unwrap(), 0.530_109_114_533_857_1));
    assert!(near(calibration.mean_pd, 0.3));
    assert!(near(calibration.jeffreys_p.unwrap(), 0.999_999_999_999_87));
    // 1e-6: statsmodels' figures were printed with 8 digits.
    let (large, slope) = (calibration.in_the_large.unwrap(), calibration.slope.unwrap());
    for (got, want) in [
        (large.value, -0.433_847_2),
        (large.standard_error, 0.056_727_42),
        (slope.value, 0.599_302_5),
        (slope.standard_error, 0.061_883_64),
    ] {
        assert!((got - want).abs() < 1e-6, "{got} {want}");
    }
    let safest = calibration.groups[0];
    assert!(near(safest.bads, 24.0) && near(safest.mean_pd.unwrap(), 0.03));
    assert!((safest.jeffreys_p.unwrap() / 5.064_577_092_966_536e-9 - 1.0).abs() < 1e-9);
    assert!((safest.binomial_p.unwrap() / 1.085_684_224_763_756e-8 - 1.0).abs() < 1e-9);
    assert!(near(report.gains[0].lift, 1.828_193_832_599_119));
    assert!(near(report.gains[0].cumulative_bads, 0.182_819_383_259_911_9));
    let fitted = ValidationSample { development: true, ..rows };
    let report = validate(&fitted, &ValidationSettings::default()).unwrap();
    let hosmer = report.calibration.unwrap().hosmer_lemeshow.unwrap();
    assert_eq!(hosmer.degrees_of_freedom, 8);
    assert!((hosmer.p_value / 5.765_883_676_820_122e-28 - 1.0).abs() < 1e-9);
    let weighted = ValidationSample { weight: Some(&weight), ..rows };
    let report = validate(&weighted, &ValidationSettings::default()).unwrap();
    assert!(near(report.auc.unwrap().value, 0.686_276_250_126_177_8));
    let calibration = report.calibration.unwrap();
    assert!(near(calibration.log_loss.unwrap(), 0.527_884_088_924_918_3));
    assert!(near(calibration.brier.score, 0.170_878_521_071_428_56));
    assert_eq!(report.null_reasons.get("/calibration/hosmer_lemeshow"), Some(&ValidationNull::Weighted));
    assert_eq!(report.null_reasons.get("/calibration/jeffreys_p"), Some(&ValidationNull::Weighted));
}

#[test]
fn bands_are_tested_between_their_floors() {
    let score = [500.0, 600.0, 599.0, 700.0, 450.0, 650.0];
    let (pd, bad) = ([0.2, 0.1, 0.15, 0.05, 0.4, 0.08], [1, 0, 0, 0, 1, 1]);
    let rows = ValidationSample { band_floors: &[500.0, 600.0], ..sample(&score, &pd, &bad) };
    let report = validate(&rows, &ValidationSettings::default()).unwrap();
    let seen: Vec<_> = report.bands.iter().map(|b| (b.lower, b.upper, b.goods, b.bads)).collect();
    let want =
        [(None, Some(500.0), 0.0, 1.0), (Some(500.0), Some(600.0), 1.0, 1.0), (Some(600.0), None, 2.0, 1.0)];
    assert_eq!(seen, want);
    assert!((report.bands[1].mean_pd.unwrap() - 0.175).abs() < 1e-15);
    // By hand: 1 - 0.825^2.
    assert!((report.bands[1].binomial_p.unwrap() - 0.319_375).abs() < 1e-14);
}

#[test]
fn what_is_not_defined_is_null_with_its_cause() {
    let settings = ValidationSettings::default();
    let none = validate(&sample(&[], &[], &[]), &settings).unwrap();
    assert_eq!(none.null_reasons.get("/auc"), Some(&ValidationNull::NoRows));
    assert_eq!(none.null_reasons.get("/calibration"), Some(&ValidationNull::NoRows));
    assert!(none.distribution.is_empty() && none.gains.is_empty() && none.bad_rate.is_none());
    let one = validate(&sample(&[1.5], &[0.1], &[1]), &settings).unwrap();
    assert_eq!(one.null_reasons.get("/ks"), Some(&ValidationNull::OneClass));
    assert_eq!(one.null_reasons.get("/calibration/slope"), Some(&ValidationNull::OneClass));
    assert_eq!(one.distribution.len(), 1);
    let perfect =
        validate(&sample(&[1.0, 2.0, 3.0, 4.0], &[0.9, 0.8, 0.2, 0.1], &[1, 1, 0, 0]), &settings).unwrap();
    assert!((perfect.auc.unwrap().value - 1.0).abs() <= 0.0);
    assert_eq!(perfect.null_reasons.get("/auc/interval"), Some(&ValidationNull::NoVariance));
    assert_eq!(perfect.null_reasons.get("/calibration/slope"), Some(&ValidationNull::Separated));
    let tied = validate(&sample(&[7.0; 4], &[0.3; 4], &[1, 0, 1, 0]), &settings).unwrap();
    assert!((tied.auc.unwrap().value - 0.5).abs() <= 0.0 && tied.ks.unwrap().value.abs() <= 0.0);
    assert_eq!(tied.gains.len(), 1);
    let certain = validate(&sample(&[1.0, 2.0, 3.0], &[0.0, 0.5, 1.0], &[1, 0, 1]), &settings).unwrap();
    assert_eq!(certain.null_reasons.get("/calibration/log_loss"), Some(&ValidationNull::CertainPd));
    let rank = ValidationSample { pd: None, ..sample(&[1.0, 2.0], &[], &[1, 0]) };
    let rank = validate(&rank, &settings).unwrap();
    assert_eq!(rank.null_reasons.get("/calibration"), Some(&ValidationNull::NoPd));
    assert_eq!(rank.null_reasons.get("/auc/standard_error"), Some(&ValidationNull::TooFew));
    // Hostile: the widest finite scores, and what the caller should have refused.
    let wide = validate(&sample(&[-1e308, 1e308, f64::NAN], &[0.5, f64::NAN, 2.0], &[1, 0, 1]), &settings);
    assert!(wide.is_ok());
    let wrong = ValidationSettings { groups: 1, interval_level: 1.0, ..settings };
    assert_eq!(validate(&sample(&[], &[], &[]), &wrong).unwrap_err().fields, ["/groups", "/interval_level"]);
}

#[test]
fn whole_scores_have_bins_of_whole_width() {
    let score: Vec<f64> = (300..=850).map(f64::from).collect();
    let bad = vec![0; score.len()];
    let report =
        validate(&sample(&score, &vec![0.1; score.len()], &bad), &ValidationSettings::default()).unwrap();
    // 551 scores in 20 bins: 28 each, 19 full bins and one of 19.
    assert_eq!(report.distribution.len(), 20);
    assert!(report.distribution[..19].iter().all(|bin| (bin.goods - 28.0).abs() <= 0.0));
    assert!((report.distribution[19].goods - 19.0).abs() <= 0.0);
}

/// The area over all pairs of a bad and a good row.
fn area_by_pairs(score: &[f64], bad: &[u8], weight: &[f64]) -> f64 {
    let (mut won, mut all) = (0.0, 0.0);
    for i in 0..score.len() {
        for j in 0..score.len() {
            if bad[i] == 1 && bad[j] == 0 {
                let pair = weight[i] * weight[j];
                all += pair;
                won += pair
                    * if score[j] > score[i] {
                        1.0
                    } else if score[j] < score[i] {
                        0.0
                    } else {
                        0.5
                    };
            }
        }
    }
    won / all
}

#[test]
fn slices_of_different_lengths_are_refused() {
    let sample = ValidationSample {
        bad: &[1, 0, 1],
        band_floors: &[2.0],
        development: false,
        pd: Some(&[0.5, 0.1, 0.2]),
        score: &[1.0, 2.0, 3.0],
        weight: None,
    };
    let cause =
        |sample| validate(&sample, &ValidationSettings::default()).map(|_| ()).map_err(|error| error.cause);
    assert_eq!(cause(sample), Ok(()));
    assert_eq!(cause(ValidationSample { bad: &[1, 0], ..sample }), Err(Cause::FrameShape));
    assert_eq!(cause(ValidationSample { pd: Some(&[0.5]), ..sample }), Err(Cause::FrameShape));
    assert_eq!(cause(ValidationSample { weight: Some(&[1.0]), ..sample }), Err(Cause::FrameShape));
    assert_eq!(auc_difference(&[1.0, 2.0], &[1.0], &[0, 1], None, 0.95), None);
}

proptest! {
    #[test]
    fn the_area_is_the_share_of_pairs_and_turns_with_the_score(
        rows in prop::collection::vec((0_u8..20, 0_u8..2, 0.1_f64..5.0), 2..50),
    ) {
        let score: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
        let weight: Vec<f64> = rows.iter().map(|row| row.2).collect();
        if let Some(got) = auc(&Cells::of(&score, &bad, Some(&weight)).unwrap(), 0.95) {
            prop_assert!((got.value - area_by_pairs(&score, &bad, &weight)).abs() < 1e-13);
            let turned: Vec<f64> = score.iter().map(|score| 3.0 - score).collect();
            let other = auc(&Cells::of(&turned, &bad, Some(&weight)).unwrap(), 0.95).unwrap();
            prop_assert!((got.value + other.value - 1.0).abs() < 1e-13);
            let grown: Vec<f64> = score.iter().map(|score| score * score * score - 9.0).collect();
            let grown = auc(&Cells::of(&grown, &bad, Some(&weight)).unwrap(), 0.95).unwrap();
            prop_assert_eq!(grown, got);
        }
    }

    #[test]
    fn the_paired_difference_is_that_of_all_pairs_and_its_own_negative(
        rows in prop::collection::vec((0_u8..9, 0_u8..9, 0_u8..2), 6..40),
    ) {
        let left: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let right: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.2).collect();
        let ones = vec![1.0; rows.len()];
        if let Some(got) = auc_difference(&left, &right, &bad, None, 0.9) {
            let want = area_by_pairs(&left, &bad, &ones) - area_by_pairs(&right, &bad, &ones);
            prop_assert!((got.value - want).abs() < 1e-13);
            let other = auc_difference(&right, &left, &bad, Some(&ones), 0.9).unwrap();
            prop_assert!((got.value + other.value).abs() < 1e-15);
            prop_assert_eq!(got.p_value, other.p_value);
            prop_assert_eq!(got.standard_error, other.standard_error);
        }
    }

    #[test]
    fn the_distance_is_the_greatest_over_all_thresholds(
        rows in prop::collection::vec((0_u8..20, 0_u8..2), 2..50),
    ) {
        let score: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
        if let Some(got) = kolmogorov_smirnov(&Cells::of(&score, &bad, None).unwrap()) {
            let share = |class: u8, at: f64| {
                let of: Vec<_> = rows.iter().filter(|row| row.1 == class).collect();
                let below = of.iter().filter(|row| f64::from(row.0) <= at).count();
                crate::numeric::count(below) / crate::numeric::count(of.len())
            };
            let gap = |at: f64| (share(1, at) - share(0, at)).abs();
            let want = score.iter().map(|at| gap(*at)).fold(0.0, f64::max);
            prop_assert!((got.value - want).abs() < 1e-14 && (gap(got.threshold) - want).abs() < 1e-14);
        }
    }

    #[test]
    fn a_weight_of_two_is_a_row_twice_but_for_what_counts_rows(
        rows in prop::collection::vec((0_u8..20, 0_u8..2), 2..40),
    ) {
        let score: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let pd: Vec<f64> = score.iter().map(|score| 0.9 - score / 30.0).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
        let twice = |list: &[f64]| [list, list].concat();
        let (score2, pd2, bad2) = (twice(&score), twice(&pd), [bad.clone(), bad.clone()].concat());
        let two = vec![2.0; rows.len()];
        let heavy = ValidationSample { weight: Some(&two), ..sample(&score, &pd, &bad) };
        let settings = ValidationSettings::default();
        let (a, b) = (validate(&heavy, &settings).unwrap(), validate(&sample(&score2, &pd2, &bad2), &settings).unwrap());
        prop_assert_eq!(a.gains, b.gains);
        prop_assert_eq!(a.roc, b.roc);
        prop_assert_eq!(a.ks, b.ks);
        prop_assert_eq!(a.gini, b.gini);
        prop_assert_eq!(a.distribution, b.distribution);
        let (a, b) = (a.calibration.unwrap(), b.calibration.unwrap());
        prop_assert_eq!(a.log_loss, b.log_loss);
        prop_assert!((a.brier.score - b.brier.score).abs() < 1e-15 && (a.ece - b.ece).abs() < 1e-15);
        let values = |c: Option<super::Estimate>| c.map(|c| c.value);
        match (values(a.slope), values(b.slope)) {
            (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-9 * a.abs().max(1.0)),
            (a, b) => prop_assert_eq!(a, b),
        }
    }

    #[test]
    fn the_parts_of_brier_add_up_and_gains_end_at_one(
        rows in prop::collection::vec((0_u8..20, 0_u8..2, 0.1_f64..5.0), 2..60),
    ) {
        let score: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let pd: Vec<f64> = score.iter().map(|score| 0.9 - score / 30.0).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.1).collect();
        let weight: Vec<f64> = rows.iter().map(|row| row.2).collect();
        // 30 groups over at most 20 PDs: mostly one PD a group, where nothing is left within.
        let settings = ValidationSettings { groups: 100, ..ValidationSettings::default() };
        let heavy = ValidationSample { weight: Some(&weight), ..sample(&score, &pd, &bad) };
        let report = validate(&heavy, &settings).unwrap();
        let parts = report.calibration.unwrap();
        if parts.groups.iter().all(|group| group.lower == group.upper) {
            prop_assert!(parts.brier.within.abs() < 1e-14);
        }
        if let Some(last) = report.gains.last() {
            prop_assert!((last.cumulative_bads - 1.0).abs() < 1e-12 && (last.cumulative_lift - 1.0).abs() < 1e-12);
        }
    }
}

/// Rows of one PD each: `bads` of 100 rows are bad.
fn hundreds(parts: &[(f64, usize)]) -> (Vec<f64>, Vec<f64>, Vec<u8>) {
    let rows = parts.iter().flat_map(|(pd, bads)| (0..100).map(move |row| (*pd, u8::from(row < *bads))));
    let (pd, bad): (Vec<f64>, Vec<u8>) = rows.unzip();
    (pd.iter().map(|pd| -pd).collect(), pd, bad)
}

/// With one PD p for every row the shift is logit(rate) - logit(p); with two PDs the slope is the quotient of the
/// differences of the logits: both are where the fitted rates are the observed ones.
#[test]
fn a_pd_far_from_the_outcomes_is_recalibrated_as_the_closed_forms_say() {
    let logit = crate::numeric::logit;
    let rate = |bads: usize| f64::from(u32::try_from(bads).unwrap()) / 100.0;
    let of = |parts: &[(f64, usize)]| {
        let (score, pd, bad) = hundreds(parts);
        validate(&sample(&score, &pd, &bad), &ValidationSettings::default()).unwrap().calibration.unwrap()
    };
    for pd in [1e-6, 1e-3, 0.05, 0.5, 0.9, 0.99, 0.999] {
        for bads in [1, 5, 50, 90, 99] {
            let found = of(&[(pd, bads)]).in_the_large.unwrap();
            let variance = 1.0 / (100.0 * rate(bads) * (1.0 - rate(bads)));
            assert!((found.value - (logit(rate(bads)) - logit(pd))).abs() < 1e-8, "{pd} {bads} {found:?}");
            assert!((found.standard_error - variance.sqrt()).abs() < 1e-8, "{pd} {bads} {found:?}");
        }
    }
    for (low, high) in [(0.01, 0.02), (0.001, 0.5), (0.9, 0.99), (1e-6, 1e-5)] {
        for (of_low, of_high) in [(5, 10), (10, 50), (50, 90), (90, 95), (60, 20)] {
            let found = of(&[(low, of_low), (high, of_high)]).slope.unwrap();
            let slope = (logit(rate(of_high)) - logit(rate(of_low))) / (logit(high) - logit(low));
            assert!((found.value - slope).abs() < 1e-7, "{low} {high} {of_low} {of_high} {found:?} {slope}");
        }
    }
}
