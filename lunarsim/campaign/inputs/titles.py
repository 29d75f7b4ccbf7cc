"""Dispersed values as people name them: in figures, reports and the descriptions of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lunarsim.campaign.inputs.paths import OFFSETS
from lunarsim.mission import Scenario

_WHOLE = {
    "state.epoch": "epoch of the initial state",
    "moon.gravity.gm": "GM of the Moon",
    "moon.love_number": "Love number of the Moon",
    "moon.terrain.elevation": "elevation of the ground",
}
_SIGNED = {"crossrange": "crossrange, positive left", "crossrange rate": "crossrange rate, positive left"}
_MANY = 2  # names that are listed; of more, the number is told


def title(name: str, scenario: Scenario) -> str:
    """Return a path in words, such as ``thrust of the engine`` for ``craft.engine.thrust``."""
    return _WHOLE.get(name) or _of_part(name, scenario)


def joint_title(names: Sequence[str], scenario: Scenario) -> str:
    """Return what several paths that are drawn together are called, or the title of one."""
    if len(names) <= _MANY:
        return " and ".join(title(name, scenario) for name in names)
    if set(names) <= {f"state.{offset}" for offset in OFFSETS}:
        return f"initial state, {len(names)} values drawn together"
    return f"{title(names[0], scenario)} and {len(names) - 1} more drawn together"


def _of_part(name: str, scenario: Scenario) -> str:
    first, *rest = name.split(".")
    words = rest[-1].replace("_", " ")
    match first:
        case "craft":
            return _of_craft(words, rest[:-1])
        case "plan":
            return _of_phase(words, scenario.plan[int(rest[0])].name, rest)
        case "moon":
            force: Any = scenario.moon.forces[int(rest[1])]
            return f"{words} of force {rest[1]}, {force.title}"
        case "state":
            kind = "velocity" if rest[-1].endswith("_rate") else "position"
            return f"initial {kind}, {words.removesuffix(' rate')}"
        case "orbit" | "earth_orbit":
            return f"{words} of the initial orbit{' about the Earth' if first == 'earth_orbit' else ''}"
        case _:
            return f"fault: {rest[0]}" if len(rest) == 1 else f"{words} of the fault '{rest[0]}'"


def _of_phase(words: str, phase: str, rest: Sequence[str]) -> str:
    if "terminations" in rest:
        return f"{words} of termination {int(rest[2]) + 1} of {phase}"
    return f"divert of {phase}: {_SIGNED.get(words, words)}" if "divert" in rest else f"{words} of {phase}"


def _of_craft(words: str, component: Sequence[str]) -> str:
    if component[:1] == ["other_engines"]:
        return f"{words} of the engine '{component[1]}'"
    if component == ["navigation"]:
        noise = words.removesuffix(" noise")
        return f"navigation {'noise' if noise != words else 'error'}: {_SIGNED.get(words, noise)}"
    return f"{words} of the {component[0] if component else 'craft'}"
