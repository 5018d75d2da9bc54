//! Columns: typed arrays in, borrowed by a call that holds this thread, copied by one on another thread; typed arrays
//! out, in memory of JavaScript, which frees them like its own.

use core::sync::atomic::{AtomicU64, Ordering};
use kapix_core::caught::caught;
use kapix_core::{
    CancelFlag, Control,
    frame::{
        Bitmap, Codes, Column, Frame, ResultColumn, ResultColumns, ResultValues, Slices, Texts, Truths,
        Values,
    },
    operations::DoorReply,
};
use kapix_core::{Cause, Error};
use napi::Env;
use napi::bindgen_prelude::{
    BigInt64Array, BigInt64ArraySlice, Float64Array, Float64ArraySlice, Int8ArraySlice, Int32Array,
    Int32ArraySlice, Uint8Array, Uint8ArraySlice,
};
use napi_derive::napi;
use std::borrow::Cow;
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
    /// Rows of a column that nobody reads; `meaning` is what it holds, and its values stay in JavaScript.
    pub rows: Option<u32>,
    /// What integers are that are no plain ones: `time` of instants and dates, `boolean` of 1, 0 and below 0 for missing, or
    /// `unsigned`, by their bits.
    pub meaning: Option<String>,
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

/// A column in memory of JavaScript, or a copy that it can neither write nor take away.
pub(crate) struct Lent<'a> {
    name: String,
    values: LentValues<'a>,
    meaning: Option<String>,
    valid: Option<Cow<'a, [u8]>>,
}

