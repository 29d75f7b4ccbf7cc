"""Touchdown switch: whether a probe below the craft feels the ground."""

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.ground.terrain import Ground, clearance_pa
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.body import Pose
from lunarsim.kernels.sensors.noise import TOUCHDOWN_SWITCH, Draw, happens

_MISS, _SPURIOUS = range(2)  # components of a draw


@formula
def feels_ground(pose: Pose, unit: Record, ground: Ground, draw: Draw) -> bool:
    """Return whether a touchdown switch reports contact; without power it reports none.

    The arguments are those of :func:`altimeter.measured_range`, with the record of a
    :class:`~lunarsim.TouchdownSwitch`. Over ground of unknown height there is no contact.
    """
    if unit.powered == 0.0:
        return False
    if pose.time_s >= unit.spurious_from_s or happens(unit.spurious_probability, TOUCHDOWN_SWITCH, draw, _SPURIOUS):
        return True
    touches = clearance_pa(pose.position, ground) <= unit.probe_length_m
    return bool(touches and not happens(unit.miss_probability, TOUCHDOWN_SWITCH, draw, _MISS))
