"""Works out cash-flow features of a request from its raw rows, without the engine.

Rows become dated frames here (order inside a day by trying every permutation); the formulas are those of
`tests/data/cashflow/features.py`, which computes them with pandas 3.1.1.
"""

import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import permutations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "data" / "cashflow"))
import features  # noqa: E402

NOT_INCOME = {"own_transfer", "loan", "reversal"}
EXPONENTS = {"ZAR": 2, "KES": 2, "NGN": 2, "UGX": 0, "KWD": 3, "JPY": 0, "USD": 2}


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def offset(text):
    if text in (None, "Z"):
        return timezone.utc
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


def from_akiba(akiba):
    accounts = {}
    for row in akiba["transactions"]:
        number = row.get("account_number") or row.get("account_name") or "account"
        scale = Decimal(10) ** EXPONENTS[row["currency"]]
        when = row["date_time"]
        if not isinstance(when, str):
            seconds = Decimal(str(when)) / (1000 if abs(when) >= 1e11 else 1)
            when = (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=float(seconds))).isoformat()
        native = {
            "at": when,
            "amount_minor": int(Decimal(str(row["amount"])) * scale),
            "status": {"Pending": "pending", "Declined": "failed"}.get(row.get("status"), "posted"),
        }
        if "balance" in row:
            native["balance_minor"] = int(Decimal(str(row["balance"]["amount"])) * scale)
        account = accounts.setdefault((number, row["currency"]), {
            "currency": row["currency"], "utc_offset": akiba.get("utc_offset"), "transactions": []})
        account["transactions"].append(native)
    return {"transaction_history": {"accounts": list(accounts.values())}}


def breaks(rows, before):
    count = 0
    for row in rows:
        expected = None if before is None else before + row["amount"]
        if expected is not None and row["stated"] is not None:
            count += expected != row["stated"]
        before = row["stated"] if row["stated"] is not None else expected
    return count


def ordered(day, before):
    """The first order that chains: of the document, reversed, any; else the better of the first two."""
    orders = [day, day[::-1]]
    if len(day) <= 7 and all(row["stated"] is not None for row in day):
        orders += [list(order) for order in permutations(day)]
    whole = [order for order in orders if breaks(order, before) == 0]
    return whole[0] if whole else min(orders[:2], key=lambda order: breaks(order, before))


def account_frame(source, account, as_of, names):
    zone = offset(account.get("utc_offset"))
    last_day = as_of.astimezone(zone).date()
    days = {}
    for number, row in enumerate(account["transactions"]):
        dated = len(row["at"]) == 10
        day = date.fromisoformat(row["at"]) if dated else instant(row["at"]).astimezone(zone).date()
        late = day > last_day if dated else instant(row["at"]) > as_of
        if late or row.get("status") == "failed":
            continue
        name = (row.get("counterparty") or "").strip().lower()
        income = row["amount_minor"] > 0 and row.get("category") not in NOT_INCOME
        days.setdefault(day, []).append({
            "input": number, "amount": row["amount_minor"], "stated": row.get("balance_minor"),
            "name": names.setdefault(name, len(names)) if name else None, "income": income})
    balance = account.get("opening_balance_minor")
    rows = []
    for day in sorted(days):
        for row in ordered(days[day], balance):
            carried = None if balance is None else balance + row["amount"]
            balance = row["stated"] if row["stated"] is not None else carried
            rows.append([row["input"], day.isoformat(), row["amount"], balance, row["name"], row["income"]])
    opening = account.get("opening_balance_minor")
    if opening is None:
        following = None
        for row in reversed(rows):
            row[3] = following if row[3] is None else row[3]
            following = None if row[3] is None else row[3] - row[2]
        opening = following
    period = account.get("period") or source.get("period")
    covered = [rows[0][1], rows[-1][1]] if rows else None
    if period and period["from"] <= last_day.isoformat():
        covered = [period["from"], min(period["to"], last_day.isoformat())]
    return {"currency": account["currency"], "last_day": last_day.isoformat(), "covered": covered,
            "opening_minor": opening, "rows": rows}


def figures(request, as_of):
    """Returns {feature: number, or the reason of its absence}."""
    data = request.get("data") or (from_akiba(request["akiba"]) if "akiba" in request else {})
    names = {}
    accounts = [account_frame(data[source], account, instant(as_of), names)
                for source in ("bank", "mobile_money", "transaction_history") if source in data
                for account in data[source]["accounts"]]
    return features.expected(accounts) if accounts else {}
