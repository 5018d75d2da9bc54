//! Columns: typed arrays in, borrowed where JavaScript holds the same numbers; typed arrays out.

use core::sync::atomic::{AtomicU64, Ordering};
use kapix_core::{CancelFlag, Column, Columns, Control, DoorReply, Frame};
use napi::Env;
use napi::bindgen_prelude::{BigInt64Array, Float64Array, Int32Array, Uint8Array, Uint16Array};
use napi_derive::napi;
use std::sync::Arc;

/// One column: numbers, integers, or codes with their categories.
#[napi(object, object_to_js = false)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Numbers; NaN is missing.
    pub numbers: Option<Float64Array>,
    /// Integers.
    pub integers: Option<BigInt64Array>,
    /// Index in the categories; a negative one is missing.
    pub codes: Option<Int32Array>,
    /// Text of each code.
    pub categories: Option<Vec<String>>,
}

/// A reply with its result columns, which are empty for other operations than `credit.score_batch` and unless the
/// status is 0.
#[napi(object, object_from_js = false)]
pub struct Scores {
    /// 0, or the HTTP status of the error.
    pub status: u16,
    /// The answer, or the error.
    pub json: String,
    /// Total points.
    pub points: Int32Array,
    /// 1 - PD.
    pub score: Float64Array,
    /// PD of a calibrated card.
    pub pd: Float64Array,
    /// 0 none, 1 decline, 2 refer, 3 approve.
    pub decision: Uint8Array,
    /// Index in the bands of the answer.
    #[napi(js_name = "risk_band")]
    pub risk_band: Uint16Array,
    /// Index in `rowStatuses()`.
    #[napi(js_name = "row_status")]
    pub row_status: Uint8Array,
}

/// The handle of a columnar call: its threads, how far it is, and how it is stopped.
#[napi]
#[derive(Clone, Default)]
pub struct Job {
    cancelled: CancelFlag,
    done: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
    threads: usize,
}

#[napi]
impl Job {
    /// Returns the handle of a call that may take so many threads; 0 takes all.
    #[napi(constructor)]
    pub fn new(threads: u32) -> Self {
        Self { threads: usize::try_from(threads).unwrap_or_default(), ..Self::default() }
    }

    /// Stops the call at its next block.
    #[napi]
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// Returns the steps that are done.
    #[napi(getter)]
    pub fn done(&self) -> u32 {
        u32::try_from(self.done.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// Returns the steps in all; 0 until the call says.
    #[napi(getter)]
    pub fn total(&self) -> u32 {
        u32::try_from(self.total.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }
}

/// A columnar call with everything that it needs.
pub struct Task {
    pub(crate) desk: Arc<kapix_core::Desk>,
    pub(crate) operation: String,
    pub(crate) request: String,
    pub(crate) columns: Vec<Given>,
    pub(crate) job: Job,
}

impl Given {
    fn column(&self) -> (String, Column<'_>) {
        let column = match (&self.numbers, &self.integers, &self.codes) {
            (Some(numbers), _, _) => Column::float(numbers),
            (None, Some(integers), _) => Column::integer(integers),
            (None, None, Some(codes)) => {
                let categories = self.categories.iter().flatten().map(String::as_str).collect();
                Column::dictionary(codes, categories)
            }
            (None, None, None) => Column::float(&[]),
        };
        (self.name.clone(), column)
    }
}

impl Task {
    fn answer(&self) -> (DoorReply, Option<Columns>) {
        let note = |done: u64, total: u64| {
            self.job.total.store(total, Ordering::Relaxed);
            self.job.done.fetch_max(done, Ordering::Relaxed);
        };
        let control = Control {
            progress: Some(&note),
            cancelled: Some(self.job.cancelled.clone()),
            threads: self.job.threads,
            draft: false,
        };
        let columns = self.columns.iter().map(Given::column).collect();
        match Frame::new(columns, self.desk.engine().limits()) {
            Ok(frame) => self.desk.call_columns(&self.operation, self.request.as_bytes(), &frame, &control),
            Err(error) => (self.desk.refusal(&error), None),
        }
    }

    /// Runs the call on this thread.
    pub(crate) fn scores(&self) -> Scores {
        Scores::of(self.answer())
    }
}

impl Scores {
    fn of((reply, columns): (DoorReply, Option<Columns>)) -> Self {
        let json = String::from_utf8_lossy(&reply.body).into_owned();
        let Columns { points, pd, score, decision, risk_band, status } = columns.unwrap_or_default();
        Self {
            status: reply.status,
            json,
            points: Int32Array::new(points),
            score: Float64Array::new(score),
            pd: Float64Array::new(pd),
            decision: Uint8Array::new(decision),
            risk_band: Uint16Array::new(risk_band),
            row_status: Uint8Array::new(status),
        }
    }
}

impl napi::Task for Task {
    type Output = (DoorReply, Option<Columns>);
    type JsValue = Scores;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.answer())
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> napi::Result<Scores> {
        Ok(Scores::of(output))
    }
}
