"""Scores for long in one process, with records, keys and stored data: what it holds must stop growing.

    soak_memory.py CALLS
"""

import json
import resource
import sys
from pathlib import Path

import kapix

MEBIBYTE = 1 << 20
# What the three stores may hold, 64 MiB each by default, and half as much again for what the allocator cannot give back.
MOST = 300


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // MEBIBYTE


def main() -> None:
    calls = int(sys.argv[1])
    engine = kapix.Engine.load(kapix.EXPERT_CARDS, idempotency="process")
    request = json.loads((Path(__file__).parents[1] / "examples/data/kenya_salaried.json").read_text())
    features = {"coverage_age_days": 2, "history_days": 365, "history_transactions": 240}
    base = resident()
    held = []
    for call in range(calls):
        engine.credit.score(entity_id=f"a{call}", entity_type="individual", features=features, idempotency_key=f"key-{call}")
        if call % 200 == 0:
            engine.entity.put(entity_id=f"a{call}", data=request["data"])
            engine.credit.score({**request, "entity_id": f"b{call}"})
        if call % (calls // 10) == 0:
            held.append(resident() - base)
    store = engine.describe().store
    print(f"MiB beyond the start, by tenths of {calls} calls: {held}; {store}")
    if max(held) > MOST or max(held[5:]) > 1.1 * max(held[:5]) + 32:
        raise SystemExit(f"memory grows: {held}")


main()
