"""How a flight ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from astropy.coordinates import angular_separation as great_circle_angle
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.kernels import codes
from lunarsim.kernels.driver.results import in_space
from lunarsim.mission.over_ground import ground_velocity, over_ground_pa
from lunarsim.mission.site import Site
from lunarsim.moon import Terrain
from lunarsim.moon.crater import SPACECRAFT_DENSITY, CraterEstimate, crater_estimate
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_me_from_icrf
from lunarsim.orbits import State


@by_value
@dataclass(frozen=True, eq=False)
class Outcome(ABC):
    """The end of a flight.

    Attributes
    ----------
    state : State
        Where and how fast, at the end.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> outcome = ls.propagate(state, 1 * u.hour).outcome
    >>> isinstance(outcome, ls.Outcome)
    True
    >>> print(outcome.time.isot)
    2023-08-19T12:10:00.000
    """

    state: State

    @property
    def time(self) -> Time:
        """When the flight ended."""
        return self.state.epoch

    @property
    def latitude(self) -> Latitude:
        """Selenographic (ME) latitude."""
        return self.state.latitude

    @property
    def longitude(self) -> Longitude:
        """Selenographic (ME) east longitude."""
        return self.state.longitude

    @property
    def speed(self) -> u.Quantity:
        """Moon-centred inertial speed."""
        return self.state.speed

    @property
    def flight_path_angle(self) -> u.Quantity:
        """Angle of the inertial velocity above the local horizontal."""
        return self.state.flight_path_angle

    @property
    def elevation(self) -> u.Quantity:
        """Height above the 1737.4 km sphere."""
        return self.state.altitude

    def distance_to(self, site: Site) -> u.Quantity:
        """Return the great-circle distance to a site on the 1737.4 km sphere."""
        angle = great_circle_angle(self.longitude, self.latitude, site.longitude, site.latitude)
        return (angle.to_value(u.rad) * constants.MOON_RADIUS_M * u.m).to(u.km)

    def _repr_html_(self) -> str:
        rows = [
            ("time", f"{self.time.utc.isot} UTC"),
            ("latitude", f"{self.latitude.deg:.4f} deg (ME)"),
            ("east longitude", f"{self.longitude.deg:.4f} deg (ME)"),
            ("above the 1737.4 km sphere", f"{self.elevation.to_value(u.km):.3f} km"),
            ("inertial speed", f"{self.speed.to_value(u.m / u.s):.2f} m/s"),
            ("flight-path angle", f"{self.flight_path_angle.to_value(u.deg):.2f} deg"),
        ]
        return as_table(str(self), rows)

    @abstractmethod
    def __str__(self) -> str:
        """Return the outcome as a sentence."""


@dataclass(frozen=True, eq=False)
class GroundContact(Outcome):
    """The end of a flight on the ground, safe or not.

    Attributes
    ----------
    terrain : Terrain
        The ground that it met.
    """

    terrain: Terrain = field(default_factory=Terrain.sphere)

    @property
    def slope(self) -> u.Quantity:
        """Angle between the ground there and the local horizontal, at the resolution of the terrain."""
        return self.terrain.slope(self.latitude, self.longitude)

    @property
    def ground_relative_speed(self) -> u.Quantity:
        """Speed over the turning Moon, up to 4.6 m/s from the inertial one."""
        return np.linalg.norm(self._velocity_over_ground()) * (u.m / u.s)

    def crater_diameter(
        self, mass: u.Quantity, *, projectile_density: u.Quantity = SPACECRAFT_DENSITY
    ) -> CraterEstimate:
        """Return the range of rim-to-rim diameters that a crater would have; see :func:`crater_estimate`.

        Zero where the craft was not moving into the ground, which the edge between two pixels of a map can show.

        Parameters
        ----------
        mass : Quantity
            Of the craft at the end.
        projectile_density : Quantity
            Mass over outline; default 200 kg/m3.

        Raises
        ------
        InputError
            If the mass or the density is not greater than zero.
        """
        angle = angle_to_ground(self._velocity_over_ground(), self._normal())
        if angle <= 0.0 * u.deg:
            return CraterEstimate(0.0 * u.m, 0.0 * u.m)
        return crater_estimate(mass, self.ground_relative_speed, angle, projectile_density=projectile_density)

    def _normal(self) -> NDArray[np.float64]:
        """Return the outward normal of the ground in ME components."""
        normal: NDArray[np.float64] = self.terrain.normal(self.latitude, self.longitude).value
        return normal

    def _velocity_over_ground(self) -> NDArray[np.float64]:
        """Return the velocity (m/s) over the turning Moon in ME components."""
        velocity: NDArray[np.float64] = ROT_ME_FROM_PA @ over_ground_pa(self.state)[1]
        return velocity


@dataclass(frozen=True, eq=False)
class Impact(GroundContact):
    """The craft met the ground at speed, or with nothing to stand on.

    Attributes
    ----------
    terrain : Terrain
        The ground that it met.
    without_gear : bool
        Whether a landing ended so for want of a landing gear, which alone gives a verdict; default false.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> isinstance(flight.outcome, ls.Impact)
    True
    >>> print(flight.outcome.speed.round(0), flight.outcome.latitude.deg.round(3))
    1699.0 m / s -57.865
    """

    without_gear: bool = False

    @property
    def incidence(self) -> u.Quantity:
        """Angle between the inertial velocity and the ground there, slope included; 90 deg is head-on."""
        return angle_to_ground(rot_me_from_icrf(self.time) @ self.state.velocity.to_value(u.m / u.s), self._normal())

    def __str__(self) -> str:
        return (
            f"impact at {clock(self.time)} UTC, {place(self)}, "
            f"{self.speed.to_value(u.m / u.s):.0f} m/s at {self.flight_path_angle.to_value(u.deg):.2f} deg"
            f"{self._on_a_slope()}{', no landing gear to judge it by' if self.without_gear else ''}"
        )

    def _on_a_slope(self) -> str:
        slope, incidence = (float(angle.to_value(u.deg)) for angle in (self.slope, self.incidence))
        return f", {incidence:.1f} deg to ground that slopes {slope:.1f} deg" if slope > 0.0 else ""


class InOrbit(Outcome):
    """The plan ended with the craft in a closed orbit.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> outcome = ls.propagate(state, 1 * u.hour).outcome
    >>> isinstance(outcome, ls.InOrbit)
    True
    >>> print(outcome.perilune.to(u.km).round(1))
    83.4 km
    """

    @property
    def perilune(self) -> u.Quantity:
        """Osculating perilune altitude."""
        return self.state.perilune

    @property
    def apolune(self) -> u.Quantity:
        """Osculating apolune altitude."""
        return self.state.apolune

    def __str__(self) -> str:
        return (
            f"in orbit at {clock(self.time)} UTC, "
            f"{self.perilune.to_value(u.km):.1f} x {self.apolune.to_value(u.km):.1f} km"
        )


class Aloft(Outcome):
    """The plan ended above the ground, on an orbit that leads into it: the landing was not flown to its end.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> fall = ls.State([1837.4, 0, 0] * u.km, [0, 1.4, 0] * u.km / u.s, Time("2026-01-01"))
    >>> outcome = ls.propagate(fall, 5 * u.min).outcome
    >>> isinstance(outcome, ls.Aloft)
    True
    >>> print(outcome.state.altitude.round(1))
    82659.0 m
    """

    def __str__(self) -> str:
        up, across = (float(speed.to_value(u.m / u.s)) for speed in ground_velocity(self.state))
        altitude = f"{self.state.altitude.to_value(u.km):.3f} km"
        return (
            f"still aloft at {clock(self.time)} UTC, when the plan was over: {altitude} high, "
            f"{abs(up):.1f} m/s {'down' if up < 0.0 else 'up'} and {across:.1f} m/s across"
        )


class Escape(Outcome):
    """The plan ended with the craft on an open orbit.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> state = ls.State([1837, 0, 0] * u.km, [0, 3, 0] * u.km / u.s, Time("2026-01-01"))
    >>> print(ls.propagate(state, 1 * u.hour).outcome)
    on an escape orbit at 2026-01-01 01:00:00 UTC, at 2195 m/s
    """

    def __str__(self) -> str:
        return f"on an escape orbit at {clock(self.time)} UTC, at {self.speed.to_value(u.m / u.s):.0f} m/s"


def outcome_in_space(state: State, terrain: Terrain, gm_m3_s2: float) -> Outcome:
    """Return how a flight ended that did not meet the ground: by its osculating orbit and the lowest ground."""
    lowest_m = terrain.ground.radius_m + terrain.ground.lowest_m
    code = in_space(state.position.to_value(u.m), state.velocity.to_value(u.m / u.s), gm_m3_s2, lowest_m)
    kinds: dict[int, type[Outcome]] = {codes.ESCAPE: Escape, codes.IN_ORBIT: InOrbit, codes.ALOFT: Aloft}
    return kinds[code](state)


def angle_to_ground(velocity: NDArray[np.float64], normal: NDArray[np.float64]) -> u.Quantity:
    """Return the angle of a velocity into ground of this outward normal; negative out of it."""
    return np.degrees(np.arctan2(-(velocity @ normal), np.linalg.norm(np.cross(velocity, normal)))) * u.deg


def clock(time: Time) -> str:
    """Return a time in UTC to the second."""
    return str(time.utc.strftime("%Y-%m-%d %H:%M:%S"))


def place(outcome: Outcome) -> str:
    """Return latitude and longitude in words."""
    latitude, longitude = outcome.latitude.deg, outcome.longitude.deg
    return f"{abs(latitude):.3f} {'S' if latitude < 0 else 'N'} {longitude:.3f} E"
