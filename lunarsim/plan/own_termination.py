"""A termination of a user's own: a class with declared numbers and a value, which ends a phase at zero."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar, cast, dataclass_transform

import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numpy.typing import NDArray

from lunarsim.declarations import declared
from lunarsim.kernels.guidance import exits
from lunarsim.kernels.guidance.exits import MOST_NUMBERS
from lunarsim.kernels.guidance.situation import Situation
from lunarsim.own import Interpreted, address_in, as_told, check_title, component, function_of, register
from lunarsim.records import numbers_in, numbers_record

_TAKES = ("estimate", "own")
_GIVES = "one number, zero or more where the phase ends"


class Condition(Protocol):
    """What ends a guided phase beside a :class:`lunarsim.Termination`; see :func:`termination`."""

    @property
    def value(self) -> Any:
        """The function of an estimate and the numbers."""
        ...


class LoweredCondition(NamedTuple):
    """A condition as the kernels take it."""

    kernel: Callable[..., Any]  #: see lunarsim.kernels.guidance.exits
    numbers: NDArray[np.float64]  #: shape (6,), SI


#: The classes of terminations of a user's own, by title.
CONDITIONS: dict[str, type[Condition]] = {}

Kind = TypeVar("Kind", bound=type)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def termination(title: str) -> Callable[[Kind], Kind]:
    """Make a class one of the terminations of guided phases: in both drivers, in campaigns and in scenario files.

    Parameters
    ----------
    title : str
        What scenario files call the termination, and what the timeline calls the reason.

    Returns
    -------
    callable
        A decorator for a class. It becomes a frozen dataclass whose numbers, declared by :func:`lunarsim.number` and
        :func:`lunarsim.switch`, up to 6, are checked when it is made. Its function ``value(estimate, own)`` gives one
        number: the phase ends at the first guidance cycle at which it is zero or more.

    Raises
    ------
    InputError
        If the class has no such function, or too many numbers, or the title is another termination's.

    Notes
    -----
    ``estimate`` is what guidance laws get, a :class:`~lunarsim.kernels.guidance.situation.Situation` in SI units: what
    the flight computer believes, downrange and crossrange along the Moon and height above the site, whatever axes the
    law of the phase has; ``own`` holds the declared numbers by name and SI unit (``own.height_m``). Where several are
    met at a cycle, the first in the phase's list counts.

    A plain Python function works in both drivers; one that ``numba.njit`` compiles is as fast as the package's own.
    Not a number is not met. An error that it raises ends the flight with an :class:`~lunarsim.IntegrationError` that
    names the termination.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.termination("close and slow")
    ... class CloseAndSlow:
    ...     reach: u.Quantity = ls.number(100.0, u.m, low=0.0, high=1e5, text="From the site.")
    ...     speed: u.Quantity = ls.number(3.0, u.m / u.s, low=0.0, high=1e3, text="Over the ground.")
    ...
    ...     def value(estimate, own):
    ...         (x, y, _), (vx, vy, vz) = estimate.position, estimate.velocity
    ...         away, fast = (x**2 + y**2) ** 0.5 - own.reach_m, (vx**2 + vy**2 + vz**2) ** 0.5 - own.speed_mps
    ...         return -max(away / own.reach_m, fast / own.speed_mps)
    >>> print(CloseAndSlow(speed=2 * u.m / u.s))
    close and slow (reach 100 m, speed 2 m / s)
    """
    check_title(title, "close and slow")

    def made(kind: Kind) -> Kind:
        value = function_of(kind, "termination", title, "value", (_TAKES,), "one number")
        whole = component(kind, "termination", title)
        whole.value = staticmethod(value)
        whole.record = numbers_record(whole, MOST_NUMBERS, f"termination '{title}'")
        whole.lower, whole.own_function = _lower, ("termination", "value")
        whole.__str__ = _in_words
        register(whole, CONDITIONS)
        return cast(Kind, whole)

    return made


def address(one: Any) -> int:
    """Return where a condition's machine code lies in this process.

    Raises
    ------
    InputError
        If it cannot be compiled; the text names the termination.
    """
    return address_in(f"termination '{one.title}'", "value", _GIVES, one.lower().kernel, exits.TAKES, exits.GIVES)


def _lower(one: Any) -> LoweredCondition:
    kind: Any = type(one)
    return LoweredCondition(_kernel_of(kind), numbers_in(one, MOST_NUMBERS))


def _in_words(one: Any) -> str:
    numbers = [f"{name} {getattr(one, name):g}" for name in declared(one) if getattr(one, name) is not None]
    return f"{one.title} ({', '.join(numbers)})" if numbers else str(one.title)


@cache
def _kernel_of(kind: Any) -> Callable[..., Any]:
    """Return the value of a class as a kernel."""
    return _compiled(kind.value, kind.record) if isinstance(kind.value, CPUDispatcher) else _interpreted(kind)


def _compiled(value: Any, record: np.dtype[Any]) -> Callable[..., Any]:
    @numba.njit
    def condition(estimate: Situation, numbers: NDArray[np.float64]) -> float:
        return float(value(estimate, numbers.view(record)[0]))

    return condition


def _interpreted(kind: Any) -> Callable[..., Any]:
    """Return machine code that calls back into Python, so that no driver has to know that it is plain Python."""
    value = Interpreted(f"termination '{kind.title}'", "value", kind.value, 1, _GIVES)

    def given_by(estimate: Situation, numbers: NDArray[np.float64]) -> float:
        return value(f"{estimate.time_s:.3f} s after its phase began", estimate, as_told(numbers, kind.record))[0]

    @numba.njit
    def called_back(estimate: Situation, numbers: NDArray[np.float64]) -> float:
        with numba.objmode(given="float64"):
            given = given_by(estimate, numbers)
        return given  # noqa: RET504  (numba wants the return outside)

    return called_back
