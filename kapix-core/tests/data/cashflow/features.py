"""Recomputes the cash-flow features of docs/methods/cash_flow.md with pandas and writes ledgers.json.

Run: pip install pandas==3.1.1 && python features.py > ledgers.json

Shares no code with the engine: ledgers become data frames, windows become date ranges, balances are carried
forward by `ffill`, months are pandas periods.
"""

import json
import random
from datetime import date, timedelta

import pandas as pd


def account(seed, last_day, history, per_day, **options):
    """A random account: salary on the 25th, noise credits and debits, gaps, ties within days."""
    rng = random.Random(seed)
    tail = options.get("tail", 0)
    names = options.get("names", 9)
    day, balance = last_day - timedelta(days=history - 1), options.get("opening", 250_000)
    opening, rows = balance, []
    while day <= last_day - timedelta(days=tail):
        amounts = []
        if day.day == 25 and rng.random() < 0.9:
            amounts.append((rng.randint(300_000, 420_000), 0 if names else None, True))
        while rng.random() < per_day:
            credit = rng.random() < 0.3
            size = rng.randint(100, 40_000 if credit else 32_000)
            name = rng.randrange(1, names) if names and rng.random() < 0.8 else None
            amounts.append((size, name, rng.random() < 0.6) if credit else (-size, name, False))
        for amount, name, income in amounts:
            balance += amount
            stated = balance if options.get("balances", True) else None
            rows.append([len(rows), day.isoformat(), amount, stated, name, income, False])
        if options.get("checks") and rng.random() < 0.2:
            rows.append([len(rows), day.isoformat(), 0, balance, None, False, False])
        if options.get("moves") and rng.random() < 0.1:
            balance += 5_000 * (-1) ** len(rows)
            rows.append([len(rows), day.isoformat(), 5_000 * (-1) ** len(rows), balance, 0, False, True])
        day += timedelta(days=1)
    order = list(range(len(rows)))
    rng.shuffle(order)
    for row in rows:
        row[0] = order[row[0]]
    covered = None
    if "period" in options:
        covered = [d.isoformat() for d in options["period"]]
    elif rows:
        covered = [rows[0][1], rows[-1][1]]
    return {
        "currency": options.get("currency", "KES"),
        "last_day": last_day.isoformat(),
        "covered": covered,
        "opening_minor": opening if options.get("balances", True) else None,
        "rows": rows,
    }


def frame(acc, end):
    columns = ["input", "date", "amount", "balance", "name", "income", "transfer"]
    table = pd.DataFrame([row + [False] * (7 - len(row)) for row in acc["rows"]], columns=columns)
    table["date"] = pd.to_datetime(table["date"])
    table["income"] = table["income"].astype(bool)
    table["transfer"] = table["transfer"].astype(bool)
    table["age"] = (end - table["date"]).dt.days
    table["history"] = table["date"] >= pd.Timestamp(acc["covered"][0]) if acc["covered"] else False
    return table


def end_of_day(acc, table, last):
    """Balances of the last 90 days by age, or None."""
    if acc["opening_minor"] is None:
        return None
    if table.empty:
        flat = pd.Series(acc["opening_minor"], index=range(90), dtype="int64")
        return flat if acc.get("most") is None else flat.clip(upper=acc["most"])
    closes = table.groupby("date")["balance"].last()
    first = min(closes.index.min(), last - pd.Timedelta(days=200))
    daily = closes.reindex(pd.date_range(first, last)).ffill().fillna(acc["opening_minor"])
    daily = daily.iloc[-90:][::-1].astype("int64")
    if acc.get("most") is not None:
        daily = daily.clip(upper=acc["most"])
    return daily.reset_index(drop=True)


def gap(active):
    runs = (pd.Series(active).ne(pd.Series(active).shift())).cumsum()
    silent = pd.Series(active)[~pd.Series(active)]
    return int(silent.groupby(runs[silent.index]).size().max()) if len(silent) else 0


