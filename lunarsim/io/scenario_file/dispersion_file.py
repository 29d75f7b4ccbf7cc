"""The dispersions of a scenario file, and tables of measured values beside it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from astropy import units as u

from lunarsim.campaign.inputs.dispersion_checks import check_possible
from lunarsim.campaign.inputs.distributions import (
    Discrete,
    Distribution,
    Empirical,
    JointNormal,
    Normal,
    Probability,
    TruncatedNormal,
    Uniform,
)
from lunarsim.campaign.inputs.paths import dispersible, nominal
from lunarsim.errors import DataError, InputError, ScenarioError, shown
from lunarsim.io.scenario_file.complaints import built
from lunarsim.io.text import parse_unit
from lunarsim.mission import Scenario

Paths: TypeAlias = str | tuple[str, ...]

_HEADING = re.compile(r"(?P<path>[^\[\]]+?)\s*(\[(?P<unit>[^\[\]]*)\])?")


def dispersions_of(
    tables: Iterable[Any],
    scenario: Scenario,
    origin: str,
    find: Callable[[str], Path],
    *,
    places: Iterable[int] | None = None,
) -> dict[Paths, Distribution]:
    """Return the distributions that the tables of a scenario file describe.

    Parameters
    ----------
    tables : iterable of the tables in :mod:`lunarsim.io.scenario_file.dispersion_schema`
        In the order of the file.
    scenario : Scenario
        Where a mean that is not given is taken from.
    origin : str
        The file, for errors.
    find : callable
        Returns the path of a table of measured values.
    places : iterable of int, optional
        Where the tables stand among all of the file, for errors; default: they are all.

    Raises
    ------
    ScenarioError
        If a distribution cannot be made, or a path is dispersed twice.
    """
    found: dict[Paths, Distribution] = {}
    where: dict[str, int] = {}
    for i, table in zip(count() if places is None else places, tables, strict=False):
        paths, distribution = built(origin, f"dispersions.{i}", partial(_dispersion, table, scenario, find))
        for path in (paths,) if isinstance(paths, str) else paths:
            if path in where:
                raise ScenarioError(
                    f"{origin}: [dispersions.{i}] {path} is dispersed by dispersions.{where[path]} already: "
                    "expected each path once"
                )
            where[path] = i
        built(origin, f"dispersions.{i}", partial(_check_possible, paths, distribution, scenario, _given(table)))
        found[paths] = distribution
    return found


def _given(table: Any) -> dict[str, u.Quantity]:
    """Return the values of a table as they stand in the file, those of a list by their places."""
    given = {}
    for name, value in table:
        listed = {f"{name}[{i}]": each for i, each in enumerate(value)} if isinstance(value, tuple) else {name: value}
        given.update({key: each for key, each in listed.items() if isinstance(each, u.Quantity)})
    return given


def _check_possible(
    paths: Paths, distribution: Distribution, scenario: Scenario, given: Mapping[str, u.Quantity]
) -> None:
    """Refuse nonsense as a campaign does; paths and dimensions that are not of this scenario it refuses itself."""
    known = dispersible(scenario)
    names = (paths,) if isinstance(paths, str) else paths
    for k, (name, unit) in enumerate(zip(names, distribution.unit, strict=False)):
        if name in known and unit.is_equivalent(known[name].unit):
            check_possible(known[name], distribution, k, given)


def _dispersion(table: Any, scenario: Scenario, find: Callable[[str], Path]) -> tuple[Paths, Distribution]:
    match table.distribution:
        case "empirical":
            return read_empirical(find(table.file))
        case "joint normal":
            return table.paths, _named(", ".join(table.paths), lambda: _joint(table, scenario))
        case _:
            return table.path, _named(table.path, lambda: _single(table, scenario))


def _single(table: Any, scenario: Scenario) -> Distribution:
    match table.distribution:
        case "normal":
            return Normal(_mean(table, scenario), table.sigma)
        case "truncated normal":
            return TruncatedNormal(_mean(table, scenario), table.sigma, table.low, table.high)
        case "uniform":
            return Uniform(table.low, table.high)
        case "discrete":
            return Discrete(table.values, table.probabilities)
        case _:
            return Probability(table.p)


def _joint(table: Any, scenario: Scenario) -> Distribution:
    means = [nominal(scenario, path) for path in table.paths] if table.means is None else table.means
    for name, given in (("means", means), ("sigmas", table.sigmas)):
        if len(given) != len(table.paths):
            raise InputError(f"there are {len(table.paths)} paths and {len(given)} {name}: expected as many")
    return JointNormal.from_correlation(means, table.sigmas, table.correlation)


def _mean(table: Any, scenario: Scenario) -> u.Quantity:
    return nominal(scenario, table.path) if table.mean is None else table.mean


def _named(paths: str, build: Callable[[], Distribution]) -> Distribution:
    try:
        return build()
    except InputError as error:
        raise InputError(f"{paths}: {error}") from None


def read_empirical(path: Path) -> tuple[Paths, Empirical]:
    """Read a table of measured values.

    Parameters
    ----------
    path : Path
        A CSV file. Its first line names a path and a unit for each column, ``craft.engine.thrust [N]``; without
        brackets, the column holds numbers without unit. Each other line is one case.

    Returns
    -------
    (str or tuple of str, Empirical)
        The path or the paths, and their distribution.

    Raises
    ------
    DataError
        If the file cannot be read, has no cases, or a heading or a value is not as above; the text names the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [(number, row) for number, row in enumerate(csv.reader(file), start=1) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: the table of values cannot be read: {error}") from None
    if len(rows) < 2:
        raise DataError(f"{path}: expected a line of headings, such as 'craft.engine.thrust [N]', and lines of values")
    headings = [_heading(path, text) for text in rows[0][1]]
    columns: list[list[float]] = [[] for _ in headings]
    for number, row in rows[1:]:
        if len(row) != len(headings):
            raise DataError(f"{path}: line {number} has {len(row)} values: expected {len(headings)}")
        for column, text, (name, _) in zip(columns, row, headings, strict=True):
            column.append(_number(text, f"{path}: line {number}: {name}"))
    names = tuple(name for name, _ in headings)
    if len(set(names)) < len(names):
        raise DataError(f"{path}: the headings {names} name a path twice: expected each once")
    table = Empirical(tuple(column * unit for column, (_, unit) in zip(columns, headings, strict=True)))
    return (names[0] if len(names) == 1 else names), table


def _heading(path: Path, text: str) -> tuple[str, u.UnitBase]:
    expected = "expected a path and its unit, such as 'craft.engine.thrust [N]'"
    match = _HEADING.fullmatch(text.strip())
    if match is None:
        raise DataError(f"{path}: line 1: {shown(text)} is no heading: {expected}")
    unit = parse_unit(match["unit"] or "")
    if unit is None:
        raise DataError(f"{path}: line 1: {shown(match['unit'])} is no unit: {expected}")
    return match["path"], unit


def _number(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise DataError(f"{where} = {shown(text)}: expected a number, with its unit in the heading") from None
    if not -float("inf") < number < float("inf"):
        raise DataError(f"{where} = {shown(text)} is not finite")
    return number
