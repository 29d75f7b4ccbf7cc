"""The orbit round the Moon, to scale, and beside it with its heights exaggerated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.flight import Event, EventKind, Flight, Histories
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import State
from lunarsim.plots.style import legends, notes, placing, style
from lunarsim.plots.style.colours import ink, shade
from lunarsim.plots.style.style import AnyCurve

_RADIUS_KM = constants.MOON_RADIUS_M / 1e3
_ROOM = 1.22  # of a view, for texts, in greatest radii drawn
_TALLEST = 0.55  # greatest height drawn in the exaggerated view, in Moon radii
_SPOKES = np.array([(0.7071, -0.7071), (-0.7071, -0.7071), (0.7071, 0.7071), (-0.7071, 0.7071), (0, -1), (0, 1)])
_TEXT_SIZE_KM = np.array([0.30, 0.10]) * _RADIUS_KM  # half of a circle's text, as it stands in a new figure
_TEXT_ROOM_KM = 1.1 * _SPOKES * _TEXT_SIZE_KM  # from a circle to the middle of its text
_RING_ROOM_KM = 2.4 * _TEXT_SIZE_KM[1]  # between circles, for a text to stand there; factors are 1, 2 or 5 x 10^n
_STRIP = 1.2  # heights of the legend that a strip for it takes
_IN_PLANE = 0.3  # least share of the pole's direction that lies in the plane, for the poles to be marked


def orbit(*flights: Flight | Histories, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw the orbit in its plane: to scale, and with its heights exaggerated.

    Parameters
    ----------
    *flights : Flight or Histories
        One to seven; the first of several is dashed blue, the second solid vermilion: give the planned flight
        first.
    labels : sequence of str, optional
        One per flight; default: the scenarios' names, with their faults where names are equal.
    ax : Axes, optional
        Where to draw, best twice as wide as high and the width of a page; default: a new figure.

    Returns
    -------
    Axes
        With the view to scale in kilometres from the Moon's centre. A child of these axes holds the exaggerated
        view, which says by how much; it is left out where the orbit is high enough to be seen without it. Narrow axes
        hold one of the two alone, the exaggerated one if it is needed. All
        flights are projected onto the orbital plane in which the first flight starts, seen so that it goes
        counterclockwise, north up. Thick lines: engine on.

    Raises
    ------
    InputError
        If a flight, the labels or the axes are not of the kind above.

    Examples
    --------
    >>> import lunarsim as ls
    >>> luna25 = ls.load_scenario("luna25")
    >>> planned, flown = ls.simulate(luna25.without_faults()), ls.simulate(luna25)
    >>> axes = ls.plots.orbit(planned, flown, labels=["planned", "flown"])
    """
    curves = style.any_curves("orbit", flights, labels, ax)
    ax = style.axes_for(ax, 3.6, style.about("Orbit, in the plane in which it starts", curves))
    plane = _Plane.of(curves[0].flight.states[0])
    highest = max(float(curve.flight.altitude.max().to_value(u.km)) for curve in curves)
    factor = style.round_number(1.25 * _TALLEST * _RADIUS_KM / max(highest, 1.0))
    half = _ROOM * (_RADIUS_KM + highest)
    high = _ROOM * (_RADIUS_KM + factor * highest)
    if factor >= 2.0 and style.is_narrow(ax):  # no room for two views
        _exaggerated(ax, curves, plane, factor, highest)
        _legend_below(ax, curves, high, 1, _title(factor))  # above would be the labels of the axes above
        return ax
    _view(ax, curves, plane, 1.0, half)
    _scale_bar(ax, half)
    if factor < 2.0:
        _name_events(ax, curves, plane, 1.0)
        _legend_below(ax, curves, half, 1)
        return ax
    companion = ax.inset_axes((half, -half, 2.0 * half, 2.0 * half), transform=ax.transData)
    ax.set_xlim(-half, 3.0 * half)
    _exaggerated(companion, curves, plane, factor, highest)
    _legend_below(ax, curves, half, 2)
    return ax


def _exaggerated(ax: Axes, curves: Sequence[AnyCurve], plane: _Plane, factor: float, highest: float) -> None:
    _view(ax, curves, plane, factor, _ROOM * (_RADIUS_KM + factor * highest))
    _rings(ax, factor, highest)
    _name_events(ax, curves, plane, factor)


