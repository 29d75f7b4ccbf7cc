"""Campaigns from end to end: the same bits however they are flown, results that agree with closed forms, refusals."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pytest
from astropy import units as u
from distributed import Client, LocalCluster

import lunarsim as ls
from lunarsim import statistics
from lunarsim.campaign import (
    FAILURES,
    OUTCOMES,
    CampaignResult,
    JointNormal,
    LatinHypercube,
    MonteCarlo,
    Normal,
    Probability,
    Sobol,
    Uniform,
    assert_campaign,
)
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.errors import DataError, InputError, OutputError, StatisticsWarning
from lunarsim.statistics import IntervalNarrowEnough, QuantileNarrowEnough

posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
RUNS, SEED = 150, 20230819


@pytest.fixture(scope="module")
def campaign():
    """Luna-25's, over a field of degree 8 for speed."""
    whole = ls.load_campaign("luna25")
    world = replace(whole.scenario.moon, gravity=ls.GravityField.grail(8))
    return replace(whole, scenario=replace(whole.scenario, moon=world))


@pytest.fixture(scope="module")
def result(campaign):
    return campaign.run(RUNS, seed=SEED, workers=1)


@pytest.fixture(scope="module")
def linear(campaign):
    """Luna-25 with its fault, and with inputs that scatter so little that what they move is a straight line."""
    dispersions = {
        "craft.engine.thrust": Normal(265.8 * u.N, 0.3 * u.N),
        "plan.0.timer": Normal(127 * u.s, 0.02 * u.s),
        "state.normal": Normal(0 * u.m, 20 * u.m),
        "craft.engine.specific_impulse": Normal(315 * u.s, 0.1 * u.s),
    }
    return campaign.with_dispersions(dispersions)


@pytest.fixture(scope="module")
def spread(linear):
    return linear.run(600, seed=7)


def bits(result: CampaignResult) -> dict[str, bytes]:
    return {str(name): result.column(str(name)).tobytes() for name in result.dataset}


def joined(parts):
    return {name: np.concatenate([part[name] for part in parts]).tobytes() for name in parts[0]}


METHODS = [MonteCarlo(), LatinHypercube(), Sobol()]


@pytest.mark.parametrize("sampling", METHODS, ids=repr)
def test_a_run_has_the_same_bits_alone_and_in_any_batch(campaign, sampling):
    work = replace(campaign, sampling=sampling).work(RUNS, SEED)
    together = joined([work(0, RUNS)])
    assert joined([work(0, 1), work(1, 7), work(8, 64), work(72, 77), work(149, 1)]) == together
    for i in (0, 63, 149, 5):  # in any order
        alone = work(i, 1)
        for name, column in alone.items():
            size = column.dtype.itemsize
            assert column.tobytes() == together[name][i * size : (i + 1) * size]


@pytest.mark.parametrize("sampling", METHODS, ids=repr)
@pytest.mark.parametrize(
    ("chunk_size", "workers"),
    [(7, 4), *(pytest.param(*each, marks=pytest.mark.slow) for each in ((1, 4), (7, 1), (64, 2), (8192, 4)))],
)
def test_chunks_and_threads_do_not_touch_a_bit(campaign, result, sampling, chunk_size, workers):
    expected = result if sampling == MonteCarlo() else replace(campaign, sampling=sampling).run(RUNS, seed=SEED)
    again = replace(campaign, sampling=sampling).run(RUNS, seed=SEED, chunk_size=chunk_size, workers=workers)
    assert bits(again) == bits(expected)


def test_another_seed_gives_other_runs(campaign, result):
    other = campaign.run(RUNS, seed=SEED + 1)
    assert not np.any(other.column("latitude_deg") == result.column("latitude_deg"))


@pytest.mark.parametrize("sampling", [MonteCarlo(), Sobol()], ids=repr)
def test_a_run_does_not_depend_on_how_many_there_are(campaign, sampling):
    few, many = (joined([replace(campaign, sampling=sampling).work(n, SEED)(0, 20)]) for n in (20, 10**6))
    assert few == many


def test_the_work_of_a_campaign_goes_to_other_machines_and_back(campaign, result):
    work = campaign.work(RUNS, SEED)
    work(0, 1)  # it has lowered the scenario, which stays at home
    sent = pickle.dumps(work)
    assert len(sent) < 2_000_000
    assert joined([pickle.loads(sent)(0, RUNS)]) == bits(result)


