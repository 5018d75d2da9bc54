"""Writes Python objects as JSON text, for what the native reader does not take.

The core then reads the text: it gives the value, or the same error as in every other language. Only what has no
JSON form at all is refused here.
"""

from __future__ import annotations

import datetime
import json
import math
import sys
from types import MappingProxyType
from typing import Any

# Deeper objects are refused here; the limit `json_depth` lies below.
DEPTH_MAX = 200
# Pieces of text at most; 32 MiB, the limit `request_bytes`, hold no more values. A few lists that hold each other
# several times can stand for any number.
PIECES_MAX = 1 << 24
# Beyond this many bits an integer is written as another one that the core refuses for the same reason.
INTEGER_BITS_MAX = 1024


class Refused(Exception):
    """Says that an object has no JSON form: cause, message, and JSON pointer."""

    def __init__(self, cause: str, message: str, pointer: str = "") -> None:
        super().__init__(cause, message, pointer)


def encode(value: object) -> bytes:
    """Returns the JSON text of dicts, read-only mappings, lists, tuples, text, numbers, None, dates and numpy scalars."""
    parts: list[str] = []
    _write(value, parts, [])
    return "".join(parts).encode()


def pointer_of(path: list[str | int]) -> str:
    """Returns the JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _write(value: object, parts: list[str], path: list[str | int]) -> None:
    if value is None or isinstance(value, bool):
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        parts.append(json.dumps(value))
    elif isinstance(value, int):
        wide = int.bit_length(value) > INTEGER_BITS_MAX
        parts.append("1" + "0" * 400 if wide else int.__repr__(value))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Refused("json.number_not_finite", "a number must be finite", pointer_of(path))
        parts.append(float.__repr__(value))
    elif isinstance(value, MappingProxyType):
        # What an answer holds, such as a developed card.
        _write(dict(value), parts, path)
    elif isinstance(value, (dict, list, tuple)):
        if len(path) >= DEPTH_MAX:
            raise Refused("limit.exceeded", f"json_depth must be at most `{DEPTH_MAX}`", "")
        if len(parts) > PIECES_MAX:
            raise Refused("limit.exceeded", f"a request has at most `{PIECES_MAX}` values: give columns as a frame", "")
        if isinstance(value, dict):
            _write_object(value, parts, path)
        else:
            _write_array(value, parts, path)
    elif isinstance(value, datetime.datetime):
        parts.append(json.dumps(datetime.datetime.isoformat(value)))
    elif isinstance(value, datetime.date):
        parts.append(json.dumps(datetime.date.isoformat(value)))
    else:
        _write(_scalar(value, path), parts, path)


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


def _scalar(value: object, path: list[str | int]) -> object:
    """Returns the Python scalar of a numpy one."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        scalar = value.item()
        if not isinstance(scalar, numpy.generic):
            return scalar
    message = "a value must be a dict, list, tuple, text, number, boolean, date or None"
    raise Refused("json.shape", message, pointer_of(path))
