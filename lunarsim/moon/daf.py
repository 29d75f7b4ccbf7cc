"""The structure of NAIF's DAF files, in which ephemerides (SPK) and orientations (binary PCK) are kept.

A file is judged here when it is opened, before anything that it says of itself is followed. NAIF's documents: "DAF
Required Reading" for records, summaries and words, "SPK" and "PCK Required Reading" for segments of types 2 and 3.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from jplephem.daf import FTPSTR, LOCFMT
from numpy.typing import NDArray

from lunarsim.errors import DataError

_RECORD_BYTES, _WORD_BYTES = 1024, 8
_CONTROL_BYTES = 24  # of a record of summaries: the next record, the one before, how many
_OLD_MARK = b"NAIF/DAF"
_DOUBLES = 2  # of a summary; these are the first and last second
_MOST_SEGMENTS = 100_000
_MOST_TERMS = 1000  # of a series; those of JPL have up to 15
_ROUNDING = 1e-9  # of an interval


class Kind(NamedTuple):
    """A kind of DAF file."""

    words: str  #: for errors
    mark: bytes  #: with which it begins
    integers: int  #: of a summary; the last three are the type, the first and the last word


SPK = Kind("SPK ephemeris such as de440.bsp", b"DAF/SPK", 6)
PCK = Kind("binary PCK orientation kernel such as moon_pa_de421_1900-2050.bpc", b"DAF/PCK", 5)


class Summary(NamedTuple):
    """What a file says of one of its segments."""

    start_s: float  #: TDB seconds past J2000
    end_s: float
    codes: tuple[int, ...]  #: SPK: target and centre; PCK: body
    frame: int
    data_type: int
    first: int  #: word of the file, counted from 1
    last: int


class Series(NamedTuple):
    """How the Chebyshev series of a segment of type 2 or 3 lie in it: records of middle, radius and coefficients."""

    start_s: float  #: of the first record
    interval_s: float
    size: int  #: words of a record
    records: int

    @property
    def end_s(self) -> float:
        """End of the last record."""
        return self.start_s + self.records * self.interval_s


class Daf:
    """A DAF file whose structure is sound, so that what it says of its words can be followed.

    Attributes
    ----------
    path : Path
        The file.
    summaries : tuple of Summary
        Of its segments, in the file's order.

    Raises
    ------
    DataError
        If the file cannot be read, is of another kind, or is damaged.
    """

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path = path
        self._kind = kind
        with self._reading() as file:
            self._size = os.fstat(file.fileno()).st_size
            self._order, first_record, self._free = self._header(file.read(_RECORD_BYTES))
            self.summaries = tuple(self._walk(file, first_record))

    def words(self, first: int, last: int) -> NDArray[np.float64]:
        """Return words of the file, counted from 1, both ends included."""
        with self._reading() as file:
            file.seek((first - 1) * _WORD_BYTES)
            content = file.read((last - first + 1) * _WORD_BYTES)
        return np.frombuffer(content, f"{self._order}f8").astype(float)

    def series(self, summary: Summary, components: int) -> Series:
        """Return how the Chebyshev series of a segment lie in it.

        Raises
        ------
        DataError
            If what the segment says of them does not fit its length, its times, or its first and last record.
        """
        length = summary.last - summary.first + 1
        if length < 4:
            raise self.damaged(f"a segment of {length} words has no Chebyshev series")
        start_s, interval_s, size, records = self.words(summary.last - 3, summary.last)
        whole = _is_count(size, length) and _is_count(records, length) and size * records == length - 4
        if not (whole and 2 < size <= 2 + components * _MOST_TERMS and (size - 2) % components == 0):
            raise self.damaged(f"a segment of {length} words is said to hold {records:g} records of {size:g}")
        if not (np.isfinite(start_s) and 0.0 < interval_s < np.inf):
            raise self.damaged(f"a segment has records from {start_s:g} s on, {interval_s:g} s each")
        series = Series(float(start_s), float(interval_s), int(size), int(records))
        for i in (0, series.records - 1):
            at = summary.first + i * series.size
            self.check_records(series, self.words(at, at + 1)[None, :], first=i)
        if not (summary.start_s < series.end_s and series.start_s < summary.end_s):
            raise self.damaged(
                f"a segment is said to span {summary.start_s:g} to {summary.end_s:g} s past J2000, "
                f"and holds {series.start_s:g} to {series.end_s:g} s"
            )
        return series

    def check_records(self, series: Series, records: NDArray[np.float64], first: int = 0) -> None:
        """Raise an error unless records, of which this is the first, tell the times that their places mean."""
        index = first + np.arange(len(records))
        with np.errstate(all="ignore"):
            middle = series.start_s + (index + 0.5) * series.interval_s
            off = np.maximum(np.abs(records[:, 0] - middle), np.abs(records[:, 1] - 0.5 * series.interval_s))
            fits = off <= _ROUNDING * series.interval_s + 4.0 * np.spacing(np.abs(middle))
        if not np.all(fits):
            i = int(np.argmin(fits))
            told = (
                "is not of the times that its place means" if np.isfinite(off[i]) else "has times that are not finite"
            )
            raise self.damaged(f"record {index[i]} of a segment {told}")

    def damaged(self, why: str) -> DataError:
        """Return the error of a file that contradicts itself."""
        return DataError(f"{self.path}: this is no {self._kind.words}, or it is damaged: {why}; fetch it again")

    @contextmanager
    def _reading(self) -> Iterator[BinaryIO]:
        try:
            with self.path.open("rb") as file:
                yield file
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            reason = getattr(error, "strerror", None) or error
            raise DataError(f"{self.path}: the file cannot be read: {reason}") from None

    def _header(self, record: bytes) -> tuple[str, int, int]:
        """Return the order of the bytes, the first record of summaries and the first free word."""
        mark = record[:8].upper().rstrip()
        if len(record) < _RECORD_BYTES or mark not in (self._kind.mark, _OLD_MARK):
            raise self.damaged(f"it has {self._size} bytes and begins with {mark!r}")
        if mark == _OLD_MARK:  # it does not tell the order of its bytes
            order = next((order for order in "><" if struct.unpack_from(f"{order}I", record, 8)[0] == _DOUBLES), "<")
        else:
            if record[500:1000].strip(b"\0") != FTPSTR:
                raise self.damaged("it was transferred as text")
            order = LOCFMT.get(record[88:96], "")
            if not order:
                raise self.damaged(f"the order of its bytes is {record[88:96]!r}")
        doubles, integers = struct.unpack_from(f"{order}II", record, 8)
        if (doubles, integers) != (_DOUBLES, self._kind.integers):
            raise self.damaged(f"its summaries have {doubles} doubles and {integers} integers")
        first_record, _, free = struct.unpack_from(f"{order}III", record, 76)
        expected = (free - 1) * _WORD_BYTES
        if not 0 < expected <= self._size:
            raise DataError(
                f"{self.path}: the file is cut short: {self._size} bytes, expected {expected}; fetch it again"
            )
        return order, first_record, free

    def _walk(self, file: BinaryIO, number: int) -> Iterator[Summary]:
        """Give the summaries record by record, each of which names the next one."""
        layout = struct.Struct(f"{self._order}{_DOUBLES}d{self._kind.integers}i{self._kind.integers % 2 * 4}x")
        records, most = self._size // _RECORD_BYTES, (_RECORD_BYTES - _CONTROL_BYTES) // layout.size
        seen: set[int] = set()
        while number:
            if number in seen or number > records or len(seen) * most > _MOST_SEGMENTS:
                raise self.damaged(f"its list of segments goes on at record {number}, after {len(seen)} others")
            seen.add(number)
            file.seek((number - 1) * _RECORD_BYTES)
            record = file.read(_RECORD_BYTES)
            following, _, count = struct.unpack_from(f"{self._order}3d", record)
            if not (_is_count(following, records) and _is_count(count, most)):
                raise self.damaged(f"record {number} of its list of segments has {count:g}, the next is {following:g}")
            for i in range(int(count)):
                yield self._checked(*layout.unpack_from(record, _CONTROL_BYTES + i * layout.size))
            number = int(following)

    def _checked(self, start_s: float, end_s: float, *integers: int) -> Summary:
        *codes, frame, data_type, first, last = integers
        if not (-np.inf < start_s <= end_s < np.inf and 0 < first <= last < self._free):
            raise self.damaged(
                f"a segment of words {first} to {last}, {start_s:g} to {end_s:g} s past J2000, cannot be in this file"
            )
        return Summary(start_s, end_s, tuple(codes), frame, data_type, first, last)


def _is_count(value: float, most: int) -> bool:
    return 0.0 <= value <= most and value == int(value)