def test_work_that_came_from_elsewhere_is_flown_by_the_machine_code_that_is_there(campaign):
    """Arrays that may be written to, where they might not, would be another type, and all be compiled again."""
    here = campaign.work(RUNS, SEED).rows
    there = pickle.loads(pickle.dumps(campaign.work(RUNS, SEED))).rows
    for name in ("plan", "environment", "ground"):
        assert numba.typeof(getattr(here, name)) == numba.typeof(getattr(there, name))


def test_a_store_gives_the_bits_of_memory(campaign, result, tmp_path):
    stored = campaign.run(RUNS, seed=SEED, out=tmp_path / "store", chunk_size=40)
    assert bits(stored) == bits(result)
    assert bits(campaign.open(tmp_path / "store")) == bits(result)


@pytest.mark.parametrize(
    "ask",
    [
        lambda found: found.tornado("latitude_deg", outcome="impact"),
        lambda found: found.quantiles("end_s", outcome="impact"),
        lambda found: found.footprint("impact"),
    ],
    ids=["tornado", "quantiles", "footprint"],
)
def test_what_a_statistic_needs_of_a_store_is_read_in_one_go(campaign, tmp_path, monkeypatch, ask):
    campaign.run(60, seed=SEED, out=tmp_path / "store", chunk_size=20)
    found, seen = campaign.open(tmp_path / "store"), []
    read = found.store.read

    def counted(index, names):
        seen.append(index)
        return read(index, names)

    monkeypatch.setattr(found.store, "read", counted)
    ask(found)
    ask(found)
    assert seen == [0, 1, 2]


class StoppedError(Exception):
    """What ends a campaign in the tests below."""


def stopping_after(chunks):
    seen = []

    def on_progress(count):
        seen.append(count)
        if len(seen) == chunks:
            raise StoppedError

    return on_progress


def test_a_campaign_that_was_stopped_goes_on_to_the_same_bits_and_flies_nothing_twice(campaign, result, tmp_path):
    options = {"seed": SEED, "out": tmp_path / "store", "chunk_size": 16}
    with pytest.raises(StoppedError):
        campaign.run(RUNS, workers=2, on_progress=stopping_after(3), **options)
    part = campaign.open(tmp_path / "store")
    assert part.runs == 48
    assert part.n == RUNS
    assert part.dataset["run"].values.tolist() != list(range(RUNS))
    flown = []
    again = campaign.run(RUNS, resume=True, on_progress=flown.append, **options)
    assert sum(flown) == RUNS - 48
    assert bits(again) == bits(result)
    campaign.run(RUNS, resume=True, on_progress=stopping_after(1), **options)  # all is there: it is not called
    longer = campaign.run(RUNS + 50, resume=True, **options)
    assert longer.runs == RUNS + 50
    assert {name: column[: len(bits(result)[name])] for name, column in bits(longer).items()} == bits(result)


def test_a_folder_may_be_resumed_before_anything_was_flown(campaign, tmp_path):
    assert campaign.run(5, seed=SEED, out=tmp_path / "store", resume=True).runs == 5


@pytest.mark.parametrize(
    "processes", [pytest.param(False, id="threads"), pytest.param(True, id="processes", marks=pytest.mark.slow)]
)
def test_a_cluster_gives_the_bits_of_this_process(campaign, result, processes):
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=processes, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        assert bits(campaign.run(RUNS, seed=SEED, executor=client, chunk_size=40)) == bits(result)


def test_columns_have_units_and_words_and_codes_their_meanings(result):
    at = result.dataset
    assert at["latitude_deg"].attrs["units"] == "deg"
    assert at["plan.0.timer"].attrs["units"] == "s"
    assert at["outcome"].dtype == np.int8
    meanings = dict(
        zip(at["outcome"].attrs["flag_values"].tolist(), at["outcome"].attrs["flag_meanings"].split(), strict=True)
    )
    assert meanings == {code: words.replace(" ", "_") for code, words in OUTCOMES.items()}
    assert at["faults.accelerometer off"].dtype == bool
    assert at["run"].values.tolist() == list(range(RUNS))
    assert at.attrs["seed"] == SEED


