"""Dispersions in scenario files: what is read, what a scenario adds, and what a person is told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls
from lunarsim.campaign.inputs.distributions import (
    STATE_PATHS,
    Discrete,
    Empirical,
    JointNormal,
    Normal,
    Probability,
    TruncatedNormal,
    Uniform,
)
from lunarsim.io import read_campaign_parts, read_dispersions
from lunarsim.mission import Status

SCENARIO = """
name = "test"
[orbit]
epoch = "2023-08-19T11:10:00 UTC"
perilune = "80 km"
apolune = "105 km"
inclination = "82 deg"
node_longitude = "229 deg"
argument_of_perilune = "10 deg"
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
[[faults]]
type = "accelerometer off"
"""
LUNA25 = Path(ls.__file__).parent / "scenarios" / "luna25.toml"


def write(folder: Path, dispersions: str) -> Path:
    path = folder / "case.toml"
    path.write_text(f"{SCENARIO}\n{dispersions}\n", encoding="utf-8")
    return path


def one(folder: Path, path: str, keys: str) -> Any:
    """Return the distribution that a file with one dispersion gives."""
    found = read_dispersions(write(folder, f'[[dispersions]]\npath = "{path}"\n{keys}'))
    assert list(found) == [path]
    return found[path]


def complaint(folder: Path, dispersions: str) -> str:
    path = write(folder, dispersions)
    with pytest.raises(ls.ScenarioError) as caught:
        ls.load_scenario(path)
    words = str(caught.value)
    assert str(path) in words
    return words


@pytest.mark.parametrize(
    ("path", "keys", "expected"),
    [
        ("plan.0.timer", 'distribution = "normal"\nmean = "127 s"\nsigma = "500 ms"', Normal(127 * u.s, 0.5 * u.s)),
        (
            "craft.dry_mass",
            'distribution = "truncated normal"\nsigma = "3 kg"\nlow = "790 kg"\nhigh = "0.81 t"',
            TruncatedNormal(800 * u.kg, 3 * u.kg, 790 * u.kg, 810 * u.kg),
        ),
        (
            "orbit.inclination",
            'distribution = "uniform"\nlow = "82 deg"\nhigh = "83 deg"',
            Uniform(82 * u.deg, 83 * u.deg),
        ),
        (
            "plan.0.timer",
            'distribution = "discrete"\nvalues = ["84 s", "127 s"]\nprobabilities = [0.25, 0.75]',
            Discrete([84, 127] * u.s, [0.25, 0.75]),
        ),
        ("plan.0.timer", 'distribution = "discrete"\nvalues = ["84 s", "127 s"]', Discrete([84, 127] * u.s)),
        ("faults.accelerometer off", 'distribution = "probability"\np = 0.5', Probability(0.5)),
        ("craft.accelerometer.scale_factor", 'distribution = "normal"\nsigma = 0.001', Normal(1.0, 0.001)),
    ],
)
def test_a_file_gives_the_distribution_that_it_describes(
    tmp_path: Path, path: str, keys: str, expected: Normal
) -> None:
    found = one(tmp_path, path, keys)
    assert type(found) is type(expected)
    assert found.to_document() == expected.to_document()


@pytest.mark.parametrize(
    ("path", "sigma", "mean"),
    [
        ("craft.engine.thrust", "1 N", 260 * u.N),
        ("craft.accelerometer.bias", "1e-4 m/s2", 0 * u.m / u.s**2),
        ("plan.0.timer", "1 s", 127 * u.s),
        ("plan.0.target_delta_v", "1 m/s", 16 * u.m / u.s),
        ("plan.0.ignition", "1 s", 0 * u.s),
        ("state.radial", "1 km", 0 * u.m),
        ("state.normal_rate", "1 m/s", 0 * u.m / u.s),
        ("moon.terrain.elevation", "1 m", 0 * u.m),
        ("orbit.perilune", "1 km", 80 * u.km),
        ("orbit.inclination", "1 deg", 82 * u.deg),
        ("orbit.argument_of_perilune", "1 deg", 10 * u.deg),
    ],
)
def test_a_mean_that_is_not_given_is_the_scenarios_own_value(
    tmp_path: Path, path: str, sigma: str, mean: u.Quantity
) -> None:
    found = one(tmp_path, path, f'distribution = "normal"\nsigma = "{sigma}"')
    assert u.isclose(found.mean, mean, rtol=1e-9, atol=1e-9 * mean.unit)  # elements to a state and back
    assert u.isclose(found.sigma, u.Quantity(sigma.replace("/s2", " / s2")), rtol=1e-12)


def test_a_joint_normal_of_a_state_is_read_with_its_correlations(tmp_path: Path) -> None:
    paths = ", ".join(f'"{path}"' for path in STATE_PATHS[1:4:2])
    found = read_dispersions(
        write(
            tmp_path,
            f'[[dispersions]]\ndistribution = "joint normal"\npaths = [{paths}]\nsigmas = ["0.5 km", "0.45 m/s"]\n'
            "correlation = [[1.0, -0.98], [-0.98, 1]]",
        )
    )
    ((key, joint),) = found.items()
    assert key == ("state.transverse", "state.radial_rate")
    assert isinstance(joint, JointNormal)
    assert joint.unit == (u.m, u.m / u.s)
    assert np.allclose(joint.covariance, [[250000.0, -220.5], [-220.5, 0.2025]], rtol=1e-12)  # rounding


def test_a_table_beside_the_file_is_read_by_its_headings(tmp_path: Path) -> None:
    (tmp_path / "bench.csv").write_text(
        "craft.engine.thrust [N], craft.accelerometer.scale_factor\n264.9, 1.001\n\n266.3,0.999\n", encoding="utf-8"
    )
    found = read_dispersions(write(tmp_path, '[[dispersions]]\ndistribution = "empirical"\nfile = "bench.csv"'))
    table = found["craft.engine.thrust", "craft.accelerometer.scale_factor"]
    assert isinstance(table, Empirical)
    assert table.unit == (u.N, u.one)
    assert table.values(np.array([[0.2], [0.7]])).tolist() == [[264.9, 1.001], [266.3, 0.999]]


@examples(15)
@given(
    numbers=st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=8),  # possible thrusts (N) and timers (s)
    sigma=st.floats(1e-300, 1e9),
    p=st.floats(0.0, 1.0),
)
def test_numbers_of_a_file_arrive_exactly(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float], sigma: float, p: float
) -> None:
    folder = tmp_path_factory.mktemp("exact")
    (folder / "x.csv").write_text("plan.0.timer [s]\n" + "\n".join(map(repr, numbers)), encoding="utf-8")
    found = read_dispersions(
        write(
            folder,
            f'[[dispersions]]\npath = "craft.engine.thrust"\ndistribution = "normal"\nsigma = "{sigma!r} N"\n'
            f'mean = "{numbers[0]!r} N"\n'
            f'[[dispersions]]\npath = "faults.accelerometer off"\ndistribution = "probability"\np = {p!r}\n'
            '[[dispersions]]\ndistribution = "empirical"\nfile = "x.csv"',
        )
    )
    assert (found["craft.engine.thrust"].mean.value, found["craft.engine.thrust"].sigma.value) == (numbers[0], sigma)  # type: ignore[attr-defined]
    assert found["faults.accelerometer off"].p == p  # type: ignore[attr-defined]
    assert found["plan.0.timer"].columns[0].value.tolist() == numbers  # type: ignore[attr-defined]


def test_a_scenario_with_dispersions_loads_as_before_and_keeps_their_certificates(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[[dispersions]]\npath = "plan.0.timer"\ndistribution = "normal"\n'
        'sigma = { value = "0.5 s", status = "assumed", note = "for a test" }',
    )
    scenario, dispersions = read_campaign_parts(path)
    assert scenario.plan == ls.load_scenario(path).plan
    assert list(dispersions) == ["plan.0.timer"]
    assert scenario.provenance["dispersions.0.sigma"].status is Status.ASSUMED


def test_a_file_without_dispersions_has_none(tmp_path: Path) -> None:
    assert read_dispersions(write(tmp_path, "")) == {}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('sigma = "1 s"', "dispersions.0.distribution: this key is missing: expected 'normal', 'truncated normal', "),
        (
            'distribution = "gauss"\nsigma = "1 s"',
            "dispersions.0.distribution = 'gauss': expected 'normal', 'truncated normal', 'uniform', 'discrete', "
            "'probability', 'joint normal' or 'empirical'",
        ),
        ('distribution = "normal"', "dispersions.0.sigma: this key is missing"),
        (
            'distribution = "normal"\nsigma = "1 s"\nsgima = 1',
            "dispersions.0.sgima: there is no such key; did you mean 'sigma'",
        ),
        ('distribution = "normal"\nsigma = "1"', "dispersions.0.sigma: '1' has no unit: write e.g. '1 km'"),
        ('distribution = "normal"\nsigma = "-1 s"', "[dispersions.0] plan.0.timer: sigma = -1.0 s: expected"),
        (
            'distribution = "normal"\nsigma = "1 km"',
            "[dispersions.0] plan.0.timer: sigma = 1.0 km is of another dimension than mean = 127.0 s",
        ),
        ('distribution = "normal"\nsigma = true', "dispersions.0.sigma: True has no unit"),
        ('distribution = "uniform"\nlow = "2 s"\nhigh = "1 s"', "plan.0.timer: low = 2.0 s is not below high = 1.0 s"),
        ('distribution = "uniform"\nlow = "nan s"\nhigh = "1 s"', "plan.0.timer: low = nan s is not finite"),
        (
            'distribution = "discrete"\nvalues = ["1 s", "2 kg"]',
            "plan.0.timer: values[1] = 2.0 kg is of another dimension than values[0] = 1.0 s",
        ),
        ('distribution = "discrete"\nvalues = ["1 s", "x"]', "dispersions.0.values.1: 'x' is not a number with a unit"),
        (
            'distribution = "discrete"\nvalues = ["1 s", "2 s"]\nprobabilities = [0.5, 0.6]',
            "plan.0.timer: probabilities = [0.5, 0.6] add up to 1.1: expected 1",
        ),
        ('distribution = "probability"\np = 2.0', "plan.0.timer: p = 2.0: expected a number from 0 to 1"),
        ('distribution = "probability"\np = "half"', "dispersions.0.p = 'half': "),
        ('distribution = "empirical"\nfile = "x.csv"', "dispersions.0.path: there is no such key"),
        (
            'distribution = "normal"\nsigma = { value = "1 s", status = "assumed" }',
            "[dispersions.0.sigma] an assumed number needs a note that says why",
        ),
    ],
)
def test_a_wrong_dispersion_is_named_with_its_key_and_what_was_expected(tmp_path: Path, keys: str, words: str) -> None:
    assert words in complaint(tmp_path, f'[[dispersions]]\npath = "plan.0.timer"\n{keys}')


def test_a_path_without_a_value_of_its_own_needs_a_mean(tmp_path: Path) -> None:
    for path in ("craft.engine.colour", "plan.7.timer", "plan.0.steering", "sites.crater.latitude", "thrust"):
        words = complaint(tmp_path, f'[[dispersions]]\npath = "{path}"\ndistribution = "normal"\nsigma = "1 N"')
        assert f"[dispersions.0] {path}: path '{path}': the scenario '" in words
        assert "has no such value that its flight would feel" in words


def test_a_path_that_is_dispersed_twice_is_refused(tmp_path: Path) -> None:
    timer = '[[dispersions]]\npath = "plan.0.timer"\ndistribution = "normal"\nsigma = "1 s"\n'
    assert "[dispersions.1] plan.0.timer is dispersed by dispersions.0 already" in complaint(tmp_path, timer * 2)
    both = (
        '[[dispersions]]\npaths = ["plan.0.timer", "plan.0.timer"]\ndistribution = "joint normal"\n'
        'sigmas = ["1 s", "1 s"]\ncorrelation = [[1, 0], [0, 1]]'
    )
    assert "[dispersions.0] plan.0.timer is dispersed by dispersions.0 already" in complaint(tmp_path, both)


def test_a_joint_normal_of_lists_that_do_not_fit_is_refused(tmp_path: Path) -> None:
    head = '[[dispersions]]\npaths = ["plan.0.timer", "craft.dry_mass"]\ndistribution = "joint normal"\n'
    ones = "correlation = [[1, 0], [0, 1]]\n"
    assert "there are 2 paths and 1 sigmas" in complaint(tmp_path, f'{head}{ones}sigmas = ["1 s"]')
    assert "there are 2 paths and 1 means" in complaint(
        tmp_path, f'{head}{ones}sigmas = ["1 s", "1 kg"]\nmeans = ["1 s"]'
    )
    words = complaint(tmp_path, f'{head}correlation = [[1, 2], [2, 1]]\nsigmas = ["1 s", "1 kg"]')
    assert "[dispersions.0] plan.0.timer, craft.dry_mass: correlation[0][1] = 2.0: expected -1 to 1" in words
    assert "sigmas[1] = 1.0 s is of another dimension than means[1] = 800.0 kg" in complaint(
        tmp_path, f'{head}{ones}sigmas = ["1 s", "1 s"]'
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "expected a line of headings"),
        ("plan.0.timer [s]\n", "expected a line of headings"),
        ("plan.0.timer [s\n1\n", "line 1: 'plan.0.timer [s' is no heading: expected a path and its unit"),
        ("plan.0.timer [parsecond]\n1\n", "line 1: 'parsecond' is no unit"),
        ("plan.0.timer [s]\n1\n\n1.5 s\n", "line 4: plan.0.timer = '1.5 s': expected a number, with its unit in the"),
        ("plan.0.timer [s]\n1\nnan\n", "line 3: plan.0.timer = 'nan' is not finite"),
        ("plan.0.timer [s],craft.dry_mass [kg]\n1,2\n3\n", "line 3 has 1 values: expected 2"),
        ("plan.0.timer [s],plan.0.timer [s]\n1,2\n", "name a path twice"),
    ],
)
def test_a_wrong_table_of_values_is_named_with_its_line(tmp_path: Path, table: str, words: str) -> None:
    (tmp_path / "x.csv").write_text(table, encoding="utf-8")
    complained = complaint(tmp_path, '[[dispersions]]\ndistribution = "empirical"\nfile = "x.csv"')
    assert words in complained
    assert "x.csv" in complained


def test_a_table_of_values_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nowhere.csv" in complaint(tmp_path, '[[dispersions]]\ndistribution = "empirical"\nfile = "nowhere.csv"')


def test_every_number_of_luna25s_dispersions_has_a_birth_certificate() -> None:
    scenario, dispersions = read_campaign_parts(LUNA25)
    assert {"plan.0.ignition", "craft.engine.thrust", "craft.engine.specific_impulse", STATE_PATHS} <= set(dispersions)
    numbers = {"low", "high", "mean", "sigma", "p", "sigmas", "correlation"}
    keys = [key.split(".") for key in scenario.provenance if key.startswith("dispersions.")]
    assert {int(index) for _, index, _ in keys} == set(range(len(dispersions)))
    assert {name for _, _, name in keys} == numbers


def test_luna25s_state_scatters_little_in_its_period_though_much_along_its_track() -> None:
    scenario, dispersions = read_campaign_parts(LUNA25)
    joint = dispersions[STATE_PATHS]
    offsets = joint.values(np.random.default_rng(1).uniform(size=(4000, 6)))
    state = scenario.state
    r, v = np.linalg.norm(state.position.to_value(u.m)), state.speed.to_value(u.m / u.s)
    a = state.elements().semi_major_axis.to_value(u.m)
    # vis-viva, linear: da = 2 a^2 (dr / r^2 + v dv / GM); the flight-path angle of 0.4 deg is left out
    spread = np.std(2.0 * a**2 * (offsets[:, 0] / r**2 + v * offsets[:, 4] / 4.9028e12))
    assert 35.0 < spread < 45.0  # the file says 40 m; 1 % of sampling, 1 % of what is left out
    assert abs(np.std(offsets[:, 1]) - 500.0) < 25.0  # 4 sigma of 4000 values
