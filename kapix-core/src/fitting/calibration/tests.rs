//! Calibration against statsmodels 0.15.0 (GLM, Binomial) and scikit-learn 1.9.1 under Python 3.11, on rows that a
//! linear congruential generator makes alike in both languages.

use super::cells::Cells;
use super::fit::line;
use super::newton::{self, Term};
use super::{
    CalibrationCurve, CalibrationMethod, CalibrationRefusal, CalibrationSettings, LogitCurve, calibrate,
};
use crate::numeric::{ln, sum};
use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

/// Log-odds, outcomes and weights of 2000 rows; rule 0 is nearly logistic, rule 1 flattens out.
pub(in crate::fitting) fn rows(rule: u8) -> (Vec<f64>, Vec<u8>, Vec<f64>) {
    let mut state = 1_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        state >> 8
    };
    let (mut log_odds, mut bad, mut weight) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..2000 {
        let (j, draw) = (next() % 41, next() % 10_000);
        let bound = match rule {
            0 => 500 + 5 * j * j,
            _ if j < 30 => 300 + 60 * j,
            _ => 2100 + 10 * (j - 30),
        };
        log_odds.push((f64::from(j) - 20.0) / 8.0);
        bad.push(u8::from(draw < bound));
        weight.push(1.0 + f64::from(next() % 4) * 0.5);
    }
    (log_odds, bad, weight)
}

/// 1e-10: both sides stop where the next step is below their last digits, in sums of 2000 terms.
fn near(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-10 * want.abs().max(1.0)
}

fn settings(method: CalibrationMethod) -> CalibrationSettings {
    CalibrationSettings { method, ..CalibrationSettings::default() }
}

fn curve(rule: u8, weighted: bool, settings: &CalibrationSettings) -> CalibrationCurve {
    let (log_odds, bad, weight) = rows(rule);
    calibrate(&log_odds, &bad, weighted.then_some(&weight), settings).unwrap().curve.unwrap()
}

fn assert_logit(curve: &CalibrationCurve, intercept: f64, slope: f64) {
    let CalibrationCurve::Logit(got) = curve else { panic!("{curve:?}") };
    assert!(near(got.intercept, intercept) && near(got.slope, slope), "{got:?}");
}

fn assert_beta(curve: &CalibrationCurve, [c, a, b]: [f64; 3]) {
    let CalibrationCurve::Beta(got) = curve else { panic!("{curve:?}") };
    assert!(near(got.a, a) && near(got.b, b) && near(got.c, c), "{got:?}");
}

#[test]
fn platt_is_the_fit_of_statsmodels() {
    let platt = settings(CalibrationMethod::Platt);
    assert_logit(&curve(0, false, &platt), -1.129_528_394_162_025_8, 1.007_835_191_772_146_2);
    assert_logit(&curve(0, true, &platt), -1.087_471_335_076_619_6, 0.991_650_434_853_789_7);
    let smoothed = CalibrationSettings { smoothing: true, ..platt };
    assert_logit(&curve(0, false, &smoothed), -1.126_913_065_883_692_6, 1.003_832_107_304_443_6);
    let (log_odds, bad, weight) = rows(0);
    let fit = line(&Cells::of(&log_odds, &bad, None).unwrap().by_value, false).unwrap();
    assert!(near(fit.log_likelihood, -933.965_938_311_458_4));
    assert!(near(fit.standard_errors[0], 0.065_478_600_954_602_03));
    assert!(near(fit.standard_errors[1], 0.048_892_027_633_517_51));
    // The sandwich, by numpy 2.4.6 from the weighted fit of statsmodels.
    let fit = line(&Cells::of(&log_odds, &bad, Some(&weight)).unwrap().by_value, true).unwrap();
    assert!(near(fit.standard_errors[0], 0.069_423_024_752_505_42));
    assert!(near(fit.standard_errors[1], 0.052_254_871_796_160_1));
}

#[test]
fn an_offset_alone_is_the_fit_of_statsmodels() {
    let (log_odds, bad, _) = rows(0);
    let cells = Cells::of(&log_odds, &bad, None).unwrap().by_value;
    let terms: Vec<_> = cells.iter().map(|cell| Term { features: [1.0], offset: cell.value }).collect();
    let fit = newton::fit(&cells, &terms, false).unwrap();
    assert!(near(fit.coefficients[0], -1.124_425_968_156_321_8));
    assert!(near(fit.standard_errors[0], 0.057_057_792_483_788_17));
}

