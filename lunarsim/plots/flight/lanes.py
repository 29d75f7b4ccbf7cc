"""The four lanes of a flight: what was true, measured, estimated and commanded, and where they part."""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.table import QTable
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight import Event, EventKind, Flight, Parting
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.plots.descent import phases
from lunarsim.plots.style import placing, style
from lunarsim.plots.style.colours import ink, shade
from lunarsim.plots.style.notes import Note
from lunarsim.plots.style.style import Dashes

_PANEL_IN, _REST_IN = 1.25, 1.3  # heights: of a panel, of what stands above and below them
_SAME = 0.02  # of the height of a panel: lanes nearer than that are one line to the eye
_LONG_S = 1500.0
_ROUNDING_M = 1e-3
_MOST_MARKS = 16
_SIGMAS = 3.0

_TOLD = (
    EventKind.FAULT,
    EventKind.COMMAND,
    EventKind.COMMAND_LOST,
    EventKind.COMMAND_MOVED,
    EventKind.COMMAND_DISPLACED,
    EventKind.ALTIMETER_REJECTED,
    EventKind.ALTIMETER_IGNORED,
    EventKind.ALTIMETER_LOST,
    EventKind.ALTIMETER_ACQUIRED,
    EventKind.VELOCIMETER_REJECTED,
    EventKind.VELOCIMETER_IGNORED,
    EventKind.VELOCIMETER_LOST,
    EventKind.VELOCIMETER_ACQUIRED,
    EventKind.FILTER_REINITIALISED,
    EventKind.CUTOFF,
)


class _Look(NamedTuple):
    """How a lane is drawn: told apart by colour, by dashes and by markers."""

    color: str  #: empty: the ink
    dashes: Dashes
    width: float
    marker: str
    zorder: float


_LANES = {
    "true": _Look("", "-", 1.8, "", 2.0),
    "measured": _Look(style.ORANGE, "", 0.0, "o", 2.5),
    "estimated": _Look(style.BLUE, (0.0, (4.0, 1.6)), 1.6, "", 3.0),
    "commanded": _Look(style.GREEN, (0.0, (1.2, 1.2)), 1.8, "", 3.5),
}
#: Of a burn, which has few: the sensed delta-v is a line.
_ALONG = {"measured": _Look(style.ORANGE, (0.0, (6.0, 1.5, 1.5, 1.5)), 1.6, "", 2.5)}


class _Panel(NamedTuple):
    """What stands on a panel."""

    column: str
    words: str
    unit: u.UnitBase


_DELTA_V = _Panel("delta_v", "Delta-v", u.m / u.s)
_ALTITUDE = _Panel("altitude", "Altitude", u.m)
_ERROR = _Panel("altitude_error", "Altitude error", u.m)
_RATE = _Panel("altitude_rate", "Altitude rate", u.m / u.s)
_SPEED = _Panel("horizontal_speed", "Horizontal speed", u.m / u.s)
_THRUST = _Panel("thrust", "Thrust", u.N)
_PITCH = _Panel("pitch", "Pitch", u.deg)


