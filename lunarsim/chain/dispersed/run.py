"""One run of a campaign over a mission: each link is solved from where the run begins it, and flown with its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from lunarsim.campaign.inputs.paths import edited, is_of_start
from lunarsim.campaign.inputs.settings import with_values
from lunarsim.chain.centring import centred
from lunarsim.chain.dispersed.clock import by_the_clock
from lunarsim.chain.dispersed.nominal import NominalLink
from lunarsim.chain.dispersed.solving import solved
from lunarsim.chain.flying import PASSES, leg_of
from lunarsim.chain.handover import begun
from lunarsim.chain.leg import Leg
from lunarsim.errors import InputError, IntegrationError, TargetingError
from lunarsim.flight import EarthEntry, GroundContact, simulate


class Failure(Enum):
    """Why a run ended before its mission did."""

    NONE = "flown"
    UNREACHED = "the search found no numbers between the bounds that reach the goals"
    NOT_FLOWN = "it could not be flown"


@dataclass(frozen=True, kw_only=True)
class MissionRun:
    """What came out of one run.

    Attributes
    ----------
    legs : tuple of Leg
        Of each link that was flown.
    found : tuple of dict
        The free numbers of each of them.
    failure : Failure
        Why the next link was not flown.
    words : str
        The same, in its own words.
    """

    legs: tuple[Leg, ...]
    found: tuple[Mapping[str, Any], ...]
    failure: Failure = Failure.NONE
    words: str = field(default="", compare=False)


def fly_run(links: Sequence[NominalLink], values: Sequence[Mapping[str, float]], integrator: str) -> MissionRun:
    """Fly a mission with errors.

    Parameters
    ----------
    links : sequence of NominalLink
        The nominal mission.
    values : sequence of mapping of str to float
        For each link, what was drawn, by path, in the path's unit.
    integrator : str
        As for :func:`lunarsim.simulate`.
    """
    legs: list[Leg] = []
    found: list[Mapping[str, Any]] = []
    for nominal, drawn in zip(links, values, strict=True):
        try:
            leg, numbers = _flown(nominal, drawn, legs[-1] if legs else None, integrator)
        except TargetingError as error:
            return _failed(legs, found, Failure.UNREACHED, nominal, error)
        except (InputError, IntegrationError) as error:
            return _failed(legs, found, Failure.NOT_FLOWN, nominal, error)
        legs.append(leg)
        found.append(numbers)
        if isinstance(leg.flight.outcome, GroundContact | EarthEntry):
            break
    return MissionRun(legs=tuple(legs), found=tuple(found))


def _failed(
    legs: list[Leg], found: list[Mapping[str, Any]], why: Failure, nominal: NominalLink, error: Exception
) -> MissionRun:
    words = f"link '{nominal.link.name}': {error}"
    return MissionRun(legs=tuple(legs), found=tuple(found), failure=why, words=words)


def _flown(
    nominal: NominalLink, drawn: Mapping[str, float], last: Leg | None, integrator: str
) -> tuple[Leg, Mapping[str, Any]]:
    link = nominal.link
    begins, handover = begun(link, None if last is None else last.flight)
    known = {name: value for name, value in drawn.items() if is_of_start(name)}  # before a manoeuvre is computed
    errors = {name: value for name, value in drawn.items() if name not in known}
    planned = begins = edited(begins, known) if known else begins
    numbers: Mapping[str, Any] = {}
    for _ in range(PASSES if link.centre and nominal.vary else 1):
        if link.centre:
            planned = centred(planned, link.centre, integrator)
        if nominal.vary:
            numbers = solved(nominal, planned, integrator)
            planned = with_values(planned, numbers)
    flown = by_the_clock(edited(planned, errors) if errors else planned, link.scenario)
    flight = simulate(flown, integrator=integrator)
    leg = leg_of(link, begins, flight, numbers, handover, vary=nominal.vary, reach=nominal.goals)
    return leg, numbers
