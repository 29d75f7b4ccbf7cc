"""The latest burn that would have saved a flight, and the monitor that would have: against single flights."""

import json
from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from command_line import here
from random_flights import EPOCH, MOON, MPS

import lunarsim as ls
from lunarsim import constants
from lunarsim.inquiry import false_alarm_probability, false_alarms, with_thrust_monitor
from lunarsim.inquiry.rescue_flight import with_commands

MPS2 = u.m / u.s**2
EXHAUST_MPS = 320 * constants.STANDARD_GRAVITY_MPS2
CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
)


def scenario(east=0.0, *faults):
    """A burn that should be short and is not, from a circular orbit of 60 km that begins so far east of the Earth."""
    radius_m = constants.MOON_RADIUS_M + 6e4
    speed = np.sqrt(constants.GM_MOON_M3_S2 / radius_m)
    state = ls.State.from_elements(
        perilune=60 * u.km,
        apolune=60 * u.km,
        inclination=0 * u.deg,
        node_longitude=east * u.deg,
        argument_of_perilune=0 * u.deg,
        true_anomaly=0 * u.deg,
        epoch=EPOCH,
    )
    assert state.speed.to_value(MPS) == pytest.approx(speed)
    burn = ls.Burn(ignition=EPOCH + 1 * u.s, target_delta_v=8 * MPS, timer=15 * u.s, name="trim")
    plan = (burn, ls.Coast(duration=2 * u.h))
    off = faults or (ls.AccelerometerOff(),)
    return ls.Scenario(name="burn", state=state, craft=CRAFT, moon=MOON, plan=plan, faults=off)


@pytest.fixture(scope="module")
def rescue():
    return ls.latest_rescue(scenario(-60.0), delta_v=40 * MPS, command_time=60 * u.s, tolerance=0.01 * u.s)


def with_second_burn(ignition, lasts):
    one = scenario(-60.0)
    second = ls.Burn(
        ignition=ignition, target_delta_v=1e4 * MPS, timer=lasts, steering=ls.AlongVelocity(), name="rescue"
    )
    return ls.simulate(replace(one, plan=(one.plan[0], second, ls.Coast(duration=2 * u.h))))


def test_a_burn_at_the_latest_ignition_clears_the_ground_and_one_a_moment_later_does_not(rescue):
    assert type(with_second_burn(rescue.ignition, rescue.duration).outcome) is not ls.Impact
    assert type(with_second_burn(rescue.ignition + 0.02 * u.s, rescue.duration).outcome) is ls.Impact


def test_the_burn_lasts_as_the_rocket_equation_says(rescue):
    mass = 1500.0 - 15.0 * 3e3 / EXHAUST_MPS
    lasts = mass * (1.0 - np.exp(-40.0 / EXHAUST_MPS)) * EXHAUST_MPS / 3e3
    assert rescue.duration.to_value(u.s) == pytest.approx(lasts, rel=1e-9)
    assert rescue.delta_v.to_value(MPS) == pytest.approx(40.0, rel=1e-9)
    same = ls.latest_rescue(scenario(-60.0), duration=rescue.duration, tolerance=0.01 * u.s)
    assert same.delta_v.to_value(MPS) == pytest.approx(40.0, rel=1e-9)
    assert abs((same.ignition - rescue.ignition).to_value(u.s)) < 0.02


def test_signals_and_the_ground_take_their_time(rescue):
    light_s = (rescue.known - rescue.cutoff).to_value(u.s)
    assert 1.17 < light_s < 1.36  # the Moon is 356,400 to 406,700 km away, the craft up to a radius nearer
    assert (rescue.earliest_command - rescue.known).to_value(u.s) == pytest.approx(60.0 + light_s, abs=1e-3)
    assert (rescue.ignition - rescue.latest_command_sent).to_value(u.s) == pytest.approx(light_s, abs=5e-3)
    assert rescue.margin == (rescue.ignition - rescue.earliest_command).to(u.s)
    assert rescue.possible
    assert "before it" in str(rescue)


