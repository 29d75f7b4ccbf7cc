"""What a fault is: a pure edit of the craft, or of the plan as it was loaded. What follows is left to the physics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import reduce
from typing import ClassVar, NamedTuple, Self, TypeAlias, TypeVar, cast, dataclass_transform

import numpy as np
from astropy import units as u

from lunarsim import checks, declarations
from lunarsim.craft import ReceivedCommand, Spacecraft, TimeTaggedCommand
from lunarsim.declarations import LONG_S, Number, declared, number
from lunarsim.errors import InputError, LunarsimError
from lunarsim.faults.onset import AtRandom, Waiting, meaning_of
from lunarsim.own import check_title, component, register
from lunarsim.plan import Phase

Received: TypeAlias = tuple[ReceivedCommand, ...]

#: What a fault may not change in flight: it is part of what is integrated, or of what all runs share.
_FROM_THE_START = ("dry_mass", "propellant_mass", "radiation_area", "radiation_coefficient")

#: The faults that scenario files know, by their titles.
FAULTS: dict[str, type[Fault]] = {}

Kind = TypeVar("Kind", bound=type)


_TIME = Number(unit=u.s, low=0.0, high=LONG_S)
_SEEDS = 2**63


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A defect of the craft, of the plan that was loaded, or of the commands on their way to the computer.

    Faults of one's own are made by :func:`lunarsim.fault`.

    Parameters
    ----------
    cause : str
        How it came about, for reports.
    onset : Quantity or str
        When it begins, after the start of the flight; default 0, from the start on. Or a text: ``"ignition"`` and
        ``"cut-off"`` are of the first burn, ``"ignition of burn 1"`` of the second, or of one by its name;
        ``"phase braking begins"``; ``"at 5 km"`` where the height above the ground first falls through 5 km,
        ``"at 5 km rising"`` where it rises; ``"at random from 0 s to 84 s with seed 1"`` draws it, each time between
        the two being equally probable, and ``"at random with mean 40 s from 0 s to 84 s with seed 1"`` by an
        exponential distribution that is cut there. Heights are looked at every second of the flight: one that is passed
        and passed back within a second may be missed.
    end : Quantity, optional
        When it passes, after the start of the flight; default: it stays.
    duration : Quantity, optional
        How long it lasts, in place of an end.

    Raises
    ------
    InputError
        If a number is out of its bounds, the onset means nothing, there are an end and a duration, or the end does not
        come after the onset.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> fault = ls.AccelerometerOff(onset=30 * u.s)
    >>> isinstance(fault, ls.Fault), fault.title
    (True, 'accelerometer off')
    """

    title: ClassVar[str]  #: what people and scenario files call it
    edits: ClassVar[tuple[str, ...]] = ()  #: the paths of the numbers that it sets; N stands for the place of the burn
    stage: ClassVar[int] = 0  #: of those that change commands, which comes first on their way, whatever the list says
    most_copies: ClassVar[int] = 1  #: of those that change commands: of how many one may become

    cause: str = ""
    onset: u.Quantity | str = number(
        0.0, u.s, low=0.0, high=LONG_S, text="When it begins, after the start of the flight, or the event.", event=True
    )
    end: u.Quantity | None = number(
        None, u.s, above=0.0, high=LONG_S, text="When it passes, after the start of the flight; else it stays."
    )
    duration: u.Quantity | None = number(
        None, u.s, above=0.0, high=LONG_S, text="How long it lasts, in place of an end."
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.end is not None and self.duration is not None:
            raise InputError(
                f"fault '{self.title}' has end = {self.end} and duration = {self.duration}: expected one of them"
            )
        begins = self.begins
        if self.end is not None and begins is not None and self.end <= begins:
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

    def apply_to_commands(self, received: Received, seed: float) -> Received:  # noqa: ARG002
        """Return the commands as the computer receives them with this defect; the argument is unchanged.

        Parameters
        ----------
        received : tuple of ReceivedCommand
            As they are without this defect, each copy by itself, as they are due.
        seed : float
            Of the computer: what is random follows from it.
        """
        return received

    @property
    def edits_commands(self) -> bool:
        """Whether it changes commands on their way to the computer."""
        return type(self).apply_to_commands is not Fault.apply_to_commands

    @property
    def waits_for(self) -> Waiting | None:
        """The event or the height for which it waits; None: its time is known before the flight."""
        means = meaning_of(self.onset) if isinstance(self.onset, str) else self.onset
        return None if isinstance(means, u.Quantity | AtRandom) else means

    @property
    def begins(self) -> u.Quantity | None:
        """When it begins, after the start of the flight; None where it waits for something."""
        means = meaning_of(self.onset) if isinstance(self.onset, str) else self.onset
        if isinstance(means, AtRandom):
            return means.drawn_s * u.s
        return means if isinstance(means, u.Quantity) else None

    @property
    def passes(self) -> u.Quantity | None:
        """When it is over, after the start of the flight; None: never, or it is not known before the flight."""
        begins = self.begins
        return self.end if self.duration is None or begins is None else begins + self.duration

    @property
    def is_lasting(self) -> bool:
        """Whether it is there from the start to the end of a flight."""
        begins = self.begins
        return begins is not None and begins <= 0.0 * u.s and self.end is None and self.duration is None

    @property
    def when(self) -> str:
        """When it begins, or passes, in words: ``onset = 60 s``."""
        if self.waits_for is not None or self.begins > 0.0 * u.s:
            return f"onset = {self.onset}"
        return f"end = {self.end}" if self.duration is None else f"duration = {self.duration}"

    def is_there(self, elapsed: u.Quantity) -> bool:
        """Return whether it is there at a time after the start of the flight; one that waits for an event is not.

        Raises
        ------
        InputError
            If the argument is no time.
        """
        elapsed = checks.quantity("elapsed", elapsed, u.s)
        begins, passes = self.begins, self.passes
        return begins is not None and bool(begins <= elapsed and (passes is None or elapsed < passes))

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
        declared by :func:`lunarsim.number`, are checked when it is made, with the ``cause``, ``onset``, ``end`` and
        ``duration`` of all faults. Its ``apply(self, craft)`` returns the craft with the defect, which is there from
        the onset to the end. Its ``apply_to_plan(self, plan)``, in place of that or beside it, returns the plan as it
        was loaded, and its ``apply_to_commands(self, received, seed)`` the commands as the computer receives them.

    Raises
    ------
    InputError
        If the class has none of the functions, has a field that is not declared, or the title is another fault's.

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
        if not issubclass(kind, Fault) or _functions(kind) == _functions(Fault):
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


def _functions(kind: type[Fault]) -> tuple[Callable[..., object], ...]:
    return kind.apply, kind.apply_to_plan, kind.apply_to_commands


def may_begin_in_flight(one: Fault, craft: Spacecraft | None) -> bool:
    """Return whether a fault could begin at a time of a flight, as an edit of a craft."""
    if craft is None or type(one).apply is Fault.apply or type(one).apply_to_plan is not Fault.apply_to_plan:
        return False
    if one.end is not None:
        return False
    try:
        _with_fault(craft, replace(one, onset=1.0 * u.s))
    except LunarsimError:
        return False
    return True


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
    if not one.is_lasting:
        for name in _FROM_THE_START:
            if getattr(changed, name) != getattr(craft, name):
                raise InputError(
                    f"fault '{one.title}' has {one.when} and changes {name}: expected a change of anything else, or a "
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
    if not one.is_lasting:
        raise InputError(
            f"fault '{one.title}' has {one.when}, and changes the plan, which is loaded before the flight: expected "
            "neither an onset nor an end"
        )
    return changed


def commands_with_faults(received: Received, faults: Iterable[Fault], seed: float) -> Received:
    """Return commands as the computer receives them with some faults, in the order of their stages.

    Raises
    ------
    InputError
        If a fault raises an error, as where there is no command of its name, or gives no such commands; the text names
        it.
    """
    for one in sorted((each for each in faults if each.edits_commands), key=lambda each: each.stage):
        with _naming(one, "apply_to_commands"):
            changed = one.apply_to_commands(received, seed)
        numbers = [each.number for each in changed] if _are_received(changed) else []
        if len(set(numbers)) < max(len(changed), len(received)) or len(changed) > one.most_copies * len(received):
            raise InputError(
                f"fault '{one.title}': its apply_to_commands gave {changed!r}: expected a tuple of ReceivedCommand, "
                f"each of a number of its own, those that are lost among them, and no more than most_copies = "
                f"{one.most_copies} times as many as there were"
            )
        received = changed
    return received


def _are_received(changed: object) -> bool:
    return isinstance(changed, tuple) and all(isinstance(each, ReceivedCommand) for each in changed)


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
