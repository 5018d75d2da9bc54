"""What reading and judging transactions costs: speed beside pandas and polars, layouts, clean histories, withheld days.

    benches/.venv/bin/python benches/data.py [speed] [layouts] [clean] [withheld]

All documents are invented and made here, by fixed seeds.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time

try:
    import kapix
    import numpy  # noqa: F401  # said here, before the parts need them
    import pandas  # noqa: F401
    import polars  # noqa: F401
except ImportError as error:
    sys.exit(f"benches/data.py: {error}; run `make bench-setup`, then benches/.venv/bin/python benches/data.py")

from histories import clean, layouts, speed, withheld

SECTIONS = ("speed", "layouts", "clean", "withheld")


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        description="Speed, forms and referrals of transactions, each section by itself or all of them.",
        epilog="speed: rows a second beside pandas and polars with the same rules. layouts: twenty layouts read without a"
        " stated profile. clean: the share of clean generated histories that findings refer. withheld: what withholding the"
        " last 1 to 31 days of a statement gains.",
    )
    add = options.add_argument
    add("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all")
    add("--rows", type=int, default=1_000_000, metavar="N", help="rows of the CSV of speed, at most 1000000; default 1000000")
    add("--runs", type=int, default=7, metavar="N", help="runs of each tool of speed; default 7")
    add("--thousands", action="store_true", help="amounts of speed group thousands, in quotes")
    add("--histories", type=int, default=1_000, metavar="N", help="histories of each kind of clean; default 1000")
    add("--applicants", type=int, default=500, metavar="N", help="applicants of each kind of withheld; default 500")
    add("--seed", type=int, default=1, metavar="N", help="of the CSV of speed; default 1")
    return options


def main() -> int:
    given = parser().parse_args()
    wrong = [name for name in given.sections if name not in SECTIONS]
    low = [name for name in ("rows", "runs", "histories", "applicants") if getattr(given, name) < 1]
    if wrong or low or given.rows > 1_000_000:
        message = f"`{wrong[0]}` is none of {', '.join(SECTIONS)}" if wrong else f"--{(low or ['rows'])[0]} is out of range"
        print(f"benches/data.py: {message}; see --help", file=sys.stderr)
        return 2
    print(f"kapix {kapix.__version__}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores")
    reports = {
        "speed": lambda: speed.report(given.rows, given.runs, given.seed, given.thousands),
        "layouts": layouts.report,
        "clean": lambda: clean.report(given.histories),
        "withheld": lambda: withheld.report(given.applicants),
    }
    for name in given.sections or SECTIONS:
        start = time.perf_counter()
        print(f"\n== {name}")
        print("\n".join(reports[name]()), flush=True)
        print(f"({time.perf_counter() - start:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
