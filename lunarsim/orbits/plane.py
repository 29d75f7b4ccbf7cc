"""Whether a motion has an orbital plane."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.errors import InputError

_ALONG_RADIUS = 1e-12  # sine of the angle between radius and velocity


class Moving(Protocol):
    """What has a place and a velocity about the Moon, ICRF axes, of shape (3,) or (n, 3)."""

    @property
    def position(self) -> u.Quantity: ...  # noqa: D102

    @property
    def velocity(self) -> u.Quantity: ...  # noqa: D102


def check_orbital_plane(moving: Moving, without_it: str) -> None:
    """Check that a motion, or each of many, has an orbital plane.

    Raises
    ------
    InputError
        If a velocity is zero, or along the radius to 1e-12 rad, where rounding would turn the plane by 1e-4 rad; the
        text ends with what is missing without it.
    """
    _, momentum, speed = radial_momentum_speed(moving)
    if np.any(np.linalg.norm(momentum, axis=-1) <= _ALONG_RADIUS * speed):
        how = "is at rest" if np.any(speed == 0.0) else "moves along its radius"
        raise InputError(f"{moving!r} {how}, so that it has no orbital plane: {without_it}")


def radial_momentum_speed(moving: Moving) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the unit vector along the radius, its vector product with the velocity (m/s), and the speed (m/s)."""
    r, v = moving.position.to_value(u.m), moving.velocity.to_value(u.m / u.s)
    radial = r / np.linalg.norm(r, axis=-1, keepdims=True)
    return radial, np.cross(radial, v), np.linalg.norm(v, axis=-1)
