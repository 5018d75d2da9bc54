"""What a notebook is told before a call: names, types, defaults and documents of every field."""

from __future__ import annotations

import inspect
import pydoc
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import kapix

# The class of each request, by the names of the operations.
REQUESTS = {
    operation: getattr(kapix, "".join(part.title() for part in re.split("[._]", operation)) + "Request")
    for operation in (it.name for it in kapix.Engine.load([]).describe().operations)
    if operation not in ("engine.describe", "engine.health")
}
CONTROL = ["names", "progress", "threads"]


def methods() -> Iterator[Any]:
    engine = kapix.Engine.load([])
    for operation in engine.describe().operations:
        area, verb = operation.name.split(".")
        if operation.name in REQUESTS:
            holder = engine if area == "engine" else getattr(engine, area)
            yield pytest.param(getattr(holder, verb), operation.name, id=operation.name)
        if operation.columnar:
            method = getattr(getattr(engine, area), f"{verb}_async")
            yield pytest.param(method, operation.name, id=f"{operation.name} async")


@pytest.mark.parametrize(("method", "operation"), list(methods()))
def test_a_method_names_the_fields_of_its_request(method: Callable[..., Any], operation: str) -> None:
    fields = dict(REQUESTS[operation].__annotations__)
    parameters = inspect.signature(method).parameters
    keywords = [name for name, it in parameters.items() if it.kind is inspect.Parameter.KEYWORD_ONLY]
    beside = {"transactions"} & parameters.keys()
    assert sorted(keywords) == sorted([*fields, *beside, *(CONTROL if "frame" in parameters else [])])
    assert not any(it.kind is inspect.Parameter.VAR_KEYWORD for it in parameters.values())
    assert all(it.annotation is not inspect.Parameter.empty for it in parameters.values())
    told = pydoc.render_doc(method)
    for name in fields:
        assert f"\n        {name} (" in told or f"\n     {name} (" in told, told


def test_a_signature_shows_types_and_defaults() -> None:
    engine = kapix.Engine.load([])
    score = inspect.signature(engine.credit.score)
    assert "entity_id: str = <required>" in str(score) and "explain: bool = True" in str(score)
    assert str(score).startswith("(request: CreditScoreRequest | None = None, /, *, transactions: Frame | None = None, entity_id: str")
    assert str(score).endswith("-> CreditScoreResponse")
    develop = inspect.signature(engine.scorecard.develop).parameters
    assert develop["target"].default is inspect.Parameter.empty and str(develop["target"]) == "target: str"
    assert (develop["seed"].default, develop["stage"].default, develop["threads"].default) == (0, "card", 0)
    assert develop["selection"].default["correlation_max"] == 0.95
    told = pydoc.render_doc(engine.scorecard.develop)
    assert "stage (Stage; default 'card'): How far to go" in told
    assert "entity_type (EntityType; required): " in pydoc.render_doc(engine.credit.score)


def test_values_of_a_field_are_named() -> None:
    told = " ".join(pydoc.render_doc(kapix.Engine.load([]).credit.score).split())
    assert "One of `individual`, `sme`, `corporate`." in told


def test_a_struct_of_a_request_tells_its_fields() -> None:
    told = " ".join((kapix.BinningSettings.__doc__ or "").split())
    assert "bins_max (int" in told and "trend (Trend" in told
    assert "bins_max" in kapix.BinningSettings.__annotations__
    assert {"from", "to"} == set(kapix.PeriodInput.__annotations__)


def test_a_wrong_keyword_is_the_error_of_every_language() -> None:
    engine: Any = kapix.Engine.load(kapix.EXPERT_CARDS)
    with pytest.raises(kapix.ValidationError, match="json.unknown_field") as caught:
        engine.credit.score(entity_id="a", entity_type="sme", feature={})
    assert caught.value.fields == ("/feature",)
