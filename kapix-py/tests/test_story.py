"""The loan story is the one that every language tells."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_story_is_the_one_that_every_language_tells() -> None:
    told = subprocess.run([sys.executable, EXAMPLES / "story.py"], check=True, capture_output=True, text=True)
    assert told.stdout == (EXAMPLES / "story.txt").read_text(encoding="utf-8")
