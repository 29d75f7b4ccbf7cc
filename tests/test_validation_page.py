"""The validation page shows what was measured, and what was measured is what the library does."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

HERE = Path(__file__).parents[1] / "docs" / "validation"


@pytest.fixture(scope="module")
def make():
    """The script of the page; its sections are imported from beside it."""
    sys.path.insert(0, str(HERE))
    try:
        yield importlib.import_module("make")
    finally:
        sys.path.remove(str(HERE))
        for name in [name for name in sys.modules if name == "make" or name.split(".")[0] == "sections"]:
            del sys.modules[name]


SECTIONS = sorted(path.stem for path in (HERE / "results").glob("*.json"))
PEERS = {"heyoka": "heyoka", "frames": "spiceypy", "oem": "oem", "kernels": "mpmath"}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_tables_on_the_page_are_those_of_the_results(make, section):
    if section in PEERS:
        pytest.importorskip(PEERS[section], reason="the peer of this section is not installed")
    for name, text in make.module(section).tables(make.results_of(section)).items():
        assert (HERE / "tables" / f"{name}.inc").read_text(encoding="utf-8") == text


def test_every_section_is_there_and_every_table_and_figure_is_on_the_page(make):
    assert sorted(make.SECTIONS) == SECTIONS
    page = (HERE / "index.md").read_text(encoding="utf-8")
    for path in [*(HERE / "tables").iterdir(), *(HERE / "figures").iterdir()]:
        assert f"{path.parent.name}/{path.name}" in page


def test_each_panel_of_the_figure_of_costs_says_what_it_is_about(make):
    figure = make.module("costs").draw(make.results_of("costs"))["costs"]
    try:
        titles = [ax.get_title(loc="left") for ax in figure.axes]
        assert [title[:4] for title in titles] == [f"({letter}) " for letter in "abcdef"]
        assert len({title[4:] for title in titles} - {""}) == 6
        figure.canvas.draw()
        widths = [ax._left_title.get_window_extent().width / ax.get_window_extent().width for ax in figure.axes]
        assert max(widths) < 1.05  # it reaches into no other panel
    finally:
        plt.close(figure)


def test_events_are_found_again_when_closed_forms_say(make):
    results = make.module("events").measure(turns=1.2)
    for row in results["rows"]:
        assert row["expected"] == row["found"] > 0, row
        assert row["error_s"] < 1e-6, row  # measured 3e-7 after 12 revolutions: 0.5 mm of flight


def test_two_published_ephemerides_are_met_again(make):
    pytest.importorskip("skyfield_data", reason="DE421, on which the ephemeris is flown, is not installed")
    published = make.module("published")
    ends = published.point_mass_ends_m()
    # measured 9 mm and 0.68 m; what they see is 6.5 km and 430 m
    assert ends["planets"] < 0.02
    assert ends["sunlight"] < 1.0


def test_the_page_keeps_what_was_asked_for(make):
    heyoka = make.results_of("heyoka")["cases"]
    assert all(max(case["difference_m"]) < 0.1 for case in heyoka)
    kernels = make.results_of("kernels")["rows"]
    assert all(row["error"] < 1e-15 for row in kernels)
    frames = make.results_of("frames")["rows"]
    assert all(row["angle"] < 1e-9 for row in frames)
    oem = make.results_of("oem")["rows"]
    assert all(row["between_m"] < 1e-3 for row in oem)