#[test]
fn beta_is_the_fit_of_statsmodels_and_its_factors_are_not_negative() {
    let beta = settings(CalibrationMethod::Beta);
    let free = [-1.330_372_444_017_865_5, 0.871_066_189_170_468_7, 1.109_179_671_466_368_9];
    assert_beta(&curve(0, false, &beta), free);
    let weighted = [-1.334_992_707_615_846, 0.824_605_837_624_495, 1.116_811_191_716_485_6];
    assert_beta(&curve(0, true, &beta), weighted);
    // The free maximum of rule 1 has b = -0.152; of the fits with one factor that with a is better, -777.12 above -793.46.
    assert_beta(&curve(1, false, &beta), [-1.027_215_190_286_238_3, 1.013_394_585_728_545_8, 0.0]);
}

#[test]
fn a_target_rate_is_the_mean_pd() {
    let offset = |target_rate| CalibrationSettings { target_rate, ..settings(CalibrationMethod::Offset) };
    // scipy 1.17.1, brentq.
    assert_logit(&curve(0, false, &offset(Some(0.05))), -3.794_957_235_475_213_7, 1.0);
    assert_logit(&curve(0, false, &offset(None)), -1.124_425_968_156_321_6, 1.0);
    let platt = CalibrationSettings { target_rate: Some(0.05), ..settings(CalibrationMethod::Platt) };
    assert_logit(&curve(0, false, &platt), -3.806_538_590_735_448_8, 1.007_835_191_772_146_2);
    let (log_odds, bad, weight) = rows(1);
    for method in [
        CalibrationMethod::Offset,
        CalibrationMethod::Platt,
        CalibrationMethod::Beta,
        CalibrationMethod::Isotonic,
    ] {
        for target in [1e-6, 0.05, 0.5, 0.99] {
            let settings = CalibrationSettings { method, smoothing: false, target_rate: Some(target) };
            let report = calibrate(&log_odds, &bad, Some(&weight), &settings).unwrap();
            let curve = report.curve.unwrap();
            let terms = log_odds.iter().zip(&weight).map(|(x, w)| w * curve.pd(*x));
            let mean = sum(terms) / sum(weight.iter().copied());
            assert!((mean - target).abs() <= 1e-12 * target.max(1e-2), "{method:?} {target} {mean}");
            assert!((mean - report.mean_pd.unwrap()).abs() < 1e-14);
        }
    }
}

#[test]
fn isotonic_knots_are_the_blocks_of_scikit_learn() {
    let isotonic = settings(CalibrationMethod::Isotonic);
    // Rates of the blocks by IsotonicRegression, once each; rule 1's first block has no bads and is half a bad of its
    // rows plus one.
    let rates = [
        0.013_274_336_283_185_84,
        0.08,
        0.083_076_923_076_923_08,
        0.127_819_548_872_180_44,
        0.193_333_333_333_333_33,
        0.203_883_495_145_631_06,
        0.214_285_714_285_714_27,
        0.237_082_066_869_300_92,
        0.259_259_259_259_259_24,
    ];
    let CalibrationCurve::Isotonic(got) = curve(1, false, &isotonic) else { panic!() };
    let (log_odds, _, _) = rows(1);
    let lowest = log_odds.iter().filter(|x| **x < -2.49).count();
    let half = 0.5 / f64::from(u32::try_from(lowest).unwrap() + 1);
    let mut want = rates.to_vec();
    if half < rates[0] {
        want.insert(0, half);
    }
    // Otherwise the first two blocks are one: then its rate is that of all their rows.
    let tail = |list: &[f64]| list[1..].to_vec();
    let seen: Vec<f64> = got.knots.iter().map(|knot| knot.pd).collect();
    let compared = if half < rates[0] { (seen.clone(), want.clone()) } else { (tail(&seen), tail(&want)) };
    assert_eq!(compared.0.len(), compared.1.len(), "{seen:?}");
    assert!(compared.0.iter().zip(&compared.1).all(|(a, b)| (a - b).abs() < 1e-15), "{seen:?}");
}

