"""Sensitivity: Sobol' indices of the Ishigami function, effects of linear models."""

import numpy as np
import pytest
from scipy import stats

from lunarsim import statistics
from lunarsim.errors import InputError
from lunarsim.statistics import SaltelliDesign

A, B = 7.0, 0.1
NAMES = ("x1", "x2", "x3")


def ishigami(uniforms):
    """Return Ishigami and Homma's function (1990, doi:10.1109/ISUMA.1990.151285) of three uniforms."""
    x1, x2, x3 = np.pi * (2.0 * uniforms.T - 1.0)
    return np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1)


def closed_form():
    """Return first and total order indices of the Ishigami function, by integration."""
    v1 = 0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2
    v2 = A**2 / 8.0
    v13 = 8.0 * B**2 * np.pi**8 / 225.0
    total = v1 + v2 + v13
    return np.array([v1, v2, 0.0]) / total, np.array([v1 + v13, v2, v13]) / total


def test_indices_of_the_ishigami_function_are_those_of_its_closed_form():
    found = statistics.sobol(ishigami, NAMES, base=8192, seed=1)
    first, total = closed_form()
    # the error of 8192 scrambled points, measured over twenty seeds: 0.006; doubled
    np.testing.assert_allclose([found[name].first for name in NAMES], first, atol=0.012)
    np.testing.assert_allclose([found[name].total for name in NAMES], total, atol=0.012)
    for name, s, t in zip(NAMES, first, total, strict=True):
        assert found[name].first_interval.low <= s <= found[name].first_interval.high
        assert found[name].total_interval.low <= t <= found[name].total_interval.high


def test_indices_are_those_of_scipy_from_the_same_rows():
    design = SaltelliDesign(factors=NAMES, base=64, seed=3)
    y = ishigami(design.uniforms())
    a, b, *ab = y.copy().reshape(5, 64)
    theirs = stats.sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": np.array(ab)[:, None]}, n=64)
    before = y.copy()
    found = statistics.sobol_indices(design, y)
    np.testing.assert_array_equal(y, before)
    np.testing.assert_allclose([found[name].first for name in NAMES], theirs.first_order.ravel(), rtol=1e-12)
    np.testing.assert_allclose([found[name].total for name in NAMES], theirs.total_order.ravel(), rtol=1e-12)


def test_a_factor_of_several_uniforms_takes_what_they_do_together():
    """x1 and x3 as one factor: its first order index holds their interaction."""
    first, total = closed_form()
    found = statistics.sobol(lambda v: ishigami(v[:, [0, 2, 1]]), {"pair": 2, "x2": 1}, base=4096)
    assert found["pair"].first == pytest.approx(total[0], abs=0.02)  # V1 + V13; errors as above, of half the points
    assert found["pair"].total == pytest.approx(total[0], abs=0.02)
    assert found["x2"].first == pytest.approx(first[1], abs=0.02)


def test_each_block_of_the_design_changes_one_factor_alone():
    design = SaltelliDesign(factors={"thrust": 1, "state": 2}, base=8, seed=2)
    a, b, thrust, state = design.uniforms().reshape(4, 8, 3)
    np.testing.assert_array_equal(thrust, np.hstack([b[:, :1], a[:, 1:]]))
    np.testing.assert_array_equal(state, np.hstack([a[:, :1], b[:, 1:]]))
    assert not np.any(a == b)


