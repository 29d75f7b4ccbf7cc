"""Numbers, each declared once: unit, bounds, default, what it is, and whether a campaign may disperse it.

A component declares its numbers on its fields, by :func:`number`, and checks them when it is made, by :func:`check`.
A :class:`Number` alone declares an argument of a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from math import nan
from types import MappingProxyType
from typing import Any, ClassVar, Final, TypeAlias

import numpy as np
from astropy import units as u
from numpy.typing import ArrayLike, NDArray

from lunarsim import checks
from lunarsim.arguments import checked
from lunarsim.errors import InputError

#: In place of a default: the number has to be given.
REQUIRED: Final = MISSING

# Bounds that many numbers share: so wide that no lunar flight, flown or designed, comes near them.
FAR_M = 1e9  # two and a half times as far as the Earth
AROUND_M = 1.1e7  # along the ground: once around the Moon is 10,917 km
LOWEST_M, HIGHEST_M = -2e4, 2e4  # the ground lies between -9.2 and 10.8 km of 1737.4 km (LOLA, LROC)
FAST_MPS = 1e5  # 40 times the escape velocity; Newton's mechanics errs there by 1e-7
STRONG_MPS2 = 1e4  # a thousand times the Earth's gravity
LONG_S = 6.4e9  # 200 years; the Moon's orientation is known for 150
DESCENT_S = 1e7  # 115 days: of a guided phase, which looks where it is each cycle
HEAVY_KG = 1e9  # a thousand times the heaviest rocket
TURNS_DEG = 36000.0  # a hundred turns
QUICK_DEG_S = 1e6  # a bullet turns once in 0.4 ms
FREQUENT_HZ = 1e4  # ten times the fastest inertial units


@dataclass(frozen=True, kw_only=True)
class Number:
    """What is declared of a number.

    Attributes
    ----------
    unit : Unit
        Of the bounds; the number may be given in any unit that converts to it. With ``u.one`` it is a plain number.
    low, above : float
        The least value, or a bound that has to be exceeded: one of the two.
    high, below : float
        The greatest value, or a bound that must not be reached: one of the two.
    text : str
        What the number is.
    optional : bool
        Whether it may be None.
    dispersible : bool
        Whether a campaign may disperse it.
    absent : float
        What stands in the kernels' record for None.
    whole : bool
        Whether it is a whole number, and files write it so; what a campaign draws may lie between.
    event : bool
        Whether a text may say by what event it comes; the component reads it.
    """

    unit: u.UnitBase
    low: float | None = None
    above: float | None = None
    high: float | None = None
    below: float | None = None
    text: str = ""
    optional: bool = False
    dispersible: bool = False
    absent: float = nan
    whole: bool = False
    event: bool = False

    def __post_init__(self) -> None:
        if (self.low is None) == (self.above is None) or (self.high is None) == (self.below is None):
            raise InputError(
                f"{self.text or 'number'}: expected one lower bound, low or above, and one of high or below"
            )

    def holds(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values, in :attr:`unit`, lie within the bounds."""
        given = np.asarray(values, dtype=float)
        enough = given > self.above if self.low is None else given >= self.low
        held: NDArray[np.bool_] = enough & (given < self.below if self.high is None else given <= self.high)
        return held

    def checked(self, name: str, value: Any, *, shape: tuple[int, ...] | None = ()) -> Any:
        """Return a value in :attr:`unit`, a plain number as a float, or raise an error that names it.

        Raises
        ------
        InputError
            If the value is no finite number or quantity of this dimension and shape, or out of bounds.
        """
        if self.event and isinstance(value, str):
            return value
        plain = _dimensionless(self.unit) and shape == ()
        converted: Any = checks.number(name, value) if plain else checks.quantity(name, value, self.unit, shape=shape)
        if not np.all(self.holds(converted if plain else converted.value)):
            raise InputError(f"{name} = {value}: expected {self.bounds}")
        return converted

    @property
    def bounds(self) -> str:
        """The bounds in words: ``from 1 s to 100000 s``."""
        start = f"above {self._written(self.above)} and up" if self.low is None else f"from {self._written(self.low)}"
        return f"{start} to {f'below {self._written(self.below)}' if self.high is None else self._written(self.high)}"

    @property
    def greatest(self) -> float:
        """The greatest magnitude of the bounds."""
        return max(abs(bound) for bound in (self.low, self.above, self.high, self.below) if bound is not None)

    def to(self, unit: u.UnitBase) -> Number:
        """Return the same declaration with its bounds in another unit."""
        scale = float(self.unit.to(unit))
        bounds = {name: getattr(self, name) for name in ("low", "above", "high", "below")}
        scaled: dict[str, Any] = {name: bound if bound is None else bound * scale for name, bound in bounds.items()}
        return replace(self, unit=unit, **scaled)

    def _written(self, bound: float | None) -> str:
        return f"{bound:g} {self.unit}".strip()


