//! The functions of `include/kapix.h`, which says what each asks of its arguments.

use crate::arrow::{self, Table};
use crate::control::ControlArgument;
use crate::engines::{self, Handle};
use core::ffi::{CStr, c_char};
use core::mem::{self, MaybeUninit};
use core::ptr::{self, NonNull};
use kapix_core::artefact::{EXAMPLE_POLICIES, EXPERT_CARDS};
pub(crate) use kapix_core::caught::caught as guard;
use kapix_core::{Cause, Desk, Error, Result, audit::Record, operations::DoorReply};

/// `kapix_buffer` of the header: `length` bytes and a NUL.
#[repr(C)]
#[derive(Default)]
struct Buffer {
    data: *mut u8,
    length: usize,
}

/// The first of some bytes, or NULL.
type Bytes = Option<NonNull<u8>>;

/// A C string, or NULL.
type Name = Option<NonNull<c_char>>;

/// Where an answer goes, whatever is there now, or NULL.
type Place<'a, T> = Option<&'a mut MaybeUninit<T>>;

#[unsafe(no_mangle)]
extern "C" fn kapix_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

#[unsafe(no_mangle)]
extern "C" fn kapix_abi_version() -> u32 {
    1
}

#[unsafe(no_mangle)]
extern "C" fn kapix_buffer_free(buffer: Option<&mut Buffer>) {
    guard(|| {
        let Buffer { data, length } = buffer.map(mem::take).unwrap_or_default();
        // SAFETY: the header asks for zeros, or what `answer` made: a boxed slice of `length` bytes and a NUL.
        (!data.is_null()).then(|| unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(data, length + 1)) })
    });
}

#[unsafe(no_mangle)]
extern "C" fn kapix_expert_cards(cards: Place<'_, Buffer>) -> i32 {
    answer(cards, || Ok(DoorReply { status: 0, body: EXPERT_CARDS.into() }))
}

#[unsafe(no_mangle)]
extern "C" fn kapix_example_policies(policies: Place<'_, Buffer>) -> i32 {
    answer(policies, || Ok(DoorReply { status: 0, body: EXAMPLE_POLICIES.into() }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_engine_load(
    artefacts: Bytes,
    length: usize,
    options: Bytes,
    options_length: usize,
    engine: Place<'_, *mut Handle>,
    error: Place<'_, Buffer>,
) -> i32 {
    answer(error, || {
        let engine =
            engine.ok_or_else(|| invalid("there is no place for the engine"))?.write(ptr::null_mut());
        // SAFETY: the header asks for these lengths.
        let (artefacts, options) = unsafe { (bytes(artefacts, length)?, bytes(options, options_length)?) };
        *engine = engines::open(Desk::load(artefacts, options)?);
        Ok(DoorReply { status: 0, body: Vec::new() })
    })
}

#[unsafe(no_mangle)]
extern "C" fn kapix_engine_close(engine: *mut Handle) {
    guard(|| engines::close(engine));
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_call(
    engine: *const Handle,
    operation: Name,
    request: Bytes,
    length: usize,
    reply: Place<'_, Buffer>,
) -> i32 {
    // SAFETY: both functions ask the same of these arguments.
    unsafe { kapix_call_with(engine, operation, request, length, None, None, reply) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_call_with(
    engine: *const Handle,
    operation: Name,
    request: Bytes,
    length: usize,
    control: Option<&ControlArgument>,
    columns: Option<&mut Table>,
    reply: Place<'_, Buffer>,
) -> i32 {
    answer(reply, || {
        // SAFETY: the header asks for structures of the Arrow C Data Interface.
        let columns = columns.map(|place| (unsafe { place.take() }, place));
        let desk = engines::find(engine)?;
        // SAFETY: the header asks for a C string, and for this many bytes.
        let (operation, request) = unsafe { (name(operation)?, bytes(request, length)?) };
        ControlArgument::run(control, |control| {
            let Some((given, place)) = columns else { return Ok(desk.call(operation, request, control)) };
            let given = given?;
            let frame = arrow::frame(&given, desk.engine().limits())?;
            let (reply, results) = desk.call_columns(operation, request, &frame, control);
            results.map(|results| place.fill(results)).transpose()?;
            Ok(reply)
        })
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_record(engine: *const Handle, id: Name, reply: Place<'_, Buffer>) -> i32 {
    answer(reply, || {
        // SAFETY: the header asks for a C string.
        let record = engines::find(engine)?.record(unsafe { name(id) }?)?;
        Ok(DoorReply { status: 0, body: record.to_json() })
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_record_verify(record: Bytes, length: usize, reply: Place<'_, Buffer>) -> i32 {
    answer(reply, || {
        // SAFETY: the header asks for this many bytes.
        let record = Record::from_json(unsafe { bytes(record, length) }?)?;
        record.verify()?;
        Ok(DoorReply { status: 0, body: record.leaf })
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_record_document(
    record: Bytes,
    length: usize,
    document: Name,
    reply: Place<'_, Buffer>,
) -> i32 {
    answer(reply, || {
        // SAFETY: the header asks for this many bytes, and for a C string.
        let (record, document) = unsafe { (Record::from_json(bytes(record, length)?)?, name(document)?) };
        let body = match document {
            "request" => record.request(),
            "response" => record.response(),
            "found" => record.found(),
            _ => return Err(invalid("the documents of a record are `request`, `response` and `found`")),
        };
        let gone = "the record does not hold this document: it lapsed, was erased, or never was";
        let body = body.ok_or_else(|| Error::new(Cause::RecordBodyErased, gone))?;
        Ok(DoorReply { status: 0, body })
    })
}

/// Returns the error of an argument that C should not have given.
pub(crate) fn invalid(message: &str) -> Error {
    Error::new(Cause::ArgumentInvalid, message)
}

/// Returns the text of a C string; one that is not UTF-8 names nothing.
///
/// # Safety
/// It is NULL or a C string for the time of the call.
unsafe fn name<'a>(string: Name) -> Result<&'a str> {
    let string = string.ok_or_else(|| invalid("the name, or the id of the record, is NULL"))?;
    // SAFETY: the caller vouches for the string.
    Ok(unsafe { CStr::from_ptr(string.as_ptr()) }.to_str().unwrap_or("\u{FFFD}"))
}

/// # Safety
/// `data` is NULL or has `length` bytes for the time of the call.
unsafe fn bytes<'a>(data: Bytes, length: usize) -> Result<&'a [u8]> {
    let data = data.or((length == 0).then(NonNull::dangling)).filter(|_| isize::try_from(length).is_ok());
    let data = data.ok_or_else(|| invalid("the bytes are NULL, or their length is beyond all memory"))?;
    // SAFETY: the caller vouches for the bytes; NULL and excess length were refused.
    Ok(unsafe { core::slice::from_raw_parts(data.as_ptr(), length) })
}

/// Writes what `work` returns to `reply` and returns its status; without a place for it nothing is done.
fn answer(reply: Place<'_, Buffer>, work: impl FnOnce() -> Result<DoorReply>) -> i32 {
    let Some(reply) = reply else { return i32::from(Cause::ArgumentInvalid.code().http_status()) };
    let answer = guard(work).unwrap_or_else(|| Err(Error::new(Cause::Panic, "a defect; please report it")));
    let DoorReply { status, mut body } = answer.unwrap_or_else(|error| DoorReply::refusal(&error));
    let length = body.len();
    body.push(0);
    let data = if length == 0 { ptr::null_mut() } else { Box::into_raw(body.into_boxed_slice()).cast() };
    reply.write(Buffer { data, length });
    i32::from(status)
}
