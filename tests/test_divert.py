"""Diverts, scans for hazards, and the view of the site: where a landing aims, and what it keeps in sight."""

from dataclasses import replace

import landing_example
import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.inputs.sampling import MonteCarlo
from lunarsim.kernels import codes

_MPS = u.m / u.s
_STEP_DEG = 10.0 / np.radians(ls.constants.MOON_RADIUS_M)  # of a map with pixels of 10 m of latitude


def local_map(heights_m):
    """A map about the site, 10 m of latitude a pixel; row 0 is north, the middle of the map is the site."""
    half = 0.5 * len(heights_m) * _STEP_DEG
    north, east = landing_example.SITE.latitude.value + half, landing_example.SITE.longitude.value + half
    window = (north - 2 * half, north, east - 2 * half, east) * u.deg
    return ls.Terrain.from_array(np.asarray(heights_m, dtype=float) * u.m, window=tuple(window), outside=0 * u.m)


def hovering(terrain=None, **divert):
    """A landing that hovers 60 m over its site, then diverts and comes down to 3 m."""
    scenario = landing_example.landing()
    approach, vertical, fall = scenario.plan
    approach = replace(approach, terminations=(ls.Termination(quantity="time to go", below=0 * u.s),))
    hover = ls.Guided(
        name="hover",
        law=ls.DescentRate(),
        terminations=(ls.Termination(quantity="time", above=10 * u.s),),
        max_duration=20 * u.s,
    )
    law = ls.EGuidance(time_to_go=40 * u.s, target_altitude=20 * u.m, target_altitude_rate=-1 * _MPS)
    exits = (ls.Termination(quantity="time to go", below=0 * u.s),)
    away = ls.Guided(name="divert", law=law, terminations=exits, max_duration=60 * u.s, **divert)
    vertical = replace(vertical, law=ls.DescentRate(target_altitude_rate=-1 * _MPS))
    moon = scenario.moon if terrain is None else replace(scenario.moon, terrain=terrain)
    return replace(scenario, moon=moon, plan=(approach, hover, away, vertical, fall))


def end_by_campaign_driver(scenario):
    result = Flying(scenario, {}, (), MonteCarlo(), 1e-3, 1, 1).fly({}).runs[0]
    assert result.failure == codes.SOUND
    return result


def local(flight, site=landing_example.SITE):
    """Where a flight ended: downrange and crossrange of the site (m), by the flight's own azimuth of -60 deg."""
    end = flight.outcome
    north = np.radians(end.latitude.deg - site.latitude.value) * ls.constants.MOON_RADIUS_M
    east = (
        np.radians(end.longitude.deg - site.longitude.value)
        * ls.constants.MOON_RADIUS_M
        * np.cos(site.latitude.to_value(u.rad))
    )
    azimuth = np.radians(-60.0)
    return np.array(
        [np.sin(azimuth) * east + np.cos(azimuth) * north, -np.cos(azimuth) * east + np.sin(azimuth) * north]
    )


@pytest.mark.parametrize(
    "way", [(-30.0, -50.0), *(pytest.param(way, marks=pytest.mark.slow) for way in ((60.0, 0.0), (0.0, 40.0)))]
)
def test_a_divert_moves_the_landing_by_what_it_says(way):
    straight = local(ls.simulate(hovering()))
    diverted = ls.simulate(hovering(divert=ls.Divert(downrange=way[0] * u.m, crossrange=way[1] * u.m)))
    # 40 s at 1 s a cycle, the last three of them as found before: 0.9 m of 60 m are left
    assert local(diverted) - straight == pytest.approx(way, abs=1.5)
    (event,) = [e for e in diverted.timeline if e.kind is ls.EventKind.DIVERT]
    assert event.detail.startswith(f"{abs(way[0]):.1f} m {'on' if way[0] >= 0 else 'back'}")


def test_both_drivers_divert_alike():
    for divert in ({"divert": ls.Divert(downrange=30 * u.m)}, {"hazard_detection": _SCAN}):
        scenario = hovering(local_map(hillside()), **divert)
        flight, result = ls.simulate(scenario), end_by_campaign_driver(scenario)
        end = flight.outcome.state.position.to_value(u.m)
        assert np.linalg.norm([result.x_m, result.y_m, result.z_m] - end) < 1e-3  # of 0.1 m that a landing may be apart
        assert result.end_s == pytest.approx(flight.duration.to_value(u.s), abs=1e-6)


_SCAN = ls.HazardDetection(radius=100 * u.m, slope=5 * u.deg, footprint=3 * u.m, step=2 * u.m)


def hillside():
    """Ground that rises northward by 12 degrees, but for a level shelf 4.5 pixels east of the middle, 20 m high."""
    heights = np.repeat(2.1 * np.arange(30, -30, -1.0)[:, None], 60, axis=1)
    heights[:, 34:40] = 20.0
    return heights