/// The values of a column; integers may be instants, those of 32 bits dates.
enum LentValues<'a> {
    Float(Cow<'a, [f64]>),
    Integer(Cow<'a, [i64]>),
    Integer32(Cow<'a, [i32]>),
    Codes(Cow<'a, [i32]>, Cow<'a, [String]>),
    Truths(Truths),
    Bytes(Vec<Cow<'a, [u8]>>),
    Unread(usize),
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

impl Given {
    /// Returns the column where it is; JavaScript must not run while it is read.
    pub(crate) fn lend(&self) -> Lent<'_> {
        let values = match (&self.numbers, &self.integers, &self.integers32, &self.categories, self.rows) {
            (Some(it), ..) => LentValues::Float(Cow::Borrowed(it)),
            (_, Some(it), ..) => LentValues::Integer(Cow::Borrowed(it)),
            (_, _, Some(it), Some(names), _) => LentValues::Codes(Cow::Borrowed(it), Cow::Borrowed(names)),
            (_, _, Some(it), None, _) if self.meaning.as_deref() == Some("boolean") => {
                LentValues::Truths(Truths::of_codes(it.iter().copied()))
            }
            (_, _, Some(it), None, _) => LentValues::Integer32(Cow::Borrowed(it)),
            (.., Some(rows)) => LentValues::Unread(usize::try_from(rows).unwrap_or_default()),
            _ => LentValues::Bytes(self.bytes.iter().flatten().map(|it| Cow::Borrowed(&**it)).collect()),
        };
        let valid = self.valid.as_deref().map(Cow::Borrowed);
        Lent { name: self.name.clone(), values, meaning: self.meaning.clone(), valid }
    }
}

fn owned<T: Clone>(values: Cow<'_, [T]>) -> Cow<'static, [T]> {
    Cow::Owned(values.into_owned())
}

impl Lent<'_> {
    /// Returns a copy, which needs nothing of JavaScript any more.
    pub(crate) fn copy(self) -> Lent<'static> {
        let values = match self.values {
            LentValues::Float(it) => LentValues::Float(owned(it)),
            LentValues::Integer(it) => LentValues::Integer(owned(it)),
            LentValues::Integer32(it) => LentValues::Integer32(owned(it)),
            LentValues::Codes(it, names) => LentValues::Codes(owned(it), owned(names)),
            LentValues::Truths(it) => LentValues::Truths(it),
            LentValues::Bytes(it) => LentValues::Bytes(it.into_iter().map(owned).collect()),
            LentValues::Unread(rows) => LentValues::Unread(rows),
        };
        Lent { name: self.name, values, meaning: self.meaning, valid: self.valid.map(owned) }
    }

    fn column(&self) -> (String, Column<'_>) {
        let meaning = self.meaning.as_deref();
        let bare = |values| Column { values, validity: None };
        let column = match &self.values {
            LentValues::Float(it) => Column::float(it),
            LentValues::Integer(it) if meaning == Some("time") => Column::instant(it),
            LentValues::Integer(it) => Column::integer(it),
            LentValues::Integer32(it) if meaning == Some("time") => Column::date(it),
            LentValues::Integer32(it) => Column::integer32(it),
            LentValues::Codes(it, names) => Column::dictionary(it, names.iter().map(|it| &**it).collect()),
            LentValues::Truths(it) => it.column(),
            LentValues::Bytes(it) => bare(Values::Binary(Slices::each(it.iter().map(|it| &**it).collect()))),
            LentValues::Unread(it) => bare(Values::Other { name: meaning.into_iter().collect(), rows: *it }),
        };
        let validity = self.valid.as_ref().map(|bits| Bitmap { bits, offset: 0 }).or(column.validity);
        let column = Column { validity, ..column };
        (self.name.clone(), if meaning == Some("unsigned") { column.unsigned() } else { column })
    }
}

impl Task {
    /// Runs the call on this thread.
    pub(crate) fn answer(&self, columns: Option<&[Lent<'_>]>) -> Answer {
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
        let (operation, request) = (&*self.operation, self.request.as_bytes());
        let call = || {
            let Some(columns) = columns else { return (self.desk.call(operation, request, &control), None) };
            match Frame::new(columns.iter().map(Lent::column).collect(), self.desk.engine().limits()) {
                Ok(frame) => self.desk.call_columns(operation, request, &frame, &control),
                Err(error) => (self.desk.refusal(&error), None),
            }
        };
        let defect = || Error::new(Cause::Panic, "a defect of the engine was caught; please report it");
        caught(call).unwrap_or_else(|| (self.desk.refusal(&defect()), None))
    }
}

/// Returns an answer as JavaScript takes it, in memory of its own.
pub(crate) fn reply<'e>(env: Env, (reply, columns): Answer) -> napi::Result<Reply<'e>> {
    let columns = columns.into_iter().flatten().map(|it| found(env, it)).collect::<napi::Result<_>>()?;
    Ok(Reply { status: reply.status, json: text(reply.body), columns })
}

/// Returns the text of a body.
pub(crate) fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn found<'e>(env: Env, column: ResultColumn) -> napi::Result<Found<'e>> {
    let bytes = |it: Vec<u8>| Uint8ArraySlice::copy_from(&env, it);
    let valid = column.validity.map(bytes).transpose()?;
    let own = Found { name: column.name.into_owned(), valid, ..Found::default() };
    let numbers = |it: Vec<f64>| Float64ArraySlice::copy_from(&env, it).map(Some);
    let integers32 = |it: Vec<i32>| Int32ArraySlice::copy_from(&env, it).map(Some);
    let strings = |it: &Texts| Some(it.iter().map(Into::into).collect());
    let integers = |it: Vec<i64>| BigInt64ArraySlice::copy_from(&env, it).map(Some);
    Ok(match column.values {
        ResultValues::Float(it) => Found { kind: "f64", numbers: numbers(it)?, ..own },
        ResultValues::Integer(it) => Found { kind: "i64", integers: integers(it)?, ..own },
        ResultValues::Integer32(it) => Found { kind: "i32", integers32: integers32(it)?, ..own },
        ResultValues::Bool(it) => {
            Found { kind: "bool", truths: Some(bytes(it.into_iter().map(u8::from).collect())?), ..own }
        }
        ResultValues::Text(it) => Found { kind: "utf8", texts: strings(&it), ..own },
        ResultValues::Date(it) => Found { kind: "date", integers32: integers32(it)?, ..own },
        ResultValues::Instant(it) => Found { kind: "instant", integers: integers(it)?, ..own },
        ResultValues::Dictionary { codes, names } => {
            let names = Some(names.iter().map(|name| (**name).to_owned()).collect());
            let own = Found { kind: "dictionary", names, ..own };
            match codes {
                Codes::Narrow(it) => Found { integers8: Some(Int8ArraySlice::copy_from(&env, it)?), ..own },
                Codes::Wide(it) => Found { integers32: integers32(it)?, ..own },
            }
        }
    })
}
