"""Tables and columns of numpy, pandas, polars and Arrow, brought to the three types that the engine borrows.

Borrowed without copying: float64 and int64 of numpy (with any ascending stride, so a column of a row-major matrix
too), pandas, polars and Arrow, with Arrow's validity bitmaps, and dictionary codes of 32 bits. Copied: other widths of
numbers, columns in several chunks, descending or misaligned strides, big-endian numbers, booleans (read as the text
`true` and `false`, as in JSON), lists, and text, which gets a dictionary. Missing are null, None and NaN. Dates,
decimals and anything else are refused. Lists need no numpy.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from ._encode import Refused, pointer_of

# Name; a list, a numpy array or a stream of Arrow's PyCapsule protocol; categories when these are codes.
Column = tuple[str, Any, "list[str] | None"]

BOOLEANS = ["false", "true"]


def columns_of(frame: Any, names: Sequence[str] | None = None) -> list[Column]:
    """Returns the columns of a table, of a dict of columns, or of a matrix with `names`."""
    pandas, polars, numpy = (sys.modules.get(name) for name in ("pandas", "polars", "numpy"))
    if isinstance(frame, Mapping):
        named: Iterable[tuple[Any, Any]] = frame.items()
    elif pandas is not None and isinstance(frame, pandas.DataFrame):
        named = frame.items()
    elif polars is not None and isinstance(frame, polars.DataFrame):
        named = zip(frame.columns, frame.get_columns())
    elif numpy is not None and isinstance(frame, numpy.ndarray):
        if frame.ndim != 2 or names is None or len(names) != frame.shape[1]:
            raise Refused("frame.shape", "a matrix needs two dimensions, and `names` with one name for each column")
        return [column_of(name, frame[:, index]) for index, name in enumerate(names)]
    elif hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        table = _pyarrow().table(frame)
        named = zip(table.column_names, table.columns)
    else:
        message = "a frame must be a dict of columns, a numpy matrix, or a table of pandas, polars or Arrow"
        raise Refused("frame.shape", message)
    return [column_of(name, values) for name, values in named]


def column_of(name: Any, values: Any) -> Column:
    """Returns one column."""
    if not isinstance(name, str):
        raise Refused("frame.shape", "the names of columns must be text", "/columns")
    pandas, polars, numpy = (sys.modules.get(module) for module in ("pandas", "polars", "numpy"))
    if numpy is not None and isinstance(values, numpy.ndarray):
        return _numpy(name, values)
    if pandas is not None and isinstance(values, (pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray)):
        return _pandas(name, pandas.Series(values, copy=False))
    if polars is not None and isinstance(values, polars.Series):
        return _polars(name, values)
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return _arrow(name, values)
    if isinstance(values, (list, tuple)):
        return _objects(name, values)
    raise _wrong_type(name)


def _wrong_type(name: str) -> Refused:
    message = "a column must hold numbers, booleans or text"
    return Refused("frame.column_type", message, pointer_of(["columns", name]))


def _stream(values: Any) -> Any:
    """Returns an array as what speaks the stream protocol."""
    return _pyarrow().chunked_array([values])


def _pyarrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise Refused("frame.shape", "this table needs the package `pyarrow`") from None


def _require_numpy(name: str) -> Any:
    try:
        return import_module("numpy")
    except ImportError:
        message = "this column needs the package `numpy`"
        raise Refused("frame.column_type", message, pointer_of(["columns", name])) from None


def _numpy(name: str, values: Any) -> Column:
    numpy = _require_numpy(name)
    if values.ndim != 1:
        raise Refused("frame.shape", "a column must have one dimension", pointer_of(["columns", name]))
    kind = values.dtype.kind
    if isinstance(values, numpy.ma.MaskedArray):
        if kind not in "fiu":
            return _objects(name, values.tolist())
        values = values.astype(numpy.float64).filled(numpy.nan)
        kind = "f"
    values = numpy.asarray(values)
    if kind == "f":
        return name, _borrowable(numpy, values, numpy.float64), None
    if kind == "i":
        return name, _borrowable(numpy, values, numpy.int64), None
    if kind == "u":
        if values.dtype.itemsize == 8 and values.max(initial=0) > numpy.iinfo(numpy.int64).max:
            raise _wrong_type(name)
        return name, values.astype(numpy.int64), None
    if kind == "b":
        return name, values.astype(numpy.int32), BOOLEANS
    if kind in "OUT":
        return _objects(name, values.tolist())
    raise _wrong_type(name)


def _borrowable(numpy: Any, values: Any, dtype: Any) -> Any:
    """Returns the same array where the engine can borrow it, else a copy."""
    if values.dtype != dtype or not values.dtype.isnative:
        return values.astype(dtype)
    (stride,) = values.strides
    if stride < 0 or stride % values.itemsize or not values.flags.aligned:
        return numpy.array(values, order="C", copy=True)
    return values


def _objects(name: str, values: Sequence[Any]) -> Column:
    """Returns a column of Python objects: numbers, or text and booleans, with None and NaN for missing.

    A column of nothing but missing values has no type: it comes as codes without categories.
    """
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    absent = (None,) if pandas is None else (None, pandas.NA, pandas.NaT)
    number = (int, float) if numpy is None else (int, float, numpy.number)
    boolean = (bool,) if numpy is None else (bool, numpy.bool_)

    def missing(value: Any) -> bool:
        return any(value is it for it in absent) or (isinstance(value, float) and value != value)

    first = next((value for value in values if not missing(value)), None)
    if isinstance(first, number) and not isinstance(first, bool):
        numbers = []
        for value in values:
            if missing(value):
                numbers.append(math.nan)
            elif isinstance(value, bool) or not isinstance(value, number):
                raise _wrong_type(name)
            else:
                numbers.append(_float(name, value))
        return name, numbers, None
    codes = []
    index: dict[str, int] = {}
    for value in values:
        if isinstance(value, boolean):
            codes.append(index.setdefault(BOOLEANS[bool(value)], len(index)))
        elif isinstance(value, str):
            codes.append(index.setdefault(str(value), len(index)))
        elif missing(value):
            codes.append(-1)
        else:
            raise _wrong_type(name)
    return name, codes, list(index)


def _float(name: str, value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, TypeError):
        # An integer beyond all floats, or a complex number.
        raise _wrong_type(name) from None


def _pandas(name: str, values: Any) -> Column:
    pandas: Any = import_module("pandas")
    numpy = _require_numpy(name)
    dtype = values.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        categories = values.cat.categories.tolist()
        if all(isinstance(category, str) for category in categories):
            return name, values.cat.codes.to_numpy().astype(numpy.int32), categories
        return _objects(name, values.tolist())
    if isinstance(dtype, pandas.StringDtype):
        codes, categories = pandas.factorize(values)
        return name, codes.astype(numpy.int32), categories.tolist()
    if isinstance(dtype, numpy.dtype):
        return _numpy(name, values.to_numpy())
    if isinstance(dtype, pandas.ArrowDtype):
        return _arrow(name, _pyarrow().chunked_array(values))
    if pandas.api.types.is_bool_dtype(dtype):
        return _objects(name, values.tolist())
    if pandas.api.types.is_numeric_dtype(dtype):
        return _numpy(name, values.to_numpy(dtype="float64", na_value=numpy.nan))
    raise _wrong_type(name)


def _polars(name: str, values: Any) -> Column:
    polars: Any = import_module("polars")
    dtype = values.dtype
    if dtype == polars.Boolean or dtype in (polars.String, polars.Categorical) or isinstance(dtype, polars.Enum):
        text = values.cast(polars.String)
        categories = text.drop_nulls().unique(maintain_order=True).to_list()
        codes = text.cast(polars.Enum(categories)).to_physical().cast(polars.Int32)
        return name, codes.rechunk(), categories
    if dtype == polars.Null:
        return _objects(name, values.to_list())
    if dtype.is_float():
        return name, values.cast(polars.Float64).rechunk(), None
    if dtype.is_integer():
        try:
            return name, values.cast(polars.Int64).rechunk(), None
        except polars.exceptions.InvalidOperationError:
            raise _wrong_type(name) from None
    raise _wrong_type(name)


def _arrow(name: str, values: Any) -> Column:
    pyarrow = _pyarrow()
    if not isinstance(values, (pyarrow.Array, pyarrow.ChunkedArray)):
        stream = hasattr(values, "__arrow_c_stream__")
        values = pyarrow.chunked_array(values) if stream else pyarrow.array(values)
    if isinstance(values, pyarrow.ChunkedArray):
        empty = pyarrow.array([], values.type)
        values = values.chunk(0) if values.num_chunks == 1 else pyarrow.concat_arrays([*values.chunks, empty])
    kinds = pyarrow.types
    kind = values.type
    if kinds.is_boolean(kind) or kinds.is_string_view(kind):
        values = values.cast(pyarrow.string())
    elif kinds.is_dictionary(kind) and values.dictionary.null_count:
        values = values.dictionary_decode()
    if kinds.is_string(values.type) or kinds.is_large_string(values.type):
        values = values.dictionary_encode()
    if kinds.is_dictionary(values.type):
        categories = values.dictionary.to_pylist()
        if not all(isinstance(category, str) for category in categories):
            raise _wrong_type(name)
        return name, _stream(values.indices.cast(pyarrow.int32())), categories
    if kinds.is_null(kind):
        return _objects(name, values.to_pylist())
    if kinds.is_floating(kind):
        return name, _stream(values.cast(pyarrow.float64())), None
    if kinds.is_integer(kind):
        try:
            return name, _stream(values.cast(pyarrow.int64())), None
        except pyarrow.ArrowInvalid:
            raise _wrong_type(name) from None
    raise _wrong_type(name)
