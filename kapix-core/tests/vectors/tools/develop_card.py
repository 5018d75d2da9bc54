"""Regression, points, ranks and calibration of a development, without the engine; `develop.py` runs it."""

import math

import mpmath as mp
import numpy as np

from develop_bins import bin_column, candidates_of, newton, options_of, sample_of
from develop_text import MISSING_TEXTS, read_columns

LN2 = math.log(2)
USUAL = {"points0": 600, "odds0": 50, "pdo": 20}


def logistic(x):
    return 1 / (1 + math.exp(-x))


def by_value(scores, bad, weight):
    """Returns [value, goods, bads, goods squared, bads squared] by ascending score."""
    cells = {}
    for s, b, w in zip(scores, bad, weight):
        cell = cells.setdefault(s, [s, 0.0, 0.0, 0.0, 0.0])
        cell[2 if b else 1] += w
        cell[4 if b else 3] += w * w
    return [cells[s] for s in sorted(cells)]


def groups_of(cells, wanted):
    size, below, groups = sum(c[1] + c[2] for c in cells), 0, {}
    for cell in cells:
        own = cell[1] + cell[2]
        groups.setdefault(min(wanted - 1, math.floor((below + own / 2) * wanted / size + 1e-12)), []).append(cell)
        below += own
    return [groups[g] for g in sorted(groups)]


def auc(scores, bad, weight, level=0.95):
    """Area by all pairs, with DeLong's variance from the placements of every row."""
    rows = list(zip(scores, bad, weight))
    goods, bads = [r for r in rows if not r[1]], [r for r in rows if r[1]]
    g, b = math.fsum(r[2] for r in goods), math.fsum(r[2] for r in bads)
    half = lambda x, y: 1 if x > y else 0.5 if x == y else 0
    of_bads = [math.fsum(r[2] * half(r[0], own[0]) for r in goods) / g for own in bads]
    of_goods = [math.fsum(r[2] * half(own[0], r[0]) for r in bads) / b for own in goods]
    area = math.fsum(v * r[2] for v, r in zip(of_bads, bads)) / b

    def spread(values, rows, size):
        n = len(rows)
        return math.fsum((r[2] * (v - area)) ** 2 for v, r in zip(values, rows)) * n / (n - 1) / size**2

    error = math.sqrt(spread(of_bads, bads, b) + spread(of_goods, goods, g))
    reach = float(mp.sqrt(2) * mp.erfinv(level)) * error
    return {"value": area, "standard_error": error,
            "interval": {"lower": max(0, area - reach), "upper": min(1, area + reach)}}


def kolmogorov_smirnov(cells):
    g, b = sum(c[1] for c in cells), sum(c[2] for c in cells)
    found, goods, bads = None, 0, 0
    for cell in cells:
        goods, bads = goods + cell[1], bads + cell[2]
        distance = abs(bads / b - goods / g)
        if found is None or distance > found["value"] + 1e-12:
            found = {"threshold": cell[0], "value": distance}
    return found


def estimate(x, y, w, offset, weighted, last):
    b, covariance = newton(x, y, w, offset=offset)
    if weighted:
        p = 1 / (1 + np.exp(-(x @ b + offset)))
        meat = x.T @ (x * ((w * (y - p)) ** 2)[:, None])
        covariance = covariance @ meat @ covariance
    return {"value": b[last], "standard_error": math.sqrt(covariance[last, last])}


def fit_of_pd(pd, bad, weight, weighted, development):
    """Brier score, log-loss, ECE, Hosmer-Lemeshow, and the recalibration line."""
    y, w, p = (np.array(v, dtype=float) for v in (bad, weight, pd))
    odds = np.log(p / (1 - p))
    one = np.ones((len(y), 1))
    groups = groups_of(by_value(pd, bad, weight), 10)
    found = {"brier": {"score": float((w * (p - y) ** 2).sum() / w.sum())}, "mean_pd": float((w * p).sum() / w.sum()),
             "log_loss": float(-(w * np.where(y == 1, np.log(p), np.log1p(-p))).sum() / w.sum()),
             "in_the_large": estimate(one, y, w, odds, weighted, 0)}
    if len(set(pd)) > 1:
        found["slope"] = estimate(np.column_stack([one, odds]), y, w, 0.0, weighted, 1)
    table = [(sum(c[1] for c in g), sum(c[2] for c in g), sum((c[1] + c[2]) * c[0] for c in g)) for g in groups]
    found["ece"] = sum(abs(b - e) for _, b, e in table) / w.sum()
    free = len(table) - (2 if development else 0)
    if not weighted and free > 0:
        chi = sum((b - e) ** 2 / e + (b - e) ** 2 / (g + b - e) for g, b, e in table)
        tail = float(mp.gammainc(free / 2, chi / 2, mp.inf, regularized=True))
        found["hosmer_lemeshow"] = {"chi_square": chi, "degrees_of_freedom": free, "p_value": tail}
    return found


