//! Many applicants: `Card::score_rows` on columns of every kind.

use crate::cards::{self, CHARACTERISTICS, Inputs, Origin, feature, numbers};
use crate::naive::NaiveCard;
use crate::report::{Figure, Unit};
use crate::timing::{seconds_of_process, seconds_per_call, times_of_two_threads, wall_seconds};
use kapix_core::{
    Control, Engine, EngineOptions, Limits, Request, Scalar,
    credit::CreditScoreBatchRequest,
    frame::{Bitmap, Column, Frame, Values},
    scorecard::{Card, EntityType, ScoredRows, SpecialBody},
};
use ndarray::{ArrayView1, s};
use std::hint::black_box;
use std::io;

/// Rows of a frame: 80 MB of inputs, beyond every cache.
const ROWS: u32 = 500_000;
/// Millions of rows a second and core that are aimed at: f64 in order, and every other layout.
const TARGET_PLAIN: f64 = 25.0;
const TARGET: f64 = 15.0;

/// Returns every figure of many applicants.
pub fn figures() -> io::Result<Vec<Figure>> {
    let full = Numbers::new(0);
    let tenth = Numbers::new(10);
    let card = cards::card(Origin::Developed, Inputs::Numbers)?;
    let naive = NaiveCard::of(&card.body);
    let copy = copied(&full.values);
    let by_hand = |data: &Numbers| rows_per_second(seconds_per_call(|| data.by_hand(&naive)));
    let mut beside = vec![("copy of the input columns", copy), ("plain Rust, row by row", by_hand(&full))];
    let mut figures = Vec::new();
    for (name, includes, frame, data) in [
        (
            "batch",
            "20 f64 columns -> points, PD, score, band, decision, status",
            full.frame(Layout::Plain)?,
            &full,
        ),
        ("batch, integer columns", "20 i64 columns -> the same", full.frame(Layout::Integer)?, &full),
        (
            "batch, strided columns",
            "20 columns of a row-major table -> the same",
            full.frame(Layout::Strided)?,
            &full,
        ),
        (
            "batch, 10 % NaN",
            "20 f64 columns, NaN is missing -> the same",
            tenth.frame(Layout::Plain)?,
            &tenth,
        ),
        (
            "batch, 10 % by bitmap",
            "20 f64 columns, each with a bitmap -> the same",
            tenth.frame(Layout::Bitmap)?,
            &tenth,
        ),
    ] {
        if data.missing > 0 {
            beside = vec![("copy of the input columns", copy), ("plain Rust, row by row", by_hand(data))];
        }
        figures.push(one(&card, &frame, (name, includes), &data.points(&naive))?);
        if let Some(last) = figures.last_mut() {
            last.beside.clone_from(&beside);
            last.target = Some(if name == "batch" { TARGET_PLAIN } else { TARGET });
        }
    }
    figures.push(special_values()?);
    figures.push(categories()?);
    figures.extend(engine(&full)?);
    Ok(figures)
}

/// How the same numbers lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Plain,
    Integer,
    Strided,
    Bitmap,
}

/// Whole numbers for every input of every row.
struct Numbers {
    missing: u32,
    values: Vec<f64>,
    integers: Vec<i64>,
    row_major: Vec<f64>,
    bits: Vec<u8>,
}

impl Numbers {
    /// Returns numbers of which `missing` in a hundred are NaN.
    fn new(missing: u32) -> Self {
        let rows = usize::try_from(ROWS).unwrap_or_default();
        let count = rows * 20;
        let values: Vec<f64> = numbers(3, count, 1000)
            .zip(numbers(5, count, 100))
            .map(|(value, chance)| if chance < missing { f64::NAN } else { f64::from(value) })
            .collect();
        let integers = numbers(3, count, 1000).map(i64::from).collect();
        let row = |row: usize| values.iter().skip(row).step_by(rows).copied();
        let row_major = (0..rows).flat_map(row).collect();
        let bits = values.chunks(8).map(|eight| {
            eight.iter().enumerate().fold(0, |byte, (bit, value)| byte | u8::from(!value.is_nan()) << bit)
        });
        let bits = bits.collect();
        Self { missing, values, integers, row_major, bits }
    }

