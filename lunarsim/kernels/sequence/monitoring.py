"""What the computer does as its monitors ask for: cut off, switch to a spare, restart, hold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import AT_END, BURN
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.guidance.limits import full_thrust
from lunarsim.kernels.guidance.look import rest
from lunarsim.kernels.guidance.monitors import NO_MONITOR, RANGE, add_leg, forget_sums, judge, spare_for, watch_anew
from lunarsim.kernels.navigation.estimate import begin_estimate
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.reading_check import CUT_OFF, HOLD, RESTART, SWITCH
from lunarsim.kernels.sensors.redundancy import COMMANDED
from lunarsim.kernels.sequence.engine import engine_off
from lunarsim.kernels.sequence.flown import Driver, Flown, craft_now
from lunarsim.kernels.sequence.legs import fly_remainder, fly_without


@formula
def watch_leg(
    from_s: float,
    before: NDArray[np.float64],
    t_s: float,
    y: NDArray[np.float64],
    share: float,
    craft: Record,
    computer: Record,
) -> None:
    """Let the monitors take up a leg in which a share of full thrust was commanded, as far as the engine rises to it.

    What thrust and mass give is of the mean mass, as known.
    """
    elapsed_s, mass_kg = t_s - from_s, 0.5 * (before[6] + y[6]) + craft.navigation.mass_kg
    expected_mps = share * full_thrust(craft.engine) * elapsed_s / mass_kg
    dv_mps, sensed_mps = y[7] - before[7], y[8] - before[8]
    add_leg(elapsed_s, dv_mps, sensed_mps, expected_mps, craft, computer.navigation.in_use, computer.watch)


@formula
def heed_monitors(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, latest_s: float, flown: Flown
) -> tuple[float, int]:
    """Let the computer do what its monitors ask for; a restart takes its time, up to ``latest_s``."""
    computer, craft = flown.computer, craft_now(t_s, flown)
    navigation, watch, called, ended = computer.navigation, computer.watch, NO_MONITOR, AT_END
    if watch.off == 0.0:
        called = judge(t_s, craft, navigation.in_use, navigation.range_check, watch)
    if called == NO_MONITOR:
        return t_s, ended
    if watch.reaction == SWITCH:
        spare = spare_for(called, navigation.in_use, craft)
        if spare == navigation.in_use:  # there is none
            watch.reaction = CUT_OFF
        navigation.in_use = spare
    if watch.reaction == HOLD and called != RANGE:
        navigation.in_use = COMMANDED
    driver.alarmed(means, t_s, y, k, called, flown)
    if watch.reaction == CUT_OFF:
        watch.off = 1.0
    elif watch.reaction == RESTART:
        t_s, ended = _restart(driver, means, t_s, y, k, latest_s, flown)
    elif called != RANGE:  # the sum is what the other one has told since the ignition
        own = int(navigation.in_use)
        y[8] = watch.begun_mps + (watch.expected_mps if own == COMMANDED else watch.units_mps[own])
        watch_anew(t_s, watch)
    return t_s, ended


@formula
def _restart(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, latest_s: float, flown: Flown
) -> tuple[float, int]:
    """Restart the computer: the engine is off, and nothing is commanded; it may forget its sum and its estimate."""
    computer, craft = flown.computer, craft_now(t_s, flown)
    rest(computer)
    until_s = min(t_s + craft.computer.restart_time_s, latest_s)
    ended = AT_END
    computer.watch.restarting = 1.0
    if flown.plan.kinds[k] == BURN:  # whose steering law still holds for what the engine gives
        t_s, ended = fly_remainder(driver, means, t_s, y, until_s, k, True, engine_off(), flown)
    if ended == AT_END:
        t_s, ended = fly_without(driver, means, t_s, y, until_s, k, engine_off(), flown)
    computer.watch.restarting = 0.0
    computer.watch.restarts += 1.0
    if craft.computer.keeps_sum == 0.0:
        y[8] = computer.watch.begun_mps
        forget_sums(computer.watch)
    if craft.computer.keeps_estimate == 0.0 and computer.navigation.begun != 0.0:
        begin_estimate(computer.navigation, y, craft.navigation)
    watch_anew(t_s, computer.watch)
    return t_s, ended
