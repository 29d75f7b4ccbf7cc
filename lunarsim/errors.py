"""The exception tree: every error that lunarsim raises on purpose."""

from __future__ import annotations

import datetime
import difflib
import errno
import re
import reprlib
import sys
import warnings
from collections.abc import Collection, Mapping
from os import PathLike, fspath, strerror
from types import MappingProxyType

_LONGEST_TEXT = 4_000  # characters: a screen or two
_LONGEST_VALUE = 80
_MOST_NAMES = 40
_PARTS = re.compile(r"[\W_]+")  # what stands between the parts of a name
_ALIKE, _ALIKE_IF_SHORT, _SHORT = 0.7, 0.5, 3  # least likeness, and up to how many letters a word is short
_HOLDS = 0.9


class LunarsimError(Exception):
    """Base of all lunarsim errors; its text says what was given, what was expected, what to do.

    Examples
    --------
    >>> import lunarsim as ls
    >>> try:
    ...     ls.load_scenario("luna26")
    ... except ls.LunarsimError as error:
    ...     print(error)
    'luna26' is neither a scenario of the catalogue nor a file: did you mean 'luna25'? Or give the path of a
    .toml file.
    """

    def __str__(self) -> str:
        """Return the text; what came from a file can neither flood a terminal nor command it."""
        return clipped(printable(super().__str__()), _LONGEST_TEXT)


class InputError(LunarsimError, ValueError):
    """An argument has the wrong type, dimension, shape, sign or range.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> try:
    ...     ls.Coast(duration=5 * u.km)
    ... except ls.InputError as error:
    ...     print(error)
    duration = 5.0 km is of the wrong dimension: expected a time span such as 84 s
    """


class ArgumentError(InputError, TypeError):
    """A function or class was called with an argument of the wrong kind, or one that it does not have.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> try:
    ...     ls.propagate(duration=5 * u.min)
    ... except ls.ArgumentError as error:
    ...     print(error)
    propagate is called without state: propagate takes state, duration, moon, craft, detect, accuracy,
    integrator
    """


class UnknownNameError(LunarsimError, AttributeError):
    """The package has no such name; the text gives the nearest ones.

    Examples
    --------
    >>> import lunarsim as ls
    >>> try:
    ...     ls.Terrrain
    ... except ls.UnknownNameError as error:
    ...     print(error)
    lunarsim has no 'Terrrain': did you mean 'Terrain'?
    """


class ScenarioError(InputError):
    """A scenario file cannot be used; the text names the file, the key, the value and what was expected.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from pathlib import Path
    >>> _ = Path("a.toml").write_text('name = "a"')
    >>> try:
    ...     ls.load_scenario("a.toml")
    ... except ls.ScenarioError as error:
    ...     print(error)
    a.toml: plan: this key is missing
    """


class UnknownScenarioError(InputError):
    """No scenario of that name is in the catalogue, and no file of that path exists.

    Examples
    --------
    >>> import lunarsim as ls
    >>> try:
    ...     ls.load_scenario("luna26")
    ... except ls.UnknownScenarioError as error:
    ...     print(error)
    'luna26' is neither a scenario of the catalogue nor a file: did you mean 'luna25'? Or give the path of a
    .toml file.
    """


class DataError(LunarsimError):
    """A data file is missing, damaged or not of the expected format.

    Examples
    --------
    >>> import lunarsim as ls
    >>> try:
    ...     ls.Flight.load("nowhere.flight")
    ... except ls.DataError as error:
    ...     print(error)
    nowhere.flight: the saved flight cannot be read: No such file or directory
    """


class EpochError(InputError):
    """A time lies outside the span of the orientation or ephemeris data.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> try:
    ...     ls.State([1837, 0, 0] * u.km, [0, 1.6, 0] * u.km / u.s, Time("2060-01-01", scale="tdb")).latitude
    ... except ls.EpochError as error:
    ...     print(error)
    the epoch is 2060-01-01 TDB: the Moon's orientation (DE421) is known from 1899-12-28 to 2051-01-05 TDB only
    """


class SpanError(InputError):
    """A flight was asked for a time that it did not fly.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> flight = ls.propagate(state, 1 * u.min)
    >>> try:
    ...     flight.at(flight.end + 1 * u.s)
    ... except ls.SpanError as error:
    ...     print(error)
    the flight was asked for 2023-08-19T11:11:01.000 to 2023-08-19T11:11:01.000 UTC: it flew from
    2023-08-19T11:10:00.000 to 2023-08-19T11:11:00.000 UTC, and nothing is extrapolated
    """


class IntegrationError(LunarsimError):
    """A flight cannot be integrated further; the text says in which phase, when, where and why.

    Examples
    --------
    >>> import lunarsim as ls
    >>> issubclass(ls.IntegrationError, ls.LunarsimError)
    True
    """


class TargetingError(LunarsimError):
    """No values between the bounds reach all goals; the text says which are missed, by how much, and why.

    Examples
    --------
    >>> import lunarsim as ls
    >>> issubclass(ls.TargetingError, ls.LunarsimError)
    True
    """


