"""Faults that contradict each other: of which it would matter in what order they are thought to have come about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import combinations
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.craft import Spacecraft, TimeTaggedCommand, sent
from lunarsim.errors import InputError, LunarsimError
from lunarsim.faults.faults import Fault, commands_with_faults, plan_with_faults, with_faults
from lunarsim.plan import Phase

_SAME = 1e-9  # relative: two factors multiplied in either order differ by roundings alone
_SAME_S = 1e-6


def check_contradictions(
    faults: Sequence[Fault], craft: Spacecraft, plan: tuple[Phase, ...], commands: Sequence[TimeTaggedCommand] = ()
) -> None:
    """Refuse two faults that are there at once and set one number to different values.

    Two that add to a number, or multiply it, give the same in either order, and compose.

    Raises
    ------
    InputError
        If there are two such; the text names them, the number, and when.
    """
    for one, other in combinations(faults, 2):
        if _are_there_at_once(one, other):
            set_by_both = _set_by_both(one, other, craft, plan, commands)
            if set_by_both:
                raise InputError(
                    f"faults '{one.title}' and '{other.title}' contradict each other: both set "
                    f"{' and '.join(set_by_both)}, to different values, and both {_since(one, other)}: let one "
                    "end before the other begins, or leave one out"
                )


def _are_there_at_once(one: Fault, other: Fault) -> bool:
    if one.begins is None or other.begins is None:  # nobody knows before the flight, but where one is over for sure
        return True
    first, second = (one, other) if one.begins <= other.begins else (other, one)
    return first.passes is None or bool(first.passes > second.begins)


def _since(one: Fault, other: Fault) -> str:
    """Return in words when two faults are there at once."""
    if one.begins is None or other.begins is None:
        waiting = one if one.begins is None else other
        return f"may be there at once, as '{waiting.title}' waits ({waiting.onset})"
    return f"are there from {max(one.begins, other.begins):g} on"


def _set_by_both(
    one: Fault, other: Fault, craft: Spacecraft, plan: tuple[Phase, ...], commands: Sequence[TimeTaggedCommand]
) -> list[str]:
    """Return the numbers for which the order of two faults matters."""
    try:
        craft_a, craft_b = (with_faults(craft, pair) for pair in ((one, other), (other, one)))
        plan_a, plan_b = (plan_with_faults(plan, pair) for pair in ((one, other), (other, one)))
        received_a, received_b = (
            commands_with_faults(sent(commands), pair, 0.0) for pair in ((one, other), (other, one))
        )
    except LunarsimError:  # told where the faults are applied as they are flown
        return []
    of_commands = [] if received_a == received_b else ["commands"]
    return [*differing(craft_a, craft_b, "craft"), *differing(plan_a, plan_b, "plan"), *of_commands]


def differing(a: Any, b: Any, name: str) -> Iterator[str]:
    """Yield the paths at which two components differ by more than roundings."""
    if a is b:
        return
    if type(a) is type(b) and is_dataclass(a):
        for each in fields(a):
            yield from differing(getattr(a, each.name), getattr(b, each.name), f"{name}.{each.name}")
    elif isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        for k, (left, right) in enumerate(zip(a, b, strict=True)):
            yield from differing(left, right, f"{name}.{k}")
    elif isinstance(a, Mapping) and isinstance(b, Mapping) and a.keys() == b.keys():
        for key, left in a.items():
            yield from differing(left, b[key], f"{name}.{key}")
    elif not _same(a, b):
        yield name


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Time) and isinstance(b, Time):
        return bool(np.all(np.abs((a - b).to_value(u.s)) < _SAME_S))
    if isinstance(a, u.Quantity) and isinstance(b, u.Quantity):
        return bool(a.unit.is_equivalent(b.unit) and np.allclose(a.value, b.to_value(a.unit), rtol=_SAME, atol=_SAME))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, rtol=_SAME, atol=_SAME))
    return bool(np.all(a == b))
