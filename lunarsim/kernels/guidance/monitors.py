"""Monitors of the flight computer: what each adds up over its windows, when it calls, and what is done then.

A window begins at the ignition of a burn, at the beginning of a guided phase, and where the one before it ends. In a
burn the engine's legs end where windows end; in a guided phase the computer judges at its cycles.
"""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.records import Record, record
from lunarsim.kernels.sensors.reading_check import counted, is_impossible
from lunarsim.kernels.sensors.redundancy import COMMANDED

# Which monitor calls.
NO_MONITOR, THRUST, VOTE, ACCELERATION, RANGE = 0, 1, 2, 3, 4

#: What a monitor of the accelerometers remembers; zero when a burn or a guided phase begins.
WATCHED = record(
    [
        ("since_s", float),  # when its window began
        ("units_mps", float, (3,)),  # delta-v that each accelerometer has told in the window
        ("expected_mps", float),  # that thrust and mass would give, as commanded
        ("in_a_row", float),  # windows that were wrong
        ("last_mps2", float),  # mean reading of the window before
        ("windows", float),  # so far
    ]
)

#: What the computer remembers of its monitors.
WATCH = record(
    [
        ("thrust", WATCHED),
        ("vote", WATCHED),
        ("acceleration", WATCHED),
        ("range_calls", float),  # of the range monitor, that have been dealt with
        ("units_mps", float, (3,)),  # delta-v that each accelerometer has told in the burn or phase
        ("expected_mps", float),
        ("begun_mps", float),  # what the sum of the computer was when it began
        ("off", float),  # whether the engine stays off to the end of the guided phase
        ("alarms", float),  # of all monitors, over the whole flight
        ("restarts", float),
        ("restarting", float),  # whether it restarts: nothing is commanded
        ("reaction", float),  # of the last alarm, what was done
        ("saw", float),  # what the monitor saw then: m/s, m/s2 or m
        ("against", float),  # what it was held against: m/s, m/s2 or m
    ]
)

_ROUNDING_S = 1e-9  # of the end of a window


@formula
def is_too_little(sensed_mps: float, expected_mps: float, share: float) -> bool:
    """Return whether less was sensed than a share of what thrust and mass give; not of an engine that is off."""
    return bool(sensed_mps < share * expected_mps)


@formula
def is_odd(own: float, one: float, other: float, tolerance: float) -> bool:
    """Return whether a reading is off from two others that agree: two out of three."""
    return bool(abs(one - other) <= tolerance < min(abs(own - one), abs(own - other)))


@formula
def first_alarm(
    sensed_mps: NDArray[np.float64], expected_mps: NDArray[np.float64], share: float, persistence: float
) -> int:
    """Return at the end of which window of a burn a thrust monitor first calls, or -1."""
    in_a_row = 0.0
    for k in range(sensed_mps.size):
        in_a_row = counted(in_a_row, is_too_little(sensed_mps[k], expected_mps[k], share))
        if in_a_row >= persistence:
            return k
    return -1


@formula
def begin_to_watch(t_s: float, sensed_mps: float, range_calls: float, watch: Record) -> None:
    """Let all windows begin: a burn ignites, or a guided phase begins."""
    forget_sums(watch)
    watch.begun_mps, watch.off = sensed_mps, 0.0
    watch.range_calls = range_calls
    watch_anew(t_s, watch)


@formula
def forget_sums(watch: Record) -> None:
    """Let the sums of a burn or a phase begin anew: those of its windows do by :func:`watch_anew`."""
    watch.units_mps[:] = 0.0
    watch.expected_mps = 0.0


@formula
def watch_anew(t_s: float, watch: Record) -> None:
    """Let all windows begin anew: what was seen before counts no more."""
    _open(t_s, watch.thrust)
    _open(t_s, watch.vote)
    _open(t_s, watch.acceleration)
    watch.thrust.in_a_row = watch.vote.in_a_row = watch.acceleration.in_a_row = 0.0
    watch.thrust.windows = watch.vote.windows = watch.acceleration.windows = 0.0


@formula
def _open(t_s: float, watched: Record) -> None:
    watched.since_s, watched.expected_mps = t_s, 0.0
    watched.units_mps[:] = 0.0


@formula
def told_by(unit: Record, dv_mps: float, elapsed_s: float) -> float:
    """Return what an accelerometer along the thrust axis makes of a delta-v."""
    return float(unit.scale_factor * dv_mps + unit.bias_mps2 * elapsed_s) if unit.powered != 0.0 else 0.0


@formula
def add_leg(
    elapsed_s: float, dv_mps: float, sensed_mps: float, expected_mps: float, craft: Record, in_use: float, watch: Record
) -> None:
    """Let the monitors take up a leg with the engine on: the true delta-v of it, and what was sensed and commanded.

    ``in_use`` is the accelerometer by which the computer cuts off, whose sum the drivers integrate.
    """
    first = told_by(craft.accelerometer, dv_mps, elapsed_s) if in_use != 0.0 else sensed_mps
    second = told_by(craft.second_accelerometer, dv_mps, elapsed_s)
    third = told_by(craft.third_accelerometer, dv_mps, elapsed_s)
    _add(first, second, third, watch.units_mps)
    _add(first, second, third, watch.thrust.units_mps)
    _add(first, second, third, watch.vote.units_mps)
    _add(first, second, third, watch.acceleration.units_mps)
    watch.expected_mps += expected_mps
    watch.thrust.expected_mps += expected_mps
    watch.vote.expected_mps += expected_mps
    watch.acceleration.expected_mps += expected_mps


