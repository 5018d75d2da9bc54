//! Fits against published ones and against other programs.

use super::{Design, Fit, Predictor, RegressionSettings, SeparationKind, Values, fit};
use crate::error::{Cause, Result};
use crate::fitting::Run;
use crate::fitting::Target;
use proptest::prelude::{prop, prop_assert, proptest};

/// Grade point average, score of a pretest, new teaching method; improved grade. L. C. Spector, M. Mazzeo, Probit
/// analysis and economic education, Journal of Economic Education 11, 1980, pages 37-44.
const GPA: [f64; 32] = [
    2.66, 2.89, 3.28, 2.92, 4.0, 2.86, 2.76, 2.87, 3.03, 3.92, 2.63, 3.32, 3.57, 3.26, 3.53, 2.74, 2.75,
    2.83, 3.12, 3.16, 2.06, 3.62, 2.89, 3.51, 3.54, 2.83, 3.39, 2.67, 3.65, 4.0, 3.1, 2.39,
];
const TUCE: [f64; 32] = [
    20.0, 22.0, 24.0, 12.0, 21.0, 17.0, 17.0, 21.0, 25.0, 29.0, 20.0, 23.0, 23.0, 25.0, 26.0, 19.0, 25.0,
    19.0, 23.0, 25.0, 22.0, 28.0, 14.0, 26.0, 24.0, 27.0, 17.0, 24.0, 21.0, 23.0, 21.0, 19.0,
];
const GRADE: [u8; 32] =
    [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1];

fn serial() -> Run<'static> {
    Run { check: &|| Ok(()), progress: &|_, _| {}, threads: 1 }
}

fn dense<'a>(names: &[&'a str], columns: &[&'a [f64]], bad: &'a [u8]) -> Design<'a> {
    let pairs = names.iter().zip(columns);
    Design {
        predictors: pairs.map(|(name, x)| Predictor { name, values: Values::Dense(x) }).collect(),
        target: Target::Binary { bad, weight: None },
        offset: None,
    }
}

fn fit_dense(columns: &[&[f64]], bad: &[u8]) -> Result<Fit> {
    fit(&dense(&["a", "b", "c", "d"], columns, bad), &RegressionSettings::maximum_likelihood(), &serial())
}

fn close(got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= tolerance * want.abs().max(1.0), "{got:?} is not {want:?}");
    }
}

fn columns_of(fit: &Fit, number: impl Fn(&super::Coefficient) -> Option<f64>) -> Vec<f64> {
    fit.report.coefficients.iter().map(|coefficient| number(coefficient).unwrap()).collect()
}

