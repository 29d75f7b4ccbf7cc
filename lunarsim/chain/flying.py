"""Fly a mission, link by link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from astropy import units as u

from lunarsim.campaign.inputs.settings import with_values
from lunarsim.chain import rows
from lunarsim.chain.centring import centred
from lunarsim.chain.handover import Handover, begun
from lunarsim.chain.leg import Leg
from lunarsim.chain.link import CRAFT, STATE, Link
from lunarsim.chain.mission import Mission
from lunarsim.chain.mission_flight import MissionFlight
from lunarsim.chain.rows import RowKind
from lunarsim.errors import InputError, TargetingError
from lunarsim.flight import EarthEntry, Flight, GroundContact, propagate, simulate
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after
from lunarsim.plan import Burn
from lunarsim.planning import target
from lunarsim.planning.targeting.goals import Reachable

_BEFORE_S = 60.0  # of the earliest ignition, from where a search flies
PASSES = 2  # a burn is centred by the duration that is guessed, and then by the one that is found


def fly_mission(mission: Mission, *, integrator: str = "collocation") -> MissionFlight:
    """Fly the links of a mission in order, each from where the one ended that it follows on.

    Parameters
    ----------
    mission : Mission
        What to fly.
    integrator : str
        As for :func:`lunarsim.simulate`; default ``"collocation"``, the compiled one, by which a month in orbit takes a
        second.

    Returns
    -------
    MissionFlight
        A flight for each link, but for those that follow on one that met the ground, or came down to the Earth.

    Raises
    ------
    InputError
        If a link does not start where, when and with the mass with which the last one ended; the text names both.
    TargetingError
        If the free numbers of a link do not reach its goals.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flown = ls.fly_mission(ls.load_mission("chandrayaan3-mission"))  # doctest: +SKIP
    >>> print(flown.outcome)  # doctest: +SKIP
    """
    legs: dict[str, Leg] = {}
    before = ""
    for link in mission.links:
        follows, before = link.after or before, link.name
        if not follows:
            legs[link.name] = _leg(link, None, integrator)
        elif follows in legs and not isinstance(legs[follows].flight.outcome, GroundContact | EarthEntry):
            legs[link.name] = _leg(link, legs[follows].flight, integrator)
    flown = tuple(legs.values())
    return MissionFlight(name=mission.name, title=mission.title, legs=flown, planned=len(mission.links))


def _leg(link: Link, last: Flight | None, integrator: str) -> Leg:
    begins, handover = begun(link, last)
    try:
        scenario, values = _chosen(link, begins, integrator)
        flight = simulate(scenario, integrator=integrator)
    except TargetingError as error:
        raise TargetingError(f"link '{link.name}': {error}") from error
    except InputError as error:
        raise InputError(f"link '{link.name}': {error}") from error
    return leg_of(link, begins, flight, values, handover)


def leg_of(
    link: Link,
    begins: Scenario,
    flight: Flight,
    values: Mapping[str, Any],
    handover: Handover,
    *,
    vary: Mapping[str, Any] | None = None,
    reach: Sequence[Reachable] | None = None,
) -> Leg:
    """Return a link that was flown, with what its table says.

    It began as a scenario, and ``values`` of its numbers were found, between the bounds of ``vary``, to ``reach``
    goals; default: those of the link.
    """
    vary, reach = (link.vary if vary is None else vary), (link.reach if reach is None else reach)
    told = [rows.start_row(flight)] if STATE in handover.anew else []
    told += [rows.craft_row(flight)] if CRAFT in handover.anew else []
    told += rows.plan_rows(flight, values, centred=bool(link.centre))
    if link.centre:
        asked, flown = (next(p for p in each.plan if isinstance(p, Burn)) for each in (begins, flight.scenario))
        told.append(rows.centred_row(flown.name, link.centre, asked.ignition, flown.ignition))
    told += rows.free_rows(values, vary, flight)
    told += rows.burn_rows(flight)
    told += rows.goal_rows(RowKind.MET, (*reach, *link.fitted), flight)
    told += rows.goal_rows(RowKind.COMPARED, link.compare, flight)
    return Leg(flight=flight, handover=handover, rows=tuple(told))


def _chosen(link: Link, scenario: Scenario, integrator: str) -> tuple[Scenario, dict[str, Any]]:
    """Return the scenario of a link with its burn centred and its free numbers found, and these."""
    values: dict[str, Any] = {}
    for _ in range(PASSES if link.centre and link.vary else 1):
        if link.centre:
            scenario = centred(scenario, link.centre, integrator)
        if link.vary:
            near = near_the_burn(link.vary, scenario, integrator)
            found = target(near, vary=link.vary, reach=link.reach, least=link.least, integrator=integrator)
            values = dict(found.values)
            scenario = with_values(scenario, values)
    return scenario, values


def near_the_burn(vary: Mapping[str, Any], scenario: Scenario, integrator: str) -> Scenario:
    """Return a scenario that begins shortly before its first burn, so that a search does not fly to it each time.

    The scenario itself where what is varied, a fault or a command would be another then.
    """
    burn = scenario.plan[0]
    if not isinstance(burn, Burn) or scenario.faults or scenario.commands:
        return scenario
    if any(not path.startswith(("plan.", "craft.")) for path in vary):
        return scenario
    earliest = vary.get("plan.0.ignition", (0.0 * u.s,))[0].to_value(u.s)
    wait_s = float(seconds_after(scenario.state.epoch, burn.ignition)) + min(float(earliest), 0.0) - _BEFORE_S
    if wait_s <= _BEFORE_S:
        return scenario
    coast = propagate(scenario.state, wait_s * u.s, scenario.moon, craft=scenario.craft, integrator=integrator)
    return scenario if isinstance(coast.outcome, GroundContact) else replace(scenario, state=coast.outcome.state)
