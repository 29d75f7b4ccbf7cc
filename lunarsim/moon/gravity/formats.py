"""The formats of gravity field files, line by line: GMAT .cof, PDS SHADR .tab and .sha, ICGEM .gfc."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lunarsim.errors import DataError

_MOST_DIGITS = 9  # of a degree or an order; longer ones are damage, and Python refuses those beyond 4300


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
        raise DataError(f"{self.path}, line {self.number}: {self.text[:100]!r}: expected {expected}")

    def real(self, text: str, what: str) -> float:
        """Return a finite number from C's or Fortran's way of writing it."""
        try:
            value = float("" if "_" in text else text.strip().replace("D", "E").replace("d", "e"))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.refuse(f"{what} as a finite number, not {text.strip()[:40]!r}")
        return value

    def positive(self, text: str, what: str) -> float:
        """Return a number above zero."""
        value = self.real(text, what)
        if value <= 0.0:
            self.refuse(f"{what} above zero")
        return value

    def whole(self, text: str, what: str) -> int:
        """Return a whole number from zero."""
        digits = text.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
            self.refuse(f"{what} as a whole number from 0, not {digits[:40]!r}")
        return int(digits)


@dataclass(frozen=True)
class Row:
    """One pair of coefficients, and the line that it stands in."""

    line: Line
    n: int
    m: int
    c: float
    s: float


Parsed = tuple[FieldHeader, Iterator[Row]]


def _read_gmat(path: Path, lines: Iterator[Line]) -> Parsed:
    """GMAT's fixed columns: n [8:11], m [11:14], C [17:38], S [38:60], S blank for zonals; C and S may touch."""
    for line in lines:
        if line.text.startswith("POTFIELD"):
            return _gmat_header(path, line), _gmat_rows(path, lines)
        if line.text.startswith(("RECOEF", "END")):
            break
        _check_gmat_comment(line)
    raise DataError(f"{path}: has no POTFIELD line: expected one, with GM and the radius, before the coefficients")


def _gmat_rows(path: Path, lines: Iterator[Line]) -> Iterator[Row]:
    for line in lines:
        if line.text.startswith("RECOEF"):
            yield _gmat_row(line)
        elif line.text.startswith("END"):
            return
        else:
            _check_gmat_comment(line)
    raise DataError(f"{path}: has no END line: expected one after the coefficients; the file is cut off")


def _check_gmat_comment(line: Line) -> None:
    if line.text and not line.text.startswith("C"):
        line.refuse("COMMENT, one POTFIELD, RECOEF or END at the start of the line")


def _gmat_row(line: Line) -> Row:
    n, m = line.whole(line.text[8:11], "a degree in columns 9 to 11"), line.whole(line.text[11:14], "an order")
    c = line.real(line.text[17:38], "C in columns 18 to 38")
    blank = m == 0 and not line.text[38:60].strip()
    return Row(line, n, m, c, 0.0 if blank else line.real(line.text[38:60], "S in columns 39 to 60"))


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


_SHADR_HEADER = (
    "a header record: radius (km), GM (km3/s2), its error, degree, order, normalisation, longitude, latitude; or GM "
    "(m3/s2), radius (m), degree, order; or radius (m), GM (m3/s2), rotation rate (rad/s), degree"
)
_METRES = (1e5, 1e9)  # radius and GM of the Moon are above these in metres, and below them in kilometres
_FASTEST_SPIN_RAD_S = 1e-3  # faster than any planet; a degree, which may stand there too, is larger


def _read_shadr(path: Path, lines: Iterator[Line]) -> Parsed:
    """PDS SHADR: one header record, then n, m, C, S and, if given, their errors, between commas.

    Also its relatives with a header of four numbers, in metres: that of GRGM1200B and its kin (GM, radius, degree,
    order; no commas) and the one that pyshtools writes (radius, GM, rotation rate, degree). A header of PDS in
    metres throughout, as pyshtools reads that of GLGM-3, is told by the size of its numbers.
    """
    filled = (line for line in lines if line.text.strip() and not line.text.lstrip().startswith("#"))
    first = next(filled, None)
    if first is None:
        raise DataError(f"{path}: is empty: expected {_SHADR_HEADER}")
    words = _words(first)
    header = _short_shadr_header(path, first, words) if len(words) == 4 else _shadr_header(path, first, words)
    return header, map(_shadr_row, filled)


def _words(line: Line) -> list[str]:
    return line.text.split(",") if "," in line.text else line.text.split()


def _shadr_row(line: Line) -> Row:
    words = _words(line)
    if len(words) not in {4, 6}:
        line.refuse("degree, order, C, S and, if given, their two errors")
    return _coefficient_row(line, words)


def _coefficient_row(line: Line, words: list[str]) -> Row:
    n, m = line.whole(words[0], "a degree"), line.whole(words[1], "an order")
    return Row(line, n, m, line.real(words[2], "C"), line.real(words[3], "S"))


