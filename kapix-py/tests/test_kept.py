"""What is kept goes to JSON and back, and what is printed says what matters first."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pandas
import pytest

import kapix
from conftest import CARD, REQUEST

ROWS = 2000
INCOME = [float(900 + row * 37 % 500) for row in range(ROWS)]
BAD = [None if row % 50 == 0 else float(row * 31 % 500 > INCOME[row] - 900) for row in range(ROWS)]


def test_a_record_goes_to_json_and_back() -> None:
    engine = kapix.Engine.load(CARD)
    record = engine.record(engine.credit.score(REQUEST).audit_id or "")
    text = record.to_json()
    assert kapix.AuditRecord.from_json(text) == record
    assert kapix.AuditRecord.from_json(text.encode()).verify()
    altered = json.loads(text)
    altered["parts"]["response"]["body"]["points"] += 1
    with pytest.raises(kapix.ValidationError) as caught:
        kapix.AuditRecord.from_json(json.dumps(altered)).verify()
    assert caught.value.cause == "record.altered"
    assert kapix.AuditRecord.from_json(json.dumps(json.loads(text), indent=2)).to_json() == text
    part = {"body": {}, "salt": "!"}
    for odd in ["", "{}", "[]", "7", "\ud800", json.dumps({**altered, "parts": {"request": part}}), json.dumps({**altered, "more": ""}),
                json.dumps({**altered, "parts": {"salt": part}}), json.dumps({**altered, "leaf": 7})]:
        with pytest.raises(kapix.ValidationError):
            kapix.AuditRecord.from_json(odd)
    wrong: list[Any] = [None, 7, {}]
    for it in wrong:
        with pytest.raises(TypeError):
            kapix.AuditRecord.from_json(it)


def test_a_card_is_json_and_cannot_be_changed() -> None:
    made = kapix.Engine.load([]).scorecard.develop({"income": INCOME, "bad": BAD}, target="bad")
    card = made.artefact
    assert card
    assert json.loads(json.dumps(card)) == json.loads(made.to_json("artefact"))
    assert pickle.loads(pickle.dumps(card)) == card and copy.deepcopy(card) is card and copy.copy(card) is card
    assert kapix.Engine.load(json.dumps(card)).artefact.check(artefact=card).valid
    changes: list[Callable[[], object]] = [
        lambda: card.update(a=1), lambda: card.pop("id"), lambda: card.clear(), lambda: card.setdefault("a", 1),
        lambda: card.popitem(), lambda: card["body"].__setitem__("bands", ()), lambda: card.__delitem__("id"), lambda: card.__ior__({}),
    ]
    for change in changes:
        with pytest.raises(TypeError, match="cannot be changed"):
            change()


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere/mycard\.json"):
        kapix.Engine.load("nowhere/mycard.json")
    with pytest.raises(kapix.ValidationError):
        kapix.Engine.load("{")


def test_a_development_prints_what_was_left_out_and_what_misleads_first() -> None:
    leak = [0.5 if bad is None else bad for bad in BAD]
    engine = kapix.Engine.load([])
    made = engine.scorecard.develop({"income": INCOME, "leak": leak, "bad": BAD}, target="bad")
    printed = repr(made)
    assert "outcome not known 40" in printed and "no cut-offs were given" in printed
    assert "findings          3: leaking, pd_assumed" in printed
    stated = engine.scorecard.develop({"income": INCOME, "bad": BAD}, target="bad", cutoffs={"approve": 540, "refer": 520})
    assert "no cut-offs" not in repr(stated)


def circle() -> Any:
    request: dict[str, Any] = {**REQUEST}
    request["data"] = {"bank": {"accounts": [request]}}
    return request


def test_what_misses_says_where_and_what_instead() -> None:
    engine = kapix.Engine.load(CARD)
    frame = pandas.DataFrame({"income": [1.0, 2.0]})
    with pytest.raises(kapix.ValidationError, match=r"df\.iloc\[\[0\]\]"):
        engine.credit.score_batch(frame.iloc[0], entity_type="individual")
    with pytest.raises(kapix.ValidationError, match="of rows") as caught:
        engine.credit.score_batch([{"income": 1.0}], entity_type="individual")
    assert "``" not in str(caught.value)
    with pytest.raises(kapix.ValidationError, match="an object holds itself here") as caught:
        engine.credit.score(circle())
    assert caught.value.fields == ("/data/bank/accounts/0",)
    deep: Any = []
    for _ in range(250):
        deep = [deep, deep]
    with pytest.raises(kapix.ValidationError, match="json_depth must be"):
        own: Any = {**REQUEST, "data_sources": deep}
        engine.credit.score(own)
    with pytest.raises(kapix.ValidationError, match="got `list` and keywords"):
        engine.credit.score([1], entity_id="a")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"such as `credit\.score`; got `int`"):
        engine.call(7, "{}")  # type: ignore[arg-type]
