"""``lunarsim plot``: figures of flights that were saved, or of whose histories a NetCDF file was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from rich.console import Console
from rich.text import Text

from lunarsim import plots
from lunarsim.chain import MissionFlight
from lunarsim.chain.archive import is_mission_file
from lunarsim.cli.figures import DPI
from lunarsim.data import user_path
from lunarsim.errors import InputError, nearest, shown
from lunarsim.files import written_whole
from lunarsim.flight import Flight, GroundContact, Histories
from lunarsim.flight.result.flight_file.archive import is_netcdf
from lunarsim.io import read_netcdf
from lunarsim.io.text import parse_quantity
from lunarsim.plots.flight.cislunar_views import comes_near, flights_of, goes_beyond

#: What each figure draws, by its name; all take flights one by one.
FIGURES: dict[str, Callable[..., Any]] = {
    "altitude_profile": plots.altitude_profile,
    "burn": plots.burn,
    "cislunar": plots.cislunar,
    "descent_profile": plots.descent_profile,
    "ground_track": plots.ground_track,
    "mission": plots.mission,
    "orbit": plots.orbit,
    "terrain_profile": plots.terrain_profile,
}
_ONE_FLIGHT = ("cislunar", "mission", "terrain_profile")
_OF_MISSIONS = ("cislunar", "mission")
#: What figures take that histories alone do not hold.
_NOT_IN_HISTORIES = {
    "cislunar": "the ephemeris",
    "descent_profile": "the landing site, the phases, and where the thrust pointed",
    "mission": "the links of a mission",
    "terrain_profile": "the ground below",
}
Drawable = Flight | Histories | MissionFlight
_SIZE = re.compile(r"(?P<width>\d+(\.\d*)?)\s*x\s*(?P<height>\d+(\.\d*)?\s*[a-zA-Z]+)")
_LEAST_IN, _MOST_IN = 1.0, 60.0


def list_figures(files: Sequence[Path], console: Console) -> None:
    """Print the figures, and what each shows; of given files, first those that can be drawn.

    Raises
    ------
    DataError
        If a file is no saved flight.
    """
    flights = [_read(file) for file in files]
    refused = {name: words for name in FIGURES if (words := _why_not(name, flights))}
    for name in sorted(FIGURES, key=refused.__contains__):
        words = " ".join(str(FIGURES[name].__doc__).partition("\n\n")[0].split())
        words = f"cannot be drawn: {refused[name]}" if name in refused else words
        console.print(Text(name, style="bold").append(f"  {words}", style="not bold"), soft_wrap=True)


def draw(
    files: Sequence[Path], figures: Sequence[str], out: Path | None, style: Sequence[str], size: str | None
) -> None:
    """Draw figures of saved flights, each into a file of its own.

    Raises
    ------
    InputError
        If there is no such figure or style, or a size cannot be read.
    DataError
        If a file is no saved flight.
    OutputError
        If a figure cannot be written.
    """
    chosen = [_figure(name) for name in figures]
    inches = None if size is None else _inches(size)
    for name in style:
        if name not in mpl.style.available and not user_path(name).is_file():
            raise InputError(f"--style {shown(name)}: {nearest(name, mpl.style.available)}, or a matplotlib style file")
    flights = [_read(file) for file in files]
    targets = _targets(files[0], figures, out)
    for name in figures:
        if words := _why_not(name, flights):
            raise InputError(f"--figure {name} cannot be drawn: {words}")
    console = Console(stderr=True)
    for make, target in zip(chosen, targets, strict=True):
        _write(target, lambda make=make: make(*flights), [*style], inches)  # type: ignore[misc]
        console.print(Text(str(target)), soft_wrap=True)


def _read(file: Path) -> Drawable:
    path = user_path(file)
    if is_mission_file(path):
        return MissionFlight.load(path)
    return read_netcdf(path) if path.is_file() and is_netcdf(path) else Flight.load(path)


def _why_not(name: str, flights: Sequence[Drawable]) -> str:
    """Return why a figure of flights cannot be drawn; nothing if it can."""
    if name in _ONE_FLIGHT and len(flights) > 1:
        return f"it takes one flight, and {len(flights)} were given"
    return next(filter(None, (_why_not_of(name, flight) for flight in flights)), "")


def _why_not_of(name: str, flight: Drawable) -> str:
    """Return why a figure of one flight cannot be drawn; nothing if it can."""
    if name in _OF_MISSIONS and not isinstance(flight, Histories):
        return _why_not_of_mission(name, flight)
    if isinstance(flight, MissionFlight):
        return f"it takes flights, and '{flight.name}' is a mission of {len(flight.flights)}; save one of flown.flights"
    return _why_not_of_histories(name, flight) if isinstance(flight, Histories) else _why_not_of_flight(name, flight)


def _why_not_of_histories(name: str, flight: Histories) -> str:
    if name in _NOT_IN_HISTORIES:
        held = f"the histories of '{flight.name}' do not hold"
        return f"it takes {_NOT_IN_HISTORIES[name]}, which {held}; give a file that flight.save() wrote"
    return f"no engine burned in {flight.name}" if name == "burn" and not flight.burns else ""


def _why_not_of_flight(name: str, flight: Flight) -> str:
    if name == "burn" and not flight.burns:
        return f"no engine burned in {flight.scenario.name}"
    if name == "terrain_profile" and not isinstance(flight.outcome, GroundContact):
        return f"the flight did not come down: {flight.outcome}"
    if name == "descent_profile" and flight.scenario.craft is None:
        return "the flight has no craft, and so no thrust and mass"
    return ""


def _why_not_of_mission(name: str, flight: Flight | MissionFlight) -> str:
    if name == "mission" and isinstance(flight, Flight):
        return "it takes a mission, that MissionFlight.save() wrote, and this is one flight"
    if name == "mission" and not comes_near(flights_of(flight)):
        return "it does not come into the Moon's sphere of influence"
    if name == "cislunar" and not goes_beyond(flights_of(flight)):
        return "all of it is within the Moon's sphere of influence"
    return ""


def _figure(name: str) -> Callable[..., Any]:
    if name not in FIGURES:
        raise InputError(f"--figure {shown(name)}: {nearest(name, FIGURES)}")
    return FIGURES[name]


def _inches(text: str) -> tuple[float, float]:
    """Return width and height in inches of a text such as ``16x9 cm``.

    Raises
    ------
    InputError
        If it is none.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InputError(f"--size {shown(text)}: expected a width, x, a height and their unit, such as '16x9 cm'")
    height = match["height"]
    unit = height.lstrip("0123456789. ")
    inch = 2.54 * u.cm
    if unit == "in":
        found = [float(match["width"]), float(height.removesuffix("in"))]
    else:
        lengths = (parse_quantity(f"{match['width']} {unit}", u.cm), parse_quantity(height, u.cm))
        try:
            found = [float((length / inch).to_value(u.one)) for length in lengths]
        except u.UnitConversionError:
            raise InputError(f"--size {shown(text)}: expected lengths in cm, mm or in") from None
    if not all(_LEAST_IN <= each <= _MOST_IN for each in found):
        raise InputError(f"--size {shown(text)}: expected 1 to 60 in (2.54 to 152 cm) of each")
    return found[0], found[1]


def _targets(first: Path, figures: Sequence[str], out: Path | None) -> list[Path]:
    """Return where each figure goes: into the file that is given, or beside the flight as NAME_FIGURE.png."""
    if out is None:
        return [first.with_name(f"{first.stem}_{name}.png") for name in figures]
    if len(figures) > 1:
        raise InputError(f"--out {out}: a file for {len(figures)} figures; leave it out, and each gets one of its own")
    known = mpl.figure.Figure().canvas.get_supported_filetypes()
    if out.suffix.lower().lstrip(".") not in known:
        raise InputError(f"--out {out}: expected a name that ends in .{', .'.join(sorted(known))}")
    return [out]


def _write(target: Path, make: Callable[[], Any], styles: list[str], inches: tuple[float, float] | None) -> None:
    with mpl.style.context(styles):
        mpl.use("Agg")
        axes: Axes = np.ravel(np.asarray(make(), dtype=object))[0]
        figure = axes.get_figure(root=True)
        assert isinstance(figure, mpl.figure.Figure)
        if inches is not None:
            figure.set_size_inches(*inches)
        with written_whole(target) as draft:
            figure.savefig(draft, dpi=DPI)
        mpl.pyplot.close(figure)
