"""The attitude control: how the thrust axis follows the commanded one, and where the thrust goes meanwhile."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import inf, pi, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st
from landing_example import LANDER, landing

import lunarsim as ls
from lunarsim.faults import AttitudeControlLost, WeakAttitudeControl, WrongAttitude
from lunarsim.kernels.attitude.turn import axis_after, slew_time, slewed
from lunarsim.kernels.sensors.body import turned_about

DEG = pi / 180.0
RATE, ACCELERATION = u.deg / u.s, u.deg / u.s**2
CONTROL = ls.AttitudeControl(slew_rate=5 * RATE, angular_acceleration=1 * ACCELERATION)
EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
CRAFT = ls.Spacecraft(
    dry_mass=800 * u.kg, propellant_mass=546 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=315 * u.s)
)

angles = st.floats(1e-4, pi)
accelerations = st.floats(0.05 * DEG, 20.0 * DEG)
rates = st.one_of(st.just(inf), st.floats(0.1 * DEG, 30.0 * DEG))


# The turn


@given(angle=angles, acceleration=accelerations)
def test_a_turn_from_rest_to_rest_takes_twice_the_root_of_angle_over_acceleration(angle, acceleration):
    lasts_s = slew_time(angle, inf, acceleration)
    assert lasts_s == pytest.approx(2.0 * sqrt(angle / acceleration), rel=1e-12)
    assert slewed(angle, 0.0, lasts_s, inf, acceleration) == pytest.approx((0.0, 0.0), abs=1e-7)
    half = slewed(angle, 0.0, 0.5 * lasts_s, inf, acceleration)
    assert half == pytest.approx((0.5 * angle, sqrt(angle * acceleration)), rel=1e-9)


@given(angle=angles, rate=st.floats(0.1 * DEG, 30.0 * DEG), acceleration=accelerations)
def test_a_turn_at_its_greatest_rate_takes_angle_over_rate_and_the_time_to_reach_it(angle, rate, acceleration):
    lasts_s, peaks = slew_time(angle, rate, acceleration), angle * acceleration > rate * rate
    expected = angle / rate + rate / acceleration if peaks else 2.0 * sqrt(angle / acceleration)
    assert lasts_s == pytest.approx(expected, rel=1e-9)
    assert slewed(angle, 0.0, lasts_s, rate, acceleration) == pytest.approx((0.0, 0.0), abs=1e-7)


@given(
    angle=st.floats(0.0, pi),
    rate=st.floats(-10.0 * DEG, 10.0 * DEG),
    acceleration=accelerations,
    times=st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 20.0)),
)
def test_a_turn_does_not_depend_on_how_often_it_is_asked_for(angle, rate, acceleration, times):
    there, rate_there = slewed(angle, rate, times[0], 10.0 * DEG, acceleration)
    sign = -1.0 if there < 0.0 else 1.0  # beyond the target it is the way back that is asked for
    parts = slewed(sign * there, sign * rate_there, times[1], 10.0 * DEG, acceleration)
    whole = slewed(angle, rate, sum(times), 10.0 * DEG, acceleration)
    assert (sign * parts[0], sign * parts[1]) == pytest.approx(whole, abs=1e-7)


def control_of(rate, acceleration, *, powered=1.0):
    return SimpleNamespace(powered=powered, slew_rate_rad_s=rate, angular_acceleration_rad_s2=acceleration)


def unit(rng):
    vector = rng.normal(size=3)
    return tuple(vector / np.linalg.norm(vector))


def angle_of(a, b):
    return np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), rate=rates, acceleration=accelerations)
def test_the_axis_is_never_faster_and_never_more_accelerated_than_its_limits_and_ends_at_rest_on_its_target(
    seed, rate, acceleration
):
    rng, h = np.random.default_rng(seed), 0.1
    control = control_of(rate, acceleration)
    axis, moving, toward = unit(rng), (0.0, 0.0, 0.0), unit(rng)
    for k in range(60):
        if k % 10 == 0:  # a new command, each second, while the axis still turns
            toward = tuple((wild := np.array(toward) + 0.3 * rng.normal(size=3)) / np.linalg.norm(wild))
        after, moving_after = axis_after(axis, moving, toward, h, control)
        turn = np.cross(axis, after)
        size = np.linalg.norm(turn)
        carried = turned_about(moving, tuple(turn / size * angle_of(axis, after))) if size > 0.0 else moving
        assert np.linalg.norm(moving_after) <= rate * (1.0 + 1e-9)
        assert np.linalg.norm(np.subtract(moving_after, carried)) <= acceleration * h * (1.0 + 1e-9) + 1e-9
        assert np.linalg.norm(after) == pytest.approx(1.0, abs=1e-12)
        axis, moving = after, moving_after
    long_s = 2.0 * np.linalg.norm(moving) / acceleration + slew_time(2.0 * pi, rate, acceleration)
    assert axis_after(axis, moving, toward, 2.0 * long_s, control) == (toward, (0.0, 0.0, 0.0))


def test_the_axis_turns_along_a_great_circle_and_does_not_overshoot():
    axis, toward = (1.0, 0.0, 0.0), (0.0, 0.6, 0.8)
    at = [
        axis_after(axis, (0.0, 0.0, 0.0), toward, t_s, control_of(inf, 2.0 * DEG))[0] for t_s in np.linspace(0, 13, 40)
    ]
    left = [angle_of(each, toward) for each in at]
    assert np.all(np.diff(left) <= 1e-12)
    assert left[-1] > 0.0 or at[-1] == toward
    assert np.allclose(np.cross(axis, toward) @ np.array(at).T, 0.0, atol=1e-12)


def test_without_a_control_that_works_the_axis_keeps_its_rate():
    axis, rate = axis_after((1.0, 0.0, 0.0), (0.0, 0.1, 0.0), (0.0, 0.0, 1.0), 5.0, control_of(inf, 1.0, powered=0.0))
    assert axis == pytest.approx((np.cos(0.5), np.sin(0.5), 0.0), abs=1e-15)
    assert rate == pytest.approx((-0.1 * np.sin(0.5), 0.1 * np.cos(0.5), 0.0), abs=1e-15)


def test_the_component_tells_how_long_a_turn_takes():
    assert CONTROL.slew_time(1 * u.deg).to_value(u.s) == pytest.approx(2.0)
    assert CONTROL.slew_time(90 * u.deg).to_value(u.s) == pytest.approx(90 / 5 + 5)
    assert ls.AttitudeControl().slew_time(180 * u.deg) == 0.0 * u.s
    with pytest.raises(ls.InputError, match=r"angle = 190.0 deg: expected from 0 deg to 180 deg"):
        CONTROL.slew_time(190 * u.deg)


# Landings


@cache
def landed(control=None, navigation=None, slew_rate=None, *faults):
    craft = replace(LANDER, slew_rate=slew_rate, attitude_control=control, navigation=navigation or ls.Navigation())
    return ls.simulate(landing(craft).with_faults(*faults))


def test_a_control_without_limits_flies_what_is_flown_without_one_to_the_last_bit():
    for control in (
        ls.AttitudeControl(),
        ls.AttitudeControl(slew_rate=1e6 * RATE, angular_acceleration=1e6 * ACCELERATION),
    ):
        assert np.array_equal(landed(control).trajectory.end_y, landed().trajectory.end_y)
        assert np.nanmax(landed(control).pointing_error) == 0.0 * u.deg


def test_the_thrust_goes_along_the_axis_that_turns_and_not_along_the_command():
    flight = landed(CONTROL)
    errors = flight.pointing_error.to_value(u.deg)
    assert np.nanmax(errors) > 5.0  # at the start of the vertical descent
    lit = [phase for phase in flight.trajectory.phases if phase.thrust_n > 0.0]
    for phase in lit[::5]:
        start, end = phase.segment.path.start_y[0], phase.segment.end_y
        lasts_s, dv_mps = phase.segment.end_s - phase.segment.start_s, end[7] - start[7]
        gravity = sum(-4.9028e12 * y[:3] / np.linalg.norm(y[:3]) ** 3 for y in (start, end)) / 2.0
        push = end[3:6] - start[3:6] - gravity * lasts_s
        assert angle_of(push, phase.direction) < 1e-4 + 1e-4 / dv_mps


def test_between_two_legs_the_axis_turns_no_faster_than_the_control_can():
    lit = [phase for phase in landed(CONTROL).trajectory.phases if phase.thrust_n > 0.0]
    for before, after in pairwise(lit):
        apart_s = 0.5 * (after.segment.end_s - before.segment.start_s)
        assert angle_of(before.direction, after.direction) <= 5.0 * DEG * apart_s + 1e-9


@pytest.mark.slow
def test_the_staircase_of_the_axis_costs_less_than_its_square_says():
    position = {}
    for step in (0.05, 0.1, 0.2, 0.4):
        control = replace(CONTROL, time_step=step * u.s)
        position[step] = landed(control).trajectory.at(np.array([95.0]))[0][0, :3]
    off = {step: np.linalg.norm(at - position[0.05]) for step, at in position.items()}
    assert off[0.1] < 1e-3
    assert 2.0 < off[0.2] / off[0.1] < 8.0
    assert 2.0 < off[0.4] / off[0.2] < 8.0


def errors_of_braking(flight):
    """The pointing errors (deg) of the approach, in which the command turns by less than 0.1 deg a cycle."""
    return flight.pointing_error.to_value(u.deg)[flight.elapsed < 80 * u.s]


def test_a_wrong_attitude_turns_the_thrust_by_as_much_against_it():
    errors = errors_of_braking(landed(CONTROL, ls.Navigation(attitude_pitch=1 * u.deg)))
    assert errors == pytest.approx(1.0, abs=0.1)


def test_the_attitude_that_dead_reckoning_takes_for_true_is_what_the_control_points():
    wrong = errors_of_braking(landed(CONTROL, ls.DeadReckoning(attitude_pitch=1 * u.deg)))
    assert wrong == pytest.approx(1.0, abs=0.1)
    assert np.all(errors_of_braking(landed(CONTROL, ls.DeadReckoning())) < 0.1)


@pytest.mark.slow
def test_noise_of_the_attitude_is_the_same_with_the_same_seed():
    one, same, other = (
        landed(CONTROL, ls.Navigation(attitude_noise=0.2 * u.deg, seed=seed)).trajectory.end_y for seed in (1, 1.0, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", ["apollo11", "chandrayaan3"])
@pytest.mark.slow
def test_landings_of_the_catalogue_still_land_whose_axis_follows_at_the_rate_of_their_crafts(name):
    scenario = ls.load_scenario(name)
    control = ls.AttitudeControl(slew_rate=scenario.craft.slew_rate, angular_acceleration=1 * ACCELERATION)
    flight = ls.simulate(replace(scenario, craft=replace(scenario.craft, slew_rate=None, attitude_control=control)))
    assert str(flight.outcome).startswith("landed safely")
    assert np.nanmax(flight.pointing_error) > 5.0 * u.deg


@pytest.mark.slow
def test_both_drivers_fly_the_same_turns():
    craft = replace(
        LANDER, slew_rate=None, attitude_control=CONTROL, navigation=ls.Navigation(attitude_noise=0.1 * u.deg)
    )
    scattered = {
        "craft.attitude_control.slew_rate": ls.Uniform(2 * RATE, 8 * RATE),
        "craft.attitude_control.angular_acceleration": ls.Uniform(0.5 * ACCELERATION, 2 * ACCELERATION),
        "craft.navigation.attitude_pitch": ls.Normal(0 * u.deg, 1 * u.deg),
        "craft.navigation.seed": ls.Uniform(0 * u.one, 1e15 * u.one),
    }
    held = ls.Campaign(landing(craft), scattered).run(6, seed=1).cross_check(6)
    assert held.different == ()
    assert held.position < 1e-5 * u.m


# Burns


def state():
    return ls.State.from_elements(
        perilune=80 * u.km,
        apolune=110 * u.km,
        inclination=82 * u.deg,
        node_longitude=10 * u.deg,
        argument_of_perilune=20 * u.deg,
        true_anomaly=100 * u.deg,
        epoch=EPOCH,
    )


NORTH, EAST = ls.FixedDirection(direction=[0, 0, 1] * u.one), ls.FixedDirection(direction=[0, 1, 0] * u.one)


def burn(at_s=0, dv=40, steering=NORTH, name="burn", timer_s=20, **numbers):
    return ls.Burn(
        ignition=EPOCH + at_s * u.s,
        target_delta_v=dv * u.m / u.s,
        timer=timer_s * u.s,
        steering=steering,
        name=name,
        **numbers,
    )


def burnt(*plan, craft=CRAFT, faults=(), **parts):
    moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    craft = replace(craft, **parts)
    return ls.simulate(
        ls.Scenario(
            name="burns",
            state=state(),
            craft=craft,
            moon=moon,
            plan=(*plan, ls.Coast(duration=60 * u.s)),
            faults=faults,
        )
    )


def thrust_of(flight, which=0):
    """The delta-v of a burn as a vector (m/s): along the directions that were flown."""
    record = flight.burns[which]
    start_s, end_s = ((time - flight.start).to_value(u.s) for time in (record.before.epoch, record.after.epoch))
    total = np.zeros(3)
    for phase in flight.trajectory.phases:
        segment = phase.segment
        if phase.thrust_n > 0.0 and start_s - 1e-6 <= segment.start_s < end_s - 1e-6:
            total += (segment.end_y[7] - segment.path.start_y[0][7]) * phase.direction
    return total


def test_a_burn_at_the_start_of_a_flight_begins_pointed():
    flight = burnt(burn(), attitude_control=CONTROL)
    plain = burnt(burn())
    assert np.nanmax(flight.pointing_error) == 0.0 * u.deg
    assert np.array_equal(flight.trajectory.end_y, plain.trajectory.end_y)


def test_the_axis_turns_in_a_coast_so_early_that_it_is_settled_at_the_ignition():
    plan = (burn(), burn(at_s=60, steering=EAST, name="across"))  # the first lasts some 18 s, the turn 23 s
    flight = burnt(*plan, attitude_control=CONTROL)
    assert np.nanmax(flight.pointing_error) == 0.0 * u.deg
    assert np.array_equal(flight.trajectory.end_y, burnt(*plan).trajectory.end_y)


def test_an_engine_ignites_while_its_axis_still_turns():
    plan = (burn(), burn(at_s=60, steering=EAST, name="across"))
    flight = burnt(*plan, attitude_control=replace(CONTROL, lead_time=10 * u.s))
    legs = [phase for phase in flight.trajectory.phases if phase.name == "across"]
    turned = 90.0 - np.degrees(angle_of(legs[0].direction, legs[0].commanded))
    assert turned == pytest.approx(0.5 * 5.0**2 + 5.0 * 5.05, abs=1e-6)  # 5 s to the greatest rate, and 5.05 s at it
    away = np.degrees(angle_of(thrust_of(flight, 1), (0.0, 1.0, 0.0)))
    assert 5.0 < away < 60.0


def test_a_coast_too_short_for_the_turn_gives_all_its_time_to_it():
    flight = burnt(burn(dv=900, timer_s=6), burn(at_s=10, steering=EAST, name="across"), attitude_control=CONTROL)
    leg = next(phase for phase in flight.trajectory.phases if phase.name == "across")
    assert 90.0 - np.degrees(angle_of(leg.direction, leg.commanded)) == pytest.approx(0.5 * 4.05**2, abs=1e-6)


@pytest.mark.parametrize("steering", [NORTH, ls.AgainstVelocity(), ls.AlongVelocity()])
def test_a_wrong_attitude_of_one_degree_turns_the_delta_v_by_one_degree(steering):
    right = thrust_of(burnt(burn(steering=steering), attitude_control=ls.AttitudeControl()))
    plain = burnt(
        burn(steering=steering), attitude_control=ls.AttitudeControl(), navigation=ls.Navigation(attitude_yaw=1 * u.deg)
    )
    wrong, up = thrust_of(plain), np.array(state().position.value)
    up /= np.linalg.norm(up)
    flat, turned = (each - (each @ up) * up for each in (right, wrong))
    assert np.degrees(angle_of(flat, turned)) == pytest.approx(1.0, abs=0.02)  # a yaw turns about the vertical
    assert np.cross(flat, turned) @ up < 0.0  # the estimate is turned right-handed, the truth the other way
    assert np.linalg.norm(wrong) == pytest.approx(np.linalg.norm(right), rel=1e-6)


def test_a_law_that_follows_the_velocity_is_followed_to_a_millimetre_without_limits():
    for errors in ({}, {"pitch_error": 3 * u.deg, "yaw_error": -2 * u.deg}):
        plan = burn(steering=ls.AgainstVelocity(), **errors)
        plain, held = burnt(plan), burnt(plan, attitude_control=ls.AttitudeControl())
        assert np.linalg.norm(held.trajectory.end_y[:3] - plain.trajectory.end_y[:3]) < 1e-3
        assert held.burns[0].cutoff is plain.burns[0].cutoff


@pytest.mark.slow
def test_a_burn_against_the_velocity_ends_where_its_axis_cannot_turn_over_with_it():
    strong = {"engine": ls.Engine(thrust=20 * u.kN, specific_impulse=400 * u.s), "propellant_mass": 2 * u.t}
    plan = burn(dv=3000, steering=ls.AgainstVelocity(), timer_s=2000)
    flight = burnt(plan, **strong, attitude_control=CONTROL)
    assert flight.burns[0].cutoff is ls.Cutoff.ZERO_SPEED
    assert flight.burns[0].after.speed < 20 * u.m / u.s
    exact = burnt(plan, **strong, attitude_control=ls.AttitudeControl(time_step=0.5 * u.s)).burns[0]
    assert exact.cutoff is ls.Cutoff.ZERO_SPEED
    assert exact.after.speed < 1e-3 * u.m / u.s


def test_an_axis_that_is_left_free_turns_meanwhile_to_where_it_is_commanded_next():
    start = replace(landing(replace(LANDER, slew_rate=None, attitude_control=CONTROL)), faults=())
    law = ls.BangBang()
    plan = (ls.Guided(name="bang-bang", law=law, max_duration=30 * u.s), *start.plan[1:])
    flight = ls.simulate(replace(start, plan=plan))
    lit = [phase for phase in flight.trajectory.phases if phase.thrust_n > 0.0]
    assert flight.trajectory.phases[0].thrust_n == 0.0
    assert angle_of(lit[0].direction, lit[0].commanded) < 1e-6


# Faults


def test_a_craft_whose_control_is_lost_keeps_its_rate_while_it_burns():
    flight = burnt(
        burn(dv=1),
        burn(at_s=60, steering=EAST, name="across"),
        attitude_control=replace(CONTROL, lead_time=2 * u.s),
        faults=(AttitudeControlLost(onset=61 * u.s),),
    )
    legs = [
        phase for phase in flight.trajectory.phases if phase.name == "across" and phase.segment.start_s >= 61.0 - 1e-9
    ]
    for before, after in pairwise(legs[:-1]):  # 2 s before and 1 s after the ignition, at 1 deg/s2
        assert np.degrees(angle_of(before.direction, after.direction)) == pytest.approx(0.3, abs=1e-6)


def test_a_weak_control_takes_as_long_as_its_acceleration_says():
    weak = WeakAttitudeControl(angular_acceleration=0.1 * ACCELERATION)
    flight = burnt(
        burn(dv=1),
        burn(at_s=60, steering=EAST, name="across"),
        attitude_control=replace(CONTROL, lead_time=2 * u.s),
        faults=(weak,),
    )
    leg = next(phase for phase in flight.trajectory.phases if phase.name == "across")
    assert 90.0 - np.degrees(angle_of(leg.direction, leg.commanded)) == pytest.approx(0.05 * 2.05**2, abs=1e-6)


@pytest.mark.parametrize(
    ("fault", "turned_deg"),
    [
        (AttitudeControlLost(onset="ignition of across"), 0.5 * 5.0**2 + 5.0 * 5.05),  # it had all the 10 s
        (AttitudeControlLost(onset=55 * u.s), 0.5 * 5.0**2 + 5.0 * 5.05),  # at its greatest rate, which it keeps
        (AttitudeControlLost(onset=53 * u.s), 0.5 * 3.0**2 + 3.0 * 7.05),
        (AttitudeControlLost(onset=30 * u.s), 0.0),  # before it set out
        (AttitudeControlLost(onset=1 * u.s, end=58 * u.s), 0.5 * 2.05**2),
        (
            WeakAttitudeControl(angular_acceleration=0.1 * ACCELERATION, onset=55 * u.s),
            0.5 * 5.0**2 + 5.0 * 5.05 - 0.05 * 5.05**2,  # it could not stop any more, and brakes
        ),
    ],
)
def test_a_coast_is_time_to_turn_in_with_the_control_that_there_was(fault, turned_deg):
    flight = burnt(
        burn(dv=1),
        burn(at_s=60, steering=EAST, name="across"),
        attitude_control=replace(CONTROL, lead_time=10 * u.s),
        faults=(fault,),
    )
    leg = next(phase for phase in flight.trajectory.phases if phase.name == "across")
    assert 90.0 - np.degrees(angle_of(leg.direction, leg.commanded)) == pytest.approx(turned_deg, abs=1e-5)


def test_a_craft_does_not_turn_while_its_computer_restarts():
    monitor = ls.ThrustMonitor(window=5 * u.s, reaction="restart")
    flight = burnt(
        burn(dv=1),
        burn(at_s=30, dv=500, steering=EAST, name="across", timer_s=50),
        attitude_control=ls.AttitudeControl(
            slew_rate=1 * RATE, angular_acceleration=5 * ACCELERATION, lead_time=1 * u.s
        ),
        computer=ls.FlightComputer(thrust_monitor=monitor, restart_time=30 * u.s),
        faults=(ls.AccelerometerOff(onset=20 * u.s),),
    )
    lit = [phase for phase in flight.trajectory.phases if phase.name == "across" and phase.thrust_n > 0.0]
    after = next(phase for phase in lit if phase.segment.start_s > 60.0)
    assert after.segment.start_s == pytest.approx(65.0, abs=1e-6)
    # 6 s at 1 deg/s, of which one before the ignition, but for the time to reach it; then the time to stop
    stopped_deg = 6.0 - 0.5 * 0.2 + 0.5 * 0.2
    assert 90.0 - np.degrees(angle_of(after.direction, after.commanded)) == pytest.approx(
        stopped_deg + 0.5 * 5.0 * 0.05**2, abs=1e-5
    )


def test_an_attitude_that_goes_wrong_in_flight_turns_the_thrust_from_then_on():
    flight = burnt(
        burn(dv=30), attitude_control=ls.AttitudeControl(), faults=(WrongAttitude(yaw=2 * u.deg, onset=5 * u.s),)
    )
    errors, elapsed = flight.pointing_error.to_value(u.deg), flight.elapsed.to_value(u.s)
    lit = np.isfinite(errors)
    assert np.all(errors[lit & (elapsed < 4.9)] == 0.0)
    assert np.all(errors[lit & (elapsed > 5.1)] > 0.1)


@pytest.mark.parametrize(
    ("fault", "parts", "words"),
    [
        (AttitudeControlLost(), {}, "has no attitude control: expected Spacecraft"),
        (WrongAttitude(pitch=1 * u.deg), {}, "has no attitude control: expected Spacecraft"),
        (WeakAttitudeControl(), {"attitude_control": CONTROL}, "neither slew_rate nor angular_acceleration"),
        (
            WeakAttitudeControl(slew_rate=6 * RATE),
            {"attitude_control": CONTROL},
            r"slew_rate = 6.0 deg / s, and the craft's attitude_control has slew_rate = 5.0 deg / s",
        ),
        (
            WrongAttitude(pitch=1 * u.deg, onset=5 * u.s),
            {"attitude_control": CONTROL, "navigation": ls.DeadReckoning()},
            "is a DeadReckoning, whose attitude comes of its sensors",
        ),
    ],
)
def test_a_fault_of_the_attitude_that_a_craft_cannot_have_is_refused(fault, parts, words):
    with pytest.raises(ls.InputError, match=words):
        burnt(burn(), faults=(fault,), **parts)


# What is told


def test_the_table_of_a_flight_shows_the_true_axis_beside_the_commanded_one():
    table = landed(CONTROL).to_table()
    true, commanded = table["thrust_direction"].value, table["commanded_direction"].value
    lit = np.isfinite(true[:, 0])
    apart = [np.degrees(angle_of(a, b)) for a, b in zip(true[lit], commanded[lit], strict=True)]
    assert np.allclose(apart, table["pointing_error"][lit].to_value(u.deg), atol=1e-9)
    assert "pointing_error" not in landed().to_table().colnames


def test_a_saved_flight_keeps_both_axes(tmp_path):
    flight = landed(CONTROL)
    flight.save(tmp_path / "landing.npz")
    again = ls.Flight.load(tmp_path / "landing.npz")
    assert again == flight
    assert np.array_equal(again.commanded_direction, flight.commanded_direction, equal_nan=True)
