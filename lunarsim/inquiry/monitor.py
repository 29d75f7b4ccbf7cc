"""How often a monitor of the kind "thrust on but nothing sensed" is wrong; and a scenario that flies with one."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from scipy.special import log_ndtr

from lunarsim.craft import FlightComputer, ThrustMonitor
from lunarsim.declarations import LONG_S, STRONG_MPS2, Number
from lunarsim.errors import InputError
from lunarsim.kernels.guidance.monitors import first_alarm
from lunarsim.mission import Scenario

_MPS2 = u.m / u.s**2
_AT_ONCE = 4_000_000  # readings that are drawn and held together
_MOST = 10**9
_ACCELERATION = Number(unit=_MPS2, above=0.0, high=STRONG_MPS2)
_DURATION = Number(unit=u.s, low=0.0, high=LONG_S)
_NOISE = Number(unit=_MPS2, low=0.0, high=STRONG_MPS2)
_BIAS = Number(unit=_MPS2, low=-STRONG_MPS2, high=STRONG_MPS2)
_RATE = Number(unit=u.s**-1, low=1e-3, high=1e6)


def false_alarm_probability(
    monitor: ThrustMonitor,
    acceleration: u.Quantity,
    duration: u.Quantity,
    *,
    noise: u.Quantity,
    bias: u.Quantity = 0.0 * _MPS2,
    sample_rate: u.Quantity = 10.0 / u.s,
) -> float:
    """Return how probable it is that a thrust monitor calls in a sound burn, by its closed form.

    The average of n readings is normal, with the standard deviation of one over the root of n; the windows are
    independent of each other.

    Parameters
    ----------
    monitor : ThrustMonitor
        Its windows begin at ignition; the last counts that is over before the cut-off.
    acceleration : Quantity
        That the computer expects, and that is the case.
    duration : Quantity
        Of the burn.
    noise : Quantity
        Standard deviation of a reading, each drawn anew.
    bias : Quantity
        Of the accelerometer; default 0.
    sample_rate : Quantity
        Readings per time; default 10 / s.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or a window holds no reading.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> mps2 = u.m / u.s**2
    >>> monitor = ls.ThrustMonitor(window=10 * u.s)
    >>> p = ls.inquiry.false_alarm_probability(monitor, 0.2 * mps2, 84 * u.s, noise=0.3 * mps2)
    >>> round(p, 4)
    0.0034
    """
    watched = _watched(monitor, acceleration, duration, noise, bias, sample_rate)
    margin = (1.0 - monitor.threshold) * watched.expected_mps2 + watched.bias_mps2
    log_kept = 0.0 if margin >= 0.0 else -np.inf
    if watched.noise_mps2 > 0.0:
        log_kept = float(log_ndtr(margin * sqrt(watched.readings) / watched.noise_mps2))
    if monitor.persistence == 1.0:
        return float(-np.expm1(watched.windows * log_kept)) if watched.windows else 0.0
    wrong = -np.expm1(log_kept)
    held, called = np.zeros(int(monitor.persistence)), 0.0  # so many in a row were wrong
    held[0] = 1.0
    for _ in range(watched.windows):
        called += float(held[-1] * wrong)
        held[1:], held[0] = held[:-1] * wrong, held.sum() * np.exp(log_kept)
    return called


def false_alarms(
    monitor: ThrustMonitor,
    acceleration: u.Quantity,
    duration: u.Quantity,
    *,
    noise: u.Quantity,
    bias: u.Quantity = 0.0 * _MPS2,
    sample_rate: u.Quantity = 10.0 / u.s,
    burns: int = 10_000,
    seed: int = 0,
) -> int:
    """Return in how many of some sound burns a thrust monitor calls, with all their readings drawn.

    The rule that judges them is the one by which the flight computer judges in flight.

    Parameters
    ----------
    monitor, acceleration, duration, noise, bias, sample_rate
        As of :func:`false_alarm_probability`.
    burns : int
        How many are simulated.
    seed : int
        The same seed gives the same readings.

    Raises
    ------
    InputError
        If an argument is not possible.
    """
    watched = _watched(monitor, acceleration, duration, noise, bias, sample_rate)
    for name, value in (("burns", burns), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= _MOST:
            raise InputError(f"{name} = {value!r}: expected a whole number from 0 to {_MOST}")
    rng, window_s = np.random.default_rng(seed), float(monitor.window.to_value(u.s))
    expected: NDArray[np.float64] = np.full(watched.windows, watched.expected_mps2 * window_s)
    together = max(1, _AT_ONCE // max(1, watched.windows * watched.readings))
    alarms = 0
    for first in range(0, burns if watched.windows else 0, together):
        count = min(together, burns - first)
        drawn: NDArray[np.float64] = rng.standard_normal((count, watched.windows, watched.readings)).mean(axis=2)
        sensed = (watched.expected_mps2 + watched.bias_mps2 + watched.noise_mps2 * drawn) * window_s
        alarms += sum(first_alarm(each, expected, monitor.threshold, monitor.persistence) >= 0 for each in sensed)
    return alarms


class _Watched(NamedTuple):
    """A burn that is watched, and its readings."""

    windows: int  # that are over before the cut-off
    readings: int  # in each
    expected_mps2: float
    noise_mps2: float
    bias_mps2: float


def _watched(monitor: ThrustMonitor, acceleration: u.Quantity, duration: u.Quantity, *readings: u.Quantity) -> _Watched:
    if not isinstance(monitor, ThrustMonitor):
        raise InputError(f"monitor = {monitor!r}: expected a ThrustMonitor(...)")
    noise, bias, rate = readings
    expected, lasts = _ACCELERATION.checked("acceleration", acceleration), _DURATION.checked("duration", duration)
    noise, bias = _NOISE.checked("noise", noise), _BIAS.checked("bias", bias)
    rate = _RATE.checked("sample_rate", rate)
    count = int(np.floor((monitor.window * rate).to_value(u.one) * (1.0 + 1e-12)))
    if count < 1:
        raise InputError(
            f"window = {monitor.window} holds no reading at sample_rate = {rate}: expected a longer window or a higher "
            "rate"
        )
    windows = int(np.floor((lasts / monitor.window).to_value(u.one) * (1.0 - 1e-12)))
    return _Watched(windows, count, float(expected.value), float(noise.value), float(bias.value))


def with_thrust_monitor(scenario: Scenario, monitor: ThrustMonitor) -> Scenario:
    """Return a scenario whose flight computer has a thrust monitor.

    Parameters
    ----------
    scenario : Scenario
        With its faults.
    monitor : ThrustMonitor
        Which watches each burn and guided phase.

    Raises
    ------
    InputError
        If the monitor is none, or the scenario has no craft, or none that it could watch.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> watched = ls.inquiry.with_thrust_monitor(ls.load_scenario("luna25"), ls.ThrustMonitor(window=10 * u.s))
    >>> watched.craft.computer.thrust_monitor.threshold
    0.5
    """
    if not isinstance(monitor, ThrustMonitor):
        raise InputError(f"monitor = {monitor!r}: expected a ThrustMonitor(...)")
    if scenario.craft is None:
        raise InputError(f"the scenario '{scenario.name}' has no craft that a monitor could watch")
    computer = scenario.craft.computer or FlightComputer()
    return replace(scenario, craft=replace(scenario.craft, computer=replace(computer, thrust_monitor=monitor)))
