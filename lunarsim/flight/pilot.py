"""The reference flight of one scenario: its phases in order, and the log."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.flight.accuracy import Accuracy
from lunarsim.flight.clock import time_after
from lunarsim.flight.detectors import Apsides, Detector
from lunarsim.flight.driver import Trigger, fly_segment
from lunarsim.flight.flight import Flight, FlownPhase, Trajectory, moment
from lunarsim.flight.lowering import COASTING, LoweredBurn, LoweredScenario
from lunarsim.flight.outcome import Impact, Outcome, outcome_in_space
from lunarsim.flight.scenario import Scenario
from lunarsim.flight.sky import Sky
from lunarsim.flight.timeline import BurnRecord, Cutoff, Event, EventKind
from lunarsim.kernels import motion
from lunarsim.kernels.bound import BoundMotion, bound_derivative
from lunarsim.orbits import State


class Pilot:
    """Flies the phases of one lowered scenario in order and writes the log."""

    def __init__(
        self, scenario: Scenario, lowered: LoweredScenario, detectors: Sequence[Detector], accuracy: Accuracy
    ) -> None:
        self._scenario = scenario
        self._lowered = lowered
        self._accuracy = accuracy
        self._t_s = 0.0
        self._y = lowered.initial
        self._disarmed: frozenset[Trigger] = frozenset()
        self._ground = lowered.ground.trigger()
        sky = Sky(scenario.moon, lowered.environment, scenario.state.epoch, lowered.longest_s)
        watched = [w for detector in (Apsides(), *detectors) for w in detector.watched(sky)]
        self._watched = {Trigger(w.detail, w.function, many=w.many): w for w in watched}
        self._shadow = _shadow_edges(lowered.environment)
        self._phases: list[FlownPhase] = []
        self._events: list[Event] = []
        self._burns: list[BurnRecord] = []

    def fly(self) -> Flight:
        """Fly all phases, or until the ground."""
        self._log(EventKind.START)
        for phase in self._lowered.phases:
            if isinstance(phase, LoweredBurn):
                self._coast_to(phase.ignition_s, f"coast to {phase.name}")
                if not self._down:
                    self._burn(phase)
            else:
                self._coast_to(self._t_s + phase.duration_s, phase.name)
            if self._down:
                break
        outcome = self._finish()
        return Flight(
            scenario=self._scenario,
            timeline=tuple(self._events),
            burns=tuple(self._burns),
            outcome=outcome,
            trajectory=Trajectory(tuple(self._phases)),
        )

    @property
    def _down(self) -> bool:
        return self._ground in self._disarmed

    def _coast_to(self, end_s: float, name: str) -> None:
        if end_s > self._t_s:
            self._segment(name, end_s, COASTING)

    def _burn(self, burn: LoweredBurn) -> None:
        y = self._y
        before, ignition = self._state(), time_after(self._scenario.state.epoch, self._t_s)
        target_mps = y[motion.DV_SENSED] + burn.target_dv_mps
        sensed = Trigger(Cutoff.SENSED_DELTA_V.value, lambda _t, y: float(y[motion.DV_SENSED] - target_mps), +1, True)
        empty = Trigger(Cutoff.PROPELLANT.value, lambda _t, y: float(y[motion.MASS] - burn.dry_mass_kg), -1, True)
        self._log(EventKind.IGNITION, burn.name, burn.propulsion.thrust_n)
        start_s = self._t_s
        if y[motion.MASS] > burn.dry_mass_kg:
            ended_by = self._segment(burn.name, start_s + burn.timer_s, burn.propulsion, sensed, empty)
            reason = Cutoff(ended_by.name) if ended_by else Cutoff.TIMER
        else:
            reason = Cutoff.PROPELLANT
        self._burns.append(
            BurnRecord(
                name=burn.name,
                ignition=ignition,
                duration=(self._t_s - start_s) * u.s,
                cutoff=reason,
                delta_v=(self._y[motion.DV_TRUE] - y[motion.DV_TRUE]) * (u.m / u.s),
                delta_v_sensed=(self._y[motion.DV_SENSED] - y[motion.DV_SENSED]) * (u.m / u.s),
                target_delta_v=burn.target_dv_mps * (u.m / u.s),
                propellant=(y[motion.MASS] - self._y[motion.MASS]) * u.kg,
                before=before,
                after=self._state(),
            )
        )
        self._log(EventKind.CUTOFF, reason.value)

    def _segment(self, name: str, end_s: float, propulsion: motion.Propulsion, *cutoffs: Trigger) -> Trigger | None:
        ended_by = self._piece(name, end_s, propulsion, *cutoffs)
        while ended_by in self._shadow and self._t_s < end_s:
            ended_by = self._piece(name, end_s, propulsion, *cutoffs)
        return None if ended_by in self._shadow else ended_by

    def _piece(self, name: str, end_s: float, propulsion: motion.Propulsion, *cutoffs: Trigger) -> Trigger | None:
        bound = BoundMotion(self._lowered.environment, propulsion)
        segment = fly_segment(
            lambda t_s, y: bound_derivative(t_s, y, bound),
            self._t_s,
            self._y,
            end_s,
            [self._ground, *self._watched, *self._shadow, *cutoffs],
            self._accuracy,
            disarmed=self._disarmed,
        )
        for crossing in segment.crossings:
            watched = self._watched.get(crossing.trigger)
            kind = watched and (watched.rising if crossing.rising else watched.falling)
            if watched and kind and (watched.within is None or watched.within(crossing.t_s, crossing.y)):
                self._log_at(kind, crossing.t_s, crossing.y, propulsion.thrust_n, watched.detail)
        self._t_s, self._y, self._disarmed = segment.end_s, segment.end_y, segment.fired_at_end
        self._phases.append(FlownPhase(name, segment, propulsion.thrust_n))
        return segment.ended_by

    def _finish(self) -> Outcome:
        self._log(EventKind.IMPACT if self._down else EventKind.END)
        if self._down:
            return Impact(self._state(), self._scenario.moon.terrain)
        return outcome_in_space(self._state())

    def _state(self) -> State:
        time = time_after(self._scenario.state.epoch, self._t_s)
        return State(self._y[motion.POSITION] * u.m, self._y[motion.VELOCITY] * (u.m / u.s), time)

    def _log(self, kind: EventKind, detail: str = "", thrust_n: float = 0.0) -> None:
        self._log_at(kind, self._t_s, self._y, thrust_n, detail)

    def _log_at(self, kind: EventKind, t_s: float, y: Any, thrust_n: float, detail: str = "") -> None:
        time = time_after(self._scenario.state.epoch, t_s)
        self._events.append(Event(kind=kind, detail=detail, moment=moment(self._scenario, time, y, thrust_n)))


def _shadow_edges(environment: motion.Environment) -> tuple[Trigger, ...]:
    """Return the triggers that end a segment where sunlight starts or stops to fade; none without radiation."""
    if environment.sunlight.strength_n_m2 == 0.0:
        return ()

    def angle(i: int, t_s: float, y: NDArray[np.float64]) -> float:
        return float(motion.shadow_contacts(t_s, y, environment)[i])

    return tuple(Trigger(edge, partial(angle, i), terminal=True) for i, edge in enumerate(("penumbra", "umbra")))
