"""Measures of a predicted bad probability, with their sampling error.

Bad = 1 is the event, and a higher prediction means more risk. All functions take numpy arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy

BOOTSTRAPS = 200
# Two-sided 95 % of the standard normal law.
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Components:
    """The area under the ROC curve and the placements of each row, from which DeLong's variance follows."""

    auc: float
    bads: numpy.ndarray
    goods: numpy.ndarray


@dataclass(frozen=True)
class Estimate:
    """A figure with its standard error and 95 % interval."""

    value: float
    error: float
    low: float
    high: float

    @staticmethod
    def normal(value: float, error: float) -> Estimate:
        return Estimate(value, error, value - Z95 * error, value + Z95 * error)


def midranks(values: numpy.ndarray) -> numpy.ndarray:
    """Returns the rank of each value from 1, ties sharing the mean of their ranks."""
    _, index, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    return (numpy.cumsum(counts) - (counts - 1) / 2.0)[index]


def components(bad: numpy.ndarray, score: numpy.ndarray) -> Components:
    """Returns the AUC and its structural components.

    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver
    operating characteristic curves", Biometrics 44 (1988); by midranks as X. Sun and W. Xu, "Fast implementation of
    DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).
    """
    is_bad = bad.astype(bool)
    bads, goods = score[is_bad], score[~is_bad]
    both = midranks(numpy.concatenate([bads, goods]))
    over_goods = (both[: len(bads)] - midranks(bads)) / len(goods)
    over_bads = 1.0 - (both[len(bads):] - midranks(goods)) / len(bads)
    return Components(float(over_goods.mean()), over_goods, over_bads)


def auc(bad: numpy.ndarray, score: numpy.ndarray) -> Estimate:
    """Returns the AUC with DeLong's standard error."""
    own = components(bad, score)
    return Estimate.normal(own.auc, _delong_error(own.bads, own.goods))


def auc_difference(bad: numpy.ndarray, score: numpy.ndarray, other: numpy.ndarray) -> Estimate:
    """Returns AUC(score) - AUC(other) on the same rows, with DeLong's paired standard error."""
    own, peer = components(bad, score), components(bad, other)
    return Estimate.normal(own.auc - peer.auc, _delong_error(own.bads - peer.bads, own.goods - peer.goods))


def _delong_error(bads: numpy.ndarray, goods: numpy.ndarray) -> float:
    return math.sqrt(_variance_of_mean(bads) + _variance_of_mean(goods))


def _variance_of_mean(values: numpy.ndarray) -> float:
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0


def ks(bad: numpy.ndarray, score: numpy.ndarray, seed: int = 0) -> Estimate:
    """Returns the Kolmogorov-Smirnov distance of the classes, with a stratified percentile bootstrap."""
    order = numpy.argsort(score, kind="stable")
    is_bad = bad[order].astype(bool)
    last = numpy.flatnonzero(numpy.append(numpy.diff(score[order]) != 0, True))

    def distance(bads: numpy.ndarray, goods: numpy.ndarray) -> float:
        shares = numpy.cumsum(bads)[last] / bads.sum() - numpy.cumsum(goods)[last] / goods.sum()
        return float(numpy.abs(shares).max())

    value = distance(is_bad.astype(float), (~is_bad).astype(float))
    random = numpy.random.default_rng(seed)
    again = numpy.array([distance(_resampled(random, is_bad), _resampled(random, ~is_bad)) for _ in range(BOOTSTRAPS)])
    low, high = numpy.quantile(again, [0.025, 0.975])
    return Estimate(value, float(again.std(ddof=1)), float(low), float(high))


def _resampled(random: numpy.random.Generator, rows: numpy.ndarray) -> numpy.ndarray:
    """Returns how often a bootstrap sample of the rows that are true takes each row."""
    chosen = random.choice(numpy.flatnonzero(rows), int(rows.sum()))
    return numpy.bincount(chosen, minlength=len(rows)).astype(float)


def brier(bad: numpy.ndarray, score: numpy.ndarray) -> Estimate:
    """Returns the mean squared error of the probability, with the standard error of that mean."""
    squares = (score - bad) ** 2
    return Estimate.normal(float(squares.mean()), math.sqrt(_variance_of_mean(squares)))


def repeated_difference(differences: numpy.ndarray, test_over_train: float) -> dict[str, float | int]:
    """Returns the mean of differences over repeated splits with its interval.

    `error` is sd / sqrt(n). Splits of the same rows overlap, so the interval takes the corrected variance
    sd^2 (1/n + test rows / train rows) with n - 1 degrees of freedom (C. Nadeau and Y. Bengio, "Inference for the
    generalization error", Machine Learning 52, 2003).
    """
    count = len(differences)
    mean = float(differences.mean())
    if count < 2:
        return {"count": count, "mean": mean, "error": 0.0, "error_corrected": 0.0, "low": mean, "high": mean}
    deviation = float(differences.std(ddof=1))
    corrected = deviation * math.sqrt(1.0 / count + test_over_train)
    half = student_quantile(0.975, count - 1) * corrected
    return {
        "count": count, "mean": mean, "error": deviation / math.sqrt(count), "error_corrected": corrected,
        "low": mean - half, "high": mean + half,
    }


def student_quantile(probability: float, freedom: int) -> float:
    """Returns the quantile, for a probability above 1/2, of Student's law.

    With t = sqrt(freedom) tan(a), P(0 < T < t) is the share of the integral of cos(a)^(freedom - 1) over 0..pi/2.
    """
    angle = numpy.linspace(0.0, math.pi / 2, 200_001)
    density = numpy.cos(angle) ** (freedom - 1)
    share = numpy.concatenate([[0.0], numpy.cumsum((density[1:] + density[:-1]) / 2)])
    at = float(numpy.interp(2.0 * probability - 1.0, share / share[-1], angle))
    return math.sqrt(freedom) * math.tan(at)
