"""Scenario files that stand on another: what they do not say is what their base says."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from lunarsim.errors import ScenarioError, shown
from lunarsim.io.scenario_file.toml_file import read_toml

_MOST_BASES = 8  # one upon another


def read_upon_base(path: Path) -> dict[str, Any]:
    """Read a TOML file, upon the file that its key ``base`` names, if it has one.

    Tables are joined key by key. Where both say something else than a table, and of lists, what stands in the file
    itself counts, whole.

    Raises
    ------
    ScenarioError
        If a file cannot be read, there is no such base, or bases stand on each other in a circle.
    """
    document = read_toml(path)
    chain = [path]
    while (base := document.pop("base", None)) is not None:
        below = _found(base, chain[-1])
        if any(below.samefile(each) for each in chain) or len(chain) > _MOST_BASES:
            names = " on ".join(each.name for each in (*chain, below))
            raise ScenarioError(
                f"{path}: base = {shown(base)}: {names}: expected bases without a circle, at most {_MOST_BASES}"
            )
        chain.append(below)
        document = _joined(read_toml(below), document)
    return document


def _found(base: Any, path: Path) -> Path:
    """Return the file of a base: beside the file that names it, or of the catalogue."""
    if not isinstance(base, str) or not base.strip() or "\0" in base:
        raise ScenarioError(f"{path}: base = {shown(base)}: expected the name of a scenario, or of a file beside it")
    beside = path.parent / base
    if beside.is_file():
        return beside
    catalogue = Path(str(resources.files("lunarsim.scenarios")))
    named = catalogue / f"{base}.toml"
    if Path(base).name == base and named.is_file():
        return named
    raise ScenarioError(
        f"{path}: base = {shown(base)}: there is no such file beside this one, and no such scenario in the catalogue; "
        "`lunarsim scenarios` lists it"
    )


def _joined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two documents say together; a birth certificate is a value, and so is not joined."""
    joined = dict(below)
    for name, value in above.items():
        old = below.get(name)
        tables = isinstance(old, Mapping) and isinstance(value, Mapping) and not ("value" in old or "value" in value)
        joined[name] = _joined(old, value) if tables else value  # type: ignore[arg-type]
    return joined
