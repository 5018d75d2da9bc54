"""The idiomatic path gives the bytes of the JSON door, for answers and for errors."""

from __future__ import annotations

import collections
import datetime
import enum
import fractions
import json
from decimal import Decimal
from typing import Any

import numpy
import pandas
import pytest
from conftest import AS_OF, CARD, REQUEST, card, numeric

import kapix

FEATURES = dict(REQUEST["features"] or {})


def text_of(request: Any) -> str:
    """Returns JSON without spaces: messages on syntax name columns of the text."""
    return json.dumps(request, separators=(",", ":"))


def by_dict(engine: kapix.Engine, operation: str, request: Any) -> str:
    area, verb = operation.split(".")
    try:
        answer = getattr(getattr(engine, area), verb)(request)
    except kapix.KapixError as error:
        return error.to_json()
    text: str = answer.to_json()
    return text


SAME: list[tuple[str, Any]] = [
    ("credit.score", REQUEST),
    ("credit.score", {**REQUEST, "explain": False}),
    ("credit.score", {**REQUEST, "audience": "customer", "seed": 7}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": None}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": "text"}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": True}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": 2**53}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": 2**53 - 1}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": 10**400}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": -(2**63)}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": 1e300}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": -0.0}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": [1]}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "f0": {}}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "unknown": 1}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "home": "\ud800"}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "home": "x" * 70_000}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "home": "x\x00y"}}),
    ("credit.score", {**REQUEST, "features": {**FEATURES, "home": "é🎉"}}),
    ("credit.score", {**REQUEST, "features": {}}),
    ("credit.score", {**REQUEST, "features": None}),
    ("credit.score", {**REQUEST, "entity_id": ""}),
    ("credit.score", {**REQUEST, "entity_id": 5}),
    ("credit.score", {**REQUEST, "entity_type": "person"}),
    ("credit.score", {**REQUEST, "entity_type": {"individual": None}}),
    ("credit.score", {**REQUEST, "card": "nothing"}),
    ("credit.score", {**REQUEST, "seed": 1.0}),
    ("credit.score", {**REQUEST, "seed": True}),
    ("credit.score", {**REQUEST, "as_of": "yesterday"}),
    ("credit.score", {**REQUEST, "as_of": "2025-06-30T12:00:00+02:00"}),
    ("credit.score", {**REQUEST, "idempotency_key": "k"}),
    ("credit.score", {**REQUEST, "misspelt": 1}),
    ("credit.score", {**REQUEST, "context": {"loan_amount": 5, "currency": "KES"}}),
    ("credit.score", {**REQUEST, "context": {"loan_amount": 5, "currency": "XXX"}}),
    ("credit.score", {**REQUEST, "data": {}}),
    ("credit.score", {}),
    ("credit.score", []),
    ("credit.score", "text"),
    ("credit.score", 5),
    ("artefact.check", {"artefact": CARD}),
    ("artefact.check", {"artefact": {**CARD, "kind": "other"}}),
    ("artefact.check", {"artefact": 5}),
    ("cashflow.analyze", {"entity_id": "a"}),
    (
        "cashflow.analyze",
        {
            "entity_id": "a",
            "data": {
                "bank": {
                    "accounts": [
                        {
                            "account_id": "1",
                            "kind": "current",
                            "currency": "KES",
                            "transactions": [
                                {"at": "2025-12-01", "amount_minor": 5000, "balance_minor": 6000},
                                {"at": "2025-12-05", "amount_minor": -100, "balance_minor": 5900},
                                {"at": "2025-12-07T10:00:00Z", "amount_minor": -200, "balance_minor": 5000},
                            ],
                        }
                    ]
                }
            },
        },
    ),
]


@pytest.mark.parametrize(("operation", "request_"), SAME)
def test_a_dict_gives_the_bytes_of_its_json(engine: kapix.Engine, operation: str, request_: Any) -> None:
    assert by_dict(engine, operation, request_) == engine.call(operation, text_of(request_))


def test_describe_gives_the_bytes_of_the_door(engine: kapix.Engine) -> None:
    assert engine.describe().to_json() == engine.call("engine.describe", "{}")


def test_keywords_are_the_same_request(engine: kapix.Engine) -> None:
    assert engine.credit.score(**REQUEST).to_json() == engine.credit.score(REQUEST).to_json()


def test_columns_in_the_request_give_the_bytes_of_the_door(engine: kapix.Engine) -> None:
    columns = {name: [value, value] for name, value in FEATURES.items()}
    answer = engine.credit.score_batch(entity_type="individual", columns=columns)
    text = json.dumps({"entity_type": "individual", "columns": columns})
    assert answer.to_json() == engine.call("credit.score_batch", text)
    assert answer.columns is not None
    assert answer.columns["points"] == (engine.credit.score(REQUEST).points,) * 2


