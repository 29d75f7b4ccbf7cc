"""The inputs of a campaign as coordinates of polynomials, and what of them switches something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import qmc

from lunarsim.campaign.executors.flying import Flying, Group
from lunarsim.campaign.expansion.levels import Levels, drawn_where, levels_of, probability_on
from lunarsim.campaign.inputs.distributions import Distribution, JointNormal, Normal, Uniform
from lunarsim.campaign.inputs.paths import is_fault
from lunarsim.declarations import Switch
from lunarsim.errors import InputError

Table = NDArray[np.float64]
Keys = NDArray[np.int64]

_PROBES = 4096  # uniform numbers at which a distribution of a continuum is asked for its scale
_NEAR = 0.05  # of the range of the training runs: so far beyond goes their box, of coordinates with ends
_ROUNDING = 1e-9  # of coordinates, which are of the order of one
_MOST_KEYS = 16  # combinations of switches that are trained, the most probable first
_NEGLIGIBLE = 1e-9  # of a variance: what scatters less follows from the others
_SMALLEST = 1e-12  # uniform numbers of a widened design keep so far from 0 and 1
_WIDER = 1.25  # how far beyond the range of the training runs their box goes, of coordinates without ends


@dataclass(frozen=True, eq=False)
class _Part:
    """One distribution: the place of its uniform numbers, and its coordinates."""

    names: Group
    distribution: Distribution
    first: int  #: of its uniform numbers
    switches: bool  #: whether its values switch something, and are no coordinates
    mean: Table
    axes: Table  #: what makes coordinates of the values less their mean, shape (size, coordinates)
    levels: Levels | None = None  #: its values, where it has but some

    @property
    def unbounded(self) -> bool:
        """Whether its uniform numbers become standard normal ones."""
        return isinstance(self.distribution, Normal | JointNormal)

    @property
    def last(self) -> int:
        return self.first + self.distribution.draws

    @property
    def size(self) -> int:
        """How many coordinates it has."""
        if self.switches:
            return 0
        return self.distribution.draws if self.unbounded else self.axes.shape[1]

    @property
    def power(self) -> int:
        """The highest power of its coordinates that its values can tell from lower ones."""
        return 99 if self.levels is None else min(len(np.unique(self.levels.values, axis=0)) - 1, 99)

    def of(self, uniforms: Table) -> Table:
        """Return its coordinates, shape (n, size), for the uniform numbers of runs."""
        own = uniforms[:, self.first : self.last]
        if self.unbounded:
            standard: Table = special.ndtri(own)
            return standard
        if isinstance(self.distribution, Uniform):
            return 2.0 * own - 1.0
        return np.asarray((self.distribution.values(own) - self.mean) @ self.axes)


@dataclass(frozen=True, eq=False)
class Coordinates:
    """The coordinates of a campaign's inputs.

    A value that is normally distributed, alone or with others, has the standard normal number that it is made of; any
    other its distance from the middle, in standard deviations or half ranges. A fault, and whatever else is there or
    not, is no coordinate: runs with each combination of these have expansions of their own, by a key.

    Attributes
    ----------
    work : Flying
        The work of the campaign.
    """

    work: Flying

    @cached_property
    def parts(self) -> tuple[_Part, ...]:
        """The distributions, in the order of their uniform numbers."""
        made, at = [], 0
        for names, distribution in self.work.groups:
            made.append(_part(self.work, names, distribution, at))
            at += distribution.draws
        return tuple(made)

    @property
    def size(self) -> int:
        """How many coordinates there are."""
        return sum(part.size for part in self.parts)

    @property
    def powers(self) -> tuple[int, ...]:
        """The highest power of each coordinate that its different values can tell from lower ones."""
        return tuple(part.power for part in self.parts for _ in range(part.size))

    @property
    def unbounded(self) -> NDArray[np.bool_]:
        """Which coordinates have no ends."""
        return np.array([part.unbounded for part in self.parts for _ in range(part.size)], dtype=bool)

    def of(self, uniforms: Table) -> Table:
        """Return the coordinates of runs, shape (n, size)."""
        return np.concatenate([np.empty((len(uniforms), 0)), *(part.of(uniforms) for part in self.parts)], axis=1)

    @property
    def switches(self) -> tuple[str, ...]:
        """The paths that switch something."""
        return tuple(part.names[0] for part in self.parts if part.switches)

    def keys(self, uniforms: Table) -> Keys:
        """Return a number for each run that says which switches are on, the first by its lowest bit."""
        found = np.zeros(len(uniforms), dtype=np.int64)
        for k, part in enumerate(part for part in self.parts if part.switches):
            on = part.distribution.values(uniforms[:, part.first : part.last])[:, 0] != 0.0
            found |= on.astype(np.int64) << k
        return found

    def likeliest_keys(self) -> list[tuple[int, float]]:
        """Return the keys that can occur and their probabilities, the likeliest first, as many as are trained."""
        found = [(0, 1.0)]
        for k, part in enumerate(part for part in self.parts if part.switches):
            on = probability_on(part.distribution)
            further = [(key | (bit << k), p * own) for key, p in found for bit, own in ((0, 1.0 - on), (1, on))]
            possible = sorted((each for each in further if each[1] > 0.0), key=lambda each: (-each[1], each[0]))
            found = possible[:_MOST_KEYS]  # one that is not among the likeliest does not become so by further switches
        return found

    @property
    def choices(self) -> int:
        """How many choices of the switches can occur."""
        on = [probability_on(part.distribution) for part in self.parts if part.switches]
        return 1 << sum(0.0 < p < 1.0 for p in on)

    def probability_of(self, key: int) -> float:
        """Return how probable a key is."""
        on = [probability_on(part.distribution) for part in self.parts if part.switches]
        return float(np.prod([p if key >> k & 1 else 1.0 - p for k, p in enumerate(on)]))

    def free(self) -> NDArray[np.int64]:
        """Return which uniform numbers belong to no switch."""
        switched = {part.first for part in self.parts if part.switches}
        return np.array([k for k in range(self.work.dimensions) if k not in switched], dtype=np.int64)

    def redrawn(self, uniforms: Table, key: int) -> Table:
        """Return uniform numbers of which those of the switches are drawn anew among those that lead to a key."""
        turned = uniforms.copy()
        for k, part in enumerate(part for part in self.parts if part.switches):
            on = bool(key >> k & 1)
            turned[:, part.first] = drawn_where(part.distribution, on, uniforms[:, part.first])
        return turned

    def design(self, key: int, count: int, spread: float, seed: int) -> Iterator[Table]:
        """Give the uniform numbers of training runs with a key, batch by batch: a scrambled Sobol sequence.

        Standard normal numbers are ``spread`` times as wide as the campaign's, for the tails to be within the range.
        Of listed values the seldom ones are as frequent as the others.
        """
        dimensions = self.work.dimensions
        engine = qmc.Sobol(dimensions, rng=np.random.default_rng((seed, key)))
        while True:
            drawn = np.clip(engine.random(1 << max(count - 1, 0).bit_length())[:count], _SMALLEST, 1.0 - _SMALLEST)
            for part in self.parts:
                own = drawn[:, part.first : part.last]
                if part.levels is not None:
                    scaled = len(part.levels.values) * own[:, 0]
                    which = np.minimum(scaled.astype(np.int64), len(part.levels.values) - 1)
                    own[:, 0] = part.levels.uniforms(which, scaled - which)
                if part.unbounded:
                    own[:] = np.clip(special.ndtr(spread * special.ndtri(own)), _SMALLEST, 1.0 - _SMALLEST)
            yield self.with_key(drawn, key)

    def with_key(self, uniforms: Table, key: int) -> Table:
        """Return uniform numbers of which the switches are as a key says."""
        turned = uniforms.copy()
        for k, part in enumerate(part for part in self.parts if part.switches):
            turned[:, part.first] = drawn_where(part.distribution, bool(key >> k & 1), np.array([0.5]))
        return turned

    def box(self, coordinates: Table) -> tuple[Table, Table]:
        """Return the region that training runs speak for: their range, and a little more.

        That is more where a coordinate has no end. A value that none of them had, and that is not between theirs, does
        not belong to it.
        """
        if not coordinates.size:
            return coordinates.min(axis=0), coordinates.max(axis=0)
        unbounded, low, high = self.unbounded, coordinates.min(axis=0), coordinates.max(axis=0)
        near = _NEAR * (high - low) + _ROUNDING
        return np.where(unbounded, _WIDER * low, low - near), np.where(unbounded, _WIDER * high, high + near)


def _part(work: Flying, names: Group, distribution: Distribution, first: int) -> _Part:
    paths = [work.inputs[name] for name in names]
    if any(path.is_seed for path in paths):
        raise InputError(
            f"'{names[0]}' is the seed of noise, of which the end is no polynomial: take it out of the dispersions "
            "(with_dispersions), or fly the campaign by run()"
        )
    pairs = zip(names, paths, strict=True)
    switches = [is_fault(name) or isinstance(path.declaration, Switch) for name, path in pairs]
    if any(switches) and len(names) > 1:
        raise InputError(
            f"{', '.join(names)}: a value that is on or off is drawn together with others, and cannot be expanded: "
            "give it a distribution of its own, or fly the campaign by run()"
        )
    nothing = np.empty((distribution.size, 0))
    if any(switches):
        return _Part(names, distribution, first, True, np.zeros(1), nothing)
    if isinstance(distribution, Normal | JointNormal | Uniform):
        axes = np.empty((1, 1)) if isinstance(distribution, Uniform) else nothing
        return _Part(names, distribution, first, False, np.zeros(1), axes)
    levels = levels_of(distribution)
    mean, axes = _whitened(distribution.values(_probes(distribution)) if levels is None else levels.values)
    return _Part(names, distribution, first, False, mean, axes, levels)


def _whitened(values: Table) -> tuple[Table, Table]:
    """Return the mean of values and the axes along which they scatter by one, those that follow from others left out.

    Their own scales first, so that metres and radians count alike.
    """
    mean, scale = values.mean(axis=0), values.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    scaled = (values - mean) / scale
    variances, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    kept = variances > _NEGLIGIBLE
    return mean, axes[:, kept] / np.sqrt(variances[kept]) / scale[:, np.newaxis]


def _probes(distribution: Any) -> Table:
    """Return evenly spread uniform numbers, those of a distribution that takes several by a Sobol sequence."""
    if distribution.draws == 1:
        return ((np.arange(_PROBES) + 0.5) / _PROBES)[:, np.newaxis]
    drawn: Table = qmc.Sobol(distribution.draws, rng=np.random.default_rng(0)).random(_PROBES)
    return np.clip(drawn, _SMALLEST, 1.0 - _SMALLEST)
