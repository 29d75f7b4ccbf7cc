"""Positions from SPK files, the binary form in which JPL publishes its ephemerides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jplephem.spk import SPK
from numpy.typing import NDArray

from lunarsim.errors import DataError, EpochError
from lunarsim.moon import daf
from lunarsim.moon.ephemeris.chebyshev import DAY_S, J2000_JD

#: NAIF's numbers; Jupiter stands for the barycentre of its system, which is where its GM acts.
CODES = {"earth": 399, "sun": 10, "jupiter": 5, "moon": 301}
_ROOT = 0  # the Solar System barycentre
_ICRF = 1
_COMPONENTS = {2: 3, 3: 6}  # of the series of each type of segment that is read
#: Distances (m) that the bodies keep from the Moon, with a margin of a tenth (perigee to aphelion).
_DISTANCES_M = {"earth": (3.2e8, 4.5e8), "sun": (1.3e11, 1.7e11), "jupiter": (5.2e11, 1.1e12)}


class _Segment(NamedTuple):
    """One segment that is read: from one point to another, over one span."""

    center: int
    start_jd: float
    end_jd: float
    number: int  #: in the file


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
    ways = _Ways(path)
    first, last = float((jd1 + jd2).min()), float((jd1 + jd2).max())
    to_moon = ways.chain("moon", first, last)
    chains = [ways.chain(body, first, last) for body in bodies]
    with _evaluated(path) as segments, np.errstate(all="ignore"):
        positions = np.array([_difference(segments, chain, to_moon, jd1, jd2) for chain in chains])
        for body, position in zip(bodies, positions, strict=True):
            _check_distance(path, body, position)
    return positions


def span(path: Path, bodies: Sequence[str]) -> tuple[float, float]:
    """Return the first and last TDB Julian date at which the file knows the bodies and the Moon.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, lacks a body, or holds segments that cannot be read on the way from
        the Earth, the Sun, Jupiter or the Moon.
    """
    ways = _Ways(path)
    every = [ways.segments[code] for body in (*bodies, "moon") for code in ways.codes(body)]
    starts = [min(segment.start_jd for segment in segments) for segments in every]
    ends = [max(segment.end_jd for segment in segments) for segments in every]
    return max(starts), min(ends)


class _Ways:
    """The segments of a file that lead from the Moon, the Earth, the Sun and Jupiter up to the barycentre.

    All of them are judged here, so that a file which opens can be used; other segments may be of any type.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._daf = daf.Daf(path, daf.SPK)
        self._numbers: dict[int, list[int]] = {}
        for number, summary in enumerate(self._daf.summaries):
            self._numbers.setdefault(summary.codes[0], []).append(number)
        self.segments: dict[int, list[_Segment]] = {}
        for body, code in CODES.items():
            if body == "moon" or code in self._numbers:
                self._judge(body)
        try:
            TopologicalSorter({code: {s.center for s in found} for code, found in self.segments.items()}).prepare()
        except CycleError as error:
            raise self._daf.damaged(f"its segments lead in a circle, NAIF {error.args[1]}") from None

    def codes(self, body: str) -> Iterator[int]:
        """Give the points on a way from a body up to the barycentre, the body first."""
        if CODES[body] not in self.segments:
            raise self._lacks(body, CODES[body])
        code = CODES[body]
        while code != _ROOT:
            yield code
            code = self.segments[code][-1].center

    def chain(self, body: str, first_jd: float, last_jd: float) -> list[_Segment]:
        """Return the segments from a body up to the barycentre that cover a span of time."""
        chain: list[_Segment] = []
        code = CODES[body]
        if code not in self.segments:
            raise self._lacks(body, code)
        while code != _ROOT:
            there = self.segments[code]
            fit = [segment for segment in there if segment.start_jd <= first_jd and last_jd <= segment.end_jd]
            if not fit:
                raise EpochError(
                    f"{self._path}: the ephemeris knows {body} from {there[0].start_jd} to {there[-1].end_jd} (TDB "
                    f"Julian dates), and was asked for {first_jd} to {last_jd}: take another ephemeris or epoch"
                )
            chain.append(fit[-1])  # as in SPICE, later segments of a file go before earlier ones
            code = fit[-1].center
        return chain

    def _judge(self, body: str) -> None:
        """Read what segments there are on the ways from a body."""
        ahead = [CODES[body]]
        while ahead:
            code = ahead.pop()
            if code == _ROOT or code in self.segments:
                continue
            if code not in self._numbers:
                raise self._lacks(body, code)
            self.segments[code] = [self._read(number, body) for number in self._numbers[code]]
            ahead += [segment.center for segment in self.segments[code]]

    def _read(self, number: int, body: str) -> _Segment:
        summary = self._daf.summaries[number]
        target, center = summary.codes
        what = f"{self._path}: the segment of NAIF {target} about {center}, on the way to {body},"
        if summary.data_type not in _COMPONENTS:
            raise DataError(
                f"{what} is of type {summary.data_type}, which lunarsim does not read: expected types 2 and 3, "
                "Chebyshev series; write it anew in one of these with NAIF's SPICE (spkw02, spkw03), or take DE440"
            )
        if summary.frame != _ICRF:
            raise DataError(f"{what} is in frame {summary.frame}: expected ICRF axes (frame {_ICRF})")
        series = self._daf.series(summary, _COMPONENTS[summary.data_type])
        start_s, end_s = max(summary.start_s, series.start_s), min(summary.end_s, series.end_s)
        return _Segment(center, J2000_JD + start_s / DAY_S, J2000_JD + end_s / DAY_S, number)

    def _lacks(self, body: str, code: int) -> DataError:
        return DataError(
            f"{self._path}: this ephemeris has no segment for NAIF {code} on the way to {body} (NAIF {CODES[body]}); "
            "expected one such as DE440"
        )


def _difference(
    segments: Sequence[Any],
    chain: list[_Segment],
    to_moon: list[_Segment],
    jd1: NDArray[np.float64],
    jd2: NDArray[np.float64],
) -> NDArray[np.float64]:
    total = np.zeros((3, jd1.size))
    for segment in chain:
        if segment not in to_moon:
            total += segments[segment.number].compute(jd1, jd2)[:3]
    for segment in to_moon:
        if segment not in chain:
            total -= segments[segment.number].compute(jd1, jd2)[:3]
    return total * 1000.0  # SPK files are in km


def _check_distance(path: Path, body: str, position: NDArray[np.float64]) -> None:
    """Refuse an ephemeris whose coefficients are damaged, or are of something else."""
    if not np.all(np.isfinite(position)):
        raise DataError(f"{path}: the ephemeris is damaged: it gives positions that are not finite; fetch it again")
    least, most = _DISTANCES_M[body]
    distance = np.linalg.norm(position, axis=0)
    wrong = distance[(distance < least) | (distance > most)]
    if wrong.size:
        raise DataError(
            f"{path}: the ephemeris is damaged, or of another system: it has {body} {wrong[0] / 1e3:.6g} km from the "
            f"Moon, expected {least / 1e3:g} to {most / 1e3:g} km; fetch it again, or take DE440"
        )


@contextmanager
def _evaluated(path: Path) -> Iterator[list[Any]]:
    """Open the segments of a file that was judged, as jplephem evaluates them."""
    try:
        kernel = SPK.open(str(path))
    except OSError as error:
        raise DataError(f"{path}: the ephemeris cannot be read: {error.strerror or error}") from None
    try:
        yield kernel.segments
    finally:
        kernel.close()
