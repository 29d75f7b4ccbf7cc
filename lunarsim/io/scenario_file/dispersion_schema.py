"""The keys of a scenario file's dispersions, and what each may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lunarsim.io.scenario_file.values import Amount, Number, Table


class NormalTable(Table):
    """A normal distribution; without a mean, about the scenario's own value."""

    path: str
    distribution: Literal["normal"]
    mean: Amount | None = None
    sigma: Amount


class TruncatedNormalTable(Table):
    """A normal distribution between bounds; without a mean, about the scenario's own value."""

    path: str
    distribution: Literal["truncated normal"]
    mean: Amount | None = None
    sigma: Amount
    low: Amount
    high: Amount


class UniformTable(Table):
    """A uniform distribution."""

    path: str
    distribution: Literal["uniform"]
    low: Amount
    high: Amount


class DiscreteTable(Table):
    """One of several values."""

    path: str
    distribution: Literal["discrete"]
    values: tuple[Amount, ...]
    probabilities: tuple[Number, ...] | None = None


class ProbabilityTable(Table):
    """Whether a fault is present."""

    path: str
    distribution: Literal["probability"]
    p: Number


class JointNormalTable(Table):
    """Several values with correlations; without means, about the scenario's own values."""

    paths: tuple[str, ...]
    distribution: Literal["joint normal"]
    means: tuple[Amount, ...] | None = None
    sigmas: tuple[Amount, ...]
    correlation: tuple[tuple[Number, ...], ...]


class EmpiricalTable(Table):
    """Rows of a CSV file, whose header names the paths."""

    distribution: Literal["empirical"]
    file: str


DispersionTable = Annotated[
    NormalTable
    | TruncatedNormalTable
    | UniformTable
    | DiscreteTable
    | ProbabilityTable
    | JointNormalTable
    | EmpiricalTable,
    Field(discriminator="distribution"),
]
