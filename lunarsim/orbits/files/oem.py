"""States of Orbit Ephemeris Messages (OEM) in key-value notation: CCSDS 502.0-B-3, section 5."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import DataError, ModelWarning, SpanError, clipped, shown, warn
from lunarsim.orbits.files.interpolation import Interpolation, interpolated
from lunarsim.orbits.files.key_value import Value, collect, needed, not_a_pair, number_of, pair_of, read_message
from lunarsim.orbits.files.reference_frames import States, check_centre, frame_of, to_icrf
from lunarsim.orbits.files.text_lines import Line
from lunarsim.orbits.files.time_systems import check_epoch, epochs_of, exact, scale_of

KIND, VERSION_KEY = "an Orbit Ephemeris Message (OEM)", "CCSDS_OEM_VERS"

_EDGE_S = 1e-6  # rounding of a time at the edges of a span
_CUT_S = 1.0  # by so much, or half a step if that is shorter, a span may be rounded in a message
_HIGHEST_DEGREE = 27  # higher ones swing between the states
_WHOLE = re.compile(r"[0-9]{1,4}")
_NOT_SAID = Interpolation(hermite=True, degree=7)
#: Of header, metadata and covariances; what else stands in a message is left aside.
_KEYWORDS = {
    *("CREATION_DATE", "ORIGINATOR", "CLASSIFICATION", "MESSAGE_ID"),
    *("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "REF_FRAME_EPOCH", "TIME_SYSTEM"),
    *("START_TIME", "USEABLE_START_TIME", "USEABLE_STOP_TIME", "STOP_TIME", "INTERPOLATION", "INTERPOLATION_DEGREE"),
    *("EPOCH", "COV_REF_FRAME"),
}
_MOST_NAMED = 5
_FIELDS = (7, 10)  # of a line of data: without and with accelerations


class _Segment(NamedTuple):
    """A span of states without a jump, in the file's frame and time system."""

    object_name: str
    frame: str
    epochs: Time
    times_s: NDArray[np.float64]  #: after the first one, in seconds of the file's time system
    states: States
    how: Interpolation
    useable_s: tuple[float, float]

    def seconds(self, epoch: Time) -> NDArray[np.float64]:
        """Return when times are, after the first state."""
        return np.asarray((getattr(epoch, self.epochs.scale) - self.epochs[0]).to_value(u.s))

    @property
    def span(self) -> str:
        """From when to when it may be used, in words."""
        first, last = (self.epochs[0] + each * u.s for each in self.useable_s)
        return f"{Time(first, precision=6).isot} to {exact(last)}"


def read_state(path: Path, epoch: Time | None) -> tuple[States, Time]:
    """Return states (m, m/s) in axes of the ICRF, shape (6,) or (n, 6), and their times.

    Parameters
    ----------
    path : Path
        The file.
    epoch : Time or None
        One time or n; None: the first that may be used. Where two segments meet, the later one counts.

    Raises
    ------
    DataError
        If the file is no OEM about the Moon that can be read.
    SpanError
        If it has no states at a time.
    """
    segments = _segments(path)
    if epoch is None:
        first = segments[0]
        return _at(segments, first.epochs[0] + first.useable_s[0] * u.s, path)
    return _at(segments, check_epoch(epoch), path)


def _at(segments: Sequence[_Segment], epoch: Time, path: Path) -> tuple[States, Time]:
    many = epoch.reshape(-1)
    found, left = np.empty((many.size, 6)), np.ones(many.size, dtype=bool)
    for segment in reversed(segments):
        at_s, (low, high) = segment.seconds(many), segment.useable_s
        here = left & (at_s >= low - _EDGE_S) & (at_s <= high + _EDGE_S)
        if here.any():
            within = np.clip(at_s[here], low, high)
            states = np.array([interpolated(segment.times_s, segment.states, segment.how, each) for each in within])
            found[here] = to_icrf(segment.frame, states, many[here])
            left &= ~here
    if left.any():
        time = many[left][0]
        spans = "; ".join(segment.span for segment in segments[:4])
        more = f" and {len(segments) - 4} more" if len(segments) > 4 else ""
        raise SpanError(
            f"{path}: there are no states at {exact(time)}: the file covers {spans}{more}, and nothing is extrapolated"
        )
    return found.reshape(*epoch.shape, 6), epoch


