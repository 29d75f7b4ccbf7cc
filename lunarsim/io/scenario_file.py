"""Scenario files: TOML, values as text with units, checked before anything runs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from astropy import units as u
from pydantic import BaseModel, ValidationError

from lunarsim import data
from lunarsim.craft import Accelerometer, Engine, Spacecraft
from lunarsim.errors import DataError, InputError, ScenarioError, nearest
from lunarsim.faults import AccelerometerOff
from lunarsim.flight import Provenance, Scenario, Site, Source
from lunarsim.io import scenario_schema as schema
from lunarsim.moon import Ephemeris, GravityField, Moon, Terrain
from lunarsim.orbits import State
from lunarsim.plan import AgainstVelocity, AlongVelocity, Burn, Coast, Phase

Built = TypeVar("Built")
Key = tuple[str | int, ...]

_STEERING = {"against velocity": AgainstVelocity, "along velocity": AlongVelocity}
_FAULTS = {AccelerometerOff.title: AccelerometerOff}
_KINDS_IN_WORDS = "'burn' or 'coast'"
_KINDS: dict[Any, type[BaseModel]] = {"burn": schema.BurnTable, "coast": schema.CoastTable}  # parts of pydantic's keys


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Each value may be plain, or a table with its birth certificate:
    ``{ value = "84 s", status = "published", sources = ["interfax_cause"] }``.

    Raises
    ------
    ScenarioError
        If the file cannot be read, or a key or a value is not what it should be. The text names the file, the
        key, the value and what was expected.
    """
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise ScenarioError(f"{path}: the scenario file cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: this is not TOML: {error}") from None
    return scenario_from_document(document, path)


def scenario_from_document(document: Mapping[str, Any], path: Path) -> Scenario:
    """Return the scenario of a parsed file; its path stands in errors, and beside it other files are looked for."""
    origin = str(path)
    certificates: dict[str, Provenance] = {}
    plain = _without_certificates(document, (), certificates, origin)
    table = _validated(schema.ScenarioTable, plain, origin, ())
    for key, certificate in certificates.items():
        for source in certificate.sources:
            if source not in table.sources:
                raise ScenarioError(
                    f"{origin}: {key}: source '{source}' is not in [sources]: {nearest(source, table.sources)}"
                )
    return _built(origin, "", lambda: _scenario(table, certificates, path))


def _without_certificates(node: Any, key: Key, found: dict[str, Provenance], origin: str) -> Any:
    """Replace each ``{ value = ..., status = ... }`` by its value and collect its certificate."""
    if isinstance(node, Mapping):
        if "value" in node:
            certificate = _validated(schema.ProvenanceTable, node, origin, key)
            found[_dotted(key)] = _built(
                origin, _dotted(key), lambda: Provenance(**{**dict(certificate), "value": str(certificate.value)})
            )
            return certificate.value
        return {name: _without_certificates(child, (*key, name), found, origin) for name, child in node.items()}
    if isinstance(node, list):
        return [_without_certificates(child, (*key, i), found, origin) for i, child in enumerate(node)]
    return node


def _scenario(table: schema.ScenarioTable, certificates: dict[str, Provenance], path: Path) -> Scenario:
    origin = str(path)
    return Scenario(
        name=table.name,
        title=table.title,
        remark=table.remark,
        state=_built(origin, "orbit", lambda: State.from_elements(**dict(table.orbit))),
        craft=_built(origin, "craft", partial(_craft, table.craft, origin)) if table.craft else None,
        moon=_built(origin, "moon", partial(_moon, table.moon, path)),
        plan=tuple(_built(origin, f"plan.{i}", partial(_phase, phase)) for i, phase in enumerate(table.plan)),
        faults=tuple(_FAULTS[fault.type](cause=fault.cause) for fault in table.faults),
        sites={name: _built(origin, f"sites.{name}", partial(Site, **dict(s))) for name, s in table.sites.items()},
        published=table.published,
        provenance=certificates,
        sources={name: Source(**dict(source)) for name, source in table.sources.items()},
    )


