"""Result columns: what an operation answers for each row, as arrays, as rows, and as a table of Arrow."""

from __future__ import annotations

import datetime
import sys
from collections import namedtuple
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ._record import Answer

if TYPE_CHECKING:
    from ._kapix import _Parts

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class ResultColumns(Answer):
    """An answer with result columns beside it, one value a row; they are there when the call had a frame.

    ``answer.points`` and ``answer["points"]`` are read-only numpy arrays, on the engine's own memory where it is numbers: masked where integers and booleans have nulls, NaN and NaT in numbers and times without a value, objects with None for text and names. Without numpy they are lists. The answer itself is a table: ``pandas.DataFrame(answer)``, ``polars.DataFrame(answer)`` and ``pyarrow.table(answer)`` take it, by Arrow's PyCapsule interface without a copy, and iterating gives its rows as named tuples.

    Columns that came in the request as JSON come back in `columns`, and only there.
    """

    __slots__ = ()

    def keys(self) -> tuple[str, ...]:
        """Returns the names of the columns, in their order."""
        return () if self._source.batch is None else tuple(self._source.batch.names())

    def __getitem__(self, name: str) -> Any:
        key = f"column {name}"
        if key not in self._seen:
            if self._source.batch is None:
                raise KeyError(name)
            # Where it is installed, so that a column is an array.
            with suppress(ImportError):
                import numpy  # noqa: F401
            self._seen[key] = _array(self._source.batch.parts(name))
        return self._seen[key]

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            with suppress(KeyError):
                return self[name]
        raise AttributeError(f"{type(self).__name__} has neither a field nor a result column `{name}`")

    def __iter__(self) -> Iterator[Any]:
        names = self.keys()
        make: Any = namedtuple
        row = make("Row", names, rename=True)
        # Names such as `points.income` too: whoever reads the rows of a table asks for them here.
        row._fields = names
        return map(row._make, zip(*(_list(self._source.batch.parts(name)) for name in names)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Returns the columns as a table of Arrow's PyCapsule interface."""
        if self._source.batch is None:
            raise TypeError("no columns came back: they are in `columns`, or the operation returns none")
        return self._source.batch.__arrow_c_stream__(requested_schema)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self.keys() if name.isidentifier())]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.keys())


def _array(parts: _Parts) -> Any:
    """Returns a column as a numpy array, or as a list where numpy is not imported."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return _list(parts)
    kind, values, valid, names = parts
    missing = None if valid is None else ~numpy.frombuffer(valid, bool)
    if names is not None:
        codes = values.view("i1" if kind == "Int8" else "i4")
        # -1 is the last of the names.
        array = numpy.array([*names, None], object)[codes if missing is None else numpy.where(missing, -1, codes)]
    elif kind == "Utf8":
        array = numpy.array(values, object)
    elif kind == "Float64":
        return values.view("f8")
    elif kind == "Date32":
        array = _without(numpy, values.view("i4").astype("i8").view("M8[D]"), missing)
    elif kind.startswith("Timestamp"):
        array = _without(numpy, values.view("M8[us]"), missing)
    else:
        array = numpy.frombuffer(values, bool) if kind == "Boolean" else values.view("i4" if kind == "Int32" else "i8")
        array = array if missing is None else numpy.ma.MaskedArray(array, missing)
    array.flags.writeable = False
    return array


def _without(numpy: Any, array: Any, missing: Any) -> Any:
    return array.view() if missing is None else numpy.where(missing, numpy.array("NaT", array.dtype), array)


def _list(parts: _Parts) -> Sequence[Any]:
    """Returns a column as Python objects with None for null; a number without a value is NaN."""
    kind, values, valid, names = parts
    if kind == "Utf8":
        return list(values)
    formats: Any = {"Float64": "d", "Int64": "q", "Int8": "b", "Boolean": "?"}
    is_time = kind.startswith("Timestamp")
    items: Sequence[Any] = memoryview(values).cast("B").cast("q" if is_time else formats.get(kind, "i")).tolist()
    if names is not None:
        every = [*names, None]
        items = [every[code] for code in items]
    elif kind == "Date32":
        items = [(EPOCH + datetime.timedelta(days=day)).date() for day in items]
    elif is_time:
        items = [EPOCH + datetime.timedelta(microseconds=time) for time in items]
    if valid is None or kind == "Float64":
        return items
    return [item if it else None for item, it in zip(items, valid)]
