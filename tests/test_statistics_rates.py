"""Rates, quantiles, weights, proofs and stopping rules: against scipy, closed forms and synthetic campaigns."""

import contextlib
import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lunarsim import statistics
from lunarsim.errors import InputError, StatisticsWarning
from lunarsim.statistics.order_statistics import RisingColumn
from lunarsim.statistics.tails import pareto_shape

CAMPAIGNS = 1000
RULE = statistics.IntervalNarrowEnough(outcome=1, half_width=0.01)


def coverage(low, high, truth):
    return np.mean((np.asarray(low) <= truth) & (truth <= np.asarray(high)))


def rates_of_campaigns(probability, runs, method):
    """Return the rates of a thousand campaigns; equal counts give equal rates, so each is found once."""
    counts = np.random.default_rng(7).binomial(runs, probability, CAMPAIGNS)
    by_count = {int(count): statistics.rate(int(count), runs, method=method) for count in np.unique(counts)}
    return [by_count[count] for count in counts.tolist()]


@given(total=st.integers(1, 5000), data=st.data(), confidence=st.floats(0.5, 0.999))
@pytest.mark.parametrize(("method", "scipy_method"), [("wilson", "wilson"), ("clopper-pearson", "exact")])
def test_intervals_of_a_rate_are_those_of_scipy(method, scipy_method, total, data, confidence):
    count = data.draw(st.integers(0, total))
    rate = statistics.rate(count, total, confidence=confidence, method=method)
    theirs = stats.binomtest(count, total).proportion_ci(confidence, scipy_method)
    # scipy finds the exact bounds with a root finder, to 1e-12 or so of the bound
    np.testing.assert_allclose([rate.low, rate.high], [theirs.low, theirs.high], rtol=1e-8, atol=1e-12)


def test_wilson_intervals_cover_the_probability_nearly_as_often_as_they_say_on_average():
    probabilities = np.linspace(0.02, 0.98, 25)
    rates = [(p, rates_of_campaigns(p, 200, "wilson")) for p in probabilities]
    covered = np.mean([coverage([r.low for r in all_], [r.high for r in all_], p) for p, all_ in rates])
    assert covered == pytest.approx(0.95, abs=0.006)  # four standard errors of 25,000 campaigns, 0.0014 each


@pytest.mark.parametrize("probability", [0.001, 0.03, 0.5, 0.97])
def test_clopper_pearson_intervals_cover_the_probability_at_least_as_often_as_they_say(probability):
    rates = rates_of_campaigns(probability, 300, "clopper-pearson")
    covered = coverage([r.low for r in rates], [r.high for r in rates], probability)
    assert covered >= 0.95 - 3 * 0.0069  # three standard errors of a thousand campaigns


def test_rates_of_outcomes_sum_to_one_and_name_outcomes_that_never_came():
    codes = np.array([1, 1, 2, 0, 1], dtype=np.int8)
    rates = statistics.outcome_rates(codes, {0: "failed", 1: "impact", 2: "in orbit", 3: "escape"})
    assert [rate.count for rate in rates.values()] == [1, 3, 1, 0]
    assert sum(rate.value for rate in rates.values()) == pytest.approx(1.0, rel=1e-15)
    assert rates["escape"].low == 0.0 < rates["escape"].high


def test_equal_weights_give_the_rate_of_plain_runs():
    happened = np.arange(250) < 31
    weighted = statistics.weighted_rate(happened, np.full(250, 0.3))
    plain = statistics.rate(31, 250)
    for name in ("value", "low", "high", "effective_total"):
        assert getattr(weighted, name) == pytest.approx(getattr(plain, name), rel=1e-12)  # rounding of sums of weights