def _segments(path: Path) -> list[_Segment]:
    """Read a file."""
    lines = read_message(path, KIND, VERSION_KEY)
    starts = [i for i, line in enumerate(lines) if line.text.upper() == "META_START"]
    if not starts:
        raise DataError(f"{path}: there is no META_START: the message has no segment, or is cut short")
    for line in lines[: starts[0]]:
        if pair_of(line) is None:
            raise not_a_pair(line)
    _name_unknown(lines, path)
    parts = zip(starts, [*starts[1:], len(lines)], strict=True)
    segments = [_segment(lines[first:last], path) for first, last in parts]
    names = {segment.object_name for segment in segments}
    if len(names) > 1:
        raise DataError(f"{path}: the segments are of several objects, {shown(sorted(names))}: expected one a file")
    return segments


def _name_unknown(lines: Sequence[Line], path: Path) -> None:
    """Warn of keywords that no such message has, such as a misspelt one."""
    pairs = [(line, pair) for line in lines if (pair := pair_of(line)) is not None]
    unknown = [f"{pair[0]} (line {line.number})" for line, pair in pairs if pair[0] not in _KEYWORDS]
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        named = ", ".join(unknown[:_MOST_NAMED])
        warn(f"{path}: keywords that {KIND} does not have are left aside: {named}{more}", ModelWarning)


def _segment(lines: Sequence[Line], path: Path) -> _Segment:
    """Read a segment, which begins with META_START."""
    where = f"the segment at line {lines[0].number}"
    stop = next((i for i, line in enumerate(lines) if line.text.upper() == "META_STOP"), None)
    if stop is None:
        raise lines[0].wrong("META_START has no META_STOP: the message is cut short or damaged")
    meta = collect(_pairs(lines[1:stop]))
    check_centre(needed(meta, "CENTER_NAME", path, where))
    frame = frame_of(needed(meta, "REF_FRAME", path, where))
    scale = scale_of(needed(meta, "TIME_SYSTEM", path, where))
    data = list(_data(lines[stop + 1 :]))
    if not data:
        raise lines[0].wrong("the segment has no states: the message is cut short or damaged")
    parts = [_fields(line) for line in data]
    epochs = epochs_of(data, [fields[0] for fields in parts], scale)
    states = np.array([[number_of(line, f) for f in fields[1:7]] for line, fields in zip(data, parts, strict=True)])
    times_s = np.asarray((epochs - epochs[0]).to_value(u.s))
    wrong = np.flatnonzero(np.diff(times_s) <= 0.0)
    if wrong.size:
        raise data[wrong[0] + 1].wrong(
            f"the epoch {parts[wrong[0] + 1][0]} is not after the one before it, {parts[wrong[0]][0]}: expected times "
            "that rise; where the motion jumps, the message begins a new segment"
        )
    _check_span(meta, lines[stop + 1 :], epochs, times_s)
    return _Segment(
        object_name=needed(meta, "OBJECT_NAME", path, where).text,
        frame=frame,
        epochs=epochs,
        times_s=times_s,
        states=states * 1e3,
        how=_interpolation(meta),
        useable_s=_useable(meta, epochs, times_s),
    )


def _pairs(lines: Sequence[Line]) -> Iterator[tuple[str, Value]]:
    for line in lines:
        pair = pair_of(line)
        if pair is None:
            raise not_a_pair(line)
        yield pair


