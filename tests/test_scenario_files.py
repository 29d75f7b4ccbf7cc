"""Scenario files: what is accepted, and what a person is told otherwise."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls
from lunarsim.declarations import REQUIRED, check, declared, number, pair, switch
from lunarsim.errors import InputError
from lunarsim.io.scenario_file.complaints import validated
from lunarsim.io.scenario_file.components import law_of, made
from lunarsim.io.scenario_file.schema import table_of
from lunarsim.io.text import parse_quantity, parse_time
from lunarsim.mission import Status
from lunarsim.plan.laws import LAWS

VALID = """
name = "test"
[orbit]
epoch = "2023-08-19T11:10:00 UTC"
perilune = "80 km"
apolune = { value = "105 km", status = "assumed", note = "for a test" }
inclination = "82 deg"
node_longitude = "229 deg"
argument_of_perilune = "0 deg"
true_anomaly = "90 deg"
[craft]
dry_mass = "800 kg"
propellant_mass = "546 kg"
[craft.engine]
thrust = "0.26 kN"
specific_impulse = "315 s"
[[plan]]
type = "burn"
ignition = "2023-08-19T11:10:00 UTC"
target_delta_v = "16 m/s"
timer = "127 s"
[[plan]]
type = "coast"
duration = "2 h"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(folder: Path, old: str, new: str) -> str:
    assert old in VALID
    path = write(folder, VALID.replace(old, new, 1))
    with pytest.raises(ls.ScenarioError) as caught:
        ls.load_scenario(path)
    words = str(caught.value)
    assert str(path) in words
    return words


def test_a_file_gives_the_scenario_that_it_describes(tmp_path: Path) -> None:
    scenario = ls.load_scenario(write(tmp_path, VALID))
    assert scenario.craft.engine.thrust == 260 * u.N
    assert scenario.craft.mass == 1346 * u.kg
    assert u.isclose(scenario.state.perilune, 80 * u.km, rtol=1e-9)  # arithmetic of elements and back
    assert scenario.plan[0].timer == 127 * u.s
    assert scenario.plan[1].duration == 7200 * u.s
    assert scenario.provenance["orbit.apolune"].status is Status.ASSUMED


def test_a_misspelt_key_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    words = complaint(tmp_path, "apolune =", "apolune_ =")
    assert "orbit.apolune_" in words
    assert "did you mean 'apolune'" in words
    words = complaint(tmp_path, "specific_impulse", "specific_impuls")
    assert "craft.engine.specific_impuls: there is no such key; did you mean 'specific_impulse'" in words
    words = complaint(tmp_path, "timer", "timr")
    assert "plan.0.timr: there is no such key; did you mean 'timer'" in words


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert "orbit.inclination: this key is missing" in complaint(tmp_path, 'inclination = "82 deg"\n', "")


def test_a_value_without_unit_is_named_and_shown_how(tmp_path: Path) -> None:
    words = complaint(tmp_path, '"80 km"', '"80"')
    assert "orbit.perilune: '80' has no unit: write e.g. '80 km'" in words
    assert "orbit.perilune: 80 has no unit" in complaint(tmp_path, '"80 km"', "80")


def test_a_length_for_a_time_is_refused(tmp_path: Path) -> None:
    words = complaint(tmp_path, '"127 s"', '"84 km"')
    assert "plan.0.timer: '84 km' is of the wrong dimension: expected a time span such as 84 s" in words


def test_a_unit_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "'80 kilolengths' is not a number with a unit" in complaint(tmp_path, '"80 km"', '"80 kilolengths"')


def test_nan_is_refused(tmp_path: Path) -> None:
    assert "orbit.perilune: 'nan km' is not finite" in complaint(tmp_path, '"80 km"', '"nan km"')


def test_perilune_above_apolune_is_refused(tmp_path: Path) -> None:
    words = complaint(tmp_path, '"80 km"', '"120 km"')
    assert "[orbit] perilune = 120.0 km is above apolune = 105.0 km" in words


def test_a_negative_mass_is_refused(tmp_path: Path) -> None:
    assert "[craft] dry_mass = -800.0 kg" in complaint(tmp_path, '"800 kg"', '"-800 kg"')


def test_an_epoch_without_scale_is_refused(tmp_path: Path) -> None:
    assert "is not a time with its scale" in complaint(tmp_path, "11:10:00 UTC", "11:10:00")


def test_a_date_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "is not a date" in complaint(tmp_path, "2023-08-19", "2023-08-39")