class Colour(str, enum.Enum):
    OWN = "own"


class Wide(float):
    def __float__(self) -> float:
        raise RuntimeError("code of the caller ran")


class Lying(dict):  # type: ignore[type-arg]
    def __getitem__(self, name: object) -> object:
        raise RuntimeError("code of the caller ran")

    def items(self) -> Any:
        raise RuntimeError("code of the caller ran")

    def __iter__(self) -> Any:
        raise RuntimeError("code of the caller ran")


@pytest.mark.parametrize(
    "value",
    [numpy.float64(1.5), numpy.float32(1.5), numpy.int64(1), numpy.uint8(1), Wide(1.5), fractions.Fraction(3, 2).__float__()],
)
def test_numbers_of_other_classes_count_by_their_value(engine: kapix.Engine, value: Any) -> None:
    plain = engine.credit.score({**REQUEST, "features": {**FEATURES, "f0": 1.5}})
    answer = engine.credit.score({**REQUEST, "features": {**FEATURES, "f0": value}})
    assert answer.points == plain.points


def test_subclasses_count_by_what_they_store(engine: kapix.Engine) -> None:
    plain = engine.credit.score(REQUEST)
    features = Lying({**FEATURES, "home": Colour.OWN})
    lying: Any = Lying({**REQUEST, "features": features, "data_sources": ()})
    ordered: Any = collections.OrderedDict(REQUEST)
    assert engine.credit.score(lying) == plain
    assert engine.credit.score(ordered) == plain
    # The slow path reads the same members.
    slow: Any = Lying({**REQUEST, "features": Lying({**FEATURES, "f0": numpy.int64(0)})})
    assert engine.credit.score(slow) == plain


def test_dates_are_instants(engine: kapix.Engine) -> None:
    at = datetime.datetime(2025, 6, 30, 12, tzinfo=datetime.timezone.utc)
    assert engine.credit.score({**REQUEST, "as_of": at}).as_of == "2025-06-30T12:00:00Z"
    with pytest.raises(kapix.ValidationError) as caught:
        engine.credit.score({**REQUEST, "as_of": at.replace(tzinfo=None)})
    assert (caught.value.cause, caught.value.fields) == ("time.offset", ("/as_of",))


@pytest.mark.parametrize(
    "at",
    [
        datetime.datetime(2025, 6, 30, 12),
        numpy.datetime64("2025-06-30T12:00:00.000000001"),
        pandas.Timestamp("2025-06-30T12:00:00"),
    ],
)
def test_a_time_without_offset_is_refused_and_says_so(engine: kapix.Engine, at: Any) -> None:
    for request, field in [({**REQUEST, "as_of": at}, "/as_of"), ({**REQUEST, "data": {"bank": {"retrieved_at": at}}}, "/data/bank/retrieved_at")]:
        with pytest.raises(kapix.ValidationError, match="the offset is missing") as caught:
            engine.credit.score(request)  # type: ignore[call-overload]
        assert (caught.value.cause, caught.value.fields) == ("time.offset", (field,))
    with pytest.raises(kapix.ValidationError, match="an option `clock`: the offset is missing"):
        kapix.Engine.load(CARD, clock=at)


def test_a_date_is_no_instant_to_types_and_at_run_time(engine: kapix.Engine) -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        engine.credit.score({**REQUEST, "as_of": datetime.date(2025, 6, 30)})  # type: ignore[call-overload]
    assert (caught.value.cause, caught.value.fields) == ("time.syntax", ("/as_of",))


@pytest.mark.parametrize("absent", [float("nan"), numpy.float32("nan"), pandas.NA, pandas.NaT, numpy.datetime64("NaT"), Decimal("nan"), Decimal("sNaN")])
def test_missing_is_missing_by_any_name_as_in_a_frame(engine: kapix.Engine, absent: Any) -> None:
    none = by_dict(engine, "credit.score", {**REQUEST, "features": {**FEATURES, "f0": None}})
    assert by_dict(engine, "credit.score", {**REQUEST, "features": {**FEATURES, "f0": absent}}) == none
    assert engine.call("credit.score", {**REQUEST, "features": {**FEATURES, "f0": absent}}) == none
    data: Any = {"bureau": {"values": {"f0": absent}}, "bank": {"accounts": [account(100, balance_minor=absent)]}}
    assert by_dict(engine, "cashflow.analyze", {"entity_id": "a", "data": data}) == by_dict(
        engine,
        "cashflow.analyze",
        {"entity_id": "a", "data": {"bureau": {"values": {"f0": None}}, "bank": {"accounts": [account(100, balance_minor=None)]}}},
    )


