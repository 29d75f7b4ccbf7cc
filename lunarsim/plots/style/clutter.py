"""What stands in the way of texts on axes: other texts, lines, markers, bars and the edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.container import BarContainer
from matplotlib.contour import ContourSet
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

PAD_PX = 3.0  # kept free round a text
BOUNDLESS = Bbox([[-np.inf, -np.inf], [np.inf, np.inf]])  # the frame of what has no edge
# Costs of a place for a text, against 1 per point of distance from where it belongs
OUTSIDE, ON_TEXT, ON_LEADER, ON_MARKER, ON_LINE = 1e4, 1e4, 2e3, 500.0, 100.0
_ON_POINT, _MOST_ON_POINTS = 10.0, 100.0  # one of the points of a cloud, and many of them
_OVER_LINE = 40.0  # of a leader
_THIN_PT, _THIN = 0.7, 0.15  # lines up to this width lie in the background, like a grid, and cost this part


class Boxes(NamedTuple):
    """Many boxes as arrays of shape (n, 2): their lower left and upper right corners."""

    least: NDArray[np.float64]
    most: NDArray[np.float64]

    @classmethod
    def round(cls, points: NDArray[np.float64], reach: NDArray[np.float64] | float) -> Boxes:
        """Return boxes round points, shape (n, 2), that reach so far to each side."""
        known = np.isfinite(points).all(axis=1)
        half = np.broadcast_to(reach, points.shape)[known]
        return cls(points[known] - half, points[known] + half)

    @classmethod
    def of(cls, boxes: Sequence[Bbox], pad: float = 0.0) -> Boxes:
        """Return boxes, each wider by ``pad`` on all sides."""
        corners = np.sort(np.reshape([box.get_points() for box in boxes], (-1, 2, 2)), axis=1)
        return cls(corners[:, 0] - pad, corners[:, 1] + pad)

    def on(self, other: Boxes) -> NDArray[np.bool_]:
        """Return which of these boxes overlap which others, shape (these, others)."""
        together = (self.least[:, None] <= other.most) & (self.most[:, None] >= other.least)
        both: NDArray[np.bool_] = together[..., 0] & together[..., 1]
        return both


_NONE = Boxes.of(())


class Line(NamedTuple):
    """A path, and the boxes of its segments: what reaches none of them need not be held against the path itself."""

    path: Path
    segments: Boxes
    weight: float = 1.0  #: the part of its costs that a line in the background has

    @classmethod
    def of(cls, path: Path, weight: float = 1.0) -> Line:
        """Return a path with its boxes; one for all of it where it has curves, or ends where it began."""
        points = np.asarray(path.vertices)
        points = points[np.isfinite(points).all(axis=1)]  # matplotlib, too, looks at what lies between over a gap
        if path.codes is not None or len(points) < 2:
            least = np.min(points, axis=0, keepdims=True, initial=np.inf)
            return cls(path, Boxes(least, np.max(points, axis=0, keepdims=True, initial=-np.inf)), weight)
        return cls(path, Boxes(np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])), weight)

    def crosses(self, boxes: Sequence[Bbox], around: Boxes) -> NDArray[np.bool_]:
        """Return through which boxes the path goes."""
        through: NDArray[np.bool_] = np.asarray(around.on(self.segments).any(axis=1))
        for i in np.flatnonzero(through).tolist():
            through[i] = self.path.intersects_bbox(boxes[i], filled=False)
        return through

    def crossed_by(self, leaders: Sequence[Path], around: Boxes) -> NDArray[np.bool_]:
        """Return which leaders go over the path."""
        over: NDArray[np.bool_] = np.asarray(around.on(self.segments).any(axis=1))
        for i in np.flatnonzero(over).tolist():
            over[i] = leaders[i].intersects_path(self.path, filled=False)
        return over


class Clutter(NamedTuple):
    """What stands in the way, in pixels."""

    frame: Bbox
    texts: Sequence[Bbox] = ()
    markers: Sequence[Bbox] = ()
    lines: Sequence[Line] = ()
    leaders: Sequence[Line] = ()
    bars: Sequence[Bbox] = ()
    points: Boxes = _NONE  #: of clouds, such as the runs of a campaign

    @classmethod
    def of(cls, ax: Axes, texts: Sequence[Text] | None = None) -> Clutter:
        """Return what axes hold; of their texts, all or those given."""
        boxes = [_box(text) for text in (ax.texts if texts is None else texts)]
        boxes += [child.get_window_extent() for child in ax.child_axes]
        bars = [bar.get_window_extent() for group in ax.containers if isinstance(group, BarContainer) for bar in group]
        markers = [box for each in ax.collections if isinstance(each, PathCollection) for box in _scattered(each)]
        return cls(ax.get_window_extent(), boxes, markers, _lines(ax), (), bars, _points(ax))

    def with_markers(self, markers: Sequence[Bbox]) -> Clutter:
        """Return this with more markers."""
        return self._replace(markers=[*self.markers, *markers])

    def with_note(self, text: Bbox, leader: Path) -> Clutter:
        """Return this with a note that has found its place."""
        return self._replace(texts=[*self.texts, text], leaders=[*self.leaders, Line.of(leader)])

    def without(self, marker: Bbox) -> Clutter:
        """Return this without what is drawn within a marker."""
        own, boxes = Boxes.of([marker], pad=0.5), Boxes.of(self.markers)  # half a pixel, for rounding
        within: NDArray[np.bool_] = np.asarray(((own.least <= boxes.least) & (boxes.most <= own.most)).all(axis=1))
        return self._replace(markers=[box for box, inside in zip(self.markers, within, strict=True) if not inside])

    def costs(self, boxes: Sequence[Bbox]) -> NDArray[np.float64]:
        """Return how bad it is to write in each of some boxes."""
        padded = [box.padded(PAD_PX) for box in boxes]
        around, frame = Boxes.of(padded), Boxes.of([self.frame])
        inside = ((frame.least <= around.least) & (around.most <= frame.most)).all(axis=1)
        costs = np.where(inside, 0.0, OUTSIDE)
        for cost, others in ((ON_TEXT, self.texts), (ON_MARKER, self.markers), (ON_LINE, self.bars)):
            costs += cost * around.on(Boxes.of(others)).sum(axis=1)
        for cost, lines in ((ON_LEADER, self.leaders), (ON_LINE, self.lines)):
            for line in lines:
                costs += cost * line.weight * line.crosses(padded, around)
        costs += np.minimum(_ON_POINT * around.on(self.points).sum(axis=1), _MOST_ON_POINTS)
        return costs

    def leader_costs(self, leaders: Sequence[Path]) -> NDArray[np.float64]:
        """Return how bad it is to draw each of some leaders: through a text, or over a line."""
        ends = [Bbox(leader.vertices) for leader in leaders]
        around = Boxes.of(ends, pad=1.0)  # a leader that begins on a line crosses it, whatever the rounding
        costs = np.zeros(len(leaders))
        for i, k in np.argwhere(around.on(Boxes.of(self.texts))).tolist():
            costs[i] += ON_TEXT * leaders[i].intersects_bbox(self.texts[k], filled=True)
        for line in (*self.lines, *self.leaders):
            costs += _OVER_LINE * line.weight * line.crossed_by(leaders, around)
        return costs


def _box(text: Text) -> Bbox:
    """Return the box of a text as it stands now, without the leader of an annotation."""
    text.get_window_extent()  # moves an annotation to its point, which the layout may have moved
    return Text.get_window_extent(text)


def _lines(ax: Axes) -> list[Line]:
    """Return the lines of axes, the edges of areas and the contours."""
    drawn = [
        Line.of(line.get_transform().transform_path(line.get_path()), 1.0 if line.get_linewidth() > _THIN_PT else _THIN)
        for line in ax.lines
        if not _is_cloud(line)
    ]
    fills = [
        each for each in ax.collections if isinstance(each, PolyCollection | ContourSet)
    ]  # the ground, by its edge
    return drawn + [Line.of(fill.get_transform().transform_path(path)) for fill in fills for path in fill.get_paths()]


def _points(ax: Axes) -> Boxes:
    """Return the markers that no line joins."""
    found = [_NONE]
    for line in ax.lines:
        if _is_cloud(line):
            points = line.get_transform().transform(np.asarray(line.get_xydata(), dtype=float))
            found.append(Boxes.round(points, 0.5 * line.get_markersize() * _pixels(ax)))
    return Boxes(*(np.concatenate(corners) for corners in zip(*found, strict=True)))


def _is_cloud(line: Line2D) -> bool:
    return str(line.get_linestyle()) in ("None", "none", "", " ")


def _scattered(drawn: PathCollection) -> list[Bbox]:
    """Return the boxes of the markers of one scatter."""
    points = np.asarray(drawn.get_offset_transform().transform(np.ma.filled(drawn.get_offsets(), np.nan)))
    reach = 0.5 * np.sqrt(np.resize(drawn.get_sizes(), (len(points), 1))) * _pixels(drawn)
    return [Bbox(corners) for corners in np.stack(Boxes.round(points, reach), axis=1).tolist()]


def _pixels(drawn: Artist) -> float:
    """Return how many pixels a point has."""
    figure = drawn.get_figure(root=True)
    assert figure is not None
    return float(figure.dpi) / 72.0
