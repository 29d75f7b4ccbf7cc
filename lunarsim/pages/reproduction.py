"""What it takes to make the same again: the scenario as a file, versions, hashes."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import NamedTuple

from lunarsim import __version__
from lunarsim.data import user_path
from lunarsim.equality import same
from lunarsim.errors import DataError
from lunarsim.flight import Flight
from lunarsim.mission import Scenario
from lunarsim.scenarios import load_scenario, scenario_names

_LIBRARIES = ("numpy", "scipy", "astropy", "numba", "lunarsky")


class ScenarioText(NamedTuple):
    """A scenario as a file of its own: its name, its text, and what the flight had beside it."""

    name: str
    text: str
    remark: str


def scenario_text(scenario: Scenario, file: str | os.PathLike[str] | None) -> ScenarioText | None:
    """Return the file of a scenario: the one given, or that of the catalogue; None where there is none.

    Raises
    ------
    DataError
        If the file that is given cannot be read.
    """
    if file is not None and not (isinstance(file, str) and file in scenario_names()):
        path = user_path(file)
        try:
            return ScenarioText(path.name, path.read_text(encoding="utf-8"), "")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: the scenario file cannot be read: {error}") from None
    name = str(file) if file is not None else scenario.name
    if name not in scenario_names():
        return None
    listed = load_scenario(name)
    alike = file is not None or same(listed, scenario) or same(listed.without_faults(), scenario)
    remark = "" if same(listed, scenario) else "What was flown differs from this file: see the command and the faults."
    return ScenarioText(f"{name}.toml", _text_of(name), remark) if alike or listed.title == scenario.title else None


def versions(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the versions that decide the last digits."""
    found = {"lunarsim": __version__, "Python": platform.python_version()}
    found |= {name: metadata.version(name) for name in _LIBRARIES}
    return {**found, **(more or {})}


def hash_of_motion(flight: Flight) -> str:
    """Return the SHA-256 of the motion that was integrated: times and vectors, as little-endian floats."""
    t_s, y, thrust = flight.trajectory.sampled()
    digest = hashlib.sha256()
    for array in (t_s, y, thrust):
        digest.update(array.astype("<f8").tobytes())
    return digest.hexdigest()


def hash_of_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _text_of(name: str) -> str:
    return (resources.files("lunarsim.scenarios") / f"{name}.toml").read_text(encoding="utf-8")


def name_of(file: str | os.PathLike[str] | None) -> str:
    """Return the name of a file, without its folders."""
    return "" if file is None else Path(file).name
