"""Scenarios by name or by path."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from lunarsim.errors import UnknownScenarioError, nearest
from lunarsim.flight import Scenario
from lunarsim.io import read_scenario


def scenario_names() -> tuple[str, ...]:
    """Return the names of the catalogue, in order."""
    folder = resources.files("lunarsim.scenarios")
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_scenario(name: str | os.PathLike[str]) -> Scenario:
    """Return a scenario of the catalogue, or one from a file.

    Parameters
    ----------
    name : str or path
        A name in the catalogue, or the path of a .toml file.

    Raises
    ------
    UnknownScenarioError
        If there is neither such a name nor such a file; the text gives the nearest names.
    ScenarioError
        If the file cannot be read or does not hold a valid scenario.
    """
    if isinstance(name, str) and name in scenario_names():
        with resources.as_file(resources.files("lunarsim.scenarios") / f"{name}.toml") as path:
            return read_scenario(path)
    path = Path(name)
    if path.is_file():
        return read_scenario(path)
    raise UnknownScenarioError(
        f"'{name}' is neither a scenario of the catalogue nor a file: {nearest(str(name), scenario_names())} "
        "Or give the path of a .toml file."
    )
