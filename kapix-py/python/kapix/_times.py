"""Days and instants of numpy, whose units reach further than what a column holds."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from ._column import DAYS_MAX, MICROSECONDS_MAX, Column, unread
from ._refused import Refused

# Units that name no day: a year is not its first of January.
UNITS_ABOVE_DAYS = ("Y", "M", "W")
# Microseconds of the units finer than a day.
UNIT_MICROSECONDS = {
    "h": Fraction(3_600_000_000), "m": Fraction(60_000_000), "s": Fraction(1_000_000), "ms": Fraction(1_000), "us": Fraction(1),
    "ns": Fraction(1, 10**3), "ps": Fraction(1, 10**6), "fs": Fraction(1, 10**9), "as": Fraction(1, 10**12),
}  # fmt: skip
COUNT_MAX = 2**63 - 1


def of_times(name: str, values: Any) -> Column:
    """Returns a column of dates, or of instants where the unit is finer than a day."""
    numpy: Any = sys.modules["numpy"]
    missing = numpy.isnat(values)
    validity = numpy.packbits(~missing, bitorder="little").tobytes() if missing.any() else None
    unit, step = numpy.datetime_data(values.dtype)
    counts = values.astype(numpy.int64)[~missing]
    count = max(-int(counts.min(initial=0)), int(counts.max(initial=0))) * step
    if unit in UNITS_ABOVE_DAYS:
        return unread(name, values, f"{values.dtype}, which names no day")
    is_days = unit == "D"
    is_far = count > DAYS_MAX if is_days else count * UNIT_MICROSECONDS[unit] > MICROSECONDS_MAX
    # A step of more than one unit is multiplied in 64 bits.
    if is_far or count > COUNT_MAX:
        return unread(name, values, f"{values.dtype} beyond what a column holds")
    if is_days:
        days = values.astype("M8[D]").astype(numpy.int64)
        days[missing] = 0
        return Column(name, days.astype(numpy.int32), "dates", None, validity)
    return Column(name, values.astype("M8[us]").view(numpy.int64), "instants", None, validity)


def of_time(value: Any, pointer: str) -> date | datetime:
    """Returns the date or datetime of a scalar of numpy."""
    numpy: Any = sys.modules["numpy"]
    unit, step = numpy.datetime_data(value.dtype)
    count = int(value.astype(numpy.int64)) * step
    if unit in UNITS_ABOVE_DAYS:
        raise Refused("time.syntax", f"`{value.dtype}` names no day; give one of unit `D`", pointer)
    try:
        if unit in ("ns", "ps", "fs", "as"):
            return datetime(1970, 1, 1) + timedelta(microseconds=count * UNIT_MICROSECONDS[unit] // 1)
        time = value.item() if abs(count) <= COUNT_MAX else count
    except OverflowError:
        time = count
    if isinstance(time, date):
        return time
    raise Refused("time.out_of_range", f"`{value.dtype}` lies outside the years that a date has, 1900 to 9999", pointer)
