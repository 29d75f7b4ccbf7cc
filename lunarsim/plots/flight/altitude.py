"""Altitude against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lunarsim.analysis import ground_below
from lunarsim.flight import EventKind, Flight, GroundContact, Histories
from lunarsim.mission.clock import time_after
from lunarsim.plots.flight import burn_times
from lunarsim.plots.style import notes, placing, style
from lunarsim.plots.style.colours import shade
from lunarsim.plots.style.style import AnyCurve

_SAMPLES = 1200  # of the ground: some a pixel of the figure


def altitude_profile(*flights: Flight | Histories, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw altitude against time, with the events named.

    Parameters
    ----------
    *flights : Flight or Histories
        One to seven; the first of several is dashed blue, the second solid vermilion: give the planned flight
        first.
    labels : sequence of str, optional
        One per flight; default: the scenarios' names, with their faults where names are equal.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Time is counted from the first ignition, or from the first start where nothing burns, in minutes, hours
        or days by the length of the view. The lines hold the whole flights; the view ends a little after the
        last of the ends, where a flight that burned ends for the view at its first perilune after its last cut-off.
        Thick lines: engine on; where burns are short beside the flight, an inset shows when they end. The shaded
        ground is the terrain below the flight, of several flights below the last one that came down. Flights that are
        not at the same time count from the start of each.

    Raises
    ------
    InputError
        If a flight, the labels or the axes are not of the kind above.

    Examples
    --------
    >>> import lunarsim as ls
    >>> luna25 = ls.load_scenario("luna25")
    >>> planned, flown = ls.simulate(luna25.without_faults()), ls.simulate(luna25)
    >>> axes = ls.plots.altitude_profile(planned, flown, labels=["planned", "flown"])
    >>> axes.figure.savefig("profile.png")
    """
    curves = style.any_curves("altitude_profile", flights, labels, ax)
    ax = style.axes_for(ax, 3.9, style.about("Altitude", curves))
    zeros, what = _zeros(curves)
    first, last = _view(curves, zeros)
    unit = _time_unit(last - first)
    for curve, zero in zip(curves, zeros, strict=True):
        x = style.elapsed(curve.flight, zero).to_value(unit)
        style.draw(ax, curve, x, curve.flight.altitude.to_value(u.km))
    style.explain_thick_lines(ax, curves)
    margin = 0.04 * (last - first)
    ax.set_xlim(*((edge).to_value(unit) for edge in (first - margin, last + margin)))
    top = max(float(curve.flight.altitude.max().to_value(u.km)) for curve in curves)
    lowest = min(float(curve.flight.altitude.min().to_value(u.km)) for curve in curves)
    ground = _ground(curves, zeros, unit, ax.get_xlim())
    ax.set_ylim(
        min(-0.06 * top, 1.1 * lowest, float(np.nanmin(ground.height_km, initial=0.0)) - 0.06 * top), 1.28 * top
    )
    _draw_ground(ax, ground)
    style.dress(
        ax, style.with_unit(f"Time after {what}", unit), style.with_unit(f"Altitude above the {style.SPHERE}", u.km)
    )
    burn_times.inset(ax, curves, zeros, (last - first).to_value(u.s))
    texts = [note for pair in zip(curves, zeros, strict=True) for note in _mark_events(ax, *pair, unit)]
    placing.place(ax, texts)
    return ax


def _zeros(curves: Sequence[AnyCurve]) -> tuple[list[Time], str]:
    """Return from when the time of each flight counts, and what that is: one time, if the flights are at once."""
    ends = [(curve.flight.start, curve.flight.end) for curve in curves]
    if max(start for start, _ in ends) <= min(end for _, end in ends):
        zero, what = style.zero_time(curves)
        return [zero] * len(curves), f"{what} at {style.utc(zero)} UTC"
    alone = [style.zero_time([curve]) for curve in curves]
    kinds = {what for _, what in alone}
    return [zero for zero, _ in alone], f"each flight's {'ignition' if kinds == {'ignition'} else 'start'}"


class _Ground(NamedTuple):
    """The ground of a figure over time: sphere or map, with its name in the legend if it takes one."""

    time: NDArray[np.float64]
    height_km: NDArray[np.float64]
    label: str


