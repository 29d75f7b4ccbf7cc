"""PDS3 labels: keywords and values, by object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from lunarsim.errors import DataError

_LARGEST_BYTES = 250_000  # LOLA's labels have 5,000
_LONGEST_POINTER = 300
# Possessive, and tried once at the start of a statement: the time is linear in the length of the label.
_KEY = re.compile(r"(\^?[\w:]++)\s*+=\s*+")
_SPACE, _LINE = re.compile(r"\s*+"), re.compile(r"[^\r\n]*+")
_OPENING = re.compile(r'"|/\*')
_CLOSED_BY = {'"': '"', "'": "'", "(": ")", "{": "}"}
_NONE = {"N/A", "NA", "UNK", "NULL", "NONE", ""}  # literals of the standard for "there is no value"
_POINTER = re.compile(r"""\(?\s*["']?(?P<name>[^"',()<>]*)["']?\s*(,?\s*(?P<start>\d+)\s*(?P<bytes><BYTES>)?)?\s*\)?""")
_BASED = re.compile(r"(?P<base>\d{1,2})#(?P<digits>[+-]?[0-9A-Za-z]{1,32})#")


class Label:
    """The keywords of a PDS3 label, by object and name: ``IMAGE.LINES``.

    Raises
    ------
    DataError
        If the file is not a PDS3 label, too large for one, or a bracket or quote is not closed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values = _keywords(path)

    @property
    def keys(self) -> list[str]:
        """The keys, with their objects, in the order of the label."""
        return list(self._values)

    @property
    def pointer(self) -> str:
        """The key that says where the image is, ``^IMAGE`` of some object."""
        pointers = [key for key in self._values if key.endswith(".^IMAGE")]
        return "UNCOMPRESSED_FILE.^IMAGE" if len(pointers) != 1 else pointers[0]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a value as it is written, without its quotes."""
        value = self._values.get(key, default)
        if value is None:
            raise DataError(f"{self.path}: the label has no {key.replace('.', ': ')}: expected a label of a map")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number; a default is returned as it is."""
        if default is not None and key not in self._values:
            return default
        try:
            value = float(self.text(key).split("<")[0])
        except ValueError:
            return self.fail(key, "a number")
        return value if isfinite(value) else self.fail(key, "a finite number")

    def optional(self, key: str) -> float | None:
        """Return a finite number, or None where the label has none."""
        return None if self._values.get(key, "").upper() in _NONE else self.number(key)

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a whole number above zero."""
        value = self.number(key, default)
        return int(value) if value > 0 and float(value).is_integer() else self.fail(key, "a whole number above zero")

    def choice(self, key: str, known: Mapping[str, float], default: str) -> float:
        """Return what one of the known words stands for."""
        text = self.text(key, default).upper()
        return known[text] if text in known else self.fail(key, "one of " + ", ".join(known))

    def expect(self, key: str, words: str, default: str | None = None) -> None:
        """Raise an error unless a value holds these words."""
        if words not in " ".join(self.text(key, default).upper().replace("_", " ").split()):
            self.fail(key, words)

    def sample_values(self, key: str, dtype: np.dtype[Any]) -> list[float]:
        """Return the samples that a keyword names, one or a list; none where it says that there are none.

        ``16#FF7FFFFB#`` is a whole number, or for samples that are reals the bits of one.
        """
        words = self._values[key].strip("(){} ").split(",")
        words = [word.split("<")[0].strip(" \t\r\n\"'") for word in words]
        return [self._sample(key, word, dtype) for word in words if word.upper() not in _NONE]

    def _sample(self, key: str, word: str, dtype: np.dtype[Any]) -> float:
        based = _BASED.fullmatch(word)
        try:
            if based is None:
                with np.errstate(over="ignore"):
                    return float(np.float32(word) if dtype.kind == "f" else float(word))
            whole = int(based["digits"], int(based["base"]))
            if dtype.kind == "f":
                return float(np.array(whole, dtype=np.uint32).view(np.float32))
            return float(whole - (1 << 8 * dtype.itemsize) if whole >> (8 * dtype.itemsize - 1) == 1 else whole)
        except (ValueError, OverflowError):
            return self.fail(key, "a sample's value, such as -32768 or 16#8000#")

    def image_pointer(self) -> tuple[str | None, int]:
        """Return the name of the image's file, None where the label does not say, and the byte where it starts.

        Raises
        ------
        DataError
            If the image stands in the label's own file, in another folder, or the pointer cannot be read.
        """
        key = self.pointer
        if key not in self._values:
            return None, 0
        match = _POINTER.fullmatch(self._values[key][:_LONGEST_POINTER].strip())
        if match is None:
            self.fail(key, "the name of an image, and where in it the image starts")
        name = match["name"].strip()
        if not name or name.isdigit():
            self.fail(key, "the name of an image beside the label: an image in the label's own file is not read")
        if name in {".", ".."} or set(name) & set("/\\:\x00"):
            self.fail(key, "a plain name: the image lies beside its label")
        first = int(match["start"] or 1) - 1
        if first and not match["bytes"]:
            first *= self.whole(key.replace("^IMAGE", "RECORD_BYTES"))
        return name, first if 0 <= first < 2**62 else self.fail(key, "a start counted from 1, within the file")

    def fail(self, key: str, expected: str) -> NoReturn:
        """Raise the error that names a keyword, its value and what was expected."""
        value = " ".join(str(self._values.get(key)).split())
        shown = value if len(value) <= 200 else f"{value[:200]}..."
        raise DataError(f"{self.path}: {key.rpartition('.')[2]} = {shown}: expected {expected}")


def _keywords(path: Path) -> dict[str, str]:
    """Return the values of a label under ``OBJECT.KEYWORD``, quotes taken off."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_BYTES + 1).decode("latin-1")
    except OSError as error:
        raise DataError(f"{path}: the label cannot be read: {error.strerror or error}") from None
    if not re.match(r'\s*+PDS_VERSION_ID\s*+=\s*+"?PDS3\b', text):
        raise DataError(f"{path}: this is no PDS3 label: it does not start with PDS_VERSION_ID = PDS3")
    if len(text) > _LARGEST_BYTES:
        raise DataError(f"{path}: this is no label of a map: it has more than {_LARGEST_BYTES} bytes")
    values: dict[str, str] = {}
    objects = [""]
    for key, value in _statements(_without_comments(text, path), path):
        if key in {"OBJECT", "GROUP"}:
            objects.append(value.upper())
        elif key in {"END_OBJECT", "END_GROUP"}:
            objects.pop() if len(objects) > 1 else None
        else:
            values.setdefault(f"{objects[-1]}.{key}", value)
    return values


