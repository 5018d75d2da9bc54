"""Recomputes the vectors of `scorecard.develop` and `scorecard.evaluate`, without the engine, and compares; with
`--write` it writes them, and the engine is never asked.

Run by hand: pip install numpy==2.4.6 pandas==3.1.1 mpmath==1.4.1 && python develop.py [--write]
"""

import math
import sys
from collections import Counter

from develop_bins import matches, to_mean_one
from develop_cases import REFUSED, TOPICS, cases, error, evaluations, topic
import develop_frames
from develop_card import Development, validation
from develop_text import special_of
from missing_rule import ruled
from recompute import FOLDER, Refused, choose, leaves, pd, place
import vector_files

BY_TOOL = "tools/develop.py (numpy 2.4.6, mpmath 1.4.1): every partition tried, Newton, every rounding threshold"
SIDDIQI = "N. Siddiqi, Credit Risk Scorecards, 2006, chapter 6, the table of age: goods, bads and 100 WoE with three decimals"
# 100 WoE as the book prints it, missing last.
SIDDIQI_WOE = [-108.980, -72.613, -4.526, 70.196, 128.388, 164.934, -42.719]


NOT_BINNED = {"constant": "has one value", "all_missing": "has no values", "all_rare": "has only rare categories",
              "infeasible": "no partition keeps the constraints: not in the card"}


def not_binned(answer, names):
    if answer["status"] != "no_split":
        return NOT_BINNED.get(answer["status"])
    if names:
        return f"has one attribute: relaxing one of `{'`, `'.join(names)}` would allow a split"
    return "has one attribute: relaxing no limit alone would allow a split"


def of_the_texts(developed):
    """What the texts of columns were read as."""
    found = []
    for name, read in sorted(developed.read.items()):
        none = [read["missing"][r] for r in developed.rows if read["none"](read["missing"][r])]
        if none:
            texts = ", ".join(f"`{v}`" if v else "a blank" for v in sorted({v.strip() for v in none}, key=lambda v: v.encode()))
            found.append({"code": "missing_texts", "feature": name, "message": f"`{len(none)}` rows hold {texts}, read as missing"})
        found += [{"code": "reads_as_numbers", "feature": name}] if read["numbers"] else []
    return found


def idle(values, binned, feature=None):
    """Special values that no row holds."""
    same = lambda a, b: special_of([a], True) == special_of([b], True) or special_of([a], False) == special_of([b], False) != []
    held = [row["value"] for answer in binned for row in answer["table"]["rows"] if row["kind"] == "special" and row["count"]]
    return [{"code": "special_idle"} | ({"feature": feature} if feature else {})
            for value in values if not any(same(value, own) for own in held)]


def mostly_bad(bad, weight):
    return [{"code": "mostly_bad"}] if math.fsum(w for b, w in zip(bad, weight) if b) > math.fsum(weight) / 2 else []


def backwards(report):
    return [{"code": "ranks_backwards"}] if report and report["auc"]["value"] < 0.5 else []


def findings(developed, hand):
    """Findings in the order in which they are made: candidates, bins, the fit, then the card."""
    request, rows = developed.request, developed.rows
    found = mostly_bad(developed.bad(rows), developed.weights(rows)) + of_the_texts(developed)
    found += [f for f in hand if f["code"] == "id_like"]
    for name in sorted(developed.binned):
        answer, _, _, slots = developed.binned[name]
        message = not_binned(answer, developed.obstacles[name])
        if message:
            stands = name in getattr(developed, "left", [])
            more = "; it stands in the card by its bins for missing, special or unseen values"
            found.append({"code": "missing_only" if stands else "not_binned", "feature": name,
                          "message": message + (more if stands else "")})
        found += [f for f in hand if f["feature"] == name and f["code"] in ("protected", "binning")]
        rows = list(zip(answer["table"]["rows"], slots))
        found += [{"code": "rare_categories", "feature": name} for r, _ in rows if r["kind"] == "unseen" and r["count"]]
        # An attribute whose evidence a slot takes may be safer than the slot itself.
        capped = [r for r, (kind, m, _) in rows if kind != "attribute" and m.weight and r["woe"] > 0 and r.get("woe_applied") == 0]
        found += [{"code": "points_lowered", "feature": name} for _ in capped]
        own = request.get("characteristics", {}).get(name, {}).get("binning", {}).get("special_values", [])
        found += idle(own, [answer], name)
    found += idle(request.get("binning", {}).get("special_values", []), [it[0] for it in developed.binned.values()])
    found += [f for f in hand if f["code"] == "leaking"]
    if request.get("stage") == "binning":
        return found
    found += [{"code": "reason_texts", "feature": name} for name in developed.left]
    return found + ([] if "default_definition" in request.get("sample", {}) else [{"code": "pd_assumed"}])


def merge(ours, hand):
    for name, value in hand.items():
        if isinstance(value, dict) and name in ours:
            merge(ours[name], value)
        else:
            ours[name] = value