def _ground(
    curves: Sequence[AnyCurve], zeros: Sequence[Time], unit: u.UnitBase, limits: tuple[float, float]
) -> _Ground:
    """Return the ground that was flown over; of several flights, that below the last one that came down."""
    down = [i for i, curve in enumerate(curves) if isinstance(curve.flight.outcome, GroundContact)]
    chosen = down[-1] if down else 0
    flight, zero = curves[chosen].flight, zeros[chosen]
    if isinstance(flight, Histories):  # of which the ground is not known
        return _Ground(np.empty(0), np.empty(0), "")
    start, end = ((time - zero).to_value(unit) for time in (flight.start, flight.end))
    inside = np.linspace(max(start, limits[0]), min(end, limits[1]), _SAMPLES)
    seconds = np.clip((inside - start) * unit.to(u.s), 0.0, flight.trajectory.end_s)  # rounding at the edges
    heights = ground_below(flight, time_after(flight.start, seconds)).to_value(u.km)
    known = heights[np.isfinite(heights)]
    relief = known.size > 0 and float(np.ptp(known)) > 0.0
    label = f"ground below {curves[chosen].label}" if relief and len(curves) > 1 else ""
    return _Ground(np.array([limits[0], *inside, limits[1]]), np.array([heights[0], *heights, heights[-1]]), label)


def _draw_ground(ax: Axes, ground: _Ground) -> None:
    look: dict[str, Any] = {"color": shade(style.GROUND, ax), "linewidth": 0.0, "zorder": 0.0}
    ax.fill_between(ground.time, ground.height_km, ax.get_ylim()[0], label=ground.label or None, **look)


def _mark_events(ax: Axes, curve: AnyCurve, zero: Time, unit: u.UnitBase) -> list[notes.Note]:
    """Draw the markers of the events within the view and return their texts."""
    if isinstance(curve.flight, Histories):
        return _mark_contact(ax, curve, curve.flight, zero, unit)
    left, right = ax.get_xlim()
    texts: list[notes.Note] = []
    seen: set[EventKind] = set()
    for event in notes.events(curve.flight):
        x, height = (event.time - zero).to_value(unit), event.true.state.altitude.to_value(u.km)
        if not left <= x <= right:
            continue
        notes.mark(ax, x, height, event.kind, curve)
        text = notes.name(event, curve.flight)
        if event.kind is EventKind.PERILUNE:
            if event.kind in seen:  # of many perilunes the first is named
                continue
            text += f", {height:.1f} km"
        if notes.is_down(event):
            text += f"\n{style.utc(event.time, '%H:%M:%S')} UTC"
        seen.add(event.kind)
        texts.append(notes.Note(x, height, text, curve.color, rank=notes.rank(event)))
    return texts


def _mark_contact(ax: Axes, curve: AnyCurve, flight: Histories, zero: Time, unit: u.UnitBase) -> list[notes.Note]:
    """Draw the marker of the end on the ground, the one event that histories tell."""
    if flight.contact is None:
        return []
    x, height = float((flight.end - zero).to_value(unit)), float(flight.altitude[-1].to_value(u.km))
    notes.mark(ax, x, height, flight.contact, curve)
    return [notes.Note(x, height, notes.contact(flight), curve.color)]


def _view(curves: Sequence[AnyCurve], zeros: Sequence[Time]) -> tuple[u.Quantity, u.Quantity]:
    """Return the times at which the view starts and ends."""
    first = min((curve.flight.start - zero).to(u.s) for curve, zero in zip(curves, zeros, strict=True))
    ends = [(_end_of_interest(curve.flight) - zero).to(u.s) for curve, zero in zip(curves, zeros, strict=True)]
    beyond = 0.12 if any(curve.flight.burns for curve in curves) else 0.0
    return first, max(ends) + beyond * (max(ends) - first)


def _end_of_interest(flight: Flight | Histories) -> Time:
    """Return the first perilune after the last cut-off, or else the end."""
    if isinstance(flight, Histories):
        return _first_low(flight)
    kinds = [event.kind for event in flight.timeline]
    if EventKind.CUTOFF in kinds:
        after = len(kinds) - kinds[::-1].index(EventKind.CUTOFF)
        perilunes = [event.time for event in flight.timeline[after:] if event.kind is EventKind.PERILUNE]
        if perilunes:
            return perilunes[0]
    return flight.end


def _first_low(flight: Histories) -> Time:
    """Return when the altitude is first least after the last cut-off, or else the end."""
    if flight.burns:
        after = flight.burns[-1].last
        falls = np.diff(flight.altitude[after:].to_value(u.km)) < 0.0
        lows = np.flatnonzero(falls[:-1] & ~falls[1:])
        if lows.size:
            return flight.states.epoch[after + 1 + int(lows[0])]
    return flight.end


def _time_unit(span: u.Quantity) -> u.UnitBase:
    limits = ((5.0 * u.h, u.min), (4.0 * u.day, u.h), (np.inf * u.s, u.day))
    return next(unit for limit, unit in limits if span <= limit)
