"""The held-out check: random runs of a campaign, flown by both drivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy import units as u

from lunarsim.campaign.columns import records
from lunarsim.campaign.outcome import CUTOFFS, OUTCOMES
from lunarsim.errors import InputError, LunarsimError
from lunarsim.flight import Aloft, Escape, Flight, Impact, InOrbit, Landed

if TYPE_CHECKING:
    from lunarsim.campaign.result import CampaignResult


@dataclass(frozen=True, kw_only=True)
class HeldOut:
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
    different : tuple of int
        Runs that ended otherwise, or a burn of which did, or that the reference driver refuses.
    """

    runs: tuple[int, ...]
    position: u.Quantity
    time: u.Quantity
    cutoff: u.Quantity
    different: tuple[int, ...]

    def __str__(self) -> str:
        alike = f"{len(self.different)} ended otherwise: {self.different}" if self.different else "all ended alike"
        return (
            f"{len(self.runs)} runs flown by both drivers: {alike}; at most {self.position.to_value(u.m):.2g} m, "
            f"{self.time.to_value(u.s):.1e} s, cut-off {self.cutoff.to_value(u.s):.1e} s apart"
        )


def hold_against_reference(result: CampaignResult, count: int, seed: int) -> HeldOut:
    """Fly random runs with the reference driver.

    Raises
    ------
    InputError
        If no run of the campaign could be flown.
    """
    flown = np.flatnonzero(result.where(None))
    if flown.size == 0:
        raise InputError("no run could be flown: there is nothing to hold against the reference driver")
    chosen = np.sort(np.random.default_rng(seed).choice(flown, size=min(count, flown.size), replace=False))
    found = result.dataset.isel(run=chosen)
    runs = found["run"].values
    rows = [_compared(result, int(run), found.isel(run=k)) for k, run in enumerate(runs)]
    position, time, cutoff, alike = (np.array(each) for each in zip(*rows, strict=True))
    return HeldOut(
        runs=tuple(int(run) for run in runs),
        position=float(position.max()) * u.m,
        time=float(time.max()) * u.s,
        cutoff=float(cutoff.max()) * u.s,
        different=tuple(int(run) for run in runs[~alike]),
    )


def _compared(result: CampaignResult, run: int, row: Any) -> tuple[float, float, float, bool]:
    try:
        return _apart(row, result.rerun(run))
    except LunarsimError:  # a run that the reference driver refuses is one on which the two differ
        return 0.0, 0.0, 0.0, False


def _apart(row: Any, flight: Flight) -> tuple[float, float, float, bool]:
    """Return how far a run is from its reference flight: m, s, s of a burn, and whether both ended alike."""
    state = flight.outcome.state
    end = np.array([float(row[name]) for name in ("x_m", "y_m", "z_m")])
    position = float(np.linalg.norm(end - state.position.to_value(u.m)))
    start = flight.start if "state.epoch" not in row else flight.start - float(row["state.epoch"]) * u.s
    time = abs(float((state.epoch - start).to_value(u.s)) - float(row["end_s"]))
    durations = [
        abs(float(row[f"burn{k}_duration_s"]) - burn.duration.to_value(u.s)) for k, burn in enumerate(flight.burns)
    ]
    guided = [name for name, _ in records(flight.scenario) if name.startswith("phase")]
    for name, phase in zip(guided, flight.phases, strict=False):  # those after the ground were not flown
        durations.append(abs(float(row[f"{name}_duration_s"]) - phase.duration.to_value(u.s)))
    alike = OUTCOMES[int(row["outcome"])] == _outcome(flight) and all(
        CUTOFFS[int(row[f"burn{k}_cutoff"])] == burn.cutoff.value for k, burn in enumerate(flight.burns)
    )
    return position, time, max(durations, default=0.0), alike


def _outcome(flight: Flight) -> str:
    if isinstance(flight.outcome, Landed):
        return flight.outcome.verdict.value
    if isinstance(flight.outcome, Impact):
        return "impact"
    return {Escape: "escape", Aloft: "still aloft", InOrbit: "in orbit"}[type(flight.outcome)]
