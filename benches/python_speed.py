"""Speed of the Python binding, beside an empty call: CPU time, the best of five runs.

The card is that of the core's benchmark: 20 numeric characteristics of 8 attributes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy

import kapix

AS_OF = "2026-01-01T00:00:00Z"
NAMES = [f"input_{index:02}" for index in range(20)]
RUNS = 5
RUN_SECONDS = 0.1
ROWS = 1_000_000
# CPU microseconds of one score from a dict without a record.
TARGET = 5.0


def card() -> dict[str, Any]:
    def characteristic(index: int, name: str) -> dict[str, Any]:
        cuts = [125.0 * cut for cut in range(1, 8)]
        bounds = zip([None, *cuts], [*cuts, None])
        attributes = [
            {key: value for key, value in (("lower", lower), ("upper", upper), ("points", 5 * step)) if value is not None}
            for step, (lower, upper) in enumerate(bounds)
        ]
        return {
            "id": name, "feature": name, "kind": "numeric", "attributes": attributes, "neutral_points": 15,
            "reason": f"R{index:02}",
        }

    reasons = {f"R{index:02}": {"adverse": "too low", "favourable": "high enough"} for index in range(len(NAMES))}
    return {
        "kapix": 1,
        "kind": "scorecard",
        "id": "speed",
        "version": "1",
        "provenance": {
            "limitations": "made in code", "owner": "benches", "population": "none", "purpose": "speed", "status": "draft",
        },
        "body": {
            "bands": [{"id": "A", "points_min": 400}, {"id": "B", "points_min": None}],
            "characteristics": [characteristic(index, name) for index, name in enumerate(NAMES)],
            "cutoffs": {"approve": 400, "refer": 300},
            "entity_types": ["individual"],
            "minimum": {"history_days": 0, "transactions": 0},
            "pd_basis": {
                "kind": "assumed", "horizon_days": 365, "default_definition": "90 days past due", "population": "none",
            },
            "reasons": reasons,
            "scaling": {"points0": 300, "odds0": 30, "pdo": 20},
        },
    }


def seconds(call: Callable[[], object]) -> float:
    """Returns the CPU seconds of one call."""

    def run(times: int) -> float:
        start = time.process_time()
        for _ in range(times):
            call()
        return time.process_time() - start

    times = 1
    while run(times) < RUN_SECONDS:
        times *= 2
    return min(run(times) for _ in range(RUNS)) / times


def main() -> None:
    engine = kapix.Engine.load(card(), clock=AS_OF, record=False)
    recorded = kapix.Engine.load(card(), clock=AS_OF)
    default = kapix.Engine.load(card())
    bare_engine = kapix.Engine.load(card(), record=False, envelope=False)
    request: Any = {
        "entity_id": "applicant-1",
        "entity_type": "individual",
        "features": {name: 997.0 * index % 1000 for index, name in enumerate(NAMES)},
    }
    bare = {**request, "explain": False}
    text = json.dumps(request)
    answer = engine.credit.score(request)
    assert json.loads(engine.call("credit.score", text))["points"] == answer.points

    def through_json() -> object:
        return json.loads(engine.call("credit.score", json.dumps(request)))

    def decided(engine: kapix.Engine) -> object:
        answer = engine.credit.score(entity_id="applicant-1", entity_type="individual", features=request["features"])
        return answer.decision, answer.points

    calls: list[tuple[str, Callable[[], object]]] = [
        ("empty call", lambda: None),
        ("score from a dict, no record", lambda: engine.credit.score(request)),
        ("score from a dict, no record, no explanation", lambda: engine.credit.score(bare)),
        ("score from a dict with a record", lambda: recorded.credit.score(request)),
        ("keywords; decision and points are read", lambda: decided(default)),
        ("the same without record and envelope", lambda: decided(bare_engine)),
        ("read answer.points again", lambda: answer.points),
        ("to_json()", answer.to_json),
        ("JSON text to JSON text, no record", lambda: engine.call("credit.score", text)),
        ("dict to dict through JSON, no record", through_json),
    ]
    empty = seconds(calls[0][1])
    print(f"{'':48}{'CPU us':>10}{'x empty':>10}")
    for name, call in calls:
        own = seconds(call)
        print(f"{name:48}{own * 1e6:10.2f}{own / empty:10.0f}")
    print(f"target of a score from a dict, no record: {TARGET} us")

    matrix = numpy.random.default_rng(1).uniform(0.0, 1000.0, (ROWS, len(NAMES)))
    columns = {name: numpy.ascontiguousarray(matrix[:, index]) for index, name in enumerate(NAMES)}
    batches: list[tuple[str, Callable[[], Any]]] = [
        ("numpy sum of every column", lambda: sum(column.sum() for column in columns.values())),
        ("columns, one thread", lambda: engine.credit.score_batch(columns, entity_type="individual", threads=1)),
        ("columns of a row-major matrix, one thread", lambda: engine.credit.score_batch(
            matrix, names=NAMES, entity_type="individual", threads=1
        )),
    ]
    assert (batches[1][1]().points == batches[2][1]().points).all()
    first = dict(zip(NAMES, matrix[0].tolist()))
    assert batches[1][1]().points[0] == engine.credit.score({**request, "features": first}).points
    limit = seconds(batches[0][1])
    print(f"\n{'':48}{'M rows/s':>10}{'x sum':>10}")
    for name, call in batches:
        own = seconds(call)
        print(f"{name:48}{ROWS / own / 1e6:10.1f}{own / limit:10.1f}")


if __name__ == "__main__":
    main()
