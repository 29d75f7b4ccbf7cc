"""States of NAIF's SPK files, of any type of segment that SPICE reads: "SPK Required Reading"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import DataError, InputError, SpanError, shown
from lunarsim.moon import daf
from lunarsim.moon.orientation import date, et_seconds
from lunarsim.orbits.files.reference_frames import States, other_centre, other_frame, to_icrf
from lunarsim.orbits.files.time_systems import check_epoch, exact

_MOON = 301
_LAST_INERTIAL = 21  # NAIF's inertial frames are 1 to 21: "Frames Required Reading"
_FIXED = {31000: "MOON_PA", 31001: "MOON_ME", 31006: "MOON_PA_DE421", 31007: "MOON_ME_DE421"}
_EDGE_S = 1e-6  # rounding of a time at the edges of a span
_FAR_S = 3e9  # a century


def read_state(path: Path, body: int | str, epoch: Time) -> tuple[States, Time]:
    """Return states (m, m/s) in axes of the ICRF, shape (6,) or (n, 6), and their times.

    Parameters
    ----------
    path : Path
        The file.
    body : int or str
        NAIF's number of the craft, or a name that SPICE knows by itself, such as ``"LRO"``.
    epoch : Time
        One time or n. Of segments that overlap, the last of the file counts, as in SPICE.

    Raises
    ------
    DataError
        If the file is no SPK, is damaged, or the body is not given about the Moon.
    InputError
        If the file does not hold the body.
    SpanError
        If it has no states at a time.
    """
    number, seconds = _number_of(body), et_seconds(check_epoch(epoch))
    kernel = daf.Daf(path, daf.SPK)
    segments = [each for each in kernel.summaries if each.codes[0] == number]
    if not segments:
        bodies = sorted({each.codes[0] for each in kernel.summaries})
        raise InputError(f"body = {shown(body)} is not in {path}: expected one of {shown(bodies)}")
    about = {each.codes[1] for each in segments}
    if _MOON not in about:
        raise DataError(f"{path}: body {number} is given about {shown(sorted(about))} of NAIF, 301 is the Moon: "
                        f"{other_centre()}")  # fmt: skip
    many = np.atleast_1d(seconds)
    found = np.empty((many.size, 6))
    with _opened(path) as file:
        for i, et_s in enumerate(many.tolist()):
            found[i] = _state(file, path, segments, et_s, epoch.reshape(-1)[i : i + 1])
    return found.reshape(*seconds.shape, 6), epoch


def _number_of(body: int | np.integer[Any] | str) -> int:
    if isinstance(body, int | np.integer) and not isinstance(body, bool):
        return int(body)
    import spiceypy  # noqa: PLC0415  (half a second of import that only SPK files need)

    try:
        return int(spiceypy.bodn2c(str(body)))
    except spiceypy.utils.exceptions.SpiceyError:
        raise InputError(
            f"body = {shown(body)} is no name that SPICE knows: give NAIF's number, as -85 of LRO"
        ) from None


def _state(file: int, path: Path, segments: list[daf.Summary], et_s: float, epoch: Time) -> NDArray[np.float64]:
    """Return the state at one time."""
    import spiceypy  # noqa: PLC0415

    segment = next((s for s in reversed(segments) if s.start_s - _EDGE_S <= et_s <= s.end_s + _EDGE_S), None)
    if segment is None:
        spans = "; ".join(f"{_text(each.start_s)} to {_text(each.end_s)}" for each in segments[:4])
        more = f" and {len(segments) - 4} more" if len(segments) > 4 else ""
        raise SpanError(
            f"{path}: there are no states at {exact(epoch[0])}: the file covers {spans} TDB{more}, "
            "and nothing is extrapolated"
        )
    if segment.codes[1] != _MOON:
        raise DataError(f"{path}: at {epoch[0].isot} the body is given about {segment.codes[1]}: {other_centre()}")
    integers = np.array([*segment.codes, segment.frame, segment.data_type, segment.first, segment.last])
    try:
        descriptor = spiceypy.dafps(2, 6, np.array([segment.start_s, segment.end_s]), integers)
        within_s = min(max(et_s, segment.start_s), segment.end_s)
        frame, state, _ = spiceypy.spkpvn(file, descriptor[:5], within_s)  # two doubles, and six integers in three
        if 1 < frame <= _LAST_INERTIAL:
            turn = spiceypy.pxform(spiceypy.frmnam(frame), "J2000", 0.0)
            state = np.concatenate([turn @ state[:3], turn @ state[3:]])
    except spiceypy.utils.exceptions.SpiceyError as error:
        raise DataError(f"{path}: SPICE cannot read the states of the file: {_short(error)}") from None
    if not 1 <= frame <= _LAST_INERTIAL and frame not in _FIXED:
        raise DataError(f"{path}: the states are in NAIF's frame {frame}: {other_frame()}")
    if not np.isfinite(state).all():
        raise DataError(f"{path}: the states at {epoch[0].isot} are not finite: the file is damaged")
    found: NDArray[np.float64] = to_icrf(_FIXED.get(frame, "ICRF"), state[np.newaxis] * 1e3, epoch)[0]
    return found


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a file for SPICE, without loading it among its kernels, which all of a program share."""
    import spiceypy  # noqa: PLC0415

    try:
        file: Any = spiceypy.dafopr(str(path))
    except spiceypy.utils.exceptions.SpiceyError as error:
        raise DataError(f"{path}: SPICE cannot open the file: {_short(error)}") from None
    try:
        yield file
    finally:
        spiceypy.dafcls(file)


def _text(et_s: float) -> str:
    """Return a time, TDB seconds past J2000, as people write it."""
    if abs(et_s) > _FAR_S:
        return date(et_s)
    return str(Time(2451545.0, et_s / 86400.0, format="jd", scale="tdb", precision=6).isot)


def _short(error: Any) -> str:
    return " ".join(str(getattr(error, "long", "") or getattr(error, "short", "") or error).split())
