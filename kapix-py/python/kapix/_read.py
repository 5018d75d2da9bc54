"""Transactions of a file, of an aggregator's answer or of a frame, ready to be scored.

The rules are the engine's, `transactions.read`: here a source becomes the bytes of a document, and what comes back an
object that prints well and goes straight into a score.
"""

from __future__ import annotations

import datetime
import decimal
import io
import json
import math
import os
import re
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from csv import writer
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import _summary
from ._column import import_pyarrow
from ._engine import Engine
from ._errors import KapixError
from ._frame import Prepared, columns_of
from ._refused import Refused, utf8
from ._run import check_instant
from ._together import Together

if TYPE_CHECKING:
    from ._types import AccountKind, LeftOutRows, Profile, Proof, ReadingFinding, SourceKey, TransactionsReadResponse

# The engine that reads, made at the first call.
READERS: list[Engine] = []

# The source of a request that accounts of a kind belong to.
SOURCES = {"current": "bank", "savings": "bank", "card": "bank", "loan": "bank", "mobile_money": "mobile_money"}
SOURCES |= {"till": "mobile_money"}

# What a text column of numbers holds: digits, and the marks and signs of amounts.
AMOUNT = re.compile(r"[-+()\s]*\d[\d.,'\s]*[-+()\s]*")

# A field of the wire in a message, such as `account.currency`.
FIELD = re.compile(r"`(?:account|profile)\.(\w+)`")

# The most decimals of a currency, and how far a sum of floats may lie from its amount: 1e-6 of a minor unit of 2 decimals.
DECIMALS_MAX = 4
NEAR = decimal.Decimal("1e-8")

MIDNIGHT = datetime.time()
# Parts of a form that a reader need not see; `read.profile` has them all.
USUAL = ("debit_sign", "quotes", "sign")


