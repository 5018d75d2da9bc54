"""One call: from Python objects to a record."""

from __future__ import annotations

import asyncio
import contextvars
import datetime
import inspect
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from . import _kapix
from ._column import Mixed, unread
from ._document import CHECKS, written_check
from ._encode import encode, written_inputs
from ._errors import KapixError
from ._frame import columns_of
from ._record import Answer, Record
from ._refused import Refused

# What the native half and every other language take.
THREADS_MAX = 2**32 - 1

# The operations whose columns are inputs of a card, which reads whatever a category is as its text.
OF_CARDS = ("credit.score_batch", "scorecard.develop", "scorecard.evaluate")

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

# Told the steps done and the steps in all: rows of a batch, columns and fits of a development.
Progress = Callable[[int, int], object]
# A dict of columns, a numpy matrix, or a table of pandas, polars or Arrow.
Frame = Any


def _listed(request: Any) -> Any:
    """Returns a request whose `group_by` is a list: one text is the name of one column, not a list of letters."""
    if isinstance(request, Mapping) and isinstance(request.get("group_by"), str):
        return {**request, "group_by": [request["group_by"]]}
    return request


def run(answer: type[A], desk: _kapix.Desk, operation: str, request: Any, fields: dict[str, Any]) -> A:
    """Returns the answer to a request given as a dict, as keywords, or as both."""
    if request is None:
        request = fields
    elif fields and not isinstance(request, Mapping):
        message = f"a request must be a dict, or keywords alone; got `{type(request).__name__}` and keywords"
        raise desk.refusal("json.shape", message, "")
    elif fields:
        request = {**request, **fields}
    request = _listed(request)
    if operation == "entity.put" and isinstance(request, Mapping) and "transactions" in request:
        message = "`entity.put` takes no columns: give what was read with all rows in one field, `data=read.data`"
        raise desk.refusal("operation.not_columnar", message, "/transactions")
    if isinstance(request, Mapping):
        if operation in CHECKS:
            text = _checked(desk, request)
            if text is not None:
                return answer(desk.run_json(operation, text))
        elif operation == "policy.explain":
            return _explained(answer, desk, request)
    try:
        return answer(desk.run(operation, request))
    except _kapix.Unreadable:
        pass
    if operation != "credit.score" or not isinstance(request, Mapping):
        return answer(desk.run_json(operation, _text(desk, request)))
    try:
        written, odd = written_inputs(request)
    except Refused as refused:
        error = desk.refusal(*refused.args)
    else:
        # With the values that the card reads as they were given: it says what is wrong with them.
        read = [] if not odd else _read_of(desk, written, odd)
        return answer(desk.run_json(operation, _text(desk, written_inputs(request, read)[0] if read else written)))
    raise error


def _read_of(desk: _kapix.Desk, written: Mapping[str, Any], odd: list[str]) -> list[str]:
    """Returns those of the places that the card reads, by a run without a record."""
    if written.get("data_sources") is not None:
        # Only the store knows what else the card reads.
        return odd
    trial = {name: value for name, value in written.items() if name != "idempotency_key"}
    if trial.get("as_of") is None:
        trial["as_of"] = datetime.datetime.now(datetime.timezone.utc)
    try:
        unused = desk.unused(_text(desk, trial))
    except KapixError as error:
        return [place for place in odd if place in error.fields]
    return [place for place in odd if not any(f"{place}/".startswith(f"{it}/") for it in unused)]


def run_columns(
    desk: _kapix.Desk,
    operation: str,
    frame: Any,
    names: Sequence[str] | None,
    progress: Progress | None,
    threads: int,
    fields: dict[str, Any],
) -> _kapix.Answer:
    """Answers a request with columns beside it."""
    text = _text(desk, _listed(fields))
    try:
        if isinstance(threads, bool) or not isinstance(threads, int) or not 0 <= threads <= THREADS_MAX:
            raise Refused("value.out_of_range", f"threads must be an integer in 0..={THREADS_MAX}", "/threads")
        columns = columns_of(frame, names)
        if operation not in OF_CARDS:
            columns = [unread(it.name, it.values, "categories that are not all text") if isinstance(it, Mixed) else it for it in columns]
    except Refused as refused:
        error = desk.refusal(*refused.args)
    else:
        tell = progress if progress is None or isinstance(progress, Tell) else Tell(progress)
        return desk.run_columns((operation, text), columns, (tell, threads))
    raise error


