"""Where the search for the burn of least propellant begins."""

from math import atan2, cos, pi, sqrt, tan

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.linear_in_time import linear_acceleration, pitch_for
from lunarsim.kernels.guidance.laws.predictor import LINEAR, Pitch, Plane, burn_time, plane_of, plant_of, stepped
from lunarsim.kernels.guidance.situation import DOWNRANGE, UP, Situation
from lunarsim.kernels.records import Record

IGNITION, THROTTLE, BURN, PITCH, L_DOWNRANGE, L_HEIGHT = range(6)  #: the unknowns

_STEPS = 200


@kernel
def guess(s: Situation, p: Record, throttle: float, u: NDArray[np.float64]) -> None:
    """Write a first ignition, throttle, burn time, pitch and costates.

    The ignition is where half the height rate, over the burn time, leads down to the target: so ends a stop at a
    constant deceleration. Where the craft does not come down so far it is now.
    """
    u[:] = 0.0
    u[THROTTLE] = throttle
    state = plane_of(s)
    plant = plant_of(s, 0.0, 1.0)
    dt = max(s.cycle_s, 0.05 * _burn(s, p, throttle, state))
    t, above = 0.0, _stop_above(s, p, throttle, state)
    best, best_state = 0.0, state
    for _ in range(_STEPS):
        if above <= 0.0 or state.height_m < p.position_m[UP]:
            break
        ahead = stepped(state, t, dt, Pitch(LINEAR, 0.0, 0.0, -1.0), plant)
        lower = _stop_above(s, p, throttle, ahead)
        if lower <= 0.0:
            best = t + dt * above / (above - lower)
            best_state = stepped(state, t, best - t, Pitch(LINEAR, 0.0, 0.0, -1.0), plant)
            break
        state, t, above = ahead, t + dt, lower
    u[IGNITION], u[BURN] = best, _burn(s, p, throttle, best_state)
    _steering(s, p, throttle, best_state, u)


@kernel
def _burn(s: Situation, p: Record, throttle: float, state: Plane) -> float:
    """Return about how long (s) the stop takes, with what gravity adds."""
    thrust = throttle * s.thrust_n
    dx, dh = p.velocity_mps[DOWNRANGE] - state.downrange_rate_mps, p.velocity_mps[UP] - state.height_rate_mps
    turn = state.downrange_rate_mps / s.radius_m
    pull = max(s.gm / (s.radius_m * s.radius_m) - s.radius_m * turn * turn, 0.0)
    t = burn_time(sqrt(dx * dx + dh * dh), state.mass_kg, thrust, s.exhaust_velocity_mps)
    for _ in range(8):
        rise = dh + pull * t
        t = min(
            burn_time(sqrt(dx * dx + rise * rise), state.mass_kg, thrust, s.exhaust_velocity_mps),
            0.9 * state.mass_kg * s.exhaust_velocity_mps / thrust,
        )
    return t


@kernel
def _stop_above(s: Situation, p: Record, throttle: float, state: Plane) -> float:
    mean_rate = 0.5 * (state.height_rate_mps + p.velocity_mps[UP])
    return float(state.height_m + mean_rate * _burn(s, p, throttle, state) - p.position_m[UP])


@kernel
def _steering(s: Situation, p: Record, throttle: float, state: Plane, u: NDArray[np.float64]) -> None:
    """Write pitch and costate of height for a vertical acceleration that is linear in time.

    Steeper than about 80 degrees the condition at the ignition gives the costate instead.
    """
    t, thrust = max(u[BURN], s.cycle_s), throttle * s.thrust_n
    turn = state.downrange_rate_mps / s.radius_m
    gravity = s.gm / (s.radius_m * s.radius_m)
    pull = gravity - s.radius_m * turn * turn
    gap, h1 = p.position_m[UP] - state.height_m, state.height_rate_mps
    now, end = linear_acceleration(gap, h1, p.velocity_mps[UP], t)
    mass_end = state.mass_kg - thrust * t / s.exhaust_velocity_mps
    first, last = pitch_for((now + pull) * state.mass_kg / thrust), pitch_for((end + gravity) * mass_end / thrust)
    against = state.downrange_rate_mps - p.velocity_mps[DOWNRANGE]
    if abs(against) < 0.2 * abs(h1 - p.velocity_mps[UP]):
        u[PITCH] = atan2(abs(h1 - p.velocity_mps[UP]) + pull * t, against)
        u[L_HEIGHT] = pull / min(h1, -1.0)
        return
    rate = cos(first) * (tan(last) - tan(first)) / t
    along = -cos(first)
    u[L_HEIGHT] = -rate + 2.0 * turn * along
    u[PITCH] = first if against > 0.0 else pi - first
