"""A campaign as an expansion: runs that end where exact ones do, errors that are what they are said to be, refusals."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from scipy import special

import lunarsim as ls
from lunarsim.campaign import Discrete, Empirical, JointNormal, Normal, Probability, TruncatedNormal, Uniform
from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.campaign.expansion.error_scale import conformal_factor, fitted_weights, scale_m
from lunarsim.campaign.expansion.expansion import CampaignExpansion
from lunarsim.campaign.expansion.options import Options
from lunarsim.campaign.expansion.polynomial import Basis, fit
from lunarsim.campaign.expansion.rare_events import Margins, event_probability
from lunarsim.campaign.expansion.result import apart, check_of
from lunarsim.campaign.expansion.runs import ExpandedRuns
from lunarsim.campaign.expansion.training import Training
from lunarsim.constants import MOON_RADIUS_M as RADIUS_M
from lunarsim.errors import InputError
from lunarsim.kernels.ground.meeting import BELOW, MET, MISSED, meet_ground
from lunarsim.moon.orientation import et_seconds
from lunarsim.statistics import subset_simulation
from lunarsim.statistics.mixture import NormalMixture, log_standard

RUNS, SEED = 1500, 25
FAULT = "faults.accelerometer off"
THRUST, TIMER = "craft.engine.thrust", "plan.0.timer"


@pytest.fixture(scope="module")
def campaign():
    """Luna-25's, over a field of degree 8 for speed."""
    whole = ls.load_campaign("luna25")
    world = replace(whole.scenario.moon, gravity=ls.GravityField.grail(8))
    return replace(whole, scenario=replace(whole.scenario, moon=world))


@pytest.fixture(scope="module")
def narrow(campaign):
    """Luna-25 with its fault and three inputs."""
    return campaign.with_dispersions(
        {THRUST: Normal(265.8 * u.N, 1.3 * u.N), TIMER: Normal(127 * u.s, 0.3 * u.s), FAULT: Probability(0.5)}
    )


@pytest.fixture(scope="module")
def expansion(campaign):
    return campaign.expand(order=2, training=300)


@pytest.fixture(scope="module")
def expanded(expansion):
    return expansion.run(RUNS, seed=SEED, chunk_size=500)


@pytest.fixture(scope="module")
def exact(campaign):
    return campaign.run(RUNS, seed=SEED, chunk_size=500)


def distances(result, other):
    names = ("x_m", "y_m", "z_m")
    return apart({name: result.column(name) for name in names}, {name: other.column(name) for name in names})


def over(campaign, terrain):
    return replace(campaign, scenario=replace(campaign.scenario, moon=replace(campaign.scenario.moon, terrain=terrain)))


def bumpy(height_m):
    """Return hills a hundred kilometres long, of some height, on the sphere that Luna-25's scenario has."""
    lat, lon = np.meshgrid(np.radians(np.arange(89.5, -90.0, -1.0)), np.radians(np.arange(0.5, 360.0)), indexing="ij")
    heights_m = -360.0 + height_m * np.sin(60.0 * lat) * np.cos(30.0 * lon)
    everywhere = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
    return ls.Terrain.from_array(heights_m * u.m, window=everywhere)


def test_expanded_runs_have_the_inputs_of_the_exact_ones_to_the_last_bit(campaign, expanded, exact):
    for name in campaign.inputs:
        assert expanded.column(name).tobytes() == exact.column(name).tobytes()


def test_expanded_runs_end_as_the_exact_ones_and_within_the_tolerance(expanded, exact):
    for name in ("outcome", "failure", "burn0_cutoff"):
        assert np.array_equal(expanded.column(name), exact.column(name))
    assert distances(expanded, exact).max() < 15.0  # the tolerance, and half of it for the one run in a hundred


def test_of_a_hundred_expanded_runs_no_more_than_a_few_lie_beyond_their_error_estimate(expanded, exact):
    covered = distances(expanded, exact) <= expanded.column("position_error_m")
    own = ~expanded.column("flown_exactly")
    assert own.mean() > 0.9
    for outcome in ("impact", "in orbit"):
        assert covered[own & exact.where(outcome)].mean() > 0.98