@pytest.mark.filterwarnings("ignore:ERFA function")  # leap seconds of 2051 are not known: astropy says so
def test_an_epoch_outside_the_orientation_kernel_is_refused(tmp_path: Path) -> None:
    words = complaint(tmp_path, "2023-08-19", "2051-08-19")
    assert "[orbit]" in words
    assert "the Moon's orientation (DE421) is known from" in words


def test_a_burn_that_cannot_start_on_time_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path, VALID.replace('ignition = "2023-08-19T11:10:00 UTC"', 'ignition = "2023-08-19T11:09:00 UTC"')
    )
    with pytest.raises(ls.ScenarioError, match=r"burn 'burn' has ignition = 2023-08-19T11:09:00.000"):
        ls.load_scenario(path)


def test_an_unknown_phase_or_fault_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    words = complaint(tmp_path, 'type = "burn"', 'type = "bern"')
    assert "plan.0.type = 'bern': expected 'burn', 'coast' or 'guided'" in words
    with pytest.raises(ls.ScenarioError, match="accelerometer off"):
        ls.load_scenario(write(tmp_path, VALID + '[[faults]]\ntype = "gremlin"\n'))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('{ value = "105 km", status = "published" }', "a published number needs its sources"),
        ('{ value = "105 km", status = "published", sources = ["x"] }', "source 'x' is not in [sources]"),
        ('{ value = "105 km", status = "inferred" }', "an inferred number needs a script or a note"),
        ('{ value = "105 km", status = "assumed" }', "an assumed number needs a note"),
        ('{ value = "105 km", status = "guessed" }', "'published', 'inferred' or 'assumed'"),
        ('{ value = "105 km" }', "orbit.apolune.status: this key is missing"),
    ],
)
def test_a_birth_certificate_without_its_evidence_is_refused(tmp_path: Path, table: str, words: str) -> None:
    assert words in complaint(tmp_path, '{ value = "105 km", status = "assumed", note = "for a test" }', table)


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ls.ScenarioError, match=r"case.toml: this is not TOML: .*line 3"):
        ls.load_scenario(write(tmp_path, 'name = "x"\n[orbit]\nepoch = \n'))


def test_an_unknown_scenario_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ls.UnknownScenarioError, match=r"'luna-52' is neither .* did you mean 'luna25'\?"):
        ls.load_scenario("luna-52")


def test_every_number_of_the_catalogue_has_a_birth_certificate() -> None:
    for name in ls.scenario_names():
        scenario = ls.load_scenario(name)
        for tables in (("orbit.", "approach."), ("craft.",)):
            assert any(key.startswith(tables) for key in scenario.provenance)
        cited = {source for certificate in scenario.provenance.values() for source in certificate.sources}
        assert cited == set(scenario.sources)  # none missing, none idle


@examples(60)
@given(
    value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    unit=st.sampled_from(["km", "m", "s", "kg", "deg", "N", "kN", "m/s", "m/s2", "1/s", "1 / s"]),
)
def test_a_quantity_written_as_text_is_read_back_exactly(value: float, unit: str) -> None:
    assert parse_quantity(f"{value!r} {unit}") == u.Quantity(value, unit)


@examples(200)
@given(text=st.text(max_size=30))
def test_any_text_is_either_read_or_refused_with_words(text: str) -> None:
    for parse in (parse_quantity, parse_time):
        with suppress(InputError):
            parse(text)  # anything else that it raises fails here


GUIDED = """
name = "guided"
landing_site = "here"
[approach]
epoch = "2023-08-19T11:10:00 UTC"
azimuth = "10 deg"
range_to_go = "400 km"
altitude = "15 km"
speed = "1680 m/s"
[craft]
dry_mass = "800 kg"
propellant_mass = "546 kg"
[craft.engine]
thrust = "4.2 kN"
specific_impulse = "315 s"
throttle_rate = "0.2 / s"
[craft.navigation]
seed = 7
[[plan]]
type = "guided"
name = "braking"
guidance = { law = "E-guidance", time_to_go = "400 s", target_altitude = "1 km" }
terminations = ["time above 15 s", "altitude below 2 km"]
throttle = [0.1, 1.0]
max_duration = "500 s"
[sites.here]
latitude = "0 deg"
longitude = "0 deg"
"""


