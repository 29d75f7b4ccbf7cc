"""What is common to all parts of a user's own: a class with declared numbers under a title, and its function.

Laws, faults and the like each say what their class and their function have to be; see ``docs/extending.md``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from types import CellType, CodeType
from typing import Any, get_args, get_type_hints

import numpy as np
from astropy import units as u
from numba.core.errors import NumbaError
from numpy.typing import NDArray

from lunarsim import declarations
from lunarsim.declarations import Declaration, Switch, declared, everything
from lunarsim.errors import InputError, IntegrationError, LunarsimError
from lunarsim.kernels.by_address import address_of


def check_title(title: object, example: str) -> None:
    """Refuse what cannot stand in files, paths and figures as the title of a part.

    Raises
    ------
    InputError
        The text gives an example.
    """
    if not isinstance(title, str) or not title.strip() or "." in title:
        raise InputError(f"title = {title!r}: expected words without a dot, such as '{example}'")


def component(kind: type, what: str, title: str, plain: Collection[str] = ()) -> Any:
    """Make a class a frozen dataclass that checks its numbers.

    Parameters
    ----------
    kind : type
        The user's class.
    what : str
        What it is, for messages: ``"guidance law"``.
    title : str
        What scenario files, paths and figures call it.
    plain : collection of str
        Fields that need no declaration.

    Returns
    -------
    type
        The class, with its :attr:`title`.

    Raises
    ------
    InputError
        If a field is not declared.
    """
    theirs = getattr(kind, "__post_init__", None)

    def check(part: Any) -> None:
        declarations.check(part)
        if theirs is not None:
            theirs(part)

    kind.__post_init__ = check  # type: ignore[attr-defined]
    try:
        whole: Any = dataclass(frozen=True, kw_only=True)(kind)
        hints = get_type_hints(whole)
    except (TypeError, NameError) as error:
        raise InputError(
            f"{what} '{title}': {error}: expected fields such as height: u.Quantity = ls.number(...)"
        ) from error
    for each in fields(whole):
        if each.name not in plain and each.name not in everything(whole):
            raise InputError(
                f"{what} '{title}': its field '{each.name}' is declared neither by lunarsim.number(...) nor by "
                "lunarsim.switch(...): expected one of them, so that it has a unit and bounds"
            )
        if each.name in declared(whole):
            _check_annotation(f"{what} '{title}'", each.name, hints[each.name], declared(whole)[each.name])
    whole.title = title
    return whole


def register(kind: Any, known: dict[str, Any]) -> None:
    """Make a class known by its title.

    Raises
    ------
    InputError
        If another class has this title.
    """
    other = known.get(kind.title)
    if other is not None and (other.__module__, other.__qualname__) != (kind.__module__, kind.__qualname__):
        raise InputError(
            f"title = {kind.title!r}: {other.__module__}.{other.__qualname__} has this title: expected another one"
        )
    known[kind.title] = kind


def _check_annotation(named: str, name: str, hint: Any, declaration: Declaration) -> None:
    """Refuse an annotation of another kind than the declaration: what is saved by the one is read by the other."""
    kind = bool if isinstance(declaration, Switch) else float if declaration.unit == u.one else u.Quantity
    if hint is not Any and kind not in (hint, *get_args(hint)):
        raise InputError(
            f"{named}: its field '{name}' is annotated {hint}: expected {kind.__name__}, as it is declared"
        )


def function_of(kind: type, what: str, title: str, name: str, takes: tuple[tuple[str, ...], ...], gives: str) -> Any:
    """Return the function of a user's class, plain or compiled.

    Parameters
    ----------
    kind : type
        The user's class.
    what, title : str
        What it is, and what it is called, for messages.
    name : str
        Of the function.
    takes : tuple of tuples of str
        The names of its arguments, for each number of them that it may take.
    gives : str
        What it gives, for messages.

    Raises
    ------
    InputError
        If there is none, or it takes another number of arguments.
    """
    function: Any = vars(kind).get(name)
    function = function.__func__ if isinstance(function, staticmethod) else function
    given = arguments_of(function)
    odd = given is not None and (given[:1] in (("self",), ("cls",)) or _has_defaults(function))
    if given is None or odd or len(given) not in [len(each) for each in takes]:
        told = "is missing" if given is None else f"takes ({', '.join(given)})"
        told += ", with defaults" if odd and _has_defaults(function) else ""
        ways = " or ".join(f"{name}({', '.join(each)})" for each in takes)
        raise InputError(f"{what} '{title}': its {name} {told}: expected {ways}, which gives {gives}")
    return function


def arguments_of(function: Any) -> tuple[str, ...] | None:
    """Return the names of what a function takes, plain or compiled; None if it is no function."""
    plain = getattr(function, "py_func", function)
    return tuple(inspect.signature(plain).parameters) if inspect.isfunction(plain) else None


def _has_defaults(function: Any) -> bool:
    return bool(getattr(function, "py_func", function).__defaults__)


def identity(part: Any) -> tuple[str, Any, str]:
    """Return what tells a part from others whatever process it is in: its title, frame, and the code of its function.

    Of a function of the package, whose code is known by the digest of all kernels, the title alone.
    """
    _, name = getattr(part, "own_function", ("", ""))
    return part.title, getattr(part, "frame", None), code_of(getattr(part, name, None))


@contextmanager
def naming(parts: Iterable[Any]) -> Iterator[None]:
    """Let an error that arises while parts are flown name those of a user's own: the package's raise none.

    Raises
    ------
    IntegrationError
        In place of an error that a part of the user's may have raised.
    """
    try:
        yield
    except (LunarsimError, NumbaError, MemoryError):
        raise
    except Exception as error:
        own = {(*part.own_function, part.title) for part in parts if hasattr(part, "own_function")}
        if not own:
            raise
        named = " or ".join(f"{what} '{title}'" for what, _, title in sorted(own))
        names = " or ".join(sorted({name for _, name, _ in own}))
        raise IntegrationError(
            f"{named} ended with {type(error).__name__}: {error}: mend its {names}, or let it give NaN where it has no "
            "answer"
        ) from error


def code_of(function: Any) -> str:
    """Return what a function does as a text for a hash, the same in each process: what it computes, and with what.

    That is its code, its defaults, and the numbers, texts, arrays and quantities that it reads from its module or from
    the function about it; not what it calls. Empty for what is no function.
    """
    plain = getattr(function, "py_func", function)
    if not inspect.isfunction(plain):
        return ""
    about = [cell.cell_contents for cell in plain.__closure__ or () if cell != _EMPTY_CELL]
    names = sorted(set(_names(plain.__code__)))
    read = {name: plain.__globals__[name] for name in names if _is_value(plain.__globals__.get(name))}
    parts = (plain.__code__, plain.__defaults__, plain.__kwdefaults__, tuple(filter(_is_value, about)), read)
    return _written(parts)


def _names(code: CodeType) -> Iterator[str]:
    """Give the names that code and the code within it read."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names(each)


