"""Invented people who live from an M-PESA wallet: payments with their charges under one receipt, overdrafts, reversals."""

from __future__ import annotations

import datetime
import heapq
import random

from .people import COMPANIES, DAY, Account, Quality, Row, due, months, person, quiet_days, round_to, span

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

# Charges in shillings by the amount up to which they hold, rounded from what operators publish.
CHARGES = ((100, 0), (500, 7), (1000, 13), (1500, 23), (2500, 33), (3500, 53), (5000, 57), (7500, 78), (10**9, 100))


def charge(cents: int) -> int:
    return next(shillings for limit, shillings in CHARGES if cents <= limit * 100) * 100


class Wallet:
    """Collects rows in the order of time, keeps the balance above zero, and books charges and overdrafts."""

    def __init__(self, draw: random.Random, opening: int, has_overdraft: bool) -> None:
        self.draw, self.balance, self.rows = draw, opening, list[Row]()
        self.has_overdraft, self.owed = has_overdraft, 0

    def receipt(self) -> str:
        return "T" + "".join(self.draw.choices(LETTERS, k=9))

    def book(self, day: datetime.date, second: int, cents: int, text: str, receipt: str, kind: str) -> None:
        self.balance += cents
        self.rows.append(Row(day, second, cents, text, kind, receipt, self.balance))

    def receive(self, day: datetime.date, second: int, cents: int, text: str, kind: str = "income") -> None:
        receipt = self.receipt()
        self.book(day, second, cents, text, receipt, kind)
        if self.owed:
            paid = min(self.owed, cents)
            self.owed -= paid
            self.book(day, second, -paid, "OD Loan Repayment to 232323 - M-PESA Overdraw", receipt, "overdraft")

    def pay(self, day: datetime.date, second: int, cents: int, text: str, of_charge: str = "", fee: int | None = None) -> str | None:
        fee = (charge(cents) if fee is None else fee) if of_charge else 0
        receipt, short = self.receipt(), cents + fee - self.balance
        if short > 0:
            if not self.has_overdraft or self.owed + short > 2_000_00:
                return None
            self.owed += short + short // 100
            self.book(day, second, short, "OverDraft of Credit Party", receipt, "overdraft")
        self.book(day, second, -cents, text, receipt, "spent")
        if fee:
            self.book(day, second, -fee, of_charge, receipt, "fee")
        return receipt


def spend(wallet: Wallet, day: datetime.date, second: int, cents: int, names: list[str]) -> tuple[int, str, int, str] | None:
    """Books one payment of a usual kind, and returns what comes of it later on the day."""
    draw = wallet.draw
    phone = f"2547{draw.randrange(10)}******{draw.randrange(100, 999)}"
    name = draw.choice(names) if draw.random() < 0.7 else person(draw)
    kind = draw.random()
    if kind < 0.3:
        to = f"Customer Transfer to {phone} - {name.upper()}"
        cents = round_to(cents, 50_00)
        if wallet.pay(day, second, cents, to, "Customer Transfer of Funds Charge") and draw.random() < 0.01:
            # Sent to a wrong number, and given back within hours; the charge is not.
            back = min(second + draw.randrange(300, 7200), 86_300)
            return back, "reversal", cents, f"Send Money Reversal via API to {phone} - {name.upper()}"
    elif kind < 0.55:
        wallet.pay(day, second, round_to(cents, 10_00), f"Merchant Payment to {draw.randrange(10**5, 10**6)} - {draw.choice(names).upper()} SHOP")
    elif kind < 0.75:
        to = f"Pay Bill to {draw.choice((888880, 247247, 522522, 400200))} - {draw.choice(('KAWI PREPAID', 'MAJI CO', 'SHULE FEES'))} Acc. {draw.randrange(10**7)}"
        wallet.pay(day, second, round_to(cents, draw.choice((1_00, 50_00))), to, draw.choice(("Pay Bill Charge", "")))
    elif kind < 0.88:
        wallet.pay(day, second, draw.choice((5_00, 10_00, 20_00, 20_00, 50_00, 100_00)), "Airtime Purchase")
    else:
        to = f"Customer Withdrawal At Agent Till {draw.randrange(10**5, 10**6)} - {draw.choice(names).upper()} AGENCY"
        wallet.pay(day, second, round_to(cents * 2, 100_00), to, "Withdrawal Charge", 29_00 if cents < 2500_00 else 52_00)
    return None


