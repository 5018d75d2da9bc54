use super::brute::{Case, fisher};
use crate::fitting::optimal::{
    Cells, Constraints, Counts, Moments, Objective, PValueTest, Problem, Trend, counts_p_value,
    moments_p_value, solve,
};
use crate::numeric::{count, ln, sqrt};

fn table(bads1: f64, goods1: f64, bads2: f64, goods2: f64) -> (Counts, Counts) {
    (Counts { goods: goods1, bads: bads1 }, Counts { goods: goods2, bads: bads2 })
}

/// R. A. Fisher, The design of experiments, 1935, chapter II: of the 70 ways to choose four cups of eight, 1 has all four
/// right and 16 have three right. Two-sided, as many again on the other side.
#[test]
fn fisher_s_test_tastes_tea() {
    let (first, second) = table(4.0, 0.0, 0.0, 4.0);
    assert!((counts_p_value(PValueTest::Fisher, first, second) - 2.0 / 70.0).abs() < 1e-15);
    let (first, second) = table(3.0, 1.0, 1.0, 3.0);
    assert!((counts_p_value(PValueTest::Fisher, first, second) - 34.0 / 70.0).abs() < 1e-15);
}

/// R. A. Fisher, Statistical methods for research workers, section 21.02: convictions of like-sex twins of criminals, 10
/// of 13 monozygotic and 2 of 17 dizygotic. R's documentation of `fisher.test` takes them as `Convictions`: two-sided
/// p = 0.0005367.
#[test]
fn fisher_s_test_convicts_twins_as_in_r() {
    let (first, second) = table(10.0, 3.0, 2.0, 15.0);
    // Half of the last digit printed.
    assert!((counts_p_value(PValueTest::Fisher, first, second) - 0.000_536_7).abs() < 5e-8);
}

#[test]
fn fisher_s_test_agrees_with_exact_integers() {
    for (a, b, c, d) in
        [(10, 3, 2, 15), (0, 30, 12, 40), (7, 7, 7, 7), (1, 50, 20, 40), (0, 5, 0, 9), (60, 0, 0, 60)]
    {
        let [bads1, goods1, bads2, goods2] = [a, b, c, d].map(super::brute::float);
        let (first, second) = table(bads1, goods1, bads2, goods2);
        let (got, want) = (counts_p_value(PValueTest::Fisher, first, second), fisher(a, b, c, d));
        assert!((got - want).abs() <= 1e-13 * want, "{got} {want}");
    }
}

/// A. Agresti, An introduction to categorical data analysis, the Physicians' Health Study: 189 of 11,034 under placebo and
/// 104 of 11,037 under aspirin had a heart attack; Pearson's statistic is 25.01, so the p-value is that of z = 5.001.
#[test]
fn chi_square_and_z_agree_on_aspirin() {
    let (first, second) = table(189.0, 10_845.0, 104.0, 10_933.0);
    let chi_square = counts_p_value(PValueTest::ChiSquare, first, second);
    let z = counts_p_value(PValueTest::ZTest, first, second);
    assert!((chi_square - z).abs() < 1e-12 * z);
    // The statistic is printed with two decimals; the p-value falls by half of its relative change.
    let printed = [25.005, 25.015].map(|statistic| libm::erfc(sqrt(statistic / 2.0)));
    assert!(z <= printed[0] && z >= printed[1], "{z}");
}

fn moments(values: &[f64]) -> Moments {
    Moments {
        weight: count(values.len()),
        sum: values.iter().sum(),
        sum_of_squares: values.iter().map(|value| value * value).sum(),
    }
}

/// Hours of sleep gained by ten patients under two drugs (`Student', The probable error of a mean, Biometrika 6, 1908);
/// R's documentation of `t.test` on its data set `sleep`: t = -1.8608, df = 17.776, p = 0.07939.
#[test]
fn welch_s_test_sleeps_as_in_r() {
    let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    // Half of the last digit printed.
    assert!((moments_p_value(moments(&first), moments(&second)) - 0.07939).abs() < 5e-6);
}

