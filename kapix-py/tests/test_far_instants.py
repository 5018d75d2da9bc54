"""Instants and days that a column cannot hold."""

from __future__ import annotations

from typing import Any

import numpy
import pyarrow
import pytest

from kapix._frame import columns_of

# Seconds that a count of microseconds in 64 bits turns into the fifth of January 1970.
WRAPPED = 2**64 // 10**6 + 400_000


@pytest.mark.parametrize(
    "values",
    [
        numpy.array([0, WRAPPED], "M8[s]"),
        numpy.array([0, WRAPPED // 60], "M8[m]"),
        numpy.array([0, 2**62], "M8[Y]"),
        pyarrow.array([0, WRAPPED], pyarrow.timestamp("s")),
        pyarrow.array([None, WRAPPED * 1000], pyarrow.timestamp("ms", "UTC")),
    ],
)
def test_an_instant_beyond_what_a_column_holds_is_not_another_one(values: Any) -> None:
    (column,) = columns_of({"x": values}, None)
    assert isinstance(column.values, int) and "beyond what a column holds" in str(column.kind)
    (near,) = columns_of({"x": values[:1]}, None)
    assert not isinstance(near.values, int)
