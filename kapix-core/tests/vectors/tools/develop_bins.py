"""Sample, bins and tables of a development, without the engine; `develop.py` runs it.

Pre-bins follow from their definition, and the partition from trying every one that keeps the constraints. Where two
partitions tie the program stops: no vector may rest on the order of a tie.
"""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import mpmath as mp
import numpy as np

from develop_text import MISSING_TEXTS, is_text, special_of

DEFAULTS = {
    "bads_min": 0, "bins_max": 10, "bins_min": 1, "goods_min": 0, "missing": "own", "objective": "iv",
    "p_value_max": 0.2, "rare_share": 0.01, "rate_difference_min": 0, "size_max": 1, "size_min": 0.05,
    "special": "own", "special_values": [], "trend": "auto", "unseen": "own", "cuts": None, "cuts_fixed": [],
    "p_value_test": "z_test",
}


class Mass:
    """Weight of goods and bads (or moments of a number) of some rows."""

    def __init__(self, rows=(), outcome=(), weight=(), binary=True):
        self.rows = len(rows)
        self.binary = binary
        self.weight = math.fsum(weight[r] for r in rows)
        self.sum = math.fsum(weight[r] * outcome[r] for r in rows)
        self.goods = math.fsum(weight[r] * (1 - outcome[r]) for r in rows)
        self.squares = math.fsum(weight[r] * outcome[r] ** 2 for r in rows)

    def __add__(self, other):
        total = Mass(binary=self.binary)
        for name in ("rows", "weight", "sum", "goods", "squares"):
            setattr(total, name, getattr(self, name) + getattr(other, name))
        return total

    def rate(self):
        return self.sum / self.weight if self.weight else None


def total(masses, binary=True):
    result = Mass(binary=binary)
    for mass in masses:
        result = result + mass
    return result


def shares(mass, whole):
    half = 0 if mass.goods > 0 and mass.sum > 0 else 0.5
    return (mass.goods + half) / whole.goods, (mass.sum + half) / whole.sum


def value(mass, whole, objective, inside):
    if not mass.binary:
        return mass.weight * (mass.rate() - inside.rate()) ** 2
    if objective == "log_likelihood":
        return sum(x * math.log(x / mass.weight) for x in (mass.goods, mass.sum) if x > 0)
    p, q = shares(mass, whole)
    m = (p + q) / 2
    return {
        "iv": (p - q) * math.log(p / q),
        "jensen_shannon": (p * math.log(p / m) + q * math.log(q / m)) / 2,
        "hellinger": (math.sqrt(p) - math.sqrt(q)) ** 2 / 2,
    }[objective]


def variance(mass):
    return max(0, (mass.squares - mass.sum**2 / mass.weight) / (mass.weight - 1))


def p_value(a, b, test):
    if not a.binary:
        if a.weight <= 1 or b.weight <= 1 or a.rate() == b.rate():
            return 1.0
        e, f = variance(a) / a.weight, variance(b) / b.weight
        if e + f == 0:
            return 0.0
        t = (a.rate() - b.rate()) ** 2 / (e + f)
        free = (e + f) ** 2 / (e**2 / (a.weight - 1) + f**2 / (b.weight - 1))
        return float(mp.betainc(free / 2, 0.5, 0, free / (free + t), regularized=True))
    if test == "fisher":
        n, bads, first = (int(round(x)) for x in (a.weight + b.weight, a.sum + b.sum, a.weight))
        odds = [math.comb(first, x) * math.comb(n - first, bads - x)
                for x in range(max(0, bads - n + first), min(bads, first) + 1)]
        seen = math.comb(first, round(a.sum)) * math.comb(n - first, bads - round(a.sum))
        return float(Fraction(sum(x for x in odds if x <= seen), sum(odds)))
    pool = (a.sum + b.sum) / (a.weight + b.weight)
    spread = pool * (1 - pool) * (1 / a.weight + 1 / b.weight)
    return math.erfc(abs(a.rate() - b.rate()) / math.sqrt(2 * spread)) if spread > 0 else 1.0


