"""Places between the Earth and the Moon on the paper, in axes that stand still and in axes that turn with the Moon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.chain import MissionFlight
from lunarsim.flight import Flight
from lunarsim.kernels.forces.near_earth import SPHERE_SHARE
from lunarsim.orbits import State
from lunarsim.orbits.moonward import MoonPlaces

Array = NDArray[np.float64]


class Way(NamedTuple):
    """A way from the Earth's centre, with the Moon's place at each time."""

    seconds: Array  #: after the first start, shape (n,)
    craft_km: Array  #: from the Earth, ICRF axes, shape (n, 3)
    moon_km: Array
    moon_mps: Array

    @classmethod
    def of(cls, flights: Sequence[Flight]) -> Way:
        """Return that of flights that follow each other."""
        zero = flights[0].start
        seconds = [_after_s(zero, flight.start) + flight.elapsed.to_value(u.s) for flight in flights]
        from_moon = [flight.states.position.to_value(u.km) for flight in flights]
        return cls._with_moon(flights, np.concatenate(seconds), np.concatenate(from_moon))

    @classmethod
    def at(cls, flights: Sequence[Flight], states: Sequence[State]) -> Way:
        """Return that of single states of flights."""
        seconds = np.array([_after_s(flights[0].start, state.epoch) for state in states])
        from_moon = np.array([state.position.to_value(u.km) for state in states]).reshape(-1, 3)
        return cls._with_moon(flights, seconds, from_moon)

    @classmethod
    def _with_moon(cls, flights: Sequence[Flight], seconds: Array, from_moon_km: Array) -> Way:
        sky = flights[0].scenario.moon.ephemeris
        if not seconds.size:
            return cls(seconds, *3 * [np.empty((0, 3))])
        moon = MoonPlaces.between(sky, flights[0].start, seconds, np.eye(3))
        return cls(seconds, from_moon_km + moon.r_m / 1e3, moon.r_m / 1e3, moon.v_mps)

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Whether the craft is outside of the Moon's sphere of influence."""
        apart = np.linalg.norm(self.craft_km - self.moon_km, axis=1)
        return np.asarray(apart > SPHERE_SHARE * np.linalg.norm(self.moon_km, axis=1))

    @property
    def meeting(self) -> int:
        """The sample of the first closest approach within the sphere; the last one if there is none."""
        apart = np.linalg.norm(self.craft_km - self.moon_km, axis=1)
        recedes = np.flatnonzero(~self.outside[:-1] & (np.diff(apart) > 0.0))
        return int(recedes[0]) if recedes.size else len(apart) - 1


class Still(NamedTuple):
    """Axes in the plane of the Moon's motion at a time, the first towards the Moon then, seen from the north."""

    right: Array
    up: Array

    @classmethod
    def towards(cls, way: Way, k: int) -> Still:
        """Return those of the k-th time of a way."""
        right = way.moon_km[k] / np.linalg.norm(way.moon_km[k])
        normal = np.cross(way.moon_km[k], way.moon_mps[k])
        return cls(right, np.cross(normal / np.linalg.norm(normal), right))

    def flat(self, places_km: Array) -> tuple[Array, Array]:
        """Return places on the paper, 1000 km."""
        return places_km @ self.right / 1e3, places_km @ self.up / 1e3


def turning(way: Way) -> tuple[Array, Array]:
    """Return places in axes that turn and breathe with the Moon: the Earth is at (0, 0), the Moon at (1, 0)."""
    distance = np.linalg.norm(way.moon_km, axis=1, keepdims=True)
    right = way.moon_km / distance
    normal = np.cross(way.moon_km, way.moon_mps)
    up = np.cross(normal / np.linalg.norm(normal, axis=1, keepdims=True), right)
    scaled = way.craft_km / distance
    return np.sum(scaled * right, axis=1), np.sum(scaled * up, axis=1)


def goes_beyond(flights: Sequence[Flight]) -> bool:
    """Return whether flights are at times outside of the Moon's sphere of influence."""
    return bool(np.any(Way.of(flights).outside))


def comes_near(flights: Sequence[Flight]) -> bool:
    """Return whether flights are at times within the Moon's sphere of influence."""
    return not bool(np.all(Way.of(flights).outside))


def flights_of(flown: MissionFlight | Flight) -> tuple[Flight, ...]:
    """Return the flights of a mission that lead to its last one, or the one."""
    return flown.way if isinstance(flown, MissionFlight) else (flown,)


def _after_s(zero: Time, time: Time) -> float:
    return float((time.tdb - zero.tdb).to_value(u.s))


def days_of(flights: Sequence[Flight]) -> list[State]:
    """Return the states at each midnight (UTC) of flights."""
    first, last = flights[0].start.utc.mjd, flights[-1].end.utc.mjd
    midnights = Time(np.arange(np.ceil(first), last), format="mjd", scale="utc")
    under_way = ((time, next((each for each in flights if each.start <= time <= each.end), None)) for time in midnights)
    return [flight.at(time) for time, flight in under_way if flight is not None]