class Transactions:
    """What :func:`read_transactions` read.

    ``engine.credit.score(entity_id="1", entity_type="individual", **read)`` scores it; the rows go as columns, without
    JSON. ``**(bank + wallet)`` scores two of one applicant. It prints its accounts, its form, its proof, what was left out.
    """

    def __init__(self, answer: TransactionsReadResponse, retrieved_at: str | datetime.datetime | None = None) -> None:
        self._answer = answer
        self._retrieved_at = retrieved_at
        self._columns: dict[str, Any] = {name: answer[name] for name in answer.keys()}
        # What was given away may be changed: a score then takes it as it is.
        self._is_given = False
        self._prepared: Prepared | None = None
        self._full: dict[str, Any] | None = None

    @property
    def _parts(self) -> tuple[Transactions, ...]:
        return (self,)

    def __add__(self, other: Transactions | Together) -> Together:
        return Together(_engine()._desk, self._parts) + other

    @property
    def rows(self) -> int:
        """Number of transactions."""
        return self._answer.rows

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The accounts without their rows."""
        accounts: list[dict[str, Any]] = self._answer.to_dict()["accounts"]
        return accounts

    @property
    def columns(self) -> dict[str, Any]:
        """The rows of all accounts as columns, as ``transactions=`` takes them; ``**read`` gives every change of them."""
        self._is_given = True
        return self._columns

    @property
    def data(self) -> Any:
        """The accounts with all rows, as ``data=`` takes them; once asked for, ``**read`` gives these with every change."""
        if self._full is None:
            of = {account["account_id"]: account["transactions"] for account in self.accounts}
            accounts = [{**account, "transactions": of[account["account_id"]]} for account in self.accounts]
            for row in self._rows():
                of[row.pop("account")].append(row)
            self._full = _by_source(accounts, self._retrieved_at)
        return self._full

    @property
    def data_sources(self) -> list[SourceKey]:
        """The sources of the accounts, as ``data_sources=`` takes them."""
        sources: Any = sorted(_by_source(self.accounts))
        return list(sources)

    @property
    def days(self) -> tuple[datetime.date, datetime.date] | None:
        """First and last day, as the accounts have them."""
        offsets = {account["account_id"]: _offset(account["utc_offset"]) for account in self.accounts}
        days = [_day(at, offsets[account]) for account, at in zip(*self._lists("account", "at"))]
        return (min(days), max(days)) if days else None

    @property
    def profile(self) -> Profile:
        """The form of the document, whole: ``profile=read.profile`` reads the next one in the same way."""
        return self._answer.profile

    @property
    def proof(self) -> Proof:
        """What the form rests on: balances that chain, totals that agree."""
        return self._answer.proof

    @property
    def findings(self) -> tuple[ReadingFinding, ...]:
        """What reading shows of the data."""
        return self._answer.findings

    @property
    def left_out(self) -> LeftOutRows:
        """Rows of the document that became no transaction: counts by reason, and the first hundred."""
        return self._answer.left_out

    def to_pandas(self) -> Any:
        """Returns the rows as a pandas frame, one column for each part of a transaction."""
        pandas: Any = import_module("pandas")
        return pandas.DataFrame(self._columns)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Returns the rows as a table of Arrow's PyCapsule interface."""
        return self._answer.__arrow_c_stream__(requested_schema)

    def keys(self) -> tuple[str, ...]:
        """Returns the names of the fields that ``**read`` gives a request."""
        return ("data", "data_sources") if self._full is not None else ("data", "data_sources", "transactions")

    def __getitem__(self, name: str) -> Any:
        if name == "data":
            return _by_source(self.accounts, self._retrieved_at) if self._full is None else self._full
        if name == "data_sources":
            return self.data_sources
        if name == "transactions":
            return self._columns if self._is_given else self._ready()
        raise KeyError(name)

    def _ready(self) -> Prepared:
        """Returns the columns as a score reads them, made at the first call."""
        if self._prepared is None:
            self._prepared = Prepared(columns_of(self._columns))
        return self._prepared

    def __repr__(self) -> str:
        return _summary._text("Transactions", self._summary())

    def _repr_html_(self) -> str:
        return _summary._html("Transactions", self._summary())

    def _lists(self, *names: str) -> list[list[Any]]:
        columns = (self._columns[name] for name in names)
        return [column.tolist() if hasattr(column, "tolist") else list(column) for column in columns]

    def _rows(self) -> Iterator[dict[str, Any]]:
        names = [name for name in self._columns if name != "line"]
        for values in zip(*self._lists(*names)):
            row = {name: value for name, value in zip(names, values) if value is not None and value == value}
            yield row | {"at": _written(row["at"])}

    def _summary(self) -> _summary.Summary:
        days = self.days
        counts: dict[str, int] = {}
        for account in self._lists("account")[0]:
            counts[account] = counts.get(account, 0) + 1
        accounts = [
            f"{it['account_id']} ({it['kind']}, {it['currency']}, {it['utc_offset']}): {counts.get(it['account_id'], 0)} rows"
            for it in self.accounts
        ]
        form = self.profile.to_dict()
        columns = form.pop("columns", None) or {}
        parts = [str(form.pop("format", ""))]
        parts += [f"{name} {value}" for name, value in form.items() if name not in USUAL and not isinstance(value, dict)]
        parts += ["money out is above zero"] if form.get("sign") == "debit_positive" else []
        proof = self.proof
        proved = [f"{proof.balances_chained} of {proof.balances_checked} balances chain"] if proof.balances_checked else []
        proved += [f"{len(proof.totals)} totals compared"] if proof.totals else []
        left = self.left_out.counts
        lines = [("accounts", _summary._items(accounts)), ("profile", ", ".join(parts))]
        lines += [("profile.columns", ", ".join(f"{name} {column!r}" for name, column in columns.items()))]
        lines += [("proof", ", ".join(proved)), ("left_out", _summary._counts(left) if left else "nothing")]
        lines += [("proof.columns_not_read", ", ".join(repr(name) for name in proof.columns_not_read or ()))]
        lines += [("findings", _summary._counts({it.kind: it.count for it in self.findings}))]
        over = f"{self.rows} rows of {len(accounts)} account{'s' if len(accounts) != 1 else ''}"
        return over + (f", {days[0]} to {days[1]}" if days else ""), [line for line in lines if line[1]]