def expected(accounts):
    known = [a for a in accounts if a["covered"]]
    end = max((pd.Timestamp(a["covered"][1]) for a in known), default=pd.Timestamp(accounts[0]["last_day"]))
    tables = [frame(a, end) for a in accounts]
    rows = pd.concat(tables, ignore_index=True)
    rows = rows[rows["amount"] != 0]
    out = {}

    def put(name, need, compute):
        """need: money, days of window, months, balances."""
        for reason, wrong in need:
            if wrong:
                out[name] = reason
                return
        value = compute()
        out[name] = value if isinstance(value, str) else float(value)

    covers = [(pd.Timestamp(a["covered"][0]), pd.Timestamp(a["covered"][1]), pd.Timestamp(a["last_day"])) for a in known]
    tail = min(((last - end).days for _, to, last in covers if to == end), default=0)
    reach = min(((end - first).days + 1 for first, _, _ in covers), default=0)
    unseen = [("no_rows", not known)]
    mixed = unseen + [("mixed_currencies", len({a["currency"] for a in accounts}) != 1)]

    def window(base, days):
        return base + [("window_not_covered", reach < days)]

    recent = rows[rows["age"] < 90]
    long = rows[rows["age"] < 180]
    flows = recent[~recent["transfer"]]
    credits, debits = flows[flows["amount"] > 0], flows[flows["amount"] < 0]
    inflow, outflow = int(credits["amount"].sum()), -int(debits["amount"].sum())
    income = int(recent.loc[recent["income"], "amount"].sum())
    before = int(long.loc[long["income"] & (long["age"] >= 90), "amount"].sum())
    active = [bool((recent["age"] == k).any()) for k in range(90)]
    closes = [end_of_day(a, t, end) for a, t in zip(accounts, tables)]
    lacking = [("no_balances", any(c is None for c in closes) or not closes)]
    daily = sum(closes) if not lacking[0][1] else None
    spent = [("no_outflow", outflow == 0)]

    if known:
        start = max(c[0] for c in covers)
        months = [m for m in pd.period_range(start, end, freq="M")] if start <= end else []
        months = [m for m in months if m.start_time >= start and m.end_time.normalize() <= end][-12:]
    else:
        months = []
    spending = rows[~rows["transfer"]]
    by_month = spending.groupby(spending["date"].dt.to_period("M"))
    net = by_month["amount"].sum().reindex(months, fill_value=0)
    earned = rows[rows["income"]].groupby(rows["date"].dt.to_period("M"))["amount"].sum().reindex(months, fill_value=0)

    def monthly(base, least):
        return base + [("history_too_short", len(months) < least)]

    def top(table, whole):
        sums = table.dropna(subset=["name"]).groupby("name")["amount"].sum().abs()
        if sums.sum() * 2 < whole or sums.empty:
            return "no_counterparties"
        return sums.max() / whole

    put("active_days_share_90d", window(unseen, 90), lambda: sum(active) / 90)
    put("balance_last_minor", window(mixed, 1) + lacking, lambda: daily[0])
    put("balance_mean_minor_90d", window(mixed, 90) + lacking, lambda: daily.mean())
    put("balance_min_minor_90d", window(mixed, 90) + lacking, lambda: daily.min())
    put("balance_min_to_outflow_ratio_90d", window(mixed, 90) + lacking + spent, lambda: daily.min() * 3 / outflow)
    put("balance_outflow_days", window(mixed, 90) + spent + lacking, lambda: daily[0] * 90 / outflow)
    put("balance_trend_90d", window(mixed, 90) + lacking + spent,
        lambda: (daily[:30].mean() - daily[60:].mean()) * 3 / outflow)
    put("balance_variability", window(mixed, 90) + lacking,
        lambda: daily.std(ddof=1) / daily.mean() if daily.sum() > 0 else "mean_not_positive")
    put("counterparties_90d", window(unseen, 90), lambda: recent["name"].nunique() or "no_counterparties")
    put("coverage_age_days", unseen, lambda: tail)
    put("credits_90d", window(unseen, 90), lambda: len(credits))
    put("days_since_last_income", unseen, lambda: rows.loc[rows["income"], "age"].min() if rows["income"].any() else "no_income")
    put("days_since_last_transaction", unseen + [("no_rows", rows.empty)], lambda: rows["age"].min())
    put("debits_90d", window(unseen, 90), lambda: len(debits))
    put("history_days", unseen, lambda: max((to - first).days + 1 for first, to, _ in covers))
    put("history_transactions", unseen, lambda: rows["history"].sum())
    put("income_mean_monthly_minor", monthly(mixed, 1), lambda: earned.mean())
    put("income_minor_90d", window(mixed, 90), lambda: income)
    put("income_months_share", monthly(unseen, 3), lambda: (earned > 0).mean())
    put("income_top_payer_share_180d", window(mixed, 180) + [("no_income", income + before == 0)],
        lambda: top(long[long["income"]], income + before))
    put("income_trend", window(mixed, 180) + [("no_income", before == 0)], lambda: income / before)
    put("income_volatility", monthly(mixed, 3),
        lambda: earned.std(ddof=1) / earned.mean() if earned.sum() > 0 else "mean_not_positive")
    put("inflow_minor_90d", window(mixed, 90), lambda: inflow)
    put("inflow_outflow_ratio_90d", window(mixed, 90) + spent, lambda: inflow / outflow)
    put("longest_gap_days_90d", window(unseen, 90), lambda: gap(active))
    put("low_balance_days_share_90d", window(mixed, 90) + lacking + spent, lambda: (daily * 30 < outflow).mean())
    put("negative_balance_days_90d", window(mixed, 90) + lacking, lambda: (daily < 0).sum())
    put("negative_net_months_share", monthly(mixed, 3), lambda: (net < 0).mean())
    put("net_flow_minor_90d", window(mixed, 90), lambda: inflow - outflow)
    put("net_flow_to_inflow_90d", window(mixed, 90) + [("no_inflow", inflow == 0)], lambda: (inflow - outflow) / inflow)
    put("outflow_minor_90d", window(mixed, 90), lambda: outflow)
    put("outflow_top_counterparty_share_90d", window(mixed, 90) + spent, lambda: top(debits, outflow))
    put("transactions_90d", window(unseen, 90), lambda: len(recent))
    return out


