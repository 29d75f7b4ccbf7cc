"""Columns of a user's own: a number of each run, made from the columns of the package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import isfunction
from typing import Any, TypeVar

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.outcome import in_words
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.errors import InputError, LunarsimError, shown
from lunarsim.names import told
from lunarsim.own import arguments_of, code_of

Function = TypeVar("Function", bound=Callable[..., Any])

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # what NetCDF, pandas and SQL take as it is
_MARK = "lunarsim_column"
_SAME = 1e-9  # of a number that is computed alone and among others, in which vector units round otherwise
_TAKEN = "run"  # what stores and datasets call the number of a run


@dataclass(frozen=True)
class OwnColumn:
    """A column of a user's own.

    Attributes
    ----------
    name : str
        Of the column.
    unit : Unit
        In which it is kept.
    text : str
        What it is.
    function : callable
        Makes it from the columns of some runs.
    """

    name: str
    unit: u.UnitBase
    text: str
    function: Callable[[Mapping[str, Any]], Any]

    @property
    def described(self) -> Column:
        """What a store says of it."""
        return Column(name=self.name, unit="" if self.unit == u.one else self.unit.to_string(), words=self.text)

    def values(self, runs: OfRuns) -> NDArray[np.float64]:
        """Return the values of some runs.

        Raises
        ------
        InputError
            If the function raises, or does not give one number of the unit for each run, made of this run alone.
        """
        found = self._numbers(runs)
        for k in (0, found.size - 1):
            alone = self._numbers(runs.alone(k))
            if not np.allclose(found[k], alone, rtol=_SAME, atol=0.0, equal_nan=True):
                raise InputError(
                    f"column '{self.name}': its function gave {found[k]:g} for a run among {found.size}, and "
                    f"{alone[0]:g} for the same run alone: expected a number of each run by itself, without sums, "
                    "means or ranks over the runs, for these come in chunks of any size"
                )
        return found

    def _numbers(self, runs: OfRuns) -> NDArray[np.float64]:
        try:
            with np.errstate(invalid="ignore", divide="ignore"):  # NaN says that a run has no such number
                given = self.function(runs)
        except LunarsimError as error:
            raise InputError(f"column '{self.name}': {error}") from error
        except Exception as error:
            raise InputError(
                f"column '{self.name}': its function ended with {type(error).__name__}: {error}: mend it, or let it "
                "give NaN where a run has no such number"
            ) from error
        try:
            plain = given.to_value(self.unit) if isinstance(given, u.Quantity) else given
            numbers = np.asarray(plain, dtype=np.float64)
        except (u.UnitConversionError, TypeError, ValueError) as error:
            raise InputError(
                f"column '{self.name}': its function gave {shown(given)} ({error}): expected {self._expected}"
            ) from error
        if numbers.shape != (runs.count,):
            raise InputError(
                f"column '{self.name}': its function gave the shape {numbers.shape} for {runs.count} runs: expected "
                f"{self._expected}, shape ({runs.count},)"
            )
        if not isinstance(given, u.Quantity) and not self.unit.is_equivalent(u.one):
            raise InputError(f"column '{self.name}': its function gave numbers without unit: expected {self._expected}")
        return numbers

    @property
    def _expected(self) -> str:
        kind = "plain numbers" if self.unit == u.one else f"a quantity that converts to {self.unit}"
        return f"{kind}, one for each run"


class OfRuns(Mapping[str, Any]):
    """The columns of some runs, as functions of a user's own take them.

    Parameters
    ----------
    described : sequence of Column
        What the columns are.
    columns : mapping of str to ndarray
        Their values.
    """

    def __init__(self, described: Sequence[Column], columns: Columns) -> None:
        self._described = {column.name: column for column in described}
        self._columns = columns
        self.count = len(next(iter(columns.values())))

    def alone(self, k: int) -> OfRuns:
        """Return the k-th run alone."""
        described = tuple(self._described.values())
        return OfRuns(described, {name: values[k : k + 1] for name, values in self._columns.items()})

    def __getitem__(self, name: str) -> Any:
        if name not in self._columns:
            raise InputError(f"no column is called {name!r}: {told(str(name), self._columns)}")
        values = self._columns[name]
        if name == "outcome":
            return in_words(values)
        unit = self._described[name].unit
        values = values.view()
        values.flags.writeable = False  # what a function writes there would be stored
        return u.Quantity(values, unit, copy=False) if unit else values

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@checked
def column(name: str, unit: u.UnitBase, text: str) -> Callable[[Function], Function]:
    """Make a function a column of campaigns: a number of your own for each run, kept beside those of the package.

    Parameters
    ----------
    name : str
        Of the column, such as ``"impact_energy_mj"``: letters, digits and underscores, which other columns do not have.
    unit : Unit
        In which it is kept; ``u.one`` for a plain number.
    text : str
        What it is, for datasets and reports.

    Returns
    -------
    callable
        A decorator for a function ``f(runs)``. ``runs`` is a mapping of the names of all columns, those of your own
        before it among them, to arrays of shape (n,), one value for each of some runs: quantities, or plain arrays
        of what has no unit. ``runs["outcome"]`` holds words such as ``"impact"``. The function gives a quantity of
        shape (n,) that converts to ``unit``, or plain numbers for ``u.one``; NaN where a run has none. It stays the
        function that it was, and is given to :class:`Campaign` as one of its ``columns``.

    Raises
    ------
    InputError
        If the name, the unit or the text is none, or the function does not take one argument.

    Notes
    -----
    A number of a run depends on this run alone, for runs come in chunks of any size: no means or ranks over them.
    The hash that a stored campaign keeps holds name, unit and code of the function, with the numbers that it reads
    from its module or from about it, and not what it calls.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.column("impact_energy_mj", u.MJ, "kinetic energy at the end")
    ... def impact_energy(runs):
    ...     return runs["mass_kg"] * runs["speed_mps"] ** 2 / 2
    >>> campaign = ls.load_campaign("luna25").with_columns(impact_energy)
    >>> campaign.manifest(10, seed=1).columns[-1].name
    'impact_energy_mj'
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == _TAKEN:
        raise InputError(
            f"name = {name!r}: expected letters, digits and underscores, such as 'impact_energy_mj', and not '{_TAKEN}'"
        )
    if not isinstance(unit, u.UnitBase):
        raise InputError(f"unit = {unit!r}: expected a unit of astropy, such as u.MJ, or u.one for a plain number")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"text = {text!r}: expected what the column '{name}' is, in words")

    def made(function: Function) -> Function:
        takes = arguments_of(function)
        if not isfunction(function) or takes is None or len(takes) != 1:
            raise InputError(
                f"column '{name}': expected a function of one argument, the columns of some runs, such as "
                f"def {name}(runs); got {shown(function)}"
            )
        setattr(function, _MARK, OwnColumn(name, unit, text, function))
        return function

    return made


def own_columns(functions: Iterable[Any], known: Iterable[str]) -> tuple[OwnColumn, ...]:
    """Return the columns that functions were made, which stand beside others.

    Raises
    ------
    InputError
        If a function was made none, or its name is another column's.
    """
    found: list[OwnColumn] = []
    names = set(known)
    for function in functions:
        one = getattr(function, _MARK, None)
        if not isinstance(one, OwnColumn):
            raise InputError(
                f"columns holds {shown(function)}: expected functions below @lunarsim.column(name, unit, text)"
            )
        if one.name in names:
            raise InputError(f"columns: another column is called '{one.name}': expected another name")
        names.add(one.name)
        found.append(one)
    return tuple(found)


def with_own(columns: Columns, described: Sequence[Column], own: Iterable[OwnColumn]) -> dict[str, NDArray[Any]]:
    """Return columns and, after them, those of a user's own; ``described`` tells of all."""
    whole = dict(columns)
    for one in own:
        whole[one.name] = one.values(OfRuns(described, whole))
    return whole


def code_of_columns(own: Iterable[OwnColumn]) -> list[list[str]]:
    """Return what the values of columns of a user's own depend on, for a hash."""
    return [[one.name, one.unit.to_string(), code_of(one.function)] for one in own]
