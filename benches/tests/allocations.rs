//! How often scoring allocates: never for a row of a batch, a stated number for one applicant.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_benches::cards::{self, Inputs, Origin};
use kapix_benches::ledgers::named_request;
use kapix_core::{
    Control, Engine, EngineOptions, Limits, Operation, Request,
    frame::{Column, Frame},
    scorecard::{Card, Input, ScoredRows},
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts what this thread asks for.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is being torn down has no counter any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`, which is that of the callee.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the pointer came from `System` with this layout; the caller vouches for the size.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(call: impl FnOnce() -> T) -> u64 {
    let before = COUNT.with(Cell::get);
    let result = call();
    let after = COUNT.with(Cell::get);
    drop(result);
    after - before
}

/// Allocations of `score_rows` on columns of `rows` numbers, every tenth NaN.
fn of_batch(card: &Card, rows: usize) -> u64 {
    let values: Vec<f64> = cards::numbers(3, rows, 1000)
        .map(|value| if value < 100 { f64::NAN } else { f64::from(value) })
        .collect();
    let columns = (0..cards::CHARACTERISTICS)
        .map(|index| (cards::feature(Inputs::Numbers, index), Column::float(&values)))
        .collect();
    let frame = Frame::new(columns, &Limits::default()).unwrap();
    let mut columns = ScoredRows::with_rows(rows);
    let mut output = columns.output();
    let counted = allocations(|| card.score_rows(&frame, 0, &mut output).unwrap());
    assert!(columns.status.iter().all(|status| *status == 0));
    counted
}

#[test]
fn a_batch_allocates_for_its_columns_and_never_for_a_row() {
    let card = cards::card(Origin::Developed, Inputs::Numbers).unwrap();
    let of_none = of_batch(&card, 0);
    assert_eq!(of_batch(&card, 1), of_none);
    assert_eq!(of_batch(&card, 100_000), of_none);
    // The list of columns, and the cut points of each.
    assert_eq!(of_none, 21);
}

#[test]
fn points_of_one_applicant_take_one_allocation() {
    let card = cards::card(Origin::Developed, Inputs::Numbers).unwrap();
    let inputs: Vec<Input<'_>> =
        cards::numbers(7, 20, 1000).map(|value| Input::Number(f64::from(value))).collect();
    let place = || card.place(&inputs, |_, _| String::new()).unwrap();
    assert_eq!(allocations(place), 1);
    let slots = place();
    assert_eq!(
        allocations(|| (card.decision(slots.points), card.band(slots.points), card.pd(slots.points))),
        0
    );
    assert_eq!(allocations(|| card.weights(&slots)), 1);
    // The parts; for each direction the reasons and the characteristics of each.
    let reasons = allocations(|| card.reasons(&slots, card.default_method()));
    assert!(reasons <= 1 + 2 * (1 + 4), "{reasons}");
}

#[test]
fn one_typed_score_takes_few_allocations() {
    let artefact = serde_json::to_vec(&cards::artefact(Origin::Developed, Inputs::Numbers)).unwrap();
    let engine = Engine::load(&[artefact], EngineOptions::default()).unwrap();
    let text = serde_json::to_vec(&named_request(0)).unwrap();
    let mut request = Request::read(Operation::CreditScore, &text, &Limits::default()).unwrap();
    let run = |request: &Request| allocations(|| engine.run(request, &Control::default()).unwrap());
    let Request::CreditScore(score) = &mut request else { panic!("a score") };
    (score.explain, score.counterfactual) = (true, false);
    let explained = run(&request);
    assert!(explained <= 15, "{explained}");
    let Request::CreditScore(score) = &mut request else { panic!("a score") };
    score.explain = false;
    let plain = run(&request);
    assert!(plain <= 12, "{plain}");
}
