use super::brute::{Case, same};
use crate::fitting::optimal::{Objective, PValueTest, Solution, Trend, solve};
use crate::numeric::Random;
use core::num::NonZeroU64;

const TRENDS: [Trend; 7] = [
    Trend::None,
    Trend::Ascending,
    Trend::Descending,
    Trend::Peak,
    Trend::Valley,
    Trend::Concave,
    Trend::Convex,
];
const OBJECTIVES: [Objective; 4] =
    [Objective::Iv, Objective::JensenShannon, Objective::Hellinger, Objective::LogLikelihood];
const TESTS: [PValueTest; 3] = [PValueTest::ZTest, PValueTest::ChiSquare, PValueTest::Fisher];

/// A limit that a case may have.
const LIMITS: usize = 9;

struct Draw(Random);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        let n = NonZeroU64::new(u64::try_from(n).unwrap()).unwrap();
        usize::try_from(self.0.below(n)).unwrap()
    }

    fn whole(&mut self, max: usize) -> i64 {
        i64::try_from(self.below(max + 1)).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Returns pre-bins with many ties and empty cells, or larger ones; at least one good and one bad.
    fn binary(&mut self, count: usize, trend: Trend, objective: Objective) -> Case {
        let max = self.one(&[1, 2, 4, 5]);
        let mut cells: Vec<(i64, i64)> = (0..count).map(|_| (self.whole(max), self.whole(max))).collect();
        cells[0].0 += 1;
        cells[count - 1].1 += 1;
        let mut case = Case::binary(cells, objective, trend);
        case.unit = self.one(&[1, 1, 8, 10]);
        if let super::brute::Data::Binary { outside, .. } = &mut case.data {
            *outside = self.one(&[(0, 0), (3, 1), (0, 7)]);
        }
        case
    }

    fn continuous(&mut self, count: usize, trend: Trend) -> Case {
        let rows = |draw: &mut Self| {
            let count = draw.one(&[0, 1, 2, 2, 3, 4]);
            (0..count).map(|_| (1 + draw.whole(2), draw.whole(6) - 2)).collect()
        };
        let rows = (0..count).map(|_| rows(self)).collect();
        let mut case = Case::continuous(rows, trend);
        case.unit = self.one(&[1, 1, 2, 10]);
        case
    }

    /// Sets one of the limits to a number that often binds.
    fn limit(&mut self, case: &mut Case, which: usize) {
        let count = case.count();
        match which {
            0 => case.bins.start = 1 + self.below(5),
            1 => case.bins.end = 1 + self.below(5),
            2 => case.size_min = self.whole(14),
            3 => case.size_max = 4 + self.whole(30),
            4 => case.goods_min = self.whole(5),
            5 => case.bads_min = self.whole(5),
            6 => case.difference = self.one(&[(1, 20), (1, 10), (1, 6), (1, 3)]),
            7 => {
                // Tenths are no doubles, so their sums do not round to integers as exact halves do.
                let test = if case.unit == 10 { PValueTest::ZTest } else { self.one(&TESTS) };
                case.p_value = Some((self.one(&[0.9, 0.51, 0.35, 0.11]), test));
            }
            _ => case.fixed = (0..count).map(|_| self.below(4) == 0).collect(),
        }
    }
}

/// Returns whether a partition was possible.
fn check(case: &Case) -> bool {
    let best = case.brute_force();
    let found = case.with_problem(solve);
    match (&best, &found) {
        (Some(best), Some(found)) => {
            assert!(case.allows(&found.ends), "{case:?} {found:?}");
            assert!(same(case.value(&found.ends), best.value), "{case:?} {best:?} {found:?}");
            assert!(same(found.value, best.value), "{case:?} {best:?} {found:?}");
            assert_eq!(found.ends.len(), best.bins, "{case:?} {best:?} {found:?}");
            assert_eq!(found.trend, case.trend);
        }
        (None, None) => {}
        _ => panic!("{case:?} {best:?} {found:?}"),
    }
    best.is_some()
}

#[test]
fn every_trend_objective_and_limit_alone_reaches_the_best_of_all_partitions() {
    let mut draw = Draw(Random::new(1, 0));
    let mut possible = 0;
    for trend in TRENDS {
        for objective in OBJECTIVES {
            for which in 0..=LIMITS {
                for count in [1, 2, 3, 5, 6, 7, 8] {
                    let mut case = draw.binary(count, trend, objective);
                    if which < LIMITS {
                        draw.limit(&mut case, which);
                    }
                    possible += u32::from(check(&case));
                }
            }
        }
    }
    assert!(possible > 1000, "{possible} of 1960");
}

