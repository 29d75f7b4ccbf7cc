"""The trajectory of least propellant at full thrust: the thrust follows the primer vector.

Lawden 1963, Optimal Trajectories for Space Navigation, chapter 3: the thrust points along the costate of the
velocity. On flat ground with free range that is the linear tangent law, with a given range the bilinear one; on the
sphere the costates are integrated with the state, so that the turning horizontal is in it.

With x the arc at the radius k of the site, h the height, r = k + h and a = thrust / mass::

    x'' = -2 h' x' / r + a (k / r) d_x        h'' = r x'^2 / k^2 - gm / r^2 + a d_h
    d along (l_vx k / r, l_vh)
    l_vx' = -l_x + 2 h' l_vx / r - 2 r x' l_vh / k^2
    l_vh' = -l_h + 2 x' l_vx / r
    l_h'  = -(2 h' x' / r^2 - a k d_x / r^2) l_vx - (x'^2 / k^2 + 2 gm / r^3) l_vh,   l_x constant
"""

from math import sqrt
from typing import NamedTuple

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.predictor import Plane, Plant, without_thrust


class Costate(NamedTuple):
    """Costates of the state of :class:`~lunarsim.kernels.guidance.laws.predictor.Plane`, of any common scale."""

    along: float  #: of the downrange rate
    up: float  #: of the height rate
    downrange: float  #: of the downrange position (1/s)
    height: float  #: of the height (1/s)


@kernel
def primer_direction(costate: Costate, height_m: float, radius_m: float) -> tuple[float, float]:
    """Return the downrange and the upward part of the thrust's direction."""
    along = costate.along * radius_m / (radius_m + height_m)
    size = sqrt(along * along + costate.up * costate.up)
    return along / size, costate.up / size


@kernel
def coasting_hamiltonian(state: Plane, costate: Costate, plant: Plant) -> float:
    """Return the costates times the rates without thrust.

    It is zero where an engine should be lit when the time of flight is free: the Hamiltonian is zero then all the
    way, and the engine's part of it is zero at the switch.
    """
    x2, h2 = without_thrust(state.height_m, state.downrange_rate_mps, state.height_rate_mps, plant.radius_m, plant.gm)
    return (
        costate.downrange * state.downrange_rate_mps
        + costate.height * state.height_rate_mps
        + costate.along * (x2 + plant.extra_downrange_mps2)
        + costate.up * (h2 + plant.extra_up_mps2)
    )


@kernel
def _rates(state: Plane, costate: Costate, plant: Plant) -> tuple[float, float, float, float, float]:
    k, x1, h1 = plant.radius_m, state.downrange_rate_mps, state.height_rate_mps
    r = k + state.height_m
    a = plant.thrust_n / state.mass_kg
    dx, dh = primer_direction(costate, state.height_m, k)
    x2, h2 = without_thrust(state.height_m, x1, h1, k, plant.gm)
    turn = x1 / k
    return (
        x2 + plant.extra_downrange_mps2 + a * dx * k / r,
        h2 + plant.extra_up_mps2 + a * dh,
        -costate.downrange + 2.0 * h1 * costate.along / r - 2.0 * r * turn * costate.up / k,
        -costate.height + 2.0 * x1 * costate.along / r,
        -(2.0 * h1 * x1 - a * k * dx) * costate.along / (r * r)
        - (turn * turn + 2.0 * plant.gm / (r * r * r)) * costate.up,
    )


@kernel
def _moved(
    state: Plane,
    costate: Costate,
    rates: tuple[float, float, float, float, float],
    x1: float,
    h1: float,
    flow: float,
    dt: float,
) -> tuple[Plane, Costate]:
    return Plane(
        state.downrange_m + x1 * dt,
        state.height_m + h1 * dt,
        state.downrange_rate_mps + rates[0] * dt,
        state.height_rate_mps + rates[1] * dt,
        state.mass_kg - flow * dt,
    ), Costate(
        costate.along + rates[2] * dt, costate.up + rates[3] * dt, costate.downrange, costate.height + rates[4] * dt
    )


@kernel
def flown(state: Plane, costate: Costate, duration_s: float, steps: int, plant: Plant) -> tuple[Plane, Costate]:
    """Return state and costates after a time of full thrust along the primer vector (Runge-Kutta, order 4)."""
    dt = duration_s / steps
    for _ in range(steps):
        flow = plant.flow_kgps
        k1 = _rates(state, costate, plant)
        s2, l2 = _moved(state, costate, k1, state.downrange_rate_mps, state.height_rate_mps, flow, 0.5 * dt)
        k2 = _rates(s2, l2, plant)
        s3, l3 = _moved(state, costate, k2, s2.downrange_rate_mps, s2.height_rate_mps, flow, 0.5 * dt)
        k3 = _rates(s3, l3, plant)
        s4, l4 = _moved(state, costate, k3, s3.downrange_rate_mps, s3.height_rate_mps, flow, dt)
        k4 = _rates(s4, l4, plant)
        mean = (
            (k1[0] + 2.0 * (k2[0] + k3[0]) + k4[0]) / 6.0,
            (k1[1] + 2.0 * (k2[1] + k3[1]) + k4[1]) / 6.0,
            (k1[2] + 2.0 * (k2[2] + k3[2]) + k4[2]) / 6.0,
            (k1[3] + 2.0 * (k2[3] + k3[3]) + k4[3]) / 6.0,
            (k1[4] + 2.0 * (k2[4] + k3[4]) + k4[4]) / 6.0,
        )
        x1 = state.downrange_rate_mps + 2.0 * (s2.downrange_rate_mps + s3.downrange_rate_mps) + s4.downrange_rate_mps
        h1 = state.height_rate_mps + 2.0 * (s2.height_rate_mps + s3.height_rate_mps) + s4.height_rate_mps
        state, costate = _moved(state, costate, mean, x1 / 6.0, h1 / 6.0, flow, dt)
    return state, costate
