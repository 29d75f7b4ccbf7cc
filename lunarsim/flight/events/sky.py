"""The sky of one flight as detectors see it: where bodies and stations stand, how the Moon is turned."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from astropy import units as u
from astropy.coordinates import EarthLocation
from astropy.time import Time
from astropy.utils import iers
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.forces.near_earth import NearEarth, height_over_earth
from lunarsim.kernels.geometry.orientation import rot_pa_from_icrf, rotations_pa_from_icrf
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate, evaluate_with_rate, evaluated
from lunarsim.moon import Moon
from lunarsim.moon.ephemeris.chebyshev import fit, intervals_within, tdb
from lunarsim.moon.orientation import ROT_ME_FROM_PA

_STATION_INTERVAL_S = 3600.0  # the Earth turns 15 deg: 10 terms follow a station to a micrometre
_STATION_TERMS = 10


class Sky:
    """Positions (m, Moon-centred, ICRF axes) at seconds after the start of a flight.

    Parameters
    ----------
    moon : Moon
        Whose ephemeris places the bodies.
    environment : Environment
        Of the flight.
    start : Time
        When the flight starts.
    duration_s : float
        Longest duration of the flight.
    """

    def __init__(self, moon: Moon, environment: Environment, start: Time, duration_s: float) -> None:
        self.start = start
        self._moon = moon
        self._environment = environment
        self._duration_s = duration_s

    def earth(self, t_s: float) -> NDArray[np.float64]:
        """Return the place of the Earth's centre."""
        return self._both(t_s)[:3]

    def earth_motion(self, t_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the place of the Earth's centre and its velocity (m/s)."""
        positions, rates = np.empty(6), np.empty(6)
        evaluate_with_rate(self._bodies, self._environment.epoch_et_s + t_s, positions, rates)
        return positions[:3], rates[:3]

    def height_over_earth(self, t_s: float, r: NDArray[np.float64]) -> float:
        """Return the height (m) of a place over the Earth's ellipsoid (WGS84).

        Raises
        ------
        InputError
            If the Earth of this flight is a distant point mass.
        """
        environment = self._environment
        if environment.earth is None:
            raise InputError(
                "a height over the Earth was asked for, and the flight's Moon takes the Earth for a distant point "
                "mass: give it Moon(earth=lunarsim.Earth())"
            )
        bodies, earth = environment.body_positions, environment.earth
        return float(height_over_earth(environment.epoch_et_s + t_s, r, bodies, earth))

    @property
    def near_earth(self) -> NearEarth | None:
        """The Earth as a near body; None where it is a distant point mass."""
        return self._environment.earth

    def me(self, t_s: float, r: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a vector of ICRF axes in ME axes."""
        rot = rot_pa_from_icrf(self._environment.angles, self._environment.epoch_et_s + t_s)
        turned: NDArray[np.float64] = ROT_ME_FROM_PA @ (rot @ r)
        return turned

    def earth_along(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the place of the Earth's centre at n times, shape (n, 3)."""
        return self._both_along(times)[:, :3]

    def sun_along(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the place of the Sun at n times, shape (n, 3)."""
        return self._both_along(times)[:, 3:]

    def me_along(self, times: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return n vectors of ICRF axes in ME axes, each at its time, shape (n, 3)."""
        rot = rotations_pa_from_icrf(self._environment.angles, self._environment.epoch_et_s + times)
        turned: NDArray[np.float64] = np.einsum("nij,nj->ni", rot, r) @ ROT_ME_FROM_PA.T
        return turned

    def station(self, location: EarthLocation) -> Station:
        """Return a place on the Earth, followed through the flight."""
        return Station(_station_table(location, self._environment.epoch_et_s, self._duration_s), self)

    @property
    def epoch_et_s(self) -> float:
        """Start of the flight, TDB seconds past J2000."""
        return self._environment.epoch_et_s

    @cached_property
    def _bodies(self) -> ChebyshevTable:
        return self._moon.ephemeris.tabulate(("earth", "sun"), self._environment.epoch_et_s, self._duration_s)

    def _both(self, t_s: float) -> NDArray[np.float64]:
        positions = np.empty(6)
        evaluate(self._bodies, self._environment.epoch_et_s + t_s, positions)
        return positions

    def _both_along(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.ascontiguousarray(evaluated(self._bodies, self._environment.epoch_et_s + times).T)


class Station:
    """A place on the Earth at seconds after the start of a flight."""

    def __init__(self, table: ChebyshevTable, sky: Sky) -> None:
        self._table = table
        self._sky = sky

    def along(self, times: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the place (m, Moon-centred) and the direction of its zenith, along the Earth's radius, at n times.

        Each of shape (n, 3).
        """
        offsets = np.ascontiguousarray(evaluated(self._table, self._sky.epoch_et_s + times).T)
        return self._sky.earth_along(times) + offsets, offsets


def _station_table(location: EarthLocation, start_et_s: float, duration_s: float) -> ChebyshevTable:
    """Tabulate a station about the Earth's centre; Earth rotation from the tables that astropy carries."""

    def places(days: NDArray[np.float64]) -> NDArray[np.float64]:
        xyz: NDArray[np.float64] = location.get_gcrs_posvel(tdb(days))[0].xyz.to_value(u.m)
        return xyz

    intervals = intervals_within(duration_s, _STATION_INTERVAL_S)
    with iers.conf.set_temp("auto_download", False):  # no network in a flight
        return fit(places, start_et_s, _STATION_INTERVAL_S, intervals, _STATION_TERMS)
