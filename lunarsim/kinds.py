"""Kinds of values: whether a value is what an annotation says, and the annotation in words for people.

Two libraries were tried for the first half. beartype tests one element of a list at random, so that the same call fails
or not, and typeguard refuses numpy's numbers where ``float`` or ``int`` is annotated; neither gives the element that
is wrong as ``faults[1]``, and both speak before a function says of its arguments what it knows better.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from itertools import islice
from numbers import Integral, Number, Real
from os import PathLike
from typing import Any, NamedTuple

from lunarsim.errors import shown


class Misfit(NamedTuple):
    """A value that is not what it is annotated to be."""

    name: str  #: of the argument, or the place within it: ``faults[0]``
    value: Any
    hint: Any  #: what was expected


#: How one comes by an object, by the name of its class.
_EXAMPLES = {
    "Accuracy": "such as Accuracy()",
    "Axes": "such as plt.gca()",
    "BaseCoordinateFrame": "such as MoonME()",
    "Campaign": "such as load_campaign('luna25')",
    "CampaignResult": "as Campaign.run() returns it",
    "Engine": "such as Engine(thrust=4.2 * u.kN, specific_impulse=310 * u.s)",
    "Ephemeris": "such as Ephemeris.builtin()",
    "Fault": "such as AccelerometerOff()",
    "Figure": "such as plt.figure()",
    "Flight": "as simulate() and propagate() return it",
    "Force": "of a class that lunarsim.force has made",
    "GravityField": "such as GravityField.grail(50)",
    "GuidanceLaw": "such as EGuidance(time_to_go=300 * u.s)",
    "Moon": "such as Moon()",
    "Quantity": "such as 18 * u.km",
    "Scenario": "such as load_scenario('luna25')",
    "Site": "such as Site(latitude=-69.5 * u.deg, longitude=43.5 * u.deg)",
    "Spacecraft": "such as load_scenario('luna25').craft",
    "State": "such as State.from_elements(...) or scenario.state",
    "Steering": "such as AgainstVelocity()",
    "Terrain": "such as Terrain.from_file('LDEM_4.IMG')",
    "Time": "such as Time('2023-08-19T11:10:00', scale='utc')",
}

#: How one comes from what was given to what is expected, by the names of the classes.
_FROM = {
    ("Campaign", "CampaignResult"): "fly it first: campaign.run(1000)",
    ("Campaign", "Scenario"): "give its campaign.scenario",
    ("CampaignResult", "Campaign"): "give its result.campaign",
    ("CampaignResult", "Flight"): "fly one run again: result.rerun(0)",
    ("Flight", "Scenario"): "give its flight.scenario",
    ("Flight", "State"): "give its state at a time: flight.at(flight.end)",
    ("GravityField", "Moon"): "give Moon(gravity=...)",
    ("Scenario", "Flight"): "fly it first: simulate(scenario)",
    ("Scenario", "Spacecraft"): "give its scenario.craft",
    ("Scenario", "State"): "give its scenario.state",
    ("Terrain", "Moon"): "give Moon(terrain=...)",
    ("int", "GravityField"): "give the field to this degree: GravityField.grail({})",
    ("str", "Ephemeris"): "give Ephemeris.builtin(), .de421() or .de440(), or read one: Ephemeris.from_file({})",
    ("str", "GravityField"): "read it first: GravityField.from_file({})",
    ("str", "Terrain"): "read it first: Terrain.from_file({})",
    ("Quantity", "Terrain"): "give the sphere at this height: Terrain.sphere(...)",
    ("str", "Scenario"): "read it first: load_scenario({})",
}

_NUMBERS: dict[Any, Any] = {float: Real, int: Integral, complex: Number}
_WORDS: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    complex: "a number",
    bool: "True or False",
    str: "a text",
    PathLike: "a path",
    bytes: "bytes",
    Callable: "a function",
    type(None): "None",
}
_MOST_ELEMENTS = 1000  # of a container that are looked at
_MOST_BITS = 1023  # of a whole number, for it to be a float

_MAPPINGS = (dict, Mapping)
_CONTAINERS: dict[Any, Any] = {Iterable: Iterable, Iterator: Iterator}
_LISTS = (list, tuple, set, frozenset, Collection, Sequence, Set, *_CONTAINERS)
_UNIONS = (typing.Union, types.UnionType)


def misfit(name: str, value: Any, hint: Any) -> Misfit | None:
    """Return what of a value is not as annotated, or None; what cannot be told for sure is taken to fit."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in _UNIONS:
        return _in_union(name, value, hint)
    if origin is typing.Annotated:
        return misfit(name, value, inner[0])
    if origin is typing.Literal:
        fits = any(type(value) is type(each) and value == each for each in inner)
    elif origin in _LISTS:
        return _misfit_in_list(name, value, hint)
    elif origin in _MAPPINGS:
        return _misfit_in_mapping(name, value, hint)
    elif Callable in (origin, hint):
        fits = callable(value)
    else:
        fits = _is_one(value, hint if origin is None else origin)
    return None if fits else Misfit(name, value, hint)


