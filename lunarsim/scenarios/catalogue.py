"""Scenarios by name or by path."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lunarsim import data
from lunarsim.errors import InputError, ScenarioError, UnknownScenarioError, nearest
from lunarsim.io import read_campaign_parts, read_scenario
from lunarsim.io.scenario_file.toml_file import read_toml
from lunarsim.mission import Scenario

if TYPE_CHECKING:
    from lunarsim.campaign import Campaign
    from lunarsim.chain import Mission
    from lunarsim.chain.dispersed import MissionCampaign

Made = TypeVar("Made")

LINKS = "links"  # what a mission's file has, and a scenario's has not


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


def mission_names() -> tuple[str, ...]:
    """Return the names of the missions of the catalogue, in order.

    Examples
    --------
    >>> import lunarsim as ls
    >>> "luna25-mission" in ls.mission_names()
    True
    """
    return tuple(sorted(entry.name[:-5] for entry in _missions().iterdir() if entry.name.endswith(".toml")))


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


def load_mission(name: str | os.PathLike[str]) -> Mission:
    """Return a mission of the catalogue, or one from a file: a chain of scenarios.

    Parameters
    ----------
    name : str or path
        A name of :func:`mission_names`, or the path of a .toml file with ``[[links]]``.

    Raises
    ------
    UnknownScenarioError
        If there is neither such a name nor such a file; the text gives the nearest names.
    ScenarioError
        If the file cannot be read or does not hold a valid mission.

    Examples
    --------
    >>> import lunarsim as ls
    >>> mission = ls.load_mission("chandrayaan3-mission")
    >>> len(mission.links), mission.links[-1].name
    (9, 'chandrayaan3')
    """
    return _of_mission(name, _read_mission)


def load_mission_campaign(name: str | os.PathLike[str]) -> MissionCampaign:
    """Return the campaign over a mission of the catalogue, or over one from a file.

    Parameters
    ----------
    name : str or path
        A name of :func:`mission_names`, or the path of a .toml file with ``[[links]]`` and ``[[dispersions]]``.

    Raises
    ------
    UnknownScenarioError
        If there is neither such a name nor such a file; the text gives the nearest names.
    ScenarioError
        If the file cannot be read, does not hold a valid mission, or disperses nothing.

    Examples
    --------
    >>> import lunarsim as ls
    >>> campaign = ls.load_mission_campaign("luna25-mission")
    >>> list(campaign.dispersions)[0]
    'first correction'
    """
    return _of_mission(name, _read_mission_campaign)


def _of_mission(name: str | os.PathLike[str], read: Callable[[Path], Made]) -> Made:
    """Return what is read of a mission by name or by path."""
    if isinstance(name, str) and name in mission_names():
        with resources.as_file(_missions() / f"{name}.toml") as path:
            return read(path)
    path = data.user_path(name)
    if path.is_file():
        return read(path)
    raise UnknownScenarioError(
        f"'{name}' is neither a mission of the catalogue nor a file: {nearest(str(name), mission_names())} Or give the "
        "path of a .toml file with [[links]]."
    )


def _read_mission(path: Path) -> Mission:
    from lunarsim.io.scenario_file.mission_campaign_file import read_mission_campaign_parts  # noqa: PLC0415  (as below)

    return read_mission_campaign_parts(path)[0]


def _read_mission_campaign(path: Path) -> MissionCampaign:
    from lunarsim.chain.dispersed import MissionCampaign  # noqa: PLC0415  (needs what one flight does not)
    from lunarsim.io.scenario_file.mission_campaign_file import read_mission_campaign_parts  # noqa: PLC0415

    mission, dispersions, retargetings = read_mission_campaign_parts(path)
    if not dispersions:
        raise ScenarioError(
            f"{path}: nothing is dispersed: expected at least one [[dispersions]] table, with link, path, distribution "
            "and its numbers"
        )
    try:
        return MissionCampaign(mission, dispersions, retargetings)
    except InputError as error:
        raise ScenarioError(f"{path}: [dispersions] {error}") from error


def is_mission(name: str | os.PathLike[str]) -> bool:
    """Return whether a name, or the file of a path, is of a mission and not of one scenario; no for what is neither.

    Raises
    ------
    ScenarioError
        If the file cannot be read.
    """
    if isinstance(name, str) and name in scenario_names() + mission_names():
        return name in mission_names()
    path = data.user_path(name)
    return path.is_file() and LINKS in read_toml(path)


def _missions() -> Traversable:
    return resources.files("lunarsim.scenarios") / "missions"


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
    if is_mission(name):
        raise ScenarioError(
            f"'{name}' is a mission: fly it with lunarsim.fly_mission(lunarsim.load_mission(...)), "
            "or `lunarsim run`; many times, with lunarsim.load_mission_campaign(...); "
            "one of its links is lunarsim.load_mission(...).links[0].scenario"
        )
    if isinstance(name, str) and name in scenario_names():
        with resources.as_file(resources.files("lunarsim.scenarios") / f"{name}.toml") as path:
            return read(path)
    path = data.user_path(name)
    if path.is_file():
        return read(path)
    if path.is_dir():
        raise UnknownScenarioError(f"'{name}' is a folder: give the path of a .toml file")
    known = scenario_names() + mission_names()
    raise UnknownScenarioError(
        f"'{name}' is neither a scenario of the catalogue nor a file: {nearest(str(name), known)} "
        "Or give the path of a .toml file."
    )
