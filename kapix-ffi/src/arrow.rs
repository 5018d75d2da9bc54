//! The Arrow C Data Interface: a struct array of columns in, and one of result columns out.
//!
//! Foreign memory is trusted as far as its format promises, and what can be checked is checked before it is used.

use crate::abi::{guard, invalid};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, ArrayRef, make_array};
use kapix_core::{
    Cause, Error, Limits, Result,
    error::escape_segment,
    frame::{Frame, ResultColumns, arrow},
};
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
        if let Some(Some(error)) = guard(|| short(&array, &schema)) {
            return Err(error);
        }
        // SAFETY: the caller vouches for the structures; what they hold is validated next.
        let read = || unsafe { from_ffi(array, &schema) }.and_then(|it| it.validate_full().map(|()| it));
        // The reader panics on some contradictions, hence the guard.
        let data = guard(read).ok_or_else(|| broken("a pointer or count contradicts its format"))?;
        let table = make_array(data.map_err(|error| broken(&error.to_string()))?);
        let table = table.as_struct_opt().filter(|table| table.null_count() == 0);
        let table = table.ok_or_else(|| broken("it is another array, or has null rows"))?;
        let names = table.column_names().into_iter().map(str::to_owned);
        Ok(names.zip(table.columns().iter().map(|array| arrow::declared(Arc::clone(array)))).collect())
    }

    /// Puts result columns in its place, which own what they hold.
    pub(crate) fn fill(&mut self, columns: ResultColumns) -> Result<()> {
        let unfit = |_| Error::new(Cause::Panic, "the result columns do not fit Arrow");
        (self.array, self.schema) =
            arrow::struct_array(columns).and_then(|results| to_ffi(&results.into())).map_err(unfit)?;
        Ok(())
    }
}

/// Returns named columns as borrowed ones.
pub(crate) fn frame<'a>(columns: &'a [(String, ArrayRef)], limits: &Limits) -> Result<Frame<'a>> {
    Frame::new(columns.iter().map(|(name, array)| (name.clone(), arrow::column(array))).collect(), limits)
}

/// Returns an error for the first column with fewer rows than the table.
fn short(array: &FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Option<Error> {
    let rows = array.offset().saturating_add(array.len());
    let (own, name) = (0..array.num_children())
        .map(|place| (array.child(place).len(), schema.child(place).name().unwrap_or_default()))
        .find(|(own, _)| *own < rows)?;
    let place = format!("/columns/{}", escape_segment(name));
    let message = format!("the column has `{own}` rows; the table has `{rows}`");
    Some(Error::new(Cause::FrameShape, message).at(place))
}

fn broken(why: &str) -> Error {
    Error::new(Cause::FrameShape, format!("columns come as a struct array without null rows: {why}"))
}
