"""The harness's own statistics against brute force and published values."""

from __future__ import annotations

import itertools
import math

import numpy

from side_by_side import exact, metrics


def brute_auc(bad, score):
    pairs = itertools.product(score[bad == 1], score[bad == 0])
    return numpy.mean([1.0 if one > other else 0.5 if one == other else 0.0 for one, other in pairs])


def test_auc_counts_pairs_with_ties_as_half():
    random = numpy.random.default_rng(1)
    for _ in range(50):
        bad = numpy.append(random.integers(0, 2, 23), [0, 1])
        score = random.integers(0, 6, 25) / 5.0
        assert abs(metrics.auc(bad, score).value - brute_auc(bad, score)) < 1e-12


def test_delong_error_is_that_of_the_placements_counted_by_hand():
    random = numpy.random.default_rng(2)
    bad = numpy.append(random.integers(0, 2, 40), [0, 1])
    score, other = random.random(42), random.random(42)

    def placements(values):
        wins = (values[bad == 1][:, None] > values[bad == 0][None, :]).astype(float)
        return wins.mean(axis=1), wins.mean(axis=0)

    (own_bads, own_goods), (peer_bads, peer_goods) = placements(score), placements(other)
    variance = sum(numpy.var(one - two, ddof=1) / len(one) for one, two in ((own_bads, peer_bads), (own_goods, peer_goods)))
    found = metrics.auc_difference(bad, score, other)
    assert abs(found.error - math.sqrt(variance)) < 1e-12
    assert abs(found.value - (own_bads.mean() - peer_bads.mean())) < 1e-12


def test_interval_of_auc_covers_at_its_level():
    # The binormal AUC of a shift by 1 is the normal probability of 1 / sqrt 2, .7602; 400 draws, level .95 +- .035.
    random = numpy.random.default_rng(3)
    bad = numpy.repeat([0, 1], [150, 100])
    covered = 0
    for _ in range(400):
        found = metrics.auc(bad, random.standard_normal(250) + bad)
        covered += found.low <= 0.7602499 <= found.high
    assert 0.915 <= covered / 400 <= 0.985


def test_ks_is_the_largest_gap_of_the_two_distributions():
    random = numpy.random.default_rng(4)
    bad = numpy.append(random.integers(0, 2, 60), [0, 1])
    score = random.integers(0, 12, 62) / 12.0
    gaps = [abs((score[bad == 1] <= at).mean() - (score[bad == 0] <= at).mean()) for at in score]
    found = metrics.ks(bad, score)
    assert abs(found.value - max(gaps)) < 1e-12
    assert found.low <= found.high


def test_student_quantiles_are_those_of_the_tables():
    for freedom, quantile in ((1, 12.7062), (4, 2.7764), (19, 2.0930), (99, 1.9842)):
        assert abs(metrics.student_quantile(0.975, freedom) - quantile) < 1e-4


def test_corrected_error_is_wider_by_nadeau_and_bengio():
    found = metrics.repeated_difference(numpy.array([0.01, 0.02, 0.03, 0.04]), 3 / 7)
    assert abs(found["error_corrected"] / found["error"] - math.sqrt(1 + 4 * 3 / 7)) < 1e-12


def test_information_value_of_a_worked_table():
    # Goods 90, 60 and bads 10, 40: (.6 - .2) ln 3 + (.4 - .8) ln .5 = .4 ln 6.
    codes, bad = numpy.repeat([0, 1], [100, 100]), numpy.concatenate([[1] * 10, [0] * 90, [1] * 40, [0] * 60])
    assert abs(exact.partition_value(codes, bad) - 0.4 * math.log(6)) < 1e-12
    # Goods 3, 1 and bads 0, 2: only the first bin has an empty cell.
    codes, bad = numpy.array([0, 0, 0, 1, 1, 1]), numpy.array([0, 0, 0, 0, 1, 1])
    first = (3.5 / 4 - 0.5 / 2) * math.log((3.5 / 4) / (0.5 / 2))
    second = (1 / 4 - 1) * math.log(1 / 4)
    assert abs(exact.partition_value(codes, bad) - first - second) < 1e-12


