"""Writes data/bank_statement.csv: half a year of an invented salaried account, as a bank in Kenya might export it.

    python examples/statement.py
"""

import csv
import datetime
import random
from pathlib import Path

FILE = Path(__file__).parent / "data" / "bank_statement.csv"
FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)
OPENING_CENTS = 68_250_75

# What falls due each month: day, text, cents; a credit above zero.
MONTHLY = [
    (1, "STANDING ORDER RENT MAPLE COURT B4", -22_000_00),
    (3, "SACCO SHARES JAMII", -4_500_00),
    (5, "PAYBILL ELECTRICITY TOKENS", -2_150_00),
    (12, "PAYBILL WATER COMPANY", -860_00),
    (15, "INSURANCE PREMIUM TUNZA", -1_980_00),
    (27, "SALARY BARAKA TEXTILES LTD", 86_400_00),
    (28, "ACCOUNT MAINTENANCE FEE", -120_00),
]
# What is spent in between: text, smallest and largest amount, weight.
SPENDING = [
    ("POS TUMAINI SUPERMARKET", 650, 4_200, 5),
    ("PAYBILL AIRTIME", 100, 500, 4),
    ("POS KIJIJI FUEL STATION", 1_500, 3_500, 2),
    ("CASH WITHDRAWAL ATM MOI AVENUE", 1_000, 5_000, 2),
    ("POS PHARMACY AFYA", 300, 1_900, 1),
    ("TILL MAMA LISHE EATERY", 150, 800, 4),
]


def movements() -> list[tuple[datetime.date, str, int]]:
    """Returns the rows in the order of their days: what falls due, and up to two times of spending a day."""
    draw = random.Random(96)
    rows = []
    day = FIRST
    while day <= LAST:
        rows += [(day, text, cents) for due, text, cents in MONTHLY if due == day.day]
        for text, least, most, _ in draw.choices(SPENDING, [weight for *_, weight in SPENDING], k=draw.randrange(3)):
            rows.append((day, text, -(draw.randrange(least, most, 10) * 100)))
        day += datetime.timedelta(1)
    return rows


def money(cents: int) -> str:
    return f"{cents / 100:,.2f}"


def main() -> None:
    with FILE.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["Account statement", "", "", "", ""])
        rows.writerow(["Currency", "KES", "", "", ""])
        rows.writerow(["Date", "Details", "Money out", "Money in", "Balance"])
        balance, out, into = OPENING_CENTS, 0, 0
        rows.writerow([FIRST.strftime("%d/%m/%Y"), "Opening balance", "", "", money(balance)])
        for day, text, cents in movements():
            balance += cents
            out, into = out + max(-cents, 0), into + max(cents, 0)
            sides = [money(-cents), ""] if cents < 0 else ["", money(cents)]
            rows.writerow([day.strftime("%d/%m/%Y"), text, *sides, money(balance)])
        rows.writerow(["", "Totals", money(out), money(into), ""])


if __name__ == "__main__":
    main()
