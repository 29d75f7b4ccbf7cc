"""What the computer believes of its position and velocity: the truth, constant errors, and noise.

The noise of a look is a function of the seed, the number of the look and the component, so that it does not depend
on how or where the run is flown.
"""

from math import cos, log, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.situation import Site, local_axes
from lunarsim.kernels.records import Record

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 1.0 / 9007199254740992.0  # 2^-53


@kernel
def _mixed(word: Any) -> Any:
    """Return a 64-bit word with its bits well mixed (splitmix64: Steele, Lea & Flood 2014, OOPSLA)."""
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))


@kernel
def gaussian(seed: int, look: int, component: int) -> float:
    """Return a number of the standard normal distribution that belongs to a seed, a look and a component.

    Box & Muller 1958 with two words of splitmix64.
    """
    word = _mixed(np.uint64(seed) + _GOLDEN)
    word = _mixed(word + np.uint64(look) * _GOLDEN)
    word = _mixed(word + np.uint64(component) * _GOLDEN)
    first = (float(word >> np.uint64(11)) + 0.5) * _UNIT
    second = float(_mixed(word + _GOLDEN) >> np.uint64(11)) * _UNIT
    return sqrt(-2.0 * log(first)) * cos(2.0 * pi * second)


@kernel
def believed(
    r_pa: NDArray[np.float64], v_pa: NDArray[np.float64], site: Site, errors: Record, look: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the position (m) and the velocity over the ground (m/s) that the computer believes, PA axes.

    Errors are along the local axes: downrange, crossrange, up. They act along the Moon: a place that is wrong by
    kilometres downrange is no higher, and a level velocity is believed level there.
    """
    axes = local_axes(r_pa, site)
    seed = int(errors.seed)
    dr = np.array([errors.downrange_m, errors.crossrange_m, errors.altitude_m])
    dv = np.array([errors.downrange_rate_mps, errors.crossrange_rate_mps, errors.altitude_rate_mps])
    dr[2] += errors.altitude_scale * (sqrt(r_pa @ r_pa) - site.radius_m)
    if errors.altitude_noise_m > 0.0:
        dr[2] += errors.altitude_noise_m * gaussian(seed, look, 6)
    for k in range(3):
        if errors.position_noise_m > 0.0:
            dr[k] += errors.position_noise_m * gaussian(seed, look, k)
        if errors.velocity_noise_mps > 0.0:
            dv[k] += errors.velocity_noise_mps * gaussian(seed, look, 3 + k)
    radius = sqrt(r_pa @ r_pa)
    place = r_pa + dr[0] * axes[0] + dr[1] * axes[1]
    place *= (radius + dr[2]) / sqrt(place @ place)
    return place, local_axes(place, site).T @ (axes @ v_pa + dv)
