"""What the pages show can be copied: their blocks use names that the page has made, and public modules alone."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lunarsim import names

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?:python|\{code-block\} python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[ast.Module]:
    return [ast.parse(code) for code in BLOCK.findall(page.read_text(encoding="utf-8"))]


def made(tree: ast.Module) -> Iterator[str]:
    """Return the names that a block binds: by assignment, import, definition, argument, or ``except ... as``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name.asname or name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def test_who_comes_from_another_tool_is_led_to_its_files() -> None:
    page, exchange = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("coming-from.md", "exchange.md"))
    calls = {*re.findall(r"ls\.(?:State\.from|write|import)_\w+", page)}
    assert {"ls.import_gmat", "ls.write_oem", "ls.write_spk", "ls.State.from_oem"} <= calls
    headings = {heading.lower() for heading in re.findall(r"^##+ (.+)$", exchange, re.MULTILINE)}
    linked = re.findall(r"\(exchange\.md#([\w-]+)\)", page)
    assert linked
    assert {*linked} <= headings


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_use_only_names_that_it_has_made(page: Path) -> None:
    known = set(dir(builtins))
    for tree in blocks(page):
        known |= set(made(tree))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert used <= known, f"{page.name} never says what {sorted(used - known)} are"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_import_nothing_but_the_package_itself(page: Path) -> None:
    for tree in blocks(page):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("lunarsim."), f"{page.name}: from {node.module} import ..."


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_call_nothing_by_a_name_that_it_had_before(page: Path) -> None:
    before = {old for of in names._RENAMED_OF.values() for old in of} | set(names._RENAMED)
    before -= {"cycle", "height", "longest", "moved", "shifted", "turn_rate"}  # words of other things too
    for tree in blocks(page):
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        arguments = {str(node.arg) for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        assert not (attributes | arguments) & before, f"{page.name} uses names of before"
