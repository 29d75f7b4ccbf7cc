"""A small closed loop for tests of guidance laws: a point mass that does not turn, an engine without limits.

The truth is integrated by scipy in Cartesian coordinates; the law sees level coordinates of it. The engine obeys
m[DELAY] and m[CUT], the thrust keeps size and inertial direction during a cycle.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

from lunarsim.kernels.guidance import memory
from lunarsim.kernels.guidance.situation import Site, Situation, acceleration_without_thrust, level


class Lander(NamedTuple):
    thrust_n: float
    exhaust_velocity_mps: float
    radius_m: float
    gm: float
    min_throttle: float = 0.0


class End(NamedTuple):
    position: np.ndarray  # downrange, crossrange, up
    velocity: np.ndarray
    mass_kg: float
    burned_s: float
    time_s: float
    throttles: list[float]


def site_axes(radius_m):
    x, y, z = np.eye(3)
    return Site(radius_m, x, y, z)


def situation(r, v, mass, time_s, cycle_s, lander):
    """What a law sees of a Cartesian state (axes downrange, crossrange, up of the site)."""
    g = acceleration_without_thrust(r, v, np.zeros(3), lander.gm)
    position, velocity, free, scale, axes = level(r, v, g, site_axes(lander.radius_m))
    seen = Situation(
        time_s, cycle_s, position, velocity, free, scale, mass, lander.thrust_n, lander.exhaust_velocity_mps,
        lander.min_throttle, (0.0, 0.0, 1.0), lander.radius_m, lander.gm,
    )  # fmt: skip
    return seen, axes


def above_site(downrange_m, height_m, along_mps, up_mps, lander, *, crossrange_m=0.0, across_mps=0.0):
    """Cartesian position and velocity of a state in local axes."""
    k = lander.radius_m
    a, b = downrange_m / k, crossrange_m / k
    up = np.array([np.cos(b) * np.sin(a), np.sin(b), np.cos(b) * np.cos(a)])
    along = np.array([np.cos(a), 0.0, -np.sin(a)])
    across = np.array([-np.sin(b) * np.sin(a), np.cos(b), -np.sin(b) * np.cos(a)])
    return (k + height_m) * up, along_mps * along + across_mps * across + up_mps * up


def _flown(y, duration, thrust, flow, direction, gm):
    if duration <= 0.0:
        return y

    def rates(_, q):
        r = q[:3]
        gravity = -gm / np.linalg.norm(r) ** 3 * r
        return np.concatenate([q[3:6], gravity + thrust / q[6] * direction, [-flow]])

    return solve_ivp(rates, (0.0, duration), y, method="DOP853", rtol=1e-11, atol=1e-6).y[:, -1]


def fly(law, p, r, v, mass, lander, *, cycle_s=1.0, longest_s=2000.0, thrust_share=1.0):
    """Fly a law until its time to go is over; the engine gives a share of the thrust that the law knows of."""
    y = np.concatenate([r, v, [mass]])
    m = np.zeros(memory.MEMORY)
    t, burned, throttles = 0.0, 0.0, []
    while t < longest_s:
        seen, axes = situation(y[:3], y[3:6], y[6], t, cycle_s, lander)
        wanted = np.array(law(seen, p, m))
        size = np.linalg.norm(wanted)
        if size == 0.0:
            break
        throttle = min(size * y[6] / lander.thrust_n, 1.0)
        direction = np.array(axes).T @ wanted / size
        thrust = throttle * lander.thrust_n * thrust_share
        on = min(m.view(memory.SHARED)[0].delay_s, cycle_s)
        off = m.view(memory.SHARED)[0].cut_s if m.view(memory.SHARED)[0].cut_s > 0.0 else cycle_s
        y = _flown(y, on, 0.0, 0.0, direction, lander.gm)
        if off > on:
            throttles.append(throttle)
            y = _flown(y, off - on, thrust, thrust / lander.exhaust_velocity_mps, direction, lander.gm)
            burned += off - on
        t += off
        if off < cycle_s or m.view(memory.SHARED)[0].cut_s > 0.0:
            break
    seen, _ = situation(y[:3], y[3:6], y[6], t, cycle_s, lander)
    return End(np.array(seen.position), np.array(seen.velocity), y[6], burned, t, throttles)
