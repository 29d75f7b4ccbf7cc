"""When enough has been flown: rules on the columns of the first runs of a campaign.

A rule that is asked after every chunk looks many times, and stops a little too readily where luck makes an interval
short; ``minimum_runs`` guards against the worst of it. Ask at the same numbers of runs each time, such as whole chunks,
and the campaign stops at the same run whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from lunarsim import checks
from lunarsim.campaign.statistics import columns
from lunarsim.campaign.statistics.proportions import Method, rate
from lunarsim.campaign.statistics.quantiles import quantile


class StoppingRule(Protocol):
    """Says whether the runs so far are enough."""

    def met(self, flown: Mapping[str, Any]) -> bool:
        """Return whether columns of equally many runs, from the first on, are enough."""
        ...


@dataclass(frozen=True, kw_only=True)
class IntervalNarrowEnough:
    """Enough when the interval of an outcome's rate is narrow.

    Attributes
    ----------
    outcome : int or str
        The outcome, as it stands in the column.
    half_width : float
        Half the length that the interval may have, such as 0.005.
    confidence : float
        Of the interval.
    method : {"wilson", "clopper-pearson"}
        Which interval.
    column : str
        Where the outcomes are.
    minimum_runs : int
        Fewer are never enough.
    """

    outcome: int | str
    half_width: float
    confidence: float = 0.95
    method: Method = "wilson"
    column: str = "outcome"
    minimum_runs: int = 100

    def __post_init__(self) -> None:
        """Check the numbers."""
        columns.fraction("half_width", self.half_width)
        columns.fraction("confidence", self.confidence)
        checks.number("minimum_runs", self.minimum_runs, minimum=1.0)

    def met(self, flown: Mapping[str, Any]) -> bool:
        """Return whether the rate's interval is narrow enough.

        Raises
        ------
        InputError
            If there is no such column.
        """
        outcomes = np.asarray(columns.named(flown, self.column))
        if outcomes.size < self.minimum_runs:
            return False
        count = int(np.count_nonzero(outcomes == self.outcome))
        found = rate(count, outcomes.size, confidence=self.confidence, method=self.method)
        return found.half_width <= self.half_width


@dataclass(frozen=True, kw_only=True)
class QuantileNarrowEnough:
    """Enough when the interval of a quantile of a column is narrow.

    Attributes
    ----------
    column : str
        Which column; runs in which it is NaN are left out.
    probability : float
        Which quantile.
    half_width : float
        Half the length that the interval may have, in the unit of the column.
    confidence : float
        Of the interval.
    minimum_runs : int
        Fewer with a value are never enough.
    """

    column: str
    probability: float
    half_width: float
    confidence: float = 0.95
    minimum_runs: int = 100

    def __post_init__(self) -> None:
        """Check the numbers."""
        columns.fraction("probability", self.probability)
        columns.fraction("confidence", self.confidence)
        checks.number("half_width", self.half_width, minimum=0.0)
        checks.number("minimum_runs", self.minimum_runs, minimum=1.0)

    def met(self, flown: Mapping[str, Any]) -> bool:
        """Return whether the quantile's interval is narrow enough.

        Raises
        ------
        InputError
            If there is no such column.
        """
        values = np.asarray(columns.named(flown, self.column), dtype=np.float64)
        values = values[~np.isnan(values)]
        if values.size < self.minimum_runs:
            return False
        return quantile(values, self.probability, confidence=self.confidence).half_width <= self.half_width
