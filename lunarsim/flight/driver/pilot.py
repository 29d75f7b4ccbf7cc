"""The flight of one scenario: its legs by an integrator, and the log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from math import inf
from typing import Any, Protocol

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.asked import is_own
from lunarsim.craft import Execution, TimeTaggedCommand
from lunarsim.errors import InputError, IntegrationError, LunarsimError
from lunarsim.flight.driver.complaints import Complaints
from lunarsim.flight.driver.fault_log import OnsetLog, alarm_in_words
from lunarsim.flight.driver.lost_force import LostForce
from lunarsim.flight.driver.lowering import LoweredScenario
from lunarsim.flight.driver.navigation_log import NavigationLog
from lunarsim.flight.driver.refusals import FAILURES
from lunarsim.flight.driver.row import own_parts
from lunarsim.flight.events.detectors import Apsides, Detector, Watched
from lunarsim.flight.events.moment import moment_at
from lunarsim.flight.events.sky import Sky
from lunarsim.flight.events.timeline import CUTOFFS, LIMIT_OF_TIME, BurnRecord, Cutoff, Event, EventKind, PhaseRecord
from lunarsim.flight.result.earth_outcome import EarthEntry, InEarthOrbit
from lunarsim.flight.result.outcome import Impact, Outcome, outcome_in_space
from lunarsim.flight.result.parts import FlightParts
from lunarsim.flight.result.segment import Segment, Trigger
from lunarsim.flight.result.touchdown import touchdown_outcome
from lunarsim.flight.result.trajectory import FlownPhase, Trajectory
from lunarsim.kernels import codes
from lunarsim.kernels.attitude.turn import turned_by
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.near_earth import is_by_earth, orbits_earth
from lunarsim.kernels.forces.steering import FIXED
from lunarsim.kernels.guidance.attitude import turn_of
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.limits import empty_mass, full_thrust
from lunarsim.kernels.guidance.look import COMPUTER, Command, axis_at, is_empty, look, navigation_error
from lunarsim.kernels.navigation.leg import follow
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence import transients
from lunarsim.kernels.sequence.flown import Driver, Flown, Leg, craft_at, guide_of
from lunarsim.kernels.sequence.phases import fly_phases
from lunarsim.mission.clock import time_after
from lunarsim.orbits import State
from lunarsim.own import naming
from lunarsim.plan import Burn, Coast, Guided, Phase

_STARTS = {transients.WAITING, transients.RISING}


class Integrator(Protocol):
    """Flies legs: the compiled one, or the reference."""

    name: str
    lost_force: LostForce  #: which knows why one could not go on, where that is a force's doing

    def fly(
        self, t_s: float, y: NDArray[np.float64], leg: Leg, watched: Sequence[Trigger], disarmed: Collection[Trigger]
    ) -> tuple[Segment, int]:
        """Fly a leg as far as the forces are smooth; return the motion and how it ended, a code."""
        ...


class Pilot:
    """Flies the legs of one lowered scenario, as the sequence asks for them, and writes the log."""

    def __init__(self, lowered: LoweredScenario, detectors: Sequence[Detector], integrator: Integrator) -> None:
        scenario = self._scenario = lowered.scenario
        self._plan, self._changes = scenario.flown_plan, scenario.craft_changes
        self._executions = [each for each in scenario.executions if each.command.target]
        self._lowered = lowered
        self._integrator = integrator
        self._parts = own_parts(scenario)
        self._t_s = 0.0
        self._y = lowered.initial.copy()
        self._disarmed: frozenset[Trigger] = frozenset()
        sky = Sky(scenario.moon, lowered.environment, scenario.state.epoch, lowered.longest_s)
        watched = [w for detector in (Apsides(), *detectors) for w in detector.watched(sky)]
        self._watched = {Trigger(w.detail, _told(w), many=w.many): w for w in watched}
        self._flown_phases: list[FlownPhase] = []
        self._events: list[Event] = []
        self._burns: list[BurnRecord] = []
        self._guided_phases: list[PhaseRecord] = []
        self._computer = np.zeros(1, COMPUTER)[0]
        self._empty_kg = empty_mass(lowered.run.craft)
        self._complaints = Complaints(self._computer, self._empty_kg)
        self._onsets = OnsetLog(lowered.waiting, lowered.run, lowered.ground.clearance_m(0.0, self._y))
        self._navigation = NavigationLog(self._computer.navigation)
        self._engine_on = False
        self._engine = transients.OFF  # what it did in the last leg
        self._burning = False
        self._phase = 0  # the burn or the guided phase that began last, and where
        self._begun = scenario.state
        self._site_elevation = scenario.site_elevation if scenario.guided else 0.0 * u.m
        self._direction: NDArray[np.float64] | None = None  # of the thrust axis, as of the last look
        self._error: NDArray[np.float64] | None = None  # of navigation, as of the last look
        self._wanted_n: NDArray[np.float64] | None = None  # of a sound engine, as of the last look

    def fly(self) -> FlightParts:
        """Fly all phases, or until the ground."""
        self._log(EventKind.START)
        for _, kind, detail in self._commands_gone_astray(-inf, 0.0):
            self._log(kind, detail)
        _, ended, failure = fly_phases(_REFERENCE, self, self._y, self._lowered.flown(self._computer))
        if failure != codes.SOUND:
            raise self._refusal(failure)
        if self._lowered.plan.navigates:
            self._navigation.record(self._t_s, self._y, self._lowered.run.craft.navigation.kind, None, 0.0)
        self._log_onsets(self._t_s)
        self._onsets.warn_of_never_begun()
        outcome = self._finish(down=ended == codes.ON_GROUND)
        return FlightParts(
            scenario=self._scenario,
            timeline=tuple(self._events),
            burns=tuple(self._burns),
            outcome=outcome,
            trajectory=Trajectory(tuple(self._flown_phases)),
            phases=tuple(self._guided_phases),
            navigation=self._navigation.history(),
            integrator=self._integrator.name,
        )

    def fly_to(self, t_s: float, y: NDArray[np.float64], leg: Leg) -> tuple[float, int]:
        """Fly a leg: a coast, the coast to a burn, a burn, or what guidance has commanded."""
        phase, thrust_n = self._plan[leg.phase], float(motion.thrust_at(t_s, leg.propulsion))
        on = leg.engine in _STARTS or (leg.engine == transients.STEADY and thrust_n > 0.0)
        before_burn = isinstance(phase, Burn) and not self._burning
        name = f"coast to {phase.name}" if before_burn else phase.name
        lasts = leg.end_s > t_s
        self._log_onsets(t_s)
        if isinstance(phase, Guided):
            if lasts:
                dry = not on and is_empty(y[motion.MASS], self._empty_kg)
                self._switch(on, Cutoff.PROPELLANT.value if dry else name, thrust_n)
        elif not self._burning:  # the computer believes nothing of where it is, after guidance
            self._switch(False, name)
            self._direction = self._error = self._wanted_n = None
        if not lasts:
            return t_s, codes.AT_END
        self._tell_engine(leg.engine, thrust_n)
        ended = codes.ON_EDGE
        while ended == codes.ON_EDGE and self._t_s < leg.end_s:
            ended = self._piece(name, leg)
        return self._t_s, codes.AT_END if ended == codes.ON_EDGE else ended

    def begins(self, t_s: float, _y: NDArray[np.float64], k: int) -> None:
        """Log that a burn ignites, or that a guided phase begins."""
        phase, self._phase, self._begun = self._plan[k], k, self._state()
        self._log_onsets(t_s)
        if isinstance(phase, Burn):
            self._burning = True
            self._log(EventKind.IGNITION, phase.name, self._thrust_at_once(k, t_s))
        elif isinstance(phase, Guided):
            self._complaints.restart()
            self._log(EventKind.PHASE, phase.name)
            if phase.divert is not None or phase.hazard_detection is not None:
                self._log(EventKind.DIVERT, _divert_in_words(phase, self._computer))

    def look(self, t_s: float, y: NDArray[np.float64], k: int, flown: Flown) -> Command:
        """Return what the computer commands, and log what is wrong and was not at the look before."""
        phase = self._plan[k]
        assert isinstance(phase, Guided)
        craft = craft_at(t_s, flown, int(flown.plan.engines[k]))
        site_m, environment, computer = flown.run.site_m, flown.environment, flown.computer
        with naming([phase.law, *phase.terminations]):
            self._error = navigation_error(t_s, y, craft, site_m, environment, computer)
            record, guide = flown.phases[k].guided, guide_of(flown.plan, k)
            command: Command = look(t_s, y, craft, site_m, record, guide, environment, computer)
        self._direction = command.direction
        if command.exit == NO_EXIT:
            self._wanted_n = command.throttle * full_thrust(craft.engine) * command.direction
            if flown.plan.navigates:
                self._navigation.record(t_s, y, craft.navigation.kind, command, full_thrust(craft.engine))
            for kind in self._complaints.that_begin(command, y[motion.MASS]):
                self._log(kind, phase.name)
        return command

    def cuts(self, _t_s: float, _y: NDArray[np.float64], _k: int, reason: int) -> None:
        """Log that a burn is commanded to stop, or cannot go on."""
        self._log(EventKind.CUTOFF, CUTOFFS[reason].value)

    def ends(
        self,
        _t_s: float,
        y: NDArray[np.float64],
        k: int,
        reason: int,
        start_s: float,
        before: NDArray[np.float64],
        cut_s: float,
    ) -> None:
        """Record what a burn or a guided phase took."""
        phase = self._plan[k]
        assert not isinstance(phase, Coast)
        took: dict[str, Any] = {
            "name": phase.name,
            "delta_v": (y[motion.DV_TRUE] - before[motion.DV_TRUE]) * (u.m / u.s),
            "propellant": (before[motion.MASS] - y[motion.MASS]) * u.kg,
            "before": self._begun,
            "after": self._state(),
        }
        if isinstance(phase, Burn):
            record = BurnRecord(
                ignition=self._begun.epoch,
                duration=(cut_s - start_s) * u.s,
                cutoff=CUTOFFS[reason],
                delta_v_sensed=(y[motion.DV_SENSED] - before[motion.DV_SENSED]) * (u.m / u.s),
                target_delta_v=phase.target_delta_v.to_value(u.m / u.s) * (u.m / u.s),
                **took,
            )
            self._burns.append(record)
            self._burning = False
            self._tell_engine(transients.OFF, 0.0)
        else:
            self._guided_phases.append(
                PhaseRecord(
                    law=phase.law.title,
                    start=self._begun.epoch,
                    end=took["after"].epoch,
                    ended_by=self._end_in_words(phase, reason),
                    site_elevation=self._site_elevation,
                    cycles=int(self._computer.looks - self._computer.looks_before),
                    **(took | self._complaints.counts()),
                )
            )

    def follow(self, leg: FlownLeg, craft: Record, flown: Flown) -> None:
        """Let the navigation follow a leg, and log what happens to its sensors."""
        environment, computer = flown.environment, flown.computer
        follow(leg, environment.angles, environment.field.exact, flown.ground, craft, computer.navigation)
        thrust_n = float(motion.thrust_at(leg.end_s, leg.propulsion))
        for kind, detail in self._navigation.that_begin():
            self._log_at(kind, leg.end_s, leg.end, thrust_n, detail)

    def alarmed(self, t_s: float, y: NDArray[np.float64], k: int, monitor: int, flown: Flown) -> None:
        """Log that a monitor has called, what it saw and what is done."""
        del flown
        computer = self._lowered.craft_now(t_s).computer
        assert computer is not None, "its monitor has called"
        detail = alarm_in_words(monitor, self._computer, computer)
        self._log_at(EventKind.MONITOR, t_s, y, self._flown_phases[-1].thrust_n, f"{self._plan[k].name}: {detail}")

    def _log_onsets(self, t_s: float) -> None:
        """Log the faults that begin at an event which has just come; the others are logged with the piece flown."""
        thrust_n = self._flown_phases[-1].thrust_n if self._burning and self._flown_phases else 0.0
        for at_s, text in self._onsets.until(t_s):
            self._log_at(EventKind.FAULT, at_s, self._y, thrust_n, text)

    def _end_in_words(self, phase: Guided, reason: int) -> str:
        if reason >= codes.AT_EXIT:
            return str(phase.terminations[reason - codes.AT_EXIT])
        if reason == codes.BURN_MET_GROUND:
            gear = self._scenario.craft is not None and self._scenario.craft.gear is not None
            return EventKind.TOUCHDOWN.value if gear else EventKind.IMPACT.value
        return _limit_of_time(phase)

    def _refusal(self, failure: int) -> LunarsimError:
        """Return why the flight could not be flown, where neither scenario nor integrator have said so."""
        if failure == codes.NO_TIME:
            return InputError(
                "the flight ends where it begins: none of its burns can begin (tanks that are empty, or no speed to "
                "follow), and nothing comes after them: add a coast to the plan"
            )
        phase = self._plan[self._phase]
        if failure == codes.NOT_CONVERGED and isinstance(phase, Guided):
            return IntegrationError(
                f"{self._t_s:.3f} s after the start of the flight: {_in_words(phase)} has had far more cycles than its "
                f"max_duration = {phase.max_duration} holds: its condition on a time comes ever nearer and is never "
                "met. Give it another termination, or a shorter max_duration"
            )
        return InputError(f"scenario '{self._scenario.name}' cannot be flown: {FAILURES[failure]}")

    def _switch(self, on: bool, detail: str, thrust_n: float = 0.0) -> None:
        """Log an ignition or a cut-off under guidance, where the engine changes."""
        if on != self._engine_on:
            self._log(EventKind.IGNITION if on else EventKind.CUTOFF, detail, thrust_n)
        self._engine_on = on

    def _thrust_at_once(self, k: int, t_s: float) -> float:
        """Return the thrust (N) of a burn at its ignition: none if the engine takes its time."""
        engine = craft_at(t_s, self._lowered.flown(self._computer), int(self._lowered.plan.engines[k])).engine
        if engine.ignition_delay_s > 0.0 or engine.build_up_s > 0.0:
            return 0.0
        return float(self._lowered.burn_propulsion(k, t_s).thrust_n)

    def _tell_engine(self, does: int, thrust_n: float) -> None:
        """Log how the engine starts and stops, where it takes its time."""
        before, self._engine = self._engine, does
        if before == transients.WAITING and does in {transients.RISING, transients.STEADY}:
            self._log(EventKind.FIRST_THRUST, "", thrust_n)
        elif before == transients.FALLING and does == transients.OFF:
            self._log(EventKind.THRUST_GONE)
        elif does == transients.DEAF != before:
            self._log(EventKind.CUTOFF_IGNORED, "", thrust_n)

    def _piece(self, name: str, leg: Leg) -> int:
        """Fly a leg as far as the forces are smooth; return how that ended."""
        propulsion = leg.propulsion
        try:
            with naming(self._parts):
                segment, ended = self._integrator.fly(self._t_s, self._y, leg, tuple(self._watched), self._disarmed)
        except IntegrationError as stopped:
            self._integrator.lost_force.check()
            flown = _in_words(self._plan[leg.phase], self._own_sensor())
            raise IntegrationError(
                f"{flown}: {stopped}. Look whether its thrust has a direction all "
                "the way, and whether masses and thrust are meant; a shorter phase ends before"
            ) from stopped.__cause__

        def thrust_n(t_s: float) -> float:
            return float(motion.thrust_at(t_s, propulsion))

        for crossing in segment.crossings:
            watched = self._watched.get(crossing.trigger)
            kind = watched and (watched.rising if crossing.rising else watched.falling)
            if watched and kind and (watched.within is None or watched.within(crossing.t_s, crossing.y)):
                self._log_at(kind, crossing.t_s, crossing.y, thrust_n(crossing.t_s), watched.detail)
        for change in self._changes:
            if segment.start_s < (at_s := float(change.at.to_value(u.s))) <= segment.end_s:
                kind = EventKind.COMMAND if isinstance(change.cause, TimeTaggedCommand) else EventKind.FAULT
                self._log_at(kind, at_s, segment.path(at_s), thrust_n(at_s), change.text)
        for at_s, text in self._onsets.until(segment.end_s):
            self._log_at(EventKind.FAULT, at_s, segment.path(at_s), thrust_n(at_s), text)
        for due_s, kind, detail in self._commands_gone_astray(segment.start_s, segment.end_s):
            self._log_at(kind, due_s, segment.path(due_s), thrust_n(due_s), detail)
        self._t_s, self._y[:], self._disarmed = segment.end_s, segment.end_y, segment.fired_at_end
        direction, commanded = self._axes(leg)
        rate_n_s = float(propulsion.thrust_rate_n_s)
        greatest_n = thrust_n(segment.end_s if rate_n_s > 0.0 else segment.start_s)
        asked_n, axis = self._commanded_n(leg), self._true_axis(segment.end_s)
        piece = FlownPhase(name, segment, greatest_n, direction, self._error, rate_n_s, commanded, asked_n, axis)
        self._flown_phases.append(piece)
        return ended

    def _commanded_n(self, leg: Leg) -> NDArray[np.float64] | None:
        """Return the thrust that guidance asks for in a leg; None in burns, and while the engine takes its time."""
        wanted = self._wanted_n if isinstance(self._plan[leg.phase], Guided) else None
        if wanted is None or not np.all(np.isfinite(wanted)):
            return None
        if leg.engine == transients.STEADY:
            return wanted.copy()
        return np.zeros(3) if leg.engine in (transients.OFF, transients.DEAF) else None

    def _commands_gone_astray(self, after_s: float, until_s: float) -> Iterator[tuple[float, EventKind, str]]:
        """Give what became otherwise of the commands that were due in an interval, as they were sent or received."""
        for each in self._executions:
            for due_s, kind, detail in _gone_astray(each):
                if after_s < due_s <= until_s:
                    yield due_s, kind, detail

    def _axes(self, leg: Leg) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
        """Return where the thrust axis points in a leg, and where it is to point by an attitude control."""
        body = self._computer.body
        if body.begun == 0.0 or not (self._burning or isinstance(self._plan[leg.phase], Guided)):
            held = leg.propulsion.thrust_n > 0.0 and not self._burning
            return (leg.propulsion.direction if held else self._direction), None
        if leg.propulsion.steering != FIXED:  # where a law comes to rest
            return None, None
        along = leg.propulsion.direction if leg.propulsion.thrust_n > 0.0 else body.axis
        return along.copy(), body.commanded.copy()

    def _true_axis(self, t_s: float) -> NDArray[np.float64] | None:
        """Return where the axis of a craft with an attitude control points at a time of its turn."""
        turn = turn_of(self._computer.body)
        return np.array(turned_by(t_s, turn)[0]) if turn.known else None

    def _own_sensor(self) -> str:
        """Return a sensor of the user's in words; nothing for the package's."""
        craft = None if self._scenario.craft is None else self._lowered.craft_now(self._t_s)
        return f" sensor '{craft.accelerometer.title}'," if craft is not None and is_own(craft.accelerometer) else ""

    def _finish(self, *, down: bool) -> Outcome:
        craft = None if self._scenario.craft is None else self._lowered.craft_now(self._t_s)
        terrain = self._scenario.moon.terrain
        if down and is_by_earth(self._y, self._lowered.environment.earth):
            self._log(EventKind.ENTRY)
            return EarthEntry(self._state(), self._state().to_earth(self._scenario.moon.ephemeris))
        if down and craft is not None and craft.gear is not None:
            self._log(EventKind.TOUCHDOWN)
            axis, turn_rate_rad_s = np.array(axis_at(self._y, self._computer)), float(self._computer.turn_rate_rad_s)
            dry = is_empty(self._y[motion.MASS], self._empty_kg)
            return touchdown_outcome(self._state(), axis, turn_rate_rad_s, terrain, craft.gear, tank_dry=dry)
        self._log(EventKind.IMPACT if down else EventKind.END)
        if down:
            return Impact(self._state(), terrain, without_gear=bool(self._guided_phases))
        if self._orbits_earth():
            return InEarthOrbit(self._state(), self._state().to_earth(self._scenario.moon.ephemeris))
        return outcome_in_space(self._state(), terrain, self._lowered.environment.field.exact.gm)

    def _orbits_earth(self) -> bool:
        environment = self._lowered.environment
        et_s, bodies = environment.epoch_et_s + self._t_s, environment.body_positions
        return bool(orbits_earth(et_s, self._y, environment.body_gm, bodies, environment.earth))

    def _state(self) -> State:
        time = time_after(self._scenario.state.epoch, self._t_s)
        return State(self._y[motion.POSITION] * u.m, self._y[motion.VELOCITY] * (u.m / u.s), time)

    def _log(self, kind: EventKind, detail: str = "", thrust_n: float = 0.0) -> None:
        self._log_at(kind, self._t_s, self._y, thrust_n, detail)

    def _log_at(self, kind: EventKind, t_s: float, y: Any, thrust_n: float, detail: str = "") -> None:
        now = partial(moment_at, self._scenario, t_s, y.copy(), thrust_n, self._error)
        self._events.append(Event.logged(kind, detail, now))


def _told(watched: Watched) -> Callable[[float, NDArray[np.float64]], float]:
    """Return the function of a detector, whose errors name it and no other part of the flight."""

    def value(t_s: float, y: NDArray[np.float64]) -> float:
        try:
            return watched.function(t_s, y)
        except LunarsimError:
            raise
        except Exception as error:
            raise IntegrationError(
                f"the detector '{watched.detail}' ended with {type(error).__name__}: {error}, {t_s:.3f} s after the "
                "start of the flight"
            ) from error

    return value


_REFERENCE = Driver(Pilot.fly_to, Pilot.begins, Pilot.look, Pilot.cuts, Pilot.ends, Pilot.follow, Pilot.alarmed)


def _in_words(phase: Phase, sensor: str = "") -> str:
    """Return a phase by its name, what steers it, and a sensor of the user's that watches it."""
    if isinstance(phase, Guided):
        return f"phase '{phase.name}', {phase.law.title},"
    if isinstance(phase, Burn):
        law: Any = phase.steering
        law = f"steering law '{law.title}'" if is_own(law) else type(law).__name__
        return f"burn '{phase.name}', {law},{sensor}"
    return f"'{phase.name}'"


