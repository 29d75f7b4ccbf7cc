"""Ways from a perigee over the Earth to the Moon's place, in a plane of given inclination."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

from lunarsim.moon.ephemeris.tables import Ephemeris
from lunarsim.orbits.outbound_conic import Conics, conics_from_perigee

Array = NDArray[np.float64]

_KNOTS_S = 3 * 3600.0  # of the Moon's way, between which places are interpolated: 0.7 m


class MoonPlaces(NamedTuple):
    """Places (m) and velocities (m/s) of the Moon from the Earth, shape (n, 3), in the axes of the frame."""

    r_m: Array
    v_mps: Array

    @classmethod
    def at(cls, ephemeris: Ephemeris, times: Time, rot: Array) -> MoonPlaces:
        """Return them at some times."""
        r, v = ephemeris.position_and_velocity("earth", times)
        return cls(-r.to_value(u.m) @ rot.T, -v.to_value(u.m / u.s) @ rot.T)

    @classmethod
    def between(cls, ephemeris: Ephemeris, zero: Time, seconds: Array, rot: Array) -> MoonPlaces:
        """Return what :meth:`at` does for many times, to a metre, by Hermite's polynomials between times hours apart.

        Their error is the fourth derivative, of a circle in 27.3 days, times the fourth power of the step over 384.
        """
        first = float(seconds.min())
        last = max(float(seconds.max()), first + _KNOTS_S)
        knots = np.linspace(first, last, int(np.ceil((last - first) / _KNOTS_S)) + 1)
        there = cls.at(ephemeris, zero.tdb + knots * u.s, rot)
        way = CubicHermiteSpline(knots, there.r_m, there.v_mps)
        return cls(way(seconds), way(seconds, 1))


class Ways(NamedTuple):
    """Ways to the Moon, in the axes of the frame; NaN where there is none."""

    conics: Conics
    excess_mps: Array  #: shape (n, 3)
    perigee: Array  #: directions of the place and the velocity there, shape (n, 2, 3)
    declination: Array  #: of the Moon (rad), shape (n,)


def ways_to(moon: MoonPlaces, seconds: Array, tilt: float, parking_m: float, northbound: bool) -> Ways:
    """Return the ways to places of the Moon in some times, for a tilt of their planes (rad) and a perigee (m)."""
    distance = np.linalg.norm(moon.r_m, axis=1)
    up = moon.r_m / distance[:, None]
    declination = np.arcsin(up[:, 2])
    east = np.cross([0.0, 0.0, 1.0], up) / np.cos(declination)[:, None]
    sine = np.cos(tilt) / np.cos(declination)  # of the azimuth of the way over the Moon's place
    with np.errstate(invalid="ignore"):
        cosine = np.sqrt(1.0 - sine * sine) * (1.0 if northbound else -1.0)
    ahead = sine[:, None] * east + cosine[:, None] * np.cross(up, east)
    conics = conics_from_perigee(parking_m, distance, seconds)
    arrives = conics.radial_mps[:, None] * up + conics.transverse_mps[:, None] * ahead
    c, s = np.cos(conics.anomaly)[:, None], np.sin(conics.anomaly)[:, None]
    return Ways(conics, arrives - moon.v_mps, np.stack([c * up - s * ahead, s * up + c * ahead], axis=1), declination)
