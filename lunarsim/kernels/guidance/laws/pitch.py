"""Pitch that is linear in time, by a numerical predictor and corrector: the 2012 design of Luna-25's main braking.

The thrust is full (or of a given throttle); its pitch above the local horizontal is theta0 + thetadot t (or the
tangent is linear). Each cycle flies three trajectories ahead to where the downrange rate is the target's, one with
each parameter moved, and corrects both so that height and vertical rate there are the target's. With a range of
throttles a fourth trajectory and the throttle as third parameter bring the downrange position in too.
Sources: Keldysh Institute and Lavochkin Association, slides on the landing of Luna-25, 2012 (steps and targets).
"""

from math import tan

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.crossrange import crossrange_thrust, held_from_now, with_crossrange
from lunarsim.kernels.guidance.laws.linear_in_time import STEEPEST_RAD, linear_acceleration, pitch_for
from lunarsim.kernels.guidance.laws.predictor import (
    LINEAR_TANGENT,
    STEPS,
    Pitch,
    Plane,
    at_rate,
    burn_time,
    plane_of,
    plant_of,
    pointing,
)
from lunarsim.kernels.guidance.memory import memory_of, parameters_of
from lunarsim.kernels.guidance.situation import DOWNRANGE, UP, Situation
from lunarsim.kernels.numerics.linear_equations import solved
from lunarsim.kernels.numerics.vectors import Three
from lunarsim.kernels.records import Record

PITCH = parameters_of(
    "throttle",  # share of full thrust; with control of the range the first guess
    "hold_s",  # time to go from which on the parameters stay as they are
    "min_throttle",  # range of the throttle for control of the range; most 0: no such control
    "most_throttle",
    "shape",  # LINEAR or LINEAR_TANGENT
    "cross_share",  # of the thrust that crossrange may take
)
_MEMORY = memory_of(
    "a",  # parameters of the pitch, at the time "since_s"
    "b",
    "throttle",
    "since_s",
    "stage",  # 0: not begun, 1: under way, 2: done
)

_FIRST = 12  # corrections of the first cycle; later cycles make one
_CLOSE = 1e-3  # m; no more corrections below


