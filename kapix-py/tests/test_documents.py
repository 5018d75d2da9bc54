"""Checks take the text of a document or its file; a page takes the counts of a replay as it answered them."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

import kapix
from kapix.__main__ import main
from kapix._document import written_check
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


def test_a_long_document_is_checked_as_a_short_one(tmp_path: Path) -> None:
    engine, file = kapix.Engine.load([]), tmp_path / "long.yaml"
    file.write_text(YAML + "# long\n" * 30_000)
    for artefact in (file, file.read_text(), memoryview(file.read_bytes())):
        assert engine.policy.check({"artefact": artefact}).valid
    assert main(["check", str(file)]) == 0
    # A text that ends early states nothing else in the request; what is wrong with it is said at its place.
    for text in ('{"a": 2}' + "\n" * 70_000 + ', "as_of": "2026-01-01T00:00:00Z"', '{"a": 1}' + " " * 70_000 + ', "policy": "p"'):
        checked: Any = engine.policy.check({"artefact": text})
        assert not checked.valid and checked.problems[0].cause == "json.syntax"
        assert engine.artefact.check(artefact=text).problems[0].message == checked.problems[0].message
    with pytest.raises(kapix.ValidationError, match="byte `3` begins no character"):
        engine.policy.check({"artefact": b"a: \xff"})

    class OfBytes:
        def __fspath__(self) -> bytes:
            return bytes(file)

    assert engine.policy.check({"artefact": OfBytes()}).valid


def test_a_page_refuses_the_replay_of_another_version() -> None:
    engine = kapix.Engine.load([YAML, YAML.replace('version: "1"', 'version: "2"')])
    replayed = engine.policy.replay({"age": [20, 17, 30]}, policy="p@1", as_of="2026-01-01T00:00:00Z")
    hits: Any = replayed
    assert "2 (100.0 %)" in engine.policy.explain(policy="p@1", hits=hits).text
    with pytest.raises(kapix.ValidationError, match="by `p@1 [0-9a-f]{12}`, the page of `p@2 ") as caught:
        engine.policy.explain(policy="p@2", hits=hits)
    assert caught.value.fields == ("/hits",)


def test_an_option_that_stands_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("date,amount\n2026-01-01,1.00\n")
    for option, pairs in (("--columns", ("at=date", "at=amount")), ("--profile", ("header_line=1", "header_line=2"))):
        with pytest.raises(SystemExit):
            main(["read", str(file), "--currency", "KES", option, pairs[0], option, pairs[1]])
        assert f"{option} states `{pairs[0].partition('=')[0]}` twice" in capsys.readouterr().err
    assert main(["read", str(file), "--currency", "KES", "--profile", "header_line=-1"]) == 1
    assert "header_line" in capsys.readouterr().err


def test_a_page_takes_the_answer_of_a_replay_or_its_rows() -> None:
    engine = kapix.Engine.load(YAML)
    replayed = engine.policy.replay({"age": [20, 17, 30]}, policy="p", as_of="2026-01-01T00:00:00Z")
    every: list[Any] = [replayed, replayed.rules, [one.to_dict() for one in replayed.rules]]
    for hits in every:
        page: Any = engine.policy.explain(policy="p", hits=hits)
        assert "2 (100.0 %)" in page.text and ("Of 3 applications" in page.text) == (hits is replayed)
    counted = _with_counts({"policy": "p", "hits": replayed, "applications": 5})
    assert counted == {"policy": "p", "hits": [{"rows": 2, "rule": "rule_1", "table": "t"}], "applications": 5}


def test_ctrl_c_stops_a_check() -> None:
    rules = [{"when": [f">= {row}", f"< {row + 20_000}"], "then": {"outcome": "approve"}} for row in range(20_000)]
    table = {"name": "t", "hit": "any", "columns": ["a", "b"], "rules": rules}
    body = {"inputs": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "reasons": {}, "steps": [{"table": table}]}
    provenance = {"limitations": "none", "owner": "me", "population": "all", "purpose": "to test", "status": "draft"}
    artefact = {"kapix": 1, "kind": "policy", "id": "p", "version": "1", "provenance": provenance, "body": body}
    engine = kapix.Engine.load([])
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(100):
            engine.policy.check(artefact=artefact)
    timer.join()
