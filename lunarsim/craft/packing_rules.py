"""Rules by which a flight computer packs commands into data arrays: those of the package, and those of its users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import InputError, nearest
from lunarsim.own import arguments_of, check_title

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Rule = TypeVar("Rule", bound=Callable[..., Any])

_TAKES = ("priorities", "times_s", "array_size", "draws")

#: The rules that scenario files know, by their titles.
PACKINGS: dict[str, Callable[..., Any]] = {}


def packing(title: str) -> Callable[[Rule], Rule]:
    """Make a function one of the rules by which flight computers pack commands into data arrays.

    Parameters
    ----------
    title : str
        What ``FlightComputer(packing=...)``, scenario files and errors call it.

    Returns
    -------
    callable
        A decorator for a function ``rule(priorities, times_s, array_size, draws)``, which gives the number of the
        array of each command: whole numbers from 0, shape (commands,), or (runs, commands) where it uses ``draws``.

    Raises
    ------
    InputError
        If the title is another rule's, or the function takes anything else.

    Notes
    -----
    ``priorities``, shape (commands,), are whole numbers, 1 the highest; ``times_s``, shape (commands,), seconds after
    the start of the flight, do not fall; ``draws``, shape (runs, commands), are uniform random numbers that follow from
    the computer's seed. A rule packs all runs of a campaign at once.

    Examples
    --------
    >>> import lunarsim as ls
    >>> @ls.packing("an array for each command")
    ... def alone(priorities, times_s, array_size, draws):
    ...     return range(len(priorities))
    >>> ls.FlightComputer(array_size=4, packing="an array for each command").packing
    'an array for each command'
    """
    check_title(title, "by age")

    def made(rule: Rule) -> Rule:
        if arguments_of(rule) is None or len(arguments_of(rule) or ()) != len(_TAKES):
            raise InputError(f"packing rule '{title}': expected a function of ({', '.join(_TAKES)})")
        other: Any = PACKINGS.get(title)
        named: Any = rule
        if other is not None and (other.__module__, other.__qualname__) != (named.__module__, named.__qualname__):
            raise InputError(
                f"title = {title!r}: {other.__module__}.{other.__qualname__} has this title: expected another one"
            )
        PACKINGS[title] = rule
        return rule

    return made


@packing("by priority")
def by_priority(priorities: Integers, times_s: Floats, array_size: int, draws: Floats) -> Integers:  # noqa: ARG001
    """Pack by priority, the highest first; no array holds two priorities."""
    arrays = np.empty(priorities.size, dtype=np.int64)
    first = 0
    for priority in np.unique(priorities):
        alike = np.flatnonzero(priorities == priority)
        arrays[alike] = first + np.arange(alike.size) // array_size
        first = int(arrays[alike[-1]]) + 1
    return arrays


@packing("by arrival")
def by_arrival(priorities: Integers, times_s: Floats, array_size: int, draws: Floats) -> Integers:  # noqa: ARG001
    """Pack in the order of the times, whatever the priorities."""
    return np.arange(priorities.size) // array_size


@packing("at random")
def at_random(priorities: Integers, times_s: Floats, array_size: int, draws: Floats) -> Integers:  # noqa: ARG001
    """Pack in an order by chance, all orders equally probable, whatever the priorities."""
    order = np.argsort(draws, axis=1, kind="stable")
    arrays = np.empty(draws.shape, dtype=np.int64)
    np.put_along_axis(arrays, order, np.broadcast_to(np.arange(priorities.size) // array_size, draws.shape), axis=1)
    return arrays


def check_packing(title: object) -> None:
    """Refuse what is no rule.

    Raises
    ------
    InputError
        The text gives the nearest titles.
    """
    if not isinstance(title, str) or title not in PACKINGS:
        raise InputError(f"packing = {title!r} is no rule: {nearest(str(title), PACKINGS)}")


def arrays_of(title: str, priorities: Integers, times_s: Floats, array_size: int, draws: Floats) -> Integers:
    """Return the number of the array of each command of each run, shape (runs, commands), by a rule.

    Raises
    ------
    InputError
        If a rule of a user's own raises an error, gives no such numbers, or fills an array with more than it holds.
    """
    check_packing(title)
    try:
        given = np.asarray(PACKINGS[title](priorities, times_s, array_size, draws))
    except Exception as error:
        raise InputError(f"packing rule '{title}' ended with {type(error).__name__}: {error}: mend it") from error
    if given.dtype.kind not in "iu" or given.shape not in (priorities.shape, draws.shape) or np.any(given < 0):
        raise InputError(
            f"packing rule '{title}' gave {given.dtype} of shape {given.shape}: expected whole numbers from 0, of "
            f"shape {priorities.shape} or {draws.shape}"
        )
    _, arrays = np.unique(np.broadcast_to(given, draws.shape), return_inverse=True)
    arrays = arrays.reshape(draws.shape)
    held = np.zeros((len(draws), int(arrays.max(initial=0)) + 1), dtype=np.int64)
    np.add.at(held, (np.arange(len(draws))[:, np.newaxis], arrays), 1)
    if held.max(initial=0) > array_size:
        raise InputError(
            f"packing rule '{title}' put {held.max()} commands into an array of array_size = {array_size}: expected no "
            "more than it holds"
        )
    return arrays