def read_transactions(
    source: Any,
    *,
    currency: str | None = None,
    account_id: str | None = None,
    kind: AccountKind | None = None,
    provider: str | None = None,
    utc_offset: str | None = None,
    opening_balance_minor: int | None = None,
    closing_balance_minor: int | None = None,
    period: Mapping[str, Any] | None = None,
    retrieved_at: str | datetime.datetime | None = None,
    columns: Mapping[str, str] | None = None,
    date_order: Literal["ymd", "dmy", "mdy", "epoch_seconds", "epoch_milliseconds"] | None = None,
    decimal_mark: Literal["point", "comma"] | None = None,
    sign: Literal["credit_positive", "debit_positive"] | None = None,
    preset: Literal["akiba", "mono", "mpesa", "plaid", "stitch"] | None = None,
    pointers: Mapping[str, Any] | None = None,
    categories: Mapping[str, str] | None = None,
    profile: Mapping[str, Any] | Profile | None = None,
) -> Transactions:
    """Reads the transactions of a document, by what is stated and what the document proves.

    What the document leaves open, such as whether 03/04/2026 is in March or April, is an error that says what to state;
    what was read, how, and what was left out is in the result. Times without an offset are those of `utc_offset`.

    >>> read = kapix.read_transactions(b"Date,Details,Amount (KES)\\n2026-03-01,Salary,85000\\n2026-03-02,Rent,-30000\\n")
    >>> read
    Transactions: 2 rows of 1 account, 2026-03-01 to 2026-03-02
    ...
    >>> engine.credit.score(entity_id="1", entity_type="individual", **read)

    Args:
        source: A path; bytes; an open file; a frame of pandas, polars or pyarrow, or a dict of columns, with any names;
            the JSON of an aggregator as Python has it; or a list of paths or bytes, the pages of an aggregator.
        currency: Currency of the amounts, ISO 4217; default the document's. Without either the document is refused.
        account_id: Id of the account; default the document's, or `account`.
        kind: What the account is; default the document's, or `other`.
        provider: Bank or operator.
        utc_offset: Offset whose civil days are the account's days, such as `+03:00`; default that of its times, then of the
            preset, which is `+03:00` for `mpesa`, else `Z`. The answer prints it, `read.accounts` has it.
        opening_balance_minor: Balance before the first row, in minor units.
        closing_balance_minor: Balance after the last row, in minor units.
        period: Days that the document covers, `{"from": ..., "to": ...}`.
        retrieved_at: When the document was made or the aggregator asked: a time with its offset, such as
            `2026-03-31T09:00:00Z`. It becomes `retrieved_at` of the sources in `read.data`.
        columns: Name in the document of what a column holds, such as `{"at": "Txn Date", "amount": "KES"}`: `account`,
            `amount`, `amount_minor`, `at`, `balance`, `balance_minor`, `category`, `counterparty`, `credit`, `currency`,
            `debit`, `description`, `id`, `kind`, `pending_id`, `status`, `time`, `type`. The others are found by name.
        date_order: Order of day, month and year, where the document does not prove it.
        decimal_mark: The mark before decimals, where the document does not prove it.
        sign: What the sign of an amount means; default money in above zero, unless balances prove the other.
        preset: The aggregator of a document in JSON; default the one that its shape fits. Refused for any other document.
        pointers: Where the JSON of another aggregator holds the parts of a transaction; fields of `AggregatorPreset`.
        categories: Category of Kapix by the provider's word, in place of the table of the preset.
        profile: More of the form, as `read.profile` of another document; what the other arguments state goes before it.

    Raises:
        ValidationError: The document cannot be read as stated; `message` names the line or the JSON pointer.
        InsufficientDataError: No row is a transaction.
    """
    desk = _engine()._desk
    try:
        check_instant(_engine(), retrieved_at)
        documents, found = _documents(source)
    except Refused as refused:
        error = desk.refusal(*refused.args)
    else:
        stated = dict(profile if isinstance(profile, Mapping) else {} if profile is None else profile.to_dict())
        form: dict[str, Any] = {"columns": columns, "date_order": date_order, "decimal_mark": decimal_mark, "sign": sign}
        form |= {"preset": preset, "pointers": pointers, "categories": categories}
        account: dict[str, Any] = {"currency": currency, "account_id": account_id, "kind": kind, "provider": provider}
        account |= {"period": period, "utc_offset": utc_offset, "opening_balance_minor": opening_balance_minor}
        account |= {"closing_balance_minor": closing_balance_minor}
        request: Any = {"account": _present(account), "profile": found | stated | _present(form), "rows": 0}
        try:
            return Transactions(_engine().transactions.read({"document": documents}, **request), retrieved_at)
        except KapixError as refused:
            error = _in_words_of_python(refused)
    raise error


