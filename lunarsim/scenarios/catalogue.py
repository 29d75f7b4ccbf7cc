"""Scenarios by name or by path."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lunarsim import data
from lunarsim.errors import InputError, ScenarioError, UnknownScenarioError, nearest
from lunarsim.io import read_campaign_parts, read_scenario
from lunarsim.mission import Scenario

if TYPE_CHECKING:
    from lunarsim.campaign import Campaign

Made = TypeVar("Made")


def scenario_names() -> tuple[str, ...]:
    """Return the names of the catalogue, in order.

    Examples
    --------
    >>> import lunarsim as ls
    >>> "luna25" in ls.scenario_names()
    True
    """
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

    Examples
    --------
    >>> import lunarsim as ls
    >>> luna25 = ls.load_scenario("luna25")
    >>> print(luna25.craft.engine.thrust)
    265.797 N
    >>> print(luna25.provenance["craft.engine.thrust"].status)
    Status.INFERRED
    """
    return _read(name, read_scenario)


def load_campaign(name: str | os.PathLike[str]) -> Campaign:
    """Return the campaign of a scenario of the catalogue, or of one from a file: its scenario and its dispersions.

    Parameters
    ----------
    name : str or path
        A name in the catalogue, or the path of a .toml file with ``[[dispersions]]``.

    Raises
    ------
    UnknownScenarioError
        If there is neither such a name nor such a file; the text gives the nearest names.
    ScenarioError
        If the file cannot be read, does not hold a valid scenario, or disperses nothing.

    Examples
    --------
    >>> import lunarsim as ls
    >>> campaign = ls.load_campaign("luna25")
    >>> print(campaign.dispersions["craft.engine.thrust"])
    Normal(mean=265.797 N, sigma=1.3 N)
    """
    return _read(name, _read_campaign)


def _read_campaign(path: Path) -> Campaign:
    from lunarsim.campaign import Campaign  # noqa: PLC0415  (takes a second that one flight does not need)

    scenario, dispersions = read_campaign_parts(path)
    if not dispersions:
        raise ScenarioError(
            f"{path}: nothing is dispersed: expected at least one [[dispersions]] table, with path, distribution "
            "and its numbers"
        )
    try:
        return Campaign(scenario, dispersions)
    except InputError as error:
        raise ScenarioError(f"{path}: [dispersions] {error}") from error


def _read(name: str | os.PathLike[str], read: Callable[[Path], Made]) -> Made:
    if isinstance(name, str) and name in scenario_names():
        with resources.as_file(resources.files("lunarsim.scenarios") / f"{name}.toml") as path:
            return read(path)
    path = data.user_path(name)
    if path.is_file():
        return read(path)
    if path.is_dir():
        raise UnknownScenarioError(f"'{name}' is a folder: give the path of a .toml file")
    raise UnknownScenarioError(
        f"'{name}' is neither a scenario of the catalogue nor a file: {nearest(str(name), scenario_names())} "
        "Or give the path of a .toml file."
    )
