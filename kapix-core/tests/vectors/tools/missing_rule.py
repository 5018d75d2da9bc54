"""What may be decided while inputs are missing, and what a card does not read, without the engine."""

import itertools

import cashflow


def decide(body, points):
    cutoffs = body.get("cutoffs")
    if cutoffs is None:
        return "refer"
    return "approve" if points >= cutoffs["approve"] else "refer" if points >= cutoffs["refer"] else "decline"


def answers(characteristic, with_no_value):
    """The points that a value can have: those of attributes, special values, unseen categories; or of no value too."""
    special = [it for it in characteristic.get("special", []) if with_no_value or not it.get("missing", False)]
    unseen = [characteristic["unseen"]] if "unseen" in characteristic else []
    return [it["points"] for it in characteristic["attributes"] + special + unseen]


def withheld(characteristic):
    return "withheld" in characteristic or characteristic["feature"].startswith(("bureau.", "internal_loans."))


def hangs_on_missing(body, slots, points):
    """Whether the case refers since the decision hangs on what is missing."""
    characteristics = body["characteristics"]
    missing = [position for position, slot in enumerate(slots) if slot[6]]
    if not missing:
        return False
    required = body.get("required", [] if "development" in body else [c["feature"] for c in characteristics])
    share = (len(slots) - len(missing)) / len(slots)
    if len(missing) == len(slots) or share < body["minimum"].get("completeness", 0) \
            or any(characteristics[p]["feature"] in required for p in missing):
        return True
    if "cutoffs" not in body:
        return False
    observed = points - sum(slots[p][3] for p in missing)
    least = observed + sum(min(answers(characteristics[p], True)) for p in missing)
    most = observed + sum(max(answers(characteristics[p], False)) for p in missing)
    decision = decide(body, points)
    if decision == "approve" and decide(body, least) == "approve" or decision == "decline" and decide(body, most) == "decline":
        return False
    digits = "".join("1" if p in missing else "0" for p in range(len(slots)))
    stored = [it["inputs"] for it in body.get("development", {}).get("withheld", [])]
    return not (all(withheld(characteristics[p]) for p in missing) and digits in stored)


def ruled(body, slots, points, forbidden):
    """Returns the decision, and the positions that MISSING_INPUT names."""
    hangs, decision = hangs_on_missing(body, slots, points), decide(body, points)
    named = [p for p, slot in enumerate(slots) if slot[5] or hangs and slot[6]]
    if hangs or decision == "approve" and (named or forbidden):
        decision = "refer"
    return decision, named, hangs


def unused(request, body):
    """Returns the pointers to what the card does not read."""
    read = {c["feature"] for c in body["characteristics"]}
    minimum = ("history_days", "history_transactions", "coverage_age_days")
    least = body["minimum"]
    known = cashflow.figures(request, request["as_of"]) if "data" in request and "as_of" in request else {}
    of_rows = set(known) | {"context.loan_to_income"}
    needs = least["history_days"] or least["transactions"] or "age_days_max" in least or read & of_rows
    escaped = lambda name: name.replace("~", "~0").replace("/", "~1")
    out = [f"/features/{escaped(name)}" for name in sorted(request.get("features", {})) if name not in read | set(minimum)]
    data = request.get("data", {})
    out += [f"/data/{key}" for key in sorted(data) if "accounts" in data[key] and not needs]
    for key in sorted(key for key in data if "accounts" not in data[key]):
        if not any(name.startswith(f"{key}.") for name in read):
            out.append(f"/data/{key}")
        else:
            out += [f"/data/{key}/values/{escaped(name)}" for name in sorted(data[key].get("values", {}))
                    if f"{key}.{name}" not in read]
    by_ratio = {"currency", "loan_amount"} if "context.loan_to_income" in read else set()
    return out + [f"/context/{name}" for name in sorted(request.get("context", {}))
                  if f"context.{name}" not in read and name not in by_ratio]


def edits(one, other):
    """Insertions, deletions, substitutions and swaps of neighbours from one text to another."""
    cost = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i, j in itertools.product(range(1, len(one) + 1), range(1, len(other) + 1)):
        cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            cost[i, j] = min(cost[i, j], cost[i - 2, j - 2] + 1)
    return cost[len(one), len(other)]


def likeness(given, name):
    """Whether a name that is not read is that of an input but for case and spaces, or within two edits of it."""
    fold = lambda text: "".join(c for c in text.lower() if c not in " -_")
    digits = lambda text: [c for c in text if c in "0123456789"]
    if fold(given) == fold(name):
        return "same"
    enough = sum(c.isalpha() for c in name.split(".")[-1]) >= 5
    return "near" if enough and digits(given) == digits(name) and edits(fold(given), fold(name)) <= 2 else None