#[test]
fn spector_and_mazzeo_are_fitted_as_published() {
    let method: Vec<f64> = (0..32).map(|row| f64::from(u8::from(row >= 18))).collect();
    let design = dense(&["gpa", "tuce", "psi"], &[&GPA, &TUCE, &method], &GRADE);
    let fit = fit(&design, &RegressionSettings::maximum_likelihood(), &serial()).unwrap();
    // W. H. Greene, Econometric Analysis, table of the logit, probit and linear probability estimates of these data:
    // constant -13.021, GPA 2.826, TUCE 0.095, PSI 2.379, log-likelihood -12.890.
    close(&fit.coefficients, &[-13.021, 2.826, 0.095, 2.379], 5e-4);
    close(&[fit.report.log_likelihood], &[-12.890], 5e-4);
    // statsmodels 0.15.0, Logit.fit(method="newton", tol=1e-14): all digits.
    let tight = 1e-11;
    close(
        &fit.coefficients,
        &[-13.021_346_858_115_688, 2.826_112_594_889_32, 0.095_157_661_317_909_4, 2.378_687_655_093_353_6],
        tight,
    );
    // The information is that before the last step, good to 1e-9.
    let tight = 1e-8;
    let errors = columns_of(&fit, |c| c.standard_error);
    close(
        &errors,
        &[4.931_324_213_602_735, 1.262_941_075_629_091_7, 0.141_554_205_673_694_6, 1.064_564_254_497_131_2],
        tight,
    );
    let p = columns_of(&fit, |c| c.p_value);
    close(
        &p,
        &[
            0.008_277_461_435_487_956,
            0.025_239_108_802_564_244,
            0.501_434_238_081_922_1,
            0.025_455_204_361_278_173,
        ],
        tight,
    );
    let ends = [columns_of(&fit, |c| c.lower_95), columns_of(&fit, |c| c.upper_95)].concat();
    close(&ends[..2], &[-22.686_564_712_867_355, 0.350_793_572_060_023_7], tight);
    close(&ends[6..], &[0.372_598_806_298_526_15, 4.465_195_253_136_462_5], tight);
    let report = &fit.report;
    let test = report.model_test.unwrap();
    close(
        &[
            report.null_log_likelihood,
            report.mcfadden_r2,
            report.aic,
            report.bic,
            test.statistic,
            test.p_value,
        ],
        &[
            -20.591_729_696_634_204,
            0.374_038_295_372_618_7,
            33.779_268_444_262_826,
            39.642_212_055_461_734,
            15.404_190_949_005_578,
            0.001_501_878_682_036_578_6,
        ],
        tight,
    );
    assert_eq!((test.degrees, report.separation.kind, report.converged), (3, SeparationKind::None, true));
    let row =
        [-4.573_478_663_120_123, 1.595_020_160_511_167_4, -0.036_920_576_800_717, 0.427_615_656_350_241];
    close(&report.covariance.as_ref().unwrap()[1], &row, tight);
}

#[test]
fn finney_is_fitted_as_pregibon_published() {
    // Volume, rate, constriction: D. J. Finney, Biometrika 34, 1947, pages 320-334. D. Pregibon, Logistic regression
    // diagnostics, Annals of Statistics 9, 1981, pages 705-724: -2.875 + 5.179 ln volume + 4.562 ln rate, deviance 29.23.
    let rows = "3.7 .825 1 3.5 1.09 1 1.25 2.5 1 .75 1.5 1 .8 3.2 1 .7 3.5 1 .6 .75 0 1.1 1.7 0 .9 .75 0 .9 .45 0 .8 .57 0 \
                .55 2.75 0 .6 3 0 1.4 2.33 1 .75 3.75 1 2.3 1.64 1 3.2 1.6 1 .85 1.415 1 1.7 1.06 0 1.8 1.8 1 .4 2 0 \
                .95 1.36 0 1.35 1.35 0 1.5 1.36 0 1.6 1.78 1 .6 1.5 0 1.8 1.5 1 .95 1.9 0 1.9 .95 1 1.6 .4 0 2.7 .75 1 \
                2.35 .03 0 1.1 1.83 0 1.1 2.2 1 1.2 2 1 .8 3.33 1 .95 1.9 0 .75 1.9 0 1.3 1.625 1";
    let numbers: Vec<f64> = rows.split_whitespace().map(|x| x.parse().unwrap()).collect();
    let log =
        |place: usize| numbers.chunks(3).map(|row| crate::numeric::ln(row[place])).collect::<Vec<f64>>();
    let bad: Vec<u8> = numbers.chunks(3).map(|row| u8::from(row[2] > 0.5)).collect();
    let fit = fit_dense(&[&log(0), &log(1)], &bad).unwrap();
    // 2e-4 of up to 5.179: the paper prints three decimals, of the deviance two.
    close(&fit.coefficients, &[-2.875, 5.179, 4.562], 2e-4);
    close(&[-2.0 * fit.report.log_likelihood], &[29.23], 2e-4);
}

/// Rows made of the generator x -> (1103515245 x + 12345) mod 2^31 from 12345, upper 15 bits: four columns of five
/// slots, the third a copy of the second in every third row; what Python made of the same rows is pasted below.
struct Made {
    slots: Vec<Vec<u16>>,
    bad: Vec<u8>,
    weight: Vec<f64>,
    offset: Vec<f64>,
}

