"""A value is the same however it comes: of which library, alone or in a column. What has no such value is refused."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import CARD, card, categorical
from conftest import REQUEST as TYPED

import kapix
from kapix.__main__ import main
from kapix._frame import columns_of

AS_OF = "2026-01-01T00:00:00Z"
REQUEST: dict[str, Any] = dict(TYPED)
POLICY = """
kapix: 1
kind: policy
id: limit
version: "1"
provenance: {limitations: none, owner: me, population: all, purpose: to test, status: draft}
body:
  inputs:
    x: {type: number, max_age_days: 30}
    word: {type: text}
  reasons: {HIGH: {texts: {en: high}}}
  steps:
    - table:
        name: t
        hit: first
        columns: [x, word]
        rules:
          - {when: ["> 0.35", '"a"'], then: {outcome: decline, reason: HIGH}}
          - {when: ["<= 0.35", '"a"'], then: {outcome: approve}}
"""


@pytest.fixture(scope="module")
def engine() -> kapix.Engine:
    return kapix.Engine.load([POLICY, CARD])


def given(name: str, value: Any) -> Any:
    return {**REQUEST, "features": {**REQUEST["features"], name: value}}


def replayed(engine: kapix.Engine, **columns: Any) -> Any:
    rows = len(next(iter(columns.values())))
    stated: dict[str, Any] = {"x": [0.1] * rows, "word": ["a"] * rows, "x@at": [AS_OF] * rows}
    return engine.policy.replay({**stated, **columns}, policy="limit", as_of=AS_OF)


UNSIGNED: dict[str, Any] = {
    "masked": numpy.ma.masked_array(numpy.array([0, 7, 7], "u8"), [True, True, False]),
    "pandas": pandas.Series([None, None, 7], dtype="UInt64"),
    "pandas arrow": pandas.Series([None, None, 7], dtype="uint64[pyarrow]"),
    "polars": polars.Series([None, None, 7], dtype=polars.UInt64),
    "arrow": pyarrow.array([None, None, 7], pyarrow.uint64()),
}


@pytest.mark.parametrize("kind", UNSIGNED)
def test_a_missing_unsigned_integer_is_no_zero(engine: kapix.Engine, kind: str) -> None:
    answer = replayed(engine, x=UNSIGNED[kind])
    assert list(answer["outcome"]) == ["refer", "refer", "decline"] and list(answer["reason"])[:2] == ["MISSING_INPUT"] * 2


def test_a_decimal_is_the_nearest_number(engine: kapix.Engine) -> None:
    for digits, kind in ((4, pyarrow.decimal128(38, 4)), (2, pyarrow.decimal256(40, 2)), (12, pyarrow.decimal128(15, 12))):
        decimals = [Decimal(number * 37 % 9_999_991).scaleb(-digits) / 10_000 for number in range(2_000)]
        decimals = [it.quantize(Decimal(1).scaleb(-digits)) for it in decimals]
        (column,) = columns_of({"x": pyarrow.array([*decimals, None], kind)})
        numbers = pyarrow.chunked_array(column.values).to_pylist()
        assert numbers == [*map(float, decimals), None]
    assert list(replayed(engine, x=pyarrow.array([Decimal("0.35")], pyarrow.decimal128(10, 2)))["outcome"]) == ["approve"]


def test_a_far_timestamp_is_no_other_year(engine: kapix.Engine) -> None:
    for year in ("10000-01-01", "-5000-01-01"):
        far = pandas.Timestamp(numpy.datetime64(year, "s")).tz_localize("UTC")
        for inputs, field in (({"x": {"value": 1, "at": far}, "word": "a"}, "/inputs/x/at"), ({"x": far, "word": "a"}, "/inputs/x")):
            with pytest.raises(kapix.ValidationError) as caught:
                engine.policy.run(policy="limit", entity_id="1", as_of=AS_OF, inputs=inputs)
            assert (caught.value.cause, caught.value.fields) == ("time.out_of_range", (field,))
        with pytest.raises(kapix.ValidationError, match="time.out_of_range"):
            engine.credit.score(given("home", "own") | {"as_of": far})


@pytest.mark.parametrize("mixed", [["a", True], [True, "a"], pandas.Series(["a", True], dtype=object), numpy.array(["a", True], object)])
def test_a_boolean_among_text_is_no_text(engine: kapix.Engine, mixed: Any) -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        replayed(engine, word=mixed)
    assert (caught.value.cause, caught.value.fields) == ("frame.column_type", ("/columns/word",))


def test_a_dictionary_of_numbers_has_the_texts_of_categories() -> None:
    numbers = [0.1, None, 2.0, -0.0, 1e21]
    for kind in (pyarrow.float32(), pyarrow.float64()):
        array = pyarrow.array([*numbers, float("nan")], kind).dictionary_encode()
        (arrow,) = columns_of({"x": array})
        values = [it if it is None or it == it else None for it in pyarrow.array([*numbers, float("nan")], kind).to_pylist()]
        (declared,) = columns_of({"x": pandas.Series(values).astype("category")})
        categories = [*(declared.categories or ()), None]
        assert pyarrow.chunked_array(arrow.values).to_pylist() == [categories[code] for code in declared.values]


def test_times_before_1970_begin_their_day_and_microsecond() -> None:
    (days,) = columns_of({"x": pyarrow.array([-1, 86_400_000 + 1, None, -86_400_000], pyarrow.int64()).cast(pyarrow.date64())})
    assert pyarrow.chunked_array(days.values).cast(pyarrow.int32()).to_pylist() == [-1, 1, None, -1]
    for zone in (None, "Africa/Nairobi"):
        (times,) = columns_of({"x": pyarrow.array([-1, 1_001, None], pyarrow.int64()).cast(pyarrow.timestamp("ns", zone))})
        assert pyarrow.chunked_array(times.values).cast(pyarrow.int64()).to_pylist() == [-1, 1, None]


def test_a_name_that_stands_twice_leaves_no_value(engine: kapix.Engine) -> None:
    twice = pandas.Series([2, 1], index=["x", "x"])
    pairs = pyarrow.scalar([("x", 1), ("x", 2)], pyarrow.map_(pyarrow.string(), pyarrow.int64()))
    struct = pyarrow.StructArray.from_arrays([pyarrow.array([1]), pyarrow.array([2])], ["x", "x"])[0]
    for inputs in (twice, pairs, struct):
        with pytest.raises(kapix.ValidationError) as caught:
            engine.policy.run(policy="limit", entity_id="1", as_of=AS_OF, inputs=inputs)
        assert (caught.value.cause, caught.value.fields) == ("json.duplicate_key", ("/inputs/x",))


def test_a_refused_score_leaves_nothing_behind() -> None:
    engine = kapix.Engine.load(CARD, clock=AS_OF, idempotency="process")
    wrong: Any = {**given("home", {1}), "idempotency_key": "k1"}
    with pytest.raises(kapix.ValidationError) as caught:
        engine.credit.score(wrong)
    assert (caught.value.cause, caught.value.fields) == ("json.shape", ("/features/home",))
    # The key is free: another request under it is answered by itself.
    other = engine.credit.score(wrong | given("home", "rent"))
    assert other.to_dict()["points"] != engine.credit.score(given("home", "own")).points
    unread: Any = {**given("other", {1}), "idempotency_key": "k2"}
    assert engine.credit.score(unread).unused == ("/features/other",)


def test_what_cannot_be_read_is_an_error_of_the_engine(engine: kapix.Engine) -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    circle: Any = []
    circle.append(circle)
    for odd in (deep, circle):
        assert engine.credit.score(given("zz", odd)).unused == ("/features/zz",)
        with pytest.raises(kapix.ValidationError):
            engine.credit.score(given("home", odd))
    refused: list[Any] = [{"\ud800": object()}, {"x": 1, "\ud800": object()}]
    for inputs in refused:
        with pytest.raises(kapix.ValidationError):
            engine.policy.run(policy="limit", entity_id="1", as_of=AS_OF, inputs=inputs)
    with pytest.raises(kapix.ValidationError):
        replayed(engine, **{"x": [1], "\ud800": 5})
    levels: Any = pandas.MultiIndex.from_tuples([(1, 2)])
    assert replayed(engine, x=[0.1], odd=levels).unused == ("odd",)
    assert kapix.Engine.load(memoryview(POLICY.encode())).policy.check(policy="limit").valid


def test_the_command_line_takes_one_value_of_a_part(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("date,amount,description\n2026-01-01,-1.00,caf\u00e9\n")
    with pytest.raises(SystemExit):
        main(["read", str(file), "--currency", "KES", "--date-order", "mdy", "--profile", "date_order=dmy"])
    assert "--profile states `date_order`, and so does --date-order" in capsys.readouterr().err
    command = [sys.executable, "-m", "kapix", "read", "--json", "--currency", "KES", str(file)]
    ran = subprocess.run(command, capture_output=True, env={"PYTHONIOENCODING": "ascii"}, check=True)
    assert b"caf\\xe9" in ran.stdout or b"caf\\u00e9" in ran.stdout


@pytest.mark.parametrize(
    "words",
    [
        pandas.Series([True, "a"], dtype=object).astype("category"),
        pandas.Series([7, 8]).astype("category"),
        pyarrow.array([7, 8]).dictionary_encode(),
    ],
)
def test_a_declared_category_that_is_no_text_is_none_of_a_policy(engine: kapix.Engine, words: Any) -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        replayed(engine, word=words)
    assert (caught.value.cause, caught.value.fields) == ("frame.column_type", ("/columns/word",))
    assert replayed(engine, x=[0.1, 0.2], odd=words).unused == ("odd",)


@pytest.mark.parametrize("texts", [[True, False], ["a", True], pandas.Series([7, 8]).astype("category")])
def test_the_texts_of_transactions_are_texts(engine: kapix.Engine, texts: Any) -> None:
    account: Any = {"account_id": "a", "kind": "current", "currency": "KES", "transactions": []}
    for name in ("id", "description", "category"):
        with pytest.raises(kapix.ValidationError) as caught:
            engine.cashflow.analyze(
                entity_id="a", data={"bank": {"accounts": [account]}},
                transactions={"at": ["2026-01-01", "2026-01-02"], "amount_minor": [100, 200], name: texts},
            )  # fmt: skip
        assert (caught.value.cause, caught.value.fields) == ("frame.column_type", (f"/columns/{name}",))


def test_a_number_that_several_integers_share_is_no_category() -> None:
    places = {"9007199254740992": 100, "9007199254740993": 0}
    attributes = [{"categories": [text], "points": points} for text, points in places.items()]
    characteristic = {**card([])["body"], "characteristics": [{**categorical("branch"), "attributes": attributes}]}
    engine = kapix.Engine.load({**card([]), "body": {**characteristic, "cutoffs": {"approve": 50, "refer": 10}}})
    for branch in (numpy.array([9007199254740993]), [9007199254740993], pyarrow.array([9007199254740992])):
        scored = engine.credit.score_batch({"branch": branch}, entity_type="individual")
        assert list(scored["status"]) == ["json.integer_out_of_range"]
    assert list(engine.credit.score_batch({"branch": ["9007199254740993"]}, entity_type="individual")["points"]) == [0]
