"""Positions from SPK files, the binary form in which JPL publishes its ephemerides."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jplephem.spk import SPK
from numpy.typing import NDArray

from lunarsim.errors import DataError, EpochError

#: NAIF's numbers; Jupiter stands for the barycentre of its system, which is where its GM acts.
CODES = {"earth": 399, "sun": 10, "jupiter": 5, "moon": 301}
_ROOT = 0  # the Solar System barycentre
_WORD_BYTES = 8
_ICRF = 1


def moon_centred(
    path: Path, bodies: Sequence[str], jd1: NDArray[np.float64], jd2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return positions (m, ICRF axes) relative to the Moon's centre, shape (bodies, 3, times).

    A vector is the sum of the file's segments from the body up to where its chain meets the Moon's: the Earth is
    reached over the Earth-Moon barycentre, and never over the barycentre of the Solar System.

    Parameters
    ----------
    path : Path
        An SPK file with segments of Chebyshev series (types 2 and 3).
    bodies : sequence of str
        Keys of ``CODES``.
    jd1, jd2 : ndarray
        TDB Julian dates in two parts, shape (times,).

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or lacks a body.
    EpochError
        If its segments do not cover the times.
    """
    with _opened(path) as kernel:
        first, last = float((jd1 + jd2).min()), float((jd1 + jd2).max())
        to_moon = _chain(kernel, path, "moon", first, last)
        chains = [_chain(kernel, path, body, first, last) for body in bodies]
        positions = np.array([_difference(chain, to_moon, jd1, jd2) for chain in chains])
    if not np.all(np.isfinite(positions)):
        raise DataError(f"{path}: the ephemeris is damaged: it gives positions that are not finite; fetch it again")
    return positions


def span(path: Path, bodies: Sequence[str]) -> tuple[float, float]:
    """Return the first and last TDB Julian date at which the file knows the bodies and the Moon.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or lacks a body.
    """
    with _opened(path) as kernel:
        codes = _codes_on_the_way(kernel, path, [*bodies, "moon"])
        starts = [min(s.start_jd for s in kernel.segments if s.target == code) for code in codes]
        ends = [max(s.end_jd for s in kernel.segments if s.target == code) for code in codes]
    return max(starts), min(ends)


def _codes_on_the_way(kernel: Any, path: Path, bodies: Sequence[str]) -> set[int]:
    return {segment.target for body in bodies for segment in _chain(kernel, path, body)}


def _chain(kernel: Any, path: Path, body: str, first: float = np.nan, last: float = np.nan) -> list[Any]:
    """Return the segments from a body up to the Solar System barycentre; NaN for any time."""
    chain: list[Any] = []
    code = CODES[body]
    while code != _ROOT and len(chain) <= len(kernel.segments):
        there = [segment for segment in kernel.segments if segment.target == code]
        if not there:
            raise DataError(
                f"{path}: this ephemeris has no segment for {body} (NAIF {code}); expected one such as DE440"
            )
        fit = [s for s in there if not (first < s.start_jd or last > s.end_jd)]
        if not fit:
            raise EpochError(
                f"{path}: the ephemeris knows {body} from {there[0].start_jd} to {there[-1].end_jd} (TDB Julian "
                f"dates), and was asked for {first} to {last}: take another ephemeris or epoch"
            )
        chain.append(fit[-1])  # as in SPICE, later segments of a file go before earlier ones
        code = fit[-1].center
    return chain


def _difference(
    chain: list[Any], to_moon: list[Any], jd1: NDArray[np.float64], jd2: NDArray[np.float64]
) -> NDArray[np.float64]:
    total = np.zeros((3, jd1.size))
    for segment in chain:
        if segment not in to_moon:
            total += segment.compute(jd1, jd2)[:3]
    for segment in to_moon:
        if segment not in chain:
            total -= segment.compute(jd1, jd2)[:3]
    return total * 1000.0  # SPK files are in km


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open an SPK file, and turn what goes wrong with its bytes into errors that name it."""
    try:
        kernel = SPK.open(str(path))
    except OSError as error:
        raise DataError(f"{path}: the ephemeris cannot be read: {error.strerror or error}") from None
    except (ValueError, struct.error) as error:
        raise DataError(f"{path}: this is no SPK ephemeris such as de440.bsp: {error}") from None
    try:
        expected, found = (kernel.daf.free - 1) * _WORD_BYTES, path.stat().st_size
        if found < expected:
            raise DataError(f"{path}: the file is cut short: {found} bytes, expected {expected}; fetch it again")
        if any(segment.frame != _ICRF for segment in kernel.segments):
            raise DataError(f"{path}: expected segments in ICRF axes (frame {_ICRF}) only")
        yield kernel
    finally:
        kernel.close()
