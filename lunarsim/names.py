"""What a person is told who looks for a name that the package does not have."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NoReturn

from lunarsim.errors import UnknownNameError, nearest

#: Where what other libraries, or people, call otherwise is found here.
_ELSEWHERE = {
    "epoch": "times are astropy's: from astropy.time import Time",
    "fly": "simulate(scenario)",
    "force_model": "Moon(gravity=..., third_bodies=..., terrain=...)",
    "gravity": "GravityField.grail(degree) or GravityField.from_file(path)",
    "guidance": "the laws EGuidance, QuadraticGuidance, ZemZev and others, each in a Guided phase",
    "integrate": "propagate(state, duration) or simulate(scenario)",
    "lander": "Spacecraft(...), with gear=LandingGear(...)",
    "load": "load_scenario(name), load_campaign(name) or Flight.load(path)",
    "load_flight": "Flight.load(path)",
    "maneuver": "Burn(...)",
    "manoeuvre": "Burn(...)",
    "mission": "Scenario(...)",
    "orbit": "State.from_elements(perilune=..., apolune=..., ...), or State.from_orbit(orbit) of a poliastro Orbit",
    "plot": "the functions of lunarsim.plots, such as plots.altitude_profile(flight)",
    "quantity": "quantities are astropy's: from astropy import units as u",
    "result": "Flight, which simulate() returns, or CampaignResult, which Campaign.run() returns",
    "rocket": "Spacecraft(...)",
    "run": "simulate(scenario), or Campaign.run(n)",
    "satellite": "Spacecraft(...)",
    "simulation": "simulate(scenario)",
    "time": "times are astropy's: from astropy.time import Time",
    "thruster": "Engine(...)",
    "trajectory": "Flight, which simulate() and propagate() return",
    "u": "units are astropy's: from astropy import units as u",
    "units": "units are astropy's: from astropy import units as u",
    "vehicle": "Spacecraft(...)",
}


#: Names of packages and classes that were renamed; what took another package with it is found there.
_RENAMED = {
    "Belief": "NavigationEstimate",
    "Exit": "Termination",
    "HazardScan": "HazardDetection",
    "HeldOut": "CrossCheck",
    "reconstruct": "inquiry",
}

#: Attributes, arguments and keys of scenario files that were renamed, by the class, or that of which a table is made.
_RENAMED_OF: dict[str, dict[str, str]] = {
    "CampaignFindings": {"held_out": "cross_check"},
    "CampaignResult": {"held_out": "cross_check"},
    "Engine": {
        "forbidden_throttle": "throttle_keep_out",
        "least_throttle": "min_throttle",
        "specific_impulse_least": "specific_impulse_at_min_throttle",
    },
    "Event": {"believed": "estimated"},
    "GravityField": {"cut": "truncate"},
    "Guided": {
        "cycle": "cycle_time",
        "exits": "terminations",
        "hazard_scan": "hazard_detection",
        "largest_tilt": "max_tilt",
        "longest": "max_duration",
        "turn_rate": "slew_rate",
        "view_of_site": "field_of_view",
    },
    "Moment": {"believed": "estimated"},
    "Rung": {"moved": "displacement", "shifted": "time_shift"},
    "Spacecraft": {"turn_rate": "slew_rate"},
    "State": {"height": "altitude"},
}
#: Columns of a campaign's results.
_RENAMED_COLUMNS = {
    "height_m": "altitude_m",
    "looks_below_glide_slope": "cycles_below_glide_slope",
    "looks_out_of_view": "cycles_out_of_view",
    "looks_without_command": "cycles_without_command",
}
#: Where to look for what a package has no more.
_PACKAGES = ("mission", "planning", "analysis", "statistics", "inquiry", "plan", "flight", "campaign", "orbits", "moon")


class _Renamed:
    """An attribute of another name now: it says so."""

    def __init__(self, new: str) -> None:
        self._new = new

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        raise UnknownNameError(f"{owner.__name__} has no '{self._name}': it is called '{self._new}' now")


def unknown(name: str, known: Collection[str], package: str = "lunarsim") -> UnknownNameError:
    """Return the error for a name that a package does not have."""
    if name in _RENAMED:
        told = f"it is called '{_RENAMED[name]}' now"
    else:
        told = (_ELSEWHERE.get(name.lower()) if package == "lunarsim" else _moved(name)) or nearest(name, known)
    return UnknownNameError(f"{package} has no '{name}': {told}")


def missing(package: str, name: str) -> NoReturn:
    """Raise the error for a name that a package of lunarsim does not have, as its ``__getattr__``."""
    module = sys.modules[package]
    if name.startswith("_") or (hasattr(module, "__path__") and find_spec(f"{package}.{name}") is not None):
        raise AttributeError(f"module '{package}' has no attribute '{name}'")
    raise unknown(name, module.__all__, package)


def renamed(old: str, known: Collection[str]) -> str | None:
    """Return what an argument, an attribute, a key or a column is called now, if that is among those that are known."""
    return next((names[old] for names in (*_RENAMED_OF.values(), _RENAMED_COLUMNS) if names.get(old) in known), None)


def of_today(kind: str, fields: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of a class and its fields, as an older file has them, by the names that they have now."""
    kind = _RENAMED.get(kind, kind)
    names = _RENAMED_OF.get(kind, {})
    return kind, {names.get(name, name): value for name, value in fields.items()}


def told(old: str, known: Collection[str]) -> str:
    """Return what a key or a column may have meant: what it is called now, or those that are like it."""
    now = renamed(old, known)
    return f"it is called '{now}' now" if now else nearest(old, known)


def mark_renamed(public: type) -> None:
    """Have the attributes of a class that were renamed say so."""
    for old, new in _RENAMED_OF.get(public.__name__, {}).items():
        attribute = _Renamed(new)
        attribute.__set_name__(public, old)
        setattr(public, old, attribute)


def _moved(name: str) -> str | None:
    """Return where a public name stands now that a package has no more."""
    if name in _PACKAGES:
        return f"it is lunarsim.{name} now"
    homes = (f"lunarsim.{each}" for each in _PACKAGES)
    return next((f"it stands in {home} now" for home in homes if name in import_module(home).__all__), None)
