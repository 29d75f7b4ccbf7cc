"""A burn whose middle lies at an apsis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.flight import EventKind, GroundContact, propagate
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.orbits import State
from lunarsim.plan import Burn

_APSES = {"perilune": EventKind.PERILUNE, "apolune": EventKind.APOLUNE}


def centred(scenario: Scenario, apsis: str, integrator: str) -> Scenario:
    """Return a scenario whose first burn has its middle at an apsis, that nearest to where it stands.

    Parameters
    ----------
    scenario : Scenario
        Coasts alone come before its first burn.
    apsis : str
        ``"perilune"`` or ``"apolune"``.
    integrator : str
        That flies the coast to it.

    Raises
    ------
    InputError
        If there is no such apsis within a turn of the orbit.
    """
    k, burn = next((k, phase) for k, phase in enumerate(scenario.plan) if isinstance(phase, Burn))
    start, half_s = scenario.state, 0.5 * duration_s(scenario, burn)
    middle_s = float(seconds_after(start.epoch, burn.ignition)) + half_s
    turn_s = _period_s(start)
    coast = propagate(start, (middle_s + turn_s) * u.s, scenario.moon, craft=scenario.craft, integrator=integrator)
    times_s = [
        float(seconds_after(start.epoch, event.moment.time))
        for event in coast.timeline
        if event.kind is _APSES[apsis] and seconds_after(start.epoch, event.moment.time) > half_s
    ]
    if not times_s:
        if isinstance(coast.outcome, GroundContact):  # which the flight of the link will tell
            return scenario
        raise InputError(
            f"centre = '{apsis}': burn '{burn.name}' at {burn.ignition.utc.isot} UTC has none within a turn of the "
            f"orbit {start!r}: give it an ignition, or no centre"
        )
    at_s = min(times_s, key=lambda t: abs(t - middle_s))
    moved = replace(burn, ignition=time_after(burn.ignition, at_s - middle_s))
    return replace(scenario, plan=(*scenario.plan[:k], moved, *scenario.plan[k + 1 :]))


def duration_s(scenario: Scenario, burn: Burn) -> float:
    """Return how long a burn to its target takes at most (s), by the rocket equation, without faults and transients."""
    craft = scenario.craft
    assert craft is not None  # a scenario with a burn has one
    engine = craft.engine_called(burn.engine)
    exhaust = constants.STANDARD_GRAVITY_MPS2 * float(engine.specific_impulse.to_value(u.s))
    share = 1.0 - np.exp(-float(burn.target_delta_v.to_value(u.m / u.s)) / exhaust)
    thrust_n = float(engine.total_thrust.to_value(u.N)) * burn.throttle
    burning = float(craft.mass.to_value(u.kg) * share * exhaust / thrust_n)
    return min(burning, float(burn.timer.to_value(u.s)))


def _period_s(state: State) -> float:
    a = 0.5 * (state.perilune + state.apolune).to_value(u.m) + constants.MOON_RADIUS_M
    return float(2.0 * np.pi * np.sqrt(a**3 / constants.GM_MOON_M3_S2)) if np.isfinite(a) else 86400.0
