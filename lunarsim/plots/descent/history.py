"""The histories of a descent as figures draw them: floats, counted from a zero of time and down to a site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.errors import InputError, nearest
from lunarsim.flight import EventKind, Flight, GroundContact
from lunarsim.mission import Site
from lunarsim.mission.clock import seconds_after
from lunarsim.plots.descent import phases
from lunarsim.plots.style import style

_STANDING_MPS = 0.05  # slower than this a craft has no flight path
_BEFORE, _BEYOND = 0.015, 0.025  # of the view, on either side of it


class Datum(NamedTuple):
    """From where altitudes count: metres above the sphere, and in words."""

    height_m: float
    words: str


class History(NamedTuple):
    """A descent within a view. Arrays of n samples, both sides of a jump."""

    zero_s: float  #: after the start of the flight
    time_s: NDArray[np.float64]  #: after the zero
    altitude_m: NDArray[np.float64]  #: above the datum
    ground_m: NDArray[np.float64] | None  #: of the terrain below the craft, above the datum; None where it is not known
    range_m: NDArray[np.float64]  #: to go
    speed_mps: NDArray[np.float64]  #: over the turning Moon
    horizontal_mps: NDArray[np.float64]
    altitude_rate_mps: NDArray[np.float64]
    thrust_n: NDArray[np.float64]
    pitch_deg: NDArray[np.float64]  #: of the thrust; NaN where the engine is off
    commanded_pitch_deg: NDArray[np.float64] | None  #: where it was to be; None: it is at once
    path_deg: NDArray[np.float64]  #: flight-path angle over the turning Moon; NaN where the craft stands
    mass_kg: NDArray[np.float64]
    phases: list[phases.PhaseSpan]  #: after the zero
    faults_s: list[float]  #: when faults begin or pass in flight, after the zero


def has_landed(flight: Flight) -> bool:
    """Return whether a flight ended on the ground."""
    return isinstance(flight.outcome, GroundContact)


def follows(flight: Flight) -> bool:
    """Return whether the thrust axis of a flight follows the commanded one, by an attitude control."""
    return flight.scenario.craft is not None and flight.scenario.craft.attitude_control is not None


def site_of(flight: Flight) -> Site:
    """Return the landing site of the scenario, or else the place where the flight ended."""
    if flight.scenario.landing_site is not None:
        return flight.scenario.landing_site
    outcome = flight.outcome
    return Site(latitude=u.Quantity(outcome.latitude), longitude=u.Quantity(outcome.longitude))


def data(flights: Sequence[Flight]) -> list[Datum]:
    """Return from where the altitudes of each flight count: the same in words for all."""
    if all(flight.scenario.landing_site is not None for flight in flights):
        heights = [flight.scenario.site_elevation for flight in flights]
        return [Datum(float(height.to_value(u.m)), "above the landing site") for height in heights]
    if all(has_landed(flight) for flight in flights):
        return [Datum(float(f.outcome.elevation.to_value(u.m)), "above the point of contact") for f in flights]
    return [Datum(0.0, f"above the {style.SPHERE}") for _ in flights]


def zero_s(flight: Flight, zero: Time | str | None) -> float:
    """Return the zero of time, in seconds after the start of a flight.

    Raises
    ------
    InputError
        If it is neither a Time nor the name of a phase of this flight.
    """
    if isinstance(zero, Time):
        return float(seconds_after(flight.start, zero))
    if zero is None:
        found = flight.powered_descent
        return 0.0 if found is None else float(seconds_after(flight.start, found[0]))
    spans = phases.spans(flight)
    starts = [span.start_s for span in spans if span.name == zero]
    if not starts:
        known = nearest(str(zero), {span.name for span in spans})
        raise InputError(f"zero = {zero!r}: expected a Time, or a phase of the flight; {known}")
    return starts[0]


def end_s(flight: Flight) -> float:
    """Return when a descent ends, in seconds after the start: on the ground, or else with the last cut-off."""
    found = flight.powered_descent
    if has_landed(flight) or found is None:
        return flight.trajectory.end_s
    return float(seconds_after(flight.start, found[1]))


def view_s(
    flights: Sequence[Flight], zeros_s: Sequence[float], view: tuple[u.Quantity, u.Quantity] | None
) -> tuple[float, float]:
    """Return the edges of a view in seconds after the zero; default: from the zero to the ends of the descents.

    Raises
    ------
    InputError
        If the view is not two times in order, or shows nothing of a flight.
    """
    if view is None:
        ends = [end_s(flight) - zero_s for flight, zero_s in zip(flights, zeros_s, strict=True)]
        return min(0.0, *ends), max(1.0, *ends)
    if not isinstance(view, tuple | list) or len(view) != 2:
        raise InputError(f"view = {view!r}: expected two times after zero, such as (0 * u.s, 300 * u.s)")
    first, last = (float(checks.quantity(f"view[{i}]", edge, u.s).value) for i, edge in enumerate(view))
    for flight, zero_s in zip(flights, zeros_s, strict=True):
        if not (first < last and -zero_s <= last and first <= flight.trajectory.end_s - zero_s):
            raise InputError(
                f"view = ({view[0]}, {view[1]}): expected a first time before the second, and some of each flight "
                f"between them; {flight!r} flew from {-zero_s:.1f} to {flight.trajectory.end_s - zero_s:.1f} s"
            )
    return first, last


def history(flight: Flight, datum: Datum, at_zero_s: float, view_s: tuple[float, float]) -> History:
    """Return the histories of a flight within a view, its edges in seconds after the zero."""
    shown = _shown(flight, at_zero_s, view_s)
    speed_mps = flight.ground_speed.to_value(u.m / u.s)[shown]
    path_deg = flight.ground_flight_path_angle.to_value(u.deg)[shown]
    spans = [
        span._replace(start_s=span.start_s - at_zero_s, end_s=span.end_s - at_zero_s) for span in phases.spans(flight)
    ]
    return History(
        zero_s=at_zero_s,
        time_s=flight.elapsed.to_value(u.s)[shown] - at_zero_s,
        altitude_m=flight.altitude.to_value(u.m)[shown] - datum.height_m,
        ground_m=_ground_m(flight, shown, datum),
        range_m=flight.range_to_go(site_of(flight)).to_value(u.m)[shown],
        speed_mps=speed_mps,
        horizontal_mps=flight.horizontal_speed.to_value(u.m / u.s)[shown],
        altitude_rate_mps=flight.altitude_rate.to_value(u.m / u.s)[shown],
        thrust_n=flight.thrust.to_value(u.N)[shown],
        pitch_deg=flight.pitch.to_value(u.deg)[shown],
        commanded_pitch_deg=flight.commanded_pitch.to_value(u.deg)[shown] if follows(flight) else None,
        path_deg=np.where(speed_mps > _STANDING_MPS, path_deg, np.nan),
        mass_kg=flight.mass.to_value(u.kg)[shown],
        phases=phases.within(spans, *view_s),
        faults_s=[second for second in _faults_s(flight, at_zero_s) if view_s[0] <= second <= view_s[1]],
    )


def _faults_s(flight: Flight, at_zero_s: float) -> list[float]:
    """Return when faults begin or pass in flight, in seconds after the zero."""
    times = [event.time for event in flight.timeline if event.kind is EventKind.FAULT]
    return [float(seconds_after(flight.start, time)) - at_zero_s for time in times]


def lean_deg(flight: Flight, at_zero_s: float, view_s: tuple[float, float]) -> NDArray[np.float64]:
    """Return how far the thrust leans from the vertical towards the site (deg), at the samples of :func:`history`.

    Where the engine is off, as at the sample before; before the first ignition, as at that.
    """
    shown = _shown(flight, at_zero_s, view_s)
    lean = flight.thrust_lean(site_of(flight)).to_value(u.deg)[shown]
    known = np.isfinite(lean)
    if not known.any():
        return np.zeros_like(lean)
    last = np.maximum.accumulate(np.where(known, np.arange(lean.size), -1))
    return np.asarray(lean[np.where(last < 0, int(np.argmax(known)), last)])


def edges(view_s: tuple[float, float]) -> tuple[float, float]:
    """Return the limits of a time axis: the view and a margin."""
    wide = view_s[1] - view_s[0]
    return view_s[0] - _BEFORE * wide, view_s[1] + _BEYOND * wide


def _shown(flight: Flight, at_zero_s: float, view_s: tuple[float, float]) -> NDArray[np.bool_]:
    """Return which samples of a flight lie within a view and its margins."""
    first, last = edges(view_s)
    time_s = flight.elapsed.to_value(u.s) - at_zero_s
    return np.asarray((time_s >= first) & (time_s <= last))


def _ground_m(flight: Flight, shown: NDArray[np.bool_], datum: Datum) -> NDArray[np.float64] | None:
    terrain = flight.scenario.moon.terrain
    try:
        height = terrain.height(flight.latitude[shown], flight.longitude[shown])
    except InputError:  # the flight comes from outside the terrain's window
        return None
    return np.asarray(height.to_value(u.m), dtype=float) - datum.height_m
