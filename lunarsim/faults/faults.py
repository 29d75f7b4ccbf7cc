"""What a fault is: a pure edit of the craft, or of the plan as it was loaded. What follows is left to the physics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import reduce
from typing import ClassVar, NamedTuple, Self, TypeVar, cast, dataclass_transform

import numpy as np
from astropy import units as u

from lunarsim import checks, declarations
from lunarsim.craft import Spacecraft, TimeTaggedCommand
from lunarsim.declarations import LONG_S, Number, declared, number
from lunarsim.errors import InputError, LunarsimError
from lunarsim.own import check_title, component, register
from lunarsim.plan import Phase

#: What a fault may not change in flight: it is part of what is integrated, or of what all runs share.
_FROM_THE_START = ("dry_mass", "propellant_mass", "radiation_area", "radiation_coefficient")

#: The faults that scenario files know, by their titles.
FAULTS: dict[str, type[Fault]] = {}

Kind = TypeVar("Kind", bound=type)


_TIME = Number(unit=u.s, low=0.0, high=LONG_S)
_SEEDS = 2**63


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A defect of the craft, or of the plan that was loaded. Faults of one's own are made by :func:`lunarsim.fault`.

    Parameters
    ----------
    cause : str
        How it came about, for reports.
    onset : Quantity
        When it begins, after the start of the flight; default 0, from the start on.
    end : Quantity, optional
        When it passes, after the start of the flight; default: it stays.

    Raises
    ------
    InputError
        If a number is out of its bounds, or the end does not come after the onset.
    """

    title: ClassVar[str]  #: what people and scenario files call it
    edits: ClassVar[tuple[str, ...]] = ()  #: the paths of the numbers that it sets; N stands for the place of the burn

    cause: str = ""
    onset: u.Quantity = number(0.0, u.s, low=0.0, high=LONG_S, text="When it begins, after the start of the flight.")
    end: u.Quantity | None = number(
        None, u.s, above=0.0, high=LONG_S, text="When it passes, after the start of the flight; else it stays."
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.end is not None and self.end <= self.onset:
            raise InputError(
                f"fault '{self.title}' has end = {self.end}, and begins at onset = {self.onset}: expected an end after "
                "the onset"
            )

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with this defect; the argument is unchanged."""
        return craft

    def apply_to_plan(self, plan: tuple[Phase, ...]) -> tuple[Phase, ...]:
        """Return the plan as this defect has it; the argument is unchanged."""
        return plan

    def is_there(self, elapsed: u.Quantity) -> bool:
        """Return whether it is there at a time after the start of the flight.

        Raises
        ------
        InputError
            If the argument is no time.
        """
        elapsed = checks.quantity("elapsed", elapsed, u.s)
        return bool(self.onset <= elapsed and (self.end is None or elapsed < self.end))

    def with_random_onset(self, earliest: u.Quantity, latest: u.Quantity, *, seed: int) -> Self:
        """Return the same fault with an onset drawn at random, each time between two being equally probable.

        Parameters
        ----------
        earliest, latest : Quantity
            After the start of the flight.
        seed : int
            The same seed gives the same onset.

        Raises
        ------
        InputError
            If the times are not in order, or the seed is no whole number from 0 to 2^63.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> ls.AccelerometerOff().with_random_onset(0 * u.s, 84 * u.s, seed=1).onset.round(2)
        <Quantity 42.99 s>
        """
        first, last = _TIME.checked("earliest", earliest), _TIME.checked("latest", latest)
        if last < first:
            raise InputError(f"latest = {latest}: expected a time not before earliest = {earliest}")
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < _SEEDS:
            raise InputError(f"seed = {seed!r}: expected a whole number from 0 to 2^63")
        return replace(self, onset=np.random.default_rng(seed).uniform(first.value, last.value) * u.s)


class CraftChange(NamedTuple):
    """What a fault that begins or passes in flight, or a command that is carried out, makes of the craft."""

    at: u.Quantity
    cause: Fault | TimeTaggedCommand
    craft: Spacecraft  #: from then on
    passes: bool = False  #: whether the fault is over then

    @property
    def text(self) -> str:
        """What the timeline says."""
        return f"{self.cause.title}, over" if self.passes else self.cause.title


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
        declared by :func:`lunarsim.number`, are checked when it is made, with the ``cause``, ``onset`` and ``end`` of
        all faults. Its ``apply(self, craft)`` returns the craft with the defect, which is there from the onset to the
        end. Its ``apply_to_plan(self, plan)``, in place of that or beside it, returns the plan as it was loaded.

    Raises
    ------
    InputError
        If the class has neither function, has a field that is not declared, or the title is another fault's.

    Notes
    -----
    The flight computer knows the craft's ``engine.thrust``, its specific impulse and its mass; it does not know
    ``engine.thrust_error``. A loss of thrust that the computer should not know of is therefore an edit of the latter.
    A fault with an onset or an end may change all of the craft but its masses and what sunlight presses on. The plan is
    loaded before the flight: a fault that changes it has neither, and leaves it as many phases of the same kinds.

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
        if not issubclass(kind, Fault) or (kind.apply, kind.apply_to_plan) == (Fault.apply, Fault.apply_to_plan):
            raise InputError(
                f"fault '{title}': expected a class derived from lunarsim.Fault with a function apply(self, craft), "
                "which returns the craft with the defect"
            )
        inherited = {each.name for base in kind.__mro__[1:] if is_dataclass(base) for each in fields(base)}
        whole = component(kind, "fault", title, plain=inherited)
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
    with _naming(one, "apply"):
        changed = one.apply(craft)
    if not isinstance(changed, Spacecraft):
        raise InputError(f"fault '{one.title}': its apply gave {changed!r}: expected a Spacecraft")
    if one.onset > 0.0 * u.s or one.end is not None:
        for name in _FROM_THE_START:
            if getattr(changed, name) != getattr(craft, name):
                when = f"onset = {one.onset}" if one.end is None else f"end = {one.end}"
                raise InputError(
                    f"fault '{one.title}' has {when} and changes {name}: expected a change of anything else, or a "
                    "fault that is there from the start to the end"
                )
    return changed


def plan_with_faults(plan: tuple[Phase, ...], faults: Iterable[Fault]) -> tuple[Phase, ...]:
    """Return a plan with some faults, each applied to what those before it have left.

    Raises
    ------
    InputError
        If a fault raises an error, gives no such plan, or changes it in flight; the text names it.
    """
    return reduce(_plan_with_fault, faults, plan)


def _plan_with_fault(plan: tuple[Phase, ...], one: Fault) -> tuple[Phase, ...]:
    with _naming(one, "apply_to_plan"):
        changed = one.apply_to_plan(plan)
    if changed is plan:
        return plan
    if not isinstance(changed, tuple) or [_kind_of(each) for each in changed] != [_kind_of(each) for each in plan]:
        raise InputError(
            f"fault '{one.title}': its apply_to_plan gave {changed!r}: expected a tuple of as many phases of the same "
            "kinds, with the same laws"
        )
    if one.onset > 0.0 * u.s or one.end is not None:
        when = f"onset = {one.onset}" if one.end is None else f"end = {one.end}"
        raise InputError(
            f"fault '{one.title}' has {when}, and changes the plan, which is loaded before the flight: expected "
            "neither an onset nor an end"
        )
    return changed


def _kind_of(phase: Phase) -> tuple[type, type | None]:
    """Return what all runs of a campaign share of a phase: its kind, and that of its law."""
    law = getattr(phase, "law", None) or getattr(phase, "steering", None)
    return type(phase), None if law is None else type(law)


@contextmanager
def _naming(one: Fault, function: str) -> Iterator[None]:
    """Let an error of a fault's function name the fault."""
    try:
        yield
    except LunarsimError as error:
        raise type(error)(f"fault '{one.title}': {error}") from error
    except Exception as error:
        raise InputError(
            f"fault '{one.title}' ended with {type(error).__name__}: {error}: mend its {function}"
        ) from error
