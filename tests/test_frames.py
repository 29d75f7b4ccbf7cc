"""Moon-centred frames: against SPICE, lunarsky, mpmath, published librations, and identities of rotating axes."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import (
    GCRS,
    ICRS,
    CartesianDifferential,
    CartesianRepresentation,
    SkyCoord,
    get_body_barycentric,
    get_body_barycentric_posvel,
)
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from lunarsky.spice_utils import j2000_to_moon_me
from numpy.typing import NDArray
from repetitions import examples

import lunarsim as ls
from lunarsim.kernels.numerics.chebyshev import evaluate_with_rate
from lunarsim.moon.frames import MoonInertial, MoonME, MoonPA
from lunarsim.moon.frames.states import state_coordinates, state_vectors
from lunarsim.moon.frames.topocentric import MoonTopocentric
from lunarsim.moon.orientation import (
    ROT_ME_FROM_PA,
    orientation_angles,
    rot_me_from_icrf,
    rot_pa_from_icrf,
    rot_pa_from_icrf_with_rate,
)
from lunarsim.orbits import rot_rtn_from_icrf, rtn

EPOCH = Time("2023-08-19T11:10:00", scale="tdb")
SITE = ls.Site(latitude=-57.865 * u.deg, longitude=61.36 * u.deg, elevation=-360 * u.m)
MOON_RADIUS = 1737.4 * u.km
MOON_RATE = 2.66e-6  # rad/s, for scales

# Sub-Earth longitude and latitude, deg, ME of DE421: hourly tables "Moon Phase and Libration" 2020 and 2022 by NASA's
# Scientific Visualization Studio, svs.gsfc.nasa.gov/4768 and /4955, columns Elon and Elat.
PUBLISHED_LIBRATIONS = {
    "2020-01-01T00:00": (0.773, 6.360),
    "2020-01-02T00:00": (-0.495, 6.754),
    "2020-01-03T00:00": (-1.767, 6.861),
    "2020-01-04T00:00": (-2.970, 6.674),
    "2020-01-06T16:00": (-5.296, 4.753),
    "2022-06-30T00:00": (-1.285, -5.596),
    "2022-07-02T00:00": (-3.775, -6.597),
    "2022-07-04T00:00": (-5.830, -6.458),
}

# The frames of DE421 as NAIF's moon_080317.tf defines them.
MOON_FRAMES = """KPL/FK
\\begindata
FRAME_MOON_PA_DE421 = 31006
FRAME_31006_NAME = 'MOON_PA_DE421'
FRAME_31006_CLASS = 2
FRAME_31006_CLASS_ID = 31006
FRAME_31006_CENTER = 301
FRAME_MOON_ME_DE421 = 31007
FRAME_31007_NAME = 'MOON_ME_DE421'
FRAME_31007_CLASS = 4
FRAME_31007_CLASS_ID = 31007
FRAME_31007_CENTER = 301
TKFRAME_31007_SPEC = 'ANGLES'
TKFRAME_31007_RELATIVE = 'MOON_PA_DE421'
TKFRAME_31007_ANGLES = ( 67.92, 78.56, 0.30 )
TKFRAME_31007_AXES = ( 3, 2, 1 )
TKFRAME_31007_UNITS = 'ARCSECONDS'
\\begintext
"""


def tdb(et_s: Any) -> Time:
    return Time(2451545.0, np.asarray(et_s) / 86400.0, format="jd", scale="tdb")


def with_velocity(r_m: Any, v_mps: Any) -> CartesianRepresentation:
    motion = CartesianDifferential(np.asarray(v_mps) * u.m / u.s, xyz_axis=-1)
    return CartesianRepresentation(np.asarray(r_m) * u.m, xyz_axis=-1, differentials=motion)


def vectors(coordinate: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (m) and velocities (m/s) of a coordinate, in its own axes."""
    r = coordinate.cartesian.get_xyz(xyz_axis=-1).to_value(u.m)
    return r, coordinate.cartesian.differentials["s"].get_d_xyz(xyz_axis=-1).to_value(u.m / u.s)


def frames(epoch: Time) -> list[Any]:
    return [
        MoonInertial(obstime=epoch),
        MoonPA(obstime=epoch),
        MoonME(obstime=epoch),
        MoonTopocentric(site=SITE, obstime=epoch),
    ]