def account(amount: Any, at: Any = "2025-12-01", **more: Any) -> dict[str, Any]:
    rows = [{"at": at, "amount_minor": amount, **more}]
    return {"account_id": "1", "kind": "current", "currency": "KES", "transactions": rows}


ODD: list[Any] = [datetime.datetime(2026, 1, 1), 10**17, 10**400, 1e17, float("inf"), Decimal("inf"), [1, "a"], {"a": 1}, object(), -(2**53)]


@pytest.mark.parametrize("value", ODD)
def test_an_input_that_is_not_read_may_be_anything(engine: kapix.Engine, value: Any) -> None:
    answer = engine.credit.score({**REQUEST, "features": {**FEATURES, "unread": value}})
    assert answer.unused == ("/features/unread",)
    assert answer.points == engine.credit.score(REQUEST).points
    name = next(iter(FEATURES))
    with pytest.raises(kapix.ValidationError) as refused:
        engine.credit.score({**REQUEST, "features": {**FEATURES, name: value, "unread": value}})
    assert all(field.startswith(f"/features/{name}") for field in refused.value.fields)


@pytest.mark.parametrize("amount", [100.0, 1e2, numpy.float64(100), numpy.int16(100), Decimal("100.00"), Decimal("1E+2"), True + 99])
def test_a_whole_amount_is_an_integer(engine: kapix.Engine, amount: Any) -> None:
    request: Any = {"entity_id": "a", "data": {"bank": {"accounts": [account(amount)]}}}
    whole = engine.call("cashflow.analyze", text_of({"entity_id": "a", "data": {"bank": {"accounts": [account(100)]}}}))
    assert by_dict(engine, "cashflow.analyze", request) == whole
    for half in (100.5, Decimal("100.5"), float("nan"), True):
        request["data"]["bank"]["accounts"] = [account(half)]
        error = json.loads(by_dict(engine, "cashflow.analyze", request))["error"]
        assert (error["cause"], error["fields"]) == ("json.shape", ["/data/bank/accounts/0/transactions/0/amount_minor"])


@pytest.mark.parametrize(
    "at",
    [
        datetime.date(2025, 12, 1),
        numpy.datetime64("2025-12-01"),
        pandas.Timestamp("2025-12-01T10:00:00.5+03:00"),
        datetime.datetime(2025, 12, 1, tzinfo=datetime.timezone.utc),
    ],
)
def test_dates_and_instants_of_rows_may_be_objects(engine: kapix.Engine, at: Any) -> None:
    data: Any = {"bank": {"accounts": [account(100, at)]}}
    answer = engine.cashflow.analyze(entity_id="a", data=data)
    assert answer.accounts[0].covered is not None and answer.accounts[0].covered.to == "2025-12-01"


def recursive() -> dict[str, Any]:
    loop: dict[str, Any] = {}
    loop["artefact"] = loop
    return loop


@pytest.mark.parametrize(
    ("operation", "request_", "cause", "field"),
    [
        ("credit.score", {**REQUEST, "context": {"f/~0": float("inf")}}, "json.number_not_finite", "/context/f~1~00"),
        ("credit.score", {**REQUEST, "seed": float("nan")}, "json.number_not_finite", "/seed"),
        ("credit.score", {**REQUEST, "context": {"loan_amount": pandas.NA}}, "json.number_not_finite", "/context/loan_amount"),
        ("credit.score", {**REQUEST, "features": {"f0": float("inf")}}, "json.number_not_finite", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {"f0": numpy.float32("inf")}}, "json.number_not_finite", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {"f0": Decimal("-inf")}}, "json.number_not_finite", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {"f0": Decimal("1e999999")}}, "json.number_not_finite", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {"f0": Decimal(2**53)}}, "json.integer_out_of_range", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {"f0": 1j}}, "json.shape", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {"f0": b"own"}}, "json.shape", "/features/f0"),
        ("credit.score", {**REQUEST, "features": {b"f0": 1}}, "json.shape", "/features"),
        ("credit.score", {5: 1}, "json.shape", ""),
        ("credit.score", {**REQUEST, "data_sources": (name for name in ["bank"])}, "json.shape", "/data_sources"),
        ("credit.score", {**REQUEST, "data_sources": {"bank"}}, "json.shape", "/data_sources"),
        ("credit.score", {**REQUEST, "features": object()}, "json.shape", "/features"),
        ("credit.score", {**REQUEST, "features": numpy.zeros(3)}, "json.shape", "/features"),
        ("artefact.check", recursive(), "limit.exceeded", None),
    ],
)
def test_hostile_objects_are_errors_with_a_place(
    engine: kapix.Engine, operation: str, request_: Any, cause: str, field: str | None
) -> None:
    error = json.loads(by_dict(engine, operation, request_))["error"]
    assert error["cause"] == cause
    assert field is None or error["fields"] == [field]


