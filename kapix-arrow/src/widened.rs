//! Numbers of other widths as the ones that the engine reads, and times of other units.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type,
};
use arrow_array::{Array, ArrayRef, Float64Array};
use std::sync::Arc;

const MILLISECONDS_OF_A_DAY: i64 = 86_400_000;

/// Returns numbers of other widths as float64, and times of other units as days or microseconds, copied; any other array
/// comes back as it is.
///
/// A time that microseconds cannot hold becomes the one farthest away, which no operation takes: it is refused where it is
/// read, with its row, and harms nobody elsewhere.
///
/// ```
/// use arrow_array::{ArrayRef, Float32Array, TimestampSecondArray, cast::AsArray, types};
/// use std::sync::Arc;
///
/// let singles: ArrayRef = Arc::new(Float32Array::from(vec![Some(0.5), None]));
/// assert_eq!(kapix_arrow::widened(singles).as_primitive::<types::Float64Type>().iter().next(), Some(Some(0.5)));
/// let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![1, i64::MIN]));
/// let far = kapix_arrow::widened(far);
/// assert_eq!(**far.as_primitive::<types::TimestampMicrosecondType>().values(), [1_000_000, i64::MIN]);
/// ```
pub fn widened(array: ArrayRef) -> ArrayRef {
    let own = &array;
    let wide = of::<Int8Type, Float64Type>(own, f64::from)
        .or_else(|| of::<Int16Type, Float64Type>(own, f64::from))
        .or_else(|| of::<UInt8Type, Float64Type>(own, f64::from))
        .or_else(|| of::<UInt16Type, Float64Type>(own, f64::from))
        .or_else(|| of::<UInt32Type, Float64Type>(own, f64::from))
        .or_else(|| of::<Float16Type, Float64Type>(own, f64::from))
        .or_else(|| of::<Float32Type, Float64Type>(own, f64::from))
        .or_else(|| decimal::<Decimal32Type>(own))
        .or_else(|| decimal::<Decimal64Type>(own))
        .or_else(|| decimal::<Decimal128Type>(own))
        .or_else(|| decimal::<Decimal256Type>(own))
        .or_else(|| of::<Date64Type, Date32Type>(own, day))
        .or_else(|| {
            of::<TimestampSecondType, TimestampMicrosecondType>(own, |it| it.saturating_mul(1_000_000))
        })
        .or_else(|| {
            of::<TimestampMillisecondType, TimestampMicrosecondType>(own, |it| it.saturating_mul(1000))
        })
        .or_else(|| of::<TimestampNanosecondType, TimestampMicrosecondType>(own, |it| it.div_euclid(1000)));
    wide.unwrap_or(array)
}

fn of<Narrow: ArrowPrimitiveType, Wide: ArrowPrimitiveType>(
    array: &ArrayRef,
    wide: fn(Narrow::Native) -> Wide::Native,
) -> Option<ArrayRef> {
    Some(Arc::new(array.as_primitive_opt::<Narrow>()?.unary::<_, Wide>(wide)))
}

/// Returns the nearest float64 of each decimal.
fn decimal<T: DecimalType>(array: &ArrayRef) -> Option<ArrayRef> {
    let own = array.as_primitive_opt::<T>()?;
    let number = |row| own.is_valid(row).then(|| own.value_as_string(row).parse().unwrap_or(f64::NAN));
    Some(Arc::new((0..own.len()).map(number).collect::<Float64Array>()))
}

fn day(milliseconds: i64) -> i32 {
    let day = milliseconds.div_euclid(MILLISECONDS_OF_A_DAY);
    i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::widened;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date32Type, Float64Type, TimestampMicrosecondType};
    use arrow_array::{
        Array, ArrayRef, Date64Array, Decimal128Array, Int8Array, Int64Array, TimestampMillisecondArray,
        TimestampNanosecondArray, TimestampSecondArray, UInt32Array,
    };
    use std::sync::Arc;

    fn numbers(array: impl Array + 'static) -> Vec<Option<f64>> {
        widened(Arc::new(array)).as_primitive::<Float64Type>().iter().collect()
    }

    fn instants(array: impl Array + 'static) -> Vec<Option<i64>> {
        widened(Arc::new(array)).as_primitive::<TimestampMicrosecondType>().iter().collect()
    }

    #[test]
    fn numbers_of_every_width_are_the_same_number_and_nulls_stay() {
        assert_eq!(
            numbers(Int8Array::from(vec![Some(-128), None, Some(7)])),
            [Some(-128.0), None, Some(7.0)]
        );
        assert_eq!(numbers(UInt32Array::from(vec![u32::MAX])), [Some(4_294_967_295.0)]);
        let amounts = Decimal128Array::from(vec![Some(-1250), None, Some(5)]).with_precision_and_scale(10, 2);
        assert_eq!(numbers(amounts.unwrap()), [Some(-12.5), None, Some(0.05)]);
        let slice = Int8Array::from(vec![1, 2, 3]).slice(1, 2);
        assert_eq!(numbers(slice), [Some(2.0), Some(3.0)]);
        let plain: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert!(Arc::ptr_eq(&widened(Arc::clone(&plain)), &plain));
    }

    #[test]
    fn a_time_that_microseconds_cannot_hold_never_wraps() {
        let far = 1_i64 << 62;
        assert_eq!(
            instants(TimestampSecondArray::from(vec![far, -far, -1])),
            [i64::MAX, i64::MIN, -1_000_000].map(Some)
        );
        assert_eq!(
            instants(TimestampMillisecondArray::from(vec![far, -far, 5])),
            [i64::MAX, i64::MIN, 5000].map(Some)
        );
        assert_eq!(
            instants(TimestampNanosecondArray::from(vec![Some(-1), None, Some(1999)])),
            [Some(-1), None, Some(1)]
        );
        let days = Date64Array::from(vec![-1, 86_400_000, i64::MAX, i64::MIN]);
        let days = widened(Arc::new(days));
        assert_eq!(**days.as_primitive::<Date32Type>().values(), [-1, 1, i32::MAX, i32::MIN]);
    }
}
