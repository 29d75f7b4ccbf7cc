"""The parts of the Kalman filter: covariance, gate and rules, gravity of its own, errors at its construction."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples
from scipy.linalg import expm
from scipy.spatial.transform import Rotation

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.navigation.covariance import (
    STATES,
    Measurement,
    corrections,
    grow,
    normalised,
    normalised_error,
    turned,
)
from lunarsim.kernels.navigation.estimate import begin_estimate, moved, spread
from lunarsim.kernels.navigation.filter_rules import AIDING, REJECT, START_AGAIN, TAKE, heard, judged
from lunarsim.kernels.navigation.memory import MEMORY
from lunarsim.records import filled, record_of

MPS = u.m / u.s
GM = constants.GM_MOON_M3_S2
R = np.array([1.2e6, -0.9e6, 0.95e6])
V = np.array([900.0, 1200.0, -300.0])


def record(navigation):
    """The record of a navigation, as kernels take it."""
    craft = ls.Spacecraft(dry_mass=1 * u.kg, propellant_mass=1 * u.kg, engine=ENGINE, navigation=navigation)
    filled_in: Any = np.array(filled(craft), record_of(ls.Spacecraft))[()]
    return filled_in.navigation


ENGINE = ls.Engine(thrust=1 * u.kN, specific_impulse=300 * u.s)


def covariance(seed):
    """A covariance as a filter may have: of metres to kilometres, and of a velocity that goes with the position."""
    root = np.random.default_rng(seed).normal(size=(STATES, STATES))
    scale = np.array([800.0, 500.0, 90.0, 0.9, 0.4, 0.1, 8.0])
    return scale[:, None] * (root @ root.T) * scale


def test_a_covariance_grows_as_the_linear_motion_about_a_point_mass_says():
    p = covariance(1)
    k, h = GM / np.linalg.norm(R) ** 3, 2.0
    rates = np.zeros((STATES, STATES))
    rates[:3, 3:6] = np.eye(3)
    rates[3:6, :3] = k * (3.0 * np.outer(R, R) / (R @ R) - np.eye(3))
    f = expm(h * rates)
    q = np.zeros((STATES, STATES))  # Bar-Shalom, Li & Kirubarajan 2001, equation 6.2.2-12
    q[:3, :3], q[3:6, 3:6] = 0.3**2 * h**3 / 3 * np.eye(3), 0.3**2 * h * np.eye(3)
    q[:3, 3:6] = q[3:6, :3] = 0.3**2 * h**2 / 2 * np.eye(3)
    q[6, 6] = 0.5**2 * h
    expected = f @ p @ f.T + q
    grow(p, tuple(R), h, GM, 0.3**2, 0.5**2)
    deviations = np.sqrt(np.diag(expected))
    assert np.abs((p - expected) / np.outer(deviations, deviations)).max() < 1e-8  # G^2 h^3 / 6, left out, is 1e-12


@given(st.integers(0, 10**6))
@examples(10)
def test_a_measurement_leaves_what_the_textbook_says_and_never_a_covariance_that_is_not_positive(seed):
    p, rng = covariance(seed), np.random.default_rng(seed + 1)
    h = rng.normal(size=STATES)
    variance, innovation = 10.0 ** rng.uniform(-6, 4), rng.normal() * 50.0
    gain = p @ h / (h @ p @ h + variance)
    kept = np.eye(STATES) - np.outer(gain, h)
    expected = kept @ p @ kept.T + variance * np.outer(gain, gain)
    deviations = np.sqrt(np.diag(p))
    measured = Measurement(innovation, tuple(h), variance)
    assert normalised(p, measured) == pytest.approx(innovation**2 / (h @ p @ h + variance), rel=1e-12)
    assert corrections(p, measured) == pytest.approx(gain * innovation, rel=1e-9)
    assert np.abs((p - expected) / np.outer(deviations, deviations)).max() < 1e-9
    assert np.array_equal(p, p.T)
    assert np.linalg.eigvalsh(p / np.outer(deviations, deviations)).min() > -1e-12


def test_a_covariance_turns_with_the_vertical():
    p, turn = covariance(3), np.array([2e-4, -1e-4, 3e-4])
    rotation = np.eye(STATES)
    rotation[:3, :3] = Rotation.from_rotvec(turn).as_matrix()
    expected = rotation @ p @ rotation.T
    turned(p, tuple(turn))
    deviations = np.sqrt(np.diag(expected))
    assert np.abs((p - expected) / np.outer(deviations, deviations)).max() < 1e-5  # squares of the angle are 1e-7


def test_the_normalised_error_is_that_of_the_inverse_and_unknown_where_there_is_none():
    p, error = covariance(5), np.array([300.0, -200.0, 50.0, 0.3, -0.2, 0.1])
    assert normalised_error(p, tuple(error)) == pytest.approx(error @ np.linalg.solve(p[:6, :6], error), rel=1e-9)
    p[2, :], p[:, 2] = 0.0, 0.0
    assert np.isnan(normalised_error(p, tuple(error)))


def test_errors_in_the_directions_of_flight_act_along_the_moon():
    dr, dv = moved((1000.0, 0.0, 0.0), (0.0, 0.0, 0.0), tuple(R), tuple(V))
    up, radius = R / np.linalg.norm(R), np.linalg.norm(R)
    assert np.dot(dr, up) == pytest.approx(0.0, abs=1e-9)
    assert np.linalg.norm(dr) == pytest.approx(1000.0, rel=1e-12)
    there, speed = R + dr, V + np.array(dv)
    climb_there = np.dot(speed, there) / np.linalg.norm(there)
    assert climb_there == pytest.approx(np.dot(V, up), abs=np.linalg.norm(V) * (1000.0 / radius) ** 2)  # second order


def test_what_is_drawn_at_the_start_scatters_as_the_filter_begins():
    deviations = {"downrange_sigma": 400 * u.m, "crossrange_sigma": 200 * u.m, "altitude_sigma": 50 * u.m}
    y = np.concatenate((R, V, [1000.0, 0.0, 0.0]))
    errors, n = [], 400
    for seed in range(n):
        own = np.zeros(1, MEMORY)[0]
        begin_estimate(own, y, record(ls.KalmanFilter(seed=seed, **deviations)))
        errors.append(np.concatenate((own.position_m - R, own.velocity_mps - V)))
    p = np.zeros((STATES, STATES))
    spread(p, tuple(R), tuple(V), record(ls.KalmanFilter(**deviations)))
    squares = np.einsum("ni,ij,nj->n", errors, np.linalg.inv(p[:6, :6]), errors)
    assert np.array_equal(own.covariance, p)
    assert squares.mean() == pytest.approx(6.0, abs=4.0 * np.sqrt(12.0 / n))  # chi-square of 6: variance 12


def test_the_constant_errors_of_the_start_are_those_that_are_given():
    own = np.zeros(1, MEMORY)[0]
    y = np.concatenate((R, V, [1000.0, 0.0, 0.0]))
    begin_estimate(own, y, record(ls.DeadReckoning(altitude=120 * u.m, altitude_rate=0.5 * MPS)))
    assert np.linalg.norm(own.position_m) - np.linalg.norm(R) == pytest.approx(120.0, abs=1e-6)
    assert (own.velocity_mps - V) @ R / np.linalg.norm(R) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(
    ("rule", "verdicts", "ignored"),
    [
        ("ignore", [REJECT, REJECT, REJECT], 1.0),
        ("accept", [REJECT, REJECT, TAKE, REJECT], 0.0),
        ("reinitialise", [REJECT, REJECT, START_AGAIN, REJECT], 0.0),
    ],
)
def test_after_so_many_rejections_in_a_row_the_rule_is_followed(rule, verdicts, ignored):
    navigation, aiding = record(ls.KalmanFilter(gate=3.0, rejections=2, on_rejections=rule)), np.zeros(1, AIDING)[0]
    assert judged(aiding, 2.9, navigation) == TAKE
    assert [judged(aiding, 40.0, navigation) for _ in verdicts] == verdicts
    assert aiding.rejected == verdicts.count(REJECT)
    assert aiding.ignored == ignored


def test_an_innovation_that_is_not_a_number_passes_no_gate():
    navigation, aiding = record(ls.KalmanFilter()), np.zeros(1, AIDING)[0]
    assert judged(aiding, np.nan, navigation) == REJECT


def test_one_measurement_that_is_taken_ends_a_row_of_rejections():
    navigation, aiding = record(ls.KalmanFilter(gate=3.0, rejections=3)), np.zeros(1, AIDING)[0]
    for innovation in (9.0, 9.0, 1.0, 9.0, 9.0):
        judged(aiding, innovation, navigation)
    assert (aiding.rejected, aiding.in_a_row, aiding.ignored) == (4.0, 2.0, 0.0)


def test_a_sensor_is_lost_and_acquired_as_its_samples_become_valid_or_not():
    aiding = np.zeros(1, AIDING)[0]
    for valid in (False, True, True, False, False, True):
        heard(aiding, valid)
    assert (aiding.acquired, aiding.lost, aiding.valid) == (2.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"altitude_sigma": 0 * u.m}, "altitude_sigma = 0.0 m: the covariance of a Kalman filter has to be positive"),
        ({"downrange_rate_sigma": 0 * MPS}, "downrange_rate_sigma = 0.0 m / s: the covariance"),
        ({"altitude_sigma": -3 * u.m}, "altitude_sigma = -3.0 m: expected from 0 m"),
        ({"gate": 0.0}, "gate = 0.0: expected above 0"),
        ({"rejections": 0}, "rejections = 0"),
        ({"on_rejections": "hope"}, "on_rejections = 'hope': expected 'ignore', 'accept' or 'reinitialise'"),
        ({"map": "globe"}, "map = 'globe': expected 'sphere' or 'terrain'"),
        ({"acceleration_noise": -1 * u.m / u.s**1.5}, "acceleration_noise"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_and_the_error_names_why(given, expected):
    with pytest.raises(ls.InputError, match=expected.replace("(", r"\(").replace("+", r"\+")):
        ls.KalmanFilter(**given)


def test_a_craft_without_a_navigation_is_refused():
    with pytest.raises(ls.InputError, match="navigation"):
        ls.Spacecraft(dry_mass=1 * u.kg, propellant_mass=1 * u.kg, engine=ENGINE, navigation="perfect")


FILE = """
[craft.navigation]
type = "Kalman filter"
altitude_sigma = "250 m"
map = "terrain"
rejections = 4
on_rejections = "reinitialise"
acceleration_noise = "0.02 m / s(3/2)"

