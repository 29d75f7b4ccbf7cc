"""Monitors of the flight computer: what each looks at, and what is done where it calls."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf
from typing import Any

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FAR_M, FAST_MPS, LONG_S, REQUIRED, STRONG_MPS2, Choice, choice, declared, number
from lunarsim.errors import InputError
from lunarsim.kernels.records import record
from lunarsim.kernels.sensors.reading_check import REACTIONS
from lunarsim.records import fields_of, in_si

_MPS2 = u.m / u.s**2
_OF_ACCELEROMETERS = Choice(words=dict(REACTIONS), text="what is done where the monitor calls")
_OF_RANGES = Choice(
    words={word: code for word, code in REACTIONS.items() if word != "switch"},
    text="what is done where the monitor calls; there is no spare altimeter",
)
_WINDOW: dict[str, Any] = {"low": 1e-3, "high": LONG_S, "dispersible": True}


def _persistence(text: str) -> Any:
    return number(1.0, u.one, low=1.0, high=1e6, text=text, whole=True)


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """What all monitors have: a number of times in a row, and a reaction."""

    reaction: str  # what is done where it calls; each monitor declares its own words for it

    def __post_init__(self) -> None:
        declarations.check(self)

    @classmethod
    def record_type(cls) -> np.dtype[Any]:
        """Return the type of its record: what it declares, and the code of its reaction."""
        return record([*fields_of(cls), ("reaction", float)])

    def record_values(self) -> tuple[Any, ...]:
        """Return what stands in its record."""
        numbers = declared(self)
        values = [in_si(getattr(self, each.name), numbers[each.name]) for each in fields(self) if each.name in numbers]
        return (*values, float(REACTIONS[self.reaction]))


@dataclass(frozen=True, kw_only=True)
class ThrustMonitor(Monitor):
    """A check of the flight computer: the engine is on, and the accelerometer senses too little of it.

    Over each window the sensed delta-v is held against what the commanded thrust gives the mass, as the computer knows
    both.

    Parameters
    ----------
    window : Quantity
        Over which the delta-v is added up; the first begins at the ignition of a burn, or with a guided phase, whose
        windows end at cycles of the computer.
    threshold : float
        Share of the expected delta-v, above 0 and below 1; default 0.5.
    persistence : float
        After so many windows in a row with less the monitor calls; default 1.
    reaction : str
        ``"cut off"`` (default): the burn ends; a guided phase goes on without thrust. ``"switch"``: to the next
        accelerometer, and cut off where there is none. ``"restart"``: of the computer. ``"hold"``: what is commanded
        stands for what is sensed, from then on.

    Raises
    ------
    InputError
        If a number is out of its bounds, or there is no such reaction.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.ThrustMonitor(window=5 * u.s, persistence=2).reaction
    'cut off'
    """

    window: u.Quantity = number(REQUIRED, u.s, text="Over which the delta-v is added up.", **_WINDOW)
    threshold: float = number(0.5, u.one, above=0.0, below=1.0, text="Share of the expected delta-v.", dispersible=True)
    persistence: float = _persistence("After so many windows with less in a row it calls.")
    reaction: str = choice("cut off", _OF_ACCELEROMETERS)


@dataclass(frozen=True, kw_only=True)
class AccelerometerVote(Monitor):
    """Two out of three: the accelerometer in use is odd where the two others agree, and it does not agree with them.

    The craft needs a second and a third accelerometer.

    Parameters
    ----------
    window : Quantity
        Over which readings are averaged; as of :class:`ThrustMonitor`.
    tolerance : Quantity
        Averages that are no further apart agree.
    persistence : float
        After so many windows in a row in which it is odd the monitor calls; default 1.
    reaction : str
        ``"switch"`` (default): to the first of the two that agree. The others are as of :class:`ThrustMonitor`.

    Raises
    ------
    InputError
        If a number is out of its bounds, or there is no such reaction.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> vote = ls.AccelerometerVote(window=2 * u.s, tolerance=0.1 * u.m / u.s**2)
    >>> ls.FlightComputer(vote=vote).vote.reaction
    'switch'
    """

    window: u.Quantity = number(REQUIRED, u.s, text="Over which readings are averaged.", **_WINDOW)
    tolerance: u.Quantity = number(
        REQUIRED, _MPS2, above=0.0, high=STRONG_MPS2, text="Averages no further apart agree.", dispersible=True
    )
    persistence: float = _persistence("After so many odd windows in a row it calls.")
    reaction: str = choice("switch", _OF_ACCELEROMETERS)


@dataclass(frozen=True, kw_only=True)
class AccelerationMonitor(Monitor):
    """A check that the reading of the accelerometer in use is possible: within limits, and not changed too fast.

    Parameters
    ----------
    window : Quantity
        Over which readings are averaged; as of :class:`ThrustMonitor`.
    lowest, highest : Quantity, optional
        Possible averages; default: any.
    max_rate : Quantity, optional
        Greatest change of the average per time, from the last one that was possible; default: any.
    persistence : float
        After so many impossible averages in a row the monitor calls; default 1.
    reaction : str
        ``"hold"`` (default): what is commanded stands for what is sensed. The others are as of
        :class:`ThrustMonitor`.

    Raises
    ------
    InputError
        If a number is out of its bounds, there is no limit, the lowest is above the highest, or there is no such
        reaction.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> monitor = ls.AccelerationMonitor(window=2 * u.s, lowest=0.05 * u.m / u.s**2)
    >>> ls.FlightComputer(acceleration_monitor=monitor).acceleration_monitor.lowest
    <Quantity 0.05 m / s2>
    """

    window: u.Quantity = number(REQUIRED, u.s, text="Over which readings are averaged.", **_WINDOW)
    lowest: u.Quantity | None = number(
        None, _MPS2, low=-STRONG_MPS2, high=STRONG_MPS2, absent=-inf, text="Least possible average."
    )
    highest: u.Quantity | None = number(
        None, _MPS2, low=-STRONG_MPS2, high=STRONG_MPS2, absent=inf, text="Greatest possible average."
    )
    max_rate: u.Quantity | None = number(
        None, u.m / u.s**3, above=0.0, high=1e6, absent=inf, text="Greatest change of the average per time."
    )
    persistence: float = _persistence("After so many impossible averages in a row it calls.")
    reaction: str = choice("hold", _OF_ACCELEROMETERS)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_limits(self)


@dataclass(frozen=True, kw_only=True)
class RangeMonitor(Monitor):
    """A check that what the altimeter says is possible: within limits, and not changed too fast.

    It looks at each valid sample that a Kalman filter is to take.

    Parameters
    ----------
    lowest, highest : Quantity, optional
        Possible ranges; default: any.
    max_rate : Quantity, optional
        Greatest change of the range per time, from the last one that was possible; default: any.
    persistence : float
        After so many impossible samples in a row the monitor calls; default 1.
    reaction : str
        ``"hold"`` (default): the filter goes on without the altimeter for as long as its ranges are impossible.
        ``"cut off"`` and ``"restart"`` are as of :class:`ThrustMonitor`, at the next cycle of the computer.

    Raises
    ------
    InputError
        If a number is out of its bounds, there is no limit, the lowest is above the highest, or there is no such
        reaction.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> monitor = ls.RangeMonitor(lowest=0 * u.m, highest=20 * u.km)
    >>> ls.FlightComputer(range_monitor=monitor).range_monitor.highest
    <Quantity 20. km>
    """

    lowest: u.Quantity | None = number(None, u.m, low=0.0, high=FAR_M, absent=-inf, text="Least possible range.")
    highest: u.Quantity | None = number(None, u.m, low=0.0, high=FAR_M, absent=inf, text="Greatest possible range.")
    max_rate: u.Quantity | None = number(
        None, u.m / u.s, above=0.0, high=FAST_MPS, absent=inf, text="Greatest change of the range per time."
    )
    persistence: float = _persistence("After so many impossible samples in a row it calls.")
    reaction: str = choice("hold", _OF_RANGES)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_limits(self)


def _check_limits(monitor: AccelerationMonitor | RangeMonitor) -> None:
    """Refuse limits between which there is nothing, and a monitor without any, which would never call."""
    lowest, highest = monitor.lowest, monitor.highest
    if lowest is None and highest is None and monitor.max_rate is None:
        raise InputError(
            f"{type(monitor).__name__} has no limit, so that it would never call: give lowest, highest or max_rate"
        )
    if lowest is not None and highest is not None and lowest >= highest:
        raise InputError(f"lowest = {lowest}, highest = {highest}: expected the lowest below the highest")
