//! How often scoring allocates: never for a row of a batch, a stated number for one applicant. How much memory a policy
//! takes while it loads: stated bytes for the longest expression and for a row of the longest table.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_benches::cards::{self, Inputs, Origin};
use kapix_benches::ledgers::named_request;
use kapix_core::{
    Control, Engine, EngineOptions, Limits, Operation, Request,
    frame::{Column, Frame},
    policy::{Policy, PolicyBody},
    scorecard::{Card, Input, ScoredRows},
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts what this thread asks for.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    /// Bytes that are held, and the most of them so far.
    static HELD: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

// A thread that is being torn down has no counters any more.
fn count() {
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

fn hold(more: usize, less: usize) {
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        let now = now.saturating_add(more).saturating_sub(less);
        held.set((now, most.max(now)));
    });
}

// SAFETY: every call goes to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        hold(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`, which is that of the callee.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        hold(0, layout.size());
        // SAFETY: the pointer came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // The old bytes are held until the new ones are there.
        hold(size, 0);
        hold(0, layout.size());
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

/// Returns the result of a call, how often it allocated, and the most bytes that it held at once.
fn held<T>(call: impl FnOnce() -> T) -> (T, u64, usize) {
    let (before, _) = HELD.with(Cell::get);
    HELD.with(|held| held.set((before, before)));
    let count = COUNT.with(Cell::get);
    let result = call();
    let (_, most) = HELD.with(Cell::get);
    (result, COUNT.with(Cell::get) - count, most.saturating_sub(before))
}

fn body(steps: &serde_json::Value) -> PolicyBody {
    let body = serde_json::json!({
        "inputs": {"n": {"type": "number"}, "i": {"type": "integer"}, "ns": {"type": "number", "list": true}},
        "reasons": {"LOW": {"texts": {"en": "It is low."}}}, "steps": steps,
    });
    serde_json::from_value(body).unwrap()
}

/// 64 KiB of whatever nests, repeats or stays open. A motif of 125 bytes cost another parser 1.1 GB
/// (clarkmcc/cel-rust, issue 306).
#[test]
fn an_expression_of_64_kib_takes_bounded_memory_whatever_it_is() {
    const BYTES: usize = 65_536;
    let full = |head: &str, part: &str, tail: &str| {
        let parts = part.repeat((BYTES - head.len() - tail.len()) / part.len());
        format!("{head}{parts}{tail}")
    };
    let nested = |open: &str, inside: &str, close: &str| {
        let levels = (BYTES - inside.len()) / (open.len() + close.len());
        format!("{}{inside}{}", open.repeat(levels), close.repeat(levels))
    };
    let mixed = "n+i*2-n/3**2<n and i=1 or not(n>2)and n between 1 and 2 or ";
    for text in [
        nested("(", "n", ")"),
        nested("not(", "n > 1", ")"),
        nested("if n > 1 then ", "1", " else 2"),
        nested("ns[item > ", "1", "]"),
        nested("abs(-", "n", ")"),
        full("", "(", ""),
        full("", "[", ""),
        full("", "{", ""),
        full("", "-", "n"),
        full("", "n ", ""),
        full("n", "+n", ""),
        full("n", "**n", ""),
        full("n", "+n*n-n/n", ""),
        full("", mixed, "true"),
        full("", "[[]]", ""),
        full("", "((n)*", ""),
        full("", "{a:", ""),
        full("min(n", ",n", ")"),
        full("n in [1..2]", " and n in [1..2]", ""),
        full("\"", "a", "\""),
        full("\"", "\\n", "\""),
        full("", "\"a\" ", ""),
        full("", "1", ""),
        full("1.", "1", ""),
        full("a", "a", ""),
        full("ns", "[item > 1]", ""),
    ] {
        assert!(text.len() <= BYTES && text.len() > BYTES - 256, "{}", text.len());
        let start: String = text.chars().take(24).collect();
        for steps in [
            serde_json::json!([{"derive": {"name": "x", "expression": text}}]),
            serde_json::json!([{"table": {"name": "t", "hit": "first", "columns": ["n"],
                "rules": [{"when": [text], "then": {"outcome": "approve"}}]}}]),
        ] {
            let body = body(&steps);
            let (_, allocations, bytes) = held(|| Policy::load(body, &Limits::default()).map(drop));
            assert!(bytes <= 8 << 20, "{start}: {bytes} bytes");
            // At most two a byte: work that grows faster than the text would allocate more.
            assert!(allocations <= 2 * 65_536, "{start}: {allocations} allocations");
        }
    }
}

#[test]
fn a_row_of_the_longest_table_takes_bounded_memory() {
    let per_row = |rows: i32| {
        let rules: Vec<serde_json::Value> = (0..rows)
            .map(|row| {
                serde_json::json!({
                    "when": [format!("[{row}..{})", row + 1), "> 0.5", "-", format!("not({row})")],
                    "then": {"outcome": "decline", "reason": "LOW"}
                })
            })
            .collect();
        let table = serde_json::json!({"name": "t", "hit": "first", "columns": ["n", "n / i", "i", "i"], "rules": rules});
        let body = body(&serde_json::json!([{ "table": table }]));
        let (policy, allocations, bytes) = held(|| Policy::load(body, &Limits::default()).unwrap());
        assert_eq!(policy.body.steps.len(), 1);
        let rows = usize::try_from(rows).unwrap();
        (bytes / rows, allocations / u64::try_from(rows).unwrap())
    };
    let (bytes, allocations) = per_row(100_000);
    assert!(bytes <= 1_000, "{bytes} bytes a row");
    assert!(allocations <= 80, "{allocations} allocations a row");
    // As many for a row of a short table: nothing grows with the square of the rows.
    let (short, of_short) = per_row(1_000);
    assert!(bytes <= 2 * short && allocations <= of_short + 1, "{bytes} {short} {allocations} {of_short}");
}
