"""Whether the parts of a flight are of one flight: its motion, what happened on it and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight.result.parts import FlightParts
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import seconds_after
from lunarsim.orbits import State

_ROUNDING_S = 1e-3  # of a Time in UTC or TDB
_APART_M, _APART_MPS = 1e-3, 1e-6  # rounding is 1e-9


def check_flight(flight: FlightParts) -> None:
    """Refuse parts that contradict each other.

    Raises
    ------
    InputError
        If the motion does not begin in the scenario's state or end in the outcome's, or a time was not flown.
    """
    trajectory, end_s = flight.trajectory, flight.trajectory.end_s
    first = trajectory.phases[0].segment.path.start_y[0]
    _check_state("the scenario's state", flight.scenario.state, first)
    _check_state("the outcome's state", flight.outcome.state, trajectory.end_y)
    for what, time, earliest_s in (("the outcome", flight.outcome.time, end_s), *_times(flight)):
        t_s = float(seconds_after(flight.scenario.state.epoch, time))
        if not earliest_s - _ROUNDING_S <= t_s <= end_s + _ROUNDING_S:
            raise InputError(f"{what} is {t_s:.3f} s after the start: expected {earliest_s:.3f} to {end_s:.3f} s")


def _times(flight: FlightParts) -> Iterator[tuple[str, Time, float]]:
    for event in flight.timeline:
        yield f"the event '{event.name}'", event.time, 0.0
        yield f"the state at the event '{event.name}'", event.true.state.epoch, 0.0
    for burn in flight.burns:
        yield f"the ignition of burn '{burn.name}'", burn.ignition, 0.0
        yield f"the cut-off of burn '{burn.name}'", burn.after.epoch, 0.0
    for phase in flight.phases:
        yield f"the start of phase '{phase.name}'", phase.start, 0.0
        yield f"the end of phase '{phase.name}'", phase.end, 0.0


def _check_state(what: str, state: State, y: NDArray[np.float64]) -> None:
    """Refuse a state that is not the one of an integrated vector, or that no craft near the Moon has."""
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    apart = max(
        float(np.abs(r - y[motion.POSITION]).max()) / _APART_M, float(np.abs(v - y[motion.VELOCITY]).max()) / _APART_MPS
    )
    if not apart <= 1.0:
        raise InputError(f"{what} is not where the motion is: at {r} m, {v} m/s, the motion at {y[:6]}")
