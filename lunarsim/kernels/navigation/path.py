"""The true path between two moments that a driver has flown to, for sensors that sample between them.

Sensors have rates of their own, and a driver tells of the ends of its legs alone. Between two ends the path is the
cubic that has their positions and velocities, and the next term of its error: s^2 (1 - s)^2 h^4 / 24 times the fourth
derivative (Stoer & Bulirsch 2002, section 2.1.5), which the thrust and the central attraction give. What is left is of
the field's higher degrees: over a cycle of 2 s less than 1e-7 m, over a step of 10 s of a low coast less than 1e-4 m.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.attitude.turn import Turn, turned_by
from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.forces.motion import Propulsion, thrust, thrust_at
from lunarsim.kernels.forces.steering import FIXED, Motion
from lunarsim.kernels.numerics.vectors import Three, added, combined, dot, scaled, three


class FlownLeg(NamedTuple):
    """What was truly flown between two moments, with one engine setting."""

    start_s: float  #: after the start of the flight, as the end
    end_s: float
    start: NDArray[np.float64]  #: the integrated vector at the start, shape (9,)
    end: NDArray[np.float64]
    propulsion: Propulsion
    epoch_et_s: float  #: start of the flight, TDB seconds past J2000
    axis: Three  #: where the thrust axis points while the engine is off (ICRF), if no attitude control turns it
    turn: Turn  #: of the craft's axis, by its attitude control
    sun: Three  #: where the Sun is, from the Moon's centre (m, ICRF); zero: nobody asks
    site_radius_m: float  #: of the landing site; 0: there is none


class Path(NamedTuple):
    """The true path of a leg, and what pushes on it, as numbers alone: vectors are in ICRF axes."""

    start_s: float
    length_s: float
    r_start: Three
    v_start: Three
    r_end: Three
    v_end: Three
    fourth: Three  #: derivative of the position (m/s4), its mean over the leg
    mass_kg: float  #: at the start
    thrust_n: float  #: at the start
    thrust_rate_n_s: float
    flow_kg_s: float  #: at the start
    flow_growth_kg_s2: float  #: half of its rate
    fixed: bool  #: whether the thrust axis keeps its direction
    axis: Three  #: that direction, a unit vector


@formula
def path_of(leg: FlownLeg, gm: float) -> Path:
    """Return the path of a leg."""
    a_s, h, a, b, propulsion = leg.start_s, leg.end_s - leg.start_s, leg.start, leg.end, leg.propulsion
    on, thrust_n = propulsion.thrust_n > 0.0, thrust_at(a_s, propulsion)
    errs = propulsion.pitch_error_rad != 0.0 or propulsion.yaw_error_rad != 0.0
    fixed = not on or (propulsion.steering == FIXED and not errs)
    plain = Path(
        leg.start_s,
        h,
        (a[0], a[1], a[2]),
        (a[3], a[4], a[5]),
        (b[0], b[1], b[2]),
        (b[3], b[4], b[5]),
        (0.0, 0.0, 0.0),
        a[6],
        thrust_n,
        propulsion.thrust_rate_n_s,
        thrust_n / propulsion.exhaust_velocity_mps,
        0.5 * propulsion.thrust_rate_n_s / propulsion.exhaust_velocity_mps,
        fixed,
        three(propulsion.direction) if on and fixed else leg.axis,
    )
    if h <= 0.0:
        return plain
    ends = added(_acceleration(leg, plain, 0.0, gm), _acceleration(leg, plain, 1.0, gm))
    fourth = scaled(4.0 / (h * h), combined(1.0, ends, -2.0, _acceleration(leg, plain, 0.5, gm)))
    return with_fourth(plain, fourth)


@formula
def with_fourth(path: Path, fourth: Three) -> Path:
    """Return a path with the fourth derivative of its position."""
    return Path(
        path.start_s,
        path.length_s,
        path.r_start,
        path.v_start,
        path.r_end,
        path.v_end,
        fourth,
        path.mass_kg,
        path.thrust_n,
        path.thrust_rate_n_s,
        path.flow_kg_s,
        path.flow_growth_kg_s2,
        path.fixed,
        path.axis,
    )


@formula
def position_at(t_s: float, path: Path) -> Three:
    """Return the true position (m) at a time within a leg."""
    h = path.length_s
    s = (t_s - path.start_s) / h if h > 0.0 else 0.0
    c = 1.0 - s
    ends = combined(c * c * (1.0 + 2.0 * s), path.r_start, s * s * (3.0 - 2.0 * s), path.r_end)
    slopes = combined(h * s * c * c, path.v_start, -h * s * s * c, path.v_end)
    return added(added(ends, slopes), scaled(s * s * c * c * h**4 / 24.0, path.fourth))


@formula
def velocity_at(t_s: float, path: Path) -> Three:
    """Return the true velocity (m/s) at a time within a leg."""
    h = path.length_s
    if h <= 0.0:
        return path.v_start
    s = (t_s - path.start_s) / h
    c = 1.0 - s
    chord = combined(6.0 * s * c / h, path.r_end, -6.0 * s * c / h, path.r_start)
    slopes = combined(c * (1.0 - 3.0 * s), path.v_start, s * (3.0 * s - 2.0), path.v_end)
    return added(added(chord, slopes), scaled(s * c * (c - s) * h**3 / 12.0, path.fourth))


@formula
def thrust_axis(t_s: float, leg: FlownLeg, path: Path) -> Three:
    """Return where the thrust axis truly points at a time within a leg."""
    if path.fixed:
        return path.axis
    now = Motion(t_s, position_at(t_s, path), velocity_at(t_s, path), mass_at(t_s, path))
    return thrust(now, 1.0, leg.propulsion)


@formula
def body_axis(t_s: float, leg: FlownLeg, path: Path) -> Three:
    """Return where the craft's axis truly points at a time within a leg: that of its sensors.

    A craft without an attitude control has its axis along the thrust. With one the thrust is flown along the mean of
    the axis over a step, and beside it by the misalignment of the engine.
    """
    if leg.turn.known:
        axis, _ = turned_by(t_s, leg.turn)
        return axis
    return thrust_axis(t_s, leg, path)


@part_of_kernel
def mass_at(t_s: float, path: Path) -> float:
    """Return the mass (kg) at a time within a leg."""
    after_s = t_s - path.start_s
    return path.mass_kg - (path.flow_kg_s + path.flow_growth_kg_s2 * after_s) * after_s


@part_of_kernel
def _thrust_at(t_s: float, path: Path) -> float:
    """Return the thrust (N) at a time within a leg."""
    return path.thrust_n + path.thrust_rate_n_s * (t_s - path.start_s)


@part_of_kernel
def felt(from_s: float, to_s: float, path: Path) -> tuple[float, float]:
    """Return the velocity (m/s) and the way (m) along the thrust axis that the engine adds between two times.

    It is what accelerometers feel. By Gauss and Legendre's rule of three nodes; for a mass that falls by a thousandth
    it is exact to the last bit.
    """
    h, dv, dr = to_s - from_s, 0.0, 0.0
    if path.thrust_n > 0.0 or path.thrust_rate_n_s > 0.0:
        for k in range(3):
            node = 0.5 + (k - 1) * _NODE
            at_s = from_s + node * h
            force = (_MIDDLE if k == 1 else _OUTER) * h * _thrust_at(at_s, path) / mass_at(at_s, path)
            dv += force
            dr += (1.0 - node) * h * force
    return dv, dr


_NODE = 0.5 * sqrt(0.6)
_MIDDLE, _OUTER = 4.0 / 9.0, 5.0 / 18.0


@formula
def _acceleration(leg: FlownLeg, path: Path, share: float, gm: float) -> Three:
    """Return what the thrust and a point mass give (m/s2) at a share of a leg."""
    t_s = path.start_s + share * path.length_s
    r = position_at(t_s, path)
    r2 = dot(r, r)
    push = _thrust_at(t_s, path) / mass_at(t_s, path)
    return combined(push, thrust_axis(t_s, leg, path), -gm / (r2 * sqrt(r2)), r)