@pytest.mark.parametrize("chunk", [1, 5, 16, 37])
def test_rows_of_the_design_do_not_depend_on_how_they_are_asked_for(chunk):
    design = SaltelliDesign(factors=NAMES, base=16, seed=9)
    whole = design.uniforms()
    parts = [design.uniforms(first, min(chunk, design.total - first)) for first in range(0, design.total, chunk)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert np.all((whole > 0.0) & (whole < 1.0))


def test_the_same_seeds_give_the_same_indices():
    assert statistics.sobol(ishigami, NAMES, base=64, seed=5) == statistics.sobol(ishigami, NAMES, base=64, seed=5)


@pytest.fixture(scope="module")
def linear():
    """A linear model with noise: three inputs, two of them correlated, and a rare fault."""
    rng = np.random.default_rng(1)
    ignition, thrust = rng.multivariate_normal([0.0, 4200.0], [[0.25, 3.0], [3.0, 100.0]], 20_000).T
    inputs = {
        "ignition": ignition,
        "thrust": thrust,
        "mass": rng.uniform(990.0, 1010.0, 20_000),
        "fault": (rng.random(20_000) < 0.01).astype(float),
        "bias": np.zeros(20_000),
    }
    noise = rng.normal(0.0, 50.0, 20_000)
    output = 5000.0 + 1600.0 * ignition - 30.0 * (thrust - 4200.0) + 3000.0 * inputs["fault"] + noise
    return inputs, output


def test_effects_of_a_linear_model_are_its_coefficients_times_the_way_of_the_input(linear):
    found = statistics.tornado(*linear)
    tails = stats.norm.ppf([0.05, 0.95])
    # quantiles of 20,000 runs are known to 1.5 % of a standard deviation
    assert found["ignition"].low == pytest.approx(1600.0 * 0.5 * tails[0], rel=0.02)
    assert found["ignition"].high == pytest.approx(1600.0 * 0.5 * tails[1], rel=0.02)
    assert found["thrust"].swing == pytest.approx(-30.0 * 10.0 * (tails[1] - tails[0]), rel=0.02)
    # an interpolation of three operations, whose order is numpy's own
    assert found["ignition"].low_input == pytest.approx(np.quantile(linear[0]["ignition"], 0.05), rel=1e-14)
    assert found.r_squared == pytest.approx(1.0 - 50.0**2 / linear[1].var(), abs=0.001)


def test_effects_come_in_falling_order_and_those_of_nothing_come_last(linear):
    found = statistics.tornado(*linear)
    assert [effect.name for effect in found.effects] == ["fault", "ignition", "thrust", "mass", "bias"]
    low, high = found["mass"].high_interval
    assert low < 0.0 < high
    assert abs(found["mass"].partial_rank) < 0.03  # four errors of 20,000 runs
    assert found["bias"].swing == 0.0


def test_a_rare_fault_is_moved_from_absent_to_present(linear):
    effect = statistics.tornado(*linear)["fault"]
    assert (effect.low_input, effect.high_input) == (0.0, 1.0)
    assert effect.swing == pytest.approx(3000.0, rel=0.01)  # 200 runs with it, noise 50: 3.5
    assert effect.low == pytest.approx(-3000.0 * linear[0]["fault"].mean(), rel=0.01)


def test_intervals_of_effects_cover_also_where_the_scatter_depends_on_the_input():
    rng, hits = np.random.default_rng(2), 0
    for _ in range(400):
        x = rng.normal(size=200)
        found = statistics.tornado({"x": x}, 2.0 * x + x * rng.normal(size=200))
        way = found["x"].high_input - x.mean()
        low, high = found["x"].high_interval
        hits += low <= 2.0 * way <= high
    assert hits / 400 > 0.90  # nominal 0.95; plain least squares gives 0.75


def test_standardised_coefficients_are_those_of_regression_on_standard_scores(linear):
    inputs, output = linear
    table = np.stack([stats.zscore(inputs[name]) for name in ("ignition", "thrust", "mass", "fault")], axis=1)
    expected, *_ = np.linalg.lstsq(table, stats.zscore(output), rcond=None)
    found = statistics.tornado(inputs, output)
    got = [found[name].standardised for name in ("ignition", "thrust", "mass", "fault")]
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)


def test_partial_rank_correlation_sees_a_curved_but_monotone_relation():
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(2, 5000))
    found = statistics.tornado({"x": x, "z": z}, np.exp(4.0 * x + z))
    assert found["x"].partial_rank > 0.99
    assert found.r_squared < 0.3
    assert found.rank_r_squared > 0.9


def test_partial_rank_correlation_is_that_of_residuals():
    rng = np.random.default_rng(4)
    x, z = rng.normal(size=(2, 500))
    y = x + z + rng.normal(size=500)
    ranks = [stats.rankdata(v) for v in (x, z, y)]
    design = np.stack([np.ones(500), ranks[1]], axis=1)
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (ranks[0], ranks[2])]
    found = statistics.tornado({"x": x, "z": z}, y)
    assert found["x"].partial_rank == pytest.approx(stats.pearsonr(*left).statistic, rel=1e-9)  # rounding


