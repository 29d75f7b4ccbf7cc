"""The numbers of a page: rows of tables, each cell with the value that JSON has, and its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u

from lunarsim.flight import Flight, Landed


class Cell(NamedTuple):
    """A value as JSON has it, the text that a page shows of it, and where it stands in the JSON."""

    value: float | str | None
    text: str
    key: str


class Row(NamedTuple):
    """What a line of a table is about, and a cell for each column."""

    title: str
    cells: tuple[Cell, ...]


class _Line(NamedTuple):
    key: str  #: in a flight's summary, parts joined by points
    title: str
    digits: int = 0


_BURN = (
    _Line("duration_s", "duration (s)", 1),
    _Line("cutoff", "ended by"),
    _Line("delta_v_mps", "true delta-v (m/s)", 2),
    _Line("delta_v_sensed_mps", "delta-v that the computer sensed (m/s)", 2),
    _Line("target_delta_v_mps", "target delta-v (m/s)", 2),
    _Line("propellant_kg", "propellant used (kg)", 1),
)
_END = (
    _Line("orbit_after_burn.perilune_km", "perilune after the last burn (km)", 1),
    _Line("orbit_after_burn.apolune_km", "apolune after the last burn (km)", 1),
    _Line("end.utc", "end of the flight (UTC)"),
    _Line("end.perilune_km", "perilune at the end (km)", 1),
    _Line("end.apolune_km", "apolune at the end (km)", 1),
    _Line("impact.latitude_deg", "latitude of the impact (deg)", 3),
    _Line("impact.longitude_deg", "east longitude of the impact (deg)", 3),
    _Line("impact.elevation_m", "elevation of the impact (m)", 0),
    _Line("impact.speed_mps", "speed at the impact (m/s)", 0),
    _Line("impact.flight_path_angle_deg", "flight-path angle at the impact (deg)", 2),
    _Line("impact.incidence_deg", "angle to the ground (deg)", 2),
    _Line("impact.distance_to_crater_km", "distance from the crater (km)", 3),
    _Line("impact.crater_diameter_low_m", "diameter of the crater, at least (m)", 1),
    _Line("impact.crater_diameter_high_m", "diameter of the crater, at most (m)", 1),
    _Line("impact.crater_diameter_observed_m", "diameter of the crater, observed (m)", 0),
    _Line("touchdown.verdict", "verdict"),
    _Line("touchdown.latitude_deg", "latitude of the touchdown (deg)", 4),
    _Line("touchdown.longitude_deg", "east longitude of the touchdown (deg)", 4),
    _Line("touchdown.descent_rate_mps", "descent rate (m/s)", 2),
    _Line("touchdown.horizontal_speed_mps", "horizontal speed (m/s)", 2),
    _Line("touchdown.tilt_deg", "tilt (deg)", 1),
    _Line("touchdown.slope_deg", "slope of the ground (deg)", 1),
    _Line("touchdown.distance_to_site_m", "distance from the site (m)", 1),
    _Line("touchdown.delta_v_mps", "delta-v of the descent (m/s)", 1),
    _Line("touchdown.propellant_left_kg", "propellant left (kg)", 1),
)
_PHASE = (
    _Line("law", "guidance"),
    _Line("duration_s", "lasts (s)", 1),
    _Line("delta_v_mps", "delta-v (m/s)", 1),
    _Line("propellant_kg", "used (kg)", 1),
    _Line("end_height_above_site_m", "height at its end (m)", 0),
    _Line("end_horizontal_speed_mps", "across (m/s)", 2),
    _Line("end_altitude_rate_mps", "up (m/s)", 2),
    _Line("ended_by", "ended by"),
)
_BUDGET = (
    _Line("delta_v_mps", "delta-v (m/s)", 1),
    _Line("propellant_kg", "used (kg)", 1),
    _Line("gravity_loss_mps", "gravity loss (m/s)", 1),
    _Line("steering_loss_mps", "steering loss (m/s)", 1),
)


class Table(NamedTuple):
    """A table with its caption."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    texts: tuple[int, ...] = ()  #: columns of words, counted from 0


