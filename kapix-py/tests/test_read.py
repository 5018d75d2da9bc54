"""Transactions of files, frames and aggregators, and the score of them."""

from __future__ import annotations

import datetime
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import kapix

STATEMENT = Path(__file__).parents[2] / "examples" / "data" / "bank_statement.csv"
AS_OF = "2026-06-30T18:00:00Z"
TEXT = b"Date,Details,Amount (KES),Balance\n2026-03-01,Salary,85000.50,90000.50\n2026-03-02,Rent,-30000,60000.50\n"
AMOUNTS = [8500050, -3000000]


def amounts(read: kapix.Transactions) -> list[int]:
    return [int(amount) for amount in read.columns["amount_minor"]]


@pytest.fixture(scope="module")
def cards() -> kapix.Engine:
    return kapix.Engine.load(kapix.EXPERT_CARDS, envelope=False)


@pytest.mark.parametrize("source", [TEXT, bytearray(TEXT), io.BytesIO(TEXT), io.StringIO(TEXT.decode())])
def test_bytes_and_open_files_are_read(source: Any) -> None:
    read = kapix.read_transactions(source)
    assert amounts(read) == AMOUNTS
    assert read.days == (datetime.date(2026, 3, 1), datetime.date(2026, 3, 2))
    assert read.data_sources == ["transaction_history"]


