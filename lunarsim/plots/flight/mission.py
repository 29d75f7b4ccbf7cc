"""A mission about the Moon: all of its orbits in one plane, and their heights against time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.patches import Circle
from matplotlib.pyplot import subplots

from lunarsim import constants
from lunarsim.chain import MissionFlight, Row, RowKind
from lunarsim.flight import Flight
from lunarsim.orbits.rtn_frame import rot_rtn_from_icrf
from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink, shade

_RADIUS_KM = constants.MOON_RADIUS_M / 1e3
_LOWEST_KM = 1.0  # drawn on the logarithmic axis


class MissionAxes(NamedTuple):
    """The two views of a mission."""

    orbits: Axes  #: in the plane in which the mission starts, km from the Moon's centre
    heights: Axes  #: of the osculating perilune and apolune, km, against time (UTC)


def mission(flown: MissionFlight) -> MissionAxes:
    """Draw a mission about the Moon: its orbits to scale, and perilune and apolune against time.

    Parameters
    ----------
    flown : MissionFlight
        From :func:`lunarsim.fly_mission`.

    Returns
    -------
    MissionAxes
        The orbits are projected onto the plane in which the mission starts, one colour for each link; beside them the
        osculating heights, with the ones that were asked for or published as rings, and burns as vertical lines. Only
        what coasts is drawn there: an osculating orbit has no sense on the way down.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> first = ls.load_scenario("luna25").without_faults()
    >>> mission = ls.Mission(name="one", links=(ls.Link(scenario=first),))
    >>> axes = ls.plots.mission(ls.fly_mission(mission))
    """
    figure, (orbits, heights) = subplots(1, 2, figsize=(10.0, 4.6), layout="constrained", width_ratios=(1.0, 1.25))
    figure.suptitle(flown.title or flown.name)
    _draw_orbits(orbits, flown)
    _draw_heights(heights, flown)
    return MissionAxes(orbits, heights)


def _draw_orbits(ax: Axes, flown: MissionFlight) -> None:
    plane = rot_rtn_from_icrf(flown.flights[0].scenario.state)[:2]
    ax.add_patch(Circle((0.0, 0.0), _RADIUS_KM, color=shade(0.3, ax), zorder=1))
    shades = colormaps["viridis"](np.linspace(0.0, 0.9, len(flown.flights)))
    for colour, flight in zip(shades, flown.flights, strict=True):
        x, y = plane @ flight.states.position.to_value(u.km).T
        ax.plot(x, y, color=colour, linewidth=1.0, label=flight.scenario.name, zorder=2)
    ax.set_aspect("equal", adjustable="datalim")  # a flat way keeps the box, and the legend stays below it
    ax.set(xlabel="From the Moon's centre (km)", ylabel="(km)")
    ax.legend(frameon=False, fontsize="x-small", loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)


def _draw_heights(ax: Axes, flown: MissionFlight) -> None:
    coasting = [flight for flight in flown.flights if not flight.phases]
    for name, colour in (("perilune", style.BLUE), ("apolune", style.VERMILION)):
        for k, flight in enumerate(coasting):
            shown = np.maximum(getattr(flight.states, name).to_value(u.km), _LOWEST_KM)
            ax.plot(flight.times.utc.datetime64, shown, color=colour, linewidth=1.2, label=name if k == 0 else None)
    _ring_published(ax, flown)
    for burn in flown.burns:
        ax.axvline(burn.ignition.utc.datetime64, color=shade(0.4, ax), linewidth=0.8, zorder=0)
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(locator := AutoDateLocator())  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    ax.set(xlabel="UTC", ylabel="Height above 1737.4 km (km)")
    ax.legend(frameon=False, fontsize="small", loc="best")


def _ring_published(ax: Axes, flown: MissionFlight) -> None:
    """Draw rings where a perilune or an apolune was asked for or published after a burn."""
    times, heights_km = [], []
    for flight, row in ((leg.flight, row) for leg in flown.legs for row in leg.rows):
        if _is_height_after_burn(flight, row):
            times.append(flight.burns[-1].after.epoch.utc.datetime64)
            heights_km.append(float(u.Quantity(row.asked).to_value(u.km)))
    if times:
        ax.plot(times, heights_km, "o", color=ink(ax), fillstyle="none", label="published")


def _is_height_after_burn(flight: Flight, row: Row) -> bool:
    known = row.kind in {RowKind.MET, RowKind.COMPARED}
    return known and bool(flight.burns) and row.quantity.startswith(("perilune after", "apolune after"))
