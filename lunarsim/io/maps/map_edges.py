"""Lines and rings cut where a map ends: at 180 degrees of longitude, as RFC 7946 (section 3.1.9) asks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float64]  # (n, 3): longitude and latitude (deg), altitude (m)

_TURN_DEG = 360.0
_POLE_DEG = 90.0


def cut_line(line: Places) -> Iterator[Places]:
    """Give the pieces of a line of longitudes from -180 to 180 deg, none of which goes across the edge."""
    run = _continuous(line)
    turns = np.floor((run[:, 0] + 180.0) / _TURN_DEG)
    piece: list[Places] = [_moved(run[0], turns[0])]
    for before, after, old, new in zip(run[:-1], run[1:], turns[:-1], turns[1:], strict=True):
        if old != new:
            edge_deg = _TURN_DEG * max(old, new) - 180.0
            at = before + (edge_deg - before[0]) / (after[0] - before[0]) * (after - before)
            at[0] = edge_deg
            yield np.array([*piece, _moved(at, old)])
            piece = [_moved(at, new)]
        piece.append(_moved(after, new))
    if len(piece) > 1:
        yield np.array(piece)


def cut_ring(ring: Places) -> Iterator[Places]:
    """Give the closed rings, counterclockwise, that a ring leaves on the map; one round a pole goes along its edge."""
    run = _continuous(ring)
    around = round((run[-1, 0] - run[0, 0]) / _TURN_DEG)
    if around:
        pole = np.copysign(_POLE_DEG, float(run[:, 1].mean()))
        over = [[run[-1, 0], pole, run[-1, 2]], [run[0, 0], pole, run[0, 2]]]
        run = np.vstack([run, over, run[:1]])
    lowest = int(np.floor((run[:, 0].min() + 180.0) / _TURN_DEG))
    highest = int(np.floor((run[:, 0].max() + 180.0) / _TURN_DEG))
    for turn in range(lowest, highest + 1):
        left, right = _TURN_DEG * turn - 180.0, _TURN_DEG * turn + 180.0
        part = _clipped(_clipped(run, left, keep_above=True), right, keep_above=False)
        if len(part) >= 4 and np.ptp(part[:, 0]) > 0.0:
            yield _counterclockwise(np.array([_moved(place, turn) for place in part]))


def _continuous(line: Places) -> Places:
    """Return a line with longitudes that go on beyond 180 deg where it does."""
    run = np.array(line, dtype=float)
    run[:, 0] = np.unwrap(run[:, 0], period=_TURN_DEG)
    return run


def _moved(place: Places, turns: float) -> Places:
    return np.array([place[0] - _TURN_DEG * turns, *place[1:]])


def _clipped(ring: Places, edge_deg: float, *, keep_above: bool) -> Places:
    """Return what a closed ring leaves on one side of a meridian (Sutherland & Hodgman 1974), closed."""
    sign = 1.0 if keep_above else -1.0
    kept: list[Places] = []
    for before, after in pairwise(ring):
        a, b = sign * (before[0] - edge_deg), sign * (after[0] - edge_deg)
        if a >= 0.0:
            kept.append(before)
        if (a >= 0.0) != (b >= 0.0):
            at = before + a / (a - b) * (after - before)
            at[0] = edge_deg
            kept.append(at)
    return np.array([*kept, kept[0]]) if kept else np.empty((0, 3))


def _counterclockwise(ring: Places) -> Places:
    x, y = ring[:, 0], ring[:, 1]
    area = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])
    return ring if area > 0.0 else ring[::-1]
