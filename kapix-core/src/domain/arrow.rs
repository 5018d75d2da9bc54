//! Columns as arrays of the crate `arrow-array`, on the same memory.

use super::columns::{Codes, ResultColumn, ResultColumns, ResultValues};
use super::frame::{Bitmap, Column, Offsets, Slices, Values};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, StringArray, StructArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, Field};
use std::sync::Arc;

/// Returns the column of an array, borrowed: float64, int64, uint64 below 2^63 and int32, text, dictionaries of it by
/// 32-bit codes, booleans, dates, instants in microseconds and bytes; an array of another type becomes one that no
/// operation reads.
///
/// ```
/// use arrow_array::{ArrayRef, StringArray};
/// let regions: ArrayRef = std::sync::Arc::new(StringArray::from(vec![Some("lake"), None]));
/// let column = kapix_core::frame::arrow::column(&regions);
/// assert_eq!([column.text(0), column.text(1)], [Some("lake"), None]);
/// ```
pub fn column(array: &ArrayRef) -> Column<'_> {
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
    if let Some(unsigned) = array.as_primitive_opt::<UInt64Type>() {
        return Column { validity, ..Column::integer(unsigned.values().inner().typed_data()) }.unsigned();
    }
    let column = known.unwrap_or_else(|| Column { values: values(), validity: None });
    Column { validity, ..column }
}

/// Returns a dictionary of numbers or booleans as one of their texts: what is declared as categories is read as
/// categories, a number by its shortest text without exponent. Any other array comes back as it is.
///
/// ```
/// use arrow_array::{ArrayRef, DictionaryArray, Int64Array, Int32Array};
/// use kapix_core::frame::arrow::{column, declared};
/// use std::sync::Arc;
///
/// let branches = DictionaryArray::new(Int32Array::from(vec![1, 0]), Arc::new(Int64Array::from(vec![7, 12])));
/// let branches: ArrayRef = declared(Arc::new(branches));
/// assert_eq!([column(&branches).text(0), column(&branches).text(1)], [Some("12"), Some("7")]);
/// ```
pub fn declared(array: ArrayRef) -> ArrayRef {
    let texts = array.as_any_dictionary_opt().and_then(|coded| texts_of(coded.values()));
    match (array.as_any_dictionary_opt(), texts) {
        (Some(coded), Some(texts)) => coded.with_values(Arc::new(texts)),
        _ => array,
    }
}

/// Returns the texts of numbers or booleans; `None` for an array of another type.
fn texts_of(values: &ArrayRef) -> Option<StringArray> {
    fn of<T: ArrowPrimitiveType>(values: &ArrayRef) -> Option<StringArray>
    where
        T::Native: ToString,
    {
        let values = values.as_primitive_opt::<T>()?;
        Some(values.iter().map(|value| value.map(|value| value.to_string())).collect())
    }
    let truth = || Some(values.as_boolean_opt()?.iter().map(|it| it.map(|it| it.to_string())).collect());
    of::<Int8Type>(values)
        .or_else(|| of::<Int16Type>(values))
        .or_else(|| of::<Int32Type>(values))
        .or_else(|| of::<Int64Type>(values))
        .or_else(|| of::<UInt8Type>(values))
        .or_else(|| of::<UInt16Type>(values))
        .or_else(|| of::<UInt32Type>(values))
        .or_else(|| of::<UInt64Type>(values))
        .or_else(|| of::<Float32Type>(values))
        .or_else(|| of::<Float64Type>(values))
        .or_else(truth)
}

