"""What a mission's file says of a campaign over it: what scatters in which link, and what runs solve for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lunarsim import data
from lunarsim.campaign.inputs.distributions import Dispersions
from lunarsim.chain import Mission
from lunarsim.chain.dispersed import Retargeting
from lunarsim.errors import ScenarioError, nearest, shown
from lunarsim.io.scenario_file.complaints import validated
from lunarsim.io.scenario_file.components import made
from lunarsim.io.scenario_file.dispersion_file import dispersions_of
from lunarsim.io.scenario_file.file import without_certificates
from lunarsim.io.scenario_file.mission_file import OF_CAMPAIGN, mission_from_document
from lunarsim.io.scenario_file.mission_schema import CampaignTables
from lunarsim.io.scenario_file.toml_file import read_toml
from lunarsim.io.text import without_leap_seconds

_LINK = "link"
_DISPERSIONS, _RETARGETING = OF_CAMPAIGN


def read_mission_campaign_parts(path: Path) -> tuple[Mission, dict[str, Dispersions], dict[str, Retargeting]]:
    """Read the file of a mission: the mission, and by link how its values scatter and what runs solve for.

    Raises
    ------
    ScenarioError
        As :func:`lunarsim.io.scenario_file.mission_file.read_mission`, or if a table names no link of the mission.
    """
    path = data.user_path(path)
    with without_leap_seconds():
        document = read_toml(path)
        mission = mission_from_document(document, path)
        said = {name: without_certificates(document.get(name, []), (name,), {}, str(path)) for name in OF_CAMPAIGN}
        links = {name: _links(tables, name, mission, path) for name, tables in said.items()}
        plain = {name: [_without_link(table) for table in tables] for name, tables in said.items()}
        tables = validated(CampaignTables, plain, str(path), ())
        return mission, _dispersions(tables, links[_DISPERSIONS], mission, path), _retargetings(tables, links, path)


def _links(tables: Any, name: str, mission: Mission, path: Path) -> list[str]:
    """Return the link of each table."""
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise ScenarioError(f"{path}: {name} = {shown(tables)}: expected a list of tables, each under [[{name}]]")
    known = [link.name for link in mission.links]
    for i, table in enumerate(tables):
        if _LINK not in table:
            raise ScenarioError(f"{path}: {name}.{i}.link: this key is missing: expected the name of a link")
        if table[_LINK] not in known:
            raise ScenarioError(
                f"{path}: {name}.{i}.link = {shown(table[_LINK])}: the mission has no such link; "
                f"{nearest(str(table[_LINK]), known)}"
            )
    return [table[_LINK] for table in tables]


def _without_link(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != _LINK}


def _dispersions(tables: CampaignTables, links: list[str], mission: Mission, path: Path) -> dict[str, Dispersions]:
    find = partial(data.find_beside, path.parent)
    found: dict[str, Dispersions] = {}
    for link in mission.links:
        places = [i for i, name in enumerate(links) if name == link.name]
        own = [tables.dispersions[i] for i in places]
        if own:
            found[link.name] = dispersions_of(own, link.scenario, str(path), find, places=places)
    return found


def _retargetings(tables: CampaignTables, links: Mapping[str, list[str]], path: Path) -> dict[str, Retargeting]:
    found: dict[str, Retargeting] = {}
    for i, (name, table) in enumerate(zip(links[_RETARGETING], tables.retargeting, strict=True)):
        if name in found:
            raise ScenarioError(f"{path}: retargeting.{i}.link = '{name}': expected one table for each link")
        found[name] = made(table, str(path), (_RETARGETING, i))
    return found
