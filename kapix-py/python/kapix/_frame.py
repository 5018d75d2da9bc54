"""Tables and columns of numpy, pandas, polars and Arrow, brought to the types that the engine reads.

Borrowed without copying: float64, int64, uint64 and int32 of numpy (with any ascending stride, so a column of a row-major matrix
too), pandas, polars and Arrow, dictionary codes of 32 bits, and Arrow's text, booleans, dates, timestamps of microseconds
and bytes, all with Arrow's validity bitmaps. Copied: other widths of numbers and units of time, columns in several chunks,
descending or misaligned strides, big-endian numbers, decimals, lists, booleans that are not Arrow's (a card reads them as the
categories `true` and `false`, a policy as truth values), and text of Python, which gets a dictionary. The values of a list of `bytes` are borrowed. Missing are
null, None, NaN and NaT. A column of any other type may stand in a frame as long as no operation reads it. Lists need no numpy.

What is declared as categories (pandas' category, Categorical and Enum of polars, Arrow's dictionary) is read as categories,
also of numbers and booleans: a number is its shortest text without exponent. Numbers become float64: exact are float16 and
float32, integers up to 2**53, and decimals of up to 15 digits. A column of integers with one from 2**63 on, by far most
often an id, is not read, and the error names its row.
"""

from __future__ import annotations

import datetime
import math
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any, NamedTuple

from . import _kapix
from ._encode import Refused, pointer_of, utf8