def test_a_greater_burn_may_come_later(rescue):
    greater = ls.latest_rescue(scenario(-60.0), delta_v=60 * MPS)
    stronger = ls.latest_rescue(scenario(-60.0), delta_v=40 * MPS, thrust=12 * u.kN)
    assert greater.ignition > rescue.ignition
    assert stronger.ignition > rescue.ignition
    assert stronger.duration.to_value(u.s) == pytest.approx(rescue.duration.to_value(u.s) / 4.0, rel=1e-9)


def test_behind_the_moon_earth_learns_and_commands_only_when_it_comes_into_view():
    """The orbit begins 200 degrees east of the middle of the near side, and goes on eastwards until Earth rises."""
    behind = ls.latest_rescue(scenario(200.0), delta_v=40 * MPS, command_time=0 * u.s)
    (first,) = behind.in_view
    radius_m = constants.MOON_RADIUS_M + 6e4
    per_degree_s = np.radians(1.0) * np.sqrt(radius_m**3 / constants.GM_MOON_M3_S2)
    limb_deg = 270.0 - np.degrees(np.arccos(constants.MOON_RADIUS_M / radius_m))  # from the height of the orbit
    rises_s = (limb_deg - 200.0) * per_degree_s - 16.0
    libration_s = 10.0 * per_degree_s  # the Earth strays by up to 8 degrees from longitude 0
    assert (first.start - behind.cutoff).to_value(u.s) == pytest.approx(rises_s, abs=libration_s)
    light = behind.known - first.start
    assert 1.17 < light.to_value(u.s) < 1.36
    assert (behind.earliest_command - behind.known).to_value(u.s) == pytest.approx(light.to_value(u.s), abs=1e-3)
    assert behind.margin == (behind.ignition - behind.earliest_command).to(u.s)


def test_who_meets_the_ground_behind_the_moon_is_never_seen():
    never = ls.latest_rescue(scenario(150.0), delta_v=40 * MPS, command_time=0 * u.s)
    assert (never.in_view, never.known, never.earliest_command) == ((), None, None)
    assert not never.possible
    assert str(never).endswith("Earth is not in view before the ground is met")


def test_who_waits_too_long_commands_too_late():
    waits = ls.latest_rescue(scenario(-60.0), delta_v=40 * MPS, command_time=3 * u.h)
    assert not waits.possible
    assert waits.earliest_command is None
    assert waits.clearance is None


def test_the_sooner_a_command_is_on_board_the_higher_the_rescue_clears_the_ground(rescue):
    sooner = ls.latest_rescue(scenario(-60.0), delta_v=40 * MPS, command_time=0 * u.s)
    assert sooner.clearance > rescue.clearance > 0 * u.km
    flown = with_second_burn(rescue.earliest_command, rescue.duration)
    passes = [event for event in flown.timeline if event.kind is ls.EventKind.PERILUNE and event.time > rescue.ignition]
    least = min(event.true.state.altitude for event in passes)
    assert rescue.clearance.to_value(u.m) == pytest.approx(least.to_value(u.m), abs=0.2)  # a sphere at zero


def test_commands_after_the_cut_off_are_carried_out_in_a_rescue(rescue):
    """One that takes the power from a sensor that no phase uses leaves the rescue as it is."""
    craft = replace(
        CRAFT,
        computer=ls.FlightComputer(array_size=1),
        altimeter=ls.Altimeter(rate=1 * u.Hz),
        navigation=ls.Navigation(),
    )
    target = "altimeter.powered"
    late = ls.TimeTaggedCommand(name="altimeter off", target=target, on=False, time=300 * u.s, copies=2)
    early = replace(late, name="altimeter on", on=True, time=1 * u.s)
    one = replace(scenario(-60.0), craft=craft, commands=(early, late))
    again = ls.latest_rescue(one, delta_v=40 * MPS, command_time=60 * u.s, tolerance=0.01 * u.s)
    assert abs((again.ignition - rescue.ignition).to_value(u.s)) < 0.05
    flown = ls.simulate(one)
    cutoff_s = (flown.burns[0].after.epoch - flown.start).to_value(u.s)
    rest = replace(one, commands=(), state=flown.burns[0].after, plan=one.plan[1:])
    after = with_commands(rest, one, cutoff_s)
    assert [(each.time.to_value(u.s), each.on) for each in after.commands] == [(300.0 - cutoff_s, False)] * 2
    assert not after.craft_at(300 * u.s).altimeter.powered