def test_a_dict_that_changes_while_it_is_read_is_read_or_refused(engine: kapix.Engine) -> None:
    request: Any = dict(REQUEST)

    class Meddling:
        def __float__(self) -> float:
            request.clear()
            return 1.0

        def __index__(self) -> int:
            request.clear()
            return 1

    request["features"] = {"f0": Meddling()}
    with pytest.raises(kapix.ValidationError):
        engine.credit.score(request)
    assert request


def test_objects_that_are_too_much_as_json_are_refused() -> None:
    engine = kapix.Engine.load(card([numeric("x")]), clock=AS_OF, limits={"request_bytes": 10_000})
    column = [1] * 1000
    answer = engine.credit.score_batch(entity_type="individual", columns={"x": column})
    assert answer.columns is not None
    # One list in the memory, but ten in JSON, of more than 2,000 bytes each.
    with pytest.raises(kapix.ValidationError, match="request_bytes must be at most `10000`") as caught:
        engine.credit.score_batch(entity_type="individual", columns={f"x{index}": column for index in range(10)})
    assert caught.value.cause == "limit.exceeded"


def test_a_call_takes_a_dict_and_says_what_else_it_takes(engine: kapix.Engine) -> None:
    assert engine.call("credit.score", REQUEST) == engine.call("credit.score", json.dumps(REQUEST))
    assert engine.call("credit.score", memoryview(json.dumps(REQUEST).encode())).status == 0  # type: ignore[arg-type]
    for request in (None, 5, [REQUEST], object()):
        with pytest.raises(TypeError, match=f"a request must be JSON text, bytes or a dict; got `{type(request).__name__}`"):
            engine.call("credit.score", request)  # type: ignore[arg-type]


def test_unknown_operations_are_errors_of_the_door(engine: kapix.Engine) -> None:
    assert "did you mean `credit.score`?" in engine.call("credit.scor", "{}")
    reply = engine.call("credit.nothing", "{}")
    assert reply.status == 404
    assert json.loads(reply)["error"]["cause"] == "operation.unknown"
    assert engine.call("credit.score", json.dumps(REQUEST)).status == 0
    assert engine.call("credit.score", b"\xff").status == 400
    assert engine.call("credit.score", '"\ud800"').status == 400


def test_exceptions_carry_what_the_json_carries() -> None:
    engine = kapix.Engine.load(CARD, clock=AS_OF)
    with pytest.raises(kapix.KapixError) as caught:
        engine.credit.score({**REQUEST, "card": "nothing"})
    error = caught.value
    assert type(error) is kapix.EntityNotFoundError
    assert (error.code, error.status, error.cause, error.fields) == (
        "ENTITY_NOT_FOUND",
        404,
        "artefact.not_found",
        ("/card",),
    )
    assert error.request_id is not None
    assert json.loads(error.to_json())["error"]["message"] == error.message
    assert str(error).startswith("ENTITY_NOT_FOUND (artefact.not_found): ")
    assert error.__cause__ is None and error.__context__ is None


def test_each_code_of_the_table_has_its_class(engine: kapix.Engine) -> None:
    with pytest.raises(kapix.InsufficientDataError):
        engine.credit.score({**REQUEST, "features": {}})
    with pytest.raises(kapix.ForbiddenError):
        kapix.Engine.load(CARD, production=True)
    keyed = kapix.Engine.load(CARD, clock=AS_OF, idempotency="process")
    first = keyed.credit.score({**REQUEST, "idempotency_key": "k"})
    assert keyed.credit.score({**REQUEST, "idempotency_key": "k"}).to_json() == first.to_json()
    with pytest.raises(kapix.DuplicateRequestError):
        keyed.credit.score({**REQUEST, "idempotency_key": "k", "seed": 1})


def test_any_mapping_is_an_object_and_any_row_of_pandas_or_numpy_a_list_or_one(engine: kapix.Engine) -> None:
    def points(given: Any) -> int:
        return engine.credit.score({**REQUEST, "features": given}).points

    for given in (collections.ChainMap(FEATURES), collections.UserDict(FEATURES), pandas.Series(FEATURES)):
        assert points(given) == points(FEATURES)
    for named in (numpy.array(["bank"]), pandas.Index(["bank"])):
        request: Any = {**REQUEST, "data_sources": named}
        assert by_dict(engine, "credit.score", request) == by_dict(engine, "credit.score", {**REQUEST, "data_sources": ["bank"]})


def test_what_is_no_audit_id_is_an_error_of_kapix(engine: kapix.Engine) -> None:
    for audit_id in ("\ud800", None, 5):
        with pytest.raises(kapix.ValidationError):
            engine.record(audit_id)  # type: ignore[arg-type]
