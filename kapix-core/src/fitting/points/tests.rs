use super::rounding::Rounded;
use super::{
    DevelopmentRows, InterceptPlace, Model, PointsToOdds, ScaledPoints, ScalingMethod, ScalingSettings, scale,
};
use crate::error::{Cause, Result};
use crate::numeric::{Random, count, ln};

/// A random model; WoEs of slot 0 are 0.
struct Given {
    intercept: f64,
    coefficients: Vec<f64>,
    woe: Vec<Vec<f64>>,
    population: Vec<Vec<f64>>,
}

impl Given {
    fn random(random: &mut Random, characteristics: usize, slots: usize) -> Self {
        let list = |random: &mut Random, n: usize, low: f64, high: f64| -> Vec<f64> {
            (0..n).map(|_| low + (high - low) * random.uniform()).collect()
        };
        let lists = |random: &mut Random, low: f64, high: f64| -> Vec<Vec<f64>> {
            (0..characteristics).map(|_| list(random, slots, low, high)).collect()
        };
        let mut woe = lists(random, -2.0, 2.0);
        for own in &mut woe {
            own[0] = 0.0;
        }
        Self {
            intercept: -3.0 + random.uniform(),
            coefficients: list(random, characteristics, -1.5, -0.2),
            woe,
            population: lists(random, 1.0, 100.0),
        }
    }

    fn model(&self) -> Model<'_> {
        Model {
            intercept: self.intercept,
            coefficients: &self.coefficients,
            woe: &self.woe,
            population: &self.population,
        }
    }

    /// ln(odds good : bad) of one row.
    fn log_odds_good(&self, slots: &[usize]) -> f64 {
        let terms = slots.iter().enumerate().map(|(j, slot)| self.coefficients[j] * self.woe[j][*slot]);
        -(self.intercept + terms.sum::<f64>())
    }
}

/// Every row that the card can meet.
fn every_row(characteristics: usize, slots: usize) -> Vec<Vec<usize>> {
    let number = slots.pow(u32::try_from(characteristics).unwrap());
    (0..number)
        .map(|row| (0..characteristics).map(|j| row / slots.pow(u32::try_from(j).unwrap()) % slots).collect())
        .collect()
}

fn total(scaled: &ScaledPoints, slots: &[usize]) -> i32 {
    scaled.base_points + slots.iter().enumerate().map(|(j, slot)| scaled.points[j][*slot]).sum::<i32>()
}

/// The score by the points-to-odds scaling, in points.
fn by_scaling(scaling: &PointsToOdds, log_odds: f64) -> f64 {
    scaling.points0 + scaling.pdo * (log_odds - ln(scaling.odds0)) / core::f64::consts::LN_2
}

fn by_range(min: i32, max: i32) -> ScalingSettings {
    ScalingSettings {
        method: ScalingMethod::MinMax,
        min: Some(min),
        max: Some(max),
        ..ScalingSettings::default()
    }
}

#[test]
fn the_usual_scaling_has_the_published_factor_and_offset() {
    // N. Siddiqi, "Credit Risk Scorecards" (2006), chapter 6, "Scorecard Scaling": 20 / ln 2 = 28.8539 and
    // 600 - 28.8539 ln 50 = 487.123; half of the last printed digit.
    let given = Given::random(&mut Random::new(1, 0), 2, 3);
    let scaling = scale(&given.model(), &ScalingSettings::default()).unwrap().scaling;
    assert!((scaling.factor() - 28.8539).abs() <= 5e-5, "{}", scaling.factor());
    assert!((scaling.offset() - 487.123).abs() <= 5e-4, "{}", scaling.offset());
}