def lanes(
    flight: Flight, *, view: tuple[u.Quantity, u.Quantity] | None = None, figure: Figure | SubFigure | None = None
) -> NDArray[np.object_]:
    """Draw what was true, measured, estimated and commanded in the course of a flight, and where the lanes part.

    Parameters
    ----------
    flight : Flight
        One with a burn, or with guided phases.
    view : tuple of two Quantity, optional
        The times after the start of the flight between which it is drawn; default: its burns, or from the first guided
        phase to the end.
    figure : Figure or SubFigure, optional
        An empty one to draw on, with a constrained layout; default: a new figure.

    Returns
    -------
    ndarray of Axes
        One above the other, against the time after the start of the view: of burns delta-v, thrust and its pitch; of
        guided phases altitude, its errors with three of the filter's standard deviations, altitude rate and horizontal
        speed over the turning Moon, thrust and pitch. What happens is marked by letters, which are listed below; where
        lanes part, by a thick line.

    Raises
    ------
    InputError
        If the flight has neither a burn nor a guided phase, or the view is not two times in order.

    Examples
    --------
    >>> import lunarsim as ls
    >>> axes = ls.plots.lanes(ls.simulate(ls.load_scenario("luna25")))
    >>> [ax.get_ylabel() for ax in axes]
    ['Delta-v (m/s)', 'Thrust (N)', 'Pitch (deg)']
    """
    if not (flight.burns or flight.phases):
        raise InputError(f"'{flight.scenario.name}' has no burn and no guided phase: nothing is measured or commanded")
    table = flight.lanes()
    panels = _panels_of(flight, table)
    first_s, last_s = _view_s(flight, view)
    minutes = last_s - first_s > _LONG_S
    unit = u.min if minutes else u.s
    axes = _axes(flight, len(panels), figure)
    x = (table["elapsed"].to_value(u.s) - first_s) * u.s.to(unit)
    width = (last_s - first_s) * u.s.to(unit)
    axes[0].set_xlim(-0.015 * width, 1.015 * width)
    shown = (x >= -0.015 * width) & (x <= 1.015 * width)
    for ax, panel in zip(axes, panels, strict=True):
        style.dress(ax, "", style.with_unit(panel.words, panel.unit))
        ax.tick_params(labelbottom=ax is axes[-1])
        _draw(ax, panel, table, x, shown)
    marks = _marks(flight, first_s, last_s)
    for mark in marks:
        _mark(axes, mark, (mark.time_s - first_s) * u.s.to(unit))
    _letters(axes[0], marks, [(mark.time_s - first_s) * u.s.to(unit) for mark in marks])
    when = f"Time after {style.utc(time_after(flight.start, first_s))} UTC"
    axes[-1].set_xlabel(style.with_unit(when, unit), fontsize=style.axis_size(axes[-1]))
    axes[0].figure.align_ylabels(list(axes))
    _list(axes[0].figure, marks, flight)
    return axes


class _Mark(NamedTuple):
    """Something that happened, or a parting."""

    time_s: float
    letter: str
    words: str
    is_parting: bool


def _panels_of(flight: Flight, table: QTable) -> list[_Panel]:
    guided = bool(flight.phases)
    errors = (table["altitude_estimated"] - table["altitude_true"]).to_value(u.m)
    estimates = bool(np.any(np.abs(errors) > _ROUNDING_M))  # NaN is no error
    chosen = [_DELTA_V] if flight.burns else []
    if guided:
        chosen += [_ALTITUDE, *([_ERROR] if estimates else []), _RATE, _SPEED]
    return [*chosen, _THRUST, _PITCH]


def _view_s(flight: Flight, view: tuple[u.Quantity, u.Quantity] | None) -> tuple[float, float]:
    """Return the edges of the view, in seconds after the start of the flight."""
    if view is not None:
        if not isinstance(view, tuple | list) or len(view) != 2 or not view[0] < view[1]:
            raise InputError(f"view = {view!r}: expected two times in order, such as (0 * u.s, 300 * u.s)")
        return float(view[0].to_value(u.s)), float(view[1].to_value(u.s))
    starts = [burn.ignition for burn in flight.burns] + [phase.start for phase in flight.phases]
    first_s = min(float(seconds_after(flight.start, start)) for start in starts)
    if flight.phases:
        return first_s, flight.trajectory.end_s
    ends = [float(seconds_after(flight.start, b.ignition)) + float(b.duration.to_value(u.s)) for b in flight.burns]
    last_s = max([*ends, first_s + 1.0])
    return first_s, min(first_s + 1.1 * (last_s - first_s), max(flight.trajectory.end_s, first_s + 1.0))


def _axes(flight: Flight, count: int, figure: Figure | SubFigure | None) -> NDArray[np.object_]:
    if figure is not None and (not isinstance(figure, Figure | SubFigure) or figure.axes):
        raise InputError(f"figure = {figure!r}: expected an empty matplotlib Figure, or None for a new one")
    if figure is None:
        size = (style.WIDTH_IN, _REST_IN + _PANEL_IN * count)
        figure = plt.figure(figsize=size, dpi=style.DPI, layout="constrained")
    axes = np.ravel(figure.subplots(count, 1, sharex=True))
    title = f"What was true, measured, estimated and commanded\n{flight.scenario.title or flight.scenario.name}"
    figure.suptitle(
        style.wrapped(title, 0.97 * style.WIDTH_IN, style.AXIS_SIZE),
        x=0.01,
        ha="left",
        fontsize=style.AXIS_SIZE,
        color=ink(),
        **style.LITERAL,
    )
    return np.asarray(axes, dtype=object)