def test_rates_count_the_outcomes_and_hold_them_between_their_bounds(result):
    rates = result.rates()
    codes = result.column("outcome")
    assert sum(rate.count for rate in rates.values()) == RUNS
    for name, rate in rates.items():
        assert rate.count == np.count_nonzero(result.where(name)) > 0
        assert rate.low < rate.value < rate.high
    assert set(rates) == {OUTCOMES[int(code)] for code in np.unique(codes)}
    exact = result.rates(method="clopper-pearson")
    assert all(exact[name].low <= rate.low and exact[name].high >= rate.high for name, rate in rates.items())
    assert repr(result).startswith(f"<150 runs of luna25, seed {SEED}: ")


def test_the_fault_alone_decides_whether_luna25_comes_down(result):
    fault = result.column("faults.accelerometer off")
    np.testing.assert_array_equal(result.where("impact"), fault)


def test_runs_that_could_not_be_flown_are_counted_by_their_reason(campaign):
    dispersions = {"craft.propellant_mass": Normal(10 * u.kg, 10 * u.kg), "plan.0.timer": Normal(40 * u.s, 30 * u.s)}
    result = campaign.with_dispersions(dispersions).run(300, seed=1)
    no_mass = result.column("craft.propellant_mass") < 0.0
    no_time = (result.column("plan.0.timer") <= 0.0) & ~no_mass
    expected = {"the dry mass": int(no_mass.sum()), "a timer": int(no_time.sum())}
    assert all(count > 10 for count in expected.values())
    failures = result.failures()
    assert {words: next(count for text, count in failures.items() if text.startswith(words)) for words in expected} == (
        expected
    )
    assert set(failures) <= set(FAILURES.values())
    assert result.rates()["failed"].count == sum(expected.values())
    assert np.count_nonzero(result.where(None)) == 300 - sum(expected.values())
    assert result.failures().keys() == {FAILURES[int(code)] for code in np.unique(result.column("failure")) if code}
    impacts = result.footprint() if "impact" in result.rates() else None
    assert impacts is None or len(impacts) == result.rates()["impact"].count


def test_the_footprint_lies_about_the_mean_of_the_impacts_with_their_covariance(spread):
    prints = spread.footprint()
    assert len(prints) == 600
    radius_m = 1_737_400.0
    latitude, longitude = np.radians(spread.column("latitude_deg")), np.radians(spread.column("longitude_deg"))
    north = radius_m * (latitude - latitude.mean())
    east = radius_m * np.cos(latitude.mean()) * (longitude - longitude.mean())
    expected = np.cov(np.stack([east, north]))
    # a plane against the sphere over 10 km: 1e-3 of the lengths
    np.testing.assert_allclose(np.cov(prints.xy_m.T), expected, rtol=0.01, atol=0.01 * np.trace(expected))
    inside = prints.ellipse(0.9)
    assert inside.semi_major_m > inside.semi_minor_m > 0.0


def test_the_footprint_about_a_site_is_moved_by_the_way_to_it(spread):
    mean = spread.footprint()
    site = ls.Site(latitude=mean.plane.latitude_deg * u.deg, longitude=(mean.plane.longitude_deg + 0.1) * u.deg)
    about = spread.footprint(about=site)
    way_m = np.radians(0.1) * 1_737_400.0 * np.cos(np.radians(mean.plane.latitude_deg))
    assert about.xy_m[:, 0].mean() - mean.xy_m[:, 0].mean() == pytest.approx(-way_m, rel=1e-3)  # a plane on a sphere


def test_quantiles_are_those_of_the_sorted_column(spread):
    column = spread.column("latitude_deg")
    low, middle, high = spread.quantiles("latitude_deg")
    assert (low.probability, middle.probability, high.probability) == (0.05, 0.5, 0.95)
    assert middle.value == pytest.approx(np.median(column), abs=0.01 * column.std())  # of many ways to interpolate
    assert low.low < low.value < low.high < middle.value < high.value
    assert spread.quantiles("latitude_deg", outcome="impact")[1].value == middle.value
    with pytest.raises(InputError, match="did you mean 'latitude_deg'"):
        spread.quantiles("latitude")


def test_the_tornado_puts_first_what_moves_the_impact_most(spread):
    tornado = spread.tornado("latitude_deg")
    assert tornado.r_squared > 0.999  # small enough for a straight line
    swings = [abs(effect.swing) for effect in tornado.effects]
    assert swings == sorted(swings, reverse=True)
    assert tornado.effects[0].name == "craft.engine.thrust"
    # 0.3 N of 265.8 is 0.11 %, 0.02 s of 127 s is 0.016 %: what counts is their product, the delta-v
    thrust, timer = tornado["craft.engine.thrust"].swing, tornado["plan.0.timer"].swing
    assert thrust / timer == pytest.approx((0.3 / 265.8) / (0.02 / 127), rel=0.2)  # sampled quantiles of 600 runs
    assert spread.tornado("latitude_deg", outcome="impact").total == 600


