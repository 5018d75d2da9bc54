"""The loan story is the one that every language tells."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_story_is_the_one_that_every_language_tells() -> None:
    told = subprocess.run([sys.executable, EXAMPLES / "story.py"], check=True, capture_output=True, text=True)
    assert told.stdout == (EXAMPLES / "story.txt").read_text(encoding="utf-8")


def test_a_statement_is_read_and_scored() -> None:
    told = subprocess.run([sys.executable, EXAMPLES / "statement_score.py"], check=True, capture_output=True, text=True)
    first, *_, last = told.stdout.splitlines()
    assert first == "Transactions: 220 rows of 1 account, 2026-01-01 to 2026-06-30"
    assert "approve with 681 points, band A1" in told.stdout and last.startswith("for: ")