def _shadr_header(path: Path, line: Line, words: list[str]) -> FieldHeader:
    if len(words) != 8:
        line.refuse(_SHADR_HEADER)
    flag = line.whole(words[5], "the normalisation flag")
    if flag not in {0, 1}:
        line.refuse("a normalisation flag of 1 (fully normalised) or 0 (not normalised)")
    if line.real(words[6], "the reference longitude") != 0.0 or line.real(words[7], "the reference latitude") != 0.0:
        line.refuse("reference longitude and latitude 0: the field must be in its body's own axes")
    radius, gm = line.positive(words[0], "the radius (km)"), line.positive(words[1], "GM (km3/s2)")
    in_metres = radius > _METRES[0] and gm > _METRES[1]
    return FieldHeader(
        name=path.stem,
        gm_m3_s2=gm if in_metres else 1e9 * gm,
        radius_m=radius if in_metres else 1e3 * radius,
        normalised=flag == 1,
        tide_system="unknown",
    )


def _short_shadr_header(path: Path, line: Line, words: list[str]) -> FieldHeader:
    """Four numbers: GM and radius tell by their size which of them comes first, and so what the other two are."""
    first, second = line.positive(words[0], "GM or the radius"), line.positive(words[1], "GM or the radius")
    if first > second:
        line.whole(words[2], "the degree, after GM and the radius,")
    elif not 0.0 <= line.real(words[2], "the rotation rate (rad/s), after the radius and GM,") < _FASTEST_SPIN_RAD_S:
        line.refuse(f"a rotation rate below {_FASTEST_SPIN_RAD_S:g} rad/s after the radius and GM")
    line.whole(words[3], "the degree or order at the end")
    return FieldHeader(
        name=path.stem,
        gm_m3_s2=max(first, second),
        radius_m=min(first, second),
        normalised=True,
        tide_system="unknown",
    )


_NORMALISED = {"fully_normalized": True, "unnormalized": False}


def _read_icgem(path: Path, lines: Iterator[Line]) -> Parsed:
    """ICGEM: keywords up to end_of_head, then rows of gfc (Barthelmes & Foerste 2011, The ICGEM-format)."""
    return _icgem_header(path, _icgem_keywords(path, lines)), _icgem_rows(lines)


def _icgem_rows(lines: Iterator[Line]) -> Iterator[Row]:
    for line in lines:
        columns = line.text.split()
        if columns and columns[0] != "gfc":
            line.refuse("rows of gfc: coefficients that change with time (gfct, trnd, asin, acos) have no place here")
        if columns and len(columns) < 5:
            line.refuse("gfc, degree, order, C, S and, if given, their errors")
        if columns:
            yield _coefficient_row(line, columns[1:])


def _icgem_keywords(path: Path, lines: Iterator[Line]) -> dict[str, tuple[Line, str]]:
    words: dict[str, tuple[Line, str]] = {}
    for line in lines:
        keyword, *value = line.text.split(maxsplit=1) or [""]
        if keyword.startswith("end_of_head"):
            return words
        if keyword.startswith("begin_of_head"):
            words.clear()  # free text stands before it
        words[keyword] = (line, "".join(value))
    raise DataError(f"{path}: has no end_of_head: expected it between the header and the coefficients")


def _icgem_header(path: Path, words: dict[str, tuple[Line, str]]) -> FieldHeader:
    # a file of the Moon may give the Earth's GM too, as earth_gravity_constant
    gm = words.get("gravity_constant") or words.get("earth_gravity_constant")
    radius = words.get("radius")
    if gm is None or radius is None:
        missing = "earth_gravity_constant (m3/s2)" if gm is None else "radius (m)"
        raise DataError(f"{path}: its header has no {missing}: expected the value that belongs to the coefficients")
    norm = words.get("norm", (radius[0], "fully_normalized"))  # the format's own default
    if _first_word(norm) not in _NORMALISED:
        norm[0].refuse(f"norm to be one of {', '.join(_NORMALISED)}")
    return FieldHeader(
        name=words.get("modelname", (None, ""))[1] or path.stem,
        gm_m3_s2=gm[0].positive(_first_word(gm), "GM (m3/s2)"),
        radius_m=radius[0].positive(_first_word(radius), "the radius (m)"),
        normalised=_NORMALISED[_first_word(norm)],
        tide_system=words.get("tide_system", (None, "unknown"))[1] or "unknown",
    )


def _first_word(value: tuple[Line, str]) -> str:
    """Return what is said for a keyword without the remarks that some writers put behind it."""
    return value[1].split(maxsplit=1)[0] if value[1] else ""


READERS: dict[str, Callable[[Path, Iterator[Line]], Parsed]] = {
    ".cof": _read_gmat,
    ".tab": _read_shadr,
    ".sha": _read_shadr,
    ".gfc": _read_icgem,
}