def shaped(rates, trend):
    d = [b - a for a, b in zip(rates, rates[1:])]
    up, down = all(x >= -1e-12 for x in d), all(x <= 1e-12 for x in d)
    peak = any(all(x >= -1e-12 for x in d[:k]) and all(x <= 1e-12 for x in d[k:]) for k in range(len(d) + 1))
    valley = any(all(x <= 1e-12 for x in d[:k]) and all(x >= -1e-12 for x in d[k:]) for k in range(len(d) + 1))
    second = [b - a for a, b in zip(d, d[1:])]
    return {"none": True, "ascending": up, "descending": down, "peak": peak, "valley": valley,
            "concave": all(x <= 1e-12 for x in second), "convex": all(x >= -1e-12 for x in second)}[trend]


def partitions(cells, fixed, options, whole):
    """Yields the ends and masses of every partition that keeps the constraints."""
    least, most = options["size_min"] * whole.weight, options["size_max"] * whole.weight

    def fits(mass):
        enough = not mass.binary or (mass.goods >= options["goods_min"] and mass.sum >= options["bads_min"])
        return least * (1 - 1e-12) <= mass.weight <= most * (1 + 1e-12) and enough and mass.weight > 0

    def neighbours(a, b):
        far = abs(a.rate() - b.rate()) >= options["rate_difference_min"] - 1e-12
        return far and (options["p_value_max"] >= 1 or p_value(a, b, options["p_value_test"]) <= options["p_value_max"])

    def extend(start, bins):
        if start == len(cells):
            if options["bins_min"] <= len(bins):
                yield [end for end, _ in bins], [mass for _, mass in bins]
            return
        if len(bins) == options["bins_max"]:
            return
        mass = Mass(binary=cells[0].binary)
        for end in range(start, len(cells)):
            mass = mass + cells[end]
            if fits(mass) and (not bins or neighbours(bins[-1][1], mass)):
                yield from extend(end + 1, bins + [(end, mass)])
            if fixed[end]:
                break

    yield from extend(0, [])


def optimum(cells, fixed, options, whole, unique=True):
    """Returns the ends of the best partition and its trend, or None; raises on a tie where it must be unique."""
    inside = total(cells, cells[0].binary)
    found = [(sum(value(m, whole, options["objective"], inside) for m in masses), ends, masses)
             for ends, masses in partitions(cells, fixed, options, whole)]

    def best(trend):
        shape = [it for it in found if shaped([m.rate() for m in it[2]], trend)]
        if not shape:
            return None
        top = max(shape, key=lambda it: it[0])
        near = [it for it in shape if it[0] > top[0] - 1e-9 * max(1, abs(top[0]))]
        if unique and len(near) > 1:
            raise SystemExit(f"partitions tie: {[it[1] for it in near]}")
        return top

    if options["trend"] != "auto":
        top = best(options["trend"])
        return top and (top[1], options["trend"])
    chosen = None
    for trend in ("ascending", "descending", "peak", "valley"):
        top = best(trend)
        if top is None:
            continue
        rates = [m.rate() for m in top[2]]
        turns = 0 if shaped(rates, "ascending") or shaped(rates, "descending") else 1
        weight = sum(m.weight for m in top[2])
        if cells[0].binary:
            misfit = -2 * sum(value(m, whole, "log_likelihood", inside) for m in top[2])
        else:
            residual = sum(m.squares - m.sum**2 / m.weight for m in top[2])
            misfit = weight * math.log(residual)
        criterion = misfit + math.log(weight) * (len(rates) - 1 + turns)
        if chosen is None or criterion < chosen[0] - 1e-9:
            chosen = criterion, top[1], trend
        elif unique and abs(criterion - chosen[0]) <= 1e-9 and len(top[1]) < len(chosen[1]):
            raise SystemExit("trends tie")
    return chosen[1:] if chosen else ((top := best("none")) and (top[1], "none"))


