"""Roots step by step: monotone functions, ends on the root, brackets that keep it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lunarsim.kernels.numerics.roots import bracket_of, is_open, narrowed, trial

TOLERANCE_S = 1e-9  # as for cut-offs


def sought(function, before_s, after_s, tolerance_s=TOLERANCE_S):
    """Return the last bracket of a search."""
    bracket = bracket_of(before_s, function(before_s), after_s, function(after_s))
    while is_open(bracket, tolerance_s):
        at = trial(bracket)
        assert bracket.before_s <= at <= bracket.after_s
        inner = narrowed(bracket, at, function(at))
        assert bracket.before_s <= inner.before_s <= inner.after_s <= bracket.after_s
        bracket = inner
    return bracket


shares = st.floats(0.0, 1.0)
lengths = st.floats(1e-4, 400.0)
signs = st.sampled_from([-1.0, 1.0])


@given(shares, lengths, signs, st.floats(1e-6, 1e6))
def test_the_root_of_a_straight_line_is_found_at_the_second_look(share, length, sign, slope):
    root = share * length
    bracket = sought(lambda t: sign * slope * (t - root), 0.0, length)
    assert bracket.root_s == pytest.approx(root, abs=1e-13 * length)  # rounding
    assert bracket.steps <= 3


@given(shares, lengths, signs, st.floats(-3.0, 3.0))
def test_the_root_of_an_exponential_is_found_to_the_tolerance(share, length, sign, bend):
    root = share * length
    bracket = sought(lambda t: sign * (math.expm1(bend * (t - root) / length) if bend else t - root), 0.0, length)
    assert abs(bracket.root_s - root) <= TOLERANCE_S + 1e-13 * length  # rounding
    assert bracket.steps <= 15


@given(shares, lengths, signs, st.floats(0.0, 5.0), st.floats(-0.9, 0.9))
def test_the_root_of_a_cubic_that_rises_all_along_is_found_to_the_tolerance(share, length, sign, cubic, bend):
    root = share * length

    def function(t):
        x = (t - root) / length
        return sign * (x + 0.5 * bend * x * x + cubic * x**3)  # its slope is at least 0.1

    bracket = sought(function, 0.0, length)
    assert abs(bracket.root_s - root) <= TOLERANCE_S + 1e-13 * length  # rounding
    assert bracket.steps <= 25


@given(lengths, signs, st.booleans())
def test_a_root_at_an_end_is_that_end(length, sign, at_start):
    root = 0.0 if at_start else length
    bracket = sought(lambda t: sign * (t - root), 0.0, length)
    assert bracket.root_s == pytest.approx(root, abs=1e-15 * length)  # rounding


@given(shares, lengths, signs)
def test_the_root_stays_between_the_ends(share, length, sign):
    root = share * length
    bracket = sought(lambda t: sign * math.atan(9.0 * (t - root) / length), 0.0, length)
    assert bracket.before_s <= root + 1e-12 * length
    assert bracket.after_s >= root - 1e-12 * length


def test_a_search_ends_where_no_root_can_be_pinned_down():
    bracket = sought(lambda t: -1.0 if t < 0.3 else 1.0, 0.0, 1.0, tolerance_s=0.0)  # a jump, and no tolerance at all
    assert bracket.steps <= 60
    assert bracket.before_s < 0.3 <= bracket.after_s
