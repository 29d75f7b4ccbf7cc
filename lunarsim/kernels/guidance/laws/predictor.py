"""Where a steering law would lead: flight in the plane downrange and up, over a spherical Moon.

The state is what :data:`~lunarsim.kernels.guidance.situation.LEVEL` coordinates give: the arc downrange at the
radius of the site, the height above it, their rates, and the mass. The Moon is a point mass; what turning axes and
crossrange motion add at the moment of the prediction is carried along as a constant.
"""

from math import cos, exp, sin, sqrt
from typing import NamedTuple

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.situation import Situation

LINEAR = 0  #: pitch theta = a + b t (rad)
LINEAR_TANGENT = 1  #: tan theta = a + b t

STEPS = 32  #: of a burn; the test of the predictor shows what they leave

Two = tuple[float, float]


class Plane(NamedTuple):
    """Where the craft is in the plane of flight."""

    downrange_m: float
    height_m: float
    downrange_rate_mps: float
    height_rate_mps: float
    mass_kg: float


class Plant(NamedTuple):
    """What acts on it; constant during a prediction."""

    radius_m: float
    gm: float
    extra_downrange_mps2: float  #: besides the point mass: turning axes, crossrange motion
    extra_up_mps2: float
    thrust_n: float  #: in the plane
    flow_kgps: float


class Pitch(NamedTuple):
    """Pitch of the thrust above the horizontal over time: LINEAR or LINEAR_TANGENT, with a and b."""

    shape: int
    a: float
    b: float
    sense: float  #: of the thrust's horizontal part: -1 against downrange, +1 along it


_STANDING_MPS2 = 1e-9  # of a rate that does not change, for which there is no time


@kernel
def plane_of(s: Situation) -> Plane:
    """Return the planar state of a situation."""
    return Plane(s.position[0], s.position[2], s.velocity[0], s.velocity[2], s.mass_kg)


@kernel
def without_thrust(height_m: float, x1: float, h1: float, radius_m: float, gm: float) -> Two:
    """Return x'' and h'' (m/s2) of free flight about a point mass; x' and h' in m/s.

    With theta = x / k, k the radius of the site, r = k + h: theta'' = -2 r' theta' / r and
    r'' = r theta'^2 - gm / r^2 (Goldstein, Poole & Safko 2002, section 3.2).
    """
    r = radius_m + height_m
    turn = x1 / radius_m
    return -2.0 * h1 * x1 / r, r * turn * turn - gm / (r * r)


@kernel
def plant_of(s: Situation, throttle: float, share: float) -> Plant:
    """Return what acts, for a throttle and the share of the thrust that lies in the plane of flight."""
    x2, h2 = without_thrust(s.position[2], s.velocity[0], s.velocity[2], s.radius_m, s.gm)
    thrust = throttle * s.thrust_n
    return Plant(s.radius_m, s.gm, s.free[0] - x2, s.free[2] - h2, share * thrust, thrust / s.exhaust_velocity_mps)


@kernel
def pointing(pitch: Pitch, t: float) -> Two:
    """Return the downrange and the upward part of the thrust's direction at a time (s)."""
    q = pitch.a + pitch.b * t
    if pitch.shape == LINEAR_TANGENT:
        c = 1.0 / sqrt(1.0 + q * q)
        return pitch.sense * c, q * c
    return pitch.sense * cos(q), sin(q)


@kernel
def _rates(state: Plane, t: float, pitch: Pitch, plant: Plant) -> Two:
    x2, h2 = without_thrust(state.height_m, state.downrange_rate_mps, state.height_rate_mps, plant.radius_m, plant.gm)
    along, up = pointing(pitch, t)
    a = plant.thrust_n / state.mass_kg
    k = plant.radius_m / (plant.radius_m + state.height_m)
    return x2 + plant.extra_downrange_mps2 + a * along * k, h2 + plant.extra_up_mps2 + a * up


@kernel
def _moved(state: Plane, x1: float, h1: float, x2: float, h2: float, flow: float, dt: float) -> Plane:
    return Plane(
        state.downrange_m + x1 * dt,
        state.height_m + h1 * dt,
        state.downrange_rate_mps + x2 * dt,
        state.height_rate_mps + h2 * dt,
        state.mass_kg - flow * dt,
    )


@kernel
def stepped(state: Plane, t: float, dt: float, pitch: Pitch, plant: Plant) -> Plane:
    """Return the state one classical Runge-Kutta step of order 4 later."""
    a1, b1 = state.downrange_rate_mps, state.height_rate_mps
    c1, d1 = _rates(state, t, pitch, plant)
    s2 = _moved(state, a1, b1, c1, d1, plant.flow_kgps, 0.5 * dt)
    c2, d2 = _rates(s2, t + 0.5 * dt, pitch, plant)
    a2, b2 = s2.downrange_rate_mps, s2.height_rate_mps
    s3 = _moved(state, a2, b2, c2, d2, plant.flow_kgps, 0.5 * dt)
    c3, d3 = _rates(s3, t + 0.5 * dt, pitch, plant)
    a3, b3 = s3.downrange_rate_mps, s3.height_rate_mps
    s4 = _moved(state, a3, b3, c3, d3, plant.flow_kgps, dt)
    c4, d4 = _rates(s4, t + dt, pitch, plant)
    a4, b4 = s4.downrange_rate_mps, s4.height_rate_mps
    return _moved(
        state,
        (a1 + 2.0 * (a2 + a3) + a4) / 6.0,
        (b1 + 2.0 * (b2 + b3) + b4) / 6.0,
        (c1 + 2.0 * (c2 + c3) + c4) / 6.0,
        (d1 + 2.0 * (d2 + d3) + d4) / 6.0,
        plant.flow_kgps,
        dt,
    )


@kernel
def after(state: Plane, duration_s: float, steps: int, pitch: Pitch, plant: Plant) -> Plane:
    """Return the state after a duration."""
    dt = duration_s / steps
    for i in range(steps):
        state = stepped(state, i * dt, dt, pitch, plant)
    return state


@kernel
def at_rate(state: Plane, rate_mps: float, dt: float, pitch: Pitch, plant: Plant) -> tuple[Plane, float]:
    """Return the state and the time (s) when the downrange rate reaches a value, stepping by ``dt``.

    The last step is shortened by Newton's method. A rate that is not reached before nine tenths of the mass are
    burned, or within 400 steps, leaves the last state flown, and so does one that hardly changes.
    """
    t = 0.0
    for _ in range(400):
        ahead = stepped(state, t, dt, pitch, plant)
        if pitch.sense * (ahead.downrange_rate_mps - rate_mps) >= 0.0:
            break
        if ahead.mass_kg - plant.flow_kgps * dt < 0.1 * state.mass_kg:
            return ahead, t + dt
        state, t = ahead, t + dt
    rest, end = 0.0, state
    for _ in range(4):
        slope = _rates(end, t + rest, pitch, plant)[0]
        if abs(slope) < _STANDING_MPS2:
            break
        rest += (rate_mps - end.downrange_rate_mps) / slope
        end = stepped(state, t, rest, pitch, plant)
    return end, t + rest


@kernel
def burn_time(speed_mps: float, mass_kg: float, thrust_n: float, exhaust_velocity_mps: float) -> float:
    """Return how long (s) an engine takes for a change of speed without gravity (Tsiolkovsky)."""
    burned = mass_kg * (1.0 - exp(-speed_mps / exhaust_velocity_mps))
    return burned * exhaust_velocity_mps / thrust_n
