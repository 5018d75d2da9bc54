use super::given::{all_rows, bin_all, free, given, options, with_rule};
use crate::domain::Column;
use crate::fitting::Target;
use crate::fitting::binning::{BinRule, BinningFindingKind, BinningSettings, BinningStatus, RowKind, bin};
use crate::json::Scalar;

/// Value, goods and bads of the age table of N. Siddiqi, Credit Risk Scorecards, 2006, chapter 6 (weight of evidence
/// times 100, information value .668).
const AGE: [(f64, usize, usize, f64); 7] = [
    (20.0, 3040, 960, -108.980),
    (25.0, 4920, 1080, -72.613),
    (28.0, 8100, 900, -4.526),
    (32.0, 9500, 500, 70.196),
    (40.0, 6800, 200, 128.388),
    (50.0, 2940, 60, 164.934),
    (f64::NAN, 860, 140, -42.719),
];

fn rows_of(table: &[(f64, usize, usize, f64)]) -> (Vec<f64>, Vec<u8>) {
    let cells = table.iter().flat_map(|(value, goods, bads, _)| {
        core::iter::repeat_n((*value, 0), *goods).chain(core::iter::repeat_n((*value, 1), *bads))
    });
    cells.unzip()
}

#[test]
fn the_age_table_of_siddiqi_is_reproduced() {
    let (values, bad) = rows_of(&AGE);
    let binning = bin_all(&Column::float(&values), &bad, &given(&[23.0, 27.0, 30.0, 35.0, 44.0]));
    assert_eq!(binning.cuts, [23.0, 27.0, 30.0, 35.0, 44.0]);
    assert_eq!(binning.status, BinningStatus::Optimal);
    for (row, (_, goods, bads, woe)) in binning.table.rows.iter().zip(AGE) {
        assert_eq!(row.count, u64::try_from(goods + bads).unwrap());
        // 5e-6: the book prints 100 WoE with three decimals.
        assert!((row.woe.unwrap() - woe / 100.0).abs() <= 5e-6, "{row:?}");
    }
    // 5e-4: the book prints three decimals.
    assert!((binning.table.iv - 0.668).abs() <= 5e-4);
    assert_eq!(binning.table.turns, 0);
    assert_eq!(binning.table.rows.last().map(|row| row.kind), Some(RowKind::Missing));
    assert_eq!(binning.woe.len(), 7);
}

#[test]
fn a_table_worked_out_by_hand_is_reproduced() {
    // Goods 30, 20, 50 and bads 20, 20, 10 below 1, from 1 and missing; G = 100, B = 50.
    let table = [(0.0, 30, 20, 0.0), (1.0, 20, 20, 0.0), (f64::NAN, 50, 10, 0.0)];
    let (values, bad) = rows_of(&table);
    let binning = bin_all(&Column::float(&values), &bad, &free());
    let rows = &binning.table.rows;
    let near = |got: f64, want: f64| assert!((got - want).abs() <= 1e-12, "{got} {want}");
    // ln(.3/.4), ln(.2/.4), ln(.5/.2).
    for (row, ratio) in rows.iter().zip([0.75_f64, 0.5, 2.5]) {
        near(row.woe.unwrap(), crate::numeric::ln(ratio));
    }
    let ln = crate::numeric::ln;
    near(binning.table.iv, -0.1 * ln(0.75) - 0.2 * ln(0.5) + 0.3 * ln(2.5));
    near(binning.table.js.unwrap(), {
        let part = |p: f64, q: f64| p / 2.0 * ln(2.0 * p / (p + q)) + q / 2.0 * ln(2.0 * q / (p + q));
        part(0.3, 0.4) + part(0.2, 0.4) + part(0.5, 0.2)
    });
    let root = crate::numeric::sqrt;
    near(binning.table.hellinger.unwrap(), 1.0 - root(0.12) - root(0.08) - root(0.10));
    // Of 5,000 pairs the bad row is riskier in 20 (30 + 50) + 20 (50) at order 1, 0, missing: ties excluded.
    // Bads of value 1 (20) lie below goods of 0 and missing (80), bads of 0 (20) below 50; goods of value 1 (20) below
    // bads of 0 and missing (30), goods of 0 (30) below 10.
    near(binning.table.gini.unwrap(), (20.0 * 80.0 + 20.0 * 50.0 - 20.0 * 30.0 - 30.0 * 10.0) / 5_000.0);
    // Expected bads 50/3, 40/3, 20: X^2 = (10/3)^2 3/50 + (20/3)^2 3/40 + 10^2/20, and half of that for the goods.
    let test = binning.table.chi_square.unwrap();
    near(test.statistic, 1.5 * (100.0 / 9.0 * 3.0 / 50.0 + 400.0 / 9.0 * 3.0 / 40.0 + 5.0));
    assert_eq!(test.degrees_of_freedom, 2);
    // With 2 degrees of freedom the upper tail is e^(-x/2).
    near(test.p_value, crate::numeric::exp(-test.statistic / 2.0));
    near(test.cramers_v, root(test.statistic / 150.0));
}

