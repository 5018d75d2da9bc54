"""Columns of numpy, pandas and polars."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

from ._arrow import of_arrow
from ._column import Column, Mixed, category_of, import_pyarrow, kind_of, unread
from ._refused import Refused, pointer_of
from ._lists import of_objects
from ._times import of_times


def of_numpy(name: str, values: Any) -> Column:
    numpy: Any = sys.modules["numpy"]
    if values.ndim == 0:
        raise Refused("frame.shape", "a column must have one dimension", pointer_of(["columns", name]))
    if values.ndim > 1:
        return unread(name, values, f"{values.ndim} dimensions")
    kind = values.dtype.kind
    if isinstance(values, numpy.ma.MaskedArray):
        mask = numpy.ma.getmaskarray(values)
        if kind == "u" and values.dtype.itemsize == 8:
            validity = numpy.packbits(~mask, bitorder="little").tobytes()
            return of_numpy(name, values.filled(0))._replace(validity=validity)
        if kind in "fiu":
            values, kind = values.astype(numpy.float64).filled(numpy.nan), "f"
        elif kind == "M":
            values = numpy.array(values.data)
            values[mask] = "NaT"
        elif kind in "bOUT":
            return of_objects(name, values.tolist())
    values = numpy.asarray(values)
    if kind == "f":
        return Column(name, _borrowable(numpy, values, numpy.float64))
    if kind == "i":
        return Column(name, _borrowable(numpy, values, numpy.int32 if values.dtype.itemsize == 4 else numpy.int64))
    if kind == "u" and values.dtype.itemsize < 8:
        return Column(name, values.astype(numpy.int64))
    if kind == "u":
        return Column(name, _borrowable(numpy, values, numpy.uint64).view(numpy.int64), "unsigned")
    if kind == "b":
        return Column(name, values.astype(numpy.int32), "booleans")
    if kind == "M" and numpy.datetime_data(values.dtype)[0] != "generic":
        return of_times(name, values)
    if kind in "OUT":
        return of_objects(name, values.tolist())
    return unread(name, values, values.dtype)


def _borrowable(numpy: Any, values: Any, dtype: Any) -> Any:
    """Returns the same array where the engine can borrow it, else a copy."""
    if values.dtype != dtype or not values.dtype.isnative:
        return values.astype(dtype)
    (stride,) = values.strides
    if stride < 0 or stride % values.itemsize or not values.flags.aligned:
        return numpy.array(values, order="C", copy=True)
    return values


def of_pandas(name: str, values: Any) -> Column:
    pandas: Any = import_module("pandas")
    numpy: Any = import_module("numpy")
    dtype = values.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        declared = values.cat.categories.tolist()
        if declared and all(isinstance(category, bool) for category in declared):
            return of_objects(name, values.tolist())
        categories = [category_of(category) for category in declared]
        odd = next((category for category in categories if not isinstance(category, str)), None)
        if odd is not None:
            return unread(name, values, f"categories of {kind_of(odd)}")
        column = Column(name, values.cat.codes.to_numpy().astype(numpy.int32), "codes", categories)
        return column if all(isinstance(category, str) for category in declared) else Mixed(*column)
    if isinstance(dtype, pandas.StringDtype):
        codes, categories = pandas.factorize(values)
        return Column(name, codes.astype(numpy.int32), "codes", categories.tolist())
    if isinstance(dtype, numpy.dtype):
        return of_numpy(name, values.to_numpy())
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return of_numpy(name, values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    if isinstance(dtype, pandas.ArrowDtype):
        return of_arrow(name, import_pyarrow().chunked_array(values))
    if pandas.api.types.is_bool_dtype(dtype):
        return of_objects(name, values.tolist())
    if isinstance(dtype, pandas.UInt64Dtype):
        return of_numpy(name, numpy.ma.masked_array(values.to_numpy(dtype="uint64", na_value=0), values.isna().to_numpy()))
    if pandas.api.types.is_numeric_dtype(dtype):
        return of_numpy(name, values.to_numpy(dtype="float64", na_value=numpy.nan))
    return unread(name, values, dtype)


def of_polars(name: str, values: Any) -> Column:
    polars: Any = import_module("polars")
    dtype = values.dtype
    if dtype == polars.Categorical or isinstance(dtype, polars.Enum):
        text = values.cast(polars.String)
        categories = text.drop_nulls().unique(maintain_order=True).to_list()
        codes = text.cast(polars.Enum(categories)).to_physical().cast(polars.Int32)
        return Column(name, codes.rechunk(), "codes", categories)
    if dtype == polars.Null:
        return of_objects(name, values.to_list())
    if dtype in (polars.Int128, getattr(polars, "UInt128", polars.Int128)):
        return _polars_wide(polars, name, values)
    if dtype == polars.Object:
        return unread(name, values, dtype)
    if dtype.is_float() or dtype.is_decimal():
        values = values.cast(polars.Float64)
    elif dtype.is_integer() and dtype not in (polars.Int32, polars.UInt64):
        values = values.cast(polars.Int64)
    elif isinstance(dtype, polars.Datetime):
        # Polars ends with a panic where an instant of milliseconds has no microseconds in 64 bits.
        physical = values.to_physical()
        far = (2**63 - 1) // 1000
        if dtype.time_unit == "ms" and len(physical.drop_nulls()) and (physical.max() > far or physical.min() < -far):
            return unread(name, values, f"{dtype} beyond 64 bits of microseconds")
        values = values.cast(polars.Datetime("us", dtype.time_zone))
    return Column(name, values.rechunk())


def _polars_wide(polars: Any, name: str, values: Any) -> Column:
    """Returns integers of 128 bits where all of them are integers of 64."""
    narrow = values.cast(polars.Int64, strict=False)
    return unread(name, values, values.dtype) if narrow.null_count() > values.null_count() else Column(name, narrow.rechunk())