def test_equal_values_share_the_mean_of_their_ranks():
    rng = np.random.default_rng(5)
    x, z = np.round(rng.normal(size=500)), rng.random(500) < 0.1
    y = np.round(x + z + rng.normal(size=500), 1)
    ranks = np.corrcoef([stats.rankdata(v) for v in (x, z, y)])
    found = statistics.tornado({"x": x, "z": z}, y)
    # the partial correlation of three, by the textbook
    expected = (ranks[0, 2] - ranks[0, 1] * ranks[1, 2]) / np.sqrt((1 - ranks[0, 1] ** 2) * (1 - ranks[1, 2] ** 2))
    assert found["x"].partial_rank == pytest.approx(expected, rel=1e-9)  # rounding


def hc1(table, y):
    """Return slopes and their HC1 standard errors by the formula, inverse and all (MacKinnon & White 1985)."""
    design = np.column_stack([np.ones(y.size), table])
    slopes, *_ = np.linalg.lstsq(design, y, rcond=None)
    bread, rest = np.linalg.pinv(design), y - design @ slopes
    scatter = bread @ np.diag(rest**2) @ bread.T * y.size / (y.size - design.shape[1])
    return slopes[1:], np.sqrt(np.diag(scatter))[1:]


@pytest.mark.parametrize("gap", [1.0, 1e-2, 1e-5])
def test_intervals_are_those_of_hc1_also_of_inputs_that_are_nearly_alike(gap):
    rng = np.random.default_rng(6)
    x = rng.normal(5.0, 1.0, 300)
    table = {"x": x, "near": 1e3 * (x + gap * rng.normal(size=300)), "flag": (rng.random(300) < 0.3).astype(float)}
    y = x + table["flag"] + rng.normal(size=300) * np.abs(x)
    found = statistics.tornado(table, y)
    slopes, errors = hc1(np.column_stack(list(table.values())), y)
    t = stats.t.ppf(0.975, 300 - 4)
    for name, slope, error in zip(table, slopes, errors, strict=True):
        way = found[name].high_input - np.mean(table[name])
        assert found[name].high == pytest.approx(slope * way, rel=1e-9 / gap)  # what is left of digits, either way
        low, high = found[name].high_interval
        assert (high - low) / 2.0 == pytest.approx(t * error * abs(way), rel=1e-9 / gap)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: SaltelliDesign(factors=("a", "a"), base=8), "none twice"),
        (lambda: SaltelliDesign(factors="thrust", base=8), "one or more names"),
        (lambda: SaltelliDesign(factors={"a": 0}, base=8), "one or more uniforms"),
        (lambda: SaltelliDesign(factors=("a",), base=100), "power of 2"),
        (lambda: SaltelliDesign(factors=("a",), base=8).uniforms(20, 10), "runs within 0 to 23"),
        (lambda: statistics.sobol(lambda v: v[:, 0] * 0.0, ("a",), base=8), "no variance to share out"),
        (lambda: statistics.sobol(lambda v: v[:5, 0], ("a",), base=8), "the 24 runs of the design"),
        (lambda: statistics.sobol(lambda v: np.log(v[:, 0] - 0.5 + 0j).real * np.nan, ("a",), base=8), "no finite"),
        (lambda: statistics.sobol(ishigami, NAMES, base=8)["x4"], "no factor 'x4': did you mean"),
        (lambda: statistics.tornado({}, np.arange(9.0)), "inputs is empty"),
        (lambda: statistics.tornado({"a": np.arange(3.0)}, np.arange(3.0)), "expected at least 4"),
        (lambda: statistics.tornado({"a": np.arange(9.0)}, np.ones(9)), "nothing moves it"),
        (lambda: statistics.tornado({"a": np.arange(9.0)}, np.arange(8.0)), "output 8, a 9"),
        (
            lambda: statistics.tornado({"a": np.arange(9.0), "b": 2.0 * np.arange(9.0)}, np.arange(9.0) ** 2),
            "'b' is a linear combination",
        ),
    ],
)
def test_bad_input_is_refused_with_words(call, words):
    with pytest.raises(InputError, match=words):
        call()
