"""Recomputes every vector that has a card or a ledger, without the engine, and compares.

Run by hand: pip install numpy==2.4.6 pandas==3.1.1 mpmath==1.4.1 && python recompute.py

Points are looked up attribute by attribute, PDs are worked out to 40 digits with mpmath, counterfactuals by trying
every combination of moves, confidence by numpy's pinv and mpmath's normal law.
"""

import itertools
import json
import sys

import mpmath as mp
import numpy as np

import cashflow
import vector_files
from develop_text import number_of
from missing_rule import decide, likeness, ruled, unused

mp.mp.dps = 40
FOLDER = vector_files.FOLDER
ORDER = {"decline": 1, "refer": 2, "approve": 3}


class Refused(Exception):
    """The card states no rule for an input."""


def documents(vector):
    for artefact in vector.get("artefacts", []):
        if isinstance(artefact, str):
            name = FOLDER / "artefacts" / f"{artefact}.json"
            name = FOLDER.parents[1] / "artefacts" / "expert.json" if artefact == "expert" else name
            artefact = json.loads(name.read_text())
        # Which texts mean no value is said once for every characteristic.
        for characteristic in artefact.get("body", {}).get("characteristics", []):
            characteristic["missing_texts"] = artefact["body"].get("missing_texts", [])
        yield artefact


def choose(vector):
    request, operation = vector["request"], vector["operation"]
    cards, routes = [], []
    for document in documents(vector):
        cards += document["artefacts"] if document["kind"] == "bundle" else [document]
        routes += document.get("routes", [])
    kind = request["entity_type"]
    if "card" in request:
        named = [c for c in cards if request["card"] in (c["id"], f"{c['id']}@{c['version']}")]
    else:
        named = [c for c in cards if kind in c["body"]["entity_types"]]
    if len(named) > 1:
        routed = [r["artefact"] for r in routes if (r["operation"], r["entity_type"]) == (operation, kind)]
        named = [c for c in named if f"{c['id']}@{c['version']}" in routed]
    return named[0]


def plain(number):
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def label(attribute):
    if "label" in attribute:
        return attribute["label"]
    if attribute.get("categories"):
        return ", ".join(attribute["categories"])
    lower, upper = attribute.get("lower"), attribute.get("upper")
    if lower is None:
        return "any number" if upper is None else f"below {plain(upper)}"
    return f"{plain(lower)} or more" if upper is None else f"{plain(lower)} to below {plain(upper)}"


def read(characteristic, text):
    """Returns what a text stands for: itself where a category or special value is named so, a number, or no value."""
    named = [c for a in characteristic["attributes"] for c in a.get("categories", [])] + [
        s["value"] for s in characteristic.get("special", [])]
    number = number_of(text) if characteristic.get("reads_text") else None
    if text in named or number is None and text.strip() not in characteristic.get("missing_texts", []):
        return text
    return number


def place(characteristic, value):
    """Returns (kind, index, label, points, woe, refers, missing) of an input; kind is attribute, special, missing, unseen."""
    numeric = characteristic["kind"] == "numeric"
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, str):
        value = read(characteristic, value)
    for index, special in enumerate(characteristic.get("special", [])):
        if value is not None and special["value"] == value:
            name = special.get("label", special["value"] if isinstance(special["value"], str) else plain(special["value"]))
            return "special", index, name, special["points"], special.get("woe", 0), False, special.get("missing", False)
    if value is None or value == "no_record":
        missing = characteristic.get("missing") if value is None else None
        if missing is None:
            raise Refused(characteristic["feature"])
        return "missing", 0, "missing", missing["points"], missing.get("woe", 0), missing.get("refer", False), True
    if numeric:
        limits = characteristic.get("range", {})
        if isinstance(value, str) or not limits.get("min", -mp.inf) <= value <= limits.get("max", mp.inf):
            raise Refused(characteristic["feature"])
    for index, attribute in enumerate(characteristic["attributes"]):
        lower, upper = attribute.get("lower"), attribute.get("upper")
        if numeric and (lower is None or value >= lower) and (upper is None or value < upper):
            return "attribute", index, label(attribute), attribute["points"], attribute.get("woe", 0), False, False
        if not numeric and value in attribute["categories"]:
            return "attribute", index, label(attribute), attribute["points"], attribute.get("woe", 0), False, False
    if "unseen" not in characteristic:
        raise Refused(characteristic["feature"])
    unseen = characteristic["unseen"]
    return "unseen", 0, "unseen", unseen["points"], unseen.get("woe", 0), unseen.get("refer", False), False


