"""The exception tree: every error that lunarsim raises on purpose."""

from __future__ import annotations

import difflib
from collections.abc import Collection


class LunarsimError(Exception):
    """Base of all lunarsim errors; its text says what was given, what was expected, what to do."""


class InputError(LunarsimError, ValueError):
    """An argument has the wrong type, dimension, shape, sign or range."""


class ScenarioError(InputError):
    """A scenario file cannot be used; the text names the file, the key, the value and what was expected."""


class UnknownScenarioError(InputError):
    """No scenario of that name is in the catalogue, and no file of that path exists."""


class DataError(LunarsimError):
    """A data file is missing, damaged or not of the expected format."""


class EpochError(InputError):
    """A time lies outside the span of the orientation or ephemeris data."""


class SpanError(InputError):
    """A flight was asked for a time that it did not fly."""


class IntegrationError(LunarsimError):
    """A flight cannot be integrated further; the text says in which phase, when, where and why."""


class OutputError(LunarsimError, OSError):
    """Results could not be written."""


class ModelWarning(UserWarning):
    """A flight went where its model of the Moon is poor, or falls back to another."""


class StatisticsWarning(UserWarning):
    """A statistic of a campaign rests on few runs."""


def nearest(name: str, known: Collection[str]) -> str:
    """Return a phrase that names the known words nearest to a misspelt one, or all of them."""
    if not known:
        return "none is known here"
    by_lower = {word.lower(): word for word in sorted(known)}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"'{by_lower[word]}'" for word in close) + "?"
    return "known: " + ", ".join(by_lower.values())
