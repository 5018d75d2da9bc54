//! The arrays of a stream.

use crate::foreign::Foreign;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, new_empty_array};
use core::ffi::{CStr, c_int};
use kapix_core::{Cause, Error, Result};
use std::fmt::Display;

fn broken(why: impl Display) -> Error {
    Error::new(Cause::FrameShape, format!("the Arrow stream is not readable: {why}"))
}

/// Returns the arrays of a stream, settled, each with its type; one without rows where there is none.
///
/// # Safety
/// It is a stream of the Arrow C Stream Interface, live or released, whose arrays are as their types promise.
pub unsafe fn chunks(mut stream: FFI_ArrowArrayStream) -> Result<Vec<(FFI_ArrowArray, FFI_ArrowSchema)>> {
    let (Some(get_schema), Some(get_next), Some(_)) =
        (stream.get_schema(), stream.get_next(), stream.release())
    else {
        return Err(broken("it was read or released before"));
    };
    let mut found = Vec::new();
    loop {
        let (mut array, mut schema) = (FFI_ArrowArray::empty(), FFI_ArrowSchema::empty());
        // SAFETY: the caller vouches for the stream, and both structures are empty.
        let codes = unsafe {
            [get_schema(&raw mut stream, &raw mut schema), get_next(&raw mut stream, &raw mut array)]
        };
        // SAFETY: as above.
        unsafe { went_well(&mut stream, codes)? };
        if array.is_released() {
            if found.is_empty() {
                let none = new_empty_array(&(&schema).try_into().map_err(broken)?);
                found.push(to_ffi(&none.to_data()).map_err(broken)?);
            }
            return Ok(found);
        }
        // SAFETY: the caller vouches for the arrays.
        if let Some(why) = unsafe { Foreign::of(&mut array).settle_nulls() } {
            return Err(broken(why));
        }
        found.push((array, schema));
    }
}

/// Returns what the producer says of an error.
///
/// # Safety
/// The stream is live.
unsafe fn went_well(stream: &mut FFI_ArrowArrayStream, codes: [c_int; 2]) -> Result<()> {
    if codes == [0; 2] {
        return Ok(());
    }
    // SAFETY: the caller vouches for the stream.
    let said = stream.get_last_error().map(|last_error| unsafe { last_error(stream) });
    let Some(text) = said.filter(|text| !text.is_null()) else {
        return Err(broken("it ended with an error"));
    };
    // SAFETY: what it says is text that lives until the next call.
    let text = unsafe { CStr::from_ptr(text) };
    Err(broken(text.to_string_lossy()))
}
