"""What a flight is made of."""

from __future__ import annotations

from dataclasses import dataclass

from lunarsim.flight.events.timeline import BurnRecord, Event, PhaseRecord
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.flight.result.outcome import Outcome
from lunarsim.flight.result.trajectory import Trajectory
from lunarsim.mission.scenario import Scenario


@dataclass(frozen=True, kw_only=True, eq=False)
class FlightParts:
    """The parts of a flight, which files hold. A :class:`~lunarsim.flight.Flight` is made of them."""

    scenario: Scenario  #: what was flown
    timeline: tuple[Event, ...]  #: what happened, in order
    burns: tuple[BurnRecord, ...]  #: how each burn went
    outcome: Outcome  #: how the flight ended
    trajectory: Trajectory  #: the integrated motion in SI floats
    phases: tuple[PhaseRecord, ...] = ()  #: how each guided phase went
    integrator: str = "DOP853"  #: that flew it
    navigation: NavigationHistory | None = None  #: cycle by cycle, of a craft that keeps an estimate of its own
