"""The cross-check against the reference driver: random runs of a campaign, flown by both drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.columns import records
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.outputs import OF_BURN, OF_RUN, Output
from lunarsim.campaign.own_columns import with_own
from lunarsim.errors import InputError, LunarsimError
from lunarsim.flight import BurnRecord, Flight, PhaseRecord
from lunarsim.kernels.codes import NO_BURN
from lunarsim.plan import Burn, Guided


@checked
@dataclass(frozen=True, kw_only=True)
class CrossCheck:
    """By how much the compiled driver differs from the reference driver, at most, over some runs.

    Attributes
    ----------
    runs : tuple of int
        Which runs.
    position : Quantity
        Between the ends of a run.
    time : Quantity
        Between their times.
    cutoff : Quantity
        Between the durations of a burn or a guided phase.
    propellant : Quantity
        Between what a burn or a guided phase used, and between the masses at the end.
    columns : mapping of str to float
        Between the values of each column that a reference flight knows, in the column's unit; those of a user's own
        among them, which are made from the others.
    different : tuple of int
        Runs that ended otherwise, or of which a burn or a guided phase did, or took another number of cycles, or that
        the reference driver refuses.
    """

    runs: tuple[int, ...]
    position: u.Quantity
    time: u.Quantity
    cutoff: u.Quantity
    propellant: u.Quantity
    columns: Mapping[str, float]
    different: tuple[int, ...]

    def __str__(self) -> str:
        alike = f"{len(self.different)} ended otherwise: {self.different}" if self.different else "all ended alike"
        return (
            f"{len(self.runs)} runs flown by both drivers: {alike}; at most {self.position.to_value(u.m):.2g} m, "
            f"{self.time.to_value(u.s):.1e} s, cut-off {self.cutoff.to_value(u.s):.1e} s, "
            f"propellant {self.propellant.to_value(u.kg):.1e} kg apart"
        )


class Apart(NamedTuple):
    """How far a run of the compiled driver is from its flight by the reference driver."""

    position_m: float
    time_s: float
    cutoff_s: float
    propellant_kg: float
    columns: Mapping[str, float]  #: all of them that the reference flight knows, in their units
    alike: bool  #: whether both ended alike, and all their burns and guided phases, after as many cycles


def chosen_runs(flown: NDArray[np.bool_], count: int, seed: int) -> NDArray[np.int64]:
    """Return which of the runs that could be flown are compared.

    Raises
    ------
    InputError
        If no run of the campaign could be flown.
    """
    runs = np.flatnonzero(flown)
    if runs.size == 0:
        raise InputError("no run could be flown: there is nothing to hold against the reference driver")
    return np.sort(np.random.default_rng(seed).choice(runs, size=min(count, runs.size), replace=False))


def cross_check(found: Any, rerun: Callable[[int], Flight], work: Flying) -> CrossCheck:
    """Fly runs of ``work``, of which ``found`` is the dataset, with the reference driver."""
    runs = found["run"].values
    rows = [_compared(rerun, int(run), found.isel(run=k), work) for k, run in enumerate(runs)]
    position, time, cutoff, propellant, columns, alike = zip(*rows, strict=True)
    return CrossCheck(
        runs=tuple(int(run) for run in runs),
        position=max(position) * u.m,
        time=max(time) * u.s,
        cutoff=max(cutoff) * u.s,
        propellant=max(propellant) * u.kg,
        columns={name: max(each.get(name, 0.0) for each in columns) for name in dict.fromkeys(chain(*columns))},
        different=tuple(int(run) for run, same in zip(runs, alike, strict=True) if not same),
    )


def _compared(rerun: Callable[[int], Flight], run: int, row: Any, work: Flying) -> Apart:
    try:
        flight = rerun(run)
    except LunarsimError:  # a run that the reference driver refuses is one on which the two differ
        return Apart(0.0, 0.0, 0.0, 0.0, {}, False)
    return apart(row, flight, work)


def apart(row: Any, flight: Flight, work: Flying | None = None) -> Apart:
    """Return how far a run, by the names of its columns, is from its reference flight.

    Columns of a user's own, which ``work`` knows, are made for both from what each says of the others.
    """
    start = flight.start if "state.epoch" not in row else flight.start - float(row["state.epoch"]) * u.s
    said = _said(OF_RUN, "", row, start, flight)
    columns = _differences(OF_RUN, "", row, said)
    alike = _alike(columns, OF_RUN)
    durations, propellant = [0.0], [columns.get("mass_kg", 0.0)]
    for prefix, phase, record in _flown(flight):
        if record is None:
            alike = alike and int(row[f"{prefix}_cutoff"]) == NO_BURN
            continue
        of_phase = _said(OF_BURN, f"{prefix}_", row, start, record, phase)
        own = _differences(OF_BURN, f"{prefix}_", row, of_phase)
        alike = alike and _alike(own, OF_BURN)
        said |= {f"{prefix}_{name}": value for name, value in of_phase.items()}
        columns |= {f"{prefix}_{name}": value for name, value in own.items()}
        durations.append(own["duration_s"])
        propellant.append(own["propellant_kg"])
    if work is not None and work.own:
        columns |= _own_differences(row, said, work)
    position = float(np.linalg.norm([columns[f"{axis}_m"] for axis in "xyz"]))
    return Apart(position, columns["end_s"], max(durations), max(propellant), columns, alike)


def _said(outputs: Iterable[Output], prefix: str, row: Any, start: Time, *flown: Any) -> dict[str, float]:
    """Return what a reference flight says of the columns of a run, those of which it says something."""
    found = {o.column: o.of_reference(start, *flown) for o in outputs if prefix + o.column in row}
    return {name: value for name, value in found.items() if value is not None}


def _differences(outputs: Iterable[Output], prefix: str, row: Any, said: Mapping[str, float]) -> dict[str, float]:
    """Return how far columns are from what a reference flight says of them."""
    return {
        o.column: _between(float(row[prefix + o.column]), said[o.column], o.unit) for o in outputs if o.column in said
    }


def _own_differences(row: Any, said: Mapping[str, float], work: Flying) -> dict[str, float]:
    """Return how far columns of a user's own are from what they are of a reference flight.

    Of what that flight says nothing, both have the same.
    """
    columns = {
        column.name: np.array([said.get(column.name, row[column.name])], column.dtype) for column in work.described
    }
    found = with_own(columns, work.described, work.own_columns)
    return {one.name: _between(float(row[one.name]), float(found[one.name][0]), one.unit) for one in work.own_columns}


def _between(value: float, other: float, unit: u.UnitBase) -> float:
    """Return how far two values are apart: none if neither is a number, without end if one of them is."""
    if np.isnan(value) or np.isnan(other):
        return 0.0 if np.isnan(value) and np.isnan(other) else np.inf
    apart = abs(value - other)
    return min(apart, abs(360.0 - apart)) if unit == u.deg else apart  # a longitude goes round


def _alike(columns: Mapping[str, float], outputs: Iterable[Output]) -> bool:
    """Return whether all codes and counts are the same."""
    return not any(columns.get(o.column) for o in outputs if o.code or (o.unit == u.one and not o.continuous))


def _flown(flight: Flight) -> list[tuple[str, Burn | Guided, BurnRecord | PhaseRecord | None]]:
    """Return the burns and guided phases of a plan: what their columns begin with, and their records, if flown."""
    burns, phases = iter(flight.burns), iter(flight.phases)
    plan = [phase for phase in flight.scenario.plan if isinstance(phase, Burn | Guided)]
    return [
        (prefix, phase, next(burns, None) if isinstance(phase, Burn) else next(phases, None))
        for (prefix, _), phase in zip(records(flight.scenario), plan, strict=True)
    ]
