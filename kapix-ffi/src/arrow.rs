//! The Arrow C Data Interface: a struct array of columns in, and one of result columns out.
//!
//! Foreign memory is trusted as far as its format promises, and what can be checked is checked before it is used.

use crate::abi::{guard, invalid};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, RecordBatch, StructArray, UInt8Array, UInt16Array, make_array,
};
use kapix_core::{Cause, Column, Columns, Error, Frame, Limits, Result, Validity};
use std::sync::Arc;

/// Named columns of equal length, owned for a call; the int32 ones are int64, as a frame holds them.
pub(crate) struct Table(Vec<(String, ArrayRef)>);

impl Table {
    /// Moves a table out of its two places, which then hold released structures; both are given back in any case.
    ///
    /// # Safety
    /// Each is NULL or the place of a structure, live or released, that nobody else uses now.
    pub(crate) unsafe fn take(schema: *mut FFI_ArrowSchema, array: *mut FFI_ArrowArray) -> Result<Self> {
        // SAFETY: the caller vouches for the places; NULL is left out.
        let schema = (!schema.is_null()).then(|| unsafe { FFI_ArrowSchema::from_raw(schema) });
        // SAFETY: as above.
        let array = (!array.is_null()).then(|| unsafe { FFI_ArrowArray::from_raw(array) });
        let schema = schema.filter(|schema| schema.release().is_some());
        let array = array.filter(|array| !array.is_released());
        let (Some(schema), Some(array)) = (schema, array) else {
            return Err(invalid("the columns are NULL, or were released before"));
        };
        // SAFETY: the header asks for structures of the Arrow C Data Interface; what they hold is validated next.
        let read = || unsafe { from_ffi(array, &schema) };
        let broken = |why: &str| {
            let message = format!("columns come as a struct array without null rows: {why}");
            Error::new(Cause::FrameShape, message)
        };
        // The reader panics on some contradictions, hence the guard.
        let data = guard(|| read().and_then(|data| data.validate_full().map(|()| data)));
        let data = data.ok_or_else(|| broken("a pointer or count contradicts its format"))?;
        let table = make_array(data.map_err(|error| broken(&error.to_string()))?);
        let table = table.as_struct_opt().filter(|table| table.null_count() == 0);
        let table = table.ok_or_else(|| broken("it is another array, or has null rows"))?;
        let columns = table.columns().iter().map(|column| match column.as_primitive_opt::<Int32Type>() {
            Some(narrow) => Arc::new(narrow.unary::<_, Int64Type>(i64::from)),
            None => Arc::clone(column),
        });
        Ok(Self(table.column_names().into_iter().map(str::to_owned).zip(columns).collect()))
    }

    /// Returns the table as borrowed columns.
    pub(crate) fn frame(&self, limits: &Limits) -> Result<Frame<'_>> {
        let columns = self.0.iter().map(|(name, array)| {
            let wrong_type = || {
                let expected = "float64, int64, int32 or dictionary<int32, utf8> without null texts";
                let message = format!("a column must be {expected}; got `{}`", array.data_type());
                Error::new(Cause::FrameColumnType, message).at(format!("/columns/{name}"))
            };
            Ok((name.clone(), column(array).ok_or_else(wrong_type)?))
        });
        Frame::new(columns.collect::<Result<_>>()?, limits)
    }
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

/// Returns the result columns as a struct array with its schema; both own what they hold.
pub(crate) fn export(columns: Columns) -> Result<(FFI_ArrowSchema, FFI_ArrowArray)> {
    let columns: [(&str, ArrayRef); 6] = [
        ("points", Arc::new(Int32Array::from(columns.points))),
        ("pd", Arc::new(Float64Array::from(columns.pd))),
        ("score", Arc::new(Float64Array::from(columns.score))),
        ("decision", Arc::new(UInt8Array::from(columns.decision))),
        ("risk_band", Arc::new(UInt16Array::from(columns.risk_band))),
        ("status", Arc::new(UInt8Array::from(columns.status))),
    ];
    let exported =
        RecordBatch::try_from_iter(columns).and_then(|rows| to_ffi(&StructArray::from(rows).into()));
    let (array, schema) =
        exported.map_err(|_| Error::new(Cause::Panic, "the result columns do not fit Arrow"))?;
    Ok((schema, array))
}
