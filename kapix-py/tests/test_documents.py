"""Checks take the text of a document or its file; a page takes the counts of a replay as it answered them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kapix
from kapix._document import TEXT_BYTES_MAX, written_check
from kapix._run import _with_counts

YAML = """
kapix: 1
kind: policy
id: p
version: "1"
provenance: {limitations: none, owner: me, population: all, purpose: to test, status: draft}
body:
  inputs: {age: {type: integer}}
  reasons: {}
  steps:
    - table:
        name: t
        hit: first
        columns: [age]
        rules: [{when: [">= 18"], then: {outcome: approve}}]
"""


def test_a_check_takes_text_bytes_and_files(tmp_path: Path) -> None:
    engine, file = kapix.Engine.load([]), tmp_path / "policy.yaml"
    file.write_text(YAML)
    for artefact in (YAML, YAML.encode(), file, str(file)):
        checked: Any = engine.policy.check(artefact=artefact)
        assert checked.valid and [one.table for one in checked.tables] == ["t"]
        assert engine.artefact.check({"artefact": artefact}).artefacts[0].id == "p"
    with pytest.raises(FileNotFoundError):
        engine.policy.check(artefact=tmp_path / "absent.yaml")
    wrong: Any = engine.policy.check(artefact=YAML.replace("[age]", "[ages]"))
    assert not wrong.valid and "line 14" in wrong.problems[0].message


def test_the_text_of_a_document_stands_in_the_request() -> None:
    assert written_check({"artefact": {"kapix": 1}}) is None and written_check({"policy": "p"}) is None
    assert json.loads(written_check({"artefact": "a: 1\n"}) or b"") == {"artefact": "a: 1\n"}
    written = written_check({"as_of": "2026-01-01T00:00:00Z", "artefact": b'{"a":1}'}) or b""
    assert json.loads(written) == {"artefact": '{"a":1}', "as_of": "2026-01-01T00:00:00Z"}
    long = json.dumps({"a": "b" * TEXT_BYTES_MAX})
    assert json.loads(written_check({"artefact": long}) or b"") == {"artefact": json.loads(long)}


def test_a_page_takes_the_answer_of_a_replay_or_its_rows() -> None:
    engine = kapix.Engine.load(YAML)
    replayed = engine.policy.replay({"age": [20, 17, 30]}, policy="p", as_of="2026-01-01T00:00:00Z")
    every: list[Any] = [replayed, replayed.rules, [one.to_dict() for one in replayed.rules]]
    for hits in every:
        page: Any = engine.policy.explain(policy="p", hits=hits)
        assert "2 (100.0 %)" in page.text and ("Of 3 applications" in page.text) == (hits is replayed)
    counted = _with_counts({"policy": "p", "hits": replayed, "applications": 5})
    assert counted == {"policy": "p", "hits": [{"rows": 2, "rule": "rule_1", "table": "t"}], "applications": 5}
