"""The key-value notation (KVN) of CCSDS messages: CCSDS 502.0-B-3, section 7."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from lunarsim.errors import DataError, clipped, shown
from lunarsim.orbits.files.text_lines import Line, read_lines

_PAIR = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_UNIT = re.compile(r"(?P<number>[^\[\]]*)\[(?P<unit>[^\[\]]*)\]")
_VERSIONS = ("1.0", "2.0", "3.0")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eEdD][+-]?\d+)?")


class Value(NamedTuple):
    """The value of a key, and the line that it stands on."""

    line: Line
    text: str

    def number(self, unit: str) -> float:
        """Return the value as a number of a unit; the unit may stand behind it in brackets.

        Raises
        ------
        DataError
            If it is no finite number, or its unit is another one.
        """
        match = _UNIT.fullmatch(self.text)
        if match is not None and match["unit"].strip().lower() != unit:
            raise self.line.wrong(f"{shown(self.text)} is in {match['unit']}: CCSDS messages give it in {unit}")
        return number_of(self.line, match["number"].strip() if match else self.text)


def read_message(path: Path, kind: str, version_key: str) -> list[Line]:
    """Return the lines of a message without its comments; the first one says what it is.

    Raises
    ------
    DataError
        If the file cannot be read, is another message, or of another version or notation.
    """
    name = f"{kind} in key-value notation, which begins with {version_key} = 2.0"
    lines = [each for each in read_lines(path, name) if not is_comment(each)]
    if not lines:
        raise DataError(f"{path}: the file is empty: expected {name}")
    first = lines[0]
    pair = pair_of(first)
    if pair is None or pair[0] != version_key:
        xml = first.text.startswith("<")
        begins = f"begins with {shown(first.text)}"
        raise first.wrong(f"the file is XML: expected {name}" if xml else f"the file {begins}: expected {name}")
    if pair[1].text not in _VERSIONS:
        raise first.wrong(f"{version_key} = {shown(pair[1].text)}: expected one of {', '.join(_VERSIONS)}")
    return lines[1:]


def is_comment(line: Line) -> bool:
    """Return whether a line is a comment."""
    return line.text.split(maxsplit=1)[0].upper() == "COMMENT"


def pair_of(line: Line) -> tuple[str, Value] | None:
    """Return the keyword, in capitals, and the value of a line; None where it is no such pair."""
    match = _PAIR.fullmatch(line.text)
    return None if match is None else (match["key"].upper(), Value(line, match["value"].strip()))


def number_of(line: Line, text: str) -> float:
    """Return the number that a text is.

    Raises
    ------
    DataError
        If it is none, or not finite.
    """
    value = float(text.replace("d", "e").replace("D", "e")) if _NUMBER.fullmatch(text) else float("nan")
    if not isfinite(value):
        raise line.wrong(f"{shown(text)} is no finite number: expected e.g. 1837.4 or -1.2E-3")
    return value


def collect(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """Return pairs by their keywords.

    Raises
    ------
    DataError
        If a keyword stands twice.
    """
    found: dict[str, Value] = {}
    for key, value in pairs:
        if key in found:
            raise value.line.wrong(f"{key} stands a second time, after line {found[key].line.number}: expected it once")
        found[key] = value
    return found


def needed(values: Mapping[str, Value], key: str, path: Path, where: str) -> Value:
    """Return the value of a keyword that a message must have.

    Raises
    ------
    DataError
        If it has none.
    """
    value = values.get(key)
    if value is None or not value.text:
        raise DataError(f"{path}: {where} has no {key}: the message needs it")
    return value


def not_a_pair(line: Line) -> DataError:
    """Return the error of a line that is neither a pair nor anything else that may stand there."""
    return line.wrong(f"{clipped(line.text)!r} is not of the form KEYWORD = value")
