"""Noise without a state: random numbers that are functions of a seed, a stream, a sample and a component.

So the noise of a run does not depend on how, where or in which order it is flown, and a sensor that is sampled more
often leaves the noise of the others as it is. What is drawn for one component is drawn once: a normal number and a
uniform one of the same component come of the same word.
"""

from math import cos, log, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel

#: Streams: who draws. The first is that of the errors of :mod:`lunarsim.kernels.guidance.navigation`.
NAVIGATION, ACCELEROMETER, GYRO, STAR_TRACKER, ALTIMETER, VELOCIMETER, TOUCHDOWN_SWITCH, COMPUTER = range(8)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_STREAM = np.uint64(0xD1342543DE82EF95)  # its first multiples differ by more than seeds do, 2^53
_UNIT = 1.0 / 9007199254740992.0  # 2^-53


class Draw(NamedTuple):
    """Which numbers a sample draws."""

    seed: int
    sample: int  #: counted from the start of the flight


@formula
def _mixed(word: Any) -> Any:
    """Return a 64-bit word with its bits well mixed (splitmix64: Steele, Lea & Flood 2014, OOPSLA)."""
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))


@formula
def _word(seed: Any, stream: int, sample: int, component: Any) -> Any:
    """Return the 64 random bits of a component of a sample."""
    word = _mixed(np.uint64(seed) + np.uint64(stream) * _STREAM + _GOLDEN)
    word = _mixed(word + np.uint64(sample) * _GOLDEN)
    return _mixed(word + np.uint64(component) * _GOLDEN)


@kernel
def uniform(seed: int, stream: int, sample: int, component: int) -> float:
    """Return a number above 0 and up to 1 of the uniform distribution."""
    return (float(_word(seed, stream, sample, component) >> np.uint64(11)) + 0.5) * _UNIT


def uniforms(seeds: NDArray[np.float64], stream: int, sample: int, components: int) -> NDArray[np.float64]:
    """Return :func:`uniform` of many seeds and the first components, shape (seeds, components)."""
    with np.errstate(over="ignore"):  # of 64-bit words, whose upper bits are meant to be lost
        words = _word(seeds[:, np.newaxis], stream, sample, np.arange(components))
    return np.asarray(((words >> np.uint64(11)).astype(float) + 0.5) * _UNIT)


@kernel
def gaussian(seed: int, stream: int, sample: int, component: int) -> float:
    """Return a number of the standard normal distribution: Box & Muller 1958 with two words of splitmix64."""
    word = _word(seed, stream, sample, component)
    first = (float(word >> np.uint64(11)) + 0.5) * _UNIT
    second = float(_mixed(word + _GOLDEN) >> np.uint64(11)) * _UNIT
    return sqrt(-2.0 * log(first)) * cos(2.0 * pi * second)


@formula
def happens(probability: float, stream: int, draw: Draw, component: int) -> bool:
    """Return whether what has a probability happens in a sample."""
    return probability > 0.0 and uniform(draw.seed, stream, draw.sample, component) <= probability
