"""Rows a second of `transactions.read` beside pandas and polars with the same rules, in one run."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars

import kapix

# The figure that is asked for: at most this many times the time of polars.
TARGET = 2.0
TEXTS = tuple(f"{kind} {place} {number:04}" for kind in ("POS", "PAYBILL", "TRANSFER TO", "ATM") for place in ("MARKET", "MALL", "SHOP") for number in range(40))
FIRST = numpy.datetime64("2020-01-01")

# Days, signed amounts and balances in cents, texts, and the number of balances that follow from the one before.
Answer = tuple[Any, Any, Any, Any, int]


def document(rows: int, seed: int, thousands: bool) -> bytes:
    """Returns a CSV of a bank whose balances chain."""
    draw = random.Random(seed)
    days = numpy.datetime_as_string(FIRST + numpy.arange(2191), unit="D")
    days = [f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in days]
    mark = "," if thousands else ""

    def money(cents: int) -> str:
        text = f"{cents // 100:{mark}}.{cents % 100:02}"
        return f'"{text}"' if "," in text else text

    balance, lines = 500_000_00, ["Date,Description,Debit,Credit,Balance"]
    for row in range(rows):
        day, text = days[row * len(days) // rows], TEXTS[int(draw.random() * len(TEXTS))]
        cents = int(draw.random() * 9_000_00) + 1
        if balance > 400_000_00 + cents and draw.random() < 0.6 or balance > 900_000_00:
            balance -= cents
            lines.append(f"{day},{text},{money(cents)},,{money(balance)}")
        else:
            balance += cents
            lines.append(f"{day},{text},,{money(cents)},{money(balance)}")
    return ("\n".join(lines) + "\n").encode()


def by_kapix(file: Path, engine: kapix.Engine) -> Answer:
    read = engine.transactions.read({"document": [file.read_bytes()]}, account={"currency": "KES"}, rows=0)
    return read["at"], read["amount_minor"], read["balance_minor"], read["description"], read.proof.balances_chained


def by_read_transactions(file: Path, engine: kapix.Engine) -> Answer:
    read = kapix.read_transactions(file, currency="KES")
    columns = read.columns
    return columns["at"], columns["amount_minor"], columns["balance_minor"], columns["description"], read.proof.balances_chained


def cents_of_polars(name: str) -> polars.Expr:
    value = polars.col(name)
    # A binary64 holds a decimal of 15 digits, so the rounded product is exact; what is not whole in cents is caught.
    return (value.str.replace_all(",", "", literal=True).cast(polars.Float64) if name in SEPARATED else value) * 100


SEPARATED: set[str] = set()


def by_polars(file: Path, engine: kapix.Engine) -> Answer:
    kinds = {"Date": polars.String, "Description": polars.String}
    kinds |= {name: polars.String if SEPARATED else polars.Float64 for name in ("Debit", "Credit", "Balance")}
    frame = polars.read_csv(file, schema_overrides=kinds)
    cents = {name: cents_of_polars(name) for name in ("Debit", "Credit", "Balance")}
    out = frame.lazy().select(
        polars.col("Date").str.to_date("%d/%m/%Y", strict=True).alias("at"),
        polars.when(polars.col("Debit").is_null()).then(cents["Credit"].round().cast(polars.Int64))
        .otherwise(-cents["Debit"].round().cast(polars.Int64)).alias("amount_minor"),
        cents["Balance"].round().cast(polars.Int64).alias("balance_minor"),
        polars.col("Description"),
        polars.max_horizontal(*((cent - cent.round()).abs().max() for cent in cents.values())).alias("part"),
        (polars.col("Debit").is_null() == polars.col("Credit").is_null()).any().alias("sides"),
    ).collect()
    if out["part"][0] > 1e-4 or out["sides"][0]:
        raise ValueError("an amount is not whole in cents, or a row has not one side")
    balance, amount = out["balance_minor"], out["amount_minor"]
    chained = int((balance.slice(1) == balance.slice(0, len(balance) - 1) + amount.slice(1)).sum())
    return out["at"], amount, balance, out["Description"], chained


def by_pandas(file: Path, engine: kapix.Engine) -> Answer:
    frame = pandas.read_csv(file, dtype={"Date": str, "Description": str}, thousands="," if SEPARATED else None)
    days = pandas.to_datetime(frame["Date"], format="%d/%m/%Y")
    debit, credit, balances = (frame[name].to_numpy() * 100 for name in ("Debit", "Credit", "Balance"))
    for cents in (debit, credit, balances):
        if numpy.nanmax(numpy.abs(cents - numpy.round(cents))) > 1e-4:
            raise ValueError("an amount is not whole in cents")
    if (numpy.isnan(debit) == numpy.isnan(credit)).any():
        raise ValueError("a row has not one side")
    amount = numpy.where(numpy.isnan(debit), numpy.round(credit), -numpy.round(debit)).astype(numpy.int64)
    balance = numpy.round(balances).astype(numpy.int64)
    chained = int((balance[1:] == balance[:-1] + amount[1:]).sum())
    return days, amount, balance, frame["Description"], chained


def by_pandas_bare(file: Path, engine: kapix.Engine) -> Any:
    return pandas.read_csv(file)


def by_polars_bare(file: Path, engine: kapix.Engine) -> Any:
    return polars.read_csv(file)


def same(one: Answer, other: Answer) -> bool:
    """Returns whether two answers hold the same rows."""
    def days(values: Any) -> Any:
        return numpy.asarray(values).astype("datetime64[D]")

    def texts(values: Any) -> list[str]:
        return values.to_list() if hasattr(values, "to_list") else list(values)

    pairs = list(zip(one, other))
    return (
        (days(pairs[0][0]) == days(pairs[0][1])).all()
        and all((numpy.asarray(a) == numpy.asarray(b)).all() for a, b in pairs[1:3])
        and texts(pairs[3][0]) == texts(pairs[3][1]) and pairs[4][0] == pairs[4][1]
    )


def report(rows: int, runs: int, seed: int, thousands: bool) -> list[str]:
    """Returns the table of speeds; the tools take turns, and the figures are medians."""
    if thousands:
        SEPARATED.update(("Debit", "Credit", "Balance"))
    engine = kapix.Engine.load([], record=False, envelope=False)
    calls: list[tuple[str, Callable[[Path, kapix.Engine], Any]]] = [
        ("polars.read_csv and the rules", by_polars), ("pandas.read_csv and the rules", by_pandas),
        ("transactions.read, columns", by_kapix), ("kapix.read_transactions", by_read_transactions),
        ("polars.read_csv alone", by_polars_bare), ("pandas.read_csv alone", by_pandas_bare),
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bank.csv"
        file.write_bytes(document(rows, seed, thousands))
        answers = [call(file, engine) for _, call in calls[:4]]
        equal = all(same(answers[0], answer) for answer in answers[1:])
        chained = answers[2][4]
        del answers
        took: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in calls}
        busy = os.getloadavg()[0]
        for _ in range(runs):
            for name, call in calls:
                start = time.perf_counter(), time.process_time()
                answer = call(file, engine)
                took[name].append((time.perf_counter() - start[0], time.process_time() - start[1]))
                del answer
        size = file.stat().st_size
    wall = {name: statistics.median(own for own, _ in times) for name, times in took.items()}
    cpu = {name: statistics.median(own for _, own in times) for name, times in took.items()}
    peer = calls[0][0]
    lines = [
        f"{rows:,} rows, {size / 2**20:.1f} MiB, thousands {'grouped' if thousands else 'not grouped'}, {runs} interleaved runs, medians;"
        f" {os.cpu_count()} cores, polars with {polars.thread_pool_size()} threads; {chained:,} balances chain;"
        f" rows are {'equal' if equal else 'NOT EQUAL'}",
        "", "| what | wall s | CPU s | M rows/s | x polars, wall | x polars, CPU | x pandas, wall |", "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, _ in calls:
        ratios = wall[name] / wall[peer], cpu[name] / cpu[peer], wall[name] / wall[calls[1][0]]
        lines.append(f"| {name} | {wall[name]:.3f} | {cpu[name]:.3f} | {rows / wall[name] / 1e6:.2f} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")
    ratio = wall[calls[2][0]] / wall[peer]
    lines += ["", f"transactions.read takes {ratio:.2f} times polars and the rules; target {TARGET}: {'kept' if ratio <= TARGET else 'missed'}"]
    if busy > 0.5:
        lines.append(f"The machine was busy (load {busy:.1f} before the first run): measure again.")
    if not equal:
        lines.append("The tools gave different rows.")
    return lines
