"""Least squares: against closed forms of linear problems."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.inquiry import Observation, Unknown, estimate, leave_one_out, propagated

UNKNOWNS = (
    Unknown(name="offset", start=0.0 * u.m, scale=10.0 * u.m),
    Unknown(name="rate", start=0.0 * u.m / u.s, scale=0.1 * u.m / u.s),
)
TIMES = np.array([0.0, 1.0, 2.0, 3.0]) * u.s
HEIGHTS = np.array([1.0, 2.9, 5.2, 6.9]) * u.m
SIGMA = 0.1 * u.m


def line(values: Mapping[str, u.Quantity]) -> dict[str, u.Quantity]:
    return {f"height {i}": values["offset"] + values["rate"] * t for i, t in enumerate(TIMES)}


def observed(*, background: int | None = None) -> list[Observation]:
    return [
        Observation(name=f"height {i}", value=height, sigma=SIGMA, background=i == background)
        for i, height in enumerate(HEIGHTS)
    ]


def test_a_straight_line_is_found_with_its_textbook_uncertainties() -> None:
    solution = estimate(UNKNOWNS, observed(), line)
    t, h = TIMES.value, HEIGHTS.value
    spread = np.sum((t - t.mean()) ** 2)
    rate = np.sum((t - t.mean()) * h) / spread
    assert u.isclose(solution.values["rate"], rate * u.m / u.s, rtol=1e-9)  # differences of a linear model
    assert u.isclose(solution.values["offset"], (h.mean() - rate * t.mean()) * u.m, rtol=1e-9)
    assert u.isclose(solution.sigmas["rate"], SIGMA.value / np.sqrt(spread) * u.m / u.s, rtol=1e-9)


def test_the_solution_does_not_depend_on_where_the_search_starts() -> None:
    far = (UNKNOWNS[0], Unknown(name="rate", start=50.0 * u.km / u.hour, scale=0.1 * u.km / u.hour))
    near, started_far = estimate(UNKNOWNS, observed(), line), estimate(far, observed(), line)
    assert u.isclose(near.values["rate"], started_far.values["rate"], rtol=1e-8)


def test_an_observation_left_out_is_predicted_by_the_line_through_the_others() -> None:
    (prediction,) = leave_one_out(UNKNOWNS, observed(), line, ["height 3"])
    rate, offset = np.polyfit(TIMES.value[:3], HEIGHTS.value[:3], 1)
    assert u.isclose(prediction.predicted, (offset + 3 * rate) * u.m, rtol=1e-9)
    # variance of an extrapolated line: sigma^2 (1/n + (t - mean)^2 / spread) with n = 3, mean 1, spread 2
    assert u.isclose(prediction.sigma, SIGMA * np.sqrt(1 / 3 + 4 / 2), rtol=1e-6)
    assert u.isclose(prediction.error, prediction.predicted - HEIGHTS[3], rtol=1e-12)


def test_the_uncertainty_of_a_function_of_the_unknowns_is_that_of_the_line_at_a_time() -> None:
    solution = estimate(UNKNOWNS, observed(), line)
    at_2 = propagated(UNKNOWNS, solution, lambda values: {"height": values["offset"] + values["rate"] * 2 * u.s})
    # variance of a fitted line: sigma^2 (1/n + (t - mean)^2 / spread) with n = 4, mean 1.5, spread 5
    assert u.isclose(at_2["height"], SIGMA * np.sqrt(1 / 4 + 0.25 / 5), rtol=1e-9)  # differences of a linear model


def test_a_direction_that_only_the_background_holds_is_named_as_the_weakest() -> None:
    known = [observed()[0], Observation(name="rate", value=2 * u.m / u.s, sigma=1 * u.m / u.s, background=True)]
    solution = estimate(UNKNOWNS, known, lambda values: {**line(values), "rate": values["rate"]})
    assert np.isinf(solution.weakest.reach)
    assert abs(solution.weakest.change["rate"]) == UNKNOWNS[1].scale
    assert abs(solution.weakest.change["offset"]) < 1e-9 * u.m


def test_fewer_observations_than_unknowns_are_refused() -> None:
    with pytest.raises(ls.InputError, match="1 observations for 2 unknowns"):
        estimate(UNKNOWNS, observed()[:1], line)


def test_observations_that_leave_a_direction_open_are_refused() -> None:
    twice = [observed()[0], Observation(name="height 0", value=1.1 * u.m, sigma=SIGMA)]
    with pytest.raises(ls.LunarsimError, match="wholly open"):
        estimate(UNKNOWNS, twice, line)