#[test]
fn what_cannot_be_calibrated_is_refused_with_its_cause() {
    let refusal = |log_odds: &[f64], bad: &[u8], method| {
        calibrate(log_odds, bad, None, &settings(method)).unwrap().refusal
    };
    let (platt, beta, isotonic) =
        (CalibrationMethod::Platt, CalibrationMethod::Beta, CalibrationMethod::Isotonic);
    assert_eq!(refusal(&[], &[], platt), Some(CalibrationRefusal::OneClass));
    assert_eq!(refusal(&[1.0], &[1], isotonic), Some(CalibrationRefusal::OneClass));
    for method in [platt, beta] {
        assert_eq!(refusal(&[0.0, 1.0, 1.0], &[0, 1, 1], method), Some(CalibrationRefusal::Separated));
        assert_eq!(refusal(&[0.0, 1.0, 0.5], &[1, 0, 0], method), Some(CalibrationRefusal::NotAscending));
        let falls = refusal(&[0.0, 1.0, 2.0, 3.0, 0.5], &[1, 1, 0, 0, 0], method);
        assert_eq!(falls, Some(CalibrationRefusal::NotAscending));
    }
    assert_eq!(refusal(&[0.5; 4], &[1, 0, 1, 0], isotonic), Some(CalibrationRefusal::NotAscending));
    for rate in [0.0, 1.0, -1.0, f64::NAN] {
        let settings = CalibrationSettings { target_rate: Some(rate), ..CalibrationSettings::default() };
        assert!(calibrate(&[0.0], &[1], None, &settings).is_err());
    }
    // With Platt's targets separated rows have a finite slope.
    let smoothed = CalibrationSettings { smoothing: true, ..settings(platt) };
    let report = calibrate(&[0.0, 1.0, 1.0, 0.2], &[0, 1, 1, 0], None, &smoothed).unwrap();
    assert!(report.curve.is_some());
}

proptest! {
    #[test]
    fn a_weight_of_two_is_a_row_twice(
        rows in prop::collection::vec((-3.0_f64..3.0, 0_u8..2), 5..40), method in 0_u8..4,
    ) {
        let method = match method {
            0 => CalibrationMethod::Offset,
            1 => CalibrationMethod::Platt,
            2 => CalibrationMethod::Beta,
            _ => CalibrationMethod::Isotonic,
        };
        let (x, bad): (Vec<f64>, Vec<u8>) = rows.into_iter().unzip();
        let twice = ([x.clone(), x.clone()].concat(), [bad.clone(), bad.clone()].concat());
        let once = calibrate(&x, &bad, Some(&vec![2.0; x.len()]), &settings(method)).unwrap();
        let other = calibrate(&twice.0, &twice.1, None, &settings(method)).unwrap();
        prop_assert_eq!(once.refusal, other.refusal);
        if let (Some(a), Some(b)) = (once.curve, other.curve) {
            // 1e-9: sums in another order, before and after the fit.
            prop_assert!(x.iter().all(|x| (a.pd(*x) - b.pd(*x)).abs() < 1e-9), "{a:?} {b:?}");
        }
    }

    #[test]
    fn the_likelihood_has_its_maximum_at_the_fit(
        rows in prop::collection::vec((-3.0_f64..3.0, 0_u8..2), 8..40), da in -0.1_f64..0.1, db in -0.1_f64..0.1,
    ) {
        let (x, bad): (Vec<f64>, Vec<u8>) = rows.into_iter().unzip();
        let report = calibrate(&x, &bad, None, &settings(CalibrationMethod::Platt)).unwrap();
        if let Some(CalibrationCurve::Logit(best)) = report.curve {
            let likelihood = |curve: LogitCurve| -> f64 {
                let curve = CalibrationCurve::Logit(curve);
                x.iter().zip(&bad).map(|(x, bad)| {
                    let pd = curve.pd(*x);
                    if *bad == 1 { ln(pd) } else { ln(1.0 - pd) }
                }).sum()
            };
            let moved = LogitCurve { intercept: best.intercept + da, slope: best.slope + db };
            prop_assert!(likelihood(moved) <= likelihood(best) + 1e-9);
        }
    }
}
