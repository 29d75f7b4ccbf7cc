"""Where notes are placed: clear of all that is drawn, by a look that leaves out only what they could not meet."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from lunarsim.plots.style.clutter import Boxes, Clutter, Line
from lunarsim.plots.style.notes import Note
from lunarsim.plots.style.placing import place

FRAME = Bbox([[0.0, 0.0], [100.0, 100.0]])

places = st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
gaps = st.just((np.nan, np.nan))
lines = st.lists(st.one_of(places, gaps), max_size=12).map(lambda points: np.reshape(points, (-1, 2)))


@given(lines, places, places)
def test_a_line_crosses_a_box_where_matplotlib_says_so(points, corner, other):
    path, box = Path(points), Bbox(np.sort([corner, other], axis=0))
    crossed = len(points) > 0 and np.isfinite(points).all(axis=1).any() and path.intersects_bbox(box, filled=False)
    (found,) = Line.of(path).crosses([box], Boxes.of([box]))
    assert found == bool(crossed)  # without any point, matplotlib looks at what lay in memory


@given(lines, places, st.integers(0, 11), st.floats(0.0, 1.0))
def test_a_leader_costs_what_it_crosses_also_where_it_begins_on_a_line(points, end, where, share):
    known = points[np.isfinite(points).all(axis=1)]
    start = (50.0, 50.0)
    if len(known) > 1:
        i = where % (len(known) - 1)
        start = known[i] + share * (known[i + 1] - known[i])
    leader, path = Path([start, end]), Path(points)
    clutter = Clutter(FRAME, lines=[Line.of(path)])
    assert (clutter.leader_costs([leader])[0] > 0.0) == bool(leader.intersects_path(path, filled=False))


BESIDE = np.column_stack([np.linspace(0.53, 0.62, 10), np.full(10, 0.5)])  # points where a note stands on empty axes


def points_under_a_note(draw):
    """Return which points beside the middle of axes of 4 x 3 inches lie under a note for it, among what is drawn."""
    figure, ax = plt.subplots(figsize=(4.0, 3.0))
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0), autoscale_on=False)
    draw(ax)
    place(ax, [Note(0.5, 0.5, "somewhere")], legend=False)
    figure.canvas.draw()
    plt.close(figure)
    box = Text.get_window_extent(ax.texts[0])
    assert ax.texts[0].get_visible()
    pixels = ax.transData.transform(BESIDE)
    return np.all((box.min < pixels) & (pixels < box.max), axis=1)


DRAWN = {
    "markers": lambda ax: ax.scatter(*BESIDE.T, s=12.0),
    "runs of a campaign": lambda ax: ax.plot(*BESIDE.T, linestyle="", marker="x"),
    "a thin line": lambda ax: ax.plot(*BESIDE.T, linewidth=0.6),
    "a contour": lambda ax: ax.contour([0.52, 0.9], [0.0, 1.0], [[0.0, 0.0], [1.0, 1.0]], levels=[0.5]),
}


@pytest.mark.parametrize("what", DRAWN)
def test_a_note_keeps_clear_of(what):
    assert np.any(points_under_a_note(lambda ax: None))
    assert not np.any(points_under_a_note(DRAWN[what]))


def test_the_cut_off_at_a_touchdown_and_the_ticks_of_time_before_it_leave_their_names_to_it():
    figure, ax = plt.subplots(figsize=(4.0, 3.0))
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    notes = [
        Note(0.5, 0.5, "touchdown", "C1"),
        Note(0.501, 0.5, "cut-off (contact)", "C1", rank=1),
        Note(0.502, 0.5, "20:15", "C1", rank=2),
        Note(0.5, 0.5, "perilune", "C2", rank=1),  # of another flight
        Note(0.7, 0.5, "20:13", "C1", rank=2),
    ]
    place(ax, notes, legend=False)
    figure.canvas.draw()
    plt.close(figure)
    assert {text.get_text() for text in ax.texts if text.get_visible()} == {"touchdown", "perilune", "20:13"}
