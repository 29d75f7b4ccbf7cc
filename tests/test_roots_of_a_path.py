"""Roots of what is watched along a path, many at once."""

from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from lunarsim.flight.driver.segment import _Bracket, _narrowed
from lunarsim.flight.result.path import Path

NOWHERE = Path(np.array([0.0, 1.0]), np.zeros((1, 9)), np.zeros((1, 2, 9)))


def brackets(function, times):
    pairs = [(a, b) for a, b in pairwise(times) if function(a) * function(b) <= 0.0]
    return [_Bracket(NOWHERE, a, function(a), b, function(b)) for a, b in pairs]


def test_roots_in_many_brackets_are_those_that_brent_finds_in_each():
    def wave(t):
        return np.sin(1e-3 * t) + 0.3 * np.cos(2.7e-3 * t) - 0.1

    found = brackets(wave, np.arange(0.0, 2.6e5, 400.0))
    assert len(found) > 80
    expected = [brentq(wave, each.t0, each.t1, xtol=1e-12, rtol=1e-15) for each in found]
    np.testing.assert_allclose(_narrowed(wave, found), expected, rtol=0, atol=1e-9)  # 1e-16 over a slope of 1e-3, and t


def test_a_root_on_an_end_and_one_met_at_once_are_kept():
    def line(t):
        return t - 4.0

    found = [_Bracket(NOWHERE, a, line(a), b, line(b)) for a, b in ((4.0, 9.0), (0.0, 4.0), (2.0, 6.0), (3.0, 8.0))]
    np.testing.assert_array_equal(_narrowed(line, found), 4.0)
    falling = [each._replace(g0=-each.g0, g1=-each.g1) for each in found]
    np.testing.assert_array_equal(_narrowed(lambda t: -line(t), falling), 4.0)


def test_what_is_no_number_has_no_root():
    found = [_Bracket(NOWHERE, 0.0, -1.0, 1.0, 1.0)]
    assert np.isnan(_narrowed(lambda t: np.full_like(t, np.nan), found)).all()