@pytest.mark.parametrize("flown", [(1.0, 1.5), pytest.param((0.0, 1.5), marks=pytest.mark.slow)])
def test_intervals_of_weighted_rates_and_quantiles_cover_those_of_the_target(flown):
    rng = np.random.default_rng(11)
    tail, median_of_top = stats.norm.sf(1.5), stats.norm.ppf(0.9)
    rates, tops = [], []
    for _ in range(CAMPAIGNS):
        x = rng.normal(*flown, size=400)  # type: ignore[call-overload]
        found = statistics.importance_weights(stats.norm.logpdf(x), stats.norm.logpdf(x, *flown))
        rates.append(statistics.weighted_rate(x > 1.5, found.values))
        tops.append(statistics.weighted_quantile(x, found.values, 0.9))
    # nominal 0.95; three standard errors of a thousand campaigns, and as much for the normal approximation
    assert coverage([r.low for r in rates], [r.high for r in rates], tail) == pytest.approx(0.95, abs=0.04)
    assert coverage([q.low for q in tops], [q.high for q in tops], median_of_top) == pytest.approx(0.95, abs=0.04)


def test_weights_from_one_normal_to_another_reproduce_its_mean_and_variance():
    x = np.random.default_rng(3).normal(0.0, 2.0, 200_000)
    found = statistics.importance_weights(stats.norm.logpdf(x, 1.0, 1.0), stats.norm.logpdf(x, 0.0, 2.0))
    mean = np.sum(found.values * x)
    assert found.values.sum() == pytest.approx(1.0, rel=1e-12)  # rounding
    assert mean == pytest.approx(1.0, abs=4.0 / np.sqrt(found.effective_size))  # four standard errors
    assert np.sum(found.values * (x - mean) ** 2) == pytest.approx(1.0, abs=8.0 / np.sqrt(found.effective_size))
    assert found.mean_ratio == pytest.approx(1.0, abs=0.01)  # both densities are complete


def test_the_effective_number_of_runs_is_that_of_the_closed_form_for_normals():
    """E[w]^2 / E[w^2] for N(0, s) flown and N(0, 1) wanted is sqrt(2 s^2 - 1) / s^2."""
    s = 1.5
    x = np.random.default_rng(4).normal(0.0, s, 200_000)
    found = statistics.importance_weights(stats.norm.logpdf(x), stats.norm.logpdf(x, 0.0, s))
    assert found.effective_size / x.size == pytest.approx(np.sqrt(2.0 * s**2 - 1.0) / s**2, rel=0.01)  # 3 std errors


def test_the_tail_of_weights_towards_a_wider_normal_has_the_shape_of_the_closed_form():
    """Of N(0, 1) flown and N(0, s) wanted, w grows as exp(c x^2 / 2) with c = 1 - 1 / s^2: a Pareto tail of shape c."""
    x = np.random.default_rng(21).normal(size=200_000)
    for s in (1.2, 2.0**0.5, 2.0):
        shape = pareto_shape(np.exp(stats.norm.logpdf(x, 0.0, s) - stats.norm.logpdf(x)))
        assert shape == pytest.approx(1.0 - 1.0 / s**2, abs=0.12)  # 1,342 weights: 0.04, and what the logarithms leave
    assert pareto_shape(np.ones(1000)) == -np.inf  # alike: there is no tail
    assert np.isnan(pareto_shape(np.arange(1.0, 20.0)))


@given(st.floats(1.0, 3.0), st.integers(0, 10**6))
def test_the_shape_of_a_tail_is_that_of_the_pareto_distribution_it_was_drawn_from(power, seed):
    weights = np.random.default_rng(seed).pareto(power, 100_000) + 1.0
    # 949 weights have a standard error of (1 + k) / sqrt(949) = 0.065 at most; four of them
    assert pareto_shape(weights) == pytest.approx(1.0 / power, abs=0.26)


@pytest.mark.parametrize(("runs", "wider"), [(400, 1.6), (2000, 1.5), (2000, 2.0), (10_000, 1.6), (10_000, 2.0)])
def test_weights_towards_a_wider_normal_say_that_they_are_not_to_be_trusted_and_so_does_what_they_give(runs, wider):
    x = np.random.default_rng(runs).normal(size=runs)
    with pytest.warns(StatisticsWarning, match="runs are as good as .*heavy tail"):
        found = statistics.importance_weights(stats.norm.logpdf(x, 0.0, wider), stats.norm.logpdf(x))
    assert "fly a wider distribution" in str(found)
    plane = np.stack([x, x**2], 1)
    told = [statistics.weighted_rate(x > 1.0, found.values), statistics.weighted_quantile(x, found.values, 0.9)]
    told += [each(plane, weights=found.values) for each in (statistics.covariance_ellipse, statistics.ellipse_interval)]
    assert all("heavy tail (Pareto k = " in str(each) for each in told)


