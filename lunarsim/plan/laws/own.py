"""A guidance law of the user's own: a class with declared numbers and a command, made one of the package's laws."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast, dataclass_transform

import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numpy.typing import NDArray

from lunarsim import declarations
from lunarsim.declarations import declared
from lunarsim.errors import InputError, IntegrationError, LunarsimError
from lunarsim.kernels.guidance import memory
from lunarsim.kernels.guidance.situation import Situation, Three
from lunarsim.plan.laws.law import FRAME, TARGETS, LoweredLaw, lowered, registered
from lunarsim.records import field_name

_TAKES = ("estimate", "target", "own", "memory")
_MOST = memory.OWN
_OWN_MEMORY = memory.OWN_MEMORY

Law = TypeVar("Law", bound=type)


class Target(NamedTuple):
    """Where a law leads, as far as its class declares it; downrange, crossrange, up from the site. Zero else."""

    position: Three  #: m
    velocity: Three  #: m/s, over the turning Moon
    acceleration: Three  #: m/s2
    time_to_go: float  #: s, counted down from what the class declares


@dataclass_transform(kw_only_default=True, frozen_default=True)
def guidance_law(title: str) -> Callable[[Law], Law]:
    """Make a class one of the guidance laws: in phases, in both drivers, in campaigns and in scenario files.

    Parameters
    ----------
    title : str
        What scenario files and figures call the law.

    Returns
    -------
    callable
        A decorator for a class. It becomes a frozen dataclass whose numbers, declared by :func:`lunarsim.number`, are
        checked when it is made. Its function ``command(estimate, target, own)``, or ``command(estimate, target, own,
        memory)``, gives the acceleration by thrust that is wanted (m/s2) as three numbers: downrange, crossrange, up.

    Raises
    ------
    InputError
        If the class has no such command, declares too many numbers, or the title is another law's.

    Notes
    -----
    ``estimate`` is what the flight computer believes at the start of a guidance cycle, a
    :class:`~lunarsim.kernels.guidance.situation.Situation` in SI units; ``target`` holds the numbers that the class
    declares under the names ``target_downrange``, ``target_altitude_rate`` and so on; ``own`` all others in SI units,
    which end their names (``own.height_m``); ``memory`` is an array of 13 numbers, zero when a phase begins, for what
    the law has to remember. A law that declares ``time_to_go`` has it counted down in ``target.time_to_go``, and its
    phase may end on it. Its class may set ``frame`` to ``"site"`` (Cartesian axes of the site) instead of ``"level"``
    (arcs along the Moon, and height).

    A plain Python function works in both drivers, at some ten microseconds a cycle; one that ``numba.njit`` compiles
    is as fast as the package's own. A command that gives numbers that are not finite switches the engine off for the
    cycle, which is counted and told, as with any law. One that raises an error ends the flight with an
    :class:`~lunarsim.IntegrationError` that names the law.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.guidance_law("hover")
    ... class Hover:
    ...     height: u.Quantity = ls.number(100.0, u.m, low=0.0, high=1e4, text="Above the site.")
    ...
    ...     def command(estimate, target, own):
    ...         up = 0.1 * (own.height_m - estimate.position[2]) - 0.5 * estimate.velocity[2]
    ...         return -0.5 * estimate.velocity[0], -0.5 * estimate.velocity[1], up - estimate.free[2]
    >>> Hover(height=50.0 * u.m).title
    'hover'
    """
    if not isinstance(title, str) or not title.strip():
        raise InputError(f"title = {title!r}: expected words for scenario files and figures, such as 'hover'")

    def made(law: Law) -> Law:
        command = _command_of(law, title)
        if "__post_init__" not in vars(law):
            law.__post_init__ = _check  # type: ignore[attr-defined]
        whole: Any = dataclass(frozen=True, kw_only=True)(law)
        whole.title = title
        whole.frame = getattr(law, "frame", "level")
        FRAME.checked("frame", whole.frame)
        whole.knows_time_to_go = "time_to_go" in declared(whole)
        whole.command = staticmethod(command)
        whole.lower = _lower
        names = _own_names(whole)
        if len(names) > _MOST:
            raise InputError(f"guidance law '{title}' declares {len(names)} numbers of its own: expected up to {_MOST}")
        for field in fields(whole):
            if field.name not in declared(whole):
                raise InputError(
                    f"guidance law '{title}': its field '{field.name}' is declared neither by lunarsim.number(...) nor "
                    "by lunarsim.switch(...): expected one of them, so that it has a unit and bounds"
                )
        whole.record = memory.parameters_of(*(field_name(name, declared(whole)[name].unit) for name in names))
        registered(whole)
        return cast(Law, whole)

    return made


def _command_of(law: type, title: str) -> Callable[..., Any]:
    """Return the command of a class, plain or compiled."""
    command: Any = vars(law).get("command")
    command = command.__func__ if isinstance(command, staticmethod) else command
    function = getattr(command, "py_func", command)
    takes = tuple(inspect.signature(function).parameters) if callable(function) else ()
    if len(takes) not in (3, 4):
        given = f"takes ({', '.join(takes)})" if callable(function) else "is missing"
        raise InputError(
            f"guidance law '{title}': its command {given}: expected command({', '.join(_TAKES[:3])}) or "
            f"command({', '.join(_TAKES)}), which gives three numbers"
        )
    return cast(Callable[..., Any], command)


def _check(law: Any) -> None:
    declarations.check(law)


def _own_names(law: Any) -> tuple[str, ...]:
    return tuple(name for name in declared(law) if name not in TARGETS and name != "time_to_go")


def _lower(law: Any) -> LoweredLaw:
    kind: Any = type(law)
    return lowered(law, _kernel_of(kind))


@cache
def _kernel_of(law: Any) -> Callable[..., Any]:
    """Return the command of a class as a kernel of the signature that all laws have."""
    command = law.command
    remembers = len(inspect.signature(getattr(command, "py_func", command)).parameters) == len(_TAKES)
    if isinstance(command, CPUDispatcher):
        return _compiled(command, law.record, remembers)
    return _interpreted(_Interpreted(law.title, command, law.record, remembers))


def _compiled(command: Any, kind: np.dtype[Any], remembers: bool) -> Callable[..., Any]:
    begun, shared = numba.njit(_begun), memory.SHARED

    if remembers:

        @numba.njit
        def law(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
            own = p.view(kind)[0]
            along, across, up = command(s, begun(own, s.time_s, m.view(shared)[0]), own, m[_OWN_MEMORY:])
            return float(along), float(across), float(up)

    else:

        @numba.njit
        def law(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
            own = p.view(kind)[0]
            along, across, up = command(s, begun(own, s.time_s, m.view(shared)[0]), own)
            return float(along), float(across), float(up)

    return law


def _begun(p: Any, time_s: float, m: Any) -> Target:
    """Return where a law leads, and let its memory know the time to go."""
    m.to_go_s = p.time_to_go_s - time_s
    r, v, a = p.position_m, p.velocity_mps, p.acceleration_mps2
    return Target((r[0], r[1], r[2]), (v[0], v[1], v[2]), (a[0], a[1], a[2]), p.time_to_go_s - time_s)


def _interpreted(command: _Interpreted) -> Callable[..., Any]:
    """Return machine code that calls back into Python, so that no driver has to know that a law is plain Python."""

    @numba.njit
    def law(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
        with numba.objmode(along="float64", across="float64", up="float64"):
            along, across, up = command(s, p, m)
        return along, across, up

    return law


class _Interpreted:
    """A command in plain Python, called with what compiled laws are called with."""

    def __init__(self, title: str, command: Callable[..., Any], kind: np.dtype[Any], remembers: bool) -> None:
        self._title, self._command, self._kind, self._remembers = title, command, kind, remembers

    def __call__(self, s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
        own = p.view(self._kind)[0]
        target = _begun(own, s.time_s, m.view(memory.SHARED)[0])
        remembered = (m[_OWN_MEMORY:],) if self._remembers else ()
        try:
            wanted = self._command(s, target, own, *remembered)
        except LunarsimError:
            raise
        except Exception as error:
            raise IntegrationError(
                f"guidance law '{self._title}' ended with {type(error).__name__}: {error}, {s.time_s:.3f} s after its "
                "phase began: mend its command, or let it give NaN where it has none"
            ) from error
        try:
            along, across, up = (float(each) for each in wanted)
        except (TypeError, ValueError):
            raise IntegrationError(
                f"guidance law '{self._title}' gave {wanted!r}, {s.time_s:.3f} s after its phase began: expected three "
                "numbers, the acceleration by thrust downrange, crossrange and up (m/s2)"
            ) from None
        return along, across, up
