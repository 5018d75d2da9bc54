//! The Arrow C Data Interface: a struct array of columns in, and one of result columns out.
//!
//! Foreign memory is trusted as far as its format promises, and what can be checked is checked before it is used. Counts
//! of nulls are not believed: bitmaps decide.

use crate::abi::{guard, invalid};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, ArrayRef, make_array};
use kapix_arrow::{Foreign, widened};
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
        let mut array = unsafe { FFI_ArrowArray::from_raw(&raw mut self.array) };
        // SAFETY: as above.
        let schema = unsafe { FFI_ArrowSchema::from_raw(&raw mut self.schema) };
        if schema.release().is_none() || array.is_released() {
            return Err(invalid("the columns were released before"));
        }
        // SAFETY: the caller vouches for what both structures lead to.
        let settled = guard(|| unsafe { settle(Foreign::of(&mut array), &schema) });
        settled.unwrap_or_else(|| Err(broken("an array has no schema, or one without a format")))?;
        // The reader panics on some contradictions, hence the guards.
        let panicked = || broken("a pointer or count contradicts its format");
        // SAFETY: the caller vouches for the structures; what they hold is validated next.
        let data = guard(|| unsafe { from_ffi(array, &schema) }).ok_or_else(panicked)?;
        let data = data.map_err(|error| broken(&error.to_string()))?;
        for (place, column) in data.child_data().iter().enumerate() {
            let valid = guard(|| column.validate_full()).ok_or_else(panicked)?;
            valid.map_err(|error| at_column(&schema, place, error.to_string()))?;
            if column.null_count() > 0 && !schema.child(place).nullable() {
                return Err(at_column(&schema, place, "the column has null rows and no ARROW_FLAG_NULLABLE"));
            }
        }
        data.validate().and_then(|()| data.validate_nulls()).map_err(|error| broken(&error.to_string()))?;
        let table = make_array(data);
        let table = table.as_struct_opt().filter(|table| table.null_count() == 0);
        let table = table.ok_or_else(|| broken("it is another array, or has null rows"))?;
        let names = table.column_names().into_iter().map(str::to_owned);
        let columns = table.columns().iter().map(|array| widened(arrow::declared(Arc::clone(array))));
        Ok(names.zip(columns).collect())
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

/// Makes every count of nulls that of its bitmap, and returns what contradicts itself, at its column.
///
/// # Safety
/// `table` is a live structure of the Arrow C Data Interface.
unsafe fn settle(table: &mut Foreign, schema: &FFI_ArrowSchema) -> Result<()> {
    let rows = table.offset.saturating_add(table.length);
    // SAFETY: the caller vouches for the table, so for its children, as many as it says.
    let lengths = unsafe { table.children() }.flatten().map(|child| child.length);
    let longest = lengths.max().unwrap_or_default().max(rows);
    // SAFETY: as above.
    for (place, child) in unsafe { table.children() }.enumerate() {
        let why = match child {
            None => Some("the column is NULL".to_owned()),
            // The reader panics at a name that is no UTF-8, and at a schema of fewer columns.
            Some(_) if guard(|| schema.child(place).name().is_none()) == Some(true) => {
                Some("the column has no name".to_owned())
            }
            Some(child) if child.length < longest => Some(format!(
                "the column has `{}` rows; the longest, or the table, has `{longest}`",
                child.length
            )),
            // SAFETY: the child is the caller's, and live.
            Some(child) => unsafe { child.settle(schema.child(place)) }.map(str::to_owned),
        };
        if let Some(why) = why {
            return Err(at_column(schema, place, why));
        }
    }
    // SAFETY: the caller vouches for the table.
    unsafe { table.settle_nulls() }.map_or(Ok(()), |why| Err(broken(why)))
}

fn at_column(schema: &FFI_ArrowSchema, place: usize, why: impl Into<String>) -> Error {
    // The reader panics at a name that is no UTF-8, and at a schema of fewer columns.
    let name = guard(|| schema.child(place).name().map(escape_segment)).flatten().unwrap_or_default();
    Error::new(Cause::FrameShape, why).at(format!("/columns/{name}"))
}

fn broken(why: &str) -> Error {
    Error::new(Cause::FrameShape, format!("columns come as a struct array without null rows: {why}"))
}
