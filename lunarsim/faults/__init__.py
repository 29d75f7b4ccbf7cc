"""Faults: edits of components."""

from lunarsim.faults.faults import AccelerometerOff, Fault

__all__ = ["AccelerometerOff", "Fault"]
