"""Footprints: the projection against the sphere, ellipses and densities against known Gaussians and scipy."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SphericalRepresentation
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import lunarsim as ls
from lunarsim import constants, statistics
from lunarsim.errors import InputError
from lunarsim.moon.frames import MoonME, MoonTopocentric
from lunarsim.statistics import LocalPlane
from lunarsim.statistics.places.ellipse import prediction_radius
from lunarsim.statistics.places.wishart import root_quantile

LATITUDES, LONGITUDES = st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)
RADIUS_M = constants.MOON_RADIUS_M


def gaussian(count, major, minor, azimuth_deg, *, seed, centre=(300.0, -200.0)):
    """Return points of a Gaussian with given standard deviations along a major axis of a given azimuth."""
    rng, azimuth = np.random.default_rng(seed), np.radians(azimuth_deg)
    along, across = rng.normal(0.0, major, count), rng.normal(0.0, minor, count)
    east = along * np.sin(azimuth) + across * np.cos(azimuth)
    north = along * np.cos(azimuth) - across * np.sin(azimuth)
    return np.stack([east, north], axis=1) + centre


@given(latitude=LATITUDES, longitude=LONGITUDES, lat=LATITUDES, lon=LONGITUDES)
def test_distances_from_the_centre_are_great_circles(latitude, longitude, lat, lon):
    plane = LocalPlane(latitude_deg=latitude, longitude_deg=longitude)
    (place,) = plane.forward(lat, lon)
    a, b = (np.array(direction(*pair)) for pair in ((latitude, longitude), (lat, lon)))
    angle = np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
    assert np.hypot(*place) == pytest.approx(angle * RADIUS_M, abs=1e-6)  # rounding of unit vectors: 1e-16 of 2e6 m


def direction(latitude, longitude):
    return SphericalRepresentation(longitude * u.deg, latitude * u.deg, 1.0).to_cartesian().xyz.value


@given(latitude=LATITUDES, longitude=LONGITUDES, east=st.floats(-3e5, 3e5), north=st.floats(-3e5, 3e5))
def test_places_come_back_from_the_plane(latitude, longitude, east, north):
    plane = LocalPlane(latitude_deg=latitude, longitude_deg=longitude)
    again = plane.forward(*plane.inverse([[east, north]]))
    np.testing.assert_allclose(again, [[east, north]], atol=1e-5)  # degrees near a pole have 1e-14 * 90, that is 3e-8 m


@pytest.mark.parametrize("latitude", [-90.0, -57.865, 0.0, 89.999, 90.0])
def test_near_the_centre_the_plane_is_that_of_the_local_frame_of_the_site(latitude):
    plane = LocalPlane(latitude_deg=latitude, longitude_deg=61.36)
    lat, lon = plane.inverse([[700.0, -400.0]])
    site = ls.Site(latitude=latitude * u.deg, longitude=61.36 * u.deg)
    place = MoonME(SphericalRepresentation(lon * u.deg, lat * u.deg, [RADIUS_M] * u.m))
    local = place.transform_to(MoonTopocentric(site=site))
    east, north, up = local.enu[0].to_value(u.m)
    # of 806 m the curvature takes 806^3 / (6 R^2) = 3e-5 m, and the ground falls by 806^2 / (2 R)
    assert (east, north) == (pytest.approx(700.0, abs=1e-4), pytest.approx(-400.0, abs=1e-4))
    assert up == pytest.approx(-(700.0**2 + 400.0**2) / (2.0 * RADIUS_M), abs=1e-5)


def test_the_seam_of_longitude_moves_nothing():
    latitude, longitude = np.array([-3.0, -3.0, -2.9]), np.array([359.9, 0.1, -0.05])
    found = statistics.footprint(latitude, longitude)
    assert found.plane.longitude_deg == pytest.approx(-0.05 / 3.0, abs=0.001)  # of 0.1 deg, cosines 1e-4
    again = statistics.footprint(latitude, longitude % 360.0 - 360.0)
    np.testing.assert_allclose(found.xy_m, again.xy_m, atol=1e-6)  # rounding of 360 deg in metres: 5e-14 * 3e4
    assert np.abs(found.xy_m).max() < 10e3


def test_runs_round_a_pole_have_their_mean_at_the_pole():
    longitude = np.arange(0.0, 360.0, 30.0)
    found = statistics.footprint(np.full(12, -89.9), longitude)
    assert found.plane.latitude_deg == pytest.approx(-90.0, abs=1e-6)
    np.testing.assert_allclose(np.hypot(*found.xy_m.T), np.radians(0.1) * RADIUS_M, rtol=1e-6)
    ellipse = found.ellipse()
    assert ellipse.semi_minor_m == pytest.approx(ellipse.semi_major_m, rel=1e-6)  # a circle


def test_the_ellipse_of_a_known_covariance_is_found():
    ellipse = statistics.covariance_ellipse(gaussian(200_000, 2000.0, 300.0, 155.0, seed=1), 0.95)
    reach = np.sqrt(stats.chi2.ppf(0.95, 2))
    # a standard deviation of n runs is known to 1 / sqrt(2 n) = 0.16 %; three of these
    assert ellipse.semi_major_m == pytest.approx(2000.0 * reach, rel=0.005)
    assert ellipse.semi_minor_m == pytest.approx(300.0 * reach, rel=0.005)
    assert ellipse.azimuth_deg == pytest.approx(155.0, abs=0.1)
    assert (ellipse.east_m, ellipse.north_m) == (pytest.approx(300.0, abs=15.0), pytest.approx(-200.0, abs=15.0))  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.99])
def test_the_ellipse_holds_its_probability_of_further_runs(probability):
    ellipse = statistics.covariance_ellipse(gaussian(20_000, 2000.0, 300.0, 40.0, seed=2), probability)
    inside = ellipse.contains(gaussian(100_000, 2000.0, 300.0, 40.0, seed=3)).mean()
    assert inside == pytest.approx(probability, abs=0.008)  # three errors of 20,000 runs' area and of 100,000 counts


@pytest.mark.parametrize("runs", [3, 5, 20, *(pytest.param(runs, marks=pytest.mark.slow) for runs in (4, 10, 30))])
@pytest.mark.parametrize("probability", [0.5, 0.95])
def test_the_ellipse_of_few_runs_holds_its_probability_of_further_runs(runs, probability):
    held = [
        statistics.covariance_ellipse(gaussian(runs, 5.0, 2.0, 20.0, seed=s), probability)
        .contains(gaussian(50, 5.0, 2.0, 20.0, seed=s + 5000))
        .mean()
        for s in range(400)
    ]
    error = np.std(held) / np.sqrt(len(held))  # 0.009 at most, for three runs
    assert np.mean(held) == pytest.approx(probability, abs=3.0 * error)


@given(st.integers(3, 10_000), st.floats(0.01, 0.999))
def test_the_reach_of_the_ellipse_is_that_of_hotellings_t2(runs, probability):
    squared = 2.0 * (runs + 1) * (runs - 1) / (runs * (runs - 2)) * stats.f.ppf(probability, 2, runs - 2)
    assert prediction_radius(probability, runs) == pytest.approx(np.sqrt(squared), rel=1e-8)  # scipy's quantile


def test_the_text_of_an_ellipse_of_few_runs_says_by_how_much_they_widen_it():
    few, many = (str(statistics.covariance_ellipse(gaussian(n, 5.0, 2.0, 20.0, seed=1))) for n in (5, 1000))
    # (24 / 5 (0.05^(-2 / 3) - 1))^(1 / 2) over (-2 ln 0.05)^(1 / 2)
    assert few.endswith("5 runs, so few that it is 2.26 times as wide as of many")
    assert many.endswith("1,000 runs")


@given(azimuth=st.floats(0.0, 179.9), scale=st.floats(1e-3, 1e6))
def test_turning_or_stretching_the_runs_turns_or_stretches_the_ellipse(azimuth, scale):
    plain = statistics.covariance_ellipse(gaussian(50, 3.0, 1.0, 0.0, seed=4, centre=(0.0, 0.0)))
    turned = statistics.covariance_ellipse(scale * gaussian(50, 3.0, 1.0, azimuth, seed=4, centre=(0.0, 0.0)))
    assert turned.semi_major_m == pytest.approx(scale * plain.semi_major_m, rel=1e-9)  # rounding
    assert turned.semi_minor_m == pytest.approx(scale * plain.semi_minor_m, rel=1e-9)
    apart = (turned.azimuth_deg - plain.azimuth_deg - azimuth + 90.0) % 180.0 - 90.0
    assert apart == pytest.approx(0.0, abs=1e-6)


def test_the_outline_of_an_ellipse_lies_at_its_probability():
    ellipse = statistics.covariance_ellipse(gaussian(500, 20.0, 5.0, 70.0, seed=5))
    middle = (ellipse.east_m, ellipse.north_m)
    outline = ellipse.outline()
    assert ellipse.contains(middle + 0.999 * (outline - middle)).all()
    assert not ellipse.contains(middle + 1.001 * (outline - middle)).any()


def test_weights_are_as_good_as_runs_that_came_several_times():
    xy = gaussian(40, 30.0, 10.0, 10.0, seed=6)
    times = np.arange(40) % 3 + 1
    weighted = statistics.covariance_ellipse(xy, weights=times)
    repeated = statistics.covariance_ellipse(np.repeat(xy, times, axis=0))
    # both have the same second moments; n - 1 and the factor of the ellipse count effective runs or all
    n, effective = times.sum(), times.sum() ** 2 / np.sum(times**2)
    ratio = np.sqrt((1.0 - 1.0 / n) / (1.0 - 1.0 / effective))
    ratio *= prediction_radius(0.95, effective) / prediction_radius(0.95, float(n))
    assert weighted.semi_major_m == pytest.approx(ratio * repeated.semi_major_m, rel=1e-9)  # rounding
    assert weighted.azimuth_deg == pytest.approx(repeated.azimuth_deg, abs=1e-9)


def covered(draw, truth, campaigns, **options):
    """Return how often the intervals of the ellipse hold the true semi-axes (standard deviations) and centre."""
    hits = np.zeros(4)
    for seed in range(campaigns):
        found = statistics.ellipse_interval(draw(seed), **options)
        reach = np.sqrt(stats.chi2.ppf(0.95, 2))
        intervals = (found.semi_major_m, found.semi_minor_m, found.east_m, found.north_m)
        wanted = (truth[0] * reach, truth[1] * reach, *truth[2:])
        hits += [low <= value <= high for (low, high), value in zip(intervals, wanted, strict=True)]
    return hits / campaigns


@pytest.mark.parametrize(
    ("runs", "minor"),
    [
        (3, 1.0),
        (10, 10.0),
        (150, 10.0),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in ((3, 50.0), (5, 30.0), (20, 50.0))),
    ],
)
def test_intervals_of_the_ellipse_of_few_runs_cover_that_of_unlimited_ones(runs, minor):
    found = covered(lambda seed: gaussian(runs, 50.0, minor, 30.0, seed=seed), (50.0, minor, 300.0, -200.0), 300)
    # nominal 0.95; those of the axes are 0.93 to 0.985, by the soak of 20,000; three errors of 0.0126 below the nominal
    assert np.all(found > 0.95 - 0.038)


@given(st.integers(3, 60), st.floats(0.0, 180.0), st.floats(0.001, 1.0), st.floats(0.5, 0.99), st.integers(0, 10**6))
def test_intervals_of_the_ellipse_are_finite_and_ordered_whatever_the_runs(runs, azimuth, minor, confidence, seed):
    found = statistics.ellipse_interval(gaussian(runs, 50.0, 50.0 * minor, azimuth, seed=seed), confidence=confidence)
    for low, high in (found.semi_major_m, found.semi_minor_m, found.east_m, found.north_m):
        assert -np.inf < low < high < np.inf
    assert found.semi_minor_m.low >= 0.0
    assert f"({runs} runs)" in str(found)


@pytest.mark.parametrize(
    "xy", [[[1.0, 2.0]] * 3, [[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]], [[0, 0], [1, 1], [5, 5], [6, 6]]]
)
def test_runs_in_a_point_or_on_a_line_have_intervals_without_a_warning(xy):
    found = statistics.ellipse_interval(xy)
    assert found.semi_minor_m == (0.0, 0.0)
    assert np.all(np.isfinite([found.semi_major_m, found.east_m, found.north_m]))


@pytest.mark.parametrize("shape", ["flat", "peaked"])
def test_intervals_of_many_runs_that_are_not_gaussian_follow_their_own_scatter(shape):
    """A uniform distribution has a kurtosis of 1.8, a logistic one of 4.2, and the normal of 3."""

    def draw(seed):
        rng = np.random.default_rng(seed)
        each = rng.uniform(-1.0, 1.0, (2000, 2)) if shape == "flat" else rng.logistic(0.0, 1.0, (2000, 2))
        return each * [30.0, 10.0]

    sigma = {"flat": 1.0 / np.sqrt(3.0), "peaked": np.pi / np.sqrt(3.0)}[shape]
    found = covered(draw, (30.0 * sigma, 10.0 * sigma, 0.0, 0.0), 300)
    assert np.all(found > 0.95 - 0.038)
    assert np.all(found < 0.995)  # with the normal's kurtosis 0.998 of the flat one, 0.87 of the peaked one


def test_intervals_of_many_runs_are_as_long_as_normal_theory_says():
    found = statistics.ellipse_interval(gaussian(30_000, 50.0, 10.0, 90.0, seed=8))
    reach = np.sqrt(stats.chi2.ppf(0.95, 2))
    for interval, sigma in ((found.semi_major_m, 50.0), (found.semi_minor_m, 10.0)):
        expected = 2.0 * 1.96 * reach * sigma / np.sqrt(2.0 * 30_000)
        # not knowing that the ellipse is long costs 4 %; the kurtosis of the runs is known to 1 %
        assert interval.high - interval.low == pytest.approx(1.04 * expected, rel=0.04)
    assert found.east_m.high - found.east_m.low == pytest.approx(2.0 * 1.96 * 50.0 / np.sqrt(30_000), rel=0.02)


@given(st.floats(2.0, 500.0), st.floats(0.01, 0.99))
def test_the_roots_of_a_wishart_matrix_have_the_quantiles_of_the_chi_square_laws_they_lie_between(freedom, share):
    """The greater root lies between a diagonal element and the sum of both roots, the smaller one below an element."""
    greater, smaller = (root_quantile(share, freedom, sign) for sign in (1.0, -1.0))
    assert stats.chi2.ppf(share, freedom) < greater < stats.chi2.ppf(share, 2.0 * freedom)
    assert 0.0 < smaller < stats.chi2.ppf(share, freedom)


@pytest.mark.parametrize("freedom", [2, 7])
def test_the_roots_of_a_wishart_matrix_have_the_quantiles_of_simulated_ones(freedom):
    z = np.random.default_rng(freedom).normal(size=(40_000, freedom, 2))
    roots = np.linalg.eigvalsh(np.einsum("kni,knj->kij", z, z))
    for share in (0.05, 0.5, 0.95):
        for sign, found in ((-1.0, roots[:, 0]), (1.0, roots[:, 1])):
            below = np.mean(found < root_quantile(share, float(freedom), sign))
            assert below == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / 40_000))


def test_weights_that_leave_fewer_than_three_effective_runs_have_no_ellipse():
    with pytest.raises(InputError, match=r"the weights leave 1\.02 effective runs of 4: expected at least 3"):
        statistics.covariance_ellipse(gaussian(4, 5.0, 2.0, 20.0, seed=1), weights=[100.0, 1.0, 0.0, 0.0])


def test_runs_on_a_line_have_an_ellipse_without_width_and_no_density():
    line = np.linspace(-1.0, 1.0, 100)[:, np.newaxis] * [3e3, 4e3]
    ellipse = statistics.covariance_ellipse(line)
    assert ellipse.semi_minor_m == 0.0 < ellipse.semi_major_m
    assert ellipse.azimuth_deg == pytest.approx(np.degrees(np.arctan2(3.0, 4.0)), rel=1e-9)
    with pytest.raises(InputError, match="has no width"):
        ellipse.contains(line)
    with pytest.raises(InputError, match=r"lie on a line or in a point.*disperse more than one input"):
        statistics.density(line)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_density_is_that_of_scipy(weighted):
    xy = gaussian(400, 2000.0, 100.0, 35.0, seed=10)
    weights = np.random.default_rng(1).random(400) if weighted else None
    found = statistics.density(xy, weights=weights)
    reference = stats.gaussian_kde(xy.T, weights=weights)
    expected = reference(xy.T)
    # linear sharing and interpolation at a quarter of the bandwidth: 1 / 16 of the curvature of the kernel, at most
    np.testing.assert_allclose(found.at(xy), expected, rtol=0.05, atol=0.02 * expected.max())
    assert np.median(np.abs(found.at(xy) / expected - 1.0)) < 0.02


def test_the_density_integrates_to_one():
    found = statistics.density(gaussian(1000, 2000.0, 100.0, 35.0, seed=11))
    east, north = found.east_m, found.north_m
    first, second = (np.array([np.diff(a, axis=axis)[0, 0] for a in (east, north)]) for axis in (0, 1))
    cell_m2 = abs(first[0] * second[1] - first[1] * second[0])
    assert found.per_m2.sum() * cell_m2 == pytest.approx(1.0, abs=1e-4)  # four bandwidths beyond the outermost run


@pytest.mark.parametrize("probability", [0.5, 0.9])
def test_a_contour_holds_its_share_of_the_runs_and_nearly_that_of_further_ones(probability):
    xy = gaussian(3000, 2000.0, 100.0, 35.0, seed=12)
    found = statistics.density(xy, (probability,))
    (level,) = found.levels_per_m2
    assert np.mean(found.at(xy) >= level) == pytest.approx(probability, abs=1 / 3000)  # one run
    further = gaussian(20_000, 2000.0, 100.0, 35.0, seed=13)
    assert np.mean(found.at(further) >= level) == pytest.approx(probability, abs=0.03)  # measured 0.006, of 3000 runs


def test_contours_of_more_runs_lie_at_lower_density():
    found = statistics.density(gaussian(500, 2.0, 1.0, 0.0, seed=14), (0.2, 0.95, 0.5))
    assert found.probabilities == (0.95, 0.5, 0.2)
    assert list(found.levels_per_m2) == sorted(found.levels_per_m2)


def test_a_few_runs_far_away_do_not_spoil_the_density_of_the_others():
    xy = np.concatenate([gaussian(20_000, 2.0, 1.0, 0.0, seed=15), [[1e6, 1e6]]])
    found = statistics.density(xy, (0.5,))
    assert found.at([[1e6, 1e6]]) == 0.0
    assert found.per_m2.size <= 1024**2


def test_the_circular_error_probable_of_a_round_gaussian_is_that_of_rayleigh():
    xy = gaussian(50_000, 10.0, 10.0, 0.0, seed=16, centre=(0.0, 0.0))
    found = statistics.circular_error_probable(xy)
    assert found.low < 10.0 * np.sqrt(2.0 * np.log(2.0)) < found.high
    assert found.high - found.low < 0.3


def test_downrange_is_along_the_azimuth_and_crossrange_to_its_left():
    np.testing.assert_allclose(statistics.downrange_crossrange([[3.0, 4.0]], 0.0), [[4.0, -3.0]])
    np.testing.assert_allclose(statistics.downrange_crossrange([[3.0, 4.0]], 90.0), [[3.0, 4.0]], atol=1e-15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: statistics.covariance_ellipse([[0, 0], [1, 1]]), "holds 2 runs: expected at least 3; fly more runs"),
        (lambda: statistics.covariance_ellipse([[0, 0, 0]]), r"expected \(n, 2\)"),
        (lambda: statistics.covariance_ellipse([[0, 0], [1, 2], [np.nan, 1]]), "1 of 3 runs have no finite position"),
        (lambda: statistics.covariance_ellipse([[0, 0], [1, 2], [2, 1]], 95), "for 95 % write 0.95"),
        (lambda: statistics.footprint([91.0], [0.0]), "-90 to 90 degrees"),
        (lambda: statistics.footprint([1.0, 2.0], [0.0]), "columns of different length"),
        (lambda: statistics.footprint([0.0, 0.0], [0.0, 180.0]), "have no mean"),
        (lambda: statistics.footprint([0.0, 1.0], [0.0, 1.0], weights=[1.0]), "1 weights for 2 runs"),
    ],
)
def test_bad_input_is_refused_with_words(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_an_ellipse_reads_as_a_sentence():
    text = str(statistics.covariance_ellipse(gaussian(500, 2000.0, 300.0, 155.0, seed=1)))
    assert text.startswith("95 % ellipse 4,")
    assert "m (semi-axes), major axis at azimuth 15" in text
