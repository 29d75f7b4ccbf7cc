"""The cross-check against the reference driver: random runs of a campaign, flown by both drivers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.columns import records
from lunarsim.campaign.outcome import CUTOFFS, OUTCOMES
from lunarsim.errors import InputError, LunarsimError
from lunarsim.flight import Aloft, BurnRecord, Escape, EventKind, Flight, Impact, InOrbit, Landed, PhaseRecord
from lunarsim.flight.events.timeline import LIMIT_OF_TIME
from lunarsim.kernels import codes
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
    different : tuple of int
        Runs that ended otherwise, or of which a burn or a guided phase did, or that the reference driver refuses.
    """

    runs: tuple[int, ...]
    position: u.Quantity
    time: u.Quantity
    cutoff: u.Quantity
    propellant: u.Quantity
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
    alike: bool  #: whether both ended alike, and all their burns and guided phases


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


def cross_check(found: Any, rerun: Callable[[int], Flight]) -> CrossCheck:
    """Fly runs, of which ``found`` is the dataset, with the reference driver."""
    runs = found["run"].values
    rows = [_compared(rerun, int(run), found.isel(run=k)) for k, run in enumerate(runs)]
    position, time, cutoff, propellant, alike = (np.array(each) for each in zip(*rows, strict=True))
    return CrossCheck(
        runs=tuple(int(run) for run in runs),
        position=float(position.max()) * u.m,
        time=float(time.max()) * u.s,
        cutoff=float(cutoff.max()) * u.s,
        propellant=float(propellant.max()) * u.kg,
        different=tuple(int(run) for run in runs[~alike]),
    )


def _compared(rerun: Callable[[int], Flight], run: int, row: Any) -> Apart:
    try:
        return apart(row, rerun(run))
    except LunarsimError:  # a run that the reference driver refuses is one on which the two differ
        return Apart(0.0, 0.0, 0.0, 0.0, False)


def apart(row: Any, flight: Flight) -> Apart:
    """Return how far a run, by the names of its columns, is from its reference flight."""
    state = flight.outcome.state
    end = np.array([float(row[name]) for name in ("x_m", "y_m", "z_m")])
    position = float(np.linalg.norm(end - state.position.to_value(u.m)))
    start = flight.start if "state.epoch" not in row else flight.start - float(row["state.epoch"]) * u.s
    time = abs(float((state.epoch - start).to_value(u.s)) - float(row["end_s"]))
    durations, propellant = [0.0], [0.0]
    if flight.scenario.craft is not None:
        propellant.append(abs(float(row["mass_kg"]) - float(flight.mass[-1].to_value(u.kg))))
    alike = OUTCOMES[int(row["outcome"])] == _outcome(flight)
    for prefix, phase, record in _flown(flight):
        alike = alike and _ended_alike(int(row[f"{prefix}_cutoff"]), phase, record)
        if record is not None:
            durations.append(abs(float(row[f"{prefix}_duration_s"]) - record.duration.to_value(u.s)))
            propellant.append(abs(float(row[f"{prefix}_propellant_kg"]) - record.propellant.to_value(u.kg)))
    return Apart(position, time, max(durations), max(propellant), alike)


def _flown(flight: Flight) -> list[tuple[str, Burn | Guided, BurnRecord | PhaseRecord | None]]:
    """Return the burns and guided phases of a plan: what their columns begin with, and their records, if flown."""
    burns, phases = iter(flight.burns), iter(flight.phases)
    plan = [phase for phase in flight.scenario.plan if isinstance(phase, Burn | Guided)]
    return [
        (prefix, phase, next(burns, None) if isinstance(phase, Burn) else next(phases, None))
        for (prefix, _), phase in zip(records(flight.scenario), plan, strict=True)
    ]


def _ended_alike(code: int, phase: Burn | Guided, record: BurnRecord | PhaseRecord | None) -> bool:
    """Return whether the code of a burn or a guided phase says what its record does."""
    if record is None:
        return code == codes.NO_BURN
    if isinstance(record, BurnRecord):
        return CUTOFFS[code] == record.cutoff.value
    exits = phase.terminations if isinstance(phase, Guided) else ()
    if code >= codes.AT_EXIT:
        return str(exits[code - codes.AT_EXIT]) == record.ended_by
    if code == codes.BURN_MET_GROUND:
        return record.ended_by in {EventKind.IMPACT.value, EventKind.TOUCHDOWN.value}
    return record.ended_by.startswith(LIMIT_OF_TIME)


def _outcome(flight: Flight) -> str:
    if isinstance(flight.outcome, Landed):
        return flight.outcome.verdict.value
    if isinstance(flight.outcome, Impact):
        return "impact"
    return {Escape: "escape", Aloft: "still aloft", InOrbit: "in orbit"}[type(flight.outcome)]
