"""Invented people and their money: what they earn, what falls due and what they spend, as rows of accounts.

Nothing here knows a rule of the engine. A row is what a bank or an operator would book. Every draw comes from one seed.
"""

from __future__ import annotations

import calendar
import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

DAY = datetime.timedelta(1)


@dataclass(slots=True)
class Row:
    """One booked row; `cents` above zero is money in, `balance` is the balance after it."""

    day: datetime.date
    second: int
    cents: int
    text: str
    kind: str = ""
    id: str = ""
    balance: int = 0
    counterparty: str = ""


@dataclass(slots=True)
class Account:
    """One account with its rows, the oldest first."""

    name: str
    kind: str
    opening: int
    rows: list[Row] = field(default_factory=list)
    period: tuple[datetime.date, datetime.date] = (datetime.date.min, datetime.date.max)

    @property
    def closing(self) -> int:
        return self.rows[-1].balance if self.rows else self.opening


@dataclass(slots=True)
class Quality:
    """How well a person lives within the income: spent part of it, the chance that an income does not come, and the chance
    that one is taken out of the wallet in cash at once."""

    spent: float
    missed: float
    drained: float

    @classmethod
    def clean(cls, draw: random.Random) -> Quality:
        return cls(draw.uniform(0.7, 0.97), 0.02, draw.choice((0.0, 0.0, 0.1, 0.5)))

    @classmethod
    def wide(cls, draw: random.Random) -> Quality:
        return cls(draw.uniform(0.6, 1.4), draw.choice((0.0, 0.02, 0.1, 0.3)), draw.choice((0.0, 0.3, 0.9)))


def months(first: datetime.date, last: datetime.date) -> Iterator[tuple[int, int]]:
    """Returns the years and months between two days."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def due(year: int, month: int, day: int) -> datetime.date:
    """Returns a day of a month, its last where it is shorter; the Friday before where that is a weekend."""
    date = datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))
    return date - DAY * max(date.weekday() - 4, 0)


def span(draw: random.Random) -> tuple[datetime.date, datetime.date]:
    """Returns first and last day of four to twelve whole months of data."""
    at = draw.randrange(12)
    last = datetime.date(2025 + at // 12, at % 12 + 1, calendar.monthrange(2025, at + 1)[1])
    count = last.year * 12 + last.month - draw.choice((4, 6, 6, 6, 9, 12))
    return datetime.date(count // 12, count % 12 + 1, 1), last


def round_to(value: float, step: int) -> int:
    return max(step, int(value / step) * step)


def chain(account: Account) -> None:
    """Puts rows into the order of their times and states the balance after each."""
    account.rows.sort(key=lambda row: (row.day, row.second))
    balance = account.opening
    for row in account.rows:
        balance += row.cents
        row.balance = balance


def quiet_days(draw: random.Random, first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """Returns days without spending: a week away from home for a third, now and then."""
    found: set[datetime.date] = set()
    if draw.random() < 0.35:
        for _ in range(draw.randrange(1, 4)):
            at = first + DAY * draw.randrange((last - first).days)
            found |= {at + DAY * step for step in range(draw.randrange(4, 13))}
    return found


# The words of shops, bills and people of each country; none is a real company.
SHOPS = (
    "TUMAINI SUPERMARKET", "KIJIJI FUEL STATION", "AFYA PHARMACY", "MAMA LISHE EATERY", "CORNER KIOSK", "BLUE HARDWARE",
    "GREEN GROCER 12", "CITY MATATU SACCO", "ONE STOP CAFE", "SMART BUTCHERY", "NDOTO BOOKS", "SUNNY BAKERY",
)
FIRST_NAMES = ("Amina", "Baraka", "Chidi", "Dineo", "Esi", "Fatou", "Grace", "Hassan", "Ife", "Juma", "Kwame", "Lerato")
LAST_NAMES = ("Abiola", "Banda", "Cele", "Diallo", "Eze", "Farah", "Gitau", "Hamisi", "Ibe", "Juma", "Kamau", "Lungu")
COMPANIES = ("BARAKA TEXTILES LTD", "SIMBA LOGISTICS", "ACACIA SCHOOLS", "LAKESIDE HOSPITAL", "NORTH COUNTY GOVT")


def person(draw: random.Random) -> str:
    return f"{draw.choice(FIRST_NAMES)} {draw.choice(LAST_NAMES)}"


@dataclass(slots=True)
class Life:
    """What a person of a bank account earns and owes, in cents."""

    salary: int
    payday: int
    employer: str
    rent: int
    rent_day: int
    landlord: str
    bills: list[tuple[int, str, int]]
    fare: int
    fares_a_week: int
    shops: list[str]
    per_week: float


def life(draw: random.Random, scale: int) -> Life:
    """Returns a life; `scale` is a month's usual salary in cents."""
    salary = round_to(scale * draw.lognormvariate(0, 0.45), 100_00 if draw.random() < 0.6 else 1)
    rent = round_to(salary * draw.uniform(0.15, 0.3), 500_00)
    bills = [
        (draw.randrange(1, 29), name, round_to(salary * draw.uniform(0.005, 0.03), draw.choice((1, 50_00, 100_00))))
        for name in draw.sample(("ELECTRICITY TOKENS", "WATER COMPANY", "INSURANCE PREMIUM TUNZA", "INTERNET HOME FIBRE",
                                 "SCHOOL FEES", "TV SUBSCRIPTION", "GYM MEMBERSHIP"), draw.randrange(2, 6))
    ]
    return Life(
        salary, draw.choice((24, 25, 27, 28, 30, 31)), draw.choice(COMPANIES), rent, draw.choice((1, 2, 5)), person(draw),
        bills, round_to(salary * 0.002, 10_00), draw.choice((0, 4, 8, 10)), draw.sample(SHOPS, draw.randrange(4, 9)),
        draw.uniform(2.0, 9.0),
    )


