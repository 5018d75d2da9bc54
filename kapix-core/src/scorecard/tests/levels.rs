//! Every level of instructions gives the bits that one applicant at a time gives.

use super::{body, card, numeric};
use crate::domain::{Bitmap, Column, Frame, Values};
use crate::limits::Limits;
use crate::numeric::Random;
use crate::scorecard::{Card, Input, RowStatus, ScoredRows};
use fearless_simd::Level;
use ndarray::{ArrayView1, Axis, Slice};
use serde_json::json;

/// Every level of this machine, the least first.
fn levels() -> Vec<Level> {
    let best = Level::new();
    let mut levels = vec![Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(
        [
            best.as_sse4_2().map(Level::Sse4_2),
            best.as_avx2().map(Level::Avx2),
            best.as_avx512().map(Level::Avx512),
        ]
        .into_iter()
        .flatten(),
    );
    levels.push(best);
    levels
}

fn below(random: &mut Random, limit: u64) -> usize {
    usize::try_from(random.below(limit.try_into().unwrap())).unwrap()
}

/// A card with cut points 1, 2, .. in six numeric characteristics, then one of categories; each rule by chance.
fn random_card(random: &mut Random) -> Card {
    let points = |random: &mut Random| i32::try_from(below(random, 201)).unwrap() - 100;
    let mut characteristics = Vec::new();
    for index in 0..7 {
        let attributes: Vec<i32> = (0..=below(random, 12)).map(|_| points(random)).collect();
        let mut it = numeric(&format!("x{index}"), &attributes);
        if index == 6 {
            it["kind"] = json!("categorical");
            it["attributes"] =
                json!([{"categories": ["a", "b"], "points": 6}, {"categories": ["c"], "points": 2}]);
        } else if below(random, 2) == 0 {
            it["special"] =
                json!([{"value": -9, "points": points(random)}, {"value": 3, "points": points(random)}]);
        }
        if below(random, 3) > 0 {
            it["missing"] = json!({"points": points(random), "refer": below(random, 2) == 0});
        }
        if index < 6 && below(random, 3) == 0 {
            it["range"] = json!({"min": -1, "max": 9.5});
        }
        if index == 6 && below(random, 2) == 0 {
            it["unseen"] = json!({"points": points(random)});
        }
        characteristics.push(it);
    }
    card(&body(&characteristics, 60, -60)).unwrap()
}

/// What the columns of a frame borrow.
struct Buffers {
    floats: Vec<f64>,
    integers: Vec<i64>,
    integers32: Vec<i32>,
    codes: Vec<i32>,
    bits: Vec<u8>,
}

impl Buffers {
    /// Values for `rows` rows at a stride of up to 3 from an offset of up to 7; few are odd, so that rows in eights of
    /// ordinary values occur.
    fn new(random: &mut Random, rows: usize) -> Self {
        const ODD: [f64; 12] =
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -9.0, 3.0, 0.0, -0.0, 1e300, 9.5, -1.0, 5e-324, 2.0];
        let length = 3 * rows + 8;
        let float = |random: &mut Random| match below(random, 40) {
            0 => ODD[below(random, 12)],
            1 => f64::from(u8::try_from(below(random, 10)).unwrap()).next_down(),
            _ => 13.0 * random.uniform() - 2.0,
        };
        let integer = |random: &mut Random| match below(random, 60) {
            0 => [i64::MIN, i64::MAX, (1 << 53) + 1, -9][below(random, 4)],
            _ => i64::try_from(below(random, 12)).unwrap() - 1,
        };
        let small = |random: &mut Random, least: i32| i32::try_from(below(random, 6)).unwrap() + least;
        Self {
            floats: (0..length).map(|_| float(random)).collect(),
            integers: (0..length).map(|_| integer(random)).collect(),
            integers32: (0..length).map(|_| small(random, -1)).collect(),
            codes: (0..length).map(|_| small(random, -1)).collect(),
            bits: (0..length).map(|_| u8::try_from(below(random, 256)).unwrap() | 0b1101_1011).collect(),
        }
    }

    fn column(&self, random: &mut Random, rows: usize, place: usize) -> Column<'_> {
        fn view<'v, T>(random: &mut Random, values: &'v [T], rows: usize) -> ArrayView1<'v, T> {
            let view = ArrayView1::from(&values[below(random, 8)..]);
            match below(random, 3) {
                0 => view.slice_axis_move(Axis(0), Slice::from(..3 * rows).step_by(3)),
                1 => view.slice_axis_move(Axis(0), Slice::from(..rows).step_by(-1)),
                _ => view.slice_axis_move(Axis(0), Slice::from(..rows)),
            }
        }
        let values = match place {
            6 => Values::Dictionary {
                codes: view(random, &self.codes, rows),
                categories: vec!["c", "b", "a", "other", "a"],
            },
            _ => match below(random, 4) {
                0 => Values::Integer(view(random, &self.integers, rows)),
                1 => Values::Integer32(view(random, &self.integers32, rows)),
                _ => Values::Float(view(random, &self.floats, rows)),
            },
        };
        let bitmap = Bitmap { bits: &self.bits, offset: below(random, 20) };
        Column { values, validity: (below(random, 3) == 0).then_some(bitmap) }
    }
}

