"""Flights between the Earth and the Moon, by both drivers: against another integration, invariants and closed forms."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import cislunar_reference
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight import detectors
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.integrator_choice import INTEGRATORS
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.driver.pilot import Pilot
from lunarsim.moon.ephemeris.chebyshev import DAY_S, fit
from lunarsim.moon.ephemeris.earth_rotation import rot_teme_from_gcrs

BOTH = pytest.mark.parametrize("integrator", ["DOP853", "collocation"])
EPOCH = Time("2023-08-10T23:10:57")  # of Luna-25's launch
MOON = ls.Moon(earth=ls.Earth(), gravity=ls.GravityField.grail(2))


def departure(**changes):
    """An orbit from 200 km to the distance of the Moon."""
    orbit = {"perigee": 200 * u.km, "apogee": 380_000 * u.km, "inclination": 51.6 * u.deg, "raan": 30 * u.deg}
    return ls.State.from_earth_elements(**{**orbit, "epoch": EPOCH, **changes})


def homecoming(**changes):
    """On the way down to the Earth, from beyond half of the way."""
    return departure(**{"perigee": 50 * u.km, "true_anomaly": -160 * u.deg, **changes})


def kinds(flight):
    return [event.kind.value for event in flight.timeline]


@BOTH
def test_a_way_to_the_moon_is_that_of_another_integration(integrator):
    moon = replace(MOON, gravity=ls.GravityField.grail(0))
    expected = cislunar_reference.flown(departure(), moon.ephemeris, 5, moon.gravity.gm.to_value(u.m**3 / u.s**2))
    flight = ls.propagate(departure(), 5 * u.day, moon, integrator=integrator)
    assert np.linalg.norm(flight.trajectory.end_y[:3] - expected[:3]) < 1.0  # 0.1 and 0.04 m, see decision 0031
    assert np.linalg.norm(flight.trajectory.end_y[3:6] - expected[3:]) < 1e-5


@pytest.mark.skipif(find_spec("skyfield_data") is None, reason="skyfield-data (DE421) is not installed")
@BOTH
def test_a_way_past_the_moon_is_that_of_another_integration(integrator):
    """2300 km from its centre, which multiplies what is left by ten; the built-in ephemeris is too rough for that."""
    moon = replace(MOON, gravity=ls.GravityField.grail(0), ephemeris=ls.Ephemeris.de421())
    changes = {"apogee": 400_000 * u.km, "raan": 337.7 * u.deg, "argument_of_perigee": 333.6 * u.deg}
    state = departure(**changes, ephemeris=moon.ephemeris)
    expected = cislunar_reference.flown(state, moon.ephemeris, 5, moon.gravity.gm.to_value(u.m**3 / u.s**2))
    flight = ls.propagate(state, 5 * u.day, moon, integrator=integrator)
    assert flight.altitude.min() < 3000 * u.km
    assert np.linalg.norm(flight.trajectory.end_y[:3] - expected[:3]) < 1.0  # 0.26 and 0.09 m, see decision 0031


@BOTH
def test_the_jacobi_constant_of_the_restricted_problem_is_kept(integrator):
    """The kernels fly it as it stands: a Moon that is a point mass, and an Earth on a circle about it.

    In Moon-centred axes that do not turn the Jacobi constant is twice the energy less the momentum along the axis times
    the rate, with the term that the acceleration of the origin makes (Szebehely 1967, section 1.4, moved to the Moon).
    """
    moon = ls.Moon(earth=ls.Earth(j2=0.0), gravity=ls.GravityField.grail(0), third_bodies=("earth",))
    state = departure(epoch=Time(2451545.0, format="jd", scale="tdb"))  # time 0, so that none is rounded
    lowered = lower(ls.Scenario(name="a", state=state, moon=moon, plan=(ls.Coast(duration=5 * u.day),)))
    distance_m, gm, gm_moon = 3.844e8, constants.GM_EARTH_M3_S2, lowered.environment.field.exact.gm
    rate = np.sqrt((gm + gm_moon) / distance_m**3)

    def circle(days):
        angle = rate * days * DAY_S
        return distance_m * np.array([np.cos(angle), np.sin(angle), 0.0 * angle])

    environment = lowered.environment._replace(body_positions=fit(circle, 0.0, DAY_S, 5, 14))
    y = lowered.initial.copy()  # 200 km over the Earth, and away from it
    y[:6] = distance_m + 6.6e6, 0.0, 0.0, 0.0, distance_m * rate + 9e3, 6e3
    lowered = replace(lowered, environment=environment, initial=y)
    trajectory = Pilot(lowered, [], INTEGRATORS[integrator](lowered, Accuracy())).fly().trajectory
    assert trajectory.end_s == 5 * DAY_S

    def jacobi(t_s, y):
        r, v, earth = y[:3], y[3:6], circle(np.array(t_s / DAY_S))
        potential = gm / np.linalg.norm(r - earth) + gm_moon / np.linalg.norm(r) - gm * (r @ earth) / distance_m**3
        return 2.0 * potential - v @ v + 2.0 * rate * (r[0] * v[1] - r[1] * v[0])

    times_s, states = trajectory.step_starts()
    values = np.array([jacobi(*each) for each in zip(times_s, states, strict=True)])
    distances_m = np.linalg.norm(states[:, :3] - circle(times_s / DAY_S).T, axis=1)
    assert distances_m.min() < 7e6
    assert distances_m.max() > 2e8
    # of terms of 1.2e8 m2/s2: by DOP853 to 3e-5, by collocation to 6e-6
    assert np.abs(values - values[0]).max() < 1e-4


def test_the_node_of_a_low_orbit_goes_back_as_j2_has_it():
    """The secular rate -3/2 n J2 (R / p)^2 cos(i) (Vallado 2013, eq. 9-38) is the first order in J2.

    So it errs by some J2 of itself, and by half as much with half of J2. Where the argument of latitude begins at 45
    deg, a line through whole revolutions is not tilted by the node's swing, which goes with the sine of its double.
    """
    radius_m = constants.WGS84_RADIUS_M + 700e3
    mean_motion = np.sqrt(constants.GM_EARTH_M3_S2 / radius_m**3)
    first_order = -1.5 * mean_motion * (constants.EARTH_RADIUS_M / radius_m) ** 2 * 0.5
    orbit = {"perigee": 700 * u.km, "apogee": 700.01 * u.km, "inclination": 60 * u.deg, "true_anomaly": 45 * u.deg}

    def rate(j2):
        moon, seconds = replace(MOON, earth=ls.Earth(j2=j2)), np.linspace(0.0, 15.0 * 2.0 * np.pi / mean_motion, 301)
        low = departure(**orbit, frame="TEME")
        flight = ls.propagate(low, seconds[-1] * u.s, moon, integrator="collocation")
        seen, rot = flight.at(EPOCH + seconds * u.s).to_earth(), rot_teme_from_gcrs(EPOCH)
        x, y, _ = (np.cross(seen.position.value, seen.velocity.value) @ rot.T).T
        return np.polyfit(seconds, np.unwrap(np.arctan2(x, -y)), 1)[0]

    of_sun_and_moon, j2 = rate(0.0), constants.EARTH_J2
    whole, half = ((rate(share * j2) - of_sun_and_moon) / (first_order * share * j2) - 1.0 for share in (1.0, 0.5))
    assert abs(whole) < 5.0 * constants.EARTH_J2
    assert whole / half == pytest.approx(2.0, rel=0.1)


@BOTH
@pytest.mark.parametrize("height", [120 * u.km, 0 * u.km])
def test_a_flight_ends_at_the_entry_interface_or_the_surface(integrator, height):
    moon = replace(MOON, earth=ls.Earth(entry_height=height))
    flight = ls.propagate(homecoming(perigee=-200 * u.km), 2 * u.day, moon, integrator=integrator)
    assert isinstance(flight.outcome, ls.EarthEntry)
    earth = flight.outcome.earth
    assert abs(earth.height - height) < 1 * u.mm  # geodetic, as ERFA has it in the ITRF
    assert kinds(flight) == ["start", "entry interface"]
    assert earth.ground_relative_flight_path_angle < 0 * u.deg
    assert str(flight.outcome).startswith("entry at 2023-08-11")


def test_both_drivers_enter_at_one_time_and_place():
    ends: list[Any] = [ls.propagate(homecoming(), 2 * u.day, MOON, integrator=each).outcome for each in INTEGRATORS]
    assert abs((ends[0].time - ends[1].time).to(u.us)) < 1 * u.us
    apart = np.linalg.norm(ends[0].earth.position - ends[1].earth.position)
    assert apart < 10 * u.mm


@BOTH
def test_a_dip_below_the_entry_interface_is_not_stepped_over(integrator):
    past = homecoming(perigee=130 * u.km, true_anomaly=-100 * u.deg)
    through = ls.propagate(past, 3 * u.hour, MOON, integrator=integrator, detect=[detectors.EarthApsides()])
    perigee = next(event.true.state for event in through.timeline if event.kind is ls.EventKind.PERIGEE)
    times = perigee.epoch + np.linspace(-60.0, 60.0, 2401) * u.s
    lowest = np.min(through.at(times).to_earth().height)
    for beside, ends in ((+1 * u.m, ls.EarthEntry), (-1 * u.m, ls.InEarthOrbit)):
        moon = replace(MOON, earth=ls.Earth(entry_height=lowest + beside))
        flight = ls.propagate(past, 3 * u.hour, moon, integrator=integrator)
        assert isinstance(flight.outcome, ends)


@BOTH
def test_the_timeline_tells_apsides_of_the_earth_and_the_sphere_of_influence(integrator):
    watch = [detectors.EarthApsides(), detectors.SphereOfInfluence(), detectors.AtEarthHeight(10_000 * u.km)]
    state = ls.State.from_elements(
        perilune=100 * u.km, apolune=100 * u.km, inclination=20 * u.deg, node_longitude=0 * u.deg, epoch=EPOCH
    )
    leaving = ls.State(state.position, state.velocity * 1.45, EPOCH)  # escape needs 1.414
    flight = ls.propagate(leaving, 3 * u.day, MOON, integrator=integrator, detect=watch)
    left = next(event for event in flight.timeline if event.kind is ls.EventKind.SPHERE_LEFT)
    distance = np.linalg.norm(left.true.state.position)
    earth = np.linalg.norm(MOON.ephemeris.position("earth", left.time))
    ratio = constants.GM_MOON_M3_S2 / constants.GM_EARTH_M3_S2
    assert u.Quantity(distance / earth).to_value(u.one) == pytest.approx(ratio**0.4, rel=1e-9)

    low = departure(apogee=20_000 * u.km, true_anomaly=-30 * u.deg)
    flight = ls.propagate(low, 8 * u.hour, MOON, integrator=integrator, detect=watch)
    assert kinds(flight) == ["start", "perigee", "ascending", "apogee", "descending", "perigee", "ascending", "end"]
    apogee = next(event for event in flight.timeline if event.kind is ls.EventKind.APOGEE)
    assert apogee.true.state.to_earth().flight_path_angle.to_value(u.deg) == pytest.approx(0.0, abs=1e-6)
    assert isinstance(flight.outcome, ls.InEarthOrbit)


def test_a_way_to_the_moon_is_saved_and_asked_like_any_flight(tmp_path):
    flight = ls.propagate(departure(), 5 * u.day, MOON)
    flight.save(tmp_path / "way.flight")
    assert ls.Flight.load(tmp_path / "way.flight") == flight
    table = flight.to_table()
    assert np.all(np.isfinite(table["altitude"]))
    back = flight.at(flight.start).to_earth()
    assert back.height.to_value(u.km) == pytest.approx(200.0, abs=5.0)  # of an ellipsoid


def test_a_start_below_the_surface_or_the_entry_interface_is_refused():
    with pytest.raises(ls.InputError, match=r"500\.\d+ km below the Earth's surface, the WGS84 ellipsoid"):
        departure(perigee=-500 * u.km)
    low = departure(perigee=90 * u.km)
    with pytest.raises(ls.InputError, match=r"height of 90\.\d+ km over the Earth, and flights end at 120 km"):
        ls.propagate(low, 1 * u.day, MOON)


def test_a_start_near_an_earth_that_is_a_distant_point_mass_is_refused():
    with pytest.raises(
        ls.InputError, match=r"starts 6578 km from the Earth's centre.*Moon\(earth=lunarsim.Earth\(\)\)"
    ):
        ls.propagate(departure(), 1 * u.day, ls.Moon())


def test_an_earth_that_does_not_attract_is_refused():
    with pytest.raises(ls.InputError, match=r"third_bodies = \('sun',\) has no 'earth'"):
        ls.Moon(earth=ls.Earth(), third_bodies=("sun",))


def test_a_way_near_the_earth_by_the_built_in_ephemeris_is_told_what_to_install():
    with pytest.warns(ls.ModelWarning, match="pip install skyfield-data"):
        ls.propagate(departure(), 1 * u.hour, MOON)


def test_a_way_past_an_earth_that_is_a_distant_point_mass_is_told():
    with pytest.warns(ls.ModelWarning) as told:
        ls.propagate(homecoming(perigee=500 * u.km), 20 * u.hour, ls.Moon(gravity=ls.GravityField.grail(2)))
    assert any("taken for a distant point mass" in str(each.message) for each in told)


def test_a_scenario_file_begins_in_an_orbit_about_the_earth(tmp_path):
    file = tmp_path / "way.toml"
    file.write_text(
        """name = "way"
        plan = [{ type = "coast", duration = "1 h" }]
        [earth_orbit]
        perigee = "200 km"
        apogee = "380000 km"
        inclination = "51.6 deg"
        raan = "30 deg"
        epoch = "2023-08-10T23:10:57 UTC"
        [moon.earth]
        entry_height = "100 km"
        """
    )
    scenario = ls.load_scenario(file)
    assert scenario.state == departure()
    assert scenario.moon == ls.Moon(earth=ls.Earth(entry_height=100 * u.km))


@pytest.mark.slow
def test_runs_of_a_campaign_enter_where_flights_do():
    scenario = ls.Scenario(name="home", state=homecoming(), moon=MOON, plan=(ls.Coast(duration=2 * u.day),))
    gm = MOON.gravity.gm
    result = ls.Campaign(scenario, {"moon.gravity.gm": ls.Uniform(0.999 * gm, 1.001 * gm)}).run(4, seed=1)
    assert list(result.rates()) == ["earth entry"]
    flight = result.rerun(2)
    assert isinstance(flight.outcome, ls.EarthEntry)
    assert abs(flight.outcome.earth.height - 120 * u.km) < 1 * u.mm
    duration_s = flight.duration.to_value(u.s)
    assert float(result.columns("end_s")["end_s"][2]) == pytest.approx(duration_s, abs=1e-4)


def test_goals_about_the_earth_are_those_of_its_conic():
    """From beyond half of the way to the entry interface J2, Sun and Moon change the conic by little."""
    flight = ls.propagate(homecoming(), 5 * u.day, MOON, integrator="collocation")
    outcome: Any = flight.outcome
    low, high = (constants.WGS84_RADIUS_M + height for height in (50e3, 380e6))
    r = float(np.linalg.norm(outcome.earth.position.to_value(u.m)))
    speed = np.sqrt(constants.GM_EARTH_M3_S2 * (2.0 / r - 2.0 / (low + high)))
    across = np.sqrt(2.0 * constants.GM_EARTH_M3_S2 * low * high / (low + high)) / r
    for goal, closeness in (
        (ls.Goal("perigee", 50 * u.km), 10e3),
        (ls.Goal("earth speed", speed * u.m / u.s), 5.0),
        (ls.Goal("earth flight path angle", -np.degrees(np.arccos(across / speed)) * u.deg), 0.5),
        (ls.Goal("earth inclination", 51.6 * u.deg), 0.05),
        (ls.Goal("earth latitude", outcome.earth.latitude), 1e-9),
        (ls.Goal("earth longitude", outcome.earth.longitude + 360 * u.deg), 1e-9),
    ):
        assert abs(goal.miss(flight)) < closeness, goal.name


def test_a_goal_below_the_centre_of_the_earth_is_refused():
    with pytest.raises(ls.InputError, match="no state has such a perigee"):
        ls.Goal("perigee", -6400 * u.km)
