"""Accounts as the documents that banks, operators and aggregators give."""

from __future__ import annotations

import csv
import datetime
import io
import random
from typing import Any

from .people import DAY, Account, Row


def money(cents: int, thousands: bool = True) -> str:
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100:{',' if thousands else ''}}.{cents % 100:02}"


def clock(row: Row) -> str:
    return f"{row.second // 3600:02}:{row.second // 60 % 60:02}:{row.second % 60:02}"


def table(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def mpesa_csv(draw: random.Random, account: Account) -> bytes:
    """Returns the rows as an M-PESA statement prints them: the newest first, withdrawals below zero."""
    header = ["Receipt No.", "Completion Time", "Details", "Transaction Status", "Paid In", "Withdrawn", "Balance"]
    preamble = [
        ["MPESA FULL STATEMENT"], ["Customer Name:", "INVENTED PERSON"], ["Mobile Number:", account.name],
        ["Statement Period:", " - ".join(f"{day:%d %b %Y}" for day in account.period)], [],
    ]
    rows = [
        [row.id, f"{row.day} {clock(row)}", row.text, "Completed", *((money(row.cents), "") if row.cents > 0 else ("", money(row.cents))), money(row.balance)]
        for row in account.rows
    ]
    rows.reverse()
    if draw.random() < 0.3:
        # Some statements print a payment above its charge, though it came first.
        at = 0
        while at + 1 < len(rows):
            if rows[at][0] == rows[at + 1][0] and "Charge" in rows[at][2]:
                rows[at], rows[at + 1] = rows[at + 1], rows[at]
                at += 1
            at += 1
    return table([*(preamble if draw.random() < 0.3 else []), header, *rows])


def bank_csv(draw: random.Random, account: Account) -> bytes:
    """Returns the rows as one of the forms in which banks export them."""
    form = draw.choice(("sides", "sides", "signed", "type"))
    rows, newest_first = list(account.rows), draw.random() < 0.35
    pattern = draw.choice(("%d/%m/%Y", "%d-%m-%Y", "%d %b %Y", "%Y-%m-%d"))
    if newest_first:
        rows.reverse()

    def cells(row: Row) -> list[str]:
        day, amount = format(row.day, pattern), money(abs(row.cents))
        if form == "sides":
            return [day, row.text, *((amount, "") if row.cents < 0 else ("", amount)), money(row.balance)]
        if form == "signed":
            return [day, row.text, money(row.cents), money(row.balance)]
        return [day, row.text, amount, "CR" if row.cents > 0 else "DR", money(row.balance)]

    header = {
        "sides": ["Date", "Details", "Money out", "Money in", "Balance"],
        "signed": ["Transaction Date", "Narration", "Amount", "Running Balance"],
        "type": ["Value Date", "Description", "Amount", "DR/CR", "Balance"],
    }[form]
    blank = [""] * (len(header) - 2)
    before = [["Account", account.name, *blank], ["Currency", "KES", *blank]]
    body = [cells(row) for row in rows]
    if form == "sides" and not newest_first and draw.random() < 0.5:
        body.insert(0, [format(account.period[0], pattern), "Opening balance", "", "", money(account.opening)])
    if form == "sides" and draw.random() < 0.4:
        out, into = (sum(max(sign * row.cents, 0) for row in rows) for sign in (-1, 1))
        body.append(["", "Totals", money(out), money(into), ""])
    return table([*before, header, *body])


def moment(draw_time: bool, row: Row, offset_hours: int) -> str:
    if not draw_time:
        return f"{row.day}T00:00:00.000Z"
    at = datetime.datetime.combine(row.day, datetime.time()) + datetime.timedelta(seconds=row.second, hours=-offset_hours)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def mono(draw: random.Random, account: Account, until: datetime.datetime) -> list[dict[str, Any]]:
    """Returns two pages of an account, the newest first, up to the time of the pull."""
    words = {"salary": "salary", "refund": "refund", "own": "transfer", "fee": "bank_charges", "bill": "utilities"}
    has_times, categorised = draw.random() < 0.5, draw.random() < 0.6
    rows = [
        {
            "id": f"{draw.getrandbits(96):024x}", "narration": row.text, "amount": abs(row.cents),
            "type": "credit" if row.cents > 0 else "debit", "balance": row.balance, "date": moment(has_times, row, 1),
            "category": words.get(row.kind, "unknown") if categorised else None,
        }
        for row in account.rows
        if datetime.datetime.combine(row.day, datetime.time()) + datetime.timedelta(seconds=row.second) <= until
    ]
    rows.reverse()
    cut = len(rows) * 2 // 3
    meta = {"total": len(rows), "previous": None}
    return [
        {"status": "successful", "data": rows[:cut], "meta": {**meta, "page": 1, "next": "/v2/accounts/x/transactions?page=2"}},
        {"status": "successful", "data": rows[cut:], "meta": {**meta, "page": 2, "next": None}},
    ]


CATEGORIES = {
    "salary": ("INCOME", "INCOME_WAGES"), "shop": ("GENERAL_MERCHANDISE", "GENERAL_MERCHANDISE_SUPERSTORES"),
    "bill": ("RENT_AND_UTILITIES", "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"), "rent": ("RENT_AND_UTILITIES", "RENT_AND_UTILITIES_RENT"),
    "fee": ("BANK_FEES", "BANK_FEES_OTHER_BANK_FEES"), "fare": ("TRANSPORTATION", "TRANSPORTATION_PUBLIC_TRANSIT"),
    "cash": ("TRANSFER_OUT", "TRANSFER_OUT_WITHDRAWAL"), "refund": ("GENERAL_MERCHANDISE", "GENERAL_MERCHANDISE_SUPERSTORES"),
    "interest": ("INCOME", "INCOME_INTEREST_EARNED"),
}


def plaid(draw: random.Random, accounts: list[Account], until: datetime.datetime) -> list[dict[str, Any]]:
    """Returns the answers of two pulls, or two pages of one.

    Card payments are pending for one to four days before they are booked. A pull holds what is pending then. A later pull
    books it under another id that names the pending one, and removes the pending row.
    """
    shape = draw.choice(("pages", "pages", "pulls", "kept"))
    earlier = until - DAY * draw.randrange(5, 15)
    posted: list[dict[str, Any]] = []
    first_pull: list[dict[str, Any]] = []
    open_rows: list[dict[str, Any]] = []
    removed: list[dict[str, str]] = []
    for account in accounts:
        for row in account.rows:
            bought = datetime.datetime.combine(row.day, datetime.time()) + datetime.timedelta(seconds=row.second)
            is_card = row.kind in ("shop", "fare") and account.kind == "current"
            days = draw.choice((1, 1, 2, 2, 3, 4)) if is_card else 0
            booked = bought + DAY * days if days else bought
            if bought > until:
                continue
            sign = "TRANSFER_IN" if row.cents > 0 else "TRANSFER_OUT"
            default = (sign, f"{sign}_ACCOUNT_TRANSFER")
            if row.kind == "own":
                default = (sign, draw.choice((f"{sign}_SAVINGS", f"{sign}_ACCOUNT_TRANSFER")))
            primary, detailed = CATEGORIES.get(row.kind, default)
            base = {
                "account_id": account.name, "iso_currency_code": "USD", "unofficial_currency_code": None, "name": row.text,
                "merchant_name": row.counterparty.title() or None, "payment_channel": "in store" if is_card else "other",
                "personal_finance_category": {"primary": primary, "detailed": detailed, "confidence_level": "HIGH"},
            }

            def one(day: datetime.datetime, cents: int, pending: bool, link: str | None) -> dict[str, Any]:
                return {
                    **base, "transaction_id": f"{draw.getrandbits(128):032x}", "amount": -cents / 100, "date": str(day.date()),
                    "authorized_date": str(bought.date()), "pending": pending, "pending_transaction_id": link,
                }

            # A tenth of the places of food are tipped after the card was read.
            tipped = is_card and row.kind == "shop" and "CAFE" in row.text and draw.random() < 0.5
            reserved = one(bought, int(row.cents / 1.15) if tipped else row.cents, True, None) if days else None
            if booked <= until:
                final = one(booked, row.cents, False, reserved["transaction_id"] if reserved else None)
                if booked <= earlier:
                    first_pull.append(final)
                else:
                    posted.append(final)
                    if reserved and bought <= earlier:
                        first_pull.append(reserved)
                        removed.append({"transaction_id": reserved["transaction_id"], "account_id": account.name})
            elif reserved:
                open_rows.append(reserved)
                if bought <= earlier:
                    first_pull.append(reserved)
    gone = {row["transaction_id"] for row in removed}
    if shape == "pages":
        rows = sorted([row for row in first_pull if row["transaction_id"] not in gone] + posted + open_rows, key=lambda row: row["date"])
        # What is still pending at the end stands once.
        rows = list({row["transaction_id"]: row for row in rows}.values())
        cut = len(rows) // 2
        pages = [rows[:cut], rows[cut:]]
        if draw.random() < 0.5:
            return [{"added": page, "modified": [], "removed": [], "has_more": at == 0} for at, page in enumerate(pages)]
        rows.reverse()
        return [{"transactions": page, "total_transactions": len(rows)} for page in (rows[:cut], rows[cut:])]
    known = {row["transaction_id"] for row in first_pull}
    later = posted + [row for row in open_rows if row["transaction_id"] not in known]
    first = {"added": first_pull, "modified": [], "removed": [], "has_more": False}
    # A third of the callers keep what they pulled first, and never take out what was removed.
    return [first, {"added": later, "modified": [], "removed": removed if shape == "pulls" else [], "has_more": False}]
