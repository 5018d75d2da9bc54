"""One policy in Kapix and in other rule engines: equal answers, then time; and what each decides of broken input.

    benches/.venv/bin/python benches/policy.py [speed] [safety] [--applicants N] [--seconds S] [--out FILE]

Ten rules over four inputs, a derived ratio and a switch of three ways (benches/policy/rules.py) are written for each engine
from one table. Every engine decides the same applicants; one that differs from the hand-written reference is an error.
Figures are CPU time, the best of five runs; `times` is beside Kapix in the same language.

safety: a good applicant with one fault in one input at a time. An approval there is silent: nothing says that the
input is missing, of another type, not a number, out of range, old, or of someone else. `-` marks what an engine has no
place for: it cannot be told how old a value is, or whose.

The exit code is 0; 1 where answers differ or Kapix approves broken input.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from policy import rules  # noqa: E402

PEERS = HERE / "policy" / ".venv" / "bin" / "python"
KAPIX = HERE / ".venv" / "bin" / "python"
RUST = HERE.parent / "target" / "release" / "policy"
# Language, engine, document, command.
WORKERS: list[tuple[str, str, str, list[str]]] = [
    ("Rust", "kapix", "kapix", [str(RUST)]),
    ("Python", "kapix", "kapix", [str(KAPIX), str(HERE / "policy" / "worker.py"), "kapix"]),
    ("Python", "kapix, outcome read", "kapix", [str(KAPIX), str(HERE / "policy" / "worker.py"), "kapix-outcome"]),
    *(
        ("Python", name, name, [str(PEERS), str(HERE / "policy" / "worker.py"), name])
        for name in ("zen", "datalogic", "cel", "regorus")
    ),
    *(
        ("Node.js", name, document, ["node", str(HERE / "policy" / "worker.mjs"), name])
        for name, document in (("kapix-text", "kapix"), ("kapix", "kapix"), ("zen", "zen"), ("json-rules-engine",) * 2)
    ),
]
# A good applicant, whom rule NEAR_PRIME approves.
GOOD = {"age": 34, "score": 640, "income": 100_000, "amount": 30_000, "tenure": 90, "delinq": 0}
NAN = {"$": "nan"}
OUT_OF_RANGE = {"age": -5, "score": 9_999, "income": 10**12, "amount": -1, "tenure": 100_000, "delinq": -1}
FAULTS = ("missing", "null", "wrong type", "NaN", "out of range", "stale", "of another applicant")
# What an engine that only takes values cannot be told.
UNTOLD = ("stale", "of another applicant")
TODAY = "2026-06-30"


def run(command: list[str], job: dict[str, Any]) -> dict[str, Any]:
    """Returns what a worker answers."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "job.json", Path(folder) / "answer.json"]
        paths[0].write_text(json.dumps(job))
        done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
        return json.loads(paths[1].read_text())


def available(command: list[str]) -> bool:
    return shutil.which(command[0]) is not None


def broken(name: str, fault: str, own: bool) -> dict[str, Any]:
    """Returns the good applicant with a fault in one input; `own` for Kapix, whose values have a date and an owner."""
    values: dict[str, Any] = dict(GOOD)
    if own:
        values = {key: {"value": value, "at": TODAY, "entity_id": "ent_1"} for key, value in values.items()}
    value: Any = GOOD[name]
    put = {"null": None, "wrong type": str(value), "NaN": NAN, "out of range": OUT_OF_RANGE[name]}
    if fault == "missing":
        del values[name]
    elif fault in put:
        values[name] = {**values[name], "value": put[fault]} if own else put[fault]
    elif own:
        values[name] = {**values[name], **({"at": "2026-01-01"} if fault == "stale" else {"entity_id": "ent_2"})}
    return values


