"""Whole gravity fields from files: complete, without repetitions, fully normalised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import DataError
from lunarsim.moon.gravity_formats import READERS, FieldHeader, Line, Row

_HIGHEST_DEGREE = 2700  # beyond any published field of the Moon; it keeps a damaged row from asking for all memory
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
        shows it, and says what was expected), GM or the radius is missing, or the rows leave a gap.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: a gravity field ends in one of {', '.join(READERS)}")
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}): expected a gravity field file") from None
    lines = [Line(path, number, line.rstrip()) for number, line in enumerate(text.splitlines(), start=1)]
    header, rows = reader(path, lines)
    if not rows:
        raise DataError(f"{path}: has no coefficients: expected rows of degree, order, C, S; the file is cut off")
    return _assemble(path, header, rows)


def _assemble(path: Path, header: FieldHeader, rows: list[Row]) -> FieldCoefficients:
    for row in rows:
        if row.n > _HIGHEST_DEGREE:
            row.line.refuse(f"a degree up to {_HIGHEST_DEGREE}, not {row.n}")
    degree, order = max(row.n for row in rows), max(row.m for row in rows)
    size = (degree + 1) * (degree + 2) // 2
    c, s, seen = np.zeros(size), np.zeros(size), np.zeros(size, dtype=bool)
    for row in rows:
        if row.m > row.n:
            row.line.refuse(f"an order up to the degree {row.n}, not {row.m}")
        place = row.n * (row.n + 1) // 2 + row.m
        if seen[place]:
            row.line.refuse(f"degree {row.n}, order {row.m} once; it stands in an earlier line too")
        if row.n == 0 and abs(row.c - 1.0) > _CENTRAL_TOLERANCE:
            row.line.refuse("C of degree 0 to be 1: the central term is GM")
        c[place], s[place], seen[place] = row.c, row.s, True
    n, m = np.tril_indices(degree + 1)
    missing = np.flatnonzero(~seen & (n >= 2) & (m <= order))
    if missing.size:
        raise DataError(
            f"{path}: has no row for degree {n[missing[0]]}, order {m[missing[0]]} ({missing.size} missing): expected "
            f"all orders up to {order} of degrees 2 to {degree}; the file is cut off or damaged"
        )
    c[0], s[0] = 1.0, 0.0
    if not header.normalised:
        factor = _normalisation(path, degree)
        c, s = c / factor, s / factor
    return FieldCoefficients(header=header, degree=degree, c=c, s=s)


def _normalisation(path: Path, degree: int) -> NDArray[np.float64]:
    """Factors from unnormalised functions to fully normalised ones (Kaula 1966, eq. 1.34), by steps in order."""
    n, m = (index.astype(float) for index in np.tril_indices(degree + 1))
    factor: NDArray[np.float64] = np.sqrt((2 * n + 1) * np.where(m == 0, 1.0, 2.0))
    for order in range(1, degree + 1):
        later = m >= order
        factor[later] /= np.sqrt((n[later] + order) * (n[later] - order + 1))
    if factor.min() < np.finfo(float).tiny:
        raise DataError(
            f"{path}: is not normalised, and of degree {degree}: unnormalised coefficients of such a degree do not fit "
            f"into doubles; expected a normalised file"
        )
    return factor
