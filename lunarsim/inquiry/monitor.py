"""A monitor of the kind "thrust on but nothing sensed": what it would have done, and how often it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from scipy.special import log_ndtr

from lunarsim import declarations
from lunarsim.declarations import LONG_S, REQUIRED, STRONG_MPS2, number
from lunarsim.errors import InputError
from lunarsim.faults import plan_with_faults
from lunarsim.flight import Flight, simulate
from lunarsim.flight.result.attitude import planned_burns
from lunarsim.kernels.forces import motion
from lunarsim.mission import Scenario
from lunarsim.plan import Burn

_MPS2 = u.m / u.s**2
_AT_ONCE = 4_000_000  # readings that are drawn and held together
_MOST = 10**9


@dataclass(frozen=True, kw_only=True)
class ThrustMonitor:
    """A check of the flight computer: the engine is on, and the accelerometer senses too little of it.

    The readings of each ``window`` of a burn are averaged. Where the average is below ``threshold`` times the
    acceleration that the computer expects, thrust over mass, the monitor cuts the engine off.

    Parameters
    ----------
    window : Quantity
        Over which readings are averaged; the first window begins at ignition.
    threshold : float
        Share of the expected acceleration, above 0 and below 1; default 0.5.
    sample_rate : Quantity
        Readings per time; default 10 / s.
    noise : Quantity
        Standard deviation of a reading, each drawn anew; default 0.
    bias : Quantity
        Of the accelerometer in sound burns; default 0.

    Raises
    ------
    InputError
        If a number is out of its bounds, or a window holds no reading.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> monitor = ls.inquiry.ThrustMonitor(window=10 * u.s, noise=0.3 * u.m / u.s**2)
    >>> round(monitor.false_alarm_probability(0.2 * u.m / u.s**2, 84 * u.s), 4)
    0.0034
    """

    window: u.Quantity = number(REQUIRED, u.s, low=1e-3, high=LONG_S, text="Over which readings are averaged.")
    threshold: float = number(0.5, u.one, above=0.0, below=1.0, text="Share of the expected acceleration.")
    sample_rate: u.Quantity = number(10.0, u.s**-1, low=1e-3, high=1e6, text="Readings per time.")
    noise: u.Quantity = number(0.0, _MPS2, low=0.0, high=STRONG_MPS2, text="Standard deviation of a reading.")
    bias: u.Quantity = number(0.0, _MPS2, low=-STRONG_MPS2, high=STRONG_MPS2, text="Of the accelerometer.")

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.readings < 1:
            raise InputError(
                f"window = {self.window} holds no reading at sample_rate = {self.sample_rate}: expected a longer "
                "window or a higher rate"
            )

    @property
    def readings(self) -> int:
        """How many readings a window holds."""
        return int(np.floor((self.window * self.sample_rate).to_value(u.one) * (1.0 + 1e-12)))

    def windows(self, duration: u.Quantity) -> int:
        """Return how many windows a burn has: those that are over before its cut-off.

        Raises
        ------
        InputError
            If the duration is no time.
        """
        lasts = declarations.Number(unit=u.s, low=0.0, high=LONG_S).checked("duration", duration)
        return int(np.floor((lasts / self.window).to_value(u.one) * (1.0 - 1e-12)))

    def false_alarm_probability(self, acceleration: u.Quantity, duration: u.Quantity) -> float:
        """Return how probable it is that the monitor cuts a sound burn off, by its closed form.

        The average of n readings is normal, with the standard deviation of one over the root of n; the windows are
        independent of each other.

        Parameters
        ----------
        acceleration : Quantity
            That the computer expects, and that is the case.
        duration : Quantity
            Of the burn.

        Raises
        ------
        InputError
            If an argument is no acceleration above zero, or no time.
        """
        expected, scatter = self._expected(acceleration), float(self.noise.to_value(_MPS2)) / sqrt(self.readings)
        margin = (1.0 - self.threshold) * expected + float(self.bias.to_value(_MPS2))
        if scatter == 0.0:
            return float(margin < 0.0 and self.windows(duration) > 0)
        log_kept = log_ndtr(margin / scatter)  # of a window
        return float(-np.expm1(self.windows(duration) * log_kept))

    def false_alarms(
        self, acceleration: u.Quantity, duration: u.Quantity, *, burns: int = 10_000, seed: int = 0
    ) -> int:
        """Return how many of some sound burns the monitor cuts off, with all their readings drawn.

        Parameters
        ----------
        acceleration, duration : Quantity
            As of :meth:`false_alarm_probability`.
        burns : int
            How many are simulated.
        seed : int
            The same seed gives the same readings.

        Raises
        ------
        InputError
            If an argument is not possible.
        """
        expected, windows = self._expected(acceleration), self.windows(duration)
        for name, value in (("burns", burns), ("seed", seed)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= _MOST:
                raise InputError(f"{name} = {value!r}: expected a whole number from 0 to {_MOST}")
        rng = np.random.default_rng(seed)
        offset, scatter = float(self.bias.to_value(_MPS2)), float(self.noise.to_value(_MPS2))
        together = max(1, _AT_ONCE // max(1, windows * self.readings))
        alarms = 0
        for first in range(0, burns if windows else 0, together):
            count = min(together, burns - first)
            drawn: NDArray[np.float64] = rng.standard_normal((count, windows, self.readings))
            averages = expected + offset + scatter * drawn.mean(axis=2)
            alarms += int(np.count_nonzero(np.any(averages < self.threshold * expected, axis=1)))
        return alarms

    def _expected(self, acceleration: u.Quantity) -> float:
        bounds = declarations.Number(unit=_MPS2, above=0.0, high=STRONG_MPS2)
        return float(bounds.checked("acceleration", acceleration).value)


def with_thrust_monitor(scenario: Scenario, monitor: ThrustMonitor) -> Scenario:
    """Return a scenario as it would be flown with a monitor: burns in which too little is sensed are cut off by it.

    The readings are those of the scenario's accelerometer, faults included and without the monitor's noise and bias. A
    burn that the monitor cuts off has the time of that as its timer; those after it are flown as planned.

    Parameters
    ----------
    scenario : Scenario
        Its faults included.
    monitor : ThrustMonitor
        Which checks each burn.

    Raises
    ------
    InputError
        If the monitor is none, or a fault sets the timer of a burn that it cuts off.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> monitor = ls.inquiry.ThrustMonitor(window=10 * u.s)
    >>> ls.inquiry.with_thrust_monitor(ls.load_scenario("luna25"), monitor).plan[0].timer
    <Quantity 10. s>
    """
    if not isinstance(monitor, ThrustMonitor):
        raise InputError(f"monitor = {monitor!r}: expected a ThrustMonitor(...)")
    flight = simulate(scenario)
    burns = [k for k, phase in enumerate(scenario.plan) if isinstance(phase, Burn)]
    plan = list(scenario.plan)
    for i, (k, planned) in enumerate(zip(burns, planned_burns(scenario), strict=True)):
        if i < len(flight.burns):
            lasts_s = float(flight.burns[i].duration.to_value(u.s))
            at_s = _alarm_s(flight, monitor, planned.burn, planned.ignition_s, lasts_s)
            if at_s is not None:
                plan[k] = _cut_off(scenario, k, at_s)
    return replace(scenario, plan=tuple(plan))


def _cut_off(scenario: Scenario, k: int, at_s: float) -> Burn:
    """Return a burn of the plan that is cut off at a time after ignition, once it is seen that faults leave it so."""
    burn = scenario.plan[k]
    assert isinstance(burn, Burn)
    watched = replace(burn, timer=at_s * u.s)
    plan = (*scenario.plan[:k], watched, *scenario.plan[k + 1 :])
    for fault in scenario.faults:
        loaded = plan_with_faults(plan, [fault])[k]
        if isinstance(loaded, Burn) and loaded.timer != watched.timer:
            raise InputError(
                f"fault '{fault.title}' sets the timer of burn '{burn.name}', and so would the monitor, to "
                f"{watched.timer:g}: take the fault out, and give the burn that timer in the plan"
            )
    return watched


def _alarm_s(flight: Flight, monitor: ThrustMonitor, burn: Burn, ignition_s: float, lasts_s: float) -> float | None:
    """Return when, after ignition, the monitor cuts a burn off; None where it does not."""
    craft = flight.scenario.craft
    assert craft is not None  # it burns
    window_s = float(monitor.window.to_value(u.s))
    ends_s: NDArray[np.float64] = window_s * np.arange(monitor.windows(lasts_s * u.s) + 1, dtype=float)
    y, _ = flight.trajectory.at(ignition_s + ends_s)
    sensed = np.diff(y[:, motion.DV_SENSED]) / window_s
    expected = float(craft.engine.total_thrust.to_value(u.N)) * burn.throttle / y[:-1, motion.MASS]
    alarms = np.flatnonzero(sensed < monitor.threshold * expected)
    return float(ends_s[alarms[0] + 1]) if alarms.size else None
