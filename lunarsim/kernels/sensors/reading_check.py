"""Whether a reading is possible: within its limits, and not changed faster than it can."""

from types import MappingProxyType

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.records import Record, record

# What follows where a monitor calls.
CUT_OFF, SWITCH, RESTART, HOLD = 0, 1, 2, 3
REACTIONS = MappingProxyType({"cut off": CUT_OFF, "switch": SWITCH, "restart": RESTART, "hold": HOLD})

#: What the computer remembers of the ranges that it has checked; zero when the flight begins.
RANGE_CHECK = record(
    [
        ("in_a_row", float),  # impossible ranges since the last that was possible
        ("held", float),  # whether they are kept from the filter
        ("last_m", float),  # the last that was possible
        ("last_s", float),  # and when
        ("heard", float),  # whether there was one
        ("calls", float),  # so far
        ("saw_m", float),  # what it was at the last call
    ]
)


@formula
def is_impossible(reading: float, last: float, elapsed_s: float, low: float, high: float, most_per_s: float) -> bool:
    """Return whether a reading is out of its limits, or has changed faster than it can; ``elapsed_s`` 0: is the first.

    One that is NaN is impossible.
    """
    possible = low <= reading <= high
    if elapsed_s > 0.0:
        possible = possible and abs(reading - last) <= most_per_s * elapsed_s
    return not possible


@formula
def counted(in_a_row: float, wrong: bool) -> float:
    """Return how many in a row are wrong, with one more that is or is not."""
    return in_a_row + 1.0 if wrong else 0.0


@formula
def check_range(t_s: float, range_m: float, monitor: Record, check: Record) -> bool:
    """Return whether a monitor of ranges calls, once where they become impossible; ``check.held`` says how long."""
    elapsed_s = t_s - check.last_s if check.heard != 0.0 else 0.0
    low, high, rate = monitor.lowest_m, monitor.highest_m, monitor.max_rate_mps
    wrong = is_impossible(range_m, check.last_m, elapsed_s, low, high, rate)
    check.in_a_row = counted(check.in_a_row, wrong)
    held = check.in_a_row >= monitor.persistence
    calls = held and check.held == 0.0
    check.held = 1.0 if held else 0.0
    if calls:
        check.calls += 1.0
        check.saw_m = range_m
    if not wrong:
        check.last_m, check.last_s, check.heard = range_m, t_s, 1.0
    return bool(calls)
