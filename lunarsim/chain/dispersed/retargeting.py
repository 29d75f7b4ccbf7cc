"""What the runs of a campaign solve for in a link, and the place of the nominal mission as a goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import checks, declarations
from lunarsim.declarations import number
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.planning import Goal

_AXES = "xyz"


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Retargeting:
    """What the runs of a campaign solve for in a link, in place of what its mission does.

    A mission leaves numbers free to infer them, and holds others because they were printed. Who flies it computes the
    next burn from the orbit that was determined: this says which of its numbers, and to what end.

    Parameters
    ----------
    vary : mapping of str to (Quantity, Quantity)
        Numbers of the link that are free, and their bounds, as :func:`lunarsim.target` takes them; an ignition is an
        offset from the nominal one. Default: none, the link flies the numbers of the nominal mission.
    reach : tuple of Goal
        What they are to reach on the flight of the link. Default: what the link itself reaches for.
    place : Time, optional
        Or: the craft is to be where the nominal mission is at this time, as predicted through the nominal numbers of
        the links that follow. It takes three free numbers or more.
    tolerance : Quantity
        How closely the place is to be met, along each axis; default 1 km.

    Raises
    ------
    InputError
        If there are two kinds of goals, or fewer numbers than goals.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> again = ls.Retargeting(
    ...     vary={"plan.0.target_delta_v": (0.1 * u.m / u.s, 50 * u.m / u.s)},
    ...     reach=(ls.Goal("perilune", 100 * u.km, at="perilune"),),
    ... )
    """

    vary: Mapping[str, tuple[u.Quantity, u.Quantity]] = field(default_factory=dict)
    reach: tuple[Goal, ...] = ()
    place: Time | None = None
    tolerance: u.Quantity = number(1e3, u.m, above=0.0, high=1e9, text="How closely the place is to be met.")

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.place is not None:
            checks.instant("place", self.place)
        if self.place is not None and self.reach:
            raise InputError("place and reach are both given: expected one of the two")
        self.check_enough(len(self.reach) if self.place is None else len(_AXES))

    def check_enough(self, goals: int) -> None:
        """Refuse fewer numbers than goals.

        Raises
        ------
        InputError
            If there are.
        """
        if goals > len(self.vary):
            what = "a place, which is three goals" if self.place is not None else f"{goals} goals"
            raise InputError(f"there are {len(self.vary)} numbers in vary and {what}: expected a number for each goal")


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceGoal:
    """One coordinate of a place at a time, with the face of a :class:`lunarsim.Goal`.

    Parameters
    ----------
    axis : int
        Of the ICRF axes about the Moon.
    value : Quantity
        Of that coordinate.
    time : Time
        When.
    tolerance_si : float
        How closely (m).
    """

    axis: int
    value: u.Quantity
    time: Time
    tolerance_si: float

    @property
    def unit(self) -> u.UnitBase:
        """The unit in which misses are measured."""
        return u.m

    @property
    def name(self) -> str:
        """What is to be reached, and when."""
        return f"{_AXES[self.axis]} at {self.time.utc.isot} UTC"

    def miss(self, flight: Flight) -> float:
        """Return by how much a flight is above the coordinate (m); NaN where it does not last so long."""
        if not flight.start <= self.time <= flight.end:
            return np.nan
        return float((flight.at(self.time).position[self.axis] - self.value).to_value(u.m))

    def __str__(self) -> str:
        return f"{self.name} = {self.value.to(u.km):.6g}"


def place_goals(place: Time, flight: Flight, tolerance: u.Quantity) -> tuple[PlaceGoal, ...]:
    """Return the goals to be where a flight is at a time."""
    there = flight.at(place).position
    return tuple(
        PlaceGoal(axis=k, value=there[k], time=place, tolerance_si=float(tolerance.to_value(u.m)))
        for k in range(len(_AXES))
    )
