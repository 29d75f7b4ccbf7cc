"""Scenario files: TOML, values as text with units, checked before anything runs."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from astropy import units as u

from lunarsim import data
from lunarsim.campaign.inputs.distributions import Distribution
from lunarsim.errors import InputError, ScenarioError, nearest, shown
from lunarsim.io.scenario_file import schema
from lunarsim.io.scenario_file.base_file import catalogue_folder, read_with_origin
from lunarsim.io.scenario_file.complaints import built, dotted, undotted, validated
from lunarsim.io.scenario_file.components import made, part_of, parts_of
from lunarsim.io.scenario_file.dispersion_file import Paths, dispersions_of
from lunarsim.io.scenario_file.origin import Key, place_of
from lunarsim.io.text import without_leap_seconds
from lunarsim.mission import Provenance, Scenario, Site
from lunarsim.moon import Ephemeris, GravityField, Moon, Terrain
from lunarsim.moon.terrain.surface import ELEVATION
from lunarsim.orbits import State

STARTS = ("orbit", "approach", "state", "earth_orbit")
_ONE_START = "to say where the flight starts"

#: Keys of the whole file that are read by themselves.
_APART = {*STARTS, "base", "without", "sites", "landing_site", "moon", "dispersions"}
#: Keys that name a file beside the scenario's, by their tables; those of dispersions are in a list.
_NAMING_FILES = (("state", "file"), ("moon", "gravity_file"), ("moon", "terrain"))


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Each value may be plain, or a table with its birth certificate:
    ``{ value = "84 s", status = "published", sources = ["interfax_cause"] }``. Dispersions are checked and left out.

    Raises
    ------
    ScenarioError
        If the file cannot be read, or a key or a value is not what it should be. The text names the file, the
        key, the value and what was expected.
    """
    return read_campaign_parts(path)[0]


def read_dispersions(path: Path) -> dict[Paths, Distribution]:
    """Read the dispersions of a scenario file; none if it has none.

    Raises
    ------
    ScenarioError
        As :func:`read_scenario`.
    """
    return read_campaign_parts(path)[1]


def read_campaign_parts(path: Path) -> tuple[Scenario, dict[Paths, Distribution]]:
    """Read a scenario file: the scenario, and how its values scatter.

    Returns
    -------
    (Scenario, dict)
        The dispersions by the path of what they scatter, such as ``"craft.engine.thrust"``, or by several paths.

    Raises
    ------
    ScenarioError
        As :func:`read_scenario`.
    """
    path = data.user_path(path)
    with without_leap_seconds():
        document, origin = read_with_origin(path)
        return _parts_of(document, path, origin)


def scenario_from_document(document: Mapping[str, Any], path: Path, origin: str | None = None) -> Scenario:
    """Return the scenario of a parsed file, beside whose path other files are looked for.

    What stands in errors is ``origin``, if it is given, or the path.
    """
    return _parts_of(document, path, origin or str(path))[0]


def files_of(path: Path) -> dict[str, Path]:
    """Return the files that a scenario needs beside its own: bases that are not of the catalogue, and those it names.

    Returns
    -------
    dict of str to Path
        By the names that the scenario gives them: a state, gravity, terrain, and the values of dispersions.

    Raises
    ------
    ScenarioError
        As :func:`read_scenario`.
    DataError
        If a file is not there.
    """
    document, origin = read_with_origin(path)
    tables = without_certificates(document, (), {}, origin)
    named = [tables.get(table, {}).get(key) for table, key in _NAMING_FILES]
    named += [each.get("file") for each in tables.get("dispersions", [])]
    bases = [base for base in origin.files[1:] if base.parent != catalogue_folder()]
    found = {str(os.path.relpath(base, path.parent)): base for base in bases}
    return found | {name: data.find_beside(path.parent, name) for name in named if name is not None}


def _parts_of(document: Mapping[str, Any], path: Path, origin: str) -> tuple[Scenario, dict[Paths, Distribution]]:
    certificates: dict[str, Provenance] = {}
    plain = without_certificates(document, (), certificates, origin)
    starts = [f"[{name}]" for name in STARTS if name in plain]
    if len(starts) > 1:
        raise ScenarioError(f"{origin}: {' and '.join(starts)} are given: give one of them, {_ONE_START}")
    table = validated(schema.ScenarioTable, plain, origin, ())
    if not starts:
        *others, last = (f"[{name}]" for name in STARTS)
        raise ScenarioError(f"{origin}: {', '.join(others)} and {last} are missing: give one of them, {_ONE_START}")
    check_sources(certificates, table.sources or (), origin)
    scenario = built(origin, "", lambda: _scenario(table, certificates, path, origin))
    return scenario, dispersions_of(table.dispersions or (), scenario, origin, partial(data.find_beside, path.parent))