def test_a_scan_leads_to_ground_that_is_flat_enough_and_the_craft_hovers_over_that():
    terrain = local_map(hillside())
    site = landing_example.SITE
    assert terrain.slope(site.latitude, site.longitude) > 5 * u.deg
    flight = ls.simulate(hovering(terrain, hazard_detection=_SCAN))
    end = flight.outcome
    assert terrain.slope(end.latitude, end.longitude) < 5 * u.deg
    assert end.elevation.to_value(u.m) == pytest.approx(20.0, abs=0.01)
    # 3 m above the new ground, less the metre that it comes down in a cycle
    assert 21.9 * u.m < flight.phases[3].after.altitude < 23.1 * u.m
    assert "slope 0.0 deg" in next(e for e in flight.timeline if e.kind is ls.EventKind.DIVERT).detail


def test_a_scan_chooses_the_nearest_safe_place():
    """The nearest place on the shelf is straight east of the site, a footprint of 3 m within its edge."""
    flight = ls.simulate(hovering(local_map(hillside()), hazard_detection=_SCAN))
    east = local(flight) @ [np.sin(np.radians(-60.0)), -np.cos(np.radians(-60.0))]
    cosine = np.cos(landing_example.SITE.latitude.to_value(u.rad))  # pixels are narrower towards east
    edge = 4.5 * 10.0 * cosine
    assert edge + 3.0 - 1.0 < east < edge + 3.0 + 3.0  # a step of 2 m, and 0.5 m of guidance


def test_where_no_place_is_safe_the_least_steep_is_chosen_and_the_timeline_says_so():
    scan = replace(_SCAN, slope=0.001 * u.deg, footprint=0 * u.m)
    slopes = np.random.default_rng(5).uniform(0.0, 6.0, (60, 60))
    flight = ls.simulate(hovering(local_map(slopes), hazard_detection=scan))
    event = next(e for e in flight.timeline if e.kind is ls.EventKind.DIVERT)
    assert "no safe place; least slope" in event.detail


def test_on_a_sphere_a_scan_stays_where_it_is():
    flight = ls.simulate(hovering(hazard_detection=_SCAN))
    event = next(e for e in flight.timeline if e.kind is ls.EventKind.DIVERT)
    assert event.detail.startswith("0.0 m on, 0.0 m to the left, slope 0.0 deg")


def test_a_scan_finds_safe_ground_for_a_craft_that_is_wrong_about_its_place():
    """A constant error along the ground moves a landing, but not one that has looked where it is."""
    terrain = local_map(hillside())
    scenario = hovering(terrain, hazard_detection=_SCAN)
    lost = replace(scenario, craft=replace(scenario.craft, navigation=ls.Navigation(crossrange=25 * u.m)))
    end = ls.simulate(lost).outcome
    assert terrain.slope(end.latitude, end.longitude) < 5 * u.deg
    blind = replace(lost, plan=tuple(replace(p, hazard_detection=None) for p in lost.plan))
    end = ls.simulate(blind).outcome
    assert end.distance_to(landing_example.SITE).to_value(u.m) == pytest.approx(25.0, abs=3.0)


def test_a_divert_can_be_dispersed():
    scenario = hovering(divert=ls.Divert(crossrange=1 * u.m))
    campaign = ls.Campaign(scenario, {"plan.2.divert.crossrange": ls.Uniform(-50 * u.m, 50 * u.m)})
    result = campaign.run(8, seed=2)
    ways = result.column("plan.2.divert.crossrange")
    straight = local(ls.simulate(hovering()))[1]
    assert result.column("crossrange_miss_m") == pytest.approx(straight + ways, abs=0.5)
    flight = result.rerun(3)
    assert local(flight)[1] - straight == pytest.approx(ways[3], abs=0.5)


# The view of the site.


def angles_to_site(flight, phase):
    """The angle from the craft's underside to the site at the looks of a phase, and the thrust axis's rate."""
    pieces = [p for p in flight.trajectory.phases if p.name == phase and p.thrust_n > 0.0]
    site = flight.scenario.landing_site
    found = []
    for piece in pieces:
        start = piece.segment.start_s
        state = flight.at(flight.start + start * u.s)
        rot = ls.moon.orientation.rot_me_from_icrf(state.epoch)
        lat, lon = site.latitude.to_value(u.rad), site.longitude.to_value(u.rad)
        up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        way = state.position.to_value(u.m) - rot.T @ up * ls.constants.MOON_RADIUS_M
        found.append(np.degrees(np.arccos(piece.direction @ way / np.linalg.norm(way))))
    return np.array(found)


def with_view(*degrees, **changes):
    scenario = landing_example.landing(replace(landing_example.LANDER, slew_rate=None))
    view = tuple(degrees * u.deg) if degrees else None
    approach = replace(scenario.plan[0], field_of_view=view, **changes)
    return replace(scenario, plan=(approach, *scenario.plan[1:]))


