"""Paths of a scenario: which value a text such as ``"craft.engine.thrust"`` names."""

from __future__ import annotations

from typing import Any

from astropy import units as u
from astropy.time import Time

from lunarsim.errors import InputError
from lunarsim.flight import Scenario

_LENGTHS = ("state.radial", "state.transverse", "state.normal", "moon.terrain.elevation")
_RATES = ("state.radial_rate", "state.transverse_rate", "state.normal_rate")
_APSIDES = ("orbit.perilune", "orbit.apolune")


def nominal(scenario: Scenario, path: str) -> u.Quantity:
    """Return the value that a path has in a scenario; zero for offsets from it.

    Parameters
    ----------
    scenario : Scenario
        Where to look.
    path : str
        Such as ``"craft.engine.thrust"``, ``"plan.0.timer"``, ``"orbit.inclination"``; offsets are
        ``"plan.0.ignition"`` and all of a time, ``"state.*"`` and ``"moon.terrain.elevation"``.

    Raises
    ------
    InputError
        If the scenario has no such value, or it is not one number.
    """
    if path in _LENGTHS:
        return 0.0 * u.m
    if path in _RATES:
        return 0.0 * u.m / u.s
    table, _, name = path.partition(".")
    if table == "orbit":
        of = scenario.state if path in _APSIDES else scenario.state.elements()
        return _quantity(path, getattr(of, name, None))
    if table not in ("craft", "plan"):
        raise InputError(f"path = {path!r}: the scenario has no such value")
    value: Any = scenario
    for part in path.split("."):
        value = _part(value, part)
    return _quantity(path, value)


def _part(value: Any, name: str) -> Any:
    if isinstance(value, tuple):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
    return getattr(value, name, None)


def _quantity(path: str, value: Any) -> u.Quantity:
    if isinstance(value, Time):
        return 0.0 * u.s
    if isinstance(value, (bool, str)) or not isinstance(value, (u.Quantity, float, int)):
        raise InputError(f"path = {path!r}: the scenario has no number there")
    return u.Quantity(value)
