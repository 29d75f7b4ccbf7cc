"""Files of missions: what all links share, as in a scenario file, and the links one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lunarsim import data
from lunarsim.campaign.inputs.settings import with_values
from lunarsim.chain import Link, Mission
from lunarsim.chain.link import CRAFT
from lunarsim.errors import ScenarioError, shown
from lunarsim.io.scenario_file import schema
from lunarsim.io.scenario_file.base_file import found_base, joined_documents, read_with_origin
from lunarsim.io.scenario_file.complaints import built, validated
from lunarsim.io.scenario_file.components import made, parts_of
from lunarsim.io.scenario_file.file import STARTS, check_sources, scenario_from_document, without_certificates
from lunarsim.io.scenario_file.mission_schema import LinkTable
from lunarsim.io.scenario_file.toml_file import read_toml
from lunarsim.io.text import without_leap_seconds
from lunarsim.mission import Provenance, Source

LINKS = "links"
_OF_THE_WHOLE = ("title", "remark")  # what a link does not take on from the file
OF_CAMPAIGN = ("dispersions", "retargeting")  # what a campaign over the mission reads beside it


def read_mission(path: Path) -> Mission:
    """Read the file of a mission.

    Raises
    ------
    ScenarioError
        If the file cannot be read, or a key or a value is not what it should be; the text names the file, the link and
        the key.
    """
    path = data.user_path(path)
    with without_leap_seconds():
        document = read_toml(path)
        return mission_from_document(document, path)


def mission_from_document(document: Mapping[str, Any], path: Path) -> Mission:
    """Return the mission of a parsed file, beside whose path other files are looked for."""
    origin, certificates = str(path), dict[str, Provenance]()
    tables = document.get(LINKS)
    if not isinstance(tables, list) or not tables or not all(isinstance(table, Mapping) for table in tables):
        raise ScenarioError(f"{path}: links = {shown(tables)}: expected a list of tables, each under [[links]]")
    if "plan" in document:
        raise ScenarioError(f"{path}: plan: a mission has the plans of its links: write them as [[links.plan]]")
    if any("dispersions" in table for table in tables):
        raise ScenarioError(
            f"{path}: links.dispersions: expected [[dispersions]] of the whole file, each with link = '...' of its own"
        )
    plain = without_certificates(document, (), certificates, origin)
    check_sources(certificates, document.get("sources", {}), origin)
    apart = (LINKS, *_OF_THE_WHOLE, *OF_CAMPAIGN)
    links, told = list[Link](), dict[Any, Mapping[str, Any]]()  # what each link says of its scenario, by its name
    before: Mapping[str, Any] = {name: value for name, value in document.items() if name not in apart}
    for k, table in enumerate(tables):
        before = told.get(str(table.get("after", "")), before)  # of an unknown name the mission complains
        before, own_start = _scenario_document(table, before, k, path)
        told[str(before.get("name"))] = before
        keys = _link_keys(plain[LINKS][k], gives_craft=k > 0 and "craft" in table and "base" not in table)
        links.append(_link(before, keys, own_start, k, path))
    about = {name: str(document[name]) for name in ("name", *_OF_THE_WHOLE) if name in document}
    if "name" not in about:
        raise ScenarioError(f"{path}: name: this key is missing")
    sources = {name: _source(said, name, origin) for name, said in plain.get("sources", {}).items()}
    return built(origin, LINKS, lambda: Mission(links=tuple(links), provenance=certificates, sources=sources, **about))


def _source(said: Any, name: str, origin: str) -> Source:
    at = ("sources", name)
    return made(validated(schema.table_of(Source), said, origin, at), origin, at)  # type: ignore[no-any-return]


def _link_keys(table: Mapping[str, Any], *, gives_craft: bool) -> dict[str, Any]:
    """Return what a link's table says beside its scenario; a craft that it gives is one that is given anew."""
    keys = {name: value for name, value in table.items() if name in LinkTable.model_fields}
    if gives_craft and isinstance(keys.get("anew", []), list):
        keys["anew"] = [*(word for word in keys.get("anew", []) if word != CRAFT), CRAFT]
    return keys


def _scenario_document(
    table: Mapping[str, Any], before: Mapping[str, Any], k: int, path: Path
) -> tuple[dict[str, Any], bool]:
    """Return what a link says of its scenario, upon that of the link before or a base, and whether it has a start."""
    said = {name: value for name, value in table.items() if name not in LinkTable.model_fields}
    if "name" not in said and "base" not in said:
        raise ScenarioError(f"{path}: links.{k}.name: this key is missing")
    if "base" in said:
        below, _ = read_with_origin(found_base(said.pop("base"), path))
        below.pop("dispersions", None)  # of a campaign of that scenario alone
        return joined_documents(below, said), True
    own_start = k == 0 or any(name in said for name in STARTS)
    kept = {name: value for name, value in before.items() if name not in ("plan", "title", "remark")}
    if "craft" in said:  # one that is given anew has nothing of the one before
        kept.pop("craft", None)
    return joined_documents(kept, said), own_start


def _link(document: dict[str, Any], keys: dict[str, Any], own_start: bool, k: int, path: Path) -> Link:
    origin = f"{path}: link {k + 1} '{document.get('name')}'"
    scenario = scenario_from_document(document, path, origin)
    parts = parts_of(validated(LinkTable, keys, str(path), (LINKS, k)), str(path), (LINKS, k))
    own_start = parts.pop("own_start", True) and own_start and k > 0
    numbers = parts.pop("set", {})
    return built(
        str(path),
        f"{LINKS}.{k}",
        lambda: Link(scenario=with_values(scenario, numbers), own_start=own_start, **parts),
    )
