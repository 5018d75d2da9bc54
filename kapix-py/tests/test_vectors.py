"""Every vector of the core: correct answers, and the same bytes from JSON, from a dict and in Rust."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from vector_files import FOLDER, digests, read

import kapix
from kapix._run import run

VECTORS = read()
DIGESTS = digests()
# Operations whose first argument is a frame.
COLUMNAR = {"score_batch", "develop", "diff", "evaluate", "read", "replay"}


def load(vector: dict[str, Any]) -> kapix.Engine:
    def document(it: Any) -> Any:
        if not isinstance(it, str):
            return it
        return kapix.EXPERT_CARDS if it == "expert" else FOLDER / "artefacts" / f"{it}.json"

    artefacts = [document(it) for it in vector.get("artefacts", [])]
    clock = vector.get("clock", "none")
    return kapix.Engine.load(artefacts, clock=clock, record=False, envelope=False, **vector.get("options", {}))


def text_of(vector: dict[str, Any]) -> str:
    if "request" in vector:
        return json.dumps(vector["request"], separators=(",", ":"))
    text: str = vector["request_text"]
    return text


def by_dict(vector: dict[str, Any]) -> str:
    operation, request = vector["operation"], vector["request"]
    area, verb = operation.split(".")
    try:
        engine = load(vector)
        method: Any = getattr(getattr(engine, area, None), verb, None)
        if method is None:
            return run(kapix.Answer, engine._desk, operation, request, {}).to_json()
        text: str = (method(**request) if verb in COLUMNAR else method(request)).to_json()
        return text
    except kapix.KapixError as error:
        return error.to_json()


def by_door(vector: dict[str, Any]) -> str:
    try:
        return load(vector).call(vector["operation"], text_of(vector))
    except kapix.KapixError as error:
        return error.to_json()


def compare(got: Any, expected: Any, tolerance: float, place: str = "") -> None:
    if isinstance(expected, dict):
        assert isinstance(got, dict), place
        for name, value in expected.items():
            assert name in got, f"{place}/{name}"
            compare(got[name], value, tolerance, f"{place}/{name}")
    elif isinstance(expected, list):
        assert isinstance(got, list) and len(got) == len(expected), place
        for index, (one, other) in enumerate(zip(got, expected)):
            compare(one, other, tolerance, f"{place}/{index}")
    elif isinstance(expected, (int, float)) and not isinstance(expected, bool):
        assert isinstance(got, (int, float)) and abs(got - expected) <= tolerance * max(1, abs(expected)), place
    else:
        assert got == expected, place


def test_no_vector_is_lost() -> None:
    assert VECTORS.keys() == DIGESTS.keys() and BATCHES


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_holds_by_every_path(name: str) -> None:
    vector = VECTORS[name]
    text = by_door(vector)
    answer = json.loads(text)
    expected = {"error": vector["error"]} if "error" in vector else vector["response"]
    compare(answer, expected, vector["tolerance"])
    if "request" in vector:
        assert by_dict(vector) == text
    assert hashlib.sha256(text.encode()).hexdigest() == DIGESTS[name]


def is_about_rows(vector: dict[str, Any]) -> bool:
    columnar = vector["operation"] == "credit.score_batch" and "columns" in vector.get("request", {})
    return columnar and "error" not in vector


BATCHES = [name for name, vector in VECTORS.items() if is_about_rows(vector)]


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_gives_the_same_rows_by_columns(name: str) -> None:
    vector = VECTORS[name]
    engine, request = load(vector), dict(vector["request"])
    in_json = json.loads(by_door(vector))
    columns = request.pop("columns")
    result = engine.credit.score_batch(columns, **request)
    rows = in_json.pop("columns")
    assert json.loads(result.to_json()) == in_json
    scored = [status == "scored" for status in rows["status"]]
    assert result.status.tolist() == rows["status"]
    assert result.decision.tolist() == rows["decision"]
    assert result.risk_band.tolist() == rows["risk_band"]
    assert [points if row else None for points, row in zip(result.points.tolist(), scored)] == rows["points"]
    assert [score if row else None for score, row in zip(result.score.tolist(), scored)] == rows["score"]
