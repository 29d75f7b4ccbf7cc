"""What would have been: numbers of a scenario set by their paths, and the flight compared with what it was."""

import json
from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from command_line import here
from landing_example import landing
from random_flights import EPOCH, MOON, MPS

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import dispersible, edited, nominal, settable
from lunarsim.inquiry.counterfactual import Difference

CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
)


@pytest.fixture
def scenario():
    state = ls.State([constants.MOON_RADIUS_M + 1e5, 0, 0] * u.m, [0, 1650, 0] * MPS, EPOCH)
    burn = ls.Burn(ignition=EPOCH + 10 * u.s, target_delta_v=20 * MPS, timer=40 * u.s, name="trim")
    plan = (burn, ls.Coast(duration=200 * u.s))
    return ls.Scenario(name="burn", state=state, craft=CRAFT, moon=MOON, plan=plan, faults=(ls.AccelerometerOff(),))


def test_a_number_is_set_by_its_path_and_all_else_is_kept(scenario):
    changed = ls.with_values(scenario, {"plan.0.timer": 0.5 * u.min, "craft.engine.thrust": 2 * u.kN})
    assert changed.plan[0].timer == 30 * u.s
    assert changed.craft.engine.thrust == 2000 * u.N
    back = ls.with_values(changed, {"plan.0.timer": 40 * u.s, "craft.engine.thrust": 3 * u.kN})
    assert back == scenario
    assert scenario.plan[0].timer == 40 * u.s


def test_what_a_campaign_disperses_is_set_by_the_same_paths_to_the_same(scenario):
    sound = scenario.without_faults()  # a fault sets what its sensor would have
    for name, path in dispersible(sound).items():
        if path.name != "craft.accelerometer.powered":
            value = 0.9995 * nominal(sound, name).value + 0.01 * path.offset
            given = float(value) if path.unit == u.one else value * path.unit
            assert ls.with_values(sound, {name: given}) == edited(sound, {name: value}), name


def test_every_declared_number_of_a_landing_can_be_set(scenario):
    known = settable(landing())
    for name in (
        "plan.0.max_duration",
        "plan.0.guidance.time_to_go",
        "plan.1.guidance.target_altitude_rate",
        "craft.engine.min_throttle",
        "craft.navigation.altitude",
        "craft.slew_rate",
    ):
        assert name in known
    changed = ls.with_values(landing(), {"plan.1.max_duration": 99 * u.s, "craft.engine.throttle_rate": 0.3 / u.s})
    assert changed.plan[1].max_duration == 99 * u.s
    assert changed.craft.engine.throttle_rate == 0.3 / u.s
    assert "faults.accelerometer off.onset" in settable(scenario)


def test_times_are_set_as_times_or_as_offsets(scenario):
    later = ls.with_values(scenario, {"plan.0.ignition": EPOCH + 13 * u.s})
    assert later == ls.with_values(scenario, {"plan.0.ignition": 3 * u.s})
    assert (later.plan[0].ignition - EPOCH).to_value(u.s) == pytest.approx(13.0, abs=1e-6)


def test_a_fault_is_taken_out_or_begins_at_another_time(scenario):
    assert ls.with_values(scenario, {"faults.accelerometer off": False}).faults == ()
    late = ls.with_values(scenario, {"faults.accelerometer off.onset": 12 * u.s})
    assert late.faults == (ls.AccelerometerOff(onset=12 * u.s),)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"plan.0.tmer": 1 * u.s},
            r"path 'plan.0.tmer': the scenario 'burn' has no such number; did you mean 'plan.0.timer'",
        ),
        ({"plan.0.timer": 1 * u.m}, r"plan.0.timer = 1.0 m is of the wrong dimension: expected a time span"),
        ({"plan.0.timer": 1.0}, r"plan.0.timer = 1.0 has no unit"),
        ({"plan.0.timer": -1 * u.s}, r"plan.0.timer = -1.0 s: expected from 1e-06 s"),
        ({"plan.0.timer": EPOCH}, r"plan.0.timer = .*: expected a quantity such as 1 s, not a time"),
        ({"faults.accelerometer off": 3}, r"faults.accelerometer off = 3: expected True or False"),
        (
            {"craft.accelerometer.powered": True},
            r"craft.accelerometer.powered is set, and the scenario's fault 'accelerometer off' sets it too: take",
        ),
        (
            {"craft.accelerometer.powered": False},
            r"craft.accelerometer.powered is set, and the scenario's fault 'accelerometer off' sets it too: take",
        ),
    ],
)
def test_what_cannot_be_set_is_an_error_that_names_the_path(scenario, values, message):
    with pytest.raises(ls.InputError, match=message):
        ls.with_values(scenario, values)


def test_a_shorter_timer_shortens_the_burn_and_the_differences_say_so(scenario):
    asked = ls.what_if(scenario, {"plan.0.timer": 25 * u.s})
    told = {row.name: row for row in asked.differences}
    assert told["duration of trim"].change.to_value(u.s) == pytest.approx(-15.0, abs=1e-9)
    flow = 3e3 / (320 * constants.STANDARD_GRAVITY_MPS2)
    assert told["propellant left"].change.to_value(u.kg) == pytest.approx(15.0 * flow, abs=1e-9)
    assert "outcome" not in told  # both are in orbit
    assert asked.base.scenario == scenario


def test_a_flight_that_comes_out_otherwise_says_so_first(scenario):
    dive = replace(scenario, plan=(replace(scenario.plan[0], timer=200 * u.s), ls.Coast(duration=1 * u.h)))
    asked = ls.what_if(dive, {"faults.accelerometer off": False})
    assert str(asked.differences[0]) == "outcome: impact -> in orbit"
    assert asked.differences[1].name == "end"


