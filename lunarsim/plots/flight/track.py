"""The track over the ground, on selenographic axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from lunarsim.analysis import has_relief
from lunarsim.errors import InputError
from lunarsim.flight import EventKind, Flight, Histories
from lunarsim.mission import Scenario, Site
from lunarsim.plots.style import notes, placing, relief, style
from lunarsim.plots.style.colours import ink
from lunarsim.plots.style.style import AnyCurve
from lunarsim.plots.style.window import Window, degrees_east, degrees_north

_TICK_STEPS_S = (10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
_MOST_TICKS = 7
_TALLEST_IN = 4.9
_BESIDE_IN = (0.6, 1.05)  # what labels take beside and below a map, and the title above it
_BELOW_THE_POLE = 0.12  # of the height of a map of the whole Moon, for its scale bar


def ground_track(
    *flights: Flight | Histories,
    labels: Sequence[str] | None = None,
    sites: Mapping[str, Site] | None = None,
    extent: u.Quantity | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the track over the ground in selenographic (ME) longitude and latitude.

    Parameters
    ----------
    *flights : Flight or Histories
        One to seven; the first of several is dashed blue, the second solid vermilion: give the planned flight
        first.
    labels : sequence of str, optional
        One per flight; default: the scenarios' names, with their faults where names are equal.
    sites : mapping of str to Site, optional
        Places to mark; default: those of the scenarios.
    extent : Quantity, shape (4,), optional
        West and east edge (east longitude), south and north edge; default: round the sites, the ends on the ground
        and the powered descents to a landing site, or the whole Moon where there are none.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Longitude and latitude in degrees, to scale at the middle latitude. Lines break where they leave
        the map on one side and come back on the other. Dots are ticks of time, in UTC. Where a flight was flown into
        a map of heights, its relief is shaded below, of several flights that of the last.

    Raises
    ------
    InputError
        If a flight, the labels, a site, the extent or the axes are not of the kind above.

    Examples
    --------
    >>> import lunarsim as ls
    >>> luna25 = ls.load_scenario("luna25")
    >>> planned, flown = ls.simulate(luna25.without_faults()), ls.simulate(luna25)
    >>> axes = ls.plots.ground_track(planned, flown, labels=["planned", "flown"])
    """
    curves = style.any_curves("ground_track", flights, labels, ax)
    places = _places(curves, sites)
    window = Window.around(flights, places) if extent is None else Window.of(extent)
    ax = style.axes_for(ax, _height_in(window), style.about("Ground track", curves))
    texts: list[notes.Note] = []
    for curve in curves:
        flight = curve.flight
        x, y, on = window.unrolled(flight.longitude.deg, flight.latitude.deg, style.burning(flight))
        style.draw(ax, curve, x, y, on > 0.0)
    _dress(ax, window)
    ground = [terrain for scenario in _scenarios(curves) if has_relief(terrain := scenario.moon.terrain)]
    if ground:
        relief.under_map(ax, ground[-1], window)
    _scale_bar(ax, window)
    for key, site in places.items():
        texts += _mark_site(ax, window, site.title or key, site)
    step_s = _tick_step_s(window, curves)
    for curve in curves:
        texts += _mark_events(ax, window, curve)
        texts += _mark_times(ax, window, curve, step_s) if step_s else []
        _arrow(ax, window, curve)
    placing.place(ax, texts, grow=_may_grow(window))
    return ax


def _scenarios(curves: Sequence[AnyCurve]) -> list[Scenario]:
    """Return what was flown, where it is known."""
    return [curve.flight.scenario for curve in curves if isinstance(curve.flight, Flight)]


def _places(curves: Sequence[AnyCurve], sites: Mapping[str, Site] | None) -> dict[str, Site]:
    """Return the user's sites, or else those of the scenarios."""
    if sites is None:
        return {key: site for scenario in reversed(_scenarios(curves)) for key, site in scenario.sites.items()}
    for key, site in sites.items():
        if not isinstance(site, Site):
            raise InputError(f"sites['{key}'] = {site!r}: expected a Site(latitude=..., longitude=...)")
    return dict(sites)


