"""Where texts go: notes and legends that keep clear of lines, markers and each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from lunarsim.plots.style import legends
from lunarsim.plots.style.clutter import BOUNDLESS, ON_LINE, ON_MARKER, OUTSIDE, PAD_PX, Clutter
from lunarsim.plots.style.colours import ink, legible, paper
from lunarsim.plots.style.notes import Note
from lunarsim.plots.style.style import LITERAL, text_size

_DISTANCES_PT = (4.0, 11.0, 20.0, 32.0, 48.0, 68.0, 92.0)
_STEP_DEG, _FINE_DEG = 22.5, 11.25  # between the angles at which a text may stand; fine ones where much is in the way
_SAME_PT = 3.0  # between points that are one
_HALO_PT = 3.0  # round a text that finds no clear place
_ALOOF_PT = 80.0  # from a legend to an event, beyond which more is no better


def place(ax: Axes, notes: Sequence[Note], *, legend: bool = True, columns: int = 1, grow: bool = True) -> None:
    """Write notes, and the legend, where they cover neither lines nor each other, whenever the axes are drawn.

    Where no place is clear for the legend, and the view may ``grow``, it grows upwards, and the legend stands above all
    that was in it. Notes that find no room within the axes are left out, and those of a rank where they would cover
    a line. Without ``legend`` the axes get none.
    """
    ax.add_artist(_Placer(ax, notes, legends.write(ax, columns=columns) if legend else None, grow=grow))


def clearest(ax: Axes, boxes: Sequence[Bbox]) -> int:
    """Return which of some boxes, in fractions of the axes, covers the fewest lines and texts."""
    clutter = Clutter.of(ax)
    return int(np.argmin(clutter.costs([box.transformed(ax.transAxes) for box in boxes])))


class _Placer(Artist):
    """Draws nothing; moves notes and legend when the axes have a new size or new limits, just before they are drawn.

    Not earlier: only then the layout of the figure stands.
    """

    def __init__(
        self,
        ax: Axes,
        notes: Sequence[Note],
        legend: legends.Movable | None,
        *,
        grow: bool,
    ) -> None:
        super().__init__()
        self.set_zorder(-10.0)
        self.set_in_layout(False)
        self._fixed = list(ax.texts)
        self._notes = sorted(notes, key=lambda note: (note.rank, -note.x))
        self._written = [_write(ax, note) for note in self._notes]
        self._legend, self._grow = legend, grow
        self._placed_for: tuple[float, ...] = ()

    def draw(self, _renderer: RendererBase) -> None:
        """Place the notes anew if something has changed."""
        ax = self.axes
        if isinstance(ax, Axes) and legends.seen(ax) != self._placed_for:
            self._place(ax)
            self._placed_for = legends.seen(ax)

    def _place(self, ax: Axes) -> None:
        if self._legend is not None:
            self._legend.restore_view(ax)
            self._place_legend(ax, self._legend)
        shown = _together(ax, self._notes)
        for written, note in zip(self._written, shown, strict=True):
            written.set_visible(note is not None)
            if note is not None and written.arrow_patch is not None:
                colour = legible(note.color or ink(ax), ax)
                written.set_color(colour)
                written.arrow_patch.set_color(colour)
        kept = [(note, written) for note, written in zip(shown, self._written, strict=True) if note is not None]
        markers = [_marker_box(ax, note) for note, _ in kept]
        clutter = Clutter.of(ax, self._fixed).with_markers(markers)
        if (legend := ax.get_legend()) is not None:
            clutter = clutter._replace(texts=[*clutter.texts, legend.get_window_extent()])
        for written, spot, _, covers in _best_arrangement(ax, kept, clutter):
            written.set_visible(spot is not None)
            if spot is not None:
                written.set(position=spot.offset, horizontalalignment=spot.across, verticalalignment=spot.up)
                written.set_path_effects([withStroke(linewidth=_HALO_PT, foreground=paper(ax))] if covers else [])

    def _place_legend(self, ax: Axes, legend: legends.Movable) -> None:
        """Move the legend to the clearest place; of places as clear, an early one that stands off from the events."""
        markers = [_marker_box(ax, note) for note in self._notes]
        clutter = Clutter.of(ax, self._fixed).with_markers(markers)
        pixels = ax.figure.canvas.figure.dpi / 72.0
        costs, boxes = [], []
        for order, spot in enumerate(legends.PLACES):
            box = legend.move(spot)
            inner = box.padded(-2 * PAD_PX)
            nearest = min((_apart(inner, _middle(marker)) for marker in markers), default=0.0)
            boxes.append(float(clutter.costs([inner])[0]))
            costs.append(boxes[-1] + 20.0 * order - min(nearest / pixels, _ALOOF_PT))
        best = int(np.argmin(costs))
        if self._grow and boxes[best] >= ON_LINE and legend.has_room_above(ax):
            legend.make_room(ax)
        else:
            legend.move(legends.PLACES[best])


def _write(ax: Axes, note: Note) -> Annotation:
    """Write a note on its point, to be moved when it is drawn."""
    colour = legible(note.color or ink(ax), ax)
    written = ax.annotate(
        note.text,
        (note.x, note.y),
        xytext=(0.0, 0.0),
        textcoords="offset points",
        fontsize=text_size(ax),
        color=colour,
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 0.0, "shrinkB": note.radius},
        zorder=6,
        **LITERAL,
    )
    written.set_in_layout(False)
    return written


class _Placed(NamedTuple):
    """Where a text goes; nowhere where it would leave the axes or cover another, and with a rank a line."""

    written: Annotation
    spot: _Spot | None
    cost: float
    covers: bool  #: a line at least, or it is left out


_Written = tuple[Note, Annotation]
#: Which note is placed first: the last, the longest, the first.
_ORDERS: tuple[Callable[[Note], float], ...] = (lambda n: -n.x, lambda n: -len(n.text), lambda n: n.x)


def _best_arrangement(ax: Axes, kept: Sequence[_Written], clutter: Clutter) -> list[_Placed]:
    """Return the best of some arrangements: each places the notes one by one, in another order within each rank."""
    places = [_Places.of(ax, note, written, clutter, _STEP_DEG) for note, written in kept]
    tries = []
    for order in _ORDERS:
        tries.append(_arranged(_ordered(places, order)))
        if not any(placed.covers for placed in tries[-1]):
            return tries[-1]
    fine = [_Places.of(ax, note, written, clutter, _FINE_DEG) for note, written in kept]
    best = min(range(len(tries)), key=lambda i: _total(tries[i]))
    return min(tries[best], _arranged(_ordered(fine, _ORDERS[best])), key=_total)


def _ordered(places: Sequence[_Places], order: Callable[[Note], float]) -> list[_Places]:
    return sorted(places, key=lambda each: (each.note.rank, order(each.note)))


def _total(arrangement: Sequence[_Placed]) -> float:
    return sum(placed.cost for placed in arrangement)


def _arranged(notes: Sequence[_Places]) -> list[_Placed]:
    """Place notes one by one, each clear of those before it."""
    before = Clutter(BOUNDLESS)
    arrangement = []
    for places in notes:
        covered = places.covered + before.costs(places.boxes)
        costs = places.costs + covered + before.leader_costs(places.leaders)
        best = int(np.argmin(costs))
        covers = bool(covered[best] >= ON_LINE)
        if costs[best] >= OUTSIDE or (places.note.rank and covers):
            cost = ON_MARKER if places.note.rank else OUTSIDE
            arrangement.append(_Placed(places.written, None, cost, covers=True))
            continue
        before = before.with_note(places.boxes[best], places.leaders[best])
        arrangement.append(_Placed(places.written, places.spots[best], float(costs[best]), covers=covers))
    return arrangement


class _Places(NamedTuple):
    """Where one note may stand round its point, and how bad each place is whatever the other notes do."""

    note: Note
    written: Annotation
    spots: list[_Spot]
    boxes: list[Bbox]  #: of the text, in pixels
    leaders: list[Path]
    covered: NDArray[np.float64]  #: the cost of what the text covers
    costs: NDArray[np.float64]  #: of the leader and the distance

    @classmethod
    def of(cls, ax: Axes, note: Note, written: Annotation, clutter: Clutter, step_deg: float) -> _Places:
        """Return the places at angles so far apart."""
        size = np.array(Text.get_window_extent(written).size)
        marker = _marker_box(ax, note)
        point = _middle(marker)
        pixels = ax.figure.canvas.figure.dpi / 72.0
        distances = [distance for distance in _DISTANCES_PT if distance <= note.reach]
        angles = np.radians(np.arange(0.0, 360.0, step_deg))
        spots = [_Spot(angle, note.radius + distance) for distance in distances for angle in angles]
        boxes = [spot.box(point, size, pixels) for spot in spots]
        leaders = [Path(np.array([point, _middle(box)])) for box in boxes]
        others = clutter.without(marker)
        costs = others.leader_costs(leaders) + [spot.distance for spot in spots]
        return cls(note, written, spots, boxes, leaders, others.costs(boxes), costs)


class _Spot(NamedTuple):
    """Where a text may stand: an angle (radians) and a distance (points) from its point."""

    angle: float
    distance: float

    @property
    def offset(self) -> tuple[float, float]:
        return self.distance * float(np.cos(self.angle)), self.distance * float(np.sin(self.angle))

    @property
    def across(self) -> str:
        return "center" if abs(np.cos(self.angle)) < 0.3 else "left" if np.cos(self.angle) > 0.0 else "right"

    @property
    def up(self) -> str:
        return "center" if abs(np.sin(self.angle)) < 0.3 else "bottom" if np.sin(self.angle) > 0.0 else "top"

    def box(self, point: NDArray[np.float64], size: NDArray[np.float64], pixels: float) -> Bbox:
        """Return the box of a text of a size (pixels) that stands here, at ``pixels`` a point."""
        shift = {"left": 0.0, "bottom": 0.0, "center": 0.5, "right": 1.0, "top": 1.0}
        corner = point + pixels * np.array(self.offset) - size * (shift[self.across], shift[self.up])
        return Bbox.from_bounds(*corner, *size)


def _middle(box: Bbox) -> NDArray[np.float64]:
    return np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2.0


def _apart(box: Bbox, point: NDArray[np.float64]) -> float:
    """Return how far a point is from a box; 0 within it."""
    return float(np.hypot(*np.maximum(np.maximum(box.min - point, point - box.max), 0.0)))


def _marker_box(ax: Axes, note: Note) -> Bbox:
    x, y = ax.transData.transform((note.x, note.y))
    reach = note.radius * ax.figure.canvas.figure.dpi / 72.0
    return Bbox.from_bounds(x - reach, y - reach, 2.0 * reach, 2.0 * reach)


def _together(ax: Axes, notes: Sequence[Note]) -> list[Note | None]:
    """Return the notes, by rank, and None for those left out.

    Of those that say the same at the same point the first is kept, in ink; of those of one colour whose markers
    overlap, such as a cut-off at touchdown, the one that always has its place.
    """
    kept: list[Note | None] = []
    for note in notes:
        others = [(i, other, _apart_pt(ax, note, other)) for i, other in enumerate(kept) if other is not None]
        same = [i for i, other, apart_pt in others if note.text == other.text and apart_pt < _SAME_PT]
        hidden = any(
            note.color == other.color and note.rank > other.rank == 0 and apart_pt < note.radius + other.radius
            for _, other, apart_pt in others
        )
        kept.append(None if same or hidden else note)
        for i in same:
            kept[i] = note._replace(color="")
    return kept


def _apart_pt(ax: Axes, note: Note, other: Note) -> float:
    apart = ax.transData.transform((note.x, note.y)) - ax.transData.transform((other.x, other.y))
    return float(np.hypot(*apart)) * 72.0 / float(ax.figure.canvas.figure.dpi)
