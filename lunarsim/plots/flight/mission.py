"""A mission about the Moon: all of its orbits in one plane, and their heights against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from astropy import units as u
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.patches import Circle
from matplotlib.pyplot import subplots
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.chain import MissionFlight, Row, RowKind
from lunarsim.errors import InputError
from lunarsim.flight import BurnRecord, Flight
from lunarsim.orbits.rtn_frame import rot_rtn_from_icrf
from lunarsim.plots.flight.cislunar_views import Way
from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink, shade

Mask = NDArray[np.bool_]

_RADIUS_KM = constants.MOON_RADIUS_M / 1e3
_LOWEST_KM, _HIGHEST_KM = 1.0, 1e5  # drawn on the logarithmic axis: osculating apolunes at the capture are higher
_ROOM = 1.15  # of the view, in the greatest distance on a closed orbit


class MissionAxes(NamedTuple):
    """The two views of a mission."""

    orbits: Axes  #: in the plane of the first closed orbit, km from the Moon's centre
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
        The orbits are projected onto the plane of the first closed one, one colour for each link; beside them the
        osculating heights, with the ones that were asked for or published as rings, and burns as vertical lines. Only
        what coasts is drawn there: an osculating orbit has no sense on the way down. Of a mission that comes from the
        Earth or goes there, what is within the Moon's sphere of influence is drawn; the rest is on :func:`cislunar`.

    Raises
    ------
    InputError
        If it does not come into the Moon's sphere of influence.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> first = ls.load_scenario("luna25").without_faults()
    >>> mission = ls.Mission(name="one", links=(ls.Link(scenario=first),))
    >>> axes = ls.plots.mission(ls.fly_mission(mission))
    """
    near = [~Way.of([flight]).outside for flight in flown.flights]
    if not any(map(np.any, near)):
        raise InputError(f"'{flown.name}' does not come into the Moon's sphere of influence: draw it by plots.cislunar")
    figure, (orbits, heights) = subplots(1, 2, figsize=(10.0, 4.6), layout="constrained", width_ratios=(1.0, 1.25))
    figure.suptitle(flown.title or flown.name)
    _draw_orbits(orbits, flown, near)
    _draw_heights(heights, flown, near)
    return MissionAxes(orbits, heights)


def _draw_orbits(ax: Axes, flown: MissionFlight, near: Sequence[Mask]) -> None:
    closed = [shown & np.isfinite(flight.states.apolune) for flight, shown in zip(flown.flights, near, strict=True)]
    first = next((k for k, each in enumerate(closed) if np.any(each)), None)
    k, held = (0, np.ones_like(near[0])) if first is None else (first, closed[first])
    plane = rot_rtn_from_icrf(flown.flights[k].states[int(np.argmax(held))])[:2]
    ax.add_patch(Circle((0.0, 0.0), _RADIUS_KM, color=shade(0.3, ax), zorder=1))
    shades = colormaps["viridis"](np.linspace(0.0, 0.9, len(flown.flights)))
    farthest = 0.0
    for colour, flight, shown, bound in zip(shades, flown.flights, near, closed, strict=True):
        if not np.any(shown):
            continue
        r_km = flight.states.position.to_value(u.km)
        x, y = plane @ np.where(shown[:, None], r_km, np.nan).T
        ax.plot(x, y, color=colour, linewidth=1.0, label=flight.scenario.name, zorder=2)
        farthest = max(farthest, float(np.max(np.linalg.norm(r_km[bound], axis=1), initial=0.0)))
    whole = not farthest or all(map(np.all, near))
    ax.set_aspect("equal", adjustable="datalim" if whole else "box")  # a flat way keeps the box, the legend below it
    if not whole:  # the way there would make the orbits small
        ax.set(xlim=(-_ROOM * farthest, _ROOM * farthest), ylim=(-_ROOM * farthest, _ROOM * farthest))
    ax.locator_params(nbins=5)
    ax.set(xlabel="From the Moon's centre (km)", ylabel="(km)")
    ax.legend(frameon=False, fontsize="x-small", loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)


def _draw_heights(ax: Axes, flown: MissionFlight, near: Sequence[Mask]) -> None:
    coasting = [
        (flight, shown)
        for flight, shown in zip(flown.flights, near, strict=True)
        if not flight.phases and np.any(shown)
    ]
    for name, colour in (("perilune", style.BLUE), ("apolune", style.VERMILION)):
        for k, (flight, shown) in enumerate(coasting):
            heights = np.maximum(getattr(flight.states, name).to_value(u.km), _LOWEST_KM)
            heights = np.where(shown & (heights < _HIGHEST_KM), heights, np.nan)
            ax.plot(flight.times.utc.datetime64, heights, color=colour, linewidth=1.2, label=name if k == 0 else None)
    _ring_published(ax, flown)
    for burn in (burn for (flight, shown) in coasting for burn in flight.burns if _is_near(burn, flight, shown)):
        ax.axvline(burn.ignition.utc.datetime64, color=shade(0.4, ax), linewidth=0.8, zorder=0)
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(locator := AutoDateLocator())  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    ax.set(xlabel="UTC", ylabel="Height above 1737.4 km (km)")
    ax.legend(frameon=False, fontsize="small", loc="best")


def _is_near(burn: BurnRecord, flight: Flight, near: Mask) -> bool:
    """Return whether a burn is within the Moon's sphere of influence, by the sample before it."""
    after_s = (burn.ignition.tdb - flight.start.tdb).to_value(u.s)
    return bool(near[max(int(np.searchsorted(flight.elapsed.to_value(u.s), after_s)) - 1, 0)])


def _ring_published(ax: Axes, flown: MissionFlight) -> None:
    """Draw rings where a perilune or an apolune was asked for or published after a burn."""
    times, heights_km = [], []
    for flight, row in ((leg.flight, row) for leg in flown.legs for row in leg.rows):
        if _is_height_after_burn(flight, row):
            times.append(flight.burns[-1].after.epoch.utc.datetime64)
            heights_km.append(float(u.Quantity(row.asked).to_value(u.km)))
    if times:
        ax.plot(times, heights_km, "o", color=ink(ax), fillstyle="none", label="goal, or published")


def _is_height_after_burn(flight: Flight, row: Row) -> bool:
    known = row.kind in {RowKind.MET, RowKind.COMPARED}
    return known and bool(flight.burns) and row.quantity.startswith(("perilune after", "apolune after"))