def _in_words_of_python(error: KapixError) -> KapixError:
    """Returns an error whose message names arguments of :func:`read_transactions`, not fields of the wire."""
    arguments = signature(read_transactions).parameters

    def argument(field: re.Match[str]) -> str:
        name = field[1]
        return f"`{name}`" if name in arguments else f"`profile={{{name!r}: ...}}`"

    error.message = FIELD.sub(argument, error.message)
    return error


def _engine() -> Engine:
    """Returns the engine that reads: it has no cards and keeps nothing."""
    if not READERS:
        READERS.append(Engine.load([], record=False, envelope=False))
    return READERS[0]


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _documents(source: Any) -> tuple[list[bytes], dict[str, Any]]:
    """Returns the bytes of a source, and what is known of their form."""
    if isinstance(source, (list, tuple)) and source and all(isinstance(it, (str, bytes, os.PathLike)) for it in source):
        return [_bytes(it) for it in source], {}
    if isinstance(source, (list, tuple)) or isinstance(source, Mapping) and not _is_columns(source):
        return [json.dumps(source, default=_json).encode()], {"format": "json"}
    named = _named(source)
    if named is not None:
        return _table(named)
    return [_bytes(source)], {}


def _bytes(source: Any) -> bytes:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
        raise Refused("statement.form", "a path must be one; give the text of a document as bytes, `text.encode()`", "/document")
    if isinstance(source, (str, os.PathLike)):
        try:
            return Path(source).read_bytes()
        except UnicodeEncodeError:
            raise Refused("statement.form", "a path holds a surrogate without its pair", "/document") from None
    if hasattr(source, "read"):
        read = source.read()
        return utf8(read, "/document") if isinstance(read, str) else bytes(read)
    message = "a source must be a path, bytes, an open file, a frame, or JSON as Python has it"
    raise Refused("statement.form", f"{message}; got {type(source).__name__}", "/document")


def _json(value: Any) -> Any:
    """Returns what JSON has no form for: decimals keep their digits as text, dates their ISO form."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else str(value)


def _is_columns(source: Mapping[Any, Any]) -> bool:
    """Returns whether a dict is one of columns: each has rows, and no row is an object."""
    values = list(source.values())
    rows = [value for value in values if hasattr(value, "__len__") and not isinstance(value, (str, bytes, Mapping))]
    return any(len(row) for row in rows) and len(rows) == len(values) and not any(isinstance(it, (dict, list)) for row in rows for it in row)


def _named(source: Any) -> list[tuple[str, list[Any]]] | None:
    """Returns the columns of a frame by name; None for what is no frame."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(source, pandas.DataFrame):
        # Days often stand in the index.
        if source.index.names != [None] or isinstance(source.index, pandas.DatetimeIndex):
            names = ["date"] if source.index.names == [None] else None
            source = source.reset_index(names=names) if names else source.reset_index()
        return [(str(name), source.iloc[:, at].tolist()) for at, name in enumerate(source.columns)]
    if polars is not None and isinstance(source, polars.LazyFrame):
        raise Refused("frame.shape", "a LazyFrame must be collected first: `frame.collect()`", "/document")
    if polars is not None and isinstance(source, polars.DataFrame):
        return [(name, source[name].to_list()) for name in source.columns]
    if isinstance(source, Mapping):
        return [(str(name), _values(values)) for name, values in source.items()]
    if hasattr(source, "__arrow_c_stream__"):
        pyarrow = import_pyarrow()
        try:
            table = pyarrow.table(source)
        except (pyarrow.ArrowException, TypeError):
            raise Refused("frame.shape", "a frame must have columns with names", "/document") from None
        return [(name, column.to_pylist()) for name, column in zip(table.column_names, table.columns)]
    return None


def _values(values: Any) -> list[Any]:
    if getattr(getattr(values, "dtype", None), "kind", "") == "M":
        values = values.astype("M8[us]")
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _table(named: Sequence[tuple[str, list[Any]]]) -> tuple[list[bytes], dict[str, Any]]:
    """Returns columns as a delimited document with every digit, and what their types tell of its form."""
    if len({len(values) for _, values in named}) > 1:
        raise Refused("frame.shape", "the columns of a frame must have the same length", "/document")
    has_decimals = any(isinstance(value, (float, decimal.Decimal)) for _, values in named for value in values)
    is_text = any(isinstance(value, str) and AMOUNT.fullmatch(value) for _, values in named for value in values[:1000])
    text = io.StringIO()
    rows = writer(text, lineterminator="\n")
    rows.writerow(name for name, _ in named)
    rows.writerows(zip(*(list(_cells(values)) for _, values in named)))
    form = {"format": "delimited", "separator": "comma", "encoding": "utf-8", "quotes": "double", "header_line": 1}
    # A number of Python has a point before its decimals, whatever the country.
    return [utf8(text.getvalue(), "/document")], form | ({"decimal_mark": "point"} if has_decimals and not is_text else {})


