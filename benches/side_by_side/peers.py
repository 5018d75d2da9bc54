"""Runs a tool's worker in its own environment and gathers its answers; keeps them in a cache where one is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from side_by_side.data import Sample

BENCHES = Path(__file__).parents[1]
KAPIX = "kapix"
NAMES = ("optbinning", "toad", "scorecardpy", "sklearn", "lightgbm")


@dataclass
class Answer:
    """What the tools of a worker say to one unit: figures by tool, arrays by `tool/key`."""

    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrays: dict[str, numpy.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """A sample, its splits (one row of flags each) and how to run the workers."""

    sample: Sample
    splits: numpy.ndarray
    threads: int
    seconds_max: float
    kept: Path | None = None


def python_of(peer: str) -> Path:
    """Returns the interpreter of a worker's environment."""
    folder = BENCHES if peer == KAPIX else BENCHES / "peers" / peer
    return folder / ".venv" / "bin" / "python"


@cache
def version_of(peer: str) -> str:
    """Returns the version of the package in the worker's environment."""
    if not python_of(peer).exists():
        return "no environment"
    package = {"sklearn": "scikit-learn"}.get(peer, peer)
    question = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([python_of(peer), "-c", question], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "not installed"


def ask(peer: str, units: list[dict[str, Any]], work: Work) -> list[Answer]:
    """Returns one answer for each unit; what went wrong stands in the answer as `error`."""
    if not python_of(peer).exists():
        return [failure(peer, "no environment; run `make bench-setup`")] * len(units)
    keys = [_key(peer, unit, work) for unit in units]
    answers = [_load(work.kept, key) for key in keys]
    open_units = [index for index, answer in enumerate(answers) if answer is None]
    if open_units:
        found = _run(peer, [units[index] for index in open_units], work)
        for index, answer in zip(open_units, found):
            answers[index] = answer
            _store(work.kept, keys[index], answer)
    return [answer for answer in answers if answer is not None]


def failure(peer: str, error: str) -> Answer:
    return Answer({peer: {"card": False, "note": "", "error": error}})


def _run(peer: str, units: list[dict[str, Any]], work: Work) -> list[Answer]:
    threads = str(work.threads)
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(limits, threads), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
    with tempfile.TemporaryDirectory(prefix="kapix-bench-") as name:
        folder = Path(name)
        _write_job(folder, units, work)
        worker = BENCHES / "peers" / peer / "worker.py"
        with open(folder / "log", "w") as log:
            try:
                done = subprocess.run(
                    [python_of(peer), worker, folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env=environment, timeout=work.seconds_max,
                )
                end = f"the worker ended with {done.returncode}"
            except subprocess.TimeoutExpired:
                end = f"not done after {work.seconds_max:.0f} s (--seconds)"
        lines = (folder / "log").read_text(errors="replace").strip().splitlines()
        error = f"{end}: {lines[-1][:200]}" if lines else end
        return [_read_answer(folder, index) or failure(peer, error) for index in range(len(units))]


def _write_job(folder: Path, units: list[dict[str, Any]], work: Work) -> None:
    sample = work.sample
    arrays = {f"column_{index}": values for index, values in enumerate(sample.columns.values())}
    numpy.savez(folder / "sample.npz", bad=sample.bad, splits=work.splits, **arrays)
    document = {"names": list(sample.columns), "special": sample.special, "threads": work.threads, "units": units}
    (folder / "job.json").write_text(json.dumps(document))


def _read_answer(folder: Path, index: int, stem: str = "answer_{}") -> Answer | None:
    path = folder / (stem.format(index) + ".json")
    if not path.exists():
        return None
    with numpy.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
        return Answer(json.loads(path.read_text()), {name: arrays[name] for name in arrays.files})


@cache
def _code_of(peer: str) -> bytes:
    """Returns what a worker runs: its scripts, and for Kapix the built library, whose version may stand still."""
    paths = [BENCHES / "peers" / "protocol.py", BENCHES / "peers" / peer / "worker.py"]
    if peer == KAPIX:
        paths += sorted((BENCHES / ".venv").glob("lib/*/site-packages/kapix/*"))
    return b"".join(path.read_bytes() for path in paths if path.is_file())


def _key(peer: str, unit: dict[str, Any], work: Work) -> str:
    """Returns the name of an answer in the cache: what it depends on, hashed."""
    own = hashlib.sha256()
    asked = {name: value for name, value in unit.items() if name != "split"}
    for part in (work.sample.digest, peer, str(work.threads), json.dumps(asked, sort_keys=True), version_of(peer)):
        own.update(part.encode() + b"\0")
    # The number of a split says only where its flags lie; the flags count.
    own.update(work.splits[unit["split"]].tobytes())
    own.update(_code_of(peer))
    return f"{peer}-{unit['task']}-{own.hexdigest()[:32]}"


def _load(kept: Path | None, key: str) -> Answer | None:
    answer = None if kept is None else _read_answer(kept, 0, key)
    for found in answer.tools.values() if answer else ():
        found["cached"] = True
    return answer


def _store(kept: Path | None, key: str, answer: Answer) -> None:
    if kept is None or any("error" in found for found in answer.tools.values()):
        return
    kept.mkdir(parents=True, exist_ok=True)
    numpy.savez(kept / f"{key}.npz", **answer.arrays)
    (kept / "part.json").write_text(json.dumps(answer.tools))
    shutil.move(kept / "part.json", kept / f"{key}.json")
