"""What is seen past the Moon's limb, and from a place on the Earth."""

from math import asin

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.numerics.vectors import angle_between, length


@kernel
def height_over_limb(r: NDArray[np.float64], target: NDArray[np.float64], radius_m: float) -> float:
    """Return how far (rad) a target stands above the limb of a sphere, seen from ``r``; negative behind it.

    Both vectors (m) are from the sphere's centre; ``r`` lies outside the sphere, the target far from it.
    """
    return angle_between(-r, target - r) - asin(min(1.0, radius_m / length(r)))


@kernel
def heights_over_limb(r: NDArray[np.float64], target: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    """Return :func:`height_over_limb` at n places of n targets, each of shape (n, 3)."""
    heights = np.empty(len(r))
    for i in range(len(r)):
        heights[i] = height_over_limb(r[i], target[i], radius_m)
    return heights


@kernel
def elevation(place: NDArray[np.float64], zenith: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Return the elevation (rad) of a target over the horizon of a place with a given zenith."""
    return 0.5 * np.pi - angle_between(zenith, target - place)


@kernel
def elevations(
    place: NDArray[np.float64], zenith: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return :func:`elevation` at n places of n targets, each of shape (n, 3)."""
    found = np.empty(len(place))
    for i in range(len(place)):
        found[i] = elevation(place[i], zenith[i], target[i])
    return found
