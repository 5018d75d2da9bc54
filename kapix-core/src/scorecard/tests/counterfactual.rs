//! Counterfactuals against every combination of moves on small cards.

use super::{body, card, numeric};
use crate::error::Cause;
use crate::numeric::Random;
use crate::scorecard::{Decision, Input, Slots};
use serde_json::{Value, json};

/// What the enumeration knows of a characteristic.
struct Plain {
    points: Vec<i32>,
    /// Where the applicant is; `None` in the missing bin.
    attribute: Option<usize>,
    own: i32,
    cost: i64,
    immovable: bool,
    categorical: bool,
    group: Option<usize>,
}

/// One way to move a unit: cost, minus the gain, order of the target, and the attribute that each member reaches.
type Way = (i64, i32, i64, Vec<(usize, usize)>);

/// Every way to move a unit, none of them left out for being useless.
fn ways(plains: &[Plain], unit: &[usize]) -> Vec<Way> {
    if unit.iter().any(|it| plains[*it].immovable) {
        return Vec::new();
    }
    if let ([only], true) = (unit, plains[unit[0]].group.is_none()) {
        let it = &plains[*only];
        let targets = (0..it.points.len()).filter(|to| Some(*to) != it.attribute);
        return targets
            .map(|to| {
                let counted = it.attribute.filter(|_| !it.categorical);
                let bins = counted.map_or(1, |from| i64::try_from(from.abs_diff(to)).unwrap());
                (bins * it.cost, it.own - it.points[to], i64::try_from(to).unwrap(), vec![(*only, to)])
            })
            .collect();
    }
    let moving: Vec<usize> = unit.iter().copied().filter(|it| plains[*it].attribute.is_some()).collect();
    (-3_i64..=3)
        .filter(|step| *step != 0)
        .filter_map(|step| {
            let mut loss = 0;
            let mut targets = Vec::new();
            for position in &moving {
                let (it, from) = (&plains[*position], plains[*position].attribute.unwrap());
                let last = i64::try_from(it.points.len()).unwrap() - 1;
                let to = usize::try_from((i64::try_from(from).unwrap() + step).clamp(0, last)).unwrap();
                if to != from {
                    loss += it.own - it.points[to];
                    targets.push((*position, to));
                }
            }
            let way = (step.abs() * plains[unit[0]].cost, loss, step, targets);
            (!way.3.is_empty()).then_some(way)
        })
        .collect()
}

/// The best of all combinations, tried one by one: fewest units, least cost, first units, cheapest first choices.
fn by_enumeration(plains: &[Plain], units: &[Vec<usize>], need: i32) -> Option<Vec<(usize, usize)>> {
    type Key = (usize, i64, Vec<usize>, Vec<(i64, i32, i64)>);
    let all: Vec<Vec<Way>> = units.iter().map(|unit| ways(plains, unit)).collect();
    let mut best: Option<(Key, Vec<(usize, usize)>)> = None;
    let number: usize = all.iter().map(|own| own.len() + 1).product();
    for mut code in 0..number {
        let (mut key, mut targets, mut gain): (Key, Vec<(usize, usize)>, i32) = Default::default();
        for (unit, own) in all.iter().enumerate() {
            let choice = code % (own.len() + 1);
            code /= own.len() + 1;
            if let Some((cost, loss, order, reached)) = choice.checked_sub(1).map(|it| &own[it]) {
                key.0 += 1;
                key.1 += cost;
                key.2.push(unit);
                key.3.push((*cost, *loss, *order));
                gain -= loss;
                targets.extend(reached.iter().copied());
            }
        }
        if gain >= need && best.as_ref().is_none_or(|(other, _)| key < *other) {
            best = Some((key, targets));
        }
    }
    best.map(|(_, mut targets)| {
        targets.sort_unstable();
        targets
    })
}

fn below(random: &mut Random, limit: u64) -> usize {
    usize::try_from(random.below(limit.try_into().unwrap())).unwrap()
}

