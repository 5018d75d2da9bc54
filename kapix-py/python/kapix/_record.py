"""What answers have in common: frozen objects whose fields are read when they are asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, Union

from . import _summary

if TYPE_CHECKING:
    from typing_extensions import Self

# What a field holds: a record of a class by its name, also in tuples; in a 1-tuple, a mapping to that; None, anything else.
Shape = Union[None, str, "tuple[Shape]"]

# The class of each struct, by its name in the schema.
SHAPES: dict[str, type[Record]] = {}


class Source(Protocol):
    """Where an answer reads its fields."""

    @property
    def batch(self) -> Any:
        """Result columns, or None."""

    def field(self, name: str) -> Any:
        """Returns one field, or None where the answer does not have it."""

    def fields(self) -> dict[str, Any]:
        """Returns every field."""

    def json(self) -> bytes:
        """Returns the answer in canonical JSON."""


class Record:
    """A struct of an answer: its fields are attributes, cannot be set, and are None where they are absent."""

    __slots__ = ("_raw", "_seen")

    # Fields as dicts, tuples, text, numbers, booleans and None; None while an answer was not read as a whole.
    _raw: dict[str, Any] | None
    # What was read, as it is given out.
    _seen: dict[str, Any]

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw
        self._seen = {}

    def __init_subclass__(cls) -> None:
        SHAPES.setdefault(cls.__name__, cls)

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields with their names on the wire, as dicts, lists, text, numbers and None."""
        return {name: _plain(value) for name, value in self._fields().items()}

    def __repr__(self) -> str:
        return _summary.line_of(self)

    def _repr_html_(self) -> str:
        return _summary.html_of(self)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._raw,)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    # Answers are no keys: what is equal would need to be read as a whole for its hash.
    __hash__ = None  # type: ignore[assignment]

    def _fields(self) -> dict[str, Any]:
        return self._raw or {}


class Answer(Record):
    """An answer of the engine."""

    __slots__ = ("_source",)

    _source: Source
    # The operation that answers so; empty for an answer of no class of its own.
    _operation = ""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._raw = None
        self._seen = {}

    def __repr__(self) -> str:
        return _summary.text_of(self)

    def __eq__(self, other: object) -> bool:
        same = super().__eq__(other)
        return self._source.batch == other._source.batch if same is True and isinstance(other, Answer) else same

    def __reduce__(self) -> tuple[Any, ...]:
        return _stored, (type(self), self._source.json(), self._source.batch)

    __hash__ = None

    def to_json(self, field: str | None = None) -> str:
        """Returns the answer, or one field of it such as a developed card, in canonical JSON: the bytes of the JSON door.

        Raises:
            KeyError: The answer does not hold the field.
        """
        text = self._source.json().decode()
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

    def _fields(self) -> dict[str, Any]:
        if self._raw is None:
            self._raw = self._source.fields()
        return self._raw


class Stored:
    """An answer that was stored as its canonical JSON."""

    __slots__ = ("_text", "batch")

    def __init__(self, text: bytes, batch: Any) -> None:
        self._text = text
        self.batch = batch

    def field(self, name: str) -> Any:
        return self.fields().get(name)

    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {name: _frozen(value) for name, value in json.loads(self._text).items()}
        return fields

    def json(self) -> bytes:
        return self._text


def _stored(answer: type[Answer], text: bytes, batch: Any) -> Answer:
    made = answer(Stored(text, batch))
    made._fields()
    return made


class Frozen(dict[str, Any]):
    """A mapping of an answer: a dict, so that `json.dumps` and pickle take it, which cannot be changed."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("an answer cannot be changed; `dict(it)` or `answer.to_dict()` is a copy that can")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> Frozen:
        return self

    def __deepcopy__(self, memo: object) -> Frozen:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Frozen, (dict(self),)


def property_of(name: str, doc: str, shape: Shape = None) -> Any:
    """Returns the property that reads a field."""

    def read(record: Any) -> Any:
        seen = record._seen
        if name in seen:
            return seen[name]
        raw = record._raw
        # Only an answer has not been read as a whole.
        value = record._source.field(name) if raw is None else raw.get(name)
        value = seen[name] = _given(value, shape) if isinstance(value, (dict, tuple)) else value
        return value

    return property(read, doc=doc)


def _given(value: Any, shape: Shape) -> Any:
    """Returns a value as it is given out: structs as records, other objects as read-only mappings."""
    if isinstance(value, tuple):
        # Most long tuples hold numbers, which stay as they are.
        return tuple(_given(item, shape) for item in value) if any(isinstance(it, (dict, tuple)) for it in value) else value
    if not isinstance(value, dict):
        return value
    if isinstance(shape, str):
        return SHAPES[shape](value)
    inner = None if shape is None else shape[0]
    return Frozen({name: _given(item, inner) for name, item in value.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _frozen(value: Any) -> Any:
    """Returns what JSON holds in the form of the engine's own values."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {name: _frozen(item) for name, item in value.items()}
    return value