const TABLES: [[f64; 5]; 4] = [
    [0.9, 0.35, -0.1, -0.5, -1.2],
    [1.4, 0.2, -0.3, -0.6, 0.05],
    [0.5, 0.25, 0.0, -0.25, -0.75],
    [2.0, 1.0, 0.1, -0.4, -0.9],
];

fn made() -> Made {
    let mut x = 12_345_u64;
    let mut next = || {
        x = (x * 1_103_515_245 + 12_345) % (1 << 31);
        u32::try_from(x >> 16).unwrap()
    };
    let mut made = Made { slots: vec![vec![]; 4], bad: vec![], weight: vec![], offset: vec![] };
    for row in 0..400_u32 {
        let mut slots: Vec<u16> = (0..4).map(|_| u16::try_from(next() % 5).unwrap()).collect();
        if row % 3 == 0 {
            slots[2] = slots[1];
        }
        let woe: Vec<f64> = slots.iter().zip(TABLES).map(|(&slot, table)| table[usize::from(slot)]).collect();
        let p = crate::numeric::logistic(-1.0 - 0.8 * woe[0] - 0.5 * woe[1] - 0.3 * woe[3]);
        made.bad.push(u8::from((f64::from(next()) + 0.5) / 32_768.0 < p));
        slots.into_iter().zip(&mut made.slots).for_each(|(slot, column)| column.push(slot));
        made.weight.push(1.0 + f64::from(row % 4) * 0.5);
        made.offset.push((f64::from(row % 7) - 3.0) / 10.0);
    }
    made
}

fn coded(made: &Made) -> Design<'_> {
    let columns = made.slots.iter().zip(&TABLES).zip(["a", "b", "c", "d"]);
    let predictors =
        columns.map(|((slots, values), name)| Predictor { name, values: Values::Coded { slots, values } });
    Design {
        predictors: predictors.collect(),
        target: Target::Binary { bad: &made.bad, weight: None },
        offset: None,
    }
}

#[test]
fn coded_columns_give_the_figures_of_statsmodels() {
    let made = made();
    assert_eq!(made.bad.iter().copied().map(u32::from).sum::<u32>(), 105);
    let settings = RegressionSettings { likelihood_ratio: true, ..RegressionSettings::maximum_likelihood() };
    let fit = fit(&coded(&made), &settings, &serial()).unwrap();
    // statsmodels 0.15.0, Logit.fit(method="newton", tol=1e-14).
    close(
        &fit.coefficients,
        &[
            -1.188_894_203_291_537_3,
            -0.772_977_374_746_944_6,
            -0.591_020_778_697_069_8,
            -0.185_589_305_493_142_81,
            -0.040_120_765_097_078_24,
        ],
        1e-12,
    );
    close(
        &columns_of(&fit, |c| c.standard_error),
        &[
            0.139_535_366_794_270_5,
            0.178_682_321_141_037_38,
            0.200_988_336_325_000_93,
            0.290_567_948_375_097_4,
            0.116_660_891_266_395_56,
        ],
        1e-8,
    );
    // Twice the difference of the log-likelihoods of two fits of statsmodels each, and scipy 1.17.1's chi2.sf.
    let tests: Vec<f64> = fit.report.coefficients[1..]
        .iter()
        .flat_map(|c| [c.likelihood_ratio.unwrap().statistic, c.likelihood_ratio.unwrap().p_value])
        .collect();
    close(
        &tests,
        &[
            19.936_994_088_978_565,
            8.003_654_991_200_591e-6,
            9.487_385_210_742_332,
            0.002_068_894_666_624_785_7,
            0.406_167_221_851_546_86,
            0.523_921_310_822_532_5,
            0.118_601_727_753_230_08,
            0.730_556_004_325_706_7,
        ],
        1e-11,
    );
}

