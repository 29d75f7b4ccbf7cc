"""What a descent is planned from: a craft that can land, and phases that lead there."""

from __future__ import annotations

from typing import Any

from lunarsim.craft import Spacecraft, check_lander
from lunarsim.errors import InputError
from lunarsim.plan import Guided


def check_craft(craft: Spacecraft) -> None:
    """Refuse a craft without propellant, or too weak to carry its own weight when its tanks are empty."""
    if not isinstance(craft, Spacecraft):
        raise InputError(f"craft = {craft!r}: expected a Spacecraft")
    check_lander(craft)


def check_landing(phases: tuple[Guided, ...]) -> None:
    """Refuse phases whose first has no time to go that could be solved for."""
    if not phases or not all(isinstance(phase, Guided) for phase in phases):
        raise InputError(f"landing = {phases!r}: expected Guided phases, from braking to touchdown")
    law: Any = phases[0].law
    if not (hasattr(law, "time_to_go") and hasattr(law, "target_downrange_rate")):
        raise InputError(
            f"landing[0] has the law '{law.title}': expected one that leads to a target in a time to go, such as "
            "EGuidance(time_to_go=...)"
        )
    if getattr(law, "target_downrange_jerk", None) is not None:
        raise InputError(
            "landing[0] has a target_downrange_jerk, which settles the time to go: expected none, so that the "
            "time to go can be solved for"
        )