def misfit_as_array(name: str, value: Any, hint: Any) -> Misfit | None:
    """Return a value, as a misfit, that is annotated as an array and holds something else than numbers."""
    if not any(_is_of_numpy(typing.get_origin(each) or each) for each in (hint, *typing.get_args(hint))):
        return None
    import numpy as np  # noqa: PLC0415  (light packages need this module, too)

    fits = value is not None and (typing.get_origin(hint) is not np.ndarray or isinstance(value, np.ndarray))
    with suppress(TypeError, ValueError, OverflowError):
        np.asarray(value, dtype=float)
        return None if fits else Misfit(name, value, np.ndarray)
    return Misfit(name, value, np.ndarray)


def is_own(hint: Any) -> bool:
    """Return whether an annotation is a class of this package, or a choice of such and None."""
    if typing.get_origin(hint) in _UNIONS:
        inner = [each for each in typing.get_args(hint) if each is not type(None)]
        return bool(inner) and all(map(is_own, inner))
    own = isinstance(hint, type) and hint.__module__.partition(".")[0] == "lunarsim"
    return own and not getattr(hint, "_is_protocol", False)


def described(found: Misfit) -> str:
    """Return what was given, what was expected and what to do."""
    advice = _advice(found)
    expected = _expected(found.hint, examples=not advice)
    return f"{found.name} = {shown(found.value)}: expected {expected}{f'; {advice}' if advice else ''}"


def wrong_kind(name: str, value: Any, hint: Any) -> str:
    """Return the same of a value that is known to be of the wrong kind."""
    return described(Misfit(name, value, hint))


def _advice(found: Misfit) -> str:
    """Return how one comes from what was given to what was expected; empty where there is no such way."""
    value, given = found.value, type(found.value).__name__
    if _is_too_large(value):
        return "give a smaller number"
    choices = _choices(found.hint)
    if isinstance(value, type):
        return f"this is a class, give an object of it: {value.__name__}(...)"
    if isinstance(value, list | tuple) and not any(each in _LISTS or each in _MAPPINGS for each in choices):
        return "give them one by one" if found.name.endswith("]") else "give one, not a list"
    advice = next((_FROM[given, each.__name__] for each in choices if (given, each.__name__) in _FROM), "")
    return advice.format(shown(value))


def _misfit_in_list(name: str, value: Any, hint: Any) -> Misfit | None:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, _CONTAINERS.get(origin, Collection)):
        return Misfit(name, value, hint)
    try:
        iter(value)
    except TypeError:  # an array without dimensions
        return Misfit(name, value, hint)
    if not isinstance(value, list | tuple | set | frozenset):  # what others hold may be endless, or on a disk
        return None
    if origin is tuple and inner[-1] is not Ellipsis:
        if len(value) != len(inner):
            return Misfit(name, value, hint)
        pairs: Iterable[tuple[Any, Any]] = zip(value, inner, strict=True)
    else:
        pairs = ((each, inner[0]) for each in islice(value, _MOST_ELEMENTS))
    parts = (misfit(f"{name}[{i}]", *pair) for i, pair in enumerate(pairs))
    return next((part for part in parts if part is not None), None)


