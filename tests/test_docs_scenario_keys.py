"""The page on scenario files has a table of every key that a scenario file may have."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from lunarsim.io.scenario_file import dispersion_schema
from lunarsim.io.scenario_file.schema import ScenarioTable, table_of
from lunarsim.io.scenario_file.values import Table
from lunarsim.mission import Provenance
from lunarsim.plan.laws import OURS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "scenario-files.md").read_text("utf-8")
sys.path.insert(0, str(DOCS / "_ext"))
keys = pytest.importorskip("scenario_keys", reason="the documentation's tools are not installed")

#: Of the page, by the arguments of their directives.
TABLES = {name.strip(): keys.table_named(name.strip()) for name in re.findall(r"(?m)^\.\. keys::(.*)$", PAGE)}
DISPERSIONS = get_args(get_args(dispersion_schema.DispersionTable)[0])


def within(annotation: Any) -> Iterator[type[Table]]:
    """Give all tables that an annotation holds, and those within them."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
        for field in annotation.model_fields.values():
            yield from within(field.annotation)
    for part in get_args(annotation):
        yield from within(part)


def test_every_table_of_a_scenario_file_stands_on_the_page_with_its_keys() -> None:
    written = {table.component for table in TABLES.values()}
    there = {table for table in within(ScenarioTable) if table not in DISPERSIONS}
    assert {table.component for table in [*there, table_of(Provenance), *map(table_of, OURS)]} == written
    for name, table in TABLES.items():
        rows = list(keys.keys(table))
        assert len(rows) == len(table.model_fields), name
        for row in rows:
            assert row[-1], f"{name}: {row[0]} is not described"


@pytest.mark.parametrize("table", DISPERSIONS, ids=lambda table: table.__name__)
def test_every_key_of_a_dispersion_stands_on_the_page_and_is_called_needed_where_it_has_no_default(
    table: type[BaseModel],
) -> None:
    described = rows_of_dispersions()
    assert set(table.model_fields) <= described.keys()
    for name, field in table.model_fields.items():
        assert field.is_required() == (described[name].split("|")[1].strip() == "needed"), name


def test_the_page_names_no_key_of_a_dispersion_that_is_not_there() -> None:
    assert rows_of_dispersions().keys() <= {key for table in DISPERSIONS for key in table.model_fields}


def rows_of_dispersions() -> dict[str, str]:
    """Return the rows of the tables of dispersions: what stands after the name of each key."""
    section = PAGE.split("\n## Dispersions\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", section, re.MULTILINE))