def pd(body, points):
    scaling, calibration = body["scaling"], body.get("development", {}).get("calibration")
    odds = mp.mpf(scaling["odds0"]) * mp.power(2, (mp.mpf(points) - mp.mpf(scaling["points0"])) / mp.mpf(scaling["pdo"]))
    plain_pd = 1 / (1 + odds)
    if body["pd_basis"]["kind"] == "calibrated":
        return calibrated_pd(calibration["curve"], plain_pd)
    return plain_pd


def calibrated_pd(curve, plain_pd):
    (method, law), = curve.items()
    law = {name: mp.mpf(value) for name, value in law.items() if name != "knots"} or law
    log_odds = mp.log(plain_pd / (1 - plain_pd))
    if method == "isotonic":
        knots = [(mp.mpf(knot["log_odds"]), mp.mpf(knot["pd"])) for knot in law["knots"]]
        below = [knot for knot in knots if knot[0] <= log_odds]
        above = [knot for knot in knots if knot[0] > log_odds]
        if not below or not above:
            return (below or above)[-1 if below else 0][1]
        (x, p), (y, q) = below[-1], above[0]
        return p + (q - p) * (log_odds - x) / (y - x)
    if method == "beta":
        logit = law["c"] + law["a"] * mp.log(plain_pd) - law["b"] * mp.log(1 - plain_pd)
    else:
        logit = law["intercept"] + law["slope"] * log_odds
    return 1 / (1 + mp.exp(-logit))


def band(body, points):
    return next(b["id"] for b in body["bands"] if b.get("points_min") is None or points >= b["points_min"])


def reference(body, method, position):
    characteristic, development = body["characteristics"][position], body.get("development", {})
    if method == "maximum":
        fallbacks = [characteristic[k] for k in ("missing", "unseen") if k in characteristic]
        return max(a["points"] for a in characteristic["attributes"] + characteristic.get("special", []) + fallbacks)
    return {"neutral": lambda: characteristic["neutral_points"], "mean": lambda: development["mean_points"][position],
            "means_at_cutoff": lambda: development["means_at_cutoff"][position]}[method]()


def default_method(body):
    development = body.get("development")
    return "neutral" if development is None else "means_at_cutoff" if "means_at_cutoff" in development else "mean"


def reasons(body, slots, method, internal, sign):
    groups = {}
    for position, characteristic in enumerate(body["characteristics"]):
        difference = slots[position][3] - reference(body, method, position)
        if difference * sign > 0:
            groups.setdefault(characteristic["reason"], []).append((difference, position))
    ranked = sorted(groups.items(), key=lambda g: (-abs(sum(d for d, _ in g[1])), min(p for _, p in g[1])))
    out = []
    for code, members in ranked[:4]:
        members.sort(key=lambda m: (-abs(m[0]), m[1]))
        if sign > 0 and not internal and slots[members[0][1]][6]:
            continue  # What the applicant did not give speaks for nobody.
        texts = body["reasons"][code]
        text = texts["adverse" if sign < 0 else "favourable"]
        view = {"code": code, "features": [body["characteristics"][p]["feature"] for _, p in members],
                "text": texts.get("internal", text) if internal else text}
        if internal:
            view["points"] = sum(d for d, _ in members)
        out.append(view)
    return out


