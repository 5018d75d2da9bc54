"""Columns of Python objects: lists, tuples, and what other libraries hand over as such."""

from __future__ import annotations

import datetime
import math
import sys
from decimal import Decimal
from typing import Any, NamedTuple

from ._column import BOOLEANS, EPOCH, MICROSECOND, Column, Mixed, kind_of, unread
from ._times import of_times

BINARY = (bytes, bytearray, memoryview)


def of_objects(name: str, values: list[Any]) -> Column:
    """Returns a column of Python objects of one kind, with None, NaN and the like for missing.

    A column of nothing but missing values has no type: it comes as codes without categories.
    """
    kinds = _kinds()
    missing = kinds.missing
    first = next((value for value in values if not missing(value)), None)
    if isinstance(first, datetime.datetime):
        made = _instants(values, missing)
    elif isinstance(first, datetime.date):
        made = _dates(values, missing)
    elif isinstance(first, kinds.time):
        made = _times(values, missing, first)
    elif kinds.is_number(first):
        made = _numbers(values, kinds)
    elif isinstance(first, BINARY):
        made = _bytes(values, missing)
    elif isinstance(first, kinds.boolean) and all(isinstance(value, kinds.boolean) or missing(value) for value in values):
        made = [-1 if missing(value) else int(value) for value in values], "booleans"
    else:
        made = _texts(values, kinds)
    if isinstance(made, Odd):
        is_first = values[made.row] is first
        return unread(name, values, made.kind if is_first else f"{kind_of(first)}, and {made.kind} in row `{made.row}`")
    if isinstance(made, Column):
        return made._replace(name=name)
    is_mixed = made[1:2] == ("codes",) and len({isinstance(value, str) for value in values if not missing(value)}) > 1
    return Mixed(name, *made) if is_mixed else Column(name, *made)


class Kinds(NamedTuple):
    """The types of values, those of pandas and numpy too where they are loaded."""

    absent: tuple[Any, ...]
    boolean: tuple[Any, ...]
    number: tuple[Any, ...]
    no_number: tuple[Any, ...]
    floating: tuple[Any, ...]
    time: tuple[Any, ...]

    def missing(self, value: Any) -> bool:
        if isinstance(value, Decimal):
            return value.is_nan()
        return any(value is it for it in self.absent) or (isinstance(value, self.floating) and value != value)

    def is_number(self, value: object) -> bool:
        return isinstance(value, self.number) and not isinstance(value, self.no_number)


def _kinds() -> Kinds:
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    absent = (None,) if pandas is None else (None, pandas.NA, pandas.NaT)
    number = (int, float, Decimal)
    if numpy is None:
        return Kinds(absent, (bool,), number, (bool,), (float,), ())
    # A duration of numpy is an integer by its class, and no number.
    return Kinds(
        absent=(*absent, numpy.ma.masked),
        boolean=(bool, numpy.bool_),
        number=(*number, numpy.integer, numpy.floating),
        no_number=(bool, numpy.timedelta64),
        # NaT is unequal to itself as NaN is.
        floating=(float, numpy.floating, numpy.datetime64, numpy.timedelta64),
        time=(numpy.datetime64,),
    )


class Odd(NamedTuple):
    """The first value that does not belong in a column."""

    row: int
    kind: str


# Each of these returns the last four members of a column, or the first value that does not belong.


def _numbers(values: list[Any], kinds: Kinds) -> tuple[Any, ...] | Odd:
    numbers = []
    for row, value in enumerate(values):
        if kinds.missing(value):
            numbers.append(math.nan)
        elif kinds.is_number(value):
            try:
                numbers.append(float(value))
            except OverflowError:
                return Odd(row, "int beyond int64")
            if abs(numbers[-1]) >= 2.0**63 and hasattr(value, "__index__") and not -(2**63) <= int(value) < 2**63:
                return Odd(row, "int beyond int64")
        else:
            return Odd(row, kind_of(value))
    return (numbers,)


def _texts(values: list[Any], kinds: Kinds) -> tuple[Any, ...] | Odd:
    codes, index = [], dict[str, int]()
    for row, value in enumerate(values):
        if isinstance(value, kinds.boolean):
            codes.append(index.setdefault(BOOLEANS[bool(value)], len(index)))
        elif isinstance(value, str):
            codes.append(index.setdefault(str.__str__(value), len(index)))
        elif kinds.missing(value):
            codes.append(-1)
        else:
            return Odd(row, kind_of(value))
    return codes, "codes", list(index)


def _bytes(values: list[Any], missing: Any) -> tuple[Any, ...] | Odd:
    """Objects of `bytes` are borrowed, others copied."""
    for row, value in enumerate(values):
        if not missing(value) and not isinstance(value, BINARY):
            return Odd(row, kind_of(value))
    made = [b"" if missing(value) else value if isinstance(value, bytes) else bytes(value) for value in values]
    return made, "bytes", None, _bitmap(values, missing)


def _dates(values: list[Any], missing: Any) -> tuple[Any, ...] | Odd:
    first = EPOCH.date().toordinal()
    for row, value in enumerate(values):
        if not missing(value) and (isinstance(value, datetime.datetime) or not isinstance(value, datetime.date)):
            return Odd(row, kind_of(value))
    days = [0 if missing(value) else value.toordinal() - first for value in values]
    return days, "dates", None, _bitmap(values, missing)


def _instants(values: list[Any], missing: Any) -> tuple[Any, ...] | Odd:
    times = []
    for row, value in enumerate(values):
        if missing(value):
            times.append(0)
        elif not isinstance(value, datetime.datetime):
            return Odd(row, kind_of(value))
        else:
            # Without an offset it is UTC, as in numpy, pandas and Arrow.
            try:
                aware = value if value.tzinfo is not None else value.replace(tzinfo=datetime.timezone.utc)
                times.append((aware - EPOCH) // MICROSECOND)
            except (ArithmeticError, ValueError):
                # A Timestamp of pandas reaches further.
                return Odd(row, f"{kind_of(value)} beyond what a column holds")
    return times, "instants", None, _bitmap(values, missing)


def _times(values: list[Any], missing: Any, first: Any) -> Column | Odd:
    """Times of numpy of one unit."""
    numpy: Any = sys.modules["numpy"]
    for row, value in enumerate(values):
        if not missing(value) and (type(value) is not type(first) or value.dtype != first.dtype):
            return Odd(row, f"{getattr(value, 'dtype', kind_of(value))}")
    absent = numpy.datetime64("NaT")
    return of_times("", numpy.array([absent if missing(value) else value for value in values], first.dtype))


def _bitmap(values: list[Any], missing: Any) -> bytes | None:
    bits = bytearray((len(values) + 7) // 8)
    for row, value in enumerate(values):
        bits[row // 8] |= (not missing(value)) << row % 8
    return bytes(bits)