def _without_comments(text: str, path: Path) -> str:
    """Return a label without its comments; what opens a comment within quotes is text."""
    kept, start, at = [], 0, 0
    while (opening := _OPENING.search(text, at)) is not None:
        closing = "*/" if opening[0] == "/*" else opening[0]
        at = text.find(closing, opening.end()) + len(closing)
        if at < len(closing):
            raise _never_closed(path, text, opening.start(), closing)
        if closing == "*/":
            kept.append(text[start : opening.start()])
            start = at
    return "".join((*kept, text[start:]))


def _statements(text: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield keywords and values; a line that is no statement is passed over."""
    at = _end(_SPACE, text, 0)
    while at < len(text):
        key = _KEY.match(text, at)
        start = at if key is None else key.end()
        closing = None if key is None else _CLOSED_BY.get(text[start : start + 1])
        at = _end(_LINE, text, start) if closing is None else text.find(closing, start + 1) + 1
        if at == 0:
            raise _never_closed(path, text, start, str(closing))
        if key is not None:
            yield key[1].upper(), text[start:at].strip().strip("\"'").strip()
        at = _end(_SPACE, text, at)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where a pattern that always matches ends."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _never_closed(path: Path, text: str, at: int, closing: str) -> DataError:
    return DataError(f"{path}: line {text.count(chr(10), 0, at) + 1}: expected {closing} that closes what begins here")