def partitions(count):
    for inner in itertools.product((False, True), repeat=count - 1):
        yield [index for index, ends in enumerate((*inner, True)) if ends]


def has_trend(rates, trend):
    up = [later >= earlier for earlier, later in zip(rates, rates[1:])]
    down = [later <= earlier for earlier, later in zip(rates, rates[1:])]
    turns = range(len(up) + 1)
    return {
        "none": True,
        "ascending": all(up),
        "descending": all(down),
        "peak": any(all(up[:turn]) and all(down[turn:]) for turn in turns),
        "valley": any(all(down[:turn]) and all(up[turn:]) for turn in turns),
    }[trend]


def brute_optimum(goods, bads, trend, limits):
    best = None
    rows = goods.sum() + bads.sum()
    for ends in partitions(len(goods)):
        starts = [0] + [end + 1 for end in ends[:-1]]
        good = numpy.array([goods[start:end + 1].sum() for start, end in zip(starts, ends)], float)
        bad = numpy.array([bads[start:end + 1].sum() for start, end in zip(starts, ends)], float)
        rates = bad / (good + bad)
        if limits.size_min and (good + bad).min() < math.ceil(limits.size_min * rows):
            continue
        if limits.bins_max and len(ends) > limits.bins_max:
            continue
        if limits.rate_difference_min and any(abs(numpy.diff(rates)) < limits.rate_difference_min):
            continue
        if limits.p_value_max and any(
            two_sided(good[at], bad[at], good[at + 1], bad[at + 1]) > limits.p_value_max for at in range(len(ends) - 1)
        ):
            continue
        if has_trend(rates, trend):
            value = float(exact.cells_value(good, bad, good.sum(), bad.sum()).sum())
            best = value if best is None else max(best, value)
    return best


def two_sided(goods, bads, goods_next, bads_next):
    first, second = goods + bads, goods_next + bads_next
    pooled = (bads + bads_next) / (first + second)
    z = (bads / first - bads_next / second) / math.sqrt(pooled * (1 - pooled) * (1 / first + 1 / second))
    return math.erfc(abs(z) / math.sqrt(2))


def test_dynamic_programme_finds_the_optimum_of_all_partitions():
    random = numpy.random.default_rng(5)
    sets = (*exact.LIMITS, exact.Limits("two bins", None, 2), exact.Limits("large", 0.21, 3, 0.03, 0.2))
    for case in range(8):
        count = 4 + case % 5
        goods, bads = random.integers(1, 90, count), random.integers(1, 60, count)
        for trend, limits in itertools.product(exact.TRENDS, sets):
            found = exact.Problem(goods, bads, trend, limits).optimum()
            wanted = brute_optimum(goods, bads, trend, limits)
            assert (found is None) == (wanted is None), (trend, limits)
            assert found is None or abs(found - wanted) < 1e-12, (trend, limits)


def test_keeping_to_limits_is_what_brute_force_says():
    random = numpy.random.default_rng(6)
    goods, bads = random.integers(5, 90, 6), random.integers(5, 60, 6)
    for trend in exact.TRENDS:
        problem = exact.Problem(goods, bads, trend, exact.Limits("free"))
        for ends in partitions(6):
            starts = [0] + [end + 1 for end in ends[:-1]]
            rates = [bads[a:b + 1].sum() / (goods[a:b + 1] + bads[a:b + 1]).sum() for a, b in zip(starts, ends)]
            assert problem.keeps(ends, 0.0) == has_trend(rates, trend)


def test_prebins_hold_both_classes():
    random = numpy.random.default_rng(7)
    values = numpy.round(random.exponential(3.0, 500))
    bad = (random.random(500) < 0.05).astype(int)
    goods, bads = exact.prebin_counts(values, bad, exact.prebin_cuts(values, bad, 20))
    assert goods.min() > 0 and bads.min() > 0
    assert goods.sum() + bads.sum() == 500
