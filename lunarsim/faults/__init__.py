"""Faults: edits of components."""

from lunarsim.arguments import check_calls
from lunarsim.faults.faults import AccelerometerOff, Fault

__all__ = ["AccelerometerOff", "Fault"]

check_calls(__name__, __all__)
