"""The loan story begins: a card is developed from rows with known outcomes; every language then scores with it.

    python examples/develop.py [CARD.json]

reads `data/development.csv` and the request `develop.json`, prints what was found, and writes `developed_card.json`.
"""

import csv
import json
import sys
from pathlib import Path

import kapix

HERE = Path(__file__).parent
TEXT = ("as_of", "country")


def columns(path: Path) -> dict[str, list]:
    """Returns the columns of the development sample; an empty cell is missing."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: [row[name] if name in TEXT else float(row[name]) if row[name] else None for row in rows]
        for name in rows[0]
    }


def develop() -> kapix.ScorecardDevelopResponse:
    """Returns the development that `develop.json` asks for."""
    request = json.loads((HERE / "develop.json").read_text(encoding="utf-8"))
    engine = kapix.Engine.load([], envelope=False)
    return engine.scorecard.develop(columns(HERE / "data" / "development.csv"), **request)


def interval(row: kapix.BinningRow) -> str:
    """Returns what a bin holds, in words."""
    if row.kind != "attribute":
        return row.kind
    if row.lower is None:
        return f"below {row.upper:g}"
    return f"{row.lower:g} or more" if row.upper is None else f"{row.lower:g} to below {row.upper:g}"


def tell(development: kapix.ScorecardDevelopResponse) -> str:
    """Returns the development as a page to read."""
    body = development.artefact["body"]
    card = {part["feature"]: part for part in body["characteristics"]}
    sample, basis = development.sample, body["pd_basis"]
    lines = [
        f"{sample.rows} rows: {sample.development.rows} to fit, {sample.development.bads} of them bad; "
        f"{sample.out_of_time.rows} later ones only judge, {sample.out_of_time.bads} of them bad",
        f"bad: {basis['default_definition']}; the PD is {basis['kind']}",
        "",
        f"{'column':<34}{'IV':>7}{'bins':>6}  in the card",
    ]
    for column in sorted(development.binning, key=lambda it: -it.binning.table.iv):
        table, enters = column.binning.table, "yes" if column.feature in card else "no"
        bins = sum(row.kind == "attribute" for row in table.rows)
        lines.append(f"{column.feature:<34}{table.iv:>7.3f}{bins:>6}  {enters}")
    for column in development.binning:
        if column.feature not in card:
            continue
        lines += ["", f"{column.feature:<34}{'rows':>7}{'bad':>8}{'WoE':>8}{'points':>8}"]
        points = iter(card[column.feature]["attributes"])
        for row in column.binning.table.rows:
            if row.kind == "attribute":
                earned = next(points)["points"]
                lines.append(f"  {interval(row):<32}{row.count:>7}{row.rate:>8.2%}{row.woe:>8.3f}{earned:>8.0f}")
    lines.append("")
    validation = development.validation
    parts = {
        "the rows that were fitted": validation.development,
        "cross-validation": validation.cross,
        "later rows": validation.out_of_time,
    }
    for name, measured in parts.items():
        auc = measured.auc
        lines.append(f"AUC on {name:<27}{auc.value:.3f}  95 %: {auc.interval.lower:.3f} to {auc.interval.upper:.3f}")
    cutoffs = body["cutoffs"]
    best = development.cutoffs.best
    lines += [
        f"approved from {cutoffs['approve']:.0f} points, referred from {cutoffs['refer']:.0f}: "
        f"the greatest expected profit, {best.approval_rate:.1%} approved, {best.approved_bad_rate:.2%} of them bad",
        "",
    ]
    for finding in development.findings:
        about = f"{finding.feature}: " if finding.feature else ""
        lines.append(f"to know: {about}{finding.message}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    developed = develop()
    sys.stdout.write(tell(developed))
    card = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "developed_card.json"
    card.write_text(developed.to_json("artefact"), encoding="utf-8")