def test_a_path_is_read_as_text_and_as_a_path(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(TEXT)
    assert amounts(kapix.read_transactions(str(file))) == amounts(kapix.read_transactions(file)) == AMOUNTS
    with pytest.raises(FileNotFoundError):
        kapix.read_transactions(tmp_path / "none.csv")
    with pytest.raises(kapix.ValidationError, match="as bytes"):
        kapix.read_transactions(TEXT.decode())
    with pytest.raises(kapix.ValidationError, match="got int"):
        kapix.read_transactions(7)


def test_the_example_goes_from_a_file_to_a_decision_in_two_calls(cards: kapix.Engine) -> None:
    read = kapix.read_transactions(STATEMENT, kind="current")
    assert read.rows == 220
    assert read.proof.balances_chained == read.proof.balances_checked == 219
    assert read.data_sources == ["bank"]
    answer = cards.credit.score(entity_id="1", entity_type="individual", as_of=AS_OF, **read)
    by_rows = cards.credit.score(
        entity_id="1", entity_type="individual", as_of=AS_OF, data=read.data, data_sources=read.data_sources
    )
    assert answer == by_rows
    assert answer.decision in ("approve", "refer", "decline")
    assert not [finding for finding in answer.findings if finding.severity == "refer"]


def test_what_is_changed_in_the_rows_is_what_a_score_reads(cards: kapix.Engine) -> None:
    text = b"Date,Details,Amount (KES)\n2026-03-01,Salary,85000\n2026-03-02,Rent,-30000\n2026-03-03,Loan,5000\n"

    def income(read: Any) -> Any:
        fields = {"entity_id": "1", "as_of": "2026-03-04T10:00:00Z", **read}
        return sum(len(it.rows) for it in cards.cashflow.analyze(**fields).analysis.selections["income_90d"])

    untouched = kapix.read_transactions(text)
    assert income(untouched) == 2
    by_data = kapix.read_transactions(text)
    by_data.data["transaction_history"]["accounts"][0]["transactions"][2]["category"] = "loan"
    assert income(by_data) == 1
    by_columns = kapix.read_transactions(text)
    by_columns.columns["amount_minor"] = [8500000, -3000000, -500000]
    assert income(by_columns) == 1
    assert untouched["transactions"] is untouched["transactions"], "the columns are brought to their types once"


def test_two_statements_of_one_applicant_are_scored_together(cards: kapix.Engine) -> None:
    bank = kapix.read_transactions(STATEMENT, kind="current", account_id="bank-1")
    days = [*(f"2026-{month:02}-05" for month in range(1, 7)), "2026-06-30"]
    lines = [f"{day},Received,{at}000.00,KES" for at, day in enumerate(days, 1)]
    text = "\n".join(["Date,Details,Amount,Currency", *lines]).encode()
    wallet = kapix.read_transactions(text, kind="mobile_money", account_id="wallet-1", sign="credit_positive")
    both = bank + wallet
    assert (both.rows, len(both.accounts), both.data_sources) == (227, 2, ["bank", "mobile_money"])
    assert "Together: 227 rows of 2 accounts" in repr(both) and "wallet-1 (mobile_money, KES, Z): 7 rows" in repr(both)
    assert "<table>" in both._repr_html_()
    request: Any = {"entity_id": "1", "entity_type": "individual", "as_of": AS_OF}
    by_hand: Any = {"data": {**bank.data, **wallet.data}, "data_sources": ["bank", "mobile_money"]}
    answer = cards.credit.score(**request, **both)
    assert answer == cards.credit.score(**request, **by_hand)
    assert not [it for it in answer.findings if it.severity == "refer"]

    def income(read: Any) -> Any:
        analyzed = cards.cashflow.analyze(entity_id="1", as_of=AS_OF, **read).analysis
        return next(it.value for it in analyzed.features if it.name == "income_mean_monthly_minor")

    assert income(both) > income(bank)


def test_months_of_one_account_are_added_and_overlaps_count_once(cards: kapix.Engine) -> None:
    rows = [f"2026-0{month}-{day:02},Shop {month}{day},{day - 14}.50" for month in (1, 2, 3, 4) for day in range(1, 28)]

    def read(lines: list[str], **stated: Any) -> kapix.Transactions:
        text = "\n".join(["Date,Details,Amount", *lines]).encode()
        return kapix.read_transactions(text, currency="KES", kind="current", account_id="a", **stated)

    def features(read: Any) -> Any:
        return cards.cashflow.analyze(entity_id="1", as_of="2026-04-28T00:00:00Z", **read).analysis.features

    whole, parts = read(rows), read(rows[:60]) + read(rows[40:80]) + read(rows[70:])
    assert len(parts.accounts) == 3 and features(parts) == features(whole)
    parts.data["bank"]["accounts"].clear()
    assert parts["data"]["bank"]["accounts"] == [], "it is the caller's to change"
    with pytest.raises(kapix.ValidationError, match="must state the same `retrieved_at`"):
        (read(rows, retrieved_at="2026-04-28T00:00:00Z") + read(rows)).data
    with pytest.raises(TypeError):
        whole + 5  # type: ignore[operator]
    with pytest.raises(KeyError):
        parts["transactions"]


def test_the_offset_that_was_chosen_is_printed() -> None:
    row = {"Receipt No.": "QA1", "Completion Time": "2026-03-01 23:30:00", "Details": "x", "Paid In": "5", "Balance": "5"}
    read = kapix.read_transactions([row], preset="mpesa")
    assert "account (mobile_money, KES, +03:00): 1 rows" in repr(read) and read.accounts[0]["utc_offset"] == "+03:00"
    text = b"Receipt No.,Completion Time,Details,Paid In,Balance\nQA1,2026-03-01 23:30:00,x,5,5\n"
    read = kapix.read_transactions(text, currency="KES", kind="mobile_money")
    assert "account (mobile_money, KES, Z): 1 rows" in repr(read)
    assert "`+03:00` for `mpesa`" in (kapix.read_transactions.__doc__ or "")


def test_what_was_read_prints_itself() -> None:
    read = kapix.read_transactions(STATEMENT, kind="current", account_id="main")
    text = repr(read)
    assert text.startswith("Transactions: 220 rows of 1 account, 2026-01-01 to 2026-06-30\n")
    for part in ("main (current, KES, Z): 220 rows", "date_order dmy", "219 of 219 balances chain", "left_out", "total 1"):
        assert part in text
    assert "<table>" in read._repr_html_() and "main (current, KES, Z)" in read._repr_html_()
    assert len(text.splitlines()) < 12


FRAME = pandas.DataFrame(
    {
        "Booked on": pandas.to_datetime(["2026-03-01", "2026-03-02"]),
        "Posting Date": pandas.to_datetime(["2026-03-01", "2026-03-02"]),
        "Narration": ["Salary", 'a "b", c'],
        "Transaction Amount": [85000.5, -30000.0],
        "Running Balance": [90000.5, numpy.nan],
    }
)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.drop(columns="Booked on"),
        FRAME.drop(columns="Booked on").set_index("Posting Date"),
        FRAME.drop(columns="Booked on").convert_dtypes(),
        polars.from_pandas(FRAME),
        pyarrow.Table.from_pandas(FRAME),
        {name: FRAME[name].to_numpy() for name in FRAME},
        {
            "date": [datetime.date(2026, 3, 1), datetime.date(2026, 3, 2)],
            "details": ["Salary", 'a "b", c'],
            "amount": [Decimal("85000.500"), Decimal(-30000)],
            "balance": [Decimal("90000.50"), None],
        },
    ],
)
def test_frames_with_any_names_are_read(frame: Any) -> None:
    read = kapix.read_transactions(frame, currency="KES")
    assert amounts(read) == AMOUNTS
    assert list(read.columns["description"]) == ["Salary", 'a "b", c']
    assert [row.get("balance_minor") for row in read.data["transaction_history"]["accounts"][0]["transactions"]] == [9000050, None]
    assert read.days == (datetime.date(2026, 3, 1), datetime.date(2026, 3, 2))


