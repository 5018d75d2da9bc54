"""Result columns: arrays by name, rows, and a table that pandas, polars and Arrow take, with nulls and names."""

from __future__ import annotations

import datetime
import gc
import pickle
import sys
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import AS_OF, card, categorical, numeric

import kapix
from kapix import _kapix
from kapix._record import Stored

DAYS = [datetime.date(2026, 1, 2), None, datetime.date(1969, 12, 31)]
TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.timezone.utc)
TIMES = [TIME, None, TIME]


@pytest.fixture(scope="module")
def scorer() -> kapix.Engine:
    return kapix.Engine.load(card([numeric("x", missing=3), numeric("k"), categorical("home")]), clock=AS_OF, envelope=False)


def score(engine: kapix.Engine, frame: Any, **options: Any) -> kapix.CreditScoreBatchResponse:
    return engine.credit.score_batch(frame, entity_type="individual", **options)


def test_results_are_read_only_arrays_on_one_memory(scorer: kapix.Engine) -> None:
    result = score(scorer, {"x": [0.0, 2.0], "k": [0.0, 0.0], "home": ["own", "rent"]})
    assert result.points.dtype == numpy.int32 and not result.points.flags.writeable
    assert result.points.ctypes.data == result.points.ctypes.data
    assert result.pd.dtype == result.score.dtype == numpy.float64
    points = result.points
    del result
    gc.collect()
    assert points.tolist() == [30, 25]


@pytest.fixture(scope="module")
def odd(scorer: kapix.Engine) -> kapix.CreditScoreBatchResponse:
    """Three rows, of which the second fails, with every column that can be asked for."""
    include = ["completeness", "points_by_characteristic", "reasons", "referral_causes"]
    frame = {"x": [2.0, 2.0, None], "k": [0.0, 0.0, 2.0], "home": ["own", None, "rent"]}
    return score(scorer, frame, include=include)


COLUMNS = [
    ("points", [50, None, 28]),
    ("decision", ["decline", None, "refer"]),
    ("risk_band", ["B", None, "B"]),
    ("status", ["scored", "data.input_missing", "scored"]),
    ("points.x", [20, None, 3]),
    ("points.home", [30, None, 5]),
    ("referral.DATA_QUALITY", [False, None, False]),
    ("referral.MISSING_INPUT", [False, None, True]),
]


def test_result_columns_have_their_names(odd: kapix.CreditScoreBatchResponse) -> None:
    assert set(odd.keys()) > {"pd", "score", "data_completeness", "reason_1", *(name for name, _ in COLUMNS)}
    for name, values in COLUMNS:
        assert odd[name].tolist() == values, name
    assert odd.points is odd["points"] and isinstance(odd.points, numpy.ma.MaskedArray) and odd.points.sum() == 78
    assert numpy.isnan(odd.score).tolist() == [False, True, False] and type(odd.score) is numpy.ndarray
    assert odd.risk_band.dtype == object and not odd.status.flags.writeable
    assert {"points", "status", "card", "reason_1"} <= set(dir(odd))
    assert "keys()" in repr(odd) and "3 rows" in repr(odd)
    with pytest.raises(KeyError):
        odd["nothing"]
    with pytest.raises(AttributeError, match="`nothing`"):
        _ = odd.nothing


def test_a_batch_is_a_table_of_arrow(odd: kapix.CreditScoreBatchResponse) -> None:
    table = pyarrow.table(odd)
    table.validate(full=True)
    assert table.column_names == list(odd.keys()) and table.num_rows == 3
    assert table["points"].type == pyarrow.int32() and table["points"].null_count == 1
    assert table["risk_band"].type == pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    assert table["score"].null_count == 1 and table["referral.MISSING_INPUT"].type == pyarrow.bool_()
    frame = polars.DataFrame(odd)
    assert frame.columns == list(odd.keys()) and frame.schema["points"] == polars.Int32
    for name, values in COLUMNS:
        assert table[name].to_pylist() == values and frame[name].to_list() == values, name
    # On the memory of the engine itself.
    assert table["score"].chunk(0).buffers()[1].address == odd.score.ctypes.data
    odd_again = pyarrow.table(odd)
    assert odd_again.equals(table)


@pytest.mark.parametrize("make", [pandas.DataFrame, pandas.DataFrame.from_arrow])
def test_a_batch_is_a_table_of_pandas(odd: kapix.CreditScoreBatchResponse, make: Any) -> None:
    frame = make(odd)
    assert list(frame.columns) == list(odd.keys()) and len(frame) == 3
    for name, values in COLUMNS:
        assert [None if pandas.isna(value) else value for value in frame[name]] == values, name
    assert frame["score"].dtype == float and frame["pd"].isna().all() and frame["pd"].dtype == float
    assert frame["points"].sum() == 78


def test_a_batch_has_rows(odd: kapix.CreditScoreBatchResponse) -> None:
    first, second, third = odd
    assert (first.points, first.decision, second.points, third.status) == (50, "decline", None, "scored")
    assert first._fields == odd.keys() and len(first) == len(odd.keys())


def test_result_columns_of_every_type_come_out_of_arrow_with_and_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = pyarrow.timestamp("us", "UTC")
    table = pyarrow.table(
        {
            "number": [0.5, 1.5, 2.5],
            "long": pyarrow.array([2**53, None, -1]),
            "short": pyarrow.array([1, 2, 3], pyarrow.int32()),
            "flag": [True, None, False],
            "whole": [True, True, False],
            "text": ["é", None, ""],
            "day": pyarrow.array(DAYS),
            "time": pyarrow.array(TIMES, stamp),
            "code": pyarrow.array(["b", None, "a"]).dictionary_encode(),
        }
    )
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    batch = _kapix.Batch(sink.getvalue().to_pybytes())
    answer = kapix.ResultColumns(Stored(b"{}", batch))
    assert pyarrow.table(answer).equals(table) and pickle.loads(pickle.dumps(answer)) == answer
    for name in ("number", "long", "short", "flag", "whole", "text", "code"):
        assert isinstance(answer[name], numpy.ndarray) and not answer[name].flags.writeable
        assert answer[name].tolist() == table[name].to_pylist(), name
    assert (answer.day.dtype, answer.time.dtype) == (numpy.dtype("M8[D]"), numpy.dtype("M8[us]"))
    assert answer.day.tolist() == DAYS and answer.time.tolist() == [TIME.replace(tzinfo=None), None, TIME.replace(tzinfo=None)]
    bare = kapix.ResultColumns(Stored(b"{}", batch))
    monkeypatch.setitem(sys.modules, "numpy", None)
    for name in table.column_names:
        assert type(bare[name]) is list and bare[name] == table[name].to_pylist(), name


def test_an_answer_without_columns_is_no_table(scorer: kapix.Engine) -> None:
    answer = scorer.credit.score_batch(entity_type="individual", columns={"x": [2.0], "k": [0.0], "home": ["own"]})
    assert answer.keys() == () and list(answer) == [] and answer.columns is not None
    assert answer.columns["points"] == (50,)
    with pytest.raises(TypeError, match="`columns`"):
        pyarrow.table(answer)
    with pytest.raises(AttributeError):
        answer.points
    with pytest.raises(KeyError):
        answer["points"]


def test_a_batch_goes_back_in(scorer: kapix.Engine, odd: kapix.CreditScoreBatchResponse) -> None:
    other = kapix.Engine.load(card([numeric("points", missing=3)]), clock=AS_OF)
    assert score(other, odd).points.tolist() == [20, 3, 20]
