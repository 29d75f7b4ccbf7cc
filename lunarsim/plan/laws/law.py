"""What every guidance law is, and how one becomes numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from lunarsim.declarations import AROUND_M, FAST_MPS, LOWEST_M, STRONG_MPS2, Choice, everything
from lunarsim.kernels.guidance import memory, situation
from lunarsim.kernels.guidance.law import AS_IT_WAS, TAKES, THREE
from lunarsim.own import address_in, register
from lunarsim.records import field_name, in_si

#: Of the coordinates of a law.
FRAME = Choice(
    words={"level": situation.LEVEL, "site": situation.SITE},
    text="level: arcs along the Moon, and height; site: its Cartesian axes",
)

_AXES = ("downrange", "crossrange", "altitude")

#: The names under which a law declares where it leads: the vectors of its record, and which component each is.
TARGETS = {
    f"target_{axis}{suffix}": (vector, i)
    for vector, suffix in (("position_m", ""), ("velocity_mps", "_rate"), ("acceleration_mps2", "_acceleration"))
    for i, axis in enumerate(_AXES)
}
#: What kernels call by a shorter name than that of the field, without the suffix of its unit.
_SHORTER = {
    "crossrange_share": "cross_share",
    "horizontal_time_constant": "horizontal_time",
    "largest_drift_speed": "drift_speed",
    "lead_time": "lead",
    "position_time_constant": "position_time",
    "target_downrange_jerk": "downrange_jerk",
    "vertical_time_constant": "vertical_time",
}

#: Bounds of targets: along the ground once around the Moon, above the site, rates and accelerations.
ALONG = {"low": -AROUND_M, "high": AROUND_M}
ABOVE_SITE = {"low": 2.0 * LOWEST_M, "high": 1e8}  # the site may be a mountain; 1e8 m is beyond the Hill sphere
RATE = {"low": -FAST_MPS, "high": FAST_MPS}
ACCELERATION = {"low": -STRONG_MPS2, "high": STRONG_MPS2}


class LoweredLaw(NamedTuple):
    """A law as the kernels take it."""

    kernel: Callable[..., Any]  #: see lunarsim.kernels.guidance.law
    frame: int  #: in which its coordinates are: along the Moon, or in the axes of the site
    parameters: NDArray[np.float64]  #: shape (26,), SI; see lunarsim.kernels.guidance.memory
    idle: int = AS_IT_WAS  #: where the thrust axis points while the law wants no thrust


class GuidanceLaw(Protocol):
    """What thrust is wanted, from what the flight computer believes at the start of a cycle."""

    title: ClassVar[str]  #: what scenario files and figures call it
    knows_time_to_go: ClassVar[bool]  #: whether it says how long it is to its target

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        ...


#: The classes of all laws, by title: those of the package and those of its users.
LAWS: dict[str, type[GuidanceLaw]] = {}

Law = TypeVar("Law", bound=type)


def registered(law: Law) -> Law:
    """Make a class of guidance laws known by its title, to phases and to scenario files.

    Raises
    ------
    InputError
        If another class has this title.
    """
    register(law, LAWS)
    return law


def address(law: GuidanceLaw) -> int:
    """Return where a law's machine code lies in this process.

    Raises
    ------
    InputError
        If it cannot be compiled; the text names the law.
    """
    gives = "three numbers (the acceleration by thrust downrange, crossrange and up, m/s2)"
    return address_in(f"guidance law '{law.title}'", "command", gives, law.lower().kernel, TAKES, THREE)


@cache
def places_of(law: Any) -> dict[str, int]:
    """Return where the declared numbers of a class of laws stand in its parameters, as they are."""
    kind: np.dtype[Any] = getattr(law, "record", memory.TARGET)
    places = {}
    for name, declaration in everything(law).items():
        of_a_user = hasattr(law, "own_function")  # whose numbers kernels call as they are declared
        shorter = name if of_a_user else _SHORTER.get(name, name)
        vector, i = TARGETS.get(name, (field_name(shorter, declaration.unit), 0))
        if vector in (kind.names or ()):
            places[name] = kind.fields[vector][1] // np.dtype(float).itemsize + i  # type: ignore[index]
    return places


def lowered(law: Any, kernel: Callable[..., Any], **others: float) -> LoweredLaw:
    """Return a law as the kernels take it: what it declares, in SI, at its places, and ``others`` by their names."""
    kind: Any = type(law)
    declared, parameters = everything(kind), np.zeros(memory.PARAMETERS)
    for name, place in places_of(kind).items():
        parameters[place] = in_si(getattr(law, name), declared[name])
    for name, value in others.items():
        parameters.view(law.record)[name] = value
    return LoweredLaw(kernel, FRAME.words[getattr(law, "frame", "level")], parameters)