def between(a, b):
    """The decimal of the fewest digits in (a, b] nearest to the middle, 0 if it lies there, whole between whole numbers."""
    if a < 0 <= b:
        return 0.0
    low, high, middle = Fraction(a), Fraction(b), (Fraction(a) + Fraction(b)) / 2
    whole = low.denominator == high.denominator == 1
    top = max(Decimal(a).adjusted() if a else -400, Decimal(b).adjusted())
    for digits in range(17):
        step = Fraction(10) ** (top - digits)
        if whole and step < 1:
            step = Fraction(1)
        first = math.floor(low / step) + 1
        inside = [k * step for k in range(first, math.floor(high / step) + 1)]
        if inside:
            near = min(abs(k - middle) for k in inside)
            tied = [k for k in inside if abs(k - middle) == near]
            return float(next((k for k in tied if (k / step) % 2 == 0), tied[0]))
    return float(b)


def quantiles(points, pieces):
    """Cut points in the gaps whose weight below is nearest to the shares j/k, the lower gap in a tie."""
    values = sorted({v for v, _ in points})
    below = [Fraction(0)]
    for v in values:
        below.append(below[-1] + sum(Fraction(w) for x, w in points if x == v))
    cuts = []
    for j in range(1, pieces):
        target = below[-1] * j / pieces
        gap = min(range(len(below)), key=lambda g: (abs(below[g] - target), g))
        if 0 < gap < len(values):
            cuts.append(between(values[gap - 1], values[gap]))
    return cuts


def uniform(points, pieces):
    values = sorted({v for v, _ in points})
    cuts = []
    for j in range(1, pieces):
        end = values[0] * (1 - j / pieces) + values[-1] * (j / pieces)
        gap = next(k for k, v in enumerate(values) if v >= end)
        if gap > 0:
            cuts.append(between(values[gap - 1], values[gap]))
    return cuts


def prebins(numbers, masses_of, options):
    pieces = options.get("prebinning", {}).get("bins_max", 20)
    method = options.get("prebinning", {}).get("method", "given" if options["cuts"] else "quantile")
    cuts = {"given": lambda: list(options["cuts"]), "quantile": lambda: quantiles(numbers, pieces),
            "uniform": lambda: uniform(numbers, pieces)}[method]()
    cuts = sorted(set(cuts) | set(options["cuts_fixed"]))
    values = sorted({v for v, _ in numbers})
    # Of cut points with no row between them one stays: a fixed one, else the first.
    kept = {}
    for cut in cuts:
        gap = sum(v < cut for v in values)
        if 0 < gap < len(values) and (gap not in kept or (cut in options["cuts_fixed"] and kept[gap] not in options["cuts_fixed"])):
            kept[gap] = cut
    cuts = [kept[gap] for gap in sorted(kept)]
    cells = [masses_of(lambda v, k=k: sum(v >= c for c in cuts) == k) for k in range(len(cuts) + 1)]
    return cuts, cells


def beta_quantile(p, a, b):
    low, high = mp.mpf(0), mp.mpf(1)
    for _ in range(70):
        middle = (low + high) / 2
        if mp.betainc(a, b, 0, middle, regularized=True) < p:
            low = middle
        else:
            high = middle
    return float(low)


def supports(mass, whole):
    if not mass.binary:
        return mass.weight > 1 and whole.rate() - mass.rate() > 1.96 * math.sqrt(variance(mass) / mass.weight)
    return beta_quantile(0.025, mass.goods + 0.5, mass.sum + 0.5) > whole.goods / (whole.goods + whole.sum)


def forbidding(cells, fixed, options, whole):
    """Returns the settings of which each alone, when relaxed, makes a split possible."""
    free = {"bads_min": 0, "bins_max": math.inf, "bins_min": 1, "goods_min": 0, "p_value_max": 1, "rate_difference_min": 0,
            "size_max": 1, "size_min": 0, "trend": "none"}
    splits = lambda relaxed: len((optimum(cells, fixed, options | relaxed, whole, False) or [[0]])[0]) > 1
    return [n for n, v in free.items() if options[n] != v and not (n == "bins_max" and options[n] > 1) and splits({n: v})]


