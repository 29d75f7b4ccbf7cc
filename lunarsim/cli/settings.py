"""Numbers of a scenario as options give them: ``plan.0.timer=95 s``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from astropy import units as u

from lunarsim.campaign import settable
from lunarsim.campaign.inputs.paths import Path
from lunarsim.declarations import Switch
from lunarsim.errors import InputError, ScenarioError, shown
from lunarsim.io.text import parse_quantity, parse_time
from lunarsim.mission import Scenario


def settings_of(scenario: Scenario, given: Sequence[str], option: str = "--set") -> dict[str, Any]:
    """Return what options set, by path; a path that there is not is told by what takes it.

    Raises
    ------
    ScenarioError
        If an option is no path with a value, sets a number that another has set, or a value cannot be read.
    """
    known = settable(scenario)
    values: dict[str, Any] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise ScenarioError(f"{option} {shown(text)}: expected PATH=VALUE, as in plan.0.timer='95 s'")
        if name in values:
            raise ScenarioError(f"{option} {shown(text)}: {name} is set twice: expected it once")
        values[name] = value_of(known.get(name), name, value, option)
    return values


def value_of(path: Path | None, name: str, text: str, option: str) -> Any:
    """Return the value of a text, of the kind that a path needs.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    try:
        if path is not None and isinstance(path.declaration, Switch):
            return _on_or_off(text)
        if path is not None and path.unit == u.one:
            return float(text)
        if path is not None and path.offset and path.unit == u.s and text[:4].isdigit() and text[4:5] == "-":
            return parse_time(text)
        return parse_quantity(text, path.unit if path is not None else u.s)
    except InputError as error:
        raise ScenarioError(f"{option} {name}: {error}") from error
    except ValueError:
        raise ScenarioError(f"{option} {name} = {shown(text)}: expected a number, such as 0.5") from None


def _on_or_off(text: str) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if text.lower() not in words:
        raise InputError(f"{shown(text)}: expected true or false")
    return words[text.lower()]