def complaint_of_guided(folder: Path, old: str, new: str) -> str:
    assert old in GUIDED
    path = write(folder, GUIDED.replace(old, new, 1))
    with pytest.raises(ls.ScenarioError) as caught:
        ls.load_scenario(path)
    return str(caught.value).replace(f"{path}: ", "")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '["time above 15 s", "altitude below 2 km"]',
            '"time above 15 s"',
            "plan.0.terminations = 'time above 15 s': expected a list, such as [\"time above 15 s\"]",
        ),
        ("[0.1, 1.0]", "0.5", "plan.0.throttle = 0.5: expected a list, such as [0.1, 1.0]"),
        ("[0.1, 1.0]", "[0.5]", "plan.0.throttle = [0.5]: expected a list of two values, such as [0.1, 1.0]"),
        (
            "[0.1, 1.0]",
            "[0.1, 0.5, 1.0]",
            "plan.0.throttle = [0.1, 0.5, 1.0]: expected a list of two values, such as [0.1, 1.0]",
        ),
        (
            "[0.1, 1.0]",
            "[10, 100]",
            "[plan.0] throttle = (10.0, 100.0): expected two shares of full thrust from 0 to 1, the smaller first, not "
            "both zero, such as (0.1, 1.0)",
        ),
        (' time_to_go = "400 s",', "", "plan.0.guidance.time_to_go: this key is missing: E-guidance needs it"),
        (
            'time_to_go = "400 s"',
            "time_to_go = 400",
            "plan.0.guidance.time_to_go: 400 has no unit: write text with a unit, such as '400 s'",
        ),
        (
            'target_altitude = "1 km"',
            'target_altitude = "1"',
            "plan.0.guidance.target_altitude: '1' has no unit: write e.g. '1 km' or '1 m'",
        ),
        ('"4.2 kN"', "5000", "craft.engine.thrust: 5000 has no unit: write text with a unit, such as '5000 N'"),
        ('"1680 m/s"', "1680", "approach.speed: 1680 has no unit: write text with a unit, such as '1680 m/s'"),
        ('"15 km"', "15", "approach.altitude: 15 has no unit: write text with a unit, such as '15 km' or '15 m'"),
        ('"0.2 / s"', "0.2", "craft.engine.throttle_rate: 0.2 has no unit: write text with a unit, such as '0.2 / s'"),
        ("below 2 km", "below 2", "plan.0.terminations.1: '2' has no unit: write e.g. '2 km' or '2 m'"),
        ('"4.2 kN"', "true", "craft.engine.thrust: True has no unit: write text with a unit, such as '1 N'"),
        ("seed = 7", "seed = 7.5", "craft.navigation.seed: 7.5 is not a whole number: write e.g. 7"),
        ("seed = 7", "seed = nan", "craft.navigation.seed: nan is not a whole number: write e.g. 7"),
        (
            '"altitude below',
            '"height below',
            "plan.0.terminations.1: there is no termination on 'height': expected 'altitude', 'speed', 'horizontal "
            "speed', 'altitude rate', 'range to go', 'time' or 'time to go'",
        ),
        ("seed = 7", 'seed = "7"', "craft.navigation.seed: '7' is not a whole number: write e.g. 7"),
        ("[[plan]]", "[plan]", "plan: expected a list of tables, each under [[plan]]"),
        (
            "[craft]",
            "[orbit]\n[craft]",
            "[orbit] and [approach] are given: give one of them, to say where the flight starts",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_line_that_says_what_to_write(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert complaint_of_guided(tmp_path, old, new) == words


def dimension_refused(law: type, name: str, value: u.Quantity) -> bool:
    needed = {f.name: 400 * u.s for f in fields(law) if f.default is MISSING}
    try:
        law(**{**needed, name: value})
    except InputError as error:
        return "dimension" in str(error)
    return False


@pytest.mark.parametrize("title", LAWS)
def test_every_parameter_of_a_law_has_a_unit_of_its_kind_for_the_example_in_an_error(title: str) -> None:
    law = LAWS[title]
    needed = {f.name: "400 s" for f in fields(law) if f.default is MISSING}
    for name in (f.name for f in fields(law) if "Quantity" in str(f.type)):
        with pytest.raises(ls.ScenarioError, match=f"here.{name}: 5 has no unit: write text with a unit, ") as caught:
            law_of({"law": title, **needed, name: 5}, "file", ("here",))
        example = str(caught.value).partition("such as '")[2].partition("'")[0]
        assert not dimension_refused(law, name, parse_quantity(example)), example


def test_a_file_without_a_start_says_what_to_give(tmp_path: Path) -> None:
    approach = GUIDED[GUIDED.index("[approach]") : GUIDED.index("[craft]")]
    words = (
        "[orbit], [approach], [state] and [earth_orbit] are missing: give one of them, to say where the flight starts"
    )
    assert complaint_of_guided(tmp_path, approach, "") == words


def test_a_seed_is_a_whole_number_written_with_or_without_a_point(tmp_path: Path) -> None:
    for written in ("7", "7.0"):
        scenario = ls.load_scenario(write(tmp_path, GUIDED.replace("seed = 7", f"seed = {written}")))
        assert scenario.craft.navigation.seed == 7


def test_an_approach_may_start_below_the_sphere_above_low_ground(tmp_path: Path) -> None:
    text = GUIDED.replace('"15 km"', '"-1.6 km"').replace("[[plan]]", '[moon]\nsurface_elevation = "-2.6 km"\n[[plan]]')
    scenario = ls.load_scenario(write(tmp_path, text))
    assert u.isclose(scenario.state.altitude, -1.6 * u.km)
    with pytest.raises(ls.InputError, match="the flight starts at a height of"):
        ls.simulate(ls.load_scenario(write(tmp_path, text.replace('"-2.6 km"', '"-1 km"'))))
    words = complaint_of_guided(tmp_path, '"15 km"', '"-1738 km"')
    assert words == "[approach] altitude = -1738.0 km: expected from -20000 m to 1e+09 m"


@dataclass(frozen=True, kw_only=True)
class Altimeter:
    """A sensor as somebody may add it."""

    name: str
    noise: u.Quantity = number(0.0, u.m, low=0.0, high=1e3, text="Standard deviation.")
    scale: float = number(1.0, u.one, low=0.5, high=2.0, text="Reported over true.")
    rate: u.Quantity = number(REQUIRED, u.s**-1, low=1e-3, high=1e3, text="Readings per time.")
    beams: float = number(1, u.one, low=1, high=9, whole=True, text="How many.")
    switched_on: bool = switch(True, "It reads.")
    view: tuple[u.Quantity, u.Quantity] | None = pair(None, u.deg, (5.0, 30.0), "Between which it sees.")

    def __post_init__(self) -> None:
        check(self)


def read(**keys: object) -> Altimeter:
    return made(validated(table_of(Altimeter), {"name": "a", "rate": "2 / s", **keys}, "file", ("sensor",)), "file", ())


def test_what_a_component_declares_are_the_keys_of_its_table_and_its_defaults_stand_where_nothing_is_written() -> None:
    assert read() == Altimeter(name="a", rate=2 / u.s)
    full = read(noise="30 cm", scale=1.5, beams=3, switched_on=False, view=["1 deg", "20 deg"])
    assert full.noise == 0.3 * u.m
    assert (full.scale, full.beams, full.switched_on) == (1.5, 3, False)
    assert full.view == (1 * u.deg, 20 * u.deg)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"nose": "1 m"}, "sensor.nose: there is no such key; did you mean 'noise'? known: beams, "),
        ({"noise": "1 s"}, "sensor.noise: '1 s' is of the wrong dimension: expected a length such as 18 km"),
        ({"noise": 1}, "sensor.noise: 1 has no unit: write text with a unit, such as '1 km' or '1 m'"),
        ({"noise": "2 km"}, "noise = 2.0 km: expected from 0 m to 1000 m"),
        ({"scale": "1"}, "sensor.scale = '1': expected a number, such as 0.5"),
        ({"beams": 1.5}, "sensor.beams: 1.5 is not a whole number: write e.g. 1"),
        ({"switched_on": 1}, "sensor.switched_on = 1: expected true or false"),
        ({"view": ["1 deg"]}, 'sensor.view = [\'1 deg\']: expected a list of two values, such as ["5 deg", "30 deg"]'),
        ({"name": 1}, "sensor.name = 1: expected text, in quotes"),
    ],
)
def test_a_wrong_value_of_a_declared_number_is_told_by_what_is_declared(keys: dict[str, object], words: str) -> None:
    with pytest.raises(ls.ScenarioError, match="^" + re.escape(f"file: {words}")):
        read(**keys)


def test_a_missing_key_is_told_if_nothing_is_declared_in_its_place() -> None:
    with pytest.raises(ls.ScenarioError, match=r"^file: sensor\.rate: this key is missing$"):
        validated(table_of(Altimeter), {"name": "a"}, "file", ("sensor",))


def test_each_number_of_a_component_that_a_campaign_may_disperse_is_a_key_of_its_table() -> None:
    for component in (ls.Spacecraft, ls.Engine, ls.Accelerometer, ls.Navigation, ls.Burn, ls.Guided, ls.Moon):
        dispersible = {name for name, each in declared(component).items() if each.dispersible}
        assert dispersible
        assert dispersible <= table_of(component).model_fields.keys()


def test_an_accelerometer_may_be_off_in_a_file_without_a_fault(tmp_path: Path) -> None:
    text = VALID.replace("[craft.engine]", "[craft.accelerometer]\npowered = false\n[craft.engine]")
    assert not ls.load_scenario(write(tmp_path, text)).craft.accelerometer.powered
