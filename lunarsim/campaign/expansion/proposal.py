"""Where runs are drawn to confirm the probability of an event: as runs with the event are, switches and all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.statistics.mixture import NormalMixture, log_standard

Table = NDArray[np.float64]

PLAIN = 0.1  # share of the campaign itself: no weight is above its inverse


@dataclass(frozen=True, eq=False)
class Proposal:
    """A distribution of runs about samples of an event.

    Switches are drawn as often together as the samples have them; for each choice of them, what is no switch is drawn
    from normal distributions about the samples with that choice. A share is of the campaign itself.

    Attributes
    ----------
    coordinates : Coordinates
        Of the campaign.
    keys : tuple of int
        The choices of the switches, by the samples.
    shares : ndarray, shape (keys,)
        How often each is drawn.
    mixtures : tuple of NormalMixture
        Of each, in the numbers that are no switches.
    """

    coordinates: Coordinates
    keys: tuple[int, ...]
    shares: Table
    mixtures: tuple[NormalMixture, ...]

    @classmethod
    def about(cls, coordinates: Coordinates, samples: Table, *, seed: int) -> Proposal:
        """Return the distribution about samples, standard normal numbers of shape (n, dimensions)."""
        of_samples = coordinates.keys(inside(special.ndtr(samples)))
        keys, counts = np.unique(of_samples, return_counts=True)
        free = coordinates.free()
        mixtures = tuple(NormalMixture.about(samples[of_samples == key][:, free], seed=seed) for key in keys)
        return cls(coordinates, tuple(keys.tolist()), (1.0 - PLAIN) * counts / counts.sum(), mixtures)

    def draw(self, count: int, *, seed: int) -> Table:
        """Return the uniform numbers of runs, shape (count, dimensions)."""
        generator = np.random.default_rng(seed)
        free = self.coordinates.free()
        uniforms = inside(generator.random((count, self.coordinates.work.dimensions)))
        which = generator.choice(len(self.keys) + 1, size=count, p=[*self.shares, 1.0 - self.shares.sum()])
        for k, (key, mixture) in enumerate(zip(self.keys, self.mixtures, strict=True)):
            mine = np.flatnonzero(which == k)
            own = self.coordinates.redrawn(uniforms[mine], key)
            own[:, free] = inside(special.ndtr(mixture.draw(mine.size, seed=int(generator.integers(2**63)))))
            uniforms[mine] = own
        return uniforms

    def weights(self, uniforms: Table) -> Table:
        """Return how much more frequent runs are in the campaign than in this distribution, shape (n,)."""
        normals = special.ndtri(uniforms)[:, self.coordinates.free()]
        keys, plain = self.coordinates.keys(uniforms), log_standard(normals)
        more = np.full(len(uniforms), PLAIN)
        for key, share, mixture in zip(self.keys, self.shares, self.mixtures, strict=True):
            mine = np.flatnonzero(keys == key)
            ratio = np.exp(np.minimum(mixture.log_density(normals[mine]) - plain[mine], 700.0))
            more[mine] += share / self.coordinates.probability_of(key) * ratio
        return np.asarray(1.0 / more)


def inside(uniforms: Table) -> Table:
    """Return uniform numbers that are neither 0 nor 1."""
    return np.clip(uniforms, 2.0**-53, 1.0 - 2.0**-53)