    fn frame(&self, layout: Layout) -> io::Result<Frame<'_>> {
        let rows = usize::try_from(ROWS).unwrap_or_default();
        let columns = self.values.chunks(rows).zip(self.integers.chunks(rows)).zip(0..CHARACTERISTICS);
        let columns = columns.enumerate().map(|(place, ((floats, integers), index))| {
            let column = match layout {
                Layout::Plain => Column::float(floats),
                Layout::Integer => Column::integer(integers),
                Layout::Strided => {
                    let all = ArrayView1::from(&self.row_major);
                    Column { values: Values::Float(all.slice_move(s![place..;20])), validity: None }
                }
                Layout::Bitmap => {
                    let validity = Bitmap { bits: &self.bits, offset: place * rows };
                    Column { validity: Some(validity), ..Column::float(floats) }
                }
            };
            (feature(Inputs::Numbers, index), column)
        });
        Frame::new(columns.collect(), &Limits::default()).map_err(io::Error::other)
    }

    fn points(&self, naive: &NaiveCard) -> Vec<i32> {
        self.row_major.chunks(20).map(|row| naive.score(row.iter().copied()).points).collect()
    }

    /// Scores the columns as one would by hand: row by row.
    fn by_hand(&self, naive: &NaiveCard) -> (Vec<i32>, Vec<f64>, Vec<u8>) {
        let rows = usize::try_from(ROWS).unwrap_or_default();
        let mut found = (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
        let columns: Vec<&[f64]> = self.values.chunks(rows).collect();
        for row in 0..rows {
            let score = naive.score(columns.iter().filter_map(|column| column.get(row)).copied());
            found.0.push(score.points);
            found.1.push(score.pd);
            found.2.push(score.decision);
        }
        found
    }
}

/// Returns how fast memory moves the inputs.
fn copied<T: Copy>(values: &[T]) -> f64 {
    let mut target = values.to_vec();
    rows_per_second(seconds_per_call(|| black_box(&mut target).copy_from_slice(black_box(values))))
}

fn rows_per_second(seconds: f64) -> f64 {
    1e-6 * f64::from(ROWS) / seconds
}

fn one(
    card: &Card,
    frame: &Frame<'_>,
    (name, includes): (&'static str, &'static str),
    expected: &[i32],
) -> io::Result<Figure> {
    let mut columns = ScoredRows::with_rows(frame.rows());
    let mut score = || card.score_rows(frame, 0, &mut columns.output());
    let value = rows_per_second(seconds_per_call(&mut score));
    score().map_err(io::Error::other)?;
    if columns.points != expected || columns.status.iter().any(|status| *status != 0) {
        return Err(io::Error::other(format!("{name}: the points differ from those of plain Rust")));
    }
    Ok(Figure { name, includes, unit: Unit::MillionRows, value, target: Some(TARGET), beside: Vec::new() })
}

/// A card as a development with codes for what is not known leaves it: five attributes and three special values.
fn special_values() -> io::Result<Figure> {
    const ATTRIBUTES: usize = 5;
    const CODES: [f64; 3] = [-9.0, -8.0, -7.0];
    let mut body = cards::card(Origin::Expert, Inputs::Numbers)?.body;
    for characteristic in &mut body.characteristics {
        characteristic.attributes.truncate(ATTRIBUTES);
        characteristic.attributes.last_mut().into_iter().for_each(|last| last.upper = None);
        let codes = CODES.into_iter().zip([3, -4, 0]);
        characteristic.special = codes
            .map(|(value, points)| SpecialBody {
                label: None,
                missing: false,
                points,
                value: Scalar::Number(value),
                woe: None,
            })
            .collect();
    }
    let rows = usize::try_from(ROWS).unwrap_or_default();
    let values: Vec<f64> = numbers(3, rows * 20, 1000)
        .zip(numbers(5, rows * 20, 50))
        .map(|(value, chance)| {
            let code = usize::try_from(chance).ok().and_then(|chance| CODES.get(chance));
            code.copied().unwrap_or(f64::from(value))
        })
        .collect();
    let mut expected = vec![body.base_points; rows];
    for (column, characteristic) in values.chunks(rows).zip(&body.characteristics) {
        for (points, value) in expected.iter_mut().zip(column) {
            let special = characteristic.special.iter().find(|own| own.value == Scalar::Number(*value));
            let inside =
                characteristic.attributes.iter().find(|own| own.upper.is_none_or(|upper| *value < upper));
            *points += special.map_or(inside.map_or(0, |own| own.points), |own| own.points);
        }
    }
    let card = Card::load(body, &Limits::default()).map_err(io::Error::other)?;
    let columns = values.chunks(rows).zip(0..CHARACTERISTICS);
    let columns = columns.map(|(values, index)| (feature(Inputs::Numbers, index), Column::float(values)));
    let frame = Frame::new(columns.collect(), &Limits::default()).map_err(io::Error::other)?;
    let case =
        ("batch, special values", "20 f64 columns, 5 attributes and 3 special values each -> the same");
    one(&card, &frame, case, &expected)
}

