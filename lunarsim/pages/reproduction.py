"""What it takes to make the same again: the scenario as a file, versions, hashes."""

from __future__ import annotations

import hashlib
import os
import platform
import re
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
from lunarsim.io.scenario_file.file import files_of
from lunarsim.mission import Scenario
from lunarsim.scenarios import load_scenario, scenario_names

_BASE = re.compile(r"^base\s*=", re.MULTILINE)
_DIFFERENT = "What was flown differs from this file: see the command and the faults."
_ON_A_BASE = "It leaves out what it has from its base."
_LIBRARIES = ("numpy", "scipy", "astropy", "numba", "lunarsky")


class ScenarioText(NamedTuple):
    """A scenario as a file: its name, its text, and what a reader must know of it."""

    name: str
    text: str
    remark: str


def scenario_text(scenario: Scenario, file: str | os.PathLike[str] | None) -> ScenarioText | None:
    """Return the file of a scenario: the one given, or that of the catalogue; None where there is none.

    Raises
    ------
    DataError
        If the file that is given, or one that it names, cannot be read.
    ScenarioError
        If it is no scenario file.
    """
    known = scenario.name if file is None else file
    listed = isinstance(known, str) and known in scenario_names()
    if file is None and not listed:
        return None
    text = _text_of(str(known)) if listed else _read(known)
    beside = {} if listed else files_of(user_path(known))
    described = load_scenario(known)
    if file is None and described.title != scenario.title:  # another of the same name
        return None
    remarks = [] if same(described, scenario) else [_DIFFERENT]
    remarks += [_ON_A_BASE] if _BASE.search(text) else []
    if beside:
        named = ", ".join(f"{name} (SHA-256 {_hash_of_file(path)})" for name, path in beside.items())
        remarks.append(f"Beside it must lie: {named}.")
    return ScenarioText(f"{known}.toml" if listed else user_path(known).name, text, " ".join(remarks))


def _read(file: str | os.PathLike[str]) -> str:
    path = user_path(file)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: the scenario file cannot be read: {error}") from None


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


def _hash_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _text_of(name: str) -> str:
    return (resources.files("lunarsim.scenarios") / f"{name}.toml").read_text(encoding="utf-8")
