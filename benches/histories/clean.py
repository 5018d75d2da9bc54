"""How often clean histories are referred for their data: the cost of findings."""

from __future__ import annotations

import datetime
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import kapix

from .documents import bank_csv, mono, mpesa_csv, plaid
from .people import DAY, Account, Quality, bank
from .wallet import mpesa

FORMS = ("mpesa", "bank", "mono", "plaid")

# What a caller states beside the rows of M-PESA, of a bank and of aggregators: as little as may be, and what statements
# and pulls print.
IN_ALL = {
    "rows alone": {"mpesa": "nothing", "bank": "nothing", "mono": "retrieved_at", "plaid": "retrieved_at"},
    "as statements and pulls state": {
        "mpesa": "period", "bank": "period and closing balance", "mono": "retrieved_at and period", "plaid": "retrieved_at and period",
    },
}

# What a caller states of a statement beside its rows; and of an aggregator, which is read at a time for some months.
STATED = ("nothing", "period", "period and closing balance")
READ = ("retrieved_at", "retrieved_at and period")


@dataclass
class Case:
    """One history, read."""

    data: dict[str, Any]
    as_of: str
    reading: list[Any] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)


def read_csv(document: bytes, account: Account, stated: str, **more: Any) -> tuple[dict[str, Any], list[Any]]:
    """Returns one account of a delimited document as `data` takes it, and what its reading found."""
    if stated != "nothing":
        more["period"] = {"from": str(account.period[0]), "to": str(account.period[1])}
    if stated == STATED[2]:
        more["closing_balance_minor"] = account.closing
    read = kapix.read_transactions(document, kind=account.kind, account_id=account.name, **more)
    return next(iter(read.data.values()))["accounts"][0], list(read.findings)


def clean_case(form: str, seed: int, stated: str, quality: Any = Quality.clean, count: int | None = None) -> Case:
    """Returns the case of a seed."""
    draw = random.Random(f"{form} {seed}")
    if form == "mpesa":
        account = mpesa(draw, quality(draw))
        document = mpesa_csv(draw, account)
        rows, found = read_csv(document, account, stated, currency="KES", utc_offset="+03:00")
        as_of = f"{account.period[1] + DAY}T09:00:00+03:00"
        return Case({"mobile_money": {"accounts": [rows]}}, as_of, found, [document])
    scale = {"bank": 80_000_00, "mono": 350_000_00, "plaid": 4_200_00}[form]
    accounts = bank(draw, quality(draw), scale, count)
    last = accounts[0].period[1]
    if form == "bank":
        documents = [bank_csv(draw, account) for account in accounts]
        pairs = [read_csv(document, account, stated) for document, account in zip(documents, accounts)]
        found = [finding for _, more in pairs for finding in more]
        return Case({"bank": {"accounts": [rows for rows, _ in pairs]}}, f"{last + DAY}T09:00:00Z", found, documents)
    # The provider is read at any time of the last month.
    until = datetime.datetime.combine(last, datetime.time(10)) - DAY * draw.randrange(0, 28)
    at = f"{until:%Y-%m-%dT%H:%M:%SZ}"
    found, read_accounts, documents = [], [], []
    if form == "mono":
        for account in accounts:
            pages = [json.dumps(page).encode() for page in mono(draw, account, until)]
            read = kapix.read_transactions(
                pages, kind=account.kind, account_id=account.name, currency="NGN", utc_offset="+01:00"
            )
            read_accounts += read.data["bank"]["accounts"]
            found += read.findings
            documents += pages
    else:
        documents = [json.dumps(page).encode() for page in plaid(draw, accounts, until)]
        read = kapix.read_transactions(documents, kind="current")
        found += read.findings
        of = {account.name: account for account in accounts}
        for account in read.data["bank"]["accounts"]:
            own = of[account["account_id"]]
            # The provider states the balance at the time of the pull; less the booked rows it is that before them.
            read_accounts.append({**account, "kind": own.kind, "opening_balance_minor": own.opening})
    if stated == READ[1]:
        asked = {"from": str(accounts[0].period[0]), "to": str(until.date())}
        read_accounts = [{**account, "period": asked} for account in read_accounts]
    return Case({"bank": {"accounts": read_accounts, "retrieved_at": at}}, at, found, documents)


@dataclass
class Tally:
    """Counts of one form."""

    cases: int = 0
    rows: int = 0
    referred: int = 0
    found: Counter[str] = field(default_factory=Counter)
    refers: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    # Of histories that pending rows refer: the decisions with them spent, and without them.
    readings: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)


