"""Where the guidance aims: at the landing site, until a divert or a scan for hazards moves the aim along the ground."""

from math import ceil, cos, isfinite, pi, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.ground.terrain import Ground, clearance_pa, slope_pa
from lunarsim.kernels.guidance.situation import Site
from lunarsim.kernels.numerics.vectors import Three, across, combined, cross, length, scaled


@formula
def axes_at(position_pa: Any, downrange_pa: Any) -> Site:
    """Return the axes of an aim: downrange as near to a given direction as the horizontal there allows."""
    radius = length(position_pa)
    up = scaled(1.0 / radius, position_pa)
    level = across(downrange_pa, up)
    downrange = scaled(1.0 / length(level), level)
    return Site(radius, downrange, cross(up, downrange), up)


@formula
def beside(site: Site, downrange_m: float, crossrange_m: float, ground: Ground) -> Three:
    """Return the place on the ground so far from a site (PA, m); where the ground is unknown, as high as the site."""
    way = sqrt(downrange_m * downrange_m + crossrange_m * crossrange_m)
    if way == 0.0:
        return on_ground(scaled(site.radius_m, site.up), ground)
    ahead = combined(downrange_m / way, site.downrange, crossrange_m / way, site.crossrange)
    angle = way / site.radius_m
    return on_ground(combined(cos(angle) * site.radius_m, site.up, sin(angle) * site.radius_m, ahead), ground)


@formula
def on_ground(place_pa: Three, ground: Ground) -> Three:
    """Return the place on the ground below or above a point (PA, m); the point itself where the ground is unknown."""
    above = clearance_pa(place_pa, ground)
    radius = length(place_pa)
    return scaled((radius - above) / radius, place_pa) if isfinite(above) else place_pa


@formula
def safest(
    site: Site, radius_m: float, slope_rad: float, footprint_m: float, step_m: float, ground: Ground
) -> tuple[float, float, float]:
    """Return the place that a scan for hazards chooses: downrange and crossrange of the site (m), and its slope (rad).

    Places lie on a square grid over a circle about the site. One is as steep as the steepest ground within its
    footprint. Chosen is the nearest that is no steeper than ``slope_rad``; where there is none, the least steep.
    Ground that is unknown counts as a wall.
    """
    reach, foot = int(radius_m / step_m), ceil(footprint_m / step_m)
    steep = _slopes(site, reach + foot, step_m, ground)
    best_i, best_j, best_slope, best_way2 = 0, 0, np.inf, np.inf
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            way2 = float(i * i + j * j)
            found = best_slope <= slope_rad
            if way2 * step_m * step_m > radius_m * radius_m or (found and way2 >= best_way2):
                continue
            worst = _steepest(steep, i, j, reach + foot, foot, footprint_m / step_m)
            if worst <= slope_rad or worst < best_slope:
                best_i, best_j, best_slope, best_way2 = i, j, worst, way2
    return best_i * step_m, best_j * step_m, best_slope


@formula
def _slopes(site: Site, half: int, step_m: float, ground: Ground) -> NDArray[np.float64]:
    """Return the slopes (rad) of the ground on a square grid about a site, shape (2 half + 1, 2 half + 1)."""
    steep = np.empty((2 * half + 1, 2 * half + 1))
    for i in range(steep.shape[0]):
        for j in range(steep.shape[1]):
            there = beside(site, (i - half) * step_m, (j - half) * step_m, ground)
            slope_rad = slope_pa(there, ground)
            steep[i, j] = slope_rad if isfinite(slope_rad) else 0.5 * pi
    return steep


@formula
def _steepest(steep: NDArray[np.float64], i: int, j: int, half: int, foot: int, reach: float) -> float:
    """Return the greatest slope (rad) within ``reach`` steps of a place of the grid."""
    worst = 0.0
    for k in range(-foot, foot + 1):
        for m in range(-foot, foot + 1):
            if k * k + m * m <= reach * reach:
                worst = max(worst, steep[half + i + k, half + j + m])
    return worst
