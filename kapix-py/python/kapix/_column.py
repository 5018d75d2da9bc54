"""One column of a frame, in the form that the native half takes."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any, NamedTuple

from ._refused import Refused

BOOLEANS = ["false", "true"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
# What a column of days and one of instants hold: 32 bits, and 64 bits of microseconds.
DAYS_MAX, MICROSECONDS_MAX = 2**31 - 1, 2**63 - 1


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


class Mixed(Column):
    """A column whose categories are not all text: they are categories to a card, and no text of anything else."""

    __slots__ = ()


def unread(name: str, values: Sequence[Any], kind: object) -> Column:
    """Returns a column of a type that no operation reads; one that is asked for it says so."""
    return Column(name, len(values), str(kind))


def kind_of(value: object) -> str:
    return type(value).__name__


def category_of(value: Any) -> Any:
    """Returns the text of a declared category, as the engine writes numbers and booleans; anything else as it is."""
    if isinstance(value, bool):
        return BOOLEANS[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        digits = format(Decimal(repr(value + 0.0)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return value


def import_pyarrow() -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise Refused("frame.shape", "this table needs the package `pyarrow`") from None