class OutputError(LunarsimError, OSError):
    """Results could not be written; ``errno`` is the system's, where the system refused.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> flight = ls.propagate(state, 1 * u.min)
    >>> try:
    ...     flight.save("nowhere/coast.flight")
    ... except ls.OutputError as error:
    ...     print(error)
    nowhere/coast.flight: the file cannot be written (No such file or directory): give a file in a folder that
    exists, or make it first
    """

    @classmethod
    def refused(
        cls, path: str | PathLike[str], what: str, error: OSError, *, instead: str = "give a folder"
    ) -> OutputError:
        """Return the error of a path where the system refused to write; what to do follows from its reason.

        Parameters
        ----------
        path : path-like
            The file or the folder.
        what : str
            What failed, such as ``"the file cannot be written"``.
        error : OSError
            What the system said.
        instead : str
            How another place is named; the advice goes on with what it should be like.
        """
        reason = error.strerror or (strerror(error.errno) if error.errno else str(error))
        advice = _ADVICE.get(error.errno or 0, "{} that can be written to").format(instead)
        failure = cls(f"{fspath(path)}: {what} ({reason}): {advice}")
        failure.errno = error.errno
        return failure


class ModelWarning(UserWarning):
    """A flight went where its model of the Moon is poor, or falls back to another.

    Examples
    --------
    >>> import lunarsim as ls
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", ls.ModelWarning)
    ...     scenario = ls.load_scenario("luna25")
    """


class StatisticsWarning(UserWarning):
    """A statistic of a campaign rests on few runs."""


_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

#: What to do where a system refuses to write, by its number of the error; the braces hold "give a folder" or the like.
_ADVICE: Mapping[int, str] = MappingProxyType(
    {
        errno.EACCES: "{} that you may write to",
        errno.EPERM: "{} that you may write to",
        **dict.fromkeys(_NO_ROOM, "free some space, or {} on another disk"),
        errno.EROFS: "{} on another disk, this one can only be read",
        errno.ENAMETOOLONG: "give a shorter name",
        errno.ENOENT: "{} that exists, or make it first",
        errno.ENOTDIR: "{} that you may write to, a part of this path is a file",
        errno.EEXIST: "give another name, or move away the file of this name",
        errno.EISDIR: "give another name, or move away the folder of this name",
        errno.ENODEV: "give the name of a file, or a new name",
        errno.EMFILE: "close some files, or raise the limit of open ones (ulimit -n)",
        errno.ENFILE: "close some programs, there are too many open files",
        errno.EBUSY: "close what else uses it, or give another name",
        errno.EIO: "see whether the disk fails, and {} on another one",
    }
)


def lacks_room(error: OSError) -> bool:
    """Return whether a system refused to write for want of room on the disk."""
    return error.errno in _NO_ROOM


def shown(value: object) -> str:
    """Return a value for an error text: as Python writes it, in at most 80 characters."""
    return clipped(_WRITER.repr(value), _LONGEST_VALUE)


def printable(text: str) -> str:
    """Return a text whose control characters, but for line ends and tabs, are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)


def clipped(text: str, limit: int = _LONGEST_VALUE) -> str:
    """Return a text of at most so many characters, without its middle where it is longer."""
    if len(text) <= limit:
        return text
    end = limit // 4
    return f"{text[: limit - end - 3]}...{text[-end:]}"


class _Writer(reprlib.Repr):
    """Writes values in few characters, whatever they are."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother, self.maxlong = 4, _LONGEST_VALUE, _LONGEST_VALUE, 40

    def repr_int(self, x: int, level: int) -> str:
        digits = x.bit_length() * 0.30103
        return super().repr_int(x, level) if digits < 1000.0 else f"<whole number of {digits:.0f} digits>"

    def repr_datetime(self, x: datetime.date | datetime.time, _level: int) -> str:
        """Write a date or a time as TOML has it."""
        return x.isoformat()

    repr_date = repr_time = repr_datetime

    def repr_instance(self, x: object, level: int) -> str:
        text = super().repr_instance(x, level)
        if len(text) < self.maxother:
            return text
        shape = getattr(x, "shape", None)
        return f"<{type(x).__name__}{f' of shape {shape}' if isinstance(shape, tuple) else ''}>"


_WRITER = _Writer()


def warn(text: str, category: type[Warning]) -> None:
    """Warn where the user's code called the package, however deep in the package that is noticed."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "lunarsim":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)


def nearest(name: str, known: Collection[str]) -> str:
    """Return a phrase that names the known words nearest to a misspelt one, or all of them."""
    if not known:
        return "none is known here"
    close = alike(name, known)
    if close:
        return "did you mean " + " or ".join(f"'{word}'" for word in close) + "?"
    return listed(known)


def alike(name: str, known: Collection[str]) -> list[str]:
    """Return up to three known words that a misspelt one, or a part of one, may have meant; the likeliest first."""
    wanted = name.lower()[:_LONGEST_VALUE]
    likeness = {word: _likeness(wanted, word.lower()[:_LONGEST_VALUE]) for word in known}
    least = _ALIKE if len(wanted) > _SHORT else _ALIKE_IF_SHORT
    close = [word for word in likeness if likeness[word] >= least]
    return sorted(close, key=lambda word: (-likeness[word], len(word), word))[:3]


def _likeness(wanted: str, word: str) -> float:
    """Return how alike two names are, from 0 to 1; names of which one holds all parts of the other are."""
    parts, others = ({part for part in _PARTS.split(name) if len(part) >= _SHORT} for name in (wanted, word))
    holds = bool(parts and others) and (parts <= others or others <= parts)
    return max(difflib.SequenceMatcher(None, wanted, word).ratio(), _HOLDS * holds)


def listed(known: Collection[str]) -> str:
    """Return a phrase with all known words, in order of the alphabet."""
    words = sorted(known, key=str.lower)
    more = f" and {len(words) - _MOST_NAMES} more" if len(words) > _MOST_NAMES else ""
    return "known: " + ", ".join(words[:_MOST_NAMES]) + more
