"""Noise of sensors: functions of a seed, a stream, a sample and a component, of the distributions that they say."""

from math import cos, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lunarsim.kernels.sensors import noise
from lunarsim.kernels.sensors.noise import gaussian, uniform

STREAMS = {
    name: getattr(noise, name)
    for name in ("NAVIGATION", "ACCELEROMETER", "GYRO", "STAR_TRACKER", "ALTIMETER", "VELOCIMETER", "TOUCHDOWN_SWITCH")
}
WORD = 2**64
COUNT = 4000


def mixed(word):
    """The finaliser of splitmix64, as its authors print it, in whole numbers."""
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % WORD
    return word ^ (word >> 31)


@given(st.integers(0, 2**53), st.integers(0, 10**6), st.integers(0, 20))
def test_the_noise_of_the_simple_navigation_is_that_of_splitmix64_and_box_and_muller(seed, look, component):
    golden = 0x9E3779B97F4A7C15
    word = mixed((seed + golden) % WORD)
    word = mixed((word + look * golden) % WORD)
    word = mixed((word + component * golden) % WORD)
    first, second = ((word >> 11) + 0.5) / 2**53, (mixed((word + golden) % WORD) >> 11) / 2**53
    expected = sqrt(-2.0 * log(first)) * cos(2.0 * pi * second)
    # the errors of logarithm and cosine in two libraries
    assert gaussian(seed, noise.NAVIGATION, look, component) == pytest.approx(expected, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_each_stream_is_normal_and_uniform(stream):
    normal = [gaussian(7, stream, k, 0) for k in range(COUNT)]
    level = [uniform(7, stream, k, 1) for k in range(COUNT)]
    assert stats.kstest(normal, "norm").pvalue > 1e-3  # of these seeds, which never change
    assert stats.kstest(level, "uniform").pvalue > 1e-3


def test_streams_samples_components_and_seeds_have_nothing_in_common():
    columns = [[gaussian(1, stream, k, 0) for k in range(COUNT)] for stream in STREAMS.values()]
    columns += [
        [gaussian(1, noise.GYRO, k, 1) for k in range(COUNT)],
        [gaussian(2, noise.GYRO, k, 0) for k in range(COUNT)],
    ]
    columns += [[gaussian(1, noise.GYRO, k + 1, 0) for k in range(COUNT)]]
    found = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(found).max() < 4.5 / sqrt(COUNT)  # 45 pairs: beyond 4.5 sigma once in 3000 trials
