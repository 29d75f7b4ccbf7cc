"""In which direction a flight came to a place, however far round the Moon it has gone."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from lunarsim.mission.over_ground import way_from

RADIUS_M = 1.7374e6


@given(
    turned=st.floats(0.1, 6.1),
    axis=st.tuples(*[st.floats(-1.0, 1.0)] * 3),
    began=st.tuples(*[st.floats(-1.0, 1.0)] * 3),
    climb_mps=st.floats(-100.0, 100.0),
)
def test_on_a_great_circle_a_flight_comes_along_it_in_the_sense_of_its_start(turned, axis, began, climb_mps):
    normal, first = np.array(axis), np.cross(axis, began)
    assume(np.linalg.norm(first) > 1e-3 and abs(turned - np.pi) > 0.05)  # opposite its start, all ways are as far
    normal, first = normal / np.linalg.norm(normal), first / np.linalg.norm(first)
    ahead = np.cross(normal, first)
    came_to = RADIUS_M * (np.cos(turned) * first + np.sin(turned) * ahead)
    motion = np.cos(turned) * ahead - np.sin(turned) * first
    way = way_from(RADIUS_M * first, 1600.0 * ahead + climb_mps * first, came_to)
    up = came_to / RADIUS_M
    level = way - (way @ up) * up
    np.testing.assert_allclose(level / np.linalg.norm(level), motion, atol=1e-9)
