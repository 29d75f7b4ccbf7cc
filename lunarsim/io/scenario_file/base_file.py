"""Scenario files that stand on another: what they do not say is what their base says."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from lunarsim.errors import ScenarioError, shown
from lunarsim.io.scenario_file.origin import Origin
from lunarsim.io.scenario_file.toml_file import read_toml

_MOST_BASES = 8  # one upon another
_KINDS = ("type", "law")  # keys that say what the other keys of their table can be
#: Keys of which a table has one.
_ONE_OF_EACH = (("orbit", "approach", "state", "earth_orbit"), ("terrain", "surface_elevation", "crater"))


def read_upon_base(path: Path) -> dict[str, Any]:
    """Read a TOML file, upon the file that its key ``base`` names, if it has one; see :func:`read_with_origin`."""
    return read_with_origin(path)[0]


def read_with_origin(path: Path) -> tuple[dict[str, Any], Origin]:
    """Read a TOML file, upon the file that its key ``base`` names, if it has one, and say where each key stands.

    Tables are joined key by key, but for one of another ``type`` or ``law``, which replaces that of the base whole.
    Where both say something else than a table, and of lists, what stands in the file itself counts, whole. Of keys that
    exclude each other, such as ``orbit`` and ``approach``, the base's gives way; ``without`` names keys of the base,
    with their tables in front, that are left out.

    Raises
    ------
    ScenarioError
        If a file cannot be read, there is no such base, bases stand on each other in a circle, a file upon another has
        no name of its own, or the base has no key that is to be left out.
    """
    document = read_toml(path)
    chain, layers = [path], [(path, dict(document))]
    while (base := document.pop("base", None)) is not None:
        if len(chain) == 1 and "name" not in document:
            raise ScenarioError(f"{path}: name is missing: give a scenario upon another a name of its own")
        below = found_base(base, chain[-1])
        if any(below.samefile(each) for each in chain) or len(chain) > _MOST_BASES:
            names = " on ".join(each.name for each in (*chain, below))
            raise ScenarioError(
                f"{path}: base = {shown(base)}: {names}: expected bases without a circle, at most {_MOST_BASES}"
            )
        left_out = document.pop("without", [])
        chain.append(below)
        said = _without(read_toml(below), left_out, below, chain[-2])
        layers.append((below, dict(said)))
        document = joined_documents(said, document)
    if "without" in document:
        raise ScenarioError(
            f"{path}: without = {shown(document['without'])}: expected a base, of which to leave it out"
        )
    return document, Origin.upon(layers)


def _without(document: dict[str, Any], keys: Any, below: Path, path: Path) -> dict[str, Any]:
    """Return a base without some of its keys."""
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ScenarioError(f"{path}: without = {shown(keys)}: expected a list of keys, such as ['craft.gear']")
    for key in keys:
        *tables, last = key.split(".")
        table: Any = document
        for name in tables:
            table = table.get(name) if isinstance(table, dict) else None
        if not isinstance(table, dict) or last not in table:
            raise ScenarioError(
                f"{path}: without = {shown(keys)}: {below.name} has no key '{key}' of its own: expected keys that "
                "stand there, with their tables in front"
            )
        del table[last]
    return document


def catalogue_folder() -> Path:
    """Return the folder of the scenarios that the package carries."""
    return Path(str(resources.files("lunarsim.scenarios")))


def found_base(base: Any, path: Path) -> Path:
    """Return the file of a base: beside the file that names it, or of the catalogue."""
    if not isinstance(base, str) or not base.strip() or "\0" in base:
        raise ScenarioError(f"{path}: base = {shown(base)}: expected the name of a scenario, or of a file beside it")
    beside = path.parent / base
    if beside.is_file():
        return beside
    named = catalogue_folder() / f"{base}.toml"
    if Path(base).name == base and named.is_file():
        return named
    raise ScenarioError(
        f"{path}: base = {shown(base)}: there is no such file beside this one, and no such scenario in the catalogue; "
        "`lunarsim scenarios` lists it"
    )


def joined_documents(below: Any, above: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two documents say together; a birth certificate is a value, and so is not joined."""
    given_way = {other for ones in _ONE_OF_EACH for name in ones if name in above for other in ones if other != name}
    joined = {name: value for name, value in below.items() if name not in given_way}
    for name, value in above.items():
        old = joined.get(name)
        tables = isinstance(old, Mapping) and isinstance(value, Mapping) and not ("value" in old or "value" in value)
        joined[name] = joined_documents(old, value) if tables and not _is_another(old, value) else value
    return joined


def _is_another(old: Any, new: Any) -> bool:
    """Return whether a table describes another kind of thing than that of the base, whose keys are not its own."""
    return any(key in new and _plain(new[key]) != _plain(old.get(key)) for key in _KINDS)


def _plain(value: Any) -> Any:
    return value.get("value") if isinstance(value, Mapping) else value
