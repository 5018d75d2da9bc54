"""Several readings of one applicant, scored in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _summary

if TYPE_CHECKING:
    from ._kapix import Desk
    from ._read import Transactions


class Together:
    """What several calls of :func:`read_transactions` read of one applicant: ``bank + wallet``.

    ``engine.credit.score(entity_id="1", entity_type="individual", **(bank + wallet))`` scores the accounts of all of them.
    Readings of one account, such as its months, need the same ``account_id``; other accounts of a source one of their own.
    """

    def __init__(self, desk: Desk, parts: tuple[Transactions, ...]) -> None:
        self._desk = desk
        self._parts = parts
        self._data: dict[str, Any] | None = None

    @property
    def rows(self) -> int:
        """Number of transactions."""
        return sum(part.rows for part in self._parts)

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The accounts of all readings without their rows."""
        return [account for part in self._parts for account in part.accounts]

    @property
    def data(self) -> Any:
        """The accounts with all rows by source, as ``data=`` takes them; it is yours to change.

        Raises:
            ValidationError: Readings of one source state different ``retrieved_at``, of which a source has one.
        """
        if self._data is None:
            data: dict[str, Any] = {}
            for source, given in (item for part in self._parts for item in part.data.items()):
                whole = data.setdefault(source, {**given, "accounts": []})
                if whole.get("retrieved_at") != given.get("retrieved_at"):
                    message = f"readings of the source `{source}` must state the same `retrieved_at`: a source has one"
                    raise self._desk.refusal("json.shape", message, f"/data/{source}/retrieved_at")
                whole["accounts"] += given["accounts"]
            self._data = data
        return self._data

    @property
    def data_sources(self) -> list[str]:
        """The sources of the accounts, as ``data_sources=`` takes them."""
        return sorted(self.data)

    def keys(self) -> tuple[str, ...]:
        """Returns the names of the fields that ``**`` gives a request."""
        return ("data", "data_sources")

    def __getitem__(self, name: str) -> Any:
        if name not in self.keys():
            raise KeyError(name)
        return getattr(self, name)

    def __add__(self, other: Transactions | Together) -> Together:
        parts: tuple[Transactions, ...] | None = getattr(other, "_parts", None)
        return NotImplemented if parts is None else Together(self._desk, self._parts + parts)

    def __repr__(self) -> str:
        return _summary._text("Together", self._summary())

    def _repr_html_(self) -> str:
        return _summary._html("Together", self._summary())

    def _summary(self) -> _summary.Summary:
        count = len(self.accounts)
        lines = [line for part in self._parts for line in part._summary()[1] if line[0] in ("accounts", "findings")]
        return f"{self.rows} rows of {count} account{'s' if count != 1 else ''}", lines
