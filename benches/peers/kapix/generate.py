"""Develops a card with default options on generated data, and prints time and peak memory as JSON.

Arguments: rows, columns, seed, threads. Eight of ten columns are numbers (a tenth of each missing), one of ten counts,
one of ten categories. The peak is that of the whole process from the start of developing, the frame included.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy

import kapix

CATEGORIES = [f"category {letter}" for letter in "ABCDEFGH"]


def make_frame(rows: int, columns: int, seed: int) -> tuple[dict[str, Any], int]:
    """Returns columns with a target, and their bytes. Made column by column, so that little else is ever held."""
    import pandas

    random = numpy.random.default_rng(seed)
    frame: dict[str, Any] = {}
    log_odds = numpy.full(rows, -2.0)
    size = 0
    for index in range(columns):
        strength = 0.35 / (1 + index // 10)
        if index % 10 == 9:
            codes = random.integers(0, len(CATEGORIES), rows, dtype=numpy.int8)
            log_odds += strength * (codes - 3.5) / 2.3
            frame[f"category_{index:03}"] = pandas.Categorical.from_codes(codes, CATEGORIES)
            size += codes.nbytes
            continue
        values = random.poisson(2.0, rows).astype(numpy.float64) if index % 10 == 8 else random.standard_normal(rows)
        log_odds += strength * (values - values.mean())
        if index % 10 < 8:
            values[random.random(rows, dtype=numpy.float32) < 0.1] = numpy.nan
            if index % 2:
                numpy.exp(values, out=values)
        frame[f"number_{index:03}"] = values
        size += values.nbytes
    bad = (random.random(rows) < 1.0 / (1.0 + numpy.exp(-log_odds))).astype(numpy.int64)
    return {**frame, "bad": bad}, size + bad.nbytes


def status_bytes(name: str) -> int:
    """Returns a figure of this process, as `VmRSS` or `VmHWM`, in bytes."""
    try:
        found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    # Elsewhere the peak since the process began: bytes on macOS, KiB on Linux.
    unit = 1 if sys.platform == "darwin" else 1024
    return int(found[1]) * 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    rows, columns, seed, threads = (int(argument) for argument in sys.argv[1:5])
    frame, size = make_frame(rows, columns, seed)
    engine = kapix.Engine.load([], record=False, envelope=False)
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts again
    except OSError:
        pass
    before = status_bytes("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    engine.scorecard.develop(
        frame, target="bad", bad=[1], entity_types=["individual"], card={"id": "bench", "version": "1"}, threads=threads
    )
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({
        "rows": rows, "columns": columns, "threads": threads, "wall_seconds": wall, "cpu_seconds": cpu, "frame_bytes": size,
        "before_bytes": before, "peak_bytes": status_bytes("VmHWM"),
    }))


if __name__ == "__main__":
    main()
