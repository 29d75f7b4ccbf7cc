"""What the computer believes of its position and velocity: the truth, constant errors, and noise.

The noise of a look is a function of the seed, the number of the look and the component, so that it does not depend
on how or where the run is flown.
"""

from math import cos, log, pi, sqrt
from typing import Any

import numpy as np

from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.guidance.situation import Site, local_axes
from lunarsim.kernels.numerics.vectors import Three, added, along_axes, combined, from_axes, length, scaled
from lunarsim.kernels.records import Record

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
UNIT = 1.0 / 9007199254740992.0  # 2^-53


@formula
def mixed(word: Any) -> Any:
    """Return a 64-bit word with its bits well mixed (splitmix64: Steele, Lea & Flood 2014, OOPSLA)."""
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))


@kernel
def gaussian(seed: int, look: int, component: int) -> float:
    """Return a number of the standard normal distribution that belongs to a seed, a look and a component.

    Box & Muller 1958 with two words of splitmix64.
    """
    word = mixed(np.uint64(seed) + GOLDEN)
    word = mixed(word + np.uint64(look) * GOLDEN)
    word = mixed(word + np.uint64(component) * GOLDEN)
    first = (float(word >> np.uint64(11)) + 0.5) * UNIT
    second = float(mixed(word + GOLDEN) >> np.uint64(11)) * UNIT
    return sqrt(-2.0 * log(first)) * cos(2.0 * pi * second)


@formula
def believed(r_pa: Three, v_pa: Three, site: Site, errors: Record, look: int) -> tuple[Three, Three]:
    """Return the position (m) and the velocity over the ground (m/s) that the computer believes, PA axes.

    Errors are along the local axes: downrange, crossrange, up. They act along the Moon: a place that is wrong by
    kilometres downrange is no higher, and a level velocity is believed level there.
    """
    axes, radius, seed = local_axes(r_pa, site), length(r_pa), int(errors.seed)
    ahead_m, left_m, up_m = errors.downrange_m, errors.crossrange_m, errors.altitude_m
    up_m += errors.altitude_scale * (radius - site.radius_m)
    if errors.altitude_noise_m > 0.0:
        up_m += errors.altitude_noise_m * gaussian(seed, look, 6)
    if errors.position_noise_m > 0.0:
        ahead_m += errors.position_noise_m * gaussian(seed, look, 0)
        left_m += errors.position_noise_m * gaussian(seed, look, 1)
        up_m += errors.position_noise_m * gaussian(seed, look, 2)
    dv = (errors.downrange_rate_mps, errors.crossrange_rate_mps, errors.altitude_rate_mps)
    if errors.velocity_noise_mps > 0.0:
        noise = (gaussian(seed, look, 3), gaussian(seed, look, 4), gaussian(seed, look, 5))
        dv = combined(1.0, dv, errors.velocity_noise_mps, noise)
    place = added(r_pa, combined(ahead_m, axes[0], left_m, axes[1]))
    place = scaled((radius + up_m) / length(place), place)
    return place, from_axes(local_axes(place, site), added(along_axes(axes, v_pa), dv))
