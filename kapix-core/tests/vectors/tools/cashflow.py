"""Works out cash-flow features of a request from its raw rows, without the engine.

Rows become dated frames here (order inside a day by trying every permutation); what counts once, what is disputed and
which days are covered is in `as_they_come.py`; the formulas are those of `tests/data/cashflow/features.py`, which
computes them with pandas 3.1.1.
"""

import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import permutations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "data" / "cashflow"))
import as_they_come  # noqa: E402
import features  # noqa: E402

OWED = {"loan", "card"}
NOT_INCOME = {"owntransfer", "loan", "reversal"}
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


def chosen(uploads, as_of, zone, names):
    """Rows of the uploads of an account that took effect by `as_of`, numbered on, in the order of their days."""
    last_day, rows = as_of.astimezone(zone).date(), []
    number = 0
    for place, (account, _) in enumerate(uploads):
        for row in account["transactions"]:
            dated = len(row["at"]) == 10
            day = date.fromisoformat(row["at"]) if dated else instant(row["at"]).astimezone(zone).date()
            late = day > last_day if dated else instant(row["at"]) > as_of
            if not late and row.get("status") != "failed":
                name = (row.get("counterparty") or "").strip().lower()
                repays = row["amount_minor"] > 0 and account.get("kind") in OWED
                income = not repays and row["amount_minor"] > 0 and as_they_come.category(row) not in NOT_INCOME
                rows.append({
                    "input": number, "upload": place, "day": day, "amount": row["amount_minor"],
                    "stated": row.get("balance_minor"), "name": names.setdefault(name, len(names)) if name else None,
                    "income": income, "transfer": repays or as_they_come.category(row) == "owntransfer", "disputed": False, "raw": row})
            number += 1
    return sorted(rows, key=lambda row: row["day"])


def carried(rows, opening):
    """Puts the rows of each day in order and fills in the balances that none states; returns the opening balance."""
    days = {}
    for row in rows:
        days.setdefault(row["day"], []).append(row)
    balance, out = opening, []
    for day in sorted(days):
        for row in ordered(days[day], balance):
            expected = None if balance is None else balance + row["amount"]
            balance = row["stated"] if row["stated"] is not None else expected
            out.append(row | {"balance": balance, "expected": expected})
    if opening is None:
        following = None
        for row in reversed(out):
            row["balance"] = following if row["balance"] is None else row["balance"]
            following = None if row["balance"] is None else row["balance"] - row["amount"]
        opening = following
    return out, opening


def in_order(rows, balance):
    """The rows as they stand, with the balances that none states."""
    out = []
    for row in rows:
        expected = None if balance is None else balance + row["amount"]
        balance = row["stated"] if row["stated"] is not None else expected
        out.append(row | {"balance": balance})
    return out


def days_stated(uploads, zone):
    """The days of all rows that did not fail, those after `as_of` too."""
    rows = [row for account, _ in uploads for row in account["transactions"] if row.get("status") != "failed"]
    return [date.fromisoformat(row["at"]) if len(row["at"]) == 10 else instant(row["at"]).astimezone(zone).date() for row in rows]


def account_state(source, uploads, as_of, names):
    """One account: its rows with balances, what they cover, and where they end."""
    zone = offset(uploads[0][0].get("utc_offset"))
    last_day = as_of.astimezone(zone).date()
    rows = as_they_come.merge_uploads(chosen(uploads, as_of, zone, names), len(uploads))
    rows = as_they_come.settle_pending(rows)
    opening = as_they_come.opening(uploads)
    rows, known_opening = carried(rows, opening)
    periods = [period for _, period in uploads if period]
    read_on = source.get("retrieved_at")
    read_on = instant(read_on).astimezone(zone).date() if read_on else None
    if read_on and any(day > read_on for day in days_stated(uploads, zone)):
        # A reading that a row contradicts proves no day.
        read_on = None
    attested = (min(p["from"] for p in periods), max(p["to"] for p in periods)) if periods and read_on else None
    starts = as_they_come.stretches(rows, attested)
    start = max(starts, default=0)
    unproven = as_they_come.since_the_break(rows, start, as_they_come.closing(uploads))
    doubted = sum(row["disputed"] for row in rows)
    as_they_come.one_id_twice(rows, opening, as_they_come.duplicates(rows, opening))
    if sum(row["disputed"] for row in rows) > doubted:
        # Rows that the first walk found to be in doubt hold nothing together.
        rows = in_order(rows, known_opening)
        starts = as_they_come.stretches(rows, attested)
        start = max(starts, default=0)
        unproven = as_they_come.since_the_break(rows, start, as_they_come.closing(uploads))
    as_they_come.isolate(rows, starts)
    begin = rows[start]["day"] if start < len(rows) else None
    covered, given = as_they_come.cover(uploads, rows, start, read_on, last_day, opening)
    as_they_come.reversals(rows)
    return {"currency": uploads[0][0]["currency"], "last_day": last_day, "covered": covered, "given": given,
            "opening": known_opening, "stated_opening": opening, "begin": begin, "rows": rows, "copy": False,
            "quiet_copy": False, "start": start, "unproven": unproven,
            "owed": uploads[0][0].get("kind") in OWED, "card": uploads[0][0].get("kind") == "card"}


