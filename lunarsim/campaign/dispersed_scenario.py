"""A scenario some of whose values scatter: what is drawn for a run, and what flies it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numba
import numpy as np
import scipy
from astropy import units as u

from lunarsim import __version__, declarations
from lunarsim.arguments import checked
from lunarsim.campaign.executors.flying import Flying, Group
from lunarsim.campaign.inputs.dispersion_checks import check_group
from lunarsim.campaign.inputs.distributions import Dispersions, Distribution
from lunarsim.campaign.inputs.paths import NAVIGATION_SEED, Path, check_orbit, edited, find
from lunarsim.campaign.inputs.sampling import LatinHypercube, MonteCarlo, Sampling
from lunarsim.campaign.own_columns import code_of_columns
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.declarations import declared, number
from lunarsim.errors import InputError
from lunarsim.flight import Flight, simulate
from lunarsim.flight.driver.integrator_choice import DOP853
from lunarsim.kernels.compiled import source_digest
from lunarsim.kinds import wrong_kind
from lunarsim.mission import Scenario

CHUNK_SIZE = 8192


_NOISES = ("position_noise", "velocity_noise", "altitude_noise", "_sigma")


@checked
@dataclass(frozen=True, eq=False)
class DispersedScenario:
    """A scenario and what scatters in it; a :class:`Campaign` flies it many times. See there for its parameters."""

    scenario: Scenario
    dispersions: Dispersions
    sampling: Sampling = field(default_factory=MonteCarlo)
    tolerance: u.Quantity = number(  # doubles carry 4e-10 m of a lunar orbit
        1e-3, u.m, low=1e-9, high=1e6, text="Local error of the position in a step."
    )
    columns: Sequence[Callable[..., Any]] = ()

    def __post_init__(self) -> None:
        declarations.check(self)
        if not isinstance(self.scenario, Scenario):
            raise InputError(wrong_kind("scenario", self.scenario, Scenario))
        if not isinstance(self.dispersions, Mapping) or not self.dispersions:
            raise InputError("dispersions is empty: expected a mapping of paths to distributions, at least one")
        seen: set[str] = set()
        for names, distribution in self.groups:
            check_group(self.scenario, names, distribution)
            for name in names:
                if name in seen:
                    raise InputError(f"'{name}' is dispersed twice: expected one distribution for a path")
                seen.add(name)
        _check_noise(self.scenario, seen)
        check_orbit(self.scenario, seen)
        if callable(self.columns) or isinstance(self.columns, (str, Mapping)):
            raise InputError(wrong_kind("columns", self.columns, Sequence[Callable[..., Any]]))
        object.__setattr__(self, "columns", tuple(self.columns))
        _ = self.work(1, 0).own_columns  # refused here, before anything is flown

    def with_dispersions(self, dispersions: Dispersions) -> Self:
        """Return the same with other dispersions."""
        return replace(self, dispersions=dispersions)

    def with_columns(self, *columns: Callable[..., Any]) -> Self:
        """Return the same with these columns of your own, each made by :func:`lunarsim.column`."""
        return replace(self, columns=columns)

    @property
    def inputs(self) -> dict[str, Path]:
        """The dispersed values by path, in the order in which they are drawn."""
        return {name: find(self.scenario, name) for names, _ in self.groups for name in names}

    @property
    def input_units(self) -> dict[str, u.UnitBase]:
        """The unit in which each dispersed value's distribution is given, by path; columns of results are in SI."""
        pairs = [pair for names, each in self.groups for pair in zip(names, each.unit, strict=True)]
        return dict(pairs)

    @property
    def groups(self) -> tuple[tuple[Group, Distribution], ...]:
        """Which paths are drawn together, and how."""
        pairs = self.dispersions.items()
        return tuple(((names,) if isinstance(names, str) else tuple(names), each) for names, each in pairs)

    def rerun(self, i: int, *, seed: int, n: int | None = None) -> Flight:
        """Fly run i with the reference driver.

        Parameters
        ----------
        i, seed : int
            Which run.
        n : int, optional
            How many runs the campaign has; only a Latin hypercube needs it.
        """
        return simulate(self.scenario_of(i, seed=seed, n=n), integrator=DOP853)

    def scenario_of(self, i: int, *, seed: int, n: int | None = None) -> Scenario:
        """Return the scenario of run i: that of the campaign, with the values that were drawn."""
        if n is None and isinstance(self.sampling, LatinHypercube):
            raise InputError("n is missing: in a Latin hypercube a run depends on how many there are")
        i = _whole("i", i, 0, 10**15 if n is None else n - 1)
        values = self.work(n or i + 1, seed).values(i, 1)
        return edited(self.scenario, {name: float(column[0]) for name, column in values.items()})

    def work(self, n: int, seed: int) -> Flying:
        """Return what flies the runs, ``work(first, count)``; it can be sent to other machines."""
        return Flying(
            scenario=self.scenario,
            inputs=self.inputs,
            groups=self.groups,
            sampling=self.sampling,
            tolerance_m=float(self.tolerance.to_value(u.m)),
            seed=_whole("seed", seed, 0, 2**64 - 1),
            runs=_whole("n", n, 1, 10**15),
            own=tuple(self.columns),
        )

    def manifest(self, n: int, seed: int, chunk_size: int = CHUNK_SIZE) -> Manifest:
        """Return what a store of this campaign holds."""
        work = self.work(n, seed)
        how = self.sampling.to_document()
        dispersions = [[list(names), distribution.to_document()] for names, distribution in work.groups]
        return Manifest(
            name=self.scenario.name,
            hashes={
                "scenario": work.rows.digest(),
                "dispersions": _digest(dispersions),
                "tolerance": _digest(work.tolerance_m.hex()),
                **({"code of own columns": _digest(code_of_columns(work.own_columns))} if work.own else {}),
            },
            seed=seed,
            runs=n,
            sampling=json.dumps(how, sort_keys=True),
            extendable=not isinstance(self.sampling, LatinHypercube),
            chunk_size=chunk_size,
            columns=work.described,
            versions=versions(),
            notes={"dispersions": dispersions, "title": self.scenario.title},
        )


def versions() -> dict[str, str]:
    """Return what runs are flown with, on which their last bits depend."""
    others = {module.__name__: module.__version__ for module in (numba, np, scipy)}
    return {"lunarsim": __version__, "kernels": source_digest(), **others}


def _check_noise(scenario: Scenario, names: set[str]) -> None:
    """Refuse noise that would be the same in every run."""
    if scenario.craft is None or not scenario.guided or NAVIGATION_SEED in names:
        return
    errors = scenario.craft.navigation
    drawn = [name for name in declared(errors) if name.endswith(_NOISES)]
    noisy = [f"craft.navigation.{name}" for name in drawn if getattr(errors, name).value > 0.0]
    noisy += [name for name in names if name.endswith(_NOISES)]
    if noisy:
        raise InputError(
            f"'{noisy[0]}' is noise, and all runs would have the same: disperse its seed too, such as "
            f"'{NAVIGATION_SEED}': Uniform(0 * u.one, 1e15 * u.one)"
        )


def _whole(name: str, value: int, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
        raise InputError(f"{name} = {value!r}: expected a whole number from {least} to {most}")
    return int(value)


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
