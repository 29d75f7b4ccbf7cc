"""The way to the Moon by patched conics: against a textbook, Hohmann, Kepler, and an integration."""

from __future__ import annotations

import doctest
from math import pi, sqrt

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim.constants import GM_EARTH_M3_S2, GM_MOON_M3_S2, MOON_RADIUS_M, WGS84_RADIUS_M
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import arrival, launch_inclination, launch_window, lunar_transfer, patched_conics
from lunarsim.orbits.outbound_conic import conics_from_perigee

MPS = u.m / u.s
LAUNCH = Time("2023-08-11T00:15:00", scale="utc")
KNOWN = {"inclination": 51.7 * u.deg}


def test_the_slowest_way_is_that_of_the_textbook() -> None:
    # Bate, Mueller and White (1971), section 7.3: from 320 km, 10.82 km/s, an eccentricity of 0.966 and 7172 min
    perigee_m, radius_m = 6378.145e3 + 320e3, np.array([384400e3])
    a = 0.5 * (perigee_m + radius_m)
    slowest_s = pi * np.sqrt(a**3 / GM_EARTH_M3_S2)
    assert slowest_s[0] / 60.0 == pytest.approx(7172, abs=1.0)
    way = conics_from_perigee(perigee_m, radius_m, slowest_s)
    assert way.perigee_mps[0] == pytest.approx(10820.0, abs=5.0)
    assert way.eccentricity[0] == pytest.approx(0.966, abs=5e-4)
    assert way.anomaly[0] == pytest.approx(pi, abs=1e-6)


def test_at_the_apogee_it_is_hohmanns_transfer() -> None:
    low, high = WGS84_RADIUS_M + 2e5, 4e8
    half_s = pi * sqrt((0.5 * (low + high)) ** 3 / GM_EARTH_M3_S2)
    way = conics_from_perigee(low, np.array([high]), np.array([half_s]))
    # Hohmann (1925): what is added to the circular speed, and what lacks to that at the other end
    first = sqrt(GM_EARTH_M3_S2 / low) * (sqrt(2.0 * high / (low + high)) - 1.0)
    second = sqrt(GM_EARTH_M3_S2 / high) * (1.0 - sqrt(2.0 * low / (low + high)))
    assert way.perigee_mps[0] - sqrt(GM_EARTH_M3_S2 / low) == pytest.approx(first, abs=1e-6)
    assert sqrt(GM_EARTH_M3_S2 / high) - way.transverse_mps[0] == pytest.approx(second, abs=1e-6)


@pytest.mark.parametrize("e", [0.99, 0.9995, 1.0, 1.0005, 1.2])
def test_near_the_parabola_the_time_is_that_of_kepler_and_barker(e: float) -> None:
    q, r = 6.6e6, 3.8e8
    if e == 1.0:  # Barker's equation
        w = sqrt(r / q - 1.0)
        t = sqrt(2.0 * q**3 / GM_EARTH_M3_S2) * (w + w**3 / 3.0)
    else:  # Kepler's, of the ellipse and of the hyperbola
        a = q / (1.0 - e)
        anomaly = np.arccos((1.0 - r / a) / e) if e < 1.0 else np.arccosh((1.0 - r / a) / e)
        mean = anomaly - e * np.sin(anomaly) if e < 1.0 else e * np.sinh(anomaly) - anomaly
        t = sqrt(abs(a) ** 3 / GM_EARTH_M3_S2) * mean
    way = conics_from_perigee(q, np.array([r]), np.array([t]))
    assert way.eccentricity[0] == pytest.approx(e, abs=1e-9)
    speed2 = GM_EARTH_M3_S2 * (2.0 / r - (1.0 - e) / q)
    assert way.radial_mps[0] ** 2 + way.transverse_mps[0] ** 2 == pytest.approx(speed2, rel=1e-8)
    assert way.radial_mps[0] > 0.0


def test_a_minute_to_the_moon_is_no_conic() -> None:
    assert np.isnan(conics_from_perigee(6.6e6, np.array([3.8e8]), np.array([60.0])).eccentricity).all()


