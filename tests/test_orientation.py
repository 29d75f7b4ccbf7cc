"""Orientation of the Moon: against lunarsky and the IAU's series, the 875 m between PA and ME, the span."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import get_body_barycentric
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from lunarsky.spice_utils import j2000_to_moon_me

from lunarsim import constants
from lunarsim.errors import EpochError
from lunarsim.kernels.geometry.orientation import euler_313
from lunarsim.moon.orientation import (
    ROT_ME_FROM_PA,
    check_span,
    et_seconds,
    orientation_angles,
    rot_me_from_icrf,
    rot_pa_from_icrf,
)

J2000 = Time("J2000", scale="tdb")
EPOCHS = Time(np.linspace(1900.1, 2049.9, 700), format="jyear", scale="tdb")

#: IAU/IAG working group 2009, the Moon: NAIF pck00011.tpc, deg; d in TDB days past J2000, T in centuries.
_PHASES = (125.045, 250.089, 260.008, 176.625, 357.529, 311.589, 134.963, 276.617, 34.226, 15.134, 119.743)
IAU_PHASES = np.array([*_PHASES, 239.961, 25.053])
_RATES = (-1935.5364525, -3871.072905, 475263.3328725, 487269.629985, 35999.0509575, 964468.49931, 477198.869325)
IAU_RATES = np.array([*_RATES, 12006.300765, 63863.5132425, -5806.6093575, 131.84064, 6003.1503825, 473327.79642])
IAU_RIGHT_ASCENSION = np.array([-3.8787, -0.1204, 0.07, -0.0172, 0, 0.0072, 0, 0, 0, -0.0052, 0, 0, 0.0043])
IAU_DECLINATION = np.array([1.5419, 0.0239, -0.0278, 0.0068, 0, -0.0029, 0.0009, 0, 0, 0.0008, 0, 0, -0.0009])
_MERIDIAN = (3.561, 0.1208, -0.0642, 0.0158, 0.0252, -0.0066, -0.0047, -0.0046, 0.0028, 0.0052, 0.004, 0.0019)
IAU_MERIDIAN = np.array([*_MERIDIAN, -0.0044])


def turn_about(axis, angle_rad):
    """Rotation of axes about x (0) or z (2)."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[1, 0, 0], [0, c, s], [0, -s, c]] if axis == 0 else [[c, s, 0], [-s, c, 0], [0, 0, 1]])


def rot_iau_from_icrf(et_s):
    d = et_s / 86400.0
    centuries = d / 36525.0
    arguments = np.radians(IAU_PHASES + IAU_RATES * centuries)
    alpha = 269.9949 + 0.0031 * centuries + IAU_RIGHT_ASCENSION @ np.sin(arguments)
    delta = 66.5392 + 0.0130 * centuries + IAU_DECLINATION @ np.cos(arguments)
    meridian = 38.3213 + 13.17635815 * d - 1.4e-12 * d * d + IAU_MERIDIAN @ np.sin(arguments)
    return (
        turn_about(2, np.radians(meridian % 360.0))
        @ turn_about(0, np.radians(90.0 - delta))
        @ turn_about(2, np.radians(90.0 + alpha))
    )


def angle_between(first, second):
    """Angle (rad) of the rotation that leads from one orientation to the other; exact where it is small."""
    off = first @ np.swapaxes(second, -1, -2)
    axis = np.stack([off[..., 2, 1] - off[..., 1, 2], off[..., 0, 2] - off[..., 2, 0], off[..., 1, 0] - off[..., 0, 1]])
    return np.arcsin(np.linalg.norm(axis, axis=0) / 2.0)


def test_mean_earth_axes_are_lunarskys_from_1900_to_2050():
    theirs = j2000_to_moon_me((EPOCHS - J2000).to_value(u.s))
    # psi reaches 1.2e4 rad, where a double's step is 1.8e-12 rad: measured 4.5e-12 in all, doubled
    assert angle_between(rot_me_from_icrf(EPOCHS), theirs).max() <= 9e-12


def test_rotations_are_orthonormal_and_keep_handedness():
    for rotations in (rot_pa_from_icrf(EPOCHS), rot_me_from_icrf(EPOCHS)):
        products = rotations @ np.swapaxes(rotations, -1, -2)
        assert np.abs(products - np.eye(3)).max() <= 1.4e-15  # measured 6.7e-16, doubled: roundings
        assert np.abs(np.linalg.det(rotations) - 1.0).max() <= 1.4e-15  # as above


def test_principal_and_mean_earth_axes_are_875_m_apart_on_the_ground():
    angle = angle_between(rot_pa_from_icrf(EPOCHS), rot_me_from_icrf(EPOCHS))
    metres = angle * constants.MOON_RADIUS_M
    np.testing.assert_allclose(metres, 875.0, atol=0.5)  # three digits
    # the turns about z and y move the middle of the near side at right angles to each other
    expected = np.hypot(67.92, 78.56) * np.pi / 648000.0 * constants.MOON_RADIUS_M
    near_side = np.linalg.norm(ROT_ME_FROM_PA @ [1, 0, 0] - np.array([1, 0, 0])) * constants.MOON_RADIUS_M
    assert near_side == pytest.approx(expected, rel=1e-6)  # a chord for an arc of 5e-4 rad


