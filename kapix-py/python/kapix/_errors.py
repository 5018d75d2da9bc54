"""Exceptions: one class for each published code, with the stable cause and the places in the request."""

from __future__ import annotations

import json
from typing import Any


# Places that follow a message at most; `fields` has all.
PLACES_MAX = 5


class KapixError(Exception):
    """What went wrong, where, and what to do.

    Attributes:
        code: Published code, such as ``VALIDATION_ERROR``.
        cause: Stable, fine cause, such as ``card.bins_overlap``.
        message: One lower-case sentence with the limit and the value.
        fields: JSON pointers to every place that is wrong.
        details: Each finding (``cause``, ``field``, ``message``) when there are several.
        status: HTTP status.
        request_id: Id of the call; None without an envelope.
        audit_id: Id of the record that the refused call left; None where it left none.
        docs: Address of the page on the code.
    """

    code: str
    cause: str
    message: str
    fields: tuple[str, ...]
    details: tuple[dict[str, str], ...]
    status: int
    request_id: str | None
    audit_id: str | None
    docs: str

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body)
        error: dict[str, Any] = json.loads(body)["error"]
        self.code = error["code"]
        self.cause = error["cause"]
        self.message = error["message"]
        self.fields = tuple(error["fields"])
        self.details = tuple(error.get("details", ()))
        self.status = status
        self.request_id = error.get("request_id")
        self.audit_id = error.get("audit_id")
        self.docs = error["docs"]
        self._body = body

    def to_json(self) -> str:
        """Returns the error as the JSON door writes it."""
        return self._body.decode()

    def __str__(self) -> str:
        # The empty pointer is the whole, which is no place to look at.
        fields = [field for field in self.fields if field]
        places = "".join(f" at `{field}`" for field in fields[:PLACES_MAX])
        places += f" and `{len(fields) - PLACES_MAX}` more places" if len(fields) > PLACES_MAX else ""
        return f"{self.code} ({self.cause}): {self.message}{places}"


class ValidationError(KapixError):
    """400 VALIDATION_ERROR: the request or artefact is not of the documented form."""


class UnauthorizedError(KapixError):
    """401 UNAUTHORIZED: a host's answer; the engine never gives it."""


class ForbiddenError(KapixError):
    """403 FORBIDDEN: the artefact or operation may not be used here."""


class EntityNotFoundError(KapixError):
    """404 ENTITY_NOT_FOUND: nothing has this id."""


class DuplicateRequestError(KapixError):
    """409 DUPLICATE_REQUEST: the idempotency key was used with another body."""


class InsufficientDataError(KapixError):
    """422 INSUFFICIENT_DATA: not enough data for a reliable result."""


class RateLimitExceededError(KapixError):
    """429 RATE_LIMIT_EXCEEDED: a host's answer; the engine never gives it."""


class InternalError(KapixError):
    """500 INTERNAL_ERROR: a defect of the engine, caught at the door."""


class ServiceUnavailableError(KapixError):
    """503 SERVICE_UNAVAILABLE: a store that is busy, full or unreachable."""


class CancelledError(KapixError):
    """499 CANCELLED: the caller cancelled the operation."""


CLASSES: dict[int, type[KapixError]] = {
    400: ValidationError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: EntityNotFoundError,
    409: DuplicateRequestError,
    422: InsufficientDataError,
    429: RateLimitExceededError,
    499: CancelledError,
    500: InternalError,
    503: ServiceUnavailableError,
}


def from_reply(status: int, body: bytes) -> KapixError:
    """Returns the exception for a reply of the JSON door."""
    return CLASSES.get(status, KapixError)(status, body)
