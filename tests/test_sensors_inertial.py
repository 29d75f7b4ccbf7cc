"""The inertial unit: what its numbers say is what its increments have, and by default they have nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sensor_example as example
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.transform import Rotation

import lunarsim as ls
from lunarsim.kernels.sensors.body import body_axes, turn_between, turned_about, turned_axes
from lunarsim.kernels.sensors.inertial import end_sample, sensed_increment, sensed_turn
from lunarsim.kernels.sensors.noise import Draw

MPS, MPS2 = u.m / u.s, u.m / u.s**2
STEP_S = 0.1
UNITS: dict[str, Any] = {
    "accelerometers": (sensed_increment, ls.Accelerometer, MPS),
    "gyros": (sensed_turn, ls.Gyro, u.rad),
}
EACH = pytest.mark.parametrize(("sensed", "kind", "unit"), UNITS.values(), ids=UNITS)
WALK: dict[Any, str] = {ls.Accelerometer: "velocity_random_walk", ls.Gyro: "angle_random_walk"}

vectors = st.tuples(*3 * [st.floats(-50.0, 50.0)])
turns = st.tuples(*3 * [st.floats(-1.7, 1.7)])  # less than half a turn in all


def reported(sensed, component, true, seed=1, parts=(1.0,)):
    """What a unit reports of a sequence of true increments, each asked for in parts of it, shape (n, 3)."""
    numbers, memory, told = example.record(component), example.memory(), []
    for k, each in enumerate(true):
        asked = [
            sensed(example.vector(share * np.asarray(each)), share * STEP_S, numbers, memory, Draw(seed, k))
            for share in parts
        ]
        end_sample(memory)
        told.append(np.sum(asked, axis=0))
    return np.array(told)


@EACH
@given(st.lists(vectors, min_size=1, max_size=5))
def test_a_unit_without_declared_errors_reports_the_truth_to_the_last_bit(sensed, kind, unit, true):
    assert reported(sensed, kind(), true).tolist() == [list(each) for each in true]


@EACH
def test_a_unit_without_power_reports_zero(sensed, kind, unit):
    bias = {"bias_x": 1 * unit / u.s, "scale_factor": 2.0}
    assert not reported(sensed, kind(powered=False, **bias), [(1.0, 2.0, 3.0)] * 3).any()


def test_scale_factor_and_biases_are_those_of_a_burn_and_the_biases_are_along_their_axes():
    unit = ls.Accelerometer(scale_factor=1.01, bias=0.3 * MPS2, bias_x=0.1 * MPS2, bias_y=-0.2 * MPS2)
    found = reported(sensed_increment, unit, [(1.0, 2.0, 3.0)])[0]
    assert found == pytest.approx([1.02, 2.0, 3.06], abs=1e-14)
    gyro = ls.Gyro(scale_factor=0.99, bias_x=1 * u.rad / u.s, bias_y=2 * u.rad / u.s, bias_z=3 * u.rad / u.s)
    assert reported(sensed_turn, gyro, [(1.0, 1.0, 1.0)])[0] == pytest.approx([1.09, 1.19, 1.29], abs=1e-14)


@EACH
@given(vectors, st.tuples(*3 * [st.floats(-80.0, 80.0)]))
def test_a_unit_that_is_mounted_askew_sees_the_components_along_its_own_axes(sensed, kind, unit, true, angles_deg):
    askew = dict(zip(("misalignment_x", "misalignment_y", "misalignment_z"), angles_deg * u.deg, strict=True))
    found = reported(sensed, kind(**askew), [true])[0]
    axes = Rotation.from_rotvec(np.radians(angles_deg)).as_matrix()  # columns: the unit's axes in the body
    assert found == pytest.approx(axes.T @ true, abs=1e-12)


@EACH
def test_the_allan_deviation_of_a_unit_at_rest_is_its_random_walk_over_the_root_of_the_time(sensed, kind, unit):
    walk, count = 0.02, 4096
    rates = reported(sensed, kind(**{WALK[kind]: walk * unit / u.s**0.5}), np.zeros((count, 3)), seed=5) / STEP_S
    for size in (1, 8, 64):
        means = rates.reshape(count // size, size, 3).mean(axis=1)
        variance = 0.5 * (np.diff(means, axis=0) ** 2).mean()
        expected = walk**2 / (size * STEP_S)
        freedom = 3 * (count // size) / 1.5  # differences of neighbours have a third less than their number
        low, high = stats.chi2.interval(0.999, freedom) / np.asarray(freedom)
        assert low < variance / expected < high, size


@EACH
def test_the_random_walk_of_a_unit_grows_as_the_root_of_the_time(sensed, kind, unit):
    walk, count = 0.02, 40
    unit_ = kind(**{WALK[kind]: walk * unit / u.s**0.5})
    ends = np.array([reported(sensed, unit_, np.zeros((count, 3)), seed=seed).sum(axis=0) for seed in range(60)])
    low, high = stats.chi2.interval(0.999, ends.size) / np.asarray(float(ends.size))
    assert low < (ends**2).mean() / (walk**2 * count * STEP_S) < high


@EACH
@given(st.lists(vectors, min_size=1, max_size=20), st.floats(1e-3, 1.5))
def test_the_sum_of_what_a_unit_reports_in_quanta_is_never_more_than_half_a_quantum_off(sensed, kind, unit, true, q):
    found = reported(sensed, kind(quantum=q * unit), true)
    whole = found / q
    assert whole == pytest.approx(np.round(whole), abs=1e-8)
    off = np.cumsum(found, axis=0) - np.cumsum(true, axis=0)
    assert np.abs(off).max() <= 0.5 * q + 1e-10


@EACH
@given(st.lists(vectors, min_size=1, max_size=4), st.floats(1.0, 600.0))
def test_a_unit_reports_no_rate_beyond_its_saturation_and_lower_ones_as_they_are(sensed, kind, unit, true, most):
    found = reported(sensed, kind(saturation=most * unit / u.s), true)
    assert found == pytest.approx(np.clip(true, -most * STEP_S, most * STEP_S), rel=1e-15)


@EACH
@given(st.lists(vectors, min_size=3, max_size=20), st.floats(0.0, 7.0))
def test_what_a_late_unit_has_told_is_what_there_was_a_latency_ago(sensed, kind, unit, true, samples):
    found = np.cumsum(reported(sensed, kind(latency=samples * STEP_S * u.s), true), axis=0)
    times = np.arange(1, len(true) + 1)
    sums = np.vstack([np.zeros(3), np.cumsum(true, axis=0)])
    for i in range(3):
        assert found[:, i] == pytest.approx(np.interp(times - samples, np.arange(len(sums)), sums[:, i]), abs=1e-11)


@EACH
@given(st.lists(vectors, min_size=1, max_size=12), st.floats(0.0, 7.0), st.lists(st.floats(0.01, 1.0), max_size=4))
def test_what_a_unit_tells_does_not_depend_on_who_asks_between_two_samples(sensed, kind, unit, true, late, cuts):
    errors = {"latency": late * STEP_S * u.s, WALK[kind]: 0.3 * unit / u.s**0.5, "bias_x": 0.1 * unit / u.s}
    component = kind(**errors, scale_factor=1.1, saturation=300 * unit / u.s)
    parts = np.diff([0.0, *np.cumsum(cuts) / (sum(cuts) + 0.5), 1.0])
    whole, cut = (np.cumsum(reported(sensed, component, true, parts=each), axis=0) for each in ((1.0,), parts))
    assert cut == pytest.approx(whole, abs=1e-10)


@EACH
def test_a_latency_that_no_unit_remembers_is_refused_with_what_it_may_be(sensed, kind, unit):
    with pytest.raises(
        ls.InputError, match=r"latency = 1\.0 s: expected up to 7 samples, .*rate = 10\.0 Hz are 0\.7 s"
    ):
        kind(latency=1 * u.s)
    assert kind(latency=1 * u.s, rate=7 * u.Hz).rate == 7 * u.Hz


@given(vectors, turns)
def test_a_vector_turned_about_another_is_that_of_rodrigues(a, turn):
    assert turned_about(a, turn) == pytest.approx(Rotation.from_rotvec(turn).apply(a), abs=1e-12)


@given(turns, turns)
def test_the_turn_between_two_attitudes_is_the_one_that_made_them(first, turn):
    axes = tuple(map(example.vector, Rotation.from_rotvec(first).as_matrix().T))
    after = turned_axes(axes, turn)
    assert np.array(after) @ np.array(after).T == pytest.approx(np.eye(3), abs=1e-14)
    assert turn_between(axes, after) == pytest.approx(turn, abs=1e-7 if np.linalg.norm(turn) > 2.5 else 1e-12)
    inertial = np.array(after).T @ np.array(axes)  # takes what stood in the body before to where it stands now
    body = np.array(axes) @ inertial @ np.array(axes).T
    assert Rotation.from_matrix(body).as_rotvec() == pytest.approx(turn, abs=1e-7)


@given(st.floats(-180.0, 180.0), st.floats(-80.0, 80.0))
def test_the_body_has_right_handed_axes_with_y_as_far_to_the_left_as_the_thrust_axis_lets_it(pitch_deg, lean_deg):
    pitch, lean = np.radians([pitch_deg, lean_deg])
    up, left = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    axis = np.array([np.cos(lean) * np.sin(pitch), np.sin(lean), np.cos(lean) * np.cos(pitch)])
    axes = np.array(body_axes(example.vector(axis), example.vector(2e6 * left)))
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-14)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert axes[2] == pytest.approx(axis)
    assert axes[1] @ left == pytest.approx(np.cos(lean))
    assert axes[0] @ up == pytest.approx(-np.sin(pitch), abs=1e-14)  # downrange if upright, up if thrust is backwards


def test_a_thrust_axis_to_the_left_has_some_roll():
    axes = np.array(body_axes((0.0, 1.0, 0.0), (0.0, 3.0, 0.0)))
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-15)
