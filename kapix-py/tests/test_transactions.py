"""A document becomes columns of transactions, and those become the rows of a request."""

from __future__ import annotations

import base64
from typing import Any

import kapix
import pytest

DOCUMENT = (
    b"Date,Details,Money out,Money in,Balance (KES)\n"
    b'28/12/2025,"Rent, December","1,250.50",,"3,749.50"\n'
    b'29/12/2025,Salary,,"40,000.00","43,749.50"\n'
)


@pytest.mark.parametrize("document", [DOCUMENT, bytearray(DOCUMENT), memoryview(DOCUMENT)])
def test_a_document_of_bytes_is_read_as_columns(engine: kapix.Engine, document: Any) -> None:
    read = engine.transactions.read({"document": [document]}, rows=0)
    assert list(read["amount_minor"]) == [-125_050, 4_000_000]
    assert list(read["description"]) == ["Rent, December", "Salary"]
    assert read.profile.date_order == "dmy" and (read.rows, read.rows_not_listed) == (2, 2)


def test_columns_and_json_give_the_same_bytes(engine: kapix.Engine) -> None:
    by_columns = engine.transactions.read({"document": [DOCUMENT]}, rows=0)
    by_json = engine.transactions.read(document=base64.b64encode(DOCUMENT).decode())
    request: Any = {"entity_id": "a", "data": {"bank": {"accounts": by_columns.to_dict()["accounts"]}}}
    rows = {name: by_columns[name] for name in by_columns.keys()}
    asked = engine.cashflow.analyze(request, transactions=rows)
    request = {"entity_id": "a", "data": {"bank": {"accounts": by_json.to_dict()["accounts"]}}}
    assert asked.to_json() == engine.cashflow.analyze(request).to_json()


def test_a_wrong_document_has_its_place(engine: kapix.Engine) -> None:
    with pytest.raises(kapix.ValidationError, match="line `3`, column `at`") as caught:
        engine.transactions.read({"document": [DOCUMENT.replace(b"29/12", b"39/12")]})
    assert caught.value.fields == ("/document/3/at",)
    with pytest.raises(kapix.ValidationError, match="must hold bytes"):
        engine.transactions.read({"document": ["text"]})
