"""Where texts go: notes and legends that keep clear of lines, markers and each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
_STEP_DEG, _FINE_DEG = 22.5, 11.25  # between the angles at which a text may stand; fine ones where much is in the way
_THIN_PT = 0.7  # lines up to this width lie in the background, like a grid
_BOUNDLESS = Bbox([[-np.inf, -np.inf], [np.inf, np.inf]])
_PAD_PX = 3.0  # kept free round a text
_ALOOF_PT = 80.0  # from a legend to an event, beyond which more is no better
# Costs of a place for a text, against 1 per point of distance from where it belongs
_OUTSIDE, _ON_TEXT, _ON_LEADER, _ON_MARKER, _ON_LINE = 1e4, 1e4, 2e3, 500.0, 100.0


def place(ax: Axes, notes: Sequence[Note], *, legend: bool = True, columns: int = 1, grow: bool = True) -> None:
    """Write notes, and the legend, where they cover neither lines nor each other, whenever the axes are drawn.

    Where no place is clear for the legend, and the view may ``grow``, it grows upwards, and the legend stands above all
    that was in it. Notes that find no room within the axes are left out, and those of a rank where they would cover
    a line. Without ``legend`` the axes get none.
    """
    ax.add_artist(_Placer(ax, notes, legends.write(ax, columns=columns) if legend else None, grow=grow))


def clearest(ax: Axes, boxes: Sequence[Bbox]) -> int:
    """Return which of some boxes, in fractions of the axes, covers the fewest lines and texts."""
    clutter = _Clutter.of(ax)
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
        clutter = _Clutter.of(ax, self._fixed)._replace(markers=markers)
        if (legend := ax.get_legend()) is not None:
            clutter.texts.append(legend.get_window_extent())
        for written, spot, _, _ in _best_arrangement(ax, kept, clutter):
            written.set_visible(spot is not None)
            if spot is not None:
                written.set(position=spot.offset, horizontalalignment=spot.across, verticalalignment=spot.up)

    def _place_legend(self, ax: Axes, legend: legends.Movable) -> None:
        """Move the legend to the clearest place; of places as clear, an early one that stands off from the events."""
        markers = [_marker_box(ax, note) for note in self._notes]
        clutter = _Clutter.of(ax, self._fixed)._replace(markers=markers)
        pixels = ax.figure.canvas.figure.dpi / 72.0
        costs, boxes = [], []
        for order, spot in enumerate(legends.PLACES):
            box = legend.move(spot)
            inner = box.padded(-2 * _PAD_PX)
            nearest = min((_apart(inner, _middle(marker)) for marker in clutter.markers), default=0.0)
            boxes.append(float(clutter.costs([inner])[0]))
            costs.append(boxes[-1] + 20.0 * order - min(nearest / pixels, _ALOOF_PT))
        best = int(np.argmin(costs))
        if self._grow and boxes[best] >= _ON_LINE and legend.has_room_above(ax):
            legend.make_room(ax)
        else:
            legend.move(legends.PLACES[best])


class _Boxes(NamedTuple):
    """Many boxes as arrays of shape (n, 2): their lower left and upper right corners."""

    least: NDArray[np.float64]
    most: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: Sequence[Bbox], pad: float = 0.0) -> _Boxes:
        """Return boxes, each wider by ``pad`` on all sides."""
        corners = np.sort(np.reshape([box.get_points() for box in boxes], (-1, 2, 2)), axis=1)
        return cls(corners[:, 0] - pad, corners[:, 1] + pad)

    def on(self, other: _Boxes) -> NDArray[np.bool_]:
        """Return which of these boxes overlap which others, shape (these, others)."""
        together = (self.least[:, None] <= other.most) & (self.most[:, None] >= other.least)
        both: NDArray[np.bool_] = together[..., 0] & together[..., 1]
        return both


class _Line(NamedTuple):
    """A path, and the boxes of its segments: what reaches none of them need not be held against the path itself."""

    path: Path
    segments: _Boxes

    @classmethod
    def of(cls, path: Path) -> _Line:
        """Return a path with its boxes; one for all of it where it has curves, or ends where it began."""
        points = np.asarray(path.vertices)
        points = points[np.isfinite(points).all(axis=1)]  # matplotlib, too, looks at what lies between over a gap
        if path.codes is not None or len(points) < 2:
            least = np.min(points, axis=0, keepdims=True, initial=np.inf)
            return cls(path, _Boxes(least, np.max(points, axis=0, keepdims=True, initial=-np.inf)))
        return cls(path, _Boxes(np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])))

    def crosses(self, boxes: Sequence[Bbox], around: _Boxes) -> NDArray[np.bool_]:
        """Return through which boxes the path goes."""
        through: NDArray[np.bool_] = np.asarray(around.on(self.segments).any(axis=1))
        for i in np.flatnonzero(through).tolist():
            through[i] = self.path.intersects_bbox(boxes[i], filled=False)
        return through

    def crossed_by(self, leaders: Sequence[Path], around: _Boxes) -> NDArray[np.bool_]:
        """Return which leaders go over the path."""
        over: NDArray[np.bool_] = np.asarray(around.on(self.segments).any(axis=1))
        for i in np.flatnonzero(over).tolist():
            over[i] = leaders[i].intersects_path(self.path, filled=False)
        return over


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
        drawn = [line for line in ax.lines if line.get_linewidth() > _THIN_PT]
        lines = [line.get_transform().transform_path(line.get_path()) for line in drawn]
        fills = [each for each in ax.collections if isinstance(each, PolyCollection)]  # the ground, by its edge
        lines += [fill.get_transform().transform_path(path) for fill in fills for path in fill.get_paths()]
        boxes = [_box(text) for text in (ax.texts if texts is None else texts)]
        boxes += [child.get_window_extent() for child in ax.child_axes]
        bars = [bar.get_window_extent() for group in ax.containers if isinstance(group, BarContainer) for bar in group]
        return cls(ax.get_window_extent(), boxes, [], [_Line.of(line) for line in lines], [], bars)

    def costs(self, boxes: Sequence[Bbox]) -> NDArray[np.float64]:
        """Return how bad it is to write in each of some boxes."""
        padded = [box.padded(_PAD_PX) for box in boxes]
        around, frame = _Boxes.of(padded), _Boxes.of([self.frame])
        inside = ((frame.least <= around.least) & (around.most <= frame.most)).all(axis=1)
        costs = np.where(inside, 0.0, _OUTSIDE)
        for cost, others in ((_ON_TEXT, self.texts), (_ON_MARKER, self.markers), (_ON_LINE, self.bars)):
            costs += cost * around.on(_Boxes.of(others)).sum(axis=1)
        for cost, lines in ((_ON_LEADER, self.leaders), (_ON_LINE, self.lines)):
            for line in lines:
                costs += cost * line.crosses(padded, around)
        return costs

    def leader_costs(self, leaders: Sequence[Path]) -> NDArray[np.float64]:
        """Return how bad it is to draw each of some leaders: through a text, or over a line."""
        ends = [Bbox(leader.vertices) for leader in leaders]
        around = _Boxes.of(ends, pad=1.0)  # a leader that begins on a line crosses it, whatever the rounding
        costs = np.zeros(len(leaders))
        for i, k in np.argwhere(around.on(_Boxes.of(self.texts))).tolist():
            costs[i] += _ON_TEXT * leaders[i].intersects_bbox(self.texts[k], filled=True)
        for line in self.lines + self.leaders:
            costs += 40.0 * line.crossed_by(leaders, around)
        return costs


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


class _Placed(NamedTuple):
    """Where a text goes; nowhere where it would leave the axes or cover another, and with a rank a line."""

    written: Annotation
    spot: _Spot | None
    cost: float
    covers: bool  #: a line at least, or it is left out


_Written = tuple[Note, Annotation]
#: Which note is placed first: the last, the longest, the first.
_ORDERS: tuple[Callable[[Note], float], ...] = (lambda n: -n.x, lambda n: -len(n.text), lambda n: n.x)


def _best_arrangement(ax: Axes, kept: Sequence[_Written], clutter: _Clutter) -> list[_Placed]:
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
    before = _Clutter(_BOUNDLESS, [], [], [], [], [])
    arrangement = []
    for places in notes:
        covered = places.covered + before.costs(places.boxes)
        costs = places.costs + covered + before.leader_costs(places.leaders)
        best = int(np.argmin(costs))
        covers = bool(covered[best] >= _ON_LINE)
        if costs[best] >= _OUTSIDE or (places.note.rank and covers):
            cost = _ON_MARKER if places.note.rank else _OUTSIDE
            arrangement.append(_Placed(places.written, None, cost, covers=True))
            continue
        before.texts.append(places.boxes[best])
        before.leaders.append(_Line.of(places.leaders[best]))
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
    def of(cls, ax: Axes, note: Note, written: Annotation, clutter: _Clutter, step_deg: float) -> _Places:
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
        others = clutter._replace(markers=[box for box in clutter.markers if not np.array_equal(box, marker)])
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


def _box(text: Text) -> Bbox:
    """Return the box of a text as it stands now, without the leader of an annotation."""
    text.get_window_extent()  # moves an annotation to its point, which the layout may have moved
    return Text.get_window_extent(text)


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
