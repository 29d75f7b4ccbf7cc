"""What a person and a program are told of a landing: the command line's tables and words, and the summary."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import landing_example
import numpy as np
import pytest
from astropy import units as u
from rich.console import Console

import lunarsim as ls
from lunarsim.campaign.impact_sensitivities import sensitivities
from lunarsim.cli import report
from lunarsim.io import flight_summary
from lunarsim.pages.headline import verdict

MPS = u.m / u.s
GEAR = ls.LandingGear(vertical_speed=9 * MPS, horizontal_speed=2 * MPS, tilt=20 * u.deg, slope=10 * u.deg)


@pytest.fixture(scope="module")
def landed() -> ls.Flight:
    """A descent with a hover of 20 s on the way down, to a site without a title."""
    plain = landing_example.landing(replace(landing_example.LANDER, gear=GEAR))
    approach, *rest = plain.plan
    hover = ls.Guided(name="hover", law=ls.DescentRate(), max_duration=20 * u.s)
    return ls.simulate(replace(plain, plan=(approach, hover, *rest), sites={"here": landing_example.SITE}))


def grazing(terrain: ls.Terrain) -> ls.Impact:
    state = ls.State.from_approach(
        latitude=landing_example.SITE.latitude,
        longitude=landing_example.SITE.longitude,
        azimuth=0 * u.deg,
        range_to_go=0 * u.m,
        altitude=1 * u.mm,
        speed=1700 * MPS,
        flight_path_angle=-1.3 * u.deg,
        epoch=landing_example.landing().state.epoch,
    )
    return ls.Impact(state, terrain)


def hillside() -> ls.Terrain:
    """Ground that rises to the north by 20 deg, which is 11 km in a degree."""
    rise = np.linspace(1.1, -1.1, 5)[:, None] * np.ones(5) * u.km
    return ls.Terrain.from_array(rise, window=(-20.125 * u.deg, -19.875 * u.deg, 29.9 * u.deg, 30.1 * u.deg))


def printed_timeline(flight: ls.Flight) -> str:
    console = Console(file=io.StringIO(), width=100)
    report.print_timelines(console, {"flown": flight})
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_summary_gives_no_orbit_for_what_stands_on_the_ground(landed: ls.Flight) -> None:
    end = flight_summary(landed)["end"]
    assert end == {"utc": flight_summary(landed)["touchdown"]["utc"], "perilune_km": None, "apolune_km": None}


def test_no_key_of_a_summary_has_a_blank(landed: ls.Flight) -> None:
    found = flight_summary(landed)["budget"]
    assert {name for name in found if name.endswith("mps")} == {"impulsive_bound_mps", "continuous_thrust_bound_mps"}
    assert json.dumps(found, allow_nan=False)


def test_the_printed_timeline_leaves_out_the_apsides_of_a_hover_and_the_flight_keeps_them(landed: ls.Flight) -> None:
    kinds = [event.kind for event in landed.timeline]
    assert kinds.count(ls.EventKind.PERILUNE) + kinds.count(ls.EventKind.APOLUNE) > 0
    words = printed_timeline(landed)
    assert "perilune" not in words
    assert "apolune" not in words
    assert "touchdown" in words


def test_apsides_before_the_first_guided_thrust_are_printed(landed: ls.Flight) -> None:
    orbit = ls.State.from_elements(
        perilune=90 * u.km, apolune=110 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg,
        true_anomaly=-2 * u.deg, epoch=landed.start,
    )  # fmt: skip
    waiting = ls.Guided(name="waiting", law=ls.EngineOff(), max_duration=60 * u.s, cycle_time=5 * u.s)
    flight = ls.simulate(replace(landed.scenario, state=orbit, plan=(waiting,)))
    assert "perilune" in printed_timeline(flight)


def test_a_site_without_a_title_is_told_by_its_name(landed: ls.Flight) -> None:
    assert " m from the site 'here'." in verdict(landed, None)
    titled = {"here": replace(landing_example.SITE, title="landing site")}
    flight = replace(landed, scenario=replace(landed.scenario, sites=titled))
    assert " m from the landing site." in verdict(flight, None)


def test_a_crater_that_hangs_on_the_slope_that_nobody_gave_says_so(landed: ls.Flight) -> None:
    level = verdict(replace(landed, outcome=grazing(ls.Terrain.sphere())), None)
    assert "estimated (Holsapple 1993; at 1.3 deg to level ground, more on a slope)" in level
    steep = replace(grazing(ls.Terrain.sphere()), state=landed.outcome.state)
    assert "m estimated (Holsapple 1993)." in verdict(replace(landed, outcome=steep), None)
    sloping = verdict(replace(landed, outcome=grazing(hillside())), None)
    assert "m estimated (Holsapple 1993)." in sloping


@pytest.fixture(scope="module")
def noisy(landed: ls.Flight) -> ls.CampaignResult:
    noise = ls.Navigation(position_noise=1 * u.m, velocity_noise=0.1 * MPS)
    scenario = replace(landed.scenario, craft=replace(landed.scenario.craft, navigation=noise))
    altitude = ls.Normal(0 * u.m, 1 * u.m)
    dispersions = {"craft.navigation.seed": ls.Uniform(0, 1e9), "craft.navigation.altitude": altitude}
    return ls.Campaign(scenario, dispersions).run(20, seed=1)


def test_the_footprint_of_a_campaign_of_landings_is_that_of_all_on_the_ground(noisy: ls.CampaignResult) -> None:
    assert len(noisy.footprint()) == noisy.runs
    with pytest.raises(ls.InputError, match="no run ended with 'impact'"):
        noisy.footprint("impact")


def test_a_seed_moves_nothing(noisy: ls.CampaignResult) -> None:
    assert [effect.name for effect in noisy.tornado("latitude_deg").effects] == ["craft.navigation.altitude"]
    factors, moved, why = sensitivities(noisy, np.random.default_rng(0).normal(size=(noisy.runs, 2)))
    assert [factor.paths for factor in factors] == [("craft.navigation.altitude",)], why
    assert all(len(each.tornado.effects) == 1 for each in moved)


def test_a_campaign_of_which_the_noise_alone_differs_says_that_no_input_does(noisy: ls.CampaignResult) -> None:
    seed = {"craft.navigation.seed": ls.Uniform(0, 1e9)}
    result = ls.Campaign(noisy.campaign.scenario, seed).run(6, seed=1)
    with pytest.raises(ls.InputError, match=r"no dispersed input varies .* \(the seed of noise is none\)"):
        result.tornado("latitude_deg")
    why = "no dispersed value varies among them (the seed of noise is none)"
    assert sensitivities(result, np.zeros((6, 2))) == ((), (), why)


def test_a_budget_is_printed_as_a_table(landed: ls.Flight) -> None:
    lines = str(ls.budget(landed)).splitlines()
    assert lines[0].split() == ["phase", "delta-v", "propellant", "effective", "gravity", "loss", "steering", "loss"]
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "approach",
        "hover",
        "vertical descent",
        "total",
        "bound: impulsive",
        "bound: continuous thrust",
    ]
    assert len({len(line) for line in lines[:5]}) == 1
    assert lines[4].split()[1:3] == [f"{ls.budget(landed).total.delta_v.value:.1f}", "m/s"]
    assert lines[4].split()[3:5] == [f"{ls.budget(landed).total.propellant.value:.1f}", "kg"]
    assert "nan" not in lines[5]
