"""Sensors as components: on a craft, in flights, files and campaigns, beside sensors of a user's own."""

from __future__ import annotations

from dataclasses import fields, replace
from math import isinf

import landing_example
import numpy as np
import pytest
import sensor_example as example
from astropy import units as u
from test_own_sensor import own_sensor, scenario
from test_scenario_files import VALID, write

import lunarsim as ls
from lunarsim.campaign import dispersible
from lunarsim.campaign.executors.flying import flown
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.craft import SENSORS
from lunarsim.craft.sensors.accelerometer import OF_INCREMENTS
from lunarsim.declarations import Switch, declared

MPS, MPS2 = u.m / u.s, u.m / u.s**2
FULL = {
    "gyro": ls.Gyro(bias_x=1 * u.deg / u.h, angle_random_walk=0.1 * u.deg / u.h**0.5, latency=0.1 * u.s),
    "star_tracker": ls.StarTracker(cross_axis_noise=10 * u.arcsec, sun_exclusion=30 * u.deg),
    "altimeter": ls.Altimeter(max_range=3 * u.km, noise=3 * u.m, dropout_probability=0.3, beam_width=5 * u.deg),
    "velocimeter": ls.Velocimeter(beams=3, noise=1 * MPS, ambiguity_velocity=20 * MPS),
    "touchdown_switch": ls.TouchdownSwitch(probe_length=1.7 * u.m, spurious_from=5 * u.s),
    "accelerometer": ls.Accelerometer(
        bias_x=0.1 * MPS2, velocity_random_walk=0.1 * u.m / u.s**1.5, quantum=1 * u.cm / u.s, latency=0.3 * u.s
    ),
}
EQUIPPED = replace(landing_example.LANDER, **FULL)


def test_a_craft_has_none_of_the_sensors_that_it_is_not_given():
    for name in set(FULL) - {"accelerometer"}:
        assert getattr(landing_example.LANDER, name) is None
        assert not np.any(list(example.record(landing_example.LANDER)[name].item()))


@pytest.mark.parametrize("kind", [type(each) for each in FULL.values()])
def test_by_default_a_sensor_has_power_and_every_error_of_it_is_exactly_none(kind):
    numbers = example.record(kind())
    bare = {"powered": 1.0, "scale_factor": 1.0, "rate_per_s": 1.0 if kind is ls.StarTracker else 10.0}
    bare |= {"beams": 4.0, "cone_angle_rad": np.radians(20.0)} if kind is ls.Velocimeter else {}
    bare |= {"noise_factor": 1.0} if kind in {ls.Altimeter, ls.Velocimeter} else {}
    for name in numbers.dtype.names:
        if name not in {"address", "own"}:
            assert numbers[name] == bare.get(name, 0.0) or isinf(numbers[name]), name


def test_a_flight_with_sensors_that_nothing_uses_is_the_one_without_them_to_the_last_bit():
    with_, without = (ls.simulate(landing_example.landing(craft)) for craft in (EQUIPPED, landing_example.LANDER))
    assert [str(event) for event in with_.timeline] == [str(event) for event in without.timeline]
    times = np.linspace(0.0, 1.0, 50) * (without.end - without.start)
    for t in times:
        a, b = with_.at(without.start + t), without.at(without.start + t)
        assert np.array_equal(a.position.value, b.position.value)
        assert np.array_equal(a.velocity.value, b.velocity.value)


def test_a_run_of_a_campaign_with_sensors_that_nothing_uses_is_the_one_without_them_to_the_last_bit():
    def results(craft):
        rows = Rows.of(landing_example.landing(craft), ())
        found = flown(rows, rows.bases, 1e-3)
        return found.runs.tobytes() + found.burns.tobytes()

    assert results(EQUIPPED) == results(landing_example.LANDER)


def test_no_path_leads_to_a_number_that_the_flight_does_not_feel():
    burn = scenario(FULL["accelerometer"])
    paths = {name for name in dispersible(burn) if name.startswith("craft.accelerometer.")}
    assert paths == {f"craft.accelerometer.{name}" for name in ("powered", "scale_factor", "bias")}
    equipped = {
        name.split(".")[1] for name in dispersible(landing_example.landing(EQUIPPED)) if name.startswith("craft")
    }
    assert not equipped & set(FULL)


TABLES = """
[craft.gyro]
bias_x = "0.5 deg/h"
angle_random_walk = "0.02 deg / h(1/2)"
[craft.star_tracker]
roll_noise = "40 arcsec"
[craft.altimeter]
max_range = "3 km"
first_return = true
[craft.velocimeter]
beams = 3
[craft.touchdown_switch]
probe_length = "1.7 m"
[craft.accelerometer]
velocity_random_walk = "2e-3 m / s(3/2)"
saturation = "30 m/s2"
[craft.engine]"""


