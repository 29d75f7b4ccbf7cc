"""How a flight ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from astropy.coordinates import angular_separation as great_circle_angle
from astropy.time import Time

from lunarsim import constants
from lunarsim.flight.scenario import Site
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


class Impact(Outcome):
    """The craft met the ground at speed."""

    @property
    def incidence(self) -> u.Quantity:
        """Angle between the inertial velocity and the local surface, here a sphere."""
        return -self.flight_path_angle

    def __str__(self) -> str:
        return (
            f"impact at {_clock(self.time)} UTC, {_place(self)}, "
            f"{self.speed.to_value(u.m / u.s):.0f} m/s at {self.flight_path_angle.to_value(u.deg):.2f} deg"
        )


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