def top_features(body, slots):
    method = "mean" if "development" in body else "neutral"
    differences = [slot[3] - reference(body, method, position) for position, slot in enumerate(slots)]
    total = sum(abs(d) for d in differences)
    ranked = sorted((p for p, d in enumerate(differences) if d), key=lambda p: (-abs(differences[p]), p))
    return [{"feature": body["characteristics"][p]["feature"], "weight": abs(differences[p]) / total,
             "direction": "positive" if differences[p] > 0 else "negative"} for p in ranked[:8]]


def ways(characteristics, slots, unit):
    """Every way to move a unit: cost, minus the gain, order, and the attribute that each member reaches."""
    if any(characteristics[p].get("immovable", False) for p in unit):
        return []
    cost = characteristics[unit[0]].get("move_cost", 1)
    found = []
    if "moves_with" not in characteristics[unit[0]]:
        characteristic, slot = characteristics[unit[0]], slots[unit[0]]
        for to, attribute in enumerate(characteristic["attributes"]):
            counted = characteristic["kind"] == "numeric" and slot[0] == "attribute"
            bins = abs(to - slot[1]) if counted else 1
            found.append((cost * bins, slot[3] - attribute["points"], to, {unit[0]: to}))
    else:
        movable = {p: slots[p][1] for p in unit if slots[p][0] == "attribute"}
        for step in range(-60_000, 60_001) if movable else []:
            last = {p: len(characteristics[p]["attributes"]) - 1 for p in movable}
            if not -max(movable.values()) <= step <= max(last[p] - at for p, at in movable.items()):
                continue
            targets = {p: min(max(at + step, 0), last[p]) for p, at in movable.items()}
            loss = sum(slots[p][3] - characteristics[p]["attributes"][to]["points"] for p, to in targets.items())
            found.append((cost * abs(step), loss, step, {p: to for p, to in targets.items() if to != movable[p]}))
    return [way for way in found if way[1] < 0]


def counterfactual(body, slots, points):
    decision = decide(body, points)
    if "cutoffs" not in body or decision == "approve":
        return None
    target = body["cutoffs"]["approve" if decision == "refer" else "refer"]
    characteristics = body["characteristics"]
    units = {}
    for position, characteristic in enumerate(characteristics):
        units.setdefault(characteristic.get("moves_with", position), []).append(position)
    options = [[None, *ways(characteristics, slots, unit)] for unit in units.values()]
    found = None
    for combination in itertools.product(*options):
        moves = [(u, *m) for u, m in enumerate(combination) if m is not None]
        if points - sum(m[2] for m in moves) < target:
            continue
        key = (len(moves), sum(m[1] for m in moves), [m[0] for m in moves], [m[1:4] for m in moves])
        found = min(found, (key, [m[4] for m in moves]), key=lambda it: it[0]) if found else (key, [m[4] for m in moves])
    if found is None:
        return None
    moves = []
    for p, to in sorted({p: to for targets in found[1] for p, to in targets.items()}.items()):
        attribute = characteristics[p]["attributes"][to]
        move = {"feature": characteristics[p]["feature"], "from": slots[p][2], "points": attribute["points"] - slots[p][3],
                "to": label(attribute)}
        if "moves_with" in characteristics[p]:
            move["moves_with"] = characteristics[p]["moves_with"]
        moves.append(move)
    after = points + sum(m["points"] for m in moves)
    return {"decision": decide(body, after), "moves": moves, "points": after}


def woe_variance(body, position, slot):
    """Returns the variance of ln(g/G) - ln(b/B) of the slot's bin, two binomial shares."""
    development = body["development"]
    counts, kind = development["counts"][position], slot[0]
    bins = counts.get({"attribute": "attributes"}.get(kind, kind))
    if isinstance(bins, list):
        bins = bins[slot[1]] if slot[1] < len(bins) else None
    if not bins or bins["goods"] + bins["bads"] == 0:
        return 0.0
    goods, bads = bins["goods"], bins["bads"]
    if goods == 0 or bads == 0:
        goods, bads = goods + 0.5, bads + 0.5
    return max(0.0, 1 / goods - 1 / development["goods"] + 1 / bads - 1 / development["bads"])


