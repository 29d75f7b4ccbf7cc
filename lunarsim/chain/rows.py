"""What a mission's table says of a link: what was given, what was free, what was met, what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.declarations import FAST_MPS
from lunarsim.flight import Flight
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.orbits import State
from lunarsim.plan import Burn, Coast
from lunarsim.planning.targeting.goals import Reachable
from lunarsim.planning.targeting.problem import told

_MPS = u.m / u.s
_TURNS = ("pitch_error", "yaw_error")


class RowKind(Enum):
    """What a number of a mission is."""

    GIVEN = "given"
    FREE = "free"
    MET = "met"
    COMPARED = "compared"
    CAME_OUT = "came out"


class Row(NamedTuple):
    """A number of a link: as it was asked for or published, and as it was flown."""

    kind: RowKind
    quantity: str
    asked: str
    flown: str
    miss: float = np.nan  #: flown less asked, in ``unit``
    tolerance: float = np.nan  #: in ``unit``
    unit: str = ""

    @property
    def kept(self) -> bool | None:
        """Whether the miss is within the tolerance; None where nothing was asked for."""
        return None if np.isnan(self.miss) or np.isnan(self.tolerance) else abs(self.miss) <= self.tolerance


def start_row(flight: Flight) -> Row:
    """Return the row of a state that is given."""
    state, moon = flight.scenario.state, flight.scenario.moon
    is_at_earth = moon.earth is not None and not np.isfinite(state.apolune)
    told = state.to_earth(moon.ephemeris) if is_at_earth else state
    return Row(RowKind.GIVEN, "start", repr(told)[1:-1], "the same")


def craft_row(flight: Flight) -> Row:
    """Return the row of a craft that is given."""
    assert flight.scenario.craft is not None
    return Row(RowKind.GIVEN, "mass", f"{flight.scenario.craft.mass.to_value(u.kg):.1f} kg", "the same")


def plan_rows(flight: Flight, free: Mapping[str, Any], *, centred: bool) -> list[Row]:
    """Return the rows of times and sizes that a plan gives, as far as they are not free."""
    rows = []
    for k, phase in enumerate(flight.scenario.plan):
        if isinstance(phase, Burn) and not centred and f"plan.{k}.ignition" not in free:
            rows.append(Row(RowKind.GIVEN, f"ignition of {phase.name}", _clock(phase.ignition), "the same"))
        if isinstance(phase, Burn) and f"plan.{k}.target_delta_v" not in free:
            rows.append(Row(RowKind.GIVEN, f"size of {phase.name}", _size(phase), "the same"))
        if isinstance(phase, Burn) and _is_turned(phase) and not {f"plan.{k}.{name}" for name in _TURNS} & {*free}:
            turns = (f"{name} {getattr(phase, f'{name}_error').to_value(u.deg):.2f} deg" for name in ("pitch", "yaw"))
            rows.append(Row(RowKind.GIVEN, f"direction of {phase.name}", ", ".join(turns), "the same"))
        if isinstance(phase, Coast) and f"plan.{k}.duration" not in free:
            rows.append(Row(RowKind.GIVEN, f"duration of {phase.name}", f"{phase.duration:g}", "the same"))
    return rows


def _size(burn: Burn) -> str:
    """Return what ends a burn; of a target as high as can be, only the timer."""
    timer = f"{burn.timer.to_value(u.s):.1f} s"
    target_mps = float(burn.target_delta_v.to_value(_MPS))
    return timer if target_mps >= FAST_MPS else f"{target_mps:.1f} m/s or {timer}"


def _is_turned(burn: Burn) -> bool:
    return any(getattr(burn, name).to_value(u.deg) != 0.0 for name in _TURNS)


def free_rows(values: Mapping[str, Any], bounds: Mapping[str, Sequence[Any]], flight: Flight) -> list[Row]:
    """Return the rows of numbers that were free; an ignition as the time that it came to be."""
    rows = []
    for name, value in values.items():
        low, high = bounds[name]
        where, _, what = name.rpartition(".")
        if what == "ignition":
            burn = flight.scenario.plan[int(where.rpartition(".")[2])]
            assert isinstance(burn, Burn)  # nothing else has an ignition
            flown = burn.ignition
            asked = time_after(flown, -float(value.to_value(u.s)))
            shift = float(value.to_value(u.min))
            rows.append(Row(RowKind.FREE, name, _clock(asked), _clock(flown), shift, unit="min"))
        else:
            rows.append(Row(RowKind.FREE, name, f"{low:g} to {high:g}", told(value, low)))
    return rows


def centred_row(burn: str, apsis: str, asked: Time, flown: Time) -> Row:
    """Return the row of an ignition that was moved to centre its burn."""
    minutes = float(seconds_after(asked, flown)) / 60.0
    return Row(
        RowKind.FREE, f"ignition of {burn}, centred on {apsis}", _clock(asked), _clock(flown), minutes, unit="min"
    )


def goal_rows(kind: RowKind, goals: Sequence[Reachable], flight: Flight) -> list[Row]:
    """Return the rows of goals: those that were reached for, or those that are only looked at."""
    return [_goal_row(kind, goal, flight) for goal in goals]


def burn_rows(flight: Flight) -> list[Row]:
    """Return the rows of what each burn came to."""
    rows = []
    for burn in flight.burns:
        rows.append(Row(RowKind.CAME_OUT, f"orbit before {burn.name}", "", _orbit(burn.before)))
        size = f"{burn.delta_v.to_value(_MPS):.2f} m/s in {burn.duration.to_value(u.s):.1f} s"
        rows.append(Row(RowKind.CAME_OUT, f"delta-v of {burn.name}", "", size))
        rows.append(Row(RowKind.CAME_OUT, f"orbit after {burn.name}", "", _orbit(burn.after)))
    return rows


def _orbit(state: State) -> str:
    return f"{state.perilune.to_value(u.km):.1f} x {state.apolune.to_value(u.km):.1f} km"


def _goal_row(kind: RowKind, goal: Reachable, flight: Flight) -> Row:
    miss = goal.miss(flight)
    if np.isnan(miss):
        return Row(kind, goal.name, _asked(goal), "did not come to it", unit=str(goal.unit))
    if isinstance(goal.value, Time):
        flown = _clock(time_after(goal.value, miss))
        return Row(kind, goal.name, _asked(goal), flown, miss / 60.0, goal.tolerance_si / 60.0, "min")
    unit = goal.value.unit
    found = goal.value + miss * goal.unit
    text = f"{found.to_value(unit):.2f} {unit}"
    off, tolerance = ((number * goal.unit).to_value(unit) for number in (miss, goal.tolerance_si))
    return Row(kind, goal.name, _asked(goal), text, float(off), float(tolerance), str(unit))


def _asked(goal: Reachable) -> str:
    return _clock(goal.value) if isinstance(goal.value, Time) else f"{goal.value:.10g}"


def _clock(time: Time) -> str:
    return str(time.utc.strftime("%Y-%m-%d %H:%M:%S"))