[craft.altimeter]
rate = "2 Hz"
noise = "0.5 m"
"""


def scenario_file(folder, text):
    own = resources.files("lunarsim.scenarios").joinpath("apollo11.toml").read_text("utf-8")
    head, mark, rest = own.partition("[craft.engine]")
    path = folder / "filtered.toml"
    path.write_text(head + text.strip() + "\n\n" + mark + rest, encoding="utf-8")
    return path


def test_a_scenario_file_describes_a_filter_and_its_sensors(tmp_path):
    craft = ls.load_scenario(scenario_file(tmp_path, FILE)).craft
    assert craft.navigation == ls.KalmanFilter(
        altitude_sigma=250 * u.m,
        map="terrain",
        rejections=4,
        on_rejections="reinitialise",
        acceleration_noise=0.02 * u.m / u.s**1.5,
    )
    assert craft.altimeter == ls.Altimeter(rate=2 * u.Hz, noise=0.5 * u.m)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Kalman filter", "particle filter", "craft.navigation.type = 'particle filter'"),
        ('"250 m"', '"0 m"', "the covariance of a Kalman filter has to be positive"),
        ("altitude_sigma", "altitude_scale", "altitude_scale"),
    ],
)
def test_a_scenario_file_with_a_filter_that_cannot_be_says_why(tmp_path, old, new, expected):
    with pytest.raises(ls.ScenarioError, match=expected):
        ls.load_scenario(scenario_file(tmp_path, FILE.replace(old, new)))
