"""Parity: every vector of the core gives the same bytes by the JSON door and from a dict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kapix

VECTORS = Path(__file__).parents[2] / "kapix-core" / "tests" / "vectors"
FILES = sorted(VECTORS.glob("*/*.json"))


def documents(vector: dict[str, Any]) -> list[Any]:
    """Returns the artefacts: documents, or names of files beside the vectors."""
    listed = vector.get("artefacts", [])
    return [VECTORS / it if isinstance(it, str) else it for it in (listed if isinstance(listed, list) else [listed])]


@pytest.mark.skipif(not FILES, reason="kapix-core/tests/vectors holds no vectors")
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_vector_gives_the_same_bytes_by_both_paths(file: Path) -> None:
    vector = json.loads(file.read_bytes())
    engine = kapix.Engine.load(documents(vector), clock="none", envelope=False)
    area, verb = vector["operation"].split(".")
    target: Any = engine.describe if area == "engine" else getattr(getattr(engine, area), verb)
    by_door = engine.call(vector["operation"], json.dumps(vector["request"], separators=(",", ":")))
    try:
        request = vector["request"]
        by_dict = (target(**request) if verb in ("score_batch", "describe") else target(request)).to_json()
    except kapix.KapixError as error:
        by_dict = error.to_json()
    assert by_dict == by_door
    assert ("error" in vector) == (by_door.status != 0)