@pytest.mark.parametrize("northbound", [True, False])
@pytest.mark.parametrize("frame", ["GCRS", "TEME"])
def test_the_elements_of_the_departure_are_those_of_its_state(northbound: bool, frame: str) -> None:
    way = patched_conics(LAUNCH, 5.2 * u.day, northbound=northbound, frame=frame, **KNOWN)
    orbit = way.state.to_earth()
    elements = orbit.elements(frame)
    assert elements.inclination.to_value(u.deg) == pytest.approx(51.7, abs=1e-9)
    assert elements.raan.to_value(u.deg) == pytest.approx(way.raan.to_value(u.deg), abs=1e-9)
    assert elements.argument_of_perigee.to_value(u.deg) == pytest.approx(way.argument_of_perigee.value, abs=1e-6)
    assert orbit.perigee.to_value(u.km) == pytest.approx(200.0, abs=1e-6)
    assert way.injection.to_value(MPS) == pytest.approx(orbit.speed.value - sqrt(GM_EARTH_M3_S2 / (6578.137e3)))
    assert way.c3.to_value(MPS**2) == pytest.approx(orbit.speed.value**2 - 2.0 * GM_EARTH_M3_S2 / 6578.137e3)


def arrived(way: ls.orbits.LunarTransfer) -> tuple[np.ndarray, np.ndarray]:
    """Return place and velocity (m, m/s) from the Moon on arrival, about the Earth alone, by integration."""

    def falls(_: float, y: np.ndarray) -> np.ndarray:
        return np.concatenate([y[3:], -GM_EARTH_M3_S2 / np.linalg.norm(y[:3]) ** 3 * y[:3]])

    orbit = way.state.to_earth()
    y = np.concatenate([orbit.position.to_value(u.m), orbit.velocity.to_value(MPS)])
    seconds = (way.arrival - way.state.epoch).to_value(u.s)
    y = solve_ivp(falls, (0.0, seconds), y, method="DOP853", rtol=1e-12, atol=1e-3).y[:, -1]
    earth, moving = ls.Ephemeris.builtin().position_and_velocity("earth", way.arrival)
    return y[:3] + earth.to_value(u.m), y[3:] + moving.to_value(MPS)


@pytest.mark.parametrize("northbound", [True, False])
def test_it_comes_to_the_place_of_the_moon_with_the_excess_speed(northbound: bool) -> None:
    way = patched_conics(LAUNCH, 4.4 * u.day, northbound=northbound, **KNOWN)
    place, excess = arrived(way)
    assert np.linalg.norm(place) < 100.0
    assert np.linalg.norm(excess) == pytest.approx(way.excess_speed.value, abs=1e-3)
    _, moving = ls.Ephemeris.builtin().position_and_velocity("earth", way.arrival)
    assert bool(excess[2] > moving[2].to_value(MPS)) is northbound


@pytest.mark.parametrize("side", ["north", "south"])
def test_its_aim_leads_to_the_perilune_and_the_inclination(side: str) -> None:
    aimed = {"perilune": 100 * u.km, "arrival_inclination": 82.087 * u.deg, "side": side}
    way = patched_conics(LAUNCH, 5.2 * u.day, **aimed, **KNOWN)
    _, excess = arrived(way)
    # a straight line far away, through the aim
    s = excess / np.linalg.norm(excess)
    t = np.cross(s, rot_me_from_icrf(way.arrival)[2])
    t /= np.linalg.norm(t)
    b = way.b_dot_t.to_value(u.m) * t + way.b_dot_r.to_value(u.m) * np.cross(s, t)
    far = ls.State((b - 1e12 * s) * u.m, excess * MPS, way.arrival)
    assert far.perilune.to_value(u.km) == pytest.approx(100.0, abs=0.1)
    assert far.elements().inclination.to_value(u.deg) == pytest.approx(82.087, abs=1e-3)
    assert (way.b_dot_r > 0 * u.m) is np.bool_(side == "south")


def test_the_insertion_is_that_of_vis_viva() -> None:
    way = patched_conics(LAUNCH, 5.2 * u.day, perilune=164 * u.km, apolune=18074 * u.km, **KNOWN)
    low, high = MOON_RADIUS_M + 164e3, MOON_RADIUS_M + 18074e3
    energy_before = 0.5 * way.excess_speed.value**2
    before = sqrt(2.0 * (energy_before + GM_MOON_M3_S2 / low))
    after = sqrt(2.0 * (GM_MOON_M3_S2 / low - GM_MOON_M3_S2 / (low + high)))
    assert way.insertion.to_value(MPS) == pytest.approx(before - after, abs=1e-9)