def _gone_astray(each: Execution) -> Iterator[tuple[float, EventKind, str]]:
    """Give when a command was due that a fault has lost or moved, or that was displaced, and what became of it."""
    name, received = each.command.name, each.received
    sent_s = float(each.command.time.to_value(u.s))
    if received.lost:
        yield sent_s, EventKind.COMMAND_LOST, f"{name}: {received.fault}"
    elif received.time_s != sent_s:
        yield sent_s, EventKind.COMMAND_MOVED, f"{name}, {received.time_s - sent_s:+.3f} s: {received.fault}"
    if each.higher is not None:
        became = "not carried out" if each.time is None else f"carried out at {each.time:.3f} after the start"
        own, beside = f"priority {each.command.priority:.0f}", f"priority {each.higher}"
        told = f"{name}, {own}, {became}: in one data array with {beside}"
        yield received.time_s, EventKind.COMMAND_DISPLACED, told


def _limit_of_time(phase: Guided) -> str:
    """Return why a phase ended that met none of its exits."""
    never = " or ".join(str(each) for each in phase.terminations)
    return f"{LIMIT_OF_TIME}, never {never}" if never else LIMIT_OF_TIME


def _divert_in_words(phase: Guided, computer: Record) -> str:
    """Return where a phase aims from its start on, and what a scan has found there."""
    downrange_m, crossrange_m = computer.diverted_downrange_m, computer.diverted_crossrange_m
    slope_rad = computer.scanned_slope_rad
    along = f"{abs(downrange_m):.1f} m {'on' if downrange_m >= 0.0 else 'back'}"
    across = f"{abs(crossrange_m):.1f} m to the {'left' if crossrange_m >= 0.0 else 'right'}"
    if phase.hazard_detection is None:
        return f"{along}, {across}"
    safe = slope_rad <= float(phase.hazard_detection.slope.to_value(u.rad))
    found = "slope" if safe else "no safe place; least slope"
    return f"{along}, {across}, {found} {np.degrees(slope_rad):.1f} deg"
