//! The Arrow C Data Interface: a struct array of columns in, and one of result columns out.
//!
//! Foreign memory is trusted as far as its format promises, and what can be checked is checked before it is used.

use crate::abi::{guard, invalid};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, ArrayRef, make_array};
use kapix_core::{Cause, Column, Error, Frame, Limits, Result, ResultColumns};
use std::sync::Arc;

/// `kapix_columns` of the header.
#[repr(C)]
pub(crate) struct Table {
    schema: FFI_ArrowSchema,
    array: FFI_ArrowArray,
}

impl Table {
    /// Moves the columns of a struct array out, which leaves released structures.
    ///
    /// # Safety
    /// Both are structures of the Arrow C Data Interface, live or released.
    pub(crate) unsafe fn take(&mut self) -> Result<Vec<(String, ArrayRef)>> {
        // SAFETY: the caller vouches for both structures.
        let array = unsafe { FFI_ArrowArray::from_raw(&raw mut self.array) };
        // SAFETY: as above.
        let schema = unsafe { FFI_ArrowSchema::from_raw(&raw mut self.schema) };
        if schema.release().is_none() || array.is_released() {
            return Err(invalid("the columns were released before"));
        }
        // SAFETY: the caller vouches for the structures; what they hold is validated next.
        let read = || unsafe { from_ffi(array, &schema) }.and_then(|it| it.validate_full().map(|()| it));
        // The reader panics on some contradictions, hence the guard.
        let data = guard(read).ok_or_else(|| broken("a pointer or count contradicts its format"))?;
        let table = make_array(data.map_err(|error| broken(&error.to_string()))?);
        let table = table.as_struct_opt().filter(|table| table.null_count() == 0);
        let table = table.ok_or_else(|| broken("it is another array, or has null rows"))?;
        let names = table.column_names().into_iter().map(str::to_owned);
        Ok(names.zip(table.columns().iter().map(Arc::clone)).collect())
    }

    /// Puts result columns in its place, which own what they hold.
    pub(crate) fn fill(&mut self, columns: ResultColumns) -> Result<()> {
        let unfit = |_| Error::new(Cause::Panic, "the result columns do not fit Arrow");
        (self.array, self.schema) = to_ffi(&columns.into_arrow()?.into()).map_err(unfit)?;
        Ok(())
    }
}

/// Returns named columns as borrowed ones.
pub(crate) fn frame<'a>(columns: &'a [(String, ArrayRef)], limits: &Limits) -> Result<Frame<'a>> {
    Frame::new(
        columns.iter().map(|(name, array)| (name.clone(), Column::from_arrow(array))).collect(),
        limits,
    )
}

fn broken(why: &str) -> Error {
    Error::new(Cause::FrameShape, format!("columns come as a struct array without null rows: {why}"))
}
