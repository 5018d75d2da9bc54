"""The policy that every engine runs, as data, with a hand-written reference: ten rules over four inputs, a derived ratio,
and a switch of three ways. Documents of the engines are made of it, so that all have the same rules."""

from __future__ import annotations

import json
from typing import Any

INPUTS = ("age", "score", "pti", "delinq")
# low, high (both included) or None; then outcome, name, multiple of income, queue.
RULES: list[tuple[dict[str, tuple[float | None, float | None]], str, str, int, str]] = [
    ({"age": (None, 17)}, "decline", "UNDERAGE", 0, ""),
    ({"age": (66, None)}, "refer", "OLDER_THAN_65", 0, "senior"),
    ({"score": (None, 499)}, "decline", "LOW_SCORE", 0, ""),
    ({"delinq": (3, None)}, "decline", "DELINQUENT", 0, ""),
    ({"pti": (0.500001, None)}, "decline", "UNAFFORDABLE", 0, ""),
    ({"score": (500, 579), "delinq": (1, None)}, "refer", "THIN_MARGIN", 0, "margin"),
    ({"score": (500, 579), "pti": (0.350001, None)}, "refer", "STRETCHED", 0, "margin"),
    ({"score": (500, 579), "pti": (None, 0.35), "delinq": (0, 0)}, "approve", "SUBPRIME", 1, ""),
    ({"score": (580, 679), "pti": (None, 0.5), "delinq": (0, 2)}, "approve", "NEAR_PRIME", 2, ""),
    ({"score": (680, None), "pti": (None, 0.5), "delinq": (0, 2)}, "approve", "PRIME", 3, ""),
]
FIELDS = ("age", "score", "income", "amount", "tenure", "delinq")


def reference(applicant: dict[str, Any]) -> list[Any]:
    """Returns outcome, name of the rule, limit and queue, as a program for this policy alone would."""
    values = {
        "age": applicant["age"],
        "score": applicant["score"],
        "pti": (applicant["amount"] / (applicant["tenure"] / 30)) / applicant["income"],
        "delinq": applicant["delinq"],
    }
    for when, outcome, name, multiple, queue in RULES:
        if all(
            (low is None or low <= values[key]) and (high is None or values[key] <= high)
            for key, (low, high) in when.items()
        ):
            limit = min(applicant["amount"], applicant["income"] * multiple) if outcome == "approve" else 0
            return [outcome, name, limit, queue]
    return ["none", "", 0, ""]


