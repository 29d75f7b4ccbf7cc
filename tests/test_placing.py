"""Where notes are placed: what is left out of the exact look at lines could not have met them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from lunarsim.plots.style.placing import _Boxes, _Clutter, _Line

FRAME = Bbox([[0.0, 0.0], [100.0, 100.0]])

places = st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
gaps = st.just((np.nan, np.nan))
lines = st.lists(st.one_of(places, gaps), max_size=12).map(lambda points: np.reshape(points, (-1, 2)))


@given(lines, places, places)
def test_a_line_crosses_a_box_where_matplotlib_says_so(points, corner, other):
    path, box = Path(points), Bbox(np.sort([corner, other], axis=0))
    crossed = len(points) > 0 and np.isfinite(points).all(axis=1).any() and path.intersects_bbox(box, filled=False)
    (found,) = _Line.of(path).crosses([box], _Boxes.of([box]))
    assert found == bool(crossed)  # without any point, matplotlib looks at what lay in memory


@given(lines, places, st.integers(0, 11), st.floats(0.0, 1.0))
def test_a_leader_costs_what_it_crosses_also_where_it_begins_on_a_line(points, end, where, share):
    known = points[np.isfinite(points).all(axis=1)]
    start = (50.0, 50.0)
    if len(known) > 1:
        i = where % (len(known) - 1)
        start = known[i] + share * (known[i + 1] - known[i])
    leader, path = Path([start, end]), Path(points)
    clutter = _Clutter(FRAME, [], [], [_Line.of(path)], [], [])
    assert (clutter.leader_costs([leader])[0] > 0.0) == bool(leader.intersects_path(path, filled=False))
