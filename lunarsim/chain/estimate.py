"""The estimate of a navigation, handed on from one link to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.craft import Spacecraft
from lunarsim.craft.navigation import InertialNavigation
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.kernels.navigation.estimate import axes_of_flight
from lunarsim.kernels.sensors.noise import NAVIGATION, gaussian

_DIRECTIONS = ("downrange", "crossrange", "altitude")
_MPS = u.m / u.s


def keeps_estimate(craft: Spacecraft | None) -> bool:
    """Return whether a craft has a navigation that adds up what its sensors report from a state where it begins."""
    return craft is not None and isinstance(craft.navigation, InertialNavigation)


def with_estimate(craft: Spacecraft, last: NavigationHistory) -> Spacecraft:
    """Return a craft whose navigation begins with the error and the standard deviations that another ended with.

    What couples the directions in the covariance is not handed on, nor is what was learnt of the altimeter's bias.

    Parameters
    ----------
    craft : Spacecraft
        With dead reckoning or a Kalman filter.
    last : NavigationHistory
        Of the flight that ended where the craft begins.
    """
    navigation = craft.navigation
    assert isinstance(navigation, InertialNavigation)  # asked before
    true, estimated = last.true_state[-1], last.estimated_state[-1]
    axes = np.array(axes_of_flight(tuple(true[:3].tolist()), tuple(true[3:].tolist())))
    errors = _errors(axes, true, estimated)
    covariance = last.covariances[-1]
    blocks = (covariance[:3, :3], covariance[3:6, 3:6])
    sigmas = np.nan_to_num(np.array([np.sqrt(np.einsum("ij,jk,ik->i", axes, block, axes)) for block in blocks]))
    drawn = np.array([gaussian(int(navigation.seed), NAVIGATION, 0, k) for k in range(6)]).reshape(2, 3)
    begins = errors - sigmas * drawn  # what it begins with is this and the draw
    values = {}
    for k, (ending, unit) in enumerate((("", u.m), ("_rate", _MPS))):
        for i, direction in enumerate(_DIRECTIONS):
            values[f"{direction}{ending}"] = begins[k, i] * unit
            values[f"{direction}{ending}_sigma"] = sigmas[k, i] * unit
    return replace(craft, navigation=replace(navigation, **values))


def _errors(
    axes: NDArray[np.float64], true: NDArray[np.float64], estimated: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the errors downrange, crossrange and up of position (m) and velocity (m/s), as an estimate begins by them.

    They act along the Moon (lunarsim.kernels.navigation.estimate.moved), which is undone here.
    """
    up, radius, distance = axes[2], np.linalg.norm(true[:3]), np.linalg.norm(estimated[:3])
    towards = estimated[:3] / distance
    along = distance * (towards / (towards @ up) - up)
    turn = np.cross(up, along) / radius
    rate = estimated[3:] - true[3:] - np.cross(turn, true[3:])
    errors: NDArray[np.float64] = np.array([[axes[0] @ along, axes[1] @ along, distance - radius], axes @ rate])
    return errors
