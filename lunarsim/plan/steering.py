"""Steering laws of burns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.declarations import Number
from lunarsim.errors import InputError
from lunarsim.kernels import steering

_COMPONENT = Number(unit=u.one, low=-1e9, high=1e9)


class Steering(Protocol):
    """Where the thrust points."""

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels, and the direction that the fixed law needs."""
        ...


@dataclass(frozen=True)
class AlongVelocity:
    """Thrust along the Moon-centred inertial velocity at each moment."""

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels."""
        return steering.ALONG_VELOCITY, np.zeros(3)


@dataclass(frozen=True)
class AgainstVelocity:
    """Thrust against the Moon-centred inertial velocity at each moment."""

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels."""
        return steering.AGAINST_VELOCITY, np.zeros(3)


@dataclass(frozen=True, eq=False)
class FixedDirection:
    """Thrust along one direction in ICRF axes.

    Parameters
    ----------
    direction : Quantity, shape (3,)
        Dimensionless; of any length but zero, up to 1e9.

    Raises
    ------
    InputError
        If the direction is not three finite numbers with a length.
    """

    direction: u.Quantity

    def __post_init__(self) -> None:
        vector = _COMPONENT.checked("direction", self.direction, shape=(3,))
        if not np.linalg.norm(vector.value) > 0.0:
            raise InputError("direction has no length: expected a vector such as [0, 0, 1] * u.one")

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels and its unit vector."""
        vector = self.direction.to_value(u.one)
        return steering.FIXED, vector / np.linalg.norm(vector)
