"""What flights are called in a figure when the user gives no names: never two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from astropy import units as u

from lunarsim.flight import Flight, Histories


def default_labels(flights: Sequence[Flight | Histories]) -> list[str]:
    """Return names of flights, by their scenarios; to namesakes is added what they differ in, or a number.

    Histories have the name of their file.
    """
    names = [_name(flight) for flight in flights]
    for differing in (_faults, _orbit, _epoch, _gravity, _ground):
        words = [flight.name if isinstance(flight, Histories) else differing(flight) for flight in flights]
        names = _told_apart(names, words)
    return _numbered(names)


def title_of(flight: Flight | Histories) -> str:
    """Return the title of what was flown, or else its name."""
    if isinstance(flight, Histories):
        return flight.title or flight.name
    return flight.scenario.title or flight.scenario.name


def _name(flight: Flight | Histories) -> str:
    return (flight.name if isinstance(flight, Histories) else flight.scenario.name) or "flight"


def _told_apart(names: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return the names, with the words added to those that are alike and whose words are not all alike."""
    known = Counter(names)
    differing = {name for name in known if len({w for n, w in zip(names, words, strict=True) if n == name}) > 1}
    return [f"{name}, {word}" if name in differing else name for name, word in zip(names, words, strict=True)]


def _numbered(names: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    known, made = Counter(names), []
    for name in names:
        seen[name] += 1
        made.append(f"{name} ({seen[name]})" if known[name] > 1 else name)
    return made if len(set(made)) == len(made) else _numbered(made)  # one was called so by its user


def _faults(flight: Flight) -> str:
    words = [fault.title for fault in flight.scenario.faults]
    return " and ".join(words) if words else "without faults"


def _orbit(flight: Flight) -> str:
    state = flight.scenario.state
    heights = (height.to_value(u.km) for height in (state.perilune, state.apolune))
    return "from " + " x ".join(f"{height:.1f}" for height in heights) + " km"


def _epoch(flight: Flight) -> str:
    return f"from {flight.start.utc.strftime('%Y-%m-%d %H:%M:%S')} UTC"


def _gravity(flight: Flight) -> str:
    return flight.scenario.moon.gravity.name


def _ground(flight: Flight) -> str:
    return flight.scenario.moon.terrain.name
