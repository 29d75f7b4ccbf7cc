"""Flights whose computer keeps an estimate of its own: dead reckoning, the Kalman filter, what the timeline tells."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from astropy import units as u
from landing_example import LANDER, landing
from numpy_filter import NumpyFilter, begun

import lunarsim as ls
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.events.timeline import EventKind
from lunarsim.kernels.guidance.attitude import BODY, turn_of
from lunarsim.kernels.navigation.path import FlownLeg, path_of, position_at, velocity_at
from lunarsim.kernels.sequence.engine import engine_off

MPS = u.m / u.s
ALTIMETER = ls.Altimeter(rate=2 * u.Hz, noise=0.5 * u.m, noise_share=1e-3)
VELOCIMETER = ls.Velocimeter(rate=1 * u.Hz, noise=0.1 * MPS)
#: So well known at the start that the landing needs no rescue.
FILTER = ls.KalmanFilter(
    downrange_sigma=30 * u.m, crossrange_sigma=30 * u.m, altitude_sigma=20 * u.m, altitude_bias_sigma=1 * u.m, seed=5
)


@cache
def flown(navigation, altimeter=None, velocimeter=None, **changed):
    craft = replace(LANDER, navigation=navigation, altimeter=altimeter, velocimeter=velocimeter, **changed)
    return ls.simulate(landing(craft))


def told(flight):
    return [(event.kind, (event.time - flight.start).to_value(u.s)) for event in flight.timeline]


def test_dead_reckoning_without_errors_is_the_truth_over_a_landing():
    navigation = flown(ls.DeadReckoning()).navigation
    assert np.abs(navigation.position_error).max() < 1 * u.mm
    assert np.abs(navigation.velocity_error).max() < 1e-6 * MPS
    assert np.isnan(navigation.covariances).all()


def test_a_flight_by_dead_reckoning_without_errors_is_that_by_the_truth():
    true, reckoned = flown(ls.Navigation()), flown(ls.DeadReckoning())
    assert np.linalg.norm(true.outcome.state.position - reckoned.outcome.state.position) < 1 * u.mm
    assert [kind for kind, _ in told(true)] == [kind for kind, _ in told(reckoned)]
    assert true.navigation is None


def test_an_accelerometer_with_a_bias_leads_dead_reckoning_away_by_half_its_square():
    flight = flown(ls.DeadReckoning(), accelerometer=ls.Accelerometer(bias=1e-3 * u.m / u.s**2))
    navigation = flight.navigation
    t = navigation.elapsed
    # along an axis that turns: no more than along one that holds still
    assert np.all(np.linalg.norm(navigation.position_error, axis=1) <= 0.5e-3 * u.m / u.s**2 * t**2 * 1.001 + 1 * u.mm)
    assert np.linalg.norm(navigation.velocity_error[-1]) > 0.5 * 1e-3 * u.m / u.s**2 * t[-1]


def test_an_accelerometer_without_power_makes_dead_reckoning_fall():
    navigation = flown(ls.DeadReckoning(), accelerometer=ls.Accelerometer(powered=False)).navigation
    assert np.all(navigation.sensed_delta_v_mps == 0.0)
    assert navigation.altitude_error[-1] < -300 * u.m


@pytest.mark.slow
def test_the_filter_is_that_of_numpy_on_a_recorded_flight():
    unit = ls.Accelerometer(velocity_random_walk=0.02 * u.m / u.s**1.5, bias=2e-3 * u.m / u.s**2)
    altimeter = replace(ALTIMETER, off_nadir=12 * u.deg, azimuth=170 * u.deg)
    flight = flown(FILTER, altimeter, VELOCIMETER, accelerometer=unit)
    by_hand, history, k = NumpyFilter(flight, begun(flight)), flight.navigation, 0
    assert history.altimeter_rejected == history.velocimeter_rejected == 0
    worst = np.zeros(3)
    for phase in flight.trajectory.phases:
        if k < len(history.elapsed_s) and abs(history.elapsed_s[k] - phase.segment.start_s) < 1e-9:
            estimate, p = history.estimated_state[k], history.covariances[k]
            deviations = np.sqrt(np.diag(p))
            worst = np.maximum(
                worst,
                [
                    np.linalg.norm(by_hand.r - estimate[:3]) / np.linalg.norm(estimate[:3]),
                    np.linalg.norm(by_hand.v - estimate[3:]) / np.linalg.norm(history.estimated_state[0, 3:]),
                    np.abs((by_hand.p - p) / np.outer(deviations, deviations)).max(),
                ],
            )
            k += 1
        by_hand.follow(phase, phase.direction)
    assert k > 100
    assert worst.max() < 1e-9


def test_a_filter_keeps_within_a_few_of_its_deviations_and_tells_of_its_sensors():
    flight = flown(FILTER, ALTIMETER, VELOCIMETER)
    navigation = flight.navigation
    assert np.all(np.abs(navigation.altitude_error) < 5 * navigation.altitude_sigma)
    assert navigation.altitude_sigma[-1] < 1.5 * u.m < navigation.altitude_sigma[0]
    assert navigation.normalised_errors.max() < 40  # chi-square of 6: once in two million
    kinds = [kind for kind, _ in told(flight)]
    assert EventKind.ALTIMETER_ACQUIRED in kinds
    assert EventKind.VELOCIMETER_ACQUIRED in kinds
    assert EventKind.ALTIMETER_REJECTED not in kinds


def test_an_altimeter_beyond_its_range_is_lost_and_the_filter_goes_on_without():
    flight = flown(FILTER, replace(ALTIMETER, min_range=300 * u.m), VELOCIMETER)
    (lost,) = (t_s for kind, t_s in told(flight) if kind is EventKind.ALTIMETER_LOST)
    state = flight.at(flight.start + lost * u.s)
    assert state.altitude < 300 * u.m
    assert np.abs(flight.navigation.altitude_error[-1]) < 5 * flight.navigation.altitude_sigma[-1]


@pytest.mark.parametrize("rule", ["ignore", "accept", "reinitialise"])
def test_after_a_false_lock_the_altimeter_is_rejected_and_the_rule_followed(rule):
    altimeter = replace(ALTIMETER, false_lock_from=30 * u.s, false_lock_offset=400 * u.m)
    navigation = replace(FILTER, on_rejections=rule, rejections=6, altitude_bias_sigma=1 * u.m)
    flight = flown(navigation, altimeter, VELOCIMETER)
    times = dict(reversed(told(flight)))  # of the first event of each kind
    assert 29.999 < times[EventKind.ALTIMETER_REJECTED] < 32.0  # the sample at 30 s is the first
    history = flight.navigation
    if rule == "ignore":
        assert times[EventKind.ALTIMETER_IGNORED] == pytest.approx(times[EventKind.ALTIMETER_REJECTED] + 2.5, abs=1.0)
        assert history.altimeter_rejected == 6
        assert np.abs(history.altitude_error[-1]) < 5 * u.m
    else:
        assert EventKind.ALTIMETER_IGNORED not in times
        assert (EventKind.FILTER_REINITIALISED in times) == (rule == "reinitialise")
    if rule == "reinitialise":  # it believes the altimeter now
        assert history.restarts >= 1
        assert history.altitude_error.max() > 200 * u.m


def test_an_altimeter_that_is_ignored_still_says_what_it_measures():
    altimeter = replace(ALTIMETER, false_lock_from=30 * u.s, false_lock_offset=400 * u.m)
    flight = flown(replace(FILTER, on_rejections="ignore", rejections=6), altimeter, VELOCIMETER)
    (ignored_s,) = (t_s for kind, t_s in told(flight) if kind is EventKind.ALTIMETER_IGNORED)
    after = flight.navigation.elapsed_s > ignored_s
    measured_m = flight.navigation.measured_range_m[after]
    assert after.sum() > 10
    assert np.unique(measured_m).size > 0.9 * after.sum() / ALTIMETER.rate.to_value(u.Hz)


def test_a_slow_altimeter_that_is_rejected_over_and_over_is_told_once():
    altimeter = replace(ALTIMETER, rate=0.3 * u.Hz, false_lock_from=30 * u.s, false_lock_offset=400 * u.m)
    flight = flown(replace(FILTER, on_rejections="accept", rejections=1000), altimeter, VELOCIMETER)
    assert flight.navigation.altimeter_rejected > 5
    assert [kind for kind, _ in told(flight)].count(EventKind.ALTIMETER_REJECTED) == 1


@pytest.mark.parametrize(
    ("cycle_s", "others"),
    [
        (1.0, {}),
        (0.25, {}),
        (1.0, {"star_tracker": ls.StarTracker(rate=7 * u.Hz)}),
        (1.0, {"gyro": ls.Gyro(rate=3 * u.Hz)}),
    ],
    ids=["cycles of 1 s", "cycles of 0.25 s", "a star tracker of 7 Hz", "a gyro of 3 Hz"],
)
def test_an_accelerometer_is_as_late_as_it_says_whatever_the_guidance_cycle_and_the_other_sensors(cycle_s, others):
    unit, at_s, late_s = ls.Accelerometer(latency=0.5 * u.s), 60.0, 0.5
    scenario = landing(replace(LANDER, navigation=ls.DeadReckoning(), accelerometer=unit, **others))
    plan = tuple(replace(phase, cycle_time=cycle_s * u.s) for phase in scenario.plan)
    flight = ls.simulate(replace(scenario, plan=plan))
    k = np.searchsorted(flight.navigation.elapsed_s, at_s - 1e-6)
    # Two moments of one engine setting: what is lacking is what the engine gave in the last half second.
    masses = flight.trajectory.at(flight.navigation.elapsed_s[k] - np.array([late_s, 0.0]))[0][:, 6]
    exhaust_mps = LANDER.engine.exhaust_velocity.to_value(MPS)
    lacking = np.linalg.norm(flight.navigation.velocity_error[k].to_value(MPS))
    assert lacking == pytest.approx(exhaust_mps * np.log(masses[0] / masses[1]), rel=0.02)


def test_the_noise_of_an_accelerometer_is_the_same_with_a_star_tracker_that_errs_in_nothing():
    unit = ls.Accelerometer(velocity_random_walk=1e-2 * u.m / u.s**1.5)
    alone = flown(ls.DeadReckoning(seed=3), accelerometer=unit).navigation
    beside = flown(ls.DeadReckoning(seed=3), accelerometer=unit, star_tracker=ls.StarTracker(rate=3 * u.Hz)).navigation
    k = np.searchsorted(alone.elapsed_s, [20.0, 40.0, 60.0])
    apart = np.linalg.norm(alone.velocity_error[k] - beside.velocity_error[k], axis=1)
    assert apart.max() < 1e-2 * np.linalg.norm(alone.velocity_error[k], axis=1).min()


def test_a_covariance_that_is_not_positive_has_no_normalised_error():
    history = flown(FILTER, ALTIMETER, VELOCIMETER).navigation
    flat = replace(history, covariances=np.zeros_like(history.covariances))
    assert np.isnan(flat.normalised_errors).all()


def test_gyros_that_drift_turn_what_the_accelerometers_say_until_a_star_tracker_is_there():
    gyro = ls.Gyro(bias_x=20 * u.deg / u.hour, bias_y=20 * u.deg / u.hour)
    adrift = flown(ls.DeadReckoning(), gyro=gyro).navigation
    held = flown(ls.DeadReckoning(), gyro=gyro, star_tracker=ls.StarTracker(limb_exclusion=0 * u.deg)).navigation
    # w t turns a dv of g t: the velocity errs by some w g t^2 / 2
    expected = 0.5 * np.hypot(20, 20) * u.deg / u.hour * 1.62 * u.m / u.s**2 * adrift.elapsed[-1] ** 2
    error = np.linalg.norm(adrift.velocity_error[-1])
    assert 0.3 < (error / expected).to_value(u.one, u.dimensionless_angles()) < 2.0
    assert np.linalg.norm(held.velocity_error[-1]) < 0.1 * error


def test_a_filter_over_the_terrain_that_it_carries_takes_a_hill_for_a_hill():
    flight = flown(replace(FILTER, map="terrain"), ALTIMETER, VELOCIMETER)
    assert np.all(np.abs(flight.navigation.altitude_error) < 5 * flight.navigation.altitude_sigma)


def test_both_integrators_fly_the_same_estimate():
    check = flown(FILTER, ALTIMETER, VELOCIMETER).cross_check()
    assert check.alike, check
    assert check.end < 1 * u.m
    assert check.events < 1e-3 * u.s


def test_a_flight_is_saved_with_its_navigation(tmp_path):
    flight = flown(FILTER, ALTIMETER, VELOCIMETER)
    flight.save(tmp_path / "filtered.flight")
    again = ls.Flight.load(tmp_path / "filtered.flight")
    assert again == flight
    assert again.navigation == flight.navigation


@cache
def reckoned(degree):
    """Apollo 11's landing without bodies in the sky, by dead reckoning in a field of its own."""
    scenario = ls.load_scenario("apollo11")
    craft = replace(scenario.craft, navigation=ls.DeadReckoning(gravity_degree=degree))
    return ls.simulate(replace(scenario, craft=craft, moon=replace(scenario.moon, third_bodies=())))


