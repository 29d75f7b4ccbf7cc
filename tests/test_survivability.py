"""Where the outcome of a flight changes, and what it costs: against closed forms and single flights."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from command_line import here
from random_flights import EPOCH, MOON, MPS

import lunarsim as ls
from lunarsim import constants, plots
from lunarsim.inquiry.varied_flights import flown_on

EXHAUST_MPS = 320 * constants.STANDARD_GRAVITY_MPS2
CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
)
FLOW_KG_S = 3e3 / EXHAUST_MPS


def delta_v_mps(lasts_s):
    return EXHAUST_MPS * np.log(1500.0 / (1500.0 - FLOW_KG_S * lasts_s))


def scenario(*faults):
    """A burn against the velocity from a circular orbit of 60 km over a point mass."""
    radius_m = constants.MOON_RADIUS_M + 6e4
    speed = np.sqrt(constants.GM_MOON_M3_S2 / radius_m)
    state = ls.State([radius_m, 0, 0] * u.m, [0, speed * np.cos(0.4), speed * np.sin(0.4)] * MPS, EPOCH)
    burn = ls.Burn(ignition=EPOCH + 1 * u.s, target_delta_v=8 * MPS, timer=30 * u.s, name="trim")
    plan = (burn, ls.Coast(duration=10 * u.s))
    return ls.Scenario(name="burn", state=state, craft=CRAFT, moon=MOON, plan=plan, faults=faults)


def flown(one, **values):
    return ls.simulate(flown_on(ls.with_values(one, {"plan.0.timer": values["timer"]}), 1.0))


@pytest.fixture(scope="module")
def found():
    return ls.survivability(scenario(ls.AccelerometerOff()), "plan.0.timer", 2 * u.s, 20 * u.s, tolerance=1e-3 * u.s)


def test_over_a_point_mass_the_boundary_is_the_burn_that_lowers_the_perilune_to_the_ground(found):
    (boundary,) = found.boundaries
    assert (boundary.below, boundary.above) == ("in orbit", "impact")
    assert (boundary.high - boundary.low).to_value(u.s) <= 1e-3
    one = scenario(ls.AccelerometerOff())
    above, below = flown(one, timer=boundary.low), flown(one, timer=boundary.high)
    assert type(above.outcome) is ls.InOrbit
    assert type(below.outcome) is ls.Impact
    heights = [flight.burns[0].after.perilune.to_value(u.m) for flight in (above, below)]
    assert heights[0] > 0.0 > heights[1]
    assert heights[0] - heights[1] < 10.0  # 1 ms of burn is 2 mm/s, and 1 m/s some 4 km


def test_each_value_of_the_grid_ends_as_its_flight_does(found):
    one = scenario(ls.AccelerometerOff())
    for k in (0, 15, 16, 32):
        flight = flown(one, timer=found.values[k])
        assert found.survives[k] == (type(flight.outcome) is ls.InOrbit)
        assert (found.outcomes[k] == "impact") == (not found.survives[k])


def test_the_mission_without_faults_pays_what_a_timer_takes_from_its_burn(found):
    planned = 8.0
    short = [max(0.0, planned - delta_v_mps(t)) for t in found.values.to_value(u.s)]
    assert found.nominal_shortfall.to_value(MPS) == pytest.approx(short, abs=1e-5)
    assert set(found.nominal_outcomes) == {"in orbit"}


def test_an_outcome_that_lies_between_two_values_of_the_grid_is_found():
    coarse = ls.survivability(ls.load_scenario("luna25"), "plan.0.timer", 10 * u.s, 130 * u.s, points=2)
    assert [(each.below, each.above) for each in coarse.boundaries] == [
        ("in orbit", "still aloft"),
        ("still aloft", "impact"),
    ]
    fine = ls.survivability(ls.load_scenario("luna25"), "plan.0.timer", 100 * u.s, 110 * u.s, points=41)
    for one, other in zip(coarse.boundaries, fine.boundaries, strict=True):
        assert abs((one.middle - other.middle).to_value(u.s)) < 2e-3


def test_a_number_that_changes_nothing_has_no_boundary():
    one = ls.survivability(scenario(), "plan.0.timer", 10 * u.s, 20 * u.s, points=5)
    assert one.boundaries == ()
    assert "in orbit throughout" in str(one)


def test_a_number_that_no_campaign_disperses_is_flown_one_by_one(found):
    """A sensor that wakes up late has missed as much of the burn: the timer's boundary, less what is sensed."""
    one = scenario(ls.AccelerometerOff(end=2 * u.s))
    late = ls.survivability(one, "faults.accelerometer off.end", 1.5 * u.s, 20 * u.s, points=3, tolerance=0.01 * u.s)
    (boundary,) = late.boundaries
    longest_s = found.boundaries[0].middle.to_value(u.s)
    missed_s = boundary.middle.to_value(u.s) - 1.0  # the burn ignites a second after the start
    mass_kg = 1500.0 - FLOW_KG_S * missed_s
    sensed = EXHAUST_MPS * np.log(mass_kg / (1500.0 - FLOW_KG_S * longest_s))
    assert sensed == pytest.approx(8.0, abs=0.03)  # of 0.01 s at 2 m/s2
    assert np.all(late.nominal_shortfall == 0.0 * MPS)


