"""Cards, requests and engines that the tests share."""

from __future__ import annotations

from typing import Any

import pytest

import kapix

AS_OF = "2026-01-01T00:00:00Z"
NAMES = [f"f{number}" for number in range(20)]


def numeric(name: str, missing: int | None = None) -> dict[str, Any]:
    """Returns a characteristic with 0, 10 or 20 points below 1, below 2 and from 2 on."""
    attributes = [{"upper": 1, "points": 0}, {"lower": 1, "upper": 2, "points": 10}, {"lower": 2, "points": 20}]
    characteristic: dict[str, Any] = {
        "id": name, "feature": name, "kind": "numeric", "attributes": attributes, "neutral_points": 10, "reason": "R1",
    }
    if missing is not None:
        characteristic["missing"] = {"points": missing}
    return characteristic


def categorical(name: str) -> dict[str, Any]:
    attributes = [{"categories": ["own"], "points": 30}, {"categories": ["rent", "true"], "points": 5}]
    return {
        "id": name, "feature": name, "kind": "categorical", "attributes": attributes, "neutral_points": 10, "reason": "R2",
    }


def card(characteristics: list[dict[str, Any]], identity: str = "test") -> dict[str, Any]:
    """Returns an artefact that approves from 250 points and refers from 100."""
    return {
        "kapix": 1,
        "kind": "scorecard",
        "id": identity,
        "version": "1",
        "provenance": {"limitations": "a test", "owner": "a test", "population": "none", "purpose": "a test", "status": "draft"},
        "body": {
            "bands": [{"id": "A", "points_min": 200}, {"id": "B", "points_min": None}],
            "characteristics": characteristics,
            "cutoffs": {"approve": 250, "refer": 100},
            "entity_types": ["individual"],
            "minimum": {"history_days": 0, "transactions": 0},
            "pd_basis": {"kind": "assumed", "horizon_days": 365, "default_definition": "90 days past due", "population": "none"},
            "reasons": {"R1": {"adverse": "low", "favourable": "high"}, "R2": {"adverse": "no home", "favourable": "home"}},
            "scaling": {"points0": 0, "odds0": 1, "pdo": 20},
        },
    }


CARD = card([*(numeric(name) for name in NAMES), categorical("home")])
REQUEST: kapix.CreditScoreRequest = {
    "entity_id": "applicant-1",
    "entity_type": "individual",
    "features": {**{name: number % 5 * 0.5 for number, name in enumerate(NAMES)}, "home": "own"},
}


@pytest.fixture(scope="session")
def engine() -> kapix.Engine:
    """An engine whose answers are the same bytes each time."""
    return kapix.Engine.load(CARD, clock=AS_OF, envelope=False)
