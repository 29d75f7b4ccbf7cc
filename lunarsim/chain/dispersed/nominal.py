"""The nominal mission of a campaign: its numbers, and how the goals of each link answer to what runs solve for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.chain.dispersed.clock import by_the_clock
from lunarsim.chain.dispersed.retargeting import Retargeting, place_goals
from lunarsim.chain.flying import near_the_burn
from lunarsim.chain.link import Link, Meeting
from lunarsim.chain.mission_flight import MissionFlight
from lunarsim.errors import InputError, TargetingError
from lunarsim.flight import Flight
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after
from lunarsim.plan import Burn, Coast
from lunarsim.planning.targeting.goals import Reachable, check_moment
from lunarsim.planning.targeting.problem import Problem

_ANYHOW = Meeting(mass=1e7 * u.kg)  # whether the chain meets was asked of the nominal mission
_MARGIN = 600.0 * u.s  # by which a prediction goes beyond its time, for burns that end earlier than the nominal ones


class _ByTheClock(Problem):
    """A search among flights that end when the nominal one does."""

    def __init__(self, scenario: Scenario, of: NominalLink) -> None:
        self._nominal = of.link.scenario
        super().__init__(scenario, of.vary, of.goals)

    def scenario_at(self, x: NDArray[np.float64]) -> Scenario:
        return by_the_clock(super().scenario_at(x), self._nominal)


@dataclass(frozen=True, kw_only=True, eq=False)
class NominalLink:
    """A link as runs fly it.

    Attributes
    ----------
    link : Link
        With the nominal numbers in its scenario.
    vary : mapping of str to (Quantity, Quantity)
        What a run solves for, and between which bounds.
    goals : tuple
        What that is to reach.
    own : int
        How many phases of the plan a prediction has; default: all, -1.
    beyond : tuple of Coast or Burn
        What follows them in a prediction, where goals lie at a time.
    slopes : ndarray, shape (goals, unknowns)
        Derivatives of the goals at the nominal numbers, in tolerances over shares of the way between the bounds.
    """

    link: Link
    vary: Mapping[str, Any] = field(default_factory=dict)
    goals: tuple[Reachable, ...] = ()
    own: int = -1
    beyond: tuple[Any, ...] = ()
    slopes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))

    def problem(self, begins: Scenario, integrator: str) -> Problem:
        """Return the search for the free numbers, from a scenario as the link begins in a run."""
        near = near_the_burn(self.vary, begins, integrator)
        if self.beyond:
            return Problem(replace(near, plan=(*near.plan[: self.own], *self.beyond)), self.vary, self.goals)
        return _ByTheClock(near, self)


def nominal_links(
    links: Sequence[Link], flown: MissionFlight, retargetings: Mapping[str, Retargeting], integrator: str
) -> tuple[NominalLink, ...]:
    """Return the links as runs fly them, from the nominal mission.

    Raises
    ------
    InputError
        If what is to be solved for is not as it should be, or a place lies beyond the nominal flight.
    TargetingError
        If goals do not depend on what is solved for.
    """
    made = []
    for k, (link, leg) in enumerate(zip(links, flown.legs, strict=False)):
        scenario = leg.flight.scenario
        nominal = NominalLink(link=replace(link, scenario=scenario, own_start=False, meets=_ANYHOW))
        try:
            made.append(_with_slopes(_aimed(nominal, k, flown, retargetings.get(link.name)), integrator))
        except (InputError, TargetingError) as error:
            raise type(error)(f"link '{link.name}': {error}") from error
    return tuple(made)


def _aimed(nominal: NominalLink, k: int, flown: MissionFlight, retargeting: Retargeting | None) -> NominalLink:
    link = nominal.link
    if retargeting is None:
        return replace(nominal, vary=link.vary, goals=link.reach)
    if not retargeting.vary:
        return nominal
    if retargeting.place is None:
        reach = retargeting.reach or link.reach
        if not reach:
            raise InputError("retargeting has numbers in vary, and neither it nor the link a goal: give reach or place")
        retargeting.check_enough(len(reach))
        for goal in reach:
            check_moment(goal, link.scenario)
        return replace(nominal, vary=retargeting.vary, goals=reach)
    if not flown.flights[k].start < retargeting.place <= flown.end:
        raise InputError(
            f"place = {retargeting.place.utc.isot} UTC: expected a time after the link begins, at "
            f"{flown.flights[k].start.utc.isot}, and within the mission, which ends at {flown.end.utc.isot} UTC"
        )
    goals = place_goals(retargeting.place, flown.at(retargeting.place), retargeting.tolerance)
    own, beyond = _until(k, flown, retargeting.place)
    return replace(nominal, vary=retargeting.vary, goals=goals, own=own, beyond=beyond)


def _with_slopes(nominal: NominalLink, integrator: str) -> NominalLink:
    if not nominal.vary:
        return nominal
    problem = nominal.problem(nominal.link.scenario, integrator)
    slopes = problem.slopes(problem.misses, problem.start)
    if not np.all(np.isfinite(slopes)) or not np.all(np.any(slopes, axis=1)):
        names = " and ".join(f"'{goal.name}'" for goal in nominal.goals)
        raise TargetingError(
            f"{names}: the nominal flight does not come to all of them, or what is varied moves one not"
        )
    return replace(nominal, slopes=slopes)


def _until(k: int, flown: MissionFlight, place: Time) -> tuple[int, tuple[Any, ...]]:
    """Return how many phases of link ``k`` come before a time, and the nominal ones from there until a little after."""
    flights = [flight for flight in flown.flights[k:] if flight.start < place]
    for flight in flights[1:]:
        _check_joins(flight, flights[0])
    kept = [_before(flight, place) for flight in flights]
    while kept[-1] and isinstance(kept[-1][-1], Coast):
        kept[-1].pop()
    ends = [burn.ignition + burn.duration for burn in flights[-1].burns]
    since = max((time for time in ends if time < place), default=flights[-1].start)
    left = float(seconds_after(since, place)) * u.s + _MARGIN
    beyond = [phase for phases in kept[1:] for phase in phases]
    return len(kept[0]), (*beyond, Coast(duration=left, name="to the place"))


def _before(flight: Flight, place: Time) -> list[Any]:
    return [phase for phase in flight.scenario.plan if not (isinstance(phase, Burn) and phase.ignition >= place)]


def _check_joins(flight: Flight, first: Flight) -> None:
    """Refuse a prediction through a link that cannot be flown on with the craft of the one that is solved for."""
    one, other = first.scenario, flight.scenario
    if other.faults or other.commands or other.guided or (other.craft and one.craft and not _alike(one, other)):
        raise InputError(
            f"place lies beyond link '{other.name}', which has another craft, faults, commands or guidance: expected a "
            "place before it"
        )


def _alike(one: Scenario, other: Scenario) -> bool:
    assert one.craft is not None
    assert other.craft is not None
    return bool(
        one.craft.dry_mass == other.craft.dry_mass
        and one.craft.engine == other.craft.engine
        and one.craft.other_engines == other.craft.other_engines
    )