def mpesa(draw: random.Random, quality: Quality) -> Account:
    """Returns the wallet of a person: a salary into it, a small trade, or work by the week."""
    first, last = span(draw)
    monthly = round_to(draw.lognormvariate(0, 0.5) * 32_000_00, 100_00)
    opening = round_to(monthly * draw.uniform(0.02, 0.5), draw.choice((1, 1_00)))
    wallet = Wallet(draw, opening, draw.random() < 0.25)
    trade = draw.choice(("salary", "trader", "trader", "casual"))
    employer, names = draw.choice(COMPANIES), [person(draw) for _ in range(12)]
    paydays = {due(year, month, 28): True for year, month in months(first, last)}
    per_day, quiet = draw.uniform(0.7, 3.5), quiet_days(draw, first, last)
    saves = draw.random() < 0.2
    day = first
    while day <= last:
        # What happens on a day, by its time.
        events: list[tuple[int, str, int, str]] = []
        if trade == "salary" and day in paydays and draw.random() >= quality.missed:
            events.append((draw.randrange(7 * 3600, 17 * 3600), "salary", monthly, ""))
        if trade == "casual" and day.weekday() == 5 and day not in quiet and draw.random() >= quality.missed:
            events.append((draw.randrange(14 * 3600, 19 * 3600), "work", round_to(monthly / 4.3 * draw.uniform(0.7, 1.2), 100_00), ""))
        if trade == "trader" and day not in quiet and day.weekday() < 6 and draw.random() >= quality.missed:
            for _ in range(draw.randrange(1, 5)):
                events.append((draw.randrange(8 * 3600, 20 * 3600), "sale", round_to(monthly / 65 * draw.lognormvariate(-0.1, 0.6), draw.choice((10_00, 50_00))), ""))
        if draw.random() < 0.05:
            events.append((draw.randrange(8 * 3600, 20 * 3600), "gift", round_to(monthly * 0.03 * draw.lognormvariate(0, 0.5), 100_00), ""))
        if day not in quiet:
            for _ in range(min(int(draw.expovariate(1 / per_day)), 9)):
                cents = monthly * quality.spent / 30 / per_day * draw.lognormvariate(-0.2, 0.7)
                events.append((draw.randrange(6 * 3600, 22 * 3600), "spend", int(cents), ""))
            if day.day == 5:
                events.append((9 * 3600 + draw.randrange(3600), "rent", round_to(monthly * 0.2, 500_00), ""))
            if saves and day.day == 29:
                events.append((20 * 3600 + draw.randrange(3600), "save", round_to(monthly * 0.05, 500_00), ""))
        heapq.heapify(events)
        while events:
            second, what, cents, text = heapq.heappop(events)
            phone = f"2547{draw.randrange(10)}******{draw.randrange(100, 999)}"
            if what == "salary":
                wallet.receive(day, second, cents, f"Salary Payment from {draw.randrange(5 * 10**5, 6 * 10**5)} - {employer}")
            elif what in ("sale", "work", "gift"):
                wallet.receive(day, second, cents, f"Funds received from {phone} - {draw.choice(names).upper()}")
            if what in ("salary", "sale", "work") and draw.random() < quality.drained and wallet.balance > 500_00:
                heapq.heappush(events, (min(second + draw.randrange(60, 3600), 86_300), "drain", 0, ""))
            if what == "rent":
                wallet.pay(day, second, cents, f"Customer Transfer to {phone} - {names[0].upper()}", "Customer Transfer of Funds Charge")
            elif what == "reversal":
                wallet.receive(day, second, cents, text, "reversal")
            elif what == "drain" and wallet.balance > 400_00:
                agent = f"Customer Withdrawal At Agent Till {draw.randrange(10**5, 10**6)} - {draw.choice(names).upper()} AGENCY"
                cents = round_to(wallet.balance - 60_00, 100_00)
                wallet.pay(day, second, cents, agent, "Withdrawal Charge", 29_00 if cents < 2500_00 else 52_00)
            elif what == "save":
                wallet.pay(day, second, cents, "M-Shwari Deposit")
            elif what == "spend":
                later = spend(wallet, day, second, max(cents, 10_00), names)
                if later:
                    heapq.heappush(events, later)
        day += DAY
    account = Account("254700******000", "mobile_money", opening, wallet.rows, (first, last))
    return account
