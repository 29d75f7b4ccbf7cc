"""Forces of a user's own: how one is called, by its address, and what those of a flight give together.

A force is a function of a :class:`Place` and its numbers, and gives an acceleration (m/s2), both in the axes that it
asks for. It is called place by place: by the equations of motion, and at each of the eight nodes of a step.
"""

from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.by_address import calling
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.geometry.orientation import Rows, euler_313, spin_pa
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate_with_rate
from lunarsim.kernels.numerics.vectors import added, cross
from lunarsim.kernels.within_callers import OPTIONS

MOST_FORCES = 4  #: that a Moon may have
MOST_NUMBERS = 12  #: that a force may have

# The axes in which a force sees a place, and gives its acceleration.
ICRF, PA = 0, 1

NONE = -1  #: of the forces: each gave finite numbers

Three = tuple[float, float, float]


class Place(NamedTuple):
    """Where a force is asked for; vectors are Moon-centred, in the axes of the force."""

    time_s: float  #: since the start of the flight
    position: Three  #: m
    velocity: Three  #: m/s; in axes that turn with the Moon: over the turning Moon
    mass_kg: float


Four = tuple[int, int, int, int]


class OwnForces(NamedTuple):
    """The forces of a flight; in tuples where there are whole numbers, which cost less than arrays to hand on."""

    addresses: Four  #: in this process; 0: there are no more
    frames: Four
    numbers: NDArray[np.float64]  #: shape (4, 12), a row a force
    start_s: float  #: of the flight, from which the time of a place counts


#: What a force gives: three floats.
THREE: Any = types.UniTuple(types.float64, 3)  # type: ignore[no-untyped-call]
#: What a force takes: the place and its numbers.
TAKES = (
    types.NamedTuple([types.float64, THREE, THREE, types.float64], Place),  # type: ignore[no-untyped-call]
    types.Array(types.float64, 1, "C"),
)

called: Any = calling(THREE)


@formula
def place_of(
    frame: int, t_s: float, r: Any, v: Any, mass_kg: float, epoch_et_s: float, angles: ChebyshevTable, start_s: float
) -> tuple[Place, Rows]:
    """Return a place (m, m/s, ICRF) as a force sees it, and the rotation from ICRF to the force's axes."""
    rows: Rows = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    if frame == ICRF:
        return Place(t_s - start_s, (r[0], r[1], r[2]), (v[0], v[1], v[2]), mass_kg), rows
    euler, rates = np.empty(3), np.empty(3)
    evaluate_with_rate(angles, epoch_et_s + t_s, euler, rates)
    rows = euler_313(euler[0], euler[1], euler[2])
    position, (vx, vy, vz) = _turned(rows, r), _turned(rows, v)
    wx, wy, wz = cross(spin_pa(euler, rates), position)
    return Place(t_s - start_s, position, (vx - wx, vy - wy, vz - wz), mass_kg), rows


@formula
def _turned(rows: Rows, a: Any) -> Three:
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rows
    return (
        xx * a[0] + xy * a[1] + xz * a[2],
        yx * a[0] + yy * a[1] + yz * a[2],
        zx * a[0] + zy * a[1] + zz * a[2],
    )


@formula
def own_acceleration(
    t_s: float, r: Any, v: Any, mass_kg: float, epoch_et_s: float, angles: ChebyshevTable, forces: OwnForces
) -> tuple[Three, int]:
    """Return the acceleration (m/s2, ICRF) by all forces, and which of them gave no finite one, or NONE."""
    total, lost = (0.0, 0.0, 0.0), NONE
    for i in range(MOST_FORCES):
        if forces.addresses[i] == 0:
            break
        place, rows = place_of(forces.frames[i], t_s, r, v, mass_kg, epoch_et_s, angles, forces.start_s)
        a = called(forces.addresses[i], (place, forces.numbers[i]))
        if lost == NONE and not isfinite(a[0] + a[1] + a[2]):
            lost = i
        (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rows
        back = (
            xx * a[0] + yx * a[1] + zx * a[2],
            xy * a[0] + yy * a[1] + zy * a[2],
            xz * a[0] + yz * a[1] + zz * a[2],
        )
        total = added(total, back)
    return total, lost


def with_own(total: Three, t_s: float, y: NDArray[np.float64], environment: Any, forces: OwnForces | None) -> Three:
    """Return an acceleration with that of the environment's forces added; with None for them, none is compiled."""
    raise NotImplementedError


@overload(with_own, strict=False, jit_options=OPTIONS)
def _with_own(total: Any, t_s: Any, y: Any, environment: Any, forces: Any) -> Any:  # noqa: ARG001
    return _as_it_was if isinstance(forces, types.NoneType) else _added


def _as_it_was(total: Three, t_s: float, y: Any, environment: Any, forces: None) -> Three:  # noqa: ARG001
    return total


def _added(total: Three, t_s: float, y: NDArray[np.float64], environment: Any, forces: OwnForces) -> Three:
    if forces.addresses[0] == 0:
        return total
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    own, _ = own_acceleration(t_s, r, v, y[6], environment.epoch_et_s, environment.angles, forces)
    return added(total, own)
