"""The reference flight of one scenario: its phases in order, and the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.errors import InputError, IntegrationError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.complaints import Complaints
from lunarsim.flight.driver.computer import Computer
from lunarsim.flight.driver.lowering import COASTING, LoweredBurn, LoweredGuided, LoweredScenario
from lunarsim.flight.driver.segment import fly_segment
from lunarsim.flight.events.detectors import Apsides, Detector
from lunarsim.flight.events.sky import Sky
from lunarsim.flight.events.timeline import CUTOFFS, LIMIT_OF_TIME, BurnRecord, Cutoff, Event, EventKind, PhaseRecord
from lunarsim.flight.result.flight import Flight, moment
from lunarsim.flight.result.outcome import Impact, Outcome, outcome_in_space
from lunarsim.flight.result.segment import Trigger
from lunarsim.flight.result.touchdown import touchdown_outcome
from lunarsim.flight.result.trajectory import FlownPhase, Trajectory
from lunarsim.kernels.driver.guided import gets_nowhere
from lunarsim.kernels.driver.run import longest_burn
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.bound import BoundMotion, bound_derivative
from lunarsim.kernels.forces.standstill import above_standstill, longest_step
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.look import Command, engine_runs, is_empty
from lunarsim.mission.clock import time_after
from lunarsim.mission.scenario import Scenario
from lunarsim.orbits import State
from lunarsim.plan import Burn, Guided
from lunarsim.plan.laws.law import naming_laws


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
        self._gm = float(lowered.environment.field.exact.gm)
        self._disarmed: frozenset[Trigger] = frozenset()
        self._ground = lowered.ground.trigger()
        sky = Sky(scenario.moon, lowered.environment, scenario.state.epoch, lowered.longest_s)
        watched = [w for detector in (Apsides(), *detectors) for w in detector.watched(sky)]
        self._watched = {Trigger(w.detail, w.function, many=w.many): w for w in watched}
        self._shadow = _shadow_edges(lowered.environment)
        self._phases: list[FlownPhase] = []
        self._events: list[Event] = []
        self._burns: list[BurnRecord] = []
        self._guided_phases: list[PhaseRecord] = []
        self._computer = Computer(lowered)
        self._engine_on = False
        self._site_elevation = scenario.site_elevation if scenario.guided else 0.0 * u.m
        self._error: NDArray[np.float64] | None = None  # of navigation, as of the last look

    def fly(self) -> Flight:
        """Fly all phases, or until the ground."""
        self._log(EventKind.START)
        for phase in self._lowered.phases:
            if isinstance(phase, LoweredGuided):
                self._guided(phase)
            elif isinstance(phase, LoweredBurn):
                self._coast_to(phase.ignition_s, f"coast to {phase.name}")
                if not self._down:
                    self._burn(phase)
            else:
                self._coast_to(self._t_s + phase.duration_s, phase.name)
            if self._down:
                break
        if not self._phases:
            raise InputError(
                "the flight ends where it begins: none of its burns can begin (tanks that are empty, or no speed to "
                "follow), and nothing comes after them: add a coast to the plan"
            )
        outcome = self._finish()
        return Flight(
            scenario=self._scenario,
            timeline=tuple(self._events),
            burns=tuple(self._burns),
            outcome=outcome,
            trajectory=Trajectory(tuple(self._phases)),
            phases=tuple(self._guided_phases),
        )

    @property
    def _down(self) -> bool:
        return self._ground in self._disarmed

    def _coast_to(self, end_s: float, name: str) -> None:
        self._rest(name)
        if end_s > self._t_s:
            self._segment(name, end_s, COASTING)

    def _rest(self, detail: str) -> None:
        """Let the engine be off and the computer believe nothing of where it is, after guidance."""
        self._switch(False, detail)
        self._computer.rest()
        self._error = None

    def _burn(self, burn: LoweredBurn) -> None:
        y = self._y
        before, ignition = self._state(), time_after(self._scenario.state.epoch, self._t_s)
        self._log(EventKind.IGNITION, burn.name, burn.propulsion.thrust_n)
        start_s = self._t_s
        longest_s, code = longest_burn(y, self._lowered.run, burn.numbers, burn.propulsion)
        reason = CUTOFFS[code]
        if longest_s > 0.0:
            ended_by = self._segment(burn.name, start_s + longest_s, burn.propulsion, *self._cutoffs(burn))
            reason = Cutoff(ended_by.name) if ended_by else reason
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
        self._computer.point(self._y, burn.propulsion)

    def _cutoffs(self, burn: LoweredBurn) -> list[Trigger]:
        """Return what ends a burn that has begun before its longest time."""
        target_mps = self._y[motion.DV_SENSED] + burn.target_dv_mps
        found = [Trigger(Cutoff.SENSED_DELTA_V.value, lambda _t, y: float(y[motion.DV_SENSED] - target_mps), +1, True)]
        if follows_velocity(burn.propulsion.steering):
            thrust_n, gm = burn.propulsion.thrust_n, self._gm
            rest = Trigger(Cutoff.ZERO_SPEED.value, lambda _t, y: above_standstill(y, thrust_n, gm), -1, True)
            found.append(rest)
        return found

    def _guided(self, phase: LoweredGuided) -> None:
        """Fly a guided phase, cycle by cycle, until an exit, its limit or the ground ends it."""
        computer, y, before, start_s = self._computer, self._y, self._state(), self._t_s
        aim = computer.begin(self._t_s, self._y, phase)
        plan = next(p for p in self._scenario.guided if p.name == phase.name)
        self._log(EventKind.PHASE, phase.name)
        if plan.divert is not None or plan.hazard_detection is not None:
            self._log(EventKind.DIVERT, _divert_in_words(plan, *aim))
        ended_by, told = _limit_of_time(plan), Complaints(computer)
        while not self._down and not computer.is_over(self._t_s, phase):
            with naming_laws([plan.law]):
                command, self._error = computer.look(self._t_s, self._y, phase)
            if command.exit != NO_EXIT:
                ended_by = str(plan.terminations[command.exit])
                break
            if gets_nowhere(phase.numbers, computer.memory):
                raise IntegrationError(
                    f"{self._t_s:.3f} s after the start of the flight: {self._in_words(phase.name)} has had far more "
                    f"cycles than its max_duration = {plan.max_duration} holds: its condition on a time "
                    "comes ever nearer and is never met. Give it another termination, or a shorter max_duration"
                )
            for kind in told.that_begin(command, self._y[motion.MASS]):
                self._log(kind, phase.name)
            self._cycle(phase, command)
        if self._down:
            gear = self._scenario.craft is not None and self._scenario.craft.gear is not None
            ended_by = EventKind.TOUCHDOWN.value if gear else EventKind.IMPACT.value
        self._guided_phases.append(
            PhaseRecord(
                name=phase.name,
                law=plan.law.title,
                start=time_after(self._scenario.state.epoch, start_s),
                end=time_after(self._scenario.state.epoch, self._t_s),
                ended_by=ended_by,
                delta_v=(self._y[motion.DV_TRUE] - y[motion.DV_TRUE]) * (u.m / u.s),
                propellant=(y[motion.MASS] - self._y[motion.MASS]) * u.kg,
                before=before,
                after=self._state(),
                site_elevation=self._site_elevation,
            )
        )

    def _cycle(self, phase: LoweredGuided, command: Command) -> None:
        """Fly what was commanded until the next look: engine off, on, off, as far as each lasts."""
        dry_mass_kg = float(self._lowered.run.craft.dry_mass_kg)
        from_s, until_s = engine_runs(command, self._y[motion.MASS], dry_mass_kg)
        end_s = self._t_s + command.cycle_s
        if until_s > from_s:
            on_s, off_s = self._t_s + from_s, min(self._t_s + until_s, end_s)
            self._coast_in_cycle(phase.name, on_s, command)
            if not self._down:
                self._switch(True, phase.name, command.thrust_n)
                self._segment(phase.name, off_s, self._computer.propulsion(command), direction=command.direction)
        if not self._down and self._t_s < end_s:
            self._coast_in_cycle(phase.name, end_s, command)

    def _coast_in_cycle(self, name: str, end_s: float, command: Command) -> None:
        if end_s > self._t_s:
            empty = is_empty(self._y[motion.MASS], self._lowered.run.craft.dry_mass_kg)
            self._switch(False, Cutoff.PROPELLANT.value if empty else name)
            self._segment(name, end_s, COASTING, direction=command.direction)

    def _switch(self, on: bool, detail: str, thrust_n: float = 0.0) -> None:
        """Log an ignition or a cut-off under guidance, where the engine changes."""
        if on != self._engine_on:
            self._log(EventKind.IGNITION if on else EventKind.CUTOFF, detail, thrust_n)
        self._engine_on = on

    def _segment(
        self,
        name: str,
        end_s: float,
        propulsion: motion.Propulsion,
        *cutoffs: Trigger,
        direction: NDArray[np.float64] | None = None,
    ) -> Trigger | None:
        ended_by = self._piece(name, end_s, propulsion, *cutoffs, direction=direction)
        while ended_by in self._shadow and self._t_s < end_s:
            ended_by = self._piece(name, end_s, propulsion, *cutoffs, direction=direction)
        return None if ended_by in self._shadow else ended_by

    def _piece(
        self,
        name: str,
        end_s: float,
        propulsion: motion.Propulsion,
        *cutoffs: Trigger,
        direction: NDArray[np.float64] | None = None,
    ) -> Trigger | None:
        bound = BoundMotion(self._lowered.environment, propulsion)
        try:
            segment = fly_segment(
                lambda t_s, y: bound_derivative(t_s, y, bound),
                self._t_s,
                self._y,
                end_s,
                [self._ground, *self._watched, *self._shadow, *cutoffs],
                self._accuracy,
                disarmed=self._disarmed,
                longest_step=self._longest_step(propulsion),
            )
        except IntegrationError as stopped:
            raise IntegrationError(
                f"{self._in_words(name)}: {stopped}. Look whether its thrust has a direction all the way, and whether "
                "masses and thrust are meant; a shorter phase ends before"
            ) from None
        for crossing in segment.crossings:
            watched = self._watched.get(crossing.trigger)
            kind = watched and (watched.rising if crossing.rising else watched.falling)
            if watched and kind and (watched.within is None or watched.within(crossing.t_s, crossing.y)):
                self._log_at(kind, crossing.t_s, crossing.y, propulsion.thrust_n, watched.detail)
        self._t_s, self._y, self._disarmed = segment.end_s, segment.end_y, segment.fired_at_end
        error = self._error if direction is not None else None
        self._phases.append(FlownPhase(name, segment, propulsion.thrust_n, direction, error))
        return segment.ended_by

    def _longest_step(self, propulsion: motion.Propulsion) -> Callable[[NDArray[np.float64]], float] | None:
        """Return what keeps steps from reaching over a turn of the thrust; none where it holds a direction."""
        errs = propulsion.pitch_error_rad != 0.0 or propulsion.yaw_error_rad != 0.0
        turns = propulsion.thrust_n > 0.0 and (errs or follows_velocity(propulsion.steering))
        return (lambda y: longest_step(y, propulsion, self._gm)) if turns else None

    def _in_words(self, name: str) -> str:
        """Return a phase by its name, and what steers it."""
        phase = next((p for p in self._scenario.plan if p.name == name), None)
        if isinstance(phase, Guided):
            return f"phase '{name}', {phase.law.title},"
        return f"burn '{name}', {type(phase.steering).__name__}," if isinstance(phase, Burn) else f"'{name}'"

    def _finish(self) -> Outcome:
        craft, terrain = self._scenario.flown_craft, self._scenario.moon.terrain
        if self._down and craft is not None and craft.gear is not None:
            self._log(EventKind.TOUCHDOWN)
            axis, turn_rate_rad_s = self._computer.attitude(self._y)
            dry = is_empty(self._y[motion.MASS], self._lowered.run.craft.dry_mass_kg)
            return touchdown_outcome(self._state(), axis, turn_rate_rad_s, terrain, craft.gear, tank_dry=dry)
        self._log(EventKind.IMPACT if self._down else EventKind.END)
        if self._down:
            return Impact(self._state(), terrain, without_gear=bool(self._guided_phases))
        return outcome_in_space(self._state(), terrain, self._lowered.environment.field.exact.gm)

    def _state(self) -> State:
        time = time_after(self._scenario.state.epoch, self._t_s)
        return State(self._y[motion.POSITION] * u.m, self._y[motion.VELOCITY] * (u.m / u.s), time)

    def _log(self, kind: EventKind, detail: str = "", thrust_n: float = 0.0) -> None:
        self._log_at(kind, self._t_s, self._y, thrust_n, detail)

    def _log_at(self, kind: EventKind, t_s: float, y: Any, thrust_n: float, detail: str = "") -> None:
        time = time_after(self._scenario.state.epoch, t_s)
        now = moment(self._scenario, time, y, thrust_n, self._error)
        self._events.append(Event(kind=kind, detail=detail, moment=now))


def _limit_of_time(phase: Guided) -> str:
    """Return why a phase ended that met none of its exits."""
    never = " or ".join(str(each) for each in phase.terminations)
    return f"{LIMIT_OF_TIME}, never {never}" if never else LIMIT_OF_TIME


def _divert_in_words(phase: Guided, downrange_m: float, crossrange_m: float, slope_rad: float) -> str:
    """Return where a phase aims from its start on, and what a scan has found there."""
    along = f"{abs(downrange_m):.1f} m {'on' if downrange_m >= 0.0 else 'back'}"
    across = f"{abs(crossrange_m):.1f} m to the {'left' if crossrange_m >= 0.0 else 'right'}"
    if phase.hazard_detection is None:
        return f"{along}, {across}"
    safe = slope_rad <= float(phase.hazard_detection.slope.to_value(u.rad))
    found = "slope" if safe else "no safe place; least slope"
    return f"{along}, {across}, {found} {np.degrees(slope_rad):.1f} deg"


def _shadow_edges(environment: motion.Environment) -> tuple[Trigger, ...]:
    """Return the triggers that end a segment where sunlight starts or stops to fade; none without radiation."""
    if environment.sunlight.strength_n_m2 == 0.0:
        return ()

    def angle(i: int, t_s: float, y: NDArray[np.float64]) -> float:
        return float(motion.shadow_contacts(t_s, y, environment)[i])

    return tuple(Trigger(edge, partial(angle, i), terminal=True) for i, edge in enumerate(("penumbra", "umbra")))