def test_a_launch_window_has_the_transfers_one_by_one() -> None:
    departures, durations = LAUNCH + np.arange(0.0, 20.0, 6.5) * u.day, np.array([3.0, 5.3]) * u.day
    window = launch_window(departures, durations, northbound=False, **KNOWN)
    for i, j in np.ndindex(4, 2):
        way = patched_conics(departures[i], durations[j], northbound=False, **KNOWN)
        assert window.injection[i, j].to_value(MPS) == pytest.approx(way.injection.value, abs=1e-4)
        assert window.insertion[i, j].to_value(MPS) == pytest.approx(way.insertion.value, abs=1e-3)
        assert window.c3[i, j].value == pytest.approx(way.c3.value, abs=1e-7)
    i, j = window.best
    assert window.delta_v[i, j] == window.delta_v.min()


def test_where_the_moon_stands_too_far_north_there_is_no_transfer() -> None:
    window = launch_window(LAUNCH + np.arange(28) * u.day, [5] * u.day, inclination=20 * u.deg)
    there = -ls.Ephemeris.builtin().position("earth", LAUNCH + np.arange(5, 33) * u.day).to_value(u.m)
    declination = np.degrees(np.arcsin(there[:, 2] / np.linalg.norm(there, axis=1)))
    assert_allclose(np.isnan(window.delta_v.value[:, 0]), np.abs(declination) > 20.0)
    assert 0 < np.count_nonzero(np.abs(declination) > 20.0) < 28
    nothing = launch_window(LAUNCH + [0] * u.day, [1] * u.min, **KNOWN)
    with pytest.raises(ls.InputError, match="no transfer of the window exists"):
        _ = nothing.best


def test_the_inclination_of_a_launch_is_the_latitude_eastward_and_more_in_other_directions() -> None:
    assert launch_inclination(51.9 * u.deg, 90 * u.deg).to_value(u.deg) == pytest.approx(51.9)
    assert launch_inclination(-28.5 * u.deg, 0 * u.deg).to_value(u.deg) == pytest.approx(90.0)
    assert launch_inclination(0 * u.deg, 30 * u.deg).to_value(u.deg) == pytest.approx(60.0)
    assert launch_inclination(28.5 * u.deg, 270 * u.deg).to_value(u.deg) == pytest.approx(151.5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inclination": 10 * u.deg}, "inclination = 10.0 deg: the Moon stands at a declination of"),
        ({"duration": 1 * u.min}, "duration = 1.0 min: no conic from the parking orbit is so fast"),
        ({"arrival_inclination": 0 * u.deg}, "inclination = 0 deg of the arrival: the craft comes in at"),
        ({"side": "west"}, "side = 'west': expected 'north' or 'south'"),
        ({"frame": "ITRF"}, "frame = 'ITRF' turns with the Earth"),
        ({"apolune": 50 * u.km}, "perilune = 100.0 km is above apolune = 50.0 km"),
        ({"parking_height": -5 * u.km}, "parking_height = -5.0 km must be greater than zero"),
    ],
)
def test_transfers_that_cannot_be_are_refused(changes: dict[str, object], words: str) -> None:
    given = {"departure": LAUNCH, "duration": 5.2 * u.day, **KNOWN, **changes}
    with pytest.raises(ls.InputError, match=words):
        patched_conics(**given)


@pytest.mark.parametrize(
    ("departures", "durations", "words"),
    [
        (LAUNCH, [5] * u.day, "departures: expected a Time of shape"),
        (LAUNCH + np.arange(1001) * u.hour, np.arange(1, 1001) * u.hour, "expected a million pairs at most"),
        (LAUNCH + [0] * u.day, 5 * u.day, r"durations has shape \(\)"),
    ],
)
def test_windows_that_are_none_are_refused(departures: Time, durations: u.Quantity, words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        launch_window(departures, durations, **KNOWN)


@pytest.mark.parametrize("module", [arrival, lunar_transfer], ids=lambda module: module.__name__.rpartition(".")[2])
def test_what_its_examples_show_comes_out(module: object) -> None:
    ran = doctest.testmod(module)
    assert ran.failed == 0 < ran.attempted