def _cells(values: Iterable[Any]) -> Iterator[str]:
    """Returns the values of a column as text; days of midnights alone are days."""
    values = [None if _is_missing(value) else value for value in values]
    times = [value for value in values if isinstance(value, datetime.datetime)]
    is_days = all(time.time() == MIDNIGHT and time.tzinfo is None for time in times)
    for value in values:
        if isinstance(value, datetime.datetime):
            yield value.date().isoformat() if is_days else _plain_time(value)
        elif value is None:
            yield ""
        elif isinstance(value, (float, decimal.Decimal)):
            yield _digits(_meant(float(value)) if isinstance(value, float) else value)
        else:
            yield str(value)


def _meant(value: float) -> decimal.Decimal:
    """Returns the decimal that a binary float means: `0.1 + 0.2` is 0.3, and 0.1 of 32 bits is 0.1; else its own digits."""
    plain = decimal.Decimal(repr(value))
    if not math.isfinite(value) or _decimals(plain) <= DECIMALS_MAX:
        return plain
    for decimals in range(DECIMALS_MAX + 1):
        rounded = round(plain, decimals)
        if abs(plain - rounded) <= min(NEAR, decimal.Decimal(1).scaleb(-6 - decimals)):
            return rounded
    return _of_32_bits(value) or plain


def _of_32_bits(value: float) -> decimal.Decimal | None:
    """Returns the shortest decimal that has this float32, where the value is one and the decimal may be an amount."""
    if abs(value) > 1e38 or struct.unpack("f", struct.pack("f", value))[0] != value:
        return None
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    found = (decimal.Decimal(it) for it in texts if struct.unpack("f", struct.pack("f", float(it)))[0] == value)
    shortest = next(found, None)
    return shortest if shortest is not None and _decimals(shortest) <= DECIMALS_MAX else None


def _decimals(value: decimal.Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _is_missing(value: Any) -> bool:
    if value is None or isinstance(value, float) and math.isnan(value):
        return True
    pandas = sys.modules.get("pandas")
    return pandas is not None and (value is pandas.NA or value is pandas.NaT)


def _plain_time(value: datetime.datetime) -> str:
    """Returns a time to the microsecond, which is all that one of Python has."""
    plain = datetime.datetime.combine(value.date(), value.time(), value.tzinfo)
    return plain.isoformat(sep="T" if plain.tzinfo else " ")


def _digits(value: decimal.Decimal) -> str:
    """Returns a number without an exponent and without zeros at its end."""
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _by_source(accounts: Iterable[dict[str, Any]], retrieved_at: str | datetime.datetime | None = None) -> dict[str, Any]:
    """Returns accounts as `data` has them."""
    of_all = _present({"retrieved_at": retrieved_at})
    data: dict[str, Any] = {}
    for account in accounts:
        source = SOURCES.get(account["kind"], "transaction_history")
        data.setdefault(source, {"accounts": [], **of_all})["accounts"].append(account)
    return data


def _offset(text: str) -> datetime.timezone:
    parsed = datetime.datetime.fromisoformat("2000-01-01T00:00:00" + text.replace("Z", "+00:00")).utcoffset()
    return datetime.timezone(parsed or datetime.timedelta())


def _day(at: str | datetime.date, offset: datetime.timezone) -> datetime.date:
    if isinstance(at, str):
        at = datetime.date.fromisoformat(at) if len(at) == 10 else datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
    if not isinstance(at, datetime.datetime):
        return at
    return (at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)).astimezone(offset).date()


def _written(at: Any) -> str:
    """Returns a day or an instant as the wire has it; an instant of numpy has no zone and is of UTC."""
    if isinstance(at, datetime.datetime):
        return at.replace(tzinfo=None).isoformat() + "Z"
    return at if isinstance(at, str) else at.isoformat()
