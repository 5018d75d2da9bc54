"""The answer of a columnar call, with its result columns."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import _kapix
from ._types import CreditScoreBatchResponse

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

DECISIONS = (None, "decline", "refer", "approve")
STATUSES = tuple(_kapix.row_statuses())


class BatchScores(CreditScoreBatchResponse):
    """The scores of many applicants: the answer, and one read-only column for each result.

    Columns that came in the request as JSON come back in `columns`, and only there. With numpy installed a column is an array on the engine's own memory; without it, a memoryview on a copy.
    """

    __slots__ = ()

    @property
    def points(self) -> NDArray[numpy.int32]:
        """Total points; 0 where the status is not 0."""
        return self._array("points")

    @property
    def score(self) -> NDArray[numpy.float64]:
        """1 - PD, a rank unless calibrated; NaN where the status is not 0."""
        return self._array("score")

    @property
    def pd(self) -> NDArray[numpy.float64]:
        """PD of a calibrated card; NaN otherwise and where the status is not 0."""
        return self._array("pd")

    @property
    def decision(self) -> NDArray[numpy.uint8]:
        """Index in `decision_names`."""
        return self._array("decision")

    @property
    def risk_band(self) -> NDArray[numpy.uint16]:
        """Index in `bands`; 0 where the status is not 0."""
        return self._array("risk_band")

    @property
    def status(self) -> NDArray[numpy.uint8]:
        """Index in `status_names`; 0 is scored."""
        return self._array("status")

    @property
    def decision_names(self) -> tuple[str | None, ...]:
        """What the numbers of `decision` mean."""
        return DECISIONS

    @property
    def status_names(self) -> tuple[str, ...]:
        """What the numbers of `status` mean: `scored`, or the cause."""
        return STATUSES

    def decision_labels(self) -> list[str | None]:
        """Returns the decision of each row; None where the status is not 0."""
        return [DECISIONS[number] for number in self.decision]

    def band_labels(self) -> list[str | None]:
        """Returns the band of each row; None where the status is not 0."""
        bands = self.bands
        return [None if status else bands[band] for band, status in zip(self.risk_band, self.status)]

    def status_labels(self) -> list[str]:
        """Returns the status of each row."""
        return [STATUSES[number] for number in self.status]

    def _array(self, name: str) -> Any:
        # Where it is installed, so that a column is an array.
        with suppress(ImportError):
            import numpy  # noqa: F401
        return self._source.batch.column(name)