#[test]
fn limits_together_reach_the_best_of_all_partitions() {
    let mut draw = Draw(Random::new(2, 0));
    let mut possible = 0;
    for _ in 0..4000 {
        let (count, trend, objective) = (1 + draw.below(8), draw.one(&TRENDS), draw.one(&OBJECTIVES));
        let mut case = draw.binary(count, trend, objective);
        for which in 0..LIMITS {
            if draw.below(4) == 0 {
                draw.limit(&mut case, which);
            }
        }
        possible += u32::from(check(&case));
    }
    assert!(possible > 1500, "{possible} of 4000");
}

#[test]
fn ten_and_eleven_pre_bins_reach_the_best_of_all_partitions() {
    let mut draw = Draw(Random::new(3, 0));
    for turn in 0..150 {
        let (trend, objective) = (draw.one(&TRENDS), draw.one(&OBJECTIVES));
        let mut case = draw.binary(10 + turn % 2, trend, objective);
        for which in 0..LIMITS {
            if draw.below(6) == 0 {
                draw.limit(&mut case, which);
            }
        }
        check(&case);
    }
}

#[test]
fn means_reach_the_best_of_all_partitions() {
    let mut draw = Draw(Random::new(4, 0));
    let mut possible = 0;
    for turn in 0..3000 {
        let (count, trend) = (1 + draw.below(8), draw.one(&TRENDS));
        let mut case = draw.continuous(count, trend);
        for which in 0..LIMITS {
            if draw.below(4) == 0 || which == turn % LIMITS {
                draw.limit(&mut case, which);
            }
        }
        possible += u32::from(check(&case));
    }
    assert!(possible > 1000, "{possible} of 3000");
}

/// Returns the Bayesian information criterion of a partition of counts, from its definition.
fn criterion(case: &Case, solution: &Solution) -> f64 {
    let mut by_likelihood = case.clone();
    let super::brute::Data::Binary { cells, objective, .. } = &mut by_likelihood.data else { panic!() };
    *objective = Objective::LogLikelihood;
    let rows =
        super::brute::float(cells.iter().map(|cell| cell.0 + cell.1).sum()) / super::brute::float(case.unit);
    let monotone = [Trend::Ascending, Trend::Descending]
        .into_iter()
        .any(|trend| Case { trend, ..case.clone() }.allows(&solution.ends));
    let bins = u32::try_from(solution.ends.len()).unwrap();
    let parameters = f64::from(bins - 1 + u32::from(!monotone));
    parameters * crate::numeric::ln(rows) - 2.0 * by_likelihood.value(&solution.ends)
}

#[test]
fn auto_takes_the_trend_with_the_smallest_criterion() {
    let mut draw = Draw(Random::new(5, 0));
    let mut chosen = [0_u32; 5];
    for _ in 0..3000 {
        let objective = draw.one(&OBJECTIVES);
        let count = 1 + draw.below(9);
        let mut case = draw.binary(count, Trend::Auto, objective);
        for which in 0..LIMITS {
            if draw.below(8) == 0 {
                draw.limit(&mut case, which);
            }
        }
        let trends = [Trend::Ascending, Trend::Descending, Trend::Peak, Trend::Valley, Trend::None];
        let solved = trends.map(|trend| Case { trend, ..case.clone() }.with_problem(solve));
        let Some(found) = case.with_problem(solve) else {
            assert!(solved.iter().all(Option::is_none), "{case:?}");
            continue;
        };
        let which = trends.iter().position(|trend| *trend == found.trend).unwrap();
        chosen[which] += 1;
        assert_eq!(solved[which].as_ref(), Some(&found));
        if which == 4 {
            assert!(solved[..4].iter().all(Option::is_none), "{case:?}");
            continue;
        }
        let least = criterion(&case, &found);
        for (place, other) in solved[..4].iter().enumerate() {
            let Some(other) = other else { continue };
            let criterion = criterion(&case, other);
            assert!(same(least, criterion) || least < criterion, "{case:?} {found:?} {other:?}");
            let (bins, other_bins) = (found.ends.len(), other.ends.len());
            let preferred = (bins, which) <= (other_bins, place);
            assert!(preferred || !same(least, criterion), "{case:?} {found:?} {other:?}");
        }
    }
    assert!(chosen.iter().all(|count| *count > 10), "{chosen:?}");
}
