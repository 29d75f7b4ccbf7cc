"""Parts of a user's own that kernels ask at one moment of a flight: steering laws and sensors, as machine code.

Each is a class with declared numbers and one function of what it is told and of its numbers; see ``docs/extending.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba
import numpy as np
from numba.core.registry import CPUDispatcher
from numpy.typing import NDArray

from lunarsim.declarations import declared
from lunarsim.errors import InputError
from lunarsim.kernels.records import record
from lunarsim.kernels.simd.asked import GIVES, NUMBERS, TAKES
from lunarsim.own import Interpreted, address_in, as_told, check_title, component, function_of, register
from lunarsim.records import field_name, in_si

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """How parts of one kind are asked."""

    what: str  #: they are: ``"steering law"``
    example: str  #: of a title
    name: str  #: of the function: ``"direction"``
    takes: tuple[str, str]  #: the names of its arguments
    count: int  #: how many numbers it gives: 3 or 1
    gives: str  #: what they are
    told: Callable[[Floats], Any]  #: makes its first argument of the floats that kernels tell it
    when: Callable[[Any], str]  #: says of its first argument when that was
    mended: Callable[[Floats], None]  #: makes of what it gave what kernels take, in place
    from_base: Collection[str] = ()  #: declared numbers that it is not told: kernels know them


def made(kind: type, title: str, way: Way, known: dict[str, Any]) -> Any:
    """Make a user's class a frozen dataclass that kernels can ask, known by its title.

    Raises
    ------
    InputError
        If the title is no title or another's, the function missing or of other arguments, or a number not declared,
        one that may be None, or one too many.
    """
    check_title(title, way.example)
    function = function_of(kind, way.what, title, way.name, (way.takes,), way.gives)
    whole = component(kind, way.what, title)
    setattr(whole, way.name, staticmethod(function))
    whole.way, whole.own_function = way, (way.what, way.name)
    numbers = {name: each for name, each in declared(whole).items() if name not in way.from_base}
    if len(numbers) > NUMBERS:
        raise InputError(f"{way.what} '{title}' declares {len(numbers)} numbers: expected up to {NUMBERS}")
    for name, each in numbers.items():
        if each.optional:
            raise InputError(
                f"{way.what} '{title}': its number '{name}' may be None, which no function is told: expected a default "
                "in its unit"
            )
    whole.places = {name: k for k, name in enumerate(numbers)}
    rest = [("rest", float, (NUMBERS - len(numbers),))] if len(numbers) < NUMBERS else []
    whole.record = record([*((field_name(name, each.unit), float) for name, each in numbers.items()), *rest])
    register(whole, known)
    return whole


def is_own(part: Any) -> bool:
    """Return whether a part is a user's own that kernels ask."""
    return isinstance(getattr(part, "way", None), Way)


def numbers_of(part: Any) -> Floats:
    """Return the numbers of a part in SI, shape (16,); zero where it declares none."""
    numbers = np.zeros(NUMBERS)
    if is_own(part):
        for name, place in part.places.items():
            numbers[place] = in_si(getattr(part, name), declared(part)[name])
    return numbers


def address(part: Any) -> int:
    """Return where the machine code of a part lies in this process; 0 if kernels need none.

    Raises
    ------
    InputError
        If it cannot be compiled, or gives another count of numbers; the text names the part.
    """
    if not is_own(part):
        return 0
    kind: Any = type(part)
    way: Way = kind.way
    return address_in(f"{way.what} '{part.title}'", way.name, way.gives, _kernel_of(kind), TAKES, GIVES)


@cache
def _kernel_of(kind: Any) -> Callable[..., Any]:
    function = getattr(kind, kind.way.name)
    return (_compiled if isinstance(function, CPUDispatcher) else _interpreted)(kind, function)


def _compiled(kind: Any, function: Any) -> Callable[..., Any]:
    way, names = kind.way, kind.record
    told, mended = numba.njit(way.told), numba.njit(way.mended)
    if way.count == 1:

        @numba.njit
        def asked(inputs: Floats, numbers: Floats, given: Floats) -> None:
            given[0] = float(function(told(inputs), numbers.view(names)[0]))
            mended(given)

    else:

        @numba.njit
        def asked(inputs: Floats, numbers: Floats, given: Floats) -> None:
            x, y, z = function(told(inputs), numbers.view(names)[0])
            given[0], given[1], given[2] = float(x), float(y), float(z)
            mended(given)

    return asked


def _interpreted(kind: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return machine code that calls back into Python, so that no driver has to know that a part is plain Python."""
    way, names = kind.way, kind.record
    answer = Interpreted(f"{way.what} '{kind.title}'", way.name, function, way.count, way.gives)

    def ask(inputs: Floats, numbers: Floats, given: Floats) -> None:
        told = way.told(inputs.tolist())
        given[:] = answer(way.when(told), told, as_told(numbers, names))
        way.mended(given)

    @numba.njit
    def called_back(inputs: Floats, numbers: Floats, given: Floats) -> None:
        with numba.objmode():
            ask(inputs, numbers, given)

    return called_back
