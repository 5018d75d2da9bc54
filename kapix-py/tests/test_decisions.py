"""Decisions on record, and what is printed of them; `examples/ledger.py` as it stands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas
import pytest

import kapix

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    return kapix.Engine.open(tmp_path / "kapix.db", [kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES])


def loan(applicant: str = "amina") -> Any:
    told = json.loads((EXAMPLES / "loan.json").read_text(encoding="utf-8"))
    return {
        "applicant": told["applicant"],
        "as_of": told["as_of"],
        "inputs": {**told["inputs"], "applicant_id": applicant},
        "policy_id": told["policy"],
    }


def test_the_ledger_example_shows_each_step(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(EXAMPLES / "ledger.py"), str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )
    lines = run.stdout.splitlines()
    for step, wanted in enumerate((
        "a process decided and was killed", "its decision is there", "a checkpoint to keep elsewhere", "the log of 2 leaves is whole",
        "the decision gives the same answer again: True", "without Kapix: aud_", "erased: ", "then it answers ENTITY_NOT_FOUND",
        "the log of 4 leaves is whole, and begins with the checkpoint: True",
    )):
        assert lines[step].startswith(wanted), run.stdout


def test_a_decision_prints_its_outcome_and_its_reasons(engine: Any) -> None:
    decision = engine.decisions.run(loan())
    told = repr(decision)
    assert told.startswith("DecisionsRunResponse: decline") and "ABOVE_LIMIT_NOW" in told
    assert decision.confidence is None and decision.confidence_missing == ("account",)
    found = engine.decisions.get(decision_id=decision.audit_id)
    assert found.decision["outcome"] == "decline" and found.verifies


def test_a_secret_is_not_printed() -> None:
    pair: Any = kapix.Engine.load(kapix.EXPERT_CARDS).audit.key(name="log.example/kapix")
    assert pair.private_key.startswith("PRIVATE+KEY+log.example/kapix+")
    assert "PRIVATE+KEY" not in repr(pair) + pair._repr_html_()


def test_an_export_is_columns_of_a_frame(engine: Any) -> None:
    for applicant in ("a", "b"):
        engine.decisions.run(loan(applicant))
    frame = pandas.DataFrame(dict(engine.decisions.export().columns))
    assert list(frame["applicant_id"]) == ["a", "b"] and list(frame["outcome"]) == ["decline", "decline"]
    assert frame["points.account"].notna().all() and not frame["is_mature"].any()