def _is_value(value: Any) -> bool:
    return isinstance(
        value, (bool, int, float, complex, str, bytes, tuple, list, dict, set, u.Quantity, np.ndarray, np.generic)
    )


def _written(value: Any) -> str:
    """Return a value as a text without addresses, orders by chance, or dots in place of numbers."""
    if isinstance(value, CodeType):
        return f"{value.co_code.hex()} {value.co_names} {_written(value.co_consts)}"
    if isinstance(value, dict):
        return _written(tuple(value.items()))
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_written, value))})"
    if isinstance(value, frozenset | set):
        return f"{{{', '.join(sorted(map(_written, value)))}}}"
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.ascontiguousarray(value)
        return f"{array.dtype} {array.shape} {array.tobytes().hex()} {getattr(value, 'unit', '')}"
    return repr(value) if value is None or value is Ellipsis or _is_value(value) else type(value).__qualname__


_EMPTY_CELL = CellType()


def as_told(numbers: NDArray[np.float64], kind: np.dtype[Any]) -> Any:
    """Return the numbers of a part as plain Python is told them: a copy of its own, which cannot be written.

    Kernels hand over what lies in the records of a run, which are gone when it has ended.
    """
    copied = numbers.copy()
    copied.flags.writeable = False
    return copied.view(kind)[0]


def address_in(
    named: str, name: str, gives: str, kernel: Callable[..., Any], takes: tuple[Any, ...], type_: Any
) -> int:
    """Return where the machine code of a part's function lies in this process.

    Parameters
    ----------
    named, name, gives : str
        What the part is and is called, its function, and what that gives, for messages.
    kernel : callable
        The function as kernels call it.
    takes, type_
        numba's types of its arguments and of what it gives.

    Raises
    ------
    InputError
        If it cannot be compiled; the text names the part.
    """
    try:
        return address_of(kernel, takes, type_)
    except (NumbaError, TypeError, KeyError) as error:
        raise InputError(f"{named}: its {name} cannot be compiled, or does not give {gives}: {error}") from error


class Interpreted:
    """A function of the user's in plain Python, as machine code calls it: its errors and its answers have names.

    Parameters
    ----------
    named : str
        What it is and is called: ``"guidance law 'hover'"``.
    name : str
        Of the function, for messages: ``"command"``.
    function : callable
        The function itself.
    count : int
        How many numbers it gives.
    gives : str
        What they are.
    """

    def __init__(self, named: str, name: str, function: Callable[..., Any], count: int, gives: str) -> None:
        self._named, self._name, self._function, self._count, self._gives = named, name, function, count, gives

    def __call__(self, when: str, *arguments: Any) -> tuple[float, ...]:
        """Return the numbers that the function gives.

        Raises
        ------
        IntegrationError
            If it raises an error, or gives something else; the text says ``when``.
        """
        try:
            given = self._function(*arguments)
        except LunarsimError:
            raise
        except Exception as error:
            raise IntegrationError(
                f"{self._named} ended with {type(error).__name__}: {error}, {when}: mend its {self._name}, or let it "
                "give NaN where it has no answer"
            ) from error
        try:
            each_given = given if self._count > 1 else (given,)
            numbers = (
                () if any(isinstance(each, bool | np.bool_) for each in each_given) else tuple(map(float, each_given))
            )
        except (TypeError, ValueError):
            numbers = ()
        if len(numbers) != self._count:
            raise IntegrationError(f"{self._named} gave {given!r}, {when}: expected {self._gives}")
        return numbers