def _values(panel: _Panel, table: QTable) -> dict[str, NDArray[np.float64]]:
    """Return the lanes of a panel, those that there are."""
    if panel is _ERROR:
        true = table["altitude_true"]
        found = {lane: (table[f"altitude_{lane}"] - true).to_value(u.m) for lane in ("measured", "estimated")}
    else:
        names = {lane: f"{panel.column}_{lane}" for lane in _LANES}
        found = {lane: table[name].to_value(panel.unit) for lane, name in names.items() if name in table.colnames}
    return {lane: values for lane, values in found.items() if np.any(np.isfinite(values))}


def _draw(ax: Axes, panel: _Panel, table: QTable, x: NDArray[np.float64], shown: NDArray[np.bool_]) -> None:
    """Draw the lanes of a panel, and name each where it stands apart from the others."""
    lanes_of = _values(panel, table)
    for lane, values in lanes_of.items():
        look = (_ALONG if panel is _DELTA_V else {}).get(lane, _LANES[lane])
        line: dict[str, Any] = {"linestyle": look.dashes, "linewidth": look.width} if look.dashes else {"linestyle": ""}
        dots: dict[str, Any] = {"marker": look.marker, "markersize": 2.2, "markeredgewidth": 0.0} if look.marker else {}
        ax.plot(x, values, color=look.color or ink(ax), zorder=look.zorder, label=lane, **line, **dots)
    if panel is _ERROR:
        _spread(ax, x, _SIGMAS * table["altitude_sigma"].to_value(u.m))
        ax.axhline(0.0, color=ink(ax), linewidth=1.0, zorder=1.5)
    _limit(ax, panel, lanes_of, shown)
    placing.place(ax, _names(ax, lanes_of, x, shown), legend=False)


def _spread(ax: Axes, x: NDArray[np.float64], sigma: NDArray[np.float64]) -> None:
    """Shade what the filter allows for."""
    if np.any(np.isfinite(sigma)):
        ax.fill_between(x, -sigma, sigma, color=shade(0.18, ax), linewidth=0.0, zorder=0.8)


def _limit(ax: Axes, panel: _Panel, lanes_of: dict[str, NDArray[np.float64]], shown: NDArray[np.bool_]) -> None:
    """Let a panel hold what is seen, with some room for names."""
    seen = [v[shown & np.isfinite(v)] for v in lanes_of.values()]
    values = np.concatenate([*seen, [0.0] if panel in (_DELTA_V, _THRUST, _ERROR) else []])
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    room = 0.14 * (high - low) or 1.0
    ax.set_ylim(low - room, high + 1.6 * room)


def _names(
    ax: Axes, lanes_of: dict[str, NDArray[np.float64]], x: NDArray[np.float64], shown: NDArray[np.bool_]
) -> list[Note]:
    """Return the names of the lanes, each where it stands farthest from the others; of those that are one, together."""
    bottom, top = ax.get_ylim()
    groups: list[list[str]] = []
    for lane, values in lanes_of.items():
        one = next((g for g in groups if _gap(lanes_of[g[0]], values, shown) < _SAME * (top - bottom)), None)
        groups.append([lane]) if one is None else one.append(lane)
    left, right = ax.get_xlim()
    notes = []
    for k, group in enumerate(groups):
        values = lanes_of[group[0]]
        others = [lanes_of[g[0]] for g in groups if g is not group]
        known = shown & np.all([np.isfinite(lanes_of[lane]) for lane in group], axis=0)  # where all of them are one
        if not known.any():
            continue
        gaps = [np.where(np.isfinite(v), np.abs(values - v), 0.3 * (top - bottom)) for v in others]
        apart = np.minimum.reduce([*gaps, np.full(x.size, 0.3 * (top - bottom))]) / (top - bottom)
        middle = 1.0 - np.abs((x - left) / (right - left) - (0.35 + 0.15 * k))  # of places as good, one well inside
        at = int(np.argmax(np.where(known, apart + 0.1 * middle, -np.inf)))
        colour = _LANES[group[0]].color if len(group) == 1 else ""
        notes.append(Note(float(x[at]), float(values[at]), " = ".join(group), colour, radius=2.0))
    return notes


