"""Writes Python objects as JSON text, for what the native reader does not take.

The core then reads the text: it gives the value, or the same error as in every other language. Only what has no
JSON form at all is refused here. Single requests follow the rule of frames: in inputs and rows NaN, pandas.NA and NaT
are missing, as None is; a Decimal and a scalar of numpy are the number that they hold.
"""

from __future__ import annotations

import datetime
import json
import math
import sys
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ._refused import Refused, TooDeep, pointer_of
from ._times import of_time

# Deeper objects are refused here; the limit `json_depth` lies below.
DEPTH_MAX = 200
# Pieces of text at most; 32 MiB, the limit `request_bytes`, hold no more values. A few lists that hold each other
# several times can stand for any number.
PIECES_MAX = 1 << 24
# Beyond this many bits an integer is written as another one that the core refuses for the same reason.
INTEGER_BITS_MAX = 1024
# Integers on the wire are exact.
INTEGER_MAX = 2**53 - 1
# Characters of an input that has no form on the wire, in the record of a call.
TEXT_MAX = 100
FAR_TIME = "the time lies outside the years that a date has, 1900 to 9999"
# The members of a request that hold inputs and rows. Elsewhere a value that is none is a mistake.
MAY_BE_MISSING = ("akiba", "applicant", "columns", "data", "features", "inputs")


def encode(value: object) -> bytes:
    """Returns the JSON text of dicts, read-only mappings, lists, tuples, text, numbers, None, dates and numpy scalars.

    A datetime without offset is refused: nobody can tell which instant it is.
    """
    parts: list[str] = []
    path: list[str | int] = []
    try:
        _write(value, parts, path)
    except TooDeep:
        _refuse_circle(value, path)
        message = f"an object is nested more than `{DEPTH_MAX}` deep; json_depth must be at most `64`"
        raise Refused("limit.exceeded", message, "") from None
    return "".join(parts).encode()


def written_inputs(request: Mapping[str, Any], read: Container[str] = ()) -> tuple[Mapping[str, Any], list[str]]:
    """Returns a request of `credit.score` in which each input without a form on the wire is its text, and their places.

    What the card does not read may be anything, as a column of a batch may. Inputs whose place is `read` stay as they are.
    """
    odd: list[str] = []
    written = _members(request)
    features, data = written.get("features"), written.get("data")
    if isinstance(features, Mapping):
        written["features"] = _written(features, ["features"], read, odd)
    if isinstance(data, Mapping):
        written["data"] = sources = _members(data)
        for key, source in sources.items():
            members = _members(source) if isinstance(source, Mapping) else {}
            if isinstance(key, str) and isinstance(members.get("values"), Mapping):
                sources[key] = {**members, "values": _written(members["values"], ["data", key, "values"], read, odd)}
    # A copy is another object: one that holds itself must be found where it does.
    return (written if odd else request), odd


def _members(value: Mapping[str, Any]) -> dict[str, Any]:
    # The stored members, whatever a subclass says of itself.
    return dict(dict.items(value)) if isinstance(value, dict) else dict(value)


def _written(values: Mapping[str, Any], path: list[str | int], read: Container[str], odd: list[str]) -> dict[str, Any]:
    written = _members(values)
    for name, value in written.items():
        place = pointer_of([*path, name])
        text = _odd(value, [*path, name]) if isinstance(name, str) and place not in read else None
        if text is not None:
            odd.append(place)
            written[name] = text[:TEXT_MAX]
    return written


def _odd(value: object, place: list[str | int]) -> str | None:
    """Returns the text of a value that is no input on the wire: without a form there, a list, an object, a wide integer."""
    parts: list[str] = []
    try:
        _write(value, parts, place)
    except (Refused, TooDeep):
        return ascii(value) if type(value) in (float, Decimal, datetime.datetime) else type(value).__name__
    text = "".join(parts)
    if not text.lstrip("-")[:1].isdigit():
        return text if text[:1] in ("[", "{") else None
    wide = len(text) > 400 or INTEGER_MAX < abs(float(text)) < 1e21 or text.lstrip("-").isdigit() and len(text) > 17
    return text if wide else None


def _write(value: object, parts: list[str], path: list[str | int]) -> None:
    if value is None or isinstance(value, bool):
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        parts.append(json.dumps(value))
    elif isinstance(value, int):
        wide = int.bit_length(value) > INTEGER_BITS_MAX
        parts.append("1" + "0" * 400 if wide else int.__repr__(value))
    elif isinstance(value, float):
        if math.isfinite(value):
            parts.append(float.__repr__(value))
        else:
            _write_missing(math.isnan(value), parts, path)
    elif isinstance(value, (dict, list, tuple)):
        if len(path) >= DEPTH_MAX:
            raise TooDeep
        if len(parts) > PIECES_MAX:
            raise Refused("limit.exceeded", f"a request has at most `{PIECES_MAX}` values: give columns as a frame", "")
        if isinstance(value, dict):
            _write_object(value, parts, path)
        else:
            _write_array(value, parts, path)
    elif _is_absent(value):
        _write_missing(True, parts, path)
    elif isinstance(value, datetime.datetime):
        if not 1 <= value.year <= 9999:
            # A Timestamp of pandas reaches further than what it is a kind of.
            raise Refused("time.out_of_range", FAR_TIME, pointer_of(path))
        if value.tzinfo is None:
            message = "the offset is missing: give the datetime a tzinfo, such as datetime.timezone.utc"
            raise Refused("time.offset", message, pointer_of(path))
        parts.append(json.dumps(datetime.datetime.isoformat(value)))
    elif isinstance(value, datetime.date):
        parts.append(json.dumps(datetime.date.isoformat(value)))
    elif isinstance(value, Decimal):
        if Decimal.is_finite(value):
            parts.append(Decimal.__str__(value))
        else:
            _write_missing(Decimal.is_nan(value), parts, path)
    elif isinstance(value, Mapping) and not _is_scalar_of_arrow(value):
        # What an answer holds, such as a developed card; a ChainMap, a UserDict.
        _write(dict(value), parts, path)
    else:
        _write(_plain(value, path), parts, path)


