"""What ``lunarsim campaign`` may be asked for; light, since every command of the line loads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

RUNS, SEED = 10_000, 1  # where neither the command nor the folder says how many, and which


class SamplingName(StrEnum):
    """The ways to sample, as the command line names them."""

    MONTE_CARLO = "monte-carlo"
    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"


@dataclass(frozen=True, kw_only=True)
class World:
    """What replaces the scenario's own Moon."""

    terrain: str | None
    field: str | None
    degree: int | None
    gridded: bool


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for; None: as the folder says that is resumed, or the usual."""

    runs: int | None
    seed: int | None
    sampling: SamplingName | None
    chunk_size: int | None
    workers: int | None
    out: Path | None
    resume: bool
    repair: bool
    expansion: bool = False
    report: bool = False