/// The bits of every score.
fn bits(found: &ScoredRows) -> Vec<(i32, u64, u64, i8, i32, i8)> {
    let rows = 0..found.points.len();
    rows.map(|row| {
        let (pd, score) = (found.pd[row].to_bits(), found.score[row].to_bits());
        (found.points[row], pd, score, found.decision[row], found.risk_band[row], found.status[row])
    })
    .collect()
}

/// Points, decision and status of one row, as one applicant.
fn alone(card: &Card, frame: &Frame<'_>, row: usize) -> (i32, i8, i8) {
    let inputs: Vec<Input<'_>> = frame
        .columns()
        .map(|(_, column)| match (column.number(row), column.text(row)) {
            (Some(number), _) => Input::Number(number),
            (_, Some(text)) => Input::Text(text),
            _ => Input::Missing,
        })
        .collect();
    match card.place(&inputs, |_, _| String::new()) {
        Ok(slots) => {
            let by_points = card.decision(slots.points).unwrap();
            (slots.points, card.judge(&slots).decide(by_points) as i8, 0)
        }
        Err(error) => {
            let status = RowStatus::ALL.into_iter().find(|it| it.as_str() == error.cause.as_str());
            (0, -1, status.unwrap() as i8)
        }
    }
}

#[test]
fn every_level_gives_each_row_the_bits_that_it_has_alone() {
    let mut random = Random::new(29, 0);
    let mut scored = 0;
    for rows in [0, 1, 7, 8, 9, 15, 16, 17, 511, 512, 513, 1029, 1029, 1029, 1029] {
        let card = random_card(&mut random);
        let buffers: Vec<Buffers> = (0..7).map(|_| Buffers::new(&mut random, rows)).collect();
        let columns = buffers.iter().enumerate();
        let columns = columns
            .map(|(place, buffers)| (format!("x{place}"), buffers.column(&mut random, rows, place)))
            .collect();
        let frame = Frame::new(columns, &Limits::default()).unwrap();
        let first = below(&mut random, 9).min(rows);
        let score = |level| {
            let mut found = ScoredRows::with_rows(rows - first);
            card.score_rows_at(level, &frame, first, &mut found.output()).unwrap();
            found
        };
        let least = score(levels()[0]);
        for (offset, found) in bits(&least).into_iter().enumerate() {
            let (points, decision, status) = alone(&card, &frame, first + offset);
            assert_eq!((found.0, found.3, found.5), (points, decision, status), "row {offset} of {rows}");
            scored += usize::from(status == 0);
        }
        for level in levels() {
            assert_eq!(bits(&score(level)), bits(&least), "{level:?}, {rows} rows");
        }
    }
    assert!(scored > 1000, "{scored}");
}
