"""What a reference flight says of the numbers that a run reports, from its public parts."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.flight import (
    Aloft,
    BurnRecord,
    EarthEntry,
    Escape,
    Flight,
    Impact,
    InEarthOrbit,
    InOrbit,
    Landed,
    PhaseRecord,
)
from lunarsim.flight.events.timeline import CUTOFFS, LIMIT_OF_TIME, EventKind
from lunarsim.flight.result.touchdown import VERDICTS
from lunarsim.kernels import codes
from lunarsim.kernels.guidance.situation import site_of
from lunarsim.mission.over_ground import over_ground_pa
from lunarsim.mission.site import position_pa
from lunarsim.orbits import State
from lunarsim.plan import Burn, Guided

_IN_SPACE = {
    Escape: codes.ESCAPE,
    Aloft: codes.ALOFT,
    InOrbit: codes.IN_ORBIT,
    Impact: codes.IMPACT,
    EarthEntry: codes.EARTH_ENTRY,
    InEarthOrbit: codes.EARTH_ORBIT,
}


def outcome(flight: Flight) -> int:
    """Return the code of a flight's outcome."""
    end = flight.outcome
    if isinstance(end, Landed):
        return next(code for code, verdict in VERDICTS.items() if verdict is end.verdict)
    return _IN_SPACE[type(end)]


def at_touchdown(flight: Flight, name: str) -> u.Quantity | None:
    """Return a number of how a craft with a landing gear met the ground; None in space."""
    end = flight.outcome
    return getattr(end, name) if isinstance(end, Landed) else None


def cycles(flight: Flight, name: str) -> int:
    """Return a count of guidance cycles, over all guided phases."""
    return sum(getattr(phase, name) for phase in flight.phases)


def alarms(flight: Flight) -> int:
    """Return how often a monitor of the computer called."""
    return sum(event.kind is EventKind.MONITOR for event in flight.timeline)


def at_end(flight: Flight, name: str) -> u.Quantity | float | None:
    """Return a number of the navigation at the end of a flight; None where the craft keeps no estimate."""
    navigation = flight.navigation
    if navigation is None:
        return None
    match name:
        case "position_error" | "velocity_error":
            return np.linalg.norm(getattr(navigation, name)[-1])
        case "nees":
            return float(navigation.normalised_errors[-1])
        case "nis" | "innovations" | "altimeter_rejected" | "velocimeter_rejected" | "restarts":
            return float(getattr(navigation, name))
    return getattr(navigation, name)[-1]


def propellant_left(flight: Flight) -> u.Quantity | None:
    """Return what was left in the tanks at the end."""
    craft = flight.scenario.flown_craft
    return None if craft is None else flight.mass[-1] - craft.dry_mass


def miss(flight: Flight) -> tuple[u.Quantity | None, u.Quantity | None]:
    """Return how far beyond the landing site a flight came down, and how far left of it: arcs at the site's radius."""
    site, terrain = flight.scenario.landing_site, flight.scenario.moon.terrain
    if site is None or not flight.phases or not isinstance(flight.outcome, Impact | Landed):
        return None, None
    place, at_first = position_pa(site, terrain), _seen_first(flight)
    axes = site_of(place, *over_ground_pa(at_first))
    x, y, z = np.stack((axes.downrange, axes.crossrange, axes.up)) @ over_ground_pa(flight.outcome.state)[0]
    radius = axes.radius_m * u.m
    return np.arctan2(x, z) * radius, np.arctan2(y, np.hypot(x, z)) * radius


def _seen_first(flight: Flight) -> State:
    """Return where the computer was when it chose the direction downrange: as it estimated, or truly."""
    first = flight.phases[0].before
    if flight.navigation is None:
        return first
    estimated = flight.navigation.estimated_state[0]
    return State(estimated[:3] * u.m, estimated[3:] * (u.m / u.s), first.epoch)


def reason(record: BurnRecord | PhaseRecord, phase: Burn | Guided) -> int:
    """Return the code of how a burn or a guided phase ended."""
    if isinstance(record, BurnRecord):
        return next(code for code, cutoff in CUTOFFS.items() if cutoff is record.cutoff)
    exits = [str(each) for each in phase.terminations] if isinstance(phase, Guided) else []
    if record.ended_by in exits:
        return codes.AT_EXIT + exits.index(record.ended_by)
    return codes.TIMER_RAN_OUT if record.ended_by.startswith(LIMIT_OF_TIME) else codes.BURN_MET_GROUND


def delta_v_sensed(record: BurnRecord | PhaseRecord, _phase: Burn | Guided) -> u.Quantity | None:
    """Return what was sensed in a burn; a guided phase keeps no record of it."""
    return record.delta_v_sensed if isinstance(record, BurnRecord) else None


def start(record: BurnRecord | PhaseRecord, _phase: Burn | Guided) -> Time:
    """Return when a burn or a guided phase began."""
    return record.ignition if isinstance(record, BurnRecord) else record.start
