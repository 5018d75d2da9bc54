"""scikit-learn: medians and scaling for numbers, one column for each category, logistic regression. Not a card."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.insert(0, str(Path(__file__).parents[1]))
from protocol import Tool, serve  # noqa: E402


class Pipeline(Tool):
    card = False
    note = "median, scale, one-hot, LR; has no special codes"

    def fit(self, data: Any, bad: numpy.ndarray) -> Any:
        columns = ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), self.job.numeric),
            ("categories", OneHotEncoder(handle_unknown="ignore"), self.job.categorical),
        ])
        return make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(data, bad)

    def bad_probability(self, model: Any, data: Any) -> numpy.ndarray:
        return model.predict_proba(data)[:, 1]

    def score(self, model: Any, data: Any) -> numpy.ndarray:
        return model.predict_proba(data)


serve({"sklearn": Pipeline})