def test_the_thrust_axis_keeps_the_site_in_view():
    free = angles_to_site(ls.simulate(with_view()), "approach")
    assert free.min() < 25.0
    assert free.max() > 35.0
    kept = ls.simulate(with_view(25.0, 35.0))
    angles = angles_to_site(kept, "approach")
    assert np.all((angles > 25.0 - 1e-4) & (angles < 35.0 + 1e-4))  # digits of the arccosine, and 80 m over a metre
    assert not any(e.kind is ls.EventKind.OUT_OF_VIEW for e in kept.timeline)


def test_the_timeline_says_where_another_limit_takes_the_site_out_of_view():
    flight = ls.simulate(with_view(60.0, 90.0, max_tilt=5 * u.deg))
    assert any(e.kind is ls.EventKind.OUT_OF_VIEW and e.detail == "approach" for e in flight.timeline)


def test_both_drivers_keep_the_view_alike():
    scenario = with_view(25.0, 35.0)
    flight, result = ls.simulate(scenario), end_by_campaign_driver(scenario)
    assert np.linalg.norm([result.x_m, result.y_m, result.z_m] - flight.outcome.state.position.to_value(u.m)) < 1e-3


# What cannot be.


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ls.Divert(downrange=3 * u.s), "downrange"),
        (lambda: ls.Divert(crossrange=200 * u.km), "crossrange = 200.0 km: expected from -100000 m to 100000 m"),
        (lambda: ls.HazardDetection(radius=0 * u.m, slope=5 * u.deg), "radius"),
        (lambda: ls.HazardDetection(radius=1 * u.km, slope=5 * u.deg), "expected a step of at least 4 m"),
        (lambda: ls.HazardDetection(radius=50 * u.m, slope=95 * u.deg), "slope = 95"),
        (lambda: hovering(divert=ls.Divert(), hazard_detection=_SCAN), "both given"),
        (lambda: hovering(divert=30 * u.m), r"expected Divert\(...\)"),
        (lambda: with_view(40.0, 20.0), "the smaller first"),
        (lambda: with_view(40.0), "expected two angles"),
    ],
)
def test_an_aim_or_a_view_that_cannot_be_is_refused(make, words):
    with pytest.raises(ls.InputError, match=words):
        make()


def test_scenario_files_carry_diverts_scans_and_views(tmp_path):
    text = _FILE.format(
        own='field_of_view = ["20 deg", "65 deg"]\n[plan.hazard_detection]\nradius = "40 m"\nslope = "8 deg"'
    )
    (tmp_path / "scan.toml").write_text(text, encoding="utf-8")
    (phase,) = ls.load_scenario(tmp_path / "scan.toml").plan
    assert phase.hazard_detection == ls.HazardDetection(radius=40 * u.m, slope=8 * u.deg)
    assert phase.field_of_view == (20 * u.deg, 65 * u.deg)
    (tmp_path / "divert.toml").write_text(_FILE.format(own='[plan.divert]\ndownrange = "-20 m"'), encoding="utf-8")
    assert ls.load_scenario(tmp_path / "divert.toml").plan[0].divert == ls.Divert(downrange=-20 * u.m)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ('[plan.hazard_detection]\nradius = "40 m"', "plan.0.hazard_detection.slope"),
        ('[plan.hazard_detection]\nradius = "-4 m"\nslope = "8 deg"', r"\[plan.0.hazard_detection\] radius = -4.0 m"),
        ('[plan.divert]\nnorth = "4 m"', "plan.0.divert.north: there is no such key"),
        ('field_of_view = ["20 m", "65 deg"]', "plan.0.field_of_view.0"),
    ],
)
def test_a_mistake_in_a_scenario_file_is_named_with_its_key(tmp_path, own, words):
    (tmp_path / "wrong.toml").write_text(_FILE.format(own=own), encoding="utf-8")
    with pytest.raises(ls.ScenarioError, match=words):
        ls.load_scenario(tmp_path / "wrong.toml")


def test_a_saved_divert_is_the_same_divert(tmp_path):
    flight = ls.simulate(hovering(local_map(hillside()), hazard_detection=_SCAN))
    flight.save(tmp_path / "scan.flight")
    again = ls.Flight.load(tmp_path / "scan.flight")
    assert again.scenario.plan[2].hazard_detection == _SCAN
    assert [str(e) for e in again.timeline] == [str(e) for e in flight.timeline]


_FILE = """
name = "aim"
landing_site = "here"
[sites.here]
latitude = "-20 deg"
longitude = "30 deg"
[approach]
epoch = "2023-08-19T10:00:00 UTC"
azimuth = "-60 deg"
range_to_go = "4 km"
altitude = "2 km"
speed = "80 m/s"
[craft]
dry_mass = "700 kg"
propellant_mass = "300 kg"
[craft.engine]
thrust = "4 kN"
specific_impulse = "310 s"
[[plan]]
type = "guided"
name = "approach"
max_duration = "120 s"
guidance = {{ law = "E-guidance", time_to_go = "90 s" }}
{own}
"""