/// The same card with categories in place of numbers.
fn categories() -> io::Result<Figure> {
    let rows = usize::try_from(ROWS).unwrap_or_default();
    let card = cards::card(Origin::Developed, Inputs::Categories)?;
    let codes: Vec<i32> =
        numbers(3, rows * 20, 8).map(|code| i32::try_from(code).unwrap_or_default()).collect();
    let names: Vec<String> = (0..8).map(|code| format!("c{code}")).collect();
    let columns = codes.chunks(rows).zip(0..CHARACTERISTICS).map(|(codes, index)| {
        let names = names.iter().map(String::as_str).collect();
        (feature(Inputs::Categories, index), Column::dictionary(codes, names))
    });
    let frame = Frame::new(columns.collect(), &Limits::default()).map_err(io::Error::other)?;
    let characteristics = &card.body.characteristics;
    let points = |row: usize| {
        let own =
            codes.iter().skip(row).step_by(rows).zip(characteristics).filter_map(|(code, characteristic)| {
                characteristic.attributes.get(usize::try_from(*code).ok()?).map(|attribute| attribute.points)
            });
        card.body.base_points + own.sum::<i32>()
    };
    let expected: Vec<i32> = (0..rows).map(points).collect();
    let case = ("batch, dictionary columns", "20 columns of 8 categories by code -> the same");
    let mut figure = one(&card, &frame, case, &expected)?;
    let copy = copied(&codes);
    figure.beside = vec![("copy of the input columns", copy)];
    Ok(figure)
}

/// `Engine::run_columns`: CPU time on one thread and on two, wall time of both, and what a record adds.
fn engine(data: &Numbers) -> io::Result<[Figure; 3]> {
    let artefact = serde_json::to_vec(&cards::artefact(Origin::Developed, Inputs::Numbers))?;
    let engine = Engine::load(&[artefact], EngineOptions::default()).map_err(io::Error::other)?;
    let frame = data.frame(Layout::Plain)?;
    let request = Request::CreditScoreBatch(Box::new(CreditScoreBatchRequest {
        as_of: Some(kapix_core::time::Instant::parse("2026-06-30T20:00:00Z").map_err(io::Error::other)?),
        card: None,
        columns: None,
        entity_type: EntityType::Individual,
        idempotency_key: None,
        include: Vec::new(),
        seed: 0,
    }));
    let answer = |threads: usize, draft: bool| {
        let control = Control { threads, draft, ..Control::default() };
        engine.run_columns(&request, &frame, &control).map_err(io::Error::other)
    };
    let run = |threads: usize| answer(threads, false);
    if run(1)?.columns.get("points") != run(2)?.columns.get("points") {
        return Err(io::Error::other("one thread and two threads differ"));
    }
    let one_thread = rows_per_second(seconds_of_process(|| run(1)));
    let [wall_of_one, wall_of_two] = wall_seconds([1, 2], run);
    let figure = |name, includes, value, beside| Figure {
        name,
        includes,
        unit: Unit::MillionRows,
        value,
        target: None,
        beside: vec![(beside, one_thread)],
    };
    Ok([
        figure(
            "engine, batch on 2 threads",
            "CPU of both threads; result columns allocated and counted by decision and status",
            rows_per_second(seconds_of_process(|| run(2))),
            "the same on 1 thread",
        ),
        Figure {
            name: "engine, batch: 2 threads to 1",
            includes: "wall time, the fastest of 25 runs by turns",
            unit: Unit::Times,
            value: wall_of_one / wall_of_two,
            target: Some(2.0),
            beside: vec![("a loop without memory", times_of_two_threads())],
        },
        figure(
            "engine, batch drafted for a record",
            "CPU of 1 thread; the same, and SHA-256 of the columns that go in and come out",
            rows_per_second(seconds_of_process(|| answer(1, true))),
            "the same without a draft",
        ),
    ])
}
