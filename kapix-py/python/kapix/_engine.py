"""The engine."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Union

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


@dataclass(frozen=True, repr=False, slots=True)
class AuditRecord:
    """The record of a call, as the bytes that were sealed: :meth:`Engine.record` and :meth:`from_json` make one.

    A document is None when it lapsed or was erased; a request or response of which some parts are gone has null there.
    """

    leaf: bytes
    """What stays of a record for ever, in canonical JSON."""
    request: bytes | None
    """The canonical request."""
    response: bytes | None
    """The canonical response; of a refused call the error."""
    found: bytes | None
    """What the call found beside its request, in canonical JSON; None where there was nothing too."""
    parts: tuple[str, ...]
    """Names of the parts of its body that are held: `features`, `found`, `request`, `response`, `rows`."""
    _text: bytes

    @property
    def audit_id(self) -> str:
        """Id of the record, as the leaf has it."""
        return str(self._of_leaf("audit_id"))

    @property
    def request_id(self) -> str:
        """Id of the call, as the leaf has it."""
        return str(self._of_leaf("request_id"))

    @property
    def operation(self) -> str:
        """The operation that was called, as the leaf has it."""
        return str(self._of_leaf("operation"))

    @property
    def recorded_at(self) -> str:
        """When the record was made, as the leaf has it."""
        return str(self._of_leaf("recorded_at"))

    @property
    def seq(self) -> int:
        """Number of the record among those of its store, from 0, as the leaf has it."""
        return int(self._of_leaf("seq"))

    @property
    def refused(self) -> str | None:
        """Code of the error of a call that was refused, such as ``INSUFFICIENT_DATA``; None for an answer."""
        refused: str | None = self._of_leaf("refused")
        return refused

    def _of_leaf(self, name: str) -> Any:
        return json.loads(self.leaf).get(name)

    def verify(self) -> Literal[True]:
        """Returns True when the HMAC of each part that is held is the one that the leaf names, and the leaf is in
        canonical form: no part was changed alone.

        It does not prove that this is the record that was sealed: whoever holds the salts can seal another body under
        another leaf. Keep the leaf, or its hash, where that hand cannot write, and compare it.

        Raises:
            ValidationError: ``record.altered``; the message says what does not agree.
        """
        _kapix.verify(self._text)
        return True

    def to_json(self) -> str:
        """Returns the record in JSON, as in every other language: the leaf, and each part with its salt."""
        return self._text.decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Returns the record that :meth:`to_json` wrote; :meth:`verify` says whether it is whole.

        Raises:
            ValidationError: The text is not that of a record.
        """
        given = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(memoryview(text))
        (own, leaf), parts, (request, response, found) = _kapix.record(given)
        return cls(leaf, request, response, found, tuple(parts), own)

    def __repr__(self) -> str:
        return _summary.record_text(self)

    def _repr_html_(self) -> str:
        return _summary.record_html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_json, (self._text,)


class Engine(Operations):
    """Artefacts, proved once, and the operations on them; safe to share between threads and to fork.

    Make one with :meth:`load`, or with :meth:`open` on a file. Each operation ``area.verb`` is ``engine.area.verb(...)``.
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
        return cls(_desk(artefacts, limits, options))

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        artefacts: Document | list[Document],
        *,
        durability: Literal["decision", "group", "os"] = "group",
        clock: Literal["system", "none"] | str | datetime.datetime = "system",
        tenant: str = "",
        record: bool = True,
        envelope: bool = True,
        idempotency: Literal["durable", "process"] = "durable",
        production: bool = False,
        limits: Mapping[str, int] | None = None,
        log_key: str | None = None,
        origin: str | None = None,
        store_text: bool = False,
    ) -> Self:
        """Returns an engine that keeps its state in a file, which is made if there is none.

        Records, idempotency keys, the data of applicants and the log are there when the process comes back. Several
        processes may open one file, on one machine; a fork opens it again.

        >>> import os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = os.path.join(folder.name, "kapix.db")
        >>> request = {"entity_id": "a-1", "entity_type": "individual", "idempotency_key": "application-7",
        ...            "features": {"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}}
        >>> first = Engine.open(path, kapix.EXPERT_CARDS).credit.score(request)
        >>> again = Engine.open(path, kapix.EXPERT_CARDS)
        >>> again.credit.score(request).to_json() == first.to_json() and again.record(first.audit_id).verify()
        True

        Args:
            path: The file, a SQLite database; its folder must be there. SQLite keeps two files beside it, of the same name
                with ``-wal`` and ``-shm``.
            artefacts: As of :meth:`load`.
            durability: When a call is on the disk: ``group`` before it returns, with one sync for all calls that wait;
                ``decision`` before it returns, with a sync of its own; ``os`` when the operating system writes it.
            clock: As of :meth:`load`, as are the others.
            tenant: Separates the idempotency keys, the data and the records of the host's customers.
            record: Whether calls leave a record.
            envelope: Whether answers carry `request_id`, `audit_id`, `recorded_at` and `latency_ms`.
            idempotency: What an idempotency key rests on.
            production: Load only approved artefacts.
            limits: Limits that differ from the documented ones, by name.
            log_key: The private key that signs checkpoints of the log, as ``audit.key`` makes it.
            origin: The name of the log, which no other log should have; that of the key without it.
            store_text: Keep the texts of rows (description, counterparty), which may name other people; without it they are
                kept as hashes under a key that is written nowhere.

        Raises:
            ValidationError: As of :meth:`load`, and ``store.schema``: the file is of a later engine, or of another program.
            ForbiddenError: `production` is on and an artefact is not approved.
            ServiceUnavailableError: ``store.unavailable``: the file cannot be opened; ``store.corrupt``: it is damaged, or no
                database.
        """
        options: dict[str, object] = {
            "clock": clock,
            "durability": durability,
            "envelope": envelope,
            "idempotency": idempotency,
            "production": production,
            "record": record,
            "store": os.fsdecode(path),
            "store_text": store_text,
            "tenant": tenant,
        }
        options.update({name: value for name, value in (("log_key", log_key), ("origin", origin)) if value is not None})
        return cls(_desk(artefacts, limits, options))

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
        """Returns the record of a call, by its `audit_id` or its `request_id`; raises EntityNotFoundError when the store
        has none. A call that was refused for want of data leaves one too: its error has the `audit_id`.

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
            return AuditRecord.from_json(self._desk.record(audit_id))
        raise error


def _desk(artefacts: Document | list[Document], limits: Mapping[str, int] | None, options: dict[str, object]) -> _kapix.Desk:
    if limits is not None:
        options["limits"] = dict(limits) if isinstance(limits, Mapping) else limits
    return _kapix.Desk(_documents(artefacts), _json(options, "an option "))


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