def test_equal_texts_of_a_column_are_one_object(tmp_path: Path) -> None:
    texts = [f"{kind}{number % 7}" for number in range(70) for kind in ("POS MARKET ", "é", "")]
    lines = [f"2026-03-01,{text},-1.00" for text in texts]
    document = tmp_path / "bank.csv"
    document.write_text("\n".join(["Date,Details,Amount", *lines]), encoding="utf-8")
    column = kapix.read_transactions(document, currency="KES").columns["description"]
    assert list(column) == texts
    assert len({id(text) for text in column}) == len(set(texts))



def test_what_is_no_document_is_refused_by_kapix() -> None:
    sources: list[Any] = [None, {}, [], b"", pandas.DataFrame(), pandas.Series([1, 2]), [b"{}", b"{}"], b"PK\x03\x04"]
    for source in sources:
        with pytest.raises(kapix.ValidationError):
            kapix.read_transactions(source, currency="KES")
    with pytest.raises(kapix.InsufficientDataError):
        kapix.read_transactions({"added": [], "modified": [], "removed": []}, preset="plaid")
    for frame in ({"date": ["2026-01-01"], "amount": [numpy.inf]}, {"date": ["2026-01-01"], "amount": [1, 2]}):
        with pytest.raises(kapix.ValidationError):
            kapix.read_transactions(frame, currency="KES")


def test_names_that_nobody_knows_are_stated() -> None:
    frame = pandas.DataFrame({"x1": ["01/03/2026"], "x2": ["1.234,50"]})
    read = kapix.read_transactions(frame, currency="EUR", columns={"at": "x1", "amount": "x2"}, date_order="dmy", sign="credit_positive")
    assert amounts(read) == [123450]
    with pytest.raises(kapix.ValidationError):
        kapix.read_transactions(frame, currency="EUR")


def test_times_keep_their_offset() -> None:
    times = pandas.to_datetime(["2026-03-01T22:30:00", "2026-03-02T08:00:00"])
    frame = pandas.DataFrame({"at": times.tz_localize("UTC"), "amount": [1.25, -1.0]})
    read = kapix.read_transactions(frame, currency="KES", utc_offset="+03:00")
    assert read.days == (datetime.date(2026, 3, 2), datetime.date(2026, 3, 2))
    rows = read.data["transaction_history"]["accounts"][0]["transactions"]
    assert [row["at"] for row in rows] == ["2026-03-01T22:30:00Z", "2026-03-02T08:00:00Z"]


def test_a_float_that_is_no_amount_is_refused() -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        kapix.read_transactions({"date": ["2026-03-01"], "amount": [0.123456]}, currency="KES")
    assert caught.value.cause == "money.precision"