def validation(scores, pd, bad, weight, weighted, development):
    cells = by_value(scores, bad, weight)
    area = auc(scores, bad, weight)
    goods, bads = sum(c[1] for c in cells), sum(c[2] for c in cells)
    report = {"rows": len(bad), "goods": goods, "bads": bads, "bad_rate": bads / (goods + bads), "auc": area,
              "gini": 2 * area["value"] - 1, "ks": kolmogorov_smirnov(cells)}
    if pd is not None:
        report["calibration"] = fit_of_pd(pd, bad, weight, weighted, development)
    return report


def rounded(exact, population):
    """The integers of least variance over the rows among every threshold, plain rounding in a tie."""
    parts = [e - math.floor(e) for e in exact]
    ends = sorted({*parts, 0.0}, reverse=True)
    best = None
    for threshold in [0.5, 1.0] + [(a + b) / 2 for a, b in zip(ends, ends[1:])]:
        points = [math.floor(e) + (part >= threshold) for e, part in zip(exact, parts)]
        errors = [p - e for p, e in zip(points, exact)]
        mean = math.fsum(e * n for e, n in zip(errors, population)) / sum(population)
        spread = math.fsum((e - mean) ** 2 * n for e, n in zip(errors, population)) / sum(population)
        if best is None or spread < best[0] - 1e-12:
            best = spread, points, mean
    return best[1:]


def leave_to_one(request, usable, binned, rows):
    """Of slots outside the attributes that hold nearly the same rows, all but that of the highest IV take 0."""
    outside = []
    for name in usable:
        answer, slot, _, slots = binned[name]
        options = options_of(request, name)
        own = [slot(request["columns"][name][r]) for r in rows]
        for k, (kind, m, _) in enumerate(slots):
            if kind != "attribute" and m.rows and options[kind] == "own":
                outside.append((-answer["table"]["iv"], name, k, {r for r, s in zip(rows, own) if s == k}))
    leaders = []
    for _, name, k, held in sorted(outside, key=lambda it: it[0]):
        leader = next((other for other, theirs in leaders if len(held & theirs) / len(held | theirs) >= 0.9), None)
        if leader is None:
            leaders.append((name, held))
            continue
        answer, _, woe, _ = binned[name]
        woe[k] = answer["table"]["rows"][k]["woe_applied"] = 0.0
        answer["findings"] = [{"kind": "together", "slot": k, "with": leader}]


def chosen_of(request, names, binned, rows):
    """Returns the characteristics that the filters leave; signs are checked after the fit."""
    settings = {"iv_min": 0, "leak_iv": 5, "leak_gini": 0.95, "correlation_max": 0.95, "sign": True, "significance_max": 0.01}
    settings |= request.get("selection", {})
    unknown = set(settings) - {"iv_min", "leak_iv", "leak_gini", "correlation_max", "sign", "significance_max"}
    if unknown:
        raise SystemExit(f"selection settings without a recomputation: {unknown}")
    usable, left, leaking = [], [], []
    for name in names:
        answer, _, woe, slots = binned[name]
        own = request.get("characteristics", {}).get(name, {})
        filled = {w for w, (_, m, _) in zip(woe, slots) if m.weight}
        barred = own.get("protected") and "legal_basis" not in own
        if answer["status"] != "infeasible" and len(filled) > 1 and not barred:
            usable.append(name)
    leave_to_one(request, usable, binned, rows)
    for name in usable:
        table = binned[name][0]["table"]
        if abs(table["gini"]) > settings["leak_gini"] or table["iv"] > settings["leak_iv"]:
            leaking.append(name)
        elif table["iv"] >= settings["iv_min"] and table.get("chi_square", {"p_value": 0})["p_value"] <= settings["significance_max"]:
            left.append(name)
    return left, leaking, settings