#[test]
fn a_card_by_hand() {
    // Odds double every 10 points, 100 points are even odds; logit PD = -ln 4 - woe, woe 0, ln 2, -ln 2: totals 120,
    // 130 and 110 without rounding.
    let woe = [vec![0.0, core::f64::consts::LN_2, -core::f64::consts::LN_2]];
    let model =
        Model { intercept: -ln(4.0), coefficients: &[-1.0], woe: &woe, population: &[vec![5.0, 3.0, 2.0]] };
    let settings = ScalingSettings {
        odds0: Some(1.0),
        pdo: Some(10.0),
        points0: Some(100.0),
        ..ScalingSettings::default()
    };
    let spread = scale(&model, &settings).unwrap();
    assert_eq!((spread.base_points, &spread.neutral_points[..]), (0, &[120][..]));
    assert_eq!(spread.points, [[120, 130, 110]]);
    let kept = scale(&model, &ScalingSettings { intercept: InterceptPlace::Base, ..settings }).unwrap();
    assert_eq!((kept.base_points, &kept.neutral_points[..]), (120, &[0][..]));
    assert_eq!(kept.points, [[0, 10, -10]]);
}

#[test]
fn no_integers_have_a_smaller_variance_of_error() {
    let mut random = Random::new(2, 0);
    for _ in 0..200 {
        let exact: Vec<f64> = (0..4).map(|_| 6.0 * random.uniform() - 3.0).collect();
        let population: Vec<f64> = (0..4).map(|_| random.uniform()).collect();
        let variance = |points: &[f64]| {
            let weight: f64 = population.iter().sum();
            let errors: Vec<f64> = points.iter().zip(&exact).map(|(points, exact)| points - exact).collect();
            let mean = errors.iter().zip(&population).map(|(e, w)| e * w).sum::<f64>() / weight;
            errors.iter().zip(&population).map(|(e, w)| w * (e - mean) * (e - mean)).sum::<f64>() / weight
        };
        // Every integer within two points of the exact part, in every slot.
        let least = every_row(4, 5)
            .into_iter()
            .map(|choice| {
                let own = choice.iter().zip(&exact).map(|(step, exact)| exact.floor() - 1.0 + count(*step));
                variance(&own.collect::<Vec<_>>())
            })
            .fold(f64::INFINITY, f64::min);
        let found = variance(&Rounded::best(&exact, &population).points);
        // Both are sums of four terms below 1.
        assert!((found - least).abs() < 1e-11, "{found} is not {least}");
    }
}

#[test]
fn the_report_holds_what_every_possible_row_shows() {
    let mut random = Random::new(3, 0);
    for case in 0..60 {
        let given = Given::random(&mut random, 4, 4);
        let settings = if case % 2 == 0 { ScalingSettings::default() } else { by_range(300, 850) };
        let scaled = scale(&given.model(), &settings).unwrap();
        let rows = every_row(4, 4);
        let errors: Vec<f64> = rows
            .iter()
            .map(|slots| {
                f64::from(total(&scaled, slots)) - by_scaling(&scaled.scaling, given.log_odds_good(slots))
            })
            .collect();
        let columns: Vec<Vec<u16>> =
            (0..4).map(|j| rows.iter().map(|slots| u16::try_from(slots[j]).unwrap()).collect()).collect();
        let columns: Vec<&[u16]> = columns.iter().map(Vec::as_slice).collect();
        let own = DevelopmentRows { slots: &columns, weight: None, rows: rows.len() };
        let cutoffs = [560, 600];
        let report = scaled.report(&own, &cutoffs, 1).unwrap();
        let worst = errors.iter().fold(0.0_f64, |worst, error| worst.max(error.abs()));
        let rms = (errors.iter().map(|error| error * error).sum::<f64>() / count(rows.len())).sqrt();
        let changed = rows.iter().zip(&errors).filter(|(slots, error)| {
            let points = f64::from(total(&scaled, slots));
            cutoffs.iter().any(|it| (points >= f64::from(*it)) != (points - **error >= f64::from(*it)))
        });
        // Totals near 600 carry a rounding error near 1e-13 for each of a few additions.
        assert!((report.error_max - worst).abs() < 1e-10 && (report.error_rms - rms).abs() < 1e-10);
        assert_eq!(report.decisions_changed, Some(count(changed.count()) / count(rows.len())));
        let totals = rows.iter().map(|slots| i64::from(total(&scaled, slots)));
        assert_eq!((Some(report.points_min), Some(report.points_max)), (totals.clone().min(), totals.max()));
        assert!(worst < 4.5, "four characteristics and a base are off by less than a point each");
    }
}