def test_all_columns_of_the_campaign_are_there_and_right(expanded, exact):
    within = {
        "end_s": 0.01, "latitude_deg": 5e-4, "longitude_deg": 1e-3, "altitude_m": 1.0, "speed_mps": 0.01,
        "flight_path_deg": 1e-4, "mass_kg": 1e-3, "vx_mps": 0.01, "burn0_ignition_s": 1e-6, "burn0_duration_s": 1e-2,
        "burn0_dv_mps": 1e-3, "burn0_dv_sensed_mps": 1e-3, "burn0_propellant_kg": 1e-3,
    }  # fmt: skip
    assert set(exact.dataset) <= set(expanded.dataset)
    for name, most in within.items():
        assert np.abs(expanded.column(name) - exact.column(name)).max() < most, name


def test_runs_beyond_the_tolerance_are_flown_exactly_and_have_the_bits_of_exact_ones(narrow):
    coarse = narrow.expand(order=2, tolerance=0.2 * u.m).run(200, seed=3)
    flown, exact = coarse.column("flown_exactly"), narrow.run(200, seed=3)
    assert 0.0 < coarse.exact_fraction == flown.mean() < 1.0
    for name in ("x_m", "end_s", "burn0_dv_mps"):
        assert np.array_equal(coarse.column(name)[flown], exact.column(name)[flown])
    assert not coarse.column("position_error_m")[flown].any()


def test_a_run_has_the_same_bits_alone_and_among_others(expansion):
    work = pickle.loads(pickle.dumps(expansion.work(RUNS, SEED)))
    together = work(0, 40)
    for first, count in ((0, 1), (1, 9), (10, 30)):
        alone = work(first, count)
        for name, column in together.items():
            assert alone[name].tobytes() == column[first : first + count].tobytes(), name


def test_runs_outside_of_the_trained_region_are_flown_exactly(expansion, campaign):
    work = campaign.work(2, 1)
    uniforms = np.full((2, work.dimensions), 0.5)
    uniforms[1, 2] = 1e-12  # a thrust seven sigma below its mean
    found = expansion.work(2, 1).columns_of(uniforms)
    assert found["flown_exactly"].tolist() == [False, True]
    assert found["x_m"][1] == work.columns_of(uniforms)["x_m"][1]


@pytest.mark.slow
def test_over_hills_runs_come_down_where_the_exact_ones_do(campaign):
    hilly = over(campaign, bumpy(1500.0))
    found, exact = hilly.expand(order=2, training=300, tolerance=50 * u.m).run(800, seed=4), hilly.run(800, seed=4)
    own, apart_m = ~found.column("flown_exactly"), distances(found, exact)
    assert np.array_equal(found.column("outcome"), exact.column("outcome"))
    assert (own & exact.where("impact")).sum() > 200
    assert (apart_m <= found.column("position_error_m"))[own].mean() > 0.98
    assert np.ptp(exact.column("altitude_m")[exact.where("impact")]) > 500.0  # else there were no hills


def meeting(start_m, fall_m, terrain, error_m=0.0):
    """Return what is known of a path of 100 s that falls along the x axis over a map, and how far it may be off."""
    series = np.zeros((1, 3, 2))
    series[0, 0] = RADIUS_M + start_m - 0.5 * fall_m, -0.5 * fall_m
    epoch_s, ground = float(et_seconds(ls.load_scenario("luna25").state.epoch)), terrain.lower()
    angles = ls.Moon(gravity=ls.GravityField.grail(8)).lower(epoch_s - 1e3, 3e3).angles
    met, times_s, states, apart_m = np.empty(1, np.int64), np.empty(1), np.empty((1, 6)), np.empty(1)
    each = np.zeros(1), np.full(1, error_m), epoch_s, angles, ground
    meet_ground(series, 0.0, 100.0, *each, met, times_s, states, apart_m)
    return met[0], times_s[0], apart_m[0]


def test_a_path_meets_the_ground_where_it_is_and_an_error_of_height_moves_that_by_as_much():
    met, at_s, apart_m = meeting(1000.0, 2000.0, ls.Terrain.sphere(-500 * u.m), error_m=20.0)
    assert met == MET
    assert at_s == pytest.approx(75.0, abs=1e-6)
    assert apart_m == pytest.approx(20.0, abs=1e-4)
    assert meeting(1000.0, 1400.0, ls.Terrain.sphere(-500 * u.m))[0] == MISSED


