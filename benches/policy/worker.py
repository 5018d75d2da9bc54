"""Runs the policy in one engine of Python: `worker.py ENGINE JOB ANSWER`.

A job has the engine's `document`, `applicants`, `mutants` (applicants with a fault) and `seconds` of one timed run. The
answer has what each decided, and the CPU seconds of one decision, the best of five runs. NaN is `{"$": "nan"}` in both.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 5
AS_OF = "2026-06-30T12:00:00Z"
Decide = Callable[[dict[str, Any]], list[Any]]


def zen(document: Any) -> tuple[str, Decide]:
    """zen-engine, its graph compiled once."""
    import zen as peer

    text = json.dumps(document)
    content = peer.ZenDecisionContent(text)
    engine = peer.ZenEngine({"loader": lambda key: content})

    def decide(applicant: dict[str, Any]) -> list[Any]:
        result = engine.evaluate("policy", applicant)["result"]
        return [result.get("outcome"), result.get("rule"), result.get("limit"), result.get("queue")]

    return "zen-engine", decide


def datalogic(document: Any) -> tuple[str, Decide]:
    """datalogic, its rule compiled once."""
    import datalogic_py as peer

    rule = peer.Engine().compile(document)
    return "datalogic-py", rule.evaluate


def cel(document: Any) -> tuple[str, Decide]:
    """CEL, its program compiled once. It compares no integer with a double, so whole numbers are given as doubles."""
    import cel as peer

    program = peer.compile(document)

    def decide(applicant: dict[str, Any]) -> list[Any]:
        return program.execute({key: float(value) if type(value) is int else value for key, value in applicant.items()})

    return "common-expression-language", decide


def regorus(document: Any) -> tuple[str, Decide]:
    """regorus, its module parsed once."""
    import regorus as peer

    engine = peer.Engine()
    engine.add_policy("policy.rego", document)

    def decide(applicant: dict[str, Any]) -> list[Any]:
        engine.set_input(applicant)
        return engine.eval_rule("data.lending.decision")

    return "celine-regorus", decide


def kapix(document: Any) -> tuple[str, Decide]:
    """Kapix, through its door, without record and envelope."""
    import kapix as own

    run = own.Engine.load(document, record=False, envelope=False).policy.run
    policy = document["id"]

    def decide(applicant: dict[str, Any]) -> list[Any]:
        answer = run({"as_of": AS_OF, "entity_id": "ent_1", "inputs": applicant, "policy": policy})
        rule = answer.matched_rules[0].rule if answer.matched_rules else ""
        if answer.outcome == "approve":
            return ["approve", rule, answer.terms["limit"], ""]
        return [answer.outcome, rule, 0, answer.reasons[0].queue or ""]

    return "kapix", decide


def kapix_bare(document: Any) -> tuple[str, Decide]:
    """Kapix, a dict to a typed result of which the outcome is read."""
    import kapix as own

    run = own.Engine.load(document, record=False, envelope=False).policy.run
    policy = document["id"]

    def decide(applicant: dict[str, Any]) -> list[Any]:
        return [run({"as_of": AS_OF, "entity_id": "ent_1", "inputs": applicant, "policy": policy}).outcome]

    return "kapix", decide


ENGINES = {
    "cel": cel, "datalogic": datalogic, "kapix": kapix, "kapix-outcome": kapix_bare, "regorus": regorus, "zen": zen,
}


def seconds_per_call(decide: Decide, applicants: list[dict[str, Any]], seconds: float) -> float:
    """Returns the CPU seconds of one decision, the best of five runs."""

    def run(rounds: int) -> float:
        start = time.process_time()
        for _ in range(rounds):
            for applicant in applicants:
                decide(applicant)
        return time.process_time() - start

    rounds = 1
    while run(rounds) < seconds:
        rounds *= 2
    return min(run(rounds) for _ in range(RUNS)) / (rounds * len(applicants))


def main(name: str, job_file: str, answer_file: str) -> None:
    job = json.loads(
        Path(job_file).read_text(), object_hook=lambda value: float("nan") if value == {"$": "nan"} else value
    )
    package, decide = ENGINES[name](job["document"])
    mutants = []
    for mutant in job["mutants"]:
        try:
            mutants.append(decide(mutant)[0])
        except Exception as error:  # noqa: BLE001: an engine may refuse in any way
            mutants.append(f"error: {type(error).__name__}")
    answers = [decide(applicant) for applicant in job["applicants"]]
    seconds = seconds_per_call(decide, job["applicants"], job["seconds"]) if job["seconds"] else None
    found = {"answers": answers, "mutants": mutants, "seconds": seconds, "version": importlib.metadata.version(package)}
    Path(answer_file).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