def test_dead_reckoning_in_the_full_field_is_the_truth_to_a_millimetre_over_a_descent():
    navigation = reckoned(50).navigation
    assert navigation.elapsed[-1] > 10 * u.min
    assert np.abs(navigation.position_error).max() < 1 * u.mm


def test_dead_reckoning_about_a_point_mass_misses_what_it_does_not_know_of_the_field():
    navigation = reckoned(0).navigation
    error = np.linalg.norm(navigation.position_error, axis=1)[-1]
    t = navigation.elapsed[-1]
    lacking = 2 * error / t**2  # of gravity, in the mean: mascons have up to some mm/s2
    assert 1e-4 * u.m / u.s**2 < lacking < 5e-3 * u.m / u.s**2


def test_the_path_between_the_ends_of_a_leg_is_the_one_that_was_flown():
    flight = reckoned(50)
    low, zero, unturned = lower(flight.scenario), (0.0, 0.0, 0.0), turn_of(np.zeros(1, BODY)[0])
    exhaust_mps = float(flight.scenario.craft.engine.exhaust_velocity.to_value(MPS))
    off_m, off_mps = [], []
    for phase in flight.trajectory.phases[5::25]:
        start_s, end_s = phase.segment.start_s, phase.segment.end_s
        if end_s - start_s < 1.0:
            continue
        flow = -np.diff(flight.trajectory.at(np.array([start_s, end_s]))[0][:, 6])[0] / (end_s - start_s)
        propulsion = engine_off()._replace(
            thrust_n=phase.thrust_n,
            exhaust_velocity_mps=phase.thrust_n / flow if flow > 0.0 else exhaust_mps,
            direction=phase.direction,
        )
        ends = phase.segment.path.start_y[0], phase.segment.end_y
        leg = FlownLeg(start_s, end_s, *ends, propulsion, 0.0, zero, unturned, zero, 0.0)
        path = path_of(leg, float(low.environment.field.exact.gm))
        for t_s in np.linspace(start_s, end_s, 7):
            y = flight.trajectory.at(np.array([t_s]))[0][0]
            off_m.append(np.linalg.norm(np.array(position_at(t_s, path)) - y[:3]))
            off_mps.append(np.linalg.norm(np.array(velocity_at(t_s, path)) - y[3:6]))
    assert len(off_m) > 50
    assert max(off_m) < 1e-7  # a micrometre would be far below the noise of any altimeter
    assert max(off_mps) < 1e-6


