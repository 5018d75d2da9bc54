//! The Arrow C Data Interface: a struct array of columns in, and one of result columns out.
//!
//! Foreign memory is trusted as far as its format promises, and what can be checked is checked before it is used.

use crate::abi::{guard, invalid};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, StringArray, StructArray, make_array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::{ArrowError, Field};
use kapix_core::{
    Bitmap, Cause, Column, Error, Frame, Limits, Offsets, Result, ResultColumn, ResultColumns, ResultValues,
    Slices, Values,
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
        (self.array, self.schema) =
            exported(columns).and_then(|results| to_ffi(&results.into())).map_err(unfit)?;
        Ok(())
    }
}

fn exported(columns: ResultColumns) -> core::result::Result<StructArray, ArrowError> {
    let rows = columns.iter().map(ResultColumn::len).next().unwrap_or_default();
    let arrays = columns.into_iter().map(|column| {
        let (name, array) = array(column)?;
        Ok((Arc::new(Field::new(name, array.data_type().clone(), true)), array))
    });
    let (fields, arrays): (Vec<_>, _) =
        arrays.collect::<core::result::Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
    StructArray::try_new_with_length(fields.into(), arrays, None, rows)
}

/// Returns name and array of a result column.
fn array(column: ResultColumn) -> core::result::Result<(String, ArrayRef), ArrowError> {
    fn numbers<T: ArrowPrimitiveType>(
        values: Vec<T::Native>,
        nulls: Option<NullBuffer>,
    ) -> PrimitiveArray<T> {
        PrimitiveArray::new(values.into(), nulls)
    }
    let rows = column.len();
    let nulls =
        column.validity.map(|bits| NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, rows)));
    let array: ArrayRef = match column.values {
        ResultValues::Float(it) => Arc::new(numbers::<Float64Type>(it, nulls)),
        ResultValues::Integer(it) => Arc::new(numbers::<Int64Type>(it, nulls)),
        ResultValues::Integer32(it) => Arc::new(numbers::<Int32Type>(it, nulls)),
        ResultValues::Date(it) => Arc::new(numbers::<Date32Type>(it, nulls)),
        ResultValues::Instant(it) => {
            Arc::new(numbers::<TimestampMicrosecondType>(it, nulls).with_timezone("UTC"))
        }
        ResultValues::Bool(it) => Arc::new(BooleanArray::new(it.into(), nulls)),
        ResultValues::Text(it) => {
            let texts = StringArray::from(it).into_parts();
            Arc::new(StringArray::try_new(texts.0, texts.1, nulls)?)
        }
        ResultValues::Dictionary { codes, names } => {
            let names = StringArray::from_iter_values(names.iter());
            Arc::new(DictionaryArray::try_new(numbers::<Int32Type>(codes, nulls), Arc::new(names))?)
        }
    };
    Ok((column.name.into_owned(), array))
}

/// Returns named columns as borrowed ones.
pub(crate) fn frame<'a>(columns: &'a [(String, ArrayRef)], limits: &Limits) -> Result<Frame<'a>> {
    Frame::new(columns.iter().map(|(name, array)| (name.clone(), column(array))).collect(), limits)
}

fn broken(why: &str) -> Error {
    Error::new(Cause::FrameShape, format!("columns come as a struct array without null rows: {why}"))
}

/// Returns the column of an array.
fn column(array: &ArrayRef) -> Column<'_> {
    fn of<'a, T: ArrowPrimitiveType>(
        array: &'a ArrayRef,
        column: fn(&'a [T::Native]) -> Column<'a>,
    ) -> Option<Column<'a>> {
        array.as_primitive_opt::<T>().map(|it| column(it.values()))
    }
    let validity = array.nulls().map(|it| Bitmap { bits: it.validity(), offset: it.offset() });
    let known = of::<Float64Type>(array, Column::float)
        .or_else(|| of::<Int64Type>(array, Column::integer))
        .or_else(|| of::<Int32Type>(array, Column::integer32))
        .or_else(|| of::<Date32Type>(array, Column::date))
        .or_else(|| of::<TimestampMicrosecondType>(array, Column::instant));
    let values = || {
        other(array)
            .unwrap_or_else(|| Values::Other { name: array.data_type().to_string(), rows: array.len() })
    };
    let column = known.unwrap_or_else(|| Column { values: values(), validity: None });
    Column { validity, ..column }
}

/// Returns the values of an array that are no numbers; `None` for a type that no operation reads.
fn other(array: &ArrayRef) -> Option<Values<'_>> {
    if let Some(it) = array.as_boolean_opt() {
        let bits = Bitmap { bits: it.values().values(), offset: it.values().offset() };
        return Some(Values::Bool { bits, rows: it.len() });
    }
    if let Some(it) = array.as_string_opt::<i32>() {
        let text = core::str::from_utf8(it.value_data()).ok()?;
        return Some(Values::Text(Slices::packed(Offsets::Short(it.value_offsets()), text)));
    }
    if let Some(it) = array.as_string_opt::<i64>() {
        let text = core::str::from_utf8(it.value_data()).ok()?;
        return Some(Values::Text(Slices::packed(Offsets::Long(it.value_offsets()), text)));
    }
    if let Some(it) = array.as_binary_opt::<i32>() {
        return Some(Values::Binary(Slices::packed(Offsets::Short(it.value_offsets()), it.value_data())));
    }
    if let Some(it) = array.as_binary_opt::<i64>() {
        return Some(Values::Binary(Slices::packed(Offsets::Long(it.value_offsets()), it.value_data())));
    }
    let coded = array.as_dictionary_opt::<Int32Type>()?;
    let categories = coded.values().as_string_opt::<i32>()?.iter().collect::<Option<_>>()?;
    Some(Values::Dictionary { codes: coded.keys().values().as_ref().into(), categories })
}