def test_of_a_path_that_begins_lower_than_the_highest_ground_nothing_is_known():
    """It may have struck a ridge before."""
    assert meeting(1000.0, 2000.0, bumpy(900.0))[0] == MET
    assert meeting(1000.0, 2000.0, bumpy(1500.0))[0] == BELOW


def test_runs_whose_burns_end_by_a_timer_or_by_delta_v_are_told_apart_by_their_inputs(campaign):
    late = campaign.with_dispersions({THRUST: Normal(265.8 * u.N, 1.3 * u.N), TIMER: Normal(84 * u.s, 0.3 * u.s)})
    late = replace(late, scenario=late.scenario.without_faults())
    expansion = late.expand(order=2)
    found, exact = expansion.run(1000, seed=5), late.run(1000, seed=5)
    assert {branch.cutoffs for branch in expansion.training.branches} == {(1,), (2,)}
    assert np.array_equal(found.column("burn0_cutoff"), exact.column("burn0_cutoff"))
    assert 0.2 < np.mean(exact.column("burn0_cutoff") == 2) < 0.8
    assert found.exact_fraction < 0.05
    assert distances(found, exact).max() < 10.0


def test_a_branch_with_too_few_training_runs_is_flown_exactly_and_named(campaign):
    dispersions = {THRUST: Normal(265.8 * u.N, 1.3 * u.N), TIMER: Normal(84.9 * u.s, 0.15 * u.s)}
    seldom = campaign.with_dispersions(dispersions)
    seldom = replace(seldom, scenario=seldom.scenario.without_faults())
    expansion = seldom.expand(order=3, training=150)
    assert "always flown exactly: burn 0 ended by timer" in str(expansion)
    found, exact = expansion.run(2000, seed=5), seldom.run(2000, seed=5)
    timer = exact.column("burn0_cutoff") == 2
    assert timer.any()
    assert found.column("flown_exactly")[timer].all()
    assert not found.column("flown_exactly")[~timer].all()
    assert np.array_equal(found.column("burn0_cutoff"), exact.column("burn0_cutoff"))


def test_a_seldom_fault_has_training_runs_of_its_own(narrow):
    seldom = narrow.with_dispersions({**narrow.dispersions, FAULT: Probability(0.002)})
    expansion = seldom.expand(order=2)
    assert [branch.key for branch in expansion.training.branches] == [0, 1]
    found = expansion.run(2000, seed=1)
    struck = found.where("impact")
    assert 0 < struck.sum() < 20
    assert not found.column("flown_exactly").any()


def test_where_training_runs_cannot_be_flown_all_are_flown_and_fail_as_they_do(narrow):
    careless = narrow.with_dispersions({"craft.propellant_mass": Normal(546 * u.kg, 300 * u.kg)})
    expansion = careless.expand(order=2)
    assert "training runs could not be flown" in str(expansion)
    found, exact = expansion.run(200, seed=1), careless.run(200, seed=1)
    assert found.failures() == exact.failures() != {}
    assert found.exact_fraction == 1.0


def test_a_table_of_two_values_that_scatter_by_themselves_has_two_coordinates(campaign):
    table = Empirical([[0.1, 0.2, 0.3, 0.5] * u.deg, [2.0, -4.0, 6.0, 1.0] * u.deg])
    work = campaign.with_dispersions({("plan.0.pitch_error", "plan.0.yaw_error"): table}).work(4, 1)
    assert Coordinates(work).size == 2
    found = Coordinates(work).of(np.array([[0.1], [0.3], [0.6], [0.9]]))
    np.testing.assert_allclose(found.T @ found / 4.0, np.eye(2), atol=1e-9)


def test_orbits_that_come_near_the_ground_are_flown_exactly(narrow):
    """The planned perilune is 18 km: over ground at 16 km it is too near to be judged by the state at the end."""
    low = over(narrow.with_dispersions({THRUST: narrow.dispersions[THRUST]}), ls.Terrain.sphere(16 * u.km))
    low = replace(low, scenario=low.scenario.without_faults())
    assert low.expand(order=2).run(50, seed=1).exact_fraction == 1.0


