"""ZEM/ZEV guidance: what would be missed without thrust, and how long the way takes at best."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.polynomial import POLYNOMIAL, expected, floor_of, to_target
from lunarsim.kernels.guidance.memory import parameters_of
from lunarsim.kernels.guidance.situation import Situation
from lunarsim.kernels.numerics.vectors import Three

#: With the worth of a second beside half the square of the acceleration by thrust.
ZEM_ZEV = parameters_of("time_weight_m2_s4", "none", "frozen_below_s", "lead_s")

_BISECTIONS = 60


@kernel
def zem_zev(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration of ZEM/ZEV guidance.

    Ebrahimi, Bahrami & Roshanian 2008, Acta Astronautica 62, 556; Guo, Hawkins & Wie 2013, JGCD 36, 810:
    a = 6 ZEM / t^2 - 2 ZEV / t, the misses of position and velocity without thrust in the time to go t. With the
    free acceleration f taken as constant, ZEM = r_T - r - v t - f t^2 / 2 and ZEV = v_T - v - f t, f drops out of
    a + f, and E-guidance is left. What is its own is the time to go: given, or where it is 0, the best.
    """
    t_s = expected(s, p, m)
    fitted_s = m.view(POLYNOMIAL)[0].fitted_s
    if p.view(ZEM_ZEV)[0].time_to_go_s == 0.0 and (t_s > floor_of(s, p) or fitted_s == 0.0):
        t_s = best_time(s, p)
    return to_target(s, p, m, t_s, 0.0, 1.0)


@kernel
def best_time(s: Situation, p: NDArray[np.float64]) -> float:
    """Return the time to go (s) of the least weighted sum of time and squared thrust, in flat uniform gravity.

    D'Souza 1997, AIAA 97-3709, here with a velocity at the target: of w t + integral of a^2 / 2, with d = r_T - r,
    (w + g^2 / 2) t^4 - 2 (v.v + v.v_T + v_T.v_T) t^2 + 12 d.(v + v_T) t - 18 d.d = 0. g is that at the site's radius.
    """
    g = s.gm / (s.radius_m * s.radius_m)
    own = p.view(ZEM_ZEV)[0]
    fourth, b, c, d = own.time_weight_m2_s4 + 0.5 * g * g, 0.0, 0.0, 0.0
    for i in range(3):
        v, end, way = s.velocity[i], own.velocity_mps[i], own.position_m[i] - s.position[i]
        b += 2.0 * (v * v + v * end + end * end)
        c += 12.0 * way * (v + end)
        d += 18.0 * way * way
    return _first_rise(b / fourth, c / fourth, d / fourth)


@kernel
def _first_rise(b: float, c: float, d: float) -> float:
    """Return a positive root of t^4 - b t^2 + c t - d at which it rises, for b and d not negative: a least cost.

    The polynomial is negative at 0, bends down to t = sqrt(b / 6) and up from there: with a positive value at the
    bend it has crossed zero once before, otherwise it does so once after. Fujiwara's bound is above all roots.
    """
    bend = sqrt(b / 6.0)
    most = 2.0 * max(sqrt(b), abs(c) ** (1.0 / 3.0), sqrt(sqrt(d)))
    at_bend = ((bend * bend - b) * bend + c) * bend - d
    low, high = (0.0, bend) if at_bend > 0.0 else (bend, most)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if ((middle * middle - b) * middle + c) * middle - d > 0.0:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)