/// Returns the values of an array that are no numbers; `None` for a type that no operation reads.
fn other(array: &ArrayRef) -> Option<Values<'_>> {
    if let Some(it) = array.as_boolean_opt() {
        let bits = Bitmap { bits: it.values().values(), offset: it.values().offset() };
        return Some(Values::Bool { bits, rows: it.len() });
    }
    if let Some(it) = array.as_binary_opt::<i32>() {
        return Some(Values::Binary(Slices::packed(Offsets::Short(it.value_offsets()), it.value_data())));
    }
    if let Some(it) = array.as_binary_opt::<i64>() {
        return Some(Values::Binary(Slices::packed(Offsets::Long(it.value_offsets()), it.value_data())));
    }
    let Some(coded) = array.as_dictionary_opt::<Int32Type>() else {
        return texts(array).or_else(|| decoded(array)).map(Values::Text);
    };
    let texts = texts(coded.values()).filter(|_| coded.values().null_count() == 0)?;
    let categories = (0..texts.len()).map(|code| texts.get(code)).collect::<Option<_>>()?;
    Some(Values::Dictionary { codes: coded.keys().values().as_ref().into(), categories })
}

/// Returns the text of each row of a dictionary whose codes have another width than a frame's.
fn decoded(array: &ArrayRef) -> Option<Slices<'_, str>> {
    let coded = array.as_any_dictionary_opt()?;
    let texts = texts(coded.values()).filter(|_| coded.values().null_count() == 0)?;
    let codes = if texts.is_empty() { vec![0; array.len()] } else { coded.normalized_keys() };
    // The code of a null row may be any.
    Some(Slices::each(codes.into_iter().map(|code| texts.get(code).unwrap_or_default()).collect()))
}

fn texts(array: &ArrayRef) -> Option<Slices<'_, str>> {
    let text = |bytes| core::str::from_utf8(bytes).ok();
    let short = || {
        let it = array.as_string_opt::<i32>()?;
        Some(Slices::packed(Offsets::Short(it.value_offsets()), text(it.value_data())?))
    };
    let long = || {
        let it = array.as_string_opt::<i64>()?;
        Some(Slices::packed(Offsets::Long(it.value_offsets()), text(it.value_data())?))
    };
    let views =
        || Some(Slices::each(array.as_string_view_opt()?.iter().map(Option::unwrap_or_default).collect()));
    short().or_else(long).or_else(views)
}

/// Returns result columns as a struct array with a child for each, under its name; a child may have null rows.
///
/// Errors: a column whose validity, codes or length contradict its values.
///
/// ```
/// use arrow_array::{Array, cast::AsArray, types::Int32Type};
/// use kapix_core::frame::{ResultColumn, ResultColumns, ResultValues, arrow::struct_array};
///
/// let points = ResultColumn::new("points", ResultValues::Integer32(vec![520, 0]), Some(vec![0b01]));
/// let array = struct_array(ResultColumns::from_iter([points]))?;
/// assert_eq!(array.column(0).as_primitive::<Int32Type>().value(0), 520);
/// assert!(array.column(0).is_null(1));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
pub fn struct_array(columns: ResultColumns) -> Result<StructArray, ArrowError> {
    let rows = columns.iter().map(ResultColumn::len).next().unwrap_or_default();
    let arrays = columns.into_iter().map(|column| {
        let (name, array) = array(column)?;
        Ok((Arc::new(Field::new(name, array.data_type().clone(), true)), array))
    });
    let (fields, arrays): (Vec<_>, _) = arrays.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
    StructArray::try_new_with_length(fields.into(), arrays, None, rows)
}

/// Returns name and array of a result column.
fn array(column: ResultColumn) -> Result<(String, ArrayRef), ArrowError> {
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
            let (bytes, ends) = it.into_parts();
            let short = |end: usize| i32::try_from(end).map_err(|_| ArrowError::OffsetOverflowError(end));
            let offsets = [0].into_iter().chain(ends).map(short).collect::<Result<Vec<i32>, _>>()?;
            let offsets = OffsetBuffer::new(offsets.into());
            Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes.into_bytes()), nulls)?)
        }
        ResultValues::Dictionary { codes, names } => {
            let names = StringArray::from_iter_values(names.iter());
            match codes {
                Codes::Narrow(it) => {
                    Arc::new(DictionaryArray::try_new(numbers::<Int8Type>(it, nulls), Arc::new(names))?)
                }
                Codes::Wide(it) => {
                    Arc::new(DictionaryArray::try_new(numbers::<Int32Type>(it, nulls), Arc::new(names))?)
                }
            }
        }
    };
    Ok((column.name.into_owned(), array))
}