def test_the_ground_may_be_dispersed(narrow):
    lifted = narrow.with_dispersions({**narrow.dispersions, "moon.terrain.elevation": Uniform(-50 * u.m, 50 * u.m)})
    found, exact = lifted.expand(order=2).run(300, seed=2), lifted.run(300, seed=2)
    assert np.mean(distances(found, exact) <= np.maximum(found.column("position_error_m"), 1e-9)) > 0.98
    assert found.exact_fraction < 0.05


def test_columns_of_ones_own_are_made_of_expanded_runs_too(narrow):
    @ls.column("energy_mj", u.MJ, "kinetic energy at the end")
    def energy(runs):
        return runs["mass_kg"] * runs["speed_mps"] ** 2 / 2

    found = narrow.with_columns(energy).expand(order=2).run(20, seed=1)
    expected = found.column("mass_kg") * found.column("speed_mps") ** 2 / 2e6
    np.testing.assert_allclose(found.column("energy_mj"), expected, rtol=1e-12)


def test_the_check_flies_runs_exactly_and_is_printed_with_the_result(expanded, exact):
    check = expanded.check
    distance_m = distances(expanded, exact)[list(check.runs)]
    assert 150 < len(check.runs) <= 200
    assert check.largest.to_value(u.m) == pytest.approx(distance_m.max(), rel=1e-9)
    assert check.rms.to_value(u.m) == pytest.approx(np.sqrt(np.mean(distance_m**2)), rel=1e-9)
    assert check.different == ()
    assert str(check) in repr(expanded)


def test_a_check_names_runs_that_end_otherwise():
    zero = np.zeros(3)
    exact = {"x_m": zero, "y_m": zero, "z_m": zero, "outcome": np.array([1, 1, 2]), "burn0_cutoff": np.array([1, 2, 2])}
    expanded = {**exact, "x_m": np.array([3.0, 0.0, 0.0]), "burn0_cutoff": np.array([1, 1, 2])}
    flags = {"flown_exactly": np.array([False, False, True]), "position_error_m": np.array([1.0, 1.0, 0.0])}
    check = check_of(np.array([10, 20, 30]), {**expanded, **flags}, exact, 0.99)
    assert check.runs == (10, 20)
    assert check.different == (20,)
    assert check.covered == 1
    assert check.largest == 3.0 * u.m


def test_a_stored_expansion_is_never_taken_for_exact_runs(narrow, tmp_path):
    expansion = narrow.expand(order=2)
    stored = expansion.run(60, seed=1, out=tmp_path / "expanded", chunk_size=20)
    again = expansion.open(tmp_path / "expanded")
    assert again.column("x_m").tobytes() == stored.column("x_m").tobytes()
    assert expansion.run(60, seed=1, out=tmp_path / "expanded", chunk_size=20, resume=True).runs == 60
    with pytest.raises(InputError, match="expansion"):
        narrow.open(tmp_path / "expanded")
    with pytest.raises(InputError, match="expansion"):
        narrow.run(60, seed=1, out=tmp_path / "expanded", chunk_size=20, resume=True)
    with pytest.raises(InputError, match="expansion"):
        narrow.expand(order=1).run(60, seed=1, out=tmp_path / "expanded", chunk_size=20, resume=True)
    narrow.run(60, seed=1, out=tmp_path / "exact", chunk_size=20)
    with pytest.raises(InputError, match="expansion"):
        expansion.open(tmp_path / "exact")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"order": 3, "training": 12},
            "training = 12: a polynomial of order 3 in 2 coordinates has 10 terms and takes 13",
        ),
        ({"order": 0}, "order = 0: expected a whole number from 1 to 6"),
        ({"tolerance": 10.0 * u.s}, "tolerance"),
        ({"tolerance": 0.0 * u.m}, "tolerance"),
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": 0.9999}, "it takes the errors of 9999 runs"),
        ({"spread": -1.0}, "spread"),
    ],
)
def test_what_makes_no_expansion_is_refused(narrow, options, words):
    with pytest.raises(InputError, match=words):
        narrow.expand(**options)


