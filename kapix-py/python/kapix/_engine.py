"""The engine."""

from __future__ import annotations

import base64
import datetime
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union

from . import _kapix, _summary
from ._document import read_document
from ._encode import encode
from ._errors import ValidationError
from ._operations import Operations
from ._refused import Refused, utf8

if TYPE_CHECKING:
    from typing_extensions import Self

Document = Union[str, bytes, memoryview, Mapping[str, Any], "os.PathLike[str]"]


class DoorReply(str):
    """What the JSON door gives back: JSON text, and the status beside it."""

    status: int
    """0, or the HTTP status of the error in the text."""


class AuditRecord(NamedTuple):
    """The record of a call, as the bytes that were sealed."""

    leaf: bytes
    """What stays of a record for ever, in canonical JSON."""
    request: bytes
    """The canonical request."""
    response: bytes
    """The canonical response."""
    salt: bytes
    """The salt of the record."""
    found: bytes | None = None
    """What the call found beside its request, in canonical JSON; None where there was nothing."""

    @property
    def audit_id(self) -> str:
        """Id of the record, as the leaf has it."""
        return str(self._of_leaf("audit_id"))

    @property
    def operation(self) -> str:
        """The operation that was called, as the leaf has it."""
        return str(self._of_leaf("operation"))

    @property
    def recorded_at(self) -> str:
        """When the record was made, as the leaf has it."""
        return str(self._of_leaf("recorded_at"))

    @property
    def seq(self) -> int | None:
        """Number of the record among those of its store, as the leaf has it."""
        seq: int | None = self._of_leaf("seq")
        return seq

    def _of_leaf(self, name: str) -> Any:
        return json.loads(self.leaf).get(name)

    def verify(self) -> Literal[True]:
        """Returns True when both HMACs of the leaf, and that of `found`, are those of the parts, and the leaf is in
        canonical form: no part was changed alone.

        It does not prove that this is the record that was sealed: whoever holds the salt can seal another body under
        another leaf. Keep the leaf, or its hash, where that hand cannot write, and compare it.

        Raises:
            ValidationError: ``record.altered``; the message says what does not agree.
        """
        _kapix.verify((self.leaf, self.request, self.response, self.salt), self.found)
        return True

    def to_json(self) -> str:
        """Returns the parts as JSON: the documents as text, the salt in base64, as in every other language."""
        parts = {name: part.decode() for name, part in self._asdict().items() if name != "salt" and part is not None}
        return json.dumps({**parts, "salt": base64.b64encode(self.salt).decode()})

    @classmethod
    def from_json(cls, text: str | bytes) -> AuditRecord:
        """Returns the record that :meth:`to_json` wrote; :meth:`verify` says whether it is whole.

        Raises:
            ValueError: The text is not that of a record.
        """
        parts = json.loads(text)
        needed = {"leaf", "request", "response", "salt"}
        if not isinstance(parts, dict) or not needed <= set(parts) <= {*needed, "found"}:
            raise ValueError("the JSON of a record has `leaf`, `request`, `response`, `salt` in base64, and perhaps `found`")
        if not all(isinstance(part, str) for name, part in parts.items() if name != "found" or part is not None):
            raise ValueError("the parts of a record in JSON are text")
        found = parts.get("found")
        salt = base64.b64decode(parts["salt"], validate=True)
        leaf, request, response = (parts[name].encode("utf-8", "surrogatepass") for name in ("leaf", "request", "response"))
        return cls(leaf, request, response, salt, None if found is None else found.encode("utf-8", "surrogatepass"))

    def __repr__(self) -> str:
        return _summary.record_text(self)

    def _repr_html_(self) -> str:
        return _summary.record_html(self)