def test_weights_towards_a_narrower_normal_are_not_doubted():
    x = np.random.default_rng(5).normal(size=1000)
    found = statistics.importance_weights(stats.norm.logpdf(x, 0.3, 0.8), stats.norm.logpdf(x))
    assert found.doubt == ""
    assert str(statistics.weighted_rate(x > 1.0, found.values)).endswith(" %)")


def test_constants_left_out_of_the_log_densities_change_no_weight():
    x = np.random.default_rng(5).normal(size=1000)
    log_target, log_flown = stats.norm.logpdf(x, 0.2), stats.norm.logpdf(x)
    plain = statistics.importance_weights(log_target, log_flown)
    shifted = statistics.importance_weights(log_target + 5000.0, log_flown - 800.0)
    np.testing.assert_allclose(shifted.values, plain.values, rtol=1e-9)  # digits lost by adding 5800 to the logarithm


def test_few_effective_runs_warn_and_very_few_are_refused():
    x = np.random.default_rng(6).normal(size=1000)
    flown = stats.norm.logpdf(x)
    with pytest.warns(StatisticsWarning, match="1,000 runs are as good as"):
        statistics.importance_weights(stats.norm.logpdf(x, 2.0, 1.0), flown)
    with pytest.raises(InputError, match=r"hardly overlap.*fly a campaign"):
        statistics.importance_weights(stats.norm.logpdf(x, 6.0, 1.0), flown)
    with pytest.raises(InputError, match="zero density at every run"):
        statistics.importance_weights(np.full(1000, -np.inf), flown)


def test_resampled_runs_come_as_often_as_their_weights_say():
    weights = np.array([0.5, 0.0, 0.2, 0.3])
    runs = statistics.resampled(weights, 1000, seed=1)
    np.testing.assert_allclose(np.bincount(runs, minlength=4), 1000 * weights, atol=1)  # floor or one more


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_the_interval_of_a_quantile_is_of_values_that_came_and_holds_the_estimate(values, probability):
    found = statistics.quantile(values, probability)
    assert found.value == np.clip(np.quantile(values, probability), found.low, found.high)
    assert found.low <= found.value <= found.high
    assert {found.low, found.high} <= {*values, -np.inf, np.inf}


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95])
def test_intervals_of_quantiles_cover_whatever_the_distribution(probability):
    samples = np.random.default_rng(8).pareto(1.1, (CAMPAIGNS, 150))  # no variance, and hardly a mean
    found = [statistics.quantile(sample, probability) for sample in samples]
    truth = stats.lomax.ppf(probability, 1.1)
    assert coverage([q.low for q in found], [q.high for q in found], truth) >= 0.95 - 3 * 0.0069


def test_too_few_runs_give_a_quantile_no_bound_on_the_far_side():
    found = statistics.quantile(np.arange(20.0), 0.95)
    assert np.isfinite(found.low)
    assert found.high == np.inf  # 0.95^20 = 36 %: all twenty may lie below it


def test_a_weighted_quantile_of_equal_weights_is_that_of_the_runs():
    values = np.random.default_rng(9).normal(size=2001)
    weighted = statistics.weighted_quantile(values, np.ones(2001), 0.5)
    plain = statistics.quantile(values, 0.5)
    assert weighted.value == plain.value
    # the two intervals may differ by a rank or two of 2001, spaced by 1 / (2001 * 0.4)
    np.testing.assert_allclose([weighted.low, weighted.high], [plain.low, plain.high], atol=4 / (2001 * 0.4))


