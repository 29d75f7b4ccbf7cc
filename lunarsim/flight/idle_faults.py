"""Faults that a flight did not feel."""

from __future__ import annotations

import numpy as np

from lunarsim.faults import Fault
from lunarsim.flight.events.timeline import EventKind
from lunarsim.flight.fault_effects import faults_without_effect
from lunarsim.flight.flight import Flight
from lunarsim.kernels.forces import motion

_ALIKE_M, _ALIKE_MPS = 1e-3, 1e-6  # a leg that is flown in two parts moves the end by less


def idle_faults(flight: Flight, planned: Flight | None = None) -> list[tuple[Fault, str]]:
    """Return the faults that had no effect on a flight, and why.

    Parameters
    ----------
    flight : Flight
        With its faults.
    planned : Flight, optional
        The same without them: where both are alike, none had an effect.
    """
    begun = {event.detail for event in flight.timeline if event.kind is EventKind.FAULT}
    never = [fault for fault in flight.scenario.faults if not fault.is_lasting and not _has_begun(fault, begun)]
    found = [(fault, f"its onset = {fault.onset} did not come before {_last_chance(fault)}") for fault in never]
    why = faults_without_effect(flight.scenario)
    rest = [fault for fault in flight.scenario.faults if fault not in never]
    found += [(fault, why[fault.title]) for fault in rest if fault.title in why]
    if planned is not None and _are_alike(flight, planned):
        others = [fault for fault in rest if fault.title not in why]
        found += [(fault, "nothing used what it changes while it was there") for fault in others]
    return found


def _has_begun(fault: Fault, told: set[str]) -> bool:
    """Return whether a fault has begun: the timeline tells of all but those that are there from the start."""
    begins = fault.begins
    return fault.title in told or (begins is not None and begins.value <= 0.0)


def _last_chance(fault: Fault) -> str:
    """Return what an onset that is no known time has to come before."""
    return "the end of the flight" if fault.end is None else f"its end = {fault.end}, or that of the flight"


def _are_alike(a: Flight, b: Flight) -> bool:
    """Return whether two flights are the same, but for their faults."""
    if [burn.cutoff for burn in a.burns] != [burn.cutoff for burn in b.burns]:
        return False
    if any(event.kind is EventKind.MONITOR for event in a.timeline):  # it was felt, and a monitor made up for it
        return False
    apart = np.abs(a.trajectory.end_y - b.trajectory.end_y)
    return bool(
        abs(a.trajectory.end_s - b.trajectory.end_s) < _ALIKE_MPS
        and np.all(apart[motion.POSITION] < _ALIKE_M)
        and np.all(apart[motion.VELOCITY] < _ALIKE_MPS)
        and apart[motion.DV_SENSED] < _ALIKE_MPS
    )