class Engine(Operations):
    """Artefacts, proved once, and the operations on them; safe to share between threads and to fork.

    Make one with :meth:`load`. Each operation ``area.verb`` is ``engine.area.verb(...)``.
    """

    __slots__ = ()

    @classmethod
    def load(
        cls,
        artefacts: Document | list[Document],
        *,
        clock: Literal["system", "none"] | str | datetime.datetime = "system",
        tenant: str = "",
        record: bool = True,
        envelope: bool = True,
        idempotency: Literal["durable", "process"] = "durable",
        production: bool = False,
        limits: Mapping[str, int] | None = None,
    ) -> Self:
        """Returns an engine that keeps its state in bounded memory.

        Args:
            artefacts: A document as text in JSON or YAML, as a dict or as a path, where a str that names a file is one; or a
                list of these.
            clock: Where the time and an absent `as_of` come from: the machine, nowhere, or a fixed RFC 3339 instant.
            tenant: Separates the idempotency keys and the data of the host's customers.
            record: Whether calls leave a record.
            envelope: Whether answers carry `request_id`, `audit_id`, `recorded_at` and `latency_ms`.
            idempotency: What an idempotency key rests on: a durable store, or the memory of this process.
            production: Load only approved artefacts.
            limits: Limits that differ from the documented ones, by name.

        Raises:
            ValidationError: A document is not valid; `fields` names every place.
            ForbiddenError: `production` is on and an artefact is not approved.
        """
        options: dict[str, object] = {
            "clock": clock,
            "envelope": envelope,
            "idempotency": idempotency,
            "production": production,
            "record": record,
            "tenant": tenant,
        }
        if limits is not None:
            options["limits"] = dict(limits) if isinstance(limits, Mapping) else limits
        return cls(_kapix.Desk(_documents(artefacts), _json(options, "an option ")))

    def swap(self, artefacts: Document | list[Document]) -> None:
        """Puts other artefacts in place; calls under way end with those that they began with."""
        self._desk.swap(_documents(artefacts))

    def call(self, operation: str, request: str | bytes | Mapping[str, Any]) -> DoorReply:
        """Answers a request in JSON, or a dict, with JSON; errors are JSON too, and `status` tells them apart."""
        if isinstance(request, str):
            text = request.encode("utf-8", "surrogatepass")
        elif isinstance(request, (bytes, bytearray, memoryview)):
            text = bytes(request)
        elif isinstance(request, Mapping):
            text = _json(dict(request))
        else:
            raise TypeError(f"a request must be JSON text, bytes or a dict; got `{type(request).__name__}`")
        # A name that has no UTF-8 form is the name of no operation.
        if not isinstance(operation, str):
            raise TypeError(f"an operation must be its name, such as `credit.score`; got `{type(operation).__name__}`")
        name = operation.encode("utf-8", "replace").decode()
        status, body = self._desk.call(name, text)
        reply = DoorReply(body, "utf-8")
        reply.status = status
        return reply

    def record(self, audit_id: str) -> AuditRecord:
        """Returns the record of a call; raises EntityNotFoundError when the store has none.

        An engine with `record=False` keeps none, and its answers have no `audit_id`.
        """
        if not isinstance(audit_id, str):
            message = f"audit_id must be text; got `{type(audit_id).__name__}`: an engine with `record=False` keeps no records"
            raise self._desk.refusal("json.shape", message, "/audit_id")
        try:
            utf8(audit_id, "/audit_id")
        except Refused as refused:
            error = self._desk.refusal(*refused.args)
        else:
            return AuditRecord(**self._desk.record(audit_id))
        raise error


def _documents(artefacts: Document | list[Document]) -> list[bytes]:
    return [_document(it) for it in (artefacts if isinstance(artefacts, (list, tuple)) else [artefacts])]


def _document(artefact: Document) -> bytes:
    if isinstance(artefact, (str, bytes, bytearray, memoryview, os.PathLike)):
        return read_document(artefact)
    if artefact is None:
        raise TypeError("an artefact must be a document; got None, which a development of stage `binning` has for its card")
    if getattr(artefact, "_operation", "") == "scorecard.develop":
        raise TypeError("an artefact must be a document; this is an answer of `scorecard.develop`: pass its `.artefact`")
    return _json(artefact)


def _json(value: object, what: str = "") -> bytes:
    try:
        return encode(value)
    except Refused as refused:
        cause, message, pointer = refused.args
        message = f"{what}`{pointer[1:]}`: {message}" if what and pointer else message
        error = {"cause": cause, "code": "VALIDATION_ERROR", "docs": "", "fields": [pointer], "message": message}
    raise ValidationError(400, encode({"error": error}))
