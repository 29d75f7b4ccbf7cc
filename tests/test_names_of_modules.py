"""A module is found under its own name: what its package gives by that name is the module, and no function of it."""

from __future__ import annotations

import ast
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(str(resources.files("lunarsim")))
FACES = sorted([*ROOT.rglob("__init__.py"), *ROOT.rglob("__init__.pyi")])


def given_names(face: Path) -> set[str]:
    """Return what a package gives by name, but for its own modules."""
    package = ".".join(["lunarsim", *face.parent.relative_to(ROOT).parts])
    names: set[str] = set()
    for node in ast.parse(face.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.level, node.module) != (1, None) and node.module != package:
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("face", FACES, ids=lambda face: str(face.relative_to(ROOT)))
def test_no_module_is_hidden_by_what_its_package_gives_of_its_name(face: Path) -> None:
    modules = {path.stem for path in face.parent.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    hidden = modules & given_names(face)
    assert not hidden, f"{face} gives other things by these names of modules: rename the modules"
