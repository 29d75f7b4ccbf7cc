"""Scenario files: what is accepted, and what a person is told otherwise."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from astropy import units as u
from hypothesis import given, settings
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim.errors import InputError
from lunarsim.flight import Status
from lunarsim.io.text import parse_quantity, parse_time

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
    assert "plan.0.type = 'bern': expected 'burn' or 'coast'" in words
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


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    unit=st.sampled_from(["km", "m", "s", "kg", "deg", "N", "kN", "m/s", "m/s2"]),
)
def test_a_quantity_written_as_text_is_read_back_exactly(value: float, unit: str) -> None:
    assert parse_quantity(f"{value!r} {unit}") == u.Quantity(value, unit)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(text=st.text(max_size=30))
def test_any_text_is_either_read_or_refused_with_words(text: str) -> None:
    for parse in (parse_quantity, parse_time):
        with suppress(InputError):
            parse(text)  # anything else that it raises fails here
