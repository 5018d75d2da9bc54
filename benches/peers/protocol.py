"""What a worker of the side-by-side comparison does: reads a job, runs its units, writes the answers.

A job is a folder with `job.json` (`names`, `special`, `threads`, `units`) and `sample.npz` (`column_0`.., `bad`, and
`splits` with a row of flags for each split, 1 = train). Unit i is answered by `answer_i.json`, and by `answer_i.npz`
where arrays come back. A tool of a worker is a class like `Tool`; a worker may have several. Needs numpy only; pandas
where a tool takes a DataFrame.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
import traceback
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any, Callable

import numpy

# Best of several fits, but no further fit once this many CPU seconds have gone.
FIT_SECONDS_MAX = 20.0
SCORE_SECONDS = 1.0

# Figures, and arrays.
Answer = tuple[dict[str, Any], dict[str, numpy.ndarray]]


class Job:
    """The sample as a tool sees it."""

    def __init__(self, folder: Path) -> None:
        document = json.loads((folder / "job.json").read_text())
        arrays = numpy.load(folder / "sample.npz", allow_pickle=False)
        self.columns: dict[str, numpy.ndarray] = {
            name: arrays[f"column_{index}"] for index, name in enumerate(document["names"])
        }
        self.bad: numpy.ndarray = arrays["bad"].astype(numpy.int64)
        self.splits: numpy.ndarray = arrays["splits"].astype(bool)
        self.special: list[float] = document["special"]
        self.threads: int = document["threads"]
        self.units: list[dict[str, Any]] = document["units"]
        self.numeric = [name for name, values in self.columns.items() if values.dtype.kind == "f"]
        self.categorical = [name for name in self.columns if name not in self.numeric]

    def sides(self, split: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Returns the training rows and the test rows of a split."""
        train = self.splits[split]
        return numpy.flatnonzero(train), numpy.flatnonzero(~train)

    def frame(self, rows: numpy.ndarray) -> Any:
        """Returns the rows as a pandas DataFrame of the types that its CSV reader gives."""
        return self._whole.take(rows).reset_index(drop=True)

    @cached_property
    def _whole(self) -> Any:
        import pandas

        return pandas.DataFrame({name: _typed(values) for name, values in self.columns.items()})


def _typed(values: numpy.ndarray) -> Any:
    """Returns whole numbers without missing values as int64, and missing text as None."""
    if values.dtype.kind == "f":
        # Above 2^53 float64 does not hold every whole number.
        whole = not numpy.isnan(values).any() and bool((values == numpy.round(values)).all())
        return values.astype(numpy.int64) if whole and float(numpy.abs(values).max()) < 2.0**53 else values
    text = values.astype(object)
    text[values == ""] = None
    return text.tolist()


class Tool:
    """One way to develop a card. What raises `NotImplementedError` is reported as what the tool does not have."""

    # Whether it is a scorecard: points or WoE by bin. Others are shown beside, and are not compared as cards.
    card = True
    # What a user must know to read the figures.
    note = ""
    reasons = False

    def __init__(self, job: Job) -> None:
        self.job = job

    def given(self, rows: numpy.ndarray) -> Any:
        """Returns the rows in the tool's own form: what a user has in memory before any clock starts."""
        return self.job.frame(rows)

    def bin(self, data: Any, bad: numpy.ndarray) -> Any:
        """Returns the binning of every column on the training rows."""
        raise NotImplementedError

    def codes(self, binning: Any, data: Any) -> dict[str, numpy.ndarray]:
        """Returns each row's bin, as any number, by column."""
        raise NotImplementedError

    def fit(self, data: Any, bad: numpy.ndarray) -> Any:
        """Returns the whole model, from data to what scores."""
        raise NotImplementedError

    def bad_probability(self, model: Any, data: Any) -> numpy.ndarray:
        """Returns the probability of bad of each row."""
        raise NotImplementedError

    def score(self, model: Any, data: Any) -> Any:
        """Scores many rows."""
        raise NotImplementedError

    def one(self, row: int) -> Any:
        """Returns one row in the form that the tool scores one row from."""
        return self.given(numpy.array([row]))

    def score_one(self, model: Any, data: Any) -> Any:
        """Scores one row, with reasons where `reasons` says that the tool has them."""
        return self.score(model, data)

    def optimal(self, problem: dict[str, Any]) -> dict[str, Any]:
        """Returns {"cuts": the cuts kept, "status": text} for values, cuts, a trend and limits."""
        raise NotImplementedError