def test_the_tornado_gives_its_inputs_in_the_units_of_their_distributions(campaign):
    own = {
        "craft.engine.thrust": Normal(0.2658 * u.kN, 0.3 * u.N),
        "plan.0.pitch_error": Normal(0 * u.deg, 0.3 * u.deg),
    }
    result = campaign.with_dispersions(own).run(100, seed=7)
    tornado = result.tornado("latitude_deg")
    assert {effect.name: effect.unit for effect in tornado.effects} == {
        "craft.engine.thrust": "kN",
        "plan.0.pitch_error": "deg",
    }
    ends = np.quantile(np.degrees(result.column("plan.0.pitch_error")), [0.05, 0.95])
    effect = tornado["plan.0.pitch_error"]
    assert (effect.low_input, effect.high_input) == pytest.approx(tuple(ends))


def test_sobol_indices_share_out_the_variance(linear, spread):
    indices = linear.sobol("latitude_deg", base=128)
    assert indices.runs == 128 * 6
    firsts = {index.name: index.first for index in indices.factors}
    assert max(firsts, key=firsts.get) == "craft.engine.thrust"
    # a linear model has no interactions: the shares are the squared slopes, and add up to 1
    assert sum(firsts.values()) == pytest.approx(1.0, abs=0.05)  # measured within 0.01 at this base
    for index in indices.factors:
        assert -0.05 < index.first < 1.05
        assert index.total == pytest.approx(index.first, abs=0.05)
    tornado = spread.tornado("latitude_deg")
    for name, first in firsts.items():
        assert first == pytest.approx(tornado[name].standardised ** 2, abs=0.1)  # 600 runs, 128 rows


def test_sobol_indices_of_an_outcome_name_the_fault(campaign):
    dispersions = {
        "craft.engine.thrust": Normal(265.8 * u.N, 1 * u.N),
        ("state.radial", "state.normal"): JointNormal([0 * u.m, 0 * u.m], np.diag([1e4, 1e4])),
        "faults.accelerometer off": Probability(0.5),
    }
    indices = campaign.with_dispersions(dispersions).sobol("outcome", base=64, outcome="impact")
    assert [index.name for index in indices.factors] == [
        "craft.engine.thrust",
        "state.radial, state.normal",
        "faults.accelerometer off",
    ]
    assert indices["faults.accelerometer off"].first == pytest.approx(1.0, abs=0.05)
    assert indices["craft.engine.thrust"].total == 0.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"column": "latitude"}, "did you mean 'latitude_deg'"),
        ({"column": "latitude_deg", "base": 100}, "base = 100"),
    ],
)
def test_sobol_indices_of_nothing_are_refused(linear, options, words):
    with pytest.raises(InputError, match=words):
        linear.sobol(**{"base": 16, **options})


def test_sobol_indices_of_a_misspelt_outcome_are_refused_with_the_right_one(linear):
    with pytest.raises(InputError, match=r"outcome 'impackt'.*impact"):
        linear.sobol("outcome", base=16, outcome="impackt")


def test_sobol_indices_where_runs_fail_are_refused(campaign):
    failing = campaign.with_dispersions({"craft.dry_mass": Normal(0 * u.kg, 1 * u.kg)})
    with pytest.raises(InputError, match=r"runs could not be flown: narrow the dispersions"):
        failing.sobol("latitude_deg", base=16)


def test_reweighted_runs_speak_of_a_narrower_distribution(linear, spread):
    narrower = {**linear.dispersions, "craft.engine.thrust": Normal(265.9 * u.N, 0.2 * u.N)}
    weights = spread.reweighted(narrower)
    assert weights.values.sum() == pytest.approx(1.0, abs=1e-12)
    assert 100 < weights.effective_size < 600
    thrust = spread.column("craft.engine.thrust")
    error = 4.0 * 0.2 / np.sqrt(weights.effective_size)  # four standard errors
    assert weights.values @ thrust == pytest.approx(265.9, abs=error)
    flown = linear.with_dispersions(narrower).run(400, seed=3)
    expected, scatter = flown.column("latitude_deg").mean(), flown.column("latitude_deg").std()
    allowed = 4.0 * scatter * np.sqrt(1.0 / weights.effective_size + 1.0 / 400.0)
    assert weights.values @ spread.column("latitude_deg") == pytest.approx(expected, abs=allowed)