def test_guided_landings_are_refused_with_the_reason(campaign):
    with pytest.raises(InputError, match="guided phases, whose ends jump by a guidance cycle"):
        ls.load_campaign("apollo11").expand()


@pytest.mark.slow
def test_an_event_as_rare_as_three_in_a_million_has_the_probability_of_its_closed_form(narrow):
    """The thrust itself, 4.5 sigma above its mean: exact runs and expanded ones know it as well as the normal law."""
    known = special.ndtr(-4.5)
    found = narrow.expand(order=2, spread=1.6).probability(
        lambda runs: runs[THRUST] - (265.8 + 4.5 * 1.3) * u.N, exact=600, n=160_000, confidence=0.999, seed=3
    )
    assert found.low < known < found.high
    assert found.expanded_low < known < found.expanded_high
    assert found.high / found.low < 2.5
    assert found.different == 0
    assert found.events > 100
    assert found.method == "subset simulation"


def test_an_event_in_words_of_yes_and_no_is_counted(narrow):
    found = narrow.expand(order=2).probability(lambda runs: runs["outcome"] == "impact", n=20_000, exact=400)
    assert found.method == "monte carlo"
    assert found.expanded_low < 0.5 < found.expanded_high
    assert found.low < 0.5 < found.high


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (lambda _: 1.0, "expected True or False for each"),
        (lambda runs: runs["nothing"], "no column is called"),
        (lambda runs: runs["latitude_deg"].value + 0j, "a real number"),
        (lambda runs: (runs["outcome"] == "impact").astype(int), "let it give True and False"),
        (lambda runs: np.where(runs["outcome"] == "impact", 1.0, 0.0), "let it give True and False"),
    ],
)
def test_events_that_say_nothing_of_each_run_are_refused(narrow, event, words):
    with pytest.raises(InputError, match=words):
        narrow.expand(order=1, training=40).probability(event)


def test_so_few_exact_runs_that_nothing_can_be_said_of_their_scatter_are_refused(narrow):
    with pytest.raises(InputError, match="exact = 1: expected 0, or 100 runs or more"):
        narrow.expand(order=1, training=40).probability(lambda runs: runs["outcome"] == "impact", exact=1)


class Known(Margins):
    """Margins in closed form, for which nothing is flown: of a standard normal number, and of the fault."""

    count = 0

    def expanded(self, uniforms):
        Known.count += len(uniforms)
        coordinates = self.runs.coordinates
        z = coordinates.of(uniforms)[:, np.flatnonzero(coordinates.unbounded)[0]]
        event: Any = self.event
        return event(z, coordinates.keys(uniforms) != 0)

    def exact(self, uniforms):
        return self.expanded(uniforms)

    def is_continuous(self):
        return True


def known_margins(campaign, event, p=0.01, seed=1):
    work = campaign.with_dispersions({**campaign.dispersions, FAULT: Probability(p)}).work(20_000, seed)
    return Known(ExpandedRuns(work, Coordinates(work), None), event)


def probability_of(margins, **arguments):
    return event_probability(
        margins, **{"n": 20_000, "exact": 0, "seed": 1, "confidence": 0.95, **arguments}, workers=1
    )


@pytest.mark.parametrize("nowhere", [np.nan, -1000.0])
def test_an_event_whose_margin_is_level_in_most_runs_is_counted(campaign, nowhere):
    margins = known_margins(campaign, lambda z, fault: np.where(fault, z + 0.2, nowhere))
    found = probability_of(margins)
    assert found.method == "monte carlo"
    assert 0.0 < found.low < 0.01 * special.ndtr(0.2) < found.high < 0.01
    assert found.doubt == ""


def test_what_is_never_seen_has_an_upper_bound_and_takes_no_more_runs_than_asked_for(campaign, monkeypatch):
    margins = known_margins(campaign, lambda z, _: z - 200.0)
    monkeypatch.setattr(Known, "count", 0)
    found = probability_of(margins)
    assert found.value == found.low == 0.0
    assert 1e-4 < found.high < 1e-3
    assert "no proof that it never happens" in found.doubt
    assert Known.count <= 20_000