def test_an_engine_that_goes_out_after_the_cut_off_saves_until_then_alone(rescue):
    """The burn of 20 s lasts longer than any second before; so the latest ignition is before the engine goes out."""
    out_s = 300.0
    dead = ls.latest_rescue(
        scenario(-60.0, ls.AccelerometerOff(), ls.faults.NoIgnition(onset=out_s * u.s)), delta_v=40 * MPS
    )
    assert dead.ignition < EPOCH + out_s * u.s < rescue.ignition
    works = ls.AccelerometerOff(), ls.faults.NoIgnition(onset=20 * u.s, end=out_s * u.s)
    again = ls.latest_rescue(scenario(-60.0, *works), delta_v=40 * MPS, tolerance=0.01 * u.s)
    assert abs((again.ignition - rescue.ignition).to_value(u.s)) < 0.05
    assert again.duration == rescue.duration


def test_what_is_wrong_with_the_engine_leaves_another_engine_alone(rescue):
    faults = ls.AccelerometerOff(), ls.faults.NoIgnition(onset=20 * u.s)
    other = ls.latest_rescue(scenario(-60.0, *faults), delta_v=40 * MPS, thrust=3 * u.kN, tolerance=0.01 * u.s)
    assert abs((other.ignition - rescue.ignition).to_value(u.s)) < 0.05


def test_a_command_that_is_ready_after_the_ground_is_met_is_told_as_that():
    late = ls.latest_rescue(scenario(-60.0), delta_v=40 * MPS, command_time=3 * u.h)
    assert late.in_view
    assert str(late).endswith("; a command would be on board only after the ground is met")


def test_a_burn_that_is_too_small_saves_nothing():
    small = ls.latest_rescue(scenario(-60.0), delta_v=1e-3 * MPS)
    assert small.ignition is None
    assert small.margin is None
    assert not small.possible
    assert "would not have cleared the terrain" in str(small)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"delta_v = None and duration = None: expected one of the two"),
        ({"delta_v": 1 * MPS, "duration": 1 * u.s}, r"expected one of the two"),
        ({"delta_v": 5000 * MPS}, r"kg of propellant, and .* are left: expected a smaller burn"),
        ({"delta_v": -5 * MPS}, r"delta_v = -5.0 m / s: expected from 0.001"),
        ({"delta_v": 5 * MPS, "visibility": ls.detectors.Apsides()}, r"visibility = .*: expected what has to be in"),
        ({"delta_v": 5 * MPS, "command_time": -1 * u.s}, r"command_time = -1.0 s: expected from 0 s"),
    ],
)
def test_what_is_no_rescue_is_refused(options, message):
    with pytest.raises(ls.InputError, match=message):
        ls.latest_rescue(scenario(-60.0), **options)


def test_a_flight_that_does_not_come_down_needs_no_rescue():
    with pytest.raises(ls.InputError, match=r"ends in orbit .*: expected one whose burn is followed by the ground"):
        ls.latest_rescue(scenario(-60.0).without_faults(), delta_v=5 * MPS)


def test_the_simulated_rate_of_false_alarms_is_that_of_the_closed_form():
    for persistence in (1, 2):
        monitor = ls.ThrustMonitor(window=5 * u.s, persistence=persistence)
        burn = (monitor, 0.2 * MPS2, 84 * u.s)
        p = false_alarm_probability(*burn, noise=0.5 * MPS2)
        found = false_alarms(*burn, noise=0.5 * MPS2, burns=10_000, seed=3)
        assert 0.05 < p < 0.9
        assert abs(found - 10_000 * p) < 4.0 * np.sqrt(10_000 * p * (1.0 - p))  # the seed is fixed
        assert found == false_alarms(*burn, noise=0.5 * MPS2, burns=10_000, seed=3)


def test_a_monitor_of_a_sensor_without_noise_is_never_wrong():
    burn = (ls.ThrustMonitor(window=10 * u.s), 0.2 * MPS2, 84 * u.s)
    assert false_alarm_probability(*burn, noise=0 * MPS2) == 0.0
    assert false_alarms(*burn, noise=0 * MPS2, burns=50) == 0
    biased = {"noise": 0 * MPS2, "bias": -0.15 * MPS2}
    assert false_alarm_probability(*burn, **biased) == 1.0
    assert false_alarms(*burn, **biased, burns=50) == 50


