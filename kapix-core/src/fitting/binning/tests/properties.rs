use super::given::{all_rows, bin_all, bin_weighted, free, noisy, options, slots};
use crate::domain::Column;
use crate::fitting::Target;
use crate::fitting::binning::{Binning, BinningSettings, bin};
use crate::json::Scalar;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

fn with_special() -> BinningSettings {
    BinningSettings { special_values: Some(vec![Scalar::Number(-9.0)]), ..BinningSettings::default() }
}

/// Rows, goods and bads of each slot, counted by placing every row.
fn counted(binning: &Binning, column: &Column<'_>, bad: &[u8]) -> Vec<(u64, u64)> {
    let mut counts = vec![(0, 0); binning.woe.len()];
    for (slot, bad) in slots(binning, column).into_iter().zip(bad) {
        let count: &mut (u64, u64) = &mut counts[usize::from(slot)];
        count.0 += 1;
        count.1 += u64::from(*bad);
    }
    counts
}

fn tabled(binning: &Binning) -> Vec<(u64, f64)> {
    binning.table.rows.iter().map(|row| (row.count, row.bads.unwrap())).collect()
}

proptest! {
    #[test]
    fn slots_agree_with_the_counts_of_the_table(rows in 1_usize..600, seed in any::<u64>()) {
        let (values, bad) = noisy(rows, seed);
        let column = Column::float(&values);
        for settings in [free(), with_special()] {
            let binning = bin_all(&column, &bad, &settings);
            let counts = counted(&binning, &column, &bad);
            for ((rows, bads), (count, weight)) in counts.into_iter().zip(tabled(&binning)) {
                prop_assert_eq!(rows, count);
                prop_assert!((crate::numeric::count(usize::try_from(bads).unwrap()) - weight).abs() <= 0.0);
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_bit(rows in 2_usize..300, seed in any::<u64>(), shift in any::<prop::sample::Index>()) {
        let (values, bad) = noisy(rows, seed);
        let column = Column::float(&values);
        let weight: Vec<f64> = (0..rows).map(|row| 0.1 + crate::numeric::count(row % 7)).collect();
        let mut order = all_rows(&column);
        let turn = |order: &[u32], weight: Option<&[f64]>| {
            bin(&column, order, Target::Binary { bad: &bad, weight }, &options(&with_special())).unwrap()
        };
        let (plain, weighted) = (turn(&order, None), turn(&order, Some(&weight)));
        order.rotate_left(shift.index(rows));
        order.reverse();
        prop_assert_eq!(plain, turn(&order, None));
        let again = turn(&order, Some(&weight));
        prop_assert_eq!(&weighted.cuts, &again.cuts);
        // Attributes are sorted before they are summed; missing and special rows are summed as they come.
        let attributes = weighted.cuts.len() + 1;
        for (first, second) in weighted.table.rows.iter().zip(&again.table.rows).take(attributes) {
            prop_assert_eq!(first.bads.map(f64::to_bits), second.bads.map(f64::to_bits));
        }
    }

    #[test]
    fn a_row_of_weight_two_is_the_row_twice(rows in 2_usize..200, seed in any::<u64>()) {
        let (values, bad) = noisy(rows, seed);
        let twice: Vec<f64> = values.iter().chain(&values).copied().collect();
        let bads: Vec<u8> = bad.iter().chain(&bad).copied().collect();
        let once = bin_weighted(&Column::float(&values), &bad, &vec![2.0; rows], &with_special());
        let double = bin_all(&Column::float(&twice), &bads, &with_special());
        prop_assert_eq!(&once.cuts, &double.cuts);
        prop_assert_eq!(&once.woe, &double.woe);
        prop_assert_eq!(once.table.iv.to_bits(), double.table.iv.to_bits());
    }

    #[test]
    fn weights_of_one_are_no_weights_and_a_binary_mean_is_a_rate(rows in 2_usize..200, seed in any::<u64>()) {
        let (values, bad) = noisy(rows, seed);
        let column = Column::float(&values);
        let weighted = bin_weighted(&column, &bad, &vec![1.0; rows], &with_special());
        prop_assert_eq!(weighted, bin_all(&column, &bad, &with_special()));
        let value: Vec<f64> = bad.iter().map(|bad| f64::from(*bad)).collect();
        let target = Target::Continuous { value: &value, weight: None };
        let mean = bin(&column, &all_rows(&column), target, &options(&free())).unwrap();
        for row in mean.table.rows.iter().filter(|row| row.count > 0) {
            prop_assert!((0.0..=1.0).contains(&row.rate.unwrap()));
        }
    }

    #[test]
    fn a_table_adds_up_and_its_divergences_are_bounded(rows in 20_usize..400, seed in any::<u64>()) {
        let (values, bad) = noisy(rows, seed);
        let table = bin_all(&Column::float(&values), &bad, &with_special()).table;
        let near = |got: f64, want: f64| (got - want).abs() <= 1e-9;
        prop_assert_eq!(table.rows.iter().map(|row| row.count).sum::<u64>(), u64::try_from(rows).unwrap());
        prop_assert!(near(table.rows.iter().map(|row| row.share).sum(), 1.0));
        prop_assert!(near(table.rows.iter().map(|row| row.bads.unwrap()).sum(), table.bads.unwrap()));
        prop_assert!(near(table.rows.iter().filter_map(|row| row.iv).sum(), table.iv) && table.iv >= 0.0);
        prop_assert!((0.0..=1.0).contains(&table.quality.unwrap()));
        for row in table.rows.iter().filter(|row| row.count > 0) {
            let rate = row.rate.unwrap();
            prop_assert!(row.rate_lower.unwrap() <= rate && rate <= row.rate_upper.unwrap());
        }
    }
}