def _dress(ax: Axes, window: Window) -> None:
    ax.set_xlim(window.west, window.east)
    below = _BELOW_THE_POLE * (window.north - window.south) if _may_grow(window) and window.south <= -90.0 else 0.0
    ax.set_ylim(window.south - below, window.north)
    ax.set_aspect(1.0 / window.shrink)
    style.dress(ax, "Selenographic longitude (deg, ME)", "Selenographic latitude (deg, ME)")
    steps = [1, 2, 3, 5, 6, 10]
    ax.xaxis.set_major_locator(MaxNLocator(7, steps=steps))
    ax.yaxis.set_major_locator(MaxNLocator(7, steps=steps))
    ax.xaxis.set_major_formatter(FuncFormatter(degrees_east))
    ax.yaxis.set_major_formatter(FuncFormatter(degrees_north))
    ax.spines[:].set_visible(True)


def _height_in(window: Window) -> float:
    """Return the height of a new figure, in which a map across a parallel leaves nothing empty above and below."""
    if _may_grow(window):
        return _TALLEST_IN
    return min(_BESIDE_IN[1] + (style.WIDTH_IN - _BESIDE_IN[0]) * window.height_to_width, _TALLEST_IN)


def _may_grow(window: Window) -> bool:
    """Return whether there is room for a legend above a map: beyond the pole, where there is nothing to be covered."""
    return window.north >= 90.0