def test_the_same_distribution_weighs_all_runs_alike_whatever_its_unit(linear, spread):
    same = {**linear.dispersions, "craft.engine.thrust": Normal(0.2658 * u.kN, 0.0003 * u.kN)}
    weights = spread.reweighted(same)
    np.testing.assert_allclose(weights.values, 1.0 / 600.0, rtol=1e-9)  # densities in other units: roundings
    assert weights.mean_ratio == pytest.approx(1.0, rel=1e-9)


def test_other_paths_cannot_be_weighted(spread):
    with pytest.raises(InputError, match="expected the paths that were flown"):
        spread.reweighted({"craft.engine.thrust": Normal(265.8 * u.N, 0.2 * u.N)})


@pytest.mark.parametrize(
    ("path", "wider", "words"),
    [
        ("craft.engine.thrust", Normal(265.8 * u.N, 0.3 * 1.42 * u.N), r"'craft\.engine\.thrust'.*1\.42 times as wide"),
        (
            "plan.0.timer",
            Normal(2.1 * u.min, 0.06 / 60 * u.min),
            r"'plan\.0\.timer'.*3 times as wide.*infinite variance",
        ),
        ("state.normal", Uniform(-1 * u.km, 1 * u.km), r"of the other dispersions 9\d % lie where nothing was flown"),
    ],
)
def test_runs_cannot_speak_of_dispersions_whose_weights_have_no_variance_or_that_reach_further(
    linear, spread, path, wider, words
):
    with pytest.raises(InputError, match=words):
        spread.reweighted({**linear.dispersions, path: wider})


def test_values_that_scatter_together_are_judged_by_their_widest_direction(linear, spread):
    """Each sigma is that flown; together they have the variances 1.95 and 0.05, and once 2.05 and less."""
    pair = ("craft.engine.thrust", "plan.0.timer")
    rest = {name: each for name, each in linear.dispersions.items() if name not in pair}
    means, sigmas = [265.8 * u.N, 127 * u.s], [0.3 * u.N, 0.02 * u.s]
    for stretch, correlation, refused in ((1.0, 0.95, False), (1.05, 0.95, True)):
        wide = [stretch * sigma for sigma in sigmas]
        joint = JointNormal.from_correlation(means, wide, [[1.0, correlation], [correlation, 1.0]])
        with pytest.raises(InputError) if refused else pytest.warns(StatisticsWarning, match="heavy tail") as caught:
            spread.reweighted({**rest, pair: joint})
        if refused:
            assert "1.47 times as wide" in str(caught.value)  # 1.05 sqrt(1.95)


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_a_campaign_stops_when_the_interval_is_narrow_enough_wherever_it_is_flown(campaign, workers, tmp_path):
    rule = IntervalNarrowEnough(outcome="impact", half_width=0.07, minimum_runs=32)
    options = {"seed": SEED, "until": rule, "chunk_size": 16}
    stopped = campaign.run(5000, workers=workers, **options)
    assert stopped.runs == 192  # 0.98 / sqrt(n) = 0.07 at a rate of a half: n = 196, and luck
    assert stopped.rates()["impact"].half_width <= 0.07
    before = campaign.run(stopped.runs - 16, seed=SEED)
    assert before.rates()["impact"].half_width > 0.07
    assert bits(stopped) == bits(campaign.run(stopped.runs, seed=SEED))
    stored = campaign.run(5000, workers=workers, out=tmp_path / "store", **options)
    assert bits(stored) == bits(stopped)
    again = campaign.run(
        5000, workers=workers, out=tmp_path / "store", resume=True, on_progress=stopping_after(1), **options
    )
    assert bits(again) == bits(stopped)


def test_the_rates_of_a_stopped_campaign_are_corrected_and_sum_to_one(campaign):
    rule = IntervalNarrowEnough(outcome="impact", half_width=0.03, minimum_runs=16)
    seldom = campaign.with_dispersions({**campaign.dispersions, "faults.accelerometer off": Probability(0.04)})
    stopped = seldom.run(2000, seed=SEED, until=rule, chunk_size=16)
    rates = stopped.rates()
    assert sum(rate.value for rate in rates.values()) == pytest.approx(1.0, rel=1e-12)
    assert rates["impact"].value > rates["impact"].count / rates["impact"].total  # the plain share is low
    looks = list(range(16, stopped.runs + 1, 16))
    assert rates["impact"] == statistics.stopped_rate(rates["impact"].count, looks, rule)
    assert "corrected for the stopping rule" in str(rates["impact"])


