"""What the timeline tells of faults that begin at events, and of monitors that call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from lunarsim.craft import FlightComputer
from lunarsim.craft.monitors import Monitor
from lunarsim.errors import ModelWarning, warn
from lunarsim.faults import Fault
from lunarsim.faults.onset import AtHeight
from lunarsim.kernels.guidance.monitors import ACCELERATION, RANGE, THRUST, VOTE
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.reading_check import CUT_OFF, HOLD, RESTART, SWITCH
from lunarsim.kernels.sequence.onsets import onset_s, over_s

_UNITS = ("first accelerometer", "second accelerometer", "third accelerometer")


class OnsetLog:
    """Follows which of the faults that wait for an event have begun, and which are over.

    Parameters
    ----------
    waiting : sequence of Fault
        Those that wait, in the order of the record.
    run : record
        What is flown; the sequence writes in it when they have begun.
    height_m : float
        Above the ground, at which the flight begins; NaN where the ground is not known.
    """

    def __init__(self, waiting: Sequence[Fault], run: Record, height_m: float) -> None:
        self._waiting = waiting
        self._run = run
        self._height_m = height_m
        self._told: set[tuple[int, bool]] = set()

    def until(self, t_s: float) -> Iterator[tuple[float, str]]:
        """Give what has come about up to a time and was not told before: when, and the text; in the order of time."""
        start_s, onsets, new = float(self._run.state.epoch_s), self._run.onsets, []
        for j, fault in enumerate(self._waiting):
            begins_s, ends_s = onset_s(j, start_s, onsets), over_s(j, start_s, onsets)
            for at_s, passes in ((begins_s, False), (ends_s, True)):
                if begins_s < ends_s and at_s <= t_s and (j, passes) not in self._told:
                    self._told.add((j, passes))
                    new.append((at_s, f"{fault.title}, over" if passes else fault.title))
        yield from sorted(new)

    def warn_of_never_begun(self) -> None:
        """Warn of faults for which nothing came that they waited for."""
        for j, fault in enumerate(self._waiting):
            if (j, False) not in self._told:
                warn(
                    f"fault '{fault.title}' never began: {self._why_never(j, fault)}, so it is the flight without it",
                    ModelWarning,
                )

    def _why_never(self, j: int, fault: Fault) -> str:
        """Return why a fault has not begun in a flight that is over."""
        start_s, onsets, event = float(self._run.state.epoch_s), self._run.onsets, fault.waits_for
        begun_s = onset_s(j, start_s, onsets) - start_s
        if isfinite(begun_s):
            return f"its onset = '{fault.onset}' came after {begun_s:.3f} s, and its end = {fault.end} before that"
        if isinstance(event, AtHeight):
            apart_m = (event.height_m - self._height_m) if event.rising else (self._height_m - event.height_m)
            if apart_m <= 0.0:
                side, way = ("below", "rose") if event.rising else ("above", "fell")
                return (
                    f"the flight began at {self._height_m:.1f} m, which is not {side} the height of its onset = "
                    f"'{fault.onset}', and never {way} through that"
                )
        return f"the flight was over before its onset = '{fault.onset}' came"


def alarm_in_words(which: int, computer: Record, declared: FlightComputer) -> str:
    """Return what a monitor saw when it called, and what the computer does."""
    saw, against = float(computer.watch.saw), float(computer.watch.against)
    if which == THRUST:
        told = f"{saw:.3f} m/s sensed of {against:.3f} m/s expected"
    elif which == VOTE:
        told = f"{saw:.4f} m/s2, and {against:.4f} m/s2 by the two others"
    elif which == ACCELERATION:
        told = f"{saw:.4f} m/s2, which is out of its limits or changed too fast"
    else:
        told = f"a range of {saw:.1f} m, which is out of its limits or changed too fast"
    return f"{_NAMES[which]}, {told}; {_done(which, computer, declared)}"


_NAMES = {
    THRUST: "thrust monitor",
    VOTE: "vote of the accelerometers",
    ACCELERATION: "acceleration monitor",
    RANGE: "range monitor",
}
_MONITORS = {
    THRUST: lambda computer: computer.thrust_monitor,
    VOTE: lambda computer: computer.vote,
    ACCELERATION: lambda computer: computer.acceleration_monitor,
    RANGE: lambda computer: computer.range_monitor,
}


def _done(which: int, computer: Record, declared: FlightComputer) -> str:
    """Return what the computer does, in words."""
    reaction = int(computer.watch.reaction)
    if reaction == CUT_OFF:
        asked: Monitor = _MONITORS[which](declared)
        spare = getattr(asked, "reaction", "") == "switch"
        return "cut off, for want of a spare" if spare else "cut off"
    if reaction == SWITCH:
        return f"switched to the {_UNITS[int(computer.navigation.in_use)]}"
    if reaction == RESTART:
        return f"restart, {declared.restart_time:g}"
    assert reaction == HOLD
    return "the filter goes on without it" if which == RANGE else "held at what is commanded"