def series(et_s: Any) -> list[Any]:
    """Return the three orientation angles, rad, from the kernel's coefficients in mpmath."""
    table = orientation_angles()
    elapsed = (mpmath.mpf(et_s) - table.start_s) / table.interval_s
    i = int(mpmath.floor(elapsed))
    tau = 2 * (elapsed - i) - 1
    terms = table.coefficients.shape[2]
    polynomials = [mpmath.cos(k * mpmath.acos(tau)) for k in range(terms)]
    return [mpmath.fdot(map(mpmath.mpf, row), polynomials) for row in table.coefficients[i]]


def rot_pa_exact(et_s: Any) -> Any:
    """Return R3(psi) R1(theta) R3(phi) in mpmath."""

    def axis_3(a: Any) -> Any:
        return mpmath.matrix([[mpmath.cos(a), mpmath.sin(a), 0], [-mpmath.sin(a), mpmath.cos(a), 0], [0, 0, 1]])

    phi, theta, psi = series(et_s)
    c, s = mpmath.cos(theta), mpmath.sin(theta)
    return axis_3(psi) * mpmath.matrix([[1, 0, 0], [0, c, s], [0, -s, c]]) * axis_3(phi)


epochs_s = st.floats(-3.15e9, 1.6e9)  # 1900 to 2050
components = st.floats(-1.0, 1.0)
triples = st.tuples(components, components, components)


@examples(20)
@given(et_s=epochs_s)
def test_the_rates_of_the_orientation_angles_are_the_derivatives_of_their_series(et_s: float) -> None:
    angles, rates = np.empty(3), np.empty(3)
    evaluate_with_rate(orientation_angles(), et_s, angles, rates)
    with mpmath.workdps(40):
        exact = [mpmath.diff(lambda t, k=k: series(t)[k], et_s) for k in range(3)]
    # 1e-13: the argument within an interval of 8 days is rounded to 1e-12 of it, and the rates hardly vary
    np.testing.assert_allclose(rates, np.array(exact, dtype=float), rtol=0.0, atol=1e-13 * MOON_RATE)


@examples(10)
@given(et_s=epochs_s)
def test_the_derivative_of_the_rotation_is_exact(et_s: float) -> None:
    epoch = tdb(et_s)
    et_s = float((epoch.jd1 - 2451545.0) * 86400.0 + epoch.jd2 * 86400.0)
    rot, rate = rot_pa_from_icrf_with_rate(epoch)
    with mpmath.workdps(40):
        exact = np.array(rot_pa_exact(et_s).tolist(), dtype=float)
        entries = [[mpmath.diff(lambda t, i=i, j=j: rot_pa_exact(t)[i, j], et_s) for j in range(3)] for i in range(3)]
    # 5e-12: the angle psi grows to 7000 rad and is kept to 1e-12, the argument of the series adds 2e-12
    np.testing.assert_allclose(rot, exact, rtol=0.0, atol=5e-12)
    np.testing.assert_allclose(rate, np.array(entries, dtype=float), rtol=0.0, atol=5e-12 * MOON_RATE)
    # the derivative of a rotation times its transpose is antisymmetric: to rounding of sums of three products
    spin = rate @ rot.T
    np.testing.assert_allclose(spin, -spin.T, rtol=0.0, atol=1e-15 * MOON_RATE)
    np.testing.assert_array_equal(rot, rot_pa_from_icrf(epoch))


@examples(25)
@given(et_s=epochs_s, direction=triples, velocity=triples, size=st.floats(1.7e6, 4e8))
def test_every_round_trip_returns_position_and_velocity(
    et_s: float, direction: Any, velocity: Any, size: float
) -> None:
    r = np.array(direction) * size + np.array([2e6, 0.0, 0.0])
    v = np.array(velocity) * 2e3
    for there, back in permutations(frames(tdb(et_s)), 2):
        r_back, v_back = vectors(there.realize_frame(with_velocity(r, v)).transform_to(back).transform_to(there))
        # a dozen products and sums, each rounded to 1e-16 of the largest distance; rotation adds omega r to v
        largest = np.linalg.norm(r) + 1.8e6
        assert np.linalg.norm(r_back - r) <= 1e-12 * np.linalg.norm(r), (there, back)
        assert np.linalg.norm(v_back - v) <= 1e-12 * (np.linalg.norm(v) + MOON_RATE * largest), (there, back)


