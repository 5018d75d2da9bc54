"""Asks every tool the same questions and turns the answers into figures."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from typing import Any, Callable

import numpy

from side_by_side import exact, metrics
from side_by_side.data import Sample, stratified_split
from side_by_side.peers import KAPIX, Answer, Work, ask, version_of

PREBINS = 20
PREBINS_WIDE = 200
WIDE = exact.Limits("wide", None, 10)
# Tools that solve given pre-bins under limits.
SOLVERS = (KAPIX, "optbinning")
# A difference of information values up to this, for each bin, is rounding. OptBinning cuts them to millionths.
SAME = 1e-10
SAME_OPTBINNING = 1e-6
FITS = 3


@dataclass(frozen=True)
class Plan:
    """What is asked: the splits (the first is the given one), rows of batch scoring, the problems of optimality."""

    sample: Sample
    splits: numpy.ndarray
    rows: int
    problems: list[dict[str, Any]]
    wide: list[dict[str, Any]]


@dataclass
class Found:
    """The answers by tool, by task; cards of the repeated splits in their order."""

    peer: str
    tasks: dict[str, dict[str, Any]]
    arrays: dict[str, dict[str, numpy.ndarray]]
    repeats: list[numpy.ndarray | None]


def make_plan(sample: Sample, train: numpy.ndarray, repeats: int, seed: int, rows: int) -> Plan:
    splits = numpy.array([train, *(stratified_split(sample.bad, seed + number) for number in range(repeats))])
    problems, wide = [], []
    for name in sample.numeric:
        values, bad = clean_values(sample, name, train)
        if not len(values):
            continue
        cuts = exact.prebin_cuts(values, bad, PREBINS)
        many = exact.prebin_cuts(values, bad, PREBINS_WIDE)
        if len(cuts):
            for trend, limits in itertools.product(exact.TRENDS, exact.LIMITS):
                problems.append({"name": name, "trend": trend, "limits": asdict(limits), "cuts": cuts.tolist()})
        if len(many):
            wide.append({"name": name, "trend": "peak", "limits": asdict(WIDE), "cuts": many.tolist()})
    return Plan(sample, splits, rows, problems, wide)


def clean_values(sample: Sample, name: str, train: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Returns the values and classes of the training rows whose value is neither missing nor special."""
    values = sample.columns[name][train]
    clean = ~numpy.isnan(values) & ~numpy.isin(values, sample.special)
    return values[clean], sample.bad[train][clean]


def units_of(peer: str, plan: Plan) -> list[dict[str, Any]]:
    units: list[dict[str, Any]] = [
        {"task": "card", "split": 0, "best_of": FITS},
        {"task": "binning", "split": 0, "best_of": FITS},
        {"task": "scoring", "split": 0, "rows": plan.rows},
    ]
    if peer in SOLVERS:
        units.append({"task": "optimal", "split": 0, "problems": plan.problems})
    if peer == KAPIX:
        units.append({"task": "optimal", "split": 0, "problems": plan.wide, "wide": True})
    return units + [{"task": "card", "split": split, "best_of": 1} for split in range(1, len(plan.splits))]


def ask_all(peers: list[str], plan: Plan, work: Work, tell: Callable[[str], None]) -> dict[str, Found]:
    """Returns what was found by tool, in the order asked."""
    found: dict[str, Found] = {}
    for peer in peers:
        tell(f"{peer} {version_of(peer)} ...")
        units = units_of(peer, plan)
        answers = ask(peer, units, work)
        # A worker that did not start answers in the name of the peer; else every unit has the same tools.
        names = max((list(answer.tools) for answer in answers), key=len)
        for name in names:
            found[name] = _gather(name, peer, units, answers)
    return found


def _gather(name: str, peer: str, units: list[dict[str, Any]], answers: list[Answer]) -> Found:
    own = Found(peer, {}, {}, [])
    for unit, answer in zip(units, answers):
        figures = answer.tools.get(name) or answer.tools.get(peer) or {"error": "no answer"}
        arrays = {key.split("/", 1)[1]: values for key, values in answer.arrays.items() if key.split("/", 1)[0] == name}
        if unit["split"] > 0:
            own.repeats.append(arrays.get("probability"))
            if "error" in figures:
                own.tasks.setdefault("repeats", figures)
            continue
        task = "wide" if unit.get("wide") else unit["task"]
        own.tasks[task], own.arrays[task] = figures, arrays
    return own