def test_principal_axes_become_mean_earth_axes_by_the_angles_of_the_frame_kernel():
    z, y, x = (np.radians(arcsec / 3600.0) for arcsec in (67.92, 78.56, 0.30))  # NAIF moon_080317.tf, MOON_ME_DE421
    # to first order a rotation of axes is the identity plus its angles, here with the signs of the kernel's note
    # ME = R1(-x) R2(-y) R3(-z) PA; the second order is 1.5e-7 rad
    expected = np.array([[1.0, -z, y], [z, 1.0, -x], [-y, x, 1.0]])
    np.testing.assert_allclose(ROT_ME_FROM_PA, expected, rtol=0, atol=2e-7)


def test_the_iau_series_is_written_here_as_spice_evaluates_it():
    expected = [  # CSPICE, sxform of IAU_MOON to J2000 at ET of 14610 days
        [0.5720547105837333, 0.8198082524397307, -0.025842548842481546],
        [-0.761073769862349, 0.5187960000245592, -0.38938082539594815],
        [-0.30581060303147345, 0.2424152214491336, 0.9207142528946177],
    ]
    # the argument of the fastest term is 4e5 deg, its rounding 1e-12 rad and less in the sum
    np.testing.assert_allclose(rot_iau_from_icrf(14610.0 * 86400.0).T, expected, rtol=0, atol=1e-12)


def test_mean_earth_axes_agree_with_the_iau_series_to_a_few_hundred_metres():
    iau = np.array([rot_iau_from_icrf(et_s) for et_s in (EPOCHS - J2000).to_value(u.s)])
    metres = angle_between(rot_me_from_icrf(EPOCHS), iau) * constants.MOON_RADIUS_M
    # Archinal et al. 2011, Celest. Mech. Dyn. Astron. 109, 101: the series is good to about 150 m for the Moon, for it
    # lacks the small librations; measured 75 m in the median and 150 m at most, doubled. PA in place of ME would
    # stand 870 m off in the median.
    assert np.median(metres) <= 150.0
    assert metres.max() <= 300.0


def test_the_earth_stands_over_the_middle_of_the_near_side_within_the_optical_librations():
    epochs = Time(np.linspace(2000.0, 2018.6, 400), format="jyear", scale="tdb")
    moon, earth = (
        get_body_barycentric(name, epochs, ephemeris="builtin").xyz.to_value(u.km) for name in ("moon", "earth")
    )
    x, y, z = np.einsum("nij,jn->in", rot_me_from_icrf(epochs), earth - moon)
    longitude, latitude = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
    # librations reach 8 deg in longitude and 6.9 deg in latitude (Meeus, Astronomical Algorithms, chapter 53); over the
    # 18.6 years of the node's turn their means are zero by the definition of the axes
    assert 7.5 <= np.abs(longitude).max() <= 8.3
    assert 6.5 <= np.abs(latitude).max() <= 7.0
    assert abs(longitude.mean()) <= 0.25  # 400 samples of an oscillation of 4.6 deg rms
    assert abs(latitude.mean()) <= 0.25  # likewise


def test_one_time_gives_one_rotation_and_many_give_many():
    many = rot_me_from_icrf(EPOCHS[:5])
    assert rot_me_from_icrf(EPOCHS[2]).shape == (3, 3)
    assert many.shape == (5, 3, 3)
    np.testing.assert_array_equal(many[2], rot_me_from_icrf(EPOCHS[2]))


def test_the_time_scale_of_an_epoch_does_not_matter():
    utc = Time("2023-08-19T11:10:00", scale="utc")
    # 37 leap seconds and 32.184 s; TDB is within 2 ms of TT; the resolution of seconds past J2000 is 1.2e-7 s
    assert et_seconds(utc) == pytest.approx(
        (Time("2023-08-19T11:11:09.184", scale="tt") - J2000).to_value(u.s), abs=2e-3
    )
    assert et_seconds(utc.tdb) == pytest.approx(et_seconds(utc), abs=3e-7)


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(-10, 10))
def test_three_euler_angles_are_three_turns_about_z_x_z(phi, theta, psi):
    expected = turn_about(2, psi) @ turn_about(0, theta) @ turn_about(2, phi)
    np.testing.assert_allclose(euler_313(phi, theta, psi), expected, rtol=0, atol=1e-15)  # roundings


@pytest.mark.parametrize("year", ["1899-06-01", "2055-01-01"])
def test_an_epoch_outside_1900_to_2050_is_refused_with_the_span_that_is_known(year):
    with pytest.raises(EpochError) as error:
        rot_me_from_icrf(Time(year, scale="tdb"))
    text = str(error.value)
    assert year in text
    assert "orientation (DE421) is known from 1899-12-28 to 2051-01-05 TDB only" in text  # whole records of 8 days


def test_the_last_moment_of_the_kernel_is_inside_and_the_next_second_is_not():
    angles = orientation_angles()
    last = angles.start_s + angles.interval_s * len(angles.coefficients)
    check_span(angles.start_s, last, "the whole kernel")
    with pytest.raises(EpochError, match="one second more spans"):
        check_span(angles.start_s, last + 1.0, "one second more")
    with pytest.raises(EpochError, match="one second before spans"):
        check_span(angles.start_s - 1.0, last, "one second before")