def bin_column(column, rows, sample, options):
    """Returns the binning of a column on some rows: members of the answer, slot of any value, applied WoE by slot."""
    outcome, weight, binary = sample
    mass = lambda keep: Mass([r for r in rows if keep(column[r])], outcome, weight, binary)
    text = is_text(column)
    specials = special_of(options["special_values"], text)
    obstacles = []
    ordinary = lambda v: v is not None and v not in specials
    whole = mass(lambda v: True)
    trend, cuts, groups, status, unseen = None, [], [], None, None
    if text:
        names = sorted({column[r] for r in rows if ordinary(column[r])}, key=lambda n: n.encode())
        by_name = {n: mass(lambda v, n=n: v == n) for n in names}
        rare = [n for n in names if by_name[n].weight < options["rare_share"] * whole.weight]
        kept = sorted((n for n in names if n not in rare), key=lambda n: (by_name[n].rate(), n.encode()))
        cells, unseen = [by_name[n] for n in kept], total([by_name[n] for n in rare], binary)
        fixed, options = [False] * len(cells), {**options, "trend": "none"}
        if not kept:
            status, ends = ("all_rare" if rare else "all_missing"), []
        elif len(kept) == 1 and not rare:
            status, ends = "constant", [0]
    else:
        numbers = [(column[r], weight[r]) for r in rows if ordinary(column[r])]
        distinct = {v for v, _ in numbers}
        if len(distinct) < 2:
            status, ends = ("constant" if distinct else "all_missing"), [0]
            cells = [mass(ordinary)]
        else:
            cuts, cells = prebins(numbers, lambda keep: mass(lambda v: ordinary(v) and keep(v)), options)
            fixed = [cut in options["cuts_fixed"] for cut in cuts] + [False]
    if status is None:
        found = optimum(cells, fixed, options, whole)
        if found is None:
            status, ends = "infeasible", [len(cells) - 1]
        else:
            ends, trend = found
            status = "optimal" if len(ends) > 1 else "no_split"
            trend = trend if len(ends) > 1 else None
            obstacles = forbidding(cells, fixed, options, whole) if len(ends) == 1 else []
    starts = [0] + [end + 1 for end in ends[:-1]]
    attributes = [total(cells[s:e + 1], binary) for s, e in zip(starts, ends)]
    cuts = [cuts[e] for e in ends[:-1]] if cuts else []
    if text:
        groups = [sorted(kept[s:e + 1], key=lambda n: n.encode()) for s, e in zip(starts, ends)]
    slots = [("attribute", m, None) for m in attributes]
    slots += [("special", mass(lambda v, s=s: v == s), s) for s in specials] + [("missing", mass(lambda v: v is None), None)]
    slots += [("unseen", unseen, None)] if text else []

    def evidence(m):
        if not m.weight:
            return None
        if not binary:
            return whole.rate() - m.rate(), m.weight / whole.weight * abs(whole.rate() - m.rate())
        p, q = shares(m, whole)
        return math.log(p / q), (p - q) * math.log(p / q)

    def applied(kind, m):
        rule = "own" if kind == "attribute" else options[kind]
        known = [(evidence(a)[0], a) for a in attributes if a.weight]
        woe = {"neutral": lambda: 0.0, "refuse": lambda: None, "own": lambda: evidence(m)[0] if m.weight else 0.0,
               "worst": lambda: min(w for w, _ in known),
               "closest": lambda: min(known, key=lambda k: abs(k[1].rate() - m.rate()))[0] if m.weight else 0.0}[rule]()
        return 0.0 if kind != "attribute" and woe is not None and woe > 0 and not supports(m, whole) else woe

    table = []
    for number, (kind, m, special) in enumerate(slots):
        row = {"kind": kind, "count": m.rows, "share": m.weight / whole.weight}
        woe = applied(kind, m)
        row |= {"woe_applied": woe} if woe is not None else {}
        if kind == "attribute" and not text:
            row |= {"lower": cuts[number - 1]} if number > 0 and cuts else {}
            row |= {"upper": cuts[number]} if number < len(cuts) else {}
        row |= {"categories": groups[number]} if kind == "attribute" and text else {}
        row |= {"value": special} if kind == "special" else {}
        row |= {"goods": m.goods, "bads": m.sum} if binary else {}
        if m.weight:
            row |= {"rate": m.rate(), "woe": evidence(m)[0], "iv": evidence(m)[1]}
            if binary:
                row["rate_lower"] = beta_quantile(0.025, m.sum + 0.5, m.goods + 0.5) if m.sum else 0.0
                row["rate_upper"] = beta_quantile(0.975, m.sum + 0.5, m.goods + 0.5) if m.goods else 1.0
            elif m.weight > 1:
                row["sd"] = math.sqrt(variance(m))
        table.append(row)
    members = {"rows": table, "count": whole.rows, "rate": whole.rate(), "iv": sum(r.get("iv", 0) for r in table),
               "p_values": [p_value(a, b, options["p_value_test"]) for a, b in zip(attributes, attributes[1:])]}
    if binary:
        scored = [(r["woe_applied"], m) for r, (_, m, _) in zip(table, slots) if "woe_applied" in r]
        concordant = sum(g.goods * b.sum * ((x > y) - (x < y)) for x, g in scored for y, b in scored)
        goods, bads = sum(m.goods for _, m in scored), sum(m.sum for _, m in scored)
        filled = [m for _, m, _ in slots if m.weight]
        chi = sum((m.sum - m.weight * whole.rate()) ** 2 / (m.weight * whole.rate() * (1 - whole.rate())) for m in filled)
        members |= {"goods": whole.goods, "bads": whole.sum, "gini": concordant / (goods * bads),
                    "js": sum(value(m, whole, "jensen_shannon", None) for m in filled),
                    "hellinger": sum(value(m, whole, "hellinger", None) for m in filled)}
        if len(filled) > 1:
            tail = float(mp.gammainc((len(filled) - 1) / 2, chi / 2, mp.inf, regularized=True))
            members["chi_square"] = {"statistic": chi, "degrees_of_freedom": len(filled) - 1, "p_value": tail}
    woe = [row.get("woe_applied", 0.0) for row in table]
    answer = {"kind": "categorical" if text else "numeric", "status": status, "table": members, "woe": woe}
    answer |= {"cuts": cuts} if cuts else {}
    answer |= {"groups": groups} if groups else {}
    answer |= {"trend": trend} if trend else {}
    answer |= {"obstacles": obstacles} if status == "no_split" else {}

    def slot(v):
        base = len(attributes)
        if v is None:
            return base + len(specials)
        if v in specials:
            return base + specials.index(v)
        if text:
            return next((k for k, g in enumerate(groups) if v in g), base + len(specials) + 1)
        return sum(v >= c for c in cuts)

    return answer, slot, woe, slots