def coverage(campaign, event, p, known, seeds):
    """Return in how many of some repetitions the 95 % interval of weighted exact runs holds the probability."""
    every = [probability_of(known_margins(campaign, event, p, seed), exact=1000, seed=seed) for seed in range(seeds)]
    assert all(0.0 < found.low < found.high <= 1.0 for found in every)
    return sum(found.low < known < found.high for found in every)


WITH_THE_FAULT = (lambda z, fault: np.where(fault, z - 0.5, np.nan), 0.01, 0.01 * special.ndtr(-0.5))
IN_TWO_WAYS = (
    lambda z, fault: np.where(fault, np.abs(z) - 1.0, z - 2.5),
    0.05,
    0.05 * 2.0 * special.ndtr(-1.0) + 0.95 * special.ndtr(-2.5),
)
FAR_OFF = (lambda z, fault: np.where(fault, z - 3.5, z - 5.0), 0.5, 0.5 * (special.ndtr(-3.5) + special.ndtr(-5.0)))


@pytest.mark.parametrize(
    ("event", "p", "known"),
    [WITH_THE_FAULT, *(pytest.param(*each, marks=pytest.mark.slow) for each in (IN_TWO_WAYS, FAR_OFF))],
)
def test_intervals_of_weighted_exact_runs_hold_the_probability_as_often_as_they_say(campaign, event, p, known):
    """Of 20 intervals of 95 %, fewer than 16 hold it once in four hundred times."""
    assert coverage(campaign, event, p, known, 20) >= 16


@pytest.mark.slow
@pytest.mark.parametrize(("event", "p", "known"), [WITH_THE_FAULT, IN_TWO_WAYS, FAR_OFF])
def test_of_two_hundred_intervals_of_weighted_exact_runs_nine_in_ten_hold_the_probability(campaign, event, p, known):
    assert coverage(campaign, event, p, known, 200) >= 180


def test_polynomials_are_found_again_from_their_values():
    generator = np.random.default_rng(1)
    places = generator.standard_normal((60, 3))
    x, y, z = places.T
    values = np.stack([1.0 + x * y * z - 2.0 * y**3, x - z * z], axis=1)
    found = fit(Basis.total(3, 3, (3, 3, 3)), places, values, np.full(2, 1e-9))
    others = generator.standard_normal((20, 3))
    x, y, z = others.T
    expected = np.stack([1.0 + x * y * z - 2.0 * y**3, x - z * z], axis=1)
    np.testing.assert_allclose(found.polynomials.at(others), expected, atol=1e-12)
    np.testing.assert_allclose(found.polynomials.highest_order().at(others)[:, 0], x * y * z - 2.0 * y**3, atol=1e-12)
    assert found.polynomials.basis.count < 20  # of the twenty terms, what is not there is left out


def test_the_error_at_a_place_left_out_is_that_of_a_fit_without_it():
    generator = np.random.default_rng(2)
    places, values = generator.standard_normal((30, 2)), generator.standard_normal((30, 1))
    basis, nothing = Basis.total(2, 2, (2, 2)), np.zeros(1)
    whole = fit(basis, places, values, nothing)
    for k in (0, 17):
        others = np.arange(30) != k
        without = fit(basis, places[others], values[others], nothing).polynomials.at(places[k : k + 1])
        np.testing.assert_allclose(whole.left_out[k], values[k] - without[0], rtol=1e-9)


def test_there_are_as_many_monomials_as_there_are_ways_to_choose_them():
    assert Basis.total(9, 2, (2,) * 9).count == 55
    assert Basis.total(9, 3, (3,) * 9).count == 220
    assert Basis.total(2, 3, (3, 1)).count == 7  # 1, x, y, x2, xy, x3, x2y: y is one of two values


def test_a_conformal_factor_covers_as_often_as_it_says():
    generator = np.random.default_rng(3)
    covered = []
    for _ in range(400):
        errors = np.abs(generator.standard_t(3, 100))
        covered.append(np.abs(generator.standard_t(3, 50)) <= conformal_factor(errors, np.ones(100), 0.9))
    assert 0.89 < np.mean(covered) < 0.93
    assert conformal_factor(np.ones(50), np.ones(50), 0.99) == np.inf


