//! Columns: typed arrays in, borrowed where JavaScript holds the same values; typed arrays out.

use core::sync::atomic::{AtomicU64, Ordering};
use kapix_core::{
    CancelFlag, Control,
    frame::{Bitmap, Codes, Column, Frame, ResultColumn, ResultColumns, ResultValues, Slices, Values},
    operations::DoorReply,
};
use napi::Env;
use napi::bindgen_prelude::{BigInt64Array, Float64Array, Int8Array, Int32Array, Uint8Array};
use napi_derive::napi;
use std::sync::Arc;

/// One column; its values are in one of the arrays.
#[napi(object, object_to_js = false)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Numbers; NaN is missing.
    pub numbers: Option<Float64Array>,
    /// Integers, or microseconds since 1970 of instants.
    pub integers: Option<BigInt64Array>,
    /// Integers of 32 bits, days since 1970 of dates, or, where there are categories, codes: a negative one is missing.
    pub integers32: Option<Int32Array>,
    /// Text of each code.
    pub categories: Option<Vec<String>>,
    /// Bytes of each row.
    pub bytes: Option<Vec<Uint8Array>>,
    /// Whether the integers are instants or dates.
    pub is_time: Option<bool>,
    /// Which rows hold a value: bit `row`, least significant first.
    pub valid: Option<Uint8Array>,
}

/// A reply with its result columns, of which there are none unless the status is 0.
#[napi(object, object_from_js = false)]
pub struct Reply {
    /// 0, or the HTTP status of the error.
    pub status: u16,
    /// The answer, or the error.
    pub json: String,
    /// The result columns.
    pub columns: Vec<Found>,
}

/// One result column; its values are in one of the arrays.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its type: `f64`, `i64`, `i32`, `bool`, `utf8`, `date`, `instant` or `dictionary`.
    #[napi(js_name = "type")]
    pub kind: &'static str,
    /// Numbers.
    pub numbers: Option<Float64Array>,
    /// Integers, or microseconds of instants.
    pub integers: Option<BigInt64Array>,
    /// Integers of 32 bits, days of dates, or codes.
    pub integers32: Option<Int32Array>,
    /// Codes of few names.
    pub integers8: Option<Int8Array>,
    /// 1 is true.
    pub truths: Option<Uint8Array>,
    /// Text.
    pub texts: Option<Vec<String>>,
    /// Name of each code.
    pub names: Option<Vec<String>>,
    /// Which rows hold a value; absent when all do.
    pub valid: Option<Uint8Array>,
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
        let is_time = self.is_time.unwrap_or_default();
        let column = match (&self.numbers, &self.integers, &self.integers32, &self.categories) {
            (Some(it), ..) => Column::float(it),
            (_, Some(it), ..) if is_time => Column::instant(it),
            (_, Some(it), ..) => Column::integer(it),
            (_, _, Some(codes), Some(names)) => {
                Column::dictionary(codes, names.iter().map(String::as_str).collect())
            }
            (_, _, Some(it), None) if is_time => Column::date(it),
            (_, _, Some(it), None) => Column::integer32(it),
            _ => {
                let bytes = self.bytes.iter().flatten().map(|bytes| &**bytes).collect();
                Column { values: Values::Binary(Slices::each(bytes)), validity: None }
            }
        };
        let validity = self.valid.as_ref().map(|bits| Bitmap { bits, offset: 0 });
        (self.name.clone(), Column { validity, ..column })
    }
}

impl Task {
    fn answer(&self) -> (DoorReply, Option<ResultColumns>) {
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
    pub(crate) fn reply(&self) -> Reply {
        self.answer().into()
    }
}

impl From<(DoorReply, Option<ResultColumns>)> for Reply {
    fn from((reply, columns): (DoorReply, Option<ResultColumns>)) -> Self {
        let json = String::from_utf8_lossy(&reply.body).into_owned();
        let columns = columns.into_iter().flatten().map(Found::from).collect();
        Self { status: reply.status, json, columns }
    }
}

impl From<ResultColumn> for Found {
    fn from(column: ResultColumn) -> Self {
        let valid = column.validity.map(Uint8Array::new);
        let own = Self { name: column.name.into_owned(), valid, ..Self::default() };
        match column.values {
            ResultValues::Float(it) => Self { kind: "f64", numbers: Some(it.into()), ..own },
            ResultValues::Integer(it) => Self { kind: "i64", integers: Some(it.into()), ..own },
            ResultValues::Integer32(it) => Self { kind: "i32", integers32: Some(it.into()), ..own },
            ResultValues::Bool(it) => {
                let truths: Vec<u8> = it.into_iter().map(u8::from).collect();
                Self { kind: "bool", truths: Some(truths.into()), ..own }
            }
            ResultValues::Text(it) => Self { kind: "utf8", texts: Some(it), ..own },
            ResultValues::Date(it) => Self { kind: "date", integers32: Some(it.into()), ..own },
            ResultValues::Instant(it) => Self { kind: "instant", integers: Some(it.into()), ..own },
            ResultValues::Dictionary { codes, names } => {
                let names = names.iter().map(|name| (**name).to_owned()).collect();
                let own = Self { kind: "dictionary", names: Some(names), ..own };
                match codes {
                    Codes::Narrow(it) => Self { integers8: Some(it.into()), ..own },
                    Codes::Wide(it) => Self { integers32: Some(it.into()), ..own },
                }
            }
        }
    }
}

impl napi::Task for Task {
    type Output = (DoorReply, Option<ResultColumns>);
    type JsValue = Reply;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.answer())
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> napi::Result<Reply> {
        Ok(output.into())
    }
}
