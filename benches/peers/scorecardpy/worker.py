"""scorecardpy: `woebin` (tree, its default), logistic regression on the WoE, `scorecard`.

The WoE of a category that the training rows did not have is set to 0, where scorecardpy leaves it empty.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import scorecardpy
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parents[1]))
from protocol import Tool, serve  # noqa: E402

TARGET = "kapix_bench_bad"


@dataclass
class Model:
    bins: Any
    names: list[str]
    regression: Any
    card: Any


class ScorecardPy(Tool):
    note = "woebin tree with its defaults"

    def bin(self, data: Any, bad: numpy.ndarray) -> Any:
        special = {name: [f"{code:g}" for code in self.job.special] for name in self.job.numeric}
        return scorecardpy.woebin(
            data.assign(**{TARGET: bad}), y=TARGET, special_values=special if self.job.special else None, no_cores=1,
            check_cate_num=False, print_info=False,
        )

    def evidence(self, bins: Any, data: Any) -> Any:
        return scorecardpy.woebin_ply(data, bins, no_cores=1, print_info=False).fillna(0.0)

    def codes(self, binning: Any, data: Any) -> dict[str, numpy.ndarray]:
        # By WoE: bins of equal WoE count as one, which changes no information value.
        evidence = self.evidence(binning, data)
        return {name: evidence[f"{name}_woe"].to_numpy() for name in binning}

    def fit(self, data: Any, bad: numpy.ndarray) -> Model:
        bins = self.bin(data, bad)
        names = [f"{name}_woe" for name in bins]
        regression = LogisticRegression(max_iter=1000).fit(self.evidence(bins, data)[names], bad)
        return Model(bins, names, regression, scorecardpy.scorecard(bins, regression, names))

    def bad_probability(self, model: Model, data: Any) -> numpy.ndarray:
        return model.regression.predict_proba(self.evidence(model.bins, data)[model.names])[:, 1]

    def score(self, model: Model, data: Any) -> Any:
        return scorecardpy.scorecard_ply(data, model.card)


serve({"scorecardpy": ScorecardPy})