@formula
def _add(first: float, second: float, third: float, units_mps: NDArray[np.float64]) -> None:
    units_mps[0] += first
    units_mps[1] += second
    units_mps[2] += third


@formula
def next_window_end(computer: Record, watch: Record) -> float:
    """Return when the first window ends of those that are open; infinite without monitors of accelerometers."""
    first_s = np.inf
    if computer.thrust_monitor.window_s > 0.0:
        first_s = min(first_s, watch.thrust.since_s + computer.thrust_monitor.window_s)
    if computer.vote.window_s > 0.0:
        first_s = min(first_s, watch.vote.since_s + computer.vote.window_s)
    if computer.acceleration_monitor.window_s > 0.0:
        first_s = min(first_s, watch.acceleration.since_s + computer.acceleration_monitor.window_s)
    return first_s


@formula
def _is_over(t_s: float, window_s: float, watched: Record) -> bool:
    return bool(window_s > 0.0 and t_s >= watched.since_s + window_s - _ROUNDING_S)


@formula
def judge(t_s: float, craft: Record, in_use: float, range_check: Record, watch: Record) -> int:
    """Return which monitor calls at a time, or NO_MONITOR; windows that are over end, and new ones begin.

    Of two that call together the first counts: thrust, vote, acceleration, range.
    """
    computer, called = craft.computer, NO_MONITOR
    if range_check.calls > watch.range_calls:
        watch.range_calls = range_check.calls
        watch.saw, watch.against = range_check.saw_m, range_check.last_m
        watch.reaction = computer.range_monitor.reaction
        called = RANGE
    own = int(in_use)
    if _is_over(t_s, computer.acceleration_monitor.window_s, watch.acceleration):
        called = _judge_acceleration(t_s, own, computer.acceleration_monitor, watch, called)
    if _is_over(t_s, computer.vote.window_s, watch.vote):
        called = _judge_vote(t_s, own, computer.vote, watch, called)
    if _is_over(t_s, computer.thrust_monitor.window_s, watch.thrust):
        called = _judge_thrust(t_s, own, computer.thrust_monitor, watch, called)
    if called != NO_MONITOR:
        watch.alarms += 1.0
    return called


@formula
def _judge_thrust(t_s: float, own: int, monitor: Record, watch: Record, called: int) -> int:
    watched = watch.thrust
    if own != COMMANDED:
        sensed_mps, expected_mps = watched.units_mps[own], watched.expected_mps
        watched.in_a_row = counted(watched.in_a_row, is_too_little(sensed_mps, expected_mps, monitor.threshold))
        if watched.in_a_row >= monitor.persistence:
            watch.saw, watch.against, watch.reaction = sensed_mps, expected_mps, monitor.reaction
            watched.in_a_row, called = 0.0, THRUST
    _open(t_s, watched)
    return called


@formula
def _judge_vote(t_s: float, own: int, monitor: Record, watch: Record, called: int) -> int:
    watched, elapsed_s = watch.vote, t_s - watch.vote.since_s
    if own != COMMANDED:
        one, other = (own + 1) % 3, (own + 2) % 3
        reading = watched.units_mps[own] / elapsed_s
        beside = watched.units_mps[one] / elapsed_s
        odd = is_odd(reading, beside, watched.units_mps[other] / elapsed_s, monitor.tolerance_mps2)
        watched.in_a_row = counted(watched.in_a_row, odd)
        if watched.in_a_row >= monitor.persistence:
            watch.saw, watch.against, watch.reaction = reading, beside, monitor.reaction
            watched.in_a_row, called = 0.0, VOTE
    _open(t_s, watched)
    return called


@formula
def _judge_acceleration(t_s: float, own: int, monitor: Record, watch: Record, called: int) -> int:
    watched, elapsed_s = watch.acceleration, t_s - watch.acceleration.since_s
    if own != COMMANDED:
        reading = watched.units_mps[own] / elapsed_s
        since_s = elapsed_s if watched.windows > 0.0 else 0.0
        low, high, rate = monitor.lowest_mps2, monitor.highest_mps2, monitor.max_rate_mps3
        wrong = is_impossible(reading, watched.last_mps2, since_s, low, high, rate)
        watched.in_a_row = counted(watched.in_a_row, wrong)
        if watched.in_a_row >= monitor.persistence:
            watch.saw, watch.against, watch.reaction = reading, watched.last_mps2, monitor.reaction
            watched.in_a_row, called = 0.0, ACCELERATION
        if not wrong:
            watched.last_mps2 = reading
            watched.windows += 1.0
    _open(t_s, watched)
    return called


@formula
def spare_for(called: int, in_use: float, craft: Record) -> float:
    """Return which accelerometer takes the place of the one in use; the same: there is none.

    After a vote the first of the two that agree, else the next.
    """
    if called == VOTE:
        return 0.0 if in_use != 0.0 else 1.0
    if in_use < 1.0 and craft.second_accelerometer.rate_per_s > 0.0:
        return 1.0
    if in_use < 2.0 and craft.third_accelerometer.rate_per_s > 0.0:
        return 2.0
    return in_use