def test_the_same_value_makes_no_difference(scenario):
    assert ls.what_if(scenario, {"plan.0.timer": 40 * u.s}).differences == ()
    assert "nothing differs" in str(ls.what_if(scenario, {"plan.0.timer": 40 * u.s}))


def test_burns_of_one_name_are_told_apart(scenario):
    first = scenario.plan[0]
    plan = (first, replace(first, ignition=EPOCH + 100 * u.s), ls.Coast(duration=200 * u.s))
    told = {row.name: row for row in ls.what_if(replace(scenario, plan=plan), {"plan.0.timer": 25 * u.s}).differences}
    assert told["duration of trim (1)"].change.to_value(u.s) == pytest.approx(-15.0, abs=1e-9)
    assert "duration of trim (2)" not in told  # its timer is as it was
    assert "delta-v of trim (2)" in told  # the craft is heavier there


def test_open_orbits_differ_in_nothing_that_is_infinite(scenario):
    fast = replace(scenario, plan=(replace(scenario.plan[0], timer=1 * u.s), ls.Coast(duration=60 * u.s)))
    fast = ls.with_values(fast, {"state.transverse_rate": 1500 * MPS})
    told = {row.name: row for row in ls.what_if(fast, {"plan.0.timer": 2 * u.s}).differences}
    assert "delta-v of trim" in told
    assert not any(name.startswith("apolune") for name in told)  # both have none
    closed = {row.name: row for row in ls.what_if(fast, {"state.transverse_rate": -1500 * MPS}).differences}
    assert closed["apolune after trim"].change is None
    assert "inf" in str(closed["apolune after trim"])


def test_longitudes_differ_by_the_shorter_way_round():
    row = Difference("longitude at the end", 350 * u.deg, 10 * u.deg)
    assert row.change.to_value(u.deg) == pytest.approx(20.0)
    assert Difference("longitude at the end", 10 * u.deg, 350 * u.deg).change.to_value(u.deg) == pytest.approx(-20.0)


def test_only_two_ends_on_the_ground_have_a_distance_along_it(scenario):
    dive = replace(scenario, plan=(replace(scenario.plan[0], timer=200 * u.s), ls.Coast(duration=1 * u.h)))
    names = [row.name for row in ls.what_if(dive, {"faults.accelerometer off": False}).differences]
    assert not any(name.startswith("distance") for name in names)  # one is in orbit
    asked = ls.what_if(dive, {"plan.0.timer": 199 * u.s})
    ends = asked.base.outcome, asked.changed.outcome
    assert all(type(end) is ls.Impact for end in ends)
    there, away = (end.distance_to(ls.Site(latitude=0 * u.deg, longitude=0 * u.deg)) for end in ends)
    apart = next(row for row in asked.differences if row.name.startswith("distance")).change
    assert abs(there - away) <= apart <= there + away  # of a triangle


def test_nothing_set_is_said(scenario):
    assert str(ls.what_if(scenario, {})) == "burn with nothing set:\n  nothing differs"


@pytest.mark.slow
def test_the_command_prints_both_flights_as_run_does(tmp_path):
    asked = here("whatif", "luna25", "--set", "plan.0.timer=95 s", "--json", "--out", "asked", cwd=tmp_path)
    assert asked.status == 0, asked.err
    both = json.loads(asked.out)
    assert set(both) == {"base", "changed"}
    run = json.loads(here("run", "luna25", "--json", "--out", "run", cwd=tmp_path).out)
    assert both["base"] == run
    assert set(both["changed"]) == set(run)
    assert both["changed"]["flown"]["burn"]["duration_s"] == pytest.approx(95.0, abs=1e-9)
    assert both["changed"]["flown"]["impact"] is None
    told = " ".join(asked.err.split())
    assert told.index("outcome impact in orbit") < told.index("duration of")
    assert (tmp_path / "asked" / "summary.json").exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("plan.0.tmer=95 s", "--set: path 'plan.0.tmer': the scenario 'luna25' has no such number; did you mean"),
        ("plan.0.timer=95", "--set plan.0.timer: '95' has no unit: write e.g. '95 s'"),
        ("plan.0.timer", "--set 'plan.0.timer': expected PATH=VALUE, as in plan.0.timer='95 s'"),
        ("craft.engine.thrust_error=much", "--set craft.engine.thrust_error = 'much': expected a number, such as 0.5"),
        ("faults.accelerometer off=maybe", "--set faults.accelerometer off: 'maybe': expected true or false"),
        ("plan.0.ignition=2023-08-19T10:00:00 UTC", "before what precedes it ends"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_that_names_the_option(tmp_path, given, message):
    done = here("whatif", "luna25", "--set", given, cwd=tmp_path)
    assert done.status == 2
    assert message in " ".join(done.err.split())
    assert not (tmp_path / "luna25-whatif").exists()


def test_a_time_is_set_on_the_command_line_too(tmp_path):
    from lunarsim.cli.settings import settings_of  # noqa: PLC0415

    values = settings_of(ls.load_scenario("luna25"), ["plan.0.ignition=2023-08-19T11:10:05 UTC"])
    assert values["plan.0.ignition"] == Time("2023-08-19T11:10:05", scale="utc")
    assert np.all(settings_of(ls.load_scenario("luna25"), ["plan.0.ignition=5 s"])["plan.0.ignition"] == 5 * u.s)