def test_a_map_holds_what_its_lines_hold():
    timers, scales = np.linspace(2, 20, 7) * u.s, np.array([0.0, 0.2, 0.6, 1.0])
    found = ls.survivability_map(scenario(), {"plan.0.timer": timers, "craft.accelerometer.scale_factor": scales})
    assert found.survives.shape == (7, 4)
    for k, scale in enumerate(scales):
        case = ls.with_values(scenario(), {"craft.accelerometer.scale_factor": float(scale)})
        line = ls.survivability(case, "plan.0.timer", 2 * u.s, 20 * u.s, points=7)
        assert tuple(found.outcomes[:, k]) == line.outcomes
    assert not found.survives[-1, 0]
    assert found.survives[:, -1].all()


def test_flights_that_cannot_be_flown_say_why():
    found = ls.survivability(scenario(), "state.radial", -70 * u.km, 0 * u.km, points=3)
    assert found.outcomes[0] == "failed"
    assert found.failures == ("the flight starts below the ground, or where the terrain is not known",)
    assert str(found).endswith(f"failed: {found.failures[0]}")


def test_values_and_boundaries_are_told_in_the_unit_that_was_asked(found):
    one = ls.survivability(scenario(ls.AccelerometerOff()), "plan.0.timer", 2 / 60 * u.min, 20 * u.s)
    assert one.values.unit == one.boundaries[0].low.unit == u.min
    assert abs(one.boundaries[0].middle - found.boundaries[0].middle) < 2e-3 * u.s
    timers = {"plan.0.timer": [0.1, 1.0] * u.min, "craft.accelerometer.scale_factor": [0.5, 1.5]}
    chart = ls.survivability_map(scenario(), timers)
    assert chart.values[0].unit == u.min
    assert plots.survivability_map(chart).lines[0].get_xdata()[0] == pytest.approx(0.5)  # its own timer, 30 s
    plt.close("all")


def test_what_touches_nothing_costs_nothing():
    long_enough = ls.survivability(scenario(), "plan.0.timer", 6 * u.s, 20 * u.s, points=9)
    assert np.all(long_enough.nominal_shortfall == 0.0 * MPS)


@pytest.mark.slow
def test_a_landing_survives_where_it_lands_safely():
    landing = ls.load_scenario("chandrayaan3")
    found = ls.survivability(landing, "craft.engine.thrust_error", -0.12, 0.0, points=5, tolerance=1e-3)
    boundary = found.boundaries[-1]
    assert boundary.above == "landed safely"
    assert found.survives_of("landed safely")
    assert not found.survives_of("hard landing")
    for value, outcome in ((boundary.low, boundary.below), (boundary.high, boundary.above)):
        flight = ls.simulate(ls.with_values(landing, {"craft.engine.thrust_error": float(value)}))
        assert type(flight.outcome) is ls.Landed
        assert flight.outcome.verdict.value == outcome
    assert found.nominal_outcomes == found.outcomes  # it has no faults


def test_a_flight_is_flown_on_for_so_many_periods_of_its_first_orbit():
    case = flown_on(scenario(), 2.5)
    radius_m = constants.MOON_RADIUS_M + 6e4
    period_s = 2 * np.pi * np.sqrt(radius_m**3 / constants.GM_MOON_M3_S2)
    assert case.plan[-1].duration.to_value(u.s) == pytest.approx(2.5 * period_s, rel=1e-9)
    assert len(case.plan) == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda one: ls.survivability(one, "plan.0.tmer", 1 * u.s, 2 * u.s), r"did you mean 'plan.0.timer'"),
        (lambda one: ls.survivability(one, "plan.0.timer", 2 * u.s, 1 * u.s), r"high = 1.0 s: expected more than low"),
        (lambda one: ls.survivability(one, "plan.0.timer", 1 * u.m, 2 * u.s), r"low = 1.0 m is of the wrong dimension"),
        (lambda one: ls.survivability(one, "plan.0.timer", 1.0, 2 * u.s), r"low = 1.0 has no unit"),
        (lambda one: ls.survivability(one, "plan.0.timer", 1 * u.s, 2 * u.s, points=1), r"points: 1 points"),
        (lambda one: ls.survivability(one, "plan.0.timer", 1 * u.s, 2 * u.s, tolerance=0 * u.s), r"tolerance = 0.0 s"),
        (
            lambda one: ls.survivability(one, "plan.0.timer", 1 * u.s, 2 * u.s, orbits=0),
            r"orbits = 0: expected above 0",
        ),
        (
            lambda one: ls.survivability(one, "faults.accelerometer off", 0.0, 1.0),
            r"faults.accelerometer off is on or off: expected a number; lunarsim.what_if flies both",
        ),
        (
            lambda one: ls.survivability(
                one.with_faults(ls.faults.WrongTimer(timer=5 * u.s)), "faults.wrong timer.burn", 0.0, 1.0
            ),
            r"faults.wrong timer.burn is a whole number: expected one with values between",
        ),
        (lambda one: ls.survivability_map(one, {"plan.0.timer": [1, 2] * u.s}), r"values has 1 paths: expected two"),
        (
            lambda one: ls.survivability_map(one, {"plan.0.timer": [2, 1] * u.s, "plan.0.throttle": [0.5, 1.0]}),
            r"plan.0.timer = \[2. 1.\] s: expected two values or more, in increasing order",
        ),
    ],
)
def test_what_cannot_be_varied_is_an_error_that_says_why(call, message):
    with pytest.raises(ls.InputError, match=message):
        call(scenario(ls.AccelerometerOff()))


