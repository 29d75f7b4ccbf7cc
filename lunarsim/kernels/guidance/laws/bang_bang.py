"""Least propellant: engine off, then full thrust along the primer vector to the target ("suicide burn").

Straight down, the ignition is where the stop at full thrust ends at the target (Meditch 1964, "On the problem of
optimal thrust programming for a lunar soft landing", IEEE Trans. Automatic Control 9(4)). In a plane six unknowns
meet the target: ignition, throttle, burn time, the pitch of the primer vector at ignition, and the costates of
downrange and height. The conditions are the two rates, the height, the downrange position (or, where the craft may
land wherever, a costate of downrange of zero), and, while the ignition is open, a Hamiltonian of zero there.
After ignition the throttle takes the place of the ignition. A downrange position out of reach, or reached only from
below, is let go.

The unknowns change as little as meets the conditions (weighted least squares, damped as in Levenberg 1944 and
Marquardt 1963), so that a vertical descent, in which the costate of height does nothing, is no special case.
"""

from math import cos, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.bang_bang_guess import BURN, IGNITION, L_DOWNRANGE, L_HEIGHT, PITCH, THROTTLE, guess
from lunarsim.kernels.guidance.laws.crossrange import crossrange_thrust, held_from_now, with_crossrange
from lunarsim.kernels.guidance.laws.predictor import LINEAR, STEPS, Pitch, Plane, after, plane_of, plant_of
from lunarsim.kernels.guidance.laws.primer import Costate, coasting_hamiltonian, flown, primer_direction
from lunarsim.kernels.guidance.memory import memory_of, parameters_of
from lunarsim.kernels.guidance.situation import DOWNRANGE, UP, Situation
from lunarsim.kernels.numerics.linear_equations import solved
from lunarsim.kernels.numerics.vectors import Three
from lunarsim.kernels.records import Record

BANG_BANG = parameters_of(
    "free_range",  # 1: land wherever; the target's downrange is not read
    "margin",  # share of full thrust that the plan uses; the rest is for corrections
    "hold_s",  # time to go from which on only the burn time is corrected
    "cross_share",  # of the thrust that crossrange may take
)
_MEMORY = memory_of(
    ("unknowns", 6),
    "since_s",  # time for which the unknowns hold
    "stage",  # 0: not begun, 1: engine off, 2: burning, 3: done
    "range_open",  # 1: the downrange position is not aimed at
)

_COAST_STEPS = 8
_DAMPING = 1e-3  # relative; that of the first step
_MET = 1e-4  # a miss, in the scales of the conditions, that is small enough
_FIRST = 60  # corrections of the first cycle
_LATER = 5
_SPREAD = np.array([20.0, 0.01, 2.0, 0.2, 1e-3, 1e-3])  # by which the unknowns may move alike
_LONGEST_STEP = np.array([120.0, 1.0, 60.0, 0.5, 1e-2, 1e-2])
_NUDGE = np.array([1e-3, 1e-5, 1e-3, 1e-5, 1e-8, 1e-8])  # for derivatives
_SCALE = np.array([1.0, 1.0, 0.1, 0.1, 1e-3])  # of the conditions: m, m, m/s, m/s, m/s2
_COSTATE_SCALE = 1e-7  # 1/s
_OUT_OF_REACH = 100.0  # a miss, in the scales of the conditions, after which the range is let go
_DIP_M = 1.0  # below the target, on the way there, after which it is too
_LOOKS_AHEAD = 16


class Aim(NamedTuple):
    """What the unknowns are to meet."""

    s: Situation
    p: Record
    share: float  #: of the thrust that lies in the plane
    range_open: bool
    lit: bool