def document_of(plan: Plan, found: dict[str, Found], threads: int) -> dict[str, Any]:
    """Returns every figure of the comparison, as JSON."""
    return {
        "data": _about(plan),
        "tools": {name: _tool(own) for name, own in found.items()},
        "quality": quality(plan, found),
        "repeats": repeated(plan, found),
        "speed": {"threads": threads, **{name: _speed(own) for name, own in found.items()}},
        "iv": values_by_column(plan, found),
        "optimality": optimality(plan, found),
        "wide": _wide(plan, found),
    }


def _about(plan: Plan) -> dict[str, Any]:
    sample, train = plan.sample, plan.splits[0]
    return {
        "rows": len(sample.bad), "train": int(train.sum()), "test": int((~train).sum()),
        "bad_share": float(sample.bad.mean()), "numeric": len(sample.numeric),
        "categorical": len(sample.columns) - len(sample.numeric), "special": sample.special,
        "dropped": sample.dropped, "notes": sample.notes, "sha256": sample.digest,
    }


def _tool(own: Found) -> dict[str, Any]:
    card = own.tasks["card"]
    errors = {task: figures["error"] for task, figures in own.tasks.items() if "error" in figures}
    return {
        "peer": own.peer, "version": version_of(own.peer), "card": card.get("card", False),
        "note": card.get("note", ""), "cached": bool(card.get("cached")), "errors": errors,
    }


def quality(plan: Plan, found: dict[str, Found]) -> dict[str, Any]:
    """Returns AUC, KS and Brier on the test rows of the given split, and AUC(Kapix) - AUC(tool), paired."""
    bad = plan.sample.bad[~plan.splits[0]].astype(float)
    own = found[KAPIX].arrays["card"].get("probability") if KAPIX in found else None
    rows: dict[str, Any] = {}
    for name, tool in found.items():
        score = tool.arrays["card"].get("probability")
        if score is None:
            continue
        rows[name] = {
            "auc": asdict(metrics.auc(bad, score)), "ks": asdict(metrics.ks(bad, score)),
            "brier": asdict(metrics.brier(bad, score)),
        }
        if own is not None and name != KAPIX:
            rows[name]["kapix_minus_tool"] = asdict(metrics.auc_difference(bad, own, score))
    return rows


def repeated(plan: Plan, found: dict[str, Found]) -> dict[str, Any]:
    """Returns mean test AUC over the repeated splits, and the mean paired difference to Kapix."""
    splits = plan.splits[1:]
    areas: dict[str, numpy.ndarray] = {}
    for name, tool in found.items():
        if len(splits) and all(score is not None for score in tool.repeats):
            areas[name] = numpy.array([
                metrics.components(plan.sample.bad[~train], score).auc for train, score in zip(splits, tool.repeats)
            ])
    rows: dict[str, Any] = {}
    for name, values in areas.items():
        rows[name] = {"auc_mean": float(values.mean()), "auc": values.tolist()}
        if KAPIX in areas and name != KAPIX:
            train = splits[0]
            ratio = (~train).sum() / train.sum()
            rows[name]["kapix_minus_tool"] = metrics.repeated_difference(areas[KAPIX] - values, ratio)
    cards = [name for name in areas if name != KAPIX and found[name].tasks["card"].get("card")]
    best = max(cards, key=lambda name: rows[name]["auc_mean"], default=None)
    return {"splits": len(splits), "best_peer_card": best, "tools": rows}


def _speed(own: Found) -> dict[str, Any]:
    scoring = {key: value for key, value in own.tasks["scoring"].items() if key not in ("card", "note", "loop_cpu_ms")}
    return {
        "binning_cpu_seconds": own.tasks["binning"].get("cpu_seconds"),
        "card_cpu_seconds": own.tasks["card"].get("cpu_seconds"), "loop_cpu_ms": own.tasks["card"].get("loop_cpu_ms"),
        "scoring": scoring,
        "cached": any(figures.get("cached") for figures in own.tasks.values()),
    }


def values_by_column(plan: Plan, found: dict[str, Found]) -> dict[str, dict[str, float]]:
    """Returns the information value, by one formula, of each tool's own binning on the training rows."""
    bad = plan.sample.bad[plan.splits[0]].astype(float)
    rows: dict[str, dict[str, float]] = {name: {} for name in plan.sample.columns}
    for tool, own in found.items():
        for index, name in enumerate(plan.sample.columns):
            codes = own.arrays["binning"].get(f"codes_{index}")
            if codes is not None:
                rows[name][tool] = exact.partition_value(codes, bad)
    return rows


