"""The page on scenario files names every key that a scenario file may have."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from lunarsim.io.scenario_file import dispersion_schema, schema

PAGE = Path(__file__).parents[1] / "docs" / "scenario-files.md"
#: Under which of the page's headings the keys of a table stand.
HEADINGS = {
    schema.ScenarioTable: "The file",
    schema.OrbitTable: "Orbit",
    schema.ApproachTable: "Approach",
    schema.CraftTable: "Craft",
    schema.NavigationTable: "Craft",
    schema.GearTable: "Craft",
    schema.EngineTable: "Craft",
    schema.AccelerometerTable: "Craft",
    schema.MoonTable: "Moon",
    schema.BurnTable: "Plan",
    schema.CoastTable: "Plan",
    schema.GuidedTable: "Guided phases",
    schema.DivertTable: "Diverts",
    schema.HazardDetectionTable: "Diverts",
    schema.FaultTable: "Faults",
    dispersion_schema.NormalTable: "Dispersions",
    dispersion_schema.TruncatedNormalTable: "Dispersions",
    dispersion_schema.UniformTable: "Dispersions",
    dispersion_schema.DiscreteTable: "Dispersions",
    dispersion_schema.ProbabilityTable: "Dispersions",
    dispersion_schema.JointNormalTable: "Dispersions",
    dispersion_schema.EmpiricalTable: "Dispersions",
    schema.SiteTable: "Sites",
    schema.ProfileTable: "Profile",
    schema.SourceTable: "Sources",
    schema.ProvenanceTable: "Birth certificates",
}


def rows(heading: str) -> dict[str, str]:
    """Return the table rows of a section: what stands after the name of each key."""
    section = PAGE.read_text("utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", section, re.MULTILINE))


def test_every_table_of_a_scenario_file_has_its_heading() -> None:
    tables = {
        table
        for module in (schema, dispersion_schema)
        for _, table in inspect.getmembers(module, inspect.isclass)
        if issubclass(table, BaseModel) and table.__module__ == module.__name__
    }
    assert tables == HEADINGS.keys()


@pytest.mark.parametrize("table", HEADINGS, ids=lambda table: table.__name__)
def test_every_key_stands_on_the_page_and_is_called_needed_where_it_has_no_default(table: type[BaseModel]) -> None:
    described = rows(HEADINGS[table])
    assert set(table.model_fields) <= described.keys()
    for name, field in table.model_fields.items():
        assert field.is_required() == (described[name].split("|")[1].strip() == "needed"), name


@pytest.mark.parametrize("heading", sorted(set(HEADINGS.values())))
def test_the_page_names_no_key_that_is_not_there(heading: str) -> None:
    known = {key for table, place in HEADINGS.items() if place == heading for key in table.model_fields}
    assert rows(heading).keys() <= known