#[test]
fn the_rank_of_slots_is_never_reversed_and_ties_are_counted() {
    let mut random = Random::new(4, 0);
    for pdo in [0.5, 3.0, 20.0, 400.0] {
        let given = Given::random(&mut random, 3, 12);
        let settings = ScalingSettings { pdo: Some(pdo), ..ScalingSettings::default() };
        let scaled = scale(&given.model(), &settings).unwrap();
        let mut ties = 0;
        for (woe, points) in given.woe.iter().zip(&scaled.points) {
            let mut order: Vec<(f64, i32)> = woe.iter().copied().zip(points.iter().copied()).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(order.windows(2).all(|pair| pair[0].1 <= pair[1].1));
            ties += order.windows(2).filter(|pair| pair[0].1 == pair[1].1).count();
        }
        let none = DevelopmentRows { slots: &[], weight: None, rows: 0 };
        assert_eq!(scaled.report(&none, &[], 1).unwrap().ties, u64::try_from(ties).unwrap());
        assert_eq!(ties == 0, pdo > 100.0, "{ties} ties at {pdo}");
    }
}

#[test]
fn a_spread_intercept_is_even_and_gives_the_totals_of_a_kept_one() {
    let mut random = Random::new(5, 0);
    for characteristics in [1, 3, 4] {
        let given = Given::random(&mut random, characteristics, 3);
        let base = ScalingSettings { intercept: InterceptPlace::Base, ..ScalingSettings::default() };
        let spread = scale(&given.model(), &ScalingSettings::default()).unwrap();
        let kept = scale(&given.model(), &base).unwrap();
        assert_eq!(spread.base_points, 0);
        assert!(kept.neutral_points.iter().all(|points| *points == 0));
        let (least, most) = (spread.neutral_points.iter().min(), spread.neutral_points.iter().max());
        assert!(most.unwrap() - least.unwrap() <= 1);
        for slots in every_row(characteristics, 3) {
            assert_eq!(total(&spread, &slots), total(&kept, &slots));
        }
        for (points, neutral) in spread.points.iter().zip(&spread.neutral_points) {
            assert_eq!(points[0], *neutral, "slot 0 has WoE 0");
        }
    }
}

#[test]
fn least_and_greatest_total_are_those_asked_for() {
    let mut random = Random::new(6, 0);
    for (min, max) in [(0, 100), (300, 850), (-50, 12), (1, 999_999)] {
        for _ in 0..50 {
            let given = Given::random(&mut random, 5, 4);
            let scaled = scale(&given.model(), &by_range(min, max)).unwrap();
            let extreme = |pick: fn(&[i32]) -> i32| scaled.points.iter().map(|own| pick(own)).sum::<i32>();
            assert_eq!(extreme(|own| *own.iter().min().unwrap()) + scaled.base_points, min);
            assert_eq!(extreme(|own| *own.iter().max().unwrap()) + scaled.base_points, max);
        }
    }
}

#[test]
fn a_range_that_equal_characteristics_jump_over_is_not_exceeded() {
    let woe = [vec![-1.0, 1.0], vec![-1.0, 1.0]];
    let population = [vec![1.0, 1.0], vec![1.0, 1.0]];
    let model = Model { intercept: 0.0, coefficients: &[-1.0, -1.0], woe: &woe, population: &population };
    let scaled = scale(&model, &by_range(0, 101)).unwrap();
    let none = DevelopmentRows { slots: &[], weight: None, rows: 0 };
    let report = scaled.report(&none, &[], 1).unwrap();
    assert_eq!(report.points_min, 0);
    assert!((99..=101).contains(&report.points_max), "{report:?}");
}

