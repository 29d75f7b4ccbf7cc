"""A steering law of the user's own: a class with declared numbers and a direction, made one of the package's laws."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, sqrt
from typing import Any, NamedTuple, TypeVar, dataclass_transform

import numpy as np

from lunarsim.asked import Floats, Way, made, numbers_of
from lunarsim.kernels.forces import steering
from lunarsim.plan.steering import STEERING, LoweredSteering

Law = TypeVar("Law", bound=type)
Three = tuple[float, float, float]


class SteeringState(NamedTuple):
    """What a steering law is told: when, where and how the craft truly moves. ICRF axes, centred in the Moon."""

    time_s: float  #: since the burn's ignition
    position: Three  #: m
    velocity: Three  #: m/s
    mass_kg: float


@dataclass_transform(kw_only_default=True, frozen_default=True)
def steering_law(title: str) -> Callable[[Law], Law]:
    """Make a class one of the steering laws: in burns, in both drivers, in campaigns and in scenario files.

    Parameters
    ----------
    title : str
        What scenario files and errors call the law.

    Returns
    -------
    callable
        A decorator for a class. It becomes a frozen dataclass whose numbers, declared by :func:`lunarsim.number`, are
        checked when it is made. Its function ``direction(state, own)`` gives three numbers, a vector of any length but
        zero in ICRF axes: where the thrust points.

    Raises
    ------
    InputError
        If the class has no such function, declares more than 16 numbers, one that is not declared or may be None, or
        the title is another law's.

    Notes
    -----
    ``state`` is a :class:`~lunarsim.plan.own_steering.SteeringState` in SI units: ``time_s`` since the burn's ignition,
    ``position``, ``velocity``, ``mass_kg``. ``own`` holds the declared numbers in SI units, which end their names
    (``own.rate_rad_s``). Pointing errors of the burn are added to the direction.

    The integrators ask the law several times a step, also for states near the flight that are not part of it. So it has
    to be a function of its arguments alone, and smooth; across a jump the steps become very short.

    A plain Python function works in both drivers; one that ``numba.njit`` compiles is as fast as the package's own. A
    direction that is not finite, or has no length, ends the flight with an :class:`~lunarsim.IntegrationError`, and is
    a failed run of a campaign. A function that raises an error ends either with an ``IntegrationError`` that names it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.steering_law("towards the zenith")
    ... class TowardsZenith:
    ...     forward: float = ls.number(0.0, u.one, low=-10.0, high=10.0, text="Part along the velocity (s).")
    ...
    ...     def direction(state, own):
    ...         return tuple(r + own.forward * v for r, v in zip(state.position, state.velocity))
    >>> TowardsZenith(forward=2.0).title
    'towards the zenith'
    """

    def decorated(law: Law) -> Law:
        whole = made(law, title, _WAY, STEERING)
        whole.lower = _lower
        kind: Law = whole
        return kind

    return decorated


def _lower(law: Any) -> LoweredSteering:
    return LoweredSteering(steering.OWN, np.zeros(3), numbers_of(law))


def _told(x: Floats) -> SteeringState:
    return SteeringState(x[0], (x[1], x[2], x[3]), (x[4], x[5], x[6]), x[7])


def _when(state: SteeringState) -> str:
    return f"{state.time_s:.3f} s after ignition"


def _unit(given: Floats) -> None:
    """Make a vector a unit vector, or NaN where it has no length that is finite and above zero."""
    x, y, z = float(given[0]), float(given[1]), float(given[2])
    size = sqrt(x * x + y * y + z * z)
    known = 0.0 < size < inf
    given[0] = x / size if known else nan
    given[1] = y / size if known else nan
    given[2] = z / size if known else nan


_WAY = Way(
    what="steering law",
    example="pitch program",
    name="direction",
    takes=("state", "own"),
    count=3,
    gives="three numbers, the direction of thrust in ICRF axes",
    told=_told,
    when=_when,
    mended=_unit,
)
