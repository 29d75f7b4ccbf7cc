"""What craft, plans, sites and scenarios accept, hold and refuse."""

import dataclasses

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
ENGINE = {"thrust": 4.2 * u.kN, "specific_impulse": 310 * u.s}
CRAFT = {"dry_mass": 1000 * u.kg, "propellant_mass": 350 * u.kg, "engine": ls.Engine(**ENGINE)}
BURN = {"ignition": EPOCH, "target_delta_v": 24.3 * u.m / u.s, "timer": 127 * u.s}
SITE = {"latitude": -57.865 * u.deg, "longitude": 61.36 * u.deg}


def test_the_exhaust_velocity_is_the_specific_impulse_times_standard_gravity():
    assert ls.Engine(**ENGINE).exhaust_velocity.to_value(u.m / u.s) == pytest.approx(
        3040.0615, abs=1e-9
    )  # 310 * 9.80665


def test_the_mass_of_a_craft_is_that_of_its_dry_parts_and_its_propellant_in_any_units():
    craft = ls.Spacecraft(**{**CRAFT, "dry_mass": 1 * u.t, "propellant_mass": 350e3 * u.g})
    assert craft.mass.to_value(u.kg) == pytest.approx(1350.0, rel=1e-15)  # rounding of a unit


def test_an_accelerometer_is_powered_and_without_errors_unless_told_otherwise():
    sensor = ls.Spacecraft(**CRAFT).accelerometer
    assert isinstance(sensor, ls.Accelerometer)
    assert sensor.powered is True
    assert sensor.scale_factor == 1.0
    assert sensor.bias == 0 * u.m / u.s**2