def check_sources(certificates: Mapping[str, Provenance], sources: Collection[str], origin: str) -> None:
    """Refuse a certificate that cites what the file does not list.

    Raises
    ------
    ScenarioError
        The text names the key and the source.
    """
    for key, certificate in certificates.items():
        for source in certificate.sources:
            if source not in sources:
                raise ScenarioError(
                    f"{place_of(origin, undotted(key))}: {key}: source {shown(source)} is not in [sources]: "
                    f"{nearest(source, sources)}"
                )


def without_certificates(node: Any, key: Key, found: dict[str, Provenance], origin: str) -> Any:
    """Replace each ``{ value = ..., status = ... }`` by its value and collect its certificate."""
    if isinstance(node, Mapping):
        if "value" in node:
            certificate = validated(schema.table_of(Provenance), node, origin, key)
            found[dotted(key)] = built(
                origin,
                dotted(key),
                lambda: Provenance(**{**parts_of(certificate, origin, key), "value": str(certificate.value)}),
            )
            return certificate.value
        return {name: without_certificates(child, (*key, name), found, origin) for name, child in node.items()}
    if isinstance(node, list):
        return [without_certificates(child, (*key, i), found, origin) for i, child in enumerate(node)]
    return node


def _scenario(table: Any, certificates: dict[str, Provenance], path: Path, origin: str) -> Scenario:
    sites = part_of(table, "sites", origin, ()) or {}
    landing_site = built(origin, "landing_site", partial(_landing_site, table, sites))
    options = parts_of(table, origin, (), without=_APART)
    if table.moon is not None:
        parts = parts_of(table.moon, origin, ("moon",))
        options["moon"] = built(origin, "moon", partial(_moon, path, **parts))
    ephemeris = options["moon"].ephemeris if "moon" in options else Ephemeris.builtin()
    state = _state(table, landing_site, path, ephemeris)
    return Scenario(state=state, sites=sites, landing_site=landing_site, provenance=certificates, **options)


def _landing_site(table: Any, sites: Mapping[str, Site]) -> Site | None:
    name = table.landing_site
    if name is None:
        if sites and (table.approach or any(phase.type == "guided" for phase in table.plan)):
            raise InputError(
                f"landing_site is missing, and [sites] has {shown(list(sites))}: say which is the target, with "
                f"landing_site = {json.dumps(next(iter(sites)))} above the first [table]"
            )
        return None
    if name not in sites:
        raise InputError(f"landing_site = {shown(name)} is not in [sites]: {nearest(name, sites)}")
    return sites[name]


def _state(table: Any, landing_site: Site | None, path: Path, ephemeris: Ephemeris) -> State:
    """Return the start: by elements about Moon or Earth, in another file, or as it is seen from the landing site."""
    origin = str(path)
    if table.orbit is not None:
        return part_of(table, "orbit", origin, ())  # type: ignore[no-any-return]
    if table.earth_orbit is not None:
        return made(table.earth_orbit, origin, ("earth_orbit",), ephemeris=ephemeris)  # type: ignore[no-any-return]
    if table.state is not None:
        return made(table.state, origin, ("state",), folder=path.parent)  # type: ignore[no-any-return]
    if landing_site is None:
        raise ScenarioError(
            f"{origin}: [approach] [approach] is given without a landing site: name one of [sites] with "
            "landing_site = ..."
        )
    place = {"latitude": landing_site.latitude, "longitude": landing_site.longitude}
    return made(table.approach, origin, ("approach",), **place)  # type: ignore[no-any-return]


def _moon(
    path: Path,
    *,
    gravity_degree: int = 50,
    gravity_file: str | None = None,
    terrain: str | None = None,
    surface_elevation: u.Quantity | None = None,
    crater: Terrain | None = None,
    ephemeris: str = "builtin",
    **options: Any,
) -> Moon:
    grounds = {"terrain": terrain, "surface_elevation": surface_elevation, "crater": crater}
    given = [name for name, value in grounds.items() if value is not None]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} are given together: expected one of them")
    gravity = built(str(path), "moon.gravity_degree", partial(_gravity, path.parent, gravity_file, gravity_degree))
    return Moon(
        gravity=gravity,
        terrain=crater or _terrain(path.parent, terrain, surface_elevation),
        ephemeris=getattr(Ephemeris, ephemeris)(),
        **options,
    )


def _gravity(folder: Path, file: str | None, degree: int) -> GravityField:
    if file is None:
        return GravityField.grail(degree)
    return GravityField.from_file(data.find_beside(folder, file), degree=degree)


def _terrain(folder: Path, file: str | None, elevation: u.Quantity | None) -> Terrain:
    if elevation is not None:
        ELEVATION.checked("surface_elevation", elevation)
        return Terrain.sphere(elevation)
    return Terrain.sphere() if file is None else Terrain.from_file(data.find_beside(folder, file))
