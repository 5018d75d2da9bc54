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

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ._arrays import of_numpy, of_pandas, of_polars
from ._arrow import of_arrow, table_of
from ._column import Column, import_pyarrow, kind_of, unread
from ._refused import Refused, pointer_of, utf8
from ._lists import of_objects


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
        named = table_of(import_pyarrow(), frame)
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
        raise Refused("frame.shape", f"the names of columns must be text; got `{text}` of `{kind_of(name)}`", "/columns")
    return unread(text, values, f"a column whose name is `{kind_of(name)}`, no text")


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
        return of_numpy(name, values)
    if pandas is not None and isinstance(values, pandas.MultiIndex):
        return unread(name, values, "an index of several levels")
    if pandas is not None and isinstance(values, (pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray)):
        return of_pandas(name, pandas.Series(values, copy=False))
    if polars is not None and isinstance(values, polars.Series):
        return of_polars(name, values)
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return of_arrow(name, values)
    if isinstance(values, memoryview):
        try:
            return of_objects(name, values.tolist())
        except NotImplementedError:
            return unread(name, values, f"a memoryview of format `{values.format}`")
    if isinstance(values, (list, tuple, array)):
        return of_objects(name, list(values))
    message = f"a column must be a list, or a column of numpy, pandas, polars or Arrow; got `{type(values).__name__}`"
    if isinstance(values, Mapping):
        message += ". A frame is a dict of columns, `{'income': [...], ...}`; what else a request has are keywords"
    raise Refused("frame.column_type", message, pointer_of(["columns", name]))