def ledgers():
    day = date(2026, 3, 31)
    yield "one account, 13 months", [account(21, day, 400, 0.45)]
    yield "two accounts whose last days differ", [account(2, day, 260, 0.3), account(3, day + timedelta(days=1), 300, 0.2)]
    yield "no balances stated", [account(4, day, 200, 0.4, balances=False)]
    yield "one account of two states none", [account(5, day, 200, 0.4), account(6, day, 190, 0.4, balances=False)]
    yield "60 days", [account(7, day, 60, 0.5)]
    yield "two currencies", [account(8, day, 200, 0.4), account(9, day, 200, 0.4, currency="UGX")]
    yield "ends 20 days ago", [account(10, day, 300, 0.4, tail=20)]
    yield "ends 40 days ago", [account(11, day, 300, 0.4, tail=40)]
    yield "silent for 40 days of a stated period", [
        account(12, day, 300, 0.4, tail=40, period=(day - timedelta(days=299), day))]
    yield "low and negative balances", [account(13, date(2024, 2, 29), 230, 0.5, opening=-150_000)]
    yield "nobody is named", [account(14, date(2025, 7, 14), 220, 0.3, names=0)]
    yield "balance checks of 0 and own transfers", [account(17, day, 400, 0.45, checks=True, moves=True)]
    yield "a stated period without a row beside an account", [
        account(15, day, 220, 0.3), account(16, day, 0, 0.0, opening=70_000, period=(date(2025, 1, 1), day))]


def main():
    cases = [{"name": name, "accounts": accounts, "expected": expected(accounts)} for name, accounts in ledgers()]
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    print('{"source":"tests/data/cashflow/features.py, pandas %s","cases":[\n%s\n]}' % (pd.__version__, text))


if __name__ == "__main__":
    main()