def test_a_proven_rate_returns_its_one_sided_bound():
    bound = statistics.assert_rate(1000, 1000, at_least=0.99)
    assert bound == pytest.approx(0.05 ** (1 / 1000), rel=1e-12)  # closed form where no run fails
    assert statistics.assert_rate(0, 1000, at_most=0.01) == pytest.approx(1.0 - bound, rel=1e-9)


def test_an_unproven_rate_says_counts_bound_and_how_many_runs_more():
    with pytest.raises(AssertionError) as caught:
        statistics.assert_rate(997, 1000, at_least=0.995, what="landed safely")
    text = str(caught.value)
    assert "landed safely: 997 of 1,000 runs (99.70 %)" in text
    assert "at_least = 0.995 is not proven at 95 % confidence" in text
    assert f"lower bound is {100 * stats.binomtest(997, 1000).proportion_ci(0.90, 'exact').low:.2f} %" in text
    more = int(re.search(r"about ([\d,]+) more runs would prove it", text)[1].replace(",", ""))
    total = 1000 + more
    kept = int(0.997 * total)
    assert stats.binomtest(kept, total).proportion_ci(0.90, "exact").low >= 0.995
    assert stats.binomtest(kept - 1, total - 1).proportion_ci(0.90, "exact").low < 0.995


def test_spotless_runs_that_are_too_few_ask_for_the_number_of_the_closed_form():
    with pytest.raises(AssertionError, match="About 199 more runs would prove it, if every one of them meets it"):
        statistics.assert_rate(100, 100, at_least=0.99)  # 0.99^n <= 0.05 from n = 299 on
    assert statistics.assert_rate(299, 299, at_least=0.99) >= 0.99


def test_after_one_loss_it_is_said_how_many_spotless_runs_would_prove_it():
    with pytest.raises(AssertionError) as caught:
        statistics.assert_rate(299, 300, at_least=0.99)
    more = int(re.search(r"if every further run meets it, ([\d,]+) more would", str(caught.value))[1])
    # one loss in n runs proves 0.99 once 0.99^n + n 0.01 0.99^(n - 1) is at most 0.05
    unproven, proven = (0.99**n + n * 0.01 * 0.99 ** (n - 1) for n in (299 + more, 300 + more))
    assert proven <= 0.05 < unproven


def test_a_rate_on_the_wrong_side_is_told_that_no_number_of_runs_would_prove_it():
    with pytest.raises(AssertionError, match="no number of runs at this rate would prove it"):
        statistics.assert_rate(980, 1000, at_least=0.99)
    with pytest.raises(AssertionError, match=r"at_most = 0\.001 is not proven.*upper bound is 0\.9"):
        statistics.assert_rate(4, 1000, at_most=0.001)


def test_a_requirement_that_is_not_met_passes_in_few_campaigns():
    counts = np.random.default_rng(10).binomial(500, 0.95, CAMPAIGNS)  # the requirement is met exactly on its edge
    passed = 0
    for count, campaigns in zip(*np.unique(counts, return_counts=True), strict=True):
        with contextlib.suppress(AssertionError):
            statistics.assert_rate(count, 500, at_least=0.95)
            passed += campaigns
    assert 0 < passed / CAMPAIGNS <= 0.05 + 3 * 0.0069


def test_a_rule_is_met_where_the_interval_is_narrow_and_not_before():
    outcomes = np.random.default_rng(12).binomial(1, 0.9, 5000).astype(np.int8)
    rule = statistics.IntervalNarrowEnough(outcome=1, half_width=0.01)
    met = [rule.met({"outcome": outcomes[:n]}) for n in range(100, 5001, 100)]
    assert met == sorted(met)  # once met, it stays met
    first = 100 * (1 + met.index(True))
    expected = 0.9 * 0.1 * (1.96 / 0.01) ** 2  # runs for a normal interval
    assert first == pytest.approx(expected, rel=0.1)  # the rate itself scatters by 0.005


def test_a_rule_wants_its_fewest_runs_even_if_they_all_agree():
    rule = statistics.IntervalNarrowEnough(outcome=1, half_width=0.2)
    assert not rule.met({"outcome": np.ones(99)})
    assert rule.met({"outcome": np.ones(100)})