def _refuse_circle(value: Any, path: list[str | int]) -> None:
    """Refuses an object that holds itself on a path, with the place where it does so first."""
    above: list[object] = []
    for depth, name in enumerate(path):
        if any(value is one for one in above):
            raise Refused("limit.exceeded", "an object holds itself here, and so is nested without end", pointer_of(path[:depth]))
        above.append(value)
        if isinstance(value, (list, tuple)) and isinstance(name, int):
            value = value[name]
        elif isinstance(value, dict):
            value = value[name]
        else:
            return


def _is_absent(value: object) -> bool:
    """Returns whether a value is what pandas or numpy has for a missing one."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and (value is pandas.NA or value is pandas.NaT):
        return True
    if numpy is None:
        return False
    return value is numpy.ma.masked or isinstance(value, (numpy.datetime64, numpy.timedelta64)) and bool(numpy.isnat(value))


def _write_missing(is_missing: bool, parts: list[str], path: list[str | int]) -> None:
    """Writes null for a missing value where one may be missing."""
    if not is_missing or not path or path[0] not in MAY_BE_MISSING:
        raise Refused("json.number_not_finite", "a number must be finite", pointer_of(path))
    parts.append("null")


def _write_object(value: dict[Any, Any], parts: list[str], path: list[str | int]) -> None:
    # The stored members, whatever a subclass says of itself.
    separator = "{"
    for name, member in list(dict.items(value)):
        if not isinstance(name, str):
            raise Refused("json.shape", "the names of an object must be text", pointer_of(path))
        parts.append(f"{separator}{json.dumps(name)}:")
        separator = ","
        path.append(name)
        _write(member, parts, path)
        path.pop()
    parts.append("{}" if separator == "{" else "}")


def _write_array(value: list[Any] | tuple[Any, ...], parts: list[str], path: list[str | int]) -> None:
    items = list.copy(value) if isinstance(value, list) else list(tuple.__iter__(value))
    parts.append("[")
    for index, item in enumerate(items):
        if index:
            parts.append(",")
        path.append(index)
        _write(item, parts, path)
        path.pop()
    parts.append("]")


def _is_scalar_of_arrow(value: object) -> bool:
    pyarrow = sys.modules.get("pyarrow")
    return pyarrow is not None and isinstance(value, pyarrow.Scalar)


def _named(members: Iterable[tuple[Any, Any]], path: list[str | int]) -> dict[Any, Any]:
    """Returns a row by its names; one that stands twice leaves open which value is meant."""
    named: dict[Any, Any] = {}
    for name, value in members:
        if name in named:
            raise Refused("json.duplicate_key", "a name stands twice", pointer_of([*path, str(name)]))
        named[name] = value
    return named


def _plain(value: Any, path: list[str | int]) -> object:
    """Returns what an object of numpy, pandas or Arrow holds: a scalar of Python, a list of a row, a dict of a named row."""
    pandas, numpy, pyarrow = (sys.modules.get(name) for name in ("pandas", "numpy", "pyarrow"))
    if pandas is not None and isinstance(value, pandas.Series):
        return _named(zip(value.index.tolist(), list(value)), path)
    if pandas is not None and isinstance(value, pandas.Index):
        return value.tolist()
    if numpy is not None and isinstance(value, numpy.ndarray) and value.ndim < 2:
        # Of times and of what is masked, numpy's own list has numbers.
        return list(value) if value.ndim else value[()]
    if numpy is not None and isinstance(value, numpy.datetime64):
        return of_time(value, pointer_of(path))
    if numpy is not None and isinstance(value, numpy.generic) and value.dtype.kind in "biufU":
        return float(value) if value.dtype.kind == "f" else value.item()
    if pyarrow is not None and _is_scalar_of_arrow(value):
        if pyarrow.types.is_struct(value.type) and value.is_valid:
            return _named(((value.type.field(place).name, value[place]) for place in range(value.type.num_fields)), path)
        try:
            given = value.as_py()
        except (ArithmeticError, ValueError):
            raise Refused("time.out_of_range", FAR_TIME, pointer_of(path)) from None
        return _named(given, path) if pyarrow.types.is_map(value.type) and given is not None else given
    message = f"a value must be a dict, list, tuple, text, number, boolean, date or None; got `{type(value).__name__}`"
    raise Refused("json.shape", message, pointer_of(path))
