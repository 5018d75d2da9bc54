"""What answers have in common: frozen objects whose fields are read when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from . import _kapix


class Record(_kapix.Record):
    """A struct of an answer: its fields are attributes, cannot be set, and are None where they are absent."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields with their names on the wire, as dicts, lists, text, numbers and None."""
        return {name: _plain(value) for name, value in self._fields().items()}

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._fields().items())
        return f"{type(self).__name__}({fields})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_kapix")]


class Answer(Record):
    """An answer of the engine."""

    __slots__ = ()

    def to_json(self, field: str | None = None) -> str:
        """Returns the answer, or one field of it such as a developed card, in canonical JSON: the bytes of the JSON door.

        Raises:
            KeyError: The answer does not hold the field.
        """
        text = self._json().decode()
        if field is None:
            return text
        # Canonical JSON has no blanks: each member begins one character after what came before it.
        read, place = json.JSONDecoder().raw_decode, 0
        while text[place] != "}":
            name, end = read(text, place + 1)
            _, place = read(text, end + 1)
            if name == field:
                return text[end + 1 : place]
        raise KeyError(field)


def property_of(name: str, doc: str) -> Any:
    """Returns the property that reads a field."""

    def read(record: Record) -> Any:
        return record._field(name)

    return property(read, doc=doc)


def _plain(value: object) -> object:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, (MappingProxyType, Mapping)):
        return {name: _plain(item) for name, item in value.items()}
    return value
