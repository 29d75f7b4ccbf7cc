"""States about the Moon: elements, apsides, places on the Moon, the bridge to boinor, what is refused."""

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from lunarsky.spice_utils import j2000_to_moon_me

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.geometry import orbit as kernels

GM = constants.GM_MOON_M3_S2
RADIUS_M = constants.MOON_RADIUS_M
EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
LUNA25 = {
    "perilune": 91.4 * u.km,
    "apolune": 112.6 * u.km,
    "inclination": 82.087 * u.deg,
    "node_longitude": 270.53 * u.deg,
    "epoch": EPOCH,
}

angles = st.floats(0.0, 359.999)
orbits = st.fixed_dictionaries(
    {
        "perilune": st.floats(5.0, 2000.0),
        "spread": st.floats(50.0, 5000.0),  # apolune less perilune, km: rounder orbits have no perilune to speak of
        "inclination": st.floats(1.0, 179.0),  # and flatter ones no node
        "node_longitude": angles,
        "argument_of_perilune": angles,
        "true_anomaly": angles,
    }
)


def state_of(orbit):
    return ls.State.from_elements(
        perilune=orbit["perilune"] * u.km,
        apolune=(orbit["perilune"] + orbit["spread"]) * u.km,
        epoch=EPOCH,
        **{
            name: orbit[name] * u.deg
            for name in ("inclination", "node_longitude", "argument_of_perilune", "true_anomaly")
        },
    )


def turn_between(first_deg, second_deg):
    return abs((first_deg - second_deg + 180.0) % 360.0 - 180.0)


@given(orbits)
def test_elements_come_back_from_the_state_that_was_made_of_them(orbit):
    elements = state_of(orbit).elements()
    # roundings over an eccentricity of 0.007 and more: measured 1.1e-11 deg, doubled
    for name in ("node_longitude", "argument_of_perilune", "true_anomaly"):
        assert turn_between(getattr(elements, name).to_value(u.deg), orbit[name]) <= 2.2e-11
    assert elements.inclination.to_value(u.deg) == pytest.approx(
        orbit["inclination"], abs=1.3e-12
    )  # measured 6.3e-13, doubled
    r_low = RADIUS_M + 1e3 * orbit["perilune"]
    r_high = r_low + 1e3 * orbit["spread"]
    assert elements.semi_major_axis.to_value(u.m) == pytest.approx((r_low + r_high) / 2, rel=6e-15)  # 2.7e-15
    assert elements.eccentricity.value == pytest.approx((r_high - r_low) / (r_high + r_low), abs=3e-15)  # 1.3e-15


@given(orbits)
def test_perilune_and_apolune_follow_from_energy_and_angular_momentum(orbit):
    state = state_of(orbit)
    assert state.perilune.to_value(u.km) == pytest.approx(orbit["perilune"], abs=4e-11)  # measured 1.8e-11, doubled
    assert state.apolune.to_value(u.km) == pytest.approx(orbit["perilune"] + orbit["spread"], abs=4e-11)
    r = RADIUS_M + state.altitude.to_value(u.m)
    semi_major = 1.0 / (2.0 / r - state.speed.to_value(u.m / u.s) ** 2 / GM)  # vis-viva
    r_mean = RADIUS_M + 1e3 * (orbit["perilune"] + orbit["spread"] / 2)
    assert semi_major == pytest.approx(r_mean, rel=6e-15)  # measured 2.8e-15, doubled


@given(orbits)
def test_the_flight_path_angle_is_that_of_the_conic(orbit):
    r_low = RADIUS_M + 1e3 * orbit["perilune"]
    e = 1e3 * orbit["spread"] / (2 * r_low + 1e3 * orbit["spread"])
    anomaly = np.radians(orbit["true_anomaly"])
    expected = np.degrees(np.arctan2(e * np.sin(anomaly), 1 + e * np.cos(anomaly)))  # Vallado 2013, eq. 2-95
    assert state_of(orbit).flight_path_angle.to_value(u.deg) == pytest.approx(
        expected, abs=5e-14
    )  # measured 2.3e-14, doubled


@pytest.mark.parametrize("node_deg", [0.5, 61.36, 179.0, 270.53, 359.0])
@pytest.mark.parametrize("inclination_deg", [30.0, 82.087, 90.0, 150.0])
def test_at_the_ascending_node_the_craft_goes_north_over_the_nodes_longitude(node_deg, inclination_deg):
    state = ls.State.from_elements(
        **{**LUNA25, "node_longitude": node_deg * u.deg, "inclination": inclination_deg * u.deg}
    )
    assert state.longitude.to_value(u.deg) == pytest.approx(node_deg, abs=1e-11)  # roundings of two rotations
    assert state.latitude.to_value(u.deg) == pytest.approx(0.0, abs=1e-11)
    pole = j2000_to_moon_me((EPOCH - Time("J2000", scale="tdb")).to_value(u.s))[0][2]
    assert pole @ state.velocity.to_value(u.m / u.s) > 0.0
    momentum = np.cross(state.position.value, state.velocity.value)
    tilt = np.degrees(np.arccos(pole @ momentum / np.linalg.norm(momentum)))
    assert tilt == pytest.approx(inclination_deg, abs=1e-9)  # lunarsky's pole, 4.5e-12 rad from ours


