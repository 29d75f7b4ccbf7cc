"""Faults: a fault edits one component and nothing else."""

import dataclasses

import pytest
from astropy import units as u

import lunarsim as ls


def fields_of(component):
    return {field.name: getattr(component, field.name) for field in dataclasses.fields(component)}


def test_an_accelerometer_that_was_never_switched_on_differs_in_its_power_alone(craft):
    sensor = ls.Accelerometer(scale_factor=0.99, bias=0.01 * u.m / u.s**2)
    sound = dataclasses.replace(craft, accelerometer=sensor)
    defective = ls.AccelerometerOff().apply(sound)
    before, after = fields_of(sound), fields_of(defective)
    assert {name for name in before if before[name] is not after[name]} == {"accelerometer"}
    before, after = fields_of(sensor), fields_of(defective.accelerometer)
    assert after == {**before, "powered": False}


def test_a_fault_leaves_its_argument_as_it_was(craft):
    before, sensor = fields_of(craft), fields_of(craft.accelerometer)
    ls.AccelerometerOff().apply(craft)
    assert fields_of(craft) == before
    assert fields_of(craft.accelerometer) == sensor


def test_the_same_fault_twice_is_the_fault_once(craft):
    fault = ls.AccelerometerOff()
    assert fault.apply(fault.apply(craft)) == fault.apply(craft)


@pytest.fixture
def scenario(low_orbit, craft, point_moon):
    burn = ls.Burn(ignition=low_orbit.epoch + 100 * u.s, target_delta_v=20 * u.m / u.s, timer=10 * u.s)
    return ls.Scenario(name="test", state=low_orbit, craft=craft, moon=point_moon, plan=(burn,))


def test_a_scenario_takes_faults_and_gives_them_up_and_keeps_all_else(scenario):
    faulty = scenario.with_faults(ls.AccelerometerOff())
    assert faulty.faults == (ls.AccelerometerOff(),)
    assert scenario.faults == ()
    changed = {name for name, value in fields_of(scenario).items() if fields_of(faulty)[name] is not value}
    assert changed == {"faults"}
    assert fields_of(faulty.without_faults()) == fields_of(scenario)


def test_the_craft_that_is_flown_has_the_faults_and_the_craft_as_designed_has_not(scenario):
    faulty = scenario.with_faults(ls.AccelerometerOff())
    assert faulty.flown_craft.accelerometer.powered is False
    assert faulty.craft.accelerometer.powered is True
    assert scenario.flown_craft == scenario.craft


def test_a_scenario_without_a_craft_flies_none(low_orbit):
    assert ls.Scenario(name="coast", state=low_orbit, plan=(ls.Coast(duration=1 * u.s),)).flown_craft is None
