"""Prints the comparison as tables of at most 100 columns. What a peer does better than Kapix is marked `*`."""

from __future__ import annotations

import textwrap
from typing import Any

from side_by_side.peers import KAPIX

WIDTH = 100


def lines_of(document: dict[str, Any]) -> list[str]:
    parts = (_data, _tools, _quality, _repeats, _fits, _scoring, _values, _optimality, _wide)
    return [line[:WIDTH] for part in parts for line in part(document)]


def _title(text: str) -> list[str]:
    return ["", text, "-" * min(len(text), WIDTH)]


def _mark(better: bool) -> str:
    return "*" if better else " "


def _data(document: dict[str, Any]) -> list[str]:
    data = document["data"]
    lines = [
        f"{data['rows']} rows ({data['train']} train, {data['test']} test), {data['bad_share']:.1%} bad,"
        f" {data['numeric']} numeric and {data['categorical']} categorical columns",
        "* marks what a peer does better than Kapix; intervals are of 95 %",
    ]
    lines += [f"dropped for every tool: {name}, {reason}" for name, reason in data["dropped"].items()]
    return lines + data["notes"]


def _tools(document: dict[str, Any]) -> list[str]:
    lines = _title("Tools")
    for name, tool in document["tools"].items():
        kind = "" if tool["card"] or tool["errors"] else "; not a card"
        lines.append(f"{name:<22}{tool['version']:<14}{tool['note']}{kind}")
        for error in dict.fromkeys(tool["errors"].values()):
            tasks = [task for task, own in tool["errors"].items() if own == error]
            lines += textwrap.wrap(f"FAILED {', '.join(tasks)}: {error}", WIDTH, initial_indent="    ", subsequent_indent="      ")
    return lines


def _quality(document: dict[str, Any]) -> list[str]:
    rows = document["quality"]
    own = rows.get(KAPIX)
    lines = _title("Test rows of the given split")
    lines.append(f"{'':<22}{'AUC (DeLong)':<25}{'KS (bootstrap)':<25}{'Brier':<25}".rstrip())
    for name, row in rows.items():
        line = f"{name:<22}"
        for key, sign in (("auc", 1), ("ks", 1), ("brier", -1)):
            ahead = own is not None and sign * (row[key]["value"] - own[key]["value"]) > 0
            line += f"{row[key]['value']:.4f}{_mark(ahead)} {_span(row[key]):<17}"
        lines.append(line.rstrip())
    differences = {name: row["kapix_minus_tool"] for name, row in rows.items() if "kapix_minus_tool" in row}
    if differences:
        lines += _title("AUC on those rows, Kapix - tool, paired by DeLong")
        lines.append(f"{'':<22}{'Kapix - tool':<15}{'error':<10}interval")
    for name, row in differences.items():
        lines.append(f"{name:<22}{row['value']:+.4f}{_mark(row['value'] < 0):<8}{row['error']:.4f}    {_signed_span(row)}")
    return lines


def _span(row: dict[str, Any]) -> str:
    return f"[{row['low']:.3f}, {row['high']:.3f}]"


def _signed_span(row: dict[str, Any]) -> str:
    return f"[{row['low']:+.4f}, {row['high']:+.4f}]"


def _repeats(document: dict[str, Any]) -> list[str]:
    repeats = document["repeats"]
    if not repeats["tools"]:
        return []
    lines = _title(f"Mean test AUC over {repeats['splits']} stratified 70/30 splits; Kapix - tool, paired by split")
    lines.append(f"{'':<22}{'mean AUC':<12}{'Kapix - tool':<15}{'error':<10}interval (Nadeau-Bengio)")
    for name, row in repeats["tools"].items():
        difference = row.get("kapix_minus_tool")
        text = f"{name:<22}{row['auc_mean']:.4f}"
        if difference:
            best = "  best peer card" if name == repeats["best_peer_card"] else ""
            text += (
                f"{_mark(difference['mean'] < 0)}     {difference['mean']:+.4f}        {difference['error']:.4f}"
                f"    {_signed_span(difference)}{best}"
            )
        elif name == repeats["best_peer_card"]:
            text += "      best peer card"
        lines.append(text)
    return lines


def _fits(document: dict[str, Any]) -> list[str]:
    speed = document["speed"]
    lines = _title(f"CPU seconds of a fit on the training rows, {speed['threads']} thread(s), best of 3")
    lines.append(f"{'':<22}{'binning':>10}{'x Kapix':>10}   {'whole card':>10}{'x Kapix':>10}   {'fixed loop, ms':>14}")
    for name, row in _tools_of(speed):
        cells = [_cell(row[key], speed.get(KAPIX, {}).get(key)) for key in ("binning_cpu_seconds", "card_cpu_seconds")]
        loop = f"{row['loop_cpu_ms']:.1f}" if row["loop_cpu_ms"] else "-"
        lines.append(f"{name:<22}{cells[0]}  {cells[1]}  {loop:>14}{_cached(row)}")
    return lines