def with_pending(data: dict[str, Any], is_booked: bool) -> dict[str, Any]:
    """Returns the data with pending rows booked, or without them."""
    def rows(account: dict[str, Any]) -> list[dict[str, Any]]:
        kept = [row for row in account["transactions"] if is_booked or row.get("status") != "pending"]
        return [{name: value for name, value in row.items() if name != "status"} for row in kept]

    return {
        source: {**value, "accounts": [{**account, "transactions": rows(account)} for account in value["accounts"]]}
        for source, value in data.items()
    }


def judge(engine: kapix.Engine, tally: Tally, case: Case, seed: int) -> None:
    """Adds what a case shows."""
    tally.cases += 1
    accounts = [account for source in case.data.values() for account in source["accounts"]]
    tally.rows += sum(len(account["transactions"]) for account in accounts)
    request = {"entity_id": "a", "data": case.data, "data_sources": sorted(case.data), "as_of": case.as_of}
    kinds: set[tuple[str, str]] = {(f"read: {it.kind}", it.severity) for it in case.reading}
    reasons: set[str] = set()
    try:
        answer = engine.credit.score({**request, "entity_type": "individual", "explain": False}).to_dict()
    except kapix.KapixError as error:
        tally.errors[f"{error.code}: {str(error).splitlines()[0][:90]}"] += 1
        tally.first.setdefault("error", seed)
        answer = engine.cashflow.analyze(request).to_dict()
    else:
        tally.decisions[answer["decision"]] += 1
        reasons = {it["code"] for it in answer.get("referral_reasons", [])}
    kinds |= {(it["kind"], it["severity"]) for it in answer["findings"]}
    tally.reasons.update(reasons)
    is_referred = "DATA_QUALITY" in reasons or any(severity == "refer" for _, severity in kinds)
    tally.referred += is_referred
    for kind, severity in kinds:
        tally.found[f"{kind} ({severity})"] += 1
        if severity == "refer" or severity == "disputed" and "DATA_QUALITY" in reasons:
            tally.refers[kind] += 1
            tally.first.setdefault(kind, seed)
    if is_referred and ("pending_open", "disputed") in kinds:
        asked = {**request, "entity_type": "individual", "explain": False}
        both = [engine.credit.score({**asked, "data": with_pending(case.data, booked)}).decision for booked in (True, False)]
        tally.readings[" / ".join(both)] += 1
    if is_referred:
        tally.first.setdefault("referred", seed)


def tally_of(engine: kapix.Engine, form: str, stated: str, cases: int) -> Tally:
    tally = Tally()
    for seed in range(cases):
        try:
            case = clean_case(form, seed, stated)
        except kapix.KapixError as error:
            tally.cases += 1
            tally.errors[f"read: {error.code}: {str(error).splitlines()[0][:90]}"] += 1
            tally.referred += 1
            tally.first.setdefault("error of reading", seed)
            continue
        judge(engine, tally, case, seed)
    return tally


def share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.1f} %)" if of else "0"


def report(cases: int) -> list[str]:
    """Returns the tables of clean histories."""
    engine = kapix.Engine.load(kapix.EXPERT_CARDS, record=False, envelope=False)
    half = (cases + 1) // 2
    plan = [(form, stated, cases) for form in FORMS[:2] for stated in STATED]
    plan += [(form, stated, count) for form, count in (("mono", half), ("plaid", cases - half)) for stated in READ]
    lines = ["| documents | stated beside the rows | histories | rows | referred for their data | by finding |", "|---|---|---:|---:|---:|---|"]
    more = []
    tallies: dict[tuple[str, str], Tally] = {}
    for form, stated, count in plan:
        tally = tallies[form, stated] = tally_of(engine, form, stated, count)
        by = ", ".join(f"`{kind}` {share(number, tally.cases)}" for kind, number in tally.refers.most_common()) or "none"
        lines.append(f"| {form} | {stated} | {tally.cases} | {tally.rows:,} | {share(tally.referred, tally.cases)} | {by} |")
        more.append(f"{form}, {stated}: decisions {dict(tally.decisions)}; referral reasons {dict(tally.reasons)}; seeds {tally.first}")
        more.append(f"  found {dict(tally.found.most_common())}")
        if tally.readings:
            more.append(f"  decisions with pending rows booked / left out {dict(tally.readings.most_common())}")
        if tally.errors:
            more.append(f"  errors {dict(tally.errors)}")
    for name, stated in IN_ALL.items():
        counted = [tallies[pair] for pair in stated.items()]
        found = sum((tally.refers for tally in counted), Counter[str]())
        referred, of = (sum(getattr(tally, what) for tally in counted) for what in ("referred", "cases"))
        by = ", ".join(f"`{kind}` {share(number, of)}" for kind, number in found.most_common()) or "none"
        lines.append(f"| in all | {name} | {of} | {sum(tally.rows for tally in counted):,} | {share(referred, of)} | {by} |")
    return [*lines, "", *more]