#[test]
fn weights_and_offset_give_the_figures_of_statsmodels() {
    let made = made();
    let target = Target::Binary { bad: &made.bad, weight: Some(&made.weight) };
    let design = Design { target, offset: Some(&made.offset), ..coded(&made) };
    let fit = fit(&design, &RegressionSettings::maximum_likelihood(), &serial()).unwrap();
    // statsmodels 0.15.0, GLM(Binomial, freq_weights, offset).fit(tol=1e-14, tol_criterion="params").
    close(
        &fit.coefficients,
        &[
            -1.209_420_746_186_383,
            -0.846_479_459_151_677_1,
            -0.505_170_590_589_393_1,
            -0.417_037_000_208_929_3,
            -0.079_098_492_957_374_6,
        ],
        1e-12,
    );
    let errors = columns_of(&fit, |c| c.standard_error);
    close(&errors[..2], &[0.106_931_820_685_108_94, 0.136_621_820_950_903_44], 1e-8);
    close(
        &[fit.report.log_likelihood, fit.report.null_log_likelihood, fit.report.bic],
        &[-376.658_721_285_261, -406.111_515_842_431_86, 786.072_844_245_739],
        1e-12,
    );
}

#[test]
fn penalised_fits_give_the_figures_of_scikit_learn() {
    let made = made();
    // scikit-learn 1.9.1, LogisticRegression(C=1/l2, solver="newton-cholesky", tol=1e-12), plain and with sample_weight.
    let want = [
        [
            -1.184_386_194_203_38,
            -0.759_761_735_401_515,
            -0.579_213_017_355_393_7,
            -0.180_184_150_335_005_9,
            -0.039_708_502_323_210_66,
        ],
        [
            -1.204_657_156_297_549_7,
            -0.848_803_672_076_133_6,
            -0.490_845_783_520_957_3,
            -0.379_198_658_068_899_9,
            -0.062_587_434_059_631_59,
        ],
        [
            -1.101_593_937_502_257,
            -0.471_362_569_828_224_83,
            -0.339_857_750_500_544_2,
            -0.090_552_610_149_777_36,
            -0.030_879_771_561_576_234,
        ],
        [
            -1.128_173_594_668_389_5,
            -0.620_987_396_342_048_5,
            -0.356_064_659_252_513,
            -0.206_557_805_180_962_84,
            -0.046_677_005_754_567_74,
        ],
    ];
    for (case, want) in want.iter().enumerate() {
        let weight = (case % 2 == 1).then_some(&made.weight[..]);
        let design = Design { target: Target::Binary { bad: &made.bad, weight }, ..coded(&made) };
        let settings = RegressionSettings {
            l2: if case < 2 { 0.5 } else { 20.0 },
            ..RegressionSettings::maximum_likelihood()
        };
        let fit = fit(&design, &settings, &serial()).unwrap();
        // 1e-9: scikit-learn stops at a gradient of 1e-12 a row.
        close(&fit.coefficients, want, 1e-9);
        assert!(fit.report.converged && fit.report.model_test.is_none());
    }
}

#[test]
fn sampled_starts_and_threads_change_nothing() {
    // 300 copies of the rows and their slots: 120,000 rows, so that a sample is fitted first; coefficients stay,
    // errors shrink by sqrt(300).
    let made = made();
    let one = fit(&coded(&made), &RegressionSettings::maximum_likelihood(), &serial()).unwrap();
    let many = Made {
        slots: made.slots.iter().map(|slots| slots.repeat(300)).collect(),
        bad: made.bad.repeat(300),
        weight: vec![],
        offset: vec![],
    };
    let fits: Vec<Fit> = [1, 2, 5]
        .into_iter()
        .map(|threads| {
            let run = Run { check: &|| Ok(()), progress: &|_, _| {}, threads };
            fit(&coded(&many), &RegressionSettings::maximum_likelihood(), &run).unwrap()
        })
        .collect();
    close(&fits[0].coefficients, &one.coefficients, 1e-12);
    let errors: Vec<f64> = columns_of(&one, |c| c.standard_error.map(|error| error / 300.0_f64.sqrt()));
    close(&columns_of(&fits[0], |c| c.standard_error), &errors, 1e-8);
    assert!(fits.iter().all(|fit| fit.report == fits[0].report));
    let dense: Vec<Vec<f64>> = many
        .slots
        .iter()
        .zip(TABLES)
        .map(|(slots, table)| slots.iter().map(|&slot| table[usize::from(slot)]).collect())
        .collect();
    let columns: Vec<&[f64]> = dense.iter().map(Vec::as_slice).collect();
    close(&fit_dense(&columns, &many.bad).unwrap().coefficients, &one.coefficients, 1e-12);
}

