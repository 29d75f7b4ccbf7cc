"""Scenario files that stand on another file."""

from pathlib import Path

import pytest
from astropy import units as u

import lunarsim as ls


def written(folder: Path, name: str, text: str) -> Path:
    """Write a scenario file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_upon_the_catalogue_differs_by_what_it_says(tmp_path: Path) -> None:
    base = ls.load_scenario("luna25")
    own = ls.load_scenario(
        written(tmp_path, "a.toml", 'base = "luna25"\nname = "weak"\n[craft.engine]\nthrust = "250 N"')
    )
    assert own.name == "weak"
    assert own.craft.engine.thrust == 250 * u.N
    assert own.craft.engine.specific_impulse == base.craft.engine.specific_impulse
    assert own.plan == base.plan
    assert "craft.engine.thrust" not in own.provenance  # that certificate was of another number
    assert own.provenance["craft.dry_mass"] == base.provenance["craft.dry_mass"]


def test_lists_replace_those_of_the_base(tmp_path: Path) -> None:
    own = ls.load_scenario(written(tmp_path, "a.toml", 'base = "luna25"\nname = "sound"\nfaults = []'))
    assert own.faults == ()


def test_bases_may_stand_on_bases(tmp_path: Path) -> None:
    written(tmp_path, "a.toml", 'base = "luna25"\nname = "a"\n[craft]\ndry_mass = "790 kg"')
    own = ls.load_scenario(written(tmp_path, "b.toml", 'base = "a.toml"\nname = "b"\n[craft.engine]\nthrust = "250 N"'))
    assert (own.craft.dry_mass, own.craft.engine.thrust) == (790 * u.kg, 250 * u.N)


def test_a_certificate_replaces_that_of_the_base_whole(tmp_path: Path) -> None:
    text = 'base = "luna25"\nname = "a"\n[craft]\ndry_mass = { value = "700 kg", status = "assumed", note = "lighter" }'
    certificate = ls.load_scenario(written(tmp_path, "a.toml", text)).provenance["craft.dry_mass"]
    assert (certificate.note, certificate.sources) == ("lighter", ())


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ('"luna52"', "base = 'luna52': there is no such file beside this one, and no such scenario in the catalogue"),
        ('"../scenarios/luna25"', "there is no such file beside this one"),
        ("7", "base = 7: expected the name of a scenario, or of a file beside it"),
        ('"a.toml"', r"base = 'a.toml': a.toml on a.toml: expected bases without a circle"),
    ],
)
def test_a_base_that_cannot_be_is_refused_by_name(tmp_path: Path, base: str, told: str) -> None:
    with pytest.raises(ls.ScenarioError, match=told):
        ls.load_scenario(written(tmp_path, "a.toml", f'base = {base}\nname = "a"'))


def test_an_approach_takes_the_place_of_the_orbit_of_the_base_and_a_map_that_of_its_sphere(tmp_path: Path) -> None:
    approach = """
landing_site = "crater"
[approach]
epoch = "2023-08-19T11:10:00 UTC"
azimuth = "180 deg"
range_to_go = "500 km"
altitude = "30 km"
speed = "1680 m/s"
flight_path_angle = "0 deg"
"""
    own = ls.load_scenario(written(tmp_path, "a.toml", f'base = "luna25"\nname = "a"\nfaults = []{approach}'))
    assert u.isclose(own.state.altitude, 30 * u.km, atol=1 * u.m)


def test_a_navigation_of_another_type_has_none_of_the_numbers_of_the_base(tmp_path: Path) -> None:
    filtered = '[craft.navigation]\ntype = "Kalman filter"\ngate = 3.0'
    written(tmp_path, "a.toml", f'base = "apollo11"\nname = "a"\ndispersions = []\n{filtered}')
    reckoned = '[craft.navigation]\ntype = "dead reckoning"'
    own = ls.load_scenario(written(tmp_path, "b.toml", f'base = "a.toml"\nname = "b"\n{reckoned}'))
    assert own.craft.navigation == ls.DeadReckoning()


def test_keys_of_the_base_are_left_out_by_their_names(tmp_path: Path) -> None:
    text = 'base = "luna25"\nname = "a"\nwithout = ["craft.radiation_area", "faults"]'
    own = ls.load_scenario(written(tmp_path, "a.toml", text))
    assert own.craft.radiation_area == 0 * u.m**2
    assert own.faults == ()
    assert "craft.radiation_area" not in own.provenance


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('base = "luna25"', "name is missing: give a scenario upon another a name of its own"),
        ('base = "luna25"\nname = "a"\nwithout = ["craft.sail"]', r"luna25.toml has no key 'craft.sail' of its own"),
        ('base = "luna25"\nname = "a"\nwithout = "craft"', "expected a list of keys"),
        ('name = "a"\nwithout = ["craft"]', "expected a base, of which to leave it out"),
    ],
)
def test_what_cannot_be_left_out_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ls.ScenarioError, match=told):
        ls.load_scenario(written(tmp_path, "a.toml", text))


def test_what_is_wrong_in_a_file_upon_another_is_named_as_its_own(tmp_path: Path) -> None:
    text = 'base = "luna25"\nname = "a"\n[craft.engine]\nthrust = "250 kg"'
    with pytest.raises(ls.ScenarioError, match=r"a\.toml: craft\.engine\.thrust: "):
        ls.load_scenario(written(tmp_path, "a.toml", text))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('[craft.engine]\nthrust = "250 kg"', r"a\.toml \(on which .*b\.toml stands\): craft\.engine\.thrust: "),
        ("[craft]\nsails = 1", r"a\.toml \(on which .*b\.toml stands\): craft\.sails: there is no such key"),
        ('[craft]\ndry_mass = "-3 kg"', r"a\.toml \(on which .*b\.toml stands\): \[craft"),
        ('[[faults]]\ntype = "gremlin"', r"a\.toml \(on which .*b\.toml stands\): faults\.0\.type = 'gremlin'"),
    ],
)
def test_what_is_wrong_in_a_base_is_named_as_of_the_base(tmp_path: Path, wrong: str, told: str) -> None:
    written(tmp_path, "a.toml", f'base = "luna25"\nname = "a"\n{wrong}')
    with pytest.raises(ls.ScenarioError, match=told):
        ls.load_scenario(written(tmp_path, "b.toml", 'base = "a.toml"\nname = "b"\n[craft]\nslew_rate = "3 deg/s"'))


def test_a_made_crater_takes_the_place_of_the_ground_of_the_base(tmp_path: Path) -> None:
    numbers = 'latitude = "10 deg"\nlongitude = "20 deg"\nradius = "40 km"\nwall_width = "5 km"\nrim = "0 m"'
    text = f'base = "luna25"\nname = "a"\nfaults = []\n[moon.crater]\n{numbers}\nfloor = "-3 km"'
    own = ls.load_scenario(written(tmp_path, "a.toml", text))
    assert own.moon.terrain.height(10 * u.deg, 20 * u.deg) == -3 * u.km
    both = text.replace("[moon.crater]", '[moon]\nsurface_elevation = "0 m"\n[moon.crater]')
    with pytest.raises(ls.ScenarioError, match="surface_elevation and crater are given together: expected one of them"):
        ls.load_scenario(written(tmp_path, "b.toml", both))