def test_sums_of_floats_and_floats_of_32_bits_are_the_amounts_that_they_mean() -> None:
    dates = ["2026-03-01", "2026-03-02", "2026-03-03"]
    values = [0.1 + 0.2, -1234.56, 85000.1 + 0.2]
    expected = [30, -123456, 8500030]
    for column in (values, numpy.array(values), numpy.array([0.3, -1234.56, 85000.3], dtype="float32")):
        read = kapix.read_transactions({"date": dates, "amount": column}, currency="KES", sign="credit_positive")
        assert amounts(read) == expected


def test_days_named_at_say_nothing_of_signs() -> None:
    frame: dict[str, Any] = {"at": ["2026-03-01", "2026-03-02"], "amount": [5.0, 7.0]}
    with pytest.raises(kapix.ValidationError, match="state `sign`"):
        kapix.read_transactions(frame, currency="KES")
    assert amounts(kapix.read_transactions(frame, currency="KES", sign="debit_positive")) == [-500, -700]
    assert amounts(kapix.read_transactions(frame | {"type": ["DR", "CR"]}, currency="KES")) == [-500, 700]


def test_a_stated_column_that_is_absent_is_named_beside_the_header() -> None:
    with pytest.raises(kapix.ValidationError, match="`columns` states `Bal` for `balance`.* it has `Balance`, `Date`"):
        kapix.read_transactions(TEXT, columns={"balance": "Bal"})


def plaid(number: str, date: str, amount: float, **more: Any) -> dict[str, Any]:
    row = {"transaction_id": number, "account_id": "A1", "date": date, "amount": amount, "iso_currency_code": "USD"}
    return row | {"pending": False} | more


def test_pages_of_an_aggregator_are_joined_as_python_has_them_and_as_files(tmp_path: Path) -> None:
    pages: list[Any] = [
        {"added": [plaid("a", "2026-03-01", 12.5, pending=True)], "modified": [], "removed": [], "has_more": True},
        {
            "added": [plaid("b", "2026-03-03", 12.5, pending_transaction_id="a")],
            "modified": [],
            "removed": [{"transaction_id": "a"}],
            "has_more": False,
        },
    ]
    files = []
    for number, page in enumerate(pages):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps(page))
    for source in (pages, files, [file.read_bytes() for file in files]):
        read = kapix.read_transactions(source)
        assert amounts(read) == [-1250]
        assert read.left_out.counts == {"removed": 1}
        assert read.profile.preset == "plaid"
        assert read.data["transaction_history"]["accounts"][0]["account_id"] == "A1"
    assert amounts(kapix.read_transactions(pages[1])) == [-1250]


def test_another_aggregator_is_read_by_pointers_and_a_profile_is_kept() -> None:
    document = [{"when": "2026-03-01", "what": 5, "tag": "Move"}]
    pointers = {"rows": [""], "time": ["/when"], "amount": ["/what"], "category": ["/tag"]}
    read = kapix.read_transactions(document, currency="UGX", pointers=pointers, categories={"move": "own_transfer"})
    assert list(read.columns["category"]) == ["own_transfer"]
    again = kapix.read_transactions(document, currency="UGX", profile=read.profile)
    assert list(again.columns["category"]) == ["own_transfer"]


def test_an_error_names_the_place() -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        kapix.read_transactions({"added": [plaid("a", "03/01/2026", 1)]})
    assert caught.value.fields == ("/document/added/0/date",)
    with pytest.raises(kapix.ValidationError) as caught:
        kapix.read_transactions(b"Date,Amount (KES)\n03/04/2026,-5\n")
    assert caught.value.cause == "statement.unstated"


def test_the_rows_are_a_table() -> None:
    read = kapix.read_transactions(TEXT)
    assert polars.DataFrame(read)["amount_minor"].to_list() == AMOUNTS
    assert read.to_pandas()["amount_minor"].tolist() == AMOUNTS


