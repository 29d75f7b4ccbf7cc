"""The coast that several systems fly: a 100 km polar orbit about the Moon, degree 50."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from astropy import units as u
from derivative_cost import EPOCH, polar_orbit
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim.kernels.forces.motion import Environment
from lunarsim.moon.orientation import et_seconds

Vector = NDArray[np.float64]
Fly = Callable[[], Vector]  # flies, and returns the position at the end (m)


@dataclass(frozen=True)
class Case:
    """A coast of so many days, with or without the Earth and the Sun."""

    days: int
    bodies: bool

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return 86400.0 * self.days

    @property
    def start_et_s(self) -> float:
        """When it begins, TDB seconds past J2000."""
        return float(et_seconds(EPOCH))

    @cached_property
    def state(self) -> ls.State:
        """Where it begins."""
        return polar_orbit()

    @cached_property
    def y(self) -> Vector:
        """Position and velocity at the start (m, m/s; axes of the ICRF)."""
        return np.concatenate((self.state.position.to_value(u.m), self.state.velocity.to_value(u.m / u.s)))

    @cached_property
    def moon(self) -> ls.Moon:
        """Gravity and sky; the ground is the sphere."""
        return ls.Moon(third_bodies=("earth", "sun") if self.bodies else ())

    def environment(self) -> Environment:
        """Return the Moon and its sky as the kernels take them."""
        return self.moon.lower(self.start_et_s, self.duration_s)

    def __str__(self) -> str:
        return f"{self.days} days, {'with' if self.bodies else 'without'} Earth and Sun"