def _gap(one: NDArray[np.float64], other: NDArray[np.float64], shown: NDArray[np.bool_]) -> float:
    """Return the farthest that two lanes are apart where both are seen."""
    both = shown & np.isfinite(one) & np.isfinite(other)
    return float(np.max(np.abs(one - other)[both])) if both.any() else np.inf


def _marks(flight: Flight, first_s: float, last_s: float) -> list[_Mark]:
    """Return what is marked, in order: partings, faults from the start, and the first event of each name."""
    found: list[tuple[float, str, bool]] = [(_time_of(p), _in_words(p), True) for p in flight.partings]
    found += [(0.0, f"{f.title} (from the start)", False) for f in flight.scenario.faults if f.begins == 0.0 * u.s]
    known: set[str] = set()
    for event in flight.timeline:
        ends_burn = event.kind is not EventKind.CUTOFF or not flight.phases
        if event.kind in _TOLD and ends_burn and event.name not in known:
            known.add(event.name)
            found.append((float(seconds_after(flight.start, event.time)), _briefly(event), False))
    seen = sorted((each for each in found if each[0] <= last_s), key=lambda each: (each[0], not each[2]))
    letters = [chr(ord("a") + i) for i in range(_MOST_MARKS)]
    return [
        _Mark(max(at, first_s), letter, words, parting)
        for letter, (at, words, parting) in zip(letters, seen[:_MOST_MARKS], strict=False)
    ]


def _briefly(event: Event) -> str:
    """Return an event's name, of a command without what became of it; faults and commands carried out by their own."""
    detail = event.detail.partition(",")[0].partition(":")[0]
    if event.kind in (EventKind.FAULT, EventKind.COMMAND):
        return event.detail
    return f"{event.kind.value} ({detail})" if detail else event.kind.value


def _time_of(parting: Parting) -> float:
    return float(parting.elapsed.to_value(u.s))


def _in_words(parting: Parting) -> str:
    return f"{parting.lane} and true {parting.quantity} part"


def _mark(axes: NDArray[np.object_], mark: _Mark, x: float) -> None:
    """Draw the line of a mark through all panels."""
    look: dict[str, Any] = (
        {"color": style.VERMILION, "linewidth": 1.6, "linestyle": "-", "alpha": 0.75}
        if mark.is_parting
        else {"color": ink(), "linewidth": 0.7, "linestyle": ":"}
    )
    for ax in axes:
        ax.axvline(x, zorder=1.0, **look)


def _letters(ax: Axes, marks: list[_Mark], places: list[float]) -> None:
    """Write the letters of the marks above axes, each over its line; above each other where they stand close."""
    left, right = ax.get_xlim()
    close = 0.022 * (right - left)
    taken: list[float] = []  # where the last letter of each row stands
    for mark, x in zip(marks, places, strict=True):
        row = next((i for i, last in enumerate(taken) if x - last >= close), len(taken))
        taken[row : row + 1] = [x]
        ax.annotate(
            mark.letter,
            (x, 1.0),
            (0.0, 2.0 + 1.1 * style.TEXT_SIZE * row),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.TEXT_SIZE,
            color=style.VERMILION if mark.is_parting else ink(ax),
            weight="bold" if mark.is_parting else "normal",
        )


def _list(figure: Any, marks: list[_Mark], flight: Flight) -> None:
    """Write what the letters stand for below the panels."""
    lines = []
    if marks:
        lines.append(phases.listed("Marked", [mark.words for mark in marks], [mark.letter for mark in marks]))
    if flight.navigation is not None and np.any(np.isfinite(flight.navigation.altitude_sigma)):
        lines.append("Grey: three standard deviations of the filter's altitude.")
    if not flight.partings:
        lines.append("The lanes do not part.")
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=style.TEXT_SIZE, color=ink(), **style.LITERAL)
