"""Where texts go: notes and legends that keep clear of lines, markers and each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import PolyCollection
from matplotlib.container import BarContainer
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from lunarsim.plots.style import legends
from lunarsim.plots.style.colours import ink, legible
from lunarsim.plots.style.notes import Note
from lunarsim.plots.style.style import text_size

_DISTANCES_PT = (4.0, 11.0, 20.0, 32.0, 48.0, 68.0, 92.0)
_ANGLES_RAD = np.radians(np.arange(0.0, 360.0, 22.5))
_PAD_PX = 3.0  # kept free round a text
_ALOOF_PT = 80.0  # from a legend to an event, beyond which more is no better
# Costs of a place for a text, against 1 per point of distance from where it belongs
_OUTSIDE, _ON_TEXT, _ON_LEADER, _ON_MARKER, _ON_LINE = 1e4, 1e4, 2e3, 500.0, 100.0


def place(ax: Axes, notes: Sequence[Note], *, legend: bool = True, columns: int = 1, grow: bool = True) -> None:
    """Write notes, and the legend, where they cover neither lines nor each other, whenever the axes are drawn.

    Where no place is clear for the legend, and the view may ``grow``, it grows upwards, and the legend stands above all
    that was in it. Of notes that find no room those of a rank are left out. Without ``legend`` the axes get none.
    """
    ax.add_artist(_Placer(ax, notes, legends.write(ax, columns=columns) if legend else None, grow=grow))


def clearest(ax: Axes, boxes: Sequence[Bbox]) -> int:
    """Return which of some boxes, in fractions of the axes, covers the fewest lines and texts."""
    clutter = _Clutter.of(ax)
    return int(np.argmin([clutter.cost(box.transformed(ax.transAxes)) for box in boxes]))


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
        clutter = _Clutter.of(ax, self._fixed)._replace(markers=markers)
        if (legend := ax.get_legend()) is not None:
            clutter.texts.append(legend.get_window_extent())
        for (note, written), marker in zip(kept, markers, strict=True):
            others = clutter._replace(markers=[box for box in markers if box is not marker])
            box, leader, cost = _place_note(ax, note, written, marker, others)
            if note.rank and cost >= _ON_MARKER:
                written.set_visible(False)
                continue
            clutter.texts.append(box)
            clutter.leaders.append(_Line.of(leader))

    def _place_legend(self, ax: Axes, legend: legends.Movable) -> None:
        """Move the legend to the clearest place; of places as clear, an early one that stands off from the events."""
        markers = [_marker_box(ax, note) for note in self._notes]
        clutter = _Clutter.of(ax, self._fixed)._replace(markers=markers)
        pixels = ax.figure.canvas.figure.dpi / 72.0
        costs, boxes = [], []
        for order, spot in enumerate(legends.PLACES):
            box = legend.move(spot)
            inner = box.padded(-2 * _PAD_PX)
            nearest = min((float(np.linalg.norm(_middle(inner) - _middle(m))) for m in clutter.markers), default=0.0)
            boxes.append(clutter.cost(inner))
            costs.append(boxes[-1] + 20.0 * order - min(nearest / pixels, _ALOOF_PT))
        best = int(np.argmin(costs))
        if self._grow and boxes[best] >= _ON_LINE and legend.has_room_above(ax):
            legend.make_room(ax)
        else:
            legend.move(legends.PLACES[best])


class _Line(NamedTuple):
    """A path, and the boxes of its segments: what reaches none of them need not be held against the path itself."""

    path: Path
    least: NDArray[np.float64]  #: shape (segments, 2)
    most: NDArray[np.float64]

    @classmethod
    def of(cls, path: Path) -> _Line:
        """Return a path with its boxes; one for all of it where it has curves, or ends where it began."""
        points = np.asarray(path.vertices)
        points = points[np.isfinite(points).all(axis=1)]  # matplotlib, too, looks at what lies between over a gap
        if path.codes is not None or len(points) < 2:
            least = np.min(points, axis=0, keepdims=True, initial=np.inf)
            return cls(path, least, np.max(points, axis=0, keepdims=True, initial=-np.inf))
        return cls(path, np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:]))

    def reaches(self, box: Bbox) -> bool:
        """Return whether the box of a segment touches another."""
        return bool(np.any(np.all((self.least <= box.max) & (self.most >= box.min), axis=1)))

    def crosses(self, box: Bbox) -> bool:
        """Return whether the path goes through a box."""
        return self.reaches(box) and bool(self.path.intersects_bbox(box, filled=False))


class _Clutter(NamedTuple):
    """What stands in the way, in pixels."""

    frame: Bbox
    texts: list[Bbox]
    markers: list[Bbox]
    lines: list[_Line]
    leaders: list[_Line]
    bars: list[Bbox]

    @classmethod
    def of(cls, ax: Axes, texts: Sequence[Text] | None = None) -> _Clutter:
        """Return what axes hold, but for markers; of their texts, all or those given."""
        lines = [line.get_transform().transform_path(line.get_path()) for line in ax.lines]
        fills = [each for each in ax.collections if isinstance(each, PolyCollection)]  # the ground, by its edge
        lines += [fill.get_transform().transform_path(path) for fill in fills for path in fill.get_paths()]
        boxes = [_box(text) for text in (ax.texts if texts is None else texts)]
        boxes += [child.get_window_extent() for child in ax.child_axes]
        bars = [bar.get_window_extent() for group in ax.containers if isinstance(group, BarContainer) for bar in group]
        return cls(ax.get_window_extent(), boxes, [], [_Line.of(line) for line in lines], [], bars)

    def cost(self, box: Bbox) -> float:
        """Return how bad it is to write in a box."""
        box = box.padded(_PAD_PX)
        inside = (
            self.frame.x0 <= box.x0 and self.frame.y0 <= box.y0 and box.x1 <= self.frame.x1 and box.y1 <= self.frame.y1
        )
        return (
            (0.0 if inside else _OUTSIDE)
            + _ON_TEXT * sum(box.overlaps(other) for other in self.texts)
            + _ON_MARKER * sum(box.overlaps(other) for other in self.markers)
            + _ON_LEADER * sum(leader.crosses(box) for leader in self.leaders)
            + _ON_LINE * sum(line.crosses(box) for line in self.lines)
            + _ON_LINE * sum(box.overlaps(other) for other in self.bars)
        )

    def leader_cost(self, leader: Path) -> float:
        """Return how bad it is to draw a leader: through a text, or over a line."""
        lines = self.lines + self.leaders
        through = sum(leader.intersects_bbox(box, filled=True) for box in self.texts)
        ends = np.sort(leader.vertices, axis=0)
        around = Bbox(ends).padded(1.0)  # a leader that begins on a line crosses it, whatever the rounding
        across = sum(line.reaches(around) and leader.intersects_path(line.path, filled=False) for line in lines)
        return _ON_TEXT * through + 40.0 * across


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
    )
    written.set_in_layout(False)
    return written


def _place_note(ax: Axes, note: Note, written: Annotation, marker: Bbox, clutter: _Clutter) -> tuple[Bbox, Path, float]:
    """Move one note to the best of many places round its point; return its box and leader, in pixels, and the cost."""
    size = np.array(Text.get_window_extent(written).size)
    point = _middle(marker)
    pixels = ax.figure.canvas.figure.dpi / 72.0
    distances = [distance for distance in _DISTANCES_PT if distance <= note.reach]
    spots = [_Spot(angle, note.radius + distance) for distance in distances for angle in _ANGLES_RAD]
    boxes = [spot.box(point, size, pixels) for spot in spots]
    leaders = [Path(np.array([point, _middle(box)])) for box in boxes]
    costs = [
        clutter.cost(box) + clutter.leader_cost(leader) + spot.distance
        for spot, box, leader in zip(spots, boxes, leaders, strict=True)
    ]
    best = int(np.argmin(costs))
    spot = spots[best]
    written.set(position=spot.offset, horizontalalignment=spot.across, verticalalignment=spot.up)
    return boxes[best], leaders[best], costs[best]


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


def _box(text: Text) -> Bbox:
    """Return the box of a text as it stands now, without the leader of an annotation."""
    text.get_window_extent()  # moves an annotation to its point, which the layout may have moved
    return Text.get_window_extent(text)


def _middle(box: Bbox) -> NDArray[np.float64]:
    return np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2.0


def _marker_box(ax: Axes, note: Note) -> Bbox:
    x, y = ax.transData.transform((note.x, note.y))
    reach = note.radius * ax.figure.canvas.figure.dpi / 72.0
    return Bbox.from_bounds(x - reach, y - reach, 2.0 * reach, 2.0 * reach)


def _together(ax: Axes, notes: Sequence[Note]) -> list[Note | None]:
    """Return the notes; of those that say the same at the same point the first, in ink, and None for the others."""
    kept: list[Note | None] = []
    for note in notes:
        same = [i for i, other in enumerate(kept) if other is not None and _coincide(ax, note, other)]
        kept.append(None if same else note)
        for i in same:
            kept[i] = note._replace(color="")
    return kept


def _coincide(ax: Axes, note: Note, other: Note) -> bool:
    apart = ax.transData.transform((note.x, note.y)) - ax.transData.transform((other.x, other.y))
    return note.text == other.text and float(np.hypot(*apart)) < 5.0
