"""The information value of a partition by one formula for every tool, and its proven optimum.

The optimum is found here a second time, by a dynamic programme in numpy that shares no code with Kapix: over ordered
pre-bins, the best partition whose last bin is [start, end] depends only on the bin before it, because every limit
below concerns one bin or two neighbours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy

TRENDS = ("none", "ascending", "descending", "peak", "valley")
# OptBinning cuts rates to whole millionths, so a partition of its may break an order by so much.
RATE_RESOLUTION = 2e-6


@dataclass(frozen=True)
class Limits:
    """What a bin, or two neighbouring bins, must keep to. `None` is no limit."""

    name: str
    size_min: float | None = None
    bins_max: int | None = None
    rate_difference_min: float | None = None
    p_value_max: float | None = None

    def document(self) -> dict[str, Any]:
        return dict(vars(self))


LIMITS = (
    Limits("free"),
    Limits("size", 0.05, 8),
    Limits("size, difference", 0.05, 8, 0.01),
    Limits("size, p-value", 0.05, 8, None, 0.05),
    Limits("all", 0.05, 8, 0.01, 0.05),
)


def cells_value(goods: numpy.ndarray, bads: numpy.ndarray, goods_all: float, bads_all: float) -> numpy.ndarray:
    """Returns the information value of bins, in nats: (g/G - b/B) ln((g/G) / (b/B)).

    In a bin with an empty cell, and only there, 1/2 is added to both cells. A bin without rows has no value.
    """
    empty = (goods == 0) | (bads == 0)
    good = (goods + 0.5 * empty) / goods_all
    bad = (bads + 0.5 * empty) / bads_all
    return numpy.where(goods + bads > 0, (good - bad) * numpy.log(good / bad), 0.0)


def partition_value(codes: numpy.ndarray, bad: numpy.ndarray) -> float:
    """Returns the information value of a partition of rows, given each row's bin."""
    _, index = numpy.unique(codes, return_inverse=True)
    bads = numpy.bincount(index, weights=bad)
    goods = numpy.bincount(index) - bads
    return float(cells_value(goods, bads, goods.sum(), bads.sum()).sum())


def prebin_cuts(values: numpy.ndarray, bad: numpy.ndarray, prebins: int) -> numpy.ndarray:
    """Returns ascending cuts of [lower, upper) pre-bins at quantiles, each pre-bin with goods and bads.

    OptBinning drops pre-bins with one class before it starts; without any, all tools see the same pre-bins.
    """
    cuts = numpy.unique(numpy.quantile(values, numpy.arange(1, prebins) / prebins, method="higher"))
    cuts = cuts[cuts > values.min()]
    while len(cuts):
        goods, bads = prebin_counts(values, bad, cuts)
        pure = numpy.flatnonzero((goods == 0) | (bads == 0))
        if not len(pure):
            break
        cuts = numpy.delete(cuts, min(int(pure[0]), len(cuts) - 1))
    return cuts


