"""The cone program of a powered descent for one time of flight, in SI floats."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import LunarsimError

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Descent:
    """What is to be flown; axes downrange, crossrange, up from the site, uniform gravity downwards."""

    position: Vector
    velocity: Vector
    target_position: Vector
    target_velocity: Vector
    mass_kg: float
    dry_mass_kg: float
    thrust_n: float
    least_thrust_n: float
    exhaust_velocity_mps: float
    gravity_mps2: float
    glide_slope_rad: float | None = None  #: least elevation of the path from the target
    largest_tilt_rad: float | None = None  #: of the thrust from the vertical
    free_downrange: bool = False

    def flight_times(self) -> tuple[float, float]:
        """Return times of flight (s) that no solution can be below or above.

        Below, full thrust on the empty craft and gravity together do not make the change of velocity; above, the
        propellant does not carry the craft's weight for so long.
        """
        change = self.target_velocity - self.velocity
        shortest = float(np.linalg.norm(change)) / (self.thrust_n / self.dry_mass_kg + self.gravity_mps2)
        delta_v = self.exhaust_velocity_mps * np.log(self.mass_kg / self.dry_mass_kg)
        longest = (delta_v - change[2]) / self.gravity_mps2
        return max(shortest, 1e-2), float(longest)


class Solution(NamedTuple):
    """What the solver found, at the nodes; thrust over mass and its size in m/s2."""

    times: Vector
    positions: Vector
    velocities: Vector
    thrust_accelerations: Vector
    masses: Vector
    status: str

    @property
    def propellant_kg(self) -> float:
        """Propellant burned."""
        return float(self.masses[0] - self.masses[-1])


def cvxpy() -> Any:
    """Return the module, or raise an error that says how to install it."""
    try:
        import cvxpy as module  # noqa: PLC0415  an extra: loaded where it is used
    except ImportError:
        raise LunarsimError(
            "convex descents need cvxpy and Clarabel, which are not installed: pip install 'lunarsim[convex]'"
        ) from None
    return module


class Program:
    """The cone program, built once and solved for many times of flight.

    Inside, lengths are in units of the way to the target, accelerations in those of gravity, and the mass in that of
    the start, so that all variables are about 1.

    Parameters
    ----------
    descent : Descent
        What is to be flown.
    nodes : int
        Points in time, both ends among them.
    """

    def __init__(self, descent: Descent, nodes: int) -> None:
        cp = cvxpy()
        self._descent, self._nodes = descent, nodes
        self._length = max(float(np.abs(descent.position - descent.target_position).max()), 1.0)
        self._time = float(np.sqrt(self._length / descent.gravity_mps2))
        self._speed = self._length / self._time
        self._r, self._v, self._u = (cp.Variable((nodes, 3)) for _ in range(3))
        self._z, self._sigma = cp.Variable(nodes), cp.Variable(nodes)
        self._dt, self._dt2 = cp.Parameter(nonneg=True), cp.Parameter(nonneg=True)
        self._upper = cp.Parameter(nodes), cp.Parameter(nodes, nonneg=True)
        self._lower = cp.Parameter(nodes), cp.Parameter(nodes, nonneg=True)
        self._curve = cp.Parameter(nodes, nonneg=True), cp.Parameter(nodes)
        constraints = self._motion() + self._ends() + self._engine(cp) + self._path(cp)
        self._problem = cp.Problem(cp.Maximize(self._z[-1]), constraints)

    def solve(self, flight_time_s: float, *, passes: int) -> Solution | None:
        """Return the solution of least propellant for a time of flight, or None where there is none."""
        step = flight_time_s / self._time / (self._nodes - 1)
        self._dt.value, self._dt2.value = step, step * step
        reference = np.zeros(self._nodes)
        for _ in range(passes):
            self._linearise(reference)
            if not self._solved():
                return None
            reference = self._z.value.copy()
        times = np.linspace(0.0, flight_time_s, self._nodes)
        return Solution(
            times,
            self._r.value * self._length,
            self._v.value * self._speed,
            self._u.value * self._descent.gravity_mps2,
            np.exp(self._z.value) * self._descent.mass_kg,
            self._problem.status,
        )

    def _solved(self) -> bool:
        cp = cvxpy()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # cvxpy warns of inaccurate solutions; the status says so too
                self._problem.solve(solver=cp.CLARABEL)
        except cp.SolverError:
            return False
        return self._problem.status in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE)

    def _linearise(self, z: Vector) -> None:
        """Set the bounds on sigma about a mass history: the upper one a tangent, the lower one a parabola.

        Acikmese & Ploen 2007, equation 34, with the reference moved to the last solution.
        """
        weight = self._descent.mass_kg * self._descent.gravity_mps2
        for bound, (level, slope) in (
            (self._descent.thrust_n / weight, self._upper),
            (self._descent.least_thrust_n / weight, self._lower),
        ):
            slope.value = bound * np.exp(-z)
            level.value = slope.value * (1.0 + z)
        root = np.sqrt(0.5 * self._lower[1].value)
        self._curve[0].value, self._curve[1].value = root, root * z

    def _motion(self) -> list[Any]:
        """Exact for accelerations that are linear between nodes."""
        r, v, u, z = self._r, self._v, self._u, self._z
        g = np.array([0.0, 0.0, -1.0])[None, :].repeat(self._nodes - 1, axis=0)
        exhaust = self._descent.exhaust_velocity_mps / self._speed
        return [
            v[1:] == v[:-1] + self._dt * (0.5 * (u[:-1] + u[1:]) + g),
            r[1:] == r[:-1] + self._dt * v[:-1] + self._dt2 * ((2.0 * u[:-1] + u[1:]) / 6.0 + 0.5 * g),
            z[1:] == z[:-1] - self._dt * (self._sigma[:-1] + self._sigma[1:]) / (2.0 * exhaust),
        ]

    def _ends(self) -> list[Any]:
        d = self._descent
        first = 1 if d.free_downrange else 0
        return [
            self._r[0] == d.position / self._length,
            self._v[0] == d.velocity / self._speed,
            self._z[0] == 0.0,
            self._r[-1, first:] == d.target_position[first:] / self._length,
            self._v[-1] == d.target_velocity / self._speed,
            self._z[-1] >= np.log(d.dry_mass_kg / d.mass_kg),
        ]

    def _engine(self, cp: Any) -> list[Any]:
        d, u, z, sigma = self._descent, self._u, self._z, self._sigma
        limits = [
            cp.norm(u, 2, axis=1) <= sigma,
            sigma <= self._upper[0] - cp.multiply(self._upper[1], z),
        ]
        if d.least_thrust_n > 0.0:
            parabola = cp.square(cp.multiply(self._curve[0], z) - self._curve[1])
            limits.append(sigma >= self._lower[0] - cp.multiply(self._lower[1], z) + parabola)
        if d.largest_tilt_rad is not None:
            limits.append(u[:, 2] >= np.cos(d.largest_tilt_rad) * sigma)
        return limits

    def _path(self, cp: Any) -> list[Any]:
        """Limits of the path, between the nodes too.

        Where accelerations are linear, positions are cubic, and lie within the hull of their Bezier points: the
        nodes, and a third of a step along the velocity after each and before the next.
        """
        d, r, v = self._descent, self._r, self._v
        third = self._dt / 3.0
        limits = []
        for points in (r[1:-1], r[:-1] + third * v[:-1], r[1:] - third * v[1:]):
            limits.append(points[:, 2] >= 0.0)
            if d.glide_slope_rad is not None:
                end = cp.reshape(r[-1, :2], (1, 2), order="C")
                aside = cp.norm(points[:, :2] - np.ones((points.shape[0], 1)) @ end, 2, axis=1)
                limits.append(np.tan(d.glide_slope_rad) * aside <= points[:, 2] - d.target_position[2] / self._length)
        return limits
