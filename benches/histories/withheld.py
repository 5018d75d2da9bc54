"""What an applicant gains who withholds the last days of a statement, within the limits on the age of data."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import kapix

from .clean import clean_case, share
from .people import Quality

DAYS = 31


def cut(data: dict[str, Any], last: str, days: int, offset: int) -> dict[str, Any]:
    """Returns the data without the rows of the last days."""
    limit = datetime.date.fromisoformat(last) - datetime.timedelta(days)

    def day(row: dict[str, Any]) -> datetime.date:
        at = row["at"]
        if len(at) == 10:
            return datetime.date.fromisoformat(at)
        return (datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) + datetime.timedelta(hours=offset)).date()

    return {
        source: {"accounts": [
            {**account, "transactions": [row for row in account["transactions"] if day(row) <= limit]}
            for account in value["accounts"]
        ]}
        for source, value in data.items()
    }


def decide(engine: kapix.Engine, data: dict[str, Any], as_of: str) -> str:
    request = {
        "entity_id": "a", "entity_type": "individual", "explain": False, "data": data, "data_sources": sorted(data), "as_of": as_of,
    }
    try:
        return str(engine.credit.score(request).decision)
    except kapix.InsufficientDataError:
        return "error"


def report(cases: int) -> list[str]:
    """Returns the table of what withholding gains."""
    engine = kapix.Engine.load(kapix.EXPERT_CARDS, record=False, envelope=False)
    lines = [
        "| documents | stated | applicants | approved whole | not approved whole | of them approved by some cut of 1 to 31 days"
        " | by a cut of 1-7 days | 8-14 | 15-31 | cuts of approved that stay approved | where cuts approve, days |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for form, offset in (("mpesa", 3), ("bank", 0)):
        for stated in ("nothing", "period"):
            whole, gained, stayed = Counter[str](), Counter[str](), 0
            by_day = Counter[int]()
            for seed in range(cases):
                case = clean_case(form, 10_000 + seed, stated, Quality.wide, 1)
                decision = decide(engine, case.data, case.as_of)
                whole[decision] += 1
                last = str(datetime.date.fromisoformat(case.as_of[:10]) - datetime.timedelta(1))
                won = [
                    days for days in range(1, DAYS + 1)
                    if decide(engine, cut(case.data, last, days, offset), case.as_of) == "approve"
                ]
                if decision == "approve":
                    stayed += len(won)
                    continue
                by_day.update(won)
                gained["any"] += bool(won)
                gained["7"] += any(days <= 7 for days in won)
                gained["14"] += any(8 <= days <= 14 for days in won)
                gained["31"] += any(days > 14 for days in won)
            others = cases - whole["approve"]
            spread = f"{min(by_day)} to {max(by_day)}" if by_day else "none"
            lines.append(
                f"| {form} | {stated} | {cases} | {share(whole['approve'], cases)} | {others} | "
                + " | ".join(share(gained[key], others) for key in ("any", "7", "14", "31"))
                + f" | {share(stayed, whole['approve'] * DAYS)} | {spread} |"
            )
    return lines