def optimality(plan: Plan, found: dict[str, Found]) -> dict[str, Any]:
    """Returns how each solver's partitions compare with the proven optimum, by set of limits, and the cases below."""
    solvers = {name: own.tasks["optimal"].get("answers") for name, own in found.items() if "optimal" in own.tasks}
    solvers = {name: answers for name, answers in solvers.items() if answers}
    if not solvers:
        return {"problems": 0}
    sets: dict[str, dict[str, Any]] = {}
    cases: list[dict[str, Any]] = []
    behind: dict[str, list[float | None]] = {name: [] for name in solvers}
    optima = [Solved(plan, problem) for problem in plan.problems]
    for name, answers in solvers.items():
        for problem, solved, answer in zip(plan.problems, optima, answers):
            place = sets.setdefault(problem["limits"]["name"], {}).setdefault(name, new_counts())
            verdict, difference = solved.judge(answer, SAME_OPTBINNING if name == "optbinning" else SAME)
            count(place, verdict, difference, answer.get("cpu_seconds", 0.0))
            behind[name].append(difference if verdict in ("below", "equal", "above") and "error" not in answer else None)
            if verdict not in ("equal", "above"):
                cases.append({
                    "tool": name, "column": problem["name"], "trend": problem["trend"],
                    "limits": problem["limits"]["name"], "verdict": verdict, "difference": difference,
                    "status": answer.get("status", answer.get("error")),
                })
    cases.sort(key=lambda case: (case["tool"], case["difference"]))
    return {"problems": len(plan.problems), "sets": sets, "cases": cases, "kapix_minus_optbinning": _pairs(behind)}


def _pairs(behind: dict[str, list[float | None]]) -> dict[str, Any] | None:
    """Returns how Kapix's information values compare with OptBinning's, problem by problem; more than 1e-6 counts."""
    if KAPIX not in behind or "optbinning" not in behind:
        return None
    pairs = [(own, other) for own, other in zip(behind[KAPIX], behind["optbinning"]) if own is not None and other is not None]
    differences = [own - other for own, other in pairs]
    return {
        "below": sum(difference < -SAME_OPTBINNING for difference in differences),
        "equal": sum(abs(difference) <= SAME_OPTBINNING for difference in differences),
        "above": sum(difference > SAME_OPTBINNING for difference in differences),
        "least": min(differences, default=0.0), "most": max(differences, default=0.0),
    }


class Solved:
    """A problem with its proven optimum."""

    def __init__(self, plan: Plan, problem: dict[str, Any]) -> None:
        values, bad = clean_values(plan.sample, problem["name"], plan.splits[0])
        self.cuts = numpy.array(problem["cuts"])
        goods, bads = exact.prebin_counts(values, bad, self.cuts)
        self.problem = exact.Problem(goods, bads, problem["trend"], exact.Limits(**problem["limits"]))
        self.value = self.problem.optimum()

    def judge(self, answer: dict[str, Any], same: float) -> tuple[str, float]:
        """Returns below, equal, above, broken (not a partition within the limits) or error; and the difference."""
        if "error" in answer:
            return ("equal" if self.value is None else "error"), 0.0
        at = numpy.searchsorted(self.cuts, answer["cuts"])
        ends = [*at.tolist(), self.problem.count - 1]
        known = all(index < len(self.cuts) and self.cuts[index] == cut for index, cut in zip(at, answer["cuts"]))
        if not known or not self.problem.keeps(ends) or self.value is None:
            return "broken", 0.0
        difference = self.problem.value_of(ends) - self.value
        same *= len(ends)
        return ("below" if difference < -same else "above" if difference > same else "equal"), difference


def new_counts() -> dict[str, Any]:
    return {"below": 0, "equal": 0, "above": 0, "broken": 0, "error": 0, "worst": 0.0, "cpu_seconds": 0.0}


def count(place: dict[str, Any], verdict: str, difference: float, seconds: float) -> None:
    place[verdict] += 1
    place["worst"] = min(place["worst"], difference)
    place["cpu_seconds"] += seconds


def _wide(plan: Plan, found: dict[str, Found]) -> dict[str, Any]:
    """Returns Kapix's time and optimality with up to 200 pre-bins and a peak."""
    answers = found[KAPIX].tasks.get("wide", {}).get("answers") if KAPIX in found else None
    if not answers:
        return {"problems": 0}
    place = new_counts()
    for problem, answer in zip(plan.wide, answers):
        count(place, *Solved(plan, problem).judge(answer, SAME), answer.get("cpu_seconds", 0.0))
    times = [answer["cpu_seconds"] for answer in answers if "cpu_seconds" in answer]
    sizes = [len(problem["cuts"]) + 1 for problem in plan.wide]
    return {
        "problems": len(answers), "prebins_max": max(sizes), **place,
        "cpu_ms_max": max(times, default=0.0) * 1e3, "cpu_ms_median": float(numpy.median(times)) * 1e3 if times else 0.0,
    }