def _scale_bar(ax: Axes, window: Window) -> None:
    """Draw a scale bar, true at the middle latitude, in the clearest corner."""
    length_km = style.round_number(0.22 * window.width_km)
    width = length_km / window.width_km
    rows = (0.03,) if _may_grow(window) else (0.03, 0.89)  # the legend may come to stand on top
    corners = [Bbox.from_bounds(x, y, width, 0.08) for y in rows for x in (0.97 - width, 0.03)]
    box = corners[placing.clearest(ax, corners)]
    bar: dict[str, Any] = {"color": ink(ax), "linewidth": 3.0, "solid_capstyle": "butt"}
    ax.plot([box.x0, box.x1], [box.y0, box.y0], transform=ax.transAxes, **bar)
    latitude = round(window.middle_latitude)
    left = box.x0 < 0.5
    ax.annotate(
        f"{length_km:g} km at {degrees_north(latitude) if latitude else 'the equator'}",
        (box.x0 if left else box.x1, box.y0),
        (0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left" if left else "right",
        fontsize=style.text_size(ax),
        color=ink(ax),
    )


def _mark_site(ax: Axes, window: Window, title: str, site: Site) -> list[notes.Note]:
    lon, lat = np.array([site.longitude.to_value(u.deg)]), np.array([site.latitude.to_value(u.deg)])
    if not window.holds(lon, lat)[0]:
        return []
    x, y = float(window.wrapped(lon)[0]), float(lat[0])
    ax.scatter([x], [y], s=130.0, marker="o", facecolor="none", edgecolor=ink(ax), linewidth=1.2, zorder=4)
    return [notes.Note(x, y, title, radius=7.0)]


def _mark_events(ax: Axes, window: Window, curve: AnyCurve) -> list[notes.Note]:
    """Draw the markers of the events on the map and return their texts."""
    texts: list[notes.Note] = []
    perilune_named = False
    if isinstance(curve.flight, Histories):
        return _mark_contact(ax, window, curve, curve.flight)
    for event in notes.events(curve.flight):
        state = event.true.state
        if not window.holds(state.longitude.deg, state.latitude.deg):
            continue
        x, y = float(window.wrapped(state.longitude.deg)), float(state.latitude.deg)
        notes.mark(ax, x, y, event.kind, curve)
        if event.kind is EventKind.PERILUNE and perilune_named:  # of many perilunes the first is named
            continue
        perilune_named |= event.kind is EventKind.PERILUNE
        when = f", {style.utc(event.time, '%H:%M:%S')} UTC" if notes.is_down(event) else ""
        text = notes.name(event, curve.flight) + when
        texts.append(notes.Note(x, y, text, curve.color, rank=notes.rank(event)))
    return texts


def _mark_contact(ax: Axes, window: Window, curve: AnyCurve, flight: Histories) -> list[notes.Note]:
    """Draw the marker of the end on the ground, the one event that histories tell."""
    longitude, latitude = flight.longitude.deg[-1], flight.latitude.deg[-1]
    if flight.contact is None or not window.holds(longitude, latitude):
        return []
    x, y = float(window.wrapped(longitude)), float(latitude)
    notes.mark(ax, x, y, flight.contact, curve)
    return [notes.Note(x, y, notes.contact(flight), curve.color)]


def _mark_times(ax: Axes, window: Window, curve: AnyCurve, step_s: float) -> list[notes.Note]:
    """Draw dots at round times on the map and return their texts."""
    flight = curve.flight
    day = Time(style.utc(flight.start, "%Y-%m-%d"), scale="utc")
    offset_s = float((flight.start - day).to_value(u.s))
    ticks_s = np.arange(np.ceil(offset_s / step_s) * step_s - offset_s, flight.duration.to_value(u.s), step_s)
    ticks_s = ticks_s[np.interp(ticks_s, flight.elapsed.value, _shown(window, flight)) > 0.0]
    if ticks_s.size == 0:
        return []
    states = flight.at(flight.start + ticks_s * u.s)
    shown = window.holds(states.longitude.deg, states.latitude.deg)
    x, y = window.wrapped(states.longitude.deg[shown]), states.latitude.deg[shown]
    ax.scatter(x, y, s=9.0, color=curve.color, zorder=4)
    pattern = "%H:%M" if step_s >= 60.0 else "%H:%M:%S"
    texts = [style.utc(time, pattern) for time in states.epoch[shown]]
    texts[:1] = [f"{text} UTC" for text in texts[:1]]  # the first says which time it is
    return [notes.Note(*note, curve.color, rank=2) for note in zip(x, y, texts, strict=True)]


def _tick_step_s(window: Window, curves: Sequence[AnyCurve]) -> float | None:
    """Return the time between ticks that makes them few, or None where the map shows too long a time."""
    in_view_s = length = 0.0
    for curve in curves:
        flight, shown = curve.flight, _shown(window, curve.flight)
        both = shown[1:] & shown[:-1]
        x, y = window.wrapped(flight.longitude.deg) * window.shrink, flight.latitude.deg
        in_view_s += float(np.sum(np.diff(flight.elapsed.value)[both]))
        length += float(np.sum(np.hypot(np.diff(x), np.diff(y))[both])) / (window.north - window.south)
    if in_view_s == 0.0:
        return None
    most = max(1.0, _MOST_TICKS * min(1.0, length))  # a short track has no room for many labels
    return next((step for step in _TICK_STEPS_S if in_view_s / step <= most), None)


def _shown(window: Window, flight: Flight | Histories) -> NDArray[np.bool_]:
    return window.holds(flight.longitude.deg, flight.latitude.deg)


def _arrow(ax: Axes, window: Window, curve: AnyCurve) -> None:
    """Draw the direction of motion in the middle of what the map shows of a track."""
    lon, lat = curve.flight.longitude.deg, curve.flight.latitude.deg
    x = window.wrapped(lon)
    inside = _shown(window, curve.flight)
    on = np.flatnonzero(
        inside[:-1] & inside[1:] & (np.abs(np.diff(x)) < 90.0) & (np.diff(curve.flight.elapsed.value) > 0)
    )
    if on.size:
        i = on[on.size // 2]
        style.arrow(ax, curve, (x[i], lat[i]), (x[i + 1], lat[i + 1]))
