"""The latest burn after a failed one that still clears the terrain, and whether Earth could have commanded it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import checks
from lunarsim.craft import Engine, Spacecraft
from lunarsim.declarations import FAST_MPS, LONG_S, Number
from lunarsim.errors import InputError
from lunarsim.flight import GroundContact, detectors, simulate
from lunarsim.flight.events.detectors import Detector
from lunarsim.inquiry.outcome_boundaries import survivability, surviving
from lunarsim.inquiry.rescue_flight import clearance, craft_after, faults_after, rescue_flight, with_commands
from lunarsim.inquiry.rescue_signals import Signals
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after, time_after

_DELTA_V = Number(unit=u.m / u.s, low=1e-3, high=FAST_MPS)
_DURATION = Number(unit=u.s, low=1e-3, high=LONG_S)
_DELAY = Number(unit=u.s, low=0.0, high=LONG_S)
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
    signal_delay : Quantity
        The time that light takes from the craft to the Earth's centre at the cut-off.
    command_time : Quantity
        From the moment when Earth sees that the burn failed to that when a command leaves it, as it was given.
    clearance : Quantity or None
        The least height above the ground, for as long as it is to be cleared, where the burn ignites as soon as a
        command can be on board; None where that is too late.
    """

    delta_v: u.Quantity
    duration: u.Quantity
    cutoff: Time
    ignition: Time | None
    in_view: tuple[Window, ...]
    known: Time | None
    earliest_command: Time | None
    latest_command_sent: Time | None
    signal_delay: u.Quantity
    command_time: u.Quantity
    clearance: u.Quantity | None

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
        What has to be in view for telemetry and commands:
        :class:`~lunarsim.flight.events.detectors.EarthInView`, the default, or a
        :class:`~lunarsim.flight.events.detectors.StationInView`.
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
    ``thrust`` is given. Commands that are carried out after the cut-off are carried out then.

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
    craft = craft_after(flight, cutoff_s, thrust)
    lasts_s = _duration_s(craft, delta_v, duration)
    given = _delta_v_mps(craft, lasts_s)
    left_s = float((flight.end - start.epoch).to_value(u.s)) - _LAST_MOMENT_S
    faults = faults_after(scenario, craft, cutoff_s, left_s + lasts_s, own_engine=thrust is None)
    after = rescue_flight(scenario, start, craft, faults, left_s, lasts_s)
    after = with_commands(after, scenario, cutoff_s)
    latest_s = _latest_s(after, left_s, tolerance, orbits)
    signals = Signals(flight, watch)
    windows = signals.windows_s(cutoff_s)
    known_s = signals.received_s(cutoff_s, windows)
    command_s = None if known_s is None else signals.commanded_s(known_s + wait_s, windows)
    ignition_s = None if latest_s is None else cutoff_s + latest_s
    sent_s = None if ignition_s is None else signals.latest_sent_s(ignition_s, windows)
    in_time = command_s is not None and ignition_s is not None and command_s <= ignition_s
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
        signal_delay=signals.light_s(cutoff_s) * u.s,
        command_time=wait_s * u.s,
        clearance=clearance(after, command_s - cutoff_s, orbits) if in_time and command_s is not None else None,
    )


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