#[cfg(test)]
mod tests {
    use super::{column, struct_array};
    use crate::domain::{Codes, Kind, ResultColumn, ResultColumns, ResultValues, Texts};
    use arrow_array::{
        Array, ArrayRef, Float32Array, LargeStringArray, StringArray, StringViewArray, UInt64Array,
    };
    use std::sync::Arc;

    #[test]
    fn result_columns_of_every_type_go_out_and_come_in_as_the_same() {
        let names = vec!["lake".into(), "coast".into()];
        let odd = || Some(vec![0b101]);
        let results = ResultColumns::from_iter([
            ResultColumn::new("float", ResultValues::Float(vec![0.5, f64::NAN, 2.0]), odd()),
            ResultColumn::new("long", ResultValues::Integer(vec![-1, 0, 7]), None),
            ResultColumn::new("short", ResultValues::Integer32(vec![-7, 0, 7]), odd()),
            ResultColumn::new("truth", ResultValues::Bool(vec![true, false, false]), odd()),
            ResultColumn::new("text", ResultValues::Text(Texts::from_iter(["é", "", "b"])), odd()),
            ResultColumn::new("day", ResultValues::Date(vec![0, 1, -1]), odd()),
            ResultColumn::new("at", ResultValues::Instant(vec![0, 1, 5]), odd()),
            ResultColumn::new(
                "few",
                ResultValues::Dictionary { codes: Codes::Narrow(vec![1, -1, 0]), names: names.clone() },
                odd(),
            ),
            ResultColumn::new(
                "region",
                ResultValues::Dictionary { codes: Codes::Wide(vec![1, -1, 0]), names },
                odd(),
            ),
        ]);
        let table = struct_array(results).unwrap();
        let read = |name: &str, row| {
            let array: &ArrayRef = table.column_by_name(name).unwrap();
            let column = column(array);
            let value = (column.number(row), column.text(row).map(str::to_owned));
            (value.0, value.1, column.is_missing(row))
        };
        for name in ["float", "short", "truth", "text", "day", "at", "few", "region"] {
            assert_eq!(read(name, 1), (None, None, true), "{name}");
            assert!(!read(name, 2).2, "{name}");
        }
        let numbers = [read("float", 2).0, read("long", 0).0, read("short", 2).0];
        assert_eq!(numbers, [Some(2.0), Some(-1.0), Some(7.0)]);
        let texts = ["truth", "text", "few", "region"].map(|name| read(name, 0).1.unwrap());
        assert_eq!(texts, ["true", "é", "coast", "coast"]);
        let kind = |name| column(table.column_by_name(name).unwrap()).kind();
        assert_eq!([kind("day"), kind("at")], [Kind::Dates, Kind::Instants]);
        assert_eq!(struct_array(ResultColumns::default()).unwrap().len(), 0);
    }

    #[test]
    fn a_slice_keeps_its_place_and_another_type_is_named() {
        for array in [
            Arc::new(StringArray::from(vec!["a", "b", "c"])) as ArrayRef,
            Arc::new(LargeStringArray::from(vec!["a", "b", "c"])),
            Arc::new(StringViewArray::from(vec!["a", "b", "c"])),
        ] {
            let slice = array.slice(1, 2);
            let own = column(&slice);
            assert_eq!((own.text(0), own.text(1), own.len()), (Some("b"), Some("c"), 2));
        }
        let unsigned: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, 7, 8]));
        assert_eq!(column(&unsigned.slice(1, 2)).number(1), Some(8.0));
        assert_eq!(column(&unsigned).kind_name(), "uint64 with `18446744073709551615` in row `0`");
        let singles: ArrayRef = Arc::new(Float32Array::from(vec![1.0]));
        let own = column(&singles);
        assert_eq!((own.kind(), own.kind_name(), own.len()), (Kind::Other, "Float32", 1));
    }
}
