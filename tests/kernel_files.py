"""Small SPK and binary PCK files, written here word by word: NAIF's DAF, SPK and PCK Required Reading."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.coordinates import get_body_barycentric
from astropy.time import Time
from jplephem.daf import FTPSTR
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim.moon.ephemeris.chebyshev import fit

START_S, DAYS = 745718400.0, 8  # 2023-08-19T12:00 TDB


class Segment(NamedTuple):
    """A segment of a DAF file: its integers up to the type, and its words."""

    codes: tuple[int, ...]  #: SPK: target, centre, frame, type; PCK: body, frame, type
    words: NDArray[np.float64]
    start_s: float = START_S
    end_s: float = START_S + DAYS * 86400.0


def daf_bytes(segments: Sequence[Segment], *, order: str = "<", a_record: int = 25, mark: bytes = b"DAF/SPK ") -> bytes:
    """Return a DAF file: a record of the file, pairs of records of summaries and names, then the words."""
    groups = [segments[i : i + a_record] for i in range(0, len(segments), a_record)] or [[]]
    integers = 6 if mark == b"DAF/SPK " else 5
    word = 128 * (1 + 2 * len(groups)) + 1
    body, lists = b"", b""
    for k, group in enumerate(groups):
        following = 2 * k + 4 if k + 1 < len(groups) else 0
        entries = struct.pack(f"{order}3d", following, 2 * k if k else 0, len(group))
        for segment in group:
            last = word + segment.words.size - 1
            entries += struct.pack(f"{order}2d", segment.start_s, segment.end_s)
            entries += struct.pack(f"{order}{integers}i{integers % 2 * 4}x", *segment.codes, word, last)
            word, body = last + 1, body + segment.words.astype(f"{order}f8").tobytes()
        lists += entries.ljust(1024, b"\0") + b"TEST".ljust(40).ljust(1024)
    return _file_record(order, mark, integers, 2 * len(groups), word) + lists + body


def _file_record(order: str, mark: bytes, integers: int, last_record: int, free: int) -> bytes:
    head = struct.pack(f"{order}8s2I60s3I8s", mark, 2, integers, b"", 2, last_record, free, _FORMATS[order])
    return head.ljust(699, b"\0") + FTPSTR.ljust(325, b"\0")


_FORMATS = {"<": b"LTL-IEEE", ">": b"BIG-IEEE"}


def series(coefficients: NDArray[np.float64], start_s: float, interval_s: float) -> NDArray[np.float64]:
    """Return the words of a segment of type 2 or 3; coefficients of shape (records, components, terms)."""
    records = len(coefficients)
    middles = start_s + (np.arange(records) + 0.5) * interval_s
    heads = np.stack((middles, np.full(records, 0.5 * interval_s)), axis=1)
    body = np.hstack((heads, coefficients.reshape(records, -1)))
    return np.append(body.ravel(), [start_s, interval_s, body.shape[1], records])


def fitted(positions_km: Callable[[Time], NDArray[np.float64]], *, data_type: int = 2, days: float = 4.0) -> Segment:
    """Return a segment of Chebyshev series of a position; one of type 3 has velocities, which are not read, of 0."""

    def at(days_past: NDArray[np.float64]) -> NDArray[np.float64]:
        return positions_km(Time(2451545.0, days_past, format="jd", scale="tdb"))

    coefficients = fit(at, START_S, days * 86400.0, int(DAYS / days), 12).coefficients
    if data_type == 3:
        coefficients = np.concatenate((coefficients, np.zeros_like(coefficients)), axis=1)
    return Segment((0, 0, 1, data_type), series(coefficients, START_S, days * 86400.0))


def _km(body: str) -> Callable[[Time], NDArray[np.float64]]:
    return lambda time: get_body_barycentric(body, time, ephemeris="builtin").xyz.to_value(u.km)


def solar_system(*, data_type: int = 2) -> dict[tuple[int, int], Segment]:
    """Return segments of the Moon, the Earth, their barycentre, the Sun and Jupiter by (target, centre)."""
    earth, moon, sun, jupiter = map(_km, ("earth", "moon", "sun", "jupiter"))

    def barycentre(time: Time) -> NDArray[np.float64]:
        return earth(time) + (moon(time) - earth(time)) / 82.3

    ways = {
        (3, 0): barycentre,
        (301, 3): lambda time: moon(time) - barycentre(time),
        (399, 3): lambda time: earth(time) - barycentre(time),
        (10, 0): sun,
        (5, 0): jupiter,
    }
    return {
        pair: segment._replace(codes=(*pair, 1, data_type))
        for pair, positions in ways.items()
        for segment in [fitted(positions, data_type=data_type)]
    }


def orientation_bytes(source: Path, *, records: int = 40, order: str = "<") -> bytes:
    """Return the orientation kernel cut to its first records."""
    words = np.frombuffer(source.read_bytes(), "<f8")[640 : 640 + 32 * records].astype(float)  # words 641 on
    return daf_bytes(
        [Segment((31006, 1, 2), np.append(words, [-3156062400.0, 691200.0, 32, records]), -3155716800.0, -3.13e9)],
        order=order,
        mark=b"DAF/PCK ",
    )


def use_ephemeris(path: Path) -> None:
    """Read an ephemeris and ask it for all that it can be asked for."""
    ephemeris = ls.Ephemeris.from_file(path)
    for body in ("earth", "sun", "jupiter"):
        try:
            ephemeris.position(body, Time(2451545.0, START_S / 86400.0 + 3.1, format="jd", scale="tdb"))
            ephemeris.tabulate((body,), START_S + 86400.0, 86400.0)
        except ls.LunarsimError:
            continue
