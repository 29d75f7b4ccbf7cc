"""Which burn or phase of a plan it is for which a fault waits."""

from __future__ import annotations

from collections.abc import Sequence

from lunarsim.errors import InputError, nearest
from lunarsim.faults import AtEvent, Fault
from lunarsim.plan import Burn, Phase


def place_of_event(fault: Fault, plan: Sequence[Phase]) -> int | None:
    """Return the place in a plan of the burn or phase for which a fault waits; None where it waits for none.

    Raises
    ------
    InputError
        If the plan has no such burn or phase; the text names what there is.
    """
    event = fault.waits_for
    if not isinstance(event, AtEvent):
        return None
    given = f"fault '{fault.title}' has onset = '{fault.onset}'"
    burns = [(k, phase.name) for k, phase in enumerate(plan) if isinstance(phase, Burn)]
    named = [(k, phase.name) for k, phase in enumerate(plan)]
    if event.event == "phase":
        return _named(str(event.which), named, f"{given}, and the plan has no phase of that name")
    if not burns:
        phases = " or ".join(f"'phase {name} begins'" for _, name in named[:3])
        raise InputError(f"{given}, and the plan has no burn: expected {phases}, a height or a time")
    if isinstance(event.which, str):
        return _named(event.which, burns, f"{given}, and the plan has no burn of that name")
    if event.which >= len(burns):
        many = "one burn" if len(burns) == 1 else f"{len(burns)} burns"
        raise InputError(f"{given}, and the plan has {many}: expected up to {len(burns) - 1}, counted from 0")
    return burns[event.which][0]


def _named(name: str, known: Sequence[tuple[int, str]], lacks: str) -> int:
    for k, each in known:
        if each == name:
            return k
    raise InputError(f"{lacks}: {nearest(name, [each for _, each in known])}")
