"""Where powered descent begins: descent orbit insertion, ignition and time to go, by solving for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from scipy.optimize import brentq

from lunarsim import constants
from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.outcome import Impact
from lunarsim.flight.simulation import simulate
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.mission.scenario import Scenario
from lunarsim.moon import Moon
from lunarsim.plan import Burn, Coast
from lunarsim.planning.rehearsal import Rehearsal, Stage

_MPS = u.m / u.s
_GM, _RADIUS_M = constants.GM_MOON_M3_S2, constants.MOON_RADIUS_M
_GRAVITY_MPS2 = constants.MOON_GRAVITY_MPS2

_FULLEST = 0.97  # of the throttle: what is left corrects errors
_STEP, _STEPS = 1.1, 8  # of the search for a bracket: up to a factor of 2.1
_FINE = 1e-6  # of ranges and times to go and of delta-v: half a metre, half a millisecond, decimetres of perilune
_AFTER_S = 400.0  # of coast beyond the ignition: room for the search
_NOTHING = 1e-4  # of the throttle; at _FINE of a range or a time it is off by some 1e-6
_TURNS = 12  # of solving descent orbit and ignition in turn: 4 from a nearly circular orbit, 7 from 20 x 300 km
_SETTLED_S = 0.5
_LATE_S = 10.0  # of the timer of the burn, beyond half as long again as it needs


@dataclass(frozen=True, eq=False)
class Ignition:
    """The start of braking, as solved for."""

    time: Time
    time_to_go_s: float
    rehearsal: Rehearsal


@dataclass(frozen=True, eq=False)
class Descent:
    """The way to the ignition: the coast that leads there, the burn before it, and the ignition."""

    coast: Flight
    burn: Burn | None
    ignition: Ignition


def first_guess(law: Any, craft: Spacecraft, passage: Time, throttle: float) -> tuple[Time, float]:
    """Return about when to ignite and for how long (s): a constant deceleration, and a weight that grows from zero."""
    speed, end = 1660.0, float(law.target_downrange_rate.to_value(_MPS))  # over the ground, in a low orbit
    mass = float(craft.mass.to_value(u.kg))
    mid = mass * np.exp(-0.5 * speed / craft.engine.exhaust_velocity.to_value(_MPS))
    thrust = throttle * float(craft.engine.total_thrust.to_value(u.N)) / mid
    ahead = np.sqrt(max(thrust**2 - (0.6 * _GRAVITY_MPS2) ** 2, (0.5 * thrust) ** 2))
    duration_s = (speed - end) / ahead
    way_m = 0.5 * (speed + end) * duration_s - float(law.target_downrange.to_value(u.m))
    return time_after(passage, -way_m / speed), float(duration_s)


def solve_ignition(
    coast: Flight, law: Any, stage: Stage, guess: tuple[Time, float], mean_throttle: float, mass_kg: float
) -> Ignition:
    """Return the ignition on a coast from which a law's braking has a mean throttle, and does not grow or fall.

    Two unknowns, ignition and time to go, by Brent's method on rehearsals: for each time to go the ignition with an
    even throttle, and of these the one with the mean. Where the greatest throttle would exceed 97 %, it is the one
    whose greatest throttle is 97 % instead, and the mean is less.

    Raises
    ------
    InputError
        If there is no such braking from the coast.
    """
    search = _Search(coast, law, stage, guess[0], mass_kg)
    try:
        return search.fullest(mean_throttle, guess[1])
    except ValueError as error:
        raise InputError(
            f"craft.engine.thrust = {stage.craft.engine.total_thrust:g}: no braking to the first target with a mean "
            f"throttle of {mean_throttle:.2f}, or with a greatest one of {_FULLEST:.2f}, was found from this orbit, "
            f"{coast.at(guess[0]).altitude.to(u.km):.1f} high about the ignition ({error}): expected a stronger "
            "engine, a lower perilune=, or another mean_throttle="
        ) from error


@dataclass(frozen=True, eq=False)
class _Search:
    """Rehearsals from a coast; a ValueError where there is none of the kind looked for."""

    coast: Flight
    law: Any
    stage: Stage
    near: Time
    mass_kg: float

    def fullest(self, mean: float, guess_s: float) -> Ignition:
        """Return the ignition with the time to go with which the even throttle has a mean, or else a peak of 97 %.

        More time, less throttle. What the throttle lacks to either is one function that rises through zero where the
        first of them is reached, so that asking for a greater mean never leads to a smaller one.
        """
        even = cache(self.even)

        def lacking(to_go_s: float) -> float:
            path = even(to_go_s).rehearsal
            return min(mean - path.mean_throttle, _FULLEST - path.peak_throttle)

        return even(_throttle_root(lacking, guess_s))

    def even(self, to_go_s: float) -> Ignition:
        """Return the ignition from which a time to go has a throttle that neither grows nor falls."""
        here = self._from(0.0, to_go_s).rehearsal
        ahead, end = here.ground_rate_mps, float(self.law.target_downrange_rate.to_value(_MPS))
        way_m = 0.5 * (ahead + end) * to_go_s - float(self.law.target_downrange.to_value(u.m))

        @cache
        def at(range_m: float) -> Ignition:
            return self._from((here.range_to_go_m - range_m) / ahead, to_go_s)

        return at(_throttle_root(lambda range_m: at(range_m).rehearsal.throttle_growth, way_m))

    def _from(self, offset_s: float, to_go_s: float) -> Ignition:
        start_s = float(seconds_after(self.coast.start, self.near)) + offset_s
        time = time_after(self.coast.start, float(np.clip(start_s, 0.0, self.coast.trajectory.end_s)))
        own = replace(self.law, time_to_go=to_go_s * u.s)
        return Ignition(time, to_go_s, self.stage.rehearse(own, self.coast.at(time), self.mass_kg, to_go_s))


def _rising_root(function: Callable[[float], float], guess: float) -> float:
    """Return the zero of a function that grows, looked for outward from a guess up to a factor of two and more.

    Raises
    ------
    ValueError
        If there is none.
    """
    function = cache(function)  # Brent's method asks again at the ends of its bracket
    x, value = guess, function(guess)
    up = value < 0.0
    for _ in range(_STEPS):
        before, x = x, x * (_STEP if up else 1.0 / _STEP)
        value = function(x)
        if (value >= 0.0) == up:
            return float(brentq(function, before, x, xtol=_FINE * guess))
    raise ValueError(f"searched from {guess:g} to {x:g}")


def _throttle_root(function: Callable[[float], float], guess: float) -> float:
    """Return the zero of a difference of throttles that grows.

    Raises
    ------
    ValueError
        If there is none, or the throttle jumps through it: a bracket closes on a jump as it does on a zero.
    """
    function = cache(function)
    root = _rising_root(function, guess)
    left = function(root)
    if abs(left) > _NOTHING:
        raise ValueError(f"the throttle jumps, {abs(left):.1%} off at {root:g}")
    return root


def descend(
    orbit: Flight, moon: Moon, stage: Stage, law: Any, guess: tuple[Time, float], perilune_m: float, throttle: float
) -> Descent:
    """Return descent orbit insertion, the orbit after it and the ignition at its perilune, each solved for in turn.

    Raises
    ------
    InputError
        If there is no such burn or no such ignition, or if they do not settle.
    """
    for _ in range(_TURNS):
        burn, coast = _insertion(orbit, moon, stage.craft, guess[0], perilune_m)
        ignition = solve_ignition(coast, law, stage, guess, throttle, float(coast.mass[-1].to_value(u.kg)))
        moved_s = abs(float(seconds_after(guess[0], ignition.time)))
        guess = ignition.time, ignition.time_to_go_s
        if moved_s < _SETTLED_S:
            return Descent(coast, burn, ignition)
    raise InputError(_unsettled(orbit, guess[0], moved_s, perilune_m))


def _unsettled(orbit: Flight, ignition: Time, moved_s: float, perilune_m: float) -> str:
    shape = orbit.at(orbit.start)
    return (
        f"orbit of {shape.perilune.to(u.km):.0f} x {shape.apolune.to(u.km):.0f}: descent orbit insertion to perilune = "
        f"{perilune_m / 1e3:g} km and ignition do not settle; after {_TURNS} turns of solving for one and the other "
        f"the ignition, about {ignition.isot[:19]}, still moves by {moved_s:.1f} s, expected less than {_SETTLED_S:g} s"
        ": give a more nearly circular orbit, perilune=None for an orbit that is one of descent already, or near= for "
        "another pass"
    )


def half_revolution_s(low_m: float, high_m: float) -> float:
    """Return half the period (s) of an orbit between two altitudes."""
    a = _RADIUS_M + 0.5 * (low_m + high_m)
    return float(np.pi * np.sqrt(a * a * a / _GM))


def _insertion(orbit: Flight, moon: Moon, craft: Spacecraft, ignition: Time, perilune_m: float) -> tuple[Burn, Flight]:
    """Return the burn half a revolution before an ignition after which the craft has an altitude there, and the coast.

    The delta-v is solved for by Brent's method on flights in the scenario's own Moon, between half and twice what a
    burn at an apsis would need.
    """
    high_m = float(orbit.at(ignition).altitude.to_value(u.m))
    for _ in range(2):  # the altitude there changes the half revolution by seconds
        middle = time_after(ignition, -half_revolution_s(perilune_m, high_m))
        if seconds_after(orbit.start, middle) < 0.0:
            raise InputError(
                f"orbit begins at {orbit.start.isot}, after descent orbit insertion at {middle.isot}: give an earlier "
                "state, or perilune=None for an orbit that is one of descent already"
            )
        at = orbit.at(middle)
        high_m = float(at.altitude.to_value(u.m))
    if high_m <= perilune_m:
        raise InputError(
            f"perilune = {perilune_m / 1e3:g} km is not below the orbit, which half a revolution before the site is at "
            f"{high_m / 1e3:.1f} km: expected a lower one, or None to keep the orbit as it is"
        )
    r, low = _RADIUS_M + high_m, _RADIUS_M + perilune_m
    guess = float(at.speed.to_value(_MPS)) - float(np.sqrt(2.0 * _GM * low / (r * (low + r))))
    guess = max(guess, 0.1)

    @cache
    def flown(delta_v_mps: float) -> tuple[Burn, Flight]:
        return _fly_insertion(orbit, moon, craft, middle, ignition, delta_v_mps)

    def too_high(delta_v_mps: float) -> float:
        coast = flown(delta_v_mps)[1]
        late = seconds_after(coast.start, ignition) > coast.trajectory.end_s
        return float((coast.outcome.elevation if late else coast.at(ignition).altitude).to_value(u.m)) - perilune_m

    try:
        delta_v_mps = _rising_root(lambda x_mps: -too_high(x_mps), guess)
    except ValueError as error:
        raise InputError(
            f"perilune = {perilune_m / 1e3:g} km: no burn against the velocity at {middle.isot}, half a revolution "
            f"before the site and {high_m / 1e3:.1f} km high, leads there: expected a rounder orbit or one with its "
            "apolune there, another perilune, or None for an orbit that is one of descent already"
        ) from error
    burn, coast = flown(delta_v_mps)
    if isinstance(coast.outcome, Impact) and seconds_after(ignition, coast.end) <= 0.0:
        raise InputError(
            f"perilune = {perilune_m / 1e3:g} km: the descent orbit strikes the ground at {coast.end.isot}, before the "
            f"ignition at {ignition.isot}: expected a higher one"
        )
    return burn, coast


def _fly_insertion(
    orbit: Flight, moon: Moon, craft: Spacecraft, middle: Time, ignition: Time, delta_v_mps: float
) -> tuple[Burn, Flight]:
    engine = craft.engine
    ve, thrust = float(engine.exhaust_velocity.to_value(_MPS)), float(engine.total_thrust.to_value(u.N))
    lasts_s = float(craft.mass.to_value(u.kg)) * -np.expm1(-delta_v_mps / ve) * ve / thrust
    start = time_after(middle, -0.5 * lasts_s)
    if seconds_after(orbit.start, start) < 0.0:
        start = orbit.start
    burn = Burn(
        name="descent orbit insertion",
        ignition=start,
        target_delta_v=delta_v_mps * _MPS,
        timer=(1.5 * lasts_s + _LATE_S) * u.s,
    )
    left_s = float(seconds_after(start, ignition)) - lasts_s
    plan = (burn, Coast(duration=(left_s + _AFTER_S) * u.s, name="descent orbit"))
    return burn, simulate(Scenario(name="descent orbit", state=orbit.at(start), craft=craft, moon=moon, plan=plan))