def bank_rows(
    draw: random.Random, first: datetime.date, last: datetime.date, own: Life, quality: Quality, fees: bool = True
) -> list[Row]:
    """Returns the rows of a salaried person's current account: what comes, what falls due, and what is spent."""
    rows: list[Row] = []
    reference = iter(range(draw.randrange(10_000, 90_000_000), 10**12))

    def put(day: datetime.date, cents: int, text: str, kind: str, counterparty: str = "") -> Row:
        row = Row(day, draw.randrange(6 * 3600, 22 * 3600), cents, text, kind, counterparty=counterparty)
        rows.append(row)
        return row

    paydays = []
    for year, month in months(first, last):
        # Some employers pay December before the holidays; some pay every four weeks, so a month has two paydays.
        day = due(year, month, 19 if month == 12 and own.payday % 2 else own.payday)
        paydays.append(day)
        if draw.random() < quality.missed:
            continue
        put(day, own.salary, f"SALARY {own.employer}", "salary", own.employer)
        if draw.random() < 0.03:
            put(day, own.salary, f"SALARY {own.employer} ARREARS", "salary", own.employer)
        if draw.random() < 0.08:
            put(day + DAY * draw.randrange(1, 6), round_to(own.salary * 0.1, 10_00), f"EXPENSES {own.employer}", "refund")
        rent_day = due(year, month, own.rent_day)
        put(max(rent_day, first), -own.rent, f"STANDING ORDER RENT {own.landlord}", "rent", own.landlord)
        if fees:
            put(rent_day if draw.random() < 0.5 else due(year, month, 31), -draw.choice((50_00, 120_00, 30_00)), "ACCOUNT MAINTENANCE FEE", "fee")
        for on, name, cents in own.bills:
            day = due(year, month, on)
            cents = cents if cents % 50_00 == 0 else max(1_00, int(cents * draw.uniform(0.7, 1.3)))
            put(max(day, first), -cents, f"PAYBILL {name} {next(reference)}", "bill", name)
    budget = own.salary * quality.spent - own.rent - sum(cents for *_, cents in own.bills)
    weekly = max(budget, own.salary * 0.05) / 4.35
    quiet = quiet_days(draw, first, last)
    day = first
    while day <= last:
        if day not in quiet:
            if own.fares_a_week and day.weekday() < 5 and draw.random() < own.fares_a_week / 10:
                # There and back: the same fare twice on one day.
                put(day, -own.fare, "BUS FARE CITY LINE", "fare")
                if own.fares_a_week > 4:
                    put(day, -own.fare, "BUS FARE CITY LINE", "fare")
            for _ in range(draw.choices((0, 1, 2, 3), (7 - min(own.per_week, 6), own.per_week, own.per_week / 3, own.per_week / 9))[0]):
                cents = weekly / own.per_week * draw.lognormvariate(-0.2, 0.7)
                kind = draw.random()
                if kind < 0.12:
                    put(day, -round_to(cents * 2, 500_00), f"ATM WITHDRAWAL {draw.choice(('MOI AVE', 'MARKET RD', 'MALL'))}", "cash")
                elif kind < 0.22:
                    name = person(draw)
                    put(day, -round_to(cents, 100_00), f"TRANSFER TO {name.upper()}", "person", name)
                elif kind < 0.25:
                    name = person(draw)
                    put(day, round_to(cents, 100_00), f"TRANSFER FROM {name.upper()}", "person", name)
                else:
                    shop = draw.choice(own.shops)
                    row = put(day, -round_to(cents, draw.choice((1, 10_00, 50_00))), f"POS {shop}", "shop", shop)
                    if draw.random() < 0.012:
                        back = day + DAY * draw.randrange(0, 10)
                        put(back, -row.cents, f"REFUND POS {shop}" if draw.random() < 0.5 else f"REVERSAL POS {shop}", "refund", shop)
        day += DAY
    return [row for row in rows if first <= row.day <= last]


