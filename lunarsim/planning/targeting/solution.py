"""What targeting has found: the values, and the flight that reaches the goals by the reference driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from astropy import units as u

from lunarsim.flight import Flight
from lunarsim.mission import Scenario
from lunarsim.planning.targeting.goals import Reachable
from lunarsim.planning.targeting.problem import delta_v_mps


class Reached(NamedTuple):
    """A goal, and by how much the flight is above it."""

    goal: Reachable
    miss: u.Quantity

    def __str__(self) -> str:
        return f"{self.goal}, met to {self.miss:.2g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Targeted:
    """A scenario whose flight reaches its goals.

    Attributes
    ----------
    scenario : Scenario
        With the values that were found.
    values : mapping of str to Quantity or float
        By path, as :func:`lunarsim.with_values` takes them; times and offsets of the state as offsets.
    flight : Flight
        Of that scenario, by the reference driver.
    reached : tuple of Reached
        By how much that flight misses each goal.
    evaluations : int
        Flights of the search.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> planned = ls.load_scenario("luna25").without_faults()
    >>> vary = {"plan.0.target_delta_v": (5 * u.m / u.s, 40 * u.m / u.s)}
    >>> found = ls.target(planned, vary=vary, reach=[ls.Goal("perilune", 15 * u.km, at="pre-landing burn")])
    >>> isinstance(found, ls.Targeted)
    True
    >>> print(found.values["plan.0.target_delta_v"].round(2))
    17.36 m / s
    """

    scenario: Scenario
    values: Mapping[str, Any]
    flight: Flight
    reached: tuple[Reached, ...]
    evaluations: int

    @property
    def delta_v(self) -> u.Quantity:
        """Delta-v of all burns and guided phases."""
        return delta_v_mps(self.flight) * u.m / u.s

    def __str__(self) -> str:
        values = [f"  {name} = {value:.9g}" for name, value in self.values.items()]
        met = [f"  {each}" for each in self.reached]
        title = f"{self.scenario.name}: {self.delta_v:.6g} in all, after {self.evaluations} flights"
        return "\n".join([title, *values, *met])