@given(st.floats(0.0, 359.99), st.floats(-89.99, 89.99), st.floats(0.0, 500.0))
def test_a_state_over_a_place_knows_the_place_by_lunarskys_rotation(longitude_deg, latitude_deg, height_km):
    longitude, latitude = np.radians([longitude_deg, latitude_deg])
    direction = [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    to_me = j2000_to_moon_me((EPOCH - Time("J2000", scale="tdb")).to_value(u.s))[0]
    position = (RADIUS_M + 1e3 * height_km) * (to_me.T @ direction)
    state = ls.State(position * u.m, [0, 0, 0] * u.m / u.s, EPOCH)
    # lunarsky's rotation agrees to 9e-12 rad, 5e-10 deg, doubled; near a pole only the distance counts
    assert turn_between(state.longitude.to_value(u.deg), longitude_deg) * np.cos(latitude) <= 1e-9
    assert state.latitude.to_value(u.deg) == pytest.approx(latitude_deg, abs=1e-9)
    assert state.altitude.to_value(u.km) == pytest.approx(height_km, abs=1.6e-12)  # measured 8e-13, doubled


def test_over_a_pole_the_latitude_is_ninety_degrees():
    pole = j2000_to_moon_me((EPOCH - Time("J2000", scale="tdb")).to_value(u.s))[0][2]
    for sign in (1, -1):
        state = ls.State(sign * 1.8e6 * pole * u.m, [0, 0, 0] * u.m / u.s, EPOCH)
        # asin near 1 keeps half the digits: 1e-8 rad is 6e-7 deg
        assert state.latitude.to_value(u.deg) == pytest.approx(sign * 90.0, abs=1e-6)


def test_an_open_orbit_has_a_perilune_and_an_infinite_apolune():
    speed = 1.2 * np.sqrt(2 * GM / 2e6)
    state = ls.State([2e6, 0, 0] * u.m, [0, speed, 0] * u.m / u.s, EPOCH)
    assert state.perilune.to_value(u.m) == pytest.approx(2e6 - RADIUS_M, abs=1e-6)  # it is there; roundings of 2e6 m
    assert np.isinf(state.apolune.value)


def test_a_state_of_many_times_is_the_states_of_each():
    one = [ls.State.from_elements(**{**LUNA25, "epoch": EPOCH + hour * u.hour}) for hour in range(3)]
    many = ls.State(
        u.Quantity([state.position for state in one]),
        u.Quantity([state.velocity for state in one]),
        EPOCH + np.arange(3) * u.hour,
    )
    for name in ("latitude", "longitude", "altitude", "speed", "flight_path_angle", "perilune", "apolune"):
        values = getattr(many, name)
        assert values.shape == (3,)
        for i in range(3):
            # one epoch or many, the TDB second may be rounded by 1e-7 s, 2e-13 rad of the Moon's turn
            np.testing.assert_allclose(values[i].value, getattr(one[i], name).value, rtol=1e-12, atol=1e-8)
            np.testing.assert_array_equal(many[i].position.value, one[i].position.value)
    assert many[:2].position.shape == (2, 3)
    assert many[1].epoch.isot == one[1].epoch.isot


@given(st.floats(1e5, 1e7), st.floats(-np.pi, np.pi), st.floats(-1.5, 1.5))
def test_spherical_coordinates_are_those_of_the_vector(radius, longitude, latitude):
    r = radius * np.array(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    found = kernels.spherical(r)
    # at latitude 1.5 rad the arc sine, and the longitude of a short x and y, are 14 times softer: 14 roundings
    np.testing.assert_allclose([np.cos(found[0]), np.sin(found[0])], [np.cos(longitude), np.sin(longitude)], atol=3e-15)
    assert found[1] == pytest.approx(latitude, abs=3e-15)
    assert found[2] == pytest.approx(radius, rel=4e-16)


def test_a_state_goes_to_boinor_and_comes_back():
    state = ls.State.from_elements(**LUNA25)
    back = ls.State.from_orbit(state.to_orbit())
    np.testing.assert_allclose(back.position.to_value(u.m), state.position.to_value(u.m), rtol=4e-16)  # km and back
    np.testing.assert_allclose(back.velocity.to_value(u.m / u.s), state.velocity.to_value(u.m / u.s), rtol=1e-15)
    assert abs(back.epoch - state.epoch) < 1 * u.ns


def test_boinor_finds_the_apsides_that_the_state_was_made_of():
    from boinor.bodies import Moon  # noqa: PLC0415  (a second of import for a few tests)
    from boinor.core.elements import rv2coe  # noqa: PLC0415

    state = ls.State.from_elements(**LUNA25)
    r, v = state.position.to_value(u.km), state.velocity.to_value(u.km / u.s)
    # as plain Python: to compile it takes ten seconds
    p, e, *_ = rv2coe.py_func(Moon.k.to_value(u.km**3 / u.s**2), r, v)
    # boinor's GM of the Moon is 3e-8 below GRGM900C's, which moves an apsis by 0.1 m
    assert p / (1.0 + e) - RADIUS_M / 1e3 == pytest.approx(91.4, abs=5e-4)
    assert p / (1.0 - e) - RADIUS_M / 1e3 == pytest.approx(112.6, abs=5e-4)


def test_an_orbit_of_boinors_becomes_the_state_of_its_vectors():
    from boinor.bodies import Moon  # noqa: PLC0415  (a second of import for a few tests)
    from boinor.twobody import Orbit  # noqa: PLC0415

    orbit = Orbit.from_vectors(Moon, [1900, 0, 0] * u.km, [0, 1.4, 0.8] * u.km / u.s, epoch=EPOCH)
    state = ls.State.from_orbit(orbit)
    np.testing.assert_allclose(state.position.to_value(u.m), [1.9e6, 0, 0], rtol=1e-15)
    np.testing.assert_allclose(state.velocity.to_value(u.m / u.s), [0, 1400, 800], rtol=1e-15)


def test_an_orbit_about_another_body_is_refused():
    from boinor.bodies import Earth  # noqa: PLC0415
    from boinor.twobody import Orbit  # noqa: PLC0415

    orbit = Orbit.circular(Earth, 700 * u.km)
    with pytest.raises(ls.InputError, match="is about Earth: expected a poliastro or boinor Orbit about the Moon"):
        ls.State.from_orbit(orbit)


def test_something_that_is_no_orbit_is_refused():
    with pytest.raises(ls.InputError, match="orbit = 7 is about None: expected a poliastro or boinor Orbit"):
        ls.State.from_orbit(7)


def test_an_orbit_given_to_the_ecliptic_is_refused_for_its_vectors_are_not_in_the_axes_of_the_icrf():
    from boinor.bodies import Moon  # noqa: PLC0415
    from boinor.frames import Planes  # noqa: PLC0415
    from boinor.twobody import Orbit  # noqa: PLC0415

    vectors = [1900, 0, 0] * u.km, [0, 1.6, 0] * u.km / u.s
    orbit = Orbit.from_vectors(Moon, *vectors, epoch=EPOCH, plane=Planes.EARTH_ECLIPTIC)
    with pytest.raises(ls.InputError, match="plane"):
        ls.State.from_orbit(orbit)


def test_a_state_says_what_orbit_it_is():
    assert repr(ls.State.from_elements(**LUNA25)) == "<91.4 x 112.6 km lunar orbit at 2023-08-19T10:00:00.000 TDB>"


def test_many_states_say_how_many_they_are():
    many = ls.State(np.full((2, 3), 1e6) * u.m, np.zeros((2, 3)) * u.m / u.s, EPOCH + [0, 1] * u.hour)
    assert repr(many) == "<2 lunar states, 2023-08-19T10:00:00.000 to 2023-08-19T11:00:00.000 TDB>"


@pytest.mark.parametrize("method", ["to_orbit", "elements"])
def test_what_needs_one_time_refuses_many_and_says_how_to_pick_one(method):
    many = ls.State(np.full((2, 3), 1e6) * u.m, np.zeros((2, 3)) * u.m / u.s, EPOCH + [0, 1] * u.hour)
    with pytest.raises(ls.InputError, match=rf"{method} needs a state at one time, this one holds 2: .*state\[i\]"):
        getattr(many, method)()


POSITION, VELOCITY = [2e6, 0, 0] * u.m, [0, 1500, 0] * u.m / u.s


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (([2e6, 0, 0], VELOCITY, EPOCH), ["position = [2000000.0, 0, 0] has no unit", "a length such as 18 * u.km"]),
        ((POSITION, [0, 1500, 0], EPOCH), ["velocity = [0, 1500, 0] has no unit", "a velocity such as"]),
        ((VELOCITY, VELOCITY, EPOCH), ["position = ", "m / s is of the wrong dimension", "a length such as"]),
        ((POSITION, POSITION, EPOCH), ["velocity = ", "m is of the wrong dimension", "a velocity such as"]),
        (([2e6, np.nan, 0] * u.m, VELOCITY, EPOCH), ["position = ", "nan", "is not finite", "a length such as"]),
        ((POSITION, [0, np.inf, 0] * u.m / u.s, EPOCH), ["velocity = ", "inf", "is not finite"]),
        (([2e6, 0] * u.m, VELOCITY, EPOCH), ["position has shape (2,)", "expected shape (3,)"]),
        ((POSITION, [VELOCITY.value] * 2 * u.m / u.s, EPOCH), ["velocity has shape (2, 3)", "expected shape (3,)"]),
        ((POSITION, VELOCITY, EPOCH + [0, 1] * u.s), ["position has shape (3,)", "expected shape (2, 3)"]),
        (([0, 0, 0] * u.m, VELOCITY, EPOCH), ["position is the Moon's centre", "expected a point outside it"]),
        ((POSITION, VELOCITY, "2023-08-19"), ["epoch = '2023-08-19' is not a Time", "expected e.g. Time("]),
    ],
)
def test_a_state_that_makes_no_sense_is_refused_with_name_value_and_expectation(arguments, parts):
    with pytest.raises(ls.InputError) as error:
        ls.State(*arguments)
    assert [part for part in parts if part not in str(error.value)] == []


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"perilune": 91.4}, ["perilune = 91.4 has no unit", "a length such as 18 * u.km"]),
        ({"perilune": 91.4 * u.s}, ["perilune = 91.4 s is of the wrong dimension", "a length"]),
        ({"apolune": np.nan * u.km}, ["apolune = nan km is not finite", "a length"]),
        ({"apolune": np.inf * u.km}, ["apolune = inf km is not finite", "a length"]),
        ({"apolune": [100, 200] * u.km}, ["apolune has shape (2,)", "expected shape ()"]),
        ({"perilune": 113 * u.km}, ["perilune = 113.0 km is above apolune = 112.6 km", "swap them"]),
        ({"perilune": -1738 * u.km}, ["perilune = -1738.0 km: expected from -1.7374e+06 m to 1e+09 m"]),
        ({"perilune": -1737.4 * u.km}, ["perilune = -1737.4 km lies below the Moon's centre"]),
        ({"inclination": -1 * u.deg}, ["inclination = -1.0 deg: expected from 0 deg to 180 deg"]),
        ({"inclination": 181 * u.deg}, ["inclination = 181.0 deg: expected from 0 deg to 180 deg"]),
        ({"inclination": 82.087}, ["inclination = 82.087 has no unit", "an angle such as 82.087 * u.deg"]),
        ({"node_longitude": 270.53 * u.km}, ["node_longitude = 270.53 km is of the wrong dimension", "an angle"]),
        ({"argument_of_perilune": "12 deg"}, ["argument_of_perilune = '12 deg' has no unit", "an angle"]),
        ({"true_anomaly": np.nan * u.deg}, ["true_anomaly = nan deg is not finite"]),
        ({"epoch": EPOCH + [0, 1] * u.s}, ["epoch holds 2 times: expected one"]),
        ({"epoch": 2023.6}, ["epoch = 2023.6 is not a Time", "expected e.g. Time("]),
    ],
)
def test_elements_that_make_no_sense_are_refused_with_name_value_and_expectation(options, parts):
    with pytest.raises(ls.InputError) as error:
        ls.State.from_elements(**{**LUNA25, **options})
    assert [part for part in parts if part not in str(error.value)] == []


def test_elements_outside_the_span_of_the_orientation_are_refused():
    with pytest.raises(ls.EpochError, match="2055-01-01"):
        ls.State.from_elements(**{**LUNA25, "epoch": Time("2055-01-01", scale="tdb")})


def test_a_state_does_not_change_with_the_arrays_it_was_made_from(epoch):
    r, v = [1.8e6, 0.0, 0.0] * u.m, [0.0, 1600.0, 0.0] * u.m / u.s
    state = ls.State(r, v, epoch)
    r[:] = 0.0 * u.m
    assert state.position[0] == 1.8e6 * u.m
    with pytest.raises(ValueError, match="read-only"):
        state.position[0] = 0.0 * u.m


def test_a_state_at_one_time_cannot_be_picked_from(epoch):
    state = ls.State([1.8e6, 0.0, 0.0] * u.m, [0.0, 1600.0, 0.0] * u.m / u.s, epoch)
    with pytest.raises(ls.InputError, match="is a state at one time"):
        state[0]
