"""Campaigns over missions: what is solved for in each run, what is put on top of it, and that runs are repeatable."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from command_line import here
from random_flights import EPOCH, MPS
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign.inputs.paths import is_of_start

R, GM = constants.MOON_RADIUS_M, constants.GM_MOON_M3_S2
POINT = ls.Moon(gravity=ls.GravityField.grail(degree=0), third_bodies=())
SHARP = ls.Engine(thrust=1e6 * u.N, specific_impulse=3000 * u.s)  # so that a burn lasts less than 0.1 s
SIGMA_M, SIGMA_MPS = 20.0, 0.05
INJECTION = {
    "state.transverse": ls.Normal(0 * u.m, SIGMA_M * u.m),
    "state.transverse_rate": ls.Normal(0 * MPS, SIGMA_MPS * MPS),
}
POINTING = {"craft.engine.misalignment_pitch": ls.Normal(0 * u.deg, 1 * u.deg)}
FREE = {"plan.0.target_delta_v": (1 * MPS, 40 * MPS)}


def burn_at(minutes, size_mps, name):
    return ls.Burn(ignition=EPOCH + minutes * u.min, target_delta_v=size_mps * MPS, timer=10 * u.s, name=name)


@pytest.fixture(scope="module")
def mission():
    """A craft on 100 x 500 km about a point mass; it brakes by 10 m/s, and then to a perilune of 60 km."""
    low, high = R + 1e5, R + 5e5
    speed = np.sqrt(2.0 * GM * high / (low * (low + high)))
    state = ls.State([low, 0, 0] * u.m, [0, 0, speed] * MPS, EPOCH)
    craft = ls.Spacecraft(dry_mass=900 * u.kg, propellant_mass=100 * u.kg, engine=SHARP)
    first = ls.Scenario(name="first", state=state, craft=craft, moon=POINT, plan=(burn_at(30, 10, "one"),))
    second = replace(first, name="second", plan=(burn_at(60, 5, "two"), ls.Coast(duration=10 * u.min)))
    links = (ls.Link(scenario=first), ls.Link(scenario=second, vary=FREE, reach=(ls.Goal("perilune", 60 * u.km),)))
    return ls.Mission(name="chain", links=links)


@pytest.fixture(scope="module")
def campaign(mission):
    return ls.MissionCampaign(mission, {"first": INJECTION, "second": POINTING})


@pytest.fixture(scope="module")
def result(campaign):
    return campaign.run(5, seed=7)


def same(columns, result, runs):
    return all(np.array_equal(columns[name], result.column(name)[runs], equal_nan=True) for name in columns)


def test_a_run_has_the_same_bits_alone_in_any_chunk_and_on_any_worker(campaign, result):
    work = campaign.work(5, 7)
    assert same(work(3, 1), result, slice(3, 4))
    with ThreadPoolExecutor(2) as pool:
        again = campaign.run(5, seed=7, chunk_size=2, executor=pool)
    assert same({name: again.column(name) for name in again.dataset.data_vars}, result, slice(None))
    assert not same(campaign.work(5, 8)(3, 1), result, slice(3, 4))


def test_runs_are_stored_and_resumed_with_the_same_bits(campaign, result, tmp_path):
    campaign.run(3, seed=7, chunk_size=1, out=tmp_path / "store")
    longer = campaign.run(5, seed=7, chunk_size=1, out=tmp_path / "store", resume=True)
    assert same({name: longer.column(name) for name in longer.dataset.data_vars}, result, slice(None))
    assert campaign.open(tmp_path / "store").runs == 5
    other = replace(campaign, dispersions={"first": INJECTION})
    with pytest.raises(ls.InputError, match=r"do not belong into this store"):
        other.open(tmp_path / "store")


def test_a_run_without_errors_is_the_nominal_mission(mission):
    nothing = {"state.transverse": ls.Discrete((0 * u.m,))}
    campaign = ls.MissionCampaign(mission, {"first": nothing})
    assert campaign.rerun(3, seed=1) == ls.fly_mission(mission)


def test_what_is_known_is_solved_for_and_errors_of_execution_are_not(mission, result):
    known = ls.MissionCampaign(mission, {"first": INJECTION}).run(4, seed=7)
    reached_m = known.column("links.1.perilune at the end") - 60e3
    assert np.ptp(known.column("links.1.plan.0.target_delta_v")) > 1e-3
    assert np.all(np.abs(reached_m) <= 0.1)  # the tolerance of the goal
    assert np.ptp(result.column("links.1.perilune at the end")) > 1.0  # the burn was off its direction


def test_a_link_ends_when_the_nominal_one_does_whatever_its_burn_comes_to(mission):
    slow = replace(mission.links[1].scenario.craft, engine=replace(SHARP, thrust=2e3 * u.N))
    links = [replace(link, scenario=replace(link.scenario, craft=slow)) for link in mission.links]
    wide = {"state.transverse_rate": ls.Normal(0 * MPS, 5 * MPS)}
    runs = ls.MissionCampaign(replace(mission, links=tuple(links)), {"first": wide}).run(3, seed=7)
    assert np.ptp(runs.column("links.1.delta_v_mps")) > 0.02  # m/s, each of which takes half a second
    assert np.ptp(runs.column("links.1.end_s")) < 1e-6


def test_the_first_link_flies_its_nominal_numbers_from_the_states_that_were_drawn(mission, campaign, result):
    flown = campaign.rerun(4, seed=7)
    drawn = {name: float(result.column(f"links.0.{name}")[4]) for name in INJECTION}
    alone = ls.simulate(ls.campaign.edited(mission.links[0].scenario, drawn), integrator="collocation")
    assert np.array_equal(alone.outcome.state.position, flown.flights[0].outcome.state.position)
    assert flown.burns[1].delta_v.value == result.column("links.1.delta_v_mps")[4]


def end(along_m, faster_mps, second_mps):
    """Where the craft is after 70 min about a point mass with impulses against its velocity, by scipy: x and z (m)."""
    low, high = R + 1e5, R + 5e5
    y = np.array([low, along_m, 0.0, np.sqrt(2.0 * GM * high / (low * (low + high))) + faster_mps])
    for begins_s, ends_s, brakes_mps in ((0.0, 1800.0, 10.0), (1800.0, 3600.0, second_mps), (3600.0, 4200.0, 0.0)):
        fall = lambda _, y: [y[2], y[3], *(-GM * y[:2] / np.hypot(*y[:2]) ** 3)]  # noqa: E731
        y = solve_ivp(fall, (begins_s, ends_s), y, method="DOP853", rtol=1e-12, atol=1e-9).y[:, -1]
        y[2:] *= 1.0 - brakes_mps / np.hypot(*y[2:])
    return y[:2]


def test_a_small_error_grows_as_the_derivatives_of_another_integration_say(mission):
    """Without a search to answer it, errors at the start go through both burns to the end."""
    unanswered = {"second": ls.Retargeting()}
    runs = ls.MissionCampaign(mission, {"first": INJECTION}, unanswered).run(6, seed=3)
    size = runs.campaign.nominal.legs[1].flight.burns[0].delta_v.value
    assert size == pytest.approx(3.79, abs=0.1)  # found, and not the 5 m/s of the first guess
    assert np.ptp(runs.column("links.1.delta_v_mps")) < 1e-9
    steps = ((SIGMA_M, 0.0), (0.0, SIGMA_MPS))
    columns = [(end(a, b, size) - end(-a, -b, size)) / (2.0 * (a + b)) for a, b in steps]
    slopes = np.column_stack(columns)
    expected = slopes @ runs.covariance(*(f"links.0.{name}" for name in INJECTION)) @ slopes.T
    assert runs.covariance("end.x_m", "end.z_m") == pytest.approx(expected, rel=1e-3)


def test_a_burn_that_cannot_reach_its_goal_is_a_failed_run_with_a_reason(mission):
    first, second = mission.links
    bounds = {"plan.0.target_delta_v": (3.7 * MPS, 3.85 * MPS)}
    scenario = ls.with_values(second.scenario, {"plan.0.target_delta_v": 3.8 * MPS})
    tight = replace(mission, links=(first, replace(second, scenario=scenario, vary=bounds)))
    wide = {"state.transverse_rate": ls.Normal(0 * MPS, 5 * MPS)}
    runs = ls.MissionCampaign(tight, {"first": wide}).run(4, seed=7)
    failed = ~runs.where()
    assert 0 < failed.sum() < 4
    assert runs.failures() == {
        "link 'second': the search found no numbers between the bounds that reach the goals": int(failed.sum())
    }
    assert np.all(np.isnan(runs.column("end.x_m")) == failed)
    assert np.all(np.isfinite(runs.column("links.0.delta_v_mps")))  # the first link was flown
    assert runs.rates()["failed"].count == failed.sum()
    with pytest.raises(ls.TargetingError, match=r"link 'second': no values were found"):
        runs.rerun(int(np.flatnonzero(failed)[0]))


def test_a_late_ignition_leaves_the_end_of_its_link_where_it_was(mission):
    late = {"plan.0.ignition": ls.Normal(0 * u.s, 30 * u.s)}
    runs = ls.MissionCampaign(mission, {"second": late}).run(3, seed=2)
    assert np.ptp(runs.column("links.1.plan.0.ignition")) > 5.0
    assert np.ptp(runs.column("end_s")) < 1e-6


@pytest.mark.parametrize("name", ["state.transverse_rate", "orbit.apolune", "earth_orbit.apogee"])
def test_what_scatters_at_the_start_is_known_before_a_burn_is_computed(name):
    assert is_of_start(name)
    assert not is_of_start("craft.engine.thrust_error")
    assert not is_of_start("plan.0.ignition")


def test_a_run_that_comes_to_the_ground_is_an_outcome(mission):
    slow = {"state.transverse_rate": ls.Uniform(-200 * MPS, 0 * MPS)}
    runs = ls.MissionCampaign(mission, {"first": slow}, {"second": ls.Retargeting()}).run(8, seed=1)
    fell = runs.column("links_flown") == 1
    assert 0 < fell.sum() < 8
    assert np.all(runs.where("impact")[fell])
    assert np.all(runs.where())  # none has failed
    assert np.all(np.isfinite(runs.column("end.latitude_deg")))


def test_a_place_is_where_the_nominal_mission_is(mission):
    size = {"plan.0.target_delta_v": (0.1 * MPS, 40 * MPS), "plan.0.pitch_error": (-90 * u.deg, 90 * u.deg)}
    free = {**size, "plan.0.yaw_error": (-90 * u.deg, 90 * u.deg)}
    place = EPOCH + 58 * u.min
    again = {"first": ls.Retargeting(vary=free, place=place, tolerance=1 * u.m), "second": ls.Retargeting()}
    small = {"state.transverse_rate": ls.Normal(0 * MPS, 0.2 * MPS), "state.normal_rate": ls.Normal(0 * MPS, 0.2 * MPS)}
    campaign = ls.MissionCampaign(mission, {"first": small}, again)
    work = campaign.work(2, 1)
    there = campaign.nominal.at(place).at(place).position
    for values in work.values(0, 2):
        run = work.run_of(values)
        assert run.failure.value == "flown"
        off = run.legs[1].flight.at(place).position - there
        assert np.all(np.abs(off) < 1 * u.m)
        assert run.found[0]["plan.0.yaw_error"] != 0.0


def test_a_campaign_may_end_before_its_mission(mission):
    runs = ls.MissionCampaign(mission, {"first": INJECTION}, until="first").run(3, seed=7)
    assert np.all(runs.column("links_flown") == 1)
    assert np.allclose(runs.column("end_s"), 1800.0, atol=0.1)


def test_the_dispersion_that_drives_a_number_is_told(campaign):
    result = campaign.run(8, seed=7)
    effects = result.tornado("links.1.perilune at the end").effects
    assert effects[0].name == "links.1.craft.engine.misalignment_pitch"
    table = result.table()
    row = table[table["column"] == "links.1.delta_v_mps"][0]
    assert row["50 %"] == pytest.approx(result.quantiles("links.1.delta_v_mps")[1].value)


@pytest.mark.parametrize(
    ("dispersions", "retargetings", "message"),
    [
        ({"third": INJECTION}, {}, "dispersions: the mission has no link 'third'"),
        ({"first": INJECTION}, {"frist": ls.Retargeting()}, "retargetings: the mission has no link 'frist'.*first"),
        ({"second": {"plan.7.timer": ls.Normal(1 * u.s, 1 * u.s)}}, {}, "link 'second': path 'plan.7.timer'"),
        ({"second": {"plan.0.target_delta_v": ls.Normal(5 * MPS, 1 * MPS)}}, {}, "is dispersed, and it is solved for"),
        ({"second": {"craft.engine.thrust": ls.Normal(5 * MPS, 1 * MPS)}}, {}, "link 'second': craft.engine.thrust"),
        ({}, {}, "dispersions is empty"),
    ],
)
def test_what_cannot_scatter_is_refused(mission, dispersions, retargetings, message):
    with pytest.raises(ls.InputError, match=message):
        ls.MissionCampaign(mission, dispersions, retargetings)


def test_goals_that_no_run_could_answer_are_refused(mission):
    with pytest.raises(ls.InputError, match=r"1 numbers in vary and a place, which is three goals"):
        ls.Retargeting(vary=FREE, place=EPOCH)
    angles = {f"plan.0.{name}_error": (-1 * u.deg, 1 * u.deg) for name in ("pitch", "yaw")}
    early = {"first": ls.Retargeting(vary={**FREE, **angles}, place=EPOCH)}
    with pytest.raises(ls.InputError, match=r"link 'first': place = .*after the link begins"):
        ls.MissionCampaign(mission, {"first": INJECTION}, early).work(1, 1)
    no_goal = {"first": ls.Retargeting(vary=FREE)}
    with pytest.raises(ls.InputError, match=r"link 'first': .*neither it nor the link a goal"):
        ls.MissionCampaign(mission, {"first": INJECTION}, no_goal).work(1, 1)


FILE = """
name = "two-burns"
[orbit]
perilune = "100 km"
apolune = "500 km"
inclination = "90 deg"
node_longitude = "10 deg"
argument_of_perilune = "0 deg"
true_anomaly = "0 deg"
epoch = "2023-08-19T10:00:00 UTC"
[craft]
dry_mass = "900 kg"
propellant_mass = "100 kg"
[craft.engine]
thrust = "10 kN"
specific_impulse = "300 s"
[moon]
gravity_degree = 0
third_bodies = []

