"""What every guidance law is, and how one becomes numbers."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.declarations import AROUND_M, FAST_MPS, LOWEST_M, STRONG_MPS2
from lunarsim.errors import InputError
from lunarsim.kernels.guidance import memory, situation

FRAMES = {"level": situation.LEVEL, "site": situation.SITE}

_AXES = ("downrange", "crossrange", "altitude")
_TARGETS = tuple(
    (f"target_{axis}{suffix}", unit)
    for suffix, unit in (("", u.m), ("_rate", u.m / u.s), ("_acceleration", u.m / u.s**2))
    for axis in _AXES
)


#: Bounds of targets: along the ground once around the Moon, above the site, rates and accelerations.
ALONG = {"low": -AROUND_M, "high": AROUND_M}
ABOVE_SITE = {"low": 2.0 * LOWEST_M, "high": 1e8}  # the site may be a mountain; 1e8 m is beyond the Hill sphere
RATE = {"low": -FAST_MPS, "high": FAST_MPS}
ACCELERATION = {"low": -STRONG_MPS2, "high": STRONG_MPS2}


class LoweredLaw(NamedTuple):
    """A law as the kernels take it."""

    code: int
    frame: int  #: in which its coordinates are: along the Moon, or in the axes of the site
    parameters: NDArray[np.float64]  #: shape (16,), SI; see lunarsim.kernels.guidance.memory


class GuidanceLaw(Protocol):
    """What thrust is wanted, from what the flight computer believes at the start of a cycle."""

    title: ClassVar[str]  #: what scenario files and figures call it

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        ...


def checked_frame(frame: str) -> int:
    """Return a frame's code, or raise an error that says which there are."""
    if not isinstance(frame, str) or frame not in FRAMES:
        raise InputError(
            f"frame = {frame!r}: expected 'level' (arcs along the Moon, and height) or 'site' (its Cartesian axes)"
        )
    return FRAMES[frame]


def parameters_of(law: object) -> NDArray[np.float64]:
    """Return a law's parameters with the targets that it has in their places; all others are zero."""
    p = np.zeros(memory.PARAMETERS)
    for place, (name, unit) in enumerate(_TARGETS):
        if hasattr(law, name):
            p[place] = getattr(law, name).to_value(unit)
    if getattr(law, "time_to_go", None) is not None:
        p[memory.TIME_TO_GO] = law.time_to_go.to_value(u.s)  # type: ignore[attr-defined]
    return p
