"""What a flight computer would predict of a guided phase: its law flown ahead, in its own model of the Moon."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.guidance.law import called
from lunarsim.kernels.guidance.memory import MEMORY
from lunarsim.kernels.guidance.situation import SITE, Site, Situation, acceleration_without_thrust, cartesian, level
from lunarsim.kernels.numerics.vectors import Three, combined, from_axes, length, scaled, write

# Columns of a path.
TIME, THROTTLE, MASS = 0, 1, 2
POSITION = slice(3, 6)  #: downrange, crossrange, up from the site, along the Moon (m)
RATE = slice(6, 9)
COLUMNS = 9


class Rehearsed(NamedTuple):
    """What is flown ahead, and with what."""

    law: int  #: its address
    frame: int
    parameters: NDArray[np.float64]
    site: Site
    omega_pa: NDArray[np.float64]  #: the Moon's angular velocity (rad/s)
    gm: float
    thrust_n: float
    exhaust_velocity_mps: float
    min_throttle: float


@kernel
def rehearse(y: NDArray[np.float64], cycle_s: float, what: Rehearsed, path: NDArray[np.float64]) -> None:
    """Fly a law ahead and write a row of ``path`` at each look, with one more at the end.

    The engine gives what is asked, more than it can too: the throttle tells. A command is held for the cycle, in axes
    that turn with the Moon; forces are those of the flight computer's model. Runge and Kutta's classical step, one a
    cycle, is right to millimetres for cycles of seconds.

    Parameters
    ----------
    y : ndarray, shape (7,)
        Position and velocity over the ground, PA (m, m/s), and mass (kg), at the start.
    cycle_s : float
        Time between looks.
    what : Rehearsed
        Law, site and craft.
    path : ndarray, shape (cycles + 1, 9)
        Written; see the columns above.
    """
    y, memory, attitude = y.copy(), np.zeros(MEMORY), (0.0, 0.0, 1.0)
    for i in range(path.shape[0]):
        r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
        g = acceleration_without_thrust(r, v, what.omega_pa, what.gm)
        along = level(r, v, g, what.site)
        seen = cartesian(r, v, g, what.site) if what.frame == SITE else along
        now = Situation(
            i * cycle_s,
            cycle_s,
            seen.position,
            seen.velocity,
            seen.free,
            seen.scale,
            y[6],
            what.thrust_n,
            what.exhaust_velocity_mps,
            what.min_throttle,
            attitude,
            what.site.radius_m,
            what.gm,
        )
        wanted = called(what.law, (now, what.parameters, memory))
        size = sqrt(wanted[0] * wanted[0] + wanted[1] * wanted[1] + wanted[2] * wanted[2])
        if size > 0.0:
            attitude = (wanted[0] / size, wanted[1] / size, wanted[2] / size)
        path[i, TIME], path[i, THROTTLE], path[i, MASS] = i * cycle_s, size * y[6] / what.thrust_n, y[6]
        write(along.position, path[i, POSITION])
        write(along.velocity, path[i, RATE])
        y = _step(y, scaled(y[6], from_axes(seen.axes, wanted)), cycle_s, what)


@formula
def _step(y: NDArray[np.float64], force_n: Three, h: float, what: Rehearsed) -> NDArray[np.float64]:
    k1 = _rates(y, force_n, what)
    k2 = _rates(y + 0.5 * h * k1, force_n, what)
    k3 = _rates(y + 0.5 * h * k2, force_n, what)
    k4 = _rates(y + h * k3, force_n, what)
    return y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


@formula
def _rates(y: NDArray[np.float64], force_n: Three, what: Rehearsed) -> NDArray[np.float64]:
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    a = combined(1.0, acceleration_without_thrust(r, v, what.omega_pa, what.gm), 1.0 / y[6], force_n)
    return np.array((v[0], v[1], v[2], a[0], a[1], a[2], -length(force_n) / what.exhaust_velocity_mps))
