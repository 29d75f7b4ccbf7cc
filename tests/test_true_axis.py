"""Sensors of a craft with an attitude control: they are mounted on its true axis, which turns, and not on its thrust.

The references are written here: the angle of a turn from rest at a constant angular acceleration, and the geometry of a
beam over a sphere.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from landing_example import LANDER, SITE, landing
from sensor_example import range_to_sphere

import lunarsim as ls

RATE, ACCELERATION, MPS = u.deg / u.s, u.deg / u.s**2, u.m / u.s
CONTROL = ls.AttitudeControl(slew_rate=10 * RATE, angular_acceleration=1 * ACCELERATION, lead_time=1 * u.s)
START = landing().state
MOON = landing().moon
UP = START.position.to_value(u.m) / np.linalg.norm(START.position.to_value(u.m))
LEFT = np.cross(START.position.value, START.velocity.value)
AHEAD = np.cross(LEFT / np.linalg.norm(LEFT), UP)
ASIDE = 0.8 * AHEAD + 0.6 * LEFT / np.linalg.norm(LEFT)  #: horizontal, where the turns lead
BEAM = {"off_nadir": 25 * u.deg, "azimuth": 40 * u.deg}
ALTIMETER = ls.Altimeter(rate=2 * u.Hz, **BEAM)
VELOCIMETER = ls.Velocimeter(rate=2 * u.Hz)
BLIND = ls.KalmanFilter(gate=1e-6)  #: which believes no sensor
BOTH = pytest.mark.parametrize("integrator", ["DOP853", "collocation"])


def axis_turned(angle_deg, start=UP, toward=ASIDE):
    """The axis at an angle from where a turn began."""
    angle, ahead = np.radians(angle_deg), toward - (toward @ start) * start
    return np.cos(angle) * start + np.sin(angle) * ahead / np.linalg.norm(ahead)


def body(axis):
    """The axes of the body: y is to the left of the flight."""
    y = LEFT - (LEFT @ axis) * axis
    y /= np.linalg.norm(y)
    return np.array([np.cross(y, axis), y, axis])


def slant_range(position_m, axes, off_nadir, azimuth):
    """How far it is to the sphere along a beam of the body."""
    angle, round_it = off_nadir.to_value(u.rad), azimuth.to_value(u.rad)
    in_body = [np.sin(angle) * np.cos(round_it), np.sin(angle) * np.sin(round_it), -np.cos(angle)]
    r = np.linalg.norm(position_m)
    return range_to_sphere(
        r - ls.constants.MOON_RADIUS_M, np.arccos(np.clip(-position_m @ (in_body @ axes) / r, -1.0, 1.0))
    )


def burn(name, at_s, lasts_s, direction):
    return ls.Burn(
        name=name,
        ignition=START.epoch + at_s * u.s,
        target_delta_v=1e4 * MPS,
        timer=lasts_s * u.s,
        steering=ls.FixedDirection(direction=direction * u.one),
    )


def engine_off(lasts_s=0.5, attitude="held", **numbers):
    law = ls.EngineOff(attitude=attitude)
    return ls.Guided(name=f"off, {attitude}", law=law, max_duration=lasts_s * u.s, **numbers)


def flown(*plan, integrator="DOP853", navigation=BLIND, misalignment=0 * u.deg, **parts):
    engine = replace(LANDER.engine, misalignment_pitch=misalignment, misalignment_yaw=-0.5 * misalignment)
    craft = replace(LANDER, slew_rate=None, attitude_control=CONTROL, engine=engine, navigation=navigation, **parts)
    scenario = ls.Scenario(name="turns", state=START, craft=craft, moon=MOON, plan=plan, landing_site=SITE)
    return ls.simulate(scenario, integrator=integrator)


def measured_at(flight, elapsed_s):
    """Position (m), range (m) and velocity in the body (m/s) at a look."""
    history = flight.navigation
    k = np.flatnonzero(np.abs(history.elapsed_s - elapsed_s) < 1e-9)[0]
    return history.true_state[k, :3], history.measured_range_m[k], history.measured_velocity_mps[k]


def turning_burn(lasts_s, toward=ASIDE):
    """A burn along the vertical, and one whose engine lights 1 s after its axis has set out for where it leads."""
    return burn("up", 0.0, 1.0, UP), burn("turning", 20.0, lasts_s, axis_turned(60.0, UP, toward))


def check_beams(flight, elapsed_s, axis):
    axes, state = body(axis), flight.at(flight.start + elapsed_s * u.s)
    position_m, range_m, velocity_mps = measured_at(flight, elapsed_s)
    assert range_m == pytest.approx(slant_range(position_m, axes, **BEAM), abs=1e-5)
    up, across = (each.to_value(MPS) for each in ls.ground_velocity(state))
    found, zenith = velocity_mps @ axes, position_m / np.linalg.norm(position_m)
    assert found @ zenith == pytest.approx(up, abs=1e-7)
    assert np.linalg.norm(np.cross(found, zenith)) == pytest.approx(across, abs=1e-7)


@BOTH
@pytest.mark.parametrize("misalignment", [0 * u.deg, 4 * u.deg])
@pytest.mark.parametrize("lasts_s", [1.0, 2.5])
def test_beams_leave_along_the_true_axis_while_a_burn_turns_whatever_its_line_of_thrust(
    integrator, misalignment, lasts_s
):
    flight = flown(
        *turning_burn(lasts_s),
        engine_off(),
        integrator=integrator,
        misalignment=misalignment,
        altimeter=ALTIMETER,
        velocimeter=VELOCIMETER,
    )
    check_beams(flight, 20.0 + lasts_s, axis_turned(0.5 * (1.0 + lasts_s) ** 2))


@BOTH
def test_beams_follow_an_axis_that_comes_to_rest_in_a_coast(integrator):
    plan = (*turning_burn(2.0), ls.Coast(duration=1 * u.s), engine_off())
    flight = flown(*plan, integrator=integrator, altimeter=ALTIMETER, velocimeter=VELOCIMETER)
    check_beams(flight, 23.0, axis_turned(0.5 * 3.0**2 + 3.0 - 0.5))


@BOTH
def test_beams_follow_an_axis_that_turns_between_two_looks_of_a_guided_phase(integrator):
    start = axis_turned(40.0)
    plan = (burn("aside", 0.0, 1.0, start), engine_off(9.0, "upright", cycle_time=4 * u.s))
    flight = flown(*plan, integrator=integrator, altimeter=ALTIMETER, velocimeter=VELOCIMETER)
    believed_m = flight.navigation.estimated_state[0, :3]  # by whose vertical it is commanded
    check_beams(flight, 5.0, axis_turned(0.5 * 4.0**2, start, believed_m / np.linalg.norm(believed_m)))


def test_accelerometers_feel_a_misaligned_thrust_in_their_own_axes():
    """Along none of them is it as large as the whole: that would be cut by their range."""
    plan = (burn("up", 0.0, 5.0, UP), engine_off())
    one = ls.Accelerometer(rate=10 * u.Hz, saturation=3.9 * u.m / u.s**2)  # of 4.0 to 4.03 m/s2
    beside, along = (
        flown(*plan, navigation=ls.DeadReckoning(), misalignment=angle, accelerometer=one).navigation
        for angle in (20 * u.deg, 0 * u.deg)
    )
    assert np.abs(beside.position_error).max() < 1e-6 * u.m
    assert np.abs(along.position_error).max() > 1 * u.m


def test_gyros_feel_the_turn_of_the_true_axis():
    """With a scale factor that is one per cent too large the estimated axis runs ahead of the true one by that."""
    plan = (*turning_burn(2.0, AHEAD), engine_off())
    flight = flown(*plan, navigation=ls.DeadReckoning(), gyro=ls.Gyro(rate=200 * u.Hz, scale_factor=1.01))
    first, second = flight.burns
    t_s, dt_s = np.linspace(0.0, 2.0, 2000, endpoint=False) + 5e-4, 1e-3
    mass_kg = 1000.0 - first.propellant.value - second.propellant.value * t_s / 2.0
    estimated = np.array([axis_turned(1.01 * 0.5 * (1.0 + each) ** 2, UP, AHEAD) for each in t_s])
    dv_mps = first.delta_v.value * UP + np.sum(4000.0 / mass_kg[:, np.newaxis] * estimated, axis=0) * dt_s
    assert flight.navigation.sensed_delta_v_mps[0] == pytest.approx(dv_mps, abs=7e-5)  # of the steps of the thrust


@BOTH
def test_a_wrong_attitude_moves_the_true_axis_and_the_filter_takes_its_range_for_another_height(integrator):
    filtering = ls.KalmanFilter(
        attitude_pitch=2 * u.deg,
        gate=100,
        altitude_bias_sigma=1 * u.mm,
        **{f"{name}_sigma": 1 * u.mm for name in ("downrange", "crossrange")},
        **{f"{name}_rate_sigma": 1e-3 * MPS for name in ("downrange", "crossrange", "altitude")},
    )
    beside = ls.Altimeter(rate=10 * u.Hz, noise_share=1e-9, **BEAM)
    plan = (burn("up", 0.0, 1.0, UP), engine_off())
    flight = flown(*plan, integrator=integrator, navigation=filtering, altimeter=beside)
    position_m, range_m, _ = measured_at(flight, 1.0)
    true = axis_turned(-2.0, UP, AHEAD)  # that the estimated one, turned to the left of the flight, points up
    assert range_m == pytest.approx(slant_range(position_m, body(true), **BEAM), abs=1e-5)
    believed_m = position_m / np.linalg.norm(position_m) * np.linalg.norm(flight.navigation.estimated_state[0, :3])
    assert range_m == pytest.approx(slant_range(believed_m, body(UP), **BEAM), abs=0.01)
    assert abs(flight.navigation.altitude_error[0]) > 20 * u.m


def turning_landing(**parts):
    engine = replace(LANDER.engine, misalignment_pitch=1 * u.deg, misalignment_yaw=-2 * u.deg)
    craft = replace(LANDER, slew_rate=None, attitude_control=CONTROL, engine=engine, **parts)
    return landing(craft)


def test_the_lanes_take_what_is_measured_along_the_true_axis():
    sure = ls.KalmanFilter(altitude_sigma=1 * u.m, downrange_sigma=1 * u.m, crossrange_sigma=1 * u.m)
    flight = ls.simulate(turning_landing(navigation=sure, altimeter=ALTIMETER, velocimeter=VELOCIMETER))
    assert np.nanmax(flight.pointing_error) > 5 * u.deg
    table = flight.lanes()
    for name, worst in (("altitude", 1e-5), ("altitude_rate", 1e-7), ("horizontal_speed", 1e-5)):
        off = (table[f"{name}_measured"] - table[f"{name}_true"]).value
        assert np.isfinite(off).sum() > 50, name
        assert np.nanmax(np.abs(off)) < worst, name


@pytest.mark.slow
def test_runs_of_a_campaign_have_their_sensors_on_the_true_axis_too():
    noisy = replace(ALTIMETER, noise=1 * u.m), replace(VELOCIMETER, noise=0.1 * MPS)
    unit = ls.Gyro(rate=10 * u.Hz, angle_random_walk=1e-3 * u.deg / u.s**0.5)
    filtering = ls.KalmanFilter(attitude_pitch=0.2 * u.deg, altitude_sigma=20 * u.m)
    scenario = turning_landing(navigation=filtering, altimeter=noisy[0], velocimeter=noisy[1], gyro=unit)
    scattered = {
        "craft.attitude_control.angular_acceleration": ls.Uniform(0.5 * ACCELERATION, 2 * ACCELERATION),
        "craft.engine.misalignment_yaw": ls.Normal(0 * u.deg, 1 * u.deg),
        "craft.navigation.seed": ls.Uniform(0 * u.one, 1e15 * u.one),
    }
    held = ls.Campaign(scenario, scattered).run(6, seed=1).cross_check(6)
    assert held.different == ()
    assert held.position < 1e-4 * u.m
