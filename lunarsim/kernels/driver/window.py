"""Frozen perturbations: what pulls beside the central term, held along a way ahead for the many short steps there.

A cycle of guidance lasts a second or two, a hundredth of the shortest wave of a field of degree 50. What pulls beside
the central term is then evaluated once along some 16 s of the expected way, and taken from there as long as the craft
stays near it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.driver.quadrature import NODES, TO_POWERS, integrated, local_error
from lunarsim.kernels.forces.gravity import point_mass
from lunarsim.kernels.forces.gravity_grid import exact_field
from lunarsim.kernels.forces.motion import (
    Environment,
    Propulsion,
    Sky,
    gravity,
    pull_of_sky,
    sky_at_eight,
    thrust,
)
from lunarsim.kernels.forces.steering import Motion
from lunarsim.kernels.numerics.vectors import added
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, load, store

_WINDOW_S = 16.0  # 26 km in a low orbit, an eighth of the shortest wave of a field of degree 50
SHORT_STEP_S = 4.0  # a window is for steps up to this long


class Window(NamedTuple):
    """What pulls along a way ahead, beside the central term. A run keeps the arrays, and begins with zeros."""

    #: shape (4,): from and to when; how far the next may reach (0: as far as any); before when there is none
    span_s: NDArray[np.float64]
    way: NDArray[np.float64]  #: shape (9,): where the craft is expected, a polynomial of degree 2 for each component
    force: NDArray[np.float64]  #: shape (24,): acceleration (m/s2), eight powers over -1 to 1 for each component
    own: NDArray[np.float64]  #: shape (24,): what forces of the user's own gave last at the nodes of a step (m/s2)


@formula
def no_window() -> Window:
    """Return the window of a run that begins."""
    return Window(np.zeros(4), np.zeros(9), np.zeros(3 * WIDTH), np.zeros(3 * WIDTH))


@formula
def forget(window: Window) -> None:
    """Make a window that of a run that begins."""
    for array in window:
        array[:] = 0.0


@formula
def perturbations(r: Any, mass_kg: Lanes, sky: Sky, environment: Environment, field: Any) -> tuple[Lanes, Lanes, Lanes]:
    """Return what pulls beside the central term, without the thrust, at eight positions (m) under their skies (m/s2).

    ``field`` is that of the environment, or a part of it.
    """
    pull = pull_of_sky(r, mass_kg, sky, environment)
    exact = exact_field(field)
    if exact.degree < 2:
        return pull
    ax, ay, az = point_mass(r[0], r[1], r[2], exact.gm)
    return added(added(gravity(r, sky, field), (-ax, -ay, -az)), pull)


@formula
def reach(
    t_s: float,
    h_s: float,
    y: NDArray[np.float64],
    environment: Environment,
    propulsion: Propulsion,
    tolerance_m: float,
    window: Window,
) -> int:
    """Have a window reach over a step, where one can; return how often the full field was evaluated for that.

    The way ahead is that of the present acceleration. What pulls along it, evaluated at the nodes of the window, is a
    polynomial, good enough where its last term is, as in a step.
    """
    if (window.span_s[0] <= t_s and t_s + h_s <= window.span_s[1]) or t_s < window.span_s[3]:
        return 0
    evaluations, length_s = 0, window.span_s[2] if window.span_s[2] > 0.0 else _WINDOW_S
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    a = point_mass(r[0], r[1], r[2], exact_field(environment.field).gm)
    if propulsion.thrust_n > 0.0:
        a = added(a, thrust(Motion(t_s, r, v, y[6]), propulsion.thrust_n / y[6], propulsion))
    while length_s >= 2.0 * h_s:
        for i in range(3):
            window.way[3 * i] = r[i]
            window.way[3 * i + 1], window.way[3 * i + 2] = v[i] * length_s, 0.5 * a[i] * length_s * length_s
        part = load(NODES, 0)
        sky = sky_at_eight(environment.epoch_et_s + (t_s + length_s * part), environment)
        force = perturbations(along_way(part, window.way), everywhere(y[6]), sky, environment, environment.field)
        evaluations += 1
        if local_error(length_s, force) <= tolerance_m:
            for i in range(3):
                store(integrated(force[i], TO_POWERS), window.force, WIDTH * i)
            window.span_s[0], window.span_s[1] = t_s, t_s + length_s
            window.span_s[2] = min(2.0 * length_s, _WINDOW_S)
            return evaluations
        length_s *= 0.5
    window.span_s[2], window.span_s[3] = 0.0, t_s + _WINDOW_S
    return evaluations


@part_of_kernel
def along(part: Lanes, force: NDArray[np.float64]) -> tuple[Lanes, Lanes, Lanes]:
    """Return what pulls in a window at eight parts (0 to 1) of it."""
    x = 2.0 * part - 1.0
    return _polynomial(x, force, 0), _polynomial(x, force, WIDTH), _polynomial(x, force, 2 * WIDTH)


@part_of_kernel
def _polynomial(x: Lanes, powers: NDArray[np.float64], first: int) -> Lanes:
    value = everywhere(powers[first + WIDTH - 1])
    for k in range(WIDTH - 2, -1, -1):
        value = value * x + powers[first + k]
    return value


@part_of_kernel
def along_way(part: Lanes, way: NDArray[np.float64]) -> tuple[Lanes, Lanes, Lanes]:
    """Return where a window expects the craft at eight parts (0 to 1) of it (m)."""
    return (
        way[0] + (way[1] + way[2] * part) * part,
        way[3] + (way[4] + way[5] * part) * part,
        way[6] + (way[7] + way[8] * part) * part,
    )
