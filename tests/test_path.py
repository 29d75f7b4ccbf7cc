"""The motion along the steps of an integrator: scipy's own interpolant, written as a series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import DOP853, OdeSolution

from lunarsim.errors import InputError
from lunarsim.flight.result.flight_file.stored_segment import StoredSegment
from lunarsim.flight.result.path import Path, series_of_dop853

RADIUS_M = 1.8e6


def flown():
    """Return the steps of scipy's solver on a circle in space, its own interpolants, and its end."""
    y = np.zeros(9)
    y[0], y[4], y[6] = RADIUS_M, RADIUS_M, 1.0
    solver = DOP853(lambda _t, y: np.concatenate((y[3:6], -y[0:3], np.zeros(3))), 0.0, y, 7.0, rtol=1e-12, atol=1e-6)
    times, pieces = [0.0], []
    while solver.status == "running":
        solver.step()
        times.append(solver.t)
        pieces.append(solver.dense_output())
    return np.array(times), pieces, solver.y


TIMES, PIECES, END = flown()
PATH = Path(TIMES, np.array([p.y_old for p in PIECES]), np.array([series_of_dop853(p.F) for p in PIECES]))
ROUNDING_M = 1e-14 * RADIUS_M  # a few dozen operations on numbers of this size, with a margin of ten and more


@given(st.lists(st.floats(0.0, 7.0), min_size=1, max_size=20))
def test_the_series_of_a_step_is_scipys_interpolant(times):
    expected = OdeSolution(TIMES, PIECES)(np.array(times)).T
    np.testing.assert_allclose(PATH(np.array(times)), expected, rtol=0, atol=ROUNDING_M)
    np.testing.assert_allclose(PATH(times[0]), expected[0], rtol=0, atol=ROUNDING_M)


def test_a_step_begins_where_it_was_integrated_from_and_ends_where_the_next_begins():
    times, vectors = PATH.at_parts(np.array([0.0, 1.0]))
    np.testing.assert_array_equal(times, np.column_stack((TIMES[:-1], TIMES[1:])))
    np.testing.assert_allclose(vectors[:, 0], PATH.start_y, rtol=0, atol=ROUNDING_M)
    np.testing.assert_allclose(vectors[:, 1], np.vstack((PATH.start_y[1:], END)), rtol=0, atol=ROUNDING_M)


def test_many_times_are_the_same_as_one_by_one():
    times = np.linspace(0.0, 7.0, 10_001)
    np.testing.assert_allclose(PATH(times)[::50], [PATH(t) for t in times[::50].tolist()], rtol=0, atol=ROUNDING_M)
    assert PATH(times.reshape(73, 137)).shape == (73, 137, 9)


def test_a_segment_that_was_saved_with_the_terms_of_scipy_is_the_same_motion():
    old = StoredSegment(step_ends_s=TIMES, end_y=END, start_y=PATH.start_y, terms=np.array([p.F for p in PIECES]))
    assert old.restored().path == PATH


@pytest.mark.parametrize("given", [{}, {"terms": np.zeros((len(PIECES), 6, 9))}, {"series": np.zeros((1, 8))}])
def test_a_segment_without_a_motion_is_refused(given):
    with pytest.raises(InputError, match=r"(terms|series) of a segment: expected finite doubles of shape"):
        StoredSegment(step_ends_s=TIMES, end_y=END, start_y=PATH.start_y, **given).restored()