def test_a_rule_on_several_outcomes_is_refused(campaign):
    with pytest.raises(InputError, match="'on the ground' is several outcomes: expected one, such as 'impact'"):
        campaign.run(100, seed=SEED, until=IntervalNarrowEnough(outcome="on the ground", half_width=0.05))


def test_what_a_rule_on_a_quantile_ended_says_so(campaign):
    rule = QuantileNarrowEnough(column="latitude_deg", probability=0.5, half_width=5.0, minimum_runs=32)
    stopped = campaign.run(500, seed=SEED, until=rule, chunk_size=16)
    assert stopped.runs < 500
    assert all("the runs ended at a rule on their own numbers" in str(rate) for rate in stopped.rates().values())
    assert "ended at a rule" in str(stopped.quantiles("latitude_deg", (0.5,))[0])
    assert "ended at a rule" not in str(stopped.quantiles("altitude_m", (0.5,))[0])


def test_a_rule_that_is_never_met_lets_all_runs_be_flown(campaign):
    rule = QuantileNarrowEnough(column="latitude_deg", probability=0.5, half_width=1e-12)
    assert campaign.run(100, seed=SEED, until=rule, chunk_size=16).runs == 100


def test_a_rule_of_ones_own_is_given_the_columns_of_all_runs_so_far(campaign, result):
    seen = []

    class EnoughImpacts:
        def met(self, flown):
            assert len(flown) == len(list(flown)) > 30
            seen.append(flown["latitude_deg"])
            return np.count_nonzero(flown["outcome"] == "impact") >= 20

    stopped = campaign.run(RUNS, seed=SEED, until=EnoughImpacts(), chunk_size=16, workers=2)
    assert [each.size for each in seen] == list(range(16, stopped.runs + 1, 16))
    np.testing.assert_array_equal(seen[-1], result.column("latitude_deg")[: stopped.runs])
    struck = np.cumsum(result.where("impact"))
    assert struck[stopped.runs - 1] >= 20 > struck[stopped.runs - 17]


def test_only_what_is_kept_is_in_memory(campaign, result):
    kept = campaign.run(RUNS, seed=SEED, keep=["outcome", "latitude_deg"])
    assert [str(name) for name in kept.dataset] == ["outcome", "failure", "latitude_deg"]  # the codes are always kept
    assert kept.column("latitude_deg").tobytes() == result.column("latitude_deg").tobytes()
    assert kept.rates() == result.rates()
    with pytest.raises(InputError, match="no column 'speed_mps' was kept"):
        kept.column("speed_mps")
    with pytest.raises(InputError, match="keep: no column is called 'latitude': did you mean 'latitude_deg'"):
        campaign.run(RUNS, seed=SEED, keep=["latitude"])


def test_a_run_can_be_flown_again_with_the_reference_driver(campaign, result):
    for i in (0, 77, 149):
        flight = result.rerun(i)
        row = result.dataset.isel(run=i)
        end = np.array([float(row[name]) for name in ("x_m", "y_m", "z_m")])
        assert np.linalg.norm(end - flight.outcome.state.position.to_value(u.m)) < 1.0  # as promised
        assert flight.scenario.craft.engine.thrust.value == float(row["craft.engine.thrust"])
        assert bool(flight.scenario.faults) == bool(row["faults.accelerometer off"])
        assert flight.at(flight.start).altitude.to_value(u.km) > 80  # dense: a state at any time
    for i in (-1, 150):
        with pytest.raises(InputError, match=f"i = {i}: expected a whole number from 0 to 149"):
            result.rerun(i)


def test_a_run_of_a_latin_hypercube_needs_the_number_of_runs(campaign):
    latin = replace(campaign, sampling=LatinHypercube())
    with pytest.raises(InputError, match="n is missing"):
        latin.rerun(3, seed=1)
    flown = latin.run(10, seed=1)
    again = latin.scenario_of(3, seed=1, n=10)
    assert again.craft.engine.thrust.value == flown.column("craft.engine.thrust")[3]
    assert flown.cross_check(2).position < 1 * u.m


