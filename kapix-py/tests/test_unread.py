"""Columns that nothing reads may hold anything, and valid columns of every library are read."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import kapix

ROWS = 2000
INCOME = [float(900 + row * 37 % 500) for row in range(ROWS)]
BAD = [float(row * 31 % 500 > INCOME[row] - 900) for row in range(ROWS)]

ENGINE = kapix.Engine.load(kapix.EXPERT_CARDS)


def develop(**columns: Any) -> kapix.ScorecardDevelopResponse:
    return ENGINE.scorecard.develop({"income": INCOME, "bad": BAD, **columns}, target="bad", include=["income"])


ODD = [
    [b"caf\xe9".decode("utf-8", "surrogateescape")] * ROWS,
    ["a"] * (ROWS - 1) + ["\ud800"],
    numpy.zeros((ROWS, 2)),
    polars.Series([2**62] * ROWS).cast(polars.Datetime("ms")),
    polars.Series([-(2**62), None] * (ROWS // 2)).cast(polars.Datetime("ms", "UTC")),
    polars.Series([2**100] * ROWS, dtype=polars.Int128),
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_is_excluded_or_not_included_is_never_read(odd: Any) -> None:
    assert develop(odd=odd).artefact
    frame = {"income": INCOME, "bad": BAD, "odd": odd}
    made = ENGINE.scorecard.develop(frame, target="bad", exclude=["odd"])
    own = kapix.Engine.load(made.artefact)
    assert own.credit.score_batch(frame, entity_type="individual").rows == ROWS
    with pytest.raises(kapix.ValidationError) as caught:
        own.credit.score_batch({"income": odd}, entity_type="individual")
    assert caught.value.cause == "frame.column_type"


def test_a_column_without_a_name_of_text_stands_among_others() -> None:
    frame = pandas.DataFrame({"income": INCOME, "bad": BAD})
    frame[0] = 1
    assert ENGINE.scorecard.develop(frame, target="bad", include=["income"]).artefact
    with pytest.raises(kapix.ValidationError) as caught:
        ENGINE.scorecard.develop(frame.rename(columns={"income": "0"}), target="bad")
    assert caught.value.cause == "frame.shape"


def test_wide_integers_of_polars_are_read_where_they_are_narrow() -> None:
    plain = develop().artefact
    wide = develop(income=polars.Series(INCOME).cast(polars.Int128)).artefact
    assert plain and wide and plain["body"]["characteristics"] == wide["body"]["characteristics"]


@pytest.mark.parametrize("kind", [None, "string_view", "dictionary"])
def test_empty_slices_of_arrow_are_read(kind: str | None) -> None:
    array = pyarrow.array(INCOME) if kind is None else pyarrow.array([f"{value // 100}" for value in INCOME])
    array = array.dictionary_encode() if kind == "dictionary" else array.cast(pyarrow.string_view()) if kind else array
    whole = develop(income=array).binning
    assert develop(income=pyarrow.chunked_array([array.slice(1, 0), array, array.slice(ROWS, 0)])).binning == whole
    empty = {"income": array.slice(1, 0), "bad": []}
    with pytest.raises(kapix.KapixError):
        ENGINE.scorecard.develop(empty, target="bad")


NO_THREAD = """
import os, resource, kapix, numpy
engine = kapix.Engine.load(kapix.EXPERT_CARDS)
income = [float(900 + row * 37 % 500) for row in range(2000)]
bad = [float(row * 31 % 500 > income[row] - 900) for row in range(2000)]
own = kapix.Engine.load(engine.scorecard.develop({"income": income, "bad": bad}, target="bad").artefact)
before = own.credit.score_batch({"income": income}, entity_type="individual")
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
if os.getuid() == 0:
    os.setuid(65534)
told = []
call = lambda: own.credit.score_batch({"income": income}, entity_type="individual", progress=lambda *it: told.append(it))
after = call()
assert list(after.points) == list(before.points) and told, told
import asyncio
later = asyncio.run(own.credit.score_batch_async({"income": income}, entity_type="individual"))
assert list(later.points) == list(before.points)
"""


def test_where_no_thread_can_start_a_call_runs_on_its_own() -> None:
    # Only Linux has this limit of threads.
    script = NO_THREAD if sys.platform == "linux" else ""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0 and "panicked" not in done.stderr, done.stderr


def test_calls_leave_the_threads_of_asyncio_alone() -> None:
    names = set[str]()

    async def main() -> None:
        tell = lambda *_: names.add(threading.current_thread().name)  # noqa: E731
        frame = {"income": INCOME * 20, "bad": BAD * 20}
        calls = [asyncio.create_task(ENGINE.scorecard.develop_async(frame, target="bad", progress=tell)) for _ in range(64)]
        await asyncio.sleep(0.01)
        start = time.monotonic()
        await asyncio.to_thread(int)
        waited = time.monotonic() - start
        assert not all(call.done() for call in calls) and waited < 1, waited
        calls[-1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await calls[-1]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await ENGINE.scorecard.develop_async(frame, target="bad", progress=tell)

    asyncio.run(main())
    assert names and all(name.startswith("kapix") for name in names)


async def told(done: int, total: int) -> None:
    """A progress that nobody would await."""


@pytest.mark.parametrize("progress", [told, lambda *it: told(*it), 7])
def test_a_progress_that_must_be_awaited_is_refused(progress: Any) -> None:
    frame = {"income": INCOME, "bad": BAD}
    with pytest.raises(TypeError, match="progress must be"):
        ENGINE.scorecard.develop(frame, target="bad", progress=progress)
    with pytest.raises(TypeError, match="progress must be"):
        asyncio.run(ENGINE.scorecard.develop_async(frame, target="bad", progress=progress))