def _legend_below(ax: Axes, curves: Sequence[AnyCurve], half: float, views: int, title: str = "") -> None:
    """Write the legend below views that are twice ``half`` high, in a strip that is added to the axes."""
    style.explain_thick_lines(ax, curves)
    legend = legends.write(ax, title, columns=len(curves) + 1)
    width_in, height_in = style.size_in(ax)
    strip_in = _STRIP * legend.move("lower center").height / ax.figure.canvas.figure.dpi
    per_in = max(2.0 * views * half / width_in, 2.0 * half / max(height_in - strip_in, 0.2 * height_in))
    ax.set_ylim(-half - strip_in * per_in, half)


class _Plane(NamedTuple):
    """Two directions in an orbital plane, and the Moon's north, ICRF components."""

    right: NDArray[np.float64]
    up: NDArray[np.float64]
    north: NDArray[np.float64]

    @classmethod
    def of(cls, state: State) -> _Plane:
        """Return the plane of a state's orbit, with north up as far as the plane allows."""
        prime_meridian, _, north = rot_me_from_icrf(state.epoch)
        normal = np.cross(state.position.value, state.velocity.value)
        normal /= np.linalg.norm(normal)
        up = north - (north @ normal) * normal
        if np.linalg.norm(up) < _IN_PLANE:
            up = prime_meridian - (prime_meridian @ normal) * normal
        up /= np.linalg.norm(up)
        return cls(np.cross(up, normal), up, north)

    def flat(self, state: State, factor: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return places on the paper, km, with heights above the sphere drawn ``factor`` times as large."""
        height = state.altitude.to_value(u.km)
        stretch = (_RADIUS_KM + factor * height) / (_RADIUS_KM + height)
        r_km = state.position.to_value(u.km)
        return stretch * (r_km @ self.right), stretch * (r_km @ self.up)

    def point(self, event: Event, factor: float) -> tuple[float, float]:
        """Return the place of an event on the paper, km."""
        x, y = self.flat(event.true.state, factor)
        return float(x), float(y)


def _view(ax: Axes, curves: Sequence[AnyCurve], plane: _Plane, factor: float, half: float) -> None:
    """Draw the Moon and the flights, over a square of ``half`` to each side."""
    ax.set_xlim(-half, half)
    ax.set_ylim(-half, half)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.add_patch(Circle((0.0, 0.0), _RADIUS_KM, facecolor=shade(style.GROUND, ax), edgecolor="none", zorder=0))
    _circle(ax, _RADIUS_KM, "-")
    for curve in curves:
        shown = _shown(curve.flight, plane)
        x, y = plane.flat(curve.flight.states[shown], factor)
        style.draw(ax, curve, x, y, style.burning(curve.flight)[shown])
        for event in _events(curve.flight, plane):
            notes.mark(ax, *plane.point(event, factor), event.kind, curve)
    events = [plane.point(event, factor) for curve in curves for event in _events(curve.flight, plane)]
    _mark_poles(ax, plane, events)
    _arrow(ax, curves[0], plane, factor)
    if factor == 1.0 or not style.is_narrow(ax):
        look: dict[str, Any] = {"fontsize": style.text_size(ax) + 1.0, "weight": "bold", "color": ink(ax)}
        ax.text(0.0, half, _title(factor), ha="center", va="top", **look)


def _title(factor: float) -> str:
    return "To scale" if factor == 1.0 else f"Heights drawn {factor:g} times too large"


def _shown(flight: Flight | Histories, plane: _Plane) -> NDArray[np.bool_]:
    """Return which samples are drawn: up to one revolution after the last cut-off, so that dashes stay dashes."""
    if not flight.burns:
        return np.ones(flight.elapsed.size, dtype=bool)
    x, y = plane.flat(flight.states, 1.0)
    turned = np.unwrap(np.arctan2(y, x))
    burning = style.burning(flight)
    last = int(np.flatnonzero(burning)[-1]) if np.any(burning) else 0
    return np.asarray(np.abs(turned - turned[last]) <= 2.0 * np.pi) | (np.arange(turned.size) < last)


def _events(flight: Flight | Histories, plane: _Plane) -> list[Event]:
    """Return the events to draw: of many perilunes the first."""
    end_s = flight.elapsed[_shown(flight, plane)][-1]
    events = [event for event in notes.events(flight) if event.time - flight.start <= end_s + 1e-3 * u.s]
    perilunes = [event for event in events if event.kind is EventKind.PERILUNE]
    return [event for event in events if event not in perilunes[1:]]


def _mark_poles(ax: Axes, plane: _Plane, events: Sequence[tuple[float, float]]) -> None:
    """Mark the Moon's poles where they are seen, unless the orbit is near the equator; named where no event is."""
    half_width, height = _text_km(ax, "north pole")
    for sign, text, side in ((1.0, "north pole", "top"), (-1.0, "south pole", "bottom")):
        x, y = (sign * _RADIUS_KM * float(plane.north @ axis) for axis in (plane.right, plane.up))
        if abs(y) > _IN_PLANE * _RADIUS_KM:
            ax.scatter([x], [y], s=12.0, marker="o", color=ink(ax), zorder=2)
            middle = np.array([x, 0.93 * y - sign * 0.5 * height])
            reach = np.array([half_width, 0.5 * height]) + 0.6 * height  # and a marker's own
            taken = np.abs(np.reshape(events, (-1, 2)) - middle) < reach
            if np.any(np.all(taken, axis=1)):
                continue
            ax.text(x, 0.93 * y, text, ha="center", va=side, fontsize=style.text_size(ax), color=ink(ax))


def _text_km(ax: Axes, text: str) -> tuple[float, float]:
    """Return half the width and the height of a text on the paper, about."""
    width_in, height_in = style.size_in(ax)
    km_per_in = max(float(np.ptp(ax.get_xlim())) / width_in, float(np.ptp(ax.get_ylim())) / height_in)
    size_km = _STRIP * style.text_size(ax) / 72.0 * km_per_in  # a strip for the legend will make all else smaller
    return 0.3 * len(text) * size_km, 1.2 * size_km


def _arrow(ax: Axes, curve: AnyCurve, plane: _Plane, factor: float) -> None:
    """Draw the direction of motion a quarter of the way along what is drawn, one revolution at most."""
    x, y = plane.flat(curve.flight.states, factor)
    turned = np.degrees(np.unwrap(np.arctan2(y, x)))
    i = int(np.searchsorted(turned - turned[0], min(100.0, 0.5 * float(np.ptp(turned)))))
    i = min(i, turned.size - 2)
    style.arrow(ax, curve, (x[i], y[i]), (x[i + 1], y[i + 1]))


def _circle(ax: Axes, radius: float, dashes: str) -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    ax.plot(
        radius * np.cos(angle), radius * np.sin(angle), color=shade(0.4, ax), linewidth=0.6, linestyle=dashes, zorder=1
    )


def _rings(ax: Axes, factor: float, highest: float) -> None:
    """Draw circles of equal height with their heights written beside them, away from what is drawn."""
    step = max(style.round_number(0.6 * highest), style.round_number(2.0 * _RING_ROOM_KM / factor))
    heights = np.arange(step, 1.01 * highest, step)
    for height in heights:
        _circle(ax, _RADIUS_KM + factor * height, ":")
    taken = np.concatenate([np.asarray(line.get_xydata()) for line in ax.lines])
    for height in heights:
        spots = [
            (_RADIUS_KM + factor * height) * spoke + side * room
            for spoke, room in zip(_SPOKES, _TEXT_ROOM_KM, strict=True)
            for side in (1.0, -1.0)
        ]
        clearance = [np.nanmin(np.max(np.abs(taken - spot) / _TEXT_SIZE_KM, axis=-1)) for spot in spots]
        x, y = (float(value) for value in spots[int(np.argmax(clearance))])
        taken = np.vstack([taken, [(x, y)]])
        ax.text(x, y, f"{height:g} km", ha="center", va="center", fontsize=style.text_size(ax), color=shade(0.65, ax))


def _scale_bar(ax: Axes, half: float) -> None:
    """Draw a scale bar and the Moon's name: on the Moon, or in a corner of a view that makes the Moon small."""
    x, y = (0.0, 0.0) if half < 2.0 * _RADIUS_KM else (-0.7 * half, -0.7 * half)
    length = style.round_number(0.5 * half)
    ax.plot(
        [x - length / 2.0, x + length / 2.0],
        [y - 0.08 * half] * 2,
        color=ink(ax),
        linewidth=3.0,
        solid_capstyle="butt",
    )
    text: dict[str, Any] = {"ha": "center", "fontsize": style.text_size(ax), "color": ink(ax)}
    ax.text(x, y - 0.13 * half, f"{length:g} km", va="top", **text)
    ax.text(x, y, f"Moon\nradius {_RADIUS_KM:.1f} km", va="bottom", **text)


def _name_events(ax: Axes, curves: Sequence[AnyCurve], plane: _Plane, factor: float) -> None:
    """Write the events' names."""
    texts: list[notes.Note] = []
    for curve in curves:
        if isinstance(curve.flight, Histories):
            continue
        for event in _events(curve.flight, plane):
            text = notes.name(event, curve.flight)
            if event.kind is EventKind.PERILUNE:
                text += f", {event.true.state.altitude.to_value(u.km):.1f} km"
            texts.append(notes.Note(*plane.point(event, factor), text, curve.color, rank=notes.rank(event)))
    placing.place(ax, texts, legend=False)
