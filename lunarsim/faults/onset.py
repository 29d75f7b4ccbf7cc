"""When a fault begins that does not begin at a time that is given: texts, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from astropy import units as u

from lunarsim.declarations import FAR_M, LONG_S, Number
from lunarsim.errors import InputError, shown

_TIME = Number(unit=u.s, low=0.0, high=LONG_S)
_HEIGHT = Number(unit=u.m, low=0.0, high=FAR_M)
_MEAN = Number(unit=u.s, above=0.0, high=LONG_S)
_SEEDS = 2**63

#: How such an onset is written, for errors.
EXAMPLES = (
    "a time such as '60 s', 'ignition', 'ignition of burn 1', 'cut-off', 'phase braking begins', 'at 5 km', "
    "'at 5 km rising', 'at random from 0 s to 84 s with seed 1' or 'at random with mean 40 s from 0 s to 84 s with "
    "seed 1'"
)


@dataclass(frozen=True)
class AtEvent:
    """An event of the flight.

    Attributes
    ----------
    event : str
        ``"ignition"``, ``"cut-off"`` or ``"phase"``.
    which : int or str
        The burn, by its place among the burns, from 0 on, or by its name; a phase by its name.
    """

    event: str
    which: int | str

    def __str__(self) -> str:
        if self.event == "phase":
            return f"phase {self.which} begins"
        of = f"burn {self.which}" if isinstance(self.which, int) else self.which
        return f"{self.event} of {of}"


@dataclass(frozen=True)
class AtHeight:
    """A height above the ground, as it falls or rises through it for the first time."""

    height_m: float
    rising: bool

    def __str__(self) -> str:
        height = f"{self.height_m / 1e3:g} km" if self.height_m >= 1e3 else f"{self.height_m:g} m"
        return f"at {height}{' rising' if self.rising else ''}"


@dataclass(frozen=True)
class AtRandom:
    """A time that is drawn: uniform between two, or exponential from the first on and before the second."""

    earliest_s: float
    latest_s: float
    mean_s: float | None
    seed: int

    @property
    def drawn_s(self) -> float:
        """The time (s)."""
        rng = np.random.default_rng(self.seed)
        if self.mean_s is None:
            return float(rng.uniform(self.earliest_s, self.latest_s))
        held = -np.expm1(-(self.latest_s - self.earliest_s) / self.mean_s)  # of the distribution, in the interval
        later_s = -self.mean_s * np.log1p(-rng.uniform() * held)
        return float(min(self.earliest_s + later_s, self.latest_s))


Waiting: TypeAlias = AtEvent | AtHeight

_EVENT = re.compile(r"(ignition|cut-off)(?: of (?:burn (\d+)|(.+)))?")
_PHASE = re.compile(r"phase (.+) begins")
_HEIGHTS = re.compile(r"at (.+?)( rising| falling)?")
_RANDOM = re.compile(r"at random(?: with mean (.+))? from (.+) to (.+) with seed (\d+)")


@cache
def meaning_of(text: str) -> AtEvent | AtHeight | AtRandom | u.Quantity:
    """Return what the text of an onset means.

    Raises
    ------
    InputError
        If it means nothing, or its numbers are out of their bounds; the text says what would.
    """
    text = text.strip()
    if found := _RANDOM.fullmatch(text):
        return _random(text, *found.groups())
    if found := _EVENT.fullmatch(text):
        event, number, name = found.groups()
        return AtEvent(event, name or int(number or 0))
    if found := _PHASE.fullmatch(text):
        return AtEvent("phase", found[1])
    if found := _HEIGHTS.fullmatch(text):
        height = _quantity(text, found[1], _HEIGHT)
        return AtHeight(float(height.value), found[2] == " rising")
    return _quantity(text, text, _TIME)


def _random(text: str, mean: str | None, earliest: str, latest: str, seed: str) -> AtRandom:
    first, last = (float(_quantity(text, each, _TIME).value) for each in (earliest, latest))
    if last <= first:
        raise InputError(f"onset = {shown(text)}: expected the second time after the first")
    if int(seed) >= _SEEDS:
        raise InputError(f"onset = {shown(text)}: expected a seed from 0 to 2^63")
    return AtRandom(first, last, None if mean is None else float(_quantity(text, mean, _MEAN).value), int(seed))


def _quantity(text: str, written: str, bounds: Number) -> u.Quantity:
    """Return a quantity of the text of an onset."""
    try:
        given = u.Quantity(written)
    except (TypeError, ValueError):
        given = None
    if given is None or given.unit == u.one:
        raise InputError(f"onset = {shown(text)}: expected {EXAMPLES}")
    return bounds.checked(f"onset = {shown(text)}: {written}", given)