def outcomes(summaries: Mapping[str, Mapping[str, Any]], decimals: Mapping[str, int]) -> Table:
    """Return what came out of each flight: a column a flight, lines that none has left out.

    A delta-v is told to so many decimals as are known of each flight's.
    """
    labels = tuple(summaries)
    found: list[Row] = []
    count = max((len(each["burns"]) for each in summaries.values()), default=0)
    for k in range(count):
        names = {str(burn["name"]) for each in summaries.values() for burn in each["burns"][k : k + 1]}
        title = f"{' / '.join(sorted(names))}: " if count > 1 else "burn: "
        found += _rows(
            summaries, [_Line(f"burns.{k}.{line.key}", title + line.title, line.digits) for line in _BURN], decimals
        )
    found += _rows(summaries, _END, decimals)
    return Table("What came out of it", ("", *labels), tuple(found))


def phases(label: str, summary: Mapping[str, Any]) -> Table | None:
    """Return the guided phases of a flight; None where it has none."""
    if not summary["phases"]:
        return None
    rows = tuple(
        Row(str(phase["name"]), tuple(_cell(phase, line, f"{label}.phases.{k}.") for line in _PHASE))
        for k, phase in enumerate(summary["phases"])
    )
    return Table("Guided phases", ("phase", *(line.title for line in _PHASE)), rows, texts=(1, len(_PHASE)))


def budget(label: str, summary: Mapping[str, Any]) -> Table | None:
    """Return the propulsion budget of a flight; None where it has none."""
    spent = summary["budget"]
    if spent is None:
        return None
    rows = [
        Row(name, tuple(_cell(line_of, line, f"{label}.budget.{name}.") for line in _BUDGET))
        for name, line_of in spent.items()
        if isinstance(line_of, Mapping)
    ]
    blank = (Cell(None, "", ""),) * (len(_BUDGET) - 1)
    rows += [
        Row(name.removesuffix("_mps").replace("_", " "), (cell(value, 1, f"{label}.budget.{name}"), *blank))
        for name, value in spent.items()
        if not isinstance(value, Mapping)
    ]
    caption = "Propulsion budget, and the least that a landing from this orbit takes"
    return Table(caption, ("phase", *(line.title for line in _BUDGET)), tuple(rows))


class Margin(NamedTuple):
    """How a touchdown stood against one limit."""

    name: str
    value: str
    limit: str
    margin: str
    kept: bool


def margins(flight: Flight) -> list[Margin]:
    """Return how a touchdown stood against the limits of the landing gear; nothing where there was none."""
    if not isinstance(flight.outcome, Landed):
        return []
    return [
        Margin(name, quantity(value), quantity(limit), quantity(limit - value), bool(value <= limit))
        for name, (value, limit) in flight.outcome.against_limits().items()
    ]


def quantity(value: u.Quantity) -> str:
    """Return a quantity with two decimals, as the command line prints it."""
    return f"{value.value:.2f} {value.unit.to_string().replace(' ', '')}"


def cell(value: Any, digits: int, key: str) -> Cell:
    """Return a cell of a value that JSON has: a number, a text or nothing."""
    if value is None:
        return Cell(None, "\N{EN DASH}", key)
    if isinstance(value, str):
        return Cell(value, value.replace("T", " ").removesuffix("Z")[:19] if _is_utc(value) else value, key)
    number = float(value)
    if not np.isfinite(number):
        return Cell(None, "infinite", key)
    return Cell(value, f"{number:,.{digits}f}".replace("-", "\N{MINUS SIGN}"), key)


def _rows(summaries: Mapping[str, Mapping[str, Any]], lines: Sequence[_Line], decimals: Mapping[str, int]) -> list[Row]:
    rows = [
        Row(
            line.title,
            tuple(_cell(summary, _known(line, decimals[label]), f"{label}.") for label, summary in summaries.items()),
        )
        for line in lines
    ]
    return [row for row in rows if any(each.value is not None for each in row.cells)]


def _cell(summary: Mapping[str, Any], line: _Line, prefix: str) -> Cell:
    value: Any = summary
    for part in line.key.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        elif value is not None:
            value = value[part]
    return cell(value, line.digits, prefix + line.key)


def _known(line: _Line, decimals: int) -> _Line:
    """Return a line with no more decimals than are known of its delta-v."""
    return line._replace(digits=min(line.digits, decimals)) if "delta_v" in line.key else line


def _is_utc(text: str) -> bool:
    return text.endswith("Z") and text[4:5] == "-" and text[10:11] == "T"
