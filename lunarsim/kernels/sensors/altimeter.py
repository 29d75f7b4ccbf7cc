"""Altimeter: the distance to the ground along a beam, by laser or radar."""

from math import isfinite

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.beam import range_of_footprint
from lunarsim.kernels.sensors.body import BELOW, Pose, off_axis
from lunarsim.kernels.sensors.noise import ALTIMETER, Draw, gaussian, happens

_NOISE, _DROPOUT, _FALSE_LOCK = range(3)  # components of a draw


@formula
def measured_range(pose: Pose, unit: Record, ground: Ground, draw: Draw) -> tuple[float, bool]:
    """Return the distance (m) that an altimeter reports, and whether it is valid; zero where not.

    Parameters
    ----------
    pose : Pose
        Where the craft truly is and how it is turned.
    unit : Record
        Of an :class:`~lunarsim.Altimeter`; zero throughout, there is none.
    ground : Ground
        The true ground, which the beam meets where it points, not below the craft.
    draw : Draw
        Seed and number of the sample.
    """
    if unit.powered == 0.0 or happens(unit.dropout_probability, ALTIMETER, draw, _DROPOUT):
        return 0.0, False
    beam = off_axis(BELOW, unit.off_nadir_rad, unit.azimuth_rad)
    true_m = range_of_footprint(
        beam, 0.5 * unit.beam_width_rad, unit.first_return != 0.0, pose, unit.max_range_m, ground
    )
    if not isfinite(true_m) or not unit.min_range_m <= true_m <= unit.max_range_m:
        return 0.0, False
    range_m = unit.scale_factor * true_m + unit.bias_m
    sigma_m = unit.noise_factor * (unit.noise_m + unit.noise_share * true_m)
    if sigma_m > 0.0:
        range_m += sigma_m * gaussian(draw.seed, ALTIMETER, draw.sample, _NOISE)
    if pose.time_s >= unit.false_lock_from_s or happens(unit.false_lock_probability, ALTIMETER, draw, _FALSE_LOCK):
        range_m += unit.false_lock_offset_m
    return range_m, True
