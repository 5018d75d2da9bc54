"""Develops a scorecard with Kapix and with other tools on the same rows, and prints the figures side by side.

    benches/.venv/bin/python benches/scorecard.py --data FILE.csv.gz --target COLUMN --split FILE.csv --out FILE.json
    benches/.venv/bin/python benches/scorecard.py --generate 1000000x100 --seed 1

Each tool runs in its own environment (`make bench-setup` makes them). This script needs numpy only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

try:
    import numpy  # noqa: F401  # said here, before the package needs it
except ImportError:
    sys.exit("benches/scorecard.py: no numpy; run `make bench-setup`, then benches/.venv/bin/python benches/scorecard.py")

from side_by_side.data import InputError, Reading, read_sample, read_split
from side_by_side.measure import ask_all, document_of, make_plan
from side_by_side.peers import BENCHES, KAPIX, NAMES, Work, python_of
from side_by_side.report import lines_of


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def joined(arguments: list[str]) -> list[str]:
    """Returns the arguments with `--special` joined to its value, which argparse else takes for an option: `-9,-8`."""
    found: list[str] = []
    for argument in arguments:
        if found and found[-1] == "--special":
            found[-1] = f"--special={argument}"
        else:
            found.append(argument)
    return found


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        description="Develops a scorecard with Kapix and with other tools on the same rows, side by side.",
        epilog="A column is dropped for every tool when it has one value only, or names rows: a different whole number or"
        " text in each row. Empty cells, NA, N/A, #N/A, NaN and NULL are missing. Text columns are categorical.",
    )
    add = options.add_argument
    add("--data", type=Path, metavar="FILE", help="CSV with a header, may end in .gz")
    add("--target", metavar="COLUMN", help="the column with two classes")
    add("--split", type=Path, metavar="FILE", help="0 or 1 for each row, 1 = train")
    add("--bad", metavar="VALUE", help='the bad class; default 1, "bad" or "true"')
    add("--special", type=listed, default=[], metavar="A,B", help="numbers that are codes, in any numeric column")
    add("--categorical", type=listed, default=[], metavar="A,B", help="columns of numbers that are categories")
    add("--keep", type=listed, default=[], metavar="A,B", help="columns not to drop")
    add("--peers", type=listed, default=list(NAMES), metavar="A,B", help=f"of {', '.join(NAMES)}; default all")
    add("--repeats", type=int, default=20, metavar="N", help="stratified 70/30 splits beside the given one; default 20")
    add("--seed", type=int, default=1, metavar="N", help="of the stratified splits, and of --generate; default 1")
    add("--threads", type=int, metavar="N", help="threads of each tool; default 1, and 2 with --generate")
    add("--rows", type=int, default=1_000_000, metavar="N", help="rows of batch scoring; default 1000000")
    add("--seconds", type=float, default=3600.0, metavar="S", help="longest run of a tool; default 3600")
    add("--cache", type=Path, metavar="FOLDER", help="keeps answers, and takes those of equal questions from it")
    add("--out", type=Path, metavar="FILE", help="writes every figure as JSON")
    add("--generate", metavar="ROWSxCOLUMNS", help="time and peak memory of Kapix on generated data")
    return options


def check(given: argparse.Namespace) -> None:
    for name in ("data", "target", "split"):
        if getattr(given, name) is None:
            raise InputError(f"--{name} is missing; see --help")
    unknown = [name for name in given.peers if name not in NAMES]
    if unknown:
        raise InputError(f"--peers: `{unknown[0]}` is none of {', '.join(NAMES)}")
    for name, low in (("repeats", 0), ("rows", 10), ("seed", 0)):
        if getattr(given, name) < low:
            raise InputError(f"--{name} must be at least {low}; got {getattr(given, name)}")
    if given.threads is not None and given.threads < 1:
        raise InputError(f"--threads must be at least 1; got {given.threads}")
    if given.out is not None and not given.out.resolve().parent.is_dir():
        raise InputError(f"--out: no folder {given.out.resolve().parent}")


def compare(given: argparse.Namespace) -> int:
    check(given)
    reading = Reading(given.target, given.bad, given.special, given.categorical, given.keep)
    sample = read_sample(given.data, reading)
    train = read_split(given.split, sample.bad)
    plan = make_plan(sample, train, given.repeats, given.seed, given.rows)
    threads = given.threads or 1
    work = Work(sample, plan.splits, threads, given.seconds, given.cache)
    found = ask_all([KAPIX, *given.peers], plan, work, lambda text: print(text, file=sys.stderr, flush=True))
    document = {"command": sys.argv[1:], **document_of(plan, found, threads)}
    print("\n".join(lines_of(document)))
    if given.out is not None:
        given.out.write_text(json.dumps(document, indent=1) + "\n")
    # A peer that fails is a row of the table; Kapix must not fail.
    return 1 if document["tools"][KAPIX]["errors"] else 0


def generate(given: argparse.Namespace) -> int:
    rows, _, columns = given.generate.lower().partition("x")
    if not (rows.isdigit() and columns.isdigit() and int(rows) >= 100 and int(columns) >= 1):
        raise InputError(f"--generate takes ROWSxCOLUMNS, as 1000000x100; got `{given.generate}`")
    if not python_of(KAPIX).exists():
        raise InputError("no environment of Kapix; run `make bench-setup`")
    worker = BENCHES / "peers" / KAPIX / "generate.py"
    done = subprocess.run(
        [python_of(KAPIX), worker, rows, columns, str(given.seed), str(given.threads or 2)],
        stdout=subprocess.PIPE, text=True,
    )
    if done.returncode:
        return done.returncode
    found = json.loads(done.stdout)
    print(
        f"{found['rows']} rows x {found['columns']} columns, seed {given.seed}, {found['threads']} threads\n"
        f"wall seconds of develop       {found['wall_seconds']:10.2f}\n"
        f"CPU seconds of develop        {found['cpu_seconds']:10.2f}\n"
        f"frame, MiB                    {found['frame_bytes'] / 2**20:10.1f}\n"
        f"peak resident, MiB            {found['peak_bytes'] / 2**20:10.1f}\n"
        f"peak resident / frame         {found['peak_bytes'] / found['frame_bytes']:10.2f}\n"
        f"resident before develop, MiB  {found['before_bytes'] / 2**20:10.1f}"
    )
    if given.out is not None:
        given.out.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def main() -> int:
    given = parser().parse_args(joined(sys.argv[1:]))
    try:
        return generate(given) if given.generate else compare(given)
    except InputError as error:
        print(f"benches/scorecard.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