def test_the_scale_of_errors_follows_what_they_are_made_of():
    generator = np.random.default_rng(4)
    made_of = np.stack([np.ones(4000), generator.uniform(0.0, 9.0, 4000), generator.uniform(0.0, 1.0, 4000)], axis=1)
    true = np.array([0.5, 0.0, 20.0])
    errors = np.sqrt(made_of @ true) * generator.standard_normal(4000)
    weights = fitted_weights(np.abs(errors), made_of)
    ratio = scale_m(weights, made_of) / np.sqrt(made_of @ true)
    assert np.abs(ratio - 1.0).max() < 0.2


def test_coordinates_are_the_standard_numbers_of_the_inputs_and_the_switches_are_none(campaign):
    dispersions = {
        THRUST: Normal(265.8 * u.N, 1.3 * u.N),
        TIMER: TruncatedNormal(127 * u.s, 0.3 * u.s, 126.5 * u.s, 128 * u.s),
        "plan.0.ignition": Uniform(0 * u.s, 0.5 * u.s),
        FAULT: Probability(0.25),
        "craft.engine.specific_impulse": Discrete([310, 320] * u.s),
        ("plan.0.pitch_error", "plan.0.yaw_error"): Empirical(
            [[0.1, 0.2, 0.3, 0.5] * u.deg, [2.0, 4.0, 6.0, 10.0] * u.deg]
        ),
    }
    work = campaign.with_dispersions(dispersions).work(4000, 1)
    coordinates, uniforms = Coordinates(work), work.sampling.uniforms(1, 0, 4000, work.dimensions, 4000)
    found, values = coordinates.of(uniforms), work.values_of(uniforms)
    assert coordinates.size == 5  # yaw follows from pitch
    assert coordinates.powers[3:] == (1, 3)
    np.testing.assert_allclose(found[:, 0], (values[THRUST] - 265.8) / 1.3, atol=1e-9)
    np.testing.assert_allclose(np.abs(found[:, [1, 3, 4]]).mean(axis=0), 0.85, atol=0.15)
    np.testing.assert_allclose(found[:, 2], 4.0 * values["plan.0.ignition"] - 1.0, atol=1e-12)
    assert np.array_equal(coordinates.keys(uniforms), values[FAULT] != 0.0)
    assert coordinates.likeliest_keys() == [(0, 0.75), (1, 0.25)]


def test_the_likeliest_choices_of_many_switches_are_found_and_the_others_named(campaign):
    """Forty faults have a million million choices: the likeliest are that of none, and those of one of them."""
    work = campaign.with_dispersions({FAULT: Probability(0.01)}).work(1, 1)
    one = Coordinates(work).parts[0]
    coordinates = Coordinates(work)
    coordinates.__dict__["parts"] = tuple(
        replace(one, first=k, distribution=Probability(0.01 - 1e-4 * k)) for k in range(40)
    )
    keys, shares = zip(*coordinates.likeliest_keys(), strict=True)
    assert keys == (0, *(1 << k for k in range(15)))
    odds = (0.01 - 1e-4 * np.arange(15)) / (0.99 + 1e-4 * np.arange(15))
    np.testing.assert_allclose(np.divide(shares[1:], shares[0]), odds)
    options = Options(order=1, training=40, calibration=200, seed=0, spread=1.25, tolerance_m=10.0, confidence=0.99)
    training = Training(options=options, branches=(), exact=(), terms=1, flights=0, seconds=0.0)
    expansion = CampaignExpansion(campaign, training)
    expansion.__dict__["_coordinates"] = coordinates
    assert "of 1,099,511,627,776 choices of these the 16 likeliest are expanded; runs with another" in str(expansion)


def test_a_value_of_one_in_ten_thousand_has_a_coordinate_and_training_runs_of_its_own(campaign):
    dispersions = {
        TIMER: Normal(127 * u.s, 0.2 * u.s),
        THRUST: Discrete([270.0, 200.0] * u.N, [0.9999, 0.0001]),
        "plan.0.ignition": Empirical(np.append(np.zeros(9999), 20.0) * u.s),
    }
    work = campaign.with_dispersions(dispersions).work(1, 1)
    coordinates = Coordinates(work)
    drawn = work.values_of(next(coordinates.design(0, 64, 1.25, 0)))
    assert coordinates.powers[1:] == (1, 1)
    assert np.count_nonzero(drawn[THRUST] == 200.0) == 32
    seldom = np.array([[0.5, 0.5, 0.5], [0.5, 0.5, 1.0 - 1e-5]])
    common, late = coordinates.of(seldom)
    low, high = coordinates.box(coordinates.of(np.full((3, 3), 0.5)))
    assert np.all((low <= common) & (common <= high))
    assert late[2] > high[2]  # no training run had it: it is flown


