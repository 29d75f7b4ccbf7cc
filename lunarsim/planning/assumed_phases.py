"""A landing for a craft of which nothing but its masses and its engine is known."""

from __future__ import annotations

import numpy as np
from astropy import units as u

from lunarsim import constants
from lunarsim.craft import Engine, Spacecraft
from lunarsim.declarations import Number
from lunarsim.errors import InputError
from lunarsim.plan import DescentRate, EGuidance, Guided, QuadraticGuidance, Termination

_MPS = u.m / u.s
_GRAVITY_MPS2 = constants.MOON_GRAVITY_MPS2

_BRAKING_MPS = 1850.0  # from 15 km x 100 km to the gate: 1690 m/s of speed, the rest losses; only a first guess
_SHARE_OF_EXCESS = 0.4  # of the thrust beyond the weight that the approach brakes with, at first
_GENTLEST_G, _MOST_BRAKING_G = 0.02, 0.8  # lunar; more makes a short approach without a view of the site
_TILT = np.tan(np.radians(25.0))  # at the start of the approach: the site stays in view and the path steep
_GATE = Number(unit=u.m, low=100.0, high=1e5)
_TURN = 75.0 * u.deg  # from braking to upright
_TURNS = 5.0  # the approach lasts so many times as long as the turn, which it then makes up for
_ROOM = 1.1  # between what is planned and what the engine can do
_LAST_M = 30.0  # height of the vertical descent
_LAST_MPS = 1.5  # its rate: touchdowns were planned with 1 m/s (Apollo) to 3 m/s (Luna-25)


def landing_phases(craft: Spacecraft, *, gate_altitude: u.Quantity = 1500.0 * u.m) -> tuple[Guided, ...]:
    """Return braking to a gate, approach and vertical descent for a craft, from its thrust to weight.

    E-guidance brakes to the gate. Quadratic guidance approaches from it, to 30 m over the site: with a deceleration
    that begins at 40 % of what the engine has beyond the weight and a tilt of 25 degrees, and dies away linearly, so
    that the craft arrives upright. The rate of descent is then held at 1.5 m/s to the ground. A craft that turns
    slowly gets a slower approach. The braking's time to go is a first guess.

    Parameters
    ----------
    craft : Spacecraft
        Its engine and its mass in orbit.
    gate_altitude : Quantity
        Above the site; default 1500 m.

    Raises
    ------
    InputError
        If the gate does not lie between 100 m and 100 km, or the engine cannot be throttled to the weight of the craft
        when it arrives.

    Examples
    --------
    >>> import lunarsim as ls
    >>> craft = ls.load_scenario("chandrayaan3").craft
    >>> print([phase.name for phase in ls.landing_phases(craft)])
    ['braking', 'approach', 'vertical descent']
    """
    gate_m = float(_GATE.checked("gate_altitude", gate_altitude).value)
    arriving = float(craft.mass.to_value(u.kg)) * np.exp(
        -_BRAKING_MPS / craft.engine.exhaust_velocity.to_value(u.m / u.s)
    )
    weight_n = max(arriving, float(craft.dry_mass.to_value(u.kg))) * _GRAVITY_MPS2
    fall_m = gate_m - _LAST_M
    down = _deceleration_g(craft.engine, weight_n, _gentlest_g(craft, fall_m)) * _GRAVITY_MPS2
    approach_s = 3.0 * (np.sqrt(_LAST_MPS**2 + 2.0 / 3.0 * down * fall_m) - _LAST_MPS) / down
    rate = _LAST_MPS + 0.5 * down * approach_s
    ahead = 0.5 * _TILT * (_GRAVITY_MPS2 + down) * approach_s
    return (
        _braking(craft, gate_m, float(rate), float(ahead), float(ahead * approach_s / 3.0)),
        Guided(
            name="approach",
            law=QuadraticGuidance(
                time_to_go=approach_s * u.s,
                target_altitude=_LAST_M * u.m,
                target_altitude_rate=-_LAST_MPS * _MPS,
                frame="level",
            ),
            terminations=(Termination(quantity="time to go", below=0.0 * u.s),),
            max_duration=1.5 * approach_s * u.s,
        ),
        Guided(
            name="vertical descent",
            law=DescentRate(target_altitude_rate=-_LAST_MPS * _MPS, position_time_constant=20.0 * u.s),
            cycle_time=0.5 * u.s,
            max_duration=10.0 * _LAST_M / _LAST_MPS * u.s,
        ),
    )


def _braking(craft: Spacecraft, gate_m: float, rate_mps: float, ahead_mps: float, before_m: float) -> Guided:
    full_s = float((craft.mass * _BRAKING_MPS * _MPS / craft.engine.total_thrust).to_value(u.s))
    return Guided(
        name="braking",
        law=EGuidance(
            time_to_go=full_s * u.s,
            target_altitude=gate_m * u.m,
            target_altitude_rate=-rate_mps * _MPS,
            target_downrange=-before_m * u.m,
            target_downrange_rate=ahead_mps * _MPS,
        ),
        terminations=(Termination(quantity="time to go", below=0.0 * u.s),),
        max_duration=2.0 * full_s * u.s,
    )


def _gentlest_g(craft: Spacecraft, fall_m: float) -> float:
    """Return the upward deceleration, in lunar gravities, with which the approach leaves time to turn upright."""
    if craft.slew_rate is None:
        return _MOST_BRAKING_G
    turn_s = float((_TURN / craft.slew_rate).to_value(u.s))
    approach_s = _TURNS * turn_s
    return max(6.0 * (fall_m / approach_s - _LAST_MPS) / approach_s / _GRAVITY_MPS2, _GENTLEST_G)


def _deceleration_g(engine: Engine, weight_n: float, most_g: float) -> float:
    """Return the upward deceleration of the approach, in lunar gravities, that the engine can be throttled to."""
    full = float(engine.total_thrust.to_value(u.N)) / weight_n
    if full * engine.min_throttle * _ROOM > 1.0:
        raise InputError(
            f"craft.engine.min_throttle = {engine.min_throttle:g} is a thrust of "
            f"{full * engine.min_throttle:.2f} times the weight of the craft when it arrives: expected less than the "
            "weight, to descend at a constant rate; give phases of your own, landing=(...)"
        )
    if full < _ROOM**2:
        raise InputError(
            f"craft.engine.thrust = {engine.total_thrust:g} is {full:.2f} times the weight of the craft when it "
            f"arrives: expected at least {_ROOM**2:.2f} times, to brake its descent"
        )
    band = engine.throttle_keep_out
    top = band[0] if band is not None and full * band[0] > _ROOM**2 else 1.0
    highest = min(_MOST_BRAKING_G, most_g, full * top / _ROOM - 1.0)
    return float(max(min(_SHARE_OF_EXCESS * (full - 1.0), highest), full * engine.min_throttle * _ROOM - 1.0))
