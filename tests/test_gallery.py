"""Each script of the gallery is short, has a title and a picture, and asserts its own headline."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.rglob("*.py"))
MOST_LINES = 40  #: that are not blank, imports included; the leading text is not counted


def statements(script: Path) -> list[ast.stmt]:
    return ast.parse(script.read_text(encoding="utf-8")).body


def test_there_are_twenty_scripts_at_least() -> None:
    assert len(SCRIPTS) >= 20


def test_the_folder_of_lessons_holds_lessons_alone() -> None:
    """What a lesson writes goes into a temporary folder."""
    written = [path.name for path in (EXAMPLES.parent / "notebooks").iterdir() if path.is_file()]
    assert [name for name in written if not name.endswith(".ipynb")] == []


def test_each_folder_of_scripts_has_a_heading() -> None:
    folders = {script.parent for script in SCRIPTS}
    assert all((folder / "README.rst").is_file() for folder in folders)
    assert EXAMPLES not in folders


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}/{script.stem}")
def test_a_script_has_a_title_a_picture_and_few_lines(script: Path) -> None:
    body = statements(script)
    text = ast.get_docstring(ast.Module(body, [])) or ""
    title, line = text.splitlines()[:2]
    assert line == "=" * len(title)
    code = script.read_text(encoding="utf-8").split('"""', 2)[2].splitlines()
    assert len([line for line in code if line.strip()]) <= MOST_LINES
    assert [line for line in code if line.startswith("plt.show()")] == ["plt.show()"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}/{script.stem}")
def test_a_script_asserts_what_it_shows(script: Path) -> None:
    tree = ast.Module(statements(script), [])
    assert any(isinstance(node, ast.Assert) for node in ast.walk(tree))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}/{script.stem}")
def test_a_script_uses_nothing_of_the_package_but_what_is_public(script: Path) -> None:
    for node in ast.walk(ast.Module(statements(script), [])):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("lunarsim")
