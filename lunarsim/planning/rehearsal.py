"""A guidance law flown ahead from a state, before anything is simulated: what its path asks of the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.craft import Spacecraft
from lunarsim.kernels.guidance import rehearsal as kernels
from lunarsim.kernels.guidance.situation import site_of
from lunarsim.mission.site import Site, position_pa
from lunarsim.moon import Terrain
from lunarsim.moon.orientation import rot_pa_from_icrf_with_rate
from lunarsim.orbits import State
from lunarsim.plan import GuidanceLaw
from lunarsim.plan.laws.law import address

_LOOKS = 200  # of a rehearsal: 2 to 3 s of a braking phase each


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """A law's path, ahead of the flight; SI floats.

    Attributes
    ----------
    path : ndarray, shape (n, 9)
        See the columns in :mod:`lunarsim.kernels.guidance.rehearsal`.
    """

    path: NDArray[np.float64]

    @property
    def mean_throttle(self) -> float:
        """Mean share of full thrust over time."""
        return float(np.trapezoid(self._throttle) / (self._throttle.size - 1))

    @property
    def peak_throttle(self) -> float:
        """Greatest share of full thrust; above 1: more than the engine can give."""
        return float(self._throttle.max())

    @property
    def min_throttle(self) -> float:
        """Least share of full thrust."""
        return float(self._throttle.min())

    @property
    def throttle_growth(self) -> float:
        """Change of the throttle over the path, along the straight line that fits it best."""
        return float(np.polyfit(np.linspace(0.0, 1.0, self._throttle.size), self._throttle, 1)[0])

    @property
    def propellant_kg(self) -> float:
        """Propellant used."""
        return float(self.path[0, kernels.MASS] - self.path[-1, kernels.MASS])

    @property
    def lowest_m(self) -> float:
        """Least height above the site on the way."""
        return float(self.path[:, kernels.POSITION][:, 2].min())

    @property
    def range_to_go_m(self) -> float:
        """Range to go at the start."""
        return float(-self.path[0, kernels.POSITION][0])

    @property
    def ground_rate_mps(self) -> float:
        """Rate of the downrange coordinate at the start."""
        return float(self.path[0, kernels.RATE][0])

    @property
    def _throttle(self) -> NDArray[np.float64]:
        # the last row is the look at the end, whose command is not flown
        throttle: NDArray[np.float64] = self.path[:-1, kernels.THROTTLE]
        return throttle


@dataclass(frozen=True, eq=False)
class Stage:
    """The site and the craft of rehearsals."""

    site: Site
    terrain: Terrain
    craft: Spacecraft

    def rehearse(self, law: GuidanceLaw, state: State, mass_kg: float, duration_s: float) -> Rehearsal:
        """Return a law's path from a state (one time) over a duration."""
        engine = self.craft.engine
        rot, rate = rot_pa_from_icrf_with_rate(state.epoch)
        r_icrf, v_icrf = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
        r, v = rot @ r_icrf, rot @ v_icrf + rate @ r_icrf
        turning = -rate @ rot.T  # the matrix of omega x
        lowered = law.lower()
        what = kernels.Rehearsed(
            law=address(law),
            frame=lowered.frame,
            parameters=lowered.parameters,
            site=site_of(position_pa(self.site, self.terrain), r, v),
            omega_pa=np.array([turning[2, 1], turning[0, 2], turning[1, 0]]),
            gm=constants.GM_MOON_M3_S2,
            thrust_n=float(engine.total_thrust.to_value(u.N)),
            exhaust_velocity_mps=float(engine.exhaust_velocity.to_value(u.m / u.s)),
            min_throttle=float(engine.min_throttle),
        )
        path = np.empty((_LOOKS + 1, kernels.COLUMNS))
        kernels.rehearse(np.concatenate((r, v, [mass_kg])), duration_s / _LOOKS, what, path)
        return Rehearsal(path)
