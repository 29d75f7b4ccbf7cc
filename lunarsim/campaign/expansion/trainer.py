"""What trains the branches of an expansion: flies the runs of a key, parts them by how their burns end, and fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.expansion.branch import DECIDED, OF_BURN, Branch, Ends
from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.campaign.expansion.error_scale import (
    ErrorScale,
    conformal_factor,
    features,
    fitted_weights,
    scale_m,
)
from lunarsim.campaign.expansion.flights import Flights, paths_of, positions
from lunarsim.campaign.expansion.options import Options
from lunarsim.campaign.expansion.polynomial import Basis, Fit, Polynomials, fit
from lunarsim.campaign.outcome import CUTOFFS
from lunarsim.kernels.codes import COAST, SOUND

Table = NDArray[np.float64]

_BATCHES = 4  # of training runs, at most, until each frequent branch has enough
_FREQUENT = 0.05  # share of the runs of a key
_NEGLIGIBLE = 1e-6  # of the tolerance; and of the scatter of what is no position
_PATH_ACCURACY = 1e-4  # of the tolerance, at most 1 mm
_SLACK = 4.0  # root mean squares of the errors of what ends a burn
_LEAST_SLACK = (1e-6, 1e-6, 1e-6)  # s, m/s, kg


class Trainer:
    """Trains the branches of one key after the other, and keeps account of it."""

    def __init__(self, work: Flying, coordinates: Coordinates, basis: Basis, options: Options, needed: int) -> None:
        self.work, self.coordinates, self.basis, self.options, self.needed = work, coordinates, basis, options, needed
        self.exact: list[tuple[str, str]] = []
        self.flights = 0

    def branches(self, key: int) -> Iterator[Branch]:
        """Give the branches of runs with a key that can be expanded."""
        trained, held_out = self._flown(key), self._held_out(key)
        failed = int(np.count_nonzero(trained.results.runs["failure"] != SOUND))
        if failed:
            self.exact.append((self._named(key), f"{failed} of {trained.count} training runs could not be flown"))
            return
        for cutoffs in np.unique(trained.cutoffs, axis=0):
            own = trained.some(np.flatnonzero(np.all(trained.cutoffs == cutoffs, axis=1)))
            name = self._named(key, cutoffs)
            if not set(cutoffs.tolist()) <= set(DECIDED):
                self.exact.append((name, "how a burn ends there is not decided by timer, delta-v or propellant"))
            elif own.count < self.needed:
                few = f"only {own.count} training runs, of {self.needed} that it takes"
                self.exact.append((name, few))
            else:
                others = held_out.some(np.flatnonzero(np.all(held_out.cutoffs == cutoffs, axis=1)))
                branch = self._branch(key, tuple(cutoffs.tolist()), own, others)
                if branch.ground is not None or branch.space is not None:
                    yield branch

    def _flown(self, key: int) -> Flights:
        """Return the training runs of a key: more batches of them where a frequent branch has too few."""
        batches: list[Table] = []
        design = self.coordinates.design(key, self.options.training, self.options.spread, self.options.seed)
        while True:
            batches.append(next(design))
            flights = Flights.of(self.work, np.concatenate(batches))
            self.flights += flights.count
            _, counts = np.unique(flights.cutoffs, axis=0, return_counts=True)
            frequent = counts[counts > _FREQUENT * flights.count]
            if frequent.min() >= min(self.options.training, 2 * self.needed) or len(batches) == _BATCHES:
                return flights

    def _held_out(self, key: int) -> Flights:
        """Return runs of a key that scatter as the campaign does, which no polynomial sees."""
        generator = np.random.default_rng((self.options.seed, key, 1))
        uniforms = generator.uniform(1e-15, 1.0 - 1e-15, (self.options.calibration, self.work.dimensions))
        self.flights += self.options.calibration
        return Flights.of(self.work, self.coordinates.with_key(uniforms, key))

    def _branch(self, key: int, cutoffs: tuple[int, ...], trained: Flights, held_out: Flights) -> Branch:
        ground = space = None
        aloft = trained.some(np.flatnonzero(~trained.on_ground))
        name = self._named(key, np.array(cutoffs))
        if trained.on_ground.any():
            ground = self._on_ground(name, trained, held_out.some(np.flatnonzero(held_out.on_ground)))
        if aloft.count >= self.needed:
            space = self._in_space(name, aloft, held_out.some(np.flatnonzero(~held_out.on_ground)))
        elif aloft.count:
            self.exact.append((f"{name}, not on the ground", f"only {aloft.count} training runs"))
        slack = self._slack(len(cutoffs), trained, ground or space)
        return Branch(key, cutoffs, ground, space, slack, trained.some(np.arange(1)).drawn)

    def _on_ground(self, name: str, trained: Flights, held_out: Flights) -> Ends | None:
        """Return the expansion of paths to the ground."""
        if self.work.rows.plan.kinds[-1] != COAST:
            self.exact.append((f"{name}, on the ground", "the plan does not end with a coast"))
            return None
        paths = paths_of(trained, min(_PATH_ACCURACY * self.options.tolerance_m, 1e-3))
        if isinstance(paths, str):
            self.exact.append((f"{name}, on the ground", paths))
            return None
        self.flights += trained.count * (paths.series.shape[2] + 1)
        window_s, terms = (paths.start_s, paths.length_s), paths.series.shape[2]
        middle = np.cos(np.arange(terms) * np.pi / 2.0)
        times_s = np.where(trained.on_ground, trained.ends_s, paths.start_s + 0.5 * paths.length_s)
        times_s = np.clip(times_s, paths.start_s, paths.start_s + paths.length_s)
        values = np.concatenate([trained.numbers, paths.series.reshape(-1, 3 * terms)], axis=1)
        numbers = trained.numbers.shape[1]

        def position(rows: Table, at_s: Table) -> Table:
            return positions(rows[:, numbers : numbers + 3 * terms].reshape(-1, 3, terms), window_s, at_s)

        def on_way(polynomials: Polynomials) -> Table:
            return np.tensordot(polynomials.coefficients[numbers:].reshape(3, terms, -1), middle, axes=(1, 0))

        fitted, polynomials = self._fitted(trained, values, numbers, on_way)
        inside = (held_out.ends_s >= window_s[0]) & (held_out.ends_s <= sum(window_s))
        held_out = held_out.some(np.flatnonzero(inside))
        missed = position(polynomials.at(self._of(held_out)), held_out.ends_s) - held_out.states[:, :3]
        left_out = position(fitted.left_out, times_s)
        error = self._error(polynomials, trained, _length(left_out), held_out, _length(missed))
        through = position(values, times_s)
        too_high_m = trained.clearances_m(through - left_out, times_s)
        too_high_m[~trained.on_ground] = _along(left_out, through)[~trained.on_ground]
        held_too_high_m = held_out.clearances_m(held_out.states[:, :3] + missed, held_out.ends_s)
        in_height = self._error(polynomials, trained, np.abs(too_high_m), held_out, np.abs(held_too_high_m))
        if not np.isfinite(error.factor + in_height.factor):
            self.exact.append((f"{name}, on the ground", f"only {held_out.count} runs to hold the error estimate to"))
            return None
        return Ends(polynomials, error, in_height, *self.coordinates.box(self._of(trained)), window_s, terms)

    def _in_space(self, name: str, trained: Flights, held_out: Flights) -> Ends | None:
        """Return the expansion of ends in space."""
        values = np.concatenate([trained.numbers, trained.ends_s[:, np.newaxis], trained.states], axis=1)
        numbers = trained.numbers.shape[1]

        def at_end(polynomials: Polynomials) -> Table:
            return polynomials.coefficients[numbers + 1 : numbers + 4]

        fitted, polynomials = self._fitted(trained, values, numbers, at_end)
        ends = slice(numbers + 1, numbers + 4)
        missed = polynomials.at(self._of(held_out))[:, ends] - held_out.states[:, :3]
        left_out = fitted.left_out[:, ends]
        error = self._error(polynomials, trained, _length(left_out), held_out, _length(missed))
        if not np.isfinite(error.factor):
            self.exact.append((f"{name}, in space", f"only {held_out.count} runs to hold the error estimate to"))
            return None
        return Ends(polynomials, error, error, *self.coordinates.box(self._of(trained)), (0.0, 0.0), 0)

    def _fitted(
        self, trained: Flights, values: Table, numbers: int, position: Callable[[Polynomials], Table]
    ) -> tuple[Fit, Polynomials]:
        """Return the fit of values, and its polynomials: behind them what the highest order adds to the position."""
        negligible = _NEGLIGIBLE * np.where(
            np.arange(values.shape[1]) < numbers, np.maximum(values.std(axis=0), 1e-9), self.options.tolerance_m
        )
        fitted = fit(self.basis, self._of(trained), values, negligible)
        added = position(fitted.polynomials.highest_order())
        coefficients = np.concatenate([fitted.polynomials.coefficients, added])
        return fitted, Polynomials(fitted.polynomials.basis, np.ascontiguousarray(coefficients))

    def _error(
        self, polynomials: Polynomials, trained: Flights, left_out_m: Table, held_out: Flights, missed_m: Table
    ) -> ErrorScale:
        """Return the scale of errors, from those of the training runs and of runs that were held out."""
        pairs = []
        for flights, errors_m in ((trained, left_out_m), (held_out, missed_m)):
            coordinates = self._of(flights)
            highest_m = np.linalg.norm(polynomials.at(coordinates)[:, -3:], axis=1)
            pairs.append((errors_m, features(highest_m, coordinates, self.options.order)))
        weights = fitted_weights(*pairs[0])
        confidence = self.options.confidence
        factors = [conformal_factor(errors, scale_m(weights, made_of), confidence) for errors, made_of in pairs]
        known = [factor for factor in factors if np.isfinite(factor)]
        return ErrorScale(weights, self.options.order, max(known, default=np.inf))

    def _slack(self, burns: int, trained: Flights, ends: Ends | None) -> tuple[tuple[float, float, float], ...]:
        """Return how far runs must be from another end of a burn to be told from it."""
        if ends is None:
            return ()
        size = len(OF_BURN)
        found = ends.polynomials.at(self._of(trained))[:, : size * burns + 1] - trained.numbers
        rms = np.sqrt(np.mean(found * found, axis=0)) if len(found) else np.zeros(found.shape[1])
        made = np.array([(rms[size * k + 1], rms[size * k + 3], rms[size * burns]) for k in range(burns)])
        slack = np.maximum(_SLACK * made.reshape(-1, 3), _LEAST_SLACK)
        return tuple((float(one), float(two), float(three)) for one, two, three in slack)

    def _of(self, flights: Flights) -> Table:
        return self.coordinates.of(flights.uniforms)

    def _named(self, key: int, cutoffs: NDArray[np.int64] | None = None) -> str:
        """Return which runs they are, in words."""
        words = [
            f"{name.removeprefix('faults.')} {'on' if key >> k & 1 else 'off'}"
            for k, name in enumerate(self.coordinates.switches)
        ]
        codes = [] if cutoffs is None else cutoffs.tolist()
        words += [f"burn {k} ended by {CUTOFFS[code]}" for k, code in enumerate(codes)]
        return ", ".join(words) or "all runs"


def _length(vectors: Table) -> Table:
    return np.asarray(np.linalg.norm(vectors, axis=1))


def _along(vectors: Table, others: Table) -> Table:
    """Return the components of vectors along others."""
    return np.asarray(np.sum(vectors * others, axis=1) / _length(others))
