"""What the public functions and classes say when they are called with arguments of the wrong kind.

The annotations of a function are the declaration: :func:`checked` holds a call against them. What a function says of
its arguments itself comes first, since it knows more: annotations are looked at where it fails otherwise, and ahead of
the call alone for parameters that are to be one of the package's own objects.
"""

from __future__ import annotations

import enum
import inspect
import sys
import typing
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache, partial, wraps
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from lunarsim.errors import ArgumentError, LunarsimError, alike
from lunarsim.kinds import Misfit, described, is_own, misfit, misfit_as_array
from lunarsim.names import mark_renamed, missing, renamed

Checked = TypeVar("Checked")

_MARK = "__checked_arguments__"
_FIRST = {"self", "cls"}  # what a method gets of itself

#: What other libraries and textbooks call an argument.
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "r": ("position", "perilune"),
    "pos": ("position",),
    "x": ("position",),
    "v": ("velocity", "speed"),
    "vel": ("velocity",),
    "t": ("epoch", "time", "duration"),
    "time": ("epoch",),
    "date": ("epoch",),
    "isp": ("specific_impulse",),
    "exhaust_velocity": ("specific_impulse",),
    "f": ("thrust",),
    "mass": ("dry_mass", "propellant_mass"),
    "m": ("mass", "dry_mass", "propellant_mass"),
    "m0": ("dry_mass", "propellant_mass"),
    "fuel": ("propellant_mass",),
    "periapsis": ("perilune",),
    "pericenter": ("perilune",),
    "periselene": ("perilune",),
    "rp": ("perilune",),
    "apoapsis": ("apolune",),
    "apocenter": ("apolune",),
    "aposelene": ("apolune",),
    "ra": ("apolune",),
    "inc": ("inclination",),
    "i": ("inclination",),
    "raan": ("node_longitude",),
    "lan": ("node_longitude",),
    "argp": ("argument_of_perilune",),
    "aop": ("argument_of_perilune",),
    "argument_of_periapsis": ("argument_of_perilune",),
    "nu": ("true_anomaly",),
    "ta": ("true_anomaly",),
    "lat": ("latitude",),
    "lon": ("longitude",),
    "dv": ("target_delta_v",),
    "delta_v": ("target_delta_v",),
    "start": ("ignition", "epoch"),
    "std": ("sigma",),
    "sd": ("sigma",),
    "scale": ("sigma",),
    "loc": ("mean",),
    "runs": ("n",),
    "random_state": ("seed",),
    "ground": ("terrain",),
    "surface": ("terrain",),
    "bodies": ("third_bodies",),
}


def check_calls(package: str, names: Iterable[str]) -> None:
    """Have the public functions and classes of a package check the arguments that they are called with."""
    namespace = vars(sys.modules[package])
    for name in names:
        namespace[name] = checked(namespace[name])
    namespace.setdefault("__getattr__", partial(missing, package))
    namespace.pop(check_calls.__name__, None)  # imported for this call, and no name for people to find there


def checked(public: Checked) -> Checked:
    """Return a function, or a class with its constructor and public methods, that checks how it is called.

    A class is changed in place; what is neither, and what is checked already, is returned as it is.

    Notes
    -----
    A call with arguments that are missing, unknown or of the wrong kind raises an :class:`ArgumentError`. An error of
    the package's own passes unchanged, and so does any other where the arguments are as annotated.
    """
    if isinstance(public, type):
        _check_class(public)
    elif isinstance(public, FunctionType) and not hasattr(public, _MARK):
        function: Any = _checked_function(public, public.__qualname__)
        home, name = sys.modules[public.__module__], function.__name__
        if getattr(home, name, None) is public:  # where pickle looks for it
            setattr(home, name, function)
        return typing.cast(Checked, function)
    return public


def _check_class(public: type) -> None:
    own = vars(public)
    if _MARK in own or issubclass(public, enum.Enum | BaseException) or getattr(public, "_is_protocol", False):
        return
    _check_constructor(public)
    for name, member in list(own.items()):
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod | staticmethod):
            kind = type(member)
            setattr(public, name, kind(_checked_function(member.__func__, f"{public.__name__}.{name}")))
        elif isinstance(member, FunctionType):
            setattr(public, name, _checked_function(member, f"{public.__name__}.{name}"))
    mark_renamed(public)
    setattr(public, _MARK, True)


def _check_constructor(public: type) -> None:
    name = "__new__" if issubclass(public, tuple) else "__init__"
    if not inspect.isabstract(public) and getattr(public, name) is not object.__init__:  # a base of methods has none
        setattr(public, name, _checked_constructor(public, getattr(public, name)))


def _checked_function(function: Any, name: str) -> Any:
    call = _Call(function, name)

    @wraps(function)
    def checked_function(*args: Any, **kwargs: Any) -> Any:
        call.check_own(args, kwargs)
        try:
            return function(*args, **kwargs)
        except LunarsimError:
            raise
        except Exception as error:
            call.explain(error, args, kwargs)
            raise

    setattr(checked_function, _MARK, True)
    return checked_function