BINARY = (bytes, bytearray, memoryview)
BOOLEANS = ["false", "true"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


class Column(NamedTuple):
    """One column, in the form that the native half takes."""

    name: str
    values: Any
    """A list, a numpy array, a stream of Arrow's PyCapsule protocol, or the number of rows of what is not read."""
    kind: str | None = None
    """`codes`, `booleans` (1, 0, and -1 for missing), `dates` (days), `instants` (microseconds), `unsigned` (by their bits),
    `bytes`, or the type of what is not read; None for all else."""
    categories: list[str] | None = None
    """Text of each code."""
    validity: bytes | None = None
    """A bit of each row, the least first: 1 where it has a value."""


class Prepared(list[Column]):
    """The columns of a frame, brought to their types once for several calls."""


def columns_of(frame: Any, names: Sequence[str] | None = None) -> list[Column]:
    """Returns the columns of a table, of a dict of columns, or of a matrix with `names`."""
    pandas, polars, numpy = (sys.modules.get(name) for name in ("pandas", "polars", "numpy"))
    if names is not None and not (numpy is not None and isinstance(frame, numpy.ndarray) and _are_names(names)):
        message = "`names` must be a list of text, the names of the columns of a numpy matrix"
        raise Refused("frame.shape", f"{message}; got `{type(names).__name__}` with a frame of `{type(frame).__name__}`")
    if isinstance(frame, Prepared):
        return frame
    if isinstance(frame, Mapping):
        named: Iterable[tuple[Any, Any]] = frame.items()
    elif pandas is not None and isinstance(frame, pandas.DataFrame):
        named = frame.items()
    elif polars is not None and isinstance(frame, polars.DataFrame):
        named = zip(frame.columns, frame.get_columns())
    elif numpy is not None and isinstance(frame, numpy.ndarray):
        if frame.ndim != 2 or names is None or len(names) != frame.shape[1]:
            raise Refused("frame.shape", "a matrix needs two dimensions, and `names` with one name for each column")
        return [_checked(column_of(name, frame[:, index])) for index, name in enumerate(names)]
    elif pandas is not None and isinstance(frame, pandas.Series):
        message = "a frame must be a table; got a pandas Series, one row or column of it: `df.iloc[[0]]` and `df[[name]]` are tables"
        raise Refused("frame.shape", message)
    elif hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        named = _table(_pyarrow(), frame)
    else:
        message = "a frame must be a dict of columns, a numpy matrix, or a table of pandas, polars or Arrow"
        if isinstance(frame, (list, tuple)) and frame and isinstance(frame[0], Mapping):
            raise Refused("frame.shape", f"{message}; got `list` of rows: `{{name: [row.get(name) for row in rows] for name in names}}` has their columns")
        raise Refused("frame.shape", f"{message}; got `{type(frame).__name__}`")
    columns = [(name, values) for name, values in named]
    texts = {name for name, _ in columns if isinstance(name, str)}
    if not texts and columns:
        raise Refused("frame.shape", "the names of columns must be text", "/columns")
    return [_checked(_named(name, values, texts)) for name, values in columns]


def _named(name: Any, values: Any, names: set[str]) -> Column:
    """Returns a column; one whose name is no text stands among those of `names` without being read."""
    if isinstance(name, str):
        return column_of(name, values)
    text = str(name)
    if text in names or not hasattr(values, "__len__"):
        raise Refused("frame.shape", f"the names of columns must be text; got `{text}` of `{_kind(name)}`", "/columns")
    return _unread(text, values, f"a column whose name is `{_kind(name)}`, no text")


def _are_names(names: Any) -> bool:
    if isinstance(names, str) or not hasattr(names, "__len__") or not hasattr(names, "__iter__"):
        return False
    return all(isinstance(name, str) for name in names)


def _checked(column: Column) -> Column:
    """Returns the column; text that has no UTF-8 form is not read, a name that has none is refused."""
    utf8(column.name, "/columns")
    for category in column.categories or ():
        try:
            category.encode()
        except UnicodeEncodeError:
            values = column.values
            rows = len(values)
            row = list(values).index((column.categories or []).index(category)) if isinstance(values, list) else None
            place = "" if row is None else f" in row `{row}`"
            return Column(column.name, rows, f"text, and a surrogate without its pair{place}")
    return column


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
    if isinstance(values, (list, tuple, array, memoryview)):
        return _objects(name, list(values))
    message = f"a column must be a list, or a column of numpy, pandas, polars or Arrow; got `{type(values).__name__}`"
    if isinstance(values, Mapping):
        message += ". A frame is a dict of columns, `{'income': [...], ...}`; what else a request has are keywords"
    raise Refused("frame.column_type", message, pointer_of(["columns", name]))


def _unread(name: str, values: Sequence[Any], kind: object) -> Column:
    """Returns a column of a type that no operation reads; one that is asked for it says so."""
    return Column(name, len(values), str(kind))


def _pyarrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise Refused("frame.shape", "this table needs the package `pyarrow`") from None


def _numpy(name: str, values: Any) -> Column:
    numpy: Any = sys.modules["numpy"]
    if values.ndim == 0:
        raise Refused("frame.shape", "a column must have one dimension", pointer_of(["columns", name]))
    if values.ndim > 1:
        return _unread(name, values, f"{values.ndim} dimensions")
    kind = values.dtype.kind
    if isinstance(values, numpy.ma.MaskedArray):
        if kind not in "fiu":
            return _objects(name, values.tolist())
        if kind == "u" and values.dtype.itemsize == 8:
            validity = numpy.packbits(~numpy.ma.getmaskarray(values), bitorder="little").tobytes()
            return _numpy(name, values.filled(0))._replace(validity=validity)
        values = values.astype(numpy.float64).filled(numpy.nan)
        kind = "f"
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
        return _times(numpy, name, values)
    if kind in "OUT":
        return _objects(name, values.tolist())
    return _unread(name, values, values.dtype)


# Seconds of the units in which 64 bits reach further than a column of days or of microseconds does.
UNIT_SECONDS = {"Y": 31_556_952, "M": 2_629_746, "W": 604_800, "D": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
DAYS_FAR, INSTANTS_FAR = 2**31 * 86_400, 2**63 / 1e6


def _times(numpy: Any, name: str, values: Any) -> Column:
    """Returns a column of dates, or of instants where the unit is finer than a day."""
    missing = numpy.isnat(values)
    validity = numpy.packbits(~missing, bitorder="little").tobytes() if missing.any() else None
    unit, step = numpy.datetime_data(values.dtype)
    is_days = unit in "YMWD"
    counts = abs(values.astype(numpy.int64)[~missing].astype(numpy.float64))
    if counts.max(initial=0) * step * UNIT_SECONDS.get(unit, 0) >= (DAYS_FAR if is_days else INSTANTS_FAR):
        return _unread(name, values, f"{values.dtype} beyond what a column holds")
    if is_days:
        days = values.astype("M8[D]").astype(numpy.int64)
        days[missing] = 0
        return Column(name, days.astype(numpy.int32), "dates", None, validity)
    return Column(name, values.astype("M8[us]").view(numpy.int64), "instants", None, validity)


def _borrowable(numpy: Any, values: Any, dtype: Any) -> Any:
    """Returns the same array where the engine can borrow it, else a copy."""
    if values.dtype != dtype or not values.dtype.isnative:
        return values.astype(dtype)
    (stride,) = values.strides
    if stride < 0 or stride % values.itemsize or not values.flags.aligned:
        return numpy.array(values, order="C", copy=True)
    return values


def _objects(name: str, values: list[Any]) -> Column:
    """Returns a column of Python objects of one kind, with None, NaN and the like for missing.

    A column of nothing but missing values has no type: it comes as codes without categories.
    """
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    absent = (None,) if pandas is None else (None, pandas.NA, pandas.NaT)

    def missing(value: Any) -> bool:
        if isinstance(value, Decimal):
            return value.is_nan()
        return any(value is it for it in absent) or (isinstance(value, float) and value != value)

    boolean: tuple[Any, ...] = (bool,)
    number: tuple[Any, ...] = (int, float, Decimal)
    if numpy is not None:
        boolean, number = (bool, numpy.bool_), (*number, numpy.integer, numpy.floating)
    first = next((value for value in values if not missing(value)), None)
    if isinstance(first, datetime.datetime):
        made = _instants(values, missing)
    elif isinstance(first, datetime.date):
        made = _dates(values, missing)
    elif isinstance(first, number) and not isinstance(first, bool):
        made = _numbers(values, missing, number)
    elif isinstance(first, BINARY):
        made = _bytes(values, missing)
    elif isinstance(first, boolean) and all(isinstance(value, boolean) or missing(value) for value in values):
        made = [-1 if missing(value) else int(value) for value in values], "booleans"
    else:
        made = _texts(values, missing, boolean)
    if isinstance(made, Odd):
        is_first = values[made.row] is first
        return _unread(name, values, made.kind if is_first else f"{_kind(first)}, and {made.kind} in row `{made.row}`")
    return Column(name, *made)


class Odd(NamedTuple):
    """The first value that does not belong in a column."""

    row: int
    kind: str


# Each of these returns the last four members of a column, or the first value that does not belong.


def _kind(value: object) -> str:
    return type(value).__name__


def _numbers(values: list[Any], missing: Any, number: Any) -> tuple[Any, ...] | Odd:
    numbers = []
    for row, value in enumerate(values):
        if missing(value):
            numbers.append(math.nan)
        elif isinstance(value, number) and not isinstance(value, bool):
            try:
                numbers.append(float(value))
            except OverflowError:
                return Odd(row, "int beyond int64")
            if abs(numbers[-1]) >= 2.0**63 and hasattr(value, "__index__") and not -(2**63) <= int(value) < 2**63:
                return Odd(row, "int beyond int64")
        else:
            return Odd(row, _kind(value))
    return (numbers,)


def _texts(values: list[Any], missing: Any, boolean: Any) -> tuple[Any, ...] | Odd:
    codes, index = [], dict[str, int]()
    for row, value in enumerate(values):
        if isinstance(value, boolean):
            codes.append(index.setdefault(BOOLEANS[bool(value)], len(index)))
        elif isinstance(value, str):
            codes.append(index.setdefault(str.__str__(value), len(index)))
        elif missing(value):
            codes.append(-1)
        else:
            return Odd(row, _kind(value))
    return codes, "codes", list(index)


def _bytes(values: list[Any], missing: Any) -> tuple[Any, ...] | Odd:
    """Objects of `bytes` are borrowed, others copied."""
    for row, value in enumerate(values):
        if not missing(value) and not isinstance(value, BINARY):
            return Odd(row, _kind(value))
    made = [b"" if missing(value) else value if isinstance(value, bytes) else bytes(value) for value in values]
    return made, "bytes", None, _bitmap(values, missing)


def _dates(values: list[Any], missing: Any) -> tuple[Any, ...] | Odd:
    first = EPOCH.date().toordinal()
    for row, value in enumerate(values):
        if not missing(value) and (isinstance(value, datetime.datetime) or not isinstance(value, datetime.date)):
            return Odd(row, _kind(value))
    days = [0 if missing(value) else value.toordinal() - first for value in values]
    return days, "dates", None, _bitmap(values, missing)


def _instants(values: list[Any], missing: Any) -> tuple[Any, ...] | Odd:
    times = []
    for row, value in enumerate(values):
        if missing(value):
            times.append(0)
        elif not isinstance(value, datetime.datetime):
            return Odd(row, _kind(value))
        else:
            # Without an offset it is UTC, as in numpy, pandas and Arrow.
            aware = value if value.tzinfo is not None else value.replace(tzinfo=datetime.timezone.utc)
            times.append((aware - EPOCH) // MICROSECOND)
    return times, "instants", None, _bitmap(values, missing)


def _bitmap(values: list[Any], missing: Any) -> bytes | None:
    bits = bytearray((len(values) + 7) // 8)
    for row, value in enumerate(values):
        bits[row // 8] |= (not missing(value)) << row % 8
    return bytes(bits)


def _pandas(name: str, values: Any) -> Column:
    pandas: Any = import_module("pandas")
    numpy: Any = import_module("numpy")
    dtype = values.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        categories = [_category(category) for category in values.cat.categories.tolist()]
        odd = next((category for category in categories if not isinstance(category, str)), None)
        if odd is not None:
            return _unread(name, values, f"categories of {_kind(odd)}")
        return Column(name, values.cat.codes.to_numpy().astype(numpy.int32), "codes", categories)
    if isinstance(dtype, pandas.StringDtype):
        codes, categories = pandas.factorize(values)
        return Column(name, codes.astype(numpy.int32), "codes", categories.tolist())
    if isinstance(dtype, numpy.dtype):
        return _numpy(name, values.to_numpy())
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return _numpy(name, values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    if isinstance(dtype, pandas.ArrowDtype):
        return _arrow(name, _pyarrow().chunked_array(values))
    if pandas.api.types.is_bool_dtype(dtype):
        return _objects(name, values.tolist())
    if isinstance(dtype, pandas.UInt64Dtype):
        return _numpy(name, numpy.ma.masked_array(values.to_numpy(dtype="uint64", na_value=0), values.isna().to_numpy()))
    if pandas.api.types.is_numeric_dtype(dtype):
        return _numpy(name, values.to_numpy(dtype="float64", na_value=numpy.nan))
    return _unread(name, values, dtype)


def _category(value: Any) -> Any:
    """Returns the text of a declared category, as the engine writes numbers and booleans; anything else as it is."""
    if isinstance(value, bool):
        return BOOLEANS[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        digits = format(Decimal(repr(value + 0.0)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return value


def _polars(name: str, values: Any) -> Column:
    polars: Any = import_module("polars")
    dtype = values.dtype
    if dtype == polars.Categorical or isinstance(dtype, polars.Enum):
        text = values.cast(polars.String)
        categories = text.drop_nulls().unique(maintain_order=True).to_list()
        codes = text.cast(polars.Enum(categories)).to_physical().cast(polars.Int32)
        return Column(name, codes.rechunk(), "codes", categories)
    if dtype == polars.Null:
        return _objects(name, values.to_list())
    if dtype in (polars.Int128, getattr(polars, "UInt128", polars.Int128)):
        return _polars_wide(polars, name, values)
    if dtype == polars.Object:
        return _unread(name, values, dtype)
    if dtype.is_float() or dtype.is_decimal():
        values = values.cast(polars.Float64)
    elif dtype.is_integer() and dtype not in (polars.Int32, polars.UInt64):
        values = values.cast(polars.Int64)
    elif isinstance(dtype, polars.Datetime):
        # Polars ends with a panic where an instant of milliseconds has no microseconds in 64 bits.
        physical = values.to_physical()
        far = (2**63 - 1) // 1000
        if dtype.time_unit == "ms" and len(physical.drop_nulls()) and (physical.max() > far or physical.min() < -far):
            return _unread(name, values, f"{dtype} beyond 64 bits of microseconds")
        values = values.cast(polars.Datetime("us", dtype.time_zone))
    return Column(name, values.rechunk())


def _polars_wide(polars: Any, name: str, values: Any) -> Column:
    """Returns integers of 128 bits where all of them are integers of 64."""
    narrow = values.cast(polars.Int64, strict=False)
    return _unread(name, values, values.dtype) if narrow.null_count() > values.null_count() else Column(name, narrow.rechunk())


def _table(pyarrow: Any, frame: Any) -> Iterable[tuple[str, Any]]:
    """Returns the columns of a table of Arrow, or of whatever hands one over as arrays of structs."""
    if not isinstance(frame, (pyarrow.Table, pyarrow.RecordBatch)):
        chunks = _chunks(pyarrow, frame, "/columns")
        if not pyarrow.types.is_struct(chunks.type) or chunks.null_count:
            raise Refused("frame.shape", "a table must come as structs, none of them null", "/columns")
        fields = range(chunks.type.num_fields)
        columns = [pyarrow.chunked_array([it.field(place) for it in chunks.chunks], chunks.type.field(place).type) for place in fields]
        return [(chunks.type.field(place).name, columns[place]) for place in fields]
    return zip(frame.schema.names, frame.columns)


class Settled(NamedTuple):
    """One array of Arrow, by the PyCapsule protocol."""

    schema: Any
    array: Any

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[Any, Any]:
        return self


def _chunks(pyarrow: Any, values: Any, place: str) -> Any:
    """Returns the chunks of what has arrays of Arrow. Their bitmaps say which rows are null, whatever is counted beside."""
    try:
        chunks = [pyarrow.array(Settled(*capsules)) for capsules in _kapix.settled(values, place)]
        for chunk in chunks:
            chunk.validate(full=pyarrow.types.is_dictionary(chunk.type))
        return pyarrow.chunked_array(chunks)
    except pyarrow.ArrowException as error:
        raise Refused("frame.shape", f"the arrays of Arrow contradict themselves: {error}", place) from None


def _arrow(name: str, values: Any) -> Column:
    pyarrow = _pyarrow()
    if isinstance(values, (pyarrow.Array, pyarrow.ChunkedArray)) and pyarrow.types.is_union(values.type):
        return _unread(name, values, values.type)
    if isinstance(values, pyarrow.ChunkedArray):
        # A slice of no rows may stand at an offset that its buffers do not reach.
        values = pyarrow.chunked_array([chunk for chunk in values.chunks if len(chunk)], values.type)
    elif isinstance(values, pyarrow.Array) and len(values) == 0:
        values = pyarrow.array([], values.type)
    values = _chunks(pyarrow, values, pointer_of(["columns", name]))
    empty = pyarrow.array([], values.type)
    values = values.chunk(0) if values.num_chunks == 1 else pyarrow.concat_arrays([*values.chunks, empty])
    kinds = pyarrow.types
    kind = values.type
    if kinds.is_dictionary(kind):
        values = _arrow_codes(pyarrow, values)
    elif kinds.is_null(kind):
        return _objects(name, values.to_pylist())
    elif kinds.is_floating(kind) or kinds.is_decimal(kind):
        values = values.cast(pyarrow.float64())
    elif kinds.is_integer(kind) and kind not in (pyarrow.int32(), pyarrow.uint64()):
        values = values.cast(pyarrow.int64())
    elif kinds.is_date64(kind):
        values = values.cast(pyarrow.date32())
    elif kinds.is_timestamp(kind):
        ends = import_module("pyarrow.compute").min_max(values.cast(pyarrow.int64())).as_py()
        far = INSTANTS_FAR / UNIT_SECONDS[kind.unit] if kind.unit in UNIT_SECONDS else math.inf
        if any(end is not None and abs(end) >= far for end in ends.values()):
            return _unread(name, values, f"{kind} beyond what a column holds")
        values = values.cast(pyarrow.timestamp("us", kind.tz), safe=False)
    return Column(name, pyarrow.chunked_array([values]))


def _arrow_codes(pyarrow: Any, values: Any) -> Any:
    """Returns a dictionary by int32, which the engine borrows where it is of text; it reads numbers as their texts."""
    kinds = pyarrow.types
    if values.dictionary.null_count:
        values = values.dictionary_decode().dictionary_encode()
    kind = values.type.value_type
    if kinds.is_string(kind) or kinds.is_large_string(kind):
        texts = values.dictionary.cast(pyarrow.string())
    elif kinds.is_float16(kind):
        texts = values.dictionary.cast(pyarrow.float64())
    elif kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind):
        texts = values.dictionary
    else:
        return values.dictionary_decode()
    return pyarrow.DictionaryArray.from_arrays(values.indices.cast(pyarrow.int32()), texts)
