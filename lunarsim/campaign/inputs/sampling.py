"""Where the uniform numbers of a campaign come from: Monte Carlo, Latin hypercube, Sobol sequence.

Each gives, for run ``i``, one number for each dimension, in the open interval from 0 to 1. They follow from the seed
and ``i`` alone, to the last bit, whichever runs are asked for together.
"""

from __future__ import annotations

import inspect
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from scipy.stats import qmc

from lunarsim.arguments import checked
from lunarsim.campaign.inputs.distributions.distribution import Floats
from lunarsim.errors import InputError

_WORDS_PER_COUNTER = 4  # of Philox 4x64
_LATIN_STREAM, _SOBOL_STREAM = 1, 2  # so that methods with the same seed share no numbers
_SOBOL_BITS = 32  # with more, scipy's fast_forward raises (1.17), and before 1.17 drawing past 2**32 never ends
_SOBOL_DIMENSIONS = 21201  # for so many direction numbers are known (Joe and Kuo 2008)
_LATIN_CELLS = 2**27  # runs times dimensions: 1 GiB, three times this while it is made
_LAST_BELOW_ONE = 1.0 - 2.0**-53


class Sampling(Protocol):
    """A way to fill the unit cube."""

    def uniforms(self, seed: int, first: int, count: int, dimensions: int, total: int) -> Floats:
        """Return the uniform numbers of some runs.

        Parameters
        ----------
        seed : int
            0 to 2**64 - 1.
        first, count : int
            The runs ``first``, ``first + 1``, ... ``first + count - 1``.
        dimensions : int
            How many numbers each run takes.
        total : int
            How many runs the campaign has.

        Returns
        -------
        ndarray, shape (count, dimensions)
            Float64, greater than 0 and less than 1.

        Raises
        ------
        InputError
            If the seed is out of range, the runs are not among the campaign's, or there are more runs or dimensions
            than the method can give.
        """
        ...

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        ...