@kernel
def pitch_guidance(s: Situation, parameters: NDArray[np.float64], memory: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration; see the module. Once the target rate is reached the engine stays off."""
    p, m = parameters.view(PITCH)[0], memory.view(_MEMORY)[0]
    m.delay_s, m.cut_s = 0.0, 0.0
    if m.stage == 2.0:
        m.to_go_s = 0.0
        return 0.0, 0.0, 0.0
    first = m.stage == 0.0
    if first:
        _guess(s, p, m)
    m.a += m.b * (s.time_s - m.since_s)
    m.to_go_s -= s.time_s - m.since_s
    m.since_s = s.time_s
    most = p.cross_share * s.thrust_n * m.throttle / s.mass_kg
    across = crossrange_thrust(s, p, 0.0, max(m.to_go_s, p.hold_s, s.cycle_s), most)
    share = (1.0 - (across * s.mass_kg / (s.thrust_n * m.throttle)) ** 2) ** 0.5
    if first or m.to_go_s > p.hold_s:
        for _ in range(_FIRST if first else 1):
            if _corrected(s, p, m, share):
                break
    m.to_go_s = _ahead(s, p, m, share, m.a, m.b, m.throttle)[1]
    return _command(s, m, p, across)


@kernel
def _command(s: Situation, m: Record, p: Record, across: float) -> Three:
    burns = s.cycle_s
    if m.to_go_s < s.cycle_s:
        burns = max(m.to_go_s, 1e-6)
        m.cut_s, m.stage = burns, 2.0
    along, up = pointing(_pitch(s, p, m.a, m.b), 0.5 * burns)
    along, up = held_from_now(along, up, s.velocity[0], 0.5 * burns, s.radius_m)
    return with_crossrange(m.throttle * s.thrust_n / s.mass_kg, across, along, up)


@kernel
def _pitch(s: Situation, p: Record, a: float, b: float) -> Pitch:
    return Pitch(int(p.shape), a, b, -1.0 if s.velocity[0] > p.velocity_mps[DOWNRANGE] else 1.0)


@kernel
def _ahead(
    s: Situation, p: Record, m: Record, share: float, a: float, b: float, throttle: float
) -> tuple[Plane, float]:
    dt = max(m.to_go_s, 1e-3) / STEPS
    return at_rate(plane_of(s), p.velocity_mps[DOWNRANGE], dt, _pitch(s, p, a, b), plant_of(s, throttle, share))


@kernel
def _guess(s: Situation, p: Record, m: Record) -> None:
    """Start from a vertical acceleration that is linear in time, as E-guidance asks for."""
    m.stage, m.since_s, m.throttle = 1.0, s.time_s, p.throttle
    thrust = p.throttle * s.thrust_n
    t = max(
        burn_time(abs(s.velocity[0] - p.velocity_mps[DOWNRANGE]), s.mass_kg, thrust, s.exhaust_velocity_mps), s.cycle_s
    )
    now, end = linear_acceleration(p.position_m[UP] - s.position[2], s.velocity[2], p.velocity_mps[UP], t)
    now, end = now - s.free[2], end + s.gm / (s.radius_m * s.radius_m)
    first = pitch_for(now * s.mass_kg / thrust)
    last = pitch_for(end * (s.mass_kg - thrust * t / s.exhaust_velocity_mps) / thrust)
    if int(p.shape) == LINEAR_TANGENT:
        first, last = tan(first), tan(last)
    m.a, m.b, m.to_go_s = first, (last - first) / t, t


@kernel
def _missed(end: Plane, p: Record, f: NDArray[np.float64]) -> None:
    """Write by how much the target is missed, in metres: height, rate (as far as it leads in _RATE_S), range."""
    f[0], f[1] = end.height_m - p.position_m[UP], _RATE_S * (end.height_rate_mps - p.velocity_mps[UP])
    if f.size > 2:
        f[2] = end.downrange_m - p.position_m[DOWNRANGE]


@kernel
def _corrected(s: Situation, p: Record, m: Record, share: float) -> bool:
    """Correct the parameters once; true if there was nothing to correct."""
    n = 3 if p.most_throttle > 0.0 else 2
    end, t = _ahead(s, p, m, share, m.a, m.b, m.throttle)
    m.to_go_s = t
    f, jacobian = np.empty(n), np.empty((n, n))
    _missed(end, p, f)
    if np.abs(f).max() < _CLOSE:
        return True
    moved = np.empty(n)
    for j in range(n):
        da, db, dc = (1e-4 if j == 0 else 0.0), (1e-4 / t if j == 1 else 0.0), (1e-4 if j == 2 else 0.0)
        _missed(_ahead(s, p, m, share, m.a + da, m.b + db, m.throttle + dc)[0], p, moved)
        for i in range(n):
            jacobian[i, j] = (moved[i] - f[i]) / (da + db + dc)
    step, aims = _step(p, m, f, jacobian, t)
    _take(s, p, m, share, step, f[:aims])
    return False


@kernel
def _step(
    p: Record, m: Record, f: NDArray[np.float64], jacobian: NDArray[np.float64], t: float
) -> tuple[NDArray[np.float64], int]:
    """Return a step of the parameters, shortened to what a linear picture is good for, and how much it aims at.

    The throttle stays in its range; at a limit the range to the target is let go, and height and rate are kept.
    """
    longest = np.array([_LONGEST_STEP, _LONGEST_STEP / t, 1.0])
    step, aims = np.zeros(3), f.size
    step[:aims] = _damped(f, jacobian, longest[:aims])
    if aims > 2:
        change = min(max(m.throttle + step[2], p.min_throttle), p.most_throttle) - m.throttle
        if change != step[2]:
            aims = 2
            step[:2] = _damped(f[:2] + jacobian[:2, 2] * change, jacobian[:2, :2].copy(), longest[:2])
            step[2] = change
    step[:2] /= max(abs(step[0]) / longest[0], abs(step[1]) / longest[1], 1.0)
    return step, aims


@kernel
def _damped(f: NDArray[np.float64], jacobian: NDArray[np.float64], longest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the step that lessens a miss as a linear picture has it (Levenberg 1944, Marquardt 1963).

    Damped so little that it is Newton's where the picture is good, and enough that it stays small in a direction in
    which nothing can be mended, as at a target out of reach.
    """
    normal, step = jacobian.T @ jacobian, -(jacobian.T @ f)
    for i in range(f.size):
        normal[i, i] += (_DAMPING_M / longest[i]) ** 2
    if not solved(normal, step):
        step[:] = 0.0
    return step


@kernel
def _take(
    s: Situation,
    p: Record,
    m: Record,
    share: float,
    step: NDArray[np.float64],
    f: NDArray[np.float64],
) -> None:
    """Take a step, or a part of it, that lessens the miss; keep the parameters where none does."""
    trial = np.empty(f.size)
    for k in range(_PARTS):
        part = 0.5**k
        a, b = _upright_enough(m.a + part * step[0], m.b + part * step[1], m.to_go_s, p)
        throttle = m.throttle + part * step[2]
        _missed(_ahead(s, p, m, share, a, b, throttle)[0], p, trial)
        if trial @ trial < f @ f:
            m.a, m.b, m.throttle = a, b, throttle
            return


@kernel
def _upright_enough(a: float, b: float, t: float, p: Record) -> tuple[float, float]:
    """Return a pitch that stays within its limits from now to the end: beyond the vertical it would speed up."""
    most = tan(STEEPEST_RAD) if int(p.shape) == LINEAR_TANGENT else STEEPEST_RAD
    first, last = min(max(a, -most), most), min(max(a + b * t, -most), most)
    return first, (last - first) / t


_LONGEST_STEP = 0.3  # rad, or of the tangent
_RATE_S = 10.0  # a rate missed by 1 m/s is as bad as a height missed by 10 m
_DAMPING_M = 1.0  # a miss that is not worth the longest step
_PARTS = 5  # of a step are tried, each half as long as the one before
