"""Twenty layouts of one invented statement, read without a stated profile, and whether the rows are right."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import kapix

OPENING = 1_250_075
# Day, cents, text. Days past the 12th, thousands and cents occur, as in any month of a real account.
MOVES = [
    ("2026-02-27", 8_540_000, "Salary Acme"), ("2026-02-28", -2_200_000, "Rent March"), ("2026-03-02", -45_050, "Groceries"),
    ("2026-03-02", -12_000, "Fare"), ("2026-03-02", -12_000, "Fare"), ("2026-03-05", -123_400, "School, fees"),
    ("2026-03-09", 250_000, "From a friend"), ("2026-03-13", -1_000_000, "Cash"), ("2026-03-17", -5, "Interest"),
    ("2026-03-21", 45_050, "Refund groceries"), ("2026-03-28", 8_540_000, "Salary Acme"), ("2026-03-31", -350_025, "Café Müller"),
]
FRENCH = ("janv.", "févr.", "mars")


@dataclass
class Layout:
    """One layout: its document, and what the caller knows of the account beside it."""

    name: str
    document: bytes
    known: dict[str, Any] = field(default_factory=lambda: {"currency": "KES"})
    has_balance: bool = True


def amount(cents: int, decimal: str = ".", group: str = ",") -> str:
    text = f"{abs(cents) // 100:,}".replace(",", group) + f"{decimal}{abs(cents) % 100:02}"
    return ("-" if cents < 0 else "") + text


def rows() -> list[tuple[datetime.date, int, str, int]]:
    balance, found = OPENING, []
    for day, cents, text in MOVES:
        balance += cents
        found.append((datetime.date.fromisoformat(day), cents, text, balance))
    return found


Cells = Callable[[datetime.date, int, str, int], list[str]]


def lines(header: str, cells: Cells, separator: str, newest_first: bool = False) -> list[str]:
    body = [separator.join(quoted(cell, separator) for cell in cells(*row)) for row in rows()]
    return [header, *(reversed(body) if newest_first else body)]


def quoted(cell: str, separator: str) -> str:
    return f'"{cell}"' if separator in cell or '"' in cell else cell


def sides(pattern: str, decimal: str = ".", group: str = ",", minus: bool = False) -> Cells:
    def cells(day: datetime.date, cents: int, text: str, balance: int) -> list[str]:
        shown = amount(cents if minus else abs(cents), decimal, group)
        pair = [shown, ""] if cents < 0 else ["", shown]
        return [format(day, pattern), text, *pair, amount(balance, decimal, group)]
    return cells


def signed(pattern: str, decimal: str = ".", group: str = ",", sign: int = 1) -> Cells:
    return lambda day, cents, text, balance: [
        format(day, pattern), text, amount(sign * cents, decimal, group), amount(balance, decimal, group)
    ]


def text(parts: list[str], encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join(parts) + end).encode(encoding)


def mpesa() -> bytes:
    def cells(day: datetime.date, cents: int, text: str, balance: int) -> list[str]:
        pair = ["", amount(cents)] if cents < 0 else [amount(cents), ""]
        return [f"T{abs(hash_of(text, balance)):09}", f"{day} 14:05:33", text, "Completed", *pair, amount(balance)]
    header = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance"
    return text(lines(header, cells, ",", newest_first=True))


def hash_of(text: str, balance: int) -> int:
    return (sum(map(ord, text)) * 7919 + balance) % 10**9


def layouts() -> list[Layout]:
    """Returns the layouts."""
    bare = {"currency": "NGN"}
    total_out = sum(-cents for _, cents, *_ in rows() if cents < 0)
    total_in = sum(cents for _, cents, *_ in rows() if cents > 0)
    end = rows()[-1][3]
    found = [
        Layout("comma, debit and credit, day first", text(lines("Date,Description,Debit,Credit,Balance", sides("%d/%m/%Y"), ","))),
        Layout("Kenya: preamble, opening balance, totals", text([
            "Account statement,,,,", "Account Name,Invented Person,,,", "Currency,KES,,,", "",
            "Transaction Date,Particulars,Money Out,Money In,Running Balance",
            f'01/02/2026,Balance brought forward,,,"{amount(OPENING)}"',
            *lines("", sides("%d/%m/%Y"), ",")[1:], f',Totals,"{amount(total_out)}","{amount(total_in)}",',
        ]), {}),
        Layout("M-PESA, newest first, withdrawn below zero", mpesa(), {"currency": "KES", "utc_offset": "+03:00"}),
        Layout("Nigeria: naira in the headers, month by name", text(lines(
            "Trans Date;Value Date;Narration;Debit (NGN);Credit (NGN);Balance (NGN)",
            lambda day, cents, text, balance: [format(day, "%d-%b-%Y"), *sides("%d-%b-%Y")(day, cents, text, balance)], ";"
        )), {}),
        Layout("Nigeria: amount with DR and CR behind", text(lines(
            "Tran Date|Remarks|Amount|Balance", lambda day, cents, text, balance: [
                format(day, "%d-%b-%y"), text, f"{amount(abs(cents))} {'DR' if cents < 0 else 'CR'}", amount(balance)], "|"
        )), bare),
        Layout("Nigeria: naira marks, type in a column", text(lines(
            "Date,Type,Amount,Balance,Narration", lambda day, cents, text, balance: [
                format(day, "%Y-%m-%d"), "Debit" if cents < 0 else "Credit", f"₦{amount(abs(cents))}", f"₦{amount(balance)}", text], ","
        )), {}),
        Layout("South Africa: spaces in thousands, tab", text(lines(
            "Posting Date\tTransaction Description\tAmount\tBalance", signed("%Y/%m/%d", ".", " "), "\t")), {"currency": "ZAR"}),
        Layout("South Africa: comma decimals, semicolon", text(lines(
            "Date;Description;Money out;Money in;Balance", sides("%d %b %Y", ",", " ", True), ";")), {"currency": "ZAR"}),
        Layout("South Africa: brackets for money out", text(lines(
            "Date,Details,Amount,Balance", lambda day, cents, text, balance: [
                format(day, "%Y%m%d"), text, f"({amount(-cents)})" if cents < 0 else amount(cents), amount(balance)], ","
        )), {"currency": "ZAR"}),
        Layout("France: Windows-1252, comma, no-break spaces", text(lines(
            "Date opération;Libellé;Débit;Crédit;Solde", sides("%d/%m/%Y", ",", "\u00a0", True), ";"), "cp1252", "\r\n"), {"currency": "EUR"}),
        Layout("West Africa: narrow spaces, UTF-8 with a mark", text(lines(
            "Date comptable;Libellé;Montant;Solde", signed("%d.%m.%Y", ",", "\u202f"), ";"), "utf-8-sig", "\r\n"), {"currency": "EUR"}),
        Layout("Germany: Latin-1, points in thousands", text(lines(
            "Buchungstag;Verwendungszweck;Betrag;Saldo", signed("%d.%m.%Y", ",", "."), ";"), "latin-1", "\r\n"), {"currency": "EUR"}),
        Layout("Germany: Soll and Haben, year of two digits", text(lines(
            "Buchungsdatum;Buchungstext;Soll;Haben;Kontostand", sides("%d.%m.%y", ",", "."), ";")), {"currency": "EUR"}),
        Layout("Portugal: debit and credit, UTF-16", text(lines(
            "Data do movimento;Descrição;Débito;Crédito;Saldo", sides("%d-%m-%Y", ",", "."), ";"), "utf-16"), {"currency": "EUR"}),
        Layout("Spain: cargo and abono, newest first", text(lines(
            "Fecha;Concepto;Cargo;Abono;Saldo", sides("%d/%m/%Y", ",", "."), ";", True)), {"currency": "EUR"}),
        Layout("United States: month first, quotes everywhere", text([
            ",".join(f'"{cell}"' for cell in cells) for cells in (
                ["Date", "Description", "Amount", "Running Bal."],
                *(signed("%m/%d/%Y")(*row) for row in rows()))]), {"currency": "USD"}),
        Layout("money out above zero, shown by balances", text(lines(
            "Date,Description,Amount,Balance", signed("%d/%m/%Y", sign=-1), ",")), {"currency": "USD"}),
        Layout("no balance, trailing minus, ISO days", text(lines(
            "Booking Date,Text,Amount", lambda day, cents, text, _: [
                str(day), text, amount(abs(cents)) + ("-" if cents < 0 else "")], ",")), {"currency": "KES"}, False),
        Layout("times with an offset, ids, status", text(lines(
            "Transaction ID,Date Time,Narrative,Withdrawals,Deposits,Balance,Status", lambda day, cents, text, balance: [
                f"R{hash_of(text, balance)}", f"{day}T09:30:00+01:00", *sides("")(day, cents, text, balance)[1:], "Posted"], ",")),
            {"currency": "NGN", "utc_offset": "+01:00"}),
        Layout("pages: header and page feet again, closing line", text([
            *(part for at, part in enumerate(lines("Date,Details,Withdrawals,Deposits,Balance", sides("%d/%m/%Y"), ","))
              for part in (["Page 1 of 2,,,,", "Date,Details,Withdrawals,Deposits,Balance", part] if at == 7 else [part])),
            f'31/03/2026,Closing balance,,,"{amount(end)}"']), {"currency": "KES"}),
    ]
    return found


def wrong(layout: Layout, read: kapix.Transactions) -> str:
    """Returns what is wrong with the rows; nothing where they are right."""
    account = next(iter(read.data.values()))["accounts"][0]
    expected = [(str(day), cents, balance if layout.has_balance else None) for day, cents, _, balance in rows()]
    found = [(row["at"][:10], row["amount_minor"], row.get("balance_minor")) for row in account["transactions"]]
    if sorted(found, key=str) != sorted(expected, key=str):
        return f"{len(set(map(str, found)) - set(map(str, expected)))} of {len(found)} rows wrong, {len(expected)} expected"
    if found != expected:
        return "the order of the rows"
    texts = [row.get("description") for row in account["transactions"]]
    return "" if texts == [name for *_, name, _ in rows()] else "the texts"


def report() -> list[str]:
    """Returns the table of layouts."""
    table = ["| layout | found | left out | balances that chain | rows |", "|---|---|---|---|---|"]
    right = 0
    found = layouts()
    for layout in found:
        try:
            read = kapix.read_transactions(layout.document, **layout.known)
        except kapix.KapixError as error:
            table.append(f"| {layout.name} | {error.code}: {str(error).splitlines()[0]} | | | **refused** |")
            continue
        profile, proof = read.profile.to_dict(), read.proof
        parts = [str(profile.get(name)) for name in ("separator", "encoding", "date_order", "decimal_mark", "sign") if profile.get(name)]
        parts += [f"header line {profile.get('header_line')}"]
        problem = wrong(layout, read)
        right += not problem
        left = ", ".join(f"{kind} {count}" for kind, count in read.left_out.counts.items()) or "nothing"
        chained = f"{proof.balances_chained} of {proof.balances_checked}"
        table.append(f"| {layout.name} | {', '.join(parts)} | {left} | {chained} | {'right' if not problem else f'**wrong**: {problem}'} |")
    return [*table, "", f"{right} of {len(found)} right"]
