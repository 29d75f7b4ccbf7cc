"""States about the Earth: against astropy and ERFA, round trips, and what is refused."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import (
    GCRS,
    ITRS,
    TEME,
    CartesianDifferential,
    CartesianRepresentation,
    EarthLocation,
    get_body_barycentric_posvel,
)
from astropy.time import Time
from astropy.utils import iers
from hypothesis import given
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.forces.near_earth import height_over_ellipsoid
from lunarsim.moon.ephemeris.earth_rotation import rot_itrf_from_gcrs

EPOCH = Time("2023-08-10T23:10:57")
POSITION, VELOCITY = u.Quantity([5000.0, -3000.0, 4000.0], u.km), u.Quantity([1.0, 7.0, -2.0], u.km / u.s)


@pytest.mark.parametrize(("name", "frame"), [("ITRF", ITRS), ("TEME", TEME)])
def test_states_in_frames_are_those_of_astropy(name, frame):
    """astropy turns velocities by a difference of positions over a second, which errs by 1e-7 m/s.

    It also counts how the axes of TEME move, by 5e-5 m/s.
    """
    motion = CartesianDifferential(VELOCITY)
    with iers.conf.set_temp("auto_download", False):
        given = frame(CartesianRepresentation(POSITION, differentials=motion), obstime=EPOCH)
        expected = given.transform_to(GCRS(obstime=EPOCH))
    state = ls.EarthState.from_frame(POSITION, VELOCITY, EPOCH, name)
    assert np.allclose(state.position.to_value(u.m), expected.cartesian.xyz.to_value(u.m), rtol=0.0, atol=1e-6)
    found, speed = state.velocity.to_value(u.m / u.s), expected.velocity.d_xyz.to_value(u.m / u.s)
    assert np.allclose(found, speed, rtol=0.0, atol=1e-6 if name == "ITRF" else 1e-4)
    position, velocity = state.in_frame(name)
    assert np.allclose(position.to_value(u.m), POSITION.to_value(u.m), rtol=0.0, atol=1e-6)
    assert np.allclose(velocity.to_value(u.m / u.s), VELOCITY.to_value(u.m / u.s), rtol=0.0, atol=1e-9)


@given(st.floats(-89.9, 89.9), st.floats(-180.0, 180.0), st.floats(1.0, 1e7))
def test_a_place_and_a_motion_over_the_turning_earth_are_what_geodesy_has(latitude, longitude, height):
    place = EarthLocation.from_geodetic(longitude * u.deg, latitude * u.deg, height * u.m)
    north, east = np.radians(latitude), np.radians(longitude)
    up = np.array([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    east = np.array([-np.sin(east), np.cos(east), 0.0])
    velocity = (3.0 * up + 4.0 * east) * u.m / u.s
    state = ls.EarthState.from_frame(u.Quantity(place.geocentric), velocity, EPOCH, "ITRF")
    assert abs(state.latitude.deg - latitude) < 1e-9
    assert abs((state.longitude.deg - longitude + 180.0) % 360.0 - 180.0) < 1e-7
    assert abs(state.height.to_value(u.m) - height) < 1e-5
    assert state.ground_relative_speed.to_value(u.m / u.s) == pytest.approx(5.0, abs=1e-6)
    rising = state.ground_relative_flight_path_angle.to_value(u.deg)
    assert rising == pytest.approx(np.degrees(np.arctan(0.75)), abs=1e-5)


@given(st.floats(-90.0, 90.0), st.floats(-1e5, 1e7))
def test_the_height_over_the_ellipsoid_is_that_of_erfa(latitude, height):
    x, _, z = erfa.gd2gc(1, 0.0, np.radians(latitude), height)
    assert height_over_ellipsoid(abs(float(x)), float(z)) == pytest.approx(height, abs=1e-6)


@given(
    st.floats(200.0, 4e5), st.floats(0.0, 3e5), st.floats(0.5, 179.5), st.floats(0.0, 359.9), st.floats(-170.0, 170.0)
)
def test_elements_come_back_from_the_moon(perigee, beyond, inclination, raan, anomaly):
    orbit = {"perigee": perigee * u.km, "apogee": (perigee + 100.0 + beyond) * u.km, "argument_of_perigee": 40 * u.deg}
    angles = {"raan": raan * u.deg, "inclination": inclination * u.deg, "true_anomaly": anomaly * u.deg}
    state = ls.State.from_earth_elements(**orbit, **angles, epoch=EPOCH, frame="TEME").to_earth()
    elements = state.elements("TEME")
    assert elements.inclination.to_value(u.deg) == pytest.approx(inclination, abs=1e-9)
    assert abs((elements.raan.to_value(u.deg) - raan + 180.0) % 360.0 - 180.0) < 1e-7
    assert state.perigee.to_value(u.km) == pytest.approx(perigee, abs=1e-4)
    assert state.apogee.to_value(u.km) == pytest.approx(perigee + 100.0 + beyond, abs=1e-3)


def test_the_earth_moves_along_its_places():
    """The velocity that ERFA gives with the built-in places is not their derivative: it is 3 mm/s off."""
    epochs, beside = EPOCH + np.arange(0.0, 300.0, 7.0) * u.day, 60.0 * u.s
    ephemeris = ls.Ephemeris.builtin()
    position, velocity = ephemeris.position_and_velocity("earth", epochs)
    assert np.all(position == ephemeris.position("earth", epochs))
    after, before = ephemeris.position("earth", epochs + beside), ephemeris.position("earth", epochs - beside)
    slope = (after - before) / (2.0 * beside)  # errs by 4e-6 m/s: (60 s)^2 / 6 of the third derivative
    assert np.allclose(velocity.to_value(u.m / u.s), slope.to_value(u.m / u.s), rtol=0.0, atol=1e-5)
    earth, moon = (get_body_barycentric_posvel(body, epochs, ephemeris="builtin") for body in ("earth", "moon"))
    from_erfa = (earth[1] - moon[1]).xyz.to_value(u.m / u.s)
    assert np.allclose(velocity.to_value(u.m / u.s).T, from_erfa, rtol=0.0, atol=5e-3)


def test_what_stands_over_a_place_turns_with_the_earth():
    state = ls.EarthState.from_frame([0.0, 6578.0, 0.0] * u.km, [0.0, 0.0, 0.0] * u.km / u.s, EPOCH, "ITRF")
    assert state.speed.to_value(u.m / u.s) == pytest.approx(constants.EARTH_SPIN_RAD_S * 6578e3, rel=1e-5)
    assert state.longitude.deg == pytest.approx(90.0)
    assert state.height.to_value(u.km) == pytest.approx(6578.0 - 6378.137, abs=1e-6)


def test_the_earth_turns_also_where_its_rotation_was_not_measured():
    rot = rot_itrf_from_gcrs(Time(["1930-01-01", "2049-01-01"], scale="tdb"))
    assert np.allclose(rot @ np.swapaxes(rot, -1, -2), np.eye(3), rtol=0.0, atol=1e-14)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"perigee": 500 * u.km, "apogee": 400 * u.km}, "perigee = 500.0 km is above apogee = 400.0 km"),
        ({"frame": "ITRF"}, "frame = 'ITRF': expected 'GCRS' or 'TEME'"),
        ({"inclination": 200 * u.deg}, "inclination = 200.0 deg: expected from 0 deg to 180 deg"),
        ({"perigee": -100 * u.km}, "position lies 100.000 km below the Earth's surface"),
    ],
)
def test_elements_of_no_orbit_are_refused(changes, words):
    orbit = {"perigee": 200 * u.km, "apogee": 400 * u.km, "inclination": 5 * u.deg, "raan": 30 * u.deg, "epoch": EPOCH}
    with pytest.raises(ls.InputError, match=words):
        ls.State.from_earth_elements(**{**orbit, **changes})


def test_a_frame_that_is_none_is_refused():
    state = ls.EarthState.from_frame(POSITION, VELOCITY, EPOCH)
    with pytest.raises(ls.InputError, match="frame = 'ITRF' turns with the Earth"):
        state.elements("ITRF")
    with pytest.raises(ls.InputError, match="frame = 'J2001': "):
        state.in_frame("J2001")


def test_a_place_below_the_surface_is_refused():
    with pytest.raises(ls.InputError, match=r"position lies 78\.137 km below the Earth's surface, the WGS84 ellipsoid"):
        ls.State.from_earth([6300.0, 0.0, 0.0] * u.km, VELOCITY, EPOCH, frame="ITRF")
