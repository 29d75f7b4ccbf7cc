"""What can be wrong with the numbers that were loaded into a Kalman filter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from astropy import units as u

from lunarsim.craft import KalmanFilter, Spacecraft
from lunarsim.declarations import REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault


@fault("wrong gate")
class WrongGate(Fault):
    """A wrong gate was loaded, beyond which the filter rejects a measurement.

    Parameters
    ----------
    gate : float
        What was loaded: standard deviations of the innovation, above 0.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.navigation.gate",)

    gate: float = number(REQUIRED, u.one, above=0.0, high=1e9, text="What was loaded: standard deviations.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose filter has another gate."""
        return _loaded(craft, "a gate", gate=self.gate)


@fault("wrong noise")
class WrongNoise(Fault):
    """A wrong noise of the acceleration was loaded, by which the filter trusts its inertial unit more or less.

    Parameters
    ----------
    acceleration_noise : Quantity
        What was loaded: standard deviation of the velocity after a second.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.navigation.acceleration_noise",)

    acceleration_noise: u.Quantity = number(
        REQUIRED, u.m / u.s**1.5, low=0.0, high=1e3, text="What was loaded: of the velocity after a second."
    )

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose filter counts on another noise."""
        return _loaded(craft, "a noise to count on", acceleration_noise=self.acceleration_noise)


@fault("wrong map")
class WrongMap(Fault):
    """The filter carries no map of the ground, but a sphere through the landing site.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.navigation.map",)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose filter takes the Moon for a sphere."""
        without = _loaded(craft, "a map", map="sphere")
        if without == craft:
            raise InputError('the craft\'s filter has map = "sphere", no map to be wrong: leave this fault out')
        return without


def _loaded(craft: Spacecraft, what: str, **numbers: Any) -> Spacecraft:
    """Return a craft with other numbers in its filter.

    Raises
    ------
    InputError
        If it has none.
    """
    if not isinstance(craft.navigation, KalmanFilter):
        raise InputError(f"the craft's navigation, '{craft.navigation.title}', has not {what}: expected a KalmanFilter")
    return replace(craft, navigation=replace(craft.navigation, **numbers))
