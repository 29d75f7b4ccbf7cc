"""TOML files of strangers: read in bounded time, and nothing in them that could harm a terminal or a folder."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from lunarsim.errors import ScenarioError, clipped, printable, shown

_LARGEST_FILE = 1_000_000  # bytes; the largest of the catalogue has 20 kB
_DEEPEST = 32  # tables and lists within one another; the catalogue has 4
_MOST_PARTS = 32  # of a dotted key: tomllib's time grows with their square
_LARGEST_WHOLE = 2**63 - 1  # as TOML asks for

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MOST_PARTS}}}")

_OTHER_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_AS_UTF8 = "save it as UTF-8 (in an editor: save as, encoding UTF-8)"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Returns
    -------
    dict
        Its texts hold no control characters but line ends and tabs, its whole numbers have 64 bits.

    Raises
    ------
    ScenarioError
        If the file cannot be read, is large, no UTF-8 or no TOML, or a value is not as above; the text names the
        file, and the key or the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ScenarioError(f"{path}: the scenario file cannot be read: {error.strerror or error}") from None
    if len(data) > _LARGEST_FILE:
        raise ScenarioError(f"{path}: the file is larger than 1 MB: expected a scenario file, which has some kB")
    document = _parsed(_text_of(data, path), path)
    _check(document, (), path)
    return document


def _text_of(data: bytes, path: Path) -> str:
    for mark, encoding in _OTHER_ENCODINGS.items():
        if data.startswith(mark):
            raise ScenarioError(f"{path}: the file is written in {encoding}: {_AS_UTF8}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise ScenarioError(f"{path}: line {line} holds a NUL, so this is UTF-16 or no text at all: {_AS_UTF8}")
    try:
        return data.decode("utf-8-sig")  # Windows marks UTF-8 with three bytes
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{path}: line {line} is not UTF-8 (byte 0x{data[error.start]:02x}): {_AS_UTF8}") from None


def _parsed(text: str, path: Path) -> dict[str, Any]:
    long_key = _LONG_KEY.search(text)
    if long_key is not None:
        line = text.count("\n", 0, long_key.start()) + 1
        raise ScenarioError(f"{path}: line {line}: a key has more than {_MOST_PARTS} parts between dots")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: this is not TOML: {clipped(str(error), 200)}") from None
    except RecursionError:
        raise ScenarioError(f"{path}: lists or tables lie within one another, more than {_DEEPEST} deep") from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise ScenarioError(f"{path}: a whole number has thousands of digits: {_WHOLE_NUMBERS}") from None


_WHOLE_NUMBERS = f"TOML's whole numbers end at {_LARGEST_WHOLE}"


def _check(value: Any, key: tuple[str | int, ...], path: Path) -> None:
    """Refuse a value that no scenario needs and that could do harm, and those within it."""
    if len(key) > _DEEPEST:
        raise ScenarioError(f"{path}: {_dotted(key[:4])}...: lists or tables lie more than {_DEEPEST} deep")
    match value:
        case dict():
            for name, each in value.items():
                _check(name, (*key, name), path)
                _check(each, (*key, name), path)
        case list():
            for i, each in enumerate(value):
                _check(each, (*key, i), path)
        case str() if printable(value) != value:
            raise ScenarioError(f"{path}: {_dotted(key)} = {shown(value)} holds a control character: write plain text")
        case int() if abs(value) > _LARGEST_WHOLE:
            raise ScenarioError(f"{path}: {_dotted(key)} = {shown(value)}: {_WHOLE_NUMBERS}")


def _dotted(key: tuple[str | int, ...]) -> str:
    return clipped(".".join(map(str, key)))