def _misfit_in_mapping(name: str, value: Any, hint: Any) -> Misfit | None:
    if not isinstance(value, Mapping):
        return Misfit(name, value, hint)
    if not isinstance(value, dict | types.MappingProxyType):
        return None
    of_key, of_value = typing.get_args(hint)
    for key, each in islice(value.items(), _MOST_ELEMENTS):
        found = misfit(f"a key of {name}", key, of_key) or misfit(f"{name}[{shown(key)}]", each, of_value)
        if found is not None:
            return found
    return None


def _in_union(name: str, value: Any, hint: Any) -> Misfit | None:
    """Return the misfit in a choice of kinds: that within a container that is right itself, or the whole."""
    found = [misfit(name, value, each) for each in typing.get_args(hint)]
    if any(each is None for each in found):
        return None
    within = (each for each in found if each is not None and each.name != name)
    return next(within, Misfit(name, value, hint))


def _is_one(value: Any, kind: Any) -> bool:
    """Return whether a value is of a kind that is no container; true where that cannot be told."""
    if kind in _NUMBERS:
        return isinstance(value, _NUMBERS[kind]) and not _is_too_large(value)
    if kind is None:
        return value is None
    if kind is Any or not isinstance(kind, type) or _is_of_numpy(kind):
        return True
    if getattr(kind, "_is_protocol", False):
        return not isinstance(value, type) and all(callable(getattr(value, each, None)) for each in _methods(kind))
    return isinstance(value, kind) or (kind.__name__ == "Quantity" and type(value).__name__ == "TimeDelta")


def _is_too_large(value: Any) -> bool:
    return isinstance(value, int) and value.bit_length() > _MOST_BITS


def _is_of_numpy(kind: Any) -> bool:
    return str(getattr(kind, "__module__", "")).partition(".")[0] == "numpy"


def _methods(protocol: type) -> list[str]:
    own = (each for base in protocol.__mro__ if getattr(base, "_is_protocol", False) for each in vars(base).items())
    return [name for name, each in own if isinstance(each, types.FunctionType) and not name.startswith("_")]


def _choices(hint: Any) -> list[Any]:
    """Return the classes of a choice, or the one class."""
    if typing.get_origin(hint) in _UNIONS:
        return [each for part in typing.get_args(hint) for each in _choices(part)]
    origin = typing.get_origin(hint)
    return [each for each in (origin or hint,) if isinstance(each, type)]


def _expected(hint: Any, *, examples: bool = True) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in _UNIONS:
        words = [_expected(each, examples=examples) for each in inner if each is not type(None)]
        return " or ".join(dict.fromkeys(words)) + (", or None" if type(None) in inner else "")
    if origin is typing.Literal:
        return " or ".join(map(repr, inner))
    if origin is tuple and inner[-1] is not Ellipsis:
        return f"{len(inner)} values, each {_expected(inner[0])}"
    if origin in _LISTS:
        return f"a list, each {_expected(inner[0])}"
    if origin in _MAPPINGS:
        return f"a dict, each value {_expected(inner[1])}"
    kind = hint if origin is None else origin
    return _one_in_words(kind) + (_example(kind) if examples else "")


def _one_in_words(kind: Any) -> str:
    if _is_of_numpy(kind):
        return "an array of numbers"
    name = getattr(kind, "__name__", str(kind))
    return _WORDS.get(kind, f"{'an' if name[0] in 'AEIO' else 'a'} {name}")


def _example(kind: Any) -> str:
    name = getattr(kind, "__name__", "")
    return f", {_EXAMPLES[name]}" if name in _EXAMPLES else ""