def speed(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Prints the time of a decision in each engine."""
    applicants = rules.applicants(arguments.applicants)
    expected = [rules.reference(applicant) for applicant in applicants]
    lines: list[dict[str, Any]] = []
    for language, name, document, command in WORKERS:
        if not available(command):
            print(f"{language} {name}: not there; make bench-setup", file=sys.stderr)
            continue
        job = {
            "document": rules.DOCUMENTS[document](), "applicants": applicants, "mutants": [],
            "seconds": arguments.seconds,
        }
        found = run(command, job)
        whole = len(found["answers"][0]) > 1
        differ = [
            (applicant, answer, right)
            for applicant, answer, right in zip(applicants, found["answers"], expected)
            if answer != (right if whole else right[:1])
        ]
        if differ:
            raise RuntimeError(f"{language} {name} decides {len(differ)} of {len(applicants)} otherwise: {differ[0]}")
        seconds = found["seconds"]
        if isinstance(seconds, dict):
            lines += rust_lines(found)
            seconds = seconds["typed"]
        else:
            lines.append({"language": language, "engine": name, "version": found["version"], "us": seconds * 1e6})
    base = {line["language"]: line["us"] for line in reversed(lines) if line.get("engine") == "kapix"}
    print(f"{arguments.applicants} applicants, equal answers of all\n")
    print(f"{'language':10}{'engine':34}{'version':28}{'us':>10}{'times':>9}")
    for line in lines:
        if "us" in line:
            times = line["us"] / base[line["language"]]
            print(f"{line['language']:10}{line['engine']:34}{line['version']:28}{line['us']:10.3f}{times:9.2f}")
    for line in lines:
        if "text" in line:
            print(line["text"])
    return lines


def rust_lines(found: dict[str, Any]) -> list[dict[str, Any]]:
    seconds = found["seconds"]
    lines: list[dict[str, Any]] = [
        {"language": "Rust", "engine": name, "version": found["version"], "us": seconds[key] * 1e6}
        for name, key in (("kapix", "typed"), ("kapix, JSON text to JSON text", "json"))
    ]
    tables = dict(map(tuple, seconds["tables"]))
    text = ", ".join(f"{rows:,} rows {1e9 * tables[rows]:.0f} ns" for rows in sorted(tables))
    lines.append({"text": f"\npolicy.replay, one core: {seconds['replay'] / 1e6:.1f} M applications/s"})
    lines.append({"text": f"a table of four columns: {text}; 3,000 to 10 rows {tables[3_000] / tables[10]:.2f} times"})
    lines.append({"text": f"calibration loop {seconds['calibration_ns']:.3f} ns a step"})
    return lines


def safety(_: argparse.Namespace) -> list[dict[str, Any]]:
    """Prints how many of the six inputs are approved in silence with each fault."""
    lines: list[dict[str, Any]] = []
    print(f"\nsilent approvals of {len(GOOD)} inputs, by fault\n")
    print(f"{'language':10}{'engine':20}" + "".join(f"{fault:>13.12}" for fault in FAULTS))
    seen: set[tuple[str, str]] = set()
    for language, _, document, command in WORKERS:
        if not available(command) or (language, document) in seen:
            continue
        seen.add((language, document))
        own = document == "kapix"
        cases = [(name, fault) for fault in FAULTS if own or fault not in UNTOLD for name in GOOD]
        # A number that is none has no JSON.
        if own and language != "Python":
            cases = [(name, fault) for name, fault in cases if fault != "NaN"]
        good = {key: {"value": value, "at": TODAY, "entity_id": "ent_1"} for key, value in GOOD.items()} if own else GOOD
        job = {
            "document": rules.kapix(aged=True) if own else rules.DOCUMENTS[document](),
            "applicants": [good], "mutants": [broken(name, fault, own) for name, fault in cases], "seconds": 0,
        }
        found = run(command, job)
        if found["answers"][0][0] != "approve":
            raise RuntimeError(f"{language} {document} does not approve the good applicant: {found['answers'][0]}")
        counts: dict[str, int | None] = dict.fromkeys(FAULTS)
        for (name, fault), outcome in zip(cases, found["mutants"]):
            counts[fault] = (counts[fault] or 0) + (outcome == "approve")
        cells = "".join(f"{'-' if count is None else count:>13}" for count in counts.values())
        print(f"{language:10}{document:20}{cells}")
        lines.append({"language": language, "engine": document, "silent": counts})
        if own and any(counts.values()):
            raise RuntimeError(f"{language} kapix approves broken input: {counts}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help="speed, safety; both without any")
    parser.add_argument("--applicants", type=int, default=1_000, help="how many are decided (default 1000)")
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds of one timed run (default 0.3)")
    parser.add_argument("--out", type=Path, help="write the figures as JSON too")
    arguments = parser.parse_args()
    parts = {"speed": speed, "safety": safety}
    unknown = set(arguments.parts) - set(parts)
    if unknown:
        parser.error(f"no part `{min(unknown)}`; there are speed and safety")
    try:
        figures = {name: part(arguments) for name, part in parts.items() if not arguments.parts or name in arguments.parts}
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
