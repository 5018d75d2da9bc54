"""Reads a data set and its split, and decides which columns every tool is given."""

from __future__ import annotations

import csv
import gzip
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy

MISSING = frozenset({"", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null"})
BAD_CLASSES = ("1", "bad", "true")
TRAIN_SHARE = 0.7


class InputError(Exception):
    """A data set, split or option that cannot be used, with what to change."""


@dataclass
class Sample:
    """Columns as float64 with NaN for missing, or as text with "" for missing; and the target, 1 = bad."""

    columns: dict[str, numpy.ndarray]
    bad: numpy.ndarray
    special: list[float]
    dropped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def numeric(self) -> list[str]:
        return [name for name, values in self.columns.items() if values.dtype.kind == "f"]

    @cached_property
    def digest(self) -> str:
        """Returns the hash of all that the tools are given, but the split."""
        own = hashlib.sha256(repr((list(self.columns), self.special)).encode())
        for values in (*self.columns.values(), self.bad):
            own.update(str(values.dtype).encode())
            own.update(numpy.ascontiguousarray(values).tobytes())
        return own.hexdigest()


@dataclass(frozen=True)
class Reading:
    """The options of reading a data set."""

    target: str
    bad: str | None
    special: list[str]
    categorical: list[str]
    keep: list[str]


def read_sample(path: Path, reading: Reading) -> Sample:
    """Returns the sample of a CSV file, gzipped or not."""
    header, rows = _read_rows(path)
    named = {"--target": [reading.target], "--categorical": reading.categorical, "--keep": reading.keep}
    for option, names in named.items():
        absent = [name for name in names if name not in header]
        if absent:
            raise InputError(f"{option}: {path} has no column `{absent[0]}`; it has {', '.join(header)}")
    try:
        special = [float(code) for code in reading.special]
    except ValueError:
        raise InputError("--special takes numbers, separated by commas") from None
    cells = dict(zip(header, zip(*rows)))
    bad = read_target(cells.pop(reading.target), reading)
    sample = Sample({}, bad, special)
    for name, texts in cells.items():
        values = _column(texts, name in reading.categorical)
        if values.dtype.kind == "f" and numpy.isinf(values).any():
            infinite = numpy.isinf(values)
            sample.notes.append(f"{name}: {int(infinite.sum())} infinite values are given to every tool as missing")
            values[infinite] = numpy.nan
        reason = None if name in reading.keep else reason_to_drop(values)
        if reason is None:
            sample.columns[name] = values
        else:
            sample.dropped[name] = reason
    if not sample.columns:
        raise InputError(f"{path} has no column beside the target that can be used: {sample.dropped}")
    return sample


def _read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with gzip.open(path, "rt", newline="", encoding="utf-8-sig") if path.suffix == ".gz" else open(
            path, newline="", encoding="utf-8-sig"
        ) as file:
            lines = csv.reader(file)
            header = next(lines, [])
            rows = [row for row in lines if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {path} as CSV: {error}") from None
    if not rows:
        raise InputError(f"{path} has no rows")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{path} has more than one column `{twice[0]}`")
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise InputError(f"{path}: row {number + 1} has {len(row)} cells, the header {len(header)}")
    return header, rows


def read_target(texts: tuple[str, ...], reading: Reading) -> numpy.ndarray:
    """Returns 1 for the bad class and 0 for the other."""
    classes = sorted(set(texts))
    empty = sum(text in MISSING for text in texts)
    if empty:
        raise InputError(f"the target `{reading.target}` is missing in {empty} rows; leave those rows out of the file")
    if len(classes) != 2:
        shown = ", ".join(classes[:5]) + (", ..." if len(classes) > 5 else "")
        raise InputError(f"the target `{reading.target}` must have two classes; it has {len(classes)}: {shown}")
    wanted = BAD_CLASSES if reading.bad is None else (reading.bad,)
    found = [name for name in classes if any(_same(name, one) for one in wanted)]
    if len(found) != 1:
        raise InputError(f"--bad: which of {classes[0]} and {classes[1]} of `{reading.target}` is the bad class?")
    return (numpy.array(texts) == found[0]).astype(numpy.uint8)


def _same(text: str, other: str) -> bool:
    try:
        return float(text) == float(other)
    except ValueError:
        return text.strip().lower() == other.strip().lower()


def _column(texts: tuple[str, ...], categorical: bool) -> numpy.ndarray:
    cleaned = ["" if text.strip() in MISSING else text.strip() for text in texts]
    if not categorical:
        try:
            return numpy.array([text or "nan" for text in cleaned]).astype(numpy.float64)
        except ValueError:
            pass
    return numpy.array(cleaned)


def reason_to_drop(values: numpy.ndarray) -> str | None:
    """Returns why no tool is given a column: it names rows, or says nothing."""
    numeric = values.dtype.kind == "f"
    missing = numpy.isnan(values) if numeric else values == ""
    distinct = len(numpy.unique(values[~missing]))
    if distinct + missing.any() < 2:
        return "has one value only"
    whole = not numeric or bool((values == numpy.round(values)).all())
    if distinct == len(values) and whole:
        return "an identifier: a different " + ("whole number" if numeric else "text") + " in each row"
    return None


def read_split(path: Path, bad: numpy.ndarray) -> numpy.ndarray:
    """Returns true for the training rows of a file with 0 or 1 for each row; a header is tolerated."""
    try:
        lines = [line.strip().strip('"') for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the split {path}: {error}") from None
    lines = [line for line in lines if line]
    if lines and not _is_flag(lines[0]):
        lines = lines[1:]
    wrong = next((number for number, line in enumerate(lines) if not _is_flag(line)), None)
    if wrong is not None:
        raise InputError(f"the split {path} must have 0 or 1 for each row; row {wrong + 1} has neither")
    if len(lines) != len(bad):
        raise InputError(f"the split {path} has {len(lines)} rows, the data {len(bad)}")
    train = numpy.array([float(line) for line in lines]) == 1.0
    for name, rows in (("1 (train)", train), ("0 (test)", ~train)):
        if len(numpy.unique(bad[rows])) != 2:
            raise InputError(f"the split {path}: the rows with {name} do not have both classes")
    return train


def _is_flag(text: str) -> bool:
    return text in ("0", "1", "0.0", "1.0")


def stratified_split(bad: numpy.ndarray, seed: int) -> numpy.ndarray:
    """Returns true for 70 % of the bads and of the goods, drawn with a seed."""
    random = numpy.random.default_rng(seed)
    train = numpy.zeros(len(bad), bool)
    for label in (0, 1):
        rows = random.permutation(numpy.flatnonzero(bad == label))
        train[rows[: round(TRAIN_SHARE * len(rows))]] = True
    return train