def test_a_map_is_drawn_with_its_outcomes_the_scenario_and_the_cost():
    timers, scales = np.linspace(2, 32, 7) * u.s, np.linspace(0.0, 1.2, 5)
    found = ls.survivability_map(scenario(), {"plan.0.timer": timers, "craft.accelerometer.scale_factor": scales})
    ax = plots.survivability_map(found)
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    shares = {kind: np.mean(found.outcomes == kind) for kind in ("in orbit", "impact")}
    assert words[:2] == [f"{kind}: {100 * share:.0f} %" for kind, share in shares.items()]
    assert words[2].startswith("nominal burns changed")
    assert words[3] == "the scenario"
    assert ax.get_xlabel() == "timer of trim (s)"
    assert ax.get_ylabel() == "scale factor of the accelerometer"
    ring = ax.lines[0]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (30.0, 1.0)
    drawn = ax.collections[0].get_array()
    assert np.asarray(drawn).T.reshape(7, 5).shape == found.survives.shape
    assert ax.figure.get_suptitle() == "burn without faults: how it ends"
    other = {"plan.0.timer": timers, "plan.0.throttle": [0.5, 1.0]}
    faulty = ls.survivability_map(scenario(ls.AccelerometerOff()), other)
    assert plots.survivability_map(faulty).figure.get_suptitle() == "burn: how it ends"
    given = plt.figure().subplots()
    assert plots.survivability_map(found, ax=given) is given
    plt.close("all")


def test_the_command_tells_boundaries_to_people_and_programs(tmp_path):
    asked = ("survivability", "luna25", "--vary", "plan.0.timer", "--from", "80 s", "--to", "130 s")
    done = here(*asked, "--json", cwd=tmp_path)
    assert done.status == 0, done.err
    result = json.loads(done.out)
    assert [each["above"] for each in result["boundaries"]] == ["still aloft", "impact"]
    assert [each["survives_above"] for each in result["boundaries"]] == [True, False]
    assert 80.0 < result["boundaries"][-1]["low"] < 127.0
    assert len(result["grid"]) == 33
    assert result["grid"][0]["nominal_shortfall_mps"] > 0.5  # the planned burn takes 84 s
    assert "impact" in done.err
    assert "less or more than planned, at values from 80 s to" in " ".join(done.err.split())
    assert json.loads((tmp_path / "luna25-survivability" / "survivability.json").read_text()) == result


def test_the_command_maps_two_numbers(tmp_path):
    how = ("--without-faults", "--points", "5", "--out", "map", "--json")
    one = ("--vary", "plan.0.timer", "--from", "84 s", "--to", "130 s")
    other = ("--vary", "craft.accelerometer.scale_factor", "--from", "0", "--to", "1")
    done = here("survivability", "luna25", *how, *one, *other, cwd=tmp_path)
    assert done.status == 0, done.err
    result = json.loads(done.out)
    assert np.array(result["survives"]).shape == (5, 5)
    assert result["survives"][-1] == [False, False, False, False, True]
    assert (tmp_path / "map" / "survivability_map.png").exists()


def test_options_that_do_not_fit_are_told(tmp_path):
    alone = ("survivability", "luna25", "--vary", "plan.0.timer", "--from", "84 s", "--to", "130 s", "--to", "1 s")
    done = here(*alone, cwd=tmp_path)
    assert done.status == 2
    assert "--vary is given 1 times, --from 1 and --to 2" in " ".join(done.err.split())
    wrong = here("survivability", "luna25", "--vary", "plan.0.timer", "--from", "84", "--to", "130 s", cwd=tmp_path)
    assert "--from plan.0.timer: '84' has no unit" in " ".join(wrong.err.split())