def confidence(body, slots, points):
    development = body.get("development")
    if development is None or "coefficient_covariance" not in development or "cutoffs" not in body:
        return None
    mean, sigma = np.array(development["mean_points"]), np.array(development["points_covariance"])
    missing = [p for p, s in enumerate(slots) if s[6]]
    seen = [p for p, s in enumerate(slots) if not s[6]]
    values = np.array([s[3] for s in slots], dtype=float)
    cross = sigma[np.ix_(missing, seen)] @ np.linalg.pinv(sigma[np.ix_(seen, seen)])
    expected = mean[missing] + cross @ (values[seen] - mean[seen])
    rest = sigma[np.ix_(missing, missing)] - cross @ sigma[np.ix_(seen, missing)]
    m = body.get("base_points", 0) + values[seen].sum() + expected.sum()
    x = np.array([1.0] + [s[4] for s in slots])
    factor = body["scaling"]["pdo"] / np.log(2)
    nats = x @ np.array(development["coefficient_covariance"]) @ x
    for position, slope in enumerate(development.get("coefficients", [0])[1:]):
        nats += slope**2 * woe_variance(body, position, slots[position])
    variance = rest.sum() + 2 * factor**2 * nats
    if variance <= 0:
        return 1.0
    cutoffs, s = body["cutoffs"], mp.sqrt(mp.mpf(float(variance)))
    edges = {"approve": (cutoffs["approve"] - 0.5, mp.inf), "decline": (-mp.inf, cutoffs["refer"] - 0.5),
             "refer": (cutoffs["refer"] - 0.5, cutoffs["approve"] - 0.5)}
    low, high = edges[decide(body, points)]
    return float(mp.ncdf((high - m) / s) - mp.ncdf((low - m) / s))


def inputs(vector, body, known=None):
    request = vector["request"]
    context = {f"context.{name}": value for name, value in request.get("context", {}).items()}
    if "features" in request:
        known = context | request["features"]
        return [known.get(c["feature"]) for c in body["characteristics"]]
    data = request.get("data", {})
    known = cashflow.figures(request, request.get("as_of") or vector["clock"]) if known is None else known
    income, values = known.get("income_mean_monthly_minor"), []
    currencies = {account["currency"] for source in data.values() for account in source.get("accounts", [])}
    if {"context.loan_amount", "context.currency"} <= context.keys() and not isinstance(income, str) \
            and currencies == {context["context.currency"]} and income > 0:
        context["context.loan_to_income"] = context["context.loan_amount"] / income
    for characteristic in body["characteristics"]:
        source, _, name = characteristic["feature"].partition(".")
        found = known.get(characteristic["feature"])
        if source == "context":
            values.append(context.get(characteristic["feature"]))
        elif source in data:
            found = "no_record" if data[source].get("no_record") else data[source].get("values", {}).get(name)
            values.append(found)
        else:
            values.append(None if isinstance(found, str) else found)
    return values


