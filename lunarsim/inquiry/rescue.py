"""The latest burn after a failed one that still clears the terrain, and whether Earth could have commanded it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import checks, constants
from lunarsim.craft import Engine, Spacecraft
from lunarsim.declarations import FAST_MPS, LONG_S, Number
from lunarsim.errors import InputError
from lunarsim.faults import Fault, with_faults
from lunarsim.flight import Flight, GroundContact, detectors, simulate
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.events.detectors import Detector
from lunarsim.flight.events.sky import Sky
from lunarsim.inquiry.outcome_boundaries import survivability, surviving
from lunarsim.kernels.forces import motion
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.mission.craft_history import craft_by
from lunarsim.orbits import State
from lunarsim.plan import AlongVelocity, Burn, Coast

_DELTA_V = Number(unit=u.m / u.s, low=1e-3, high=FAST_MPS)
_DURATION = Number(unit=u.s, low=1e-3, high=LONG_S)
_DELAY = Number(unit=u.s, low=0.0, high=LONG_S)
_THRUST = Number(unit=u.N, low=1e-6, high=1e9)
_POINTS = 65  # of the first grid of ignitions
_LAST_MOMENT_S = 1.0  # before the ground, at which no burn needs to be tried


class Window(NamedTuple):
    """A time in which Earth is in view."""

    start: Time
    end: Time


@dataclass(frozen=True, kw_only=True, eq=False)
class Rescue:
    """The latest burn that would have saved a flight, and what it takes to command it from Earth.

    Attributes
    ----------
    delta_v : Quantity
        Of the rescue burn, along the velocity.
    duration : Quantity
        Of the rescue burn.
    cutoff : Time
        The end of the burn that failed.
    ignition : Time or None
        The latest ignition that still clears the terrain; None where none does.
    in_view : tuple of Window
        When Earth is in view from the cut-off to the ground.
    known : Time or None
        When Earth knows of the failure: the first telemetry after it, and the time that light takes.
    earliest_command : Time or None
        When a command that is ready ``command_time`` later is on board; None where Earth is out of view to the end.
    latest_command_sent : Time or None
        When the command has to leave Earth at the latest; None where it cannot arrive before the latest ignition.
    margin : Quantity or None
        From the earliest command on board to the latest ignition; negative where it comes too late.
    """

    delta_v: u.Quantity
    duration: u.Quantity
    cutoff: Time
    ignition: Time | None
    in_view: tuple[Window, ...]
    known: Time | None
    earliest_command: Time | None
    latest_command_sent: Time | None

    @property
    def margin(self) -> u.Quantity | None:
        """From the earliest command on board to the latest ignition."""
        if self.ignition is None or self.earliest_command is None:
            return None
        return (self.ignition - self.earliest_command).to(u.s)

    @property
    def possible(self) -> bool:
        """Whether a command from Earth can be on board in time."""
        margin = self.margin
        return margin is not None and bool(margin >= 0.0 * u.s)

    @property
    def after_cutoff(self) -> u.Quantity | None:
        """The latest ignition, after the cut-off."""
        return None if self.ignition is None else (self.ignition - self.cutoff).to(u.s)

    def __str__(self) -> str:
        size = f"{self.delta_v:.4g} along the velocity, in {self.duration:.4g}"
        if self.ignition is None:
            return f"a burn of {size}, would not have cleared the terrain even at the cut-off"
        words = (
            f"a burn of {size}, clears the terrain until {self.ignition.utc.isot} UTC, {self.after_cutoff:.4g} after"
        )
        words += " the cut-off"
        if self.known is None:
            return f"{words}; Earth is not in view before the ground is met"
        if self.margin is None:
            return f"{words}; a command would be on board only after the ground is met"
        spare = abs(self.margin)
        return f"{words}; a command could have been on board {spare:.4g} {'before' if self.possible else 'after'} it"


def latest_rescue(
    scenario: Scenario,
    *,
    delta_v: u.Quantity | None = None,
    duration: u.Quantity | None = None,
    thrust: u.Quantity | None = None,
    command_time: u.Quantity = 600.0 * u.s,
    visibility: Detector | None = None,
    orbits: float = 1.0,
    tolerance: u.Quantity = 0.1 * u.s,
) -> Rescue:
    """Return the latest burn along the velocity, after the last burn of a scenario, that still clears the terrain.

    Parameters
    ----------
    scenario : Scenario
        One that meets the ground after a burn, by its faults or as it is.
    delta_v, duration : Quantity
        The size of the rescue burn: one of the two.
    thrust : Quantity, optional
        Of the engine that gives it; default: of the craft's engine, with its thrust error.
    command_time : Quantity
        From the moment when Earth sees that the burn failed to that when a command leaves it; default 10 min.
    visibility : Detector, optional
        What has to be in view for telemetry and commands: :class:`lunarsim.detectors.EarthInView`, the default, or a
        :class:`lunarsim.detectors.StationInView`.
    orbits : float
        For how long the terrain is to be cleared after the rescue, in periods of the orbit at the failed cut-off.
    tolerance : Quantity
        How closely the latest ignition is found.

    Raises
    ------
    InputError
        If the scenario has no burn or does not meet the ground after it, both or none of ``delta_v`` and ``duration``
        are given, there is not propellant enough, ``visibility`` is of another kind, or a number is out of its bounds.

    Notes
    -----
    The size of the rescue burn is that of the engine with what is wrong to the end of the flight. Faults that begin or
    pass after the failed cut-off act on it as they do then; those of the craft's engine do not act on one whose
    ``thrust`` is given. Commands that would be carried out after the cut-off are left out.

    The rescue burn is ended by its timer, as its accelerometer may be the one that failed. Signals take the distance
    from the Earth's centre over the speed of light. Telemetry of what happens out of view is taken to be stored, and
    seen when Earth comes into view.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> rescue = ls.latest_rescue(ls.load_scenario("luna25"), delta_v=10 * u.m / u.s)
    >>> print(f"{rescue.after_cutoff:.0f}, {rescue.possible}")
    1896 s, True
    """
    if (delta_v is None) == (duration is None):
        raise InputError(f"delta_v = {delta_v} and duration = {duration}: expected one of the two")
    wait_s = float(_DELAY.checked("command_time", command_time).value)
    watch = detectors.EarthInView() if visibility is None else visibility
    if not isinstance(watch, detectors.EarthInView | detectors.StationInView):
        raise InputError(
            f"visibility = {watch!r}: expected what has to be in view for a command, a detectors.EarthInView() or a "
            "detectors.StationInView(...)"
        )
    flight = simulate(scenario, detect=[watch])
    if not flight.burns or not isinstance(flight.outcome, GroundContact) or flight.phases:
        raise InputError(
            f"scenario '{scenario.name}' ends {flight.outcome}: expected one whose burn is followed by the ground, "
            "without guided phases"
        )
    failed = flight.burns[-1]
    start = failed.after
    cutoff_s = float(seconds_after(scenario.state.epoch, start.epoch))
    craft = _craft_after(flight, cutoff_s, thrust)
    lasts_s = _duration_s(craft, delta_v, duration)
    given = _delta_v_mps(craft, lasts_s)
    left_s = float((flight.end - start.epoch).to_value(u.s)) - _LAST_MOMENT_S
    faults = _faults_after(scenario, craft, cutoff_s, left_s + lasts_s, own_engine=thrust is None)
    after = _rescue_flight(scenario, start, craft, faults, left_s, lasts_s)
    latest_s = _latest_s(after, left_s, tolerance, orbits)
    signals = _Signals(flight, watch)
    windows = signals.windows_s(cutoff_s)
    known_s = signals.received_s(cutoff_s, windows)
    command_s = None if known_s is None else signals.commanded_s(known_s + wait_s, windows)
    ignition_s = None if latest_s is None else cutoff_s + latest_s
    sent_s = None if ignition_s is None else signals.latest_sent_s(ignition_s, windows)
    time = signals.time
    return Rescue(
        delta_v=given * (u.m / u.s),
        duration=lasts_s * u.s,
        cutoff=start.epoch,
        ignition=time(ignition_s),
        in_view=tuple(Window(time_after(flight.start, a), time_after(flight.start, b)) for a, b in windows),
        known=time(known_s),
        earliest_command=time(command_s),
        latest_command_sent=time(sent_s),
    )


def _rescue_flight(
    scenario: Scenario, start: State, craft: Spacecraft, faults: tuple[Fault, ...], left_s: float, lasts_s: float
) -> Scenario:
    """Return the flight from the failed cut-off on, with the rescue burn as late as it is tried."""
    return Scenario(
        name=scenario.name,
        state=start,
        craft=craft,
        moon=scenario.moon,
        faults=faults,
        plan=(
            Burn(
                ignition=time_after(start.epoch, left_s),  # the latest that is tried
                target_delta_v=FAST_MPS * (u.m / u.s),  # never: the timer ends it
                timer=lasts_s * u.s,
                steering=AlongVelocity(),
                name="rescue burn",
            ),
            Coast(duration=1.0 * u.s),
        ),
    )


def _craft_after(flight: Flight, cutoff_s: float, thrust: u.Quantity | None) -> Spacecraft:
    """Return the craft as the failed burn has left it and faults to the end have it, with the engine of the rescue."""
    scenario = flight.scenario
    assert scenario.craft is not None  # it burnt
    lasting = [fault for fault in scenario.faults if _lasts_from(fault, cutoff_s)]
    craft = craft_by(scenario.craft, scenario.executions, lasting, cutoff_s * u.s)
    left = float(flight.trajectory.at(np.array([cutoff_s]))[0][0, motion.MASS]) * u.kg - craft.dry_mass
    engine = craft.engine
    if thrust is not None:
        engine = replace(engine, thrust=_THRUST.checked("thrust", thrust), count=1.0, thrust_error=0.0)
    unusable = min(craft.unusable_propellant, left)
    return replace(craft, propellant_mass=left, unusable_propellant=unusable, engine=engine)


def _lasts_from(fault: Fault, cutoff_s: float) -> bool:
    begins = fault.begins
    return fault.passes is None and begins is not None and bool(begins <= cutoff_s * u.s)


def _faults_after(
    scenario: Scenario, craft: Spacecraft, cutoff_s: float, over_s: float, *, own_engine: bool
) -> tuple[Fault, ...]:
    """Return the faults that begin or pass after the cut-off and before the last rescue burn is over, from it on."""
    shifted = []
    for fault in scenario.faults:
        if fault.begins is None:
            raise InputError(
                f"fault '{fault.title}' has onset = {fault.onset}: a rescue takes faults whose times are known before "
                "the flight; give the time at which it began"
            )
        onset_s = max(0.0, float(fault.begins.to_value(u.s)) - cutoff_s)
        end_s = None if fault.passes is None else float(fault.passes.to_value(u.s)) - cutoff_s
        is_over = end_s is not None and end_s <= 0.0
        if _lasts_from(fault, cutoff_s) or is_over or onset_s >= over_s:
            continue
        if own_engine or with_faults(craft, [fault]).engine == craft.engine:
            end = None if end_s is None else end_s * u.s
            shifted.append(replace(fault, onset=onset_s * u.s, end=end, duration=None))
    return tuple(shifted)


def _flow_kg_s(craft: Spacecraft) -> float:
    engine = craft.engine
    true_n = float(engine.total_thrust.to_value(u.N)) * (1.0 + engine.thrust_error)
    if not true_n > 0.0:
        raise InputError("the craft's engine gives no thrust: give the thrust of another one")
    return true_n / _exhaust_mps(engine)


def _exhaust_mps(engine: Engine) -> float:
    """Return the true exhaust velocity of an engine (m/s)."""
    return float(engine.exhaust_velocity.value) * (1.0 + engine.specific_impulse_error)


def _duration_s(craft: Spacecraft, delta_v: u.Quantity | None, duration: u.Quantity | None) -> float:
    """Return how long the rescue burn lasts, after a look that the propellant does (Tsiolkovsky 1903)."""
    mass_kg, flow_kg_s = float(craft.mass.to_value(u.kg)), _flow_kg_s(craft)
    if duration is not None:
        lasts_s = float(_DURATION.checked("duration", duration).value)
    else:
        dv_mps = float(_DELTA_V.checked("delta_v", delta_v).value)
        lasts_s = mass_kg * (1.0 - exp(-dv_mps / _exhaust_mps(craft.engine))) / flow_kg_s
    if lasts_s * flow_kg_s > float((craft.propellant_mass - craft.unusable_propellant).to_value(u.kg)):
        raise InputError(
            f"a rescue burn of {lasts_s:.4g} s takes {lasts_s * flow_kg_s:.4g} kg of propellant, and "
            f"{craft.propellant_mass:.4g} are left: expected a smaller burn"
        )
    return lasts_s


def _delta_v_mps(craft: Spacecraft, lasts_s: float) -> float:
    mass_kg = float(craft.mass.to_value(u.kg))
    return _exhaust_mps(craft.engine) * float(np.log(mass_kg / (mass_kg - lasts_s * _flow_kg_s(craft))))


def _latest_s(after: Scenario, left_s: float, tolerance: u.Quantity, orbits: float) -> float | None:
    """Return the latest ignition after the cut-off at which the rescue survives; None where none does."""
    closest = checks.quantity("tolerance", tolerance, u.s, positive=True)
    found = survivability(
        after, "plan.0.ignition", -left_s * u.s, 0.0 * u.s, points=_POINTS, tolerance=closest, orbits=orbits
    )
    if not np.any(found.survives):
        return None
    last = float(found.values[found.survives][-1].value)
    ends = [float(each.low.value) for each in found.boundaries if each.below in surviving(after)]
    return max(0.0, left_s + max([last, *ends]))


class _Signals:
    """When telemetry of a flight reaches Earth, and commands the craft; in seconds after its start."""

    def __init__(self, flight: Flight, watch: Detector) -> None:
        scenario, lowered = flight.scenario, lower(flight.scenario)
        self._flight, self._start = flight, scenario.state.epoch
        self._end_s = float(flight.duration.to_value(u.s))
        self._sky = Sky(scenario.moon, lowered.environment, scenario.state.epoch, lowered.longest_s)
        (self._watched,) = watch.watched(self._sky)

    def time(self, t_s: float | None) -> Time | None:
        """Return a time of the flight; None where there is none."""
        return None if t_s is None else time_after(self._start, t_s)

    def windows_s(self, from_s: float) -> list[tuple[float, float]]:
        """Return when Earth is in view, from a time to the end of the flight."""
        told = {self._watched.rising, self._watched.falling}
        changes = [
            float(seconds_after(self._start, event.time))
            for event in self._flight.timeline
            if event.kind in told and event.detail == self._watched.detail
        ]
        edges = [from_s, *(t for t in changes if from_s < t < self._end_s), self._end_s]
        return [(a, b) for a, b in pairwise(edges) if self._in_view(0.5 * (a + b))]

    def received_s(self, t_s: float, windows: list[tuple[float, float]]) -> float | None:
        """Return when Earth receives what happened at a time."""
        sent = next((max(a, t_s) for a, b in windows if b > t_s), None)
        return None if sent is None else sent + self._light_s(sent)

    def commanded_s(self, ready_s: float, windows: list[tuple[float, float]]) -> float | None:
        """Return when a command that is ready on Earth at a time is on board."""
        arrival = ready_s + self._light_s(min(ready_s, self._end_s))
        return next((max(a, arrival) for a, b in windows if b > arrival), None)

    def latest_sent_s(self, by_s: float, windows: list[tuple[float, float]]) -> float | None:
        """Return when a command has to leave Earth so that it is on board by a time."""
        arrivals = [min(b, by_s) for a, b in windows if a <= by_s]
        return arrivals[-1] - self._light_s(arrivals[-1]) if arrivals else None

    def _in_view(self, t_s: float) -> bool:
        return self._watched.function(t_s, self._flight.trajectory.at(np.array([t_s]))[0][0]) > 0.0

    def _light_s(self, t_s: float) -> float:
        """Return the time that light takes between the Earth's centre and the craft."""
        r = self._flight.trajectory.at(np.array([t_s]))[0][0, motion.POSITION]
        return float(np.linalg.norm(self._sky.earth(t_s) - r)) / constants.SPEED_OF_LIGHT_MPS
