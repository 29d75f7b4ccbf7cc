"""Polynomials in several coordinates: their monomials, fitted by least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from lunarsim.kernels.numerics.polynomials import GROUP, evaluate_polynomials

Table = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Basis:
    """Monomials, each the product of an earlier one and a coordinate.

    Attributes
    ----------
    parents, factors : tuple of int
        Of each monomial after the first, which is one: the monomial and the coordinate that it is the product of.
    orders : ndarray of int
        The total order of each monomial.
    kept : ndarray of int
        Which monomials the polynomial has; the others are only made on the way.
    """

    parents: tuple[int, ...]
    factors: tuple[int, ...]
    orders: NDArray[np.int64]
    kept: NDArray[np.int64]

    @classmethod
    def total(cls, size: int, order: int, powers: Sequence[int]) -> Basis:
        """Return all monomials up to a total order, of each coordinate up to a power."""
        parents, factors, last = [], [], [0]
        orders, exponents, level = [0], [np.zeros(size, dtype=int)], [0]
        for k in range(1, order + 1):
            grown = []
            for parent in level:
                for factor in range(last[parent], size):
                    if exponents[parent][factor] < powers[factor]:
                        grown.append(len(orders))
                        parents.append(parent)
                        factors.append(factor)
                        orders.append(k)
                        last.append(factor)
                        raised = exponents[parent].copy()
                        raised[factor] += 1
                        exponents.append(raised)
            level = grown
        return cls(tuple(parents), tuple(factors), np.array(orders), np.arange(len(orders)))

    @property
    def count(self) -> int:
        """How many monomials are kept."""
        return self.kept.size

    @cached_property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Parents, factors and what is kept, as the kernel takes them."""
        return np.array(self.parents, np.int64), np.array(self.factors, np.int64), self.kept.astype(np.int64)

    def only(self, chosen: NDArray[np.int64]) -> Basis:
        """Return the monomials at some places among those kept, and what they are made of."""
        wanted = self.kept[chosen]
        needed, stack = set(wanted.tolist()) | {0}, wanted.tolist()
        while stack:
            k = stack.pop()
            if k > 0 and (parent := self.parents[k - 1]) not in needed:
                needed.add(parent)
                stack.append(parent)
        every = sorted(needed)
        place = {k: i for i, k in enumerate(every)}
        return Basis(
            tuple(place[self.parents[k - 1]] for k in every[1:]),
            tuple(self.factors[k - 1] for k in every[1:]),
            self.orders[every],
            np.array([place[k] for k in wanted.tolist()]),
        )

    def monomials(self, coordinates: Table) -> Table:
        """Return the monomials that are kept, shape (count, n)."""
        made = np.empty((len(self.orders), len(coordinates)))
        columns = np.ascontiguousarray(coordinates.T)
        made[0] = 1.0
        for k, (parent, factor) in enumerate(zip(self.parents, self.factors, strict=True), start=1):
            np.multiply(made[parent], columns[factor], out=made[k])
        return made if self.kept.size == len(made) else made[self.kept]


@dataclass(frozen=True, eq=False)
class Polynomials:
    """Several polynomials in the same monomials.

    Attributes
    ----------
    basis : Basis
        The monomials.
    coefficients : ndarray, shape (polynomials, monomials)
        Their factors.
    """

    basis: Basis
    coefficients: Table

    def at(self, coordinates: Table) -> Table:
        """Return the values at n places, shape (n, polynomials)."""
        found = np.empty((len(coordinates), len(self.coefficients)))
        evaluate_polynomials(*self.basis.arrays, self._in_groups, np.ascontiguousarray(coordinates), found)
        return found

    @cached_property
    def _in_groups(self) -> Table:
        """The coefficients, and zeros to a whole number of groups."""
        return np.pad(self.coefficients, ((0, -len(self.coefficients) % GROUP), (0, 0)))

    def highest_order(self) -> Polynomials:
        """Return the part of the highest order alone."""
        orders = self.basis.orders[self.basis.kept]
        return Polynomials(self.basis, np.where(orders == orders.max(), self.coefficients, 0.0))


@dataclass(frozen=True, eq=False)
class Fit:
    """Polynomials and how far they are from what they were fitted to.

    Attributes
    ----------
    polynomials : Polynomials
        The fit.
    left_out : ndarray, shape (n, polynomials)
        The error at each place of a fit to all others: the residual over one minus the leverage (Allen 1974,
        doi:10.1080/00401706.1974.10489157).
    """

    polynomials: Polynomials
    left_out: Table


def fit(basis: Basis, coordinates: Table, values: Table, negligible: Table) -> Fit:
    """Return the least-squares polynomials through values at n places, without the terms that make no difference.

    Parameters
    ----------
    basis : Basis
        The monomials that may be there.
    coordinates : ndarray, shape (n, size)
        The places; more of them than monomials.
    values : ndarray, shape (n, polynomials)
        What is fitted.
    negligible : ndarray, shape (polynomials,)
        A term is left out whose root mean square over the places is below this in all polynomials.
    """
    monomials = basis.monomials(coordinates)
    whole = scipy.linalg.lstsq(monomials.T, values, lapack_driver="gelsd")[0]
    sizes = np.sqrt(np.mean(monomials**2, axis=1))[:, np.newaxis] * np.abs(whole)
    kept = np.flatnonzero(np.any(sizes > negligible, axis=1) | (basis.orders[basis.kept] < 2))
    smaller = basis.only(kept)
    q, r = np.linalg.qr(monomials[kept].T)
    coefficients = np.linalg.lstsq(r, q.T @ values, rcond=None)[0]
    residuals = values - monomials[kept].T @ coefficients
    leverage = np.sum(q * q, axis=1)
    return Fit(Polynomials(smaller, coefficients.T), residuals / np.maximum(1.0 - leverage, 1e-3)[:, np.newaxis])