def test_the_held_out_check_flies_other_runs_for_another_seed_and_says_by_how_much_they_differ(result):
    first, second = result.cross_check(4), result.cross_check(4, seed=1)
    assert len(first.runs) == len(set(first.runs)) == 4
    assert first.runs != second.runs
    for held in (first, second):
        assert held.different == ()
        assert held.position < 1 * u.m
        assert held.time < 1 * u.ms
        assert held.cutoff < 1 * u.us
    assert "4 runs flown by both drivers: all ended alike; at most" in str(first)


def test_the_held_out_check_finds_runs_that_differ(campaign, result):
    """A campaign that claims the runs of another."""
    other = campaign.run(RUNS, seed=SEED + 1)
    held = replace(other, seed=SEED).cross_check(4)
    assert held.position > 1 * u.m
    assert held.different
    assert "ended otherwise" in str(held)


def test_the_held_out_check_of_a_part_names_the_runs_of_the_campaign(campaign, tmp_path):
    options = {"seed": SEED, "out": tmp_path / "store", "chunk_size": 10}
    with pytest.raises(StoppedError):
        campaign.run(60, workers=1, on_progress=stopping_after(3), **options)
    with ChunkStore.resume(tmp_path / "store") as store:
        store.discard(0)
    part = campaign.open(tmp_path / "store")
    held = part.cross_check(8)
    assert min(held.runs) >= 10
    assert set(held.runs) <= set(part.dataset["run"].values.tolist())


def test_a_campaign_of_failures_cannot_be_held_against_anything(campaign):
    failed = campaign.with_dispersions({"orbit.perilune": Uniform(1e5 * u.km, 2e5 * u.km)}).run(5, seed=1)
    with pytest.raises(InputError, match="no run could be flown"):
        failed.cross_check(2)


def test_people_can_assert_what_a_campaign_proves(result):
    count = result.rates()["impact"].count
    proven = assert_campaign(result, "impact", at_least=0.3)
    assert 0.3 < proven < count / RUNS
    assert assert_campaign(result, "escape", at_most=0.05) < 0.05
    with pytest.raises(AssertionError, match=r"in orbit: .* of 150 runs .* at_least = 0.9 is not proven at 95 %"):
        assert_campaign(result, "in orbit", at_least=0.9)
    with pytest.raises(InputError, match=r"outcome 'landed'"):
        assert_campaign(result, "landed", at_least=0.99)
    with pytest.raises(InputError, match="expected exactly one of them"):
        assert_campaign(result, "impact")


def test_runs_that_could_not_be_flown_count_against_what_is_asserted(campaign):
    half = campaign.with_dispersions({"craft.dry_mass": Uniform(-300 * u.kg, 300 * u.kg)}).run(100, seed=1)
    flown = np.count_nonzero(half.where(None))
    assert 30 < flown < 70
    with pytest.raises(AssertionError, match=f"impact: {flown} of 100 runs"):
        assert_campaign(half, "impact", at_least=0.9)
    with pytest.raises(AssertionError, match="escape"):
        assert_campaign(half, "escape", at_most=0.1)


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "100", 10**16])
def test_a_senseless_number_of_runs_is_refused(campaign, n):
    with pytest.raises(InputError, match=r"n = .*: expected a whole number from 1 to"):
        campaign.run(n, seed=1)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, None])
def test_a_senseless_seed_is_refused(campaign, seed):
    with pytest.raises(InputError, match=r"seed = .*: expected a whole number from 0 to 18446744073709551615"):
        campaign.run(10, seed=seed)


def test_a_million_million_runs_are_refused_before_anything_is_flown(campaign, tmp_path):
    with pytest.raises(InputError, match=r"1000000000000 runs: their results take .* of memory.*give a folder \(out\)"):
        campaign.run(10**12, seed=1)
    with pytest.raises(InputError, match=r"1000000000000 runs: .*free: ask for at most"):
        campaign.run(10**12, seed=1, out=tmp_path / "store")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("chunk_size", [0, -5, 1.5])
def test_a_senseless_size_of_chunks_is_refused(campaign, chunk_size):
    with pytest.raises(InputError, match="chunk_size"):
        campaign.run(10, seed=1, chunk_size=chunk_size)


def test_resuming_needs_a_folder(campaign):
    with pytest.raises(InputError, match="resume: expected the folder of the campaign as out"):
        campaign.run(10, seed=1, resume=True)


@pytest.mark.parametrize("workers", [0, -1, 1.5])
def test_a_senseless_number_of_workers_is_refused(campaign, workers):
    with pytest.raises(InputError, match=r"workers = .* whole number of at least 1"):
        campaign.run(10, seed=1, workers=workers)


