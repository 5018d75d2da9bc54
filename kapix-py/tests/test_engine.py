"""Loading, records, answers as objects, threads, forks and the command line."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy
import pytest
from conftest import AS_OF, CARD, REQUEST, card, numeric

import kapix
from kapix import _types


def test_artefacts_come_as_text_bytes_dict_path_and_list(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD))
    other = card([numeric("x")], "other")
    bundle: dict[str, Any] = {
        "kapix": 1, "kind": "bundle", "id": "b", "version": "1", "artefacts": [other],
        "routes": [{"artefact": "test@1", "entity_type": "individual", "operation": name} for name in ("credit.score", "credit.score_batch", "scorecard.evaluate")],
    }
    forms: list[Any] = [json.dumps(CARD), json.dumps(CARD).encode(), CARD, path, [path], [bundle, CARD]]
    answers = {kapix.Engine.load(form, clock=AS_OF, envelope=False).credit.score(REQUEST).to_json() for form in forms}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("artefacts", "options", "cause"),
    [
        ("{", {}, "json.syntax"),
        ({"kapix": float("nan")}, {}, "json.number_not_finite"),
        ({**CARD, "kind": "other"}, {}, "artefact.kind"),
        ([CARD, CARD], {}, "artefact.duplicate"),
        (CARD, {"clock": "noon"}, "time.syntax"),
        (CARD, {"idempotency": "never"}, "value.out_of_range"),
        (CARD, {"limits": {"request_bytes": 10}}, "limit.exceeded"),
        (CARD, {"limits": {"nothing": 10}}, "json.unknown_field"),
        (CARD, {"production": True}, "artefact.not_approved"),
    ],
)
def test_what_does_not_load_says_why(artefacts: Any, options: dict[str, Any], cause: str) -> None:
    with pytest.raises(kapix.KapixError) as caught:
        kapix.Engine.load(artefacts, **options)
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("options", "cause", "field"),
    [
        ({"record": 1}, "json.shape", "/record"),
        ({"tenant": 5}, "json.shape", "/tenant"),
        ({"clock": 5}, "json.shape", "/clock"),
        ({"clock": "noon"}, "time.syntax", "/clock"),
        ({"clock": object()}, "json.shape", "/clock"),
        ({"envelope": "yes"}, "json.shape", "/envelope"),
        ({"production": 1}, "json.shape", "/production"),
        ({"idempotency": "never"}, "value.out_of_range", "/idempotency"),
        ({"limits": {"row": 1}}, "json.unknown_field", "/limits/row"),
        ({"limits": {"frame_rows": -1}}, "value.out_of_range", "/limits/frame_rows"),
        ({"limits": 5}, "json.shape", "/limits"),
    ],
)
def test_a_wrong_option_is_the_error_of_every_language(options: dict[str, Any], cause: str, field: str) -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        kapix.Engine.load(CARD, **options)
    assert (caught.value.cause, caught.value.fields) == (cause, (field,))


def test_a_clock_may_be_a_datetime() -> None:
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    assert kapix.Engine.load(CARD, clock=at).credit.score(REQUEST).recorded_at == AS_OF


def test_data_that_were_put_are_scored_under_their_id() -> None:
    engine = kapix.Engine.load(kapix.EXPERT_CARDS, clock=AS_OF)
    with pytest.raises(kapix.InsufficientDataError, match="entity.put gave none") as caught:
        engine.cashflow.analyze(entity_id="a", data_sources=["bank"])
    assert caught.value.fields == ("/data/bank",)
    row: Any = {"at": "2025-12-01", "amount_minor": 100.0}
    account: Any = {"account_id": "1", "kind": "current", "currency": "KES", "transactions": [row]}
    put = engine.entity.put(entity_id="a", data={"bank": {"accounts": [account], "retrieved_at": AS_OF}})
    assert put.held == ("bank",) and put.changes[0].before is None
    after = put.changes[0].after
    assert after is not None and (after.accounts, after.rows, after.retrieved_at) == (1, 1, AS_OF)
    answer = engine.cashflow.analyze(entity_id="a", data_sources=["bank"])
    assert answer.accounts[0].rows == 1 and answer.audit_id is not None
    assert json.loads(engine.record(answer.audit_id).request or b"")["data"]["bank"]["retrieved_at"] == AS_OF
    store = engine.describe().store
    assert store is not None and (store.entities, store.entities_evicted, store.records) == (1, 0, 2)
    assert store.entities_bytes > 0 and store.records_bytes > 0 and store.keys_bytes == 0
    assert engine.entity.forget(entity_id="a").held == ()
    with pytest.raises(kapix.InsufficientDataError):
        engine.cashflow.analyze(entity_id="a", data_sources=["bank"])


def test_what_was_dropped_is_seen() -> None:
    engine = kapix.Engine.load(CARD, clock=AS_OF, idempotency="process", limits={"store_key_bytes": 100_000, "store_record_bytes": 100_000})
    for key in range(100):
        engine.credit.score({**REQUEST, "idempotency_key": str(key)})
    store = engine.describe().store
    assert store is not None and store.keys + store.keys_evicted == 100 == store.records + store.records_evicted
    assert 0 < store.keys_bytes <= 100_000 and 0 < store.records_bytes <= 100_000
    assert store.keys_evicted_bytes > 0 and store.records_evicted_bytes > 0


def test_options_paths_and_threads_are_named(tmp_path: Path) -> None:
    for options, field, name in [
        ({"limits": {"row": 1}}, "/limits/row", "limits.row"),
        ({"limits": 5}, "/limits", "limits"),
        ({"clock": 5}, "/clock", "clock"),
        ({"clock": object()}, "/clock", "clock"),
        ({"tenant": 5}, "/tenant", "tenant"),
        ({"production": 1}, "/production", "production"),
    ]:
        with pytest.raises(kapix.ValidationError, match=f"option `{name}`") as caught:
            kapix.Engine.load(CARD, **options)  # type: ignore[arg-type]
        assert caught.value.fields == (field,)
    for path in ("card.json", str(tmp_path / "card.json")):
        with pytest.raises(FileNotFoundError, match="No such file or directory: .*card.json"):
            kapix.Engine.load(path)
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    engine = kapix.Engine.load(tmp_path / "card.json")
    for threads in (-1, 2**32, 10**30, True, 1.0, "2"):
        with pytest.raises(kapix.ValidationError, match="threads must be an integer in") as caught:
            engine.credit.score_batch({"f0": [1.0]}, entity_type="individual", threads=threads)  # type: ignore[arg-type]
        assert caught.value.fields == ("/threads",)


def test_the_expert_cards_load() -> None:
    engine = kapix.Engine.load(kapix.EXPERT_CARDS)
    assert engine.describe().engine == kapix.__version__
    assert engine.artefact.check(artefact=json.loads(kapix.EXPERT_CARDS)).valid


def test_without_a_clock_as_of_must_be_given() -> None:
    engine = kapix.Engine.load(CARD, clock="none")
    with pytest.raises(kapix.ValidationError, match="time.as_of_missing"):
        engine.credit.score(REQUEST)
    assert engine.credit.score({**REQUEST, "as_of": AS_OF}).recorded_at is None


def test_swap_puts_other_artefacts_in_place() -> None:
    engine = kapix.Engine.load(CARD)
    engine.swap(card([numeric("x")], "other"))
    assert engine.credit.score(entity_id="a", entity_type="individual", features={"x": 2.0}).card.id == "other"
    with pytest.raises(kapix.ValidationError):
        engine.swap("{}")
    assert engine.describe().artefacts[0].id == "other"


def test_a_record_holds_the_bytes_of_the_call() -> None:
    engine = kapix.Engine.load(CARD, clock=AS_OF)
    answer = engine.credit.score(REQUEST)
    assert answer.audit_id is not None
    record = engine.record(answer.audit_id)
    assert json.loads(record.leaf)["audit_id"] == answer.audit_id
    assert json.loads(record.request or b"")["entity_id"] == "applicant-1"
    envelope = ("audit_id", "latency_ms", "recorded_at", "request_id")
    whole = {name: value for name, value in json.loads(answer.to_json()).items() if name not in envelope}
    assert json.loads(record.response or b"") == whole
    assert record.verify() and record.found is None
    assert record.parts == ("features", "request", "response")
    # Each part and its salt were sealed: whatever is changed alone is told.
    for name in record.parts:
        for member, value in [("salt", "31" * 16), ("body", {"entity_id": "applicant-2"})]:
            changed = json.loads(record.to_json())
            changed["parts"][name][member] = value
            with pytest.raises(kapix.ValidationError, match=f"part `{name}` is not what the leaf was sealed over") as caught:
                kapix.AuditRecord.from_json(json.dumps(changed)).verify()
            assert caught.value.cause == "record.altered"
    # A part that is gone was erased, and the rest is proved; one that the leaf does not name was never sealed.
    erased, more = json.loads(record.to_json()), json.loads(record.to_json())
    del erased["parts"]["response"], erased["parts"]["features"]
    rest = kapix.AuditRecord.from_json(json.dumps(erased))
    assert rest.verify() and rest.response is None and rest.parts == ("request",) and rest != record
    assert json.loads(rest.request or b"")["features"] is None
    more["parts"]["found"] = {"body": {}, "salt": "31" * 16}
    with pytest.raises(kapix.ValidationError, match="part `found`"):
        kapix.AuditRecord.from_json(json.dumps(more)).verify()
    # Whoever writes the leaf anew is not found out by the record alone.
    anew = json.loads(record.to_json())
    anew["leaf"]["seq"] = 1
    assert kapix.AuditRecord.from_json(json.dumps(anew)).verify()
    with pytest.raises(kapix.EntityNotFoundError):
        engine.record("aud_00000000000000000000000000")
    assert kapix.Engine.load(CARD, record=False).credit.score(REQUEST).audit_id is None


def test_answers_are_frozen(engine: kapix.Engine) -> None:
    answer: Any = engine.credit.score(REQUEST)
    for thing, name in [(answer, "points"), (answer, "new"), (answer.explanation, "adverse_reasons"), (answer.card, "id")]:
        with pytest.raises(AttributeError):
            setattr(thing, name, 1)
        with pytest.raises(AttributeError):
            delattr(thing, name)
    with pytest.raises(TypeError):
        answer.null_reasons["/pd"] = "x"
    assert isinstance(answer.explanation.adverse_reasons, tuple)


def test_answers_compare_print_and_become_dicts(engine: kapix.Engine) -> None:
    answer, same = engine.credit.score(REQUEST), engine.credit.score(REQUEST)
    assert answer == same and answer.card == same.card
    assert answer != engine.credit.score({**REQUEST, "seed": 1})
    assert f"{answer.points} points" in repr(answer) and f"id={answer.card.id!r}" in repr(answer.card)
    assert answer.to_dict() == json.loads(answer.to_json())
    assert answer.explanation is not None
    assert answer.explanation.to_dict() == json.loads(answer.to_json())["explanation"]
    assert engine.credit.score({**REQUEST, "explain": False}).explanation is None
    with pytest.raises(AttributeError):
        answer.nothing  # type: ignore[attr-defined]


def walk(value: Any, seen: dict[str, Any]) -> None:
    if isinstance(value, kapix.Record):
        seen[type(value).__name__] = value
        for name in type(value).__dict__:
            if not name.startswith("_"):
                walk(getattr(value, name), seen)
    elif isinstance(value, tuple):
        for item in value:
            walk(item, seen)
    elif hasattr(value, "values"):
        for item in value.values():
            walk(item, seen)


def test_nested_structs_have_the_classes_of_the_schema(engine: kapix.Engine) -> None:
    seen: dict[str, Any] = {}
    walk(engine.credit.score(REQUEST), seen)
    walk(engine.describe(), seen)
    walk(engine.artefact.check(artefact={}), seen)
    assert "Record" not in seen
    for name in ("CreditScoreResponse", "Explanation", "ReasonView", "ArtefactRef", "EngineDescribeResponse", "Limits", "Problem"):
        assert type(seen[name]) is getattr(_types, name)


def test_names_that_python_reserves_take_an_underscore() -> None:
    assert "from_" in vars(_types.MoveView) and "from_" in vars(_types.Finding)


def test_eight_threads_score_at_once(engine: kapix.Engine) -> None:
    expected = engine.credit.score(REQUEST).to_json()
    text = json.dumps(REQUEST)

    def score(_: int) -> set[str]:
        return {engine.credit.score(REQUEST).to_json() for _ in range(200)} | {str(engine.call("credit.score", text))}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set().union(*pool.map(score, range(8))) == {expected}


def test_a_forked_child_scores(engine: kapix.Engine) -> None:
    columns = {name: numpy.ones(200_000) for name in REQUEST["features"] or {} if name != "home"}
    frame = {**columns, "home": ["own"] * 200_000}
    before = engine.credit.score_batch(frame, entity_type="individual").to_json()
    single = engine.credit.score(REQUEST).to_json()
    child = os.fork()
    if child == 0:
        same = engine.credit.score(REQUEST).to_json() == single
        same = same and engine.credit.score_batch(frame, entity_type="individual").to_json() == before
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _worker(engine: kapix.Engine) -> None:
    """A worker as gunicorn forks one: it answers, and reads its record."""
    for _ in range(20):
        answer = engine.credit.score(REQUEST)
        assert answer.audit_id is not None
        engine.record(answer.audit_id)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize(("name", "children"), [(None, 60), ("kapix.db", 20)])
def test_no_child_hangs_that_is_forked_while_threads_call_with_records(name: str | None, children: int, tmp_path: Path) -> None:
    engine = kapix.Engine.load(CARD) if name is None else kapix.Engine.open(tmp_path / name, CARD)
    ends = threading.Event()

    def call() -> None:
        while not ends.is_set():
            engine.credit.score(REQUEST)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(children):
            child = multiprocessing.get_context("fork").Process(target=_worker, args=(engine,))
            child.start()
            child.join(30)
            code = child.exitcode
            child.kill()
            assert code == 0
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def _repeat(engine: kapix.Engine, keys: list[str]) -> None:
    """A worker that is sent each key by four threads: whatever ran under it in the parent, it is decided once here."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for key in keys:
            answers = pool.map(lambda _: engine.credit.score({**REQUEST, "idempotency_key": key}).to_json(), range(4))
            assert len(set(answers)) == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_key_that_runs_while_its_process_forks_is_decided_once_in_each() -> None:
    engine = kapix.Engine.load(CARD, idempotency="process")
    ends = threading.Event()
    given: list[list[str]] = [[], [], [], []]

    def call(own: list[str]) -> None:
        while not ends.is_set():
            own.append(f"{id(own)}-{len(own)}")
            first = engine.credit.score({**REQUEST, "idempotency_key": own[-1]}).to_json()
            assert engine.credit.score({**REQUEST, "idempotency_key": own[-1]}).to_json() == first

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call, own) for own in given]
        try:
            for _ in range(30):
                keys = [key for own in given for key in own[-3:]]
                child = multiprocessing.get_context("fork").Process(target=_repeat, args=(engine, [*keys, "of the child"]))
                child.start()
                child.join(30)
                code = child.exitcode
                child.kill()
                assert code == 0
        finally:
            ends.set()
        for made in calls:
            made.result()


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kapix", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_the_command_line_calls_and_checks(tmp_path: Path) -> None:
    good, bad, request = tmp_path / "card.json", tmp_path / "bad.json", tmp_path / "request.json"
    good.write_text(json.dumps(CARD))
    bad.write_text(json.dumps({**CARD, "kind": "other"}))
    request.write_text(json.dumps(REQUEST))
    called = run("call", "credit.score", str(request), "--artefacts", str(good))
    assert called.returncode == 0 and json.loads(called.stdout)["entity_id"] == "applicant-1"
    piped = run("call", "credit.score", "-", "--artefacts", str(good), text=json.dumps(REQUEST))
    assert json.loads(piped.stdout)["points"] == json.loads(called.stdout)["points"]
    failed = run("call", "credit.score", "-", "--artefacts", str(good), text="{}")
    assert failed.returncode == 1 and "json.shape" in failed.stderr and "/entity_id" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert run("call", "engine.describe").returncode == 0
    assert run("check", str(good)).returncode == 0
    policy = tmp_path / "policy.yaml"
    policy.write_text(kapix.EXAMPLE_POLICIES)
    assert run("check", str(policy)).returncode == 0 and "nano_loan_ke@" in run("check", str(policy)).stdout
    # A policy that loads, though one of its cases comes out otherwise.
    policy.write_text(kapix.EXAMPLE_POLICIES.replace("expect: {outcome: approve", "expect: {outcome: decline", 1))
    failing = run("check", str(policy))
    assert failing.returncode == 1 and "not valid" in failing.stderr and "expected the outcome `decline`" in failing.stderr
    policy.write_text(kapix.EXAMPLE_POLICIES.replace("kind: policy", "kind: police", 1))
    assert "artefact.kind" in run("check", str(policy)).stderr
    checked = run("check", str(good), str(bad))
    assert checked.returncode == 1 and "artefact.kind" in checked.stderr and "test@1" in checked.stdout
    for usage in [(), ("nothing",), ("check",), ("check", str(tmp_path / "absent.json"))]:
        assert run(*usage).returncode == 2
    assert run("--help").returncode == 0


def test_the_generated_files_name_every_class() -> None:
    for name in _types.__all__:
        assert getattr(kapix, name) is getattr(_types, name)


def test_the_example_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    readme = (root / "kapix-py" / "README.md").read_text()
    example = "".join(block.split("```")[0] for block in readme.split("```python\n")[1:])
    names: dict[str, Any] = {}
    exec(example, names)
    assert names["answer"].points == names["scores"].points[0] and len(names["scores"].points) == 1000
    with pytest.raises(kapix.ValidationError) as caught:
        kapix.Engine.load(kapix.EXPERT_CARDS).credit.score({"entity_id": "applicant-1"})  # type: ignore[call-overload]
    assert (caught.value.cause, caught.value.fields) == ("json.shape", ("/entity_type",))


def test_a_card_is_loaded_by_the_name_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "cards.json"
    file.write_text(kapix.EXPERT_CARDS if isinstance(kapix.EXPERT_CARDS, str) else bytes(kapix.EXPERT_CARDS).decode())
    by_name = kapix.Engine.load(str(file), envelope=False)
    assert by_name.describe().artefacts == kapix.Engine.load(file, envelope=False).describe().artefacts