def _checked_constructor(public: type, function: Any) -> Any:
    """Return a constructor that also looks at what it has made: no field may hold what it is not annotated with."""
    call = _Call(function, public.__name__)
    foreign = not function.__module__.startswith("lunarsim")  # its author knows better what was wrong
    looked_at = function.__name__ == "__init__" and is_dataclass(public)

    @wraps(function)
    def checked_constructor(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            made = function(self, *args, **kwargs)
        except LunarsimError:
            raise
        except Exception as error:
            call.explain(error, (self, *args), kwargs)
            if foreign:
                raise ArgumentError(f"{public.__name__}: {error}") from error
            raise
        if looked_at:
            _check_fields(public, self)
        return made

    return checked_constructor


def _check_fields(public: type, made: Any) -> None:
    for name, hint in _hints_of_fields(public).items():
        found = misfit(name, getattr(made, name), hint)
        if found is not None:
            raise ArgumentError(_in_words(public.__name__, found))


@cache
def _hints_of_fields(public: type) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(public)
    except NameError:  # a name that only type checkers import
        return {}
    return {field.name: hints[field.name] for field in fields(public) if field.init}


class _Parameter(NamedTuple):
    """A parameter, by its place in the call."""

    place: int
    name: str
    hint: Any
    several: bool  #: whether it takes all arguments from its place on


class _Call:
    """How a function is to be called; worked out when that is first asked for."""

    def __init__(self, function: Any, name: str) -> None:
        self._function = function
        self._name = name

    def check_own(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Refuse, before anything runs, what should be one of the package's own objects and is not."""
        for place, name, hint, several in _own_parameters(self._function):
            if several:
                given = [(f"{name}[{i}]", value) for i, value in enumerate(args[place:])]
            else:
                given = [(name, kwargs.get(name, value)) for value in args[place : place + 1]]
                given = given or [(name, kwargs[name]) for _ in range(name in kwargs)]
            for where, value in given:
                found = misfit(where, value, hint)
                if found is not None:
                    raise ArgumentError(_in_words(self._name, found))

    def explain(self, error: Exception, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Raise an error that teaches, if the arguments are to blame for one that does not."""
        signature = inspect.signature(self._function)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as reason:
            raise ArgumentError(_binding_in_words(self._name, signature, args, kwargs, reason)) from None
        hints = _hints_of(self._function)
        for look in (misfit, misfit_as_array):
            for name, value in bound.arguments.items():
                hint = _hint_of_all(hints.get(name, Any), signature.parameters[name].kind)
                found = look(name, value, hint)
                if found is not None:
                    raise ArgumentError(_in_words(self._name, found)) from error


def _hint_of_all(hint: Any, kind: Any) -> Any:
    """Return the annotation of all that a parameter takes."""
    if kind is inspect.Parameter.VAR_KEYWORD:
        return dict[str, hint]
    return tuple[hint, ...] if kind is inspect.Parameter.VAR_POSITIONAL else hint


@cache
def _hints_of(function: Any) -> dict[str, Any]:
    """Return the annotations of a function's parameters; none for those with names that only type checkers import."""
    hints, known = {}, _Names(function.__globals__)
    for name, text in function.__annotations__.items():
        if name != "return":
            with suppress(NameError):
                hints.update(typing.get_type_hints(SimpleNamespace(__annotations__={name: text}), {}, known))
    return hints


class _Names(dict[str, Any]):
    """The names of a module, and the public ones of the package, some of which it may not import."""

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(sys.modules["lunarsim"], name)
        except AttributeError:
            raise KeyError(name) from None


@cache
def _own_parameters(function: Any) -> list[_Parameter]:
    parameters = []
    for place, parameter in enumerate(inspect.signature(function).parameters.values()):
        hint = _hints_of(function).get(parameter.name, Any)
        if is_own(hint):
            several = parameter.kind is inspect.Parameter.VAR_POSITIONAL
            parameters.append(_Parameter(place, parameter.name, hint, several))
    return parameters


def _in_words(name: str, found: Misfit) -> str:
    return f"{name}: {described(found)}"


def _binding_in_words(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], reason: TypeError
) -> str:
    known = [each for each in signature.parameters if each not in _FIRST]
    takes = f"{name} takes {', '.join(known) or 'no arguments'}"
    unknown = [each for each in kwargs if each not in known]
    if unknown:
        which = " and ".join(f"'{each}'{_perhaps(each, known)}" for each in unknown)
        return f"{name} has no argument {which}: {takes}"
    try:
        given = signature.bind_partial(*args, **kwargs).arguments
    except TypeError:
        by_name = f"; give them by name, as {name}({known[0]}=...)" if known and "positional" in str(reason) else ""
        return f"{name}: {reason}: {takes}{by_name}"
    needed = (each for each, parameter in signature.parameters.items() if parameter.default is inspect.Parameter.empty)
    missing = [each for each in needed if each not in given]
    return f"{name} is called without {' and '.join(missing)}: {takes}"


def _perhaps(unknown: str, known: list[str]) -> str:
    if now := renamed(unknown, known):
        return f" (it is called '{now}' now)"
    meant = [each for each in _OTHER_NAMES.get(unknown.lower(), ()) if each in known] or alike(unknown, known)
    return f" (did you mean {' or '.join(meant)}?)" if meant else ""
