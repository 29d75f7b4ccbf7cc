"""The histories of a flight alone, as a NetCDF file holds them: no scenario, no timeline, no ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from astropy.time import Time
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

from lunarsim.errors import SpanError
from lunarsim.flight.events.timeline import EventKind
from lunarsim.mission.clock import seconds_after
from lunarsim.orbits import State


class EngineOn(NamedTuple):
    """From when to when an engine gave thrust, and the samples at both."""

    ignition: Time
    duration: u.Quantity
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Histories:
    """What :func:`read_netcdf` returns of a flight that was written by :func:`write_netcdf`: its samples.

    The figures ``altitude_profile``, ``burn``, ``ground_track`` and ``orbit`` of :mod:`lunarsim.plots` draw them as
    they draw a Flight, without what the file does not hold: names of events, targets, sites, the ground.

    Attributes
    ----------
    name : str
        What figures call it: the name of the file without its suffix.
    title : str
        Of the scenario.
    outcome : str
        How the flight ended, in words.
    contact : EventKind or None
        Impact or touchdown, where it ended on the ground.
    states : State
        Of n times; each stands once.
    thrust, delta_v, delta_v_sensed : Quantity, shape (n,)
        As those of a Flight; at a jump, the values after it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.write_netcdf(ls.propagate(ls.load_scenario("luna25").state, 1 * u.hour), "coast.nc")
    >>> histories = ls.read_netcdf("coast.nc")
    >>> print(histories.altitude.min().to(u.km).round(1))
    93.0 km
    """

    name: str
    title: str
    outcome: str
    contact: EventKind | None
    states: State
    thrust: u.Quantity
    delta_v: u.Quantity
    delta_v_sensed: u.Quantity

    @property
    def start(self) -> Time:
        """When the flight started."""
        return self.states.epoch[0]

    @property
    def end(self) -> Time:
        """When the flight ended."""
        return self.states.epoch[-1]

    @property
    def duration(self) -> u.Quantity:
        """How long the flight lasted."""
        return self.elapsed[-1]

    @cached_property
    def elapsed(self) -> u.Quantity:
        """Time since the start of the flight."""
        return seconds_after(self.start, self.states.epoch) * u.s

    @property
    def altitude(self) -> u.Quantity:
        """Height above the 1737.4 km sphere."""
        return self.states.altitude

    @property
    def latitude(self) -> Latitude:
        """Selenographic (ME) latitude."""
        return self.states.latitude

    @property
    def longitude(self) -> Longitude:
        """Selenographic (ME) east longitude."""
        return self.states.longitude

    @property
    def burns(self) -> tuple[EngineOn, ...]:
        """When an engine gave thrust, in order."""
        on = np.diff(self.thrust.value > 0.0, prepend=False, append=False)
        edges = np.flatnonzero(on).reshape(-1, 2)
        return tuple(self._engine_on(int(first), min(int(last), self.thrust.size - 1)) for first, last in edges)

    def _engine_on(self, first: int, last: int) -> EngineOn:
        return EngineOn(self.states.epoch[first], self.elapsed[last] - self.elapsed[first], first, last)

    @property
    def burning(self) -> NDArray[np.bool_]:
        """Which samples belong to a burn, that of the cut-off included."""
        shown = np.zeros(self.thrust.size, dtype=bool)
        for each in self.burns:
            shown[each.first : each.last + 1] = True
        return shown

    def at(self, time: Time) -> State:
        """Return the states at n times, between samples by a cubic through their positions and velocities.

        Raises
        ------
        SpanError
            If a time lies outside the samples: nothing is extrapolated.
        """
        known_s, wanted_s = self.elapsed.to_value(u.s), seconds_after(self.start, time)
        if np.any(wanted_s < known_s[0]) or np.any(wanted_s > known_s[-1]):
            raise SpanError(f"{self.name}: a time lies outside {self.start.isot} to {self.end.isot} of its samples")
        r_m, v_mps = self.states.position.to_value(u.m), self.states.velocity.to_value(u.m / u.s)
        path = CubicHermiteSpline(known_s, r_m, v_mps)
        return State(path(wanted_s) * u.m, path.derivative()(wanted_s) * (u.m / u.s), time)
