"""Forces beside those of the Moon: a class with declared numbers and an acceleration, in both drivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar, cast, dataclass_transform

import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numpy.typing import NDArray

from lunarsim.declarations import Choice
from lunarsim.errors import InputError, IntegrationError
from lunarsim.kernels.forces import own
from lunarsim.kernels.forces.own import MOST_FORCES, MOST_NUMBERS, OwnForces, Place, Three
from lunarsim.own import Interpreted, address_in, as_told, check_title, component, function_of, register
from lunarsim.records import numbers_in, numbers_record

#: Of the places that a force sees, and of what it gives.
FRAME = Choice(
    words={"icrf": own.ICRF, "pa": own.PA},
    text="icrf: axes that do not turn; pa: the principal axes of the Moon, which turn with it",
)

_TAKES = ("place", "own")
_GIVES = "three numbers, the acceleration (m/s2) along the axes of the force"


class Force(Protocol):
    """What accelerates the craft beside the Moon, the bodies in its sky and the engine; see :func:`force`."""

    @property
    def acceleration(self) -> Any:
        """The function of a place and the numbers."""
        ...


class LoweredForce(NamedTuple):
    """A force as the kernels take it."""

    kernel: Callable[..., Any]  #: see lunarsim.kernels.forces.own
    frame: int
    numbers: NDArray[np.float64]  #: shape (12,), SI


#: The classes of forces, by title.
FORCES: dict[str, type[Force]] = {}

Kind = TypeVar("Kind", bound=type)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def force(title: str) -> Callable[[Kind], Kind]:
    """Make a class one of the forces of a Moon: in both drivers, in campaigns and in scenario files.

    Parameters
    ----------
    title : str
        What scenario files and messages call the force.

    Returns
    -------
    callable
        A decorator for a class. It becomes a frozen dataclass whose numbers, declared by :func:`lunarsim.number` and
        :func:`lunarsim.switch`, up to 12, are checked when it is made. Its function ``acceleration(place, own)`` gives
        three numbers, an acceleration in m/s2.

    Raises
    ------
    InputError
        If the class has no such function, a frame that there is not, or too many numbers, or the title is another
        force's.

    Notes
    -----
    ``place`` is a :class:`~lunarsim.kernels.forces.own.Place` in SI units: ``time_s`` since the start of the flight,
    ``position`` and ``velocity`` from the Moon's centre, and ``mass_kg``; ``own`` holds the declared numbers by name
    and SI unit (``own.depth_m``), a switch as 1.0 or 0.0. The class may set ``frame``: ``"icrf"``, which is the
    default, or ``"pa"`` for the Moon's principal axes, where the velocity is that over the turning Moon. The
    acceleration is what the force gives, along these axes: nothing is to be added for their turning.

    The function has to be smooth in time and place: the drivers step as far as their tolerances allow. The flight
    computer does not know of it. A plain Python function works in both drivers, at some five microseconds a call; one
    that ``numba.njit`` compiles is as fast as the package's own. One that raises an error, or gives numbers that are
    not finite, ends the flight with an :class:`~lunarsim.IntegrationError` that names the force; in a campaign the run
    has failed, and its reason names the force.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.force("drag of a tenuous atmosphere")
    ... class Drag:
    ...     rate: u.Quantity = ls.number(1e-9, u.s**-1, low=0.0, high=1.0, text="At which speed decays.")
    ...     frame = "pa"
    ...
    ...     def acceleration(place, own):
    ...         vx, vy, vz = place.velocity
    ...         return -own.rate_per_s * vx, -own.rate_per_s * vy, -own.rate_per_s * vz
    >>> ls.Moon(forces=(Drag(),)).forces[0].title
    'drag of a tenuous atmosphere'
    """
    check_title(title, "mascon")

    def made(kind: Kind) -> Kind:
        acceleration = function_of(kind, "force", title, "acceleration", (_TAKES,), "three numbers (m/s2)")
        whole = component(kind, "force", title)
        whole.frame = getattr(kind, "frame", "icrf")
        FRAME.checked(f"frame of force '{title}'", whole.frame)
        whole.acceleration = staticmethod(acceleration)
        whole.record = numbers_record(whole, MOST_NUMBERS, f"force '{title}'")
        whole.lower, whole.own_function = _lower, ("force", "acceleration")
        register(whole, FORCES)
        return cast(Kind, whole)

    return made


def check_forces(forces: object) -> tuple[Force, ...]:
    """Return forces as a tuple.

    Raises
    ------
    InputError
        If they are no list of forces, or too many.
    """
    if isinstance(forces, str) or not isinstance(forces, Sequence):
        raise InputError(f"forces = {forces!r}: expected a tuple of forces, such as (Mascon(...),)")
    for i, each in enumerate(forces):
        if type(each) not in FORCES.values():
            raise InputError(f"forces[{i}] = {each!r}: expected an object of a class that lunarsim.force has made")
    if len(forces) > MOST_FORCES:
        raise InputError(f"forces has {len(forces)}: expected up to {MOST_FORCES}; one can be the sum of several")
    return tuple(forces)


def numbers_of(forces: Sequence[Force]) -> NDArray[np.float64]:
    """Return the numbers of forces as the kernels take them, shape (4, 12)."""
    numbers = np.zeros((MOST_FORCES, MOST_NUMBERS))
    for row, each in zip(numbers, map(_lowered, forces), strict=False):
        row[:] = each.numbers
    return numbers


def lower_forces(forces: Sequence[Force]) -> OwnForces:
    """Return forces as the kernels of this process take them.

    Raises
    ------
    InputError
        If one cannot be compiled; the text names it.
    """
    none = [0] * (MOST_FORCES - len(forces))
    a, b, c, d = [*map(_address, forces), *none]
    frames = [*(_lowered(each).frame for each in forces), *none]
    return OwnForces((a, b, c, d), (frames[0], frames[1], frames[2], frames[3]), numbers_of(forces), 0.0)


def why_lost(one: Any, place: Place) -> IntegrationError | None:
    """Return the error that says what a force gave at a place, in its axes, where that is no acceleration."""
    numbers = _lowered(one).numbers
    function = Interpreted(f"force '{one.title}'", "acceleration", one.acceleration, 3, _GIVES)
    when = f"{place.time_s:.3f} s after the start of the flight"
    try:
        given = function(when, place, numbers.view(one.record)[0])
    except IntegrationError as error:
        return error
    if np.all(np.isfinite(given)):
        return None
    return IntegrationError(
        f"force '{one.title}' gave {given}, {when}, at {place.position} m and {place.velocity} m/s: expected finite "
        "numbers wherever the flight comes"
    )


def _lowered(one: Any) -> LoweredForce:
    return cast(LoweredForce, one.lower())


def _address(one: Any) -> int:
    return address_in(f"force '{one.title}'", "acceleration", _GIVES, _lowered(one).kernel, own.TAKES, own.THREE)


def _lower(one: Any) -> LoweredForce:
    kind: Any = type(one)
    return LoweredForce(_kernel_of(kind), FRAME.words[kind.frame], numbers_in(one, MOST_NUMBERS))


@cache
def _kernel_of(kind: Any) -> Callable[..., Any]:
    """Return the acceleration of a class as a kernel; an error in it is no number, and is told by who asks why."""
    acceleration, record = kind.acceleration, kind.record
    return _compiled(acceleration, record) if isinstance(acceleration, CPUDispatcher) else _interpreted(kind)


def _compiled(acceleration: Any, record: np.dtype[Any]) -> Callable[..., Any]:
    nothing = (np.nan, np.nan, np.nan)

    @numba.njit
    def force(place: Place, numbers: NDArray[np.float64]) -> Three:
        try:
            x, y, z = acceleration(place, numbers.view(record)[0])
        except Exception:
            return nothing
        return float(x), float(y), float(z)

    return force


def _interpreted(kind: Any) -> Callable[..., Any]:
    """Return machine code that calls back into Python, so that no driver has to know that a force is plain Python."""
    function = Interpreted(f"force '{kind.title}'", "acceleration", kind.acceleration, 3, _GIVES)

    def given_by(place: Place, numbers: NDArray[np.float64]) -> tuple[float, ...]:
        try:
            return function("on the way", place, as_told(numbers, kind.record))
        except IntegrationError:
            return np.nan, np.nan, np.nan

    @numba.njit
    def called_back(place: Place, numbers: NDArray[np.float64]) -> Three:
        with numba.objmode(x="float64", y="float64", z="float64"):
            x, y, z = given_by(place, numbers)
        return x, y, z

    return called_back