def affordable(rows: list[Row], opening: int, limit: int) -> list[Row]:
    """Returns the rows that the balance and the limit of an overdraft allow, in the order of their times: what cannot be
    paid is not bought, and a standing order without cover is not booked."""
    rows.sort(key=lambda row: (row.day, row.second))
    kept, balance = [], opening
    for row in rows:
        if balance + row.cents < -limit and row.cents < 0 and row.kind not in ("own", "fee"):
            continue
        balance += row.cents
        kept.append(row)
    return kept


def bank(draw: random.Random, quality: Quality, scale: int = 80_000_00, accounts: int | None = None) -> list[Account]:
    """Returns the accounts of an applicant with a salary: a current account, and for a third a savings account."""
    first, last = span(draw)
    own = life(draw, scale)
    opening = round_to(own.salary * draw.uniform(0.05, 1.2), 1)
    rows = bank_rows(draw, first, last, own, quality)
    limit = round_to(own.salary * 0.3, 1_000_00) if draw.random() < 0.15 else 0
    main = Account(f"{draw.randrange(10**9, 10**10)}", "current", opening, period=(first, last))
    count = accounts or (2 if draw.random() < 1 / 3 else 1)
    if count == 1:
        main.rows = affordable(rows, opening, limit)
        chain(main)
        return [main]
    held = round_to(own.salary * draw.uniform(0.5, 3), 1)
    other = Account(f"{draw.randrange(10**9, 10**10)}", "savings", held, period=(first, last))
    saved = round_to(own.salary * draw.uniform(0.03, 0.15), draw.choice((500_00, 1000_00)))
    words = draw.choice((
        ("TRANSFER TO SAVINGS", "TRANSFER FROM CURRENT"),
        (f"TRF TO {other.name}", f"TRF FROM {main.name}"),
        ("INTERNAL TRANSFER", "INTERNAL TRANSFER"),
        ("STANDING ORDER SAVINGS GOAL", "STANDING ORDER SAVINGS GOAL"),
    ))
    late = draw.choice((0, 0, 0, 1))
    for year, month in months(first, last):
        day = due(year, month, own.payday) + DAY * draw.randrange(0, 3)
        if draw.random() < 0.9:
            rows.append(Row(day, 80_000, -saved, words[0], "own"))
            other.rows.append(Row(day + DAY * late, 80_100, saved, words[1], "own"))
        if draw.random() < 0.12:
            back = day - DAY * draw.randrange(3, 15)
            rows.append(Row(back, 40_000, saved, words[1].replace("FROM CURRENT", "FROM SAVINGS"), "own"))
            other.rows.append(Row(back, 39_900, -saved, words[0].replace("TO SAVINGS", "TO CURRENT"), "own"))
        if draw.random() < 0.6:
            end = datetime.date(year, month, calendar.monthrange(year, month)[1])
            other.rows.append(Row(end, 86_000, max(1, int(other.opening * 0.003)), "INTEREST PAID", "interest"))
    for account, all_rows in ((main, rows), (other, other.rows)):
        inside = [row for row in all_rows if first <= row.day <= last]
        account.rows = affordable(inside, account.opening, limit) if account is main else inside
        chain(account)
    return [main, other]