def test_the_rule_of_a_quantile_leaves_out_runs_without_a_value():
    speeds = np.random.default_rng(13).normal(1700.0, 2.0, 4000)
    rule = statistics.QuantileNarrowEnough(column="speed_mps", probability=0.5, half_width=0.1)
    assert not rule.met({"speed_mps": speeds[:500]})
    assert rule.met({"speed_mps": np.where(np.arange(4000) % 10 == 0, np.nan, speeds)})
    with pytest.raises(InputError, match="did you mean 'speed_mps'"):
        statistics.QuantileNarrowEnough(column="sped_mps", probability=0.5, half_width=1.0).met({"speed_mps": speeds})


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_a_rule_that_is_given_each_run_once_says_what_it_says_of_all_runs(chunk):
    random = np.random.default_rng(14)
    speed = np.round(random.normal(0.0, 1.0, 500), 1)  # many values are equal
    speed[random.random(500) < 0.1] = np.nan
    of_quantile = statistics.QuantileNarrowEnough(column="v", probability=0.4, half_width=0.15, minimum_runs=5)
    of_rate = statistics.IntervalNarrowEnough(column="v", outcome=1, half_width=0.03, minimum_runs=5)
    watches = of_quantile.watch(), of_rate.watch()
    said = []
    for n in range(chunk, speed.size + chunk, chunk):
        found = [watch.more({"v": speed[n - chunk : n]}) for watch in watches]
        known = speed[:n][~np.isnan(speed[:n])]
        narrow = known.size >= 5 and statistics.quantile(known, 0.4).half_width <= 0.15
        rate = statistics.rate(int(np.sum(speed[:n] == 1.0)), speed[:n].size)
        assert found == [narrow, speed[:n].size >= 5 and (rate.high - rate.low) / 2 <= 0.03]
        said.append(tuple(found))
    assert {one for one, _ in said} == {other for _, other in said} == {False, True}


@given(
    parts=st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.just(-0.0), max_size=30), max_size=20)
)
def test_a_column_that_rises_knows_the_value_of_each_rank(parts):
    column = RisingColumn()
    for k, part in enumerate(parts):
        column.add(np.array(part, dtype=float))
        ordered = sorted(itertools.chain(*parts[: k + 1]))
        assert len(column) == len(ordered)
        assert [column.ranked(rank) for rank in range(len(ordered) + 2)] == [-np.inf, *ordered, np.inf]
    assert all(one.size > 2 * other.size for one, other in itertools.pairwise(column._pieces))


def stopped_campaigns(probability, rule, chunk, campaigns, seed):
    """Return counts and looks of campaigns that fly chunk by chunk until a rule on their outcome is met."""
    totals = chunk * np.arange(1, 101)
    counts = np.cumsum(np.random.default_rng(seed).binomial(chunk, probability, (campaigns, 100)), axis=1)
    met = rule.enough(counts, totals)
    assert met.any(axis=1).all()
    looks = np.argmax(met, axis=1)
    return [(int(counts[i, look]), totals[: look + 1].tolist()) for i, look in enumerate(looks)]


RARE = [(0.005, 0.003, 100), (0.002, 0.0015, 200), (0.01, 0.006, 100), (0.99, 0.008, 50)]


@pytest.mark.parametrize(("probability", "half_width", "chunk"), RARE)
def test_the_rate_at_a_stopping_rule_is_unbiased_and_its_interval_covers(probability, half_width, chunk):
    rule = statistics.IntervalNarrowEnough(outcome=1, half_width=half_width)
    known, rare, plain, covers = {}, [], [], []
    for count, looks in stopped_campaigns(probability, rule, chunk, CAMPAIGNS, seed=17):
        key = (count, len(looks))
        known[key] = found = known.get(key) or statistics.stopped_rate(count, looks, rule)
        rare.append(min(found.value, 1.0 - found.value))
        plain.append(min(count, looks[-1] - count) / looks[-1])
        covers.append(found.low <= probability <= found.high)
    truth, error = min(probability, 1.0 - probability), np.std(rare) / np.sqrt(CAMPAIGNS)
    assert np.mean(rare) == pytest.approx(truth, abs=3.5 * error)
    assert np.mean(plain) < truth - 3.5 * error  # what it corrects: low by 8 to 15 %
    assert np.mean(covers) == pytest.approx(0.95, abs=0.04)  # three standard errors, and Wilson's own saw-tooth


