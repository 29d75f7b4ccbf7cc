"""Faults: pure edits of the craft, from a time on. What follows from an edit is left to the physics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import ClassVar, NamedTuple, TypeVar, cast, dataclass_transform

from astropy import units as u

from lunarsim import declarations
from lunarsim.craft import Spacecraft, TimeTaggedCommand
from lunarsim.declarations import LONG_S, declared, number
from lunarsim.errors import InputError, LunarsimError
from lunarsim.own import check_title, component, register

#: What a fault may not change in flight: it is part of what is integrated, or of what all runs share.
_FROM_THE_START = ("dry_mass", "propellant_mass", "radiation_area", "radiation_coefficient")

#: The faults that scenario files know, by their titles.
FAULTS: dict[str, type[Fault]] = {}

Kind = TypeVar("Kind", bound=type)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A defect of the craft. Faults of one's own are made by :func:`lunarsim.fault`.

    Parameters
    ----------
    cause : str
        How it came about, for reports.
    onset : Quantity
        When it begins, after the start of the flight; default 0, from the start on.
    """

    title: ClassVar[str]  #: what people and scenario files call it

    cause: str = ""
    onset: u.Quantity = number(0.0, u.s, low=0.0, high=LONG_S, text="When it begins, after the start of the flight.")

    def __post_init__(self) -> None:
        declarations.check(self)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with this defect; the argument is unchanged."""
        raise NotImplementedError


class CraftChange(NamedTuple):
    """What a fault that begins in flight, or a command that is carried out then, makes of the craft."""

    onset: u.Quantity
    cause: Fault | TimeTaggedCommand
    craft: Spacecraft  #: from then on


@dataclass_transform(kw_only_default=True, frozen_default=True)
def fault(title: str) -> Callable[[Kind], Kind]:
    """Make a class one of the faults: in scenarios, in both drivers, in campaigns and in scenario files.

    Parameters
    ----------
    title : str
        What scenario files and reports call the fault.

    Returns
    -------
    callable
        A decorator for a class derived from :class:`lunarsim.Fault`. It becomes a frozen dataclass whose numbers,
        declared by :func:`lunarsim.number`, are checked when it is made, with the ``cause`` and the ``onset`` of all
        faults. Its ``apply(self, craft)`` returns the craft with the defect, which begins at the onset.

    Raises
    ------
    InputError
        If the class has no ``apply``, has a field that is not declared, or the title is another fault's.

    Notes
    -----
    The flight computer knows the craft's ``engine.thrust``, its specific impulse and its mass; it does not know
    ``engine.thrust_error``. A loss of thrust that the computer should not know of is therefore an edit of the latter.
    A fault with an onset may change all of the craft but its masses and what sunlight presses on.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.fault("loss of thrust")
    ... class LossOfThrust(ls.Fault):
    ...     lost: float = ls.number(0.4, u.one, low=0.0, high=1.0, text="Share of the thrust.")
    ...
    ...     def apply(self, craft):
    ...         return replace(craft, engine=replace(craft.engine, thrust_error=-self.lost))
    >>> LossOfThrust(onset=60 * u.s).onset
    <Quantity 60. s>
    """
    check_title(title, "loss of thrust")

    def made(kind: Kind) -> Kind:
        if not issubclass(kind, Fault) or kind.apply is Fault.apply:
            raise InputError(
                f"fault '{title}': expected a class derived from lunarsim.Fault with a function apply(self, craft), "
                "which returns the craft with the defect"
            )
        whole = component(kind, "fault", title, plain=("cause",))
        for name, each in declared(whole).items():
            if each.dispersible:
                raise InputError(
                    f"fault '{title}': its number '{name}' is declared dispersible: a campaign disperses whether the "
                    "fault is there, not its numbers"
                )
        register(whole, FAULTS)
        return cast(Kind, whole)

    return made


def with_faults(craft: Spacecraft, faults: Iterable[Fault]) -> Spacecraft:
    """Return a craft with some faults, each applied to what those before it have left.

    Raises
    ------
    InputError
        If a fault raises an error, or gives no craft; the text names it.
    """
    return reduce(_with_fault, faults, craft)


def _with_fault(craft: Spacecraft, one: Fault) -> Spacecraft:
    try:
        changed = one.apply(craft)
    except LunarsimError as error:
        raise type(error)(f"fault '{one.title}': {error}") from error
    except Exception as error:
        raise InputError(f"fault '{one.title}' ended with {type(error).__name__}: {error}: mend its apply") from error
    if not isinstance(changed, Spacecraft):
        raise InputError(f"fault '{one.title}': its apply gave {changed!r}: expected a Spacecraft")
    if one.onset > 0.0 * u.s:
        for name in _FROM_THE_START:
            if getattr(changed, name) != getattr(craft, name):
                raise InputError(
                    f"fault '{one.title}' has onset = {one.onset} and changes {name}: expected a change of "
                    "anything else, or an onset of 0"
                )
    return changed


@fault("accelerometer off")
class AccelerometerOff(Fault):
    """The accelerometer is not switched on; it reports zero.

    Parameters
    ----------
    cause : str
        How that came about, for reports.
    onset : Quantity
        When it begins, after the start of the flight; default 0, it never was on.
    """

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with its accelerometer unpowered."""
        return replace(craft, accelerometer=replace(craft.accelerometer, powered=False))


@fault("data arrays filled at random")
class ArraysFilledAtRandom(Fault):
    """The computer packs commands into data arrays in an order by chance, whatever their priorities.

    Parameters
    ----------
    cause : str
        How that came about, for reports.
    onset : Quantity
        When it begins; a computer packs once, before the flight, so 0 alone has an effect.
    """

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose computer packs at random."""
        if craft.computer is None:
            raise InputError("the craft has no computer: expected Spacecraft(computer=FlightComputer(...))")
        if self.onset > 0.0 * u.s:
            raise InputError(f"onset = {self.onset}: expected 0, because the computer packs before the flight")
        return replace(craft, computer=replace(craft.computer, packing="at random"))
