//! Arrays of Arrow as columns of a frame, and result columns as arrays of Arrow; numbers are not copied.

use super::columns::{ResultColumn, ResultColumns, ResultValues};
use super::frame::{Bitmap, Column, Offsets, Slices, Values};
use crate::error::{Cause, Error, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, StringArray, StructArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::{ArrowError, Field};
use std::sync::Arc;

impl<'a> Column<'a> {
    /// Returns a column that borrows an array of Arrow: float64, int64, int32, bool, utf8, date32, a timestamp of
    /// microseconds, binary, or a dictionary of utf8 by int32 without null texts. An array of another type is
    /// [`Values::Other`], which no operation reads.
    ///
    /// ```
    /// use arrow_array::{ArrayRef, Float64Array};
    /// let income: ArrayRef = std::sync::Arc::new(Float64Array::from(vec![Some(1200.0), None]));
    /// let column = kapix_core::Column::from_arrow(&income);
    /// assert_eq!((column.number(0), column.number(1)), (Some(1200.0), None));
    /// ```
    pub fn from_arrow(array: &'a ArrayRef) -> Self {
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
            let other = || Values::Other { name: array.data_type().to_string(), rows: array.len() };
            values(array).unwrap_or_else(other)
        };
        let column = known.unwrap_or_else(|| Column { values: values(), validity: None });
        Column { validity, ..column }
    }
}

/// Returns the values of an array that are no numbers; `None` for a type that no operation reads.
fn values(array: &ArrayRef) -> Option<Values<'_>> {
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
    if let Some(it) = array.as_string_view_opt() {
        return Some(Values::Text(Slices::each(it.iter().map(Option::unwrap_or_default).collect())));
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

impl ResultColumns {
    /// Returns the columns as one struct array, with dictionaries for codes and UTC for instants.
    pub fn into_arrow(self) -> Result<StructArray> {
        self.try_into_arrow().map_err(|_| Error::new(Cause::Panic, "the result columns do not fit Arrow"))
    }

    fn try_into_arrow(self) -> core::result::Result<StructArray, ArrowError> {
        let rows = self.iter().map(ResultColumn::len).next().unwrap_or_default();
        let arrays = self.into_iter().map(|column| {
            let (name, array) = into_array(column)?;
            Ok((Arc::new(Field::new(name, array.data_type().clone(), true)), array))
        });
        let (fields, arrays): (Vec<_>, _) =
            arrays.collect::<core::result::Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
        StructArray::try_new_with_length(fields.into(), arrays, None, rows)
    }
}

/// Returns name and array of a result column.
fn into_array(column: ResultColumn) -> core::result::Result<(String, ArrayRef), ArrowError> {
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

#[cfg(test)]
mod tests {
    use crate::{Column, ResultColumn, ResultColumns, ResultValues};
    use arrow_array::{Array, ArrayRef, Float32Array, LargeStringArray, StringArray, StringViewArray};
    use std::sync::Arc;

    #[test]
    fn result_columns_of_every_type_come_back_as_the_columns_of_a_frame() {
        let odd = || Some(vec![0b101]);
        let names: Vec<Arc<str>> = vec!["lake".into(), "coast".into()];
        let columns = ResultColumns::from_iter([
            ResultColumn::new("z", ResultValues::Float(vec![0.5, f64::NAN, 2.0]), odd()),
            ResultColumn::new("long", ResultValues::Integer(vec![-1, 0, 7]), odd()),
            ResultColumn::new("short", ResultValues::Integer32(vec![-7, 0, 7]), odd()),
            ResultColumn::new("truth", ResultValues::Bool(vec![true, false, false]), odd()),
            ResultColumn::new("text", ResultValues::Text(vec!["é".into(), String::new(), "b".into()]), odd()),
            ResultColumn::new("day", ResultValues::Date(vec![0, 19_782, -1]), odd()),
            ResultColumn::new("at", ResultValues::Instant(vec![0, 1, 1_500_000]), None),
            ResultColumn::new("region", ResultValues::Dictionary { codes: vec![1, -1, 0], names }, odd()),
        ]);
        let table = columns.into_arrow().unwrap();
        assert_eq!((table.len(), table.num_columns()), (3, 8));
        let rows = |name: &str| {
            let array = table.column_by_name(name).unwrap();
            let column = Column::from_arrow(array);
            let row = |row| match (column.number(row), column.text(row)) {
                (Some(number), _) => format!("{number}"),
                (None, Some(text)) => text.to_owned(),
                (None, None) if column.is_missing(row) => "null".to_owned(),
                (None, None) => column.kind_name().to_owned(),
            };
            [0, 1, 2].map(row)
        };
        assert_eq!(rows("z"), ["0.5", "null", "2"]);
        assert_eq!(rows("long"), ["-1", "null", "7"]);
        assert_eq!(rows("short"), ["-7", "null", "7"]);
        assert_eq!(rows("truth"), ["true", "null", "false"]);
        assert_eq!(rows("text"), ["é", "null", "b"]);
        assert_eq!(rows("day"), ["dates", "null", "dates"]);
        assert_eq!(rows("at"), ["instants"; 3]);
        assert_eq!(rows("region"), ["coast", "null", "lake"]);
        assert_eq!(ResultColumns::default().into_arrow().unwrap().num_columns(), 0);
    }

    #[test]
    fn each_form_of_text_is_text_and_another_type_is_named() {
        let texts = || vec![Some("lake"), None, Some("coast")];
        let forms: [ArrayRef; 3] = [
            Arc::new(StringArray::from(texts())),
            Arc::new(LargeStringArray::from(texts())),
            Arc::new(StringViewArray::from(texts())),
        ];
        for array in &forms {
            let sliced = array.slice(1, 2);
            let column = Column::from_arrow(&sliced);
            assert_eq!((column.text(0), column.text(1), column.len()), (None, Some("coast"), 2));
        }
        let narrow: ArrayRef = Arc::new(Float32Array::from(vec![1.0]));
        let column = Column::from_arrow(&narrow);
        assert_eq!((column.number(0), column.kind_name(), column.len()), (None, "Float32", 1));
    }
}
