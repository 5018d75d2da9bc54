"""What an applicant gains who withholds the last days of a statement, within the limits on the age of data."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from typing import Any

import kapix

from .clean import clean_case, share
from .people import Quality

DAYS = 31
# Cuts of a savings account, in days before the end.
CUTS = (8, 15, 22, 31, 45, 60)


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


def drained(account: dict[str, Any], last: datetime.date) -> dict[str, Any] | None:
    """Returns a savings account from which all was withdrawn a week before the end; None where it had no row by then."""
    day = str(last - datetime.timedelta(7))
    rows = [row for row in account["transactions"] if row["at"] < day]
    if not rows:
        return None
    rows.append({"at": day, "amount_minor": -rows[-1]["balance_minor"], "balance_minor": 0, "description": "CASH WITHDRAWAL"})
    rows.append({"at": str(last), "amount_minor": 0, "balance_minor": 0, "description": "BALANCE"})
    return {**account, "transactions": rows}


def cut_short(cases: int) -> list[str]:
    """Returns what hiding that withdrawal would gain if `ends_early` did not refer."""
    cards = json.loads(kapix.EXPERT_CARDS)
    for card in cards["artefacts"]:
        card["body"]["accepts"] = ["ends_early"]
    engines = [kapix.Engine.load(it, record=False, envelope=False) for it in (kapix.EXPERT_CARDS, cards)]
    counted, gained = Counter[str](), [0, 0]
    for seed in range(cases):
        case = clean_case("bank", 20_000 + seed, "nothing", Quality.wide, 2)
        last = datetime.date.fromisoformat(case.as_of[:10]) - datetime.timedelta(1)
        main, savings = case.data["bank"]["accounts"]
        whole = drained(savings, last)
        if whole is None:
            continue
        data = {"bank": {"accounts": [main, whole]}}
        decision = decide(engines[0], data, case.as_of)
        counted[decision] += 1
        if decision == "approve":
            continue
        for place, engine in enumerate(engines):
            short = [cut({"bank": {"accounts": [whole]}}, str(last), days, 0)["bank"]["accounts"][0] for days in CUTS]
            asked = ({"bank": {"accounts": [main, it]}} for it in short)
            gained[place] += any(decide(engine, it, case.as_of) == "approve" for it in asked)
    others = counted.total() - counted["approve"]
    return [
        "",
        "| savings withdrawn, and cut before | applicants | not approved whole | approved by some cut | if the card accepts `ends_early` |",
        "|---|---:|---:|---:|---:|",
        f"| bank | {counted.total()} | {others} | {share(gained[0], others)} | {share(gained[1], others)} |",
    ]


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
    return [*lines, *cut_short(cases)]