def applicants(count: int, seed: int = 1) -> list[dict[str, int]]:
    """Returns applicants by a linear congruential generator, so that the rules all have some."""
    state = seed

    def draw(low: int, high: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return low + (state >> 33) % (high - low + 1)

    return [
        {
            "age": draw(16, 70),
            "score": draw(450, 850),
            "income": draw(20_000, 200_000),
            "amount": draw(5_000, 100_000),
            "tenure": 30 * draw(1, 6),
            "delinq": max(0, draw(-6, 4)),
        }
        for _ in range(count)
    ]


def _feel(low: float | None, high: float | None) -> str:
    if low is None:
        return f"<= {high}"
    if high is None:
        return f">= {low}"
    return f"[{low}..{high}]"


def kapix(aged: bool = False) -> dict[str, Any]:
    """Returns the artefact; `aged` states for each input how old a value may be."""
    ranges = {
        "age": (0, 120), "score": (300, 850), "income": (1, 10**9), "amount": (1, 10**9), "tenure": (1, 720),
        "delinq": (0, 1_000),
    }
    kinds = {"income": "money", "amount": "money"}
    inputs = {
        name: {"type": kinds.get(name, "integer"), "min": low, "max": high} | ({"max_age_days": 31} if aged else {})
        for name, (low, high) in ranges.items()
    }
    ways = {"approve": 0, "refer": 1, "decline": 2}
    rows = []
    for when, outcome, name, multiple, queue in RULES:
        then: dict[str, Any] = {"outcome": outcome, "outputs": {"multiple": multiple, "way": ways[outcome]}}
        if outcome != "approve":
            then["reason"] = name
        if queue:
            then["queue"] = queue
        rows.append({"id": name, "when": [_feel(*when[key]) if key in when else "-" for key in INPUTS], "then": then})
    switch = [
        {"id": "approve", "when": ["0"], "then": {"outputs": {"limit": "min(amount, income * eligibility.multiple)"}}},
        {"id": "refer", "when": ["1"], "then": {"outputs": {"limit": "amount * 0"}}},
        {"id": "decline", "when": ["2"], "then": {"outputs": {"limit": "amount * 0"}}},
    ]
    return {
        "kapix": 1, "kind": "policy", "id": "side_by_side", "version": "1",
        "provenance": {
            "limitations": "made in code", "owner": "benches", "population": "none", "purpose": "speed", "status": "draft",
        },
        "body": {
            "currency": "KES",
            "inputs": inputs,
            "reasons": {name: {"texts": {"en": name}} for _, outcome, name, _, _ in RULES if outcome != "approve"},
            "steps": [
                {"derive": {"name": "pti", "expression": "(amount / (tenure / 30)) / income"}},
                {
                    "table": {
                        "name": "eligibility", "hit": "first", "columns": list(INPUTS), "rules": rows,
                        "outputs": {"multiple": {"type": "integer"}, "way": {"type": "integer"}},
                    }
                },
                {
                    "table": {
                        "name": "switch", "hit": "unique", "columns": ["eligibility.way"], "rules": switch,
                        "outputs": {"limit": {"type": "money"}},
                    }
                },
            ],
            "offer": {"requested": "amount", "terms": {"limit": "switch.limit"}},
        },
    }


def zen() -> dict[str, Any]:
    """Returns the graph for zen-engine."""
    outputs = ("outcome", "rule", "multiple", "queue")
    rules = [
        {"_id": name}
        | {key: _feel(*when[key]) if key in when else "" for key in INPUTS}
        | {"outcome": json.dumps(outcome), "rule": json.dumps(name), "multiple": str(multiple), "queue": json.dumps(queue)}
        for when, outcome, name, multiple, queue in RULES
    ]
    position = {"x": 0, "y": 0}
    ways = {"approve": "min([amount, income * multiple])", "refer": "0", "decline": "0"}

    def expression(node: str, key: str, value: str) -> dict[str, Any]:
        content = {"expressions": [{"id": node + "_e", "key": key, "value": value}], "passThrough": True}
        return {"id": node, "type": "expressionNode", "name": node, "position": position, "content": content}

    statements = [{"id": f"s_{way}", "condition": f"outcome == '{way}'"} for way in ways]
    table = {
        "hitPolicy": "first", "passThrough": True, "inputField": None, "outputPath": None, "executionMode": "single",
        "inputs": [{"id": key, "name": key, "field": key} for key in INPUTS],
        "outputs": [{"id": key, "name": key, "field": key} for key in outputs],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": position},
        expression("pti", "pti", "(amount / (tenure / 30)) / income"),
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": position, "content": table},
        {
            "id": "switch", "type": "switchNode", "name": "switch", "position": position,
            "content": {"hitPolicy": "first", "statements": statements},
        },
        *(expression(way, "limit", value) for way, value in ways.items()),
        {"id": "out", "type": "outputNode", "name": "out", "position": position},
    ]
    pairs: list[tuple[str, str, str | None]] = [("in", "pti", None), ("pti", "table", None), ("table", "switch", None)]
    for way in ways:
        pairs += [("switch", way, f"s_{way}"), (way, "out", None)]
    edges = [
        {"id": f"e{number}", "type": "edge", "sourceId": source, "targetId": target}
        | ({"sourceHandle": handle} if handle else {})
        for number, (source, target, handle) in enumerate(pairs)
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _answer_logic(outcome: str, name: str, multiple: int, queue: str) -> Any:
    limit: Any = 0
    if outcome == "approve":
        limit = {"min": [{"var": "amount"}, {"*": [{"var": "income"}, multiple]}]}
    return [outcome, name, limit, queue]


def jsonlogic() -> Any:
    """Returns the rule for JSONLogic: one `if`, whose answers are lists."""
    pti = {"/": [{"/": [{"var": "amount"}, {"/": [{"var": "tenure"}, 30]}]}, {"var": "income"}]}
    places: dict[str, Any] = {key: {"var": key} for key in INPUTS} | {"pti": pti}
    branches: list[Any] = []
    for when, *then in RULES:
        tests = []
        for key, (low, high) in when.items():
            tests += [{">=": [places[key], low]}] if low is not None else []
            tests += [{"<=": [places[key], high]}] if high is not None else []
        branches += [{"and": tests} if len(tests) > 1 else tests[0], _answer_logic(*then)]
    return {"if": [*branches, ["none", "", 0, ""]]}


def cel() -> str:
    """Returns the CEL expression. Numbers are doubles: CEL compares no integer with one."""
    text = "['none', '', 0.0, '']"
    for when, outcome, name, multiple, queue in reversed(RULES):
        tests = []
        for key, (low, high) in when.items():
            place = "(amount / (tenure / 30.0)) / income" if key == "pti" else key
            tests += [f"{place} >= {float(low)}"] if low is not None else []
            tests += [f"{place} <= {float(high)}"] if high is not None else []
        limit = "0.0"
        if outcome == "approve":
            limit = f"(amount < income * {float(multiple)} ? amount : income * {float(multiple)})"
        text = f"{' && '.join(tests)} ? ['{outcome}', '{name}', {limit}, '{queue}'] : ({text})"
    return text


def rego() -> str:
    """Returns the Rego module."""
    lines = ["package lending", "import rego.v1", "pti := (input.amount / (input.tenure / 30)) / input.income"]
    for number, (when, outcome, name, multiple, queue) in enumerate(RULES):
        tests = []
        for key, (low, high) in when.items():
            place = "pti" if key == "pti" else f"input.{key}"
            tests += [f"{place} >= {low}"] if low is not None else []
            tests += [f"{place} <= {high}"] if high is not None else []
        limit = f"min([input.amount, input.income * {multiple}])" if outcome == "approve" else "0"
        head = "decision := " if number == 0 else "else := "
        lines.append(f'{head}["{outcome}", "{name}", {limit}, "{queue}"] if {{ {"; ".join(tests)} }}')
    lines.append('else := ["none", "", 0, ""]')
    return "\n".join(lines)


def json_rules_engine() -> list[dict[str, Any]]:
    """Returns the rules for json-rules-engine, the first with the highest priority."""
    rules = []
    for number, (when, outcome, name, multiple, queue) in enumerate(RULES):
        tests = []
        for key, (low, high) in when.items():
            tests += [{"fact": key, "operator": "greaterThanInclusive", "value": low}] if low is not None else []
            tests += [{"fact": key, "operator": "lessThanInclusive", "value": high}] if high is not None else []
        event = {"type": name, "params": {"outcome": outcome, "multiple": multiple, "queue": queue}}
        rules.append({"conditions": {"all": tests}, "event": event, "priority": len(RULES) - number})
    return rules


DOCUMENTS = {
    "cel": cel, "datalogic": jsonlogic, "json-rules-engine": json_rules_engine, "kapix": kapix, "regorus": rego,
    "zen": zen,
}