def prebin_counts(values: numpy.ndarray, bad: numpy.ndarray, cuts: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Returns goods and bads by pre-bin."""
    index = numpy.searchsorted(cuts, values, side="right")
    bads = numpy.bincount(index, weights=bad, minlength=len(cuts) + 1)
    return numpy.bincount(index, minlength=len(cuts) + 1) - bads, bads


class Problem:
    """Pre-bins, a trend of the bad rate and limits."""

    def __init__(self, goods: numpy.ndarray, bads: numpy.ndarray, trend: str, limits: Limits) -> None:
        self.count = len(goods)
        self.trend, self.limits = trend, limits
        good, bad = (numpy.concatenate([[0.0], numpy.cumsum(cells)]) for cells in (goods, bads))
        # [start, end] holds the bin of the pre-bins start..=end.
        self.goods = good[None, 1:] - good[:-1, None]
        self.bads = bad[None, 1:] - bad[:-1, None]
        self.inside = numpy.triu(numpy.ones((self.count, self.count), bool))
        rows = numpy.where(self.inside, self.goods + self.bads, 1.0)
        self.rows = rows
        self.rate = numpy.where(self.inside, self.bads / rows, 0.0)
        with numpy.errstate(invalid="ignore", divide="ignore"):
            value = cells_value(self.goods, self.bads, float(good[-1]), float(bad[-1]))
        size_min = 0 if limits.size_min is None else math.ceil(limits.size_min * (good[-1] + bad[-1]))
        self.value = numpy.where(self.inside & (rows >= size_min), value, -numpy.inf)
        self.size_min = size_min

    def joins(self, start: int, slack: float = 0.0) -> dict[int, numpy.ndarray]:
        """Returns which bins ..start - 1 (by their start) may stand before which bins start.. (by their end).

        By step of the trend: 1 where the bad rate rises or stays, -1 where it falls or stays, 0 for either.
        """
        before, after = (slice(None, start), start - 1), (start, slice(start, None))
        lower, upper = self.rate[before][:, None], self.rate[after][None, :]
        allowed = numpy.ones((start, self.count - start), bool)
        if self.limits.rate_difference_min is not None:
            # 1e-12: the difference of two rounded rates may fall short of the limit that it meets.
            allowed &= numpy.abs(upper - lower) >= self.limits.rate_difference_min - max(slack, 1e-12)
        if self.limits.p_value_max is not None:
            critical = NormalDist().inv_cdf(1.0 - self.limits.p_value_max / 2.0)
            first, second = self.rows[before][:, None], self.rows[after][None, :]
            pooled = (self.bads[before][:, None] + self.bads[after][None, :]) / (first + second)
            error = numpy.sqrt(pooled * (1.0 - pooled) * (1.0 / first + 1.0 / second))
            allowed &= numpy.abs(upper - lower) >= critical * error
        return {0: allowed, 1: allowed & (upper >= lower - slack), -1: allowed & (upper <= lower + slack)}

    def phases(self) -> list[int]:
        """Returns the steps of the trend, one for each phase."""
        steps = {"none": [0], "ascending": [1], "descending": [-1], "peak": [1, -1], "valley": [-1, 1]}
        return steps[self.trend]

    def optimum(self) -> float | None:
        """Returns the highest information value of a partition, `None` when no partition keeps to the limits."""
        phases = self.phases()
        joins = {start: self.joins(start) for start in range(1, self.count)}
        shape = (len(phases), self.count, self.count)
        first = numpy.full(shape, -numpy.inf)
        first[0, 0] = self.value[0]
        if self.limits.bins_max is None:
            for start in range(1, self.count):
                self._extend(first, first, start, joins[start])
            best = first[:, :, -1].max()
        else:
            best, layer = first[:, :, -1].max(), first
            for _ in range(1, min(self.limits.bins_max, self.count)):
                after = numpy.full(shape, -numpy.inf)
                for start in range(1, self.count):
                    self._extend(layer, after, start, joins[start])
                best, layer = max(best, after[:, :, -1].max()), after
        return float(best) if numpy.isfinite(best) else None

    def _extend(self, source: numpy.ndarray, target: numpy.ndarray, start: int, joins: dict[int, numpy.ndarray]) -> None:
        for phase, step in enumerate(self.phases()):
            reached = source[: phase + 1, :start, start - 1].max(axis=0)
            through = numpy.where(joins[step], reached[:, None], -numpy.inf).max(axis=0)
            target[phase, start, start:] = self.value[start, start:] + through

    def value_of(self, ends: list[int]) -> float:
        """Returns the information value of a partition given by the last pre-bin of each bin."""
        starts = [0] + [end + 1 for end in ends[:-1]]
        cells = [(self.goods[start, end], self.bads[start, end]) for start, end in zip(starts, ends)]
        goods, bads = numpy.array(cells).T
        return float(cells_value(goods, bads, goods.sum(), bads.sum()).sum())

    def keeps(self, ends: list[int], slack: float = RATE_RESOLUTION) -> bool:
        """Tells whether a partition keeps to the trend and the limits, rates compared with a slack."""
        if not ends or ends[-1] != self.count - 1 or any(a >= b for a, b in zip(ends, ends[1:])):
            return False
        starts = [0] + [end + 1 for end in ends[:-1]]
        if any(self.rows[start, end] < self.size_min for start, end in zip(starts, ends)):
            return False
        if self.limits.bins_max is not None and len(ends) > self.limits.bins_max:
            return False
        allowed = {0}
        phases = self.phases()
        for before, start, end in zip(starts, starts[1:], ends[1:]):
            joins = self.joins(start, slack)
            allowed = {
                phase for phase, step in enumerate(phases)
                if joins[step][before, end - start] and any(past <= phase for past in allowed)
            }
        return bool(allowed)