def as_frame(state, takes):
    """The account as the formulas read it, with the disputed rows that `takes` chooses."""
    rows, before_all = state["rows"], state["opening"]
    if any(row["disputed"] for row in rows):
        begin = None if state["copy"] else state["begin"]
        if before_all is not None and state["stated_opening"] is None:
            before_all += as_they_come.led_back_opening(rows, begin, takes(-1))
        stated = as_they_come.changed(rows, state["stated_opening"], begin, takes(-1))
        rows = [row | {"stated": one} for row, one in zip(rows, stated)]
        rows = [row for row in rows if not row["disputed"] or row["amount"] == 0 or takes(row["amount"])]
        rows = in_order(rows, before_all)
        if state["start"] > 0:
            as_they_come.led_back(rows, sum(row["day"] < state["begin"] for row in rows))
    inside = [row for row in rows if state["covered"] and row["day"] >= state["covered"][0]]
    if inside and inside[0]["balance"] is not None:
        # What an earlier stretch states is true on no day of the cover.
        before = inside[0]["balance"] - inside[0]["amount"]
        rows = [row if row["day"] >= state["covered"][0] else row | {"balance": before} for row in rows]
    table = [[row["input"], row["day"].isoformat(), row["amount"], row["balance"], row["name"], row["income"],
              row["transfer"]] for row in rows]
    opening = before_all if state["covered"] and not state["unproven"] else None
    if state["owed"]:
        opening = 0
        table = [row[:3] + [0] + row[4:] for row in table]
    covered = state["covered"] and [day.isoformat() for day in state["covered"]]
    return {"currency": state["currency"], "last_day": state["last_day"].isoformat(), "covered": covered,
            "opening_minor": opening, "rows": table, "most": 0 if state["copy"] and takes(-1) else None}


def states(request, as_of):
    """The accounts of a request."""
    data = request.get("data") or (from_akiba(request["akiba"]) if "akiba" in request else {})
    names, out = {}, []
    for key in ("bank", "mobile_money", "transaction_history"):
        uploads = {}
        for place, account in enumerate(data.get(key, {}).get("accounts", [])):
            period = account.get("period") or data[key].get("period")
            uploads.setdefault(account.get("account_id", place), []).append((account, period))
        out += [account_state(data[key], of_one, instant(as_of), names) for of_one in uploads.values()]
    as_they_come.share(out)
    as_they_come.own_transfers(out)
    return out


def reading(request, as_of):
    """Both readings of a request's rows, whether they differ, and where the data end."""
    accounts = states(request, as_of)
    if not accounts:
        return {"cautious": {}, "other": None, "early": False, "given": False}
    cautious = features.expected([as_frame(state, lambda amount: amount < 0) for state in accounts])
    disputed = any(state["quiet_copy"] or row["disputed"] for state in accounts for row in state["rows"] or [{"disputed": False}])
    other = features.expected([as_frame(state, lambda amount: amount > 0) for state in accounts]) if disputed else None
    ends = [state["covered"][1] for state in accounts if state["covered"]]
    end = max(ends, default=None)
    given = end is not None and (
        (end + timedelta(days=1)).day == 1 or any(s["given"] for s in accounts if s["covered"] and s["covered"][1] == end))
    early = any((end - own).days > 7 for own in ends)
    return {"cautious": cautious, "other": other, "early": early, "given": given}


def figures(request, as_of):
    """Returns {feature: number, or the reason of its absence}."""
    return reading(request, as_of)["cautious"]