def expected_score(vector, doubts=()):
    """Returns the answer that the vector's card and request imply; `doubts` are findings that refer."""
    request, body = vector["request"], choose(vector)["body"]
    values = inputs(vector, body)
    slots = [place(c, v) for c, v in zip(body["characteristics"], values)]
    points = body.get("base_points", 0) + sum(slot[3] for slot in slots)
    disputed = False
    if "features" not in request:
        other = cashflow.reading(request, request.get("as_of") or vector["clock"])["other"]
        if other is not None:
            taken = [place(c, v) for c, v in zip(body["characteristics"], inputs(vector, body, other))]
            total = body.get("base_points", 0) + sum(slot[3] for slot in taken)
            disputed = ruled(body, taken, total, False)[0] != ruled(body, slots, points, False)[0]
    referrals = [{"code": "DATA_QUALITY"}] if doubts or disputed else []
    most, stale, early = body["minimum"].get("age_days_max"), False, False
    if "features" not in request:
        read = cashflow.reading(request, request.get("as_of") or vector["clock"])
        age = read["cautious"].get("coverage_age_days", 0)
        reads_rows = any(c["feature"] in read["cautious"] or c["feature"] == "context.loan_to_income"
                         for c in body["characteristics"])
        if reads_rows:
            most = (31 if most is None else most) if read["given"] else min(7, 31 if most is None else most)
        stale = most is not None and not isinstance(age, str) and age > most
        early = read["early"]
    elif most is not None:
        stale = request["features"]["coverage_age_days"] > most
    referrals += [{"code": "INPUT_STALE"}] if stale else []
    by_points = decide(body, points)
    decision, named, hangs = ruled(body, slots, points, bool(referrals))
    names = lambda positions: list(dict.fromkeys(body["characteristics"][p]["feature"] for p in positions))
    if named or hangs:
        fields = [f"/explanation/characteristics/{p}" for p in named]
        referrals.append({"code": "MISSING_INPUT", "fields": fields, "inputs": names(named)})
    if "cutoffs" not in body:
        referrals.append({"code": "NO_CUTOFFS", "fields": []})
    decision = "refer" if stale or early or disputed else decision
    changed = decision != by_points
    calibrated, default = body["pd_basis"]["kind"] == "calibrated", pd(body, points)
    extremes = [[s["points"] for s in c["attributes"] + c.get("special", []) + [c[k] for k in ("missing", "unseen") if k in c]]
                for c in body["characteristics"]]
    base = body.get("base_points", 0)
    answer = {
        "points": points, "score": float(1 - default), "pd": float(default) if calibrated else None,
        "decision": decision, "risk_band": band(body, points), "referral_reasons": referrals,
        "points_range": {"min": base + sum(map(min, extremes)), "max": base + sum(map(max, extremes))},
        "data_completeness": sum(not s[6] for s in slots) / len(slots),
        "missing_inputs": names(p for p, slot in enumerate(slots) if slot[6]), "unused": unused(request, body),
        "confidence": None if changed else confidence(body, slots, points),
    }
    if request.get("explain", True):
        internal = request.get("audience", "internal") == "internal"
        method = request.get("reason_method", default_method(body))
        view = {"reason_method": method, "top_features": top_features(body, slots),
                "adverse_reasons": reasons(body, slots, method, internal, -1),
                "favourable_reasons": reasons(body, slots, method, internal, 1)}
        if internal:
            view["base_points"] = base
            view["characteristics"] = [
                {"attribute": s[2], "characteristic": c["id"], "feature": c["feature"], "points": s[3],
                 "value": v if isinstance(v, (int, float)) and not isinstance(v, bool) else None}
                for c, s, v in zip(body["characteristics"], slots, values)]
        moves = None if changed or hangs or not request.get("counterfactual", True) else counterfactual(body, slots, points)
        if moves:
            view["counterfactual"] = moves
        answer["explanation"] = view
    return answer


