"""Chang'e-5 out and home: the file, and what its flight says of what was published."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import TEME, EarthLocation
from astropy.time import Time

import lunarsim as ls
from lunarsim.flight import BurnRecord
from lunarsim.scenarios.change5_departure import inclination_home_deg

MPS = u.m / u.s
PUBLISHED = {  # CNSA by Global Times, China Daily, China News Service and Xinhua: to the minute
    "correction of 24 November": "2020-11-24T14:06",
    "correction of 25 November": "2020-11-25T14:06",
    "insertion": "2020-11-28T12:58",
    "second braking": "2020-11-29T12:23",
    "first departure burn": "2020-12-12T01:54",
    "second departure burn": "2020-12-13T01:51",
}


@pytest.fixture(scope="module")
def mission() -> ls.Mission:
    return ls.load_mission("change5-mission")


@pytest.fixture(scope="module")
def flown(mission: ls.Mission) -> ls.MissionFlight:
    return ls.fly_mission(mission)


@pytest.fixture(scope="module")
def flights(flown: ls.MissionFlight) -> dict[str, ls.Flight]:
    return {flight.scenario.name: flight for flight in flown.flights}


@pytest.fixture(scope="module")
def burns(flown: ls.MissionFlight) -> dict[str, BurnRecord]:
    return {burn.name: burn for burn in flown.burns}


def test_lander_and_orbiter_part_after_the_same_link(mission):
    names = [link.name for link in mission.links]
    assert names[names.index("to 200 km") + 1] == "lander to 15 km"
    assert {link.name: link.after for link in mission.links if link.after} == {"orbiter waits": "to 200 km"}


def test_the_plane_of_the_departure_holds_the_launch_site_at_the_launch(mission):
    state = mission.links[0].scenario.state.to_earth()
    elements = state.elements("TEME")
    node, tilt = (angle.to_value(u.rad) for angle in (elements.raan, elements.inclination))
    normal = np.array([np.sin(tilt) * np.sin(node), -np.sin(tilt) * np.cos(node), np.cos(tilt)])
    launch = Time("2020-11-23T20:30:12", scale="utc")
    site = EarthLocation.from_geodetic(110.951 * u.deg, 19.614 * u.deg).get_gcrs(launch)
    x = site.transform_to(TEME(obstime=launch)).cartesian.xyz.to_value(u.m)
    assert abs(np.degrees(np.arcsin(normal @ x / np.linalg.norm(x)))) < 0.01


def test_the_craft_leaves_the_rocket_2200_s_after_the_launch(mission):
    start = mission.links[0].scenario.state.epoch
    assert (start - Time("2020-11-23T20:30:12", scale="utc")).to_value(u.s) == pytest.approx(2200.0, abs=1e-3)


def test_the_way_home_reaches_for_the_plane_of_the_moon_and_the_landing(mission):
    goals = {goal.quantity: goal for goal in mission.links[-1].reach}
    assert goals["earth inclination"].value.to_value(u.deg) == pytest.approx(inclination_home_deg(), abs=0.01)


@pytest.mark.slow
def test_all_published_times_of_change5_are_kept_to_the_minute(burns, flights, flown):
    for name, time in PUBLISHED.items():
        assert abs(burns[name].ignition - Time(time, scale="utc")) < 1 * u.min
    assert abs(flights["to 200 km"].end - Time("2020-11-29T20:40", scale="utc")) < 1 * u.min
    assert abs(flights["change5"].end - Time("2020-12-01T15:11", scale="utc")) < 1 * u.min
    assert abs(flown.end - Time("2020-12-16T17:33", scale="utc")) < 1 * u.min


@pytest.mark.slow
def test_the_distances_at_the_corrections_are_the_printed_ones(burns):
    """Nothing reaches for them: 160,000 and 270,000 km are printed, to two digits."""
    for name, printed in (("correction of 24 November", 160e3), ("correction of 25 November", 270e3)):
        assert burns[name].before.to_earth().height.to_value(u.km) == pytest.approx(printed, abs=5e3)


@pytest.mark.slow
def test_the_printed_thrust_does_the_insertion_in_about_the_printed_time(burns):
    """The period of the ellipse sizes it; "about 17 min" are printed, "about 400 km" as it ignites."""
    assert burns["insertion"].duration.to_value(u.min) == pytest.approx(17.0, abs=1.0)
    assert burns["insertion"].before.altitude.to_value(u.km) == pytest.approx(400.0, abs=50.0)


@pytest.mark.slow
def test_the_way_home_begins_where_it_is_printed_to(burns):
    """From an ellipse with a perilune of about 200 km; at 230 km, for which the first burn is sized."""
    assert burns["second departure burn"].before.altitude.to_value(u.km) == pytest.approx(230.0, abs=5.0)
    assert burns["first departure burn"].after.perilune.to_value(u.km) == pytest.approx(200.0, abs=50.0)


@pytest.mark.slow
def test_the_lander_lands_where_it_did_while_the_orbiter_goes_home(flown, flights):
    landed, entered = flown.outcomes.values()
    assert isinstance(landed, ls.Landed)
    assert landed.distance_to(flights["change5"].scenario.sites["planned"]) < 100 * u.m
    assert isinstance(entered, ls.EarthEntry)
    left = {leg.flight.scenario.name: leg.handover.left_kg for leg in flown.legs}
    assert left["orbiter waits"] == pytest.approx(3800.0, abs=1.0)  # the lander, which goes down


@pytest.mark.slow
def test_it_enters_with_less_than_the_speed_of_escape(flown):
    """11.2 km/s are printed, which is that of escape from the ground; what falls from the Moon is bound."""
    earth = flown.outcome.earth
    escape = np.sqrt(2.0 * ls.constants.GM_EARTH_M3_S2 / np.linalg.norm(earth.position.to_value(u.m)))
    assert escape - 150.0 < earth.speed.to_value(MPS) < escape