#[test]
fn jeffreys_intervals_are_those_of_scipy() {
    // scipy 1.17.1: beta.ppf(.025, b + .5, n - b + .5) and beta.ppf(.975, ...).
    let published = [
        (7, 1, 0.015_876_524_212_746_8, 0.500_797_461_619_077_6),
        (8, 3, 0.119_039_180_154_165_9, 0.705_176_553_719_691_2),
        (9, 4, 0.172_967_756_672_848_17, 0.745_906_132_125_383_9),
        (300, 17, 0.034_645_527_484_220_236, 0.087_176_672_632_407_48),
    ];
    for (n, bads, lower, upper) in published {
        let (values, bad) = rows_of(&[(0.0, n - bads, bads, 0.0), (1.0, 10, 10, 0.0)]);
        let settings = BinningSettings { cuts_fixed: Some(vec![1.0]), ..free() };
        let binning = bin_all(&Column::float(&values), &bad, &settings);
        let row = &binning.table.rows[0];
        // 1e-11: the quantile's own error is about 1e-12.
        assert!((row.rate_lower.unwrap() - lower).abs() <= 1e-11, "{n} {bads} {row:?}");
        assert!((row.rate_upper.unwrap() - upper).abs() <= 1e-11, "{n} {bads} {row:?}");
    }
}

#[test]
fn only_an_empty_cell_takes_the_halves() {
    let (values, bad) = rows_of(&[(0.0, 10, 0, 0.0), (1.0, 30, 10, 0.0), (2.0, 0, 30, 0.0)]);
    let binning = bin_all(&Column::float(&values), &bad, &given(&[1.0, 2.0]));
    let want = [(10.5 / 40.0) / (0.5 / 40.0), (30.0 / 40.0) / (10.0 / 40.0), (0.5 / 40.0) / (30.5 / 40.0)];
    for (row, ratio) in binning.table.rows.iter().zip(want) {
        assert!((row.woe.unwrap() - crate::numeric::ln(ratio)).abs() <= 1e-12);
        // Counts are shown as they are.
        assert!(row.goods.unwrap() + row.bads.unwrap() <= 40.0);
    }
    assert_eq!(binning.table.rows[0].rate_lower, Some(0.0));
    assert_eq!(binning.table.rows[2].rate_upper, Some(1.0));
}

