"""A flight beside the same flight by the other integrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u

from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.integrator_choice import COLLOCATION, DOP853, fly
from lunarsim.flight.events.detectors import Detector
from lunarsim.flight.result.parts import FlightParts
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import seconds_after


@dataclass(frozen=True, kw_only=True)
class IntegratorComparison:
    """How far two integrators are apart on one flight.

    Attributes
    ----------
    integrators : tuple of two str
        The flight's own, and the other.
    end : Quantity
        Distance between the positions at the end of each.
    along : Quantity
        The largest distance at the same time, over the steps of both, as far as both flew.
    duration : Quantity
        By how much longer the other flew.
    events : Quantity
        The largest difference of the times of an event; not a number where the events are not the same.
    alike : bool
        Whether both met the same events in the same order, for the same reasons, and ended the same way.
    """

    integrators: tuple[str, str]
    end: u.Quantity
    along: u.Quantity
    duration: u.Quantity
    events: u.Quantity
    alike: bool

    def __str__(self) -> str:
        same = (
            f"the same events to {self.events.to(u.us):.3g}"
            if self.alike
            else "other events (give detect= as the flight had it)"
        )
        return (
            f"{' and '.join(self.integrators)}: {self.end.to(u.mm):.3g} apart at the end, "
            f"{self.along.to(u.mm):.3g} at most; {same}"
        )


def compared_with_other(
    flight: FlightParts, detect: Sequence[Detector], accuracy: Accuracy | None
) -> IntegratorComparison:
    """Fly a flight again by the other integrator, and compare."""
    by = DOP853 if flight.integrator == COLLOCATION else COLLOCATION
    return compared(flight, fly(flight.scenario, detect, accuracy, by))


def compared(flight: FlightParts, other: FlightParts) -> IntegratorComparison:
    """Return how far another flight of the same scenario is from a flight."""
    names = [[(event.kind, event.detail) for event in each.timeline] for each in (flight, other)]
    ends = [[burn.cutoff for burn in each.burns] + [p.ended_by for p in each.phases] for each in (flight, other)]
    late = np.array([np.nan])
    if names[0] == names[1]:
        start = flight.scenario.state.epoch
        late = np.array(
            [
                float(seconds_after(start, after.time) - seconds_after(start, before.time))
                for before, after in zip(flight.timeline, other.timeline, strict=True)
            ]
        )
    mine, others = flight.trajectory, other.trajectory
    times = np.concatenate([mine.step_starts()[0], others.step_starts()[0]])
    times = times[times <= min(mine.end_s, others.end_s)]
    apart = mine.at(times)[0][:, motion.POSITION] - others.at(times)[0][:, motion.POSITION]
    return IntegratorComparison(
        integrators=(flight.integrator, other.integrator),
        end=float(np.linalg.norm((mine.end_y - others.end_y)[motion.POSITION])) * u.m,
        along=float(np.linalg.norm(apart, axis=1).max()) * u.m,
        duration=(others.end_s - mine.end_s) * u.s,
        events=float(np.abs(late).max()) * u.s,
        alike=names[0] == names[1] and ends[0] == ends[1] and type(flight.outcome) is type(other.outcome),
    )