#[test]
fn a_report_is_the_same_on_any_number_of_threads_and_with_weights() {
    let mut random = Random::new(7, 0);
    let given = Given::random(&mut random, 3, 5);
    let scaled = scale(&given.model(), &ScalingSettings::default()).unwrap();
    let columns: Vec<Vec<u16>> = (0..3)
        .map(|_| (0..40_000).map(|_| u16::try_from(random.below(5.try_into().unwrap())).unwrap()).collect())
        .collect();
    let slots: Vec<&[u16]> = columns.iter().map(Vec::as_slice).collect();
    let weight = vec![2.5; 40_000];
    let rows = DevelopmentRows { slots: &slots, weight: None, rows: 40_000 };
    let one = scaled.report(&rows, &[580], 1).unwrap();
    for threads in [2, 3, 8] {
        assert_eq!(scaled.report(&rows, &[580], threads).unwrap(), one);
    }
    let weighted = DevelopmentRows { weight: Some(&weight), ..rows };
    let weighted = scaled.report(&weighted, &[580], 2).unwrap();
    assert!((weighted.error_rms - one.error_rms).abs() < 1e-12);
    assert!((weighted.decisions_changed.unwrap() - one.decisions_changed.unwrap()).abs() < 1e-12);
    let short = [columns[0].as_slice(), &columns[1], &columns[2][1..]];
    let fives = vec![5; 40_000];
    let beyond = [columns[0].as_slice(), &columns[1], &fives];
    for wrong in [
        DevelopmentRows { weight: Some(&weight[1..]), ..rows },
        DevelopmentRows { slots: &slots[1..], ..rows },
        DevelopmentRows { slots: &short, ..rows },
        DevelopmentRows { slots: &beyond, ..rows },
    ] {
        assert_eq!(scaled.report(&wrong, &[580], 1).unwrap_err().cause, Cause::FrameShape);
    }
}

fn refusal(result: Result<ScaledPoints>) -> (Cause, Vec<String>) {
    let error = result.unwrap_err();
    (error.cause, error.fields)
}

#[test]
fn settings_and_models_that_make_no_card_are_refused() {
    let given = Given::random(&mut Random::new(8, 0), 2, 3);
    let usual = ScalingSettings::default();
    let settings = [
        (ScalingSettings { pdo: Some(0.0), ..usual }, "/pdo"),
        (ScalingSettings { odds0: Some(-1.0), ..usual }, "/odds0"),
        (ScalingSettings { points0: Some(1e7), ..usual }, "/points0"),
        (ScalingSettings { min: Some(1), ..usual }, "/min"),
        (ScalingSettings { pdo: Some(20.0), ..by_range(0, 10) }, "/pdo"),
        (ScalingSettings { max: None, ..by_range(0, 10) }, "/max"),
        (by_range(10, 10), "/min"),
        (by_range(0, 2_000_000), "/min"),
    ];
    for (settings, field) in settings {
        let expected = (Cause::ValueOutOfRange, vec![field.to_owned()]);
        assert_eq!(refusal(scale(&given.model(), &settings)), expected);
    }
    let model = given.model();
    for broken in [
        Model { intercept: f64::NAN, ..model },
        Model { intercept: 1e9, ..model },
        Model { coefficients: &[f64::INFINITY, 1.0], ..model },
        Model { coefficients: &[1.0], ..model },
        Model { coefficients: &[-1e9, 1.0], ..model },
        Model { coefficients: &[], woe: &[], population: &[], ..model },
    ] {
        assert_eq!(refusal(scale(&broken, &usual)).0, Cause::CardPointsRange);
    }
    let flat = Model { coefficients: &[0.0, 0.0], ..model };
    assert_eq!(refusal(scale(&flat, &by_range(0, 10))).0, Cause::ValueOutOfRange);
}
