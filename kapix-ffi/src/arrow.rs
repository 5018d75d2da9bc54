//! The Arrow C Data Interface: a struct array of columns in, and one of result columns out.
//!
//! Foreign memory is trusted as far as its format promises, and what can be checked is checked before it is used.

use crate::abi::{guard, invalid};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, StructArray, UInt8Array, UInt16Array, make_array,
};
use kapix_core::{Cause, Column, Columns, Error, Frame, Limits, Result, Validity};
use std::sync::Arc;

/// `kapix_columns` of the header.
#[repr(C)]
pub(crate) struct Table {
    schema: FFI_ArrowSchema,
    array: FFI_ArrowArray,
}

impl Table {
    /// Moves the columns of a struct array out, which leaves released structures; the int32 ones become int64, as a
    /// frame holds them.
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
        let widen = |narrow: &Int32Array| Arc::new(narrow.unary::<_, Int64Type>(i64::from)) as ArrayRef;
        let columns = table.columns().iter().map(|it| it.as_primitive_opt().map_or(Arc::clone(it), widen));
        Ok(table.column_names().into_iter().map(str::to_owned).zip(columns).collect())
    }

    /// Puts result columns in its place, which own what they hold.
    pub(crate) fn fill(&mut self, columns: Columns) -> Result<()> {
        let results = StructArray::try_from(vec![
            ("points", Arc::new(Int32Array::from(columns.points)) as ArrayRef),
            ("pd", Arc::new(Float64Array::from(columns.pd))),
            ("score", Arc::new(Float64Array::from(columns.score))),
            ("decision", Arc::new(UInt8Array::from(columns.decision))),
            ("risk_band", Arc::new(UInt16Array::from(columns.risk_band))),
            ("status", Arc::new(UInt8Array::from(columns.status))),
        ]);
        let unfit = |_| Error::new(Cause::Panic, "the result columns do not fit Arrow");
        (self.array, self.schema) = results.and_then(|it| to_ffi(&it.into())).map_err(unfit)?;
        Ok(())
    }
}

/// Returns named columns as borrowed ones.
pub(crate) fn frame<'a>(columns: &'a [(String, ArrayRef)], limits: &Limits) -> Result<Frame<'a>> {
    let columns = columns.iter().map(|(name, array)| {
        let wrong_type = || {
            let expected = "float64, int64, int32 or dictionary<int32, utf8> without null texts";
            let message = format!("a column must be {expected}; got `{}`", array.data_type());
            Error::new(Cause::FrameColumnType, message).at(format!("/columns/{name}"))
        };
        Ok((name.clone(), column(array).ok_or_else(wrong_type)?))
    });
    Frame::new(columns.collect::<Result<_>>()?, limits)
}

fn broken(why: &str) -> Error {
    Error::new(Cause::FrameShape, format!("columns come as a struct array without null rows: {why}"))
}

/// Returns the column of an array, or `None` for another type.
fn column(array: &ArrayRef) -> Option<Column<'_>> {
    let floats = || array.as_primitive_opt::<Float64Type>().map(|it| Column::float(it.values()));
    let integers = || array.as_primitive_opt::<Int64Type>().map(|it| Column::integer(it.values()));
    let texts = || {
        let coded = array.as_dictionary_opt::<Int32Type>()?;
        let texts = coded.values().as_string_opt::<i32>()?.iter().collect::<Option<_>>()?;
        Some(Column::dictionary(coded.keys().values(), texts))
    };
    let validity = array.nulls().map(|it| Validity { bits: it.validity(), offset: it.offset() });
    floats().or_else(integers).or_else(texts).map(|column| Column { validity, ..column })
}
