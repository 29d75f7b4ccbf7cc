"""The ground below a flight: along its time, and along the last kilometres before it came down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks, constants
from lunarsim.errors import InputError
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.outcome import GroundContact
from lunarsim.mission.clock import time_after
from lunarsim.mission.site import Site, direction_me

_SAMPLES = 1200  # a map of 4 pixels a degree has one in 7.6 km: over 100 km, a hundred samples a pixel
_BEYOND = 0.2  # of the reach, that is shown of the ground beyond the end
_HEADING = 0.02  # of the reach before the end, from where the direction over the ground is taken


class GroundProfile(NamedTuple):
    """A path and the ground below it, from some kilometres before the end of a flight to a little beyond it."""

    distance: u.Quantity  #: along the ground from where the flight ended, negative before, shape (n,)
    altitude: u.Quantity  #: of the craft above the 1737.4 km sphere; NaN beyond the end
    ground: u.Quantity  #: elevation of the terrain above the same sphere; NaN outside its window


def ground_below(flight: Flight, times: Time) -> u.Quantity:
    """Return the elevation of the terrain below a craft at n times of its flight; NaN outside the terrain's window.

    Raises
    ------
    SpanError
        If a time lies outside the flown span.
    """
    states = flight.at(times)
    return flight.scenario.moon.terrain.height_where_known(states.latitude, states.longitude).to(u.m)


def ground_profile(flight: Flight, reach: u.Quantity = 100.0 * u.km) -> GroundProfile:
    """Return the last kilometres of a flight that came down, and the ground that it came down on.

    Parameters
    ----------
    flight : Flight
        One that ended on the ground.
    reach : Quantity
        How far back along the ground; default 100 km, or as far as the flight goes.

    Raises
    ------
    InputError
        If the flight did not come down, or the reach is no length greater than zero and up to 5,000 km.
    """
    reach_m = float(checks.quantity("reach", reach, u.m, positive=True).value)
    if reach_m > 5e6:
        raise InputError(f"reach = {reach}: expected a length up to 5000 km, less than the way round the Moon")
    if not isinstance(flight.outcome, GroundContact):
        raise InputError(f"the flight of '{flight.scenario.name}' did not come down: {flight.outcome}")
    end = direction_me(
        Site(latitude=u.Quantity(flight.outcome.latitude), longitude=u.Quantity(flight.outcome.longitude))
    )
    times = _last_times(flight, end, reach_m)
    states = flight.at(times)
    places = _directions(states.latitude.rad, states.longitude.rad)
    before_m = _away_m(places, end)
    beyond_m = np.linspace(0.0, _BEYOND * before_m.max(), _SAMPLES // 5)[1:]
    start = places[int(np.argmin(np.abs(before_m - _HEADING * before_m.max())))]
    there = _onward(start, end, beyond_m / constants.MOON_RADIUS_M)
    latitude = np.concatenate([states.latitude.rad, np.arcsin(there[:, 2])])
    longitude = np.concatenate([states.longitude.rad, np.arctan2(there[:, 1], there[:, 0])])
    ground = flight.scenario.moon.terrain.height_where_known(latitude * u.rad, longitude * u.rad)
    altitude_m = np.concatenate([states.altitude.to_value(u.m), np.full(beyond_m.size, np.nan)])
    return GroundProfile(np.concatenate([-before_m, beyond_m]) * u.m, altitude_m * u.m, ground.to(u.m))


def _last_times(flight: Flight, end: NDArray[np.float64], reach_m: float) -> Time:
    """Return times, close to each other, from where a flight came within reach of its end for the last time."""
    away_m = _away_m(_directions(flight.latitude.rad, flight.longitude.rad), end)
    elapsed_s = flight.elapsed.to_value(u.s)
    far = np.flatnonzero(away_m > reach_m)
    first_s = elapsed_s[0]
    if far.size:
        i = int(far[-1])
        first_s = np.interp(-reach_m, -away_m[i : i + 2], elapsed_s[i : i + 2])
    return time_after(flight.start, np.linspace(first_s, flight.trajectory.end_s, _SAMPLES))


def _directions(latitude_rad: NDArray[np.float64], longitude_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = np.cos(latitude_rad)
    return np.stack([flat * np.cos(longitude_rad), flat * np.sin(longitude_rad), np.sin(latitude_rad)], axis=-1)


def _away_m(places: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return great-circle distances from places to the end."""
    angle = np.arctan2(np.linalg.norm(np.cross(places, end), axis=-1), places @ end)
    return np.asarray(constants.MOON_RADIUS_M * angle)


def _onward(start: NDArray[np.float64], end: NDArray[np.float64], angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places beyond the end on the great circle from a start, at angles from the end."""
    ahead = (start @ end) * end - start
    length = float(np.linalg.norm(ahead))
    ahead = ahead / length if length > 0.0 else np.cross(end, [0.0, 0.0, 1.0])
    return np.cos(angles)[:, np.newaxis] * end + np.sin(angles)[:, np.newaxis] * ahead