@cache
def _dimensionless(unit: u.UnitBase) -> bool:
    """Return whether a unit is that of plain numbers; unlike units are compared by an exception and its text."""
    return bool(unit == u.one)


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What is declared of a switch, which is on or off.

    Attributes
    ----------
    text : str
        What it is when on.
    dispersible : bool
        Whether a campaign may disperse it: 1 is on, 0 off.
    """

    text: str = ""
    dispersible: bool = False
    optional: ClassVar[bool] = False
    unit: ClassVar[u.UnitBase] = u.one
    greatest: ClassVar[float] = 1.0
    bounds: ClassVar[str] = "True or False"

    def holds(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values are 0 or 1."""
        given = np.asarray(values, dtype=float)
        held: NDArray[np.bool_] = (given == 0.0) | (given == 1.0)
        return held

    def checked(self, name: str, value: Any) -> bool:
        """Return a truth value, or raise an error that names it."""
        if not isinstance(value, bool | np.bool_):
            raise InputError(f"{name} = {value!r}: expected {self.bounds}")
        return bool(value)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is declared of a word, which is one of several.

    Attributes
    ----------
    words : mapping of str to int
        All that there are, and what stands in the kernels' record for each.
    text : str
        What they mean.
    """

    words: Mapping[str, int]
    text: str = ""
    optional: ClassVar[bool] = False
    dispersible: ClassVar[bool] = False
    unit: ClassVar[u.UnitBase] = u.one

    @property
    def bounds(self) -> str:
        """The words: ``'level' or 'site'``."""
        *others, last = map(repr, self.words)
        return f"{', '.join(others)} or {last}"

    def checked(self, name: str, value: Any) -> str:
        """Return a word, or raise an error that names it."""
        if not isinstance(value, str) or value not in self.words:
            raise InputError(f"{name} = {value!r}: expected {self.bounds}; {self.text}")
        return value


Declaration: TypeAlias = Number | Switch


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What is declared of two numbers, the smaller first.

    Attributes
    ----------
    unit : Unit
        Of both.
    example : tuple of two floats
        Two that there might be, in ``unit``.
    text : str
        What they are.
    absent : tuple of two floats
        What stands in the kernels' record for None, in SI.
    """

    unit: u.UnitBase
    example: tuple[float, float]
    text: str
    absent: tuple[float, float] = (nan, nan)


@checked
def number(default: Any, unit: u.UnitBase, **declared: Any) -> Any:
    """Return the field of a dataclass that holds a number.

    Parameters
    ----------
    default : float or None
        In ``unit``; None where the number may be left out, :data:`REQUIRED` where it must be given.
    unit : Unit
        With ``u.one`` the number is a plain one, else a Quantity.
    **declared
        The bounds, the text, whether it is dispersible, and whether None is allowed where it is not the default: see
        :class:`Number`.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.termination("below a height")
    ... class Below:
    ...     height: u.Quantity = ls.number(100.0, u.m, low=0.0, high=1e5, text="Above the site.")
    ...     def value(estimate, own):
    ...         return own.height_m - estimate.position[2]
    >>> print(Below().height)
    100.0 m
    """
    if not isinstance(unit, u.UnitBase):
        raise InputError(f"unit = {unit!r}: expected a unit such as u.m, or u.s**-1")
    bare = default is REQUIRED or default is None or unit == u.one
    return field(
        default=default if bare else default * unit,
        metadata={_KEY: Number(unit=unit, **{"optional": default is None, **declared})},
    )


@checked
def switch(default: bool, text: str, *, dispersible: bool = False) -> Any:
    """Return the field of a dataclass that is on or off.

    Examples
    --------
    >>> import lunarsim as ls
    >>> @ls.fault("valve shut")
    ... class ValveShut(ls.Fault):
    ...     shut: bool = ls.switch(True, "Whether it is.")
    ...     def apply(self, craft):
    ...         return craft
    >>> print(ValveShut().shut)
    True
    """
    return field(default=default, metadata={_KEY: Switch(text=text, dispersible=dispersible)})


@checked
def choice(default: str, among: Choice) -> Any:
    """Return the field of a dataclass that holds one of several words."""
    return field(default=default, metadata={_KEY: among})


def pair(
    default: Any, unit: u.UnitBase, example: tuple[float, float] = (0.0, 1.0), text: str = "", **declared: Any
) -> Any:
    """Return the field of a dataclass that holds two numbers, which the component itself checks; see :class:`Pair`."""
    return field(default=default, metadata={_KEY: Pair(unit=unit, example=example, text=text, **declared)})


def everything(component: Any) -> Mapping[str, Declaration | Choice | Pair]:
    """Return all that a component, or its class, declares, by the names of its fields."""
    return _declared(component if isinstance(component, type) else type(component), Number | Switch | Choice | Pair)


def declared(component: Any) -> Mapping[str, Declaration]:
    """Return the numbers and switches that a component, or its class, declares, by the names of its fields."""
    return _declared(component if isinstance(component, type) else type(component), Declaration)


def pairs(component: Any) -> Mapping[str, Pair]:
    """Return the pairs of numbers of a component, or its class, by the names of its fields."""
    return _declared(component if isinstance(component, type) else type(component), Pair)


@cache
def _declared(component: type, kinds: Any) -> Mapping[str, Any]:
    found = {each.name: each.metadata.get(_KEY) for each in fields(component)}
    return MappingProxyType({name: each for name, each in found.items() if isinstance(each, kinds)})


def check(component: Any) -> None:
    """Check the numbers, switches and words that a component declares; its pairs it checks itself.

    Raises
    ------
    InputError
        If one is of the wrong kind, dimension or shape, not finite or out of its bounds, or no whole number where it
        has to be one and no campaign may draw it; the text names it.
    """
    for name, declaration in everything(component).items():
        value = getattr(component, name)
        if not isinstance(declaration, Pair) and not (value is None and declaration.optional):
            given = declaration.checked(name, value)
            whole = isinstance(declaration, Number) and declaration.whole and not declaration.dispersible
            if whole and given % 1.0:
                raise InputError(f"{name} = {value}: expected a whole number")


_KEY = "declared"
