"""Scenario files: TOML, values as text with units, checked before anything runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lunarsim import data
from lunarsim.campaign.inputs.distributions import Distribution
from lunarsim.craft import Accelerometer, Engine, LandingGear, Navigation, Spacecraft
from lunarsim.errors import InputError, ScenarioError, nearest, shown
from lunarsim.faults import AccelerometerOff
from lunarsim.io.scenario_file import schema
from lunarsim.io.scenario_file.complaints import Key, built, dotted, validated
from lunarsim.io.scenario_file.dispersion_file import Paths, dispersions_of
from lunarsim.io.scenario_file.guidance_file import law_of
from lunarsim.io.scenario_file.toml_file import read_toml
from lunarsim.io.text import without_leap_seconds
from lunarsim.mission import ProfilePoint, Provenance, Scenario, Site, Source
from lunarsim.moon import Ephemeris, GravityField, Moon, Terrain
from lunarsim.moon.terrain.surface import ELEVATION
from lunarsim.orbits import State
from lunarsim.plan import AgainstVelocity, AlongVelocity, Burn, Coast, Divert, Guided, HazardDetection, Phase

_STEERING = {"against velocity": AgainstVelocity, "along velocity": AlongVelocity}
_STARTS = {"orbit", "approach"}
_ONE_START = "give one of the two, to say where the flight starts"
_FAULTS = {AccelerometerOff.title: AccelerometerOff}


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
        return _parts_of(read_toml(path), path)


def scenario_from_document(document: Mapping[str, Any], path: Path) -> Scenario:
    """Return the scenario of a parsed file; its path stands in errors, and beside it other files are looked for."""
    return _parts_of(document, path)[0]


def _parts_of(document: Mapping[str, Any], path: Path) -> tuple[Scenario, dict[Paths, Distribution]]:
    origin = str(path)
    certificates: dict[str, Provenance] = {}
    plain = _without_certificates(document, (), certificates, origin)
    if plain.keys() >= _STARTS:
        raise ScenarioError(f"{origin}: [orbit] and [approach] are both given: {_ONE_START}")
    table = validated(schema.ScenarioTable, plain, origin, ())
    if not _STARTS & plain.keys():
        raise ScenarioError(f"{origin}: [orbit] and [approach] are both missing: {_ONE_START}")
    for key, certificate in certificates.items():
        for source in certificate.sources:
            if source not in table.sources:
                raise ScenarioError(
                    f"{origin}: {key}: source {shown(source)} is not in [sources]: {nearest(source, table.sources)}"
                )
    scenario = built(origin, "", lambda: _scenario(table, certificates, path))
    return scenario, dispersions_of(table.dispersions, scenario, origin, partial(data.find_beside, path.parent))


def _without_certificates(node: Any, key: Key, found: dict[str, Provenance], origin: str) -> Any:
    """Replace each ``{ value = ..., status = ... }`` by its value and collect its certificate."""
    if isinstance(node, Mapping):
        if "value" in node:
            certificate = validated(schema.ProvenanceTable, node, origin, key)
            found[dotted(key)] = built(
                origin, dotted(key), lambda: Provenance(**{**dict(certificate), "value": str(certificate.value)})
            )
            return certificate.value
        return {name: _without_certificates(child, (*key, name), found, origin) for name, child in node.items()}
    if isinstance(node, list):
        return [_without_certificates(child, (*key, i), found, origin) for i, child in enumerate(node)]
    return node


def _scenario(table: schema.ScenarioTable, certificates: dict[str, Provenance], path: Path) -> Scenario:
    origin = str(path)
    sites = {name: built(origin, f"sites.{name}", partial(Site, **dict(s))) for name, s in table.sites.items()}
    landing_site = built(origin, "landing_site", partial(_landing_site, table, sites))
    return Scenario(
        name=table.name,
        title=table.title,
        remark=table.remark,
        state=built(origin, "approach" if table.approach else "orbit", partial(_state, table, landing_site)),
        craft=built(origin, "craft", partial(_craft, table.craft, origin)) if table.craft else None,
        moon=built(origin, "moon", partial(_moon, table.moon, path)),
        plan=tuple(
            built(origin, f"plan.{i}", partial(_phase, phase, f"{origin}: plan.{i}"))
            for i, phase in enumerate(table.plan)
        ),
        landing_site=landing_site,
        faults=tuple(_FAULTS[fault.type](cause=fault.cause) for fault in table.faults),
        sites=sites,
        published=table.published,
        published_profile=tuple(
            built(origin, f"profile.{i}", partial(ProfilePoint, **dict(point))) for i, point in enumerate(table.profile)
        ),
        provenance=certificates,
        sources={name: Source(**dict(source)) for name, source in table.sources.items()},
    )


def _landing_site(table: schema.ScenarioTable, sites: Mapping[str, Site]) -> Site | None:
    name = table.landing_site
    if name is None:
        if sites and (table.approach or any(isinstance(phase, schema.GuidedTable) for phase in table.plan)):
            raise InputError(
                f"landing_site is missing, and [sites] has {shown(list(sites))}: say which is the target, with "
                f"landing_site = {json.dumps(next(iter(sites)))} above the first [table]"
            )
        return None
    if name not in sites:
        raise InputError(f"landing_site = {shown(name)} is not in [sites]: {nearest(name, sites)}")
    return sites[name]


def _state(table: schema.ScenarioTable, landing_site: Site | None) -> State:
    """Return the start: from the elements of an orbit, or as it is seen from the landing site."""
    if table.orbit is not None:
        return State.from_elements(**dict(table.orbit))
    if landing_site is None:
        raise InputError("[approach] is given without a landing site: name one of [sites] with landing_site = ...")
    return State.from_approach(
        latitude=landing_site.latitude, longitude=landing_site.longitude, **dict(table.approach or {})
    )


def _moon(table: schema.MoonTable, path: Path) -> Moon:
    if table.terrain is not None and table.surface_elevation is not None:
        raise InputError("terrain and surface_elevation are both given: expected one of them")
    return Moon(
        gravity=built(str(path), "moon.gravity_degree", partial(_gravity, table, path.parent)),
        third_bodies=table.third_bodies,
        terrain=built(str(path), "moon", partial(_terrain, table, path.parent)),
        ephemeris=getattr(Ephemeris, table.ephemeris)(),
        tide=table.tide,
        radiation=table.radiation,
    )


def _gravity(table: schema.MoonTable, folder: Path) -> GravityField:
    if table.gravity_file is None:
        return GravityField.grail(table.gravity_degree)
    return GravityField.from_file(data.find_beside(folder, table.gravity_file), degree=table.gravity_degree)


def _terrain(table: schema.MoonTable, folder: Path) -> Terrain:
    if table.surface_elevation is not None:
        ELEVATION.checked("surface_elevation", table.surface_elevation)
        return Terrain.sphere(table.surface_elevation)
    if table.terrain is None:
        return Terrain.sphere()
    return Terrain.from_file(data.find_beside(folder, table.terrain))


def _craft(table: schema.CraftTable, origin: str) -> Spacecraft:
    return Spacecraft(
        dry_mass=table.dry_mass,
        propellant_mass=table.propellant_mass,
        engine=built(origin, "craft.engine", partial(Engine, **dict(table.engine))),
        accelerometer=built(origin, "craft.accelerometer", partial(Accelerometer, **dict(table.accelerometer))),
        navigation=built(origin, "craft.navigation", partial(Navigation, **dict(table.navigation))),
        gear=built(origin, "craft.gear", partial(LandingGear, **dict(table.gear))) if table.gear else None,
        slew_rate=table.slew_rate,
        radiation_area=table.radiation_area,
        radiation_coefficient=table.radiation_coefficient,
    )


def _phase(table: schema.BurnTable | schema.CoastTable | schema.GuidedTable, origin: str) -> Phase:
    options = {name: value for name, value in table if name != "type"}
    if isinstance(table, schema.CoastTable):
        return Coast(**options)
    if isinstance(table, schema.GuidedTable):
        law = law_of(options.pop("guidance"), f"{origin}.guidance")
        for name, kind in (("divert", Divert), ("hazard_detection", HazardDetection)):
            if options[name] is not None:
                options[name] = built(f"{origin}.{name}", "", partial(kind, **dict(options[name])))
        return Guided(law=law, **options)
    return Burn(**{**options, "steering": _STEERING[table.steering]()})