@pytest.mark.parametrize(
    ("component", "name"),
    [(ls.Engine(**ENGINE), "thrust"), (ls.Spacecraft(**CRAFT), "engine"), (ls.Burn(**BURN), "timer")],
)
def test_a_component_cannot_be_changed_once_it_is_made(component, name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(component, name, getattr(component, name))


@pytest.mark.parametrize(
    ("make", "options", "parts"),
    [
        (ls.Engine, {**ENGINE, "thrust": 4200}, ["thrust = 4200 has no unit", "a force such as 4.2 * u.kN"]),
        (ls.Engine, {**ENGINE, "thrust": 0 * u.N}, ["thrust = 0.0 N: expected from 1e-06 N to 1e+09 N"]),
        (ls.Engine, {**ENGINE, "thrust": -1 * u.N}, ["thrust = -1.0 N: expected from 1e-06 N to 1e+09 N"]),
        (ls.Engine, {**ENGINE, "thrust": 428 * u.kg}, ["thrust = 428.0 kg is of the wrong dimension", "a force"]),
        (
            ls.Engine,
            {**ENGINE, "specific_impulse": 3040 * u.m / u.s},
            ["specific_impulse = 3040.0 m / s is of the wrong dimension", "a time span"],
        ),
        (ls.Engine, {**ENGINE, "specific_impulse": np.nan * u.s}, ["specific_impulse = nan s is not finite"]),
        (ls.Spacecraft, {**CRAFT, "dry_mass": -1 * u.kg}, ["dry_mass = -1.0 kg: expected from 0.001 kg to 1e+09 kg"]),
        (ls.Spacecraft, {**CRAFT, "dry_mass": 0 * u.kg}, ["dry_mass = 0.0 kg: expected from 0.001 kg"]),
        (
            ls.Spacecraft,
            {**CRAFT, "propellant_mass": -3 * u.kg},
            ["propellant_mass = -3.0 kg: expected from 0 kg to 1e+09 kg"],
        ),
        (ls.Spacecraft, {**CRAFT, "propellant_mass": 350}, ["propellant_mass = 350 has no unit", "a mass such as"]),
        (ls.Accelerometer, {"scale_factor": np.inf}, ["scale_factor = inf", "expected a finite number"]),
        (ls.Accelerometer, {"bias": 0.1 * u.m / u.s}, ["bias = 0.1 m / s is of the wrong dimension", "acceleration"]),
        (ls.Burn, {**BURN, "throttle": 0.0}, ["throttle = 0.0", "above 0 and up to 1"]),
        (ls.Burn, {**BURN, "throttle": 1.01}, ["throttle = 1.01", "above 0 and up to 1"]),
        (ls.Burn, {**BURN, "throttle": np.nan}, ["throttle = nan", "expected a finite number"]),
        (ls.Burn, {**BURN, "timer": 0 * u.s}, ["timer = 0.0 s: expected from 1e-06 s to 6.4e+09 s"]),
        (ls.Burn, {**BURN, "timer": 127}, ["timer = 127 has no unit", "a time span such as 84 * u.s"]),
        (
            ls.Burn,
            {**BURN, "target_delta_v": -24.3 * u.m / u.s},
            ["target_delta_v = -24.3 m / s: expected from 1e-09 m / s to 100000 m / s"],
        ),
        (ls.Burn, {**BURN, "ignition": "11:10"}, ["ignition = '11:10' is not a Time", "expected e.g. Time("]),
        (ls.Burn, {**BURN, "ignition": EPOCH + [0, 1] * u.s}, ["ignition holds 2 times: expected one"]),
        (ls.Coast, {"duration": -1 * u.h}, ["duration = -1.0 h: expected from 1e-06 s to 6.4e+09 s"]),
        (ls.Coast, {"duration": 3 * u.km}, ["duration = 3.0 km is of the wrong dimension", "a time span"]),
        (ls.FixedDirection, {"direction": [0, 0, 0] * u.one}, ["direction has no length", "[0, 0, 1] * u.one"]),
        (ls.FixedDirection, {"direction": [0, 1] * u.one}, ["direction has shape (2,)", "expected shape (3,)"]),
        (ls.Terrain.sphere, {"elevation": -360}, ["elevation = -360 has no unit", "a length such as"]),
        (ls.Terrain.sphere, {"elevation": np.nan * u.m}, ["elevation = nan m is not finite"]),
        (ls.Site, {**SITE, "latitude": -91 * u.deg}, ["latitude = -91.0 deg: expected from -90 deg to 90 deg"]),
        (ls.Site, {**SITE, "longitude": 61.36}, ["longitude = 61.36 has no unit", "an angle such as"]),
    ],
)
def test_what_makes_no_sense_is_refused_with_name_value_and_expectation(make, options, parts):
    with pytest.raises(ls.InputError) as error:
        make(**options)
    assert [part for part in parts if part not in str(error.value)] == []


def test_an_input_error_is_also_a_value_error():
    with pytest.raises(ValueError, match="throttle"):
        ls.Burn(**BURN, throttle=2.0)


def scenario(low_orbit, **options):
    plain = {"name": "test", "state": low_orbit, "craft": ls.Spacecraft(**CRAFT), "plan": (ls.Burn(**BURN),)}
    return ls.Scenario(**{**plain, **options})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"plan": ()}, "plan has no phases: expected at least one Coast or Burn"),
        ({"craft": None}, "craft is missing: a plan with a burn or a guided phase, or a fault, needs a Spacecraft"),
        (
            {"craft": None, "plan": (ls.Coast(duration=1 * u.s),), "faults": (ls.AccelerometerOff(),)},
            "craft is missing",
        ),
        ({"plan": (ls.Burn(**{**BURN, "ignition": EPOCH - 60 * u.s}),)}, "up to 60.000 s before what precedes it ends"),
        (
            {"plan": (ls.Burn(**BURN), ls.Burn(**{**BURN, "ignition": EPOCH + 100 * u.s, "name": "second"}))},
            "burn 'second' has ignition = 2023-08-19T10:01:40.000, up to 27.000 s before",
        ),
    ],
)
def test_a_scenario_that_cannot_be_flown_is_refused(low_orbit, options, text):
    with pytest.raises(ls.InputError) as error:
        scenario(low_orbit, **options)
    assert text in str(error.value)


def test_a_scenario_starts_from_one_state_not_from_many(epoch):
    many = ls.State(np.full((2, 3), 1e6) * u.m, np.zeros((2, 3)) * u.m / u.s, epoch + [0, 1] * u.s)
    with pytest.raises(ls.InputError, match="the epoch of the state holds 2 times: expected one"):
        scenario(many)


def test_the_longest_duration_of_a_plan_takes_burns_to_the_end_of_their_timers(low_orbit):
    plan = (ls.Burn(**{**BURN, "ignition": EPOCH + 1000 * u.s}), ls.Coast(duration=1 * u.h))
    # the coast is counted from the end of the timer; a Time keeps 1e-11 s
    assert scenario(low_orbit, plan=plan).longest_duration.to_value(u.s) == pytest.approx(1000 + 127 + 3600, abs=1e-9)
