"""Normal distributions about samples of an event, from which runs are drawn that speak of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import special

Table = NDArray[np.float64]

_CLUSTERS = 3
_PLAIN = 0.1  # share of the standard normal distribution itself: no weight is above its inverse
_WIDER = 1.2  # times the variance of the samples: the weights have a finite variance
_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True, eq=False)
class NormalMixture:
    """A mixture of normal distributions: some about clusters of samples, and the standard one.

    It is a density for importance sampling where the samples are those of an event (defensive mixture: Hesterberg
    1995, doi:10.1080/00401706.1995.10484303).

    Attributes
    ----------
    means : ndarray, shape (k, dimensions)
        Of each.
    factors : ndarray, shape (k, dimensions, dimensions)
        Lower Cholesky factors of the covariances.
    shares : ndarray, shape (k,)
        How much of the mixture each is, together 1.
    """

    means: Table
    factors: Table
    shares: Table

    @classmethod
    def about(cls, samples: Table, *, seed: int) -> NormalMixture:
        """Return the mixture about samples, shape (n, dimensions)."""
        dimensions = samples.shape[1]
        _, labels = scipy.cluster.vq.kmeans2(samples, _CLUSTERS, minit="++", rng=np.random.default_rng(seed))
        means: list[Table] = [np.zeros(dimensions)]
        factors: list[Table] = [np.eye(dimensions)]
        counts: list[int] = []
        for k in range(_CLUSTERS):
            own = samples[labels == k]
            if len(own) > 2 * dimensions:
                covariance = _WIDER * np.cov(own, rowvar=False).reshape(dimensions, dimensions)
                covariance += _LEAST_VARIANCE * np.eye(dimensions)
                means.append(own.mean(axis=0))
                factors.append(np.asarray(np.linalg.cholesky(covariance), dtype=np.float64))
                counts.append(len(own))
        if not counts:  # few: one about all of them, round
            means.append(samples.mean(axis=0))
            factors.append(np.eye(dimensions))
            counts.append(len(samples))
        shares = np.array([_PLAIN, *((1.0 - _PLAIN) * np.array(counts) / sum(counts))])
        return cls(np.array(means), np.array(factors), shares)

    def draw(self, count: int, *, seed: int) -> Table:
        """Return samples of the mixture, shape (count, dimensions)."""
        generator = np.random.default_rng(seed)
        which = generator.choice(len(self.shares), size=count, p=self.shares)
        standard = generator.standard_normal((count, self.means.shape[1]))
        return np.asarray(self.means[which] + np.einsum("nij,nj->ni", self.factors[which], standard))

    def log_density(self, places: Table) -> Table:
        """Return the logarithm of the density at places, shape (n, dimensions)."""
        each = []
        for mean, factor, share in zip(self.means, self.factors, self.shares, strict=True):
            standard = scipy.linalg.solve_triangular(factor, (places - mean).T, lower=True).T
            each.append(np.log(share) + log_standard(standard) - np.sum(np.log(np.diag(factor))))
        return np.asarray(special.logsumexp(each, axis=0))


def log_standard(places: Table) -> Table:
    """Return the logarithm of the standard normal density at places, shape (n, dimensions)."""
    return np.asarray(-0.5 * np.sum(places * places, axis=1) - 0.5 * places.shape[1] * np.log(2.0 * np.pi))
