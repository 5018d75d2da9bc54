"""Kapix: a credit decision engine that you link, not call.

>>> import kapix
>>> engine = kapix.Engine.load(kapix.EXPERT_CARDS)
>>> engine.describe().operations[0].name
'artefact.check'
"""

from . import sample as sample
from ._engine import AuditRecord as AuditRecord, DoorReply as DoorReply, Engine as Engine
from ._errors import (
    CancelledError as CancelledError,
    DuplicateRequestError as DuplicateRequestError,
    EntityNotFoundError as EntityNotFoundError,
    ForbiddenError as ForbiddenError,
    InsufficientDataError as InsufficientDataError,
    InternalError as InternalError,
    KapixError as KapixError,
    RateLimitExceededError as RateLimitExceededError,
    ServiceUnavailableError as ServiceUnavailableError,
    UnauthorizedError as UnauthorizedError,
    ValidationError as ValidationError,
)
from ._kapix import EXAMPLE_POLICIES as EXAMPLE_POLICIES, EXPERT_CARDS as EXPERT_CARDS, VERSION as _VERSION
from ._read import Transactions as Transactions, read_transactions as read_transactions
from ._record import Answer as Answer, Record as Record
from ._results import ResultColumns as ResultColumns
from ._together import Together as Together
from ._types import *  # noqa: F403  the generated types of requests and answers

__version__: str = _VERSION