class Development:
    """A development worked out anew; `answer` holds the members that a vector states."""

    def __init__(self, request):
        self.request = request
        self.sample, self.parts, report = sample_of(request)
        self.outcome, self.weight, self.binary = self.sample
        self.rows = self.parts["development"]
        names = candidates_of(request, self.parts)
        self.columns, self.numbers, self.read = read_columns(request, names, options_of)
        self.binned = {n: bin_column(self.columns[n], self.rows, self.sample, options_of(request, n)) for n in names}
        self.obstacles = {n: own[0].pop("obstacles", []) for n, own in self.binned.items()}
        self.answer = {"sample": report, "binning": [{"feature": n, "binning": self.binned[n][0]} for n in names]}
        if request.get("stage") != "binning":
            self.card(names)

    def bad(self, rows):
        return [self.outcome[r] for r in rows]

    def weights(self, rows):
        return [self.weight[r] for r in rows]

    def slots(self, name, rows):
        return [self.binned[name][1](self.columns[name][r]) for r in rows]

    def card(self, names):
        request, rows = self.request, self.rows
        left, leaking, settings = chosen_of(request | {"columns": self.columns}, names, self.binned, rows)
        x = np.array([[self.binned[n][2][s] for s in self.slots(n, rows)] for n in left]).T
        w, y = np.array(self.weights(rows), dtype=float), np.array(self.bad(rows), dtype=float)
        r = np.atleast_2d(np.corrcoef(x.T))
        if (np.abs(r - np.eye(len(left))) > settings["correlation_max"]).any():
            raise SystemExit("correlated characteristics: choose other rows")
        x = np.column_stack([np.ones(len(rows)), x])
        b, covariance = newton(x, y, w, request.get("regression", {}).get("l2", 1.0))
        if settings["sign"] and (b[1:] >= 0).any():
            raise SystemExit(f"a sign is wrong: choose other rows: {b}")
        p = 1 / (1 + np.exp(-(x @ b)))
        likelihood = float((w * np.where(y == 1, np.log(p), np.log1p(-p))).sum())
        coefficients = [{"estimate": c, "standard_error": math.sqrt(covariance[k, k])} for k, c in enumerate(b)]
        self.answer["regression"] = {"coefficients": coefficients, "log_likelihood": likelihood, "converged": True,
                                     "covariance": covariance.tolist()}
        self.answer["selection"] = {"chosen": left, "leaking": leaking, "wrong_sign": []}
        self.b, self.left = b, left
        self.points(covariance)

    def points(self, covariance):
        request, rows, left = self.request, self.rows, self.left
        scaling = request.get("scaling", {})
        if scaling.get("method") == "min_max":
            # The law follows from the range; what is stated is the range itself.
            self.answer["rounding"] = {"points_min": scaling["min"], "points_max": scaling["max"]}
            return
        law = {name: scaling.get(name, usual) for name, usual in USUAL.items()}
        factor = law["pdo"] / LN2
        offset = law["points0"] - factor * math.log(law["odds0"])
        own, means = [], []
        for name, coefficient in zip(left, self.b[1:]):
            _, _, woe, slots = self.binned[name]
            integers, mean = rounded([-factor * coefficient * v for v in woe], [m.weight for _, m, _ in slots])
            own.append(integers)
            means.append(mean)
        base = math.floor(offset - factor * self.b[0] - math.fsum(means) + 0.5)
        spread = scaling.get("intercept", "spread") == "spread"
        each, rest = divmod(base, len(left)) if spread else (0, 0)
        neutral = [each + (k < rest) for k in range(len(left))] if spread else [0] * len(left)
        self.base = 0 if spread else base
        self.by_slot = {n: [p + k for p in points] for n, points, k in zip(left, own, neutral)}
        self.law, self.factor, self.offset = law, factor, offset
        totals = self.totals(rows)
        exact = [offset - factor * (self.b[0] + sum(c * self.binned[n][2][self.binned[n][1](self.columns[n][r])]
                                                    for n, c in zip(left, self.b[1:]))) for r in rows]
        w = self.weights(rows)
        rms = math.sqrt(math.fsum(v * (t - e) ** 2 for v, t, e in zip(w, totals, exact)) / math.fsum(w))
        extreme = lambda pick: self.base + sum(pick(points) for points in self.by_slot.values())
        self.answer["rounding"] = {"points_min": extreme(min), "points_max": extreme(max), "error_rms": rms}
        self.measures(totals)
        self.body(covariance, neutral)

    def totals(self, rows):
        return [self.base + sum(self.by_slot[n][self.binned[n][1](self.columns[n][r])] for n in self.left) for r in rows]

    def measures(self, totals):
        weighted = "weight" in self.request
        odds = lambda totals: [(self.offset - t) / self.factor for t in totals]
        report = lambda rows, totals, curve, own: validation(totals, [curve(o) for o in odds(totals)], self.bad(rows),
                                                              self.weights(rows), weighted, own)
        found = {"development": report(self.rows, totals, logistic, True)}
        held, later = self.parts["hold_out"], self.parts["out_of_time"]
        curve = logistic
        if held:
            held_totals = self.totals(held)
            found["hold_out"] = report(held, held_totals, logistic, False)
            self.answer["calibration"], curve = self.calibrated(held, odds(held_totals))
            self.held_pd = [curve(o) for o in odds(held_totals)]
        if later:
            found["out_of_time"] = report(later, self.totals(later), curve, False)
        self.answer["validation"] = found

    def calibrated(self, rows, odds):
        settings = self.request.get("calibration", {})
        method = settings.get("method", "platt")
        y, w, x = (np.array(v, dtype=float) for v in (self.bad(rows), self.weights(rows), odds))
        one = np.ones(len(y))
        rate = float((w * y).sum() / w.sum())
        if method == "platt":
            goods, bads = float((w * (1 - y)).sum()), float((w * y).sum())
            target = np.where(y == 1, (bads + 1) / (bads + 2), 1 / (goods + 2)) if settings.get("smoothing") else y
            intercept, slope = newton(np.column_stack([one, x]), target, w)[0]
            law, curve = {"logit": {"intercept": intercept, "slope": slope}}, lambda o: logistic(intercept + slope * o)
        elif method == "offset":
            law, curve = {"logit": {"intercept": 0.0, "slope": 1.0}}, logistic
        elif method == "beta":
            s = 1 / (1 + np.exp(-x))
            c, a, b = newton(np.column_stack([one, np.log(s), -np.log1p(-s)]), y, w)[0]
            if min(a, b) < 0:
                raise SystemExit(f"a bound of the beta law binds, {a} {b}: choose other rows")
            law = {"beta": {"a": a, "b": b, "c": c}}
            curve = lambda o: logistic(c + a * math.log(logistic(o)) + b * math.log(1 + math.exp(o)))
        else:
            law, curve = isotonic(by_value(odds, self.bad(rows), self.weights(rows)))
        target = settings.get("target_rate", rate if method == "offset" else None)
        if target is not None:
            if method not in ("offset", "platt"):
                raise SystemExit("a shift without a recomputation")
            pd = np.array([curve(o) for o in odds])
            logit = np.log(pd / (1 - pd))
            low, high = -50.0, 50.0
            for _ in range(200):
                middle = (low + high) / 2
                mean = float((w / (1 + np.exp(-logit - middle))).sum() / w.sum())
                low, high = (middle, high) if mean < target else (low, middle)
            shift, plain = (low + high) / 2, law["logit"]
            law = {"logit": {"intercept": plain["intercept"] + shift, "slope": plain["slope"]}}
            curve = lambda o: logistic(law["logit"]["intercept"] + law["logit"]["slope"] * o)
        mean = math.fsum(v * curve(o) for v, o in zip(w, odds)) / math.fsum(w)
        return {"method": method, "curve": law, "outside_rows": len(rows), "outside_bads": sum(self.bad(rows)),
                "bad_rate": rate, "mean_pd": mean, "refusal": None}, curve

    def body(self, covariance, neutral):
        request, rows, left = self.request, self.rows, self.left
        w = np.array(self.weights(rows), dtype=float)
        points = np.array([[self.by_slot[n][s] for s in self.slots(n, rows)] for n in left], dtype=float)
        means = points @ w / w.sum()
        centred = points - means[:, None]
        goods = float(sum(v for v, b in zip(w, self.bad(rows)) if not b))
        characteristics = []
        for name, base in zip(left, neutral):
            answer, _, woe, slots = self.binned[name]
            own = {"feature": name, "kind": answer["kind"], "neutral_points": base, "attributes": []}
            own |= {"reads_text": True} if name in self.numbers else {}
            for k, (row, v, p) in enumerate(zip(answer["table"]["rows"], woe, self.by_slot[name])):
                if row["kind"] == "attribute":
                    own["attributes"].append({n: row[n] for n in ("lower", "upper", "categories") if n in row} | {"points": p, "woe": v})
                elif row["kind"] == "special":
                    own.setdefault("special", []).append({"value": row["value"], "points": p, "woe": v})
                elif "woe_applied" in row:
                    own[row["kind"]] = {"points": p, "woe": v}
            characteristics.append(own)
        body = {"base_points": self.base} if self.base else {}
        if self.numbers & set(left) or any(it["kind"] == "categorical" for it in characteristics):
            body |= {"missing_texts": request.get("missing", {}).get("texts", MISSING_TEXTS)}
        body |= {"characteristics": characteristics, "scaling": self.law,
                 "development": {"goods": goods, "bads": float(w.sum() - goods), "coefficients": list(self.b),
                                 "coefficient_covariance": covariance.tolist(), "mean_points": means.tolist(),
                                 "points_covariance": ((centred * w) @ centred.T / w.sum()).tolist()}}
        if "cutoffs" in request:
            self.cutoffs(body, points)
            self.missing(body)
        self.answer["artefact"] = {"kind": "scorecard", "body": body}

    def lacking(self, rows):
        """Returns, for each row, one digit a characteristic: 1 where the input is missing."""
        gone = lambda name, r: self.columns[name][r] in [None, *self.none.get(name, [])]
        return ["".join("1" if gone(n, r) else "0" for n in self.left) for r in rows]

    def missing(self, body):
        """The sets of withheld inputs that are evidence on the rows held out, and the rows that the rule refers.

        The calibration of the rows held out must be that of the card: the request states what a calibrated PD needs."""
        request, held, rows = self.request, self.parts["hold_out"], self.rows
        own = request.get("characteristics", {})
        settings = request.get("missing", {})
        source = lambda n: n.startswith(("bureau.", "internal_loans.")) or "withheld" in own.get(n, {})
        self.none = {}
        for k, name in enumerate(self.left):
            characteristic = body["characteristics"][k]
            count = sum(self.columns[name][r] is None for r in rows)
            if "missing" in characteristic and (count < 50 or name in settings.get("refer", [])):
                characteristic["missing"]["refer"] = True
            # What hardly a row holds is no answer, whatever it is said to be.
            for special in characteristic.get("special", []):
                rare = sum(self.columns[name][r] == special["value"] for r in rows) < 50
                if rare or special["value"] in settings.get("special", []):
                    special["missing"] = True
                    self.none.setdefault(name, []).append(special["value"])
        w, bad, sets = self.weights(rows), self.bad(rows), self.lacking(rows)
        stored, judged = [], list(zip(self.lacking(held), self.bad(held), self.weights(held), self.held_pd)) if held else []
        for digits in sorted(set(sets), reverse=True):
            fitted = [k for k, it in enumerate(sets) if it == digits]
            outside = [it[1:] for it in judged if it[0] == digits]
            if "1" not in digits or min(len(fitted), len(outside)) < 50 \
                    or not all(source(n) for n, digit in zip(self.left, digits) if digit == "1"):
                continue
            size = math.fsum(v for _, v, _ in outside)
            bads = len(outside) * math.fsum(v for b, v, _ in outside if b) / size
            mean = math.fsum(v * p for _, v, p in outside) / size
            # The mean PD is not below the 2.5 % quantile where the posterior has 2.5 % or more below it.
            if mp.betainc(bads + 0.5, len(outside) - bads + 0.5, 0, mean, regularized=True) >= 0.025:
                stored.append({"inputs": digits, "rows": len(fitted), "bads": math.fsum(w[k] for k in fitted if bad[k]),
                               "goods": math.fsum(w[k] for k in fitted if not bad[k])})
        stored.sort(key=lambda it: -it["rows"])
        if stored:
            body["development"]["withheld"] = stored
        if "minimum" in request:
            body["minimum"] = request["minimum"]
        exempt = [it["inputs"] for it in stored]
        referred = [k for k in range(len(rows)) if self.refers(body, rows[k], sets[k], exempt)]
        share = lambda picked: math.fsum(w[k] for k in picked) / math.fsum(w)
        inputs = [{"feature": n, "share": share([k for k in referred if sets[k][at] == "1"])} for at, n in enumerate(self.left)]
        self.answer["missing"] = {"inputs": inputs, "sets": len(stored), "share": share(referred)}

    def refers(self, body, row, digits, exempt):
        """Whether a row whose points decide is referred: by the worst and the best that its missing inputs could earn."""
        cut, total = body["cutoffs"], self.totals([row])[0]
        decide = lambda points: "approve" if points >= cut["approve"] else "refer" if points >= cut["refer"] else "decline"
        if "1" not in digits or decide(total) == "refer":
            return False
        low = high = total
        forbidden = False
        for name, characteristic, digit in zip(self.left, body["characteristics"], digits):
            if digit == "0":
                continue
            own = self.by_slot[name][self.binned[name][1](self.columns[name][row])]
            special = characteristic.get("special", [])
            unseen = [characteristic["unseen"]] if "unseen" in characteristic else []
            could = [it["points"] for it in characteristic["attributes"] + special + unseen]
            low, high = low + min(could) - own, high + max(could) - own
            is_bin = self.columns[name][row] is None
            forbidden |= is_bin and characteristic["missing"].get("refer", False)
        completeness = body.get("minimum", {}).get("completeness", 0)
        if "0" not in digits or digits.count("0") / len(digits) < completeness:
            return True
        stands = decide(low) == "approve" if decide(total) == "approve" else decide(high) == "decline"
        return not stands and digits not in exempt or decide(total) == "approve" and forbidden

    def cutoffs(self, body, points):
        settings, rows = self.request["cutoffs"], self.rows
        totals, bad, w = self.totals(rows), self.bad(rows), self.weights(rows)
        profit = settings.get("curve", {}).get("profit")
        approve = settings.get("approve")
        if profit:
            gain = lambda cut: math.fsum(v * (-profit["loss_per_bad_minor"] if b else profit["gain_per_good_minor"])
                                         for t, b, v in zip(totals, bad, w) if t >= cut) / math.fsum(w)
            best = max(gain(cut) for cut in totals)
            cut = min(cut for cut in totals if gain(cut) > best - 1e-9 * abs(best))
            self.answer["cutoffs"] = {"best": {"cutoff": cut, "expected_profit_minor": gain(cut)}}
            approve = cut if approve is None else approve
        refer = settings.get("refer", approve - math.ceil(self.law["pdo"]))
        body["cutoffs"] = {"approve": approve, "refer": refer}
        for width in range(1, 200):
            near = [k for k, t in enumerate(totals) if approve <= t < approve + width * self.law["pdo"] / 2]
            if len(near) >= 100:
                body["development"]["means_at_cutoff"] = [
                    math.fsum(w[k] * own[k] for k in near) / math.fsum(w[k] for k in near) for own in points]
                break


def isotonic(cells):
    """Blocks of equal PD by pooling neighbours out of order, with half counts at empty ends."""
    rate = lambda b: b[2] / (b[1] + b[2])
    pd = lambda b: (b[2] + 0.5) / (b[1] + b[2] + 1) if min(b[1], b[2]) <= 0 else rate(b)
    blocks = [[c[0] * (c[1] + c[2]), c[1], c[2]] for c in cells]
    join = lambda a, b: [x + y for x, y in zip(a, b)]

    def pool(blocks, rank):
        k = 0
        while k + 1 < len(blocks):
            if rank(blocks[k]) >= rank(blocks[k + 1]) - 1e-15:
                blocks[k:k + 2] = [join(blocks[k], blocks[k + 1])]
                k = max(0, k - 1)
            else:
                k += 1
        return blocks

    blocks = pool(pool(blocks, rate), pd)
    knots = [{"log_odds": b[0] / (b[1] + b[2]), "pd": pd(b)} for b in blocks]

    def curve(o):
        xs, ys = [k["log_odds"] for k in knots], [k["pd"] for k in knots]
        return float(np.interp(o, xs, ys))

    return {"isotonic": {"knots": knots}}, curve
