"""The page on scenario files has a table of every key that a scenario file may have."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from lunarsim.craft import NAVIGATIONS, Accelerometer
from lunarsim.faults import Fault
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


def test_every_table_of_a_scenario_file_stands_on_the_page_and_each_key_in_it_is_described() -> None:
    there = [
        *within(ScenarioTable),
        table_of(Provenance),
        table_of(Fault),
        table_of(Accelerometer),
        *map(table_of, NAVIGATIONS.values()),
        *map(table_of, OURS),
    ]
    assert {(table.__name__, *table.model_fields) for table in there} == {
        (table.__name__, *table.model_fields) for table in TABLES.values()
    }
    for name, table in TABLES.items():
        rows = list(keys.keys(table))
        assert len(rows) == len(table.model_fields), name
        for row in rows:
            assert row[-1], f"{name}: {row[0]} is not described"
