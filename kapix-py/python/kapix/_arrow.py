"""Columns and tables of Arrow, by the PyCapsule protocol."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, NamedTuple

from . import _kapix
from ._column import DAYS_MAX, MICROSECONDS_MAX, Column, Mixed, category_of, import_pyarrow, unread
from ._refused import Refused, pointer_of
from ._lists import of_objects

# Said of days and instants that a column cannot hold.
BEYOND = "beyond what a column holds"


def table_of(pyarrow: Any, frame: Any) -> Iterable[tuple[str, Any]]:
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


def of_arrow(name: str, values: Any) -> Column:
    """Returns a column of Arrow; one of a type that Arrow itself cannot convert is not read."""
    pyarrow = import_pyarrow()
    if isinstance(values, (pyarrow.Array, pyarrow.ChunkedArray)) and pyarrow.types.is_union(values.type):
        return unread(name, values, values.type)
    if isinstance(values, pyarrow.ChunkedArray):
        # A slice of no rows may stand at an offset that its buffers do not reach.
        values = pyarrow.chunked_array([chunk for chunk in values.chunks if len(chunk)], values.type)
    elif isinstance(values, pyarrow.Array) and len(values) == 0:
        values = pyarrow.array([], values.type)
    values = _chunks(pyarrow, values, pointer_of(["columns", name]))
    try:
        values = values.chunk(0) if values.num_chunks == 1 else pyarrow.concat_arrays([*values.chunks, pyarrow.array([], values.type)])
        if pyarrow.types.is_null(values.type):
            return of_objects(name, values.to_pylist())
        converted = _codes(pyarrow, values) if pyarrow.types.is_dictionary(values.type) else _converted(pyarrow, values)
    except pyarrow.ArrowException:
        converted = str(values.type)
    if isinstance(converted, str):
        return unread(name, values, converted)
    column = Column(name, pyarrow.chunked_array([converted]))
    of_numbers = pyarrow.types.is_dictionary(values.type) and pyarrow.types.is_primitive(values.type.value_type)
    is_mixed = of_numbers and not pyarrow.types.is_boolean(values.type.value_type)
    return Mixed(*column) if is_mixed else column


def _converted(pyarrow: Any, values: Any) -> Any:
    """Returns an array in the type that the engine reads, or what it is where it is not read."""
    kinds, kind = pyarrow.types, values.type
    if kinds.is_decimal(kind):
        # By their texts, which are read to the nearest number; Arrow's own conversion divides, and misses it by one.
        return values.cast(pyarrow.string()).cast(pyarrow.float64())
    if kinds.is_floating(kind):
        return values.cast(pyarrow.float64())
    if kinds.is_integer(kind) and kind not in (pyarrow.int32(), pyarrow.uint64()):
        return values.cast(pyarrow.int64())
    if kinds.is_date64(kind) and _reach(values) > DAYS_MAX * 86_400_000:
        return f"{kind} {BEYOND}"
    if kinds.is_date64(kind):
        return _floored(values.cast(pyarrow.timestamp("ms")), "day").cast(pyarrow.date32())
    if kinds.is_timestamp(kind):
        of_one = {"s": 1_000_000, "ms": 1_000}.get(kind.unit, 1)
        if _reach(values) > MICROSECONDS_MAX // of_one:
            return f"{kind} {BEYOND}"
        return (_floored(values, "microsecond") if kind.unit == "ns" else values).cast(pyarrow.timestamp("us", kind.tz))
    return values


def _floored(values: Any, unit: str) -> Any:
    """Returns times at the beginnings of their units, before 1970 too, where a conversion goes up to the next."""
    compute: Any = import_module("pyarrow.compute")
    return compute.floor_temporal(values, unit=unit)


def _reach(values: Any) -> int:
    """Returns how far from 1970 a column of days or instants goes, in its own unit."""
    ends = import_module("pyarrow.compute").min_max(values.cast("int64")).as_py()
    return max((abs(end) for end in ends.values() if end is not None), default=0)


def _codes(pyarrow: Any, values: Any) -> Any:
    """Returns a dictionary by int32, which the engine borrows where it is of text; a number is its text.

    A dictionary of booleans is booleans, as anywhere; one of anything else is not read.
    """
    kinds = pyarrow.types
    kind = values.type.value_type
    texts = values.dictionary
    if kinds.is_boolean(kind):
        return values.dictionary_decode()
    if kinds.is_integer(kind) or kinds.is_floating(kind):
        # NaN is missing.
        texts = pyarrow.array([None if it != it else category_of(it) for it in texts.to_pylist()], pyarrow.string())
    elif kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind):
        texts = texts.cast(pyarrow.string())
    else:
        return f"categories of {kind}"
    codes = pyarrow.DictionaryArray.from_arrays(values.indices.cast(pyarrow.int32()), texts)
    # Equal texts, and places without one.
    odd = texts.null_count or len(texts.unique()) < len(texts)
    return codes.dictionary_decode().dictionary_encode() if odd else codes