@given(st.data())
def test_the_rate_at_a_rule_is_the_mean_over_all_ways_to_the_same_end(data):
    """By going through all ways of four short chunks."""
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    rule = statistics.IntervalNarrowEnough(outcome=1, half_width=data.draw(st.floats(0.2, 0.45)), minimum_runs=1)
    looks, ends = np.cumsum(sizes).tolist(), {}
    met = [rule.enough(np.arange(look + 1), look).tolist() for look in looks]
    for runs in itertools.product((0, 1), repeat=looks[-1]):
        counts = [sum(runs[:look]) for look in looks]
        stop = next((k for k, count in enumerate(counts) if met[k][count]), len(looks) - 1)
        ends.setdefault((counts[stop], stop), set()).add(runs[: looks[stop]])
    for (count, stop), ways in ends.items():
        found = statistics.stopped_rate(count, looks[: stop + 1], rule)
        assert found.value == pytest.approx(np.mean([way[0] for way in ways]), rel=1e-9, abs=1e-12)  # the first run
        assert found.low <= found.value <= found.high


def test_the_rate_at_a_rule_says_that_it_is_corrected_and_many_runs_need_none():
    rule = statistics.IntervalNarrowEnough(outcome=1, half_width=0.003)
    text = str(statistics.stopped_rate(11, list(range(100, 2301, 100)), rule))
    assert "11 of 2,300 runs, corrected for the stopping rule; 95 % Wilson interval" in text
    assert statistics.stopped_rate(3000, [5000, 10_000], rule).value == 0.3
    with pytest.raises(InputError, match="the rule was met before, at 1000 or fewer"):
        statistics.stopped_rate(1, [1000, 2000], rule)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: statistics.stopped_rate(1, [], RULE), "expected rising numbers of runs"),
        (lambda: statistics.stopped_rate(1, [10, 10], RULE), "expected rising numbers of runs"),
        (lambda: statistics.stopped_rate(11, [10], RULE), "0 <= count <= total"),
        (lambda: statistics.rate(5, 4), "0 <= count <= total"),
        (lambda: statistics.rate(0, 0), "total > 0"),
        (lambda: statistics.rate(1, 2, confidence=95), "for 95 % write 0.95"),
        (lambda: statistics.rate(1, 2, method="wald"), "'wilson' or 'clopper-pearson'"),
        (lambda: statistics.outcome_rates([0, 7], {0: "failed"}), r"codes \[7\] have no name"),
        (lambda: statistics.quantile([1.0, np.nan], 0.5), "1 of 2 runs have no finite value"),
        (lambda: statistics.quantile([], 0.5), "0 runs"),
        (lambda: statistics.weighted_rate([0, 1], [1, 1]), "such as outcome == 1"),
        (lambda: statistics.weighted_rate([True, False], [1, -1]), "none negative"),
        (lambda: statistics.assert_rate(1, 2), "exactly one of them"),
        (lambda: statistics.assert_rate(1, 2, at_least=0.1, at_most=0.2), "exactly one of them"),
        (lambda: statistics.resampled([1.0], 0, seed=1), "1 or more"),
    ],
)
def test_bad_input_is_refused_with_words(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_results_read_as_sentences():
    assert str(statistics.rate(973, 1000)) == "97.30 % (973 of 1,000 runs; 95 % Wilson interval 96.10 % to 98.14 %)"
    assert "as good as" in str(statistics.weighted_rate(np.arange(100) < 30, np.arange(100) + 1.0))
    assert str(statistics.quantile(np.arange(1001.0), 0.5)).startswith("50 % quantile 500 (95 % interval 469 to 531")
