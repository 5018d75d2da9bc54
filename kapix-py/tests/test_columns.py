"""What a column is read as, from every library of tables: declared categories, text that means no value, types that are not read."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import kapix
from kapix._frame import column_of

ROWS = 600
CODES = numpy.arange(ROWS) * 7 % 8
AGES = 20 + numpy.arange(ROWS) * 37 % 50
# The risk of a branch does not follow its number.
RISK = numpy.array([0, 45, 5, 50, 0, 40, 10, 45])[CODES] + (70 - AGES)
BAD = (numpy.random.default_rng(7).uniform(size=ROWS) * 100 < RISK).astype(int)
SETTINGS: dict[str, Any] = {"target": "bad", "folds": 0}


@pytest.fixture(scope="module")
def empty() -> kapix.Engine:
    return kapix.Engine.load([], clock="2026-01-01T00:00:00Z", envelope=False)


def branches() -> dict[str, Any]:
    texts = pandas.Series(CODES.astype(str))
    return {
        "text": texts.tolist(),
        "pandas": pandas.Series(CODES, dtype="category"),
        "pandas of floats": pandas.Series(CODES.astype(float), dtype="category"),
        "pandas unused levels": pandas.Series(pandas.Categorical(CODES, categories=range(-3, 12))),
        "pandas arrow": pandas.Series(pandas.arrays.ArrowExtensionArray(pyarrow.array(CODES).dictionary_encode())),
        "polars": polars.Series(texts.tolist(), dtype=polars.Categorical),
        "polars enum": polars.Series(texts.tolist(), dtype=polars.Enum(sorted(set(texts)))),
        "arrow": pyarrow.array(CODES).dictionary_encode(),
        "arrow narrow": pyarrow.DictionaryArray.from_arrays(pyarrow.array(CODES.astype("i1")), pyarrow.array(range(8), pyarrow.uint8())),
        "arrow floats": pyarrow.array(CODES.astype(float)).dictionary_encode(),
        "arrow chunks": pyarrow.chunked_array([pyarrow.array(CODES[:9]).dictionary_encode(), pyarrow.array(CODES[9:]).dictionary_encode()]),
    }


def body(made: kapix.ScorecardDevelopResponse) -> Any:
    assert made.artefact is not None
    return made.artefact["body"]


def iv(made: kapix.ScorecardDevelopResponse, feature: str) -> float:
    return next(own.binning.table.iv for own in made.binning if own.feature == feature)


@pytest.mark.parametrize("kind", branches())
def test_declared_categories_of_numbers_are_categories(empty: kapix.Engine, kind: str) -> None:
    made = empty.scorecard.develop({"branch": branches()[kind], "bad": BAD}, **SETTINGS)
    plain = empty.scorecard.develop({"branch": branches()["text"], "bad": BAD}, **SETTINGS)
    number = empty.scorecard.develop({"branch": CODES, "bad": BAD}, **SETTINGS)
    assert body(made)["characteristics"] == body(plain)["characteristics"]
    assert iv(made, "branch") > 2 * iv(number, "branch")
    engine = kapix.Engine.load([made.to_json("artefact")], clock="2026-01-01T00:00:00Z")
    points = [
        engine.credit.score_batch({"branch": own}, entity_type="individual").points.tolist()
        for own in [*branches().values(), CODES]
    ]
    assert all(own == points[0] for own in points)


def test_an_arrow_dictionary_with_null_among_its_values_is_missing_there(empty: kapix.Engine) -> None:
    coded = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, 1, 2, 1] * 50), pyarrow.array([4, None, 7]))
    bad = [1, 0, 0, 1] * 50
    made = empty.scorecard.develop({"x": coded, "bad": bad}, stage="binning", **SETTINGS)
    rows = {row.kind: row.count for row in made.binning[0].binning.table.rows if row.kind != "attribute"}
    assert made.binning[0].binning.kind == "categorical" and rows["missing"] == 100


GAPS = [None if row % 6 == 0 else f"b{code}" for row, code in enumerate(CODES)]
WRITTEN = [["nan", "", "NA", "None", "NULL", "?", "-", " "][row % 8] if own is None else own for row, own in enumerate(GAPS)]


@pytest.mark.parametrize(
    "column",
    [list, lambda it: numpy.array(it, object), lambda it: pandas.Series(it, dtype="category"), pandas.Series, polars.Series,
     lambda it: polars.Series(it, dtype=polars.Categorical), pyarrow.array, lambda it: pyarrow.array(it).dictionary_encode()],
)
def test_text_that_means_no_value_earns_what_a_null_earns(empty: kapix.Engine, column: Any) -> None:
    made = empty.scorecard.develop({"branch": column(WRITTEN), "bad": BAD}, **SETTINGS)
    null = empty.scorecard.develop({"branch": GAPS, "bad": BAD}, **SETTINGS)
    assert body(made)["characteristics"] == body(null)["characteristics"]
    (told,) = [own for own in made.findings if own.code == "missing_texts"]
    assert told.feature == "branch" and told.message.startswith("`100` rows")
    engine = kapix.Engine.load([made.to_json("artefact")], clock="2026-01-01T00:00:00Z", envelope=False)
    points = engine.credit.score_batch({"branch": column(WRITTEN)}, entity_type="individual").points.tolist()
    assert points == engine.credit.score_batch({"branch": GAPS}, entity_type="individual").points.tolist()
    target = numpy.where(BAD == 1, "bad", "good").tolist()
    own = {"branch": column(WRITTEN), "outcome": [["NA", None][row % 2] if row < 9 else it for row, it in enumerate(target)]}
    report = engine.scorecard.evaluate(own, target="outcome", entity_type="individual")
    assert report.validation.rows == ROWS - 9


UNREAD = {
    "datetime64": pandas.Series(pandas.date_range("2025-01-01", periods=ROWS)),
    "date": [datetime.date(2025, 1, 1) + datetime.timedelta(days=row) for row in range(ROWS)],
    "qcut": pandas.Series(pandas.qcut(AGES, 4)),
    "days as categories": pandas.Series(pandas.date_range("2025-01-01", periods=ROWS)).astype("category"),
    "mixed": [1.5, "a"] * (ROWS // 2),
    "uint64": numpy.full(ROWS, 2**64 - 1, "u8"),
    "polars date": polars.Series([datetime.date(2025, 1, 1)] * ROWS),
    "polars datetime": polars.Series([datetime.datetime(2025, 1, 1)] * ROWS),
    "polars list": polars.Series([[1]] * ROWS),
    "polars duration": polars.Series([datetime.timedelta(1)] * ROWS),
    "arrow timestamp": pyarrow.array([datetime.datetime(2025, 1, 1)] * ROWS),
    "arrow list": pyarrow.array([[1]] * ROWS),
}


@pytest.mark.parametrize("kind", UNREAD)
def test_a_column_that_is_not_read_is_untouched(empty: kapix.Engine, kind: str) -> None:
    frame = {"age": AGES, "bad": BAD}
    known = empty.scorecard.develop(frame, **SETTINGS)
    choices: list[dict[str, Any]] = [{"exclude": ["odd"]}, {"include": ["age"]}]
    for own in choices:
        made = empty.scorecard.develop({**frame, "odd": UNREAD[kind]}, **own, **SETTINGS)
        assert body(made)["characteristics"] == body(known)["characteristics"]
        assert all(found.feature != "odd" for found in made.findings)
    made = empty.scorecard.develop({**frame, "odd": UNREAD[kind]}, **SETTINGS)
    assert [found.code for found in made.findings if found.feature == "odd"] == ["column_type"]
    with pytest.raises(kapix.ValidationError) as caught:
        empty.scorecard.develop({**frame, "odd": UNREAD[kind]}, include=["age", "odd"], **SETTINGS)
    assert caught.value.cause == "frame.column_type" and caught.value.fields == ("/columns/odd",)
    engine = kapix.Engine.load([known.to_json("artefact")], clock="2026-01-01T00:00:00Z")
    batch = engine.credit.score_batch({"age": AGES, "odd": UNREAD[kind]}, entity_type="individual")
    assert batch.unused == ("odd",) and batch.statuses == {"scored": ROWS}


def ages() -> dict[str, Any]:
    return {
        "float16": AGES.astype("f2"),
        "float32": AGES.astype("f4"),
        "uint64": AGES.astype("u8"),
        "uint64 strided": numpy.repeat(AGES, 2).astype("u8")[::2],
        "uint64 big-endian": AGES.astype(">u8"),
        "masked uint64": numpy.ma.masked_array(AGES, False, "u8"),
        "decimal": [decimal.Decimal(int(age)) for age in AGES],
        "pandas Int8": pandas.array(AGES, "Int8"),
        "pandas UInt64": pandas.array(AGES, "UInt64"),
        "pandas Float32": pandas.array(AGES.astype(float), "Float32"),
        "pandas decimal": pandas.Series([decimal.Decimal(int(age)) for age in AGES], dtype=pandas.ArrowDtype(pyarrow.decimal128(9, 2))),
        "pandas arrow": pandas.Series(AGES, dtype="uint16[pyarrow]"),
        "polars decimal": polars.Series([decimal.Decimal(int(age)) for age in AGES]),
        "polars uint64": polars.Series(AGES, dtype=polars.UInt64),
        "arrow float16": pyarrow.array(AGES.astype("f2")),
        "arrow uint64": pyarrow.array(AGES.astype("u8")),
        "arrow decimal": pyarrow.array([decimal.Decimal(int(age)) for age in AGES]),
    }


@pytest.mark.parametrize("kind", ages())
def test_numbers_of_every_width_are_numbers(empty: kapix.Engine, kind: str) -> None:
    known = empty.scorecard.develop({"age": AGES, "bad": BAD}, **SETTINGS)
    made = empty.scorecard.develop({"age": ages()[kind], "bad": BAD}, **SETTINGS)
    assert body(made) == body(known)


DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days=row) for row in range(ROWS)]


@pytest.mark.parametrize(
    "column",
    [list, lambda it: pandas.Series(pandas.to_datetime(it)), lambda it: numpy.array(it, "M8[D]"), lambda it: numpy.array(it, "M8[ns]"),
     polars.Series, lambda it: polars.Series(it).cast(polars.Datetime("ms")), pyarrow.array, lambda it: pyarrow.array(it).cast(pyarrow.timestamp("s"))],
)
def test_the_day_of_observation_may_be_a_date_or_an_instant(empty: kapix.Engine, column: Any) -> None:
    sample: Any = {"observation_date": "day", "horizon_days": 90, "split": {"out_of_time_from": "2025-01-01"}}
    text = empty.scorecard.develop({"age": AGES, "bad": BAD, "day": [str(day) for day in DAYS]}, sample=sample, **SETTINGS)
    made = empty.scorecard.develop({"age": AGES, "bad": BAD, "day": column(DAYS)}, sample=sample, **SETTINGS)
    assert made.to_json() == text.to_json()


@pytest.mark.parametrize("column", [list, numpy.array, pandas.Series, polars.Series, pyarrow.array])
def test_an_outcome_of_1_and_2_must_say_which_is_bad(empty: kapix.Engine, column: Any) -> None:
    frame = {"age": AGES, "bad": column((BAD + 1).tolist())}
    with pytest.raises(kapix.ValidationError, match="the target holds `1` and `2`: state in `bad`"):
        empty.scorecard.develop(frame, **SETTINGS)
    made = empty.scorecard.develop(frame, bad=[2], **SETTINGS)
    known = empty.scorecard.develop({"age": AGES, "bad": BAD}, **SETTINGS)
    assert body(made)["characteristics"] == body(known)["characteristics"]


@pytest.mark.parametrize("column", [list, lambda it: numpy.array(it, object), pandas.Series, polars.Series, pyarrow.array])
def test_ages_as_text_are_told_and_read_as_numbers_where_that_is_asked_for(empty: kapix.Engine, column: Any) -> None:
    texts = ["NA" if row % 50 == 0 else str(age) for row, age in enumerate(AGES)]
    frame = {"age": column(texts), "bad": BAD}
    told = empty.scorecard.develop(frame, stage="binning", **SETTINGS)
    assert "reads_as_numbers" in [found.code for found in told.findings if found.feature == "age"]
    made = empty.scorecard.develop(frame, characteristics={"age": {"binning": {"kind": "numeric"}}}, **SETTINGS)
    numbers = [None if row % 50 == 0 else int(age) for row, age in enumerate(AGES)]
    known = empty.scorecard.develop({"age": numbers, "bad": BAD}, **SETTINGS)
    (own,) = body(made)["characteristics"]
    assert own["reads_text"] and own["attributes"] == body(known)["characteristics"][0]["attributes"]
    engine = kapix.Engine.load([made.to_json("artefact")], clock="2026-01-01T00:00:00Z")
    points = [engine.credit.score_batch({"age": it}, entity_type="individual").points.tolist() for it in (column(texts), numbers)]
    assert points[0] == points[1]


@pytest.mark.parametrize("factor", [0.01, 10, 1000])
def test_weights_times_any_constant_give_the_same_points(empty: kapix.Engine, factor: float) -> None:
    weights = 0.5 + numpy.arange(ROWS) * 7 % 5
    made = [
        empty.scorecard.develop({"age": AGES, "branch": CODES.astype(str), "bad": BAD, "w": own}, weight="w", **SETTINGS)
        for own in (weights, factor * weights)
    ]
    points = [[[it["points"] for it in own["attributes"]] for own in body(it)["characteristics"]] for it in made]
    assert points[0] == points[1]
    assert made[1].sample.weight_mean == pytest.approx(factor * weights.mean())


def test_a_mixed_column_is_told_by_the_row_of_the_first_other_type(empty: kapix.Engine) -> None:
    values: list[Any] = [1.0, None, 2.0, "three", 4.0] * (ROWS // 5)
    for own in (values, numpy.array(values, object), pandas.Series(values, dtype=object)):
        with pytest.raises(kapix.ValidationError, match="float, and str in row `3`"):
            empty.scorecard.develop({"x": own, "bad": BAD}, include=["x"], **SETTINGS)


def test_a_column_that_no_reader_of_arrow_takes_may_stand_unread() -> None:
    union = pyarrow.UnionArray.from_sparse(pyarrow.array([0, 0], pyarrow.int8()), [pyarrow.array([1, 2])])
    for values in (polars.Series([1, 2**100], dtype=polars.Int128), union):
        column = column_of("odd", values)
        assert (column.values, bool(column.kind)) == (2, True)
