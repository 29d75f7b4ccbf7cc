"""When an orbit passes a site: the closest approaches of its ground track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray
from scipy.optimize import brentq

from lunarsim import constants
from lunarsim.flight.flight import Flight
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import time_after
from lunarsim.mission.site import Site, direction_me
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_pa_from_icrf_with_rate

_GRID_S = 60.0  # a low orbit takes 6500 s, and its distance to a site has one minimum a revolution
_ROOT_S = 1e-3  # a millisecond is 1.6 m of flight


@dataclass(frozen=True, kw_only=True, eq=False)
class SitePass:
    """A closest approach of an orbit's ground track to a site, over the turning Moon.

    Attributes
    ----------
    time : Time
        Of the closest approach.
    distance : Quantity
        Great-circle distance from track to site on the 1737.4 km sphere: the cross-range to be corrected.
    side : str
        On which side of the track the site lies, seen in the direction of flight: ``"left"`` or ``"right"``.
    ascending : bool
        Whether the track runs northward there.
    azimuth : Quantity
        Direction of the track there, from north towards east.
    altitude : Quantity
        Of the orbit there, above the 1737.4 km sphere.
    node_longitude : Quantity
        Selenographic longitude of the osculating ascending node.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> flight = ls.propagate(scenario.state, 4 * u.hour)
    >>> first, *_ = ls.passes(flight, scenario.sites["planned"])
    >>> print(first)
    2023-08-19T12:02:30 UTC, descending, site 274.4 km to the right, altitude 97.8 km, node 229.02 E
    """

    time: Time
    distance: u.Quantity
    side: str
    ascending: bool
    azimuth: u.Quantity
    altitude: u.Quantity
    node_longitude: u.Quantity

    def __str__(self) -> str:
        leg = "ascending" if self.ascending else "descending"
        return (
            f"{self.time.isot[:19]} {self.time.scale.upper()}, {leg}, site {self.distance.to_value(u.km):.1f} km to "
            f"the {self.side}, altitude {self.altitude.to_value(u.km):.1f} km, node {self.node_longitude.value:.2f} E"
        )


def passes(flight: Flight, site: Site) -> tuple[SitePass, ...]:
    """Return the closest approaches of a coasting flight's ground track to a site, in order of time.

    There is one a revolution. Each is a zero of the derivative of the angle, found in the flight's dense output by
    Brent's method to a millisecond.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> day = ls.propagate(scenario.state, 1 * u.day)
    >>> nearest = min(ls.passes(day, scenario.sites["planned"]), key=lambda each: abs(each.distance))
    >>> print(f"{nearest.distance.to(u.km):.0f}")
    140 km
    """
    track = _Track(flight, site)
    times = np.append(np.arange(0.0, flight.trajectory.end_s, _GRID_S), flight.trajectory.end_s)
    cosines, rates = track.many(times)
    comes = (rates[:-1] > 0.0) & (rates[1:] <= 0.0) & (cosines[:-1] > 0.0)
    found = [float(brentq(track.approach, times[i], times[i + 1], xtol=_ROOT_S)) for i in np.flatnonzero(comes)]
    return tuple(track.site_pass(t_s) for t_s in found)


class _Track:
    """The ground track of a flight, seen from a site."""

    def __init__(self, flight: Flight, site: Site) -> None:
        self._flight = flight
        self._site = direction_me(site)

    def many(self, t_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the cosine of the angle to the site and its rate (1/s) at many times."""
        r, v = self._fixed(t_s)
        size = np.linalg.norm(r, axis=-1)
        cosines = r @ self._site / size
        rates = v @ self._site / size - cosines * np.einsum("ni,ni->n", r, v) / size**2
        return cosines, rates

    def approach(self, t_s: float) -> float:
        """Return the rate of the cosine (1/s): positive while the craft comes nearer."""
        return float(self.many(np.array([t_s]))[1][0])

    def site_pass(self, t_s: float) -> SitePass:
        """Return what there is to say of a closest approach."""
        r, v = (vector[0] for vector in self._fixed(np.array([t_s])))
        up = r / np.linalg.norm(r)
        ahead = v - (v @ up) * up
        across = float(np.cross(up, ahead) @ self._site)
        angle = np.arctan2(np.linalg.norm(np.cross(up, self._site)), up @ self._site)
        east = np.cross([0.0, 0.0, 1.0], up)
        azimuth = np.degrees(np.arctan2(ahead @ east, ahead @ np.cross(up, east)))
        time = time_after(self._flight.start, t_s)
        state = self._flight.at(time)
        return SitePass(
            time=time,
            distance=(angle * constants.MOON_RADIUS_M * u.m).to(u.km),
            side="left" if across > 0.0 else "right",
            ascending=bool(ahead[2] > 0.0),
            azimuth=azimuth * u.deg,
            altitude=state.altitude.to(u.km),
            node_longitude=state.elements().node_longitude,
        )

    def _fixed(self, t_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return positions and velocities over the ground in ME (m, m/s), shape (n, 3)."""
        y, _ = self._flight.trajectory.at(t_s)
        rot, rate = rot_pa_from_icrf_with_rate(time_after(self._flight.start, t_s))
        r, v = y[:, motion.POSITION], y[:, motion.VELOCITY]
        r_pa = np.einsum("nij,nj->ni", rot, r)
        v_pa = np.einsum("nij,nj->ni", rot, v) + np.einsum("nij,nj->ni", rate, r)
        return r_pa @ ROT_ME_FROM_PA.T, v_pa @ ROT_ME_FROM_PA.T
