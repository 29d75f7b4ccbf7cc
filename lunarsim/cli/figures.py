"""The files that a command leaves: figures, tables, the summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lunarsim import plots
from lunarsim.analysis import has_relief
from lunarsim.cli.options import command_line
from lunarsim.flight import Flight, GroundContact, Impact
from lunarsim.io.output import Write

if TYPE_CHECKING:
    from lunarsim.pages.page import Told

REPORT = "report.html"
DPI = 150
_SETTLING = 60.0 * u.s  # from the last cut-off to the ground, in a landing


def files(flights: dict[str, Flight], summary: dict[str, Any]) -> dict[str, Write]:
    """Return, for each file name, what writes it."""
    shown = list(flights.values())
    labels = list(flights)
    writers: dict[str, Write] = {
        "summary.json": json_writer(summary),
        **{f"{name}.ecsv": _table_writer(flight) for name, flight in flights.items()},
        "altitude_profile.png": figure_writer(lambda: plots.altitude_profile(*shown, labels=labels)),
        "ground_track.png": figure_writer(lambda: plots.ground_track(*shown, labels=labels)),
        "orbit.png": figure_writer(lambda: plots.orbit(*shown, labels=labels)),
    }
    down = [flight for flight in shown if isinstance(flight.outcome, GroundContact)]
    if down and _flew_into_a_map(down[-1]):
        writers["terrain_profile.png"] = figure_writer(lambda: plots.terrain_profile(down[-1]))
    landing = {label: flight for label, flight in flights.items() if _comes_down_on_its_engine(flight)}
    if landing:
        page = partial(plots.descent_profile, *landing.values(), labels=list(landing))
        writers["descent_profile.png"] = figure_writer(page)
    for name, flight in flights.items():
        if flight.has_lanes:
            writers[f"{name}_lanes.ecsv"] = _lanes_writer(flight)
    told = [flight for flight in shown if flight.has_lanes]
    if told:
        writers["lanes.png"] = figure_writer(lambda: plots.lanes(told[-1]))
    if any(flight.burns for flight in shown):
        writers["burn.png"] = figure_writer(lambda: plots.burn(*shown, labels=labels))
    return writers


def _flew_into_a_map(flight: Flight) -> bool:
    return has_relief(flight.scenario.moon.terrain)


def _comes_down_on_its_engine(flight: Flight) -> bool:
    """Return whether a flight is a landing to look at phase by phase: it has guided phases, or ends near a cut-off."""
    if flight.phases:
        return True
    descent = flight.powered_descent
    return descent is not None and isinstance(flight.outcome, Impact) and flight.end - descent[1] < _SETTLING


def _table_writer(flight: Flight) -> Write:
    return lambda path: flight.to_table().write(path, format="ascii.ecsv", delimiter=",")


def _lanes_writer(flight: Flight) -> Write:
    return lambda path: flight.lanes().write(path, format="ascii.ecsv", delimiter=",")


def json_writer(content: dict[str, Any]) -> Write:
    """Return what writes a JSON file."""
    text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    return lambda path: _write_text(path, text)


def report_writer(told: Told, scenario: str) -> Write:
    """Return what writes the page of flights or of a campaign, with the command that was given."""
    from lunarsim.pages import report  # noqa: PLC0415  (only who asks for a page waits for it)

    def write(path: Path) -> None:
        report(told, path, scenario=scenario, command=command_line())

    return write


def figure_writer(draw: Callable[[], Any]) -> Write:
    """Return what draws a figure and writes it."""

    def write(path: Path) -> None:
        with mpl.rc_context():
            mpl.use("Agg")
            axes: Axes = np.ravel(draw())[0]
            figure = axes.get_figure(root=True)
            assert isinstance(figure, Figure)
            figure.savefig(path, dpi=DPI)
            mpl.pyplot.close(figure)

    return write


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