def test_an_accelerometer_that_fails_in_flight_is_felt_from_then_on():
    scenario = landing(replace(LANDER, navigation=ls.DeadReckoning()))
    flight = ls.simulate(scenario.with_faults(ls.AccelerometerOff(onset=30.3 * u.s)))
    navigation = flight.navigation
    before = navigation.elapsed < 30.2 * u.s
    assert np.abs(navigation.position_error[before]).max() < 1 * u.mm
    assert navigation.altitude_error[np.searchsorted(navigation.elapsed_s, 45.0)] < -50 * u.m


def test_the_timeline_tells_what_was_measured_and_when_a_sensor_is_accepted_again():
    navigation = replace(FILTER, on_rejections="accept", rejections=4, altitude_bias_sigma=1 * u.m)
    flight = flown(navigation, replace(ALTIMETER, false_lock_from=30 * u.s, false_lock_offset=400 * u.m), VELOCIMETER)
    events = {event.kind: event for event in reversed(flight.timeline)}  # the first of each kind
    acquired, rejected = events[EventKind.ALTIMETER_ACQUIRED], events[EventKind.ALTIMETER_REJECTED]
    told, off = rejected.detail.split(", ")
    for event, text, more in ((acquired, acquired.detail, 0.0), (rejected, told, 400.0)):
        range_m = float(text.removeprefix("range ").removesuffix(" m"))
        height_m = event.true.state.altitude.to_value(u.m)
        assert 0.98 * height_m < range_m - more < 1.2 * height_m  # along an axis that leans
    assert float(off.split()[0]) > navigation.gate
    assert events[EventKind.ALTIMETER_ACCEPTED].time > rejected.time
