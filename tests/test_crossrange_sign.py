"""Crossrange has one sign: positive left of the motion, in guidance, navigation, results, statistics and figures."""

from dataclasses import replace

import landing_example
import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim import plots, statistics
from lunarsim.campaign import CampaignFindings
from lunarsim.io.campaign_summary import findings_summary
from lunarsim.kernels.guidance.situation import level, site_of
from lunarsim.moon.orientation import rot_pa_from_icrf

EPOCH = Time("2023-08-19T10:00:00", scale="tdb")


def passing(latitude_deg, longitude_deg, azimuth_deg, left_m):
    """Return a craft that flies past a site, so far to the left of the track over it."""
    return ls.State.from_approach(
        latitude=latitude_deg * u.deg,
        longitude=longitude_deg * u.deg,
        azimuth=azimuth_deg * u.deg,
        range_to_go=0 * u.m,
        crossrange=left_m * u.m,
        altitude=15 * u.km,
        speed=1.6 * u.km / u.s,
        epoch=EPOCH,
    )


@given(
    st.floats(-85.0, 85.0),
    st.floats(-180.0, 180.0),
    st.floats(-180.0, 360.0),
    st.floats(10.0, 50e3),
    st.sampled_from([-1.0, 1.0]),
)
def test_a_place_left_of_the_motion_has_positive_crossrange_everywhere(latitude, longitude, azimuth, far_m, side):
    craft = passing(latitude, longitude, azimuth, side * far_m)
    found = statistics.footprint([craft.latitude.deg], [craft.longitude.deg], about=(latitude, longitude))
    # of 50 km: 1e-6 is far below the sign, and far above the bending of the Moon across the track
    assert found.downrange_crossrange(azimuth)[0] == pytest.approx((0.0, side * far_m), abs=1e-6 * 50e3)
    rot = rot_pa_from_icrf(EPOCH)
    below = passing(latitude, longitude, azimuth, 0.0)
    site = site_of(*(rot @ vector for vector in (below.position.value, below.position.value, below.velocity.value)))
    guidance = level(rot @ craft.position.value, np.zeros(3), np.zeros(3), site)[0]
    at_height = site.radius_m / ls.constants.MOON_RADIUS_M  # arcs 15 km above the sphere
    assert guidance[1] == pytest.approx(side * far_m * at_height, abs=1e-6 * 50e3)


def test_left_of_the_motion_is_drawn_upwards_where_downrange_points_to_the_right():
    craft = passing(-57.9, 61.4, 165.0, 3000.0)
    rng = np.random.default_rng(1)
    scatter_m = rng.normal(size=(40, 2)) * [900.0, 500.0]
    plane = statistics.LocalPlane(latitude_deg=-57.9, longitude_deg=61.4)
    left = statistics.Footprint(plane=plane, xy_m=plane.forward(craft.latitude.deg, craft.longitude.deg))
    ax = plots.footprint(
        {"all": statistics.Footprint(plane=plane, xy_m=scatter_m), "left": left}, downrange_azimuth=165 * u.deg
    )
    (x, y) = ax.transData.transform(ax.lines[1].get_xydata()[0])
    centre = ax.transData.transform((0.0, 0.0))
    assert y > centre[1] + 10.0
    assert x == pytest.approx(centre[0], abs=1.0)
    assert ax.get_ylabel().replace("\n", " ").startswith("Crossrange, positive left of the motion (")
    plt.close("all")


@pytest.fixture(scope="module")
def diverted():
    """Landings that divert to either side while their navigation is wrong to either side."""
    scenario = landing_example.landing()
    approach, vertical, fall = scenario.plan
    approach = replace(approach, divert=ls.Divert(crossrange=1 * u.m))
    navigation = ls.Navigation(crossrange=1 * u.m)
    scenario = replace(
        scenario,
        craft=replace(scenario.craft, navigation=navigation),
        plan=(approach, vertical, fall),
    )
    dispersions = {
        "plan.0.divert.crossrange": ls.Uniform(-50 * u.m, 50 * u.m),
        "craft.navigation.crossrange": ls.Uniform(-40 * u.m, 40 * u.m),
        "craft.navigation.downrange": ls.Uniform(-30 * u.m, 30 * u.m),
    }
    return CampaignFindings.of(ls.Campaign(scenario, dispersions).run(12, seed=3), check=0)


def test_the_crossrange_of_the_footprint_is_the_crossrange_that_was_missed_by(diverted):
    result = diverted.result
    place_m = result.footprint().downrange_crossrange(diverted.impacts.heading_deg)
    missed_m = np.stack([result.column("downrange_miss_m"), result.column("crossrange_miss_m")], axis=1)
    # two headings to the site that differ by some 5e-3 rad, over 60 m
    np.testing.assert_allclose(place_m - place_m.mean(axis=0), missed_m - missed_m.mean(axis=0), atol=0.5)


def test_a_divert_to_the_left_moves_the_landing_left_and_an_estimate_too_far_left_moves_it_right(diverted):
    """Guidance brings the estimate to the target: the craft itself comes down on the other side of it."""
    _, crossrange = diverted.impacts.sensitivities
    slopes = {
        effect.name: (effect.high - effect.low) / (effect.high_input - effect.low_input)
        for effect in crossrange.tornado.effects
    }
    # what guidance leaves in the last seconds is some per cent
    assert slopes["divert of approach: crossrange, positive left (m)"] == pytest.approx(1.0, abs=0.05)
    assert slopes["navigation error: crossrange, positive left (m)"] == pytest.approx(-1.0, abs=0.05)


def test_tables_columns_and_json_say_which_side_is_positive(diverted):
    words = diverted.result.dataset["crossrange_miss_m"].attrs["long_name"]
    assert "positive left of the motion" in words
    assert "positive left" in diverted.result.dataset["craft.navigation.crossrange"].attrs["long_name"]
    (spread,) = (each for each in diverted.quantiles if each.column == "crossrange_miss_m")
    assert "positive left of the motion" in spread.description
    effects = findings_summary(diverted)["effects"]
    assert effects["crossrange"]["output"] == "crossrange, positive left of the motion"
