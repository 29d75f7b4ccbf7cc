"""Faults: edits of the craft, from the start of a flight or from a time on."""

from lunarsim.arguments import check_calls
from lunarsim.faults.faults import (
    FAULTS,
    AccelerometerOff,
    ArraysFilledAtRandom,
    CraftChange,
    Fault,
    fault,
    with_faults,
)

__all__ = ["FAULTS", "AccelerometerOff", "ArraysFilledAtRandom", "CraftChange", "Fault", "fault", "with_faults"]

check_calls(__name__, __all__)