/// A characteristic with up to four attributes and few different points, so that ties are common.
fn random_plain(random: &mut Random, group_costs: &[i64]) -> Plain {
    let points: Vec<i32> =
        (0..2 + below(random, 3)).map(|_| i32::try_from(below(random, 9)).unwrap() * 2 - 8).collect();
    let group = (below(random, 5) < 3).then(|| below(random, 2));
    let attribute = (below(random, 6) > 0).then(|| below(random, u64::try_from(points.len()).unwrap()));
    Plain {
        own: attribute.map_or(-4, |it| points[it]),
        cost: group.map_or_else(|| 1 + i64::try_from(below(random, 3)).unwrap(), |it| group_costs[it]),
        immovable: below(random, 8) == 0,
        categorical: group.is_none() && below(random, 4) == 0,
        attribute,
        points,
        group,
    }
}

fn as_json(index: usize, it: &Plain) -> Value {
    let mut value = numeric(&format!("c{index}"), &it.points);
    if it.categorical {
        let one = |(at, points): (usize, &i32)| json!({"categories": [at.to_string()], "points": points});
        value["attributes"] = it.points.iter().enumerate().map(one).collect();
        value["kind"] = json!("categorical");
    }
    value["missing"] = json!({"points": -4});
    value["immovable"] = json!(it.immovable);
    value["move_cost"] = json!(it.cost);
    if let Some(group) = it.group {
        value["moves_with"] = json!(format!("g{group}"));
    }
    value
}

#[test]
fn moves_are_the_best_of_all_combinations_ties_included() {
    let mut random = Random::new(11, 0);
    let (mut found, mut grouped, mut unreachable) = (0, 0, 0);
    for _ in 0..1500 {
        let group_costs = [1 + i64::try_from(below(&mut random, 3)).unwrap(), 1];
        let mut plains: Vec<Plain> = (0..5).map(|_| random_plain(&mut random, &group_costs)).collect();
        for group in 0..2 {
            if plains.iter().filter(|it| it.group == Some(group)).count() == 1 {
                plains.iter_mut().filter(|it| it.group == Some(group)).for_each(|it| it.group = None);
            }
        }
        let mut units: Vec<Vec<usize>> = Vec::new();
        for (position, it) in plains.iter().enumerate() {
            let same = |unit: &&mut Vec<usize>| it.group.is_some() && plains[unit[0]].group == it.group;
            match units.iter_mut().find(same) {
                Some(unit) => unit.push(position),
                None => units.push(vec![position]),
            }
        }
        let total: i32 = plains.iter().map(|it| it.own).sum();
        let need = 1 + i32::try_from(below(&mut random, 24)).unwrap();
        let characteristics: Vec<Value> = plains.iter().enumerate().map(|(i, it)| as_json(i, it)).collect();
        let card = card(&body(&characteristics, total + need, total - 1)).unwrap();
        let slots = plains.iter().map(|it| it.attribute.unwrap_or(it.points.len()));
        let slots = Slots { slots: slots.map(|it| u16::try_from(it).unwrap()).collect(), points: total };
        let answer = card.counterfactual(&slots);
        let moves = answer.as_ref().map(|it| {
            let one = |step: &crate::scorecard::Move| (step.characteristic, usize::from(step.to));
            it.moves.iter().map(one).collect::<Vec<_>>()
        });
        let expected = by_enumeration(&plains, &units, need);
        assert_eq!(moves, expected, "{characteristics:?} {slots:?} {need}");
        let Some(answer) = answer else {
            unreachable += 1;
            continue;
        };
        // Verified by scoring again, from inputs.
        let texts: Vec<String> = (0..4).map(|at| at.to_string()).collect();
        let reached = |position: usize| {
            let moved = answer.moves.iter().find(|step| step.characteristic == position);
            moved.map_or(plains[position].attribute, |step| Some(usize::from(step.to)))
        };
        let inputs: Vec<Input<'_>> = (0..plains.len())
            .map(|position| match reached(position) {
                None => Input::Missing,
                Some(at) if plains[position].categorical => Input::Text(&texts[at]),
                Some(at) => Input::Number(crate::numeric::count(at) + 0.5),
            })
            .collect();
        let again = card.place(&inputs, |_, name| name.to_owned()).unwrap();
        assert_eq!((again.points, card.decision(again.points)), (answer.points, Some(Decision::Approve)));
        assert_eq!(answer.points - total, answer.moves.iter().map(|step| step.gain).sum::<i32>());
        found += 1;
        grouped += usize::from(answer.moves.iter().any(|step| plains[step.characteristic].group.is_some()));
    }
    assert!(found > 500 && grouped > 200 && unreachable > 100, "{found} {grouped} {unreachable}");
}

