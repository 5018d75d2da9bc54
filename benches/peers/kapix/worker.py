"""Kapix: `engine.scorecard.develop` with its defaults over all columns."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

import kapix

sys.path.insert(0, str(Path(__file__).parents[1]))
from protocol import Job, Tool, serve  # noqa: E402

TARGET = "kapix_bench_bad"
CARD = {"id": "bench", "version": "1"}


# Kapix takes at most so many attributes.
BINS_MAX = 50


def binning(special: list[float], problem: dict[str, Any] | None = None) -> dict[str, Any]:
    """Returns the settings of binning: the defaults, or the pre-bins, trend and limits of a problem."""
    settings: dict[str, Any] = {"special_values": special} if special else {}
    if problem is None:
        return settings
    limits = problem["limits"]
    # What a problem does not limit is said too: the defaults have limits of their own.
    return {
        **settings,
        "bins_max": limits["bins_max"] or min(BINS_MAX, len(problem["cuts"]) + 1),
        "bins_min": 1,
        "cuts": problem["cuts"].tolist(),
        "objective": "iv",
        "p_value_max": limits["p_value_max"] or 1.0,
        "p_value_test": "z_test",
        "prebinning": {"method": "given"},
        "rate_difference_min": limits["rate_difference_min"] or 0.0,
        "size_min": limits["size_min"] or 0.0,
        "trend": problem["trend"],
    }


@dataclass
class Model:
    artefact: dict[str, Any]
    engine: Any


class Kapix(Tool):
    note = "defaults, without the cross-validation that no peer does"
    reasons = True

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.engine = kapix.Engine.load([], record=False, envelope=False)

    def develop(self, columns: dict[str, Any], bad: numpy.ndarray, stage: str, settings: dict[str, Any]) -> Any:
        return self.engine.scorecard.develop(
            {**columns, TARGET: bad}, target=TARGET, bad=[1], stage=stage, binning=settings, entity_types=["individual"],
            card=CARD, threads=self.job.threads, folds=0,
        )

    def bin(self, data: Any, bad: numpy.ndarray) -> Any:
        return self.develop(dict(data.items()), bad, "binning", binning(self.job.special))

    def codes(self, binning: Any, data: Any) -> dict[str, numpy.ndarray]:
        reports = binning.to_dict()["binning"]
        return {report["feature"]: codes_of(report["binning"], data[report["feature"]]) for report in reports}

    def fit(self, data: Any, bad: numpy.ndarray) -> Model:
        artefact = self.develop(dict(data.items()), bad, "card", binning(self.job.special)).artefact
        return Model(artefact, kapix.Engine.load(artefact, record=False, envelope=False))

    def bad_probability(self, model: Model, data: Any) -> numpy.ndarray:
        scores = model.engine.credit.score_batch(data, entity_type="individual", threads=self.job.threads)
        if scores.status.any():
            raise ValueError(f"{int((scores.status != 0).sum())} rows were not scored")
        # By the law of points: the card is not calibrated here, and no peer's is.
        return 1.0 - scores.score

    def score(self, model: Model, data: Any) -> Any:
        return model.engine.credit.score_batch(data, entity_type="individual", threads=self.job.threads).points

    def one(self, row: int) -> dict[str, Any]:
        values = {name: column[row].item() for name, column in self.job.columns.items()}
        given = {name: None if value == "" or value != value else value for name, value in values.items()}
        return {"entity_id": "applicant-1", "entity_type": "individual", "features": given}

    def score_one(self, model: Model, data: dict[str, Any]) -> Any:
        inputs = {it["feature"] for it in model.artefact["body"]["characteristics"]}
        features = {name: value for name, value in data["features"].items() if name in inputs}
        return model.engine.credit.score({**data, "features": features})

    def optimal(self, problem: dict[str, Any]) -> dict[str, Any]:
        columns = {problem["name"]: problem["values"]}
        answer = self.develop(columns, problem["bad"], "binning", binning([], problem))
        report = answer.to_dict()["binning"][0]["binning"]
        return {"cuts": report.get("cuts") or [], "status": report.get("status", "")}


def codes_of(report: dict[str, Any], values: Any) -> numpy.ndarray:
    """Returns each row's bin: attributes from 0, then special values, missing, unseen.

    By the cuts or groups, and not by the table, so that Kapix is not trusted for its own value. A bin that shares the
    WoE of an attribute counts as that attribute.
    """
    cuts, groups, special = (report.get(name) or [] for name in ("cuts", "groups", "special"))
    attributes = len(groups) if report["kind"] == "categorical" else len(cuts) + 1
    missing = attributes + len(special)
    slots = {value: attributes + index for index, value in enumerate(special)}
    if report["kind"] == "categorical":
        slots |= {text: index for index, group in enumerate(groups) for text in group}
        texts = values.astype(object).where(values.notna(), None)
        codes = numpy.array([missing if text is None else slots.get(text, missing + 1) for text in texts])
    else:
        numbers = values.to_numpy(dtype=float)
        codes = numpy.searchsorted(numpy.array(cuts, float), numbers, side="right")
        for value, slot in slots.items():
            codes[numbers == value] = slot
        codes[numpy.isnan(numbers)] = missing
    for slot, row in enumerate(report["table"]["rows"]):
        if row.get("merged_with") is not None:
            codes[codes == slot] = row["merged_with"]
    return codes


serve({"kapix": Kapix})
