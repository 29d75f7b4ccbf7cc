"""The formats of gravity field files, line by line: GMAT .cof, PDS SHADR .tab and .sha, ICGEM .gfc."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lunarsim.errors import DataError


@dataclass(frozen=True, kw_only=True)
class FieldHeader:
    """What a file says about its coefficients.

    Attributes
    ----------
    name, tide_system : str
        As in the file; the file's name and ``"unknown"`` where the format has no place for them.
    gm_m3_s2, radius_m : float
        Gravitational parameter and reference radius.
    normalised : bool
        True if the coefficients are fully normalised (4 pi).
    """

    name: str
    gm_m3_s2: float
    radius_m: float
    normalised: bool
    tide_system: str


@dataclass(frozen=True)
class Line:
    """One line of a file, which knows where it stands."""

    path: Path
    number: int
    text: str

    def refuse(self, expected: str) -> NoReturn:
        """Raise the error that names this line."""
        raise DataError(f"{self.path}, line {self.number}: '{self.text[:100]}': expected {expected}")

    def real(self, text: str, what: str) -> float:
        """Return a finite number from C's or Fortran's way of writing it."""
        try:
            value = float("" if "_" in text else text.strip().replace("D", "E").replace("d", "e"))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.refuse(f"{what} as a finite number, not '{text.strip()}'")
        return value

    def positive(self, text: str, what: str) -> float:
        """Return a number above zero."""
        value = self.real(text, what)
        if value <= 0.0:
            self.refuse(f"{what} above zero")
        return value

    def whole(self, text: str, what: str) -> int:
        """Return a whole number from zero."""
        if not (text.strip().isascii() and text.strip().isdigit()):
            self.refuse(f"{what} as a whole number from 0, not '{text.strip()}'")
        return int(text)


@dataclass(frozen=True)
class Row:
    """One pair of coefficients, and the line that it stands in."""

    line: Line
    n: int
    m: int
    c: float
    s: float


Parsed = tuple[FieldHeader, list[Row]]


def _read_gmat(path: Path, lines: list[Line]) -> Parsed:
    """GMAT's fixed columns: n [8:11], m [11:14], C [17:38], S [38:60], S blank for zonals; C and S may touch."""
    header, rows, ended = None, [], False
    for line in lines:
        if line.text.startswith("POTFIELD"):
            header = _gmat_header(path, line)
        elif line.text.startswith("RECOEF"):
            n, m = line.whole(line.text[8:11], "a degree in columns 9 to 11"), line.whole(line.text[11:14], "an order")
            c = line.real(line.text[17:38], "C in columns 18 to 38")
            blank = m == 0 and not line.text[38:60].strip()
            rows.append(Row(line, n, m, c, 0.0 if blank else line.real(line.text[38:60], "S in columns 39 to 60")))
        elif line.text.startswith("END"):
            ended = True
            break
        elif line.text and not line.text.startswith("C"):
            line.refuse("COMMENT, POTFIELD, RECOEF or END at the start of the line")
    if header is None:
        raise DataError(f"{path}: has no POTFIELD line: expected one, with GM and the radius, before the coefficients")
    if not ended:
        raise DataError(f"{path}: has no END line: expected one after the coefficients; the file is cut off")
    return header, rows


def _gmat_header(path: Path, line: Line) -> FieldHeader:
    words = line.text[14:].split()
    if len(words) != 4:
        line.refuse("POTFIELD, degree, order, then four numbers: a zero, GM (m3/s2), radius (m), normalisation")
    flag = line.real(words[3], "the normalisation flag")
    if flag not in {0.0, 1.0}:
        line.refuse("a normalisation flag of 1 (fully normalised) or 0 (not normalised)")
    return FieldHeader(
        name=path.stem,
        gm_m3_s2=line.positive(words[1], "GM (m3/s2)"),
        radius_m=line.positive(words[2], "the radius (m)"),
        normalised=flag == 1.0,
        tide_system="unknown",
    )


def _read_shadr(path: Path, lines: list[Line]) -> Parsed:
    """PDS SHADR: one header record, then n, m, C, S and their errors, between commas.

    Also the near relative of GRGM1200B and its kin, without commas, whose header is GM (m3/s2), radius (m),
    degree, order.
    """
    filled = [line for line in lines if line.text.strip()]
    if not filled:
        raise DataError(f"{path}: is empty: expected a header record with radius (km) and GM (km3/s2)")
    first = filled[0]
    words = _words(first)
    header = _shadr_header(path, first, words) if len(words) != 4 else _plain_header(path, first, words)
    rows = []
    for line in filled[1:]:
        words = _words(line)
        if len(words) not in {4, 6}:
            line.refuse("degree, order, C, S and, if given, their two errors")
        rows.append(_coefficient_row(line, words))
    return header, rows


