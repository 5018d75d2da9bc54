"""Instants, days and durations: what a column or a request cannot hold is never another value."""

from __future__ import annotations

import datetime
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import kapix
from kapix._frame import columns_of

AS_OF = "2026-01-01T00:00:00Z"
# Approves whoever is of age; a customer since 2024 or later is declined.
DATED = """
kapix: 1
kind: policy
id: dated
version: "1"
provenance: {limitations: none, owner: me, population: all, purpose: to test, status: draft}
body:
  inputs:
    age: {type: number}
    since: {type: date}
  reasons: {NEW: {texts: {en: new}}, YOUNG: {texts: {en: young}}}
  steps:
    - table:
        name: t
        hit: first
        columns: [age, since]
        rules:
          - {when: ["< 18", "-"], then: {outcome: decline, reason: YOUNG}}
          - {when: ["-", '>= date("2024-01-01")'], then: {outcome: decline, reason: NEW}}
          - {when: [">= 18", '< date("2024-01-01")'], then: {outcome: approve}}
"""
# Seconds that a count of microseconds in 64 bits turns into the fifth of January 1970.
WRAPPED = 2**64 // 10**6 + 400_000
DAY = numpy.datetime64("2026-01-05")
STAMP = pandas.Timestamp(numpy.datetime64("20000-01-01", "s"))
FAR = [
    numpy.array([0, WRAPPED], "M8[s]"),
    numpy.array([0, WRAPPED // 60], "M8[m]"),
    numpy.array([0, 2**62], "M8[1000us]"),
    numpy.array([0, -(2**62)], "M8[10us]"),
    numpy.array([0, 2**62], "M8[1000000ns]"),
    numpy.array([0, 2**62], "M8[8h]"),
    numpy.ma.masked_array(numpy.array([0, WRAPPED], "M8[s]"), [False, False]),
    pyarrow.array([0, WRAPPED], pyarrow.timestamp("s")),
    pyarrow.array([None, WRAPPED * 1000], pyarrow.timestamp("ms", "UTC")),
    pyarrow.array([0, 2**62], pyarrow.date64()),
]


@pytest.mark.parametrize("values", FAR, ids=range(len(FAR)))
def test_an_instant_beyond_what_a_column_holds_is_not_another_one(values: Any) -> None:
    (column,) = columns_of({"x": values}, None)
    assert isinstance(column.values, int) and "beyond what a column holds" in str(column.kind)
    (near,) = columns_of({"x": values[:1]}, None)
    assert not isinstance(near.values, int)


@pytest.mark.parametrize("unit", ["2000ms", "1000us", "10us", "us", "1000000ns", "ns", "ps"])
def test_multiples_of_a_unit_are_the_same_instants(unit: str) -> None:
    stamps = numpy.array(["1970-01-20T10:00:00", "NaT", "1969-12-20"], "M8[s]")
    (column,) = columns_of({"x": stamps.astype(f"M8[{unit}]")}, None)
    (seconds,) = columns_of({"x": stamps}, None)
    assert column.kind == "instants" and column.validity == seconds.validity
    assert [column.values[row] for row in (0, 2)] == [seconds.values[row] for row in (0, 2)]


def test_masked_times_are_times() -> None:
    for unit, kind in (("ns", "instants"), ("s", "instants"), ("D", "dates")):
        plain = numpy.array(["2026-01-05", "2026-01-06"], f"M8[{unit}]")
        (masked,) = columns_of({"x": numpy.ma.masked_array(plain, [False, True])}, None)
        (column,) = columns_of({"x": plain}, None)
        assert masked.kind == column.kind == kind and masked.validity == b"\x01" and masked.values[0] == column.values[0]
    (matrix,) = columns_of(numpy.ma.masked_array(plain[:, None], [[False], [True]]), ["x"])
    assert (matrix.kind, matrix.validity) == ("dates", b"\x01")


DURATIONS = [
    [numpy.timedelta64(30, "Y")],
    [1.5, numpy.timedelta64(30, "D")],
    numpy.array([numpy.timedelta64(30, "D"), None], object),
    numpy.array([30], "m8[D]"),
    numpy.ma.masked_array(numpy.array([30], "m8[D]"), [False]),
    pandas.Series([pandas.Timedelta(days=30)]),
    pyarrow.array([30], pyarrow.duration("s")),
    polars.Series([datetime.timedelta(days=1)]),
]


@pytest.mark.parametrize("values", DURATIONS, ids=range(len(DURATIONS)))
def test_a_duration_is_no_number(values: Any) -> None:
    policy = kapix.Engine.load(DATED)
    with pytest.raises(kapix.ValidationError) as caught:
        policy.policy.replay({"age": values}, policy="dated", as_of=AS_OF)
    assert (caught.value.cause, caught.value.fields) == ("frame.column_type", ("/columns/age",))
    with pytest.raises(kapix.ValidationError) as refused:
        policy.policy.run(policy="dated", entity_id="1", as_of=AS_OF, inputs={"age": numpy.timedelta64(30, "D")})
    assert (refused.value.cause, refused.value.fields) == ("json.shape", ("/inputs/age",))


UNREAD = [
    pyarrow.array([0, 2**62], pyarrow.date64()),
    pyarrow.array([datetime.date(2026, 1, 5)] * 2).dictionary_encode(),
    pyarrow.array([datetime.datetime(2026, 1, 5)] * 2).dictionary_encode(),
    pyarrow.array([1, 2], pyarrow.decimal128(5, 2)).dictionary_encode(),
    [STAMP, pandas.Timestamp("2026-01-05")],
    [pandas.Timestamp("2026-01-05"), STAMP.tz_localize("UTC")],
    [numpy.timedelta64("NaT"), 2.0],
    [numpy.datetime64(20000, "Y"), numpy.datetime64("NaT")],
    [DAY, numpy.datetime64("2026-01-05T10")],
    [numpy.ma.masked, numpy.longdouble(2)],
    pyarrow.array(["a", "b"]).cast(pyarrow.string_view()).dictionary_encode(),
]


@pytest.mark.parametrize("values", UNREAD, ids=range(len(UNREAD)))
def test_a_column_that_nothing_reads_may_be_anything(values: Any) -> None:
    replayed: Any = kapix.Engine.load(DATED).policy.replay({"age": [20, 30], "odd": values}, policy="dated", as_of=AS_OF)
    assert replayed.unused == ("odd",) and replayed.statuses == {"decided": 2}


DAYS: list[Any] = [
    datetime.date(1899, 12, 31), datetime.date(1900, 1, 1), datetime.date(9999, 12, 31), datetime.date(1, 1, 1), None,
]  # fmt: skip
FRAMES: dict[str, Any] = {
    "list": lambda days: days,
    "numpy": lambda days: numpy.array(days, "M8[D]"),
    "numpy times": lambda days: [numpy.datetime64(day, "D") for day in days],
    "polars": lambda days: polars.Series(days),
    "arrow": lambda days: pyarrow.array(days),
    "arrow date64": lambda days: pyarrow.array(days, pyarrow.date64()),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_a_replay_refuses_the_days_that_one_application_is_refused_for(frame: str) -> None:
    engine = kapix.Engine.load(DATED)
    columns = {"age": [30] * 5, "since": FRAMES[frame](DAYS)}
    replayed: Any = engine.policy.replay(columns, policy="dated", as_of=AS_OF)
    statuses = list(replayed["status"])
    for row, day in enumerate(DAYS):
        inputs: Any = {"age": 30, "since": day}
        try:
            engine.policy.run(policy="dated", entity_id="1", as_of=AS_OF, inputs=inputs)
            status = "decided"
        except kapix.ValidationError as error:
            status = error.cause
        assert statuses[row] == status == ("time.out_of_range" if row in (0, 3) else "decided"), (row, day)


@pytest.mark.parametrize("far", [numpy.datetime64(10**8, "D"), numpy.datetime64(20000, "Y"), numpy.array(2**62, "M8[8h]")[()], STAMP, pyarrow.scalar(10**8, pyarrow.date32())])
def test_a_far_day_in_a_request_is_no_number(far: Any) -> None:
    engine = kapix.Engine.load(DATED)
    for name in ("age", "since"):
        with pytest.raises(kapix.ValidationError) as caught:
            engine.policy.run(policy="dated", entity_id="1", as_of=AS_OF, inputs={"age": 30, name: far})
        assert caught.value.fields == (f"/inputs/{name}",) and caught.value.cause in ("time.out_of_range", "time.syntax", "time.offset", "policy.input")


@pytest.mark.parametrize("unit", ["Y", "M", "W"])
def test_a_unit_above_a_day_names_no_day(unit: str) -> None:
    given = numpy.datetime64("2026-01-05", "D").astype(f"M8[{unit}]")
    engine = kapix.Engine.load(DATED)
    with pytest.raises(kapix.KapixError, match="names no day") as refused:
        engine.policy.run(policy="dated", entity_id="1", as_of=AS_OF, inputs={"age": 30, "since": given})
    assert refused.value.fields == ("/inputs/since",)
    (column,) = columns_of({"x": numpy.array([given])}, None)
    assert "names no day" in str(column.kind)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (numpy.datetime64("2026-01-05", "D"), "2026-01-05"),
        (numpy.ma.masked, None),
        (numpy.array(DAY), "2026-01-05"),
        (pyarrow.scalar(datetime.date(2026, 1, 5)), "2026-01-05"),
    ],
)
def test_a_scalar_of_a_library_is_what_it_holds(given: Any, plain: Any) -> None:
    engine = kapix.Engine.load(DATED)
    ran, same = (
        engine.policy.run(policy="dated", entity_id="1", as_of=AS_OF, inputs={"age": numpy.longdouble(30), "since": it})
        for it in (given, plain)
    )
    assert ran.to_dict()["outcome"] == same.to_dict()["outcome"] and ran.to_dict().get("rules") == same.to_dict().get("rules")