#[test]
fn separation_is_found_and_named() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let noise = [0.3, -1.0, 0.8, 0.1, -0.4, 0.9, -0.7, 0.2];
    let complete = fit_dense(&[&x, &noise], &[0, 0, 0, 0, 1, 1, 1, 1]).unwrap().report;
    assert_eq!(complete.separation.kind, SeparationKind::Complete);
    assert!(complete.separation.characteristics.contains(&"a".to_owned()) && !complete.converged);
    assert!(complete.coefficients.iter().all(|c| c.standard_error.is_none() && c.p_value.is_none()));
    // One good and one bad row share the value 4.
    let touching = [1.0, 2.0, 3.0, 4.0, 4.0, 6.0, 7.0, 8.0];
    let quasi = fit_dense(&[&touching, &noise], &[0, 0, 0, 0, 1, 1, 1, 1]).unwrap().report;
    assert!(quasi.separation.kind >= SeparationKind::Quasi && !quasi.converged);
    // No column separates alone: bad where a + b is above 9, the two swapped and shifted.
    let a = [1.0, 8.0, 2.0, 7.0, 3.0, 9.0, 5.0, 6.0];
    let b = [7.0, 0.0, 6.5, 1.5, 7.5, 1.0, 5.0, 4.0];
    let together = fit_dense(&[&a, &b], &[0, 0, 0, 0, 1, 1, 1, 1]).unwrap().report;
    assert_eq!(together.separation.kind, SeparationKind::Complete);
    assert_eq!(together.separation.characteristics, ["a", "b"]);
    // An empty cell of a dummy column, quasi-complete: no bad row has c = 1, and the rest overlaps.
    let c = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let cell = fit_dense(&[&c, &noise], &[0, 0, 0, 1, 0, 1, 0, 1]).unwrap().report;
    assert_eq!(cell.separation.kind, SeparationKind::Quasi);
    assert_eq!(cell.separation.characteristics, ["a"]);
    // With a penalty the fit exists and the note stands.
    let settings = RegressionSettings { l2: 1.0, ..RegressionSettings::maximum_likelihood() };
    let bad = [0, 0, 0, 0, 1, 1, 1, 1];
    let ridge = fit(&dense(&["a"], &[&x], &bad), &settings, &serial()).unwrap().report;
    assert!(ridge.converged && ridge.separation.kind == SeparationKind::Complete);
}

#[test]
fn dependent_columns_are_named() {
    let method: Vec<f64> = (0..32).map(|row| f64::from(u8::from(row >= 18))).collect();
    let mixed: Vec<f64> =
        GPA.iter().zip(&method).map(|(gpa, method)| 3.0 * gpa - 2.0 * method + 1.0).collect();
    let design = dense(&["gpa", "tuce", "psi", "mixed"], &[&GPA, &TUCE, &method, &mixed], &GRADE);
    let error = fit(&design, &RegressionSettings::maximum_likelihood(), &serial()).unwrap_err();
    assert_eq!(error.cause, Cause::FittingCollinear);
    assert_eq!(error.message, "characteristic `mixed` is a linear function of `gpa`, `psi`; leave one out");
    let constant = [0.1; 32];
    let error = fit_dense(&[&GPA, &constant], &GRADE).unwrap_err();
    assert_eq!(error.message, "characteristic `b` is constant; leave it out");
    let settings = RegressionSettings { l2: 0.1, ..RegressionSettings::maximum_likelihood() };
    assert!(fit(&design, &settings, &serial()).unwrap().report.converged);
}

