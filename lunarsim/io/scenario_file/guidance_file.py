"""Guidance laws of scenario files: a table with the law's title and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from astropy import units as u

from lunarsim.declarations import declared
from lunarsim.errors import InputError, ScenarioError, shown
from lunarsim.io.scenario_file.complaints import meant
from lunarsim.io.text import parse_quantity
from lunarsim.plan import laws

LAWS: dict[str, type[Any]] = laws.LAWS


def law_of(table: Mapping[str, Any], origin: str) -> laws.GuidanceLaw:
    """Return the guidance law of a table of a scenario file.

    Parameters
    ----------
    table : mapping
        ``law`` is the title; the other keys are the parameters of its class, as text with a unit, numbers or words.
    origin : str
        File and key, for errors.

    Raises
    ------
    ScenarioError
        If there is no such law or parameter, or a value is not what it should be.
    """
    title = table.get("law")
    if not isinstance(title, str) or title not in LAWS:
        given = f" = {shown(title)}" if "law" in table else ": this key is missing"
        raise ScenarioError(f"{origin}.law{given}: {meant(title if isinstance(title, str) else '', LAWS)}")
    known = {field.name: field for field in fields(LAWS[title])}
    missing = [name for name, field in known.items() if field.default is MISSING and name not in table]
    if missing:
        raise ScenarioError("\n".join(f"{origin}.{name}: this key is missing: {title} needs it" for name in missing))
    options = {}
    for name, value in table.items():
        if name == "law":
            continue
        if name not in known:
            raise ScenarioError(f"{origin}.{name}: {title} has no such parameter: {meant(name, known)}")
        try:
            options[name] = _value_of(name, LAWS[title], value)
        except InputError as error:
            raise ScenarioError(f"{origin}.{name}: {error}") from None
    try:
        law: laws.GuidanceLaw = LAWS[title](**options)
    except InputError as error:
        raise ScenarioError(f"{origin}: {error}") from None
    return law


def _value_of(name: str, law: type[Any], value: Any) -> Any:
    number = declared(law).get(name)
    return value if number is None or number.unit == u.one else parse_quantity(value, number.unit)