def cpu_seconds() -> float:
    """Returns the CPU seconds of this process and its children so far, all threads."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = cpu_seconds()
    result = call()
    return cpu_seconds() - start, result


def best_of(times: int, call: Callable[[], Any]) -> tuple[float, Any]:
    """Returns the fewest CPU seconds of up to `times` calls, and the last result."""
    best, spent, result = float("inf"), 0.0, None
    for _ in range(times):
        seconds, result = timed(call)
        best, spent = min(best, seconds), spent + seconds
        if spent > FIT_SECONDS_MAX:
            break
    return best, result


def calibration() -> float:
    """Returns the CPU milliseconds of a fixed loop, which tell whether two runs compare."""

    def loop() -> int:
        total = 0
        for number in range(1_000_000):
            total = (total * 31 + number) & 0xFFFF
        return total

    return min(timed(loop)[0] for _ in range(5)) * 1e3


def run_card(tool: Tool, unit: dict[str, Any]) -> Answer:
    train, test = tool.job.sides(unit["split"])
    data, bad = tool.given(train), tool.job.bad[train]
    seconds, model = best_of(unit["best_of"], lambda: tool.fit(data, bad))
    probability = numpy.asarray(tool.bad_probability(model, tool.given(test)), float).ravel()
    if not numpy.isfinite(probability).all():
        raise ValueError(f"{int((~numpy.isfinite(probability)).sum())} predictions are not numbers")
    return {"cpu_seconds": seconds}, {"probability": probability}


def run_binning(tool: Tool, unit: dict[str, Any]) -> Answer:
    train, _ = tool.job.sides(unit["split"])
    data, bad = tool.given(train), tool.job.bad[train]
    seconds, binning = best_of(unit["best_of"], lambda: tool.bin(data, bad))
    codes = tool.codes(binning, data)
    return {"cpu_seconds": seconds}, {
        f"codes_{index}": numpy.unique(codes[name], return_inverse=True)[1].astype(numpy.int32)
        for index, name in enumerate(tool.job.columns) if name in codes
    }


def run_scoring(tool: Tool, unit: dict[str, Any]) -> Answer:
    train, test = tool.job.sides(unit["split"])
    model = tool.fit(tool.given(train), tool.job.bad[train])
    # A slow tool is measured on fewer rows: a tenth first, and the whole only if that took a few seconds.
    for rows in (unit["rows"] // 10, unit["rows"]):
        data = tool.given(numpy.resize(test, rows))
        seconds = timed(lambda: tool.score(model, data))[0]
        if seconds > 3.0:
            break
    for _ in range(2):
        if seconds < 10.0:
            seconds = min(seconds, timed(lambda: tool.score(model, data))[0])
    single = tool.one(int(test[0]))
    tool.score_one(model, single)
    walls, cpu, start = [], cpu_seconds(), time.perf_counter()
    while len(walls) < 20 or time.perf_counter() - start < SCORE_SECONDS:
        begin = time.perf_counter()
        tool.score_one(model, single)
        walls.append(time.perf_counter() - begin)
    return {
        "rows": rows, "rows_per_cpu_second": rows / max(seconds, 1e-9), "reasons": tool.reasons,
        "single_cpu_ms": (cpu_seconds() - cpu) / len(walls) * 1e3, "single_wall_ms": float(numpy.median(walls)) * 1e3,
    }, {}


def run_optimal(tool: Tool, unit: dict[str, Any]) -> Answer:
    train, _ = tool.job.sides(unit["split"])
    answers = []
    for problem in unit["problems"]:
        values = tool.job.columns[problem["name"]][train]
        clean = ~numpy.isnan(values) & ~numpy.isin(values, tool.job.special)
        given = {**problem, "values": values[clean], "bad": tool.job.bad[train][clean]}
        given["cuts"] = numpy.array(problem["cuts"])
        try:
            seconds, answer = timed(lambda: tool.optimal(given))
            answers.append({**answer, "cpu_seconds": seconds})
        except NotImplementedError:
            raise
        except Exception as error:  # the next problem may still be solved, and this one is reported
            answers.append({"error": f"{type(error).__name__}: {error}"[:300]})
    return {"answers": answers}, {}


RUNS = {"card": run_card, "binning": run_binning, "scoring": run_scoring, "optimal": run_optimal}


def serve(tools: dict[str, type[Tool]]) -> None:
    """Runs the job of the folder that the first argument names."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    job = Job(folder)
    made = {name: tool(job) for name, tool in tools.items()}
    loop = calibration()
    for index, unit in enumerate(job.units):
        document: dict[str, Any] = {}
        arrays: dict[str, numpy.ndarray] = {}
        for name, tool in made.items():
            about = {"card": tool.card, "note": tool.note, "loop_cpu_ms": loop}
            try:
                # What a tool prints would mix with the report.
                with open(os.devnull, "w") as silent, contextlib.redirect_stdout(silent):
                    found, own = RUNS[unit["task"]](tool, unit)
                document[name] = {**about, **found}
                arrays.update({f"{name}/{key}": values for key, values in own.items()})
            except NotImplementedError:
                document[name] = {**about, "absent": True}
            except Exception as error:  # a peer that fails is a row of the report
                traceback.print_exc()
                document[name] = {**about, "error": f"{type(error).__name__}: {error}"[:300]}
        numpy.savez(folder / f"answer_{index}.npz", **arrays)
        # Last, and in one step: this file says that the answer is whole.
        (folder / "part.json").write_text(json.dumps(document))
        (folder / "part.json").rename(folder / f"answer_{index}.json")