/// Three and ten rows of 0.1 have means that differ by rounding, and variances that are only rounding.
#[test]
fn equal_constants_do_not_differ() {
    for value in [0.1, 0.7, 1e6 / 3.0] {
        for (first, second) in [(2, 3), (3, 10), (6, 7)] {
            let [first, second] = [first, second].map(|rows| moments(&vec![value; rows]));
            assert!(moments_p_value(first, second) > 0.999);
        }
    }
    assert!(moments_p_value(moments(&[1.0; 5]), moments(&[2.0; 5])) < 1e-12);
    assert!((moments_p_value(moments(&[1.0]), moments(&[2.0; 5])) - 1.0).abs() < 1e-15);
}

/// A single bin of g goods of G and b bads of B: the textbook forms where the shares differ, their series where they hardly do.
#[test]
fn objectives_are_accurate_in_a_bin_like_the_whole_and_in_a_pure_one() {
    let one_bin = |objective, goods: f64, bads: f64, totals: Counts| {
        let cells = [Counts { goods, bads }];
        let cells = Cells::Binary { cells: &cells, objective, totals };
        let constraints = Constraints::default();
        solve(&Problem { cells, constraints, fixed: &[], trend: Trend::None }).unwrap().value
    };
    // p = q (1 + x), q = 1/4, x = 4e-8.
    let totals = Counts { goods: 1e8, bads: 1e8 };
    let (goods, bads, x) = (25_000_001.0, 25_000_000.0, 1.0 / 25_000_000.0);
    let d = x / (2.0 + x);
    let close = |got: f64, want: f64| assert!((got - want).abs() <= 1e-13 * want, "{got} {want}");
    // The next term of each series is below 1e-15 of the first.
    close(one_bin(Objective::Iv, goods, bads, totals), 0.25 * x * x * (1.0 - x / 2.0 + x * x / 3.0));
    close(one_bin(Objective::JensenShannon, goods, bads, totals), 0.25 * (1.0 + x / 2.0) * d * d / 2.0);
    close(one_bin(Objective::Hellinger, goods, bads, totals), 0.25 * x * x / 8.0 * (1.0 - x / 2.0));
    // No good of a million and all hundred thousand bads: 1/2 is added to both.
    let totals = Counts { goods: 1e6, bads: 1e5 };
    let (p, q) = (0.5 / 1e6, 100_000.5 / 1e5);
    close(one_bin(Objective::Iv, 0.0, 1e5, totals), (p - q) * ln(p / q));
    let mean = 0.5 * (p + q);
    close(one_bin(Objective::JensenShannon, 0.0, 1e5, totals), 0.5 * (p * ln(p / mean) + q * ln(q / mean)));
    close(one_bin(Objective::Hellinger, 0.0, 1e5, totals), 0.5 * (p + q) - sqrt(p * q));
}

/// Pre-bins of bad rates 0.20, 0.18 and 0.50, the last one too small to stand alone. Ascending, the first two cannot be
/// neighbours, which tempts to bar them as bins of their own; but the second joins the third, and then the first may stand
/// alone. A solver that bars it finds one bin.
#[test]
fn a_pre_bin_that_breaks_the_trend_may_still_be_a_bin() {
    let mut case = Case::binary(vec![(80, 20), (82, 18), (15, 15)], Objective::Iv, Trend::Ascending);
    case.size_min = 40;
    let found = case.with_problem(solve).unwrap();
    assert_eq!(found.ends, [0, 2]);
    assert!(case.allows(&[2]) && !case.allows(&[0, 1, 2]) && !case.allows(&[1, 2]));
    assert!(found.value > case.value(&[2]) + 0.01);
}

#[test]
fn nothing_at_all_has_no_partition() {
    for trend in [Trend::None, Trend::Auto, Trend::Peak, Trend::Concave] {
        let no_cells = Case::binary(Vec::new(), Objective::Iv, trend);
        assert_eq!(no_cells.with_problem(solve), None);
        let no_rows = Case::binary(vec![(0, 0); 3], Objective::Iv, trend);
        assert_eq!(no_rows.with_problem(solve), None);
        let no_bads = Case::binary(vec![(4, 0), (2, 0)], Objective::Iv, trend);
        assert_eq!(no_bads.with_problem(solve), None);
        let no_weight = Case::continuous(vec![Vec::new(); 3], trend);
        assert_eq!(no_weight.with_problem(solve), None);
    }
}
