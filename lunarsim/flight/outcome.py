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
from lunarsim.flight.over_ground import ground_velocity
from lunarsim.flight.scenario import Site
from lunarsim.moon import Terrain
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import State


@dataclass(frozen=True, eq=False)
class Outcome(ABC):
    """The end of a flight.

    Attributes
    ----------
    state : State
        Where and how fast, at the end.
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
        return self.state.height

    def distance_to(self, site: Site) -> u.Quantity:
        """Return the great-circle distance to a site on the 1737.4 km sphere."""
        angle = great_circle_angle(self.longitude, self.latitude, site.longitude, site.latitude)
        return (angle.to_value(u.rad) * constants.MOON_RADIUS_M * u.m).to(u.km)

    @abstractmethod
    def __str__(self) -> str:
        """Return the outcome as a sentence."""


@dataclass(frozen=True, eq=False)
class Impact(Outcome):
    """The craft met the ground at speed.

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
    def incidence(self) -> u.Quantity:
        """Angle between the inertial velocity and the ground there, slope included; 90 deg is head-on."""
        v_me = self._velocity_me()
        normal = self.terrain.normal(self.latitude, self.longitude).value
        return np.degrees(np.arctan2(-(v_me @ normal), np.linalg.norm(np.cross(v_me, normal)))) * u.deg

    @property
    def ground_relative_speed(self) -> u.Quantity:
        """Speed over the turning Moon, up to 4.6 m/s from the inertial one."""
        return np.hypot(*ground_velocity(self.state))

    def _velocity_me(self) -> NDArray[np.float64]:
        velocity: NDArray[np.float64] = rot_me_from_icrf(self.time) @ self.state.velocity.to_value(u.m / u.s)
        return velocity

    def __str__(self) -> str:
        return (
            f"impact at {_clock(self.time)} UTC, {_place(self)}, "
            f"{self.speed.to_value(u.m / u.s):.0f} m/s at {self.flight_path_angle.to_value(u.deg):.2f} deg"
            f"{self._on_a_slope()}"
        )

    def _on_a_slope(self) -> str:
        slope, incidence = (float(angle.to_value(u.deg)) for angle in (self.slope, self.incidence))
        return f", {incidence:.1f} deg to ground that slopes {slope:.1f} deg" if slope > 0.0 else ""


class InOrbit(Outcome):
    """The plan ended with the craft in a closed orbit."""

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
            f"in orbit at {_clock(self.time)} UTC, "
            f"{self.perilune.to_value(u.km):.1f} x {self.apolune.to_value(u.km):.1f} km"
        )


class Escape(Outcome):
    """The plan ended with the craft on an open orbit."""

    def __str__(self) -> str:
        return f"on an escape orbit at {_clock(self.time)} UTC, at {self.speed.to_value(u.m / u.s):.0f} m/s"


def outcome_in_space(state: State) -> Outcome:
    """Return how a flight ended that did not meet the ground."""
    return InOrbit(state) if np.isfinite(state.apolune.value) else Escape(state)


def _clock(time: Time) -> str:
    return str(time.utc.strftime("%Y-%m-%d %H:%M:%S"))


def _place(outcome: Outcome) -> str:
    latitude, longitude = outcome.latitude.deg, outcome.longitude.deg
    return f"{abs(latitude):.3f} {'S' if latitude < 0 else 'N'} {longitude:.3f} E"