def _data(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines of states; those of covariances are left out."""
    within: Line | None = None
    for line in lines:
        match line.text.upper():
            case "COVARIANCE_START" if within is None:
                within = line
            case "COVARIANCE_STOP" if within is not None:
                within = None
            case _ if within is None:
                yield line
    if within is not None:
        raise within.wrong("COVARIANCE_START has no COVARIANCE_STOP: the message is cut short or damaged")


def _fields(line: Line) -> list[str]:
    fields = line.text.split()
    if len(fields) not in _FIELDS:
        raise line.wrong(
            f"{clipped(line.text)!r} has {len(fields)} fields: expected an epoch, a position (km), a velocity (km/s) "
            "and perhaps an acceleration"
        )
    return fields


def _interpolation(meta: dict[str, Value]) -> Interpolation:
    """Return how a segment says that it is to be interpolated."""
    method, degree = meta.get("INTERPOLATION"), meta.get("INTERPOLATION_DEGREE")
    if method is None:
        return _NOT_SAID
    name = method.text.upper()
    if name == "LINEAR":
        return Interpolation(hermite=False, degree=1)
    if name not in {"HERMITE", "LAGRANGE"}:
        raise method.line.wrong(f"INTERPOLATION = {shown(method.text)}: expected HERMITE, LAGRANGE or LINEAR")
    if degree is None:
        raise method.line.wrong(f"INTERPOLATION = {name} has no INTERPOLATION_DEGREE: the message needs it")
    if not _WHOLE.fullmatch(degree.text) or not 1 <= int(degree.text) <= _HIGHEST_DEGREE:
        raise degree.line.wrong(
            f"INTERPOLATION_DEGREE = {shown(degree.text)}: expected a whole number from 1 to {_HIGHEST_DEGREE}"
        )
    return Interpolation(hermite=name == "HERMITE", degree=int(degree.text))


def _check_span(meta: dict[str, Value], lines: Sequence[Line], epochs: Time, times_s: NDArray[np.float64]) -> None:
    """Raise a DataError if a segment says that it covers more than its states and its covariances do."""
    pairs = [pair for line in lines if (pair := pair_of(line)) is not None and pair[0] == "EPOCH"]
    known_s = [float(times_s[0]), float(times_s[-1])]
    if pairs:
        times = epochs_of([value.line for _, value in pairs], [value.text for _, value in pairs], epochs.scale)
        known_s += np.asarray((times - epochs[0]).to_value(u.s)).tolist()
    steps_s = np.diff(times_s)
    for key, end_s, sign, step_s in (
        ("START_TIME", min(known_s), -1.0, steps_s[:1]),
        ("STOP_TIME", max(known_s), 1.0, steps_s[-1:]),
    ):
        value = meta.get(key)
        if value is None:
            continue
        at_s = float((epochs_of([value.line], [value.text], epochs.scale)[0] - epochs[0]).to_value(u.s))
        beyond_s = sign * (at_s - end_s)
        if beyond_s > min([_CUT_S, *(0.5 * step_s)]):
            side = "before the first" if sign < 0.0 else "after the last"
            raise value.line.wrong(
                f"{key} = {value.text} is {beyond_s:.6g} s {side} of the segment's states: the message is cut short or "
                "damaged"
            )


def _useable(meta: dict[str, Value], epochs: Time, times_s: NDArray[np.float64]) -> tuple[float, float]:
    """Return from when to when a segment may be used, in seconds after its first state."""
    ends = []
    for key, end_s in (("USEABLE_START_TIME", times_s[0]), ("USEABLE_STOP_TIME", times_s[-1])):
        value = meta.get(key)
        if value is None:
            ends.append(float(end_s))
            continue
        time = epochs_of([value.line], [value.text], epochs.scale)[0]
        at_s = float((time - epochs[0]).to_value(u.s))
        if not times_s[0] - _EDGE_S <= at_s <= times_s[-1] + _EDGE_S:
            raise value.line.wrong(f"{key} = {value.text} lies outside the states of its segment")
        ends.append(min(max(at_s, float(times_s[0])), float(times_s[-1])))
    if ends[0] > ends[1]:
        raise meta["USEABLE_STOP_TIME"].line.wrong("USEABLE_STOP_TIME is before USEABLE_START_TIME")
    return ends[0], ends[1]