@checked
@dataclass(frozen=True)
class MonteCarlo:
    """Independent random numbers: numpy's Philox, a generator that counts (Salmon et al. 2011).

    Number ``j`` of run ``i`` follows from the seed, ``i`` and ``j``: it does not depend on the number of runs, and a
    further dimension leaves the others as they were. Any number of runs; the error of a mean falls with its root.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> thrust = {"craft.engine.thrust": ls.Normal(265 * u.N, 2 * u.N)}
    >>> campaign = ls.Campaign(scenario, thrust, ls.MonteCarlo())
    """

    def uniforms(self, seed: int, first: int, count: int, dimensions: int, total: int) -> Floats:
        """Return the uniform numbers of some runs; see :meth:`~lunarsim.campaign.Sampling.uniforms`."""
        _check(seed, first, count, dimensions, total)
        blocks = -(-dimensions // _WORDS_PER_COUNTER)
        words = np.empty((count, blocks * _WORDS_PER_COUNTER), dtype=np.uint64)
        for block in range(blocks):  # the counter's low half counts runs, its high half counts fours of dimensions
            generator = np.random.Philox(key=seed, counter=first + (block << 128))
            drawn = generator.random_raw(count * _WORDS_PER_COUNTER).reshape(count, _WORDS_PER_COUNTER)
            words[:, block * _WORDS_PER_COUNTER : (block + 1) * _WORDS_PER_COUNTER] = drawn
        cells = (words[:, :dimensions] >> np.uint64(12)).astype(np.float64)
        return (cells + 0.5) * 2.0**-52  # the middles of 2**52 cells

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {"sampling": "monte carlo", "generator": "philox 4x64"}


@checked
@dataclass(frozen=True)
class LatinHypercube:
    """A Latin hypercube (McKay et al. 1979), by ``scipy.stats.qmc``: each dimension has a cell for each run.

    A run follows from the seed, its index *and the number of runs*: a campaign of 2,000 runs does not begin with
    that of 1,000. The hypercube is made whole and kept in memory, 8 bytes for each run and dimension and three times
    this while it is made; at most 2**27 numbers in all. For more runs take :class:`Sobol` or :class:`MonteCarlo`.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> thrust = {"craft.engine.thrust": ls.Normal(265 * u.N, 2 * u.N)}
    >>> campaign = ls.Campaign(scenario, thrust, ls.LatinHypercube())
    """

    def uniforms(self, seed: int, first: int, count: int, dimensions: int, total: int) -> Floats:
        """Return the uniform numbers of some runs; see :meth:`~lunarsim.campaign.Sampling.uniforms`."""
        _check(seed, first, count, dimensions, total)
        if total * dimensions > _LATIN_CELLS:
            raise InputError(
                f"a Latin hypercube of {total} runs in {dimensions} dimensions has {total * dimensions} numbers and is "
                f"kept in memory: expected at most {_LATIN_CELLS}. Take Sobol() or MonteCarlo()"
            )
        with _ONE_HYPERCUBE:
            return _hypercube(seed, dimensions, total)[first : first + count].copy()

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {"sampling": "latin hypercube", "generator": "philox 4x64"}


@checked
@dataclass(frozen=True)
class Sobol:
    """A scrambled Sobol sequence (Owen 1998; Joe and Kuo 2008), by ``scipy.stats.qmc``: even in all dimensions.

    Choose a power of 2 for the number of runs: 1024, 4096, 65536. Only then is the sequence balanced; other numbers
    work, but the last, incomplete part of it adds its own error. A run does not depend on the number of runs, so a
    campaign can be lengthened to the next power of 2. At most 2**32 runs, and as many different numbers in each
    dimension.

    To reach run ``i``, a thread steps over those before it, which takes about 1 s for 10**8 runs of 12 dimensions. A
    thread that asks for increasing runs steps over each of them once.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> thrust = {"craft.engine.thrust": ls.Normal(265 * u.N, 2 * u.N)}
    >>> campaign = ls.Campaign(scenario, thrust, ls.Sobol())
    """

    def uniforms(self, seed: int, first: int, count: int, dimensions: int, total: int) -> Floats:
        """Return the uniform numbers of some runs; see :meth:`~lunarsim.campaign.Sampling.uniforms`."""
        _check(seed, first, count, dimensions, total)
        if total > 2**_SOBOL_BITS or dimensions > _SOBOL_DIMENSIONS:
            raise InputError(
                f"a Sobol sequence for {total} runs in {dimensions} dimensions: expected at most 2**{_SOBOL_BITS} "
                f"runs in {_SOBOL_DIMENSIONS} dimensions. Take MonteCarlo()"
            )
        return _SEQUENCE.points(seed, first, count, dimensions) + 2.0 ** -(_SOBOL_BITS + 1)  # the middles of cells

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {"sampling": "sobol", "scrambling": "philox 4x64", "bits": _SOBOL_BITS}


def _check(seed: int, first: int, count: int, dimensions: int, total: int) -> None:
    for name, value, low, high in (
        ("seed", seed, 0, 2**64 - 1),
        ("total", total, 1, 2**63 - 1),
        ("dimensions", dimensions, 1, 2**32),
        ("first", first, 0, total),
        ("count", count, 0, total - first),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not low <= value <= high:
            raise InputError(f"{name} = {value!r}: expected a whole number from {low} to {high}")


def _generator(seed: int, stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(int(seed), spawn_key=(stream,))))


def _seeded(engine: Any, seed: int, stream: int) -> dict[str, np.random.Generator]:
    """Return the argument that hands a generator to an engine; ``seed`` became ``rng`` in scipy 1.15."""
    name = "rng" if "rng" in inspect.signature(engine).parameters else "seed"
    return {name: _generator(seed, stream)}


_ONE_HYPERCUBE = threading.Lock()  # threads that ask at the same time wait for one, and do not make one each


@lru_cache(maxsize=1)
def _hypercube(seed: int, dimensions: int, total: int) -> Floats:
    """Return a whole Latin hypercube; the last one is kept, for chunk after chunk asks for it."""
    engine = qmc.LatinHypercube(dimensions, **_seeded(qmc.LatinHypercube, seed, _LATIN_STREAM))
    points: Floats = engine.random(total)
    return np.minimum(points, _LAST_BELOW_ONE, out=points)  # scipy's lie above 0, and up to 1


class _Sequence(threading.local):
    """The Sobol sequence that a thread last drew from, and where it stands."""

    def __init__(self) -> None:
        self.key: tuple[int, int] | None = None
        self.at = 0
        self.engine: Any = None

    def points(self, seed: int, first: int, count: int, dimensions: int) -> Floats:
        """Return points ``first`` to ``first + count - 1``, in [0, 1)."""
        if self.key != (seed, dimensions) or self.at > first:
            self.engine = qmc.Sobol(dimensions, bits=_SOBOL_BITS, **_seeded(qmc.Sobol, seed, _SOBOL_STREAM))
            self.key, self.at = (seed, dimensions), 0
        self._step_over(first - self.at)
        parts = [np.empty((0, dimensions))]
        if count and self.at == 0:
            parts.append(self._draw(1))  # scipy warns of a first draw that is no power of 2
        parts.append(self._draw(first + count - self.at))
        return np.concatenate(parts)

    def _step_over(self, count: int) -> None:
        if count:
            self.engine.fast_forward(count)
            self.at += count

    def _draw(self, count: int) -> Floats:
        points: Floats = self.engine.random(count) if count else np.empty((0, self.engine.d))
        self.at += count
        return points


_SEQUENCE = _Sequence()