def expected_batch(vector):
    body, columns = choose(vector)["body"], vector["request"]["columns"]
    out = {name: [] for name in ("decision", "pd", "points", "risk_band", "score", "scored")}
    calibrated = body["pd_basis"]["kind"] == "calibrated"
    read = {c["feature"] for c in body["characteristics"]} | {"history_days", "history_transactions", "coverage_age_days"}
    unread = sorted(set(columns) - read)
    least = {"history_days": body["minimum"]["history_days"], "history_transactions": body["minimum"]["transactions"]}
    oldest = body["minimum"].get("age_days_max")
    anything = [("attribute", 0, "", 0, 0, False, False)] * len(body["characteristics"])
    for row in range(len(next(iter(columns.values())))):
        slots, stale, named, doubtful = anything, False, [], False
        try:
            slots = [place(c, columns[c["feature"]][row]) for c in body["characteristics"]]
            known = {name: columns[name][row] for name in least if least[name]}
            if any(value is None or value < least[name] for name, value in known.items()):
                raise Refused("history")
            points = body.get("base_points", 0) + sum(slot[3] for slot in slots)
            default = pd(body, points)
            age = 0 if oldest is None else columns["coverage_age_days"][row]
            if age < 0:
                raise Refused("coverage_age_days")
            stale = oldest is not None and age > oldest
            gone = [c["feature"] for c in body["characteristics"] if columns[c["feature"]][row] is None]
            alike = [likeness(given, name) for given in unread for name in gone]
            if "same" in alike:
                raise Refused("misspelt")
            doubtful = "near" in alike
            decision, named, _ = ruled(body, slots, points, stale or doubtful)
            cells = (decision, float(default) if calibrated else None, points, band(body, points), float(1 - default), True)
        except Refused:
            cells = (None, None, None, None, None, False)
        for name, cell in zip(out, cells):
            out[name].append(cell)
        for name, cell in included(body, slots, (stale, doubtful), named).items():
            out.setdefault(name, []).append(cell if cells[-1] else None)
    scored = out.pop("scored")
    return {"rows": len(scored), "columns": out, "unused": unread}


def included(body, slots, doubts, named):
    """Returns what a batch says of a row beside its score."""
    adverse = [reason["code"] for reason in reasons(body, slots, default_method(body), False, -1)]
    cells = {f"reason_{place}": code for place, code in enumerate(adverse + [None] * (4 - len(adverse)), 1)}
    cells |= {f"points.{c['id']}": slot[3] for c, slot in zip(body["characteristics"], slots)}
    cells["data_completeness"] = sum(not slot[6] for slot in slots) / len(slots)
    cells["referral.INPUT_STALE"], cells["referral.DATA_QUALITY"] = doubts
    cells["referral.MISSING_INPUT"] = bool(named)
    cells["referral.NO_CUTOFFS"] = "cutoffs" not in body
    return cells


def expected_cashflow(vector):
    request = vector["request"]
    known = cashflow.figures(request, request.get("as_of") or vector["clock"])
    entries = [{"name": name, "value": None, "null_reason": value} if isinstance(value, str) else
               {"name": name, "value": value} for name, value in sorted(known.items())]
    return {"analysis": {"features": entries}}


def differences(ours, theirs, place=""):
    """Compares what both hold; a key that only one side has is no difference inside objects."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() & theirs.keys():
            yield from differences(ours[key], theirs[key], f"{place}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs)):
            yield from differences(*pair, f"{place}/{index}")
    elif isinstance(ours, float) or isinstance(theirs, float):
        if ours is None or theirs is None or abs(ours - theirs) > 1e-12 * max(1.0, abs(ours)):
            yield f"{place}: recomputed {ours}, the vector says {theirs}"
    elif ours != theirs:
        yield f"{place}: recomputed {ours}, the vector says {theirs}"


def leaves(value):
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


EXPECTED = {"credit.score_batch": expected_batch, "cashflow.analyze": expected_cashflow}


def main():
    checked, figures, bad = 0, 0, 0
    for name, vector in vector_files.read().items():
        if "response" not in vector or "request" not in vector:
            continue
        if vector["operation"] == "credit.score":
            doubts = [f for f in vector["response"].get("findings", []) if f.get("severity") == "refer"]
            accepts = choose(vector)["body"].get("accepts", [])
            expected = expected_score(vector, [f for f in doubts if f["kind"] not in accepts])
        elif vector["operation"] in EXPECTED:
            expected = EXPECTED[vector["operation"]](vector)
        else:
            continue
        found = list(differences(expected, vector["response"]))
        checked, figures, bad = checked + 1, figures + leaves(expected), bad + bool(found)
        for line in found:
            print(f"{name}{line}")
    print(f"{checked} vectors recomputed, {figures} values, {bad} differ")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
