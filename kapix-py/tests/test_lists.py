"""Columns of plain Python, without numpy: scored, developed and evaluated."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import card, categorical, numeric

BARE = """
import sys

sys.modules["numpy"] = None  # what `import numpy` meets where it is not installed
import kapix
{setup}
engine = kapix.Engine.load(sys.stdin.read(), clock="2026-01-01T00:00:00Z", envelope=False)
scores = engine.credit.score_batch({frame}, entity_type="individual")
assert scores.points == [50, 33, 15], scores.points
# A missing input could make the second row better: it is referred.
assert scores.decision == ["decline", "refer", "decline"] and scores["status"] == ["scored"] * 3
assert all(score != score for score in scores.pd) and type(scores.score[0]) is float
assert [row.points for row in scores] == [50, 33, 15]
assert "numpy" not in sys.modules or sys.modules["numpy"] is None
"""


@pytest.mark.parametrize(
    ("setup", "frame"),
    [
        ("", "{'x': [2.0, None, 1.0], 'k': [0, 0, 0], 'home': ['own', 'own', 'rent']}"),
        ("from array import array", "{'x': array('d', [2, float('nan'), 1]), 'k': array('b', [0, 0, 0]), 'home': ('own', 'own', 'rent')}"),
        ("from decimal import Decimal", "{'x': [2, Decimal('nan'), Decimal('1.0')], 'k': [False or 0, 0.0, 0], 'home': ['own', 'own', 'rent'], 'flag': [True, None, False]}"),
        ("import polars", "polars.DataFrame({'x': [2.0, None, 1.0], 'k': [0, 0, 0], 'home': ['own', 'own', 'rent']})"),
        ("import pyarrow", "pyarrow.table({'x': [2.0, None, 1.0], 'k': [0, 0, 0], 'home': ['own', 'own', 'rent']})"),
    ],
)
def test_lists_and_arrow_columns_need_no_numpy(setup: str, frame: str) -> None:
    text = json.dumps(card([numeric("x", missing=3), numeric("k"), categorical("home")]))
    script = BARE.format(setup=setup, frame=frame)
    ran = subprocess.run([sys.executable, "-c", script], input=text, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


BARE_DEVELOPMENT = """
import sys

sys.modules["numpy"] = None
from array import array
import kapix
rows = 2000
x = [None if row % 50 == 0 else row % 97 + 0.5 * (row % 2) if row % 3 else row % 97 for row in range(rows)]
frame = {
    "x": x,
    "y": array("d", [row * 7919 % 1009 for row in range(rows)]),
    "home": [None if row % 40 == 0 else "own" if row % 3 else "rent" for row in range(rows)],
    "flag": [row % 2 == 0 for row in range(rows)],
    "bad": [int((row % 97) + (row * 31 % 60) < 50) for row in range(rows)],
}
developed = kapix.Engine.load([]).scorecard.develop(frame, target="bad", as_of="2026-01-01T00:00:00Z")
assert developed.artefact is not None
engine = kapix.Engine.load(developed.artefact)
scores = engine.credit.score_batch(frame, entity_type="individual")
assert scores.statuses == {"scored": rows}, scores.statuses
assert engine.scorecard.evaluate(frame, entity_type="individual", target="bad", as_of="2026-01-01T00:00:00Z") is not None
"""


def test_lists_are_developed_without_numpy() -> None:
    ran = subprocess.run([sys.executable, "-c", BARE_DEVELOPMENT], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