#[test]
fn a_dear_bin_is_left_for_a_cheap_one() {
    let mut dear = numeric("dear", &[0, 10]);
    dear["move_cost"] = json!(5);
    let far = numeric("far", &[0, 0, 0, 0, 10]);
    let card = card(&body(&[dear, far], 10, -1)).unwrap();
    let slots = card.place(&[Input::Number(0.0); 2], |_, name| name.to_owned()).unwrap();
    let moves = card.counterfactual(&slots).unwrap().moves;
    assert_eq!(moves.iter().map(|it| (it.characteristic, it.to)).collect::<Vec<_>>(), [(1, 4)]);
}

#[test]
fn windows_of_one_attribute_move_by_the_same_bins_and_stop_at_their_end() {
    let windows = [("d30", vec![0, 4, 6]), ("d90", vec![0, 1, 2, 3]), ("d365", vec![5, 0])];
    let windows: Vec<Value> = windows
        .into_iter()
        .map(|(id, points)| {
            let mut window = numeric(id, &points);
            window["moves_with"] = json!("balance");
            window["missing"] = json!({"points": 0});
            window
        })
        .collect();
    let card = card(&body(&windows, 9, -1)).unwrap();
    let place = |inputs: [Input<'_>; 3]| card.place(&inputs, |_, name| name.to_owned()).unwrap();
    // From (1, 0, 1) with 4 + 0 + 0 points: two bins up bring 6 + 2 + 0 = 8, three bring 6 + 3 + 0 = 9.
    let [zero, one] = [Input::Number(0.0), Input::Number(1.0)];
    let answer = card.counterfactual(&place([one, zero, one])).unwrap();
    let moves: Vec<_> = answer.moves.iter().map(|it| (it.characteristic, it.from, it.to, it.gain)).collect();
    assert_eq!((moves, answer.points), (vec![(0, 1, 2, 2), (1, 0, 3, 3)], 9));
    // A missing window stays: two bins up bring at most 6 + 0 + 0.
    assert_eq!(card.counterfactual(&place([one, Input::Missing, one])), None);
}

#[test]
fn a_feature_that_two_characteristics_read_is_not_moved() {
    // At 0 the applicant has 0 + 30; at 1 it would be 40 + 0, not the 70 that either move alone promises.
    let (rising, mut falling) = (numeric("f", &[0, 40]), numeric("g", &[30, 0]));
    falling["feature"] = json!("f");
    let card = card(&body(&[rising, falling], 50, -1)).unwrap();
    let slots = card.place(&[Input::Number(0.0); 2], |_, name| name.to_owned()).unwrap();
    assert_eq!((slots.points, card.counterfactual(&slots)), (30, None));
}

#[test]
fn costs_and_groups_that_mean_nothing_are_refused() {
    let refused = |change: &dyn Fn(&mut [Value; 2])| {
        let mut windows = [numeric("a", &[0, 1]), numeric("b", &[0, 1])];
        for it in &mut windows {
            it["moves_with"] = json!("g");
        }
        change(&mut windows);
        let result = card(&body(&windows, 2, 1));
        result.err().map(|error| (error.cause, error.fields))
    };
    let place = |field: &str| Some((Cause::CardMoves, vec![format!("/characteristics/{field}")]));
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(refused(&|it| it[1]["moves_with"] = json!(null)), place("0/moves_with"));
    assert_eq!(refused(&|it| it[1]["move_cost"] = json!(2)), place("1/move_cost"));
    assert_eq!(refused(&|it| it[0]["attributes"][0]["points"] = json!(0)), None);
    for cost in [0, 1001] {
        let both = |it: &mut [Value; 2]| it.iter_mut().for_each(|own| own["move_cost"] = json!(cost));
        let fields = [0, 1].map(|it| format!("/characteristics/{it}/move_cost")).to_vec();
        assert_eq!(refused(&both), Some((Cause::CardMoves, fields)));
    }
    let categorical = |it: &mut [Value; 2]| {
        it[1]["kind"] = json!("categorical");
        it[1]["attributes"] = json!([{"categories": ["x"], "points": 0}]);
    };
    assert_eq!(refused(&categorical), place("1/moves_with"));
}