[[links]]
name = "down"
[links.vary]
"craft.engine.thrust" = ["9 kN", "11 kN"] # found, as of a burn whose duration was printed
[[links.plan]]
type = "burn"
name = "lowering"
ignition = "2023-08-19T11:00:00 UTC"
target_delta_v = "100 km/s"
timer = "1 s"
[[links.reach]]
perilune = "55 km"
tolerance = "1 m"

[[links]]
name = "on"
[[links.plan]]
type = "coast"
duration = "10 min"

[[dispersions]]
link = "down"
distribution = "normal"
path = "state.transverse_rate"
sigma = { value = "1 m/s", status = "assumed", note = "a guess" }

[[retargeting]]
link = "down"
vary = { "plan.0.timer" = ["0.1 s", "3 s"] }
"""


@pytest.fixture
def file(tmp_path):
    def write(*changes):
        text = FILE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "two-burns.toml"
        path.write_text(text)
        return path

    return write


def test_a_file_says_what_scatters_and_what_runs_solve_for(file):
    campaign = ls.load_mission_campaign(file())
    scatter = campaign.dispersions["down"]["state.transverse_rate"]
    assert isinstance(scatter, ls.Normal)
    assert scatter.sigma == 1 * MPS
    again = campaign.retargetings["down"]
    assert [bound.value for bound in again.vary["plan.0.timer"]] == [0.1, 3.0]
    runs = campaign.run(3, seed=1)
    assert "links.0.craft.engine.thrust" not in runs.dataset
    assert np.ptp(runs.column("links.0.plan.0.timer")) > 0.0
    assert np.all(np.abs(runs.column("links.0.perilune at the end") - 55e3) <= 1.0)
    ends_s = runs.column("links.0.end_s")  # no coast follows the burn in its link, so that it ends with it
    assert ends_s - runs.column("links.0.plan.0.timer") == pytest.approx(3600.0, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('link = "down"\ndistribution', 'link = "dawn"\ndistribution'), r"dispersions.0.link = 'dawn'.*'down'"),
        (("sigma =", "sigmo ="), "dispersions.0.sigmo"),
        (('"state.transverse_rate"', '"state.transverse_rat"'), "state.transverse_rat"),
        (("vary = {", "varied = {"), "retargeting.0.varied: there is no such key"),
        (('[[retargeting]]\nlink = "down"', "[[retargeting]]"), "retargeting.0.link: this key is missing"),
        (('"plan.0.timer" = ["0.1 s", "3 s"] }', '"plan.0.timer" = ["0.1 s", "3 s"] }\nplace = "now"'), "place"),
    ],
)
def test_a_file_whose_campaign_is_none_is_refused(file, change, message):
    with pytest.raises(ls.ScenarioError, match=message):
        ls.load_mission_campaign(file(change))


def test_a_mission_that_disperses_nothing_is_no_campaign():
    with pytest.raises(ls.ScenarioError, match=r"nothing is dispersed"):
        ls.load_mission_campaign("chandrayaan3-mission")


def test_one_command_flies_a_campaign_over_a_mission(file, tmp_path):
    done = here("campaign", str(file()), "-n", "2", "--workers", "1", "--json", cwd=tmp_path)
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert told["runs"] == 2
    assert told["outcomes"] == {"in orbit": 2}
    timer = told["columns"]["links.0.plan.0.timer"]
    assert timer["5 %"] <= timer["50 %"] <= timer["95 %"]
    left = tmp_path / "two-burns-campaign"
    assert {"summary.json", "runs.ecsv", "statistics.ecsv", "manifest.json"} <= {path.name for path in left.iterdir()}
    assert ls.load_mission_campaign(file()).open(left).runs == 2
    (left / "chunks" / sorted(path.name for path in (left / "chunks").iterdir())[-1]).unlink()
    again = here("campaign", str(file()), "--resume", "--workers", "2", "--json", cwd=tmp_path)  # as it was begun
    assert again.status == 0, again.err
    assert json.loads(again.out)["columns"] == told["columns"]


def test_what_only_campaigns_of_scenarios_have_is_refused(file, tmp_path):
    done = here("campaign", str(file()), "--expansion", cwd=tmp_path)
    assert done.status != 0
    assert "--expansion: " in done.err
    done = here("campaign", "luna25", "--until", "trim", cwd=tmp_path)
    assert done.status != 0
    assert "'luna25' is no mission" in " ".join(done.err.split())
    done = here("campaign", str(file()), "--until", "dawn", cwd=tmp_path)
    assert done.status != 0
    assert "until: the mission has no link 'dawn'" in " ".join(done.err.split())


@pytest.mark.slow
def test_luna25s_errors_of_injection_are_taken_out_by_its_corrections():
    campaign = ls.load_mission_campaign("luna25-mission")
    runs = replace(campaign, until=campaign.mission.links[1].name).run(4, seed=1)
    assert np.all(runs.where())
    assert np.ptp(runs.column("links.0.delta_v_mps")) > 1.0  # m/s of injection take m/s of a correction
    # what is left is the execution of the second correction, 2 days before: 4 m/s by 0.2 deg are 2 km
    assert np.ptp(runs.column("links.1.perilune at the end")) < 20e3
