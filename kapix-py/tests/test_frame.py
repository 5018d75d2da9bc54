"""Columns of numpy, pandas, polars and Arrow: borrowed or copied as documented, never with another result."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import gc
import signal
import sys
import threading
import time
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import AS_OF, NAMES, card, categorical, numeric

import kapix
from kapix import _kapix
from kapix._column import Column
from kapix._frame import column_of, columns_of

ROWS = 1000
X = numpy.arange(ROWS) % 7 * 0.5
K = numpy.arange(ROWS) % 4
HOME = ["own" if row % 3 else "rent" for row in range(ROWS)]
POINTS = [20 if x >= 2 else 10 if x >= 1 else 0 for x in X]


@pytest.fixture(scope="module")
def scorer() -> kapix.Engine:
    return kapix.Engine.load(card([numeric("x", missing=3), numeric("k"), categorical("home")]), clock=AS_OF, envelope=False)


def score(engine: kapix.Engine, frame: Any, **options: Any) -> kapix.CreditScoreBatchResponse:
    return engine.credit.score_batch(frame, entity_type="individual", **options)


def expected() -> list[int]:
    return [
        x + (20 if k >= 2 else 10 if k >= 1 else 0) + (30 if home == "own" else 5)
        for x, k, home in zip(POINTS, K, HOME)
    ]


def frames() -> dict[str, Any]:
    table = pyarrow.table({"x": X, "k": K, "home": HOME})
    data = pandas.DataFrame({"x": X, "k": K, "home": HOME})
    matrix = numpy.column_stack([X, K.astype(float)])
    return {
        "dict": {"x": X, "k": K, "home": HOME},
        "lists": {"x": X.tolist(), "k": K.tolist(), "home": HOME},
        "objects": {"x": X.astype(object), "k": K.astype(object), "home": numpy.array(HOME, object)},
        "numpy text": {"x": X, "k": K, "home": numpy.array(HOME)},
        "float32": {"x": X.astype("f4"), "k": K.astype("i1"), "home": HOME},
        "unsigned": {"x": X, "k": K.astype("u8"), "home": HOME},
        "big-endian": {"x": X.astype(">f8"), "k": K.astype(">i8"), "home": HOME},
        "reversed": {"x": X[::-1].copy()[::-1], "k": K[::-1].copy()[::-1], "home": HOME},
        "every second": {"x": numpy.repeat(X, 2)[::2], "k": numpy.repeat(K, 2)[::2], "home": HOME},
        "matrix columns": {"x": matrix[:, 0], "k": matrix[:, 1], "home": HOME},
        "fortran": {"x": numpy.asfortranarray(matrix)[:, 0], "k": K, "home": HOME},
        "one value for all rows": {"x": X, "k": K, "home": HOME, "unread": numpy.broadcast_to(numpy.float64(1), ROWS)},
        "read-only": {"x": numpy.frombuffer(X.tobytes()), "k": K, "home": HOME},
        "misaligned": {"x": numpy.frombuffer(b"x" + X.tobytes(), "f8", offset=1), "k": K, "home": HOME},
        "field of a record": {"x": numpy.rec.fromarrays([X, K.astype("i4")])["f0"], "k": K, "home": HOME},
        "masked": {"x": numpy.ma.masked_array(X, numpy.zeros(ROWS, bool)), "k": K, "home": HOME},
        "pandas": data,
        "pandas category": data.astype({"home": "category"}),
        "pandas object": data.astype({"home": object}),
        "pandas nullable": data.astype({"x": "Float64", "k": "Int64", "home": "string"}),
        "pandas arrow": data.astype({"x": "double[pyarrow]", "k": "int64[pyarrow]", "home": "string[pyarrow]"}),
        "pandas series": {"x": data["x"], "k": data["k"], "home": data["home"]},
        "polars": polars.DataFrame({"x": X, "k": K, "home": HOME}),
        "polars narrow": polars.DataFrame({"x": X.astype("f4"), "k": K.astype("u4"), "home": HOME}),
        "polars category": polars.DataFrame({"x": X, "k": K, "home": polars.Series(HOME, dtype=polars.Categorical)}),
        "polars chunks": polars.concat([polars.DataFrame({"x": X[a:b], "k": K[a:b], "home": HOME[a:b]}) for a, b in [(0, 3), (3, ROWS)]], rechunk=False),
        "polars slice": polars.DataFrame({"x": numpy.r_[9.0, X], "k": numpy.r_[9, K], "home": ["x", *HOME]})[1:],
        "arrow": table,
        "arrow batch": table.to_batches()[0],
        "arrow chunks": pyarrow.concat_tables([table.slice(0, 3), table.slice(3)]),
        "arrow slice": pyarrow.table({"x": numpy.r_[9.0, X], "k": numpy.r_[9, K], "home": ["x", *HOME]}).slice(1),
        "arrow dictionary": table.set_column(2, "home", table["home"].dictionary_encode()),
        "arrow small codes": {"x": table["x"], "k": table["k"], "home": pyarrow.array(HOME).cast(pyarrow.dictionary(pyarrow.int8(), pyarrow.string()))},
        "arrow large": table.set_column(2, "home", table["home"].cast(pyarrow.large_string())),
        "arrow view": table.set_column(2, "home", table["home"].cast(pyarrow.string_view())),
        "arrow narrow": table.set_column(0, "x", table["x"].cast(pyarrow.float32())).set_column(1, "k", table["k"].cast(pyarrow.uint8())),
    }


@pytest.mark.parametrize("kind", frames())
def test_every_kind_of_table_gives_the_same_points(scorer: kapix.Engine, kind: str) -> None:
    result = score(scorer, frames()[kind])
    assert result.points.tolist() == expected()
    assert result.statuses == {"scored": ROWS} and result.rows == ROWS


def test_a_matrix_takes_names(engine: kapix.Engine) -> None:
    numbers = kapix.Engine.load(card([numeric(name) for name in NAMES]), clock=AS_OF)
    matrix = numpy.arange(100.0 * 20).reshape(100, 20) % 3
    by_name = {name: matrix[:, index] for index, name in enumerate(NAMES)}
    assert (score(numbers, matrix, names=NAMES).points == score(numbers, by_name).points).all()
    for names in (None, NAMES[1:]):
        with pytest.raises(kapix.ValidationError, match="frame.shape"):
            score(numbers, matrix, names=names)


def address(name: str, values: Any) -> int:
    (place,) = _kapix.addresses([column_of(name, values)])
    return place


def test_columns_that_can_be_borrowed_are_not_copied() -> None:
    matrix = numpy.zeros((ROWS, 3))
    frame = pandas.DataFrame({"x": X, "k": K})
    assert address("x", X) == X.ctypes.data
    assert address("k", K) == K.ctypes.data
    assert address("x", matrix[:, 1]) == matrix.ctypes.data + 8
    assert address("x", X[10::3]) == X[10:].ctypes.data
    assert address("x", frame["x"]) == frame["x"].to_numpy().ctypes.data
    arrow = pyarrow.array([1.0, None, 3.0])
    assert address("x", arrow) == arrow.buffers()[1].address
    assert address("x", arrow.slice(1)) == arrow.buffers()[1].address + 8
    assert address("x", pyarrow.chunked_array([arrow])) == arrow.buffers()[1].address
    table = pyarrow.table({"x": X})
    assert [_kapix.addresses(columns_of(table))] == [[table["x"].chunk(0).buffers()[1].address]]
    series = polars.Series("x", X)
    assert address("x", series) == series.to_numpy(allow_copy=False).ctypes.data
    codes = pyarrow.array(["a", "b", "a"]).dictionary_encode()
    assert address("x", codes) == codes.indices.buffers()[1].address


def test_columns_outlive_nothing_and_leak_nothing(scorer: kapix.Engine) -> None:
    gc.collect()
    before = pyarrow.total_allocated_bytes()
    for _ in range(20):
        score(scorer, pyarrow.table({"x": X.tolist(), "k": K.tolist(), "home": HOME}))
    gc.collect()
    assert pyarrow.total_allocated_bytes() == before
    references = sys.getrefcount(X)
    score(scorer, {"x": X, "k": K, "home": HOME})
    assert sys.getrefcount(X) == references


@pytest.mark.parametrize(
    "values",
    [
        [1.0, None, 3.0],
        [1.0, float("nan"), 3.0],
        numpy.array([1.0, numpy.nan, 3.0]),
        numpy.array([1.0, None, 3.0], object),
        numpy.ma.masked_array([1.0, 2.0, 3.0], [False, True, False]),
        pandas.Series([1.0, None, 3.0]),
        pandas.array([1.0, None, 3.0], "Float64"),
        polars.Series([1.0, None, 3.0]),
        polars.Series([1.0, float("nan"), 3.0]),
        pyarrow.array([1.0, None, 3.0]),
        pyarrow.array([9.0, 1.0, None, 3.0]).slice(1),
        pyarrow.array([1, None, 3]),
    ],
)
def test_null_none_and_nan_are_missing(scorer: kapix.Engine, values: Any) -> None:
    result = score(scorer, {"x": values, "k": numpy.zeros(3), "home": ["own"] * 3})
    assert result.points.tolist() == [40, 33, 50]


@pytest.mark.parametrize(
    "home",
    [
        ["own", None, "rent"],
        numpy.array(["own", None, "rent"], object),
        pandas.Series(["own", None, "rent"]),
        pandas.Series(["own", None, "rent"], dtype="category"),
        polars.Series(["own", None, "rent"]),
        pyarrow.array(["own", None, "rent"]),
        pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, None, 1]), ["own", "rent"]),
        pyarrow.DictionaryArray.from_arrays(pyarrow.array([0, 1, 2]), ["own", None, "rent"]),
    ],
)
def test_one_bad_row_has_a_status_and_fails_no_other(scorer: kapix.Engine, home: Any) -> None:
    result = score(scorer, {"x": numpy.array([2.0, 2.0, numpy.inf]), "k": numpy.zeros(3), "home": home})
    assert result.status.tolist() == ["scored", "data.input_missing", "frame.infinity"]
    assert result.points.tolist() == [50, None, None]
    assert result.decision.tolist() == ["decline", None, None]
    assert result.risk_band.tolist() == ["B", None, None]
    assert numpy.isnan(result.score).tolist() == [False, True, True]


@pytest.mark.parametrize(
    "flags",
    [
        [True, False],
        numpy.array([True, False]),
        pandas.Series([True, False]),
        pandas.array([True, False], "boolean"),
        polars.Series([True, False]),
        pyarrow.array([True, False]),
    ],
)
def test_booleans_are_the_text_that_json_gives_them(scorer: kapix.Engine, flags: Any) -> None:
    result = score(scorer, {"x": numpy.zeros(2), "k": numpy.zeros(2), "home": flags})
    assert result.status.tolist() == ["scored", "data.input_unseen"]


@pytest.mark.parametrize(
    ("frame", "cause", "field"),
    [
        ({"x": [1.0], "k": [1.0]}, "frame.column_missing", "/columns/home"),
        ({"x": [1.0], "k": [1.0], "home": ["\ud800"]}, "frame.column_type", "/columns/home"),
        ({"x": [1.0], "k": [1.0], "\ud800": ["own"]}, "json.unpaired_surrogate", "/columns"),
        ({"x": [1.0, 2.0], "k": [1.0], "home": ["own"]}, "frame.shape", None),
        ({"x": ["text"], "k": [1.0], "home": ["own"]}, "frame.column_type", "/columns/x"),
        ({"x": [1.0], "k": [1.0], "home": [1.0]}, "frame.column_type", "/columns/home"),
        ({"x": [1.0, "a"], "k": [1.0, 1.0], "home": ["own", "own"]}, "frame.column_type", "/columns/x"),
        ({"x": [object()], "k": [1.0], "home": ["own"]}, "frame.column_type", "/columns/x"),
        ({"x": numpy.array(["2020"], "M8[D]")}, "frame.column_type", "/columns/x"),
        ({"x": numpy.zeros(1, "c16")}, "frame.column_type", "/columns/x"),
        ({"x": numpy.array([2**64 - 1], "u8")}, "frame.column_type", "/columns/x"),
        ({"x": numpy.zeros((1, 2)), "k": [1.0], "home": ["own"]}, "frame.column_type", "/columns/x"),
        ({"x": pandas.Series(pandas.to_datetime(["2020"]))}, "frame.column_type", "/columns/x"),
        ({"x": polars.Series([AS_OF]).str.to_datetime()}, "frame.column_type", "/columns/x"),
        ({"x": polars.Series([[1]])}, "frame.column_type", "/columns/x"),
        ({"x": polars.Series([2**64 - 1], dtype=polars.UInt64)}, "frame.column_type", "/columns/x"),
        ({"x": pyarrow.array([[1]])}, "frame.column_type", "/columns/x"),
        ({"x": pyarrow.array([2**64 - 1], pyarrow.uint64())}, "frame.column_type", "/columns/x"),
        ({"x": iter([1.0])}, "frame.column_type", "/columns/x"),
        ({5: [1.0]}, "frame.shape", "/columns"),
        (pandas.DataFrame([[1, 2]], columns=["x", "x"]), "frame.column_duplicate", "/columns/x"),
        (5, "frame.shape", None),
        ([1.0], "frame.shape", None),
    ],
)
def test_bad_columns_are_errors_with_a_place(scorer: kapix.Engine, frame: Any, cause: str, field: str | None) -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        score(scorer, frame)
    assert caught.value.cause == cause
    assert field is None or caught.value.fields == (field,)


def test_a_column_of_one_value_by_a_stride_of_zero_is_borrowed(scorer: kapix.Engine) -> None:
    one = numpy.array([2.0])
    column = numpy.broadcast_to(one, ROWS)
    assert column.strides == (0,) and address("x", column) == one.ctypes.data
    zeros = numpy.broadcast_to(numpy.int32(0), ROWS)
    result = score(scorer, {"x": column, "k": zeros, "home": ["own"] * ROWS})
    assert result.points.tolist() == [50] * ROWS


class Impostor(numpy.ndarray[Any, Any]):
    @property
    def __array_interface__(self) -> Any:
        return {"version": 3, "typestr": "<f8", "shape": (10**9,), "data": (8, True)}


def test_only_numpy_itself_is_believed_about_memory(scorer: kapix.Engine) -> None:
    numbers = numpy.ones(3)
    assert _kapix.addresses([Column("x", numbers.view(Impostor))]) == [numbers.ctypes.data]
    odd = numpy.zeros(25, "u1")[1:].view("f8")
    for values in (object(), numbers[::-1], odd, numbers.astype(">f8"), numbers.astype("f4"), numpy.ones((2, 2))):
        with pytest.raises(TypeError):
            _kapix.addresses([Column("x", values)])


def test_a_capsule_is_used_once() -> None:
    class Once:
        capsule = pyarrow.chunked_array([[1.0]]).__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
            return self.capsule

    once = Once()
    _kapix.addresses([Column("x", once)])
    with pytest.raises(kapix.ValidationError, match="read or released before"):
        _kapix.addresses([Column("x", once)])


DAYS = [datetime.date(2026, 1, 2), None, datetime.date(1969, 12, 31)]
TIMES = [datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), None, datetime.datetime(1969, 12, 31, 23)]
UTC = [None if it is None else it.replace(tzinfo=None) for it in TIMES]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (DAYS, "dates"),
        (TIMES, "instants"),
        (numpy.array(UTC, "M8[us]"), "instants"),
        (numpy.array(UTC, "M8[ns]"), "instants"),
        (numpy.array(["2026-01-02", "NaT", "1969-12-31"], "M8[D]"), "dates"),
        (pandas.Series(UTC), "instants"),
        (pandas.Series(TIMES[:1]).dt.tz_convert("Africa/Nairobi"), "instants"),
        (pandas.Series(DAYS), "dates"),
        (polars.Series(DAYS), "dates"),
        (polars.Series(UTC, dtype=polars.Datetime("ms")), "instants"),
        (polars.Series(TIMES[:2]), "instants"),
        (pyarrow.array(DAYS), "dates"),
        (pyarrow.array(DAYS, pyarrow.date64()), "dates"),
        (pyarrow.array(UTC, pyarrow.timestamp("ns")), "instants"),
        (pyarrow.array(UTC, pyarrow.timestamp("s", "Africa/Nairobi")), "instants"),
        ([object()], "object"),
        ([10**400], "int beyond int64"),
        ([1, 2**63], "int, and int beyond int64 in row `1`"),
        ([1.0, "a"], "str"),
        (["a", 1.0], "float"),
        (numpy.array(["2026-01", "NaT", "1969-12"], "M8[M]"), "datetime64[M], which names no day"),
        (numpy.zeros(1, "c16"), "complex128"),
        (numpy.array([2, 2**64 - 1], "u8"), "uint64 with `18446744073709551615` in row `1`"),
        (numpy.array([2, 9, 2**63], "u8")[::2], "uint64 with `9223372036854775808` in row `1`"),
        (numpy.ma.masked_array([2**63, 2, 2**63], [True, False, False], "u8"), "uint64 with `9223372036854775808` in row `2`"),
        (pandas.array([None, 2**63], "UInt64"), "uint64 with `9223372036854775808` in row `1`"),
        (pandas.Series([2**63], dtype="uint64[pyarrow]"), "uint64 with `9223372036854775808` in row `0`"),
        (numpy.array(["9999999-01-01"], "M8[D]"), "datetime64[D]"),
        (numpy.zeros(1, "m8[s]"), "timedelta64[s]"),
        (pandas.Series(pandas.period_range("2026", periods=1)), "period[D]"),
        (polars.Series([[1]]), "List"),
        (polars.Series([None, 2**63], dtype=polars.UInt64), "uint64 with `9223372036854775808` in row `1`"),
        (pyarrow.array([None, 2**63], pyarrow.uint64()), "uint64 with `9223372036854775808` in row `1`"),
        (pyarrow.array([[1]]), "List"),
        (pyarrow.array([b"a"]), "bytes"),
    ],
)
def test_a_column_that_is_not_read_may_hold_anything(scorer: kapix.Engine, values: Any, kind: str) -> None:
    rows = len(values)
    good = {"x": [2.0] * rows, "k": [0.0] * rows, "home": ["own"] * rows}
    result = score(scorer, {**good, "extra": values})
    assert result.points.tolist() == [50] * rows and result.unused == ("extra",)
    with pytest.raises(kapix.ValidationError) as caught:
        score(scorer, {**good, "x": values})
    assert caught.value.cause == "frame.column_type" and caught.value.fields == ("/columns/x",)
    assert kind in caught.value.message


@pytest.mark.parametrize("column", [list, pandas.Series, polars.Series, pyarrow.array, lambda it: pyarrow.chunked_array([it]), lambda it: numpy.array(it, object)])
def test_decimals_are_numbers(scorer: kapix.Engine, column: Any) -> None:
    values = column([decimal.Decimal("2.00"), decimal.Decimal("1.99"), None])
    result = score(scorer, {"x": values, "k": [0, 0, 0], "home": ["own"] * 3})
    assert result.points.tolist() == [50, 40, 33]


def test_dates_and_times_are_those_that_were_given() -> None:
    days = column_of("x", DAYS)
    assert (days.values, days.validity) == ([20455, 0, -1], b"\x05")
    times = [1767323045000006, 0, -3600000000]
    for values in (TIMES, numpy.array(UTC, "M8[us]")):
        column = column_of("x", values)
        assert (list(column.values)[::2], column.validity) == (times[::2], b"\x05")
    nairobi = pandas.Series(TIMES[:1]).dt.tz_convert("Africa/Nairobi")
    assert list(column_of("x", nairobi).values) == times[:1]
    assert list(column_of("x", pandas.Series(UTC[:1])).values) == times[:1]


@pytest.mark.parametrize("empty", [[], numpy.zeros(0), pandas.Series([], dtype=float), polars.Series([], dtype=polars.Float64), pyarrow.array([], pyarrow.float64()), pyarrow.chunked_array([], pyarrow.float64())])
def test_no_rows_are_no_error(scorer: kapix.Engine, empty: Any) -> None:
    home = pyarrow.array([], pyarrow.string())
    result = score(scorer, {"x": empty, "k": empty, "home": home})
    assert result.rows == 0 and result.points.tolist() == []


def big(rows: int) -> dict[str, Any]:
    return {name: numpy.ones(rows) for name in NAMES}


@pytest.fixture(scope="module")
def wide() -> kapix.Engine:
    return kapix.Engine.load(card([numeric(name) for name in NAMES]), clock=AS_OF, envelope=False, record=False)


def test_other_threads_run_while_a_batch_is_scored(wide: kapix.Engine) -> None:
    frame, turns, stop = big(1_000_000), 0, threading.Event()

    def count() -> None:
        nonlocal turns
        while not stop.wait(0.001):
            turns += 1

    thread = threading.Thread(target=count)
    thread.start()
    score(wide, frame, threads=1)
    stop.set()
    thread.join()
    assert turns > 3


def test_the_number_of_threads_changes_nothing(wide: kapix.Engine) -> None:
    frame = {name: numpy.arange(200_000.0) % 5 for name in NAMES}
    texts = {score(wide, frame, threads=threads).points.tobytes() for threads in (0, 1, 2, 5)}
    assert len(texts) == 1


def test_progress_ends_with_all_rows(wide: kapix.Engine) -> None:
    told: list[tuple[int, int]] = []
    score(wide, big(500_000), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (500_000, 500_000)


def test_an_exception_of_progress_stops_the_call(wide: kapix.Engine) -> None:
    def fail(done: int, total: int) -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError):
        score(wide, big(1000), progress=fail)


def test_ctrl_c_stops_the_call(wide: kapix.Engine) -> None:
    frame = {name: numpy.ones((4_000_000, 1))[:, 0] for name in NAMES[:1]} | {
        name: numpy.broadcast_to(numpy.ones(1), 4_000_000) for name in NAMES[1:]
    }
    timer = threading.Timer(0.05, signal.raise_signal, [signal.SIGINT])
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        while time.monotonic() - start < 20:
            score(wide, frame, threads=1)
    timer.join()


def test_a_task_scores_beside_the_loop_and_can_be_cancelled(wide: kapix.Engine) -> None:
    frame = big(300_000)

    async def both() -> tuple[kapix.CreditScoreBatchResponse, bool]:
        result = await wide.credit.score_batch_async(frame, entity_type="individual")
        task = asyncio.create_task(wide.credit.score_batch_async(frame, entity_type="individual", threads=1))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return result, True
        return result, False

    result, cancelled = asyncio.run(both())
    assert cancelled and result.rows == 300_000
    assert (result.points == score(wide, frame).points).all()


def test_text_of_a_subclass_is_what_it_stores(scorer: kapix.Engine) -> None:
    class Home(str, enum.Enum):
        OWN = "own"

    class Lying(str):
        def __str__(self) -> str:
            return "own"

    rest = {"x": [2.0], "k": [1]}
    plain = score(scorer, {**rest, "home": ["own"]})
    assert score(scorer, {**rest, "home": [Home.OWN]}).points.tolist() == plain.points.tolist()
    lies = score(scorer, {**rest, "home": [Lying("rent")]})
    assert lies.points.tolist() == score(scorer, {**rest, "home": ["rent"]}).points.tolist()


def test_lists_that_hold_each_other_end_at_a_limit(engine: kapix.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kapix._encode.PIECES_MAX", 1000)
    shared: list[Any] = []
    for _ in range(40):
        shared = [shared, shared]
    with pytest.raises(kapix.KapixError) as refused:
        engine.artefact.check(artefact=[shared, 1j])
    assert refused.value.cause == "limit.exceeded"


def test_what_is_no_frame_is_told_what_is_expected(scorer: kapix.Engine) -> None:
    whole = {"columns": {"x": [1.0]}, "entity_type": "individual"}
    keywords = "got `dict`. A frame is a dict of columns, .*; what else a request has are keywords"
    calls: list[Any] = [scorer.credit.score_batch, scorer.scorecard.develop, scorer.scorecard.evaluate]
    for call in calls:
        with pytest.raises(kapix.ValidationError, match=keywords) as refused:
            call(whole)
        assert refused.value.fields == ("/columns/columns",)
    for frame, kind in (([{"x": 1.0}], "list"), ("x.csv", "str"), (5, "int")):
        with pytest.raises(kapix.ValidationError, match=f"polars or Arrow; got `{kind}`"):
            score(scorer, frame)
    with pytest.raises(kapix.ValidationError, match="a column must be a list, .*; got `str`"):
        score(scorer, {"x": "1,2"})


@pytest.mark.parametrize("names", [5, "x", [5], ["x"], object()])
def test_names_are_a_list_of_text_for_a_matrix(scorer: kapix.Engine, names: Any) -> None:
    wrong = [{"x": [1.0], "k": [1.0], "home": ["own"]}] + ([] if names == ["x"] else [numpy.zeros((1, 1))])
    for frame in wrong:
        with pytest.raises(kapix.ValidationError, match="`names` must be a list of text, the names of the columns of a numpy"):
            score(scorer, frame, names=names)


@pytest.mark.parametrize("make", [list, numpy.array, pandas.Series, polars.Series, pyarrow.array])
def test_booleans_are_called_so_where_numbers_are_expected(scorer: kapix.Engine, make: Any) -> None:
    with pytest.raises(kapix.ValidationError, match="the card expects numbers; got booleans"):
        score(scorer, {"x": make([True, False]), "k": [1.0, 2.0], "home": ["own", "own"]})
    with pytest.raises(kapix.ValidationError, match="got text"):
        score(scorer, {"x": ["true", "no"], "k": [1.0, 2.0], "home": ["own", "own"]})