def test_a_burn_shorter_than_a_window_is_not_watched():
    burn = (ls.ThrustMonitor(window=100 * u.s), 0.2 * MPS2, 84 * u.s)
    assert false_alarm_probability(*burn, noise=5 * MPS2) == 0.0
    assert false_alarms(*burn, noise=5 * MPS2) == 0


@pytest.mark.parametrize(
    ("fault", "lasts_s"),
    [
        (ls.AccelerometerOff(), 5.0),
        (ls.AccelerometerOff(onset=11 * u.s), 15.0),  # 10 s into the burn: of the third window nothing is sensed
        (ls.AccelerometerOff(onset=14 * u.s), 20.0),  # most of the third window was sensed, of the fourth nothing
        (ls.faults.AccelerometerScale(factor=0.4), 5.0),
        (ls.faults.AccelerometerScale(factor=0.6), 30.0),  # above the threshold
    ],
)
def test_a_monitor_cuts_off_the_burn_of_which_too_little_is_sensed(fault, lasts_s):
    burn = replace(scenario().plan[0], target_delta_v=100 * MPS, timer=30 * u.s)
    one = replace(scenario(-60.0, fault), plan=(burn, ls.Coast(duration=2 * u.h)))
    flown = ls.simulate(with_thrust_monitor(one, ls.ThrustMonitor(window=5 * u.s))).burns[0]
    assert flown.duration.to_value(u.s) == pytest.approx(lasts_s, abs=1e-9)
    assert flown.cutoff is (ls.Cutoff.MONITOR if lasts_s < 30.0 else ls.Cutoff.TIMER)


def test_what_is_no_monitor_is_refused():
    with pytest.raises(ls.InputError, match=r"window = 0.05 s holds no reading at sample_rate = 10.0 1 / s"):
        false_alarms(ls.ThrustMonitor(window=0.05 * u.s), 0.2 * MPS2, 84 * u.s, noise=1 * MPS2)
    with pytest.raises(ls.InputError, match=r"threshold = 1.0: expected above 0"):
        ls.ThrustMonitor(window=5 * u.s, threshold=1.0)
    with pytest.raises(ls.InputError, match=r"acceleration = 0.0 m / s2: expected above 0"):
        false_alarm_probability(ls.ThrustMonitor(window=5 * u.s), 0 * MPS2, 84 * u.s, noise=1 * MPS2)
    with pytest.raises(ls.InputError, match=r"monitor = 3: expected a ThrustMonitor"):
        with_thrust_monitor(scenario(), 3)


def test_the_command_line_tells_a_rescue_as_the_library_finds_it(tmp_path):
    done = here("rescue", "luna25", "--delta-v", "10 m/s", "--command-time", "20 min", "--json", cwd=tmp_path)
    assert done.status == 0, done.err
    told = json.loads(done.out)
    (one,) = told["rescues"]
    found = ls.latest_rescue(ls.load_scenario("luna25"), delta_v=10 * MPS, command_time=20 * u.min)
    assert one["after_cutoff_s"] == pytest.approx(found.after_cutoff.to_value(u.s))
    assert one["margin_s"] == pytest.approx(found.margin.to_value(u.s))
    assert one["signal_delay_s"] == pytest.approx(found.signal_delay.to_value(u.s))
    assert one["command_time_s"] == 1200.0
    assert one["clearance_km"] == pytest.approx(found.clearance.to_value(u.km))
    assert len(one["earth_in_view_utc"]) == len(found.in_view) == 1
    assert "11:43:42" in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "the size of the burn is missing: give --delta-v '10 m/s'"),
        (("--delta-v", "10"), "--delta-v '10': expected a number with its unit"),
        (("--delta-v", "10 s"), "delta_v = 10"),
        (("--delta-v", "1 m/s", "--without-faults"), "expected one whose burn is followed by the ground"),
    ],
)
def test_a_rescue_that_cannot_be_is_an_error_on_the_command_line(tmp_path, options, message):
    done = here("rescue", "luna25", *options, cwd=tmp_path)
    assert done.status == 2
    assert message in " ".join(done.err.split())
