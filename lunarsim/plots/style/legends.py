"""Legends that find their place when the axes are drawn, and room above the data where there is none beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.legend import Legend
from matplotlib.transforms import Bbox

from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink, paper

#: Where legends may stand, the preferred places first.
PLACES = (
    "upper right",
    "upper left",
    "lower left",
    "lower right",
    "upper center",
    "center right",
    "center left",
)
_GAP = 0.015  # of the height of the axes, between a legend and what stands below it
_TALLEST = 0.6  # of the axes, that a legend above the data may take
_ROUNDS = 12  # axes to scale become higher as their view does: in so many steps the two agree


def write(
    ax: Axes,
    title: str = "",
    *,
    columns: int = 1,
    markerscale: float = 1.0,
    handles: Sequence[Artist] | None = None,
) -> Movable:
    """Write the legend of axes in as many columns as their width has room for."""
    size = style.text_size(ax)
    look: dict[str, Any] = {
        "loc": "upper left",
        "fontsize": size,
        "title_fontsize": size,
        "labelcolor": ink(ax),
        "facecolor": paper(ax),
        "edgecolor": "none",
        "framealpha": 0.9,
        "handlelength": 3.2 if not style.is_narrow(ax) else 2.2,
        "alignment": "left",
        "markerscale": markerscale,
        **({} if handles is None else {"handles": list(handles)}),
        "title": style.wrapped(title, style.size_in(ax)[0], size),
    }
    legend = literal(ax.legend(ncols=columns, **look))
    while columns > 1 and legend.get_window_extent().width > ax.get_window_extent().width:
        columns -= 1
        legend = literal(ax.legend(ncols=columns, **look))
    legend.get_title().set_color(ink(ax))
    return Movable(legend)


def literal(legend: Legend) -> Legend:
    """Return a legend whose texts are shown as they are written, whatever stands in the user's names."""
    for text in (*legend.get_texts(), legend.get_title()):
        text.set(**style.LITERAL)
    return legend


def on_top(ax: Axes, title: str = "", *, columns: int = 2, **options: Any) -> None:
    """Write the legend within axes above all that the view holds now: the view grows upwards."""
    keep_on_top(ax, write(ax, title, columns=columns, **options))


def keep_on_top(ax: Axes, legend: Movable) -> None:
    """Keep a legend above all that the view holds now, in whatever layout the axes are drawn."""
    legend.make_room(ax)
    ax.add_artist(_Topper(legend))


class Movable:
    """A legend, and the view of its axes before it was given room.

    Parameters
    ----------
    legend : Legend
        As written.
    """

    def __init__(self, legend: Legend) -> None:
        self._legend = legend
        legend.set_in_layout(False)
        self._views: tuple[tuple[float, float], tuple[float, float]] | None = None

    def move(self, place: Any) -> Bbox:
        """Move the legend, and return the box that it then takes, in pixels."""
        self._legend.set_loc(place)
        return self._legend.get_window_extent()

    def has_room_above(self, ax: Axes) -> bool:
        """Return whether the view can grow upwards so far that the legend stands above the data."""
        return ax.get_yscale() == "linear" and self.share(ax) < _TALLEST

    def restore_view(self, ax: Axes) -> None:
        """Undo what an earlier drawing added to the view, unless the user has set another one since."""
        if self._views is not None and ax.get_ylim() == self._views[1]:
            _view(ax, *self._views[0])
        self._views = None

    def make_room(self, ax: Axes) -> Bbox:
        """Let the view grow upwards until the legend stands above all that was in it, and move it there."""
        before = bottom, top = ax.get_ylim()
        for _ in range(_ROUNDS):
            share = min(self.share(ax), _TALLEST)
            _view(ax, bottom, bottom + (top - bottom) / (1.0 - share))
        self._views = before, ax.get_ylim()
        return self.move("upper left")

    def share(self, ax: Axes) -> float:
        """Return which part of the height of the axes the legend takes at their top."""
        frame, box = ax.get_window_extent(), self.move("upper left")
        return float((frame.y1 - box.y0) / frame.height) + _GAP


class _Topper(Artist):
    """Draws nothing; gives a legend its room when the axes have a new size or view, just before they are drawn."""

    def __init__(self, legend: Movable) -> None:
        super().__init__()
        self.set_zorder(-11.0)  # before texts are placed, which keep clear of the legend
        self.set_in_layout(False)
        self._legend = legend
        self._placed_for: tuple[float, ...] = ()

    def draw(self, _renderer: RendererBase) -> None:
        """Make room anew if something has changed."""
        ax = self.axes
        if isinstance(ax, Axes) and seen(ax) != self._placed_for:
            self._legend.restore_view(ax)
            self._legend.make_room(ax)
            self._placed_for = seen(ax)


def seen(ax: Axes) -> tuple[float, ...]:
    """Return where axes stand and what they show: what places of texts depend on."""
    return (*ax.get_window_extent().extents, *ax.viewLim.extents)


def _view(ax: Axes, bottom: float, top: float) -> None:
    """Set the view upwards; of axes with an aspect to keep it stays free, for matplotlib would warn of fixed limits."""
    ax.set_ylim(bottom, top, auto=False if ax.get_aspect() == "auto" else None)
    ax.apply_aspect()