def _moon(table: schema.MoonTable, path: Path) -> Moon:
    if table.terrain is not None and table.surface_elevation is not None:
        raise InputError("terrain and surface_elevation are both given: expected one of them")
    return Moon(
        gravity=_built(str(path), "moon.gravity_degree", partial(_gravity, table, path.parent)),
        third_bodies=table.third_bodies,
        terrain=_built(str(path), "moon", partial(_terrain, table, path.parent)),
        ephemeris=getattr(Ephemeris, table.ephemeris)(),
        tide=table.tide,
        radiation=table.radiation,
    )


def _gravity(table: schema.MoonTable, folder: Path) -> GravityField:
    if table.gravity_file is None:
        return GravityField.grail(table.gravity_degree)
    return GravityField.from_file(_beside(folder, table.gravity_file), degree=table.gravity_degree)


def _terrain(table: schema.MoonTable, folder: Path) -> Terrain:
    if table.terrain is None:
        return Terrain.sphere(0.0 * u.m if table.surface_elevation is None else table.surface_elevation)
    return Terrain.from_file(_beside(folder, table.terrain))


def _beside(folder: Path, name: str) -> Path:
    """Return a file beside the scenario file, or one of lunarsim's data files by its name."""
    return folder / name if (folder / name).is_file() else data.find(name)


def _craft(table: schema.CraftTable, origin: str) -> Spacecraft:
    return Spacecraft(
        dry_mass=table.dry_mass,
        propellant_mass=table.propellant_mass,
        engine=_built(origin, "craft.engine", partial(Engine, **dict(table.engine))),
        accelerometer=_built(origin, "craft.accelerometer", partial(Accelerometer, **dict(table.accelerometer))),
        radiation_area=table.radiation_area,
        radiation_coefficient=table.radiation_coefficient,
    )


def _phase(table: schema.BurnTable | schema.CoastTable) -> Phase:
    options = {name: value for name, value in table if name != "type"}
    if isinstance(table, schema.CoastTable):
        return Coast(**options)
    return Burn(**{**options, "steering": _STEERING[table.steering]()})


def _built(origin: str, key: str, build: Callable[[], Built]) -> Built:
    """Build a domain object; its complaint gets the file and the table in front."""
    try:
        return build()
    except ScenarioError:
        raise
    except (InputError, DataError) as error:
        raise ScenarioError(f"{origin}: {f'[{key}] ' if key else ''}{error}") from error


Table = TypeVar("Table", bound=BaseModel)


def _validated(model: type[Table], document: Any, origin: str, at: Key) -> Table:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        words = [_in_words(model, detail, at) for detail in error.errors()]
        raise ScenarioError("\n".join(f"{origin}: {line}" for line in words)) from None


def _in_words(model: type[BaseModel], detail: Any, at: Key) -> str:
    path = tuple(part for i, part in enumerate(detail["loc"]) if not _is_kind(detail["loc"], i))
    key = _dotted((*at, *path))
    match detail["type"]:
        case "extra_forbidden":
            return f"{key}: there is no such key; {nearest(str(path[-1]), _keys_beside(model, detail['loc']))}"
        case "missing":
            return f"{key}: this key is missing"
        case "text":
            return f"{key}: {detail['msg']}"
        case "union_tag_not_found":
            return f"{key}.type: this key is missing: expected {_KINDS_IN_WORDS}"
        case "union_tag_invalid":
            return f"{key}.type = '{detail['ctx']['tag']}': expected {_KINDS_IN_WORDS}"
        case _:
            return f"{key} = {detail['input']!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _is_kind(location: Key, i: int) -> bool:
    return i > 0 and isinstance(location[i - 1], int) and location[i] in _KINDS


def _keys_beside(model: type[BaseModel], location: Key) -> list[str]:
    """Return the keys that a table may have, where one of its keys was not known."""
    for part in location[:-1]:
        if part in _KINDS:
            model = _KINDS[part]
        elif isinstance(part, str) and part in model.model_fields:
            model = _table_within(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _table_within(annotation: Any) -> type[BaseModel] | None:
    """Return the table that a field's annotation holds: itself, an optional one, or the values of a dict."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [_table_within(argument) for argument in getattr(annotation, "__args__", ())]
    return next((table for table in inner if table is not None), None)


def _dotted(key: Key) -> str:
    return ".".join(str(part) for part in key)
