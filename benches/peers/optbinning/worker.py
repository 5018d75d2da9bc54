"""OptBinning: `Scorecard` with its defaults over all columns, special codes and categorical columns passed on.

Two rows, because its default gives special and missing values the WoE 0: `optbinning` keeps that default,
`optbinning_empirical` asks for the WoE that the bins of special and missing values have.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy
from optbinning import BinningProcess, OptimalBinning, Scorecard
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parents[1]))
from protocol import Tool, serve  # noqa: E402


class OptBinning(Tool):
    note = "defaults; special and missing values have WoE 0"
    metric: Any = 0

    def process(self) -> BinningProcess:
        codes = {f"special {code:g}": code for code in self.job.special} or None
        return BinningProcess(
            variable_names=list(self.job.columns), categorical_variables=self.job.categorical, special_codes=codes
        )

    def bin(self, data: Any, bad: numpy.ndarray) -> BinningProcess:
        return self.process().fit(data, bad)

    def codes(self, binning: BinningProcess, data: Any) -> dict[str, numpy.ndarray]:
        # Without "empirical" the rows of special and missing values would get the number of the first bin.
        ways = {"metric": "indices", "metric_special": "empirical", "metric_missing": "empirical"}
        return {
            name: numpy.asarray(binning.get_binned_variable(name).transform(data[name], **ways))
            for name in self.job.columns
        }

    def fit(self, data: Any, bad: numpy.ndarray) -> Scorecard:
        card = Scorecard(
            binning_process=self.process(), estimator=LogisticRegression(max_iter=1000), scaling_method="pdo_odds",
            scaling_method_params={"pdo": 20, "odds": 30, "scorecard_points": 600},
        )
        return card.fit(data, bad, metric_special=self.metric, metric_missing=self.metric)

    def bad_probability(self, model: Scorecard, data: Any) -> numpy.ndarray:
        return model.predict_proba(data)[:, 1]

    def score(self, model: Scorecard, data: Any) -> numpy.ndarray:
        return model.score(data)

    def optimal(self, problem: dict[str, Any]) -> dict[str, Any]:
        limits = problem["limits"]
        binning = OptimalBinning(
            dtype="numerical", solver="cp", user_splits=problem["cuts"], split_digits=None,
            monotonic_trend=None if problem["trend"] == "none" else problem["trend"],
            min_bin_size=limits["size_min"], max_n_bins=limits["bins_max"],
            min_event_rate_diff=limits["rate_difference_min"] or 0, max_pvalue=limits["p_value_max"],
        )
        binning.fit(problem["values"], problem["bad"])
        return {"cuts": [float(cut) for cut in binning.splits], "status": binning.status}


class Empirical(OptBinning):
    note = "metric_special and metric_missing empirical"
    metric = "empirical"

    def bin(self, data: Any, bad: numpy.ndarray) -> BinningProcess:
        raise NotImplementedError

    def optimal(self, problem: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


serve({"optbinning": OptBinning, "optbinning_empirical": Empirical})
