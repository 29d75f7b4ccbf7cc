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
_WIDTHS = ((0.6, 1.2), (0.3, 2.5))  # shares, and how many times the variance of the samples: the second for its tails
_SAMPLES_PER_ELEMENT = 10  # of a covariance: a cluster with fewer has none of its own
_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True, eq=False)
class NormalMixture:
    """A mixture of normal distributions: some about clusters of samples, and the standard one.

    It is a density for importance sampling where the samples are those of an event (defensive mixture: Hesterberg
    1995, doi:10.1080/00401706.1995.10484303). What few samples say of their mean and covariance is drawn towards the
    standard distribution, which they have in all directions that do not matter to the event.

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
        means, factors, shares = [np.zeros(dimensions)], [np.eye(dimensions)], [_PLAIN]
        for own in _clusters(samples, seed):
            mean, covariance = _shrunk(own)
            for share, width in _WIDTHS:
                means.append(mean)
                widened = width * covariance + _LEAST_VARIANCE * np.eye(dimensions)
                factors.append(np.asarray(np.linalg.cholesky(widened), dtype=np.float64))
                shares.append(share * len(own) / len(samples))
        return cls(np.array(means), np.array(factors), np.array(shares))

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


def _clusters(samples: Table, seed: int) -> list[Table]:
    """Return the samples in clusters: those that are large enough to have a shape, and all others together."""
    enough = _SAMPLES_PER_ELEMENT * max(samples.shape[1], 3) ** 2
    if not samples.size or len(samples) < _CLUSTERS * enough:
        return [samples]
    _, labels = scipy.cluster.vq.kmeans2(samples, _CLUSTERS, minit="++", rng=np.random.default_rng(seed))
    counts = np.bincount(labels, minlength=_CLUSTERS)
    parts = [samples[labels == k] for k in np.flatnonzero(counts >= enough)]
    others = samples[counts[labels] < enough]
    return [part for part in (*parts, others) if len(part)]


def _shrunk(samples: Table) -> tuple[Table, Table]:
    """Return the mean and the covariance of samples, drawn towards 0 and 1 as far as these few do not know better.

    The mean by the factor of James and Stein (1961); the covariance as if there were as many further samples of the
    standard distribution as it has elements.
    """
    count, dimensions = samples.shape
    mean = samples.mean(axis=0)
    mean = mean * max(0.0, 1.0 - dimensions / (count * max(float(mean @ mean), 1e-300)))
    about = samples - mean
    further = dimensions * (dimensions + 1) / 2
    return mean, (about.T @ about + further * np.eye(dimensions)) / (count + further)


def log_standard(places: Table) -> Table:
    """Return the logarithm of the standard normal density at places, shape (n, dimensions)."""
    return np.asarray(-0.5 * np.sum(places * places, axis=1) - 0.5 * places.shape[1] * np.log(2.0 * np.pi))
