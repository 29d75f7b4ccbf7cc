"""Altitude against time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes

from lunarsim.flight import EventKind, Flight, GroundContact
from lunarsim.plots import notes, placing, style
from lunarsim.plots.style import Curve


def altitude_profile(*flights: Flight, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw altitude against time, with the events named.

    Parameters
    ----------
    *flights : Flight
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
        Thick lines: engine on. The ground is shaded up to the lowest of the landing sites and of the places where the
        flights ended on it; up to the sphere for those that have neither.

    Raises
    ------
    InputError
        If a flight, the labels or the axes are not of the kind above.
    """
    curves = style.curves("altitude_profile", flights, labels)
    ax = style.axes_for(ax, 3.9)
    zero, what = style.zero_time(curves)
    first, last = _view(curves, zero)
    unit = _time_unit(last - first)
    for curve in curves:
        x = style.elapsed(curve.flight, zero).to_value(unit)
        style.draw(ax, curve, x, curve.flight.altitude.to_value(u.km))
    style.explain_thick_lines(ax, curves)
    margin = 0.04 * (last - first)
    ax.set_xlim(*((edge).to_value(unit) for edge in (first - margin, last + margin)))
    top = max(float(curve.flight.altitude.max().to_value(u.km)) for curve in curves)
    ground = min(_ground_km(curve.flight) for curve in curves)
    lowest = min(float(curve.flight.altitude.min().to_value(u.km)) for curve in curves)
    ax.set_ylim(min(-0.06 * top, 1.1 * lowest, ground - 0.06 * top), 1.28 * top)
    ax.axhspan(ax.get_ylim()[0], ground, color=style.GROUND, linewidth=0, zorder=0)
    when = style.with_unit(f"Time after {what} at {style.utc(zero)} UTC", unit)
    style.dress(ax, when, style.with_unit(f"Altitude above the {style.SPHERE}", u.km))
    placing.place(ax, [note for curve in curves for note in _mark_events(ax, curve, zero, unit)])
    return ax


def _ground_km(flight: Flight) -> float:
    """Return how high the ground is that a flight comes down to, above the sphere."""
    if flight.scenario.landing_site is not None:
        return float(flight.scenario.site_elevation.to_value(u.km))
    return float(flight.outcome.elevation.to_value(u.km)) if isinstance(flight.outcome, GroundContact) else 0.0


def _mark_events(ax: Axes, curve: Curve, zero: Time, unit: u.UnitBase) -> list[notes.Note]:
    """Draw the markers of the events within the view and return their texts."""
    left, right = ax.get_xlim()
    texts: list[notes.Note] = []
    seen: set[EventKind] = set()
    for event in notes.events(curve.flight):
        x, height = (event.time - zero).to_value(unit), event.true.state.height.to_value(u.km)
        if not left <= x <= right:
            continue
        notes.mark(ax, x, height, event, curve)
        text = notes.name(event, curve.flight)
        if event.kind is EventKind.PERILUNE:
            if event.kind in seen:  # of many perilunes the first is named
                continue
            text += f", {height:.1f} km"
        if event.kind is EventKind.IMPACT:
            text += f"\n{style.utc(event.time, '%H:%M:%S')} UTC"
        seen.add(event.kind)
        texts.append(notes.Note(x, height, text, curve.color))
    return texts


def _view(curves: Sequence[Curve], zero: Time) -> tuple[u.Quantity, u.Quantity]:
    """Return the times at which the view starts and ends."""
    first = min((curve.flight.start - zero).to(u.s) for curve in curves)
    ends = [(_end_of_interest(curve.flight) - zero).to(u.s) for curve in curves]
    beyond = 0.12 if any(curve.flight.burns for curve in curves) else 0.0
    return first, max(ends) + beyond * (max(ends) - first)


def _end_of_interest(flight: Flight) -> Time:
    """Return the first perilune after the last cut-off, or else the end."""
    kinds = [event.kind for event in flight.timeline]
    if EventKind.CUTOFF in kinds:
        after = len(kinds) - kinds[::-1].index(EventKind.CUTOFF)
        perilunes = [event.time for event in flight.timeline[after:] if event.kind is EventKind.PERILUNE]
        if perilunes:
            return perilunes[0]
    return flight.end


def _time_unit(span: u.Quantity) -> u.UnitBase:
    limits = ((5.0 * u.h, u.min), (4.0 * u.day, u.h), (np.inf * u.s, u.day))
    return next(unit for limit, unit in limits if span <= limit)
