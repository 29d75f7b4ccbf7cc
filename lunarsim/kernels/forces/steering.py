"""Steering laws: the direction of thrust as a unit vector in ICRF axes."""

from math import cos, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.simd.asked import Own, asked
from lunarsim.kernels.simd.points import Real, component, like

FIXED = 0  #: a direction that does not turn in inertial space
ALONG_VELOCITY = 1  #: along the Moon-centred inertial velocity
AGAINST_VELOCITY = 2  #: against the Moon-centred inertial velocity
OWN = 3  #: where a function of the user's says

FADING_MPS = 0.1  #: the speed across the line of thrust about which pointing errors fade out


class Motion(NamedTuple):
    """When, where and how a craft moves: at one moment, or at eight."""

    t_s: Real  #: after the epoch of the scenario's state
    r: Any  #: m, ICRF axes
    v: Any  #: m/s
    mass_kg: Real


@formula
def follows_velocity(law: int) -> bool:
    """Return whether a law takes its direction from the velocity, and has none at rest."""
    return law in (ALONG_VELOCITY, AGAINST_VELOCITY)


@formula
def thrust_direction(law: int, direction: NDArray[np.float64], v: Any) -> tuple[Real, Real, Real]:
    """Return the unit vector of thrust for a law's code; ``direction`` serves the fixed law alone.

    NaN at rest, where a law that follows the velocity has no direction, and for a code that is no law's.
    """
    if law == FIXED:
        return like(direction[0], v[0]), like(direction[1], v[0]), like(direction[2], v[0])
    k = 1.0 / sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    if law == AGAINST_VELOCITY:
        k = -k
    elif law != ALONG_VELOCITY:
        k = np.nan * k
    return k * v[0], k * v[1], k * v[2]


@formula
def own_direction(law: Own, now: Motion) -> tuple[Real, Real, Real]:
    """Return the unit vector of thrust that a function of the user's gives; NaN where it has none."""
    r, v = now.r, now.v
    given = asked(law, (now.t_s - law.since_s, r[0], r[1], r[2], v[0], v[1], v[2], now.mass_kg), 3)
    return component(given, 0), component(given, 1), component(given, 2)


@formula
def off_by(pitch_rad: float, yaw_rad: float) -> tuple[float, float, float]:
    """Return a unit vector that is off a direction by a pitch and a yaw: its parts along, by pitch and by yaw."""
    return cos(pitch_rad) * cos(yaw_rad), sin(pitch_rad) * cos(yaw_rad), sin(yaw_rad)


@formula
def mispointed(u: Any, r: Any, v: Any, pitch_rad: float, yaw_rad: float) -> tuple[Real, Real, Real]:
    """Return a direction of thrust turned by a pitch and a yaw error.

    Pitch turns ``u`` right-handed about the orbit's normal r x v: a thrust against the velocity towards the zenith,
    one along it towards the nadir. Yaw turns it towards that normal. Where ``u`` leaves the plane of the orbit, the
    normal is taken without its part along ``u``, so that both stay angles.

    In vertical flight, and for ``u`` along the normal, there is no such plane. There the errors fade out with the
    speed s across it, as s^2 / sqrt(s^4 + (0.1 m/s)^4): the direction stays continuous where the plane turns over.
    """
    nx, ny, nz = r[1] * v[2] - r[2] * v[1], r[2] * v[0] - r[0] * v[2], r[0] * v[1] - r[1] * v[0]
    along = nx * u[0] + ny * u[1] + nz * u[2]
    nx, ny, nz = nx - along * u[0], ny - along * u[1], nz - along * u[2]
    r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    across2 = (nx * nx + ny * ny + nz * nz) / r2  # squared speed (m2/s2)
    kept2 = across2 * across2 + FADING_MPS**4
    k = sqrt(across2 / (r2 * kept2))
    nx, ny, nz = k * nx, k * ny, k * nz
    zx, zy, zz = ny * u[2] - nz * u[1], nz * u[0] - nx * u[2], nx * u[1] - ny * u[0]
    ahead, up, aside = off_by(pitch_rad, yaw_rad)
    size = sqrt(ahead * ahead + across2 * across2 / kept2 * (up * up + aside * aside))
    ahead, up, aside = ahead / size, up / size, aside / size
    return (
        ahead * u[0] + up * zx + aside * nx,
        ahead * u[1] + up * zy + aside * ny,
        ahead * u[2] + up * zz + aside * nz,
    )