def test_the_velocity_in_me_is_the_derivative_of_the_position_in_me() -> None:
    et_s, r, v = 7.5e8 + 12345.0, [1.9e6, -3.0e5, 7.0e5], [-400.0, 1500.0, 300.0]
    _, v_me = vectors(MoonInertial(with_velocity(r, v), obstime=tdb(et_s)).transform_to(MoonME(obstime=tdb(et_s))))

    def position_me(t: Any) -> Any:
        place = mpmath.matrix([mpmath.mpf(ri) + mpmath.mpf(vi) * (t - et_s) for ri, vi in zip(r, v, strict=True)])
        return mpmath.matrix(ROT_ME_FROM_PA.tolist()) * rot_pa_exact(t) * place

    with mpmath.workdps(40):
        exact = np.array([mpmath.diff(lambda t, i=i: position_me(t)[i], et_s) for i in range(3)], dtype=float)
    # 5e-12 rad of the rotation, as above, times the speed of 1.6 km/s
    np.testing.assert_allclose(v_me, exact, rtol=0.0, atol=5e-12 * 1.6e3)


def test_the_state_transform_agrees_with_spice(tmp_path: Path) -> None:
    spice = pytest.importorskip("spiceypy", reason="spiceypy, the reference for this test, is not installed")
    import lunarsky  # noqa: PLC0415

    kernel = tmp_path / "moon.tf"
    kernel.write_text(MOON_FRAMES)
    loaded = [str(kernel), str(Path(lunarsky.__file__).parent / "data" / "pck" / "moon_pa_de421_1900-2050.bpc")]
    for path in loaded:
        spice.furnsh(path)
    try:
        for et_s in (-3.1e9, -1.2e9, 0.0, 7.5e8, 1.6e9):
            state = np.array([1.9e6, -3.0e5, 7.0e5, -400.0, 1500.0, 300.0])
            start = MoonInertial(with_velocity(state[:3], state[3:]), obstime=tdb(et_s))
            for name, frame in (("MOON_PA_DE421", MoonPA), ("MOON_ME_DE421", MoonME)):
                expected = spice.sxform("J2000", name, et_s) @ state
                r, v = vectors(start.transform_to(frame(obstime=tdb(et_s))))
                # both round the angle psi and the time within the series: 5e-12 rad each
                assert np.linalg.norm(r - expected[:3]) < 1e-11 * 2.1e6
                assert np.linalg.norm(v - expected[3:]) < 1e-11 * 1.6e3
    finally:
        for path in loaded:
            spice.unload(path)


def test_the_rotation_to_me_agrees_with_lunarsky() -> None:
    et_s = np.linspace(-3.15e9, 1.6e9, 101)
    ours = MoonInertial(CartesianRepresentation(np.eye(3)[:, :, None] * u.m), obstime=tdb(et_s))
    columns = ours.transform_to(MoonME(obstime=tdb(et_s))).cartesian.xyz.value
    # asked for: 1e-9 rad; both round the same series
    np.testing.assert_allclose(columns, np.moveaxis(j2000_to_moon_me(et_s), 0, -1), rtol=0.0, atol=1e-11)