#[test]
fn each_rule_gives_a_missing_input_what_it_says() {
    // Rates .1, .5 and .8; missing .45 of 200.
    let (values, bad) =
        rows_of(&[(0.0, 90, 10, 0.0), (1.0, 50, 50, 0.0), (2.0, 20, 80, 0.0), (f64::NAN, 110, 90, 0.0)]);
    let column = Column::float(&values);
    let woe = |rule| bin_all(&column, &bad, &with_rule(rule)).woe;
    let own = woe(BinRule::Own);
    assert!(
        (own[3] - crate::numeric::ln((110.0 / 270.0) / (90.0 / 230.0))).abs() <= 1e-12 || own[3].abs() <= 0.0
    );
    assert_eq!(woe(BinRule::Closest)[3].to_bits(), own[1].to_bits());
    assert_eq!(woe(BinRule::Worst)[3].to_bits(), own[2].to_bits());
    assert_eq!(woe(BinRule::Neutral)[3].to_bits(), 0);
    assert_eq!(woe(BinRule::Refuse)[3].to_bits(), 0);
    let refused = bin_all(&column, &bad, &with_rule(BinRule::Refuse));
    assert_eq!(refused.table.rows[3].woe_applied, None);
    let worst = bin_all(&column, &bad, &with_rule(BinRule::Worst));
    assert_eq!(worst.table.rows[3].merged_with, Some(2));
}

#[test]
fn a_missing_bin_that_looks_safe_needs_rows_to_show_it() {
    for (goods, capped) in [(4, true), (400, false)] {
        let (values, bad) =
            rows_of(&[(0.0, 90, 10, 0.0), (1.0, 50, 50, 0.0), (f64::NAN, goods, goods / 40, 0.0)]);
        let binning = bin_all(&Column::float(&values), &bad, &free());
        let found = binning
            .findings
            .iter()
            .any(|it| it.kind == BinningFindingKind::Unsupported && it.slot == Some(2));
        assert_eq!(found, capped);
        assert_eq!(binning.woe[2].abs() <= 0.0, capped);
        assert!(binning.table.rows[2].woe.unwrap() > 0.0);
    }
}

#[test]
fn special_values_come_after_the_attributes_and_before_missing() {
    let (values, bad) = rows_of(&[
        (1.0, 50, 10, 0.0),
        (2.0, 20, 30, 0.0),
        (-9.0, 7, 9, 0.0),
        (-8.0, 3, 4, 0.0),
        (f64::NAN, 1, 2, 0.0),
    ]);
    let settings = BinningSettings {
        special_values: Some(vec![
            Scalar::Number(-8.0),
            Scalar::Number(-7.0),
            Scalar::Number(-9.0),
            Scalar::Text("x".into()),
        ]),
        ..free()
    };
    let binning = bin_all(&Column::float(&values), &bad, &settings);
    let counts: Vec<u64> = binning.table.rows.iter().map(|row| row.count).collect();
    assert_eq!(counts, [60, 50, 7, 0, 16, 3]);
    assert_eq!(binning.special, [Scalar::Number(-8.0), Scalar::Number(-7.0), Scalar::Number(-9.0)]);
    assert_eq!(binning.woe[3].to_bits(), 0);
    assert_eq!(binning.missing_slot(), 5);
}

#[test]
fn a_continuous_target_has_means_and_deviations() {
    // Means 2 and 5 with weights; moments by hand: 1, 3 | 4, 6, 5.
    let values = [0.0, 0.0, 1.0, 1.0, 1.0];
    let loss = [1.0, 3.0, 4.0, 6.0, 5.0];
    let column = Column::float(&values);
    let target = Target::Continuous { value: &loss, weight: None };
    let binning = bin(&column, &all_rows(&column), target, &options(&free())).unwrap();
    let rows = &binning.table.rows;
    let near = |got: Option<f64>, want: f64| assert!((got.unwrap() - want).abs() <= 1e-12, "{got:?} {want}");
    near(rows[0].rate, 2.0);
    near(rows[1].rate, 5.0);
    near(rows[0].sd, crate::numeric::sqrt(2.0));
    near(rows[1].sd, 1.0);
    // Mean 3.8: 3.8 - 2, 3.8 - 5; mean absolute deviation (2 x 1.8 + 3 x 1.2)/5.
    near(rows[0].woe, 1.8);
    near(rows[1].woe, -1.2);
    near(Some(binning.table.iv), 1.44);
    assert!(binning.table.gini.is_none() && rows[0].goods.is_none() && binning.table.chi_square.is_none());
}
