"""A guidance law of the user's own: a class with declared numbers and a command, made one of the package's laws."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast, dataclass_transform

import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numpy.typing import NDArray

from lunarsim.declarations import declared
from lunarsim.errors import InputError
from lunarsim.kernels.guidance import memory
from lunarsim.kernels.guidance.situation import Situation
from lunarsim.kernels.numerics.vectors import Three
from lunarsim.own import Interpreted, arguments_of, as_told, check_title, component, function_of
from lunarsim.plan.laws.law import FRAME, TARGETS, LoweredLaw, lowered, registered
from lunarsim.records import field_name

_TAKES = ("estimate", "target", "own", "memory")
_GIVES = "three numbers, the acceleration by thrust downrange, crossrange and up (m/s2)"
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
    check_title(title, "hover")

    def made(law: Law) -> Law:
        command = function_of(law, "guidance law", title, "command", (_TAKES[:3], _TAKES), "three numbers")
        whole = component(law, "guidance law", title)
        whole.frame = getattr(law, "frame", "level")
        FRAME.checked("frame", whole.frame)
        whole.knows_time_to_go = "time_to_go" in declared(whole)
        whole.command = staticmethod(command)
        whole.own_function = ("guidance law", "command")
        whole.lower = _lower
        names = _own_names(whole)
        if len(names) > _MOST:
            raise InputError(f"guidance law '{title}' declares {len(names)} numbers of its own: expected up to {_MOST}")
        whole.record = memory.parameters_of(*(field_name(name, declared(whole)[name].unit) for name in names))
        registered(whole)
        return cast(Law, whole)

    return made


def _own_names(law: Any) -> tuple[str, ...]:
    return tuple(name for name in declared(law) if name not in TARGETS and name != "time_to_go")


def _lower(law: Any) -> LoweredLaw:
    kind: Any = type(law)
    return lowered(law, _kernel_of(kind))


@cache
def _kernel_of(law: Any) -> Callable[..., Any]:
    """Return the command of a class as a kernel of the signature that all laws have."""
    command = law.command
    remembers = len(arguments_of(command) or ()) == len(_TAKES)
    if isinstance(command, CPUDispatcher):
        return _compiled(command, law.record, remembers)
    return _interpreted(law, remembers)


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


def _interpreted(law: Any, remembers: bool) -> Callable[..., Any]:
    """Return machine code that calls back into Python, so that no driver has to know that a law is plain Python."""
    command = Interpreted(f"guidance law '{law.title}'", "command", law.command, 3, _GIVES)

    def wanted_of(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> tuple[float, ...]:
        own = as_told(p, law.record)
        target = _begun(own, s.time_s, m.view(memory.SHARED)[0])
        remembered = (m[_OWN_MEMORY:],) if remembers else ()
        return command(f"{s.time_s:.3f} s after its phase began", s, target, own, *remembered)

    @numba.njit
    def called_back(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
        with numba.objmode(along="float64", across="float64", up="float64"):
            along, across, up = wanted_of(s, p, m)
        return along, across, up

    return called_back
