//! Columns: typed arrays in, borrowed by a call that holds this thread, copied by one on another thread; typed arrays out,
//! in memory of JavaScript, which frees them like its own.

use core::sync::atomic::{AtomicU64, Ordering};
use kapix_core::{
    CancelFlag, Cause, Control, Error,
    frame::{Bitmap, Codes, Column, Frame, ResultColumn, ResultColumns, ResultValues, Slices, Values},
    operations::DoorReply,
};
use napi::Env;
use napi::bindgen_prelude::{
    BigInt64Array, BigInt64ArraySlice, Float64Array, Float64ArraySlice, Int8ArraySlice, Int32Array,
    Int32ArraySlice, Uint8Array, Uint8ArraySlice,
};
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
pub struct Reply<'e> {
    /// 0, or the HTTP status of the error.
    pub status: u16,
    /// The answer, or the error.
    pub json: String,
    /// The result columns.
    pub columns: Vec<Found<'e>>,
}

/// One result column; its values are in one of the arrays.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct Found<'e> {
    /// Its name.
    pub name: String,
    /// Its type: `f64`, `i64`, `i32`, `bool`, `utf8`, `date`, `instant` or `dictionary`.
    #[napi(js_name = "type")]
    pub kind: &'static str,
    /// Numbers.
    pub numbers: Option<Float64ArraySlice<'e>>,
    /// Integers, or microseconds of instants.
    pub integers: Option<BigInt64ArraySlice<'e>>,
    /// Integers of 32 bits, days of dates, or codes.
    pub integers32: Option<Int32ArraySlice<'e>>,
    /// Codes of few names.
    pub integers8: Option<Int8ArraySlice<'e>>,
    /// 1 is true.
    pub truths: Option<Uint8ArraySlice<'e>>,
    /// Text.
    pub texts: Option<Vec<String>>,
    /// Name of each code.
    pub names: Option<Vec<String>>,
    /// Which rows hold a value; absent when all do.
    pub valid: Option<Uint8ArraySlice<'e>>,
}

/// The handle of a call on another thread: its threads, how far it is, and how it is stopped.
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

