"""The plainest flights under a guidance law: every command is followed at once and held for a cycle."""

from dataclasses import dataclass

import numpy as np

from lunarsim.kernels.guidance.memory import MEMORY
from lunarsim.kernels.guidance.situation import LEVEL, Site, Situation, cartesian, level

GM = 4.9028e12  # rounded; any Moon will do
RADIUS_M = 1_737_400.0
G = GM / RADIUS_M**2
MASS_KG = 1000.0
SITE = Site(RADIUS_M, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]))

COORDINATES = {True: level, False: cartesian}


def situation(position, velocity, **changes):
    """Return a situation over flat ground in uniform gravity, or with what is changed in it."""
    plain = Situation(
        time_s=0.0,
        cycle_s=0.1,
        position=tuple(map(float, position)),
        velocity=tuple(map(float, velocity)),
        free=(0.0, 0.0, -G),
        scale=(1.0, 1.0, 1.0),
        mass_kg=MASS_KG,
        thrust_n=10_000.0,
        exhaust_velocity_mps=3000.0,
        min_throttle=0.0,
        attitude=(0.0, 0.0, 1.0),
        radius_m=RADIUS_M,
        gm=GM,
    )
    return plain._replace(**changes)


@dataclass
class Path:
    """What a flight leaves: a row for the start of each cycle and for the end."""

    position: np.ndarray
    velocity: np.ndarray
    commanded: np.ndarray
    memory: np.ndarray


def flat_flight(law, parameters, position, velocity, cycle_s, cycles, **changes):
    """Fly over flat ground in uniform gravity, where a held command is integrated exactly."""
    r, v = np.array(position, dtype=float), np.array(velocity, dtype=float)
    memory = np.zeros(MEMORY)
    rows = []
    for i in range(cycles):
        now = situation(r, v, time_s=i * cycle_s, cycle_s=cycle_s, **changes)
        command = np.array(law(now, parameters, memory))
        rows.append((r, v, command, memory.copy()))
        a = command + np.array([0.0, 0.0, -G])
        r, v = r + (v + 0.5 * a * cycle_s) * cycle_s, v + a * cycle_s
    rows.append((r, v, np.full(3, np.nan), memory.copy()))
    return Path(*map(np.array, zip(*rows, strict=True)))


def _pull(r):
    return -GM / np.linalg.norm(r) ** 3 * r


def _step(r, v, thrust, h):
    """One step of the classical Runge-Kutta method."""
    a1 = _pull(r) + thrust
    r2, v2 = r + 0.5 * h * v, v + 0.5 * h * a1
    a2 = _pull(r2) + thrust
    r3, v3 = r + 0.5 * h * v2, v + 0.5 * h * a2
    a3 = _pull(r3) + thrust
    r4, v4 = r + h * v3, v + h * a3
    a4 = _pull(r4) + thrust
    return r + h / 6.0 * (v + 2.0 * v2 + 2.0 * v3 + v4), v + h / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4)


def round_flight(law, frame, parameters, r, v, cycle_s, cycles, steps=4):
    """Fly over a Moon that is a point mass and does not turn; return the last coordinates and their rates."""
    coordinates = COORDINATES[frame == LEVEL]
    memory = np.zeros(MEMORY)
    for i in range(cycles):
        q, rate, free, scale, axes = coordinates(r, v, _pull(r), SITE)
        now = situation(q, rate, time_s=i * cycle_s, cycle_s=cycle_s, free=free, scale=scale)
        thrust = np.array(law(now, parameters, memory)) @ axes
        for _ in range(steps):
            r, v = _step(r, v, thrust, cycle_s / steps)
    q, rate, *_ = coordinates(r, v, _pull(r), SITE)
    return np.array(q), np.array(rate)