#[test]
fn hostile_rows_are_refused() {
    let cause = |columns: &[&[f64]], bad: &[u8]| fit_dense(columns, bad).unwrap_err().cause;
    assert_eq!(cause(&[&[1.0, 2.0]], &[0, 0]), Cause::FittingTarget);
    assert_eq!(cause(&[&[1.0, 2.0]], &[0, 2]), Cause::FittingTarget);
    assert_eq!(cause(&[], &[]), Cause::FittingTarget);
    assert_eq!(cause(&[&[1.0]], &[0, 1]), Cause::FittingColumn);
    for x in [f64::NAN, f64::INFINITY, f64::MAX] {
        assert_eq!(cause(&[&[x, -x, 1.0]], &[0, 1, 0]), Cause::FittingColumn);
    }
    let (slots, values) = ([0, 5], [1.0; 5]);
    let predictor = Predictor { name: "a", values: Values::Coded { slots: &slots, values: &values } };
    let target = Target::Binary { bad: &[0, 1], weight: None };
    let design = Design { predictors: vec![predictor], target, offset: None };
    assert_eq!(
        fit(&design, &RegressionSettings::maximum_likelihood(), &serial()).unwrap_err().cause,
        Cause::FittingColumn
    );
    let target = Target::Binary { bad: &[0, 1], weight: Some(&[1.0, 0.0]) };
    let design = Design { predictors: vec![], target, offset: None };
    assert_eq!(
        fit(&design, &RegressionSettings::maximum_likelihood(), &serial()).unwrap_err().cause,
        Cause::FittingWeight
    );
    let stopped =
        Run { check: &|| Err(crate::Error::new(Cause::Cancelled, "stop")), progress: &|_, _| {}, threads: 2 };
    let made = made();
    let error = fit(&coded(&made), &RegressionSettings::maximum_likelihood(), &stopped).unwrap_err();
    assert_eq!(error.cause, Cause::Cancelled);
}

proptest! {
    /// At the maximum the residuals are orthogonal to every column, and weights of 2 are rows written twice.
    #[test]
    fn residuals_are_orthogonal_and_weights_are_copies(
        rows in prop::collection::vec((-3.0_f64..3.0, -3.0_f64..3.0, 0_u8..2, 1_u8..4), 40..120),
    ) {
        let a: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let b: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let bad: Vec<u8> = rows.iter().map(|row| row.2).collect();
        let weight: Vec<f64> = rows.iter().map(|row| f64::from(row.3)).collect();
        let target = Target::Binary { bad: &bad, weight: Some(&weight) };
        let design = Design { target, ..dense(&["a", "b"], &[&a, &b], &bad) };
        let Ok(weighted) = fit(&design, &RegressionSettings::maximum_likelihood(), &serial()) else { return Ok(()) };
        if !weighted.report.converged {
            return Ok(());
        }
        let mut sums = [0.0; 3];
        for (at, (&a, &b)) in a.iter().zip(&b).enumerate() {
            let x = [1.0, a, b];
            let eta: f64 = x.iter().zip(&weighted.coefficients).map(|(x, c)| x * c).sum();
            let rest = weight[at] * (f64::from(bad[at]) - crate::numeric::logistic(eta));
            sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += rest * x);
        }
        prop_assert!(sums.iter().all(|sum| sum.abs() < 1e-9));
        let copies: Vec<usize> = (0..rows.len()).flat_map(|at| (0..rows[at].3).map(move |_| at)).collect();
        let of = |x: &[f64]| copies.iter().map(|&at| x[at]).collect::<Vec<_>>();
        let (a, b) = (of(&a), of(&b));
        let bad: Vec<u8> = copies.iter().map(|&at| bad[at]).collect();
        let copied = fit_dense(&[&a, &b], &bad).unwrap();
        let pairs = copied.coefficients.iter().zip(&weighted.coefficients);
        prop_assert!(pairs.into_iter().all(|(x, y)| (x - y).abs() < 1e-9 * y.abs().max(1.0)));
    }
}