/// The values of a column, where they are.
enum Lent<'a> {
    Float(&'a [f64]),
    Integer(&'a [i64]),
    Instant(&'a [i64]),
    Integer32(&'a [i32]),
    Date(&'a [i32]),
    Codes(&'a [i32], &'a [String]),
    Bytes(Vec<&'a [u8]>),
}

/// The same values in memory that no JavaScript writes or takes away.
enum Owned {
    Float(Vec<f64>),
    Integer(Vec<i64>),
    Instant(Vec<i64>),
    Integer32(Vec<i32>),
    Date(Vec<i32>),
    Codes(Vec<i32>, Vec<String>),
    Bytes(Vec<Vec<u8>>),
}

/// A column for a call on another thread.
pub(crate) struct Copied {
    name: String,
    values: Owned,
    valid: Option<Vec<u8>>,
}

/// A columnar call with everything that it needs but its columns.
pub(crate) struct Task {
    pub(crate) desk: Arc<kapix_core::Desk>,
    pub(crate) operation: String,
    pub(crate) request: String,
    pub(crate) job: Job,
}

/// What a call answers, before it is JavaScript's.
pub(crate) type Answer = (DoorReply, Option<ResultColumns>);

fn column<'a>(values: Lent<'a>, valid: Option<&'a [u8]>) -> Column<'a> {
    let column = match values {
        Lent::Float(it) => Column::float(it),
        Lent::Integer(it) => Column::integer(it),
        Lent::Instant(it) => Column::instant(it),
        Lent::Integer32(it) => Column::integer32(it),
        Lent::Date(it) => Column::date(it),
        Lent::Codes(codes, names) => Column::dictionary(codes, names.iter().map(String::as_str).collect()),
        Lent::Bytes(it) => Column { values: Values::Binary(Slices::each(it)), validity: None },
    };
    Column { validity: valid.map(|bits| Bitmap { bits, offset: 0 }), ..column }
}

impl Given {
    fn values(&self) -> Lent<'_> {
        let is_time = self.is_time.unwrap_or_default();
        match (&self.numbers, &self.integers, &self.integers32, &self.categories) {
            (Some(it), ..) => Lent::Float(it),
            (_, Some(it), ..) if is_time => Lent::Instant(it),
            (_, Some(it), ..) => Lent::Integer(it),
            (_, _, Some(codes), Some(names)) => Lent::Codes(codes, names),
            (_, _, Some(it), None) if is_time => Lent::Date(it),
            (_, _, Some(it), None) => Lent::Integer32(it),
            _ => Lent::Bytes(self.bytes.iter().flatten().map(|bytes| &**bytes).collect()),
        }
    }

    fn column(&self) -> (String, Column<'_>) {
        (self.name.clone(), column(self.values(), self.valid.as_deref()))
    }

    /// Returns a copy, which needs nothing of JavaScript any more.
    pub(crate) fn copy(&self) -> Copied {
        let values = match self.values() {
            Lent::Float(it) => Owned::Float(it.to_vec()),
            Lent::Integer(it) => Owned::Integer(it.to_vec()),
            Lent::Instant(it) => Owned::Instant(it.to_vec()),
            Lent::Integer32(it) => Owned::Integer32(it.to_vec()),
            Lent::Date(it) => Owned::Date(it.to_vec()),
            Lent::Codes(codes, names) => Owned::Codes(codes.to_vec(), names.to_vec()),
            Lent::Bytes(it) => Owned::Bytes(it.into_iter().map(<[u8]>::to_vec).collect()),
        };
        Copied { name: self.name.clone(), values, valid: self.valid.as_deref().map(<[u8]>::to_vec) }
    }
}

impl Copied {
    fn column(&self) -> (String, Column<'_>) {
        let values = match &self.values {
            Owned::Float(it) => Lent::Float(it),
            Owned::Integer(it) => Lent::Integer(it),
            Owned::Instant(it) => Lent::Instant(it),
            Owned::Integer32(it) => Lent::Integer32(it),
            Owned::Date(it) => Lent::Date(it),
            Owned::Codes(codes, names) => Lent::Codes(codes, names),
            Owned::Bytes(it) => Lent::Bytes(it.iter().map(Vec::as_slice).collect()),
        };
        (self.name.clone(), column(values, self.valid.as_deref()))
    }
}

impl Task {
    /// Runs the call on columns of JavaScript, which must not run meanwhile.
    pub(crate) fn run(&self, columns: &[Given]) -> Answer {
        self.answer(columns.iter().map(Given::column).collect())
    }

    /// Runs the call on copies, on any thread.
    pub(crate) fn run_apart(&self, columns: &[Copied]) -> Answer {
        let run = || self.answer(columns.iter().map(Copied::column).collect());
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
            let error = Error::new(
                Cause::Panic,
                "a defect of the engine was caught; please report the request's shape",
            );
            (self.desk.refusal(&error), None)
        })
    }

    fn answer(&self, columns: Vec<(String, Column<'_>)>) -> Answer {
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
        match Frame::new(columns, self.desk.engine().limits()) {
            Ok(frame) => self.desk.call_columns(&self.operation, self.request.as_bytes(), &frame, &control),
            Err(error) => (self.desk.refusal(&error), None),
        }
    }
}

/// Returns an answer as JavaScript takes it, in memory of its own.
pub(crate) fn reply<'e>(env: &Env, (reply, columns): Answer) -> napi::Result<Reply<'e>> {
    let columns =
        columns.into_iter().flatten().map(|column| found(env, column)).collect::<napi::Result<_>>()?;
    Ok(Reply { status: reply.status, json: text(reply.body), columns })
}

/// Returns the text of a body.
pub(crate) fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn found<'e>(env: &Env, column: ResultColumn) -> napi::Result<Found<'e>> {
    let valid = column.validity.map(|it| Uint8ArraySlice::copy_from(env, it)).transpose()?;
    let own = Found { name: column.name.into_owned(), valid, ..Found::default() };
    let integers32 = |it: Vec<i32>| Int32ArraySlice::copy_from(env, it).map(Some);
    let integers = |it: Vec<i64>| BigInt64ArraySlice::copy_from(env, it).map(Some);
    Ok(match column.values {
        ResultValues::Float(it) => {
            Found { kind: "f64", numbers: Some(Float64ArraySlice::copy_from(env, it)?), ..own }
        }
        ResultValues::Integer(it) => Found { kind: "i64", integers: integers(it)?, ..own },
        ResultValues::Integer32(it) => Found { kind: "i32", integers32: integers32(it)?, ..own },
        ResultValues::Bool(it) => {
            let truths: Vec<u8> = it.into_iter().map(u8::from).collect();
            Found { kind: "bool", truths: Some(Uint8ArraySlice::copy_from(env, truths)?), ..own }
        }
        ResultValues::Text(it) => {
            Found { kind: "utf8", texts: Some(it.iter().map(str::to_owned).collect()), ..own }
        }
        ResultValues::Date(it) => Found { kind: "date", integers32: integers32(it)?, ..own },
        ResultValues::Instant(it) => Found { kind: "instant", integers: integers(it)?, ..own },
        ResultValues::Dictionary { codes, names } => {
            let names = names.iter().map(|name| (**name).to_owned()).collect();
            let own = Found { kind: "dictionary", names: Some(names), ..own };
            match codes {
                Codes::Narrow(it) => Found { integers8: Some(Int8ArraySlice::copy_from(env, it)?), ..own },
                Codes::Wide(it) => Found { integers32: integers32(it)?, ..own },
            }
        }
    })
}
