"""What the figures share: line styles, the flights to draw, the axes to draw on, time and units in words."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar, cast

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.flight import EventKind, Flight, Histories
from lunarsim.plots.style.colours import ink, shade
from lunarsim.plots.style.labels import default_labels, title_of

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # Okabe & Ito 2008, as are the next
SKY, ORANGE = "#56B4E9", "#E69F00"  # and for their black, the ink of the style in use
GROUND, GRID = 0.12, 0.15  # shades from paper to ink: the Moon, grid lines

AXIS_SIZE, TEXT_SIZE = 9.0, 8.0  # points, for a figure printed as it is
WIDTH_IN, DPI = 6.5, 150.0  # 16.5 cm, the text width of a page
_FULL_IN, _SMALLEST = 4.6, 0.75  # width of axes whose texts have full size, and the size of texts on small ones
_TICK_PAD_PT, _LABEL_PAD_PT = 3.0, 2.5  # from the axes to their numbers, and on to their label
_NARROW_IN = 3.6  # axes on which names stand inside, and only what matters most is named
_CHARACTER = 0.52  # width of a letter, in sizes of the text, about
_LEAST_CHARACTERS = 16  # of a line of a label

#: Options of every text that has words of the user: a ``$`` is a dollar, and begins no formula of matplotlib's.
LITERAL: Mapping[str, Any] = MappingProxyType({"parse_math": False})

SPHERE = f"{constants.MOON_RADIUS_M / 1e3:.1f} km sphere"

Dashes = str | tuple[float, tuple[float, ...]]
_STYLES: tuple[tuple[str, Dashes], ...] = (
    (BLUE, (0.0, (5.0, 2.0))),
    (VERMILION, "-"),
    (GREEN, (0.0, (6.0, 2.0, 1.5, 2.0))),
    (PURPLE, (0.0, (1.5, 1.5))),
    ("", (0.0, (9.0, 3.0))),  # in ink
    (ORANGE, (0.0, (3.0, 1.0, 1.0, 1.0, 1.0, 1.0))),
    (SKY, (0.0, (2.0, 4.0))),
)
_ALONE = _STYLES[1:2]


Given = TypeVar("Given", bound=Flight | Histories)
Drawn_co = TypeVar("Drawn_co", bound=Flight | Histories, covariant=True)


class CurveOf(NamedTuple, Generic[Drawn_co]):
    """One flight, its name in the figure, and how its line is drawn."""

    flight: Drawn_co
    label: str
    color: str
    dashes: Dashes
    width: float
    zorder: float  #: the first flight on top: its dashes let the solid line below be seen


Curve = CurveOf[Flight]
AnyCurve = CurveOf[Flight | Histories]


def curves(
    function: str, flights: tuple[Any, ...], labels: Sequence[str] | None, ax: Axes | None = None
) -> list[Curve]:
    """Return the flights with their labels and line styles, as :func:`any_curves` does: of Flights alone."""
    return cast("list[Curve]", any_curves(function, flights, labels, ax))


def any_curves(
    function: str, flights: tuple[Any, ...], labels: Sequence[str] | None, ax: Axes | None = None
) -> list[AnyCurve]:
    """Return the flights with their labels and line styles.

    Parameters
    ----------
    function : str
        Name of the public function, for error texts.
    flights : tuple of Flight or Histories
        As the user gave them.
    labels : sequence of str, optional
        One per flight; default: made from the scenarios.
    ax : Axes, optional
        Those that will be drawn on, where they are known.

    Raises
    ------
    InputError
        If there is no flight, something is not a Flight, there are more than seven, or the labels do not match.
    """
    for flight in flights:
        if isinstance(flight, list | tuple):
            raise InputError(
                f"{function} got a {type(flight).__name__}: give the flights one by one, {function}(*flights)"
            )
        if not isinstance(flight, Flight | Histories):
            raise InputError(f"{function} got {flight!r}: expected a Flight from simulate() or propagate()")
    if not 1 <= len(flights) <= len(_STYLES):
        raise InputError(
            f"{function} got {len(flights)} flights: expected 1 to {len(_STYLES)}, each with a line style of its own"
        )
    if isinstance(labels, str) or (labels is not None and len(labels) != len(flights)):
        raise InputError(f"labels = {labels!r}: expected a sequence of {len(flights)} texts, one for each flight")
    names = default_labels(flights) if labels is None else labels
    styles = _ALONE if len(flights) == 1 else _STYLES[: len(flights)]
    return [
        _curve(flight, str(title), i, colour or ink(ax), dashes)
        for i, (flight, title, (colour, dashes)) in enumerate(zip(flights, names, styles, strict=True))
    ]


def numbered(flight: Flight, label: str, i: int) -> Curve:
    """Return the line of the flight that comes i-th, from 0 to 6, of those that a figure compares."""
    return _curve(flight, label, i, color(i), _STYLES[i][1])


def color(i: int) -> str:
    """Return the colour of what comes i-th, from 0 to 6, of what a figure compares."""
    return _STYLES[i][0] or ink()


def _curve(flight: Given, label: str, i: int, colour: str, dashes: Dashes) -> CurveOf[Given]:
    return CurveOf(flight, label, colour, dashes, 2.2 if dashes == "-" else 1.6, 3.0 - 0.1 * i)


def axes_for(ax: Axes | None, height_in: float, title: str = "") -> Axes:
    """Return the axes given, or the axes of a new figure, which get a title: those given have what the user gave them.

    Raises
    ------
    InputError
        If ``ax`` is not a matplotlib Axes.
    """
    if ax is not None and not isinstance(ax, Axes):
        raise InputError(f"ax = {ax!r}: expected a matplotlib Axes, or None for a new figure")
    if ax is None:
        _, ax = plt.subplots(figsize=(WIDTH_IN, height_in), dpi=DPI, layout="constrained")
        write_title(ax, title)
    return ax


def write_title(ax: Axes, title: str) -> None:
    """Write a title above a figure, from its left edge on, in lines that are no wider than a page."""
    figure = ax.get_figure(root=True)
    if title and figure is not None:
        words = wrapped(title, 0.97 * WIDTH_IN, AXIS_SIZE)
        figure.suptitle(words, x=0.01, ha="left", fontsize=AXIS_SIZE, color=ink(), **LITERAL)


def lay_out(ax: Axes) -> None:
    """Lay out a figure of ours now: what is written next depends on how wide its axes have become."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()