class Tell:
    """Tells a caller how far a call is, once the call knows its steps; ends the call when it is told to stop."""

    def __init__(self, progress: Progress | None) -> None:
        if progress is not None and not callable(progress):
            raise TypeError(f"progress must be a function of the steps done and the steps in all; got `{type(progress).__name__}`")
        if inspect.iscoroutinefunction(progress):
            raise TypeError("progress must be a plain function: nobody awaits an `async def`")
        self.progress = progress
        self.stop = threading.Event()

    def __call__(self, done: int, total: int) -> None:
        if self.stop.is_set():
            raise asyncio.CancelledError
        if self.progress is not None and total > 0:
            given = self.progress(done, total)
            if inspect.iscoroutine(given):
                given.close()
                raise TypeError("progress must be a plain function: nobody awaits the coroutine that it returned")


async def run_async(
    call: Callable[[Progress], T], progress: Progress | None
) -> T:
    """Runs a columnar call on a thread of its own kind; cancelling the task stops the call, or keeps it from starting.

    The default executor of asyncio, which looks up names and reads files, stays free.
    """
    tell = Tell(progress)
    todo = [contextvars.copy_context().run]

    def work() -> T:
        return todo.pop()(call, tell)

    try:
        return await asyncio.get_running_loop().run_in_executor(_executor(), work)
    except asyncio.CancelledError:
        tell.stop.set()
        raise
    except RuntimeError:
        # A thread that cannot start is said before the work is begun.
        if not todo:
            raise
    _EXECUTORS.clear()
    return work()


# The threads of this process; those of another one stay behind at a fork.
_EXECUTORS: dict[int, ThreadPoolExecutor] = {}


def _executor() -> ThreadPoolExecutor:
    """Returns the threads of calls: a call takes more of its own, so one a core, and two on a small machine."""
    process = os.getpid()
    if process not in _EXECUTORS:
        _EXECUTORS.clear()
        _EXECUTORS[process] = ThreadPoolExecutor(max(2, os.cpu_count() or 1), "kapix")
    return _EXECUTORS[process]


def _checked(desk: _kapix.Desk, request: Mapping[str, Any]) -> bytes | None:
    try:
        return written_check(request)
    except Refused as refused:
        error = desk.refusal(*refused.args)
    raise error


def _explained(answer: type[A], desk: _kapix.Desk, request: Mapping[str, Any]) -> A:
    """Returns a page; an answer of `policy.replay` among its fields must be by the policy of the page."""
    made = answer(desk.run_json("policy.explain", _text(desk, _with_counts(request))))
    replayed: Any = request.get("hits")
    page: Any = made
    if getattr(replayed, "_operation", "") != "policy.replay" or replayed.policy == page.policy:
        return made
    by, of = (f"{it.id}@{it.version} {it.sha256[:12]}" for it in (replayed.policy, page.policy))
    message = f"the replay is by `{by}`, the page of `{of}`"
    raise desk.refusal("policy.name", message, "/hits")


def _with_counts(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a request of a page with the counts of an answer of `policy.replay`, or of its rows, as they are on the wire."""
    hits = request.get("hits")
    if getattr(hits, "_operation", "") == "policy.replay":
        replayed: Any = hits
        request = {"applications": sum(replayed.statuses.values()), **request}
        hits = replayed.rules
    if not isinstance(hits, (list, tuple)) or not any(isinstance(one, Record) for one in hits):
        return request
    return {**request, "hits": [one.to_dict() if isinstance(one, Record) else one for one in hits]}


def _text(desk: _kapix.Desk, request: Any) -> bytes:
    try:
        return encode(request)
    except Refused as refused:
        error = desk.refusal(*refused.args)
    raise error


def check_instant(engine: Any, retrieved_at: Any) -> None:
    """Refuses a `retrieved_at` of a document that the engine would refuse in `data`, which may be long after."""
    if retrieved_at is None:
        return
    account = {"account_id": "1", "currency": "EUR", "kind": "other", "transactions": []}
    data = {"bank": {"accounts": [account], "retrieved_at": retrieved_at}}
    try:
        engine.cashflow.analyze(entity_id="1", as_of="2026-01-01T00:00:00Z", data=data)
    except KapixError as error:
        refused = Refused(error.cause, error.message, "/retrieved_at")
    else:
        return
    raise refused
