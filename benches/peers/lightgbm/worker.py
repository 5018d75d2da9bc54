"""LightGBM: 100 trees of 31 leaves, its defaults; categories as codes that it treats as categories. Not a card."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy

sys.path.insert(0, str(Path(__file__).parents[1]))
from protocol import Tool, serve  # noqa: E402


@dataclass
class Model:
    booster: Any
    categories: dict[str, numpy.ndarray]


class LightGbm(Tool):
    card = False
    note = "100 trees of 31 leaves; special codes are values"

    def given(self, rows: numpy.ndarray) -> dict[str, numpy.ndarray]:
        return {name: values[rows] for name, values in self.job.columns.items()}

    def matrix(self, categories: dict[str, numpy.ndarray], data: dict[str, numpy.ndarray]) -> numpy.ndarray:
        columns = []
        for name, values in data.items():
            if name in categories:
                known = categories[name]
                at = numpy.minimum(numpy.searchsorted(known, values), len(known) - 1)
                values = numpy.where(known[at] == values, at.astype(float), numpy.nan)
            columns.append(values)
        return numpy.column_stack(columns)

    def fit(self, data: dict[str, numpy.ndarray], bad: numpy.ndarray) -> Model:
        categories = {}
        for name in self.job.categorical:
            known = numpy.unique(data[name])
            categories[name] = known[known != ""]
        codes = [index for index, name in enumerate(data) if name in categories]
        rows = lightgbm.Dataset(self.matrix(categories, data), bad, categorical_feature=codes)
        options = {
            "objective": "binary", "num_leaves": 31, "num_threads": self.job.threads, "verbose": -1, "seed": 1,
            "deterministic": True,
        }
        return Model(lightgbm.train(options, rows, 100), categories)

    def bad_probability(self, model: Model, data: dict[str, numpy.ndarray]) -> numpy.ndarray:
        return model.booster.predict(self.matrix(model.categories, data), num_threads=self.job.threads)

    def score(self, model: Model, data: dict[str, numpy.ndarray]) -> numpy.ndarray:
        return self.bad_probability(model, data)


serve({"lightgbm": LightGbm})