@pytest.mark.parametrize("tolerance", [0 * u.m, -1 * u.mm, 1e-3, 1 * u.s])
def test_a_senseless_tolerance_is_refused(campaign, tolerance):
    with pytest.raises(InputError, match="tolerance"):
        replace(campaign, tolerance=tolerance)


def test_a_folder_with_a_campaign_is_not_written_over(campaign, tmp_path):
    campaign.run(5, seed=SEED, out=tmp_path / "store")
    with pytest.raises(InputError, match=r"there is a campaign here already: go on with --resume"):
        campaign.run(5, seed=SEED, out=tmp_path / "store")


@pytest.mark.parametrize(
    ("change", "seed", "words"),
    [
        (lambda c: c, SEED + 1, f"seed: {SEED} in the store, {SEED + 1} asked"),
        (lambda c: replace(c, tolerance=2 * u.mm), SEED, "the tolerance, by its hash"),
        (lambda c: replace(c, sampling=Sobol()), SEED, "sampling: .*philox.* in the store, .*sobol"),
        (
            lambda c: c.with_dispersions({**c.dispersions, "plan.0.timer": Normal(127 * u.s, 0.31 * u.s)}),
            SEED,
            "the dispersions, by its hash",
        ),
        (
            lambda c: replace(c, scenario=c.scenario.with_terrain(ls.Terrain.sphere(-361 * u.m))),
            SEED,
            "the scenario, by its hash",
        ),
        (
            lambda c: replace(
                c, scenario=replace(c.scenario, moon=replace(c.scenario.moon, gravity=ls.GravityField.grail(7)))
            ),
            SEED,
            "the scenario, by its hash",
        ),
    ],
    ids=["seed", "tolerance", "sampling", "dispersions", "terrain", "field"],
)
def test_a_folder_of_another_campaign_is_refused_with_what_differs(campaign, tmp_path, change, seed, words):
    campaign.run(5, seed=SEED, out=tmp_path / "store")
    with pytest.raises(InputError, match=words):
        change(campaign).run(5, seed=seed, out=tmp_path / "store", resume=True)
    if seed == SEED:
        with pytest.raises(InputError, match=words):
            change(campaign).open(tmp_path / "store")


def test_a_latin_hypercube_cannot_become_longer(campaign, tmp_path):
    latin = replace(campaign, sampling=LatinHypercube())
    latin.run(5, seed=SEED, out=tmp_path / "store")
    with pytest.raises(
        InputError, match=r"5 runs in the store, 6 asked: with .* each run depends on how many there are"
    ):
        latin.run(6, seed=SEED, out=tmp_path / "store", resume=True)


def test_a_corrupted_chunk_is_named_and_flown_again_when_asked(campaign, result, tmp_path):
    folder: Path = tmp_path / "store"
    campaign.run(RUNS, seed=SEED, out=folder, chunk_size=40)
    file = folder / "chunks" / "000000002.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"000000002\.parquet: chunk 2 \(runs 80 to 119\) is damaged"):
        campaign.open(folder).column("latitude_deg")
    with ChunkStore.resume(folder) as store:
        assert store.verify() == [2]
        store.discard(2)
    flown = []
    again = campaign.run(RUNS, seed=SEED, out=folder, chunk_size=40, resume=True, on_progress=flown.append)
    assert flown == [40]
    assert bits(again) == bits(result)


@posix
def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_is_flown(campaign, tmp_path, powerless):
    if os.geteuid() == os.stat(tmp_path).st_uid:
        tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match=r"cannot be made \(Permission denied\): give one that you may write to"):
        campaign.run(5, seed=SEED, out=tmp_path / "store", on_progress=stopping_after(1))
    tmp_path.chmod(0o755) if os.geteuid() == os.stat(tmp_path).st_uid else None


def test_progress_is_told_chunk_by_chunk(campaign):
    told = []
    campaign.run(100, seed=SEED, chunk_size=30, workers=1, on_progress=told.append)
    assert told == [30, 30, 30, 10]


def test_a_misspelt_outcome_or_column_is_met_with_the_right_one(result):
    with pytest.raises(InputError, match=r"outcome 'impcat': did you mean 'impact'"):
        result.where("impcat")
    with pytest.raises(InputError, match=r"'latitde_deg'.*did you mean 'latitude_deg'"):
        result.column("latitde_deg")