def matches(v, values):
    return any(type(v) is type(x) and v == x or (isinstance(v, (int, float)) and isinstance(x, (int, float))
               and not isinstance(v, bool) and not isinstance(x, bool) and v == x) or (v is None and x is None) for x in values)


def to_mean_one(weight, rows):
    """Returns the weights on the scale where those of the rows have mean 1."""
    mean = math.fsum(weight[r] for r in rows) / len(rows)
    return [w / mean for w in weight], {"weight_mean": mean}


def sample_of(request):
    """Returns outcome, weights, binary, and the rows of development, hold-out and out of time, with the report."""
    columns, settings = request["columns"], request.get("sample", {})
    target = columns[request["target"]]
    n = len(target)
    binary = request.get("target_kind", "binary") == "binary"
    if binary:
        bad = request.get("bad", [1, True, "1", "bad"])
        good = request.get("good")
        unknown = request.get("missing", {}).get("texts", MISSING_TEXTS)
        known = lambda v: v is not None and not (isinstance(v, str) and v.strip() in unknown) if good is None else matches(v, good)
        state = [1 if matches(v, bad) else 0 if known(v) else None for v in target]
    else:
        state = list(target)
    weight = columns[request["weight"]] if "weight" in request else [1] * n
    rows = [r for r in range(n) if state[r] is not None]
    excluded = [("outcome not known", n - len(rows))]

    def leave(reason, goes):
        nonlocal rows
        stay = [r for r in rows if not goes(r)]
        excluded.append((reason, len(rows) - len(stay)))
        rows = stay

    for rule in settings.get("exclusions", []):
        own = columns[rule["column"]]
        leave(rule["reason"], lambda r: matches(own[r], rule.get("values", [])) or (own[r] is not None and not isinstance(own[r], str)
              and (own[r] < rule.get("below", -math.inf) or own[r] > rule.get("above", math.inf))))
    dates = None
    if "observation_date" in settings:
        dates = columns[settings["observation_date"]]
        leave("observation date missing", lambda r: dates[r] is None)
        today = date.fromisoformat(request["as_of"][:10])
        leave("outcome window not over", lambda r: (today - date.fromisoformat(dates[r])).days < settings.get("horizon_days", 0))
    split = settings.get("split", {})
    parts = {"development": [], "hold_out": [], "out_of_time": []}
    for r in rows:
        if split.get("method") == "column":
            own = columns[split["column"]][r]
            part = ("development" if matches(own, split.get("development", [1, True, "train", "development"]))
                    else "out_of_time" if matches(own, split.get("out_of_time", [])) else "hold_out")
        else:
            part = "out_of_time" if "out_of_time_from" in split and dates[r] >= split["out_of_time_from"] else "development"
        parts[part].append(r)
    outcome = [0 if s is None else s for s in state]
    mean = {}
    if "weight" in request:
        weight, mean = to_mean_one(weight, parts["development"])
    report = {"rows": n, "excluded": [{"reason": reason, "rows": k} for reason, k in excluded if k]}
    for name, own in parts.items():
        report[name] = {"rows": len(own), "bads": sum(outcome[r] for r in own) if binary else 0,
                        "weight": math.fsum(weight[r] for r in own)}
    report |= mean
    if dates and rows:
        report["dates"] = {"from": min(dates[r] for r in rows), "to": max(dates[r] for r in rows)}
    return (outcome, weight, binary), parts, report


