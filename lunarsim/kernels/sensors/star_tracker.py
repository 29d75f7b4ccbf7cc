"""Star tracker: the attitude against the stars."""

from math import asin

from lunarsim.constants import MOON_RADIUS_M
from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.numerics.vectors import (
    Three,
    angle_between,
    combined,
    cross,
    from_axes,
    length,
    scaled,
    some_across,
)
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.body import ABOVE, Axes, off_axis, turned_axes
from lunarsim.kernels.sensors.noise import STAR_TRACKER, Draw, gaussian


@formula
def measured_axes(axes: Axes, position: Three, sun: Three, unit: Record, draw: Draw) -> tuple[Axes, bool]:
    """Return the axes of the body as a star tracker sees them, and whether it sees stars; the true ones where not.

    Parameters
    ----------
    axes : tuple of three vectors
        The true ones, in the axes of the ICRF.
    position, sun : tuple of three floats
        Of the craft and of the Sun, from the Moon's centre (m), ICRF. A Sun at zero, within the Moon, is none.
    unit : Record
        Of a :class:`~lunarsim.StarTracker`.
    draw : Draw
        Seed and number of the sample.
    """
    boresight = off_axis(ABOVE, unit.boresight_angle_rad, unit.azimuth_rad)
    if unit.powered == 0.0 or not _sees_stars(from_axes(axes, boresight), position, sun, unit):
        return axes, False
    if unit.cross_axis_noise_rad == 0.0 and unit.roll_noise_rad == 0.0:
        return axes, True
    first = some_across(boresight)
    second = cross(boresight, first)
    aside = combined(_normal(0, draw), first, _normal(1, draw), second)
    error = combined(unit.cross_axis_noise_rad, aside, unit.roll_noise_rad * _normal(2, draw), boresight)
    return turned_axes(axes, error), True


@formula
def over_limb(position: Three, direction: Three) -> float:
    """Return how far (rad) a direction points above the limb of the Moon's mean sphere; negative: into the Moon."""
    return angle_between(scaled(-1.0, position), direction) - asin(min(1.0, MOON_RADIUS_M / length(position)))


@formula
def _sees_stars(boresight: Three, position: Three, sun: Three, unit: Record) -> bool:
    """Return whether neither the Moon nor the Sun, unless that is behind the Moon, is too near to the boresight."""
    if over_limb(position, boresight) < unit.limb_exclusion_rad:
        return False
    to_sun = combined(1.0, sun, -1.0, position)
    shines = over_limb(position, to_sun) > 0.0
    return not (shines and angle_between(boresight, to_sun) < unit.sun_exclusion_rad)


@part_of_kernel
def _normal(component: int, draw: Draw) -> float:
    return gaussian(draw.seed, STAR_TRACKER, draw.sample, component)
