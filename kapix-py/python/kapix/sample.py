"""Invented applicants with known truth: mobile money and bank histories in KES, NGN and ZAR.

>>> from kapix import sample
>>> applicant = sample.applicant(1, country="kenya", days=180)
>>> sorted(applicant)
['as_of', 'data', 'truth']

The same seed and options give the same applicant on every platform. `request` makes a request of `credit.score`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from . import _kapix
from ._types import CreditScoreRequest

__all__ = ["applicant", "population", "request"]


def applicant(
    seed: int,
    *,
    index: int = 0,
    as_of: str | None = None,
    country: str | None = None,
    days: int | None = None,
    persona: str | None = None,
    risk: float | None = None,
) -> dict[str, Any]:
    """Returns one applicant: `as_of`, `data` (accounts whose balances chain) and `truth` (what became of them).

    `seed` and `index` are in 0..2**64; `days` in 1..=3650 and `risk` in 0..=1 are drawn when absent, as are
    `country` ("kenya", "nigeria", "south_africa") and `persona`. Raises ValidationError.
    """
    options = {"as_of": as_of, "country": country, "days": days, "persona": persona, "risk": risk}
    given = {name: value for name, value in options.items() if value is not None}
    made: dict[str, Any] = json.loads(_kapix.sample(seed, index, json.dumps(given).encode()))
    return made


def population(seed: int, count: int, **options: Any) -> Iterator[dict[str, Any]]:
    """Returns `count` applicants of one seed, one after the other."""
    return (applicant(seed, index=index, **options) for index in range(count))


def request(made: dict[str, Any], entity_id: str = "sample") -> CreditScoreRequest:
    """Returns the request of `credit.score` for an applicant."""
    fields = {
        "as_of": made["as_of"],
        "data": made["data"],
        "data_sources": sorted(made["data"]),
        "entity_id": entity_id,
        "entity_type": "individual",
    }
    return cast(CreditScoreRequest, fields)