def test_a_scenario_file_gives_a_craft_its_sensors_with_their_units(tmp_path):
    craft = ls.load_scenario(write(tmp_path, VALID.replace("[craft.engine]", TABLES))).craft
    assert craft.gyro == ls.Gyro(bias_x=0.5 * u.deg / u.h, angle_random_walk=0.02 * u.deg / u.h**0.5)
    assert craft.star_tracker == ls.StarTracker(roll_noise=40 * u.arcsec)
    assert craft.altimeter == ls.Altimeter(max_range=3 * u.km, first_return=True)
    assert craft.velocimeter == ls.Velocimeter(beams=3)
    assert craft.touchdown_switch == ls.TouchdownSwitch(probe_length=1.7 * u.m)
    assert craft.accelerometer == ls.Accelerometer(
        velocity_random_walk=2e-3 * u.m / u.s**1.5, saturation=30 * u.m / u.s**2
    )


def test_a_saved_flight_has_its_sensors_again(tmp_path):
    flight = ls.simulate(landing_example.landing(EQUIPPED))
    flight.save(tmp_path / "flight.npz")
    craft = ls.Flight.load(tmp_path / "flight.npz").scenario.craft
    for name, sensor in FULL.items():
        assert getattr(craft, name) == sensor


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (ls.Altimeter, {"noise": -1 * u.m}, r"noise = -1\.0 m: expected from 0 m"),
        (ls.Altimeter, {"dropout_probability": 1.5}, r"dropout_probability = 1\.5: expected from 0 to 1"),
        (ls.Altimeter, {"rate": 0 * u.Hz}, r"rate = 0\.0 Hz: expected above 0 Hz"),
        (ls.Velocimeter, {"rate": -5 * u.Hz}, r"rate = -5\.0 Hz: expected above 0 Hz"),
        (ls.Velocimeter, {"cone_angle": 0 * u.deg}, r"cone_angle = 0\.0 deg: expected from 1 deg to 85 deg"),
        (ls.Gyro, {"angle_random_walk": 1 * u.deg / u.h}, r"angle_random_walk"),
        (ls.StarTracker, {"sun_exclusion": 200 * u.deg}, r"sun_exclusion = 200\.0 deg: expected from 0 deg to 180 deg"),
        (ls.TouchdownSwitch, {"powered": 1}, r"powered"),
        (ls.Spacecraft, {"altimeter": ls.Velocimeter()}, r"altimeter"),
    ],
)
def test_what_no_sensor_can_be_is_refused_with_what_was_expected(kind, given, said):
    more = {field.name: getattr(EQUIPPED, field.name) for field in fields(EQUIPPED)} if kind is ls.Spacecraft else {}
    with pytest.raises(ls.InputError, match=said):
        kind(**{**more, **given})


def test_a_users_accelerometer_has_the_errors_of_increments_and_room_for_its_own_numbers():
    mine = {f"gain_{k}": ls.number(0.0, u.m, low=0.0, high=1.0, text="Of mine.") for k in range(14)}
    kind = own_sensor("my accelerometer", lambda motion, own: own.gain_13_m, base=ls.Accelerometer, **mine)
    numbers = example.record_of_sensor(kind(bias_x=0.2 * MPS2, saturation=30 * MPS2, gain_13=0.5 * u.m))
    assert (numbers.bias_x_mps2, numbers.saturation_mps2, numbers.scale_factor) == (0.2, 30.0, 1.0)
    assert 0.5 in numbers.own
    own_rate = own_sensor(
        "my rate", lambda motion, own: own.rate_m, base=ls.Sensor,
        rate=ls.number(3.0, u.m, low=0.0, high=9.0, text="Of mine."),
    )  # fmt: skip
    numbers = example.record_of_sensor(own_rate())
    assert (numbers.rate_per_s, numbers.own[0]) == (10.0, 3.0)
    own_quantum = own_sensor(
        "my quantum", lambda motion, own: own.quantum_mps, base=ls.Accelerometer,
        quantum=ls.number(0.25, MPS, low=0.0, high=9.0, text="Of mine."),
    )  # fmt: skip
    numbers = example.record_of_sensor(own_quantum())
    assert numbers.quantum_mps == 0.0
    assert 0.25 in numbers.own
    for title in ("my accelerometer", "my rate", "my quantum"):
        del SENSORS[title]


def test_a_burn_feels_the_power_the_scale_factor_and_the_bias_of_its_accelerometer_and_no_error_of_increments():
    errors = {"scale_factor": 0.97, "bias": 0.02 * MPS2}
    of_increments = {name: getattr(FULL["accelerometer"], name) for name in OF_INCREMENTS}
    plain, full = (ls.simulate(scenario(ls.Accelerometer(**errors, **more))) for more in ({}, of_increments))
    assert plain.burns[0].duration == full.burns[0].duration
    switches = [name for name, each in declared(ls.Accelerometer).items() if isinstance(each, Switch)]
    assert switches == ["powered"]
