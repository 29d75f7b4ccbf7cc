"""Which pass over a site to descend from, and what to say where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.outcome import Impact
from lunarsim.flight.simulation import propagate
from lunarsim.mission.clock import seconds_after
from lunarsim.mission.site import Site
from lunarsim.moon import Moon
from lunarsim.orbits import State
from lunarsim.planning.ground_passes import SitePass, passes

_FURTHER_D = 28.0  # the Moon turns once in 27.3 d, so that every site within reach comes by twice
_AT_A_TIME_D = 4.0
# good to tens of metres over a month: enough to say when and how far
_ROUGH = Accuracy(relative=1e-10, position=1e-3 * u.m, velocity=1e-6 * u.m / u.s)
_WANDERS_DEG = 0.5  # the inclination of a low orbit, within a month


def choose_pass(
    found: Sequence[SitePass], coast: Flight, site: Site, *, crossrange: u.Quantity, earliest: Time, near: Time | None
) -> SitePass:
    """Return the pass within reach that comes closest to the site, or that is nearest to a time.

    Raises
    ------
    InputError
        If none is within reach; the text says which comes closest, and which is the next within reach.
    """
    within = [each for each in found if each.distance <= crossrange and seconds_after(earliest, each.time) >= 0.0]
    if not within:
        raise InputError(_none_within(found, coast, site, crossrange, earliest))
    if near is None:
        return min(within, key=lambda each: float(each.distance.to_value(u.km)))
    return min(within, key=lambda each: abs(float(seconds_after(near, each.time))))


def _none_within(found: Sequence[SitePass], coast: Flight, site: Site, crossrange: u.Quantity, earliest: Time) -> str:
    place = f"site at {site.latitude.to_value(u.deg):.3f} N {site.longitude.to_value(u.deg):.3f} E"
    words = (
        f"{place}: no pass comes within crossrange = {crossrange:g} from {earliest.isot[:19]}, the earliest for a "
        f"descent that begins now, to {coast.end.isot[:19]}"
    )
    if found:
        words += f"; the closest is {min(found, key=lambda each: float(each.distance.to_value(u.km)))}"
    if isinstance(coast.outcome, Impact):
        return f"{words}; then the orbit strikes the ground: {coast.outcome}. Expected an orbit that lasts until a pass"
    beyond = _beyond_inclination_deg(coast.at(coast.start), site, crossrange)
    if beyond > 0.0:
        return (
            f"{words}; the site lies {beyond:.1f} deg beyond the inclination of the orbit and the cross-range "
            "together, so that no pass ever does: expected a site nearer to the equator, or a steeper orbit"
        )
    return f"{words}; {_next_within(coast.at(coast.end), coast.scenario.moon, site, crossrange, coast.start)}"


def _beyond_inclination_deg(state: State, site: Site, crossrange: u.Quantity) -> float:
    tilt = float(state.elements().inclination.to_value(u.deg))
    reach = min(tilt, 180.0 - tilt) + np.degrees(crossrange.to_value(u.m) / constants.MOON_RADIUS_M) + _WANDERS_DEG
    return float(abs(site.latitude.to_value(u.deg)) - reach)


def _next_within(state: State, moon: Moon, site: Site, crossrange: u.Quantity, start: Time) -> str:
    """Return the words for the next pass within reach, as long as the orbit lasts."""
    searched = 0.0
    while searched < _FURTHER_D:
        coast = propagate(state, _AT_A_TIME_D * u.day, moon, accuracy=_ROUGH)
        for each in passes(coast, site):
            if each.distance <= crossrange:
                wait = float(seconds_after(start, each.time)) / 86400.0
                return (
                    f"the next within reach is {each}: search longer, within={np.ceil(10.0 * wait) / 10.0:.1f} * u.day"
                )
        if isinstance(coast.outcome, Impact):
            return (
                f"none does before the orbit strikes the ground, {coast.outcome}: expected an orbit that lasts longer"
            )
        state, searched = coast.at(coast.end), searched + _AT_A_TIME_D
    return f"none does in {_FURTHER_D:g} days more: expected a greater crossrange="