def about(what: str, drawn: Sequence[AnyCurve]) -> str:
    """Return the title of a figure of flights: what it shows, and of which scenario if that is one."""
    titles = {title_of(curve.flight) for curve in drawn}
    return f"{what}\n{titles.pop()}" if len(titles) == 1 else what


def is_narrow(ax: Axes) -> bool:
    """Return whether axes are so narrow that they take fewer and smaller words."""
    return size_in(ax)[0] < _NARROW_IN


def text_size(ax: Axes) -> float:
    """Return the size (points) of texts on axes: smaller on narrow ones."""
    return TEXT_SIZE * _scale(ax)


def axis_size(ax: Axes) -> float:
    """Return the size (points) of the labels of axes: smaller on narrow ones."""
    return AXIS_SIZE * _scale(ax)


def dress(ax: Axes, x_label: str, y_label: str) -> None:
    """Give axes their labels, in lines that are no longer than the axes, a light grid and readable ticks."""
    size, (width_in, height_in) = axis_size(ax), size_in(ax)
    ax.set_xlabel(wrapped(x_label, width_in, size), fontsize=size, **LITERAL)
    ax.set_ylabel(wrapped(y_label, height_in, size), fontsize=size, **LITERAL)
    ax.tick_params(labelsize=text_size(ax), pad=_TICK_PAD_PT * _scale(ax))
    ax.yaxis.labelpad = _LABEL_PAD_PT * _scale(ax)
    ax.grid(color=shade(GRID, ax), linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def size_in(ax: Axes) -> tuple[float, float]:
    """Return width and height of axes in inches, as they stand now."""
    box, dpi = ax.get_window_extent(), ax.figure.canvas.figure.dpi
    return box.width / dpi, box.height / dpi


def _scale(ax: Axes) -> float:
    return float(np.clip(size_in(ax)[0] / _FULL_IN, _SMALLEST, 1.0))


def wrapped(text: str, width_in: float, size_pt: float) -> str:
    """Return a text in lines that take no more than about a width; its own lines stay apart."""
    characters = max(int(72.0 * width_in / (_CHARACTER * size_pt)), _LEAST_CHARACTERS)
    lines = (
        textwrap.wrap(line, characters, break_on_hyphens=False, break_long_words=False) for line in text.split("\n")
    )
    return "\n".join(each for line in lines for each in line)


def with_unit(quantity: str, unit: u.UnitBase) -> str:
    """Return an axis label, such as ``Thrust (N)``."""
    return f"{quantity} ({unit.to_string().replace(' ', '')})"


def zero_time(drawn: Sequence[AnyCurve]) -> tuple[Time, str]:
    """Return the first ignition of all flights, or else their first start, and what it is."""
    ignitions = [time for curve in drawn for time in _ignitions(curve.flight)]
    if ignitions:
        return min(ignitions), "ignition"
    return min(curve.flight.start for curve in drawn), "the start"


def _ignitions(flight: Flight | Histories) -> list[Time]:
    if isinstance(flight, Histories):
        return [each.ignition for each in flight.burns]
    return [event.time for event in flight.timeline if event.kind is EventKind.IGNITION]


def burning(flight: Flight | Histories) -> NDArray[np.bool_]:
    """Return at which samples of a flight an engine burns."""
    return flight.burning if isinstance(flight, Histories) else np.asarray(flight.thrust.value > 0.0)


def elapsed(flight: Flight | Histories, zero: Time) -> u.Quantity:
    """Return the times of the flight's histories, counted from ``zero``."""
    return (flight.start - zero).to(u.s) + flight.elapsed


def utc(time: Time, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return a time as UTC text."""
    return str(time.utc.strftime(pattern))


def draw(
    ax: Axes,
    curve: AnyCurve,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    engine_on: NDArray[np.bool_] | None = None,
) -> None:
    """Draw the line of a flight, and over it a thick one where the engine burns (default: by its thrust)."""
    shared: dict[str, Any] = {"color": curve.color, "zorder": curve.zorder}
    ax.plot(x, y, linestyle=curve.dashes, linewidth=curve.width, label=curve.label, **shared)
    if curve.flight.burns:
        on = burning(curve.flight) if engine_on is None else engine_on
        ax.plot(x, np.where(on, y, np.nan), linewidth=2.5 * curve.width, solid_capstyle="butt", **shared)


def explain_thick_lines(ax: Axes, drawn: Sequence[AnyCurve]) -> None:
    """Add what thick lines mean to the legend."""
    if any(curve.flight.burns for curve in drawn):
        ax.plot([], [], color=ink(ax), linewidth=5.0, solid_capstyle="butt", label="engine on")


def arrow(ax: Axes, curve: AnyCurve, tail: tuple[float, float], head: tuple[float, float]) -> None:
    """Draw the head of an arrow on the line of a flight."""
    look = {"arrowstyle": "-|>", "color": curve.color, "mutation_scale": 15.0, "shrinkA": 0.0, "shrinkB": 0.0}
    ax.annotate("", head, tail, arrowprops={**look, "linewidth": 0.0}, zorder=4)


def round_number(value: float) -> float:
    """Return the greatest of ..., 1, 2, 5, 10, 20, 50, ... that is not above a positive value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value * (1.0 + 1e-9)))


def digits_for(width: float) -> int:
    """Return how many digits behind the point show an interval of that width, in two digits of it."""
    return int(np.clip(1 - np.floor(np.log10(width)), 0, 12)) if 0.0 < width < np.inf else 4