@kernel
def bang_bang(s: Situation, parameters: NDArray[np.float64], memory: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration; see the module.

    Before ignition it is that of the ignition, with the time until then as the delay (more than a cycle: the engine
    stays off in this cycle, and the attitude may turn already). After the burn the engine stays off.
    """
    p, m = parameters.view(BANG_BANG)[0], memory.view(_MEMORY)[0]
    m.delay_s, m.cut_s = 0.0, 0.0
    if m.stage == 3.0:
        m.to_go_s = 0.0
        return 0.0, 0.0, 0.0
    u = m.unknowns
    if m.stage == 0.0:
        _begin(s, p, m, u)
    else:
        u[IGNITION] = max(u[IGNITION] - (s.time_s - m.since_s), 0.0)
        _solve(s, p, m, u, _LATER)
    m.since_s = s.time_s
    m.to_go_s = u[IGNITION] + u[BURN]
    return _command(s, p, m, u)


@kernel
def _begin(s: Situation, p: Record, m: Record, u: NDArray[np.float64]) -> None:
    m.stage, m.range_open = 1.0, p.free_range
    guess(s, p, p.margin, u)
    missed = _solve(s, p, m, u, _FIRST)
    if m.range_open == 0.0 and (missed > _OUT_OF_REACH or _dips(s, p, u)):
        m.stage, m.range_open = 1.0, 1.0
        guess(s, p, p.margin, u)
        _solve(s, p, m, u, _FIRST)


@kernel
def _dips(s: Situation, p: Record, u: NDArray[np.float64]) -> bool:
    """Return whether the burn would lead below the target before it gets there: through the ground, at a landing."""
    start, plant = _at_ignition(s, u, 1.0), plant_of(s, u[THROTTLE], 1.0)
    lowest = min(p.position_m[UP], start.height_m) - _DIP_M
    for k in range(1, _LOOKS_AHEAD):
        if flown(start, _costate(u), u[BURN] * k / _LOOKS_AHEAD, STEPS, plant)[0].height_m < lowest:
            return True
    return False


@kernel
def _share(s: Situation, p: Record, u: NDArray[np.float64]) -> tuple[float, float]:
    """Return the crossrange acceleration (m/s2) and the share of the thrust that is left in the plane."""
    total = u[THROTTLE] * s.thrust_n / s.mass_kg
    to_go = max(u[BURN], p.hold_s, s.cycle_s)
    across = crossrange_thrust(s, p, u[IGNITION], to_go, p.cross_share * total)
    return across, sqrt(1.0 - (across / total) ** 2)


@kernel
def _at_ignition(s: Situation, u: NDArray[np.float64], share: float) -> Plane:
    if u[IGNITION] <= 0.0:
        return plane_of(s)
    plant = plant_of(s, 0.0, share)
    return after(plane_of(s), u[IGNITION], _COAST_STEPS, Pitch(LINEAR, 0.0, 0.0, -1.0), plant)


@kernel
def _costate(u: NDArray[np.float64]) -> Costate:
    return Costate(-cos(u[PITCH]), sin(u[PITCH]), u[L_DOWNRANGE], u[L_HEIGHT])


@kernel
def _missed(aim: Aim, u: NDArray[np.float64], f: NDArray[np.float64]) -> None:
    """Write by how much the conditions are missed, in their scales."""
    start = _at_ignition(aim.s, u, aim.share)
    plant = plant_of(aim.s, u[THROTTLE], aim.share)
    end = flown(start, _costate(u), u[BURN], STEPS, plant)[0]
    f[0] = (
        u[L_DOWNRANGE] / _COSTATE_SCALE
        if aim.range_open
        else (end.downrange_m - aim.p.position_m[DOWNRANGE]) / _SCALE[0]
    )
    f[1] = (end.height_m - aim.p.position_m[UP]) / _SCALE[1]
    f[2] = (end.downrange_rate_mps - aim.p.velocity_mps[DOWNRANGE]) / _SCALE[2]
    f[3] = (end.height_rate_mps - aim.p.velocity_mps[UP]) / _SCALE[3]
    f[4] = 0.0 if aim.lit else coasting_hamiltonian(start, _costate(u), plant) / _SCALE[4]


@kernel
def _solve(s: Situation, p: Record, m: Record, u: NDArray[np.float64], most: int) -> float:
    """Correct the unknowns and return the largest miss; an ignition that should have been is now."""
    share = _share(s, p, u)[1] if most == _LATER else 1.0
    f, g = np.empty(5), np.empty(5)
    damping = _DAMPING if most == _FIRST else 1e-6 * _DAMPING  # a later cycle begins close to the solution
    aim = Aim(s, p, share, m.range_open > 0.0, m.stage == 2.0)
    _missed(aim, u, f)
    for _ in range(most):
        if np.abs(f).max() < _MET:
            break
        trial = _limited(s, u, u + _correction(aim, u, f, damping))
        _missed(aim, trial, g)
        if not g @ g < f @ f:
            damping *= 30.0
            continue
        damping = max(0.03 * damping, 1e-12)
        u[:], f[:] = trial, g
        if not aim.lit and u[IGNITION] <= 0.0:
            m.stage = 2.0
            aim = Aim(s, p, share, aim.range_open, True)
            f[4] = 0.0
    return float(np.abs(f).max())


@kernel
def _spread(aim: Aim, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each unknown may move, squared; zero where it is fixed now."""
    spread: NDArray[np.float64] = _SPREAD * _SPREAD
    if aim.lit and u[BURN] <= aim.p.hold_s:
        spread[:] = 0.0
        spread[BURN] = 1.0
    spread[IGNITION if aim.lit else THROTTLE] = 0.0
    return spread


@kernel
def _correction(aim: Aim, u: NDArray[np.float64], f: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
    """Return the step to the conditions; where it would take the throttle beyond a limit, one with it at the limit."""
    spread = _spread(aim, u)
    jacobian, moved = np.zeros((5, 6)), np.empty(5)
    for j in range(6):
        if spread[j] > 0.0:
            nudged = u.copy()
            nudged[j] += _NUDGE[j]
            _missed(aim, nudged, moved)
            jacobian[:, j] = (moved - f) / _NUDGE[j]
    step = _least_step(jacobian, spread, f, damping)
    change = min(max(u[THROTTLE] + step[THROTTLE], aim.s.min_throttle), 1.0) - u[THROTTLE]
    if change != step[THROTTLE]:
        spread[THROTTLE] = 0.0
        step = _least_step(jacobian, spread, f + jacobian[:, THROTTLE] * change, damping)
        step[THROTTLE] = change
    return step


@kernel
def _least_step(
    jacobian: NDArray[np.float64], spread: NDArray[np.float64], f: NDArray[np.float64], damping: float
) -> NDArray[np.float64]:
    """Return -W J' (J W J' (1 + damping on the diagonal))^-1 f."""
    weighted, matrix = np.empty((5, 6)), np.zeros((5, 5))
    for j in range(6):
        weighted[:, j] = jacobian[:, j] * spread[j]
    for i in range(5):
        for k in range(5):
            for j in range(6):
                matrix[i, k] += weighted[i, j] * jacobian[k, j]
        matrix[i, i] = matrix[i, i] * (1.0 + damping) + 1e-9
    right, step = f.copy(), np.zeros(6)
    if not solved(matrix, right):
        return step
    for i in range(5):
        step -= weighted[i] * right[i]
    return step


@kernel
def _limited(s: Situation, u: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return unknowns no further from ``u`` than a linear picture is good for, and within what the engine can do."""
    k = max(1.0, float((np.abs(wanted - u) / _LONGEST_STEP).max()))
    trial = u + (wanted - u) / k
    trial[IGNITION] = max(trial[IGNITION], 0.0)
    trial[THROTTLE] = min(max(trial[THROTTLE], s.min_throttle), 1.0)
    burned_out = 0.95 * s.mass_kg * s.exhaust_velocity_mps / (trial[THROTTLE] * s.thrust_n)
    trial[BURN] = min(max(trial[BURN], 1e-3), burned_out)
    return trial


@kernel
def _command(s: Situation, p: Record, m: Record, u: NDArray[np.float64]) -> Three:
    """Return the command of this cycle, and carry the unknowns on to its end."""
    across, share = _share(s, p, u)
    start, costate = _at_ignition(s, u, share), _costate(u)
    plant = plant_of(s, u[THROTTLE], share)
    m.delay_s = u[IGNITION]
    burns = min(max(s.cycle_s - u[IGNITION], 0.0), u[BURN])
    middle, then = flown(start, costate, 0.5 * burns, 2, plant)
    along, up = primer_direction(then, middle.height_m, s.radius_m)
    along, up = held_from_now(along, up, s.velocity[0], u[IGNITION] + 0.5 * burns, s.radius_m)
    if u[IGNITION] < s.cycle_s:
        _carry_on(m, u, flown(start, costate, burns, 2, plant)[1], burns)
        if u[BURN] <= 1e-6:
            m.cut_s = m.delay_s + burns
            m.stage = 3.0
    return with_crossrange(_total(s, u), across, along, up)


@kernel
def _total(s: Situation, u: NDArray[np.float64]) -> float:
    """Return the thrust acceleration (m/s2) at the throttle of the unknowns."""
    return float(u[THROTTLE] * s.thrust_n / s.mass_kg)


@kernel
def _carry_on(m: Record, u: NDArray[np.float64], costate: Costate, burned_s: float) -> None:
    """Make the unknowns those of a burn under way at the end of the cycle."""
    size = sqrt(costate.along * costate.along + costate.up * costate.up)
    u[PITCH] = np.arctan2(costate.up, -costate.along)
    u[L_DOWNRANGE], u[L_HEIGHT] = costate.downrange / size, costate.height / size
    u[IGNITION] = 0.0
    u[BURN] -= burned_s
    m.stage = 2.0