def _words(line: Line) -> list[str]:
    return line.text.split(",") if "," in line.text else line.text.split()


def _coefficient_row(line: Line, words: list[str]) -> Row:
    n, m = line.whole(words[0], "a degree"), line.whole(words[1], "an order")
    return Row(line, n, m, line.real(words[2], "C"), line.real(words[3], "S"))


def _shadr_header(path: Path, line: Line, words: list[str]) -> FieldHeader:
    if len(words) != 8:
        line.refuse("radius (km), GM (km3/s2), its error, degree, order, normalisation, longitude, latitude")
    flag = line.whole(words[5], "the normalisation flag")
    if flag not in {0, 1}:
        line.refuse("a normalisation flag of 1 (fully normalised) or 0 (not normalised)")
    if line.real(words[6], "the reference longitude") != 0.0 or line.real(words[7], "the reference latitude") != 0.0:
        line.refuse("reference longitude and latitude 0: the field must be in its body's own axes")
    return FieldHeader(
        name=path.stem,
        gm_m3_s2=1e9 * line.positive(words[1], "GM (km3/s2)"),
        radius_m=1e3 * line.positive(words[0], "the radius (km)"),
        normalised=flag == 1,
        tide_system="unknown",
    )


def _plain_header(path: Path, line: Line, words: list[str]) -> FieldHeader:
    return FieldHeader(
        name=path.stem,
        gm_m3_s2=line.positive(words[0], "GM (m3/s2)"),
        radius_m=line.positive(words[1], "the radius (m)"),
        normalised=True,
        tide_system="unknown",
    )


_NORMALISED = {"fully_normalized": True, "unnormalized": False}


def _read_icgem(path: Path, lines: list[Line]) -> Parsed:
    """ICGEM: keywords up to end_of_head, then rows of gfc (Barthelmes & Foerste 2011, The ICGEM-format)."""
    remaining = iter(lines)
    words = _icgem_keywords(path, remaining)
    rows = []
    for line in remaining:
        columns = line.text.split()
        if columns and columns[0] != "gfc":
            line.refuse("rows of gfc: coefficients that change with time (gfct, trnd, asin, acos) have no place here")
        if columns and len(columns) < 5:
            line.refuse("gfc, degree, order, C, S and, if given, their errors")
        if columns:
            rows.append(_coefficient_row(line, columns[1:]))
    return _icgem_header(path, words), rows


def _icgem_keywords(path: Path, lines: Iterator[Line]) -> dict[str, tuple[Line, str]]:
    words: dict[str, tuple[Line, str]] = {}
    for line in lines:
        keyword, _, value = line.text.strip().partition(" ")
        if keyword == "end_of_head":
            return words
        if keyword == "begin_of_head":
            words.clear()  # free text stands before it
        words[keyword] = (line, value.strip())
    raise DataError(f"{path}: has no end_of_head: expected it between the header and the coefficients")


def _icgem_header(path: Path, words: dict[str, tuple[Line, str]]) -> FieldHeader:
    gm = words.get("earth_gravity_constant") or words.get("gravity_constant")
    radius = words.get("radius")
    if gm is None or radius is None:
        missing = "earth_gravity_constant (m3/s2)" if gm is None else "radius (m)"
        raise DataError(f"{path}: its header has no {missing}: expected the value that belongs to the coefficients")
    norm = words.get("norm", (None, "fully_normalized"))  # the format's own default
    if norm[1] not in _NORMALISED:
        words["norm"][0].refuse(f"norm to be one of {', '.join(_NORMALISED)}")
    return FieldHeader(
        name=words.get("modelname", (None, ""))[1] or path.stem,
        gm_m3_s2=gm[0].positive(gm[1], "GM (m3/s2)"),
        radius_m=radius[0].positive(radius[1], "the radius (m)"),
        normalised=_NORMALISED[norm[1]],
        tide_system=words.get("tide_system", (None, "unknown"))[1] or "unknown",
    )


READERS: dict[str, Callable[[Path, list[Line]], Parsed]] = {
    ".cof": _read_gmat,
    ".tab": _read_shadr,
    ".sha": _read_shadr,
    ".gfc": _read_icgem,
}
