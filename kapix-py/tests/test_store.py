"""Engines on a file: what is kept is there after a restart, and in every process that opens it."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import pytest

import kapix
from conftest import AS_OF, CARD, REQUEST

KEYED: kapix.CreditScoreRequest = {**REQUEST, "idempotency_key": "application-7"}
# Of an applicant about whom nothing is known.
UNKNOWN: kapix.CashflowAnalyzeRequest = {"entity_id": "nobody", "data_sources": ["bank"]}
CALLS = 25


def held(engine: kapix.Engine) -> tuple[int, int, int]:
    """Returns how many records, keys and applicants a store holds."""
    store = engine.describe().store
    assert store is not None
    return store.records, store.keys, store.entities


def test_after_a_restart_keys_records_and_data_are_there(tmp_path: Path) -> None:
    path = tmp_path / "kapix.db"
    engine = kapix.Engine.open(path, CARD)
    first = engine.credit.score(KEYED)
    told, audit_id = repr(first), first.audit_id or ""
    engine.entity.put(entity_id="b", data={"bureau": {"no_record": True}})
    kept = engine.record(audit_id)
    del engine
    again = kapix.Engine.open(str(path), [CARD])
    answer = again.credit.score(KEYED)
    assert answer.to_json() == first.to_json()
    # What came from the file reads and prints as what was computed.
    assert answer == first and answer.points == first.points and answer.card.id == "test" and answer.pd is None
    assert repr(answer) == told and answer.to_dict() == first.to_dict()
    assert again.record(audit_id) == kept and kept.verify()
    assert again.record(answer.request_id or "") == kept
    assert held(again) == (1, 1, 1)
    with pytest.raises(kapix.DuplicateRequestError):
        again.credit.score({**KEYED, "seed": 1})


@pytest.mark.parametrize("durability", ["decision", "group", "os"])
def test_each_durability_keeps_what_was_answered(tmp_path: Path, durability: Any) -> None:
    path = tmp_path / "kapix.db"
    audit_id = kapix.Engine.open(path, CARD, durability=durability).credit.score(REQUEST).audit_id or ""
    assert kapix.Engine.open(path, CARD, durability=durability).record(audit_id).verify()


def test_the_tenants_of_a_file_are_apart(tmp_path: Path) -> None:
    engines = [kapix.Engine.open(tmp_path / "kapix.db", CARD, tenant=tenant) for tenant in ("a", "b")]
    audit_ids = [engine.credit.score(KEYED).audit_id or "" for engine in engines]
    assert audit_ids[0] != audit_ids[1]
    for engine, audit_id in zip(engines, reversed(audit_ids), strict=True):
        with pytest.raises(kapix.EntityNotFoundError):
            engine.record(audit_id)


def test_what_is_no_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database " * 100)
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE customers (id INTEGER)")
    connection.close()
    for path, cause in [(text, "store.corrupt"), (other, "store.schema"), (tmp_path / "no" / "kapix.db", "store.unavailable"), (tmp_path, "store.unavailable")]:
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(kapix.KapixError, match="option `store`") as caught:
            kapix.Engine.open(path, CARD)
        assert (caught.value.cause, caught.value.fields) == (cause, ("/store",))
        assert before is None or path.read_bytes() == before
    assert not (tmp_path / "no").exists()
    wrong: Any = "sometimes"
    with pytest.raises(kapix.ValidationError, match="durability must be"):
        kapix.Engine.open(tmp_path / "kapix.db", CARD, durability=wrong)
    for odd in (None, 7, ["kapix.db"]):
        with pytest.raises(TypeError):
            kapix.Engine.open(odd, CARD)  # type: ignore[arg-type]
    with pytest.raises(kapix.ValidationError, match="option `store`|UTF-8"):
        kapix.Engine.open("\udcff.db", CARD)
    with pytest.raises(TypeError):
        kapix.Engine.load(CARD, store="kapix.db")  # type: ignore[call-arg]


def _score(engine: kapix.Engine, name: str, found: str) -> tuple[list[str], str]:
    """Scores in one process, and returns the ids of its records and the answer under the key of all."""
    assert engine.record(found).verify()
    one = engine.credit.score(KEYED).to_json()
    return [engine.credit.score({**REQUEST, "entity_id": f"{name}-{call}"}).audit_id or "" for call in range(CALLS)], one


def _spawned(path: str, found: str, results: Queue[Any]) -> None:
    results.put(_score(kapix.Engine.open(path, CARD, clock=AS_OF), "spawned", found))


def _forked(engine: kapix.Engine, found: str, results: Queue[Any]) -> None:
    results.put(_score(engine, "forked", found))


def test_processes_that_open_one_file_find_the_records_of_each_other(tmp_path: Path) -> None:
    path = str(tmp_path / "kapix.db")
    engine = kapix.Engine.open(path, CARD, clock=AS_OF)
    first = engine.credit.score(REQUEST).audit_id or ""
    spawn, fork = multiprocessing.get_context("spawn"), multiprocessing.get_context("fork")
    results: Queue[Any] = spawn.Queue()
    children = [spawn.Process(target=_spawned, args=(path, first, results)) for _ in range(2)]
    children += [fork.Process(target=_forked, args=(engine, first, results)) for _ in range(2)]  # type: ignore[misc]
    for child in children:
        child.start()
    told = [_score(engine, "parent", first), *(results.get(timeout=60) for _ in children)]
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    answers = {answer for _, answer in told}
    assert len(answers) == 1
    audit_ids = [first, json.loads(answers.pop())["audit_id"], *(audit_id for ids, _ in told for audit_id in ids)]
    records = [engine.record(audit_id) for audit_id in audit_ids]
    assert all(record.verify() for record in records)
    assert sorted(record.seq for record in records) == list(range(2 + CALLS * len(told)))
    assert held(kapix.Engine.open(path, CARD)) == (len(records), 1, 0)


def test_a_child_that_changes_its_folder_writes_the_file_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    engine = kapix.Engine.open("kapix.db", CARD)
    child = os.fork()
    if child == 0:
        os.chdir("elsewhere")
        try:
            engine.credit.score(KEYED)
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert held(engine) == (1, 1, 0)


def test_a_child_keeps_what_it_answers_after_its_parent_has_closed(tmp_path: Path) -> None:
    engine = kapix.Engine.open(tmp_path / "kapix.db", CARD)
    first = engine.credit.score(REQUEST).audit_id or ""
    told, tell = os.pipe()
    closed, close = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for _ in range(2):
                os.write(tell, (engine.credit.score(REQUEST).audit_id or "").encode())
                os.read(closed, 1)
        except BaseException:
            os._exit(1)
        os._exit(0)
    # A child that ends early is the end of what it tells.
    os.close(tell)
    os.close(closed)
    audit_ids = [first, os.read(told, 30).decode()]
    # The last connections of this process to the file end, those of the child do not.
    del engine
    os.write(close, b"..")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    audit_ids.append(os.read(told, 30).decode())
    os.close(told)
    os.close(close)
    engine = kapix.Engine.open(tmp_path / "kapix.db", CARD)
    assert [engine.record(audit_id).seq for audit_id in audit_ids] == [0, 1, 2]


def test_a_refused_call_leaves_a_record_that_holds_its_error() -> None:
    engine = kapix.Engine.load(CARD)
    with pytest.raises(kapix.InsufficientDataError) as caught:
        engine.cashflow.analyze(UNKNOWN)
    error = caught.value
    record = engine.record(error.audit_id or "")
    assert record.verify() and record == engine.record(error.request_id or "")
    assert (record.audit_id, record.request_id) == (error.audit_id, error.request_id)
    assert (record.operation, record.refused) == ("cashflow.analyze", "INSUFFICIENT_DATA")
    told = json.loads(record.response or b"")["error"]
    assert (told["cause"], tuple(told["fields"])) == (error.cause, error.fields)
    assert "refused" in repr(record) and "INSUFFICIENT_DATA" in record._repr_html_()
    assert json.loads(engine.call("cashflow.analyze", UNKNOWN))["error"]["audit_id"].startswith("aud_")
    # What is of no documented form leaves none.
    with pytest.raises(kapix.ValidationError) as shapeless:
        engine.cashflow.analyze({"entity_id": ""})
    assert shapeless.value.audit_id is None
    quiet = kapix.Engine.load(CARD, record=False)
    with pytest.raises(kapix.InsufficientDataError) as bare:
        quiet.cashflow.analyze(UNKNOWN)
    assert bare.value.audit_id is None
