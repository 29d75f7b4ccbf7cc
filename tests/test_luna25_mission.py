"""Luna-25 from the departure from the Earth to the ground: the file, and what its flight says of what was published."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.chain.rows import start_row
from lunarsim.scenarios.luna25_trim import Way

MINUTE = 60 * u.s
PUBLISHED = {  # Interfax, Sputnik, RBC, TASS: to the minute, and durations (s)
    "correction of 12 August": ("2023-08-12T13:00:00", 46.0),
    "correction of 14 August": ("2023-08-14T03:40:00", 24.3),
    "insertion, main engine": ("2023-08-16T08:57:00", 243.0),
    "trim of 18 August": ("2023-08-18T06:20:00", 40.0),
    "pre-landing burn": ("2023-08-19T11:10:00", 127.0),
}


@pytest.fixture(scope="module")
def mission() -> ls.Mission:
    return ls.load_mission("luna25-mission")


@pytest.fixture(scope="module")
def flown(mission: ls.Mission) -> ls.MissionFlight:
    return ls.fly_mission(mission)


def test_the_departure_lies_on_the_printed_plane_of_the_parking_orbit(mission):
    elements = mission.links[0].scenario.state.to_earth().elements("TEME")
    assert u.isclose(elements.inclination, 51.7 * u.deg, atol=1e-6 * u.deg)


def test_a_start_at_the_earth_is_told_about_the_earth(mission):
    row = start_row(SimpleNamespace(scenario=mission.links[0].scenario))
    assert row.asked.startswith("200.0 x 4074")
    assert "Earth orbit at 2023-08-11T00:15" in row.asked


def test_the_plane_of_the_departure_passes_over_the_launch_site(mission):
    """Its node is found from the arrival alone; a launch due east, from 128.33 deg E, has it 90 deg to the west."""
    launch = Time("2023-08-10T23:10:57.189", scale="utc")
    east = launch.sidereal_time("mean", "greenwich") + 128.33 * u.deg - 90 * u.deg
    node = mission.links[0].scenario.state.to_earth().elements("TEME").raan
    assert abs((node - east + 180 * u.deg) % (360 * u.deg) - 180 * u.deg) < 1 * u.deg


def test_the_engine_of_the_trim_is_that_of_the_last_burn(mission):
    """It is written twice, since the craft of luna25 knows it as its only one."""
    trim, last = mission.links[3:5]
    assert trim.scenario.craft.engine_called("corrective").thrust == last.scenario.craft.engine.thrust


def test_the_last_burn_takes_on_the_orbit_that_arrives(mission):
    assert mission.links[4].scenario.plan[0].name == "pre-landing burn"
    assert not mission.links[4].own_start


@pytest.mark.slow
def test_all_published_times_are_kept_to_the_minute(flown):
    burns = {burn.name: burn for burn in flown.burns}
    for name, (time, duration_s) in PUBLISHED.items():
        assert abs(burns[name].ignition - Time(time, scale="utc")) < MINUTE
        assert u.isclose(burns[name].duration, duration_s * u.s, atol=1e-6 * u.s)


@pytest.mark.slow
def test_the_node_of_16_august_is_predicted_within_a_tenth_of_a_degree(flown):
    """Nothing reaches for it: it follows from the plane of the departure and the time of flight."""
    (row,) = [row for row in flown.legs[2].rows if row.quantity == "node longitude at the end"]
    assert abs(row.miss) < 0.1


@pytest.mark.slow
def test_it_comes_down_at_the_crater_in_the_minute_between_the_two_that_were_printed(flown):
    """The place is fitted. The time is not: contact was lost at 11:57, and an impact was modelled at 11:58."""
    crater = flown.flights[-1].scenario.sites["crater"]
    assert flown.outcome.distance_to(crater) < 100 * u.m
    assert Time("2023-08-19T11:57:00", scale="utc") < flown.end < Time("2023-08-19T11:58:00", scale="utc")
    fitted = [row for row in flown.legs[-1].rows if row.kind is ls.chain.RowKind.MET]
    assert [row.kept for row in fitted] == [True, True]


@pytest.mark.slow
def test_the_numbers_of_the_file_are_those_that_its_script_looks_for(mission, flown):
    """It ends where crater and planned orbit are met to 0.001 deg and 0.1 km, of which each miss is told as a share."""
    way, inserted = Way(mission), flown.flights[2]
    assert u.isclose(inserted.scenario.state.perilune, way.start[0] * u.km, atol=10 * u.m)
    again = way.flown_from(inserted.outcome.state, inserted.mass[-1], way.start[1:])
    assert np.max(np.abs(way.misses(again))) < 1.0


@pytest.mark.slow
def test_the_planned_burn_of_84_s_would_have_left_the_printed_orbit(flown):
    """18 x 100 km are fitted by the burn's duration; here its target ends it, which an accelerometer would sense."""
    planned = ls.simulate(flown.flights[4].scenario.without_faults(), integrator="collocation").burns[0]
    assert planned.after.perilune.to_value(u.km) == pytest.approx(18.0, abs=0.05)
    assert planned.after.apolune.to_value(u.km) == pytest.approx(100.0, abs=0.05)
    assert planned.duration.to_value(u.s) == pytest.approx(84.0, abs=0.05)


@pytest.mark.slow
def test_without_its_fault_the_last_burn_leads_to_the_landing_of_21_august(mission, flown):
    """On the pass that comes nearest to the site; the plane was fitted to the crater, not to the site."""
    links = (ls.Link(scenario=flown.flights[4].scenario), *mission.links[5:])
    landed = ls.fly_mission(replace(mission, links=links).without_faults())
    assert str(landed.outcome).startswith("landed safely at 2023-08-21")
    assert landed.outcome.distance_to(landed.flights[-1].scenario.landing_site) < 10 * u.m
    assert landed.flights[-1].mass[0] == landed.flights[-2].mass[-1]


def test_without_its_fault_nothing_is_said_of_the_crater(mission):
    faulty, sound = (each.links for each in (mission, mission.without_faults()))
    assert faulty[4].fitted
    assert not sound[4].fitted + sound[4].compare
    assert sound[6] == faulty[6]  # what was printed of the landing