def sub_earth_point(epoch: Time, frame: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    earth = ICRS(get_body_barycentric("earth", epoch)).transform_to(frame(obstime=epoch))
    return earth.lon.wrap_at(180 * u.deg).deg, earth.lat.deg


def test_librations_agree_with_the_published_tables() -> None:
    lon, lat = sub_earth_point(Time(list(PUBLISHED_LIBRATIONS), scale="utc"), MoonME)
    published = np.array(list(PUBLISHED_LIBRATIONS.values()))
    # 0.0005 deg of rounding in the table, 6 km of 380,000 in astropy's built-in Moon: another 0.001 deg
    np.testing.assert_allclose(np.stack([lon, lat], axis=-1), published, rtol=0.0, atol=0.0015)


def test_the_mean_earth_direction_is_the_x_axis_of_me_and_not_of_pa() -> None:
    epoch = Time(1970.0 + np.linspace(0.0, 4 * 18.6, 6_000), format="jyear", scale="tdb")  # four turns of the node
    weights = np.hanning(epoch.size)  # so that the ends of the span leave no trace of the monthly terms
    means = {}
    for frame in (MoonME, MoonPA):
        lon, lat = sub_earth_point(epoch, frame)
        assert np.abs(lon).max() < 8.3, "largest libration in longitude, deg: 7.9 published, rounded up"
        assert np.abs(lat).max() < 7.0, "largest libration in latitude, deg"
        means[frame] = np.array([np.average(angle, weights=weights) * 3600.0 for angle in (lon, lat)])
    np.testing.assert_allclose(means[MoonME], 0.0, atol=1.5)  # arcsec; measured 0.7, built-in Moon good to 3
    np.testing.assert_allclose(means[MoonPA], [-67.92, 78.56], atol=1.5)  # Williams et al. 2008, DE421


def test_pa_and_me_are_up_to_875_m_apart_on_the_ground() -> None:
    lon, lat = np.meshgrid(np.arange(0, 360, 5) * u.deg, np.arange(-90, 91, 5) * u.deg)
    ground = MoonME(lon=lon, lat=lat, distance=MOON_RADIUS)
    apart = (MoonME(ground.transform_to(MoonPA()).data).cartesian - ground.cartesian).norm()
    # the angle of the three small rotations of 67.92, 78.56 and 0.30 arcsec, times the radius
    expected = np.radians(np.hypot(67.92, 78.56) / 3600) * MOON_RADIUS
    assert u.isclose(apart.max(), expected, rtol=1e-3)  # a grid of 5 deg comes within 2.5 deg: cos = 0.999
    assert 874 * u.m < apart.max() < 876 * u.m


def test_a_place_on_the_ground_moves_with_the_moon_in_inertial_space() -> None:
    ground = MoonME(with_velocity([1.7374e6, 0.0, 0.0], [0.0, 0.0, 0.0]), obstime=EPOCH)
    r, v = vectors(ground.transform_to(MoonInertial))
    sidereal_month_s = 27.321661 * 86400.0
    # librations change the rate by some 1e-4 of itself
    assert np.linalg.norm(v) == pytest.approx(2 * np.pi / sidereal_month_s * 1.7374e6, rel=1e-3)
    assert abs(r @ v) < 1e-12 * np.linalg.norm(r) * np.linalg.norm(v)
    _, v_local = vectors(ground.transform_to(MoonTopocentric(site=SITE)))
    np.testing.assert_allclose(v_local, 0.0, atol=1e-15)
    back = MoonInertial(with_velocity(r, v), obstime=EPOCH).transform_to(MoonME)
    np.testing.assert_allclose(vectors(back)[1], 0.0, atol=1e-14)  # rounding of 4.6 m/s


def test_a_topocentric_frame_has_its_zenith_up_and_its_azimuth_from_north_through_east() -> None:
    frame = MoonTopocentric(site=SITE)
    lon, lat, distance = SITE.longitude, SITE.latitude, MOON_RADIUS + SITE.elevation
    above = MoonME(lon=lon, lat=lat, distance=distance + 10 * u.km).transform_to(frame)
    assert above.alt.deg == pytest.approx(90.0, abs=1e-6)  # rounding of 1e-9 m in 10 km, by arcsine near 1
    assert u.isclose(above.distance, 10 * u.km, rtol=1e-12)
    step = 0.5 * u.deg
    north = MoonME(lon=lon, lat=lat + step, distance=distance).transform_to(frame)
    assert abs(north.az.wrap_at(180 * u.deg).deg) < 1e-10
    # two ends of a chord on a sphere: it dips below the horizon by half of the arc
    assert u.isclose(north.alt, -step / 2, rtol=1e-10)
    assert u.isclose(north.distance, 2 * distance * np.sin(step / 2), rtol=1e-10)
    east, north_m, up = MoonME(lon=lon + 1e-4 * u.deg, lat=lat, distance=distance).transform_to(frame).enu.to_value(u.m)
    along = (distance * np.cos(lat)).to_value(u.m) * np.radians(1e-4)
    assert east == pytest.approx(along, rel=1e-9)
    assert max(abs(north_m), abs(up)) < 1e-5 * east


def test_the_pole_stands_as_high_over_the_horizon_as_the_latitude_says() -> None:
    site = MoonME(lon=np.array([10.0, 200.0]) * u.deg, lat=np.array([35.0, 80.0]) * u.deg)
    pole = MoonME(lon=0 * u.deg, lat=90 * u.deg).transform_to(MoonTopocentric(site=site))
    np.testing.assert_allclose(pole.alt.deg, [35.0, 80.0], rtol=1e-12)
    np.testing.assert_allclose(pole.az.wrap_at(180 * u.deg).deg, 0.0, atol=1e-12)


def test_topocentric_velocities_carry_the_names_of_their_axes() -> None:
    site = MoonME(lon=0 * u.deg, lat=0 * u.deg)
    flying = MoonME(with_velocity([1.8e6, 0.0, 0.0], [3.0, 1.0, 2.0]))  # at the site, x is up, y east, z north
    local = flying.transform_to(MoonTopocentric(site=site))
    local.representation_type = "cartesian"
    assert [local.v_up.value, local.v_east.value, local.v_north.value] == pytest.approx([3.0, 1.0, 2.0], rel=1e-15)
    assert local.up.to_value(u.m) == pytest.approx(62_600.0, rel=1e-13)
    np.testing.assert_allclose(local.enu_velocity.value, [1.0, 2.0, 3.0], rtol=1e-15)


@pytest.mark.parametrize(
    "site",
    [
        MoonME(lon=SITE.longitude, lat=SITE.latitude, distance=MOON_RADIUS + SITE.elevation),
        SkyCoord(SITE.longitude, SITE.latitude, MOON_RADIUS + SITE.elevation, frame=MoonME(obstime=EPOCH)),
        MoonME(lon=SITE.longitude, lat=SITE.latitude, distance=MOON_RADIUS + SITE.elevation).transform_to(MoonPA()),
    ],
)
def test_a_site_may_be_any_coordinate_on_the_moon(site: Any) -> None:
    point = MoonME(lon=60 * u.deg, lat=-57 * u.deg, distance=1800 * u.km)
    local, expected = (point.transform_to(MoonTopocentric(site=where)) for where in (site, SITE))
    np.testing.assert_allclose(local.enu.to_value(u.m), expected.enu.to_value(u.m), atol=1e-8)  # rounding of 1e6 m


def test_skycoord_works_with_arrays_of_times_and_sites() -> None:
    times = EPOCH + np.arange(4) * u.day
    star = SkyCoord(ra=201.3 * u.deg, dec=-11.16 * u.deg)
    seen = star.transform_to(MoonME(obstime=times))
    assert seen.shape == (4,)
    # stars move west by a turn in a sidereal month of 27.32 d; librations change that by less than 1 part in 1000
    np.testing.assert_allclose(np.diff(seen.lon.deg), -360 / 27.32, rtol=1e-3)
    sites = MoonME(lon=np.array([[0.0], [120.0], [240.0]]) * u.deg, lat=np.zeros((3, 1)) * u.deg, distance=MOON_RADIUS)
    local = seen.transform_to(MoonTopocentric(site=sites, obstime=times))
    assert local.shape == local.alt.shape == (3, 4)
    again = local.transform_to(ICRS())
    np.testing.assert_allclose(again.separation(star).arcsec, 0.0, atol=1e-8)  # rounding of angles: 1e-15 rad and some
    one = SkyCoord(star, obstime=times[2]).transform_to(MoonTopocentric(site=sites[1, 0]))
    np.testing.assert_allclose(one.alt.deg, local[1, 2].alt.deg, rtol=1e-12)


def test_a_direction_has_no_parallax_and_keeps_its_angles() -> None:
    pair = SkyCoord(ra=[10, 40] * u.deg, dec=[5, -70] * u.deg)
    for frame in frames(EPOCH):
        seen = pair.transform_to(frame)
        assert seen.data.norm().unit == u.one
        assert u.isclose(seen[0].separation(seen[1]), pair[0].separation(pair[1]), rtol=1e-13)
    r = rot_me_from_icrf(EPOCH) @ pair[0].cartesian.xyz.value
    np.testing.assert_allclose(pair[0].transform_to(MoonME(obstime=EPOCH)).cartesian.xyz.value, r, atol=1e-15)


def test_a_star_at_rest_turns_backwards_in_me_at_the_moons_rate() -> None:
    star = SkyCoord(ra=10 * u.deg, dec=5 * u.deg, pm_ra_cosdec=0 * u.mas / u.yr, pm_dec=0 * u.mas / u.yr)
    seen = star.transform_to(MoonME(obstime=EPOCH))
    rate = np.hypot(seen.pm_lon_coslat, seen.pm_lat).to_value(u.rad / u.s)
    rot, rot_rate = rot_pa_from_icrf_with_rate(EPOCH)
    spin = rot_rate @ rot.T
    omega_me = ROT_ME_FROM_PA @ [spin[1, 2], spin[2, 0], spin[0, 1]]
    assert rate == pytest.approx(np.linalg.norm(np.cross(omega_me, seen.cartesian.xyz.value)), rel=1e-12)
    assert seen.pm_lon_coslat < 0


def test_the_moons_centre_is_where_the_ephemeris_puts_it_whatever_the_time_of_the_other_frame() -> None:
    centre = MoonME(with_velocity([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]), obstime=EPOCH)
    position, velocity = get_body_barycentric_posvel("moon", EPOCH)
    icrs = centre.transform_to(ICRS())
    assert (icrs.cartesian.without_differentials() - position).norm() < 1 * u.mm  # 1e-16 of an au is 0.02 mm
    np.testing.assert_allclose(icrs.velocity.d_xyz.to_value(u.m / u.s), velocity.xyz.to_value(u.m / u.s), rtol=1e-12)
    still = MoonME(CartesianRepresentation(0, 0, 0, unit=u.m), obstime=EPOCH)
    through_earth = still.transform_to(GCRS(obstime=EPOCH + 3 * u.day)).transform_to(ICRS())
    assert (through_earth.cartesian - position).norm() < 10 * u.m  # astropy's aberration and back, at 1 au
    r, v = vectors(icrs.transform_to(MoonTopocentric(site=SITE, obstime=EPOCH)).transform_to(MoonInertial))
    assert np.linalg.norm(r) < 1e-3
    assert np.linalg.norm(v) < 1e-6


def test_between_times_the_vector_from_the_moons_centre_stays() -> None:
    r, v = [1.9e6, -3.0e5, 7.0e5], [-400.0, 1500.0, 300.0]
    start = MoonInertial(with_velocity(r, v), obstime=EPOCH).transform_to(MoonPA)
    later = start.transform_to(MoonPA(obstime=EPOCH + 5 * u.day))
    assert np.linalg.norm(vectors(later)[0] - vectors(start)[0]) > 1e6  # the axes have turned by 66 deg
    np.testing.assert_allclose(vectors(later)[0], rot_pa_from_icrf(EPOCH + 5 * u.day) @ r, rtol=1e-13)
    for back in (later.transform_to(MoonInertial(obstime=EPOCH)), later.transform_to(start).transform_to(MoonInertial)):
        np.testing.assert_allclose(vectors(back)[0], r, rtol=1e-12)
        np.testing.assert_allclose(vectors(back)[1], v, rtol=1e-12)


def test_a_place_without_a_time_takes_the_time_of_the_frame_it_goes_to() -> None:
    place = MoonME(lon=61.36 * u.deg, lat=-57.87 * u.deg, distance=MOON_RADIUS)
    inertial = place.transform_to(MoonInertial(obstime=EPOCH))
    expected = rot_me_from_icrf(EPOCH).T @ place.cartesian.xyz.to_value(u.m)
    np.testing.assert_allclose(inertial.cartesian.xyz.to_value(u.m), expected, atol=1e-8)  # rounding of 1e6 m


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: MoonME(lon=1 * u.deg, lat=2 * u.deg).transform_to(MoonInertial()), "MoonInertial has no time"),
        (lambda: SkyCoord(1 * u.deg, 2 * u.deg).transform_to(MoonPA()), "MoonPA has no time"),
        (lambda: MoonME(lon=1 * u.deg, lat=2 * u.deg).transform_to(MoonTopocentric()), "has no site"),
        (lambda: MoonTopocentric(site=61.36 * u.deg), "is no place on the Moon"),
        (
            lambda: SkyCoord(
                1 * u.deg, 2 * u.deg, 1800 * u.km, radial_velocity=1 * u.km / u.s, frame=MoonPA(obstime=EPOCH)
            ).transform_to(MoonInertial),
            "d_distance with the position components lon, lat, distance",
        ),
        (lambda: state_vectors(MoonME(lon=1 * u.deg, lat=2 * u.deg, distance=1800 * u.km)), "no time"),
        (lambda: state_vectors(MoonME(lon=1 * u.deg, lat=2 * u.deg, obstime=EPOCH)), "is no state"),
    ],
)
def test_what_is_missing_is_named(attempt: Any, words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        attempt()


def test_a_time_outside_the_orientation_kernel_is_refused() -> None:
    with pytest.raises(ls.EpochError, match="is known from 1899-12-28"):
        SkyCoord(1 * u.deg, 2 * u.deg).transform_to(MoonME(obstime=Time(2060.0, format="jyear", scale="tdb")))


def orbit(anomaly: Any) -> ls.State:
    return ls.State.from_elements(
        perilune=100 * u.km,
        apolune=100 * u.km,
        inclination=82 * u.deg,
        node_longitude=270 * u.deg,
        true_anomaly=anomaly,
        epoch=EPOCH,
    )


def test_a_state_becomes_a_coordinate_and_comes_back() -> None:
    state = orbit(40 * u.deg)
    coordinate = state_coordinates(state.position, state.velocity, state.epoch)
    on_map = coordinate.transform_to(MoonME)
    assert u.isclose(on_map.lon, state.longitude, rtol=1e-13)
    assert u.isclose(on_map.lat, state.latitude, rtol=1e-13)
    assert u.isclose(on_map.height, state.altitude, rtol=1e-12)
    position, velocity, epoch = state_vectors(SkyCoord(on_map).transform_to(MoonTopocentric(site=SITE)))
    np.testing.assert_allclose(position.to_value(u.m), state.position.to_value(u.m), atol=1e-8)  # rounding of 2e6 m
    np.testing.assert_allclose(velocity.value, state.velocity.to_value(u.m / u.s), atol=1e-11)  # rounding of 2e3 m/s
    assert epoch == state.epoch


def test_rtn_axes_are_a_right_handed_triad_along_radius_motion_and_angular_momentum() -> None:
    state = orbit(40 * u.deg)
    rot = rot_rtn_from_icrf(state)
    np.testing.assert_allclose(rot @ rot.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(rot) == pytest.approx(1.0, abs=1e-15)
    np.testing.assert_allclose(rot @ state.position.value, [np.linalg.norm(state.position.value), 0, 0], atol=1e-9)
    # the orbit is circular: all of its velocity is transverse
    np.testing.assert_allclose(rot @ state.velocity.value, [0, state.speed.to_value(u.m / u.s), 0], atol=1e-9)


def test_a_craft_ahead_in_the_same_circular_orbit_lies_along_the_transverse_axis() -> None:
    ahead = (0.01 * u.deg).to_value(u.rad)
    apart = rtn(orbit(40.01 * u.deg), orbit(40 * u.deg))
    radius, speed = 1_837_400.0, orbit(40 * u.deg).speed.to_value(u.m / u.s)
    expected = radius * np.array([np.cos(ahead) - 1, np.sin(ahead), 0.0])
    np.testing.assert_allclose(apart.position.to_value(u.m), expected, atol=1e-6)  # 1e-13 rad of anomaly in degrees
    expected = speed * np.array([-np.sin(ahead), np.cos(ahead) - 1, 0.0])
    np.testing.assert_allclose(apart.velocity.to_value(u.m / u.s), expected, atol=1e-9)


def test_rtn_works_at_many_times_and_refuses_states_at_different_times() -> None:
    single = orbit(0 * u.deg)
    epochs = EPOCH + np.arange(3) * u.min
    many = ls.State(np.tile(single.position, (3, 1)), np.tile(single.velocity, (3, 1)), epochs)
    above = ls.State(many.position * 1.001, many.velocity, epochs)
    apart = rtn(above, many)
    assert apart.position.shape == (3, 3)
    np.testing.assert_allclose(apart.position.to_value(u.m), [[1837.4, 0, 0]] * 3, atol=1e-8)
    with pytest.raises(ls.InputError, match="60 s apart"):
        rtn(above, ls.State(many.position, many.velocity, epochs + 1 * u.min))
    with pytest.raises(ls.InputError, match="holds 3 times and reference 1"):
        rtn(above, single)
    with pytest.raises(ls.InputError, match="along its radius"):
        rot_rtn_from_icrf(ls.State(single.position, single.position / u.hour, EPOCH))