def test_help_shows_every_parameter() -> None:
    document = kapix.read_transactions.__doc__ or ""
    names = kapix.read_transactions.__kwdefaults__ or {}
    assert len(names) == 17
    assert all(f"        {name}:" in document for name in [*names, "source"])


def test_the_command_line_prints_the_reading() -> None:
    command = [sys.executable, "-m", "kapix", "read", str(STATEMENT), "--kind", "current"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert told.startswith("Transactions: 220 rows of 1 account")
    rows = json.loads(subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout)
    assert len(rows["bank"]["accounts"][0]["transactions"]) == 220
    wrong = subprocess.run([*command[:4], str(Path(__file__))], check=False, capture_output=True, text=True)
    assert wrong.returncode == 1 and "at /document/" in wrong.stderr
    text = TEXT.replace(b"Date", b"Booked").replace(b"Amount (KES)", b"Moved")
    stated = ["--columns", "at=Booked", "--columns", "amount=Moved", "--profile", "header_line=1", "--currency", "KES", "--kind", "current"]
    piped = subprocess.run([*command[:4], "-", *stated, "--json"], check=True, capture_output=True, input=text).stdout
    account = json.loads(piped)["bank"]["accounts"][0]
    assert [row["amount_minor"] for row in account["transactions"]] == AMOUNTS


def test_a_preset_is_never_ignored() -> None:
    with pytest.raises(kapix.ValidationError, match="`preset` is of an aggregator's answer in JSON") as refused:
        kapix.read_transactions(TEXT, preset="mpesa")
    assert refused.value.fields == ("/profile/preset",)


def test_a_message_names_the_argument() -> None:
    with pytest.raises(kapix.ValidationError, match="state `currency`"):
        kapix.read_transactions(b"Date,Details,Amount\n2026-03-01,Salary,5\n2026-03-02,Rent,-3\n")
    with pytest.raises(kapix.ValidationError, match="state `date_order` as"):
        kapix.read_transactions(b"Date,Details,Amount\n01/02/2026,Salary,5\n01/02/2026,Rent,-3\n", currency="KES")
    with pytest.raises(kapix.ValidationError, match="state `profile={'debit_sign': ...}`"):
        kapix.read_transactions(b"Date,Debit,Credit\n2026-03-01,5,\n2026-03-02,-3,\n", currency="KES")


def test_what_was_retrieved_says_when(cards: kapix.Engine) -> None:
    pull = {"added": [{"transaction_id": "a", "account_id": "A", "date": "2026-03-01", "amount": -5.0, "iso_currency_code": "USD"}]}
    for at in ("2026-03-31T09:00:00Z", datetime.datetime(2026, 3, 31, 9, tzinfo=datetime.timezone.utc)):
        read = kapix.read_transactions(pull, retrieved_at=at)
        assert read.data["transaction_history"]["retrieved_at"] == at
        assert read["data"]["transaction_history"]["retrieved_at"] == at
        cards.cashflow.analyze(entity_id="1", as_of="2026-03-31T10:00:00Z", **read)


def test_data_that_are_kept_need_all_rows() -> None:
    engine, read = kapix.Engine.load(kapix.EXPERT_CARDS, clock=AS_OF), kapix.read_transactions(TEXT)
    fields: dict[str, Any] = {"entity_id": "1", **read}
    with pytest.raises(kapix.ValidationError, match="data=read.data"):
        engine.entity.put(**fields)
    assert engine.entity.put(entity_id="1", data=read.data).held == ("transaction_history",)


@pytest.mark.parametrize("at", ["junk", "2026-03-31", "2026-03-31T09:00:00", 5, datetime.datetime(2026, 3, 31)])
def test_when_a_document_was_read_is_checked_at_once(at: Any) -> None:
    with pytest.raises(kapix.ValidationError) as refused:
        kapix.read_transactions(TEXT, retrieved_at=at)
    assert refused.value.fields == ("/retrieved_at",)
    assert kapix.read_transactions(TEXT, retrieved_at="2026-03-31T09:00:00Z").rows == 2