def test_runs_with_a_seldom_value_end_as_the_exact_ones(narrow):
    """A thrust of 200 N, once in ten thousand runs, moves the impact by many kilometres."""
    seldom = Discrete([270.0, 200.0] * u.N, [0.9999, 0.0001])
    expansion = narrow.with_dispersions({**narrow.dispersions, THRUST: seldom}).expand(order=2)
    runs = expansion.work(100, 1)
    uniforms = np.full((40, runs.work.dimensions), 0.5)
    uniforms[:, 0], uniforms[:, 1] = 5e-5, np.linspace(0.05, 0.95, 40)
    expanded, exact = runs.columns_of(uniforms), runs.work.columns_of(uniforms)
    assert np.all(exact[THRUST] == 200.0)
    assert apart(expanded, exact).max() < 10.0


def test_a_training_design_has_the_switches_that_it_is_for_and_is_as_wide_as_asked(campaign):
    pair = JointNormal((0.0 * u.m, 0.0 * u.m), [[4.0, 1.0], [1.0, 1.0]])
    work = campaign.with_dispersions({("state.radial", "state.normal"): pair, FAULT: Probability(0.001)}).work(1, 1)
    coordinates = Coordinates(work)
    for key in (0, 1):
        uniforms = next(coordinates.design(key, 512, 1.5, 0))
        assert np.all(coordinates.keys(uniforms) == key)
        np.testing.assert_allclose(coordinates.of(uniforms).std(axis=0), 1.5, rtol=0.03)


@pytest.mark.parametrize(
    ("margin", "known"),
    [
        (lambda z: z[:, 0] - 4.0, special.ndtr(-4.0)),
        (lambda z: np.abs(z[:, 1]) - 4.0, 2.0 * special.ndtr(-4.0)),
        (lambda z: np.sum(z * z, axis=1) - 30.0, special.gammaincc(1.5, 15.0)),
        (lambda z: np.where(z[:, 2] > 0.0, z[:, 0] - 3.0, np.nan), 0.5 * special.ndtr(-3.0)),
    ],
)
def test_subset_simulation_finds_probabilities_with_a_closed_form(margin, known):
    values = [subset_simulation(margin, 3, samples=2000, seed=seed).value for seed in range(12)]
    error = np.std(values, ddof=1) / np.sqrt(12)
    assert abs(np.mean(values) - known) < 4.0 * error
    assert error < 0.3 * known


def test_a_mixture_about_samples_is_a_density_and_its_weights_have_the_mean_one():
    samples = np.random.default_rng(1).standard_normal((500, 2)) * [0.3, 0.5] + [3.0, -1.0]
    mixture = NormalMixture.about(samples, seed=2)
    drawn = mixture.draw(20_000, seed=3)
    weights = np.exp(log_standard(drawn) - mixture.log_density(drawn))
    assert weights.max() < 10.001  # a tenth of the mixture is the standard normal distribution itself
    assert abs(weights.mean() - 1.0) < 5.0 * weights.std() / np.sqrt(weights.size)
    assert np.mean(np.linalg.norm(drawn - [3.0, -1.0], axis=1) < 2.0) > 0.8


def test_subset_simulation_gives_nothing_for_what_cannot_happen():
    found = subset_simulation(lambda z: np.full(len(z), np.nan), 2, samples=200, seed=1)
    assert found.value == 0.0
    assert not found.reached
    assert len(found.samples) == 0


def test_a_subset_simulation_asks_for_no_more_margins_than_it_may():
    found = subset_simulation(lambda z: z[:, 0] - 40.0, 2, samples=200, most=1000, seed=1)
    assert not found.reached
    assert 800 <= found.evaluations <= 1000