def _tools_of(speed: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, row) for name, row in speed.items() if isinstance(row, dict)]


def _cached(row: dict[str, Any]) -> str:
    return "   cached" if row["cached"] else ""


def _cell(value: float | None, own: float | None) -> str:
    if value is None:
        return f"{'-':>10}{'':>11}"
    ratio = f"{value / own:.3g}" if own else "-"
    return f"{value:>10.4f}{ratio:>10}{_mark(own is not None and value < own)}"


def _scoring(document: dict[str, Any]) -> list[str]:
    speed = document["speed"]
    own = speed.get(KAPIX, {}).get("scoring", {})
    lines = _title("Scoring: a batch of tiled test rows, and one row")
    head = f"{'':<22}{'batch rows':>11}{'rows/CPU s':>13}{'Kapix x':>9}"
    lines.append(f"{head}   {'1 row, CPU ms':>13}{'wall ms':>9}   with")
    for name, row in _tools_of(speed):
        score = row["scoring"]
        rate = score.get("rows_per_cpu_second")
        if rate is None:
            lines.append(f"{name:<22}{'-':>11}")
            continue
        base = own.get("rows_per_cpu_second")
        ratio = f"{base / rate:.3g}" if base else "-"
        single = own.get("single_cpu_ms")
        lines.append(
            f"{name:<22}{score['rows']:>11}{rate:>13,.0f}{ratio:>9}{_mark(bool(base) and rate > base)}  "
            f"{score['single_cpu_ms']:>14.4f}{score['single_wall_ms']:>9.4f}"
            f"{_mark(bool(single) and score['single_cpu_ms'] < single)}  "
            + ("reasons" if score["reasons"] else "score") + _cached(row)
        )
    return lines


def _values(document: dict[str, Any]) -> list[str]:
    rows = document["iv"]
    tools = list(dict.fromkeys(tool for row in rows.values() for tool in row))
    if not tools:
        return []
    lines = _title("Information value on the training rows: each tool's own binning, one formula")
    lines += ["(not like for like: the tools keep to different limits of order, size and number)"]
    name_width = max(20, WIDTH - 13 * len(tools))
    lines.append(" " * name_width + "".join(f"{tool[:12]:>13}" for tool in tools))
    sums = {tool: sum(row.get(tool, 0.0) for row in rows.values()) for tool in tools}
    for name, row in [*rows.items(), ("sum", sums)]:
        own = row.get(KAPIX)
        cells = [
            f"{row[tool]:>12.4f}{_mark(own is not None and row[tool] > own + 1e-9)}" if tool in row else f"{'-':>12} "
            for tool in tools
        ]
        lines.append(f"{name[:name_width - 1]:<{name_width}}" + "".join(cells))
    return lines


def _optimality(document: dict[str, Any]) -> list[str]:
    found = document["optimality"]
    if not found["problems"]:
        return []
    lines = _title(f"Same pre-bins and limits against the proven optimum: {found['problems']} problems a tool")
    head = f"{'limits':<20}{'tool':<16}{'below':>7}{'equal':>7}{'above':>7}{'broken':>8}{'error':>7}"
    lines.append(f"{head}{'worst':>12}{'CPU s':>10}")
    for limits, tools in found["sets"].items():
        for tool, row in tools.items():
            lines.append(
                f"{limits:<20}{tool:<16}{row['below']:>7}{row['equal']:>7}{row['above']:>7}{row['broken']:>8}"
                f"{row['error']:>7}{row['worst']:>12.6f}{row['cpu_seconds']:>10.3f}"
            )
    pairs = found["kapix_minus_optbinning"]
    if pairs:
        lines.append(
            f"Kapix against OptBinning: below in {pairs['below']}{'*' if pairs['below'] else ''}, equal in {pairs['equal']},"
            f" above in {pairs['above']}; differences {pairs['least']:+.6f} to {pairs['most']:+.6f}"
        )
    for case in found["cases"][:8]:
        lines.append(
            f"  {case['tool']} {case['verdict']} {case['difference']:+.6f}: {case['column'][:34]}, {case['trend']},"
            f" {case['limits']} ({case['status']})"
        )
    if len(found["cases"]) > 8:
        lines.append(f"  ... {len(found['cases'])} cases in --out")
    return lines


def _wide(document: dict[str, Any]) -> list[str]:
    wide = document["wide"]
    if not wide["problems"]:
        return []
    return [
        "",
        f"Kapix, up to {wide['prebins_max']} pre-bins with a peak: {wide['problems']} columns, CPU ms median"
        f" {wide['cpu_ms_median']:.1f}, most {wide['cpu_ms_max']:.1f};",
        f"{wide['equal']} at the proven optimum, {wide['below']} below, {wide['broken'] + wide['error']} failed",
    ]