def options_of(request, name):
    own = request.get("characteristics", {}).get(name, {}).get("binning", {})
    options = DEFAULTS | request.get("binning", {}) | own
    options["bins_max"] = own.get("bins_max", request.get("binning", {}).get("bins_max", max(10, options["bins_min"])))
    return options


def candidates_of(request, parts):
    settings = request.get("sample", {})
    taken = {request["target"], request.get("weight"), settings.get("observation_date"),
             settings.get("split", {}).get("column"), *request.get("exclude", [])}
    include = request.get("include")
    names = [n for n in request["columns"] if n not in taken and (not include or n in include)]

    def numbers_rows(name):
        own = [request["columns"][name][r] for r in parts["development"]]
        if name in request.get("characteristics", {}) or include or len(own) < 100:
            return False
        whole = all(isinstance(v, (int, float)) and float(v).is_integer() for v in own)
        return whole and len(set(own)) == len(own) and max(own) - min(own) + 1 <= 2 * len(own)

    return sorted(n for n in names if not numbers_rows(n))


def newton(x, y, w, l2=0.0, offset=0.0):
    """Returns coefficients and covariance of a logistic regression; the first column is the intercept."""
    b = np.zeros(x.shape[1])
    ridge = np.diag([0.0] + [l2] * (x.shape[1] - 1))
    for _ in range(200):
        p = 1 / (1 + np.exp(-(x @ b + offset)))
        information = x.T @ (x * (w * p * (1 - p))[:, None]) + ridge
        step = np.linalg.solve(information, x.T @ (w * (y - p)) - ridge @ b)
        b = b + step
        if np.abs(step).max() < 1e-13:
            break
    else:
        raise SystemExit("no maximum")
    p = 1 / (1 + np.exp(-(x @ b + offset)))
    return b, np.linalg.inv(x.T @ (x * (w * p * (1 - p))[:, None]) + ridge)
