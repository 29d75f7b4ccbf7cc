"""What notebooks show of objects: tables in which a text of the user is text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import burn_example
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.display import as_table

HOSTILE = "<script>alert(1)</script>"


class Cells(HTMLParser):
    """Collects the elements and the texts of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, text: str) -> None:
        self.texts.append(text)


@pytest.fixture(scope="module")
def flight() -> ls.Flight:
    return ls.simulate(burn_example.scenario())


def test_a_table_holds_names_and_values_as_texts() -> None:
    told = Cells(as_table("a & b", [("x<y", "1\n2"), ("z", HOSTILE)]))
    assert told.texts == ["a & b", "x<y", "1", "2", "z", HOSTILE]
    assert "script" not in told.elements


def test_a_flight_shows_its_outcome_its_burns_and_its_faults(flight: ls.Flight) -> None:
    texts = Cells(flight._repr_html_()).texts
    assert str(flight.outcome) in texts
    assert any(text.endswith("ended by timer") for text in texts)
    assert "accelerometer off" in texts


def test_a_state_shows_where_it_is_and_many_states_what_they_are(flight: ls.Flight) -> None:
    state = flight.scenario.state
    texts = Cells(state._repr_html_()).texts
    assert f"{state.altitude.to_value(u.km):.3f} km" in texts
    assert Cells(flight.states._repr_html_()).texts == [repr(flight.states)]


def test_an_outcome_shows_where_it_was(flight: ls.Flight) -> None:
    assert f"{flight.outcome.latitude.deg:.4f} deg (ME)" in Cells(flight.outcome._repr_html_()).texts


def test_a_scenario_of_a_coast_shows_that_it_has_no_craft() -> None:
    coast = ls.Scenario(name="coast", state=burn_example.orbit(), plan=(ls.Coast(duration=1 * u.h),))
    assert "none" in Cells(coast._repr_html_()).texts


@pytest.mark.parametrize("field", ["title", "name"])
def test_a_hostile_name_is_shown_and_does_not_run(flight: ls.Flight, field: str) -> None:
    scenario = replace(flight.scenario, **{field: HOSTILE})
    sites = {HOSTILE: ls.Site(latitude=0 * u.deg, longitude=0 * u.deg, title=HOSTILE)}
    for shown in (scenario, replace(scenario, sites=sites), replace(flight, scenario=scenario)):
        assert "script" not in Cells(shown._repr_html_()).elements
