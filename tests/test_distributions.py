"""Distributions: inverse CDFs against scipy.stats, the same bits in any chunks, and what is refused."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.time import TimeDelta
from hypothesis import assume, given
from hypothesis import strategies as st
from repetitions import examples
from scipy import stats

from lunarsim.campaign.inputs.distributions import (
    STATE_PATHS,
    Discrete,
    Distribution,
    Empirical,
    JointNormal,
    Normal,
    Probability,
    TruncatedNormal,
    Uniform,
    state_covariance,
)
from lunarsim.errors import InputError

FEW = examples(40)
#: Probabilities, with both ends of what the samplers give.
GRID = np.concatenate([[2.0**-53], np.linspace(1e-4, 1.0 - 1e-4, 1999), [1.0 - 2.0**-53]])[:, np.newaxis]
COVARIANCE = np.array([[4.0, 0.8, -0.6], [0.8, 0.25, -0.1], [-0.6, -0.1, 9.0]])

EVERY_KIND: list[Distribution] = [
    Normal(127 * u.s, 0.5 * u.s),
    Uniform(-3 * u.deg, 0.1 * u.rad),
    TruncatedNormal(265 * u.N, 2 * u.N, 262 * u.N, 270 * u.N),
    TruncatedNormal(0.0, 1.0, 5.0, 9.0),
    Discrete([84 * u.s, 127 * u.s, 40 * u.s], [0.2, 0.3, 0.5]),
    Probability(0.3),
    Empirical([[1.0, 2.0, 3.0] * u.N, [4.0, 5.0, 6.0] * u.s]),
    JointNormal([1 * u.m, 2 * u.m / u.s, 3.0], COVARIANCE),
]

means = st.floats(-1e6, 1e6)
sigmas = st.floats(1e-3, 1e6)


def uniforms(n: int, dimensions: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(1e-9, 1.0 - 1e-9, (n, dimensions))


@FEW
@given(mean=means, sigma=sigmas)
def test_the_cdf_of_a_normal_value_is_the_uniform_number_that_it_came_from(mean: float, sigma: float) -> None:
    values = Normal(mean * u.km, sigma * u.km).values(GRID)
    rounding = np.spacing(abs(mean) + 10 * sigma) / sigma  # of the value, over the density's greatest slope
    assert np.allclose(stats.norm(mean, sigma).cdf(values), GRID, rtol=0.0, atol=1e-14 + rounding)
    assert np.all(np.diff(values[:, 0]) >= 0.0)


@FEW
@given(low=means, width=sigmas)
def test_the_cdf_of_a_uniform_value_is_the_uniform_number_that_it_came_from(low: float, width: float) -> None:
    high = low + width
    assume(high > low)
    values = Uniform(low, high).values(GRID)
    rounding = 4.0 * np.spacing(abs(low) + width) / (high - low)
    assert np.allclose(stats.uniform(low, high - low).cdf(values), GRID, rtol=0.0, atol=1e-15 + rounding)
    assert np.all(np.diff(values[:, 0]) >= 0.0)
    assert low <= values[0, 0]
    assert values[-1, 0] <= high


@FEW
@given(low=st.floats(-30.0, 29.0), width=st.floats(0.01, 20.0), sigma=sigmas)
def test_the_cdf_of_a_truncated_normal_value_is_the_uniform_number_even_in_far_tails(
    low: float, width: float, sigma: float
) -> None:
    bounds = (low * sigma, (low + width) * sigma)
    values = TruncatedNormal(0.0 * u.N, sigma * u.N, bounds[0] * u.N, bounds[1] * u.N).values(GRID)
    reference = stats.truncnorm(low, low + width, scale=sigma).cdf(values)
    # A tail at 30 sigma has a logarithm of 450: its 16 digits leave 1e-13 of the CDF; and scipy's own differences.
    assert np.allclose(reference, GRID, rtol=0.0, atol=1e-11)
    assert np.all(np.diff(values[:, 0]) >= -1e-12 * sigma * 50)  # ndtri_exp rounds, not always upwards
    assert bounds[0] <= values.min()
    assert values.max() <= bounds[1]


def test_cutting_a_normal_where_nothing_is_leaves_it_as_it_was() -> None:
    cut = TruncatedNormal(5 * u.m, 2 * u.m, -1e4 * u.m, 1e4 * u.m).values(GRID)
    assert np.allclose(cut, Normal(5 * u.m, 2 * u.m).values(GRID), rtol=1e-12, atol=1e-12)  # two routes, rounding


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        (Normal(127 * u.s, 500 * u.ms), stats.norm(127.0, 0.5)),
        (Uniform(-3 * u.deg, 4 * u.deg), stats.uniform(-3.0, 7.0)),
        (TruncatedNormal(265 * u.N, 2 * u.N, 262 * u.N, 270 * u.N), stats.truncnorm(-1.5, 2.5, 265.0, 2.0)),
        (TruncatedNormal(0.0, 1.0, 5.0, 9.0), stats.truncnorm(5.0, 9.0)),
    ],
)
def test_the_log_density_is_that_of_scipy(distribution: Distribution, reference: Any) -> None:
    within = distribution.values(uniforms(50, 1))
    outside = np.array([[-1e3], [1e3]])
    values = np.concatenate([within, outside])
    assert np.allclose(distribution.log_density(values), reference.logpdf(values[:, 0]), rtol=1e-9)  # scipy's tails


def test_a_discrete_distribution_gives_each_value_as_often_as_its_probability() -> None:
    distribution = Discrete([84 * u.s, 2 * u.min, 40 * u.s], [0.2, 0.3, 0.5])
    middles = (np.arange(1000)[:, np.newaxis] + 0.5) / 1000
    values = distribution.values(middles)
    found, counts = np.unique(values, return_counts=True)
    assert found.tolist() == [40.0, 84.0, 120.0]
    assert counts.tolist() == [500, 200, 300]
    assert np.all(np.diff(values[:, 0]) >= 0.0)
    logs = distribution.log_density(np.array([[40.0], [84.0], [120.0], [41.0]]))
    assert np.allclose(np.exp(logs), [0.5, 0.2, 0.3, 0.0], rtol=1e-15)


def test_a_uniform_number_that_is_just_a_cumulative_probability_gives_the_lower_value() -> None:
    ties = np.array([[0.25], [0.5]])  # the inverse CDF is the least value whose CDF is not below
    assert Discrete([1.0, 2.0, 3.0], [0.25, 0.25, 0.5]).values(ties)[:, 0].tolist() == [1.0, 2.0]
    assert Probability(0.75).values(ties)[:, 0].tolist() == [0.0, 1.0]


def test_a_value_of_probability_zero_never_occurs_even_where_probabilities_do_not_quite_add_up() -> None:
    distribution = Discrete([1.0, 2.0, 3.0, 4.0], [0.0, 0.1, 0.9 - 1e-10, 0.0])
    assert set(distribution.values(GRID)[:, 0]) == {2.0, 3.0}
    assert distribution.log_density(np.array([[1.0]]))[0] == -np.inf


def test_values_without_probabilities_are_equally_probable() -> None:
    assert Discrete([3.0, 1.0, 2.0]).probabilities == (1 / 3, 1 / 3, 1 / 3)


def test_a_fault_is_there_as_often_as_its_probability() -> None:
    middles = (np.arange(1000)[:, np.newaxis] + 0.5) / 1000
    assert Probability(0.3).values(middles).sum() == 300.0
    assert Probability(0.0).values(GRID).sum() == 0.0
    assert Probability(1.0).values(GRID).sum() == len(GRID)
    logs = Probability(0.25).log_density(np.array([[1.0], [0.0], [0.5]]))
    assert np.allclose(np.exp(logs), [0.25, 0.75, 0.0], rtol=1e-15)
    assert Probability(1.0).log_density(np.array([[0.0]]))[0] == -np.inf


def test_rows_of_a_table_stay_together_and_are_drawn_equally_often() -> None:
    thrust, impulse = [260.0, 265.0, 270.0, 280.0] * u.N, [0.31, 0.312, 0.318, 0.32] * u.ks
    table = Empirical([thrust, impulse])
    rows = table.values((np.arange(400)[:, np.newaxis] + 0.5) / 400)
    assert table.size == 2
    assert table.unit == (u.N, u.ks)
    pairs, counts = np.unique(rows, axis=0, return_counts=True)
    assert np.array_equal(pairs, np.column_stack([thrust.value, impulse.value]))  # type: ignore[attr-defined]
    assert counts.tolist() == [100] * 4
    assert Empirical([1 * u.m, 1 * u.km]).values(np.array([[0.25], [0.75]])).tolist() == [[1.0], [1000.0]]
    assert Empirical(np.ones((5, 3)) * u.m).size == 3


def test_a_table_has_no_density_and_says_what_to_take() -> None:
    with pytest.raises(InputError, match=r"has no density.*Normal"):
        Empirical([1.0, 2.0]).log_density(np.array([[1.0]]))


@FEW
@given(seed=st.integers(0, 10**6), size=st.integers(1, 7), rank=st.integers(1, 7))
def test_the_factor_of_a_joint_normal_gives_its_covariance_back_also_where_it_is_singular(
    seed: int, size: int, rank: int
) -> None:
    random = np.random.default_rng(seed)
    root = random.normal(size=(size, rank)) * 10.0 ** random.uniform(-4, 4, (size, 1))
    covariance = root @ root.T
    joint = JointNormal(random.normal(size=size), covariance)
    centre = joint.values(np.full((1, size), 0.5))[0]
    columns = (joint.values(_one_sigma(size)) - centre).T
    spreads = np.sqrt(np.diag(covariance))
    difference = (columns @ columns.T - covariance) / np.outer(spreads, spreads)
    assert np.max(np.abs(difference)) < 1e-9  # a pivot below 1e-12 is dropped; else rounding


def _one_sigma(size: int) -> np.ndarray:
    """Return uniform numbers that stand for one standard normal unit in each dimension in turn."""
    return np.where(np.eye(size) == 1.0, stats.norm.cdf(1.0), 0.5)


def test_means_and_covariance_of_many_joint_values_are_those_asked_for() -> None:
    n = 40_000
    joint = JointNormal([1 * u.m, 2 * u.m / u.s, 3.0], COVARIANCE)
    values = joint.values(uniforms(n, 3))
    spreads = np.sqrt(np.diag(COVARIANCE))
    assert np.all(np.abs(values.mean(axis=0) - [1.0, 2.0, 3.0]) < 4.0 * spreads / math.sqrt(n))  # 4 sigma of a mean
    assert np.allclose(np.corrcoef(values.T), COVARIANCE / np.outer(spreads, spreads), atol=4.0 / math.sqrt(n))
    assert np.allclose(values.std(axis=0) / spreads, 1.0, atol=4.0 / math.sqrt(2 * n))


def test_the_log_density_of_a_joint_normal_is_that_of_scipy() -> None:
    joint = JointNormal([1 * u.m, 2 * u.m / u.s, 3.0], COVARIANCE)
    values = joint.values(uniforms(50, 3))
    reference = stats.multivariate_normal([1.0, 2.0, 3.0], COVARIANCE).logpdf(values)
    assert np.allclose(joint.log_density(values), reference, rtol=1e-12)  # two factorisations, rounding


def test_correlations_and_sigmas_in_other_units_give_the_same_joint_normal() -> None:
    joint = JointNormal.from_correlation(
        [0 * u.m, 0 * u.m / u.s], [2 * u.km, 0.36 * u.km / u.h], [[1.0, -0.5], [-0.5, 1.0]]
    )
    assert np.allclose(joint.covariance, [[4e6, -100.0], [-100.0, 0.01]], rtol=1e-15)
    assert [sigma.unit for sigma in joint.sigmas] == [u.m, u.m / u.s]


def test_a_singular_covariance_has_no_density_and_gives_values_that_follow_from_each_other() -> None:
    joint = JointNormal.from_correlation([1.0, 0.0, 0.0], [2.0, 3.0, 0.0], [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    values = joint.values(uniforms(100, 3))
    assert np.allclose(values[:, 1], (values[:, 0] - 1.0) * 1.5, rtol=0.0, atol=1e-14)
    assert np.all(values[:, 2] == 0.0)
    with pytest.raises(InputError, match="singular"):
        joint.log_density(values)


def test_two_values_that_agree_to_eight_digits_keep_their_small_difference() -> None:
    correlation = 1.0 - 1e-8
    joint = JointNormal([0.0, 0.0], [[1.0, correlation], [correlation, 1.0]])
    apart = joint.values(np.array([[0.5, stats.norm.cdf(1.0)]]))
    # sqrt(1 - correlation^2), whose rounding is 1e-16 over 2e-8
    assert np.allclose(apart, [[0.0, np.sqrt(2e-8 - 1e-16)]], rtol=1e-7, atol=0.0)


def test_a_state_covariance_is_the_same_in_kilometres() -> None:
    spreads = np.array([100.0, 500.0, 150.0, 0.45, 0.09, 0.13])
    covariance = np.diag(spreads**2)
    covariance[1, 3] = covariance[3, 1] = -0.98 * 500.0 * 0.45
    ((paths, in_m),) = state_covariance(covariance).items()
    ((_, in_km),) = state_covariance(covariance * 1e-6, unit=(u.km, u.km / u.s)).items()
    assert paths == STATE_PATHS
    assert in_m.unit == (u.m,) * 3 + (u.m / u.s,) * 3
    draws = uniforms(20, 6)
    assert np.allclose(in_m.values(draws), in_km.values(draws) * 1e3, rtol=1e-12)  # rounding


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
@FEW
@given(cuts=st.lists(st.integers(0, 1000), max_size=6))
def test_run_i_has_the_same_bits_alone_in_a_batch_and_in_any_chunks(
    distribution: Distribution, cuts: list[int]
) -> None:
    draws = uniforms(1000, distribution.draws)
    together = distribution.values(draws)
    assert together.shape == (1000, distribution.size)
    edges = [0, *sorted(cuts), 1000]
    chunks = [distribution.values(draws[a:b]) for a, b in itertools.pairwise(edges)]
    assert np.concatenate(chunks).tobytes() == together.tobytes()
    for i in cuts:
        if i < 1000:
            assert distribution.values(draws[i : i + 1].copy()).tobytes() == together[i].tobytes()
    assert distribution.values(np.asfortranarray(draws)).tobytes() == together.tobytes()


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_a_distribution_that_was_pickled_gives_the_same_bits(distribution: Distribution) -> None:
    draws = uniforms(100, distribution.draws)
    again = pickle.loads(pickle.dumps(distribution))
    assert again.values(draws).tobytes() == distribution.values(draws).tobytes()
    assert again.to_document() == distribution.to_document()


@pytest.mark.parametrize("distribution", EVERY_KIND, ids=repr)
def test_the_document_of_a_distribution_goes_through_json_unchanged(distribution: Distribution) -> None:
    document = distribution.to_document()
    assert json.loads(json.dumps(document)) == document
    assert json.dumps(document, sort_keys=True, allow_nan=False)


@FEW
@given(mean=st.floats(-1e300, 1e300), sigma=st.floats(1e-300, 1e300))
def test_two_normals_have_the_same_document_only_if_all_their_bits_agree(mean: float, sigma: float) -> None:
    document = json.loads(json.dumps(Normal(mean * u.m, sigma * u.m).to_document()))
    assert (document["mean"], document["sigma"]) == (mean, sigma)
    assert document != Normal(mean * u.m, np.nextafter(sigma, np.inf) * u.m).to_document()
    assert document != Normal(mean * u.km, sigma * u.km).to_document()


def test_distributions_are_shown_as_people_write_them() -> None:
    assert repr(Normal(127 * u.s, 500 * u.ms)) == "Normal(mean=127.0 s, sigma=0.5 s)"
    assert repr(Uniform(0.9, 1.1)) == "Uniform(0.9 to 1.1)"
    assert repr(Empirical([1 * u.N, 2 * u.N])) == "Empirical(2 rows of N)"
    assert repr(JointNormal([1 * u.m, 2.0], [[4.0, 0.0], [0.0, 1.0]])) == "JointNormal(1.0 +- 2 m, 2.0 +- 1)"


def test_what_was_given_can_change_later_without_changing_the_distribution() -> None:
    mine = np.array([1.0, 2.0]) * u.N
    table = Empirical(mine)
    mine[:] = 0 * u.N
    assert table.values(GRID).min() == 1.0
    with pytest.raises(ValueError, match="read-only"):
        table.columns[0][0] = 5 * u.N
    assert Normal(TimeDelta(127 * u.s), 1 * u.s).mean == 127 * u.s


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Normal(127 * u.s, 0 * u.s), "sigma = 0.0 s: expected a standard deviation greater than zero"),
        (lambda: Normal(127 * u.s, -1 * u.s), "sigma = -1.0 s"),
        (lambda: Normal(127 * u.s, 1 * u.kg), "sigma = 1.0 kg is of another dimension than mean = 127.0 s"),
        (lambda: Normal(127 * u.s, 1), "sigma = 1.0 is of another dimension than mean = 127.0 s"),
        (lambda: Normal(np.nan * u.s, 1 * u.s), "mean = nan s is not finite"),
        (lambda: Normal([1, 2] * u.s, 1 * u.s), r"mean has shape \(2,\): expected one value"),
        (lambda: Normal("127 s", 1 * u.s), "mean = '127 s': expected a quantity such as 127 \\* u.s, or a number"),
        (lambda: Normal(True, 1.0), "mean = True: expected a quantity"),
        (lambda: Normal(None, 1.0), "mean = None: expected a quantity"),
        (lambda: Uniform(2 * u.m, 1 * u.m), "low = 2.0 m is not below high = 1.0 m"),
        (lambda: Uniform(1 * u.km, 1000 * u.m), "low = 1.0 km is not below high = 1.0 km"),
        (lambda: Uniform(-1.7e308, 1.7e308), "too far apart"),
        (lambda: TruncatedNormal(0.0, 1.0, 3.0, 2.0), "low = 3.0 is not below high = 2.0"),
        (lambda: TruncatedNormal(0.0, 1.0, 1e160, 2e160), "no probability between its bounds"),
        (lambda: TruncatedNormal(0.0, 1.0, -1e-20, 1e-20), "no probability between its bounds"),
        (lambda: Discrete([1.0, 2.0], [0.5, 0.6]), r"probabilities = \[0.5, 0.6\] add up to 1.1: expected 1"),
        (lambda: Discrete([1.0, 2.0], [1.5, -0.5]), r"probabilities\[0\] = 1.5: expected a number from 0 to 1"),
        (lambda: Discrete([1.0, 2.0], [1.0]), "there are 2 values and 1 probabilities"),
        (lambda: Discrete([1 * u.m, 2 * u.s]), r"values\[1\] = 2.0 s is of another dimension than values\[0\]"),
        (lambda: Discrete([1 * u.km, 2 * u.m, 1000 * u.m]), "values hold 1.0 km twice"),
        (lambda: Discrete([]), "values has shape .0,.: expected a list of one value or more"),
        (lambda: Discrete("12"), "values = '12': expected a list"),
        (lambda: Probability(1.5), "p = 1.5: expected a number from 0 to 1"),
        (lambda: Empirical([[1.0, 2.0], [1.0]]), r"columns of \[2, 1\] rows"),
        (lambda: Empirical([1.0, np.inf]), r"values\[1\] = inf is not finite"),
        (
            lambda: JointNormal([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]]),
            "eigenvalue -1, along .-0.707, 0.707.|eigenvalue -1, along .0.707, -0.707.",
        ),
        (
            lambda: JointNormal([0.0, 0.0], [[1.0, 0.5], [0.4, 1.0]]),
            r"not symmetric: \[0\]\[1\] = 0.5, \[1\]\[0\] = 0.4",
        ),
        (
            lambda: JointNormal([0.0, 0.0], [[1.0, 0.0], [0.0, -1.0]]),
            r"covariance\[1\]\[1\] = -1.0: expected a variance",
        ),
        (lambda: JointNormal([0.0, 0.0], np.zeros((2, 2))), "covariance is zero"),
        (lambda: JointNormal([0.0, 0.0], np.eye(3)), r"covariance has shape \(3, 3\): expected \(2, 2\)"),
        (lambda: JointNormal([0.0], [[np.nan]]), "not finite"),
        (lambda: JointNormal(0.0, [[1.0]]), "means = 0.0: expected a list"),
        (lambda: JointNormal([0.0], "x"), "covariance: expected 1 rows of 1 numbers"),
        (
            lambda: JointNormal.from_correlation([0.0] * 2, [1.0] * 2, [[1, 1.2], [1.2, 1]]),
            r"\[0\]\[1\] = 1.2: expected -1",
        ),
        (
            lambda: JointNormal.from_correlation([0.0] * 2, [1.0] * 2, [[2, 0], [0, 1]]),
            r"\[0\]\[0\] = 2.0: expected -1 to 1",
        ),
        (lambda: JointNormal.from_correlation([0.0] * 2, [1.0] * 2, [[0.9, 0], [0, 1]]), "= 0.9: expected 1"),
        (lambda: JointNormal.from_correlation([0.0], [-1.0], [[1]]), r"sigmas\[0\] = -1.0: expected"),
        (lambda: JointNormal.from_correlation([0.0], [1.0, 2.0], [[1]]), "there are 1 means and 2 sigmas"),
        (lambda: state_covariance(np.eye(6), "icrf"), "frame = 'icrf': expected 'rtn'"),
        (lambda: state_covariance(np.eye(6), unit=(u.m, u.s)), "expected those of a length and of a speed"),
        (lambda: state_covariance(np.eye(3)), r"matrix has shape \(3, 3\): expected \(6, 6\)"),
        (lambda: Normal(0.0, 1.0).values(np.zeros(3)), r"uniforms has shape \(3,\): expected \(n, 1\)"),
    ],
)
def test_bad_input_is_refused_in_words(make: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()
