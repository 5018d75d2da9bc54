//! The functions of `include/kapix.h`, which says what each asks of its arguments.

use crate::arrow::{self, Table};
use crate::control::ControlArgument;
use crate::engines::{self, Handle};
use arrow_array::ffi::{FFI_ArrowArray as Array, FFI_ArrowSchema as Schema};
use core::ffi::{CStr, c_char};
use core::ptr;
use kapix_core::{Cause, Control, Desk, DoorReply, EXPERT_CARDS, Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// `kapix_buffer` of the header: `length` bytes and a NUL.
#[repr(C)]
struct Buffer {
    data: *mut u8,
    length: usize,
}

/// What all calls have: an operation of an engine, a request, and a control.
struct Call {
    engine: *const Handle,
    operation: *const c_char,
    request: (*const u8, usize),
    control: *const ControlArgument,
}

#[unsafe(no_mangle)]
extern "C" fn kapix_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

#[unsafe(no_mangle)]
extern "C" fn kapix_abi_version() -> u32 {
    1
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_buffer_free(buffer: *mut Buffer) {
    guard(|| {
        // SAFETY: the header asks for NULL or the place of a buffer that this library wrote, or of zeros.
        let Some(Buffer { data, length }) = (unsafe { buffer.as_mut() }) else { return };
        let bytes = ptr::slice_from_raw_parts_mut(core::mem::take(data), core::mem::take(length) + 1);
        // SAFETY: what is not NULL is a boxed slice of `length` bytes and a NUL that `answer` made.
        drop((!bytes.is_null()).then(|| unsafe { Box::from_raw(bytes) }));
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_expert_cards(cards: *mut Buffer) -> i32 {
    answer(cards, || Ok(DoorReply { status: 0, body: EXPERT_CARDS.into() }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_engine_load(
    artefacts: *const u8,
    length: usize,
    options: *const u8,
    options_length: usize,
    engine: *mut *mut Handle,
    error: *mut Buffer,
) -> i32 {
    answer(error, || {
        // SAFETY: the header asks for NULL or the place of a handle.
        let engine = unsafe { engine.as_mut() }.ok_or_else(|| invalid("there is no place for the engine"))?;
        *engine = ptr::null_mut();
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
    operation: *const c_char,
    request: *const u8,
    length: usize,
    reply: *mut Buffer,
) -> i32 {
    // SAFETY: both functions ask the same of these arguments.
    unsafe { kapix_call_with(engine, operation, request, length, ptr::null(), reply) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_call_with(
    engine: *const Handle,
    operation: *const c_char,
    request: *const u8,
    length: usize,
    control: *const ControlArgument,
    reply: *mut Buffer,
) -> i32 {
    let call = Call { engine, operation, request: (request, length), control };
    answer(reply, || call.run(Desk::call))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn kapix_call_columns(
    engine: *const Handle,
    operation: *const c_char,
    request: *const u8,
    length: usize,
    control: *const ControlArgument,
    schema: *mut Schema,
    array: *mut Array,
    reply: *mut Buffer,
    out_schema: *mut Schema,
    out_array: *mut Array,
) -> i32 {
    let call = Call { engine, operation, request: (request, length), control };
    answer(reply, || {
        // SAFETY: the header asks for NULL or structures.
        let table = unsafe { Table::take(schema, array) };
        if out_schema.is_null() || out_array.is_null() {
            return Err(invalid("there is no place for the result columns"));
        }
        // SAFETY: the header asks for two places of a structure, whose contents are not read.
        unsafe { (out_schema.write(Schema::empty()), out_array.write(Array::empty())) };
        let table = table?;
        let (reply, columns) = call.run(|desk, operation, request, control| {
            let frame = table.frame(desk.engine().limits())?;
            Ok(desk.call_columns(operation, request, &frame, control))
        })??;
        if let Some((schema, array)) = columns.map(arrow::export).transpose()? {
            // SAFETY: as above.
            unsafe { (out_schema.write(schema), out_array.write(array)) };
        }
        Ok(reply)
    })
}

impl Call {
    fn run<T>(&self, door: impl FnOnce(&Desk, &str, &[u8], &Control<'_>) -> T) -> Result<T> {
        let desk = engines::find(self.engine)?;
        if self.operation.is_null() || !self.control.is_aligned() {
            return Err(invalid("the name of the operation is NULL, or the control misaligned"));
        }
        // SAFETY: the header asks for a C string, this many bytes, and NULL or a control.
        let (name, request, control) = unsafe {
            (CStr::from_ptr(self.operation), bytes(self.request.0, self.request.1)?, self.control.as_ref())
        };
        let run = |control: &Control<'_>| door(&desk, &name.to_string_lossy(), request, control);
        ControlArgument::run(control, run)
    }
}

/// Returns the error of an argument that C should not have given.
pub(crate) fn invalid(message: &str) -> Error {
    Error::new(Cause::ArgumentInvalid, message)
}

/// Returns what `work` returns, or `None` if it panics.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// # Safety
/// `data` is NULL or has `length` bytes for the time of the call.
unsafe fn bytes<'a>(data: *const u8, length: usize) -> Result<&'a [u8]> {
    match length {
        0 => Ok(&[]),
        _ if data.is_null() || length > isize::MAX.unsigned_abs() => {
            Err(invalid("the bytes are NULL, or their length is beyond all memory"))
        }
        // SAFETY: the caller vouches for the bytes; NULL and excess length were refused.
        _ => Ok(unsafe { core::slice::from_raw_parts(data, length) }),
    }
}

/// Writes what `work` returns to `reply` and returns its status; without a place for it nothing is done.
fn answer(reply: *mut Buffer, work: impl FnOnce() -> Result<DoorReply>) -> i32 {
    if reply.is_null() {
        return i32::from(Cause::ArgumentInvalid.code().http_status());
    }
    let message = "a defect was caught at the door; please report the call";
    let answer = guard(work).unwrap_or_else(|| Err(Error::new(Cause::Panic, message)));
    let answer = answer.unwrap_or_else(|error| DoorReply::refusal(&error));
    let (length, mut body) = (answer.body.len(), answer.body);
    body.push(0);
    let data = if length == 0 { ptr::null_mut() } else { Box::into_raw(body.into_boxed_slice()).cast() };
    // SAFETY: the header asks for the place of a buffer, whose content is not read.
    unsafe { reply.write(Buffer { data, length }) };
    i32::from(answer.status)
}
