"""`python -m kapix`: the engine on the command line."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import EXPERT_CARDS, Engine, KapixError, __version__, read_transactions

# What may be stated of a document on the command line.
READ_OPTIONS = {
    "currency": "currency of the amounts, such as KES",
    "account-id": "id of the account",
    "kind": "what the account is, such as current or mobile_money",
    "provider": "bank or operator",
    "utc-offset": "offset of the account, such as +03:00",
    "opening-balance-minor": "balance before the first row, in minor units",
    "closing-balance-minor": "balance after the last row, in minor units",
    "retrieved-at": "when the document was made, such as 2026-03-31T09:00:00Z",
    "date-order": "ymd, dmy or mdy",
    "decimal-mark": "point or comma",
    "sign": "credit_positive or debit_positive",
    "preset": "the aggregator: akiba, mono, mpesa, plaid or stitch",
}
# Parts of a document's form that are numbers.
NUMBERS = {"header_line", "opening_balance_minor", "closing_balance_minor"}


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns 0, or 1 when its result is an error."""
    parser = argparse.ArgumentParser(prog="kapix", description="A credit decision engine that you link, not call.")
    parser.add_argument("--version", action="version", version=f"kapix {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    call = commands.add_parser("call", help="answer a request in JSON")
    call.add_argument("operation", metavar="OPERATION", help="such as credit.score; engine.describe lists them")
    call.add_argument("request", metavar="REQUEST.json", nargs="?", help="the request, - for standard input; default {}")
    call.add_argument("--artefacts", metavar="FILE", nargs="+", type=Path, help="default: the expert cards")
    check = commands.add_parser("check", help="prove artefacts without using them, and policies by policy.check with their cases")
    check.add_argument("files", metavar="FILE", nargs="+", type=Path)
    read = commands.add_parser("read", help="read the transactions of a document, and print how it was read")
    read.add_argument("files", metavar="FILE", nargs="+", help="a document, - for standard input, or the pages of an aggregator")
    read.add_argument("--json", action="store_true", help="print the accounts with all rows, as `data` takes them")
    for name, what in READ_OPTIONS.items():
        read.add_argument(f"--{name}", help=what, type=int if name.replace("-", "_") in NUMBERS else str)
    columns = "what a column holds and its name, such as at=Booked; once for each column"
    read.add_argument("--columns", metavar="HOLDS=NAME", action="append", type=_pair, default=[], help=columns)
    form = "more of the form: debit_sign, encoding, format, header_line, quotes or separator; once for each"
    read.add_argument("--profile", metavar="PART=VALUE", action="append", type=_pair, default=[], help=form)
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal may not have every letter of a statement.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if options.command == "read":
            return _read(options)
        return _call(options) if options.command == "call" else _check(options.files)
    except KapixError as error:
        return _fail(error)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise argparse.ArgumentTypeError("standard input is closed")
    return sys.stdin.buffer.read()


def _once(option: str, pairs: list[tuple[str, str]]) -> dict[str, str]:
    stated = dict(pairs)
    if len(stated) < len(pairs):
        twice = next(name for name in stated if sum(name == it for it, _ in pairs) > 1)
        raise argparse.ArgumentTypeError(f"--{option} states `{twice}` twice")
    return stated


def _read(options: argparse.Namespace) -> int:
    stated: dict[str, Any] = {name.replace("-", "_"): getattr(options, name.replace("-", "_")) for name in READ_OPTIONS}
    stated["columns"] = _once("columns", options.columns) or None
    profile = _once("profile", options.profile)
    if twice := [name for name in profile if stated.get(name) is not None]:
        raise argparse.ArgumentTypeError(f"--profile states `{twice[0]}`, and so does --{twice[0].replace('_', '-')}")
    stated["profile"] = {name: int(value) if name in NUMBERS and re.fullmatch(r"-?[0-9]{1,15}", value) else value for name, value in profile.items()}
    files = [_standard_input() if file == "-" else Path(file) for file in options.files]
    read = read_transactions(files, **stated)
    print(json.dumps(read.data, ensure_ascii=False) if options.json else read)
    return 0


def _call(options: argparse.Namespace) -> int:
    artefacts: list[Any] = options.artefacts or [EXPERT_CARDS]
    if options.request is None:
        request = b"{}"
    else:
        request = _standard_input() if options.request == "-" else Path(options.request).read_bytes()
    reply = Engine.load(artefacts).call(options.operation, request)
    if reply.status:
        return _fail(KapixError(reply.status, reply.encode()))
    print(json.dumps(json.loads(reply), indent=2, ensure_ascii=False) if sys.stdout.isatty() else reply)
    return 0


def _check(files: list[Path]) -> int:
    engine, valid = Engine.load([]), True
    for file in files:
        try:
            answer = engine.artefact.check(artefact=file)
        except KapixError as error:
            print(f"{file}: {error}", file=sys.stderr)
            valid = False
            continue
        for problem in answer.problems:
            print(f"{file}: {problem.cause}: {problem.message} at `{problem.field}`", file=sys.stderr)
        for artefact in answer.artefacts:
            print(f"{file}: {artefact.kind} {artefact.id}@{artefact.version} sha256 {artefact.sha256}")
        policies = [f"{it.id}@{it.version}" for it in answer.artefacts if it.kind == "policy"]
        valid = answer.valid and _check_policies(file, policies) and valid
    return 0 if valid else 1


def _check_policies(file: Path, policies: list[str]) -> bool:
    """Prints what is wrong with loaded policies although they load: rows, cases, the rules of a jurisdiction."""
    if not policies:
        return True
    engine, now = Engine.load([file]), datetime.now(timezone.utc)
    checked = [engine.policy.check(policy=policy, as_of=now) for policy in policies]
    for policy, answer in zip(policies, checked):
        print(f"{policy}: {answer}", file=sys.stdout if answer.valid else sys.stderr)
    return all(answer.valid for answer in checked)


def _fail(error: KapixError) -> int:
    print(f"{error.code} ({error.cause}): {error.message}", file=sys.stderr)
    for field in error.fields:
        print(f"  at {field}", file=sys.stderr)
    for detail in error.details:
        print(f"  {detail['field']}: {detail['message']}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
