"""Whole gravity fields from files: complete, without repetitions, fully normalised."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import DataError, InputError
from lunarsim.moon.gravity.check import check_coefficients, check_constants
from lunarsim.moon.gravity.formats import READERS, FieldHeader, Line, Row

_HIGHEST_DEGREE = 2700  # beyond any published field of the Moon; it keeps a damaged row from asking for all memory
_LARGEST_BYTES = 2**29  # degree 2700 would fill 450 MB; the largest published field, GL1800F, has 200 MB
_LONGEST_LINE = 10_000  # characters
_BYTE_ORDER_MARK = "\xef\xbb\xbf"  # as Latin-1 shows it
_CENTRAL_TOLERANCE = 1e-9  # C00 belongs to GM; a file whose C00 is not 1 has two values of GM


@dataclass(frozen=True, kw_only=True, eq=False)
class FieldCoefficients:
    """A whole field from a file, fully normalised: degree n, order m stand at n (n + 1) / 2 + m."""

    header: FieldHeader
    degree: int
    c: NDArray[np.float64]
    s: NDArray[np.float64]


def read_field(path: str | Path) -> FieldCoefficients:
    """Read a gravity field; the ending of the file's name says which format it has.

    Degree and order are those of the rows, whatever the header says: files are often cut. So a file that
    broke off exactly between two degrees is read as one of the lower degree; only ``.cof`` marks its end.

    Raises
    ------
    DataError
        If there is no such file, its format is not known, a line cannot be read (the text names the line,
        shows it, and says what was expected), GM or the radius is missing, the rows leave a gap, or the field
        is not the Moon's.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: a gravity field ends in one of {', '.join(READERS)}")
    try:
        with path.open(encoding="latin-1") as file:
            header, rows = reader(path, _lines(path, file))
            check_constants(header.gm_m3_s2, header.radius_m)
            return _assemble(path, header, rows)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}): expected a gravity field file") from None
    except InputError as error:
        raise DataError(f"{path}: {error}") from None


def _lines(path: Path, file: TextIO) -> Iterator[Line]:
    """Hand out the lines one after another: a whole field as text would fill many times its size."""
    size = os.fstat(file.fileno()).st_size
    if size > _LARGEST_BYTES:
        raise DataError(f"{path}: has {size:.2g} bytes: expected a gravity field of at most {_LARGEST_BYTES:.2g} bytes")
    for number, text in enumerate(iter(partial(file.readline, _LONGEST_LINE), ""), start=1):
        line = Line(path, number, (text.removeprefix(_BYTE_ORDER_MARK) if number == 1 else text).rstrip())
        if len(text) == _LONGEST_LINE:
            line.refuse(f"lines of less than {_LONGEST_LINE} characters")
        yield line


def _assemble(path: Path, header: FieldHeader, rows: Iterator[Row]) -> FieldCoefficients:
    places, c_read, s_read = array("q"), array("d"), array("d")
    seen: set[int] = set()
    degree = order = -1
    for row in rows:
        place = _place(row)
        if place in seen:
            row.line.refuse(f"degree {row.n}, order {row.m} once; it stands in an earlier line too")
        seen.add(place)
        places.append(place)
        c_read.append(row.c)
        s_read.append(row.s)
        degree, order = max(degree, row.n), max(order, row.m)
    _check_whole(path, degree, order, seen)
    c, s = np.zeros((2, (degree + 1) * (degree + 2) // 2))
    c[places], s[places] = c_read, s_read
    c[0], s[0] = 1.0, 0.0
    if not header.normalised:
        _normalise(path, degree, order, (c, s))
    check_coefficients(c, s)
    return FieldCoefficients(header=header, degree=degree, c=c, s=s)


def _place(row: Row) -> int:
    """Return where the coefficients of a row stand among all."""
    if row.n > _HIGHEST_DEGREE:
        row.line.refuse(f"a degree up to {_HIGHEST_DEGREE}, not {row.n}")
    if row.m > row.n:
        row.line.refuse(f"an order up to the degree {row.n}, not {row.m}")
    if row.n == 0 and abs(row.c - 1.0) > _CENTRAL_TOLERANCE:
        row.line.refuse("C of degree 0 to be 1: the central term is GM")
    return row.n * (row.n + 1) // 2 + row.m


def _check_whole(path: Path, degree: int, order: int, seen: set[int]) -> None:
    """Check that no row is missing, before anything of the size that the highest degree asks for is made."""
    if not seen:
        raise DataError(f"{path}: has no coefficients: expected rows of degree, order, C, S; the file is cut off")
    expected = sum(min(n, order) + 1 for n in range(2, degree + 1))
    missing = expected - sum(place > 2 for place in seen)
    if missing:
        pairs = ((n, m) for n in range(2, degree + 1) for m in range(min(n, order) + 1))
        n, m = next((n, m) for n, m in pairs if n * (n + 1) // 2 + m not in seen)
        raise DataError(
            f"{path}: has no row for degree {n}, order {m} ({missing} missing): expected "
            f"all orders up to {order} of degrees 2 to {degree}; the file is cut off or damaged"
        )


def _normalise(path: Path, degree: int, order: int, coefficients: tuple[NDArray[np.float64], ...]) -> None:
    """Turn unnormalised coefficients into fully normalised ones (Kaula 1966, eq. 1.34), by steps in order."""
    n, m = np.ogrid[0.0 : degree + 1, 0.0 : order + 1]
    with np.errstate(divide="ignore", invalid="ignore"):  # above the diagonal, which nobody reads
        steps = np.sqrt(np.where(m == 1, 2.0, 1.0) / np.where(m == 0, 1.0 / (2 * n + 1), (n + m) * (n - m + 1)))
        factor = np.cumprod(steps, axis=1)
    row, column = np.nonzero(m <= n)
    factor = factor[row, column]
    if factor.min() < np.finfo(float).tiny:
        raise DataError(
            f"{path}: is not normalised, and of degree {degree}: unnormalised coefficients of such a degree do not fit "
            f"into doubles; expected a normalised file"
        )
    places = row * (row + 1) // 2 + column
    for values in coefficients:
        with np.errstate(over="ignore"):  # what is too large is found, and told, with the sizes of all
            values[places] /= factor