def split_counts(developed, share):
    """A stratified draw holds out the nearest number of each class, a half up."""
    bads = sum(developed.outcome)
    goods = len(developed.outcome) - bads
    held = [math.floor(share * n + 0.5) for n in (bads, goods)]
    part = lambda b, g: {"bads": b, "rows": b + g, "weight": b + g}
    return {"sample": {"hold_out": part(*held), "development": part(bads - held[0], goods - held[1])}}


def developed(request, hand):
    hand = dict(hand)
    if "siddiqi" in hand:
        rows = [{"woe": woe / 100} for woe in SIDDIQI_WOE]
        answer = Development(request).answer
        for row, known in zip(rows, answer["binning"][0]["binning"]["table"]["rows"]):
            row |= {name: known[name] for name in ("goods", "bads", "kind")}
        return {"binning": [{"feature": "age", "binning": {"cuts": [23, 27, 30, 35, 44], "table": {"rows": rows}}}]}
    result = Development(request)
    if "counts_only" in hand:
        return split_counts(result, hand["counts_only"])
    held = hand.pop("findings_hold", None)
    if held is not None:
        result.answer["findings"] = findings(result, held)
    merge(result.answer, hand)
    return result.answer


def evaluated(vector):
    """Scores every row by the card, then measures the scored rows of known outcome."""
    request, body = vector["request"], choose(vector)["body"]
    columns, rows = request["columns"], []
    target = columns[request["target"]]
    calibrated = body["pd_basis"]["kind"] == "calibrated"
    statuses, decisions = Counter(), Counter()
    for row, outcome in enumerate(target):
        try:
            for c in body["characteristics"]:
                v, span = columns[c["feature"]][row], c.get("range")
                if span and v is not None and not span["min"] <= v <= span["max"]:
                    raise Refused("range")
            slots = [place(c, columns[c["feature"]][row]) for c in body["characteristics"]]
        except Refused:
            statuses["data.input_out_of_range"] += 1
            continue
        points = body.get("base_points", 0) + sum(slot[3] for slot in slots)
        decision = ruled(body, slots, points, False)[0]
        statuses["scored"] += 1
        decisions[decision] += 1
        if outcome is not None:
            weight = columns[request["weight"]][row] if "weight" in request else 1
            rows.append((points, float(pd(body, points)), int(matches(outcome, request.get("bad", [1]))), weight))
    points, pds, bad, weight = (list(v) for v in zip(*rows))
    if "weight" in request:
        weight, _ = to_mean_one(weight, range(len(weight)))
    report = validation(points, pds if calibrated else None, bad, weight, "weight" in request, False)
    if not calibrated:
        report |= {"calibration": None, "null_reasons": {"/calibration": "no_pd"}}
    found = mostly_bad(bad, weight) + backwards(report)
    return {"statuses": dict(statuses), "decisions": dict(decisions), "findings": found, "validation": report}


def plain(value):
    """Numbers with 13 digits: more than the tolerance asks for."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    if isinstance(value, (bool, str, int)) or value is None:
        return value
    number = float(f"{float(value):.13g}")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def made(operation, case, sentence, request, hand):
    vector = {"name": sentence, "source": BY_TOOL, "operation": operation}
    vector |= {"artefacts": hand["artefacts"]} if "artefacts" in hand else {}
    vector["request"] = request
    if "error" in hand:
        refused = REFUSED[operation] | develop_frames.REFUSED
        vector |= {"source": refused[case], "error": hand["error"]}
    elif operation == "scorecard.evaluate":
        vector["response"] = plain(evaluated(vector))
    else:
        vector["response"] = plain(developed(request, hand))
    if "siddiqi" in hand:
        # The book prints 100 WoE with three decimals.
        return vector | {"source": SIDDIQI, "tolerance": 5e-6}
    return vector | {"tolerance": 1e-9}


def differences(ours, theirs, where=""):
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        for name in ours:
            yield from differences(ours[name], theirs[name], f"{where}/{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs)):
            yield from differences(*pair, f"{where}/{index}")
    elif isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        if abs(ours - theirs) > 1e-11 * max(1.0, abs(ours)):
            yield f"{where}: recomputed {ours}, the vector says {theirs}"
    elif ours != theirs:
        yield f"{where}: recomputed {ours}, the vector says {theirs}"


def main():
    known, files, figures, bad = vector_files.read(), {}, 0, 0
    measured = list(evaluations())
    coded = develop_frames.evaluations(error, measured[0][3])
    for operation, case, sentence, request, hand in [*cases(), *develop_frames.frames(error), *measured, *coded]:
        file = f"{operation}/{topic(operation, case)}.json"
        vector = made(operation, case, sentence, request, hand)
        figures += leaves(vector.get("response", vector.get("error")))
        files.setdefault(file, {})[case] = vector
        found = list(differences(vector, known.get(f"{file}#{case}")))
        bad += bool(found)
        for line in found:
            print(f"{file}#{case}{line}")
    print(f"{sum(map(len, files.values()))} vectors recomputed, {figures} values, {bad} differ")
    if "--write" in sys.argv:
        for file, vectors in files.items():
            vector_files.write(FOLDER / file, vectors, TOPICS[file])
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
